/* SPDX-License-Identifier: BSD-2-Clause */
/* player.c - a stream of frames through a render engine, woken by notification events. */
#include "player.h"

#define TICKS_PER_SECOND 10000000ull      /* the unit of timeouts, 100 ns */
#define LONGEST_WAIT     1000000ull       /* 100 ms, so that the client's wish to stop is noticed */
#define IDLE_PERIODS     8                /* an engine that does nothing for so long, */
#define IDLE_EXTRA       TICKS_PER_SECOND /* and this, is dead */
#define MICROSECONDS     1000000ull       /* in a second */

static ULONGLONG divide_up(ULONGLONG dividend, ULONGLONG divisor)
{
    return (dividend + divisor - 1) / divisor;
}

ULONG player_drain(ULONG latency, ULONG period_frames, ULONG rate)
{
    ULONGLONG frames = divide_up((ULONGLONG)latency * rate, MICROSECONDS);

    return max((ULONG)divide_up(frames, period_frames), 1u);
}

ULONGLONG player_expected(ULONGLONG frames, ULONG period_frames, ULONG drain_periods)
{
    return divide_up(frames, period_frames) + drain_periods;
}

/* ---- Obtaining and giving back ------------------------------------------------------------------- */

static NTSTATUS allocate_engine(struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->ddi;

    player->routine = "AllocateRenderDmaEngine";
    return ddi->AllocateRenderDmaEngine(ddi->Context, &player->request.format, FALSE, &player->engine,
                                        &player->converter_format);
}

static NTSTATUS allocate_buffer(struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->ddi;
    SIZE_T wanted = (SIZE_T)player->request.buffer_frames * player->frame_bytes, offset = 0;

    player->routine = "AllocateDmaBufferWithNotification";
    return ddi->AllocateDmaBufferWithNotification(
        ddi->Context, player->engine, player->request.notification_count, wanted, &player->mdl,
        &player->buffer_bytes, &offset, &player->stream, &player->fifo);
}

static void free_buffer(struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->ddi;

    ddi->FreeDmaBufferWithNotification(ddi->Context, player->engine, player->mdl, player->buffer_bytes);
}

/* The pages come locked but not mapped. */
static NTSTATUS map_buffer(struct player *player)
{
    player->routine = "MmMapLockedPagesSpecifyCache";
    player->buffer =
        MmMapLockedPagesSpecifyCache(player->mdl, KernelMode, MmNonCached, NULL, FALSE, NormalPagePriority);
    if (!player->buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    player->buffer_frames = (ULONG)(player->buffer_bytes / player->frame_bytes);
    player->period_frames = player->buffer_frames / player->request.notification_count;
    player->drain_periods =
        player_drain(player->request.latency, player->period_frames, player->request.format.SampleRate);
    return STATUS_SUCCESS;
}

NTSTATUS player_open(struct player *player, const HDAUDIO_BUS_INTERFACE_V2 *ddi,
                     const struct player_request *request)
{
    NTSTATUS status;

    RtlZeroMemory(player, sizeof(*player));
    player->ddi = ddi;
    player->request = *request;
    player->frame_bytes = request->format.ContainerSize / 8u * request->format.NumberOfChannels;
    KeInitializeEvent(&player->event, SynchronizationEvent, FALSE);

    status = allocate_engine(player);
    if (!NT_SUCCESS(status))
        return status;
    status = allocate_buffer(player);
    if (!NT_SUCCESS(status))
        goto free_engine;
    status = map_buffer(player);
    if (!NT_SUCCESS(status))
        goto free_buffer;
    return STATUS_SUCCESS;

free_buffer:
    free_buffer(player);
free_engine:
    ddi->FreeDmaEngine(ddi->Context, player->engine);
    return status;
}

void player_close(struct player *player)
{
    MmUnmapLockedPages(player->buffer, player->mdl);
    free_buffer(player);
    player->ddi->FreeDmaEngine(player->ddi->Context, player->engine);
}

/* ---- Where the engine is ------------------------------------------------------------------------- */

static ULONGLONG period_bytes(const struct player *player)
{
    return (ULONGLONG)player->period_frames * player->frame_bytes;
}

/* Bytes that go over the link in the time since the position was last seen to move. */
static ULONGLONG bytes_elapsed(const struct player *player)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);
    ULONGLONG elapsed = (ULONGLONG)(now.QuadPart - player->last_time);

    return elapsed * player->request.format.SampleRate / (ULONGLONG)frequency.QuadPart * player->frame_bytes;
}

