/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_print.c - codecs read by verbs and printed in the ALSA dump format: the built-in one, and those of
 * the folder that HDABUS_CODECS names, where there is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <bus.h>
#include <dirent.h>
#include <hdacodec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/dump.h"
#include "codec/print.h"
#include "codec/snapshot.h"

#define MAX_TEXT (1u << 20)
#define FIRST_MODERN                                                                       \
    "State of AFG node" /* kernels from 3.0 on print it, and the rest nearly as today's do \
                         */

/* The dump at hand, for who reads of a failure. */
static char current[256];

static const char *folder(void)
{
    const char *named = getenv("HDABUS_CODECS");

    return named ? named : CODECS;
}

static char *read_text(const char *path)
{
    char *text = malloc(MAX_TEXT);
    FILE *file = fopen(path, "rb");
    size_t size;

    assert_non_null(text);
    if (!file)
        fail_msg("%s: cannot be read", path);
    size = fread(text, 1, MAX_TEXT - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static struct codec_dump *parse(const char *text)
{
    char error[256] = "";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), error, sizeof(error));

    if (!dump)
        fail_msg("%s", error);
    return dump;
}

/* What codec_print() prints; the caller frees it. */
static char *print(const struct codec_dump *dump)
{
    size_t size;
    char *text = NULL;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    codec_print(dump, stream);
    fclose(stream);
    return text;
}

/* ---- Comparing ----------------------------------------------------------------------------------- */

static void compare_pcm(const struct codec_dump_pcm *is, const struct codec_dump_pcm *wanted)
{
    if (!wanted->known)
        return;
    assert_int_equal(is->sizes_rates & 0x00FF0FFF, wanted->sizes_rates & 0x00FF0FFF);
    assert_int_equal(is->formats & 0xF, wanted->formats & 0xF);
}

/* Old kernels print zeros where later ones print N/A. */
static void compare_amp(const struct codec_dump_amp_caps *is, const struct codec_dump_amp_caps *wanted)
{
    assert_int_equal(is->known ? is->caps : 0, wanted->known ? wanted->caps : 0);
}

static void compare_connections(const struct codec_dump_node *is, const struct codec_dump_node *wanted)
{
    assert_int_equal(is->connection_count, wanted->connection_count);
    if (wanted->connection_count)
        assert_memory_equal(is->connections, wanted->connections, wanted->connection_count);
}

