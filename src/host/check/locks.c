/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * locks.c - locks: who has which, and what they do to the IRQL.
 *
 * runner() is asked at DISPATCH_LEVEL only: below, a host whose runners are processors may move the caller
 * from one to another, and above it may not be asked.
 */
#include "internal.h"

static const char *name_of(unsigned level)
{
    return level == HDA_LEVEL_INTERRUPT ? "INTERRUPT" : "DISPATCH";
}

/* ---- Init ---------------------------------------------------------------------------------------------- */

static void note(struct hda_check *check, struct hda_lock *lock, enum hda_level level)
{
    struct check_lock *record = hda_check_table_find(&check->locks, lock);

    if (record != NULL && GET(record->held))
        hda_check_fault(check, NULL, "host->lock_init: %s initialises the lock at %p while it is held",
                        hda_check_caller(check), (void *)lock);
    if (record != NULL)
        hda_check_table_drop(record);
    record = hda_check_table_take(&check->locks);
    if (record == NULL)
        return;
    PUT(record->level, level);
    hda_check_table_publish(record, lock);
}

void hda_check_lock_init(void *context, struct hda_lock *lock, enum hda_level level)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_LOCK_INIT);

    if (level != HDA_LEVEL_DISPATCH && level != HDA_LEVEL_INTERRUPT)
        hda_check_fault(
            check, NULL,
            "host->lock_init: %s asks for a lock of level %u, and there are DISPATCH, 1, and INTERRUPT, 2",
            hda_check_caller(check), (unsigned)level);
    note(check, lock, level);
    check->host->lock_init(check->host_context, lock, level);
    hda_check_leave(check, HOOK_LOCK_INIT, irql);
}

void hda_check_forget_locks(struct hda_check *check, const void *memory, size_t size)
{
    for (unsigned i = 0; i < GET(check->locks.used); i++) {
        struct check_lock *lock = hda_check_table_at(&check->locks, i);

        if (lock == NULL || !check_lies_in(GET(lock->record.key), memory, size))
            continue;
        if (GET(lock->held))
            hda_check_fault(check, NULL, "host->free: %s frees the memory of the lock at %p, which is held",
                            hda_check_caller(check), (void *)GET(lock->record.key));
        hda_check_table_drop(lock);
    }
}

/* ---- Levels -------------------------------------------------------------------------------------------- */

/* Up to which IRQL a lock may be taken. */
static bool may_take(unsigned level, unsigned irql)
{
    return level == HDA_LEVEL_INTERRUPT || irql <= DISPATCH_LEVEL;
}

/* "Raises the IRQL to the level": which that is of an interrupt the device says by calling its routine. */
static bool is_raised(const struct hda_check *check, unsigned level, unsigned irql)
{
    if (level == HDA_LEVEL_INTERRUPT)
        return irql > DISPATCH_LEVEL && irql >= GET(check->interrupt_level);
    return irql == DISPATCH_LEVEL;
}

/* ---- Acquire ------------------------------------------------------------------------------------------- */

/* Whether the caller has the lock himself, so that he would wait for ever. It is known who has it only once
 * it is written down: before, the caller's own name may stand there still, of the last time. */
static bool would_hang(struct hda_check *check, const struct check_lock *record, unsigned irql)
{
    return irql == DISPATCH_LEVEL && GET(record->known) &&
           GET(record->holder) == check->host->runner(check->host_context);
}

static void judge_acquired(struct hda_check *check, const struct check_lock *record, unsigned irql)
{
    unsigned level = GET(record->level), now = hda_check_irql(check);

    if (!is_raised(check, level, now) && may_take(level, irql))
        hda_check_fault(
            check, name_of(level),
            "host->lock_acquire: a lock of level %s was taken at IRQL %u and the IRQL is %u: it is to be "
            "raised to the lock's level",
            name_of(level), irql, now);
}

static void own(struct hda_check *check, struct check_lock *record, unsigned irql)
{
    bool known = hda_check_irql(check) == DISPATCH_LEVEL;

    if (__atomic_exchange_n(&record->held, 1, __ATOMIC_ACQ_REL))
        hda_check_fault(check, NULL, "host->lock_acquire: two have the lock at %p at once",
                        (void *)GET(record->record.key));
    if (known)
        PUT(record->holder, check->host->runner(check->host_context));
    PUT(record->known, known);
    PUT(record->before, irql);
    PUT(record->order, ADD(check->acquisitions, 1));
    ADD(check->held, 1);
}

