/* SPDX-License-Identifier: BSD-2-Clause */
/* callback.c - DDI 3, Notification callbacks: when they come, at which level, with which time, and when they
 * come no more. */
#include <stdatomic.h>
#include <string.h>

#include "check.h"

#define MANY 1000

/* What a callback has seen. Its context is all that a callback knows. */
struct heard {
    struct trial *t;
    _Atomic unsigned count;
    _Atomic unsigned returned; /* how many calls are over */
    KIRQL level;
    LONGLONG stamp;   /* what it was given */
    LONGLONG counter; /* and what the performance counter was then */
    HANDLE stops;     /* an engine that it stops */
    NTSTATUS status;  /* of what it did */
    HDAUDIO_CODEC_TRANSFER transfer;
    _Atomic unsigned answered;
};

static VOID NTAPI hear(PVOID context, LARGE_INTEGER stamp)
{
    struct heard *heard = context;

    heard->level = KeGetCurrentIrql();
    heard->stamp = stamp.QuadPart;
    heard->counter = KeQueryPerformanceCounter(NULL).QuadPart;
    atomic_fetch_add(&heard->count, 1);
}

/* Another routine, which does the same. */
static VOID NTAPI hear_too(PVOID context, LARGE_INTEGER stamp)
{
    hear(context, stamp);
}

static NTSTATUS add(struct trial *t, HANDLE handle, PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine, PVOID context)
{
    return DDI(RegisterNotificationCallback, handle, t->target->device, routine, context);
}

static NTSTATUS take(struct trial *t, HANDLE handle, PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine,
                     PVOID context)
{
    return DDI(UnregisterNotificationCallback, handle, routine, context);
}

static struct heard *new_heard(struct trial *t)
{
    struct heard *heard = trial_memory(t, sizeof(*heard));

    if (heard)
        heard->t = t;
    return heard;
}

/* How many calls there are in so many periods. */
static unsigned calls_in(struct trial *t, struct heard *heard, unsigned periods)
{
    unsigned before = atomic_load(&heard->count);

    advance(t, periods * period(t) + tolerance(t));
    return atomic_load(&heard->count) - before;
}

/* Waits for a number of calls, a period for each and one more. */
static bool comes(struct trial *t, struct heard *heard, unsigned count)
{
    ULONGLONG end = now(t) + (count + 1) * period(t) + tolerance(t);

    while (atomic_load(&heard->count) < count && now(t) < end)
        advance(t, MILLISECOND / 10);
    EXPECT(atomic_load(&heard->count) >= count);
    return true;
}

/* An engine that runs with a callback. */
static bool start_hearing(struct trial *t, ULONG count, HANDLE *handle, struct heard **heard)
{
    *heard = new_heard(t);
    TRY(*heard != NULL);
    TRY(start(t, count, handle));
    EXPECT_SUCCESS(add(t, *handle, hear, *heard));
    return true;
}

/* ---- When --------------------------------------------------------------------------------------- */

static bool calls_at_boundaries(struct trial *t, ULONG count)
{
    ULONG part = period_bytes(t) / count, bytes;
    struct heard *heard = new_heard(t);
    HANDLE handle;

    TRY(heard != NULL);
    TRY(prepare(t, count, &handle));
    EXPECT_SUCCESS(add(t, handle, hear, heard));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    for (unsigned i = 1; i <= 3 * count; i++) {
        TRY(comes(t, heard, i));
        EXPECT_EQUAL(i, atomic_load(&heard->count));
        TRY(position(t, handle, &bytes));
        EXPECT(bytes % part <= tolerance(t) * BYTES_PER_MS / MILLISECOND);
        EXPECT_EQUAL(i % count, bytes / part);
    }
    return true;
}

static bool once_a_pass(struct trial *t)
{
    return calls_at_boundaries(t, 1);
}

static bool twice_a_pass(struct trial *t)
{
    return calls_at_boundaries(t, 2);
}

static bool at_dispatch_level(struct trial *t)
{
    struct heard *heard;
    HANDLE handle;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(start_hearing(t, 1, &handle, &heard));
    TRY(comes(t, heard, 1));
    EXPECT_SUCCESS(take(t, handle, hear, heard));
    EXPECT_EQUAL(DISPATCH_LEVEL, heard->level);
    return true;
}

