/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_verb.c - the commands of a simulated codec (HDA 7.3.3).
 *
 * Two kinds: controls that are a register, to be read and written, and those with a routine; each has its
 * table; those of power, lists, pins, displays and general purpose pins have files of their own. A node knows
 * the verbs of what it has; every other verb, and every verb to a NID that is not there, does nothing and
 * answers 0.
 */
#include <string.h>

#include "device/sim/codec_state.h"

/* ---- Registers ------------------------------------------------------------------------------- */

/* A control that is a register: what is set is what is read. `bits` are the ones that there are; `limit` is
 * the offset of a byte of the node that limits them further, 0 when nothing does. */
static const struct register_verb {
    uint16_t get;
    uint16_t set; /* 0: set otherwise */
    unsigned has;
    size_t offset;
    unsigned size;
    uint16_t bits;
    size_t limit;
} register_verbs[] = {
#define AT(member)    offsetof(struct sim_node, member), sizeof(((struct sim_node *)NULL)->member)
#define LIMIT(member) offsetof(struct sim_node, member)
    {HDA_GET_CONNECTION_SELECT, 0, SIM_HAS_SELECT, AT(state.connection), 0, 0},
    {HDA_GET_PROCESSING_STATE, HDA_SET_PROCESSING_STATE, SIM_HAS_PROCESSING, AT(state.processing), 0xFF,
     LIMIT(processing_bits)},
    {HDA_GET_SDI_SELECT, HDA_SET_SDI_SELECT, SIM_HAS_INPUT, AT(state.sdi_select), 0x0F, 0},
    {HDA_GET_STREAM_CHANNEL, HDA_SET_STREAM_CHANNEL, SIM_HAS_CONVERTER, AT(state.stream_channel), 0xFF, 0},
    {HDA_GET_PIN_CONTROL, 0, SIM_HAS_PIN, AT(state.pin_control), 0, 0},
    {HDA_GET_UNSOLICITED, HDA_SET_UNSOLICITED, SIM_HAS_UNSOLICITED, AT(state.unsolicited), 0xBF, 0},
    {HDA_GET_BEEP, HDA_SET_BEEP, SIM_HAS_BEEP, AT(state.beep), 0xFF, 0},
    {HDA_GET_EAPD, HDA_SET_EAPD, SIM_HAS_EAPD, AT(state.eapd), 0xFF, LIMIT(eapd_bits)},
    {HDA_GET_GPI_WAKE, HDA_SET_GPI_WAKE, SIM_HAS_GPIO, AT(state.gpi_wake), 0xFF, LIMIT(gpi_wake_bits)},
    {HDA_GET_GPI_UNSOLICITED, HDA_SET_GPI_UNSOLICITED, SIM_HAS_GPIO, AT(state.gpi_unsolicited), 0xFF,
     LIMIT(gpi_unsolicited_bits)},
    {HDA_GET_GPI_STICKY, HDA_SET_GPI_STICKY, SIM_HAS_GPIO, AT(state.gpi_sticky), 0xFF, LIMIT(gpi_bits)},
    {HDA_GET_GPO_DATA, HDA_SET_GPO_DATA, SIM_HAS_GPIO, AT(state.gpo_data), 0xFF, LIMIT(gpo_bits)},
    {HDA_GET_GPIO_ENABLE, HDA_SET_GPIO_ENABLE, SIM_HAS_GPIO, AT(state.gpio_enable), 0xFF, LIMIT(gpio_bits)},
    {HDA_GET_GPIO_DIRECTION, HDA_SET_GPIO_DIRECTION, SIM_HAS_GPIO, AT(state.gpio_direction), 0xFF,
     LIMIT(gpio_bits)},
    {HDA_GET_GPIO_WAKE, HDA_SET_GPIO_WAKE, SIM_HAS_GPIO, AT(state.gpio_wake), 0xFF, LIMIT(gpio_wake_bits)},
    {HDA_GET_GPIO_UNSOLICITED, HDA_SET_GPIO_UNSOLICITED, SIM_HAS_GPIO, AT(state.gpio_unsolicited), 0xFF,
     LIMIT(gpio_unsolicited_bits)},
    {HDA_GET_GPIO_STICKY, HDA_SET_GPIO_STICKY, SIM_HAS_GPIO, AT(state.gpio_sticky), 0xFF, LIMIT(gpio_bits)},
    {HDA_GET_CHANNEL_COUNT, HDA_SET_CHANNEL_COUNT, SIM_HAS_DIGITAL, AT(state.channel_count), 0x0F, 0},
    {HDA_GET_DIGITAL_CONTROL, 0, SIM_HAS_DIGITAL, AT(state.digital), 0, 0},
    {HDA_GET_DISPLAY_INDEX, HDA_SET_DISPLAY_INDEX, SIM_HAS_DISPLAY, AT(state.display.packet_index), 0xFF, 0},
    {HDA_GET_DISPLAY_TRANSMIT, HDA_SET_DISPLAY_TRANSMIT, SIM_HAS_DISPLAY, AT(state.display.transmit), 0xC0,
     0},
    {HDA_GET_DISPLAY_PROTECTION, HDA_SET_DISPLAY_PROTECTION, SIM_HAS_DISPLAY, AT(state.display.protection),
     0x03, 0},
    {HDA_GET_CONFIGURATION_DEFAULT, 0, SIM_HAS_PIN, AT(configuration), 0, 0},
    {HDA_GET_SUBSYSTEM_ID, 0, SIM_HAS_GROUP, AT(subsystem_id), 0, 0},
    {HDA_GET_CONVERTER_FORMAT, HDA_SET_CONVERTER_FORMAT, SIM_HAS_CONVERTER, AT(state.format), 0xFFFF, 0},
    {HDA_GET_COEFFICIENT_INDEX, HDA_SET_COEFFICIENT_INDEX, SIM_HAS_PROCESSING, AT(state.coefficient), 0xFFFF,
     0},
};

