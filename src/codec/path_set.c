/* SPDX-License-Identifier: BSD-2-Clause */
/* path_set.c - the paths of one stream to several pins. */
#include "path_set.h"

#define CHANNELS_EACH 2u /* of a converter, when a stream is spread over several */
#define FIELD_MASK    0xFu
#define NO_GROUP      0xFu /* association of pins that belong to no group */
#define TRIES         4096 /* ways that are looked for at most: real codecs need some dozens */

/* What all the others have to take, when the first one has been found. */
static struct path_need need_of(const struct path *first, const struct path_need *need)
{
    struct path_need same = *need;

    if (need->rate)
        same.rate = converter_rate(path_converter(first), need->rate);
    same.bits = converter_bits(path_converter(first), need->bits);
    return same;
}

/* The first `count` paths of the set are left out, too. */
static void go_beside(struct path_need *need, const struct path_set *set, unsigned count,
                      const struct path *beside[2 * PATH_SET_MOST])
{
    unsigned i;

    for (i = 0; i < count; i++)
        beside[i] = &set->paths[i];
    for (i = 0; i < need->beside_count; i++)
        beside[count + i] = need->beside[i];
    need->beside = beside;
    need->beside_count += count;
}

/* ---- The same at each ---------------------------------------------------------------------------- */

static bool has_pin(const struct path_set *set, UCHAR pin)
{
    unsigned i;

    for (i = 0; i < set->count; i++)
        if (path_pin(&set->paths[i])->node == pin)
            return true;
    return false;
}

/* From one converter the same leaves all pins in the same frame, and other converters stay free. */
static NTSTATUS add_joined(const struct codec *codec, UCHAR pin, const struct path_need *need,
                           struct path_set *set)
{
    const struct path *joined[PATH_SET_MOST];
    struct path_need asked = *need;
    unsigned i;

    for (i = 0; i < set->count; i++)
        joined[i] = &set->paths[i];
    asked.joined = joined;
    asked.joined_count = set->count;
    return path_find(codec, pin, &asked, &set->paths[set->count]);
}

static NTSTATUS add_beside(const struct codec *codec, UCHAR pin, const struct path_need *need,
                           struct path_set *set)
{
    struct path_need asked = *need;
    const struct path *beside[2 * PATH_SET_MOST];

    go_beside(&asked, set, set->count, beside);
    return path_find(codec, pin, &asked, &set->paths[set->count]);
}

static NTSTATUS add_pin(const struct codec *codec, UCHAR pin, const struct path_need *need,
                        struct path_set *set)
{
    NTSTATUS status = STATUS_NOT_SUPPORTED;

    if (has_pin(set, pin))
        return STATUS_NOT_SUPPORTED;
    if (need->direction == PATH_OUT)
        status = add_joined(codec, pin, need, set);
    if (!NT_SUCCESS(status))
        status = add_beside(codec, pin, need, set);
    if (NT_SUCCESS(status))
        set->count++;
    return status;
}

NTSTATUS path_set_same(const struct codec *codec, const UCHAR *pins, unsigned count,
                       const struct path_need *need, struct path_set *set)
{
    struct path_need same;
    NTSTATUS status;
    ULONG rank;

    if (count == 0 || count > PATH_SET_MOST || need->beside_count > PATH_SET_MOST)
        return STATUS_INVALID_PARAMETER;
    status = path_choose(codec, pins[0], need, &set->paths[0], &rank);
    set->count = NT_SUCCESS(status) ? 1 : 0;
    if (NT_SUCCESS(status))
        same = need_of(&set->paths[0], need);
    while (NT_SUCCESS(status) && set->count < count)
        status = add_pin(codec, pins[set->count], &same, set);
    return status;
}

/* ---- Other channels at each ---------------------------------------------------------------------- */

struct spread {
    const struct codec *codec;
    const struct path_need *need;
    UCHAR pins[PATH_SET_MOST];
    unsigned wanted; /* pins */
    unsigned tries;
    struct path_set *set;
};

static unsigned field(const struct widget *pin, unsigned shift)
{
    return pin->config_default >> shift & FIELD_MASK;
}

/* Whether two pins are of one group, in which the second stands behind the first. */
static bool follows(const struct widget *first, const struct widget *second)
{
    return is_path_pin(second, PATH_OUT) && is_pin_connected(second) &&
           field(first, HDA_CONFIG_DEVICE_SHIFT) == field(second, HDA_CONFIG_DEVICE_SHIFT) &&
           field(first, HDA_CONFIG_ASSOCIATION_SHIFT) == field(second, HDA_CONFIG_ASSOCIATION_SHIFT) &&
           field(first, HDA_CONFIG_SEQUENCE_SHIFT) < field(second, HDA_CONFIG_SEQUENCE_SHIFT);
}

/* The pin whose sequence comes next; NULL: none. */
static const struct widget *next_pin(const struct codec *codec, const struct widget *pin)
{
    const struct widget *next = NULL;
    unsigned i;

    for (i = 0; i < codec->count; i++) {
        const struct widget *other = &codec->widgets[i];

        if (follows(pin, other) && (!next || follows(other, next)))
            next = other;
    }
    return next;
}

