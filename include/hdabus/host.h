/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - the seam: all that the core needs from the world, and all that a host calls in the core.
 *
 * Two tables of functions. A *device* is one controller: its registers, memory that it can reach, its
 * interrupt. A *host* is the system that the core runs in: memory, locks, deferred work, events, time.
 * Whoever opens a bus fills in a struct hda_bus_config with one of each and calls hda_bus_start(). There are
 * no globals: a process may run any number of buses over any mixture of hosts and devices.
 *
 * Unless an entry says otherwise it is called at PASSIVE_LEVEL or DISPATCH_LEVEL, must not block, cannot
 * fail, and is called with no lock of the core held that the implementation would need to know about.
 */
#ifndef HDABUS_HOST_H
#define HDABUS_HOST_H

#include <hdaudio.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The device ------------------------------------------------------------------------------ */

/* Memory that the controller reaches at one contiguous range of addresses, mapped for the processor. */
struct hda_dma {
    void *memory;     /* the processor's address */
    uint64_t address; /* the controller's address of the same byte */
    size_t size;      /* bytes asked for */
};

enum hda_sync {
    HDA_SYNC_FOR_DEVICE, /* the processor has written: make it visible to the controller */
    HDA_SYNC_FOR_CPU,    /* the controller has written: make it visible to the processor */
};

/* Called for each interrupt at the interrupt's level; never twice at once for one device. Returns whether the
 * controller was the cause, which a shared line wants to know. It may be called without a cause: by others of
 * a shared line, or by a timer in place of an interrupt. */
typedef bool hda_interrupt_routine(void *context);

struct hda_device_ops {
    /* Register access at `offset` in BAR 0, naturally aligned, one bus access of exactly that width, in
     * program order. Any level. A controller that is gone reads as all ones. The offsets are below 4000h, the
     * 16 KiB that most controllers have; beyond the end of a smaller BAR reads are all ones. */
    uint8_t (*read8)(void *device, uint32_t offset);
    uint16_t (*read16)(void *device, uint32_t offset);
    uint32_t (*read32)(void *device, uint32_t offset);
    void (*write8)(void *device, uint32_t offset, uint8_t value);
    void (*write16)(void *device, uint32_t offset, uint16_t value);
    void (*write32)(void *device, uint32_t offset, uint32_t value);

    /* The address at which a client may read the 32-bit register at `offset` by itself, lock-free, at any
     * level, until the bus stops; the same at each call; NULL where registers cannot be mapped, or end before
     * it. */
    volatile ULONG *(*map)(void *device, uint32_t offset);

    /* Contiguous, mapped, zeroed, coherent memory, below `highest` (inclusive) for the controller, aligned
     * for both sides to 128 bytes, and to a page where it is a page or more. Clients are given some of it,
     * and ask MmGetPhysicalAddress() for the controller's address. PASSIVE_LEVEL, may block.
     * STATUS_INSUFFICIENT_RESOURCES when there is none, and then *dma is as it was; else all of it is
     * written. Given back with dma_free: PASSIVE_LEVEL, may block. Sync orders accesses, and copies where
     * memory is a bounce buffer; any level, for the interrupt routine looks at what the controller has
     * written. */
    NTSTATUS (*dma_alloc)(void *device, size_t size, uint64_t highest, struct hda_dma *dma);
    void (*dma_free)(void *device, struct hda_dma *dma);
    void (*dma_sync)(void *device, const struct hda_dma *dma, size_t offset, size_t size,
                     enum hda_sync direction);

    /* Zeroed, locked pages that need not be contiguous and have no mapping, described by an MDL: ByteCount is
     * `size`, ByteOffset 0, the flags say MDL_PAGES_LOCKED, and the page frame numbers follow it. The core
     * reads none of it. PASSIVE_LEVEL, may block. STATUS_INSUFFICIENT_RESOURCES when there are none, and
     * then *mdl is as it was. Given back with pages_free, by when the client has unmapped them;
     * PASSIVE_LEVEL, may block. */
    NTSTATUS (*pages_alloc)(void *device, size_t size, uint64_t highest, PMDL *mdl);
    void (*pages_free)(void *device, PMDL mdl);
    /* The controller's address of the byte at `offset`, and (returned) how many bytes from there on lie at
     * consecutive addresses, at most up to the MDL's end; at least 1. */
    size_t (*pages_run)(void *device, PMDL mdl, size_t offset, uint64_t *address);

