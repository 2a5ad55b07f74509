/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * snapshot.c - a codec as it is, read by verbs.
 *
 * The client's function group first, by topology.c, then what is the whole codec's, and last, in one batch,
 * what topology.c leaves out: settings, the parameters that a widget has of its own where topology.c fills in
 * others, and what other function groups are. No verb is sent twice.
 */
#include "snapshot.h"

#include "pool.h"
#include "settings.h"
#include "topology.h"
#include "verbs.h"
#include "words.h"

#define ROOT              0
#define SUBNODES_FIRST(n) ((n) >> 16 & 0xFF)
#define SUBNODES_COUNT(n) ((n)&0xFF)
#define FUNCTION_TYPE(n)  ((n)&0xFF)
#define FUNCTION_UNSOL    0x100
#define GPIO_COUNT(n)     ((n)&0xFF)
#define LEFT              0
#define RIGHT             1

static void get_parameter(struct verb_batch *batch, UCHAR node, UCHAR parameter, PULONG answer)
{
    batch_get8(batch, node, HDA_GET_PARAMETER, parameter, answer);
}

/* ---- The codec and its function groups ----------------------------------------------------------- */

static bool is_audio(ULONG type)
{
    return FUNCTION_TYPE(type) == HDA_FUNCTION_AUDIO;
}

/* What the questions of the last batch depend on. */
struct head {
    ULONG subnodes;
    ULONG power_states, gpio; /* of the client's function group, if that is an audio one */
};

static NTSTATUS read_head(struct verb_batch *batch, const struct codec *codec, struct head *head,
                          struct codec_dump *dump)
{
    ULONG vendor = 0, revision = 0, subsystem = 0;
    NTSTATUS status;

    get_parameter(batch, ROOT, HDA_PARAMETER_VENDOR_ID, &vendor);
    get_parameter(batch, ROOT, HDA_PARAMETER_REVISION_ID, &revision);
    get_parameter(batch, ROOT, HDA_PARAMETER_SUBNODES, &head->subnodes);
    batch_get8(batch, codec->group, HDA_GET_SUBSYSTEM_ID, 0, &subsystem);
    if (is_audio(codec->type)) {
        get_parameter(batch, codec->group, HDA_PARAMETER_POWER_STATES, &head->power_states);
        get_parameter(batch, codec->group, HDA_PARAMETER_GPIO, &head->gpio);
    }
    status = batch_send(batch, codec->ddi);
    dump->vendor_id = vendor;
    dump->subsystem_id = subsystem;
    dump->revision_id = revision;
    codec_id_name(vendor, dump->name);
    return status;
}

/* The types of all function groups, by NID; 0 where there is none. The client's is known. */
static void ask_groups(struct verb_batch *batch, const struct codec *codec, const struct head *head,
                       ULONG types[CODEC_DUMP_NODES])
{
    ULONG first = SUBNODES_FIRST(head->subnodes), i;
    ULONG end = min(first + SUBNODES_COUNT(head->subnodes), CODEC_DUMP_NODES);

    for (i = first; i < end; i++)
        if (i != codec->group)
            get_parameter(batch, (UCHAR)i, HDA_PARAMETER_FUNCTION_TYPE, &types[i]);
    types[codec->group] = codec->type;
}

/* Of several audio function groups the client's counts. */
static void keep_group(struct codec_dump *dump, UCHAR node, ULONG type, UCHAR own)
{
    if (is_audio(type) && (!dump->audio_group || node == own)) {
        dump->audio_group = node;
        dump->audio_unsolicited = type & FUNCTION_UNSOL;
    } else if (FUNCTION_TYPE(type) == HDA_FUNCTION_MODEM && !dump->modem_group) {
        dump->modem_group = node;
        dump->modem_unsolicited = type & FUNCTION_UNSOL;
    }
}

static void keep_groups(struct codec_dump *dump, const struct codec *codec, const ULONG types[])
{
    unsigned i;

    for (i = 0; i < CODEC_DUMP_NODES; i++)
        keep_group(dump, (UCHAR)i, types[i], codec->group);
}

/* ---- Questions ----------------------------------------------------------------------------------- */

struct group_answers {
    ULONG types[CODEC_DUMP_NODES];
    ULONG power;
    ULONG gpio_enable, gpio_output, gpio_wake, gpio_unsolicited, gpio_sticky, gpio_data;
};