static void acquire(struct hda_check *check, struct check_lock *record, struct hda_lock *lock, unsigned irql)
{
    if (!may_take(GET(record->level), irql))
        hda_check_fault(check, NULL, "host->lock_acquire: %s takes a lock of level %s at IRQL %u",
                        hda_check_caller(check), name_of(GET(record->level)), irql);
    if (would_hang(check, record, irql)) {
        hda_check_fault(check, NULL, "host->lock_acquire: %s takes the lock at %p, which it has already",
                        hda_check_caller(check), (void *)lock);
        ADD(record->extra, 1);
        return;
    }
    check->host->lock_acquire(check->host_context, lock);
    judge_acquired(check, record, irql);
    own(check, record, irql);
}

void hda_check_lock_acquire(void *context, struct hda_lock *lock)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_LOCK_ACQUIRE);
    struct check_lock *record = hda_check_table_find(&check->locks, lock);

    if (record != NULL) {
        acquire(check, record, lock, irql);
        return;
    }
    if (GET(check->locks.missed) == 0)
        hda_check_fault(check, NULL, "host->lock_acquire: %s takes a lock at %p that it has not initialised",
                        hda_check_caller(check), (void *)lock);
    check->host->lock_acquire(check->host_context, lock);
}

/* ---- Release ------------------------------------------------------------------------------------------- */

/* Whether the holder has taken another lock since, and has it still. */
static bool has_later(struct hda_check *check, const struct check_lock *record)
{
    if (GET(check->held) < 2 || !GET(record->known))
        return false;
    for (unsigned i = 0; i < GET(check->locks.used); i++) {
        struct check_lock *other = hda_check_table_at(&check->locks, i);

        if (other != NULL && other != record && GET(other->held) && GET(other->known) &&
            GET(other->holder) == GET(record->holder) && GET(other->order) > GET(record->order))
            return true;
    }
    return false;
}

static void judge_release(struct hda_check *check, const struct check_lock *record, unsigned irql)
{
    void *lock = (void *)GET(record->record.key);

    if (!is_raised(check, GET(record->level), irql))
        hda_check_fault(check, NULL, "host->lock_release: %s lets go of a lock of level %s at IRQL %u",
                        hda_check_caller(check), name_of(GET(record->level)), irql);
    else if (GET(record->known) && irql == DISPATCH_LEVEL &&
             GET(record->holder) != check->host->runner(check->host_context))
        hda_check_fault(
            check, NULL,
            "host->runner: who lets go of the lock at %p is another one than who has taken it: host->runner "
            "said %llx then and says something else now",
            lock, (unsigned long long)GET(record->holder));
    if (has_later(check, record))
        hda_check_fault(check, NULL,
                        "host->lock_release: %s lets go of the lock at %p before one that it took later",
                        hda_check_caller(check), lock);
}

/* It is nobody's before the host lets another one have it. */
static void release(struct hda_check *check, struct check_lock *record, struct hda_lock *lock, unsigned irql)
{
    unsigned before = GET(record->before), now;

    judge_release(check, record, irql);
    PUT(record->known, 0);
    PUT(record->held, 0);
    SUB(check->held, 1);
    check->host->lock_release(check->host_context, lock);
    now = hda_check_irql(check);
    if (now != before)
        hda_check_fault(
            check, name_of(GET(record->level)),
            "host->lock_release: the IRQL was %u before a lock of level %s was taken, and is %u when it was "
            "released: release is to put back what it was",
            before, name_of(GET(record->level)), now);
}

static void release_known(struct hda_check *check, struct check_lock *record, struct hda_lock *lock,
                          unsigned irql)
{
    if (GET(record->extra) > 0)
        SUB(record->extra, 1);
    else if (GET(record->held))
        release(check, record, lock, irql);
    else
        hda_check_fault(check, NULL, "host->lock_release: %s lets go of the lock at %p, which nobody has",
                        hda_check_caller(check), (void *)lock);
}

void hda_check_lock_release(void *context, struct hda_lock *lock)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_LOCK_RELEASE);
    struct check_lock *record = hda_check_table_find(&check->locks, lock);

    if (record != NULL) {
        release_known(check, record, lock, irql);
        return;
    }
    if (GET(check->locks.missed) == 0)
        hda_check_fault(check, NULL,
                        "host->lock_release: %s lets go of a lock at %p that it has not initialised",
                        hda_check_caller(check), (void *)lock);
    check->host->lock_release(check->host_context, lock);
}