/* The position says where in the buffer; how many times the engine went round since, time must tell. A
 * position that seems to have gone nearly all the way round in no time went back a little: some controllers
 * do (it will come again). One that stands still after a notification has gone round; else what the pointer
 * shows may be as old as the last interrupt (DDI Registers handed out), and says nothing. */
static void update_position(struct player *player, bool notified)
{
    ULONG position = ReadULongAcquire(player->position); /* the buffer before it has been read */
    ULONGLONG bytes = player->buffer_bytes, elapsed = bytes_elapsed(player);
    ULONGLONG moved = (position + bytes - player->last_position) % bytes;

    if (position >= bytes || moved > elapsed + bytes / 2 || (moved == 0 && !notified))
        return;
    if (elapsed > moved + bytes / 2)
        moved += (elapsed - moved + bytes / 2) / bytes * bytes;
    player->idle = 0;
    player->link_bytes += moved;
    player->last_position = position;
    player->last_time = KeQueryPerformanceCounter(NULL).QuadPart;
}

static ULONGLONG link_frames(const struct player *player)
{
    return player->link_bytes / player->frame_bytes;
}

/* An interrupt may come when the period's last bytes are still in the FIFO: it ends that period none the
 * less. One that came for several at once has made all but the last of them late. */
static void note_notification(struct player *player)
{
    ULONGLONG ended = player->link_bytes / period_bytes(player), next = player->handled + 1;

    player->report.notifications++;
    player->idle = 0;
    if (ended < next && player->link_bytes + player->fifo >= next * period_bytes(player))
        ended = next;
    if (ended > next)
        player->report.late += ended - next;
    player->handled = max(player->handled, ended);
}

/* ---- Filling the buffer -------------------------------------------------------------------------- */

static void write_frames(struct player *player, ULONG count)
{
    UCHAR *at = player->buffer + (player->written % player->buffer_frames) * player->frame_bytes;
    ULONG filled = 0;

    if (!player->ended)
        filled = player->request.client->fill(player->request.context, at, count);
    if (!player->ended && filled < count) {
        player->ended = true;
        player->data_end = player->written + filled;
    }
    RtlZeroMemory(at + (SIZE_T)filled * player->frame_bytes, (SIZE_T)(count - filled) * player->frame_bytes);
    player->data_frames += filled;
    player->written += count;
}

/* What has gone over the link makes room. The FIFO reads ahead: what was not written by then has been
 * replaced by what stood there before. Data that came too late is not skipped but follows behind that. */
static void refill(struct player *player)
{
    ULONGLONG gone = link_frames(player), target = gone + player->buffer_frames;
    ULONGLONG fetched = gone + (player->fifo + player->frame_bytes - 1) / player->frame_bytes;

    if (player->written < fetched && player->written > 0) {
        player->report.underruns++;
        player->written = min(fetched, target);
    }
    while (player->written < target) {
        ULONG to_end = player->buffer_frames - (ULONG)(player->written % player->buffer_frames);

        write_frames(player, (ULONG)min(target - player->written, (ULONGLONG)to_end));
    }
}

/* ---- Playing ------------------------------------------------------------------------------------- */

/* Eighths of a buffer to wait at most. One with a single notification has to be refilled half-way: what lies
 * at its head must have gone over the link, and be written anew before the FIFO asks for it ahead of the
 * notification. With two, only a lost notification makes the wait so long. */
static ULONG longest_wait(const struct player *player)
{
    return player->request.notification_count == 1 ? 4 : 6;
}

static ULONGLONG wait_ticks(const struct player *player)
{
    ULONGLONG buffer = player->buffer_frames * TICKS_PER_SECOND / player->request.format.SampleRate;
    ULONGLONG ticks = buffer * longest_wait(player) / 8;

    return min(max(ticks, 1ull), LONGEST_WAIT);
}

static bool is_dead(const struct player *player)
{
    ULONGLONG period = player->period_frames * TICKS_PER_SECOND / player->request.format.SampleRate;

    return player->idle * wait_ticks(player) > IDLE_PERIODS * period + IDLE_EXTRA;
}

