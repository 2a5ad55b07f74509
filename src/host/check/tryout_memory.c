/* SPDX-License-Identifier: BSD-2-Clause */
/* hda_tryout_memory.c - memory: of several sizes, at once, and once more after all has been written to. */
#include "tryout.h"

static const size_t sizes[] = {1, 24, 96, 1000, 4096, 100000};

#define COUNT RTL_NUMBER_OF(sizes)

static void take_all(struct hda_check *check, void *pieces[COUNT])
{
    for (size_t i = 0; i < COUNT; i++) {
        pieces[i] = hda_check_alloc(check, sizes[i]);
        if (pieces[i] == NULL)
            hda_check_fault(check, NULL,
                            "host->alloc: there is no memory for %llu bytes, before a bus has any",
                            (unsigned long long)sizes[i]);
        else
            RtlFillMemory(pieces[i], sizes[i], (int)(i + 1));
    }
}

static bool is_filled(const uint8_t *memory, size_t size, uint8_t value)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != value)
            return false;
    }
    return true;
}

static void give_back_all(struct hda_check *check, void *pieces[COUNT])
{
    for (size_t i = 0; i < COUNT; i++) {
        if (pieces[i] == NULL)
            continue;
        if (!is_filled(pieces[i], sizes[i], (uint8_t)(i + 1)))
            hda_check_fault(
                check, NULL,
                "host->alloc: the %llu bytes at %p do not keep what is written to them, while others are "
                "written to",
                (unsigned long long)sizes[i], pieces[i]);
        hda_check_free(check, pieces[i]);
    }
    hda_check_free_kept(check);
}

void hda_tryout_memory(struct hda_check *check)
{
    void *pieces[COUNT];

    for (unsigned round = 0; round < 2; round++) {
        take_all(check, pieces);
        give_back_all(check, pieces);
    }
}
