/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linux_host.h - a host in a Linux process, as those who open a bus and those who write a device for it see
 * it.
 *
 * Each bus has a host of its own, which plays the processor that takes the controller's interrupts. Hosts
 * share two clocks:
 *
 * Virtual: time is a number, common to all virtual hosts of the process. It passes only while some thread
 * stalls, sleeps, waits or accesses a register (1 us each); a wait goes straight from one thing that happens
 * to the next. Interrupts and deferred work run on the thread that lets time pass, nested in its call, as
 * soon as its IRQL allows: with one thread, everything is deterministic. Work at PASSIVE_LEVEL does not run
 * on a thread that holds a fast mutex or is in such work already. With several threads each of them makes
 * progress, but time does not wait for one that computes.
 *
 * Real: CLOCK_MONOTONIC. Each host has one thread that advances the device, calls the interrupt routine and
 * then, on the same thread, runs the deferred work: one switch from interrupt to client.
 *
 * Scheduled, for tests of races: virtual time, and several threads of which one runs at a time, in an order
 * that a seed decides. See linux_schedule_run().
 */
#ifndef LINUX_HOST_H
#define LINUX_HOST_H

#include <host.h>

enum linux_clock { LINUX_CLOCK_VIRTUAL, LINUX_CLOCK_REAL };

struct linux_host;

/* Receives a formatted line. Called from any thread, at any IRQL. */
typedef void linux_log_routine(void *context, enum hda_log_level level, const char *line);

/* A host with nothing attached; on the real clock its thread runs. The calling thread waits on this host's
 * clock from now on (KeWaitForSingleObject and friends name no bus: a thread waits on the clock of the host
 * it created last, and one that created none on the clock of the first host that the process made).
 * INSUFFICIENT_RESOURCES. */
NTSTATUS linux_host_create(enum linux_clock clock, linux_log_routine *log, void *log_context,
                           struct linux_host **host);
/* The device is detached and no work is queued. */
void linux_host_destroy(struct linux_host *host);

/* The next allocation that the core makes on this host fails: one of the host's, or of the device's, which
 * asks before each whether it may. Any context. */
void linux_host_refuse_memory(struct linux_host *host);
bool linux_host_may_allocate(struct linux_host *host);

/* The core's table; its context is a struct linux_host. */
extern const struct hda_host_ops linux_host_ops;

/* A device whose time this host drives. The host never calls two of these at once for the same device, except
 * that register accesses by other threads may go on meanwhile: the device has a lock of its own. */
struct linux_device_ops {
    /* When something will happen in the device by itself: nanoseconds of bus time; UINT64_MAX: nothing. */
    uint64_t (*next)(void *device);
    /* Lets the device's time pass up to `now`. It must not call the interrupt routine, but
     * linux_host_interrupt(), and nothing that it calls may let time pass. A register access by another
     * thread may have been there first: `now` is then earlier than the device's time, and nothing is to be
     * done. Likewise an access may take place at a time that advance() has passed. */
    void (*advance)(void *device, uint64_t now);
    /* At DEVICE_LEVEL, with no lock held: calls the connected interrupt routine for each message that is
     * pending or, for a level, while it is asserted. Meanwhile the others are not called; register
     * accesses come, and bring the device up to their time. */
    void (*interrupt)(void *device);
};

/* One device per host. ops and device outlive the attachment. Detach waits until none of the operations runs.
 */
void linux_host_attach(struct linux_host *host, const struct linux_device_ops *ops, void *device);
void linux_host_detach(struct linux_host *host);

/* The device calls this at the start of each register access, before it takes its lock. Virtual: 1 us passes,
 * and what falls due happens. Real: nothing. Returns the bus time at which the access takes place. */
uint64_t linux_host_access(struct linux_host *host);
/* The device wants ops->interrupt to be called: soon, once. Any context, the device's lock may be held. */
void linux_host_interrupt(struct linux_host *host);
/* What ops->next() returns may be earlier than it was. Any context, the device's lock may be held. */
void linux_host_changed(struct linux_host *host);

/* Somebody reads the device's registers through pointers into its memory. From now on they are not old when a
 * thread looks: advance() is also called when a thread has let time pass (virtual), or each millisecond
 * (real). Any context, the device's lock may be held. Ends with the attachment. */
void linux_host_watch(struct linux_host *host);

/* ---- The scheduled clock ------------------------------------------------------------------------------- */

struct linux_schedule_thread {
    void (*routine)(void *context);
    void *context;
};

struct linux_schedule {
    uint64_t points; /* that threads came to */
    uint64_t trace;  /* a hash: which thread came to which kind of point when */
};

/* Calls each routine on a thread of its own and returns when all have returned. One of them runs at a time;
 * at each scheduling point (a lock taken or let go, an event, a wait, work queued or cancelled, memory of the
 * seam's, a register access, any time that passes, the IRQL lowered) it may be another's turn. Interrupts,
 * work at DISPATCH_LEVEL and work at PASSIVE_LEVEL of all virtual hosts have a thread each meanwhile, as
 * if on other processors: no IRQL of the routines' holds them off, and whoever is held back for half a
 * millisecond has the turn. What they are at is finished before this returns; what
 * is pending then is left to the virtual clock. When nobody can run time passes.
 *
 * The same seed makes the same schedule when everything else is the same, the bus time at the beginning
 * included. A deadlock ends the process, as a bug does, with a sentence that names the seed: threads wait for
 * each other's locks, or nothing will ever happen, or for ten seconds of bus time no routine has got on.
 *
 * The caller is on the virtual clock, at PASSIVE_LEVEL, and no other thread of the process uses that clock;
 * one schedule at a time. No interrupt is disconnected while its routine runs, and what a device calls, such
 * as a listener of its audio, sets no event. `result` may be NULL. INSUFFICIENT_RESOURCES: no routine was
 * called. */
NTSTATUS linux_schedule_run(uint64_t seed, const struct linux_schedule_thread *threads, unsigned count,
                            struct linux_schedule *result);

/* An MDL over `size` bytes at `memory` (page-aligned), whose pages the device reaches at pages[0], pages[1]
 * ... (page-aligned addresses). NULL without memory. MmMapLockedPagesSpecifyCache() returns `memory`. The
 * memory stays the caller's. */
PMDL linux_mdl_create(void *memory, size_t size, const uint64_t *pages);
void linux_mdl_free(PMDL mdl);

/* Memory that a device reaches at one range of addresses, which MmGetPhysicalAddress() tells while it is
 * known. The range and the memory stay the caller's. Up to DISPATCH_LEVEL. */
struct linux_range {
    LIST_ENTRY link;
    const void *memory;
    size_t size;
    uint64_t address;
};
void linux_range_add(struct linux_range *range);
void linux_range_remove(struct linux_range *range);

#endif
