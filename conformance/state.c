/* SPDX-License-Identifier: BSD-2-Clause */
/* state.c - DDI SetDmaEngineState: which changes are allowed, and that engines change together or not at all.
 */
#include "check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool transitions(struct trial *t)
{
    static const struct {
        HDAUDIO_STREAM_STATE state;
        NTSTATUS status;
    } steps[] = {
        {ResetState, STATUS_SUCCESS},                /* Reset -> Reset */
        {StopState, STATUS_SUCCESS},                 /* Reset -> Stop */
        {StopState, STATUS_SUCCESS},                 /* Stop -> Stop */
        {ResetState, STATUS_SUCCESS},                /* Stop -> Reset */
        {StopState, STATUS_SUCCESS},                 /* */
        {RunState, STATUS_SUCCESS},                  /* Stop -> Run */
        {RunState, STATUS_SUCCESS},                  /* Run -> Run */
        {ResetState, STATUS_INVALID_DEVICE_REQUEST}, /* Run -> Reset */
        {RunState, STATUS_SUCCESS},                  /* and it still runs */
        {PauseState, STATUS_SUCCESS},                /* Run -> Pause */
        {RunState, STATUS_SUCCESS},                  /* Pause -> Run */
        {StopState, STATUS_SUCCESS},                 /* Run -> Stop */
        {ResetState, STATUS_SUCCESS},                /* */
        {RunState, STATUS_SUCCESS},                  /* Reset -> Run */
        {StopState, STATUS_SUCCESS},                 /* */
        {ResetState, STATUS_SUCCESS},                /* */
    };
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    for (size_t i = 0; i < COUNT(steps); i++) {
        NTSTATUS status = set_state(t, steps[i].state, handle);

        if (status != steps[i].status)
            return failed(t, __FILE__, __LINE__, "step %u, to state %u: %08x, not %08x", (unsigned)i,
                          (unsigned)steps[i].state, (unsigned)status, (unsigned)steps[i].status);
    }
    return true;
}

static bool without_buffer(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, RunState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, StopState, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    return release(t, handle);
}

static bool parameters(struct trial *t)
{
    HANDLE handle, invented = (HANDLE)(ULONG_PTR)0x1234;

    TRY(prepare(t, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(SetDmaEngineState, RunState, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(SetDmaEngineState, RunState, 0, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(SetDmaEngineState, RunState, 1, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(SetDmaEngineState, (HDAUDIO_STREAM_STATE)3, 1, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  DDI(SetDmaEngineState, (HDAUDIO_STREAM_STATE)0x7FFFFFFF, 1, &handle));
    EXPECT_STATUS(STATUS_INVALID_HANDLE, DDI(SetDmaEngineState, (HDAUDIO_STREAM_STATE)3, 1, &invented));
    return true;
}

/* Runs for a while and tells whether the engine has moved. */
static bool moves(struct trial *t, HANDLE handle, bool expected)
{
    ULONG before, after;

    TRY(position(t, handle, &before));
    advance(t, period(t) / 4);
    TRY(position(t, handle, &after));
    if ((before != after) != expected)
        return failed(t, __FILE__, __LINE__, "the engine went from byte %u to %u", (unsigned)before,
                      (unsigned)after);
    return true;
}

static bool runs(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    TRY(moves(t, handle, true));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    return moves(t, handle, false);
}

static bool bad_handle_changes_nothing(struct trial *t)
{
    HANDLE handles[3];

    TRY(prepare(t, 0, &handles[0]));
    TRY(prepare(t, 0, &handles[1]));
    handles[2] = (HANDLE)(ULONG_PTR)0x1234;
    EXPECT_STATUS(STATUS_INVALID_HANDLE, DDI(SetDmaEngineState, RunState, 3, handles));
    TRY(moves(t, handles[0], false));
    TRY(moves(t, handles[1], false));
    handles[2] = NULL;
    EXPECT_STATUS(STATUS_INVALID_HANDLE, DDI(SetDmaEngineState, RunState, 3, handles));
    return moves(t, handles[0], false);
}

static bool one_without_buffer(struct trial *t)
{
    HANDLE handles[2];

    TRY(prepare(t, 0, &handles[0]));
    TRY(allocate(t, &stereo, &handles[1]));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(SetDmaEngineState, RunState, 2, handles));
    TRY(moves(t, handles[0], false));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, ResetState, 2, handles));
    return true;
}

static bool one_in_another_state(struct trial *t)
{
    HANDLE handles[2];

    TRY(prepare(t, 0, &handles[0]));
    TRY(start(t, 0, &handles[1]));
    EXPECT_SUCCESS(set_state(t, StopState, handles[0]));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(SetDmaEngineState, ResetState, 2, handles));
    TRY(moves(t, handles[1], true));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, StopState, 2, handles));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, ResetState, 2, handles));
    return true;
}

