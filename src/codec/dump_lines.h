/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump_lines.h - a text as lines, free of what mailers, web pages and editors do to one: blanks around a
 * line, CRLF, a byte order mark, `>` before quoted lines, quoted-printable, HTML.
 */
#ifndef CODEC_DUMP_LINES_H
#define CODEC_DUMP_LINES_H

#include <stddef.h>

#include "codec/dump_scan.h"

#define DUMP_LINE 4096 /* bytes of a line; what is longer is cut */

struct dump_lines {
    const char *at;
    const char *end;
    const char *before; /* where the line at hand begins */
    unsigned count;     /* lines before `at` */
    unsigned number;    /* of the line at hand, from 1; of its first part, where a mailer has torn it */
    bool terminated;    /* the line at hand ended in a line feed */
    bool quoted_printable;
    size_t used;
    char decoded[DUMP_LINE];
};

void dump_lines_open(struct dump_lines *lines, const char *text, size_t size);

/* The next line, trimmed; valid until the next call. False at the end. */
bool dump_lines_next(struct dump_lines *lines, struct scan *line);

/* Makes the line at hand the next one. */
void dump_lines_back(struct dump_lines *lines);

#endif
