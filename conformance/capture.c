/* SPDX-License-Identifier: BSD-2-Clause */
/* capture.c - DDI Engines, Bandwidth: what is recorded, and engines of either direction. */
#include <string.h>

#include "check.h"

#define WORD_BITS         16
#define STREAM_MASK       0x3FFFu /* of INSTRMPAY; 15:14 say how samples are padded */
#define TAG_BITS          10      /* that precede an inbound packet (HDA 5.3.3) */
#define MAX_CHANNELS      16
#define MAX_TAGS          15
#define PATTERN           0xA5
#define OTHER_LINE(codec) ((UCHAR)((codec) == 0 ? 1 : 0))

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* ---- Engines ------------------------------------------------------------------------------------ */

static unsigned capture_all(struct trial *t, HANDLE *handles, unsigned limit)
{
    unsigned count = 0;

    while (count < limit && NT_SUCCESS(capture_for(t, codec_address(t), &smallest, &handles[count])))
        count++;
    return count;
}

static bool release_all(struct trial *t, const HANDLE *handles, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        TRY(release(t, handles[i]));
    return true;
}

static bool exhausted(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT + 1], again;
    UCHAR codec = codec_address(t);
    unsigned count = capture_all(t, handles, ENGINE_LIMIT + 1);

    if (count == 0)
        return skip(t, "this controller has no engine that captures");
    EXPECT(count <= ENGINE_LIMIT);
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, capture_for(t, codec, &smallest, &again));
    TRY(release(t, handles[count / 2]));
    EXPECT_SUCCESS(capture_for(t, codec, &smallest, &again));
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, capture_for(t, codec, &smallest, &handles[count / 2]));
    return true;
}

/* How many engines of the second kind are left when all of the first have been taken. */
static bool own_kind_first(struct trial *t)
{
    const struct conformance_target *target = t->target;
    HANDLE first[ENGINE_LIMIT], second[ENGINE_LIMIT];
    unsigned renders, captures;

    if (!target->engines_known)
        return skip(t, "the controller's engines are not known");
    renders = allocate_all(t, &t->ddi, first, ENGINE_LIMIT);
    captures = capture_all(t, second, ENGINE_LIMIT);
    EXPECT_EQUAL(smaller(target->output_engines + target->bidirectional_engines, MAX_TAGS), renders);
    EXPECT(captures >= target->input_engines && captures + renders <= (unsigned)target->output_engines +
                                                                          target->input_engines +
                                                                          target->bidirectional_engines);
    TRY(release_all(t, first, renders));
    TRY(release_all(t, second, captures));
    captures = capture_all(t, second, ENGINE_LIMIT);
    EXPECT_EQUAL(smaller(target->input_engines + target->bidirectional_engines, MAX_TAGS), captures);
    renders = allocate_all(t, &t->ddi, first, ENGINE_LIMIT);
    EXPECT(renders >= smaller(target->output_engines, MAX_TAGS));
    return true;
}

static bool stream_ids(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT];
    unsigned count = capture_all(t, handles, ENGINE_LIMIT);
    ULONG seen = 1; /* 0 is reserved */

    if (count == 0)
        return skip(t, "this controller has no engine that captures");
    for (unsigned i = 0; i < count; i++) {
        struct buffer buffer;

        EXPECT_SUCCESS(allocate_buffer(t, handles[i], 4096, &buffer));
        EXPECT(buffer.stream <= MAX_TAGS);
        EXPECT(!(seen >> buffer.stream & 1));
        seen |= 1u << buffer.stream;
    }
    return true;
}

/* ---- Bandwidth ---------------------------------------------------------------------------------- */

/* 16 bits: whole bytes, so that padding does not matter. */
static HDAUDIO_STREAM_FORMAT words(unsigned channels)
{
    return (HDAUDIO_STREAM_FORMAT){48000, 16, 16, (USHORT)channels};
}

static bool capturing_is(struct trial *t, UCHAR codec, unsigned channels, NTSTATUS expected)
{
    HDAUDIO_STREAM_FORMAT format = words(channels);
    HANDLE handle;

    EXPECT_STATUS(expected, capture_for(t, codec, &format, &handle));
    return NT_SUCCESS(expected) ? release(t, handle) : true;
}

static bool can_count(struct trial *t)
{
    if (!t->target->input_line_payload || !t->target->input_stream_payload)
        return skip(t, "the controller's payloads are not known"), false;
    if (!t->target->engines_known || t->target->input_engines + t->target->bidirectional_engines < 2)
        return skip(t, "there are too few engines that capture"), false;
    return true;
}

