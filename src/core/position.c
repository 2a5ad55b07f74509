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

/* ---- The position buffer: the controller's, or ours, which then holds what LPIB said ------------- */

static bool controller_writes(const struct hda_bus *bus)
{
    return !hda_has_quirk(bus, HDA_QUIRK_LINK_POSITIONS) &&
           !__atomic_load_n(&bus->link_positions, __ATOMIC_RELAXED);
}

enum hda_position_source hda_position_source(const struct hda_bus *bus)
{
    return controller_writes(bus) ? HDA_POSITION_BUFFER : HDA_POSITION_LINK;
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

/* Without a controller it stays what it was; all ones is one that has just gone. */
static uint32_t copy_link_position(const struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;
    uint32_t position = UINT32_MAX;

    if (NT_SUCCESS(hda_usable(bus)))
        position = hda_read32(bus, engine->registers + SD_LPIB);
    if (position == UINT32_MAX)
        return __atomic_load_n(position_entry(engine), __ATOMIC_RELAXED);
    __atomic_store_n(position_entry(engine), position, __ATOMIC_RELAXED);
    return position;
}

/* Where the stream is by the source in use, and what the entry says. */
static uint32_t read_position(const struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;

    if (!controller_writes(bus))
        return copy_link_position(engine);
    bus->device->dma_sync(bus->config.device_context, &bus->positions, engine->index * ENTRY_SIZE, ENTRY_SIZE,
                          HDA_SYNC_FOR_CPU);
    return __atomic_load_n(position_entry(engine), __ATOMIC_RELAXED);
}

/* ---- What clients read ----------------------------------------------------------------------- */

/* Where a client may read a register: at the alias where that works, else at the register itself; NULL where
 * neither can be mapped. */
static volatile ULONG *map(struct hda_bus *bus, uint32_t offset, enum hda_pointer *pointer)
{
    volatile ULONG *alias = NULL;

    if (bus->capabilities.alias)
        alias = bus->device->map(bus->config.device_context, ALIAS + offset);
    *pointer = alias != NULL ? HDA_POINTER_ALIAS : HDA_POINTER_REGISTER;
    return alias != NULL ? alias : bus->device->map(bus->config.device_context, offset);
}

/* Else the position buffer, which is as fresh as this request where it is ours. The same at each call. */
static volatile ULONG *choose_pointer(struct hda_engine *engine)
{
    volatile ULONG *mapped = map(engine->bus, engine->registers + SD_LPIB, &engine->pointer);

    if (mapped != NULL)
        return mapped;
    engine->pointer = HDA_POINTER_MEMORY;
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
    else if (hda_is_gone(bus))
        status = STATUS_DEVICE_REMOVED;
    else
        *position = (PULONG)(uintptr_t)choose_pointer(engine);
    hda_unlock(bus, &bus->lock);
    return status;
}

/* Under bus.lock: a suspend on another processor waits until the register has been read (DDI Power). */
static void copy_wall_clock(struct hda_bus *bus)
{
    uint32_t clock;

    if (!NT_SUCCESS(hda_usable(bus)))
        return;
    clock = hda_read32(bus, WALCLK);
    if (!hda_is_gone(bus))
        __atomic_store_n(&bus->wall_clock, clock, __ATOMIC_RELAXED);
}

void hda_wall_clock_update(struct hda_bus *bus)
{
    if (!__atomic_load_n(&bus->wall_clock_wanted, __ATOMIC_RELAXED))
        return;
    hda_lock(bus, &bus->lock);
    copy_wall_clock(bus);
    hda_unlock(bus, &bus->lock);
}

void hda_wall_clock_register(struct hda_bus *bus, PULONG *clock)
{
    enum hda_pointer pointer;
    volatile ULONG *mapped = map(bus, WALCLK, &pointer);

    if (mapped == NULL) {
        __atomic_store_n(&bus->wall_clock_wanted, true, __ATOMIC_RELAXED);
        if (hda_irql(bus) <= DISPATCH_LEVEL) /* else it has been logged, and the next interrupt does it */
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

/* ---- Plausibility (HARDWARE 7) --------------------------------------------------------------- */

/* What is known of a stream whatever its position says. */
struct known {
    uint64_t estimated; /* bytes, by the clock */
    uint64_t least;     /* that have gone over the link, for an interrupt said so; 0: nothing is known */
};

/* A FIFO that the position may lag or lead by, and one that the interrupt may. */
static uint64_t slack(const struct hda_engine *engine)
{
    return 2 * (uint64_t)engine->fifo;
}

/* A stream that runs is not always at 0, which is what a position says that is not written. */
static bool may_stand_at_0(const struct hda_engine *engine, uint64_t estimated)
{
    uint64_t offset = estimated % engine->buffer.size;

    return offset <= slack(engine) || engine->buffer.size - offset <= slack(engine);
}

/* Within the buffer, and no further behind the last interrupt, or ahead of time, than FIFOs explain. */
static bool is_plausible(const struct hda_engine *engine, uint32_t position, const struct known *known)
{
    uint64_t bytes;

    if (position >= engine->buffer.size)
        return false;
    if (position == 0 && !engine->progress.positioned && !may_stand_at_0(engine, known->estimated))
        return false;
    bytes = unwrap(known->estimated, position, engine->buffer.size);
    return bytes + slack(engine) >= known->least && bytes <= known->estimated + slack(engine);
}

/* From now on it is as by quirk. But the controller may go on writing: DPLBASE must not be written while a
 * stream runs (HDA 3.3.32). */
static void distrust_positions(struct hda_bus *bus)
{
    __atomic_store_n(&bus->link_positions, true, __ATOMIC_RELAXED);
    hda_log(bus, HDA_LOG_WARNING, "the position buffer is wrong: LPIB is used in its place");
}

/* A position that cannot be is compared with LPIB. If that cannot be either, the stream is otherwise than
 * expected, or nothing tells where it is; and that is found out once. */
static uint32_t second_opinion(struct hda_engine *engine, uint32_t position, const struct known *known)
{
    uint32_t link;

    if (engine->progress.examined || !controller_writes(engine->bus))
        return position;
    engine->progress.examined = true;
    link = hda_read32(engine->bus, engine->registers + SD_LPIB);
    if (!is_plausible(engine, link, known))
        return position;
    distrust_positions(engine->bus);
    return copy_link_position(engine);
}

/* Nothing is known of a position that has always been 0. */
static uint64_t bytes_at(struct hda_engine *engine, const struct known *known)
{
    uint32_t position = read_position(engine);

    if (!is_plausible(engine, position, known))
        position = second_opinion(engine, position, known);
    engine->progress.positioned |= position != 0;
    if (!engine->progress.positioned || position >= engine->buffer.size)
        return known->estimated;
    return unwrap(known->estimated, position, engine->buffer.size);
}

static void update(struct hda_engine *engine, uint64_t least)
{
    uint64_t now = hda_now(engine->bus);
    struct known known = {estimate(engine, now), least};

    engine->progress.bytes = bytes_at(engine, &known);
    engine->progress.time = now;
}

void hda_progress_update(struct hda_engine *engine)
{
    update(engine, 0);
}

/* Bytes that have gone over the link when one more period is over. A client's own list has no periods. */
static uint64_t least_bytes(const struct hda_engine *engine)
{
    return engine->buffer.mdl != NULL ? (engine->progress.completions + 1) * period_bytes(engine) : 0;
}

/* A position may lag behind its interrupt (HARDWARE 7). */
void hda_progress_complete(struct hda_engine *engine)
{
    struct hda_progress *progress = &engine->progress;
    size_t period = period_bytes(engine);
    uint64_t completions, more;

    update(engine, least_bytes(engine));
    completions = (progress->bytes + period / 4) / period;
    if (completions <= progress->completions)
        completions = progress->completions + 1;
    more = completions - progress->completions;
    progress->completions = completions;
    hda_count_of(engine, completions, more);
    hda_count_of(engine, merged, more - 1);
    hda_interrupt_expect(engine);
}
