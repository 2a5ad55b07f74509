/* SPDX-License-Identifier: BSD-2-Clause */
/* tryout.c - each hook by itself, in the order in which they are needed: see hda_check_hooks(). */
#include "tryout.h"

#define TRIES 3
#define STEP  500  /* microseconds of a sleep while something is waited for */
#define STEPS 4000 /* of these: two seconds */
#define LONG  (STEPS * STEP * NS_PER_US)

uint64_t hda_tryout_shortest(struct hda_check *check, void (*trial)(struct hda_check *check), uint64_t limit)
{
    uint64_t shortest = UINT64_MAX;

    for (unsigned i = 0; i < TRIES && shortest > limit; i++) {
        uint64_t start = hda_check_now(check), passed;

        trial(check);
        passed = hda_check_now(check) - start;
        shortest = passed < shortest ? passed : shortest;
    }
    return shortest;
}

bool hda_tryout_reaches(struct hda_check *check, const unsigned *counter, unsigned value)
{
    uint64_t start = hda_check_now(check);

    for (unsigned i = 0; i < STEPS && GET(*counter) < value && hda_check_now(check) - start < LONG; i++)
        hda_check_sleep(check, STEP);
    return GET(*counter) >= value;
}

/* In the order in which a host is written: each is tried with the help of those before it, and where these
 * are wrong it would say what follows from that, or hang. */
static void (*const subjects[])(struct hda_check *check) = {
    hda_tryout_time,   hda_tryout_storage, hda_tryout_memory, hda_tryout_locks,
    hda_tryout_events, hda_tryout_work,    hda_tryout_dma,    hda_tryout_device,
};

unsigned hda_check_hooks(struct hda_check *check)
{
    unsigned before = GET(check->faults);

    PUT(check->trying, 1);
    for (size_t i = 0; i < RTL_NUMBER_OF(subjects) && GET(check->faults) == before; i++)
        subjects[i](check);
    PUT(check->trying, 0);
    return GET(check->faults) - before;
}
