/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_audio.c - from the link to the pins.
 *
 * The usual block, of one stream that reaches a pin whole and at 0 dB, is handed on as it came. Everything
 * else is computed in chunks: sources are added in 64 bits, then brought back to the stream's sample size,
 * saturating.
 *
 * Blocks of several streams that meet at one pin come one after the other. The first stream leads; what the
 * others bring waits until the leader has come as far, and is added to it. If the leader stays away until a
 * follower has filled the mixer, that one leads.
 */
#include <stdlib.h>
#include <string.h>

#include "device/sim/codec_state.h"

/* A source that takes part in a block. */
struct voice {
    const struct sim_source *source;
    unsigned first; /* of the stream's channels */
    unsigned channels;
};

struct voices {
    unsigned count; /* that are not silent */
    unsigned channels;
    struct voice voice[CODEC_DUMP_NODES];
};

static unsigned stream_of(const struct sim_node *converter)
{
    return converter->state.stream_channel >> 4;
}

/* ---- Which sources take part ----------------------------------------------------------------- */

/* Why a converter cannot play a stream, or NULL. */
static const char *objection(const struct sim_node *converter, const struct sim_link_block *block)
{
    if (converter->state.format != block->format)
        return "is set to another format than its";
    if (!sim_node_can_play(converter, block->format))
        return "cannot take the rate or the sample size of its";
    if ((converter->state.stream_channel & 0xFu) >= sim_format_channels(block->format))
        return "is set to a channel that is not in its";
    return NULL;
}

/* Tells of it, whether the converter is heard or not, once per setting of the converter. */
static void check_converter(struct sim_node *converter, const struct sim_link_block *block)
{
    const char *why = objection(converter, block);
    if (why == NULL || converter->state.told || sim_node_power(converter) != HDA_POWER_D0)
        return;
    sim_codec_fault(converter->codec, "codec %u: converter 0x%02x %s stream %u",
                    converter->codec->dump.address, converter->nid, why, block->stream);
    converter->state.told = true;
}

static void check_converters(struct sim_codec *codec, const struct sim_link_block *block)
{
    for (unsigned i = 0; i < codec->node_count; i++) {
        struct sim_node *node = &codec->store[i];
        if ((node->has & (SIM_HAS_CONVERTER | SIM_HAS_INPUT)) == SIM_HAS_CONVERTER &&
            stream_of(node) == block->stream)
            check_converter(node, block);
    }
}

/* HDA 7.3.3.11: from its channel on, as many as the converter has and the stream goes on. */
static unsigned channels_of(const struct sim_node *converter, const struct sim_link_block *block)
{
    unsigned first = converter->state.stream_channel & 0xF;
    unsigned sent = sim_format_channels(block->format);
    unsigned taken = sim_node_channels(converter);
    if (first >= sent)
        return 0;
    return taken < sent - first ? taken : sent - first;
}

static void add_voice(struct voices *voices, const struct sim_source *source,
                      const struct sim_link_block *block)
{
    unsigned channels = channels_of(source->converter, block);
    if (channels > voices->channels)
        voices->channels = channels;
    if (objection(source->converter, block) != NULL || (source->gain[0] == 0 && source->gain[1] == 0))
        return;
    voices->voice[voices->count++] = (struct voice){
        .source = source,
        .first = source->converter->state.stream_channel & 0xF,
        .channels = channels,
    };
}

static void find_voices(const struct sim_ear *ear, const struct sim_link_block *block, struct voices *voices)
{
    voices->count = 0;
    voices->channels = 0;
    for (unsigned i = 0; i < ear->source_count; i++) {
        if (stream_of(ear->sources[i].converter) == block->stream)
            add_voice(voices, &ear->sources[i], block);
    }
}

/* ---- Computing ------------------------------------------------------------------------------- */

static int64_t amplify(int32_t sample, double gain)
{
    double product = sample * gain;
    if (gain == 1)
        return sample;
    return (int64_t)(product < 0 ? product - 0.5 : product + 0.5);
}

/* Adds `frames` of the block from frame `start` on to sums of `width` channels. */
static void add_frames(int64_t *sums, unsigned width, const struct voice *voice,
                       const struct sim_link_block *block, size_t start, size_t frames)
{
    unsigned stride = sim_format_channels(block->format);
    unsigned channels = voice->channels < width ? voice->channels : width;
    const int32_t *from = block->samples + start * stride + voice->first;
    for (size_t frame = 0; frame < frames; frame++) {
        for (unsigned c = 0; c < channels; c++)
            sums[frame * width + c] += amplify(from[frame * stride + c], voice->source->gain[c & 1]);
    }
}

