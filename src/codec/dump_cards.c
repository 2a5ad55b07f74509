/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_cards.c - which sound card's a codec section is. */
#include "codec/dump_cards.h"

#include <stddef.h>

#define MOST_ADDRESS 14

/* `card0/codec#2`, as the path of the file in /proc has it, or `Card0.Codecs.codec.2`, as bug reports do. */
static bool scan_path(struct scan line, unsigned *card, unsigned *codec)
{
    uint32_t first, second;
    while (scan_find(&line, "ard")) {
        struct scan rest = line;
        if (!scan_digits(&rest, 10, &first) || rest.at == rest.end || (*rest.at != '/' && *rest.at != '.'))
            continue;
        if (!scan_find(&rest, "codec#") && !(rest = line, scan_find(&rest, "codec.")))
            continue;
        if (scan_digits(&rest, 10, &second) && first < DUMP_CARDS && second <= MOST_ADDRESS) {
            *card = first;
            *codec = second;
            return true;
        }
    }
    return false;
}

/* ` 0 [PCH            ]: HDA-Intel - HDA Intel PCH`: driver and name of a card. */
static bool scan_listed(struct scan line, uint32_t *card)
{
    struct scan driver, name;
    if (!scan_decimal(&line, card) || *card >= DUMP_CARDS || !scan_text(&line, "[") ||
        !scan_find(&line, "]:"))
        return false;
    name = line;
    if (!scan_find(&name, "- "))
        return false;
    driver = (struct scan){line.at, name.at};
    struct scan small = driver;
    return scan_find(&driver, "HDA") || scan_find(&small, "hda");
}

void dump_cards_line(struct dump_cards *cards, struct scan line)
{
    uint32_t card;
    if (scan_path(line, &cards->path_card, &cards->path_codec))
        cards->path = true;
    else if (scan_listed(line, &card) && cards->listed < DUMP_CARDS)
        cards->list[cards->listed++] = card;
}

bool dump_cards_is_path(struct scan line)
{
    unsigned card, codec;
    return scan_path(line, &card, &codec);
}

/* Files are printed in the order of their numbers or of their names, in which codec#10 is before codec#2. */
static bool begins_card(const struct dump_cards *cards, unsigned address)
{
    return address <= cards->address && !(cards->address >= 10 && address >= 2 && address < 10);
}

/* The n-th run of sections is the n-th HD Audio card's; without a list cards are counted. */
static struct dump_place place_by_order(struct dump_cards *cards, unsigned address)
{
    struct dump_place place = {.card = cards->card, .codec = -1};
    if (cards->any && begins_card(cards, address)) {
        cards->group++;
        place.card++;
    }
    place.card_said = cards->group < cards->listed;
    if (place.card_said)
        place.card = cards->list[cards->group];
    return place;
}

struct dump_place dump_cards_place(struct dump_cards *cards, unsigned address)
{
    struct dump_place place;
    if (cards->path)
        place = (struct dump_place){true, cards->path_card, (int)cards->path_codec};
    else
        place = place_by_order(cards, address);
    cards->path = false;
    cards->any = true;
    cards->card = place.card;
    cards->address = address;
    return place;
}
