/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.h - a WAV file of what comes out of a pin. */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <sim.h>
#include <sndfile.h>

#include "report.h"

struct sink {
    const char *path;
    struct hdabus *bus;
    UCHAR codec_address, pin;
    ULONG rate;
    unsigned channels;
    SNDFILE *file;
    int32_t *block;
    size_t block_frames;
    uint64_t frames; /* heard */
    bool odd_format; /* something of another format was heard, and left out */
    bool failed;     /* to write */
};

/* Creates the file and listens to the pin of a simulated device. `most` is how many frames there may be: it
 * decides on whether the file is one for more than 4 GiB. EXIT_DONE, or EXIT_FAILED with a message; then
 * there is nothing to close. */
int sink_open(struct sink *sink, struct hdabus *bus, UCHAR codec_address, UCHAR pin, const char *path,
              const HDAUDIO_STREAM_FORMAT *format, uint64_t most, struct report *report);

/* Stops listening and completes the file. EXIT_DONE, or EXIT_FAILED with a message when it does not hold all
 * that should have been heard. */
int sink_close(struct sink *sink, struct report *report);

#endif
