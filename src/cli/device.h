/* SPDX-License-Identifier: BSD-2-Clause */
/* device.h - the bus that a command works on, with the codecs of its audio function groups. */
#ifndef CLI_DEVICE_H
#define CLI_DEVICE_H

#include <bus.h>

#include "codec/topology.h"
#include "options.h"

/* An audio function group and the interface that its driver got. */
struct audio_group {
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    struct codec codec;
};

struct device {
    struct hdabus *bus;
    unsigned group_count;
    struct audio_group *groups;
};

/* Opens what --device and --clock say. EXIT_DONE, or else with a message; then there is nothing to close. */
int device_open(struct device *device, const struct options *options, struct report *report);
/* Puts the bus's last counts, those of closing included, into `last`, if it is not NULL. */
void device_close(struct device *device, struct hdabus_statistics *last);

/* Reads all audio function groups; one that fails is left out with a message. EXIT_DONE, or EXIT_FAILED with
 * a message when memory runs out. */
int device_read_groups(struct device *device, struct report *report);

#endif
