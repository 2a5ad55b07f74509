/* SPDX-License-Identifier: BSD-2-Clause */
/* test_input.c - the rules of what goes into a pin and comes in over the link (codec.h). */
#include "rig.h"

#include <math.h>

#define AFG     0x01
#define MIC     0x11
#define LINE_IN 0x12
#define DIGITAL 0x15
#define SPDIF   0x17

#define STREAM     5
#define S16_STEREO 0x0011
#define FRAMES     1000

enum effect {
    DONE,    /* the end of a list */
    SOUND,   /* not needed */
    SILENCE, /* without it zeros are recorded */
    NOTHING, /* without it the codec does not send */
};

/* One verb of those that a path needs, and what its absence does. */
struct step {
    enum effect without;
    unsigned nid, id, payload;
};

static const struct step mic[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x06, HDA_SET_POWER_STATE, 0},
    {SILENCE, MIC, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x06, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x06, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {SILENCE, 0x06, HDA_SET_AMPLIFIER, INPUT(0) | 0x17},
    {SOUND, MIC, HDA_SET_AMPLIFIER, INPUT(0)},
    {SILENCE, MIC, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT},
    {DONE, 0, 0, 0},
};

static const struct step line_in[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x06, HDA_SET_POWER_STATE, 0},
    {SILENCE, LINE_IN, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x06, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x06, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {SILENCE, 0x06, HDA_SET_AMPLIFIER, INPUT(0) | 0x17},
    {SILENCE, 0x0c, HDA_SET_CONNECTION_SELECT, 1},
    {SILENCE, LINE_IN, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT},
    {DONE, 0, 0, 0},
};

static const struct step digital[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x14, HDA_SET_POWER_STATE, 0},
    {SILENCE, DIGITAL, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x14, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x14, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {SILENCE, 0x14, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE},
    {SILENCE, DIGITAL, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT},
    {DONE, 0, 0, 0},
};

static const struct step spdif[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x16, HDA_SET_POWER_STATE, 0},
    {SILENCE, SPDIF, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x16, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x16, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {SILENCE, 0x16, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE},
    {SILENCE, SPDIF, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT},
    {DONE, 0, 0, 0},
};

static const struct step *const paths[] = {mic, line_in, digital, spdif};
static const uint8_t pins[] = {MIC, LINE_IN, DIGITAL, SPDIF};

static struct mouth mouth, other_mouth;
static int32_t recorded[RIG_SAMPLES], also_recorded[RIG_SAMPLES];

/* All steps but the one. */
static void set_path(struct rig *rig, const struct step *steps, const struct step *but)
{
    for (const struct step *step = steps; step->without != DONE; step++) {
        if (step != but)
            send_verb(rig, step->nid, step->id, step->payload);
    }
}

static bool is_silent(const int32_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (samples[i] != 0)
            return false;
    }
    return true;
}

static void assert_said(const int32_t *samples, size_t first, size_t count, unsigned bits)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(samples[i], said(first + i, bits));
}

static enum effect try_to_record(struct rig *rig)
{
    if (!record(rig, STREAM, S16_STEREO, FRAMES, recorded))
        return NOTHING;
    return is_silent(recorded, 2 * FRAMES) ? SILENCE : SOUND;
}

/* ---- Paths ----------------------------------------------------------------------------------- */

static void a_complete_path_is_recorded_bit_for_bit(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof(pins); p++) {
        struct rig *rig = rig_open(NULL);
        speak_into(rig, pins[p], &mouth);
        set_path(rig, paths[p], NULL);
        assert_int_equal(try_to_record(rig), SOUND);
        assert_int_equal(mouth.calls, 1);
        assert_int_equal(mouth.rate, 48000);
        assert_int_equal(mouth.channels, 2);
        assert_int_equal(mouth.bits, 16);
        assert_int_equal(mouth.frames, FRAMES);
        assert_said(recorded, 0, 2 * FRAMES, 16);
        assert_int_equal(rig->faults, 0);
        rig_close(rig);
    }
}

static void each_step_of_a_path_is_needed(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof(pins); p++) {
        for (const struct step *step = paths[p]; step->without != DONE; step++) {
            struct rig *rig = rig_open(NULL);
            speak_into(rig, pins[p], &mouth);
            set_path(rig, paths[p], step);
            if (try_to_record(rig) != step->without)
                fail_msg("pin 0x%02x without verb 0x%x to 0x%02x", pins[p], step->id, step->nid);
            send_verb(rig, step->nid, step->id, step->payload);
            assert_int_equal(try_to_record(rig), SOUND); /* and it makes up for itself */
            rig_close(rig);
        }
    }
}

