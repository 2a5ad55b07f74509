/* SPDX-License-Identifier: BSD-2-Clause */
/* graph.c - function groups as a picture in the DOT language. */
#include "graph.h"

#include "words.h"

#define NODES           256u
#define PORT_MASK       0x3u
#define HERMITS_ABREAST 5u

/* Whatever lies on a path, and what is of no use. */
#define COLOR_OUT  "#d95f02"
#define COLOR_IN   "#1f6fb4"
#define COLOR_LINE "#505050"
#define COLOR_DIM  "#b8b8b8"
#define FILL_DIM   "#f8f8f8"

/* One function group while it is drawn, with what each widget, by its NID, leads to. */
struct drawing {
    FILE *stream;
    const struct graph_group *group;
    const struct codec *codec;
    bool feeds_pin[NODES];
    bool is_named[NODES]; /* in another's list */
};

/* ---- Text ---------------------------------------------------------------------------------------- */

/* As it may stand between quotes: a backslash is DOT's own escape, and a control character is nothing to see.
 */
static void put_escaped(FILE *stream, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', stream);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, stream);
    }
}

static void put_name(const struct drawing *drawing, const struct widget *widget)
{
    fprintf(drawing->stream, "c%un%02x", drawing->codec->address, widget->node);
}

/* ---- Widgets ------------------------------------------------------------------------------------- */

static bool is_converter(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return type == HDA_WIDGET_AUDIO_OUTPUT || type == HDA_WIDGET_AUDIO_INPUT;
}

static bool is_pin(const struct widget *widget)
{
    return widget_type(widget) == HDA_WIDGET_PIN;
}

static bool is_unconnected(const struct widget *widget)
{
    return is_pin(widget) && !is_pin_connected(widget);
}

static const struct widget_setting *setting_of(const struct drawing *drawing, const struct widget *widget)
{
    const struct widget_setting *settings = drawing->group->settings;

    return settings ? &settings[widget - drawing->codec->widgets] : NULL;
}

/* ---- The paths ----------------------------------------------------------------------------------- */

static const char *path_color(const struct path *path)
{
    return path->direction == PATH_OUT ? COLOR_OUT : COLOR_IN;
}

/* Of the path that a widget lies on; NULL: on none. */
static const char *color_on_path(const struct drawing *drawing, const struct widget *widget)
{
    unsigned i, step;

    for (i = 0; i < drawing->group->path_count; i++) {
        const struct path *path = &drawing->group->paths[i];

        for (step = 0; step < path->count; step++)
            if (path->steps[step].widget == widget)
                return path_color(path);
    }
    return NULL;
}

/* The same of a connection; a path goes against the way of sound. */
static const char *color_of_connection(const struct drawing *drawing, const struct widget *source,
                                       const struct widget *widget)
{
    unsigned i, step;

    for (i = 0; i < drawing->group->path_count; i++) {
        const struct path *path = &drawing->group->paths[i];

        for (step = 0; step + 1 < path->count; step++)
            if (path->steps[step].widget == widget && path->steps[step + 1].widget == source)
                return path_color(path);
    }
    return NULL;
}

/* ---- What stands in a widget --------------------------------------------------------------------- */

static void put_pin(const struct drawing *drawing, const struct widget *pin)
{
    bool out = pin->pin_caps & HDA_PIN_CAPS_OUTPUT, in = pin->pin_caps & HDA_PIN_CAPS_INPUT;
    char name[PIN_NAME_SIZE];

    pin_name(pin->config_default, name);
    fprintf(drawing->stream, "%s%s\\n", out ? ", out" : "", in ? ", in" : "");
    put_escaped(drawing->stream, name);
    if (pin->jack != JACK_UNKNOWN)
        fprintf(drawing->stream, "\\n%s", pin->jack == JACK_PLUGGED ? "plugged in" : "nothing plugged in");
}

/* The highest rate and the greatest width of a converter. */
static void put_formats(FILE *stream, ULONG pcm)
{
    unsigned rate = 0, bits = 0, i;

    for (i = 0; i < PCM_RATES; i++)
        if (pcm >> i & 1)
            rate = pcm_rate(i);
    for (i = 0; i < PCM_SIZES; i++)
        if (pcm >> (16 + i) & 1)
            bits = pcm_size(i);
    if (rate && bits)
        fprintf(stream, "\\nto %g kHz, %u bits", rate / 1000.0, bits);
}

