/* SPDX-License-Identifier: BSD-2-Clause */
/* handle.c - DDI Engines: a stale, foreign, NULL or invented handle is INVALID_HANDLE, for every routine
 * that takes one. */
#include "check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Good parameters, a bad handle. */
struct handle_call {
    NTSTATUS (*good)(struct trial *t, HANDLE handle);
    NTSTATUS(*bad)
    (struct trial *t, HANDLE handle); /* with bad parameters too: the handle is checked first */
};

static NTSTATUS change_bandwidth(struct trial *t, HANDLE handle)
{
    HDAUDIO_STREAM_FORMAT format = stereo;
    HDAUDIO_CONVERTER_FORMAT converter;

    return DDI(ChangeBandwidthAllocation, handle, &format, &converter);
}

static NTSTATUS change_bandwidth_null(struct trial *t, HANDLE handle)
{
    return DDI(ChangeBandwidthAllocation, handle, NULL, NULL);
}

static NTSTATUS get_buffer(struct trial *t, HANDLE handle)
{
    struct buffer buffer;

    return allocate_buffer(t, handle, 4096, &buffer);
}

static NTSTATUS get_buffer_null(struct trial *t, HANDLE handle)
{
    return DDI(AllocateDmaBuffer, handle, 0, NULL, NULL, NULL, NULL);
}

static NTSTATUS free_buffer(struct trial *t, HANDLE handle)
{
    return DDI(FreeDmaBuffer, handle);
}

static NTSTATUS free_engine(struct trial *t, HANDLE handle)
{
    return DDI(FreeDmaEngine, handle);
}

static NTSTATUS run(struct trial *t, HANDLE handle)
{
    return set_state(t, RunState, handle);
}

static NTSTATUS to_no_state(struct trial *t, HANDLE handle)
{
    return set_state(t, (HDAUDIO_STREAM_STATE)17, handle);
}

static NTSTATUS get_position(struct trial *t, HANDLE handle)
{
    PULONG pointer;

    return DDI(GetLinkPositionRegister, handle, &pointer);
}

static NTSTATUS get_position_null(struct trial *t, HANDLE handle)
{
    return DDI(GetLinkPositionRegister, handle, NULL);
}

static NTSTATUS get_notified(struct trial *t, HANDLE handle)
{
    struct buffer buffer;

    return allocate_notified(t, handle, 1, 4096, &buffer);
}

static NTSTATUS get_notified_null(struct trial *t, HANDLE handle)
{
    return DDI(AllocateDmaBufferWithNotification, handle, 9, 0, NULL, NULL, NULL, NULL, NULL);
}

static NTSTATUS free_notified(struct trial *t, HANDLE handle)
{
    return DDI(FreeDmaBufferWithNotification, handle, NULL, 0);
}

static NTSTATUS add_event(struct trial *t, HANDLE handle)
{
    KEVENT event; /* a refused event is not kept */

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    return DDI(RegisterNotificationEvent, handle, &event);
}

static NTSTATUS add_no_event(struct trial *t, HANDLE handle)
{
    return DDI(RegisterNotificationEvent, handle, NULL);
}

static NTSTATUS take_event(struct trial *t, HANDLE handle)
{
    KEVENT event;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    return DDI(UnregisterNotificationEvent, handle, &event);
}

static NTSTATUS take_no_event(struct trial *t, HANDLE handle)
{
    return DDI(UnregisterNotificationEvent, handle, NULL);
}

static NTSTATUS add_callback(struct trial *t, HANDLE handle)
{
    return DDI(RegisterNotificationCallback, handle, t->target->device, ignore_notification, NULL);
}

static NTSTATUS add_no_callback(struct trial *t, HANDLE handle)
{
    return DDI(RegisterNotificationCallback, handle, t->target->device, NULL, NULL);
}

static NTSTATUS take_callback(struct trial *t, HANDLE handle)
{
    return DDI(UnregisterNotificationCallback, handle, ignore_notification, NULL);
}

static NTSTATUS take_no_callback(struct trial *t, HANDLE handle)
{
    return DDI(UnregisterNotificationCallback, handle, NULL, NULL);
}

static NTSTATUS get_contiguous(struct trial *t, HANDLE handle)
{
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    PVOID data;

    return BDL(AllocateContiguousDmaBuffer, handle, 4096, &data, &list);
}

