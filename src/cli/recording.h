/* SPDX-License-Identifier: BSD-2-Clause */
/* recording.h - a lane from a pin to a file, alone or beside one that plays. */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include "codec/recorder.h"
#include "feed.h"
#include "lane.h"
#include "progress.h"
#include "writer.h"

struct recording {
    struct lane lane;         /* with its route */
    const char *path;         /* of the file */
    uint64_t frames;          /* 0: until it is stopped */
    struct source *source;    /* that feeds the pin, prepared; or NULL */
    const struct route *from; /* whose pin feeds it; or NULL */
    bool shows_progress;

    struct recorder recorder;
    struct feed feed;
    struct writer writer;
    struct progress progress;
};

/* Makes all ready that the members above tell of, so that lanes_run() can run the lane. EXIT_DONE, or
 * EXIT_FAILED with a message; then there is nothing to close. */
int recording_open(struct recording *recording);
/* Undoes it, and completes the file. Returns `code`, or EXIT_FAILED with a message if that was EXIT_DONE and
 * something fails. */
int recording_close(struct recording *recording, int code);

/* After it ran: whether anything was lost. EXIT_DONE, or EXIT_FAILED with a message. */
int recording_check(const struct recording *recording);

/* Adds what was counted to an object, which may be NULL. */
void recording_describe(const struct recording *recording, struct json_object *object);

#endif
