/* SPDX-License-Identifier: BSD-2-Clause */
/* futex.c - sleeping on a word, futex(2). */
#include "internal.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

bool linux_futex_wait(void *word, uint32_t value, uint64_t deadline)
{
    struct timespec until = linux_timespec(deadline);

    /* FUTEX_WAIT_BITSET takes a point in time, of CLOCK_MONOTONIC; FUTEX_WAIT only an interval. */
    return syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, deadline == NEVER ? NULL : &until, NULL,
                   FUTEX_BITSET_MATCH_ANY) == 0 ||
           errno != ETIMEDOUT;
}

void linux_futex_wake(void *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
