/* SPDX-License-Identifier: BSD-2-Clause */
/* range.c - at which addresses devices reach memory (MmGetPhysicalAddress). */
#include "internal.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY ranges = {&ranges, &ranges};

void linux_range_add(struct linux_range *range)
{
    pthread_mutex_lock(&lock);
    InsertTailList(&ranges, &range->link);
    pthread_mutex_unlock(&lock);
}

void linux_range_remove(struct linux_range *range)
{
    pthread_mutex_lock(&lock);
    RemoveEntryList(&range->link);
    pthread_mutex_unlock(&lock);
}

PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID BaseAddress)
{
    PHYSICAL_ADDRESS address = {.QuadPart = 0};

    pthread_mutex_lock(&lock);
    for (PLIST_ENTRY link = ranges.Flink; link != &ranges; link = link->Flink) {
        const struct linux_range *range = CONTAINING_RECORD(link, struct linux_range, link);
        uintptr_t offset = (uintptr_t)BaseAddress - (uintptr_t)range->memory;

        if (offset < range->size)
            address.QuadPart = (LONGLONG)(range->address + offset);
    }
    pthread_mutex_unlock(&lock);
    return address;
}
