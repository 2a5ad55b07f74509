/* SPDX-License-Identifier: BSD-2-Clause */
/* test_audio.c - the rules of what leaves a pin (codec.h). */
#include "rig.h"

#include <math.h>
#include <time.h>

#define AFG       0x01
#define LINE_OUT  0x0e
#define HEADPHONE 0x0f
#define SPEAKER   0x10
#define HDMI      0x13

#define STREAM     5
#define S16_STEREO 0x0011
#define S16_MONO   0x0010
#define FRAMES     1000

enum effect {
    DONE,    /* the end of a list */
    SOUND,   /* not needed */
    SILENCE, /* without it zeros leave the pin */
    NOTHING, /* without it nothing does */
};

/* One verb of those that a path needs, and what its absence does. */
struct step {
    enum effect without;
    unsigned nid, id, payload;
};

static const struct step line_out[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x02, HDA_SET_POWER_STATE, 0},
    {NOTHING, LINE_OUT, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x02, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x02, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {SILENCE, 0x02, HDA_SET_AMPLIFIER, OUTPUT | 0x57},
    {SILENCE, 0x09, HDA_SET_AMPLIFIER, INPUT(1)},
    {SILENCE, LINE_OUT, HDA_SET_AMPLIFIER, OUTPUT},
    {NOTHING, LINE_OUT, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT},
    {DONE, 0, 0, 0},
};

static const struct step headphone[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x03, HDA_SET_POWER_STATE, 0},
    {NOTHING, HEADPHONE, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x03, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x03, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {SOUND, 0x03, HDA_SET_AMPLIFIER, OUTPUT | 0x7f},
    {NOTHING, 0x0a, HDA_SET_CONNECTION_SELECT, 1},
    {SILENCE, HEADPHONE, HDA_SET_AMPLIFIER, OUTPUT},
    {NOTHING, HEADPHONE, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT},
    {DONE, 0, 0, 0},
};

static const struct step speaker[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x04, HDA_SET_POWER_STATE, 0},
    {NOTHING, SPEAKER, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x04, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x04, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {SILENCE, 0x04, HDA_SET_AMPLIFIER, OUTPUT | 0x1f},
    {SILENCE, 0x0b, HDA_SET_AMPLIFIER, INPUT(0) | 0x1f},
    {SILENCE, SPEAKER, HDA_SET_AMPLIFIER, OUTPUT},
    {NOTHING, SPEAKER, HDA_SET_EAPD, HDA_EAPD_ENABLE},
    {NOTHING, SPEAKER, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT},
    {DONE, 0, 0, 0},
};

static const struct step hdmi[] = {
    {NOTHING, AFG, HDA_SET_POWER_STATE, 0},
    {NOTHING, 0x05, HDA_SET_POWER_STATE, 0},
    {NOTHING, HDMI, HDA_SET_POWER_STATE, 0},
    {SILENCE, 0x05, HDA_SET_CONVERTER_FORMAT, S16_STEREO},
    {NOTHING, 0x05, HDA_SET_STREAM_CHANNEL, STREAM << 4},
    {NOTHING, 0x05, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE},
    {SILENCE, HDMI, HDA_SET_AMPLIFIER, OUTPUT},
    {NOTHING, HDMI, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT},
    {DONE, 0, 0, 0},
};

static const struct step *const paths[] = {line_out, headphone, speaker, hdmi};
static const uint8_t pins[] = {LINE_OUT, HEADPHONE, SPEAKER, HDMI};

static struct ear ear, other_ear; /* large */

/* All steps but the one. */
static void set_path(struct rig *rig, const struct step *steps, const struct step *but)
{
    for (const struct step *step = steps; step->without != DONE; step++) {
        if (step != but)
            send_verb(rig, step->nid, step->id, step->payload);
    }
}

/* Samples of so many bits, left-justified, with both extremes. */
static int32_t *make_samples(size_t count, unsigned bits)
{
    int32_t *samples = malloc(count * sizeof(*samples));
    uint32_t seed = 7;
    assert_non_null(samples);
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        samples[i] = (int32_t)(seed & (bits == 32 ? ~0u : ~0u << (32 - bits)));
    }
    samples[0] = INT32_MIN;
    samples[1] = (int32_t)(0x7fffffffu & (bits == 32 ? ~0u : ~0u << (32 - bits)));
    return samples;
}

static bool is_silent(const struct ear *e)
{
    for (size_t i = 0; i < e->samples; i++) {
        if (e->heard[i] != 0)
            return false;
    }
    return true;
}

