/* SPDX-License-Identifier: BSD-2-Clause */
/* measure.c - how finely an engine tells where it is. */
#include "measure.h"

#define PERIOD_MS    20
#define PERIOD_BYTES (MEASURE_RATE / 1000 * MEASURE_BLOCK * PERIOD_MS)
#define INTERVAL     5     /* microseconds between two looks; a link frame has 21 */
#define LONGEST      20000 /* looks: 100 ms */
#define STANDSTILL   5000  /* looks in which a stream that moves has moved */
#define LOST_SIGHT   500   /* microseconds between two looks, after which an end is not judged by */

/* ---- Obtaining and giving back ------------------------------------------------------------------- */

static NTSTATUS allocate_engine(struct measure *measure)
{
    HDAUDIO_STREAM_FORMAT format = {MEASURE_RATE, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;

    measure->routine = "AllocateRenderDmaEngine";
    return measure->ddi->AllocateRenderDmaEngine(measure->ddi->Context, &format, FALSE, &measure->engine,
                                                 &converter);
}

static NTSTATUS allocate_buffer(struct measure *measure)
{
    SIZE_T offset;
    UCHAR stream;
    ULONG fifo;

    measure->routine = "AllocateDmaBufferWithNotification";
    return measure->ddi->AllocateDmaBufferWithNotification(measure->ddi->Context, measure->engine, 2,
                                                           (SIZE_T)2 * PERIOD_BYTES, &measure->mdl,
                                                           &measure->bytes, &offset, &stream, &fifo);
}

static void free_buffer(struct measure *measure)
{
    measure->ddi->FreeDmaBufferWithNotification(measure->ddi->Context, measure->engine, measure->mdl,
                                                measure->bytes);
}

static NTSTATUS prepare(struct measure *measure)
{
    NTSTATUS status;

    measure->routine = "GetLinkPositionRegister";
    status =
        measure->ddi->GetLinkPositionRegister(measure->ddi->Context, measure->engine, &measure->position);
    if (!NT_SUCCESS(status))
        return status;
    measure->routine = "RegisterNotificationEvent";
    return measure->ddi->RegisterNotificationEvent(measure->ddi->Context, measure->engine, &measure->event);
}

NTSTATUS measure_open(struct measure *measure, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    NTSTATUS status;

    RtlZeroMemory(measure, sizeof(*measure));
    measure->ddi = ddi;
    KeInitializeEvent(&measure->event, SynchronizationEvent, FALSE);
    status = allocate_engine(measure);
    if (!NT_SUCCESS(status))
        return status;
    status = allocate_buffer(measure);
    if (!NT_SUCCESS(status))
        goto free_engine;
    status = prepare(measure);
    if (!NT_SUCCESS(status))
        goto free_buffer;
    return STATUS_SUCCESS;

free_buffer:
    free_buffer(measure);
free_engine:
    ddi->FreeDmaEngine(ddi->Context, measure->engine);
    return status;
}

void measure_close(struct measure *measure)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = measure->ddi;

    ddi->UnregisterNotificationEvent(ddi->Context, measure->engine, &measure->event);
    free_buffer(measure);
    ddi->FreeDmaEngine(ddi->Context, measure->engine);
}

/* ---- Measuring ----------------------------------------------------------------------------------- */

/* Bytes from the nearest end of a period, negative before it. */
static LONG beyond_end(const struct measure *measure, ULONG position)
{
    LONG period = (LONG)(measure->bytes / 2), beyond = (LONG)position % period;

    return beyond > period / 2 ? beyond - period : beyond;
}

/* A thread that is woken late sees the position further on, so the least counts. */
static void note_end(struct measure *measure, ULONG position)
{
    LONG ahead = beyond_end(measure, position);

    if (measure->periods++ == 0 || ahead < measure->ahead)
        measure->ahead = ahead;
}

/* Backwards is more than half the buffer forwards. */
static void note_step(struct measure *measure, ULONG before, ULONG position)
{
    ULONG step = (position + (ULONG)measure->bytes - before) % (ULONG)measure->bytes;

    if (step == 0 || step > measure->bytes / 2)
        return;
    if (!measure->moved || step < measure->step)
        measure->step = step;
    measure->moved = true;
}

/* The system may have let another thread run meanwhile. */
static bool has_lost_sight(LONGLONG *time)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);
    LONGLONG elapsed = now.QuadPart - *time;

    *time = now.QuadPart;
    return elapsed > LOST_SIGHT * frequency.QuadPart / 1000000;
}

static void look(struct measure *measure)
{
    ULONG before = ReadULongAcquire(measure->position), position;
    LONGLONG time = KeQueryPerformanceCounter(NULL).QuadPart;

    for (unsigned i = 0; i < LONGEST && (measure->moved || i < STANDSTILL); i++) {
        bool ended, lost;

        KeStallExecutionProcessor(INTERVAL);
        ended = KeReadStateEvent(&measure->event) != 0;
        position = ReadULongAcquire(measure->position);
        lost = has_lost_sight(&time);
        if (position >= measure->bytes)
            continue;
        note_step(measure, before, position);
        before = position;
        if (ended)
            KeClearEvent(&measure->event);
        if (ended && !lost)
            note_end(measure, position);
    }
}

static NTSTATUS set_state(struct measure *measure, HDAUDIO_STREAM_STATE state)
{
    measure->routine = "SetDmaEngineState";
    return measure->ddi->SetDmaEngineState(measure->ddi->Context, state, 1, &measure->engine);
}

NTSTATUS measure_run(struct measure *measure)
{
    NTSTATUS status = set_state(measure, RunState);

    if (!NT_SUCCESS(status))
        return status;
    look(measure);
    status = set_state(measure, StopState);
    if (NT_SUCCESS(status))
        status = set_state(measure, ResetState);
    return status;
}
