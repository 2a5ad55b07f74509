/* SPDX-License-Identifier: BSD-2-Clause */
/* test_event.c - what happens outside a codec: jacks, general purpose pins and knobs, what verbs read of
 * them, and what the codec says by itself (HDA 7.3.1). */
#include "rig.h"

#define AFG      0x01
#define LINE_OUT 0x0e
#define SPEAKER  0x10
#define MIC      0x11
#define HDMI     0x13
#define KNOB     0x19

#define TRIGGERED 0x06 /* of input.codec */
#define HEADPHONE 0x07

#define PRESENT HDA_SENSE_PRESENCE
#define NOTHING HDA_SENSE_IMPEDANCE
#define ENABLE  HDA_UNSOLICITED_ENABLE
#define NONE    0xFFFFFFFFu

static uint32_t response(struct rig *rig)
{
    uint32_t word;
    return sim_codec_unsolicited(rig->codec, &word) ? word : NONE;
}

static void plug(struct rig *rig, uint8_t pin, bool plugged)
{
    assert_true(sim_codec_plug(rig->codec, pin, plugged));
}

static void gpio(struct rig *rig, uint8_t mask, uint8_t levels)
{
    assert_true(sim_codec_gpio(rig->codec, mask, levels));
}

static uint32_t sense(struct rig *rig, unsigned pin)
{
    return verb(rig, pin, HDA_GET_PIN_SENSE, 0);
}

/* ---- Unsolicited responses ------------------------------------------------------------------- */

static void a_jack_tells_when_it_is_enabled(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    plug(rig, MIC, false);
    assert_int_equal(response(rig), NONE);
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 0x15);
    plug(rig, MIC, true);
    assert_int_equal(sim_codec_next(rig->codec), rig->frame + 1);
    assert_int_equal(response(rig), 0x15u << 26);
    assert_int_equal(response(rig), NONE);
    assert_true(sim_codec_next(rig->codec) == NEVER);
    plug(rig, MIC, true); /* no change */
    assert_int_equal(response(rig), NONE);
    verb(rig, MIC, HDA_SET_UNSOLICITED, 0x15);
    plug(rig, MIC, false);
    assert_int_equal(response(rig), NONE);
    rig_close(rig);
}

static void only_jacks_with_presence_detect_can_be_plugged(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_false(sim_codec_plug(rig->codec, SPEAKER, true));
    assert_false(sim_codec_plug(rig->codec, AFG, true));
    assert_false(sim_codec_plug(rig->codec, 0x77, true));
    rig_close(rig);
}

static void responses_come_in_order_with_the_tag_of_their_time(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 1);
    verb(rig, LINE_OUT, HDA_SET_UNSOLICITED, ENABLE | 2);
    plug(rig, LINE_OUT, false);
    plug(rig, MIC, false);
    verb(rig, LINE_OUT, HDA_SET_UNSOLICITED, ENABLE | 3);
    plug(rig, LINE_OUT, true);
    assert_int_equal(response(rig), 2u << 26);
    assert_int_equal(response(rig), 1u << 26);
    assert_int_equal(response(rig), 3u << 26);
    assert_int_equal(response(rig), NONE);
    rig_close(rig);
}

static void a_display_tells_whether_it_is_there(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    verb(rig, HDMI, HDA_SET_UNSOLICITED, ENABLE | 0x3f);
    plug(rig, HDMI, false);
    plug(rig, HDMI, true);
    assert_int_equal(response(rig), 0xfc000000);
    assert_int_equal(response(rig), 0xfc000003); /* and that its ELD can be read */
    rig_close(rig);
}

/* What does not fit is merged, and what was true last is told. */
static void a_full_queue_loses_no_last_word(void **state)
{
    struct rig *rig = rig_open(NULL);
    unsigned count = 0;
    uint32_t word, last[2] = {NONE, NONE};
    (void)state;
    verb(rig, HDMI, HDA_SET_UNSOLICITED, ENABLE | 1);
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 2);
    for (unsigned i = 0; i < 101; i++)
        plug(rig, HDMI, i % 2 == 1);
    plug(rig, MIC, false);
    for (; (word = response(rig)) != NONE; count++)
        last[word >> 26 == 1 ? 0 : 1] = word;
    assert_int_equal(count, 32 + 2);
    assert_int_equal(last[0], 1u << 26); /* not there */
    assert_int_equal(last[1], 2u << 26);
    plug(rig, HDMI, true);
    assert_int_equal(response(rig), 1u << 26 | 3);
    rig_close(rig);
}

