/* SPDX-License-Identifier: BSD-2-Clause */
/* codec_parameter.c - the parameters of a simulated codec's nodes (HDA 7.3.4). One that a node does not have
 * is 0. */
#include "device/sim/codec_state.h"

/* Delays of 13 samples each way, as typical codecs say (HDA 7.3.4.5); a dump does not tell. */
#define AUDIO_GROUP_DELAYS 0x00000D0Du
#define AUDIO_GROUP_BEEP   0x00010000u

/* HDA 7.3.4.3: first NID and count of the nodes below. */
static uint32_t subnodes(unsigned first, unsigned last)
{
    return first == 0 ? 0 : first << 16 | (last - first + 1);
}

static uint32_t function_groups(const struct sim_dump *dump)
{
    unsigned audio = dump->audio_group, modem = dump->modem_group;
    if (audio == 0 || modem == 0)
        return subnodes(audio | modem, audio | modem);
    return audio < modem ? subnodes(audio, modem) : subnodes(modem, audio);
}

static uint32_t widgets(const struct sim_dump *dump)
{
    unsigned first = 0, last = 0;
    for (unsigned i = 0; i < dump->node_count; i++) {
        unsigned nid = dump->nodes[i].nid;
        if (first == 0 || nid < first)
            first = nid;
        if (nid > last)
            last = nid;
    }
    return subnodes(first, last);
}

static uint32_t root_parameter(const struct sim_dump *dump, uint32_t parameter)
{
    switch (parameter) {
    case HDA_PARAMETER_VENDOR_ID:
        return dump->vendor_id;
    case HDA_PARAMETER_REVISION_ID:
        return dump->revision_id;
    case HDA_PARAMETER_SUBNODES:
        return function_groups(dump);
    default:
        return 0;
    }
}

static uint32_t audio_group_caps(const struct sim_dump *dump)
{
    for (unsigned i = 0; i < dump->node_count; i++) {
        if ((dump->nodes[i].caps >> HDA_WIDGET_TYPE_SHIFT & 0xF) == HDA_WIDGET_BEEP)
            return AUDIO_GROUP_DELAYS | AUDIO_GROUP_BEEP;
    }
    return AUDIO_GROUP_DELAYS;
}

static uint32_t audio_group_parameter(const struct sim_dump *dump, const struct sim_node *node,
                                      uint32_t parameter)
{
    switch (parameter) {
    case HDA_PARAMETER_SUBNODES:
        return widgets(dump);
    case HDA_PARAMETER_FUNCTION_TYPE:
        return HDA_FUNCTION_AUDIO | (dump->audio_unsolicited ? 0x100 : 0);
    case HDA_PARAMETER_FUNCTION_CAPS:
        return audio_group_caps(dump);
    case HDA_PARAMETER_PCM:
        return dump->pcm.sizes_rates;
    case HDA_PARAMETER_STREAM_FORMATS:
        return dump->pcm.formats;
    case HDA_PARAMETER_INPUT_AMP:
        return dump->input_amp.caps;
    case HDA_PARAMETER_OUTPUT_AMP:
        return dump->output_amp.caps;
    case HDA_PARAMETER_POWER_STATES:
        return node->power_states;
    case HDA_PARAMETER_GPIO:
        return dump->gpio;
    default:
        return 0;
    }
}

/* A dump has none of a modem's widgets, and nothing but that it can tell of events. */
static uint32_t modem_group_parameter(const struct sim_dump *dump, const struct sim_node *node,
                                      uint32_t parameter)
{
    switch (parameter) {
    case HDA_PARAMETER_FUNCTION_TYPE:
        return HDA_FUNCTION_MODEM | (dump->modem_unsolicited ? 0x100 : 0);
    case HDA_PARAMETER_POWER_STATES:
        return node->power_states;
    case HDA_PARAMETER_GPIO:
        return SIM_MODEM_GPIO;
    default:
        return 0;
    }
}

static uint32_t widget_parameter(const struct sim_node *node, uint32_t parameter)
{
    const struct codec_dump_node *dump = node->dump;
    switch (parameter) {
    case HDA_PARAMETER_WIDGET_CAPS:
        return dump->caps;
    case HDA_PARAMETER_PCM:
        return dump->pcm.sizes_rates;
    case HDA_PARAMETER_STREAM_FORMATS:
        return dump->pcm.formats;
    case HDA_PARAMETER_PIN_CAPS:
        return dump->pin_caps;
    case HDA_PARAMETER_INPUT_AMP:
        return dump->input_amp.caps;
    case HDA_PARAMETER_OUTPUT_AMP:
        return dump->output_amp.caps;
    case HDA_PARAMETER_CONNECTIONS:
        return sim_list_length(node);
    case HDA_PARAMETER_POWER_STATES:
        return node->has & SIM_HAS_POWER ? node->power_states : 0;
    case HDA_PARAMETER_PROCESSING:
        return dump->processing;
    case HDA_PARAMETER_VOLUME_KNOB:
        return dump->knob;
    default:
        return 0;
    }
}

uint32_t sim_node_parameter(struct sim_node *node, uint32_t parameter)
{
    const struct sim_dump *dump = &node->codec->dump;
    switch (node->kind) {
    case SIM_ROOT:
        return root_parameter(dump, parameter);
    case SIM_AUDIO_GROUP:
        return audio_group_parameter(dump, node, parameter);
    case SIM_MODEM_GROUP:
        return modem_group_parameter(dump, node, parameter);
    case SIM_WIDGET:
        break;
    }
    return widget_parameter(node, parameter);
}
