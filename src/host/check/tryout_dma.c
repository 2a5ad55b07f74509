/* SPDX-License-Identifier: BSD-2-Clause */
/* hda_tryout_dma.c - memory that the controller reaches: sizes, limits, what a sync does to it, and that
 * there is an end to it. What is handed out hda_check_dma_alloc() and the others judge. */
#include "tryout.h"

#define SYNCED 0x5A

static const size_t sizes[] = {1, 128, 1024, 2048, 4096, 4097, 65536};

#define COUNT RTL_NUMBER_OF(sizes)

/* ---- Contiguous ---------------------------------------------------------------------------------------- */

/* To the device and back: nothing has changed. Each of two copies of a bounce buffer has its direction. */
static void try_sync(struct hda_check *check, const struct hda_dma *dma)
{
    volatile uint8_t *bytes = dma->memory;
    size_t i = 0;

    RtlFillMemory(dma->memory, dma->size, SYNCED);
    hda_check_dma_sync(check, dma, 0, dma->size, HDA_SYNC_FOR_DEVICE);
    hda_check_dma_sync(check, dma, 0, dma->size, HDA_SYNC_FOR_CPU);
    while (i < dma->size && bytes[i] == SYNCED)
        i++;
    if (i < dma->size)
        hda_check_fault(
            check, NULL,
            "device->dma_sync: for the device and then for the CPU, and of %llu bytes the one at offset %llu "
            "is %x and was %x",
            (unsigned long long)dma->size, (unsigned long long)i, bytes[i], SYNCED);
}

static void try_all_sizes(struct hda_check *check, uint64_t highest)
{
    struct hda_dma pieces[COUNT] = {0};
    bool taken[COUNT];

    for (size_t i = 0; i < COUNT; i++) {
        taken[i] = NT_SUCCESS(hda_check_dma_alloc(check, sizes[i], highest, &pieces[i]));
        if (!taken[i])
            hda_check_fault(check, NULL, "device->dma_alloc: there is no memory for %llu bytes up to %llx",
                            (unsigned long long)sizes[i], (unsigned long long)highest);
        taken[i] = taken[i] && pieces[i].memory != NULL;
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (taken[i])
            try_sync(check, &pieces[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (taken[i])
            hda_check_dma_free(check, &pieces[i]);
    }
}

/* More than there can be below the limit: it fails, and leaves *dma alone. Memory of NULL shows one that
 * succeeds all the same and writes nothing. */
static void try_shortage(struct hda_check *check)
{
    struct hda_dma dma = {NULL, 1, 2};

    if (NT_SUCCESS(hda_check_dma_alloc(check, (size_t)2 * PAGE, PAGE - 1, &dma)))
        hda_check_dma_free(check, &dma);
}

/* ---- Pages --------------------------------------------------------------------------------------------- */

static void walk(struct hda_check *check, PMDL mdl, size_t size)
{
    uint64_t address = 0;
    size_t offset = 0, length;

    do {
        length = hda_check_pages_run(check, mdl, offset, &address);
        offset += length;
    } while (length > 0 && offset < size);
    if (size > PAGE + 128)
        hda_check_pages_run(check, mdl, PAGE + 128, &address);
}

static void try_pages(struct hda_check *check, size_t size, uint64_t highest)
{
    PMDL mdl = NULL;

    if (!NT_SUCCESS(hda_check_pages_alloc(check, size, highest, &mdl))) {
        hda_check_fault(check, NULL, "device->pages_alloc: there are no pages for %llu bytes up to %llx",
                        (unsigned long long)size, (unsigned long long)highest);
        return;
    }
    if (mdl == NULL)
        return;
    walk(check, mdl, size);
    hda_check_pages_free(check, mdl);
}

void hda_tryout_dma(struct hda_check *check)
{
    static const uint64_t limits[] = {UINT64_MAX, UINT32_MAX};

    for (unsigned i = 0; i < 2; i++) {
        try_all_sizes(check, limits[i]);
        try_pages(check, PAGE, limits[i]);
        try_pages(check, 10 * PAGE + 64, limits[i]);
    }
    try_shortage(check);
}
