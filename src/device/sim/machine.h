/* SPDX-License-Identifier: BSD-2-Clause */
/* machine.h - the inside of the simulated controller, shared by its parts: controller.c, registers.c, ring.c,
 * stream.c, bdl.c, transfer.c, payload.c. */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "controller.h"
#include "format.h"
#include "memory.h"
#include "registers.h"

#define REGISTER_SPACE (REG_SDCTL + REG_SD_STRIDE * SIM_MAX_STREAMS)

/* HDA 5.5.1: codecs are silent for so many frames after the link has left reset. */
#define LINK_SETTLE_FRAMES 25

/* One frame takes at most 4 blocks of 16 channels in 32 bits; the FIFO always holds as much. */
#define FRAME_MAX     256u
#define FIFO_MAX      257u
#define CHUNK_FRAMES  1024u /* go over the link in one piece, or as many as the buffers hold */
#define CHUNK_BYTES   16384u
#define CHUNK_SAMPLES 8192u
/* Fragments of a byte each, a FIFO and a frame full of them. */
#define COMPLETIONS_LIMIT (FIFO_MAX + FRAME_MAX)

#define NOBODY SIM_MAX_CODECS /* an address without a codec */

enum sim_link { LINK_RESET, LINK_STARTING, LINK_UP, LINK_STOPPING };

struct sim_stream {
    unsigned index; /* in descriptor order */
    bool run;       /* SDnCTL.RUN and SRST as last written; they read back when they have taken effect */
    bool reset;
    bool fetching; /* RUN has taken effect: DMA keeps the FIFO of an output full, that of an input empty */
    bool held;     /* by SSYNC */
    bool moving;   /* this frame carries its blocks */
    bool output;   /* its direction, and how many of its frames go in one piece, since RUN */
    unsigned most;
    unsigned sender; /* of an input: the codec that sends it in this frame, or NOBODY */
    bool told;       /* of a fault that lasts */
    struct sim_format format;
    uint64_t frames; /* that have carried it since its reset */
    uint64_t blocks; /* in them */

    /* Bytes since its reset. The difference is in the FIFO. */
    uint64_t fetched;   /* read from memory; of an input: written to it */
    uint64_t linked;    /* that have been on the link */
    uint64_t entry_end; /* `fetched` at the end of the descriptor at work; 0: there was none yet */
    bool entry_completes;
    uint64_t address; /* of the next byte in memory */
    unsigned entry;   /* the descriptor to fetch next */
    unsigned fifo_size;
    uint8_t fifo[FIFO_MAX];

    /* Where in the FIFO of an output descriptors with IOC end: `fetched` there, its low bits. A ring. */
    uint16_t completions[COMPLETIONS_LIMIT];
    unsigned first_completion;
    unsigned completion_count;
};

/* What is to go wrong, and how often. */
struct sim_failures {
    unsigned fifo[SIM_MAX_STREAMS];
    unsigned descriptor[SIM_MAX_STREAMS];
    unsigned response[SIM_MAX_CODECS];
    unsigned memory;
    unsigned overrun;
    unsigned message;
};

/* A response on its way: it is on the link in the frame after its command's. */
struct sim_answer {
    bool valid;
    bool immediate;
    uint8_t codec;
    uint32_t response;
};

struct sim_ring {
    bool corb_run; /* as last written; they read back when they have taken effect */
    bool corb_reset;
    bool rirb_run;
    bool immediate;     /* ICOI is to be sent */
    bool locked;        /* nobody answers any more (HARDWARE 13) */
    unsigned responses; /* since the last response interrupt */
    struct sim_answer answer;
};

struct sim_controller {
    struct sim_shape shape;
    sim_fault_routine *fault;
    void *fault_context;
    struct sim_codec *codecs[SIM_MAX_CODECS];
    uint8_t addresses[SIM_MAX_CODECS]; /* where there are codecs, in order */
    unsigned codec_count;
    struct sim_memory memory;