static unsigned type_of(const struct codec_dump_node *node)
{
    return node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

/* What a reset does not change. */
static void compare_node(const struct codec_dump_node *is, const struct codec_dump_node *wanted)
{
    assert_int_equal(is->nid, wanted->nid);
    assert_int_equal(is->caps, wanted->caps);
    if (type_of(wanted) <= HDA_WIDGET_AUDIO_INPUT && (wanted->caps & HDA_WIDGET_FORMAT_OVERRIDE))
        compare_pcm(&is->pcm, &wanted->pcm);
    compare_amp(&is->input_amp, &wanted->input_amp);
    compare_amp(&is->output_amp, &wanted->output_amp);
    assert_int_equal(is->pin_caps, wanted->pin_caps);
    assert_int_equal(is->pin_default, wanted->pin_default);
    assert_int_equal(is->processing, wanted->processing);
    assert_int_equal(is->knob, wanted->knob);
    if (wanted->power.states_known)
        assert_int_equal(is->power.states, wanted->power.states);
    compare_connections(is, wanted);
}

static void compare(const struct codec_dump *is, const struct codec_dump *wanted)
{
    unsigned i;

    assert_int_equal(is->address, wanted->address);
    assert_int_equal(is->vendor_id, wanted->vendor_id);
    assert_int_equal(is->subsystem_id, wanted->subsystem_id);
    assert_int_equal(is->revision_id, wanted->revision_id);
    assert_int_equal(is->audio_group, wanted->audio_group);
    assert_int_equal(is->modem_group, wanted->modem_group);
    assert_int_equal(is->audio_unsolicited, wanted->audio_unsolicited);
    assert_int_equal(is->modem_unsolicited, wanted->modem_unsolicited);
    compare_pcm(&is->pcm, &wanted->pcm);
    compare_amp(&is->input_amp, &wanted->input_amp);
    compare_amp(&is->output_amp, &wanted->output_amp);
    assert_int_equal(is->gpio, wanted->gpio);
    assert_int_equal(is->node_count, wanted->node_count);
    for (i = 0; i < is->node_count; i++)
        compare_node(&is->nodes[i], &wanted->nodes[i]);
}

/* What a driver may change. */
static void compare_settings(const struct codec_dump_node *is, const struct codec_dump_node *wanted)
{
    assert_memory_equal(&is->input_values, &wanted->input_values, sizeof(is->input_values));
    assert_memory_equal(&is->output_values, &wanted->output_values, sizeof(is->output_values));
    assert_int_equal(is->stream, wanted->stream);
    assert_int_equal(is->channel, wanted->channel);
    assert_int_equal(is->sdi_select, wanted->sdi_select);
    assert_int_equal(is->digital, wanted->digital);
    assert_int_equal(is->pin_control, wanted->pin_control);
    assert_int_equal(is->eapd, wanted->eapd);
    assert_int_equal(is->unsolicited, wanted->unsolicited);
    assert_int_equal(is->knob_value, wanted->knob_value);
    assert_int_equal(is->power.setting, wanted->power.setting);
    assert_int_equal(is->power.actual, wanted->power.actual);
    assert_int_equal(is->power.flags, wanted->power.flags);
    assert_int_equal(is->selected, wanted->selected);
}

/* ---- Reading a simulated codec ------------------------------------------------------------------- */

/* The child that is the audio function group, or else the first. */
static unsigned audio_child(const struct hdabus *bus)
{
    struct hdabus_child info;
    unsigned i;

    for (i = 0; NT_SUCCESS(hdabus_child(bus, i, &info)); i++)
        if (info.function == HDA_FUNCTION_AUDIO)
            return i;
    return 0;
}

/* The codec of a device, read by verbs, printed and parsed. */
static struct codec_dump *read_device(const char *device)
{
    struct codec_dump *dump = malloc(sizeof(*dump)), *parsed;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    struct hdabus *bus;
    char *text;

    assert_non_null(dump);
    assert_int_equal(hdabus_open(device, NULL, &bus), STATUS_SUCCESS);
    assert_int_equal(hdabus_query_interface(bus, audio_child(bus), &GUID_HDAUDIO_BUS_INTERFACE_V2,
                                            sizeof(ddi), 0x0100, (PINTERFACE)&ddi),
                     STATUS_SUCCESS);
    assert_int_equal(codec_snapshot(&ddi, dump), STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
    hdabus_close(bus);
    text = print(dump);
    parsed = parse(text);
    free(text);
    free(dump);
    return parsed;
}

static void the_built_in_codec_is_printed_as_its_dump_says(void **state)
{
    char *text = read_text(BUILT_IN);
    struct codec_dump *wanted = parse(text), *is = read_device("sim");
    unsigned i;

    (void)state;
    compare(is, wanted);
    for (i = 0; i < is->node_count; i++)
        compare_settings(&is->nodes[i], &wanted->nodes[i]);
    assert_memory_equal(is->gpios, wanted->gpios, sizeof(is->gpios));
    codec_dump_free(is);
    codec_dump_free(wanted);
    free(text);
}

/* ---- The corpus ---------------------------------------------------------------------------------- */

static int is_dump(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return end && strcmp(end, ".codec") == 0;
}

typedef void checker(const char *path, const char *text, const struct codec_dump *dump);

static void check_file(const char *name, checker *check)
{
    struct codec_dump *dump;
    char path[4096], *text;

    snprintf(path, sizeof(path), "%s/%s", folder(), name);
    text = read_text(path);
    dump = parse(text);
    snprintf(current, sizeof(current), "%s", name);
    check(path, text, dump);
    codec_dump_free(dump);
    free(text);
}

static void for_each_dump(checker *check)
{
    struct dirent **entries;
    int count = scandir(folder(), &entries, is_dump, alphasort), i;

    if (count < 0) {
        print_message("skipped: there is no folder %s (HDABUS_CODECS names another)\n", folder());
        skip();
    }
    for (i = 0; i < count; i++) {
        check_file(entries[i]->d_name, check);
        free(entries[i]);
    }
    free(entries);
}

static void check_device(const char *path, const char *text, const struct codec_dump *dump)
{
    struct codec_dump *is;
    char device[4200];

    (void)text;
    snprintf(device, sizeof(device), "sim:codec=%s", path);
    is = read_device(device);
    compare(is, dump);
    codec_dump_free(is);
}

static void codecs_made_from_dumps_are_printed_as_the_dumps_say(void **state)
{
    (void)state;
    for_each_dump(check_device);
}

static void check_round_trip(const char *path, const char *text, const struct codec_dump *dump)
{
    char *printed = print(dump);
    struct codec_dump *again = parse(printed);
    unsigned i;

    (void)path;
    (void)text;
    compare(again, dump);
    for (i = 0; i < dump->node_count; i++)
        compare_settings(&again->nodes[i], &dump->nodes[i]);
    codec_dump_free(again);
    free(printed);
}

static void what_is_printed_of_a_dump_parses_to_the_same(void **state)
{
    (void)state;
    for_each_dump(check_round_trip);
}

/* The next line from *at on, without blanks around it; NULL at the end. */
static char *next_line(char **at)
{
    char *line = strsep(at, "\n"), *end;

    if (!line)
        return NULL;
    line += strspn(line, " \t\r");
    for (end = line + strlen(line); end > line && strchr(" \t\r", end[-1]); end--)
        ;
    *end = '\0';
    return line;
}

/* Every line of ours is the kernel's, in its order; only it has others in between. */
static void check_lines(const char *path, const char *text, const struct codec_dump *dump)
{
    char *printed = print(dump), *original = strdup(text), *ours = printed, *theirs = original, *line, *other;

    assert_non_null(original);
    next_line(&ours); /* the name */
    while (strstr(text, FIRST_MODERN) && (line = next_line(&ours))) {
        while ((other = next_line(&theirs)) && strcmp(line, other) != 0)
            ;
        if (!other)
            fail_msg("%s: %s", path, line);
    }
    free(original);
    free(printed);
}

static void every_line_is_one_that_linux_prints(void **state)
{
    (void)state;
    for_each_dump(check_lines);
}

static int tell_current(void **state)
{
    (void)state;
    print_message("the last dump was %s\n", current);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_codec_is_printed_as_its_dump_says),
        cmocka_unit_test_teardown(codecs_made_from_dumps_are_printed_as_the_dumps_say, tell_current),
        cmocka_unit_test_teardown(what_is_printed_of_a_dump_parses_to_the_same, tell_current),
        cmocka_unit_test_teardown(every_line_is_one_that_linux_prints, tell_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
