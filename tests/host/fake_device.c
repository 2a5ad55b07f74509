/* SPDX-License-Identifier: BSD-2-Clause */
/* fake_device.c - the smallest device. */
#include "fake_device.h"

#include <stdlib.h>

#define HOST linux_host_ops

static void lock(struct fake_device *device)
{
    HOST.lock_acquire(device->host, &device->lock);
}

static void unlock(struct fake_device *device)
{
    HOST.lock_release(device->host, &device->lock);
}

static void enter(struct fake_device *device)
{
    if (InterlockedIncrement(&device->inside) != 1)
        InterlockedIncrement(&device->overlaps);
}

static void leave(struct fake_device *device)
{
    InterlockedDecrement(&device->inside);
}

static void catch_up(struct fake_device *device, uint64_t now)
{
    while (device->period && device->due <= now) {
        device->due += device->period;
        InterlockedIncrement(&device->happened);
        linux_host_interrupt(device->host);
    }
}

static uint64_t device_next(void *context)
{
    struct fake_device *device = context;
    uint64_t next;

    enter(device);
    lock(device);
    next = device->period ? device->due : UINT64_MAX;
    unlock(device);
    leave(device);
    return next;
}

static void device_advance(void *context, uint64_t now)
{
    struct fake_device *device = context;

    enter(device);
    lock(device);
    device->last_advance = now;
    catch_up(device, now);
    unlock(device);
    leave(device);
}

static void device_interrupt(void *context)
{
    struct fake_device *device = context;

    enter(device);
    InterlockedIncrement(&device->interrupts);
    if (device->routine)
        device->routine(device);
    leave(device);
}

static const struct linux_device_ops device_ops = {device_next, device_advance, device_interrupt};

uint64_t fake_device_access(struct fake_device *device)
{
    uint64_t now = linux_host_access(device->host);

    lock(device);
    catch_up(device, now);
    linux_host_changed(device->host);
    unlock(device);
    return now;
}

void fake_device_start(struct fake_device *device, uint64_t period)
{
    lock(device);
    device->period = period;
    device->due = HOST.now(device->host) + period;
    linux_host_changed(device->host);
    unlock(device);
}

void fake_device_stop(struct fake_device *device)
{
    lock(device);
    device->period = 0;
    linux_host_changed(device->host);
    unlock(device);
}

void fake_device_attach(struct fake_device *device, struct linux_host *host,
                        void (*routine)(struct fake_device *device), void *context)
{
    *device = (struct fake_device){.host = host, .routine = routine, .context = context};
    HOST.lock_init(host, &device->lock, HDA_LEVEL_INTERRUPT);
    linux_host_attach(host, &device_ops, device);
}

void fake_device_detach(struct fake_device *device)
{
    linux_host_detach(device->host);
}

struct linux_host *fake_host(enum linux_clock clock)
{
    struct linux_host *host;

    if (linux_host_create(clock, NULL, NULL, &host) != STATUS_SUCCESS)
        abort();
    return host;
}
