/* SPDX-License-Identifier: BSD-2-Clause */
/* dump.c - the codec sections of a text. */
#include "codec/dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/dump_cards.h"
#include "codec/dump_parser.h"

struct codec_dump_reader {
    struct dump_lines lines;
    struct dump_cards cards;
    codec_dump_guess *guess;
    void *guess_context;
    bool any;                         /* a section was found */
    struct codec_dump_section nearly; /* a line began with `Codec:`, and nothing of a codec followed */
};

struct codec_dump_reader *codec_dump_open(const char *text, size_t size)
{
    struct codec_dump_reader *reader = calloc(1, sizeof(*reader));
    if (reader != NULL)
        dump_lines_open(&reader->lines, text, size);
    return reader;
}

void codec_dump_close(struct codec_dump_reader *reader)
{
    free(reader);
}

void codec_dump_on_guess(struct codec_dump_reader *reader, codec_dump_guess *guess, void *context)
{
    reader->guess = guess;
    reader->guess_context = context;
}

/* Leaves `line` at the name of the next codec. */
static bool find_section(struct codec_dump_reader *reader, struct scan *line)
{
    while (dump_lines_next(&reader->lines, line)) {
        if (dump_begins_section(line))
            return true;
        dump_cards_line(&reader->cards, *line);
    }
    return false;
}

static void place_section(struct codec_dump_reader *reader, struct codec_dump_section *section)
{
    struct dump_place place;
    if (section->dump == NULL) {
        reader->cards.path = false;
        return;
    }
    place = dump_cards_place(&reader->cards, section->dump->address);
    section->card = place.card;
    section->card_said = place.card_said;
    section->number = place.codec;
}

/* Whether it is a codec's, for better or worse. */
static bool read_section(struct codec_dump_reader *reader, struct scan name,
                         struct codec_dump_section *section)
{
    struct dump_parser parser = {
        .lines = &reader->lines,
        .guess = reader->guess,
        .guess_context = reader->guess_context,
        .error = section->error,
        .error_size = sizeof(section->error),
    };
    section->line = reader->lines.number;
    section->dump = dump_read_section(&parser, name);
    place_section(reader, section);
    return section->dump != NULL || parser.seen != 0 || errno == ENOMEM;
}

bool codec_dump_next(struct codec_dump_reader *reader, struct codec_dump_section *section)
{
    struct scan line;
    for (;;) {
        *section = (struct codec_dump_section){.number = -1};
        errno = 0;
        if (!find_section(reader, &line))
            break;
        if (read_section(reader, line, section)) {
            reader->any = true;
            return true;
        }
        if (reader->nearly.line == 0)
            reader->nearly = *section;
    }
    *section = reader->nearly;
    reader->nearly.line = 0;
    return !reader->any && section->line != 0;
}

struct codec_dump *codec_dump_parse(const char *text, size_t size, char *error, size_t error_size)
{
    struct codec_dump_reader *reader = codec_dump_open(text, size);
    struct codec_dump_section section;
    if (reader == NULL) {
        snprintf(error, error_size, "line 0: no memory");
        return NULL;
    }
    if (!codec_dump_next(reader, &section))
        snprintf(section.error, sizeof(section.error), "line %u: " CODEC_DUMP_NONE, reader->lines.count);
    if (section.dump == NULL)
        snprintf(error, error_size, "%s", section.error);
    codec_dump_close(reader);
    return section.dump;
}

void codec_dump_free(struct codec_dump *dump)
{
    free(dump);
}
