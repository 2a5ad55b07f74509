/* SPDX-License-Identifier: BSD-2-Clause */
/* topology_path.c - tests of src/codec on tables: reading a function group, finding the way to a pin, opening
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "codec/path.h"
#include "fake_codec.h"

#define TYPE(type) ((ULONG)HDA_WIDGET_##type << HDA_WIDGET_TYPE_SHIFT)
#define STEREO     HDA_WIDGET_STEREO
#define LIST       HDA_WIDGET_CONNECTION_LIST
#define DAC        (TYPE(AUDIO_OUTPUT) | STEREO)
#define ADC        (TYPE(AUDIO_INPUT) | STEREO | LIST)
#define PIN        (TYPE(PIN) | STEREO | LIST)
#define MIXER      (TYPE(MIXER) | STEREO | LIST)
#define SELECTOR   (TYPE(SELECTOR) | STEREO | LIST)
#define EIGHT      (STEREO | 3u << HDA_WIDGET_CHANNELS_SHIFT)

#define RATES_44_48 0x60u
#define RATE_192    0x400u
#define JACK(device, association, sequence) \
    ((ULONG)HDA_DEVICE_##device << HDA_CONFIG_DEVICE_SHIFT | (association) << 4 | (sequence))
#define NOTHING ((ULONG)HDA_PORT_NONE << HDA_CONFIG_PORT_SHIFT)

#define ZERO_DB_AT(step) ((step) | 0x40u << HDA_AMP_CAPS_STEPS_SHIFT)
#define MUTABLE          HDA_AMP_CAPS_MUTE

/* ---- Connection lists (HDA 7.1.2) ---------------------------------------------------------------- */

static void list_short_form_packs_four_to_a_word(void **state)
{
    ULONG words[] = {0x05040302, 0x00000006};
    UCHAR nodes[CODEC_MAX_CONNECTIONS];

    (void)state;
    assert_int_equal(connections_expand(words, 5, false, nodes), 5);
    assert_memory_equal(nodes, "\2\3\4\5\6", 5);
}

static void list_long_form_packs_two_to_a_word(void **state)
{
    ULONG words[] = {0x00830002, 0x00000104};
    UCHAR nodes[CODEC_MAX_CONNECTIONS];

    (void)state;
    assert_int_equal(connections_expand(words, 3, true, nodes), 3);
    assert_memory_equal(nodes, "\x02\x83\x00", 3); /* 0x104 is beyond what a verb can name */
}

static void list_range_stands_for_all_in_between(void **state)
{
    ULONG words[] = {0x8C089204, 0};
    UCHAR nodes[CODEC_MAX_CONNECTIONS];
    unsigned i;

    (void)state;
    assert_int_equal(connections_expand(words, 4, false, nodes), 15 + 5);
    for (i = 0; i < 15; i++)
        assert_int_equal(nodes[i], 0x04 + i);
    for (i = 0; i < 5; i++)
        assert_int_equal(nodes[15 + i], 0x08 + i);
}

static void list_range_in_long_form(void **state)
{
    ULONG words[] = {0x80050003};
    UCHAR nodes[CODEC_MAX_CONNECTIONS];

    (void)state;
    assert_int_equal(connections_expand(words, 2, true, nodes), 3);
    assert_memory_equal(nodes, "\3\4\5", 3);
}

static void list_range_that_does_not_ascend_is_its_end(void **state)
{
    ULONG first[] = {0x00000584}, descending[] = {0x00008308};
    UCHAR nodes[CODEC_MAX_CONNECTIONS];

    (void)state;
    assert_int_equal(connections_expand(first, 2, false, nodes), 2);
    assert_memory_equal(nodes, "\4\5", 2);
    assert_int_equal(connections_expand(descending, 2, false, nodes), 2);
    assert_memory_equal(nodes, "\x08\x03", 2);
}

static void list_never_exceeds_what_an_index_can_name(void **state)
{
    ULONG words[64];
    UCHAR nodes[CODEC_MAX_CONNECTIONS];
    unsigned i;

    (void)state;
    for (i = 0; i < 64; i++)
        words[i] = 0xFFFF0001;
    assert_int_equal(connections_expand(words, 127, true, nodes), CODEC_MAX_CONNECTIONS);
    assert_int_equal(connections_expand(words, 0, true, nodes), 0);
}

/* ---- A codec: line out and headphones over mixers, an eight-channel digital pin, three inputs ----- */

enum {
    DAC_1 = FAKE_FIRST,
    DAC_2,
    MIXER_1,
    MIXER_2,
    LINE_OUT,
    HEADPHONE,
    SPEAKER,
    UNCONNECTED,
    LINE_IN,
    HDMI_DAC,
    HDMI_PIN,
    ADC_1,
    ADC_2,
    INPUT_SELECTOR,
    INPUT_MIXER,
    MIC,
    CD,
    SPDIF_DAC,
    SPDIF_PIN,
    DISPLAYPORT,
    LOST_PIN,
};

#define VREF_CAPS(voltages) ((voltages) << HDA_PIN_CAPS_VREF_SHIFT)