static void what_did_not_fit_is_not_told_once_it_is_disabled(void **state)
{
    struct rig *rig = rig_open(NULL);
    uint32_t word;
    (void)state;
    verb(rig, HDMI, HDA_SET_UNSOLICITED, ENABLE | 1);
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 2);
    for (unsigned i = 0; i < 32; i++)
        plug(rig, HDMI, i % 2 == 1);
    plug(rig, MIC, false);
    verb(rig, MIC, HDA_SET_UNSOLICITED, 2);
    while ((word = response(rig)) != NONE)
        assert_int_equal(word >> 26, 1);
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 3);
    assert_int_equal(response(rig), NONE);
    plug(rig, MIC, true);
    assert_int_equal(response(rig), 3u << 26);
    rig_close(rig);
}

static void a_link_reset_takes_settings_and_what_waits(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 1);
    plug(rig, MIC, false);
    sim_codec_link_reset(rig->codec);
    plug(rig, MIC, true);
    pass(rig, 1);
    verb(rig, MIC, HDA_GET_UNSOLICITED, 0);
    assert_int_equal(response(rig), NONE);
    rig_close(rig);
}

static void after_a_link_reset_nothing_waits_for_what_did_not_fit(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 1);
    for (unsigned i = 0; i < 33; i++)
        plug(rig, MIC, i % 2 == 1);
    sim_codec_link_reset(rig->codec);
    pass(rig, 1);
    verb(rig, MIC, HDA_SET_UNSOLICITED, ENABLE | 2);
    plug(rig, MIC, true);
    assert_int_equal(response(rig), 2u << 26);
    rig_close(rig);
}

/* DCN HDA015-B: the setting survives with EPSS, and the first command is waited for. */
static void with_epss_what_happened_in_reset_is_told_after_the_first_command(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    pass(rig, 1);
    verb(rig, 0x0c, HDA_SET_UNSOLICITED, ENABLE | 5);
    sim_codec_link_reset(rig->codec);
    plug(rig, 0x0c, false);
    assert_true(sim_codec_wakes(rig->codec));
    pass(rig, 30);
    assert_int_equal(response(rig), NONE);
    assert_true(sim_codec_next(rig->codec) == NEVER);
    verb(rig, 0, HDA_GET_PARAMETER, 0);
    assert_int_equal(response(rig), 5u << 26);
    rig_close(rig);
}

/* ---- Wakes (HDA 4.5.9.2) --------------------------------------------------------------------- */

static void a_jack_wakes_the_link_if_it_was_to_tell(void **state)
{
    (void)state;
    for (unsigned enabled = 0; enabled < 2; enabled++) {
        struct rig *rig = rig_open(NULL);
        verb(rig, MIC, HDA_SET_UNSOLICITED, enabled ? ENABLE : 0);
        pass(rig, 1);
        sim_codec_link_reset(rig->codec);
        sim_codec_link_reset(rig->codec);
        assert_false(sim_codec_wakes(rig->codec));
        plug(rig, LINE_OUT, false);
        assert_false(sim_codec_wakes(rig->codec));
        plug(rig, MIC, false);
        assert_int_equal(sim_codec_wakes(rig->codec), enabled);
        pass(rig, 1); /* the link is up */
        assert_false(sim_codec_wakes(rig->codec));
        rig_close(rig);
    }
}

static void inputs_wake_the_link_by_their_mask(void **state)
{
    static const struct {
        uint8_t mask;
        bool wakes;
    } cases[] = {{0x01, false}, {0x02, true}, {0x04, true}, {0x08, false}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig *rig = rig_open("input.codec");
        verb(rig, AFG, HDA_SET_GPIO_ENABLE, 0x0b);
        verb(rig, AFG, HDA_SET_GPIO_DIRECTION, 0x08);
        verb(rig, AFG, HDA_SET_GPIO_WAKE, 0x0e);
        verb(rig, AFG, HDA_SET_GPI_WAKE, 0x04);
        pass(rig, 1);
        sim_codec_link_reset(rig->codec);
        gpio(rig, cases[i].mask, cases[i].mask);
        assert_int_equal(sim_codec_wakes(rig->codec), cases[i].wakes);
        rig_close(rig);
    }
}

/* ---- Sense (HDA 7.3.3.15) -------------------------------------------------------------------- */

static void presence_and_impedance_are_what_is(void **state)
{
    struct rig *rig = rig_open("input.codec");
    (void)state;
    assert_int_equal(sense(rig, HEADPHONE), PRESENT | 32);
    plug(rig, HEADPHONE, false);
    assert_int_equal(sense(rig, HEADPHONE), NOTHING);
    rig_close(rig);
    rig = rig_open(NULL);
    assert_int_equal(sense(rig, MIC), PRESENT); /* it measures no impedance */
    plug(rig, MIC, false);
    assert_int_equal(sense(rig, MIC), 0);
    rig_close(rig);
}

