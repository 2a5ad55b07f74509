/* SPDX-License-Identifier: BSD-2-Clause */
/* wake.h - codecs that wake the system, and who wants to know (HDA 3.3.8, 3.3.9, DDI Power). */
#ifndef HDA_WAKE_H
#define HDA_WAKE_H

#include <host.h>

struct hda_bus;

/* A child's request; no routine: there is none. bus.lock guards it. */
struct hda_wake {
    hda_wake_routine *routine;
    void *context;
};

/* Lets those codecs interrupt, or wake, whose children want it. PASSIVE_LEVEL or DISPATCH_LEVEL. */
void hda_wake_arm(struct hda_bus *bus);
/* What codecs are waking a controller that is in reset, a bit each. */
uint16_t hda_wake_sleeping(struct hda_bus *bus);
/* The interrupt, and the last look before a sleep: acknowledges STATESTS, and notes who of those armed has
 * woken. */
void hda_wake_acknowledge(struct hda_bus *bus);
/* These codecs have woken: the deferred work completes what is pending. Any level. */
void hda_wake_note(struct hda_bus *bus, uint16_t codecs);
/* Deferred work. */
void hda_wake_serve(struct hda_bus *bus);
/* Completes all requests; `status` says why. No lock held. */
void hda_wake_end(struct hda_bus *bus, NTSTATUS status);

#endif
