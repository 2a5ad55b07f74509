/* SPDX-License-Identifier: BSD-2-Clause */
/* call.c - DDI Power, Removal: what each routine says while the bus is asleep, and when the controller is
 * gone.
 */
#include <stdatomic.h>

#include "check.h"

#define SIZE   4096u       /* of a buffer */
#define MOMENT MILLISECOND /* what a call that waits for nothing may take */

/* In the trial's memory, for a verb may be answered late where a driver is broken. */
struct call_state {
    HANDLE handle;
    PKEVENT event;
    HDAUDIO_CODEC_TRANSFER transfer;
    HDAUDIO_STREAM_FORMAT format;
    HDAUDIO_CONVERTER_FORMAT converter;
    HDAUDIO_DEVICE_INFORMATION information;
    struct buffer buffer;
    PVOID data;
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    ULONG entries;
    UCHAR tag;
    UCHAR codec;
    UCHAR node;
    _Atomic unsigned completed;
};

/* A routine, and what it says; one that succeeds all the same has done its work, so that it says something
 * else the second time. */
struct call {
    bool (*before)(struct trial *t, struct call_state *state); /* makes what the routine needs */
    NTSTATUS (*call)(struct trial *t, struct call_state *state);
    NTSTATUS asleep;
    NTSTATUS removed;
    NTSTATUS again;
};

/* ---- What they need ----------------------------------------------------------------------------- */

static bool nothing(struct trial *t, struct call_state *state)
{
    DDI(GetResourceInformation, &state->codec, &state->node);
    state->transfer.Output.Command = parameter(state->codec, 0, 0);
    return true;
}

static bool an_engine(struct trial *t, struct call_state *state)
{
    state->event = trial_event(t, NotificationEvent);
    return state->event && allocate(t, &stereo, &state->handle);
}

static bool a_capturing_engine(struct trial *t, struct call_state *state)
{
    TRY(nothing(t, state));
    if (!NT_SUCCESS(capture_for(t, state->codec, &stereo, &state->handle)))
        return skip(t, "this controller has no engine that captures"), false;
    return release(t, state->handle);
}

