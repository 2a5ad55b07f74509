/* SPDX-License-Identifier: BSD-2-Clause */
/* samples.h - samples in memory, by the format of a stream, and left-justified in 32 bits. Pure. */
#ifndef SIM_SAMPLES_H
#define SIM_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "format.h"

/* The link carries the valid bits and no others (HDA 3.7.1): those beside them in a container are dropped one
 * way and zero the other. */
void sim_samples_unpack(const struct sim_format *format, const uint8_t *restrict from, size_t count,
                        int32_t *restrict to);
void sim_samples_pack(const struct sim_format *format, const int32_t *restrict from, size_t count,
                      uint8_t *restrict to);

#endif