static const struct fake_node nodes[] = {
    [DAC_1 - FAKE_FIRST] = {.caps = DAC | HDA_WIDGET_OUTPUT_AMP | HDA_WIDGET_POWER},
    [DAC_2 - FAKE_FIRST] = {.caps = DAC | HDA_WIDGET_FORMAT_OVERRIDE,
                            .pcm = RATES_44_48 | RATE_192 | HDA_PCM_16_BITS | HDA_PCM_24_BITS,
                            .formats = HDA_STREAM_FORMAT_PCM},
    /* The mixers feed each other: a search must end. */
    [MIXER_1 - FAKE_FIRST] = {.caps = MIXER | HDA_WIDGET_INPUT_AMP | HDA_WIDGET_AMP_OVERRIDE,
                              .input_amp = ZERO_DB_AT(0x17) | MUTABLE,
                              .entries = 3,
                              .list = {MIXER_2, LINE_IN, DAC_1}},
    [MIXER_2 - FAKE_FIRST] = {.caps = MIXER | HDA_WIDGET_INPUT_AMP, .entries = 2, .list = {MIXER_1, DAC_2}},
    [LINE_OUT - FAKE_FIRST] = {.caps = PIN | HDA_WIDGET_OUTPUT_AMP,
                               .pin_caps = HDA_PIN_CAPS_OUTPUT | HDA_PIN_CAPS_EAPD,
                               .config_default = JACK(LINE_OUT, 1u, 1u),
                               .entries = 1,
                               .list = {MIXER_1}},
    [HEADPHONE - FAKE_FIRST] = {.caps = PIN,
                                .pin_caps = HDA_PIN_CAPS_OUTPUT | HDA_PIN_CAPS_HEADPHONE,
                                .config_default = JACK(HEADPHONE, 2u, 0u),
                                .entries = 2,
                                .list = {MIXER_1, MIXER_2}},
    [SPEAKER - FAKE_FIRST] = {.caps = PIN,
                              .pin_caps = HDA_PIN_CAPS_OUTPUT,
                              .config_default = JACK(SPEAKER, 3u, 0u),
                              .entries = 2,
                              .list = {DAC_1, DAC_2}},
    [UNCONNECTED - FAKE_FIRST] = {.caps = PIN,
                                  .pin_caps = HDA_PIN_CAPS_OUTPUT,
                                  .config_default = NOTHING | JACK(LINE_OUT, 1u, 0u),
                                  .entries = 1,
                                  .list = {DAC_1}},
    [LINE_IN - FAKE_FIRST] = {.caps = TYPE(PIN) | STEREO,
                              .pin_caps = HDA_PIN_CAPS_INPUT | VREF_CAPS(0x37u),
                              .config_default = JACK(LINE_IN, 7u, 0u)},
    [HDMI_DAC - FAKE_FIRST] = {.caps = TYPE(AUDIO_OUTPUT) | EIGHT | HDA_WIDGET_DIGITAL},
    [HDMI_PIN - FAKE_FIRST] = {.caps = TYPE(PIN) | EIGHT | LIST | HDA_WIDGET_DIGITAL,
                               .pin_caps = HDA_PIN_CAPS_OUTPUT | HDA_PIN_CAPS_HDMI,
                               .config_default = JACK(DIGITAL_OUT, 4u, 0u),
                               .long_form = true,
                               .entries = 1,
                               .list = {HDMI_DAC}},
    [ADC_1 - FAKE_FIRST] = {.caps = ADC | HDA_WIDGET_INPUT_AMP | HDA_WIDGET_POWER | HDA_WIDGET_AMP_OVERRIDE,
                            .input_amp = ZERO_DB_AT(0x10) | MUTABLE,
                            .entries = 1,
                            .list = {INPUT_SELECTOR}},
    [ADC_2 - FAKE_FIRST] = {.caps = ADC | HDA_WIDGET_FORMAT_OVERRIDE,
                            .pcm = RATES_44_48 | RATE_192 | HDA_PCM_16_BITS | HDA_PCM_24_BITS,
                            .formats = HDA_STREAM_FORMAT_PCM,
                            .entries = 1,
                            .list = {INPUT_MIXER}},
    [INPUT_SELECTOR - FAKE_FIRST] = {.caps = SELECTOR, .entries = 3, .list = {MIXER_2, MIC, LINE_IN}},
    [INPUT_MIXER - FAKE_FIRST] = {.caps = MIXER | HDA_WIDGET_INPUT_AMP | HDA_WIDGET_AMP_OVERRIDE,
                                  .input_amp = ZERO_DB_AT(0x17) | MUTABLE,
                                  .entries = 3,
                                  .list = {LINE_IN, MIC, CD}},
    /* It can play, too, and has a list and an amplifier for that. */
    [MIC -
        FAKE_FIRST] = {.caps = PIN | HDA_WIDGET_INPUT_AMP | HDA_WIDGET_OUTPUT_AMP | HDA_WIDGET_AMP_OVERRIDE,
                       .pin_caps =
                           HDA_PIN_CAPS_INPUT | HDA_PIN_CAPS_OUTPUT | HDA_PIN_CAPS_EAPD | VREF_CAPS(0x37u),
                       .config_default = JACK(MIC, 5u, 0u),
                       .input_amp = ZERO_DB_AT(0x02),
                       .output_amp = ZERO_DB_AT(0x03),
                       .entries = 2,
                       .list = {DAC_1, DAC_2}},
    [CD - FAKE_FIRST] = {.caps = TYPE(PIN) | STEREO,
                         .pin_caps = HDA_PIN_CAPS_INPUT | VREF_CAPS(0x01u),
                         .config_default = (ULONG)HDA_PORT_FIXED << HDA_CONFIG_PORT_SHIFT | JACK(CD, 6u, 0u)},
    [LOST_PIN - FAKE_FIRST] = {.caps = PIN,
                               .pin_caps = HDA_PIN_CAPS_OUTPUT,
                               .config_default = JACK(LINE_OUT, 1u, 0u),
                               .entries = 3,
                               .list = {LOST_PIN, 0x99, LINE_OUT}},
    [SPDIF_DAC - FAKE_FIRST] = {.caps = DAC | HDA_WIDGET_DIGITAL},
    /* As many codecs have it: a pin that says it is mono. */
    [SPDIF_PIN - FAKE_FIRST] = {.caps = TYPE(PIN) | LIST | HDA_WIDGET_DIGITAL,
                                .pin_caps = HDA_PIN_CAPS_OUTPUT,
                                .config_default = JACK(SPDIF_OUT, 8u, 0u),
                                .entries = 1,
                                .list = {SPDIF_DAC}},
    [DISPLAYPORT - FAKE_FIRST] = {.caps = TYPE(PIN) | EIGHT | LIST | HDA_WIDGET_DIGITAL,
                                  .pin_caps = HDA_PIN_CAPS_OUTPUT | HDA_PIN_CAPS_DISPLAYPORT,
                                  .config_default = JACK(DIGITAL_OUT, 4u, 1u),
                                  .entries = 1,
                                  .list = {HDMI_DAC}},
};

struct setting {
    struct fake_codec fake;
    struct codec codec;
};

static int set_up(void **state)
{
    static struct setting setting;

    fake_codec_init(&setting.fake, nodes, sizeof(nodes) / sizeof(nodes[0]));
    setting.fake.group.pcm = RATES_44_48 | HDA_PCM_16_BITS | HDA_PCM_20_BITS;
    setting.fake.group.formats = HDA_STREAM_FORMAT_PCM;
    setting.fake.group.input_amp = ZERO_DB_AT(0x7F);
    setting.fake.group.output_amp = ZERO_DB_AT(0x1F) | MUTABLE;
    *state = &setting;
    return codec_read(&setting.codec, &setting.fake.ddi) == STATUS_SUCCESS ? 0 : -1;
}

static int tear_down(void **state)
{
    struct setting *setting = *state;

    codec_free(&setting->codec);
    return 0;
}

/* ---- Reading ------------------------------------------------------------------------------------- */

