/* SPDX-License-Identifier: BSD-2-Clause */
/* dump.c - hdabus dump: what is understood of codec dumps. */
#include "codec/dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "commands.h"
#include "dump_table.h"
#include "text_file.h"

/* One run over all files. */
struct telling {
    const struct options *options;
    struct report *report;
    const char *file;           /* as messages name it */
    struct json_object *codecs; /* of the file; NULL: as text */
    unsigned sections;          /* of the file */
    int code;
};

static void fail(struct telling *telling, const char *sentence)
{
    telling->code =
        report_failure(telling->report, EXIT_FAILED, STATUS_SUCCESS, "%s: %s", telling->file, sentence);
}

/* ---- As JSON ------------------------------------------------------------------------------------- */

static struct json_object *guesses_array(const struct guesses *guesses)
{
    struct json_object *array = json_object_new_array(), *object;
    size_t i;

    for (i = 0; i < guesses->count; i++) {
        object = json_object_new_object();
        json_add_integer(object, "line", guesses->guesses[i].line);
        json_add_string(object, "guess", guesses->guesses[i].sentence);
        json_append(array, object);
    }
    return array;
}

static struct json_object *section_object(const struct codec_dump_section *section,
                                          const struct guesses *guesses)
{
    struct json_object *object = section->dump ? codec_object(section->dump) : json_object_new_object();

    json_add_integer(object, "line", section->line);
    json_add(object, "card", section->card_said ? json_object_new_uint64(section->card) : NULL);
    json_add(object, "codec", section->number >= 0 ? json_object_new_int(section->number) : NULL);
    json_add_string(object, "error", section->dump ? NULL : section->error);
    json_add(object, "guesses", guesses_array(guesses));
    return object;
}

/* ---- Telling ------------------------------------------------------------------------------------- */

/* With --strict each guess is a failure. */
static void refuse_guesses(struct telling *telling, const struct guesses *guesses)
{
    size_t i;

    for (i = 0; i < guesses->count; i++)
        telling->code = report_failure(telling->report, EXIT_FAILED, STATUS_SUCCESS, "%s: line %u: %s",
                                       telling->file, guesses->guesses[i].line, guesses->guesses[i].sentence);
}

/* A kernel's names are ASCII; a file may have anything there, which neither a terminal nor JSON wants. */
static void clean_name(struct codec_dump *dump)
{
    char *c;

    for (c = dump->name; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

static void tell_section(struct telling *telling, const struct codec_dump_section *section,
                         struct guesses *guesses)
{
    if (section->dump)
        clean_name(section->dump);
    guesses_sort(guesses);
    telling->report->lost |= guesses->lost;
    if (telling->codecs)
        json_append(telling->codecs, section_object(section, guesses));
    else if (section->dump)
        dump_table_print(section, guesses, telling->options->verbose);
    if (!section->dump)
        fail(telling, section->error);
    else if (telling->options->strict)
        refuse_guesses(telling, guesses);
}

static void tell_sections(struct telling *telling, struct codec_dump_reader *reader)
{
    struct codec_dump_section section;
    struct guesses guesses = {0};

    codec_dump_on_guess(reader, guesses_add, &guesses);
    for (telling->sections = 0; codec_dump_next(reader, &section); telling->sections++) {
        tell_section(telling, &section, &guesses);
        codec_dump_free(section.dump);
        guesses_clear(&guesses);
    }
    guesses_clear(&guesses);
    if (telling->sections == 0)
        fail(telling, CODEC_DUMP_NONE);
}

static void tell_text(struct telling *telling, const char *text, size_t size)
{
    struct codec_dump_reader *reader = codec_dump_open(text, size);

    if (reader)
        tell_sections(telling, reader);
    else
        fail(telling, strerror(ENOMEM));
    codec_dump_close(reader);
}

static void tell_file(struct telling *telling, const char *path)
{
    size_t size;
    char *text = text_file_read(path, &size);

    if (!telling->codecs && text)
        puts(telling->file);
    if (text)
        tell_text(telling, text, size);
    else
        fail(telling, strerror(errno));
    free(text);
}

int command_dump(const struct options *options, struct report *report)
{
    struct telling telling = {.options = options, .report = report, .code = EXIT_DONE};
    struct json_object *files = options->json ? json_object_new_array() : NULL, *file;
    int i;

    for (i = 0; i < options->operand_count; i++) {
        telling.file = strcmp(options->operands[i], "-") == 0 ? "standard input" : options->operands[i];
        if (options->json)
            telling.codecs = json_object_new_array();
        tell_file(&telling, options->operands[i]);
        if (!options->json)
            continue;
        file = json_object_new_object();
        json_add_string(file, "file", options->operands[i]);
        json_add(file, "codecs", telling.codecs);
        json_append(files, file);
    }
    report_member(report, "files", files);
    return telling.code;
}
