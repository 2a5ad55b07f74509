/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_mix.c - several streams at one pin.
 *
 * Blocks of one step of the link come one after the other and belong to the same time. They wait until the
 * step is over, or until somebody records what leaves the pin; then goes out what every stream at work has
 * sent. A rate that is no multiple of the link's leaves frames empty, each stream others (HDA 5.4.1): what
 * one is ahead waits. So it makes no difference how many frames a step has.
 */
#include <stdlib.h>
#include <string.h>

#include "device/sim/codec_state.h"

static size_t most_held(const struct sim_mix *mix)
{
    size_t most = 0;
    for (unsigned stream = 1; stream < SIM_STREAMS; stream++)
        most = mix->streams[stream].held > most ? mix->streams[stream].held : most;
    return most;
}

bool sim_mix_holds(const struct sim_mix *mix)
{
    return mix->samples != NULL && most_held(mix) > 0;
}

static bool is_active(const struct sim_mix *mix, uint64_t now)
{
    for (unsigned stream = 1; stream < SIM_STREAMS; stream++) {
        if (mix->streams[stream].until > now)
            return true;
    }
    return false;
}

/* ---- Going out ------------------------------------------------------------------------------- */

static void drop(struct sim_mix *mix, size_t frames)
{
    size_t most = most_held(mix);
    memmove(mix->samples, mix->samples + frames * mix->channels,
            (most - frames) * mix->channels * sizeof(*mix->samples));
    memset(mix->samples + (most - frames) * mix->channels, 0, frames * mix->channels * sizeof(*mix->samples));
    for (unsigned stream = 1; stream < SIM_STREAMS; stream++) {
        size_t *held = &mix->streams[stream].held;
        *held -= frames < *held ? frames : *held;
    }
}

static void send(struct sim_codec *codec, struct sim_ear *ear, size_t count)
{
    struct sim_mix *mix = &ear->mix;
    unsigned rate = sim_format_rate(mix->format);
    for (size_t start = 0; start < count; start += SIM_CHUNK_FRAMES) {
        size_t frames = count - start < SIM_CHUNK_FRAMES ? count - start : SIM_CHUNK_FRAMES;
        int64_t *sums = mix->samples + start * mix->channels;
        sim_beep_add(codec, ear, sums, mix->channels, rate, start, frames);
        if (sim_ear_is_heard(ear))
            sim_ear_deliver(codec, ear, mix->format, mix->channels, sums, frames);
    }
    drop(mix, count);
}

/* How much all that are at work have sent. */
static size_t complete(const struct sim_mix *mix, uint64_t now)
{
    size_t least = most_held(mix);
    for (unsigned i = 1; i < SIM_STREAMS; i++) {
        const struct sim_mix_stream *stream = &mix->streams[i];
        if (stream->until > now && stream->held < least)
            least = stream->held;
    }
    return least;
}

void sim_mix_settle(struct sim_codec *codec, struct sim_ear *ear, uint64_t now)
{
    if (!sim_mix_holds(&ear->mix))
        return;
    size_t frames = complete(&ear->mix, now);
    if (frames > 0)
        send(codec, ear, frames);
}

void sim_codec_mix(struct sim_codec *codec, uint64_t now)
{
    if (!codec->mixing)
        return;
    codec->mixing = false;
    for (unsigned i = 0; i < codec->pin_count; i++) {
        sim_mix_settle(codec, &codec->ears[i], now);
        codec->mixing |= sim_mix_holds(&codec->ears[i].mix);
    }
}

void sim_mix_flush(struct sim_codec *codec, struct sim_ear *ear)
{
    if (sim_mix_holds(&ear->mix))
        send(codec, ear, most_held(&ear->mix));
    free(ear->mix.samples);
    ear->mix = (struct sim_mix){.samples = NULL};
}

/* ---- Coming in ------------------------------------------------------------------------------- */

/* The first stream's format is the pin's. */
static bool begin(struct sim_codec *codec, struct sim_ear *ear, unsigned channels,
                  const struct sim_link_block *block)
{
    bool told = ear->mix.told;
    sim_mix_flush(codec, ear);
    ear->mix.channels = channels;
    ear->mix.format = block->format;
    ear->mix.first = block->stream;
    ear->mix.told = told;
    ear->mix.samples = calloc((size_t)SIM_MIX_FRAMES * channels, sizeof(*ear->mix.samples));
    return ear->mix.samples != NULL;
}

/* More channels, and what waits stays where it is in time. */
static bool widen(struct sim_mix *mix, unsigned channels)
{
    int64_t *wide = calloc((size_t)SIM_MIX_FRAMES * channels, sizeof(*wide));
    if (wide == NULL)
        return false;
    for (size_t i = 0, most = most_held(mix); i < most; i++)
        memcpy(wide + i * channels, mix->samples + i * mix->channels, mix->channels * sizeof(*wide));
    free(mix->samples);
    mix->samples = wide;
    mix->channels = channels;
    return true;
}

static void complain(struct sim_codec *codec, struct sim_ear *ear, const struct sim_link_block *block,
                     const char *why)
{
    if (!ear->mix.told)
        sim_codec_fault(codec, "codec %u: at pin 0x%02x stream %u meets stream %u, but %s",
                        codec->dump.address, ear->pin->nid, ear->mix.first, block->stream, why);
    ear->mix.told = true;
}

/* Makes the mix one that this block can be added to. It begins anew when there is nobody to be added to. */
static bool make_ready(struct sim_codec *codec, struct sim_ear *ear, bool alone, unsigned channels,
                       const struct sim_link_block *block)
{
    struct sim_mix *mix = &ear->mix;
    bool differs = block->format != mix->format || channels != mix->channels;
    if (mix->samples == NULL || (alone && differs))
        return begin(codec, ear, channels, block);
    return channels <= mix->channels || widen(mix, channels);
}

static bool prepare(struct sim_codec *codec, struct sim_ear *ear, unsigned channels,
                    const struct sim_link_block *block)
{
    struct sim_mix *mix = &ear->mix;
    const char *why = NULL;
    bool alone = !is_active(mix, codec->frame);
    if (!alone && sim_format_rate(mix->format) != sim_format_rate(block->format))
        why = "has another rate";
    else if (!make_ready(codec, ear, alone, channels, block))
        why = "finds no memory to be mixed";
    if (why != NULL)
        complain(codec, ear, block, why);
    return why == NULL;
}

void sim_mix_add(struct sim_codec *codec, struct sim_ear *ear, const struct sim_voices *voices,
                 const struct sim_link_block *block)
{
    struct sim_mix *mix = &ear->mix;
    unsigned rate = sim_format_rate(block->format);
    if (!prepare(codec, ear, voices->channels, block))
        return;
    struct sim_mix_stream *stream = &mix->streams[block->stream];
    if (stream->held + block->frames > SIM_MIX_FRAMES)
        send(codec, ear, most_held(mix));
    if (block->frames > SIM_MIX_FRAMES)
        return; /* no link carries so many in a step */
    sim_voices_add(voices, block, 0, block->frames, mix->channels,
                   mix->samples + stream->held * mix->channels);
    stream->held += block->frames;
    stream->until = codec->frame + sim_span(block->frames, rate);
    if (rate % SIM_FRAME_RATE != 0)
        stream->until += SIM_SPAN_SLACK;
    codec->mixing = true;
}
