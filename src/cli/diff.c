/* SPDX-License-Identifier: BSD-2-Clause */
/* diff.c - a codec beside a dump: the lines that are not the same. */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/difference.h"
#include "json.h"
#include "text_file.h"

#define SENTENCE_SIZE 256

/* ---- The dump ------------------------------------------------------------------------------------ */

int diff_load(struct diff *diff, const struct options *options, struct report *report)
{
    char sentence[SENTENCE_SIZE] = "";
    size_t size;

    memset(diff, 0, sizeof(*diff));
    if (!options->diff)
        return EXIT_DONE;
    diff->text = text_file_read(options->diff, &size);
    if (!diff->text)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s: %s", options->diff, strerror(errno));
    diff->dump = codec_dump_parse(diff->text, size, sentence, sizeof(sentence));
    if (!diff->dump)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s: %s", options->diff, sentence);
    return EXIT_DONE;
}

void diff_free(struct diff *diff)
{
    free(diff->text);
    codec_dump_free(diff->dump);
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
        printf("codec %u differs from %s in %u line%s; - is the dump, + the codec\n", address, options->diff,
               shown, plural(shown));
    else
        printf("codec %u agrees with %s\n", address, options->diff);
    if (!showing->with_settings && showing->settings)
        printf("%u setting%s differ%s; --settings shows them\n", showing->settings, plural(showing->settings),
               showing->settings == 1 ? "s" : "");
}

static void report_verdict(const struct showing *showing, bool agrees, unsigned address,
                           const struct options *options, struct report *report)
{
    report_string(report, "file", options->diff);
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
    bool agrees;

    if (options->json)
        showing.array = json_object_new_array();
    if (!codec_compare(is, diff->dump, diff->text, show_difference, &showing)) {
        json_object_put(showing.array);
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    }
    agrees = showing.lasting + (showing.with_settings ? showing.settings : 0) == 0;
    if (options->json)
        report_verdict(&showing, agrees, address, options, report);
    else
        print_verdict(&showing, address, options);
    return agrees ? EXIT_DONE : EXIT_FAILED;
}
