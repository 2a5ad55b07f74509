/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.h - the structure that all of the core works on.
 *
 * Lock order, outermost first; nobody takes one to the left while holding one to the right:
 *
 *     bus.lock  >  engine.notify.lock
 *     bus.lock  >  engine.isr.lock
 *     bus.verbs.lock
 *     bus.unsolicited.lock
 *
 * lock         the engine table: handles, states, the stream registers; the lists of clients
 * notify.lock  one engine's registrations, and whether it delivers
 * isr.lock     one engine's routine for the interrupt, while it runs
 * verbs.lock   batches, codecs' queues, the CORB
 * unsolicited  tags
 *
 * All but isr.lock are of DISPATCH_LEVEL, so that deferred work never finds one held by the thread that it
 * interrupted. What may block is done outside of them, with the engine marked as preparing. The interrupt
 * routine takes none of them: it acknowledges, notes what happened in atomics, and queues the deferred work.
 * Only where a client wants to be called in the interrupt it takes isr.lock, which is of the interrupt's
 * level.
 */
#ifndef HDA_CORE_H
#define HDA_CORE_H

#include <host.h>

#include "engine.h"
#include "unsolicited.h"
#include "verbs.h"

#define HDA_MAX_CODECS 15
#define HDA_FRAME_NS   20834u /* a link frame of 48 kHz, rounded up */

/* What the controller can do, read once at start. */
struct hda_capabilities {
    uint16_t gcap;
    uint16_t version;
    uint8_t inputs;
    uint8_t outputs;
    uint8_t bidirectionals;
    uint8_t output_lines;
    uint64_t highest_address;
    uint16_t output_payload;        /* words per frame on SDO */
    uint16_t input_payload;         /* words per frame on each SDI */
    uint16_t output_stream_payload; /* OUTSTRMPAY as it reads */
    uint16_t input_stream_payload;
    uint8_t stream_sync; /* the offset of SSYNC; 0: there is none */
    bool alias;          /* the alias registers work */
};

/* struct hda_statistics in words: on 32 bits compilers make 64-bit atomics with the floating-point unit,
 * which is not the kernel's to use, or with calls of a library. */
struct hda_bus_counts {
    uintptr_t register_reads;
    uintptr_t register_writes;
    uintptr_t interrupts;
    uintptr_t verbs;
    uintptr_t verb_timeouts;
    uintptr_t unsolicited;
    uintptr_t unsolicited_dropped;
    uintptr_t completions;
    uintptr_t merged;
    uintptr_t lost_interrupts;
    uintptr_t fifo_errors;
    uintptr_t descriptor_errors;
    uintptr_t response_overruns;
    uintptr_t command_errors;
};

struct hda_bus {
    struct hda_bus_config config;
    const struct hda_host_ops *host;
    const struct hda_device_ops *device;
    struct hda_capabilities capabilities;

    bool in_control; /* the controller has been taken out of reset */
    bool connected;  /* to the interrupt */
    bool asleep;     /* between suspend and resume; written with lock, atomically */
    bool gone;       /* the controller has disappeared; atomic */
    struct hda_lock lock;
    struct hda_work deferred;
    struct hda_work release; /* frees clients whose last reference went above PASSIVE_LEVEL */

    struct hda_verbs verbs;
    struct hda_unsolicited unsolicited;

    struct hda_engine *engines; /* input, output, bidirectional, as the stream descriptors lie */
    unsigned engine_count;
    uint64_t engine_serial;   /* engines allocated ever: what makes handles unique */
    struct hda_dma positions; /* the position buffer (HDA 3.6.1) */
    bool link_positions;      /* it was found to be wrong: LPIB instead; atomic */

    uint16_t codecs; /* STATESTS after the last reset; atomic */
    struct hda_child_info *children;
    struct hda_wake *wakes; /* one for each child */
    unsigned child_count;
    bool wakes_end; /* none is accepted any more; lock */
    uint16_t armed; /* WAKEEN; written with lock, atomically */
    uint16_t woken; /* codecs whose requests the deferred work completes; atomic */

