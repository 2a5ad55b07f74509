/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.c - the guest's memory: see memory.h. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOWEST (1u << 20)

struct guest_block {
    struct guest_block *next;
    uint64_t address;
    size_t size; /* in whole pages */
};

bool guest_memory_open(struct guest_memory *memory)
{
    *memory = (struct guest_memory){.file = memfd_create("hdabus-memory", MFD_CLOEXEC)};
    pthread_mutex_init(&memory->lock, NULL);
    if (memory->file < 0 || ftruncate(memory->file, GUEST_MEMORY) != 0)
        return false;
    memory->bytes = mmap(NULL, GUEST_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, memory->file, 0);
    if (memory->bytes == MAP_FAILED)
        memory->bytes = NULL;
    if (!memory->bytes)
        return false;
    memory->range = (struct linux_range){.memory = memory->bytes, .size = GUEST_MEMORY};
    linux_range_add(&memory->range);
    return true;
}

size_t guest_memory_close(struct guest_memory *memory)
{
    size_t left = 0;

    while (memory->blocks) {
        struct guest_block *block = memory->blocks;

        memory->blocks = block->next;
        left += block->size;
        free(block);
    }
    if (memory->bytes) {
        linux_range_remove(&memory->range);
        munmap(memory->bytes, GUEST_MEMORY);
    }
    if (memory->file >= 0)
        close(memory->file);
    pthread_mutex_destroy(&memory->lock);
    return left;
}

/* ---- Handing out --------------------------------------------------------------------------------------- */

/* Puts a block in the first gap that holds it. */
static bool place(struct guest_memory *memory, struct guest_block *block, uint64_t highest)
{
    struct guest_block **link = &memory->blocks;

    block->address = LOWEST;
    while (*link && (*link)->address - block->address < block->size) {
        block->address = (*link)->address + (*link)->size;
        link = &(*link)->next;
    }
    if (block->size > GUEST_MEMORY - block->address || block->address + block->size - 1 > highest)
        return false;
    block->next = *link;
    *link = block;
    return true;
}

void *guest_memory_take(struct guest_memory *memory, size_t size, uint64_t highest)
{
    struct guest_block *block = size && size <= GUEST_MEMORY ? malloc(sizeof(*block)) : NULL;
    bool placed;

    if (!block)
        return NULL;
    block->size = ROUND_TO_PAGES(size);
    pthread_mutex_lock(&memory->lock);
    placed = place(memory, block, highest);
    pthread_mutex_unlock(&memory->lock);
    if (!placed) {
        free(block);
        return NULL;
    }
    return memset(memory->bytes + block->address, 0, block->size);
}

void guest_memory_give(struct guest_memory *memory, void *bytes)
{
    uint64_t address = guest_address(memory, bytes);
    struct guest_block **link = &memory->blocks, *block;

    pthread_mutex_lock(&memory->lock);
    while (*link && (*link)->address != address)
        link = &(*link)->next;
    block = *link;
    if (block)
        *link = block->next;
    pthread_mutex_unlock(&memory->lock);
    free(block);
}

uint64_t guest_address(const struct guest_memory *memory, const void *byte)
{
    return (uint64_t)((const uint8_t *)byte - memory->bytes);
}

/* ---- Pages --------------------------------------------------------------------------------------------- */

PMDL guest_pages_take(struct guest_memory *memory, size_t size, uint64_t highest)
{
    uint8_t *bytes = guest_memory_take(memory, size, highest);
    size_t count = BYTES_TO_PAGES(size);
    uint64_t *pages = bytes ? malloc(count * sizeof(*pages)) : NULL;
    PMDL mdl = NULL;

    if (pages) {
        for (size_t i = 0; i < count; i++)
            pages[i] = guest_address(memory, bytes) + i * PAGE_SIZE;
        mdl = linux_mdl_create(bytes, size, pages);
    }
    free(pages);
    if (bytes && !mdl)
        guest_memory_give(memory, bytes);
    return mdl;
}

void guest_pages_give(struct guest_memory *memory, PMDL mdl)
{
    guest_memory_give(memory, memory->bytes + (*MmGetMdlPfnArray(mdl) << PAGE_SHIFT));
    linux_mdl_free(mdl);
}
