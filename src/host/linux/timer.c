/* SPDX-License-Identifier: BSD-2-Clause */
/* timer.c - the heap of timers. */
#include "timer.h"

static bool earlier(const struct linux_timer *a, const struct linux_timer *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

/* Makes the later of two heaps the first child of the earlier. */
static struct linux_timer *meld(struct linux_timer *a, struct linux_timer *b)
{
    struct linux_timer *winner = earlier(b, a) ? b : a, *loser = winner == a ? b : a;

    loser->next = winner->child;
    if (loser->next)
        loser->next->backlink = &loser->next;
    loser->backlink = &winner->child;
    winner->child = loser;
    return winner;
}

/* Makes one heap of a list of siblings, two by two and then from the last to the first, which keeps it
 * shallow. */
static struct linux_timer *meld_siblings(struct linux_timer *list)
{
    struct linux_timer *pairs = NULL, *heap = NULL;

    while (list) {
        struct linux_timer *a = list, *b = a->next;

        list = b ? b->next : NULL;
        a->next = NULL;
        if (b) {
            b->next = NULL;
            a = meld(a, b);
        }
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        struct linux_timer *pair = pairs;

        pairs = pair->next;
        pair->next = NULL;
        heap = heap ? meld(heap, pair) : pair;
    }
    return heap;
}

static void set_first(struct linux_timers *timers, struct linux_timer *first)
{
    timers->first = first;
    if (first) {
        first->next = NULL;
        first->backlink = &timers->first;
    }
}

void linux_timer_arm(struct linux_timers *timers, struct linux_timer *timer, uint64_t due)
{
    timer->due = due;
    timer->order = timers->order++;
    timer->child = timer->next = NULL;
    set_first(timers, timers->first ? meld(timers->first, timer) : timer);
}

void linux_timer_disarm(struct linux_timers *timers, struct linux_timer *timer)
{
    struct linux_timer *children;

    if (!linux_timer_armed(timer))
        return;
    *timer->backlink = timer->next;
    if (timer->next)
        timer->next->backlink = timer->backlink;
    timer->backlink = NULL;
    children = meld_siblings(timer->child);
    if (children && timers->first)
        set_first(timers, meld(timers->first, children));
    else if (children)
        set_first(timers, children);
}

void linux_timers_expire(struct linux_timers *timers, uint64_t now)
{
    while (timers->first && timers->first->due <= now) {
        struct linux_timer *timer = timers->first;

        linux_timer_disarm(timers, timer);
        timer->expire(timer);
    }
}
