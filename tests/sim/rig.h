/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig.h - a controller on a bench: memory, codecs that write down what reaches them, and the steps that every
 * test begins with. Offsets are written as numbers in the tests: they are the specification's, and not taken
 * from what is tested.
 */
#ifndef RIG_H
#define RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "device/sim/controller.h"

#define FRAME     ((uint64_t)SIM_TICKS_PER_FRAME)
#define MEMORY    0x200000u /* bytes, at address BASE */
#define BASE      0x10000000ull
#define CORB_AT   0x0000u
#define RIRB_AT   0x1000u
#define PLACES_AT 0x2000u /* the position buffer */
#define BDL_AT    0x3000u /* of stream n: 4 KiB further each */
#define DATA_AT   0x10000u

/* A codec that answers each command with its complement, unless told to be silent, keeps what it hears, and
 * says and sends what a test wants. */
struct sim_codec {
    struct rig *rig;
    unsigned resets;
    bool silent;
    unsigned commands;
    uint32_t command[600];
    uint64_t command_time[600];
    unsigned blocks; /* calls of sim_codec_output */
    struct sim_link_block last;
    uint64_t last_frame; /* that it was told before that */
    size_t heard;        /* samples */
    size_t capacity;
    int32_t *samples;
    uint8_t *tags;                   /* the stream of each sample */
    uint64_t frame;                  /* that it was told last */
    uint64_t next;                   /* in which `sends_then` becomes `sends`; 0: never */
    uint16_t sends, sends_then;      /* bit n: stream tag n */
    bool loops;                      /* it sends what it has heard, from the first sample on */
    unsigned requests;               /* calls of sim_codec_input */
    struct sim_link_request request; /* the last */
    uint32_t sent[16];               /* samples of each stream */
    unsigned unsolicited;
    uint32_t unsolicited_response[8]; /* to come, the last one first */
    bool wakes;
};

/* The n-th sample that a codec sends of a stream, in 32 bits. */
uint32_t sent_sample(uint32_t n);

struct rig {
    struct sim_controller *c;
    uint64_t now;
    uint8_t *memory;
    struct sim_codec codecs[15];
    unsigned faults;
    char fault[256]; /* the last */
};

/* Four outputs, so that SD(0) is one, and nothing that departs from the specification. */
extern const struct sim_shape rig_shape;

/* cmocka setup and teardown: such a rig in CRST with codecs 0 and 2; the same with the link up and settled,
 * and rings running. */
int rig_setup(void **state);
int rig_setup_running(void **state);
/* Checks that there was no fault that the test did not expect. */
int rig_teardown(void **state);

struct rig *rig_create(const struct sim_shape *shape);
void rig_destroy(struct rig *rig);
void rig_start(struct rig *rig);

uint32_t rd(struct rig *rig, uint32_t offset, unsigned width);
void wr(struct rig *rig, uint32_t offset, unsigned width, uint32_t value);
void run(struct rig *rig, uint64_t ticks);
void run_frames(struct rig *rig, uint64_t frames);
/* Up to the beginning of the next frame. */
void align(struct rig *rig);
/* The frames since the link came up. */
uint32_t frame_of(struct rig *rig);

/* One fault since the last look, whose sentence contains `words`. */
void expect_fault(struct rig *rig, const char *words);
void expect_no_fault(struct rig *rig);

void put32(struct rig *rig, uint32_t at, uint32_t value);
uint32_t get32(struct rig *rig, uint32_t at);
/* Puts commands in the CORB after its write pointer, and writes that. */
void send_commands(struct rig *rig, const uint32_t *commands, unsigned count);

/* ---- Streams ---------------------------------------------------------------------------------------------
 */

struct fragment {
    uint32_t at; /* in the rig's memory */
    uint32_t length;
    bool completes;
};
#define SD(n) (0x80u + 0x20u * (n))
enum {
    CTL = 0,
    TAG = 2,
    STS = 3,
    LPIB = 4,
    CBL = 8,
    LVI = 0xC,
    FIFOS = 0x10,
    FMT = 0x12,
    BDPL = 0x18,
    BDPU = 0x1C
};

#define FORMAT_48_16_STEREO 0x0011

void put_list(struct rig *rig, unsigned stream, const struct fragment *list, unsigned count);
/* Everything but RUN: tag stream + 1, STRIPE and DIR as they are, all interrupt enables. */
void prepare(struct rig *rig, unsigned stream, uint16_t format, const struct fragment *list, unsigned count);
/* Two fragments of `half` bytes, both with IOC, at DATA_AT + 64 KiB × stream. */
void prepare_halves(struct rig *rig, unsigned stream, uint16_t format, uint32_t half);
void start(struct rig *rig, unsigned stream);
/* Fills the data memory with a pattern that no two places share within 32 KiB. */
void fill_data(struct rig *rig);

#endif
