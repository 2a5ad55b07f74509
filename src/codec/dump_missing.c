/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_missing.c - what a codec dump should tell and does not, and what is assumed instead. */
#include "codec/dump_parser.h"

#include <inttypes.h>

#include <hdacodec.h>

static unsigned type_of(const struct codec_dump_node *node)
{
    return node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

#define RULES 10

/* A line that a kernel prints of every such widget. */
struct rule {
    bool wanted;
    unsigned seen;
    const char *line;
    const char *assumed;
};

/* The first of them all kernels print; returns how many these are. */
static unsigned fill_rules(const struct codec_dump_node *node, struct rule rules[RULES])
{
    uint32_t caps = node->caps;
    unsigned type = type_of(node);
    bool pin = type == HDA_WIDGET_PIN;
    bool converter = type == HDA_WIDGET_AUDIO_OUTPUT || type == HDA_WIDGET_AUDIO_INPUT;
    bool formats = converter && (caps & HDA_WIDGET_FORMAT_OVERRIDE);
    const struct rule all[RULES] = {
        {caps & HDA_WIDGET_INPUT_AMP, DUMP_SEEN_INPUT_VALUES, "Amp-In vals:", "gains of 0"},
        {caps & HDA_WIDGET_OUTPUT_AMP, DUMP_SEEN_OUTPUT_VALUES, "Amp-Out vals:", "gains of 0"},
        {pin, DUMP_SEEN_PIN_CAPS, "Pincap", "no capability"},
        {pin, DUMP_SEEN_PIN_DEFAULT, "Pin Default", "0x00000000"},
        {pin, DUMP_SEEN_PIN_CONTROL, "Pin-ctls:", "0x00"},
        {formats, DUMP_SEEN_CONVERTER_PCM, "PCM:", "the function group's formats"},
        {caps & HDA_WIDGET_CONNECTION_LIST, DUMP_SEEN_CONNECTIONS, "Connection:", "no connections"},
        {caps & HDA_WIDGET_UNSOLICITED, DUMP_SEEN_UNSOLICITED, "Unsolicited:", "disabled"},
        {caps & HDA_WIDGET_PROCESSING, DUMP_SEEN_PROCESSING, "Processing caps:", "no coefficients"},
        {type == HDA_WIDGET_VOLUME_KNOB, DUMP_SEEN_KNOB, "Volume-Knob:", "no steps"},
    };
    for (unsigned i = 0; i < RULES; i++)
        rules[i] = all[i];
    return RULES - 3;
}

static void guess_lines(struct dump_parser *p)
{
    struct rule rules[RULES];
    fill_rules(p->node, rules);
    for (unsigned i = 0; i < RULES; i++) {
        if (rules[i].wanted && !(p->seen & rules[i].seen))
            dump_guess(p, p->node_line, "node 0x%02x has no `%s`: %s assumed", p->node->nid, rules[i].line,
                       rules[i].assumed);
    }
}

static void guess_formats(struct dump_parser *p)
{
    bool told = (p->seen & DUMP_SEEN_CONVERTER_PCM) && !p->node->pcm.known;
    if (told && (p->node->caps & HDA_WIDGET_FORMAT_OVERRIDE))
        dump_guess(p, p->node_line, "node 0x%02x: formats of its own are not said: the group's assumed",
                   p->node->nid);
}

/* If the last widget lacks a line, the text was cut off there. */
static const char *missing_of_node(const struct dump_parser *p)
{
    struct rule rules[RULES];
    unsigned count = fill_rules(p->node, rules);
    for (unsigned i = 0; i < count; i++) {
        if (rules[i].wanted && !(p->seen & rules[i].seen))
            return rules[i].line;
    }
    return NULL;
}

static const char *missing_of_head(const struct dump_parser *p)
{
    if (!(p->seen & DUMP_SEEN_ADDRESS))
        return "Address:";
    if (!(p->seen & DUMP_SEEN_VENDOR))
        return "Vendor Id:";
    if (!(p->seen & DUMP_SEEN_SUBSYSTEM))
        return "Subsystem Id:";
    if (!(p->seen & DUMP_SEEN_REVISION))
        return "Revision Id:";
    if ((p->seen & DUMP_SEEN_AUDIO) && !(p->seen & DUMP_SEEN_NO_WIDGETS) && p->node == NULL)
        return "Node";
    return NULL;
}

const char *dump_missing_line(const struct dump_parser *p)
{
    const char *missing = missing_of_head(p);
    return missing == NULL && p->node != NULL ? missing_of_node(p) : missing;
}

/* ---- Amplifiers ------------------------------------------------------------------------------ */

/* Of a direction that the widget has; its own capabilities count if it overrides the function group's (HDA
 * 7.3.4.10). */
static void guess_amp(struct dump_parser *p, const char *direction, const struct codec_dump_amp_caps *own,
                      const struct codec_dump_amp_caps *group)
{
    unsigned nid = p->node->nid;
    bool overrides = (p->node->caps & HDA_WIDGET_AMP_OVERRIDE) != 0;
    if (!own->known && !group->known)
        dump_guess(p, p->node_line, "node 0x%02x: the Amp-%s caps are nowhere: a gain of 0 dB assumed", nid,
                   direction);
    else if (!own->known && overrides)
        dump_guess(p, p->node_line, "node 0x%02x: Amp-%s caps of its own are not said: the group's assumed",
                   nid, direction);
    else if (!overrides && !group->known)
        dump_guess(p, p->node_line, "node 0x%02x: the group's Amp-%s caps are not said: its own assumed", nid,
                   direction);
}

/* A pin and an input converter may have one amplifier for all connections. */
static void guess_amp_count(struct dump_parser *p)
{
    const struct codec_dump_node *node = p->node;
    unsigned type = type_of(node), count = node->input_values.count, list = node->connection_count;
    bool single = type == HDA_WIDGET_PIN || type == HDA_WIDGET_AUDIO_INPUT || list == 0;
    bool fits = type != HDA_WIDGET_PIN && (count == list || (count == CODEC_DUMP_AMPS && count < list));
    if (!(p->seen & DUMP_SEEN_INPUT_VALUES) || fits || (single && count == 1))
        return;
    dump_guess(p, p->node_line, "node 0x%02x: %u values of input amplifiers, %u connections: %s assumed",
               node->nid, count, list, type == HDA_WIDGET_PIN ? "one amplifier" : "one for each connection");
}

static void guess_amps(struct dump_parser *p)
{
    if (p->node->caps & HDA_WIDGET_INPUT_AMP) {
        guess_amp(p, "In", &p->node->input_amp, &p->dump->input_amp);
        guess_amp_count(p);
    }
    if (p->node->caps & HDA_WIDGET_OUTPUT_AMP)
        guess_amp(p, "Out", &p->node->output_amp, &p->dump->output_amp);
}

/* ---- Connections, power ---------------------------------------------------------------------- */

static bool selects(const struct codec_dump_node *node)
{
    unsigned type = type_of(node);
    return type == HDA_WIDGET_PIN || type == HDA_WIDGET_AUDIO_INPUT || type == HDA_WIDGET_SELECTOR;
}

static void guess_connections(struct dump_parser *p)
{
    const struct codec_dump_node *node = p->node;
    if (node->connection_count != p->list_length)
        dump_guess(p, p->list_line, "%u connections announced, %u there: these assumed", p->list_length,
                   node->connection_count);
    if (node->connection_count > 0 && !(node->caps & HDA_WIDGET_CONNECTION_LIST))
        dump_guess(p, p->node_line, "node 0x%02x has connections, but not in its capabilities: kept",
                   node->nid);
    if (node->connection_count > 1 && node->selected < 0 && selects(node))
        dump_guess(p, p->node_line, "node 0x%02x has no connection marked: the first assumed", node->nid);
}

static void guess_power(struct dump_parser *p, const struct codec_dump_power *power, unsigned line,
                        const char *whose, unsigned nid)
{
    if (!power->states_known || power->states == 0)
        dump_guess(p, line, "%s 0x%02x: the power states are not said: D0 to D3 assumed", whose, nid);
}

void dump_close_node(struct dump_parser *p)
{
    if (p->node == NULL || p->guess == NULL)
        return;
    guess_lines(p);
    guess_formats(p);
    guess_amps(p);
    guess_connections(p);
    if (p->node->caps & HDA_WIDGET_POWER)
        guess_power(p, &p->node->power, p->node_line, "node", p->node->nid);
    p->list_length = 0;
}

/* ---- The function groups --------------------------------------------------------------------- */

/* NIDs below a function group have no gaps (HDA 7.3.4.3). */
static void guess_gaps(struct dump_parser *p)
{
    const struct codec_dump *dump = p->dump;
    for (unsigned i = 1; i < dump->node_count; i++) {
        unsigned before = dump->nodes[i - 1].nid, nid = dump->nodes[i].nid;
        if (nid != before + 1)
            dump_guess(p, p->head_line,
                       "node 0x%02x comes after 0x%02x: vendor defined widgets assumed where none is told of",
                       nid, before);
    }
}

/* What answers at a NID is one or the other. */
static void guess_shared(struct dump_parser *p)
{
    const struct codec_dump *dump = p->dump;
    for (unsigned i = 0; i < dump->node_count; i++) {
        unsigned nid = dump->nodes[i].nid;
        if (nid == dump->audio_group || nid == dump->modem_group)
            dump_guess(p, p->head_line, "node 0x%02x is a widget and a function group: the group assumed",
                       nid);
    }
}

static void guess_audio_group(struct dump_parser *p)
{
    const struct codec_dump *dump = p->dump;
    if (!(p->seen & DUMP_SEEN_AUDIO_NODE))
        dump_guess(p, p->head_line, "the node of the audio function group is not said: 0x%02x assumed",
                   dump->audio_group);
    if (!dump->pcm.known)
        dump_guess(p, p->head_line, "the default PCM is not said: any format assumed");
    if (!(p->seen & DUMP_SEEN_GPIO))
        dump_guess(p, p->head_line, "no `GPIO:`: no general purpose pins assumed");
    guess_power(p, &dump->power, p->head_line, "function group", dump->audio_group);
    guess_gaps(p);
    guess_shared(p);
}

static void guess_modem_group(struct dump_parser *p)
{
    if (!(p->seen & DUMP_SEEN_MODEM_NODE))
        dump_guess(p, p->head_line, "no function group is told of: a modem's at 0x%02x assumed",
                   p->dump->modem_group);
    dump_guess(p, p->head_line, "function group 0x%02x, a modem's: no widgets, and states D0 to D3, assumed",
               p->dump->modem_group);
}

void dump_close_head(struct dump_parser *p)
{
    if (p->dump->audio_group != 0)
        guess_audio_group(p);
    if (p->dump->modem_group != 0)
        guess_modem_group(p);
}
