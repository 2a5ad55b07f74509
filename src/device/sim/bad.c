/* SPDX-License-Identifier: BSD-2-Clause */
/* bad.c - see bad.h. */
#include "bad.h"

#include <stdlib.h>

#define ANSWERS      512 /* that wait; what comes when so many do is lost */
#define TAG_SHIFT    26
#define CONTENT_MASK 0x03FFFFFFu

/* An answer that waits for its frame. */
struct waiting {
    uint64_t frame;
    struct sim_answer answer;
};

struct sim_bad {
    struct sim_vices vices;
    bool asked; /* a command has come since the link was reset */
    unsigned first;
    unsigned count;
    struct waiting answers[ANSWERS]; /* a ring, in order of their frames */
};

struct sim_bad *sim_bad_create(const struct sim_vices *vices)
{
    struct sim_bad *bad = calloc(1, sizeof(*bad));

    if (bad)
        bad->vices = *vices;
    return bad;
}

void sim_bad_destroy(struct sim_bad *bad)
{
    free(bad);
}

const struct sim_vices *sim_bad_vices(const struct sim_bad *bad)
{
    return &bad->vices;
}

void sim_bad_reset(struct sim_bad *bad)
{
    bad->asked = false;
    bad->count = 0;
}

static void wait(struct sim_bad *bad, uint64_t frame, const struct sim_answer *answer)
{
    if (bad->count < ANSWERS)
        bad->answers[(bad->first + bad->count++) % ANSWERS] = (struct waiting){frame, *answer};
}

void sim_bad_command(struct sim_bad *bad, uint64_t frame, const struct sim_answer *answer)
{
    struct sim_answer given = *answer;

    bad->asked = true;
    if (!answer->valid)
        return;
    if (bad->vices.impostor)
        given.codec = bad->vices.poses_as;
    wait(bad, frame + 1 + bad->vices.late, &given);
    if (bad->vices.twice)
        wait(bad, frame + 1 + bad->vices.late, &given);
}

bool sim_bad_answer(struct sim_bad *bad, uint64_t frame, struct sim_answer *answer)
{
    if (!bad->count || bad->answers[bad->first].frame > frame)
        return false;
    *answer = bad->answers[bad->first].answer;
    bad->first = (bad->first + 1) % ANSWERS;
    bad->count--;
    return true;
}

bool sim_bad_unsolicited(const struct sim_bad *bad, uint64_t frame, uint32_t *response)
{
    if (!bad->vices.flood || !bad->asked)
        return false;
    *response = (uint32_t)frame << TAG_SHIFT | ((uint32_t)frame & CONTENT_MASK);
    return true;
}

uint64_t sim_bad_next(const struct sim_bad *bad, bool heard)
{
    if (heard && bad->vices.flood && bad->asked)
        return 0; /* in each */
    return bad->count ? bad->answers[bad->first].frame : UINT64_MAX;
}
