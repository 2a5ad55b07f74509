/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buses.c - many simulated buses in one process, on the virtual clock: what each of them costs. Each number
 * of buses has a process of its own.
 *
 * What many that play cost more than a few is the processor's cache: they come one after the other, each with
 * memory of its own, and do no more than a few do.
 */
#include <limits.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

#include "measure.h"
#include "rig.h"

#define ROUNDS        4
#define PERIOD_FRAMES 480u         /* 10 ms */
#define PLAY_TICKS    (-1000000ll) /* 100 ms */
#define KIBIBYTE      1024.0
#define KEEP_BYTES    (32 << 20) /* the most that malloc can be told to */

/* Of each bus; processor time, since a busy machine stops the clock on the wall for nobody. */
struct cost {
    double open;   /* seconds: to open it and to name its children */
    double memory; /* bytes, when it is open */
    double verb;   /* seconds: with all open, a verb on it */
    double play;   /* seconds: for 100 ms of sound, with all of them playing at once */
};

/* One process. */
struct trial {
    unsigned count;
    struct cost cost; /* out */
};

/* ---- What is done with all of them --------------------------------------------------------------- */

static double processor_seconds(void)
{
    return rig_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static bool name_children(const struct rig *rig)
{
    char id[HDABUS_ID_SIZE];

    for (unsigned child = 0; child < hdabus_child_count(rig->bus); child++) {
        if (!rig_succeeded("hdabus_hardware_id", hdabus_hardware_id(rig->bus, child, 0, id)) ||
            !rig_succeeded("hdabus_compatible_id", hdabus_compatible_id(rig->bus, child, 0, id)))
            return false;
    }
    return true;
}

/* Returns how many are open. */
static unsigned open_all(struct rig *rigs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!rig_open(&rigs[i], "sim"))
            return i;
        if (!name_children(&rigs[i]))
            return i + 1;
    }
    return count;
}

static bool ask_all(struct rig *rigs, unsigned count)
{
    struct rig_cost cost;

    for (unsigned i = 0; i < count; i++) {
        if (!rig_transfer(&rigs[i], 1, &cost))
            return false;
    }
    return true;
}

/* Whether each of them has played a period by now. */
static bool stop_all(struct rig_stream *streams, unsigned count)
{
    bool played = true;

    for (unsigned i = 0; i < count; i++) {
        played &= KeReadStateEvent(&streams[i].event) != 0;
        rig_stop(&streams[i]);
    }
    return played;
}

/* *seconds: of the processor, for PLAY_TICKS once all of them play. */
static bool play_all(struct rig *rigs, struct rig_stream *streams, unsigned count, double *seconds)
{
    LARGE_INTEGER interval = {.QuadPart = PLAY_TICKS};
    unsigned started = 0;
    double begun;

    while (started < count && rig_start(&streams[started], &rigs[started].ddi, PERIOD_FRAMES))
        started++;
    begun = processor_seconds();
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
    *seconds = processor_seconds() - begun;
    return stop_all(streams, started) && started == count;
}

/* ---- What it costs ------------------------------------------------------------------------------- */

static bool use_all(struct cost *cost, struct rig *rigs, struct rig_stream *streams, unsigned count)
{
    double begun = processor_seconds(), playing;

    if (!ask_all(rigs, count))
        return false;
    cost->verb = (processor_seconds() - begun) / count / RIG_MOMENTS;
    if (!play_all(rigs, streams, count, &playing))
        return false;
    cost->play = playing / count;
    return true;
}

static bool run_round(struct cost *cost, struct rig *rigs, struct rig_stream *streams, unsigned count)
{
    double resident = rig_resident(), begun = processor_seconds();
    unsigned opened = open_all(rigs, count);
    bool done = opened == count;

    cost->open = (processor_seconds() - begun) / count;
    cost->memory = (rig_resident() - resident) / count;
    if (done)
        done = use_all(cost, rigs, streams, count);
    while (opened > 0)
        rig_close(&rigs[--opened]);
    return done;
}

