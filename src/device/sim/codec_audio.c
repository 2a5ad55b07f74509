/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_audio.c - from the link to the pins.
 *
 * The usual block, of one stream that reaches a pin whole and at 0 dB, is handed on as it came. Everything
 * else is computed in chunks: sources are added in 64 bits, then brought back to the stream's sample size,
 * saturating. Where converters with several streams lead to a pin, codec_mix.c adds those.
 */
#include <string.h>

#include "device/sim/codec_state.h"

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

static void add_voice(struct sim_voices *voices, const struct sim_source *source,
                      const struct sim_link_block *block)
{
    unsigned channels = sim_converter_channels(source->node, block->format);
    if (channels > voices->channels)
        voices->channels = channels;
    if (objection(source->node, block) != NULL || (source->gain[0] == 0 && source->gain[1] == 0))
        return;
    voices->voice[voices->count++] = (struct sim_voice){
        .source = source,
        .first = source->node->state.stream_channel & 0xF,
        .channels = channels,
    };
}

static void find_voices(const struct sim_ear *ear, const struct sim_link_block *block,
                        struct sim_voices *voices)
{
    voices->count = 0;
    voices->channels = 0;
    for (unsigned i = 0; i < ear->route.count; i++) {
        if (stream_of(ear->route.sources[i].node) == block->stream)
            add_voice(voices, &ear->route.sources[i], block);
    }
}

/* ---- Computing ------------------------------------------------------------------------------- */

static void add_voice_frames(const struct sim_voice *voice, const struct sim_link_block *block, size_t start,
                             size_t frames, unsigned width, int64_t *sums)
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

void sim_voices_add(const struct sim_voices *voices, const struct sim_link_block *block, size_t start,
                    size_t frames, unsigned width, int64_t *sums)
{
    for (unsigned i = 0; i < voices->count; i++)
        add_voice_frames(&voices->voice[i], block, start, frames, width, sums);
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

/* ---- A block at a pin ------------------------------------------------------------------------ */

static bool is_beeping(const struct sim_ear *ear)
{
    return ear->beep_gain[0] != 0 || ear->beep_gain[1] != 0;
}

static bool passes_whole(const struct sim_voices *voices, const struct sim_link_block *block)
{
    const struct sim_voice *only = &voices->voice[0];
    return voices->count == 1 && only->source->gain[0] == 1 && only->source->gain[1] == 1 &&
           !only->source->swapped && only->channels == sim_format_channels(block->format);
}

static void render(struct sim_codec *codec, struct sim_ear *ear, const struct sim_voices *voices,
                   const struct sim_link_block *block)
{
    unsigned rate = sim_format_rate(block->format);
    for (size_t start = 0; start < block->frames; start += SIM_CHUNK_FRAMES) {
        size_t left = block->frames - start;
        size_t frames = left < SIM_CHUNK_FRAMES ? left : SIM_CHUNK_FRAMES;
        memset(codec->sums, 0, frames * voices->channels * sizeof(*codec->sums));
        sim_voices_add(voices, block, start, frames, voices->channels, codec->sums);
        sim_beep_add(codec, ear, codec->sums, voices->channels, rate, start, frames);
        sim_ear_deliver(codec, ear, block->format, voices->channels, codec->sums, frames);
    }
}

static void ear_output(struct sim_codec *codec, struct sim_ear *ear, const struct sim_link_block *block)
{
    struct sim_voices voices;
    find_voices(ear, block, &voices);
    if (voices.channels == 0)
        return;
    ear->streaming_until =
        codec->frame + sim_span(block->frames, sim_format_rate(block->format)) + SIM_SPAN_SLACK;
    if (ear->crowded || sim_mix_holds(&ear->mix))
        sim_mix_add(codec, ear, &voices, block);
    else if (!is_beeping(ear) && passes_whole(&voices, block))
        deliver(ear, block->format, voices.channels, block->samples, block->frames);
    else
        render(codec, ear, &voices, block);
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
