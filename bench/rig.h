/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.h - what measurements share: a bus with an interface, a stream on it, clocks, memory and processes. */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include <bus.h>
#include <stdbool.h>
#include <time.h>

/* An open bus and the interface to its first child. */
struct rig {
    struct hdabus *bus;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
};

/* Whether a routine succeeded; says on standard error which did not, and why. */
bool rig_succeeded(const char *routine, NTSTATUS status);

/* False, with a message and nothing left behind, when it does not open. */
bool rig_open(struct rig *rig, const char *device);
void rig_close(struct rig *rig);

/* Register accesses since the bus was opened. */
uint64_t rig_accesses(const struct rig *rig);

/* A running render engine, 48 kHz stereo of 16 bits, with an event that is signalled when a period ends. */
struct rig_stream {
    const HDAUDIO_BUS_INTERFACE_V2 *ddi;
    HANDLE engine;
    PMDL mdl;
    SIZE_T size;
    KEVENT event;
};
#define RIG_RATE        48000u
#define RIG_FRAME_BYTES 4u

/* A buffer of two periods. Like rig_open(). */
bool rig_start(struct rig_stream *stream, const HDAUDIO_BUS_INTERFACE_V2 *ddi, ULONG period_frames);
/* Waits for the end of a period, at most a second. False, with a message, when there was none. */
bool rig_wait(struct rig_stream *stream);
void rig_stop(struct rig_stream *stream);

/* What a batch of verbs cost. */
struct rig_cost {
    double accesses;
    double frames; /* of the link, from the call to its return */
};
/* Sends batches of `count` verbs in one call, one at each of RIG_MOMENTS moments within a link frame; *most
 * is the most that one cost. Virtual clock. */
#define RIG_MOMENTS 8
bool rig_transfer(struct rig *rig, ULONG count, struct rig_cost *most);

/* Seconds that a clock shows. */
double rig_seconds(clockid_t clock);

/* Memory of this process, in bytes. */
double rig_resident(void);
double rig_peak_resident(void);

/* Runs a routine in a process of its own, so that neither memory nor threads of one measurement touch the
 * next. What it is to leave behind lies in memory of rig_shared(). Returns whether it returned true. */
bool rig_run_apart(bool (*routine)(void *context), void *context);
/* Zeroed memory that such processes share, for good; NULL, with a message, without it. */
void *rig_shared(size_t size);

#endif