static void some_jacks_must_be_told_to_measure(void **state)
{
    struct rig *rig = rig_open("input.codec");
    (void)state;
    assert_int_equal(sense(rig, TRIGGERED), NOTHING);
    verb(rig, TRIGGERED, HDA_EXECUTE_PIN_SENSE, 0);
    assert_int_equal(sense(rig, TRIGGERED), PRESENT | 10000);
    plug(rig, TRIGGERED, false);
    assert_int_equal(sense(rig, TRIGGERED), PRESENT | 10000);
    verb(rig, TRIGGERED, HDA_EXECUTE_PIN_SENSE, 0);
    assert_int_equal(sense(rig, TRIGGERED), NOTHING);
    plug(rig, TRIGGERED, true);
    verb(rig, TRIGGERED, HDA_EXECUTE_PIN_SENSE, 0);
    sim_codec_link_reset(rig->codec);
    assert_int_equal(sense(rig, TRIGGERED), NOTHING);
    rig_close(rig);
}

static void what_is_plugged_in_stays_in_over_a_reset(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    plug(rig, MIC, false);
    sim_codec_link_reset(rig->codec);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    assert_int_equal(sense(rig, MIC), 0);
    rig_close(rig);
}

/* ---- General purpose pins: input.codec has four GPIOs, two GPOs and three GPIs --------------- */

static uint32_t data(struct rig *rig)
{
    return verb(rig, AFG, HDA_GET_GPIO_DATA, 0);
}

static void a_gpio_is_input_or_output_when_enabled(void **state)
{
    static const struct {
        uint8_t enable, direction, data, levels, reads;
    } cases[] = {
        {0x0, 0x0, 0xf, 0xf, 0x0}, {0xf, 0x0, 0x0, 0x5, 0x5}, {0xf, 0x0, 0xf, 0x5, 0x5},
        {0xf, 0xf, 0xa, 0x5, 0xa}, {0xf, 0x3, 0x2, 0xc, 0xe}, {0x3, 0x1, 0x1, 0xe, 0x3},
    };
    struct rig *rig = rig_open("input.codec");
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        verb(rig, AFG, HDA_SET_GPIO_ENABLE, cases[i].enable);
        verb(rig, AFG, HDA_SET_GPIO_DIRECTION, cases[i].direction);
        verb(rig, AFG, HDA_SET_GPIO_DATA, cases[i].data);
        gpio(rig, 0xf, cases[i].levels);
        assert_int_equal(data(rig), cases[i].reads);
    }
    assert_false(sim_codec_gpio(rig->codec, 0x10, 0x10));
    rig_close(rig);
}

static void a_sticky_input_keeps_its_change_until_it_is_cleared(void **state)
{
    struct rig *rig = rig_open("input.codec");
    (void)state;
    verb(rig, AFG, HDA_SET_GPIO_ENABLE, 0x3);
    verb(rig, AFG, HDA_SET_GPIO_STICKY, 0x1);
    gpio(rig, 0x3, 0x3);
    gpio(rig, 0x3, 0x0);
    assert_int_equal(data(rig), 0x1);
    verb(rig, AFG, HDA_SET_GPIO_DATA, 0x1); /* 1 does not clear */
    assert_int_equal(data(rig), 0x1);
    verb(rig, AFG, HDA_SET_GPIO_DATA, 0x0);
    assert_int_equal(data(rig), 0x0);
    verb(rig, AFG, HDA_SET_GPI_STICKY, 0x4);
    gpio(rig, 0x4, 0x4);
    gpio(rig, 0x4, 0x0);
    assert_int_equal(verb(rig, AFG, HDA_GET_GPI_DATA, 0), 0x4);
    verb(rig, AFG, HDA_SET_GPI_DATA, 0x0);
    assert_int_equal(verb(rig, AFG, HDA_GET_GPI_DATA, 0), 0x0);
    rig_close(rig);
}

static void what_changed_before_an_input_was_sticky_is_not_kept(void **state)
{
    struct rig *rig = rig_open("input.codec");
    (void)state;
    verb(rig, AFG, HDA_SET_GPIO_ENABLE, 0x1);
    gpio(rig, 0x5, 0x5);
    gpio(rig, 0x5, 0x0);
    verb(rig, AFG, HDA_SET_GPIO_STICKY, 0x1);
    verb(rig, AFG, HDA_SET_GPI_STICKY, 0x4);
    assert_int_equal(data(rig), 0);
    assert_int_equal(verb(rig, AFG, HDA_GET_GPI_DATA, 0), 0);
    rig_close(rig);
}

