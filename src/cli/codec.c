/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.c - hdabus codec: codecs as their verbs tell, in the ALSA dump format, or beside a dump. */
#include <stdio.h>
#include <stdlib.h>

#include "codec.h"
#include "codec/print.h"
#include "codec/snapshot.h"
#include "codec/words.h"
#include "commands.h"
#include "device.h"
#include "diff.h"
#include "json.h"
#include "request.h"

/* ---- As JSON ------------------------------------------------------------------------------------- */

static struct json_object *pcm_object(const struct codec_dump_pcm *pcm)
{
    struct json_object *object, *rates, *bits;
    unsigned i;

    if (!pcm->known)
        return NULL;
    object = json_object_new_object();
    rates = json_object_new_array();
    bits = json_object_new_array();
    for (i = 0; i < PCM_RATES; i++)
        if (pcm->sizes_rates >> i & 1)
            json_append(rates, json_object_new_uint64(pcm_rate(i)));
    for (i = 0; i < PCM_SIZES; i++)
        if (pcm->sizes_rates >> (16 + i) & 1)
            json_append(bits, json_object_new_uint64(pcm_size(i)));
    json_add(object, "rates", rates);
    json_add(object, "bits", bits);
    json_add_hex(object, "formats", 1, pcm->formats);
    return object;
}

/* An amplifier's capabilities, in steps of the codec (HDA 7.3.4.10), or null. */
static struct json_object *amp_object(const struct codec_dump_amp_caps *amp)
{
    struct json_object *object;

    if (!amp->known)
        return NULL;
    object = json_object_new_object();
    json_add_integer(object, "offset", amp->caps >> HDA_AMP_CAPS_OFFSET_SHIFT & 0x7F);
    json_add_integer(object, "steps", amp->caps >> HDA_AMP_CAPS_STEPS_SHIFT & 0x7F);
    json_add_integer(object, "step_size", amp->caps >> HDA_AMP_CAPS_SIZE_SHIFT & 0x7F);
    json_add_boolean(object, "mute", amp->caps & HDA_AMP_CAPS_MUTE);
    return object;
}

/* Left and right of each amplifier: mute 7, gain 6:0. */
static struct json_object *values_array(const struct codec_dump_amp_values *amp)
{
    struct json_object *array = json_object_new_array(), *pair;
    unsigned i, side;

    for (i = 0; i < amp->count; i++) {
        pair = json_object_new_array();
        for (side = 0; side < 2; side++)
            json_append(pair, json_object_new_uint64(amp->values[i][side]));
        json_append(array, pair);
    }
    return array;
}

static struct json_object *power_object(const struct codec_dump_power *power)
{
    struct json_object *object = json_object_new_object();

    if (power->states_known)
        json_add_hex(object, "states", 8, power->states);
    else
        json_add(object, "states", NULL);
    json_add_string(object, "setting", power_state_word(power->setting));
    json_add_string(object, "actual", power_state_word(power->actual));
    json_add_boolean(object, "error", power->flags & 0x100);
    json_add_boolean(object, "clock_stop_ok", power->flags & 0x200);
    json_add_boolean(object, "settings_reset", power->flags & 0x400);
    return object;
}

static struct json_object *pin_object(const struct codec_dump_node *node)
{
    struct json_object *object = json_object_new_object();
    uint32_t config = node->pin_default;

    json_add_hex(object, "caps", 8, node->pin_caps);
    json_add_hex(object, "default", 8, config);
    json_add_string(object, "port", port_word(config));
    json_add_string(object, "device", device_word(config));
    json_add_string(object, "place", place_word(config));
    json_add_string(object, "location", location_word(config));
    json_add_string(object, "connector", connector_word(config));
    json_add_string(object, "color", color_word(config));
    json_add_integer(object, "association", config >> HDA_CONFIG_ASSOCIATION_SHIFT & 0xF);
    json_add_integer(object, "sequence", config >> HDA_CONFIG_SEQUENCE_SHIFT & 0xF);
    json_add_hex(object, "control", 2, node->pin_control);
    if (node->pin_caps & HDA_PIN_CAPS_EAPD)
        json_add_hex(object, "eapd", 2, node->eapd);
    return object;
}

static struct json_object *converter_object(const struct codec_dump_node *node)
{
    struct json_object *object = json_object_new_object();

    json_add_integer(object, "stream", node->stream);
    json_add_integer(object, "channel", node->channel);
    if ((node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF) == HDA_WIDGET_AUDIO_INPUT)
        json_add_integer(object, "sdi_select", node->sdi_select);
    if (node->caps & HDA_WIDGET_DIGITAL)
        json_add_hex(object, "digital", 8, node->digital);
    if (node->caps & HDA_WIDGET_FORMAT_OVERRIDE)
        json_add(object, "pcm", pcm_object(&node->pcm));
    return object;
}

