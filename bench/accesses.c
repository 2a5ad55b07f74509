/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accesses.c - what the driver's work costs in register accesses: each is a microsecond on real hardware, and
 * an exit from a virtual machine.
 *
 * The peer is Linux's snd-hda-intel on QEMU's controller, its accesses counted by QEMU's own trace of its
 * memory regions.
 */
#include <inttypes.h>

#include "batches.h"
#include "codec/topology.h"
#include "measure.h"
#include "rig.h"

#define PEER          "snd-hda-intel of Linux 6.1 on QEMU 7.2"
#define PEER_PERIOD   6.0 /* INTSTS twice, SDSTS read and write, WALCLK, RIRBSTS */
#define PEER_VERB     8.0 /* 3 to send, 5 to receive */
#define PEER_PROBE    394.0
#define PEER_PROBED   PEER ", 44 verbs"
#define PERIOD_FRAMES 480u
#define PERIODS       100u

static bool add(struct table *table, const struct figure *figure)
{
    struct figure named = *figure;

    named.group = "accesses";
    named.unit = "accesses";
    return table_add(table, &named);
}

/* ---- Periods ------------------------------------------------------------------------------------- */

static bool wait_periods(struct rig_stream *stream, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!rig_wait(stream))
            return false;
    }
    return true;
}

/* Accesses per period that the controller has completed. */
static bool count_periods(struct rig *rig, struct rig_stream *stream, double *each)
{
    struct hdabus_statistics before, after;
    uint64_t accesses;

    if (!wait_periods(stream, 1))
        return false;
    hdabus_statistics(rig->bus, &before);
    accesses = rig_accesses(rig);
    if (!wait_periods(stream, PERIODS))
        return false;
    hdabus_statistics(rig->bus, &after);
    *each = (double)(rig_accesses(rig) - accesses) / (double)(after.completions - before.completions);
    return true;
}

static bool measure_period(const char *device, double *each)
{
    struct rig_stream stream;
    struct rig rig;
    bool done;

    if (!rig_open(&rig, device))
        return false;
    done = rig_start(&stream, &rig.ddi, PERIOD_FRAMES);
    if (done) {
        done = count_periods(&rig, &stream, each);
        rig_stop(&stream);
    }
    rig_close(&rig);
    return done;
}

static bool add_periods(struct table *table)
{
    double message, level;

    return measure_period("sim", &message) && measure_period("sim:irq=level", &level) &&
           add(table, &(struct figure){.name = "period_message",
                                       .what = "a completed period, by message",
                                       .value = message,
                                       .decimals = 2,
                                       .beside = PEER_PERIOD,
                                       .beside_is = PEER}) &&
           add(table, &(struct figure){.name = "period_level",
                                       .what = "a completed period, by level",
                                       .value = level,
                                       .decimals = 2,
                                       .beside = PEER_PERIOD,
                                       .beside_is = PEER});
}

/* ---- Batches of verbs ---------------------------------------------------------------------------- */

static bool add_batch(struct table *table, struct figure *figure, ULONG count, const struct rig_cost *cost)
{
    figure->value = cost->accesses;
    figure->beside = PEER_VERB * count;
    figure->beside_is = PEER;
    return add(table, figure);
}

static bool add_batches(struct table *table)
{
    static const ULONG counts[] = {1, 44, 255, 1000};

    return batches_add(table, counts, sizeof(counts) / sizeof(counts[0]), add_batch);
}

/* ---- Opening ------------------------------------------------------------------------------------- */

static bool add_open(struct table *table, const struct rig *rig)
{
    return add(table, &(struct figure){.name = "open",
                                       .what = "opening a bus with hda-duplex",
                                       .value = (double)rig_accesses(rig),
                                       .decimals = 2});
}

/* What the peer's probe does, too: the bus, and all that a function driver has to know of its codec. */
static bool add_probe(struct table *table, const struct rig *rig)
{
    struct figure figure = {.name = "probe", .decimals = 2, .beside = PEER_PROBE, .beside_is = PEER_PROBED};
    struct hdabus_statistics statistics;
    struct codec codec;

    if (!rig_succeeded("codec_read", codec_read(&codec, &rig->ddi)))
        return false;
    codec_free(&codec);
    hdabus_statistics(rig->bus, &statistics);
    snprintf(figure.what, sizeof(figure.what), "that and reading the codec, %" PRIu64 " verbs",
             statistics.verbs);
    figure.value = (double)rig_accesses(rig);
    return add(table, &figure);
}

static bool add_opening(struct table *table)
{
    struct rig rig;
    bool done;

    if (!rig_open(&rig, "sim:shape=qemu,codec=" BENCH_DUPLEX))
        return false;
    done = add_open(table, &rig) && add_probe(table, &rig);
    rig_close(&rig);
    return done;
}

bool measure_accesses(struct table *table, bool quick)
{
    (void)quick;
    return add_periods(table) && add_batches(table) && add_opening(table);
}