static enum effect effect_of(const struct ear *e)
{
    if (e->frames == 0)
        return NOTHING;
    assert_int_equal(e->frames, FRAMES);
    assert_int_equal(e->channels, 2);
    if (is_silent(e))
        return SILENCE;
    return SOUND;
}

static void a_complete_path_is_heard_bit_for_bit(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    (void)state;
    for (size_t p = 0; p < sizeof(pins); p++) {
        struct rig *rig = rig_open(NULL);
        listen_to(rig, pins[p], &ear);
        set_path(rig, paths[p], NULL);
        play(rig, STREAM, S16_STEREO, FRAMES, samples);
        assert_int_equal(ear.frames, FRAMES);
        assert_int_equal(ear.rate, 48000);
        assert_int_equal(ear.channels, 2);
        assert_int_equal(ear.bits, 16);
        assert_memory_equal(ear.heard, samples, 2 * FRAMES * sizeof(*samples));
        assert_int_equal(rig->faults, 0);
        rig_close(rig);
    }
    free(samples);
}

static void each_step_of_a_path_is_needed(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    (void)state;
    for (size_t p = 0; p < sizeof(pins); p++) {
        for (const struct step *step = paths[p]; step->without != DONE; step++) {
            struct rig *rig = rig_open(NULL);
            listen_to(rig, pins[p], &ear);
            set_path(rig, paths[p], step);
            play(rig, STREAM, S16_STEREO, FRAMES, samples);
            if (effect_of(&ear) != step->without)
                fail_msg("pin 0x%02x without verb 0x%x to 0x%02x", pins[p], step->id, step->nid);
            send_verb(rig, step->nid, step->id, step->payload);
            forget(&ear);
            play(rig, STREAM, S16_STEREO, FRAMES, samples);
            assert_int_equal(effect_of(&ear), SOUND); /* and it makes up for itself */
            rig_close(rig);
        }
    }
    free(samples);
}

static void the_usual_block_is_not_copied(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 24);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    set_path(rig, line_out, NULL);
    verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, 0x0031);
    play(rig, STREAM, 0x0031, FRAMES, samples);
    assert_int_equal(ear.calls, 1);
    assert_ptr_equal(ear.last, samples);
    assert_int_equal(ear.bits, 24);
    rig_close(rig);
    free(samples);
}

static void another_stream_is_not_heard(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    set_path(rig, line_out, NULL);
    play(rig, STREAM + 1, S16_STEREO, FRAMES, samples);
    verb(rig, 0x02, HDA_SET_STREAM_CHANNEL, 0);
    play(rig, 0, S16_STEREO, FRAMES, samples); /* stream 0 is none */
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_int_equal(ear.calls, 0);
    rig_close(rig);
    free(samples);
}

static void another_format_is_a_fault_told_once(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    set_path(rig, line_out, NULL);
    verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, 0x4011);
    for (unsigned i = 0; i < 3; i++)
        play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_int_equal(rig->faults, 1);
    assert_non_null(strstr(rig->fault, "0x02"));
    assert_non_null(strstr(rig->fault, "format"));
    assert_int_equal(ear.frames, 3 * FRAMES);
    assert_true(is_silent(&ear));
    verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, 0x4031);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_int_equal(rig->faults, 2);
    rig_close(rig);
    free(samples);
}

static void a_wrong_format_is_a_fault_though_nobody_hears_it(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open(NULL);
    (void)state;
    set_path(rig, line_out, NULL);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_int_equal(rig->faults, 0);
    play(rig, STREAM, 0x4011, FRAMES, samples);
    assert_int_equal(rig->faults, 1);
    rig_close(rig);
    free(samples);
}

static void a_rate_or_size_that_the_converter_lacks_is_a_fault(void **state)
{
    static const struct {
        uint16_t format;
        unsigned faults;
    } cases[] = {
        {0x0011, 0},
        {0x0021, 1},
        {0x4011, 1},
        {0x0411, 1},
    };
    int32_t *samples = make_samples(2 * FRAMES, 16);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig *rig = rig_open("long.codec");
        verb(rig, AFG, HDA_SET_POWER_STATE, 0);
        verb(rig, 0x7e, HDA_SET_STREAM_CHANNEL, STREAM << 4);
        verb4(rig, 0x7e, HDA_SET_CONVERTER_FORMAT, cases[i].format);
        play(rig, STREAM, cases[i].format, FRAMES, samples);
        assert_int_equal(rig->faults, cases[i].faults);
        rig_close(rig);
    }
    free(samples);
}

