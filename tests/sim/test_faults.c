/* SPDX-License-Identifier: BSD-2-Clause */
/* test_faults.c - what no driver may do with a stream or with memory is noticed, said, and does no harm. */
#include "rig.h"

#include <string.h>

/* RUN was refused: DESE is set and RUN reads as 0 (HDA 3.3.36). */
static void refused(struct rig *rig, unsigned stream, const char *words)
{
    expect_fault(rig, words);
    assert_int_equal(rd(rig, SD(stream) + CTL, 1) & 2, 0);
    assert_int_equal(rd(rig, SD(stream) + STS, 1), 0x10);
    wr(rig, SD(stream) + STS, 1, 0x10);
    assert_int_equal(rd(rig, SD(stream) + STS, 1), 0);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, SD(stream) + LPIB, 4), 0);
    expect_no_fault(rig);
}

/* ---- RUN with a bad list ------------------------------------------------------------------------ */

static void run_with_lvi_0(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(0) + LVI, 2, 0);
    start(rig, 0);
    refused(rig, 0, "LVI 0");
}

static void run_with_cbl_0(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(0) + CBL, 4, 0);
    start(rig, 0);
    refused(rig, 0, "CBL 0");
}

static void run_with_part_of_a_block(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, 0x0012, 1024); /* three channels */
    start(rig, 0);
    refused(rig, 0, "whole sample blocks");
}

static void run_with_cbl_that_is_not_the_sum(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(0) + CBL, 4, 2044);
    start(rig, 0);
    refused(rig, 0, "adds up to 2048");
}

static void run_with_an_unaligned_fragment(void **state)
{
    struct rig *rig = *state;
    const struct fragment list[] = {{DATA_AT, 1024, true}, {DATA_AT + 1024 + 64, 1024, true}};

    prepare(rig, 1, FORMAT_48_16_STEREO, list, 2);
    start(rig, 1);
    refused(rig, 1, "SD1: BDL entry 1 has address 10010440h");
}

static void run_with_an_empty_fragment(void **state)
{
    struct rig *rig = *state;
    const struct fragment list[] = {{DATA_AT, 1024, true}, {DATA_AT + 1024, 0, true}, {DATA_AT, 1024, true}};

    prepare(rig, 0, FORMAT_48_16_STEREO, list, 3);
    start(rig, 0);
    refused(rig, 0, "BDL entry 1 has length 0");
}

static void run_with_a_fragment_outside_of_memory(void **state)
{
    struct rig *rig = *state;
    const struct fragment list[] = {{DATA_AT, 1024, true}, {MEMORY - 512, 1024, true}};

    prepare(rig, 0, FORMAT_48_16_STEREO, list, 2);
    start(rig, 0);
    refused(rig, 0, "1024 bytes at 101FFE00h");
}

static void run_with_the_list_outside_of_memory(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(0) + BDPU, 4, 5);
    start(rig, 0);
    refused(rig, 0, "BDL entry 0 at 510003000h");
}

/* ---- RUN with what the link cannot carry ------------------------------------------------------------------
 */

static void run_with_tag_0(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(0) + TAG, 1, 0);
    start(rig, 0);
    refused(rig, 0, "tag 0");
}

static void run_with_the_tag_of_another(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    prepare_halves(rig, 1, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(1) + TAG, 1, 0x10);
    start(rig, 0);
    start(rig, 1);
    refused(rig, 1, "with which SD0 runs");
}

static void run_with_a_reserved_format(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, 0x0051, 1024);
    start(rig, 0);
    refused(rig, 0, "reserved");
}

static void run_beyond_outstrmpay(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, 0x1847, 1024); /* 192 kHz, 32 bits, 8 channels: 64 words */
    start(rig, 0);
    refused(rig, 0, "OUTSTRMPAY");
}

static void run_beyond_outpay(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, 0x1837, 1024); /* 192 kHz, 24 bits, 8 channels: 48 words */
    prepare_halves(rig, 1, 0x0837, 1024); /* 96 kHz: 24 words */
    start(rig, 0);
    start(rig, 1);
    refused(rig, 1, "OUTPAY");
    run_frames(rig, 10);
    assert_int_not_equal(rd(rig, SD(0) + LPIB, 4), 0);
}

/* ---- Running streams are left alone ------------------------------------------------------------- */

static void registers_of_a_running_stream_are_fixed(void **state)
{
    static const struct {
        uint32_t offset;
        unsigned width;
    } cases[] = {{TAG, 1}, {CBL, 4}, {LVI, 2}, {FMT, 2}, {BDPL, 4}, {BDPU, 4}};
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t value = rd(rig, SD(0) + cases[i].offset, cases[i].width);

        wr(rig, SD(0) + cases[i].offset, cases[i].width, cases[i].offset == TAG ? 0x70 : ~value);
        expect_fault(rig, "while the stream runs");
        assert_int_equal(rd(rig, SD(0) + cases[i].offset, cases[i].width), value);
    }
    wr(rig, 0x70, 4, BASE + PLACES_AT);
    expect_fault(rig, "DPLBASE");
}

