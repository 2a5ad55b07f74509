/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_corpus.c - dumps of real codecs, from the folder that HDABUS_CODECS names, parse without loss and
 * answer as codecs. Where there is no such folder our own dumps stand in.
 */
#include "corpus.h"

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

/* ---- Nodes ----------------------------------------------------------------------------------- */

static struct {
    unsigned whole; /* dumps */
    unsigned nodes;
    unsigned odd;
} parsed;

/* What is wrong with the nodes, by a reader that knows nothing but lines `Node 0x`; NULL: nothing. */
static const char *lost_node(const char *text, const struct codec_dump *dump)
{
    unsigned count = 0, nid, caps;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += strspn(line, " \n\t\r");
        if (strncmp(line, "Node 0x", 7) != 0)
            continue;
        if (sscanf(line, "Node 0x%x [%*[^]]] wcaps 0x%x", &nid, &caps) != 2)
            return "a line `Node 0x` of another form";
        if (count == dump->node_count || dump->nodes[count].nid != nid || dump->nodes[count].caps != caps)
            return "a node that is lost, or not what its line says";
        count++;
    }
    return count == dump->node_count ? NULL : "more nodes than lines";
}

static void check_nodes(const char *name, const char *text, size_t size)
{
    char error[256] = "";
    struct codec_dump *dump = codec_dump_parse(text, size, error, sizeof(error));
    const char *lost = dump != NULL ? lost_node(text, dump) : error;
    if (lost != NULL)
        print_error("%s: %s\n", name, lost);
    parsed.whole += lost == NULL;
    parsed.nodes += dump != NULL ? dump->node_count : 0;
    codec_dump_free(dump);
}

static void every_dump_is_parsed_without_losing_a_node(void **state)
{
    (void)state;
    unsigned count = for_each_text(check_nodes);
    print_message("%u of %u dumps of %s parsed, with all of their %u nodes\n", parsed.whole, count,
                  corpus_folder(), parsed.nodes);
    assert_int_equal(parsed.whole, count);
}

/* ---- Oddities -------------------------------------------------------------------------------- */

static void tell_oddity(const char *name, unsigned nid, const char *reason)
{
    parsed.odd++;
    print_message("%s: node 0x%02x: %s\n", name, nid, reason);
}

static bool has_node(const struct codec_dump *dump, unsigned nid)
{
    for (unsigned i = 0; i < dump->node_count; i++) {
        if (dump->nodes[i].nid == nid)
            return true;
    }
    return false;
}

static void tell_connections(const char *name, const struct codec_dump *dump,
                             const struct codec_dump_node *node)
{
    for (unsigned i = 0; i < node->connection_count; i++) {
        if (!has_node(dump, node->connections[i]))
            tell_oddity(name, node->nid, "a connection to a node that is none");
        if (node->connections[i] == node->nid)
            tell_oddity(name, node->nid, "a connection to itself");
        if (memchr(node->connections, node->connections[i], i) != NULL)
            tell_oddity(name, node->nid, "a connection that is there twice");
    }
}

/* What is odd in a dump, but neither misprinted nor missing. */
static void tell_node(const char *name, const struct codec_dump *dump, const struct codec_dump_node *node)
{
    bool pin = (node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF) == HDA_WIDGET_PIN;
    unsigned amps = node->input_values.count;
    tell_connections(name, dump, node);
    if (node->connection_count > 0 && !(node->caps & HDA_WIDGET_CONNECTION_LIST))
        tell_oddity(name, node->nid, "a list that its capabilities deny");
    if (!pin && amps > 1 && amps != node->connection_count)
        tell_oddity(name, node->nid, "more or fewer input amplifiers than connections");
    if (pin && node->pin_default == 0)
        tell_oddity(name, node->nid, "a configuration default of 0");
}

static void on_guess(void *context, unsigned line, const char *sentence)
{
    static const char *const odd[] = {"not known", "not understood", "error", "announced", "no name"};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        if (strstr(sentence, odd[i]) != NULL) {
            parsed.odd++;
            print_message("%s: line %u: %s\n", (const char *)context, line, sentence);
        }
    }
}

static void tell_oddities(const char *name, const char *text, size_t size)
{
    struct codec_dump_reader *reader = codec_dump_open(text, size);
    struct codec_dump_section section;
    assert_non_null(reader);
    codec_dump_on_guess(reader, on_guess, (void *)(uintptr_t)name);
    while (codec_dump_next(reader, &section)) {
        assert_non_null(section.dump);
        for (unsigned i = 0; i < section.dump->node_count; i++)
            tell_node(name, section.dump, &section.dump->nodes[i]);
        codec_dump_free(section.dump);
    }
    codec_dump_close(reader);
}