static void every_rate_and_size_goes_through_untouched(void **state)
{
    static const struct {
        uint16_t format;
        unsigned rate, bits;
    } cases[] = {
        {0x0011, 48000, 16},  {0x4011, 44100, 16},  {0x0821, 96000, 20}, {0x4831, 88200, 24},
        {0x1841, 192000, 32}, {0x5841, 176400, 32}, {0x0a11, 32000, 16}, {0x4111, 22050, 16},
        {0x0211, 16000, 16},  {0x4311, 11025, 16},  {0x0511, 8000, 16},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int32_t *samples = make_samples(2 * FRAMES, cases[i].bits);
        struct rig *rig = rig_open(NULL);
        listen_to(rig, SPEAKER, &ear);
        set_path(rig, speaker, NULL);
        verb4(rig, 0x04, HDA_SET_CONVERTER_FORMAT, cases[i].format);
        play(rig, STREAM, cases[i].format, FRAMES, samples);
        assert_int_equal(rig->faults, 0);
        assert_int_equal(ear.rate, cases[i].rate);
        assert_int_equal(ear.bits, cases[i].bits);
        assert_memory_equal(ear.heard, samples, 2 * FRAMES * sizeof(*samples));
        rig_close(rig);
        free(samples);
    }
}

static void a_stereo_converter_takes_its_two_channels(void **state)
{
    int32_t *samples = make_samples(6 * FRAMES, 16);
    uint16_t format = format_of(48000, 16, 6);
    (void)state;
    for (unsigned first = 0; first < 6; first++) {
        struct rig *rig = rig_open(NULL);
        listen_to(rig, LINE_OUT, &ear);
        set_path(rig, line_out, NULL);
        verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, format);
        verb(rig, 0x02, HDA_SET_STREAM_CHANNEL, STREAM << 4 | first);
        play(rig, STREAM, format, FRAMES, samples);
        unsigned channels = first == 5 ? 1 : 2;
        assert_int_equal(ear.channels, channels);
        assert_int_equal(ear.frames, FRAMES);
        for (size_t i = 0; i < FRAMES * channels; i++)
            assert_int_equal(ear.heard[i], samples[i / channels * 6 + first + i % channels]);
        rig_close(rig);
    }
    free(samples);
}

static void a_channel_beyond_the_stream_is_a_fault(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    set_path(rig, line_out, NULL);
    verb(rig, 0x02, HDA_SET_STREAM_CHANNEL, STREAM << 4 | 2);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_int_equal(ear.calls, 0);
    assert_int_equal(rig->faults, 1);
    rig_close(rig);
    free(samples);
}

static void the_digital_pin_carries_eight_channels(void **state)
{
    (void)state;
    for (unsigned channels = 1; channels <= 8; channels++) {
        int32_t *samples = make_samples(channels * FRAMES, 24);
        uint16_t format = format_of(44100, 24, channels);
        struct rig *rig = rig_open(NULL);
        listen_to(rig, HDMI, &ear);
        set_path(rig, hdmi, NULL);
        verb4(rig, 0x05, HDA_SET_CONVERTER_FORMAT, format);
        play(rig, STREAM, format, FRAMES, samples);
        assert_int_equal(ear.channels, channels);
        assert_int_equal(ear.rate, 44100);
        assert_ptr_equal(ear.last, samples);
        rig_close(rig);
        free(samples);
    }
}

static void one_stream_feeds_several_pins(void **state)
{
    int32_t *samples = make_samples(4 * FRAMES, 16);
    uint16_t format = format_of(48000, 16, 4);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    listen_to(rig, SPEAKER, &other_ear);
    set_path(rig, line_out, NULL);
    set_path(rig, speaker, NULL);
    verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, format);
    verb4(rig, 0x04, HDA_SET_CONVERTER_FORMAT, format);
    verb(rig, 0x04, HDA_SET_STREAM_CHANNEL, STREAM << 4 | 2);
    play(rig, STREAM, format, FRAMES, samples);
    assert_int_equal(ear.heard[0], samples[0]);
    assert_int_equal(ear.heard[3], samples[5]);
    assert_int_equal(other_ear.heard[0], samples[2]);
    assert_int_equal(other_ear.heard[3], samples[7]);
    rig_close(rig);
    free(samples);
}

