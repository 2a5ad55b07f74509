/* SPDX-License-Identifier: BSD-2-Clause */
/* removal.c - DDI Removal: what becomes of what clients hold, and wait for, when the controller disappears.
 */
#include <stdatomic.h>

#include "check.h"

#define ROOT      0
#define VENDOR_ID 0x00 /* parameter (HDA 7.3.4) */

/* A running engine's interrupt that does not come: two periods and 5 ms (DDI Errors of the hardware). */
static ULONGLONG longest_silence(const struct trial *t)
{
    return 2 * period(t) + 5 * MILLISECOND + 2 * tolerance(t);
}

/* ---- Events ------------------------------------------------------------------------------------- */

static PKEVENT registered(struct trial *t, HANDLE handle, EVENT_TYPE type)
{
    PKEVENT event = trial_event(t, type);

    if (event && !NT_SUCCESS(DDI(RegisterNotificationEvent, handle, event)))
        return failed(t, __FILE__, __LINE__, "an event cannot be registered"), NULL;
    return event;
}

static bool signalled_once(struct trial *t, ULONG count)
{
    HANDLE handle;
    PKEVENT event;

    TRY(start(t, count, &handle));
    event = registered(t, handle, SynchronizationEvent);
    TRY(event != NULL);
    EXPECT(signalled(event, period(t) + tolerance(t)));
    advance(t, period(t) / 4);
    pull_out(t);
    EXPECT(signalled(event, longest_silence(t)));
    advance(t, longest_silence(t));
    EXPECT(KeReadStateEvent(event) == 0);
    EXPECT_SUCCESS(DDI(UnregisterNotificationEvent, handle, event));
    return true;
}

static bool event_once(struct trial *t)
{
    return signalled_once(t, 1);
}

static bool event_of_halves_once(struct trial *t)
{
    return signalled_once(t, 2);
}

/* Every event of each engine that runs, and none of those that do not. */
static bool events_of_running(struct trial *t)
{
    HANDLE runs, stopped, rests;
    PKEVENT events[4];

    TRY(start(t, 1, &runs));
    TRY(start(t, 1, &stopped));
    TRY(prepare(t, 1, &rests));
    EXPECT_SUCCESS(set_state(t, StopState, stopped));
    advance(t, t->target->slack);
    events[0] = registered(t, runs, NotificationEvent);
    events[1] = registered(t, runs, SynchronizationEvent);
    events[2] = registered(t, stopped, NotificationEvent);
    events[3] = registered(t, rests, NotificationEvent);
    TRY(events[0] && events[1] && events[2] && events[3]);
    pull_out(t);
    EXPECT(signalled(events[0], longest_silence(t)));
    EXPECT(signalled(events[1], tolerance(t)));
    advance(t, longest_silence(t));
    EXPECT(KeReadStateEvent(events[2]) == 0);
    EXPECT(KeReadStateEvent(events[3]) == 0);
    return true;
}

/* Its buffer interrupts nobody, and so nothing but a verb finds out. */
static bool event_without_notifications(struct trial *t)
{
    HANDLE handle;
    PKEVENT event;

    TRY(start(t, 0, &handle));
    event = registered(t, handle, SynchronizationEvent);
    TRY(event != NULL);
    TRY(take_away(t));
    EXPECT(signalled(event, tolerance(t)));
    advance(t, longest_silence(t));
    EXPECT(KeReadStateEvent(event) == 0);
    return true;
}

/* Stopping one tells that nobody waits for it any more. */
static bool event_of_stopped_later(struct trial *t)
{
    HANDLE handle;
    PKEVENT event;

    TRY(start(t, 1, &handle));
    pull_out(t);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    advance(t, t->target->slack);
    event = registered(t, handle, NotificationEvent);
    if (!event)
        return notice(t); /* it had found out by then */
    advance(t, longest_silence(t));
    EXPECT(KeReadStateEvent(event) == 0);
    return true;
}

static VOID NTAPI pull_out_now(HDAUDIO_CODEC_TRANSFER *transfers, PVOID context)
{
    (void)transfers;
    pull_out(context);
}

/* The controller goes while the client waits. */
static bool waiter_released(struct trial *t)
{
    HDAUDIO_CODEC_TRANSFER *transfer = trial_memory(t, sizeof(*transfer));
    HANDLE handle;
    PKEVENT event;

    TRY(transfer != NULL);
    TRY(start(t, 2, &handle));
    event = registered(t, handle, SynchronizationEvent);
    TRY(event != NULL);
    transfer->Output.Command = parameter(codec_address(t), ROOT, VENDOR_ID);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 1, transfer, pull_out_now, t));
    EXPECT(signalled(event, longest_silence(t)));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    advance(t, longest_silence(t));
    EXPECT(KeReadStateEvent(event) == 0);
    return true;
}

