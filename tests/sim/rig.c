/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.c - see rig.h. */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

/* ---- The codecs ------------------------------------------------------------------------------------------
 */

void sim_codec_link_reset(struct sim_codec *codec)
{
    codec->resets++;
}

bool sim_codec_command(struct sim_codec *codec, uint32_t command, uint32_t *response)
{
    if (codec->commands < 600) {
        codec->command[codec->commands] = command;
        codec->command_time[codec->commands] = codec->rig ? codec->rig->now : 0;
    }
    codec->commands++;
    *response = ~command;
    return !codec->silent;
}

void sim_codec_output(struct sim_codec *codec, const struct sim_link_block *block)
{
    size_t count = block->frames * ((block->format & 15u) + 1);

    codec->blocks++;
    codec->last = *block;
    codec->last_frame = codec->frame;
    if (codec->heard + count <= codec->capacity) {
        memcpy(codec->samples + codec->heard, block->samples, count * sizeof(*block->samples));
        memset(codec->tags + codec->heard, block->stream, count);
    }
    codec->heard += count;
}

void sim_codec_frame(struct sim_codec *codec, uint64_t frame)
{
    assert_true(frame >= codec->frame || frame == 0);
    codec->frame = frame;
    if (!codec->next || codec->next > frame)
        return;
    codec->sends = codec->sends_then;
    codec->next = 0;
}

uint64_t sim_codec_next(const struct sim_codec *codec)
{
    if (codec->unsolicited)
        return codec->frame;
    return codec->next ? codec->next : UINT64_MAX;
}

bool sim_codec_unsolicited(struct sim_codec *codec, uint32_t *response)
{
    if (!codec->unsolicited)
        return false;
    *response = codec->unsolicited_response[--codec->unsolicited];
    return true;
}

bool sim_codec_wakes(const struct sim_codec *codec)
{
    return codec->wakes;
}

bool sim_codec_sends(const struct sim_codec *codec, uint8_t stream)
{
    return codec->sends >> stream & 1;
}

uint32_t sent_sample(uint32_t n)
{
    return (n + 1) * 0x9E3779B1u;
}

void sim_codec_input(struct sim_codec *codec, const struct sim_link_request *request)
{
    size_t count = request->frames * ((request->format & 15u) + 1);
    uint32_t *sent = &codec->sent[request->stream];

    assert_true(sim_codec_sends(codec, request->stream));
    codec->requests++;
    codec->request = *request;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(request->samples[i], 0);
        if (codec->loops)
            request->samples[i] = *sent < codec->heard ? codec->samples[*sent] : 0;
        else
            request->samples[i] = (int32_t)sent_sample(*sent);
        ++*sent;
    }
}

/* ---- Life ------------------------------------------------------------------------------------------------
 */

static void note_fault(void *context, const char *sentence)
{
    struct rig *rig = context;

    rig->faults++;
    strncpy(rig->fault, sentence, sizeof(rig->fault) - 1);
}

static void equip(struct rig *rig, unsigned address)
{
    struct sim_codec *codec = &rig->codecs[address];

    codec->rig = rig;
    codec->capacity = 1 << 20;
    codec->samples = malloc(codec->capacity * sizeof(*codec->samples));
    codec->tags = malloc(codec->capacity);
    assert_non_null(codec->samples);
    assert_non_null(codec->tags);
    sim_controller_plug(rig->c, address, codec);
}

const struct sim_shape rig_shape = {
    .outputs = 4,
    .ring_sizes = 0x40,
    .address64 = SIM_ADDRESS64,
    .output_payload = 60,
    .input_payload = 29,
    .output_stream_payload = 48,
    .input_stream_payload = 24,
};

struct rig *rig_create(const struct sim_shape *shape)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    assert_non_null(rig);
    rig->memory = calloc(1, MEMORY);
    assert_non_null(rig->memory);
    rig->c = sim_controller_create(shape, note_fault, rig);
    assert_non_null(rig->c);
    assert_true(sim_controller_remember(rig->c, BASE, rig->memory, MEMORY));
    equip(rig, 0);
    equip(rig, 2);
    return rig;
}

void rig_destroy(struct rig *rig)
{
    sim_controller_destroy(rig->c);
    for (unsigned i = 0; i < 15; i++) {
        free(rig->codecs[i].samples);
        free(rig->codecs[i].tags);
    }
    free(rig->memory);
    free(rig);
}

int rig_setup(void **state)
{
    *state = rig_create(&rig_shape);
    return 0;
}

void rig_start(struct rig *rig)
{
    wr(rig, 0x08, 4, 1);
    run(rig, 24 * 200);
    assert_int_equal(rd(rig, 0x08, 4), 1);
    run_frames(rig, 30);
    wr(rig, 0x40, 4, BASE + CORB_AT);
    wr(rig, 0x50, 4, BASE + RIRB_AT);
    wr(rig, 0x5A, 2, 0);
    wr(rig, 0x5C, 1, 3);
    wr(rig, 0x4C, 1, 2);
    wr(rig, 0x0E, 2, 0x7FFF);
    align(rig);
}