/* 0.75 dB a step: eight steps below 0 dB are -6 dB. */
static void gain_is_in_decibels(void **state)
{
    static const struct {
        unsigned left, right;
    } cases[] = {{0x4f, 0x57}, {0x57, 0x4f}, {0x4f, 0x4f}, {0x00, 0x56}};
    int32_t *samples = make_samples(2 * FRAMES, 24);
    uint16_t format = format_of(48000, 24, 2);
    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        struct rig *rig = rig_open(NULL);
        double gain[2] = {pow(10, (cases[c].left - 87.0) * 0.75 / 20),
                          pow(10, (cases[c].right - 87.0) * 0.75 / 20)};
        listen_to(rig, LINE_OUT, &ear);
        set_path(rig, line_out, NULL);
        verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, format);
        verb4(rig, 0x02, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | HDA_AMP_SET_LEFT | cases[c].left);
        verb4(rig, 0x02, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | HDA_AMP_SET_RIGHT | cases[c].right);
        play(rig, STREAM, format, FRAMES, samples);
        for (size_t i = 0; i < 2 * FRAMES; i++) {
            assert_true(fabs(ear.heard[i] - samples[i] * gain[i & 1]) <= 0x80 + 1);
            assert_int_equal(ear.heard[i] & 0xff, 0); /* still 24 bits */
        }
        rig_close(rig);
    }
    free(samples);
}

static void gains_that_cancel_out_touch_nothing(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 32);
    uint16_t format = format_of(48000, 32, 2);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, SPEAKER, &ear);
    set_path(rig, speaker, NULL);
    verb4(rig, 0x04, HDA_SET_CONVERTER_FORMAT, format);
    verb4(rig, 0x04, HDA_SET_AMPLIFIER, OUTPUT | (0x1f + 2));   /* 2 × 1.5 dB up */
    verb4(rig, 0x0b, HDA_SET_AMPLIFIER, INPUT(0) | (0x1f - 3)); /* 3 × 1 dB down */
    play(rig, STREAM, format, FRAMES, samples);
    assert_ptr_equal(ear.last, samples);
    rig_close(rig);
    free(samples);
}

static void gain_above_0_dB_saturates(void **state)
{
    const int32_t samples[] = {INT32_MIN, 0x7fff0000, 0x10000, -0x10000, 0x60000000, -0x60000000};
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, SPEAKER, &ear);
    set_path(rig, speaker, NULL);
    verb4(rig, 0x04, HDA_SET_AMPLIFIER, OUTPUT | 0x27); /* +12 dB */
    play(rig, STREAM, S16_STEREO, 3, samples);
    assert_int_equal(ear.heard[0], INT32_MIN);
    assert_int_equal(ear.heard[1], 0x7fff0000);
    assert_int_equal(ear.heard[2], 0x40000);
    assert_int_equal(ear.heard[3], -0x40000);
    assert_int_equal(ear.heard[4], 0x7fff0000);
    assert_int_equal(ear.heard[5], INT32_MIN);
    rig_close(rig);
}

static void one_muted_side_is_silent_and_the_other_is_not(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    set_path(rig, line_out, NULL);
    verb4(rig, LINE_OUT, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | HDA_AMP_SET_LEFT | HDA_AMP_MUTE);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    for (size_t i = 0; i < FRAMES; i++) {
        assert_int_equal(ear.heard[2 * i], 0);
        assert_int_equal(ear.heard[2 * i + 1], samples[2 * i + 1]);
    }
    rig_close(rig);
    free(samples);
}

/* ---- Mixing: mixing.codec has two converters, 02 and 03, at mixer 04, which is in a loop with mixer 05, and
 * pin 06 --- */

#define MIXED 0x06
#define UNITY 0x0c

