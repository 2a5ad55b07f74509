/* SPDX-License-Identifier: BSD-2-Clause */
/* engines.c - see engines.h. */
#include "engines.h"

#include "controller.h"

/* 96 kHz and the smallest buffer with two notifications: an interrupt each third of a millisecond. */
static const HDAUDIO_STREAM_FORMAT fast = {96000, 16, 16, 2};
#define FAST_BYTES 256u

/* ---- Engines ------------------------------------------------------------------------------------- */

NTSTATUS engine_allocate(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *handle)
{
    HDAUDIO_STREAM_FORMAT format = fast;
    HDAUDIO_CONVERTER_FORMAT converter;

    return ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, handle, &converter);
}

NTSTATUS engine_allocate_buffer(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle)
{
    SIZE_T size, offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    return ddi->AllocateDmaBufferWithNotification(ddi->Context, handle, 2, FAST_BYTES, &mdl, &size, &offset,
                                                  &stream, &fifo);
}

NTSTATUS engine_set_state(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_STREAM_STATE state, HANDLE handle)
{
    return ddi->SetDmaEngineState(ddi->Context, state, 1, &handle);
}

/* The first of them runs all the time, where threads leave it that. */
static void restart_shared(void)
{
    SERVED_OR_REFUSED(engine_set_state(&arena.clients[0], RunState, arena.shared[0]));
}

/* Both shared engines run; they are the first client's. */
void start_shared(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    arena.restart = restart_shared;
    for (unsigned i = 0; i < 2; i++) {
        MUST(engine_allocate(ddi, &arena.shared[i]) == STATUS_SUCCESS);
        MUST(engine_allocate_buffer(ddi, arena.shared[i]) == STATUS_SUCCESS);
    }
    MUST(ddi->SetDmaEngineState(ddi->Context, RunState, 2, arena.shared) == STATUS_SUCCESS);
}

/* None was lost in a race: what the controller has can be had, is as new, and there is no more. Without a
 * controller none can. */
void engines_are_all_back(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];
    struct hda_controller_info info;
    HANDLE handle;

    if (controller_pulled()) {
        MUST(engine_allocate(ddi, &handle) == STATUS_DEVICE_REMOVED);
        return;
    }
    hda_bus_controller_info(arena.bus, &info);
    for (unsigned i = 0; i < info.output_engines; i++) {
        MUST(engine_allocate(ddi, &handle) == STATUS_SUCCESS);
        MUST(engine_allocate_buffer(ddi, handle) == STATUS_SUCCESS);
    }
    MUST(engine_allocate(ddi, &handle) == STATUS_INSUFFICIENT_RESOURCES);
}

/* In whatever state they are. */
void give_shared_back(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned i = 0; i < 2; i++) {
        if (arena.shared[i] == NULL)
            continue; /* without a controller there was none instead of it */
        engine_set_state(ddi, StopState, arena.shared[i]);
        MUST(engine_set_state(ddi, ResetState, arena.shared[i]) == STATUS_SUCCESS);
        ddi->FreeDmaBuffer(ddi->Context, arena.shared[i]);
        MUST(ddi->FreeDmaEngine(ddi->Context, arena.shared[i]) == STATUS_SUCCESS);
    }
    engines_are_all_back();
}

/* ---- Events that are registered and unregistered ------------------------------------------------- */

static PKEVENT common_event; /* registered once */
static unsigned common_taken;

void register_common(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    start_shared();
    common_event = arena_new_event(NotificationEvent);
    MUST(ddi->RegisterNotificationEvent(ddi->Context, arena.shared[0], common_event) == STATUS_SUCCESS);
}

/* Of all that unregister it one does. */
static void unregister_common(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];
    NTSTATUS status = ddi->UnregisterNotificationEvent(ddi->Context, arena.shared[0], common_event);

    MUST(status == STATUS_SUCCESS || status == STATUS_INVALID_PARAMETER);
    if (status != STATUS_SUCCESS)
        return;
    common_taken++;
    arena_bury_event(common_event);
}

void give_common_back(void)
{
    MUST(common_taken == 1);
    give_shared_back();
}

/* When the controller is gone those who wait are told (DDI Removal). */
void await_period(PKEVENT event, struct fate before)
{
    bool came = comes(event, SOON);

    if (!came && controller_pulled())
        came = comes(event, LATE);
    MUST(came || !controller_stayed_awake(before));
    totals->signals += came;
}

static void listen_for_a_moment(struct worker *worker, unsigned which, PKEVENT event)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];
    struct fate before = controller_fate();

    if (!KEPT(ddi->RegisterNotificationEvent(ddi->Context, arena.shared[which], event)))
        return;
    if (which == 0 && below(worker, 3) == 0)
        await_period(event, before);
    else
        linger(worker, 400);
    MUST(ddi->UnregisterNotificationEvent(ddi->Context, arena.shared[which], event) == STATUS_SUCCESS);
}

void register_and_unregister(struct worker *worker)
{
    for (unsigned round = 0; round < 6; round++) {
        unsigned which = below(worker, 2);
        PKEVENT event = arena_new_event(below(worker, 2) ? NotificationEvent : SynchronizationEvent);

        listen_for_a_moment(worker, which, event);
        arena_bury_event(event);
        if (round == 3 && common_event != NULL)
            unregister_common();
    }
}

