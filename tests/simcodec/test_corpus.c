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
        assert_int_equal(ask(codec, node->nid, HDA_GET_PARAMETER, HDA_PARAMETER_CONNECTIONS) & 0x7F,
                         node->connection_count);
        for (unsigned c = 0; c < node->connection_count; c++) {
            uint32_t four = ask(codec, node->nid, HDA_GET_CONNECTION_LIST, c & ~3u);
            if ((four >> (c & 3) * 8 & 0xFF) != node->connections[c])
                fail_msg("%s: node 0x%02x connection %u", name, node->nid, c);
        }
    }
    sim_codec_destroy(codec);
}

static void every_dump_answers_as_a_codec(void **state)
{
    (void)state;
    for_each_dump(check_answers);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_dump_loses_a_widget_a_list_a_pin_or_an_amplifier),
        cmocka_unit_test(every_dump_answers_as_a_codec),
        cmocka_unit_test(every_dump_survives_sound_everywhere),
    };
    DIR *dumps = opendir(folder());
    if (dumps == NULL) {
        printf("skipped: there is no folder %s (HDABUS_CODECS names another)\n", folder());
        return SKIPPED;
    }
    closedir(dumps);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
