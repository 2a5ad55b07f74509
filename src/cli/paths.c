/* SPDX-License-Identifier: BSD-2-Clause */
/* paths.c - hdabus paths: the way from each output pin back to a DAC, and from each ADC back to an input pin.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/reach.h"
#include "codec/words.h"
#include "commands.h"
#include "groups.h"
#include "json.h"

#define NODES         256u
#define MAX_LINK_RATE 192000u /* HDA 3.7.1 */

/* What is told of a pin or of a converter. */
struct entry {
    enum path_direction direction;
    const struct widget *pin;       /* NULL: no pin leads to the converter */
    const struct widget *converter; /* NULL: no path leads to the pin */
    struct path path;               /* when there are both, */
    char reason[REASON_SIZE];       /* else why not */
    unsigned also_count;
    UCHAR also[NODES]; /* what else could stand at the path's end: converters, or pins */
};

/* One run over the bus. */
struct listing {
    struct groups groups;
    struct report *report;
    struct json_object *codecs; /* NULL: as text */
    unsigned count;             /* of codecs listed */
};

/* A function group at hand. */
struct sheet {
    const struct codec *codec;
    struct json_object *outputs, *inputs; /* NULL: as text */
};

/* ---- What limits a path -------------------------------------------------------------------------- */

static unsigned channels_of(const struct path *path)
{
    unsigned channels = path_channels(path->steps[0].widget), i;

    for (i = 1; i < path->count; i++)
        channels = min(channels, path_channels(path->steps[i].widget));
    return channels;
}

static bool is_digital(const struct path *path)
{
    return path_converter(path)->caps & HDA_WIDGET_DIGITAL;
}

static bool has_rate(const struct path *path, unsigned bit)
{
    return (path_converter(path)->pcm >> bit & 1) && pcm_rate(bit) <= MAX_LINK_RATE;
}

static bool has_bits(const struct path *path, unsigned bit)
{
    return path_converter(path)->pcm >> (16 + bit) & 1;
}

/* Whether one of its steps, by itself, keeps a path from 0 dB. */
static bool step_reaches_0_db(const struct path *path, unsigned step)
{
    struct path alone = {.direction = path->direction, .count = 1, .steps = {path->steps[step]}};

    return path_reaches_0_db(&alone);
}

/* ---- As text ------------------------------------------------------------------------------------- */

static void print_widget(const struct widget *widget)
{
    char name[PIN_NAME_SIZE];

    printf("%s 0x%02x", widget_kind_word(widget->caps), widget->node);
    if (widget_type(widget) != HDA_WIDGET_PIN)
        return;
    pin_name(widget->config_default, name);
    printf(" (%s)", name);
}

static void print_steps(const struct path *path)
{
    unsigned i;

    for (i = 0; i < path->count; i++) {
        fputs(i ? " <- " : "  ", stdout);
        print_widget(path->steps[i].widget);
    }
    putchar('\n');
}

static void print_channels(unsigned channels)
{
    if (channels > 2)
        printf("      %u channels", channels);
    else
        printf("      %s", channels == 2 ? "stereo" : "mono");
}

static void print_formats(const struct path *path)
{
    unsigned i;

    fputc(',', stdout);
    for (i = 0; i < PCM_RATES; i++)
        if (has_rate(path, i))
            printf(" %g", pcm_rate(i) / 1000.0);
    fputs(" kHz,", stdout);
    for (i = 0; i < PCM_SIZES; i++)
        if (has_bits(path, i))
            printf(" %u", pcm_size(i));
    fputs(" bits", stdout);
}

static void print_level(const struct path *path)
{
    unsigned i;

    if (path_reaches_0_db(path)) {
        fputs(", 0 dB", stdout);
        return;
    }
    fputs(", not 0 dB:", stdout);
    for (i = 0; i < path->count; i++)
        if (!step_reaches_0_db(path, i))
            printf(" 0x%02x", path->steps[i].widget->node);
}

