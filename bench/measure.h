/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.h - the measurements. Each runs in a process of its own, adds its figures to the table, and returns
 * false, with a message, when it could not. `quick` measures less: the figures are rougher, counts the same.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "table.h"

bool measure_accesses(struct table *table, bool quick);
bool measure_frames(struct table *table, bool quick);
bool measure_hour(struct table *table, bool quick);
bool measure_wake(struct table *table, bool quick);
bool measure_buses(struct table *table, bool quick);

#endif
