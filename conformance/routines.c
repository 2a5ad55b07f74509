/* SPDX-License-Identifier: BSD-2-Clause */
/* routines.c - see routines.h. */
#include "routines.h"

struct call_state *call_state(struct trial *t)
{
    return trial_memory(t, sizeof(struct call_state));
}

/* ---- What they need ----------------------------------------------------------------------------- */

bool need_nothing(struct trial *t, struct call_state *state)
{
    DDI(GetResourceInformation, &state->codec, &state->node);
    state->transfer.Output.Command = parameter(state->codec, 0, 0);
    state->format = stereo;
    return true;
}

bool need_engine(struct trial *t, struct call_state *state)
{
    state->event = trial_event(t, NotificationEvent);
    return state->event && allocate(t, &stereo, &state->handle);
}

bool need_buffer(struct trial *t, struct call_state *state)
{
    return prepare(t, 0, &state->handle);
}

bool need_registration(struct trial *t, struct call_state *state)
{
    TRY(need_engine(t, state));
    EXPECT_SUCCESS(call_add_event(t, state));
    return true;
}

bool need_tag(struct trial *t, struct call_state *state)
{
    EXPECT_SUCCESS(call_take_tag(t, state));
    return true;
}

bool need_callback(struct trial *t, struct call_state *state)
{
    TRY(need_engine(t, state));
    EXPECT_SUCCESS(call_add_callback(t, state));
    return true;
}

bool need_list(struct trial *t, struct call_state *state)
{
    TRY(need_engine(t, state));
    EXPECT_SUCCESS(call_get_contiguous(t, state));
    state->entries = write_list(state->data, ROUTINE_SIZE, state->list);
    return true;
}

/* ---- The routines ------------------------------------------------------------------------------- */

NTSTATUS call_transfer(struct trial *t, struct call_state *state)
{
    return DDI(TransferCodecVerbs, 1, &state->transfer, NULL, NULL);
}

NTSTATUS call_capture(struct trial *t, struct call_state *state)
{
    return capture_for(t, state->codec, &state->format, &state->handle);
}

NTSTATUS call_render(struct trial *t, struct call_state *state)
{
    return allocate_for(t, &t->ddi, &state->format, &state->handle);
}

NTSTATUS call_change(struct trial *t, struct call_state *state)
{
    state->format = smallest;
    return DDI(ChangeBandwidthAllocation, state->handle, &state->format, &state->converter);
}

NTSTATUS call_get_buffer(struct trial *t, struct call_state *state)
{
    return allocate_buffer(t, state->handle, ROUTINE_SIZE, &state->buffer);
}

NTSTATUS call_free_buffer(struct trial *t, struct call_state *state)
{
    return DDI(FreeDmaBuffer, state->handle);
}

NTSTATUS call_take_tag(struct trial *t, struct call_state *state)
{
    return DDI(RegisterEventCallback, ignore_response, NULL, &state->tag);
}

NTSTATUS call_give_tag(struct trial *t, struct call_state *state)
{
    return DDI(UnregisterEventCallback, state->tag);
}

NTSTATUS call_information(struct trial *t, struct call_state *state)
{
    state->information.Size = sizeof(state->information);
    return DDI(GetDeviceInformation, &state->information);
}

NTSTATUS call_get_notified(struct trial *t, struct call_state *state)
{
    return allocate_notified(t, state->handle, 1, ROUTINE_SIZE, &state->buffer);
}

NTSTATUS call_free_notified(struct trial *t, struct call_state *state)
{
    return DDI(FreeDmaBufferWithNotification, state->handle, state->buffer.mdl, state->buffer.size);
}

NTSTATUS call_add_event(struct trial *t, struct call_state *state)
{
    return DDI(RegisterNotificationEvent, state->handle, state->event);
}

NTSTATUS call_take_event(struct trial *t, struct call_state *state)
{
    return DDI(UnregisterNotificationEvent, state->handle, state->event);
}

NTSTATUS call_add_callback(struct trial *t, struct call_state *state)
{
    return DDI(RegisterNotificationCallback, state->handle, t->target->device, ignore_notification, state);
}

NTSTATUS call_take_callback(struct trial *t, struct call_state *state)
{
    return DDI(UnregisterNotificationCallback, state->handle, ignore_notification, state);
}

NTSTATUS call_get_contiguous(struct trial *t, struct call_state *state)
{
    return BDL(AllocateContiguousDmaBuffer, state->handle, ROUTINE_SIZE, &state->data, &state->list);
}

NTSTATUS call_set_up(struct trial *t, struct call_state *state)
{
    return BDL(SetupDmaEngineWithBdl, state->handle, ROUTINE_SIZE, state->entries - 1, ignore_interrupt, NULL,
               &state->buffer.stream, &state->buffer.fifo);
}

NTSTATUS call_free_contiguous(struct trial *t, struct call_state *state)
{
    return BDL(FreeContiguousDmaBuffer, state->handle);
}

NTSTATUS call_reset(struct trial *t, struct call_state *state)
{
    return set_state(t, ResetState, state->handle);
}
