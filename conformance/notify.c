/* SPDX-License-Identifier: BSD-2-Clause */
/* notify.c - DDI Notification events: when they come, to whom, and when they come no more. */
#include "check.h"

#define MANY     1000
#define SHORT_MS 16 /* milliseconds of a short buffer */
#define LOST_MS  5  /* milliseconds that an event may come later for an interrupt that is lost */

static NTSTATUS add(struct trial *t, HANDLE handle, PKEVENT event)
{
    return DDI(RegisterNotificationEvent, handle, event);
}

static NTSTATUS take(struct trial *t, HANDLE handle, PKEVENT event)
{
    return DDI(UnregisterNotificationEvent, handle, event);
}

/* Fewer where periods are long because threads wake up late. */
static unsigned passes(const struct trial *t)
{
    return t->target->slack ? 3 : 10;
}

/* Whether the event is signalled in the time in which each event of a running engine must be; clears it
 * first. */
static bool comes(struct trial *t, PKEVENT event)
{
    KeClearEvent(event);
    return signalled(event, period(t) + tolerance(t));
}

/* Whether the event stays quiet when it is given time; clears it first. What was in flight may still arrive
 * before. */
static bool quiet(struct trial *t, PKEVENT event)
{
    advance(t, t->target->slack);
    KeClearEvent(event);
    advance(t, quiet_time(t));
    return KeReadStateEvent(event) == 0;
}

/* ---- When --------------------------------------------------------------------------------------- */

/* Waits for one signal after the other: each comes a part of a period after the one before, just past its
 * boundary. */
static bool comes_at_boundaries(struct trial *t, HANDLE handle, PKEVENT event, ULONG count)
{
    ULONG part = period_bytes(t) / count, bytes;
    ULONGLONG expected = period(t) / count, last = 0;

    for (unsigned i = 0; i < passes(t) * count; i++) {
        ULONGLONG moment;

        EXPECT(signalled(event, expected + tolerance(t) + MILLISECOND));
        moment = now(t);
        if (i > 0)
            EXPECT(moment - last + tolerance(t) >= expected && moment - last <= expected + tolerance(t));
        last = moment;
        TRY(position(t, handle, &bytes));
        EXPECT(bytes % part <= tolerance(t) * BYTES_PER_MS / MILLISECOND);
        if (count == 2)
            EXPECT_EQUAL((i + 1) % 2, bytes / part); /* the midpoint first, then the wrap */
    }
    return true;
}

static bool signals(struct trial *t, ULONG count)
{
    PKEVENT event = trial_event(t, SynchronizationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(prepare(t, count, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    TRY(comes_at_boundaries(t, handle, event, count));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    return true;
}

static bool once_a_pass(struct trial *t)
{
    return signals(t, 1);
}

static bool twice_a_pass(struct trial *t)
{
    return signals(t, 2);
}

/* For a format whose half is no multiple of a page or of a power of two. */
static bool exact_midpoint(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT six = {48000, 24, 32, 6};
    PKEVENT event = trial_event(t, SynchronizationEvent);
    ULONG units = 1 + (ULONG)(t->target->slack / (4 * MILLISECOND)), bytes;
    SIZE_T size = 768 * 63 * units; /* 42 ms each */
    struct buffer buffer;
    HANDLE handle;

    TRY(event != NULL);
    TRY(allocate(t, &six, &handle));
    EXPECT_SUCCESS(allocate_notified(t, handle, 2, size, &buffer));
    EXPECT_EQUAL(size, buffer.size);
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    for (unsigned i = 0; i < 6; i++) {
        EXPECT(signalled(event, units * 50 * MILLISECOND));
        TRY(position(t, handle, &bytes));
        EXPECT_EQUAL((i + 1) % 2, bytes / (size / 2));
        EXPECT(bytes % (size / 2) <= tolerance(t) * 24 * (LINK_FRAMES / 1000) / MILLISECOND);
    }
    return true;
}

static bool before_the_buffer(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    struct buffer buffer;
    HANDLE handle;

    TRY(event != NULL);
    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(allocate_notified(t, handle, 1, period_bytes(t), &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT(comes(t, event));
    return true;
}

static bool in_any_state(struct trial *t)
{
    PKEVENT stopped = trial_event(t, NotificationEvent), running = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(stopped != NULL && running != NULL);
    TRY(prepare(t, 1, &handle));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(add(t, handle, stopped));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 2);
    EXPECT_SUCCESS(add(t, handle, running));
    EXPECT(signalled(running, period(t) / 2 + 2 * tolerance(t)));
    EXPECT(KeReadStateEvent(stopped) != 0);
    EXPECT_SUCCESS(take(t, handle, running));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(take(t, handle, stopped));
    return true;
}

static bool both_types(struct trial *t)
{
    PKEVENT one = trial_event(t, NotificationEvent), two = trial_event(t, SynchronizationEvent);
    HANDLE handle;

    TRY(one != NULL && two != NULL);
    TRY(prepare(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, one));
    EXPECT_SUCCESS(add(t, handle, two));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) + tolerance(t));
    EXPECT(KeReadStateEvent(one) != 0);
    EXPECT(KeReadStateEvent(two) != 0);
    return true;
}

static bool many(struct trial *t)
{
    PKEVENT events = trial_memory(t, MANY * sizeof(*events));
    HANDLE handle;

    TRY(events != NULL);
    TRY(prepare(t, 1, &handle));
    for (unsigned i = 0; i < MANY; i++) {
        KeInitializeEvent(&events[i], NotificationEvent, FALSE);
        EXPECT_SUCCESS(add(t, handle, &events[i]));
    }
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) + tolerance(t));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    for (unsigned i = 0; i < MANY; i++)
        EXPECT(KeReadStateEvent(&events[i]) != 0);
    for (unsigned i = 0; i < MANY; i++)
        EXPECT_SUCCESS(take(t, handle, &events[(i * 7) % MANY]));
    return true;
}

