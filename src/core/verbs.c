/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.c - batches of commands (HDA 4.4, DDI TransferCodecVerbs). */
#include "verbs.h"

#include "client.h"
#include "core.h"
#include "ring.h"

#define SUSPECT_LIMIT    8       /* commands in flight to a codec that has not proved that it answers */
#define SUSPECT_PATIENCE 1000000 /* nanoseconds that it has in any case */
#define ALL_CODECS       0xFFFFu
#define ANY_NUMBER       UINT32_MAX

/* One call of TransferCodecVerbs. */
struct hda_batch {
    LIST_ENTRY link;
    struct hda_client *client;
    PHDAUDIO_CODEC_TRANSFER transfers;
    ULONG count;
    ULONG next;      /* the first command not sent */
    ULONG done;      /* commands answered or given up */
    uint16_t codecs; /* that it speaks to, a bit each */
    uint16_t failed; /* those of them that have let it down */
    uint64_t submitted;
    PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback; /* NULL: somebody waits for the event */
    PVOID context;
    KEVENT event;
};

static unsigned address_of(const struct hda_batch *batch, ULONG index)
{
    return batch->transfers[index].Output.Verb8.CodecAddress;
}

/* Of a client that is in verbs.clients. */
static struct hda_batch *first_batch(const struct hda_client *client)
{
    return CONTAINING_RECORD(client->batches.Flink, struct hda_batch, link);
}

static uint64_t verb_timeout(const struct hda_bus *bus)
{
    return bus->config.bounds.verb * UINT64_C(1000);
}

/* ---- Sending --------------------------------------------------------------------------------- */

/* The codec's oldest command in flight has until `last`, and as long as what is in flight takes on the link.
 */
static void set_deadline(struct hda_bus *bus, struct hda_codec_queue *codec, uint64_t last)
{
    codec->deadline = last + bus->verbs.in_flight * (uint64_t)HDA_FRAME_NS;
}

/* Until when a codec may be silent that is asked now (DDI Bounds). One that let a batch down, and was silent
 * since, has what is left of this batch's timeout: its answers had all that time to come, and a healthy codec
 * needs no more than a frame. */
static uint64_t patience(const struct hda_bus *bus, const struct hda_batch *batch, bool suspect, uint64_t now)
{
    uint64_t left = batch->submitted + verb_timeout(bus);

    if (!suspect)
        return now + verb_timeout(bus);
    return left > now + SUSPECT_PATIENCE ? left : now + SUSPECT_PATIENCE;
}

/* Gives up on a command that was never sent: its codec has let the batch down already, and one timeout is
 * enough. */
static void skip(struct hda_bus *bus, struct hda_batch *batch)
{
    batch->transfers[batch->next++].Input.CompleteResponse = 0;
    batch->done++;
    hda_count(bus, verb_timeouts, 1);
}

static void skip_rest(struct hda_bus *bus, struct hda_batch *batch)
{
    while (batch->next < batch->count)
        skip(bus, batch);
}

static void skip_all(struct hda_bus *bus, struct hda_client *client)
{
    for (PLIST_ENTRY link = client->batches.Flink; link != &client->batches; link = link->Flink)
        skip_rest(bus, CONTAINING_RECORD(link, struct hda_batch, link));
}

static bool may_send(const struct hda_bus *bus, const struct hda_codec_queue *codec)
{
    ULONG limit = codec->suspect && bus->verbs.limit > SUSPECT_LIMIT ? SUSPECT_LIMIT : bus->verbs.limit;

    return bus->verbs.in_flight < bus->verbs.limit && codec->in_flight < limit && codec->owed == 0;
}

