/* SPDX-License-Identifier: BSD-2-Clause */
/* shortage.c - DDI Routines: without memory, or with a controller that does not obey, a routine says so,
 * changes nothing, and works the next time. */
#include <string.h>

#include "check.h"

struct needs {
    HANDLE handle;
    PKEVENT event;
    struct buffer buffer;
    PVOID data;
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    HDAUDIO_CODEC_TRANSFER transfer;
    unsigned calls;
};

/* A routine that wants something: it fails with `without`, and leaves nothing done, which `undone` sees. */
struct want {
    enum conformance_failure failure;
    NTSTATUS without;
    bool (*before)(struct trial *t, struct needs *needs);
    NTSTATUS (*call)(struct trial *t, struct needs *needs);
    bool (*undone)(struct trial *t, struct needs *needs);
};

/* ---- What they need, and whether nothing was done ----------------------------------------------- */

static bool an_event(struct trial *t, struct needs *needs)
{
    needs->event = trial_event(t, SynchronizationEvent);
    return needs->event != NULL;
}

static bool an_engine(struct trial *t, struct needs *needs)
{
    return an_event(t, needs) && allocate(t, &stereo, &needs->handle);
}

/* It holds no buffer. */
static bool no_buffer(struct trial *t, struct needs *needs)
{
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, RunState, needs->handle));
    return true;
}

/* ---- Verbs -------------------------------------------------------------------------------------- */

static VOID NTAPI count_answer(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct needs *needs = context;

    (void)transfer;
    needs->calls++;
    KeSetEvent(needs->event, 0, FALSE);
}

static NTSTATUS ask_and_return(struct trial *t, struct needs *needs)
{
    needs->transfer.Output.Command = parameter(codec_address(t), 0, 0);
    return DDI(TransferCodecVerbs, 1, &needs->transfer, count_answer, needs);
}

static bool not_called(struct trial *t, struct needs *needs)
{
    advance(t, 2 * MILLISECOND);
    EXPECT_EQUAL(0, needs->calls);
    return true;
}

/* ---- Registrations ------------------------------------------------------------------------------ */

static NTSTATUS add_event(struct trial *t, struct needs *needs)
{
    return DDI(RegisterNotificationEvent, needs->handle, needs->event);
}

static bool no_event(struct trial *t, struct needs *needs)
{
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(UnregisterNotificationEvent, needs->handle, needs->event));
    return true;
}

static VOID NTAPI ignore_notification(PVOID context, LARGE_INTEGER time)
{
    (void)context;
    (void)time;
}

static NTSTATUS add_callback(struct trial *t, struct needs *needs)
{
    return DDI(RegisterNotificationCallback, needs->handle, t->target->device, ignore_notification, needs);
}

static bool no_callback(struct trial *t, struct needs *needs)
{
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  DDI(UnregisterNotificationCallback, needs->handle, ignore_notification, needs));
    return true;
}

/* ---- Buffers ------------------------------------------------------------------------------------ */

static NTSTATUS get_buffer(struct trial *t, struct needs *needs)
{
    return allocate_buffer(t, needs->handle, 4096, &needs->buffer);
}

static NTSTATUS get_notified(struct trial *t, struct needs *needs)
{
    return allocate_notified(t, needs->handle, 2, 4096, &needs->buffer);
}

static NTSTATUS get_contiguous(struct trial *t, struct needs *needs)
{
    return BDL(AllocateContiguousDmaBuffer, needs->handle, 4096, &needs->data, &needs->list);
}

static bool a_list(struct trial *t, struct needs *needs)
{
    TRY(an_engine(t, needs));
    EXPECT_SUCCESS(get_contiguous(t, needs));
    write_list(needs->data, 4096, needs->list);
    return true;
}

static VOID NTAPI ignore_interrupt(VOID *context, ULONG causes)
{
    (void)context;
    (void)causes;
}

static NTSTATUS set_up(struct trial *t, struct needs *needs)
{
    ULONG last = write_list(needs->data, 4096, needs->list) - 1;

    return BDL(SetupDmaEngineWithBdl, needs->handle, 4096, last, ignore_interrupt, NULL,
               &needs->buffer.stream, &needs->buffer.fifo);
}

static bool a_stopped_engine(struct trial *t, struct needs *needs)
{
    TRY(prepare(t, 0, &needs->handle));
    EXPECT_SUCCESS(set_state(t, StopState, needs->handle));
    return true;
}

static NTSTATUS reset(struct trial *t, struct needs *needs)
{
    return set_state(t, ResetState, needs->handle);
}

