/* SPDX-License-Identifier: BSD-2-Clause */
/* session.c - streams that run together in one thread. */
#include "session.h"

#define TICKS_PER_SECOND 10000000ll /* the unit of timeouts, 100 ns */

struct session {
    struct stream *running[SESSION_STREAMS];
    ULONG count;
    const struct session_power *power; /* NULL: it never sleeps */
};

/* The first failure of a stream is the one that is told. */
static NTSTATUS note_failure(struct stream *stream, const char *routine, NTSTATUS status)
{
    if (NT_SUCCESS(status) || !NT_SUCCESS(stream->status))
        return status;
    stream->routine = routine;
    stream->status = status;
    return status;
}

/* ---- Changing states ----------------------------------------------------------------------------- */

/* The engines of the first stream's client, all that one call may take; none when an earlier one is of the
 * same client. */
static ULONG collect_client(struct stream *const *streams, ULONG count, ULONG first,
                            HANDLE handles[SESSION_STREAMS])
{
    ULONG collected = 0, i;

    for (i = 0; i < count; i++) {
        if (streams[i]->ddi->Context != streams[first]->ddi->Context)
            continue;
        if (i < first)
            return 0;
        handles[collected++] = streams[i]->engine;
    }
    return collected;
}

static NTSTATUS set_state(struct stream *const *streams, ULONG count, HDAUDIO_STREAM_STATE state)
{
    HANDLE handles[SESSION_STREAMS];
    NTSTATUS result = STATUS_SUCCESS;
    ULONG first;

    for (first = 0; first < count; first++) {
        const HDAUDIO_BUS_INTERFACE_V2 *ddi = streams[first]->ddi;
        ULONG collected = collect_client(streams, count, first, handles);
        NTSTATUS status;

        if (collected == 0)
            continue;
        status = ddi->SetDmaEngineState(ddi->Context, state, collected, handles);
        note_failure(streams[first], "SetDmaEngineState", status);
        if (NT_SUCCESS(result))
            result = status;
    }
    return result;
}

/* An engine stops before it is reset, and what it did until then counts. */
static NTSTATUS halt(struct stream *const *streams, ULONG count)
{
    NTSTATUS status = set_state(streams, count, StopState);

    return NT_SUCCESS(status) ? set_state(streams, count, ResetState) : status;
}

static NTSTATUS start(struct stream *const *streams, ULONG count)
{
    NTSTATUS status = set_state(streams, count, StopState);
    ULONG i;

    if (NT_SUCCESS(status))
        status = set_state(streams, count, RunState);
    if (!NT_SUCCESS(status))
        halt(streams, count);
    for (i = 0; i < count; i++)
        stream_started(streams[i]);
    return status;
}

/* ---- Waiting ------------------------------------------------------------------------------------- */

/* Until one of them has to be looked at, in units of 100 ns. */
static LONGLONG ticks_to_wait(const struct session *session)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);
    LONGLONG first = session->running[0]->poll_time, ticks;
    ULONG i;

    for (i = 1; i < session->count; i++)
        first = min(first, session->running[i]->poll_time);
    ticks = (first - now.QuadPart) * TICKS_PER_SECOND;
    return ticks > 0 ? (ticks + frequency.QuadPart - 1) / frequency.QuadPart : 0;
}

static NTSTATUS wait_for_any(const struct session *session)
{
    LARGE_INTEGER timeout = {.QuadPart = -ticks_to_wait(session)};
    KWAIT_BLOCK blocks[SESSION_STREAMS];
    PVOID events[SESSION_STREAMS];
    ULONG i;

    for (i = 0; i < session->count; i++)
        events[i] = &session->running[i]->event;
    return KeWaitForMultipleObjects(session->count, events, WaitAny, Executive, KernelMode, FALSE, &timeout,
                                    blocks);
}

/* The wait took one event; others may have been signalled with it. */
static bool is_notified(struct stream *stream)
{
    LARGE_INTEGER now = {.QuadPart = 0};

    return KeWaitForSingleObject(&stream->event, Executive, KernelMode, FALSE, &now) == STATUS_SUCCESS;
}

static NTSTATUS serve_all(struct session *session, NTSTATUS awaited)
{
    NTSTATUS result = STATUS_SUCCESS;
    ULONG i;

    for (i = 0; i < session->count; i++) {
        struct stream *stream = session->running[i];
        bool notified = awaited == STATUS_WAIT_0 + (NTSTATUS)i || is_notified(stream);
        NTSTATUS status = stream_serve(stream, notified);

        note_failure(stream, stream->routine, status);
        if (NT_SUCCESS(result))
            result = status;
    }
    return result;
}

