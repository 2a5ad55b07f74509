/* SPDX-License-Identifier: BSD-2-Clause */
/* client.c - clients: creation, references, release of what they still hold (DDI Interfaces). */
#include "client.h"

#include "core.h"

struct hda_client *hda_client_create(struct hda_bus *bus, const struct hda_child_info *child)
{
    struct hda_client *client = hda_alloc(bus, sizeof(*client));

    if (client == NULL)
        return NULL;
    client->bus = bus;
    client->child = child;
    client->references = 1;
    InitializeListHead(&client->batches);
    hda_lock(bus, &bus->lock);
    InsertTailList(&bus->clients, &client->link);
    hda_unlock(bus, &bus->lock);
    return client;
}

void hda_client_reference(struct hda_client *client)
{
    __atomic_fetch_add(&client->references, 1, __ATOMIC_RELAXED);
}

/* As if the client had freed everything in order. */
static void release(struct hda_client *client)
{
    hda_engines_release(client);
    hda_unsolicited_release(client);
    hda_free(client->bus, client);
}

static struct hda_client *take(struct hda_bus *bus, PLIST_ENTRY list)
{
    struct hda_client *client = NULL;

    hda_lock(bus, &bus->lock);
    if (!IsListEmpty(list))
        client = CONTAINING_RECORD(RemoveHeadList(list), struct hda_client, link);
    hda_unlock(bus, &bus->lock);
    return client;
}

void hda_clients_release_dead(void *context)
{
    struct hda_bus *bus = context;
    struct hda_client *client;

    while ((client = take(bus, &bus->dead)) != NULL)
        release(client);
}

/* Takes the client out of the list of the living and, if it has to wait for PASSIVE_LEVEL, into that of the
 * dead. */
static void detach(struct hda_client *client, bool later)
{
    struct hda_bus *bus = client->bus;

    hda_lock(bus, &bus->lock);
    RemoveEntryList(&client->link);
    if (later)
        InsertTailList(&bus->dead, &client->link);
    hda_unlock(bus, &bus->lock);
}

/* Who drops the last reference at PASSIVE_LEVEL releases by himself: what the client held is free when he
 * returns. */
void hda_client_dereference(struct hda_client *client)
{
    struct hda_bus *bus = client->bus;
    bool later = hda_irql(bus) > PASSIVE_LEVEL;

    if (__atomic_fetch_sub(&client->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    detach(client, later);
    if (later)
        bus->host->work_queue(bus->config.host_context, &bus->release, 0);
    else
        release(client);
}

void hda_clients_stop(struct hda_bus *bus)
{
    struct hda_client *client;

    hda_clients_release_dead(bus);
    while ((client = take(bus, &bus->clients)) != NULL) {
        if (client->child != NULL)
            hda_log(bus, HDA_LOG_WARNING,
                    "the bus stops while a client of node %u of codec %u holds its interface",
                    client->child->node, client->child->codec_address);
        release(client);
    }
}
