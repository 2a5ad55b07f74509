/* SPDX-License-Identifier: BSD-2-Clause */
/* link.h - the link as it comes out of reset, up to where codecs can be asked (HDA 4.3, 4.4). */
#ifndef HDA_LINK_H
#define HDA_LINK_H

#include <host.h>

struct hda_bus;

/* Once: the engines are there, and the interrupt is connected. PASSIVE_LEVEL. */
NTSTATUS hda_link_start(struct hda_bus *bus);
/* Again, from a reset on: finds the codecs anew. Nothing is in flight, no deferred work runs, and nothing
 * interrupts. PASSIVE_LEVEL. */
NTSTATUS hda_link_restart(struct hda_bus *bus);

#endif
