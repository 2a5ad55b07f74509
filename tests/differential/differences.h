/* SPDX-License-Identifier: BSD-2-Clause */
/* differences.h - what is known to differ between QEMU and the simulator in QEMU's shape: docs/QEMU.md, row
 * by row. */
#ifndef DIFFERENCES_H
#define DIFFERENCES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the answers to the same question differ in a way that is listed; counts that. `offset`: of a
 * register; of a stream's, in descriptor 0. */
bool differs_as_listed(uint32_t offset, uint32_t qemu, uint32_t simulator);
/* The same for the responses to a command. */
bool answer_differs_as_listed(uint32_t command, uint32_t qemu, uint32_t simulator);

/* What a codec said after a link reset differed. */
void state_survived(void);

/* Prints how often each was seen; whether all were. */
bool differences_print(void);

#endif