static ULONGLONG to_nanoseconds(LONGLONG counts)
{
    LARGE_INTEGER frequency;

    KeQueryPerformanceCounter(&frequency);
    return (ULONGLONG)((double)counts * 1e9 / (double)frequency.QuadPart);
}

/* Each time is that of its own interrupt: a pass lies between two. */
static bool timestamp(struct trial *t)
{
    struct heard *heard;
    LONGLONG last = 0;
    HANDLE handle;

    TRY(start_hearing(t, 1, &handle, &heard));
    for (unsigned i = 1; i <= 4; i++) {
        ULONGLONG passed;

        TRY(comes(t, heard, i));
        EXPECT(heard->stamp <= heard->counter);
        EXPECT(to_nanoseconds(heard->counter - heard->stamp) <= tolerance(t));
        passed = to_nanoseconds(heard->stamp - last);
        if (i > 1)
            EXPECT(passed + tolerance(t) >= period(t) && passed <= period(t) + tolerance(t));
        last = heard->stamp;
    }
    return true;
}

/* Deferred work is kept off for two milliseconds after the interrupt. */
static bool timestamp_of_interrupt(struct trial *t)
{
    struct heard *heard;
    HANDLE handle;
    LONGLONG before;
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    TRY(start_hearing(t, 2, &handle, &heard));
    advance(t, period(t) / 2 - MILLISECOND / 10);
    level = raise_irql(t);
    before = KeQueryPerformanceCounter(NULL).QuadPart;
    for (unsigned i = 0; i < 10; i++)
        KeStallExecutionProcessor(200);
    lower_irql(t, level);
    EXPECT_EQUAL(1, atomic_load(&heard->count));
    EXPECT(heard->stamp >= before);
    EXPECT(to_nanoseconds(heard->stamp - before) < MILLISECOND / 5);
    EXPECT(to_nanoseconds(heard->counter - heard->stamp) > MILLISECOND);
    return true;
}

static bool before_the_buffer(struct trial *t)
{
    struct heard *heard = new_heard(t);
    struct buffer buffer;
    HANDLE handle;

    TRY(heard != NULL);
    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(add(t, handle, hear, heard));
    EXPECT_SUCCESS(allocate_notified(t, handle, 1, period_bytes(t), &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    return comes(t, heard, 1);
}

static bool many(struct trial *t)
{
    struct heard *heard = trial_memory(t, MANY * sizeof(*heard));
    HANDLE handle;

    TRY(heard != NULL);
    TRY(prepare(t, 1, &handle));
    for (unsigned i = 0; i < MANY; i++)
        EXPECT_SUCCESS(add(t, handle, hear, &heard[i]));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) + tolerance(t));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    for (unsigned i = 0; i < MANY; i++)
        EXPECT_SUCCESS(take(t, handle, hear, &heard[(i * 7) % MANY]));
    for (unsigned i = 0; i < MANY; i++)
        EXPECT_EQUAL(1, atomic_load(&heard[i].count));
    return true;
}

static bool own_engine_only(struct trial *t)
{
    struct heard *runs = new_heard(t), *rests = new_heard(t);
    HANDLE handles[2];

    TRY(runs != NULL && rests != NULL);
    TRY(prepare(t, 1, &handles[0]));
    TRY(prepare(t, 1, &handles[1]));
    EXPECT_SUCCESS(add(t, handles[0], hear, runs));
    EXPECT_SUCCESS(add(t, handles[1], hear, rests));
    EXPECT_SUCCESS(set_state(t, RunState, handles[0]));
    TRY(comes(t, runs, 2));
    EXPECT_EQUAL(0, atomic_load(&rests->count));
    return true;
}

static bool beside_events(struct trial *t)
{
    PKEVENT event = trial_event(t, SynchronizationEvent);
    struct heard *heard;
    HANDLE handle;

    TRY(event != NULL);
    TRY(start_hearing(t, 1, &handle, &heard));
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handle, event));
    TRY(comes(t, heard, 1));
    EXPECT(signalled(event, tolerance(t)));
    EXPECT_SUCCESS(take(t, handle, hear, heard));
    EXPECT(signalled(event, period(t) + tolerance(t)));
    EXPECT_SUCCESS(DDI(UnregisterNotificationEvent, handle, event));
    return true;
}