static void set_mixer(struct rig *rig, unsigned first_stream, unsigned second_stream)
{
    verb(rig, AFG, HDA_SET_POWER_STATE, 0);
    for (unsigned nid = 2; nid <= 3; nid++) {
        verb(rig, nid, HDA_SET_POWER_STATE, 0);
        verb4(rig, nid, HDA_SET_CONVERTER_FORMAT, S16_STEREO);
        verb(rig, nid, HDA_SET_STREAM_CHANNEL, (nid == 2 ? first_stream : second_stream) << 4);
        verb4(rig, 0x04, HDA_SET_AMPLIFIER, INPUT(nid - 2) | UNITY);
    }
    verb(rig, MIXED, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
}

static struct rig *open_mixer(unsigned first_stream, unsigned second_stream)
{
    struct rig *rig = rig_open("mixing.codec");
    set_mixer(rig, first_stream, second_stream);
    listen_to(rig, MIXED, &ear);
    return rig;
}

static int32_t sum16(int32_t a, int32_t b)
{
    int64_t sum = (int64_t)a + b;
    return sum > 0x7fff0000 ? 0x7fff0000 : sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

static void a_mixer_adds_converters_of_one_stream_saturating(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 1);
    (void)state;
    play(rig, 1, S16_STEREO, FRAMES, samples);
    assert_int_equal(ear.frames, FRAMES);
    for (size_t i = 0; i < 2 * FRAMES; i++)
        assert_int_equal(ear.heard[i], sum16(samples[i], samples[i]));
    rig_close(rig);
    free(samples);
}

/* Stream 1 plays from the beginning, stream 2 from frame `late` on, in steps of so many link frames. The
 * blocks of a step come in either order. Both have sample blocks in 147 of 160 frames if `slow`. */
static void play_both(struct rig *rig, const int32_t *one, const int32_t *two, size_t late, size_t length,
                      bool slow)
{
    size_t total = 2 * late + 1000;
    for (size_t frame = 0, count; frame < total; frame += count) {
        size_t end = frame < late ? late : total;
        count = end - frame < length ? end - frame : length;
        for (unsigned i = 0; i < 2; i++) {
            unsigned stream = 1 + (unsigned)(frame + i) % 2;
            size_t from = frame - (stream == 2 && frame >= late ? late : 0), to = from + count;
            if (stream == 2 && frame < late)
                continue;
            from = slow ? (from * 147 + 159) / 160 : from;
            to = slow ? (to * 147 + 159) / 160 : to;
            if (to > from)
                play(rig, stream, slow ? 0x4011 : S16_STEREO, to - from,
                     (stream == 1 ? one : two) + 2 * from);
        }
        pass(rig, count);
    }
}

static void a_mixer_adds_two_streams_frame_by_frame(void **state)
{
    int32_t *one = make_samples(4 * FRAMES, 16), *two = make_samples(4 * FRAMES, 16);
    (void)state;
    for (size_t i = 0; i < 2 * FRAMES; i++)
        two[2 * i] = -two[2 * i + 1];
    for (size_t length = 1; length < 2000; length = length * 6 + 1) {
        struct rig *rig = open_mixer(1, 2);
        size_t late = 123;
        play_both(rig, one, two, late, length, false);
        assert_int_equal(ear.frames, 2 * late + 1000);
        for (size_t i = 0; i < 2 * ear.frames; i++)
            assert_int_equal(ear.heard[i], i < 2 * late ? one[i] : sum16(one[i], two[i - 2 * late]));
        rig_close(rig);
    }
    free(one);
    free(two);
}

static void streams_out_of_step_are_mixed_the_same_in_any_steps(void **state)
{
    int32_t *one = make_samples(4 * FRAMES, 16), *two = make_samples(4 * FRAMES, 16);
    (void)state;
    for (size_t late = 3; late < 200; late += 31) {
        for (size_t length = 1; length < 2000; length = length * 6 + 1) {
            struct rig *rig = open_mixer(1, 2);
            verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, 0x4011);
            verb4(rig, 0x03, HDA_SET_CONVERTER_FORMAT, 0x4011);
            play_both(rig, one, two, late, length, true);
            sim_codec_hear(rig->codec, MIXED, NULL, NULL);
            if (length == 1)
                other_ear = ear;
            assert_int_equal(ear.frames, other_ear.frames);
            assert_memory_equal(ear.heard, other_ear.heard, 2 * ear.frames * sizeof(*one));
            assert_int_equal(rig->faults, 0);
            rig_close(rig);
        }
    }
    free(one);
    free(two);
}

/* A mono stream from the beginning and a stereo stream from frame `late` on: it is the left one's. */
static void play_mono_and_stereo(struct rig *rig, const int32_t *one, const int32_t *two, size_t late,
                                 size_t length, bool mono_first)
{
    size_t total = late + FRAMES;
    for (size_t frame = 0, count; frame < total; frame += count) {
        size_t end = frame < late ? late : total;
        count = end - frame < length ? end - frame : length;
        if (mono_first)
            play(rig, 1, S16_MONO, count, one + frame);
        if (frame >= late)
            play(rig, 2, S16_STEREO, count, two + 2 * (frame - late));
        if (!mono_first)
            play(rig, 1, S16_MONO, count, one + frame);
        pass(rig, count);
    }
}

