/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tryout_locks.c - locks of each level, alone and one in the other, as far as one thread can tell: what they
 * do to the IRQL. The files around have wrapped the hooks, and notice. That a lock keeps another processor
 * out shows in tryout_work.c.
 */
#include "tryout.h"

struct locks {
    struct hda_lock dispatch, interrupt;
};

static void init_all(struct hda_check *check, struct locks *locks)
{
    check_lock_init(check, &locks->dispatch, HDA_LEVEL_DISPATCH);
    check_lock_init(check, &locks->interrupt, HDA_LEVEL_INTERRUPT);
}

static void try_each(struct hda_check *check, struct locks *locks)
{
    for (unsigned round = 0; round < 2; round++) {
        check_lock_acquire(check, &locks->dispatch);
        check_lock_release(check, &locks->dispatch);
        check_lock_acquire(check, &locks->interrupt);
        check_lock_release(check, &locks->interrupt);
    }
}

/* Also what the core does with a lock held. */
static void try_nested(struct hda_check *check, struct locks *locks)
{
    void *memory;

    check_lock_acquire(check, &locks->dispatch);
    check_lock_acquire(check, &locks->interrupt);
    check_lock_release(check, &locks->interrupt);
    memory = check_alloc(check, 96);
    check_stall(check, 10);
    check_runner(check);
    if (memory != NULL)
        check_free(check, memory);
    check_lock_release(check, &locks->dispatch);
}

/* Two of one level are two: one does not keep out the other. */
static void try_two(struct hda_check *check, struct hda_lock *first)
{
    struct hda_lock second = {0};

    check_lock_init(check, &second, HDA_LEVEL_DISPATCH);
    check_lock_acquire(check, first);
    check_lock_acquire(check, &second);
    check_lock_release(check, &second);
    check_lock_release(check, first);
    check_forget_locks(check, &second, sizeof(second));
}

void tryout_locks(struct hda_check *check)
{
    struct locks locks = {0};

    init_all(check, &locks);
    try_each(check, &locks);
    try_nested(check, &locks);
    try_two(check, &locks.dispatch);
    check_forget_locks(check, &locks, sizeof(locks));
}
