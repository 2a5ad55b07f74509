/* SPDX-License-Identifier: BSD-2-Clause */
/* reach.h - why no path joins a pin and a converter. */
#ifndef CODEC_REACH_H
#define CODEC_REACH_H

#include "path.h"

/* Whether a widget is where a path in this direction ends that is not its pin. */
bool is_path_converter(const struct widget *widget, enum path_direction direction);

#define REASON_SIZE 64
/* Why path_find() finds no way for a pin whatever the channels, the rate and the bits: the second half of a
 * sentence. */
void reach_reason(const struct codec *codec, const struct widget *pin, enum path_direction direction,
                  char reason[REASON_SIZE]);

#endif
