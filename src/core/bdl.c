/* SPDX-License-Identifier: BSD-2-Clause */
/* bdl.c - buffer descriptor lists (HDA 3.6). */
#include "bdl.h"

#include "core.h"

#define BOUNDARY 4096u /* that an entry must not cross, by quirk (HARDWARE 12) */
#define FRAGMENT 128u  /* fragments start on such boundaries (HDA 3.6.2) */

static size_t greatest_common_divisor(size_t a, size_t b)
{
    while (b != 0) {
        size_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

size_t hda_bdl_buffer_size(size_t requested, unsigned periods, unsigned block)
{
    size_t unit = periods * (FRAGMENT / greatest_common_divisor(block, FRAGMENT) * block);
    size_t least = (2 * FRAGMENT + unit - 1) / unit * unit; /* a list has two entries or more */
    size_t size;

    if (requested > UINT32_MAX - unit) /* SDnCBL has 32 bits */
        return 0;
    size = (requested + unit / 2) / unit * unit;
    return size > least ? size : least;
}

struct builder {
    struct hda_bus *bus;
    PMDL mdl;
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    unsigned entries;
};

/* Adds what lies at consecutive addresses from `offset` on, up to `limit`; returns its length, 0 when the
 * list is full. */
static size_t add_run(struct builder *builder, size_t offset, size_t limit)
{
    struct hda_bus *bus = builder->bus;
    PHDAUDIO_BUFFER_DESCRIPTOR entry = &builder->list[builder->entries];
    uint64_t address;
    size_t length;

    if (builder->entries == HDA_BDL_ENTRIES)
        return 0;
    length = bus->device->pages_run(bus->config.device_context, builder->mdl, offset, &address);
    if (length > limit - offset)
        length = limit - offset;
    if (hda_has_quirk(bus, HDA_QUIRK_4K_FRAGMENTS) && length > BOUNDARY - address % BOUNDARY)
        length = BOUNDARY - address % BOUNDARY;
    entry->Address.QuadPart = (LONGLONG)address;
    entry->Length = (ULONG)length;
    entry->InterruptOnCompletion = 0;
    builder->entries++;
    return length;
}

static bool add_part(struct builder *builder, size_t offset, size_t limit)
{
    while (offset < limit) {
        size_t length = add_run(builder, offset, limit);

        if (length == 0)
            return false;
        offset += length;
    }
    return true;
}

unsigned hda_bdl_build(struct hda_bus *bus, PMDL mdl, size_t size, unsigned notifications,
                       PHDAUDIO_BUFFER_DESCRIPTOR list)
{
    struct builder builder = {bus, mdl, list, 0};
    size_t middle =
        size / 2 / FRAGMENT * FRAGMENT; /* exact with two notifications: each half is whole fragments */

    /* Always in two parts: so there are two entries, however contiguous the memory is. */
    if (!add_part(&builder, 0, middle))
        return 0;
    list[builder.entries - 1].InterruptOnCompletion = notifications == 2;
    if (!add_part(&builder, middle, size))
        return 0;
    list[builder.entries - 1].InterruptOnCompletion = notifications >= 1;
    return builder.entries;
}

/* ---- Lists that clients write ---------------------------------------------------------------- */

static bool crosses(uint64_t address, size_t length)
{
    return address / BOUNDARY != (address + length - 1) / BOUNDARY;
}

static bool check_entry(struct hda_bus *bus, const struct hda_dma *data, uint64_t address, size_t length)
{
    uint64_t offset = address - data->address;

    if (length == 0 || address % FRAGMENT != 0 || address < data->address)
        return false;
    if (offset >= data->size || length > data->size - offset)
        return false;
    return !hda_has_quirk(bus, HDA_QUIRK_4K_FRAGMENTS) || !crosses(address, length);
}

bool hda_bdl_check(struct hda_bus *bus, const struct hda_dma *data, const HDAUDIO_BUFFER_DESCRIPTOR *list,
                   unsigned last, size_t length)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i <= last; i++) {
        if (!check_entry(bus, data, (uint64_t)list[i].Address.QuadPart, list[i].Length))
            return false;
        sum += list[i].Length;
    }
    return sum == length;
}

unsigned hda_bdl_interrupts(const HDAUDIO_BUFFER_DESCRIPTOR *list, unsigned last)
{
    unsigned count = 0;

    for (unsigned i = 0; i <= last; i++)
        count += list[i].InterruptOnCompletion & 1;
    return count;
}
