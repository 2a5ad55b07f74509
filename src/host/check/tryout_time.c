/* SPDX-License-Identifier: BSD-2-Clause */
/* hda_tryout_time.c - levels and time. That too little time passes hda_check_stall() and hda_check_sleep()
 * notice. */
#include "tryout.h"

#define STALL 100 /* microseconds */
#define SLEEP 2000
#define STEP  2 /* of host->now's no more than one fits between */
#define STEPS 8

static void stall(struct hda_check *check)
{
    hda_check_stall(check, STALL);
}

static void sleep(struct hda_check *check)
{
    hda_check_sleep(check, SLEEP);
}

static void judge_longest(struct hda_check *check, enum check_hook hook,
                          void (*trial)(struct hda_check *check), unsigned microseconds)
{
    uint64_t shortest = hda_tryout_shortest(check, trial, LATE);

    if (shortest > LATE)
        hda_check_fault(
            check, hda_check_hook_name(hook),
            "%s: it was asked three times to let %u us pass, and the shortest took, by host->now, which "
            "counts nanoseconds, %llu ns",
            hda_check_hook_name(hook), microseconds, (unsigned long long)shortest);
}

/* "In steps of a microsecond or less." */
static void try_steps(struct hda_check *check)
{
    for (unsigned i = 0; i < STEPS; i++)
        hda_check_stall(check, STEP);
}

static void try_counter(struct hda_check *check)
{
    LONGLONG before = hda_check_performance_counter(check);

    hda_check_sleep(check, SLEEP);
    if (hda_check_performance_counter(check) == before)
        hda_check_fault(
            check, NULL,
            "host->performance_counter: it stands still at %llx while host->sleep lets %u us pass",
            (unsigned long long)before, SLEEP);
}

/* That the log works is seen by whoever reads it. */
__attribute__((format(printf, 2, 3))) static void say(struct hda_check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    hda_check_log(check, HDA_LOG_DEBUG, format, arguments);
    va_end(arguments);
}

void hda_tryout_time(struct hda_check *check)
{
    unsigned irql = hda_check_irql(check);

    if (irql != PASSIVE_LEVEL) {
        hda_check_fault(check, NULL,
                        "host->irql: it says %u where hda_check_hooks() is called, which is PASSIVE_LEVEL, 0",
                        irql);
        return;
    }
    say(check, "the checking host tries each hook, at %llu ns", (unsigned long long)hda_check_now(check));
    judge_longest(check, HOOK_STALL, stall, STALL);
    judge_longest(check, HOOK_SLEEP, sleep, SLEEP);
    try_steps(check);
    try_counter(check);
}