/* ---- Registrations ------------------------------------------------------------------------------ */

static bool twice_is_two(struct trial *t)
{
    struct heard *heard;
    unsigned calls;
    HANDLE handle;

    TRY(start_hearing(t, 1, &handle, &heard));
    EXPECT_SUCCESS(add(t, handle, hear, heard));
    TRY(comes(t, heard, 2));
    EXPECT_SUCCESS(take(t, handle, hear, heard));
    calls = calls_in(t, heard, 2);
    EXPECT(calls == 2 || calls == 3);
    EXPECT_SUCCESS(take(t, handle, hear, heard));
    EXPECT_EQUAL(0, calls_in(t, heard, 2));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, hear, heard));
    return true;
}

static bool register_null(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, add(t, handle, NULL, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, NULL, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, NULL, NULL));
    return true;
}

static bool null_context(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(add(t, handle, hear, NULL));
    EXPECT_SUCCESS(take(t, handle, hear, NULL));
    return true;
}

static bool null_device(struct trial *t)
{
    struct heard *heard = new_heard(t);
    HANDLE handle;

    TRY(heard != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(DDI(RegisterNotificationCallback, handle, NULL, hear, heard));
    TRY(comes(t, heard, 1));
    EXPECT_SUCCESS(take(t, handle, hear, heard));
    return true;
}

static bool both_must_match(struct trial *t)
{
    struct heard *one = new_heard(t), *two = new_heard(t);
    HANDLE handle;

    TRY(one != NULL && two != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, hear, one));
    EXPECT_SUCCESS(add(t, handle, hear, two));
    EXPECT_SUCCESS(add(t, handle, hear_too, one));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, hear_too, two));
    EXPECT_SUCCESS(take(t, handle, hear, one));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, hear, one));
    TRY(comes(t, one, 1));
    TRY(comes(t, two, 1));
    EXPECT_SUCCESS(take(t, handle, hear_too, one));
    EXPECT_EQUAL(0, calls_in(t, one, 2));
    EXPECT(calls_in(t, two, 2) >= 2);
    EXPECT_SUCCESS(take(t, handle, hear, two));
    return true;
}

static bool not_registered(struct trial *t)
{
    struct heard *heard;
    HANDLE handle, other;

    TRY(start_hearing(t, 1, &handle, &heard));
    TRY(allocate(t, &stereo, &other));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, other, hear, heard));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, hear, &handle));
    return comes(t, heard, 1);
}

/* ---- The barrier -------------------------------------------------------------------------------- */

/* Unregistering at every phase of a running engine; the memory is used for something else at once. */
static bool barrier(struct trial *t)
{
    struct heard *heard = new_heard(t);
    HANDLE handle;

    TRY(heard != NULL);
    TRY(start(t, 2, &handle));
    for (unsigned round = 0; round < (t->target->slack ? 4 : 30); round++) {
        memset(heard, 0, sizeof(*heard));
        EXPECT_SUCCESS(add(t, handle, hear, heard));
        advance(t, round * period(t) / 23 + 17000 * round);
        EXPECT_SUCCESS(take(t, handle, hear, heard));
        poison(heard, sizeof(*heard));
        advance(t, period(t) + tolerance(t));
        EXPECT(poisoned(heard, sizeof(*heard)));
    }
    return true;
}

/* Takes ten milliseconds. */
static VOID NTAPI dawdle(PVOID context, LARGE_INTEGER stamp)
{
    struct heard *heard = context;

    (void)stamp;
    atomic_fetch_add(&heard->count, 1);
    for (unsigned i = 0; i < 200; i++)
        KeStallExecutionProcessor(50);
    atomic_fetch_add(&heard->returned, 1);
}

