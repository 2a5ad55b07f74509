/* SPDX-License-Identifier: BSD-2-Clause */
/* test_verb.c - the rules of HDA chapter 7 that a codec's answers follow. */
#include "rig.h"

#define AFG       0x01
#define DAC       0x02
#define LINE_OUT  0x0e
#define HEADPHONE 0x0f
#define SPEAKER   0x10
#define MIC       0x11
#define LINE_IN   0x12
#define HDMI      0x13
#define DIGITAL   0x05
#define ADC       0x06
#define MIXER     0x09
#define SELECTOR  0x0a
#define BEEP      0x18
#define KNOB      0x19

#define LEFT  HDA_AMP_SET_LEFT
#define RIGHT HDA_AMP_SET_RIGHT

static void the_root_node_answers_ids_and_function_groups(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(parameter(rig, 0, HDA_PARAMETER_VENDOR_ID), 0x1de40001);
    assert_int_equal(parameter(rig, 0, HDA_PARAMETER_REVISION_ID), 0x100100);
    assert_int_equal(parameter(rig, 0, HDA_PARAMETER_SUBNODES), 0x00010001);
    assert_int_equal(parameter(rig, 0, HDA_PARAMETER_WIDGET_CAPS), 0);
    rig_close(rig);
}

static void the_function_group_answers_its_parameters(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_SUBNODES), 0x00020018);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_FUNCTION_TYPE), 0x101);
    assert_int_not_equal(parameter(rig, AFG, HDA_PARAMETER_FUNCTION_CAPS), 0);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_PCM), 0x001e07ff);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_STREAM_FORMATS), HDA_STREAM_FORMAT_PCM);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_INPUT_AMP), 0x80051f17);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_OUTPUT_AMP), 0x80025757);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_POWER_STATES), 0xF);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_GPIO), 0x40000002);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_VENDOR_ID), 0);
    assert_int_equal(verb(rig, AFG, HDA_GET_SUBSYSTEM_ID, 0), 0x1de40100);
    rig_close(rig);
}

static void widgets_answer_their_parameters(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(parameter(rig, DIGITAL, HDA_PARAMETER_WIDGET_CAPS), 0x6631);
    assert_int_equal(parameter(rig, DIGITAL, HDA_PARAMETER_PCM), 0x001e07ff);
    assert_int_equal(parameter(rig, DAC, HDA_PARAMETER_PCM), 0); /* the function group's */
    assert_int_equal(parameter(rig, DAC, HDA_PARAMETER_OUTPUT_AMP), 0);
    assert_int_equal(parameter(rig, 0x04, HDA_PARAMETER_OUTPUT_AMP), 0x8005271f);
    assert_int_equal(parameter(rig, LINE_OUT, HDA_PARAMETER_PIN_CAPS), 0x14);
    assert_int_equal(parameter(rig, MIXER, HDA_PARAMETER_INPUT_AMP), 0x80000000);
    assert_int_equal(parameter(rig, MIXER, HDA_PARAMETER_CONNECTIONS), 2);
    assert_int_equal(parameter(rig, DAC, HDA_PARAMETER_POWER_STATES), 0xF);
    assert_int_equal(parameter(rig, MIXER, HDA_PARAMETER_POWER_STATES), 0);
    rig_close(rig);
}

static void processing_and_volume_knobs_answer_their_parameters(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    assert_int_equal(parameter(rig, 0, HDA_PARAMETER_SUBNODES), 0x00010002);
    assert_int_equal(parameter(rig, 2, HDA_PARAMETER_FUNCTION_TYPE), 0x102);
    assert_int_equal(parameter(rig, 2, HDA_PARAMETER_SUBNODES), 0);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_SUBNODES), 0x00080008);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_FUNCTION_CAPS) & 0x10000,
                     0x10000); /* a beep generator */
    assert_int_equal(parameter(rig, 0x08, HDA_PARAMETER_PROCESSING), 0x0c01);
    assert_int_equal(parameter(rig, 0x0b, HDA_PARAMETER_VOLUME_KNOB), 0xff);
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_POWER_STATES), 0xe000001f);
    rig_close(rig);
}

static void a_modem_codec_has_one_group_without_widgets(void **state)
{
    struct rig *rig = rig_open("modem.codec");
    (void)state;
    assert_int_equal(parameter(rig, 0, HDA_PARAMETER_SUBNODES), 0x00010001);
    assert_int_equal(parameter(rig, 1, HDA_PARAMETER_FUNCTION_TYPE), 0x102);
    assert_int_equal(parameter(rig, 1, HDA_PARAMETER_SUBNODES), 0);
    assert_int_equal(verb(rig, 1, HDA_GET_SUBSYSTEM_ID, 0), 0x1de40012);
    rig_close(rig);
}

