/* SPDX-License-Identifier: BSD-2-Clause */
/* test_qemu_shape.c - the simulator in QEMU's shape: docs/QEMU.md, "The simulator in QEMU's shape", row by
 * row. */
#include "rig.h"

#define OUTPUT 4 /* the first output descriptor */

static int set_up(void **state)
{
    struct rig *rig = rig_create(&sim_qemu_shape);

    *state = rig;
    rig_start(rig);
    return 0;
}

/* A number of commands to codec 0, with RINTCNT and RIRBCTL as given. */
static void ask(struct rig *rig, unsigned count, uint32_t interrupt_count, uint32_t control)
{
    static const uint32_t commands[8] = {0};

    wr(rig, 0x5A, 2, interrupt_count);
    wr(rig, 0x5C, 1, control);
    send_commands(rig, commands, count);
    run_frames(rig, 20);
}

static void four_inputs_lie_before_four_outputs(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rd(rig, 0x00, 2), 0x4401);
    assert_int_equal(rd(rig, SD(7) + FIFOS, 2), 0x100);
    assert_int_equal(rd(rig, 0x4E, 1), 0x42);
    wr(rig, 0x38, 4, 1);
    assert_int_equal(rd(rig, 0x38, 4), 0);
    expect_no_fault(rig);
    rd(rig, SD(8), 1);
    expect_fault(rig, "no register");
}

static void the_corb_stalls_at_the_count_until_rintfl_is_cleared(void **state)
{
    struct rig *rig = *state;

    ask(rig, 5, 3, 3);
    assert_int_equal(rd(rig, 0x58, 2), 3);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
    wr(rig, 0x5D, 1, 1);
    run_frames(rig, 20);
    assert_int_equal(rd(rig, 0x58, 2), 5);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
}

static void without_rintctl_the_corb_stalls_for_good(void **state)
{
    struct rig *rig = *state;

    ask(rig, 5, 3, 2);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    wr(rig, 0x5D, 1, 1);
    run_frames(rig, 20);
    assert_int_equal(rd(rig, 0x58, 2), 3);
}

static void any_write_clears_what_a_1_clears(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 1024);
    start(rig, OUTPUT);
    run_frames(rig, 300);
    assert_int_equal(rd(rig, SD(OUTPUT) + STS, 1), 0x24);
    wr(rig, SD(OUTPUT) + STS, 1, 0);
    assert_int_equal(rd(rig, SD(OUTPUT) + STS, 1), 0x20);
}

static void codecs_are_there_when_crst_is_0(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x4C, 1, 0);
    wr(rig, 0x5C, 1, 0);
    run_frames(rig, 2);
    wr(rig, 0x0C, 2, 0x7FFF);
    wr(rig, 0x08, 4, 0);
    run_frames(rig, 8);
    assert_int_equal(rd(rig, 0x0E, 2), 5);
    assert_int_equal(rd(rig, 0x0C, 2), 0);
}

static void run_begins_at_position_0(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 1024);
    start(rig, OUTPUT);
    run_frames(rig, 100);
    assert_true(rd(rig, SD(OUTPUT) + LPIB, 4) > 300);
    wr(rig, SD(OUTPUT), 1, 0);
    run_frames(rig, 2);
    wr(rig, SD(OUTPUT), 1, 2);
    run_frames(rig, 10);
    assert_true(rd(rig, SD(OUTPUT) + LPIB, 4) < 50);
}

static void srst_keeps_the_streams_registers(void **state)
{
    struct rig *rig = *state;

    wr(rig, SD(OUTPUT) + CBL, 4, 0x1000);
    wr(rig, SD(OUTPUT), 1, 1);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, SD(OUTPUT), 4), 0x20000001);
    wr(rig, SD(OUTPUT), 1, 0);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, SD(OUTPUT) + CBL, 4), 0x1000);
}

static void gis_regards_intctl_and_sis_no_enable_bit(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(OUTPUT), 1, 2);
    run_frames(rig, 600);
    assert_int_equal(rd(rig, 0x24, 4), 1u << OUTPUT);
    wr(rig, 0x20, 4, 1u << OUTPUT);
    assert_int_equal(rd(rig, 0x24, 4), 0x80000000u | 1u << OUTPUT);
}

static void an_input_moves_when_a_codec_sends_it(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    run_frames(rig, 50);
    assert_int_equal(rd(rig, SD(0), 4), 0x2010001E);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 0);
    rig->codecs[0].sends = 1u << 1;
    sim_controller_stir(rig->c);
    run_frames(rig, 51);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 200);
}

#define SHAPE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHAPE_TEST(four_inputs_lie_before_four_outputs),
        SHAPE_TEST(the_corb_stalls_at_the_count_until_rintfl_is_cleared),
        SHAPE_TEST(without_rintctl_the_corb_stalls_for_good),
        SHAPE_TEST(any_write_clears_what_a_1_clears),
        SHAPE_TEST(codecs_are_there_when_crst_is_0),
        SHAPE_TEST(run_begins_at_position_0),
        SHAPE_TEST(srst_keeps_the_streams_registers),
        SHAPE_TEST(gis_regards_intctl_and_sis_no_enable_bit),
        SHAPE_TEST(an_input_moves_when_a_codec_sends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