/* What a widget does not have stays 0. */
struct widget_answers {
    ULONG input_amp, output_amp;
    ULONG input_values[CODEC_DUMP_AMPS][2], output_values[2];
    ULONG stream_channel, sdi_select, digital;
    ULONG pin_control, eapd;
    ULONG knob, knob_value;
    ULONG unsolicited, power_states, power, processing;
    ULONG connection_select;
};

static void ask_gpios(struct verb_batch *batch, UCHAR group, struct group_answers *answers)
{
    batch_get8(batch, group, HDA_GET_GPIO_ENABLE, 0, &answers->gpio_enable);
    batch_get8(batch, group, HDA_GET_GPIO_DIRECTION, 0, &answers->gpio_output);
    batch_get8(batch, group, HDA_GET_GPIO_WAKE, 0, &answers->gpio_wake);
    batch_get8(batch, group, HDA_GET_GPIO_UNSOLICITED, 0, &answers->gpio_unsolicited);
    batch_get8(batch, group, HDA_GET_GPIO_STICKY, 0, &answers->gpio_sticky);
    batch_get8(batch, group, HDA_GET_GPIO_DATA, 0, &answers->gpio_data);
}

static void ask_group(struct verb_batch *batch, const struct codec *codec, const struct head *head,
                      struct group_answers *answers)
{
    ask_groups(batch, codec, head, answers->types);
    if (!is_audio(codec->type))
        return;
    batch_get8(batch, codec->group, HDA_GET_POWER_STATE, 0, &answers->power);
    if (GPIO_COUNT(head->gpio))
        ask_gpios(batch, codec->group, answers);
}

/* A pin has one whatever it is connected to (HDA 7.3.3.7). */
static unsigned input_amp_count(const struct widget *widget)
{
    if (widget_type(widget) == HDA_WIDGET_PIN)
        return 1;
    return min(widget->connection_count, CODEC_DUMP_AMPS);
}

static void ask_amp(struct verb_batch *batch, const struct widget *widget, USHORT which, ULONG answers[2])
{
    batch_get16(batch, widget->node, HDA_GET_AMPLIFIER, which | HDA_AMP_GET_LEFT, &answers[LEFT]);
    if (widget->caps & HDA_WIDGET_STEREO)
        batch_get16(batch, widget->node, HDA_GET_AMPLIFIER, which, &answers[RIGHT]);
}

static void ask_amps(struct verb_batch *batch, const struct widget *widget, struct widget_answers *answers)
{
    bool own = !(widget->caps & HDA_WIDGET_AMP_OVERRIDE); /* else the topology has them */
    unsigned i;

    if (widget->caps & HDA_WIDGET_INPUT_AMP) {
        if (own)
            get_parameter(batch, widget->node, HDA_PARAMETER_INPUT_AMP, &answers->input_amp);
        for (i = 0; i < input_amp_count(widget); i++)
            ask_amp(batch, widget, (USHORT)i, answers->input_values[i]);
    }
    if (widget->caps & HDA_WIDGET_OUTPUT_AMP) {
        if (own)
            get_parameter(batch, widget->node, HDA_PARAMETER_OUTPUT_AMP, &answers->output_amp);
        ask_amp(batch, widget, HDA_AMP_GET_OUTPUT, answers->output_values);
    }
}

static void ask_converter(struct verb_batch *batch, const struct widget *widget,
                          struct widget_answers *answers)
{
    batch_get8(batch, widget->node, HDA_GET_STREAM_CHANNEL, 0, &answers->stream_channel);
    if (widget_type(widget) == HDA_WIDGET_AUDIO_INPUT)
        batch_get8(batch, widget->node, HDA_GET_SDI_SELECT, 0, &answers->sdi_select);
    if (widget->caps & HDA_WIDGET_DIGITAL)
        batch_get8(batch, widget->node, HDA_GET_DIGITAL_CONTROL, 0, &answers->digital);
}

