/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hda_tryout_locks.c - locks of each level, alone and one in the other, as far as one thread can tell: what
 * they do to the IRQL. The files around have wrapped the hooks, and notice. That a lock keeps another
 * processor out shows in hda_tryout_work.c.
 */
#include "tryout.h"

#define LEVELS 2 /* DISPATCH, INTERRUPT */

static enum hda_level level_of(unsigned index)
{
    return index == 0 ? HDA_LEVEL_DISPATCH : HDA_LEVEL_INTERRUPT;
}

static void init_all(struct hda_check *check, struct hda_lock locks[LEVELS])
{
    for (unsigned i = 0; i < LEVELS; i++)
        hda_check_lock_init(check, &locks[i], level_of(i));
}

static void try_each(struct hda_check *check, struct hda_lock locks[LEVELS])
{
    for (unsigned i = 0; i < 2 * LEVELS; i++) {
        hda_check_lock_acquire(check, &locks[i % LEVELS]);
        hda_check_lock_release(check, &locks[i % LEVELS]);
    }
}

/* Also what the core does with a lock held. */
static void try_nested(struct hda_check *check, struct hda_lock locks[LEVELS])
{
    void *memory;

    for (unsigned i = 0; i < LEVELS; i++)
        hda_check_lock_acquire(check, &locks[i]);
    hda_check_lock_release(check, &locks[1]);
    memory = hda_check_alloc(check, 96);
    hda_check_stall(check, 10);
    hda_check_runner(check);
    if (memory != NULL)
        hda_check_free(check, memory);
    hda_check_free_kept(check); /* by the host's free at this level, too */
    hda_check_lock_release(check, &locks[0]);
}

/* Two of one level are two: one does not keep out the other. */
static void try_two(struct hda_check *check, struct hda_lock *first)
{
    struct hda_lock second = {0};

    hda_check_lock_init(check, &second, HDA_LEVEL_DISPATCH);
    hda_check_lock_acquire(check, first);
    hda_check_lock_acquire(check, &second);
    hda_check_lock_release(check, &second);
    hda_check_lock_release(check, first);
    hda_check_forget_locks(check, &second, sizeof(second));
}

void hda_tryout_locks(struct hda_check *check)
{
    struct hda_lock locks[LEVELS] = {0};

    init_all(check, locks);
    try_each(check, locks);
    try_nested(check, locks);
    try_two(check, &locks[0]);
    hda_check_forget_locks(check, locks, sizeof(locks));
}
