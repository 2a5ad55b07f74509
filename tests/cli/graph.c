/* SPDX-License-Identifier: BSD-2-Clause */
/* graph.c - tests of a codec's picture on a table: what it says of widgets, connections and paths; of the
 * settings that it asks for, and of the words for pins and amplifiers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/graph.h"
#include "codec/words.h"
#include "fake_codec.h"

#define TYPE(type) ((ULONG)HDA_WIDGET_##type << HDA_WIDGET_TYPE_SHIFT)
#define STEREO     HDA_WIDGET_STEREO
#define LIST       HDA_WIDGET_CONNECTION_LIST
#define OWN_OUT    (HDA_WIDGET_OUTPUT_AMP | HDA_WIDGET_AMP_OVERRIDE)
#define OWN_IN     (HDA_WIDGET_INPUT_AMP | HDA_WIDGET_AMP_OVERRIDE)
#define EIGHT      (STEREO | 3u << HDA_WIDGET_CHANNELS_SHIFT)
#define DETECTS    HDA_PIN_CAPS_PRESENCE

#define AMP(mute, size, steps, offset) ((ULONG)(mute) << 31 | (size) << 16 | (steps) << 8 | (offset))
#define NOTHING                        0x411111F0u

enum {
    DAC = FAKE_FIRST,
    HDMI_DAC,
    ADC,
    MIXER,
    SELECTOR,
    LINE_OUT,
    HDMI,
    UNCONNECTED,
    MICROPHONE,
    SPEAKER,
    KNOB,
    BEEP,
    HERMIT_1,
    HERMIT_2,
    VENDOR,
    ODD,
};

static const struct fake_node nodes[] = {
    [DAC - FAKE_FIRST] = {.caps = TYPE(AUDIO_OUTPUT) | STEREO | OWN_OUT | HDA_WIDGET_FORMAT_OVERRIDE,
                          .pcm = 0x000E0060, /* 44.1 and 48 kHz, 16 to 24 bits */
                          .formats = HDA_STREAM_FORMAT_PCM,
                          .output_amp = AMP(1, 5, 0x1F, 0x17)},
    [HDMI_DAC - FAKE_FIRST] = {.caps = TYPE(AUDIO_OUTPUT) | EIGHT | HDA_WIDGET_DIGITAL},
    [ADC - FAKE_FIRST] = {.caps = TYPE(AUDIO_INPUT) | STEREO | LIST, .entries = 1, .list = {SELECTOR}},
    [MIXER - FAKE_FIRST] = {.caps = TYPE(MIXER) | STEREO | LIST | OWN_IN,
                            .input_amp = AMP(1, 0, 0, 0),
                            .entries = 3,
                            .list = {DAC, MICROPHONE, DAC}},
    [SELECTOR - FAKE_FIRST] = {.caps = TYPE(SELECTOR) | STEREO | LIST,
                               .selected = 1,
                               .entries = 3,
                               .list = {MIXER, MICROPHONE, 0x70}}, /* there is no 70h */
    [LINE_OUT - FAKE_FIRST] = {.caps = TYPE(PIN) | STEREO | LIST,
                               .pin_caps = HDA_PIN_CAPS_OUTPUT | DETECTS,
                               .config_default = 0x01014010,
                               .sense = HDA_SENSE_PRESENCE,
                               .entries = 2,
                               .list = {MIXER, DAC}},
    [HDMI - FAKE_FIRST] = {.caps = TYPE(PIN) | EIGHT | HDA_WIDGET_DIGITAL | LIST,
                           .pin_caps = HDA_PIN_CAPS_OUTPUT | DETECTS,
                           .config_default = 0x18560020,
                           .entries = 1,
                           .list = {HDMI_DAC}},
    [UNCONNECTED - FAKE_FIRST] = {.caps = TYPE(PIN) | STEREO | LIST,
                                  .pin_caps = HDA_PIN_CAPS_OUTPUT | DETECTS,
                                  .config_default = NOTHING,
                                  .entries = 1,
                                  .list = {MIXER}},
    [MICROPHONE - FAKE_FIRST] = {.caps = TYPE(PIN) | STEREO | OWN_IN,
                                 .pin_caps = HDA_PIN_CAPS_INPUT | DETECTS,
                                 .config_default = 0x02A19140, /* NO_PRESENCE */
                                 .input_amp = AMP(0, 0x27, 3, 0)},
    [SPEAKER - FAKE_FIRST] = {.caps = TYPE(PIN) | LIST,
                              .pin_caps = HDA_PIN_CAPS_OUTPUT | DETECTS,
                              .config_default = 0x90170010,
                              .entries = 1,
                              .list = {MIXER}},
    [KNOB - FAKE_FIRST] = {.caps = TYPE(VOLUME_KNOB), .entries = 2, .list = {DAC, HDMI_DAC}},
    [BEEP - FAKE_FIRST] = {.caps = TYPE(BEEP)},
    [HERMIT_1 - FAKE_FIRST] = {.caps = TYPE(VENDOR)},
    [HERMIT_2 - FAKE_FIRST] = {.caps = TYPE(VENDOR)},
    [VENDOR - FAKE_FIRST] = {.caps = TYPE(VENDOR) | LIST, .entries = 1, .list = {DAC}},
    [ODD - FAKE_FIRST] = {.caps = 0x00A00001},
};

