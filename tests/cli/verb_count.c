/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_count.c - what reading a codec costs, for each dump of ours and of the folder that HDABUS_CODECS
 * names: batches of verbs, and verbs, none of them twice, and none that asks a node for what it does not
 * have.
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
#include "codec/snapshot.h"
#include "codec/topology.h"

#define MAX_TEXT     (1u << 20)
#define MOST_DUMPS   4096
#define MOST_SENT    4096
#define MOST_BATCHES 8 /* of a function group */
#define READ_BATCHES 4

static HDAUDIO_BUS_INTERFACE_V2 real;

static struct {
    unsigned batches, sent;
    ULONG commands[MOST_SENT];
} count;

static struct {
    unsigned dumps, most_batches;
    unsigned sent[MOST_DUMPS]; /* by the snapshot of each */
} total;

/* ---- A table that counts ------------------------------------------------------------------------- */

static NTSTATUS counting_transfer(PVOID context, ULONG transfers, PHDAUDIO_CODEC_TRANSFER transfer,
                                  PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback, PVOID callback_context)
{
    ULONG i;

    count.batches++;
    for (i = 0; i < transfers; i++) {
        assert_in_range(count.sent, 0, MOST_SENT - 1);
        count.commands[count.sent++] = transfer[i].Output.Command;
    }
    return real.TransferCodecVerbs(context, transfers, transfer, callback, callback_context);
}

static int compare_commands(const void *a, const void *b)
{
    ULONG one = *(const ULONG *)a, other = *(const ULONG *)b;

    return (one > other) - (one < other);
}

/* Leaves the commands sorted. */
static void check_none_twice(const char *name)
{
    unsigned i;

    qsort(count.commands, count.sent, sizeof(count.commands[0]), compare_commands);
    for (i = 1; i < count.sent; i++)
        if (count.commands[i] == count.commands[i - 1])
            fail_msg("%s: 0x%08x was sent twice", name, count.commands[i]);
}

/* ---- Which verbs there is an answer to ----------------------------------------------------------- */