/* ---- Engines ------------------------------------------------------------------------------------ */

/* They count as running until their clients stop them. */
static bool run_on(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    TRY(take_away(t));
    advance(t, period(t));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, ResetState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, give_buffer(t, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaEngine, handle));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaEngine, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaEngine, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, give_buffer(t, handle));
    return release(t, handle);
}

/* All of them in one call, which is the first to find out. */
static bool stop_together(struct trial *t)
{
    HANDLE handles[3];
    ULONGLONG begun;

    for (unsigned i = 0; i < 3; i++)
        TRY(prepare(t, 0, &handles[i]));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, 2, handles));
    advance(t, period(t) / 3);
    pull_out(t);
    begun = now(t);
    EXPECT_SUCCESS(DDI(SetDmaEngineState, StopState, 3, handles));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, ResetState, 3, handles));
    TRY(took_at_most(t, begun, tolerance(t)));
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, DDI(SetDmaEngineState, RunState, 3, handles));
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_SUCCESS(give_buffer(t, handles[i]));
        TRY(release(t, handles[i]));
    }
    return true;
}

static bool pointers_stay(struct trial *t)
{
    PULONG clock = NULL, place = NULL;
    HANDLE handle;

    TRY(start(t, 0, &handle));
    DDI(GetWallClockRegister, &clock);
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &place));
    EXPECT(clock != NULL && place != NULL);
    TRY(take_away(t));
    read_register(clock);
    read_register(place);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    TRY(release(t, handle));
    read_register(clock);
    read_register(place);
    return true;
}

/* ---- Verbs -------------------------------------------------------------------------------------- */

#define BATCHES 3
#define VERBS   300

struct batches {
    HDAUDIO_CODEC_TRANSFER transfers[BATCHES * VERBS];
    ULONG id; /* the answer to each */
    _Atomic unsigned done;
};

static bool send_batches(struct trial *t, const client *owner, struct batches **out)
{
    struct batches *batches = trial_memory(t, sizeof(*batches));
    ULONG command = parameter(codec_address(t), ROOT, VENDOR_ID);

    TRY(batches != NULL);
    *out = batches;
    TRY(ask(t, command, &batches->id));
    for (unsigned i = 0; i < BATCHES * VERBS; i++)
        batches->transfers[i].Output.Command = command;
    for (unsigned i = 0; i < BATCHES; i++)
        EXPECT_SUCCESS(owner->TransferCodecVerbs(owner->Context, VERBS, batches->transfers + i * VERBS,
                                                 count_completion, &batches->done));
    return true;
}

/* How many were answered: those that come first, unless some were given up. */
static bool end_once(struct trial *t, const struct batches *batches, unsigned *answered)
{
    *answered = 0;
    EXPECT_EQUAL(BATCHES, atomic_load(&batches->done));
    for (unsigned i = 0; i < BATCHES * VERBS; i++) {
        const HDAUDIO_CODEC_RESPONSE *input = &batches->transfers[i].Input;

        *answered += input->IsValid;
        if (input->IsValid)
            EXPECT_EQUAL(batches->id, input->Response);
    }
    return true;
}

static bool verbs_end(struct trial *t)
{
    struct batches *batches;
    unsigned answered;

    TRY(send_batches(t, &t->ddi, &batches));
    pull_out(t);
    advance(t, verb_timeout(t) + 5 * MILLISECOND + 2 * tolerance(t));
    TRY(end_once(t, batches, &answered));
    EXPECT(answered < BATCHES * VERBS || t->target->slack);
    advance(t, 2 * verb_timeout(t));
    EXPECT_EQUAL(BATCHES, atomic_load(&batches->done));
    return true;
}

/* What was answered before stays answered. */
static bool answers_stay(struct trial *t)
{
    struct batches *batches;
    unsigned answered;

    TRY(send_batches(t, &t->ddi, &batches));
    advance(t, 10 * MILLISECOND); /* 480 link frames */
    pull_out(t);
    advance(t, verb_timeout(t) + 5 * MILLISECOND + 2 * tolerance(t));
    TRY(end_once(t, batches, &answered));
    EXPECT(answered >= VERBS || t->target->ring_entries < 16 || t->target->slack);
    for (unsigned i = 0; i + 1 < BATCHES * VERBS; i++)
        EXPECT(batches->transfers[i].Input.IsValid || !batches->transfers[i + 1].Input.IsValid);
    return true;
}