static NTSTATUS get_contiguous_null(struct trial *t, HANDLE handle)
{
    return BDL(AllocateContiguousDmaBuffer, handle, 0, NULL, NULL);
}

static NTSTATUS set_up(struct trial *t, HANDLE handle)
{
    UCHAR stream;
    ULONG fifo;

    return BDL(SetupDmaEngineWithBdl, handle, 4096, 1, ignore_interrupt, NULL, &stream, &fifo);
}

static NTSTATUS set_up_null(struct trial *t, HANDLE handle)
{
    return BDL(SetupDmaEngineWithBdl, handle, 0, 0, NULL, NULL, NULL, NULL);
}

static NTSTATUS free_contiguous(struct trial *t, HANDLE handle)
{
    return BDL(FreeContiguousDmaBuffer, handle);
}

static const struct handle_call change_bandwidth_call = {change_bandwidth, change_bandwidth_null};
static const struct handle_call get_buffer_call = {get_buffer, get_buffer_null};
static const struct handle_call free_buffer_call = {free_buffer, free_buffer};
static const struct handle_call free_engine_call = {free_engine, free_engine};
static const struct handle_call set_state_call = {run, to_no_state};
static const struct handle_call get_position_call = {get_position, get_position_null};
static const struct handle_call get_notified_call = {get_notified, get_notified_null};
static const struct handle_call free_notified_call = {free_notified, free_notified};
static const struct handle_call add_event_call = {add_event, add_no_event};
static const struct handle_call take_event_call = {take_event, take_no_event};
static const struct handle_call add_callback_call = {add_callback, add_no_callback};
static const struct handle_call take_callback_call = {take_callback, take_no_callback};
static const struct handle_call get_contiguous_call = {get_contiguous, get_contiguous_null};
static const struct handle_call set_up_call = {set_up, set_up_null};
static const struct handle_call free_contiguous_call = {free_contiguous, free_contiguous};

static bool refuses(struct trial *t, HANDLE handle)
{
    const struct handle_call *call = t->check->subject;

    EXPECT_STATUS(STATUS_INVALID_HANDLE, call->good(t, handle));
    EXPECT_STATUS(STATUS_INVALID_HANDLE, call->bad(t, handle));
    return true;
}

/* Nothing at these addresses may be read: most of them are nowhere. */
static bool invented(struct trial *t)
{
    static const ULONG_PTR values[] = {0, 1, 2, 3, 8, 16, 0x1000, 0x12345678, ~(ULONG_PTR)0, ~(ULONG_PTR)7};
    HDAUDIO_STREAM_FORMAT local = stereo;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    for (size_t i = 0; i < COUNT(values); i++)
        if ((HANDLE)values[i] != handle)
            TRY(refuses(t, (HANDLE)values[i]));
    TRY(refuses(t, &local));
    TRY(refuses(t, t->ddi.Context));
    for (ULONG_PTR bit = 1; bit != 0; bit <<= 1)
        TRY(refuses(t, (HANDLE)((ULONG_PTR)handle ^ bit)));
    return release(t, handle);
}

static bool stale(struct trial *t)
{
    HANDLE old, successor;

    TRY(prepare(t, 0, &old));
    EXPECT_SUCCESS(give_buffer(t, old));
    TRY(release(t, old));
    TRY(refuses(t, old));
    TRY(prepare(t, 0, &successor)); /* on the same engine, if the driver gives it again */
    TRY(refuses(t, old));
    EXPECT_SUCCESS(give_buffer(t, successor));
    return release(t, successor);
}

/* The other client's engine stays as it was: without a buffer, and its own. */
static bool foreign(struct trial *t)
{
    struct buffer buffer;
    HANDLE theirs;
    PVOID context;

    TRY(open_other(t));
    context = t->other.Context;
    EXPECT_SUCCESS(allocate_for(t, &t->other, &stereo, &theirs));
    TRY(refuses(t, theirs));
    EXPECT_SUCCESS(allocate_buffer_for(t, &t->other, theirs, 4096, &buffer));
    TRY(refuses(t, theirs));
    EXPECT_SUCCESS(t->other.SetDmaEngineState(context, RunState, 1, &theirs));
    TRY(refuses(t, theirs));
    EXPECT_SUCCESS(t->other.SetDmaEngineState(context, StopState, 1, &theirs));
    return true;
}

/* ---- Asleep, and after a removal ---------------------------------------------------------------- */