/* What the bus driver and a modem's driver need of it: a dump tells little more than that it is there. */
static void a_modem_has_power_general_purpose_pins_and_resets(void **state)
{
    struct rig *rig = rig_open("modem.codec");
    (void)state;
    assert_int_equal(parameter(rig, 1, HDA_PARAMETER_POWER_STATES), 0x0f);
    assert_int_equal(parameter(rig, 1, HDA_PARAMETER_GPIO), 0xc0000002);
    verb(rig, 1, HDA_SET_POWER_STATE, 0);
    settle(rig);
    assert_int_equal(verb(rig, 1, HDA_GET_POWER_STATE, 0), 0x00);
    verb(rig, 1, HDA_SET_GPIO_ENABLE, 0xff);
    verb(rig, 1, HDA_SET_GPIO_DIRECTION, 0x01);
    verb(rig, 1, HDA_SET_GPIO_DATA, 0xff);
    assert_int_equal(verb(rig, 1, HDA_GET_GPIO_ENABLE, 0), 0x03);
    assert_int_equal(verb(rig, 1, HDA_GET_GPIO_DATA, 0), 0x01); /* the other is an input */
    verb(rig, 1, HDA_SET_SUBSYSTEM_ID, 0x99);
    verb(rig, 1, HDA_FUNCTION_RESET, 0);
    assert_int_equal(verb(rig, 1, HDA_GET_POWER_STATE, 0), 0x33);
    assert_int_equal(verb(rig, 1, HDA_GET_GPIO_ENABLE, 0), 0);
    assert_int_equal(verb(rig, 1, HDA_GET_SUBSYSTEM_ID, 0), 0x1de40099);
    rig_close(rig);
}

static void every_command_is_answered_and_the_unknown_with_0(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(verb(rig, 0x55, HDA_GET_PARAMETER, HDA_PARAMETER_WIDGET_CAPS), 0);
    assert_int_equal(verb(rig, 0xff, HDA_GET_CONFIGURATION_DEFAULT, 0), 0);
    assert_int_equal(verb(rig, DAC, HDA_GET_CONFIGURATION_DEFAULT, 0), 0);
    assert_int_equal(verb(rig, LINE_OUT, 0xFFE, 0), 0);
    assert_int_equal(verb(rig, LINE_OUT, 0x7AB, 0xFF), 0);
    assert_int_equal(verb4(rig, LINE_OUT, 0x1, 0xFFFF), 0);
    assert_int_equal(verb4(rig, LINE_OUT, 0x0, 0xFFFF), 0);
    assert_int_equal(verb(rig, LINE_OUT, HDA_GET_CONFIGURATION_DEFAULT, 0), 0x01014010);
    for (unsigned nid = 0; nid < 256; nid++) {
        for (unsigned id = 0; id < 0x1000; id += 1)
            verb(rig, nid, id, id * 7 & 0xFF);
    }
    assert_int_equal(rig->faults, 0);
    rig_close(rig);
}

static void a_hole_between_nids_is_a_vendor_widget(void **state)
{
    struct rig *rig = rig_open("long.codec");
    (void)state;
    assert_int_equal(parameter(rig, AFG, HDA_PARAMETER_SUBNODES), 0x007e0006);
    assert_int_equal(parameter(rig, 0x82, HDA_PARAMETER_WIDGET_CAPS), 0x00f00000);
    assert_int_equal(parameter(rig, 0x84, HDA_PARAMETER_WIDGET_CAPS), 0);
    rig_close(rig);
}

static void connection_lists_have_four_entries_in_short_form(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    assert_int_equal(parameter(rig, 0x0a, HDA_PARAMETER_CONNECTIONS), 4);
    assert_int_equal(verb(rig, 0x0a, HDA_GET_CONNECTION_LIST, 0), 0x770c0d0c);
    assert_int_equal(verb(rig, 0x0a, HDA_GET_CONNECTION_LIST, 3), 0x770c0d0c);
    assert_int_equal(verb(rig, 0x0a, HDA_GET_CONNECTION_LIST, 4), 0);
    assert_int_equal(verb(rig, 0x0a, HDA_GET_CONNECTION_LIST, 0xff), 0);
    rig_close(rig);
}

static void connection_lists_have_two_entries_in_long_form(void **state)
{
    struct rig *rig = rig_open("long.codec");
    (void)state;
    assert_int_equal(parameter(rig, 0x81, HDA_PARAMETER_CONNECTIONS), 3 | HDA_CONNECTIONS_LONG_FORM);
    assert_int_equal(verb(rig, 0x81, HDA_GET_CONNECTION_LIST, 0), 0x0080007e);
    assert_int_equal(verb(rig, 0x81, HDA_GET_CONNECTION_LIST, 2), 0x0000007e);
    rig_close(rig);
}

