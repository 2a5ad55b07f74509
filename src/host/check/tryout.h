/* SPDX-License-Identifier: BSD-2-Clause */
/* tryout.h - the parts of hda_check_hooks(), each of which calls the hooks of one subject by itself. */
#ifndef CHECK_TRYOUT_H
#define CHECK_TRYOUT_H

#include "internal.h"

/* Beyond what was asked for, what a host may take: of three tries the shortest counts, for its processor may
 * be busy. */
#define LATE (50 * NS_PER_MS)

/* Runs a trial up to three times, until it has taken `limit` nanoseconds of bus time or less. Returns what
 * the shortest has taken. */
uint64_t tryout_shortest(struct hda_check *check, void (*trial)(struct hda_check *check), uint64_t limit);

/* Sleeps until a counter, which other threads may change, is at least so high: for two seconds at most, of
 * bus time or, should that not get on, of sleeps. Whether it has become that. */
bool tryout_reaches(struct hda_check *check, const unsigned *counter, unsigned value);

/* Writes a pattern behind the storage of a trial's objects; whether it is there still. */
void tryout_storage_mark(struct check_trial *trial);
void tryout_storage_judge(struct hda_check *check, const struct check_trial *trial);

void tryout_time(struct hda_check *check);
void tryout_memory(struct hda_check *check);
void tryout_storage(struct hda_check *check);
void tryout_locks(struct hda_check *check);
void tryout_events(struct hda_check *check);
void tryout_work(struct hda_check *check);
void tryout_dma(struct hda_check *check);
void tryout_device(struct hda_check *check);

#endif