/* It is stopped still, and runs. */
static bool still_stopped(struct trial *t, struct needs *needs)
{
    EXPECT_SUCCESS(set_state(t, RunState, needs->handle));
    EXPECT_SUCCESS(set_state(t, StopState, needs->handle));
    return true;
}

/* ---- The check ---------------------------------------------------------------------------------- */

static bool says_so(struct trial *t)
{
    const struct want *want = t->check->subject;
    struct needs *needs = trial_memory(t, sizeof(*needs));

    if (!t->target->fail)
        return skip(t, "nothing can be made to fail here");
    EXPECT(needs != NULL);
    TRY(want->before(t, needs));
    if (!t->target->fail(t->target->context, want->failure))
        return skip(t, "this cannot be made to fail here");
    EXPECT_STATUS(want->without, want->call(t, needs));
    TRY(want->undone(t, needs));
    EXPECT_SUCCESS(want->call(t, needs));
    return want->call != ask_and_return || signalled(needs->event, verb_timeout(t) + tolerance(t)) ||
           failed(t, __FILE__, __LINE__, "the call did not complete");
}

#define MEMORY(name, status, before, call, undone) \
    static const struct want name = {CONFORMANCE_NO_MEMORY, status, before, call, undone}
#define OBEDIENCE(name, before, call, undone) \
    static const struct want name = {CONFORMANCE_STUCK_RESET, STATUS_DEVICE_NOT_READY, before, call, undone}

MEMORY(memory_for_a_call, STATUS_NO_MEMORY, an_event, ask_and_return, not_called);
MEMORY(memory_for_an_event, STATUS_INSUFFICIENT_RESOURCES, an_engine, add_event, no_event);
MEMORY(memory_for_a_callback, STATUS_INSUFFICIENT_RESOURCES, an_engine, add_callback, no_callback);
MEMORY(memory_for_a_buffer, STATUS_INSUFFICIENT_RESOURCES, an_engine, get_buffer, no_buffer);
MEMORY(memory_for_a_notified_buffer, STATUS_INSUFFICIENT_RESOURCES, an_engine, get_notified, no_buffer);
MEMORY(memory_for_a_contiguous_buffer, STATUS_INSUFFICIENT_RESOURCES, an_engine, get_contiguous, no_buffer);
OBEDIENCE(reset_for_a_buffer, an_engine, get_buffer, no_buffer);
OBEDIENCE(reset_for_a_notified_buffer, an_engine, get_notified, no_buffer);
OBEDIENCE(reset_for_a_setup, a_list, set_up, no_buffer);
OBEDIENCE(reset_for_reset, a_stopped_engine, reset, still_stopped);

#define NOT_READY "DEVICE_NOT_READY: the hardware timed out."

const struct check shortage_checks[] = {
    {"TransferCodecVerbs.no-memory", "NO_MEMORY: the call is not queued, and its callback not called.",
     says_so, false, &memory_for_a_call},
    {"RegisterNotificationEvent.no-memory",
     "INSUFFICIENT_RESOURCES only when memory runs out, and then nothing has changed.", says_so, true,
     &memory_for_an_event},
    {"AllocateDmaBuffer.no-memory", "INSUFFICIENT_RESOURCES: there is no memory.", says_so, false,
     &memory_for_a_buffer},
    {"AllocateDmaBuffer.not-ready", NOT_READY, says_so, false, &reset_for_a_buffer},
    {"AllocateDmaBufferWithNotification.no-memory", "INSUFFICIENT_RESOURCES: there is no memory.", says_so,
     true, &memory_for_a_notified_buffer},
    {"AllocateDmaBufferWithNotification.not-ready", NOT_READY, says_so, true, &reset_for_a_notified_buffer},
    {"SetDmaEngineState.not-ready",
     "A reset that times out is DEVICE_NOT_READY, and the registers are programmed again before the stream "
     "runs.",
     says_so, false, &reset_for_reset},
    {0},
};

const struct check callback_shortage_checks[] = {
    {"RegisterNotificationCallback.no-memory",
     "INSUFFICIENT_RESOURCES only when memory runs out, and then nothing has changed.", says_so, false,
     &memory_for_a_callback},
    {0},
};

const struct check contiguous_shortage_checks[] = {
    {"AllocateContiguousDmaBuffer.no-memory", "INSUFFICIENT_RESOURCES: there is no memory.", says_so, false,
     &memory_for_a_contiguous_buffer},
    {"SetupDmaEngineWithBdl.not-ready", NOT_READY, says_so, false, &reset_for_a_setup},
    {0},
};
