/* SPDX-License-Identifier: BSD-2-Clause */
/* format.c - see format.h. */
#include "format.h"

#include <stddef.h>

/* HDA 5.4.1: at 44.1 kHz runs of so many frames with a block, each followed by one without: 147 blocks in 160
 * frames. */
static const uint8_t cadence[] = {12, 11, 11, 12, 11, 11, 12, 11, 11, 12, 11, 11, 11};
#define CADENCE_RUNS   (sizeof(cadence) / sizeof(cadence[0]))
#define CADENCE_FRAMES 160
#define CADENCE_BLOCKS 147

bool sim_format_decode(uint16_t fmt, struct sim_format *format)
{
    static const uint8_t bits[8] = {8, 16, 20, 24, 32};
    static const uint8_t container[8] = {1, 2, 4, 4, 4};
    unsigned multiple = (fmt >> 11 & 7) + 1, size = fmt >> 4 & 7;

    if (multiple > 4 || !bits[size])
        return false;
    format->base44 = fmt >> 14 & 1;
    format->multiple = multiple;
    format->divisor = (fmt >> 8 & 7) + 1;
    format->channels = (fmt & 15) + 1;
    format->bits = bits[size];
    format->container = container[size];
    format->block = format->container * format->channels;
    return true;
}

/* Of the first `slots` places of the cadence (at most one round), how many carry a block. */
static unsigned filled(unsigned slots)
{
    unsigned blocks = 0;

    for (size_t i = 0; i < CADENCE_RUNS && slots; i++) {
        unsigned run = slots < cadence[i] ? slots : cadence[i];

        blocks += run;
        slots -= run;
        slots -= slots > 0; /* the empty one */
    }
    return blocks;
}

/* The place in the cadence at which its block number `block` (0-146) goes. */
static unsigned place(unsigned block)
{
    unsigned run = 0, blocks = cadence[0];

    while (block >= blocks)
        blocks += cadence[++run];
    return block + run;
}

uint64_t sim_format_blocks(const struct sim_format *format, uint64_t frames)
{
    uint64_t slots = (frames + format->divisor - 1) / format->divisor;

    if (format->base44)
        slots = slots / CADENCE_FRAMES * CADENCE_BLOCKS + filled((unsigned)(slots % CADENCE_FRAMES));
    return slots * format->multiple;
}

uint64_t sim_format_frames(const struct sim_format *format, uint64_t blocks)
{
    uint64_t slot;

    if (!blocks)
        return 0;
    slot = (blocks - 1) / format->multiple;
    if (format->base44)
        slot = slot / CADENCE_BLOCKS * CADENCE_FRAMES + place((unsigned)(slot % CADENCE_BLOCKS));
    return slot * format->divisor + 1;
}
