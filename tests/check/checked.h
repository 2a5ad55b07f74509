/* SPDX-License-Identifier: BSD-2-Clause */
/* checked.h - the core's rig (tests/core/rig.h) with the checking host around its two tables. */
#ifndef CHECK_CHECKED_H
#define CHECK_CHECKED_H

#include "rig.h"

#include <check.h>

#define SENTENCES     64
#define SENTENCE_SIZE 400

struct checked {
    struct hda_check *check;
    struct hda_bus_config bare; /* without it */
    unsigned told;              /* sentences, the first of which are kept */
    char sentences[SENTENCES][SENTENCE_SIZE];
};
extern struct checked *checked; /* also what a child process has left of it */

/* A host on a clock, a controller with the built-in codec, and the check; rig.host_ops and rig.device_ops are
 * what it checks, and a test breaks one of their entries then. */
void checked_set_up(enum linux_clock clock);
/* No sentence has been told: for whoever sets up in a child process. */
void checked_set_up_nothing(void);
/* A whole life of a bus through the check: a client that plays, records and asks verbs, suspend and resume,
 * a BDL client, stop. Whether all of that has worked. */
bool checked_live(void);
/* The same for a bus that runs, which it leaves so. */
bool checked_live_on(void);
/* Ends the check and all else; returns how many faults there were. */
unsigned checked_tear_down(void);
/* A sentence that has this text in it, or NULL. */
const char *checked_sentence(const char *text);
/* Prints all sentences, for a test that is about to fail. */
void checked_print(void);

#endif
