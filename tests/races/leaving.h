/* SPDX-License-Identifier: BSD-2-Clause */
/* leaving.h - clients that leave what they have to the last dereference, or to the bus's stop. */
#ifndef RACES_LEAVING_H
#define RACES_LEAVING_H

#include "arena.h"

void come_and_leave(struct worker *worker);
void leave_everything(struct worker *worker);
/* What it ends with: the last thread to leave stops the bus, and then buries what was left; NULL: nothing. */
void leave(void (*bury)(void));
void all_calls_are_completed(void);

#endif
