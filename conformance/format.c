/* SPDX-License-Identifier: BSD-2-Clause */
/* format.c - DDI Formats: which have an encoding, and which one. */
#include "check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct encoding {
    HDAUDIO_STREAM_FORMAT format;
    USHORT converter; /* base 14, multiplier - 1 13:11, divisor - 1 10:8, bits 6:4, channels - 1 3:0
                         (HDA 3.7.1) */
};

/* One channel of 8 bits, so that any rate fits the link. */
#define RATE(rate, base, multiplier, divisor)                                                 \
    {                                                                                         \
        {rate, 8, 8, 1}, (USHORT)((base) << 14 | ((multiplier)-1) << 11 | ((divisor)-1) << 8) \
    }

static const struct encoding rates[] = {
    RATE(48000, 0, 1, 1),  RATE(44100, 1, 1, 1), RATE(96000, 0, 2, 1),  RATE(144000, 0, 3, 1),
    RATE(192000, 0, 4, 1), RATE(88200, 1, 2, 1), RATE(132300, 1, 3, 1), RATE(176400, 1, 4, 1),
    RATE(24000, 0, 1, 2),  RATE(16000, 0, 1, 3), RATE(12000, 0, 1, 4),  RATE(9600, 0, 1, 5),
    RATE(8000, 0, 1, 6),   RATE(6000, 0, 1, 8),  RATE(22050, 1, 1, 2),  RATE(14700, 1, 1, 3),
    RATE(11025, 1, 1, 4),  RATE(8820, 1, 1, 5),  RATE(7350, 1, 1, 6),   RATE(6300, 1, 1, 7),
    RATE(32000, 0, 2, 3),  RATE(19200, 0, 2, 5), RATE(72000, 0, 3, 2),  RATE(36000, 0, 3, 4),
    RATE(28800, 0, 3, 5),  RATE(18000, 0, 3, 8), RATE(64000, 0, 4, 3),  RATE(38400, 0, 4, 5),
    RATE(29400, 1, 2, 3),  RATE(66150, 1, 3, 2), RATE(33075, 1, 3, 4),  RATE(58800, 1, 4, 3),
    RATE(17640, 1, 2, 5),  RATE(26460, 1, 3, 5), RATE(35280, 1, 4, 5),  RATE(12600, 1, 2, 7),
    RATE(18900, 1, 3, 7),  RATE(25200, 1, 4, 7),
};

static const struct encoding shapes[] = {
    {{48000, 8, 8, 1}, 0x0000},    {{48000, 16, 16, 2}, 0x0011},  {{48000, 20, 32, 2}, 0x0021},
    {{48000, 24, 32, 2}, 0x0031},  {{48000, 32, 32, 2}, 0x0041},  {{48000, 24, 32, 8}, 0x0037},
    {{48000, 16, 16, 16}, 0x001F}, {{48000, 16, 16, 6}, 0x0015},  {{44100, 24, 32, 1}, 0x4030},
    {{44100, 20, 32, 5}, 0x4024},  {{192000, 24, 32, 2}, 0x1831}, {{96000, 32, 32, 3}, 0x0842},
};

/* Those below 192 kHz that a multiplier of 5 to 8 would reach, too. */
static const ULONG bad_rates[] = {
    0,      1,      5512,   5513,   7999,   8001,   11024,  11026,      22049,      40000,  44099,
    44101,  47999,  48001,  50000,  55125,  60000,  73500,  80000,      110250,     120000, 154350,
    168000, 192001, 216000, 220500, 240000, 288000, 384000, 0x7FFFFFFF, 0xFFFFFFFF,
};

/* Valid bits, container. */
static const USHORT bad_sizes[][2] = {
    {24, 24}, {20, 24}, {16, 24}, {16, 32}, {8, 32}, {8, 16}, {16, 8}, {24, 16}, {32, 16}, {32, 24},
    {20, 20}, {12, 16}, {18, 32}, {0, 0},   {0, 16}, {0, 32}, {16, 0}, {32, 64}, {64, 64}, {31, 32},
};

static const USHORT bad_channels[] = {0, 17, 18, 32, 33, 256, 0xFFFF};

