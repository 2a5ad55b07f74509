/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * controller.h - an HD Audio controller as a pure machine: registers, link frames, rings and streams (HDA
 * chapters 3 to 5).
 *
 * No threads, no locks, no operating system: the caller serialises, and tells it the time. Time counts in
 * periods of the 24 MHz link clock, 500 to a frame. What happens in a frame has happened when the next one
 * begins. Nothing below the registers depends on how often advance() is called: a big step ends in the state
 * that many small ones end in.
 */
#ifndef SIM_CONTROLLER_H
#define SIM_CONTROLLER_H

#include <sim.h>

#include "link.h"

#define SIM_TICKS_PER_FRAME 500u
#define SIM_MAX_STREAMS     30 /* HDA 3.3.14: INTCTL has so many bits */
#define SIM_MAX_CODECS      15

/* OUTSTRMPAY and INSTRMPAY 15:14: how the FIFOs pad samples. */
enum sim_padding { SIM_PAD_TO_BYTE = 0, SIM_PAD_TO_CONTAINER = 2, SIM_PAD_NOT = 3 };

enum sim_address64 {
    SIM_ADDRESS32,
    SIM_ADDRESS64,
    SIM_ADDRESS64_BROKEN, /* GCAP.64OK, but DMA ignores the upper halves (HARDWARE 10) */
};

/* What a position tells (HARDWARE 7). */
enum sim_position {
    SIM_POSITION_EXACT,  /* of the byte that is next on the link */
    SIM_POSITION_BEHIND, /* a FIFO's length less */
    SIM_POSITION_AHEAD,  /* of the byte that an output fetches next: beyond its interrupts */
    SIM_POSITION_JUMPS,  /* moves a FIFO's length at a time */
    SIM_POSITION_NEVER,  /* the position buffer is not written */
};

enum sim_stream_sync { SIM_SSYNC_38, SIM_SSYNC_34, SIM_SSYNC_NONE }; /* HARDWARE 9 */

/* What differs between controllers. */
struct sim_shape {
    /* Stream descriptors, in this order; together 30 at most, 15 of the first two each (HDA 3.3.2). */
    unsigned inputs;
    unsigned outputs;
    unsigned bidirectional;
    unsigned output_lines; /* SDO: 1, 2 or 4; 0: 1 */
    uint8_t ring_sizes;    /* the capability bits of CORBSIZE and RIRBSIZE: 10h 2, 20h 16, 40h 256 entries */
    enum sim_address64 address64;
    /* In words, as the registers say; 0 in the first two stands for 60 and 29, in the others for no limit. */
    uint16_t output_payload; /* OUTPAY */
    uint16_t input_payload;
    uint16_t output_stream_payload; /* OUTSTRMPAY 13:0 */
    uint16_t input_stream_payload;
    enum sim_padding padding;
    uint16_t fifo;               /* SDnFIFOS; 0: by the stream's format */
    bool immediate_address;      /* ICIS.ICVER: tells who answered (HDA 3.4.3) */
    enum sim_stream_sync ssync;  /* where a controller has none a driver may look at both places */
    enum sim_position lpib;      /* not SIM_POSITION_NEVER */
    enum sim_position positions; /* of the position buffer */

    /* What real controllers do. */
    unsigned failed_resets; /* so often CRST stays 0 when it is set (HARDWARE 1) */
    bool corbrp_clears;     /* CORBRP.RST clears itself and never reads as 1 (HARDWARE 2) */
    bool wild_rirbwp;       /* RIRBWP reads as FFFFh (HARDWARE 5) */
    bool stale_messages;    /* a message comes once more when its causes are gone (HARDWARE 6) */
    unsigned lost_messages; /* one of so many messages is lost; 0: none (HARDWARE 6) */
    bool no_alias;          /* 2030h and 2084h + 20h x n read as 0 (HARDWARE 8) */
    bool no_page_crossing;  /* a BDL entry must not cross 4 KiB: a descriptor error (HARDWARE 12) */
    bool locks_up;          /* after a command to nobody, nobody answers until CRST (HARDWARE 13) */

