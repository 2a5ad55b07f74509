/* SPDX-License-Identifier: BSD-2-Clause */
/* arena.c - the kernel's memory, and the functions that compilers call by themselves. */
#include "kernel.h"

#define GRANULE  128u /* bytes; the Makefile says how many ARENA has */
#define GRANULES (ARENA / GRANULE)

/* ---- An allocation is a run of granules ------------------------------------------------------- */

static uint8_t arena[ARENA] __attribute__((aligned(PAGE_SIZE)));
static enum { FREE, FIRST, NEXT } granules[GRANULES];
size_t memory_used, memory_peak;

static bool is_free(size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (granules[first + i] != FREE)
            return false;
    }
    return true;
}

static void *take(size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        granules[first + i] = i == 0 ? FIRST : NEXT;
    memory_used += count * GRANULE;
    memory_peak = max(memory_peak, memory_used);
    RtlZeroMemory(arena + first * GRANULE, count * GRANULE);
    return arena + first * GRANULE;
}

void *memory_alloc(size_t size)
{
    size_t count = size / GRANULE + (size % GRANULE != 0);
    size_t step = size < PAGE_SIZE ? 1 : PAGE_SIZE / GRANULE;
    KIRQL before = irql_raise(DISPATCH_LEVEL);
    void *memory = NULL;

    for (size_t i = 0; i + count <= GRANULES && memory == NULL; i += step) {
        if (is_free(i, count))
            memory = take(i, count);
    }
    irql_lower(before);
    return memory;
}

void memory_free(void *memory)
{
    size_t i = (size_t)((uint8_t *)memory - arena) / GRANULE;
    KIRQL before = irql_raise(DISPATCH_LEVEL);

    if (i >= GRANULES || granules[i] != FIRST) {
        print("what is freed at %x was not allocated\n", (unsigned)memory);
        finish(false);
    }
    do {
        granules[i++] = FREE;
        memory_used -= GRANULE;
    } while (i < GRANULES && granules[i] == NEXT);
    irql_lower(before);
}

/* ---- Called by what compilers make ------------------------------------------------------------ */

void *memset(void *memory, int value, size_t size)
{
    void *to = memory;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
    return memory;
}

void *memcpy(void *memory, const void *from, size_t size)
{
    void *to = memory;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return memory;
}

void *memmove(void *to, const void *from, size_t size)
{
    if (to <= from)
        return memcpy(to, from, size);
    while (size-- > 0)
        ((volatile char *)to)[size] = ((const char *)from)[size];
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *first = a, *second = b;

    for (; size > 0; size--, first++, second++) {
        if (*first != *second)
            return *first - *second;
    }
    return 0;
}
