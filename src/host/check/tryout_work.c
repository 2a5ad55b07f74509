/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hda_tryout_work.c - deferred work of both levels: at once, later, twice, from within itself, with a lock
 * held, cancelled; and with its help that a set wakes whoever waits, and that a lock keeps out.
 *
 * Should a host run it later than it may, what it runs has to be there still: so it is a part of the check.
 */
#include "tryout.h"

#define SOON    (2 * NS_PER_MS)
#define MEDIUM  (6 * NS_PER_MS)
#define NEVER   (3600 * NS_PER_S)
#define BUSY    200 /* microseconds of a stall */
#define SHORT   10  /* of these */
#define LONG    100
#define REPEATS 3

/* ---- Work ---------------------------------------------------------------------------------------------- */

static void note_run(void *context)
{
    struct check_trial *trial = context;

    ADD(trial->runs, 1);
}

static void note_run_and_repeat(void *context)
{
    struct check_trial *trial = context;

    if (ADD(trial->runs, 1) < REPEATS)
        hda_check_work_queue(trial->check, &trial->work, SOON / 2);
}

static void note_run_and_set(void *context)
{
    struct check_trial *trial = context;

    hda_check_event_set(trial->check, &trial->event);
    ADD(trial->runs, 1);
}

static void note_runner(void *context)
{
    struct check_trial *trial = context;

    PUT(trial->runner, hda_check_runner(trial->check));
    ADD(trial->runs, 1);
}

/* What the core does in deferred work. */
static void take_lock(void *context)
{
    struct check_trial *trial = context;

    ADD(trial->begun, 1);
    hda_check_lock_acquire(trial->check, &trial->lock);
    hda_check_lock_release(trial->check, &trial->lock);
    ADD(trial->runs, 1);
}

/* Work at PASSIVE_LEVEL "may block". */
static void pass_time(struct check_trial *trial)
{
    if (trial->level == HDA_LEVEL_PASSIVE)
        hda_check_sleep(trial->check, BUSY);
    else
        hda_check_stall(trial->check, BUSY);
}

static void take_time(void *context)
{
    struct check_trial *trial = context;

    ADD(trial->begun, 1);
    for (unsigned i = 0; i < SHORT; i++)
        pass_time(trial);
    ADD(trial->runs, 1);
}

/* Until it has been queued once more, if another thread does that, and a while beyond. */
static void take_time_when_queued(void *context)
{
    struct check_trial *trial = context;

    ADD(trial->begun, 1);
    for (unsigned i = 0; i < LONG && GET(trial->queued) < 2; i++)
        pass_time(trial);
    for (unsigned i = 0; i < SHORT; i++)
        pass_time(trial);
    ADD(trial->runs, 1);
}

static const char *name_of(const struct check_trial *trial)
{
    return trial->level == HDA_LEVEL_PASSIVE ? "PASSIVE" : "DISPATCH";
}

static struct check_trial *prepare(struct hda_check *check, enum hda_level level, hda_work_routine *routine)
{
    struct check_trial *trial = &check->trial;

    PUT(trial->runs, 0);
    PUT(trial->begun, 0);
    PUT(trial->queued, 0);
    trial->check = check;
    trial->level = level;
    hda_tryout_storage_mark(trial);
    hda_check_work_init(check, &trial->work, level, routine, trial);
    return trial;
}

/* Whether it has run so often; else that it has not is told. */
static bool has_run(struct hda_check *check, struct check_trial *trial, unsigned times, const char *how)
{
    if (hda_tryout_reaches(check, &trial->runs, times))
        return true;
    hda_check_fault(check, how,
                    "host->work_queue: work of level %s that was queued %s has run %u times, not %u, in 2 s",
                    name_of(trial), how, GET(trial->runs), times);
    return false;
}

static void end(struct hda_check *check, struct check_trial *trial)
{
    hda_check_work_cancel(check, &trial->work);
    hda_tryout_storage_judge(check, trial);
}

static bool try_init(struct hda_check *check)
{
    struct check_trial *trial = &check->trial;

    hda_tryout_storage_fill(&trial->work, sizeof(trial->work));
    prepare(check, HDA_LEVEL_DISPATCH, note_run);
    return hda_tryout_storage_is_written(check, HOOK_WORK_INIT, &trial->work, sizeof(trial->work));
}

