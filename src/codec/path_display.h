/* SPDX-License-Identifier: BSD-2-Clause */
/* path_display.h - what an HDMI or DisplayPort pin has to send beside the samples (DCN HDA034-A). */
#ifndef CODEC_PATH_DISPLAY_H
#define CODEC_PATH_DISPLAY_H

#include "topology.h"
#include "verbs.h"

bool is_display(const struct widget *pin);

/* Adds verbs that put so many of a file's channels where a display expects them, and tell it of them by an
 * audio info frame. More than eight are left to what the codec does by itself. */
void display_open(struct verb_batch *batch, const struct widget *pin, unsigned channels);
/* Adds verbs that end the info frames. */
void display_close(struct verb_batch *batch, const struct widget *pin);

#endif
