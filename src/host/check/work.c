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

#define RUNS      0x003u /* how many runs there may be: calls, less runs; 3: or more */
#define CERTAIN   0x004u /* there has to be one */
#define CALL      0x008u /* one call that goes on */
#define CALLS     0x078u
#define EVER      0x080u /* one call that there was */
#define EVERS     0xF80u
#define DUE_SHIFT 12 /* above: when it is due, in units since the check was made; 0: not known */
#define STATE     (((uintptr_t)1 << DUE_SHIFT) - 1)
#define LARGEST   (UINTPTR_MAX >> DUE_SHIFT)

/* What fits in the word: 1024 ns, and with 32 bits a quarter of a millisecond, of four minutes. */
#define UNIT_SHIFT         (sizeof(uintptr_t) < 8 ? 18 : 10)
#define UNITS(nanoseconds) ((nanoseconds) >> UNIT_SHIFT)
#define LOOKS              5        /* that find work overdue, a second apart, until it counts as forgotten */
#define FORGOTTEN          NS_PER_S /* after a run, when a call that came just before it was a part of it */

enum { NOT_CALLING, TO_CALL, CALLING };

/* ---- The word ------------------------------------------------------------------------------------------ */

static uintptr_t runs_of(uintptr_t word)
{
    return word & RUNS;
}

static uintptr_t due_of(uintptr_t word)
{
    return word >> DUE_SHIFT;
}

static uintptr_t with_due(uintptr_t word, uintptr_t due)
{
    return (word & STATE) | due << DUE_SHIFT;
}

/* How many units a is after b, as far as they differ by no more than the word's half. */
static intptr_t after(uintptr_t a, uintptr_t b)
{
    return (intptr_t)((a - b) << DUE_SHIFT) >> DUE_SHIFT;
}

/* "Queued already, the earlier wins." */
static uintptr_t begin_call(uintptr_t word, uintptr_t due)
{
    bool earlier = runs_of(word) == 0 || due == 0 || (due_of(word) != 0 && after(due, due_of(word)) < 0);

    if (runs_of(word) < RUNS)
        word++;
    return with_due((((word | CERTAIN) + CALL) & ~EVERS) | ((word + EVER) & EVERS),
                    earlier ? due : due_of(word));
}

static uintptr_t end_call(uintptr_t word, uintptr_t unused)
{
    (void)unused;
    return word - CALL;
}

/* Of all calls until now at most one is not a part of this run. */
static uintptr_t begin_run(uintptr_t word, uintptr_t unused)
{
    uintptr_t left = runs_of(word) > 1 ? 1 : 0;

    (void)unused;
    return with_due((word & ~(RUNS | CERTAIN)) | left, 0);
}

static uintptr_t empty(uintptr_t word, uintptr_t unused)
{
    (void)unused;
    return with_due(word & ~(RUNS | CERTAIN), 0);
}

