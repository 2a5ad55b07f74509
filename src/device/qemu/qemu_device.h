/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu_device.h - QEMU's controller, in a QEMU process of its own without a guest, as whoever opens a bus
 * sees it.
 *
 * QEMU's `qtest` protocol stands for the processor: it reads and writes registers and tells the level of the
 * interrupt line. Guest memory is shared with this process. Time is the real clock's.
 */
#ifndef QEMU_DEVICE_H
#define QEMU_DEVICE_H

#include <host.h>

#include "host/linux/linux_host.h"

#define QEMU_PROGRAM    "qemu-system-x86_64"
#define QEMU_MAX_CODECS 15

struct qemu_device;

struct qemu_codec {
    const char *model; /* hda-duplex, hda-output or hda-micro */
    const char *out;   /* a WAV file of what it plays, or NULL */
};

struct qemu_device_options {
    const char *controller; /* ich9-intel-hda or intel-hda */
    struct qemu_codec codecs[QEMU_MAX_CODECS];
    unsigned codec_count;
    unsigned rate;     /* Hz, of all that the codecs play: what has another is converted by QEMU */
    const char *trace; /* a file for QEMU's trace of register accesses, or NULL */
};

/* The core's table; its context is a struct qemu_device. */
extern const struct hda_device_ops qemu_device_ops;

/* Starts QEMU and attaches its controller to `host`, which outlives it and runs on the real clock.
 * NO_SUCH_DEVICE: QEMU is missing, too old, or refuses; INSUFFICIENT_RESOURCES. On failure `why` has a
 * sentence. The calling thread may end before the device does. */
NTSTATUS qemu_device_create(struct linux_host *host, const struct qemu_device_options *options,
                            struct qemu_device **device, char *why, size_t size);
/* Detaches, ends QEMU, and frees the memory that was not given back. The WAV files are complete then. */
void qemu_device_destroy(struct qemu_device *device);

void qemu_device_info(const struct qemu_device *device, struct hda_device_info *info);

#endif
