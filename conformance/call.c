/* SPDX-License-Identifier: BSD-2-Clause */
/* call.c - DDI Power, Removal: what each routine says while the bus is asleep, and when the controller is
 * gone.
 */
#include <stdatomic.h>

#include "routines.h"

#define MOMENT MILLISECOND /* what a call that waits for nothing may take */

/* A routine, and what it says; one that succeeds all the same has done its work, so that it says something
 * else the second time. */
struct call {
    need_routine *before;
    call_routine *call;
    NTSTATUS asleep;
    NTSTATUS removed;
    NTSTATUS again;
};

/* ---- What they need ----------------------------------------------------------------------------- */

static bool a_capturing_engine(struct trial *t, struct call_state *state)
{
    TRY(need_nothing(t, state));
    if (!NT_SUCCESS(capture_for(t, state->codec, &stereo, &state->handle)))
        return skip(t, "this controller has no engine that captures"), false;
    return release(t, state->handle);
}

static bool a_stopped_engine(struct trial *t, struct call_state *state)
{
    TRY(start(t, 0, &state->handle));
    EXPECT_SUCCESS(set_state(t, StopState, state->handle));
    return true;
}

static bool a_running_engine(struct trial *t, struct call_state *state)
{
    return start(t, 0, &state->handle);
}

/* ---- The routines ------------------------------------------------------------------------------- */

/* A call that is refused does not call back. */
static NTSTATUS transfer_later(struct trial *t, struct call_state *state)
{
    NTSTATUS status = DDI(TransferCodecVerbs, 1, &state->transfer, count_completion, &state->completed);

    advance(t, NT_SUCCESS(status) ? verb_timeout(t) + 2 * tolerance(t) : tolerance(t));
    return atomic_load(&state->completed) == (NT_SUCCESS(status) ? 1 : 0) ? status : STATUS_INTERNAL_ERROR;
}

static NTSTATUS transfer_none(struct trial *t, struct call_state *state)
{
    (void)state;
    return DDI(TransferCodecVerbs, 0, NULL, NULL, NULL);
}

static NTSTATUS free_engine(struct trial *t, struct call_state *state)
{
    return DDI(FreeDmaEngine, state->handle);
}

static NTSTATUS run(struct trial *t, struct call_state *state)
{
    return set_state(t, RunState, state->handle);
}

static NTSTATUS stop(struct trial *t, struct call_state *state)
{
    return set_state(t, StopState, state->handle);
}

/* A VOID routine: what it hands out can be read. */
static NTSTATUS get_wall_clock(struct trial *t, struct call_state *state)
{
    PULONG pointer = NULL;

    (void)state;
    DDI(GetWallClockRegister, &pointer);
    if (!pointer)
        return STATUS_INTERNAL_ERROR;
    read_register(pointer);
    return STATUS_SUCCESS;
}

static NTSTATUS get_position(struct trial *t, struct call_state *state)
{
    PULONG pointer = NULL;
    NTSTATUS status = DDI(GetLinkPositionRegister, state->handle, &pointer);

    if (NT_SUCCESS(status) && (!pointer || read_register(pointer) != 0))
        return STATUS_INTERNAL_ERROR;
    return status;
}

/* A VOID routine: it says what it said. */
static NTSTATUS resources(struct trial *t, struct call_state *state)
{
    UCHAR codec = 0xFF, node = 0xFF;

    DDI(GetResourceInformation, &codec, &node);
    return codec == state->codec && node == state->node ? STATUS_SUCCESS : STATUS_INTERNAL_ERROR;
}

static NTSTATUS query(struct trial *t, struct call_state *state)
{
    const struct conformance_target *target = t->target;
    union {
        client shared;
        HDAUDIO_BUS_INTERFACE_BDL bdl;
        INTERFACE head;
    } table;
    NTSTATUS status = target->query(target->context, t->version->type, t->version->size, 0x0100, &table.head);

    (void)state;
    if (NT_SUCCESS(status))
        table.head.InterfaceDereference(table.head.Context);
    return status;
}

/* ---- The checks --------------------------------------------------------------------------------- */

/* What was refused has changed nothing, so it succeeds when the bus is awake again. */
static bool asleep(struct trial *t)
{
    const struct call *call = t->check->subject;
    struct call_state *state = call_state(t);

    TRY(state != NULL);
    if (!call->before(t, state))
        return t->skipped != NULL;
    TRY(suspend(t));
    EXPECT_STATUS(call->asleep, call->call(t, state));
    if (NT_SUCCESS(call->asleep))
        EXPECT_STATUS(call->again, call->call(t, state));
    TRY(resume(t));
    if (!NT_SUCCESS(call->asleep))
        EXPECT_SUCCESS(call->call(t, state));
    return true;
}