static void print_limits(const struct path *path)
{
    enum jack jack = path_pin(path)->jack;

    print_channels(channels_of(path));
    print_formats(path);
    print_level(path);
    if (is_digital(path))
        fputs(", digital", stdout);
    if (jack != JACK_UNKNOWN)
        fputs(jack == JACK_PLUGGED ? ", plugged in" : ", nothing plugged in", stdout);
    putchar('\n');
}

static void print_other_converters(const struct entry *entry)
{
    unsigned i;

    if (entry->also_count == 0)
        return;
    fputs("      also from DAC", stdout);
    for (i = 0; i < entry->also_count; i++)
        printf(" 0x%02x", entry->also[i]);
    putchar('\n');
}

/* Those that nothing is connected to are not worth a line each. */
static void print_other_pins(const struct sheet *sheet, const struct entry *entry)
{
    unsigned i;

    for (i = 0; i < entry->also_count; i++) {
        const struct widget *pin = codec_widget(sheet->codec, entry->also[i]);

        if (!is_pin_connected(pin))
            continue;
        fputs("      also from ", stdout);
        print_widget(pin);
        putchar('\n');
    }
}

static void print_entry(const struct sheet *sheet, const struct entry *entry)
{
    if (entry->pin && entry->converter) {
        print_steps(&entry->path);
        print_limits(&entry->path);
        if (entry->direction == PATH_OUT)
            print_other_converters(entry);
        else
            print_other_pins(sheet, entry);
        return;
    }
    fputs("  ", stdout);
    print_widget(entry->pin ? entry->pin : entry->converter);
    printf(": no path: %s\n", entry->reason);
}

/* ---- As JSON ------------------------------------------------------------------------------------- */

static struct json_object *steps_array(const struct path *path)
{
    struct json_object *array = json_object_new_array(), *step;
    unsigned i;

    for (i = 0; i < path->count; i++) {
        step = json_object_new_object();
        json_add_integer(step, "node", path->steps[i].widget->node);
        json_add_string(step, "kind", widget_kind_word(path->steps[i].widget->caps));
        json_append(array, step);
    }
    return array;
}

static void add_formats(struct json_object *object, const struct path *path)
{
    struct json_object *rates = json_object_new_array(), *bits = json_object_new_array();
    unsigned i;

    for (i = 0; i < PCM_RATES; i++)
        if (has_rate(path, i))
            json_append(rates, json_object_new_uint64(pcm_rate(i)));
    for (i = 0; i < PCM_SIZES; i++)
        if (has_bits(path, i))
            json_append(bits, json_object_new_uint64(pcm_size(i)));
    json_add(object, "rates", rates);
    json_add(object, "bits", bits);
}

static void add_limits(struct json_object *object, const struct path *path)
{
    struct json_object *limiting = json_object_new_array();
    unsigned i;

    json_add_integer(object, "channels", channels_of(path));
    add_formats(object, path);
    json_add_boolean(object, "digital", is_digital(path));
    json_add_boolean(object, "reaches_0_db", path_reaches_0_db(path));
    for (i = 0; i < path->count; i++)
        if (!step_reaches_0_db(path, i))
            json_append(limiting, json_object_new_uint64(path->steps[i].widget->node));
    json_add(object, "not_0_db", limiting);
}

static void add_pin(struct json_object *object, const struct widget *pin)
{
    char name[PIN_NAME_SIZE];

    pin_name(pin->config_default, name);
    json_add_string(object, "name", name);
    json_add_boolean(object, "connected", is_pin_connected(pin));
    json_add(object, "present",
             pin->jack == JACK_UNKNOWN ? NULL : json_object_new_boolean(pin->jack == JACK_PLUGGED));
}

static struct json_object *node_or_null(const struct widget *widget)
{
    return widget ? json_object_new_uint64(widget->node) : NULL;
}

static struct json_object *entry_object(const struct entry *entry)
{
    struct json_object *object = json_object_new_object(), *also = json_object_new_array();
    bool found = entry->pin && entry->converter;
    unsigned i;