static bool stream_payload(struct trial *t)
{
    UCHAR codec = codec_address(t);
    unsigned most = t->target->input_stream_payload & STREAM_MASK; /* words are channels here */

    if (!can_count(t))
        return t->skipped != NULL;
    for (unsigned multiplier = 1; multiplier <= 4; multiplier++) {
        HDAUDIO_STREAM_FORMAT format = words(smaller(MAX_CHANNELS, most / multiplier + 1));
        HANDLE handle;

        format.SampleRate *= multiplier;
        if (format.NumberOfChannels * multiplier <= most)
            continue;
        EXPECT_STATUS(STATUS_BUFFER_TOO_SMALL, capture_for(t, codec, &format, &handle));
    }
    return capturing_is(t, codec, smaller(most, 8), STATUS_SUCCESS);
}

/* One stream of sixteen channels or what fits, and a second that takes the rest to the last channel. */
static bool line_payload(struct trial *t)
{
    UCHAR codec = codec_address(t);
    unsigned most = t->target->input_stream_payload & STREAM_MASK, rest, left;
    HDAUDIO_STREAM_FORMAT format;
    HANDLE first, second;

    if (!can_count(t))
        return t->skipped != NULL;
    rest = t->target->input_line_payload * WORD_BITS;
    format = words(smaller(MAX_CHANNELS, smaller(most, (rest - TAG_BITS) / 16)));
    EXPECT_SUCCESS(capture_for(t, codec, &format, &first));
    rest -= format.NumberOfChannels * 16u + TAG_BITS;
    left = rest > TAG_BITS ? (rest - TAG_BITS) / 16 : 0;
    if (left == 0 || left >= smaller(most, MAX_CHANNELS))
        return skip(t, "two streams do not fill the line");
    TRY(capturing_is(t, codec, left + 1, STATUS_INSUFFICIENT_RESOURCES));
    format = words(left);
    EXPECT_SUCCESS(capture_for(t, codec, &format, &second));
    return true;
}

static bool lines_are_separate(struct trial *t)
{
    UCHAR codec = codec_address(t);
    HDAUDIO_STREAM_FORMAT format;
    HANDLE handles[ENGINE_LIMIT];
    unsigned count = 0, most = t->target->input_stream_payload & STREAM_MASK;

    if (!can_count(t))
        return t->skipped != NULL;
    if (t->target->input_engines + t->target->bidirectional_engines < 4)
        return skip(t, "there are too few engines that capture");
    format = words(smaller(MAX_CHANNELS, most));
    while (count < 3 && NT_SUCCESS(capture_for(t, codec, &format, &handles[count])))
        count++;
    if (count == 3)
        return skip(t, "three streams do not fill the line");
    TRY(capturing_is(t, OTHER_LINE(codec), format.NumberOfChannels, STATUS_SUCCESS));
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, capture_for(t, codec, &format, &handles[count]));
    return true;
}