static bool waits(struct trial *t)
{
    struct heard *heard = new_heard(t);
    HANDLE handle;

    if (!t->target->slack)
        return skip(t, "deferred work does not run beside this thread");
    TRY(heard != NULL);
    TRY(start(t, 1, &handle));
    for (unsigned round = 0; round < 3; round++) {
        unsigned returned;

        atomic_store(&heard->count, 0);
        atomic_store(&heard->returned, 0);
        EXPECT_SUCCESS(add(t, handle, dawdle, heard));
        TRY(comes(t, heard, 1));
        EXPECT_SUCCESS(take(t, handle, dawdle, heard));
        returned = atomic_load(&heard->returned);
        advance(t, 2 * t->target->slack); /* for one that still runs: its memory must be there */
        EXPECT_EQUAL(atomic_load(&heard->count), returned);
    }
    return true;
}

static VOID NTAPI unregister_itself(PVOID context, LARGE_INTEGER stamp)
{
    struct heard *heard = context;
    struct trial *t = heard->t;

    (void)stamp;
    heard->status = take(t, heard->stops, unregister_itself, heard);
    atomic_fetch_add(&heard->count, 1);
}

static bool from_within(struct trial *t)
{
    struct heard *heard = new_heard(t);

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(heard != NULL);
    TRY(prepare(t, 1, &heard->stops));
    EXPECT_SUCCESS(add(t, heard->stops, unregister_itself, heard));
    EXPECT_SUCCESS(set_state(t, RunState, heard->stops));
    TRY(comes(t, heard, 2));
    EXPECT_SUCCESS(take(t, heard->stops, unregister_itself, heard));
    EXPECT_EQUAL((ULONG)STATUS_UNSUCCESSFUL, (ULONG)heard->status);
    return true;
}

static bool engine_free_drops(struct trial *t)
{
    struct heard *heard;
    HANDLE handle;

    TRY(start_hearing(t, 1, &handle, &heard));
    TRY(comes(t, heard, 1));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
    TRY(release(t, handle));
    poison(heard, sizeof(*heard));
    TRY(start(t, 1, &handle)); /* on the same engine, if the driver gives it again */
    advance(t, quiet_time(t));
    EXPECT(poisoned(heard, sizeof(*heard)));
    return true;
}

static bool dereference_drops(struct trial *t)
{
    struct heard *heard = new_heard(t);
    struct buffer buffer;
    HANDLE handle;
    PVOID context;

    TRY(heard != NULL);
    TRY(open_other(t));
    context = t->other.Context;
    EXPECT_SUCCESS(allocate_for(t, &t->other, &stereo, &handle));
    EXPECT_SUCCESS(allocate_notified_for(t, &t->other, handle, 1, period_bytes(t), &buffer));
    EXPECT_SUCCESS(t->other.RegisterNotificationCallback(context, handle, t->target->device, hear, heard));
    EXPECT_SUCCESS(t->other.SetDmaEngineState(context, RunState, 1, &handle));
    TRY(comes(t, heard, 1));
    close_other(t);
    poison(heard, sizeof(*heard));
    TRY(start(t, 1, &handle));
    advance(t, quiet_time(t));
    EXPECT(poisoned(heard, sizeof(*heard)));
    return true;
}

/* ---- Stopping ----------------------------------------------------------------------------------- */

static VOID NTAPI stop_engine(PVOID context, LARGE_INTEGER stamp)
{
    struct heard *heard = context;

    (void)stamp;
    heard->status = set_state(heard->t, StopState, heard->stops);
    atomic_fetch_add(&heard->count, 1);
}

static bool stops_own_engine(struct trial *t)
{
    struct heard *heard = new_heard(t);

    TRY(heard != NULL);
    TRY(prepare(t, 1, &heard->stops));
    EXPECT_SUCCESS(add(t, heard->stops, stop_engine, heard));
    for (unsigned round = 1; round <= 3; round++) {
        EXPECT_SUCCESS(set_state(t, RunState, heard->stops));
        TRY(comes(t, heard, round));
        advance(t, quiet_time(t));
        EXPECT_EQUAL(round, atomic_load(&heard->count));
        EXPECT_SUCCESS(heard->status);
    }
    return true;
}

