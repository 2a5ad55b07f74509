/* SPDX-License-Identifier: BSD-2-Clause */
/* format.h - stream formats: what memory holds, and its 16-bit encoding for SDnFMT and converters
 * (HDA 3.7.1). */
#ifndef HDA_FORMAT_H
#define HDA_FORMAT_H

#include <hdaudio.h>
#include <stdbool.h>
#include <stdint.h>

struct hda_format {
    uint16_t encoding; /* SDnFMT */
    uint32_t rate;     /* Hz */
    uint8_t channels;
    uint8_t valid_bits; /* that go over the link */
    uint8_t container;  /* bits in memory */
    uint8_t multiple;   /* sample blocks in a link frame that carries any */
    uint16_t block;     /* bytes of a sample block in memory */
};

/* DDI Formats: false when the format has no encoding. The smallest multiplier, then the smallest divisor, is
 * canonical. */
bool hda_format_encode(const HDAUDIO_STREAM_FORMAT *stream, struct hda_format *format);

#endif
