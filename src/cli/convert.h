/* SPDX-License-Identifier: BSD-2-Clause */
/* convert.h - an audio file read at another rate or mixed to fewer channels. */
#ifndef CLI_CONVERT_H
#define CLI_CONVERT_H

#include <sndfile.h>
#include <stddef.h>
#include <stdint.h>

struct convert;

/* Reads `file`, which outlives the converter, from where it stands. One channel becomes the same on each;
 * fewer than the file has are a mix, no louder than full scale. NULL without memory. */
struct convert *convert_create(SNDFILE *file, const SF_INFO *info, unsigned channels, unsigned rate);
void convert_destroy(struct convert *convert);

/* Reads up to `count` frames, left-justified in 32 bits; fewer only at the end. */
size_t convert_read(struct convert *convert, int32_t *frames, size_t count);
/* Frames that the file gave until now. */
uint64_t convert_consumed(const struct convert *convert);

#endif
