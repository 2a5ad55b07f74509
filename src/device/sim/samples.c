/* SPDX-License-Identifier: BSD-2-Clause */
/* samples.c - see samples.h. */
#include "samples.h"

#include <string.h>

/* ---- From memory -------------------------------------------------------------------------------- */

static void unpack8(const uint8_t *restrict from, size_t count, int32_t *restrict to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (int32_t)((uint32_t)from[i] << 24);
}

static void unpack16(const uint8_t *restrict from, size_t count, int32_t *restrict to)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t sample;

        memcpy(&sample, from + 2 * i, sizeof(sample));
        to[i] = (int32_t)((uint32_t)sample << 16);
    }
}

static void unpack32(const uint8_t *restrict from, size_t count, uint32_t mask, int32_t *restrict to)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t sample;

        memcpy(&sample, from + 4 * i, sizeof(sample));
        to[i] = (int32_t)(sample & mask);
    }
}

static uint32_t valid_bits(const struct sim_format *format)
{
    return 0xFFFFFFFFu << (32 - format->bits);
}

void sim_samples_unpack(const struct sim_format *format, const uint8_t *restrict from, size_t count,
                        int32_t *restrict to)
{
    if (format->container == 1)
        unpack8(from, count, to);
    else if (format->container == 2)
        unpack16(from, count, to);
    else
        unpack32(from, count, valid_bits(format), to);
}

/* ---- To memory ---------------------------------------------------------------------------------- */

static void pack8(const int32_t *restrict from, size_t count, uint8_t *restrict to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (uint8_t)((uint32_t)from[i] >> 24);
}

static void pack16(const int32_t *restrict from, size_t count, uint8_t *restrict to)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t sample = (uint16_t)((uint32_t)from[i] >> 16);

        memcpy(to + 2 * i, &sample, sizeof(sample));
    }
}

static void pack32(const int32_t *restrict from, size_t count, uint32_t mask, uint8_t *restrict to)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t sample = (uint32_t)from[i] & mask;

        memcpy(to + 4 * i, &sample, sizeof(sample));
    }
}

void sim_samples_pack(const struct sim_format *format, const int32_t *restrict from, size_t count,
                      uint8_t *restrict to)
{
    if (format->container == 1)
        pack8(from, count, to);
    else if (format->container == 2)
        pack16(from, count, to);
    else
        pack32(from, count, valid_bits(format), to);
}