static unsigned type_of(const struct codec_dump_node *node)
{
    return node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

static bool is_converter(const struct codec_dump_node *node)
{
    return type_of(node) == HDA_WIDGET_AUDIO_OUTPUT || type_of(node) == HDA_WIDGET_AUDIO_INPUT;
}

static bool is_listed(const struct codec_dump_node *node)
{
    return (node->caps & HDA_WIDGET_CONNECTION_LIST) || type_of(node) == HDA_WIDGET_VOLUME_KNOB;
}

/* HDA 7.3.6 */
static bool has_parameter(const struct codec_dump_node *node, unsigned parameter)
{
    switch (parameter) {
    case HDA_PARAMETER_WIDGET_CAPS:
        return true;
    case HDA_PARAMETER_PCM:
    case HDA_PARAMETER_STREAM_FORMATS:
        return is_converter(node) && (node->caps & HDA_WIDGET_FORMAT_OVERRIDE);
    case HDA_PARAMETER_PIN_CAPS:
        return type_of(node) == HDA_WIDGET_PIN;
    case HDA_PARAMETER_INPUT_AMP:
        return node->caps & HDA_WIDGET_INPUT_AMP;
    case HDA_PARAMETER_OUTPUT_AMP:
        return node->caps & HDA_WIDGET_OUTPUT_AMP;
    case HDA_PARAMETER_CONNECTIONS:
        return is_listed(node);
    case HDA_PARAMETER_POWER_STATES:
        return node->caps & HDA_WIDGET_POWER;
    case HDA_PARAMETER_PROCESSING:
        return node->caps & HDA_WIDGET_PROCESSING;
    default:
        return parameter == HDA_PARAMETER_VOLUME_KNOB && type_of(node) == HDA_WIDGET_VOLUME_KNOB;
    }
}

static bool has_amplifier(const struct codec_dump_node *node, unsigned payload)
{
    bool pin = type_of(node) == HDA_WIDGET_PIN;

    if (!(payload & HDA_AMP_GET_LEFT) && !(node->caps & HDA_WIDGET_STEREO))
        return false;
    if (payload & HDA_AMP_GET_OUTPUT)
        return node->caps & HDA_WIDGET_OUTPUT_AMP;
    return (node->caps & HDA_WIDGET_INPUT_AMP) && (payload & 0xF) < (pin ? 1 : node->connection_count);
}

static bool has_state(const struct codec_dump_node *node, unsigned verb, unsigned payload)
{
    switch (verb) {
    case HDA_GET_PARAMETER:
        return has_parameter(node, payload);
    case HDA_GET_CONNECTION_LIST:
        return is_listed(node) && payload < node->connection_count;
    case HDA_GET_CONNECTION_SELECT:
        return node->connection_count > 1 && type_of(node) != HDA_WIDGET_MIXER;
    case HDA_GET_STREAM_CHANNEL:
        return is_converter(node);
    case HDA_GET_SDI_SELECT:
        return type_of(node) == HDA_WIDGET_AUDIO_INPUT;
    case HDA_GET_DIGITAL_CONTROL:
        return is_converter(node) && (node->caps & HDA_WIDGET_DIGITAL);
    case HDA_GET_PIN_CONTROL:
    case HDA_GET_CONFIGURATION_DEFAULT:
        return type_of(node) == HDA_WIDGET_PIN;
    case HDA_GET_EAPD:
        return node->pin_caps & HDA_PIN_CAPS_EAPD;
    case HDA_GET_VOLUME_KNOB:
        return type_of(node) == HDA_WIDGET_VOLUME_KNOB;
    case HDA_GET_UNSOLICITED:
        return node->caps & HDA_WIDGET_UNSOLICITED;
    default:
        return verb == HDA_GET_POWER_STATE && (node->caps & HDA_WIDGET_POWER);
    }
}

static bool is_gpio_state(unsigned verb)
{
    return verb >= HDA_GET_GPIO_DATA && verb <= HDA_GET_GPIO_STICKY;
}

/* Of the root, of function groups, and of NIDs that a dump of ours leaves out. */
static bool has_head(const struct codec_dump *dump, unsigned nid, unsigned verb, unsigned payload)
{
    if (dump->node_count > 0 && nid > dump->nodes[0].nid && nid < dump->nodes[dump->node_count - 1].nid)
        return verb == HDA_GET_PARAMETER && payload == HDA_PARAMETER_WIDGET_CAPS;
    if (nid != 0 && nid != dump->audio_group && nid != dump->modem_group)
        return false;
    if (is_gpio_state(verb))
        return (dump->gpio & 0xFF) > 0;
    return verb == HDA_GET_PARAMETER || verb == HDA_GET_SUBSYSTEM_ID || verb == HDA_GET_POWER_STATE;
}

static bool is_needed(const struct codec_dump *dump, ULONG command)
{
    unsigned nid = command >> 20 & 0xFF, verb = command >> 8 & 0xFFF, i;

    for (i = 0; i < dump->node_count; i++) {
        if (dump->nodes[i].nid != nid)
            continue;
        if (verb >> 8 == HDA_GET_AMPLIFIER)
            return has_amplifier(&dump->nodes[i], command & 0xFFFF);
        return has_state(&dump->nodes[i], verb, command & 0xFF);
    }
    return has_head(dump, nid, verb, command & 0xFF);
}

static void check_all_needed(const char *name, const struct codec_dump *dump)
{
    unsigned i;

    for (i = 0; i < count.sent; i++)
        if (!is_needed(dump, count.commands[i]))
            fail_msg("%s: 0x%08x asks for what is not there", name, count.commands[i]);
}

/* ---- Each dump ----------------------------------------------------------------------------------- */

static struct codec_dump *read_dump(const char *path)
{
    char *text = malloc(MAX_TEXT), error[256] = "";
    FILE *file = fopen(path, "rb");
    struct codec_dump *dump;

    assert_non_null(text);
    assert_non_null(file);
    dump = codec_dump_parse(text, fread(text, 1, MAX_TEXT, file), error, sizeof(error));
    if (!dump)
        fail_msg("%s: %s", path, error);
    fclose(file);
    free(text);
    return dump;
}

/* The client that reads the codec: the audio function group's driver or, of a modem alone, that one's. */
static void open_group(struct hdabus *bus, const struct codec_dump *dump, HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    unsigned wanted = dump->audio_group ? HDA_FUNCTION_AUDIO : HDA_FUNCTION_MODEM, child;
    struct hdabus_child info;

    for (child = 0; NT_SUCCESS(hdabus_child(bus, child, &info)) && info.function != wanted; child++)
        ;
    assert_int_equal(hdabus_query_interface(bus, child, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(real), 0x0100,
                                            (PINTERFACE)&real),
                     STATUS_SUCCESS);
    *ddi = real;
    ddi->TransferCodecVerbs = counting_transfer;
}

static void count_read(const char *name, const struct codec_dump *dump, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    struct codec codec;

    count.batches = count.sent = 0;
    assert_int_equal(codec_read(&codec, ddi), dump->audio_group ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED);
    codec_free(&codec);
    assert_in_range(count.batches, 1, READ_BATCHES);
    check_none_twice(name);
    check_all_needed(name, dump);
}

static void count_snapshot(const char *name, const struct codec_dump *dump,
                           const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    struct codec_dump *is = malloc(sizeof(*is));

    assert_non_null(is);
    count.batches = count.sent = 0;
    assert_int_equal(codec_snapshot(ddi, is), STATUS_SUCCESS);
    free(is);
    assert_in_range(count.batches, 1, MOST_BATCHES);
    check_none_twice(name);
    check_all_needed(name, dump);
    total.most_batches = max(total.most_batches, count.batches);
    total.sent[total.dumps++] = count.sent;
}

static void count_dump(const char *folder, const char *name)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    struct codec_dump *dump;
    struct hdabus *bus;
    char device[4200] = "sim:codec=";
    size_t length = strlen(device);

    snprintf(device + length, sizeof(device) - length, "%s/%s", folder, name);
    dump = read_dump(device + length);
    assert_int_equal(hdabus_open(device, NULL, &bus), STATUS_SUCCESS);
    open_group(bus, dump, &ddi);
    count_read(name, dump, &ddi);
    count_snapshot(name, dump, &ddi);
    real.InterfaceDereference(real.Context);
    hdabus_close(bus);
    codec_dump_free(dump);
}