/* The one that comes first stops the engine: the others are not called for the same interrupt. */
static bool stops_the_rest(struct trial *t)
{
    struct heard *heard = trial_memory(t, 3 * sizeof(*heard));
    HANDLE handle;

    TRY(heard != NULL);
    TRY(prepare(t, 1, &handle));
    for (unsigned i = 0; i < 3; i++) {
        heard[i].t = t;
        heard[i].stops = handle;
        EXPECT_SUCCESS(add(t, handle, stop_engine, &heard[i]));
    }
    for (unsigned round = 1; round <= 3; round++) {
        EXPECT_SUCCESS(set_state(t, RunState, handle));
        advance(t, 2 * period(t) + tolerance(t));
        EXPECT_EQUAL(round, atomic_load(&heard[0].count) + atomic_load(&heard[1].count) +
                                atomic_load(&heard[2].count));
    }
    return true;
}

static bool stop_each_other(struct trial *t)
{
    struct heard *heard[2];
    HANDLE handles[2];

    for (unsigned i = 0; i < 2; i++) {
        heard[i] = new_heard(t);
        TRY(heard[i] != NULL);
        TRY(prepare(t, 1, &handles[i]));
        EXPECT_SUCCESS(add(t, handles[i], stop_engine, heard[i]));
    }
    heard[0]->stops = handles[1];
    heard[1]->stops = handles[0];
    EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, 2, handles));
    advance(t, 3 * period(t));
    EXPECT(atomic_load(&heard[0]->count) + atomic_load(&heard[1]->count) >= 1);
    EXPECT(atomic_load(&heard[0]->count) <= 1 || atomic_load(&heard[1]->count) <= 1);
    EXPECT_SUCCESS(DDI(SetDmaEngineState, StopState, 2, handles));
    for (unsigned i = 0; i < 2; i++)
        EXPECT_SUCCESS(take(t, handles[i], stop_engine, heard[i]));
    for (unsigned i = 0; i < 2; i++)
        EXPECT_SUCCESS(heard[i]->status);
    return true;
}

static bool no_call_after_stop(struct trial *t)
{
    struct heard *heard;
    unsigned calls;
    HANDLE handle;

    TRY(start_hearing(t, 2, &handle, &heard));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    for (unsigned round = 0; round < (t->target->slack ? 3 : 40); round++) {
        EXPECT_SUCCESS(set_state(t, ResetState, handle));
        EXPECT_SUCCESS(set_state(t, RunState, handle));
        advance(t, period(t) / 2 - 20 * 10000 + 10000 * round);
        EXPECT_SUCCESS(set_state(t, StopState, handle));
        advance(t, t->target->slack); /* for one that has begun */
        calls = atomic_load(&heard->count);
        advance(t, quiet_time(t));
        EXPECT_EQUAL(calls, atomic_load(&heard->count));
    }
    return true;
}

/* Time passes at DISPATCH_LEVEL on the one processor of a simulated clock: the interrupt has come, but the
 * deferred work that delivers has to wait, and finds the engine stopped. */
static bool no_late_call(struct trial *t)
{
    struct heard *heard;
    NTSTATUS status;
    HANDLE handle;
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    TRY(start_hearing(t, 2, &handle, &heard));
    advance(t, period(t) / 2 - MILLISECOND / 10);
    level = raise_irql(t);
    KeStallExecutionProcessor(200);
    status = set_state(t, StopState, handle);
    lower_irql(t, level);
    EXPECT_SUCCESS(status);
    EXPECT_EQUAL(0, calls_in(t, heard, 1));
    return true;
}

/* ---- No lock is held ---------------------------------------------------------------------------- */

static VOID NTAPI answered(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct heard *heard = context;

    (void)transfer;
    atomic_fetch_add(&heard->answered, 1);
}

/* Every routine that may be called at DISPATCH_LEVEL; the engine that it frees is another one. */
static VOID NTAPI use_everything(PVOID context, LARGE_INTEGER stamp)
{
    struct heard *heard = context;
    struct trial *t = heard->t;
    PULONG pointer;

    (void)stamp;
    if (atomic_fetch_add(&heard->count, 1) > 0)
        return;
    heard->status = DDI(TransferCodecVerbs, 1, &heard->transfer, answered, heard);
    DDI(GetWallClockRegister, &pointer);
    if (NT_SUCCESS(heard->status))
        heard->status = DDI(GetLinkPositionRegister, heard->stops, &pointer);
    if (NT_SUCCESS(heard->status))
        heard->status = DDI(FreeDmaEngine, heard->stops);
}

