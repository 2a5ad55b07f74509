/* SPDX-License-Identifier: BSD-2-Clause */
/* power.h - a controller that sleeps and wakes while clients use it (DDI Power). */
#ifndef RACES_POWER_H
#define RACES_POWER_H

#include "arena.h"

/* Again and again, with an engine of its own that runs before and after. */
void suspend_and_resume(struct worker *worker);
/* Once, before the bus stops; now and then it stops asleep. */
void suspend_and_leave(struct worker *worker);

#endif
