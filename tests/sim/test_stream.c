/* SPDX-License-Identifier: BSD-2-Clause */
/* test_stream.c - output streams: what goes over the link, when, and what registers and memory say of it. */
#include "rig.h"

#include <stdio.h>
#include <string.h>

static uint16_t data16(struct rig *rig, uint32_t at)
{
    uint16_t value;

    memcpy(&value, rig->memory + at, sizeof(value));
    return value;
}

/* ---- RUN, SRST, SSYNC (HDA 3.3.17, 3.3.35) ------------------------------------------------------ */

static void run_starts_with_the_next_frame(void **state)
{
    struct rig *rig = *state;

    fill_data(rig);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    run(rig, 123);
    start(rig, 0);
    assert_int_equal(rd(rig, SD(0) + CTL, 1), 0x1E);
    assert_int_equal(rd(rig, SD(0) + STS, 1), 0);
    align(rig); /* the frame begins: the FIFO is full, nothing has gone over the link yet */
    assert_int_equal(rd(rig, SD(0) + STS, 1), 0x20);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 4);
    run_frames(rig, 9);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 40);
    assert_int_equal(rd(rig, 0x2084, 4), 40);
    assert_int_equal(rig->codecs[0].heard, 20);
    assert_int_equal(rig->codecs[2].heard, 20);
    assert_int_equal(rig->codecs[0].last.stream, 1);
    assert_int_equal(rig->codecs[0].last.format, FORMAT_48_16_STEREO);
    for (uint32_t i = 0; i < 20; i++)
        assert_int_equal((uint32_t)rig->codecs[0].samples[i], (uint32_t)data16(rig, DATA_AT + 2 * i) << 16);
}

static void run_clears_when_the_frame_ends(void **state)
{
    struct rig *rig = *state;
    uint32_t position;

    prepare_halves(rig, 1, FORMAT_48_16_STEREO, 4096);
    start(rig, 1);
    run_frames(rig, 50);
    run(rig, 100);
    position = rd(rig, SD(1) + LPIB, 4);
    wr(rig, SD(1) + CTL, 1, 0x1C);
    assert_int_equal(rd(rig, SD(1) + CTL, 1), 0x1E);
    align(rig);
    assert_int_equal(rd(rig, SD(1) + CTL, 1), 0x1C);
    assert_int_equal(rd(rig, SD(1) + STS, 1) & 0x20, 0);
    assert_int_equal(rd(rig, SD(1) + LPIB, 4), position + 4);
    run_frames(rig, 100);
    assert_int_equal(rd(rig, SD(1) + LPIB, 4), position + 4);
}

static void a_pause_loses_and_repeats_nothing(void **state)
{
    struct rig *rig = *state;

    fill_data(rig);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    for (unsigned i = 0; i < 7; i++) {
        start(rig, 0);
        run_frames(rig, 31 + i);
        wr(rig, SD(0) + CTL, 1, 0x1C);
        run_frames(rig, 5);
    }
    assert_int_equal(rig->codecs[0].heard, 2 * (31 + 32 + 33 + 34 + 35 + 36 + 37));
    for (uint32_t i = 0; i < rig->codecs[0].heard; i++)
        assert_int_equal((uint32_t)rig->codecs[0].samples[i], (uint32_t)data16(rig, DATA_AT + 2 * i) << 16);
}

static void tag_and_run_may_be_written_at_once(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    wr(rig, SD(0), 4, 0x0070001E);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, SD(0), 4), 0x2070001E);
    assert_int_equal(rig->codecs[0].last.stream, 7);
    wr(rig, SD(0), 4, 0x0070001C);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(0), 4), 0x0070001C);
}

static void srst_is_a_handshake_and_resets_the_stream(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    start(rig, 0);
    run_frames(rig, 100);
    wr(rig, SD(0) + CTL, 1, 0);
    run_frames(rig, 1);
    assert_int_not_equal(rd(rig, SD(0) + LPIB, 4), 0);
    wr(rig, SD(0) + CTL, 1, 1);
    assert_int_equal(rd(rig, SD(0) + CTL, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(0) + CTL, 1), 1);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 0);
    assert_int_equal(rd(rig, SD(0) + CBL, 4), 0);
    assert_int_equal(rd(rig, SD(0) + FMT, 2), 0);
    assert_int_equal(rd(rig, SD(0) + TAG, 1), 0);
    wr(rig, SD(0) + CTL, 1, 0);
    assert_int_equal(rd(rig, SD(0) + CTL, 1), 1);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(0) + CTL, 1), 0);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    start(rig, 0);
    run_frames(rig, 3);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 8);
}

static void ssync_holds_streams_with_full_fifos_and_starts_them_together(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x38, 4, 0xD);
    for (unsigned i = 0; i < 4; i++)
        prepare_halves(rig, i, FORMAT_48_16_STEREO, 4096);
    start(rig, 0);
    run_frames(rig, 7);
    start(rig, 1); /* not held */
    start(rig, 2);
    run_frames(rig, 7);
    start(rig, 3);
    run_frames(rig, 7);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(rd(rig, SD(i) + STS, 1), 0x20);
        assert_int_equal(rd(rig, SD(i) + LPIB, 4), i == 1 ? 52 : 0);
    }
    run(rig, 321);
    wr(rig, 0x38, 4, 0);
    align(rig);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 40);
    assert_int_equal(rd(rig, SD(2) + LPIB, 4), 40);
    assert_int_equal(rd(rig, SD(3) + LPIB, 4), 40);
}

static void ssync_stops_running_streams_together(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    prepare_halves(rig, 1, 0x0001, 4096); /* 8 bits stereo */
    start(rig, 0);
    start(rig, 1);
    run_frames(rig, 11);
    wr(rig, 0x38, 4, 3);
    run_frames(rig, 20);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 44);
    assert_int_equal(rd(rig, SD(1) + LPIB, 4), 22);
    assert_int_equal(rd(rig, SD(0) + STS, 1), 0x20);
}

static void codecs_are_told_the_frame_of_each_piece_of_a_big_step(void **state)
{
    struct rig *rig = *state;
    uint64_t begin;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 0x8000);
    start(rig, 0);
    align(rig);
    begin = frame_of(rig);
    sim_controller_advance(rig->c, rig->now += 3000 * FRAME);
    assert_int_equal(rig->codecs[2].heard, 6000);
    assert_true(rig->codecs[2].blocks > 1);
    assert_int_equal(rig->codecs[2].last_frame, begin + 3000 - rig->codecs[2].last.frames);
    assert_int_equal(rig->codecs[2].frame, begin + 3000);
}

/* ---- Completion --------------------------------------------------------------------------------- */

static void ioc_comes_with_the_last_byte_on_the_link(void **state)
{
    struct rig *rig = *state;
    struct fragment list[] = {{DATA_AT, 400, false}, {DATA_AT + 512, 100, true}, {DATA_AT + 1024, 304, true}};
    uint64_t begin;

    prepare(rig, 0, FORMAT_48_16_STEREO, list, 3); /* 201 frames */
    wr(rig, 0x20, 4, 0x80000001);
    start(rig, 0);
    align(rig);
    begin = rig->now;
    for (unsigned round = 0; round < 3; round++) {
        static const uint64_t due[] = {125, 201};

        for (unsigned i = 0; i < 2; i++) {
            uint64_t at = begin + (201 * round + due[i]) * FRAME;

            run(rig, at - 1 - rig->now);
            assert_int_equal(rd(rig, SD(0) + STS, 1), 0x20);
            assert_false(sim_controller_asserted(rig->c));
            run(rig, 1);
            assert_int_equal(rd(rig, SD(0) + STS, 1), 0x24);
            assert_int_equal(rd(rig, SD(0) + LPIB, 4), i ? 0 : 500);
            assert_int_equal(rd(rig, 0x24, 4), 0x80000001);
            assert_true(sim_controller_take_message(rig->c));
            wr(rig, SD(0) + STS, 1, 4);
            assert_int_equal(rd(rig, 0x24, 4), 0);
        }
    }
}

static void next_names_the_completion_once_its_descriptor_is_fetched(void **state)
{
    struct rig *rig = *state;
    uint64_t begin;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    start(rig, 0);
    align(rig);
    begin = rig->now;
    run(rig, (1024 - 48 + 1) * FRAME); /* the FIFO of 192 bytes has reached the second half */
    assert_true(sim_controller_next(rig->c) == begin + 1024 * FRAME);
    run_frames(rig, 48);
    assert_true(sim_controller_next(rig->c) > begin + 2000 * FRAME);
}

static void without_ioce_there_is_a_status_and_no_interrupt(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 128);
    wr(rig, 0x20, 4, 0x80000001);
    wr(rig, SD(0) + CTL, 1, 0x02);
    run_frames(rig, 100);
    assert_int_equal(rd(rig, SD(0) + STS, 1), 0x24);
    assert_int_equal(rd(rig, 0x24, 4), 0);
    assert_false(sim_controller_take_message(rig->c));
}

static void a_second_stream_completing_sends_no_second_message(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 256);
    prepare_halves(rig, 1, FORMAT_48_16_STEREO, 320);
    wr(rig, 0x20, 4, 0x8000000F);
    start(rig, 0);
    start(rig, 1);
    align(rig);
    run_frames(rig, 64);
    assert_true(sim_controller_take_message(rig->c));
    run_frames(rig, 17); /* stream 1 completes before stream 0 is acknowledged */
    wr(rig, SD(0) + STS, 1, 4);
    assert_false(sim_controller_take_message(rig->c));
    assert_int_equal(rd(rig, 0x24, 4), 0x80000002);
    wr(rig, SD(1) + STS, 1, 4);
    run_frames(rig, 50);
    assert_true(sim_controller_take_message(rig->c));
}

static void positions_are_in_memory_with_the_interrupt(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x74, 4, BASE >> 32);
    wr(rig, 0x70, 4, (BASE + PLACES_AT) | 1);
    memset(rig->memory + PLACES_AT, 0xEE, 64);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    prepare_halves(rig, 2, FORMAT_48_16_STEREO, 2048);
    start(rig, 0);
    start(rig, 2);
    align(rig);
    assert_int_equal(get32(rig, PLACES_AT), 0);
    run_frames(rig, 512);
    assert_int_equal(rd(rig, SD(2) + STS, 1), 0x24);
    assert_int_equal(get32(rig, PLACES_AT), 2048);
    assert_int_equal(get32(rig, PLACES_AT + 8), 0);
    assert_int_equal(get32(rig, PLACES_AT + 16), 2048);
    assert_int_equal(get32(rig, PLACES_AT + 4), 0xEEEEEEEE); /* reserved */
    run_frames(rig, 512);
    assert_int_equal(get32(rig, PLACES_AT), 4096);
    assert_int_equal(get32(rig, PLACES_AT + 16), 0);
}

/* ---- The FIFO ----------------------------------------------------------------------------------- */

static void the_fifo_holds_what_was_in_memory_before(void **state)
{
    struct rig *rig = *state;
    const uint32_t fetched = 200 + 192 / 2; /* samples: what has gone out, and a FIFO full */

    fill_data(rig);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, 4096);
    start(rig, 0);
    align(rig);
    run_frames(rig, 100);
    memset(rig->memory + DATA_AT, 0, 8192);
    run_frames(rig, 100);
    for (uint32_t i = 0; i < 400; i++) {
        uint32_t before = (uint32_t)(uint16_t)((DATA_AT / 2 + i) * 40503u + 1) << 16;

        assert_int_equal((uint32_t)rig->codecs[0].samples[i], i < fetched ? before : 0);
    }
}

static void a_descriptor_is_read_when_the_fifo_reaches_it(void **state)
{
    struct rig *rig = *state;
    struct fragment list[] = {{DATA_AT, 1024, false}, {DATA_AT + 1024, 1024, false}};

    fill_data(rig);
    prepare(rig, 0, FORMAT_48_16_STEREO, list, 2);
    start(rig, 0);
    align(rig);
    run_frames(rig, (1024 - 192) / 4); /* the FIFO is about to want the second descriptor */
    list[1].at = DATA_AT + 0x8000;
    put_list(rig, 0, list, 2);
    run_frames(rig, 400);
    for (uint32_t i = 0; i < 1024; i++) {
        uint32_t at = i < 512 ? DATA_AT + 2 * i : DATA_AT + 0x8000 + 2 * (i - 512);

        assert_int_equal((uint32_t)rig->codecs[0].samples[i], (uint32_t)data16(rig, at) << 16);
    }
}

static void one_wrong_descriptor_spoils_its_samples_and_no_others(void **state)
{
    struct rig *rig = *state;
    struct fragment list[16];

    fill_data(rig);
    for (uint32_t i = 0; i < 16; i++)
        list[i] = (struct fragment){DATA_AT + 256 * i, 256, i == 15};
    list[5].at = DATA_AT + 0x9000;
    prepare(rig, 0, FORMAT_48_16_STEREO, list, 16);
    start(rig, 0);
    run_frames(rig, 1025);
    assert_int_equal(rig->codecs[0].heard, 2048);
    for (uint32_t i = 0; i < 2048; i++) {
        bool good = (uint32_t)rig->codecs[0].samples[i] == (uint32_t)data16(rig, DATA_AT + 2 * i) << 16;

        assert_int_equal(good, i / 128 != 5);
    }
}

/* ---- Formats (HDA 3.7.1, 5.4.1) ----------------------------------------------------------------- */

static void heard_in_frames(struct rig *rig, uint16_t format, unsigned frames, size_t blocks)
{
    unsigned channels = (format & 15) + 1;

    prepare_halves(rig, 0, format, 0xC00);
    wr(rig, SD(0) + CTL, 1, 0x02);
    align(rig);
    rig->codecs[0].heard = 0;
    run_frames(rig, frames);
    assert_int_equal(rig->codecs[0].heard, blocks * channels);
    wr(rig, SD(0) + CTL, 1, 0x00);
    run_frames(rig, 1);
    wr(rig, SD(0) + CTL, 1, 0x01);
    run_frames(rig, 1);
    wr(rig, SD(0) + CTL, 1, 0x00);
    run_frames(rig, 1);
}

static void rates_come_out_exactly(void **state)
{
    struct rig *rig = *state;

    heard_in_frames(rig, 0x0011, 480, 480);  /* 48 kHz */
    heard_in_frames(rig, 0x4011, 480, 441);  /* 44.1 kHz */
    heard_in_frames(rig, 0x4811, 480, 882);  /* 88.2 kHz */
    heard_in_frames(rig, 0x0811, 480, 960);  /* 96 kHz */
    heard_in_frames(rig, 0x5811, 480, 1764); /* 176.4 kHz */
    heard_in_frames(rig, 0x1811, 480, 1920); /* 192 kHz */
    heard_in_frames(rig, 0x0A11, 480, 320);  /* 32 kHz: two blocks every three frames */
    heard_in_frames(rig, 0x4111, 960, 441);  /* 22.05 kHz */
    heard_in_frames(rig, 0x4311, 1920, 441); /* 11.025 kHz */
    heard_in_frames(rig, 0x0511, 480, 80);   /* 8 kHz */
    heard_in_frames(rig, 0x0711, 480, 60);   /* 6 kHz */
    heard_in_frames(rig, 0x1011, 480, 1440); /* 144 kHz */
}

