/* SPDX-License-Identifier: BSD-2-Clause */
/* groups.h - the audio function groups that a command is about, and the ways that play and record would take
 * in them. */
#ifndef CLI_GROUPS_H
#define CLI_GROUPS_H

#include "codec/path.h"
#include "codec/words.h"
#include "device.h"

struct groups {
    struct device device;
    bool all; /* codecs; else the one at `address` */
    unsigned address;
    bool missed; /* one that is meant could not be read, which a message has told */
};

/* Opens the device and reads its audio function groups, and what is plugged into their jacks. The command's
 * operand is the address of the codec that is meant; without one all are. EXIT_DONE, or else with a message;
 * then there is nothing to close. */
int groups_open(struct groups *groups, const struct options *options, struct report *report);
void groups_close(struct groups *groups);

/* Those that are meant, one after the other: the first for NULL, NULL after the last. */
const struct audio_group *groups_next(const struct groups *groups, const struct audio_group *group);

/* The same of codecs that have no audio function group: *child, at first 0, is where to go on. False: there
 * is no other. */
bool groups_next_other(const struct groups *groups, unsigned *child, unsigned *address);

/* What codec_id_name() says of a codec, given any interface to it. */
NTSTATUS group_name(const HDAUDIO_BUS_INTERFACE_V2 *ddi, char name[CODEC_NAME_SIZE]);
/* The same of one of groups_next_other(). EXIT_DONE, or EXIT_FAILED with a message. */
int groups_name_other(struct groups *groups, unsigned address, char name[CODEC_NAME_SIZE],
                      struct report *report);

/* The way that play or record opens when it is not told anything else but, perhaps, the pin: 0 is the best
 * one. *rank is the less the better. `converter` is that of struct path_need. False: there is none. */
bool group_path(const struct codec *codec, UCHAR pin, enum path_direction direction, UCHAR converter,
                struct path *path, ULONG *rank);

#endif
