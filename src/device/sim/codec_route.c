/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_route.c - from a pin back to the converters that it hears, and from an input converter back to the
 * pins.
 *
 * Done once after verbs, not for each block. All ways are walked; a way ends at the first widget that does
 * not let sound through, and otherwise at a converter or a pin. Amplifier steps are whole quarters of a
 * decibel, so that ways of exactly 0 dB in sum are recognised.
 */
#include <math.h>

#include "device/sim/codec_state.h"

#define QUARTERS_PER_DECADE 80  /* 20 dB */
#define QUARTERS_MOST       480 /* beyond +120 dB everything saturates anyway */
#define GAIN_MOST           1e6 /* which is that */
/* Ways in a graph of mixers can multiply; real codecs have some dozens. */
#define STEPS_MOST 4096

/* What becomes of a signal between a widget and where the walk began. Sides are those at the beginning. */
struct way {
    int quarters[2]; /* dB × 4, left and right */
    bool muted[2];
    bool swapped;
};

struct walk {
    struct sim_route *route;
    struct sim_ear *ear; /* NULL: the walk is to pins */
    unsigned steps;
    bool above[CODEC_DUMP_NODES]; /* widgets that the way has come through: no cycles */
};

static void walk_widget(struct walk *walk, struct sim_node *node, struct way way);

static bool is_on(const struct sim_node *node)
{
    return sim_node_power(node) == HDA_POWER_D0;
}

/* ---- Along a way ----------------------------------------------------------------------------- */

/* A mono widget's amplifier is its left one, for whatever channels come. */
static uint8_t amp_value(const struct sim_node *node, const struct sim_amp *amp, unsigned side)
{
    return amp->side[sim_node_channels(node) > 1 ? side : 0];
}

/* What is at one side here is at the other there if the way has been swapped. */
static void apply_value(struct way *way, unsigned side, uint8_t value, uint32_t caps)
{
    int offset = (int)(caps >> HDA_AMP_CAPS_OFFSET_SHIFT & 0x7F);
    int size = (int)(caps >> HDA_AMP_CAPS_SIZE_SHIFT & 0x7F) + 1;
    unsigned there = way->swapped ? !side : side;
    way->quarters[there] += ((value & HDA_AMP_GAIN_MASK) - offset) * size;
    if (value & HDA_AMP_MUTE)
        way->muted[there] = true;
}

static void apply_input_amp(struct way *way, const struct sim_node *node, unsigned index)
{
    if (index >= node->input_amp_count)
        return;
    for (unsigned side = 0; side < 2; side++)
        apply_value(way, side, amp_value(node, &node->state.input_amps[index], side), node->input_amp_caps);
}

static unsigned limit_step(int step, uint32_t caps)
{
    unsigned most = caps >> HDA_AMP_CAPS_STEPS_SHIFT & HDA_AMP_GAIN_MASK;
    return (unsigned)step > most ? most : (unsigned)step;
}

/* A volume knob takes the place of the gain, not of the mute. */
static void apply_output_amp(struct way *way, const struct sim_node *node)
{
    int step = sim_knob_step(node);
    if (!(node->dump->caps & HDA_WIDGET_OUTPUT_AMP))
        return;
    for (unsigned side = 0; side < 2; side++) {
        uint8_t value = amp_value(node, &node->state.output_amp, side);
        if (step >= 0)
            value = (uint8_t)((value & HDA_AMP_MUTE) | limit_step(step, node->output_amp_caps));
        apply_value(way, side, value, node->output_amp_caps);
    }
}

