/* SPDX-License-Identifier: BSD-2-Clause */
/* fake_codec.c - an audio function group that answers from a table. */
#include "fake_codec.h"

#include <string.h>

#define ADDRESS 3

static ULONG packed_list(const struct fake_node *node, unsigned first)
{
    unsigned per_word = node->long_form ? 2 : 4, bits = 32 / per_word, i;
    ULONG word = 0;

    for (i = 0; i < per_word && first + i < node->entries; i++)
        word |= (ULONG)node->list[first + i] << (i * bits);
    return word;
}

static ULONG node_parameter(const struct fake_node *node, unsigned parameter)
{
    switch (parameter) {
    case HDA_PARAMETER_WIDGET_CAPS:
        return node->caps;
    case HDA_PARAMETER_PCM:
        return node->pcm;
    case HDA_PARAMETER_STREAM_FORMATS:
        return node->formats;
    case HDA_PARAMETER_PIN_CAPS:
        return node->pin_caps;
    case HDA_PARAMETER_INPUT_AMP:
        return node->input_amp;
    case HDA_PARAMETER_OUTPUT_AMP:
        return node->output_amp;
    case HDA_PARAMETER_CONNECTIONS:
        return node->entries | (node->long_form ? HDA_CONNECTIONS_LONG_FORM : 0);
    default:
        return 0;
    }
}

static ULONG group_parameter(const struct fake_codec *fake, unsigned parameter)
{
    if (parameter == HDA_PARAMETER_FUNCTION_TYPE)
        return fake->type;
    if (parameter == HDA_PARAMETER_SUBNODES)
        return FAKE_FIRST << 16 | fake->count;
    return node_parameter(&fake->group, parameter);
}

static ULONG root_parameter(unsigned parameter)
{
    switch (parameter) {
    case HDA_PARAMETER_VENDOR_ID:
        return FAKE_VENDOR;
    case HDA_PARAMETER_SUBNODES:
        return FAKE_GROUP << 16 | 1;
    default:
        return 0;
    }
}

/* The state that was asked for is there at once or, when slow, later. */
static ULONG power_state(struct fake_codec *fake)
{
    return fake->power_asked++ < fake->slow ? HDA_POWER_D3 << HDA_POWER_ACTUAL_SHIFT : HDA_POWER_D0;
}

static ULONG answer(struct fake_codec *fake, HDAUDIO_CODEC_COMMAND command)
{
    unsigned node = command.Verb8.Node, verb = command.Verb8.VerbId, data = command.Verb8.Data;
    const struct fake_node *widget = NULL;

    if (verb == HDA_GET_POWER_STATE)
        return power_state(fake);
    if (node == 0)
        return verb == HDA_GET_PARAMETER ? root_parameter(data) : 0;
    if (node == FAKE_GROUP)
        return verb == HDA_GET_PARAMETER ? group_parameter(fake, data) : 0;
    if (node >= FAKE_FIRST && node - FAKE_FIRST < fake->count)
        widget = &fake->nodes[node - FAKE_FIRST];
    if (!widget)
        return 0;
    if (verb == HDA_GET_PARAMETER)
        return node_parameter(widget, data);
    if (verb == HDA_GET_CONNECTION_LIST)
        return packed_list(widget, data);
    if (verb == HDA_GET_PIN_SENSE)
        return widget->sense;
    return verb == HDA_GET_CONFIGURATION_DEFAULT ? widget->config_default : 0;
}

static NTSTATUS transfer(PVOID context, ULONG count, PHDAUDIO_CODEC_TRANSFER transfers,
                         PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback, PVOID callback_context)
{
    struct fake_codec *fake = context;
    ULONG i;

    (void)callback;
    (void)callback_context;
    fake->batches++;
    for (i = 0; i < count; i++) {
        bool muted = fake->mute_after && fake->sent >= fake->mute_after;

        if (fake->sent < FAKE_LOG)
            fake->log[fake->sent] = transfers[i].Output.Command;
        fake->sent++;
        transfers[i].Input.CompleteResponse = 0;
        transfers[i].Input.Response = muted ? 0 : answer(fake, transfers[i].Output);
        transfers[i].Input.IsValid = !muted;
    }
    return STATUS_SUCCESS;
}

static VOID resource_information(PVOID context, PUCHAR address, PUCHAR node)
{
    (void)context;
    *address = ADDRESS;
    *node = FAKE_GROUP;
}

void fake_codec_init(struct fake_codec *fake, const struct fake_node *nodes, unsigned count)
{
    memset(fake, 0, sizeof(*fake));
    fake->ddi.Context = fake;
    fake->ddi.TransferCodecVerbs = transfer;
    fake->ddi.GetResourceInformation = resource_information;
    fake->nodes = nodes;
    fake->count = count;
    fake->type = HDA_FUNCTION_AUDIO;
}

static unsigned times_sent(const struct fake_codec *fake, ULONG command)
{
    unsigned times = 0, i;

    for (i = 0; i < fake->sent && i < FAKE_LOG; i++)
        times += fake->log[i] == command;
    return times;
}

unsigned fake_sent8(const struct fake_codec *fake, UCHAR node, USHORT verb, UCHAR payload)
{
    return times_sent(fake, (ULONG)ADDRESS << 28 | (ULONG)node << 20 | (ULONG)verb << 8 | payload);
}

unsigned fake_sent16(const struct fake_codec *fake, UCHAR node, UCHAR verb, USHORT payload)
{
    return times_sent(fake, (ULONG)ADDRESS << 28 | (ULONG)node << 20 | (ULONG)verb << 16 | payload);
}

unsigned fake_repeated(const struct fake_codec *fake)
{
    unsigned repeated = 0, i;

    for (i = 0; i < fake->sent && i < FAKE_LOG; i++)
        repeated += times_sent(fake, fake->log[i]) > 1;
    return repeated;
}

void fake_forget(struct fake_codec *fake)
{
    fake->batches = fake->sent = 0;
}
