/* SPDX-License-Identifier: BSD-2-Clause */
/* bad.h - the responses of a codec that breaks the rules of the link (HARDWARE 17). No locks: the caller
 * serialises. */
#ifndef SIM_BAD_H
#define SIM_BAD_H

#include "controller.h"

/* A response on its way: it is on the link in the frame after its command's. */
struct sim_answer {
    bool valid;
    bool immediate;
    uint8_t codec; /* under whose address it comes */
    uint32_t response;
};

struct sim_bad;

/* NULL without memory. */
struct sim_bad *sim_bad_create(const struct sim_vices *vices);
void sim_bad_destroy(struct sim_bad *bad);
const struct sim_vices *sim_bad_vices(const struct sim_bad *bad);

/* The link was reset. */
void sim_bad_reset(struct sim_bad *bad);
/* In `frame` the codec was sent a command, and would answer so if it were not bad; not valid: not at all. */
void sim_bad_command(struct sim_bad *bad, uint64_t frame, const struct sim_answer *answer);
/* What it answers in `frame`; false: nothing. */
bool sim_bad_answer(struct sim_bad *bad, uint64_t frame, struct sim_answer *answer);
/* What it says in `frame` without having been asked; false: nothing. */
bool sim_bad_unsolicited(const struct sim_bad *bad, uint64_t frame, uint32_t *response);
/* The next frame in which it says something. UINT64_MAX: none. `heard`: what it was not asked is heard. */
uint64_t sim_bad_next(const struct sim_bad *bad, bool heard);

#endif
