/* SPDX-License-Identifier: BSD-2-Clause */
/* path.c - between a converter and a pin: finding the way and choosing the pin. */
#include "path.h"

#define NODES           256u
#define MAX_LINK_RATE   192000u /* HDA 3.7.1 */
#define CONNECTION_MASK 0x3u
#define FIELD_MASK      0xFu
#define NO_ASSOCIATION  0xFu
#define FIRST_DIGITAL   3 /* kind of device in the order below */

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

/* A search by breadth against the way of sound: each widget is reached once, over the fewest others, so that
 * cycles end by themselves. */
struct search {
    const struct codec *codec;
    const struct path_need *need;
    UCHAR pin;
    bool seen[NODES];
    UCHAR from[NODES];  /* the widget from which this one was reached, */
    UCHAR input[NODES]; /* and over which of its connections */
    UCHAR queue[NODES];
    unsigned head, tail;
};

static const struct path_step *pin_step(const struct path *path)
{
    return &path->steps[path->direction == PATH_OUT ? 0 : path->count - 1];
}

static const struct path_step *converter_step(const struct path *path)
{
    return &path->steps[path->direction == PATH_OUT ? path->count - 1 : 0];
}

const struct widget *path_pin(const struct path *path)
{
    return pin_step(path)->widget;
}

const struct widget *path_converter(const struct path *path)
{
    return converter_step(path)->widget;
}

bool is_path_pin(const struct widget *widget, enum path_direction direction)
{
    ULONG caps = direction == PATH_OUT ? HDA_PIN_CAPS_OUTPUT : HDA_PIN_CAPS_INPUT;

    return widget && widget_type(widget) == HDA_WIDGET_PIN && (widget->pin_caps & caps);
}

unsigned path_channels(const struct widget *widget)
{
    unsigned channels = widget_channels(widget);

    return widget->caps & HDA_WIDGET_DIGITAL ? max(channels, 2u) : channels;
}

/* Sound passes through these on its way; a pin is an end. */
static bool passes_sound(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return type == HDA_WIDGET_MIXER || type == HDA_WIDGET_SELECTOR || type == HDA_WIDGET_POWER_WIDGET;
}

static bool is_converter_for(const struct widget *widget, const struct path_need *need)
{
    unsigned type = need->direction == PATH_OUT ? HDA_WIDGET_AUDIO_OUTPUT : HDA_WIDGET_AUDIO_INPUT;

    return widget_type(widget) == type && widget_channels(widget) >= need->channels &&
           (!need->converter || need->converter == widget->node) && converter_takes(widget, need);
}

/* Where a path goes over a widget that lies behind its pin; NULL: nowhere. */
static const struct path_step *step_behind_pin(const struct path *path, const struct widget *widget)
{
    unsigned i;

    for (i = 1; i < path->count; i++)
        if (path->steps[i].widget == widget)
            return &path->steps[i];
    return NULL;
}

/* Where a widget is on one of the paths to join, which is then *path; NULL: on none. */
static const struct path_step *joint(const struct path_need *need, const struct widget *widget,
                                     const struct path **path)
{
    const struct path_step *step = NULL;
    unsigned i;

    for (i = 0; i < need->joined_count && !step; i++) {
        *path = need->joined[i];
        step = step_behind_pin(*path, widget);
    }
    return step;
}

static bool is_goal(const struct search *search, const struct widget *widget)
{
    const struct path_need *need = search->need;
    const struct path *path;

    if (need->direction == PATH_IN)
        return widget->node == search->pin;
    return need->joined_count > 0 ? joint(need, widget, &path) != NULL : is_converter_for(widget, need);
}

static void reach(struct search *search, UCHAR node, UCHAR from, UCHAR input)
{
    search->seen[node] = true;
    search->from[node] = from;
    search->input[node] = input;
    search->queue[search->tail++] = node;
}

static void reach_connections(struct search *search, const struct widget *widget)
{
    unsigned i;

    for (i = 0; i < widget->connection_count; i++) {
        UCHAR node = widget->connections[i];
        const struct widget *source = codec_widget(search->codec, node);

        if (source && !search->seen[node] && path_channels(source) >= search->need->channels)
            reach(search, node, widget->node, (UCHAR)i);
    }
}

/* Widgets of other paths count as seen already. */
static void leave_out(struct search *search, const struct path *path)
{
    unsigned i;

    for (i = 0; i < path->count; i++) {
        UCHAR node = path->steps[i].widget->node;

        if (codec_widget(search->codec, node) == path->steps[i].widget)
            search->seen[node] = true;
    }
}

static void begin_search(struct search *search, const struct codec *codec, UCHAR pin,
                         const struct path_need *need)
{
    unsigned i;

    RtlZeroMemory(search, sizeof(*search));
    search->codec = codec;
    search->need = need;
    search->pin = pin;
    for (i = 0; i < need->beside_count; i++)
        leave_out(search, need->beside[i]);
}

/* Where the search begins: at the pin, or at all converters at once. */
static void reach_ends(struct search *search)
{
    const struct codec *codec = search->codec;
    unsigned i;

    for (i = 0; i < codec->count; i++) {
        const struct widget *widget = &codec->widgets[i];
        bool is_end = search->need->direction == PATH_OUT ? widget->node == search->pin
                                                          : is_converter_for(widget, search->need);

        if (is_end && !search->seen[widget->node])
            reach(search, widget->node, widget->node, 0);
    }
}

