/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_corpus.c - dumps of real codecs, from the folder that HDABUS_CODECS names, parse without loss and
 * answer as codecs. Skipped where there is no such folder.
 */
#include "rig.h"

#include <dirent.h>

#define SKIPPED 77 /* to meson */

static const char *folder(void)
{
    const char *named = getenv("HDABUS_CODECS");
    return named != NULL ? named : CODECS;
}

static int is_dump(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && strcmp(end, ".codec") == 0;
}

/* Calls `check` with every dump and its text. */
static void for_each_dump(void (*check)(const char *name, const char *text, const struct codec_dump *dump))
{
    struct dirent **entries;
    int count = scandir(folder(), &entries, is_dump, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[1024], error[256] = "";
        size_t size;
        snprintf(path, sizeof(path), "%s/%s", folder(), entries[i]->d_name);
        char *text = read_text(path, &size);
        struct codec_dump *dump = codec_dump_parse(text, size, error, sizeof(error));
        if (dump == NULL)
            fail_msg("%s: %s", entries[i]->d_name, error);
        check(entries[i]->d_name, text, dump);
        codec_dump_free(dump);
        free(text);
        free(entries[i]);
    }
    free(entries);
    print_message("%d dumps\n", count);
}

/* How often lines begin so, blanks aside. */
static unsigned count_lines(const char *text, const char *begins)
{
    unsigned count = 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += strspn(line, " \n\t\r");
        count += strncmp(line, begins, strlen(begins)) == 0;
    }
    return count;
}

static void check_loss(const char *name, const char *text, const struct codec_dump *dump)
{
    unsigned lists = 0, pins = 0, amps = 0;
    for (unsigned i = 0; i < dump->node_count; i++) {
        lists += dump->nodes[i].connection_count > 0;
        pins += dump->nodes[i].pin_caps != 0;
        amps += dump->nodes[i].output_values.count > 0;
    }
    if (dump->node_count != count_lines(text, "Node 0x"))
        fail_msg("%s: %u nodes", name, dump->node_count);
    if (lists + count_lines(text, "Connection: 0") + count_lines(text, "Connection: -") !=
        count_lines(text, "Connection:"))
        fail_msg("%s: %u connection lists", name, lists);
    if (pins + count_lines(text, "Pincap 0x080:") + count_lines(text, "Pincap 0x00000000:") !=
        count_lines(text, "Pincap"))
        fail_msg("%s: %u pins", name, pins);
    if (amps != count_lines(text, "Amp-Out vals: ") - count_lines(text, "Amp-Out vals: \n"))
        fail_msg("%s: %u output amplifiers", name, amps);
}

static void no_dump_loses_a_widget_a_list_a_pin_or_an_amplifier(void **state)
{
    (void)state;
    for_each_dump(check_loss);
}

static void on_fault(void *context, const char *sentence)
{
    (void)context;
    fail_msg("%s", sentence);
}

static uint32_t ask(struct sim_codec *codec, unsigned nid, unsigned verb, unsigned payload)
{
    uint32_t response;
    assert_true(sim_codec_command(codec, nid << 20 | verb << 8 | payload, &response));
    return response;
}

static unsigned ranges_met;

/* Entry `i` of a list: a response has two of the long form, four of the short one (HDA 7.3.3.3). */
static unsigned ask_entry(struct sim_codec *codec, unsigned nid, unsigned i, unsigned bits)
{
    unsigned each = 32 / bits;
    return ask(codec, nid, HDA_GET_CONNECTION_LIST, i / each * each) >> i % each * bits & ((1u << bits) - 1);
}

/* The NIDs that a list means; returns how many. The highest bit says that the entry ends a range which the
 * one before began (HDA 7.1.2). */
static unsigned expand(struct sim_codec *codec, unsigned nid, uint8_t list[CODEC_DUMP_NODES])
{
    unsigned length = ask(codec, nid, HDA_GET_PARAMETER, HDA_PARAMETER_CONNECTIONS), count = 0;
    unsigned bits = length & HDA_CONNECTIONS_LONG_FORM ? 16 : 8, range = 1u << (bits - 1);
    for (unsigned i = 0; i < (length & 0x7F); i++) {
        unsigned entry = ask_entry(codec, nid, i, bits), to = entry & (range - 1);
        if (!(entry & range)) {
            list[count++] = (uint8_t)to;
            continue;
        }
        assert_true(count > 0 && list[count - 1] < to);
        for (unsigned next = list[count - 1] + 1u; next <= to && count < CODEC_DUMP_NODES; next++)
            list[count++] = (uint8_t)next;
        ranges_met++;
    }
    return count;
}

