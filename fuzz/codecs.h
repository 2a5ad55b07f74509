/* SPDX-License-Identifier: BSD-2-Clause */
/* codecs.h - the dumps of our own that the verb target makes codecs of. */
#ifndef FUZZ_CODECS_H
#define FUZZ_CODECS_H

#include <stddef.h>

extern const char *const fuzz_codecs[];
extern const size_t fuzz_codec_count;

/* Made from files by tools/embed.py. */
extern const char fuzz_codec_long[];
extern const char fuzz_codec_mixing[];
extern const char fuzz_codec_modem[];
extern const char fuzz_codec_new[];
extern const char fuzz_codec_old[];
extern const char fuzz_codec_duplex[];
extern const char fuzz_codec_input[];

#endif
