/* SPDX-License-Identifier: BSD-2-Clause */
/* format.h - the stream format register SDnFMT (HDA 3.7.1) and how the link paces its sample blocks
 * (HDA 5.4.1). Pure. */
#ifndef SIM_FORMAT_H
#define SIM_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

struct sim_format {
    bool base44;        /* 44.1 kHz, else 48 kHz */
    unsigned multiple;  /* 1-4: sample blocks in a frame that carries any */
    unsigned divisor;   /* 1-8: one frame of so many carries any */
    unsigned channels;  /* 1-16 */
    unsigned bits;      /* valid bits of a sample: 8, 16, 20, 24, 32 */
    unsigned container; /* bytes of a sample in memory */
    unsigned block;     /* bytes of a sample block in memory */
};

/* Takes SDnFMT apart. False when it holds a reserved encoding; `format` is then unchanged. */
bool sim_format_decode(uint16_t fmt, struct sim_format *format);

/* How many sample blocks the first `frames` link frames of a stream carry. */
uint64_t sim_format_blocks(const struct sim_format *format, uint64_t frames);

/* The least number of link frames that carry `blocks` sample blocks: the inverse of sim_format_blocks(). */
uint64_t sim_format_frames(const struct sim_format *format, uint64_t blocks);

#endif