static void a_wider_stream_widens_the_mix(void **state)
{
    int32_t *one = make_samples(2 * FRAMES, 16), *two = make_samples(2 * FRAMES, 16);
    const size_t late = 123;
    (void)state;
    for (size_t length = 1; length < 2000; length = length * 6 + 1) {
        for (unsigned mono_first = 0; mono_first < 2; mono_first++) {
            struct rig *rig = open_mixer(1, 2);
            verb4(rig, 0x02, HDA_SET_CONVERTER_FORMAT, S16_MONO);
            play_mono_and_stereo(rig, one, two, late, length, mono_first);
            assert_int_equal(ear.frames, late + FRAMES);
            assert_memory_equal(ear.heard, one, late * sizeof(*one));
            for (size_t i = 0; i < FRAMES; i++) {
                assert_int_equal(ear.heard[late + 2 * i], sum16(one[late + i], two[2 * i]));
                assert_int_equal(ear.heard[late + 2 * i + 1], two[2 * i + 1]);
            }
            assert_int_equal(rig->faults, 0);
            rig_close(rig);
        }
    }
    free(one);
    free(two);
}

static void a_muted_mixer_input_does_not_copy_or_change_the_other(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 1);
    (void)state;
    verb4(rig, 0x04, HDA_SET_AMPLIFIER, INPUT(1) | HDA_AMP_MUTE);
    play(rig, 1, S16_STEREO, FRAMES, samples);
    assert_ptr_equal(ear.last, samples);
    rig_close(rig);
    free(samples);
}

static void when_one_stream_stops_the_other_goes_on(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 2);
    (void)state;
    play(rig, 1, S16_STEREO, 10, samples);
    pass(rig, 10);
    for (unsigned i = 0; i < 40; i++) {
        play(rig, 2, S16_STEREO, FRAMES, samples);
        pass(rig, FRAMES);
    }
    assert_int_equal(ear.frames, 10 + 40 * FRAMES);
    assert_memory_equal(ear.heard + 20, samples, 2 * FRAMES * sizeof(*samples));
    rig_close(rig);
    free(samples);
}

static void nobody_waits_for_a_stream_that_has_stopped(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 2);
    (void)state;
    for (size_t i = 0; i < 20; i++) {
        if (i < 10)
            play(rig, 1, S16_STEREO, 1, samples);
        play(rig, 2, S16_STEREO, 1, samples);
        pass(rig, 1);
        assert_int_equal(ear.frames, i + 1);
    }
    rig_close(rig);
    free(samples);
}

static void a_mix_holds_no_more_than_two_steps(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 2);
    (void)state;
    for (unsigned i = 0; i < 20; i++) /* and time stands still */
        play(rig, 1, S16_STEREO, FRAMES, samples);
    assert_int_equal(ear.frames, 16 * FRAMES);
    pass(rig, FRAMES);
    assert_int_equal(ear.frames, 20 * FRAMES);
    rig_close(rig);
    free(samples);
}

static void a_listener_that_comes_later_hears_from_then_on(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open("mixing.codec");
    (void)state;
    set_mixer(rig, 1, 0);
    play(rig, 1, S16_STEREO, FRAMES, samples);
    listen_to(rig, MIXED, &ear);
    play(rig, 1, S16_STEREO, FRAMES, samples);
    assert_int_equal(ear.frames, FRAMES);
    rig_close(rig);
    free(samples);
}

static void a_stream_is_heard_from_when_the_power_is_there(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 0);
    struct sim_link_block block = {1, 1, S16_STEREO, FRAMES, samples};
    (void)state;
    sim_codec_output(rig->codec, &block);
    assert_int_equal(ear.frames, 0);
    settle(rig);
    sim_codec_output(rig->codec, &block);
    assert_int_equal(ear.frames, FRAMES);
    rig_close(rig);
    free(samples);
}

static void what_waits_in_a_mixer_goes_out_when_the_listener_leaves(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 2);
    (void)state;
    play(rig, 1, S16_STEREO, 10, samples);
    assert_int_equal(ear.frames, 0); /* stream 2 may come in the same frames */
    assert_true(sim_codec_hear(rig->codec, MIXED, NULL, NULL));
    assert_int_equal(ear.frames, 10);
    play(rig, 1, S16_STEREO, 10, samples);
    pass(rig, 10);
    assert_int_equal(ear.frames, 10);
    rig_close(rig);
    free(samples);
}

static void after_a_link_reset_nobody_waits_for_a_stream_of_before(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 2);
    (void)state;
    pass(rig, 5000);
    play(rig, 1, S16_STEREO, FRAMES, samples);
    play(rig, 2, S16_STEREO, FRAMES, samples);
    sim_codec_link_reset(rig->codec);
    assert_int_equal(ear.frames, FRAMES);
    rig->frame = 0;
    set_mixer(rig, 1, 2);
    play(rig, 1, S16_STEREO, FRAMES, samples);
    pass(rig, FRAMES);
    assert_int_equal(ear.frames, 2 * FRAMES);
    rig_close(rig);
    free(samples);
}

