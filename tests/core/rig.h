/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig.h - the core over the simulated controller, both tables copied so that a test can put its own entries
 * between them. One rig at a time; what a test breaks is whole again when it is torn down.
 */
#ifndef CORE_RIG_H
#define CORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/registers.h"
#include "device/sim/sim_device.h"

#define MILLISECOND UINT64_C(1000000) /* nanoseconds */

struct rig {
    struct linux_host *host;
    struct sim_device *device;
    struct hda_host_ops host_ops;     /* linux_host_ops but for what the test has replaced */
    struct hda_device_ops device_ops; /* sim_device_ops, likewise */
    struct hda_bus_config config;
    struct hda_bus *bus;
    int live;    /* allocations that have not been given back, since rig_count_allocations() */
    bool ruined; /* the controller was cut off while it ran: what the simulator complains of is the test's */
};
extern struct rig rig;

/* Fixtures: a host and a controller with the built-in codec at address 0, not started. */
int rig_set_up(void **state);
int rig_set_up_real_clock(void **state);
/* Stops the bus if it runs, with the original tables. Fails when the simulator has noticed a fault. */
int rig_tear_down(void **state);

/* In a test without such a fixture: a controller of this shape (NULL: the usual one) without a codec. */
void rig_set_up_shape(enum linux_clock clock, const struct sim_shape *shape);

/* One more built-in codec, before the start; with another vendor id; and making one a bad one,
 * also later. */
void rig_plug(unsigned address);
void rig_plug_as(unsigned address, uint32_t vendor_id);
void rig_spoil(unsigned address, const struct sim_vices *vices);
/* Counts the core's allocations in rig.live from now on, of the host and for DMA; the last is the routine
 * that does it, for who puts an own one before it. */
void rig_count_allocations(void);
NTSTATUS rig_dma_alloc(void *device, size_t size, uint64_t highest, struct hda_dma *dma);
/* Has the controller call `instead`, with NULL, for each interrupt; rig_interrupt() calls the core's routine.
 * Before the start. */
void rig_take_interrupts(hda_interrupt_routine *instead);
bool rig_interrupt(void);
void rig_start(void);
void rig_stop(void);
/* A client of the first child; the test dereferences it before the bus stops, or lets the bus do it. */
HDAUDIO_BUS_INTERFACE_V2 rig_client(void);
HDAUDIO_BUS_INTERFACE_V3 rig_client_v3(void);
HDAUDIO_BUS_INTERFACE_BDL rig_client_bdl(void);
/* Runs a new stream of a client, 48 kHz and two channels of 16 bits: the end of each half of its buffer of
 * `size` bytes sets `event`, which is initialised here. Returns its handle. */
HANDLE rig_play(const HDAUDIO_BUS_INTERFACE_V2 *ddi, SIZE_T size, PKEVENT event);
struct hda_statistics rig_statistics(void);

/* Bus time in nanoseconds, and letting some pass at any level. */
uint64_t rig_now(void);
void rig_pass(uint64_t nanoseconds);

#endif
