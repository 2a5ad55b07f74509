/* SPDX-License-Identifier: BSD-2-Clause */
/* batches.h - batches of verbs of several sizes, each measured and made a figure. */
#ifndef BENCH_BATCHES_H
#define BENCH_BATCHES_H

#include "rig.h"
#include "table.h"

/* Completes a figure, which has its name, and adds it. */
typedef bool batch_adder(struct table *table, struct figure *figure, ULONG count,
                         const struct rig_cost *cost);

/* Sends batches of each count over a simulated bus, see rig_transfer(). False, with a message, when one
 * fails. */
bool batches_add(struct table *table, const ULONG *counts, unsigned number, batch_adder *add);

#endif
