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
    uint16_t format;        /* SDnFMT, as the controller sends (HDA 3.7.1) */
    size_t frames;          /* sample blocks */
    const int32_t *samples; /* frames × channels, left-justified */
};

/* Says what a driver did wrong, in a sentence. */
typedef void sim_fault_routine(void *context, const char *sentence);

/* The link was reset (HDA 5.5): everything that a reset clears returns to its initial value. */
void sim_codec_link_reset(struct sim_codec *codec);

/* A command of one frame. Returns whether the codec answers in the next frame, and with what. */
bool sim_codec_command(struct sim_codec *codec, uint32_t command, uint32_t *response);

/* Audio for whichever converters listen to this stream. */
void sim_codec_output(struct sim_codec *codec, const struct sim_link_block *block);

#endif