/* The answer is in memory, and deferred work has not looked when stopping an engine finds out. */
static bool unread_answer_stays(struct trial *t)
{
    struct batches *batches = trial_memory(t, sizeof(*batches));
    ULONG command = parameter(codec_address(t), ROOT, VENDOR_ID);
    NTSTATUS status, stopped;
    HANDLE handle;
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    TRY(batches != NULL);
    TRY(ask(t, command, &batches->id));
    batches->transfers[0].Output.Command = command;
    TRY(start(t, 0, &handle));
    level = raise_irql(t);
    status = DDI(TransferCodecVerbs, 1, batches->transfers, count_completion, &batches->done);
    KeStallExecutionProcessor(200);
    pull_out(t);
    stopped = set_state(t, StopState, handle);
    lower_irql(t, level);
    EXPECT_SUCCESS(status);
    EXPECT_SUCCESS(stopped);
    advance(t, verb_timeout(t) + 5 * MILLISECOND + 2 * tolerance(t));
    EXPECT_EQUAL(1, atomic_load(&batches->done));
    EXPECT_EQUAL(1, batches->transfers[0].Input.IsValid);
    EXPECT_EQUAL(batches->id, batches->transfers[0].Input.Response);
    return true;
}

/* The call that waits is told as the others are. */
static bool waiting_call_returns(struct trial *t)
{
    HDAUDIO_CODEC_TRANSFER *transfers = trial_memory(t, (VERBS + 1) * sizeof(*transfers));
    ULONGLONG begun;
    NTSTATUS status;

    TRY(transfers != NULL);
    for (unsigned i = 0; i <= VERBS; i++)
        transfers[i].Output.Command = parameter(codec_address(t), ROOT, VENDOR_ID);
    begun = now(t);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 1, transfers, pull_out_now, t));
    status = DDI(TransferCodecVerbs, VERBS, transfers + 1, NULL, NULL);
    TRY(took_at_most(t, begun, 2 * verb_timeout(t) + 5 * MILLISECOND + 2 * tolerance(t)));
    if (status != STATUS_SUCCESS)
        EXPECT_STATUS(STATUS_DEVICE_REMOVED, status);
    EXPECT_EQUAL(0, transfers[VERBS].Input.IsValid);
    return notice(t);
}

/* ---- Clients ------------------------------------------------------------------------------------ */

/* The other client goes with a running engine, a tag and verbs on their way. */
static bool goes_with_everything(struct trial *t, bool noticed)
{
    struct batches *batches;
    ULONGLONG begun;
    unsigned answered;
    HANDLE handle;
    UCHAR tag;

    TRY(open_other(t));
    TRY(other_runs(t, &handle));
    EXPECT_SUCCESS(t->other.RegisterEventCallback(t->other.Context, ignore_response, NULL, &tag));
    TRY(send_batches(t, &t->other, &batches));
    pull_out(t);
    if (noticed)
        TRY(notice(t));
    begun = now(t);
    close_other(t);
    TRY(took_at_most(t, begun, 5 * MILLISECOND + tolerance(t)));
    advance(t, verb_timeout(t) + 5 * MILLISECOND + 2 * tolerance(t));
    return end_once(t, batches, &answered);
}

static bool dereferenced(struct trial *t)
{
    return goes_with_everything(t, true);
}

static bool dereference_finds_out(struct trial *t)
{
    return goes_with_everything(t, false);
}

static bool dereferenced_with_registrations(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);

    TRY(event != NULL);
    TRY(open_other(t));
    TRY(other_is_told(t, event));
    pull_out(t);
    close_other(t);
    poison(event, sizeof(*event));
    advance(t, longest_silence(t));
    EXPECT(poisoned(event, sizeof(*event)));
    return true;
}

/* ---- Power -------------------------------------------------------------------------------------- */

static bool can_suspend(struct trial *t)
{
    if (t->target->suspend && t->target->resume)
        return true;
    skip(t, "the bus cannot be suspended here");
    return false;
}

/* Nobody finds out before the resume, which looks at the controller. */
static bool while_asleep(struct trial *t)
{
    HANDLE handle, another;
    ULONGLONG begun;

    if (!can_suspend(t))
        return true;
    TRY(start(t, 0, &handle));
    TRY(suspend(t));
    pull_out(t);
    begun = now(t);
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, t->target->resume(t->target->context));
    t->asleep = false;
    TRY(took_at_most(t, begun, MILLISECOND + tolerance(t)));
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, allocate_for(t, &t->ddi, &stereo, &another));
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, set_state(t, RunState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle)); /* it was stopped by suspending */
    EXPECT_SUCCESS(give_buffer(t, handle));
    return release(t, handle);
}

static bool suspend_after(struct trial *t)
{
    HANDLE handle;
    ULONGLONG begun;

    if (!can_suspend(t))
        return true;
    TRY(start(t, 0, &handle));
    TRY(take_away(t));
    begun = now(t);
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, t->target->suspend(t->target->context));
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, t->target->resume(t->target->context));
    TRY(took_at_most(t, begun, MILLISECOND + tolerance(t)));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    return release(t, handle);
}