/* A register that is set byte by byte. */
static const struct byte_verb {
    uint16_t set;
    uint8_t byte;
    uint8_t bits;
    unsigned has;
    size_t offset;
    unsigned size;
} byte_verbs[] = {
    {HDA_SET_CONFIGURATION_DEFAULT + 0, 0, 0xFF, SIM_HAS_PIN, AT(configuration)},
    {HDA_SET_CONFIGURATION_DEFAULT + 1, 1, 0xFF, SIM_HAS_PIN, AT(configuration)},
    {HDA_SET_CONFIGURATION_DEFAULT + 2, 2, 0xFF, SIM_HAS_PIN, AT(configuration)},
    {HDA_SET_CONFIGURATION_DEFAULT + 3, 3, 0xFF, SIM_HAS_PIN, AT(configuration)},
    {HDA_SET_SUBSYSTEM_ID + 0, 0, 0xFF, SIM_HAS_GROUP, AT(subsystem_id)},
    {HDA_SET_SUBSYSTEM_ID + 1, 1, 0xFF, SIM_HAS_GROUP, AT(subsystem_id)},
    {HDA_SET_SUBSYSTEM_ID + 2, 2, 0xFF, SIM_HAS_GROUP, AT(subsystem_id)},
    {HDA_SET_SUBSYSTEM_ID + 3, 3, 0xFF, SIM_HAS_GROUP, AT(subsystem_id)},
    {HDA_SET_DIGITAL_CONTROL_1, 0, 0xFF, SIM_HAS_DIGITAL, AT(state.digital)},
    {HDA_SET_DIGITAL_CONTROL_2, 1, 0x7F, SIM_HAS_DIGITAL, AT(state.digital)},
    {HDA_SET_DIGITAL_CONTROL_3, 2, 0x8F, SIM_HAS_DIGITAL, AT(state.digital)},
    {HDA_SET_DIGITAL_CONTROL_4, 3, 0x00, SIM_HAS_DIGITAL, AT(state.digital)},
#undef AT
#undef LIMIT
};

static uint32_t read_member(const struct sim_node *node, size_t offset, unsigned size)
{
    const char *at = (const char *)node + offset;
    uint16_t half;
    uint32_t word;
    if (size == sizeof(uint8_t))
        return *(const uint8_t *)at;
    if (size == sizeof(half)) {
        memcpy(&half, at, sizeof(half));
        return half;
    }
    memcpy(&word, at, sizeof(word));
    return word;
}

static void write_member(struct sim_node *node, size_t offset, unsigned size, uint32_t value)
{
    char *at = (char *)node + offset;
    uint8_t byte = (uint8_t)value;
    uint16_t half = (uint16_t)value;
    if (size == sizeof(byte))
        memcpy(at, &byte, sizeof(byte));
    else if (size == sizeof(half))
        memcpy(at, &half, sizeof(half));
    else
        memcpy(at, &value, sizeof(value));
}

/* False when the verb is none of these. */
static bool run_register(struct sim_node *node, unsigned verb, uint32_t payload, uint32_t *response)
{
    for (size_t i = 0; i < sizeof(register_verbs) / sizeof(register_verbs[0]); i++) {
        const struct register_verb *r = &register_verbs[i];
        if (!(node->has & r->has) || (verb != r->get && (verb != r->set || r->set == 0)))
            continue;
        if (verb == r->get)
            *response = read_member(node, r->offset, r->size);
        else
            write_member(node, r->offset, r->size,
                         payload & r->bits & (r->limit != 0 ? read_member(node, r->limit, 1) : r->bits));
        return true;
    }
    return false;
}

