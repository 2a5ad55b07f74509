/* SPDX-License-Identifier: BSD-2-Clause */
/* reach.h - which pins and converters a path can join, one by one, and why it cannot. */
#ifndef CODEC_REACH_H
#define CODEC_REACH_H

#include "path.h"

/* The converters of a codec in one direction. */
struct converters {
    unsigned count;
    struct path *alone; /* each as a path of its own, in the order of their NIDs */
    const struct path **others;
};

/* NO_MEMORY. On success the caller frees it with converters_free(). */
NTSTATUS converters_list(struct converters *converters, const struct codec *codec,
                         enum path_direction direction);
void converters_free(struct converters *converters);

const struct widget *converters_at(const struct converters *converters, unsigned index);
/* All but one, as path_need.beside takes them: a search that leaves these out can only end at the one.
 * Valid until the next call. */
void converters_but(struct converters *converters, unsigned index, struct path_need *need);

#define REASON_SIZE 64
/* Why path_find() finds no way for a pin whatever the channels, the rate and the bits: the second half of a
 * sentence. */
void reach_reason(const struct codec *codec, const struct widget *pin, enum path_direction direction,
                  char reason[REASON_SIZE]);

#endif
