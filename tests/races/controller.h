/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * controller.h - what becomes of the controller while clients use it: it sleeps, it wakes, it is pulled out;
 * and what calls may answer then (DDI Power, Removal).
 */
#ifndef RACES_CONTROLLER_H
#define RACES_CONTROLLER_H

#include "arena.h"

/* Puts what belongs here into arena.device_ops. */
void controller_begin(void);
/* When the threads are through: it is awake; or gone, and the bus knows and has told everybody. */
void controller_end(void);

/* ---- Sleep, for one thread ----------------------------------------------------------------------- */

/* While it sleeps no register may be touched and nobody called. Both may find the controller gone; whether
 * they do not. */
bool controller_suspend(void);
/* `restart` runs what clients expect to run while the controller is awake; NULL: nothing. */
bool controller_resume(void (*restart)(void));
bool controller_sleeps(void);

/* ---- Removal ------------------------------------------------------------------------------------- */

void controller_pull(void);
/* Within the so many-th register access, counted from the so many-th suspend or resume on; 0: as that begins.
 */
void controller_pull_later(unsigned changes, unsigned accesses);
bool controller_pulled(void);
/* Before the last suspend. */
bool controller_pulled_awake(void);

/* ---- What calls may answer ------------------------------------------------------------------------ */

/* What has become of it so far. */
struct fate {
    unsigned phase; /* counts: awake, going to sleep, asleep, waking up, awake ... */
    bool pulled;
    bool noticed; /* and the bus knows */
};
struct fate controller_fate(void);
/* Awake ever since, if it was not pulled out. */
bool controller_stayed_awake(struct fate before);

/* Whether a call has succeeded that nothing but the controller's sleep or removal may keep from it, and the
 * status of which is wrong otherwise. SERVED: one that needs the controller. KEPT: one that fails only
 * without any. */
#define SERVED(call) ANSWERED(call, NEEDS_POWER)
#define KEPT(call)   ANSWERED(call, 0)
/* Unless another thread has left it nothing to do. */
#define SERVED_OR_REFUSED(call) ANSWERED(call, NEEDS_POWER | MAY_BE_REFUSED)
#define KEPT_OR_REFUSED(call)   ANSWERED(call, MAY_BE_REFUSED)
#define ANSWERED(call, what)    (controller_call(), controller_answer((call), what, #call, __func__, __LINE__))
enum { NEEDS_POWER = 1, MAY_BE_REFUSED = 2, MAY_BE_INVALID = 4, MAY_BE_BUSY = 8 };
void controller_call(void);
bool controller_answer(NTSTATUS status, unsigned what, const char *text, const char *function, int line);

/* Somebody is called who may be called by a controller that is awake only. */
#define CALLED() MUST(!controller_sleeps())

#endif
