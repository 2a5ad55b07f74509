/* SPDX-License-Identifier: BSD-2-Clause */
/* test_quirks.c - what real controllers do (docs of the shape in controller.h), one field of the shape at a
 * time. */
#include "rig.h"

static struct sim_shape shape;
static struct rig *rig;

static int set_up(void **state)
{
    (void)state;
    shape = rig_shape;
    return 0;
}

/* Whoever created it without a fault of his own. */
static int tear_down(void **state)
{
    *state = rig;
    return rig_teardown(state);
}

static void create(void)
{
    rig = rig_create(&shape);
}

static void create_running(void)
{
    create();
    rig_start(rig);
}

static void play(unsigned frames)
{
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    align(rig);
    run_frames(rig, frames);
}

/* ---- Reset and rings ---------------------------------------------------------------------------- */

static void a_reset_fails_as_often_as_it_is_told(void **state)
{
    (void)state;
    shape.failed_resets = 2;
    create();
    for (unsigned tries = 0; tries < 3; tries++) {
        wr(rig, 0x08, 4, 0);
        wr(rig, 0x08, 4, 1);
        run(rig, 24 * 10000);
        assert_int_equal(rd(rig, 0x08, 4), tries == 2);
    }
    assert_int_equal(rd(rig, 0x0E, 2), 5);
}

static void corbrp_reset_clears_itself(void **state)
{
    const uint32_t command = 1;

    (void)state;
    shape.corbrp_clears = true;
    create_running();
    send_commands(rig, &command, 1);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, 0x4A, 2), 1);
    wr(rig, 0x4C, 1, 0);
    run_frames(rig, 1);
    wr(rig, 0x4A, 2, 0x8000);
    assert_int_equal(rd(rig, 0x4A, 2), 0);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x4A, 2), 0);
    wr(rig, 0x48, 2, 0);
    wr(rig, 0x4C, 1, 2);
    send_commands(rig, &command, 1);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, 0x4A, 2), 1);
}

static void rirbwp_is_no_index(void **state)
{
    const uint32_t command = 1;

    (void)state;
    shape.wild_rirbwp = true;
    create_running();
    assert_int_equal(rd(rig, 0x58, 2), 0xFFFF);
    send_commands(rig, &command, 1);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, 0x58, 2), 0xFFFF);
    assert_int_equal(get32(rig, RIRB_AT + 8), ~1u);
}

static void after_a_command_to_nobody_nobody_answers_until_a_reset(void **state)
{
    const uint32_t commands[] = {1, 0x10000000, 2, 0x20000003};

    (void)state;
    shape.locks_up = true;
    create_running();
    send_commands(rig, commands, 4);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x58, 2), 1);
    wr(rig, 0x4C, 1, 0);
    wr(rig, 0x5C, 1, 0);
    run_frames(rig, 1);
    wr(rig, 0x08, 4, 0);
    run_frames(rig, 20);
    rig_start(rig);
    send_commands(rig, commands, 1);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x58, 2), 1);
}

/* ---- Interrupts --------------------------------------------------------------------------------- */

static bool asked(void)
{
    const uint32_t command = 1;
    bool message;

    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    message = sim_controller_take_message(rig->c);
    wr(rig, 0x5D, 1, 1);
    return message;
}

static void every_third_message_is_lost(void **state)
{
    (void)state;
    shape.lost_messages = 3;
    create_running();
    wr(rig, 0x20, 4, 0xC0000000);
    for (unsigned i = 1; i <= 9; i++)
        assert_int_equal(asked(), i % 3 != 0);
}

static void a_message_comes_once_more_when_its_cause_is_gone(void **state)
{
    (void)state;
    shape.stale_messages = true;
    create_running();
    wr(rig, 0x20, 4, 0xC0000000);
    assert_true(asked());
    assert_int_equal(rd(rig, 0x24, 4), 0);
    assert_true(sim_controller_take_message(rig->c));
    assert_false(sim_controller_take_message(rig->c));
    run_frames(rig, 10);
    assert_false(sim_controller_take_message(rig->c));
}

/* ---- Positions ---------------------------------------------------------------------------------- */

static void positions_of(enum sim_position lpib, uint32_t at_100, uint32_t at_256)
{
    shape.lpib = lpib;
    create_running();
    play(100);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), at_100);
    assert_int_equal(rd(rig, 0x2084, 4), at_100);
    run_frames(rig, 156);
    assert_int_equal(rd(rig, SD(0) + STS, 1), 0x24);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), at_256);
}

static void lpib_tells_the_link(void **state)
{
    (void)state;
    positions_of(SIM_POSITION_EXACT, 400, 1024);
}

static void lpib_is_a_fifo_behind(void **state)
{
    (void)state;
    positions_of(SIM_POSITION_BEHIND, 400 - 192, 1024 - 192);
}

static void lpib_is_a_fifo_ahead(void **state)
{
    (void)state;
    positions_of(SIM_POSITION_AHEAD, 400 + 192, 1024 + 192);
    wr(rig, SD(0) + STS, 1, 4);
    run_frames(rig, 256 - 48); /* it has gone round the buffer before the interrupt that says so */
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 0);
    assert_int_equal(rd(rig, SD(0) + STS, 1), 0x20);
}

/* What has not come yet cannot be told. */
static void lpib_of_an_input_is_not_ahead_of_the_link(void **state)
{
    (void)state;
    shape.lpib = SIM_POSITION_AHEAD;
    shape.inputs = 1;
    create_running();
    rig->codecs[0].sends = 1u << 1;
    play(90);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 360);
}

static void lpib_jumps_a_fifo_at_a_time(void **state)
{
    (void)state;
    positions_of(SIM_POSITION_JUMPS, 384, 960);
}

