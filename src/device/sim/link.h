/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - the HD Audio link, between the simulated controller and a simulated codec.
 *
 * The controller owns time and calls; a codec answers. No locks, no threads: the caller serialises. A codec
 * may keep state but never calls the controller back.
 */
#ifndef SIM_LINK_H
#define SIM_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_codec;

/* Frames of one stream as they went over SDO (HDA 5.3), decoded from the stream's containers. */
struct sim_link_block {
    uint8_t stream;         /* the tag, 1-15 */
    uint8_t lines;          /* SDO lines that the stream is striped over: 1, 2 or 4 (HDA 3.3.35) */
    uint16_t format;        /* SDnFMT, as the controller sends (HDA 3.7.1) */
    size_t frames;          /* sample blocks */
    const int32_t *samples; /* frames × channels, left-justified */
};

/* Frames of one stream that are to come in over a codec's SDI line (HDA 5.3), as the controller expects them.
 */
struct sim_link_request {
    uint8_t stream;   /* the tag, 1-15 */
    uint16_t format;  /* SDnFMT */
    size_t frames;    /* sample blocks */
    int32_t *samples; /* frames × channels to fill in, left-justified; zeros before */
};

/* Says what a driver did wrong, in a sentence. */
typedef void sim_fault_routine(void *context, const char *sentence);

/* The link was reset (HDA 5.5): everything that a reset clears returns to its initial value. */
void sim_codec_link_reset(struct sim_codec *codec);

/* Frame `frame` begins, counted from when the link came up: what takes time in the codec and was over by then
 * has happened. Called before anything else is asked of the codec in that frame; never goes back but by a
 * link reset. */
void sim_codec_frame(struct sim_codec *codec, uint64_t frame);

/* The next frame at whose beginning the codec does something by itself: it has an unsolicited response, or
 * what it plays or sends changes. Up to there frames may go by in one piece. UINT64_MAX: none. */
uint64_t sim_codec_next(const struct sim_codec *codec);

/* A command of one frame. Returns whether the codec answers in the next frame, and with what. */
bool sim_codec_command(struct sim_codec *codec, uint32_t command, uint32_t *response);

/* Takes the codec's next unsolicited response (HDA 7.3.1); false when it has none. Called in a frame in which
 * no answer of this codec goes over its SDI line. */
bool sim_codec_unsolicited(struct sim_codec *codec, uint32_t *response);

/* Whether the codec, with the link in reset, wants it back: it has something to tell (HDA 3.3.8, 4.5.9.2). */
bool sim_codec_wakes(const struct sim_codec *codec);

/* Audio for whichever converters listen to this stream. */
void sim_codec_output(struct sim_codec *codec, const struct sim_link_block *block);

/* Whether a converter of the codec sends this stream. It begins and ends with a command or at
 * sim_codec_next().
 */
bool sim_codec_sends(const struct sim_codec *codec, uint8_t stream);

/* Fills in what the converters that send this stream have; outputs of the same frames have gone out before.
 */
void sim_codec_input(struct sim_codec *codec, const struct sim_link_request *request);

#endif
