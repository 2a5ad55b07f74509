/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.h - notification events: signalled each time DMA completes a period (DDI Notification events).
 *
 * Events are signalled with the list's lock held, so whoever has taken a registration out of the list under
 * that lock knows that nobody touches its event any more: that is the barrier.
 */
#ifndef HDA_NOTIFY_H
#define HDA_NOTIFY_H

#include <host.h>

struct hda_client;
struct hda_engine;

struct hda_notify {
    struct hda_lock lock;
    LIST_ENTRY registrations;
    uint32_t generation; /* changes when the engine stops: deliveries of before are not begun any more */
};

void hda_notify_init(struct hda_engine *engine);

/* DDI RegisterNotificationEvent, UnregisterNotificationEvent. */
NTSTATUS hda_notify_register(struct hda_client *client, HANDLE handle, PKEVENT event);
NTSTATUS hda_notify_unregister(struct hda_client *client, HANDLE handle, PKEVENT event);

/* Signals the registered events, unless the engine has stopped since `generation`. Deferred work, no lock
 * held. */
void hda_notify_deliver(struct hda_engine *engine, uint32_t generation);
/* From when this returns no delivery begins for interrupts of before. Any lock may be held that may be by the
 * lock order. */
void hda_notify_cancel(struct hda_engine *engine);
/* Drops all registrations, with the barrier. Up to DISPATCH_LEVEL. */
void hda_notify_drop(struct hda_engine *engine);

#endif