static void read_takes_four_batches_and_no_verb_twice(void **state)
{
    struct setting *setting = *state;

    assert_int_equal(setting->fake.batches, 4);
    assert_int_equal(fake_repeated(&setting->fake), 0);
}

static void read_asks_for_nothing_that_a_widget_has_not(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;

    assert_int_equal(fake_sent8(fake, DAC_1, HDA_GET_PARAMETER, HDA_PARAMETER_PCM), 0);
    assert_int_equal(fake_sent8(fake, DAC_2, HDA_GET_PARAMETER, HDA_PARAMETER_PCM), 1);
    assert_int_equal(fake_sent8(fake, MIXER_1, HDA_GET_PARAMETER, HDA_PARAMETER_INPUT_AMP), 1);
    assert_int_equal(fake_sent8(fake, MIXER_1, HDA_GET_PARAMETER, HDA_PARAMETER_OUTPUT_AMP), 0);
    assert_int_equal(fake_sent8(fake, MIXER_2, HDA_GET_PARAMETER, HDA_PARAMETER_INPUT_AMP), 0);
    assert_int_equal(fake_sent8(fake, DAC_1, HDA_GET_PARAMETER, HDA_PARAMETER_CONNECTIONS), 0);
    assert_int_equal(fake_sent8(fake, LINE_IN, HDA_GET_CONFIGURATION_DEFAULT, 0), 1);
    assert_int_equal(fake_sent8(fake, MIXER_1, HDA_GET_CONFIGURATION_DEFAULT, 0), 0);
}

static void read_inherits_from_the_function_group(void **state)
{
    struct setting *setting = *state;

    assert_int_equal(codec_widget(&setting->codec, DAC_1)->pcm, setting->fake.group.pcm);
    assert_int_equal(codec_widget(&setting->codec, DAC_1)->output_amp, setting->fake.group.output_amp);
    assert_int_equal(codec_widget(&setting->codec, MIXER_2)->input_amp, setting->fake.group.input_amp);
    assert_int_equal(codec_widget(&setting->codec, MIXER_1)->input_amp, ZERO_DB_AT(0x17) | MUTABLE);
    assert_int_equal(codec_widget(&setting->codec, DAC_2)->pcm & RATE_192, RATE_192);
}

static void read_keeps_connections_in_order(void **state)
{
    const struct widget *mixer = codec_widget(&((struct setting *)*state)->codec, MIXER_1);

    assert_int_equal(mixer->connection_count, 3);
    assert_int_equal(mixer->connections[0], MIXER_2);
    assert_int_equal(mixer->connections[1], LINE_IN);
    assert_int_equal(mixer->connections[2], DAC_1);
}

static void read_widget_outside_the_group_is_none(void **state)
{
    struct codec *codec = &((struct setting *)*state)->codec;

    assert_null(codec_widget(codec, FAKE_GROUP));
    assert_null(codec_widget(codec, LOST_PIN + 1));
    assert_null(codec_widget(codec, 0xFF));
    assert_int_equal(widget_channels(codec_widget(codec, HDMI_DAC)), 8);
}

static void read_of_a_modem_is_not_supported(void **state)
{
    struct setting *setting = *state;
    struct codec codec;

    setting->fake.type = HDA_FUNCTION_MODEM;
    assert_int_equal(codec_read(&codec, &setting->fake.ddi), STATUS_NOT_SUPPORTED);
}

/* At whichever command the codec falls silent. */
static void read_of_a_dying_codec_times_out_and_leaves_nothing(void **state)
{
    struct setting *setting = *state;
    unsigned whole = setting->fake.sent, answered;
    struct codec codec;

    for (answered = 1; answered < whole; answered++) {
        fake_forget(&setting->fake);
        setting->fake.mute_after = answered;
        assert_int_equal(codec_read(&codec, &setting->fake.ddi), STATUS_IO_TIMEOUT);
        assert_null(codec.widgets);
    }
}

/* ---- Finding ------------------------------------------------------------------------------------- */

static NTSTATUS find(void **state, UCHAR pin, struct path_need need, struct path *path)
{
    return path_find(&((struct setting *)*state)->codec, pin, &need, path);
}

static void find_goes_over_mixers(void **state)
{
    struct path path;

    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2}, &path), STATUS_SUCCESS);
    assert_int_equal(path.count, 3);
    assert_int_equal(path.steps[0].widget->node, LINE_OUT);
    assert_int_equal(path.steps[0].input, 0);
    assert_int_equal(path.steps[1].widget->node, MIXER_1);
    assert_int_equal(path.steps[1].input, 2);
    assert_int_equal(path_converter(&path)->node, DAC_1);
}

static void find_goes_farther_for_what_is_needed(void **state)
{
    struct path path;

    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2, .rate = 192000}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path.count, 4);
    assert_int_equal(path.steps[1].input, 0);
    assert_int_equal(path.steps[2].widget->node, MIXER_2);
    assert_int_equal(path.steps[2].input, 1);
    assert_int_equal(path_converter(&path)->node, DAC_2);
    assert_int_equal(find(state, SPEAKER, (struct path_need){.channels = 2, .bits = 20}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path_converter(&path)->node, DAC_1);
}

static void find_ends_without_a_way(void **state)
{
    struct path path;

    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2, .bits = 32}, &path),
                     STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 6}, &path), STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, LOST_PIN, (struct path_need){.channels = 2}, &path), STATUS_NOT_SUPPORTED);
}

static void find_starts_at_output_pins_only(void **state)
{
    struct path path;

    assert_int_equal(find(state, LINE_IN, (struct path_need){.channels = 2}, &path), STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, DAC_1, (struct path_need){.channels = 2}, &path), STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, 0x99, (struct path_need){.channels = 2}, &path), STATUS_NOT_SUPPORTED);
}

static void find_takes_s_pdif_for_stereo(void **state)
{
    struct path path;

    assert_int_equal(find(state, SPDIF_PIN, (struct path_need){.channels = 2}, &path), STATUS_SUCCESS);
    assert_int_equal(path_converter(&path)->node, SPDIF_DAC);
    assert_int_equal(find(state, SPDIF_PIN, (struct path_need){.channels = 3}, &path), STATUS_NOT_SUPPORTED);
}

