/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.h - DMA engines: one per stream descriptor of the controller. Who holds one, its format, its buffer,
 * its state.
 *
 * engine.c allocates engines and finds them by handle, buffer.c gives them memory, contiguous.c the kind
 * whose descriptors clients write, state.c runs and stops them, stream.c is the registers of one, position.c
 * knows how far it has come, watch.c looks for interrupts that do not come, notify.c and isr.c tell the
 * clients.
 */
#ifndef HDA_ENGINE_H
#define HDA_ENGINE_H

#include <host.h>

#include "bandwidth.h"
#include "format.h"
#include "isr.h"
#include "notify.h"

struct hda_bus;
struct hda_client;
struct hda_patience;

/* A cyclic buffer. */
struct hda_buffer {
    PMDL mdl;               /* NULL: it is not of pages */
    struct hda_dma data;    /* no memory: it is not contiguous (DDI BDL clients) */
    size_t size;            /* of a pass */
    unsigned notifications; /* periods in a pass that end with an interrupt: 0, 1 or 2. Where clients write
                             * the list, 1 stands for any number of them */
    unsigned interrupts;    /* that number */
    struct hda_dma list;    /* the buffer descriptor list (HDA 3.6.2) */
    uint16_t last;          /* LVI, at least 1; 0: the list is not written yet */
};

static inline bool hda_buffer_exists(const struct hda_buffer *buffer)
{
    return buffer->mdl != NULL || buffer->data.memory != NULL;
}

/* Whether an engine can run with it. */
static inline bool hda_buffer_is_ready(const struct hda_buffer *buffer)
{
    return buffer->last > 0;
}

/* How far an engine has come since it was reset, in bytes that have gone over the link. */
struct hda_progress {
    uint64_t bytes; /* at `time` */
    uint64_t time;
    uint64_t completions; /* periods that clients have been told of */
    bool positioned;      /* its position has been another than 0 */
    bool examined;        /* a position that could not be was compared with LPIB */
    uint64_t due;         /* bus time by which the next interrupt must have come */
    uint64_t patience;    /* that it had, in nanoseconds, after the end of a period where it is polled */
    bool overdue;         /* and has not */
};

/* Since the bus started. */
struct hda_engine_counts {
    uint64_t completions;
    uint64_t merged;
    uint64_t lost_interrupts;
    uint64_t fifo_errors;
    uint64_t descriptor_errors;
};

struct hda_engine {
    struct hda_bus *bus;
    uint8_t index;      /* of its stream descriptor */
    uint32_t registers; /* their offset */
    uint8_t direction;  /* enum hda_direction, of the hardware */

    /* bus.lock guards the rest but for what says otherwise. */
    HANDLE handle; /* NULL: free */
    struct hda_client *client;
    bool render;
    uint8_t tag; /* stream number on the link, 1-15 */
    struct hda_format format;
    struct hda_reservation reservation;
    bool preparing; /* a buffer is being allocated: until then the engine can do nothing else */
    struct hda_buffer buffer;
    uint32_t fifo; /* bytes, with the last buffer; 0: it has had none */
    HDAUDIO_STREAM_STATE state;
    bool halting;    /* RUN has been cleared, and nobody has seen it read 0, nor the controller in reset */
    bool programmed; /* its registers stand, and it is where it should be; else a reset comes before RUN */
    uint8_t errors;  /* SD_STS_FIFOE and DESE seen since the last reset */
    struct hda_progress progress;
    enum hda_pointer pointer; /* that the client has been given */
    struct hda_engine_counts counts;
    struct hda_notify notify;
    struct hda_isr isr;

    /* Written by the interrupt routine, atomically. */
    uint32_t pending;            /* SD_STS causes not yet seen by the deferred work */
    uint32_t pending_generation; /* notify.generation when it noted them */
    uintptr_t pending_counter;   /* the performance counter then, as much of it as a word holds */
};

/* DDI Allocate*DmaEngine, ChangeBandwidthAllocation, FreeDmaEngine. */
NTSTATUS hda_engine_allocate(struct hda_client *client, bool render, uint8_t codec,
                             PHDAUDIO_STREAM_FORMAT stream, bool stripe, PHANDLE handle,
                             PHDAUDIO_CONVERTER_FORMAT converter);
NTSTATUS hda_engine_change(struct hda_client *client, HANDLE handle, PHDAUDIO_STREAM_FORMAT stream,
                           PHDAUDIO_CONVERTER_FORMAT converter);
NTSTATUS hda_engine_free(struct hda_client *client, HANDLE handle);
/* Stops, resets and frees whatever engines the client holds, with their buffers. PASSIVE_LEVEL. */
void hda_engines_release(struct hda_client *client);

/* Under bus.lock: the client's engine, NULL when the handle is none of its. The handle is a token, never
 * followed. */
struct hda_engine *hda_engine_find(struct hda_client *client, HANDLE handle);
/* The same question with no lock held; the answer to it may be out of date at once. */
bool hda_engine_is(struct hda_client *client, HANDLE handle);