static bool codec_out_of_range(struct trial *t)
{
    HANDLE handle;

    EXPECT_STATUS(STATUS_INVALID_PARAMETER, capture_for(t, 15, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, capture_for(t, 0xFF, &stereo, &handle));
    return true;
}

static bool changes(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT six = {96000, 24, 32, 2}, nowhere = {192000, 32, 32, 8};
    HDAUDIO_CONVERTER_FORMAT converter;
    struct buffer buffer;
    HANDLE handle;

    if (capture_for(t, codec_address(t), &smallest, &handle) == STATUS_INSUFFICIENT_RESOURCES)
        return skip(t, "this controller has no engine that captures");
    EXPECT_SUCCESS(DDI(ChangeBandwidthAllocation, handle, &six, &converter));
    EXPECT_EQUAL(0x0831, converter.ConverterFormat);
    EXPECT(!NT_SUCCESS(DDI(ChangeBandwidthAllocation, handle, &nowhere, &converter)));
    EXPECT_SUCCESS(allocate_buffer(t, handle, 1000, &buffer));
    if (buffer.mdl) /* the driver has chosen the size */
        EXPECT_EQUAL(1024, buffer.size);
    return true;
}

/* ---- Recording ---------------------------------------------------------------------------------- */

static unsigned char *map(struct trial *t, const struct buffer *buffer)
{
    PVOID memory = buffer->data;

    if (!memory)
        memory =
            MmMapLockedPagesSpecifyCache(buffer->mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);

    if (!memory)
        failed(t, __FILE__, __LINE__, "the buffer cannot be mapped");
    return memory;
}

static void unmap(PVOID memory, const struct buffer *buffer)
{
    if (buffer->mdl)
        MmUnmapLockedPages(memory, buffer->mdl);
}

static bool write_pattern(struct trial *t, const struct buffer *buffer)
{
    unsigned char *memory = map(t, buffer);

    TRY(memory != NULL);
    memset(memory, PATTERN, buffer->size);
    unmap(memory, buffer);
    return true;
}

/* Whether every frame, or none of them, has been written over. */
static bool overwritten(struct trial *t, const struct buffer *buffer, SIZE_T bytes, bool expected)
{
    static const unsigned char pattern[FRAME_BYTES] = {PATTERN, PATTERN, PATTERN, PATTERN};
    unsigned char *memory = map(t, buffer);
    SIZE_T frame = 0;

    TRY(memory != NULL);
    while (frame < bytes && (memcmp(memory + frame, pattern, FRAME_BYTES) != 0) == expected)
        frame += FRAME_BYTES;
    unmap(memory, buffer);
    EXPECT(frame >= bytes);
    return true;
}

/* An engine that captures, with a buffer of one period, in reset, to which the codec sends. */
static bool prepare_capture(struct trial *t, ULONG count, HANDLE *handle, struct buffer *buffer)
{
    UCHAR converter;

    if (!input_converter(t, &converter))
        return false;
    if (capture_for(t, codec_address(t), &stereo, handle) == STATUS_INSUFFICIENT_RESOURCES)
        return skip(t, "this controller has no engine that captures"), false;
    if (count == 0)
        EXPECT_SUCCESS(allocate_buffer(t, *handle, period_bytes(t), buffer));
    else
        EXPECT_SUCCESS(allocate_notified(t, *handle, count, period_bytes(t), buffer));
    TRY(write_pattern(t, buffer));
    return send_from(t, converter, buffer->stream);
}

static bool records(struct trial *t)
{
    struct buffer buffer;
    ULONG before, after;
    HANDLE handle;

    if (!prepare_capture(t, 0, &handle, &buffer))
        return t->skipped != NULL;
    TRY(overwritten(t, &buffer, buffer.size, false));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 4);
    TRY(position(t, handle, &before));
    EXPECT(before > 0 && before < buffer.size);
    advance(t, period(t) / 4);
    TRY(position(t, handle, &after));
    EXPECT(after > before && after < buffer.size);
    advance(t, period(t));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    return overwritten(t, &buffer, buffer.size, true);
}

static bool stops_and_resets(struct trial *t)
{
    struct buffer buffer;
    ULONG stopped, later;
    HANDLE handle;

    if (!prepare_capture(t, 0, &handle, &buffer))
        return t->skipped != NULL;
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 4);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    TRY(position(t, handle, &stopped));
    TRY(write_pattern(t, &buffer));
    advance(t, period(t));
    TRY(position(t, handle, &later));
    EXPECT_EQUAL(stopped, later);
    TRY(overwritten(t, &buffer, buffer.size, false));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    TRY(position(t, handle, &later));
    EXPECT_EQUAL(0, later);
    return true;
}

/* At each signal the half before it has been written, and what comes has not been as far as can be seen. */
static bool signals(struct trial *t)
{
    PKEVENT event = trial_event(t, SynchronizationEvent);
    ULONGLONG late = MILLISECOND + t->target->slack;
    struct buffer buffer;
    HANDLE handle;

    TRY(event != NULL);
    if (!prepare_capture(t, 2, &handle, &buffer))
        return t->skipped != NULL;
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handle, event));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    for (unsigned half = 1; half <= 4; half++) {
        ULONG bytes;

        EXPECT(signalled(event, period(t) / 2 + late));
        TRY(position(t, handle, &bytes));
        EXPECT((bytes + buffer.size - half * (ULONG)(buffer.size / 2) % (ULONG)buffer.size) % buffer.size <
               late * BYTES_PER_MS / MILLISECOND + BYTES_PER_MS);
        if (half == 1)
            TRY(overwritten(t, &buffer, buffer.size / 2, true));
    }
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(DDI(UnregisterNotificationEvent, handle, event));
    return true;
}

/* ---- Engines of either direction ---------------------------------------------------------------- */

/* Leaves bidirectional engines alone to be had. */
static bool take_the_others(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT];
    const struct conformance_target *target = t->target;

    if (!target->engines_known || target->bidirectional_engines == 0)
        return skip(t, "this controller has no bidirectional engine"), false;
    if (allocate_all(t, &t->ddi, handles, target->output_engines) != target->output_engines)
        return skip(t, "not all output engines are to be had"), false;
    if (capture_all(t, handles, target->input_engines) != target->input_engines)
        return skip(t, "not all input engines are to be had"), false;
    return true;
}

static bool renders_on(struct trial *t)
{
    ULONG bytes;
    HANDLE handle;

    TRY(start(t, 0, &handle));
    advance(t, period(t) / 4);
    TRY(position(t, handle, &bytes));
    EXPECT(bytes > 0);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    return release(t, handle);
}