static bool twice_counts_once(struct trial *t)
{
    HANDLE handles[3];

    TRY(prepare(t, 0, &handles[0]));
    TRY(prepare(t, 0, &handles[1]));
    handles[2] = handles[0];
    EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, 3, handles));
    TRY(moves(t, handles[0], true));
    TRY(moves(t, handles[1], true));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, StopState, 3, handles));
    EXPECT_SUCCESS(DDI(SetDmaEngineState, ResetState, 3, handles));
    return true;
}

static bool at_dispatch(struct trial *t)
{
    static const HDAUDIO_STREAM_STATE states[] = {StopState,  RunState, StopState,
                                                  ResetState, RunState, StopState};
    HANDLE handle;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(prepare(t, 0, &handle));
    for (size_t i = 0; i < COUNT(states); i++) {
        KIRQL level = raise_irql(t);
        NTSTATUS status = set_state(t, states[i], handle);

        lower_irql(t, level);
        EXPECT_SUCCESS(status);
        advance(t, MILLISECOND);
    }
    return true;
}

/* ---- Together ----------------------------------------------------------------------------------- */

#define TOGETHER 4
#define READINGS 5

/* Where time does not stand still between two readings, they may differ by chance, but not always. */
static bool positions_equal(struct trial *t, volatile ULONG *const *pointers, unsigned count)
{
    bool equal = false;

    for (unsigned i = 0; i < READINGS && !equal; i++) {
        ULONG first;

        advance(t, MILLISECOND);
        TRY(refresh(t));
        first = read_register(pointers[0]);
        equal = first > 0;
        for (unsigned j = 1; j < count; j++)
            equal &= read_register(pointers[j]) == first;
    }
    EXPECT(equal);
    return true;
}

/* As many prepared engines as there are, up to TOGETHER, and where their positions are read. */
static bool prepare_several(struct trial *t, HANDLE *handles, volatile ULONG **pointers, unsigned *count)
{
    *count = allocate_all(t, &t->ddi, handles, TOGETHER);
    for (unsigned i = 0; i < *count; i++)
        TRY(release(t, handles[i]));
    for (unsigned i = 0; i < *count; i++) {
        TRY(prepare(t, 0, &handles[i]));
        EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handles[i], (PULONG *)&pointers[i]));
    }
    return true;
}

static bool same_frame(struct trial *t)
{
    volatile ULONG *pointers[TOGETHER];
    HANDLE handles[TOGETHER];
    unsigned count;

    TRY(prepare_several(t, handles, pointers, &count));
    if (count < 2)
        return skip(t, "this controller has one engine");
    if (t->target->no_stream_sync)
        return skip(t, "this controller has no SSYNC");
    /* At every phase against the link's frames, so that starting one by one cannot look like starting
     * together. */
    for (unsigned round = 0; round < (t->target->slack ? 5 : 80); round++) {
        EXPECT_SUCCESS(DDI(SetDmaEngineState, RunState, count, handles));
        TRY(positions_equal(t, pointers, count));
        EXPECT_SUCCESS(DDI(SetDmaEngineState, StopState, count, handles));
        EXPECT_SUCCESS(DDI(SetDmaEngineState, ResetState, count, handles));
        advance(t, 1700 * round);
    }
    return true;
}

const struct check state_checks[] = {
    {"SetDmaEngineState.transitions",
     "From Running only to Stop/Pause; from Reset to Stop/Pause (Reset->Run passes through Stop); from "
     "Stop/Pause to "
     "Running or Reset; the same state again is success; otherwise INVALID_DEVICE_REQUEST.",
     transitions, false, NULL},
    {"SetDmaEngineState.runs", "A running engine moves, a stopped one does not.", runs, false, NULL},
    {"SetDmaEngineState.no-buffer", "INVALID_DEVICE_REQUEST: any has no buffer and the state is not Reset.",
     without_buffer, false, NULL},
    {"SetDmaEngineState.parameters",
     "An unknown state, NumberOfHandles 0: INVALID_PARAMETER; the handle is checked first.", parameters,
     false, NULL},
    {"SetDmaEngineState.bad-handle-changes-nothing",
     "All or nothing: every handle is checked before any is changed.", bad_handle_changes_nothing, false,
     NULL},
    {"SetDmaEngineState.no-buffer-changes-nothing",
     "All or nothing: every handle is checked before any is changed.", one_without_buffer, false, NULL},
    {"SetDmaEngineState.state-changes-nothing",
     "All or nothing: every handle is checked before any is changed.", one_in_another_state, false, NULL},
    {"SetDmaEngineState.twice", "A handle given twice counts once.", twice_counts_once, false, NULL},
    {"SetDmaEngineState.together",
     "All engines of one call change together: all start on the same link frame (SSYNC, HDA 3.3.17).",
     same_frame, false, NULL},
    {"SetDmaEngineState.at-dispatch", "Highest IRQL of SetDmaEngineState: D.", at_dispatch, false, NULL},
    {0},
};
