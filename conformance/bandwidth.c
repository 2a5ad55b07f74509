/* SPDX-License-Identifier: BSD-2-Clause */
/* bandwidth.c - DDI Bandwidth: what a stream and a line can carry, and changing what is reserved. */
#include "check.h"

#define WORD_BITS     16
#define PADDING_SHIFT 14 /* of OUTSTRMPAY: how the controller keeps samples in its FIFO */
#define TO_BYTES      0
#define TO_CONTAINERS 2

static const HDAUDIO_STREAM_FORMAT fits_nowhere = {192000, 32, 32, 8};

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* What a format takes of the line in every frame: sample blocks x channels x bits. */
static unsigned need(unsigned multiplier, unsigned channels, unsigned bits)
{
    return multiplier * channels * bits;
}

/* The most for one stream in bits per frame. */
static unsigned stream_bits(const struct trial *t)
{
    return (t->target->stream_payload & ((1u << PADDING_SHIFT) - 1)) * WORD_BITS;
}

/* ---- Filling the line --------------------------------------------------------------------------- */

struct line {
    HANDLE handles[ENGINE_LIMIT];
    unsigned count;
    unsigned remaining; /* bits per frame */
    unsigned stream;    /* the most for one stream */
};

static bool add_stream(struct trial *t, struct line *line, ULONG rate, unsigned multiplier, USHORT bits)
{
    unsigned each = need(multiplier, 1, bits);
    unsigned channels = smaller(16, smaller(line->remaining, line->stream) / each);
    HDAUDIO_STREAM_FORMAT format = {rate, bits, bits, (USHORT)channels};

    TRY(allocate(t, &format, &line->handles[line->count++]));
    line->remaining -= channels * each;
    return true;
}

/* Takes the whole line, to the bit if it is a multiple of 8: with streams of one rate as far as they go. */
static bool fill(struct trial *t, struct line *line, ULONG rate, unsigned multiplier)
{
    line->count = 0;
    line->remaining = t->target->line_payload * WORD_BITS;
    line->stream = stream_bits(t);
    while (line->remaining >= need(multiplier, 1, 32) && line->count < ENGINE_LIMIT)
        TRY(add_stream(t, line, rate, multiplier, 32));
    while (line->remaining >= need(1, 1, 8) && line->count < ENGINE_LIMIT)
        TRY(add_stream(t, line, 48000, 1, 8));
    return true;
}

static bool empty(struct trial *t, struct line *line)
{
    while (line->count > 0)
        TRY(release(t, line->handles[--line->count]));
    return true;
}

/* Filling takes at most 4 streams for any payload up to 1280 bits; one engine must be left to try. */
static bool can_fill(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT];
    unsigned count;

    if (!t->target->line_payload || !t->target->stream_payload)
        return skip(t, "the controller's payloads are not known"), false;
    count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);
    for (unsigned i = 0; i < count; i++)
        TRY(release(t, handles[i]));
    if (count < 4)
        return skip(t, "there are too few engines to fill the line"), false;
    return true;
}

static bool refused(struct trial *t)
{
    HANDLE handle;

    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, allocate_for(t, &t->ddi, &smallest, &handle));
    return true;
}

static bool line_is_counted(struct trial *t, ULONG rate, unsigned multiplier)
{
    struct line line;
    HANDLE handle;

    TRY(fill(t, &line, rate, multiplier));
    TRY(refused(t));
    TRY(release(t, line.handles[--line.count]));
    TRY(allocate(t, &smallest, &handle));
    TRY(release(t, handle));
    return empty(t, &line);
}

static bool line_payload(struct trial *t)
{
    if (!can_fill(t))
        return t->skipped != NULL;
    TRY(line_is_counted(t, 48000, 1));
    TRY(line_is_counted(t, 44100, 1));
    TRY(line_is_counted(t, 8000, 1));
    TRY(line_is_counted(t, 96000, 2));
    TRY(line_is_counted(t, 22050, 1));
    TRY(line_is_counted(t, 192000, 4));
    return line_is_counted(t, 176400, 4);
}

/* ---- One stream --------------------------------------------------------------------------------- */

static unsigned padded(const struct trial *t, unsigned bits)
{
    switch (t->target->stream_payload >> PADDING_SHIFT) {
    case TO_BYTES:
        return (bits + 7) / 8 * 8;
    case TO_CONTAINERS:
        return bits > 16 ? 32 : bits;
    default:
        return bits;
    }
}