static bool captures_on(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(prepare_capture(t, 0, &handle, &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) + period(t) / 4);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    TRY(overwritten(t, &buffer, buffer.size, true));
    EXPECT_SUCCESS(give_buffer(t, handle));
    return release(t, handle);
}

/* One engine, first in one direction, then in the other, and again. Nobody sends while it renders, or what it
 * received would move it. */
static bool direction_is_set_anew(struct trial *t)
{
    UCHAR converter;

    if (!take_the_others(t) || !input_converter(t, &converter))
        return t->skipped != NULL;
    for (unsigned round = 0; round < 3; round++) {
        TRY(captures_on(t));
        TRY(send_from(t, converter, 0));
        TRY(renders_on(t));
    }
    return true;
}

/* ---- Together ----------------------------------------------------------------------------------- */

/* At every phase against the link's frames, so that starting one by one cannot look like starting together.
 */
static bool same_period(struct trial *t)
{
    PKEVENT events[2] = {trial_event(t, SynchronizationEvent), trial_event(t, SynchronizationEvent)};
    ULONGLONG close = 10000 + t->target->slack; /* half a link frame */
    struct buffer buffer;
    HANDLE handles[2];

    TRY(events[0] != NULL && events[1] != NULL);
    if (t->target->no_stream_sync)
        return skip(t, "this controller has no SSYNC");
    if (!prepare_capture(t, 2, &handles[0], &buffer))
        return t->skipped != NULL;
    TRY(prepare(t, 2, &handles[1]));
    for (unsigned i = 0; i < 2; i++)
        EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handles[i], events[i]));
    for (unsigned round = 0; round < (t->target->slack ? 2 : 80); round++) {
        EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, 2, handles));
        EXPECT(signalled(events[0], period(t)));
        EXPECT(signalled(events[1], close));
        EXPECT_SUCCESS(DDI(SetDmaEngineState, StopState, 2, handles));
        EXPECT_SUCCESS(DDI(SetDmaEngineState, ResetState, 2, handles));
        advance(t, 260 * round);
    }
    for (unsigned i = 0; i < 2; i++)
        EXPECT_SUCCESS(DDI(UnregisterNotificationEvent, handles[i], events[i]));
    return true;
}

const struct check capture_checks[] = {
    {"AllocateCaptureDmaEngine.exhausted", "INSUFFICIENT_RESOURCES: no engine; a freed one can be had again.",
     exhausted, false, NULL},
    {"AllocateCaptureDmaEngine.own-kind-first",
     "For rendering an output engine is tried first, for capture an input engine, then a bidirectional one.",
     own_kind_first, false, NULL},
    {"AllocateCaptureDmaEngine.codec", "Capture also names the codec (its SDI line): 0 to 14.",
     codec_out_of_range, false, NULL},
    {"AllocateCaptureDmaEngine.stream-payload",
     "One stream alone may not exceed INSTRMPAY: more is BUFFER_TOO_SMALL.", stream_payload, false, NULL},
    {"AllocateCaptureDmaEngine.line-payload",
     "Bandwidth is counted for each codec's SDI line: blocks x channels x bits, plus the tag inbound; more "
     "than what is left is INSUFFICIENT_RESOURCES.",
     line_payload, false, NULL},
    {"AllocateCaptureDmaEngine.lines-are-separate",
     "Bandwidth is counted separately for SDO and for each codec's SDI line.", lines_are_separate, false,
     NULL},
    {"AllocateDmaBuffer.capture-stream-id",
     "The stream tag handed out (StreamId, 1-15; 0 is reserved) is unique per direction.", stream_ids, false,
     NULL},
    {"ChangeBandwidthAllocation.captures",
     "An engine that captures has the new format from then on; on failure the old reservation stays.",
     changes, false, NULL},
    {"SetDmaEngineState.records", "A running engine that captures fills its buffer.", records, false, NULL},
    {"SetDmaEngineState.capture-stops",
     "Pausing keeps the position where the hardware does; Reset returns it to 0; a stopped engine writes "
     "nothing.",
     stops_and_resets, false, NULL},
    {"SetDmaEngineState.either-direction",
     "A bidirectional engine renders or captures as it was allocated, whatever it did before.",
     direction_is_set_anew, false, NULL},
    {"SetDmaEngineState.capture-and-render-together",
     "All engines of one call change together, of either direction.", same_period, true, NULL},
    {"RegisterNotificationEvent.captures",
     "The driver signals every one of them each time the engine raises an IOC interrupt, also where it "
     "captures: then that half of the buffer has been filled.",
     signals, true, NULL},
    {0},
};
