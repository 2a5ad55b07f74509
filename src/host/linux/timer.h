/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.h - what falls due: a heap of timers that needs no memory of its own, so that arming one cannot fail.
 *
 * A pairing heap. The caller locks. Timers that fall due together expire in the order in which they were
 * armed.
 */
#ifndef LINUX_TIMER_H
#define LINUX_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linux_timer {
    uint64_t due;
    uint64_t order;
    struct linux_timer *child;
    struct linux_timer *next;      /* sibling */
    struct linux_timer **backlink; /* what points here; NULL: not armed */
    /* Called with the heap's lock held when the timer has left the heap. */
    void (*expire)(struct linux_timer *timer);
};

/* All zero is an empty heap. */
struct linux_timers {
    struct linux_timer *first; /* the next to fall due, NULL: none */
    uint64_t order;
};

static inline bool linux_timer_armed(const struct linux_timer *timer)
{
    return timer->backlink != NULL;
}

/* Arms a timer that is not armed. */
void linux_timer_arm(struct linux_timers *timers, struct linux_timer *timer, uint64_t due);
/* Does nothing if it is not armed. */
void linux_timer_disarm(struct linux_timers *timers, struct linux_timer *timer);
/* Expires all that are due by `now`. */
void linux_timers_expire(struct linux_timers *timers, uint64_t now);

/* When the next falls due; UINT64_MAX: never. */
static inline uint64_t linux_timers_due(const struct linux_timers *timers)
{
    return timers->first ? timers->first->due : UINT64_MAX;
}

#endif
