/* SPDX-License-Identifier: BSD-2-Clause */
/* leaving.c - see leaving.h. */
#include "leaving.h"

#include "controller.h"
#include "engines.h"
#include "verbs.h"

/* ---- Clients that leave -------------------------------------------------------------------------- */

/* As far as the controller lets it come. */
static void run_engine(const HDAUDIO_BUS_INTERFACE_V2 *ddi, PKEVENT event)
{
    HANDLE handle;

    if (KEPT(engine_allocate(ddi, &handle)) && SERVED(engine_allocate_buffer(ddi, handle)) &&
        KEPT(ddi->RegisterNotificationEvent(ddi->Context, handle, event)))
        SERVED(engine_set_state(ddi, RunState, handle));
}

/* A client of its own goes away with a running engine and a registration. */
static void leave_an_engine(struct worker *worker)
{
    PKEVENT event = arena_new_event(NotificationEvent);
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    if (arena_query(worker->child, &ddi)) {
        run_engine(&ddi, event);
        linger(worker, 700);
        ddi.InterfaceDereference(ddi.Context);
    }
    arena_bury_event(event);
}

/* It lives until its last callback has returned. */
static void leave_verbs(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    if (!arena_query(worker->child, &ddi))
        return;
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

static void bury_left_events(void)
{
    for (unsigned i = 0; i < WORKERS; i++) {
        if (left_events[i] != NULL)
            arena_bury_event(left_events[i]);
    }
}

void leave(void (*bury)(void))
{
    static void (*bury_all)(void);

    if (bury != NULL)
        bury_all = bury;
    if (++left < WORKERS)
        return;
    arena_stop_bus();
    bury_all();
}

/* Engines that run, registrations, and verbs on their way. */

void leave_everything(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;

    left_events[worker->number] = arena_new_event(NotificationEvent);
    run_engine(ddi, left_events[worker->number]);
    linger(worker, 700);
    for (unsigned calls = below(worker, 4); calls > 0; calls--)
        verbs_submit(worker, ddi, true);
    leave(bury_left_events);
}

void all_calls_are_completed(void)
{
    for (unsigned i = 0; i < WORKERS; i++)
        MUST(arena.workers[i].completed == arena.workers[i].submitted);
}