static void put_shape_of_sound(FILE *stream, const struct widget *widget)
{
    unsigned channels = widget_channels(widget);

    if (channels == 1)
        fputs(", mono", stream);
    else if (channels != 2)
        fprintf(stream, ", %u channels", channels);
    if (widget->caps & HDA_WIDGET_DIGITAL)
        fputs(", digital", stream);
}

static void put_amp(FILE *stream, const char *which, ULONG caps)
{
    char range[AMP_RANGE_SIZE];

    amp_range(caps, range);
    fprintf(stream, "\\n%s %s", which, range);
}

static bool carries_sound(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return type <= HDA_WIDGET_POWER_WIDGET || type == HDA_WIDGET_BEEP;
}

static void put_label(const struct drawing *drawing, const struct widget *widget)
{
    FILE *stream = drawing->stream;

    fprintf(stream, "%s 0x%02x", widget_kind_word(widget->caps), widget->node);
    if (carries_sound(widget))
        put_shape_of_sound(stream, widget);
    if (is_converter(widget))
        put_formats(stream, widget->pcm);
    if (is_pin(widget))
        put_pin(drawing, widget);
    if (widget->caps & HDA_WIDGET_INPUT_AMP)
        put_amp(stream, "in", widget->input_amp);
    if (widget->caps & HDA_WIDGET_OUTPUT_AMP)
        put_amp(stream, "out", widget->output_amp);
}

/* ---- What a widget looks like -------------------------------------------------------------------- */

static const struct look {
    const char *shape, *margin, *fill;
} unknown_look = {"note", "0.12,0.04", "#ffffff"},
  looks[16] = {
      [HDA_WIDGET_AUDIO_OUTPUT] = {"cds", "0.18,0.14", "#fde3c8"},
      [HDA_WIDGET_AUDIO_INPUT] = {"component", "0.16,0.05", "#cfe4f5"},
      [HDA_WIDGET_MIXER] = {"ellipse", "0.02,0.02", "#fff6bf"},
      [HDA_WIDGET_SELECTOR] = {"hexagon", "0.02,0.02", "#e3f2d3"},
      [HDA_WIDGET_PIN] = {"box", "0.22,0.05", "#ffffff"},
      [HDA_WIDGET_POWER_WIDGET] = {"octagon", "0.02,0.02", "#eadcf4"},
      [HDA_WIDGET_VOLUME_KNOB] = {"oval", "0.02,0.02", "#ececec"},
      [HDA_WIDGET_BEEP] = {"invhouse", "0.02,0.02", "#f9d9e4"},
      [HDA_WIDGET_VENDOR] = {"tab", "0.12,0.05", "#ececec"},
};

static const struct look *look_of(const struct widget *widget)
{
    const struct look *look = &looks[widget_type(widget)];

    return look->shape ? look : &unknown_look;
}

/* Of a jack with a colour; NULL of all others. */
static const char *jack_color(const struct widget *widget)
{
    static const char *const colors[16] = {
        NULL,      "#202020", "#909090", "#3f7fd0", "#4caf50",        "#d83a34",
        "#f08a24", "#f2d31b", "#8e4fb0", "#f08fb5", [14] = "#ffffff",
    };
    ULONG port = widget->config_default >> HDA_CONFIG_PORT_SHIFT & PORT_MASK;

    if (!is_pin(widget) || (port != HDA_PORT_JACK && port != HDA_PORT_BOTH))
        return NULL;
    return colors[widget->config_default >> HDA_CONFIG_COLOR_SHIFT & 0xF];
}

/* A jack's colour is a stripe at the edge where it is plugged in. */
static void put_fill(const struct drawing *drawing, const struct widget *widget)
{
    const char *fill = look_of(widget)->fill, *jack = jack_color(widget);

    if (is_unconnected(widget))
        fprintf(drawing->stream, " style=filled fillcolor=\"" FILL_DIM "\" fontcolor=\"" COLOR_DIM "\"");
    else if (jack)
        fprintf(drawing->stream, " style=striped fillcolor=\"%s:%s;0.06\"", fill, jack);
    else
        fprintf(drawing->stream, " style=filled fillcolor=\"%s\"", fill);
}

static void put_widget(const struct drawing *drawing, const struct widget *widget)
{
    const char *color = color_on_path(drawing, widget);

    fputs("    ", drawing->stream);
    put_name(drawing, widget);
    fputs(" [label=\"", drawing->stream);
    put_label(drawing, widget);
    fprintf(drawing->stream, "\" shape=%s margin=\"%s\"", look_of(widget)->shape, look_of(widget)->margin);
    put_fill(drawing, widget);
    if (color)
        fprintf(drawing->stream, " color=\"%s\" penwidth=3", color);
    else if (is_unconnected(widget))
        fprintf(drawing->stream, " color=\"" COLOR_DIM "\"");
    fputs("]\n", drawing->stream);
}

