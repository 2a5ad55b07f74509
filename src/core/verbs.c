/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.c - batches of commands, from their calls to their completion (HDA 4.4, DDI TransferCodecVerbs). */
#include "batch.h"

/* ---- Completion ------------------------------------------------------------------------------ */

/* The client's next batch comes after what the others have under way. */
static void end_turn(struct hda_bus *bus, struct hda_client *client)
{
    RemoveEntryList(&hda_batch_first(client)->link);
    RemoveEntryList(&client->turn);
    if (!IsListEmpty(&client->batches))
        InsertTailList(&bus->verbs.clients, &client->turn);
}

/* The first client whose first batch is done; NULL when there is none. */
static struct hda_client *find_done(struct hda_bus *bus)
{
    PLIST_ENTRY head = &bus->verbs.clients;

    for (PLIST_ENTRY link = head->Flink; link != head; link = link->Flink) {
        struct hda_client *client = CONTAINING_RECORD(link, struct hda_client, turn);

        if (hda_batch_first(client)->done == hda_batch_first(client)->count)
            return client;
    }
    return NULL;
}

/* Takes a batch that is done out of its client's list; NULL when there is none. */
static struct hda_batch *take_done(struct hda_bus *bus)
{
    struct hda_client *client = find_done(bus);
    struct hda_batch *batch;

    if (client == NULL)
        return NULL;
    batch = hda_batch_first(client);
    end_turn(bus, client);
    return batch;
}

static void forget(struct hda_bus *bus, const struct hda_batch *batch)
{
    for (unsigned address = 0; address < HDA_ADDRESSES; address++) {
        if (bus->verbs.codecs[address].batch == batch)
            bus->verbs.codecs[address].batch = NULL;
    }
}

/* The batch, and its array, may be gone as soon as the caller hears of it. Called with no lock held. */
static void complete(struct hda_bus *bus, struct hda_batch *batch)
{
    struct hda_client *client = batch->client;

    if (batch->callback == NULL) {
        hda_event_set(bus, &batch->event);
        return;
    }
    batch->callback(batch->transfers, batch->context);
    hda_free(bus, batch);
    hda_client_dereference(client);
}

static void complete_done(struct hda_bus *bus)
{
    struct hda_batch *batch;

    for (;;) {
        hda_lock(bus, &bus->verbs.lock);
        batch = take_done(bus);
        if (batch != NULL)
            forget(bus, batch);
        hda_unlock(bus, &bus->verbs.lock);
        if (batch == NULL)
            return;
        complete(bus, batch);
    }
}

/* ---- The deferred work ----------------------------------------------------------------------- */

/* When the next deadline is, if anything waits for one. */
static uint64_t next_deadline(const struct hda_bus *bus)
{
    uint64_t next = UINT64_MAX;

    if (IsListEmpty(&bus->verbs.clients))
        return UINT64_MAX;
    for (unsigned address = 0; address < HDA_ADDRESSES; address++) {
        const struct hda_codec_queue *codec = &bus->verbs.codecs[address];

        if ((codec->in_flight > 0 || codec->owed > 0) && codec->deadline < next)
            next = codec->deadline;
    }
    return next;
}

bool hda_verbs_overdue(struct hda_bus *bus)
{
    bool overdue;

    hda_lock(bus, &bus->verbs.lock);
    overdue = bus->verbs.in_flight > 0 && hda_now(bus) >= next_deadline(bus);
    hda_unlock(bus, &bus->verbs.lock);
    return overdue;
}

uint16_t hda_verbs_answering(struct hda_bus *bus)
{
    uint16_t codecs = 0;

    hda_lock(bus, &bus->verbs.lock);
    for (unsigned address = 0; address < HDA_ADDRESSES; address++)
        codecs |= (uint16_t)(!bus->verbs.codecs[address].suspect << address);
    hda_unlock(bus, &bus->verbs.lock);
    return codecs;
}

uint64_t hda_verbs_run(struct hda_bus *bus)
{
    uint64_t now, next;

    hda_responses_read(bus);
    hda_lock(bus, &bus->verbs.lock);
    hda_responses_give_up_missing(bus);
    if (__atomic_load_n(&bus->verbs.stuck, __ATOMIC_RELAXED))
        hda_commands_start_anew(bus);
    hda_commands_send(bus);
    hda_unlock(bus, &bus->verbs.lock);
    complete_done(bus);

    /* What had to wait for those now complete; some of it may be done without being sent. */
    hda_lock(bus, &bus->verbs.lock);
    hda_commands_send(bus);
    next = find_done(bus) != NULL ? 0 : next_deadline(bus);
    hda_unlock(bus, &bus->verbs.lock);
    now = hda_now(bus);
    return next == UINT64_MAX ? next : next > now ? next - now : 0;
}

bool hda_verbs_overrun(struct hda_bus *bus)
{
    hda_count(bus, response_overruns, 1);
    return !__atomic_exchange_n(&bus->verbs.overrun, true, __ATOMIC_RELAXED);
}

