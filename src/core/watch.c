/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.c - interrupts that do not come (HARDWARE 6, DDI Errors of the hardware).
 *
 * Each running engine has a time by which it must have been heard of, a timer brings the deferred work then,
 * and what is overdue is looked for in INTSTS. Where that finds a period that has ended in silence the
 * controller loses interrupts: from then on its engines are due soon after the end of each period, until
 * interrupts come again. While they come, nothing is ever due, and no register is looked at.
 */
#include "core.h"

#define LATE      5000000u    /* nanoseconds that an interrupt may be late before it is looked for */
#define LATEST    1000000000u /* the longest time between two looks */
#define POLL_LATE 100000u     /* how late at least the end of a period is looked for, of which */
#define POLL_PART 8           /* it is this part otherwise */
#define TRUSTED   32          /* periods in a row whose interrupts came before they are trusted again */

/* What so many bytes take on the link. */
static uint64_t duration(const struct hda_engine *engine, uint64_t bytes)
{
    return bytes * UINT64_C(1000000000) / ((uint64_t)engine->format.rate * engine->format.block);
}

/* Bytes from one interrupt to the next, by what clients have set up: they may have spread them unevenly. */
static size_t spacing(const struct hda_engine *engine)
{
    return engine->buffer.size / engine->buffer.interrupts;
}

/* From where the stream was last seen to the next interrupt. What lags behind the last one has come to it. */
static uint64_t rest(const struct hda_engine *engine)
{
    uint64_t apart = spacing(engine), bytes = engine->progress.bytes;
    uint64_t last = (bytes + apart / 4) / apart * apart;

    return last + apart - (bytes > last ? bytes : last);
}

static void expect_soon(struct hda_engine *engine)
{
    struct hda_progress *progress = &engine->progress;
    uint64_t late = duration(engine, spacing(engine)) / POLL_PART;

    progress->patience = late > POLL_LATE ? late : POLL_LATE;
    progress->due = progress->time + duration(engine, rest(engine)) + progress->patience;
}

/* One interrupt in a pass is enough of what clients have set up. */
static void expect_in_time(struct hda_engine *engine)
{
    struct hda_progress *progress = &engine->progress;

    progress->patience = LATE + duration(engine, engine->buffer.size / engine->buffer.notifications);
    progress->due = progress->time + progress->patience;
}

void hda_interrupt_expect(struct hda_engine *engine)
{
    engine->progress.overdue = false;
    if (engine->bus->polling.on)
        expect_soon(engine);
    else
        expect_in_time(engine);
}

void hda_interrupt_end(struct hda_engine *engine)
{
    engine->progress.due = UINT64_MAX;
}

/* ---- Polling --------------------------------------------------------------------------------- */

static void poll(struct hda_bus *bus)
{
    bus->polling.on = true;
    if (bus->polling.told)
        return;
    bus->polling.told = true;
    hda_log(bus, HDA_LOG_WARNING,
            "the controller loses interrupts: its streams are polled until they come again");
}

static void trust(struct hda_bus *bus)
{
    bus->polling.on = false;
    if (bus->polling.told_again)
        return;
    bus->polling.told_again = true;
    hda_log(bus, HDA_LOG_WARNING, "the controller's interrupts come again: its streams are not polled");
}

void hda_interrupt_note(struct hda_engine *engine, bool looked)
{
    struct hda_bus *bus = engine->bus;

    if (looked && engine->progress.overdue) {
        hda_count_of(engine, lost_interrupts, 1);
        bus->polling.heard = 0;
        if (!bus->polling.on)
            poll(bus);
    } else if (!looked && bus->polling.on && ++bus->polling.heard == TRUSTED) {
        trust(bus);
    }
}

/* ---- When to look ---------------------------------------------------------------------------- */

static bool interrupts(const struct hda_engine *engine)
{
    return engine->state == RunState && engine->buffer.notifications > 0;
}

uint64_t hda_engines_due(struct hda_bus *bus)
{
    uint64_t due = UINT64_MAX;

    hda_lock(bus, &bus->lock);
    for (unsigned i = 0; i < bus->engine_count; i++) {
        const struct hda_engine *engine = &bus->engines[i];

        if (interrupts(engine) && engine->progress.due < due)
            due = engine->progress.due;
    }
    hda_unlock(bus, &bus->lock);
    return due;
}

static void postpone(struct hda_progress *progress, uint64_t now)
{
    progress->overdue = true;
    progress->patience = progress->patience < LATEST / 2 ? 2 * progress->patience : LATEST;
    progress->due = now + progress->patience;
}

void hda_engines_postpone(struct hda_bus *bus)
{
    uint64_t now = hda_now(bus);

    hda_lock(bus, &bus->lock);
    for (unsigned i = 0; i < bus->engine_count; i++) {
        struct hda_engine *engine = &bus->engines[i];

        if (interrupts(engine) && now >= engine->progress.due)
            postpone(&engine->progress, now);
    }
    hda_unlock(bus, &bus->lock);
}
