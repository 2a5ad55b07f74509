/* SPDX-License-Identifier: BSD-2-Clause */
/* reach.c - why no path joins a pin and a converter. */
#include "reach.h"

#include <stdio.h>

#include "words.h"

#define NODES 256u

bool is_path_converter(const struct widget *widget, enum path_direction direction)
{
    return widget_type(widget) ==
           (direction == PATH_OUT ? (unsigned)HDA_WIDGET_AUDIO_OUTPUT : (unsigned)HDA_WIDGET_AUDIO_INPUT);
}

/* What sound can be followed to or from. */
struct follow {
    const struct codec *codec;
    UCHAR pin;
    bool reached[NODES];
};

static bool leads_on(const struct follow *follow, const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return widget->node == follow->pin || type == HDA_WIDGET_MIXER || type == HDA_WIDGET_SELECTOR ||
           type == HDA_WIDGET_POWER_WIDGET;
}

/* Whether a widget that sound goes through, and that was reached, stands in the list. */
static bool is_fed(const struct follow *follow, const struct widget *widget)
{
    unsigned i;

    for (i = 0; i < widget->connection_count; i++) {
        const struct widget *source = codec_widget(follow->codec, widget->connections[i]);

        if (source && follow->reached[source->node] && leads_on(follow, source))
            return true;
    }
    return false;
}

static bool follow_forth(struct follow *follow, const struct widget *widget)
{
    if (follow->reached[widget->node] || !is_fed(follow, widget))
        return false;
    follow->reached[widget->node] = true;
    return true;
}

static bool follow_back(struct follow *follow, const struct widget *widget)
{
    bool news = false;
    unsigned i;

    if (!follow->reached[widget->node] || !leads_on(follow, widget))
        return false;
    for (i = 0; i < widget->connection_count; i++) {
        news |= !follow->reached[widget->connections[i]];
        follow->reached[widget->connections[i]] = true;
    }
    return news;
}

/* Until nothing new is reached. */
static void follow_sound(struct follow *follow, enum path_direction direction)
{
    const struct codec *codec = follow->codec;
    bool news = true;
    unsigned i;

    follow->reached[follow->pin] = true;
    while (news) {
        news = false;
        for (i = 0; i < codec->count; i++)
            news |= direction == PATH_OUT ? follow_back(follow, &codec->widgets[i])
                                          : follow_forth(follow, &codec->widgets[i]);
    }
}

static const struct widget *reached_converter(const struct follow *follow, enum path_direction direction)
{
    unsigned i;

    for (i = 0; i < follow->codec->count; i++) {
        const struct widget *widget = &follow->codec->widgets[i];

        if (follow->reached[widget->node] && is_path_converter(widget, direction))
            return widget;
    }
    return NULL;
}

static bool is_named(const struct codec *codec, UCHAR node)
{
    unsigned i, j;

    for (i = 0; i < codec->count; i++)
        for (j = 0; j < codec->widgets[i].connection_count; j++)
            if (codec->widgets[i].connections[j] == node)
                return true;
    return false;
}

static void say_converter(const struct widget *converter, char reason[REASON_SIZE])
{
    const char *problem =
        converter->stream_formats & HDA_STREAM_FORMAT_PCM ? "is too many widgets away" : "takes no PCM";

    snprintf(reason, REASON_SIZE, "%s 0x%02x %s", widget_kind_word(converter->caps), converter->node,
             problem);
}

static bool names_a_widget(const struct codec *codec, const struct widget *widget)
{
    unsigned i;

    for (i = 0; i < widget->connection_count; i++)
        if (codec_widget(codec, widget->connections[i]))
            return true;
    return false;
}

static const char *why_not_out(const struct codec *codec, const struct widget *pin)
{
    if (pin->connection_count == 0)
        return "its connection list is empty";
    return names_a_widget(codec, pin) ? "no DAC leads to it" : "its connection list names no widget";
}

static const char *why_not_in(const struct codec *codec, const struct widget *pin)
{
    return is_named(codec, pin->node) ? "it leads to no ADC" : "no connection list names it";
}

void reach_reason(const struct codec *codec, const struct widget *pin, enum path_direction direction,
                  char reason[REASON_SIZE])
{
    struct follow follow = {.codec = codec, .pin = pin->node};
    const struct widget *converter;

    follow_sound(&follow, direction);
    converter = reached_converter(&follow, direction);
    if (converter)
        say_converter(converter, reason);
    else
        snprintf(reason, REASON_SIZE, "%s",
                 direction == PATH_OUT ? why_not_out(codec, pin) : why_not_in(codec, pin));
}
