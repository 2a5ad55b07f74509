/* SPDX-License-Identifier: BSD-2-Clause */
/* ring.c - CORB and RIRB (HDA 3.3.18 - 3.3.31, 4.4). */
#include "ring.h"

#include "core.h"
#include "io.h"

#define UNREAD            0xFFFFFFFFu
#define CORBRP_PATIENCE   1000 /* microseconds */
#define RESTART_PATIENCE  100  /* for each of the three waits of a restart (DDI Bounds) */
#define RING_SIZE_DEFAULT 2    /* where the register offers nothing: what every known controller has */

static const struct hda_register corb_read = {CORBRP, 16, "CORBRP"};
static const struct hda_register corb_control = {CORBCTL, 8, "CORBCTL"};
static const struct hda_register rirb_control = {RIRBCTL, 8, "RIRBCTL"};

static volatile struct hda_rirb_entry *rirb_entry(const struct hda_bus *bus, unsigned index)
{
    return (volatile struct hda_rirb_entry *)bus->verbs.rirb.memory + index;
}

static unsigned rirb_next(const struct hda_bus *bus)
{
    return (__atomic_load_n(&bus->verbs.read, __ATOMIC_RELAXED) + 1u) % bus->verbs.rirb_entries;
}

/* ---- Traffic --------------------------------------------------------------------------------- */

static uint16_t corb_next(const struct hda_verbs *verbs)
{
    return (uint16_t)((verbs->write + 1u) % verbs->corb_entries);
}

void hda_corb_doubt(struct hda_bus *bus)
{
    if (bus->verbs.doubtful)
        return;
    bus->verbs.doubtful = true;
    bus->verbs.fetched = corb_next(&bus->verbs); /* nobody knows how far: to be read */
}

/* A read pointer beyond the ring is a missing controller's, which fetches nothing. */
bool hda_corb_has_room(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;
    uint16_t next = corb_next(verbs), pointer;

    if (!verbs->doubtful || next != verbs->fetched)
        return true;
    pointer = hda_read16(bus, CORBRP);
    if (pointer < verbs->corb_entries)
        verbs->fetched = pointer;
    return next != pointer;
}

void hda_corb_put(struct hda_bus *bus, uint32_t command)
{
    struct hda_verbs *verbs = &bus->verbs;

    verbs->write = corb_next(verbs);
    ((volatile uint32_t *)verbs->corb.memory)[verbs->write] = command;
}

void hda_corb_kick(struct hda_bus *bus)
{
    bus->device->dma_sync(bus->config.device_context, &bus->verbs.corb, 0, bus->verbs.corb.size,
                          HDA_SYNC_FOR_DEVICE);
    hda_write16(bus, CORBWP, bus->verbs.write);
}

static void sync_entry(const struct hda_bus *bus, unsigned index, enum hda_sync direction)
{
    bus->device->dma_sync(bus->config.device_context, &bus->verbs.rirb, index * sizeof(struct hda_rirb_entry),
                          sizeof(struct hda_rirb_entry), direction);
}

bool hda_rirb_filled(const struct hda_bus *bus)
{
    unsigned next;

    if (__atomic_load_n(&bus->verbs.rirb.memory, __ATOMIC_ACQUIRE) == NULL)
        return false; /* a shared line interrupts before the ring is there */
    next = rirb_next(bus);
    sync_entry(bus, next, HDA_SYNC_FOR_CPU);
    return __atomic_load_n(&rirb_entry(bus, next)->extended, __ATOMIC_ACQUIRE) != UNREAD;
}

/* A ring of 2 is full as soon as a codec says something beside its answer. With one command in flight at a
 * time it may be read to the last entry: what has been lost cannot be taken for another's. */
static bool is_just_full(struct hda_bus *bus)
{
    return bus->verbs.rirb_entries == 2 && hda_read16(bus, RIRBWP) == bus->verbs.read;
}

bool hda_rirb_lapped(struct hda_bus *bus)
{
    unsigned last = __atomic_load_n(&bus->verbs.read, __ATOMIC_RELAXED);

    if (__atomic_load_n(&bus->verbs.rirb.memory, __ATOMIC_ACQUIRE) == NULL)
        return false;
    sync_entry(bus, last, HDA_SYNC_FOR_CPU);
    return __atomic_load_n(&rirb_entry(bus, last)->extended, __ATOMIC_ACQUIRE) != UNREAD &&
           !is_just_full(bus);
}

/* The controller fills the entry read last before it overwrites the next: unread still, what was copied is
 * the oldest response. */
bool hda_rirb_get(struct hda_bus *bus, struct hda_rirb_entry *entry)
{
    unsigned next;

    if (!hda_rirb_filled(bus))
        return false;
    next = rirb_next(bus);
    entry->response = __atomic_load_n(&rirb_entry(bus, next)->response, __ATOMIC_RELAXED);
    entry->extended = __atomic_load_n(&rirb_entry(bus, next)->extended, __ATOMIC_ACQUIRE);
    if (hda_rirb_lapped(bus))
        return false;
    rirb_entry(bus, next)->extended = UNREAD;
    sync_entry(bus, next, HDA_SYNC_FOR_DEVICE);
    __atomic_store_n(&bus->verbs.read, (uint16_t)next, __ATOMIC_RELAXED);
    return true;
}

