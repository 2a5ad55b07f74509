/* SPDX-License-Identifier: BSD-2-Clause */
/* dma.c - memory that the controller reaches: contiguous, and pages. */
#include "internal.h"

#define SMALL_ALIGNMENT 128u

/* ---- Contiguous memory --------------------------------------------------------------------------------- */

static void judge_failure(struct hda_check *check, enum check_hook hook, NTSTATUS status)
{
    if (status != STATUS_INSUFFICIENT_RESOURCES)
        hda_check_fault(check, hda_check_hook_name(hook),
                        "%s: it fails with %x, and is to fail with STATUS_INSUFFICIENT_RESOURCES",
                        hda_check_hook_name(hook), (unsigned)status);
}

static void judge_place(struct hda_check *check, const struct hda_dma *dma, size_t size, uint64_t highest)
{
    uintptr_t alignment = size < PAGE ? SMALL_ALIGNMENT : PAGE;

    if ((uintptr_t)dma->memory % alignment != 0 || dma->address % alignment != 0)
        hda_check_fault(
            check, NULL,
            "device->dma_alloc: %llu bytes are at %p, for the controller at %llx: both are to be multiples "
            "of %u",
            (unsigned long long)size, dma->memory, (unsigned long long)dma->address, (unsigned)alignment);
    if (dma->address > highest || size - 1 > highest - dma->address)
        hda_check_fault(
            check, NULL,
            "device->dma_alloc: %llu bytes are for the controller at %llx, and it reaches no more than %llx",
            (unsigned long long)size, (unsigned long long)dma->address, (unsigned long long)highest);
}

/* Meanwhile the record may become another's, which is seen by its serial. */
static bool overlap(const struct hda_dma *dma, size_t size, const struct check_dma *other)
{
    uintptr_t serial = GET(other->record.serial), key = GET(other->record.key);
    uint64_t address = check_get_wide(&other->address);

    return key != 0 && dma->address < address + GET(other->size) && address < dma->address + size &&
           GET(other->record.key) == key && GET(other->record.serial) == serial;
}

/* Two at the same place for the controller. */
static void judge_address(struct hda_check *check, const struct hda_dma *dma, size_t size)
{
    for (unsigned i = 0; i < GET(check->dmas.used); i++) {
        struct check_dma *other = hda_check_table_at(&check->dmas, i);

        if (other != NULL && overlap(dma, size, other))
            hda_check_fault(
                check, NULL,
                "device->dma_alloc: what is for the controller at %llx overlaps what was handed out "
                "at %llx",
                (unsigned long long)dma->address, (unsigned long long)check_get_wide(&other->address));
    }
}

static void judge_zeroed(struct hda_check *check, const struct hda_dma *dma, size_t size)
{
    const volatile uint8_t *bytes = dma->memory;
    size_t i = 0;

    while (i < size && bytes[i] == 0)
        i++;
    if (i < size)
        hda_check_fault(
            check, NULL,
            "device->dma_alloc: memory is to be zeroed, and of %llu bytes the one at offset %llu is %x",
            (unsigned long long)size, (unsigned long long)i, bytes[i]);
}

static void judge_dma(struct hda_check *check, const struct hda_dma *dma, size_t size, uint64_t highest)
{
    if (dma->size != size)
        hda_check_fault(
            check, NULL,
            "device->dma_alloc: it writes down a size of %llu for the %llu bytes that were asked for",
            (unsigned long long)dma->size, (unsigned long long)size);
    judge_place(check, dma, size, highest);
    judge_address(check, dma, size);
    if (!hda_check_overlaps(check, HOOK_DMA_ALLOC, dma->memory, size))
        judge_zeroed(check, dma, size);
}

static void note_dma(struct hda_check *check, const struct hda_dma *dma, size_t size)
{
    struct check_dma *record = hda_check_table_take(&check->dmas);

    if (record == NULL)
        return;
    PUT(record->size, size);
    check_put_wide(&record->address, dma->address);
    hda_check_table_publish(record, dma->memory);
}