static void run_and_tag_cleared_at_once_keeps_the_tag(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    run_frames(rig, 5);
    wr(rig, SD(0), 4, 0);
    expect_fault(rig, "while the stream runs");
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(0), 4), 0x100000);
    wr(rig, SD(0), 4, 0);
    assert_int_equal(rd(rig, SD(0), 4), 0);
}

static void length_and_format_stay_until_a_stream_reset(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    run_frames(rig, 5);
    wr(rig, SD(0) + CTL, 1, 0);
    run_frames(rig, 1);
    wr(rig, SD(0) + CBL, 4, 4096);
    expect_fault(rig, "without a stream reset");
    wr(rig, SD(0) + FMT, 2, 0);
    expect_fault(rig, "without a stream reset");
    wr(rig, SD(0) + LVI, 2, 1);
}

static void srst_of_a_running_stream(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    run_frames(rig, 5);
    wr(rig, SD(0) + CTL, 1, 3);
    expect_fault(rig, "SRST is set while RUN");
    run_frames(rig, 5);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 36);
}

static void a_stream_in_reset_is_left_alone(void **state)
{
    struct rig *rig = *state;

    wr(rig, SD(0) + CTL, 1, 1);
    run_frames(rig, 1);
    wr(rig, SD(0) + CBL, 4, 1);
    expect_fault(rig, "SD0CBL is written while the stream is in reset");
    wr(rig, SD(0) + CTL, 1, 3);
    expect_fault(rig, "RUN while the stream is in reset");
}

static void run_again_before_it_read_0(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    run_frames(rig, 5);
    wr(rig, SD(0) + CTL, 1, 0);
    wr(rig, SD(0) + CTL, 1, 2);
    expect_fault(rig, "before it read as 0");
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(0) + CTL, 1), 0);
}

static void flush_while_a_stream_runs(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    wr(rig, 0x08, 4, 3);
    expect_fault(rig, "FCNTRL");
}

/* ---- Lists and memory that go bad later --------------------------------------------------------- */

static void stopped_by_an_error(struct rig *rig, const char *words)
{
    expect_fault(rig, words);
    assert_int_equal(rd(rig, SD(0) + CTL, 1), 0x1C);
    assert_int_equal(rd(rig, SD(0) + STS, 1) & 0x30, 0x10);
    assert_true(sim_controller_take_message(rig->c));
}

static void a_descriptor_that_goes_bad_stops_the_stream(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x20, 4, 0x80000001);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    align(rig);
    put32(rig, BDL_AT + 16 + 8, 0);
    run_frames(rig, (1024 - 192) / 4);
    expect_no_fault(rig);
    run_frames(rig, 1);
    stopped_by_an_error(rig, "BDL entry 1 has length 0");
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 836);
}

static void a_sum_that_goes_bad_stops_the_stream(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x20, 4, 0x80000001);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    align(rig);
    put32(rig, BDL_AT + 16 + 8, 512);
    put32(rig, BDL_AT + 16 + 12, 0);
    run_frames(rig, 400);
    stopped_by_an_error(rig, "does not add up");
}

static void a_position_buffer_outside_of_memory(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x70, 4, (BASE + MEMORY) | 1);
    run_frames(rig, 1);
    expect_fault(rig, "position buffer at 10200000h");
    assert_int_equal(rd(rig, 0x70, 4), BASE + MEMORY);
}

static void forget(struct rig *rig, const char *words)
{
    sim_controller_forget(rig->c, BASE);
    expect_fault(rig, words);
    assert_true(sim_controller_remember(rig->c, BASE, rig->memory, MEMORY));
}

static void memory_freed_under_a_ring(void **state)
{
    struct rig *rig = *state;

    forget(rig, "while the CORB uses it");
    wr(rig, 0x4C, 1, 0);
    run_frames(rig, 1);
    forget(rig, "while the RIRB uses it");
    wr(rig, 0x5C, 1, 0);
    run_frames(rig, 1);
    wr(rig, 0x70, 4, (BASE + PLACES_AT) | 1);
    forget(rig, "while the position buffer uses it");
    wr(rig, 0x70, 4, 0);
    sim_controller_forget(rig->c, BASE);
    expect_no_fault(rig);
    sim_controller_forget(rig->c, BASE);
    expect_fault(rig, "was not allocated");
}

