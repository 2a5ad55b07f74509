/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.c - codecs that wake the system (HDA 3.3.8, 3.3.9, DDI Power).
 *
 * A codec asks for the link, and STATESTS says which. While the controller runs that interrupts; while it is
 * in reset it is PME, by which the system finds out that it should resume, and then STATESTS is looked at
 * before the reset, after which every codec asks.
 */
#include "wake.h"

#include "core.h"
#include "io.h"

/* ---- What the controller is told ------------------------------------------------------------- */

/* The codecs whose children have requests. Under bus.lock. */
static uint16_t wanted(const struct hda_bus *bus)
{
    uint16_t codecs = 0;

    for (unsigned i = 0; i < bus->child_count; i++) {
        if (bus->wakes[i].routine != NULL)
            codecs |= (uint16_t)(1u << bus->children[i].codec_address);
    }
    return codecs;
}

/* What a codec newly armed said before is nothing that somebody waits for. Under bus.lock. */
static void arm(struct hda_bus *bus)
{
    uint16_t codecs = wanted(bus), before = __atomic_load_n(&bus->armed, __ATOMIC_RELAXED);

    if (codecs == before || !NT_SUCCESS(hda_usable(bus)))
        return;
    if (codecs & ~before)
        hda_write16(bus, STATESTS, (uint16_t)(codecs & ~before));
    __atomic_store_n(&bus->armed, codecs, __ATOMIC_RELAXED);
    hda_write16(bus, WAKEEN, codecs);
}

void hda_wake_arm(struct hda_bus *bus)
{
    hda_lock(bus, &bus->lock);
    arm(bus);
    hda_unlock(bus, &bus->lock);
}

/* Where the reset has cleared WAKEEN (docs/QEMU.md) nothing can wake. */
uint16_t hda_wake_sleeping(struct hda_bus *bus)
{
    uint16_t armed = hda_read16(bus, WAKEEN), status = hda_read16(bus, STATESTS);

    return hda_is_gone(bus) ? 0 : armed & status & STATESTS_CODECS;
}

/* A codec that comes between the read and the acknowledgement stays. */
void hda_wake_acknowledge(struct hda_bus *bus)
{
    uint32_t armed = __atomic_load_n(&bus->armed, __ATOMIC_RELAXED), woken;

    if (armed == 0) {
        hda_write16(bus, STATESTS, STATESTS_CODECS);
        return;
    }
    woken = hda_read16(bus, STATESTS) & armed;
    if (hda_is_gone(bus))
        return;
    hda_write16(bus, STATESTS, STATESTS_CODECS & ~(armed & ~woken));
    hda_wake_note(bus, (uint16_t)woken);
}

/* ---- What the clients are told --------------------------------------------------------------- */

void hda_wake_note(struct hda_bus *bus, uint16_t codecs)
{
    __atomic_fetch_or(&bus->woken, codecs, __ATOMIC_RELEASE);
    hda_defer(bus, 0);
}

/* Takes a child's request; one without a routine when there is none. */
static struct hda_wake take(struct hda_bus *bus, unsigned child)
{
    struct hda_wake wake;

    hda_lock(bus, &bus->lock);
    wake = bus->wakes[child];
    bus->wakes[child] = (struct hda_wake){0};
    arm(bus);
    hda_unlock(bus, &bus->lock);
    return wake;
}

static void complete(struct hda_bus *bus, uint16_t codecs, NTSTATUS status)
{
    for (unsigned i = 0; i < bus->child_count; i++) {
        struct hda_wake wake = {0};

        if (codecs & 1u << bus->children[i].codec_address)
            wake = take(bus, i);
        if (wake.routine != NULL)
            wake.routine(wake.context, status);
    }
}

void hda_wake_serve(struct hda_bus *bus)
{
    uint16_t woken = __atomic_exchange_n(&bus->woken, 0, __ATOMIC_ACQUIRE);

    if (woken != 0)
        complete(bus, woken, STATUS_SUCCESS);
}

void hda_wake_end(struct hda_bus *bus, NTSTATUS status)
{
    complete(bus, STATESTS_CODECS, status);
}

/* ---- Requests -------------------------------------------------------------------------------- */

/* Under bus.lock. */
static NTSTATUS request(struct hda_bus *bus, unsigned child, const struct hda_wake *wake)
{
    NTSTATUS status = hda_usable(bus);

    if (!NT_SUCCESS(status))
        return status;
    if (bus->wakes[child].routine != NULL)
        return STATUS_DEVICE_BUSY;
    bus->wakes[child] = *wake;
    arm(bus);
    return STATUS_SUCCESS;
}

NTSTATUS hda_bus_wait_wake(struct hda_bus *bus, unsigned child, hda_wake_routine *routine, void *context)
{
    struct hda_wake wake = {routine, context};
    NTSTATUS status;

    if (hda_irql(bus) > DISPATCH_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (child >= bus->child_count || routine == NULL)
        return STATUS_INVALID_PARAMETER;
    hda_lock(bus, &bus->lock);
    status = request(bus, child, &wake);
    hda_unlock(bus, &bus->lock);
    return status;
}

bool hda_bus_cancel_wake(struct hda_bus *bus, unsigned child)
{
    return hda_irql(bus) <= DISPATCH_LEVEL && child < bus->child_count && take(bus, child).routine != NULL;
}
