/* SPDX-License-Identifier: BSD-2-Clause */
/* diff.c - a codec beside a dump: the lines that are not the same. */
#include "diff.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "codec/difference.h"
#include "json.h"
#include "text_file.h"

/* ---- The dump ------------------------------------------------------------------------------------ */

/* What it is called in sentences. */
static const char *file_name(const struct options *options)
{
    return strcmp(options->diff, "-") == 0 ? "standard input" : options->diff;
}

static bool add_section(struct diff *diff, const struct codec_dump_section *found)
{
    struct diff_section *more = realloc(diff->sections, (diff->count + 1) * sizeof(*more));

    if (!more)
        return false;
    more[diff->count++] = (struct diff_section){.line = found->line, .dump = found->dump};
    diff->sections = more;
    return true;
}

/* The first sentence about what cannot be used is kept. */
static bool add_sections(struct diff *diff, struct codec_dump_reader *reader, char why[CODEC_DUMP_ERROR])
{
    struct codec_dump_section found;

    while (codec_dump_next(reader, &found)) {
        if (!found.dump && !why[0])
            snprintf(why, CODEC_DUMP_ERROR, "%s", found.error);
        if (add_section(diff, &found))
            continue;
        codec_dump_free(found.dump);
        return false;
    }
    if (diff->count == 0)
        snprintf(why, CODEC_DUMP_ERROR, "%s", CODEC_DUMP_NONE);
    return true;
}

/* How many bytes stand before a line, counted from 1; all of them, if the text has no such line. */
static size_t bytes_before(const char *text, size_t size, unsigned line)
{
    const char *at = text, *end = text + size;

    for (; line > 1 && at; line--) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at ? (size_t)(at - text) : size;
}

/* What one codec's lines are must not be taken from another's. */
static bool keep_texts(struct diff *diff, const char *text, size_t size)
{
    unsigned i;

    for (i = 0; i < diff->count; i++) {
        unsigned next = i + 1 < diff->count ? diff->sections[i + 1].line : UINT_MAX;
        size_t begin = bytes_before(text, size, diff->sections[i].line);
        size_t end = bytes_before(text, size, next);

        diff->sections[i].text = strndup(text + begin, end - begin);
        if (!diff->sections[i].text)
            return false;
    }
    return true;
}

static bool has_dump(const struct diff *diff)
{
    unsigned i;

    for (i = 0; i < diff->count; i++)
        if (diff->sections[i].dump)
            return true;
    return false;
}

static bool take_apart(struct diff *diff, const char *text, size_t size, char why[CODEC_DUMP_ERROR])
{
    struct codec_dump_reader *reader = codec_dump_open(text, size);
    bool taken = reader && add_sections(diff, reader, why) && keep_texts(diff, text, size);

    codec_dump_close(reader);
    if (!taken)
        snprintf(why, CODEC_DUMP_ERROR, "%s", strerror(ENOMEM));
    return taken && has_dump(diff);
}

int diff_load(struct diff *diff, const struct options *options, struct report *report)
{
    char why[CODEC_DUMP_ERROR] = "";
    size_t size;
    char *text;
    bool taken;

    memset(diff, 0, sizeof(*diff));
    if (!options->diff)
        return EXIT_DONE;
    text = text_file_read(options->diff, &size);
    if (!text)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s: %s", file_name(options),
                              strerror(errno));
    taken = take_apart(diff, text, size, why);
    free(text);
    return taken ? EXIT_DONE
                 : report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s: %s", file_name(options), why);
}

void diff_free(struct diff *diff)
{
    unsigned i;

    for (i = 0; i < diff->count; i++) {
        codec_dump_free(diff->sections[i].dump);
        free(diff->sections[i].text);
    }
    free(diff->sections);
}