static NTSTATUS trace_back(const struct search *search, UCHAR goal, struct path *path)
{
    unsigned count = 1, i;
    UCHAR node = goal, input = 0;

    for (; search->from[node] != node; node = search->from[node])
        count++;
    if (count > PATH_MAX_STEPS)
        return STATUS_NOT_SUPPORTED;
    path->direction = search->need->direction;
    path->channel = 0;
    path->count = count;
    for (node = goal, i = count; i > 0; i--) {
        path->steps[i - 1].widget = codec_widget(search->codec, node);
        path->steps[i - 1].input = input;
        input = search->input[node];
        node = search->from[node];
    }
    return STATUS_SUCCESS;
}

/* Behind the widget at which it joins another path it goes on as that does. */
static NTSTATUS follow_joined(const struct path_need *need, struct path *path)
{
    const struct path *joined = NULL;
    const struct path_step *step = joint(need, path->steps[path->count - 1].widget, &joined);

    if (!step)
        return STATUS_SUCCESS;
    for (path->count--; step < joined->steps + joined->count; step++) {
        if (path->count == PATH_MAX_STEPS)
            return STATUS_NOT_SUPPORTED;
        path->steps[path->count++] = *step;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS finish(const struct search *search, UCHAR goal, struct path *path)
{
    NTSTATUS status = trace_back(search, goal, path);

    return NT_SUCCESS(status) ? follow_joined(search->need, path) : status;
}

NTSTATUS path_find(const struct codec *codec, UCHAR pin, const struct path_need *need, struct path *path)
{
    const struct widget *widget = codec_widget(codec, pin);
    struct search search;

    if (!is_path_pin(widget, need->direction) || path_channels(widget) < need->channels)
        return STATUS_NOT_SUPPORTED;
    begin_search(&search, codec, pin, need);
    reach_ends(&search);
    while (search.head < search.tail) {
        widget = codec_widget(codec, search.queue[search.head++]);
        if (is_goal(&search, widget))
            return finish(&search, widget->node, path);
        if (search.from[widget->node] == widget->node || passes_sound(widget))
            reach_connections(&search, widget);
    }
    return STATUS_NOT_SUPPORTED;
}

/* ---- The pin ------------------------------------------------------------------------------------- */

bool is_pin_connected(const struct widget *pin)
{
    return (pin->config_default >> HDA_CONFIG_PORT_SHIFT & CONNECTION_MASK) != HDA_PORT_NONE;
}

static ULONG device_rank(unsigned device, enum path_direction direction)
{
    static const UCHAR order[][5] = {
        [PATH_OUT] = {HDA_DEVICE_LINE_OUT, HDA_DEVICE_SPEAKER, HDA_DEVICE_HEADPHONE, HDA_DEVICE_SPDIF_OUT,
                      HDA_DEVICE_DIGITAL_OUT},
        [PATH_IN] = {HDA_DEVICE_LINE_IN, HDA_DEVICE_MIC, HDA_DEVICE_CD, HDA_DEVICE_SPDIF_IN,
                     HDA_DEVICE_DIGITAL_IN},
    };
    ULONG i;

    for (i = 0; i < RTL_NUMBER_OF(order[direction]) && order[direction][i] != device; i++)
        ;
    return i;
}

static ULONG jack_rank(const struct widget *pin)
{
    static const ULONG ranks[] = {[JACK_PLUGGED] = 0, [JACK_UNKNOWN] = 1, [JACK_EMPTY] = 2};

    return ranks[pin->jack];
}

/* What moves with the jacks goes to an analog one that is plugged, else to speakers; a display or an
 * amplifier that is plugged in all day comes behind them. */
static ULONG jack_class(enum jack jack, ULONG device)
{
    if (jack == JACK_EMPTY)
        return 3;
    if (device >= FIRST_DIGITAL)
        return 2;
    return jack == JACK_PLUGGED ? 0 : 1;
}

/* Association 0 is reserved: it comes last (HDA 7.3.3.31). */
ULONG path_pin_rank(const struct widget *pin, enum path_direction direction, bool jacks_first)
{
    ULONG config = pin->config_default;
    ULONG device = device_rank(config >> HDA_CONFIG_DEVICE_SHIFT & FIELD_MASK, direction);
    ULONG association = config >> HDA_CONFIG_ASSOCIATION_SHIFT & FIELD_MASK;
    ULONG sequence = config >> HDA_CONFIG_SEQUENCE_SHIFT & FIELD_MASK;

    if (association == 0)
        association = NO_ASSOCIATION;
    return (jacks_first ? jack_class(pin->jack, device) : 0) << 16 | device << 12 | jack_rank(pin) << 8 |
           association << 4 | sequence;
}

/* The channels cannot be done without; a converter for the rate is better than one for the width. */
static NTSTATUS find_nearest(const struct codec *codec, UCHAR pin, const struct path_need *need,
                             struct path *path)
{
    struct path_need asked = *need;
    NTSTATUS status = path_find(codec, pin, &asked, path);

    if (need->exact)
        return status;
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

        if (!is_path_pin(pin, need->direction) || !is_pin_connected(pin) ||
            path_pin_rank(pin, need->direction, need->jacks_first) >= *rank)
            continue;
        if (!NT_SUCCESS(find_nearest(codec, pin->node, need, &found)))
            continue;
        *path = found;
        *rank = path_pin_rank(pin, need->direction, need->jacks_first);
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
        *rank = path_pin_rank(path_pin(path), need->direction, need->jacks_first);
    return status;
}
