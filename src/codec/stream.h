/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.h - a DMA engine with its cyclic buffer, and where in it the engine is: what a player and a recorder
 * share. session.h runs them. All functions are called at PASSIVE_LEVEL by one thread.
 */
#ifndef CODEC_STREAM_H
#define CODEC_STREAM_H

#include <hdaudio.h>
#include <stdbool.h>

/* Counts so far. */
struct stream_report {
    ULONGLONG frames;        /* of the data, that have gone over the link or that the client took */
    ULONGLONG notifications; /* wake-ups by the event */
    ULONGLONG late;          /* periods handled after the next one had ended */
    ULONGLONG gaps;          /* times that the engine was there first: underruns or overruns */
    bool stopped;            /* on the client's wish, before the end */
};

/* Called in between waits with the request's context. */
struct stream_client {
    /* A player's: writes up to `count` frames as they lie in memory, valid bits left-justified in their
     * containers. A recorder's: takes `count` such frames. Returns how many; fewer end the stream. */
    ULONG (*transfer)(void *context, void *frames, ULONG count);
    /* Whether to stop now; NULL: never. */
    bool (*stop)(void *context);
    /* After each wake-up; may be NULL. */
    void (*progress)(void *context, const struct stream_report *report);
};

/* The client outlives the stream. */
struct stream_request {
    HDAUDIO_STREAM_FORMAT format;
    ULONG buffer_frames;
    ULONG notification_count; /* 1 or 2 */
    const struct stream_client *client;
    void *context;
};

struct stream;

/* What a player and a recorder do each in its own way. */
struct stream_role {
    NTSTATUS (*allocate)(struct stream *stream); /* the engine */
    void (*begin)(struct stream *stream);        /* before the engine runs */
    void (*serve)(struct stream *stream);        /* when the engine has got on */
    void (*rest)(struct stream *stream);         /* the engine has stopped, and will begin at position 0 */
    bool (*is_complete)(const struct stream *stream);
};

struct stream {
    const struct stream_role *role;
    const HDAUDIO_BUS_INTERFACE_V2 *ddi;
    struct stream_request request;
    const char *routine; /* what was called last: on failure, what failed */
    NTSTATUS status;     /* of the last run */

    HANDLE engine;
    HDAUDIO_CONVERTER_FORMAT converter_format;
    UCHAR tag;
    ULONG fifo; /* bytes */
    PMDL mdl;
    SIZE_T buffer_bytes; /* as allocated */
    UCHAR *buffer;
    ULONG frame_bytes;
    ULONG buffer_frames;
    ULONG period_frames;

    KEVENT event;
    PULONG position; /* bytes in the buffer */
    ULONG last_position;
    LONGLONG last_time;   /* of the performance counter, when the position was seen to move */
    LONGLONG poll_time;   /* of the same, when to look without a notification */
    ULONG lag;            /* bytes that may have gone over the link but not reached memory */
    ULONGLONG link_bytes; /* that have gone over the link since the start */
    ULONGLONG handled;    /* periods whose end was handled */
    unsigned idle;        /* waits in a row in which nothing happened */
    struct stream_report report;
};

/* Periods that `frames` frames take, the last one begun. */
ULONGLONG stream_periods(ULONGLONG frames, ULONG period_frames);

/* Obtains an engine and its buffer. On failure nothing is left behind, and stream->routine names the DDI's
 * routine that refused. */
NTSTATUS stream_open(struct stream *stream, const struct stream_role *role,
                     const HDAUDIO_BUS_INTERFACE_V2 *ddi, const struct stream_request *request);
void stream_close(struct stream *stream);

/* ---- While it runs: for session.c ---------------------------------------------------------------- */

/* Gets everything ready to start. */
NTSTATUS stream_prepare(struct stream *stream);
/* The engine has just been started: time counts from now on. */
void stream_started(struct stream *stream);
/* Looks where the engine is, if it notified or the time to look has come, and serves it. IO_TIMEOUT: it
 * neither moves nor notifies; else what GetLinkPositionRegister says. */
NTSTATUS stream_serve(struct stream *stream, bool notified);
/* The engine has stopped where it is, before the bus goes to sleep: makes sure that what it has not done
 * comes first when it begins anew. What GetLinkPositionRegister says. */
NTSTATUS stream_rest(struct stream *stream);
/* Once a silent engine has been stopped: what GetLinkPositionRegister says then, such as DEVICE_REMOVED, else
 * IO_TIMEOUT. */
NTSTATUS stream_why_silent(struct stream *stream);
bool stream_wants_stop(const struct stream *stream);

/* ---- For roles ----------------------------------------------------------------------------------- */

/* Reads the position anew, without a notification. */
void stream_update(struct stream *stream);
ULONGLONG stream_link_frames(const struct stream *stream);
ULONGLONG stream_period_bytes(const struct stream *stream);
/* Whether the end of so many periods was notified, or is so long ago that the notification was lost. */
bool stream_has_ended(const struct stream *stream, ULONGLONG periods);
/* Where in the buffer a frame is, and how many lie there without a wrap. */
UCHAR *stream_at(const struct stream *stream, ULONGLONG frame);
ULONG stream_contiguous(const struct stream *stream, ULONGLONG frame);

#endif