static const struct diff_section *choose_section(const struct diff *diff, unsigned address,
                                                 const struct codec_dump *is)
{
    const struct diff_section *best = NULL;
    unsigned i;

    if (diff->count == 1)
        return diff->sections;
    for (i = 0; i < diff->count; i++) {
        const struct codec_dump *dump = diff->sections[i].dump;

        if (!dump || dump->address != address)
            continue;
        if (dump->vendor_id == is->vendor_id)
            return &diff->sections[i];
        best = best ? best : &diff->sections[i];
    }
    return best;
}

/* ---- The differences ----------------------------------------------------------------------------- */

struct showing {
    bool with_settings;
    struct json_object *array; /* NULL: as text */
    int node;                  /* whose lines are being printed; -2: none's yet */
    unsigned lasting, settings;
};

#define NONE_YET (-2)

static void print_title(struct showing *showing, int node)
{
    if (node == showing->node)
        return;
    showing->node = node;
    if (node < 0)
        puts("Codec");
    else
        printf("Node 0x%02x\n", (unsigned)node);
}

static void print_difference(struct showing *showing, const struct codec_difference *difference)
{
    print_title(showing, difference->node);
    if (difference->told)
        printf("  - %s\n", difference->told);
    if (difference->is)
        printf("  + %s\n", difference->is);
}

static struct json_object *difference_object(const struct codec_difference *difference)
{
    struct json_object *object = json_object_new_object();

    json_add(object, "node", difference->node < 0 ? NULL : json_object_new_int(difference->node));
    json_add_boolean(object, "setting", difference->setting);
    json_add_string(object, "codec", difference->is);
    json_add_string(object, "dump", difference->told);
    return object;
}

static void show_difference(void *context, const struct codec_difference *difference)
{
    struct showing *showing = context;

    if (difference->setting)
        showing->settings++;
    else
        showing->lasting++;
    if (difference->setting && !showing->with_settings)
        return;
    if (showing->array)
        json_append(showing->array, difference_object(difference));
    else
        print_difference(showing, difference);
}

static const char *plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

static void print_verdict(const struct showing *showing, unsigned address, const struct options *options)
{
    unsigned shown = showing->lasting + (showing->with_settings ? showing->settings : 0);

    if (shown)
        printf("codec %u differs from %s in %u line%s; - is the dump, + the codec\n", address,
               file_name(options), shown, plural(shown));
    else
        printf("codec %u agrees with %s\n", address, file_name(options));
    if (!showing->with_settings && showing->settings)
        printf("%u setting%s differ%s; --settings shows them\n", showing->settings, plural(showing->settings),
               showing->settings == 1 ? "s" : "");
}

static void report_verdict(const struct showing *showing, bool agrees, unsigned line, unsigned address,
                           const struct options *options, struct report *report)
{
    report_string(report, "file", options->diff);
    report_integer(report, "line", line);
    report_integer(report, "address", address);
    json_add_boolean(report->object, "agrees", agrees);
    report_integer(report, "lasting", showing->lasting);
    report_integer(report, "settings", showing->settings);
    report_member(report, "differences", showing->array);
}

int diff_show(const struct diff *diff, unsigned address, const struct codec_dump *is,
              const struct options *options, struct report *report)
{
    bool with_settings = options->settings || options->set_count > 0;
    struct showing showing = {.with_settings = with_settings, .node = NONE_YET};
    const struct diff_section *section = choose_section(diff, address, is);
    bool agrees;

    if (!section)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: there is no codec at address %u in it", file_name(options), address);
    if (options->json)
        showing.array = json_object_new_array();
    if (!codec_compare(is, section->dump, section->text, show_difference, &showing)) {
        json_object_put(showing.array);
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    }
    agrees = showing.lasting + (showing.with_settings ? showing.settings : 0) == 0;
    if (options->json)
        report_verdict(&showing, agrees, section->line, address, options, report);
    else
        print_verdict(&showing, address, options);
    return agrees ? EXIT_DONE : EXIT_FAILED;
}