    /* From when connect returns, `routine` is called for each interrupt; when disconnect has returned it runs
     * nowhere and is not called again. PASSIVE_LEVEL, may block; connect may fail with any status. */
    NTSTATUS (*interrupt_connect)(void *device, hda_interrupt_routine *routine, void *context);
    void (*interrupt_disconnect)(void *device);
};

/* What PCI says of the controller. */
struct hda_device_info {
    uint16_t vendor_id;
    uint16_t device_id;
    uint8_t revision;
    bool message_interrupts; /* an edge: sent when the OR of all causes rises (HDA 3.3.14); else a level */
};

/* ---- The host -------------------------------------------------------------------------------- */

enum hda_level {
    HDA_LEVEL_PASSIVE,   /* of work: it may block */
    HDA_LEVEL_DISPATCH,  /* of work: as a DPC; of locks: raises to DISPATCH_LEVEL */
    HDA_LEVEL_INTERRUPT, /* of locks: also keeps out the interrupt routine */
};

enum hda_log_level { HDA_LOG_ERROR, HDA_LOG_WARNING, HDA_LOG_INFO, HDA_LOG_DEBUG };

/* Storage for a host's object. It owns nothing else: forgetting it is enough, and zeroing it is harmless,
 * when the lock is not held and the work is not queued. */
struct hda_lock {
    void *storage[12];
};
struct hda_work {
    void *storage[24];
};

typedef void hda_work_routine(void *context);

/* Nanoseconds that are passed, delays and time-outs, are below 2^62: they can be added to now(). */
struct hda_host_ops {
    /* Zeroed, non-paged memory aligned for any type; NULL when there is none. `size` is not 0, and what is
     * freed is not NULL. */
    void *(*alloc)(void *host, size_t size);
    void (*free)(void *host, void *memory);

    /* A lock for use up to `level`, DISPATCH or INTERRUPT. Acquire waits for the holder and raises the IRQL
     * to the level; release puts back what it was. Not recursive. Nobody blocks while he holds one. */
    void (*lock_init)(void *host, struct hda_lock *lock, enum hda_level level);
    void (*lock_acquire)(void *host, struct hda_lock *lock);
    void (*lock_release)(void *host, struct hda_lock *lock);

    /* Deferred work: `routine` runs soon at `level` (DISPATCH: at DISPATCH_LEVEL as a DPC does, as soon as
     * the interrupt routine that queued it has returned; PASSIVE: on a thread that may block; where there is
     * none for it, on one that waits in sleep or event_wait). One piece of work never runs twice at once. */
    void (*work_init)(void *host, struct hda_work *work, enum hda_level level, hda_work_routine *routine,
                      void *context);
    /* Any level up to the interrupt's. Runs it `delay` nanoseconds from now; queued already, the earlier
     * wins. Queued while it runs, or when it has been taken out of the queue to run, it runs again. */
    void (*work_queue)(void *host, struct hda_work *work, uint64_t delay);
    /* PASSIVE_LEVEL, may block. Takes it out of the queue; when this returns it runs nowhere. */
    void (*work_cancel)(void *host, struct hda_work *work);

    /* A client's or the core's own event. A client's has been initialised by KeInitializeEvent(), which is
     * the host's, as is all that its clients need of wdm.h beside. Set: no priority boost; the event is not
     * touched after set returns. Wait: PASSIVE_LEVEL; STATUS_SUCCESS, or STATUS_TIMEOUT when `timeout`
     * nanoseconds have passed, and not sooner. */
    void (*event_init)(void *host, PKEVENT event, EVENT_TYPE type);
    void (*event_set)(void *host, PKEVENT event);
    NTSTATUS (*event_wait)(void *host, PKEVENT event, uint64_t timeout);

    /* The caller's IRQL. Any level. */
    KIRQL (*irql)(void *host);
    /* Tells apart what runs at the same time: at DISPATCH_LEVEL the same value in a routine and in all that
     * it calls, and another one in what runs on another processor meanwhile. Any value will do: the
     * processor's number, the thread's, or 0 where there is one processor. Up to DISPATCH_LEVEL. */
    uintptr_t (*runner)(void *host);

