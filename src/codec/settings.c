/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.c - what the widgets of a function group select, and what is plugged in. */
#include "settings.h"

#include "pool.h"
#include "verbs.h"

#define SELECT_MASK 0xFFu
#define PORT_MASK   0x3u

struct answers {
    ULONG select, sense;
};

/* HDA 7.3.3.2: mixers, power widgets and knobs use all their connections. */
static bool selects(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return widget->connection_count > 1 && type != HDA_WIDGET_MIXER && type != HDA_WIDGET_POWER_WIDGET &&
           type != HDA_WIDGET_VOLUME_KNOB;
}

static bool is_jack(const struct widget *pin)
{
    ULONG port = pin->config_default >> HDA_CONFIG_PORT_SHIFT & PORT_MASK;

    return port == HDA_PORT_JACK || port == HDA_PORT_BOTH;
}

/* Where the board has no switch at the jack the configuration default says so (HDA 7.3.3.31). */
static bool detects(const struct widget *widget)
{
    return widget_type(widget) == HDA_WIDGET_PIN && is_jack(widget) &&
           (widget->pin_caps & HDA_PIN_CAPS_PRESENCE) && !(widget->config_default & HDA_CONFIG_NO_PRESENCE);
}

static void ask(struct verb_batch *batch, const struct widget *widget, struct answers *answers)
{
    if (selects(widget))
        batch_get8(batch, widget->node, HDA_GET_CONNECTION_SELECT, 0, &answers->select);
    if (detects(widget))
        batch_get8(batch, widget->node, HDA_GET_PIN_SENSE, 0, &answers->sense);
}

static struct widget_setting setting_of(const struct widget *widget, const struct answers *answers)
{
    return (struct widget_setting){
        .selects = selects(widget),
        .selected = (UCHAR)(answers->select & SELECT_MASK),
        .detects = detects(widget),
        .present = answers->sense & HDA_SENSE_PRESENCE,
    };
}

NTSTATUS codec_read_settings(const struct codec *codec, struct widget_setting *settings)
{
    struct answers *answers = codec_pool_alloc((codec->count + 1) * sizeof(*answers));
    struct verb_batch batch;
    NTSTATUS status;
    unsigned i;

    if (!answers)
        return STATUS_NO_MEMORY;
    batch_init(&batch, codec->address);
    for (i = 0; i < codec->count; i++)
        ask(&batch, &codec->widgets[i], &answers[i]);
    status = batch_send(&batch, codec->ddi);
    batch_free(&batch);
    for (i = 0; i < codec->count; i++)
        settings[i] = setting_of(&codec->widgets[i], &answers[i]);
    codec_pool_free(answers);
    return status;
}