/* They are kept as they are; the list is for people. */
static void oddities_are_told_by_name(void **state)
{
    (void)state;
    for_each_text(tell_oddities);
    print_message("%u oddities\n", parsed.odd);
}

/* ---- Lists, pins, amplifiers ----------------------------------------------------------------- */

static void check_loss(const char *name, const char *text, const struct codec_dump *dump)
{
    unsigned lists = 0, pins = 0, amps = 0;
    for (unsigned i = 0; i < dump->node_count; i++) {
        lists += dump->nodes[i].connection_count > 0;
        pins += dump->nodes[i].pin_caps != 0;
        amps += dump->nodes[i].output_values.count > 0;
    }
    if (lists + count_lines(text, "Connection: 0") + count_lines(text, "Connection: -") !=
        count_lines(text, "Connection:"))
        fail_msg("%s: %u connection lists", name, lists);
    if (pins + count_lines(text, "Pincap 0x080:") + count_lines(text, "Pincap 0x00000000:") !=
        count_lines(text, "Pincap"))
        fail_msg("%s: %u pins", name, pins);
    if (amps != count_lines(text, "Amp-Out vals: ") - count_lines(text, "Amp-Out vals: \n"))
        fail_msg("%s: %u output amplifiers", name, amps);
}

static void no_dump_loses_a_list_a_pin_or_an_amplifier(void **state)
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

/* The index-th entry of a list, whose responses hold two of the long form or four of the short one, the
 * highest bit of which says that it ends a range (HDA 7.1.2, 7.3.3.3). */
static unsigned list_entry(struct sim_codec *codec, unsigned nid, unsigned index, bool wide, bool *ends_range)
{
    unsigned each = wide ? 2 : 4, bits = 32 / each;
    uint32_t some = ask(codec, nid, HDA_GET_CONNECTION_LIST, index / each * each);
    unsigned entry = some >> index % each * bits & ((1u << bits) - 1), top = 1u << (bits - 1);
    *ends_range = entry & top;
    return entry & ~top;
}

/* The NIDs that a list means; returns how many. */
static unsigned expand(struct sim_codec *codec, unsigned nid, uint8_t list[CODEC_DUMP_NODES])
{
    uint32_t length = ask(codec, nid, HDA_GET_PARAMETER, HDA_PARAMETER_CONNECTIONS);
    unsigned count = 0;
    for (unsigned i = 0; i < (length & 0x7F); i++) {
        bool ends_range;
        unsigned entry = list_entry(codec, nid, i, length & HDA_CONNECTIONS_LONG_FORM, &ends_range);
        if (!ends_range) {
            list[count++] = (uint8_t)entry;
            continue;
        }
        assert_true(count > 0 && list[count - 1] < entry);
        for (; list[count - 1] < entry; count++)
            list[count] = (uint8_t)(list[count - 1] + 1);
        ranges_met++;
    }
    return count;
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
        assert_int_equal(below & 0xFF, dump->nodes[dump->node_count - 1].nid + 1 - dump->nodes[0].nid);
        assert_int_equal(below >> 16, dump->nodes[0].nid);
    }
    for (unsigned i = 0; i < dump->node_count; i++) {
        const struct codec_dump_node *node = &dump->nodes[i];
        assert_int_equal(ask(codec, node->nid, HDA_GET_PARAMETER, HDA_PARAMETER_WIDGET_CAPS), node->caps);
        uint8_t list[CODEC_DUMP_NODES];
        if (expand(codec, node->nid, list) != node->connection_count ||
            memcmp(list, node->connections, node->connection_count) != 0)
            fail_msg("%s: node 0x%02x is connected otherwise", name, node->nid);
    }
    sim_codec_destroy(codec);
}

static void every_dump_answers_as_a_codec(void **state)
{
    (void)state;
    for_each_dump(check_answers);
    print_message("%u connection lists have a range\n", ranges_met);
    assert_true(ranges_met > 0);
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
        cmocka_unit_test(every_dump_is_parsed_without_losing_a_node),
        cmocka_unit_test(no_dump_loses_a_list_a_pin_or_an_amplifier),
        cmocka_unit_test(oddities_are_told_by_name),
        cmocka_unit_test(every_dump_answers_as_a_codec),
        cmocka_unit_test(every_dump_survives_sound_everywhere),
        cmocka_unit_test(every_connected_input_pin_records_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
