/* SPDX-License-Identifier: BSD-2-Clause */
/* called.h - what clients of versions 3 and BDL race with: routines that are called in deferred work and in
 * the interrupt (DDI Notification callbacks, BDL clients). */
#ifndef RACES_CALLED_H
#define RACES_CALLED_H

#include "arena.h"

/* A client of version 3 with two running engines, which it shares among threads. */
void called_begin(void);
void called_end(void);

/* Callbacks of the shared engines, each of which may go when it is unregistered. */
void called_register_and_unregister(struct worker *worker);
/* The second of them. */
void called_stop_and_start(struct worker *worker);
/* Engines of one's own that are freed, or left to the last dereference, with their callbacks. */
void called_come_and_leave(struct worker *worker);
/* Likewise, with routines for the interrupt. */
void called_live_with_an_isr(struct worker *worker);

/* A client of version BDL with an engine that threads share: one has its memory, the others do all they can
 * to it. */
void called_begin_bdl(void);
void called_end_bdl(void);
void called_allocate_and_free(struct worker *worker);
void called_set_up_and_run(struct worker *worker);

/* Engines that run, with either kind of routine, when the bus stops, which the last thread does. */
void called_leave_everything(struct worker *worker);

#endif
