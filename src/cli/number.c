/* SPDX-License-Identifier: BSD-2-Clause */
/* number.c - numbers on the command line. */
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool number_read(const char *text, int base, unsigned long most, unsigned long *number)
{
    char *end;

    if (base == 0 && text[0] == '0' && tolower((unsigned char)text[1]) == 'b') {
        text += 2;
        base = 2;
    }
    errno = 0;
    *number = strtoul(text, &end, base);
    return isdigit((unsigned char)text[0]) && *end == '\0' && errno == 0 && *number <= most;
}

/* Digits and a point alone: no sign, no exponent, no name of a number. */
bool number_read_fraction(const char *text, double most, double *number)
{
    char *end;

    if (text[strspn(text, "0123456789.")] != '\0')
        return false;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && *number > 0 && *number <= most;
}