static void check_list(struct sim_codec *codec, const char *name, const struct codec_dump_node *node)
{
    uint8_t list[CODEC_DUMP_NODES];
    if (expand(codec, node->nid, list) != node->connection_count ||
        memcmp(list, node->connections, node->connection_count) != 0)
        fail_msg("%s: node 0x%02x is connected otherwise", name, node->nid);
}

/* What an enumerating driver asks: groups, widgets, capabilities, lists. */
static void check_answers(const char *name, const char *text, const struct codec_dump *dump)
{
    struct sim_codec *codec = sim_codec_create(dump, on_fault, NULL);
    (void)text;
    assert_non_null(codec);
    assert_int_equal(ask(codec, 0, HDA_GET_PARAMETER, HDA_PARAMETER_VENDOR_ID), dump->vendor_id);
    if (dump->audio_group != 0) {
        uint32_t below = ask(codec, dump->audio_group, HDA_GET_PARAMETER, HDA_PARAMETER_SUBNODES);
        assert_int_equal(below & 0xFF, dump->node_count);
        assert_int_equal(below >> 16, dump->nodes[0].nid);
    }
    for (unsigned i = 0; i < dump->node_count; i++) {
        const struct codec_dump_node *node = &dump->nodes[i];
        assert_int_equal(ask(codec, node->nid, HDA_GET_PARAMETER, HDA_PARAMETER_WIDGET_CAPS), node->caps);
        check_list(codec, name, node);
    }
    sim_codec_destroy(codec);
}

static void every_dump_answers_as_a_codec(void **state)
{
    (void)state;
    for_each_dump(check_answers);
    print_message("%u ranges in connection lists\n", ranges_met);
}

static void drop_audio(void *context, const struct hdabus_audio *audio)
{
    (void)context;
    (void)audio;
}

static bool accept_output(struct sim_codec *codec, unsigned nid)
{
    return sim_codec_hear(codec, (uint8_t)nid, drop_audio, NULL);
}

/* Everything is switched on everywhere, and all converters get a stream: graphs with cycles and dangling ends
 * must end, too. */
