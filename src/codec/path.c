/* SPDX-License-Identifier: BSD-2-Clause */
/* path.c - from an output pin back to a converter: finding the way and choosing the pin. */
#include "path.h"

#define NODES           256u
#define MAX_LINK_RATE   192000u /* HDA 3.7.1 */
#define CONNECTION_MASK 0x3u
#define FIELD_MASK      0xFu
#define NO_ASSOCIATION  0xFu

/* ---- What a converter takes ---------------------------------------------------------------------- */

/* By the bit in the PCM parameter (HDA 7.3.4.7). */
static const ULONG rates[] = {8000,  11025, 16000, 22050,  32000,  44100,
                              48000, 88200, 96000, 176400, 192000, 384000};

static const struct {
    unsigned bits;
    ULONG pcm;
} widths[] = {
    {16, HDA_PCM_16_BITS},
    {20, HDA_PCM_20_BITS},
    {24, HDA_PCM_24_BITS},
    {32, HDA_PCM_32_BITS},
};

static bool takes_rate(const struct widget *converter, ULONG rate)
{
    unsigned i;

    for (i = 0; i < RTL_NUMBER_OF(rates); i++)
        if (rates[i] == rate)
            return converter->pcm >> i & 1;
    return false;
}

static bool takes_bits(const struct widget *converter, unsigned bits)
{
    unsigned i;

    for (i = 0; i < RTL_NUMBER_OF(widths); i++)
        if (widths[i].bits == bits)
            return converter->pcm & widths[i].pcm;
    return false;
}

ULONG converter_rate(const struct widget *converter, ULONG rate)
{
    ULONG best = 0, distance = MAXULONG;
    unsigned i;

    for (i = 0; i < RTL_NUMBER_OF(rates) && rates[i] <= MAX_LINK_RATE; i++) {
        ULONG off = rates[i] > rate ? rates[i] - rate : rate - rates[i];

        if ((converter->pcm >> i & 1) && off <= distance) {
            best = rates[i];
            distance = off;
        }
    }
    return best;
}

unsigned converter_bits(const struct widget *converter, unsigned bits)
{
    unsigned best = 0, i;

    for (i = 0; i < RTL_NUMBER_OF(widths) && best < bits; i++)
        if (converter->pcm & widths[i].pcm)
            best = widths[i].bits;
    return best;
}

static bool converter_takes(const struct widget *converter, const struct path_need *need)
{
    return (converter->stream_formats & HDA_STREAM_FORMAT_PCM) &&
           (!need->rate || takes_rate(converter, need->rate)) &&
           (!need->bits || takes_bits(converter, need->bits));
}

/* ---- The way ------------------------------------------------------------------------------------- */

/* A search by breadth: each widget is reached once, over the fewest others, so that cycles end by themselves.
 */
struct search {
    bool seen[NODES];
    UCHAR toward_pin[NODES]; /* the widget from which this one was reached, */
    UCHAR input[NODES];      /* and over which of its connections */
    UCHAR queue[NODES];
    unsigned head, tail;
};

const struct widget *path_pin(const struct path *path)
{
    return path->steps[0].widget;
}

const struct widget *path_converter(const struct path *path)
{
    return path->steps[path->count - 1].widget;
}

/* Sound passes through these on its way to a pin; another pin is an end. */
static bool passes_sound(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return type == HDA_WIDGET_MIXER || type == HDA_WIDGET_SELECTOR || type == HDA_WIDGET_POWER_WIDGET;
}

static bool is_goal(const struct widget *widget, const struct path_need *need)
{
    return widget_type(widget) == HDA_WIDGET_AUDIO_OUTPUT && converter_takes(widget, need);
}

static void reach(struct search *search, UCHAR node, UCHAR from, UCHAR input)
{
    search->seen[node] = true;
    search->toward_pin[node] = from;
    search->input[node] = input;
    search->queue[search->tail++] = node;
}

static void reach_connections(const struct codec *codec, struct search *search, const struct widget *widget,
                              unsigned channels)
{
    unsigned i;

    for (i = 0; i < widget->connection_count; i++) {
        UCHAR node = widget->connections[i];
        const struct widget *source = codec_widget(codec, node);

        if (source && !search->seen[node] && widget_channels(source) >= channels)
            reach(search, node, widget->node, (UCHAR)i);
    }
}

static NTSTATUS trace_back(const struct codec *codec, const struct search *search, UCHAR pin, UCHAR converter,
                           struct path *path)
{
    unsigned count = 1, i;
    UCHAR node = converter, input = 0;

