/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench.h - a bus on the virtual clock with a simulated controller behind a window: between the core and the
 * device every register access is counted and can be watched, and DMA memory is remembered.
 */
#ifndef STRESS_BENCH_H
#define STRESS_BENCH_H

#include <stdbool.h>

#include "device/sim/sim_device.h"

#define BENCH_MEMORIES 64
#define LINK_FRAME_NS  20834 /* rounded up: 48 kHz (HDA 5.3) */

struct bench;

/* Called after each register access; `value` is what was read or written. Interrupt level is possible. */
typedef void bench_watch(struct bench *bench, bool write, uint32_t offset, unsigned width, uint32_t value);

struct bench {
    struct linux_host *host;
    struct sim_device *device;
    struct hda_bus *bus;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    UCHAR codec;

    uint64_t accesses;
    bench_watch *watch; /* or NULL */
    void *watch_context;
    bool watching; /* a watch that makes accesses or lets time pass does not watch itself */

    struct hda_dma memories[BENCH_MEMORIES]; /* what dma_alloc has given and dma_free not taken back */
    unsigned memory_count;
};

struct bench_options {
    bool level_interrupts;
    unsigned fragment_pages;
    unsigned ring_entries; /* 2, 16 or 256; 0: 256 */
    const char *codec;     /* a dump; NULL: the built-in one */
};

/* Opens it with a client of version 2 on the first child; fails the test when that does not work. */
void bench_open(struct bench *bench, const struct bench_options *options);
/* Closes it, and fails the test if the simulator has noticed the driver do what no driver may. */
void bench_close(struct bench *bench);

/* Lets bus time pass. */
void bench_sleep(uint64_t nanoseconds);
/* Lets bus time pass at any level, also inside a watch. */
void bench_stall(struct bench *bench, uint32_t microseconds);
uint64_t bench_now(struct bench *bench);

/* The processor's address of `size` bytes that the controller reaches at `address`; NULL when no memory of
 * dma_alloc has them. */
void *bench_memory(struct bench *bench, uint64_t address, size_t size);

/* A render engine with a notifying buffer of `size` bytes, in reset; its stream tag in *stream. */
HANDLE bench_engine(struct bench *bench, const HDAUDIO_STREAM_FORMAT *format, ULONG count, SIZE_T size,
                    PMDL *mdl, UCHAR *stream);
NTSTATUS bench_state(struct bench *bench, HDAUDIO_STREAM_STATE state, HANDLE handle);
/* Stops it and frees all of it. */
void bench_free(struct bench *bench, HANDLE handle);

/* A verb that is answered. */
ULONG bench_verb(struct bench *bench, UCHAR node, ULONG verb, ULONG payload);

#endif
