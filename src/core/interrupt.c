/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupt.c - interrupts (HDA 3.3.14, 3.3.15).
 *
 * A message is sent when the OR of all causes rises. If a cause arises while another is being acknowledged
 * the OR never falls and no message follows, so the routine reads INTSTS until it is 0 (HARDWARE 6). A
 * level calls again by itself.
 */
#include "interrupt.h"

#include "controller.h"
#include "core.h"
#include "io.h"
#include "ring.h"
#include "wake.h"

#define ROUNDS     16      /* of acknowledging before what has come is served */
#define STUCK      64      /* times in a row that these were not enough, and a cause does not go away */
#define NEXT_TIME  1000    /* nanoseconds in which an interrupt that waits has its turn */
#define STUCK_TIME 1000000 /* nanoseconds between two looks at what does not go away */
#define STEP       100     /* microseconds between two looks at whether deferred work runs */
#define STEPS      10000   /* of these */

/* Memory tells that there are responses: acknowledge them before they are read, or one that comes between is
 * never seen (HARDWARE 4). */
static bool acknowledge_responses(struct hda_bus *bus)
{
    if (!hda_rirb_filled(bus))
        return false;
    hda_write8(bus, RIRBSTS, RIRBSTS_RINTFL);
    return true;
}

/* A status register that is cleared by writing ones; nothing once the controller is gone. */
static uint8_t read_causes(struct hda_bus *bus, uint32_t offset, uint8_t causes)
{
    uint8_t status = hda_read8(bus, offset);

    return hda_is_gone(bus) ? 0 : status & causes;
}

/* What is left when the RIRB is not the cause: a command that could not be fetched, or a codec that came,
 * went or woke. */
static void acknowledge_others(struct hda_bus *bus)
{
    if (!read_causes(bus, CORBSTS, CORBSTS_CMEI)) {
        hda_wake_acknowledge(bus);
        return;
    }
    hda_write8(bus, CORBSTS, CORBSTS_CMEI);
    hda_verbs_command_error(bus);
}

/* Causes other than streams: responses that memory does not show yet, an overrun, and what is rare. */
static void acknowledge_controller(struct hda_bus *bus)
{
    uint8_t status = read_causes(bus, RIRBSTS, RIRBSTS_RINTFL | RIRBSTS_OIS);

    if (status == 0) {
        acknowledge_others(bus);
        return;
    }
    if (status & RIRBSTS_OIS && hda_verbs_overrun(bus))
        hda_log(bus, HDA_LOG_WARNING, "the controller has lost responses: the RIRB has overrun");
    hda_write8(bus, RIRBSTS, status);
}

/* The generation is taken first: if the stream stops meanwhile, what SDnSTS says may be of before. And the
 * time, which clients want to know as near to the interrupt as can be. */
static void acknowledge_stream(struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;
    uint32_t generation = __atomic_load_n(&engine->notify.generation, __ATOMIC_ACQUIRE);
    LONGLONG counter = bus->host->performance_counter(bus->config.host_context);
    uint8_t status = read_causes(bus, engine->registers + SD_STS, SD_STS_CAUSES);

    hda_write8(bus, engine->registers + SD_STS, status);
    __atomic_store_n(&engine->pending_generation, generation, __ATOMIC_RELAXED);
    __atomic_store_n(&engine->pending_counter, (uintptr_t)counter, __ATOMIC_RELAXED);
    __atomic_fetch_or(&engine->pending, status, __ATOMIC_RELEASE);
    hda_isr_call(engine, status, generation);
}

static void acknowledge(struct hda_bus *bus, uint32_t causes)
{
    if (causes & INTSTS_CIS)
        acknowledge_controller(bus);
    for (unsigned i = 0; i < bus->engine_count; i++) {
        if (causes & 1u << i)
            acknowledge_stream(&bus->engines[i]);
    }
}

/* One look at INTSTS; returns whether there was a cause. */
static bool acknowledge_round(struct hda_bus *bus)
{
    uint32_t causes = hda_read32(bus, INTSTS);

    if (hda_is_gone(bus))
        return false;
    causes &= INTSTS_CIS | INTSTS_STREAMS;
    if (causes != 0)
        acknowledge(bus, causes);
    return causes != 0;
}

