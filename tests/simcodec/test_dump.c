/* SPDX-License-Identifier: BSD-2-Clause */
/* test_dump.c - the rules of the codec dump format. */
#include "rig.h"

static const char head[] =
    "Codec: Example\nAddress: 0\nVendor Id: 0x1de400ff\nSubsystem Id: 0x1\nRevision Id: 0x100000\n"
    "Default PCM: rates 0x60, bits 0x02, types 0x1\n";
static const char dac[] = "Node 0x02 [Audio Output] wcaps 0x1: Stereo\n";

/* Parses a dump with one widget, NID 3, of capabilities `caps` and with `lines`; behind it stands another
 * one. */
static struct codec_dump *with_node(unsigned caps, const char *lines)
{
    char text[4096], error[256] = "";
    snprintf(text, sizeof(text),
             "%s%sNode 0x03 [?] wcaps 0x%x: ?\n%s\nNode 0x04 [Audio Output] wcaps 0x1: Stereo\n", head, dac,
             caps, lines);
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), error, sizeof(error));
    if (dump == NULL)
        fail_msg("%s: %s", lines, error);
    assert_int_equal(dump->node_count, 3);
    assert_int_equal(dump->nodes[1].nid, 3);
    return dump;
}

/* A text that must be refused with a sentence that has `part` in it. */
static void refuse(const char *text, size_t size, const char *part)
{
    char error[256] = "";
    struct codec_dump *dump = codec_dump_parse(text, size, error, sizeof(error));
    if (dump != NULL)
        fail_msg("accepted, but expected: %s", part);
    if (strncmp(error, "line ", 5) != 0 || strstr(error, part) == NULL)
        fail_msg("`%s` does not say: %s", error, part);
    assert_null(codec_dump_parse(text, size, NULL, 0));
}

static void old_kernels_print_no_function_ids(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("old.codec");
    assert_string_equal(dump->name, "Example Old");
    assert_int_equal(dump->address, 2);
    assert_int_equal(dump->vendor_id, 0x1de40010);
    assert_int_equal(dump->subsystem_id, 0);
    assert_int_equal(dump->revision_id, 0x90000);
    assert_int_equal(dump->audio_group, 1);
    assert_int_equal(dump->modem_group, 0);
    assert_int_equal(dump->node_count, 4);
    assert_false(dump->power.states_known);
    assert_int_equal(dump->nodes[0].power.setting, 3);
    assert_int_equal(dump->nodes[0].power.actual, 3);
    codec_dump_free(dump);
}

static void pcm_may_be_one_line(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("old.codec");
    assert_true(dump->pcm.known);
    assert_int_equal(dump->pcm.sizes_rates, 0x000e0560);
    assert_int_equal(dump->pcm.formats, 1);
    assert_int_equal(dump->nodes[0].pcm.sizes_rates, 0x00060160);
    assert_int_equal(dump->nodes[0].pcm.formats, 5);
    codec_dump_free(dump);
}

static void pcm_may_be_three_lines(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("new.codec");
    assert_int_equal(dump->pcm.sizes_rates, 0x000e05f0);
    assert_false(dump->nodes[0].pcm.known);
    assert_int_equal(dump->nodes[1].pcm.sizes_rates, 0x001a07f0);
    assert_int_equal(dump->nodes[1].pcm.formats, 5);
    codec_dump_free(dump);
}

static void pin_caps_with_a_spurious_08_lose_it(void **state)
{
    static const struct {
        const char *text;
        uint32_t caps;
    } cases[] = {
        {"0x0000001c", 0x1c},      {"0x081c", 0x1c},          {"0x081003f", 0x1003f},
        {"0x08737", 0x737},        {"0x08013737", 0x8013737}, {"0x0801000010", 0x1000010},
        {"0x09000094", 0x9000094},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[64];
        snprintf(line, sizeof(line), "  Pincap %s: OUT", cases[i].text);
        struct codec_dump *dump = with_node(0x400001, line);
        assert_int_equal(dump->nodes[1].pin_caps, cases[i].caps);
        codec_dump_free(dump);
    }
}

