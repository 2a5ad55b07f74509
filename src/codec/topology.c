/* SPDX-License-Identifier: BSD-2-Clause */
/* topology.c - the widgets of an audio function group and what connects them, read by verbs (HDA 7.1, 7.3.4).
 */
#include "topology.h"

#include "pool.h"
#include "verbs.h"

#define SUBNODES_START_SHIFT 16
#define SUBNODES_MASK        0xFFu
#define FUNCTION_TYPE_MASK   0xFFu
#define CONNECTION_MASK      0x7Fu
#define NODES                256u

unsigned widget_type(const struct widget *widget)
{
    return widget->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

unsigned widget_channels(const struct widget *widget)
{
    unsigned extension = widget->caps >> HDA_WIDGET_CHANNELS_SHIFT & 0x7;

    return (extension << 1 | (widget->caps & HDA_WIDGET_STEREO)) + 1;
}

const struct widget *codec_widget(const struct codec *codec, UCHAR node)
{
    if (node < codec->first || node - codec->first >= (int)codec->count)
        return NULL;
    return &codec->widgets[node - codec->first];
}

static bool is_converter(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return type == HDA_WIDGET_AUDIO_OUTPUT || type == HDA_WIDGET_AUDIO_INPUT;
}

static void get_parameter(struct verb_batch *batch, UCHAR node, UCHAR parameter, PULONG answer)
{
    batch_get8(batch, node, HDA_GET_PARAMETER, parameter, answer);
}

/* ---- Batch 1: the function group, with what its widgets inherit ---------------------------------- */

static NTSTATUS read_group(struct codec *codec, struct verb_batch *batch)
{
    NTSTATUS status;

    get_parameter(batch, codec->group, HDA_PARAMETER_FUNCTION_TYPE, &codec->type);
    get_parameter(batch, codec->group, HDA_PARAMETER_SUBNODES, &codec->subnodes);
    get_parameter(batch, codec->group, HDA_PARAMETER_PCM, &codec->pcm);
    get_parameter(batch, codec->group, HDA_PARAMETER_STREAM_FORMATS, &codec->stream_formats);
    get_parameter(batch, codec->group, HDA_PARAMETER_INPUT_AMP, &codec->input_amp);
    get_parameter(batch, codec->group, HDA_PARAMETER_OUTPUT_AMP, &codec->output_amp);
    status = batch_send(batch, codec->ddi);
    if (NT_SUCCESS(status) && (codec->type & FUNCTION_TYPE_MASK) != HDA_FUNCTION_AUDIO)
        status = STATUS_NOT_SUPPORTED;
    return status;
}

/* ---- Batch 2: what kind of widgets there are ----------------------------------------------------- */

static NTSTATUS read_widgets(struct codec *codec, struct verb_batch *batch)
{
    unsigned count = codec->subnodes & SUBNODES_MASK, i;

    codec->first = codec->subnodes >> SUBNODES_START_SHIFT & SUBNODES_MASK;
    count = min(count, NODES - codec->first);
    if (count == 0)
        return STATUS_SUCCESS;
    codec->widgets = codec_pool_alloc(count * sizeof(*codec->widgets));
    if (!codec->widgets)
        return STATUS_NO_MEMORY;
    codec->count = count;
    for (i = 0; i < count; i++) {
        codec->widgets[i].node = (UCHAR)(codec->first + i);
        get_parameter(batch, codec->widgets[i].node, HDA_PARAMETER_WIDGET_CAPS, &codec->widgets[i].caps);
    }
    return batch_send(batch, codec->ddi);
}

/* ---- Batch 3: the parameters that a widget of its kind has of its own ---------------------------- */

static void ask_amplifiers(struct verb_batch *batch, struct widget *widget)
{
    if (!(widget->caps & HDA_WIDGET_AMP_OVERRIDE))
        return;
    if (widget->caps & HDA_WIDGET_INPUT_AMP)
        get_parameter(batch, widget->node, HDA_PARAMETER_INPUT_AMP, &widget->input_amp);
    if (widget->caps & HDA_WIDGET_OUTPUT_AMP)
        get_parameter(batch, widget->node, HDA_PARAMETER_OUTPUT_AMP, &widget->output_amp);
}

/* A knob has a list whether it says so or not (HDA 7.2.3.7). */
static bool has_connections(const struct widget *widget)
{
    return (widget->caps & HDA_WIDGET_CONNECTION_LIST) || widget_type(widget) == HDA_WIDGET_VOLUME_KNOB;
}

static void ask_parameters(struct verb_batch *batch, struct widget *widget)
{
    UCHAR node = widget->node;

    if (is_converter(widget) && (widget->caps & HDA_WIDGET_FORMAT_OVERRIDE)) {
        get_parameter(batch, node, HDA_PARAMETER_PCM, &widget->pcm);
        get_parameter(batch, node, HDA_PARAMETER_STREAM_FORMATS, &widget->stream_formats);
    }
    if (widget_type(widget) == HDA_WIDGET_PIN) {
        get_parameter(batch, node, HDA_PARAMETER_PIN_CAPS, &widget->pin_caps);
        batch_get8(batch, node, HDA_GET_CONFIGURATION_DEFAULT, 0, &widget->config_default);
    }
    ask_amplifiers(batch, widget);
    if (has_connections(widget))
        get_parameter(batch, node, HDA_PARAMETER_CONNECTIONS, &widget->connection_length);
}

/* What a widget does not override holds for it as the function group has it (HDA 7.3.4.6). Codecs that
 * override their formats with 0 mean the group's, too. */
static void inherit(const struct codec *codec, struct widget *widget)
{
    widget->own_pcm = widget->pcm;
    widget->own_formats = widget->stream_formats;
    if (is_converter(widget) && widget->pcm == 0)
        widget->pcm = codec->pcm;
    if (is_converter(widget) && widget->stream_formats == 0)
        widget->stream_formats = codec->stream_formats;
    if (widget->caps & HDA_WIDGET_AMP_OVERRIDE)
        return;
    if (widget->caps & HDA_WIDGET_INPUT_AMP)
        widget->input_amp = codec->input_amp;
    if (widget->caps & HDA_WIDGET_OUTPUT_AMP)
        widget->output_amp = codec->output_amp;
}

static NTSTATUS read_parameters(struct codec *codec, struct verb_batch *batch)
{
    NTSTATUS status;
    unsigned i;

    for (i = 0; i < codec->count; i++)
        ask_parameters(batch, &codec->widgets[i]);
    status = batch_send(batch, codec->ddi);
    for (i = 0; i < codec->count; i++)
        inherit(codec, &codec->widgets[i]);
    return status;
}

/* ---- Batch 4: connection lists ------------------------------------------------------------------- */

static bool is_long_form(const struct widget *widget)
{
    return widget->connection_length & HDA_CONNECTIONS_LONG_FORM;
}

static unsigned entries_per_word(const struct widget *widget)
{
    return is_long_form(widget) ? 2 : 4;
}

static unsigned list_words(const struct widget *widget)
{
    unsigned per_word = entries_per_word(widget);

    return ((widget->connection_length & CONNECTION_MASK) + per_word - 1) / per_word;
}

static unsigned all_list_words(const struct codec *codec)
{
    unsigned words = 0, i;

    for (i = 0; i < codec->count; i++)
        words += list_words(&codec->widgets[i]);
    return words;
}

static void append(UCHAR nodes[CODEC_MAX_CONNECTIONS], unsigned *count, unsigned node)
{
    if (*count < CODEC_MAX_CONNECTIONS)
        nodes[(*count)++] = node < NODES ? (UCHAR)node : 0;
}

unsigned connections_expand(const ULONG *words, unsigned length, bool long_form,
                            UCHAR nodes[CODEC_MAX_CONNECTIONS])
{
    unsigned bits = long_form ? 16 : 8, per_word = 32 / bits;
    unsigned range = 1u << (bits - 1); /* the entry is the end of a range that the one before it began */
    unsigned previous = 0, count = 0, i;

    for (i = 0; i < length; i++) {
        unsigned entry = words[i / per_word] >> (i % per_word * bits) & (2 * range - 1);
        unsigned node = entry & (range - 1);

        if ((entry & range) && i > 0)
            while (++previous < node && count < CODEC_MAX_CONNECTIONS)
                append(nodes, &count, previous);
        append(nodes, &count, node);
        previous = node;
    }
    return count;
}

static NTSTATUS keep_connections(struct widget *widget, const ULONG *words)
{
    unsigned length = widget->connection_length & CONNECTION_MASK;
    UCHAR nodes[CODEC_MAX_CONNECTIONS];
    unsigned count = connections_expand(words, length, is_long_form(widget), nodes);

    if (count == 0)
        return STATUS_SUCCESS;
    widget->connections = codec_pool_alloc(count);
    if (!widget->connections)
        return STATUS_NO_MEMORY;
    RtlCopyMemory(widget->connections, nodes, count);
    widget->connection_count = count;
    return STATUS_SUCCESS;
}

static void ask_connections(const struct codec *codec, struct verb_batch *batch, ULONG *words)
{
    unsigned i, j;

    for (i = 0; i < codec->count; i++) {
        const struct widget *widget = &codec->widgets[i];

        for (j = 0; j < list_words(widget); j++)
            batch_get8(batch, widget->node, HDA_GET_CONNECTION_LIST, (UCHAR)(j * entries_per_word(widget)),
                       words++);
    }
}

static NTSTATUS read_connections(struct codec *codec, struct verb_batch *batch)
{
    unsigned total = all_list_words(codec), i;
    ULONG *words, *next;
    NTSTATUS status;

    if (total == 0)
        return STATUS_SUCCESS;
    next = words = codec_pool_alloc(total * sizeof(*words));
    if (!words)
        return STATUS_NO_MEMORY;
    ask_connections(codec, batch, words);
    status = batch_send(batch, codec->ddi);
    for (i = 0; i < codec->count && NT_SUCCESS(status); i++) {
        status = keep_connections(&codec->widgets[i], next);
        next += list_words(&codec->widgets[i]);
    }
    codec_pool_free(words);
    return status;
}

/* ---- All of it ----------------------------------------------------------------------------------- */

NTSTATUS codec_read(struct codec *codec, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    struct verb_batch batch;
    NTSTATUS status;

    RtlZeroMemory(codec, sizeof(*codec));
    codec->ddi = ddi;
    ddi->GetResourceInformation(ddi->Context, &codec->address, &codec->group);
    batch_init(&batch, codec->address);
    status = read_group(codec, &batch);
    if (NT_SUCCESS(status))
        status = read_widgets(codec, &batch);
    if (NT_SUCCESS(status))
        status = read_parameters(codec, &batch);
    if (NT_SUCCESS(status))
        status = read_connections(codec, &batch);
    batch_free(&batch);
    if (!NT_SUCCESS(status))
        codec_free(codec);
    return status;
}

/* ---- Jacks --------------------------------------------------------------------------------------- */

/* The configuration default says whether the jack's switch is wired to the codec (HDA 7.3.3.31). */
bool widget_has_jack(const struct widget *widget)
{
    ULONG port = widget->config_default >> HDA_CONFIG_PORT_SHIFT;

    return widget_type(widget) == HDA_WIDGET_PIN && (widget->pin_caps & HDA_PIN_CAPS_PRESENCE) &&
           !(widget->config_default & HDA_CONFIG_NO_PRESENCE) &&
           (port == HDA_PORT_JACK || port == HDA_PORT_BOTH);
}

static void ask_jack(struct verb_batch *batch, const struct widget *pin, ULONG *answer)
{
    if (pin->pin_caps & HDA_PIN_CAPS_TRIGGER)
        batch_set8(batch, pin->node, HDA_EXECUTE_PIN_SENSE, 0);
    batch_get8(batch, pin->node, HDA_GET_PIN_SENSE, 0, answer);
}

static void keep_jacks(struct codec *codec, const ULONG *answers)
{
    unsigned i;

    for (i = 0; i < codec->count; i++)
        if (widget_has_jack(&codec->widgets[i]))
            codec->widgets[i].jack = answers[i] & HDA_SENSE_PRESENCE ? JACK_PLUGGED : JACK_EMPTY;
}

NTSTATUS codec_read_jacks(struct codec *codec)
{
    struct verb_batch batch;
    ULONG answers[NODES];
    NTSTATUS status;
    unsigned i;

    batch_init(&batch, codec->address);
    for (i = 0; i < codec->count; i++)
        if (widget_has_jack(&codec->widgets[i]))
            ask_jack(&batch, &codec->widgets[i], &answers[i]);
    status = batch_send(&batch, codec->ddi);
    batch_free(&batch);
    if (NT_SUCCESS(status))
        keep_jacks(codec, answers);
    return status;
}

void codec_free(struct codec *codec)
{
    unsigned i;

    for (i = 0; i < codec->count; i++)
        codec_pool_free(codec->widgets[i].connections);
    codec_pool_free(codec->widgets);
    codec->widgets = NULL;
    codec->count = 0;
}
