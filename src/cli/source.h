/* SPDX-License-Identifier: BSD-2-Clause */
/* source.h - an audio file, or a tone, as frames of a stream: opened, its samples widened, rounded,
 * converted, put into containers. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include <hdaudio.h>
#include <sndfile.h>

#include "convert.h"
#include "report.h"

struct source {
    const char *name; /* for messages */
    double tone;      /* Hz; 0: a file */
    double seconds;   /* of the tone; 0: without end */
    int descriptor;
    SNDFILE *file;
    SF_INFO info;  /* a tone's: as it is wished; once prepared, the stream's */
    unsigned bits; /* of its samples; 0: they are not integers */
    bool cut_off;  /* the file says that it is longer than it is */

    HDAUDIO_STREAM_FORMAT format; /* of the stream */
    uint64_t frames;              /* of the stream */
    uint64_t delivered;
    bool dry;                /* there was nothing left before all were delivered */
    uint64_t consumed;       /* frames of the file */
    struct convert *convert; /* NULL: samples are taken as they are */
    int32_t *block;          /* frames of the stream, left-justified in 32 bits */
    size_t block_at, block_frames;
};

/* Frames that stand for so many seconds, one at least. */
uint64_t frames_in(double seconds, ULONG rate);

/* Opens a file, or standard input for "-". EXIT_DONE, or EXIT_FAILED with a message; then there is nothing to
 * close. */
int source_open(struct source *source, const char *name, struct report *report);
/* A sine of -6 dB full scale, the same on each channel: in whatever format it is prepared for. */
void source_open_tone(struct source *source, double hertz, double seconds);
void source_close(struct source *source);

/* Whether the file is the one that `path` names. */
bool source_is(const struct source *source, const char *path);

/* Looks for a sample that has a bit below the upper `bits`, from the beginning, and goes back there.
 * EXIT_DONE: there is none; or EXIT_FAILED with a message. */
int source_check_bits(struct source *source, unsigned bits, struct report *report);

/* Sets what source_fill() gives: the file in this format, converted where they differ. EXIT_DONE, or
 * EXIT_FAILED with a message. */
int source_prepare(struct source *source, const HDAUDIO_STREAM_FORMAT *format, struct report *report);

/* Writes up to `count` frames of the stream to `frames`; returns how many. Fewer only at the end. */
ULONG source_fill(struct source *source, void *frames, ULONG count);
/* The same, left-justified in 32 bits. */
size_t source_read(struct source *source, int32_t *frames, size_t count);

/* Once all that is wanted was taken: whether the file was at its end before the one that it promised.
 * EXIT_DONE, or EXIT_FAILED with a message. */
int source_check_end(const struct source *source, struct report *report);

#endif
