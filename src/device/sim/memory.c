/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.c - see memory.h. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

void sim_memory_clear(struct sim_memory *memory)
{
    free(memory->ranges);
    memset(memory, 0, sizeof(*memory));
}

/* The index of the first range that starts above `address`. */
static size_t above(const struct sim_memory *memory, uint64_t address)
{
    size_t low = 0, high = memory->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memory->ranges[middle].address > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool grow(struct sim_memory *memory)
{
    size_t capacity = memory->capacity ? 2 * memory->capacity : 16;
    struct sim_range *ranges;

    if (memory->count < memory->capacity)
        return true;
    ranges = realloc(memory->ranges, capacity * sizeof(*ranges));
    if (!ranges)
        return false;
    memory->ranges = ranges;
    memory->capacity = capacity;
    return true;
}

bool sim_memory_add(struct sim_memory *memory, uint64_t address, void *bytes, size_t size)
{
    size_t index = above(memory, address);
    struct sim_range *range;

    if (!grow(memory))
        return false;
    range = &memory->ranges[index];
    memmove(range + 1, range, (memory->count - index) * sizeof(*range));
    *range = (struct sim_range){.address = address, .size = size, .memory = bytes};
    memory->count++;
    return true;
}

const struct sim_range *sim_memory_range(const struct sim_memory *memory, uint64_t address)
{
    size_t index = above(memory, address);

    if (!index || memory->ranges[index - 1].address != address)
        return NULL;
    return &memory->ranges[index - 1];
}

void sim_memory_remove(struct sim_memory *memory, uint64_t address)
{
    const struct sim_range *range = sim_memory_range(memory, address);
    size_t index;

    if (!range)
        return;
    index = (size_t)(range - memory->ranges);
    memory->count--;
    memmove(&memory->ranges[index], &memory->ranges[index + 1], (memory->count - index) * sizeof(*range));
}

void *sim_memory_find(const struct sim_memory *memory, uint64_t address, size_t size)
{
    size_t index = above(memory, address);
    const struct sim_range *range;

    if (!index)
        return NULL;
    range = &memory->ranges[index - 1];
    if (address - range->address >= range->size || size > range->size - (size_t)(address - range->address))
        return NULL;
    return range->memory + (address - range->address);
}

static uint64_t page_up(uint64_t address)
{
    return (address + SIM_PAGE - 1) & ~(uint64_t)(SIM_PAGE - 1);
}

/* The lowest place from `start` on. */
static bool place_from(const struct sim_memory *memory, size_t size, uint64_t start, uint64_t highest,
                       uint64_t *address)
{
    size_t index = above(memory, start);

    start = page_up(start);
    if (index &&
        start < page_up(memory->ranges[index - 1].address + memory->ranges[index - 1].size) + SIM_PAGE)
        start = page_up(memory->ranges[index - 1].address + memory->ranges[index - 1].size) + SIM_PAGE;
    for (; index < memory->count && start + size + SIM_PAGE > memory->ranges[index].address; index++)
        start = page_up(memory->ranges[index].address + memory->ranges[index].size) + SIM_PAGE;
    *address = start;
    return start <= highest && size - 1 <= highest - start;
}

bool sim_memory_place(struct sim_memory *memory, size_t size, uint64_t lowest, uint64_t highest,
                      uint64_t *address)
{
    bool found = memory->next > lowest && place_from(memory, size, memory->next, highest, address);

    if (!found)
        found = place_from(memory, size, lowest, highest, address);
    if (found)
        memory->next = *address + size;
    return found;
}
