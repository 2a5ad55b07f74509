/* SPDX-License-Identifier: BSD-2-Clause */
/* text_file.c - a text file as a whole. */
#include "text_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM (1u << 16)
#define MOST       (64u << 20) /* bytes */

/* Doubles the room; false with errno set. */
static bool grow(char **text, size_t *room)
{
    size_t more = *room ? 2 * *room : FIRST_ROOM;
    char *larger;

    if (*room >= MOST) {
        errno = EFBIG;
        return false;
    }
    larger = realloc(*text, more);
    if (!larger)
        return false;
    *text = larger;
    *room = more;
    return true;
}

static char *read_stream(FILE *stream, size_t *size)
{
    char *text = NULL;
    size_t room = 0;
    int error;

    *size = 0;
    do { /* once at least: a stream that has ended before is empty */
        if (*size == room && !grow(&text, &room))
            goto fail;
        *size += fread(text + *size, 1, room - *size, stream);
        if (ferror(stream))
            goto fail;
    } while (!feof(stream));
    return text;
fail:
    error = errno;
    free(text);
    errno = error;
    return NULL;
}

char *text_file_read(const char *path, size_t *size)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    char *text;
    int error;

    if (!stream)
        return NULL;
    text = read_stream(stream, size);
    error = errno;
    if (stream != stdin)
        fclose(stream);
    errno = error;
    return text;
}