/* A codec with one widget, a selector at `nid` with this list. */
static struct rig *open_list(uint8_t nid, unsigned count, const uint8_t *list)
{
    struct codec_dump *dump = calloc(1, sizeof(*dump));
    assert_non_null(dump);
    dump->audio_group = AFG;
    dump->node_count = 1;
    dump->nodes[0].nid = nid;
    dump->nodes[0].caps = HDA_WIDGET_SELECTOR << HDA_WIDGET_TYPE_SHIFT | HDA_WIDGET_CONNECTION_LIST;
    dump->nodes[0].connection_count = count;
    memcpy(dump->nodes[0].connections, list, count);
    struct rig *rig = rig_open_dump(dump);
    free(dump);
    return rig;
}

static const uint8_t runs[] = {0x20, 0x21, 0x22, 0x23, 0x10, 0x11, 0x30, 0x31, 0x32, 0x31, 0x30};

/* HDA 7.1.2: the bit above a NID says that it ends a range which the entry before began. */
static void a_run_of_nids_is_a_range_where_the_widget_is_odd(void **state)
{
    struct rig *rig = open_list(0x03, sizeof(runs), runs);
    (void)state;
    assert_int_equal(parameter(rig, 0x03, HDA_PARAMETER_CONNECTIONS), 8);
    assert_int_equal(verb(rig, 0x03, HDA_GET_CONNECTION_LIST, 0), 0x1110a320); /* two are no range */
    assert_int_equal(verb(rig, 0x03, HDA_GET_CONNECTION_LIST, 4), 0x3031b230); /* nor is a way down */
    assert_int_equal(verb(rig, 0x03, HDA_GET_CONNECTION_LIST, 8), 0);
    verb(rig, 0x03, HDA_SET_CONNECTION_SELECT, 10); /* counts NIDs, not entries */
    assert_int_equal(verb(rig, 0x03, HDA_GET_CONNECTION_SELECT, 0), 10);
    rig_close(rig);
    rig = open_list(0x04, sizeof(runs), runs);
    assert_int_equal(parameter(rig, 0x04, HDA_PARAMETER_CONNECTIONS), 11);
    assert_int_equal(verb(rig, 0x04, HDA_GET_CONNECTION_LIST, 0), 0x23222120);
    rig_close(rig);
}

static void ranges_have_sixteen_bits_in_long_form(void **state)
{
    static const uint8_t list[] = {0x7e, 0x7f, 0x80, 0x05};
    struct rig *rig = open_list(0x03, sizeof(list), list);
    (void)state;
    assert_int_equal(parameter(rig, 0x03, HDA_PARAMETER_CONNECTIONS), 3 | HDA_CONNECTIONS_LONG_FORM);
    assert_int_equal(verb(rig, 0x03, HDA_GET_CONNECTION_LIST, 0), 0x8080007e);
    assert_int_equal(verb(rig, 0x03, HDA_GET_CONNECTION_LIST, 2), 0x00000005);
    rig_close(rig);
}

static void a_connection_that_is_not_there_cannot_be_selected(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    verb(rig, SELECTOR, HDA_SET_CONNECTION_SELECT, 1);
    assert_int_equal(verb(rig, SELECTOR, HDA_GET_CONNECTION_SELECT, 0), 1);
    verb(rig, SELECTOR, HDA_SET_CONNECTION_SELECT, 2);
    verb4(rig, SELECTOR, 0x0, 0); /* no verb, and none that sets */
    assert_int_equal(verb(rig, SELECTOR, HDA_GET_CONNECTION_SELECT, 0), 1);
    verb(rig, MIXER, HDA_SET_CONNECTION_SELECT, 1);
    assert_int_equal(verb(rig, MIXER, HDA_GET_CONNECTION_SELECT, 0), 0);
    rig_close(rig);
}

static void after_power_up_nothing_is_on(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(verb(rig, AFG, HDA_GET_POWER_STATE, 0), 0x33);
    assert_int_equal(verb(rig, DAC, HDA_GET_POWER_STATE, 0), 0x33);
    assert_int_equal(verb(rig, DAC, HDA_GET_STREAM_CHANNEL, 0), 0);
    assert_int_equal(verb4(rig, DAC, HDA_GET_CONVERTER_FORMAT, 0), 0);
    assert_int_equal(verb4(rig, DAC, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT), 0x80);
    assert_int_equal(verb4(rig, MIXER, HDA_GET_AMPLIFIER, 1), 0x80);
    assert_int_equal(verb(rig, LINE_OUT, HDA_GET_PIN_CONTROL, 0), 0);
    assert_int_equal(verb(rig, SPEAKER, HDA_GET_EAPD, 0), 0);
    assert_int_equal(verb(rig, SELECTOR, HDA_GET_CONNECTION_SELECT, 0), 0);
    assert_int_equal(verb(rig, LINE_OUT, HDA_GET_UNSOLICITED, 0), 0);
    rig_close(rig);
}

