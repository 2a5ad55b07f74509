/* SPDX-License-Identifier: BSD-2-Clause */
/* codec_node.c - what the nodes of a simulated codec are, and what a reset makes of them. */
#include <string.h>

#include "device/sim/codec_state.h"

#define POWER_STATES_EPSS 0x80000000u
#define DISPLAY_PIN       (HDA_PIN_CAPS_HDMI | HDA_PIN_CAPS_DISPLAYPORT)
#define GPIO_UNSOLICITED  0x40000000u
#define GPIO_WAKE         0x80000000u
#define PROCESSING_BENIGN 0x1u
#define KNOB_STEPS        0x7Fu

static unsigned converter_features(uint32_t caps, unsigned type)
{
    unsigned has = SIM_HAS_CONVERTER;
    if (type == HDA_WIDGET_AUDIO_INPUT)
        has |= SIM_HAS_INPUT | SIM_HAS_SELECT;
    if (caps & HDA_WIDGET_DIGITAL)
        has |= SIM_HAS_DIGITAL;
    if (caps & HDA_WIDGET_STRIPE)
        has |= SIM_HAS_STRIPE;
    return has;
}

static unsigned type_features(const struct sim_node *node)
{
    switch (node->type) {
    case HDA_WIDGET_AUDIO_OUTPUT:
    case HDA_WIDGET_AUDIO_INPUT:
        return converter_features(node->dump->caps, node->type);
    case HDA_WIDGET_SELECTOR:
        return SIM_HAS_SELECT;
    case HDA_WIDGET_PIN:
        return SIM_HAS_PIN | SIM_HAS_SELECT | (node->dump->pin_caps & DISPLAY_PIN ? SIM_HAS_DISPLAY : 0);
    case HDA_WIDGET_VOLUME_KNOB:
        return SIM_HAS_KNOB | SIM_HAS_UNSOLICITED;
    case HDA_WIDGET_BEEP:
        return SIM_HAS_BEEP;
    default:
        return 0;
    }
}

static unsigned widget_features(const struct sim_node *node)
{
    uint32_t caps = node->dump->caps;
    unsigned has = type_features(node);
    if (node->dump->connection_count > 0)
        has |= SIM_HAS_CONNECTIONS;
    if (caps & HDA_WIDGET_POWER)
        has |= SIM_HAS_POWER;
    if (caps & HDA_WIDGET_UNSOLICITED)
        has |= SIM_HAS_UNSOLICITED;
    if (caps & HDA_WIDGET_PROCESSING)
        has |= SIM_HAS_PROCESSING;
    if (node->eapd_bits != 0)
        has |= SIM_HAS_EAPD;
    return has;
}

/* HDA 7.3.4.10: a widget's own amplifier parameters count if it overrides the function group's, as far as the
 * dump has them. */
static uint32_t amp_caps(const struct codec_dump_amp_caps *own, const struct codec_dump_amp_caps *group,
                         bool overrides)
{
    if (own->known && (overrides || !group->known))
        return own->caps;
    return group->known ? group->caps : 0;
}

/* A mixer, a selector and an input converter have an amplifier for each connection, the others one. */
static unsigned count_input_amps(const struct sim_node *node)
{
    unsigned count = node->dump->connection_count;
    if (node->type == HDA_WIDGET_PIN || count == 0)
        return 1;
    return count < CODEC_DUMP_AMPS ? count : CODEC_DUMP_AMPS;
}

static void init_amps(const struct sim_dump *dump, struct sim_node *node)
{
    uint32_t caps = node->dump->caps;
    bool overrides = (caps & HDA_WIDGET_AMP_OVERRIDE) != 0;
    if (caps & HDA_WIDGET_INPUT_AMP) {
        node->input_amp_count = count_input_amps(node);
        node->input_amp_caps = amp_caps(&node->dump->input_amp, &dump->input_amp, overrides);
    }
    if (caps & HDA_WIDGET_OUTPUT_AMP)
        node->output_amp_caps = amp_caps(&node->dump->output_amp, &dump->output_amp, overrides);
}

/* Old kernels print none. */
static uint32_t power_states(const struct codec_dump_power *power)
{
    return power->states_known ? power->states : SIM_POWER_D0_TO_D3;
}

/* HDA 7.3.3.13: a pin can be enabled only for what its capabilities say. */
static uint8_t pin_control_bits(uint32_t caps)
{
    return (uint8_t)((caps & HDA_PIN_CAPS_INPUT ? HDA_PIN_CONTROL_INPUT : 0) |
                     (caps & HDA_PIN_CAPS_OUTPUT ? HDA_PIN_CONTROL_OUTPUT : 0) |
                     (caps & HDA_PIN_CAPS_HEADPHONE ? HDA_PIN_CONTROL_HEADPHONE : 0));
}

/* HDA 7.3.3.16: a pin's balanced output and external amplifier, and any widget's swap of left and right. */
static uint8_t eapd_bits(const struct codec_dump_node *dump, unsigned type)
{
    uint32_t caps = type == HDA_WIDGET_PIN ? dump->pin_caps : 0;
    return (uint8_t)((caps & HDA_PIN_CAPS_BALANCED ? HDA_EAPD_BALANCED : 0) |
                     (caps & HDA_PIN_CAPS_EAPD ? HDA_EAPD_ENABLE : 0) |
                     (dump->caps & HDA_WIDGET_SWAP ? HDA_EAPD_SWAP : 0));
}

