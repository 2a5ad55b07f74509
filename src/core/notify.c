/* SPDX-License-Identifier: BSD-2-Clause */
/* notify.c - notification events and callbacks (DDI RegisterNotificationEvent, RegisterNotificationCallback).
 */
#include "notify.h"

#include "client.h"
#include "core.h"

#define LOOK 1000000u /* nanoseconds between two looks whether a callback has returned */

struct hda_registration {
    LIST_ENTRY link;
    struct hda_listener listener;
    PDEVICE_OBJECT device; /* referenced, or NULL */
    uint32_t pass;         /* that has come to it last */
};

void hda_notify_init(struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;
    void *host = bus->config.host_context;

    bus->host->lock_init(host, &engine->notify.lock, HDA_LEVEL_DISPATCH);
    bus->host->event_init(host, &engine->notify.delivered, SynchronizationEvent);
    InitializeListHead(&engine->notify.registrations);
}

/* ---- Registering ----------------------------------------------------------------------------- */

static NTSTATUS insert(struct hda_client *client, HANDLE handle, struct hda_registration *registration)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = STATUS_INVALID_HANDLE;
    struct hda_engine *engine;

    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine != NULL && hda_is_gone(bus)) {
        status = STATUS_DEVICE_REMOVED;
    } else if (engine != NULL) {
        hda_lock(bus, &engine->notify.lock);
        registration->pass = engine->notify.pass;
        InsertTailList(&engine->notify.registrations, &registration->link);
        hda_unlock(bus, &engine->notify.lock);
        status = STATUS_SUCCESS;
    }
    hda_unlock(bus, &bus->lock);
    return status;
}

static struct hda_registration *create(struct hda_bus *bus, const struct hda_listener *listener,
                                       PDEVICE_OBJECT device)
{
    struct hda_registration *registration = hda_alloc(bus, sizeof(*registration));

    if (registration == NULL)
        return NULL;
    registration->listener = *listener;
    registration->device = device;
    if (device != NULL)
        bus->host->object_reference(bus->config.host_context, device);
    return registration;
}

static void destroy(struct hda_bus *bus, struct hda_registration *registration)
{
    if (registration->device != NULL)
        bus->host->object_dereference(bus->config.host_context, registration->device);
    hda_free(bus, registration);
}

