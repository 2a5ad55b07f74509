/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.h - notification events and callbacks: signalled and called each time DMA completes a period (DDI
 * Notification events, Notification callbacks).
 *
 * Events are signalled with the list's lock held, so whoever has taken a registration out of the list under
 * that lock knows that nobody touches its event any more: that is the barrier. Callbacks are called without
 * it, one at a time for each engine, and who has taken a registration out waits until its call has returned.
 */
#ifndef HDA_NOTIFY_H
#define HDA_NOTIFY_H

#include <host.h>

struct hda_client;
struct hda_engine;
struct hda_registration;

/* Who is told: an event is signalled, or a routine is called. */
struct hda_listener {
    PKEVENT event; /* NULL: a routine */
    PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine;
    PVOID context;
};

struct hda_notify {
    struct hda_lock lock;
    LIST_ENTRY registrations;
    uint32_t generation; /* changes when the engine stops: deliveries of before are not begun any more */
    uint32_t pass;       /* of the list, one for each delivery */
    const struct hda_registration *delivering; /* whose routine runs */
    uintptr_t runner;                          /* where it does (host.h) */
    KEVENT delivered;                          /* set when one has returned */
};

void hda_notify_init(struct hda_engine *engine);

/* DDI RegisterNotificationEvent and RegisterNotificationCallback, where `device`, which may be NULL, is the
 * client's FDO; UnregisterNotificationEvent and UnregisterNotificationCallback. */
NTSTATUS hda_notify_register(struct hda_client *client, HANDLE handle, const struct hda_listener *listener,
                             PDEVICE_OBJECT device);
NTSTATUS hda_notify_unregister(struct hda_client *client, HANDLE handle, const struct hda_listener *listener);

/* Tells all who are registered, with the performance counter at the interrupt, unless the engine has stopped
 * since `generation`. Deferred work, no lock held. */
void hda_notify_deliver(struct hda_engine *engine, uint32_t generation, LONGLONG counter);
/* Sets each event that is registered, whatever the engine does, and calls no callback. Up to DISPATCH_LEVEL,
 * no lock held. */
void hda_notify_signal(struct hda_engine *engine);
/* From when this returns no delivery, and no call of a client's ISR, begins for interrupts of before. With
 * bus.lock. */
void hda_notify_cancel(struct hda_engine *engine);
/* Moves all registrations to a list of the caller's. Any lock may be held that may be by the lock order. */
void hda_notify_detach(struct hda_engine *engine, PLIST_ENTRY registrations);
/* Frees them, with the barrier: waits for a callback of theirs on another processor, never for the one that
 * the caller itself runs in. Up to DISPATCH_LEVEL, no lock held. */
void hda_notify_release(struct hda_engine *engine, PLIST_ENTRY registrations);

#endif
