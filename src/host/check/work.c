/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work.c - deferred work: that it runs when it is queued, not sooner, not twice at once, at its level.
 *
 * The host is given our own routine, with a record for its context. One word tells whether work is queued. It
 * may have to say MAYBE: when a call of work_queue() goes on while the routine begins, nobody outside can
 * tell whether this run is what was asked for or another will follow. The word has a count of the calls that
 * go on and one of all calls, so that whoever changes it sees that another one has.
 */
#include "internal.h"

enum { QUEUED_NOT, QUEUED_MAYBE, QUEUED };

#define STATE       0x00000003u
#define CALL        0x00000004u /* in the word, one call that goes on */
#define CALLS       0x00000FFCu
#define EVER        0x00001000u /* one call that there was */
#define NO_DUE_TIME UINT64_MAX

/* ---- The word ------------------------------------------------------------------------------------------ */

/* Changes the word by a rule; returns what it was. */
static unsigned change(struct check_work *work, unsigned (*rule)(unsigned word))
{
    unsigned word = GET(work->word);

    while (!__atomic_compare_exchange_n(&work->word, &word, rule(word), false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
        ;
    return word;
}

static unsigned begin_call(unsigned word)
{
    return ((word & ~STATE) | QUEUED) + CALL + EVER;
}

static unsigned end_call(unsigned word)
{
    return word - CALL;
}

/* It runs, or was cancelled. */
static unsigned leave_queue(unsigned word)
{
    return (word & ~STATE) | (word & CALLS ? QUEUED_MAYBE : QUEUED_NOT);
}

bool check_work_is_queued(const struct check_work *work)
{
    return (GET(work->word) & STATE) == QUEUED;
}

/* ---- It runs ------------------------------------------------------------------------------------------- */

static unsigned irql_of(unsigned level)
{
    return level == HDA_LEVEL_PASSIVE ? PASSIVE_LEVEL : DISPATCH_LEVEL;
}

static void judge_level(struct hda_check *check, const struct check_work *work)
{
    unsigned irql = check_irql(check), wanted = irql_of(GET(work->level));

    if (irql != wanted)
        check_fault(check, check_hook_name(HOOK_WORK_QUEUE),
                    "host->work_queue: work of level %s runs at IRQL %u, not at %u",
                    wanted == PASSIVE_LEVEL ? "PASSIVE" : "DISPATCH", irql, wanted);
    else if (irql == DISPATCH_LEVEL && GET(work->calling) &&
             GET(work->caller) == check->host->runner(check->host_context))
        check_fault(
            check, NULL,
            "host->work_queue: it was called at DISPATCH_LEVEL and has run the work before it returned: work "
            "waits until its caller's IRQL has fallen");
}

static void judge_time(struct hda_check *check, const struct check_work *work, unsigned word)
{
    uint64_t due = GET(work->due), now = check->host->now(check->host_context);

    if ((word & STATE) != QUEUED || word & CALLS || due == NO_DUE_TIME)
        return;
    if (now + SLACK < due)
        check_fault(check, NULL, "host->work_queue: work runs %llu ns too early",
                    (unsigned long long)(due - now));
}

/* Whether the run is one that was asked for. */
static bool was_asked_for(struct hda_check *check, const struct check_work *work, unsigned word)
{
    if ((word & STATE) != QUEUED_NOT)
        return true;
    if (GET(work->cancelled))
        check_fault(check, NULL, "host->work_cancel: it has returned, and the work runs after that");
    else
        check_fault(check, NULL, "host->work_queue: work runs that is not queued");
    return false;
}

static void run(struct hda_check *check, struct check_work *work)
{
    uintptr_t serial = GET(work->record.serial);
    unsigned irql = check_irql(check), now;

    if (ADD(work->running, 1) > 1)
        check_fault(check, NULL, "host->work_queue: the same work runs twice at once");
    if (irql <= DISPATCH_LEVEL)
        PUT(work->runs_on, check->host->runner(check->host_context));
    GET(work->routine)(GET(work->context));
    now = check_irql(check);
    if (now != irql)
        check_fault(check, NULL, "host->work_queue: work that began at IRQL %u has ended at %u", irql, now);
    /* It may have freed itself, and the record be another's. */
    if (GET(work->record.serial) == serial)
        SUB(work->running, 1);
}

static void routine(void *context)
{
    struct check_work *work = context;
    struct hda_check *check;
    unsigned word;

    if (work == NULL || GET(work->self) != work) {
        check_lost_context(HOOK_WORK_INIT);
        return;
    }
    check = GET(work->check);
    if (GET(work->record.key) == 0) {
        check_fault(check, NULL, "host->work_queue: work runs whose memory has been freed");
        return;
    }
    word = change(work, leave_queue);
    judge_level(check, work);
    judge_time(check, work, word);
    PUT(work->due, NO_DUE_TIME);
    if (was_asked_for(check, work, word))
        run(check, work);
}

/* ---- Init ---------------------------------------------------------------------------------------------- */

static struct check_work *note(struct hda_check *check, struct hda_work *work, enum hda_level level,
                               hda_work_routine *work_routine, void *context)
{
    struct check_work *record = check_table_find(&check->works, work);

    if (record != NULL && check_work_is_queued(record))
        check_fault(check, NULL, "host->work_init: the core initialises work that is queued");
    if (record != NULL)
        check_table_drop(record);
    record = check_table_take(&check->works);
    if (record == NULL)
        return NULL;
    PUT(record->level, level);
    PUT(record->due, NO_DUE_TIME);
    PUT(record->routine, work_routine);
    PUT(record->context, context);
    PUT(record->check, check);
    PUT(record->self, record);
    check_table_publish(record, work);
    return record;
}

void check_work_init(void *context, struct hda_work *work, enum hda_level level,
                     hda_work_routine *work_routine, void *routine_context)
{
    struct hda_check *check = context;
    unsigned irql = check_enter(check, HOOK_WORK_INIT);
    struct check_work *record = note(check, work, level, work_routine, routine_context);

    if (level > HDA_LEVEL_DISPATCH)
        check_fault(check, NULL, "host->work_init: the core asks for work of level %u, and there are 0 and 1",
                    (unsigned)level);
    if (record != NULL)
        check->host->work_init(check->host_context, work, level, routine, record);
    else
        check->host->work_init(check->host_context, work, level, work_routine, routine_context);
    check_leave(check, HOOK_WORK_INIT, irql);
}

void check_forget_works(struct hda_check *check, const void *memory, size_t size)
{
    for (unsigned i = 0; i < GET(check->works.used); i++) {
        struct check_work *work = check_table_at(&check->works, i);

        if (work == NULL || !check_lies_in(GET(work->record.key), memory, size))
            continue;
        if (check_work_is_queued(work))
            check_fault(check, NULL, "host->free: the core frees the memory of work that is queued");
        check_table_drop(work);
    }
}

/* ---- Queue --------------------------------------------------------------------------------------------- */

/* "Queued already, the earlier wins." */
static void note_due(struct hda_check *check, struct check_work *work, uint64_t delay)
{
    uint64_t now = check->host->now(check->host_context);
    uint64_t due = delay < NO_DUE_TIME - now ? now + delay : NO_DUE_TIME;
    ULONGLONG known = GET(work->due);

    while (due < known &&
           !__atomic_compare_exchange_n(&work->due, &known, due, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        ;
    PUT(work->cancelled, 0);
}

/* Who calls at DISPATCH_LEVEL can be told apart, and must not find the work run when the call returns. */
static void queue(struct hda_check *check, struct check_work *record, struct hda_work *work, uint64_t delay,
                  unsigned irql)
{
    bool told_apart = irql == DISPATCH_LEVEL;

    note_due(check, record, delay);
    if (told_apart) {
        PUT(record->caller, check->host->runner(check->host_context));
        PUT(record->calling, 1);
    }
    change(record, begin_call);
    check->host->work_queue(check->host_context, work, delay);
    change(record, end_call);
    if (told_apart)
        PUT(record->calling, 0);
}

void check_work_queue(void *context, struct hda_work *work, uint64_t delay)
{
    struct hda_check *check = context;
    unsigned irql = check_enter(check, HOOK_WORK_QUEUE);
    struct check_work *record = check_table_find(&check->works, work);

    if (record != NULL) {
        queue(check, record, work, delay, irql);
    } else {
        if (GET(check->works.missed) == 0)
            check_fault(check, NULL, "host->work_queue: the core queues work that it has not initialised");
        check->host->work_queue(check->host_context, work, delay);
    }
    check_leave(check, HOOK_WORK_QUEUE, irql);
}

static void judge_overdue(struct hda_check *check, struct check_work *work, uint64_t now)
{
    uint64_t due = GET(work->due);

    if (!check_work_is_queued(work) || GET(work->running) || due == NO_DUE_TIME || now < due ||
        now - due < PATIENCE || __atomic_exchange_n(&work->late, 1, __ATOMIC_ACQ_REL))
        return;
    check_fault(check, NULL, "host->work_queue: work of level %s was due %llu ms ago and has not run",
                GET(work->level) == HDA_LEVEL_PASSIVE ? "PASSIVE" : "DISPATCH",
                (unsigned long long)((now - due) / NS_PER_MS));
}

void check_overdue(struct hda_check *check)
{
    uint64_t now = check->host->now(check->host_context);

    for (unsigned i = 0; i < GET(check->works.used); i++) {
        struct check_work *work = check_table_at(&check->works, i);

        if (work != NULL)
            judge_overdue(check, work, now);
    }
}

/* ---- Cancel -------------------------------------------------------------------------------------------- */

static bool runs_elsewhere(struct hda_check *check, const struct check_work *work)
{
    return GET(work->running) > 0 && GET(work->runs_on) != check->host->runner(check->host_context);
}

/* Who queues it meanwhile may see it run afterwards. */
static void cancel(struct hda_check *check, struct check_work *record, struct hda_work *work)
{
    unsigned before = GET(record->word), after;

    check->host->work_cancel(check->host_context, work);
    if (runs_elsewhere(check, record) && ((GET(record->word) ^ before) & ~STATE) == 0 && !(before & CALLS))
        check_fault(check, NULL, "host->work_cancel: it has returned while the work runs");
    PUT(record->cancelled, 1);
    PUT(record->due, NO_DUE_TIME);
    after = change(record, leave_queue);
    if ((after ^ before) & ~(STATE | CALLS))
        PUT(record->cancelled, 0);
}

void check_work_cancel(void *context, struct hda_work *work)
{
    struct hda_check *check = context;
    unsigned irql = check_enter(check, HOOK_WORK_CANCEL);
    struct check_work *record = check_table_find(&check->works, work);

    check_overdue(check);
    if (record != NULL) {
        cancel(check, record, work);
    } else {
        if (GET(check->works.missed) == 0)
            check_fault(check, NULL, "host->work_cancel: the core cancels work that it has not initialised");
        check->host->work_cancel(check->host_context, work);
    }
    check_leave(check, HOOK_WORK_CANCEL, irql);
}
