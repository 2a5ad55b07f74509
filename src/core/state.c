/* SPDX-License-Identifier: BSD-2-Clause */
/* state.c - running, stopping and resetting engines, several at once (DDI SetDmaEngineState). */
#include "client.h"
#include "core.h"
#include "io.h"
#include "stream.h"

/* The engines of one call, a bit for each stream descriptor. */
typedef uint64_t engine_set;

struct change {
    struct hda_bus *bus;
    engine_set engines;
    struct hda_patience patience;
};

/* The first of a set whose descriptor is `index` or a later one; NULL when there is none. */
static struct hda_engine *engine_from(struct hda_bus *bus, engine_set engines, unsigned index)
{
    for (; index < bus->engine_count; index++) {
        if (engines & UINT64_C(1) << index)
            return &bus->engines[index];
    }
    return NULL;
}

#define for_each_engine(engine, change)                                             \
    for (engine = engine_from((change)->bus, (change)->engines, 0); engine != NULL; \
         engine = engine_from((change)->bus, (change)->engines, engine->index + 1u))

/* ---- Starting and stopping together (HDA 3.3.17) --------------------------------------------- */

static bool several(engine_set engines)
{
    return (engines & (engines - 1)) != 0;
}

/* While its SSYNC bit is set a stream neither sends nor takes from the link. Returns whether the controller
 * can do that. */
static bool hold(const struct change *change)
{
    struct hda_bus *bus = change->bus;

    if (bus->capabilities.stream_sync == 0 || !several(change->engines))
        return false;
    hda_write32(bus, bus->capabilities.stream_sync, (uint32_t)change->engines);
    return true;
}

/* All of them go on in the same link frame. No two calls hold at once: bus.lock is held. A stream that stayed
 * held would stand still for ever, so this is looked at. */
static NTSTATUS let_go(const struct change *change, bool held)
{
    struct hda_register sync = {change->bus->capabilities.stream_sync, 32, "SSYNC"};

    if (!held)
        return STATUS_SUCCESS;
    hda_write32(change->bus, sync.offset, 0);
    return hda_stream_wait(change->bus, sync, (uint32_t)change->engines, 0, &change->patience);
}

/* FIFORDY says of an output stream that it holds enough to begin, of an input stream that it has its first
 * descriptor (HDA 3.3.36). */
static NTSTATUS wait_ready(const struct change *change, bool held)
{
    struct hda_engine *engine;
    NTSTATUS status = STATUS_SUCCESS;

    for_each_engine(engine, change)
    {
        if (NT_SUCCESS(status))
            status = hda_stream_wait_running(engine, true, &change->patience);
        if (NT_SUCCESS(status) && held)
            status = hda_stream_wait_fifo(engine, &change->patience);
    }
    return status;
}

static NTSTATUS wait_halted(const struct change *change)
{
    struct hda_engine *engine;
    NTSTATUS status = STATUS_SUCCESS;

    for_each_engine(engine, change)
    {
        NTSTATUS one = hda_stream_wait_running(engine, false, &change->patience);

        if (!NT_SUCCESS(one))
            status = one;
    }
    return status;
}

static void halt_all(const struct change *change)
{
    struct hda_engine *engine;

    for_each_engine(engine, change) hda_stream_halt(engine);
}

static void run_all(const struct change *change)
{
    struct hda_engine *engine;

    for_each_engine(engine, change) hda_stream_run(engine);
}

/* A stream that resets loses its position and its registers: those are programmed anew, so that Stop needs
 * nothing but to be said. */
static NTSTATUS reset_one(struct hda_engine *engine, const struct hda_patience *patience)
{
    NTSTATUS status = hda_stream_reset(engine, patience);

    if (!NT_SUCCESS(status))
        return status;
    hda_stream_program(engine);
    hda_progress_reset(engine);
    return STATUS_SUCCESS;
}

/* All or nothing: those that did start must not be heard of, and what was in reset has to begin at 0 when it
 * runs the next time. */
static void put_back(const struct change *change)
{
    struct hda_engine *engine;

    halt_all(change);
    wait_halted(change); /* at DISPATCH_LEVEL that may be no more than a look */
    for_each_engine(engine, change)
    {
        hda_stream_clear(engine);
        hda_notify_cancel(engine);
        engine->halting = true;
        if (engine->state == ResetState)
            engine->programmed = false;
    }
}

