/* SPDX-License-Identifier: BSD-2-Clause */
/* spool.h - a file to read that can be sought in. */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

/* Opens a file, or standard input for "-"; a pipe and the like is read to its end first, and kept in a file
 * without a name. Returns a descriptor for the caller to close; negative, with errno, when that fails, and
 * then *folder is where the file without a name cannot be, or NULL if it is not that. */
int open_seekable(const char *name, const char **folder);

#endif
