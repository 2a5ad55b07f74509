/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h - which memory the simulated controller reaches at which address. No locks: the caller serialises.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_PAGE 4096u

struct sim_range {
    uint64_t address; /* the controller's */
    size_t size;
    uint8_t *memory;
};

/* All zero is an empty one. */
struct sim_memory {
    struct sim_range *ranges; /* in order of address; never overlapping */
    size_t count;
    size_t capacity;
    uint64_t
        next; /* where sim_memory_place() looks first: memory that was just freed is not handed out at once */
};

/* Frees the list, not the memory. */
void sim_memory_clear(struct sim_memory *memory);

/* `size` bytes at `bytes` are at `address` from now on. They stay the caller's. False without memory for the
 * list. */
bool sim_memory_add(struct sim_memory *memory, uint64_t address, void *bytes, size_t size);
/* The range that starts at `address`, or NULL. Valid until the next add or remove. */
const struct sim_range *sim_memory_range(const struct sim_memory *memory, uint64_t address);
/* Nothing is at the range that starts at `address` any more. */
void sim_memory_remove(struct sim_memory *memory, uint64_t address);

/* Where `size` bytes at `address` are; NULL when they are not all inside one range. */
void *sim_memory_find(const struct sim_memory *memory, uint64_t address, size_t size);

/* Finds a page-aligned address for `size` bytes with a page free on both sides, between `lowest` and
 * `highest` (inclusive; lowest at least a page). False when there is none. */
bool sim_memory_place(struct sim_memory *memory, size_t size, uint64_t lowest, uint64_t highest,
                      uint64_t *address);

#endif
