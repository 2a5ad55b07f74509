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

/* Whether the host runs deferred work, for else nobody would ever be told of anything. INVALID_PARAMETER,
 * with a line in the log, when it has not after a second. PASSIVE_LEVEL, blocks. */
NTSTATUS hda_deferred_try(struct hda_bus *bus);

/* Connects the routine; what fails is the device's. PASSIVE_LEVEL. */
NTSTATUS hda_interrupts_start(struct hda_bus *bus);
/* When this returns neither the routine nor the work runs. PASSIVE_LEVEL. */
void hda_interrupts_stop(struct hda_bus *bus);

#endif
