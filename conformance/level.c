/* SPDX-License-Identifier: BSD-2-Clause */
/* level.c - DDI Routines: a routine for PASSIVE_LEVEL, called above it, returns UNSUCCESSFUL and changes
 * nothing. */
#include <string.h>

#include "check.h"

struct level_state {
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
};

/* The routine is called at DISPATCH_LEVEL, and must refuse, and then the same way at PASSIVE_LEVEL, and must
 * succeed: once, which it could not if the first call had done its work. */
struct level_call {
    bool (*before)(struct trial *t, struct level_state *state); /* makes what the routine needs */
    NTSTATUS (*call)(struct trial *t, struct level_state *state);
    NTSTATUS again; /* what a third call at PASSIVE_LEVEL returns */
};

static NTSTATUS add_callback(struct trial *t, struct level_state *state);
static NTSTATUS get_contiguous(struct trial *t, struct level_state *state);

/* ---- What they need ----------------------------------------------------------------------------- */

static bool nothing(struct trial *t, struct level_state *state)
{
    (void)t;
    (void)state;
    return true;
}

static bool an_engine(struct trial *t, struct level_state *state)
{
    state->event = trial_event(t, NotificationEvent);
    return state->event && allocate(t, &stereo, &state->handle);
}

static bool a_buffer(struct trial *t, struct level_state *state)
{
    return prepare(t, 0, &state->handle);
}

static bool a_registration(struct trial *t, struct level_state *state)
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

static bool a_tag(struct trial *t, struct level_state *state)
{
    EXPECT_SUCCESS(DDI(RegisterEventCallback, ignore_response, NULL, &state->tag));
    return true;
}

static bool a_callback(struct trial *t, struct level_state *state)
{
    TRY(an_engine(t, state));
    EXPECT_SUCCESS(add_callback(t, state));
    return true;
}

/* Written, but not set up. */
static bool a_list(struct trial *t, struct level_state *state)
{
    TRY(an_engine(t, state));
    EXPECT_SUCCESS(get_contiguous(t, state));
    state->entries = write_list(state->data, 4096, state->list);
    return true;
}

/* Leaves one tag of the 64, so that the next call takes it and the one after that finds none. */
static bool all_tags_but_one(struct trial *t, struct level_state *state)
{
    for (unsigned i = 0; i < 63; i++)
        EXPECT_SUCCESS(DDI(RegisterEventCallback, ignore_response, NULL, &state->tag));
    return true;
}

/* Leaves one engine, likewise. */
static bool all_engines_but_one(struct trial *t, struct level_state *state)
{
    HANDLE handles[ENGINE_LIMIT];
    unsigned count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);

    state->format = smallest;
    EXPECT(count > 0);
    return release(t, handles[count - 1]);
}

/* ---- The routines ------------------------------------------------------------------------------- */

static NTSTATUS transfer(struct trial *t, struct level_state *state)
{
    state->transfer.Output.Command = parameter(codec_address(t), 0, 0);
    return DDI(TransferCodecVerbs, 1, &state->transfer, NULL, NULL);
}

static NTSTATUS render(struct trial *t, struct level_state *state)
{
    return allocate_for(t, &t->ddi, &state->format, &state->handle);
}

static NTSTATUS change(struct trial *t, struct level_state *state)
{
    state->format = smallest;
    return DDI(ChangeBandwidthAllocation, state->handle, &state->format, &state->converter);
}

static NTSTATUS get_buffer(struct trial *t, struct level_state *state)
{
    return allocate_buffer(t, state->handle, 4096, &state->buffer);
}

static NTSTATUS free_buffer(struct trial *t, struct level_state *state)
{
    return DDI(FreeDmaBuffer, state->handle);
}

static NTSTATUS take_tag(struct trial *t, struct level_state *state)
{
    return DDI(RegisterEventCallback, ignore_response, NULL, &state->tag);
}

static NTSTATUS give_tag(struct trial *t, struct level_state *state)
{
    return DDI(UnregisterEventCallback, state->tag);
}

static NTSTATUS information(struct trial *t, struct level_state *state)
{
    state->information.Size = sizeof(state->information);
    return DDI(GetDeviceInformation, &state->information);
}

