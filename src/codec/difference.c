/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * difference.c - two codecs, line by line of the ALSA dump format.
 *
 * Both are printed in the same way and taken apart into lines: what a line is called tells which of the other
 * side's it belongs to.
 */
#include "difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

#define MOST_LABEL  64
#define MOST_LINE   1024 /* a list of 127 connections has 5 characters each */
#define HEAD        (-1)
#define CONNECTIONS "Connection"
#define KNOB        "Volume-Knob"
#define GPIO_STATE  "IO["

struct line {
    int node;
    bool met; /* has its like on the other side */
    char *text;
};

/* A codec, printed. */
struct lines {
    char *text;
    unsigned count;
    struct line *line;
};

/* ---- What a line is ------------------------------------------------------------------------------ */

/* What stands behind what a line is called. */
static const char *const label_ends[] = {":", " =", " 0x", " ["};

#define LABEL_ENDS (sizeof(label_ends) / sizeof(label_ends[0]))

/* What it is called: `Pin Default`, `Amp-In caps`, `IO[0]`. */
static void take_label(const char *line, char label[MOST_LABEL])
{
    size_t length = strlen(line), i;

    for (i = 0; i < LABEL_ENDS; i++) {
        const char *end = strstr(line, label_ends[i]);

        if (end && (size_t)(end - line) < length)
            length = (size_t)(end - line);
    }
    snprintf(label, MOST_LABEL, "%.*s", (int)length, line);
}

static bool ends_label(const char *text)
{
    size_t i;

    for (i = 0; i < LABEL_ENDS; i++)
        if (strncmp(text, label_ends[i], strlen(label_ends[i])) == 0)
            return true;
    return false;
}

/* The first line of this name; NULL: there is none. The same word may stand for something else within a line:
 * `EAPD` among pin capabilities, `Digital` among those of a widget. */
static const char *find_label(const char *text, const char *label)
{
    const char *found = strstr(text, label);

    while (found && !ends_label(found + strlen(label)))
        found = strstr(found + 1, label);
    return found;
}

static bool is_setting(const char *label)
{
    static const char *const settings[] = {
        "Amp-In vals",     "Amp-Out vals", "Converter", "SDI-Select",  "Digital", "Digital category",
        "IEC Coding Type", "Pin-ctls",     "EAPD",      "Unsolicited", "Power",
    };
    size_t i;

    for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (strcmp(label, settings[i]) == 0)
            return true;
    return strncmp(label, GPIO_STATE, strlen(GPIO_STATE)) == 0;
}

/* The line without what a driver sets: which connection is selected, where a knob stands. */
static void take_lasting(const char *line, const char *label, char lasting[MOST_LINE])
{
    const char *end = strcmp(label, KNOB) == 0 ? strstr(line, ", direct=") : NULL;
    size_t length = 0;

    for (; *line && line != end && length < MOST_LINE - 1; line++)
        if (*line != '*' || strcmp(label, CONNECTIONS) != 0)
            lasting[length++] = *line;
    lasting[length] = '\0';
}

/* Of two lines that are not the same. */
static bool only_settings_differ(const char *label, const char *one, const char *other)
{
    char first[MOST_LINE], second[MOST_LINE];

    if (is_setting(label))
        return true;
    take_lasting(one, label, first);
    take_lasting(other, label, second);
    return strcmp(first, second) == 0;
}

/* ---- Taking apart -------------------------------------------------------------------------------- */

static void free_lines(struct lines *lines)
{
    free(lines->text);
    free(lines->line);
}

