/* SPDX-License-Identifier: BSD-2-Clause */
/* codec_pin.c - what is at the pins of a simulated codec, and its volume knob. */
#include "device/sim/codec_state.h"

#define HEADPHONE_OHM 32u
#define LINE_OHM      10000u
#define DISPLAY_HERE  0x1u /* in an unsolicited response */
#define DISPLAY_KNOWN 0x2u /* its ELD is valid */

#define KNOB_DIRECT    0x80u
#define KNOB_VOLUME    0x7Fu
#define KNOB_CAP_DELTA 0x80u

/* ---- Sense (HDA 7.3.3.15) -------------------------------------------------------------------- */

/* All ones: nothing, or nothing that could be measured. */
static uint32_t impedance(const struct sim_node *pin)
{
    if (!pin->plugged)
        return HDA_SENSE_IMPEDANCE;
    return pin->dump->pin_caps & HDA_PIN_CAPS_HEADPHONE ? HEADPHONE_OHM : LINE_OHM;
}

static uint32_t presence(const struct sim_node *pin)
{
    if (!(pin->dump->pin_caps & HDA_PIN_CAPS_PRESENCE) || !pin->plugged)
        return 0;
    return HDA_SENSE_PRESENCE | (sim_display_is_known(pin) ? HDA_SENSE_ELD_VALID : 0);
}

/* A pin that must be told to measure knows what it measured last, the others what is. */
uint32_t sim_pin_sense(struct sim_node *node, uint32_t payload)
{
    uint32_t caps = node->dump->pin_caps;
    (void)payload;
    if (caps & HDA_PIN_CAPS_TRIGGER)
        return node->state.sense;
    return presence(node) | (caps & HDA_PIN_CAPS_IMPEDANCE ? impedance(node) : 0);
}

uint32_t sim_pin_measure(struct sim_node *node, uint32_t payload)
{
    (void)payload;
    node->state.sense = presence(node);
    if (node->dump->pin_caps & HDA_PIN_CAPS_IMPEDANCE)
        node->state.sense |= impedance(node);
    return 0;
}

bool sim_codec_plug(struct sim_codec *codec, uint8_t pin, bool plugged)
{
    struct sim_node *node = sim_codec_pin(codec, pin);
    if (node == NULL || !(node->dump->pin_caps & HDA_PIN_CAPS_PRESENCE))
        return false;
    if (node->plugged == plugged)
        return true;
    node->plugged = plugged;
    sim_event_raise(node, ((node->has & SIM_HAS_DISPLAY) && plugged ? DISPLAY_HERE : 0) |
                              (sim_display_is_known(node) ? DISPLAY_KNOWN : 0));
    return true;
}

/* ---- Control (HDA 7.3.3.13) ------------------------------------------------------------------ */

/* A reference voltage that the pin does not offer leaves it without one. */
uint32_t sim_pin_control(struct sim_node *node, uint32_t payload)
{
    static const uint8_t offer[8] = {0x01, 0x02, 0x04, 0,
                                     0x10, 0x20, 0,    0}; /* by code, in the capabilities */
    uint8_t offered = (uint8_t)(node->dump->pin_caps >> HDA_PIN_CAPS_VREF_SHIFT);
    uint8_t code = payload & HDA_PIN_CONTROL_VREF;
    if (!(offer[code] & offered))
        code = 0;
    node->state.pin_control = (uint8_t)((payload & node->pin_bits) | code);
    return 0;
}

/* ---- Volume knobs (HDA 7.3.3.29) ------------------------------------------------------------- */

uint32_t sim_knob_get(struct sim_node *node, uint32_t payload)
{
    (void)payload;
    return node->state.knob | node->knob_volume;
}

/* A knob that tells where it stands cannot be turned by a driver; one that tells how far it was turned starts
 * from where a driver says. */
uint32_t sim_knob_set(struct sim_node *node, uint32_t payload)
{
    node->state.knob = payload & KNOB_DIRECT;
    if (node->dump->knob & KNOB_CAP_DELTA)
        node->knob_volume = payload & KNOB_VOLUME;
    return 0;
}

/* In direct mode the knob is the gain of the amplifiers that it is connected to, in their steps. */
int sim_knob_step(const struct sim_node *node)
{
    const struct sim_node *knob = node->codec->knob;
    if (knob == NULL || !(knob->state.knob & KNOB_DIRECT))
        return -1;
    for (unsigned i = 0; i < knob->dump->connection_count; i++) {
        if (knob->dump->connections[i] == node->nid)
            return knob->knob_volume;
    }
    return -1;
}

bool sim_codec_turn(struct sim_codec *codec, uint8_t knob, uint8_t volume)
{
    struct sim_node *node = codec->nodes[knob];
    if (node == NULL || !(node->has & SIM_HAS_KNOB) || volume > (node->dump->knob & KNOB_VOLUME))
        return false;
    if (node->knob_volume == volume)
        return true;
    node->knob_volume = volume;
    codec->stale = true;
    if (!(node->state.knob & KNOB_DIRECT))
        sim_event_raise(node, volume);
    return true;
}