static void ask_kind(struct verb_batch *batch, const struct widget *widget, struct widget_answers *answers)
{
    switch (widget_type(widget)) {
    case HDA_WIDGET_AUDIO_OUTPUT:
    case HDA_WIDGET_AUDIO_INPUT:
        ask_converter(batch, widget, answers);
        break;
    case HDA_WIDGET_PIN:
        batch_get8(batch, widget->node, HDA_GET_PIN_CONTROL, 0, &answers->pin_control);
        if (widget->pin_caps & HDA_PIN_CAPS_EAPD)
            batch_get8(batch, widget->node, HDA_GET_EAPD, 0, &answers->eapd);
        break;
    case HDA_WIDGET_VOLUME_KNOB:
        get_parameter(batch, widget->node, HDA_PARAMETER_VOLUME_KNOB, &answers->knob);
        batch_get8(batch, widget->node, HDA_GET_VOLUME_KNOB, 0, &answers->knob_value);
        break;
    default:
        break;
    }
}

static void ask_widget(struct verb_batch *batch, const struct widget *widget, struct widget_answers *answers)
{
    ask_amps(batch, widget, answers);
    ask_kind(batch, widget, answers);
    if (widget->caps & HDA_WIDGET_UNSOLICITED)
        batch_get8(batch, widget->node, HDA_GET_UNSOLICITED, 0, &answers->unsolicited);
    if (widget->caps & HDA_WIDGET_POWER) {
        get_parameter(batch, widget->node, HDA_PARAMETER_POWER_STATES, &answers->power_states);
        batch_get8(batch, widget->node, HDA_GET_POWER_STATE, 0, &answers->power);
    }
    if (widget->caps & HDA_WIDGET_PROCESSING)
        get_parameter(batch, widget->node, HDA_PARAMETER_PROCESSING, &answers->processing);
    if (widget_selects(widget))
        batch_get8(batch, widget->node, HDA_GET_CONNECTION_SELECT, 0, &answers->connection_select);
}

/* ---- Answers ------------------------------------------------------------------------------------- */

static void keep_power(struct codec_dump_power *power, ULONG states, ULONG state)
{
    power->states_known = true;
    power->states = states;
    power->setting = state & 0xF;
    power->actual = state >> HDA_POWER_ACTUAL_SHIFT & 0xF;
    power->flags = state & 0x700;
}

/* Without a step, a size and a mute there is no amplifier to speak of. */
static void keep_amp_caps(struct codec_dump_amp_caps *amp, ULONG caps)
{
    amp->known = caps != 0;
    amp->caps = caps;
}

static void keep_pcm(struct codec_dump_pcm *pcm, ULONG sizes_rates, ULONG formats)
{
    pcm->known = true;
    pcm->sizes_rates = sizes_rates;
    pcm->formats = formats;
}

static void keep_gpios(struct codec_dump *dump, const struct group_answers *answers)
{
    unsigned i;

    for (i = 0; i < CODEC_DUMP_GPIOS; i++)
        dump->gpios[i] = (struct codec_dump_gpio){
            .enable = answers->gpio_enable >> i & 1,
            .output = answers->gpio_output >> i & 1,
            .wake = answers->gpio_wake >> i & 1,
            .sticky = answers->gpio_sticky >> i & 1,
            .data = answers->gpio_data >> i & 1,
            .unsolicited = answers->gpio_unsolicited >> i & 1,
        };
}

static void keep_group_answers(struct codec_dump *dump, const struct codec *codec, const struct head *head,
                               const struct group_answers *answers)
{
    keep_groups(dump, codec, answers->types);
    if (!is_audio(codec->type))
        return;
    keep_pcm(&dump->pcm, codec->pcm, codec->stream_formats);
    keep_amp_caps(&dump->input_amp, codec->input_amp);
    keep_amp_caps(&dump->output_amp, codec->output_amp);
    keep_power(&dump->power, head->power_states, answers->power);
    dump->gpio = head->gpio;
    keep_gpios(dump, answers);
}

static void keep_values(struct codec_dump_amp_values *amp, const struct widget *widget,
                        const ULONG values[][2], unsigned count)
{
    unsigned right = widget->caps & HDA_WIDGET_STEREO ? RIGHT : LEFT, i;

    amp->count = count;
    for (i = 0; i < count; i++) {
        amp->values[i][LEFT] = (uint8_t)values[i][LEFT];
        amp->values[i][RIGHT] = (uint8_t)values[i][right];
    }
}

