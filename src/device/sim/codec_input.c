/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_input.c - from the pins to the link.
 *
 * The usual request, of one converter that fills the whole stream from one pin at 0 dB that nobody else
 * records, is handed to the pin's source as it came. Otherwise what goes into a pin is kept for the frames at
 * work, a batch for each sampling rate, and computed in chunks as on the way out.
 */
#include <stdlib.h>
#include <string.h>

#include "device/sim/codec_state.h"

static unsigned stream_of(const struct sim_node *converter)
{
    return converter->state.stream_channel >> 4;
}

/* ---- What goes into a pin -------------------------------------------------------------------- */

static void free_batches(struct sim_feed *feed)
{
    while (feed->batches != NULL) {
        struct sim_batch *batch = feed->batches;
        feed->batches = batch->next;
        free(batch->samples);
        free(batch);
    }
}

void sim_feed_clear(struct sim_feed *feed)
{
    if (feed->cable != NULL)
        sim_cable_destroy(feed->cable);
    feed->source = NULL;
    free_batches(feed);
}

void sim_feed_begin(struct sim_feed *feed)
{
    feed->hearers = 0;
    for (struct sim_batch *batch = feed->batches; batch != NULL; batch = batch->next)
        batch->mark = SIM_NEVER;
}

/* Bits below the valid ones do not go over the link. */
static void cut(int32_t *samples, size_t count, unsigned bits)
{
    uint32_t mask = ~0u << (32 - bits);
    if (bits == 32)
        return;
    for (size_t i = 0; i < count; i++)
        samples[i] = (int32_t)((uint32_t)samples[i] & mask);
}

/* `samples` are zeros. */
static void pull(struct sim_feed *feed, unsigned rate, unsigned channels, unsigned bits, size_t frames,
                 int32_t *samples)
{
    struct hdabus_recording recording = {
        .sample_rate = rate,
        .channels = (USHORT)channels,
        .valid_bits = (USHORT)bits,
        .frames = frames,
        .samples = samples,
    };
    if (feed->cable != NULL)
        sim_cable_read(feed->cable, &recording);
    else if (feed->source != NULL)
        feed->source(feed->context, &recording);
    cut(samples, frames * channels, bits);
}

/* ---- For several that record a pin ----------------------------------------------------------- */

static bool hears(const struct sim_intake *intake, const struct sim_feed *feed)
{
    for (unsigned i = 0; i < intake->route.count; i++) {
        if (intake->route.sources[i].node == feed->pin)
            return true;
    }
    return false;
}

/* Channels and bits of the widest converter that records the pin at the batch's rate. */
static void widen(const struct sim_codec *codec, const struct sim_feed *feed, struct sim_batch *batch)
{
    batch->channels = batch->bits = 0;
    for (unsigned i = 0; i < codec->intake_count; i++) {
        const struct sim_node *converter = codec->intakes[i].converter;
        uint16_t format = converter->state.format;
        unsigned channels = sim_converter_channels(converter, format), bits = sim_format_bits(format);
        if (sim_format_rate(format) != batch->rate || !hears(&codec->intakes[i], feed))
            continue;
        batch->channels = channels > batch->channels ? channels : batch->channels;
        batch->bits = bits > batch->bits ? bits : batch->bits;
    }
}

static struct sim_batch *find_batch(struct sim_feed *feed, unsigned rate)
{
    struct sim_batch *batch = feed->batches;
    while (batch != NULL && batch->rate != rate)
        batch = batch->next;
    if (batch != NULL)
        return batch;
    batch = calloc(1, sizeof(*batch));
    if (batch == NULL)
        return NULL;
    *batch = (struct sim_batch){.next = feed->batches, .rate = rate, .mark = SIM_NEVER};
    feed->batches = batch;
    return batch;
}

static bool make_room(struct sim_batch *batch, size_t frames)
{
    size_t samples = frames * batch->channels;
    if (samples <= batch->room)
        return true;
    int32_t *grown = realloc(batch->samples, samples * sizeof(*grown));
    if (grown == NULL)
        return false;
    batch->samples = grown;
    batch->room = samples;
    return true;
}

/* The batch of the current frame, holding at least so many frames. */
static bool fill(const struct sim_codec *codec, struct sim_feed *feed, struct sim_batch *batch, size_t frames)
{
    if (batch->mark != codec->frame) {
        widen(codec, feed, batch);
        batch->mark = codec->frame;
        batch->frames = 0;
    }
    if (frames <= batch->frames)
        return true;
    if (!make_room(batch, frames))
        return false;
    size_t more = frames - batch->frames;
    int32_t *to = batch->samples + batch->frames * batch->channels;
    memset(to, 0, more * batch->channels * sizeof(*to));
    pull(feed, batch->rate, batch->channels, batch->bits, more, to);
    batch->frames = frames;
    return true;
}

