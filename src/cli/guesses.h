/* SPDX-License-Identifier: BSD-2-Clause */
/* guesses.h - what is assumed of a codec dump, kept to be told later. */
#ifndef CLI_GUESSES_H
#define CLI_GUESSES_H

#include <stdbool.h>
#include <stddef.h>

struct guess {
    unsigned line;
    char *sentence;
};

/* All zero is none. */
struct guesses {
    size_t count;
    size_t room;
    struct guess *guesses;
    bool lost; /* memory ran out: there were more */
};

/* A codec_dump_guess: `context` is a struct guesses, which keeps a copy. */
void guesses_add(void *context, unsigned line, const char *sentence);
/* By line. */
void guesses_sort(struct guesses *guesses);
/* Leaves none. */
void guesses_clear(struct guesses *guesses);

#endif