void hda_verbs_command_error(struct hda_bus *bus)
{
    __atomic_store_n(&bus->verbs.stuck, true, __ATOMIC_RELAXED);
    hda_count(bus, command_errors, 1);
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static void batch_init(struct hda_batch *batch, struct hda_client *client, ULONG count,
                       PHDAUDIO_CODEC_TRANSFER transfers)
{
    batch->client = client;
    batch->count = count;
    batch->transfers = transfers;
    for (ULONG i = 0; i < count; i++)
        batch->codecs |= (uint16_t)(1u << hda_batch_address(batch, i));
}

static void enqueue(struct hda_bus *bus, struct hda_batch *batch)
{
    struct hda_client *client = batch->client;

    if (IsListEmpty(&client->batches))
        InsertTailList(&bus->verbs.clients, &client->turn);
    InsertTailList(&client->batches, &batch->link);
}

/* Queues the batch and sends at once what can be sent, unless calls are refused. The batch may be done, and
 * gone, before this returns. */
static NTSTATUS submit(struct hda_bus *bus, struct hda_batch *batch)
{
    uint64_t delay = batch->count == 0 ? 0 : hda_verb_timeout(bus);
    NTSTATUS status;

    batch->submitted = hda_now(bus);
    hda_lock(bus, &bus->verbs.lock);
    status = hda_is_gone(bus) ? STATUS_DEVICE_REMOVED : bus->verbs.refusal;
    if (NT_SUCCESS(status)) {
        enqueue(bus, batch);
        hda_commands_send(bus);
    }
    hda_unlock(bus, &bus->verbs.lock);
    if (NT_SUCCESS(status))
        hda_defer(bus, delay);
    return status;
}

static NTSTATUS transfer_and_wait(struct hda_bus *bus, struct hda_client *client, ULONG count,
                                  PHDAUDIO_CODEC_TRANSFER transfers)
{
    struct hda_batch batch = {0};
    NTSTATUS status;

    if (count == 0)
        return hda_usable(bus);
    batch_init(&batch, client, count, transfers);
    bus->host->event_init(bus->config.host_context, &batch.event, NotificationEvent);
    status = submit(bus, &batch);
    if (!NT_SUCCESS(status))
        return status;
    while (bus->host->event_wait(bus->config.host_context, &batch.event, hda_verb_timeout(bus)) !=
           STATUS_SUCCESS)
        hda_defer(bus, 0); /* each round gives up what is overdue, so that this ends */
    return STATUS_SUCCESS;
}

static NTSTATUS transfer_and_return(struct hda_bus *bus, struct hda_client *client, ULONG count,
                                    PHDAUDIO_CODEC_TRANSFER transfers,
                                    PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback, PVOID context)
{
    struct hda_batch *batch = hda_alloc(bus, sizeof(*batch));
    NTSTATUS status;

    if (batch == NULL)
        return STATUS_NO_MEMORY;
    batch_init(batch, client, count, transfers);
    batch->callback = callback;
    batch->context = context;
    hda_client_reference(client); /* until its callback has returned */
    status = submit(bus, batch);
    if (NT_SUCCESS(status))
        return STATUS_SUCCESS;
    hda_free(bus, batch);
    hda_client_dereference(client);
    return status;
}

NTSTATUS hda_verbs_transfer(struct hda_bus *bus, struct hda_client *client, ULONG count,
                            PHDAUDIO_CODEC_TRANSFER transfers, PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback,
                            PVOID context)
{
    if (hda_irql(bus) > (callback == NULL ? PASSIVE_LEVEL : DISPATCH_LEVEL))
        return STATUS_UNSUCCESSFUL;
    if (transfers == NULL && count > 0)
        return STATUS_INVALID_PARAMETER;
    if (callback == NULL)
        return transfer_and_wait(bus, client, count, transfers);
    return transfer_and_return(bus, client, count, transfers, callback, context);
}

/* ---- Start and stop -------------------------------------------------------------------------- */

/* A codec is trusted with a full ring when it has answered once, and owes nothing after a reset of the link;
 * nor is the CORB stuck any more. */
void hda_verbs_start(struct hda_bus *bus)
{
    hda_lock(bus, &bus->verbs.lock);
    bus->verbs.refusal = STATUS_SUCCESS;
    __atomic_store_n(&bus->verbs.stuck, false, __ATOMIC_RELAXED);
    for (unsigned address = 0; address < HDA_ADDRESSES; address++)
        bus->verbs.codecs[address] = (struct hda_codec_queue){.suspect = true};
    hda_unlock(bus, &bus->verbs.lock);
}

static void give_up_everything(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;

    hda_lock(bus, &verbs->lock);
    verbs->refusal = STATUS_DEVICE_REMOVED;
    hda_responses_give_up(bus);
    hda_commands_skip(bus);
    hda_unlock(bus, &verbs->lock);
}

static bool idle(struct hda_bus *bus)
{
    bool empty;

    hda_lock(bus, &bus->verbs.lock);
    empty = IsListEmpty(&bus->verbs.clients);
    hda_unlock(bus, &bus->verbs.lock);
    return empty;
}

/* Ends: nothing new is accepted, batches have their timeouts, and callbacks run from the deferred work only.
 */
static void wait_idle(struct hda_bus *bus)
{
    while (!idle(bus)) {
        hda_defer(bus, 0);
        bus->host->sleep(bus->config.host_context, 100);
    }
}

void hda_verbs_suspend(struct hda_bus *bus)
{
    hda_lock(bus, &bus->verbs.lock);
    bus->verbs.refusal = STATUS_DEVICE_NOT_READY;
    hda_unlock(bus, &bus->verbs.lock);
    wait_idle(bus);
}

void hda_verbs_stop(struct hda_bus *bus)
{
    if (bus->verbs.corb.memory == NULL)
        return;
    give_up_everything(bus);
    wait_idle(bus);
}

/* What has come before the controller went is an answer still. */
void hda_verbs_end(struct hda_bus *bus)
{
    hda_responses_read(bus);
    give_up_everything(bus);
    complete_done(bus);
}