static void the_digital_pin_records_every_width_channel_count_and_rate(void **state)
{
    static const unsigned widths[] = {16, 20, 24, 32};
    static const uint16_t rates[] = {0x4000, 0x0000, 0x0800, 0x1800}; /* 44.1, 48, 96, 192 kHz */
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_path(rig, digital, NULL);
    for (size_t w = 0; w < 4; w++) {
        for (size_t r = 0; r < 4; r++) {
            for (unsigned channels = 1; channels <= 8; channels++) {
                uint16_t format = format_of(48000, widths[w], channels) | rates[r];
                verb4(rig, 0x14, HDA_SET_CONVERTER_FORMAT, format);
                speak_into(rig, DIGITAL, &mouth);
                assert_true(record(rig, STREAM, format, 100, recorded));
                assert_said(recorded, 0, 100 * channels, widths[w]);
            }
        }
    }
    assert_int_equal(rig->faults, 0);
    rig_close(rig);
}

static void a_pin_that_nobody_feeds_is_silent(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_path(rig, mic, NULL);
    assert_int_equal(try_to_record(rig), SILENCE);
    speak_into(rig, MIC, &mouth);
    assert_int_equal(try_to_record(rig), SOUND);
    assert_true(sim_codec_feed(rig->codec, MIC, NULL, NULL));
    assert_int_equal(try_to_record(rig), SILENCE);
    assert_false(sim_codec_feed(rig->codec, 0x06, NULL, NULL)); /* no pin */
    assert_false(sim_codec_feed(rig->codec, 0x99, NULL, NULL));
    assert_int_equal(rig->faults, 0);
    rig_close(rig);
}

static void another_stream_is_not_sent(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_path(rig, mic, NULL);
    settle(rig);
    assert_true(sim_codec_sends(rig->codec, STREAM));
    assert_false(sim_codec_sends(rig->codec, STREAM + 1));
    assert_false(sim_codec_sends(rig->codec, 0));
    sim_codec_link_reset(rig->codec);
    assert_false(sim_codec_sends(rig->codec, STREAM));
    rig_close(rig);
}

static void another_format_is_a_fault_told_once(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    speak_into(rig, MIC, &mouth);
    set_path(rig, mic, NULL);
    verb4(rig, 0x06, HDA_SET_CONVERTER_FORMAT, 0x4011);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(try_to_record(rig), SILENCE);
    assert_int_equal(rig->faults, 1);
    assert_non_null(strstr(rig->fault, "0x06"));
    assert_non_null(strstr(rig->fault, "format"));
    verb4(rig, 0x06, HDA_SET_CONVERTER_FORMAT, 0x4031);
    assert_int_equal(try_to_record(rig), SILENCE);
    assert_int_equal(rig->faults, 2);
    rig_close(rig);
}

/* ---- Gain, channels and mixers: input.codec -------------------------------------------------- */

#define ADC   0x03
#define ADC_2 0x04
#define MIXER 0x05
#define JACK  0x06
#define JACK2 0x07
#define MONO  0x08
#define UNITY 0x0c

/* Both converters hear the mixer, at 0 dB; all its inputs are muted, all pins enabled. */
static void set_inputs(struct rig *rig, uint16_t format)
{
    verb(rig, AFG, HDA_SET_POWER_STATE, 0);
    for (unsigned nid = ADC; nid <= ADC_2; nid++) {
        verb4(rig, nid, HDA_SET_CONVERTER_FORMAT, format);
        verb4(rig, nid, HDA_SET_AMPLIFIER, INPUT(0) | UNITY);
        verb4(rig, nid, HDA_SET_AMPLIFIER, INPUT(1) | UNITY);
    }
    for (unsigned nid = JACK; nid <= MONO; nid++)
        verb(rig, nid, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT);
}

static struct rig *open_inputs(uint16_t format)
{
    struct rig *rig = rig_open("input.codec");
    set_inputs(rig, format);
    return rig;
}

static void mix(struct rig *rig, unsigned input, unsigned value)
{
    verb4(rig, MIXER, HDA_SET_AMPLIFIER, INPUT(input) | value);
}

static void send_on(struct rig *rig, unsigned converter, unsigned stream, unsigned channel)
{
    verb(rig, converter, HDA_SET_STREAM_CHANNEL, stream << 4 | channel);
}