/* ---- Connections --------------------------------------------------------------------------------- */

/* Whether a widget before this one in the list is the same. */
static bool is_repeated(const struct widget *widget, unsigned index)
{
    unsigned i;

    for (i = 0; i < index; i++)
        if (widget->connections[i] == widget->connections[index])
            return true;
    return false;
}

static bool is_left_aside(const struct drawing *drawing, const struct widget *widget, UCHAR source)
{
    const struct widget_setting *setting = setting_of(drawing, widget);

    if (!setting || !setting->selects)
        return false;
    return setting->selected >= widget->connection_count || widget->connections[setting->selected] != source;
}

/* Sound that comes in goes from right to left. What is placed by an arrow that is written the other way round
 * has its head in front of its tail. */
static bool goes_left(const struct drawing *drawing, const struct widget *source, const struct widget *widget)
{
    if (is_pin(source) || is_converter(widget))
        return true;
    return !is_converter(source) && !drawing->feeds_pin[widget->node];
}

static void put_style(const struct drawing *drawing, const struct widget *source, const struct widget *widget)
{
    const char *color = color_of_connection(drawing, source, widget);

    if (color)
        fprintf(drawing->stream, " color=\"%s\" penwidth=3 weight=4", color);
    else if (is_unconnected(source) || is_unconnected(widget))
        fputs(" color=\"" COLOR_DIM "\"", drawing->stream);
    if (is_left_aside(drawing, widget, source->node) && !color)
        fputs(" style=dashed", drawing->stream);
}

static void put_connection(const struct drawing *drawing, const struct widget *source,
                           const struct widget *widget)
{
    bool left = goes_left(drawing, source, widget);

    fputs("    ", drawing->stream);
    put_name(drawing, left ? widget : source);
    fputs(" -> ", drawing->stream);
    put_name(drawing, left ? source : widget);
    fprintf(drawing->stream, " [dir=%s", left ? "back" : "forward");
    if (is_pin(source) && is_pin(widget))
        fputs(" constraint=false", drawing->stream);
    put_style(drawing, source, widget);
    fputs("]\n", drawing->stream);
}

/* A knob's list names what it turns (HDA 7.2.3.7). */
static void put_control(const struct drawing *drawing, const struct widget *knob, const struct widget *turned)
{
    fputs("    ", drawing->stream);
    put_name(drawing, knob);
    fputs(" -> ", drawing->stream);
    put_name(drawing, turned);
    fputs(" [style=dotted constraint=false]\n", drawing->stream);
}

static void put_connections(const struct drawing *drawing, const struct widget *widget, bool on_path)
{
    unsigned i;

    for (i = 0; i < widget->connection_count; i++) {
        const struct widget *source = codec_widget(drawing->codec, widget->connections[i]);

        if (!source || is_repeated(widget, i) ||
            (color_of_connection(drawing, source, widget) != NULL) != on_path)
            continue;
        if (widget_type(widget) == HDA_WIDGET_VOLUME_KNOB)
            put_control(drawing, widget, source);
        else
            put_connection(drawing, source, widget);
    }
}

/* What comes later lies above. */
static void put_all_connections(const struct drawing *drawing)
{
    unsigned i;

    for (i = 0; i < drawing->codec->count; i++)
        put_connections(drawing, &drawing->codec->widgets[i], false);
    for (i = 0; i < drawing->codec->count; i++)
        put_connections(drawing, &drawing->codec->widgets[i], true);
}

/* ---- The group ----------------------------------------------------------------------------------- */

/* Converters, and what has no connection that could place it. */
static bool stands_left(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return is_converter(widget) || type == HDA_WIDGET_BEEP || type == HDA_WIDGET_VOLUME_KNOB;
}

/* Marks what stands in the widget's list, at which a converter is the end; whether there was any that was not
 * marked. */
static bool mark_sources(struct drawing *drawing, const struct widget *widget)
{
    bool news = false;
    unsigned i;

    if (is_converter(widget))
        return false;
    for (i = 0; i < widget->connection_count; i++) {
        news |= !drawing->feeds_pin[widget->connections[i]];
        drawing->feeds_pin[widget->connections[i]] = true;
    }
    return news;
}

