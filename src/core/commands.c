/* SPDX-License-Identifier: BSD-2-Clause */
/* commands.c - which commands of which batches are sent, and when (HDA 4.4.1, DDI TransferCodecVerbs). */
#include "batch.h"
#include "ring.h"

#define SUSPECT_LIMIT    8       /* commands in flight to a codec that has not proved that it answers */
#define SUSPECT_PATIENCE 1000000 /* nanoseconds that it has in any case */
#define ALL_CODECS       0xFFFFu

/* Until when a codec may be silent that is asked now (DDI Bounds). One that let a batch down, and was silent
 * since, has what is left of this batch's timeout: its answers had all that time to come, and a healthy codec
 * needs no more than a frame. */
static uint64_t patience(const struct hda_bus *bus, const struct hda_batch *batch, bool suspect, uint64_t now)
{
    uint64_t left = batch->submitted + hda_verb_timeout(bus);

    if (!suspect)
        return now + hda_verb_timeout(bus);
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

void hda_commands_skip(struct hda_bus *bus)
{
    PLIST_ENTRY clients = &bus->verbs.clients;

    for (PLIST_ENTRY turn = clients->Flink; turn != clients; turn = turn->Flink)
        skip_all(bus, CONTAINING_RECORD(turn, struct hda_client, turn));
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
        hda_codec_set_deadline(bus, codec, patience(bus, batch, codec->suspect, now));
    hda_count(bus, verbs, 1);
}

void hda_commands_start_anew(struct hda_bus *bus)
{
    hda_log(bus, HDA_LOG_ERROR, "the controller has not fetched all commands: the CORB is started anew");
    hda_responses_give_up(bus);
    __atomic_store_n(&bus->verbs.stuck, false, __ATOMIC_RELAXED);
    if (!NT_SUCCESS(hda_corb_restart(bus)))
        __atomic_store_n(&bus->verbs.stuck, true, __ATOMIC_RELAXED);
}

/* What has been answered the controller has fetched, so that there is always room; unless a codec answers
 * more than it was asked. Then the rest waits for what is in flight. When nothing is, what the controller
 * still has to fetch is wanted by nobody. */
static bool has_room(struct hda_bus *bus)
{
    if (hda_corb_has_room(bus))
        return true;
    if (bus->verbs.in_flight > 0)
        return false;
    hda_commands_start_anew(bus);
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
        unsigned address = hda_batch_address(batch, batch->next);

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

void hda_commands_send(struct hda_bus *bus)
{
    struct hda_verbs *verbs = &bus->verbs;
    uint16_t taken = 0, before = verbs->write;
    uint64_t now = hda_now(bus);

    for (unsigned address = 0; address < HDA_ADDRESSES; address++)
        expire_owed(&verbs->codecs[address], now);
    for (PLIST_ENTRY link = verbs->clients.Flink; link != &verbs->clients && taken != ALL_CODECS;
         link = link->Flink) {
        struct hda_batch *batch = hda_batch_first(CONTAINING_RECORD(link, struct hda_client, turn));

        if (!(batch->codecs & taken))
            send_batch(bus, batch, now);
        taken |= batch->codecs;
    }
    if (verbs->write != before)
        hda_corb_kick(bus);
}
