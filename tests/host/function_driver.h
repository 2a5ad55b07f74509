/* SPDX-License-Identifier: BSD-2-Clause */
/* function_driver.h - what the test calls in function_driver.c. */
#ifndef FUNCTION_DRIVER_H
#define FUNCTION_DRIVER_H

#include <hdaudio.h>

typedef struct _PLAYBACK PLAYBACK, *PPLAYBACK;

NTSTATUS PlaybackCreate(PHDAUDIO_BUS_INTERFACE_V2 Bus, PPLAYBACK *Playback);
NTSTATUS PlaybackStart(PPLAYBACK Playback, ULONG SampleRate);
NTSTATUS PlaybackWaitForPeriod(PPLAYBACK Playback);
ULONG PlaybackPeriods(PPLAYBACK Playback);
VOID PlaybackStop(PPLAYBACK Playback);
VOID PlaybackDelete(PPLAYBACK Playback);

#endif
