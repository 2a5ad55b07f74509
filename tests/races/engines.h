/* SPDX-License-Identifier: BSD-2-Clause */
/* engines.h - what clients of version 2 do to engines, of their own and of others, and with notification
 * events. */
#ifndef RACES_ENGINES_H
#define RACES_ENGINES_H

#include "controller.h"

/* A dozen periods; less than an interrupt that is lost takes to be noticed (DDI Errors of the hardware). */
#define SOON (4 * MILLISECOND)
/* Longer than that. */
#define LATE (50 * MILLISECOND)

NTSTATUS engine_allocate(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *handle);
/* The smallest buffer, with two notifications. */
NTSTATUS engine_allocate_buffer(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle);
NTSTATUS engine_set_state(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_STREAM_STATE state, HANDLE handle);

/* A signal of an engine that has been made to run after `before` must come, unless the controller has been
 * asleep since. */
void await_period(PKEVENT event, struct fate before);

/* Two running engines of the first client's, arena.shared, and what has become of them. */
void start_shared(void);
void give_shared_back(void);
/* The same, with an event that is registered once, and that each thread unregisters. */
void register_common(void);
void give_common_back(void);
/* None of the controller's engines was lost. */
void engines_are_all_back(void);

void register_and_unregister(struct worker *worker);
void stop_and_start(struct worker *worker);
void live_with_an_engine(struct worker *worker);
void do_anything(struct worker *worker);

#endif
