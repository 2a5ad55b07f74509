/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - what was measured: figures, as a table for people or an object for programs. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#define TABLE_FIGURES 64

/* One figure, and what to hold it against. Strings that are pointers are constants. */
struct figure {
    const char *group; /* the measurement */
    char name[40];     /* within the group, for programs */
    char what[64];     /* for people */
    double value;
    unsigned decimals;
    const char *unit;
    double beside;         /* in the same unit */
    const char *beside_is; /* what that is; NULL: there is nothing to hold the figure against */
};

struct table {
    unsigned count;
    struct figure figures[TABLE_FIGURES];
};

/* False, with a message: the table is full. */
bool table_add(struct table *table, const struct figure *figure);

void table_print(const struct table *table, FILE *stream);

/* {"GROUP": {"NAME": {"value": ..., "unit": ..., "beside": ..., "beside_is": ...}, ...}, ...}. False without
 * memory. */
bool table_print_json(const struct table *table, FILE *stream);

#endif
