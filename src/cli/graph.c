/* SPDX-License-Identifier: BSD-2-Clause */
/* graph.c - hdabus graph: codecs as a picture, in the DOT language. */
#include "codec/graph.h"

#include <stdlib.h>

#include "commands.h"
#include "groups.h"

#define TITLE_SIZE 128

/* One in each direction at most. */
struct ways {
    const struct audio_group *groups[2];
    struct path paths[2];
};

/* ---- What is highlighted ------------------------------------------------------------------------- */

/* The best of all groups, as play and record choose it. */
static void choose_way(struct ways *ways, const struct groups *groups, UCHAR pin,
                       enum path_direction direction)
{
    const struct audio_group *group;
    ULONG best = MAXULONG, rank;
    struct path path;

    for (group = groups_next(groups, NULL); group; group = groups_next(groups, group)) {
        if (!group_path(&group->codec, pin, direction, 0, &path, &rank) || rank >= best)
            continue;
        best = rank;
        ways->groups[direction] = group;
        ways->paths[direction] = path;
    }
}

static bool has_pin(const struct groups *groups, UCHAR node)
{
    const struct audio_group *group;

    for (group = groups_next(groups, NULL); group; group = groups_next(groups, group)) {
        const struct widget *widget = codec_widget(&group->codec, node);

        if (widget && widget_type(widget) == HDA_WIDGET_PIN)
            return true;
    }
    return false;
}

/* A pin that has no path is drawn, too: whoever asks for it wants to see why. */
static int choose_ways(struct ways *ways, const struct groups *groups, UCHAR pin, struct report *report)
{
    *ways = (struct ways){0};
    if (pin && !has_pin(groups, pin))
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "pin 0x%02x: there is no such pin", pin);
    choose_way(ways, groups, pin, PATH_OUT);
    choose_way(ways, groups, pin, PATH_IN);
    if (pin && !ways->groups[PATH_OUT] && !ways->groups[PATH_IN])
        report_note("pin 0x%02x: no path leads to a converter", pin);
    return EXIT_DONE;
}

/* ---- Drawing ------------------------------------------------------------------------------------- */

static void draw(const struct audio_group *group, const struct ways *ways,
                 const struct widget_setting *settings, const char *title)
{
    struct graph_group drawn = {.codec = &group->codec, .settings = settings, .title = title};
    struct path paths[2];
    unsigned direction;

    for (direction = PATH_OUT; direction <= PATH_IN; direction++)
        if (ways->groups[direction] == group)
            paths[drawn.path_count++] = ways->paths[direction];
    drawn.paths = paths;
    graph_add(stdout, &drawn);
}

static NTSTATUS read_and_draw(const struct audio_group *group, const struct ways *ways,
                              struct widget_setting *settings)
{
    char name[CODEC_NAME_SIZE], title[TITLE_SIZE];
    NTSTATUS status = group_name(&group->ddi, name);

    if (NT_SUCCESS(status))
        status = codec_read_settings(&group->codec, settings);
    if (!NT_SUCCESS(status))
        return status;
    snprintf(title, sizeof(title), "Codec %u: %s", group->codec.address, name);
    draw(group, ways, settings, title);
    return STATUS_SUCCESS;
}

static int draw_group(struct groups *groups, const struct audio_group *group, const struct ways *ways,
                      struct report *report)
{
    struct widget_setting *settings = calloc(group->codec.count + 1, sizeof(*settings));
    NTSTATUS status = settings ? read_and_draw(group, ways, settings) : STATUS_NO_MEMORY;

    free(settings);
    return NT_SUCCESS(status) ? EXIT_DONE
                              : device_fail(&groups->device, group->codec.address, status, report);
}

/* A codec without an audio function group: there is no more to see of it than its name. */
static int draw_other(struct groups *groups, unsigned address, struct report *report)
{
    struct codec nothing = {.address = (UCHAR)address};
    char name[CODEC_NAME_SIZE], title[TITLE_SIZE];
    struct graph_group drawn = {.codec = &nothing, .title = title};
    int code = groups_name_other(groups, address, name, report);

    if (code != EXIT_DONE)
        return code;
    snprintf(title, sizeof(title), "Codec %u: %s", address, name);
    graph_add(stdout, &drawn);
    return EXIT_DONE;
}

/* What fails does not keep the others from being drawn: the graph is whole in any case. */
static int draw_groups(struct groups *groups, const struct ways *ways, struct report *report)
{
    const struct audio_group *group;
    unsigned child = 0, address;
    int code = groups->missed ? EXIT_FAILED : EXIT_DONE;

    graph_begin(stdout);
    for (group = groups_next(groups, NULL); group; group = groups_next(groups, group))
        if (draw_group(groups, group, ways, report) != EXIT_DONE)
            code = EXIT_FAILED;
    while (groups_next_other(groups, &child, &address))
        if (draw_other(groups, address, report) != EXIT_DONE)
            code = EXIT_FAILED;
    graph_end(stdout);
    return code;
}

int command_graph(const struct options *options, struct report *report)
{
    struct groups groups;
    struct ways ways;
    int code = groups_open(&groups, options, report);

    if (code != EXIT_DONE)
        return code;
    code = choose_ways(&ways, &groups, options->path, report);
    if (code == EXIT_DONE)
        code = draw_groups(&groups, &ways, report);
    groups_close(&groups);
    return code;
}
