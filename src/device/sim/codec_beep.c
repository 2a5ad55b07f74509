/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_beep.c - the beep generator's tone (HDA 7.3.3.28).
 *
 * A divider of N makes a tone of 48 kHz / 4N, here a square wave whose half period is 2N link frames. Its
 * phase is that of the link's frame counter. Divider 0 is silence.
 */
#include <string.h>

#include "device/sim/codec_state.h"

#define AMPLITUDE   (1 << 28) /* 18 dB below full scale, at a gain of 0 dB */
#define TONE_FORMAT 0x0011    /* 16 bits, stereo, 48 kHz */
#define TONE_WIDTH  2

bool sim_beep_sounds(const struct sim_codec *codec)
{
    if (codec->beep == NULL || codec->beep->state.beep == 0)
        return false;
    for (unsigned i = 0; i < codec->pin_count; i++) {
        if (sim_ear_is_heard(&codec->ears[i]))
            return true;
    }
    return false;
}

static int32_t tone(unsigned divider, uint64_t frame)
{
    return frame / (2 * divider) % 2 == 0 ? AMPLITUDE : -AMPLITUDE;
}

void sim_beep_add(const struct sim_codec *codec, const struct sim_ear *ear, int64_t *sums, unsigned width,
                  unsigned rate, size_t start, size_t frames)
{
    const double *gain = ear->beep_gain;
    if ((gain[0] == 0 && gain[1] == 0) || codec->beep->state.beep == 0)
        return; /* what waits in a mix may go out before ways are found anew */
    for (size_t i = 0; i < frames; i++) {
        uint64_t frame = codec->frame + (uint64_t)(start + i) * SIM_FRAME_RATE / rate;
        int32_t sample = tone(codec->beep->state.beep, frame);
        for (unsigned c = 0; c < width && c < TONE_WIDTH; c++)
            sums[i * width + c] += sim_amplify(sample, gain[c]);
    }
}

static void ear_frames(struct sim_codec *codec, struct sim_ear *ear, size_t frames)
{
    for (size_t start = 0; start < frames; start += SIM_CHUNK_FRAMES) {
        size_t chunk = frames - start < SIM_CHUNK_FRAMES ? frames - start : SIM_CHUNK_FRAMES;
        memset(codec->sums, 0, chunk * TONE_WIDTH * sizeof(*codec->sums));
        sim_beep_add(codec, ear, codec->sums, TONE_WIDTH, SIM_FRAME_RATE, start, chunk);
        sim_ear_deliver(codec, ear, TONE_FORMAT, TONE_WIDTH, codec->sums, chunk);
    }
}

void sim_beep_frame(struct sim_codec *codec, uint64_t frame)
{
    if (!sim_beep_sounds(codec))
        return;
    sim_codec_route(codec);
    for (unsigned i = 0; i < codec->pin_count; i++) {
        struct sim_ear *ear = &codec->ears[i];
        bool beeps = ear->beep_gain[0] != 0 || ear->beep_gain[1] != 0;
        if (beeps && codec->frame >= ear->streaming_until)
            ear_frames(codec, ear, (size_t)(frame - codec->frame));
    }
}