    /* Bus time in nanoseconds: monotonic, from any start, in steps of a microsecond or less: at
     * DISPATCH_LEVEL the driver stalls until some microseconds of it have passed. Any level. */
    uint64_t (*now)(void *host);
    /* What KeQueryPerformanceCounter() tells clients of this bus, in its own unit; monotonic. Any level. On
     * 32 bits less than 2^31 of them go by from an interrupt to its deferred work. */
    LONGLONG (*performance_counter)(void *host);
    /* Lets so many microseconds pass without blocking: for at most 300 at DISPATCH_LEVEL. */
    void (*stall)(void *host, uint32_t microseconds);
    /* Lets at least so many microseconds pass. PASSIVE_LEVEL, blocks. */
    void (*sleep)(void *host, uint32_t microseconds);

    /* A client's device object, which the core does not look into, stays from reference to dereference. Never
     * NULL; nothing to do where there are none. Reference at PASSIVE_LEVEL, dereference up to DISPATCH_LEVEL.
     */
    void (*object_reference)(void *host, PDEVICE_OBJECT object);
    void (*object_dereference)(void *host, PDEVICE_OBJECT object);

    /* One line for the log, without a line feed. Of printf's formats there are %s %u %x %p %llu %llx, and no
     * widths. Any level. */
    void (*log)(void *host, enum hda_log_level level, const char *format, va_list arguments);
};

/* ---- The bus, for whoever opens one ---------------------------------------------------------- */

/* Bounds on waits in microseconds of bus time; 0 stands for the default (DDI Bounds). */
struct hda_bounds {
    uint32_t verb;        /* a batch without an answer, beyond its frames: 25,000 */
    uint32_t link_reset;  /* CRST each way: 100,000 */
    uint32_t stream;      /* SRST, RUN, FIFORDY each, at PASSIVE_LEVEL: 5,000 */
    uint32_t link_resets; /* tries, not microseconds: 3 */
};

/* What a controller does otherwise than the specification says, known by its PCI id (docs/HARDWARE.md): bits
 * for hda_bus_config.quirks. */
enum hda_quirk {
    HDA_QUIRK_SSYNC_AT_34 = 0x01,    /* SSYNC is at 34h, not 38h */
    HDA_QUIRK_NO_64_BIT = 0x02,      /* addresses have 32 bits whatever GCAP.64OK says */
    HDA_QUIRK_4K_FRAGMENTS = 0x04,   /* an entry of a descriptor list must not cross a 4 KiB boundary */
    HDA_QUIRK_LINK_POSITIONS = 0x08, /* the position buffer is not to be relied on: LPIB instead */
    HDA_QUIRK_40_BIT = 0x10,         /* of 64 bits of an address 40 count */
};

struct hda_bus_config {
    const struct hda_host_ops *host; /* the tables and what they work on outlive the bus */
    void *host_context;
    const struct hda_device_ops *device;
    void *device_context;
    struct hda_device_info info;
    struct hda_bounds bounds;
    uint32_t quirks; /* of enum hda_quirk: hda_quirks_of(&info), unless the opener knows better */
};

/* The quirks that the core's table knows of a controller by its PCI id; 0 of one that is not in it. Whoever
 * opens a bus asks for them, and may leave some out or add some: hda_bus_start() takes what it is given. Any
 * level. */
uint32_t hda_quirks_of(const struct hda_device_info *info);

/* The first entry of the two tables that is missing, by its name, as "host->work_queue"; "host" or "device"
 * for a table that is, "config" for NULL; NULL: all are there. Any level. */
const char *hda_missing_hook(const struct hda_bus_config *config);

struct hda_bus;

/* Resets the controller, starts its rings and finds the codecs and their function groups. PASSIVE_LEVEL,
 * blocks. On failure nothing is left behind: DEVICE_NOT_READY (a register did not come to its state),
 * DEVICE_REMOVED (reads all ones), NOT_SUPPORTED (not an HD Audio 1.0 controller), INVALID_PARAMETER (an
 * entry of a table is missing: the log says which; or deferred work does not run), INSUFFICIENT_RESOURCES, or
 * what the device's interrupt_connect failed with. */
NTSTATUS hda_bus_start(const struct hda_bus_config *config, struct hda_bus **bus);

