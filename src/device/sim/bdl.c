/* SPDX-License-Identifier: BSD-2-Clause */
/* bdl.c - the buffer descriptor list (HDA 3.6.2, 3.6.3): its rules, and the way through it. */
#include <string.h>

#include "machine.h"

#define PAGE_OFFSET 4095u

struct entry {
    uint64_t address;
    uint32_t length;
    bool completes; /* IOC */
};

static uint64_t entry_address(const struct sim_controller *c, const struct sim_stream *s, unsigned index)
{
    return sim_get_address(c, sim_stream_offset(s->index, REG_SDBDPL)) + 16 * index;
}

static bool read_entry(const struct sim_controller *c, const struct sim_stream *s, unsigned index,
                       struct entry *entry)
{
    const uint8_t *memory = sim_memory_find(&c->memory, entry_address(c, s, index), 16);
    uint32_t flags;

    if (!memory)
        return false;
    memcpy(&entry->address, memory, 8);
    memcpy(&entry->length, memory + 8, 4);
    memcpy(&flags, memory + 12, 4);
    entry->completes = flags & 1;
    if (c->shape.address64 == SIM_ADDRESS64_BROKEN)
        entry->address = (uint32_t)entry->address;
    return true;
}

static bool crosses_page(const struct entry *entry)
{
    return (entry->address & PAGE_OFFSET) + entry->length > PAGE_OFFSET + 1;
}

static bool check_entry(struct sim_controller *c, struct sim_stream *s, unsigned index, struct entry *entry)
{
    if (!read_entry(c, s, index, entry))
        return sim_stream_fail(c, s, "BDL entry %u at %llXh is not in memory that was allocated", index,
                               (unsigned long long)entry_address(c, s, index));
    if (!entry->length)
        return sim_stream_fail(c, s, "BDL entry %u has length 0 (HDA 3.6.3)", index);
    if (entry->address & 127)
        return sim_stream_fail(c, s, "BDL entry %u has address %llXh, not a multiple of 128 (HDA 3.6.3)",
                               index, (unsigned long long)entry->address);
    if (c->shape.no_page_crossing && crosses_page(entry))
        return sim_stream_fail(c, s, "BDL entry %u crosses 4 KiB, which this controller cannot", index);
    if (!sim_memory_find(&c->memory, entry->address, entry->length))
        return sim_stream_fail(c, s, "BDL entry %u: %u bytes at %llXh are not in memory that was allocated",
                               index, (unsigned)entry->length, (unsigned long long)entry->address);
    return true;
}

bool sim_bdl_check(struct sim_controller *c, struct sim_stream *s)
{
    uint32_t length = sim_stream_get(c, s, REG_SDCBL, 4), last = sim_stream_get(c, s, REG_SDLVI, 2);
    uint64_t sum = 0;
    struct entry entry;

    if (!last)
        return sim_stream_fail(c, s, "RUN with LVI 0: a list has two entries at least (HDA 3.3.39)");
    if (!length || length % s->format.block)
        return sim_stream_fail(c, s, "RUN with CBL %u, not a number of whole sample blocks (HDA 3.3.38)",
                               (unsigned)length);
    for (unsigned i = 0; i <= last; i++) {
        if (!check_entry(c, s, i, &entry))
            return false;
        sum += entry.length;
    }
    if (sum != length)
        return sim_stream_fail(c, s, "RUN with CBL %u, but the BDL adds up to %llu (HDA 3.6.2)",
                               (unsigned)length, (unsigned long long)sum);
    return true;
}

/* HDA 3.3.36: an error on the way to memory, which is nobody's fault. */
static bool fails_for_once(struct sim_controller *c, struct sim_stream *s)
{
    if (!c->failures.descriptor[s->index])
        return false;
    c->failures.descriptor[s->index]--;
    sim_set_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_DESE);
    return true;
}

bool sim_bdl_next(struct sim_controller *c, struct sim_stream *s)
{
    unsigned last = sim_stream_get(c, s, REG_SDLVI, 2);
    struct entry entry;

    if (fails_for_once(c, s))
        return false;
    if (!s->entry && s->fetched % sim_stream_get(c, s, REG_SDCBL, 4))
        return sim_stream_fail(c, s, "the BDL does not add up to CBL any more (HDA 3.6.2)");
    if (!check_entry(c, s, s->entry, &entry))
        return false;
    s->address = entry.address;
    s->entry_end = s->fetched + entry.length;
    s->entry_completes = entry.completes;
    s->entry = s->entry >= last ? 0 : s->entry + 1;
    return true;
}

bool sim_bdl_uses(const struct sim_controller *c, const struct sim_stream *s, const struct sim_range *range)
{
    unsigned last = sim_stream_get(c, s, REG_SDLVI, 2);
    struct entry entry;

    if (sim_overlaps(range, entry_address(c, s, 0), 16 * (last + 1)))
        return true;
    for (unsigned i = 0; i <= last; i++) {
        if (read_entry(c, s, i, &entry) && sim_overlaps(range, entry.address, entry.length))
            return true;
    }
    return false;
}
