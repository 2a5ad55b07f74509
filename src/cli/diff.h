/* SPDX-License-Identifier: BSD-2-Clause */
/* diff.h - a codec beside a dump. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "codec/dump.h"
#include "options.h"

/* What --diff names. */
struct diff {
    char *text;
    struct codec_dump *dump; /* NULL: nothing was named */
};

/* Reads it. EXIT_DONE, or EXIT_USAGE with a message when there is no dump in it. diff_free() in either case.
 */
int diff_load(struct diff *diff, const struct options *options, struct report *report);
void diff_free(struct diff *diff);

/* Shows how the codec at `address` differs from it: EXIT_DONE when not at all, EXIT_FAILED when it does, or
 * with a message when memory runs out. */
int diff_show(const struct diff *diff, unsigned address, const struct codec_dump *is,
              const struct options *options, struct report *report);

#endif
