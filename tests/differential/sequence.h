/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sequence.h - random but legal sequences of register and verb operations, drawn from a seed, on both
 * controllers of a pair, with every answer compared.
 */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "pair.h"

#define RING_ENTRIES 256

/* Both controllers, as a driver that keeps to the rules knows them. */
struct bench {
    struct pair *pair;
    struct block corb, rirb, positions, list, data;
    uint64_t random;
    unsigned long comparisons;
    unsigned unlisted; /* differences */

    bool rings;                     /* run */
    unsigned corb_at;               /* CORBWP */
    uint32_t asked[RING_ENTRIES];   /* the commands whose responses go to these RIRB entries */
    unsigned asked_at, compared_at; /* RIRB entries */
    bool ran[8];                    /* streams, since they were at position 0 for certain */
};

/* False without memory. */
bool bench_prepare(struct bench *bench, struct pair *pair);

/* Runs the sequence of a seed, from link reset to link reset. Prints differences that are not listed. */
void sequence_run(struct bench *bench, uint32_t seed);

#endif
