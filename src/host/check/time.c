/* SPDX-License-Identifier: BSD-2-Clause */
/* time.c - who runs at which level, and when: irql, runner, now, performance_counter, stall, sleep. */
#include "internal.h"

#define LONGEST_STALL 300 /* microseconds at DISPATCH_LEVEL */

KIRQL hda_check_irql_hook(void *context)
{
    return (KIRQL)hda_check_irql(context);
}

uintptr_t hda_check_runner(void *context)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_RUNNER);
    uintptr_t runner = check->host->runner(check->host_context);

    if (irql == DISPATCH_LEVEL && check->host->runner(check->host_context) != runner)
        hda_check_fault(check, NULL, "host->runner: it says something else at each call within one routine");
    hda_check_leave(check, HOOK_RUNNER, irql);
    return runner;
}

/* ---- Now ----------------------------------------------------------------------------------------------- */

/* With 32 bits a millisecond: a bus may be idle for some weeks before it is taken for one whose clock has
 * gone back. */
#define LATEST_SHIFT (sizeof(uintptr_t) < 8 ? 20 : 10)

/* What others have been told meanwhile does not matter, only what was known before the call. */
uint64_t hda_check_now(void *context)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_NOW);
    uintptr_t latest = GET(check->latest), moment;
    uint64_t now = check->host->now(check->host_context);

    moment = (uintptr_t)((now - check->epoch) >> LATEST_SHIFT);
    hda_check_leave(check, HOOK_NOW, irql);
    if ((intptr_t)(moment - latest) < 0)
        hda_check_fault(check, NULL, "host->now: it has gone back, by some %llu ns, to %llu ns",
                        (unsigned long long)(latest - moment) << LATEST_SHIFT, (unsigned long long)now);
    while ((intptr_t)(moment - latest) > 0 &&
           !__atomic_compare_exchange_n(&check->latest, &latest, moment, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
        ;
    return now;
}

/* What fits in one word of a counter whose unit is not known. */
static uintptr_t word_of(LONGLONG counter)
{
    return (uintptr_t)((uint64_t)counter >> (sizeof(uintptr_t) < sizeof(counter) ? 20 : 0));
}

LONGLONG hda_check_performance_counter(void *context)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_PERFORMANCE_COUNTER);
    bool counted = GET(check->counted);
    uintptr_t latest = GET(check->latest_counter);
    LONGLONG now = check->host->performance_counter(check->host_context);
    intptr_t passed = (intptr_t)(word_of(now) - latest);

    hda_check_leave(check, HOOK_PERFORMANCE_COUNTER, irql);
    if (counted && passed < 0)
        hda_check_fault(check, NULL, "host->performance_counter: it has gone back, to %llx",
                        (unsigned long long)now);
    if (!counted || passed > 0) {
        __atomic_compare_exchange_n(&check->latest_counter, &latest, word_of(now), false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE);
        PUT(check->counted, 1);
    }
    return now;
}

/* ---- Letting time pass --------------------------------------------------------------------------------- */

static void judge_passed(struct hda_check *check, enum check_hook hook, uint64_t start, uint32_t microseconds)
{
    uint64_t passed = hda_check_now(check) - start, wanted = microseconds * NS_PER_US;

    if (passed + SLACK + wanted / 64 >= wanted)
        return;
    if (passed == 0)
        hda_check_fault(check, hda_check_hook_name(hook),
                        "host->now: it stands still while %s lets %u us pass", hda_check_hook_name(hook),
                        (unsigned)microseconds);
    else
        hda_check_fault(
            check, hda_check_hook_name(hook),
            "%s: it was asked to let %u us pass, and by host->now, which counts nanoseconds, %llu ns have "
            "passed",
            hda_check_hook_name(hook), (unsigned)microseconds, (unsigned long long)passed);
}

void hda_check_stall(void *context, uint32_t microseconds)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_STALL);
    uint64_t start = hda_check_now(check);

    if (irql >= DISPATCH_LEVEL && microseconds > LONGEST_STALL)
        hda_check_fault(check, NULL,
                        "host->stall: %s stalls for %u us at IRQL %u, and may for %u at DISPATCH_LEVEL",
                        hda_check_caller(check), (unsigned)microseconds, irql, LONGEST_STALL);
    check->host->stall(check->host_context, microseconds);
    judge_passed(check, HOOK_STALL, start, microseconds);
    hda_check_leave(check, HOOK_STALL, irql);
}

void hda_check_sleep(void *context, uint32_t microseconds)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_SLEEP);
    uint64_t start = hda_check_now(check);

    check->host->sleep(check->host_context, microseconds);
    judge_passed(check, HOOK_SLEEP, start, microseconds);
    hda_check_leave(check, HOOK_SLEEP, irql);
    hda_check_overdue(check);
}
