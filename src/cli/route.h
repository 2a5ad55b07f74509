/* SPDX-License-Identifier: BSD-2-Clause */
/* route.h - where a stream goes or comes from and as what: the pin, the way to it, the format. */
#ifndef CLI_ROUTE_H
#define CLI_ROUTE_H

#include "codec/path_set.h"
#include "device.h"
#include "source.h"

struct route {
    struct audio_group *group;
    struct path_set set;       /* of one path, or of several to as many pins */
    UCHAR pin;                 /* at the first one's end */
    UCHAR pins[PATH_SET_MOST]; /* at all of theirs; these stay when the device is closed */
    HDAUDIO_STREAM_FORMAT format;
};

/* What a stream should be like. */
struct wish {
    enum path_direction direction;
    const UCHAR *pins;  /* that all get the same */
    unsigned pin_count; /* 0: the best one */
    bool alone;         /* not spread over several pins */
    bool jacks_first;   /* as in path_need */
    ULONG rate;
    unsigned channels, bits;
    bool rate_is_must, channels_is_must, bits_is_must; /* else the nearest there is will do */
};

/* What the options say and, where they do not, the source is like, which may be NULL. */
struct wish wish_for(enum path_direction direction, const struct options *options,
                     const struct source *source);

/* Chooses among the device's groups, beside a route that is used at the same time unless it is NULL.
 * EXIT_DONE, or EXIT_FAILED with a message. The route points into the device. */
int route_choose(struct route *route, const struct device *device, const struct wish *wish,
                 const struct route *beside, const struct options *options, struct report *report);

/* Chooses anew for a stream that plays on the route `now`, by what is plugged in, in the same group and the
 * same format. False: there is no such route. */
bool route_choose_again(struct route *route, const struct route *now, const struct route *beside);

enum path_direction route_direction(const struct route *route);
/* Whether other channels go to each of its pins. */
bool route_is_spread(const struct route *route);

/* Says on standard error what becomes of the source's samples, and refuses that under --exact. EXIT_DONE, or
 * EXIT_FAILED with a message. */
int route_note_changes(const struct route *route, struct source *source, const struct options *options,
                       struct report *report);
/* The same of amplifiers on the way. */
int route_note_level(const struct route *route, const struct options *options, struct report *report);
/* Whether samples pass on all ways as they are. */
bool route_reaches_0_db(const struct route *route);

#endif
