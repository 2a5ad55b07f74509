/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.h - what topology.h leaves out of a function group, since it changes: what its widgets select, and
 * what is plugged in. */
#ifndef CODEC_SETTINGS_H
#define CODEC_SETTINGS_H

#include "topology.h"

struct widget_setting {
    bool selects;   /* HDA 7.3.3.2: it takes one of its connections at a time, */
    UCHAR selected; /* and this one now: an index, not necessarily one that the list has */
    bool detects;   /* a jack that tells whether something is plugged in (HDA 7.3.3.15), */
    bool present;   /* and whether it is */
};

/* Asks all widgets in one batch, and changes nothing. `settings` has codec->count elements, in the order of
 * codec->widgets. PASSIVE_LEVEL, blocks. NO_MEMORY, IO_TIMEOUT (the codec does not answer), or what the bus
 * says: then they are of no use. */
NTSTATUS codec_read_settings(const struct codec *codec, struct widget_setting *settings);

#endif
