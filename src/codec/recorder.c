/* SPDX-License-Identifier: BSD-2-Clause */
/* recorder.c - frames from a capture engine. */
#include "recorder.h"

#include "session.h"

ULONGLONG recorder_expected(ULONGLONG frames, ULONG period_frames)
{
    return stream_periods(frames, period_frames);
}

static struct recorder *recorder_of(struct stream *stream)
{
    return CONTAINING_RECORD(stream, struct recorder, stream);
}

/* ---- Reading the buffer -------------------------------------------------------------------------- */

static bool is_satisfied(const struct recorder *recorder)
{
    return recorder->refused || (recorder->wanted && recorder->stream.report.frames >= recorder->wanted);
}

/* What has come over the link may still be in the FIFO; a period that was notified is in memory. */
static ULONGLONG frames_in_memory(const struct stream *stream)
{
    ULONGLONG bytes = stream->link_bytes - min(stream->link_bytes, stream->lag);

    return max(bytes, stream->handled * stream_period_bytes(stream)) / stream->frame_bytes;
}

static bool is_written_over(const struct stream *stream, ULONGLONG frame)
{
    return stream_link_frames(stream) > frame + stream->buffer_frames;
}

/* Goes on half a buffer ahead of the engine, so that it is not caught again at once. */
static void skip_lost(struct recorder *recorder)
{
    struct stream *stream = &recorder->stream;
    ULONGLONG from = recorder->next;

    if (!is_written_over(stream, from))
        return;
    recorder->next = stream_link_frames(stream) - stream->buffer_frames / 2;
    recorder->lost += recorder->next - from;
    stream->report.gaps++;
}

static void read_frames(struct recorder *recorder, ULONG count)
{
    struct stream *stream = &recorder->stream;
    ULONG taken =
        stream->request.client->transfer(stream->request.context, stream_at(stream, recorder->next), count);

    recorder->refused = taken < count;
    recorder->next += taken;
    stream->report.frames += taken;
}

/* The engine may have come round while the client was reading. When it has what it wanted, it does not matter
 * any more: nothing is lost. */
static void serve(struct stream *stream)
{
    struct recorder *recorder = recorder_of(stream);
    ULONGLONG end = frames_in_memory(stream), first;

    if (is_satisfied(recorder))
        return;
    skip_lost(recorder);
    first = recorder->next;
    while (recorder->next < end && !is_satisfied(recorder)) {
        ULONGLONG count = min(end - recorder->next, stream_contiguous(stream, recorder->next));

        if (recorder->wanted)
            count = min(count, recorder->wanted - stream->report.frames);
        read_frames(recorder, (ULONG)count);
    }
    stream_update(stream);
    if (recorder->next > first && is_written_over(stream, first))
        stream->report.gaps++;
}

/* ---- Recording ----------------------------------------------------------------------------------- */

static NTSTATUS allocate_engine(struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;
    UCHAR address, group;

    ddi->GetResourceInformation(ddi->Context, &address, &group);
    stream->routine = "AllocateCaptureDmaEngine";
    return ddi->AllocateCaptureDmaEngine(ddi->Context, address, &stream->request.format, &stream->engine,
                                         &stream->converter_format);
}

static void begin(struct stream *stream)
{
    stream->lag = stream->fifo;
}

/* An engine that has stopped has emptied its FIFO into memory. */
static void rest(struct stream *stream)
{
    stream->lag = 0;
    serve(stream);
    recorder_of(stream)->next = 0;
}

/* The last period's notification is waited for, so that there are as many as were expected. */
static bool is_complete(const struct stream *stream)
{
    const struct recorder *recorder = (const struct recorder *)stream;

    if (recorder->refused)
        return true;
    return is_satisfied(recorder) &&
           stream_has_ended(stream, recorder_expected(recorder->next, stream->period_frames));
}

static const struct stream_role records = {
    .allocate = allocate_engine, .begin = begin, .serve = serve, .rest = rest, .is_complete = is_complete};

NTSTATUS recorder_open(struct recorder *recorder, const HDAUDIO_BUS_INTERFACE_V2 *ddi,
                       const struct stream_request *request, ULONGLONG frames)
{
    RtlZeroMemory(recorder, sizeof(*recorder));
    recorder->wanted = frames;
    return stream_open(&recorder->stream, &records, ddi, request);
}

NTSTATUS recorder_run(struct recorder *recorder)
{
    struct stream *stream = &recorder->stream;

    return session_run(&stream, 1);
}

void recorder_close(struct recorder *recorder)
{
    stream_close(&recorder->stream);
}
