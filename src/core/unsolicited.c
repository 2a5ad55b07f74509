/* SPDX-License-Identifier: BSD-2-Clause */
/* unsolicited.c - unsolicited responses (DDI Unsolicited responses). */
#include "unsolicited.h"

#include "client.h"
#include "core.h"

NTSTATUS hda_unsolicited_start(struct hda_bus *bus)
{
    struct hda_unsolicited *unsolicited = &bus->unsolicited;
    void *host = bus->config.host_context;

    bus->host->lock_init(host, &unsolicited->lock, HDA_LEVEL_DISPATCH);
    bus->host->event_init(host, &unsolicited->delivered, SynchronizationEvent);
    unsolicited->tags = hda_alloc(bus, HDA_MAX_CODECS * sizeof(*unsolicited->tags));
    return unsolicited->tags != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void hda_unsolicited_stop(struct hda_bus *bus)
{
    if (bus->unsolicited.tags != NULL)
        hda_free(bus, bus->unsolicited.tags);
    bus->unsolicited.tags = NULL;
}

static struct hda_tag *tags_of(const struct hda_client *client)
{
    return client->bus->unsolicited.tags[client->child->codec_address];
}

NTSTATUS hda_unsolicited_register(struct hda_client *client, PHDAUDIO_UNSOLICITED_RESPONSE_CALLBACK routine,
                                  PVOID context, PUCHAR tag)
{
    struct hda_bus *bus = client->bus;
    struct hda_tag *tags = tags_of(client);
    unsigned i = 0;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (routine == NULL || tag == NULL)
        return STATUS_INVALID_PARAMETER;
    if (hda_is_gone(bus))
        return STATUS_DEVICE_REMOVED;
    hda_lock(bus, &bus->unsolicited.lock);
    while (i < HDA_TAGS && tags[i].client != NULL)
        i++;
    if (i < HDA_TAGS)
        tags[i] = (struct hda_tag){client, routine, context};
    hda_unlock(bus, &bus->unsolicited.lock);
    if (i == HDA_TAGS)
        return STATUS_INSUFFICIENT_RESOURCES;
    *tag = (UCHAR)i;
    return STATUS_SUCCESS;
}

/* Frees the tag; returns false when it is not the client's, *busy when its callback still runs. */
static bool drop(struct hda_client *client, struct hda_tag *tag, bool *busy)
{
    struct hda_bus *bus = client->bus;
    bool owner;

    hda_lock(bus, &bus->unsolicited.lock);
    owner = tag->client == client;
    if (owner)
        *tag = (struct hda_tag){0};
    *busy = bus->unsolicited.delivering == tag;
    hda_unlock(bus, &bus->unsolicited.lock);
    return owner;
}

static bool is_delivering(struct hda_bus *bus, const struct hda_tag *tag)
{
    bool is;

    hda_lock(bus, &bus->unsolicited.lock);
    is = bus->unsolicited.delivering == tag;
    hda_unlock(bus, &bus->unsolicited.lock);
    return is;
}

/* The barrier: waits until no callback of this tag runs. Each round is short; a callback has an end. */
static void wait_delivered(struct hda_bus *bus, const struct hda_tag *tag)
{
    while (is_delivering(bus, tag))
        bus->host->event_wait(bus->config.host_context, &bus->unsolicited.delivered, UINT64_C(1000000));
}

NTSTATUS hda_unsolicited_unregister(struct hda_client *client, UCHAR tag)
{
    bool busy;

    if (hda_irql(client->bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (tag >= HDA_TAGS || !drop(client, &tags_of(client)[tag], &busy))
        return STATUS_INVALID_PARAMETER;
    if (busy)
        wait_delivered(client->bus, &tags_of(client)[tag]);
    return STATUS_SUCCESS;
}

void hda_unsolicited_release(struct hda_client *client)
{
    if (client->child == NULL)
        return; /* the bus driver itself has no codec and no tags */
    for (unsigned tag = 0; tag < HDA_TAGS; tag++)
        hda_unsolicited_unregister(client, (UCHAR)tag);
}

/* Marks the tag's callback as running and says what it is; false when nobody has the tag. */
static bool begin(struct hda_bus *bus, struct hda_tag *tag, struct hda_tag *copy)
{
    hda_lock(bus, &bus->unsolicited.lock);
    *copy = *tag;
    if (copy->client != NULL)
        bus->unsolicited.delivering = tag;
    hda_unlock(bus, &bus->unsolicited.lock);
    return copy->client != NULL;
}

static void end(struct hda_bus *bus)
{
    hda_lock(bus, &bus->unsolicited.lock);
    bus->unsolicited.delivering = NULL;
    hda_event_set(bus, &bus->unsolicited.delivered);
    hda_unlock(bus, &bus->unsolicited.lock);
}

void hda_unsolicited_deliver(struct hda_bus *bus, unsigned codec, uint32_t response)
{
    HDAUDIO_CODEC_RESPONSE delivered = {0};
    struct hda_tag copy;

    hda_count(bus, unsolicited, 1);
    delivered.Response = response;
    delivered.SDataIn = codec & 0xF;
    delivered.IsUnsolicitedResponse = 1;
    delivered.IsValid = 1;
    if (codec >= HDA_MAX_CODECS ||
        !begin(bus, &bus->unsolicited.tags[codec][delivered.Unsolicited.Tag], &copy)) {
        hda_count(bus, unsolicited_dropped, 1);
        return;
    }
    copy.routine(delivered, copy.context);
    end(bus);
}
