/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.h - what topology.h leaves out of a function group, since it changes: what its widgets select. */
#ifndef CODEC_SETTINGS_H
#define CODEC_SETTINGS_H

#include "topology.h"

struct widget_setting {
    bool selects;   /* widget_selects(), */
    UCHAR selected; /* and this one now: an index, not necessarily one that the list has */
};

/* Whether a widget takes one of several connections at a time (HDA 7.3.3.2). */
bool widget_selects(const struct widget *widget);

/* Asks all widgets in one batch, and changes nothing. `settings` has codec->count elements, in the order of
 * codec->widgets. PASSIVE_LEVEL, blocks. NO_MEMORY, IO_TIMEOUT (the codec does not answer), or what the bus
 * says: then they are of no use. */
NTSTATUS codec_read_settings(const struct codec *codec, struct widget_setting *settings);

#endif
