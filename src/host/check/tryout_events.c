/* SPDX-License-Identifier: BSD-2-Clause */
/* hda_tryout_events.c - events of both types, as far as one thread can tell; what is wrong
 * hda_check_event_wait() notices. That a set wakes whoever waits shows in hda_tryout_work.c. */
#include "tryout.h"

#define TIMEOUT (2 * NS_PER_MS)

static bool try_init(struct hda_check *check)
{
    KEVENT event;
    bool written;

    hda_tryout_storage_fill(&event, sizeof(event));
    hda_check_event_init(check, &event, SynchronizationEvent);
    written = hda_tryout_storage_is_written(check, HOOK_EVENT_INIT, &event, sizeof(event));
    hda_check_forget_events(check, &event, sizeof(event));
    return written;
}

/* Not set, set once, set twice; what no wait has reset stays. */
static void try_states(struct hda_check *check, EVENT_TYPE type)
{
    KEVENT event;

    RtlZeroMemory(&event, sizeof(event));
    hda_check_event_init(check, &event, type);
    hda_check_event_wait(check, &event, 0);
    for (unsigned times = 1; times <= 2; times++) {
        for (unsigned i = 0; i < times; i++)
            hda_check_event_set(check, &event);
        hda_check_event_wait(check, &event, TIMEOUT);
        hda_check_event_wait(check, &event, 0);
    }
    hda_check_forget_events(check, &event, sizeof(event));
}

static void wait_in_vain(struct hda_check *check)
{
    KEVENT event;

    RtlZeroMemory(&event, sizeof(event));
    hda_check_event_init(check, &event, NotificationEvent);
    hda_check_event_wait(check, &event, TIMEOUT);
    hda_check_forget_events(check, &event, sizeof(event));
}

static void try_timeout(struct hda_check *check)
{
    uint64_t shortest = hda_tryout_shortest(check, wait_in_vain, LATE);

    if (shortest > LATE)
        hda_check_fault(
            check, NULL,
            "host->event_wait: it was asked three times to wait %llu ns at most, and the shortest took %llu "
            "ns",
            (unsigned long long)TIMEOUT, (unsigned long long)shortest);
}

void hda_tryout_events(struct hda_check *check)
{
    if (!try_init(check))
        return;
    try_states(check, NotificationEvent);
    try_states(check, SynchronizationEvent);
    try_timeout(check);
}
