/* SPDX-License-Identifier: BSD-2-Clause */
/* text_file.h - a text file as a whole. */
#ifndef CLI_TEXT_FILE_H
#define CLI_TEXT_FILE_H

#include <stddef.h>

/* The bytes of a file, or of standard input for "-"; the caller frees. NULL with errno set: it cannot be
 * read, there is no memory, or it is too large (EFBIG, from 64 MiB on). */
char *text_file_read(const char *path, size_t *size);

#endif
