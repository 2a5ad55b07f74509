/* SPDX-License-Identifier: BSD-2-Clause */
/* test_cable.c - cables from pin to pin: the link moves a play and a record frame by frame or in steps. */
#include "rig.h"

#define AFG      0x01
#define LINE_OUT 0x0e
#define LINE_IN  0x12
#define DIGITAL  0x15

#define PLAY   1
#define RECORD 2

/* A stream in its place on the link: HDA 5.4.1 spaces the blocks of slow rates. */
struct stream {
    uint16_t format;
    uint64_t since; /* the frame it begins in */
    size_t done;    /* sample blocks */
};

/* A line out and a line in, of one codec or of two. */
struct bench {
    struct rig *out, *in;
    struct stream play, record;
};

static int32_t played[RIG_SAMPLES], recorded[RIG_SAMPLES];
static struct ear ear;

static unsigned channels_of(uint16_t format)
{
    return (format & 0xFu) + 1;
}

/* Sample blocks of the first `frames` link frames. */
static size_t blocks(uint16_t format, uint64_t frames)
{
    unsigned multiple = (format >> HDA_FORMAT_MULTIPLE_SHIFT & 7) + 1u;
    unsigned divisor = (format >> HDA_FORMAT_DIVISOR_SHIFT & 7) + 1u;
    uint64_t slots = (frames + divisor - 1) / divisor;
    if (format & HDA_FORMAT_BASE_44_1)
        slots = (slots * 147 + 159) / 160;
    return (size_t)slots * multiple;
}

/* How many a stream has in the next frames. */
static size_t due(const struct stream *stream, uint64_t now, uint64_t frames)
{
    if (now + frames <= stream->since)
        return 0;
    return blocks(stream->format, now + frames - stream->since) - stream->done;
}

static void open_output(struct rig *rig, unsigned converter, unsigned pin, uint16_t format)
{
    verb(rig, AFG, HDA_SET_POWER_STATE, 0);
    verb(rig, converter, HDA_SET_POWER_STATE, 0);
    verb(rig, pin, HDA_SET_POWER_STATE, 0);
    verb4(rig, converter, HDA_SET_CONVERTER_FORMAT, format);
    verb(rig, converter, HDA_SET_STREAM_CHANNEL, PLAY << 4);
    verb4(rig, converter, HDA_SET_AMPLIFIER, OUTPUT | 0x57);
    verb4(rig, 0x09, HDA_SET_AMPLIFIER, INPUT(1));
    verb(rig, converter, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE);
    verb4(rig, pin, HDA_SET_AMPLIFIER, OUTPUT);
    verb(rig, pin, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
}

static void open_input(struct rig *rig, unsigned converter, unsigned pin, uint16_t format)
{
    verb(rig, AFG, HDA_SET_POWER_STATE, 0);
    verb(rig, converter, HDA_SET_POWER_STATE, 0);
    verb(rig, pin, HDA_SET_POWER_STATE, 0);
    verb4(rig, converter, HDA_SET_CONVERTER_FORMAT, format);
    verb(rig, converter, HDA_SET_STREAM_CHANNEL, RECORD << 4);
    verb4(rig, converter, HDA_SET_AMPLIFIER, INPUT(0) | 0x17);
    verb(rig, converter, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE);
    verb(rig, pin, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT);
}

static void connect(struct bench *bench, uint8_t from, uint8_t to)
{
    assert_int_equal(sim_codec_connect(bench->out->codec, from, bench->in->codec, to), STATUS_SUCCESS);
}

/* From line-out to line-in, both with streams of this format; `two` codecs or one. */
static struct bench bench_open(uint16_t format, bool two)
{
    struct bench bench = {.out = rig_open(NULL), .play = {format, 0, 0}, .record = {format, 0, 0}};
    bench.in = two ? rig_open(NULL) : bench.out;
    open_output(bench.out, 0x02, LINE_OUT, format);
    open_input(bench.in, 0x07, LINE_IN, format);
    settle(bench.in);
    if (two)
        settle(bench.out);
    connect(&bench, LINE_OUT, LINE_IN);
    for (size_t i = 0; i < RIG_SAMPLES; i++)
        played[i] = said(i, 16);
    return bench;
}

static void bench_close(struct bench *bench)
{
    if (bench->in != bench->out)
        rig_close(bench->in);
    rig_close(bench->out);
}

/* Frames pass on the link in one step: outputs, then inputs, as link.h has it. */
static void step(struct bench *bench, uint64_t frames)
{
    uint64_t now = bench->out->frame;
    size_t out = due(&bench->play, now, frames), in = due(&bench->record, now, frames);
    if (out > 0)
        play(bench->out, PLAY, bench->play.format, out,
             played + bench->play.done * channels_of(bench->play.format));
    if (in > 0)
        assert_true(record(bench->in, RECORD, bench->record.format, in,
                           recorded + bench->record.done * channels_of(bench->record.format)));
    bench->play.done += out;
    bench->record.done += in;
    pass(bench->out, frames);
    if (bench->in != bench->out)
        pass(bench->in, frames);
}

static void run(struct bench *bench, uint64_t frames, uint64_t length)
{
    for (uint64_t done = 0; done < frames; done += length)
        step(bench, frames - done < length ? frames - done : length);
}

/* Ends a step where a stream begins, as the controller does. */
static void run_to(struct bench *bench, uint64_t frame, uint64_t length)
{
    run(bench, frame - bench->out->frame, length);
}

/* What was recorded from sample `at` on is what was played from `from` on. */
static void assert_record(const struct bench *bench, size_t at, size_t from)
{
    unsigned channels = channels_of(bench->record.format);
    size_t count = (bench->record.done - at / channels) * channels;
    for (size_t i = 0; i < at; i++)
        assert_int_equal(recorded[i], 0);
    assert_true(at < count);
    assert_memory_equal(recorded + at, played + from, (count - at) * sizeof(*recorded));
}

static const uint16_t formats[] = {0x0011, 0x0811, 0x1811, 0x4011, 0x4811, 0x0511, 0x4311, 0x0a11, 0x0010};
static const uint64_t lengths[] = {1, 7, 160, 1000};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))
#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* ---- In step --------------------------------------------------------------------------------- */

