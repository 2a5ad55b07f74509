/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routines.h - each routine of the DDI as one call, and what it needs, for checks that try all of them: at
 * what level, asleep, after a removal, without memory. Internal.
 */
#ifndef CONFORMANCE_ROUTINES_H
#define CONFORMANCE_ROUTINES_H

#include "check.h"

#define ROUTINE_SIZE 4096u /* of a buffer */

/* What a routine is called with, and what it hands out. */
struct call_state {
    HANDLE handle;
    PKEVENT event;
    HDAUDIO_CODEC_TRANSFER transfer;
    HDAUDIO_STREAM_FORMAT format;
    HDAUDIO_CONVERTER_FORMAT converter;
    HDAUDIO_DEVICE_INFORMATION information;
    struct buffer buffer;
    PVOID data;
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    ULONG entries;
    UCHAR tag;
    UCHAR codec;
    UCHAR node;
    _Atomic unsigned completed;
};

/* In the trial's memory, for a verb may be answered late where a driver is broken. NULL, and a failure noted,
 * without. */
struct call_state *call_state(struct trial *t);

/* Makes what a routine needs; false when it cannot be, or is skipped. */
typedef bool need_routine(struct trial *t, struct call_state *state);
need_routine need_nothing, need_engine, need_buffer, need_registration, need_tag, need_callback;
need_routine need_list; /* written, but not set up */

/* Calls a routine with that: what it says. */
typedef NTSTATUS call_routine(struct trial *t, struct call_state *state);
call_routine call_transfer, call_capture, call_render, call_change, call_get_buffer, call_free_buffer;
call_routine call_take_tag, call_give_tag, call_information, call_get_notified, call_free_notified;
call_routine call_add_event, call_take_event, call_add_callback, call_take_callback;
call_routine call_get_contiguous, call_set_up, call_free_contiguous, call_reset;

#endif
