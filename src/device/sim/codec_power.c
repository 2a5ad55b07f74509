/* SPDX-License-Identifier: BSD-2-Clause */
/* codec_power.c - power states of a simulated codec (HDA 7.3.3.10), and the resets that go with them. */
#include "device/sim/codec_state.h"

#define POWER_STATES_EPSS       0x80000000u
#define POWER_STATES_CLOCK_STOP 0x40000000u
#define POWER_ERROR             0x100u
#define POWER_CLOCK_STOP_OK     0x200u
#define POWER_SETTINGS_RESET    0x400u

/* ---- Power states ---------------------------------------------------------------------------- */

uint8_t sim_node_power(const struct sim_node *node)
{
    const struct sim_codec *codec = node->codec;
    uint8_t own = node->has & SIM_HAS_POWER ? node->state.settled_power : HDA_POWER_D0;
    if (node->kind != SIM_WIDGET || codec->dump.audio_group == 0)
        return own;
    uint8_t group = codec->nodes[codec->dump.audio_group]->state.settled_power;
    return own > group ? own : group;
}

/* A function group says whether it does without a clock. */
static bool clock_may_stop(const struct sim_node *node)
{
    return (node->has & SIM_HAS_GROUP) && (node->power_states & POWER_STATES_CLOCK_STOP) &&
           sim_node_power(node) >= HDA_POWER_D3;
}

uint32_t sim_power_get(struct sim_node *node, uint32_t payload)
{
    (void)payload;
    return (node->settings_reset ? POWER_SETTINGS_RESET : 0) |
           (clock_may_stop(node) ? POWER_CLOCK_STOP_OK : 0) | (node->state.power_error ? POWER_ERROR : 0) |
           (uint32_t)sim_node_power(node) << HDA_POWER_ACTUAL_SHIFT | node->state.power;
}

static void settle_later(struct sim_node *node)
{
    struct sim_codec *codec = node->codec;
    node->settles = codec->frame + SIM_SETTLE_FRAMES;
    if (node->settles < codec->settles)
        codec->settles = node->settles;
}

/* Real codecs have widgets with power control whose parameter 0Fh is 0: those take what HDA 7.3.4.12 wants of
 * all. */
static bool has_state(const struct sim_node *node, uint32_t power)
{
    uint32_t states = node->power_states & SIM_POWER_STATES;
    return power <= 4 && ((states != 0 ? states : SIM_POWER_D0_TO_D3) >> power & 1);
}

/* A state that the node does not have is not taken, and that is an error. */
uint32_t sim_power_set(struct sim_node *node, uint32_t payload)
{
    uint32_t power = payload & 0xF;
    node->state.power_error = !has_state(node, power);
    if (node->state.power_error || power == node->state.power)
        return 0;
    node->state.power = (uint8_t)power;
    node->settles = SIM_NEVER;
    if (power < node->state.settled_power)
        settle_later(node);
    else
        node->state.settled_power = (uint8_t)power;
    return 0;
}

void sim_power_frame(struct sim_codec *codec)
{
    codec->settles = SIM_NEVER;
    for (unsigned i = 0; i < codec->node_count; i++) {
        struct sim_node *node = &codec->store[i];
        if (node->settles <= codec->frame) {
            node->state.settled_power = node->state.power;
            node->settles = SIM_NEVER;
            codec->stale = true;
        }
        if (node->settles < codec->settles)
            codec->settles = node->settles;
    }
}

/* ---- Resets ---------------------------------------------------------------------------------- */

/* What even a codec that keeps its settings loses: its streams. */
static void drop_streams(struct sim_codec *codec)
{
    for (unsigned i = 0; i < codec->node_count; i++)
        codec->store[i].state.stream_channel = 0;
}

static bool in_group(const struct sim_node *node, const struct sim_node *group)
{
    return node == group || (node->kind == SIM_WIDGET && group->kind == SIM_AUDIO_GROUP);
}

static void reset_group(struct sim_codec *codec, const struct sim_node *group)
{
    for (unsigned i = 0; i < codec->node_count; i++) {
        if (in_group(&codec->store[i], group))
            sim_node_reset(&codec->store[i]);
    }
}

/* HDA 7.3.3.33. With EPSS, which only an audio function group's dump tells, settings go only if the command
 * before was a function reset, too (DCN HDA015-B). */
uint32_t sim_function_reset(struct sim_node *group, uint32_t payload)
{
    struct sim_codec *codec = group->codec;
    (void)payload;
    if ((group->power_states & POWER_STATES_EPSS) && codec->reset_group != group->nid) {
        codec->reset_group = group->nid;
        drop_streams(codec);
    } else {
        codec->reset_group = 0;
        reset_group(codec, group);
    }
    return 0;
}

static bool keeps_settings(const struct sim_codec *codec)
{
    unsigned group = codec->dump.audio_group;
    return group != 0 && (codec->nodes[group]->power_states & POWER_STATES_EPSS);
}

/* A link reset is every codec's: a cable is reset where it begins. */
static void reset_pins(struct sim_codec *codec)
{
    for (unsigned i = 0; i < codec->pin_count; i++) {
        codec->ears[i].streaming_until = 0;
        sim_mix_flush(codec, &codec->ears[i]);
        for (struct sim_cable *c = codec->ears[i].cables; c != NULL; c = sim_cable_next(c))
            sim_cable_reset(c);
    }
}

/* Frames are counted anew: what is on its way up begins again. */
static void restart_frames(struct sim_codec *codec)
{
    codec->frame = 0;
    codec->settles = SIM_NEVER;
    for (unsigned i = 0; i < codec->node_count; i++) {
        if (codec->store[i].settles != SIM_NEVER)
            settle_later(&codec->store[i]);
    }
}

static void lose_settings(struct sim_codec *codec)
{
    codec->events = (struct sim_events){.count = 0};
    for (unsigned i = 0; i < codec->node_count; i++) {
        codec->store[i].missed = false;
        sim_node_reset(&codec->store[i]);
    }
}

void sim_codec_link_reset(struct sim_codec *codec)
{
    sim_events_down(codec);
    codec->stale = true;
    codec->reset_group = 0;
    if (keeps_settings(codec))
        drop_streams(codec);
    else
        lose_settings(codec);
    restart_frames(codec);
    reset_pins(codec);
}
