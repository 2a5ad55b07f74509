/* SPDX-License-Identifier: BSD-2-Clause */
/* route.c - where a file goes and as what: the pin, the way to it, the format of the stream. */
#include "route.h"

#include <stdarg.h>
#include <stdio.h>

#define BITS_FOR_REALS 24u /* more than a float's mantissa holds is in vain */
#define NARROWEST      16u

/* ---- The pin ------------------------------------------------------------------------------------- */

static unsigned wanted_bits(const struct source *source, const struct options *options)
{
    if (options->bits)
        return options->bits;
    return source->bits ? max(source->bits, NARROWEST) : BITS_FOR_REALS;
}

/* The best pin of all groups for this many channels. */
static bool choose_for_channels(struct route *route, const struct device *device, UCHAR pin,
                                const struct path_need *need)
{
    ULONG best = MAXULONG, rank;
    struct path path;
    unsigned i;

    route->group = NULL;
    for (i = 0; i < device->group_count; i++) {
        struct audio_group *group = &device->groups[i];

        if (!NT_SUCCESS(path_choose(&group->codec, pin, need, &path, &rank)) || rank >= best)
            continue;
        best = rank;
        route->group = group;
        route->path = path;
    }
    return route->group;
}

/* One channel goes to both where there are two; what no pin can carry is mixed to as many as one can. */
static bool choose_path(struct route *route, const struct device *device, const struct source *source,
                        const struct options *options)
{
    unsigned channels = max((unsigned)source->info.channels, 2u);
    struct path_need need = {.rate = (ULONG)source->info.samplerate, .bits = wanted_bits(source, options)};

    for (need.channels = channels; need.channels > 0; need.channels--)
        if (choose_for_channels(route, device, options->pin, &need)) {
            route->format.NumberOfChannels = (USHORT)need.channels;
            return true;
        }
    return false;
}

static bool has_output_pin(const struct device *device, UCHAR node)
{
    unsigned i;

    for (i = 0; i < device->group_count; i++) {
        const struct widget *widget = codec_widget(&device->groups[i].codec, node);

        if (widget && widget_type(widget) == HDA_WIDGET_PIN && (widget->pin_caps & HDA_PIN_CAPS_OUTPUT))
            return true;
    }
    return false;
}

/* The output pins of the device, as "0x0e, 0x0f". */
static void list_output_pins(const struct device *device, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (unsigned node = 0; node < 256; node++)
        if (has_output_pin(device, (UCHAR)node) && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s0x%02x", used > 0 ? ", " : "", node);
}

static int refuse_pin(const struct device *device, const struct options *options, struct report *report)
{
    char pins[512];

    if (!options->pin)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "device %s: no connected output pin that audio reaches", options->device);
    if (has_output_pin(device, options->pin))
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "pin 0x%02x: no converter reaches it",
                              options->pin);
    list_output_pins(device, pins, sizeof(pins));
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                          "pin 0x%02x: the device has no such output pin; it has %s", options->pin, pins);
}

/* ---- The format ---------------------------------------------------------------------------------- */

static int choose_format(struct route *route, const struct source *source, const struct options *options,
                         struct report *report)
{
    const struct widget *converter = path_converter(&route->path);
    unsigned bits = converter_bits(converter, wanted_bits(source, options));
    ULONG rate = converter_rate(converter, (ULONG)source->info.samplerate);

    if (bits == 0 || rate == 0)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "pin 0x%02x: its converter takes nothing we can send",
                              path_pin(&route->path)->node);
    if (options->bits && bits != options->bits)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "pin 0x%02x: its converter takes no %u bits", path_pin(&route->path)->node,
                              options->bits);
    route->format.SampleRate = rate;
    route->format.ValidBitsPerSample = (USHORT)bits;
    route->format.ContainerSize = bits > 16 ? 32 : 16;
    return EXIT_DONE;
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

static int change_level(const struct route *route, const struct options *options, struct report *report)
{
    if (path_reaches_0_db(&route->path))
        return EXIT_DONE;
    return change(options, report, "pin 0x%02x: an amplifier on the way to it does not reach 0 dB",
                  path_pin(&route->path)->node);
}

int route_choose(struct route *route, const struct device *device, struct source *source,
                 const struct options *options, struct report *report)
{
    int code;

    if (!choose_path(route, device, source, options))
        return refuse_pin(device, options, report);
    code = choose_format(route, source, options, report);
    if (code == EXIT_DONE)
        code = change_rate(route, source, options, report);
    if (code == EXIT_DONE)
        code = change_channels(route, source, options, report);
    if (code == EXIT_DONE)
        code = change_bits(route, source, options, report);
    if (code == EXIT_DONE)
        code = change_level(route, options, report);
    return code;
}