    uint8_t registers[REGISTER_SPACE]; /* as they read, unless computed; little-endian */

    uint64_t now; /* ticks */
    enum sim_link link;
    uint64_t link_since; /* UP: when frame 0 began */
    uint64_t link_until; /* STARTING, STOPPING: when that ends */
    uint64_t reset_since;
    bool was_reset; /* by CRST, not by power-up */
    uint64_t frame; /* the current one, counted from when the link came up */
    bool latch;     /* the next frame has a written register to look at */
    bool flush;     /* GCTL.FCNTRL */
    bool asserted;  /* the OR of the enabled causes */
    bool unheard;   /* nobody hears of that */
    bool message;   /* it has risen */
    bool removed;   /* for good: there is no controller any more */
    unsigned messages;
    unsigned resets_failed;
    struct sim_failures failures;

    struct sim_ring ring;
    struct sim_stream streams[SIM_MAX_STREAMS];

    uint8_t stage[FIFO_MAX + CHUNK_BYTES]; /* a chunk of one stream: the FIFO's content and what follows it */
    int32_t samples[CHUNK_SAMPLES];
};

/* ---- Register bytes as they are stored (registers.c) -------------------------------------------- */

static inline uint32_t sim_get(const struct sim_controller *c, uint32_t offset, unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < width; i++)
        value |= (uint32_t)c->registers[offset + i] << 8 * i;
    return value;
}
void sim_put(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t value);
void sim_set_bits(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t bits);
void sim_clear_bits(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t bits);
/* A 64-bit address in two registers, its low bits removed: where DMA goes. */
uint64_t sim_get_address(const struct sim_controller *c, uint32_t offset);
static inline unsigned sim_streams(const struct sim_controller *c)
{
    return c->shape.inputs + c->shape.outputs + c->shape.bidirectional;
}

/* A stream's register. */
static inline uint32_t sim_stream_offset(unsigned stream, uint32_t offset)
{
    return offset + stream * REG_SD_STRIDE;
}

/* SSYNC, wherever it is; 0 where it is nowhere. */
uint32_t sim_stream_sync(const struct sim_controller *c);
/* Reset values: of all registers but those that survive CRST (WAKEEN, STATESTS); of one stream. */
void sim_registers_reset(struct sim_controller *c);
void sim_registers_reset_stream(struct sim_controller *c, unsigned stream);

/* ---- controller.c ------------------------------------------------------------------------------- */