/* The second engine; the first runs all the time. */
void stop_and_start(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned round = 0; round < 6; round++) {
        linger(worker, 700);
        MUST(engine_set_state(ddi, below(worker, 2) ? StopState : PauseState, arena.shared[1]) ==
             STATUS_SUCCESS);
        if (below(worker, 2) == 0)
            MUST(engine_set_state(ddi, ResetState, arena.shared[1]) == STATUS_SUCCESS);
        linger(worker, 100);
        SERVED(engine_set_state(ddi, RunState, arena.shared[1]));
    }
}

/* ---- Engines of one's own ------------------------------------------------------------------------ */

/* DDI Notification events: once Stop has returned no delivery begins. */
static void stop_for_good(struct worker *worker, HANDLE handle, PKEVENT events[2])
{
    MUST(engine_set_state(worker->ddi, StopState, handle) == STATUS_SUCCESS);
    KeClearEvent(events[0]);
    KeClearEvent(events[1]);
    linger(worker, 700);
    MUST(!KeReadStateEvent(events[0]) && !KeReadStateEvent(events[1]));
}

static void run_engine(struct worker *worker, HANDLE handle, PKEVENT events[2])
{
    struct fate before = controller_fate();

    if (SERVED(engine_set_state(worker->ddi, RunState, handle)) && below(worker, 2))
        await_period(events[0], before);
    linger(worker, 700);
    stop_for_good(worker, handle, events);
}

static void run_buffer(struct worker *worker, HANDLE handle, PKEVENT events[2])
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;
    bool registered = KEPT(ddi->RegisterNotificationEvent(ddi->Context, handle, events[1]));

    for (unsigned times = 1 + below(worker, 2); times > 0; times--)
        run_engine(worker, handle, events);
    if (registered && below(worker, 2))
        MUST(ddi->UnregisterNotificationEvent(ddi->Context, handle, events[1]) == STATUS_SUCCESS);
    MUST(ddi->FreeDmaBuffer(ddi->Context, handle) == STATUS_SUCCESS);
}

/* All of it is taken down without unregistering what was registered first. */
static void run_engine_with(struct worker *worker, PKEVENT events[2])
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;
    HANDLE handle;

    if (!KEPT(engine_allocate(ddi, &handle)))
        return;
    if (KEPT(ddi->RegisterNotificationEvent(ddi->Context, handle, events[0])) &&
        SERVED(engine_allocate_buffer(ddi, handle)))
        run_buffer(worker, handle, events);
    MUST(ddi->FreeDmaEngine(ddi->Context, handle) == STATUS_SUCCESS);
    MUST(ddi->FreeDmaEngine(ddi->Context, handle) == STATUS_INVALID_HANDLE);
}

void live_with_an_engine(struct worker *worker)
{
    for (unsigned round = 0; round < 3; round++) {
        PKEVENT events[2] = {arena_new_event(NotificationEvent), arena_new_event(NotificationEvent)};

        run_engine_with(worker, events);
        arena_bury_event(events[0]);
        arena_bury_event(events[1]);
    }
}

/* ---- Anything at all ----------------------------------------------------------------------------- */

static bool refused_or_done(NTSTATUS status)
{
    return status == STATUS_SUCCESS || status == STATUS_INVALID_DEVICE_REQUEST ||
           status == STATUS_INVALID_HANDLE;
}

/* What another thread is about to do to an engine that is freed must not come to its next owner. */
static void replace(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *shared)
{
    HANDLE handle;

    if (ddi->FreeDmaEngine(ddi->Context, *shared) != STATUS_SUCCESS)
        return;
    *shared = NULL;
    linger(worker, 20);
    if (!KEPT(engine_allocate(ddi, &handle)))
        return;
    if (SERVED(engine_allocate_buffer(ddi, handle)))
        MUST(ddi->FreeDmaBuffer(ddi->Context, handle) == STATUS_SUCCESS);
    *shared = handle;
}

/* The registration goes by itself when another thread frees the engine. */
static void register_for_a_moment(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle)
{
    PKEVENT event = arena_new_event(NotificationEvent);
    bool registered;
    NTSTATUS status;

    registered = KEPT_OR_REFUSED(ddi->RegisterNotificationEvent(ddi->Context, handle, event));
    linger(worker, 400);
    status = ddi->UnregisterNotificationEvent(ddi->Context, handle, event);
    MUST(refused_or_done(status) || (status == STATUS_INVALID_PARAMETER && !registered));
    arena_bury_event(event);
}

static void do_something(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *shared)
{
    PULONG pointer;

    switch (below(worker, 9)) {
    case 0:
    case 1:
        SERVED_OR_REFUSED(engine_set_state(ddi, RunState, *shared));
        linger(worker, 600);
        break;
    case 2:
        MUST(refused_or_done(engine_set_state(ddi, PauseState, *shared)));
        break;
    case 3:
        MUST(refused_or_done(engine_set_state(ddi, ResetState, *shared)));
        break;
    case 4:
        MUST(refused_or_done(ddi->SetDmaEngineState(ddi->Context, StopState, 2, arena.shared)));
        break;
    case 5:
        MUST(refused_or_done(ddi->FreeDmaBuffer(ddi->Context, *shared)));
        break;
    case 6:
        SERVED_OR_REFUSED(engine_allocate_buffer(ddi, *shared));
        break;
    case 7:
        replace(worker, ddi, shared);
        KEPT_OR_REFUSED(ddi->GetLinkPositionRegister(ddi->Context, *shared, &pointer));
        break;
    default:
        register_for_a_moment(worker, ddi, *shared);
        break;
    }
}

/* Threads do all they can to the same two engines. */
void do_anything(struct worker *worker)
{
    for (unsigned round = 0; round < 15; round++)
        do_something(worker, &arena.clients[0], &arena.shared[below(worker, 2)]);
}
