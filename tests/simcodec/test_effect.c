/* SPDX-License-Identifier: BSD-2-Clause */
/* test_effect.c - what sounds different for a verb: the beep generator, a swap of left and right, the volume
 * knob, stripes. */
#include "rig.h"

#define AFG      0x01
#define DAC      0x02
#define LINE_OUT 0x0e
#define SPEAKER  0x10
#define DIGITAL  0x05
#define HDMI     0x13
#define BEEP     0x18
#define KNOB     0x19

#define JACK    0x07 /* of input.codec */
#define SWAPPER 0x09
#define WIRED   0x0a /* its beep generator */
#define MIXER   0x0b
#define MIXED   0x0c

#define OTHER_DAC  0x03 /* of mixing.codec */
#define ADDER      0x04
#define ADDED      0x06
#define FIRST_BEEP 0x09
#define OTHER_BEEP 0x0a

#define STREAM     5
#define S16_STEREO 0x0011
#define FRAMES     1000
#define LOUD       (1 << 28)

static struct ear ear, other_ear;
static int32_t samples[2 * FRAMES];

static void make_samples(void)
{
    for (size_t i = 0; i < 2 * FRAMES; i++)
        samples[i] = said(i, 16);
}

/* ---- Beep (HDA 7.3.3.28) --------------------------------------------------------------------- */

/* Line-out and speaker of the built-in codec, open, without a stream. */
static struct rig *open_beep(void)
{
    static const uint8_t pins[] = {LINE_OUT, SPEAKER};
    struct rig *rig = rig_open(NULL);
    verb(rig, AFG, HDA_SET_POWER_STATE, 0);
    for (size_t i = 0; i < sizeof(pins); i++) {
        verb(rig, pins[i], HDA_SET_POWER_STATE, 0);
        verb(rig, pins[i], HDA_SET_EAPD, HDA_EAPD_ENABLE);
        verb4(rig, pins[i], HDA_SET_AMPLIFIER, OUTPUT);
        verb(rig, pins[i], HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
    }
    verb4(rig, BEEP, HDA_SET_AMPLIFIER, OUTPUT | 3);
    settle(rig);
    listen_to(rig, LINE_OUT, &ear);
    return rig;
}

/* The value in link frame `frame` of a tone of 48 kHz / 4N. */
static int32_t tone(unsigned divider, uint64_t frame)
{
    return frame % (4 * divider) < 2 * divider ? LOUD : -LOUD;
}

static void a_tone_has_a_quarter_of_48_kHz_by_its_divider(void **state)
{
    static const unsigned dividers[] = {1, 12, 255};
    (void)state;
    for (size_t d = 0; d < 3; d++) {
        for (uint64_t length = 1; length < 1000; length = length * 5 + 1) {
            struct rig *rig = open_beep();
            uint64_t begin = rig->frame;
            verb(rig, BEEP, HDA_SET_BEEP, dividers[d]);
            for (uint64_t done = 0; done < 3000; done += length)
                pass(rig, length);
            assert_int_equal(ear.frames, rig->frame - begin);
            assert_int_equal(ear.rate, 48000);
            assert_int_equal(ear.channels, 2);
            for (size_t i = 0; i < ear.frames; i++) {
                assert_int_equal(ear.heard[2 * i], tone(dividers[d], begin + i));
                assert_int_equal(ear.heard[2 * i + 1], ear.heard[2 * i]);
            }
            rig_close(rig);
        }
    }
}

static void it_sounds_at_every_pin_that_is_open_and_not_muted(void **state)
{
    struct rig *rig = open_beep();
    (void)state;
    listen_to(rig, SPEAKER, &other_ear);
    verb(rig, BEEP, HDA_SET_BEEP, 4);
    pass(rig, 100);
    assert_int_equal(ear.frames, 100);
    assert_int_equal(other_ear.frames, 100);
    verb4(rig, LINE_OUT, HDA_SET_AMPLIFIER, OUTPUT | HDA_AMP_MUTE);
    verb(rig, SPEAKER, HDA_SET_EAPD, 0);
    pass(rig, 100);
    assert_int_equal(ear.frames, 100);
    assert_int_equal(other_ear.frames, 100);
    rig_close(rig);
}

static void a_beep_that_is_off_costs_nothing(void **state)
{
    struct rig *rig = open_beep();
    (void)state;
    assert_true(sim_codec_next(rig->codec) == NEVER);
    verb(rig, BEEP, HDA_SET_BEEP, 4);
    assert_int_equal(sim_codec_next(rig->codec), rig->frame + 1);
    assert_true(sim_codec_hear(rig->codec, LINE_OUT, NULL, NULL)); /* nobody hears it */
    assert_true(sim_codec_next(rig->codec) == NEVER);
    listen_to(rig, LINE_OUT, &ear);
    verb(rig, BEEP, HDA_SET_BEEP, 0);
    pass(rig, 100);
    assert_int_equal(ear.calls, 0);
    rig_close(rig);
}

static void it_is_added_to_a_stream_and_goes_on_after_it(void **state)
{
    struct rig *rig = open_beep();
    size_t at;
    (void)state;
    make_samples();
    verb(rig, DAC, HDA_SET_POWER_STATE, 0);
    verb4(rig, DAC, HDA_SET_CONVERTER_FORMAT, S16_STEREO);
    verb(rig, DAC, HDA_SET_STREAM_CHANNEL, STREAM << 4);
    verb4(rig, DAC, HDA_SET_AMPLIFIER, OUTPUT | 0x57);
    verb4(rig, 0x09, HDA_SET_AMPLIFIER, INPUT(1));
    settle(rig);
    verb4(rig, BEEP, HDA_SET_AMPLIFIER, OUTPUT | 3);
    verb(rig, BEEP, HDA_SET_BEEP, 4);
    uint64_t begin = rig->frame;
    struct sim_link_block block = {STREAM, 1, S16_STEREO, 1, samples};
    for (size_t i = 0; i < 200; i++, block.samples += 2) {
        sim_codec_output(rig->codec, &block);
        pass(rig, 1);
    }
    assert_int_equal(ear.frames, 200);
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(ear.heard[2 * i], samples[2 * i] + tone(4, begin + i));
        assert_int_equal(ear.heard[2 * i + 1], samples[2 * i + 1] + tone(4, begin + i));
    }
    pass(rig, 20); /* a slow stream may leave so many frames empty */
    at = ear.samples;
    pass(rig, 100);
    assert_int_equal(ear.samples, at + 2 * 100);
    assert_int_equal(ear.heard[at], tone(4, begin + 220));
    rig_close(rig);
}