static bool may_call_the_driver(struct trial *t)
{
    struct heard *heard = new_heard(t);
    HANDLE handle;

    TRY(heard != NULL);
    TRY(prepare(t, 1, &handle));
    TRY(allocate(t, &stereo, &heard->stops));
    heard->transfer.Output.Command = parameter(codec_address(t), 0, 0);
    EXPECT_SUCCESS(add(t, handle, use_everything, heard));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    TRY(comes(t, heard, 1));
    EXPECT_SUCCESS(take(t, handle, use_everything, heard));
    EXPECT_SUCCESS(heard->status);
    advance(t, MILLISECOND + t->target->slack);
    EXPECT_EQUAL(1, atomic_load(&heard->answered));
    EXPECT(heard->transfer.Input.IsValid);
    EXPECT_STATUS(STATUS_INVALID_HANDLE, DDI(FreeDmaEngine, heard->stops));
    return true;
}

/* ---- Power and removal -------------------------------------------------------------------------- */

static bool kept_over_sleep(struct trial *t)
{
    struct heard *heard;
    HANDLE handle;

    TRY(start_hearing(t, 2, &handle, &heard));
    TRY(suspend(t));
    TRY(resume(t));
    atomic_store(&heard->count, 0);
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    TRY(comes(t, heard, 1));
    EXPECT_SUCCESS(take(t, handle, hear, heard));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, hear, heard));
    return true;
}

/* At every phase of a running engine; nor does the resume call it. */
static bool no_call_asleep(struct trial *t)
{
    unsigned rounds = t->target->slack ? 1 : 20, calls;
    struct heard *heard = new_heard(t);
    HANDLE handle;

    TRY(heard != NULL);
    TRY(prepare(t, 2, &handle));
    EXPECT_SUCCESS(add(t, handle, hear, heard));
    for (unsigned round = 0; round < rounds; round++) {
        EXPECT_SUCCESS(set_state(t, RunState, handle));
        advance(t, period(t) / 2 - 10000 * (rounds / 2) + 10000 * round);
        TRY(suspend(t));
        calls = atomic_load(&heard->count);
        advance(t, quiet_time(t));
        TRY(resume(t));
        advance(t, period(t));
        EXPECT_EQUAL(calls, atomic_load(&heard->count));
    }
    return true;
}

static bool no_call_removed(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    struct heard *heard;
    unsigned calls;
    HANDLE handle;

    TRY(event != NULL);
    TRY(start_hearing(t, 1, &handle, &heard));
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, handle, event));
    TRY(comes(t, heard, 1));
    advance(t, period(t) / 4);
    calls = atomic_load(&heard->count);
    KeClearEvent(event);
    pull_out(t);
    EXPECT(signalled(event, 2 * period(t) + 5 * MILLISECOND + 2 * tolerance(t)));
    advance(t, 3 * period(t));
    EXPECT_EQUAL(calls, atomic_load(&heard->count));
    EXPECT_SUCCESS(take(t, handle, hear, heard));
    return true;
}

static VOID NTAPI pull_out_once(PVOID context, LARGE_INTEGER stamp)
{
    struct heard *heard = context;

    (void)stamp;
    if (atomic_fetch_add(&heard->count, 1) == 0)
        pull_out(heard->t);
}

/* The controller goes while an interrupt is being delivered; what was begun may end. */
static bool removed_in_callback(struct trial *t)
{
    struct heard *heard = new_heard(t);
    HANDLE handle;

    TRY(heard != NULL);
    TRY(prepare(t, 2, &handle));
    EXPECT_SUCCESS(add(t, handle, pull_out_once, heard));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    TRY(comes(t, heard, 1));
    advance(t, 3 * period(t));
    EXPECT_EQUAL(1, atomic_load(&heard->count));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(take(t, handle, pull_out_once, heard));
    return notice(t);
}