static NTSTATUS wait_and_serve(struct session *session)
{
    NTSTATUS status = wait_for_any(session);

    if (!NT_SUCCESS(status))
        return note_failure(session->running[0], "KeWaitForMultipleObjects", status);
    return serve_all(session, status);
}

/* ---- Sleeping ------------------------------------------------------------------------------------ */

/* An engine tells where it is until it is reset. */
static NTSTATUS suspend(struct session *session)
{
    NTSTATUS status = set_state(session->running, session->count, StopState);
    ULONG i;

    for (i = 0; i < session->count && NT_SUCCESS(status); i++) {
        struct stream *stream = session->running[i];

        status = note_failure(stream, stream->routine, stream_rest(stream));
    }
    return NT_SUCCESS(status) ? set_state(session->running, session->count, ResetState) : status;
}

static NTSTATUS go_to_sleep(struct session *session)
{
    const char *routine = "sleep";
    NTSTATUS status = session->power->sleep(session->power->context, &routine);

    return note_failure(session->running[0], routine, status);
}

static NTSTATUS prepare(struct stream *const *streams, ULONG count)
{
    ULONG i;

    for (i = 0; i < count; i++) {
        NTSTATUS status = stream_prepare(streams[i]);

        if (!NT_SUCCESS(status))
            return note_failure(streams[i], streams[i]->routine, status);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS resume(struct session *session)
{
    NTSTATUS status = prepare(session->running, session->count);

    return NT_SUCCESS(status) ? start(session->running, session->count) : status;
}

static NTSTATUS sleep_if_wanted(struct session *session)
{
    const struct session_power *power = session->power;
    NTSTATUS status;

    if (!power || session->count == 0 || !power->is_wanted(power->context))
        return STATUS_SUCCESS;
    status = suspend(session);
    if (NT_SUCCESS(status))
        status = go_to_sleep(session);
    return NT_SUCCESS(status) ? resume(session) : status;
}

/* ---- Running ------------------------------------------------------------------------------------- */

static bool is_over(struct stream *stream)
{
    if (stream->role->is_complete(stream))
        return true;
    stream->report.stopped = stream_wants_stop(stream);
    return stream->report.stopped;
}

/* Those that have come to their end stop; the others go on. */
static NTSTATUS retire(struct session *session)
{
    struct stream *over[SESSION_STREAMS];
    ULONG ended = 0, left = 0, i;

    for (i = 0; i < session->count; i++) {
        if (is_over(session->running[i]))
            over[ended++] = session->running[i];
        else
            session->running[left++] = session->running[i];
    }
    session->count = left;
    return halt(over, ended);
}

/* Stopping an engine needs its controller: only then it may turn out that there is none any more. */
static NTSTATUS find_cause(struct session *session, NTSTATUS failure)
{
    ULONG i;

    if (failure != STATUS_IO_TIMEOUT)
        return failure;
    for (i = 0; i < session->count; i++) {
        struct stream *stream = session->running[i];

        if (stream->status != STATUS_IO_TIMEOUT)
            continue;
        stream->status = stream_why_silent(stream);
        failure = stream->status;
    }
    return failure;
}

static NTSTATUS run(struct session *session)
{
    NTSTATUS status = retire(session);

    while (NT_SUCCESS(status) && session->count > 0) {
        status = wait_and_serve(session);
        if (NT_SUCCESS(status))
            status = retire(session);
        if (NT_SUCCESS(status))
            status = sleep_if_wanted(session);
    }
    halt(session->running, session->count);
    return find_cause(session, status);
}

static NTSTATUS run_registered(struct session *session)
{
    NTSTATUS status = resume(session);

    return NT_SUCCESS(status) ? run(session) : status;
}

static NTSTATUS register_event(struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;

    stream->status = STATUS_SUCCESS;
    return note_failure(stream, "RegisterNotificationEvent",
                        ddi->RegisterNotificationEvent(ddi->Context, stream->engine, &stream->event));
}

static void unregister_event(struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;

    ddi->UnregisterNotificationEvent(ddi->Context, stream->engine, &stream->event);
}

NTSTATUS session_run(struct stream *const *streams, ULONG count)
{
    return session_run_with_sleep(streams, count, NULL);
}

NTSTATUS session_run_with_sleep(struct stream *const *streams, ULONG count, const struct session_power *power)
{
    struct session session = {.count = count, .power = power};
    NTSTATUS status = STATUS_SUCCESS;
    ULONG registered = 0;

    if (count > SESSION_STREAMS)
        return STATUS_INVALID_PARAMETER;
    while (registered < count && NT_SUCCESS(status)) {
        session.running[registered] = streams[registered];
        status = register_event(streams[registered]);
        if (NT_SUCCESS(status))
            registered++;
    }
    if (NT_SUCCESS(status))
        status = run_registered(&session);
    while (registered > 0)
        unregister_event(streams[--registered]);
    return status;
}