static bool own_engine_only(struct trial *t)
{
    PKEVENT one = trial_event(t, NotificationEvent), two = trial_event(t, NotificationEvent);
    HANDLE runs, rests;

    TRY(one != NULL && two != NULL);
    TRY(prepare(t, 1, &runs));
    TRY(prepare(t, 1, &rests));
    EXPECT_SUCCESS(add(t, runs, one));
    EXPECT_SUCCESS(add(t, rests, two));
    EXPECT_SUCCESS(set_state(t, RunState, runs));
    EXPECT(comes(t, one));
    EXPECT(quiet(t, two));
    return true;
}

static bool two_engines(struct trial *t)
{
    PKEVENT events[2] = {trial_event(t, NotificationEvent), trial_event(t, NotificationEvent)};
    HANDLE handles[2];

    TRY(events[0] != NULL && events[1] != NULL);
    for (unsigned i = 0; i < 2; i++) {
        TRY(prepare(t, 1, &handles[i]));
        EXPECT_SUCCESS(add(t, handles[i], events[i]));
    }
    EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, 2, handles)); /* both complete at the same moment */
    for (unsigned pass = 0; pass < passes(t); pass++) {
        EXPECT(signalled(events[0], period(t) + tolerance(t)));
        EXPECT(signalled(events[1], tolerance(t)));
        KeClearEvent(events[0]);
        KeClearEvent(events[1]);
    }
    return true;
}

/* Two engines, a few link frames apart, and interrupts that are kept off until shortly before the second
 * one's comes: at some moment it comes while that of the first is being acknowledged. */
static bool while_acknowledged(struct trial *t)
{
    PKEVENT events[2] = {trial_event(t, SynchronizationEvent), trial_event(t, SynchronizationEvent)};
    HANDLE handles[2];
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "interrupts come on other processors meanwhile");
    TRY(events[0] != NULL && events[1] != NULL);
    for (unsigned i = 0; i < 2; i++) {
        TRY(start(t, 1, &handles[i]));
        EXPECT_SUCCESS(add(t, handles[i], events[i]));
    }
    EXPECT(signalled(events[1], 2 * period(t)));
    for (ULONG early = 0; early < 100; early++) {
        KeClearEvent(events[0]);
        advance(t, period(t) - MILLISECOND / 5);
        level = t->target->raise(t->target->context, HIGH_LEVEL);
        KeStallExecutionProcessor(200 - early);
        lower_irql(t, level);
        EXPECT(signalled(events[0], tolerance(t)));
        EXPECT(signalled(events[1], tolerance(t)));
    }
    return true;
}

