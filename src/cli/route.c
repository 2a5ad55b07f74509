/* SPDX-License-Identifier: BSD-2-Clause */
/* route.c - where a stream goes or comes from and as what: the pin, the way to it, the format. */
#include "route.h"

#include <stdarg.h>
#include <stdio.h>

#define BITS_FOR_REALS   24u /* more than a float's mantissa holds is in vain */
#define NARROWEST        16u
#define DEFAULT_RATE     48000u
#define DEFAULT_CHANNELS 2u

_Static_assert(MOST_PINS <= PATH_SET_MOST, "a stream can play to all pins that can be named");

/* ---- The wish ------------------------------------------------------------------------------------ */

static unsigned bits_of(const struct source *source)
{
    if (!source)
        return NARROWEST;
    return source->bits ? max(source->bits, NARROWEST) : BITS_FOR_REALS;
}

/* One channel is played on both where there are two. */
static unsigned channels_of(const struct source *source, enum path_direction direction)
{
    unsigned channels = source ? (unsigned)source->info.channels : DEFAULT_CHANNELS;

    return direction == PATH_OUT ? max(channels, 2u) : channels;
}

struct wish wish_for(enum path_direction direction, const struct options *options,
                     const struct source *source)
{
    struct wish wish = {
        .direction = direction,
        .pins = options->pins,
        .pin_count = options->pin_count,
        .alone = options->loopback,
        .jacks_first = options->follow_jack,
        .rate = source ? (ULONG)source->info.samplerate : DEFAULT_RATE,
        .channels = channels_of(source, direction),
        .bits = bits_of(source),
        .rate_is_must = options->rate,
        .channels_is_must = options->channels,
        .bits_is_must = options->bits,
    };

    if (options->rate)
        wish.rate = options->rate;
    if (options->channels)
        wish.channels = options->channels;
    if (options->bits)
        wish.bits = options->bits;
    return wish;
}

/* ---- The pin ------------------------------------------------------------------------------------- */

static NTSTATUS choose_one(const struct codec *codec, UCHAR pin, const struct path_need *need,
                           struct path_set *set, ULONG *rank)
{
    set->count = 1;
    return path_choose(codec, pin, need, &set->paths[0], rank);
}

/* One pin for all channels or, for 5.1 and 7.1, several: whichever begins with the better pin. */
static NTSTATUS choose_best(const struct codec *codec, bool alone, const struct path_need *need,
                            struct path_set *set, ULONG *rank)
{
    NTSTATUS status = choose_one(codec, 0, need, set, rank);
    struct path_set spread;
    ULONG rank_spread;

    if (alone || !NT_SUCCESS(path_set_spread(codec, need, &spread, &rank_spread)) ||
        (NT_SUCCESS(status) && *rank <= rank_spread))
        return status;
    *set = spread;
    *rank = rank_spread;
    return STATUS_SUCCESS;
}

static NTSTATUS choose_set(const struct codec *codec, const struct wish *wish, const struct path_need *need,
                           struct path_set *set, ULONG *rank)
{
    if (wish->pin_count == 0)
        return choose_best(codec, wish->alone, need, set, rank);
    if (wish->pin_count == 1)
        return choose_one(codec, wish->pins[0], need, set, rank);
    *rank = 0;
    return path_set_same(codec, wish->pins, wish->pin_count, need, set);
}

static void keep_set(struct route *route, const struct path_set *set)
{
    unsigned i;

    route->set = *set;
    for (i = 0; i < set->count; i++)
        route->pins[i] = path_pin(&set->paths[i])->node;
    route->pin = route->pins[0];
}

/* The best pins of all groups for this many channels. */
static bool choose_for_channels(struct route *route, const struct device *device, const struct wish *wish,
                                const struct path_need *need)
{
    ULONG best = MAXULONG, rank;
    struct path_set set;
    unsigned i;

    route->group = NULL;
    for (i = 0; i < device->group_count; i++) {
        struct audio_group *group = &device->groups[i];

        if (!NT_SUCCESS(choose_set(&group->codec, wish, need, &set, &rank)) || rank >= best)
            continue;
        best = rank;
        route->group = group;
        keep_set(route, &set);
    }
    return route->group;
}