static NTSTATUS get_notified(struct trial *t, struct level_state *state)
{
    return allocate_notified(t, state->handle, 1, 4096, &state->buffer);
}

static NTSTATUS free_notified(struct trial *t, struct level_state *state)
{
    return DDI(FreeDmaBufferWithNotification, state->handle, state->buffer.mdl, state->buffer.size);
}

/* Succeeds as often as it is called, so that it is counted by how often it can be taken back. */
static NTSTATUS add_once(struct trial *t, struct level_state *state)
{
    NTSTATUS status = DDI(RegisterNotificationEvent, state->handle, state->event);

    if (NT_SUCCESS(status) && !NT_SUCCESS(DDI(UnregisterNotificationEvent, state->handle, state->event)))
        return STATUS_NO_MEMORY;
    if (NT_SUCCESS(status) && NT_SUCCESS(DDI(UnregisterNotificationEvent, state->handle, state->event)))
        return STATUS_NO_MEMORY;
    return status;
}

static NTSTATUS take_event(struct trial *t, struct level_state *state)
{
    return DDI(UnregisterNotificationEvent, state->handle, state->event);
}

static VOID NTAPI ignore_notification(PVOID context, LARGE_INTEGER stamp)
{
    (void)context;
    (void)stamp;
}

static NTSTATUS add_callback(struct trial *t, struct level_state *state)
{
    return DDI(RegisterNotificationCallback, state->handle, t->target->device, ignore_notification, state);
}

static NTSTATUS take_callback(struct trial *t, struct level_state *state)
{
    return DDI(UnregisterNotificationCallback, state->handle, ignore_notification, state);
}

/* As with events: counted by how often it can be taken back. */
static NTSTATUS add_callback_once(struct trial *t, struct level_state *state)
{
    NTSTATUS status = add_callback(t, state);

    if (NT_SUCCESS(status) && !NT_SUCCESS(take_callback(t, state)))
        return STATUS_NO_MEMORY;
    if (NT_SUCCESS(status) && NT_SUCCESS(take_callback(t, state)))
        return STATUS_NO_MEMORY;
    return status;
}

static NTSTATUS get_contiguous(struct trial *t, struct level_state *state)
{
    return BDL(AllocateContiguousDmaBuffer, state->handle, 4096, &state->data, &state->list);
}

static VOID NTAPI ignore_interrupt(VOID *context, ULONG causes)
{
    (void)context;
    (void)causes;
}

static NTSTATUS set_up(struct trial *t, struct level_state *state)
{
    return BDL(SetupDmaEngineWithBdl, state->handle, 4096, state->entries - 1, ignore_interrupt, NULL,
               &state->buffer.stream, &state->buffer.fifo);
}

static NTSTATUS free_contiguous(struct trial *t, struct level_state *state)
{
    return BDL(FreeContiguousDmaBuffer, state->handle);
}

static NTSTATUS capture(struct trial *t, struct level_state *state)
{
    state->format = stereo;
    return DDI(AllocateCaptureDmaEngine, codec_address(t), &state->format, &state->handle, &state->converter);
}

/* ---- The check ---------------------------------------------------------------------------------- */

static NTSTATUS call_at_dispatch(struct trial *t, const struct level_call *call, struct level_state *state)
{
    KIRQL level = raise_irql(t);
    NTSTATUS status = call->call(t, state);

    lower_irql(t, level);
    return status;
}

static bool passive_only(struct trial *t)
{
    const struct level_call *call = t->check->subject;
    struct level_state state = {0};

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(call->before(t, &state));
    EXPECT_STATUS(STATUS_UNSUCCESSFUL, call_at_dispatch(t, call, &state));
    EXPECT_SUCCESS(call->call(t, &state));
    EXPECT_STATUS(call->again, call->call(t, &state));
    return true;
}

static bool nothing_sent(struct trial *t)
{
    struct level_state state = {0};
    const struct level_call call = {nothing, transfer, STATUS_SUCCESS};

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    EXPECT_STATUS(STATUS_UNSUCCESSFUL, call_at_dispatch(t, &call, &state));
    advance(t, 30 * MILLISECOND);
    EXPECT_EQUAL(0, state.transfer.Input.CompleteResponse);
    return true;
}

