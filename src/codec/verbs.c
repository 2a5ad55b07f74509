/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.c - batches of codec commands, sent together. */
#include "verbs.h"

#include <hdacodec.h>

#include "pool.h"

#define BATCH_FIRST_ROOM 64

void batch_init(struct verb_batch *batch, UCHAR address)
{
    RtlZeroMemory(batch, sizeof(*batch));
    batch->address = address;
    batch->status = STATUS_SUCCESS;
}

void batch_free(struct verb_batch *batch)
{
    codec_pool_free(batch->transfers);
    codec_pool_free(batch->answers);
    batch_init(batch, batch->address);
}

static NTSTATUS batch_grow(struct verb_batch *batch)
{
    ULONG room = batch->room ? 2 * batch->room : BATCH_FIRST_ROOM;
    PHDAUDIO_CODEC_TRANSFER transfers = codec_pool_alloc(room * sizeof(*transfers));
    PULONG *answers = codec_pool_alloc(room * sizeof(*answers));

    if (!transfers || !answers) {
        codec_pool_free(transfers);
        codec_pool_free(answers);
        return STATUS_NO_MEMORY;
    }
    if (batch->count) {
        RtlCopyMemory(transfers, batch->transfers, batch->count * sizeof(*transfers));
        RtlCopyMemory(answers, batch->answers, batch->count * sizeof(*answers));
    }
    codec_pool_free(batch->transfers);
    codec_pool_free(batch->answers);
    batch->transfers = transfers;
    batch->answers = answers;
    batch->room = room;
    return STATUS_SUCCESS;
}

static void batch_add(struct verb_batch *batch, HDAUDIO_CODEC_COMMAND command, PULONG answer)
{
    if (NT_SUCCESS(batch->status) && batch->count == batch->room)
        batch->status = batch_grow(batch);
    if (!NT_SUCCESS(batch->status))
        return;
    batch->transfers[batch->count].Output = command;
    batch->transfers[batch->count].Input.CompleteResponse = 0;
    batch->answers[batch->count] = answer;
    batch->count++;
}

void batch_get8(struct verb_batch *batch, UCHAR node, USHORT verb, UCHAR payload, PULONG answer)
{
    HDAUDIO_CODEC_COMMAND command = {.Command = 0};

    command.Verb8.CodecAddress = batch->address & 0xF;
    command.Verb8.Node = node;
    command.Verb8.VerbId = verb & 0xFFF;
    command.Verb8.Data = payload;
    batch_add(batch, command, answer);
}

void batch_set8(struct verb_batch *batch, UCHAR node, USHORT verb, UCHAR payload)
{
    batch_get8(batch, node, verb, payload, NULL);
}

void batch_get16(struct verb_batch *batch, UCHAR node, UCHAR verb, USHORT payload, PULONG answer)
{
    HDAUDIO_CODEC_COMMAND command = {.Command = 0};

    command.Verb16.CodecAddress = batch->address & 0xF;
    command.Verb16.Node = node;
    command.Verb16.VerbId = verb & 0xF;
    command.Verb16.Data = payload;
    batch_add(batch, command, answer);
}

void batch_set16(struct verb_batch *batch, UCHAR node, UCHAR verb, USHORT payload)
{
    batch_get16(batch, node, verb, payload, NULL);
}

/* Success of the transfer says only that the commands were processed (DDI TransferCodecVerbs). */
static NTSTATUS batch_deliver(const struct verb_batch *batch)
{
    ULONG i;

    for (i = 0; i < batch->count; i++) {
        if (!batch->transfers[i].Input.IsValid)
            return STATUS_IO_TIMEOUT;
        if (batch->answers[i])
            *batch->answers[i] = batch->transfers[i].Input.Response;
    }
    return STATUS_SUCCESS;
}

/* A controller that disappears leaves commands unanswered, as a dead codec does; the next transfer tells the
 * one from the other (DDI Removal). It asks for something that changes nothing. */
static NTSTATUS why_unanswered(const struct verb_batch *batch, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    HDAUDIO_CODEC_TRANSFER transfer = {0};
    NTSTATUS status;

    transfer.Output.Verb8.CodecAddress = batch->address & 0xF;
    transfer.Output.Verb8.VerbId = HDA_GET_PARAMETER;
    status = ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL);
    return NT_SUCCESS(status) ? STATUS_IO_TIMEOUT : status;
}

NTSTATUS batch_send(struct verb_batch *batch, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    NTSTATUS status = batch->status;

    if (NT_SUCCESS(status) && batch->count > 0)
        status = ddi->TransferCodecVerbs(ddi->Context, batch->count, batch->transfers, NULL, NULL);
    if (NT_SUCCESS(status))
        status = batch_deliver(batch);
    if (status == STATUS_IO_TIMEOUT)
        status = why_unanswered(batch, ddi);
    batch->count = 0;
    batch->status = STATUS_SUCCESS;
    return status;
}
