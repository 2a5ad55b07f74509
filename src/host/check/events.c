/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.c - the core's own events: that a wait ends when, and only when, the event was set or the time is
 * up.
 *
 * Events that a client has made are set, too, and never waited for by the core: of these nothing is known. To
 * tell whether an event is certainly signalled, or certainly not, sets are counted when they begin and when
 * they have returned. A wait may have ended with each that had begun when it ended, and has ended with each
 * that had returned when it began.
 */
#include "internal.h"

/* Events on a stack are forgotten without a word: where records run out one that nobody waits for goes. */
static struct check_event *take(struct hda_check *check)
{
    struct check_event *record = hda_check_table_take(&check->events);
    unsigned first = GET(check->events.missed);

    for (unsigned i = 0; i < EVENT_RECORDS && record == NULL; i++) {
        struct check_event *old = hda_check_table_at(&check->events, (first + i) % EVENT_RECORDS);

        if (old == NULL || GET(old->waiters) > 0 || GET(old->setting) > 0)
            continue;
        hda_check_table_drop(old);
        record = hda_check_table_take(&check->events);
    }
    return record;
}

void hda_check_event_init(void *context, PKEVENT event, EVENT_TYPE type)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_EVENT_INIT);
    struct check_event *record = hda_check_table_find(&check->events, event);

    if (record != NULL && GET(record->waiters))
        hda_check_fault(check, NULL, "host->event_init: %s initialises an event that is waited for",
                        hda_check_caller(check));
    if (record != NULL)
        hda_check_table_drop(record);
    check->host->event_init(check->host_context, event, type);
    record = take(check);
    if (record != NULL) {
        PUT(record->type, type);
        hda_check_table_publish(record, event);
    }
    hda_check_leave(check, HOOK_EVENT_INIT, irql);
}

void hda_check_forget_events(struct hda_check *check, const void *memory, size_t size)
{
    for (unsigned i = 0; i < GET(check->events.used); i++) {
        struct check_event *event = hda_check_table_at(&check->events, i);

        if (event == NULL || !check_lies_in(GET(event->record.key), memory, size))
            continue;
        if (GET(event->waiters))
            hda_check_fault(check, NULL, "host->free: %s frees the memory of an event that is waited for",
                            hda_check_caller(check));
        hda_check_table_drop(event);
    }
}

/* ---- Set ----------------------------------------------------------------------------------------------- */

/* Once it is set whoever waited may have made the event, and the record, another's. */
void hda_check_event_set(void *context, PKEVENT event)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_EVENT_SET), number = 0;
    struct check_event *record = hda_check_table_find(&check->events, event);
    uintptr_t serial = 0;
    check_moment now;

    if (record != NULL) {
        serial = GET(record->record.serial);
        ADD(record->setting, 1);
        number = ADD(record->begun, 1);
    }
    check->host->event_set(check->host_context, event);
    now = check_moment_now(check);
    if (record != NULL && GET(record->record.serial) == serial) {
        PUT(record->set_at, now);
        PUT(record->done, number);
        SUB(record->setting, 1);
    }
    hda_check_leave(check, HOOK_EVENT_SET, irql);
}

/* ---- Wait ---------------------------------------------------------------------------------------------- */

/* What a wait began with. */
struct wait {
    unsigned consumed;
    unsigned spent;
    unsigned returned; /* sets, all of which had; 0: not all had */
    bool alone;
    bool signalled; /* for certain */
    uint64_t timeout;
    uint64_t start;
};

static bool is_signalled(const struct check_event *event)
{
    if (GET(event->type) == NotificationEvent)
        return GET(event->done) > 0;
    return GET(event->done) > GET(event->consumed);
}

/* Each success of a SynchronizationEvent takes a set of its own, and none was left when this wait began. The
 * sets are counted last, so that none is overlooked. */
static bool is_one_too_many(struct check_event *event, const struct wait *wait)
{
    unsigned successes = ADD(event->successes, 1), begun = GET(event->begun);

    return GET(event->type) == SynchronizationEvent && (successes > begun || wait->spent == begun);
}