static void apply_swap(struct way *way, const struct sim_node *node)
{
    if (node->state.eapd & HDA_EAPD_SWAP)
        way->swapped = !way->swapped;
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

/* ---- The end of a way ------------------------------------------------------------------------ */

static struct sim_source *find_source(struct sim_route *route, struct sim_node *node, bool swapped)
{
    for (unsigned i = 0; i < route->count; i++) {
        if (route->sources[i].node == node && route->sources[i].swapped == swapped)
            return &route->sources[i];
    }
    struct sim_source *source = &route->sources[route->count++];
    *source = (struct sim_source){.node = node, .swapped = swapped, .mark = SIM_NEVER};
    return source;
}

static void add_gain(double gain[2], const struct way *way)
{
    for (unsigned side = 0; side < 2; side++)
        gain[side] = fmin(gain[side] + gain_of(way, side), GAIN_MOST);
}

static void reach(struct walk *walk, struct sim_node *node, const struct way *way)
{
    add_gain(find_source(walk->route, node, way->swapped)->gain, way);
}

/* HDA 7.3.3.9: a digital converter sends and receives when DIGEN is set. */
static bool is_enabled(const struct sim_node *converter)
{
    return !(converter->has & SIM_HAS_DIGITAL) || (converter->state.digital & HDA_DIGITAL_ENABLE);
}

/* A codec has one beep generator (HDA 7.3.4.5); others are silent. */
static void reach_beep(struct walk *walk, const struct sim_node *node, const struct way *way)
{
    if (node == node->codec->beep && node->state.beep != 0)
        add_gain(walk->ear->beep_gain, way);
}

static void reach_pin(struct walk *walk, struct sim_node *pin, struct way way)
{
    if (!(pin->state.pin_control & HDA_PIN_CONTROL_INPUT) || !is_on(pin))
        return;
    apply_swap(&way, pin);
    apply_input_amp(&way, pin, 0);
    reach(walk, pin, &way);
}

/* ---- The walk -------------------------------------------------------------------------------- */

static void walk_input(struct walk *walk, struct sim_node *node, unsigned index, struct way way)
{
    if (index >= node->dump->connection_count)
        return;
    if (node->type != HDA_WIDGET_PIN)
        apply_input_amp(&way, node, index);
    struct sim_node *next = node->codec->nodes[node->dump->connections[index]];
    if (next == NULL || next->kind != SIM_WIDGET)
        return;
    if (next->type != HDA_WIDGET_PIN)
        walk_widget(walk, next, way);
    else if (walk->ear == NULL)
        reach_pin(walk, next, way);
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

/* Sound comes through the first widget, mixers and selectors, and from output converters and the beep
 * generator. */
static void walk_widget(struct walk *walk, struct sim_node *node, struct way way)
{
    if (walk->above[node->nid] || walk->steps == 0 || !is_on(node))
        return;
    walk->steps--;
    apply_swap(&way, node);
    apply_output_amp(&way, node);
    switch (node->type) {
    case HDA_WIDGET_AUDIO_OUTPUT:
        if (walk->ear != NULL && is_enabled(node))
            reach(walk, node, &way);
        break;
    case HDA_WIDGET_BEEP:
        if (walk->ear != NULL)
            reach_beep(walk, node, &way);
        break;
    case HDA_WIDGET_MIXER:
    case HDA_WIDGET_SELECTOR:
    case HDA_WIDGET_PIN:
    case HDA_WIDGET_AUDIO_INPUT:
        walk->above[node->nid] = true;
        walk_inputs(walk, node, &way);
        walk->above[node->nid] = false;
        break;
    default:
        break;
    }
}

/* ---- From the ends --------------------------------------------------------------------------- */

static bool is_open(const struct sim_node *pin)
{
    if (!(pin->state.pin_control & HDA_PIN_CONTROL_OUTPUT) || !is_on(pin))
        return false;
    return !(pin->dump->pin_caps & HDA_PIN_CAPS_EAPD) || (pin->state.eapd & HDA_EAPD_ENABLE);
}

/* HDA 7.3.3.28: a beep generator that nothing is connected to is at every output pin. */
static void walk_beep(struct walk *walk)
{
    struct sim_node *pin = walk->ear->pin, *beep = pin->codec->beep;
    struct way way = {.swapped = false};
    if (beep == NULL || pin->codec->beep_wired)
        return;
    apply_output_amp(&way, pin);
    walk_widget(walk, beep, way);
}

static void route_ear(struct sim_ear *ear)
{
    struct walk walk = {.route = &ear->route, .ear = ear, .steps = STEPS_MOST};
    ear->route.count = 0;
    ear->beep_gain[0] = ear->beep_gain[1] = 0;
    if (!sim_ear_is_heard(ear) || !is_open(ear->pin))
        return;
    walk_widget(&walk, ear->pin, (struct way){.swapped = false});
    walk_beep(&walk);
}

static bool hears_several_streams(const struct sim_ear *ear)
{
    unsigned first = 0;
    for (unsigned i = 0; i < ear->route.count; i++) {
        unsigned stream = ear->route.sources[i].node->state.stream_channel >> 4;
        if (first != 0 && stream != 0 && stream != first)
            return true;
        first = stream != 0 ? stream : first;
    }
    return false;
}

/* What is muted on every way is not heard. */
static void drop_muted(struct sim_route *route)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < route->count; i++) {
        const struct sim_source *source = &route->sources[i];
        if (source->gain[0] != 0 || source->gain[1] != 0)
            route->sources[kept++] = *source;
    }
    route->count = kept;
}

static void route_intake(struct sim_intake *intake)
{
    struct walk walk = {.route = &intake->route, .steps = STEPS_MOST};
    intake->route.count = 0;
    if (intake->converter->state.stream_channel >> 4 == 0 || !is_enabled(intake->converter))
        return;
    walk_widget(&walk, intake->converter, (struct way){.swapped = false});
    drop_muted(&intake->route);
    for (unsigned i = 0; i < intake->route.count; i++)
        intake->route.sources[i].node->feed->hearers++;
}

void sim_codec_route(struct sim_codec *codec)
{
    if (!codec->stale)
        return;
    for (unsigned i = 0; i < codec->pin_count; i++) {
        struct sim_ear *ear = &codec->ears[i];
        sim_feed_begin(&codec->feeds[i]);
        route_ear(ear);
        ear->crowded = hears_several_streams(ear);
    }
    for (unsigned i = 0; i < codec->intake_count; i++)
        route_intake(&codec->intakes[i]);
    codec->stale = false;
}
