/* SPDX-License-Identifier: BSD-2-Clause */
/* leaving.h - clients that leave what they have to the last dereference, or to the bus's stop. */
#ifndef RACES_LEAVING_H
#define RACES_LEAVING_H

#include "arena.h"

void come_and_leave(struct worker *worker);
/* The last one stops the bus. */
void leave_everything(struct worker *worker);
void all_calls_are_completed(void);

#endif
