/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * batch.h - a call of TransferCodecVerbs that is under way, as the files of verbs.h share it: verbs.c takes
 * and completes batches, commands.c sends them, responses.c reads what codecs answer and gives up what they
 * do not. All under verbs.lock but for what says otherwise.
 */
#ifndef HDA_BATCH_H
#define HDA_BATCH_H

#include "client.h"
#include "core.h"

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

static inline unsigned hda_batch_address(const struct hda_batch *batch, ULONG index)
{
    return batch->transfers[index].Output.Verb8.CodecAddress;
}

/* Of a client that is in verbs.clients. */
static inline struct hda_batch *hda_batch_first(const struct hda_client *client)
{
    return CONTAINING_RECORD(client->batches.Flink, struct hda_batch, link);
}

static inline uint64_t hda_verb_timeout(const struct hda_bus *bus)
{
    return bus->config.bounds.verb * UINT64_C(1000);
}

/* The codec's oldest command in flight has until `last`, and as long as what is in flight takes on the link.
 */
static inline void hda_codec_set_deadline(struct hda_bus *bus, struct hda_codec_queue *codec, uint64_t last)
{
    codec->deadline = last + bus->verbs.in_flight * (uint64_t)HDA_FRAME_NS;
}

/* Sends what can be sent: of each client its first batch, which waits for those of clients before it that
 * speak to one of its codecs. */
void hda_commands_send(struct hda_bus *bus);
/* Gives up all that has not been sent. */
void hda_commands_skip(struct hda_bus *bus);
/* The controller goes on with no command any more: none in flight can be told to have been sent. Where the
 * CORB does not come back, the next run of the deferred work tries again. */
void hda_commands_start_anew(struct hda_bus *bus);

/* Reads what the RIRB holds, and delivers unsolicited responses on the way. Deferred work, no lock held. */
void hda_responses_read(struct hda_bus *bus);
/* Gives up what has been lost and what is overdue. Deferred work: it alone knows that the RIRB holds nothing
 * more. */
void hda_responses_give_up_missing(struct hda_bus *bus);
/* Gives up all that is in flight. */
void hda_responses_give_up(struct hda_bus *bus);

#endif
