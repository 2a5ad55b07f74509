/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * breach.h - one breach of the seam's contract, and the sentence that tells it.
 *
 * Each is committed in a process of its own: what comes after the sentence may be anything.
 */
#ifndef CHECK_BREACH_H
#define CHECK_BREACH_H

#include "checked.h"

struct breach {
    const char *name;
    void (*commit)(void); /* breaks entries of rig.host_ops or rig.device_ops; NULL: none */
    void (*act)(void);    /* what shows it: breach_try, breach_live, or what a bad core does */
    const char *sentence; /* a part of the first one that is told */
    enum linux_clock clock;
};

/* hda_check_hooks(), and the life of a bus. */
void breach_try(void);
void breach_live(void);

/* Runs a test for each. What main() returns. */
int breach_run(const char *group, const struct breach *breaches, size_t count);

#endif
