/* SPDX-License-Identifier: BSD-2-Clause */
/* power.c - DDI Power: what clients hold, and what codecs were told, when the bus has slept. */
#include <stdatomic.h>

#include "check.h"

#define CYCLES     5
#define PATTERN    0xA5
#define ROOT       0
#define VENDOR_ID  0x00 /* parameters (HDA 7.3.4) */
#define CAPS       0x09
#define SET_STREAM 0x706 /* verbs (HDA 7.3.3) */
#define GET_STREAM 0xF06

static bool sleep_through(struct trial *t)
{
    TRY(suspend(t));
    advance(t, 10 * MILLISECOND);
    return resume(t);
}

/* ---- Engines ------------------------------------------------------------------------------------ */

static bool stands_at_0(struct trial *t, HANDLE handle)
{
    ULONG bytes;

    TRY(position(t, handle, &bytes));
    EXPECT_EQUAL(0, bytes);
    advance(t, 10 * MILLISECOND);
    TRY(position(t, handle, &bytes));
    EXPECT_EQUAL(0, bytes);
    return true;
}

/* Begins at 0, at the rate of its format. */
static bool moves_on_from_0(struct trial *t, HANDLE handle)
{
    ULONGLONG begun = now(t), limit;
    ULONG bytes;

    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 2);
    TRY(position(t, handle, &bytes));
    limit = (now(t) - begun + tolerance(t)) * BYTES_PER_MS / MILLISECOND;
    if (bytes > limit || bytes + tolerance(t) * BYTES_PER_MS / MILLISECOND < period_bytes(t) / 2)
        return failed(t, __FILE__, __LINE__, "byte %u after half a period of %u bytes", (unsigned)bytes,
                      (unsigned)period_bytes(t));
    return true;
}

static bool running_stops(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    advance(t, period(t) / 3);
    TRY(sleep_through(t));
    TRY(stands_at_0(t, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle)); /* which it could not if it ran */
    return moves_on_from_0(t, handle);
}

static bool stopped_stays(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    advance(t, period(t) / 3);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    TRY(sleep_through(t));
    TRY(stands_at_0(t, handle));
    return moves_on_from_0(t, handle);
}

static bool reset_stays(struct trial *t)
{
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    TRY(sleep_through(t));
    TRY(stands_at_0(t, handle));
    return moves_on_from_0(t, handle);
}

static bool position_is_0_asleep(struct trial *t)
{
    PULONG pointer = NULL, again = NULL;
    HANDLE handle;

    TRY(start(t, 0, &handle));
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &pointer));
    advance(t, period(t) / 3);
    TRY(suspend(t));
    EXPECT_EQUAL(0, read_register(pointer));
    advance(t, 10 * MILLISECOND);
    EXPECT_EQUAL(0, read_register(pointer));
    TRY(resume(t));
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &again));
    EXPECT(pointer == again);
    return true;
}

/* One that ran, one that was stopped and one that was in reset, in one call. */
static bool all_run_together(struct trial *t)
{
    HANDLE handles[3];
    ULONG bytes;

    for (unsigned i = 0; i < 3; i++)
        TRY(prepare(t, 0, &handles[i]));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, 2, handles));
    advance(t, period(t) / 3);
    EXPECT_SUCCESS(set_state(t, StopState, handles[1]));
    TRY(sleep_through(t));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, 3, handles));
    advance(t, period(t) / 2);
    for (unsigned i = 0; i < 3; i++) {
        TRY(position(t, handles[i], &bytes));
        EXPECT(bytes > 0);
    }
    return true;
}

static bool again_and_again(struct trial *t)
{
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    for (unsigned i = 0; i < CYCLES; i++) {
        TRY(moves_on_from_0(t, handle));
        TRY(suspend(t));
        TRY(resume(t));
    }
    return stands_at_0(t, handle);
}

