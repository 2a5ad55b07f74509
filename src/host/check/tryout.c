/* SPDX-License-Identifier: BSD-2-Clause */
/* tryout.c - each hook by itself, in the order in which they are needed: see hda_check_hooks(). */
#include "tryout.h"

#define TRIES 3
#define STEP  500  /* microseconds of a sleep while something is waited for */
#define STEPS 4000 /* of these: two seconds */

uint64_t tryout_shortest(struct hda_check *check, void (*trial)(struct hda_check *check), uint64_t limit)
{
    uint64_t shortest = UINT64_MAX;

    for (unsigned i = 0; i < TRIES && shortest > limit; i++) {
        uint64_t start = check_now(check), passed;

        trial(check);
        passed = check_now(check) - start;
        shortest = passed < shortest ? passed : shortest;
    }
    return shortest;
}

bool tryout_reaches(struct hda_check *check, const unsigned *counter, unsigned value)
{
    for (unsigned i = 0; i < STEPS && GET(*counter) < value; i++)
        check_sleep(check, STEP);
    return GET(*counter) >= value;
}

/* Time is what all others are judged by, and storage that is too small would be overwritten. */
unsigned hda_check_hooks(struct hda_check *check)
{
    unsigned before = GET(check->faults);

    tryout_time(check);
    if (GET(check->faults) == before)
        tryout_storage(check);
    if (GET(check->faults) != before)
        return GET(check->faults) - before;
    tryout_memory(check);
    tryout_locks(check);
    tryout_events(check);
    tryout_work(check);
    tryout_dma(check);
    tryout_device(check);
    return GET(check->faults) - before;
}
