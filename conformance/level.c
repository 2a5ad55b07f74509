/* SPDX-License-Identifier: BSD-2-Clause */
/* level.c - DDI Routines: a routine for PASSIVE_LEVEL, called above it, returns UNSUCCESSFUL and changes
 * nothing. */
#include "routines.h"

/* The routine is called at DISPATCH_LEVEL, and must refuse, and then the same way at PASSIVE_LEVEL, and must
 * succeed: once, which it could not if the first call had done its work. */
struct level_call {
    need_routine *before;
    call_routine *call;
    NTSTATUS again; /* what a third call at PASSIVE_LEVEL returns */
};

/* ---- What they need ----------------------------------------------------------------------------- */

/* Leaves one tag of the 64, so that the next call takes it and the one after that finds none. */
static bool all_tags_but_one(struct trial *t, struct call_state *state)
{
    for (unsigned i = 0; i < 63; i++)
        EXPECT_SUCCESS(call_take_tag(t, state));
    return true;
}

/* Leaves one engine, likewise. */
static bool all_engines_but_one(struct trial *t, struct call_state *state)
{
    HANDLE handles[ENGINE_LIMIT];
    unsigned count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);

    state->format = smallest;
    EXPECT(count > 0);
    return release(t, handles[count - 1]);
}

/* ---- Registrations --------------------------------------------------------------------------------- */

/* Succeeds as often as it is called, so that it is counted by how often it can be taken back. */
static NTSTATUS add_once(struct trial *t, struct call_state *state, call_routine *add, call_routine *take)
{
    NTSTATUS status = add(t, state);

    if (NT_SUCCESS(status) && !NT_SUCCESS(take(t, state)))
        return STATUS_NO_MEMORY;
    if (NT_SUCCESS(status) && NT_SUCCESS(take(t, state)))
        return STATUS_NO_MEMORY;
    return status;
}

static NTSTATUS add_event_once(struct trial *t, struct call_state *state)
{
    return add_once(t, state, call_add_event, call_take_event);
}

static NTSTATUS add_callback_once(struct trial *t, struct call_state *state)
{
    return add_once(t, state, call_add_callback, call_take_callback);
}

/* ---- The check ---------------------------------------------------------------------------------- */

static NTSTATUS at_dispatch(struct trial *t, call_routine *call, struct call_state *state)
{
    KIRQL level = raise_irql(t);
    NTSTATUS status = call(t, state);

    lower_irql(t, level);
    return status;
}

static bool passive_only(struct trial *t)
{
    const struct level_call *call = t->check->subject;
    struct call_state *state = call_state(t);

    TRY(state != NULL);
    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(call->before(t, state));
    EXPECT_STATUS(STATUS_UNSUCCESSFUL, at_dispatch(t, call->call, state));
    EXPECT_SUCCESS(call->call(t, state));
    EXPECT_STATUS(call->again, call->call(t, state));
    return true;
}

static bool nothing_sent(struct trial *t)
{
    struct call_state *state = call_state(t);

    TRY(state != NULL);
    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(need_nothing(t, state));
    EXPECT_STATUS(STATUS_UNSUCCESSFUL, at_dispatch(t, call_transfer, state));
    advance(t, 30 * MILLISECOND);
    EXPECT_EQUAL(0, state->transfer.Input.CompleteResponse);
    return true;
}

/* Where nothing captures it cannot succeed at PASSIVE_LEVEL. */
static bool capture_is_passive(struct trial *t)
{
    struct call_state *state = call_state(t);

    TRY(state != NULL);
    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(need_nothing(t, state));
    EXPECT_STATUS(STATUS_UNSUCCESSFUL, at_dispatch(t, call_capture, state));
    EXPECT(state->handle == NULL);
    return true;
}

static const struct level_call transfer_call = {need_nothing, call_transfer, STATUS_SUCCESS};
static const struct level_call render_call = {all_engines_but_one, call_render,
                                              STATUS_INSUFFICIENT_RESOURCES};
static const struct level_call change_call = {need_engine, call_change, STATUS_SUCCESS};
static const struct level_call get_buffer_call = {need_engine, call_get_buffer,
                                                  STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call free_buffer_call = {need_buffer, call_free_buffer,
                                                   STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call take_tag_call = {all_tags_but_one, call_take_tag,
                                                STATUS_INSUFFICIENT_RESOURCES};
static const struct level_call give_tag_call = {need_tag, call_give_tag, STATUS_INVALID_PARAMETER};
static const struct level_call information_call = {need_nothing, call_information, STATUS_SUCCESS};
static const struct level_call get_notified_call = {need_engine, call_get_notified,
                                                    STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call free_notified_call = {need_buffer, call_free_notified,
                                                     STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call add_event_call = {need_engine, add_event_once, STATUS_SUCCESS};
static const struct level_call take_event_call = {need_registration, call_take_event,
                                                  STATUS_INVALID_PARAMETER};

static const struct level_call add_callback_call = {need_engine, add_callback_once, STATUS_SUCCESS};
static const struct level_call take_callback_call = {need_callback, call_take_callback,
                                                     STATUS_INVALID_PARAMETER};
static const struct level_call get_contiguous_call = {need_engine, call_get_contiguous,
                                                      STATUS_INVALID_DEVICE_REQUEST};
static const struct level_call set_up_call = {need_list, call_set_up, STATUS_SUCCESS};
static const struct level_call free_contiguous_call = {need_list, call_free_contiguous,
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