static void streams_that_begin_together_are_recorded_from_the_first_sample(void **state)
{
    (void)state;
    for (unsigned two = 0; two < 2; two++) {
        for (size_t f = 0; f < FORMATS; f++) {
            for (size_t l = 0; l < LENGTHS; l++) {
                struct bench bench = bench_open(formats[f], two);
                bench.play.since = bench.record.since = bench.out->frame;
                run(&bench, 5000, lengths[l]);
                assert_record(&bench, 0, 0);
                assert_int_equal(bench.out->faults + bench.in->faults, 0);
                bench_close(&bench);
            }
        }
    }
}

static void what_is_recorded_before_anything_left_is_silence(void **state)
{
    (void)state;
    for (size_t l = 0; l < LENGTHS; l++) {
        struct bench bench = bench_open(0x0011, false);
        bench.record.since = bench.out->frame;
        bench.play.since = bench.record.since + 123;
        run_to(&bench, bench.play.since, lengths[l]);
        run(&bench, 2000, lengths[l]);
        assert_record(&bench, 2 * 123, 0);
        bench_close(&bench);
    }
}

static void what_left_before_anybody_recorded_is_gone(void **state)
{
    (void)state;
    for (size_t l = 0; l < LENGTHS; l++) {
        struct bench bench = bench_open(0x0011, false);
        bench.play.since = bench.out->frame;
        bench.record.since = bench.play.since + 123;
        run_to(&bench, bench.record.since, lengths[l]);
        run(&bench, 2000, lengths[l]);
        assert_record(&bench, 0, 2 * 123);
        bench_close(&bench);
    }
}