const struct check callback_checks[] = {
    {"RegisterNotificationCallback.once-a-pass",
     "With NotificationCount 1 that is once per pass through the cyclic buffer, at the wrap.", once_a_pass,
     true, NULL},
    {"RegisterNotificationCallback.twice-a-pass", "With 2 also as DMA passes the midpoint.", twice_a_pass,
     true, NULL},
    {"RegisterNotificationCallback.at-dispatch-level", "V3 callbacks run at DISPATCH_LEVEL.",
     at_dispatch_level, true, NULL},
    {"RegisterNotificationCallback.no-lock-held", "V3 callbacks run with no lock held.", may_call_the_driver,
     true, NULL},
    {"RegisterNotificationCallback.timestamp", "With the QPC timestamp taken in the interrupt handler.",
     timestamp, true, NULL},
    {"RegisterNotificationCallback.timestamp-of-interrupt",
     "The timestamp is taken in the interrupt handler, not when the deferred work ran.",
     timestamp_of_interrupt, true, NULL},
    {"RegisterNotificationCallback.before-buffer", "In any stream state, before or after the buffer exists.",
     before_the_buffer, true, NULL},
    {"RegisterNotificationCallback.no-limit",
     "No fixed limit: INSUFFICIENT_RESOURCES only when memory runs out; every one of them is called.", many,
     true, NULL},
    {"RegisterNotificationCallback.own-engine", "The driver keeps a list for each DMA engine.",
     own_engine_only, true, NULL},
    {"RegisterNotificationCallback.beside-events",
     "Callbacks and events of an engine do not disturb each other.", beside_events, true, NULL},
    {"RegisterNotificationCallback.twice",
     "Registering a pair twice makes two registrations; each unregister removes one.", twice_is_two, true,
     NULL},
    {"RegisterNotificationCallback.null", "NULL callback: INVALID_PARAMETER.", register_null, true, NULL},
    {"RegisterNotificationCallback.null-context", "The context may be NULL.", null_context, true, NULL},
    {"RegisterNotificationCallback.null-device", "Fdo may be NULL: then there is nothing to hold.",
     null_device, true, NULL},
    {"UnregisterNotificationCallback.both-match", "They are found by routine and context together.",
     both_must_match, true, NULL},
    {"UnregisterNotificationCallback.not-registered", "Not registered on this engine: INVALID_PARAMETER.",
     not_registered, true, NULL},
    {"UnregisterNotificationCallback.barrier",
     "When unregister returns, no callback is in flight and none begins.", barrier, true, NULL},
    {"UnregisterNotificationCallback.waits", "Unregister waits for a callback in flight.", waits, true, NULL},
    {"UnregisterNotificationCallback.from-callback",
     "It is PASSIVE_LEVEL only, so from within a callback it fails by its IRQL.", from_within, true, NULL},
    {"FreeDmaEngine.drops-callbacks", "FreeDmaEngine drops what is still registered, with the same barrier.",
     engine_free_drops, true, NULL},
    {"InterfaceDereference.releases-callbacks",
     "When the last reference goes while the client still holds registrations, they are released.",
     dereference_drops, true, NULL},
    {"SetDmaEngineState.callback-stops-own-engine", "A callback may stop its own engine.", stops_own_engine,
     true, NULL},
    {"SetDmaEngineState.callback-stops-the-rest",
     "Once SetDmaEngineState(Stop or Pause) has returned, no new delivery for that engine begins.",
     stops_the_rest, true, NULL},
    {"SetDmaEngineState.callbacks-stop-each-other", "Two callbacks may stop each other's engines.",
     stop_each_other, true, NULL},
    {"SetDmaEngineState.no-callback-after-stop",
     "Once SetDmaEngineState(Stop or Pause) has returned, no new delivery for that engine begins.",
     no_call_after_stop, true, NULL},
    {"SetDmaEngineState.no-late-callback",
     "Once SetDmaEngineState(Stop or Pause) has returned, no new delivery for that engine begins.",
     no_late_call, true, NULL},
    {"Power.callbacks-kept",
     "After resume handles, formats, buffers with what is in them, registrations and tags are as before.",
     kept_over_sleep, true, NULL},
    {"Power.no-callback-asleep",
     "Suspend stops the engines that run, with what stopping promises: no new delivery begins.",
     no_call_asleep, true, NULL},
    {"Removal.no-callback", "Notification callbacks are not called.", no_call_removed, true, NULL},
    {"Removal.from-callback", "The controller disappears: at any instant.", removed_in_callback, true, NULL},
    {0},
};