NTSTATUS hda_notify_register(struct hda_client *client, HANDLE handle, const struct hda_listener *listener,
                             PDEVICE_OBJECT device)
{
    struct hda_registration *registration;
    NTSTATUS status;

    if (hda_irql(client->bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (!hda_engine_is(client, handle))
        return STATUS_INVALID_HANDLE;
    if (listener->event == NULL && listener->routine == NULL)
        return STATUS_INVALID_PARAMETER;
    registration = create(client->bus, listener, device);
    if (registration == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = insert(client, handle, registration);
    if (!NT_SUCCESS(status))
        destroy(client->bus, registration);
    return status;
}

/* ---- The barrier ----------------------------------------------------------------------------- */

static bool runs_elsewhere(struct hda_engine *engine, const struct hda_registration *registration)
{
    struct hda_bus *bus = engine->bus;
    bool runs;

    hda_lock(bus, &engine->notify.lock);
    runs = engine->notify.delivering == registration &&
           engine->notify.runner != bus->host->runner(bus->config.host_context);
    hda_unlock(bus, &engine->notify.lock);
    return runs;
}

/* Each round is short; a callback has an end. */
static void wait_delivered(struct hda_engine *engine, const struct hda_registration *registration)
{
    struct hda_bus *bus = engine->bus;
    bool may_block = hda_irql(bus) == PASSIVE_LEVEL;

    while (runs_elsewhere(engine, registration)) {
        if (may_block)
            bus->host->event_wait(bus->config.host_context, &engine->notify.delivered, LOOK);
        else
            bus->host->stall(bus->config.host_context, 1);
    }
}

/* Nobody finds the registration any more. */
static void release(struct hda_engine *engine, struct hda_registration *registration)
{
    wait_delivered(engine, registration);
    destroy(engine->bus, registration);
}

static bool is_same(const struct hda_listener *a, const struct hda_listener *b)
{
    return a->event == b->event && a->routine == b->routine && a->context == b->context;
}

/* Takes one registration of the listener out of the list; NULL when there is none. */
static struct hda_registration *take(struct hda_engine *engine, const struct hda_listener *listener)
{
    PLIST_ENTRY head = &engine->notify.registrations, link;
    struct hda_registration *found = NULL;

    hda_lock(engine->bus, &engine->notify.lock);
    for (link = head->Blink; link != head && found == NULL; link = link->Blink) {
        struct hda_registration *registration = CONTAINING_RECORD(link, struct hda_registration, link);

        if (is_same(&registration->listener, listener))
            found = registration;
    }
    if (found != NULL)
        RemoveEntryList(&found->link);
    hda_unlock(engine->bus, &engine->notify.lock);
    return found;
}

NTSTATUS hda_notify_unregister(struct hda_client *client, HANDLE handle, const struct hda_listener *listener)
{
    struct hda_bus *bus = client->bus;
    struct hda_registration *registration = NULL;
    struct hda_engine *engine;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine != NULL)
        registration = take(engine, listener);
    hda_unlock(bus, &bus->lock);
    if (engine == NULL)
        return STATUS_INVALID_HANDLE;
    if (registration == NULL)
        return STATUS_INVALID_PARAMETER;
    release(engine, registration);
    return STATUS_SUCCESS;
}

void hda_notify_detach(struct hda_engine *engine, PLIST_ENTRY registrations)
{
    PLIST_ENTRY head = &engine->notify.registrations;

    hda_lock(engine->bus, &engine->notify.lock);
    while (!IsListEmpty(head))
        InsertTailList(registrations, RemoveHeadList(head));
    hda_unlock(engine->bus, &engine->notify.lock);
}

void hda_notify_release(struct hda_engine *engine, PLIST_ENTRY registrations)
{
    while (!IsListEmpty(registrations))
        release(engine, CONTAINING_RECORD(RemoveHeadList(registrations), struct hda_registration, link));
}

/* ---- Delivering ------------------------------------------------------------------------------ */

/* The next one that this pass has not come to; NULL when it is over, or the engine has stopped. Each goes to
 * the end of the list when it has had its turn, so that a pass finds its way whatever becomes of the list
 * while a callback runs. With the list's lock. */
static struct hda_registration *next_of_pass(struct hda_notify *notify, uint32_t generation)
{
    struct hda_registration *next;

    if (notify->generation != generation || IsListEmpty(&notify->registrations))
        return NULL;
    next = CONTAINING_RECORD(notify->registrations.Flink, struct hda_registration, link);
    if (next->pass == notify->pass)
        return NULL;
    next->pass = notify->pass;
    RemoveEntryList(&next->link);
    InsertTailList(&notify->registrations, &next->link);
    return next;
}

/* Gives the list's lock up meanwhile. Afterwards the registration may be gone: the callback itself may have
 * freed the engine. */
static void call(struct hda_engine *engine, const struct hda_registration *registration, LONGLONG counter)
{
    struct hda_listener listener = registration->listener;
    struct hda_notify *notify = &engine->notify;
    struct hda_bus *bus = engine->bus;
    LARGE_INTEGER time;

    time.QuadPart = counter;
    notify->delivering = registration;
    notify->runner = bus->host->runner(bus->config.host_context);
    hda_unlock(bus, &notify->lock);
    listener.routine(listener.context, time);
    hda_lock(bus, &notify->lock);
    notify->delivering = NULL;
    hda_event_set(bus, &notify->delivered);
}

void hda_notify_deliver(struct hda_engine *engine, uint32_t generation, LONGLONG counter)
{
    struct hda_notify *notify = &engine->notify;
    struct hda_registration *next;

    hda_lock(engine->bus, &notify->lock);
    notify->pass++;
    while ((next = next_of_pass(notify, generation)) != NULL) {
        if (next->listener.event != NULL)
            hda_event_set(engine->bus, next->listener.event);
        else
            call(engine, next, counter);
    }
    hda_unlock(engine->bus, &notify->lock);
}

void hda_notify_signal(struct hda_engine *engine)
{
    PLIST_ENTRY head = &engine->notify.registrations;

    hda_lock(engine->bus, &engine->notify.lock);
    for (PLIST_ENTRY link = head->Flink; link != head; link = link->Flink) {
        PKEVENT event = CONTAINING_RECORD(link, struct hda_registration, link)->listener.event;

        if (event != NULL)
            hda_event_set(engine->bus, event);
    }
    hda_unlock(engine->bus, &engine->notify.lock);
}

void hda_notify_cancel(struct hda_engine *engine)
{
    hda_lock(engine->bus, &engine->notify.lock);
    __atomic_fetch_add(&engine->notify.generation, 1,
                       __ATOMIC_RELAXED); /* read without the lock in the interrupt */
    hda_unlock(engine->bus, &engine->notify.lock);
    hda_isr_wait(engine); /* it may have read the old one, and is about to call (DDI BDL clients) */
}
