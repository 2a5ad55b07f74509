/* SPDX-License-Identifier: BSD-2-Clause */
/* responses.c - whose answer it is, and what becomes of commands without one (HDA 4.4.2, DDI
 * TransferCodecVerbs). */
#include "batch.h"
#include "ring.h"

#define ANY_NUMBER UINT32_MAX

/* ---- Answers --------------------------------------------------------------------------------- */

/* The codec's oldest command in flight; the batch's count when a client has changed its array meanwhile. */
static ULONG oldest(const struct hda_codec_queue *codec, unsigned address)
{
    ULONG index = codec->cursor;

    while (index < codec->batch->next && hda_batch_address(codec->batch, index) != address)
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
    hda_codec_set_deadline(bus, codec, hda_now(bus) + hda_verb_timeout(bus));
}

/* Answers are missing, or too many, and nobody can tell which: all that the codec was asked since it last
 * owed nothing is invalid (DDI TransferCodecVerbs). */
static void invalidate(struct hda_bus *bus, struct hda_codec_queue *codec, unsigned address)
{
    bool overrun = __atomic_load_n(&bus->verbs.overrun, __ATOMIC_RELAXED);
    struct hda_batch *batch = codec->batch;

    for (ULONG i = codec->certain; i < batch->next; i++) {
        if (hda_batch_address(batch, i) != address)
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
    codec->deadline = hda_now(bus) + hda_verb_timeout(bus);
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

void hda_responses_read(struct hda_bus *bus)
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
    codec->deadline = now + hda_verb_timeout(bus);
}

/* Commands that the controller has not even fetched would be sent with the next ones, and their answers taken
 * for those of the next. */
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

void hda_responses_give_up(struct hda_bus *bus)
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
    hda_responses_give_up(bus);
}

void hda_responses_give_up_missing(struct hda_bus *bus)
{
    if (hda_rirb_lapped(bus))
        give_up_lapped(bus);
    else if (!hda_rirb_filled(bus)) /* an answer that came a moment ago is not late */
        give_up_overdue(bus);
}