static void amplifier_values_have_many_forms(void **state)
{
    static const struct {
        const char *text;
        unsigned count;
        uint8_t values[4][2];
    } cases[] = {
        {"  Amp-In vals:  [0x01 0x82]", 1, {{0x01, 0x82}}},
        {"  Amp-In vals:  [0x01 0x02] [0x03 0x04]   ", 2, {{1, 2}, {3, 4}}},
        {"Amp-In vals: [0x01] [0x02]\r", 2, {{1, 1}, {2, 2}}},
        {"  Amp-In vals: 0x0a 0x0b", 1, {{10, 11}}},
        {"  Amp-In vals: 0x0a", 1, {{10, 10}}},
        {"  Amp-In vals: ", 0, {{0, 0}}},
        {"  Amp-In vals:  [0x01 0x02]=\n [0x03 0x04] [0x05 0x06]", 3, {{1, 2}, {3, 4}, {5, 6}}},
        {"  Amp-In vals:  [0x01 0x02]=\n  Delay: 3 samples", 1, {{1, 2}}},
        {"  Amp-In vals:  [0x01 0x02] [nonsense", 1, {{1, 2}}},
        {"  Amp-In vals:  [0x01 0x02]\n[0x03 0x04] [0x05\n\n0x06] [0x07 0x08]",
         4,
         {{1, 2}, {3, 4}, {5, 6}, {7, 8}}},
        {"  Amp-In vals:  [0x01 0x02] [0x03\n  Delay: 3 samples", 1, {{1, 2}}},
        {"  Amp-In vals:  [0x01\n 0x02\n [0x03 0x04]", 0, {{0, 0}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct codec_dump *dump = with_node(0x200003, cases[i].text);
        assert_int_equal(dump->nodes[1].input_values.count, cases[i].count);
        assert_memory_equal(dump->nodes[1].input_values.values, cases[i].values, 2 * cases[i].count);
        codec_dump_free(dump);
    }
}

static void more_amplifier_values_than_an_index_reaches_are_dropped(void **state)
{
    char line[512] = "  Amp-In vals: ";
    (void)state;
    for (unsigned i = 0; i < 40; i++)
        strcat(line, " [0x01 0x02]");
    struct codec_dump *dump = with_node(0x200003, line);
    assert_int_equal(dump->nodes[1].input_values.count, CODEC_DUMP_AMPS);
    codec_dump_free(dump);
}

static void amplifier_caps_are_the_parameter(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("new.codec");
    assert_false(dump->input_amp.known);
    assert_int_equal(dump->output_amp.caps, 0x80031f1f);
    assert_false(dump->nodes[0].output_amp.known);
    assert_int_equal(dump->nodes[2].input_amp.caps, 0x80023f17);
    codec_dump_free(dump);
}

static void connections_are_the_line_that_follows(void **state)
{
    static const struct {
        const char *text;
        unsigned count;
        int selected;
        uint8_t nids[4];
    } cases[] = {
        {"  Connection: 3\n     0x02 0x03* 0x04", 3, 1, {2, 3, 4}},
        {"Connection: 1\n0x02\r", 1, -1, {2}},
        {"  Connection: 0\n    ", 0, -1, {0}},
        {"  Connection: 0\n  Delay: 3 samples", 0, -1, {0}},
        {"  Connection: -22\n\n", 0, -1, {0}},
        {"  Connection: 2\n     0x02* 0x04\n  In-driver Connection: 1\n     0x04*", 2, 0, {2, 4}},
        {"  Connection: 4\n     0x02 0x02 0x03 0x77", 4, -1, {2, 2, 3, 0x77}},
        {"  Connection: 2\n     0x02 0x123", 1, -1, {2}},
        {"  Connection: 2\n\n", 0, -1, {0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct codec_dump *dump = with_node(0x300101, cases[i].text);
        assert_int_equal(dump->nodes[1].connection_count, cases[i].count);
        assert_int_equal(dump->nodes[1].selected, cases[i].selected);
        assert_memory_equal(dump->nodes[1].connections, cases[i].nids, cases[i].count);
        codec_dump_free(dump);
    }
}

static void connection_lists_end_at_127(void **state)
{
    char lines[1024] = "  Connection: 150\n    ";
    (void)state;
    for (unsigned i = 0; i < 150; i++)
        strcat(lines, " 0x02");
    struct codec_dump *dump = with_node(0x300101, lines);
    assert_int_equal(dump->nodes[1].connection_count, CODEC_DUMP_CONNECTIONS);
    codec_dump_free(dump);
}

static void power_lines_after_the_group_are_the_groups(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("new.codec");
    assert_int_equal(dump->power.states, 0xe000001f);
    assert_int_equal(dump->power.setting, 0);
    assert_int_equal(dump->power.actual, 4);
    assert_true(dump->nodes[0].power.states_known);
    assert_int_equal(dump->nodes[0].power.states, 0);
    assert_int_equal(dump->nodes[1].power.states, 0x80000009);
    assert_int_equal(dump->nodes[4].power.setting, 3);
    codec_dump_free(dump);
}

static void widget_lines_are_read(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("new.codec");
    assert_int_equal(dump->node_count, 8);
    const struct codec_dump_node *n = dump->nodes;
    assert_int_equal(n[0].stream, 5);
    assert_int_equal(n[0].channel, 2);
    assert_int_equal(n[0].processing, 0x0c01);
    assert_int_equal(n[0].output_values.values[0][1], 0x9f);
    assert_int_equal(n[1].digital, 0x00010291);
    assert_int_equal(n[2].sdi_select, 1);
    assert_int_equal(n[2].input_values.count, 4);
    assert_int_equal(n[2].connection_count, 4);
    assert_int_equal(n[2].selected, 1);
    assert_int_equal(n[3].knob, 0xff);
    assert_int_equal(n[3].knob_value, 0xff);
    assert_int_equal(n[3].unsolicited, 0xbf);
    assert_int_equal(n[4].pin_caps, 0x09000094);
    assert_int_equal(n[4].pin_default, 0x18560010);
    assert_int_equal(n[4].pin_control, 0x40);
    assert_int_equal(n[4].eapd, 2);
    assert_int_equal(n[4].unsolicited, 0x85);
    assert_int_equal(n[5].pin_control, 0x24);
    codec_dump_free(dump);
}

static void gpio_lines_are_read(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("new.codec");
    assert_int_equal(dump->gpio, 0xc0020105);
    assert_true(dump->gpios[0].enable && dump->gpios[0].output && dump->gpios[0].data);
    assert_false(dump->gpios[0].wake || dump->gpios[0].sticky || dump->gpios[0].unsolicited);
    assert_true(dump->gpios[1].wake && dump->gpios[1].sticky && dump->gpios[1].unsolicited);
    codec_dump_free(dump);
}

static void function_groups_are_where_the_dump_says(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("new.codec");
    assert_int_equal(dump->audio_group, 1);
    assert_int_equal(dump->modem_group, 2);
    assert_true(dump->audio_unsolicited && dump->modem_unsolicited);
    codec_dump_free(dump);
    dump = read_dump("modem.codec");
    assert_int_equal(dump->audio_group, 0);
    assert_int_equal(dump->modem_group, 1);
    assert_int_equal(dump->node_count, 0);
    codec_dump_free(dump);
}

static void the_first_section_of_a_report_is_taken(void **state)
{
    (void)state;
    struct codec_dump *dump = read_dump("report.txt");
    assert_string_equal(dump->name, "Example Modem");
    assert_int_equal(dump->address, 1);
    assert_int_equal(dump->node_count, 0);
    codec_dump_free(dump);
}

/* Every odd way to write the same text: no indent, trailing blanks, CRLF, no last line feed. */
static void blanks_do_not_matter(void **state)
{
    static const char *const ends[] = {"\n", "   \n", "\r\n", "\t\r\n"};
    struct codec_dump *plain = read_dump("new.codec");
    size_t size;
    char *text = read_text(DUMPS "/new.codec", &size);
    char *odd = malloc(size * 4);
    (void)state;
    assert_non_null(odd);
    for (size_t e = 0; e < sizeof(ends) / sizeof(ends[0]); e++) {
        size_t used = 0;
        for (char *line = text; *line != 0; line = strchr(line, '\n') + 1) {
            const char *start = line + (*line == ' ');
            used += (size_t)sprintf(odd + used, "%.*s%s", (int)(strchr(line, '\n') - start), start, ends[e]);
        }
        struct codec_dump *dump = codec_dump_parse(odd, used, NULL, 0);
        assert_non_null(dump);
        assert_memory_equal(dump, plain, sizeof(*dump));
        codec_dump_free(dump);
    }
    free(odd);
    free(text);
    codec_dump_free(plain);
}

static void a_missing_last_line_feed_is_no_harm(void **state)
{
    (void)state;
    struct codec_dump *dump = codec_dump_parse(sim_default_codec, strlen(sim_default_codec) - 1, NULL, 0);
    assert_non_null(dump);
    assert_int_equal(dump->nodes[dump->node_count - 1].connections[0], 0x02);
    codec_dump_free(dump);
}

static void texts_without_a_codec_are_refused(void **state)
{
    static const char zeros[4096];
    (void)state;
    refuse("", 0, "Codec:");
    refuse("\n\n\n", 3, "line 3");
    refuse("RIFF\x24\x00\x00\x00WAVEfmt ", 16, "Codec:");
    refuse(zeros, sizeof(zeros), "Codec:");
    refuse("Codec: x\n", 9, "Address:");
}

static void wrong_heads_are_refused(void **state)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"Codec: x\nAddress: 15\n", "line 2"},
        {"Codec: x\nAddress: zero\n", "line 2"},
        {"Codec: x\nAddress: 0\nVendor Id: 0x123456789\n", "line 3"},
        {"Codec: x\nAddress: 0\nVendor Id: 1234\n", "line 3"},
        {"Codec: x\nAddress: 0\nVendor Id: 0x1\nSubsystem Id: 0x1\n", "Revision Id:"},
        {"Codec: x\nAddress: 0\nSubsystem Id: 0x1\nRevision Id: 0x1\n", "Vendor Id:"},
        {"Codec: x\nAddress: 0\nVendor Id: 0x1\nSubsystem Id: 0x1\nRevision Id: 0x1\nDefault Amp-In caps: "
         "N/A\n",
         "Node"},
        {"Codec: x\nAddress: 0\nNode 0x100 [x] wcaps 0x1:\n", "line 3"},
        {"Codec: x\nAddress: 0\nNode 0x00 [x] wcaps 0x1:\n", "line 3"},
        {"Codec: x\nAddress: 0\nNode 0x02 [x]\n", "line 3"},
        {"Codec: x\nAddress: 0\nNode 0x02 [x] wcaps 0x1:\nNode 0x02 [x] wcaps 0x1:\n", "twice"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refuse(cases[i].text, strlen(cases[i].text), cases[i].part);
    refuse("Codec: x\nAddress: 0\nVendor \0 Id", 31, "binary");
}

/* What is cut off within the last widget is noticed; what is cut off between two widgets cannot be. */
static void cut_off_texts_are_refused_or_whole_widgets(void **state)
{
    size_t size = strlen(sim_default_codec);
    unsigned accepted = 0;
    (void)state;
    for (size_t cut = 0; cut < size; cut++) {
        char error[256] = "";
        char *text = malloc(cut > 0 ? cut : 1); /* exactly as long, for the address sanitizer */
        assert_non_null(text);
        memcpy(text, sim_default_codec, cut);
        struct codec_dump *dump = codec_dump_parse(text, cut, error, sizeof(error));
        accepted += dump != NULL;
        if (dump == NULL)
            assert_memory_equal(error, "line ", 5);
        codec_dump_free(dump);
        free(text);
    }
    assert_in_range(accepted, 1, size / 4);
}

static void a_list_cut_in_the_middle_is_noticed(void **state)
{
    static const struct {
        const char *tail;
        bool whole;
    } cases[] = {
        {"  Connection: 2\n     0x02 0x04", true},
        {"  Connection: 2\n     0x02 0x0", false},
        {"  Connection: 2\n     0x02 0x", false},
        {"  Connection: 2\n     0x02", false},
        {"  Connection: 2\n", false},
        {"  Connection: ", false},
        {"  Connection: 2\n     0x02 0x0\n", true},
        {"  Connection: 2\n     0x02 0x123\n", true},
        {"  Connec", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[1024];
        snprintf(text, sizeof(text), "%s%sNode 0x03 [?] wcaps 0x300101: Stereo\n%s", head, dac,
                 cases[i].tail);
        struct codec_dump *dump = codec_dump_parse(text, strlen(text), NULL, 0);
        if ((dump != NULL) != cases[i].whole)
            fail_msg("wrong about: %s", cases[i].tail);
        codec_dump_free(dump);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Dumps with bytes changed, lines torn out and pasted elsewhere: any answer, no crash; and what is accepted
 * works. */
static void damaged_texts_do_no_harm(void **state)
{
    uint32_t seed = 1;
    size_t size;
    char *good = read_text(DUMPS "/new.codec", &size);
    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        char *text = malloc(size);
        assert_non_null(text);
        memcpy(text, good, size);
        for (unsigned i = next_random(&seed) % 20; i > 0; i--)
            text[next_random(&seed) % size] = (char)next_random(&seed);
        size_t length = 1 + next_random(&seed) % 200;
        memmove(text + next_random(&seed) % (size - length), text + next_random(&seed) % (size - length),
                length);
        codec_dump_free(codec_dump_parse(text, size, NULL, 0));
        free(text);
    }
    free(good);
}

static void huge_texts_stay_within_bounds(void **state)
{
    size_t size = 1 << 20;
    char *text = malloc(size);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', size);
    memcpy(text, "Codec: ", 7);
    refuse(text, size, "Address:");
    size_t used = (size_t)sprintf(text, "%s", head);
    for (unsigned nid = 1; nid < 256; nid++)
        used += (size_t)sprintf(text + used, "Node 0x%02x [x] wcaps 0x1: Stereo\n", nid);
    struct codec_dump *dump = codec_dump_parse(text, used, NULL, 0);
    assert_non_null(dump);
    assert_int_equal(dump->node_count, 255);
    codec_dump_free(dump);
    free(text);
}

/* A line of megabytes in which the beginning of a path stands again and again is not gone through as often.
 */
static void endless_lines_are_cut(void **state)
{
    size_t size = 4 << 20;
    char *text = malloc(size);
    struct codec_dump *dump;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = "card1/"[i % 6];
    refuse(text, size, "no codec dump");
    memset(text, ' ', size);
    memcpy(text, "Codec:", 6);
    memcpy(text + 5000, "Example", 7);
    strcpy(text + 6000, strchr(head, '\n'));
    strcat(text, dac);
    dump = codec_dump_parse(text, strlen(text), NULL, 0);
    assert_non_null(dump);
    assert_string_equal(dump->name, "");
    codec_dump_free(dump);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_kernels_print_no_function_ids),
        cmocka_unit_test(pcm_may_be_one_line),
        cmocka_unit_test(pcm_may_be_three_lines),
        cmocka_unit_test(pin_caps_with_a_spurious_08_lose_it),
        cmocka_unit_test(amplifier_values_have_many_forms),
        cmocka_unit_test(more_amplifier_values_than_an_index_reaches_are_dropped),
        cmocka_unit_test(amplifier_caps_are_the_parameter),
        cmocka_unit_test(connections_are_the_line_that_follows),
        cmocka_unit_test(connection_lists_end_at_127),
        cmocka_unit_test(power_lines_after_the_group_are_the_groups),
        cmocka_unit_test(widget_lines_are_read),
        cmocka_unit_test(gpio_lines_are_read),
        cmocka_unit_test(function_groups_are_where_the_dump_says),
        cmocka_unit_test(the_first_section_of_a_report_is_taken),
        cmocka_unit_test(blanks_do_not_matter),
        cmocka_unit_test(a_missing_last_line_feed_is_no_harm),
        cmocka_unit_test(texts_without_a_codec_are_refused),
        cmocka_unit_test(wrong_heads_are_refused),
        cmocka_unit_test(cut_off_texts_are_refused_or_whole_widgets),
        cmocka_unit_test(a_list_cut_in_the_middle_is_noticed),
        cmocka_unit_test(damaged_texts_do_no_harm),
        cmocka_unit_test(huge_texts_stay_within_bounds),
        cmocka_unit_test(endless_lines_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
