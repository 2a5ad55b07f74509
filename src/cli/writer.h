/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.h - an audio file that is written: WAV, or FLAC where the name ends so. */
#ifndef CLI_WRITER_H
#define CLI_WRITER_H

#include <hdaudio.h>
#include <sndfile.h>

#include "report.h"

struct writer {
    const char *path;
    SNDFILE *file;
    unsigned channels;
    unsigned container; /* bits, of writer_put_stream() */
    int32_t *block;
    size_t block_frames;
    bool failed;
};

/* Creates the file for audio in this format. `most` is how many frames there may be, 0 for no end: it decides
 * on whether the file is one for more than 4 GiB. EXIT_DONE, or EXIT_FAILED with a message; then there is
 * nothing to close. */
int writer_open(struct writer *writer, const char *path, const HDAUDIO_STREAM_FORMAT *format, uint64_t most,
                struct report *report);
/* Completes the file. EXIT_DONE, or EXIT_FAILED with a message when it does not hold all. */
int writer_close(struct writer *writer, struct report *report);

/* Adds frames, left-justified in 32 bits, or as they lie in a stream's memory. What cannot be written is told
 * at closing. */
void writer_put(struct writer *writer, const int32_t *samples, size_t frames);
void writer_put_stream(struct writer *writer, const void *memory, size_t frames);

/* Whether two names are of one file, also when it does not exist yet. */
bool is_same_file(const char *one, const char *other);

#endif