/* ---- When ---------------------------------------------------------------------------------------------- */

/* Queued with one delay and then with another, it runs once, within the time that the earlier one leaves. */
static void try_delays(struct hda_check *check, enum hda_level level, uint64_t first, uint64_t second,
                       const char *how)
{
    uint64_t shortest = UINT64_MAX;
    bool runs = true;

    for (unsigned i = 0; i < 3 && runs && shortest > LATE; i++) {
        struct check_trial *trial = prepare(check, level, note_run);
        uint64_t start = hda_check_now(check), passed;

        hda_check_work_queue(check, &trial->work, first);
        if (second != first)
            hda_check_work_queue(check, &trial->work, second);
        runs = has_run(check, trial, 1, how);
        passed = hda_check_now(check) - start;
        shortest = passed < shortest ? passed : shortest;
        end(check, trial);
    }
    if (runs && shortest > LATE)
        hda_check_fault(
            check, how,
            "host->work_queue: work of level %s that was queued %s was tried three times, and the shortest "
            "took %llu ns",
            name_of(&check->trial), how, (unsigned long long)shortest);
}

/* What is queued twice runs once. */
static void try_once(struct hda_check *check, enum hda_level level)
{
    struct check_trial *trial = prepare(check, level, note_run);

    hda_check_work_queue(check, &trial->work, MEDIUM);
    hda_check_work_queue(check, &trial->work, SOON);
    if (has_run(check, trial, 1, "for 6 ms later and then for 2 ms"))
        hda_check_sleep(check, (uint32_t)(2 * MEDIUM / NS_PER_US));
    if (GET(trial->runs) > 1)
        hda_check_fault(
            check, NULL,
            "host->work_queue: work that was queued for 6 ms later and then for 2 ms runs at each "
            "of the two: "
            "queued already, the earlier wins");
    end(check, trial);
}

static void try_repeated(struct hda_check *check, enum hda_level level)
{
    struct check_trial *trial = prepare(check, level, note_run_and_repeat);

    hda_check_work_queue(check, &trial->work, 0);
    has_run(check, trial, REPEATS, "by itself while it runs");
    end(check, trial);
}

/* "Queued while it runs, it runs again", when it has ended: run() in work.c looks for two at once. */
static void try_queued_while_it_runs(struct hda_check *check, enum hda_level level)
{
    struct check_trial *trial = prepare(check, level, take_time_when_queued);

    hda_check_work_queue(check, &trial->work, 0);
    hda_tryout_reaches(check, &trial->begun, 1);
    hda_check_work_queue(check, &trial->work, 0);
    PUT(trial->queued, 2);
    has_run(check, trial, 2, "with no delay while it runs");
    end(check, trial);
}

/* ---- Cancelled ----------------------------------------------------------------------------------------- */

static void try_cancelled(struct hda_check *check, enum hda_level level)
{
    struct check_trial *trial = prepare(check, level, note_run);

    hda_check_work_queue(check, &trial->work, MEDIUM);
    hda_check_work_cancel(check, &trial->work);
    hda_check_sleep(check, (uint32_t)(2 * MEDIUM / NS_PER_US));
}

/* Where another thread runs it, cancel waits for its end, which hda_check_work_cancel() looks for. */
static void try_cancelled_while_it_runs(struct hda_check *check, enum hda_level level)
{
    struct check_trial *trial = prepare(check, level, take_time);

    hda_check_work_queue(check, &trial->work, 0);
    hda_tryout_reaches(check, &trial->begun, 1);
    hda_check_work_cancel(check, &trial->work);
    if (GET(trial->begun) != GET(trial->runs))
        hda_check_fault(check, NULL,
                        "host->work_cancel: it has returned before the work that ran was at its end");
}

/* ---- With locks and events ----------------------------------------------------------------------------- */