/* Blocks of these rates are in other frames for each stream, and yet none is lost or doubled. */
static void streams_out_of_step_are_recorded_without_a_gap(void **state)
{
    static const uint16_t slow[] = {0x4011, 0x4811, 0x0511, 0x4311, 0x0a11};
    (void)state;
    for (size_t f = 0; f < sizeof(slow) / sizeof(slow[0]); f++) {
        for (uint64_t late = 1; late < 200; late += 13) {
            for (size_t l = 0; l < LENGTHS; l++) {
                struct bench bench = bench_open(slow[f], false);
                size_t before = blocks(slow[f], late), at = 0;
                bench.record.since = bench.out->frame;
                bench.play.since = bench.record.since + late;
                run_to(&bench, bench.play.since, lengths[l]);
                run(&bench, 3000, lengths[l]);
                while (recorded[at] == 0)
                    at++;
                assert_in_range(at / 2, before, before + 4);
                assert_record(&bench, at, 0);
                bench_close(&bench);
            }
        }
    }
}

static void who_begins_anew_hears_nothing_old(void **state)
{
    struct bench bench = bench_open(0x4011, false);
    (void)state;
    bench.play.since = bench.record.since = bench.out->frame;
    run(&bench, 500, 100);
    struct stream paused = bench.record;
    bench.record.since = NEVER;
    run(&bench, 500, 100);
    bench.record = (struct stream){paused.format, bench.out->frame, 0};
    size_t now = bench.play.done;
    run(&bench, 100, 10);
    assert_in_range(now * 2, 1000 * 147 / 160 * 2, 1000 * 147 / 160 * 2 + 4);
    size_t at = 0;
    while (recorded[at] == 0)
        at++;
    assert_in_range(at, 0, 4);
    assert_record(&bench, at, 2 * now);
    bench_close(&bench);
}

/* Sound that is computed comes in many pieces. */
static void a_play_with_a_muted_side_is_recorded_without_a_gap(void **state)
{
    struct bench bench = bench_open(0x4011, false);
    size_t at = 0;
    (void)state;
    verb4(bench.out, LINE_OUT, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | HDA_AMP_SET_RIGHT | HDA_AMP_MUTE);
    bench.record.since = bench.out->frame;
    bench.play.since = bench.record.since + 50;
    run_to(&bench, bench.play.since, 50);
    run(&bench, 10000, 1000);
    while (recorded[at] == 0)
        at++;
    for (size_t i = 0; i < 2 * bench.record.done - at; i++)
        assert_int_equal(recorded[at + i], i % 2 == 0 ? played[i] : 0);
    bench_close(&bench);
}

static void what_was_played_before_is_not_recorded(void **state)
{
    struct bench bench = bench_open(0x0011, false);
    (void)state;
    bench.play.since = bench.out->frame;
    bench.record.since = NEVER;
    run(&bench, 500, 100);
    bench.play.since = NEVER;
    run(&bench, 10, 10);
    bench.record.since = bench.out->frame;
    run(&bench, 500, 100);
    for (size_t i = 0; i < 2 * 500; i++)
        assert_int_equal(recorded[i], 0);
    bench_close(&bench);
}

static void after_a_play_there_is_silence(void **state)
{
    struct bench bench = bench_open(0x0011, false);
    (void)state;
    bench.play.since = bench.record.since = bench.out->frame;
    run(&bench, 500, 100);
    bench.play.since = NEVER;
    run(&bench, 500, 100);
    assert_memory_equal(recorded, played, 2 * 500 * sizeof(*recorded));
    for (size_t i = 2 * 500; i < 2 * 1000; i++)
        assert_int_equal(recorded[i], 0);
    bench_close(&bench);
}

/* ---- Cables ---------------------------------------------------------------------------------- */

static void a_pin_is_heard_while_a_cable_is_in_it(void **state)
{
    struct bench bench = bench_open(0x0011, false);
    (void)state;
    listen_to(bench.out, LINE_OUT, &ear);
    bench.play.since = bench.record.since = bench.out->frame;
    run(&bench, 500, 100);
    assert_record(&bench, 0, 0);
    assert_int_equal(ear.frames, 500);
    assert_memory_equal(ear.heard, played, 2 * 500 * sizeof(*played));
    bench_close(&bench);
}