    json_add(object, "pin", node_or_null(entry->pin));
    if (entry->pin)
        add_pin(object, entry->pin);
    json_add(object, "converter", node_or_null(entry->converter));
    json_add(object, "path", found ? steps_array(&entry->path) : NULL);
    if (found)
        add_limits(object, &entry->path);
    else
        json_add_string(object, "reason", entry->reason);
    for (i = 0; i < entry->also_count; i++)
        json_append(also, json_object_new_uint64(entry->also[i]));
    json_add(object, "also", also);
    return object;
}

static void show_entry(const struct sheet *sheet, const struct entry *entry)
{
    struct json_object *array = entry->direction == PATH_OUT ? sheet->outputs : sheet->inputs;

    if (array)
        json_append(array, entry_object(entry));
    else
        print_entry(sheet, entry);
}

/* ---- Outputs ------------------------------------------------------------------------------------- */

static bool joins(const struct codec *codec, UCHAR pin, UCHAR converter, enum path_direction direction)
{
    struct path_need need = {.direction = direction, .converter = converter};
    struct path path;

    return NT_SUCCESS(path_find(codec, pin, &need, &path));
}

static void list_output(const struct sheet *sheet, const struct widget *pin)
{
    struct entry entry = {.direction = PATH_OUT, .pin = pin};
    const struct codec *codec = sheet->codec;
    ULONG rank;
    unsigned i;

    if (group_path(codec, pin->node, PATH_OUT, 0, &entry.path, &rank))
        entry.converter = path_converter(&entry.path);
    else
        reach_reason(codec, pin, PATH_OUT, entry.reason);
    for (i = 0; i < codec->count; i++) {
        const struct widget *dac = &codec->widgets[i];

        if (is_path_converter(dac, PATH_OUT) && dac != entry.converter &&
            joins(codec, pin->node, dac->node, PATH_OUT))
            entry.also[entry.also_count++] = dac->node;
    }
    show_entry(sheet, &entry);
}

/* ---- Inputs -------------------------------------------------------------------------------------- */

static const char *no_pin_reason(const struct widget *adc)
{
    if (!(adc->stream_formats & HDA_STREAM_FORMAT_PCM))
        return "it takes no PCM";
    return adc->connection_count ? "no input pin leads to it" : "its connection list is empty";
}

/* The pin that record would choose if there were no other ADC; else, of those that nothing is connected to,
 * the first. */
static bool choose_input(const struct codec *codec, struct entry *entry)
{
    UCHAR adc = entry->converter->node;
    ULONG rank;
    unsigned i;

    if (group_path(codec, 0, PATH_IN, adc, &entry->path, &rank))
        return true;
    for (i = 0; i < codec->count; i++)
        if (is_path_pin(&codec->widgets[i], PATH_IN) &&
            group_path(codec, codec->widgets[i].node, PATH_IN, adc, &entry->path, &rank))
            return true;
    return false;
}

static void list_adc(const struct sheet *sheet, const struct widget *adc, bool used[NODES])
{
    struct entry entry = {.direction = PATH_IN, .converter = adc};
    const struct codec *codec = sheet->codec;
    unsigned i;

    if (choose_input(codec, &entry))
        entry.pin = path_pin(&entry.path);
    else
        snprintf(entry.reason, sizeof(entry.reason), "%s", no_pin_reason(adc));
    for (i = 0; i < codec->count; i++) {
        UCHAR node = codec->widgets[i].node;

        if (!is_path_pin(&codec->widgets[i], PATH_IN) || !joins(codec, node, adc->node, PATH_IN))
            continue;
        used[node] = true;
        if (&codec->widgets[i] != entry.pin)
            entry.also[entry.also_count++] = node;
    }
    show_entry(sheet, &entry);
}

static void list_unused_input(const struct sheet *sheet, const struct widget *pin)
{
    struct entry entry = {.direction = PATH_IN, .pin = pin};

    reach_reason(sheet->codec, pin, PATH_IN, entry.reason);
    show_entry(sheet, &entry);
}