static void go_beside(struct path_need *need, const struct route *beside,
                      const struct path *paths[PATH_SET_MOST])
{
    unsigned i;

    need->beside = paths;
    need->beside_count = beside ? beside->set.count : 0;
    for (i = 0; i < need->beside_count; i++)
        paths[i] = &beside->set.paths[i];
}

/* What no pin can carry is mixed to as many channels as one can. */
static bool choose_path(struct route *route, const struct device *device, const struct wish *wish,
                        const struct route *beside)
{
    const struct path *paths_beside[PATH_SET_MOST];
    struct path_need need = {.direction = wish->direction,
                             .channels = wish->channels,
                             .rate = wish->rate,
                             .bits = wish->bits,
                             .jacks_first = wish->jacks_first};
    unsigned least = wish->channels_is_must ? wish->channels : 1;

    go_beside(&need, beside, paths_beside);
    for (; need.channels >= least; need.channels--)
        if (choose_for_channels(route, device, wish, &need)) {
            route->format.NumberOfChannels = (USHORT)need.channels;
            return true;
        }
    return false;
}

bool route_choose_again(struct route *route, const struct route *now, const struct route *beside)
{
    const struct path *paths_beside[PATH_SET_MOST];
    struct path_need need = {.direction = route_direction(now),
                             .channels = now->format.NumberOfChannels,
                             .rate = now->format.SampleRate,
                             .bits = now->format.ValidBitsPerSample,
                             .exact = true,
                             .jacks_first = true};
    struct path_set set;
    ULONG rank;

    go_beside(&need, beside, paths_beside);
    if (!NT_SUCCESS(choose_best(&now->group->codec, false, &need, &set, &rank)))
        return false;
    *route = *now;
    keep_set(route, &set);
    return true;
}

enum path_direction route_direction(const struct route *route)
{
    return route->set.paths[0].direction;
}

bool route_is_spread(const struct route *route)
{
    return route->set.paths[route->set.count - 1].channel > 0;
}

/* ---- Refusing a pin ------------------------------------------------------------------------------ */

static bool has_pin(const struct device *device, enum path_direction direction, UCHAR node)
{
    unsigned i;

    for (i = 0; i < device->group_count; i++)
        if (is_path_pin(codec_widget(&device->groups[i].codec, node), direction))
            return true;
    return false;
}

/* The pins of the device for a direction, as "0x0e, 0x0f". */
static void list_pins(const struct device *device, enum path_direction direction, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (unsigned node = 0; node < 256; node++)
        if (has_pin(device, direction, (UCHAR)node) && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s0x%02x", used > 0 ? ", " : "", node);
}

static const char *direction_word(enum path_direction direction)
{
    return direction == PATH_OUT ? "output" : "input";
}

/* " with 6 channels" where they must be. */
static void say_channels(const struct wish *wish, char *text, size_t size)
{
    text[0] = '\0';
    if (wish->channels_is_must)
        snprintf(text, size, " with %u channels", wish->channels);
}

static int refuse_unknown(const struct device *device, const struct wish *wish, UCHAR pin,
                          struct report *report)
{
    char pins[512];

    list_pins(device, wish->direction, pins, sizeof(pins));
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                          "pin 0x%02x: the device has no such %s pin; it has %s", pin,
                          direction_word(wish->direction), pins[0] ? pins : "none");
}

/* Which of several pins is one too many. */
static int refuse_together(const struct device *device, const struct wish *wish, const struct route *beside,
                           struct report *report)
{
    struct wish fewer = *wish;
    struct route route;

    for (fewer.pin_count = 1; fewer.pin_count < wish->pin_count; fewer.pin_count++)
        if (!choose_path(&route, device, &fewer, beside))
            break;
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "pin 0x%02x: no converter reaches it%s",
                          wish->pins[fewer.pin_count - 1],
                          fewer.pin_count > 1 ? " beside the pins named before" : "");
}

static int refuse_pin(const struct device *device, const struct wish *wish, const struct route *beside,
                      const struct options *options, struct report *report)
{
    char channels[32];
    unsigned i;

    for (i = 0; i < wish->pin_count; i++)
        if (!has_pin(device, wish->direction, wish->pins[i]))
            return refuse_unknown(device, wish, wish->pins[i], report);
    if (wish->pin_count > 1)
        return refuse_together(device, wish, beside, report);
    say_channels(wish, channels, sizeof(channels));
    if (wish->pin_count == 1)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "pin 0x%02x: no converter reaches it%s",
                              wish->pins[0], channels);
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                          "device %s: no connected %s pin that audio reaches%s", options->device,
                          direction_word(wish->direction), channels);
}

