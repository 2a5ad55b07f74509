/* SPDX-License-Identifier: BSD-2-Clause */
/* frames.c - how many link frames verbs take: a frame carries one command to each codec (HDA 5.3), and its
 * response comes in the next, so that n verbs take n + 1 at least. */
#include "measure.h"
#include "rig.h"

static bool add_batch(struct table *table, struct rig *rig, ULONG count)
{
    struct figure figure = {.group = "frames",
                            .decimals = 2,
                            .unit = "link frames",
                            .beside = count + 1.0,
                            .beside_is = "the link's least"};
    struct rig_cost cost;

    snprintf(figure.name, sizeof(figure.name), "verbs_%u", (unsigned)count);
    snprintf(figure.what, sizeof(figure.what),
             count == 1 ? "1 verb, at most" : "%u verbs in one call, at most", (unsigned)count);
    if (!rig_transfer(rig, count, &cost))
        return false;
    figure.value = cost.frames;
    return table_add(table, &figure);
}

bool measure_frames(struct table *table, bool quick)
{
    static const ULONG counts[] = {1, 10, 255, 256, 1000};
    struct rig rig;
    bool done = true;

    (void)quick;
    if (!rig_open(&rig, "sim"))
        return false;
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]) && done; i++)
        done = add_batch(table, &rig, counts[i]);
    rig_close(&rig);
    return done;
}