static void find_takes_the_converter_that_is_named(void **state)
{
    struct path path;

    assert_int_equal(find(state, SPEAKER, (struct path_need){.channels = 2, .converter = DAC_2}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path_converter(&path)->node, DAC_2);
    assert_int_equal(find(state, SPEAKER, (struct path_need){.channels = 2, .converter = HDMI_DAC}, &path),
                     STATUS_NOT_SUPPORTED);
}

/* The headphones' list begins with MIXER_1, from which the line output's way goes on; the speaker is at the
 * converter itself. */
static void find_joined_goes_on_as_the_other_does(void **state)
{
    struct path line, path;
    const struct path *joined = &line;
    struct path_need need = {.channels = 2, .joined = &joined, .joined_count = 1};

    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2}, &line), STATUS_SUCCESS);
    assert_int_equal(find(state, HEADPHONE, need, &path), STATUS_SUCCESS);
    assert_int_equal(path.count, 3);
    assert_int_equal(path.steps[0].input, 0);
    assert_int_equal(path.steps[1].widget->node, MIXER_1);
    assert_int_equal(path.steps[1].input, 2);
    assert_int_equal(path_converter(&path)->node, DAC_1);
    assert_int_equal(find(state, SPEAKER, need, &path), STATUS_SUCCESS);
    assert_int_equal(path.count, 2);
    assert_int_equal(path_converter(&path)->node, DAC_1);
    assert_int_equal(find(state, SPDIF_PIN, need, &path), STATUS_NOT_SUPPORTED);
}

static void find_inwards_goes_from_the_converter_to_the_pin(void **state)
{
    struct path path;

    assert_int_equal(find(state, LINE_IN, (struct path_need){.direction = PATH_IN, .channels = 2}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path.count, 3);
    assert_int_equal(path.steps[0].widget->node, ADC_1);
    assert_int_equal(path.steps[1].widget->node, INPUT_SELECTOR);
    assert_int_equal(path.steps[1].input, 2);
    assert_int_equal(path_pin(&path)->node, LINE_IN);
    assert_int_equal(path_converter(&path)->node, ADC_1);
}

static void find_inwards_takes_the_converter_that_is_needed(void **state)
{
    struct path_need need = {.direction = PATH_IN, .channels = 2, .rate = 192000};
    struct path path;

    assert_int_equal(find(state, MIC, need, &path), STATUS_SUCCESS);
    assert_int_equal(path_converter(&path)->node, ADC_2);
    assert_int_equal(path.steps[1].widget->node, INPUT_MIXER);
    assert_int_equal(path.steps[1].input, 1);
    need.bits = 20;
    assert_int_equal(find(state, MIC, need, &path), STATUS_NOT_SUPPORTED);
    need = (struct path_need){.direction = PATH_IN, .channels = 4};
    assert_int_equal(find(state, MIC, need, &path), STATUS_NOT_SUPPORTED);
}

static void find_inwards_starts_at_input_pins_only(void **state)
{
    struct path_need need = {.direction = PATH_IN, .channels = 2};
    struct path path;

    assert_int_equal(find(state, LINE_OUT, need, &path), STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, ADC_1, need, &path), STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, INPUT_SELECTOR, need, &path), STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, 0x99, need, &path), STATUS_NOT_SUPPORTED);
}

static void find_beside_a_path_shares_no_widget_with_it(void **state)
{
    const struct path *beside[2];
    struct path_need need = {.direction = PATH_IN, .channels = 2, .beside = beside};
    struct path first, second, third;

    assert_int_equal(find(state, MIC, need, &first), STATUS_SUCCESS);
    assert_int_equal(path_converter(&first)->node, ADC_1);
    beside[0] = &first;
    need.beside_count = 1;
    assert_int_equal(find(state, MIC, need, &second), STATUS_NOT_SUPPORTED);
    assert_int_equal(find(state, LINE_IN, need, &second), STATUS_SUCCESS);
    assert_int_equal(path_converter(&second)->node, ADC_2);
    beside[1] = &second;
    need.beside_count = 2;
    assert_int_equal(find(state, CD, need, &third), STATUS_NOT_SUPPORTED);
}

/* A path of another codec has widgets of the same numbers. */
static void find_beside_another_codec_s_path_leaves_nothing_out(void **state)
{
    struct setting *setting = *state;
    const struct path *beside;
    struct path_need need = {.channels = 2, .beside = &beside};
    struct path first, second;
    struct codec other;

    assert_int_equal(codec_read(&other, &setting->fake.ddi), STATUS_SUCCESS);
    assert_int_equal(path_find(&other, LINE_OUT, &need, &first), STATUS_SUCCESS);
    beside = &first;
    need.beside_count = 1;
    assert_int_equal(find(state, LINE_OUT, need, &second), STATUS_SUCCESS);
    assert_int_equal(path_find(&other, LINE_OUT, &need, &second), STATUS_NOT_SUPPORTED);
    codec_free(&other);
}

static NTSTATUS choose(void **state, UCHAR pin, struct path_need need, struct path *path)
{
    ULONG rank;

    return path_choose(&((struct setting *)*state)->codec, pin, &need, path, &rank);
}

