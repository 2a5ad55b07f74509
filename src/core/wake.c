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

static uint16_t armed(const struct hda_bus *bus)
{
    return __atomic_load_n(&bus->armed, __ATOMIC_ACQUIRE);
}

/* What a codec newly armed said before is nothing that somebody waits for: it is taken back before anybody
 * sees that the codec is armed. Under bus.lock. */
static void arm(struct hda_bus *bus)
{
    uint16_t codecs = wanted(bus), before = armed(bus);

    if (codecs == before || !NT_SUCCESS(hda_usable(bus)))
        return;
    if (codecs & ~before)
        hda_write16(bus, STATESTS, (uint16_t)(codecs & ~before));
    __atomic_store_n(&bus->armed, codecs, __ATOMIC_RELEASE);
    hda_write16(bus, WAKEEN, codecs);
}

/* The deferred work, which comes after, completes what is pending. */
static void note(struct hda_bus *bus, uint16_t codecs)
{
    __atomic_fetch_or(&bus->woken, codecs, __ATOMIC_RELEASE);
}

void hda_wake_arm(struct hda_bus *bus)
{
    hda_lock(bus, &bus->lock);
    arm(bus);
    hda_unlock(bus, &bus->lock);
}

/* Where armed is 0 the reset of a resume that failed has come as far as to clear WAKEEN, and the link is up.
 */
void hda_wake_rearm(struct hda_bus *bus)
{
    hda_lock(bus, &bus->lock);
    if (armed(bus) == 0 && wanted(bus) != 0) {
        __atomic_store_n(&bus->armed, wanted(bus), __ATOMIC_RELEASE);
        hda_write16(bus, WAKEEN, wanted(bus));
    }
    hda_unlock(bus, &bus->lock);
}

/* Where the reset has cleared WAKEEN (docs/QEMU.md) nothing can wake. */
void hda_wake_sleeping(struct hda_bus *bus)
{
    uint16_t enabled = hda_read16(bus, WAKEEN), status = hda_read16(bus, STATESTS);

    if (!hda_is_gone(bus))
        note(bus, enabled & status & STATESTS_CODECS);
}

/* Acknowledges what it has seen and no more: a codec that comes after that stays, and so does one that a
 * client has armed meanwhile, for the next look. */
void hda_wake_acknowledge(struct hda_bus *bus)
{
    uint16_t before = armed(bus), status = hda_read16(bus, STATESTS) & STATESTS_CODECS;
    uint16_t meanwhile = armed(bus) & (uint16_t)~before;

    if (hda_is_gone(bus))
        return;
    hda_write16(bus, STATESTS, status & (uint16_t)~meanwhile);
    note(bus, status & before);
}

/* ---- What the clients are told --------------------------------------------------------------- */

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
    hda_lock(bus, &bus->lock);
    bus->wakes_end = true;
    hda_unlock(bus, &bus->lock);
    complete(bus, STATESTS_CODECS, status);
}

/* ---- Requests -------------------------------------------------------------------------------- */

/* Under bus.lock. */
static NTSTATUS request(struct hda_bus *bus, unsigned child, const struct hda_wake *wake)
{
    NTSTATUS status = bus->wakes_end ? STATUS_DEVICE_REMOVED : hda_usable(bus);

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