static bool captures_again(struct trial *t)
{
    struct buffer buffer;
    ULONG bytes = 0;
    HANDLE handle;
    UCHAR node;

    if (!input_converter(t, &node))
        return t->skipped != NULL;
    if (!NT_SUCCESS(capture_for(t, codec_address(t), &stereo, &handle)))
        return skip(t, "this controller has no engine that captures");
    EXPECT_SUCCESS(allocate_buffer(t, handle, period_bytes(t), &buffer));
    TRY(send_from(t, node, buffer.stream));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    TRY(sleep_through(t));
    TRY(stands_at_0(t, handle));
    if (!input_converter(t, &node)) /* up again: the codec has been reset */
        return t->skipped != NULL;
    TRY(send_from(t, node, buffer.stream));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 2);
    TRY(position(t, handle, &bytes));
    EXPECT(bytes > 0);
    return true;
}

/* ---- What they hold ----------------------------------------------------------------------------- */

static bool engines_kept(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT], another;
    unsigned count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);
    struct buffer before, after;

    EXPECT(count > 0);
    EXPECT_SUCCESS(allocate_buffer(t, handles[0], period_bytes(t), &before));
    TRY(sleep_through(t));
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, allocate_for(t, &t->ddi, &smallest, &another));
    for (unsigned i = 1; i < count; i++) {
        EXPECT_SUCCESS(allocate_buffer(t, handles[i], period_bytes(t), &after));
        EXPECT(after.stream != before.stream);
    }
    for (unsigned i = 0; i < count; i++)
        EXPECT_SUCCESS(give_buffer(t, handles[i]));
    for (unsigned i = 0; i < count; i++)
        TRY(release(t, handles[count - 1 - i]));
    return true;
}

/* Where the buffer can be read and written; NULL without memory. */
static unsigned char *open_buffer(const struct buffer *buffer)
{
    if (buffer->data)
        return buffer->data;
    return MmMapLockedPagesSpecifyCache(buffer->mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
}

static void close_buffer(unsigned char *memory, const struct buffer *buffer)
{
    if (memory && !buffer->data)
        MmUnmapLockedPages(memory, buffer->mdl);
}

static bool is_pattern(const unsigned char *memory, SIZE_T size)
{
    for (SIZE_T i = 0; i < size; i++)
        if (memory[i] != (unsigned char)(PATTERN + i * 7))
            return false;
    return true;
}

static void write_pattern(unsigned char *memory, SIZE_T size)
{
    for (SIZE_T i = 0; i < size; i++)
        memory[i] = (unsigned char)(PATTERN + i * 7);
}

static bool survives_sleep(struct trial *t, unsigned char *memory, SIZE_T size)
{
    EXPECT(memory != NULL);
    write_pattern(memory, size);
    TRY(suspend(t));
    EXPECT(is_pattern(memory, size));
    TRY(resume(t));
    EXPECT(is_pattern(memory, size));
    return true;
}

static bool buffer_kept(struct trial *t)
{
    struct buffer buffer;
    unsigned char *memory;
    HANDLE handle;
    bool kept;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(allocate_buffer(t, handle, period_bytes(t), &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    memory = open_buffer(&buffer);
    kept = survives_sleep(t, memory, buffer.size);
    close_buffer(memory, &buffer);
    TRY(kept);
    return moves_on_from_0(t, handle);
}

/* ---- What is done asleep ------------------------------------------------------------------------ */

static bool made_asleep(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(suspend(t));
    TRY(allocate(t, &stereo, &handle));
    TRY(resume(t));
    EXPECT_SUCCESS(allocate_buffer(t, handle, period_bytes(t), &buffer));
    return moves_on_from_0(t, handle);
}

static bool freed_asleep(struct trial *t)
{
    HANDLE runs, rests, handles[ENGINE_LIMIT];
    unsigned count;

    TRY(start(t, 0, &runs));
    TRY(prepare(t, 0, &rests));
    count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);
    TRY(suspend(t));
    EXPECT_SUCCESS(give_buffer(t, runs));
    EXPECT_SUCCESS(give_buffer(t, rests));
    TRY(release(t, runs));
    TRY(release(t, rests));
    TRY(resume(t));
    EXPECT_EQUAL(2, allocate_all(t, &t->ddi, handles + count, ENGINE_LIMIT - count));
    return true;
}

static bool stopped_asleep(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    TRY(suspend(t));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    TRY(resume(t));
    TRY(stands_at_0(t, handle));
    return moves_on_from_0(t, handle);
}

/* The other client goes with all that it has while the bus is asleep. */
static bool dereferenced_asleep(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT];
    unsigned count;

    TRY(other_takes_all(t, &count));
    TRY(suspend(t));
    close_other(t);
    TRY(resume(t));
    EXPECT_EQUAL(count, allocate_all(t, &t->ddi, handles, ENGINE_LIMIT));
    return true;
}

/* ---- Events ------------------------------------------------------------------------------------- */

static bool same_event(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(start(t, 2, &handle));
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handle, event));
    TRY(sleep_through(t));
    KeClearEvent(event);
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT(signalled(event, period(t) + tolerance(t)));
    EXPECT_SUCCESS(DDI(UnregisterNotificationEvent, handle, event));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(UnregisterNotificationEvent, handle, event));
    return true;
}

