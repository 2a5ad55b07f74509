/* SPDX-License-Identifier: BSD-2-Clause */
/* lane.h - a stream on its route: what playing and recording have in common. */
#ifndef CLI_LANE_H
#define CLI_LANE_H

#include "codec/session.h"
#include "follow.h"
#include "route.h"

struct lane {
    const struct options *options;
    struct report *report;
    struct device *device;
    struct route route;
    struct stream *stream; /* a player's or a recorder's, once it is open */
    struct follow *follow; /* NULL: it stays on its route */
};

/* What a player or a recorder is asked for on the lane's route. */
struct stream_request lane_request(const struct lane *lane, const struct stream_client *client,
                                   void *context);

/* All of these return EXIT_DONE, or EXIT_FAILED with a message. */

/* Tells what a routine of the DDI said, or that the controller has disappeared. */
int lane_fail(const struct lane *lane, const char *routine, NTSTATUS status);
/* Reads the device's function groups, and what is plugged into their jacks, for choosing a route. */
int lane_read_groups(const struct lane *lane);
/* Whether the buffer is large enough for the FIFO. */
int lane_check_buffer(const struct lane *lane);
/* Opens the route's paths for the stream, and closes them: returns `code` unless that is EXIT_DONE and
 * closing fails. */
int lane_open_path(const struct lane *lane);
int lane_close_path(const struct lane *lane, int code);
/* Runs lanes until each comes to its end, or a signal stops them, with a sleep of the bus if --suspend asks
 * for one; the first one moves to another pin as it follows jacks. */
int lanes_run(struct lane *const *lanes, unsigned count);
/* What a gap means: under --exact a failure, else a pity. `what` happened to the buffer. */
int lane_check_gaps(const struct lane *lane, const char *what);
/* What a simulated controller saw the driver do. */
int lane_check_faults(const struct lane *lane);

/* Members of the report's object: of what the route is, and of what was counted from opening to closing. */
void lane_report_route(const struct lane *lane);
void lane_report_statistics(const struct lane *lane, const struct hdabus_statistics *statistics);
/* Members of an object, which may be NULL: what the stream counted; `gaps` is what a gap is called. */
void lane_describe_counts(const struct lane *lane, struct json_object *object, uint64_t expected,
                          const char *gaps);

/* Whether there is anything to tell, and the last line on standard output that tells it. */
bool lane_has_run(const struct lane *lane);
void lane_print_result(const struct lane *lane, const char *done, const struct hdabus_statistics *statistics);

#endif
