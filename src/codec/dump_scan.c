/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_scan.c - reading within a line of a codec dump. */
#include "codec/dump_scan.h"

#include <string.h>

bool scan_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

void scan_blanks(struct scan *s)
{
    while (s->at < s->end && scan_is_blank(*s->at))
        s->at++;
}

bool scan_ends(struct scan *s)
{
    scan_blanks(s);
    return s->at == s->end;
}

bool scan_text(struct scan *s, const char *text)
{
    size_t length = strlen(text);
    scan_blanks(s);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, text, length) != 0)
        return false;
    s->at += length;
    return true;
}

bool scan_find(struct scan *s, const char *text)
{
    while (s->at < s->end) {
        const char *first = memchr(s->at, *text, (size_t)(s->end - s->at));
        s->at = first != NULL ? first : s->end;
        if (first != NULL && scan_text(s, text))
            return true;
        s->at += first != NULL;
    }
    return false;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool scan_digits(struct scan *s, unsigned base, uint32_t *value)
{
    const char *start = s->at;
    uint64_t sum = 0;
    while (s->at < s->end && digit_value(*s->at) >= 0 && (unsigned)digit_value(*s->at) < base) {
        sum = sum * base + (unsigned)digit_value(*s->at++);
        if (sum > UINT32_MAX)
            return false;
    }
    *value = (uint32_t)sum;
    return s->at > start;
}

bool scan_hex(struct scan *s, uint32_t *value)
{
    return scan_text(s, "0x") && scan_digits(s, 16, value);
}

bool scan_decimal(struct scan *s, uint32_t *value)
{
    scan_blanks(s);
    return scan_digits(s, 10, value);
}

bool scan_find_decimal(struct scan *s, const char *name, uint32_t *value)
{
    return scan_find(s, name) && scan_decimal(s, value);
}

bool scan_find_hex(struct scan *s, const char *name, uint32_t *value)
{
    return scan_find(s, name) && scan_hex(s, value);
}

bool scan_find_flag(struct scan s, const char *name)
{
    uint32_t value;
    return scan_find_decimal(&s, name, &value) && value != 0;
}
