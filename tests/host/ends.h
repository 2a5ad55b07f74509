/* SPDX-License-Identifier: BSD-2-Clause */
/* ends.h - what ends the process, with a sentence, as a bug check would. */
#ifndef ENDS_H
#define ENDS_H

/* Calls `routine` in a child, and fails the test unless that ends it by abort(), with `sentence` somewhere in
 * what it said on standard error. */
void ends_process(void (*routine)(void *context), void *context, const char *sentence);

#endif