static void choose_prefers_a_connected_line_output(void **state)
{
    struct path path;

    assert_int_equal(choose(state, 0, (struct path_need){.channels = 2, .rate = 48000, .bits = 16}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path_pin(&path)->node, LINE_OUT);
}

/* Line in, microphone, CD, in this order: each pin is left out for the next to be found. */
static void choose_inwards_prefers_a_line_input(void **state)
{
    static const UCHAR order[] = {LINE_IN, MIC, CD};
    struct path taken[3];
    const struct path *beside[3] = {&taken[0], &taken[1], &taken[2]};
    struct path_need need = {.direction = PATH_IN, .channels = 2, .beside = beside};
    struct path path;

    for (; need.beside_count < RTL_NUMBER_OF(order); need.beside_count++) {
        assert_int_equal(choose(state, 0, need, &path), STATUS_SUCCESS);
        assert_int_equal(path_pin(&path)->node, order[need.beside_count]);
        taken[need.beside_count].count = 1;
        taken[need.beside_count].steps[0].widget = path_pin(&path);
    }
    assert_int_equal(choose(state, 0, need, &path), STATUS_NOT_SUPPORTED);
}

static void choose_takes_the_pin_that_carries_the_channels(void **state)
{
    struct path path;

    assert_int_equal(choose(state, 0, (struct path_need){.channels = 6, .rate = 48000, .bits = 16}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path_pin(&path)->node, HDMI_PIN);
    assert_int_equal(choose(state, 0, (struct path_need){.channels = 9, .rate = 48000, .bits = 16}, &path),
                     STATUS_NOT_SUPPORTED);
}

/* ---- Jacks (HDA 7.3.3.15) ------------------------------------------------------------------------ */

/* One batch, of which nobody is asked that has no jack or cannot tell. */
static void jacks_are_asked_where_they_can_tell(void **state)
{
    struct setting *setting = *state;
    struct fake_node jacks[] = {
        {.caps = PIN, .pin_caps = HDA_PIN_CAPS_PRESENCE, .sense = HDA_SENSE_PRESENCE},
        {.caps = PIN, .pin_caps = HDA_PIN_CAPS_PRESENCE | HDA_PIN_CAPS_TRIGGER, .sense = 0x7FFFFFFF},
        {.caps = PIN, .sense = HDA_SENSE_PRESENCE},
        {.caps = PIN, .pin_caps = HDA_PIN_CAPS_PRESENCE, .config_default = HDA_CONFIG_NO_PRESENCE},
        {.caps = PIN, .pin_caps = HDA_PIN_CAPS_PRESENCE, .config_default = 0x90170110},
        {.caps = DAC, .pin_caps = HDA_PIN_CAPS_PRESENCE},
    };
    static const enum jack found[] = {JACK_PLUGGED, JACK_EMPTY,   JACK_UNKNOWN,
                                      JACK_UNKNOWN, JACK_UNKNOWN, JACK_UNKNOWN};
    struct codec codec;
    unsigned i;

    fake_codec_init(&setting->fake, jacks, RTL_NUMBER_OF(jacks));
    assert_int_equal(codec_read(&codec, &setting->fake.ddi), STATUS_SUCCESS);
    fake_forget(&setting->fake);
    setting->fake.batches = 0;
    assert_int_equal(codec_read_jacks(&codec), STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(jacks); i++)
        assert_int_equal(codec.widgets[i].jack, found[i]);
    assert_int_equal(setting->fake.batches, 1);
    assert_int_equal(setting->fake.sent, 3);
    assert_int_equal(fake_sent8(&setting->fake, FAKE_FIRST + 1, HDA_EXECUTE_PIN_SENSE, 0), 1);
    codec_free(&codec);
}

static void jacks_of_a_silent_codec_stay_unknown(void **state)
{
    struct setting *setting = *state;
    struct fake_node jack = {.caps = PIN, .pin_caps = HDA_PIN_CAPS_PRESENCE, .sense = HDA_SENSE_PRESENCE};
    struct codec codec;

    fake_codec_init(&setting->fake, &jack, 1);
    assert_int_equal(codec_read(&codec, &setting->fake.ddi), STATUS_SUCCESS);
    setting->fake.mute_after = setting->fake.sent;
    assert_int_equal(codec_read_jacks(&codec), STATUS_IO_TIMEOUT);
    assert_int_equal(codec.widgets[0].jack, JACK_UNKNOWN);
    codec_free(&codec);
}

static ULONG rank_of(enum jack jack, ULONG config_default, bool jacks_first)
{
    struct widget pin = {.jack = jack, .config_default = config_default};

    return path_pin_rank(&pin, PATH_OUT, jacks_first);
}

static void assert_ascending(const ULONG *ranks, unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        assert_true(ranks[i - 1] < ranks[i]);
}

static void rank_goes_by_kind_jack_association_and_sequence(void **state)
{
    const ULONG ranks[] = {
        rank_of(JACK_PLUGGED, JACK(LINE_OUT, 1u, 0u), false),
        rank_of(JACK_PLUGGED, JACK(LINE_OUT, 1u, 1u), false),
        rank_of(JACK_PLUGGED, JACK(LINE_OUT, 2u, 0u), false),
        rank_of(JACK_PLUGGED, JACK(LINE_OUT, 0u, 0u), false),
        rank_of(JACK_UNKNOWN, JACK(LINE_OUT, 1u, 0u), false),
        rank_of(JACK_EMPTY, JACK(LINE_OUT, 1u, 0u), false),
        rank_of(JACK_UNKNOWN, JACK(SPEAKER, 1u, 0u), false),
        rank_of(JACK_PLUGGED, JACK(HEADPHONE, 1u, 0u), false),
        rank_of(JACK_PLUGGED, JACK(SPDIF_OUT, 1u, 0u), false),
        rank_of(JACK_PLUGGED, JACK(DIGITAL_OUT, 1u, 0u), false),
    };

    (void)state;
    assert_ascending(ranks, RTL_NUMBER_OF(ranks));
}

static void rank_by_jacks_first_puts_what_is_plugged_in_before_speakers(void **state)
{
    const ULONG ranks[] = {
        rank_of(JACK_PLUGGED, JACK(LINE_OUT, 1u, 0u), true),
        rank_of(JACK_PLUGGED, JACK(HEADPHONE, 1u, 0u), true),
        rank_of(JACK_UNKNOWN, JACK(SPEAKER, 1u, 0u), true),
        rank_of(JACK_PLUGGED, JACK(SPDIF_OUT, 1u, 0u), true),
        rank_of(JACK_UNKNOWN, JACK(SPDIF_OUT, 1u, 0u), true),
        rank_of(JACK_PLUGGED, JACK(DIGITAL_OUT, 1u, 0u), true),
        rank_of(JACK_EMPTY, JACK(LINE_OUT, 1u, 0u), true),
        rank_of(JACK_EMPTY, JACK(HEADPHONE, 1u, 0u), true),
    };

    (void)state;
    assert_ascending(ranks, RTL_NUMBER_OF(ranks));
}

static void choose_obeys_an_explicit_pin(void **state)
{
    struct path path;

    assert_int_equal(
        choose(state, UNCONNECTED, (struct path_need){.channels = 2, .rate = 48000, .bits = 16}, &path),
        STATUS_SUCCESS);
    assert_int_equal(path_pin(&path)->node, UNCONNECTED);
}

static void choose_gives_up_width_before_rate(void **state)
{
    struct path path;

    assert_int_equal(
        choose(state, LINE_OUT, (struct path_need){.channels = 2, .rate = 192000, .bits = 20}, &path),
        STATUS_SUCCESS);
    assert_int_equal(path_converter(&path)->node, DAC_2);
    assert_int_equal(choose(state, LINE_OUT, (struct path_need){.channels = 2, .rate = 7, .bits = 7}, &path),
                     STATUS_SUCCESS);
}

static void choose_of_an_exact_format_gives_up_nothing(void **state)
{
    struct path_need need = {.channels = 2, .rate = 192000, .bits = 16, .exact = true};
    struct path path;

    assert_int_equal(choose(state, 0, need, &path), STATUS_SUCCESS);
    assert_int_equal(path_converter(&path)->node, DAC_2);
    need.bits = 20;
    assert_int_equal(choose(state, 0, need, &path), STATUS_NOT_SUPPORTED);
    assert_int_equal(choose(state, LINE_OUT, need, &path), STATUS_NOT_SUPPORTED);
}

static void converter_takes_the_nearest(void **state)
{
    const struct widget *converter = codec_widget(&((struct setting *)*state)->codec, DAC_2);

    assert_int_equal(converter_rate(converter, 44100), 44100);
    assert_int_equal(converter_rate(converter, 8000), 44100);
    assert_int_equal(converter_rate(converter, 96000), 48000);
    assert_int_equal(converter_rate(converter, 384000), 192000);
    assert_int_equal(converter_bits(converter, 16), 16);
    assert_int_equal(converter_bits(converter, 20), 24);
    assert_int_equal(converter_bits(converter, 32), 24);
}

/* ---- Opening and closing ------------------------------------------------------------------------- */

#define STREAM 5
#define FORMAT 0x0011

static NTSTATUS open_pin(void **state, UCHAR pin, struct path *path)
{
    struct setting *setting = *state;
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = FORMAT};

    assert_int_equal(find(state, pin, (struct path_need){.channels = 2}, path), STATUS_SUCCESS);
    fake_forget(&setting->fake);
    return path_open(&setting->codec, path, format, STREAM);
}

static void open_powers_the_way(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, FAKE_GROUP, HDA_SET_POWER_STATE, HDA_POWER_D0), 1);
    assert_int_equal(fake_sent8(fake, DAC_1, HDA_SET_POWER_STATE, HDA_POWER_D0), 1);
    assert_int_equal(fake_sent8(fake, MIXER_1, HDA_SET_POWER_STATE, HDA_POWER_D0), 0);
    assert_int_equal(fake->batches, 2);
}

