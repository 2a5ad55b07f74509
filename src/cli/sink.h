/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.h - an audio file of what comes out of a pin, or out of several side by side. */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <sim.h>

#include "codec/path_set.h"
#include "writer.h"

struct sink;

/* A pin, and which of the file's channels are its own. */
struct sink_part {
    struct sink *sink;
    UCHAR pin;
    unsigned first, channels;
    size_t waiting; /* frames that others have not given yet */
};

struct sink {
    struct hdabus *bus;
    UCHAR codec_address;
    ULONG rate;
    char *name; /* of the file */
    struct writer writer;
    unsigned part_count;
    struct sink_part parts[PATH_SET_MOST];
    int32_t *waiting; /* frames of the file of which some parts are missing */
    size_t room;      /* for so many */
    bool odd_format;  /* something of another format was heard, and left out */
    bool short_of_memory;
};

/* The name of a pin's own file where there are several: FILE-0xNN.wav. The caller frees it; NULL without
 * memory. */
char *sink_name(const char *path, UCHAR pin);

/* Creates the file `name`, which the sink owns from then on, and listens to the pins of these paths of a
 * simulated device; each has the channels of the file that its path takes from the stream. `most` is how many
 * frames there may be. EXIT_DONE, or EXIT_FAILED with a message; then there is nothing to close. */
int sink_open(struct sink *sink, struct hdabus *bus, UCHAR codec_address, const struct path *paths,
              unsigned count, char *name, const HDAUDIO_STREAM_FORMAT *format, uint64_t most,
              struct report *report);

/* Goes on with what comes out of other pins. EXIT_DONE, or EXIT_FAILED with a message. */
int sink_move(struct sink *sink, const struct path *paths, unsigned count, struct report *report);

/* Stops listening and completes the file. EXIT_DONE, or EXIT_FAILED with a message when it does not hold all
 * that should have been heard. */
int sink_close(struct sink *sink, struct report *report);

#endif