/* Counts since the bus started; on 32 bits each begins anew after 2^32. Any level. */
struct hda_statistics {
    ULONGLONG register_reads;
    ULONGLONG register_writes;
    ULONGLONG interrupts;          /* that were ours */
    ULONGLONG verbs;               /* commands sent */
    ULONGLONG verb_timeouts;       /* commands that completed without a valid response */
    ULONGLONG unsolicited;         /* responses that came unasked */
    ULONGLONG unsolicited_dropped; /* of those, with a tag that nobody had */
    ULONGLONG completions;         /* periods that DMA has completed */
    ULONGLONG merged;              /* of those, the ones that shared an interrupt with a later one */
    ULONGLONG lost_interrupts;     /* times that a period was found to be over whose interrupt did not come */
    ULONGLONG fifo_errors;         /* interrupts for a FIFO that ran over or dry (HDA 3.3.36) */
    ULONGLONG descriptor_errors;   /* streams that the controller stopped (HDA 3.3.36) */
    ULONGLONG response_overruns;   /* times that the controller lost responses (HDA 3.3.30) */
    ULONGLONG command_errors;      /* times that the controller could not go on with the CORB (HDA 3.3.23) */
};
void hda_bus_statistics(const struct hda_bus *bus, struct hda_statistics *statistics);

/* Stops everything, releases what clients still hold, and frees the bus. Their interfaces are dead from then
 * on: a client dereferences before. The counts with those of stopping are put in `last`, if it is not NULL.
 * PASSIVE_LEVEL, blocks. */
void hda_bus_stop(struct hda_bus *bus, struct hda_statistics *last);

/* ---- Power, wake and removal (DDI Power, Removal) -------------------------------------------- */

/* Suspend, resume and stop are called one at a time. Clients may call the bus meanwhile: what needs the
 * controller is DEVICE_NOT_READY between suspend and resume.
 *
 * Suspend answers what codecs have been asked, stops what runs, and leaves the controller in reset, from
 * which codecs with wake requests can wake it. From when it returns until resume the bus touches no register,
 * its interrupt is disconnected, and power may go. PASSIVE_LEVEL, blocks. DEVICE_NOT_READY (it does not come
 * to reset) and DEVICE_REMOVED say how the controller was left: the bus is asleep in any case. */
NTSTATUS hda_bus_suspend(struct hda_bus *bus);
/* Power, the registers and PCI's settings are back. Resets the controller, finds its codecs anew, and
 * completes the wake requests of those that have woken it. PASSIVE_LEVEL, blocks. When it fails the bus is
 * asleep as before, and it may be tried again: DEVICE_NOT_READY, DEVICE_REMOVED, or what interrupt_connect
 * failed with. */
NTSTATUS hda_bus_resume(struct hda_bus *bus);

/* Once for each request: SUCCESS, the child's codec has woken; DEVICE_REMOVED; CANCELLED, the bus stops.
 * Up to DISPATCH_LEVEL, with no lock held; it may make a new request. */
typedef void hda_wake_routine(void *context, NTSTATUS status);
/* IRP_MN_WAIT_WAKE of a child. A codec wakes when it asks for the link: of a controller that runs, which
 * interrupts, or of one in reset, which raises PME and leads to resume. Up to DISPATCH_LEVEL.
 * INVALID_PARAMETER: no such child, or no routine; DEVICE_BUSY: the child has a request already;
 * DEVICE_NOT_READY: asleep; DEVICE_REMOVED, which is also that of a bus that stops. */
NTSTATUS hda_bus_wait_wake(struct hda_bus *bus, unsigned child, hda_wake_routine *routine, void *context);
/* Takes the request back: true, and its routine is not called; false when there is none (any more). Up to
 * DISPATCH_LEVEL. */
bool hda_bus_cancel_wake(struct hda_bus *bus, unsigned child);

/* The controller has disappeared, for good: IRP_MN_SURPRISE_REMOVAL. The bus finds out by itself at the next
 * register that reads as all ones. Clients keep their interfaces until they dereference them, then the bus is
 * stopped. Any level. */
void hda_bus_surprise_remove(struct hda_bus *bus);
/* Whether it has. Any level. */
bool hda_bus_is_removed(const struct hda_bus *bus);

/* ---- What the bus tells ---------------------------------------------------------------------- */

/* A function group: one child device each. The ids are those of DDI Child devices; they live as long as the
 * bus. */
