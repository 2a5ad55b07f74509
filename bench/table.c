/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - what was measured, printed. */
#include "table.h"

#include <string.h>

#include "cli/json.h"

bool table_add(struct table *table, const struct figure *figure)
{
    if (table->count == TABLE_FIGURES) {
        fprintf(stderr, "bench: there is no room for '%s'\n", figure->what);
        return false;
    }
    table->figures[table->count++] = *figure;
    return true;
}

/* ---- For people ---------------------------------------------------------------------------------- */

struct widths {
    int what, value, unit, beside;
};

static int number_width(double value, unsigned decimals)
{
    return snprintf(NULL, 0, "%.*f", (int)decimals, value);
}

static void widen(int *width, int wanted)
{
    if (*width < wanted)
        *width = wanted;
}

static struct widths measure_widths(const struct table *table)
{
    struct widths widths = {0};

    for (unsigned i = 0; i < table->count; i++) {
        const struct figure *figure = &table->figures[i];

        widen(&widths.what, (int)strlen(figure->what));
        widen(&widths.value, number_width(figure->value, figure->decimals));
        widen(&widths.unit, (int)strlen(figure->unit));
        if (figure->beside_is)
            widen(&widths.beside, number_width(figure->beside, figure->decimals));
    }
    return widths;
}

static void print_figure(const struct figure *figure, const struct widths *widths, FILE *stream)
{
    fprintf(stream, "  %-*s  %*.*f %s", widths->what, figure->what, widths->value, (int)figure->decimals,
            figure->value, figure->unit);
    if (figure->beside_is)
        fprintf(stream, "%*s  %*.*f %s", widths->unit - (int)strlen(figure->unit), "", widths->beside,
                (int)figure->decimals, figure->beside, figure->beside_is);
    fputc('\n', stream);
}

void table_print(const struct table *table, FILE *stream)
{
    struct widths widths = measure_widths(table);

    for (unsigned i = 0; i < table->count; i++) {
        const struct figure *figure = &table->figures[i];

        if (i == 0 || strcmp(figure->group, table->figures[i - 1].group) != 0)
            fprintf(stream, "%s%s\n", i > 0 ? "\n" : "", figure->group);
        print_figure(figure, &widths, stream);
    }
}

/* ---- For programs -------------------------------------------------------------------------------- */

static struct json_object *figure_object(const struct figure *figure)
{
    struct json_object *object = json_object_new_object();

    json_add(object, "value", json_object_new_double(figure->value));
    json_add_string(object, "unit", figure->unit);
    if (figure->beside_is) {
        json_add(object, "beside", json_object_new_double(figure->beside));
        json_add_string(object, "beside_is", figure->beside_is);
    }
    return object;
}

static struct json_object *group_of(struct json_object *all, const char *name)
{
    struct json_object *group;

    if (json_object_object_get_ex(all, name, &group))
        return group;
    group = json_object_new_object();
    json_add(all, name, group);
    return group;
}

bool table_print_json(const struct table *table, FILE *stream)
{
    struct json_object *all = json_object_new_object();
    const char *text = NULL;

    for (unsigned i = 0; i < table->count && all; i++) {
        const struct figure *figure = &table->figures[i];

        json_add(group_of(all, figure->group), figure->name, figure_object(figure));
    }
    if (all)
        text = json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
    if (text)
        fprintf(stream, "%s\n", text);
    json_object_put(all);
    return text != NULL;
}
