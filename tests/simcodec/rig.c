/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.c - see rig.h. */
#include "rig.h"

char *read_text(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *size, file), *size);
    text[*size] = 0;
    fclose(file);
    return text;
}

struct codec_dump *read_dump(const char *name)
{
    char path[512], error[256] = "";
    size_t size;
    snprintf(path, sizeof(path), "%s/%s", DUMPS, name);
    char *text = read_text(path, &size);
    struct codec_dump *dump = codec_dump_parse(text, size, error, sizeof(error));
    free(text);
    if (dump == NULL)
        fail_msg("%s: %s", name, error);
    return dump;
}

static void on_fault(void *context, const char *sentence)
{
    struct rig *rig = context;
    rig->faults++;
    snprintf(rig->fault, sizeof(rig->fault), "%s", sentence);
}

struct rig *rig_open_dump(const struct codec_dump *dump)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    assert_non_null(rig);
    rig->codec = sim_codec_create(dump, on_fault, rig);
    assert_non_null(rig->codec);
    return rig;
}

struct rig *rig_open(const char *name)
{
    struct codec_dump *dump = name != NULL
                                  ? read_dump(name)
                                  : codec_dump_parse(sim_default_codec, strlen(sim_default_codec), NULL, 0);
    assert_non_null(dump);
    struct rig *rig = rig_open_dump(dump);
    codec_dump_free(dump);
    return rig;
}

void rig_close(struct rig *rig)
{
    sim_codec_destroy(rig->codec);
    free(rig);
}

static uint32_t command(struct rig *rig, uint32_t word)
{
    uint32_t response = 0xDEADBEEF;
    assert_true(sim_codec_command(rig->codec, word, &response));
    return response;
}

uint32_t verb(struct rig *rig, unsigned nid, unsigned id, unsigned payload)
{
    return command(rig, nid << 20 | id << 8 | payload);
}

uint32_t verb4(struct rig *rig, unsigned nid, unsigned id, unsigned payload)
{
    return command(rig, nid << 20 | id << 16 | payload);
}

uint32_t send_verb(struct rig *rig, unsigned nid, unsigned id, unsigned payload)
{
    return id < 0x10 ? verb4(rig, nid, id, payload) : verb(rig, nid, id, payload);
}

uint32_t parameter(struct rig *rig, unsigned nid, unsigned which)
{
    return verb(rig, nid, HDA_GET_PARAMETER, which);
}

void pass(struct rig *rig, uint64_t frames)
{
    rig->frame += frames;
    sim_codec_frame(rig->codec, rig->frame);
}

void settle(struct rig *rig)
{
    uint64_t next = sim_codec_next(rig->codec);
    if (next != NEVER)
        pass(rig, next - rig->frame);
}

bool record(struct rig *rig, unsigned stream, uint16_t format, size_t frames, int32_t *samples)
{
    struct sim_link_request request = {
        .stream = (uint8_t)stream,
        .format = format,
        .frames = frames,
        .samples = samples,
    };
    settle(rig);
    memset(samples, 0, frames * ((format & 0xFu) + 1) * sizeof(*samples));
    if (!sim_codec_sends(rig->codec, (uint8_t)stream))
        return false;
    sim_codec_input(rig->codec, &request);
    return true;
}

void play(struct rig *rig, unsigned stream, uint16_t format, size_t frames, const int32_t *samples)
{
    struct sim_link_block block = {
        .stream = (uint8_t)stream,
        .lines = 1,
        .format = format,
        .frames = frames,
        .samples = samples,
    };
    settle(rig);
    sim_codec_output(rig->codec, &block);
}

uint16_t format_of(unsigned rate, unsigned bits, unsigned channels)
{
    unsigned size = bits == 8 ? 0 : bits == 16 ? 1 : bits == 20 ? 2 : bits == 24 ? 3 : 4;
    return (uint16_t)((rate == 44100 ? HDA_FORMAT_BASE_44_1 : 0) | size << HDA_FORMAT_BITS_SHIFT |
                      (channels - 1));
}

static void on_audio(void *context, const struct hdabus_audio *audio)
{
    struct ear *ear = context;
    size_t count = audio->frames * audio->channels;
    ear->calls++;
    ear->rate = audio->sample_rate;
    ear->channels = audio->channels;
    ear->bits = audio->valid_bits;
    ear->frames += audio->frames;
    ear->last = audio->samples;
    if (count > RIG_SAMPLES - ear->samples)
        count = RIG_SAMPLES - ear->samples;
    memcpy(ear->heard + ear->samples, audio->samples, count * sizeof(int32_t));
    ear->samples += count;
}

void listen_to(struct rig *rig, uint8_t pin, struct ear *ear)
{
    forget(ear);
    assert_true(sim_codec_hear(rig->codec, pin, on_audio, ear));
}

void forget(struct ear *ear)
{
    memset(ear, 0, offsetof(struct ear, heard));
}

int32_t said(size_t i, unsigned bits)
{
    return (int32_t)((uint32_t)(i * 2 + 1) << (32 - bits));
}

static void on_request(void *context, const struct hdabus_recording *recording)
{
    struct mouth *mouth = context;
    size_t count = recording->frames * recording->channels, first = mouth->frames * recording->channels;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(recording->samples[i], 0);
        recording->samples[i] = said(first + i, recording->valid_bits);
    }
    mouth->calls++;
    mouth->rate = recording->sample_rate;
    mouth->channels = recording->channels;
    mouth->bits = recording->valid_bits;
    mouth->frames += recording->frames;
}

void speak_into(struct rig *rig, uint8_t pin, struct mouth *mouth)
{
    *mouth = (struct mouth){.calls = 0};
    assert_true(sim_codec_feed(rig->codec, pin, on_request, mouth));
}