static void a_dumps_settings_are_not_the_power_up_state(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    assert_int_equal(verb(rig, 0x0c, HDA_GET_PIN_CONTROL, 0), 0);
    assert_int_equal(verb(rig, 0x0a, HDA_GET_CONNECTION_SELECT, 0), 0);
    assert_int_equal(verb(rig, 0x08, HDA_GET_STREAM_CHANNEL, 0), 0);
    assert_int_equal(verb(rig, 0x0c, HDA_GET_CONFIGURATION_DEFAULT, 0), 0x18560010);
    rig_close(rig);
}

static void amplifiers_are_set_per_side_direction_and_index(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    verb4(rig, 0x0a, HDA_SET_AMPLIFIER, HDA_AMP_SET_INPUT | LEFT | 2 << HDA_AMP_SET_INDEX_SHIFT | 0x11);
    verb4(rig, 0x0a, HDA_SET_AMPLIFIER, HDA_AMP_SET_INPUT | RIGHT | 2 << HDA_AMP_SET_INDEX_SHIFT | 0x92);
    assert_int_equal(verb4(rig, 0x0a, HDA_GET_AMPLIFIER, HDA_AMP_GET_LEFT | 2), 0x11);
    assert_int_equal(verb4(rig, 0x0a, HDA_GET_AMPLIFIER, 2), 0x92);
    assert_int_equal(verb4(rig, 0x0a, HDA_GET_AMPLIFIER, HDA_AMP_GET_LEFT | 1), 0x80);
    assert_int_equal(verb4(rig, 0x0a, HDA_GET_AMPLIFIER, 4), 0); /* four connections */
    assert_int_equal(verb4(rig, 0x0a, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT), 0);
    verb4(rig, 0x08, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | LEFT | RIGHT | 0x7f);
    assert_int_equal(verb4(rig, 0x08, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT), 0x1f); /* the highest step */
    rig_close(rig);
}

static void an_amplifier_that_cannot_mute_does_not(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(verb4(rig, 0x03, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT), 0);
    verb4(rig, 0x03, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | LEFT | RIGHT | 0xff);
    assert_int_equal(verb4(rig, 0x03, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT), 0x7f);
    rig_close(rig);
}

