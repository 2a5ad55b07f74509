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
    bool told_removal;
    struct report *report; /* told by device_close() how many faults the checking host found */
};

/* Opens what --device and --clock say. EXIT_DONE, or else with a message; then there is nothing to close. */
int device_open(struct device *device, const struct options *options, struct report *report);
/* The same, for playing at `rate` Hz: a device that has one rate has that, unless --device says otherwise. */
int device_open_at(struct device *device, const struct options *options, ULONG rate, struct report *report);
/* The same, without the log of the bus but for what the checking host says: for a client that calls routines
 * wrongly on purpose. */
int device_open_quietly(struct device *device, const struct options *options, struct report *report);
/* Whether --device names a file to write, as out=FILE, of which `is` says that it is `file`. */
bool device_writes(const struct options *options, bool (*is)(const void *file, const char *path),
                   const void *file);
/* Puts the bus's last counts, those of closing included, into `last`, if it is not NULL. */
void device_close(struct device *device, struct hdabus_statistics *last);

#define NO_TIME (-1.0)
/* Whether the controller has disappeared. The first to ask then fails with a message, which says after how
 * many seconds of a stream, or NO_TIME. */
bool device_is_lost(struct device *device, double seconds, struct report *report);
/* Fails with what the bus said of a codec: EXIT_FAILED, with a message. */
int device_fail(struct device *device, unsigned address, NTSTATUS status, struct report *report);

/* Reads all audio function groups; one that fails is left out with a message. EXIT_DONE, or EXIT_FAILED with
 * a message when memory runs out or the controller disappears. */
int device_read_groups(struct device *device, struct report *report);
/* Reads what is plugged into their jacks, too; those of one that fails stay unknown, with a message. What
 * device_read_groups() returns. */
int device_read_jacks(struct device *device, struct report *report);

/* The interface that the driver of a codec's audio function group gets; of another one if it has none. The
 * caller gives it back with InterfaceDereference. EXIT_DONE, or EXIT_FAILED with a message. */
int device_query_codec(struct device *device, unsigned address, HDAUDIO_BUS_INTERFACE_V2 *ddi,
                       struct report *report);

#endif