static bool are_same(const struct hda_dma *a, const struct hda_dma *b)
{
    return a->memory == b->memory && a->address == b->address && a->size == b->size;
}

NTSTATUS hda_check_dma_alloc(void *context, size_t size, uint64_t highest, struct hda_dma *dma)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_DMA_ALLOC);
    struct hda_dma before = *dma;
    NTSTATUS status = check->device->dma_alloc(check->device_context, size, highest, dma);

    hda_check_leave(check, HOOK_DMA_ALLOC, irql);
    if (!NT_SUCCESS(status)) {
        judge_failure(check, HOOK_DMA_ALLOC, status);
        if (!are_same(&before, dma))
            hda_check_fault(check, NULL, "device->dma_alloc: it fails, and *dma is not as it was before");
    } else if (dma->memory == NULL) {
        hda_check_fault(check, NULL, "device->dma_alloc: it succeeds, and dma->memory is NULL");
    } else {
        judge_dma(check, dma, size, highest);
        note_dma(check, dma, size);
    }
    return status;
}

/* Whether the device may be given this; else what is wrong has been told. */
static bool is_known(struct hda_check *check, enum check_hook hook, const struct hda_dma *dma,
                     struct check_dma **record)
{
    *record = hda_check_table_find(&check->dmas, dma->memory);
    if (*record == NULL) {
        if (GET(check->dmas.missed) > 0)
            return true;
        hda_check_fault(check, hda_check_hook_name(hook),
                        "%s: %s gives it memory at %p, which device->dma_alloc has not handed out",
                        hda_check_hook_name(hook), hda_check_caller(check), dma->memory);
        return false;
    }
    if (check_get_wide(&(*record)->address) != dma->address || GET((*record)->size) != dma->size)
        hda_check_fault(check, hda_check_hook_name(hook),
                        "%s: %s gives it a struct hda_dma that is not what device->dma_alloc wrote",
                        hda_check_hook_name(hook), hda_check_caller(check));
    return true;
}

void hda_check_dma_free(void *context, struct hda_dma *dma)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_DMA_FREE);
    struct check_dma *record;

    if (is_known(check, HOOK_DMA_FREE, dma, &record)) {
        if (record != NULL)
            hda_check_table_drop(record);
        check->device->dma_free(check->device_context, dma);
    }
    hda_check_leave(check, HOOK_DMA_FREE, irql);
}

void hda_check_dma_sync(void *context, const struct hda_dma *dma, size_t offset, size_t size,
                        enum hda_sync direction)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_DMA_SYNC);
    struct check_dma *record;

    if (is_known(check, HOOK_DMA_SYNC, dma, &record)) {
        if (offset > dma->size || size > dma->size - offset)
            hda_check_fault(check, NULL,
                            "device->dma_sync: %s gives it %llu bytes at offset %llu of memory of %llu",
                            hda_check_caller(check), (unsigned long long)size, (unsigned long long)offset,
                            (unsigned long long)dma->size);
        check->device->dma_sync(check->device_context, dma, offset, size, direction);
    }
    hda_check_leave(check, HOOK_DMA_SYNC, irql);
}

/* ---- Pages --------------------------------------------------------------------------------------------- */

static void judge_mdl(struct hda_check *check, PMDL mdl, size_t size)
{
    if (mdl->ByteOffset != 0)
        hda_check_fault(check, NULL, "device->pages_alloc: the MDL's ByteOffset is %u, and is to be 0",
                        (unsigned)mdl->ByteOffset);
    if (mdl->ByteCount != size)
        hda_check_fault(check, NULL,
                        "device->pages_alloc: the MDL's ByteCount is %u, and %llu bytes were asked for",
                        (unsigned)mdl->ByteCount, (unsigned long long)size);
    if (!(mdl->MdlFlags & MDL_PAGES_LOCKED))
        hda_check_fault(
            check, NULL,
            "device->pages_alloc: the MDL's MdlFlags are %x, without MDL_PAGES_LOCKED, which is %x",
            (unsigned)(USHORT)mdl->MdlFlags, MDL_PAGES_LOCKED);
}

