/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump_scan.h - reading within a line of a codec dump. Each function passes over blanks first, and moves on
 * behind what it has read.
 */
#ifndef CODEC_DUMP_SCAN_H
#define CODEC_DUMP_SCAN_H

#include <stdbool.h>
#include <stdint.h>

/* What is left of a line. */
struct scan {
    const char *at;
    const char *end;
};

bool scan_is_blank(char c);
void scan_blanks(struct scan *s);
/* Passes over blanks; whether the line ends there. */
bool scan_ends(struct scan *s);

/* Whether the line goes on with `text`. */
bool scan_text(struct scan *s, const char *text);
/* Leaves `s` behind the next `text` of the line, wherever that is; false: at the line's end. */
bool scan_find(struct scan *s, const char *text);

/* Digits up to 32 bits, without blanks before them; false without a digit or above. */
bool scan_digits(struct scan *s, unsigned base, uint32_t *value);
bool scan_hex(struct scan *s, uint32_t *value); /* 0x and digits */
bool scan_decimal(struct scan *s, uint32_t *value);

/* `name=value` or `name:value` somewhere in the rest of the line. */
bool scan_find_decimal(struct scan *s, const char *name, uint32_t *value);
bool scan_find_hex(struct scan *s, const char *name, uint32_t *value);
/* Whether `enable=1` or the like is somewhere in the rest of the line. */
bool scan_find_flag(struct scan s, const char *name);

#endif