static void add_amps(struct json_object *object, const struct codec_dump_node *node)
{
    if (node->caps & HDA_WIDGET_INPUT_AMP) {
        json_add(object, "input_amp", amp_object(&node->input_amp));
        json_add(object, "input_values", values_array(&node->input_values));
    }
    if (node->caps & HDA_WIDGET_OUTPUT_AMP) {
        json_add(object, "output_amp", amp_object(&node->output_amp));
        json_add(object, "output_values", values_array(&node->output_values));
    }
}

static void add_connections(struct json_object *object, const struct codec_dump_node *node)
{
    struct json_object *array = json_object_new_array();
    unsigned i;

    for (i = 0; i < node->connection_count; i++)
        json_append(array, json_object_new_uint64(node->connections[i]));
    json_add(object, "connections", array);
    json_add(object, "selected", node->selected < 0 ? NULL : json_object_new_int(node->selected));
}

static struct json_object *node_object(const struct codec_dump_node *node)
{
    struct json_object *object = json_object_new_object();
    unsigned type = node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;

    json_add_integer(object, "node", node->nid);
    json_add_string(object, "type", widget_type_word(node->caps));
    json_add_hex(object, "caps", 8, node->caps);
    add_amps(object, node);
    if (type == HDA_WIDGET_AUDIO_OUTPUT || type == HDA_WIDGET_AUDIO_INPUT)
        json_add(object, "converter", converter_object(node));
    if (type == HDA_WIDGET_PIN)
        json_add(object, "pin", pin_object(node));
    if (type == HDA_WIDGET_VOLUME_KNOB) {
        json_add_hex(object, "knob", 2, node->knob);
        json_add_hex(object, "knob_value", 2, node->knob_value);
    }
    if (node->caps & HDA_WIDGET_UNSOLICITED)
        json_add_hex(object, "unsolicited", 2, node->unsolicited);
    if (node->caps & HDA_WIDGET_POWER)
        json_add(object, "power", power_object(&node->power));
    if (node->caps & HDA_WIDGET_PROCESSING)
        json_add_hex(object, "processing", 4, node->processing);
    add_connections(object, node);
    return object;
}

/* As many as there are, eight at most (HDA 7.3.4.14). */
static struct json_object *gpio_array(const struct codec_dump *dump)
{
    struct json_object *array = json_object_new_array(), *object;
    unsigned i;

    for (i = 0; i < CODEC_DUMP_GPIOS && i < (dump->gpio & 0xFF); i++) {
        object = json_object_new_object();
        json_add_boolean(object, "enable", dump->gpios[i].enable);
        json_add_boolean(object, "output", dump->gpios[i].output);
        json_add_boolean(object, "wake", dump->gpios[i].wake);
        json_add_boolean(object, "sticky", dump->gpios[i].sticky);
        json_add_boolean(object, "data", dump->gpios[i].data);
        json_add_boolean(object, "unsolicited", dump->gpios[i].unsolicited);
        json_append(array, object);
    }
    return array;
}

static struct json_object *group_object(const struct codec_dump *dump)
{
    struct json_object *object, *nodes;
    unsigned i;

    if (!dump->audio_group)
        return NULL;
    object = json_object_new_object();
    nodes = json_object_new_array();
    json_add_integer(object, "node", dump->audio_group);
    json_add_boolean(object, "unsolicited", dump->audio_unsolicited);
    json_add(object, "pcm", pcm_object(&dump->pcm));
    json_add(object, "input_amp", amp_object(&dump->input_amp));
    json_add(object, "output_amp", amp_object(&dump->output_amp));
    json_add(object, "power", power_object(&dump->power));
    json_add_hex(object, "gpio", 8, dump->gpio);
    json_add(object, "gpio_pins", gpio_array(dump));
    for (i = 0; i < dump->node_count; i++)
        json_append(nodes, node_object(&dump->nodes[i]));
    json_add(object, "nodes", nodes);
    return object;
}

struct json_object *codec_object(const struct codec_dump *dump)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "name", dump->name);
    json_add_integer(object, "address", dump->address);
    json_add_hex(object, "vendor_id", 8, dump->vendor_id);
    json_add_hex(object, "subsystem_id", 8, dump->subsystem_id);
    json_add_hex(object, "revision_id", 8, dump->revision_id);
    json_add_boolean(object, "modem_unsolicited", dump->modem_unsolicited);
    json_add(object, "modem_group", dump->modem_group ? json_object_new_int(dump->modem_group) : NULL);
    json_add(object, "audio_group", group_object(dump));
    return object;
}

/* ---- Reading and showing ------------------------------------------------------------------------- */

/* One run over the bus. */
struct show {
    struct device device;
    const struct options *options;
    struct report *report;
    struct diff diff;
    struct request sets[MOST_SETS]; /* as many as options->set_count */
    struct json_object *codecs;     /* NULL: as text */
    unsigned count;                 /* of codecs shown */
};

