/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorder.h - frames from a capture engine, woken by notification events.
 *
 * recorder_open(), then recorder_run() or a session with others, then recorder_close(); in between a client
 * opens a path for the stream tag and the converter format that recorder_open() obtained. All functions are
 * called at PASSIVE_LEVEL by one thread.
 */
#ifndef CODEC_RECORDER_H
#define CODEC_RECORDER_H

#include "stream.h"

struct recorder {
    struct stream stream;
    ULONGLONG wanted; /* frames; 0: until the client stops it */
    ULONGLONG next;   /* the frame, since the start of the engine, that is read next */
    ULONGLONG lost;   /* frames that were written over before they were read */
    bool refused;     /* the client took fewer than there were */
};

/* Notifications to expect for so many frames. */
ULONGLONG recorder_expected(ULONGLONG frames, ULONG period_frames);

/* Obtains an engine for the codec of the client that `ddi` is of, and its buffer, as stream_open(). `frames`:
 * how many the client is given; 0: as many as come until it stops. */
NTSTATUS recorder_open(struct recorder *recorder, const HDAUDIO_BUS_INTERFACE_V2 *ddi,
                       const struct stream_request *request, ULONGLONG frames);

/* Records, alone, until the client has got its frames or stops it, as session_run(). What is written over
 * before it was read is left out, and counted as a gap. */
NTSTATUS recorder_run(struct recorder *recorder);

void recorder_close(struct recorder *recorder);

#endif
