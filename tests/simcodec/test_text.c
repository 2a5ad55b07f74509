/* SPDX-License-Identifier: BSD-2-Clause */
/* test_text.c - codec sections among other text, and what mailers and web pages do to them. */
#include "rig.h"

#define MOST_SECTIONS 8

/* The sections of a text, each checked to be whole. */
struct found {
    unsigned count;
    struct codec_dump_section sections[MOST_SECTIONS];
};

static void find(const char *text, size_t size, struct found *found)
{
    struct codec_dump_section section;
    char *copy = malloc(size > 0 ? size : 1); /* exactly as long, for the address sanitizer */
    assert_non_null(copy);
    memcpy(copy, text, size);
    struct codec_dump_reader *reader = codec_dump_open(copy, size);
    assert_non_null(reader);
    found->count = 0;
    while (codec_dump_next(reader, &section)) {
        assert_true(found->count < MOST_SECTIONS);
        found->sections[found->count++] = section;
    }
    codec_dump_close(reader);
    free(copy);
}

static void forget_found(struct found *found)
{
    for (unsigned i = 0; i < found->count; i++)
        codec_dump_free(found->sections[i].dump);
}

static void find_in_file(const char *name, struct found *found)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof(path), "%s/%s", DUMPS, name);
    char *text = read_text(path, &size);
    find(text, size, found);
    free(text);
}

static void check_section(const struct codec_dump_section *section, unsigned card, bool card_said, int number,
                          unsigned address)
{
    assert_non_null(section->dump);
    assert_int_equal(section->card, card);
    assert_int_equal(section->card_said, card_said);
    assert_int_equal(section->number, number);
    assert_int_equal(section->dump->address, address);
}

/* ---- Sections and cards ---------------------------------------------------------------------- */

static void a_report_has_all_cards_codecs(void **state)
{
    struct found found;
    (void)state;
    find_in_file("alsa-info.txt", &found);
    assert_int_equal(found.count, 4);
    check_section(&found.sections[0], 1, true, -1, 0);
    check_section(&found.sections[1], 1, true, -1, 1);
    check_section(&found.sections[2], 1, true, -1, 2);
    check_section(&found.sections[3], 3, true, -1, 0);
    assert_int_equal(found.sections[0].line, 55);
    assert_string_equal(found.sections[3].dump->name, "Example HDMI of the graphics card");
    assert_int_equal(found.sections[0].dump->node_count, 5);
    assert_int_equal(found.sections[3].dump->node_count, 2);
    forget_found(&found);
}

#define HEAD(address) "Codec: x\nAddress: " #address "\nVendor Id: 0x1\nSubsystem Id: 0x1\nRevision Id: 0x1\n"

static void without_a_list_cards_are_counted(void **state)
{
    static const char text[] = HEAD(0) HEAD(2) HEAD(0) HEAD(10) HEAD(2) HEAD(2);
    static const unsigned cards[] = {0, 0, 1, 1, 1, 2};
    struct found found;
    (void)state;
    find(text, strlen(text), &found);
    assert_int_equal(found.count, 6);
    for (unsigned i = 0; i < found.count; i++) {
        assert_int_equal(found.sections[i].card, cards[i]);
        assert_false(found.sections[i].card_said);
    }
    forget_found(&found);
}

static void a_path_says_card_and_codec(void **state)
{
    static const char text[] =
        "==> /proc/asound/card2/codec#3 <==\n" HEAD(3) "\n==> /proc/asound/card0/codec#0 <==\n" HEAD(
            0) "Card7.Codecs.codec.1:\n " HEAD(1) "card 3 codec#2\ncard99/codec#1\ncard1/codec#99\n" HEAD(2);
    static const char unusable[] = "card4/codec#0\nCodec: x\nAddress: 15\n" HEAD(1);
    struct found found;
    (void)state;
    find(text, strlen(text), &found);
    assert_int_equal(found.count, 4);
    check_section(&found.sections[0], 2, true, 3, 3);
    check_section(&found.sections[1], 0, true, 0, 0);
    check_section(&found.sections[2], 7, true, 1, 1);
    check_section(&found.sections[3], 7, false, -1, 2);
    forget_found(&found);
    find(unusable, strlen(unusable), &found);
    assert_int_equal(found.count, 2);
    check_section(&found.sections[1], 0, false, -1, 1);
    forget_found(&found);
}

