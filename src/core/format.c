/* SPDX-License-Identifier: BSD-2-Clause */
/* format.c - stream formats (HDA 3.7.1, DDI Formats). */
#include "format.h"

#include <hdacodec.h>

#define MAX_RATE     192000
#define MAX_CHANNELS 16

/* Valid bits, the container they live in, their code in SDnFMT. */
static const struct {
    uint8_t valid;
    uint8_t container;
    uint8_t code;
} sizes[] = {{8, 8, 0}, {16, 16, 1}, {20, 32, 2}, {24, 32, 3}, {32, 32, 4}};

static bool encode_size(const HDAUDIO_STREAM_FORMAT *stream, struct hda_format *format)
{
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (stream->ValidBitsPerSample != sizes[i].valid || stream->ContainerSize != sizes[i].container)
            continue;
        format->valid_bits = sizes[i].valid;
        format->container = sizes[i].container;
        format->encoding |= (uint16_t)(sizes[i].code << HDA_FORMAT_BITS_SHIFT);
        return true;
    }
    return false;
}

static bool encode_rate_of(uint32_t base, uint32_t rate, struct hda_format *format)
{
    for (unsigned multiple = 1; multiple <= 4; multiple++) {
        for (unsigned divisor = 1; divisor <= 8; divisor++) {
            if (base * multiple != rate * divisor)
                continue;
            format->rate = rate;
            format->multiple = (uint8_t)multiple;
            format->encoding |= (uint16_t)((multiple - 1) << HDA_FORMAT_MULTIPLE_SHIFT |
                                           (divisor - 1) << HDA_FORMAT_DIVISOR_SHIFT);
            return true;
        }
    }
    return false;
}

static bool encode_rate(uint32_t rate, struct hda_format *format)
{
    if (rate == 0 || rate > MAX_RATE)
        return false;
    if (encode_rate_of(48000, rate, format))
        return true;
    if (!encode_rate_of(44100, rate, format))
        return false;
    format->encoding |= HDA_FORMAT_BASE_44_1;
    return true;
}

bool hda_format_encode(const HDAUDIO_STREAM_FORMAT *stream, struct hda_format *format)
{
    *format = (struct hda_format){0};
    if (stream->NumberOfChannels == 0 || stream->NumberOfChannels > MAX_CHANNELS)
        return false;
    if (!encode_size(stream, format) || !encode_rate(stream->SampleRate, format))
        return false;
    format->channels = (uint8_t)stream->NumberOfChannels;
    format->encoding |= (uint16_t)(format->channels - 1);
    format->block = (uint16_t)(format->channels * format->container / 8);
    return true;
}
