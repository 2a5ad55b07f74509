/* SPDX-License-Identifier: BSD-2-Clause */
/* snapshot.c - tests of reading a codec on a table: what it asks, and what becomes of a codec that falls
 * silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "codec/snapshot.h"
#include "fake_codec.h"

#define TYPE(type) ((ULONG)HDA_WIDGET_##type << HDA_WIDGET_TYPE_SHIFT)
#define STEREO     HDA_WIDGET_STEREO
#define LIST       HDA_WIDGET_CONNECTION_LIST
#define AMPS       (HDA_WIDGET_INPUT_AMP | HDA_WIDGET_OUTPUT_AMP)
#define OWN_AMPS   (AMPS | HDA_WIDGET_AMP_OVERRIDE)
#define AMP        0x80051F17u

enum { DAC = FAKE_FIRST, MIXER, PIN, KNOB };

static const struct fake_node nodes[] = {
    {.caps = TYPE(AUDIO_OUTPUT) | STEREO | HDA_WIDGET_OUTPUT_AMP | HDA_WIDGET_POWER},
    {.caps = TYPE(MIXER) | LIST | AMPS, .entries = 2, .list = {DAC, 0x80 | (DAC + 2)}},
    {.caps = TYPE(PIN) | STEREO | LIST | OWN_AMPS, .input_amp = AMP, .entries = 2, .list = {MIXER, DAC}},
    {.caps = TYPE(VOLUME_KNOB), .entries = 1, .list = {DAC}},
};

static struct fake_codec fake;
static struct codec_dump dump;

static NTSTATUS take(void)
{
    return codec_snapshot(&fake.ddi, &dump);
}

static int setup(void **state)
{
    (void)state;
    fake_codec_init(&fake, nodes, RTL_NUMBER_OF(nodes));
    return 0;
}

static void nothing_is_set_and_nothing_asked_twice(void **state)
{
    unsigned i;

    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    for (i = 0; i < fake.sent; i++)
        assert_true(fake.log[i] & 0x80000); /* HDA 7.3: a verb that sets has this bit clear */
    assert_int_equal(fake_repeated(&fake), 0);
    assert_int_equal(fake.batches, 6);
}

static void a_mono_amplifier_is_asked_for_its_left_side_alone(void **state)
{
    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_int_equal(fake_sent16(&fake, MIXER, HDA_GET_AMPLIFIER, HDA_AMP_GET_LEFT), 1);
    assert_int_equal(fake_sent16(&fake, MIXER, HDA_GET_AMPLIFIER, 0), 0);
    assert_int_equal(fake_sent16(&fake, DAC, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT), 1);
    assert_int_equal(fake_sent16(&fake, DAC, HDA_GET_AMPLIFIER, HDA_AMP_GET_OUTPUT | HDA_AMP_GET_LEFT), 1);
}

static void a_mixer_has_an_input_amplifier_for_each_connection_and_a_pin_one(void **state)
{
    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_int_equal(dump.nodes[MIXER - FAKE_FIRST].input_values.count, 3); /* the list has a range */
    assert_int_equal(dump.nodes[PIN - FAKE_FIRST].input_values.count, 1);
}

static void only_what_selects_is_asked_for_its_selection(void **state)
{
    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&fake, PIN, HDA_GET_CONNECTION_SELECT, 0), 1);
    assert_int_equal(fake_sent8(&fake, MIXER, HDA_GET_CONNECTION_SELECT, 0), 0);
    assert_int_equal(dump.nodes[PIN - FAKE_FIRST].selected, 0);
    assert_int_equal(dump.nodes[MIXER - FAKE_FIRST].selected, -1);
}

static void a_group_without_general_purpose_pins_is_not_asked_for_their_states(void **state)
{
    unsigned verb;

    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&fake, FAKE_GROUP, HDA_GET_PARAMETER, HDA_PARAMETER_GPIO), 1);
    for (verb = HDA_GET_GPI_DATA; verb <= HDA_GET_GPIO_STICKY; verb++)
        assert_int_equal(fake_sent8(&fake, FAKE_GROUP, (USHORT)verb, 0), 0);
}

static void a_knob_has_connections_without_saying_so(void **state)
{
    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_int_equal(dump.nodes[KNOB - FAKE_FIRST].connection_count, 1);
}

static void a_widget_says_its_own_parameters_and_not_the_inherited_ones(void **state)
{
    (void)state;
    fake.group.input_amp = fake.group.output_amp = 0x00011111;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_true(dump.input_amp.known);
    assert_false(dump.nodes[MIXER - FAKE_FIRST].input_amp.known);
    assert_int_equal(dump.nodes[PIN - FAKE_FIRST].input_amp.caps, AMP);
    assert_false(dump.nodes[PIN - FAKE_FIRST].output_amp.known);
}

static void the_name_is_the_maker_and_the_number(void **state)
{
    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_string_equal(dump.name, "Realtek ID 262");
}

static void a_codec_that_falls_silent_is_a_timeout(void **state)
{
    unsigned all, after;

    (void)state;
    assert_int_equal(take(), STATUS_SUCCESS);
    all = fake.sent;
    for (after = 1; after < all; after++) {
        setup(NULL);
        fake.mute_after = after;
        assert_int_equal(take(), STATUS_IO_TIMEOUT);
    }
}

static void a_modem_alone_has_a_head(void **state)
{
    (void)state;
    fake.type = HDA_FUNCTION_MODEM | 0x100;
    assert_int_equal(take(), STATUS_SUCCESS);
    assert_int_equal(dump.audio_group, 0);
    assert_int_equal(dump.modem_group, FAKE_GROUP);
    assert_true(dump.modem_unsolicited);
    assert_in_range(fake.batches, 1, 3);
    assert_int_equal(fake_repeated(&fake), 0);
    assert_int_equal(dump.node_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_set_and_nothing_asked_twice, setup),
        cmocka_unit_test_setup(a_mono_amplifier_is_asked_for_its_left_side_alone, setup),
        cmocka_unit_test_setup(a_mixer_has_an_input_amplifier_for_each_connection_and_a_pin_one, setup),
        cmocka_unit_test_setup(only_what_selects_is_asked_for_its_selection, setup),
        cmocka_unit_test_setup(a_group_without_general_purpose_pins_is_not_asked_for_their_states, setup),
        cmocka_unit_test_setup(a_knob_has_connections_without_saying_so, setup),
        cmocka_unit_test_setup(a_widget_says_its_own_parameters_and_not_the_inherited_ones, setup),
        cmocka_unit_test_setup(the_name_is_the_maker_and_the_number, setup),
        cmocka_unit_test_setup(a_codec_that_falls_silent_is_a_timeout, setup),
        cmocka_unit_test_setup(a_modem_alone_has_a_head, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