static void open_waits_for_d0(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    fake->slow = 5;
    assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, FAKE_GROUP, HDA_SET_POWER_STATE, HDA_POWER_D0), 1);
    assert_true(fake_sent8(fake, FAKE_GROUP, HDA_GET_POWER_STATE, 0) > 1);
}

static void open_of_a_widget_that_never_powers_up_ends(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    fake->slow = (unsigned)-1;
    assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_DEVICE_NOT_READY);
    assert_int_equal(fake_sent8(fake, LINE_OUT, HDA_SET_PIN_CONTROL, 0), 1);
}

static void open_sets_0_db_and_mutes_the_mixer_s_others(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent16(fake, MIXER_1, HDA_SET_AMPLIFIER, 0x7080), 1);
    assert_int_equal(fake_sent16(fake, MIXER_1, HDA_SET_AMPLIFIER, 0x7180), 1);
    assert_int_equal(fake_sent16(fake, MIXER_1, HDA_SET_AMPLIFIER, 0x7217), 1);
    assert_int_equal(fake_sent16(fake, DAC_1, HDA_SET_AMPLIFIER, 0xB01F), 1);
    assert_int_equal(fake_sent16(fake, LINE_OUT, HDA_SET_AMPLIFIER, 0xB01F), 1);
}

/* MIXER_2's amplifier, the group's, cannot mute and says that 0 dB is above its last step. */
static void open_without_mute_turns_down_and_never_exceeds_the_steps(void **state)
{
    struct setting *setting = *state;
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = FORMAT};
    struct path path;

    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2, .rate = 192000}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path_open(&setting->codec, &path, format, STREAM), STATUS_SUCCESS);
    assert_int_equal(fake_sent16(&setting->fake, MIXER_2, HDA_SET_AMPLIFIER, 0x7000), 1);
    assert_int_equal(fake_sent16(&setting->fake, MIXER_2, HDA_SET_AMPLIFIER, 0x7140), 1);
}

/* Of the table's amplifiers MIXER_2's alone ends below 0 dB. */
static void open_tells_whether_0_db_is_reached(void **state)
{
    struct path path;

    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2}, &path), STATUS_SUCCESS);
    assert_true(path_reaches_0_db(&path));
    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2, .rate = 192000}, &path),
                     STATUS_SUCCESS);
    assert_false(path_reaches_0_db(&path));
}

static void open_enables_the_pin(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, LINE_OUT, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT), 1);
    assert_int_equal(fake_sent8(fake, LINE_OUT, HDA_SET_EAPD, HDA_EAPD_ENABLE), 1);
    assert_int_equal(open_pin(state, HEADPHONE, &path), STATUS_SUCCESS);
    assert_int_equal(
        fake_sent8(fake, HEADPHONE, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT | HDA_PIN_CONTROL_HEADPHONE),
        1);
    assert_int_equal(fake_sent8(fake, HEADPHONE, HDA_SET_EAPD, HDA_EAPD_ENABLE), 0);
}

static void open_selects_where_there_is_a_choice(void **state)
{
    struct setting *setting = *state;
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = FORMAT};
    struct path path;

    assert_int_equal(find(state, SPEAKER, (struct path_need){.channels = 2, .rate = 192000}, &path),
                     STATUS_SUCCESS);
    assert_int_equal(path_open(&setting->codec, &path, format, STREAM), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&setting->fake, SPEAKER, HDA_SET_CONNECTION_SELECT, 1), 1);
    assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&setting->fake, LINE_OUT, HDA_SET_CONNECTION_SELECT, 0), 0);
    assert_int_equal(fake_sent8(&setting->fake, MIXER_1, HDA_SET_CONNECTION_SELECT, 2), 0);
}

static void open_tells_the_converter(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    assert_int_equal(open_pin(state, HDMI_PIN, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent16(fake, HDMI_DAC, HDA_SET_CONVERTER_FORMAT, FORMAT), 1);
    assert_int_equal(fake_sent8(fake, HDMI_DAC, HDA_SET_STREAM_CHANNEL, STREAM << 4), 1);
    assert_int_equal(fake_sent8(fake, HDMI_DAC, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE), 1);
    assert_int_equal(fake_sent8(fake, HDMI_DAC, HDA_SET_CHANNEL_COUNT, 1), 1);
}

static void open_begins_at_the_path_s_channel(void **state)
{
    struct setting *setting = *state;
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = FORMAT};
    struct path path;

    assert_int_equal(find(state, LINE_OUT, (struct path_need){.channels = 2}, &path), STATUS_SUCCESS);
    assert_int_equal(path.channel, 0);
    path.channel = 4;
    assert_int_equal(path_open(&setting->codec, &path, format, STREAM), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&setting->fake, DAC_1, HDA_SET_STREAM_CHANNEL, STREAM << 4 | 4), 1);
}

