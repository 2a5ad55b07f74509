/* SPDX-License-Identifier: BSD-2-Clause */
/* player.c - a stream of frames through a render engine. */
#include "player.h"

#include "session.h"

#define MICROSECONDS 1000000ull /* in a second */

ULONG player_drain(ULONG latency, ULONG period_frames, ULONG rate)
{
    ULONGLONG frames = ((ULONGLONG)latency * rate + MICROSECONDS - 1) / MICROSECONDS;

    return max((ULONG)stream_periods(frames, period_frames), 1u);
}

ULONGLONG player_expected(ULONGLONG frames, ULONG period_frames, ULONG drain_periods)
{
    return stream_periods(frames, period_frames) + drain_periods;
}

static struct player *player_of(struct stream *stream)
{
    return CONTAINING_RECORD(stream, struct player, stream);
}

/* ---- Filling the buffer -------------------------------------------------------------------------- */

static void write_frames(struct player *player, ULONG count)
{
    struct stream *stream = &player->stream;
    UCHAR *at = stream_at(stream, player->written);
    ULONG filled = 0;

    if (!player->ended)
        filled = stream->request.client->transfer(stream->request.context, at, count);
    if (!player->ended && filled < count) {
        player->ended = true;
        player->data_end = player->written + filled;
    }
    RtlZeroMemory(at + (SIZE_T)filled * stream->frame_bytes, (SIZE_T)(count - filled) * stream->frame_bytes);
    player->data_frames += filled;
    player->written += count;
}

/* What has gone over the link makes room. */
static void fill(struct stream *stream)
{
    struct player *player = player_of(stream);
    ULONGLONG target = stream_link_frames(stream) + stream->buffer_frames;

    while (player->written < target) {
        ULONGLONG room = min(target - player->written, stream_contiguous(stream, player->written));

        write_frames(player, (ULONG)room);
    }
}

/* The FIFO reads ahead: what was not written by then has been replaced by what stood there before. Data that
 * came too late is not skipped but follows behind that. */
static void refill(struct stream *stream)
{
    struct player *player = player_of(stream);
    ULONGLONG gone = stream_link_frames(stream);
    ULONGLONG fetched = gone + (stream->fifo + stream->frame_bytes - 1) / stream->frame_bytes;

    if (player->written < fetched) {
        stream->report.gaps++;
        player->written = min(fetched, gone + stream->buffer_frames);
    }
    fill(stream);
}

/* ---- Beginning anew ------------------------------------------------------------------------------ */

static void reverse(UCHAR *bytes, SIZE_T count)
{
    SIZE_T i;

    for (i = 0; i < count / 2; i++) {
        UCHAR byte = bytes[i];

        bytes[i] = bytes[count - 1 - i];
        bytes[count - 1 - i] = byte;
    }
}

/* Brings a frame of the buffer to its beginning, and what is ahead of it to its end. */
static void rotate(const struct stream *stream, ULONGLONG frame)
{
    SIZE_T size = (SIZE_T)stream->buffer_frames * stream->frame_bytes;
    SIZE_T ahead = (SIZE_T)(frame % stream->buffer_frames) * stream->frame_bytes;

    reverse(stream->buffer, ahead);
    reverse(stream->buffer + ahead, size - ahead);
    reverse(stream->buffer, size);
}

static ULONGLONG less(ULONGLONG value, ULONGLONG by)
{
    return value - min(value, by);
}

/* ---- Playing ------------------------------------------------------------------------------------- */

/* Frames of the data that wait in the buffer; the silence after them does not count. */
static ULONGLONG frames_waiting(const struct player *player)
{
    ULONGLONG end = player->ended ? player->data_end : player->written;
    ULONGLONG gone = stream_link_frames(&player->stream);

    return gone < end ? min(end - gone, player->data_frames) : 0;
}

static void serve(struct stream *stream)
{
    struct player *player = player_of(stream);

    refill(stream);
    stream->report.frames = player->data_frames - frames_waiting(player);
}

/* What the FIFO has fetched beyond the link's position is in the buffer still, and plays from there. */
static void rest(struct stream *stream)
{
    struct player *player = player_of(stream);
    ULONGLONG gone = stream_link_frames(stream);

    stream->report.gaps += player->written < gone;
    stream->report.frames = player->data_frames - frames_waiting(player);
    rotate(stream, gone);
    player->written = less(player->written, gone);
    player->data_end = less(player->data_end, gone);
}

/* When notifications were lost, a period more makes up for them. */
static bool is_drained(const struct stream *stream)
{
    const struct player *player = (const struct player *)stream;

    if (!player->ended || stream_link_frames(stream) < player->data_end)
        return false;
    return stream_has_ended(stream,
                            player_expected(player->data_end, stream->period_frames, player->drain_periods));
}

static NTSTATUS allocate_engine(struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;

    stream->routine = "AllocateRenderDmaEngine";
    return ddi->AllocateRenderDmaEngine(ddi->Context, &stream->request.format, FALSE, &stream->engine,
                                        &stream->converter_format);
}

static const struct stream_role plays = {
    .allocate = allocate_engine, .begin = fill, .serve = serve, .rest = rest, .is_complete = is_drained};

NTSTATUS player_open(struct player *player, const HDAUDIO_BUS_INTERFACE_V2 *ddi,
                     const struct stream_request *request, ULONG latency)
{
    NTSTATUS status;

    RtlZeroMemory(player, sizeof(*player));
    status = stream_open(&player->stream, &plays, ddi, request);
    if (NT_SUCCESS(status))
        player->drain_periods =
            player_drain(latency, player->stream.period_frames, request->format.SampleRate);
    return status;
}

NTSTATUS player_run(struct player *player)
{
    struct stream *stream = &player->stream;

    return session_run(&stream, 1);
}

void player_close(struct player *player)
{
    stream_close(&player->stream);
}