static NTSTATUS verdict(const struct trial *t, unsigned multiplier, unsigned channels, unsigned bits)
{
    if (need(multiplier, channels, padded(t, bits)) > stream_bits(t))
        return STATUS_BUFFER_TOO_SMALL;
    if (need(multiplier, channels, bits) > t->target->line_payload * WORD_BITS)
        return STATUS_INSUFFICIENT_RESOURCES;
    return STATUS_SUCCESS;
}

static bool stream_is_judged(struct trial *t, unsigned multiplier, USHORT channels, USHORT bits)
{
    USHORT container = bits > 16 ? 32 : bits;
    HDAUDIO_STREAM_FORMAT format = {48000 * multiplier, bits, container, channels};
    NTSTATUS expected = verdict(t, multiplier, channels, bits);
    HANDLE handle;
    NTSTATUS status = allocate_for(t, &t->ddi, &format, &handle);

    if (status != expected)
        return failed(t, __FILE__, __LINE__, "%u Hz, %u bits, %u channels: %08x, not %08x",
                      (unsigned)format.SampleRate, bits, channels, (unsigned)status, (unsigned)expected);
    return NT_SUCCESS(status) ? release(t, handle) : true;
}

static bool stream_payload(struct trial *t)
{
    static const USHORT sizes[] = {8, 16, 20, 24, 32};

    if (!t->target->line_payload || !t->target->stream_payload)
        return skip(t, "the controller's payloads are not known");
    for (unsigned multiplier = 1; multiplier <= 4; multiplier++)
        for (USHORT channels = 1; channels <= 16; channels++)
            for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
                TRY(stream_is_judged(t, multiplier, channels, sizes[i]));
    return true;
}

/* ---- Striping ----------------------------------------------------------------------------------- */

/* How many engines of a format are to be had. */
static bool count_striped(struct trial *t, const HDAUDIO_STREAM_FORMAT *format, unsigned *count)
{
    HANDLE handles[ENGINE_LIMIT];

    *count = 0;
    while (*count < ENGINE_LIMIT && NT_SUCCESS(allocate_striped(t, format, &handles[*count])))
        ++*count;
    for (unsigned i = 0; i < *count; i++)
        TRY(release(t, handles[i]));
    return true;
}

/* The largest stream that one may be: as many as the lines hold, if there are engines for them. */
static bool stripe_divides(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 32, 32, 0};
    unsigned lines = t->target->output_lines, engines, count, each;

    if (!t->target->line_payload || !t->target->stream_payload || lines < 2)
        return skip(t, "the controller has one SDO line, or it is not known what it carries");
    format.NumberOfChannels = (USHORT)smaller(16, stream_bits(t) / 32);
    each = need(1, format.NumberOfChannels, 32);
    TRY(count_striped(t, &smallest, &engines));
    TRY(count_striped(t, &format, &count));
    EXPECT_EQUAL(smaller(engines, t->target->line_payload * WORD_BITS / (each / lines)), count);
    return true;
}

static bool stripe_runs(struct trial *t)
{
    HDAUDIO_DEVICE_INFORMATION information = {.Size = sizeof(information)};
    struct buffer buffer;
    HANDLE handle;
    ULONG bytes;

    EXPECT_SUCCESS(DDI(GetDeviceInformation, &information));
    if (!information.IsStripingSupported)
        return skip(t, "the controller has one SDO line");
    EXPECT_SUCCESS(allocate_striped(t, &stereo, &handle));
    EXPECT_SUCCESS(allocate_buffer(t, handle, period_bytes(t), &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 4);
    TRY(position(t, handle, &bytes));
    EXPECT(bytes > 0);
    return true;
}

static bool too_much(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT fits = {48000, 24, 32, 8};
    NTSTATUS status;
    HANDLE handle;

    status = allocate_for(t, &t->ddi, &fits_nowhere, &handle);
    if (t->target->stream_payload)
        EXPECT_EQUAL((ULONG)STATUS_BUFFER_TOO_SMALL, (ULONG)status);
    EXPECT(status == STATUS_BUFFER_TOO_SMALL || status == STATUS_INSUFFICIENT_RESOURCES);
    return allocate(t, &fits, &handle);
}

/* ---- ChangeBandwidthAllocation ------------------------------------------------------------------ */

static NTSTATUS change(struct trial *t, HANDLE handle, const HDAUDIO_STREAM_FORMAT *format, USHORT *converter)
{
    HDAUDIO_STREAM_FORMAT copy = *format;
    HDAUDIO_CONVERTER_FORMAT result = {.ConverterFormat = 0xFFFF};
    NTSTATUS status = DDI(ChangeBandwidthAllocation, handle, &copy, &result);

    *converter = result.ConverterFormat;
    return status;
}

static bool changes(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT six = {96000, 24, 32, 6}; /* blocks of 24 bytes: sizes are multiples of 384 */
    struct buffer buffer;
    USHORT converter;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(change(t, handle, &six, &converter));
    EXPECT_EQUAL(0x0835, converter);
    EXPECT_SUCCESS(allocate_buffer(t, handle, 1000, &buffer));
    if (buffer.mdl) /* the driver has chosen the size */
        EXPECT_EQUAL(1152, buffer.size);
    return true;
}

static bool change_reserves(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT large = {48000, 32, 32, 16};
    struct line line;
    USHORT converter;
    HANDLE handle;

    if (!can_fill(t))
        return t->skipped != NULL;
    TRY(fill(t, &line, 48000, 1));
    EXPECT_SUCCESS(change(t, line.handles[0], &large, &converter));
    EXPECT_SUCCESS(change(t, line.handles[0], &smallest, &converter));
    TRY(allocate(t, &smallest, &handle));
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, change(t, line.handles[0], &large, &converter));
    TRY(release(t, handle));
    EXPECT_SUCCESS(change(t, line.handles[0], &large, &converter));
    return refused(t);
}