static void streams_of_two_rates_at_one_pin_are_a_fault(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 2);
    (void)state;
    verb4(rig, 0x03, HDA_SET_CONVERTER_FORMAT, 0x4011);
    for (unsigned i = 0; i < 3; i++) {
        play(rig, 1, S16_STEREO, FRAMES, samples);
        play(rig, 2, 0x4011, FRAMES, samples);
        pass(rig, FRAMES);
    }
    assert_int_equal(rig->faults, 1);
    assert_non_null(strstr(rig->fault, "rate"));
    assert_int_equal(ear.frames, 3 * FRAMES);
    assert_int_equal(ear.rate, 48000);
    rig_close(rig);
    free(samples);
}

static void a_loop_of_mixers_ends(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 3);
    (void)state;
    verb4(rig, 0x04, HDA_SET_AMPLIFIER,
          INPUT(2) | (UNITY - 6)); /* -6 dB of what mixer 05 has: converter 02 and this one */
    verb4(rig, 0x05, HDA_SET_AMPLIFIER, INPUT(0) | UNITY);
    verb4(rig, 0x05, HDA_SET_AMPLIFIER, INPUT(1) | UNITY);
    play(rig, 1, S16_STEREO, FRAMES, samples);
    pass(rig, FRAMES);
    assert_int_equal(ear.frames, FRAMES);
    for (size_t i = 2; i < 2 * FRAMES; i++) {
        double expected = samples[i] * (1 + pow(10, -6 / 20.0));
        expected = expected > 0x7fff0000 ? 0x7fff0000 : expected < INT32_MIN ? INT32_MIN : expected;
        assert_true(fabs(ear.heard[i] - expected) <= 0x8000 + 1);
    }
    rig_close(rig);
    free(samples);
}