static void one_pin_feeds_several(void **state)
{
    struct bench bench = bench_open(0x0011, false);
    (void)state;
    open_input(bench.in, 0x14, DIGITAL, 0x0011);
    verb(bench.in, 0x14, HDA_SET_STREAM_CHANNEL, (RECORD + 1) << 4);
    settle(bench.in);
    connect(&bench, LINE_OUT, DIGITAL);
    for (unsigned i = 0; i < 3; i++) {
        play(bench.out, PLAY, 0x0011, 100, played);
        assert_true(record(bench.in, RECORD, 0x0011, 100, recorded));
        assert_true(record(bench.in, RECORD + 1, 0x0011, 100, recorded + 200));
        assert_memory_equal(recorded, played, 200 * sizeof(*played));
        assert_memory_equal(recorded + 200, played, 200 * sizeof(*played));
        pass(bench.out, 100);
    }
    bench_close(&bench);
}

/* mixing.codec adds converters 02 and 03 at pin 06. */
static void a_mix_is_recorded_in_the_step_in_which_it_leaves(void **state)
{
    struct rig *out = rig_open("mixing.codec"), *in = rig_open(NULL);
    (void)state;
    verb(out, AFG, HDA_SET_POWER_STATE, 0);
    for (unsigned nid = 2; nid <= 3; nid++) {
        verb(out, nid, HDA_SET_POWER_STATE, 0);
        verb4(out, nid, HDA_SET_CONVERTER_FORMAT, 0x0011);
        verb(out, nid, HDA_SET_STREAM_CHANNEL, (nid - 1) << 4);
        verb4(out, 0x04, HDA_SET_AMPLIFIER, INPUT(nid - 2) | 0x0c);
    }
    verb(out, 0x06, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
    open_input(in, 0x07, LINE_IN, 0x0011);
    assert_int_equal(sim_codec_connect(out->codec, 0x06, in->codec, LINE_IN), STATUS_SUCCESS);
    settle(out);
    settle(in);
    for (size_t i = 0; i < 2 * 1000; i++)
        played[i] = said(i, 16);
    for (size_t frame = 0; frame < 1000; frame += 100) {
        play(out, 1, 0x0011, 100, played + 2 * frame);
        play(out, 2, 0x0011, 100, played + 2 * frame);
        assert_true(record(in, RECORD, 0x0011, 100, recorded + 2 * frame));
        pass(out, 100);
        pass(in, 100);
    }
    for (size_t i = 0; i < 2 * 1000; i++)
        assert_int_equal(recorded[i], 2 * played[i]);
    rig_close(out);
    rig_close(in);
}

static void a_cable_gives_as_many_channels_as_both_ends_have(void **state)
{
    uint16_t wide = format_of(48000, 16, 8);
    struct bench bench = bench_open(0x0011, false);
    (void)state;
    open_input(bench.in, 0x14, DIGITAL, wide);
    verb(bench.in, 0x07, HDA_SET_STREAM_CHANNEL, 0);
    settle(bench.in);
    connect(&bench, LINE_OUT, DIGITAL);
    bench.record.format = wide;
    bench.play.since = bench.record.since = bench.out->frame;
    run(&bench, 100, 10);
    for (size_t i = 0; i < 8 * 100; i++)
        assert_int_equal(recorded[i], i % 8 < 2 ? played[i / 8 * 2 + i % 8] : 0);
    bench_close(&bench);
}

static void streams_of_two_rates_are_a_fault_told_once(void **state)
{
    struct bench bench = bench_open(0x0011, false);
    (void)state;
    verb4(bench.in, 0x07, HDA_SET_CONVERTER_FORMAT, 0x4011);
    bench.record.format = 0x4011;
    bench.play.since = bench.record.since = bench.out->frame;
    run(&bench, 1000, 100);
    assert_int_equal(bench.in->faults, 1);
    assert_non_null(strstr(bench.in->fault, "rate"));
    for (size_t i = 0; i < 2 * bench.record.done; i++)
        assert_int_equal(recorded[i], 0);
    bench_close(&bench);
}

static void what_feeds_a_pin_replaces_its_cable(void **state)
{
    struct bench bench = bench_open(0x0011, false);
    struct mouth mouth;
    (void)state;
    bench.play.since = bench.record.since = bench.out->frame;
    speak_into(bench.in, LINE_IN, &mouth);
    run(&bench, 100, 10);
    assert_int_equal(mouth.frames, 100);
    connect(&bench, LINE_OUT, LINE_IN);
    run(&bench, 100, 10);
    assert_int_equal(mouth.frames, 100);
    assert_memory_equal(recorded + 200, played + 200, 200 * sizeof(*recorded));
    assert_true(sim_codec_feed(bench.in->codec, LINE_IN, NULL, NULL)); /* takes it out */
    run(&bench, 100, 10);
    for (size_t i = 400; i < 600; i++)
        assert_int_equal(recorded[i], 0);
    bench_close(&bench);
}

static void only_pins_have_sockets(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_int_equal(sim_codec_connect(rig->codec, LINE_OUT, rig->codec, 0x06), STATUS_INVALID_PARAMETER);
    assert_int_equal(sim_codec_connect(rig->codec, 0x02, rig->codec, LINE_IN), STATUS_INVALID_PARAMETER);
    rig_close(rig);
}

static void a_codec_goes_with_its_cables(void **state)
{
    (void)state;
    for (unsigned out_first = 0; out_first < 2; out_first++) {
        struct bench bench = bench_open(0x0011, true);
        bench.play.since = bench.record.since = bench.out->frame;
        run(&bench, 100, 10);
        struct rig *stays = out_first ? bench.in : bench.out;
        rig_close(out_first ? bench.out : bench.in);
        if (out_first)
            assert_true(record(stays, RECORD, 0x0011, 10, recorded));
        else
            play(stays, PLAY, 0x0011, 10, played);
        rig_close(stays);
    }
}

static void a_link_reset_ends_what_is_on_the_way(void **state)
{
    struct bench bench = bench_open(0x4011, false);
    (void)state;
    bench.play.since = bench.record.since = bench.out->frame;
    run(&bench, 1000, 1000);
    sim_codec_link_reset(bench.out->codec);
    bench.out->frame = 0;
    open_output(bench.out, 0x02, LINE_OUT, 0x0011);
    open_input(bench.in, 0x07, LINE_IN, 0x0011);
    settle(bench.out);
    assert_true(record(bench.in, RECORD, 0x0011, 10, recorded)); /* nobody plays, so at no other rate */
    assert_int_equal(bench.in->faults, 0);
    pass(bench.out, 1000);
    bench.play = bench.record = (struct stream){0x0011, bench.out->frame, 0};
    run(&bench, 1000, 10);
    assert_record(&bench, 0, 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_that_begin_together_are_recorded_from_the_first_sample),
        cmocka_unit_test(what_is_recorded_before_anything_left_is_silence),
        cmocka_unit_test(what_left_before_anybody_recorded_is_gone),
        cmocka_unit_test(streams_out_of_step_are_recorded_without_a_gap),
        cmocka_unit_test(who_begins_anew_hears_nothing_old),
        cmocka_unit_test(a_play_with_a_muted_side_is_recorded_without_a_gap),
        cmocka_unit_test(what_was_played_before_is_not_recorded),
        cmocka_unit_test(after_a_play_there_is_silence),
        cmocka_unit_test(a_pin_is_heard_while_a_cable_is_in_it),
        cmocka_unit_test(one_pin_feeds_several),
        cmocka_unit_test(a_mix_is_recorded_in_the_step_in_which_it_leaves),
        cmocka_unit_test(a_cable_gives_as_many_channels_as_both_ends_have),
        cmocka_unit_test(streams_of_two_rates_are_a_fault_told_once),
        cmocka_unit_test(what_feeds_a_pin_replaces_its_cable),
        cmocka_unit_test(only_pins_have_sockets),
        cmocka_unit_test(a_codec_goes_with_its_cables),
        cmocka_unit_test(a_link_reset_ends_what_is_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
