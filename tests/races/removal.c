/* SPDX-License-Identifier: BSD-2-Clause */
/* removal.c - see removal.h. */
#include "removal.h"

#include "controller.h"
#include "engines.h"
#include "leaving.h"

#define ACCESSES 150
#define WAYS     4 /* the last of them in suspend or resume */
#define CHANGES  6
#define CHANGE   50 /* register accesses in suspend or resume, about */

/* DDI Removal: a new query, too. */
static void find_it_gone(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    if (arena_query(worker->child, &ddi))
        ddi.InterfaceDereference(ddi.Context);
}

static void pull(struct worker *worker, unsigned ways)
{
    for (unsigned times = below(worker, 5); times > 0; times--)
        linger(worker, 900);
    switch (below(worker, ways)) {
    case 0:
        controller_pull();
        break;
    case 1:
        controller_pull();
        linger(worker, 50);
        hda_bus_surprise_remove(arena.bus);
        break;
    case 2:
        controller_pull_later(0, 1 + below(worker, ACCESSES));
        break;
    default:
        controller_pull_later(1 + below(worker, CHANGES), below(worker, 3) * below(worker, CHANGE));
        break;
    }
    linger(worker, 300);
    find_it_gone(worker);
}

void pull_out(struct worker *worker)
{
    pull(worker, WAYS);
}

void pull_out_awake(struct worker *worker)
{
    pull(worker, WAYS - 1);
}

void pull_out_and_leave(struct worker *worker)
{
    pull_out_awake(worker);
    leave(NULL);
}

/* ---- Waiting ------------------------------------------------------------------------------------- */

static HANDLE engines[WORKERS];
static PKEVENT events[WORKERS];
static bool stopped;

void wait_begin(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned i = 0; i < WORKERS; i++) {
        events[i] = arena_new_event(NotificationEvent);
        MUST(engine_allocate(ddi, &engines[i]) == STATUS_SUCCESS);
        MUST(engine_allocate_buffer(ddi, engines[i]) == STATUS_SUCCESS);
        MUST(ddi->RegisterNotificationEvent(ddi->Context, engines[i], events[i]) == STATUS_SUCCESS);
    }
    MUST(ddi->SetDmaEngineState(ddi->Context, RunState, WORKERS, engines) == STATUS_SUCCESS);
}

/* DDI Removal: nobody waits for ever; unless another has stopped what he waits for. */
static void wait_until_told(PKEVENT event)
{
    bool came = true;

    while (came && !stopped && !hda_bus_is_removed(arena.bus)) {
        KeClearEvent(event);
        came = comes(event, LATE);
    }
    MUST(came || stopped);
}

/* DDI Notification events: once Stop has returned no delivery begins, of this kind neither. */
void wait_and_stop(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    wait_until_told(events[worker->number]);
    stopped = true;
    MUST(ddi->SetDmaEngineState(ddi->Context, StopState, WORKERS, engines) == STATUS_SUCCESS);
    for (unsigned i = 0; i < WORKERS; i++)
        KeClearEvent(events[i]);
    linger(worker, 300);
    for (unsigned i = 0; i < WORKERS; i++)
        MUST(!KeReadStateEvent(events[i]));
}

void wait_end(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned i = 0; i < WORKERS; i++) {
        MUST(ddi->FreeDmaBuffer(ddi->Context, engines[i]) == STATUS_SUCCESS);
        MUST(ddi->FreeDmaEngine(ddi->Context, engines[i]) == STATUS_SUCCESS);
        arena_bury_event(events[i]);
    }
}
