/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.h - the inside of the simulated device: a lock around the machine (device.c), and the memory that
 * drivers ask for (dma.c).
 *
 * The lock is the innermost but for the host's own. No routine of the core is called with it held.
 */
#ifndef SIM_DEVICE_PRIVATE_H
#define SIM_DEVICE_PRIVATE_H

#include <pthread.h>

#include "controller.h"
#include "sim_device.h"

#define FAULTS_KEPT 64

/* Memory that a driver holds: contiguous if `mdl` is NULL. */
struct allocation {
    struct allocation *next;
    void *memory;
    size_t size;      /* bytes asked for */
    size_t mapped;    /* bytes of pages, or 0 */
    size_t run;       /* bytes at consecutive addresses; what follows is a page further */
    uint64_t address; /* of the first byte */
    PMDL mdl;
    struct linux_range range; /* of contiguous memory */
};

struct sim_device {
    struct linux_host *host;
    struct sim_device_options options;
    pthread_mutex_t lock;
    pthread_cond_t idle; /* no interrupt is being delivered */
    struct sim_controller *controller;
    struct sim_codec *codecs[SIM_MAX_CODECS];
    struct allocation *allocations;

    uint64_t announced; /* when the host believes that something happens, in ticks, or earlier */
    hda_interrupt_routine *routine;
    void *routine_context;
    bool requested; /* the host has been asked to deliver */
    bool delivering;
    bool masked; /* a level that no handler clears */

    bool shown;       /* map() has handed out some of what follows */
    ULONG wall_clock; /* what map() hands out */
    ULONG positions[SIM_MAX_STREAMS];

    char *faults[FAULTS_KEPT];
    unsigned fault_count;
};

/* After anything that the machine did, with the lock held: tells the host what it must know. */
void sim_device_settle(struct sim_device *device);

/* Takes the lock, at the time that it is now; passes none. */
void sim_device_enter(struct sim_device *device);

/* dma.c: entries of sim_device_ops. */
NTSTATUS sim_dma_alloc(void *context, size_t size, uint64_t highest, struct hda_dma *dma);
void sim_dma_free(void *context, struct hda_dma *dma);
void sim_dma_sync(void *context, const struct hda_dma *dma, size_t offset, size_t size,
                  enum hda_sync direction);
NTSTATUS sim_pages_alloc(void *context, size_t size, uint64_t highest, PMDL *mdl);
void sim_pages_free(void *context, PMDL mdl);
size_t sim_pages_run(void *context, PMDL mdl, size_t offset, uint64_t *address);
/* Frees what drivers have not given back, and tells the host's log. */
void sim_dma_free_leaks(struct sim_device *device);

#endif
