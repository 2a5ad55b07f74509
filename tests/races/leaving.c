/* SPDX-License-Identifier: BSD-2-Clause */
/* leaving.c - see leaving.h. */
#include "leaving.h"

#include "engines.h"
#include "verbs.h"

/* ---- Clients that leave -------------------------------------------------------------------------- */

/* A client of its own goes away with a running engine and a registration. */
static void leave_an_engine(struct worker *worker)
{
    PKEVENT event = arena_new_event(NotificationEvent);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HANDLE handle;

    arena_query(worker->child, &ddi);
    MUST(engine_allocate(&ddi, &handle) == STATUS_SUCCESS);
    MUST(engine_allocate_buffer(&ddi, handle) == STATUS_SUCCESS);
    MUST(ddi.RegisterNotificationEvent(ddi.Context, handle, event) == STATUS_SUCCESS);
    MUST(engine_set_state(&ddi, RunState, handle) == STATUS_SUCCESS);
    linger(worker, 700);
    ddi.InterfaceDereference(ddi.Context);
    arena_bury_event(event);
}

/* It lives until its last callback has returned. */
static void leave_verbs(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    arena_query(worker->child, &ddi);
    for (unsigned calls = 1 + below(worker, 3); calls > 0; calls--)
        verbs_submit(worker, &ddi, false);
    ddi.InterfaceDereference(ddi.Context);
    linger(worker, 300);
    verbs_await(worker);
}

void come_and_leave(struct worker *worker)
{
    for (unsigned round = 0; round < 3; round++) {
        if (below(worker, 2))
            leave_an_engine(worker);
        else
            leave_verbs(worker);
    }
}

/* ---- A bus that stops ---------------------------------------------------------------------------- */

static PKEVENT left_events[WORKERS];
static unsigned left;

/* With engines that run, registrations, and verbs on their way, all of which the clients just leave. */
static void stop_bus(void)
{
    arena_stop_bus();
    for (unsigned i = 0; i < WORKERS; i++)
        arena_bury_event(left_events[i]);
}

void leave_everything(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;
    PKEVENT event = left_events[worker->number] = arena_new_event(NotificationEvent);
    HANDLE handle;

    MUST(engine_allocate(ddi, &handle) == STATUS_SUCCESS);
    MUST(engine_allocate_buffer(ddi, handle) == STATUS_SUCCESS);
    MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
    MUST(engine_set_state(ddi, RunState, handle) == STATUS_SUCCESS);
    linger(worker, 700);
    for (unsigned calls = below(worker, 4); calls > 0; calls--)
        verbs_submit(worker, ddi, true);
    if (++left == WORKERS)
        stop_bus();
}

void all_calls_are_completed(void)
{
    for (unsigned i = 0; i < WORKERS; i++)
        MUST(arena.workers[i].completed == arena.workers[i].submitted);
}
