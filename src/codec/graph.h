/* SPDX-License-Identifier: BSD-2-Clause */
/* graph.h - function groups as a picture: a graph in the DOT language, which Graphviz renders. */
#ifndef CODEC_GRAPH_H
#define CODEC_GRAPH_H

#include <stdio.h>

#include "path.h"
#include "settings.h"

/* A function group with what is drawn over it. */
struct graph_group {
    const struct codec *codec;
    const struct widget_setting *settings; /* of codec_read_settings(), or NULL: no selection is marked */
    const char *title;
    const struct path *paths; /* in this codec, to be highlighted */
    unsigned path_count;
};

/* A graph is what begins, has any number of groups, and ends. Converters stand left, pins right, and arrows
 * go the way of sound. What the connection lists name and the function group does not have is left out; of a
 * group without widgets its title is drawn. Errors stay in `stream`. */
void graph_begin(FILE *stream);
void graph_add(FILE *stream, const struct graph_group *group);
void graph_end(FILE *stream);

#endif