static NTSTATUS encode(struct trial *t, const HDAUDIO_STREAM_FORMAT *format, USHORT *converter)
{
    HDAUDIO_STREAM_FORMAT copy = *format;
    HDAUDIO_CONVERTER_FORMAT result = {.ConverterFormat = 0xFFFF};
    HANDLE handle;
    NTSTATUS status = DDI(AllocateRenderDmaEngine, &copy, FALSE, &handle, &result);

    *converter = result.ConverterFormat;
    return NT_SUCCESS(status) ? DDI(FreeDmaEngine, handle) : status;
}

static bool encodes(struct trial *t, const struct encoding *encodings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const HDAUDIO_STREAM_FORMAT *format = &encodings[i].format;
        USHORT converter;
        NTSTATUS status = encode(t, format, &converter);

        if (status != STATUS_SUCCESS || converter != encodings[i].converter)
            return failed(t, __FILE__, __LINE__, "%u Hz, %u bits in %u, %u channels: %08x, %04xh, not %04xh",
                          (unsigned)format->SampleRate, format->ValidBitsPerSample, format->ContainerSize,
                          format->NumberOfChannels, (unsigned)status, converter, encodings[i].converter);
    }
    return true;
}

static bool refuses(struct trial *t, const HDAUDIO_STREAM_FORMAT *format)
{
    USHORT converter;
    NTSTATUS status = encode(t, format, &converter);

    if (status != STATUS_INVALID_PARAMETER)
        return failed(t, __FILE__, __LINE__, "%u Hz, %u bits in %u, %u channels: %08x, not INVALID_PARAMETER",
                      (unsigned)format->SampleRate, format->ValidBitsPerSample, format->ContainerSize,
                      format->NumberOfChannels, (unsigned)status);
    return true;
}

static bool canonical_rates(struct trial *t)
{
    return encodes(t, rates, COUNT(rates));
}

static bool valid_bits(struct trial *t)
{
    return encodes(t, shapes, COUNT(shapes));
}

static bool no_such_rate(struct trial *t)
{
    for (size_t i = 0; i < COUNT(bad_rates); i++) {
        HDAUDIO_STREAM_FORMAT format = {bad_rates[i], 8, 8, 1};

        TRY(refuses(t, &format));
    }
    return true;
}

static bool no_such_size(struct trial *t)
{
    for (size_t i = 0; i < COUNT(bad_sizes); i++) {
        HDAUDIO_STREAM_FORMAT format = {48000, bad_sizes[i][0], bad_sizes[i][1], 1};

        TRY(refuses(t, &format));
    }
    return true;
}

static bool no_such_channels(struct trial *t)
{
    for (size_t i = 0; i < COUNT(bad_channels); i++) {
        HDAUDIO_STREAM_FORMAT format = {48000, 8, 8, bad_channels[i]};

        TRY(refuses(t, &format));
    }
    return true;
}

const struct check format_checks[] = {
    {"AllocateRenderDmaEngine.rates",
     "Base (48 or 44.1 kHz) x 1-4 / 1-8, at most 192 kHz; smallest multiplier, then smallest divisor, is the "
     "canonical encoding.",
     canonical_rates, false, NULL},
    {"AllocateRenderDmaEngine.valid-bits",
     "1-16 channels; 8, 16, 20, 24, 32 bits. The encoding uses the valid bits: 24 valid bits in a 32-bit "
     "container "
     "encode 24.",
     valid_bits, false, NULL},
    {"AllocateRenderDmaEngine.bad-rate",
     "Exact integers only; multipliers above 4 are reserved; what has no encoding is INVALID_PARAMETER.",
     no_such_rate, false, NULL},
    {"AllocateRenderDmaEngine.bad-container",
     "20 and 24 bits live in 32-bit containers in memory (24-in-24 and 20-in-24 are INVALID_PARAMETER), 8 in "
     "8, 16 in "
     "16, 32 in 32.",
     no_such_size, false, NULL},
    {"AllocateRenderDmaEngine.bad-channels", "1-16 channels; what has no encoding is INVALID_PARAMETER.",
     no_such_channels, false, NULL},
    {0},
};