static bool run_byte(struct sim_node *node, unsigned verb, uint32_t payload)
{
    for (size_t i = 0; i < sizeof(byte_verbs) / sizeof(byte_verbs[0]); i++) {
        const struct byte_verb *b = &byte_verbs[i];
        if (!(node->has & b->has) || verb != b->set)
            continue;
        uint32_t kept = read_member(node, b->offset, b->size) & ~(0xFFu << b->byte * 8);
        write_member(node, b->offset, b->size, kept | (payload & b->bits) << b->byte * 8);
        return true;
    }
    return false;
}

/* ---- Connections ----------------------------------------------------------------------------- */

static uint32_t set_connection_select(struct sim_node *node, uint32_t index)
{
    if (index < node->dump->connection_count)
        node->state.connection = (uint8_t)index;
    return 0;
}

/* ---- Stripe control -------------------------------------------------------------------------- */

/* A dump does not tell over how many lines a converter can be striped: all. */
static uint32_t get_stripe(struct sim_node *node, uint32_t payload)
{
    (void)payload;
    return HDA_STRIPE_CAPABILITY | node->state.stripe;
}

/* The fourth code is reserved. */
static uint32_t set_stripe(struct sim_node *node, uint32_t payload)
{
    if ((payload & HDA_STRIPE_CONTROL) != HDA_STRIPE_CONTROL)
        node->state.stripe = payload & HDA_STRIPE_CONTROL;
    return 0;
}

/* ---- Amplifiers (HDA 7.3.3.7) ---------------------------------------------------------------- */

static uint32_t get_amplifier(struct sim_node *node, uint32_t payload)
{
    unsigned side = payload & HDA_AMP_GET_LEFT ? 0 : 1;
    unsigned index = payload & 0xF;
    if (node->kind != SIM_WIDGET)
        return 0;
    if (payload & HDA_AMP_GET_OUTPUT)
        return node->dump->caps & HDA_WIDGET_OUTPUT_AMP ? node->state.output_amp.side[side] : 0;
    return index < node->input_amp_count ? node->state.input_amps[index].side[side] : 0;
}

/* A gain above the highest step is the highest step; what cannot be muted stays unmuted. */
static void set_amp(struct sim_amp *amp, uint32_t caps, uint32_t payload)
{
    uint32_t steps = caps >> HDA_AMP_CAPS_STEPS_SHIFT & 0x7F;
    uint32_t gain = payload & HDA_AMP_GAIN_MASK;
    uint32_t mute = caps & HDA_AMP_CAPS_MUTE ? payload & HDA_AMP_MUTE : 0;
    uint8_t value = (uint8_t)(mute | (gain > steps ? steps : gain));
    if (payload & HDA_AMP_SET_LEFT)
        amp->side[0] = value;
    if (payload & HDA_AMP_SET_RIGHT)
        amp->side[1] = value;
}

static uint32_t set_amplifier(struct sim_node *node, uint32_t payload)
{
    unsigned index = payload >> HDA_AMP_SET_INDEX_SHIFT & 0xF;
    if (node->kind != SIM_WIDGET)
        return 0;
    if ((payload & HDA_AMP_SET_OUTPUT) && (node->dump->caps & HDA_WIDGET_OUTPUT_AMP))
        set_amp(&node->state.output_amp, node->output_amp_caps, payload);
    if ((payload & HDA_AMP_SET_INPUT) && index < node->input_amp_count)
        set_amp(&node->state.input_amps[index], node->input_amp_caps, payload);
    return 0;
}

/* ---- Processing (HDA 7.3.3.5, 7.3.3.6) ------------------------------------------------------- */

static uint32_t get_coefficient(struct sim_node *node, uint32_t payload)
{
    unsigned index = node->state.coefficient;
    (void)payload;
    return index < node->coefficient_count ? node->coefficients[index] : 0;
}

/* The index moves on, so that a table can be loaded with one verb per entry. */
static uint32_t set_coefficient(struct sim_node *node, uint32_t payload)
{
    if (node->state.coefficient < node->coefficient_count)
        node->coefficients[node->state.coefficient] = (uint16_t)payload;
    node->state.coefficient++;
    return 0;
}

/* ---- Dispatch -------------------------------------------------------------------------------- */

#define ANY_NODE 0u