static char *print(const struct codec_dump *dump)
{
    size_t size;
    char *text = NULL;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    codec_print(dump, stream);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static unsigned count_feeds(const char *text)
{
    unsigned count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

/* A list stands below its length: it becomes one line with that. */
static void join(struct line *line, char *list)
{
    char *end = line->text + strlen(line->text);

    *end++ = ' ';
    memmove(end, list, strlen(list) + 1);
}

static void split(struct lines *lines)
{
    char *rest = lines->text, *text;
    unsigned nid;
    int node = HEAD;

    while ((text = strsep(&rest, "\n")) && *text) {
        text += strspn(text, " ");
        if (strncmp(text, "0x", 2) == 0 && lines->count > 0) {
            join(&lines->line[lines->count - 1], text);
            continue;
        }
        if (sscanf(text, "Node 0x%x", &nid) == 1)
            node = (int)nid;
        lines->line[lines->count++] = (struct line){.node = node, .text = text};
    }
}

static bool take_lines(struct lines *lines, const struct codec_dump *dump)
{
    memset(lines, 0, sizeof(*lines));
    lines->text = print(dump);
    if (!lines->text)
        return false;
    lines->line = calloc(count_feeds(lines->text) + 1, sizeof(*lines->line));
    if (!lines->line)
        return false;
    split(lines);
    return true;
}

/* ---- Comparing ----------------------------------------------------------------------------------- */

struct comparison {
    struct lines is, told;
    const char *text, *nodes; /* the dump's, and from its first node on */
    codec_difference_routine *routine;
    void *context;
};

static bool has_node(const struct lines *lines, int node)
{
    unsigned i;

    for (i = 0; i < lines->count; i++)
        if (lines->line[i].node == node)
            return true;
    return false;
}

static struct line *find_line(struct lines *lines, int node, const char *wanted)
{
    char label[MOST_LABEL];
    unsigned i;

    for (i = 0; i < lines->count; i++) {
        if (lines->line[i].node != node)
            continue;
        take_label(lines->line[i].text, label);
        if (strcmp(label, wanted) == 0)
            return &lines->line[i];
    }
    return NULL;
}

/* Some kernels print power states of widgets and not of function groups. */
static bool is_printed(const struct comparison *comparison, int node, const char *label)
{
    const char *found = find_label(node == HEAD ? comparison->text : comparison->nodes, label);

    return found && (node != HEAD || found < comparison->nodes);
}

/* Names and addresses are a kernel's and a machine's. */
static bool counts(const struct comparison *comparison, int node, const char *label)
{
    return strcmp(label, "Codec") != 0 && strcmp(label, "Address") != 0 &&
           is_printed(comparison, node, label);
}

/* Lines of a node that the other side does not have at all go without saying. */
static bool goes_without_saying(const struct lines *other, const struct line *line)
{
    return !has_node(other, line->node) && strncmp(line->text, "Node ", 5) != 0;
}

static void tell(const struct comparison *comparison, const struct line *is, const struct line *told,
                 bool setting)
{
    struct codec_difference difference = {
        .node = is ? is->node : told->node,
        .setting = setting,
        .is = is ? is->text : NULL,
        .told = told ? told->text : NULL,
    };

    comparison->routine(comparison->context, &difference);
}

static void compare_line(struct comparison *comparison, const struct line *is)
{
    char label[MOST_LABEL];
    struct line *told;

    take_label(is->text, label);
    told = find_line(&comparison->told, is->node, label);
    if (told)
        told->met = true;
    if (!counts(comparison, is->node, label) || goes_without_saying(&comparison->told, is))
        return;
    if (!told)
        tell(comparison, is, NULL, is_setting(label));
    else if (strcmp(is->text, told->text) != 0)
        tell(comparison, is, told, only_settings_differ(label, is->text, told->text));
}

static void tell_unmet(const struct comparison *comparison, const struct line *told)
{
    char label[MOST_LABEL];

    take_label(told->text, label);
    if (!told->met && counts(comparison, told->node, label) && !goes_without_saying(&comparison->is, told))
        tell(comparison, NULL, told, is_setting(label));
}

/* What one side alone has of a node is told behind what both have. */
static void compare_node(struct comparison *comparison, int node)
{
    unsigned i;

    for (i = 0; i < comparison->is.count; i++)
        if (comparison->is.line[i].node == node)
            compare_line(comparison, &comparison->is.line[i]);
    for (i = 0; i < comparison->told.count; i++)
        if (comparison->told.line[i].node == node)
            tell_unmet(comparison, &comparison->told.line[i]);
}

static void compare_nodes(struct comparison *comparison)
{
    const char *first = strstr(comparison->text, "Node 0x");
    int node;

    comparison->nodes = first ? first : comparison->text + strlen(comparison->text);
    for (node = HEAD; node < CODEC_DUMP_NODES; node++)
        compare_node(comparison, node);
}

/* Old kernels print zeros where there is no amplifier to speak of, later ones N/A. */
static void forget_empty(struct codec_dump_amp_caps *amp)
{
    amp->known = amp->known && amp->caps != 0;
}

static struct codec_dump *copy_of(const struct codec_dump *dump)
{
    struct codec_dump *copy = malloc(sizeof(*copy));
    unsigned i;

    if (!copy)
        return NULL;
    *copy = *dump;
    forget_empty(&copy->input_amp);
    forget_empty(&copy->output_amp);
    for (i = 0; i < copy->node_count; i++) {
        forget_empty(&copy->nodes[i].input_amp);
        forget_empty(&copy->nodes[i].output_amp);
    }
    return copy;
}

bool codec_compare(const struct codec_dump *is, const struct codec_dump *told, const char *text,
                   codec_difference_routine *routine, void *context)
{
    struct comparison comparison = {.text = text, .routine = routine, .context = context};
    struct codec_dump *copy = copy_of(told);
    bool taken = copy && take_lines(&comparison.is, is) && take_lines(&comparison.told, copy);

    if (taken)
        compare_nodes(&comparison);
    free_lines(&comparison.is);
    free_lines(&comparison.told);
    free(copy);
    return taken;
}
