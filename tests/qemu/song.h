/* SPDX-License-Identifier: BSD-2-Clause */
/* song.h - noise through a bus, and the WAV file that QEMU makes of it. */
#ifndef SONG_H
#define SONG_H

#include <pthread.h>

#include <bus.h>
#include <stdbool.h>

struct song {
    struct hdabus *bus;
    unsigned child;
    ULONG rate;
    ULONG frames; /* of 16 bits, stereo */
    unsigned seed;
    uint32_t *data;
    ULONG filled;
    NTSTATUS status;
    ULONGLONG underruns;
    pthread_t thread;
};

/* Allocates and fills the data. */
void song_compose(struct song *song, unsigned seed, ULONG rate, ULONG frames);
void song_free(struct song *song);
/* Plays on a thread of its own. */
void song_start(struct song *song, struct hdabus *bus, unsigned child);
void song_finish(struct song *song);

/* Whether a WAV file has a right header and holds the song, sample for sample, after less than 100 ms of
 * silence, with nothing but silence after it. Says why not. */
bool song_is_in(const struct song *song, const char *path);

#endif
