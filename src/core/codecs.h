/* SPDX-License-Identifier: BSD-2-Clause */
/* codecs.h - finding codecs and their function groups, the children of the bus (HDA 4.3, 7.2, DDI Child
 * devices). */
#ifndef HDA_CODECS_H
#define HDA_CODECS_H

#include <host.h>

struct hda_bus;

/* Asks every codec in bus.codecs for its function groups and makes bus.children. A codec that does not answer
 * has none. PASSIVE_LEVEL. */
NTSTATUS hda_codecs_start(struct hda_bus *bus);
void hda_codecs_stop(struct hda_bus *bus);

#endif
