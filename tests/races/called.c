/* SPDX-License-Identifier: BSD-2-Clause */
/* called.c - see called.h. */
#include "called.h"

#include "controller.h"
#include "leaving.h"

#define BYTES 256u /* at 96 kHz: a pass in two thirds of a millisecond */

static const GUID interface_v3 = {
    0xdc25da12, 0xbcd1, 0x4c7f, {0x84, 0xe1, 0x02, 0xad, 0xb6, 0xdc, 0xdc, 0xbf}};
static const GUID interface_bdl = {
    0xb4d65397, 0x5634, 0x40b0, {0xb0, 0x68, 0xf5, 0xb9, 0xf8, 0xb9, 0x67, 0xa5}};

static bool query(unsigned child, const GUID *type, USHORT size, void *table)
{
    return KEPT(hda_bus_query_interface(arena.bus, child, type, size, 0x0100, table));
}

/* ---- A listener ---------------------------------------------------------------------------------- */

struct listener {
    bool alive;
    bool stopped; /* its engine is */
    unsigned running;
    unsigned calls;
    const HDAUDIO_BUS_INTERFACE_V3 *ddi;
    HANDLE engine; /* of its own, which it may free; or NULL */
};

static struct listener *new_listener(void)
{
    struct listener *listener = arena_new(sizeof(*listener));

    listener->alive = true;
    return listener;
}

static void bury(struct listener *listener)
{
    MUST(listener->running == 0);
    totals->calls += listener->calls;
    arena_bury(listener, sizeof(*listener));
}

/* It takes a while, now and then a long one, in which others go on; and is never called twice at once. */
static void be_called(struct listener *listener)
{
    CALLED();
    MUST(listener->alive);
    MUST(listener->running++ == 0);
    KeStallExecutionProcessor(listener->calls % 2 == 0 ? 80 : 2);
    CALLED();
    MUST(listener->alive);
    MUST(listener->running-- == 1);
    listener->calls++;
}

/* ---- Callbacks ----------------------------------------------------------------------------------- */

static HDAUDIO_BUS_INTERFACE_V3 shared_client;

static NTSTATUS set_state(const HDAUDIO_BUS_INTERFACE_V3 *ddi, HDAUDIO_STREAM_STATE state, HANDLE handle)
{
    return ddi->SetDmaEngineState(ddi->Context, state, 1, &handle);
}

/* Whether it has a buffer. */
static bool open_engine(const HDAUDIO_BUS_INTERFACE_V3 *ddi, HANDLE *handle)
{
    HDAUDIO_STREAM_FORMAT format = {96000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T size, offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    return KEPT(ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, handle, &converter)) &&
           SERVED(ddi->AllocateDmaBufferWithNotification(ddi->Context, *handle, 2, BYTES, &mdl, &size,
                                                         &offset, &stream, &fifo));
}

static VOID NTAPI hear(PVOID context, LARGE_INTEGER time)
{
    struct listener *listener = context;

    MUST(KeGetCurrentIrql() == DISPATCH_LEVEL);
    MUST(time.QuadPart <= KeQueryPerformanceCounter(NULL).QuadPart);
    be_called(listener);
}

/* DDI Notification callbacks: it may free its own engine, if another thread has taken the buffer away. */
static VOID NTAPI hear_and_free(PVOID context, LARGE_INTEGER time)
{
    struct listener *listener = context;
    NTSTATUS status;

    hear(context, time);
    KeStallExecutionProcessor(40);
    status = listener->ddi->FreeDmaEngine(listener->ddi->Context, listener->engine);
    MUST(status == STATUS_SUCCESS || status == STATUS_INVALID_DEVICE_REQUEST ||
         status == STATUS_INVALID_HANDLE);
}

static NTSTATUS listen(const HDAUDIO_BUS_INTERFACE_V3 *ddi, HANDLE engine,
                       PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine, struct listener *listener)
{
    return ddi->RegisterNotificationCallback(ddi->Context, engine, NULL, routine, listener);
}

static void restart(void)
{
    SERVED(set_state(&shared_client, RunState, arena.shared[0]));
}

void called_begin(void)
{
    query(0, &interface_v3, sizeof(shared_client), &shared_client);
    arena.restart = restart;
    for (unsigned i = 0; i < 2; i++) {
        MUST(open_engine(&shared_client, &arena.shared[i]));
        MUST(set_state(&shared_client, RunState, arena.shared[i]) == STATUS_SUCCESS);
    }
}

void called_end(void)
{
    shared_client.InterfaceDereference(shared_client.Context);
}

void called_register_and_unregister(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V3 *ddi = &shared_client;

    for (unsigned round = 0; round < 6; round++) {
        HANDLE handle = arena.shared[below(worker, 2)];
        struct listener *listener = new_listener();
        unsigned times = 1 + below(worker, 2), registered = 0;

        for (unsigned i = 0; i < times; i++)
            registered += KEPT(listen(ddi, handle, hear, listener));
        linger(worker, 900);
        for (unsigned i = 0; i < registered; i++)
            MUST(ddi->UnregisterNotificationCallback(ddi->Context, handle, hear, listener) == STATUS_SUCCESS);
        bury(listener);
    }
}