/* The next frames of a pin for one of those that hear it. */
static void hear(const struct sim_codec *codec, struct sim_source *source, unsigned rate, size_t frames)
{
    struct sim_feed *feed = source->node->feed;
    struct sim_batch *batch = find_batch(feed, rate);
    source->heard = NULL;
    if (source->mark != codec->frame) {
        source->mark = codec->frame;
        source->taken = 0;
    }
    if (batch == NULL || !fill(codec, feed, batch, source->taken + frames))
        return; /* without memory it is silence */
    source->width = batch->channels;
    source->heard = batch->samples + source->taken * batch->channels;
    source->taken += frames;
}

/* ---- A converter ----------------------------------------------------------------------------- */

static bool takes_whole(const struct sim_intake *intake, const struct sim_link_request *request)
{
    const struct sim_source *only = &intake->route.sources[0];
    return intake->route.count == 1 && only->gain[0] == 1 && only->gain[1] == 1 && !only->swapped &&
           only->node->feed->hearers == 1 &&
           sim_converter_channels(intake->converter, request->format) == sim_format_channels(request->format);
}

static void add_source(int64_t *sums, const struct sim_source *source, unsigned channels, size_t start,
                       size_t frames)
{
    if (source->heard == NULL)
        return;
    const int32_t *from = source->heard + start * source->width;
    for (size_t frame = 0; frame < frames; frame++) {
        for (unsigned c = 0; c < channels; c++)
            sums[frame * channels + c] += sim_amplify(
                from[frame * source->width + sim_source_channel(source, c, channels)], source->gain[c & 1]);
    }
}

static void put(const int64_t *sums, unsigned channels, size_t frames, uint16_t format, int32_t *to)
{
    unsigned stride = sim_format_channels(format), bits = sim_format_bits(format);
    for (size_t frame = 0; frame < frames; frame++) {
        for (unsigned c = 0; c < channels; c++)
            to[frame * stride + c] = sim_settle(sums[frame * channels + c], bits);
    }
}

static void compute(struct sim_codec *codec, const struct sim_intake *intake,
                    const struct sim_link_request *request)
{
    const struct sim_route *route = &intake->route;
    unsigned channels = sim_converter_channels(intake->converter, request->format);
    unsigned stride = sim_format_channels(request->format);
    int32_t *to = request->samples + (intake->converter->state.stream_channel & 0xF);
    for (unsigned i = 0; i < route->count; i++)
        hear(codec, &route->sources[i], sim_format_rate(request->format), request->frames);
    for (size_t start = 0; start < request->frames; start += SIM_CHUNK_FRAMES) {
        size_t left = request->frames - start;
        size_t frames = left < SIM_CHUNK_FRAMES ? left : SIM_CHUNK_FRAMES;
        memset(codec->sums, 0, frames * channels * sizeof(*codec->sums));
        for (unsigned i = 0; i < route->count; i++)
            add_source(codec->sums, &route->sources[i], channels, start, frames);
        put(codec->sums, channels, frames, request->format, to + start * stride);
    }
}

static void take(struct sim_codec *codec, const struct sim_intake *intake,
                 const struct sim_link_request *request)
{
    const char *why = sim_converter_objection(intake->converter, request->format, 1);
    sim_converter_check(intake->converter, why, request->stream);
    if (why != NULL || intake->route.count == 0)
        return;
    if (takes_whole(intake, request))
        pull(intake->route.sources[0].node->feed, sim_format_rate(request->format),
             sim_format_channels(request->format), sim_format_bits(request->format), request->frames,
             request->samples);
    else
        compute(codec, intake, request);
}

/* ---- The codec ------------------------------------------------------------------------------- */

static bool is_sending(const struct sim_intake *intake, unsigned stream)
{
    return stream != 0 && stream_of(intake->converter) == stream &&
           sim_node_power(intake->converter) == HDA_POWER_D0;
}

bool sim_codec_sends(const struct sim_codec *codec, uint8_t stream)
{
    for (unsigned i = 0; i < codec->intake_count; i++) {
        if (is_sending(&codec->intakes[i], stream))
            return true;
    }
    return false;
}

void sim_codec_input(struct sim_codec *codec, const struct sim_link_request *request)
{
    if (request->frames == 0)
        return;
    sim_codec_route(codec);
    for (unsigned i = 0; i < codec->intake_count; i++) {
        if (is_sending(&codec->intakes[i], request->stream))
            take(codec, &codec->intakes[i], request);
    }
}