static void controls_read_back_what_they_have(void **state)
{
    static const struct {
        unsigned nid, set, get, payload, reads;
    } cases[] = {
        {DAC, HDA_SET_STREAM_CHANNEL, HDA_GET_STREAM_CHANNEL, 0x52, 0x52},
        {LINE_OUT, HDA_SET_PIN_CONTROL, HDA_GET_PIN_CONTROL, 0xff, 0x40},
        {HEADPHONE, HDA_SET_PIN_CONTROL, HDA_GET_PIN_CONTROL, 0xff, 0xc0},
        {MIC, HDA_SET_PIN_CONTROL, HDA_GET_PIN_CONTROL, 0xff, 0x20},
        {MIC, HDA_SET_PIN_CONTROL, HDA_GET_PIN_CONTROL, 0x24, 0x24},
        {LINE_IN, HDA_SET_PIN_CONTROL, HDA_GET_PIN_CONTROL, 0x60, 0x20},
        {SPEAKER, HDA_SET_EAPD, HDA_GET_EAPD, 0xff, HDA_EAPD_ENABLE},
        {LINE_OUT, HDA_SET_EAPD, HDA_GET_EAPD, 0xff, 0},
        {LINE_OUT, HDA_SET_UNSOLICITED, HDA_GET_UNSOLICITED, 0xff, 0xbf},
        {SPEAKER, HDA_SET_UNSOLICITED, HDA_GET_UNSOLICITED, 0xff, 0},
        {AFG, HDA_SET_UNSOLICITED, HDA_GET_UNSOLICITED, 0x81, 0x81},
        {ADC, HDA_SET_SDI_SELECT, HDA_GET_SDI_SELECT, 0xff, 0x0f},
        {DAC, HDA_SET_SDI_SELECT, HDA_GET_SDI_SELECT, 0xff, 0},
        {AFG, HDA_SET_GPIO_ENABLE, HDA_GET_GPIO_ENABLE, 0xff, 0x03},
        {AFG, HDA_SET_GPIO_DIRECTION, HDA_GET_GPIO_DIRECTION, 0xff, 0x03},
        {AFG, HDA_SET_GPIO_DATA, HDA_GET_GPIO_DATA, 0xff, 0x03},
        {AFG, HDA_SET_GPIO_WAKE, HDA_GET_GPIO_WAKE, 0xff, 0},
        {AFG, HDA_SET_GPIO_UNSOLICITED, HDA_GET_GPIO_UNSOLICITED, 0xff, 0x03},
        {AFG, HDA_SET_GPIO_STICKY, HDA_GET_GPIO_STICKY, 0xff, 0x03},
        {AFG, HDA_SET_GPO_DATA, HDA_GET_GPO_DATA, 0xff, 0},
        {AFG, HDA_SET_GPI_STICKY, HDA_GET_GPI_STICKY, 0xff, 0},
        {DIGITAL, HDA_SET_CHANNEL_COUNT, HDA_GET_CHANNEL_COUNT, 0x07, 0x07},
        {DIGITAL, HDA_SET_DIGITAL_CONTROL_1, HDA_GET_DIGITAL_CONTROL, 0x91, 0x91},
        {DIGITAL, HDA_SET_DIGITAL_CONTROL_2, HDA_GET_DIGITAL_CONTROL, 0x02, 0x0291},
        {DIGITAL, HDA_SET_DIGITAL_CONTROL_3, HDA_GET_DIGITAL_CONTROL, 0x01, 0x010291},
        {DIGITAL, HDA_SET_DIGITAL_CONTROL_4, HDA_GET_DIGITAL_CONTROL, 0xff, 0x010291},
        {DIGITAL, HDA_SET_DIGITAL_CONTROL_2, HDA_GET_DIGITAL_CONTROL, 0xff, 0x017f91},
        {DIGITAL, HDA_SET_DIGITAL_CONTROL_3, HDA_GET_DIGITAL_CONTROL, 0xff, 0x8f7f91},
        {DIGITAL, HDA_SET_STRIPE_CONTROL, HDA_GET_STRIPE_CONTROL, 0x02, 0x700002},
        {DIGITAL, HDA_SET_STRIPE_CONTROL, HDA_GET_STRIPE_CONTROL, 0x03, 0x700002},
        {DAC, HDA_SET_STRIPE_CONTROL, HDA_GET_STRIPE_CONTROL, 0x01, 0},
        {HDMI, HDA_SET_DISPLAY_TRANSMIT, HDA_GET_DISPLAY_TRANSMIT, 0xff, 0xc0},
        {HDMI, HDA_SET_DISPLAY_PROTECTION, HDA_GET_DISPLAY_PROTECTION, 0xff, 0x03},
        {HDMI, HDA_SET_DISPLAY_INDEX, HDA_GET_DISPLAY_INDEX, 0x1f, 0x1f},
        {LINE_OUT, HDA_SET_DISPLAY_INDEX, HDA_GET_DISPLAY_INDEX, 0x1f, 0},
        {BEEP, HDA_SET_BEEP, HDA_GET_BEEP, 0xff, 0xff},
        {KNOB, HDA_SET_VOLUME_KNOB, HDA_GET_VOLUME_KNOB, 0xff, 0xd7},
        {DAC, HDA_SET_DIGITAL_CONTROL_1, HDA_GET_DIGITAL_CONTROL, 0x91, 0},
    };
    struct rig *rig = rig_open(NULL);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(verb(rig, cases[i].nid, cases[i].set, cases[i].payload), 0);
        assert_int_equal(verb(rig, cases[i].nid, cases[i].get, 0), cases[i].reads);
    }
    verb4(rig, DAC, HDA_SET_CONVERTER_FORMAT, 0x4031);
    assert_int_equal(verb4(rig, DAC, HDA_GET_CONVERTER_FORMAT, 0), 0x4031);
    rig_close(rig);
}

static void beep_knob_and_coefficients_read_back(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    verb(rig, 0x0e, HDA_SET_BEEP, 0x20);
    assert_int_equal(verb(rig, 0x0e, HDA_GET_BEEP, 0), 0x20);
    verb(rig, 0x0b, HDA_SET_VOLUME_KNOB, 0xc5);
    assert_int_equal(verb(rig, 0x0b, HDA_GET_VOLUME_KNOB, 0), 0xc5);
    verb(rig, 0x08, HDA_SET_PROCESSING_STATE, 1);
    assert_int_equal(verb(rig, 0x08, HDA_GET_PROCESSING_STATE, 0), 1);
    verb4(rig, 0x08, HDA_SET_COEFFICIENT_INDEX, 3);
    verb4(rig, 0x08, HDA_SET_COEFFICIENT, 0xbeef);
    assert_int_equal(verb4(rig, 0x08, HDA_GET_COEFFICIENT_INDEX, 0), 4); /* moved on */
    verb4(rig, 0x08, HDA_SET_COEFFICIENT_INDEX, 3);
    assert_int_equal(verb4(rig, 0x08, HDA_GET_COEFFICIENT, 0), 0xbeef);
    verb4(rig, 0x08, HDA_SET_COEFFICIENT_INDEX, 0xffff);
    verb4(rig, 0x08, HDA_SET_COEFFICIENT, 0xbeef);
    assert_int_equal(verb4(rig, 0x08, HDA_GET_COEFFICIENT, 0), 0);
    rig_close(rig);
}