static void note_pages(struct hda_check *check, PMDL mdl, size_t size, uint64_t highest)
{
    struct check_pages *record = hda_check_table_find(&check->pages, mdl);

    if (record != NULL) {
        hda_check_fault(check, NULL,
                        "device->pages_alloc: it gives the MDL at %p, which it has handed out already",
                        (void *)mdl);
        return;
    }
    record = hda_check_table_take(&check->pages);
    if (record == NULL)
        return;
    PUT(record->size, size);
    check_put_wide(&record->highest, highest);
    hda_check_table_publish(record, mdl);
}

NTSTATUS hda_check_pages_alloc(void *context, size_t size, uint64_t highest, PMDL *mdl)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_PAGES_ALLOC);
    NTSTATUS status = check->device->pages_alloc(check->device_context, size, highest, mdl);

    hda_check_leave(check, HOOK_PAGES_ALLOC, irql);
    if (!NT_SUCCESS(status)) {
        judge_failure(check, HOOK_PAGES_ALLOC, status);
    } else if (*mdl == NULL) {
        hda_check_fault(check, NULL, "device->pages_alloc: it succeeds, and the MDL is NULL");
    } else {
        judge_mdl(check, *mdl, size);
        note_pages(check, *mdl, size, highest);
    }
    return status;
}

static struct check_pages *find_pages(struct hda_check *check, enum check_hook hook, PMDL mdl)
{
    struct check_pages *record = hda_check_table_find(&check->pages, mdl);

    if (record == NULL && GET(check->pages.missed) == 0)
        hda_check_fault(check, hda_check_hook_name(hook),
                        "%s: %s gives it an MDL at %p, which device->pages_alloc has not handed out",
                        hda_check_hook_name(hook), hda_check_caller(check), (void *)mdl);
    return record;
}

void hda_check_pages_free(void *context, PMDL mdl)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_PAGES_FREE);
    struct check_pages *record = find_pages(check, HOOK_PAGES_FREE, mdl);

    if (record != NULL)
        hda_check_table_drop(record);
    if (record != NULL || GET(check->pages.missed) > 0)
        check->device->pages_free(check->device_context, mdl);
    hda_check_leave(check, HOOK_PAGES_FREE, irql);
}

static void judge_run(struct hda_check *check, const struct check_pages *pages, size_t offset, size_t length,
                      uint64_t address)
{
    size_t size = GET(pages->size);
    uint64_t highest = check_get_wide(&pages->highest);

    if (length == 0 || length > size - offset)
        hda_check_fault(
            check, NULL,
            "device->pages_run: at offset %llu of %llu bytes it counts %llu: at least 1, at most to the end",
            (unsigned long long)offset, (unsigned long long)size, (unsigned long long)length);
    else if (address > highest || length - 1 > highest - address)
        hda_check_fault(
            check, NULL,
            "device->pages_run: %llu bytes are for the controller at %llx, and it reaches no more than %llx",
            (unsigned long long)length, (unsigned long long)address, (unsigned long long)highest);
    if (address % PAGE != offset % PAGE)
        hda_check_fault(
            check, NULL,
            "device->pages_run: the byte at offset %llu is for the controller at %llx: pages begin at pages "
            "for both",
            (unsigned long long)offset, (unsigned long long)address);
}

size_t hda_check_pages_run(void *context, PMDL mdl, size_t offset, uint64_t *address)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_PAGES_RUN);
    struct check_pages *record = find_pages(check, HOOK_PAGES_RUN, mdl);
    size_t length;

    if (record != NULL && offset >= GET(record->size))
        hda_check_fault(check, NULL, "device->pages_run: %s asks for offset %llu of %llu bytes",
                        hda_check_caller(check), (unsigned long long)offset,
                        (unsigned long long)GET(record->size));
    length = check->device->pages_run(check->device_context, mdl, offset, address);
    if (record != NULL && offset < GET(record->size))
        judge_run(check, record, offset, length, *address);
    hda_check_leave(check, HOOK_PAGES_RUN, irql);
    return length;
}
