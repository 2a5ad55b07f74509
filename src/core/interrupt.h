/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupt.h - the interrupt routine and the work that it defers. */
#ifndef HDA_INTERRUPT_H
#define HDA_INTERRUPT_H

#include <host.h>
#include <stdbool.h>

struct hda_bus;

/* hda_interrupt_routine; context is a struct hda_bus. */
bool hda_interrupt(void *bus);
/* hda_work_routine, at DISPATCH_LEVEL. */
void hda_deferred(void *bus);

/* Connects the routine; what fails is the device's. PASSIVE_LEVEL. */
NTSTATUS hda_interrupts_start(struct hda_bus *bus);
/* When this returns neither the routine nor the work runs. PASSIVE_LEVEL. */
void hda_interrupts_stop(struct hda_bus *bus);

#endif
