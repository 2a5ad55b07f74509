/* SPDX-License-Identifier: BSD-2-Clause */
/* level.c - the level at which each hook is called, and that it comes back at the same. */
#include "internal.h"

#define HIGHEST 31 /* of any processor's IRQLs */

/* In the order of enum check_hook: the entry's name, and up to which IRQL host.h lets the core call it. */
static const struct {
    const char *name;
    unsigned highest;
} hooks[] = {
    {"host->alloc", DISPATCH_LEVEL},
    {"host->free", DISPATCH_LEVEL},
    {"host->lock_init", DISPATCH_LEVEL},
    {"host->lock_acquire", HIGHEST}, /* of its level: locks.c */
    {"host->lock_release", HIGHEST},
    {"host->work_init", DISPATCH_LEVEL},
    {"host->work_queue", HIGHEST},
    {"host->work_cancel", PASSIVE_LEVEL},
    {"host->event_init", DISPATCH_LEVEL},
    {"host->event_set", DISPATCH_LEVEL},
    {"host->event_wait", PASSIVE_LEVEL},
    {"host->irql", HIGHEST},
    {"host->runner", DISPATCH_LEVEL},
    {"host->now", HIGHEST},
    {"host->performance_counter", HIGHEST},
    {"host->stall", DISPATCH_LEVEL},
    {"host->sleep", PASSIVE_LEVEL},
    {"host->object_reference", PASSIVE_LEVEL},
    {"host->object_dereference", DISPATCH_LEVEL},
    {"host->log", HIGHEST},
    {"device->read8", HIGHEST},
    {"device->read16", HIGHEST},
    {"device->read32", HIGHEST},
    {"device->write8", HIGHEST},
    {"device->write16", HIGHEST},
    {"device->write32", HIGHEST},
    {"device->map", DISPATCH_LEVEL},
    {"device->dma_alloc", PASSIVE_LEVEL},
    {"device->dma_free", PASSIVE_LEVEL},
    {"device->dma_sync", HIGHEST},
    {"device->pages_alloc", PASSIVE_LEVEL},
    {"device->pages_free", PASSIVE_LEVEL},
    {"device->pages_run", DISPATCH_LEVEL},
    {"device->interrupt_connect", PASSIVE_LEVEL},
    {"device->interrupt_disconnect", PASSIVE_LEVEL},
};
_Static_assert(sizeof(hooks) / sizeof(hooks[0]) == HOOKS, "each hook has a row");

const char *hda_check_hook_name(enum check_hook hook)
{
    return hooks[hook].name;
}

unsigned hda_check_irql(struct hda_check *check)
{
    unsigned irql = check->host->irql(check->host_context);

    if (irql > HIGHEST)
        hda_check_fault(check, NULL, "host->irql: it says %u, and no processor has more than %u", irql,
                        HIGHEST);
    return irql;
}

unsigned hda_check_enter(struct hda_check *check, enum check_hook hook)
{
    unsigned irql = hda_check_irql(check);

    if (irql > hooks[hook].highest)
        hda_check_fault(check, hooks[hook].name, "%s: %s calls it at IRQL %u, and may up to %u",
                        hooks[hook].name, hda_check_caller(check), irql, hooks[hook].highest);
    return irql;
}

void hda_check_leave(struct hda_check *check, enum check_hook hook, unsigned irql)
{
    unsigned now = hda_check_irql(check);

    if (now != irql)
        hda_check_fault(check, hooks[hook].name, "%s: it was called at IRQL %u and has come back at %u",
                        hooks[hook].name, irql, now);
}