static void send(struct hda_bus *bus, struct hda_batch *batch, struct hda_codec_queue *codec, uint64_t now)
{
    if (bus->verbs.in_flight == 0)
        __atomic_store_n(&bus->verbs.overrun, false, __ATOMIC_RELAXED);
    if (codec->in_flight == 0) {
        codec->batch = batch;
        codec->cursor = codec->certain = batch->next;
    }
    hda_corb_put(bus, batch->transfers[batch->next++].Output.Command);
    bus->verbs.in_flight++;
    if (codec->in_flight++ == 0)
        set_deadline(bus, codec, patience(bus, batch, codec->suspect, now));
    hda_count(bus, verbs, 1);
}

static void start_anew(struct hda_bus *bus);

/* What has been answered the controller has fetched, so that there is always room; unless a codec answers
 * more than it was asked. Then the rest waits for what is in flight. When nothing is, what the controller
 * still has to fetch is wanted by nobody. */
static bool has_room(struct hda_bus *bus)
{
    if (hda_corb_has_room(bus))
        return true;
    if (bus->verbs.in_flight > 0)
        return false;
    start_anew(bus);
    return true;
}

/* Not a codec that has let the batch down, nor one that the batch did not speak to when it came: it may be
 * another batch's, if the client has changed its array meanwhile. */
static bool may_ask(const struct hda_batch *batch, unsigned address)
{
    return batch->codecs & ~batch->failed & 1u << address;
}

/* Puts as many of a batch's commands into the CORB as may be in flight. */
static void send_batch(struct hda_bus *bus, struct hda_batch *batch, uint64_t now)
{
    while (batch->next < batch->count) {
        unsigned address = address_of(batch, batch->next);

        if (!may_ask(batch, address))
            skip(bus, batch);
        else if (may_send(bus, &bus->verbs.codecs[address]) && has_room(bus))
            send(bus, batch, &bus->verbs.codecs[address], now);
        else
            break;
    }
}

/* Answers that are overdue for so long will not come any more. */
static void expire_owed(struct hda_codec_queue *codec, uint64_t now)
{
    if (codec->in_flight == 0 && now >= codec->deadline)
        codec->owed = 0;
}

/* Sends what can be sent: of each client its first batch, which waits for those of clients before it that
 * speak to one of its codecs. Under verbs.lock. */
static void send_batches(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;
    uint16_t taken = 0, before = verbs->write;
    uint64_t now = hda_now(bus);

    for (unsigned address = 0; address < HDA_ADDRESSES; address++)
        expire_owed(&verbs->codecs[address], now);
    for (PLIST_ENTRY link = verbs->clients.Flink; link != &verbs->clients && taken != ALL_CODECS;
         link = link->Flink) {
        struct hda_batch *batch = first_batch(CONTAINING_RECORD(link, struct hda_client, turn));

        if (!(batch->codecs & taken))
            send_batch(bus, batch, now);
        taken |= batch->codecs;
    }
    if (verbs->write != before)
        hda_corb_kick(bus);
}

/* ---- Answers --------------------------------------------------------------------------------- */

/* The codec's oldest command in flight; the batch's count when a client has changed its array meanwhile. */
static ULONG oldest(const struct hda_codec_queue *codec, unsigned address)
{
    ULONG index = codec->cursor;

    while (index < codec->batch->next && address_of(codec->batch, index) != address)
        index++;
    return index;
}

static void complete_oldest(struct hda_bus *bus, unsigned address, uint32_t response)
{
    struct hda_codec_queue *codec = &bus->verbs.codecs[address];
    ULONG index = oldest(codec, address);

    if (index < codec->batch->next) {
        PHDAUDIO_CODEC_RESPONSE input = &codec->batch->transfers[index].Input;

        input->CompleteResponse = 0;
        input->Response = response;
        input->SDataIn = address & 0xF;
        input->IsValid = 1;
    }
    codec->cursor = index + 1;
    codec->in_flight--;
    bus->verbs.in_flight--;
    codec->batch->done++;
    set_deadline(bus, codec, hda_now(bus) + verb_timeout(bus));
}