/* What runs while the caller is at DISPATCH_LEVEL is on another processor. */
static void try_runner(struct hda_check *check)
{
    struct check_trial *trial = prepare(check, HDA_LEVEL_DISPATCH, note_runner);

    hda_check_lock_init(check, &trial->lock, HDA_LEVEL_DISPATCH);
    hda_check_lock_acquire(check, &trial->lock);
    hda_check_work_queue(check, &trial->work, 0);
    for (unsigned i = 0; i < LONG && GET(trial->runs) == 0; i++)
        hda_check_stall(check, BUSY);
    if (GET(trial->runs) > 0 && GET(trial->runner) == hda_check_runner(check))
        hda_check_fault(
            check, NULL,
            "host->runner: work runs while its caller is at DISPATCH_LEVEL, so at the same time, and of both "
            "it says %llx: they cannot be told apart",
            (unsigned long long)GET(trial->runner));
    hda_check_lock_release(check, &trial->lock);
    has_run(check, trial, 1, "at DISPATCH_LEVEL");
    end(check, trial);
}

/* On another processor it may begin, and has to wait for the lock; on this one it has to wait until the level
 * falls. */
static void try_with_lock(struct hda_check *check, enum hda_level level, enum hda_level lock_level)
{
    struct check_trial *trial = prepare(check, level, take_lock);

    hda_check_lock_init(check, &trial->lock, lock_level);
    hda_check_lock_acquire(check, &trial->lock);
    hda_check_work_queue(check, &trial->work, 0);
    for (unsigned i = 0; i < SHORT && lock_level == HDA_LEVEL_DISPATCH; i++)
        hda_check_stall(check, BUSY);
    if (GET(trial->runs) > 0)
        hda_check_fault(
            check, NULL,
            "host->lock_acquire: work took a lock, and let it go, while another had it: it does not keep "
            "anybody out");
    hda_check_lock_release(check, &trial->lock);
    has_run(check, trial, 1, "with a lock held");
    end(check, trial);
}

static void wait_for_work(struct hda_check *check)
{
    struct check_trial *trial = prepare(check, HDA_LEVEL_DISPATCH, note_run_and_set);

    hda_check_event_init(check, &trial->event, SynchronizationEvent);
    hda_check_work_queue(check, &trial->work, SOON);
    hda_check_event_wait(check, &trial->event, NS_PER_S);
    end(check, trial);
    hda_check_forget_events(check, &trial->event, sizeof(trial->event));
}

static void try_waking(struct hda_check *check)
{
    uint64_t shortest = hda_tryout_shortest(check, wait_for_work, LATE);

    if (shortest > LATE)
        hda_check_fault(
            check, NULL,
            "host->event_set: work sets an event after %llu ns, and of three tries whoever waits wakes after "
            "%llu ns at the soonest",
            (unsigned long long)SOON, (unsigned long long)shortest);
}

/* ---- All ----------------------------------------------------------------------------------------------- */

static void try_level(struct hda_check *check, enum hda_level level)
{
    unsigned before = GET(check->faults);

    try_delays(check, level, 0, 0, "with no delay");
    /* A host that has no deferred work yet need not be told nine times. */
    if (GET(check->faults) != before)
        return;
    try_delays(check, level, SOON, SOON, "for 2 ms later");
    try_delays(check, level, NEVER, SOON, "for an hour later and then for 2 ms");
    try_delays(check, level, SOON, NEVER, "for 2 ms later and then for an hour");
    try_once(check, level);
    try_repeated(check, level);
    try_queued_while_it_runs(check, level);
    try_cancelled(check, level);
    try_cancelled_while_it_runs(check, level);
}

/* What needs deferred work that works. */
static void try_with_others(struct hda_check *check)
{
    unsigned before = GET(check->faults);

    try_runner(check);
    if (GET(check->faults) != before)
        return;
    for (unsigned level = HDA_LEVEL_PASSIVE; level <= HDA_LEVEL_DISPATCH; level++) {
        try_with_lock(check, (enum hda_level)level, HDA_LEVEL_DISPATCH);
        try_with_lock(check, (enum hda_level)level, HDA_LEVEL_INTERRUPT);
    }
    try_waking(check);
}

void hda_tryout_work(struct hda_check *check)
{
    unsigned before = GET(check->faults);

    if (try_init(check))
        try_level(check, HDA_LEVEL_DISPATCH);
    if (GET(check->faults) == before)
        try_level(check, HDA_LEVEL_PASSIVE);
    if (GET(check->faults) == before)
        try_with_others(check);
    hda_check_forget_works(check, &check->trial, sizeof(check->trial));
    hda_check_forget_locks(check, &check->trial, sizeof(check->trial));
}