static bool a_buffer(struct trial *t, struct call_state *state)
{
    return prepare(t, 0, &state->handle);
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

static bool a_registration(struct trial *t, struct call_state *state)
{
    TRY(an_engine(t, state));
    EXPECT_SUCCESS(DDI(RegisterNotificationEvent, state->handle, state->event));
    return true;
}

static VOID ignore_response(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    (void)response;
    (void)context;
}

static bool a_tag(struct trial *t, struct call_state *state)
{
    EXPECT_SUCCESS(DDI(RegisterEventCallback, ignore_response, NULL, &state->tag));
    return true;
}

static VOID NTAPI ignore_notification(PVOID context, LARGE_INTEGER stamp)
{
    (void)context;
    (void)stamp;
}

static bool a_callback(struct trial *t, struct call_state *state)
{
    TRY(an_engine(t, state));
    EXPECT_SUCCESS(
        DDI(RegisterNotificationCallback, state->handle, t->target->device, ignore_notification, t));
    return true;
}

/* Written, but not set up. */
static bool a_list(struct trial *t, struct call_state *state)
{
    TRY(an_engine(t, state));
    EXPECT_SUCCESS(BDL(AllocateContiguousDmaBuffer, state->handle, SIZE, &state->data, &state->list));
    state->entries = write_list(state->data, SIZE, state->list);
    return true;
}

/* ---- The routines ------------------------------------------------------------------------------- */

static NTSTATUS transfer(struct trial *t, struct call_state *state)
{
    return DDI(TransferCodecVerbs, 1, &state->transfer, NULL, NULL);
}

static VOID NTAPI count_completion(HDAUDIO_CODEC_TRANSFER *transfers, PVOID context)
{
    (void)transfers;
    atomic_fetch_add((_Atomic unsigned *)context, 1);
}

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

static NTSTATUS capture(struct trial *t, struct call_state *state)
{
    return capture_for(t, state->codec, &stereo, &state->handle);
}

static NTSTATUS render(struct trial *t, struct call_state *state)
{
    return allocate_for(t, &t->ddi, &stereo, &state->handle);
}

static NTSTATUS change(struct trial *t, struct call_state *state)
{
    state->format = smallest;
    return DDI(ChangeBandwidthAllocation, state->handle, &state->format, &state->converter);
}

static NTSTATUS get_buffer(struct trial *t, struct call_state *state)
{
    return allocate_buffer(t, state->handle, SIZE, &state->buffer);
}

static NTSTATUS free_buffer(struct trial *t, struct call_state *state)
{
    return DDI(FreeDmaBuffer, state->handle);
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

static NTSTATUS reset(struct trial *t, struct call_state *state)
{
    return set_state(t, ResetState, state->handle);
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

static NTSTATUS take_tag(struct trial *t, struct call_state *state)
{
    return DDI(RegisterEventCallback, ignore_response, NULL, &state->tag);
}

static NTSTATUS give_tag(struct trial *t, struct call_state *state)
{
    return DDI(UnregisterEventCallback, state->tag);
}

static NTSTATUS information(struct trial *t, struct call_state *state)
{
    state->information.Size = sizeof(state->information);
    return DDI(GetDeviceInformation, &state->information);
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

static NTSTATUS get_notified(struct trial *t, struct call_state *state)
{
    return allocate_notified(t, state->handle, 1, SIZE, &state->buffer);
}

static NTSTATUS free_notified(struct trial *t, struct call_state *state)
{
    return DDI(FreeDmaBufferWithNotification, state->handle, state->buffer.mdl, state->buffer.size);
}

static NTSTATUS add_event(struct trial *t, struct call_state *state)
{
    return DDI(RegisterNotificationEvent, state->handle, state->event);
}

static NTSTATUS take_event(struct trial *t, struct call_state *state)
{
    return DDI(UnregisterNotificationEvent, state->handle, state->event);
}

static NTSTATUS add_callback(struct trial *t, struct call_state *state)
{
    return DDI(RegisterNotificationCallback, state->handle, t->target->device, ignore_notification, t);
}

static NTSTATUS take_callback(struct trial *t, struct call_state *state)
{
    return DDI(UnregisterNotificationCallback, state->handle, ignore_notification, t);
}

static NTSTATUS get_contiguous(struct trial *t, struct call_state *state)
{
    return BDL(AllocateContiguousDmaBuffer, state->handle, SIZE, &state->data, &state->list);
}

static VOID NTAPI ignore_interrupt(VOID *context, ULONG causes)
{
    (void)context;
    (void)causes;
}

static NTSTATUS set_up(struct trial *t, struct call_state *state)
{
    return BDL(SetupDmaEngineWithBdl, state->handle, SIZE, state->entries - 1, ignore_interrupt, NULL,
               &state->buffer.stream, &state->buffer.fifo);
}

static NTSTATUS free_contiguous(struct trial *t, struct call_state *state)
{
    return BDL(FreeContiguousDmaBuffer, state->handle);
}

/* ---- The checks --------------------------------------------------------------------------------- */

/* What was refused has changed nothing, so it succeeds when the bus is awake again. */
static bool asleep(struct trial *t)
{
    const struct call *call = t->check->subject;
    struct call_state *state = trial_memory(t, sizeof(*state));

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
    struct call_state *state = trial_memory(t, sizeof(*state));
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
    struct call_state *state = trial_memory(t, sizeof(*state));
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
static const struct call transfer_call = {nothing, transfer, ASLEEP, GONE, READY};
static const struct call transfer_later_call = {nothing, transfer_later, ASLEEP, GONE, READY};
static const struct call transfer_none_call = {nothing, transfer_none, ASLEEP, GONE, READY};
static const struct call get_buffer_call = {an_engine, get_buffer, ASLEEP, GONE, READY};
static const struct call get_notified_call = {an_engine, get_notified, ASLEEP, GONE, READY};
static const struct call get_contiguous_call = {an_engine, get_contiguous, ASLEEP, GONE, READY};
static const struct call set_up_call = {a_list, set_up, ASLEEP, GONE, READY};
static const struct call run_call = {a_buffer, run, ASLEEP, GONE, READY};
static const struct call run_stopped_call = {a_stopped_engine, run, ASLEEP, GONE, READY};

static const struct call capture_call = {a_capturing_engine, capture, READY, GONE, READY};
static const struct call render_call = {nothing, render, READY, GONE, READY};
static const struct call change_call = {an_engine, change, READY, GONE, READY};
static const struct call get_position_call = {a_running_engine, get_position, READY, GONE, READY};
static const struct call take_tag_call = {nothing, take_tag, READY, GONE, READY};
static const struct call information_call = {nothing, information, READY, GONE, READY};
static const struct call query_call = {nothing, query, READY, GONE, READY};
static const struct call add_event_call = {an_engine, add_event, READY, GONE, READY};
static const struct call add_callback_call = {an_engine, add_callback, READY, GONE, READY};

static const struct call get_wall_clock_call = {nothing, get_wall_clock, READY, READY, READY};
static const struct call resources_call = {nothing, resources, READY, READY, READY};
static const struct call stop_call = {a_running_engine, stop, READY, READY, READY};
static const struct call stop_in_reset_call = {a_buffer, stop, READY, READY, READY};
static const struct call reset_call = {a_stopped_engine, reset, READY, READY, READY};
static const struct call free_buffer_call = {a_buffer, free_buffer, READY, READY, ILLEGAL};
static const struct call free_stopped_call = {a_stopped_engine, free_buffer, READY, READY, ILLEGAL};
static const struct call free_notified_call = {a_buffer, free_notified, READY, READY, ILLEGAL};
static const struct call free_contiguous_call = {a_list, free_contiguous, READY, READY, ILLEGAL};
static const struct call free_engine_call = {an_engine, free_engine, READY, READY, STATUS_INVALID_HANDLE};
static const struct call give_tag_call = {a_tag, give_tag, READY, READY, STATUS_INVALID_PARAMETER};
static const struct call take_event_call = {a_registration, take_event, READY, READY,
                                            STATUS_INVALID_PARAMETER};
static const struct call take_callback_call = {a_callback, take_callback, READY, READY,
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