/* A reset that timed out has left a stream without its registers, a start that failed may have moved it. */
static NTSTATUS program_all(const struct change *change)
{
    struct hda_engine *engine;
    NTSTATUS status = STATUS_SUCCESS;

    for_each_engine(engine, change)
    {
        if (NT_SUCCESS(status))
            status = hda_stream_settle(engine, &change->patience);
        if (NT_SUCCESS(status) && !engine->programmed)
            status = reset_one(engine, &change->patience);
    }
    return status;
}

static NTSTATUS run_together(const struct change *change)
{
    bool held = hold(change);
    NTSTATUS status;

    run_all(change);
    status = wait_ready(change, held);
    if (!NT_SUCCESS(status)) {
        put_back(change);
        let_go(change, held);
        return status;
    }
    status = let_go(change, held);
    if (!NT_SUCCESS(status)) {
        put_back(change);
        let_go(change, held);
    }
    return status;
}

static NTSTATUS start(const struct change *change)
{
    struct hda_engine *engine;
    NTSTATUS status = program_all(change);

    if (NT_SUCCESS(status))
        status = run_together(change);
    if (!NT_SUCCESS(status))
        return status;
    for_each_engine(engine, change)
    {
        engine->state = RunState;
        hda_progress_run(engine);
        if (engine->buffer.notifications > 0)
            hda_defer(change->bus, engine->progress.patience);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS stop(const struct change *change)
{
    bool held = hold(change);
    struct hda_engine *engine;
    NTSTATUS status;

    halt_all(change);
    status = wait_halted(change);
    if (!NT_SUCCESS(status))
        run_all(change); /* all or nothing */
    if (!NT_SUCCESS(let_go(change, held)))
        let_go(change, held); /* once more: what has stopped has stopped */
    if (!NT_SUCCESS(status))
        return status;
    for_each_engine(engine, change)
    {
        hda_stream_clear(engine);
        hda_notify_cancel(engine);
        hda_progress_update(engine);
        engine->state = StopState;
    }
    return STATUS_SUCCESS;
}

/* What fails half-way leaves streams in reset that were stopped; they stay stopped, at position 0. */
static NTSTATUS reset(const struct change *change)
{
    struct hda_engine *engine;
    NTSTATUS status;

    for_each_engine(engine, change)
    {
        status = reset_one(engine, &change->patience);
        if (!NT_SUCCESS(status))
            return status;
    }
    for_each_engine(engine, change) engine->state = ResetState;
    return STATUS_SUCCESS;
}

/* ---- The call -------------------------------------------------------------------------------- */

static NTSTATUS find_all(struct hda_client *client, ULONG count, const HANDLE *handles, engine_set *engines)
{
    *engines = 0;
    for (ULONG i = 0; i < count; i++) {
        struct hda_engine *engine = hda_engine_find(client, handles[i]);

        if (engine == NULL)
            return STATUS_INVALID_HANDLE;
        *engines |= UINT64_C(1) << engine->index;
    }
    return STATUS_SUCCESS;
}

/* DDI SetDmaEngineState: what may follow what. Reset to Run passes through Stop, where our engines wait in
 * any case. */
static bool may_become(const struct hda_engine *engine, HDAUDIO_STREAM_STATE state)
{
    if (engine->preparing)
        return false;
    if (!hda_buffer_is_ready(&engine->buffer))
        return state == ResetState;
    return !(engine->state == RunState && state == ResetState);
}

/* Checks every engine before any changes, and leaves out those that have nothing to do. */
static NTSTATUS check_all(struct change *change, HDAUDIO_STREAM_STATE state)
{
    struct hda_engine *engine;
    engine_set idle = 0;

    for_each_engine(engine, change)
    {
        if (!may_become(engine, state))
            return STATUS_INVALID_DEVICE_REQUEST;
        if (engine->state == state)
            idle |= UINT64_C(1) << engine->index;
    }
    change->engines &= ~idle;
    return STATUS_SUCCESS;
}

/* Reset to Stop: the stream's registers stand already. */
static NTSTATUS stop_running(struct change *change)
{
    struct hda_engine *engine;
    engine_set waiting = 0;

    for_each_engine(engine, change)
    {
        if (engine->state == ResetState)
            waiting |= UINT64_C(1) << engine->index;
    }
    change->engines &= ~waiting;
    if (change->engines != 0) {
        NTSTATUS status = stop(change);

        if (!NT_SUCCESS(status))
            return status;
    }
    change->engines = waiting;
    for_each_engine(engine, change) engine->state = StopState;
    return STATUS_SUCCESS;
}

static NTSTATUS apply_to_controller(struct change *change, HDAUDIO_STREAM_STATE state)
{
    if (change->engines == 0)
        return STATUS_SUCCESS;
    switch (state) {
    case ResetState:
        return reset(change);
    case StopState:
        return stop_running(change);
    default:
        return start(change);
    }
}

/* Where there is nothing to stop, because the controller is gone or asleep, engines stop and reset all the
 * same (DDI Power, Removal). */
static void apply_to_books(const struct change *change, HDAUDIO_STREAM_STATE state)
{
    struct hda_engine *engine;

    for_each_engine(engine, change)
    {
        hda_notify_cancel(engine);
        hda_stream_forget(engine);
        engine->state = state;
    }
}

static NTSTATUS apply(struct change *change, HDAUDIO_STREAM_STATE state)
{
    const struct change all = *change;
    NTSTATUS status = hda_usable(change->bus);

    if (NT_SUCCESS(status)) {
        status = apply_to_controller(change, state);
        if (NT_SUCCESS(status) || !hda_is_gone(change->bus))
            return status;
    }
    if (state == RunState)
        return hda_usable(change->bus);
    apply_to_books(&all, state);
    return STATUS_SUCCESS;
}

static bool is_state(HDAUDIO_STREAM_STATE state)
{
    return state == ResetState || state == StopState || state == RunState;
}

NTSTATUS hda_state_set(struct hda_client *client, HDAUDIO_STREAM_STATE state, ULONG count, PHANDLE handles)
{
    struct hda_bus *bus = client->bus;
    struct change change = {.bus = bus};
    NTSTATUS status;

    if (hda_irql(bus) > DISPATCH_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (count == 0 || handles == NULL)
        return STATUS_INVALID_PARAMETER;
    change.patience = hda_patience_now(bus);
    hda_lock(bus, &bus->lock);
    status = find_all(client, count, handles, &change.engines);
    if (NT_SUCCESS(status) && !is_state(state))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = check_all(&change, state);
    if (NT_SUCCESS(status))
        status = apply(&change, state);
    hda_unlock(bus, &bus->lock);
    return status;
}

/* ---- Power (DDI Power) ----------------------------------------------------------------------- */

static engine_set running(const struct hda_bus *bus)
{
    engine_set engines = 0;

    for (unsigned i = 0; i < bus->engine_count; i++) {
        if (bus->engines[i].state == RunState)
            engines |= UINT64_C(1) << i;
    }
    return engines;
}

/* The reset of the controller that follows takes what the stream's registers held. */
static void rest(struct hda_engine *engine)
{
    if (engine->state == RunState) {
        hda_notify_cancel(engine);
        engine->state = StopState;
    }
    hda_stream_forget(engine);
    hda_progress_reset(engine);
}

/* Not all or nothing: what does not stop is logged, and ends with the reset of the controller. */
static void stop_what_runs(const struct change *change)
{
    struct hda_engine *engine;

    if (NT_SUCCESS(stop(change)))
        return;
    halt_all(change);
    for_each_engine(engine, change) engine->halting = true;
}

/* Engines of a controller that is gone count as running until their clients stop them, and those who wait for
 * them are told (DDI Removal). */
void hda_state_suspend(struct hda_bus *bus)
{
    struct change change = {.bus = bus, .patience = hda_patience_now(bus)};

    hda_lock(bus, &bus->lock);
    change.engines = running(bus);
    if (change.engines != 0)
        stop_what_runs(&change);
    for (unsigned i = 0; i < bus->engine_count && !hda_is_gone(bus); i++)
        rest(&bus->engines[i]);
    __atomic_store_n(&bus->asleep, true, __ATOMIC_RELEASE);
    hda_unlock(bus, &bus->lock);
}

void hda_state_halted(struct hda_bus *bus)
{
    hda_lock(bus, &bus->lock);
    for (unsigned i = 0; i < bus->engine_count; i++)
        bus->engines[i].halting = false;
    hda_unlock(bus, &bus->lock);
}

void hda_state_resume(struct hda_bus *bus)
{
    hda_lock(bus, &bus->lock);
    __atomic_store_n(&bus->asleep, false, __ATOMIC_RELEASE);
    hda_unlock(bus, &bus->lock);
}