static bool is_first(const struct codec *codec, const struct widget *pin)
{
    unsigned i;

    for (i = 0; i < codec->count; i++)
        if (follows(&codec->widgets[i], pin))
            return false;
    return true;
}

/* Whether a pin leads a group of as many as are wanted. */
static bool collect_group(struct spread *spread, const struct widget *pin)
{
    unsigned association = field(pin, HDA_CONFIG_ASSOCIATION_SHIFT), i;

    if (!is_path_pin(pin, PATH_OUT) || !is_pin_connected(pin) || association == 0 ||
        association == NO_GROUP || !is_first(spread->codec, pin))
        return false;
    for (i = 0; i < spread->wanted && pin; i++) {
        spread->pins[i] = pin->node;
        pin = next_pin(spread->codec, pin);
    }
    return i == spread->wanted;
}

static bool place_from(struct spread *spread, unsigned place, const struct path_need *need);

/* With this converter at this place, and others at those behind it. */
static bool place_with(struct spread *spread, unsigned place, const struct path_need *need,
                       const struct widget *converter)
{
    struct path *path = &spread->set->paths[place];
    const struct path *beside[2 * PATH_SET_MOST];
    struct path_need asked = *need, rest;

    asked.converter = converter->node;
    asked.channels = min(need->channels - place * CHANNELS_EACH, CHANNELS_EACH);
    go_beside(&asked, spread->set, place, beside);
    if (!NT_SUCCESS(path_find(spread->codec, spread->pins[place], &asked, path)))
        return false;
    path->channel = (UCHAR)(place * CHANNELS_EACH);
    rest = place == 0 ? need_of(path, spread->need) : *need;
    return place + 1 == spread->wanted || place_from(spread, place + 1, &rest);
}

/* A converter that suits one pin may be the only one for another. */
static bool place_from(struct spread *spread, unsigned place, const struct path_need *need)
{
    const struct codec *codec = spread->codec;
    unsigned i;

    for (i = 0; i < codec->count && spread->tries > 0; i++) {
        const struct widget *converter = &codec->widgets[i];

        if (widget_type(converter) != HDA_WIDGET_AUDIO_OUTPUT || widget_channels(converter) != CHANNELS_EACH)
            continue;
        spread->tries--;
        if (place_with(spread, place, need, converter))
            return true;
    }
    return false;
}

/* As path_choose() does: a converter for the rate is better than one for the width. */
static bool place_nearest(struct spread *spread)
{
    struct path_need asked = *spread->need;
    bool placed;

    spread->tries = TRIES;
    placed = place_from(spread, 0, &asked);
    if (asked.exact)
        return placed;
    asked.bits = 0;
    placed = placed || place_from(spread, 0, &asked);
    asked.rate = 0;
    return placed || place_from(spread, 0, &asked);
}

/* With other counts a file has its channels in another order than the pins. */
static bool is_surround(const struct path_need *need)
{
    return need->direction == PATH_OUT && (need->channels == 6 || need->channels == 8);
}

NTSTATUS path_set_spread(const struct codec *codec, const struct path_need *need, struct path_set *set,
                         ULONG *rank)
{
    struct path_set tried = {.count = (need->channels + CHANNELS_EACH - 1) / CHANNELS_EACH};
    struct spread spread = {.codec = codec, .need = need, .wanted = tried.count, .set = &tried};
    NTSTATUS status = STATUS_NOT_SUPPORTED;
    unsigned i;

    *rank = MAXULONG;
    if (!is_surround(need) || need->beside_count > PATH_SET_MOST)
        return STATUS_NOT_SUPPORTED;
    for (i = 0; i < codec->count; i++) {
        ULONG pins_rank = path_pin_rank(&codec->widgets[i], PATH_OUT, need->jacks_first);

        if (pins_rank >= *rank || !collect_group(&spread, &codec->widgets[i]) || !place_nearest(&spread))
            continue;
        *set = tried;
        *rank = pins_rank;
        status = STATUS_SUCCESS;
    }
    return status;
}

/* ---- Verbs --------------------------------------------------------------------------------------- */

NTSTATUS path_set_close(const struct codec *codec, const struct path_set *set)
{
    NTSTATUS result = STATUS_SUCCESS;
    unsigned i;

    for (i = 0; i < set->count; i++) {
        NTSTATUS status = path_close(codec, &set->paths[i]);

        if (NT_SUCCESS(result))
            result = status;
    }
    return result;
}

NTSTATUS path_set_open(const struct codec *codec, const struct path_set *set, HDAUDIO_CONVERTER_FORMAT format,
                       UCHAR stream)
{
    NTSTATUS status = STATUS_SUCCESS;
    unsigned i;

    for (i = 0; i < set->count && NT_SUCCESS(status); i++)
        status = path_open(codec, &set->paths[i], format, stream);
    if (!NT_SUCCESS(status))
        path_set_close(codec, set);
    return status;
}
