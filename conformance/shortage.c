/* SPDX-License-Identifier: BSD-2-Clause */
/* shortage.c - DDI Routines: without memory, or with a controller that does not obey, a routine says so,
 * changes nothing, and works the next time. */
#include <stdatomic.h>

#include "routines.h"

/* A routine that wants something: it fails with `without`, and leaves nothing done, which `undone` sees. */
struct want {
    enum conformance_failure failure;
    NTSTATUS without;
    need_routine *before;
    call_routine *call;
    need_routine *undone;
};

/* ---- What they need, and whether nothing was done ----------------------------------------------- */

/* It holds no buffer. */
static bool no_buffer(struct trial *t, struct call_state *state)
{
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, RunState, state->handle));
    return true;
}

/* ---- Verbs -------------------------------------------------------------------------------------- */

static VOID NTAPI count_answer(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct call_state *state = context;

    (void)transfer;
    atomic_fetch_add(&state->completed, 1);
    KeSetEvent(state->event, 0, FALSE);
}

static bool an_event(struct trial *t, struct call_state *state)
{
    TRY(need_nothing(t, state));
    state->event = trial_event(t, SynchronizationEvent);
    return state->event != NULL;
}

static NTSTATUS ask_and_return(struct trial *t, struct call_state *state)
{
    return DDI(TransferCodecVerbs, 1, &state->transfer, count_answer, state);
}

static bool not_called(struct trial *t, struct call_state *state)
{
    advance(t, 2 * MILLISECOND);
    EXPECT_EQUAL(0, atomic_load(&state->completed));
    return true;
}

/* ---- Registrations ------------------------------------------------------------------------------ */

static bool no_event(struct trial *t, struct call_state *state)
{
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, call_take_event(t, state));
    return true;
}

static bool no_callback(struct trial *t, struct call_state *state)
{
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, call_take_callback(t, state));
    return true;
}

/* ---- Buffers ------------------------------------------------------------------------------------ */

static bool a_stopped_engine(struct trial *t, struct call_state *state)
{
    TRY(prepare(t, 0, &state->handle));
    EXPECT_SUCCESS(set_state(t, StopState, state->handle));
    return true;
}

/* It is stopped still, and runs. */
static bool still_stopped(struct trial *t, struct call_state *state)
{
    EXPECT_SUCCESS(set_state(t, RunState, state->handle));
    EXPECT_SUCCESS(set_state(t, StopState, state->handle));
    return true;
}

/* ---- The check ---------------------------------------------------------------------------------- */

static bool says_so(struct trial *t)
{
    const struct want *want = t->check->subject;
    struct call_state *state = call_state(t);

    if (!t->target->fail)
        return skip(t, "nothing can be made to fail here");
    TRY(state != NULL);
    TRY(want->before(t, state));
    if (!t->target->fail(t->target->context, want->failure))
        return skip(t, "this cannot be made to fail here");
    EXPECT_STATUS(want->without, want->call(t, state));
    TRY(want->undone(t, state));
    EXPECT_SUCCESS(want->call(t, state));
    return want->call != ask_and_return || signalled(state->event, verb_timeout(t) + tolerance(t)) ||
           failed(t, __FILE__, __LINE__, "the call did not complete");
}

#define MEMORY(name, status, before, call, undone) \
    static const struct want name = {CONFORMANCE_NO_MEMORY, status, before, call, undone}
#define OBEDIENCE(name, before, call, undone) \
    static const struct want name = {CONFORMANCE_STUCK_RESET, STATUS_DEVICE_NOT_READY, before, call, undone}

MEMORY(memory_for_a_call, STATUS_NO_MEMORY, an_event, ask_and_return, not_called);
MEMORY(memory_for_an_event, STATUS_INSUFFICIENT_RESOURCES, need_engine, call_add_event, no_event);
MEMORY(memory_for_a_callback, STATUS_INSUFFICIENT_RESOURCES, need_engine, call_add_callback, no_callback);
MEMORY(memory_for_a_buffer, STATUS_INSUFFICIENT_RESOURCES, need_engine, call_get_buffer, no_buffer);
MEMORY(memory_for_a_notified_buffer, STATUS_INSUFFICIENT_RESOURCES, need_engine, call_get_notified,
       no_buffer);
MEMORY(memory_for_a_contiguous_buffer, STATUS_INSUFFICIENT_RESOURCES, need_engine, call_get_contiguous,
       no_buffer);
OBEDIENCE(reset_for_a_buffer, need_engine, call_get_buffer, no_buffer);
OBEDIENCE(reset_for_a_notified_buffer, need_engine, call_get_notified, no_buffer);
OBEDIENCE(reset_for_a_setup, need_list, call_set_up, no_buffer);
OBEDIENCE(reset_for_reset, a_stopped_engine, call_reset, still_stopped);

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
