/* SPDX-License-Identifier: BSD-2-Clause */
/* frames.c - how many link frames verbs take: a frame carries one command to each codec (HDA 5.3), and its
 * response comes in the next, so that n verbs take n + 1 at least. */
#include "batches.h"
#include "measure.h"

static bool add_batch(struct table *table, struct figure *figure, ULONG count, const struct rig_cost *cost)
{
    figure->group = "frames";
    figure->value = cost->frames;
    figure->unit = "link frames";
    figure->beside = count + 1.0;
    figure->beside_is = "the link's least";
    return table_add(table, figure);
}

bool measure_frames(struct table *table, bool quick)
{
    static const ULONG counts[] = {1, 10, 255, 256, 1000};

    (void)quick;
    return batches_add(table, counts, sizeof(counts) / sizeof(counts[0]), add_batch);
}