static void there_are_as_many_coefficients_as_the_parameter_says(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    for (unsigned i = 0; i < 14; i++) /* 12 of them; the index moves on */
        verb4(rig, 0x08, HDA_SET_COEFFICIENT, 0x1000 + i);
    for (unsigned i = 0; i < 14; i++) {
        verb4(rig, 0x08, HDA_SET_COEFFICIENT_INDEX, i);
        assert_int_equal(verb4(rig, 0x08, HDA_GET_COEFFICIENT, 0), i < 12 ? 0x1000 + i : 0);
    }
    rig_close(rig);
}

static void processing_is_benign_only_where_it_can_be(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    verb(rig, 0x08, HDA_SET_PROCESSING_STATE, 2);
    assert_int_equal(verb(rig, 0x08, HDA_GET_PROCESSING_STATE, 0), 2);
    rig_close(rig);
    rig = rig_open("mixing.codec");
    verb(rig, 0x08, HDA_SET_PROCESSING_STATE, 2);
    assert_int_equal(verb(rig, 0x08, HDA_GET_PROCESSING_STATE, 0), 0);
    rig_close(rig);
}

static void a_display_has_one_packet_and_slots(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_SIZE, 0), 31);
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_SIZE, 1), 0);
    for (unsigned i = 0; i < 32; i++)
        verb(rig, HDMI, HDA_SET_DISPLAY_DATA, 0x40 + i);
    for (unsigned i = 0; i < 32; i++) /* the index has come round */
        assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_DATA, 0), 0x40 + i);
    verb(rig, HDMI, HDA_SET_DISPLAY_INDEX, 0x20);
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_DATA, 0), 0); /* of the next packet */
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_SLOT, 5), 0x55);
    verb(rig, HDMI, HDA_SET_DISPLAY_SLOT, 0x35);
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_SLOT, 5), 0x35);
    rig_close(rig);
}

/* Byte `at` of a pin's ELD, which must be valid (DCN HDA034-A). */
static uint8_t eld(struct rig *rig, unsigned pin, unsigned at)
{
    uint32_t response = verb(rig, pin, HDA_GET_DISPLAY_ELD, at);
    assert_int_equal(response >> 8, 0x800000);
    return (uint8_t)response;
}

static void a_display_says_what_it_is_by_its_eld(void **state)
{
    struct rig *rig = rig_open(NULL);
    unsigned size = verb(rig, HDMI, HDA_GET_DISPLAY_SIZE, 8), letters = eld(rig, HDMI, 4) & 0x1f;
    unsigned descriptor = 20 + letters;
    char name[32] = "";
    (void)state;
    assert_int_equal(eld(rig, HDMI, 0) >> 3, 2);       /* version, CEA-861-D */
    assert_int_equal(4 + 4 * eld(rig, HDMI, 2), size); /* the block, in double words, behind four bytes */
    assert_int_equal(eld(rig, HDMI, 4) >> 5, 3);       /* version of the EDID's extension */
    assert_int_equal(eld(rig, HDMI, 5) & 0x0c, 0);     /* by HDMI */
    assert_int_equal(descriptor + 3 * (eld(rig, HDMI, 5) >> 4), size);
    assert_int_equal(eld(rig, HDMI, 7) & 0x01, 1); /* a pair of speakers in front, at least */
    for (unsigned i = 0; i < letters; i++)
        name[i] = (char)eld(rig, HDMI, 20 + i);
    assert_string_equal(name, "hdabus display");
    assert_int_equal(eld(rig, HDMI, descriptor), 1 << 3 | 7); /* LPCM, 8 channels */
    assert_int_equal(eld(rig, HDMI, descriptor + 1), 0x7f);
    assert_int_equal(eld(rig, HDMI, descriptor + 2), 0x07);
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_ELD, size), 0);
    assert_int_equal(verb(rig, LINE_OUT, HDA_GET_DISPLAY_ELD, 0), 0);
    rig_close(rig);
}

