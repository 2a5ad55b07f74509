/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.h - the registers of one stream descriptor (HDA 3.3.35 - 3.3.45, 4.5). All under bus.lock. */
#ifndef HDA_STREAM_H
#define HDA_STREAM_H

#include "engine.h"
#include "io.h"

/* How long each of a call's waits may take: 5 ms at PASSIVE_LEVEL, at DISPATCH_LEVEL 300 us in all (DDI
 * Bounds). */
struct hda_patience {
    uint32_t wait;  /* microseconds for one wait */
    uint64_t until; /* bus time at which all have ended; UINT64_MAX: no such limit */
};
/* Taken at the caller's IRQL, before it takes a lock. */
struct hda_patience hda_patience_now(struct hda_bus *bus);

/* hda_wait() with that patience. */
NTSTATUS hda_stream_wait(struct hda_bus *bus, struct hda_register reg, uint32_t mask, uint32_t value,
                         const struct hda_patience *patience);

/* Before RUN or SRST is set RUN must have read 0 (HDA 3.3.35): waits for it where nobody has seen it. */
NTSTATUS hda_stream_settle(struct hda_engine *engine, const struct hda_patience *patience);
/* The reset handshake; all of the descriptor's registers return to 0. RUN has been cleared. */
NTSTATUS hda_stream_reset(struct hda_engine *engine, const struct hda_patience *patience);
/* The same where nobody will need the stream: without a controller that can be used there is nothing to
 * reset, and the next run begins with one. DEVICE_NOT_READY asleep, while the stream may still run. */
NTSTATUS hda_stream_rest(struct hda_engine *engine, const struct hda_patience *patience);
/* The controller has been, or will be, without power: none of the stream's registers stands. */
void hda_stream_forget(struct hda_engine *engine);
/* After a reset: direction and tag, format, buffer. */
void hda_stream_program(struct hda_engine *engine);
/* Bytes of FIFO, valid once the format is programmed (HDA 3.3.40). */
ULONG hda_stream_fifo(struct hda_engine *engine);

/* RUN with its interrupts on, and off again; hda_stream_wait_* until it is so. */
void hda_stream_run(struct hda_engine *engine);
void hda_stream_halt(struct hda_engine *engine);
NTSTATUS hda_stream_wait_running(struct hda_engine *engine, bool running,
                                 const struct hda_patience *patience);
NTSTATUS hda_stream_wait_fifo(struct hda_engine *engine, const struct hda_patience *patience);
/* Forgets causes that were never taken up. */
void hda_stream_clear(struct hda_engine *engine);

#endif
