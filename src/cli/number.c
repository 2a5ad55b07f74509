/* SPDX-License-Identifier: BSD-2-Clause */
/* number.c - numbers on the command line. */
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

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