/* DDI AllocateDmaBuffer and AllocateDmaBufferWithNotification, as the client called them. */
struct hda_buffer_request {
    bool notifying;      /* the latter */
    ULONG notifications; /* 0 for the former */
    SIZE_T size;
    PMDL *mdl;
    PSIZE_T allocated;
    PSIZE_T offset;
    PUCHAR stream;
    PULONG fifo;
};
NTSTATUS hda_buffer_allocate(struct hda_client *client, HANDLE handle,
                             const struct hda_buffer_request *request);

/* Claims an engine in reset without a buffer while memory is allocated, which may block; the reverse. */
NTSTATUS hda_buffer_claim(struct hda_client *client, HANDLE handle, struct hda_engine **engine);
void hda_buffer_unclaim(struct hda_engine *engine);
/* Resets the stream, gives it the buffer, whose list is written, and programs it; the FIFO's size is known
 * from then on. Under bus.lock. */
NTSTATUS hda_buffer_install(struct hda_engine *engine, const struct hda_buffer *buffer,
                            const struct hda_patience *patience, PULONG fifo);

/* DDI AllocateContiguousDmaBuffer, SetupDmaEngineWithBdl. */
NTSTATUS hda_contiguous_allocate(struct hda_client *client, HANDLE handle, ULONG size, PVOID *data,
                                 PHDAUDIO_BUFFER_DESCRIPTOR *list);
struct hda_setup {
    ULONG length; /* of a pass */
    ULONG last;   /* Lvi */
    PHDAUDIO_BDL_ISR isr;
    PVOID context;
    PUCHAR stream;
    PULONG fifo;
};
NTSTATUS hda_contiguous_set_up(struct hda_client *client, HANDLE handle, const struct hda_setup *setup);

/* Any of the free routines. `name`, which may be NULL, is what the client takes the buffer for: a mistake is
 * logged. */
struct hda_buffer_name {
    PMDL mdl;
    SIZE_T size;
};
NTSTATUS hda_buffer_free(struct hda_client *client, HANDLE handle, const struct hda_buffer_name *name);
/* Gives memory back that no engine uses. PASSIVE_LEVEL. */
void hda_buffer_release(struct hda_bus *bus, struct hda_buffer *buffer);

/* DDI SetDmaEngineState. */
NTSTATUS hda_state_set(struct hda_client *client, HDAUDIO_STREAM_STATE state, ULONG count, PHANDLE handles);

/* DDI Power: stops what runs, puts all streams at 0, and the bus is asleep; the controller is in reset, where
 * nothing runs any more; the bus is awake again. PASSIVE_LEVEL. */
void hda_state_suspend(struct hda_bus *bus);
void hda_state_halted(struct hda_bus *bus);
void hda_state_resume(struct hda_bus *bus);

/* DDI GetLinkPositionRegister, GetWallClockRegister. */
NTSTATUS hda_position_register(struct hda_client *client, HANDLE handle, PULONG *position);
void hda_wall_clock_register(struct hda_bus *bus, PULONG *clock);
/* Brings the wall clock's shadow up to date, where there is one in use. Up to DISPATCH_LEVEL, no lock held.
 */
void hda_wall_clock_update(struct hda_bus *bus);
/* The engine starts from 0. Under bus.lock. */
void hda_progress_reset(struct hda_engine *engine);
/* Time begins to count for it. Under bus.lock. */
void hda_progress_run(struct hda_engine *engine);
/* Notes how far it is. Under bus.lock. */
void hda_progress_update(struct hda_engine *engine);
/* A period has ended: counts it, and those that shared its interrupt. Under bus.lock. */
void hda_progress_complete(struct hda_engine *engine);

/* The next interrupt of an engine that was at progress.bytes at progress.time is expected; none is until it
 * runs again, since the controller has stopped it by itself. Under bus.lock. */
void hda_interrupt_expect(struct hda_engine *engine);
void hda_interrupt_end(struct hda_engine *engine);
/* A period has ended, which an interrupt has told, or a look at an engine that was overdue, before the next
 * one is expected. Under bus.lock. */
void hda_interrupt_note(struct hda_engine *engine, bool looked);
/* When the first of the running engines must have interrupted, as bus time; UINT64_MAX when none does. */
uint64_t hda_engines_due(struct hda_bus *bus);
/* Those that should have by now are overdue, and have longer the next time. */
void hda_engines_postpone(struct hda_bus *bus);

/* What the driver itself counts by; at any time. */
enum hda_position_source hda_position_source(const struct hda_bus *bus);

/* The position buffer (HDA 3.6.1). */
NTSTATUS hda_positions_start(struct hda_bus *bus);
/* Tells the controller where it is, again after a reset of the link. */
void hda_positions_program(struct hda_bus *bus);
void hda_positions_stop(struct hda_bus *bus);

/* Allocates the table and the position buffer by what the controller has. Once the controller is in reset,
 * the position buffer and the buffers of engines that would not stop are freed first, then the table. */
NTSTATUS hda_engines_start(struct hda_bus *bus);
void hda_engines_free_memory(struct hda_bus *bus);
void hda_engines_stop(struct hda_bus *bus);

#endif