static void keep_amps(struct codec_dump_node *node, const struct widget *widget,
                      const struct widget_answers *answers)
{
    bool inherits = !(widget->caps & HDA_WIDGET_AMP_OVERRIDE);

    if (widget->caps & HDA_WIDGET_INPUT_AMP) {
        keep_amp_caps(&node->input_amp, inherits ? answers->input_amp : widget->input_amp);
        keep_values(&node->input_values, widget, answers->input_values, input_amp_count(widget));
    }
    if (widget->caps & HDA_WIDGET_OUTPUT_AMP) {
        keep_amp_caps(&node->output_amp, inherits ? answers->output_amp : widget->output_amp);
        keep_values(&node->output_values, widget, &answers->output_values, 1);
    }
}

static void keep_connections(struct codec_dump_node *node, const struct widget *widget,
                             const struct widget_answers *answers)
{
    node->connection_count = min(widget->connection_count, CODEC_DUMP_CONNECTIONS);
    if (node->connection_count)
        RtlCopyMemory(node->connections, widget->connections, node->connection_count);
    node->selected = -1;
    if (widget_selects(widget) && (answers->connection_select & 0xFF) < node->connection_count)
        node->selected = (int)(answers->connection_select & 0xFF);
}

static void keep_widget(struct codec_dump_node *node, const struct widget *widget,
                        const struct widget_answers *answers)
{
    node->nid = widget->node;
    node->caps = widget->caps;
    keep_amps(node, widget, answers);
    if (widget->caps & HDA_WIDGET_FORMAT_OVERRIDE)
        keep_pcm(&node->pcm, widget->own_pcm, widget->own_formats);
    node->stream = answers->stream_channel >> 4 & 0xF;
    node->channel = answers->stream_channel & 0xF;
    node->sdi_select = answers->sdi_select & 0xF;
    node->digital = answers->digital;
    node->pin_caps = widget->pin_caps;
    node->pin_default = widget->config_default;
    node->pin_control = (uint8_t)answers->pin_control;
    node->eapd = (uint8_t)answers->eapd;
    node->unsolicited = (uint8_t)answers->unsolicited;
    node->processing = answers->processing;
    node->knob = answers->knob;
    node->knob_value = (uint8_t)answers->knob_value;
    if (widget->caps & HDA_WIDGET_POWER)
        keep_power(&node->power, answers->power_states, answers->power);
    keep_connections(node, widget, answers);
}

/* ---- The codec ----------------------------------------------------------------------------------- */

static NTSTATUS read_settings(struct verb_batch *batch, const struct codec *codec, const struct head *head,
                              struct codec_dump *dump)
{
    struct widget_answers *answers = codec_pool_alloc((codec->count + 1) * sizeof(*answers));
    struct group_answers group = {0};
    NTSTATUS status;
    unsigned i;

    if (!answers)
        return STATUS_NO_MEMORY;
    ask_group(batch, codec, head, &group);
    for (i = 0; i < codec->count; i++)
        ask_widget(batch, &codec->widgets[i], &answers[i]);
    status = batch_send(batch, codec->ddi);
    keep_group_answers(dump, codec, head, &group);
    dump->node_count = codec->count;
    for (i = 0; i < codec->count; i++)
        keep_widget(&dump->nodes[i], &codec->widgets[i], &answers[i]);
    codec_pool_free(answers);
    return status;
}

/* A modem's has no widgets; another audio function group's are not the client's to read. */
static NTSTATUS read_rest(const struct codec *codec, struct codec_dump *dump)
{
    struct verb_batch batch;
    struct head head = {0};
    NTSTATUS status;

    batch_init(&batch, codec->address);
    status = read_head(&batch, codec, &head, dump);
    if (NT_SUCCESS(status))
        status = read_settings(&batch, codec, &head, dump);
    if (NT_SUCCESS(status) && dump->audio_group && !is_audio(codec->type))
        status = STATUS_NOT_SUPPORTED;
    batch_free(&batch);
    return status;
}

NTSTATUS codec_snapshot(const HDAUDIO_BUS_INTERFACE_V2 *ddi, struct codec_dump *dump)
{
    struct codec codec;
    NTSTATUS status = codec_read(&codec, ddi);

    RtlZeroMemory(dump, sizeof(*dump));
    dump->address = codec.address;
    if (NT_SUCCESS(status) || status == STATUS_NOT_SUPPORTED)
        status = read_rest(&codec, dump);
    codec_free(&codec);
    return status;
}
