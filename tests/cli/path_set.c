/* SPDX-License-Identifier: BSD-2-Clause */
/* path_set.c - tests of src/codec/path_set.c on a table: the same to several pins, and 5.1 and 7.1 spread
 * over them. */
#include "codec/path_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fake_codec.h"

#define TYPE(type) ((ULONG)HDA_WIDGET_##type << HDA_WIDGET_TYPE_SHIFT)
#define LIST       HDA_WIDGET_CONNECTION_LIST
#define DAC        (TYPE(AUDIO_OUTPUT) | HDA_WIDGET_STEREO)
#define ADC        (TYPE(AUDIO_INPUT) | HDA_WIDGET_STEREO | LIST)
#define PIN        (TYPE(PIN) | HDA_WIDGET_STEREO | LIST)
#define MIXER      (TYPE(MIXER) | HDA_WIDGET_STEREO | LIST)

#define FORMATS (0x60u | HDA_PCM_16_BITS)
#define NARROW  (0x20u | HDA_PCM_16_BITS) /* 44.1 kHz alone */
#define JACK(device, association, sequence) \
    ((ULONG)HDA_DEVICE_##device << HDA_CONFIG_DEVICE_SHIFT | (association) << 4 | (sequence))
#define OUTPUT(device, association, sequence) \
    .caps = PIN, .pin_caps = HDA_PIN_CAPS_OUTPUT, .config_default = JACK(device, association, sequence)

enum {
    DAC_1 = FAKE_FIRST,
    DAC_2,
    DAC_3,
    DAC_4,
    DAC_5,
    MIXER_1,
    FRONT,
    SIDE, /* sequences do not ascend with the NIDs */
    CENTER,
    REAR,
    SPEAKER,
    HEADPHONE,
    WOOFER,
    ADC_1,
    MIC,
};

/* The front takes any converter, and the rear only the first: whoever is placed first has to leave it alone.
 */
static const struct fake_node nodes[] = {
    [DAC_1 - FAKE_FIRST] = {.caps = DAC},
    [DAC_2 - FAKE_FIRST] = {.caps = DAC},
    [DAC_3 - FAKE_FIRST] = {.caps = DAC},
    [DAC_4 - FAKE_FIRST] = {.caps = DAC},
    [DAC_5 - FAKE_FIRST] = {.caps = DAC | HDA_WIDGET_FORMAT_OVERRIDE,
                            .pcm = NARROW,
                            .formats = HDA_STREAM_FORMAT_PCM},
    [MIXER_1 - FAKE_FIRST] = {.caps = MIXER, .entries = 2, .list = {MIC, DAC_1}},
    [FRONT - FAKE_FIRST] = {OUTPUT(LINE_OUT, 1u, 0u), .entries = 3, .list = {MIXER_1, DAC_2, DAC_3}},
    [SIDE - FAKE_FIRST] = {OUTPUT(LINE_OUT, 1u, 4u), .entries = 1, .list = {DAC_4}},
    [CENTER - FAKE_FIRST] = {OUTPUT(LINE_OUT, 1u, 1u), .entries = 2, .list = {DAC_2, DAC_3}},
    [REAR - FAKE_FIRST] = {OUTPUT(LINE_OUT, 1u, 2u), .entries = 1, .list = {MIXER_1}},
    [SPEAKER - FAKE_FIRST] = {OUTPUT(SPEAKER, 2u, 0u), .entries = 1, .list = {DAC_4}},
    [HEADPHONE - FAKE_FIRST] = {OUTPUT(HEADPHONE, 3u, 0u), .entries = 2, .list = {DAC_2, MIXER_1}},
    [WOOFER - FAKE_FIRST] = {OUTPUT(SPEAKER, 4u, 0u), .entries = 1, .list = {DAC_5}},
    [ADC_1 - FAKE_FIRST] = {.caps = ADC, .entries = 1, .list = {MIC}},
    [MIC - FAKE_FIRST] = {.caps = TYPE(PIN) | HDA_WIDGET_STEREO,
                          .pin_caps = HDA_PIN_CAPS_INPUT,
                          .config_default = JACK(MIC, 5u, 0u)},
};

struct setting {
    struct fake_codec fake;
    struct codec codec;
};

static int set_up(void **state)
{
    static struct setting setting;

    fake_codec_init(&setting.fake, nodes, RTL_NUMBER_OF(nodes));
    setting.fake.group.pcm = FORMATS;
    setting.fake.group.formats = HDA_STREAM_FORMAT_PCM;
    *state = &setting;
    return codec_read(&setting.codec, &setting.fake.ddi) == STATUS_SUCCESS ? 0 : -1;
}

static int tear_down(void **state)
{
    struct setting *setting = *state;

    codec_free(&setting->codec);
    return 0;
}

static void configure(struct setting *setting, UCHAR pin, ULONG config_default)
{
    setting->codec.widgets[pin - FAKE_FIRST].config_default = config_default;
}

static void assert_way(const struct path *path, UCHAR pin, UCHAR converter, UCHAR channel)
{
    assert_int_equal(path_pin(path)->node, pin);
    assert_int_equal(path_converter(path)->node, converter);
    assert_int_equal(path->channel, channel);
}

/* ---- The same at each ---------------------------------------------------------------------------- */

static NTSTATUS same(void **state, const UCHAR *pins, unsigned count, struct path_set *set)
{
    struct path_need need = {.channels = 2, .rate = 48000, .bits = 16};

    return path_set_same(&((struct setting *)*state)->codec, pins, count, &need, set);
}

/* The headphones could have DAC_2 for themselves. */
static void same_shares_a_converter_where_ways_meet(void **state)
{
    static const UCHAR pins[] = {REAR, HEADPHONE};
    struct path_set set;

    assert_int_equal(same(state, pins, 2, &set), STATUS_SUCCESS);
    assert_int_equal(set.count, 2);
    assert_way(&set.paths[0], REAR, DAC_1, 0);
    assert_way(&set.paths[1], HEADPHONE, DAC_1, 0);
    assert_int_equal(set.paths[1].steps[0].input, 1);
    assert_int_equal(set.paths[1].steps[1].input, 1);
}

static void same_takes_another_converter_where_they_do_not(void **state)
{
    static const UCHAR pins[] = {REAR, SPEAKER, CENTER};
    struct path_set set;

    assert_int_equal(same(state, pins, 3, &set), STATUS_SUCCESS);
    assert_way(&set.paths[0], REAR, DAC_1, 0);
    assert_way(&set.paths[1], SPEAKER, DAC_4, 0);
    assert_way(&set.paths[2], CENTER, DAC_2, 0);
}

/* The woofer's converter has no 48 kHz; as the first of two it decides, and then has company. */
static void same_is_in_the_first_one_s_format(void **state)
{
    static const UCHAR pins[] = {SPEAKER, WOOFER}, reversed[] = {WOOFER, SPEAKER};
    struct path_set set;

    assert_int_equal(same(state, pins, 2, &set), STATUS_NOT_SUPPORTED);
    assert_int_equal(same(state, reversed, 2, &set), STATUS_SUCCESS);
    ((struct setting *)*state)->codec.widgets[DAC_4 - FAKE_FIRST].pcm = 0x40u | HDA_PCM_16_BITS;
    assert_int_equal(same(state, reversed, 2, &set), STATUS_NOT_SUPPORTED);
}

static void same_in_any_format_asks_for_none(void **state)
{
    static const UCHAR pins[] = {WOOFER, SPEAKER};
    struct setting *setting = *state;
    struct path_need need = {.channels = 2};
    struct path_set set;

    setting->codec.widgets[DAC_4 - FAKE_FIRST].pcm = 0x40u | HDA_PCM_16_BITS;
    assert_int_equal(path_set_same(&setting->codec, pins, 2, &need, &set), STATUS_SUCCESS);
}

static void same_refuses_what_makes_no_set(void **state)
{
    static const UCHAR twice[] = {FRONT, FRONT}, input[] = {FRONT, MIC}, nothing[] = {FRONT, 0x7F};
    static const UCHAR many[PATH_SET_MOST + 1] = {FRONT, SIDE};
    struct path_set set;

    assert_int_equal(same(state, twice, 2, &set), STATUS_NOT_SUPPORTED);
    assert_int_equal(same(state, input, 2, &set), STATUS_NOT_SUPPORTED);
    assert_int_equal(same(state, nothing, 2, &set), STATUS_NOT_SUPPORTED);
    assert_int_equal(same(state, many, 0, &set), STATUS_INVALID_PARAMETER);
    assert_int_equal(same(state, many, PATH_SET_MOST + 1, &set), STATUS_INVALID_PARAMETER);
}

/* ---- 5.1 and 7.1 --------------------------------------------------------------------------------- */

static NTSTATUS spread(void **state, struct path_need need, struct path_set *set, ULONG *rank)
{
    return path_set_spread(&((struct setting *)*state)->codec, &need, set, rank);
}

/* Only one way is left for the rear, which comes third. */
static void spread_goes_by_sequence(void **state)
{
    struct path_need need = {.channels = 8, .rate = 48000, .bits = 16};
    struct path_set set;
    ULONG rank;

    assert_int_equal(spread(state, need, &set, &rank), STATUS_SUCCESS);
    assert_int_equal(set.count, 4);
    assert_way(&set.paths[0], FRONT, DAC_2, 0);
    assert_way(&set.paths[1], CENTER, DAC_3, 2);
    assert_way(&set.paths[2], REAR, DAC_1, 4);
    assert_way(&set.paths[3], SIDE, DAC_4, 6);
    assert_int_equal(rank, path_pin_rank(path_pin(&set.paths[0]), PATH_OUT, false));
    need.channels = 6;
    assert_int_equal(spread(state, need, &set, &rank), STATUS_SUCCESS);
    assert_int_equal(set.count, 3);
    assert_way(&set.paths[2], REAR, DAC_1, 4);
}

static void spread_is_for_surround_alone(void **state)
{
    unsigned channels;
    struct path_set set;
    ULONG rank;

    for (channels = 0; channels <= 16; channels++)
        if (channels != 6 && channels != 8)
            assert_int_equal(spread(state, (struct path_need){.channels = channels}, &set, &rank),
                             STATUS_NOT_SUPPORTED);
    assert_int_equal(spread(state, (struct path_need){.direction = PATH_IN, .channels = 6}, &set, &rank),
                     STATUS_NOT_SUPPORTED);
}

/* A group is of one kind and of one association, which must be one; and its pins are connected. */
static void spread_needs_a_whole_group(void **state)
{
    static const ULONG others[] = {JACK(SPEAKER, 1u, 2u), JACK(LINE_OUT, 2u, 2u), JACK(LINE_OUT, 1u, 1u),
                                   (ULONG)HDA_PORT_NONE << HDA_CONFIG_PORT_SHIFT | JACK(LINE_OUT, 1u, 2u)};
    struct path_need need = {.channels = 8};
    struct setting *setting = *state;
    struct path_set set;
    ULONG rank;
    unsigned i;

    for (i = 0; i < RTL_NUMBER_OF(others); i++) {
        configure(setting, REAR, others[i]);
        assert_int_equal(spread(state, need, &set, &rank), STATUS_NOT_SUPPORTED);
    }
    configure(setting, REAR, JACK(LINE_OUT, 1u, 2u));
    assert_int_equal(spread(state, need, &set, &rank), STATUS_SUCCESS);
}

static void spread_leaves_pins_without_a_group_alone(void **state)
{
    static const UCHAR pins[] = {FRONT, CENTER, REAR, SIDE};
    struct path_need need = {.channels = 6};
    struct path_set set;
    ULONG rank, i, association;

    for (association = 0; association <= 15; association++) {
        for (i = 0; i < RTL_NUMBER_OF(pins); i++)
            configure(*state, pins[i], JACK(LINE_OUT, association, i));
        assert_int_equal(spread(state, need, &set, &rank),
                         association == 0 || association == 15 ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS);
    }
}

static void spread_leaves_out_what_is_used_beside(void **state)
{
    struct path_need need = {.channels = 2}, six = {.channels = 6, .beside_count = 1};
    struct setting *setting = *state;
    const struct path *beside;
    struct path_set set;
    struct path path;
    ULONG rank;

    six.beside = &beside;
    beside = &path;
    assert_int_equal(path_find(&setting->codec, SPEAKER, &need, &path), STATUS_SUCCESS);
    assert_int_equal(spread(state, six, &set, &rank), STATUS_SUCCESS);
    assert_int_equal(path_find(&setting->codec, REAR, &need, &path), STATUS_SUCCESS);
    assert_int_equal(spread(state, six, &set, &rank), STATUS_NOT_SUPPORTED);
}

/* With the rate that the last one lacks there is no way, but with another. */
static void spread_is_in_one_format(void **state)
{
    struct path_need need = {.channels = 8, .rate = 48000, .bits = 16};
    struct setting *setting = *state;
    struct path_set set;
    ULONG rank;

    setting->codec.widgets[DAC_4 - FAKE_FIRST].pcm = NARROW;
    assert_int_equal(spread(state, need, &set, &rank), STATUS_NOT_SUPPORTED);
    need.rate = 44100;
    assert_int_equal(spread(state, need, &set, &rank), STATUS_SUCCESS);
    need.bits = 24;
    assert_int_equal(spread(state, need, &set, &rank), STATUS_SUCCESS);
    need.exact = true;
    assert_int_equal(spread(state, need, &set, &rank), STATUS_NOT_SUPPORTED);
}

/* ---- Verbs --------------------------------------------------------------------------------------- */

static void open_gives_each_its_channels_of_one_stream(void **state)
{
    struct path_need need = {.channels = 6, .rate = 48000, .bits = 16};
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = 0x0015};
    struct setting *setting = *state;
    struct path_set set;
    ULONG rank;

    assert_int_equal(spread(state, need, &set, &rank), STATUS_SUCCESS);
    assert_int_equal(path_set_open(&setting->codec, &set, format, 7), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&setting->fake, DAC_2, HDA_SET_STREAM_CHANNEL, 0x70), 1);
    assert_int_equal(fake_sent8(&setting->fake, DAC_3, HDA_SET_STREAM_CHANNEL, 0x72), 1);
    assert_int_equal(fake_sent8(&setting->fake, DAC_1, HDA_SET_STREAM_CHANNEL, 0x74), 1);
    fake_forget(&setting->fake);
    assert_int_equal(path_set_close(&setting->codec, &set), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&setting->fake, FRONT, HDA_SET_PIN_CONTROL, 0), 1);
    assert_int_equal(fake_sent8(&setting->fake, CENTER, HDA_SET_PIN_CONTROL, 0), 1);
    assert_int_equal(fake_sent8(&setting->fake, REAR, HDA_SET_PIN_CONTROL, 0), 1);
}

