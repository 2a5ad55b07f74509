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
    struct voice voice[2 * CODEC_DUMP_NODES];
};

static unsigned stream_of(const struct sim_node *converter)
{
    return converter->state.stream_channel >> 4;
}

/* ---- Which sources take part ----------------------------------------------------------------- */

const char *sim_converter_objection(const struct sim_node *converter, uint16_t format, unsigned lines)
{
    if (converter->state.format != format)
        return "is set to another format than its";
    if (!sim_node_can_play(converter, format))
        return "cannot take the rate or the sample size of its";
    if ((converter->state.stream_channel & 0xFu) >= sim_format_channels(format))
        return "is set to a channel that is not in its";
    if (1u << converter->state.stripe != lines)
        return "is set to another number of SDO lines than its";
    return NULL;
}

static const char *objection(const struct sim_node *converter, const struct sim_link_block *block)
{
    return sim_converter_objection(converter, block->format, block->lines);
}

/* Tells of it whether the converter is heard or not. */
void sim_converter_check(struct sim_node *converter, const char *why, unsigned stream)
{
    if (why == NULL || converter->state.told || sim_node_power(converter) != HDA_POWER_D0)
        return;
    sim_codec_fault(converter->codec, "codec %u: converter 0x%02x %s stream %u",
                    converter->codec->dump.address, converter->nid, why, stream);
    converter->state.told = true;
}

static void check_converters(struct sim_codec *codec, const struct sim_link_block *block)
{
    for (unsigned i = 0; i < codec->node_count; i++) {
        struct sim_node *node = &codec->store[i];
        if ((node->has & (SIM_HAS_CONVERTER | SIM_HAS_INPUT)) == SIM_HAS_CONVERTER &&
            stream_of(node) == block->stream)
            sim_converter_check(node, objection(node, block), block->stream);
    }
}

unsigned sim_converter_channels(const struct sim_node *converter, uint16_t format)
{
    unsigned first = converter->state.stream_channel & 0xF;
    unsigned sent = sim_format_channels(format);
    unsigned taken = sim_node_channels(converter);
    if (first >= sent)
        return 0;
    return taken < sent - first ? taken : sent - first;
}

static void add_voice(struct voices *voices, const struct sim_source *source,
                      const struct sim_link_block *block)
{
    unsigned channels = sim_converter_channels(source->node, block->format);
    if (channels > voices->channels)
        voices->channels = channels;
    if (objection(source->node, block) != NULL || (source->gain[0] == 0 && source->gain[1] == 0))
        return;
    voices->voice[voices->count++] = (struct voice){
        .source = source,
        .first = source->node->state.stream_channel & 0xF,
        .channels = channels,
    };
}

static void find_voices(const struct sim_ear *ear, const struct sim_link_block *block, struct voices *voices)
{
    voices->count = 0;
    voices->channels = 0;
    for (unsigned i = 0; i < ear->route.count; i++) {
        if (stream_of(ear->route.sources[i].node) == block->stream)
            add_voice(voices, &ear->route.sources[i], block);
    }
}

/* ---- Computing ------------------------------------------------------------------------------- */

/* Adds `frames` of the block from frame `start` on to sums of `width` channels. */
static void add_frames(int64_t *sums, unsigned width, const struct voice *voice,
                       const struct sim_link_block *block, size_t start, size_t frames)
{
    unsigned stride = sim_format_channels(block->format);
    unsigned channels = voice->channels < width ? voice->channels : width;
    const struct sim_source *source = voice->source;
    const int32_t *from = block->samples + start * stride + voice->first;
    for (size_t frame = 0; frame < frames; frame++) {
        for (unsigned c = 0; c < channels; c++)
            sums[frame * width + c] += sim_amplify(
                from[frame * stride + sim_source_channel(source, c, voice->channels)], source->gain[c & 1]);
    }
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
    if (ear->sink != NULL)
        ear->sink(ear->context, &audio);
    for (struct sim_cable *cable = ear->cables; cable != NULL; cable = sim_cable_next(cable))
        sim_cable_write(cable, &audio);
}

bool sim_ear_is_heard(const struct sim_ear *ear)
{
    return ear->sink != NULL || ear->cables != NULL;
}

void sim_ear_deliver(struct sim_codec *codec, struct sim_ear *ear, uint16_t format, unsigned channels,
                     const int64_t *sums, size_t frames)
{
    unsigned bits = sim_format_bits(format);
    for (size_t i = 0; i < frames * channels; i++)
        codec->samples[i] = sim_settle(sums[i], bits);
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
        if (sim_ear_is_heard(ear))
            sim_ear_deliver(codec, ear, mix->format, mix->channels, mix->samples, frames);
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

static bool is_beeping(const struct sim_ear *ear)
{
    return ear->beep_gain[0] != 0 || ear->beep_gain[1] != 0;
}

static bool passes_whole(const struct voices *voices, const struct sim_link_block *block)
{
    const struct voice *only = &voices->voice[0];
    return voices->count == 1 && only->source->gain[0] == 1 && only->source->gain[1] == 1 &&
           !only->source->swapped && only->channels == sim_format_channels(block->format);
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
    unsigned rate = sim_format_rate(block->format);
    for (size_t start = 0; start < block->frames; start += SIM_CHUNK_FRAMES) {
        size_t left = block->frames - start;
        size_t frames = left < SIM_CHUNK_FRAMES ? left : SIM_CHUNK_FRAMES;
        memset(codec->sums, 0, frames * mix->channels * sizeof(*codec->sums));
        for (unsigned i = 0; i < voices->count; i++)
            add_frames(codec->sums, mix->channels, &voices->voice[i], block, start, frames);
        add_held(codec, mix, frames);
        sim_beep_add(codec, ear, codec->sums, mix->channels, rate, start, frames);
        sim_ear_deliver(codec, ear, block->format, mix->channels, codec->sums, frames);
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
    if (most_held(mix) == 0 && !is_beeping(ear) && passes_whole(voices, block))
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
    ear->streaming_until =
        codec->frame + sim_span(block->frames, sim_format_rate(block->format)) + SIM_SPAN_SLACK;
    if (ear->mix.leader == 0 || ear->mix.leader == block->stream)
        lead(codec, ear, &voices, block);
    else
        follow(codec, ear, &voices, block);
}

/* ---- The codec ------------------------------------------------------------------------------- */

void sim_codec_output(struct sim_codec *codec, const struct sim_link_block *block)
{
    if (block->frames == 0 || block->stream == 0 || block->stream > 15)
        return; /* HDA 7.3.3.11: stream 0 is no stream */
    check_converters(codec, block);
    sim_codec_route(codec);
    for (unsigned i = 0; i < codec->pin_count; i++) {
        if (codec->ears[i].route.count > 0)
            ear_output(codec, &codec->ears[i], block);
    }
}