/* Where nothing captures it cannot succeed at PASSIVE_LEVEL. */
static bool capture_is_passive(struct trial *t)
{
    const struct level_call call = {nothing, capture, STATUS_SUCCESS};
    struct level_state state = {0};

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    EXPECT_STATUS(STATUS_UNSUCCESSFUL, call_at_dispatch(t, &call, &state));
    EXPECT(state.handle == NULL);
    return true;
}

static const struct level_call transfer_call = {nothing, transfer, STATUS_SUCCESS};
static const struct level_call render_call = {all_engines_but_one, render, STATUS_INSUFFICIENT_RESOURCES};
static const struct level_call change_call = {an_engine, change, STATUS_SUCCESS};
static const struct level_call get_buffer_call = {an_engine, get_buffer, STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call free_buffer_call = {a_buffer, free_buffer, STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call take_tag_call = {all_tags_but_one, take_tag, STATUS_INSUFFICIENT_RESOURCES};
static const struct level_call give_tag_call = {a_tag, give_tag, STATUS_INVALID_PARAMETER};
static const struct level_call information_call = {nothing, information, STATUS_SUCCESS};
static const struct level_call get_notified_call = {an_engine, get_notified, STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call free_notified_call = {a_buffer, free_notified, STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call add_event_call = {an_engine, add_once, STATUS_SUCCESS};
static const struct level_call take_event_call = {a_registration, take_event, STATUS_INVALID_PARAMETER};

static const struct level_call add_callback_call = {an_engine, add_callback_once, STATUS_SUCCESS};
static const struct level_call take_callback_call = {a_callback, take_callback, STATUS_INVALID_PARAMETER};
static const struct level_call get_contiguous_call = {an_engine, get_contiguous,
                                                      STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call set_up_call = {a_list, set_up, STATUS_SUCCESS};
static const struct level_call free_contiguous_call = {a_list, free_contiguous,
                                                       STATUS_INVALID_DEVICE_REQUEST};

#define RULE "A P routine called above PASSIVE_LEVEL returns STATUS_UNSUCCESSFUL and changes nothing."

const struct check level_checks[] = {
    {"TransferCodecVerbs.passive-only", RULE, passive_only, false, &transfer_call},
    {"TransferCodecVerbs.passive-only-sends-nothing", RULE, nothing_sent, false, NULL},
    {"AllocateCaptureDmaEngine.passive-only", RULE, capture_is_passive, false, NULL},
    {"AllocateRenderDmaEngine.passive-only", RULE, passive_only, false, &render_call},
    {"ChangeBandwidthAllocation.passive-only", RULE, passive_only, false, &change_call},
    {"AllocateDmaBuffer.passive-only", RULE, passive_only, false, &get_buffer_call},
    {"FreeDmaBuffer.passive-only", RULE, passive_only, false, &free_buffer_call},
    {"RegisterEventCallback.passive-only", RULE, passive_only, false, &take_tag_call},
    {"UnregisterEventCallback.passive-only", RULE, passive_only, false, &give_tag_call},
    {"GetDeviceInformation.passive-only", RULE, passive_only, false, &information_call},
    {"AllocateDmaBufferWithNotification.passive-only", RULE, passive_only, true, &get_notified_call},
    {"FreeDmaBufferWithNotification.passive-only", RULE, passive_only, true, &free_notified_call},
    {"RegisterNotificationEvent.passive-only", RULE, passive_only, true, &add_event_call},
    {"UnregisterNotificationEvent.passive-only", RULE, passive_only, true, &take_event_call},
    {0},
};

const struct check callback_level_checks[] = {
    {"RegisterNotificationCallback.passive-only", RULE, passive_only, true, &add_callback_call},
    {"UnregisterNotificationCallback.passive-only", RULE, passive_only, true, &take_callback_call},
    {0},
};

const struct check contiguous_level_checks[] = {
    {"AllocateContiguousDmaBuffer.passive-only", RULE, passive_only, false, &get_contiguous_call},
    {"SetupDmaEngineWithBdl.passive-only", RULE, passive_only, false, &set_up_call},
    {"FreeContiguousDmaBuffer.passive-only", RULE, passive_only, false, &free_contiguous_call},
    {0},
};
