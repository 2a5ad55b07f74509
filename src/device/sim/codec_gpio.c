/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_gpio.c - the general purpose pins of a function group (HDA 7.3.3.22): GPIOs, which are input
 * or output, and GPIs.
 *
 * An input reads as its level or, if it is sticky, as whether that has changed since 0 was last written to
 * it. A pin that is not enabled reads as 0; what is written to one that is no output counts when it becomes
 * one.
 */
#include "device/sim/codec_state.h"

static uint8_t gpio_inputs(const struct sim_node *group)
{
    return group->state.gpio_enable & ~group->state.gpio_direction;
}

static uint8_t read_inputs(uint8_t inputs, uint8_t sticky, uint8_t latched, uint8_t levels)
{
    return (uint8_t)(inputs & ((sticky & latched) | (~sticky & levels)));
}

uint32_t sim_gpio_get_data(struct sim_node *group, uint32_t payload)
{
    const struct sim_node_state *state = &group->state;
    (void)payload;
    return (state->gpio_data & state->gpio_enable & state->gpio_direction) |
           read_inputs(gpio_inputs(group), state->gpio_sticky, state->gpio_latched, group->levels);
}

uint32_t sim_gpio_set_data(struct sim_node *group, uint32_t payload)
{
    group->state.gpio_data = (uint8_t)payload & group->gpio_bits;
    group->state.gpio_latched &= (uint8_t)payload | (uint8_t)~gpio_inputs(group);
    return 0;
}

uint32_t sim_gpi_get_data(struct sim_node *group, uint32_t payload)
{
    const struct sim_node_state *state = &group->state;
    (void)payload;
    return read_inputs(group->gpi_bits, state->gpi_sticky, state->gpi_latched, group->levels);
}

uint32_t sim_gpi_set_data(struct sim_node *group, uint32_t payload)
{
    group->state.gpi_latched &= (uint8_t)payload;
    return 0;
}

/* Those of the changed inputs that tell: a sticky one only until its change has been taken notice of. */
static uint8_t telling(uint8_t changed, uint8_t enabled, uint8_t sticky, uint8_t latched)
{
    return (uint8_t)(changed & enabled & (uint8_t) ~(sticky & latched));
}

static void inputs_changed(struct sim_node *group, uint8_t changed)
{
    struct sim_node_state *state = &group->state;
    uint8_t gpios = changed & gpio_inputs(group), gpis = changed & group->gpi_bits;
    bool tells = telling(gpios, state->gpio_unsolicited, state->gpio_sticky, state->gpio_latched) |
                 telling(gpis, state->gpi_unsolicited, state->gpi_sticky, state->gpi_latched);
    state->gpio_latched |= gpios & state->gpio_sticky;
    state->gpi_latched |= gpis & state->gpi_sticky;
    if (group->codec->down && ((changed & group->wake_gpios) | (changed & group->wake_gpis)))
        group->codec->waking = true;
    if (tells)
        sim_event_raise(group, sim_gpio_get_data(group, 0));
}

bool sim_codec_gpio(struct sim_codec *codec, uint8_t mask, uint8_t levels)
{
    const struct sim_dump *dump = &codec->dump;
    struct sim_node *group = codec->nodes[dump->audio_group != 0 ? dump->audio_group : dump->modem_group];
    if (mask & ~(group->gpio_bits | group->gpi_bits))
        return false;
    uint8_t old = group->levels;
    group->levels = (uint8_t)((old & ~mask) | (levels & mask));
    if (old != group->levels)
        inputs_changed(group, old ^ group->levels);
    return true;
}
