/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.h - the two rings in memory: commands outbound (CORB, HDA 4.4.1) and responses inbound (RIRB,
 * HDA 4.4.2).
 *
 * An unread RIRB entry is told from a read one by its extended half: the driver fills it with ones, which no
 * response has (its upper bits are zero, HDA 4.4.2.1). So finding the responses takes no register access.
 */
#ifndef HDA_RING_H
#define HDA_RING_H

#include <host.h>

#include "registers.h"

struct hda_bus;

NTSTATUS hda_rings_start(struct hda_bus *bus);
void hda_rings_stop(struct hda_bus *bus);

/* Writes the next command into memory. There is room: the caller keeps to verbs.limit. Under verbs.lock. */
void hda_corb_put(struct hda_bus *bus, uint32_t command);
/* Tells the controller of the commands written. Under verbs.lock. */
void hda_corb_kick(struct hda_bus *bus);

/* Whether there is a response to read. Any level. */
bool hda_rirb_filled(const struct hda_bus *bus);
/* Takes the next response; false when there is none. Only the deferred work reads. */
bool hda_rirb_get(struct hda_bus *bus, struct hda_rirb_entry *entry);

#endif
