/* SPDX-License-Identifier: BSD-2-Clause */
/* removal.h - a controller that is pulled out while clients use it (DDI Removal). */
#ifndef RACES_REMOVAL_H
#define RACES_REMOVAL_H

#include "arena.h"

/* Between two of the bus's register accesses, within one, or with the operating system telling the bus. */
void pull_out(struct worker *worker);
/* Where nobody suspends and resumes. */
void pull_out_awake(struct worker *worker);
/* Before the bus stops, or while it does. */
void pull_out_and_leave(struct worker *worker);

/* Engines that run, each with a thread that waits for it, and that stops them all when it has been told. */
void wait_begin(void);
void wait_and_stop(struct worker *worker);
void wait_end(void);

#endif
