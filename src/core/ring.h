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

/* Allocates the rings and lets them run: the link is up. Again after a reset of the link, with no deferred
 * work running. */
NTSTATUS hda_rings_start(struct hda_bus *bus);
/* Stops them. The interrupt is not connected any more, and no deferred work runs. */
void hda_rings_stop(struct hda_bus *bus);
/* Frees their memory: they have stopped, or the controller is in reset. */
void hda_rings_free(struct hda_bus *bus);

/* Whether there is room for one more command. Under verbs.lock. */
bool hda_corb_has_room(struct hda_bus *bus);
/* What has been answered may not have been fetched (HARDWARE 17): from now on the controller is asked whether
 * there is room, which costs a register access once in a ring. Under verbs.lock. */
void hda_corb_doubt(struct hda_bus *bus);
/* Writes the next command into memory. There is room. Under verbs.lock. */
void hda_corb_put(struct hda_bus *bus, uint32_t command);
/* Tells the controller of the commands written. Under verbs.lock. */
void hda_corb_kick(struct hda_bus *bus);

/* Whether the controller has fetched all commands. Costs a register access. Under verbs.lock. */
bool hda_corb_fetched(struct hda_bus *bus);
/* Stops the CORB, forgets the commands in it and lets it run again; within 300 us, since DISPATCH_LEVEL is
 * legal. When it fails the CORB stays stopped. Under verbs.lock. */
NTSTATUS hda_corb_restart(struct hda_bus *bus);

/* Whether there is a response to read. Any level. */
bool hda_rirb_filled(const struct hda_bus *bus);
/* Whether the controller has gone all the way round: the next entry holds no longer the oldest response, and
 * which are lost nobody knows. */
bool hda_rirb_lapped(struct hda_bus *bus);
/* Takes the next response; false when there is none, or the ring has lapped. Only the deferred work reads. */
bool hda_rirb_get(struct hda_bus *bus, struct hda_rirb_entry *entry);
/* Whether the controller has written more than the ring holds, so that responses are lost and the next will
 * come elsewhere than expected. If so, all that is unread is dropped, and reading goes on behind the
 * controller. Costs a register access. Only the deferred work asks, when it has read everything. */
bool hda_rirb_overtaken(struct hda_bus *bus);

#endif