/* Returns whether there was a cause. Where they come faster than this gets on, the deferred work serves some
 * and goes on: it must, for until INTSTS has been 0 no message follows. */
static bool acknowledge_all(struct hda_bus *bus, bool once)
{
    unsigned round = 0;

    while (round < ROUNDS && acknowledge_round(bus)) {
        round++;
        if (once)
            break;
    }
    if (round == ROUNDS)
        __atomic_store_n(&bus->unfinished, true, __ATOMIC_RELEASE);
    return round > 0;
}

bool hda_interrupt(void *context)
{
    struct hda_bus *bus = context;
    bool responses = acknowledge_responses(bus);
    bool ours = acknowledge_all(bus, !bus->config.info.message_interrupts) || responses;

    if (ours) {
        hda_count(bus, interrupts, 1);
        __atomic_store_n(&bus->interrupted, true, __ATOMIC_RELEASE);
        hda_defer(bus, 0);
    }
    return ours;
}

/* ---- Deferred -------------------------------------------------------------------------------- */

static void complete_period(struct hda_engine *engine, uint32_t generation, LONGLONG counter, bool looked)
{
    struct hda_bus *bus = engine->bus;
    bool counts;

    hda_lock(bus, &bus->lock);
    counts = engine->state == RunState && engine->buffer.notifications > 0 &&
             engine->notify.generation == generation;
    if (counts) {
        hda_interrupt_note(engine, looked);
        hda_progress_complete(engine);
    }
    hda_unlock(bus, &bus->lock);
    if (counts)
        hda_notify_deliver(engine, generation, counter);
}

/* Each is counted, and the first of its kind since the stream was reset is logged: a FIFO that is too slow
 * may fail in every frame. */
static void count_errors(struct hda_engine *engine, uint32_t causes, uint32_t generation)
{
    struct hda_bus *bus = engine->bus;
    uint32_t seen;

    hda_lock(bus, &bus->lock);
    seen = engine->errors;
    engine->errors |= (uint8_t)causes;
    if (causes & SD_STS_DESE && engine->notify.generation == generation)
        hda_interrupt_end(engine);
    hda_count_of(engine, fifo_errors, (causes & SD_STS_FIFOE) != 0);
    hda_count_of(engine, descriptor_errors, (causes & SD_STS_DESE) != 0);
    hda_unlock(bus, &bus->lock);
    if (causes & ~seen & SD_STS_FIFOE)
        hda_log(bus, HDA_LOG_WARNING, "stream %u: its FIFO ran %s", engine->index,
                engine->render ? "dry" : "over");
    if (causes & ~seen & SD_STS_DESE)
        hda_log(bus, HDA_LOG_ERROR, "stream %u: descriptor error, the controller has stopped it",
                engine->index);
}

/* A word was noted, which is atomic everywhere; deferred work comes long before half of 32 bits have gone by.
 * It may run on a processor whose counter is a little behind that of the interrupt's. */
static LONGLONG noted_counter(const struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;
    uintptr_t noted = __atomic_load_n(&engine->pending_counter, __ATOMIC_RELAXED);
    LONGLONG now = bus->host->performance_counter(bus->config.host_context);

    return now - (intptr_t)((uintptr_t)now - noted);
}

/* `looked`: the causes were looked for, for an interrupt did not come. */
static void serve_engine(struct hda_engine *engine, bool looked)
{
    uint32_t causes = __atomic_exchange_n(&engine->pending, 0, __ATOMIC_ACQUIRE);
    uint32_t generation = __atomic_load_n(&engine->pending_generation, __ATOMIC_RELAXED);

    if (causes & SD_STS_BCIS)
        complete_period(engine, generation, noted_counter(engine), looked);
    if (causes & (SD_STS_FIFOE | SD_STS_DESE))
        count_errors(engine, causes, generation);
}

/* Whoever takes interrupts may have been kept from it, and this work with him: what is due is overdue when it
 * still is the next time, before which an interrupt that waits has its turn. Until then nothing is looked
 * for, whoever else waits, for a look finds what is late as well as what is lost. */
static bool engines_overdue(struct hda_bus *bus)
{
    bool due = hda_now(bus) >= hda_engines_due(bus), again = due && bus->suspected;

    bus->suspected = due && !again;
    return again;
}

