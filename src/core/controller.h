/* SPDX-License-Identifier: BSD-2-Clause */
/* controller.h - the controller as a whole: what it can do, its reset, its interrupts (HDA 3.3.1
 * - 3.3.17, 4.2). */
#ifndef HDA_CONTROLLER_H
#define HDA_CONTROLLER_H

#include <host.h>
#include <stdbool.h>

struct hda_bus;

/* Reads bus.capabilities; NOT_SUPPORTED for what is no HD Audio 1.0 controller, DEVICE_REMOVED when all reads
 * as ones. */
NTSTATUS hda_controller_identify(struct hda_bus *bus);
/* Takes the link through reset and finds the codecs, in bus.codecs. PASSIVE_LEVEL. */
NTSTATUS hda_controller_reset(struct hda_bus *bus);
/* Lets codecs say something by themselves, which they cannot after a reset (HDA 3.3.7). */
void hda_controller_accept(struct hda_bus *bus);
/* Leaves it in reset, where it does nothing. Whether it can be relied on to touch no memory any more: in
 * reset, gone, or never taken out of reset. PASSIVE_LEVEL. */
bool hda_controller_stop(struct hda_bus *bus);
/* Lets the rings and all streams interrupt; hda_controller_quiet lets none. */
void hda_controller_listen(struct hda_bus *bus);
void hda_controller_quiet(struct hda_bus *bus);
/* Tries what not every controller has: the alias registers and SSYNC. */
void hda_controller_probe(struct hda_bus *bus);

#endif