static void check_sound(const char *name, const char *text, const struct codec_dump *dump)
{
    static int32_t samples[2 * 64];
    struct sim_link_block block = {
        .stream = 1, .lines = 1, .format = 0x0011, .frames = 64, .samples = samples};
    struct sim_codec *codec = sim_codec_create(dump, on_fault, NULL);
    uint32_t response;
    (void)name;
    (void)text;
    assert_non_null(codec);
    ask(codec, dump->audio_group, HDA_SET_POWER_STATE, 0);
    for (unsigned i = 0; i < dump->node_count; i++) {
        unsigned nid = dump->nodes[i].nid;
        ask(codec, nid, HDA_SET_POWER_STATE, 0);
        ask(codec, nid, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
        ask(codec, nid, HDA_SET_EAPD, HDA_EAPD_ENABLE);
        ask(codec, nid, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE);
        ask(codec, nid, HDA_SET_STREAM_CHANNEL, 0x10);
        sim_codec_command(codec, nid << 20 | HDA_SET_CONVERTER_FORMAT << 16 | block.format, &response);
        for (unsigned index = 0; index < 16; index++)
            sim_codec_command(codec, nid << 20 | HDA_SET_AMPLIFIER << 16 | 0xF000 | index << 8 | 0x10,
                              &response);
        accept_output(codec, nid);
    }
    sim_codec_frame(codec, SIM_SETTLE_FRAMES);
    sim_codec_output(codec, &block);
    sim_codec_destroy(codec);
}

static void every_dump_survives_sound_everywhere(void **state)
{
    (void)state;
    for_each_dump(check_sound);
}

/* ---- Recording ------------------------------------------------------------------------------- */

#define FRAMES     200
#define MOST_STEPS 8
#define STREAM     3

/* From an input converter to a pin. */
struct way {
    unsigned count;
    const struct codec_dump_node *nodes[MOST_STEPS];
    unsigned inputs[MOST_STEPS]; /* which connection leads to the next */
};

static struct {
    unsigned pins, recorded, unreachable, inexact, formatless;
} record_count;

static const struct codec_dump_node *find_node(const struct codec_dump *dump, unsigned nid)
{
    for (unsigned i = 0; i < dump->node_count; i++) {
        if (dump->nodes[i].nid == nid)
            return &dump->nodes[i];
    }
    return NULL;
}

static unsigned type_of(const struct codec_dump_node *node)
{
    return node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

static uint32_t amp_of(const struct codec_dump_amp_caps *own, const struct codec_dump_amp_caps *group,
                       const struct codec_dump_node *node)
{
    bool overrides = (node->caps & HDA_WIDGET_AMP_OVERRIDE) || !group->known;
    return own->known && overrides ? own->caps : group->caps;
}

static uint32_t input_amp(const struct codec_dump *dump, const struct codec_dump_node *node)
{
    return amp_of(&node->input_amp, &dump->input_amp, node);
}

static uint32_t output_amp(const struct codec_dump *dump, const struct codec_dump_node *node)
{
    return amp_of(&node->output_amp, &dump->output_amp, node);
}

static bool reaches_0_db(uint32_t caps)
{
    return (caps & HDA_AMP_GAIN_MASK) <= (caps >> HDA_AMP_CAPS_STEPS_SHIFT & HDA_AMP_GAIN_MASK);
}

static bool is_exact(const struct codec_dump *dump, const struct codec_dump_node *node)
{
    bool serves = type_of(node) != HDA_WIDGET_PIN; /* a pin's output amplifier serves the other way */
    if ((node->caps & HDA_WIDGET_INPUT_AMP) && !reaches_0_db(input_amp(dump, node)))
        return false;
    return !serves || !(node->caps & HDA_WIDGET_OUTPUT_AMP) || reaches_0_db(output_amp(dump, node));
}

/* Whether sound comes from the pin to this node, over `way`; with `exact` at 0 dB. */
static bool find_way(const struct codec_dump *dump, const struct codec_dump_node *node,
                     const struct codec_dump_node *pin, bool exact, struct way *way)
{
    unsigned type = type_of(node);
    if (way->count == MOST_STEPS || (exact && !is_exact(dump, node)))
        return false;
    way->nodes[way->count++] = node;
    if (node == pin)
        return true;
    if (type == HDA_WIDGET_AUDIO_INPUT || type == HDA_WIDGET_MIXER || type == HDA_WIDGET_SELECTOR) {
        for (unsigned i = 0; i < node->connection_count; i++) {
            const struct codec_dump_node *next = find_node(dump, node->connections[i]);
            bool back = next != NULL && type_of(next) == HDA_WIDGET_AUDIO_INPUT;
            way->inputs[way->count - 1] = i;
            if (next != NULL && !back && find_way(dump, next, pin, exact, way))
                return true;
        }
    }
    way->count--;
    return false;
}

static bool find_record_way(const struct codec_dump *dump, const struct codec_dump_node *pin, bool exact,
                            struct way *way)
{
    for (unsigned i = 0; i < dump->node_count; i++) {
        way->count = 0;
        if (type_of(&dump->nodes[i]) == HDA_WIDGET_AUDIO_INPUT &&
            find_way(dump, &dump->nodes[i], pin, exact, way))
            return true;
    }
    return false;
}

static void set_amp(struct sim_codec *codec, const struct codec_dump_node *node, unsigned which,
                    uint32_t caps)
{
    uint32_t response;
    sim_codec_command(codec,
                      (uint32_t)node->nid << 20 | HDA_SET_AMPLIFIER << 16 | BOTH | which |
                          (caps & HDA_AMP_GAIN_MASK),
                      &response);
}

static void open_node(struct sim_codec *codec, const struct codec_dump *dump, const struct way *way,
                      unsigned step)
{
    const struct codec_dump_node *node = way->nodes[step];
    bool is_pin = type_of(node) == HDA_WIDGET_PIN;
    unsigned index = is_pin ? 0 : way->inputs[step];
    ask(codec, node->nid, HDA_SET_POWER_STATE, 0);
    if (node->caps & HDA_WIDGET_INPUT_AMP)
        set_amp(codec, node, HDA_AMP_SET_INPUT | index << HDA_AMP_SET_INDEX_SHIFT, input_amp(dump, node));
    if (is_pin) {
        ask(codec, node->nid, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_INPUT);
        return;
    }
    ask(codec, node->nid, HDA_SET_CONNECTION_SELECT, index);
    if (node->caps & HDA_WIDGET_OUTPUT_AMP)
        set_amp(codec, node, HDA_AMP_SET_OUTPUT, output_amp(dump, node));
}

/* 16 bits at 48 kHz, or what there is; 0: neither. */
static uint16_t choose_format(const struct codec_dump *dump, const struct codec_dump_node *converter)
{
    static const uint16_t formats[] = {0x0011, 0x4011, 0x0031, 0x0811, 0x0831};
    static const uint32_t needs[] = {0x20040, 0x20020, 0x80040, 0x20100, 0x80100};
    bool overrides = (converter->caps & HDA_WIDGET_FORMAT_OVERRIDE) && converter->pcm.known;
    uint32_t caps = overrides ? converter->pcm.sizes_rates : dump->pcm.sizes_rates;
    bool stereo = (converter->caps & HDA_WIDGET_STEREO) != 0;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (caps == 0 || (caps & needs[i]) == needs[i])
            return stereo ? formats[i] : formats[i] & ~1u;
    }
    return 0;
}

static void ramp(void *context, const struct hdabus_recording *recording)
{
    (void)context;
    for (size_t i = 0; i < recording->frames * recording->channels; i++)
        recording->samples[i] = said(i, recording->valid_bits);
}

static void open_way(struct sim_codec *codec, const struct codec_dump *dump, const struct way *way,
                     uint16_t format)
{
    unsigned converter = way->nodes[0]->nid;
    uint32_t response;
    ask(codec, dump->audio_group, HDA_SET_POWER_STATE, 0);
    for (unsigned i = 0; i < way->count; i++)
        open_node(codec, dump, way, i);
    ask(codec, converter, HDA_SET_DIGITAL_CONTROL_1, HDA_DIGITAL_ENABLE);
    ask(codec, converter, HDA_SET_STREAM_CHANNEL, STREAM << 4);
    sim_codec_command(codec, converter << 20 | HDA_SET_CONVERTER_FORMAT << 16 | format, &response);
    sim_codec_frame(codec, SIM_SETTLE_FRAMES);
}

static void record_way(const char *name, const struct codec_dump *dump, const struct way *way,
                       uint16_t format)
{
    static int32_t samples[2 * FRAMES];
    const struct codec_dump_node *pin = way->nodes[way->count - 1];
    struct sim_link_request request = {STREAM, format, FRAMES, samples};
    struct sim_codec *codec = sim_codec_create(dump, on_fault, NULL);
    assert_non_null(codec);
    memset(samples, 0, sizeof(samples));
    assert_true(sim_codec_feed(codec, pin->nid, ramp, NULL));
    open_way(codec, dump, way, format);
    assert_true(sim_codec_sends(codec, STREAM));
    sim_codec_input(codec, &request);
    for (size_t i = 0; i < FRAMES * ((format & 0xFu) + 1); i++) {
        if (samples[i] != said(i, format & 0x20 ? 24 : 16))
            fail_msg("%s: sample %zu of pin 0x%02x at converter 0x%02x", name, i, pin->nid,
                     way->nodes[0]->nid);
    }
    sim_codec_destroy(codec);
}

static void try_pin(const char *name, const struct codec_dump *dump, const struct codec_dump_node *pin)
{
    struct way way;
    bool exact = find_record_way(dump, pin, true, &way);
    uint16_t format = exact ? choose_format(dump, way.nodes[0]) : 0;
    record_count.pins++;
    if (!exact && !find_record_way(dump, pin, false, &way))
        record_count.unreachable++;
    else if (!exact)
        record_count.inexact++;
    else if (format == 0)
        record_count.formatless++;
    else {
        record_way(name, dump, &way, format);
        record_count.recorded++;
        return;
    }
    if (getenv("VERBOSE") != NULL)
        print_message("%s: pin 0x%02x: %s\n", name, pin->nid, exact ? "format" : "way");
}

static void check_record(const char *name, const char *text, const struct codec_dump *dump)
{
    (void)text;
    for (unsigned i = 0; i < dump->node_count; i++) {
        const struct codec_dump_node *node = &dump->nodes[i];
        if (type_of(node) == HDA_WIDGET_PIN && (node->pin_caps & HDA_PIN_CAPS_INPUT) &&
            node->pin_default >> HDA_CONFIG_PORT_SHIFT != HDA_PORT_NONE)
            try_pin(name, dump, node);
    }
}

/* A pin that no converter leads to, or only over an amplifier that has no step of 0 dB, is an exception. */
static void every_connected_input_pin_records_exactly(void **state)
{
    (void)state;
    for_each_dump(check_record);
    print_message("%u connected input pins: %u recorded exactly, %u without a way to a converter, "
                  "%u without 0 dB on every way, %u at converters without a usual format\n",
                  record_count.pins, record_count.recorded, record_count.unreachable, record_count.inexact,
                  record_count.formatless);
    assert_true(record_count.recorded > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_dump_loses_a_widget_a_list_a_pin_or_an_amplifier),
        cmocka_unit_test(every_dump_answers_as_a_codec),
        cmocka_unit_test(every_dump_survives_sound_everywhere),
        cmocka_unit_test(every_connected_input_pin_records_exactly),
    };
    DIR *dumps = opendir(folder());
    if (dumps == NULL) {
        printf("skipped: there is no folder %s (HDABUS_CODECS names another)\n", folder());
        return SKIPPED;
    }
    closedir(dumps);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