/* The driver knows. */
static bool removed(struct trial *t)
{
    const struct call *call = t->check->subject;
    struct call_state *state = call_state(t);
    ULONGLONG begun;

    TRY(state != NULL);
    if (!call->before(t, state))
        return t->skipped != NULL;
    TRY(take_away(t));
    begun = now(t);
    EXPECT_STATUS(call->removed, call->call(t, state));
    TRY(took_at_most(t, begun, MOMENT + tolerance(t)));
    if (NT_SUCCESS(call->removed))
        EXPECT_STATUS(call->again, call->call(t, state));
    return true;
}

/* The call is the first to find out, if it looks at the controller. */
static bool finds_out(struct trial *t)
{
    const struct call *call = t->check->subject;
    struct call_state *state = call_state(t);
    ULONGLONG begun;
    NTSTATUS status;

    TRY(state != NULL);
    if (!call->before(t, state))
        return t->skipped != NULL;
    pull_out(t);
    begun = now(t);
    status = call->call(t, state);
    if (status != STATUS_SUCCESS)
        EXPECT_STATUS(call->removed, status);
    return took_at_most(t, begun, verb_timeout(t) + 5 * MILLISECOND + 2 * tolerance(t));
}

#define READY   STATUS_SUCCESS
#define ASLEEP  STATUS_DEVICE_NOT_READY
#define GONE    STATUS_DEVICE_REMOVED
#define ILLEGAL STATUS_INVALID_DEVICE_REQUEST

/* Needs the controller; needs it to be there; is bookkeeping. */
static const struct call transfer_call = {need_nothing, call_transfer, ASLEEP, GONE, READY};
static const struct call transfer_later_call = {need_nothing, transfer_later, ASLEEP, GONE, READY};
static const struct call transfer_none_call = {need_nothing, transfer_none, ASLEEP, GONE, READY};
static const struct call get_buffer_call = {need_engine, call_get_buffer, ASLEEP, GONE, READY};
static const struct call get_notified_call = {need_engine, call_get_notified, ASLEEP, GONE, READY};
static const struct call get_contiguous_call = {need_engine, call_get_contiguous, ASLEEP, GONE, READY};
static const struct call set_up_call = {need_list, call_set_up, ASLEEP, GONE, READY};
static const struct call run_call = {need_buffer, run, ASLEEP, GONE, READY};
static const struct call run_stopped_call = {a_stopped_engine, run, ASLEEP, GONE, READY};

static const struct call capture_call = {a_capturing_engine, call_capture, READY, GONE, READY};
static const struct call render_call = {need_nothing, call_render, READY, GONE, READY};
static const struct call change_call = {need_engine, call_change, READY, GONE, READY};
static const struct call get_position_call = {a_running_engine, get_position, READY, GONE, READY};
static const struct call take_tag_call = {need_nothing, call_take_tag, READY, GONE, READY};
static const struct call information_call = {need_nothing, call_information, READY, GONE, READY};
static const struct call query_call = {need_nothing, query, READY, GONE, READY};
static const struct call add_event_call = {need_engine, call_add_event, READY, GONE, READY};
static const struct call add_callback_call = {need_engine, call_add_callback, READY, GONE, READY};

static const struct call get_wall_clock_call = {need_nothing, get_wall_clock, READY, READY, READY};
static const struct call resources_call = {need_nothing, resources, READY, READY, READY};
static const struct call stop_call = {a_running_engine, stop, READY, READY, READY};
static const struct call stop_in_reset_call = {need_buffer, stop, READY, READY, READY};
static const struct call reset_call = {a_stopped_engine, call_reset, READY, READY, READY};
static const struct call free_buffer_call = {need_buffer, call_free_buffer, READY, READY, ILLEGAL};
static const struct call free_stopped_call = {a_stopped_engine, call_free_buffer, READY, READY, ILLEGAL};
static const struct call free_notified_call = {need_buffer, call_free_notified, READY, READY, ILLEGAL};
static const struct call free_contiguous_call = {need_list, call_free_contiguous, READY, READY, ILLEGAL};
static const struct call free_engine_call = {need_engine, free_engine, READY, READY, STATUS_INVALID_HANDLE};
static const struct call give_tag_call = {need_tag, call_give_tag, READY, READY, STATUS_INVALID_PARAMETER};
static const struct call take_event_call = {need_registration, call_take_event, READY, READY,
                                            STATUS_INVALID_PARAMETER};
