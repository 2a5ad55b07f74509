/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * position.c - where streams are (DDI Registers handed out).
 *
 * Clients read a register, or memory, through a pointer. The driver itself wants to know how many periods an
 * interrupt stands for: it counts the bytes since the stream's start, from the position buffer, which costs
 * no register access, and from time, which tells the passes through the buffer apart.
 */
#include "client.h"
#include "core.h"
#include "io.h"

#define ENTRY_SIZE 8u /* HDA 3.6.1: position and a reserved word for each stream */

/* ---- The position buffer: the controller's, or by quirk ours, which then holds what LPIB said ----- */

static bool controller_writes(const struct hda_bus *bus)
{
    return !hda_has_quirk(bus, HDA_QUIRK_LINK_POSITIONS);
}

static volatile uint32_t *position_entry(const struct hda_engine *engine)
{
    return (volatile uint32_t *)engine->bus->positions.memory + engine->index * ENTRY_SIZE / sizeof(uint32_t);
}

void hda_positions_program(struct hda_bus *bus)
{
    if (!controller_writes(bus))
        return;
    hda_write32(bus, DPUBASE, (uint32_t)(bus->positions.address >> 32));
    hda_write32(bus, DPLBASE, (uint32_t)bus->positions.address | DPLBASE_ENABLE);
}

NTSTATUS hda_positions_start(struct hda_bus *bus)
{
    size_t size = bus->engine_count * ENTRY_SIZE;
    NTSTATUS status;

    status = bus->device->dma_alloc(bus->config.device_context, size > 0 ? size : ENTRY_SIZE,
                                    bus->capabilities.highest_address, &bus->positions);
    if (!NT_SUCCESS(status))
        return status;
    hda_positions_program(bus);
    return STATUS_SUCCESS;
}

void hda_positions_stop(struct hda_bus *bus)
{
    if (bus->positions.memory == NULL)
        return;
    bus->device->dma_free(bus->config.device_context, &bus->positions);
    bus->positions.memory = NULL;
}

/* All ones is a controller that is gone. */
static void copy_link_position(const struct hda_engine *engine)
{
    uint32_t position = hda_read32(engine->bus, engine->registers + SD_LPIB);

    if (position != UINT32_MAX)
        __atomic_store_n(position_entry(engine), position, __ATOMIC_RELAXED);
}

/* Where the stream is, and what the entry says. */
static uint32_t read_position(const struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;

    if (controller_writes(bus))
        bus->device->dma_sync(bus->config.device_context, &bus->positions, engine->index * ENTRY_SIZE,
                              ENTRY_SIZE, HDA_SYNC_FOR_CPU);
    else
        copy_link_position(engine);
    return __atomic_load_n(position_entry(engine), __ATOMIC_RELAXED);
}

/* ---- What clients read ----------------------------------------------------------------------- */

/* Where a client may read a register: at the alias where that works, else at the register itself; NULL where
 * neither can be mapped. */
static volatile ULONG *map(struct hda_bus *bus, uint32_t offset)
{
    volatile ULONG *alias = NULL;

    if (bus->capabilities.alias)
        alias = bus->device->map(bus->config.device_context, ALIAS + offset);
    return alias != NULL ? alias : bus->device->map(bus->config.device_context, offset);
}

/* Else the position buffer, which is as fresh as this request where it is ours. The same at each call. */
static volatile ULONG *position_source(const struct hda_engine *engine)
{
    volatile ULONG *mapped = map(engine->bus, engine->registers + SD_LPIB);

    if (mapped != NULL)
        return mapped;
    read_position(engine);
    return position_entry(engine);
}

NTSTATUS hda_position_register(struct hda_client *client, HANDLE handle, PULONG *position)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = STATUS_SUCCESS;
    struct hda_engine *engine;

    if (hda_irql(bus) > DISPATCH_LEVEL)
        return STATUS_UNSUCCESSFUL;
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine == NULL)
        status = STATUS_INVALID_HANDLE;
    else if (position == NULL)
        status = STATUS_INVALID_PARAMETER;
    else
        *position = (PULONG)(uintptr_t)position_source(engine);
    hda_unlock(bus, &bus->lock);
    return status;
}

void hda_wall_clock_update(struct hda_bus *bus)
{
    if (__atomic_load_n(&bus->wall_clock_wanted, __ATOMIC_RELAXED))
        __atomic_store_n(&bus->wall_clock, hda_read32(bus, WALCLK), __ATOMIC_RELAXED);
}

void hda_wall_clock_register(struct hda_bus *bus, PULONG *clock)
{
    volatile ULONG *mapped = map(bus, WALCLK);

    if (mapped == NULL) {
        __atomic_store_n(&bus->wall_clock_wanted, true, __ATOMIC_RELAXED);
        hda_wall_clock_update(bus);
        mapped = &bus->wall_clock;
    }
    *clock = (PULONG)(uintptr_t)mapped;
}

/* ---- Progress -------------------------------------------------------------------------------- */

static size_t period_bytes(const struct hda_engine *engine)
{
    return engine->buffer.size / engine->buffer.notifications;
}

void hda_progress_reset(struct hda_engine *engine)
{
    engine->progress = (struct hda_progress){0};
    __atomic_store_n(position_entry(engine), 0, __ATOMIC_RELAXED);
}

void hda_progress_run(struct hda_engine *engine)
{
    engine->progress.time = hda_now(engine->bus);
    if (engine->buffer.notifications > 0)
        hda_interrupt_expect(engine);
}

/* Bytes by the clock alone. */
static uint64_t estimate(const struct hda_engine *engine, uint64_t now)
{
    uint64_t per_second = (uint64_t)engine->format.rate * engine->format.block;

    return engine->progress.bytes + (now - engine->progress.time) / 1000 * per_second / 1000000;
}

/* The count of bytes nearest to the estimate that puts the stream at its position. */
static uint64_t unwrap(uint64_t estimated, uint32_t position, size_t size)
{
    uint64_t base = estimated >= size ? (estimated - size) / size * size : 0;
    uint64_t best = base + position;

    for (uint64_t candidate = best; candidate <= estimated + size; candidate += size) {
        uint64_t distance = candidate > estimated ? candidate - estimated : estimated - candidate;
        uint64_t least = best > estimated ? best - estimated : estimated - best;

        if (distance < least)
            best = candidate;
    }
    return best;
}

/* A position that has always been 0 is one that the controller does not write (HARDWARE 7). */
static uint64_t bytes_now(struct hda_engine *engine, uint64_t now)
{
    uint64_t estimated = estimate(engine, now);
    uint32_t position = read_position(engine);

    engine->progress.positioned |= position != 0;
    if (!engine->progress.positioned || position >= engine->buffer.size)
        return estimated;
    return unwrap(estimated, position, engine->buffer.size);
}

void hda_progress_update(struct hda_engine *engine)
{
    uint64_t now = hda_now(engine->bus);

    engine->progress.bytes = bytes_now(engine, now);
    engine->progress.time = now;
}

/* A position may lag behind its interrupt (HARDWARE 7). */
void hda_progress_complete(struct hda_engine *engine)
{
    struct hda_progress *progress = &engine->progress;
    size_t period = period_bytes(engine);
    uint64_t completions, more;

    hda_progress_update(engine);
    completions = (progress->bytes + period / 4) / period;
    if (completions <= progress->completions)
        completions = progress->completions + 1;
    more = completions - progress->completions;
    progress->completions = completions;
    hda_count_of(engine, completions, more);
    hda_count_of(engine, merged, more - 1);
    hda_interrupt_expect(engine);
}
