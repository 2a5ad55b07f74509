/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.c - a simulated codec as a whole: made from a dump, and what goes on at its pins. */
#include "device/sim/codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/sim/codec_state.h"

#define ROOT_AND_GROUPS 3

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

/* ---- Nodes ----------------------------------------------------------------------------------- */

static bool keep_dump(struct sim_codec *codec, const struct codec_dump *dump)
{
    codec->dump = (struct sim_dump){
        .address = dump->address,
        .vendor_id = dump->vendor_id,
        .subsystem_id = dump->subsystem_id,
        .revision_id = dump->revision_id,
        .audio_group = dump->audio_group,
        .modem_group = dump->modem_group,
        .audio_unsolicited = dump->audio_unsolicited,
        .modem_unsolicited = dump->modem_unsolicited,
        .pcm = dump->pcm,
        .input_amp = dump->input_amp,
        .output_amp = dump->output_amp,
        .power = dump->power,
        .gpio = dump->gpio,
        .node_count = dump->node_count,
    };
    if (dump->node_count == 0)
        return true;
    codec->dump.nodes = malloc(dump->node_count * sizeof(*codec->dump.nodes));
    if (codec->dump.nodes == NULL)
        return false;
    memcpy(codec->dump.nodes, dump->nodes, dump->node_count * sizeof(*codec->dump.nodes));
    return true;
}

/* The lowest and the highest NID of a widget; first > last: there is none. */
static void find_range(const struct sim_dump *dump, unsigned *first, unsigned *last)
{
    *first = CODEC_DUMP_NODES, *last = 0;
    for (unsigned i = 0; i < dump->node_count; i++) {
        unsigned nid = dump->nodes[i].nid;
        *first = nid < *first ? nid : *first;
        *last = nid > *last ? nid : *last;
    }
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
}

static bool add_nodes(struct sim_codec *codec)
{
    const struct sim_dump *dump = &codec->dump;
    unsigned first, last;
    find_range(dump, &first, &last);
    codec->store = calloc(ROOT_AND_GROUPS + (first > last ? 0 : last - first + 1), sizeof(*codec->store));
    if (codec->store == NULL)
        return false;
    add_node(codec, 0, SIM_ROOT, NULL);
    if (dump->audio_group != 0)
        add_node(codec, dump->audio_group, SIM_AUDIO_GROUP, NULL);
    if (dump->modem_group != 0)
        add_node(codec, dump->modem_group, SIM_MODEM_GROUP, NULL);
    for (unsigned i = 0; i < dump->node_count; i++)
        add_node(codec, dump->nodes[i].nid, SIM_WIDGET, &dump->nodes[i]);
    for (unsigned nid = first; nid < last; nid++)
        add_node(codec, nid, SIM_WIDGET, &hole);
    return true;
}

/* ---- Parts of nodes -------------------------------------------------------------------------- */

static unsigned count_nodes(const struct sim_codec *codec, unsigned mask, unsigned has)
{
    unsigned count = 0;
    for (unsigned i = 0; i < codec->node_count; i++)
        count += (codec->store[i].has & mask) == has;
    return count;
}

static bool add_coefficients(struct sim_codec *codec)
{
    size_t total = 0;
    for (unsigned i = 0; i < codec->node_count; i++)
        total += codec->store[i].coefficient_count;
    if (total == 0)
        return true;
    codec->coefficients = calloc(total, sizeof(*codec->coefficients));
    if (codec->coefficients == NULL)
        return false;
    uint16_t *next = codec->coefficients;
    for (unsigned i = 0; i < codec->node_count; i++) {
        codec->store[i].coefficients = next;
        next += codec->store[i].coefficient_count;
    }
    return true;
}

static void add_pin(struct sim_codec *codec, struct sim_node *pin)
{
    pin->ear = &codec->ears[codec->pin_count];
    pin->ear->pin = pin;
    pin->feed = &codec->feeds[codec->pin_count];
    pin->feed->pin = pin;
    codec->pin_count++;
}

static bool add_ends(struct sim_codec *codec)
{
    unsigned pins = count_nodes(codec, SIM_HAS_PIN, SIM_HAS_PIN);
    unsigned intakes = count_nodes(codec, SIM_HAS_INPUT, SIM_HAS_INPUT);
    codec->ears = calloc(pins + 1, sizeof(*codec->ears));
    codec->feeds = calloc(pins + 1, sizeof(*codec->feeds));
    codec->intakes = calloc(intakes + 1, sizeof(*codec->intakes));
    if (codec->ears == NULL || codec->feeds == NULL || codec->intakes == NULL)
        return false;
    for (unsigned i = 0; i < codec->node_count; i++) {
        struct sim_node *node = &codec->store[i];
        if (node->has & SIM_HAS_PIN)
            add_pin(codec, node);
        if (node->has & SIM_HAS_INPUT)
            codec->intakes[codec->intake_count++].converter = node;
    }
    return true;
}