/* ---- Drawing it ---------------------------------------------------------------------------------- */

struct rig {
    struct fake_codec fake;
    struct codec codec;
    struct widget_setting settings[RTL_NUMBER_OF(nodes)];
    struct path paths[2];
    char *text;
};

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    assert_non_null(rig);
    fake_codec_init(&rig->fake, nodes, RTL_NUMBER_OF(nodes));
    assert_int_equal(codec_read(&rig->codec, &rig->fake.ddi), STATUS_SUCCESS);
    assert_int_equal(codec_read_jacks(&rig->codec), STATUS_SUCCESS);
    fake_forget(&rig->fake);
    assert_int_equal(codec_read_settings(&rig->codec, rig->settings), STATUS_SUCCESS);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;

    codec_free(&rig->codec);
    free(rig->text);
    free(rig);
    return 0;
}

static void draw(struct rig *rig, const char *title, unsigned path_count)
{
    struct graph_group group = {.codec = &rig->codec,
                                .settings = rig->settings,
                                .title = title,
                                .paths = rig->paths,
                                .path_count = path_count};
    size_t size;
    FILE *stream;

    free(rig->text);
    rig->text = NULL;
    stream = open_memstream(&rig->text, &size);
    assert_non_null(stream);
    graph_begin(stream);
    graph_add(stream, &group);
    graph_end(stream);
    fclose(stream);
}

static void keep_line(char *line, size_t size, const char *text)
{
    size_t length = strcspn(text, "\n");

    assert_true(length < size);
    memcpy(line, text, length);
    line[length] = '\0';
}

/* The line that begins so, blanks aside, without its end; "" if there is none, and it fails for two. */
static const char *line(const struct rig *rig, const char *format, ...)
{
    static char found[512], begin[64];
    const char *at = rig->text;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(begin, sizeof(begin), format, arguments);
    va_end(arguments);
    found[0] = '\0';
    for (; at; at = strchr(at, '\n')) {
        at += strspn(at, "\n ");
        if (strncmp(at, begin, strlen(begin)) != 0)
            continue;
        if (found[0])
            fail_msg("%s: stands there twice", begin);
        keep_line(found, sizeof(found), at);
    }
    return found;
}

static const char *widget_line(const struct rig *rig, unsigned node)
{
    return line(rig, "c3n%02x [", node);
}

static const char *arrow_line(const struct rig *rig, unsigned left, unsigned right)
{
    return line(rig, "c3n%02x -> c3n%02x ", left, right);
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("%s: lacks %s", text, part);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("%s: has %s", text, part);
}

/* ---- Settings ------------------------------------------------------------------------------------ */