static void a_bad_section_does_not_hide_the_next(void **state)
{
    static const char text[] = HEAD(1) "Codec: bad\nAddress: 15\nNode 0x02 [x]\n" HEAD(
        2) "Codec: no codec\nmp3\n"
           "Codec: cut off\nAddress: 3\nVendor Id: 0x1\n";
    struct found found;
    (void)state;
    find(text, strlen(text), &found);
    assert_int_equal(found.count, 4);
    assert_non_null(found.sections[0].dump);
    assert_null(found.sections[1].dump);
    assert_string_equal(found.sections[1].error, "line 7: `Address:` not understood");
    assert_int_equal(found.sections[1].line, 6);
    assert_int_equal(found.sections[2].dump->address, 2);
    assert_null(found.sections[3].dump);
    assert_non_null(strstr(found.sections[3].error, "Subsystem Id:"));
    forget_found(&found);
}

static void a_text_has_no_section_or_one_that_is_none(void **state)
{
    struct found found;
    (void)state;
    find("", 0, &found);
    assert_int_equal(found.count, 0);
    find("nothing\nhere", 12, &found);
    assert_int_equal(found.count, 0);
    find("Codec: H.264\nWidth: 640\n", 24, &found);
    assert_int_equal(found.count, 1);
    assert_null(found.sections[0].dump);
    assert_non_null(strstr(found.sections[0].error, "Address:"));
}

/* ---- Mail, web pages, editors ---------------------------------------------------------------- */

/* What was done to the text does not show. */
static void expect_same(const char *name, const char *text, size_t size, const struct codec_dump *plain)
{
    struct found found;
    find(text, size, &found);
    if (found.count != 1)
        fail_msg("%s: %u sections", name, found.count);
    if (found.sections[0].dump == NULL)
        fail_msg("%s: %s", name, found.sections[0].error);
    assert_memory_equal(found.sections[0].dump, plain, sizeof(*plain));
    forget_found(&found);
}

static void expect_file_same(const char *name, const char *plain_name)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof(path), "%s/%s", DUMPS, name);
    char *text = read_text(path, &size);
    struct codec_dump *plain = read_dump(plain_name);
    expect_same(name, text, size, plain);
    codec_dump_free(plain);
    free(text);
}

static void mail_and_web_pages_do_no_harm(void **state)
{
    (void)state;
    expect_file_same("mail.eml", "new.codec");
    expect_file_same("page.html", "old.codec");
    expect_file_same("reply.txt", "old.codec");
}

/* Puts `before` and `after` around each line, and `for_blank` for each blank. */
static char *dress(const char *text, const char *before, const char *after, const char *for_blank)
{
    char *dressed = malloc(8 * strlen(text) + 64), *out = dressed;
    assert_non_null(dressed);
    for (const char *in = text; *in != '\0'; in++) {
        if (in == text || in[-1] == '\n')
            out += sprintf(out, "%s", before);
        if (*in == ' ')
            out += sprintf(out, "%s", for_blank);
        else if (*in == '\n')
            out += sprintf(out, "%s\n", after);
        else
            *out++ = *in;
    }
    *out = '\0';
    return dressed;
}