/* Answers are missing, or too many, and nobody can tell which: all that the codec was asked since it last
 * owed nothing is invalid (DDI TransferCodecVerbs). */
static void invalidate(struct hda_bus *bus, struct hda_codec_queue *codec, unsigned address)
{
    bool overrun = __atomic_load_n(&bus->verbs.overrun, __ATOMIC_RELAXED);
    struct hda_batch *batch = codec->batch;

    for (ULONG i = codec->certain; i < batch->next; i++) {
        if (address_of(batch, i) != address)
            continue;
        batch->transfers[i].Input.CompleteResponse = 0;
        batch->transfers[i].Input.HasFifoOverrun = overrun;
        hda_count(bus, verb_timeouts, 1);
    }
}

/* Its own, once more, or another codec's under its address (HARDWARE 17). If one of its batches is under way
 * none of its answers there is certain, and it rests until no more of that kind is on its way. */
static void answer_unasked(struct hda_bus *bus, unsigned address, uint32_t response)
{
    struct hda_codec_queue *codec = &bus->verbs.codecs[address];

    hda_log(bus, HDA_LOG_WARNING, "codec %u answered what nobody asked: %x", address, (unsigned)response);
    hda_corb_doubt(bus);
    if (codec->batch == NULL || codec->batch->failed & 1u << address)
        return;
    codec->certain = 0;
    invalidate(bus, codec, address);
    codec->batch->failed |= (uint16_t)(1u << address);
    codec->owed = ANY_NUMBER;
    codec->deadline = hda_now(bus) + verb_timeout(bus);
}

static void answer(struct hda_bus *bus, unsigned address, uint32_t response)
{
    struct hda_codec_queue *codec = &bus->verbs.codecs[address];

    codec->suspect = false;
    if (codec->owed > 0)
        codec->owed--; /* late: the command it belongs to has been given up */
    else if (codec->in_flight > 0)
        complete_oldest(bus, address, response);
    else
        answer_unasked(bus, address, response);
}

/* Reads what the RIRB holds. Unsolicited responses are delivered on the way, with no lock held. */
static void read_answers(struct hda_bus *bus)
{
    struct hda_rirb_entry entry;

    while (hda_rirb_get(bus, &entry)) {
        unsigned address = entry.extended & RIRB_CODEC;

        if (entry.extended & RIRB_UNSOLICITED) {
            hda_unsolicited_deliver(bus, address, entry.response);
            continue;
        }
        hda_lock(bus, &bus->verbs.lock);
        answer(bus, address, entry.response);
        hda_unlock(bus, &bus->verbs.lock);
    }
}

/* ---- Giving up ------------------------------------------------------------------------------- */

static void give_up(struct hda_bus *bus, unsigned address, uint64_t now)
{
    struct hda_codec_queue *codec = &bus->verbs.codecs[address];
    struct hda_batch *batch = codec->batch;

    if (!hda_is_gone(bus))
        hda_log(bus, HDA_LOG_WARNING, "codec %u left %u of its commands unanswered", address,
                (unsigned)codec->in_flight);
    invalidate(bus, codec, address);
    batch->failed |= (uint16_t)(1u << address);
    batch->done += codec->in_flight;
    bus->verbs.in_flight -= codec->in_flight;
    codec->owed = codec->in_flight;
    codec->in_flight = 0;
    codec->suspect = true;
    codec->deadline = now + verb_timeout(bus);
}

/* Deferred work only: it alone knows that the RIRB holds nothing more. Commands that the controller has not
 * even fetched would be sent with the next ones, and their answers taken for those of the next. */
static void give_up_overdue(struct hda_bus *bus)
{
    uint64_t now = hda_now(bus);
    bool given_up = false;

    for (unsigned address = 0; address < HDA_ADDRESSES; address++) {
        const struct hda_codec_queue *codec = &bus->verbs.codecs[address];

        if (codec->in_flight == 0 || now < codec->deadline)
            continue;
        if (hda_rirb_overtaken(bus))
            hda_verbs_overrun(bus);
        give_up(bus, address, now);
        given_up = true;
    }
    if (given_up && bus->verbs.in_flight == 0 && !hda_corb_fetched(bus))
        hda_verbs_command_error(bus);
}

