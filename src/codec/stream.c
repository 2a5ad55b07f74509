/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.c - a DMA engine with its cyclic buffer, and where in it the engine is. */
#include "stream.h"

#define TICKS_PER_SECOND 10000000ull      /* the unit of timeouts, 100 ns */
#define LONGEST_WAIT     1000000ull       /* 100 ms, so that the client's wish to stop is noticed */
#define IDLE_PERIODS     8                /* an engine that does nothing for so long, */
#define IDLE_EXTRA       TICKS_PER_SECOND /* and this, is dead */

ULONGLONG stream_periods(ULONGLONG frames, ULONG period_frames)
{
    return (frames + period_frames - 1) / period_frames;
}

/* ---- Obtaining and giving back ------------------------------------------------------------------- */

static NTSTATUS allocate_buffer(struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;
    SIZE_T wanted = (SIZE_T)stream->request.buffer_frames * stream->frame_bytes, offset = 0;

    stream->routine = "AllocateDmaBufferWithNotification";
    return ddi->AllocateDmaBufferWithNotification(
        ddi->Context, stream->engine, stream->request.notification_count, wanted, &stream->mdl,
        &stream->buffer_bytes, &offset, &stream->tag, &stream->fifo);
}

static void free_buffer(struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;

    ddi->FreeDmaBufferWithNotification(ddi->Context, stream->engine, stream->mdl, stream->buffer_bytes);
}

/* The pages come locked but not mapped. */
static NTSTATUS map_buffer(struct stream *stream)
{
    stream->routine = "MmMapLockedPagesSpecifyCache";
    stream->buffer =
        MmMapLockedPagesSpecifyCache(stream->mdl, KernelMode, MmNonCached, NULL, FALSE, NormalPagePriority);
    if (!stream->buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    stream->buffer_frames = (ULONG)(stream->buffer_bytes / stream->frame_bytes);
    stream->period_frames = stream->buffer_frames / stream->request.notification_count;
    return STATUS_SUCCESS;
}

NTSTATUS stream_open(struct stream *stream, const struct stream_role *role,
                     const HDAUDIO_BUS_INTERFACE_V2 *ddi, const struct stream_request *request)
{
    NTSTATUS status;

    RtlZeroMemory(stream, sizeof(*stream));
    stream->role = role;
    stream->ddi = ddi;
    stream->request = *request;
    stream->frame_bytes = request->format.ContainerSize / 8u * request->format.NumberOfChannels;
    KeInitializeEvent(&stream->event, SynchronizationEvent, FALSE);

    status = role->allocate(stream);
    if (!NT_SUCCESS(status))
        return status;
    status = allocate_buffer(stream);
    if (!NT_SUCCESS(status))
        goto free_engine;
    status = map_buffer(stream);
    if (!NT_SUCCESS(status))
        goto free_buffer;
    return STATUS_SUCCESS;

free_buffer:
    free_buffer(stream);
free_engine:
    ddi->FreeDmaEngine(ddi->Context, stream->engine);
    return status;
}

void stream_close(struct stream *stream)
{
    MmUnmapLockedPages(stream->buffer, stream->mdl);
    free_buffer(stream);
    stream->ddi->FreeDmaEngine(stream->ddi->Context, stream->engine);
}

/* ---- Where the engine is ------------------------------------------------------------------------- */

ULONGLONG stream_period_bytes(const struct stream *stream)
{
    return (ULONGLONG)stream->period_frames * stream->frame_bytes;
}

ULONGLONG stream_link_frames(const struct stream *stream)
{
    return stream->link_bytes / stream->frame_bytes;
}

static LONGLONG counter_now(void)
{
    return KeQueryPerformanceCounter(NULL).QuadPart;
}

/* Bytes that go over the link in the time since the position was last seen to move. */
static ULONGLONG bytes_elapsed(const struct stream *stream)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);
    ULONGLONG elapsed = (ULONGLONG)(now.QuadPart - stream->last_time);

    return elapsed * stream->request.format.SampleRate / (ULONGLONG)frequency.QuadPart * stream->frame_bytes;
}

/* The position says where in the buffer; how many times the engine went round since, time must tell. A
 * position that seems to have gone nearly all the way round in no time went back a little: some controllers
 * do (it will come again). One that stands still after a notification has gone round; else what the pointer
 * shows may be as old as the last interrupt (DDI Registers handed out), and says nothing. */
static void update_position(struct stream *stream, bool notified)
{
    ULONG position = ReadULongAcquire(stream->position); /* the buffer before it has been transferred */
    ULONGLONG bytes = stream->buffer_bytes, elapsed = bytes_elapsed(stream);
    ULONGLONG moved = (position + bytes - stream->last_position) % bytes;

    if (position >= bytes || moved > elapsed + bytes / 2 || (moved == 0 && !notified))
        return;
    if (elapsed > moved + bytes / 2)
        moved += (elapsed - moved + bytes / 2) / bytes * bytes;
    stream->idle = 0;
    stream->link_bytes += moved;
    stream->last_position = position;
    stream->last_time = counter_now();
}

void stream_update(struct stream *stream)
{
    update_position(stream, false);
}