static void open_that_fails_closes_all(void **state)
{
    struct path_need need = {.channels = 6};
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = 0x0015};
    struct setting *setting = *state;
    struct path_set set;
    unsigned whole, answered;
    ULONG rank;

    assert_int_equal(spread(state, need, &set, &rank), STATUS_SUCCESS);
    fake_forget(&setting->fake);
    assert_int_equal(path_set_open(&setting->codec, &set, format, 7), STATUS_SUCCESS);
    whole = setting->fake.sent;
    for (answered = 1; answered < whole; answered++) {
        fake_forget(&setting->fake);
        setting->fake.mute_after = answered;
        assert_int_equal(path_set_open(&setting->codec, &set, format, 7), STATUS_IO_TIMEOUT);
        assert_true(fake_sent8(&setting->fake, FRONT, HDA_SET_PIN_CONTROL, 0) >= 1);
        assert_true(fake_sent8(&setting->fake, REAR, HDA_SET_PIN_CONTROL, 0) >= 1);
    }
}

#define SET_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SET_TEST(same_shares_a_converter_where_ways_meet),
        SET_TEST(same_takes_another_converter_where_they_do_not),
        SET_TEST(same_is_in_the_first_one_s_format),
        SET_TEST(same_in_any_format_asks_for_none),
        SET_TEST(same_refuses_what_makes_no_set),
        SET_TEST(spread_goes_by_sequence),
        SET_TEST(spread_is_for_surround_alone),
        SET_TEST(spread_needs_a_whole_group),
        SET_TEST(spread_leaves_pins_without_a_group_alone),
        SET_TEST(spread_leaves_out_what_is_used_beside),
        SET_TEST(spread_is_in_one_format),
        SET_TEST(open_gives_each_its_channels_of_one_stream),
        SET_TEST(open_that_fails_closes_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
