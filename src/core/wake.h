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
/* The bus stays asleep: they can wake the controller, which goes back to reset. PASSIVE_LEVEL. */
void hda_wake_rearm(struct hda_bus *bus);
/* Notes what codecs are waking a controller that is in reset: the bus is asleep, and tells when it is awake.
 */
void hda_wake_sleeping(struct hda_bus *bus);
/* Acknowledges STATESTS, and notes who of those armed has woken: the interrupt, whose deferred work tells, or
 * a suspend, after which the resume does. */
void hda_wake_acknowledge(struct hda_bus *bus);
/* Deferred work: completes the requests of those who have woken. */
void hda_wake_serve(struct hda_bus *bus);
/* Completes all requests, and accepts none any more: DEVICE_REMOVED. `status` says why. No lock held. */
void hda_wake_end(struct hda_bus *bus, NTSTATUS status);

#endif