static const struct handle_call *const all_calls[] = {&change_bandwidth_call, &free_engine_call,
                                                      &set_state_call, &get_position_call};
static const struct handle_call *const buffer_calls[] = {&get_buffer_call, &free_buffer_call};
static const struct handle_call *const notified_calls[] = {&get_notified_call, &free_notified_call,
                                                           &add_event_call, &take_event_call};
static const struct handle_call *const callback_calls[] = {&add_callback_call, &take_callback_call};
static const struct handle_call *const contiguous_calls[] = {&get_contiguous_call, &set_up_call,
                                                             &free_contiguous_call};

/* Those that take a handle alone have no parameter to be wrong. */
static bool checks_first(struct trial *t, HANDLE handle, const struct handle_call *const *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        EXPECT_STATUS(STATUS_INVALID_HANDLE, calls[i]->good(t, NULL));
        EXPECT_STATUS(STATUS_INVALID_HANDLE, calls[i]->bad(t, (HANDLE)((ULONG_PTR)handle ^ 1)));
        if (calls[i]->bad != calls[i]->good)
            EXPECT_STATUS(STATUS_INVALID_PARAMETER, calls[i]->bad(t, handle));
    }
    return true;
}

static bool all_check_first(struct trial *t, HANDLE handle)
{
    const struct version *version = t->version;

    TRY(checks_first(t, handle, all_calls, COUNT(all_calls)));
    if (version->contiguous)
        TRY(checks_first(t, handle, contiguous_calls, COUNT(contiguous_calls)));
    else
        TRY(checks_first(t, handle, buffer_calls, COUNT(buffer_calls)));
    if (version->notification)
        TRY(checks_first(t, handle, notified_calls, COUNT(notified_calls)));
    if (version->callbacks)
        TRY(checks_first(t, handle, callback_calls, COUNT(callback_calls)));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(TransferCodecVerbs, 1, NULL, NULL, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateRenderDmaEngine, NULL, FALSE, NULL, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(RegisterEventCallback, NULL, NULL, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(UnregisterEventCallback, 64));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(GetDeviceInformation, NULL));
    return true;
}

static bool checks_first_asleep(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    TRY(suspend(t));
    TRY(all_check_first(t, handle));
    return resume(t);
}

static bool checks_first_removed(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    TRY(take_away(t));
    return all_check_first(t, handle);
}

#define RULE                                                                                                \
    "A stale, foreign, NULL or invented handle gives INVALID_HANDLE, never a crash; the handle is checked " \
    "first."
#define THREE(routine, notification, call)                               \
    {routine ".invented-handle", RULE, invented, notification, &(call)}, \
        {routine ".stale-handle", RULE, stale, notification, &(call)},   \
    {                                                                    \
        routine ".foreign-handle", RULE, foreign, notification, &(call)  \
    }

const struct check handle_checks[] = {
    THREE("ChangeBandwidthAllocation", false, change_bandwidth_call),
    THREE("AllocateDmaBuffer", false, get_buffer_call),
    THREE("FreeDmaBuffer", false, free_buffer_call),
    THREE("FreeDmaEngine", false, free_engine_call),
    THREE("SetDmaEngineState", false, set_state_call),
    THREE("GetLinkPositionRegister", false, get_position_call),
    THREE("AllocateDmaBufferWithNotification", true, get_notified_call),
    THREE("FreeDmaBufferWithNotification", true, free_notified_call),
    THREE("RegisterNotificationEvent", true, add_event_call),
    THREE("UnregisterNotificationEvent", true, take_event_call),
    {"Power.checks-first", "The handle is checked first, then the parameters, then the state.",
     checks_first_asleep, false, NULL},
    {"Removal.checks-first", "DEVICE_REMOVED comes after the checks of handle and parameters.",
     checks_first_removed, false, NULL},
    {0},
};

const struct check callback_handle_checks[] = {
    THREE("RegisterNotificationCallback", true, add_callback_call),
    THREE("UnregisterNotificationCallback", true, take_callback_call),
    {0},
};

const struct check contiguous_handle_checks[] = {
    THREE("AllocateContiguousDmaBuffer", false, get_contiguous_call),
    THREE("SetupDmaEngineWithBdl", false, set_up_call),
    THREE("FreeContiguousDmaBuffer", false, free_contiguous_call),
    {0},
};