static void init_widget(struct sim_node *node)
{
    node->type = node->dump->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
    node->eapd_bits = eapd_bits(node->dump, node->type);
    node->has = widget_features(node);
    node->power_states = power_states(&node->dump->power);
    node->configuration = node->dump->pin_default;
    node->plugged = true;
    node->pin_bits = pin_control_bits(node->dump->pin_caps);
    node->knob_volume = node->dump->knob & KNOB_STEPS;
    node->processing_bits = node->dump->processing & PROCESSING_BENIGN ? 0x03 : 0x01;
    if (node->has & SIM_HAS_PROCESSING)
        node->coefficient_count = node->dump->processing >> HDA_PROCESSING_COUNT_SHIFT & 0xFF;
    init_amps(&node->codec->dump, node);
}

/* HDA 7.3.4.14: a bit for each of so many, eight at most. */
static uint8_t pin_bits(uint32_t count)
{
    return (uint8_t)(count >= 8 ? 0xFF : (1u << count) - 1);
}

static void init_gpio(struct sim_node *node, uint32_t caps)
{
    node->gpio_bits = pin_bits(caps & 0xFF);
    node->gpo_bits = pin_bits(caps >> 8 & 0xFF);
    node->gpi_bits = pin_bits(caps >> 16 & 0xFF);
    if (caps & GPIO_UNSOLICITED) {
        node->gpio_unsolicited_bits = node->gpio_bits;
        node->gpi_unsolicited_bits = node->gpi_bits;
    }
    if (caps & GPIO_WAKE) {
        node->gpio_wake_bits = node->gpio_bits;
        node->gpi_wake_bits = node->gpi_bits;
    }
}

static void init_group(struct sim_node *node)
{
    const struct sim_dump *dump = &node->codec->dump;
    bool audio = node->kind == SIM_AUDIO_GROUP;
    node->has = SIM_HAS_GROUP | SIM_HAS_POWER | SIM_HAS_GPIO;
    if (audio ? dump->audio_unsolicited : dump->modem_unsolicited)
        node->has |= SIM_HAS_UNSOLICITED;
    node->power_states = audio ? power_states(&dump->power) : SIM_POWER_D0_TO_D3;
    node->subsystem_id = dump->subsystem_id;
    init_gpio(node, audio ? dump->gpio : SIM_MODEM_GPIO);
}

void sim_node_init(struct sim_node *node)
{
    node->settles = SIM_NEVER;
    if (node->kind == SIM_WIDGET)
        init_widget(node);
    else if (node->kind != SIM_ROOT)
        init_group(node);
}

static void reset_amp(struct sim_amp *amp, uint32_t caps)
{
    amp->side[0] = amp->side[1] = caps & HDA_AMP_CAPS_MUTE ? HDA_AMP_MUTE : 0;
}

/* Each channel goes into the slot of its number. */
static void reset_display(struct sim_display *display)
{
    for (unsigned slot = 0; slot < SIM_AUDIO_SLOTS; slot++)
        display->slots[slot] = (uint8_t)slot;
}

void sim_node_reset(struct sim_node *node)
{
    memset(&node->state, 0, sizeof(node->state));
    for (unsigned i = 0; i < node->input_amp_count; i++)
        reset_amp(&node->state.input_amps[i], node->input_amp_caps);
    reset_amp(&node->state.output_amp, node->output_amp_caps);
    reset_display(&node->state.display);
    if (node->coefficient_count > 0)
        memset(node->coefficients, 0, node->coefficient_count * sizeof(*node->coefficients));
    if (node->has & SIM_HAS_POWER)
        node->state.power = node->state.settled_power = HDA_POWER_D3;
    if (node->has & SIM_HAS_PIN)
        node->state.sense = node->dump->pin_caps & HDA_PIN_CAPS_IMPEDANCE ? HDA_SENSE_IMPEDANCE : 0;
    node->settles = SIM_NEVER;
    node->settings_reset = (node->power_states & POWER_STATES_EPSS) != 0;
}

unsigned sim_node_channels(const struct sim_node *node)
{
    uint32_t caps = node->dump->caps;
    return ((caps >> HDA_WIDGET_CHANNELS_SHIFT & 7) << 1 | (caps & HDA_WIDGET_STEREO)) + 1;
}

/* The bit of a rate in parameter 0Ah; 0 for one that has none there. */
static uint32_t rate_bit(unsigned rate)
{
    static const unsigned rates[] = {8000,  11025, 16000, 22050,  32000,  44100,
                                     48000, 88200, 96000, 176400, 192000, 384000};
    for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        if (rates[i] == rate)
            return 1u << i;
    }
    return 0;
}

static uint32_t size_bit(unsigned bits)
{
    switch (bits) {
    case 8:
        return HDA_PCM_8_BITS;
    case 16:
        return HDA_PCM_16_BITS;
    case 20:
        return HDA_PCM_20_BITS;
    case 24:
        return HDA_PCM_24_BITS;
    default:
        return HDA_PCM_32_BITS;
    }
}

bool sim_node_can_play(const struct sim_node *node, uint16_t format)
{
    bool overrides = (node->dump->caps & HDA_WIDGET_FORMAT_OVERRIDE) && node->dump->pcm.known;
    uint32_t caps = overrides ? node->dump->pcm.sizes_rates : node->codec->dump.pcm.sizes_rates;
    if (caps == 0 || (format & HDA_FORMAT_NON_PCM))
        return true; /* nothing is known that speaks against it */
    return (caps & rate_bit(sim_format_rate(format))) && (caps & size_bit(sim_format_bits(format)));
}
