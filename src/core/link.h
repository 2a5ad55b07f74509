/* SPDX-License-Identifier: BSD-2-Clause */
/* link.h - the link as it comes out of reset, up to where codecs can be asked (HDA 4.3, 4.4). */
#ifndef HDA_LINK_H
#define HDA_LINK_H

#include <host.h>

struct hda_bus;

/* Again, when the engines are there: finds the codecs anew. The rings have stopped, nothing interrupts, and
 * no deferred work runs but for a removal's. PASSIVE_LEVEL. */
NTSTATUS hda_link_reset(struct hda_bus *bus);
/* From then on codecs can be asked. Connects the interrupt, if it is not. PASSIVE_LEVEL. */
NTSTATUS hda_link_start(struct hda_bus *bus);

#endif