/* A write pointer beyond the ring is a broken or missing controller's, not an index (HARDWARE 5). */
bool hda_rirb_overtaken(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;
    uint16_t pointer = hda_read16(bus, RIRBWP);

    if (pointer >= verbs->rirb_entries)
        return false;
    if (!hda_rirb_lapped(bus) && (pointer == verbs->read || hda_rirb_filled(bus)))
        return false;
    hda_log(bus, HDA_LOG_ERROR, "the RIRB has overrun: responses are lost");
    for (unsigned i = 0; i < verbs->rirb_entries; i++)
        rirb_entry(bus, i)->extended = UNREAD;
    __atomic_store_n(&verbs->read, pointer, __ATOMIC_RELAXED);
    return true;
}

/* ---- Start ----------------------------------------------------------------------------------- */

/* Chooses the largest size that the register offers; some controllers offer one only (HDA 3.3.24, 3.3.31).
 */
static uint16_t choose_size(struct hda_bus *bus, uint32_t offset)
{
    static const uint16_t entries[] = {2, 16, 256};
    uint8_t offered = (uint8_t)(hda_read8(bus, offset) >> RING_CAP_SHIFT);

    for (unsigned code = sizeof(entries) / sizeof(entries[0]); code-- > 0;) {
        if (offered & 1u << code) {
            hda_write8(bus, offset, code);
            return entries[code];
        }
    }
    return entries[RING_SIZE_DEFAULT];
}

/* What both rings hold less what is left to codecs that say something by themselves while the driver is late:
 * a sixteenth, and 4 at least. Where there is so little, one at a time. */
static ULONG commands_in_flight(const struct hda_verbs *verbs)
{
    ULONG entries = verbs->corb_entries < verbs->rirb_entries ? verbs->corb_entries : verbs->rirb_entries;
    ULONG left = entries / 16 > 4 ? entries / 16 : 4;

    return entries > left ? entries - left : 1;
}

/* All ones offer every size. After a reset of the link the memory is as long as it was. */
static NTSTATUS choose_sizes(struct hda_bus *bus)
{
    uint16_t corb = choose_size(bus, CORBSIZE), rirb = choose_size(bus, RIRBSIZE);
    struct hda_verbs *verbs = &bus->verbs;

    if (hda_is_gone(bus))
        return STATUS_DEVICE_REMOVED;
    if (verbs->rirb.memory != NULL && (corb != verbs->corb_entries || rirb != verbs->rirb_entries)) {
        hda_log(bus, HDA_LOG_ERROR, "the rings can no longer be of %u and %u entries", verbs->corb_entries,
                verbs->rirb_entries);
        return STATUS_DEVICE_NOT_READY;
    }
    verbs->corb_entries = corb;
    verbs->rirb_entries = rirb;
    verbs->limit = commands_in_flight(verbs);
    return STATUS_SUCCESS;
}

/* A handshake: 1 reads back, then 0 does (HDA 3.3.21). Some controllers clear the bit by themselves, so the 1
 * may be missed (HARDWARE 2). */
static NTSTATUS reset_corb_read(struct hda_bus *bus, uint32_t set_patience, uint32_t clear_patience)
{
    uint32_t seen;

    hda_write16(bus, CORBRP, CORBRP_RST);
    hda_poll(bus, corb_read, CORBRP_RST, CORBRP_RST, set_patience, &seen);
    hda_write16(bus, CORBRP, 0);
    return hda_wait(bus, corb_read, CORBRP_RST, 0, clear_patience);
}

static NTSTATUS halt_rings(struct hda_bus *bus)
{
    NTSTATUS status;

    hda_write8(bus, CORBCTL, 0);
    hda_write8(bus, RIRBCTL, 0);
    status = hda_wait(bus, corb_control, CORBCTL_RUN, 0, bus->config.bounds.stream);
    if (!NT_SUCCESS(status))
        return status;
    return hda_wait(bus, rirb_control, RIRBCTL_DMAEN, 0, bus->config.bounds.stream);
}

/* The interrupt routine looks at the RIRB from when it is there, so it is there when all entries are marked
 * as read. */
static void publish_rirb(struct hda_bus *bus, const struct hda_dma *rirb)
{
    struct hda_rirb_entry *entries = rirb->memory;

    for (unsigned i = 0; i < bus->verbs.rirb_entries; i++)
        __atomic_store_n(&entries[i].extended, UNREAD, __ATOMIC_RELAXED);
    bus->verbs.rirb.address = rirb->address;
    bus->verbs.rirb.size = rirb->size;
    __atomic_store_n(&bus->verbs.rirb.memory, rirb->memory, __ATOMIC_RELEASE);
}