static void settings_are_asked_for_in_one_batch_where_there_are_any(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rig->fake.batches, 1);
    assert_int_equal(fake_sent8(&rig->fake, SELECTOR, HDA_GET_CONNECTION_SELECT, 0), 1);
    assert_int_equal(fake_sent8(&rig->fake, LINE_OUT, HDA_GET_CONNECTION_SELECT, 0), 1);
    assert_int_equal(rig->fake.sent, 2); /* no mixer, no knob, nothing with a single connection */
}

static void settings_say_what_is_selected(void **state)
{
    struct rig *rig = *state;
    const struct widget_setting *settings = rig->settings;

    assert_true(settings[SELECTOR - FAKE_FIRST].selects);
    assert_int_equal(settings[SELECTOR - FAKE_FIRST].selected, 1);
    assert_false(settings[MIXER - FAKE_FIRST].selects);
    assert_false(settings[KNOB - FAKE_FIRST].selects);
    assert_false(settings[HDMI - FAKE_FIRST].selects);
}

static void settings_of_a_codec_that_falls_silent_fail(void **state)
{
    struct rig *rig = *state;

    rig->fake.mute_after = rig->fake.sent + 1;
    assert_int_equal(codec_read_settings(&rig->codec, rig->settings), STATUS_IO_TIMEOUT);
}

/* ---- Widgets ------------------------------------------------------------------------------------- */

static void pins_are_named_by_jack_color_and_place(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_has(widget_line(rig, LINE_OUT),
               "label=\"pin 0x07, out\\nGreen line-out jack, rear\\nplugged in\" shape=box");
    assert_has(widget_line(rig, LINE_OUT), "#4caf50");
    assert_has(widget_line(rig, HDMI),
               "\"pin 0x08, 8 channels, digital, out\\nDigital-out jack, HDMI\\nnothing plugged in\"");
    assert_has(widget_line(rig, MICROPHONE),
               "\"pin 0x0a, in\\nPink microphone jack, front\\nin 0 to +30 dB by 10\"");
    assert_has(widget_line(rig, SPEAKER), "\"pin 0x0b, mono, out\\nInternal speaker\"");
}

static void unconnected_pins_are_pale(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_has(widget_line(rig, UNCONNECTED), "\"pin 0x09, out\\nNot connected\"");
    assert_has(widget_line(rig, UNCONNECTED), "fontcolor=\"#b8b8b8\"");
    assert_has(arrow_line(rig, MIXER, UNCONNECTED), "color=\"#b8b8b8\"");
    assert_lacks(widget_line(rig, LINE_OUT), "#b8b8b8");
    assert_lacks(arrow_line(rig, MIXER, LINE_OUT), "#b8b8b8");
}

static void each_kind_has_its_shape_its_range_and_its_formats(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_has(widget_line(rig, DAC),
               "\"DAC 0x02\\nto 48 kHz, 24 bits\\nout -34.5 to +12 dB by 1.5, mute\" shape=cds");
    assert_has(widget_line(rig, HDMI_DAC), "\"DAC 0x03, 8 channels, digital\" shape=cds");
    assert_has(widget_line(rig, ADC), "\"ADC 0x04\" shape=component");
    assert_has(widget_line(rig, MIXER), "\"mixer 0x05\\nin mute\" shape=ellipse");
    assert_has(widget_line(rig, SELECTOR), "\"selector 0x06\" shape=hexagon");
    assert_has(widget_line(rig, KNOB), "\"volume knob 0x0c\" shape=oval");
    assert_has(widget_line(rig, BEEP), "\"beep generator 0x0d, mono\" shape=invhouse");
    assert_has(widget_line(rig, VENDOR), "\"vendor's widget 0x10\" shape=tab");
    assert_has(widget_line(rig, ODD), "\"unknown widget 0x11\" shape=note");
}

static void vendor_widgets_that_nothing_leads_to_share_a_box(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_has(line(rig, "{rank=min c3g01 "), "\\n0x0e 0x0f\"");
    assert_string_equal(widget_line(rig, HERMIT_1), "");
    assert_string_equal(widget_line(rig, HERMIT_2), "");
}

static void converters_stand_left_and_pins_right(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_string_equal(line(rig, "{rank=min c3n"), "{rank=min c3n02 c3n03 c3n04 c3n0c c3n0d}");
    assert_string_equal(line(rig, "{rank=max"), "{rank=max c3n07 c3n08 c3n09 c3n0a c3n0b}");
}