/* Every way may lead to every end, left as left and left as right. */
static bool add_routes(struct sim_codec *codec)
{
    size_t outputs = 2 * count_nodes(codec, SIM_HAS_CONVERTER | SIM_HAS_INPUT, SIM_HAS_CONVERTER);
    size_t inputs = 2 * codec->pin_count;
    size_t total = codec->pin_count * outputs + codec->intake_count * inputs;
    codec->sources = calloc(total + 1, sizeof(*codec->sources));
    if (codec->sources == NULL)
        return false;
    struct sim_source *next = codec->sources;
    for (unsigned i = 0; i < codec->pin_count; i++, next += outputs)
        codec->ears[i].route.sources = next;
    for (unsigned i = 0; i < codec->intake_count; i++, next += inputs)
        codec->intakes[i].route.sources = next;
    return true;
}

static bool is_connected(const struct sim_dump *dump, uint8_t nid)
{
    for (unsigned i = 0; i < dump->node_count; i++) {
        if (memchr(dump->nodes[i].connections, nid, dump->nodes[i].connection_count) != NULL)
            return true;
    }
    return false;
}

/* A codec has one of each, if any. */
static void find_beep_and_knob(struct sim_codec *codec)
{
    for (unsigned i = 0; i < codec->node_count; i++) {
        struct sim_node *node = &codec->store[i];
        if ((node->has & SIM_HAS_BEEP) && codec->beep == NULL)
            codec->beep = node;
        if ((node->has & SIM_HAS_KNOB) && codec->knob == NULL)
            codec->knob = node;
    }
    codec->beep_wired = codec->beep != NULL && is_connected(&codec->dump, codec->beep->nid);
}

/* ---- The codec ------------------------------------------------------------------------------- */

static bool build(struct sim_codec *codec, const struct codec_dump *dump)
{
    if (!keep_dump(codec, dump) || !add_nodes(codec))
        return false;
    for (unsigned i = 0; i < codec->node_count; i++)
        sim_node_init(&codec->store[i]);
    if (!add_coefficients(codec) || !add_ends(codec) || !add_routes(codec))
        return false;
    for (unsigned i = 0; i < codec->node_count; i++)
        sim_node_reset(&codec->store[i]);
    find_beep_and_knob(codec);
    return true;
}

struct sim_codec *sim_codec_create(const struct codec_dump *dump, sim_fault_routine *fault, void *context)
{
    struct sim_codec *codec = calloc(1, sizeof(*codec));
    if (codec == NULL)
        return NULL;
    codec->fault = fault;
    codec->fault_context = context;
    codec->down = true;
    codec->stale = true;
    codec->settles = SIM_NEVER;
    if (!build(codec, dump)) {
        sim_codec_destroy(codec);
        return NULL;
    }
    return codec;
}

static void destroy_ends(struct sim_codec *codec)
{
    for (unsigned i = 0; i < codec->pin_count; i++) {
        while (codec->ears[i].cables != NULL)
            sim_cable_destroy(codec->ears[i].cables);
        free(codec->ears[i].mix.samples);
        sim_feed_clear(&codec->feeds[i]);
    }
    free(codec->ears);
    free(codec->feeds);
    free(codec->intakes);
}

void sim_codec_destroy(struct sim_codec *codec)
{
    if (codec == NULL)
        return;
    destroy_ends(codec);
    free(codec->sources);
    free(codec->coefficients);
    free(codec->store);
    free(codec->dump.nodes);
    free(codec);
}

/* ---- Pins ------------------------------------------------------------------------------------ */

struct sim_node *sim_codec_pin(const struct sim_codec *codec, uint8_t nid)
{
    struct sim_node *node = codec->nodes[nid];
    return node != NULL && (node->has & SIM_HAS_PIN) ? node : NULL;
}

bool sim_codec_hear(struct sim_codec *codec, uint8_t pin, hdabus_sink *sink, void *context)
{
    struct sim_node *node = sim_codec_pin(codec, pin);
    if (node == NULL)
        return false;
    sim_mix_flush(codec, node->ear);
    node->ear->sink = sink;
    node->ear->context = context;
    codec->stale = true;
    return true;
}

bool sim_codec_feed(struct sim_codec *codec, uint8_t pin, hdabus_source *source, void *context)
{
    struct sim_node *node = sim_codec_pin(codec, pin);
    if (node == NULL)
        return false;
    sim_feed_clear(node->feed);
    node->feed->source = source;
    node->feed->context = context;
    return true;
}

NTSTATUS sim_codec_connect(struct sim_codec *from, uint8_t from_pin, struct sim_codec *to, uint8_t to_pin)
{
    struct sim_node *out = sim_codec_pin(from, from_pin), *in = sim_codec_pin(to, to_pin);
    if (out == NULL || in == NULL)
        return STATUS_INVALID_PARAMETER;
    struct sim_cable *cable = sim_cable_create(out->ear, in->feed);
    from->stale = true;
    return cable != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- The link -------------------------------------------------------------------------------- */

void sim_codec_frame(struct sim_codec *codec, uint64_t frame)
{
    codec->down = false;
    codec->waking = false;
    if (frame <= codec->frame)
        return;
    sim_codec_mix(codec, frame);
    sim_beep_frame(codec, frame);
    codec->frame = frame;
    if (frame >= codec->settles)
        sim_power_frame(codec);
}

uint64_t sim_codec_next(const struct sim_codec *codec)
{
    bool soon = sim_beep_sounds(codec) || (codec->addressed && codec->events.count > 0);
    return soon && codec->frame + 1 < codec->settles ? codec->frame + 1 : codec->settles;
}
