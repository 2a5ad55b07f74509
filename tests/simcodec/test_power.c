/* SPDX-License-Identifier: BSD-2-Clause */
/* test_power.c - power states (HDA 7.3.3.10): what is set, what is, and when. */
#include "rig.h"

#define AFG 0x01
#define DAC 0x02

#define ERROR          0x100u
#define CLOCK_STOP_OK  0x200u
#define SETTINGS_RESET 0x400u

static uint32_t power(struct rig *rig, unsigned nid)
{
    return verb(rig, nid, HDA_GET_POWER_STATE, 0);
}

static void set_power(struct rig *rig, unsigned nid, unsigned state)
{
    verb(rig, nid, HDA_SET_POWER_STATE, state);
}

static void the_way_up_takes_its_time_and_the_way_down_none(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_power(rig, AFG, 0);
    assert_int_equal(power(rig, AFG), 0x30);
    assert_int_equal(sim_codec_next(rig->codec), SIM_SETTLE_FRAMES);
    pass(rig, SIM_SETTLE_FRAMES - 1);
    assert_int_equal(power(rig, AFG), 0x30);
    pass(rig, 1);
    assert_int_equal(power(rig, AFG), 0x00);
    assert_true(sim_codec_next(rig->codec) == NEVER);
    set_power(rig, AFG, 2);
    assert_int_equal(power(rig, AFG), 0x22);
    set_power(rig, AFG, 1); /* up, if only a bit */
    assert_int_equal(power(rig, AFG), 0x21);
    set_power(rig, AFG, 3); /* and back before it was there */
    assert_int_equal(power(rig, AFG), 0x33);
    pass(rig, 2 * SIM_SETTLE_FRAMES);
    assert_int_equal(power(rig, AFG), 0x33);
    rig_close(rig);
}

/* A dump with an empty line `Power states:` is of a widget whose parameter 0Fh is 0. */
static void a_widget_that_names_no_state_takes_d0_to_d3(void **state)
{
    struct rig *rig = rig_open("new.codec");
    (void)state;
    assert_int_equal(parameter(rig, 0x08, HDA_PARAMETER_POWER_STATES), 0);
    set_power(rig, AFG, 0);
    set_power(rig, 0x08, 0);
    settle(rig);
    assert_int_equal(power(rig, 0x08), 0x00);
    set_power(rig, 0x08, 4);
    assert_int_equal(power(rig, 0x08), ERROR);
    rig_close(rig);
}

static void asking_again_does_not_delay(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_power(rig, AFG, 0);
    pass(rig, SIM_SETTLE_FRAMES - 1);
    set_power(rig, AFG, 0);
    pass(rig, 1);
    assert_int_equal(power(rig, AFG), 0x00);
    rig_close(rig);
}

static void each_node_settles_by_itself(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_power(rig, AFG, 0);
    pass(rig, 100);
    set_power(rig, DAC, 0);
    assert_int_equal(sim_codec_next(rig->codec), SIM_SETTLE_FRAMES);
    pass(rig, SIM_SETTLE_FRAMES - 100);
    assert_int_equal(power(rig, AFG), 0x00);
    assert_int_equal(power(rig, DAC), 0x30);
    assert_int_equal(sim_codec_next(rig->codec), SIM_SETTLE_FRAMES + 100);
    pass(rig, 100);
    assert_int_equal(power(rig, DAC), 0x00);
    rig_close(rig);
}

static void a_widget_is_in_no_better_power_state_than_its_group(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_power(rig, DAC, 0);
    settle(rig);
    assert_int_equal(power(rig, DAC), 0x30);
    set_power(rig, AFG, 0);
    settle(rig);
    assert_int_equal(power(rig, DAC), 0x00);
    set_power(rig, AFG, 2);
    assert_int_equal(power(rig, DAC), 0x20);
    rig_close(rig);
}

static void a_state_that_is_not_there_is_an_error_until_the_next(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_power(rig, AFG, 2);
    settle(rig);
    set_power(rig, AFG, 4); /* D3cold */
    assert_int_equal(power(rig, AFG), ERROR | 0x22);
    set_power(rig, AFG, 9);
    assert_int_equal(power(rig, AFG), ERROR | 0x22);
    set_power(rig, AFG, 3);
    assert_int_equal(power(rig, AFG), 0x33);
    rig_close(rig);
}

static void a_group_that_does_without_a_clock_says_so_when_it_is_down(void **state)
{
    struct rig *rig = rig_open("new.codec"); /* CLKSTOP, EPSS */
    (void)state;
    set_power(rig, AFG, 3);
    assert_int_equal(power(rig, AFG), CLOCK_STOP_OK | 0x33);
    set_power(rig, AFG, 0);
    assert_int_equal(power(rig, AFG), CLOCK_STOP_OK | 0x30);
    settle(rig);
    assert_int_equal(power(rig, AFG), 0x00);
    rig_close(rig);
}

/* DCN HDA015-B */
static void with_epss_a_node_says_that_its_settings_were_reset(void **state)
{
    struct rig *rig = rig_open("mixing.codec");
    (void)state;
    assert_int_equal(power(rig, AFG), SETTINGS_RESET | 0x33); /* after power-up */
    assert_int_equal(power(rig, AFG), SETTINGS_RESET | 0x33); /* to ask changes nothing */
    set_power(rig, AFG, 3);
    assert_int_equal(power(rig, AFG), 0x33);
    sim_codec_link_reset(rig->codec);
    assert_int_equal(power(rig, AFG), 0x33);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    assert_int_equal(power(rig, AFG), SETTINGS_RESET | 0x33);
    rig_close(rig);
    rig = rig_open(NULL);
    assert_int_equal(power(rig, AFG), 0x33);
    rig_close(rig);
}

static void a_link_reset_on_the_way_up(void **state)
{
    static const struct {
        const char *dump;
        uint32_t after;
    } cases[] = {{NULL, 0x33}, {"mixing.codec", 0x00}}; /* the second has EPSS */
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rig *rig = rig_open(cases[i].dump);
        set_power(rig, AFG, 0);
        pass(rig, 100);
        sim_codec_link_reset(rig->codec);
        rig->frame = 0;
        pass(rig, SIM_SETTLE_FRAMES);
        assert_int_equal(power(rig, AFG), cases[i].after);
        rig_close(rig);
    }
}

/* HDA 7.3.3.33, DCN HDA015-B: two function resets with nothing between. */
static void a_link_reset_comes_between_two_function_resets(void **state)
{
    struct rig *rig = rig_open("mixing.codec");
    (void)state;
    set_power(rig, AFG, 3);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    sim_codec_link_reset(rig->codec);
    verb(rig, AFG, HDA_FUNCTION_RESET, 0);
    assert_int_equal(power(rig, AFG), 0x33); /* settings stay */
    rig_close(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_up_takes_its_time_and_the_way_down_none),
        cmocka_unit_test(a_widget_that_names_no_state_takes_d0_to_d3),
        cmocka_unit_test(asking_again_does_not_delay),
        cmocka_unit_test(each_node_settles_by_itself),
        cmocka_unit_test(a_widget_is_in_no_better_power_state_than_its_group),
        cmocka_unit_test(a_state_that_is_not_there_is_an_error_until_the_next),
        cmocka_unit_test(a_group_that_does_without_a_clock_says_so_when_it_is_down),
        cmocka_unit_test(with_epss_a_node_says_that_its_settings_were_reset),
        cmocka_unit_test(a_link_reset_on_the_way_up),
        cmocka_unit_test(a_link_reset_comes_between_two_function_resets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