static void memory_freed_under_a_stream(void **state)
{
    static uint8_t data[4096], list[4096];
    struct rig *rig = *state;

    wr(rig, 0x20, 4, 0x80000001);
    assert_true(sim_controller_remember(rig->c, 0x20000000, data, sizeof(data)));
    assert_true(sim_controller_remember(rig->c, 0x20002000, list, sizeof(list)));
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    memcpy(list, rig->memory + BDL_AT, 32);
    wr(rig, SD(0) + BDPL, 4, 0x20002000);
    list[16] = list[17] = list[18] = 0; /* the second fragment at 20000000h */
    list[19] = 0x20;
    start(rig, 0);
    run_frames(rig, 300);
    sim_controller_forget(rig->c, 0x20000000);
    expect_fault(rig, "while SD0, which runs, uses it");
    sim_controller_advance(rig->c, rig->now += 100 * FRAME); /* however far time goes at once, */
    stopped_by_an_error(rig, "SD0: data at");
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 4 * 300); /* it is missed in the next frame */
    sim_controller_forget(rig->c, 0x20002000);           /* stopped: nobody's */
    expect_no_fault(rig);
}

/* HDA 5.4.1: the next frames carry none of its blocks. */
static void memory_freed_between_the_blocks_of_a_slow_stream(void **state)
{
    static uint8_t data[16384];
    struct rig *rig = *state;

    wr(rig, 0x20, 4, 0x80000001);
    assert_true(sim_controller_remember(rig->c, 0x20000000, data, sizeof(data)));
    prepare_halves(rig, 0, 0x0511, 8192); /* 8 kHz: one block in six frames */
    put32(rig, BDL_AT, 0x20000000);
    put32(rig, BDL_AT + 16, 0x20002000);
    start(rig, 0);
    align(rig);
    run_frames(rig, 600 + 2); /* of which 101 carried a block */
    sim_controller_forget(rig->c, 0x20000000);
    expect_fault(rig, "while SD0, which runs, uses it");
    sim_controller_advance(rig->c, rig->now += 20000 * FRAME);
    stopped_by_an_error(rig, "SD0: data at");
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 4 * 102); /* it is missed with the next block */
}

static void a_list_freed_under_a_stream(void **state)
{
    static uint8_t list[4096];
    struct rig *rig = *state;

    wr(rig, 0x20, 4, 0x80000001);
    assert_true(sim_controller_remember(rig->c, 0x20002000, list, sizeof(list)));
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    memcpy(list, rig->memory + BDL_AT, 32);
    wr(rig, SD(0) + BDPL, 4, 0x20002000);
    start(rig, 0);
    run_frames(rig, 2);
    sim_controller_forget(rig->c, 0x20002000);
    expect_fault(rig, "while SD0, which runs, uses it");
    run_frames(rig, 300);
    stopped_by_an_error(rig, "BDL entry 1 at 20002010h");
}

static void a_stream_can_start_again_after_an_error(void **state)
{
    struct rig *rig = *state;

    fill_data(rig);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 1024);
    start(rig, 0);
    align(rig);
    put32(rig, BDL_AT + 16 + 8, 0);
    run_frames(rig, 300);
    expect_fault(rig, "length 0");
    put32(rig, BDL_AT + 16 + 8, 1024);
    wr(rig, SD(0) + STS, 1, 0x10);
    start(rig, 0);
    run_frames(rig, 100);
    assert_int_equal(rd(rig, SD(0) + STS, 1) & 0x30, 0x20);
    for (uint32_t i = 0; i < rig->codecs[0].heard; i++)
        assert_int_equal((uint32_t)rig->codecs[0].samples[i],
                         (uint32_t)(uint16_t)((DATA_AT / 2 + i) * 40503u + 1) << 16);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup_running, rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(run_with_lvi_0),
        TEST(run_with_cbl_0),
        TEST(run_with_part_of_a_block),
        TEST(run_with_cbl_that_is_not_the_sum),
        TEST(run_with_an_unaligned_fragment),
        TEST(run_with_an_empty_fragment),
        TEST(run_with_a_fragment_outside_of_memory),
        TEST(run_with_the_list_outside_of_memory),
        TEST(run_with_tag_0),
        TEST(run_with_the_tag_of_another),
        TEST(run_with_a_reserved_format),
        TEST(run_beyond_outstrmpay),
        TEST(run_beyond_outpay),
        TEST(registers_of_a_running_stream_are_fixed),
        TEST(run_and_tag_cleared_at_once_keeps_the_tag),
        TEST(length_and_format_stay_until_a_stream_reset),
        TEST(srst_of_a_running_stream),
        TEST(a_stream_in_reset_is_left_alone),
        TEST(run_again_before_it_read_0),
        TEST(flush_while_a_stream_runs),
        TEST(a_descriptor_that_goes_bad_stops_the_stream),
        TEST(a_sum_that_goes_bad_stops_the_stream),
        TEST(a_position_buffer_outside_of_memory),
        TEST(memory_freed_under_a_ring),
        TEST(memory_freed_under_a_stream),
        TEST(memory_freed_between_the_blocks_of_a_slow_stream),
        TEST(a_list_freed_under_a_stream),
        TEST(a_stream_can_start_again_after_an_error),
    };

    return cmocka_run_group_tests_name("sim faults", tests, NULL, NULL);
}
