/* SPDX-License-Identifier: BSD-2-Clause */
/* tryout_time.c - levels and time. That too little time passes check_stall() and check_sleep() notice. */
#include "tryout.h"

#define STALL 100 /* microseconds */
#define SLEEP 2000

static void stall(struct hda_check *check)
{
    check_stall(check, STALL);
}

static void sleep(struct hda_check *check)
{
    check_sleep(check, SLEEP);
}

static void judge_longest(struct hda_check *check, enum check_hook hook,
                          void (*trial)(struct hda_check *check), unsigned microseconds)
{
    uint64_t shortest = tryout_shortest(check, trial, LATE);

    if (shortest > LATE)
        check_fault(
            check, check_hook_name(hook),
            "%s: it was asked three times to let %u us pass, and the shortest took, by host->now, which "
            "counts nanoseconds, %llu ns",
            check_hook_name(hook), microseconds, (unsigned long long)shortest);
}

static void try_counter(struct hda_check *check)
{
    LONGLONG before = check_performance_counter(check);

    check_sleep(check, SLEEP);
    if (check_performance_counter(check) == before)
        check_fault(check, NULL,
                    "host->performance_counter: it stands still at %llx while host->sleep lets %u us pass",
                    (unsigned long long)before, SLEEP);
}

/* That the log works is seen by whoever reads it. */
__attribute__((format(printf, 2, 3))) static void say(struct hda_check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    check_log(check, HDA_LOG_DEBUG, format, arguments);
    va_end(arguments);
}

void tryout_time(struct hda_check *check)
{
    unsigned irql = check_irql(check);

    if (irql != PASSIVE_LEVEL) {
        check_fault(check, NULL,
                    "host->irql: it says %u where hda_check_hooks() is called, which is PASSIVE_LEVEL, 0",
                    irql);
        return;
    }
    say(check, "the checking host tries each hook, at %llu ns", (unsigned long long)check_now(check));
    judge_longest(check, HOOK_STALL, stall, STALL);
    judge_longest(check, HOOK_SLEEP, sleep, SLEEP);
    try_counter(check);
}