    LIST_ENTRY clients;     /* lock */
    LIST_ENTRY dead;        /* lock: clients that the release work frees */
    struct hda_client *own; /* for the bus driver's own verbs */

    bool interrupted;  /* the interrupt routine has queued the deferred work; atomic */
    bool served;       /* the deferred work has run to its end; atomic */
    bool removal_told; /* the deferred work has told those who wait that the controller is gone */
    bool suspected;    /* an engine was due when the deferred work ran last; nobody else's */
    bool unfinished;   /* INTSTS was not 0 when it was left; atomic */
    unsigned rests;    /* times in a row that the deferred work found it so; nobody else's */
    struct {
        bool on;         /* the controller loses interrupts */
        unsigned heard;  /* periods in a row that one came for nevertheless */
        bool told;       /* the log has been told */
        bool told_again; /* that they come again, too */
    } polling;           /* lock */

    ULONG wall_clock;       /* a shadow, for clients of controllers whose registers cannot be mapped */
    bool wall_clock_wanted; /* one has asked for it */

    struct hda_bus_counts counts; /* through hda_count() */
};

static inline bool hda_has_quirk(const struct hda_bus *bus, enum hda_quirk quirk)
{
    return bus->config.quirks & quirk;
}

/* Whether the controller has disappeared. Any level. */
static inline bool hda_is_gone(const struct hda_bus *bus)
{
    return __atomic_load_n(&bus->gone, __ATOMIC_ACQUIRE);
}

/* Whether the controller can be used: DEVICE_NOT_READY between suspend and resume, DEVICE_REMOVED when there
 * is none any more. It stays usable while bus.lock is held, or disappears. Any level. */
static inline NTSTATUS hda_usable(const struct hda_bus *bus)
{
    if (hda_is_gone(bus))
        return STATUS_DEVICE_REMOVED;
    return __atomic_load_n(&bus->asleep, __ATOMIC_ACQUIRE) ? STATUS_DEVICE_NOT_READY : STATUS_SUCCESS;
}

/* The codecs that have asked for an address, a bit each. A resume finds them anew while clients ask. */
static inline uint16_t hda_codecs(const struct hda_bus *bus)
{
    return __atomic_load_n(&bus->codecs, __ATOMIC_RELAXED);
}

/* Adds to a statistic from any level. */
#define hda_count(bus, what, n) __atomic_fetch_add(&(bus)->counts.what, (uintptr_t)(n), __ATOMIC_RELAXED)

/* The same, and to an engine's own; under bus.lock. */
#define hda_count_of(engine, what, n) ((engine)->counts.what += (n), hda_count((engine)->bus, what, (n)))

static inline void *hda_alloc(const struct hda_bus *bus, size_t size)
{
    return bus->host->alloc(bus->config.host_context, size);
}

static inline void hda_free(const struct hda_bus *bus, void *memory)
{
    bus->host->free(bus->config.host_context, memory);
}

static inline void hda_lock(const struct hda_bus *bus, struct hda_lock *lock)
{
    bus->host->lock_acquire(bus->config.host_context, lock);
}

static inline void hda_unlock(const struct hda_bus *bus, struct hda_lock *lock)
{
    bus->host->lock_release(bus->config.host_context, lock);
}

static inline void hda_event_set(const struct hda_bus *bus, PKEVENT event)
{
    bus->host->event_set(bus->config.host_context, event);
}

static inline uint64_t hda_now(const struct hda_bus *bus)
{
    return bus->host->now(bus->config.host_context);
}

static inline KIRQL hda_irql(const struct hda_bus *bus)
{
    return bus->host->irql(bus->config.host_context);
}

static inline void hda_defer(struct hda_bus *bus, uint64_t delay)
{
    bus->host->work_queue(bus->config.host_context, &bus->deferred, delay);
}

__attribute__((format(printf, 3, 4))) void hda_log(const struct hda_bus *bus, enum hda_log_level level,
                                                   const char *format, ...);

/* memcpy and friends are the only functions the core takes from outside host.h: compilers call them anyway.
 */
void *memset(void *memory, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif
