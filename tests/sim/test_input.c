/* SPDX-License-Identifier: BSD-2-Clause */
/* test_input.c - input and bidirectional streams: what comes over the link goes to memory by the list, and
 * registers and memory say so. */
#include "rig.h"

#include <string.h>

/* SD0, SD1 are inputs, SD2, SD3 outputs, SD4, SD5 either. */
static const struct sim_shape shape = {
    .inputs = 2,
    .outputs = 2,
    .bidirectional = 2,
    .ring_sizes = 0x40,
    .address64 = SIM_ADDRESS64,
    .output_payload = 60,
    .input_payload = 29,
    .output_stream_payload = 48,
    .input_stream_payload = 24,
};
#define INPUT   0
#define OTHER   1
#define OUTPUT  2
#define EITHER  4
#define DATA(n) (DATA_AT + 0x10000u * (n))

static int set_up(void **state)
{
    struct rig *rig = rig_create(&shape);

    *state = rig;
    rig_start(rig);
    return 0;
}

/* The codec sends these stream tags from the next frame on. */
static void send(struct rig *rig, unsigned address, uint16_t tags)
{
    rig->codecs[address].sends_then = tags;
    rig->codecs[address].next = frame_of(rig) + 1;
}

static uint16_t data16(const struct rig *rig, uint32_t at)
{
    uint16_t value;

    memcpy(&value, rig->memory + at, sizeof(value));
    return value;
}

/* `count` samples of 16 bits from `at` on are those that a codec sent, from the first on; what follows has
 * not been written. */
static void expect_recorded(const struct rig *rig, uint32_t at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(data16(rig, at + 2 * i), sent_sample(i) >> 16);
    assert_int_equal(data16(rig, at + 2 * count), 0);
}

/* ---- What moves, and when ----------------------------------------------------------------------- */

static void samples_come_to_memory_from_the_next_frame_on(void **state)
{
    struct rig *rig = *state;
    const struct sim_codec *codec = &rig->codecs[0];

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 4096);
    send(rig, 0, 1u << 1);
    run(rig, 123);
    start(rig, INPUT);
    assert_int_equal(rd(rig, SD(INPUT) + CTL, 1), 0x1E);
    assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0);
    align(rig); /* the first descriptor is loaded: FIFORDY (HDA 3.3.36) */
    assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x20);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 4);
    assert_int_equal(codec->request.stream, 1);
    assert_int_equal(codec->request.format, FORMAT_48_16_STEREO);
    assert_int_equal(codec->request.frames, 1);
    run_frames(rig, 63);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 256);
    assert_int_equal(rd(rig, 0x2084, 4), 256);
    expect_recorded(rig, DATA(INPUT), 128);
    assert_int_equal(rig->codecs[2].requests, 0);
}

static void a_stream_moves_only_in_frames_in_which_it_is_sent(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 4096);
    start(rig, INPUT);
    run_frames(rig, 100);
    assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x20);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 0);
    rig->codecs[2].sends_then = 1u << 1;
    rig->codecs[2].next = frame_of(rig) + 7;
    run_frames(rig, 57);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 200);
    rig->codecs[2].sends_then = 0;
    rig->codecs[2].next = frame_of(rig) + 14;
    run_frames(rig, 1000);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 256);
    send(rig, 0, 1u << 1);
    run_frames(rig, 11);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 296);
    assert_int_equal(rig->codecs[2].sent[1], 128);
    assert_int_equal(rig->codecs[0].sent[1], 20);
}

static void a_command_makes_a_codec_send_in_the_frame_of_the_command(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 4096);
    start(rig, INPUT);
    run_frames(rig, 10);
    rig->codecs[0].sends = 1u << 1; /* as if by the command */
    send_commands(rig, &command, 1);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 0);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 20);
}

static void memory_is_written_in_bursts_of_64_bytes(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 4096);
    send(rig, 0, 1u << 1);
    start(rig, INPUT);
    align(rig);
    for (uint32_t frames = 1; frames <= 100; frames++) {
        run_frames(rig, 1);
        assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 4 * frames);
        expect_recorded(rig, DATA(INPUT), frames / 16 * 32);
    }
}

static void a_pause_loses_and_repeats_nothing(void **state)
{
    struct rig *rig = *state;
    uint32_t frames = 0;

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 4096);
    send(rig, 0, 1u << 1);
    for (uint32_t i = 0; i < 7; i++) {
        start(rig, INPUT);
        run_frames(rig, 31 + i);
        wr(rig, SD(INPUT) + CTL, 1, 0x1C);
        run_frames(rig, 5);
        frames += 31 + i;
        assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 4 * frames);
        assert_int_equal(rd(rig, SD(INPUT) + STS, 1) & 0x20, 0);
        expect_recorded(rig, DATA(INPUT), 2 * frames); /* the FIFO is empty after a stop */
    }
}

static void srst_returns_to_the_beginning(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 4096);
    send(rig, 0, 1u << 1);
    start(rig, INPUT);
    run_frames(rig, 100);
    wr(rig, SD(INPUT) + CTL, 1, 0);
    run_frames(rig, 1);
    wr(rig, SD(INPUT) + CTL, 1, 1);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, SD(INPUT) + CTL, 1), 1);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 0);
    wr(rig, SD(INPUT) + CTL, 1, 0);
    run_frames(rig, 1);
    rig->codecs[0].sent[1] = 0;
    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 4096);
    memset(rig->memory + DATA(INPUT), 0, 4096);
    start(rig, INPUT);
    run_frames(rig, 33);
    expect_recorded(rig, DATA(INPUT), 64);
}

/* ---- Completion --------------------------------------------------------------------------------- */

static void ioc_comes_with_the_last_byte_in_memory(void **state)
{
    struct rig *rig = *state;
    struct fragment list[] = {{DATA(0), 400, false}, {DATA(0) + 512, 100, true}, {DATA(0) + 1024, 304, true}};
    uint64_t begin;

    prepare(rig, INPUT, FORMAT_48_16_STEREO, list, 3); /* 201 frames */
    wr(rig, 0x20, 4, 0x80000001);
    send(rig, 0, 1u << 1);
    start(rig, INPUT);
    align(rig);
    begin = rig->now;
    for (unsigned round = 0; round < 3; round++) {
        static const uint64_t due[] = {125, 201};

        for (unsigned i = 0; i < 2; i++) {
            uint64_t at = begin + (201 * round + due[i]) * FRAME;

            run(rig, at - 1 - rig->now);
            assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x20);
            assert_true(sim_controller_next(rig->c) == at);
            run(rig, 1);
            assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x24);
            assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), i ? 0 : 500);
            assert_int_equal(rd(rig, 0x24, 4), 0x80000001);
            assert_true(sim_controller_take_message(rig->c));
            assert_int_equal(data16(rig, i ? DATA(0) + 1024 + 302 : DATA(0) + 512 + 98),
                             sent_sample(402 * round + (i ? 401 : 249)) >> 16);
            wr(rig, SD(INPUT) + STS, 1, 4);
        }
    }
}

static void positions_are_in_memory_with_the_interrupt(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x74, 4, BASE >> 32);
    wr(rig, 0x70, 4, (BASE + PLACES_AT) | 1);
    prepare_halves(rig, OTHER, FORMAT_48_16_STEREO, 2048);
    send(rig, 0, 1u << 2);
    start(rig, OTHER);
    align(rig);
    run_frames(rig, 100);
    assert_int_equal(rd(rig, SD(OTHER) + LPIB, 4), 400);
    assert_int_equal(get32(rig, PLACES_AT + 8), 384); /* what memory holds already */
    expect_recorded(rig, DATA(OTHER), 192);
    run_frames(rig, 412);
    assert_int_equal(rd(rig, SD(OTHER) + STS, 1), 0x24);
    assert_int_equal(get32(rig, PLACES_AT + 8), 2048);
    assert_int_equal(get32(rig, PLACES_AT), 0);
}

static void a_descriptor_is_read_when_its_first_byte_comes(void **state)
{
    struct rig *rig = *state;
    struct fragment list[] = {{DATA(0), 1024, false}, {DATA(0) + 1024, 1024, false}};

    prepare(rig, INPUT, FORMAT_48_16_STEREO, list, 2);
    send(rig, 0, 1u << 1);
    start(rig, INPUT);
    align(rig);
    run_frames(rig, 256);
    expect_recorded(rig, DATA(0), 512);
    list[1].at = DATA(2);
    put_list(rig, INPUT, list, 2);
    run_frames(rig, 256);
    assert_int_equal(data16(rig, DATA(0) + 1024), 0);
    for (uint32_t i = 0; i < 512; i++)
        assert_int_equal(data16(rig, DATA(2) + 2 * i), sent_sample(512 + i) >> 16);
}

static void a_descriptor_that_goes_bad_stops_the_stream(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x20, 4, 0x80000001);
    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 1024);
    send(rig, 0, 1u << 1);
    start(rig, INPUT);
    align(rig);
    put32(rig, BDL_AT + 16 + 8, 0);
    run_frames(rig, 256);
    expect_no_fault(rig);
    run_frames(rig, 1);
    expect_fault(rig, "SD0: BDL entry 1 has length 0");
    assert_int_equal(rd(rig, SD(INPUT) + CTL, 1), 0x1C);
    assert_int_equal(rd(rig, SD(INPUT) + STS, 1), 0x14);
    expect_recorded(rig, DATA(0), 512);
}

static void memory_freed_under_a_recording(void **state)
{
    static uint8_t data[4096];
    struct rig *rig = *state;

    assert_true(sim_controller_remember(rig->c, 0x20000000, data, sizeof(data)));
    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 1024);
    put32(rig, BDL_AT, 0x20000000);
    send(rig, 0, 1u << 1);
    start(rig, INPUT);
    run_frames(rig, 100);
    sim_controller_forget(rig->c, 0x20000000);
    expect_fault(rig, "while SD0, which runs, uses it");
    memset(data, 0, sizeof(data));
    run_frames(rig, 100);
    expect_fault(rig, "SD0: data at 20000");
    assert_int_equal(rd(rig, SD(INPUT) + CTL, 1) & 2, 0);
    for (size_t i = 0; i < sizeof(data); i++)
        assert_int_equal(data[i], 0);
}

/* ---- Formats (HDA 3.7.1, 5.4.1) ----------------------------------------------------------------- */

static void record_frames(struct rig *rig, uint16_t format, unsigned frames)
{
    memset(rig->memory + DATA(0), 0, 0x10000);
    rig->codecs[0].sent[1] = 0;
    prepare_halves(rig, INPUT, format, 0x3000);
    start(rig, INPUT);
    align(rig);
    run_frames(rig, frames);
    wr(rig, SD(INPUT) + CTL, 1, 0x1C);
    align(rig);
    wr(rig, SD(INPUT) + CTL, 1, 1);
    run_frames(rig, 1);
    wr(rig, SD(INPUT) + CTL, 1, 0);
    run_frames(rig, 1);
}

static void containers_hold_the_valid_bits_to_the_left(void **state)
{
    static const struct {
        uint16_t format;
        unsigned bytes;
        uint32_t mask; /* of the sample in 32 bits */
    } cases[] = {
        {0x0001, 1, 0xFF000000}, {0x0011, 2, 0xFFFF0000}, {0x0021, 4, 0xFFFFF000},
        {0x0031, 4, 0xFFFFFF00}, {0x0041, 4, 0xFFFFFFFF}, {0x0037, 4, 0xFFFFFF00},
    };
    struct rig *rig = *state;

    send(rig, 0, 1u << 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned channels = (cases[i].format & 15u) + 1;

        record_frames(rig, cases[i].format, 50);
        assert_int_equal(rig->codecs[0].sent[1], 51 * channels);
        for (uint32_t n = 0; n < 51 * channels; n++) {
            uint32_t sample = 0;

            memcpy((uint8_t *)&sample + 4 - cases[i].bytes, rig->memory + DATA(0) + cases[i].bytes * n,
                   cases[i].bytes);
            assert_int_equal(sample, sent_sample(n) & cases[i].mask);
        }
    }
}

static void rates_come_in_exactly(void **state)
{
    static const struct {
        uint16_t format;
        unsigned blocks; /* in 480 frames */
    } cases[] = {{0x0011, 480}, {0x4011, 441}, {0x4811, 882}, {0x1811, 1920}, {0x0A11, 320}, {0x0511, 80}};
    struct rig *rig = *state;

    send(rig, 0, 1u << 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        record_frames(rig, cases[i].format, 479);
        assert_int_equal(rig->codecs[0].sent[1], 2 * cases[i].blocks);
    }
}

/* ---- Both directions ---------------------------------------------------------------------------- */

static void expect_loop(const struct rig *rig, uint32_t played, uint32_t recorded, uint32_t bytes)
{
    assert_memory_equal(rig->memory + recorded, rig->memory + played, bytes);
}

static void what_is_played_and_recorded_from_one_frame_on_has_the_same_offset(void **state)
{
    struct rig *rig = *state;

    fill_data(rig);
    memset(rig->memory + DATA(INPUT), 0, 0x10000);
    rig->codecs[0].loops = true;
    send(rig, 0, 1u << 1);
    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 8192);
    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 8192);
    start(rig, INPUT);
    start(rig, OUTPUT);
    align(rig);
    run_frames(rig, 4000);
    wr(rig, SD(INPUT) + CTL, 1, 0);
    run_frames(rig, 1);
    expect_loop(rig, DATA(OUTPUT), DATA(INPUT), 16004);
}

static void ssync_starts_both_directions_in_one_frame(void **state)
{
    struct rig *rig = *state;

    fill_data(rig);
    wr(rig, 0x38, 4, 5);
    rig->codecs[0].loops = true;
    send(rig, 0, 1u << 1);
    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 8192);
    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 8192);
    start(rig, INPUT);
    run_frames(rig, 30);
    start(rig, OUTPUT);
    run_frames(rig, 30);
    assert_int_equal(rd(rig, SD(INPUT), 4), 0x2010001E);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 0);
    wr(rig, 0x38, 4, 0);
    align(rig);
    run_frames(rig, 512);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 2048);
    assert_int_equal(rd(rig, SD(OUTPUT) + LPIB, 4), 2048);
    expect_loop(rig, DATA(OUTPUT), DATA(INPUT), 2048);
}

/* HDA 3.3.35: a tag is a stream's on its way, out or in. */
static void each_direction_has_tags_of_its_own(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 1024);
    prepare_halves(rig, OTHER, FORMAT_48_16_STEREO, 1024);
    prepare_halves(rig, OUTPUT, FORMAT_48_16_STEREO, 1024);
    wr(rig, SD(OTHER) + TAG, 1, 0x10);
    wr(rig, SD(OUTPUT) + TAG, 1, 0x10);
    start(rig, INPUT);
    start(rig, OUTPUT);
    expect_no_fault(rig);
    start(rig, OTHER);
    expect_fault(rig, "SD1: RUN with stream tag 1, with which SD0 runs");
}

static void a_bidirectional_descriptor_records_without_dir(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, EITHER, FORMAT_48_16_STEREO, 1024);
    send(rig, 2, 1u << 5);
    start(rig, EITHER);
    align(rig);
    run_frames(rig, 64);
    expect_recorded(rig, DATA(EITHER), 128);
    assert_int_equal(rig->codecs[2].heard, 0);
}

static void a_bidirectional_descriptor_plays_with_dir(void **state)
{
    struct rig *rig = *state;

    fill_data(rig);
    wr(rig, SD(EITHER) + TAG, 1, 8);
    prepare_halves(rig, EITHER, FORMAT_48_16_STEREO, 1024);
    assert_int_equal(rd(rig, SD(EITHER) + TAG, 1), 0x58);
    send(rig, 2, 1u << 5);
    start(rig, EITHER);
    align(rig);
    run_frames(rig, 64);
    assert_int_equal(rig->codecs[2].requests, 0);
    assert_int_equal(rig->codecs[2].heard, 128);
    for (uint32_t i = 0; i < 128; i++)
        assert_int_equal((uint32_t)rig->codecs[2].samples[i] >> 16, data16(rig, DATA(EITHER) + 2 * i));
}

static void dir_is_set_before_everything_else(void **state)
{
    static const struct {
        uint32_t offset;
        unsigned width;
        uint32_t value;
    } registers[] = {{TAG, 1, 0x30},   {CBL, 4, 1024},    {LVI, 2, 1},
                     {FMT, 2, 0x0011}, {BDPL, 4, BDL_AT}, {BDPU, 4, 1}};
    struct rig *rig = *state;

    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        wr(rig, SD(EITHER) + registers[i].offset, registers[i].width, registers[i].value);
        wr(rig, SD(EITHER) + TAG, 1, 0x38);
        expect_fault(rig, "with another DIR after other registers were");
        assert_int_equal(rd(rig, SD(EITHER) + TAG, 1) & 8, 0);
        wr(rig, SD(EITHER) + CTL, 1, 1);
        run_frames(rig, 1);
        wr(rig, SD(EITHER) + CTL, 1, 0);
        run_frames(rig, 1);
    }
    wr(rig, SD(EITHER), 4, 0x00380000); /* with the tag, in one write */
    assert_int_equal(rd(rig, SD(EITHER), 4), 0x00380000);
    wr(rig, SD(EITHER) + TAG, 1, 0x30);
    expect_fault(rig, "with another DIR");
}

static void dir_is_set_outside_of_reset(void **state)
{
    struct rig *rig = *state;

    wr(rig, SD(EITHER) + CTL, 1, 1);
    run_frames(rig, 1);
    wr(rig, SD(EITHER) + TAG, 1, 8);
    expect_fault(rig, "SD4CTL is written while the stream is in reset");
}

static void length_and_format_stay_from_the_first_run_on(void **state)
{
    struct rig *rig = *state;

    prepare_halves(rig, INPUT, FORMAT_48_16_STEREO, 1024);
    start(rig, INPUT);
    run_frames(rig, 5);
    wr(rig, SD(INPUT) + CTL, 1, 0);
    run_frames(rig, 1);
    wr(rig, SD(INPUT) + CBL, 4, 4096);
    expect_fault(rig, "without a stream reset");
}

static void dir_is_only_where_there_is_a_choice(void **state)
{
    struct rig *rig = *state;

    wr(rig, SD(INPUT) + TAG, 1, 0x18);
    expect_fault(rig, "SD0CTL is written with DIR");
    wr(rig, SD(OUTPUT) + TAG, 1, 0x18);
    expect_fault(rig, "SD2CTL is written with DIR");
    assert_int_equal(rd(rig, SD(OUTPUT) + TAG, 1), 0);
}

static void gcap_counts_what_there_is(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rd(rig, 0x00, 2), 0x2211);
    wr(rig, 0x20, 4, 0xFFFFFFFF);
    assert_int_equal(rd(rig, 0x20, 4), 0xC000003F);
    wr(rig, 0x38, 4, 0xFFFFFFFF);
    assert_int_equal(rd(rig, 0x38, 4), 0x3F);
    wr(rig, 0x38, 4, 0);
    assert_int_equal(rd(rig, SD(5) + FIFOS, 2), 0xBF);
    assert_int_equal(rd(rig, SD(5) + LPIB + 0x2000, 4), 0);
    rd(rig, SD(6), 1);
    expect_fault(rig, "no register");
}

static void thirty_descriptors_work_side_by_side(void **state)
{
    const struct sim_shape many = {
        .inputs = 15, .outputs = 15, .ring_sizes = 0x40, .output_payload = 60, .input_payload = 60};
    struct rig *rig = rig_create(&many);
    void *other = rig;

    (void)state;
    rig_start(rig);
    assert_int_equal(rd(rig, 0x00, 2), 0xFF00);
    fill_data(rig);
    send(rig, 0, 0xFFFE);
    for (unsigned i = 0; i < 30; i++) {
        struct fragment list[2] = {{DATA_AT + 0x2000 * i, 1024, true},
                                   {DATA_AT + 0x2000 * i + 1024, 1024, true}};

        put_list(rig, 0, list, 2);
        for (unsigned word = 0; word < 8; word++)
            put32(rig, 0x4000 + 64 * i * 2 + 4 * word, get32(rig, BDL_AT + 4 * word));
        wr(rig, SD(i) + FMT, 2, 0x0010);
        wr(rig, SD(i) + CBL, 4, 2048);
        wr(rig, SD(i) + LVI, 2, 1);
        wr(rig, SD(i) + BDPL, 4, BASE + 0x4000 + 128 * i);
        wr(rig, SD(i) + TAG, 1, (i % 15 + 1) << 4);
        start(rig, i);
    }
    align(rig);
    run_frames(rig, 512);
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(rd(rig, SD(i) + LPIB, 4), 1024);
    assert_int_equal(rd(rig, 0x24, 4), 0xBFFFFFFF);
    assert_int_equal(rig->codecs[0].heard, 15 * 512);
    rig_teardown(&other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(samples_come_to_memory_from_the_next_frame_on),
        TEST(a_stream_moves_only_in_frames_in_which_it_is_sent),
        TEST(a_command_makes_a_codec_send_in_the_frame_of_the_command),
        TEST(memory_is_written_in_bursts_of_64_bytes),
        TEST(a_pause_loses_and_repeats_nothing),
        TEST(srst_returns_to_the_beginning),
        TEST(ioc_comes_with_the_last_byte_in_memory),
        TEST(positions_are_in_memory_with_the_interrupt),
        TEST(a_descriptor_is_read_when_its_first_byte_comes),
        TEST(a_descriptor_that_goes_bad_stops_the_stream),
        TEST(memory_freed_under_a_recording),
        TEST(containers_hold_the_valid_bits_to_the_left),
        TEST(rates_come_in_exactly),
        TEST(what_is_played_and_recorded_from_one_frame_on_has_the_same_offset),
        TEST(ssync_starts_both_directions_in_one_frame),
        TEST(each_direction_has_tags_of_its_own),
        TEST(a_bidirectional_descriptor_records_without_dir),
        TEST(a_bidirectional_descriptor_plays_with_dir),
        TEST(dir_is_set_before_everything_else),
        TEST(dir_is_set_outside_of_reset),
        TEST(length_and_format_stay_from_the_first_run_on),
        TEST(dir_is_only_where_there_is_a_choice),
        TEST(gcap_counts_what_there_is),
        cmocka_unit_test(thirty_descriptors_work_side_by_side),
    };

    return cmocka_run_group_tests_name("sim input", tests, NULL, NULL);
}
