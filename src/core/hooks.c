/* SPDX-License-Identifier: BSD-2-Clause */
/* hooks.c - the entries of the seam's two tables by name: what a host has left out is told, not called. */
#include <host.h>

#include "hooks.h"

/* In the order of struct hda_host_ops. */
static const char *const host_hooks[] = {
    "host->alloc",
    "host->free",
    "host->lock_init",
    "host->lock_acquire",
    "host->lock_release",
    "host->work_init",
    "host->work_queue",
    "host->work_cancel",
    "host->event_init",
    "host->event_set",
    "host->event_wait",
    "host->irql",
    "host->runner",
    "host->now",
    "host->performance_counter",
    "host->stall",
    "host->sleep",
    "host->object_reference",
    "host->object_dereference",
    "host->log",
};

/* In the order of struct hda_device_ops. */
static const char *const device_hooks[] = {
    "device->read8",
    "device->read16",
    "device->read32",
    "device->write8",
    "device->write16",
    "device->write32",
    "device->map",
    "device->dma_alloc",
    "device->dma_free",
    "device->dma_sync",
    "device->pages_alloc",
    "device->pages_free",
    "device->pages_run",
    "device->interrupt_connect",
    "device->interrupt_disconnect",
};

typedef void any_hook(void);

_Static_assert(sizeof(host_hooks) / sizeof(host_hooks[0]) == sizeof(struct hda_host_ops) / sizeof(any_hook *),
               "each entry has a name");
_Static_assert(sizeof(device_hooks) / sizeof(device_hooks[0]) ==
                   sizeof(struct hda_device_ops) / sizeof(any_hook *),
               "each entry has a name");

/* A table of functions is read as what it is in memory: pointers, one behind the other. */
static const char *first_missing(const void *table, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        any_hook *hook;

        __builtin_memcpy(&hook, (const char *)table + i * sizeof(hook), sizeof(hook));
        if (hook == NULL)
            return names[i];
    }
    return NULL;
}

const char *hda_missing_hook(const struct hda_bus_config *config)
{
    const char *missing;

    if (config == NULL)
        return "config";
    if (config->host == NULL)
        return "host";
    if (config->device == NULL)
        return "device";
    missing = first_missing(config->host, host_hooks, sizeof(host_hooks) / sizeof(host_hooks[0]));
    if (missing != NULL)
        return missing;
    return first_missing(config->device, device_hooks, sizeof(device_hooks) / sizeof(device_hooks[0]));
}

__attribute__((format(printf, 2, 3))) static void say(const struct hda_bus_config *config, const char *format,
                                                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    config->host->log(config->host_context, HDA_LOG_ERROR, format, arguments);
    va_end(arguments);
}

bool hda_hooks_are_complete(const struct hda_bus_config *config)
{
    const char *missing = hda_missing_hook(config);

    if (missing == NULL)
        return true;
    if (config != NULL && config->host != NULL && config->host->log != NULL)
        say(config, "%s is missing: the bus does not start without it (host.h)", missing);
    return false;
}