static bool one_event_two_engines(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE first, second;

    TRY(event != NULL);
    TRY(prepare(t, 1, &first));
    TRY(prepare(t, 1, &second));
    EXPECT_SUCCESS(add(t, first, event));
    EXPECT_SUCCESS(add(t, second, event));
    EXPECT_SUCCESS(set_state(t, RunState, second));
    EXPECT(comes(t, event));
    EXPECT_SUCCESS(take(t, second, event));
    EXPECT(quiet(t, event));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, second, event));
    EXPECT_SUCCESS(take(t, first, event));
    return true;
}

/* ---- Registrations ------------------------------------------------------------------------------ */

static bool twice_is_two(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(take(t, handle, event));
    EXPECT(comes(t, event));
    EXPECT_SUCCESS(take(t, handle, event));
    EXPECT(quiet(t, event));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, event));
    return true;
}

static bool register_null(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, add(t, handle, NULL));
    return true;
}

static bool unregister_null(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, NULL));
    return true;
}

static bool not_registered(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent), stranger = trial_event(t, NotificationEvent);
    HANDLE handle, other;

    TRY(event != NULL && stranger != NULL);
    TRY(prepare(t, 1, &handle));
    TRY(prepare(t, 1, &other));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, handle, stranger));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, take(t, other, event));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT(comes(t, event));
    return true;
}

static bool leaves_the_others(struct trial *t)
{
    PKEVENT events[3];
    HANDLE handle;

    TRY(start(t, 1, &handle));
    for (unsigned i = 0; i < 3; i++) {
        events[i] = trial_event(t, NotificationEvent);
        TRY(events[i] != NULL);
        EXPECT_SUCCESS(add(t, handle, events[i]));
    }
    EXPECT_SUCCESS(take(t, handle, events[1]));
    EXPECT(quiet(t, events[1]));
    EXPECT(comes(t, events[0]));
    EXPECT(comes(t, events[2]));
    EXPECT_SUCCESS(take(t, handle, events[0]));
    EXPECT(comes(t, events[2]));
    return true;
}

/* Unregistering at every phase of a running engine; the memory is used for something else at once. */
static bool barrier(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(start(t, 2, &handle));
    for (unsigned round = 0; round < (t->target->slack ? 4 : 30); round++) {
        KeInitializeEvent(event, NotificationEvent, FALSE);
        EXPECT_SUCCESS(add(t, handle, event));
        advance(t, round * period(t) / 23 + 17000 * round);
        EXPECT_SUCCESS(take(t, handle, event));
        poison(event, sizeof(*event));
        advance(t, period(t) + tolerance(t));
        EXPECT(poisoned(event, sizeof(*event)));
    }
    return true;
}

/* Looks for the event instead of waiting, so that nothing has to wake up when it comes. */
static bool is_seen(struct trial *t, PKEVENT event)
{
    ULONGLONG begun = now(t);

    if (!t->target->slack)
        return comes(t, event);
    KeClearEvent(event);
    while (KeReadStateEvent(event) == 0)
        if (now(t) - begun > period(t) + tolerance(t))
            return false;
    return true;
}

/* As soon as the first of many events is signalled all are taken away, the last one first: where deliveries
 * have a processor of their own the two meet, unless one waits for the other. */
static bool other_processor(struct trial *t)
{
    PKEVENT events = trial_memory(t, MANY * sizeof(*events));
    struct buffer buffer;
    HANDLE handle;

    TRY(events != NULL);
    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(allocate_notified(t, handle, 1, SHORT_MS * BYTES_PER_MS, &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            KeInitializeEvent(&events[i], NotificationEvent, FALSE);
            EXPECT_SUCCESS(add(t, handle, &events[i]));
        }
        EXPECT(is_seen(t, &events[0]));
        for (unsigned i = MANY; i-- > 0;) {
            EXPECT_SUCCESS(take(t, handle, &events[i]));
            poison(&events[i], sizeof(events[i]));
        }
        advance(t, 2 * SHORT_MS * MILLISECOND);
        for (unsigned i = 0; i < MANY; i++)
            EXPECT(poisoned(&events[i], sizeof(events[i])));
    }
    return true;
}

static bool engine_free_drops(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT(comes(t, event));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(DDI(FreeDmaBufferWithNotification, handle, NULL, 0));
    TRY(release(t, handle));
    poison(event, sizeof(*event));
    TRY(start(t, 1, &handle)); /* on the same engine, if the driver gives it again */
    advance(t, quiet_time(t));
    EXPECT(poisoned(event, sizeof(*event)));
    return true;
}