/* Changes the word by a rule; returns what it was. */
static uintptr_t change(struct check_work *work, uintptr_t (*rule)(uintptr_t word, uintptr_t due),
                        uintptr_t due)
{
    uintptr_t word = GET(work->word);

    while (!__atomic_compare_exchange_n(&work->word, &word, rule(word, due), false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
        ;
    return word;
}

bool hda_check_work_is_queued(const struct check_work *work)
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
    unsigned irql = hda_check_irql(check), wanted = irql_of(GET(work->level));

    if (irql != wanted)
        hda_check_fault(check, hda_check_hook_name(HOOK_WORK_QUEUE),
                        "host->work_queue: work of level %s runs at IRQL %u, not at %u",
                        wanted == PASSIVE_LEVEL ? "PASSIVE" : "DISPATCH", irql, wanted);
    else if (irql == DISPATCH_LEVEL && GET(work->calling) == CALLING &&
             GET(work->caller) == check->host->runner(check->host_context))
        hda_check_fault(
            check, NULL,
            "host->work_queue: it was called at DISPATCH_LEVEL and has run the work before it "
            "returned, both on what host->runner calls %llx: work waits until its caller's IRQL has "
            "fallen",
            (unsigned long long)GET(work->caller));
}

static uintptr_t units_of(const struct hda_check *check, uint64_t now)
{
    return (uintptr_t)UNITS(now - check->epoch) & LARGEST;
}

static void judge_time(struct hda_check *check, uintptr_t word, uint64_t now)
{
    intptr_t early = after(due_of(word), units_of(check, now));

    if (runs_of(word) > 0 && due_of(word) != 0 && early > 1)
        hda_check_fault(check, NULL, "host->work_queue: work runs %llu us too early",
                        (unsigned long long)((uint64_t)early << UNIT_SHIFT) / NS_PER_US);
}

/* Whether the run is one that was asked for. */
static bool was_asked_for(struct hda_check *check, const struct check_work *work, uintptr_t word)
{
    if (runs_of(word) > 0)
        return true;
    if (GET(work->cancelled))
        hda_check_fault(check, NULL, "host->work_cancel: it has returned, and the work runs after that");
    else
        hda_check_fault(check, NULL, "host->work_queue: work runs that is not queued");
    return false;
}

static void run(struct hda_check *check, struct check_work *work)
{
    uintptr_t serial = GET(work->record.serial);
    unsigned irql = hda_check_irql(check), now;

    if (ADD(work->running, 1) > 1)
        hda_check_fault(check, NULL, "host->work_queue: the same work runs twice at once");
    if (irql <= DISPATCH_LEVEL)
        PUT(work->runs_on, check->host->runner(check->host_context));
    GET(work->routine)(GET(work->context));
    now = hda_check_irql(check);
    if (now != irql)
        hda_check_fault(check, NULL, "host->work_queue: work that began at IRQL %u has ended at %u", irql,
                        now);
    /* It may have freed itself, and the record be another's. */
    if (GET(work->record.serial) == serial)
        SUB(work->running, 1);
}

static void routine(void *context)
{
    struct check_work *work = context;
    struct hda_check *check;
    uintptr_t word;
    uint64_t now;

    if (work == NULL || GET(work->self) != work) {
        hda_check_lost_context(HOOK_WORK_INIT);
        return;
    }
    check = GET(work->check);
    if (GET(work->record.key) == 0) {
        hda_check_fault(check, NULL, "host->work_queue: work runs whose memory has been freed");
        return;
    }
    word = change(work, begin_run, 0);
    PUT(work->looks, 0);
    now = check->host->now(check->host_context);
    PUT(work->began, check_moment_of(check, now));
    judge_level(check, work);
    judge_time(check, word, now);
    if (was_asked_for(check, work, word))
        run(check, work);
}

/* ---- Init ---------------------------------------------------------------------------------------------- */

static struct check_work *note(struct hda_check *check, struct hda_work *work, enum hda_level level,
                               hda_work_routine *work_routine, void *context)
{
    struct check_work *record = hda_check_table_find(&check->works, work);

    if (record != NULL && hda_check_work_is_queued(record))
        hda_check_fault(check, NULL, "host->work_init: %s initialises work that is queued",
                        hda_check_caller(check));
    if (record != NULL)
        hda_check_table_drop(record);
    record = hda_check_table_take(&check->works);
    if (record == NULL)
        return NULL;
    PUT(record->level, level);
    PUT(record->routine, work_routine);
    PUT(record->context, context);
    PUT(record->check, check);
    PUT(record->self, record);
    hda_check_table_publish(record, work);
    return record;
}

void hda_check_work_init(void *context, struct hda_work *work, enum hda_level level,
                         hda_work_routine *work_routine, void *routine_context)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_WORK_INIT);
    struct check_work *record = note(check, work, level, work_routine, routine_context);

    if (level > HDA_LEVEL_DISPATCH)
        hda_check_fault(check, NULL, "host->work_init: %s asks for work of level %u, and there are 0 and 1",
                        hda_check_caller(check), (unsigned)level);
    if (record != NULL)
        check->host->work_init(check->host_context, work, level, routine, record);
    else
        check->host->work_init(check->host_context, work, level, work_routine, routine_context);
    hda_check_leave(check, HOOK_WORK_INIT, irql);
}

void hda_check_forget_works(struct hda_check *check, const void *memory, size_t size)
{
    for (unsigned i = 0; i < GET(check->works.used); i++) {
        struct check_work *work = hda_check_table_at(&check->works, i);

        if (work == NULL || !check_lies_in(GET(work->record.key), memory, size))
            continue;
        if (hda_check_work_is_queued(work))
            hda_check_fault(check, NULL, "host->free: %s frees the memory of work that is queued",
                            hda_check_caller(check));
        hda_check_table_drop(work);
    }
}