static void gain_is_in_decibels(void **state)
{
    uint16_t format = format_of(48000, 24, 2);
    struct rig *rig = open_inputs(format);
    double gain[2] = {pow(10, -6 / 20.0), pow(10, 3 / 20.0)};
    (void)state;
    send_on(rig, ADC, 1, 0);
    speak_into(rig, JACK2, &mouth);
    mix(rig, 1, UNITY);
    verb4(rig, MIXER, HDA_SET_AMPLIFIER,
          HDA_AMP_SET_INPUT | HDA_AMP_SET_LEFT | 1 << HDA_AMP_SET_INDEX_SHIFT | (UNITY - 6));
    verb4(rig, ADC, HDA_SET_AMPLIFIER, HDA_AMP_SET_INPUT | HDA_AMP_SET_RIGHT | (UNITY + 3));
    assert_true(record(rig, 1, format, FRAMES, recorded));
    for (size_t i = 0; i < 2 * FRAMES; i++) {
        assert_true(fabs(recorded[i] - said(i, 24) * gain[i & 1]) <= 0x80 + 1);
        assert_int_equal(recorded[i] & 0xff, 0);
    }
    rig_close(rig);
}

static void a_mono_pins_amplifier_is_its_left_one(void **state)
{
    struct rig *rig = open_inputs(S16_STEREO);
    (void)state;
    send_on(rig, ADC, 1, 0);
    speak_into(rig, MONO, &mouth);
    mix(rig, 2, UNITY);
    verb4(rig, MONO, HDA_SET_AMPLIFIER, HDA_AMP_SET_INPUT | HDA_AMP_SET_RIGHT); /* no such side */
    assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded));
    assert_true(is_silent(recorded, 2 * FRAMES));
    verb4(rig, MONO, HDA_SET_AMPLIFIER, HDA_AMP_SET_INPUT | HDA_AMP_SET_LEFT);
    assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded));
    assert_said(recorded, 0, 2 * FRAMES, 16); /* what is muted is not asked for */
    rig_close(rig);
}

/* What is left before the swap is right behind it. */
static void a_swap_exchanges_left_and_right(void **state)
{
    struct rig *rig = open_inputs(S16_STEREO);
    (void)state;
    send_on(rig, ADC_2, 1, 0);
    speak_into(rig, JACK, &mouth);
    mix(rig, 0, UNITY);
    verb(rig, ADC_2, HDA_SET_EAPD, HDA_EAPD_SWAP);
    assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded));
    for (size_t i = 0; i < 2 * FRAMES; i++)
        assert_int_equal(recorded[i], said(i ^ 1, 16));
    speak_into(rig, JACK, &mouth);
    verb4(rig, MIXER, HDA_SET_AMPLIFIER, HDA_AMP_SET_INPUT | HDA_AMP_SET_LEFT | HDA_AMP_MUTE);
    pass(rig, FRAMES);
    assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded));
    for (size_t i = 0; i < 2 * FRAMES; i++)
        assert_int_equal(recorded[i], i % 2 == 1 ? 0 : said(i ^ 1, 16));
    rig_close(rig);
}

static void several_pins_add_up_saturating(void **state)
{
    struct rig *rig = open_inputs(S16_STEREO);
    (void)state;
    send_on(rig, ADC, 1, 0);
    speak_into(rig, JACK, &mouth);
    speak_into(rig, JACK2, &other_mouth);
    mix(rig, 0, UNITY);
    mix(rig, 1, UNITY);
    for (unsigned i = 0; i < 40; i++) { /* through the whole range */
        assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded));
        for (size_t s = 0; s < 2 * FRAMES; s++) {
            int64_t sum = 2 * (int64_t)said(i * 2 * FRAMES + s, 16);
            sum = sum > 0x7fff0000 ? 0x7fff0000 : sum < INT32_MIN ? INT32_MIN : sum;
            assert_int_equal(recorded[s], sum);
        }
    }
    rig_close(rig);
}

