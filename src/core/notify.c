/* SPDX-License-Identifier: BSD-2-Clause */
/* notify.c - notification events (DDI RegisterNotificationEvent). */
#include "notify.h"

#include "client.h"
#include "core.h"

struct registration {
    LIST_ENTRY link;
    PKEVENT event;
};

void hda_notify_init(struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;

    bus->host->lock_init(bus->config.host_context, &engine->notify.lock, HDA_LEVEL_DISPATCH);
    InitializeListHead(&engine->notify.registrations);
}

static NTSTATUS insert(struct hda_client *client, HANDLE handle, struct registration *registration)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = STATUS_INVALID_HANDLE;
    struct hda_engine *engine;

    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine != NULL) {
        hda_lock(bus, &engine->notify.lock);
        InsertTailList(&engine->notify.registrations, &registration->link);
        hda_unlock(bus, &engine->notify.lock);
        status = STATUS_SUCCESS;
    }
    hda_unlock(bus, &bus->lock);
    return status;
}

NTSTATUS hda_notify_register(struct hda_client *client, HANDLE handle, PKEVENT event)
{
    struct registration *registration;
    NTSTATUS status;

    if (hda_irql(client->bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (!hda_engine_is(client, handle))
        return STATUS_INVALID_HANDLE;
    if (event == NULL)
        return STATUS_INVALID_PARAMETER;
    registration = hda_alloc(client->bus, sizeof(*registration));
    if (registration == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    registration->event = event;
    status = insert(client, handle, registration);
    if (!NT_SUCCESS(status))
        hda_free(client->bus, registration);
    return status;
}

/* Takes the event's newest registration out of the list; NULL when there is none. */
static struct registration *take(struct hda_engine *engine, PKEVENT event)
{
    PLIST_ENTRY head = &engine->notify.registrations, link;
    struct registration *found = NULL;

    hda_lock(engine->bus, &engine->notify.lock);
    for (link = head->Blink; link != head && found == NULL; link = link->Blink) {
        struct registration *registration = CONTAINING_RECORD(link, struct registration, link);

        if (registration->event == event)
            found = registration;
    }
    if (found != NULL)
        RemoveEntryList(&found->link);
    hda_unlock(engine->bus, &engine->notify.lock);
    return found;
}

NTSTATUS hda_notify_unregister(struct hda_client *client, HANDLE handle, PKEVENT event)
{
    struct hda_bus *bus = client->bus;
    struct registration *registration = NULL;
    struct hda_engine *engine;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine != NULL)
        registration = take(engine, event);
    hda_unlock(bus, &bus->lock);
    if (engine == NULL)
        return STATUS_INVALID_HANDLE;
    if (registration == NULL)
        return STATUS_INVALID_PARAMETER;
    hda_free(bus, registration);
    return STATUS_SUCCESS;
}

void hda_notify_deliver(struct hda_engine *engine, uint32_t generation)
{
    PLIST_ENTRY head = &engine->notify.registrations;

    hda_lock(engine->bus, &engine->notify.lock);
    if (engine->notify.generation == generation) {
        for (PLIST_ENTRY link = head->Flink; link != head; link = link->Flink)
            hda_event_set(engine->bus, CONTAINING_RECORD(link, struct registration, link)->event);
    }
    hda_unlock(engine->bus, &engine->notify.lock);
}

void hda_notify_cancel(struct hda_engine *engine)
{
    hda_lock(engine->bus, &engine->notify.lock);
    __atomic_fetch_add(&engine->notify.generation, 1,
                       __ATOMIC_RELAXED); /* read without the lock in the interrupt */
    hda_unlock(engine->bus, &engine->notify.lock);
}

void hda_notify_drop(struct hda_engine *engine)
{
    PLIST_ENTRY head = &engine->notify.registrations;

    hda_lock(engine->bus, &engine->notify.lock);
    while (!IsListEmpty(head))
        hda_free(engine->bus, CONTAINING_RECORD(RemoveHeadList(head), struct registration, link));
    hda_unlock(engine->bus, &engine->notify.lock);
}