/* At every phase of a running engine; nor does the resume signal it. */
static bool no_event_asleep(struct trial *t)
{
    unsigned rounds = t->target->slack ? 1 : 20;
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(prepare(t, 2, &handle));
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handle, event));
    for (unsigned round = 0; round < rounds; round++) {
        EXPECT_SUCCESS(set_state(t, RunState, handle));
        advance(t, period(t) / 2 - 10000 * (rounds / 2) + 10000 * round);
        TRY(suspend(t));
        KeClearEvent(event);
        advance(t, quiet_time(t));
        EXPECT(KeReadStateEvent(event) == 0);
        TRY(resume(t));
        advance(t, period(t));
        EXPECT(KeReadStateEvent(event) == 0);
    }
    return true;
}

static bool event_of_sleep(struct trial *t)
{
    PKEVENT kept = trial_event(t, NotificationEvent), gone = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(kept != NULL && gone != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handle, gone));
    TRY(suspend(t));
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handle, kept));
    EXPECT_SUCCESS(DDI(UnregisterNotificationEvent, handle, gone));
    poison(gone, sizeof(*gone));
    TRY(resume(t));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT(signalled(kept, period(t) + tolerance(t)));
    EXPECT(poisoned(gone, sizeof(*gone)));
    return true;
}

/* ---- Codecs ------------------------------------------------------------------------------------- */

static bool output_converter(struct trial *t, UCHAR *node)
{
    unsigned count;
    UCHAR first;

    TRY(widgets(t, &first, &count));
    for (unsigned i = 0; i < count; i++) {
        ULONG caps;

        *node = (UCHAR)(first + i);
        TRY(ask(t, parameter(codec_address(t), *node, CAPS), &caps));
        if ((caps >> 20 & 0xF) == 0)
            return true;
    }
    skip(t, "this codec has no output converter");
    return false;
}

/* Its stream is what every reset of the link takes from a converter, one that keeps other settings as well
 * (HDA 7.3.3.10, EPSS). */
static bool codecs_are_reset(struct trial *t)
{
    ULONG response;
    UCHAR node;

    if (t->target->codecs_keep_streams)
        return skip(t, "a reset of the link resets no codec here");
    if (!output_converter(t, &node))
        return t->skipped != NULL;
    TRY(ask(t, verb(t, node, SET_STREAM, 0x70), &response));
    TRY(ask(t, verb(t, node, GET_STREAM, 0), &response));
    EXPECT_EQUAL(0x70, response & 0xF0);
    TRY(suspend(t));
    TRY(resume(t));
    TRY(ask(t, verb(t, node, GET_STREAM, 0), &response));
    EXPECT_EQUAL(0, response & 0xF0);
    return true;
}

