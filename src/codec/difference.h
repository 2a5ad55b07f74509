/* SPDX-License-Identifier: BSD-2-Clause */
/* difference.h - two codecs, line by line of the ALSA dump format. */
#ifndef CODEC_DIFFERENCE_H
#define CODEC_DIFFERENCE_H

#include <stdbool.h>

#include "dump.h"

/* A line that is not the same. */
struct codec_difference {
    int node;         /* its NID; -1: it is of the codec or its function groups */
    bool setting;     /* only in what a driver sets and a reset clears */
    const char *is;   /* as codec_print() prints it, without the blanks ahead; NULL: there is no such line */
    const char *told; /* by the dump; NULL likewise */
};

typedef void codec_difference_routine(void *context, const struct codec_difference *difference);

/* Compares a codec as it is, from codec_snapshot(), with what a dump tells, and calls the routine for each
 * line that differs, in the order of the text; lines are valid during the call. Names and addresses do not
 * count, and no kind of line of which `text`, what the dump was parsed from, has none, ahead of the nodes or
 * in them: other kernels print other lines. A node that only one of the two has is one line, its first. False
 * without memory. */
bool codec_compare(const struct codec_dump *is, const struct codec_dump *told, const char *text,
                   codec_difference_routine *routine, void *context);

#endif
