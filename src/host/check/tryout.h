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
uint64_t hda_tryout_shortest(struct hda_check *check, void (*trial)(struct hda_check *check), uint64_t limit);

/* Sleeps until a counter, which other threads may change, is at least so high: for two seconds at most, of
 * bus time or, should that not get on, of sleeps. Whether it has become that. */
bool hda_tryout_reaches(struct hda_check *check, const unsigned *counter, unsigned value);

/* Writes a pattern behind the storage of a trial's objects; whether it is there still. */
void hda_tryout_storage_mark(struct check_trial *trial);
void hda_tryout_storage_judge(struct hda_check *check, const struct check_trial *trial);

/* What an init is given it keeps in the object, which may be forgotten: storage is filled before it, and
 * whether it has been written to is judged behind it. What came later, on storage as it was, might be
 * anything. */
void hda_tryout_storage_fill(void *storage, size_t size);
bool hda_tryout_storage_is_written(struct hda_check *check, enum check_hook hook, const void *storage,
                                   size_t size);

void hda_tryout_time(struct hda_check *check);
void hda_tryout_memory(struct hda_check *check);
void hda_tryout_storage(struct hda_check *check);
void hda_tryout_locks(struct hda_check *check);
void hda_tryout_events(struct hda_check *check);
void hda_tryout_work(struct hda_check *check);
void hda_tryout_dma(struct hda_check *check);
void hda_tryout_device(struct hda_check *check);

#endif
