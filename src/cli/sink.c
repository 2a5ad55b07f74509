/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.c - an audio file of what comes out of a pin, or out of several side by side. */
#include "sink.h"

#include <stdlib.h>
#include <string.h>

#include "codec/status.h"

#define PIN_ROOM 8 /* "-0xNN", and the end */

/* ---- Names --------------------------------------------------------------------------------------- */

static size_t stem_length(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');

    return dot && (!slash || dot > slash + 1) && dot != path ? (size_t)(dot - path) : strlen(path);
}

char *sink_name(const char *path, UCHAR pin)
{
    size_t stem = stem_length(path), size = strlen(path) + PIN_ROOM;
    char *name = malloc(size);

    if (name)
        snprintf(name, size, "%.*s-0x%02x%s", (int)stem, path, pin, path + stem);
    return name;
}

/* ---- Side by side -------------------------------------------------------------------------------- */

/* What leaves a pin comes in pieces, each pin's in its turn. */
static bool make_room(struct sink *sink, size_t frames)
{
    int32_t *waiting;

    if (frames <= sink->room)
        return true;
    waiting = realloc(sink->waiting, 2 * frames * sink->writer.channels * sizeof(*waiting));
    if (!waiting)
        return false;
    sink->waiting = waiting;
    sink->room = 2 * frames;
    return true;
}

static void keep(struct sink_part *part, const int32_t *samples, size_t frames)
{
    unsigned stride = part->sink->writer.channels;
    int32_t *to = part->sink->waiting + part->waiting * stride + part->first;
    size_t i;

    for (i = 0; i < frames; i++)
        memcpy(to + i * stride, samples + i * part->channels, part->channels * sizeof(*samples));
    part->waiting += frames;
}

static size_t least_waiting(const struct sink *sink)
{
    size_t least = sink->parts[0].waiting;
    unsigned i;

    for (i = 1; i < sink->part_count; i++)
        least = min(least, sink->parts[i].waiting);
    return least;
}

static size_t most_waiting(const struct sink *sink)
{
    size_t most = 0;
    unsigned i;

    for (i = 0; i < sink->part_count; i++)
        most = max(most, sink->parts[i].waiting);
    return most;
}

/* Frames that all pins have given go to the file. */
static void put_whole(struct sink *sink)
{
    size_t whole = least_waiting(sink), most = most_waiting(sink);
    unsigned stride = sink->writer.channels, i;

    if (whole == 0)
        return;
    writer_put(&sink->writer, sink->waiting, whole);
    memmove(sink->waiting, sink->waiting + whole * stride, (most - whole) * stride * sizeof(*sink->waiting));
    for (i = 0; i < sink->part_count; i++)
        sink->parts[i].waiting -= whole;
}

static void hear(void *context, const struct hdabus_audio *audio)
{
    struct sink_part *part = context;
    struct sink *sink = part->sink;

    if (audio->sample_rate != sink->rate || audio->channels != part->channels) {
        sink->odd_format = true;
    } else if (sink->part_count == 1) {
        writer_put(&sink->writer, audio->samples, audio->frames);
    } else if (make_room(sink, part->waiting + audio->frames)) {
        keep(part, audio->samples, audio->frames);
        put_whole(sink);
    } else {
        sink->short_of_memory = true;
    }
}

/* ---- Opening and closing ------------------------------------------------------------------------- */

static void stop_listening(const struct sink *sink)
{
    unsigned i;

    for (i = 0; i < sink->part_count; i++)
        hdabus_sim_hear(sink->bus, sink->codec_address, sink->parts[i].pin, NULL, NULL);
}

static int listen_to_pin(struct sink_part *part, struct report *report)
{
    struct sink *sink = part->sink;
    NTSTATUS status = hdabus_sim_hear(sink->bus, sink->codec_address, part->pin, hear, part);

    if (status == STATUS_INVALID_DEVICE_REQUEST)
        return report_failure(report, EXIT_FAILED, status,
                              "--out needs a simulated device: QEMU writes what it plays to qemu:out=FILE");
    if (!NT_SUCCESS(status))
        return report_failure(report, EXIT_FAILED, status, "pin 0x%02x cannot be heard: %s: %s", part->pin,
                              status_name(status), status_sentence(status));
    return EXIT_DONE;
}

/* A converter takes its own channels, as far as the stream has them. */
static void add_part(struct sink *sink, const struct path *path)
{
    unsigned channels = sink->writer.channels;

    sink->parts[sink->part_count++] = (struct sink_part){
        .sink = sink,
        .pin = path_pin(path)->node,
        .first = path->channel,
        .channels = min(channels - path->channel, widget_channels(path_converter(path))),
    };
}

static int listen_to_pins(struct sink *sink, const struct path *paths, unsigned count, struct report *report)
{
    int code = EXIT_DONE;
    unsigned i;

    sink->part_count = 0;
    for (i = 0; i < count; i++)
        add_part(sink, &paths[i]);
    for (i = 0; i < count && code == EXIT_DONE; i++)
        code = listen_to_pin(&sink->parts[i], report);
    if (code != EXIT_DONE)
        stop_listening(sink);
    return code;
}

int sink_open(struct sink *sink, struct hdabus *bus, UCHAR codec_address, const struct path *paths,
              unsigned count, char *name, const HDAUDIO_STREAM_FORMAT *format, uint64_t most,
              struct report *report)
{
    int code;

    memset(sink, 0, sizeof(*sink));
    sink->bus = bus;
    sink->codec_address = codec_address;
    sink->rate = format->SampleRate;
    sink->name = name;
    code = writer_open(&sink->writer, name, format, most, report);
    if (code == EXIT_DONE) {
        code = listen_to_pins(sink, paths, count, report);
        if (code != EXIT_DONE)
            writer_close(&sink->writer, report);
    }
    if (code != EXIT_DONE)
        free(name);
    return code;
}

int sink_move(struct sink *sink, const struct path *paths, unsigned count, struct report *report)
{
    stop_listening(sink);
    return listen_to_pins(sink, paths, count, report);
}

static int check_whole(const struct sink *sink, struct report *report)
{
    if (sink->short_of_memory)
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    if (sink->odd_format)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: the pin gave audio of another rate or channel count", sink->name);
    if (most_waiting(sink) > 0)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: one pin gave more audio than another",
                              sink->name);
    return EXIT_DONE;
}

int sink_close(struct sink *sink, struct report *report)
{
    int code;

    stop_listening(sink);
    code = writer_close(&sink->writer, report);
    if (code == EXIT_DONE)
        code = check_whole(sink, report);
    free(sink->waiting);
    free(sink->name);
    return code;
}
