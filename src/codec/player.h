/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * player.h - a stream of frames through a render engine, woken by notification events.
 *
 * player_open(), then player_run(), then player_close(); in between a client opens a path for the stream tag
 * and the converter format that player_open() obtained. All functions are called at PASSIVE_LEVEL by one
 * thread.
 */
#ifndef CODEC_PLAYER_H
#define CODEC_PLAYER_H

#include <hdaudio.h>
#include <stdbool.h>

/* Counts so far. */
struct player_report {
    ULONGLONG frames;        /* of the data, that have gone over the link */
    ULONGLONG notifications; /* wake-ups by the event */
    ULONGLONG late;          /* periods handled after the next one had ended */
    ULONGLONG underruns;     /* times that the engine came before the data */
    bool stopped;            /* on the client's wish, before the end */
};

/* Called between refills with the request's context. */
struct player_client {
    /* Writes up to `count` frames as they lie in memory, valid bits left-justified in their containers;
     * returns how many. Fewer than `count` end the data. */
    ULONG (*fill)(void *context, void *frames, ULONG count);
    /* Whether to stop now; NULL: never. */
    bool (*stop)(void *context);
    /* After each wake-up; may be NULL. */
    void (*progress)(void *context, const struct player_report *report);
};

struct player_request {
    HDAUDIO_STREAM_FORMAT format;
    ULONG buffer_frames;
    ULONG notification_count; /* 1 or 2 */
    ULONG latency;            /* microseconds that a device may lose when it stops: played as silence */
    const struct player_client *client;
    void *context;
};

struct player {
    const HDAUDIO_BUS_INTERFACE_V2 *ddi;
    struct player_request request;
    const char *routine; /* what was called last: on failure, what failed */

    HANDLE engine;
    HDAUDIO_CONVERTER_FORMAT converter_format;
    UCHAR stream; /* the tag */
    ULONG fifo;   /* bytes */
    PMDL mdl;
    SIZE_T buffer_bytes; /* as allocated */
    UCHAR *buffer;
    ULONG frame_bytes;
    ULONG buffer_frames;
    ULONG period_frames;
    ULONG drain_periods; /* of silence at the end, at least */

    KEVENT event;
    PULONG position; /* bytes in the buffer */
    ULONG last_position;
    LONGLONG last_time;    /* of the performance counter, when the position was seen to move */
    ULONGLONG link_bytes;  /* that have gone over the link since the start */
    ULONGLONG written;     /* frames, silence included */
    ULONGLONG data_end;    /* the frame after the last of the data, once `ended` */
    ULONGLONG data_frames; /* frames of data written */
    bool ended;
    ULONGLONG handled; /* periods whose end was handled */
    unsigned idle;     /* waits in a row in which nothing happened */
    struct player_report report;
};

/* Periods of silence that make sure that what was played before has left a device with this latency, in
 * microseconds: one in which the last frames leave the controller, or as many as the latency takes. */
ULONG player_drain(ULONG latency, ULONG period_frames, ULONG rate);

/* Periods that `frames` frames take, and those of silence after them: the notifications to expect. */
ULONGLONG player_expected(ULONGLONG frames, ULONG period_frames, ULONG drain_periods);

/* Obtains an engine and its buffer. On failure nothing is left behind, and player->routine names the DDI's
 * routine that refused. The request's client outlives the player. */
NTSTATUS player_open(struct player *player, const HDAUDIO_BUS_INTERFACE_V2 *ddi,
                     const struct player_request *request);

/* Plays until the data has gone over the link or the client stops it; then the engine is in Reset.
 * IO_TIMEOUT: the engine neither moves nor notifies. What was counted stays in player->report, also on
 * failure. */
NTSTATUS player_run(struct player *player);

void player_close(struct player *player);

#endif
