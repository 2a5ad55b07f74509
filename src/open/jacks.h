/* SPDX-License-Identifier: BSD-2-Clause */
/* jacks.h - what is plugged into a simulated device's jacks, and pulled out, at a time: sim:plug= and
 * unplug=. */
#ifndef OPEN_JACKS_H
#define OPEN_JACKS_H

#include "open.h"

#define OPEN_JACKS 16 /* options at most */

struct open_jacks;

struct open_jack {
    struct open_jacks *jacks;
    unsigned pin;
    bool plugged;
    unsigned ms; /* of bus time after opening began; 0: from the start */
    struct hda_work work;
};

struct open_jacks {
    struct hdabus *bus;
    unsigned count;
    struct open_jack jack[OPEN_JACKS];
};

/* Adds what `value` says, PIN or PIN@MS; false: it says nothing of the kind, or there are too many. */
bool open_jacks_add(struct open_jacks *jacks, const char *value, bool plugged);

/* Does what is to be done from the start, when the codecs are there, and plans the rest, counted from now on:
 * at each codec that has such a jack. NO_SUCH_DEVICE, with a sentence: none has; NO_MEMORY. */
NTSTATUS open_jacks_plan(struct open_request *request, const struct open_jacks *jacks);
/* Nothing happens any more. */
void open_jacks_release(struct hdabus *bus);

#endif