/* To the nearest sample of the stream's size, saturating. */
static int32_t settle(int64_t sum, unsigned bits)
{
    int64_t step = (int64_t)1 << (32 - bits);
    int64_t most = INT32_MAX - (step - 1);
    if (sum % step != 0)
        sum = (sum >= 0 ? sum + step / 2 : sum - step / 2) / step * step;
    if (sum > most)
        return (int32_t)most;
    return sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

static void deliver(struct sim_ear *ear, uint16_t format, unsigned channels, const int32_t *samples,
                    size_t frames)
{
    struct hdabus_audio audio = {
        .sample_rate = sim_format_rate(format),
        .channels = (USHORT)channels,
        .valid_bits = (USHORT)sim_format_bits(format),
        .frames = frames,
        .samples = samples,
    };
    ear->sink(ear->context, &audio);
}

static void deliver_sums(struct sim_codec *codec, struct sim_ear *ear, uint16_t format, unsigned channels,
                         const int64_t *sums, size_t frames)
{
    unsigned bits = sim_format_bits(format);
    for (size_t i = 0; i < frames * channels; i++)
        codec->samples[i] = settle(sums[i], bits);
    deliver(ear, format, channels, codec->samples, frames);
}

/* ---- Several streams at one pin -------------------------------------------------------------- */

static size_t most_held(const struct sim_mix *mix)
{
    size_t most = 0;
    for (unsigned stream = 1; stream < 16; stream++)
        most = mix->held[stream] > most ? mix->held[stream] : most;
    return most;
}

/* Takes waiting frames away that have been heard. */
static void drop_held(struct sim_mix *mix, size_t frames)
{
    size_t most = most_held(mix);
    size_t gone = frames < most ? frames : most;
    if (gone == 0)
        return;
    memmove(mix->samples, mix->samples + gone * mix->channels,
            (most - gone) * mix->channels * sizeof(*mix->samples));
    memset(mix->samples + (most - gone) * mix->channels, 0, gone * mix->channels * sizeof(*mix->samples));
    for (unsigned stream = 1; stream < 16; stream++)
        mix->held[stream] -= gone < mix->held[stream] ? gone : mix->held[stream];
}

void sim_ear_flush(struct sim_codec *codec, struct sim_ear *ear)
{
    struct sim_mix *mix = &ear->mix;
    size_t left;
    while ((left = most_held(mix)) > 0) {
        size_t frames = left < SIM_CHUNK_FRAMES ? left : SIM_CHUNK_FRAMES;
        if (ear->sink != NULL)
            deliver_sums(codec, ear, mix->format, mix->channels, mix->samples, frames);
        drop_held(mix, frames);
    }
    free(mix->samples);
    *mix = (struct sim_mix){.leader = 0};
}

static bool prepare_mix(struct sim_mix *mix)
{
    if (mix->samples == NULL)
        mix->samples = calloc((size_t)SIM_MIX_FRAMES * mix->channels, sizeof(*mix->samples));
    return mix->samples != NULL;
}

/* The leader's format is the pin's: another rate cannot be added to it. */
static bool can_follow(struct sim_codec *codec, struct sim_ear *ear, const struct sim_link_block *block)
{
    struct sim_mix *mix = &ear->mix;
    const char *why = NULL;
    if (sim_format_rate(mix->format) != sim_format_rate(block->format))
        why = "has another rate";
    else if (!prepare_mix(mix))
        why = "finds no memory to be mixed";
    if (why != NULL && !mix->told) {
        sim_codec_fault(codec, "codec %u: at pin 0x%02x stream %u meets stream %u, but %s",
                        codec->dump.address, ear->pin->nid, mix->leader, block->stream, why);
        mix->told = true;
    }
    return why == NULL;
}

/* Keeps a follower's frames until the leader comes. Returns how many found room. */
static size_t hold(struct sim_ear *ear, const struct voices *voices, const struct sim_link_block *block)
{
    struct sim_mix *mix = &ear->mix;
    size_t held = mix->held[block->stream];
    size_t frames = block->frames < SIM_MIX_FRAMES - held ? block->frames : SIM_MIX_FRAMES - held;
    for (unsigned i = 0; i < voices->count; i++)
        add_frames(mix->samples + held * mix->channels, mix->channels, &voices->voice[i], block, 0, frames);
    mix->held[block->stream] += frames;
    return frames;
}

/* ---- A block at a pin ------------------------------------------------------------------------ */

static bool passes_whole(const struct voices *voices, const struct sim_link_block *block)
{
    const struct voice *only = &voices->voice[0];
    return voices->count == 1 && only->source->gain[0] == 1 && only->source->gain[1] == 1 &&
           only->channels == sim_format_channels(block->format);
}

static void add_held(struct sim_codec *codec, const struct sim_mix *mix, size_t frames)
{
    size_t held = most_held(mix);
    size_t count = (frames < held ? frames : held) * mix->channels;
    for (size_t i = 0; i < count; i++)
        codec->sums[i] += mix->samples[i];
}

static void render(struct sim_codec *codec, struct sim_ear *ear, const struct voices *voices,
                   const struct sim_link_block *block)
{
    struct sim_mix *mix = &ear->mix;
    for (size_t start = 0; start < block->frames; start += SIM_CHUNK_FRAMES) {
        size_t left = block->frames - start;
        size_t frames = left < SIM_CHUNK_FRAMES ? left : SIM_CHUNK_FRAMES;
        memset(codec->sums, 0, frames * mix->channels * sizeof(*codec->sums));
        for (unsigned i = 0; i < voices->count; i++)
            add_frames(codec->sums, mix->channels, &voices->voice[i], block, start, frames);
        add_held(codec, mix, frames);
        deliver_sums(codec, ear, block->format, mix->channels, codec->sums, frames);
        drop_held(mix, frames);
    }
}

static void lead(struct sim_codec *codec, struct sim_ear *ear, const struct voices *voices,
                 const struct sim_link_block *block)
{
    struct sim_mix *mix = &ear->mix;
    if (mix->leader != block->stream || mix->format != block->format || mix->channels != voices->channels) {
        sim_ear_flush(codec, ear);
        *mix =
            (struct sim_mix){.leader = block->stream, .format = block->format, .channels = voices->channels};
    }
    if (most_held(mix) == 0 && passes_whole(voices, block))
        deliver(ear, block->format, voices->channels, block->samples, block->frames);
    else
        render(codec, ear, voices, block);
}

static void follow(struct sim_codec *codec, struct sim_ear *ear, const struct voices *voices,
                   const struct sim_link_block *block)
{
    struct sim_link_block rest = *block;
    if (!can_follow(codec, ear, block))
        return;
    size_t held = hold(ear, voices, block);
    if (held == block->frames)
        return;
    rest.frames -= held;
    rest.samples += held * sim_format_channels(block->format);
    sim_ear_flush(codec, ear);
    lead(codec, ear, voices, &rest);
}

static void ear_output(struct sim_codec *codec, struct sim_ear *ear, const struct sim_link_block *block)
{
    struct voices voices;
    find_voices(ear, block, &voices);
    if (voices.channels == 0)
        return;
    if (ear->mix.leader == 0 || ear->mix.leader == block->stream)
        lead(codec, ear, &voices, block);
    else
        follow(codec, ear, &voices, block);
}

/* ---- The codec ------------------------------------------------------------------------------- */

static bool hears(const struct sim_ear *ear, unsigned stream)
{
    for (unsigned i = 0; i < ear->source_count; i++) {
        if (stream_of(ear->sources[i].converter) == stream)
            return true;
    }
    return false;
}

static void find_routes(struct sim_codec *codec)
{
    for (unsigned i = 0; i < codec->ear_count; i++) {
        struct sim_ear *ear = &codec->ears[i];
        sim_ear_route(ear);
        if (ear->mix.leader != 0 && !hears(ear, ear->mix.leader))
            sim_ear_flush(codec, ear);
    }
    codec->stale = false;
}

void sim_codec_output(struct sim_codec *codec, const struct sim_link_block *block)
{
    if (block->frames == 0 || block->stream == 0 || block->stream > 15)
        return; /* HDA 7.3.3.11: stream 0 is no stream */
    check_converters(codec, block);
    if (codec->stale)
        find_routes(codec);
    for (unsigned i = 0; i < codec->ear_count; i++) {
        if (codec->ears[i].source_count > 0)
            ear_output(codec, &codec->ears[i], block);
    }
}