void sim_fault(struct sim_controller *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* GCTL was written. */
void sim_global_control(struct sim_controller *c, uint32_t value);
uint32_t sim_interrupt_status(const struct sim_controller *c);
/* After anything that may change a cause or its enable bit. */
void sim_update_interrupt(struct sim_controller *c);

/* ---- ring.c: CORB, RIRB and immediate commands -------------------------------------------------- */

void sim_corb_control(struct sim_controller *c, uint32_t value);
void sim_corb_pointer(struct sim_controller *c, uint32_t value);
void sim_corb_read_pointer(struct sim_controller *c, uint32_t value);
void sim_rirb_control(struct sim_controller *c, uint32_t value);
void sim_rirb_write_pointer(struct sim_controller *c, uint32_t value);
/* RIRBSTS was written, and was `old`. */
void sim_rirb_acknowledged(struct sim_controller *c, uint32_t old);
void sim_immediate_status(struct sim_controller *c, uint32_t value);
/* Entries, from CORBSIZE or RIRBSIZE. */
unsigned sim_ring_entries(const struct sim_controller *c, uint32_t size_register);
/* Whether the next frame has something to do. */
bool sim_ring_pending(const struct sim_controller *c);
/* What was written takes effect: a frame begins. */
void sim_ring_latch(struct sim_controller *c);
/* The response slots and the command slot of the frame that begins. */
void sim_ring_frame(struct sim_controller *c);
/* What of the rings is in use within a range, or NULL. */
const char *sim_ring_uses(const struct sim_controller *c, const struct sim_range *range);
bool sim_overlaps(const struct sim_range *range, uint64_t address, uint64_t size);

/* ---- stream.c: stream descriptors --------------------------------------------------------------- */

void sim_stream_control(struct sim_controller *c, unsigned stream, uint32_t value);
void sim_stream_format(struct sim_controller *c, unsigned stream, uint32_t value);
/* One register of the stream. */
static inline uint32_t sim_stream_get(const struct sim_controller *c, const struct sim_stream *s,
                                      uint32_t offset, unsigned width)
{
    return sim_get(c, sim_stream_offset(s->index, offset), width);
}
static inline bool sim_stream_is_bidirectional(const struct sim_controller *c, unsigned stream)
{
    return stream >= c->shape.inputs + c->shape.outputs;
}
/* By its place or, of a bidirectional one, by DIR. */
bool sim_stream_is_output(const struct sim_controller *c, unsigned stream);
unsigned sim_stream_tag(const struct sim_controller *c, const struct sim_stream *s);
/* SDO lines that it is striped over. */
unsigned sim_stream_lines(const struct sim_controller *c, const struct sim_stream *s);
/* RUN reads as 1. */
bool sim_stream_running(const struct sim_controller *c, unsigned stream);
/* What was written takes effect: a frame begins. */
void sim_stream_latch(struct sim_controller *c, struct sim_stream *s);
/* A frame begins: which streams does it carry? */
void sim_streams_frame(struct sim_controller *c);
/* HDA 3.3.36: a descriptor error, with what the driver did to deserve it. Returns false; stopping is the
 * caller's. */
bool sim_stream_fail(struct sim_controller *c, struct sim_stream *s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sim_stream_stop(struct sim_controller *c, struct sim_stream *s);
/* What the position buffer tells of it. */
uint32_t sim_stream_memory_position(const struct sim_controller *c, unsigned stream);
/* Whether a running stream's list or a fragment of it lies in the range. */
bool sim_stream_uses(const struct sim_controller *c, unsigned stream, const struct sim_range *range);

/* ---- bdl.c: the buffer descriptor list ---------------------------------------------------------- */

/* Whether RUN may be set with the list as it is now. */
bool sim_bdl_check(struct sim_controller *c, struct sim_stream *s);
/* The stream's next descriptor becomes the one at work. */
bool sim_bdl_next(struct sim_controller *c, struct sim_stream *s);
/* Whether the list or a fragment of it lies in the range. */
bool sim_bdl_uses(const struct sim_controller *c, const struct sim_stream *s, const struct sim_range *range);

/* ---- payload.c: what the link carries ----------------------------------------------------------- */

/* Whether a stream that is to run fits in its FIFO and, of an output, on SDO. */
bool sim_payload_check(struct sim_controller *c, struct sim_stream *s);
/* Bits that an input takes of a frame on an SDI line, and how many there are. */
unsigned sim_payload_inbound(const struct sim_stream *s);
unsigned sim_payload_line(const struct sim_controller *c);

/* ---- transfer.c: between memory and the link ---------------------------------------------------- */

/* RUN takes effect: fills the FIFO of an output, loads the first descriptor of an input. False: an error. */
bool sim_transfer_start(struct sim_controller *c, struct sim_stream *s);
/* RUN is gone: what is in the FIFO of an input goes to memory. */
void sim_transfer_stop(struct sim_controller *c, struct sim_stream *s);
/* In how many frames the stream does something that others may see; at least 1; UINT64_MAX: nothing. */
uint64_t sim_transfer_next(const struct sim_controller *c, const struct sim_stream *s);
/* So many frames go by, at most s->most and at most what sim_transfer_next() said. */
void sim_transfer(struct sim_controller *c, struct sim_stream *s, unsigned frames);

#endif
