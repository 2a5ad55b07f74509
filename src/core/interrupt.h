/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupt.h - the interrupt routine and the work that it defers. */
#ifndef HDA_INTERRUPT_H
#define HDA_INTERRUPT_H

#include <stdbool.h>

/* hda_interrupt_routine; context is a struct hda_bus. */
bool hda_interrupt(void *bus);
/* hda_work_routine, at DISPATCH_LEVEL. */
void hda_deferred(void *bus);

#endif
