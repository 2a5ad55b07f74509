/* SPDX-License-Identifier: BSD-2-Clause */
/* sim_device.h - a simulated controller with codecs, as whoever opens a bus sees it. */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <host.h>
#include <sim.h>

#include "host/linux/linux_host.h"

struct sim_device;
struct sim_codec;
struct sim_shape;
struct sim_vices;

struct sim_device_options {
    bool level_interrupts; /* INTx instead of messages */
    uint16_t vendor_id;    /* with device_id: of PCI; 0: what QEMU's intel-hda has */
    uint16_t device_id;
    const struct sim_shape *shape; /* of controller.h; NULL: sim_default_shape. Read by create only */
    unsigned fragment_pages; /* pages_alloc hands out runs of so many consecutive pages; 0: all consecutive */
};

/* The core's table; its context is a struct sim_device. */
extern const struct hda_device_ops sim_device_ops;

/* A controller without codecs, attached to `host`, which outlives it. INSUFFICIENT_RESOURCES. */
NTSTATUS sim_device_create(struct linux_host *host, const struct sim_device_options *options,
                           struct sim_device **device);
/* Detaches, frees its codecs and whatever DMA memory was not given back (which it reports as a fault to the
 * host's log). */
void sim_device_destroy(struct sim_device *device);

void sim_device_info(const struct sim_device *device, struct hda_device_info *info);

/* Plugs a codec in at `address` before the bus is started; the device owns it from then on. False, and
 * nothing is done, when the address is above 14 or taken. */
bool sim_device_plug(struct sim_device *device, unsigned address, struct sim_codec *codec);

bool sim_device_has_codec(const struct sim_device *device, unsigned address);

/* Makes the codec at `address` a bad one (`vices` of controller.h), while nobody uses the device. False when
 * there is none, it is bad already, or there is no memory. */
bool sim_device_spoil(struct sim_device *device, unsigned address, const struct sim_vices *vices);

/* Records a fault (a sim_fault_routine; `device` is a struct sim_device): what codecs of this device are
 * given to complain with. Called by the codecs, so with the device's lock held. */
void sim_device_report(void *device, const char *sentence);

/* hdabus_sim_remove and hdabus_sim_woken of sim.h. From any thread and at any IRQL, also from within a
 * routine of sim_device_ops that somebody has wrapped; not from a sink or a source. What happens before now
 * has happened. */
void sim_device_remove(struct sim_device *device);
bool sim_device_woken(struct sim_device *device);

/* hdabus_sim_fail, hdabus_sim_faults and hdabus_sim_fault of sim.h. */
NTSTATUS sim_device_fail(struct sim_device *device, enum hdabus_sim_failure failure, unsigned which);
unsigned sim_device_faults(struct sim_device *device);
const char *sim_device_fault(struct sim_device *device, unsigned index);

/* device_codec.c: what sim.h offers at codecs, at the time that it is called. */
NTSTATUS sim_device_hear(struct sim_device *device, UCHAR codec_address, UCHAR pin, hdabus_sink *sink,
                         void *context);
NTSTATUS sim_device_feed(struct sim_device *device, UCHAR codec_address, UCHAR pin, hdabus_source *source,
                         void *context);
NTSTATUS sim_device_connect(struct sim_device *device, UCHAR from_codec, UCHAR from_pin, UCHAR to_codec,
                            UCHAR to_pin);
NTSTATUS sim_device_plug_jack(struct sim_device *device, UCHAR codec_address, UCHAR pin, BOOLEAN plugged);
NTSTATUS sim_device_gpio(struct sim_device *device, UCHAR codec_address, UCHAR mask, UCHAR levels);
NTSTATUS sim_device_turn(struct sim_device *device, UCHAR codec_address, UCHAR knob, UCHAR volume);

#endif
