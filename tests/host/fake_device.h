/* SPDX-License-Identifier: BSD-2-Clause */
/* fake_device.h - the smallest device that a host can drive: something happens in it every so often, and
 * interrupts. */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include "host/linux/linux_host.h"

struct fake_device {
    struct linux_host *host;
    struct hda_lock lock; /* what the device's registers are behind */
    uint64_t period;      /* nanoseconds; 0: nothing happens */
    uint64_t due;
    uint64_t last_advance;
    LONG happened;
    LONG inside; /* one of the operations runs */
    LONG overlaps;
    void (*routine)(struct fake_device *device); /* the interrupt routine */
    LONG interrupts;
    void *context; /* the routine's */
};

/* Something happens in a period from now, and then each period. */
void fake_device_start(struct fake_device *device, uint64_t period);
void fake_device_stop(struct fake_device *device);
/* An access to a register that does nothing. */
uint64_t fake_device_access(struct fake_device *device);
void fake_device_attach(struct fake_device *device, struct linux_host *host,
                        void (*routine)(struct fake_device *device), void *context);
void fake_device_detach(struct fake_device *device);

struct linux_host *fake_host(enum linux_clock clock);

#endif