static bool old_stays(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT bad = {48001, 16, 16, 2};
    struct line line;
    USHORT converter;

    if (!can_fill(t))
        return t->skipped != NULL;
    TRY(fill(t, &line, 48000, 1));
    EXPECT_STATUS(STATUS_BUFFER_TOO_SMALL, change(t, line.handles[0], &fits_nowhere, &converter));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, change(t, line.handles[0], &bad, &converter));
    TRY(refused(t));
    TRY(release(t, line.handles[0]));
    return allocate(t, &smallest, &line.handles[0]);
}

static bool change_parameters(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT format = stereo, bad = {48000, 24, 24, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(ChangeBandwidthAllocation, handle, NULL, &converter));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(ChangeBandwidthAllocation, handle, &format, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(ChangeBandwidthAllocation, handle, &bad, &converter));
    return true;
}

static bool change_state(struct trial *t)
{
    USHORT converter;
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, change(t, handle, &smallest, &converter));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, change(t, handle, &smallest, &converter));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, change(t, handle, &smallest, &converter));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    EXPECT_SUCCESS(change(t, handle, &smallest, &converter));
    return true;
}

const struct check bandwidth_checks[] = {
    {"AllocateRenderDmaEngine.line-payload",
     "More than what is left of the line is INSUFFICIENT_RESOURCES: blocks per frame (the multiplier; 44.1 "
     "kHz counts as 48) x channels x bits.",
     line_payload, false, NULL},
    {"AllocateRenderDmaEngine.stream-payload",
     "One stream alone may not exceed OUTSTRMPAY: more is BUFFER_TOO_SMALL; bits 15:14 say how samples are "
     "padded for that sum.",
     stream_payload, false, NULL},
    {"AllocateRenderDmaEngine.fits-nowhere",
     "8 channels of 32 bits at 192 kHz fit nowhere; 8 of 24 at 48 kHz do.", too_much, false, NULL},
    {"AllocateRenderDmaEngine.stripe-divides",
     "Striping over n SDO lines divides the outbound need by n; the limit of one stream stays.",
     stripe_divides, false, NULL},
    {"AllocateRenderDmaEngine.stripe-runs", "A striped stream runs like any other.", stripe_runs, false,
     NULL},
    {"ChangeBandwidthAllocation.changes", "The engine has the new format from then on.", changes, false,
     NULL},
    {"ChangeBandwidthAllocation.reserves",
     "INSUFFICIENT_RESOURCES: more than what is left of the line beside the engine's own reservation.",
     change_reserves, false, NULL},
    {"ChangeBandwidthAllocation.old-stays", "On failure the old reservation stays.", old_stays, false, NULL},
    {"ChangeBandwidthAllocation.parameters",
     "NULL for a required pointer is INVALID_PARAMETER; a format that has no encoding is INVALID_PARAMETER.",
     change_parameters, false, NULL},
    {"ChangeBandwidthAllocation.state", "INVALID_DEVICE_REQUEST: not in reset, or a buffer is allocated.",
     change_state, false, NULL},
    {0},
};