/* Once: after a reset of the link the rings lie where they did. */
static NTSTATUS allocate_rings(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;
    uint64_t highest = bus->capabilities.highest_address;
    void *device = bus->config.device_context;
    struct hda_dma rirb = verbs->rirb;
    NTSTATUS status;

    if (rirb.memory != NULL) {
        publish_rirb(bus, &rirb);
        return STATUS_SUCCESS;
    }
    status = bus->device->dma_alloc(device, verbs->corb_entries * sizeof(uint32_t), highest, &verbs->corb);
    if (!NT_SUCCESS(status))
        return status;
    status =
        bus->device->dma_alloc(device, verbs->rirb_entries * sizeof(struct hda_rirb_entry), highest, &rirb);
    if (!NT_SUCCESS(status)) {
        bus->device->dma_free(device, &verbs->corb);
        verbs->corb.memory = NULL;
        return status;
    }
    publish_rirb(bus, &rirb);
    return STATUS_SUCCESS;
}

/* The response interrupt comes early enough that the ring is refilled before it drains, and seldom enough
 * that a ring full of commands costs two. It comes at the last response, too (HDA 3.3.28). */
static uint16_t response_interrupt_count(const struct hda_bus *bus)
{
    return (uint16_t)(bus->verbs.limit * 3 / 4 > 0 ? bus->verbs.limit * 3 / 4 : 1);
}

static void program_rings(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;

    bus->device->dma_sync(bus->config.device_context, &verbs->rirb, 0, verbs->rirb.size, HDA_SYNC_FOR_DEVICE);
    hda_write_address(bus, CORBLBASE, verbs->corb.address);
    hda_write_address(bus, RIRBLBASE, verbs->rirb.address);
    hda_write16(bus, CORBWP, 0);
    hda_write16(bus, RIRBWP, RIRBWP_RST);
    hda_write16(bus, RINTCNT, response_interrupt_count(bus));
    hda_write8(bus, RIRBSTS,
               RIRBSTS_RINTFL | RIRBSTS_OIS); /* left over from whoever drove it before (docs/QEMU.md) */
    verbs->write = 0;
    verbs->fetched = 0;
    __atomic_store_n(&verbs->read, 0, __ATOMIC_RELAXED);
}

static NTSTATUS run_rings(struct hda_bus *bus)
{
    NTSTATUS status;

    bus->verbs.running = true;
    hda_write8(bus, RIRBCTL, RIRBCTL_DMAEN | RIRBCTL_RINTCTL | RIRBCTL_OIC);
    status = hda_wait(bus, rirb_control, RIRBCTL_DMAEN, RIRBCTL_DMAEN, bus->config.bounds.stream);
    if (!NT_SUCCESS(status))
        return status;
    hda_write8(bus, CORBSTS, CORBSTS_CMEI);
    hda_write8(bus, CORBCTL, CORBCTL_RUN | CORBCTL_CMEIE);
    return hda_wait(bus, corb_control, CORBCTL_RUN, CORBCTL_RUN, bus->config.bounds.stream);
}

/* What it leaves behind on failure hda_rings_free() frees, as after success. */
NTSTATUS hda_rings_start(struct hda_bus *bus)
{
    NTSTATUS status = halt_rings(bus);

    if (!NT_SUCCESS(status))
        return status;
    status = choose_sizes(bus);
    if (NT_SUCCESS(status))
        status = allocate_rings(bus);
    if (!NT_SUCCESS(status))
        return status;
    program_rings(bus);
    status = reset_corb_read(bus, CORBRP_PATIENCE, bus->config.bounds.stream);
    if (!NT_SUCCESS(status))
        return status;
    return run_rings(bus);
}

bool hda_corb_fetched(struct hda_bus *bus)
{
    uint16_t pointer = hda_read16(bus, CORBRP);

    return pointer == bus->verbs.write || pointer == UINT16_MAX; /* all ones is a controller that is gone */
}

NTSTATUS hda_corb_restart(struct hda_bus *bus)
{
    NTSTATUS status;

    hda_write8(bus, CORBCTL, 0);
    status = hda_wait(bus, corb_control, CORBCTL_RUN, 0, RESTART_PATIENCE);
    if (!NT_SUCCESS(status))
        return status;
    bus->verbs.write = bus->verbs.fetched = 0;
    hda_write16(bus, CORBWP, 0);
    status = reset_corb_read(bus, RESTART_PATIENCE, RESTART_PATIENCE);
    if (!NT_SUCCESS(status))
        return status;
    hda_write8(bus, CORBSTS, CORBSTS_CMEI);
    hda_write8(bus, CORBCTL, CORBCTL_RUN | CORBCTL_CMEIE);
    return STATUS_SUCCESS;
}

void hda_rings_stop(struct hda_bus *bus)
{
    if (bus->verbs.running)
        halt_rings(bus);
    bus->verbs.running = false;
}

void hda_rings_free(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;

    if (verbs->corb.memory == NULL)
        return;
    bus->device->dma_free(bus->config.device_context, &verbs->rirb);
    bus->device->dma_free(bus->config.device_context, &verbs->corb);
    verbs->corb.memory = verbs->rirb.memory = NULL;
}
