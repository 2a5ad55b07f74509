/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.c - what the widgets of a function group select. */
#include "settings.h"

#include "pool.h"
#include "verbs.h"

#define SELECT_MASK 0xFFu

/* HDA 7.3.3.2: mixers, power widgets and knobs use all their connections. */
bool widget_selects(const struct widget *widget)
{
    unsigned type = widget_type(widget);

    return widget->connection_count > 1 && type != HDA_WIDGET_MIXER && type != HDA_WIDGET_POWER_WIDGET &&
           type != HDA_WIDGET_VOLUME_KNOB;
}

NTSTATUS codec_read_settings(const struct codec *codec, struct widget_setting *settings)
{
    ULONG *answers = codec_pool_alloc((codec->count + 1) * sizeof(*answers));
    struct verb_batch batch;
    NTSTATUS status;
    unsigned i;

    if (!answers)
        return STATUS_NO_MEMORY;
    batch_init(&batch, codec->address);
    for (i = 0; i < codec->count; i++)
        if (widget_selects(&codec->widgets[i]))
            batch_get8(&batch, codec->widgets[i].node, HDA_GET_CONNECTION_SELECT, 0, &answers[i]);
    status = batch_send(&batch, codec->ddi);
    batch_free(&batch);
    for (i = 0; i < codec->count; i++)
        settings[i] = (struct widget_setting){.selects = widget_selects(&codec->widgets[i]),
                                              .selected = (UCHAR)(answers[i] & SELECT_MASK)};
    codec_pool_free(answers);
    return status;
}