/* ---- Displays ------------------------------------------------------------------------------------ */

static NTSTATUS open_display_with(struct setting *setting, UCHAR pin, unsigned channels, struct path *path)
{
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = (USHORT)(0x0010 | (channels - 1))};
    struct path_need need = {.channels = channels};

    assert_int_equal(path_find(&setting->codec, pin, &need, path), STATUS_SUCCESS);
    fake_forget(&setting->fake);
    return path_open(&setting->codec, path, format, STREAM);
}

/* What the info frame holds as it was sent: `bytes` get up to `room` of them. */
static unsigned sent_frame(const struct fake_codec *fake, UCHAR pin, UCHAR *bytes, unsigned room)
{
    unsigned count = 0, i;

    for (i = 0; i < fake->sent; i++) {
        HDAUDIO_CODEC_COMMAND command = {.Command = fake->log[i]};

        if (command.Verb8.Node == pin && command.Verb8.VerbId == HDA_SET_DISPLAY_DATA && count < room)
            bytes[count++] = (UCHAR)command.Verb8.Data;
    }
    return count;
}

/* Front, LFE before center, surround, rear: the file has the center first and its rear before its sides. */
static void open_display_puts_channels_where_they_belong(void **state)
{
    static const UCHAR slots[] = {0x00, 0x11, 0x32, 0x23, 0x64, 0x75, 0x46, 0x57};
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;
    unsigned i;

    assert_int_equal(open_display_with(*state, HDMI_PIN, 8, &path), STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(slots); i++)
        assert_int_equal(fake_sent8(fake, HDMI_PIN, HDA_SET_DISPLAY_SLOT, slots[i]), 1);
    assert_int_equal(fake_sent8(fake, HDMI_DAC, HDA_SET_CHANNEL_COUNT, 7), 1);
    assert_int_equal(open_display_with(*state, HDMI_PIN, 2, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, HDMI_PIN, HDA_SET_DISPLAY_SLOT, 0x11), 1);
    assert_int_equal(fake_sent8(fake, HDMI_PIN, HDA_SET_DISPLAY_SLOT, 0xF2), 1);
}

static void open_display_sends_an_info_frame(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    UCHAR frame[32], sum = 0;
    struct path path;
    unsigned i;

    assert_int_equal(open_display_with(*state, HDMI_PIN, 6, &path), STATUS_SUCCESS);
    assert_int_equal(sent_frame(fake, HDMI_PIN, frame, sizeof(frame)), 14);
    assert_memory_equal(frame, "\x84\x01\x0A", 3);
    assert_int_equal(frame[4], 5);    /* channels - 1 */
    assert_int_equal(frame[7], 0x0B); /* 5.1 */
    for (i = 0; i < 14; i++)
        sum = (UCHAR)(sum + frame[i]);
    assert_int_equal(sum, 0);
    assert_int_equal(fake_sent8(fake, HDMI_PIN, HDA_SET_DISPLAY_TRANSMIT, 0xC0), 1);
    assert_int_equal(open_display_with(*state, DISPLAYPORT, 8, &path), STATUS_SUCCESS);
    sent_frame(fake, DISPLAYPORT, frame, sizeof(frame));
    assert_memory_equal(frame, "\x84\x1B\x44\x07\x00\x00\x13", 7);
}

static void open_sends_nothing_of_the_kind_to_other_pins(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    UCHAR frame[32];
    struct path path;

    assert_int_equal(open_pin(state, SPDIF_PIN, &path), STATUS_SUCCESS);
    assert_int_equal(sent_frame(fake, SPDIF_PIN, frame, sizeof(frame)), 0);
    assert_int_equal(fake_sent8(fake, SPDIF_PIN, HDA_SET_DISPLAY_TRANSMIT, 0), 0);
    assert_int_equal(fake_sent8(fake, SPDIF_DAC, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE), 1);
}

