/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * player.h - a stream of frames through a render engine, woken by notification events.
 *
 * player_open(), then player_run() or a session with others, then player_close(); in between a client opens a
 * path for the stream tag and the converter format that player_open() obtained. All functions are called at
 * PASSIVE_LEVEL by one thread.
 */
#ifndef CODEC_PLAYER_H
#define CODEC_PLAYER_H

#include "stream.h"

struct player {
    struct stream stream;
    ULONG drain_periods;   /* of silence at the end, at least */
    ULONGLONG written;     /* frames, silence included */
    ULONGLONG data_end;    /* the frame after the last of the data, once `ended` */
    ULONGLONG data_frames; /* frames of data written */
    bool ended;
};

/* Periods of silence that make sure that what was played before has left a device with this latency, in
 * microseconds: one in which the last frames leave the controller, or as many as the latency takes. */
ULONG player_drain(ULONG latency, ULONG period_frames, ULONG rate);

/* Periods that `frames` frames take, and those of silence after them: the notifications to expect. */
ULONGLONG player_expected(ULONGLONG frames, ULONG period_frames, ULONG drain_periods);

/* Obtains an engine and its buffer, as stream_open(). `latency`: microseconds that a device may lose when it
 * stops, and that are played as silence. */
NTSTATUS player_open(struct player *player, const HDAUDIO_BUS_INTERFACE_V2 *ddi,
                     const struct stream_request *request, ULONG latency);

/* Plays, alone, until the data has gone over the link or the client stops it, as session_run(). */
NTSTATUS player_run(struct player *player);

void player_close(struct player *player);

#endif
