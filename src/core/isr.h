/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isr.h - a client's routine that is called in the interrupt (DDI BDL clients).
 *
 * It runs with a lock of the interrupt's level, so that who has replaced it under that lock knows that it
 * runs nowhere any more.
 */
#ifndef HDA_ISR_H
#define HDA_ISR_H

#include <host.h>

struct hda_engine;

struct hda_isr {
    struct hda_lock lock;
    PHDAUDIO_BDL_ISR routine; /* NULL: none. Written with the lock, looked at without it */
    PVOID context;
};

void hda_isr_init(struct hda_engine *engine);
/* From when this returns the old routine runs nowhere and is not called again. NULL: none. Up to
 * DISPATCH_LEVEL, with bus.lock. */
void hda_isr_set(struct hda_engine *engine, PHDAUDIO_BDL_ISR routine, PVOID context);
/* Waits for a call that has been found to be due on another processor. Up to DISPATCH_LEVEL, with bus.lock.
 */
void hda_isr_wait(struct hda_engine *engine);
/* Calls it, if there is one and the engine has not stopped since `generation`. Any level. */
void hda_isr_call(struct hda_engine *engine, uint32_t causes, uint32_t generation);

#endif
