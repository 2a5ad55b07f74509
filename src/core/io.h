/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io.h - register access, counted, and waiting for a register. A controller that is gone is noticed here: it
 * reads as all ones (DDI Removal).
 */
#ifndef HDA_IO_H
#define HDA_IO_H

#include "core.h"
#include "registers.h"
#include "removal.h"

static inline uint8_t hda_read8(struct hda_bus *bus, uint32_t offset)
{
    uint8_t value = bus->device->read8(bus->config.device_context, offset);

    hda_count(bus, register_reads, 1);
    if (value == UINT8_MAX)
        hda_removal_suspect(bus);
    return value;
}

static inline uint16_t hda_read16(struct hda_bus *bus, uint32_t offset)
{
    uint16_t value = bus->device->read16(bus->config.device_context, offset);

    hda_count(bus, register_reads, 1);
    if (value == UINT16_MAX)
        hda_removal_suspect(bus);
    return value;
}

static inline uint32_t hda_read32(struct hda_bus *bus, uint32_t offset)
{
    uint32_t value = bus->device->read32(bus->config.device_context, offset);

    hda_count(bus, register_reads, 1);
    if (value == UINT32_MAX)
        hda_removal_suspect(bus);
    return value;
}

static inline void hda_write8(struct hda_bus *bus, uint32_t offset, uint32_t value)
{
    hda_count(bus, register_writes, 1);
    bus->device->write8(bus->config.device_context, offset, (uint8_t)value);
}

static inline void hda_write16(struct hda_bus *bus, uint32_t offset, uint32_t value)
{
    hda_count(bus, register_writes, 1);
    bus->device->write16(bus->config.device_context, offset, (uint16_t)value);
}

static inline void hda_write32(struct hda_bus *bus, uint32_t offset, uint32_t value)
{
    hda_count(bus, register_writes, 1);
    bus->device->write32(bus->config.device_context, offset, value);
}

/* A register to wait for: one of its natural width. */
struct hda_register {
    uint32_t offset;
    uint8_t width; /* bits */
    const char *name;
};

/* Looks until (register & mask) == value, for at most so many microseconds; whether it came to that, and what
 * was seen last. A controller that is gone never comes to it, at once. Stalls between looks, so it may be
 * called at DISPATCH_LEVEL. */
bool hda_poll(struct hda_bus *bus, struct hda_register reg, uint32_t mask, uint32_t value,
              uint32_t microseconds, uint32_t *seen);
/* The same where it must come to that. STATUS_SUCCESS; DEVICE_NOT_READY, with a line in the log;
 * DEVICE_REMOVED when the controller is gone. */
NTSTATUS hda_wait(struct hda_bus *bus, struct hda_register reg, uint32_t mask, uint32_t value,
                  uint32_t microseconds);

/* Writes an address to a pair of registers, low half first. */
static inline void hda_write_address(struct hda_bus *bus, uint32_t offset, uint64_t address)
{
    hda_write32(bus, offset, (uint32_t)address);
    hda_write32(bus, offset + 4, (uint32_t)(address >> 32));
}

#endif