/* Asking for the pointer anew tells whether the controller is still there. */
static NTSTATUS note_silence(struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->ddi;

    player->idle++;
    player->routine = "GetLinkPositionRegister";
    return ddi->GetLinkPositionRegister(ddi->Context, player->engine, &player->position);
}

static NTSTATUS wait_for_progress(struct player *player)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)wait_ticks(player)};
    NTSTATUS status;

    player->routine = "KeWaitForSingleObject";
    status = KeWaitForSingleObject(&player->event, Executive, KernelMode, FALSE, &timeout);
    if (!NT_SUCCESS(status))
        return status;
    if (status == STATUS_TIMEOUT) {
        status = note_silence(player);
        update_position(player, false);
        return NT_SUCCESS(status) && is_dead(player) ? STATUS_IO_TIMEOUT : status;
    }
    update_position(player, true);
    note_notification(player);
    return STATUS_SUCCESS;
}

/* When notifications were lost, a period more makes up for them. */
static bool is_drained(const struct player *player)
{
    ULONGLONG wanted;

    if (!player->ended || link_frames(player) < player->data_end)
        return false;
    wanted = player_expected(player->data_end, player->period_frames, player->drain_periods);
    return player->handled >= wanted || player->link_bytes / period_bytes(player) > wanted;
}

/* Frames of the data that wait in the buffer; the silence after them does not count. */
static ULONGLONG frames_waiting(const struct player *player)
{
    ULONGLONG end = player->ended ? player->data_end : player->written, gone = link_frames(player);

    return gone < end ? min(end - gone, player->data_frames) : 0;
}

static void note_progress(struct player *player)
{
    player->report.frames = player->data_frames - frames_waiting(player);
    if (player->request.client->progress)
        player->request.client->progress(player->request.context, &player->report);
}

static bool wants_stop(const struct player *player)
{
    return player->request.client->stop && player->request.client->stop(player->request.context);
}

static NTSTATUS play(struct player *player)
{
    NTSTATUS status;

    while (!is_drained(player)) {
        if (wants_stop(player)) {
            player->report.stopped = true;
            return STATUS_SUCCESS;
        }
        status = wait_for_progress(player);
        if (!NT_SUCCESS(status))
            return status;
        refill(player);
        note_progress(player);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS set_state(struct player *player, HDAUDIO_STREAM_STATE state)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->ddi;

    return ddi->SetDmaEngineState(ddi->Context, state, 1, &player->engine);
}

/* The engine runs between these two. It stops before it is reset, and what it did until then counts. */
static NTSTATUS start(struct player *player)
{
    NTSTATUS status;

    player->routine = "SetDmaEngineState";
    status = set_state(player, StopState);
    if (NT_SUCCESS(status))
        status = set_state(player, RunState);
    if (!NT_SUCCESS(status))
        set_state(player, ResetState);
    player->last_time = KeQueryPerformanceCounter(NULL).QuadPart;
    return status;
}

static NTSTATUS stop(struct player *player, NTSTATUS played)
{
    NTSTATUS status = set_state(player, StopState);

    if (NT_SUCCESS(status))
        status = set_state(player, ResetState);
    if (!NT_SUCCESS(played))
        return played;
    if (!NT_SUCCESS(status))
        player->routine = "SetDmaEngineState";
    return status;
}

static NTSTATUS run_registered(struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->ddi;
    NTSTATUS status;

    player->routine = "GetLinkPositionRegister";
    status = ddi->GetLinkPositionRegister(ddi->Context, player->engine, &player->position);
    if (!NT_SUCCESS(status))
        return status;
    player->last_time = KeQueryPerformanceCounter(NULL).QuadPart;
    refill(player);
    status = start(player);
    if (!NT_SUCCESS(status))
        return status;
    return stop(player, play(player));
}

NTSTATUS player_run(struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->ddi;
    NTSTATUS status;

    player->routine = "RegisterNotificationEvent";
    status = ddi->RegisterNotificationEvent(ddi->Context, player->engine, &player->event);
    if (!NT_SUCCESS(status))
        return status;
    status = run_registered(player);
    ddi->UnregisterNotificationEvent(ddi->Context, player->engine, &player->event);
    return status;
}
