/* SPDX-License-Identifier: BSD-2-Clause */
/* removal.h - a controller that disappears (DDI Removal). */
#ifndef HDA_REMOVAL_H
#define HDA_REMOVAL_H

#include <host.h>
#include <stdbool.h>

struct hda_bus;

/* A register has read all ones: finds out whether there is a controller. Any level. */
void hda_removal_suspect(struct hda_bus *bus);
/* There is none any more, for good: the deferred work tells those who wait. Any level. */
void hda_removal_notice(struct hda_bus *bus);
/* Deferred work: completes what is pending, and tells those who wait, once. */
void hda_removal_serve(struct hda_bus *bus);

#endif