static bool answers_overdue(struct hda_bus *bus)
{
    return hda_rirb_filled(bus) || hda_verbs_overdue(bus);
}

static void go_on_acknowledging(struct hda_bus *bus)
{
    if (!__atomic_exchange_n(&bus->unfinished, false, __ATOMIC_ACQUIRE)) {
        bus->rests = 0;
        return;
    }
    acknowledge_all(bus, false);
    if (++bus->rests == STUCK)
        hda_log(bus, HDA_LOG_ERROR, "INTSTS does not become 0");
}

/* A message that is lost is followed by no other, for the OR of the causes never falls. So when a timer has
 * brought this work, and something came or should have, it looks for itself. At worst the interrupt routine
 * acknowledges the same cause at the same time, and an event is signalled twice. Returns whether it has
 * looked. */
static bool look_for_lost_interrupt(struct hda_bus *bus)
{
    bool overdue;

    if (__atomic_exchange_n(&bus->interrupted, false, __ATOMIC_ACQUIRE)) {
        bus->suspected = false;
        return false;
    }
    overdue = engines_overdue(bus);
    if (bus->suspected || (!overdue && !answers_overdue(bus)))
        return false;
    if (overdue)
        hda_engines_postpone(bus);
    acknowledge_all(bus, false);
    return true;
}

/* Nanoseconds from now, UINT64_MAX never. */
static uint64_t next_look(struct hda_bus *bus)
{
    uint64_t due = hda_engines_due(bus), now = hda_now(bus);

    if (__atomic_load_n(&bus->unfinished, __ATOMIC_ACQUIRE))
        return bus->rests < STUCK ? NEXT_TIME : STUCK_TIME;
    if (due == UINT64_MAX)
        return UINT64_MAX;
    return due > now + NEXT_TIME ? due - now : NEXT_TIME;
}

static void serve(struct hda_bus *bus)
{
    uint64_t next, look;
    bool looked;

    hda_wall_clock_update(bus);
    go_on_acknowledging(bus);
    looked = look_for_lost_interrupt(bus);
    for (unsigned i = 0; i < bus->engine_count; i++)
        serve_engine(&bus->engines[i], looked);
    next = hda_verbs_run(bus);
    hda_wake_serve(bus);
    look = next_look(bus);
    if (next != UINT64_MAX || look != UINT64_MAX)
        hda_defer(bus, next < look ? next : look);
}

/* While the bus sleeps there is nothing to serve. A call that suspend has overtaken may have queued this all
 * the same; the end of resume does, too. */
void hda_deferred(void *context)
{
    struct hda_bus *bus = context;
    NTSTATUS status = hda_usable(bus);

    if (status == STATUS_DEVICE_REMOVED)
        hda_removal_serve(bus);
    else if (NT_SUCCESS(status))
        serve(bus);
    __atomic_store_n(&bus->served, true, __ATOMIC_RELEASE);
}

/* Returns when that run is over: what it looks at is set up next. */
NTSTATUS hda_deferred_try(struct hda_bus *bus)
{
    hda_defer(bus, 0);
    for (unsigned step = 0; step < STEPS; step++) {
        if (__atomic_load_n(&bus->served, __ATOMIC_ACQUIRE))
            return STATUS_SUCCESS;
        bus->host->sleep(bus->config.host_context, STEP);
    }
    hda_log(bus, HDA_LOG_ERROR, "host->work_queue: deferred work has been queued for a second and not run");
    return STATUS_INVALID_PARAMETER;
}

/* ---- Connected or not ------------------------------------------------------------------------ */

NTSTATUS hda_interrupts_start(struct hda_bus *bus)
{
    NTSTATUS status = bus->device->interrupt_connect(bus->config.device_context, hda_interrupt, bus);

    bus->connected = NT_SUCCESS(status);
    return status;
}

void hda_interrupts_stop(struct hda_bus *bus)
{
    if (bus->connected) {
        hda_controller_quiet(bus);
        bus->device->interrupt_disconnect(bus->config.device_context);
    }
    bus->connected = false;
    bus->host->work_cancel(bus->config.host_context, &bus->deferred);
}
