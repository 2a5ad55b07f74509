/* SPDX-License-Identifier: BSD-2-Clause */
/* session.h - streams that run together in one thread: players, recorders, or both. */
#ifndef CODEC_SESSION_H
#define CODEC_SESSION_H

#include "stream.h"

#define SESSION_STREAMS 30 /* as many engines as INTSTS has bits for (HDA 3.3.15) */

/* Runs streams that are open until each has come to its end or its client stops it; then all engines are in
 * Reset. Those of one function group start in the same frame (DDI SetDmaEngineState); those of several, one
 * group after the other. PASSIVE_LEVEL, blocks.
 *
 * When one fails all are stopped, and its `status` and `routine` say why: IO_TIMEOUT, its engine neither
 * moves nor notifies; DEVICE_REMOVED, the controller has disappeared, which ends all at once; else what the
 * bus says. What was counted stays in each stream's report. The first
 * failure is returned. INVALID_PARAMETER: more than SESSION_STREAMS. */
NTSTATUS session_run(struct stream *const *streams, ULONG count);

/* What a driver is told of the system's sleep. A change of paths wants the same rest. */
struct session_power {
    /* Whether the system goes to sleep now: asked after each wake-up, at PASSIVE_LEVEL, and may block for
     * less than a buffer lasts. */
    bool (*is_wanted)(void *context);
    /* Called when all engines are in Reset. Suspends and resumes the bus, and then opens the paths of the
     * streams that still run anew: the codecs have been reset (DDI Power). Or closes paths and opens others.
     * Any failure ends the session, and *routine then says what failed. */
    NTSTATUS (*sleep)(void *context, const char **routine);
    void *context;
};

/* The same, with sleeps in between, after each of which the streams go on where they were: frames of a player
 * that had gone over the link by the position at which its engine stopped are not repeated, and all that
 * follow are played; a recorder's client is given all that had come by then, and what comes after. A
 * position that the controller tells too late or too early (hdabus_latency()) is off by so much here, too. */
NTSTATUS session_run_with_sleep(struct stream *const *streams, ULONG count,
                                const struct session_power *power);

#endif
