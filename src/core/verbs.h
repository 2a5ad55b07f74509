/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verbs.h - commands to codecs and their responses, through the CORB and the RIRB (HDA 4.4, DDI
 * TransferCodecVerbs).
 *
 * One call of TransferCodecVerbs is a batch. Responses name their codec but not their command, so they are
 * matched by order: a codec has commands of one batch at a time in flight, and batches that share no codec
 * run side by side. A client has one batch at a time under way. When a batch's answers fail to come, all of
 * its commands to that codec are invalid, and the codec rests until a late answer cannot be mistaken for
 * another's.
 */
#ifndef HDA_VERBS_H
#define HDA_VERBS_H

#include <host.h>

#define HDA_ADDRESSES 16 /* that a command can hold; 15 is nobody's */

struct hda_bus;
struct hda_client;
struct hda_batch;

/* What a codec owes. */
struct hda_codec_queue {
    struct hda_batch *batch; /* whose commands are in flight */
    ULONG cursor;            /* in it: from here on lies the next command to be answered */
    ULONG certain;           /* before it everything has its own answer */
    ULONG in_flight;
    ULONG owed;        /* answers that did not come in time, and still may */
    uint64_t deadline; /* of the oldest command in flight, or for what is owed */
    bool suspect;      /* has not answered since reset, or since it let a batch down */
};

struct hda_verbs {
    struct hda_lock lock;
    struct hda_dma corb;
    struct hda_dma rirb;
    uint16_t corb_entries;
    uint16_t rirb_entries;
    uint16_t write;     /* CORBWP */
    uint16_t fetched;   /* CORBRP when it was read last, if it is */
    uint16_t read;      /* the RIRB entry read last */
    ULONG in_flight;    /* of all codecs */
    ULONG limit;        /* commands in flight at most */
    bool running;       /* the rings have been started */
    NTSTATUS refusal;   /* of every call, while nothing may be sent; else SUCCESS */
    bool overrun;       /* the RIRB has overrun since in_flight was last 0; atomic */
    bool stuck;         /* the CORB has to be started anew; atomic */
    bool doubtful;      /* a codec has answered what nobody asked */
    LIST_ENTRY clients; /* that have batches, in the order of their turns */
    struct hda_codec_queue codecs[HDA_ADDRESSES];
};

/* The rings run. Again after a reset of the link, when no command is in flight. */
void hda_verbs_start(struct hda_bus *bus);
/* Accepts nothing any more, DEVICE_NOT_READY, and waits for what is pending, which takes a timeout for each
 * batch at most. The interrupt is still connected. PASSIVE_LEVEL. */
void hda_verbs_suspend(struct hda_bus *bus);
/* Completes what is pending as invalid, and accepts nothing any more: DEVICE_REMOVED. The interrupt is still
 * connected. PASSIVE_LEVEL. */
void hda_verbs_stop(struct hda_bus *bus);
/* The same within the deferred work: there is no controller any more. */
void hda_verbs_end(struct hda_bus *bus);

/* TransferCodecVerbs for a client. */
NTSTATUS hda_verbs_transfer(struct hda_bus *bus, struct hda_client *client, ULONG count,
                            PHDAUDIO_CODEC_TRANSFER transfers, PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback,
                            PVOID context);

/* The RIRB has overrun. Returns whether that is new since in_flight was last 0. Any level. */
bool hda_verbs_overrun(struct hda_bus *bus);
/* A command could not be fetched: CORBSTS.CMEI. Any level. */
void hda_verbs_command_error(struct hda_bus *bus);

/* The codecs that have answered since the link was reset, or since they left a command unanswered: a bit
 * each. Any level up to DISPATCH_LEVEL. */
uint16_t hda_verbs_answering(struct hda_bus *bus);

/* Whether an answer should have come by now. Any level up to DISPATCH_LEVEL. */
bool hda_verbs_overdue(struct hda_bus *bus);

/* Deferred work: reads the RIRB, gives up what is overdue, sends what can be sent, completes what is done.
 * Returns when it wants to be called again though no interrupt comes: nanoseconds from now, UINT64_MAX never.
 */
uint64_t hda_verbs_run(struct hda_bus *bus);

#endif
