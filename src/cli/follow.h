/* SPDX-License-Identifier: BSD-2-Clause */
/* follow.h - moves what plays to the best pin when something is plugged into a jack, or pulled out. */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "codec/jacks.h"
#include "route.h"

struct follow {
    struct route *route;        /* the lane's, which moves */
    const struct route *beside; /* as of route_choose() */
    const struct options *options;
    struct report *report;
    struct jack_watch watch;
    bool is_open;
    struct route next;
    struct json_object *moves; /* of the report's object; NULL without */
    /* Called when the route has changed, while no engine runs. */
    NTSTATUS (*moved)(void *context);
    void *context;
};

/* Watches the jacks of the route's codec, if --follow-jack says so. EXIT_DONE, or EXIT_FAILED with a message;
 * then there is nothing to close. `follow` has its members up to `report`, and the last two. */
int follow_open(struct follow *follow);
void follow_close(struct follow *follow);

/* Whether a better pin is there now that carries the same stream, and under --exact leaves it as it is. */
bool follow_wants_move(struct follow *follow);
/* Closes the route's paths and makes the route another one, whose paths the caller opens; `frames` have been
 * played until then. */
NTSTATUS follow_move(struct follow *follow, uint64_t frames, const char **routine);
/* The codecs have been reset. What the bus says. */
NTSTATUS follow_renew(struct follow *follow);

#endif
