/* SPDX-License-Identifier: BSD-2-Clause */
/* checked.h - a bus that is opened through the checking host (check=yes). */
#ifndef OPEN_CHECKED_H
#define OPEN_CHECKED_H

#include "open.h"

/* check=yes or check=no; false: neither. */
bool open_checked_set(const char *value, bool *checked);

/* Puts the checking host between the core and request.config's host and device, and has it try each hook. Its
 * sentences go to the bus's log as errors. INTERNAL_ERROR, with a sentence: the contract is broken;
 * INSUFFICIENT_RESOURCES. Released with the bus in any case. */
NTSTATUS open_checked(struct open_request *request);

/* Faults until now; 0 of a bus that is not checked. */
unsigned open_checked_faults(const struct hdabus *bus);

/* When the core has stopped and before the device goes: tells what is left, and how many faults there were,
 * which it returns. */
unsigned open_checked_release(struct hdabus *bus);

#endif