void called_stop_and_start(struct worker *worker)
{
    for (unsigned round = 0; round < 6; round++) {
        linger(worker, 700);
        MUST(set_state(&shared_client, StopState, arena.shared[1]) == STATUS_SUCCESS);
        if (below(worker, 2))
            MUST(set_state(&shared_client, ResetState, arena.shared[1]) == STATUS_SUCCESS);
        SERVED(set_state(&shared_client, RunState, arena.shared[1]));
    }
}

/* Either by hand, and then the callback may have been there first, or by the last dereference. */
static void go(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V3 *ddi, HANDLE engine)
{
    NTSTATUS status;
    KIRQL old;

    if (below(worker, 2))
        return;
    MUST(set_state(ddi, StopState, engine) == STATUS_SUCCESS);
    MUST(ddi->FreeDmaBuffer(ddi->Context, engine) == STATUS_SUCCESS);
    KeRaiseIrql(below(worker, 2) ? DISPATCH_LEVEL : PASSIVE_LEVEL, &old);
    status = ddi->FreeDmaEngine(ddi->Context, engine);
    KeLowerIrql(old);
    MUST(status == STATUS_SUCCESS || status == STATUS_INVALID_HANDLE);
}

static void come(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V3 *ddi, struct listener *listener)
{
    listener->ddi = ddi;
    if (KEPT(listen(ddi, listener->engine, below(worker, 2) ? hear : hear_and_free, listener)))
        SERVED(set_state(ddi, RunState, listener->engine));
    linger(worker, 900);
}

void called_come_and_leave(struct worker *worker)
{
    for (unsigned round = 0; round < 3; round++) {
        HDAUDIO_BUS_INTERFACE_V3 ddi;
        struct listener *listener = new_listener();

        if (query(worker->child, &interface_v3, sizeof(ddi), &ddi)) {
            if (open_engine(&ddi, &listener->engine)) {
                come(worker, &ddi, listener);
                go(worker, &ddi, listener->engine);
            }
            ddi.InterfaceDereference(ddi.Context);
        }
        bury(listener);
    }
}

/* ---- Routines for the interrupt ------------------------------------------------------------------ */

static VOID NTAPI interrupt(VOID *context, ULONG causes)
{
    struct listener *listener = context;

    MUST(KeGetCurrentIrql() > DISPATCH_LEVEL);
    MUST(causes != 0 && (causes & ~0x1Cu) == 0);
    MUST(!listener->stopped);
    be_called(listener);
}

static NTSTATUS set_up(const HDAUDIO_BUS_INTERFACE_BDL *ddi, HANDLE engine, struct listener *listener)
{
    UCHAR stream;
    ULONG fifo;

    return ddi->SetupDmaEngineWithBdl(ddi->Context, engine, BYTES, 1, interrupt, listener, &stream, &fifo);
}

static void write_list(PVOID data, PHDAUDIO_BUFFER_DESCRIPTOR list)
{
    for (unsigned i = 0; i < 2; i++) {
        list[i].Address.QuadPart = MmGetPhysicalAddress(data).QuadPart + i * BYTES / 2;
        list[i].Length = BYTES / 2;
        list[i].InterruptOnCompletion = 1;
    }
}

/* Whether it has its memory. */
static bool open_bdl_engine(const HDAUDIO_BUS_INTERFACE_BDL *ddi, HANDLE *engine)
{
    HDAUDIO_STREAM_FORMAT format = {96000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    PVOID data;

    if (!KEPT(ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, engine, &converter)) ||
        !SERVED(ddi->AllocateContiguousDmaBuffer(ddi->Context, *engine, BYTES, &data, &list)))
        return false;
    write_list(data, list);
    return true;
}

static NTSTATUS set_bdl(const HDAUDIO_BUS_INTERFACE_BDL *ddi, HDAUDIO_STREAM_STATE state, HANDLE engine)
{
    return ddi->SetDmaEngineState(ddi->Context, state, 1, &engine);
}

static void run_for_a_while(struct worker *worker, const HDAUDIO_BUS_INTERFACE_BDL *ddi, HANDLE engine,
                            struct listener *listener)
{
    listener->stopped = false;
    if (SERVED(set_bdl(ddi, RunState, engine)))
        linger(worker, 1400);
    MUST(set_bdl(ddi, StopState, engine) == STATUS_SUCCESS);
    listener->stopped = true;
}

/* The routine before may go when another has been set up, the last one when the buffer has been freed. A
 * setup that is refused leaves the one before. */
static void replace(struct worker *worker, const HDAUDIO_BUS_INTERFACE_BDL *ddi, HANDLE engine,
                    struct listener **listener)
{
    struct listener *next = new_listener();

    MUST(set_bdl(ddi, ResetState, engine) == STATUS_SUCCESS);
    if (!SERVED(set_up(ddi, engine, next))) {
        bury(next);
        next = *listener;
    }
    if (*listener != next)
        bury(*listener);
    *listener = next;
    run_for_a_while(worker, ddi, engine, next);
}