/* ---- Connections --------------------------------------------------------------------------------- */

static void arrows_go_the_way_of_sound(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_has(arrow_line(rig, DAC, MIXER), "[dir=forward"); /* once, though the list has it twice */
    assert_has(arrow_line(rig, MIXER, LINE_OUT), "[dir=forward");
    assert_has(arrow_line(rig, MIXER, MICROPHONE), "[dir=back"); /* a pin stands right of what it feeds */
    assert_has(arrow_line(rig, SELECTOR, MICROPHONE), "[dir=back");
    assert_has(arrow_line(rig, ADC, SELECTOR), "[dir=back");
    assert_has(arrow_line(rig, SELECTOR, MIXER), "[dir=back"); /* which feeds converters alone */
    assert_null(strstr(rig->text, "c3n70"));
}

static void what_is_not_selected_is_dashed(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_has(arrow_line(rig, SELECTOR, MIXER), "style=dashed");
    assert_lacks(arrow_line(rig, SELECTOR, MICROPHONE), "style=dashed");
    assert_has(arrow_line(rig, DAC, LINE_OUT), "style=dashed");
    assert_lacks(arrow_line(rig, MIXER, LINE_OUT), "style=dashed");
    assert_lacks(arrow_line(rig, DAC, MIXER), "style=dashed");
}

static void a_selection_beyond_the_list_selects_nothing(void **state)
{
    struct rig *rig = *state;

    rig->settings[SELECTOR - FAKE_FIRST].selected = 200;
    draw(rig, "", 0);
    assert_has(arrow_line(rig, SELECTOR, MIXER), "style=dashed");
    assert_has(arrow_line(rig, SELECTOR, MICROPHONE), "style=dashed");
}

static void a_knob_points_at_what_it_turns(void **state)
{
    struct rig *rig = *state;

    draw(rig, "", 0);
    assert_has(arrow_line(rig, KNOB, DAC), "style=dotted");
    assert_has(arrow_line(rig, KNOB, HDMI_DAC), "style=dotted");
}

/* ---- Paths and titles ---------------------------------------------------------------------------- */

static void paths_stand_out(void **state)
{
    struct rig *rig = *state;
    struct path_need out = {.direction = PATH_OUT}, in = {.direction = PATH_IN};

    assert_int_equal(path_find(&rig->codec, LINE_OUT, &out, &rig->paths[0]), STATUS_SUCCESS);
    assert_int_equal(rig->paths[0].count, 2); /* the shortest: from the DAC itself */
    rig->codec.widgets[ADC - FAKE_FIRST].stream_formats = HDA_STREAM_FORMAT_PCM;
    assert_int_equal(path_find(&rig->codec, MICROPHONE, &in, &rig->paths[1]), STATUS_SUCCESS);
    draw(rig, "", 2);
    assert_has(arrow_line(rig, DAC, LINE_OUT), "color=\"#d95f02\" penwidth=3");
    assert_lacks(arrow_line(rig, DAC, LINE_OUT), "dashed"); /* though it is not selected yet */
    assert_has(widget_line(rig, DAC), "color=\"#d95f02\" penwidth=3");
    assert_has(widget_line(rig, LINE_OUT), "color=\"#d95f02\" penwidth=3");
    assert_has(arrow_line(rig, ADC, SELECTOR), "color=\"#1f6fb4\" penwidth=3");
    assert_has(arrow_line(rig, SELECTOR, MICROPHONE), "color=\"#1f6fb4\" penwidth=3");
    assert_lacks(arrow_line(rig, MIXER, LINE_OUT), "penwidth");
    assert_lacks(widget_line(rig, MIXER), "penwidth");
}

static void titles_are_escaped(void **state)
{
    struct rig *rig = *state;

    draw(rig, "a \"b\" \\N <c>\n{d}", 0);
    assert_has(line(rig, "fontsize=20"), "label=\"a \\\"b\\\" \\\\N <c> {d}\"");
}