static void a_display_that_is_gone_has_no_eld(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_true(sim_codec_plug(rig->codec, HDMI, false));
    assert_int_equal(verb(rig, HDMI, HDA_GET_PIN_SENSE, 0), 0);
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_SIZE, 8), 0);
    assert_int_equal(verb(rig, HDMI, HDA_GET_DISPLAY_ELD, 0), 0);
    assert_true(sim_codec_plug(rig->codec, HDMI, true));
    assert_int_equal(verb(rig, HDMI, HDA_GET_PIN_SENSE, 0), HDA_SENSE_PRESENCE | HDA_SENSE_ELD_VALID);
    assert_int_equal(eld(rig, HDMI, 0), 0x10);
    rig_close(rig);
}

/* A codec with one widget, 0x02: a pin with these capabilities. */
static struct rig *open_pin(uint32_t pin_caps)
{
    struct codec_dump *dump = calloc(1, sizeof(*dump));
    assert_non_null(dump);
    dump->audio_group = AFG;
    dump->node_count = 1;
    dump->nodes[0].nid = 0x02;
    dump->nodes[0].caps = HDA_WIDGET_PIN << HDA_WIDGET_TYPE_SHIFT | HDA_WIDGET_DIGITAL;
    dump->nodes[0].pin_caps = pin_caps;
    struct rig *rig = rig_open_dump(dump);
    free(dump);
    return rig;
}

static void an_eld_tells_hdmi_from_displayport(void **state)
{
    const uint32_t caps = HDA_PIN_CAPS_OUTPUT | HDA_PIN_CAPS_PRESENCE;
    struct rig *rig = open_pin(caps | HDA_PIN_CAPS_DISPLAYPORT);
    (void)state;
    assert_int_equal(eld(rig, 0x02, 5) >> 2 & 3, 1);
    rig_close(rig);
    rig = open_pin(caps | HDA_PIN_CAPS_DISPLAYPORT | HDA_PIN_CAPS_HDMI);
    assert_int_equal(eld(rig, 0x02, 5) >> 2 & 3, 0);
    rig_close(rig);
}

static void an_input_and_a_pin_that_cannot_tell_have_no_eld(void **state)
{
    static const uint32_t caps[] = {HDA_PIN_CAPS_HDMI | HDA_PIN_CAPS_INPUT | HDA_PIN_CAPS_PRESENCE,
                                    HDA_PIN_CAPS_HDMI | HDA_PIN_CAPS_OUTPUT};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rig *rig = open_pin(caps[i]);
        assert_int_equal(verb(rig, 0x02, HDA_GET_DISPLAY_SIZE, 8), 0);
        assert_int_equal(verb(rig, 0x02, HDA_GET_DISPLAY_ELD, 0), 0);
        assert_int_equal(verb(rig, 0x02, HDA_GET_PIN_SENSE, 0) & HDA_SENSE_ELD_VALID, 0);
        rig_close(rig);
    }
}

static void jacks_that_can_tell_have_something_plugged_in(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(verb(rig, LINE_OUT, HDA_GET_PIN_SENSE, 0), 0x80000000);
    assert_int_equal(verb(rig, HDMI, HDA_GET_PIN_SENSE, 0), 0xc0000000);
    assert_int_equal(verb(rig, SPEAKER, HDA_GET_PIN_SENSE, 0), 0);
    rig_close(rig);
}

static void set_configuration(struct rig *rig)
{
    for (unsigned byte = 0; byte < 4; byte++) {
        verb(rig, LINE_OUT, HDA_SET_CONFIGURATION_DEFAULT + byte, 0x11 * (byte + 1));
        verb(rig, AFG, HDA_SET_SUBSYSTEM_ID + byte, 0x55 + byte);
    }
}

static void a_reset_clears_settings_but_no_configuration(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 2; kind++) {
        struct rig *rig = rig_open(NULL);
        set_configuration(rig);
        verb(rig, AFG, HDA_SET_POWER_STATE, 0);
        verb(rig, DAC, HDA_SET_STREAM_CHANNEL, 0x10);
        verb4(rig, DAC, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | LEFT | RIGHT | 0x57);
        verb(rig, LINE_OUT, HDA_SET_PIN_CONTROL, 0x40);
        if (kind == 0)
            sim_codec_link_reset(rig->codec);
        else
            verb(rig, AFG, HDA_FUNCTION_RESET, 0);
        assert_int_equal(verb(rig, AFG, HDA_GET_POWER_STATE, 0), 0x33);
        assert_int_equal(verb(rig, DAC, HDA_GET_STREAM_CHANNEL, 0), 0);
        assert_int_equal(verb4(rig, DAC, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT), 0x80);
        assert_int_equal(verb(rig, LINE_OUT, HDA_GET_PIN_CONTROL, 0), 0);
        assert_int_equal(verb(rig, LINE_OUT, HDA_GET_CONFIGURATION_DEFAULT, 0), 0x44332211);
        assert_int_equal(verb(rig, AFG, HDA_GET_SUBSYSTEM_ID, 0), 0x58575655);
        rig_close(rig);
    }
}

