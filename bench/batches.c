/* SPDX-License-Identifier: BSD-2-Clause */
/* batches.c - see batches.h. */
#include "batches.h"

#include <stdio.h>

static bool add_batch(struct table *table, struct rig *rig, ULONG count, batch_adder *add)
{
    struct figure figure = {.decimals = 2};
    struct rig_cost cost;

    snprintf(figure.name, sizeof(figure.name), "verbs_%u", (unsigned)count);
    snprintf(figure.what, sizeof(figure.what),
             count == 1 ? "1 verb, at most" : "%u verbs in one call, at most", (unsigned)count);
    return rig_transfer(rig, count, &cost) && add(table, &figure, count, &cost);
}

bool batches_add(struct table *table, const ULONG *counts, unsigned number, batch_adder *add)
{
    struct rig rig;
    bool done = true;

    if (!rig_open(&rig, "sim"))
        return false;
    for (unsigned i = 0; i < number && done; i++)
        done = add_batch(table, &rig, counts[i], add);
    rig_close(&rig);
    return done;
}