static void cadence_of_44_1_khz_is_12_11_11_12(void **state)
{
    static const unsigned runs[] = {12, 11, 11, 12, 11, 11, 12, 11, 11, 12, 11, 11, 11};
    struct rig *rig = *state;
    uint32_t position = 0;

    prepare_halves(rig, 0, 0x4011, 4096);
    start(rig, 0);
    align(rig);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 13; i++) {
            for (unsigned j = 0; j < runs[i]; j++) {
                run_frames(rig, 1);
                position += 4;
                assert_int_equal(rd(rig, SD(0) + LPIB, 4), position);
            }
            run_frames(rig, 1);
            assert_int_equal(rd(rig, SD(0) + LPIB, 4), position);
        }
    }
}

static void containers_are_decoded_to_the_left_and_masked(void **state)
{
    static const struct {
        uint16_t format;
        uint32_t expected; /* of DEADBEEF in memory, the first sample */
    } cases[] = {
        {0x0000, 0xEF000000}, {0x0010, 0xBEEF0000}, {0x0020, 0xDEADB000},
        {0x0030, 0xDEADBE00}, {0x0040, 0xDEADBEEF},
    };
    struct rig *rig = *state;

    for (uint32_t i = 0; i < 0xC00 * 2; i += 4)
        put32(rig, DATA_AT + i, 0xDEADBEEF);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        heard_in_frames(rig, cases[i].format, 10, 10);
        assert_int_equal((uint32_t)rig->codecs[0].samples[0], cases[i].expected);
    }
}

static void position_wraps_at_cbl_whatever_the_fragments(void **state)
{
    struct rig *rig = *state;
    struct fragment list[7];
    uint32_t length = 0, samples;

    fill_data(rig);
    for (uint32_t i = 0; i < 7; i++) { /* fragments that do not end with a sample */
        list[i] = (struct fragment){DATA_AT + 0x1000 * i, 3 + 11 * i, true};
        length += list[i].length;
    }
    list[6].length += 12 - length % 12;
    length += 12 - length % 12;
    prepare(rig, 0, 0x0012, list, 7); /* three channels: 6 bytes */
    start(rig, 0);
    align(rig);
    samples = 3 * 500;
    run_frames(rig, 500);
    assert_int_equal(rd(rig, SD(0) + LPIB, 4), 3000 % length);
    for (uint32_t i = 0; i < 2 * samples; i++) {
        uint32_t at = i % length, entry = 0;

        for (; at >= list[entry].length; entry++)
            at -= list[entry].length;
        assert_int_equal((uint32_t)rig->codecs[0].samples[i / 2] >> (i & 1 ? 24 : 16) & 0xFF,
                         rig->memory[list[entry].at + at]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup_running, rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(run_starts_with_the_next_frame),
        TEST(run_clears_when_the_frame_ends),
        TEST(a_pause_loses_and_repeats_nothing),
        TEST(tag_and_run_may_be_written_at_once),
        TEST(srst_is_a_handshake_and_resets_the_stream),
        TEST(ssync_holds_streams_with_full_fifos_and_starts_them_together),
        TEST(ssync_stops_running_streams_together),
        TEST(codecs_are_told_the_frame_of_each_piece_of_a_big_step),
        TEST(ioc_comes_with_the_last_byte_on_the_link),
        TEST(next_names_the_completion_once_its_descriptor_is_fetched),
        TEST(without_ioce_there_is_a_status_and_no_interrupt),
        TEST(a_second_stream_completing_sends_no_second_message),
        TEST(positions_are_in_memory_with_the_interrupt),
        TEST(the_fifo_holds_what_was_in_memory_before),
        TEST(a_descriptor_is_read_when_the_fifo_reaches_it),
        TEST(one_wrong_descriptor_spoils_its_samples_and_no_others),
        TEST(rates_come_out_exactly),
        TEST(cadence_of_44_1_khz_is_12_11_11_12),
        TEST(containers_are_decoded_to_the_left_and_masked),
        TEST(position_wraps_at_cbl_whatever_the_fragments),
    };

    return cmocka_run_group_tests_name("sim stream", tests, NULL, NULL);
}
