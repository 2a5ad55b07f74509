/* SPDX-License-Identifier: BSD-2-Clause */
/* route.h - where a file goes and as what: the pin, the way to it, the format of the stream. */
#ifndef CLI_ROUTE_H
#define CLI_ROUTE_H

#include "codec/path.h"
#include "device.h"
#include "source.h"

struct route {
    struct audio_group *group;
    struct path path;
    HDAUDIO_STREAM_FORMAT format;
};

/* Chooses among the device's groups, says on standard error what the file must be converted to, and refuses
 * that under --exact. EXIT_DONE, or EXIT_FAILED with a message. The route points into the device. */
int route_choose(struct route *route, const struct device *device, struct source *source,
                 const struct options *options, struct report *report);

#endif