/* Under verbs.lock. */
static void give_up_in_flight(struct hda_bus *bus)
{
    for (unsigned address = 0; address < HDA_ADDRESSES; address++) {
        if (bus->verbs.codecs[address].in_flight > 0)
            give_up(bus, address, hda_now(bus));
    }
}

/* Whatever is in flight may have lost its answer. */
static void give_up_lapped(struct hda_bus *bus)
{
    hda_rirb_overtaken(bus);
    if (bus->verbs.in_flight > 0)
        hda_verbs_overrun(bus);
    give_up_in_flight(bus);
}

/* The controller goes on with no command any more: none in flight can be told to have been sent. Where the
 * CORB does not come back, the next run tries again. */
static void start_anew(struct hda_bus *bus)
{
    hda_log(bus, HDA_LOG_ERROR, "the controller has not fetched all commands: the CORB is started anew");
    give_up_in_flight(bus);
    __atomic_store_n(&bus->verbs.stuck, false, __ATOMIC_RELAXED);
    if (!NT_SUCCESS(hda_corb_restart(bus)))
        __atomic_store_n(&bus->verbs.stuck, true, __ATOMIC_RELAXED);
}

/* ---- Completion ------------------------------------------------------------------------------ */

/* The client's next batch comes after what the others have under way. */
static void end_turn(struct hda_bus *bus, struct hda_client *client)
{
    RemoveEntryList(&first_batch(client)->link);
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

        if (first_batch(client)->done == first_batch(client)->count)
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
    batch = first_batch(client);
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

    read_answers(bus);
    hda_lock(bus, &bus->verbs.lock);
    if (hda_rirb_lapped(bus))
        give_up_lapped(bus);
    else if (!hda_rirb_filled(bus)) /* an answer that came a moment ago is not late */
        give_up_overdue(bus);
    if (__atomic_load_n(&bus->verbs.stuck, __ATOMIC_RELAXED))
        start_anew(bus);
    send_batches(bus);
    hda_unlock(bus, &bus->verbs.lock);
    complete_done(bus);

    hda_lock(bus, &bus->verbs.lock);
    send_batches(bus);                                      /* what had to wait for those now complete */
    next = find_done(bus) != NULL ? 0 : next_deadline(bus); /* of which nothing could be sent, perhaps */
    hda_unlock(bus, &bus->verbs.lock);
    now = hda_now(bus);
    return next == UINT64_MAX ? next : next > now ? next - now : 0;
}

void hda_verbs_overrun(struct hda_bus *bus)
{
    __atomic_store_n(&bus->verbs.overrun, true, __ATOMIC_RELAXED);
    hda_count(bus, response_overruns, 1);
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
        batch->codecs |= (uint16_t)(1u << address_of(batch, i));
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
    uint64_t delay = batch->count == 0 ? 0 : verb_timeout(bus);
    NTSTATUS status;

    batch->submitted = hda_now(bus);
    hda_lock(bus, &bus->verbs.lock);
    status = hda_is_gone(bus) ? STATUS_DEVICE_REMOVED : bus->verbs.refusal;
    if (NT_SUCCESS(status)) {
        enqueue(bus, batch);
        send_batches(bus);
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
    while (bus->host->event_wait(bus->config.host_context, &batch.event, verb_timeout(bus)) != STATUS_SUCCESS)
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
    give_up_in_flight(bus);
    for (PLIST_ENTRY link = verbs->clients.Flink; link != &verbs->clients; link = link->Flink)
        skip_all(bus, CONTAINING_RECORD(link, struct hda_client, turn));
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
    read_answers(bus);
    give_up_everything(bus);
    complete_done(bus);
}
