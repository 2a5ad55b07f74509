/* SPDX-License-Identifier: BSD-2-Clause */
/* test_failures.c - what sim.h's hdabus_sim_fail() asks for happens once, at the next occasion, and is no
 * fault of the driver. */
#include "rig.h"

#include <string.h>

/* SD0 records, SD1 plays. */
static const struct sim_shape shape = {
    .inputs = 1,
    .outputs = 1,
    .ring_sizes = 0x40,
    .address64 = SIM_ADDRESS64,
    .output_payload = 60,
    .input_payload = 29,
};
#define INPUT   0
#define OUTPUT  1
#define DATA(n) (DATA_AT + 0x10000u * (n))

static int set_up(void **state)
{
    struct rig *rig = rig_create(&shape);

    *state = rig;
    rig_start(rig);
    wr(rig, 0x20, 4, 0xC0000003);
    return 0;
}

static void provoke(struct rig *rig, enum hdabus_sim_failure failure, unsigned which)
{
    assert_true(sim_controller_fail(rig->c, failure, which));
}

static uint16_t data16(const struct rig *rig, uint32_t at)
{
    uint16_t value;

    memcpy(&value, rig->memory + at, sizeof(value));
    return value;
}

/* ---- Streams ------------------------------------------------------------------------------------ */

static void an_underrun_sends_silence_for_one_frame(void **state)
{
    struct rig *rig = *state;

    fill_data(rig);
    prepare_halves(rig, OUTPUT, 0x0811, 4096); /* two blocks a frame */
    start(rig, OUTPUT);
    align(rig);
    run_frames(rig, 10);
    provoke(rig, HDABUS_SIM_FIFO_ERROR, OUTPUT);
    assert_true(sim_controller_next(rig->c) == rig->now + FRAME);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(OUTPUT) + STS, 1), 0x28);
    assert_true(sim_controller_take_message(rig->c));
    assert_int_equal(rd(rig, SD(OUTPUT) + LPIB, 4), 88);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, SD(OUTPUT), 4) & 0x3F00001E, 0x2800001E);
    assert_int_equal(rig->codecs[0].heard, 84);
    for (uint32_t i = 0; i < 84; i++)
        assert_int_equal((uint32_t)rig->codecs[0].samples[i] >> 16,
                         i / 4 == 10 ? 0 : data16(rig, DATA(OUTPUT) + 2 * i));
    wr(rig, SD(OUTPUT) + STS, 1, 8);
    assert_int_equal(rd(rig, 0x24, 4), 0);
}

static void an_overrun_loses_the_blocks_of_one_frame(void **state)
{
    struct rig *rig = *state;

    rig->codecs[0].sends = 1u << 1;
    prepare_halves(rig, INPUT, 0x0811, 4096);
    start(rig, INPUT);
    align(rig);
    run_frames(rig, 10);
    provoke(rig, HDABUS_SIM_FIFO_ERROR, INPUT);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x28);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 80);
    run_frames(rig, 90);
    assert_int_equal(rd(rig, SD(INPUT), 4) & 0x3F00001E, 0x2800001E);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 800);
    for (uint32_t i = 0; i < 12 * 32; i++) /* bursts of 64 bytes */
        assert_int_equal(data16(rig, DATA(INPUT) + 2 * i), sent_sample(i < 40 ? i : i + 4) >> 16);
}

static void interrupts_come_on_time_after_an_overrun(void **state)
{
    struct rig *rig = *state;

    rig->codecs[0].sends = 1u << 1;
    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 1024);
    start(rig, INPUT);
    align(rig);
    provoke(rig, HDABUS_SIM_FIFO_ERROR, INPUT);
    provoke(rig, HDABUS_SIM_FIFO_ERROR, INPUT);
    run_frames(rig, 257);
    assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x28);
    assert_true(sim_controller_next(rig->c) == rig->now + FRAME);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x2C);
}

static void a_fifo_error_waits_for_the_stream(void **state)
{
    struct rig *rig = *state;

    provoke(rig, HDABUS_SIM_FIFO_ERROR, OUTPUT);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, SD(OUTPUT) + STS, 1), 0);
    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 4096);
    start(rig, OUTPUT);
    align(rig);
    assert_int_equal(rd(rig, SD(OUTPUT) + STS, 1), 0x20);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(OUTPUT) + STS, 1), 0x28);
    wr(rig, SD(OUTPUT) + STS, 1, 8);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, SD(OUTPUT) + STS, 1), 0x20);
}

static void descriptor_error_of(struct rig *rig, unsigned stream, uint32_t position)
{
    prepare_halves(rig, stream, FORMAT_48_16_STEREO, 1024);
    start(rig, stream);
    align(rig);
    provoke(rig, HDABUS_SIM_DESCRIPTOR_ERROR, stream);
    run_frames(rig, 300);
    assert_int_equal(rd(rig, SD(stream) + CTL, 1), 0x1C);
    assert_int_equal(rd(rig, SD(stream) + STS, 1) & 0x30, 0x10);
    assert_int_equal(rd(rig, SD(stream) + LPIB, 4), position);
    assert_true(sim_controller_take_message(rig->c));
    wr(rig, SD(stream) + STS, 1, 0x1C);
    start(rig, stream);
    run_frames(rig, 300);
    assert_int_equal(rd(rig, SD(stream) + CTL, 1), 0x1E);
}