static void several_converters_fill_one_stream(void **state)
{
    uint16_t format = format_of(48000, 16, 5);
    struct rig *rig = open_inputs(format);
    (void)state;
    speak_into(rig, JACK, &mouth);
    speak_into(rig, JACK2, &other_mouth);
    verb(rig, ADC, HDA_SET_CONNECTION_SELECT, 1);
    mix(rig, 1, UNITY);
    send_on(rig, ADC, 1, 3);
    send_on(rig, ADC_2, 1, 1);
    assert_true(record(rig, 1, format, FRAMES, recorded));
    for (size_t i = 0; i < FRAMES; i++) {
        assert_int_equal(recorded[5 * i], 0); /* nobody's */
        assert_said(recorded + 5 * i + 1, 2 * i, 2, 16);
        assert_said(recorded + 5 * i + 3, 2 * i, 2, 16);
    }
    assert_int_equal(mouth.channels, 2);
    send_on(rig, ADC, 1, 4); /* only one is left */
    speak_into(rig, JACK, &mouth);
    assert_true(record(rig, 1, format, FRAMES, recorded));
    assert_int_equal(mouth.channels, 1);
    assert_said(recorded + 4, 0, 1, 16);
    assert_said(recorded + 9, 1, 1, 16);
    assert_int_equal(rig->faults, 0);
    rig_close(rig);
}

/* ---- One pin, several converters ------------------------------------------------------------- */

static void set_shared(struct rig *rig, uint16_t first, uint16_t second)
{
    set_inputs(rig, first);
    verb4(rig, ADC_2, HDA_SET_CONVERTER_FORMAT, second);
    send_on(rig, ADC, 1, 0);
    send_on(rig, ADC_2, 2, 0);
    mix(rig, 0, UNITY);
}

static struct rig *open_shared(uint16_t first, uint16_t second)
{
    struct rig *rig = rig_open("input.codec");
    set_shared(rig, first, second);
    speak_into(rig, JACK, &mouth);
    return rig;
}

static void after_a_link_reset_nothing_old_is_heard(void **state)
{
    struct rig *rig = open_shared(S16_STEREO, S16_STEREO);
    (void)state;
    assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded));
    sim_codec_link_reset(rig->codec);
    rig->frame = 0;
    set_shared(rig, S16_STEREO, S16_STEREO);
    assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded)); /* in the frame of the same number */
    assert_said(recorded, 2 * FRAMES, 2 * FRAMES, 16);
    rig_close(rig);
}

static void two_streams_get_the_same_samples_of_a_pin(void **state)
{
    struct rig *rig = open_shared(S16_STEREO, S16_STEREO);
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        pass(rig, FRAMES);
        assert_true(record(rig, 1 + i % 2, S16_STEREO, FRAMES, recorded));
        assert_true(record(rig, 2 - i % 2, S16_STEREO, FRAMES, also_recorded));
        assert_said(recorded, 2 * i * FRAMES, 2 * FRAMES, 16);
        assert_memory_equal(recorded, also_recorded, 2 * FRAMES * sizeof(*recorded));
    }
    assert_int_equal(mouth.frames, 10 * FRAMES);
    rig_close(rig);
}

/* In one frame of the link, be it in pieces. */
static void the_same_samples_in_pieces(void **state)
{
    struct rig *rig = open_shared(S16_STEREO, S16_STEREO);
    (void)state;
    for (size_t done = 0; done < FRAMES; done += 100)
        assert_true(record(rig, 1, S16_STEREO, 100, recorded + 2 * done));
    assert_true(record(rig, 2, S16_STEREO, 300, also_recorded));
    assert_true(record(rig, 2, S16_STEREO, FRAMES, also_recorded + 600));
    assert_said(recorded, 0, 2 * FRAMES, 16);
    assert_said(also_recorded, 0, 2 * (FRAMES + 300), 16);
    assert_int_equal(mouth.frames, FRAMES + 300);
    rig_close(rig);
}

static void the_widest_converter_says_what_is_asked_for(void **state)
{
    uint16_t wide = format_of(48000, 24, 2);
    (void)state;
    for (unsigned wide_stream = 1; wide_stream <= 2; wide_stream++) {
        struct rig *rig =
            open_shared(wide_stream == 1 ? wide : S16_STEREO, wide_stream == 2 ? wide : S16_STEREO);
        assert_true(record(rig, 3 - wide_stream, S16_STEREO, FRAMES, recorded));
        assert_true(record(rig, wide_stream, wide, FRAMES, also_recorded));
        assert_int_equal(mouth.bits, 24);
        assert_int_equal(mouth.calls, 1);
        assert_said(also_recorded, 0, 2 * FRAMES, 24);
        for (size_t i = 0; i < 2 * FRAMES; i++)
            assert_true(fabs((double)recorded[i] - also_recorded[i]) <= 0x8000);
        rig_close(rig);
    }
}