/* ---- Queue --------------------------------------------------------------------------------------------- */

/* A run that began long ago leaves nothing of the calls before it. */
static void settle(struct check_work *work, check_moment now)
{
    uintptr_t word = GET(work->word);

    if (runs_of(word) == 0 || word & (CERTAIN | CALLS) ||
        check_after(now, GET(work->began)) < (intptr_t)MOMENTS(FORGOTTEN))
        return;
    __atomic_compare_exchange_n(&work->word, &word, empty(word, 0), false, __ATOMIC_ACQ_REL,
                                __ATOMIC_RELAXED);
}

/* What is too far away for the word is not known. */
static void begin(struct hda_check *check, struct check_work *work, uint64_t delay)
{
    uint64_t now = check->host->now(check->host_context);
    uintptr_t due = 0;

    settle(work, check_moment_of(check, now));
    if (UNITS(delay) < LARGEST / 2)
        due = (units_of(check, now) + (uintptr_t)UNITS(delay)) & LARGEST;
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

void hda_check_work_queue(void *context, struct hda_work *work, uint64_t delay)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_WORK_QUEUE);
    struct check_work *record = hda_check_table_find(&check->works, work);

    if (record != NULL) {
        queue(check, record, work, delay, irql);
    } else {
        if (GET(check->works.missed) == 0)
            hda_check_fault(check, NULL, "host->work_queue: %s queues work that it has not initialised",
                            hda_check_caller(check));
        check->host->work_queue(check->host_context, work, delay);
    }
    hda_check_leave(check, HOOK_WORK_QUEUE, irql);
}

/* Whether this look is the last one that is waited for. A machine that was stopped for minutes is one look.
 */
static bool is_last_look(struct hda_check *check, struct check_work *work, uint64_t now)
{
    check_moment moment = check_moment_of(check, now), before = GET(work->looked);

    return check_after(moment, before) >= (intptr_t)MOMENTS(NS_PER_S) &&
           __atomic_compare_exchange_n(&work->looked, &before, moment, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED) &&
           ADD(work->looks, 1) == LOOKS;
}

static void judge_overdue(struct hda_check *check, struct check_work *work, uint64_t now)
{
    uintptr_t word = GET(work->word);
    intptr_t late = after(units_of(check, now), due_of(word));

    if (!(word & CERTAIN) || due_of(word) == 0 || late <= 0 || GET(work->running) ||
        !is_last_look(check, work, now))
        return;
    hda_check_fault(check, NULL, "host->work_queue: work of level %s was due %llu ms ago and has not run",
                    GET(work->level) == HDA_LEVEL_PASSIVE ? "PASSIVE" : "DISPATCH",
                    (unsigned long long)((uint64_t)late << UNIT_SHIFT) / NS_PER_MS);
}

void hda_check_overdue(struct hda_check *check)
{
    uint64_t now = check->host->now(check->host_context);

    for (unsigned i = 0; i < GET(check->works.used); i++) {
        struct check_work *work = hda_check_table_at(&check->works, i);

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
    uintptr_t before = GET(record->word), now;

    check->host->work_cancel(check->host_context, work);
    now = GET(record->word);
    if ((before | now) & CALLS || (before ^ now) & EVERS)
        return;
    if (runs_elsewhere(check, record))
        hda_check_fault(check, NULL, "host->work_cancel: it has returned while the work runs");
    PUT(record->cancelled, 1);
    PUT(record->looks, 0);
    if (!__atomic_compare_exchange_n(&record->word, &now, empty(now, 0), false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED))
        PUT(record->cancelled, 0);
}

void hda_check_work_cancel(void *context, struct hda_work *work)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_WORK_CANCEL);
    struct check_work *record = hda_check_table_find(&check->works, work);

    hda_check_overdue(check);
    if (record != NULL) {
        cancel(check, record, work);
    } else {
        if (GET(check->works.missed) == 0)
            hda_check_fault(check, NULL, "host->work_cancel: %s cancels work that it has not initialised",
                            hda_check_caller(check));
        check->host->work_cancel(check->host_context, work);
    }
    hda_check_leave(check, HOOK_WORK_CANCEL, irql);
}
