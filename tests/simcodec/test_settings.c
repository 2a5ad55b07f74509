/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_settings.c - codecs made from dumps, ours and those in the folder that HDABUS_CODECS names: what each
 * of their nodes can be set to, by the rules of HDA 7.3.3, and what a reset leaves of it.
 */
#include "corpus.h"

#define ANY_LONG  0xA5 /* payloads with bits of both kinds in each half */
#define ANY_SHORT 0x5A

static struct {
    unsigned amplifiers, selections, pins, jacks, displays, coefficients, powers, knobs;
} seen;

static unsigned type_of(const struct codec_dump_node *node)
{
    return node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

static bool is_converter(const struct codec_dump_node *node)
{
    return type_of(node) == HDA_WIDGET_AUDIO_OUTPUT || type_of(node) == HDA_WIDGET_AUDIO_INPUT;
}

static void sets(struct rig *rig, unsigned nid, unsigned set, unsigned payload, unsigned get, uint32_t wanted)
{
    assert_int_equal(send_verb(rig, nid, set, payload), 0);
    assert_int_equal(send_verb(rig, nid, get, 0), wanted);
}

/* ---- Amplifiers (HDA 7.3.3.7) ---------------------------------------------------------------- */

/* What the steps and the mute of its capabilities are, as verbs tell them (HDA 7.3.4.10). */
static uint32_t amp_caps(struct rig *rig, unsigned group, const struct codec_dump_node *node, unsigned which)
{
    uint32_t own = parameter(rig, node->nid, which), inherited = parameter(rig, group, which);
    return (node->caps & HDA_WIDGET_AMP_OVERRIDE) && own != 0 ? own : inherited != 0 ? inherited : own;
}

static void check_amp(struct rig *rig, unsigned nid, unsigned set, unsigned get, uint32_t caps)
{
    unsigned steps = caps >> HDA_AMP_CAPS_STEPS_SHIFT & 0x7F,
             mute = caps & HDA_AMP_CAPS_MUTE ? HDA_AMP_MUTE : 0;
    assert_int_equal(verb4(rig, nid, HDA_GET_AMPLIFIER, get), mute);
    for (unsigned gain = 0; gain <= 0x7F;
         gain += 0x0B) { /* the two sides differ, and go no higher than they can */
        unsigned is = gain < steps ? gain : steps;
        verb4(rig, nid, HDA_SET_AMPLIFIER, set | HDA_AMP_SET_LEFT | gain);
        verb4(rig, nid, HDA_SET_AMPLIFIER, set | HDA_AMP_SET_RIGHT | HDA_AMP_MUTE);
        assert_int_equal(verb4(rig, nid, HDA_GET_AMPLIFIER, get | HDA_AMP_GET_LEFT), is);
        assert_int_equal(verb4(rig, nid, HDA_GET_AMPLIFIER, get), mute);
    }
    seen.amplifiers++;
}

static void check_amps(struct rig *rig, unsigned group, const struct codec_dump_node *node)
{
    unsigned inputs =
        type_of(node) == HDA_WIDGET_PIN || node->connection_count == 0 ? 1 : node->connection_count;
    uint32_t caps = amp_caps(rig, group, node, HDA_PARAMETER_INPUT_AMP);
    for (unsigned i = 0; i < 16; i++) {
        if ((node->caps & HDA_WIDGET_INPUT_AMP) && i < inputs)
            check_amp(rig, node->nid, HDA_AMP_SET_INPUT | i << HDA_AMP_SET_INDEX_SHIFT, i, caps);
        else
            assert_int_equal(verb4(rig, node->nid, HDA_GET_AMPLIFIER, i), 0);
    }
    if (node->caps & HDA_WIDGET_OUTPUT_AMP)
        check_amp(rig, node->nid, HDA_AMP_SET_OUTPUT, HDA_AMP_GET_OUTPUT,
                  amp_caps(rig, group, node, HDA_PARAMETER_OUTPUT_AMP));
}

/* ---- Converters (HDA 7.3.3.8 to 7.3.3.11) ---------------------------------------------------- */

static void check_converter(struct rig *rig, const struct codec_dump_node *node)
{
    bool converts = is_converter(node), digital = converts && (node->caps & HDA_WIDGET_DIGITAL);
    bool input = type_of(node) == HDA_WIDGET_AUDIO_INPUT;
    sets(rig, node->nid, HDA_SET_STREAM_CHANNEL, ANY_LONG, HDA_GET_STREAM_CHANNEL, converts ? ANY_LONG : 0);
    sets(rig, node->nid, HDA_SET_CONVERTER_FORMAT, 0x4131, HDA_GET_CONVERTER_FORMAT, converts ? 0x4131 : 0);
    sets(rig, node->nid, HDA_SET_SDI_SELECT, ANY_LONG, HDA_GET_SDI_SELECT, input ? ANY_LONG & 0xF : 0);
    sets(rig, node->nid, HDA_SET_DIGITAL_CONTROL_1, ANY_LONG, HDA_GET_DIGITAL_CONTROL,
         digital ? ANY_LONG : 0);
    sets(rig, node->nid, HDA_SET_DIGITAL_CONTROL_2, 0x7F, HDA_GET_DIGITAL_CONTROL,
         digital ? 0x7F00 | ANY_LONG : 0);
    sets(rig, node->nid, HDA_SET_CHANNEL_COUNT, 7, HDA_GET_CHANNEL_COUNT, digital ? 7 : 0);
}

/* ---- Selectors (HDA 7.3.3.2) ----------------------------------------------------------------- */

static bool selects(const struct codec_dump_node *node)
{
    unsigned type = type_of(node);
    return type == HDA_WIDGET_SELECTOR || type == HDA_WIDGET_PIN || type == HDA_WIDGET_AUDIO_INPUT;
}

static void check_selection(struct rig *rig, const struct codec_dump_node *node)
{
    for (unsigned i = 0; i < node->connection_count; i++)
        sets(rig, node->nid, HDA_SET_CONNECTION_SELECT, i, HDA_GET_CONNECTION_SELECT, selects(node) ? i : 0);
    seen.selections += selects(node) && node->connection_count > 1;
}

/* ---- Pins (HDA 7.3.3.13 to 7.3.3.16, 7.3.3.31) ----------------------------------------------- */

static uint8_t pin_bits(uint32_t caps)
{
    return (uint8_t)((caps & HDA_PIN_CAPS_INPUT ? HDA_PIN_CONTROL_INPUT : 0) |
                     (caps & HDA_PIN_CAPS_OUTPUT ? HDA_PIN_CONTROL_OUTPUT : 0) |
                     (caps & HDA_PIN_CAPS_HEADPHONE ? HDA_PIN_CONTROL_HEADPHONE : 0));
}

static void check_configuration(struct rig *rig, const struct codec_dump_node *node)
{
    assert_int_equal(verb(rig, node->nid, HDA_GET_CONFIGURATION_DEFAULT, 0), node->pin_default);
    for (unsigned byte = 0; byte < 4; byte++)
        verb(rig, node->nid, HDA_SET_CONFIGURATION_DEFAULT + byte, 0x11 * (byte + 1));
    assert_int_equal(verb(rig, node->nid, HDA_GET_CONFIGURATION_DEFAULT, 0), 0x44332211);
}

/* The tag is the one that is set, and a display says more than a jack. */
static void check_jack(struct rig *rig, const struct codec_dump_node *node)
{
    bool display = node->pin_caps & (HDA_PIN_CAPS_HDMI | HDA_PIN_CAPS_DISPLAYPORT);
    bool known = display && (node->pin_caps & HDA_PIN_CAPS_OUTPUT);
    uint32_t response;
    verb(rig, node->nid, HDA_SET_UNSOLICITED, HDA_UNSOLICITED_ENABLE | ANY_LONG >> 2);
    for (unsigned plugged = 0; plugged < 2; plugged++) {
        assert_true(sim_codec_plug(rig->codec, node->nid, plugged));
        verb(rig, node->nid, HDA_EXECUTE_PIN_SENSE, 0);
        uint32_t sense = verb(rig, node->nid, HDA_GET_PIN_SENSE, 0);
        assert_int_equal((sense & HDA_SENSE_PRESENCE) != 0, plugged);
        assert_int_equal(verb(rig, node->nid, HDA_GET_DISPLAY_ELD, 0) != 0, known && plugged);
        if (!(node->caps & HDA_WIDGET_UNSOLICITED))
            continue;
        assert_true(sim_codec_unsolicited(rig->codec, &response));
        assert_int_equal(response >> 26, ANY_LONG >> 2);
        assert_int_equal(response & 3, plugged && known ? 3 : plugged && display);
    }
    assert_false(sim_codec_unsolicited(rig->codec, &response));
    seen.jacks++;
    seen.displays += known;
}

static void check_pin(struct rig *rig, const struct codec_dump_node *node)
{
    bool eapd = node->pin_caps & HDA_PIN_CAPS_EAPD;
    sets(rig, node->nid, HDA_SET_PIN_CONTROL, 0xE0, HDA_GET_PIN_CONTROL, pin_bits(node->pin_caps));
    verb(rig, node->nid, HDA_SET_EAPD, HDA_EAPD_ENABLE);
    assert_int_equal(verb(rig, node->nid, HDA_GET_EAPD, 0), eapd ? HDA_EAPD_ENABLE : 0);
    check_configuration(rig, node);
    if (node->pin_caps & HDA_PIN_CAPS_PRESENCE)
        check_jack(rig, node);
    else
        assert_false(sim_codec_plug(rig->codec, node->nid, false));
    seen.pins++;
}

/* ---- Others ---------------------------------------------------------------------------------- */

/* HDA 7.3.3.5, 7.3.3.6: as many as the parameter says, and the index moves on. */
static void check_coefficients(struct rig *rig, const struct codec_dump_node *node)
{
    unsigned count = parameter(rig, node->nid, HDA_PARAMETER_PROCESSING) >> HDA_PROCESSING_COUNT_SHIFT & 0xFF;
    assert_int_equal(parameter(rig, node->nid, HDA_PARAMETER_PROCESSING), node->processing);
    verb4(rig, node->nid, HDA_SET_COEFFICIENT_INDEX, 0);
    for (unsigned i = 0; i <= count; i++)
        verb4(rig, node->nid, HDA_SET_COEFFICIENT, 0x8000 + i);
    for (unsigned i = 0; i <= count; i++) {
        verb4(rig, node->nid, HDA_SET_COEFFICIENT_INDEX, i);
        assert_int_equal(verb4(rig, node->nid, HDA_GET_COEFFICIENT, 0), i < count ? 0x8000 + i : 0);
    }
    seen.coefficients += count;
}

/* HDA 7.3.3.10: a state that the node names is taken, another is an error. */
static void check_power(struct rig *rig, const struct codec_dump_node *node)
{
    uint32_t states = parameter(rig, node->nid, HDA_PARAMETER_POWER_STATES) & 0x1F;
    for (unsigned state = 0; state <= 5; state++) {
        bool there = state <= 4 && ((states != 0 ? states : 0xF) >> state & 1);
        verb(rig, node->nid, HDA_SET_POWER_STATE, state);
        uint32_t is = verb(rig, node->nid, HDA_GET_POWER_STATE, 0);
        assert_int_equal((is & 0x100) == 0, there);
        if (there)
            assert_int_equal(is & 0xF, state);
    }
    seen.powers++;
}

/* HDA 7.3.3.29 */
static void check_knob(struct rig *rig, const struct codec_dump_node *node)
{
    unsigned steps = parameter(rig, node->nid, HDA_PARAMETER_VOLUME_KNOB) & 0x7F;
    assert_int_equal(verb(rig, node->nid, HDA_GET_VOLUME_KNOB, 0), steps);
    assert_true(sim_codec_turn(rig->codec, node->nid, (uint8_t)(steps / 2)));
    assert_false(sim_codec_turn(rig->codec, node->nid, (uint8_t)(steps + 1)));
    assert_int_equal(verb(rig, node->nid, HDA_GET_VOLUME_KNOB, 0) & 0x7F, steps / 2);
    seen.knobs++;
}

static void check_node(struct rig *rig, const struct codec_dump *dump, const struct codec_dump_node *node)
{
    uint32_t told;
    check_amps(rig, dump->audio_group, node);
    check_converter(rig, node);
    check_selection(rig, node);
    if (type_of(node) == HDA_WIDGET_PIN)
        check_pin(rig, node);
    if (node->caps & HDA_WIDGET_PROCESSING)
        check_coefficients(rig, node);
    if (node->caps & HDA_WIDGET_POWER)
        check_power(rig, node);
    if (type_of(node) == HDA_WIDGET_VOLUME_KNOB)
        check_knob(rig, node);
    while (sim_codec_unsolicited(rig->codec, &told))
        ;
}

/* HDA 7.3.3.22: as many as the parameter says. */
static void check_group(struct rig *rig, const struct codec_dump *dump)
{
    unsigned count = dump->gpio & 0xFF;
    uint8_t bits = (uint8_t)(count >= 8 ? 0xFF : (1u << count) - 1);
    assert_int_equal(parameter(rig, dump->audio_group, HDA_PARAMETER_GPIO), dump->gpio);
    sets(rig, dump->audio_group, HDA_SET_GPIO_ENABLE, 0xFF, HDA_GET_GPIO_ENABLE, bits);
    sets(rig, dump->audio_group, HDA_SET_GPIO_DIRECTION, 0xFF, HDA_GET_GPIO_DIRECTION, bits);
    sets(rig, dump->audio_group, HDA_SET_GPIO_DATA, ANY_LONG, HDA_GET_GPIO_DATA, bits & ANY_LONG);
    sets(rig, dump->audio_group, HDA_SET_GPIO_STICKY, ANY_SHORT, HDA_GET_GPIO_STICKY, bits & ANY_SHORT);
}

/* HDA 7.3.3.33: two in a row leave nothing but what a BIOS set. */
static void check_reset(struct rig *rig, const struct codec_dump *dump)
{
    verb(rig, dump->audio_group, HDA_FUNCTION_RESET, 0);
    verb(rig, dump->audio_group, HDA_FUNCTION_RESET, 0);
    assert_int_equal(verb(rig, dump->audio_group, HDA_GET_GPIO_ENABLE, 0), 0);
    for (unsigned i = 0; i < dump->node_count; i++) {
        const struct codec_dump_node *node = &dump->nodes[i];
        bool pin = type_of(node) == HDA_WIDGET_PIN;
        assert_int_equal(verb(rig, node->nid, HDA_GET_STREAM_CHANNEL, 0), 0);
        assert_int_equal(verb(rig, node->nid, HDA_GET_CONNECTION_SELECT, 0), 0);
        assert_int_equal(verb(rig, node->nid, HDA_GET_PIN_CONTROL, 0), 0);
        assert_int_equal(verb(rig, node->nid, HDA_GET_UNSOLICITED, 0), 0);
        assert_int_equal(verb(rig, node->nid, HDA_GET_CONFIGURATION_DEFAULT, 0), pin ? 0x44332211 : 0);
    }
}

static void check_dump(const char *name, const char *text, const struct codec_dump *dump)
{
    struct rig *rig = rig_open_dump(dump);
    (void)name;
    (void)text;
    pass(rig, 1);
    verb(rig, 0, HDA_GET_PARAMETER, HDA_PARAMETER_VENDOR_ID);
    for (unsigned i = 0; i < dump->node_count; i++)
        check_node(rig, dump, &dump->nodes[i]);
    if (dump->audio_group != 0) {
        check_group(rig, dump);
        check_reset(rig, dump);
    }
    assert_int_equal(rig->faults, 0);
    rig_close(rig);
}

static void tell_seen(void)
{
    print_message("%u amplifiers, %u selections, %u pins, %u jacks, %u displays, %u coefficients, "
                  "%u power states, %u knobs\n",
                  seen.amplifiers, seen.selections, seen.pins, seen.jacks, seen.displays, seen.coefficients,
                  seen.powers, seen.knobs);
}

static void every_dump_of_ours_can_be_set_as_chapter_7_says(void **state)
{
    (void)state;
    for_each_own_dump(check_dump);
    tell_seen();
}

static void every_real_dump_can_be_set_as_chapter_7_says(void **state)
{
    (void)state;
    for_each_dump(check_dump);
    tell_seen();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_dump_of_ours_can_be_set_as_chapter_7_says, tell_dump),
        cmocka_unit_test_teardown(every_real_dump_can_be_set_as_chapter_7_says, tell_dump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