static void a_pin_selects_one_of_its_connections(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = open_mixer(1, 2);
    (void)state;
    listen_to(rig, 0x07, &other_ear);
    verb(rig, 0x07, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
    play(rig, 2, S16_STEREO, FRAMES, samples);
    assert_int_equal(other_ear.frames, 0);
    verb(rig, 0x07, HDA_SET_CONNECTION_SELECT, 1);
    play(rig, 2, S16_STEREO, FRAMES, samples);
    assert_int_equal(other_ear.frames, FRAMES);
    rig_close(rig);
    free(samples);
}

/* ---- Listening ------------------------------------------------------------------------------- */

static void only_pins_can_be_heard(void **state)
{
    struct rig *rig = rig_open(NULL);
    (void)state;
    assert_false(sim_codec_hear(rig->codec, 0x00, NULL, NULL));
    assert_false(sim_codec_hear(rig->codec, 0x02, NULL, NULL));
    assert_false(sim_codec_hear(rig->codec, 0x99, NULL, NULL));
    assert_true(sim_codec_hear(rig->codec, LINE_OUT, NULL, NULL));
    rig_close(rig);
}

static void only_blocks_that_come_in_go_out(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    set_path(rig, line_out, NULL);
    play(rig, STREAM, S16_STEREO, 0, samples);
    assert_int_equal(ear.calls, 0);
    play(rig, STREAM, S16_STEREO, 1, samples);
    assert_int_equal(ear.frames, 1);
    rig_close(rig);
    free(samples);
}

static void a_link_reset_silences_every_pin(void **state)
{
    int32_t *samples = make_samples(2 * FRAMES, 16);
    struct rig *rig = rig_open(NULL);
    (void)state;
    listen_to(rig, LINE_OUT, &ear);
    set_path(rig, line_out, NULL);
    play(rig, STREAM, S16_STEREO, 1, samples);
    sim_codec_link_reset(rig->codec);
    play(rig, STREAM, S16_STEREO, FRAMES, samples);
    assert_int_equal(ear.frames, 1);
    rig_close(rig);
    free(samples);
}

/* What was computed in one piece and in many is the same. */
static void blocks_of_any_length_sound_the_same(void **state)
{
    size_t total = 3000;
    int32_t *samples = make_samples(2 * total, 16);
    (void)state;
    for (size_t length = 1; length <= total; length = length * 3 + 1) {
        struct rig *rig = rig_open(NULL);
        struct ear *into = length == 1 ? &ear : &other_ear;
        listen_to(rig, LINE_OUT, into);
        set_path(rig, line_out, NULL);
        verb4(rig, 0x02, HDA_SET_AMPLIFIER, OUTPUT | 0x50);
        for (size_t done = 0; done < total; done += length)
            play(rig, STREAM, S16_STEREO, total - done < length ? total - done : length, samples + 2 * done);
        assert_int_equal(into->frames, total);
        if (length > 1)
            assert_memory_equal(ear.heard, other_ear.heard, 2 * total * sizeof(*samples));
        rig_close(rig);
    }
    free(samples);
}

static void drop(void *context, const struct hdabus_audio *audio)
{
    *(size_t *)context += audio->frames;
}

/* Prints what an hour costs; a number, not a judgement. */
static void an_hour_of_stereo_passes_quickly(void **state)
{
    int32_t *samples = make_samples(2 * 4096, 16);
    struct rig *rig = rig_open(NULL);
    size_t heard = 0, blocks = 48000u * 3600 / 4096;
    clock_t start = clock();
    (void)state;
    set_path(rig, line_out, NULL);
    assert_true(sim_codec_hear(rig->codec, LINE_OUT, drop, &heard));
    for (size_t i = 0; i < blocks; i++)
        play(rig, STREAM, S16_STEREO, 4096, samples);
    assert_int_equal(heard, blocks * 4096);
    print_message("an hour at 0 dB: %.3f s\n", (double)(clock() - start) / CLOCKS_PER_SEC);
    start = clock();
    verb4(rig, 0x02, HDA_SET_AMPLIFIER, OUTPUT | 0x50);
    for (size_t i = 0; i < blocks / 60; i++)
        play(rig, STREAM, S16_STEREO, 4096, samples);
    print_message("a minute with gain: %.3f s\n", (double)(clock() - start) / CLOCKS_PER_SEC);
    rig_close(rig);
    free(samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_path_is_heard_bit_for_bit),
        cmocka_unit_test(each_step_of_a_path_is_needed),
        cmocka_unit_test(the_usual_block_is_not_copied),
        cmocka_unit_test(another_stream_is_not_heard),
        cmocka_unit_test(another_format_is_a_fault_told_once),
        cmocka_unit_test(a_wrong_format_is_a_fault_though_nobody_hears_it),
        cmocka_unit_test(a_rate_or_size_that_the_converter_lacks_is_a_fault),
        cmocka_unit_test(every_rate_and_size_goes_through_untouched),
        cmocka_unit_test(a_stereo_converter_takes_its_two_channels),
        cmocka_unit_test(a_channel_beyond_the_stream_is_a_fault),
        cmocka_unit_test(the_digital_pin_carries_eight_channels),
        cmocka_unit_test(one_stream_feeds_several_pins),
        cmocka_unit_test(gain_is_in_decibels),
        cmocka_unit_test(gains_that_cancel_out_touch_nothing),
        cmocka_unit_test(gain_above_0_dB_saturates),
        cmocka_unit_test(one_muted_side_is_silent_and_the_other_is_not),
        cmocka_unit_test(a_mixer_adds_converters_of_one_stream_saturating),
        cmocka_unit_test(a_mixer_adds_two_streams_frame_by_frame),
        cmocka_unit_test(streams_out_of_step_are_mixed_the_same_in_any_steps),
        cmocka_unit_test(a_wider_stream_widens_the_mix),
        cmocka_unit_test(a_muted_mixer_input_does_not_copy_or_change_the_other),
        cmocka_unit_test(when_one_stream_stops_the_other_goes_on),
        cmocka_unit_test(nobody_waits_for_a_stream_that_has_stopped),
        cmocka_unit_test(a_mix_holds_no_more_than_two_steps),
        cmocka_unit_test(a_listener_that_comes_later_hears_from_then_on),
        cmocka_unit_test(a_stream_is_heard_from_when_the_power_is_there),
        cmocka_unit_test(what_waits_in_a_mixer_goes_out_when_the_listener_leaves),
        cmocka_unit_test(after_a_link_reset_nobody_waits_for_a_stream_of_before),
        cmocka_unit_test(streams_of_two_rates_at_one_pin_are_a_fault),
        cmocka_unit_test(a_loop_of_mixers_ends),
        cmocka_unit_test(a_pin_selects_one_of_its_connections),
        cmocka_unit_test(only_pins_can_be_heard),
        cmocka_unit_test(only_blocks_that_come_in_go_out),
        cmocka_unit_test(a_link_reset_silences_every_pin),
        cmocka_unit_test(blocks_of_any_length_sound_the_same),
        cmocka_unit_test(an_hour_of_stereo_passes_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