static bool codecs_are_found(struct trial *t)
{
    HDAUDIO_DEVICE_INFORMATION before = {.Size = sizeof(before)}, after = {.Size = sizeof(after)};
    UCHAR address[2], node[2];
    ULONG ids[2];

    EXPECT_SUCCESS(DDI(GetDeviceInformation, &before));
    DDI(GetResourceInformation, &address[0], &node[0]);
    TRY(ask(t, parameter(address[0], ROOT, VENDOR_ID), &ids[0]));
    TRY(suspend(t));
    TRY(resume(t));
    EXPECT_SUCCESS(DDI(GetDeviceInformation, &after));
    DDI(GetResourceInformation, &address[1], &node[1]);
    EXPECT_EQUAL(before.CodecsDetected, after.CodecsDetected);
    EXPECT_EQUAL(address[0], address[1]);
    EXPECT_EQUAL(node[0], node[1]);
    TRY(ask(t, parameter(address[0], ROOT, VENDOR_ID), &ids[1]));
    EXPECT_EQUAL(ids[0], ids[1]);
    return true;
}

/* ---- Verbs -------------------------------------------------------------------------------------- */

#define BATCHES 3
#define VERBS   300

static bool send_batches(struct trial *t, HDAUDIO_CODEC_TRANSFER *transfers, _Atomic unsigned *done)
{
    for (unsigned i = 0; i < BATCHES * VERBS; i++)
        transfers[i].Output.Command = parameter(codec_address(t), ROOT, VENDOR_ID);
    for (unsigned i = 0; i < BATCHES; i++)
        EXPECT_SUCCESS(DDI(TransferCodecVerbs, VERBS, transfers + i * VERBS, count_completion, done));
    return true;
}

static bool answers_what_it_has(struct trial *t)
{
    HDAUDIO_CODEC_TRANSFER *transfers = trial_memory(t, BATCHES * VERBS * sizeof(*transfers));
    _Atomic unsigned *done = trial_memory(t, sizeof(*done));
    ULONG id;

    TRY(transfers != NULL && done != NULL);
    TRY(ask(t, parameter(codec_address(t), ROOT, VENDOR_ID), &id));
    TRY(send_batches(t, transfers, done));
    TRY(suspend(t));
    EXPECT_EQUAL(BATCHES, atomic_load(done));
    for (unsigned i = 0; i < BATCHES * VERBS; i++) {
        EXPECT_EQUAL(1, transfers[i].Input.IsValid);
        EXPECT_EQUAL(id, transfers[i].Input.Response);
    }
    EXPECT_STATUS(STATUS_DEVICE_NOT_READY, DDI(TransferCodecVerbs, 1, transfers, NULL, NULL));
    TRY(resume(t));
    TRY(send_batches(t, transfers, done));
    TRY(ask(t, parameter(codec_address(t), ROOT, VENDOR_ID), &id)); /* after them */
    EXPECT_EQUAL(2 * BATCHES, atomic_load(done));
    for (unsigned i = 0; i < BATCHES * VERBS; i++)
        EXPECT_EQUAL(1, transfers[i].Input.IsValid);
    return true;
}

/* An address without a codec, so that suspending waits for as long as they have. */
static bool unanswered_end(struct trial *t)
{
    HDAUDIO_DEVICE_INFORMATION information = {.Size = sizeof(information)};
    HDAUDIO_CODEC_TRANSFER *transfer = trial_memory(t, sizeof(*transfer));
    _Atomic unsigned *done = trial_memory(t, sizeof(*done));
    ULONGLONG begun;
    UCHAR absent = 0;
    ULONG id;

    TRY(transfer != NULL && done != NULL);
    EXPECT_SUCCESS(DDI(GetDeviceInformation, &information));
    while (information.CodecsDetected >> absent & 1)
        absent++;
    if (absent == 15)
        return skip(t, "every codec address is taken");
    transfer->Output.Command = parameter(absent, ROOT, VENDOR_ID);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 1, transfer, count_completion, done));
    begun = now(t);
    TRY(suspend(t));
    EXPECT(now(t) - begun <= 2 * verb_timeout(t) + 100 * MILLISECOND + 2 * t->target->slack);
    EXPECT_EQUAL(1, atomic_load(done));
    EXPECT_EQUAL(0, transfer->Input.IsValid);
    TRY(resume(t));
    return ask(t, parameter(codec_address(t), ROOT, VENDOR_ID), &id);
}

/* ---- Unsolicited responses ---------------------------------------------------------------------- */

static VOID NTAPI count_response(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    (void)response;
    atomic_fetch_add((_Atomic unsigned *)context, 1);
}

