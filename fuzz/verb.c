/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb.c - any commands to any of our codecs, mixed with audio, time and resets: each command is answered,
 * what is heard and sent is in the format that was asked for, and nobody reads or writes where nothing is.
 *
 * An input is a byte that chooses the codec, and then steps of five bytes: what to do, and a word for it.
 */
#include <string.h>

#include "codecs.h"
#include "device/sim/codec.h"
#include "target.h"

#define STEP       5
#define MOST_STEPS 4096
#define FRAMES     48 /* of audio in a step */
#define CHANNELS   16

struct run {
    struct sim_codec *codec;
    uint64_t frame;
    int32_t samples[FRAMES * CHANNELS];
};

static void hear(void *context, const struct hdabus_audio *audio)
{
    volatile int32_t last;

    (void)context;
    require(audio->frames > 0 && audio->channels > 0 && audio->channels <= CHANNELS);
    require(audio->sample_rate > 0 && audio->valid_bits >= 8 && audio->valid_bits <= 32);
    last = audio->samples[audio->frames * audio->channels - 1];
    (void)last;
}

static void ignore_fault(void *context, const char *sentence)
{
    (void)context;
    require(sentence[0] != '\0');
}

/* ---- Steps ------------------------------------------------------------------------------------------- */

static void command(struct run *run, uint32_t word)
{
    uint32_t response = 0;

    require(sim_codec_command(run->codec, word, &response));
}

/* Formats as SDnFMT can hold them: a controller refuses reserved ones (HDA 3.7.1). */
static uint16_t legal_format(uint32_t word)
{
    uint16_t format = word & 0x477F;

    return (format >> 4 & 7) > 4 ? format & 0xFF0F : format;
}

static uint8_t legal_stream(uint32_t word)
{
    return (uint8_t)(word >> 16 & 15);
}

static size_t legal_frames(uint32_t word)
{
    return word >> 24 ? (word >> 24) % FRAMES + 1 : FRAMES;
}

static void output(struct run *run, uint32_t word)
{
    struct sim_link_block block = {
        .stream = legal_stream(word),
        .lines = (uint8_t)(1u << (word >> 20 & 3) % 3),
        .format = legal_format(word),
        .frames = legal_frames(word),
        .samples = run->samples,
    };

    sim_codec_output(run->codec, &block);
}

static void input(struct run *run, uint32_t word)
{
    struct sim_link_request request = {
        .stream = legal_stream(word),
        .format = legal_format(word),
        .frames = legal_frames(word),
        .samples = run->samples,
    };

    if (request.stream == 0 || !sim_codec_sends(run->codec, request.stream))
        return;
    memset(run->samples, 0, sizeof(run->samples));
    sim_codec_input(run->codec, &request);
}

/* No further than to what the codec wants to do by itself, as a controller goes. */
static void pass_time(struct run *run, uint32_t word)
{
    uint64_t next = sim_codec_next(run->codec), target = run->frame + word % 4096 + 1;

    if (next <= run->frame) /* what was due has not been taken: the next frame asks again */
        next = run->frame + 1;
    run->frame = next < target ? next : target;
    sim_codec_frame(run->codec, run->frame);
}

static void take_unsolicited(struct run *run, uint32_t word)
{
    uint32_t response;

    (void)word;
    if (sim_codec_unsolicited(run->codec, &response))
        (void)sim_codec_wakes(run->codec);
}

static void reset_link(struct run *run, uint32_t word)
{
    (void)word;
    sim_codec_link_reset(run->codec);
    run->frame = 0;
    sim_codec_frame(run->codec, 0);
}

static void listen(struct run *run, uint32_t word)
{
    sim_codec_hear(run->codec, (uint8_t)word, word & 0x100 ? NULL : hear, NULL);
}

static void speak(void *context, const struct hdabus_recording *recording)
{
    (void)context;
    require(recording->frames > 0 && recording->channels > 0 && recording->channels <= CHANNELS);
    require(recording->sample_rate > 0 && recording->valid_bits >= 8 && recording->valid_bits <= 32);
    memset(recording->samples, 0x5A, recording->frames * recording->channels * sizeof(*recording->samples));
}

static void feed(struct run *run, uint32_t word)
{
    sim_codec_feed(run->codec, (uint8_t)word, word & 0x100 ? NULL : speak, NULL);
}

static void connect(struct run *run, uint32_t word)
{
    (void)sim_codec_connect(run->codec, (uint8_t)word, run->codec, (uint8_t)(word >> 8));
}

/* What happens outside. */
static void touch(struct run *run, uint32_t word)
{
    sim_codec_plug(run->codec, (uint8_t)word, word & 0x100);
    sim_codec_gpio(run->codec, (uint8_t)(word >> 16), (uint8_t)(word >> 24));
    sim_codec_turn(run->codec, (uint8_t)word, (uint8_t)(word >> 16));
}

static void (*const steps[])(struct run *run, uint32_t word) = {
    command,          command,    command, command, output,  input, pass_time,
    take_unsolicited, reset_link, listen,  feed,    connect, touch,
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* ---- The target -------------------------------------------------------------------------------------- */

static struct sim_codec *create(uint8_t choice)
{
    const char *text = fuzz_codecs[choice % fuzz_codec_count];
    char why[256] = "";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), why, sizeof(why));
    struct sim_codec *codec;

    require(dump != NULL);
    codec = sim_codec_create(dump, ignore_fault, NULL);
    require(codec != NULL);
    codec_dump_free(dump);
    return codec;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = {.frame = 0};

    if (size == 0)
        return 0;
    run.codec = create(data[0]);
    for (size_t at = 1, n = 0; at + STEP <= size && n < MOST_STEPS; at += STEP, n++) {
        uint32_t word;

        memcpy(&word, data + at + 1, sizeof(word));
        steps[data[at] % STEPS](&run, word);
    }
    sim_codec_destroy(run.codec);
    return 0;
}