/* One frame has one command at most, so that this is no way of a controller's; but nothing is read that is
 * not there. */
static void a_converter_that_becomes_wider_in_a_frame_asks_anew(void **state)
{
    uint16_t narrow = format_of(48000, 16, 1);
    struct rig *rig = open_shared(narrow, narrow);
    (void)state;
    assert_true(record(rig, 1, narrow, FRAMES, recorded));
    verb4(rig, ADC, HDA_SET_CONVERTER_FORMAT, S16_STEREO);
    assert_true(record(rig, 1, S16_STEREO, FRAMES, recorded));
    assert_int_equal(mouth.channels, 2);
    assert_said(recorded, 2 * FRAMES, 2 * FRAMES, 16);
    rig_close(rig);
}

static void streams_of_two_rates_ask_separately(void **state)
{
    struct rig *rig = open_shared(S16_STEREO, 0x4011);
    (void)state;
    assert_true(record(rig, 1, S16_STEREO, 160, recorded));
    assert_true(record(rig, 2, 0x4011, 147, also_recorded));
    assert_int_equal(mouth.calls, 2);
    assert_said(recorded, 0, 2 * 160, 16);
    assert_said(also_recorded, 2 * 160, 2 * 147, 16);
    assert_int_equal(rig->faults, 0);
    rig_close(rig);
}

static void shout(void *context, const struct hdabus_recording *recording)
{
    (void)context;
    for (size_t i = 0; i < recording->frames * recording->channels; i++)
        recording->samples[i] = -1;
}

static void bits_that_are_not_valid_do_not_go_over_the_link(void **state)
{
    static const unsigned widths[] = {16, 20, 24, 32};
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_path(rig, digital, NULL);
    assert_true(sim_codec_feed(rig->codec, DIGITAL, shout, NULL));
    for (size_t w = 0; w < 4; w++) {
        uint16_t format = format_of(48000, widths[w], 2);
        verb4(rig, 0x14, HDA_SET_CONVERTER_FORMAT, format);
        assert_true(record(rig, STREAM, format, 1, recorded));
        assert_int_equal((uint32_t)recorded[1], ~0u << (32 - widths[w]));
    }
    rig_close(rig);
}

/* What was computed in one piece and in many is the same. */
static void requests_of_any_length_record_the_same(void **state)
{
    size_t total = 3000;
    (void)state;
    for (size_t length = 1; length <= total; length = length * 3 + 1) {
        struct rig *rig = open_inputs(S16_STEREO);
        int32_t *into = length == 1 ? recorded : also_recorded;
        send_on(rig, ADC, 1, 0);
        speak_into(rig, JACK, &mouth);
        mix(rig, 0, UNITY - 5);
        settle(rig);
        for (size_t done = 0; done < total; done += length) {
            pass(rig, length);
            assert_true(
                record(rig, 1, S16_STEREO, total - done < length ? total - done : length, into + 2 * done));
        }
        if (length > 1)
            assert_memory_equal(recorded, also_recorded, 2 * total * sizeof(*recorded));
        rig_close(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_path_is_recorded_bit_for_bit),
        cmocka_unit_test(each_step_of_a_path_is_needed),
        cmocka_unit_test(the_digital_pin_records_every_width_channel_count_and_rate),
        cmocka_unit_test(a_pin_that_nobody_feeds_is_silent),
        cmocka_unit_test(another_stream_is_not_sent),
        cmocka_unit_test(another_format_is_a_fault_told_once),
        cmocka_unit_test(gain_is_in_decibels),
        cmocka_unit_test(a_mono_pins_amplifier_is_its_left_one),
        cmocka_unit_test(a_swap_exchanges_left_and_right),
        cmocka_unit_test(several_pins_add_up_saturating),
        cmocka_unit_test(several_converters_fill_one_stream),
        cmocka_unit_test(after_a_link_reset_nothing_old_is_heard),
        cmocka_unit_test(two_streams_get_the_same_samples_of_a_pin),
        cmocka_unit_test(the_same_samples_in_pieces),
        cmocka_unit_test(the_widest_converter_says_what_is_asked_for),
        cmocka_unit_test(a_converter_that_becomes_wider_in_a_frame_asks_anew),
        cmocka_unit_test(streams_of_two_rates_ask_separately),
        cmocka_unit_test(bits_that_are_not_valid_do_not_go_over_the_link),
        cmocka_unit_test(requests_of_any_length_record_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