/* Others may write it, too: the later counts. */
static void advance(unsigned *field, unsigned value)
{
    unsigned known = GET(*field);

    while ((int)(value - known) > 0 &&
           !__atomic_compare_exchange_n(field, &known, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        ;
}

static void judge_success(struct hda_check *check, struct check_event *event, const struct wait *wait)
{
    unsigned begun = GET(event->begun);

    if (begun == 0)
        hda_check_fault(check, NULL,
                        "host->event_wait: it says STATUS_SUCCESS of an event that was never set");
    else if (is_one_too_many(event, wait))
        hda_check_fault(
            check, NULL,
            "host->event_wait: a SynchronizationEvent that was set once has ended two waits: the first one "
            "resets it");
    advance(&event->spent, wait->returned);
    advance(&event->consumed, begun);
}

static void judge_timeout(struct hda_check *check, const struct check_event *event, const struct wait *wait,
                          bool alone)
{
    uint64_t now = hda_check_now(check), end = wait->start + wait->timeout;

    if (end >= wait->start && now + SLACK < end)
        hda_check_fault(check, NULL,
                        "host->event_wait: it says STATUS_TIMEOUT after %llu ns, when it was to wait %llu ns",
                        (unsigned long long)(now - wait->start), (unsigned long long)wait->timeout);
    if (!alone || GET(event->consumed) != wait->consumed)
        return;
    if (wait->signalled)
        hda_check_fault(check, NULL,
                        "host->event_wait: it says STATUS_TIMEOUT of an event that was set before");
    else if (is_signalled(event) &&
             check_after(check_moment_of(check, end), GET(event->set_at)) > (intptr_t)MOMENTS(NS_PER_MS))
        hda_check_fault(
            check, NULL,
            "host->event_set: it does not wake whoever waits: the wait went on for some %llu us and "
            "ended with "
            "STATUS_TIMEOUT",
            (unsigned long long)check_after(check_moment_of(check, now), GET(event->set_at)));
}

static void judge(struct hda_check *check, struct check_event *event, const struct wait *wait,
                  NTSTATUS status)
{
    bool alone = wait->alone && GET(event->waiters) == 1;

    if (status == STATUS_SUCCESS)
        judge_success(check, event, wait);
    else if (status == STATUS_TIMEOUT)
        judge_timeout(check, event, wait, alone);
    else
        hda_check_fault(check, NULL,
                        "host->event_wait: it says %x, and there are STATUS_SUCCESS and STATUS_TIMEOUT only",
                        (unsigned)status);
}

static unsigned returned_sets(const struct check_event *event)
{
    unsigned begun = GET(event->begun);

    return GET(event->setting) == 0 && GET(event->begun) == begun ? begun : 0;
}

static NTSTATUS wait_for(struct hda_check *check, struct check_event *record, PKEVENT event, uint64_t timeout)
{
    struct wait wait = {.timeout = timeout};
    NTSTATUS status;

    wait.alone = ADD(record->waiters, 1) == 1;
    wait.signalled = is_signalled(record);
    wait.consumed = GET(record->consumed);
    wait.spent = GET(record->spent);
    wait.returned = returned_sets(record);
    wait.start = hda_check_now(check);
    status = check->host->event_wait(check->host_context, event, timeout);
    judge(check, record, &wait, status);
    SUB(record->waiters, 1);
    return status;
}

NTSTATUS hda_check_event_wait(void *context, PKEVENT event, uint64_t timeout)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_EVENT_WAIT);
    struct check_event *record = hda_check_table_find(&check->events, event);
    NTSTATUS status;

    if (record != NULL) {
        status = wait_for(check, record, event, timeout);
    } else {
        if (GET(check->events.missed) == 0)
            hda_check_fault(check, NULL,
                            "host->event_wait: %s waits for an event that it has not initialised",
                            hda_check_caller(check));
        status = check->host->event_wait(check->host_context, event, timeout);
    }
    hda_check_leave(check, HOOK_EVENT_WAIT, irql);
    hda_check_overdue(check);
    return status;
}
