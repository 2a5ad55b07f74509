/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.c - a simulated codec as a whole: made from a dump, reset by the link, heard at its pins. */
#include "device/sim/codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "device/sim/codec_state.h"

/* What is at a NID between those of widgets: a driver finds a widget there that it can do nothing with. */
static const struct codec_dump_node hole = {
    .caps = (uint32_t)HDA_WIDGET_VENDOR << HDA_WIDGET_TYPE_SHIFT,
    .selected = -1,
};

void sim_codec_fault(struct sim_codec *codec, const char *format, ...)
{
    char sentence[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    codec->fault(codec->fault_context, sentence);
}

/* A NID that is taken stays what it is. */
static void add_node(struct sim_codec *codec, unsigned nid, enum sim_node_kind kind,
                     const struct codec_dump_node *dump)
{
    if (codec->nodes[nid] != NULL)
        return;
    struct sim_node *node = &codec->store[codec->node_count++];
    node->nid = (uint8_t)nid;
    node->kind = kind;
    node->codec = codec;
    node->dump = dump;
    codec->nodes[nid] = node;
    sim_node_init(node);
}

static void add_holes(struct sim_codec *codec)
{
    unsigned first = CODEC_DUMP_NODES, last = 0;
    for (unsigned i = 0; i < codec->dump.node_count; i++) {
        unsigned nid = codec->dump.nodes[i].nid;
        first = nid < first ? nid : first;
        last = nid > last ? nid : last;
    }
    for (unsigned nid = first; nid < last; nid++)
        add_node(codec, nid, SIM_WIDGET, &hole);
}

static void add_nodes(struct sim_codec *codec)
{
    const struct codec_dump *dump = &codec->dump;
    add_node(codec, 0, SIM_ROOT, NULL);
    if (dump->audio_group != 0)
        add_node(codec, dump->audio_group, SIM_AUDIO_GROUP, NULL);
    if (dump->modem_group != 0)
        add_node(codec, dump->modem_group, SIM_MODEM_GROUP, NULL);
    for (unsigned i = 0; i < dump->node_count; i++)
        add_node(codec, dump->nodes[i].nid, SIM_WIDGET, &dump->nodes[i]);
    add_holes(codec);
}

static bool is_pin(const struct sim_node *node)
{
    return (node->has & SIM_HAS_PIN) != 0;
}

static unsigned count_pins(const struct sim_codec *codec)
{
    unsigned count = 0;
    for (unsigned i = 0; i < codec->node_count; i++)
        count += is_pin(&codec->store[i]);
    return count;
}

static bool add_ears(struct sim_codec *codec)
{
    unsigned count = count_pins(codec);
    if (count == 0)
        return true;
    codec->ears = calloc(count, sizeof(*codec->ears));
    if (codec->ears == NULL)
        return false;
    for (unsigned i = 0; i < codec->node_count; i++) {
        if (is_pin(&codec->store[i]))
            codec->ears[codec->ear_count++].pin = &codec->store[i];
    }
    return true;
}

struct sim_codec *sim_codec_create(const struct codec_dump *dump, sim_fault_routine *fault, void *context)
{
    struct sim_codec *codec = calloc(1, sizeof(*codec));
    if (codec == NULL)
        return NULL;
    codec->dump = *dump;
    codec->fault = fault;
    codec->fault_context = context;
    codec->store = calloc(CODEC_DUMP_NODES, sizeof(*codec->store));
    if (codec->store == NULL) {
        sim_codec_destroy(codec);
        return NULL;
    }
    add_nodes(codec);
    if (!add_ears(codec)) {
        sim_codec_destroy(codec);
        return NULL;
    }
    return codec;
}

void sim_codec_destroy(struct sim_codec *codec)
{
    if (codec == NULL)
        return;
    for (unsigned i = 0; i < codec->ear_count; i++)
        free(codec->ears[i].mix.samples);
    free(codec->ears);
    free(codec->store);
    free(codec);
}

bool sim_codec_hear(struct sim_codec *codec, uint8_t pin, hdabus_sink *sink, void *context)
{
    for (unsigned i = 0; i < codec->ear_count; i++) {
        struct sim_ear *ear = &codec->ears[i];
        if (ear->pin->nid != pin)
            continue;
        sim_ear_flush(codec, ear);
        ear->sink = sink;
        ear->context = context;
        codec->stale = true;
        return true;
    }
    return false;
}

/* ---- The link: what a codec does by itself
 * ----------------------------------------------------------------- */

void sim_codec_frame(struct sim_codec *codec, uint64_t frame)
{
    (void)codec;
    (void)frame;
}

uint64_t sim_codec_next(const struct sim_codec *codec)
{
    (void)codec;
    return UINT64_MAX;
}

bool sim_codec_unsolicited(struct sim_codec *codec, uint32_t *response)
{
    (void)codec;
    (void)response;
    return false;
}

bool sim_codec_wakes(const struct sim_codec *codec)
{
    (void)codec;
    return false;
}

bool sim_codec_sends(const struct sim_codec *codec, uint8_t stream)
{
    (void)codec;
    (void)stream;
    return false;
}

void sim_codec_input(struct sim_codec *codec, const struct sim_link_request *request)
{
    (void)codec;
    (void)request;
}
