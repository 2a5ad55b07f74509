/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work.c - deferred work: that it runs when it is queued, not sooner, not twice at once, at its level.
 *
 * The host is given our own routine, with a record for its context. One word says how often the work may run
 * and from when on. Between the moment in which a host takes work out of its queue and the one in which our
 * routine begins, nobody outside can tell whether a call of work_queue() is a part of this run or asks for
 * another. So what counts is what holds in any case: there are no more runs than calls; and a call that comes
 * when the last run has begun is followed by one.
 */
#include "internal.h"

#define RUNS      0x00000000000000FFu /* how many runs there may be: calls, less runs */
#define CERTAIN   0x0000000000000100u /* there has to be one */
#define CALL      0x0000000000000200u /* one call that goes on */
#define CALLS     0x000000000000FE00u
#define EVER      0x0000000000010000u /* one call that there was */
#define EVERS     0x0000000000FF0000u
#define DUE_SHIFT 24 /* above: microseconds since the check was made; 0: not known */
#define LARGEST   ((UINT64_C(1) << 40) - 1)
#define FORGOTTEN NS_PER_S /* after a run, when a call that came just before it was a part of it */

enum { NOT_CALLING, TO_CALL, CALLING };

/* ---- The word ------------------------------------------------------------------------------------------ */

static uint64_t runs_of(uint64_t word)
{
    return word & RUNS;
}

static uint64_t due_of(uint64_t word)
{
    return word >> DUE_SHIFT;
}

static uint64_t with_due(uint64_t word, uint64_t due)
{
    return (word & ((UINT64_C(1) << DUE_SHIFT) - 1)) | due << DUE_SHIFT;
}

/* "Queued already, the earlier wins." */
static uint64_t begin_call(uint64_t word, uint64_t due)
{
    bool earlier = runs_of(word) == 0 || due < due_of(word);

    if (runs_of(word) < RUNS)
        word++;
    return with_due((((word | CERTAIN) + CALL) & ~EVERS) | ((word + EVER) & EVERS),
                    earlier ? due : due_of(word));
}

static uint64_t end_call(uint64_t word, uint64_t unused)
{
    (void)unused;
    return word - CALL;
}

/* Of all calls until now at most one is not a part of this run. */
static uint64_t begin_run(uint64_t word, uint64_t unused)
{
    uint64_t left = runs_of(word) > 1 ? 1 : 0;

    (void)unused;
    return with_due((word & ~(RUNS | CERTAIN)) | left, 0);
}

static uint64_t empty(uint64_t word, uint64_t unused)
{
    (void)unused;
    return with_due(word & ~(RUNS | CERTAIN), 0);
}

/* Changes the word by a rule; returns what it was. */
static uint64_t change(struct check_work *work, uint64_t (*rule)(uint64_t word, uint64_t due), uint64_t due)
{
    ULONGLONG word = GET(work->word);

    while (!__atomic_compare_exchange_n(&work->word, &word, rule(word, due), false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
        ;
    return word;
}

bool check_work_is_queued(const struct check_work *work)
{
    return GET(work->word) & CERTAIN;
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
    else if (irql == DISPATCH_LEVEL && GET(work->calling) == CALLING &&
             GET(work->caller) == check->host->runner(check->host_context))
        check_fault(check, NULL,
                    "host->work_queue: it was called at DISPATCH_LEVEL and has run the work before it "
                    "returned, both on what host->runner calls %llx: work waits until its caller's IRQL has "
                    "fallen",
                    (unsigned long long)GET(work->caller));
}

/* Microseconds since the check was made. */
static uint64_t microseconds(const struct hda_check *check, uint64_t now)
{
    return (now - check->epoch) / NS_PER_US;
}

static void judge_time(struct hda_check *check, uint64_t word, uint64_t now)
{
    uint64_t due = due_of(word);

    if (runs_of(word) > 0 && microseconds(check, now) + 1 < due)
        check_fault(check, NULL, "host->work_queue: work runs %llu us too early",
                    (unsigned long long)(due - microseconds(check, now)));
}

/* Whether the run is one that was asked for. */
static bool was_asked_for(struct hda_check *check, const struct check_work *work, uint64_t word)
{
    if (runs_of(word) > 0)
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
    uint64_t word, now;

    if (work == NULL || GET(work->self) != work) {
        check_lost_context(HOOK_WORK_INIT);
        return;
    }
    check = GET(work->check);
    if (GET(work->record.key) == 0) {
        check_fault(check, NULL, "host->work_queue: work runs whose memory has been freed");
        return;
    }
    word = change(work, begin_run, 0);
    now = check->host->now(check->host_context);
    PUT(work->began, now);
    judge_level(check, work);
    judge_time(check, word, now);
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

/* A run that began long ago leaves nothing of the calls before it. */
static void settle(struct check_work *work, uint64_t now)
{
    ULONGLONG word = GET(work->word);

    if (runs_of(word) == 0 || word & (CERTAIN | CALLS) || now - GET(work->began) < FORGOTTEN)
        return;
    __atomic_compare_exchange_n(&work->word, &word, empty(word, 0), false, __ATOMIC_ACQ_REL,
                                __ATOMIC_RELAXED);
}

static void begin(struct hda_check *check, struct check_work *work, uint64_t delay)
{
    uint64_t now = check->host->now(check->host_context), due = microseconds(check, now);

    settle(work, now);
    due = delay / NS_PER_US < LARGEST - due ? due + delay / NS_PER_US : 0;
    PUT(work->cancelled, 0);
    change(work, begin_call, due);
}

/* Who calls at DISPATCH_LEVEL can be told apart, and must not find the work run when the call returns: one
 * who does so at a time is noted. */
static bool note_caller(struct hda_check *check, struct check_work *work, unsigned irql)
{
    unsigned nobody = NOT_CALLING;

    if (irql != DISPATCH_LEVEL || !__atomic_compare_exchange_n(&work->calling, &nobody, TO_CALL, false,
                                                               __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return false;
    PUT(work->caller, check->host->runner(check->host_context));
    PUT(work->calling, CALLING);
    return true;
}

static void queue(struct hda_check *check, struct check_work *record, struct hda_work *work, uint64_t delay,
                  unsigned irql)
{
    bool noted = note_caller(check, record, irql);

    begin(check, record, delay);
    check->host->work_queue(check->host_context, work, delay);
    change(record, end_call, 0);
    if (noted)
        PUT(record->calling, NOT_CALLING);
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
    uint64_t word = GET(work->word), late = microseconds(check, now) - due_of(word);

    if (!(word & CERTAIN) || due_of(word) == 0 || microseconds(check, now) < due_of(word) ||
        late < PATIENCE || GET(work->running) || __atomic_exchange_n(&work->late, 1, __ATOMIC_ACQ_REL))
        return;
    check_fault(check, NULL, "host->work_queue: work of level %s was due %llu ms ago and has not run",
                GET(work->level) == HDA_LEVEL_PASSIVE ? "PASSIVE" : "DISPATCH",
                (unsigned long long)(late / 1000));
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

/* Whoever queues it meanwhile may see it run afterwards. */
static void cancel(struct hda_check *check, struct check_work *record, struct hda_work *work)
{
    ULONGLONG before = GET(record->word), after;

    check->host->work_cancel(check->host_context, work);
    after = GET(record->word);
    if ((before | after) & CALLS || (before ^ after) & EVERS)
        return;
    if (runs_elsewhere(check, record))
        check_fault(check, NULL, "host->work_cancel: it has returned while the work runs");
    PUT(record->cancelled, 1);
    if (!__atomic_compare_exchange_n(&record->word, &after, empty(after, 0), false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
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