static void a_function_reset_goes_to_a_function_group(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    verb(rig, LINE_OUT, HDA_SET_PIN_CONTROL, 0x40);
    verb(rig, LINE_OUT, HDA_FUNCTION_RESET, 0);
    verb(rig, 0, HDA_FUNCTION_RESET, 0);
    assert_int_equal(verb(rig, LINE_OUT, HDA_GET_PIN_CONTROL, 0), 0x40);
    rig_close(rig);
}

static void with_epss_settings_survive_all_but_a_double_reset(void **state)
{
    struct rig *rig = rig_open("mixing.codec");
    (void)state;
    verb(rig, 0x06, HDA_SET_PIN_CONTROL, 0x40);
    verb(rig, 0x02, HDA_SET_STREAM_CHANNEL, 0x10);
    sim_codec_link_reset(rig->codec);
    assert_int_equal(verb(rig, 0x06, HDA_GET_PIN_CONTROL, 0), 0x40);
    assert_int_equal(verb(rig, 0x02, HDA_GET_STREAM_CHANNEL, 0), 0);
    verb(rig, 0x02, HDA_SET_STREAM_CHANNEL, 0x10);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    assert_int_equal(verb(rig, 0x02, HDA_GET_STREAM_CHANNEL, 0), 0);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    assert_int_equal(verb(rig, 0x06, HDA_GET_PIN_CONTROL, 0), 0x40); /* a command stood between the two */
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    assert_int_equal(verb(rig, 0x06, HDA_GET_PIN_CONTROL, 0), 0);
    rig_close(rig);
}

/* The built-in codec is what its description promises. */
static void the_default_codec_has_0_dB_in_every_amplifier(void **state)
{
    struct codec_dump *dump = codec_dump_parse(sim_default_codec, strlen(sim_default_codec), NULL, 0);
    (void)state;
    assert_non_null(dump);
    assert_string_equal(dump->name, "hdabus Default");
    for (unsigned i = 0; i < dump->node_count; i++) {
        uint32_t input = dump->nodes[i].input_amp.caps, output = dump->nodes[i].output_amp.caps;
        assert_in_range(input & 0x7f, 0, input >> 8 & 0x7f);
        assert_in_range(output & 0x7f, 0, output >> 8 & 0x7f);
    }
    codec_dump_free(dump);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_node_answers_ids_and_function_groups),
        cmocka_unit_test(the_function_group_answers_its_parameters),
        cmocka_unit_test(widgets_answer_their_parameters),
        cmocka_unit_test(processing_and_volume_knobs_answer_their_parameters),
        cmocka_unit_test(a_modem_codec_has_one_group_without_widgets),
        cmocka_unit_test(a_modem_has_power_general_purpose_pins_and_resets),
        cmocka_unit_test(every_command_is_answered_and_the_unknown_with_0),
        cmocka_unit_test(a_hole_between_nids_is_a_vendor_widget),
        cmocka_unit_test(connection_lists_have_four_entries_in_short_form),
        cmocka_unit_test(connection_lists_have_two_entries_in_long_form),
        cmocka_unit_test(a_run_of_nids_is_a_range_where_the_widget_is_odd),
        cmocka_unit_test(ranges_have_sixteen_bits_in_long_form),
        cmocka_unit_test(a_connection_that_is_not_there_cannot_be_selected),
        cmocka_unit_test(after_power_up_nothing_is_on),
        cmocka_unit_test(a_dumps_settings_are_not_the_power_up_state),
        cmocka_unit_test(amplifiers_are_set_per_side_direction_and_index),
        cmocka_unit_test(an_amplifier_that_cannot_mute_does_not),
        cmocka_unit_test(controls_read_back_what_they_have),
        cmocka_unit_test(beep_knob_and_coefficients_read_back),
        cmocka_unit_test(there_are_as_many_coefficients_as_the_parameter_says),
        cmocka_unit_test(processing_is_benign_only_where_it_can_be),
        cmocka_unit_test(a_display_has_one_packet_and_slots),
        cmocka_unit_test(a_display_says_what_it_is_by_its_eld),
        cmocka_unit_test(a_display_that_is_gone_has_no_eld),
        cmocka_unit_test(an_eld_tells_hdmi_from_displayport),
        cmocka_unit_test(an_input_and_a_pin_that_cannot_tell_have_no_eld),
        cmocka_unit_test(jacks_that_can_tell_have_something_plugged_in),
        cmocka_unit_test(a_reset_clears_settings_but_no_configuration),
        cmocka_unit_test(a_function_reset_goes_to_a_function_group),
        cmocka_unit_test(with_epss_settings_survive_all_but_a_double_reset),
        cmocka_unit_test(the_default_codec_has_0_dB_in_every_amplifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