static int is_dump(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return end && strcmp(end, ".codec") == 0;
}

static int compare_counts(const void *a, const void *b)
{
    return (int)*(const unsigned *)a - (int)*(const unsigned *)b;
}

static void count_folder(const char *folder)
{
    struct dirent **entries;
    int files = scandir(folder, &entries, is_dump, alphasort), i;

    if (files < 0) {
        print_message("skipped: there is no folder %s (HDABUS_CODECS names another)\n", folder);
        skip();
    }
    assert_in_range(files, 1, MOST_DUMPS);
    memset(&total, 0, sizeof(total));
    for (i = 0; i < files; i++) {
        count_dump(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    qsort(total.sent, total.dumps, sizeof(total.sent[0]), compare_counts);
    print_message("%u codecs: at most %u batches; %u to %u verbs, median %u\n", total.dumps,
                  total.most_batches, total.sent[0], total.sent[total.dumps - 1],
                  total.sent[total.dumps / 2]);
}

static void reading_a_real_codec_takes_few_batches_and_no_verb_too_many(void **state)
{
    const char *named = getenv("HDABUS_CODECS");

    (void)state;
    count_folder(named ? named : CODECS);
}

static void reading_a_codec_of_ours_takes_few_batches_and_no_verb_too_many(void **state)
{
    (void)state;
    count_folder(DUMPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_a_real_codec_takes_few_batches_and_no_verb_too_many),
        cmocka_unit_test(reading_a_codec_of_ours_takes_few_batches_and_no_verb_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