/* Engines run, verbs are on their way, and suspending is the first to find out. */
static bool suspend_finds_out(struct trial *t)
{
    struct batches *batches;
    unsigned answered;
    ULONGLONG begun;
    HANDLE handle;

    if (!can_suspend(t))
        return true;
    TRY(start(t, 0, &handle));
    TRY(send_batches(t, &t->ddi, &batches));
    pull_out(t);
    begun = now(t);
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, t->target->suspend(t->target->context));
    TRY(took_at_most(t, begun, verb_timeout(t) + 5 * MILLISECOND + 2 * tolerance(t)));
    TRY(end_once(t, batches, &answered));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    return release(t, handle);
}

/* ---- Wake requests ------------------------------------------------------------------------------ */

struct request {
    _Atomic unsigned ended;
    NTSTATUS status;
};

static void note(void *context, NTSTATUS status)
{
    struct request *request = context;

    request->status = status;
    atomic_fetch_add(&request->ended, 1);
}

static bool can_request(struct trial *t)
{
    if (t->target->wait_wake && t->target->cancel_wake)
        return true;
    skip(t, "nobody can ask to be told of a wake here");
    return false;
}

static bool has_ended(struct trial *t, const struct request *request)
{
    advance(t, tolerance(t));
    EXPECT_EQUAL(1, atomic_load(&request->ended));
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, request->status);
    EXPECT(!t->target->cancel_wake(t->target->context, 0));
    return true;
}

static bool wake_ends(struct trial *t)
{
    struct request *request = trial_memory(t, sizeof(*request));

    TRY(request != NULL);
    if (!can_request(t))
        return true;
    EXPECT_SUCCESS(request_wake(t, 0, note, request));
    TRY(take_away(t));
    TRY(has_ended(t, request));
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, request_wake(t, 0, note, request));
    return true;
}

static bool wake_ends_asleep(struct trial *t)
{
    struct request *request = trial_memory(t, sizeof(*request));

    TRY(request != NULL);
    if (!can_request(t) || !can_suspend(t))
        return true;
    EXPECT_SUCCESS(request_wake(t, 0, note, request));
    TRY(suspend(t));
    pull_out(t);
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, t->target->resume(t->target->context));
    t->asleep = false;
    return has_ended(t, request);
}

#define ONCE_MORE "Events of engines that run are signalled once more, so that no waiter hangs."
#define BOOKS                                                                                               \
    "SetDmaEngineState to Stop, Pause or Reset, all Free*, all Unregister* and the dereference succeed as " \
    "bookkeeping, where they would have before."
#define VERBS_END \
    "Pending verbs complete, IsValid = 0 from the last certain point on. Their callbacks are called."
#define GONE  "Everything else is DEVICE_REMOVED. Nothing waits for a controller that is gone."
#define WAKES "Wake requests complete with DEVICE_REMOVED."

const struct check removal_checks[] = {
    {"Removal.event-once", ONCE_MORE, event_once, true, NULL},
    {"Removal.event-of-halves-once", ONCE_MORE, event_of_halves_once, true, NULL},
    {"Removal.events-of-running-engines", ONCE_MORE, events_of_running, true, NULL},
    {"Removal.event-without-notifications", ONCE_MORE, event_without_notifications, true, NULL},
    {"Removal.event-of-stopped-engine", ONCE_MORE, event_of_stopped_later, true, NULL},
    {"Removal.waiter", ONCE_MORE, waiter_released, true, NULL},
    {"Removal.engines-run-on", "The engines count as running until their clients stop them.", run_on, false,
     NULL},
    {"Removal.stop-together", BOOKS, stop_together, false, NULL},
    {"Removal.pointers",
     "The pointer is valid, and readable, until the child device is deleted, also after removal.",
     pointers_stay, false, NULL},
    {"Removal.verbs-in-flight", VERBS_END, verbs_end, false, NULL},
    {"Removal.verbs-answered-before", VERBS_END, answers_stay, false, NULL},
    {"Removal.verbs-answered-unread", VERBS_END, unread_answer_stays, false, NULL},
    {"Removal.verbs-waited-for", VERBS_END, waiting_call_returns, false, NULL},
    {"Removal.dereference", BOOKS, dereferenced, false, NULL},
    {"Removal.dereference-finds-out", BOOKS, dereference_finds_out, false, NULL},
    {"Removal.dereference-drops-registrations", BOOKS, dereferenced_with_registrations, true, NULL},
    {"Removal.asleep", GONE, while_asleep, false, NULL},
    {"Removal.suspend", GONE, suspend_after, false, NULL},
    {"Removal.suspend-finds-out", GONE, suspend_finds_out, false, NULL},
    {"Removal.wake", WAKES, wake_ends, false, NULL},
    {"Removal.wake-asleep", WAKES, wake_ends_asleep, false, NULL},
    {0},
};