static void inputs_tell_by_their_mask(void **state)
{
    struct rig *rig = rig_open("input.codec");
    (void)state;
    verb(rig, AFG, HDA_SET_UNSOLICITED, ENABLE | 7);
    verb(rig, AFG, HDA_SET_GPIO_ENABLE, 0xb);
    verb(rig, AFG, HDA_SET_GPIO_UNSOLICITED, 0xe);
    gpio(rig, 0x1, 0x1); /* not in the mask */
    assert_int_equal(response(rig), NONE);
    gpio(rig, 0x4, 0x4); /* not enabled */
    assert_int_equal(response(rig), NONE);
    gpio(rig, 0x2, 0x2);
    assert_int_equal(response(rig), 7u << 26 | 0x3);
    gpio(rig, 0x2, 0x0);
    assert_int_equal(response(rig), 7u << 26 | 0x1);
    verb(rig, AFG, HDA_SET_GPIO_STICKY, 0x8);
    gpio(rig, 0x8, 0x8);
    gpio(rig, 0x8, 0x0); /* nobody has taken notice of the first */
    assert_int_equal(response(rig), 7u << 26 | 0x9);
    assert_int_equal(response(rig), NONE);
    verb(rig, AFG, HDA_SET_GPI_UNSOLICITED, 0x4);
    gpio(rig, 0x4, 0x0);
    assert_int_equal(response(rig) >> 26, 7);
    rig_close(rig);
}

/* ---- Volume knobs (HDA 7.3.3.29) ------------------------------------------------------------- */

static void a_knob_tells_where_it_stands_unless_it_acts_itself(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    verb(rig, KNOB, HDA_SET_UNSOLICITED, ENABLE | 9);
    assert_true(sim_codec_turn(rig->codec, KNOB, 40));
    assert_int_equal(response(rig), 9u << 26 | 40);
    assert_int_equal(verb(rig, KNOB, HDA_GET_VOLUME_KNOB, 0), 40);
    verb(rig, KNOB, HDA_SET_VOLUME_KNOB, 0x80 | 3); /* it is turned by hand alone */
    assert_int_equal(verb(rig, KNOB, HDA_GET_VOLUME_KNOB, 0), 0x80 | 40);
    assert_true(sim_codec_turn(rig->codec, KNOB, 87));
    assert_int_equal(response(rig), NONE);
    assert_false(sim_codec_turn(rig->codec, KNOB, 88));
    assert_false(sim_codec_turn(rig->codec, MIC, 1));
    assert_false(sim_codec_turn(rig->codec, 0x77, 1));
    rig_close(rig);
}

/* A dump has no pins of a modem: the simulator's has two. */
static void a_modem_tells_of_ringing_and_wakes(void **state)
{
    struct rig *rig = rig_open("modem.codec");
    (void)state;
    pass(rig, 1);
    verb(rig, 1, HDA_SET_GPIO_ENABLE, 0x02);
    verb(rig, 1, HDA_SET_GPIO_UNSOLICITED, 0x02);
    verb(rig, 1, HDA_SET_GPIO_WAKE, 0x02);
    verb(rig, 1, HDA_SET_UNSOLICITED, ENABLE | 0x21);
    gpio(rig, 0x02, 0x02);
    assert_int_equal(response(rig), 0x21u << 26 | 0x02);
    assert_false(sim_codec_gpio(rig->codec, 0x04, 0x04));
    sim_codec_link_reset(rig->codec);
    gpio(rig, 0x02, 0x00);
    assert_true(sim_codec_wakes(rig->codec));
    rig_close(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jack_tells_when_it_is_enabled),
        cmocka_unit_test(only_jacks_with_presence_detect_can_be_plugged),
        cmocka_unit_test(responses_come_in_order_with_the_tag_of_their_time),
        cmocka_unit_test(a_display_tells_whether_it_is_there),
        cmocka_unit_test(a_full_queue_loses_no_last_word),
        cmocka_unit_test(what_did_not_fit_is_not_told_once_it_is_disabled),
        cmocka_unit_test(a_link_reset_takes_settings_and_what_waits),
        cmocka_unit_test(after_a_link_reset_nothing_waits_for_what_did_not_fit),
        cmocka_unit_test(with_epss_what_happened_in_reset_is_told_after_the_first_command),
        cmocka_unit_test(a_jack_wakes_the_link_if_it_was_to_tell),
        cmocka_unit_test(inputs_wake_the_link_by_their_mask),
        cmocka_unit_test(presence_and_impedance_are_what_is),
        cmocka_unit_test(some_jacks_must_be_told_to_measure),
        cmocka_unit_test(what_is_plugged_in_stays_in_over_a_reset),
        cmocka_unit_test(a_gpio_is_input_or_output_when_enabled),
        cmocka_unit_test(a_sticky_input_keeps_its_change_until_it_is_cleared),
        cmocka_unit_test(what_changed_before_an_input_was_sticky_is_not_kept),
        cmocka_unit_test(inputs_tell_by_their_mask),
        cmocka_unit_test(a_knob_tells_where_it_stands_unless_it_acts_itself),
        cmocka_unit_test(a_modem_tells_of_ringing_and_wakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