struct hda_child_info {
    uint8_t codec_address;
    uint8_t node;     /* the function group's NID */
    uint8_t function; /* 1 audio, 2 modem, else vendor-defined */
    uint32_t vendor_id;
    uint32_t subsystem_id;
    uint32_t revision_id;
};
unsigned hda_bus_child_count(const struct hda_bus *bus);
/* NULL when there is no such child. */
const struct hda_child_info *hda_bus_child(const struct hda_bus *bus, unsigned child);

enum hda_id_kind { HDA_HARDWARE_ID, HDA_COMPATIBLE_ID };
#define HDA_ID_SIZE 128 /* bytes that hold any id, with its end */
/* Writes the index-th id of a kind as ASCII; false when there is none. Any level. */
bool hda_bus_child_id(const struct hda_bus *bus, unsigned child, enum hda_id_kind kind, unsigned index,
                      char id[HDA_ID_SIZE]);

/* Fills in an interface table for a child's client: IRP_MN_QUERY_INTERFACE without the IRP. PASSIVE_LEVEL.
 * `size` bytes at `interface` are the caller's. The table holds one reference; the client gives it back with
 * InterfaceDereference. NOT_SUPPORTED (unknown GUID), INVALID_PARAMETER (no such child, `size` too small,
 * another version: nothing is written), INSUFFICIENT_RESOURCES. */
NTSTATUS hda_bus_query_interface(struct hda_bus *bus, unsigned child, const GUID *type, USHORT size,
                                 USHORT version, PINTERFACE interface);

/* What the controller said of itself. */
struct hda_controller_info {
    struct hda_device_info device;
    uint32_t quirks;  /* in force */
    uint16_t version; /* major in the high byte */
    uint16_t gcap;
    uint8_t output_engines;
    uint8_t input_engines;
    uint8_t bidirectional_engines;
    uint8_t output_lines; /* SDO */
    bool address64;
    uint16_t corb_entries;
    uint16_t rirb_entries;
    uint16_t codecs;      /* bit n: a codec on SDI line n */
    bool alias_registers; /* 2030h and on answer as 30h and on do */
    bool stream_sync;     /* SSYNC lets streams change state in the same link frame */
    /* Words of 16 bits in a link frame: of SDO and each SDI line, the usual ones where the registers say 0;
     * of one stream, as the registers read. */
    uint16_t output_payload;
    uint16_t input_payload;
    uint16_t output_stream_payload; /* 13:0; 15:14 how samples are padded (HDA 3.3.11) */
    uint16_t input_stream_payload;
};
void hda_bus_controller_info(const struct hda_bus *bus, struct hda_controller_info *info);

enum hda_direction { HDA_INPUT, HDA_OUTPUT, HDA_BIDIRECTIONAL };

/* What the driver counts a stream's periods by. The position buffer is given up for LPIB, by all engines,
 * when one of them shows that it is wrong. */
enum hda_position_source { HDA_POSITION_BUFFER, HDA_POSITION_LINK };

/* Where GetLinkPositionRegister has sent the engine's client. */
enum hda_pointer {
    HDA_POINTER_NONE,     /* it has not asked */
    HDA_POINTER_ALIAS,    /* LPIB in the alias page */
    HDA_POINTER_REGISTER, /* LPIB */
    HDA_POINTER_MEMORY,   /* the position buffer, or where the driver copies LPIB to */
};

/* A DMA engine. What belongs to a stream is 0 while nobody has allocated it. */
struct hda_engine_info {
    enum hda_direction direction; /* of the hardware */
    bool in_use;
    bool renders; /* else it captures */
    bool runs;
    uint8_t tag;
    uint16_t format; /* as SDnFMT holds it */
    uint32_t fifo;   /* bytes, as they were with the last buffer */
    bool polled;     /* since the controller loses interrupts */
    enum hda_position_source source;
    enum hda_pointer pointer;
    ULONGLONG completions; /* these since the bus started, as in struct hda_statistics */
    ULONGLONG merged;
    ULONGLONG lost_interrupts;
    ULONGLONG fifo_errors;
    ULONGLONG descriptor_errors;
};
/* The engine of the index-th stream descriptor: inputs, outputs, bidirectional ones. False when there is
 * none. Up to DISPATCH_LEVEL. */
bool hda_bus_engine_info(struct hda_bus *bus, unsigned index, struct hda_engine_info *info);

#ifdef __cplusplus
}
#endif

#endif
