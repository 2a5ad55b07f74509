/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * removal.c - a controller that disappears (DDI Removal).
 *
 * It is noticed wherever a register is read, so at any level and with any lock held: only a flag is set then.
 * Each routine looks at the flag under the lock of what it changes, and the deferred work, which comes after,
 * takes that lock to tell those who wait; so none of them is missed.
 */
#include "removal.h"

#include "core.h"
#include "registers.h"
#include "wake.h"

/* All ones may be what a register holds. GCTL never does: most of its bits are reserved (HDA 3.3.7). */
void hda_removal_suspect(struct hda_bus *bus)
{
    if (hda_is_gone(bus))
        return;
    hda_count(bus, register_reads, 1);
    if (bus->device->read32(bus->config.device_context, GCTL) == UINT32_MAX)
        hda_removal_notice(bus);
}

void hda_removal_notice(struct hda_bus *bus)
{
    if (__atomic_exchange_n(&bus->gone, true, __ATOMIC_SEQ_CST))
        return;
    hda_log(bus, HDA_LOG_ERROR, "the controller is gone");
    hda_defer(bus, 0);
}

/* Whoever waits for the next period would wait for ever. Once the engine has been stopped it is not signalled
 * (DDI Notification events). */
static void tell_waiters(struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;

    hda_lock(bus, &bus->lock);
    if (engine->state == RunState)
        hda_notify_signal(engine);
    hda_unlock(bus, &bus->lock);
}

void hda_removal_serve(struct hda_bus *bus)
{
    hda_verbs_end(bus);
    if (bus->removal_told)
        return;
    bus->removal_told = true;
    for (unsigned i = 0; i < bus->engine_count; i++)
        tell_waiters(&bus->engines[i]);
    hda_wake_end(bus, STATUS_DEVICE_REMOVED);
}

void hda_bus_surprise_remove(struct hda_bus *bus)
{
    hda_removal_notice(bus);
}

bool hda_bus_is_removed(const struct hda_bus *bus)
{
    return hda_is_gone(bus);
}
