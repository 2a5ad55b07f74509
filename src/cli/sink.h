/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.h - an audio file of what comes out of a pin. */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <sim.h>

#include "writer.h"

struct sink {
    struct hdabus *bus;
    UCHAR codec_address, pin;
    ULONG rate;
    struct writer writer;
    bool odd_format; /* something of another format was heard, and left out */
};

/* Creates the file and listens to the pin of a simulated device. `most` is how many frames there may be.
 * EXIT_DONE, or EXIT_FAILED with a message; then there is nothing to close. */
int sink_open(struct sink *sink, struct hdabus *bus, UCHAR codec_address, UCHAR pin, const char *path,
              const HDAUDIO_STREAM_FORMAT *format, uint64_t most, struct report *report);

/* Stops listening and completes the file. EXIT_DONE, or EXIT_FAILED with a message when it does not hold all
 * that should have been heard. */
int sink_close(struct sink *sink, struct report *report);

#endif