/* Memory is what the first round takes. Time is that of the quickest, when the process has the memory
 * already: how long a kernel takes to find pages depends on what else it has to do. */
static void note_round(struct cost *least, const struct cost *cost, unsigned round)
{
    if (round == 0) {
        *least = *cost;
        return;
    }
    least->open = min(least->open, cost->open);
    least->verb = min(least->verb, cost->verb);
    least->play = min(least->play, cost->play);
}

/* What is freed from now on stays with the process. */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, KEEP_BYTES);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

static bool run_rounds(struct trial *trial, struct rig *rigs, struct rig_stream *streams)
{
    struct cost cost = {0};

    for (unsigned round = 0; round < ROUNDS; round++) {
        if (!run_round(&cost, rigs, streams, trial->count))
            return false;
        note_round(&trial->cost, &cost, round);
        keep_memory();
    }
    return true;
}

static bool run_trial(void *context)
{
    struct trial *trial = context;
    struct rig *rigs = calloc(trial->count, sizeof(*rigs));
    struct rig_stream *streams = calloc(trial->count, sizeof(*streams));
    bool done = rigs && streams && run_rounds(trial, rigs, streams);

    free(streams);
    free(rigs);
    return done;
}

/* ---- Figures ------------------------------------------------------------------------------------- */

#define COUNTS 4
static const unsigned full_counts[COUNTS] = {1, 10, 100, 1000};
static const unsigned quick_counts[COUNTS] = {1, 10, 100, 200};

/* One of the costs, with each number of buses. */
struct kind {
    const char *name;
    const char *what;
    size_t offset; /* in struct cost */
    double unit;   /* of what is measured */
    const char *unit_name;
    double goal; /* 0: not to be dearer than with few buses */
};

static const struct kind kinds[] = {
    {"open", "to open and enumerate", offsetof(struct cost, open), 1e-6, "us each", 0},
    {"verb", "a verb, all open", offsetof(struct cost, verb), 1e-6, "us each", 0},
    {"play", "100 ms of sound, all playing", offsetof(struct cost, play), 1e-6, "us each", 0},
    {"memory", "memory", offsetof(struct cost, memory), KIBIBYTE, "KiB each", 1024},
};

static double cost_of_kind(const struct cost *cost, const struct kind *kind)
{
    return *(const double *)(const void *)((const char *)cost + kind->offset) / kind->unit;
}

static bool add_cost(struct table *table, const struct kind *kind, unsigned count, const struct cost *cost,
                     const struct cost *few)
{
    struct figure figure = {.group = "buses",
                            .value = cost_of_kind(cost, kind),
                            .unit = kind->unit_name,
                            .beside = kind->goal > 0 ? kind->goal : cost_of_kind(few, kind),
                            .beside_is = kind->goal > 0 ? "the goal, at most" : "with 10 buses"};

    snprintf(figure.name, sizeof(figure.name), "%s_%u", kind->name, count);
    snprintf(figure.what, sizeof(figure.what), "%s, %u bus%s", kind->what, count, count == 1 ? "" : "es");
    return table_add(table, &figure);
}

static bool add_costs(struct table *table, const unsigned counts[COUNTS], const struct cost costs[COUNTS])
{
    bool added = true;

    for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        for (unsigned i = 0; i < COUNTS && added; i++)
            added = add_cost(table, &kinds[kind], counts[i], &costs[i], &costs[1]);
    }
    return added;
}

bool measure_buses(struct table *table, bool quick)
{
    const unsigned *counts = quick ? quick_counts : full_counts;
    struct trial *trial = rig_shared(sizeof(*trial));
    struct cost costs[COUNTS];
    bool done = trial != NULL;

    for (unsigned i = 0; i < COUNTS && done; i++) {
        trial->count = counts[i];
        done = rig_run_apart(run_trial, trial);
        costs[i] = trial->cost;
    }
    return done && add_costs(table, counts, costs);
}