static void live(struct worker *worker, const HDAUDIO_BUS_INTERFACE_BDL *ddi, struct listener **listener)
{
    HANDLE engine;

    if (!open_bdl_engine(ddi, &engine) || !SERVED(set_up(ddi, engine, *listener)))
        return;
    run_for_a_while(worker, ddi, engine, *listener);
    run_for_a_while(worker, ddi, engine, *listener);
    replace(worker, ddi, engine, listener);
    (*listener)->stopped = false;
    if (below(worker, 2))
        SERVED(set_bdl(ddi, RunState, engine));
    else
        MUST(ddi->FreeContiguousDmaBuffer(ddi->Context, engine) == STATUS_SUCCESS);
    linger(worker, 500);
}

void called_live_with_an_isr(struct worker *worker)
{
    for (unsigned round = 0; round < 3; round++) {
        struct listener *listener = new_listener();
        HDAUDIO_BUS_INTERFACE_BDL ddi;

        if (query(worker->child, &interface_bdl, sizeof(ddi), &ddi)) {
            live(worker, &ddi, &listener);
            ddi.InterfaceDereference(ddi.Context);
        }
        bury(listener);
    }
}

/* ---- One engine, of which one thread has the memory ---------------------------------------------- */

static HDAUDIO_BUS_INTERFACE_BDL shared_bdl;
static struct listener *everlasting;

void called_begin_bdl(void)
{
    HDAUDIO_STREAM_FORMAT format = {96000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;

    query(0, &interface_bdl, sizeof(shared_bdl), &shared_bdl);
    everlasting = new_listener();
    MUST(shared_bdl.AllocateRenderDmaEngine(shared_bdl.Context, &format, FALSE, &arena.shared[0],
                                            &converter) == STATUS_SUCCESS);
}

void called_end_bdl(void)
{
    shared_bdl.InterfaceDereference(shared_bdl.Context);
    bury(everlasting);
}

void called_allocate_and_free(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_BDL *ddi = &shared_bdl;
    HANDLE engine = arena.shared[0];
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    PVOID data;

    for (unsigned round = 0; round < 6; round++) {
        if (!SERVED(ddi->AllocateContiguousDmaBuffer(ddi->Context, engine, BYTES, &data, &list))) {
            linger(worker, 900);
            continue;
        }
        write_list(data, list);
        for (unsigned i = 0; i < 6; i++)
            linger(worker, 900);
        while (ddi->FreeContiguousDmaBuffer(ddi->Context, engine) != STATUS_SUCCESS) {
            linger(worker, 50);
            set_bdl(ddi, StopState, engine);
        }
    }
}

static void halt_shared(HDAUDIO_STREAM_STATE state)
{
    NTSTATUS status = set_bdl(&shared_bdl, state, arena.shared[0]);

    MUST(status == STATUS_SUCCESS || status == STATUS_INVALID_DEVICE_REQUEST);
}

void called_set_up_and_run(struct worker *worker)
{
    for (unsigned round = 0; round < 40; round++) {
        switch (below(worker, 6)) {
        case 0:
        case 1:
            ANSWERED(set_up(&shared_bdl, arena.shared[0], everlasting),
                     NEEDS_POWER | MAY_BE_REFUSED | MAY_BE_INVALID);
            break;
        case 2:
            halt_shared(StopState);
            break;
        case 3:
            halt_shared(ResetState);
            break;
        default:
            SERVED_OR_REFUSED(set_bdl(&shared_bdl, RunState, arena.shared[0]));
            break;
        }
        linger(worker, 300);
    }
}

/* ---- A bus that stops ---------------------------------------------------------------------------- */

static struct listener *left_listeners[WORKERS];

static void bury_left_listeners(void)
{
    for (unsigned i = 0; i < WORKERS; i++) {
        if (left_listeners[i] != NULL)
            bury(left_listeners[i]);
    }
}

static void leave_an_isr(struct worker *worker, struct listener *listener)
{
    HDAUDIO_BUS_INTERFACE_BDL ddi;
    HANDLE engine;

    if (query(worker->child, &interface_bdl, sizeof(ddi), &ddi) && open_bdl_engine(&ddi, &engine) &&
        SERVED(set_up(&ddi, engine, listener)))
        SERVED(set_bdl(&ddi, RunState, engine));
}

static void leave_a_callback(struct worker *worker, struct listener *listener)
{
    HDAUDIO_BUS_INTERFACE_V3 ddi;
    HANDLE engine;

    if (query(worker->child, &interface_v3, sizeof(ddi), &ddi) && open_engine(&ddi, &engine) &&
        KEPT(listen(&ddi, engine, hear, listener)))
        SERVED(set_state(&ddi, RunState, engine));
}

void called_leave_everything(struct worker *worker)
{
    struct listener *listener = left_listeners[worker->number] = new_listener();

    if (below(worker, 2))
        leave_an_isr(worker, listener);
    else
        leave_a_callback(worker, listener);
    linger(worker, 900);
    leave(bury_left_listeners);
}
