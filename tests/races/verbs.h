/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.h - clients that talk to their codecs, and listen to them. */
#ifndef RACES_VERBS_H
#define RACES_VERBS_H

#include "arena.h"

/* A call with a callback, which checks the answers unless they may fail, because the bus may stop before. */
void verbs_submit(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, bool may_fail);
/* Until all of the worker's calls have been called back. */
void verbs_await(struct worker *worker);

/* Unsolicited responses of a pin. Whether they are enabled for sure. */
bool verbs_enable_jack(struct worker *worker, UCHAR pin, UCHAR tag);

void ask_in_both_ways(struct worker *worker);

/* Unsolicited responses, whose listeners may go when they are unregistered. */
void listen_to_jacks(struct worker *worker);
void move_jacks(struct worker *worker);

#endif
