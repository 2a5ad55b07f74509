/* SPDX-License-Identifier: BSD-2-Clause */
/* listen.c - output converters that take what streams send, where a stream without one does not move. */
#include "check.h"

#define ROOT         0
#define SUBNODES     0x04 /* parameters (HDA 7.3.4) */
#define WIDGET_CAPS  0x09
#define AUDIO_OUTPUT 0     /* type of widget */
#define SET_STREAM   0x706 /* verbs (HDA 7.3.3) */
#define SET_FORMAT   0x2
#define BITS_16      1 /* as a stream's format has it (HDA 3.7.1) */
#define CODECS       15

struct search {
    unsigned skip; /* so many of the converters are taken */
    UCHAR codec;
    UCHAR node;
};

/* The nodes below one: `first`, `count`. */
static bool subnodes(struct trial *t, UCHAR codec, UCHAR node, UCHAR *first, unsigned *count)
{
    ULONG response;

    TRY(ask(t, parameter(codec, node, SUBNODES), &response));
    *first = (UCHAR)(response >> 16);
    *count = response & 0xFF;
    return true;
}

static bool search_group(struct trial *t, struct search *search, UCHAR group)
{
    unsigned count;
    UCHAR first;
    ULONG caps;

    TRY(subnodes(t, search->codec, group, &first, &count));
    for (unsigned i = 0; i < count; i++) {
        search->node = (UCHAR)(first + i);
        TRY(ask(t, parameter(search->codec, search->node, WIDGET_CAPS), &caps));
        if ((caps >> 20 & 0xF) == AUDIO_OUTPUT && search->skip-- == 0)
            return true;
    }
    return false;
}

static bool search_codec(struct trial *t, struct search *search)
{
    unsigned count;
    UCHAR first;

    TRY(subnodes(t, search->codec, ROOT, &first, &count));
    for (unsigned i = 0; i < count; i++)
        if (search_group(t, search, (UCHAR)(first + i)))
            return true;
    return false;
}

/* The first output converter of all codecs that no stream has yet. */
static bool search_all(struct trial *t, struct search *search)
{
    HDAUDIO_DEVICE_INFORMATION information = {.Size = sizeof(information)};

    EXPECT_SUCCESS(DDI(GetDeviceInformation, &information));
    for (; search->codec < CODECS; search->codec++)
        if (information.CodecsDetected >> search->codec & 1 && search_codec(t, search))
            return true;
    return false;
}

static bool set_stream(struct trial *t, const struct listener_converter *converter, UCHAR stream)
{
    HDAUDIO_CODEC_COMMAND command = {.Verb8 = {.Data = (UCHAR)(stream << 4),
                                               .VerbId = SET_STREAM,
                                               .Node = converter->node,
                                               .CodecAddress = converter->codec & 0xF}};
    ULONG response;

    return ask(t, command.Command, &response);
}

static bool set_format(struct trial *t, const struct listener_converter *converter)
{
    HDAUDIO_CODEC_COMMAND command = {.Verb16 = {.Data = converter->format,
                                                .VerbId = SET_FORMAT,
                                                .Node = converter->node,
                                                .CodecAddress = converter->codec & 0xF}};
    ULONG response;

    return ask(t, command.Command, &response);
}

static bool set_up(struct trial *t, const struct listener_converter *converter)
{
    return set_format(t, converter) && set_stream(t, converter, converter->stream);
}

/* The converter that has the stream already, or another one; NULL when there is none. */
static struct listener_converter *converter_of(struct trial *t, UCHAR stream)
{
    struct search search = {.skip = t->converter_count};
    struct listener_converter *converter = &t->converters[t->converter_count];

    for (unsigned i = 0; i < t->converter_count; i++)
        if (t->converters[i].stream == stream)
            return &t->converters[i];
    if (t->converter_count == TRIAL_CONVERTERS || !search_all(t, &search))
        return NULL;
    *converter = (struct listener_converter){search.codec, search.node, stream, 0};
    t->converter_count++;
    return converter;
}

void listen_to(struct trial *t, UCHAR stream, USHORT format)
{
    struct listener_converter *converter;

    if ((format >> 4 & 7) != BITS_16) {
        t->unheard = "converters take 16 bits only here, and streams stand still without one";
        return;
    }
    converter = converter_of(t, stream);
    if (converter)
        converter->format = format;
    if (!converter || !set_up(t, converter))
        t->unheard = "no converter is left for another stream, which stands still without one";
}

void listen_again(struct trial *t)
{
    for (unsigned i = 0; i < t->converter_count; i++)
        set_up(t, &t->converters[i]);
}

void stop_listening(struct trial *t)
{
    while (t->converter_count > 0)
        set_stream(t, &t->converters[--t->converter_count], 0);
}
