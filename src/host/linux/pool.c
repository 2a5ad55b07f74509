/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.c - pool memory from the C library.
 *
 * A header right below the memory keeps the tag. Under AddressSanitizer nobody but this file may touch it, so
 * that a driver which writes below its allocation is caught at once, and not by the tag when it frees.
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#define HAS_FEATURE(feature) __has_feature(feature)
#else
#define HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define FORBID(memory, size) __asan_poison_memory_region(memory, size)
#define ALLOW(memory, size)  __asan_unpoison_memory_region(memory, size)
#else
#define FORBID(memory, size) ((void)0)
#define ALLOW(memory, size)  ((void)0)
#endif

#define MAGIC 0x6C6F6F70u

struct header {
    void *base; /* what free() wants */
    ULONG tag;
    ULONG magic;
};
#define HEADER_SPACE 16
_Static_assert(sizeof(struct header) <= HEADER_SPACE, "the header keeps the memory's alignment");

static struct header *header_of(void *memory)
{
    return (struct header *)(void *)((char *)memory - sizeof(struct header));
}

static void *allocate(SIZE_T size, ULONG tag, bool zero)
{
    SIZE_T space = size < PAGE_SIZE ? HEADER_SPACE : PAGE_SIZE;
    struct header *header;
    void *base;
    char *memory;

    if (size > SIZE_MAX - space || posix_memalign(&base, space, space + size) != 0)
        return NULL;
    memory = (char *)base + space;
    if (zero)
        memset(memory, 0, size);
    header = header_of(memory);
    *header = (struct header){.base = base, .tag = tag, .magic = MAGIC};
    FORBID(base, space);
    return memory;
}

static void release(const char *routine, void *memory, ULONG tag)
{
    struct header *header = header_of(memory);
    void *base;

    linux_require_at_most(routine, DISPATCH_LEVEL);
    ALLOW(header, sizeof(*header));
    if (header->magic != MAGIC)
        linux_bug_check("%s at IRQL %u was given %p, which is not pool memory or was written below", routine,
                        linux_self.level.irql, memory);
    if (tag && tag != header->tag)
        linux_bug_check("%s at IRQL %u was given the tag %08x for memory with the tag %08x", routine,
                        linux_self.level.irql, tag, header->tag);
    base = header->base;
    header->magic = 0;
    ALLOW(base, (size_t)((char *)memory - (char *)base));
    free(base);
}

PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    linux_require_at_most("ExAllocatePoolWithTag", PoolType & PagedPool ? APC_LEVEL : DISPATCH_LEVEL);
    return allocate(NumberOfBytes, Tag, false);
}

PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    linux_require_at_most("ExAllocatePoolZero", PoolType & PagedPool ? APC_LEVEL : DISPATCH_LEVEL);
    return allocate(NumberOfBytes, Tag, true);
}

PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    linux_require_at_most("ExAllocatePool2", Flags & POOL_FLAG_PAGED ? APC_LEVEL : DISPATCH_LEVEL);
    return allocate(NumberOfBytes, Tag, !(Flags & POOL_FLAG_UNINITIALIZED));
}

VOID ExFreePool(PVOID P)
{
    release("ExFreePool", P, 0);
}

VOID ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    release("ExFreePoolWithTag", P, Tag);
}
