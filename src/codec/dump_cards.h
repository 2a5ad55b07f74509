/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump_cards.h - which sound card's a codec section is. A section does not say; what stands between sections
 * may: the path /proc/asound/cardN/codec#M, or the list of cards of an alsa-info file.
 */
#ifndef CODEC_DUMP_CARDS_H
#define CODEC_DUMP_CARDS_H

#include "codec/dump_scan.h"

#define DUMP_CARDS 32 /* as many as ALSA has */

struct dump_cards {
    unsigned listed; /* HD Audio cards in the list */
    unsigned list[DUMP_CARDS];
    bool path; /* one stands before the next section */
    unsigned path_card;
    unsigned path_codec;
    bool any;         /* there has been a section */
    unsigned group;   /* runs of sections whose addresses rise, before this one */
    unsigned card;    /* of the last section */
    unsigned address; /* of the last section */
};

struct dump_place {
    bool card_said;
    unsigned card;
    int codec; /* M of codec#M; -1: not said */
};

/* Looks at a line that is no section's. */
void dump_cards_line(struct dump_cards *cards, struct scan line);

/* Whether the line is the path of a codec's file. */
bool dump_cards_is_path(struct scan line);

/* Where the next section, with this address, belongs. */
struct dump_place dump_cards_place(struct dump_cards *cards, unsigned address);

#endif