static int show_dump(struct show *show, unsigned address, const struct codec_dump *dump)
{
    if (show->diff.count > 0)
        return diff_show(&show->diff, address, dump, show->options, show->report);
    if (show->count++ > 0 && !show->codecs)
        putchar('\n');
    if (show->codecs)
        json_append(show->codecs, codec_object(dump));
    else
        codec_print(dump, stdout);
    return EXIT_DONE;
}

static NTSTATUS send_sets(const struct show *show, const HDAUDIO_BUS_INTERFACE_V2 *ddi, unsigned address)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG response;
    unsigned i;

    for (i = 0; i < show->options->set_count && NT_SUCCESS(status); i++)
        status = request_send(ddi, address, &show->sets[i], &response);
    return status;
}

static int show_interface(struct show *show, const HDAUDIO_BUS_INTERFACE_V2 *ddi, unsigned address)
{
    struct codec_dump *dump = malloc(sizeof(*dump));
    NTSTATUS status = dump ? send_sets(show, ddi, address) : STATUS_NO_MEMORY;
    int code;

    if (NT_SUCCESS(status))
        status = codec_snapshot(ddi, dump);
    code = NT_SUCCESS(status) ? show_dump(show, address, dump)
                              : device_fail(&show->device, address, status, show->report);
    free(dump);
    return code;
}

static int show_codec(struct show *show, unsigned address)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    int code = device_query_codec(&show->device, address, &ddi, show->report);

    if (code != EXIT_DONE)
        return code;
    code = show_interface(show, &ddi, address);
    ddi.InterfaceDereference(ddi.Context);
    return code;
}

/* One that fails does not keep the others from being shown. */
static int show_all(struct show *show)
{
    struct hdabus_child info;
    int code = EXIT_DONE, last = -1;
    unsigned i;

    for (i = 0; NT_SUCCESS(hdabus_child(show->device.bus, i, &info)); i++) {
        if (info.codec_address != last && show_codec(show, info.codec_address) != EXIT_DONE)
            code = EXIT_FAILED;
        last = info.codec_address;
    }
    return code;
}

static unsigned count_codecs(const struct hdabus *bus)
{
    struct hdabus_child info;
    unsigned count = 0, i;
    int last = -1;

    for (i = 0; NT_SUCCESS(hdabus_child(bus, i, &info)); i++) {
        count += info.codec_address != last;
        last = info.codec_address;
    }
    return count;
}

/* ---- The command --------------------------------------------------------------------------------- */

static int read_sets(struct show *show)
{
    int code = EXIT_DONE;
    unsigned i;

    for (i = 0; i < show->options->set_count && code == EXIT_DONE; i++)
        code = request_read_set(&show->sets[i], show->options->sets[i], show->report);
    return code;
}

/* All that can be wrong before a device is opened. */
static int read_options(struct show *show, unsigned *address)
{
    const struct options *options = show->options;
    int code = EXIT_DONE;

    if (options->settings && !options->diff)
        return report_failure(show->report, EXIT_USAGE, STATUS_SUCCESS, "--settings goes with --diff");
    if (options->operand_count > 0)
        code = request_read_address(options->operands[0], address, show->report);
    if (code == EXIT_DONE)
        code = read_sets(show);
    if (code == EXIT_DONE)
        code = diff_load(&show->diff, options, show->report);
    return code;
}

/* Without an ADDRESS: a dump of one codec says which one it is of, if that is a question. */
static int show_unnamed(struct show *show)
{
    unsigned count = count_codecs(show->device.bus);

    if (count != 1 && show->diff.count == 1)
        return show_codec(show, show->diff.sections->dump->address);
    if (count == 0 && show->diff.count > 1)
        return report_failure(show->report, EXIT_FAILED, STATUS_SUCCESS, "there is no codec");
    if (count > 1 && show->diff.count > 1)
        return report_failure(
            show->report, EXIT_USAGE, STATUS_SUCCESS,
            "--diff: there are several codecs, here and in the dump; say the ADDRESS of one");
    if (count > 1 && show->options->set_count > 0)
        return report_failure(show->report, EXIT_USAGE, STATUS_SUCCESS,
                              "--set: there are several codecs; say the ADDRESS of one");
    return show_all(show);
}

static int open_and_show(struct show *show, unsigned address)
{
    const struct options *options = show->options;
    int code = device_open(&show->device, options, show->report);

    if (code != EXIT_DONE)
        return code;
    if (options->json && show->diff.count == 0)
        show->codecs = json_object_new_array();
    report_string(show->report, "device", options->device);
    code = options->operand_count > 0 ? show_codec(show, address) : show_unnamed(show);
    if (show->codecs)
        report_member(show->report, "codecs", show->codecs);
    device_close(&show->device, NULL);
    return code;
}

int command_codec(const struct options *options, struct report *report)
{
    struct show show = {.options = options, .report = report};
    unsigned address = 0;
    int code = read_options(&show, &address);

    if (code == EXIT_DONE)
        code = open_and_show(&show, address);
    diff_free(&show.diff);
    return code;
}
