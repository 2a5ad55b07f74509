/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work.c - deferred work, on either clock.
 *
 * A host runs its work of one level one piece after the other. Who runs it differs: real.c and virtual.c.
 * What ran may be gone when its routine returns, so a host remembers which it was, and never looks at it
 * again.
 */
#include "internal.h"

_Static_assert(sizeof(struct linux_work) <= sizeof(struct hda_work), "work fits its storage");

static struct linux_work *work_of(struct hda_work *work)
{
    return (struct linux_work *)(void *)work;
}

/* With the host's lock held. */
static void make_ready(struct linux_work *work)
{
    InsertTailList(&work->host->ready[work->level], &work->link);
    work->ready = true;
    linux_host_ready(work->host);
}

static void expire(struct linux_timer *timer)
{
    make_ready(CONTAINING_RECORD(timer, struct linux_work, timer));
}

void linux_work_init(void *host, struct hda_work *work, enum hda_level level, hda_work_routine *routine,
                     void *context)
{
    *work_of(work) = (struct linux_work){
        .timer = {.expire = expire},
        .host = host,
        .level = level,
        .routine = routine,
        .context = context,
    };
}

void linux_work_queue(void *context, struct hda_work *hda_work, uint64_t delay)
{
    struct linux_host *host = context;
    struct linux_work *work = work_of(hda_work);
    uint64_t due;

    linux_require_at_most("work_queue", DEVICE_LEVEL);
    linux_schedule_point(LINUX_POINT_WORK);
    linux_host_lock(host);
    due = linux_time_after(linux_clock_now(host->clock), delay);
    if (!work->ready && (!linux_timer_armed(&work->timer) || due < work->timer.due)) {
        linux_timer_disarm(host->timers, &work->timer);
        if (delay == 0) {
            make_ready(work);
        } else if (due != NEVER) {
            linux_timer_arm(host->timers, &work->timer, due);
            linux_host_ready(host);
        }
    }
    linux_host_unlock(host);
}

/* Whether a run of this work, begun before `runs` was read, goes on in another thread. */
static bool runs_elsewhere(const struct linux_host *host, const struct linux_work *work, uint64_t runs)
{
    return host->running[work->level] == work && host->runner[work->level] != &linux_self &&
           host->runs[work->level] == runs;
}

static void dequeue(struct linux_work *work)
{
    linux_timer_disarm(work->host->timers, &work->timer);
    if (work->ready)
        RemoveEntryList(&work->link);
    work->ready = false;
}

void linux_work_cancel(void *context, struct hda_work *hda_work)
{
    struct linux_host *host = context;
    struct linux_work *work = work_of(hda_work);
    uint64_t runs;

    linux_require_at_most("work_cancel", PASSIVE_LEVEL);
    linux_schedule_point(LINUX_POINT_WORK);
    linux_host_lock(host);
    dequeue(work);
    runs = host->runs[work->level];
    while (runs_elsewhere(host, work, runs))
        linux_host_wait_idle(host);
    dequeue(work); /* that run may have queued it again */
    linux_host_unlock(host);
}

bool linux_work_can_run(const struct linux_host *host, enum hda_level level)
{
    return !IsListEmpty(&host->ready[level]) && !host->runner[level];
}

void linux_work_run(struct linux_host *host, enum hda_level level)
{
    struct linux_work *work = CONTAINING_RECORD(RemoveHeadList(&host->ready[level]), struct linux_work, link);
    hda_work_routine *routine = work->routine;
    void *context = work->context;

    work->ready = false;
    host->running[level] = work;
    host->runner[level] = &linux_self;
    host->runs[level]++;
    linux_host_unlock(host);
    linux_call_at(level == HDA_LEVEL_DISPATCH ? DISPATCH_LEVEL : PASSIVE_LEVEL, host->clock, "deferred work",
                  routine, context);
    linux_host_lock(host);
    host->running[level] = NULL;
    host->runner[level] = NULL;
    linux_host_signal_idle(host);
}
