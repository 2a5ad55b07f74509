/* SPDX-License-Identifier: BSD-2-Clause */
/* number.h - numbers on the command line. */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <stdbool.h>

/* Reads all of `text` as a number from 0 to `most`, to base 10 or, for `base` 0, in C notation: 0x, 0b, 0 for
 * octal. False: it is none. */
bool number_read(const char *text, int base, unsigned long most, unsigned long *number);
/* The same of a decimal fraction above 0. */
bool number_read_fraction(const char *text, double most, double *number);

#endif
