/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * power.c - suspend and resume (DDI Power).
 *
 * Between them no register is touched, since power may be off: the interrupt is disconnected, which also
 * keeps a shared line's interrupts away, and nobody finds the bus usable.
 */
#include "controller.h"
#include "core.h"
#include "interrupt.h"
#include "link.h"
#include "ring.h"
#include "wake.h"

/* ---- Suspend --------------------------------------------------------------------------------- */

/* Undoes what has been started, and leaves the controller in reset, where codecs can still wake it. The
 * deferred work that has been cancelled may have been to tell that the controller is gone. */
static void put_to_sleep(struct hda_bus *bus)
{
    hda_interrupts_stop(bus);
    hda_rings_stop(bus);
    bus->in_control = !hda_controller_stop(bus);
    if (!bus->in_control)
        hda_state_halted(bus);
    if (hda_is_gone(bus))
        hda_defer(bus, 0);
}

NTSTATUS hda_bus_suspend(struct hda_bus *bus)
{
    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (hda_usable(bus) == STATUS_DEVICE_NOT_READY)
        return STATUS_SUCCESS;
    hda_verbs_suspend(bus);
    hda_state_suspend(bus);
    hda_wake_acknowledge(bus); /* who has woken by now is told of by resume */
    put_to_sleep(bus);
    if (hda_is_gone(bus))
        return STATUS_DEVICE_REMOVED;
    return bus->in_control ? STATUS_DEVICE_NOT_READY : STATUS_SUCCESS;
}

/* ---- Resume ---------------------------------------------------------------------------------- */

static NTSTATUS wake_up(struct hda_bus *bus)
{
    NTSTATUS status = hda_link_reset(bus);

    if (NT_SUCCESS(status))
        status = hda_link_start(bus);
    if (NT_SUCCESS(status))
        hda_controller_accept(bus);
    if (!NT_SUCCESS(status)) {
        hda_wake_rearm(bus);
        put_to_sleep(bus);
    }
    return status;
}

/* Their children stay: whoever asks them finds out. */
static void compare_codecs(const struct hda_bus *bus, uint16_t before)
{
    uint16_t now = hda_codecs(bus);

    for (unsigned codec = 0; codec < HDA_MAX_CODECS; codec++) {
        if (before & ~now & 1u << codec)
            hda_log(bus, HDA_LOG_WARNING, "codec %u has not come back", codec);
        else if (now & ~before & 1u << codec)
            hda_log(bus, HDA_LOG_WARNING, "codec %u is new: it is found when the bus starts", codec);
    }
}

NTSTATUS hda_bus_resume(struct hda_bus *bus)
{
    uint16_t before = hda_codecs(bus);
    NTSTATUS status;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    status = hda_usable(bus);
    if (status != STATUS_DEVICE_NOT_READY)
        return status;
    hda_wake_sleeping(bus);
    status = wake_up(bus);
    if (!NT_SUCCESS(status))
        return status;
    compare_codecs(bus, before);
    hda_state_resume(bus);
    hda_wake_arm(bus);
    hda_defer(bus, 0); /* tells who has woken it, and does what others queued meanwhile */
    return STATUS_SUCCESS;
}