static void a_group_without_widgets_is_a_box_with_a_title(void **state)
{
    struct rig *rig = *state;
    unsigned count = rig->codec.count;

    rig->codec.count = 0;
    draw(rig, "Modem", 0);
    rig->codec.count = count;
    assert_has(line(rig, "fontsize=20"), "label=\"Modem\"");
    assert_has(line(rig, "c3g01"), "no audio widgets");
}

/* ---- Words --------------------------------------------------------------------------------------- */

static void assert_pin(uint32_t config, const char *wanted)
{
    char name[PIN_NAME_SIZE];

    pin_name(config, name);
    assert_string_equal(name, wanted);
}

static void every_pin_has_a_name(void **state)
{
    char name[PIN_NAME_SIZE];
    uint32_t place, rest;

    (void)state;
    assert_pin(0x01014010, "Green line-out jack, rear");
    assert_pin(0x02214020, "Green headphone jack, front");
    assert_pin(0x90170130, "Internal speaker");
    assert_pin(0x411111F0, "Not connected");
    assert_pin(0x18560060, "Digital-out jack, HDMI");
    assert_pin(0x01C51080, "Black S/PDIF-in jack, rear");
    assert_pin(0xC3A190F0, "Pink microphone jack, left, and an internal one");
    assert_pin(0x2121E000, "White headphone jack, other box, rear");
    assert_pin(0x37A00000, "Microphone jack, inside the lid");
    assert_pin(0x0FF0F000, "Other jack");
    for (place = 0; place < 0x40; place++)
        for (rest = 0; rest < 0x100; rest++) { /* each port, device and colour with it */
            pin_name(place << 24 | (rest & 3) << 30 | rest >> 4 << 20 | (rest & 0xF) << 12, name);
            assert_in_range(strlen(name), 5, PIN_NAME_SIZE - 1);
            assert_null(strstr(name, "null"));
        }
}

static void assert_amp(ULONG caps, const char *wanted)
{
    char range[AMP_RANGE_SIZE];

    amp_range(caps, range);
    assert_string_equal(range, wanted);
}

static void ranges_are_in_decibels(void **state)
{
    (void)state;
    assert_amp(AMP(1, 5, 0x1F, 0x17), "-34.5 to +12 dB by 1.5, mute");
    assert_amp(AMP(0, 2, 0x57, 0x57), "-65.25 to 0 dB by 0.75");
    assert_amp(AMP(0, 0x27, 3, 0), "0 to +30 dB by 10");
    assert_amp(AMP(0, 3, 0x1E, 0x1F), "-31 to -1 dB by 1");
    assert_amp(AMP(1, 0, 0, 0), "mute");
    assert_amp(AMP(0, 0, 0, 0), "0 dB");
    assert_amp(AMP(1, 3, 0, 6), "-6 dB, mute");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(settings_are_asked_for_in_one_batch_where_there_are_any, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(settings_say_what_is_selected, setup, teardown),
        cmocka_unit_test_setup_teardown(settings_of_a_codec_that_falls_silent_fail, setup, teardown),
        cmocka_unit_test_setup_teardown(pins_are_named_by_jack_color_and_place, setup, teardown),
        cmocka_unit_test_setup_teardown(unconnected_pins_are_pale, setup, teardown),
        cmocka_unit_test_setup_teardown(each_kind_has_its_shape_its_range_and_its_formats, setup, teardown),
        cmocka_unit_test_setup_teardown(vendor_widgets_that_nothing_leads_to_share_a_box, setup, teardown),
        cmocka_unit_test_setup_teardown(converters_stand_left_and_pins_right, setup, teardown),
        cmocka_unit_test_setup_teardown(arrows_go_the_way_of_sound, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_selected_is_dashed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_selection_beyond_the_list_selects_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_knob_points_at_what_it_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(paths_stand_out, setup, teardown),
        cmocka_unit_test_setup_teardown(titles_are_escaped, setup, teardown),
        cmocka_unit_test_setup_teardown(a_group_without_widgets_is_a_box_with_a_title, setup, teardown),
        cmocka_unit_test(every_pin_has_a_name),
        cmocka_unit_test(ranges_are_in_decibels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
