/* SPDX-License-Identifier: BSD-2-Clause */
/* feed.h - what a simulated pin is recorded with: a source's frames, what another pin plays, or silence. */
#ifndef CLI_FEED_H
#define CLI_FEED_H

#include <sim.h>

#include "route.h"
#include "source.h"

struct feed {
    struct hdabus *bus;
    UCHAR codec_address, pin;
    HDAUDIO_STREAM_FORMAT format;
    struct source *source;
    bool odd_format; /* the pin was asked for another format: silence was given */
};

/* Feeds the pin of a route with a source that is prepared for the route's format, or by a cable from the pin
 * of another route; one of them at most is not NULL. Without either a note says that a simulated device hears
 * silence. EXIT_DONE, or EXIT_FAILED with a message; then there is nothing to close. */
int feed_open(struct feed *feed, struct hdabus *bus, const struct route *to, struct source *source,
              const struct route *from, struct report *report);
/* EXIT_DONE, or EXIT_FAILED with a message when not all that was asked for was given. */
int feed_close(struct feed *feed, struct report *report);

#endif
