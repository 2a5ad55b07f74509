/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - alloc and free.
 *
 * Each piece is longer than was asked for by a guard that nobody writes to. What is freed is filled with a
 * pattern, and goes back to the host a little later: until then a second free, and a write, is noticed.
 */
#include "internal.h"

#define GUARD_BYTE 0xA5
#define FREED_BYTE 0xDD

/* The first byte of a range that is not `value`; `size` when all are. */
static size_t first_other(const void *memory, uint8_t value, size_t size)
{
    const volatile uint8_t *bytes = memory;
    size_t i = 0;

    while (i < size && bytes[i] == value)
        i++;
    return i;
}

/* ---- Alloc --------------------------------------------------------------------------------------------- */

/* With a piece of memory of which a record says how long it is, besides a guard. Meanwhile the record may
 * become another's, which is seen by its serial. */
static bool overlap(uintptr_t address, size_t size, const struct check_record *other,
                    const size_t *other_size, size_t guard)
{
    uintptr_t serial = GET(other->serial), start = GET(other->key), end = start + GET(*other_size) + guard;

    return address < end && start < address + size && GET(other->key) == start &&
           GET(other->serial) == serial;
}

bool hda_check_overlaps(struct hda_check *check, enum check_hook hook, const void *memory, size_t size)
{
    uintptr_t address = (uintptr_t)memory, found = 0;

    for (unsigned i = 0; i < GET(check->memories.used); i++) {
        struct check_memory *other = hda_check_table_at(&check->memories, i);

        if (other != NULL && overlap(address, size, &other->record, &other->size, GUARD))
            found = GET(other->record.key);
    }
    for (unsigned i = 0; i < GET(check->dmas.used); i++) {
        struct check_dma *other = hda_check_table_at(&check->dmas, i);

        if (other != NULL && overlap(address, size, &other->record, &other->size, 0))
            found = GET(other->record.key);
    }
    if (found != 0)
        hda_check_fault(check, hda_check_hook_name(hook),
                        "%s: the %llu bytes at %p overlap what was handed out at %p",
                        hda_check_hook_name(hook), (unsigned long long)size, memory, (const void *)found);
    return found != 0;
}

static void judge_zeroed(struct hda_check *check, const uint8_t *memory, size_t size)
{
    size_t zeroed = first_other(memory, 0, size);

    if (zeroed < size)
        hda_check_fault(check, NULL,
                        "host->alloc: memory is to be zeroed, and of %llu bytes the one at offset %llu is %x",
                        (unsigned long long)size, (unsigned long long)zeroed, memory[zeroed]);
}

/* "Zeroed, non-paged memory aligned for any type." What is another's need not be zeroed, too. */
static void judge(struct hda_check *check, const void *memory, size_t size)
{
    if ((uintptr_t)memory % _Alignof(max_align_t) != 0)
        hda_check_fault(
            check, NULL,
            "host->alloc: the memory at %p is not aligned for any type, which takes a multiple of %u", memory,
            (unsigned)_Alignof(max_align_t));
    if (!hda_check_overlaps(check, HOOK_ALLOC, memory, size))
        judge_zeroed(check, memory, size);
}

static void note(struct hda_check *check, void *memory, size_t size)
{
    struct check_memory *record = hda_check_table_take(&check->memories);

    if (record == NULL)
        return;
    PUT(record->size, size);
    hda_check_table_publish(record, memory);
}

void *hda_check_alloc(void *context, size_t size)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_ALLOC);
    uint8_t *memory = check->host->alloc(check->host_context, size + GUARD);

    hda_check_leave(check, HOOK_ALLOC, irql);
    if (memory == NULL)
        return NULL;
    judge(check, memory, size + GUARD);
    RtlFillMemory(memory + size, GUARD, GUARD_BYTE);
    note(check, memory, size);
    return memory;
}

/* ---- Free ---------------------------------------------------------------------------------------------- */

static void judge_guard(struct hda_check *check, const struct check_memory *record, const uint8_t *memory)
{
    size_t size = GET(record->size), intact = first_other(memory + size, GUARD_BYTE, GUARD);

    if (intact < GUARD)
        hda_check_fault(check, NULL,
                        "host->alloc: the %llu bytes at %p were written to beyond their end, at offset %llu",
                        (unsigned long long)size, (const void *)memory, (unsigned long long)(size + intact));
}

static void hand_back(struct hda_check *check, void *memory)
{
    unsigned irql = hda_check_irql(check);

    check->host->free(check->host_context, memory);
    hda_check_leave(check, HOOK_FREE, irql);
}

/* To the host at last. */
static void give_back(struct hda_check *check, struct check_memory *record)
{
    void *memory = (void *)GET(record->record.key);
    size_t size = GET(record->size), intact = first_other(memory, FREED_BYTE, size);

    if (intact < size)
        hda_check_fault(
            check, NULL,
            "host->free: of the %llu bytes at %p the one at offset %llu was written to after they were freed",
            (unsigned long long)size, memory, (unsigned long long)intact);
    hda_check_table_drop(record);
    hand_back(check, memory);
}

/* In the place of what was freed some time ago, which goes back. */
static void keep(struct hda_check *check, struct check_memory *record)
{
    unsigned place = (ADD(check->kept_next, 1) - 1) % KEPT;
    struct check_memory *old = __atomic_exchange_n(&check->kept[place], record, __ATOMIC_ACQ_REL);

    if (old != NULL)
        give_back(check, old);
}

void hda_check_free_kept(struct hda_check *check)
{
    for (unsigned i = 0; i < KEPT; i++) {
        struct check_memory *old = __atomic_exchange_n(&check->kept[i], NULL, __ATOMIC_ACQ_REL);

        if (old != NULL)
            give_back(check, old);
    }
}

static void forget_contents(struct hda_check *check, const void *memory, size_t size)
{
    hda_check_forget_locks(check, memory, size);
    hda_check_forget_works(check, memory, size);
    hda_check_forget_events(check, memory, size);
}

/* Where there was no room for a record it may be right, and goes back at once. */
static void free_unknown(struct hda_check *check, void *memory)
{
    if (GET(check->memories.missed) > 0)
        hand_back(check, memory);
    else
        hda_check_fault(check, NULL, "host->free: %s frees %p, which host->alloc has not handed out",
                        hda_check_caller(check), memory);
}

static void free_known(struct hda_check *check, struct check_memory *record, void *memory)
{
    unsigned live = MEMORY_LIVE;
    size_t size = GET(record->size);

    if (!__atomic_compare_exchange_n(&record->state, &live, MEMORY_FREED, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        hda_check_fault(check, NULL, "host->free: %s frees the %llu bytes at %p twice",
                        hda_check_caller(check), (unsigned long long)size, memory);
        return;
    }
    judge_guard(check, record, memory);
    forget_contents(check, memory, size);
    RtlFillMemory(memory, size, FREED_BYTE);
    keep(check, record);
}

void hda_check_free(void *context, void *memory)
{
    struct hda_check *check = context;
    struct check_memory *record = hda_check_table_find(&check->memories, memory);

    hda_check_enter(check, HOOK_FREE);
    if (record != NULL)
        free_known(check, record, memory);
    else
        free_unknown(check, memory);
}