static void close_ends_the_info_frames(void **state)
{
    struct setting *setting = *state;
    struct path path;

    assert_int_equal(open_display_with(setting, HDMI_PIN, 2, &path), STATUS_SUCCESS);
    fake_forget(&setting->fake);
    assert_int_equal(path_close(&setting->codec, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(&setting->fake, HDMI_PIN, HDA_SET_DISPLAY_TRANSMIT, 0), 1);
}

static NTSTATUS open_input(void **state, UCHAR pin, ULONG rate, struct path *path)
{
    struct path_need need = {.direction = PATH_IN, .channels = 2, .rate = rate};
    HDAUDIO_CONVERTER_FORMAT format = {.ConverterFormat = FORMAT};
    struct setting *setting = *state;

    assert_int_equal(find(state, pin, need, path), STATUS_SUCCESS);
    fake_forget(&setting->fake);
    return path_open(&setting->codec, path, format, STREAM);
}

static void open_inwards_selects_and_sets_0_db(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    assert_int_equal(open_input(state, MIC, 0, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, INPUT_SELECTOR, HDA_SET_CONNECTION_SELECT, 1), 1);
    assert_int_equal(fake_sent16(fake, ADC_1, HDA_SET_AMPLIFIER, 0x7010), 1);
    assert_int_equal(fake_sent16(fake, MIC, HDA_SET_AMPLIFIER, 0x7002), 1);
    assert_int_equal(fake_sent16(fake, ADC_1, HDA_SET_CONVERTER_FORMAT, FORMAT), 1);
    assert_int_equal(fake_sent8(fake, ADC_1, HDA_SET_STREAM_CHANNEL, STREAM << 4), 1);
    assert_int_equal(fake_sent8(fake, ADC_1, HDA_SET_POWER_STATE, HDA_POWER_D0), 1);
    assert_true(path_reaches_0_db(&path));
}

static void open_inwards_mutes_the_mixer_s_others(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    assert_int_equal(open_input(state, MIC, 192000, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent16(fake, INPUT_MIXER, HDA_SET_AMPLIFIER, 0x7080), 1);
    assert_int_equal(fake_sent16(fake, INPUT_MIXER, HDA_SET_AMPLIFIER, 0x7117), 1);
    assert_int_equal(fake_sent16(fake, INPUT_MIXER, HDA_SET_AMPLIFIER, 0x7280), 1);
}

/* What the pin has for playing is left alone. */
static void open_inwards_enables_the_pin_s_input_only(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;
    UCHAR i;

    assert_int_equal(open_input(state, MIC, 0, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, MIC, HDA_SET_EAPD, HDA_EAPD_ENABLE), 0);
    for (i = 0; i < 2; i++)
        assert_int_equal(fake_sent8(fake, MIC, HDA_SET_CONNECTION_SELECT, i), 0);
    assert_int_equal(fake_sent16(fake, MIC, HDA_SET_AMPLIFIER, 0xB003), 0);
}

/* 80 % for a microphone, as bits 2:0 say it (HDA 7.3.3.13); a line has a voltage of its own. */
static void open_inwards_gives_a_microphone_its_voltage(void **state)
{
    struct fake_codec *fake = &((struct setting *)*state)->fake;
    struct path path;

    assert_int_equal(open_input(state, MIC, 0, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, MIC, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT | 4), 1);
    assert_int_equal(open_input(state, LINE_IN, 0, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, LINE_IN, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT), 1);
    assert_int_equal(open_input(state, CD, 0, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, CD, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT), 1);
}

static void close_inwards_silences_all_that_was_opened(void **state)
{
    struct setting *setting = *state;
    struct fake_codec *fake = &setting->fake;
    struct path path;

    assert_int_equal(open_input(state, MIC, 0, &path), STATUS_SUCCESS);
    fake_forget(fake);
    assert_int_equal(path_close(&setting->codec, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, MIC, HDA_SET_PIN_CONTROL, 0), 1);
    assert_int_equal(fake_sent8(fake, ADC_1, HDA_SET_STREAM_CHANNEL, 0), 1);
    assert_int_equal(fake_sent8(fake, ADC_1, HDA_SET_POWER_STATE, HDA_POWER_D3), 1);
}

static void close_silences_all_that_was_opened(void **state)
{
    struct setting *setting = *state;
    struct fake_codec *fake = &setting->fake;
    struct path path;

    assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_SUCCESS);
    fake_forget(fake);
    assert_int_equal(path_close(&setting->codec, &path), STATUS_SUCCESS);
    assert_int_equal(fake_sent8(fake, LINE_OUT, HDA_SET_PIN_CONTROL, 0), 1);
    assert_int_equal(fake_sent8(fake, LINE_OUT, HDA_SET_EAPD, 0), 1);
    assert_int_equal(fake_sent8(fake, DAC_1, HDA_SET_STREAM_CHANNEL, 0), 1);
    assert_int_equal(fake_sent8(fake, DAC_1, HDA_SET_POWER_STATE, HDA_POWER_D3), 1);
    assert_int_equal(fake_sent8(fake, FAKE_GROUP, HDA_SET_POWER_STATE, HDA_POWER_D3), 1);
}

static void open_on_a_dying_codec_times_out(void **state)
{
    struct setting *setting = *state;
    struct path path;
    unsigned answered;

    for (answered = 1; answered < 12; answered++) {
        setting->fake.mute_after = answered;
        assert_int_equal(open_pin(state, LINE_OUT, &path), STATUS_IO_TIMEOUT);
    }
}

#define READ_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_short_form_packs_four_to_a_word),
        cmocka_unit_test(list_long_form_packs_two_to_a_word),
        cmocka_unit_test(list_range_stands_for_all_in_between),
        cmocka_unit_test(list_range_in_long_form),
        cmocka_unit_test(list_range_that_does_not_ascend_is_its_end),
        cmocka_unit_test(list_never_exceeds_what_an_index_can_name),
        READ_TEST(read_takes_four_batches_and_no_verb_twice),
        READ_TEST(read_asks_for_nothing_that_a_widget_has_not),
        READ_TEST(read_inherits_from_the_function_group),
        READ_TEST(read_keeps_connections_in_order),
        READ_TEST(read_widget_outside_the_group_is_none),
        READ_TEST(read_of_a_modem_is_not_supported),
        READ_TEST(read_of_a_dying_codec_times_out_and_leaves_nothing),
        READ_TEST(find_goes_over_mixers),
        READ_TEST(find_goes_farther_for_what_is_needed),
        READ_TEST(find_ends_without_a_way),
        READ_TEST(find_starts_at_output_pins_only),
        READ_TEST(find_takes_s_pdif_for_stereo),
        READ_TEST(find_takes_the_converter_that_is_named),
        READ_TEST(find_joined_goes_on_as_the_other_does),
        READ_TEST(find_inwards_goes_from_the_converter_to_the_pin),
        READ_TEST(find_inwards_takes_the_converter_that_is_needed),
        READ_TEST(find_inwards_starts_at_input_pins_only),
        READ_TEST(find_beside_a_path_shares_no_widget_with_it),
        READ_TEST(find_beside_another_codec_s_path_leaves_nothing_out),
        READ_TEST(choose_prefers_a_connected_line_output),
        READ_TEST(choose_inwards_prefers_a_line_input),
        READ_TEST(choose_takes_the_pin_that_carries_the_channels),
        READ_TEST(jacks_are_asked_where_they_can_tell),
        READ_TEST(jacks_of_a_silent_codec_stay_unknown),
        cmocka_unit_test(rank_goes_by_kind_jack_association_and_sequence),
        cmocka_unit_test(rank_by_jacks_first_puts_what_is_plugged_in_before_speakers),
        READ_TEST(choose_obeys_an_explicit_pin),
        READ_TEST(choose_gives_up_width_before_rate),
        READ_TEST(choose_of_an_exact_format_gives_up_nothing),
        READ_TEST(converter_takes_the_nearest),
        READ_TEST(open_powers_the_way),
        READ_TEST(open_waits_for_d0),
        READ_TEST(open_of_a_widget_that_never_powers_up_ends),
        READ_TEST(open_sets_0_db_and_mutes_the_mixer_s_others),
        READ_TEST(open_without_mute_turns_down_and_never_exceeds_the_steps),
        READ_TEST(open_tells_whether_0_db_is_reached),
        READ_TEST(open_enables_the_pin),
        READ_TEST(open_selects_where_there_is_a_choice),
        READ_TEST(open_tells_the_converter),
        READ_TEST(open_begins_at_the_path_s_channel),
        READ_TEST(open_display_puts_channels_where_they_belong),
        READ_TEST(open_display_sends_an_info_frame),
        READ_TEST(open_sends_nothing_of_the_kind_to_other_pins),
        READ_TEST(close_ends_the_info_frames),
        READ_TEST(open_inwards_selects_and_sets_0_db),
        READ_TEST(open_inwards_mutes_the_mixer_s_others),
        READ_TEST(open_inwards_enables_the_pin_s_input_only),
        READ_TEST(open_inwards_gives_a_microphone_its_voltage),
        READ_TEST(close_inwards_silences_all_that_was_opened),
        READ_TEST(close_silences_all_that_was_opened),
        READ_TEST(open_on_a_dying_codec_times_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