static void a_descriptor_error_stops_the_stream_which_can_start_again(void **state)
{
    struct rig *rig = *state;

    rig->codecs[0].sends = 1u << 1;
    descriptor_error_of(rig, OUTPUT, 1024 - 192 + 4);
    descriptor_error_of(rig, INPUT, 1024);
}

/* ---- Rings -------------------------------------------------------------------------------------- */

static void a_memory_error_stops_the_corb(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 2};

    wr(rig, 0x4C, 1, 3);
    provoke(rig, HDABUS_SIM_MEMORY_ERROR, 99);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x4D, 1), 0);
    send_commands(rig, commands, 2);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x4D, 1), 1);
    assert_int_equal(rd(rig, 0x4C, 1), 1);
    assert_int_equal(rd(rig, 0x4A, 2), 0);
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000);
    assert_int_equal(rig->codecs[0].commands, 0);
    wr(rig, 0x4D, 1, 1);
    assert_int_equal(rd(rig, 0x24, 4), 0);
    wr(rig, 0x4C, 1, 3);
    run_frames(rig, 10);
    assert_int_equal(rig->codecs[0].commands, 2);
}

static void an_overrun_drops_a_response(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 2, 3};

    wr(rig, 0x5C, 1, 7);
    provoke(rig, HDABUS_SIM_RESPONSE_OVERRUN, 99);
    send_commands(rig, commands, 3);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, 0x58, 2), 0);
    assert_int_equal(rd(rig, 0x5D, 1), 4);
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x58, 2), 2);
    assert_int_equal(rd(rig, 0x5D, 1), 5);
    assert_int_equal(get32(rig, RIRB_AT + 8), ~2u);
    wr(rig, 0x5D, 1, 5);
    assert_int_equal(rd(rig, 0x24, 4), 0);
}

static void rirboic_gates_the_interrupt_of_an_overrun(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    wr(rig, 0x5C, 1, 2);
    provoke(rig, HDABUS_SIM_RESPONSE_OVERRUN, 0);
    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x5D, 1), 4);
    assert_int_equal(rd(rig, 0x24, 4), 0);
}

static void a_codec_does_not_answer_once(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 0x20000002, 0x20000003, 4};

    provoke(rig, HDABUS_SIM_NO_RESPONSE, 2);
    send_commands(rig, commands, 4);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x58, 2), 3);
    assert_int_equal(get32(rig, RIRB_AT + 8), ~1u);
    assert_int_equal(get32(rig, RIRB_AT + 16), ~0x20000003u);
    assert_int_equal(get32(rig, RIRB_AT + 24), ~4u);
    assert_int_equal(rig->codecs[2].commands, 2); /* it did what it was told */
}

/* ---- Interrupts --------------------------------------------------------------------------------- */

static void a_message_is_lost_until_the_causes_have_been_gone(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    provoke(rig, HDABUS_SIM_LOST_INTERRUPT, 0);
    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000);
    assert_false(sim_controller_take_message(rig->c));
    assert_false(sim_controller_asserted(rig->c));
    wr(rig, 0x5D, 1, 1);
    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    assert_true(sim_controller_take_message(rig->c));
    assert_true(sim_controller_asserted(rig->c));
}

static void a_reset_is_stuck_once(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, OUTPUT, 0x0011, 4096);
    provoke(rig, HDABUS_SIM_STUCK_RESET, 0);
    wr(rig, SD(OUTPUT), 1, 1);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, SD(OUTPUT), 1) & 1, 0);
    assert_int_equal(rd(rig, SD(OUTPUT) + CBL, 4), 8192);
    wr(rig, SD(OUTPUT), 1, 1);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, SD(OUTPUT), 1) & 1, 1);
    wr(rig, SD(OUTPUT), 1, 0);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, SD(OUTPUT) + CBL, 4), 0);
}

static void what_does_not_exist_cannot_fail(void **state)
{
    struct rig *rig = *state;

    assert_false(sim_controller_fail(rig->c, HDABUS_SIM_FIFO_ERROR, 2));
    assert_false(sim_controller_fail(rig->c, HDABUS_SIM_DESCRIPTOR_ERROR, 2));
    assert_false(sim_controller_fail(rig->c, HDABUS_SIM_NO_RESPONSE, 1));
    assert_false(sim_controller_fail(rig->c, HDABUS_SIM_NO_RESPONSE, 15));
    assert_false(sim_controller_fail(rig->c, HDABUS_SIM_NO_MEMORY, 0)); /* the device's */
    assert_false(sim_controller_fail(rig->c, (enum hdabus_sim_failure)8, 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_underrun_sends_silence_for_one_frame),
        TEST(an_overrun_loses_the_blocks_of_one_frame),
        TEST(interrupts_come_on_time_after_an_overrun),
        TEST(a_fifo_error_waits_for_the_stream),
        TEST(a_descriptor_error_stops_the_stream_which_can_start_again),
        TEST(a_memory_error_stops_the_corb),
        TEST(an_overrun_drops_a_response),
        TEST(rirboic_gates_the_interrupt_of_an_overrun),
        TEST(a_codec_does_not_answer_once),
        TEST(a_message_is_lost_until_the_causes_have_been_gone),
        TEST(a_reset_is_stuck_once),
        TEST(what_does_not_exist_cannot_fail),
    };

    return cmocka_run_group_tests_name("sim failures", tests, NULL, NULL);
}
