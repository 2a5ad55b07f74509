/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - QEMU's controller against the simulator in QEMU's shape.
 *
 * Usage: test-differential DUMPS [COUNT [FIRST_SEED]]
 *
 * Runs COUNT sequences. Exit status 1 when an answer differs in a way that docs/QEMU.md does not list, 77
 * when there is no QEMU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "differences.h"
#include "sequence.h"

#define SEQUENCES 1000
#define SKIPPED   77

/* Returns how many sequences differed. */
static unsigned run_all(struct bench *bench, uint32_t first, uint32_t count)
{
    unsigned wrong = 0;

    for (uint32_t seed = first; seed < first + count; seed++) {
        unsigned before = bench->unlisted;

        sequence_run(bench, seed);
        if (pair_fault(bench->pair)) {
            printf("seed %u: not legal: %s\n", (unsigned)seed, pair_fault(bench->pair));
            return wrong + 1;
        }
        if (bench->unlisted != before) {
            printf("seed %u: %u unlisted differences\n", (unsigned)seed, bench->unlisted - before);
            wrong++;
        }
    }
    return wrong;
}

static int compare(struct pair *pair, uint32_t first, uint32_t count)
{
    struct bench bench;
    unsigned wrong;
    bool all;

    if (!bench_prepare(&bench, pair))
        return EXIT_FAILURE;
    wrong = run_all(&bench, first, count);
    all = differences_print();
    printf("seeds %u to %u: %lu answers compared, %u sequences with unlisted differences\n", (unsigned)first,
           (unsigned)(first + count - 1), bench.comparisons, wrong);
    if (!all && count >= SEQUENCES)
        printf("a listed difference was never seen\n");
    return wrong || (!all && count >= SEQUENCES) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 2 ? (uint32_t)atoi(argv[2]) : SEQUENCES;
    uint32_t first = argc > 3 ? (uint32_t)atoi(argv[3]) : 1;
    struct pair *pair;
    char why[256];
    int code;

    if (argc < 2)
        return EXIT_FAILURE;
    pair = pair_create(argv[1], why, sizeof(why));
    if (!pair) {
        printf("%s\n", why);
        return strstr(why, "there is no qemu") ? SKIPPED : EXIT_FAILURE;
    }
    code = compare(pair, first, count);
    pair_destroy(pair);
    return code;
}
