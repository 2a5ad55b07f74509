/* SPDX-License-Identifier: BSD-2-Clause */
/* io.c - waiting for a register, and the log. */
#include "io.h"

#define LONG_STEP 128 /* microseconds from which on a wait sleeps, where it may */

static uint32_t read_register(struct hda_bus *bus, struct hda_register reg)
{
    switch (reg.width) {
    case 8:
        return hda_read8(bus, reg.offset);
    case 16:
        return hda_read16(bus, reg.offset);
    default:
        return hda_read32(bus, reg.offset);
    }
}

/* Waiting microseconds is stalling, waiting milliseconds is sleeping (HARDWARE 16). At PASSIVE_LEVEL no
 * lock is held: ours raise the level. */
static void pause(struct hda_bus *bus, uint32_t microseconds)
{
    void *host = bus->config.host_context;

    if (microseconds < LONG_STEP)
        bus->host->stall(host, microseconds);
    else if (hda_irql(bus) == PASSIVE_LEVEL)
        bus->host->sleep(host, microseconds);
    else
        bus->host->stall(host, LONG_STEP / 2);
}

/* A step that does not go far beyond the deadline. */
static uint32_t shorter(uint32_t step, uint64_t left)
{
    return step < left / 1000 ? step : (uint32_t)(left / 1000) + 1;
}

bool hda_poll(struct hda_bus *bus, struct hda_register reg, uint32_t mask, uint32_t value,
              uint32_t microseconds, uint32_t *seen)
{
    uint64_t deadline = hda_now(bus) + microseconds * UINT64_C(1000);

    for (uint32_t step = 1;; step = step < LONG_STEP ? 2 * step : step) {
        /* Taken before the look, so that a preempted waiter looks once more. */
        uint64_t now = hda_now(bus);
        bool last = now >= deadline;

        *seen = read_register(bus, reg);
        if (hda_is_gone(bus))
            return false;
        if ((*seen & mask) == value || last)
            return (*seen & mask) == value;
        pause(bus, shorter(step, deadline - now));
    }
}

NTSTATUS hda_wait(struct hda_bus *bus, struct hda_register reg, uint32_t mask, uint32_t value,
                  uint32_t microseconds)
{
    uint32_t seen;

    if (hda_poll(bus, reg, mask, value, microseconds, &seen))
        return STATUS_SUCCESS;
    if (hda_is_gone(bus))
        return STATUS_DEVICE_REMOVED;
    hda_log(bus, HDA_LOG_ERROR, "%s is %x, not %x under mask %x, after %u us", reg.name, (unsigned)seen,
            (unsigned)value, (unsigned)mask, (unsigned)microseconds);
    return STATUS_DEVICE_NOT_READY;
}

void hda_log(const struct hda_bus *bus, enum hda_log_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    bus->host->log(bus->config.host_context, level, format, arguments);
    va_end(arguments);
}
