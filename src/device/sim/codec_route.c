/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_route.c - from a pin back to the converters that it hears.
 *
 * Done once after verbs, not for each block. All ways are walked; a way ends at the first widget that does
 * not let sound through, and otherwise at a converter. Amplifier steps are whole quarters of a decibel, so
 * that ways of exactly 0 dB in sum are recognised.
 */
#include <math.h>

#include "device/sim/codec_state.h"

#define QUARTERS_PER_DECADE 80  /* 20 dB */
#define QUARTERS_MOST       480 /* beyond +120 dB everything saturates anyway */
/* Ways in a graph of mixers can multiply; real codecs have some dozens. */
#define STEPS_MOST 4096

/* What becomes of a signal between a widget and the pin. */
struct way {
    int quarters[2]; /* dB × 4, left and right */
    bool muted[2];
};

struct walk {
    struct sim_ear *ear;
    unsigned steps;
    bool above[CODEC_DUMP_NODES]; /* widgets that the way has come through: no cycles */
};

static void walk_widget(struct walk *walk, struct sim_node *node, struct way way);

static bool is_on(const struct sim_node *node)
{
    return sim_node_power(node) == HDA_POWER_D0;
}

/* A mono widget's amplifier is its left one, for whatever channels come. */
static void apply_amp(struct way *way, const struct sim_node *node, const struct sim_amp *amp, uint32_t caps)
{
    int offset = (int)(caps >> HDA_AMP_CAPS_OFFSET_SHIFT & 0x7F);
    int size = (int)(caps >> HDA_AMP_CAPS_SIZE_SHIFT & 0x7F) + 1;
    for (unsigned side = 0; side < 2; side++) {
        uint8_t value = amp->side[sim_node_channels(node) > 1 ? side : 0];
        way->quarters[side] += ((value & HDA_AMP_GAIN_MASK) - offset) * size;
        if (value & HDA_AMP_MUTE)
            way->muted[side] = true;
    }
}

static double gain_of(const struct way *way, unsigned side)
{
    int quarters = way->quarters[side];
    if (way->muted[side])
        return 0;
    if (quarters > QUARTERS_MOST)
        quarters = QUARTERS_MOST;
    return quarters == 0 ? 1 : pow(10, (double)quarters / QUARTERS_PER_DECADE);
}

static struct sim_source *find_source(struct sim_ear *ear, struct sim_node *converter)
{
    for (unsigned i = 0; i < ear->source_count; i++) {
        if (ear->sources[i].converter == converter)
            return &ear->sources[i];
    }
    struct sim_source *source = &ear->sources[ear->source_count++];
    *source = (struct sim_source){.converter = converter};
    return source;
}

/* HDA 7.3.3.9: a digital converter sends when DIGEN is set. */
static void reach_converter(struct sim_ear *ear, struct sim_node *node, const struct way *way)
{
    if ((node->has & SIM_HAS_DIGITAL) && !(node->state.digital & HDA_DIGITAL_ENABLE))
        return;
    struct sim_source *source = find_source(ear, node);
    source->gain[0] += gain_of(way, 0);
    source->gain[1] += gain_of(way, 1);
}

static void walk_input(struct walk *walk, struct sim_node *node, unsigned index, struct way way)
{
    if (index >= node->dump->connection_count)
        return;
    if (node->type != HDA_WIDGET_PIN && index < node->input_amp_count)
        apply_amp(&way, node, &node->state.input_amps[index], node->input_amp_caps);
    struct sim_node *next = node->codec->nodes[node->dump->connections[index]];
    if (next != NULL && next->kind == SIM_WIDGET && next->type != HDA_WIDGET_PIN)
        walk_widget(walk, next, way);
}

static void walk_inputs(struct walk *walk, struct sim_node *node, const struct way *way)
{
    if (node->has & SIM_HAS_SELECT) {
        walk_input(walk, node, node->state.connection, *way);
        return;
    }
    for (unsigned i = 0; i < node->dump->connection_count; i++)
        walk_input(walk, node, i, *way);
}

/* Sound comes through pins (the first widget), mixers and selectors, and from output converters. */
static void walk_widget(struct walk *walk, struct sim_node *node, struct way way)
{
    if (walk->above[node->nid] || walk->steps == 0 || !is_on(node))
        return;
    walk->steps--;
    if (node->dump->caps & HDA_WIDGET_OUTPUT_AMP)
        apply_amp(&way, node, &node->state.output_amp, node->output_amp_caps);
    if (node->type == HDA_WIDGET_AUDIO_OUTPUT) {
        reach_converter(walk->ear, node, &way);
    } else if (node->type == HDA_WIDGET_MIXER || node->type == HDA_WIDGET_SELECTOR ||
               node->type == HDA_WIDGET_PIN) {
        walk->above[node->nid] = true;
        walk_inputs(walk, node, &way);
        walk->above[node->nid] = false;
    }
}

static bool is_open(const struct sim_node *pin)
{
    if (!(pin->state.pin_control & HDA_PIN_CONTROL_OUTPUT))
        return false;
    return !(pin->has & SIM_HAS_EAPD) || (pin->state.eapd & HDA_EAPD_ENABLE);
}

void sim_ear_route(struct sim_ear *ear)
{
    struct walk walk = {.ear = ear, .steps = STEPS_MOST};
    ear->source_count = 0;
    if (ear->sink != NULL && is_open(ear->pin))
        walk_widget(&walk, ear->pin, (struct way){.muted = {false, false}});
}