/* From the pins back, until nothing new is found. */
static void find_what_feeds_pins(struct drawing *drawing)
{
    const struct codec *codec = drawing->codec;
    bool news = true;
    unsigned i;

    for (i = 0; i < codec->count; i++)
        drawing->feeds_pin[codec->widgets[i].node] = is_pin(&codec->widgets[i]);
    while (news) {
        news = false;
        for (i = 0; i < codec->count; i++)
            if (drawing->feeds_pin[codec->widgets[i].node])
                news |= mark_sources(drawing, &codec->widgets[i]);
    }
}

static void find_what_is_named(struct drawing *drawing)
{
    const struct codec *codec = drawing->codec;
    unsigned i, j;

    for (i = 0; i < codec->count; i++)
        for (j = 0; j < codec->widgets[i].connection_count; j++)
            drawing->is_named[codec->widgets[i].connections[j]] = true;
}

static void put_column(const struct drawing *drawing, const char *rank,
                       bool is_in(const struct widget *widget))
{
    unsigned i;

    fprintf(drawing->stream, "    {rank=%s", rank);
    for (i = 0; i < drawing->codec->count; i++)
        if (is_in(&drawing->codec->widgets[i])) {
            fputc(' ', drawing->stream);
            put_name(drawing, &drawing->codec->widgets[i]);
        }
    fputs("}\n", drawing->stream);
}

static void put_title(const struct drawing *drawing)
{
    fputs("    fontsize=20 labelloc=t label=\"", drawing->stream);
    put_escaped(drawing->stream, drawing->group->title);
    fputs("\"\n", drawing->stream);
}

/* Some codecs have dozens of vendor's widgets that have nothing to do with any other. */
static bool is_hermit(const struct drawing *drawing, const struct widget *widget)
{
    return widget_type(widget) == HDA_WIDGET_VENDOR && widget->connection_count == 0 &&
           !drawing->is_named[widget->node];
}

/* All of them in one box. */
static void put_hermits(const struct drawing *drawing)
{
    unsigned count = 0, i;

    for (i = 0; i < drawing->codec->count; i++) {
        const struct widget *widget = &drawing->codec->widgets[i];

        if (!is_hermit(drawing, widget))
            continue;
        if (count == 0)
            fprintf(drawing->stream,
                    "    {rank=min c%ug%02x [shape=tab style=filled fillcolor=\"%s\" label=\"%s",
                    drawing->codec->address, drawing->codec->group, look_of(widget)->fill,
                    "vendor's, without connections");
        fprintf(drawing->stream, "%s0x%02x", count++ % HERMITS_ABREAST ? " " : "\\n", widget->node);
    }
    if (count > 0)
        fputs("\"]}\n", drawing->stream);
}

/* A cluster without a node is not drawn. */
static void put_nothing(const struct drawing *drawing)
{
    fprintf(drawing->stream, "    c%ug%02x [shape=plaintext label=\"no audio widgets\"]\n",
            drawing->codec->address, drawing->codec->group);
}

void graph_begin(FILE *stream)
{
    fputs("digraph codec {\n"
          "  graph [rankdir=LR ranksep=0.9 nodesep=0.12 fontname=\"Helvetica\"]\n"
          "  label=\"thick: the path to a pin (orange) or from one (blue)   dashed: not selected   "
          "pale: not connected   dotted: is turned by\" labelloc=b fontsize=11\n"
          "  node [fontname=\"Helvetica\" fontsize=11 height=0.3 color=\"" COLOR_LINE "\"]\n"
          "  edge [arrowsize=0.7 color=\"" COLOR_LINE "\"]\n",
          stream);
}

void graph_add(FILE *stream, const struct graph_group *group)
{
    struct drawing drawing = {.stream = stream, .group = group, .codec = group->codec};
    unsigned i;

    find_what_feeds_pins(&drawing);
    find_what_is_named(&drawing);
    fprintf(stream, "  subgraph cluster_%u_%02x {\n", group->codec->address, group->codec->group);
    put_title(&drawing);
    for (i = 0; i < group->codec->count; i++)
        if (!is_hermit(&drawing, &group->codec->widgets[i]))
            put_widget(&drawing, &group->codec->widgets[i]);
    put_hermits(&drawing);
    if (group->codec->count == 0)
        put_nothing(&drawing);
    put_column(&drawing, "min", stands_left);
    put_column(&drawing, "max", is_pin);
    put_all_connections(&drawing);
    fputs("  }\n", stream);
}

void graph_end(FILE *stream)
{
    fputs("}\n", stream);
}
