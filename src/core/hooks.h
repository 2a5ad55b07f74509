/* SPDX-License-Identifier: BSD-2-Clause */
/* hooks.h - whether a host and a device have all that the core calls. */
#ifndef HDA_HOOKS_H
#define HDA_HOOKS_H

#include <host.h>

/* Whether each entry of both tables is there; else the log, where there is one, is told which one is not. Any
 * level. */
bool hda_hooks_are_complete(const struct hda_bus_config *config);

#endif