    /* Departures from the specification, described in docs/QEMU.md. */
    bool count_stalls;        /* the CORB waits when RINTCNT responses have come, until RINTFL is cleared */
    bool run_restarts;        /* RUN begins at position 0 */
    bool any_write_clears;    /* bits that a 1 clears are cleared by a 0, too */
    bool reset_keeps_streams; /* SRST leaves a stream's registers as they are */
    bool fifo_always_ready;   /* SDnSTS.FIFORDY */
    bool reset_discovers;     /* CRST clears WAKEEN, and sets STATESTS as soon as it is 0 */
    bool status_ungated;      /* INTSTS.SIS and CIS regard no enable bit but WAKEEN, GIS regards INTCTL */
};
extern const struct sim_shape sim_default_shape;
/* QEMU's ich9-intel-hda and intel-hda. */
extern const struct sim_shape sim_qemu_shape;

struct sim_controller;

/* A controller after power-up: CRST is 0. Faults of the driver go to `fault`, in sentences. NULL without
 * memory. */
struct sim_controller *sim_controller_create(const struct sim_shape *shape, sim_fault_routine *fault,
                                             void *context);
/* Codecs and memory stay their owners'. */
void sim_controller_destroy(struct sim_controller *c);

/* Connects a codec to SDI line `address` (0-14) while CRST is 0. */
void sim_controller_plug(struct sim_controller *c, unsigned address, struct sim_codec *codec);

/* Something has happened to a codec from outside, so that it may have something to say: it is asked in the
 * next frame or, with the link in reset, at once. */
void sim_controller_stir(struct sim_controller *c);

/* One register access of `width` (1, 2, 4) bytes at the time that it was advanced to. An access that no
 * driver may make is a fault; it then reads as 0 or writes nothing. */
uint32_t sim_controller_read(struct sim_controller *c, uint32_t offset, unsigned width);
void sim_controller_write(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t value);

/* What hdabus_sim_fail() of sim.h asks for. False when there is no such failure, stream descriptor or codec.
 */
bool sim_controller_fail(struct sim_controller *c, enum hdabus_sim_failure failure, unsigned which);

/* Pulls the controller out, for good. From now on every register reads as all ones and keeps nothing, nothing
 * happens by itself, and it reaches no memory: what is forgotten is not in use. Nothing is a fault any more.
 */
void sim_controller_remove(struct sim_controller *c);

/* Whether it asserts PME: the link is in reset, and a codec that WAKEEN names has asked for it (HDA 3.3.8,
 * 3.3.9). */
bool sim_controller_woken(const struct sim_controller *c);

/* Lets time pass up to `tick`; a time that has passed already changes nothing. */
void sim_controller_advance(struct sim_controller *c, uint64_t tick);
/* When something will happen by itself next, later than the time it was advanced to; UINT64_MAX: nothing
 * will. */
uint64_t sim_controller_next(const struct sim_controller *c);

/* The OR of all enabled causes (HDA 3.3.14): what a level interrupt line shows. */
bool sim_controller_asserted(const struct sim_controller *c);
/* Whether that OR has risen, a message was sent, since take_message() was called last. */
bool sim_controller_message(const struct sim_controller *c);
bool sim_controller_take_message(struct sim_controller *c);

/* ---- Memory that the controller reaches --------------------------------------------------------- */

/* Finds a free, page-aligned address up to `highest` (inclusive) for `size` bytes; false when there is none.
 */
bool sim_controller_place(struct sim_controller *c, size_t size, uint64_t highest, uint64_t *address);
/* `size` bytes at `memory`, the caller's, are at `address` until they are forgotten. False without memory for
 * the list. */
bool sim_controller_remember(struct sim_controller *c, uint64_t address, void *memory, size_t size);
/* Forgets what was remembered at `address`: a fault when a ring, a running stream or the position buffer uses
 * it. */
void sim_controller_forget(struct sim_controller *c, uint64_t address);

/* ---- For whoever hands out the alias page: what WALCLK and SDnLPIB read as now ------------------ */

uint32_t sim_controller_wall_clock(const struct sim_controller *c);
unsigned sim_controller_streams(const struct sim_controller *c);
bool sim_controller_has_alias(const struct sim_controller *c);
uint32_t sim_controller_position(const struct sim_controller *c, unsigned stream);

#endif
