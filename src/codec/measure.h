/* SPDX-License-Identifier: BSD-2-Clause */
/* measure.h - how finely an engine tells where it is (DDI GetLinkPositionRegister). PASSIVE_LEVEL. */
#ifndef CODEC_MEASURE_H
#define CODEC_MEASURE_H

#include <hdaudio.h>
#include <stdbool.h>

/* Of a stream of 48 kHz stereo of 16 bits, which no codec needs to hear. */
#define MEASURE_RATE  48000
#define MEASURE_BLOCK 4 /* bytes */

struct measure {
    const HDAUDIO_BUS_INTERFACE_V2 *ddi;
    const char *routine; /* what was called last: on failure, what failed */
    HANDLE engine;
    PMDL mdl;
    SIZE_T bytes; /* of the buffer */
    PULONG position;
    KEVENT event;

    /* What was found. */
    bool moved;
    ULONG step;       /* bytes, the smallest that the position moved by */
    unsigned periods; /* ends of which an event told; if any: */
    LONG ahead;       /* bytes that the position was beyond an end then, at the least; negative: behind it */
};

/* Allocates a render engine and what belongs to it. On failure, which is the bus's, nothing is left. */
NTSTATUS measure_open(struct measure *measure, const HDAUDIO_BUS_INTERFACE_V2 *ddi);
/* Runs the stream for 100 ms, reading its position every few microseconds meanwhile; less if it does not
 * move. */
NTSTATUS measure_run(struct measure *measure);
void measure_close(struct measure *measure);

#endif
