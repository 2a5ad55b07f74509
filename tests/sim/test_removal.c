/* SPDX-License-Identifier: BSD-2-Clause */
/* test_removal.c - a controller that is pulled out is silence: all ones to whoever reads, and nothing else,
 * for good. None of what its driver does then is a fault. */
#include "rig.h"

#include <string.h>

static const struct sim_shape shape = {
    .inputs = 1,
    .outputs = 1,
    .bidirectional = 1,
    .output_lines = 2,
    .ring_sizes = 0x40,
    .address64 = SIM_ADDRESS64,
    .output_payload = 60,
    .input_payload = 29,
};
#define INPUT  0
#define OUTPUT 1

/* Everything runs: both rings with an interrupt enabled, the position buffer, a stream each way. */
static int set_up(void **state)
{
    struct rig *rig = rig_create(&shape);

    *state = rig;
    rig_start(rig);
    fill_data(rig);
    wr(rig, 0x20, 4, 0xC0000007);
    wr(rig, 0x70, 4, (uint32_t)BASE + PLACES_AT + 1);
    wr(rig, 0x74, 4, BASE >> 32);
    rig->codecs[0].sends = 1u << 1;
    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 1024);
    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 1024);
    start(rig, INPUT);
    start(rig, OUTPUT);
    run_frames(rig, 100);
    return 0;
}

static void expect_nothing(struct rig *rig)
{
    static const unsigned widths[] = {1, 2, 4};

    for (unsigned i = 0; i < 3; i++) {
        for (uint32_t offset = 0; offset < 0x4000; offset++)
            assert_int_equal(rd(rig, offset, widths[i]), UINT32_MAX >> (32 - 8 * widths[i]));
    }
    assert_true(sim_controller_next(rig->c) == UINT64_MAX);
    assert_false(sim_controller_asserted(rig->c));
    assert_false(sim_controller_take_message(rig->c));
    assert_false(sim_controller_woken(rig->c));
    expect_no_fault(rig);
}

static void every_register_reads_as_all_ones(void **state)
{
    struct rig *rig = *state;

    sim_controller_remove(rig->c);
    expect_nothing(rig);
    assert_int_equal(sim_controller_wall_clock(rig->c), UINT32_MAX);
    assert_int_equal(sim_controller_position(rig->c, OUTPUT), UINT32_MAX);
    sim_controller_remove(rig->c);
    run_frames(rig, 1000);
    expect_nothing(rig);
}

static void nothing_that_is_written_matters(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    wr(rig, 0x20, 4, 0);
    assert_false(sim_controller_asserted(rig->c));
    sim_controller_remove(rig->c);
    wr(rig, 0x20, 4, 0xC0000007); /* there was a cause */
    expect_nothing(rig);
    for (uint32_t offset = 0; offset < 0x4000; offset++) {
        wr(rig, offset, 4, offset);
        wr(rig, offset, 2, ~offset & 0xFFFF);
        wr(rig, offset, 1, 1);
    }
    run_frames(rig, 1000);
    expect_nothing(rig);
}

/* Commands wait in the CORB, an answer is on its way, samples lie in the FIFOs. */
static void no_memory_is_touched_and_no_codec_hears_anything(void **state)
{
    static uint8_t before[MEMORY];
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 2, 3, 4, 5, 6};
    struct sim_codec codec;

    send_commands(rig, commands, 6);
    run_frames(rig, 3);
    assert_int_equal(rig->codecs[0].commands, 3);
    sim_controller_remove(rig->c);
    memcpy(before, rig->memory, MEMORY);
    codec = rig->codecs[0];
    sim_controller_advance(rig->c, rig->now + 1000 * FRAME);
    assert_memory_equal(before, rig->memory, MEMORY);
    assert_memory_equal(&codec, &rig->codecs[0], sizeof(codec));
}

/* A message that has been sent and not taken is lost, and a level falls. */
static void an_interrupt_on_its_way_does_not_come(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    assert_true(sim_controller_asserted(rig->c));
    assert_true(sim_controller_message(rig->c));
    sim_controller_remove(rig->c);
    expect_nothing(rig);
}

static void what_was_in_use_may_be_freed(void **state)
{
    struct rig *rig = *state;

    sim_controller_remove(rig->c);
    sim_controller_forget(rig->c, BASE);
    run_frames(rig, 1000);
    expect_nothing(rig);
}

/* In any state of the link. */
static void a_link_that_changes_stops_changing(void **state)
{
    struct rig *rig = *state;

    for (unsigned step = 0; step < 3; step++) {
        struct rig *other = rig_create(&shape);

        if (step > 0)
            rig_start(other);
        if (step == 1)
            wr(other, 0x5C, 1, 0), wr(other, 0x4C, 1, 0), run_frames(other, 2);
        wr(other, 0x08, 4, step == 1 ? 0 : 1);
        sim_controller_remove(other->c);
        expect_nothing(other);
        run_frames(other, 1000);
        expect_nothing(other);
        rig_destroy(other);
    }
    expect_no_fault(rig);
}

/* What happens to a codec afterwards, and what was to fail. */
static void codecs_and_failures_reach_nobody(void **state)
{
    struct rig *rig = *state;

    assert_true(sim_controller_fail(rig->c, HDABUS_SIM_FIFO_ERROR, OUTPUT));
    sim_controller_remove(rig->c);
    rig->codecs[0].unsolicited = 1;
    sim_controller_stir(rig->c);
    assert_true(sim_controller_fail(rig->c, HDABUS_SIM_DESCRIPTOR_ERROR, OUTPUT));
    run_frames(rig, 10);
    expect_nothing(rig);
    assert_int_equal(rig->codecs[0].unsolicited, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_register_reads_as_all_ones),
        TEST(nothing_that_is_written_matters),
        TEST(no_memory_is_touched_and_no_codec_hears_anything),
        TEST(an_interrupt_on_its_way_does_not_come),
        TEST(what_was_in_use_may_be_freed),
        TEST(a_link_that_changes_stops_changing),
        TEST(codecs_and_failures_reach_nobody),
    };

    return cmocka_run_group_tests_name("sim removal", tests, NULL, NULL);
}
