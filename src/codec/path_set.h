/* SPDX-License-Identifier: BSD-2-Clause */
/* path_set.h - the paths of one stream to several pins: the same at each of them, or other channels. */
#ifndef CODEC_PATH_SET_H
#define CODEC_PATH_SET_H

#include "path.h"

#define PATH_SET_MOST 8 /* two channels each make the sixteen that a stream has at most (HDA 3.7.1) */

struct path_set {
    unsigned count;
    struct path paths[PATH_SET_MOST];
};

/* Finds ways to all of these pins that can be open together and carry the same channels: from one converter
 * where the ways meet, else from others that take what the first one takes. The first is chosen as by
 * path_choose(), and need->beside, of PATH_SET_MOST at most, holds for all. NOT_SUPPORTED: there are none, or
 * a pin is named twice. INVALID_PARAMETER: no pin, or more than PATH_SET_MOST. */
NTSTATUS path_set_same(const struct codec *codec, const UCHAR *pins, unsigned count,
                       const struct path_need *need, struct path_set *set);

/* Finds ways for 5.1 or 7.1, that is need->channels 6 or 8, from stereo converters to pins of one kind and
 * association: two channels each, in the order of the pins' sequence, which is that of a file: front, center
 * and LFE, rear, side (HDA 7.3.3.31). The best pin that can be the first decides; *rank is its, as in
 * path_choose(). NOT_SUPPORTED: there are no such pins, or it is another count. */
NTSTATUS path_set_spread(const struct codec *codec, const struct path_need *need, struct path_set *set,
                         ULONG *rank);

/* Opens all, as path_open(), or none. */
NTSTATUS path_set_open(const struct codec *codec, const struct path_set *set, HDAUDIO_CONVERTER_FORMAT format,
                       UCHAR stream);
/* Closes all, as path_close(), whatever fails. */
NTSTATUS path_set_close(const struct codec *codec, const struct path_set *set);

#endif