static void dress_each_way(const char *name)
{
    static const struct {
        const char *before, *after, *blank;
    } cases[] = {
        {"> ", "", " "},        {"\t>> ", " ", " "},
        {"", "<br>", "&nbsp;"}, {"<tt>", "</tt><br />", " "},
        {"", "\r", "\xC2\xA0"}, {"", "\n", " "},
        {"", "", "&#160;"},     {"<span class=\"x\">", "</span>", " "},
        {"", "", "&amp;nbsp;"},
    };
    char path[512];
    size_t size;
    snprintf(path, sizeof(path), "%s/%s", DUMPS, name);
    struct codec_dump *plain = read_dump(name);
    char *text = read_text(path, &size);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *dressed = dress(text, cases[i].before, cases[i].after, cases[i].blank);
        expect_same(cases[i].after, dressed, strlen(dressed), plain);
        free(dressed);
    }
    free(text);
    codec_dump_free(plain);
}

static void each_line_may_be_dressed(void **state)
{
    (void)state;
    dress_each_way("new.codec");
    dress_each_way("sixty.codec");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    struct codec_dump *plain = read_dump("new.codec");
    size_t size;
    char *text = read_text(DUMPS "/new.codec", &size), *marked = malloc(size + 4);
    (void)state;
    assert_non_null(marked);
    sprintf(marked, "\xEF\xBB\xBF%s", text);
    expect_same("byte order mark", marked, size + 3, plain);
    free(marked);
    free(text);
    codec_dump_free(plain);
}

static const char *name_of(const char *name, const char *more)
{
    static char kept[CODEC_DUMP_NAME];
    char text[512];
    snprintf(text, sizeof(text), "Codec: %s\n%s%s", name, strchr(HEAD(0), '\n') + 1, more);
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), NULL, 0);
    assert_non_null(dump);
    strcpy(kept, dump->name);
    codec_dump_free(dump);
    return kept;
}

static void names_are_decoded_once_and_for_all(void **state)
{
    (void)state;
    assert_string_equal(name_of("A &amp; B", ""), "A & B");
    assert_string_equal(name_of("A &amp;amp; B", ""), "A & B");
    assert_string_equal(name_of("A &amp B", ""), "A &amp B");
    assert_string_equal(name_of("1 < 2 > 0", ""), "1 < 2 > 0");
    assert_string_equal(name_of("&lt;&quot;&gt;", ""), "<\">");
    assert_string_equal(name_of("tag=3D0", ""), "tag=3D0");
    assert_string_equal(name_of("tag=3D0", "a=3Db\n"), "tag=0");
}

static void power_states_are_not_taken_for_quoted_printable(void **state)
{
    static const char text[] = HEAD(0) "State of AFG node 0x01:\n  Power: setting=D2, actual=D3\n"
                                       "Node 0x02 [Audio Output] wcaps 0x1:\n";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), NULL, 0);
    (void)state;
    assert_non_null(dump);
    assert_int_equal(dump->power.setting, 2);
    assert_int_equal(dump->power.actual, 3);
    codec_dump_free(dump);
}

static void long_lines_stay_within_bounds(void **state)
{
    size_t size = 1 << 16;
    char *text = malloc(size);
    struct found found;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = "&lt;b&gt;=3D&"[i % 13];
    find(text, size, &found);
    memset(text, '<', size);
    find(text, size, &found);
    memset(text, '=', size);
    memcpy(text, "=3D", 3);
    find(text, size, &found);
    assert_int_equal(found.count, 0);
    free(text);
}

/* ---- Newer kernels --------------------------------------------------------------------------- */

static void newer_kernels_lines_are_known(void **state)
{
    struct codec_dump *dump = read_dump("hdmi.codec");
    (void)state;
    assert_int_equal(dump->node_count, 6);
    assert_true(dump->pcm.known);
    assert_int_equal(dump->nodes[0].power.flags, 0x400);
    assert_int_equal(dump->nodes[0].digital, 0x800081);
    assert_int_equal(dump->nodes[1].power.flags, 0x100);
    assert_false(dump->nodes[2].pcm.known);
    assert_int_equal(dump->nodes[2].power.actual, 0);
    assert_int_equal(dump->nodes[3].connection_count, 3);
    assert_int_equal(dump->nodes[3].selected, 0);
    assert_int_equal(dump->nodes[4].connection_count, 0);
    codec_dump_free(dump);
}