static void a_generator_with_connections_is_heard_over_them(void **state)
{
    struct rig *rig = rig_open("input.codec");
    (void)state;
    verb(rig, AFG, HDA_SET_POWER_STATE, 0);
    settle(rig);
    verb(rig, MIXED, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
    verb(rig, JACK, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
    verb4(rig, WIRED, HDA_SET_AMPLIFIER, OUTPUT | 3);
    verb(rig, WIRED, HDA_SET_BEEP, 4);
    listen_to(rig, MIXED, &ear);
    listen_to(rig, JACK, &other_ear);
    pass(rig, 10);
    assert_int_equal(ear.frames, 0); /* muted in the mixer */
    verb4(rig, MIXER, HDA_SET_AMPLIFIER, INPUT(1) | 0x0c);
    pass(rig, 10);
    assert_int_equal(ear.frames, 10);
    assert_int_equal(other_ear.frames, 0);
    rig_close(rig);
}

static void a_link_reset_does_not_keep_it_waiting_for_a_stream_of_before(void **state)
{
    struct rig *rig = rig_open("input.codec");
    (void)state;
    make_samples();
    for (unsigned round = 0; round < 2; round++) {
        verb(rig, AFG, HDA_SET_POWER_STATE, 0);
        settle(rig);
        verb4(rig, DAC, HDA_SET_CONVERTER_FORMAT, S16_STEREO);
        verb(rig, DAC, HDA_SET_STREAM_CHANNEL, STREAM << 4);
        verb(rig, MIXED, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
        verb4(rig, MIXER, HDA_SET_AMPLIFIER, INPUT(1) | 0x0c);
        verb4(rig, WIRED, HDA_SET_AMPLIFIER, OUTPUT | 3);
        listen_to(rig, MIXED, &ear);
        if (round == 0) {
            pass(rig, 5000);
            play(rig, STREAM, S16_STEREO, FRAMES, samples);
            assert_int_equal(ear.frames, FRAMES);
            sim_codec_link_reset(rig->codec);
            rig->frame = 0;
        }
    }
    verb(rig, WIRED, HDA_SET_BEEP, 4);
    pass(rig, 10);
    assert_int_equal(ear.frames, 10);
    rig_close(rig);
}

/* Two streams meet at the pin that is listened to; the first beep generator is at every pin, the other one
 * leads there. */
static struct rig *open_adder(uint16_t format)
{
    static const uint8_t converters[] = {DAC, OTHER_DAC};
    struct rig *rig = rig_open("mixing.codec");
    verb(rig, AFG, HDA_SET_POWER_STATE, 0);
    for (unsigned i = 0; i < 2; i++) {
        verb(rig, converters[i], HDA_SET_POWER_STATE, 0);
        verb4(rig, converters[i], HDA_SET_CONVERTER_FORMAT, format);
        verb(rig, converters[i], HDA_SET_STREAM_CHANNEL, (STREAM + i) << 4);
        verb4(rig, ADDER, HDA_SET_AMPLIFIER, INPUT(i) | 0x0c);
    }
    verb(rig, ADDED, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
    verb4(rig, FIRST_BEEP, HDA_SET_AMPLIFIER, OUTPUT | 3);
    verb4(rig, OTHER_BEEP, HDA_SET_AMPLIFIER, OUTPUT | 3);
    verb4(rig, ADDER, HDA_SET_AMPLIFIER, INPUT(3) | 0x0c);
    settle(rig);
    listen_to(rig, ADDED, &ear);
    return rig;
}

static void what_waits_when_it_ends_goes_out_without_it(void **state)
{
    uint16_t format = format_of(44100, 16, 2);
    struct rig *rig = open_adder(format);
    struct sim_link_block one = {STREAM, 1, format, 1, samples}, other = {STREAM + 1, 1, format, 1, samples};
    (void)state;
    make_samples();
    verb(rig, FIRST_BEEP, HDA_SET_BEEP, 4);
    sim_codec_output(rig->codec, &one);
    sim_codec_output(rig->codec, &other);
    pass(rig, 1);
    one.samples += 2;
    sim_codec_output(rig->codec, &one); /* waits: this frame may be one that the other stream leaves empty */
    pass(rig, 1);
    assert_int_equal(ear.frames, 1);
    verb(rig, FIRST_BEEP, HDA_SET_BEEP, 0);
    for (unsigned i = 0; i < 40; i++)
        pass(rig, 1);
    assert_int_equal(ear.frames, 2);
    assert_int_equal(ear.heard[2], samples[2]);
    assert_int_equal(ear.heard[3], samples[3]);
    rig_close(rig);
}

/* HDA 7.3.4.5: a function group says whether it has a beep generator, not how many. */
static void a_second_generator_is_not_heard(void **state)
{
    struct rig *rig = open_adder(S16_STEREO);
    (void)state;
    make_samples();
    verb(rig, OTHER_BEEP, HDA_SET_BEEP, 4);
    for (unsigned divider = 0; divider < 2; divider++) {
        verb4(rig, FIRST_BEEP, HDA_SET_AMPLIFIER, OUTPUT | HDA_AMP_MUTE);
        verb(rig, FIRST_BEEP, HDA_SET_BEEP, divider);
        forget(&ear);
        play(rig, STREAM, S16_STEREO, FRAMES, samples);
        pass(rig, FRAMES);
        assert_int_equal(ear.frames, FRAMES);
        assert_memory_equal(ear.heard, samples, sizeof(samples));
    }
    rig_close(rig);
}

/* ---- Others ---------------------------------------------------------------------------------- */

/* HDA 7.3.3.16 */
static void a_swap_exchanges_left_and_right(void **state)
{
    static const struct {
        uint8_t converter, pin; /* that swap */
    } cases[] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}};
    (void)state;
    make_samples();
    for (size_t i = 0; i < 4; i++) {
        struct rig *rig = rig_open("input.codec");
        verb(rig, AFG, HDA_SET_POWER_STATE, 0);
        verb4(rig, DAC, HDA_SET_CONVERTER_FORMAT, S16_STEREO);
        verb(rig, DAC, HDA_SET_STREAM_CHANNEL, STREAM << 4);
        verb(rig, SWAPPER, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
        verb(rig, DAC, HDA_SET_EAPD, cases[i].converter ? 0xff : 0);
        verb(rig, SWAPPER, HDA_SET_EAPD, cases[i].pin ? 0xff : 0);
        assert_int_equal(verb(rig, DAC, HDA_GET_EAPD, 0), cases[i].converter ? HDA_EAPD_SWAP : 0);
        listen_to(rig, SWAPPER, &ear);
        play(rig, STREAM, S16_STEREO, FRAMES, samples);
        unsigned swapped = cases[i].converter ^ cases[i].pin;
        for (size_t s = 0; s < 2 * FRAMES; s++)
            assert_int_equal(ear.heard[s], samples[s ^ swapped]);
        rig_close(rig);
    }
}

/* HDA 7.3.3.29 */
static void a_knob_in_direct_mode_turns_the_amplifiers_it_is_connected_to(void **state)
{
    struct rig *rig = open_beep();
    (void)state;
    make_samples();
    verb(rig, DAC, HDA_SET_POWER_STATE, 0);
    verb4(rig, DAC, HDA_SET_CONVERTER_FORMAT, S16_STEREO);
    verb(rig, DAC, HDA_SET_STREAM_CHANNEL, STREAM << 4);
    verb4(rig, DAC, HDA_SET_AMPLIFIER, OUTPUT | 0x57);
    verb4(rig, 0x09, HDA_SET_AMPLIFIER, INPUT(1));
    assert_true(sim_codec_turn(rig->codec, KNOB, 0x57 - 8));
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_memory_equal(ear.heard, samples, sizeof(samples)); /* not in direct mode */
    verb(rig, KNOB, HDA_SET_VOLUME_KNOB, 0x80);
    forget(&ear);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_in_range(ear.heard[200], samples[200] * 0.5, samples[200] * 0.51); /* 6 dB less */
    assert_true(sim_codec_turn(rig->codec, KNOB, 0x57));
    forget(&ear);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_memory_equal(ear.heard, samples, sizeof(samples));
    verb4(rig, DAC, HDA_SET_AMPLIFIER, OUTPUT | HDA_AMP_MUTE);
    forget(&ear);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_int_equal(ear.heard[200], 0);
    rig_close(rig);
}

/* HDA 7.3.3.32 */
static void a_converter_takes_as_many_lines_as_it_is_set_to(void **state)
{
    (void)state;
    make_samples();
    for (unsigned stripe = 0; stripe < 3; stripe++) {
        for (uint8_t lines = 1; lines <= 4; lines *= 2) {
            struct rig *rig = rig_open(NULL);
            struct sim_link_block block = {STREAM, lines, S16_STEREO, FRAMES, samples};
            bool right = 1u << stripe == lines;
            verb(rig, AFG, HDA_SET_POWER_STATE, 0);
            verb(rig, DIGITAL, HDA_SET_POWER_STATE, 0);
            verb(rig, HDMI, HDA_SET_POWER_STATE, 0);
            verb4(rig, DIGITAL, HDA_SET_CONVERTER_FORMAT, S16_STEREO);
            verb(rig, DIGITAL, HDA_SET_STREAM_CHANNEL, STREAM << 4);
            verb(rig, DIGITAL, HDA_SET_STRIPE_CONTROL, stripe);
            verb(rig, DIGITAL, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE);
            verb4(rig, HDMI, HDA_SET_AMPLIFIER, OUTPUT);
            verb(rig, HDMI, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
            listen_to(rig, HDMI, &ear);
            settle(rig);
            sim_codec_output(rig->codec, &block);
            sim_codec_output(rig->codec, &block);
            assert_int_equal(ear.frames, 2 * FRAMES);
            assert_int_equal(ear.heard[7], right ? samples[7] : 0);
            assert_int_equal(rig->faults, right ? 0 : 1);
            rig_close(rig);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tone_has_a_quarter_of_48_kHz_by_its_divider),
        cmocka_unit_test(it_sounds_at_every_pin_that_is_open_and_not_muted),
        cmocka_unit_test(a_beep_that_is_off_costs_nothing),
        cmocka_unit_test(it_is_added_to_a_stream_and_goes_on_after_it),
        cmocka_unit_test(a_generator_with_connections_is_heard_over_them),
        cmocka_unit_test(a_link_reset_does_not_keep_it_waiting_for_a_stream_of_before),
        cmocka_unit_test(what_waits_when_it_ends_goes_out_without_it),
        cmocka_unit_test(a_second_generator_is_not_heard),
        cmocka_unit_test(a_swap_exchanges_left_and_right),
        cmocka_unit_test(a_knob_in_direct_mode_turns_the_amplifiers_it_is_connected_to),
        cmocka_unit_test(a_converter_takes_as_many_lines_as_it_is_set_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