/* An interrupt may come when the period's last bytes are still in the FIFO: it ends that period none the
 * less. One that came for several at once has made all but the last of them late. */
static void note_notification(struct stream *stream)
{
    ULONGLONG period = stream_period_bytes(stream), next = stream->handled + 1;
    ULONGLONG ended = (stream->link_bytes - min(stream->link_bytes, stream->lag)) / period;

    stream->report.notifications++;
    stream->idle = 0;
    if (ended < next && stream->link_bytes + stream->fifo >= next * period)
        ended = next;
    if (ended > next)
        stream->report.late += ended - next;
    stream->handled = max(stream->handled, ended);
}

bool stream_has_ended(const struct stream *stream, ULONGLONG periods)
{
    return stream->handled >= periods || stream->link_bytes / stream_period_bytes(stream) > periods;
}

/* ---- The buffer ---------------------------------------------------------------------------------- */

UCHAR *stream_at(const struct stream *stream, ULONGLONG frame)
{
    return stream->buffer + (frame % stream->buffer_frames) * stream->frame_bytes;
}

ULONG stream_contiguous(const struct stream *stream, ULONGLONG frame)
{
    return stream->buffer_frames - (ULONG)(frame % stream->buffer_frames);
}

/* ---- Waiting ------------------------------------------------------------------------------------- */

/* Eighths of a buffer to wait at most. One with a single notification has to be served half-way: what lies
 * at its head must have gone over the link, and be replaced before the engine comes round ahead of the
 * notification. With two, only a lost notification makes the wait so long. */
static ULONG longest_wait(const struct stream *stream)
{
    return stream->request.notification_count == 1 ? 4 : 6;
}

static ULONGLONG wait_ticks(const struct stream *stream)
{
    ULONGLONG buffer = stream->buffer_frames * TICKS_PER_SECOND / stream->request.format.SampleRate;
    ULONGLONG ticks = buffer * longest_wait(stream) / 8;

    return min(max(ticks, 1ull), LONGEST_WAIT);
}

static void set_poll_time(struct stream *stream)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);
    ULONGLONG ticks = wait_ticks(stream) * (ULONGLONG)frequency.QuadPart / TICKS_PER_SECOND;

    stream->poll_time = now.QuadPart + (LONGLONG)ticks;
}

static bool is_dead(const struct stream *stream)
{
    ULONGLONG period = stream->period_frames * TICKS_PER_SECOND / stream->request.format.SampleRate;

    return stream->idle * wait_ticks(stream) > IDLE_PERIODS * period + IDLE_EXTRA;
}

/* Asking for the pointer anew tells whether the controller is still there: when it has gone, the event is
 * signalled once more, and the position says nothing (DDI Removal). */
static NTSTATUS get_position(struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;

    stream->routine = "GetLinkPositionRegister";
    return ddi->GetLinkPositionRegister(ddi->Context, stream->engine, &stream->position);
}

static NTSTATUS note_silence(struct stream *stream)
{
    stream->idle++;
    update_position(stream, false);
    return is_dead(stream) ? STATUS_IO_TIMEOUT : STATUS_SUCCESS;
}

/* ---- Running ------------------------------------------------------------------------------------- */

NTSTATUS stream_prepare(struct stream *stream)
{
    NTSTATUS status = get_position(stream);

    if (!NT_SUCCESS(status))
        return status;
    stream->last_time = counter_now();
    stream->role->begin(stream);
    return STATUS_SUCCESS;
}

void stream_started(struct stream *stream)
{
    stream->last_time = counter_now();
    set_poll_time(stream);
}

NTSTATUS stream_serve(struct stream *stream, bool notified)
{
    NTSTATUS status;

    if (!notified && counter_now() < stream->poll_time)
        return STATUS_SUCCESS;
    status = get_position(stream);
    if (NT_SUCCESS(status) && notified) {
        update_position(stream, true);
        note_notification(stream);
    } else if (NT_SUCCESS(status)) {
        status = note_silence(stream);
    }
    if (!NT_SUCCESS(status))
        return status;
    stream->role->serve(stream);
    if (stream->request.client->progress)
        stream->request.client->progress(stream->request.context, &stream->report);
    set_poll_time(stream);
    return STATUS_SUCCESS;
}

/* Nothing is signalled any more once it has stopped: an event that is, is of no meaning for what follows. */
NTSTATUS stream_rest(struct stream *stream)
{
    NTSTATUS status = get_position(stream);

    if (!NT_SUCCESS(status))
        return status;
    update_position(stream, false);
    stream->role->rest(stream);
    stream->link_bytes = stream->handled = 0;
    stream->last_position = 0;
    stream->idle = 0;
    KeClearEvent(&stream->event);
    return STATUS_SUCCESS;
}

NTSTATUS stream_why_silent(struct stream *stream)
{
    NTSTATUS status = get_position(stream);

    return NT_SUCCESS(status) ? STATUS_IO_TIMEOUT : status;
}

bool stream_wants_stop(const struct stream *stream)
{
    return stream->request.client->stop && stream->request.client->stop(stream->request.context);
}
