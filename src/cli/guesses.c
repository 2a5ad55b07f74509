/* SPDX-License-Identifier: BSD-2-Clause */
/* guesses.c - what is assumed of a codec dump, kept to be told later. */
#include "guesses.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 32

static bool make_room(struct guesses *guesses)
{
    size_t room = guesses->room ? 2 * guesses->room : FIRST_ROOM;
    struct guess *more;

    if (guesses->count < guesses->room)
        return true;
    more = realloc(guesses->guesses, room * sizeof(*more));
    if (!more)
        return false;
    guesses->guesses = more;
    guesses->room = room;
    return true;
}

void guesses_add(void *context, unsigned line, const char *sentence)
{
    struct guesses *guesses = context;
    char *copy = strdup(sentence);

    if (!copy || !make_room(guesses)) {
        free(copy);
        guesses->lost = true;
        return;
    }
    guesses->guesses[guesses->count++] = (struct guess){line, copy};
}

/* They come nearly sorted, so that this is quick; those of one line stay in their order. */
void guesses_sort(struct guesses *guesses)
{
    size_t i, at;

    for (i = 1; i < guesses->count; i++) {
        struct guess guess = guesses->guesses[i];

        for (at = i; at > 0 && guesses->guesses[at - 1].line > guess.line; at--)
            guesses->guesses[at] = guesses->guesses[at - 1];
        guesses->guesses[at] = guess;
    }
}

void guesses_clear(struct guesses *guesses)
{
    size_t i;

    for (i = 0; i < guesses->count; i++)
        free(guesses->guesses[i].sentence);
    free(guesses->guesses);
    *guesses = (struct guesses){0};
}
