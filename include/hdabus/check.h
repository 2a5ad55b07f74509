/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - the checking host: it stands between the core and a host and a device, and says in a sentence who
 * of them breaks what host.h says.
 *
 *     struct hda_check *check;
 *     unsigned faults;
 *
 *     hda_check_create(&config, NULL, NULL, &check);
 *     faults = hda_check_hooks(check);
 *     if (faults == 0 && NT_SUCCESS(hda_bus_start(hda_check_config(check), &bus))) {
 *         ...
 *         hda_bus_stop(bus, NULL);
 *     }
 *     faults = hda_check_destroy(check);
 *
 * It is for whoever writes a host: first hda_check_hooks() tries each hook by itself, which needs nothing of
 * the driver, and then a bus lives through it. It is freestanding as the core is, calls nothing but the hooks
 * that it checks, makes no register access beyond those of the core while a bus runs, and keeps its notes
 * without a lock, so that it may be called in the interrupt, and changes nothing of who waits for whom.
 *
 * One bus at a time.
 */
#ifndef HDABUS_CHECK_H
#define HDABUS_CHECK_H

#include <host.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hda_check;

/* Receives a sentence on what is wrong, without a line feed, in the formats of struct hda_host_ops.log. Any
 * level, locks of the core may be held: it calls neither the core nor the checking host. */
typedef void hda_check_report(void *context, const char *format, va_list arguments);

/* Prepares the checking of the host and the device of `config`, which is copied; the tables and what they
 * work on outlive the check. Without a `report` sentences go to the host's own log as errors. All memory that
 * it will ever need for itself it takes now, from host->alloc: some 170 KiB. PASSIVE_LEVEL.
 * INVALID_PARAMETER: an entry of a table is missing, and has been told of if there is anybody to tell;
 * INSUFFICIENT_RESOURCES. */
NTSTATUS hda_check_create(const struct hda_bus_config *config, hda_check_report *report, void *report_context,
                          struct hda_check **check);

/* What hda_bus_start() is given instead of the config. It lives as long as the check. */
const struct hda_bus_config *hda_check_config(const struct hda_check *check);

/*
 * Tries each hook by itself, before a driver meets it, and returns how many faults that has shown. While no
 * bus runs; PASSIVE_LEVEL, blocks for some tenths of a second of bus time. It has an end unless a hook hangs.
 *
 * What the others are judged by comes first: levels and time, and whether the storage of locks, work and
 * events is large enough. When these are wrong no more is tried. Then come memory, locks, events, deferred
 * work, DMA memory and pages; registers, map and the interrupt's connection.
 *
 * Of the registers it reads GCAP, VMIN, VMAJ and GCTL. If the link is in reset it is taken out of it for the
 * time, if a stream descriptor is there that does not run, registers of each width are written in it and put
 * back, and WALCLK is compared with now(): none of this needs a codec, memory or an interrupt.
 */
unsigned hda_check_hooks(struct hda_check *check);

/* How many faults there were until now, told or not: each kind of sentence is told three times. Any level. */
unsigned hda_check_faults(const struct hda_check *check);

/* Tells what is left over: memory, DMA memory, pages, references, locks that are held, work that is queued,
 * an interrupt that is connected. Ends what would call the check later, frees it, and returns how many faults
 * there were in all. After hda_bus_stop(). PASSIVE_LEVEL, may block. NULL is ignored: 0. */
unsigned hda_check_destroy(struct hda_check *check);

#ifdef __cplusplus
}
#endif

#endif