int rig_setup_running(void **state)
{
    rig_setup(state);
    rig_start(*state);
    return 0;
}

int rig_teardown(void **state)
{
    struct rig *rig = *state;

    expect_no_fault(rig);
    rig_destroy(rig);
    return 0;
}

/* ---- Registers and time ----------------------------------------------------------------------------------
 */

uint32_t rd(struct rig *rig, uint32_t offset, unsigned width)
{
    return sim_controller_read(rig->c, offset, width);
}

void wr(struct rig *rig, uint32_t offset, unsigned width, uint32_t value)
{
    sim_controller_write(rig->c, offset, width, value);
}

/* From event to event, so that codecs can note the time of each. */
void run(struct rig *rig, uint64_t ticks)
{
    uint64_t until = rig->now + ticks;

    while (rig->now < until) {
        uint64_t next = sim_controller_next(rig->c);

        assert_true(next > rig->now);
        rig->now = next < until ? next : until;
        sim_controller_advance(rig->c, rig->now);
    }
}

void run_frames(struct rig *rig, uint64_t frames)
{
    run(rig, frames * FRAME);
}

void align(struct rig *rig)
{
    run(rig, FRAME - rd(rig, 0x30, 4) % FRAME);
}

uint32_t frame_of(struct rig *rig)
{
    return rd(rig, 0x30, 4) / (uint32_t)FRAME;
}

void expect_no_fault(struct rig *rig)
{
    if (rig->faults)
        fail_msg("unexpected fault: %s", rig->fault);
}

void expect_fault(struct rig *rig, const char *words)
{
    if (rig->faults != 1)
        fail_msg("%u faults instead of one about '%s'; last: %s", rig->faults, words, rig->fault);
    if (!strstr(rig->fault, words))
        fail_msg("the fault is '%s' and says nothing of '%s'", rig->fault, words);
    rig->faults = 0;
}

/* ---- Memory ----------------------------------------------------------------------------------------------
 */

void put32(struct rig *rig, uint32_t at, uint32_t value)
{
    memcpy(rig->memory + at, &value, sizeof(value));
}

uint32_t get32(struct rig *rig, uint32_t at)
{
    uint32_t value;

    memcpy(&value, rig->memory + at, sizeof(value));
    return value;
}

void send_commands(struct rig *rig, const uint32_t *commands, unsigned count)
{
    unsigned pointer = rd(rig, 0x48, 2);

    for (unsigned i = 0; i < count; i++) {
        pointer = (pointer + 1) % 256;
        put32(rig, CORB_AT + 4 * pointer, commands[i]);
    }
    wr(rig, 0x48, 2, pointer);
}

void fill_data(struct rig *rig)
{
    for (uint32_t at = DATA_AT; at < MEMORY; at += 2) {
        uint16_t value = (uint16_t)(at / 2 * 40503u + 1);

        memcpy(rig->memory + at, &value, sizeof(value));
    }
}

/* ---- Streams ---------------------------------------------------------------------------------------------
 */

void put_list(struct rig *rig, unsigned stream, const struct fragment *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t at = BDL_AT + 0x1000 * stream + 16 * i;

        put32(rig, at, (uint32_t)BASE + list[i].at);
        put32(rig, at + 4, BASE >> 32);
        put32(rig, at + 8, list[i].length);
        put32(rig, at + 12, list[i].completes);
    }
}

void prepare(struct rig *rig, unsigned stream, uint16_t format, const struct fragment *list, unsigned count)
{
    uint32_t length = 0;

    put_list(rig, stream, list, count);
    for (unsigned i = 0; i < count; i++)
        length += list[i].length;
    wr(rig, SD(stream) + FMT, 2, format);
    wr(rig, SD(stream) + CBL, 4, length);
    wr(rig, SD(stream) + LVI, 2, count - 1);
    wr(rig, SD(stream) + BDPL, 4, BASE + BDL_AT + 0x1000 * stream);
    wr(rig, SD(stream) + BDPU, 4, BASE >> 32);
    wr(rig, SD(stream) + TAG, 1, (stream + 1) << 4 | (rd(rig, SD(stream) + TAG, 1) & 0xB));
    wr(rig, SD(stream) + CTL, 1, 0x1C);
}

void prepare_halves(struct rig *rig, unsigned stream, uint16_t format, uint32_t half)
{
    uint32_t at = DATA_AT + 0x10000 * stream;
    struct fragment list[2] = {{at, half, true}, {at + (half + 127) / 128 * 128, half, true}};

    prepare(rig, stream, format, list, 2);
}

void start(struct rig *rig, unsigned stream)
{
    wr(rig, SD(stream) + CTL, 1, 0x1E);
}
