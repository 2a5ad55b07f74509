/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verbs.h - batches of codec commands, sent together.
 *
 * A batch grows as verbs are added. The first failure sticks, so that only batch_send() need be checked. All
 * functions are called at PASSIVE_LEVEL.
 */
#ifndef CODEC_VERBS_H
#define CODEC_VERBS_H

#include <hdaudio.h>

struct verb_batch {
    UCHAR address; /* of the codec */
    ULONG count;
    ULONG room;
    PHDAUDIO_CODEC_TRANSFER transfers;
    PULONG *answers; /* for each transfer where its response goes, or NULL */
    NTSTATUS status;
};

/* An empty batch for the codec at `address`; it owns no memory yet. */
void batch_init(struct verb_batch *batch, UCHAR address);
void batch_free(struct verb_batch *batch);

/* Adds a verb with 8 or 16 bits of payload (HDA 7.3). */
void batch_set8(struct verb_batch *batch, UCHAR node, USHORT verb, UCHAR payload);
void batch_set16(struct verb_batch *batch, UCHAR node, UCHAR verb, USHORT payload);
/* The same for a verb that asks: batch_send() puts the response into *answer, which must last until then.
 */
void batch_get8(struct verb_batch *batch, UCHAR node, USHORT verb, UCHAR payload, PULONG answer);
void batch_get16(struct verb_batch *batch, UCHAR node, UCHAR verb, USHORT payload, PULONG answer);

/* Sends what was added, waits for every response, and leaves the batch empty for the next. IO_TIMEOUT: some
 * command was not answered, though the controller is there; NO_MEMORY: the batch could not grow, nothing was
 * sent; else what TransferCodecVerbs says. */
NTSTATUS batch_send(struct verb_batch *batch, const HDAUDIO_BUS_INTERFACE_V2 *ddi);

#endif
