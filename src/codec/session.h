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

#endif
