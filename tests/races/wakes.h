/* SPDX-License-Identifier: BSD-2-Clause */
/* wakes.h - children's wake requests, and codecs that wake a controller which sleeps (DDI Power). */
#ifndef RACES_WAKES_H
#define RACES_WAKES_H

#include "arena.h"

/* Requests of the worker's child, some of them taken back. */
void want_wakes(struct worker *worker);
/* Suspends, moves a jack now and then, and resumes. */
void sleep_and_be_woken(struct worker *worker);
/* Each request has had its end, but for those that the bus's stop ends. */
void all_wakes_are_over(void);

#endif
