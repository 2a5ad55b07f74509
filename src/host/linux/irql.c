/* SPDX-License-Identifier: BSD-2-Clause */
/* irql.c - the level of each thread, the clock it waits on, and what happens to a driver that ignores the
 * first. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

_Thread_local struct linux_thread linux_self = {.wake = PTHREAD_COND_INITIALIZER};

/* enum linux_clock plus one; 0 while the process has made no host. */
static unsigned first_clock;
static uint32_t last_number;

void linux_bug_check(const char *format, ...)
{
    char sentence[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    fprintf(stderr, "hdabus: driver bug: %s\n", sentence);
    abort();
}

void linux_require_at_most(const char *routine, KIRQL highest)
{
    if (linux_self.level.irql > highest)
        linux_bug_check("%s was called at IRQL %u, above %u", routine, linux_self.level.irql, highest);
}

void linux_require_at_least(const char *routine, KIRQL lowest)
{
    if (linux_self.level.irql < lowest)
        linux_bug_check("%s was called at IRQL %u, below %u", routine, linux_self.level.irql, lowest);
}

enum linux_clock linux_thread_clock(void)
{
    unsigned first;

    if (linux_self.level.clock_known)
        return linux_self.level.clock;
    first = __atomic_load_n(&first_clock, __ATOMIC_RELAXED);
    return first ? (enum linux_clock)(first - 1) : LINUX_CLOCK_REAL;
}

void linux_thread_use_clock(enum linux_clock clock)
{
    unsigned none = 0;

    linux_self.level.clock = clock;
    linux_self.level.clock_known = true;
    __atomic_compare_exchange_n(&first_clock, &none, (unsigned)clock + 1, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
}

uint32_t linux_thread_number(void)
{
    if (!linux_self.number)
        linux_self.number = __atomic_add_fetch(&last_number, 1, __ATOMIC_RELAXED);
    return linux_self.number;
}

void linux_irql_lower(const char *routine, KIRQL irql, enum linux_clock clock)
{
    if (irql > linux_self.level.irql)
        linux_bug_check("%s was asked to lower the IRQL from %u to %u", routine, linux_self.level.irql, irql);
    if (irql < linux_self.level.floor)
        linux_bug_check("%s lowers the IRQL to %u in a routine that was called at %u", routine, irql,
                        linux_self.level.floor);
    linux_self.level.irql = irql;
    linux_schedule_point(LINUX_POINT_IRQL);
    if (clock == LINUX_CLOCK_VIRTUAL && irql < DEVICE_LEVEL)
        linux_virtual_deliver();
}

void linux_call_at(KIRQL irql, enum linux_clock clock, const char *what, void (*routine)(void *),
                   void *context)
{
    struct linux_level before = linux_self.level;

    linux_self.level = (struct linux_level){irql, irql, true, clock};
    routine(context);
    if (linux_self.level.irql != irql)
        linux_bug_check("%s was called at IRQL %u and returned at %u", what, irql, linux_self.level.irql);
    linux_self.level = before;
}

KIRQL KeGetCurrentIrql(VOID)
{
    return linux_self.level.irql;
}

KIRQL KfRaiseIrql(KIRQL NewIrql)
{
    KIRQL old = linux_self.level.irql;

    if (NewIrql < old)
        linux_bug_check("KeRaiseIrql was asked to raise the IRQL from %u to %u", old, NewIrql);
    linux_self.level.irql = NewIrql;
    return old;
}

VOID KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql)
{
    *OldIrql = KfRaiseIrql(NewIrql);
}

KIRQL KeRaiseIrqlToDpcLevel(VOID)
{
    return KfRaiseIrql(DISPATCH_LEVEL);
}

VOID KeLowerIrql(KIRQL NewIrql)
{
    linux_irql_lower("KeLowerIrql", NewIrql, linux_thread_clock());
}