/* ---- A function group ---------------------------------------------------------------------------- */

static void list_outputs(const struct sheet *sheet)
{
    const struct codec *codec = sheet->codec;
    unsigned i;

    for (i = 0; i < codec->count; i++)
        if (is_path_pin(&codec->widgets[i], PATH_OUT))
            list_output(sheet, &codec->widgets[i]);
}

static void list_inputs(const struct sheet *sheet)
{
    const struct codec *codec = sheet->codec;
    bool used[NODES] = {false};
    unsigned i;

    for (i = 0; i < codec->count; i++)
        if (is_path_converter(&codec->widgets[i], PATH_IN))
            list_adc(sheet, &codec->widgets[i], used);
    for (i = 0; i < codec->count; i++)
        if (is_path_pin(&codec->widgets[i], PATH_IN) && !used[codec->widgets[i].node])
            list_unused_input(sheet, &codec->widgets[i]);
}

static void list_both(const struct sheet *sheet)
{
    if (!sheet->outputs)
        puts("Output pins, back to a DAC");
    list_outputs(sheet);
    if (!sheet->inputs)
        puts("ADCs, back to an input pin");
    list_inputs(sheet);
}

/* ---- Codecs -------------------------------------------------------------------------------------- */

/* Begins what is told of a codec; `codec` is NULL of one without an audio function group. */
static void begin_sheet(struct listing *listing, struct sheet *sheet, unsigned address, const char *name,
                        const struct codec *codec)
{
    struct json_object *object;

    if (!listing->codecs) {
        printf("%scodec %u: %s%s\n", listing->count++ ? "\n" : "", address, name,
               codec ? "" : ", no audio function group");
        return;
    }
    object = json_object_new_object();
    sheet->outputs = json_object_new_array();
    sheet->inputs = json_object_new_array();
    json_add_integer(object, "address", address);
    json_add_string(object, "name", name);
    json_add(object, "function_group", codec ? json_object_new_uint64(codec->group) : NULL);
    json_add(object, "outputs", sheet->outputs);
    json_add(object, "inputs", sheet->inputs);
    json_append(listing->codecs, object);
}

static int list_group(struct listing *listing, const struct audio_group *group)
{
    const struct codec *codec = &group->codec;
    struct sheet sheet = {.codec = codec};
    char name[CODEC_NAME_SIZE];
    NTSTATUS status = group_name(&group->ddi, name);

    if (!NT_SUCCESS(status))
        return device_fail(&listing->groups.device, codec->address, status, listing->report);
    begin_sheet(listing, &sheet, codec->address, name, codec);
    list_both(&sheet);
    return EXIT_DONE;
}

static int list_other(struct listing *listing, unsigned address)
{
    char name[CODEC_NAME_SIZE];
    struct sheet sheet = {0};
    int code = groups_name_other(&listing->groups, address, name, listing->report);

    if (code == EXIT_DONE)
        begin_sheet(listing, &sheet, address, name, NULL);
    return code;
}

/* What fails does not keep the others from being listed. */
static int list_groups(struct listing *listing)
{
    const struct groups *groups = &listing->groups;
    const struct audio_group *group;
    unsigned child = 0, address;
    int code = groups->missed ? EXIT_FAILED : EXIT_DONE;

    for (group = groups_next(groups, NULL); group; group = groups_next(groups, group))
        if (list_group(listing, group) != EXIT_DONE)
            code = EXIT_FAILED;
    while (groups_next_other(groups, &child, &address))
        if (list_other(listing, address) != EXIT_DONE)
            code = EXIT_FAILED;
    return code;
}

int command_paths(const struct options *options, struct report *report)
{
    struct listing listing = {.report = report};
    int code = groups_open(&listing.groups, options, report);

    if (code != EXIT_DONE)
        return code;
    if (options->json)
        listing.codecs = json_object_new_array();
    report_string(report, "device", options->device);
    code = list_groups(&listing);
    report_member(report, "codecs", listing.codecs);
    groups_close(&listing.groups);
    return code;
}
