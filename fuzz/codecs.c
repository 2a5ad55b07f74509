/* SPDX-License-Identifier: BSD-2-Clause */
/* codecs.c - see codecs.h. New ones go to the end: an input names its codec by place. */
#include "codecs.h"

#include "device/sim/codec.h"

const char *const fuzz_codecs[] = {
    sim_default_codec, fuzz_codec_long, fuzz_codec_mixing, fuzz_codec_modem,
    fuzz_codec_new,    fuzz_codec_old,  fuzz_codec_duplex, fuzz_codec_input,
};
const size_t fuzz_codec_count = sizeof(fuzz_codecs) / sizeof(fuzz_codecs[0]);