static void position_buffer_of(enum sim_position positions, uint32_t at_100)
{
    shape.positions = positions;
    create_running();
    put32(rig, PLACES_AT, 0xEEEEEEEE);
    wr(rig, 0x70, 4, (BASE + PLACES_AT) | 1);
    play(100);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 400);
    assert_int_equal(get32(rig, PLACES_AT), at_100);
}

static void the_position_buffer_is_late(void **state)
{
    (void)state;
    position_buffer_of(SIM_POSITION_BEHIND, 400 - 192);
}

static void the_position_buffer_is_never_written(void **state)
{
    (void)state;
    position_buffer_of(SIM_POSITION_NEVER, 0xEEEEEEEE);
}

/* ---- Registers ---------------------------------------------------------------------------------- */

static void without_aliases_a_look_at_them_is_0(void **state)
{
    (void)state;
    shape.no_alias = true;
    create_running();
    assert_false(sim_controller_has_alias(rig->c));
    assert_int_not_equal(rd(rig, 0x30, 4), 0);
    assert_int_equal(rd(rig, 0x2030, 4), 0);
    assert_int_equal(rd(rig, 0x2084, 4), 0);
}

static void look_for_ssync(enum sim_stream_sync ssync, uint32_t at_34, uint32_t at_38)
{
    shape.ssync = ssync;
    create_running();
    wr(rig, 0x34, 4, 0xFF);
    wr(rig, 0x38, 4, 0xFF);
    assert_int_equal(rd(rig, 0x34, 4), at_34);
    assert_int_equal(rd(rig, 0x38, 4), at_38);
}

static void ssync_is_at_34h(void **state)
{
    (void)state;
    look_for_ssync(SIM_SSYNC_34, 0xF, 0);
    play(10);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 0);
    wr(rig, 0x34, 4, 0);
    run_frames(rig, 11);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 40);
}

static void ssync_is_nowhere(void **state)
{
    (void)state;
    look_for_ssync(SIM_SSYNC_NONE, 0, 0);
    play(10);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 40);
}

/* ---- Memory ------------------------------------------------------------------------------------- */

static void play_list(uint32_t at, uint32_t length)
{
    struct fragment list[] = {{at, length, true}, {DATA_AT + 0x8000, 1024, true}};

    prepare(rig, 0, FORMAT_48_16_STEREO, list, 2);
    start(rig, 0);
}

static void a_descriptor_must_not_cross_4_kib(void **state)
{
    (void)state;
    shape.no_page_crossing = true;
    create_running();
    play_list(DATA_AT + 4096 - 512, 512);
    expect_no_fault(rig);
    wr(rig, SD(0) + CTL, 1, 0);
    run_frames(rig, 1);
    wr(rig, SD(0) + CTL, 1, 1);
    run_frames(rig, 1);
    wr(rig, SD(0) + CTL, 1, 0);
    run_frames(rig, 1);
    play_list(DATA_AT + 4096 - 512, 516);
    expect_fault(rig, "SD0: BDL entry 0 crosses 4 KiB");
    assert_int_equal(rd(rig, SD(0) + CTL, 1) & 2, 0);
    assert_int_equal(rd(rig, SD(0) + STS, 1), 0x10);
}

static void addresses_above_4_gib_lose_their_upper_half(void **state)
{
    static uint8_t memory[4096];
    const uint32_t command = 1;

    (void)state;
    shape.address64 = SIM_ADDRESS64_BROKEN;
    create();
    assert_true(sim_controller_remember(rig->c, 0x1F0000000, memory, sizeof(memory)));
    rig_start(rig);
    assert_int_equal(rd(rig, 0x00, 2) & 1, 1);
    wr(rig, 0x4C, 1, 0);
    run_frames(rig, 1);
    wr(rig, 0x44, 4, 1);
    assert_int_equal(rd(rig, 0x44, 4), 1);
    wr(rig, 0x40, 4, 0xF0000000);
    wr(rig, 0x4C, 1, 2);
    send_commands(rig, &command, 1);
    run_frames(rig, 2);
    expect_fault(rig, "the CORB entry at F0000004h is not in memory");
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    put32(rig, BDL_AT + 4, 1); /* of the first fragment */
    start(rig, 0);
    expect_no_fault(rig);
}

static void addresses_of_32_bits_have_no_upper_half(void **state)
{
    (void)state;
    shape.address64 = SIM_ADDRESS32;
    create_running();
    assert_int_equal(rd(rig, 0x00, 2) & 1, 0);
    wr(rig, SD(0) + BDPU, 4, 0xFFFFFFFF);
    assert_int_equal(rd(rig, SD(0) + BDPU, 4), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_reset_fails_as_often_as_it_is_told),
        TEST(corbrp_reset_clears_itself),
        TEST(rirbwp_is_no_index),
        TEST(after_a_command_to_nobody_nobody_answers_until_a_reset),
        TEST(every_third_message_is_lost),
        TEST(a_message_comes_once_more_when_its_cause_is_gone),
        TEST(lpib_tells_the_link),
        TEST(lpib_is_a_fifo_behind),
        TEST(lpib_is_a_fifo_ahead),
        TEST(lpib_of_an_input_is_not_ahead_of_the_link),
        TEST(lpib_jumps_a_fifo_at_a_time),
        TEST(the_position_buffer_is_late),
        TEST(the_position_buffer_is_never_written),
        TEST(without_aliases_a_look_at_them_is_0),
        TEST(ssync_is_at_34h),
        TEST(ssync_is_nowhere),
        TEST(a_descriptor_must_not_cross_4_kib),
        TEST(addresses_above_4_gib_lose_their_upper_half),
        TEST(addresses_of_32_bits_have_no_upper_half),
    };

    return cmocka_run_group_tests_name("sim quirks", tests, NULL, NULL);
}