static void an_invalid_subtree_has_no_widgets(void **state)
{
    static const char text[] =
        HEAD(0) "AFG Function Id: 0x1 (unsol 0)\nDefault PCM:\nN/A\nInvalid AFG subtree\n";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), NULL, 0);
    (void)state;
    assert_non_null(dump);
    assert_int_equal(dump->node_count, 0);
    assert_int_equal(dump->audio_group, 1);
    codec_dump_free(dump);
}

static void sixty_nodes_are_read(void **state)
{
    struct codec_dump *dump = read_dump("sixty.codec");
    (void)state;
    assert_int_equal(dump->node_count, 60);
    assert_int_equal(dump->nodes[59].nid, 0x3d);
    assert_int_equal(dump->nodes[59].connection_count, 25);
    assert_int_equal(dump->nodes[59].selected, 24);
    assert_int_equal(dump->nodes[0x1d - 2].input_values.count, 12);
    codec_dump_free(dump);
}

static void a_name_may_have_lost_its_line_feed(void **state)
{
    static const char text[] =
        "Codec: Example 1Address: 3\nVendor Id: 0x1\nSubsystem Id: 0x1\nRevision Id: 0x1\n";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), NULL, 0);
    (void)state;
    assert_non_null(dump);
    assert_string_equal(dump->name, "Example 1");
    assert_int_equal(dump->address, 3);
    codec_dump_free(dump);
    assert_null(codec_dump_parse("Codec: x Address: 15\n", 21, NULL, 0));
}

static void torn_lists_are_whole(void **state)
{
    static const char text[] =
        HEAD(0) "Node 0x02 [Audio Mixer] wcaps 0x200101: Stereo\n  Connection: 5\n\n     0x03 0x04*\n"
                "0x05\n 0x06 0x07\n0x08\n";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), NULL, 0);
    (void)state;
    assert_non_null(dump);
    assert_int_equal(dump->nodes[0].connection_count, 5);
    assert_int_equal(dump->nodes[0].connections[4], 7);
    assert_int_equal(dump->nodes[0].selected, 1);
    codec_dump_free(dump);
}

static void what_people_write_behind_a_dump_is_no_widget(void **state)
{
    static const char text[] = HEAD(0) "Node 0x02 [Audio Output] wcaps 0x1: Stereo\n\nNode 0x02 is the "
                                       "DAC.\nNode two\nNode 0x02 [Audio Output]: mine\n";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), NULL, 0);
    (void)state;
    assert_non_null(dump);
    assert_int_equal(dump->node_count, 1);
    codec_dump_free(dump);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_has_all_cards_codecs),
        cmocka_unit_test(without_a_list_cards_are_counted),
        cmocka_unit_test(a_path_says_card_and_codec),
        cmocka_unit_test(a_bad_section_does_not_hide_the_next),
        cmocka_unit_test(a_text_has_no_section_or_one_that_is_none),
        cmocka_unit_test(mail_and_web_pages_do_no_harm),
        cmocka_unit_test(each_line_may_be_dressed),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(names_are_decoded_once_and_for_all),
        cmocka_unit_test(power_states_are_not_taken_for_quoted_printable),
        cmocka_unit_test(long_lines_stay_within_bounds),
        cmocka_unit_test(newer_kernels_lines_are_known),
        cmocka_unit_test(an_invalid_subtree_has_no_widgets),
        cmocka_unit_test(sixty_nodes_are_read),
        cmocka_unit_test(a_name_may_have_lost_its_line_feed),
        cmocka_unit_test(torn_lists_are_whole),
        cmocka_unit_test(what_people_write_behind_a_dump_is_no_widget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
