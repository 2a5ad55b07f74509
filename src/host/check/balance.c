/* SPDX-License-Identifier: BSD-2-Clause */
/* balance.c - what is left when a bus has stopped. */
#include "internal.h"

static void settle_memory(struct hda_check *check)
{
    hda_check_free_kept(check);
    for (unsigned i = 0; i < GET(check->memories.used); i++) {
        struct check_memory *left = hda_check_table_at(&check->memories, i);

        if (left != NULL)
            hda_check_fault(check, NULL,
                            "host->alloc: the %llu bytes at %p are not freed when the bus has stopped",
                            (unsigned long long)GET(left->size), (void *)GET(left->record.key));
    }
}

static void settle_dma(struct hda_check *check)
{
    for (unsigned i = 0; i < GET(check->dmas.used); i++) {
        struct check_dma *left = hda_check_table_at(&check->dmas, i);

        if (left != NULL)
            hda_check_fault(check, NULL,
                            "device->dma_alloc: the %llu bytes at %p are not freed when the bus has stopped",
                            (unsigned long long)GET(left->size), (void *)GET(left->record.key));
    }
    for (unsigned i = 0; i < GET(check->pages.used); i++) {
        struct check_pages *left = hda_check_table_at(&check->pages, i);

        if (left != NULL)
            hda_check_fault(
                check, NULL,
                "device->pages_alloc: pages for %llu bytes are not freed when the bus has stopped",
                (unsigned long long)GET(left->size));
    }
}

static void settle_objects(struct hda_check *check)
{
    for (unsigned i = 0; i < GET(check->objects.used); i++) {
        struct check_object *left = hda_check_table_at(&check->objects, i);

        if (left != NULL && GET(left->references) > 0)
            hda_check_fault(check, NULL,
                            "host->object_reference: references to %p are left when the bus has stopped: %u",
                            (void *)GET(left->record.key), GET(left->references));
    }
}

static void settle_locks(struct hda_check *check)
{
    for (unsigned i = 0; i < GET(check->locks.used); i++) {
        struct check_lock *left = hda_check_table_at(&check->locks, i);

        if (left != NULL && GET(left->held))
            hda_check_fault(check, NULL,
                            "host->lock_release: the lock at %p is held when the bus has stopped",
                            (void *)GET(left->record.key));
    }
}

/* Work that would run later would find the check gone. Its memory is there still, or its record were not. */
static void settle_works(struct hda_check *check)
{
    for (unsigned i = 0; i < GET(check->works.used); i++) {
        struct check_work *left = hda_check_table_at(&check->works, i);

        if (left == NULL || !hda_check_work_is_queued(left))
            continue;
        hda_check_fault(check, NULL, "host->work_cancel: work is queued when the bus has stopped");
        check->host->work_cancel(check->host_context, (struct hda_work *)GET(left->record.key));
    }
}

static void settle_interrupt(struct hda_check *check)
{
    if (GET(check->interrupt.state) != CONNECTED)
        return;
    hda_check_fault(check, NULL,
                    "device->interrupt_disconnect: the interrupt is connected when the bus has stopped");
    hda_check_interrupt_disconnect(check);
}

void hda_check_balance(struct hda_check *check)
{
    settle_interrupt(check);
    settle_works(check);
    settle_memory(check);
    settle_dma(check);
    settle_objects(check);
    settle_locks(check);
}