    for (; node != pin; node = search->toward_pin[node])
        count++;
    if (count > PATH_MAX_STEPS)
        return STATUS_NOT_SUPPORTED;
    path->count = count;
    for (node = converter, i = count; i > 0; i--) {
        path->steps[i - 1].widget = codec_widget(codec, node);
        path->steps[i - 1].input = input;
        input = search->input[node];
        node = search->toward_pin[node];
    }
    return STATUS_SUCCESS;
}

static bool is_output_pin(const struct widget *widget)
{
    return widget && widget_type(widget) == HDA_WIDGET_PIN && (widget->pin_caps & HDA_PIN_CAPS_OUTPUT);
}

NTSTATUS path_find(const struct codec *codec, UCHAR pin, const struct path_need *need, struct path *path)
{
    const struct widget *widget = codec_widget(codec, pin);
    struct search search;

    if (!is_output_pin(widget) || widget_channels(widget) < need->channels)
        return STATUS_NOT_SUPPORTED;
    RtlZeroMemory(&search, sizeof(search));
    reach(&search, pin, pin, 0);
    while (search.head < search.tail) {
        widget = codec_widget(codec, search.queue[search.head++]);
        if (is_goal(widget, need))
            return trace_back(codec, &search, pin, widget->node, path);
        if (widget->node == pin || passes_sound(widget))
            reach_connections(codec, &search, widget, need->channels);
    }
    return STATUS_NOT_SUPPORTED;
}

/* ---- The pin ------------------------------------------------------------------------------------- */

static bool is_connected(const struct widget *pin)
{
    return (pin->config_default >> HDA_CONFIG_PORT_SHIFT & CONNECTION_MASK) != HDA_PORT_NONE;
}

static ULONG device_rank(unsigned device)
{
    static const UCHAR order[] = {HDA_DEVICE_LINE_OUT, HDA_DEVICE_SPEAKER, HDA_DEVICE_HEADPHONE,
                                  HDA_DEVICE_SPDIF_OUT, HDA_DEVICE_DIGITAL_OUT};
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(order) && order[i] != device; i++)
        ;
    return i;
}

/* Line outputs first, then by association and, in one, by sequence; association 0 is reserved (HDA 7.3.3.31).
 */
static ULONG pin_rank(const struct widget *pin)
{
    ULONG config = pin->config_default;
    ULONG association = config >> HDA_CONFIG_ASSOCIATION_SHIFT & FIELD_MASK;
    ULONG sequence = config >> HDA_CONFIG_SEQUENCE_SHIFT & FIELD_MASK;

    if (association == 0)
        association = NO_ASSOCIATION;
    return device_rank(config >> HDA_CONFIG_DEVICE_SHIFT & FIELD_MASK) << 8 | association << 4 | sequence;
}

/* The channels cannot be done without; a converter for the rate is better than one for the width. */
static NTSTATUS find_nearest(const struct codec *codec, UCHAR pin, const struct path_need *need,
                             struct path *path)
{
    struct path_need asked = *need;
    NTSTATUS status = path_find(codec, pin, &asked, path);

    if (!NT_SUCCESS(status)) {
        asked.bits = 0;
        status = path_find(codec, pin, &asked, path);
    }
    if (!NT_SUCCESS(status)) {
        asked.rate = 0;
        status = path_find(codec, pin, &asked, path);
    }
    return status;
}

static NTSTATUS choose_pin(const struct codec *codec, const struct path_need *need, struct path *path,
                           ULONG *rank)
{
    NTSTATUS status = STATUS_NOT_SUPPORTED;
    struct path found;
    unsigned i;

    *rank = MAXULONG;
    for (i = 0; i < codec->count; i++) {
        const struct widget *pin = &codec->widgets[i];

        if (!is_output_pin(pin) || !is_connected(pin) || pin_rank(pin) >= *rank)
            continue;
        if (!NT_SUCCESS(find_nearest(codec, pin->node, need, &found)))
            continue;
        *path = found;
        *rank = pin_rank(pin);
        status = STATUS_SUCCESS;
    }
    return status;
}

NTSTATUS path_choose(const struct codec *codec, UCHAR pin, const struct path_need *need, struct path *path,
                     ULONG *rank)
{
    NTSTATUS status;

    if (pin == 0)
        return choose_pin(codec, need, path, rank);
    status = find_nearest(codec, pin, need, path);
    if (NT_SUCCESS(status))
        *rank = pin_rank(path_pin(path));
    return status;
}
