/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump.c - any text as codec dumps: each section is parsed or refused with a sentence; what was parsed is
 * within bounds, prints as a dump that says the same, and makes a codec.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/print.h"
#include "device/sim/codec.h"
#include "target.h"

/* A dump as it is printed; the caller frees. */
static char *print(const struct codec_dump *dump)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    require(stream != NULL);
    codec_print(dump, stream);
    require(fclose(stream) == 0);
    return text;
}

static void check_node(const struct codec_dump_node *node)
{
    require(node->connection_count <= CODEC_DUMP_CONNECTIONS);
    require(node->selected >= -1 && node->selected < (int)node->connection_count);
    require(node->input_values.count <= CODEC_DUMP_AMPS && node->output_values.count <= CODEC_DUMP_AMPS);
}

static void check_bounds(const struct codec_dump *dump)
{
    require(dump->address < 15 && dump->node_count <= CODEC_DUMP_NODES);
    require(memchr(dump->name, '\0', sizeof(dump->name)) != NULL);
    for (unsigned i = 0; i < dump->node_count; i++)
        check_node(&dump->nodes[i]);
}

static void check_print(const struct codec_dump *dump)
{
    char *text = print(dump), *again, why[256] = "";
    struct codec_dump *reread = codec_dump_parse(text, strlen(text), why, sizeof(why));

    require(reread != NULL);
    again = print(reread);
    require(strcmp(text, again) == 0);
    codec_dump_free(reread);
    free(again);
    free(text);
}

static void ignore_fault(void *context, const char *sentence)
{
    (void)context;
    (void)sentence;
}

static void check_codec(const struct codec_dump *dump)
{
    struct sim_codec *codec = sim_codec_create(dump, ignore_fault, NULL);

    require(codec != NULL);
    sim_codec_destroy(codec);
}

/* A guess is about a line that there is. */
static void check_guess(void *context, unsigned line, const char *sentence)
{
    const unsigned *lines = context;

    require(line > 0 && line <= *lines);
    require(*sentence != '\0');
}

static void check_section(const struct codec_dump_section *section)
{
    if (section->dump == NULL) {
        require(strncmp(section->error, "line ", 5) == 0);
        return;
    }
    require(section->number >= -1 && section->number < 15);
    check_bounds(section->dump);
    check_print(section->dump);
    check_codec(section->dump);
}

/* Sections that are told of come in the order of their lines. */
static void check_all(struct codec_dump_reader *reader, unsigned lines)
{
    struct codec_dump_section section;
    unsigned last = 0;

    codec_dump_on_guess(reader, check_guess, &lines);
    while (codec_dump_next(reader, &section)) {
        require(section.line > last && section.line <= lines);
        last = section.line;
        check_section(&section);
        codec_dump_free(section.dump);
    }
}

static unsigned count_lines(const uint8_t *data, size_t size)
{
    unsigned lines = 1;

    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[256] = "";
    struct codec_dump *dump = codec_dump_parse((const char *)data, size, why, sizeof(why));
    struct codec_dump_reader *reader = codec_dump_open((const char *)data, size);

    require(reader != NULL);
    require(dump != NULL || strncmp(why, "line ", 5) == 0);
    check_all(reader, count_lines(data, size));
    codec_dump_close(reader);
    codec_dump_free(dump);
    return 0;
}