static bool tags_kept(struct trial *t)
{
    _Atomic unsigned *heard = trial_memory(t, sizeof(*heard));
    UCHAR mine, first, tag;

    TRY(heard != NULL);
    EXPECT_SUCCESS(DDI(RegisterEventCallback, count_response, heard, &first));
    EXPECT_SUCCESS(DDI(RegisterEventCallback, count_response, heard, &mine));
    TRY(suspend(t));
    TRY(resume(t));
    for (unsigned i = 2; i < 64; i++) {
        EXPECT_SUCCESS(DDI(RegisterEventCallback, count_response, heard, &tag));
        EXPECT(tag != mine && tag != first);
    }
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, DDI(RegisterEventCallback, count_response, heard, &tag));
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, mine));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(UnregisterEventCallback, mine));
    return true;
}

static bool speaks_again(struct trial *t)
{
    _Atomic unsigned *heard = trial_memory(t, sizeof(*heard));
    struct jack jack;
    UCHAR tag;

    TRY(heard != NULL);
    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    EXPECT_SUCCESS(DDI(RegisterEventCallback, count_response, heard, &tag));
    TRY(enable_jack(t, &jack, tag));
    TRY(suspend(t));
    TRY(resume(t));
    TRY(enable_jack(t, &jack, tag)); /* the codec has been reset */
    EXPECT(move_jack(t, &jack));
    settle(t);
    EXPECT_EQUAL(1, atomic_load(heard));
    TRY(disable_jack(t, &jack));
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
    return true;
}

#define STATES                                                                                            \
    "Running and stopped engines are stopped, at position 0; those in Reset stay there. All of them can " \
    "run "                                                                                                \
    "again at once."
#define AS_BEFORE \
    "After resume handles, formats, buffers with what is in them, registrations and tags are as before."
#define WORKS "Asleep, everything else works."

const struct check power_checks[] = {
    {"Power.running-engines", STATES, running_stops, false, NULL},
    {"Power.stopped-engines", STATES, stopped_stays, false, NULL},
    {"Power.engines-in-reset", STATES, reset_stays, false, NULL},
    {"Power.position-asleep", "Running and stopped engines are stopped, at position 0; pointers are read.",
     position_is_0_asleep, false, NULL},
    {"Power.run-together", STATES, all_run_together, false, NULL},
    {"Power.again", STATES, again_and_again, false, NULL},
    {"Power.capturing-engines", STATES, captures_again, false, NULL},
    {"Power.engines-kept", AS_BEFORE, engines_kept, false, NULL},
    {"Power.buffers-kept", AS_BEFORE, buffer_kept, false, NULL},
    {"Power.tags-kept", AS_BEFORE, tags_kept, false, NULL},
    {"Power.events-kept", AS_BEFORE, same_event, true, NULL},
    {"Power.no-event-asleep",
     "Suspend stops the engines that run, with what stopping promises: no new delivery begins.",
     no_event_asleep, true, NULL},
    {"Power.events-registered-asleep", "Asleep, clients are registered.", event_of_sleep, true, NULL},
    {"Power.engines-allocated-asleep", "Asleep, engines are allocated.", made_asleep, false, NULL},
    {"Power.engines-freed-asleep", "Asleep, engines are freed, buffers freed.", freed_asleep, false, NULL},
    {"Power.engines-stopped-asleep", "Asleep, engines are stopped and reset.", stopped_asleep, false, NULL},
    {"Power.dereferenced-asleep", WORKS, dereferenced_asleep, false, NULL},
    {"Power.codecs-reset", "After resume codecs have been reset.", codecs_are_reset, false, NULL},
    {"Power.codecs-found", "After resume codecs have been found again.", codecs_are_found, false, NULL},
    {"Power.verbs-answered", "Suspend accepts no verbs any more, and answers those that it has.",
     answers_what_it_has, false, NULL},
    {"Power.verbs-unanswered",
     "Suspend answers the verbs that it has; a verb without an answer takes at most 25 ms per batch.",
     unanswered_end, false, NULL},
    {"Power.unsolicited-again", AS_BEFORE, speaks_again, false, NULL},
    {0},
};
