/* SPDX-License-Identifier: BSD-2-Clause */
/* jacks.h - hears of it when something is plugged into a codec's jacks, or pulled out (HDA 7.3.1, 7.3.3.15).
 */
#ifndef CODEC_JACKS_H
#define CODEC_JACKS_H

#include "topology.h"

struct jack_watch {
    const struct codec *codec;
    unsigned jacks;        /* that are watched */
    UCHAR tag;             /* of the unsolicited responses of all its jacks */
    volatile LONG changed; /* set at DISPATCH_LEVEL */
};

/* Registers for unsolicited responses, and enables them at all output pins that can tell and can send some.
 * What happened before is not known: it is taken that there was a change. The watch must not move, and the
 * codec outlives it. PASSIVE_LEVEL, blocks. What the bus says; then there is nothing to close. */
NTSTATUS jack_watch_open(struct jack_watch *watch, const struct codec *codec);
/* Enables them anew, after the codec has been reset, and takes it that there was a change. */
NTSTATUS jack_watch_renew(struct jack_watch *watch);
/* Disables them, and is told of none from then on. */
void jack_watch_close(struct jack_watch *watch);

/* Whether there was a change since this was asked last; codec_read_jacks() then says what is plugged in. Any
 * level. */
bool jack_watch_changed(struct jack_watch *watch);

#endif
