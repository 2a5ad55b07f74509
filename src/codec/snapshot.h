/* SPDX-License-Identifier: BSD-2-Clause */
/* snapshot.h - a codec as it is, read by verbs. */
#ifndef CODEC_SNAPSHOT_H
#define CODEC_SNAPSHOT_H

#include <hdaudio.h>

#include "dump.h"

/* Reads the codec that the client's function group is in, with the settings that it has now; changes none of
 * them. The client's is the audio function group if the codec has one. The name says who made the codec and
 * the lower half of its vendor id. Six batches, no verb twice; PASSIVE_LEVEL, blocks. NOT_SUPPORTED: the
 * client's is another function group; NO_MEMORY, IO_TIMEOUT (the codec does not answer), or what the bus
 * says: then what is in `dump` is of no use. */
NTSTATUS codec_snapshot(const HDAUDIO_BUS_INTERFACE_V2 *ddi, struct codec_dump *dump);

#endif
