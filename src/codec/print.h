/* SPDX-License-Identifier: BSD-2-Clause */
/* print.h - a codec in the ALSA dump format. */
#ifndef CODEC_PRINT_H
#define CODEC_PRINT_H

#include <stdio.h>

#include "dump.h"

/* Prints what is known of a codec as Linux 6.1 prints it in /proc/asound/cardN/codec#M, without the lines
 * that only a driver of Linux could fill. codec_dump_parse() reads it back. Errors stay in `stream`. */
void codec_print(const struct codec_dump *dump, FILE *stream);

#endif
