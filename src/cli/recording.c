/* SPDX-License-Identifier: BSD-2-Clause */
/* recording.c - a lane from a pin to a file. */
#include "recording.h"

#include "json.h"
#include "stop.h"

/* ---- What the recorder calls --------------------------------------------------------------------- */

/* A file that cannot be written ends the recording. */
static ULONG put_frames(void *context, void *frames, ULONG count)
{
    struct recording *recording = context;

    writer_put_stream(&recording->writer, frames, count);
    return recording->writer.failed ? 0 : count;
}

static void show_progress(void *context, const struct stream_report *report)
{
    struct recording *recording = context;

    if (recording->shows_progress)
        progress_show(&recording->progress, report);
}

static const struct stream_client recorder_client = {
    .transfer = put_frames, .stop = stop_is_wanted, .progress = show_progress};

/* ---- Opening and closing ------------------------------------------------------------------------- */

static int open_engine(struct recording *recording)
{
    struct lane *lane = &recording->lane;
    struct stream_request request = lane_request(lane, &recorder_client, recording);
    NTSTATUS status =
        recorder_open(&recording->recorder, &lane->route.group->ddi, &request, recording->frames);
    int code;

    lane->stream = &recording->recorder.stream;
    if (!NT_SUCCESS(status))
        return lane_fail(lane, lane->stream->routine, status);
    code = lane_check_buffer(lane);
    if (code != EXIT_DONE)
        recorder_close(&recording->recorder);
    return code;
}

static int open_files(struct recording *recording)
{
    struct lane *lane = &recording->lane;
    int code = feed_open(&recording->feed, lane->device->bus, &lane->route, recording->source,
                         recording->from, lane->report);

    if (code != EXIT_DONE)
        return code;
    code = writer_open(&recording->writer, recording->path, &lane->route.format, recording->frames,
                       lane->report);
    if (code != EXIT_DONE)
        feed_close(&recording->feed, lane->report);
    return code;
}

int recording_open(struct recording *recording)
{
    struct lane *lane = &recording->lane;
    int code = open_engine(recording);

    if (code != EXIT_DONE)
        return code;
    code = lane_open_path(lane);
    if (code != EXIT_DONE)
        goto close_engine;
    code = open_files(recording);
    if (code != EXIT_DONE)
        goto close_path;
    progress_start(&recording->progress, lane->route.format.SampleRate, recording->frames);
    return EXIT_DONE;

close_path:
    lane_close_path(lane, code);
close_engine:
    recorder_close(&recording->recorder);
    return code;
}

static int worse(int code, int other)
{
    return code != EXIT_DONE ? code : other;
}

int recording_close(struct recording *recording, int code)
{
    struct lane *lane = &recording->lane;

    progress_end(&recording->progress);
    code = worse(code, writer_close(&recording->writer, lane->report));
    code = worse(code, feed_close(&recording->feed, lane->report));
    code = lane_close_path(lane, code);
    recorder_close(&recording->recorder);
    return code;
}

/* ---- What came of it ----------------------------------------------------------------------------- */

int recording_check(const struct recording *recording)
{
    return lane_check_gaps(&recording->lane, "was written over before it was read");
}

void recording_describe(const struct recording *recording, struct json_object *object)
{
    const struct stream *stream = recording->lane.stream;
    uint64_t frames = recording->frames ? recording->frames : recording->recorder.next;

    lane_describe_counts(&recording->lane, object, recorder_expected(frames, stream->period_frames),
                         "overruns");
    json_add_integer(object, "lost", recording->recorder.lost);
}