/* ---- The format ---------------------------------------------------------------------------------- */

static int refuse_format(const struct route *route, unsigned value, const char *unit, struct report *report)
{
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "pin 0x%02x: its converter takes no %u %s",
                          route->pin, value, unit);
}

static int choose_format(struct route *route, const struct wish *wish, struct report *report)
{
    const struct widget *converter = path_converter(&route->set.paths[0]);
    unsigned bits = converter_bits(converter, wish->bits);
    ULONG rate = converter_rate(converter, wish->rate);

    if (bits == 0 || rate == 0)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "pin 0x%02x: its converter takes nothing that a stream carries", route->pin);
    if (wish->bits_is_must && bits != wish->bits)
        return refuse_format(route, wish->bits, "bits", report);
    if (wish->rate_is_must && rate != wish->rate)
        return refuse_format(route, (unsigned)wish->rate, "Hz", report);
    route->format.SampleRate = rate;
    route->format.ValidBitsPerSample = (USHORT)bits;
    route->format.ContainerSize = bits > 16 ? 32 : 16;
    return EXIT_DONE;
}

int route_choose(struct route *route, const struct device *device, const struct wish *wish,
                 const struct route *beside, const struct options *options, struct report *report)
{
    if (!choose_path(route, device, wish, beside))
        return refuse_pin(device, wish, beside, options, report);
    return choose_format(route, wish, report);
}

/* ---- What becomes of the samples ----------------------------------------------------------------- */

/* Says a change, or under --exact refuses it. */
static int change(const struct options *options, struct report *report, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int change(const struct options *options, struct report *report, const char *format, ...)
{
    char sentence[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    if (options->exact)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "not exact: %s", sentence);
    report_note("%s", sentence);
    return EXIT_DONE;
}

static int change_rate(const struct route *route, const struct source *source, const struct options *options,
                       struct report *report)
{
    if ((ULONG)source->info.samplerate == route->format.SampleRate)
        return EXIT_DONE;
    return change(options, report, "%s: converted from %d to %u Hz", source->name, source->info.samplerate,
                  (unsigned)route->format.SampleRate);
}

static int change_channels(const struct route *route, const struct source *source,
                           const struct options *options, struct report *report)
{
    if (source->info.channels <= route->format.NumberOfChannels)
        return EXIT_DONE;
    return change(options, report, "%s: %d channels mixed to %u", source->name, source->info.channels,
                  route->format.NumberOfChannels);
}

/* No file has 20 bits: those that come with 24 are exact when the last four are zero. */
static int change_bits(const struct route *route, struct source *source, const struct options *options,
                       struct report *report)
{
    unsigned bits = route->format.ValidBitsPerSample;

    if (source->bits == 0)
        return change(options, report, "%s: samples that are no integers rounded to %u bits", source->name,
                      bits);
    if (source->bits <= bits)
        return EXIT_DONE;
    if (options->exact && source->bits == 24 && bits == 20)
        return source_check_bits(source, bits, report);
    return change(options, report, "%s: rounded from %u to %u bits", source->name, source->bits, bits);
}

int route_note_level(const struct route *route, const struct options *options, struct report *report)
{
    const char *word = route_direction(route) == PATH_OUT ? "to" : "from";
    int code = EXIT_DONE;
    unsigned i;

    for (i = 0; i < route->set.count && code == EXIT_DONE; i++) {
        const struct path *path = &route->set.paths[i];

        if (!path_reaches_0_db(path))
            code = change(options, report, "pin 0x%02x: an amplifier on the way %s it does not reach 0 dB",
                          path_pin(path)->node, word);
    }
    return code;
}

bool route_reaches_0_db(const struct route *route)
{
    unsigned i;

    for (i = 0; i < route->set.count; i++)
        if (!path_reaches_0_db(&route->set.paths[i]))
            return false;
    return true;
}

int route_note_changes(const struct route *route, struct source *source, const struct options *options,
                       struct report *report)
{
    int code;

    if (source->tone > 0)
        return EXIT_DONE;
    code = change_rate(route, source, options, report);
    if (code == EXIT_DONE)
        code = change_channels(route, source, options, report);
    if (code == EXIT_DONE)
        code = change_bits(route, source, options, report);
    return code;
}
