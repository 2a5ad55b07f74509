/* SPDX-License-Identifier: BSD-2-Clause */
/* jacks.c - hears of it when something is plugged into a codec's jacks, or pulled out. */
#include "jacks.h"

#include "verbs.h"

static bool is_watched(const struct widget *widget)
{
    return widget_has_jack(widget) && (widget->pin_caps & HDA_PIN_CAPS_OUTPUT) &&
           (widget->caps & HDA_WIDGET_UNSOLICITED);
}

static unsigned count_watched(const struct codec *codec)
{
    unsigned count = 0, i;

    for (i = 0; i < codec->count; i++)
        count += is_watched(&codec->widgets[i]);
    return count;
}

static NTSTATUS set_unsolicited(const struct codec *codec, UCHAR value)
{
    struct verb_batch batch;
    NTSTATUS status;
    unsigned i;

    batch_init(&batch, codec->address);
    for (i = 0; i < codec->count; i++)
        if (is_watched(&codec->widgets[i]))
            batch_set8(&batch, codec->widgets[i].node, HDA_SET_UNSOLICITED, value);
    status = batch_send(&batch, codec->ddi);
    batch_free(&batch);
    return status;
}

/* The response says that there is something to look at; what it is the pins are asked for. */
static VOID hear(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    struct jack_watch *watch = context;

    (void)response;
    InterlockedExchange(&watch->changed, TRUE);
}

NTSTATUS jack_watch_open(struct jack_watch *watch, const struct codec *codec)
{
    NTSTATUS status;

    watch->codec = codec;
    watch->jacks = count_watched(codec);
    watch->changed = TRUE;
    status = codec->ddi->RegisterEventCallback(codec->ddi->Context, hear, watch, &watch->tag);
    if (!NT_SUCCESS(status))
        return status;
    status = set_unsolicited(codec, HDA_UNSOLICITED_ENABLE | watch->tag);
    if (!NT_SUCCESS(status))
        jack_watch_close(watch);
    return status;
}

NTSTATUS jack_watch_renew(struct jack_watch *watch)
{
    InterlockedExchange(&watch->changed, TRUE);
    return set_unsolicited(watch->codec, HDA_UNSOLICITED_ENABLE | watch->tag);
}

void jack_watch_close(struct jack_watch *watch)
{
    const struct codec *codec = watch->codec;

    set_unsolicited(codec, 0);
    codec->ddi->UnregisterEventCallback(codec->ddi->Context, watch->tag);
}

bool jack_watch_changed(struct jack_watch *watch)
{
    return InterlockedExchange(&watch->changed, FALSE);
}