static bool buffer_free_keeps(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    struct buffer buffer;
    HANDLE handle;

    TRY(event != NULL);
    TRY(prepare(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(DDI(FreeDmaBufferWithNotification, handle, NULL, 0));
    EXPECT_SUCCESS(allocate_notified(t, handle, 1, period_bytes(t), &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT(comes(t, event));
    EXPECT_SUCCESS(take(t, handle, event));
    return true;
}

/* ---- Stopping ----------------------------------------------------------------------------------- */

/* Stops shortly before and shortly after a boundary, and at other moments. */
static bool no_signal_after_stop(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(prepare(t, 2, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    for (unsigned round = 0; round < (t->target->slack ? 3 : 40); round++) {
        EXPECT_SUCCESS(set_state(t, RunState, handle));
        advance(t, period(t) / 2 - 20 * 10000 + 10000 * round);
        EXPECT_SUCCESS(set_state(t, StopState, handle));
        EXPECT(quiet(t, event));
        EXPECT_SUCCESS(set_state(t, ResetState, handle));
    }
    return true;
}

/* Time passes at DISPATCH_LEVEL on the one processor of a simulated clock: the interrupt has come, but the
 * deferred work that delivers has to wait, and finds the engine stopped. */
static bool no_late_delivery(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    NTSTATUS status;
    HANDLE handle;
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    TRY(event != NULL);
    TRY(prepare(t, 2, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 2 - MILLISECOND / 10);
    EXPECT(KeReadStateEvent(event) == 0);
    level = raise_irql(t);
    KeStallExecutionProcessor(200);
    status = set_state(t, StopState, handle);
    lower_irql(t, level);
    EXPECT_SUCCESS(status);
    advance(t, period(t));
    EXPECT(KeReadStateEvent(event) == 0);
    return true;
}

/* Likewise, but the engine runs again when the deferred work of before comes. */
static bool no_delivery_from_before(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    TRY(event != NULL);
    TRY(prepare(t, 2, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 2 - MILLISECOND / 10);
    level = raise_irql(t);
    KeStallExecutionProcessor(200);
    set_state(t, StopState, handle);
    set_state(t, RunState, handle);
    lower_irql(t, level);
    advance(t, period(t) / 4);
    EXPECT(KeReadStateEvent(event) == 0);
    EXPECT(comes(t, event));
    return true;
}

/* Deferred work is kept off for three periods of one interrupt each. */
static bool late_signals_once(struct trial *t)
{
    PKEVENT event = trial_event(t, SynchronizationEvent);
    HANDLE handle;
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    TRY(event != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT(comes(t, event));
    level = raise_irql(t);
    for (ULONGLONG passed = 0; passed < 3 * period(t) + MILLISECOND; passed += MILLISECOND / 4)
        KeStallExecutionProcessor(250);
    lower_irql(t, level);
    EXPECT(signalled(event, tolerance(t)));
    EXPECT(!signalled(event, period(t) / 2));
    EXPECT(comes(t, event));
    EXPECT_SUCCESS(take(t, handle, event));
    return true;
}

/* One of three does not come. What is late by less than a period is not missing. */
static bool lost_interrupts(struct trial *t)
{
    PKEVENT event = trial_event(t, SynchronizationEvent);
    ULONGLONG late = LOST_MS * MILLISECOND + tolerance(t), begun;
    ULONG count = 3 * passes(t);
    HANDLE handle;

    if (!t->target->fail)
        return skip(t, "nothing can be made to fail here");
    TRY(event != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    EXPECT(comes(t, event));
    begun = now(t);
    for (ULONG i = 1; i <= count; i++) {
        if (i % 3 == 1)
            EXPECT(t->target->fail(t->target->context, CONFORMANCE_LOST_INTERRUPT));
        EXPECT(signalled(event, period(t) + late));
        EXPECT(now(t) - begun <= i * period(t) + late);
    }
    EXPECT_SUCCESS(take(t, handle, event));
    return true;
}

static bool again_after_pause(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(start(t, 1, &handle));
    EXPECT_SUCCESS(add(t, handle, event));
    for (unsigned round = 0; round < (t->target->slack ? 2 : 4); round++) {
        EXPECT(comes(t, event));
        EXPECT_SUCCESS(set_state(t, PauseState, handle));
        EXPECT(quiet(t, event));
        EXPECT_SUCCESS(set_state(t, RunState, handle));
    }
    return true;
}

const struct check notify_checks[] = {
    {"RegisterNotificationEvent.once-a-pass",
     "With NotificationCount 1 that is once per pass through the cyclic buffer, at the wrap.", once_a_pass,
     true, NULL},
    {"RegisterNotificationEvent.twice-a-pass", "With 2 also as DMA passes the midpoint.", twice_a_pass, true,
     NULL},
    {"RegisterNotificationEvent.exact-midpoint",
     "Both halves are equal; the midpoint IOC fires when exactly half has been transferred.", exact_midpoint,
     true, NULL},
    {"RegisterNotificationEvent.before-buffer", "In any stream state, before or after the buffer exists.",
     before_the_buffer, true, NULL},
    {"RegisterNotificationEvent.any-state",
     "In any stream state; from the moment register returns, the next IOC signals the event.", in_any_state,
     true, NULL},
    {"RegisterNotificationEvent.both-types",
     "The driver signals every one of them each time: events of either type.", both_types, true, NULL},
    {"RegisterNotificationEvent.no-limit",
     "No fixed limit: INSUFFICIENT_RESOURCES only when memory runs out; every one of them is signalled.",
     many, true, NULL},
    {"RegisterNotificationEvent.own-engine",
     "The driver keeps, for each DMA engine, a list of registered events.", own_engine_only, true, NULL},
    {"RegisterNotificationEvent.two-at-once",
     "Each time the engine raises an IOC interrupt, also when another does.", two_engines, true, NULL},
    {"RegisterNotificationEvent.while-acknowledged",
     "Each time the engine raises an IOC interrupt, also when another's is being acknowledged.",
     while_acknowledged, true, NULL},
    {"RegisterNotificationEvent.two-engines",
     "The driver keeps, for each DMA engine, a list of registered events.", one_event_two_engines, true,
     NULL},
    {"RegisterNotificationEvent.twice",
     "Registering an event twice makes two registrations; each unregister removes one.", twice_is_two, true,
     NULL},
    {"RegisterNotificationEvent.late-signals-once",
     "A late interrupt that covers several completed descriptors signals each event once.", late_signals_once,
     true, NULL},
    {"RegisterNotificationEvent.lost-interrupt",
     "An interrupt that is lost makes its own event late by 5 ms at most, and no other is missing.",
     lost_interrupts, true, NULL},
    {"RegisterNotificationEvent.null", "NULL event: INVALID_PARAMETER.", register_null, true, NULL},
    {"UnregisterNotificationEvent.null", "NULL event: INVALID_PARAMETER.", unregister_null, true, NULL},
    {"UnregisterNotificationEvent.not-registered", "Not registered on this engine: INVALID_PARAMETER.",
     not_registered, true, NULL},
    {"UnregisterNotificationEvent.leaves-others", "Each unregister removes one.", leaves_the_others, true,
     NULL},
    {"UnregisterNotificationEvent.barrier",
     "When unregister returns, the driver will not touch the event again and no signal is in flight.",
     barrier, true, NULL},
    {"UnregisterNotificationEvent.other-processor",
     "This holds against a concurrent interrupt on another processor.", other_processor, true, NULL},
    {"FreeDmaEngine.drops-registrations",
     "FreeDmaEngine drops what is still registered, with the same barrier.", engine_free_drops, true, NULL},
    {"FreeDmaBufferWithNotification.keeps-registrations", "Freeing a buffer drops nothing.",
     buffer_free_keeps, true, NULL},
    {"SetDmaEngineState.no-signal-after-stop",
     "Once SetDmaEngineState(Stop or Pause) has returned, no new delivery for that engine begins.",
     no_signal_after_stop, true, NULL},
    {"SetDmaEngineState.no-late-delivery",
     "Once SetDmaEngineState(Stop or Pause) has returned, no new delivery for that engine begins.",
     no_late_delivery, true, NULL},
    {"SetDmaEngineState.no-delivery-from-before",
     "Stopping an engine bumps a generation that a delivery checks: what was due before does not come after.",
     no_delivery_from_before, true, NULL},
    {"SetDmaEngineState.signals-after-pause", "Running again, every IOC signals again.", again_after_pause,
     true, NULL},
    {0},
};