static const struct verb {
    uint16_t id;
    unsigned has;
    uint32_t (*run)(struct sim_node *node, uint32_t payload);
} verbs[] = {
    {HDA_GET_PARAMETER, ANY_NODE, sim_node_parameter},
    {HDA_SET_CONNECTION_SELECT, SIM_HAS_SELECT, set_connection_select},
    {HDA_GET_CONNECTION_LIST, SIM_HAS_CONNECTIONS, sim_list_entries},
    {HDA_GET_POWER_STATE, SIM_HAS_POWER, sim_power_get},
    {HDA_SET_POWER_STATE, SIM_HAS_POWER, sim_power_set},
    {HDA_SET_PIN_CONTROL, SIM_HAS_PIN, sim_pin_control},
    {HDA_GET_PIN_SENSE, SIM_HAS_PIN, sim_pin_sense},
    {HDA_EXECUTE_PIN_SENSE, SIM_HAS_PIN, sim_pin_measure},
    {HDA_GET_VOLUME_KNOB, SIM_HAS_KNOB, sim_knob_get},
    {HDA_SET_VOLUME_KNOB, SIM_HAS_KNOB, sim_knob_set},
    {HDA_GET_GPI_DATA, SIM_HAS_GPIO, sim_gpi_get_data},
    {HDA_SET_GPI_DATA, SIM_HAS_GPIO, sim_gpi_set_data},
    {HDA_GET_GPIO_DATA, SIM_HAS_GPIO, sim_gpio_get_data},
    {HDA_SET_GPIO_DATA, SIM_HAS_GPIO, sim_gpio_set_data},
    {HDA_GET_STRIPE_CONTROL, SIM_HAS_STRIPE, get_stripe},
    {HDA_SET_STRIPE_CONTROL, SIM_HAS_STRIPE, set_stripe},
    {HDA_GET_DISPLAY_SIZE, SIM_HAS_DISPLAY, sim_display_size},
    {HDA_GET_DISPLAY_ELD, SIM_HAS_DISPLAY, sim_display_eld},
    {HDA_GET_DISPLAY_DATA, SIM_HAS_DISPLAY, sim_display_data},
    {HDA_SET_DISPLAY_DATA, SIM_HAS_DISPLAY, sim_display_set_data},
    {HDA_GET_DISPLAY_SLOT, SIM_HAS_DISPLAY, sim_display_slot},
    {HDA_SET_DISPLAY_SLOT, SIM_HAS_DISPLAY, sim_display_set_slot},
    {HDA_FUNCTION_RESET, SIM_HAS_GROUP, sim_function_reset},
    {HDA_GET_AMPLIFIER, ANY_NODE, get_amplifier},
    {HDA_SET_AMPLIFIER, ANY_NODE, set_amplifier},
    {HDA_GET_COEFFICIENT, SIM_HAS_PROCESSING, get_coefficient},
    {HDA_SET_COEFFICIENT, SIM_HAS_PROCESSING, set_coefficient},
};

static uint32_t run_verb(struct sim_node *node, unsigned id, uint32_t payload)
{
    uint32_t response = 0;
    if (run_register(node, id, payload, &response) || run_byte(node, id, payload))
        return response;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (verbs[i].id == id && (verbs[i].has == ANY_NODE || (node->has & verbs[i].has)))
            return verbs[i].run(node, payload);
    }
    return 0;
}

/* HDA 7.3: ids of twelve bits begin with 7 (set) or F (get); others have four bits, below 8 to set. */
static bool is_long_id(uint32_t command)
{
    unsigned top = command >> 16 & 0xF;
    return top == 0x7 || top == 0xF;
}

/* A verb that sets something: a way may have changed, a fault is one again, and the settings of the node are
 * no longer those of its reset (DCN HDA015-B). */
static void after_set(struct sim_codec *codec, struct sim_node *node, unsigned id)
{
    codec->stale = true;
    if (node == NULL)
        return;
    node->state.told = false;
    if (id != HDA_FUNCTION_RESET)
        node->settings_reset = false;
}

bool sim_codec_command(struct sim_codec *codec, uint32_t command, uint32_t *response)
{
    struct sim_node *node = codec->nodes[command >> 20 & 0xFF];
    unsigned top = command >> 16 & 0xF;
    unsigned id = is_long_id(command) ? command >> 8 & 0xFFF : top;
    uint32_t payload = is_long_id(command) ? command & 0xFF : command & 0xFFFF;
    *response = node != NULL ? run_verb(node, id, payload) : 0;
    codec->addressed = true;
    if (id != HDA_FUNCTION_RESET)
        codec->reset_group = 0;
    if (top < 8)
        after_set(codec, node, id);
    return true;
}
