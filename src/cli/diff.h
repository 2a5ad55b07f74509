/* SPDX-License-Identifier: BSD-2-Clause */
/* diff.h - a codec beside a dump. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "codec/dump.h"
#include "options.h"

/* A codec in what --diff names. */
struct diff_section {
    unsigned line;           /* of its `Codec:` */
    struct codec_dump *dump; /* NULL: it cannot be used */
    char *text;              /* its own */
};

struct diff {
    unsigned count; /* 0: nothing was named */
    struct diff_section *sections;
};

/* Reads it. EXIT_DONE, or EXIT_USAGE with a message when there is no dump in it that can be used. diff_free()
 * in either case. */
int diff_load(struct diff *diff, const struct options *options, struct report *report);
void diff_free(struct diff *diff);

/* Shows how the codec at `address` differs from the only one in it or, of several, from that at the same
 * address; where these are of several cards, from the one with the same vendor id rather than from the first.
 * EXIT_DONE when not at all, EXIT_FAILED when it does, or with a message when there is none, or memory runs
 * out. */
int diff_show(const struct diff *diff, unsigned address, const struct codec_dump *is,
              const struct options *options, struct report *report);

#endif