static const struct call take_callback_call = {need_callback, call_take_callback, READY, READY,
                                               STATUS_INVALID_PARAMETER};

#define NEEDS   "Asleep, what needs the controller is DEVICE_NOT_READY."
#define WORKS   "Asleep, everything else works."
#define REMOVED "Everything else, a new query included, is DEVICE_REMOVED."
#define BOOKS                                                                                               \
    "SetDmaEngineState to Stop, Pause or Reset, all Free*, all Unregister* and the dereference succeed as " \
    "bookkeeping, where they would have before."
#define MEMORY "VOID routines answer from memory."
#define QUICK  "No call takes longer than the sum of the waits that it needs."

/* The first to find out is what looks at the controller. */
#define TWO(name, asleep_rule, removed_rule, notification, subject)      \
    {"Power." name, asleep_rule, asleep, notification, &(subject)},      \
    {                                                                    \
        "Removal." name, removed_rule, removed, notification, &(subject) \
    }
#define THREE(name, asleep_rule, removed_rule, notification, subject)            \
    TWO(name, asleep_rule, removed_rule, notification, subject),                 \
    {                                                                            \
        "Removal." name "-finds-out", QUICK, finds_out, notification, &(subject) \
    }

const struct check call_checks[] = {
    THREE("TransferCodecVerbs", NEEDS, REMOVED, false, transfer_call),
    THREE("TransferCodecVerbs-asynchronous", NEEDS, REMOVED, false, transfer_later_call),
    TWO("TransferCodecVerbs-none", NEEDS, REMOVED, false, transfer_none_call),
    TWO("AllocateCaptureDmaEngine", WORKS, REMOVED, false, capture_call),
    TWO("AllocateRenderDmaEngine", WORKS, REMOVED, false, render_call),
    TWO("ChangeBandwidthAllocation", WORKS, REMOVED, false, change_call),
    TWO("FreeDmaEngine", WORKS, BOOKS, false, free_engine_call),
    THREE("SetDmaEngineState-run", NEEDS, REMOVED, false, run_call),
    THREE("SetDmaEngineState-run-stopped", NEEDS, REMOVED, false, run_stopped_call),
    THREE("SetDmaEngineState-stop", WORKS, BOOKS, false, stop_call),
    THREE("SetDmaEngineState-stop-in-reset", WORKS, BOOKS, false, stop_in_reset_call),
    THREE("SetDmaEngineState-reset", WORKS, BOOKS, false, reset_call),
    THREE("GetWallClockRegister", WORKS, MEMORY, false, get_wall_clock_call),
    TWO("GetLinkPositionRegister", WORKS, REMOVED, false, get_position_call),
    TWO("RegisterEventCallback", WORKS, REMOVED, false, take_tag_call),
    TWO("UnregisterEventCallback", WORKS, BOOKS, false, give_tag_call),
    TWO("GetDeviceInformation", WORKS, REMOVED, false, information_call),
    TWO("GetResourceInformation", WORKS, MEMORY, false, resources_call),
    TWO("Query", WORKS, REMOVED, false, query_call),
    THREE("AllocateDmaBufferWithNotification", NEEDS, REMOVED, true, get_notified_call),
    THREE("FreeDmaBufferWithNotification", WORKS, BOOKS, true, free_notified_call),
    TWO("RegisterNotificationEvent", WORKS, REMOVED, true, add_event_call),
    TWO("UnregisterNotificationEvent", WORKS, BOOKS, true, take_event_call),
    {0},
};

const struct check buffer_call_checks[] = {
    THREE("AllocateDmaBuffer", NEEDS, REMOVED, false, get_buffer_call),
    THREE("FreeDmaBuffer", WORKS, BOOKS, false, free_buffer_call),
    THREE("FreeDmaBuffer-stopped", WORKS, BOOKS, false, free_stopped_call),
    {0},
};

const struct check callback_call_checks[] = {
    TWO("RegisterNotificationCallback", WORKS, REMOVED, true, add_callback_call),
    TWO("UnregisterNotificationCallback", WORKS, BOOKS, true, take_callback_call),
    {0},
};

const struct check contiguous_call_checks[] = {
    TWO("AllocateContiguousDmaBuffer", NEEDS, REMOVED, false, get_contiguous_call),
    THREE("SetupDmaEngineWithBdl", NEEDS, REMOVED, false, set_up_call),
    THREE("FreeContiguousDmaBuffer", WORKS, BOOKS, false, free_contiguous_call),
    {0},
};
