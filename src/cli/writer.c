/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.c - an audio file that is written. */
#include "writer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define BLOCK_FRAMES   4096
#define MOST_IN_WAV    0xF0000000ull /* bytes; the sizes in a WAV file have 32 bits */
#define WIDEST_IN_FLAC 24u

/* ---- Opening and closing ------------------------------------------------------------------------- */

static bool is_flac(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && strcasecmp(dot, ".flac") == 0;
}

static int container_format(const char *path, uint64_t bytes)
{
    if (is_flac(path))
        return SF_FORMAT_FLAC;
    return bytes < MOST_IN_WAV ? SF_FORMAT_WAV : SF_FORMAT_RF64;
}

/* Whole bytes to a sample, and two at least. */
static int file_format(const char *path, const HDAUDIO_STREAM_FORMAT *format, uint64_t most)
{
    static const int encodings[] = {SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32};
    unsigned width = max((format->ValidBitsPerSample + 7u) / 8, 2u);
    uint64_t bytes = most ? most * format->NumberOfChannels * width : UINT64_MAX;

    return container_format(path, bytes) | encodings[width - 2];
}

static int create_file(struct writer *writer, const HDAUDIO_STREAM_FORMAT *format, uint64_t most,
                       struct report *report)
{
    SF_INFO info = {
        .samplerate = (int)format->SampleRate,
        .channels = format->NumberOfChannels,
        .format = file_format(writer->path, format, most),
    };

    if (strcmp(writer->path, "-") == 0)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "-: standard output cannot be an audio file, whose header is written last");
    if (is_flac(writer->path) && format->ValidBitsPerSample > WIDEST_IN_FLAC)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: FLAC holds at most %u bits",
                              writer->path, WIDEST_IN_FLAC);
    writer->file = sf_open(writer->path, SFM_WRITE, &info);
    if (!writer->file)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: %s", writer->path, sf_strerror(NULL));
    if (!most)
        sf_command(writer->file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
    return EXIT_DONE;
}

int writer_open(struct writer *writer, const char *path, const HDAUDIO_STREAM_FORMAT *format, uint64_t most,
                struct report *report)
{
    int code;

    memset(writer, 0, sizeof(*writer));
    writer->path = path;
    writer->channels = format->NumberOfChannels;
    writer->container = format->ContainerSize;
    writer->block = calloc((size_t)BLOCK_FRAMES * writer->channels, sizeof(*writer->block));
    if (!writer->block)
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    code = create_file(writer, format, most, report);
    if (code != EXIT_DONE)
        free(writer->block);
    return code;
}

static void flush_block(struct writer *writer)
{
    sf_count_t frames = (sf_count_t)writer->block_frames;

    if (frames > 0 && sf_writef_int(writer->file, writer->block, frames) != frames)
        writer->failed = true;
    writer->block_frames = 0;
}

int writer_close(struct writer *writer, struct report *report)
{
    flush_block(writer);
    if (sf_close(writer->file) != 0)
        writer->failed = true;
    free(writer->block);
    if (writer->failed)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: could not be written", writer->path);
    return EXIT_DONE;
}

/* ---- Frames -------------------------------------------------------------------------------------- */

/* Room for up to `frames` frames, of which there are *room. */
static int32_t *next_room(struct writer *writer, size_t frames, size_t *room)
{
    int32_t *at;

    if (writer->block_frames == BLOCK_FRAMES)
        flush_block(writer);
    at = writer->block + writer->block_frames * writer->channels;
    *room = min(BLOCK_FRAMES - writer->block_frames, frames);
    writer->block_frames += *room;
    return at;
}

void writer_put(struct writer *writer, const int32_t *samples, size_t frames)
{
    size_t room;

    for (; frames > 0 && !writer->failed; frames -= room, samples += room * writer->channels) {
        int32_t *to = next_room(writer, frames, &room);

        memcpy(to, samples, room * writer->channels * sizeof(*to));
    }
}

static void widen(int32_t *to, const int16_t *from, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        to[i] = from[i] * (1 << 16);
}

void writer_put_stream(struct writer *writer, const void *memory, size_t frames)
{
    const int16_t *narrow = memory;
    size_t room;

    if (writer->container == 32) {
        writer_put(writer, memory, frames);
        return;
    }
    for (; frames > 0 && !writer->failed; frames -= room, narrow += room * writer->channels) {
        int32_t *to = next_room(writer, frames, &room);

        widen(to, narrow, room * writer->channels);
    }
}

/* ---- Names --------------------------------------------------------------------------------------- */

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The folder that a name stands in. False: there is none. */
static bool stat_folder(const char *path, struct stat *status)
{
    char *folder = strdup(path);
    bool found = false;

    if (!folder)
        return false;
    folder[last_part(path) - path] = '\0';
    found = stat(*folder ? folder : ".", status) == 0;
    free(folder);
    return found;
}

bool is_same_file(const char *one, const char *other)
{
    struct stat first, second;
    bool exists = stat(one, &first) == 0;

    if (stat(other, &second) == 0 || exists)
        return exists && stat(other, &second) == 0 && is_same(&first, &second);
    return strcmp(last_part(one), last_part(other)) == 0 && stat_folder(one, &first) &&
           stat_folder(other, &second) && is_same(&first, &second);
}
