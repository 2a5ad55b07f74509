/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - the benchmark: which measurements there are, and the command line. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "rig.h"

#define EXIT_USAGE 2

static const struct measurement {
    const char *name;
    const char *summary;
    bool (*measure)(struct table *table, bool quick);
} measurements[] = {
    {"accesses", "register accesses of periods, verbs and opening", measure_accesses},
    {"frames", "link frames that verbs take", measure_frames},
    {"hour", "an hour of sound on the virtual clock: time and memory", measure_hour},
    {"wake", "real clock: from interrupt to client running, and a bare eventfd", measure_wake},
    {"buses", "1 to 1000 buses in one process: time and memory of each", measure_buses},
};
#define MEASUREMENTS (sizeof(measurements) / sizeof(measurements[0]))

struct options {
    bool json;
    bool quick;
    bool help;
    bool wanted[MEASUREMENTS];
};

/* ---- The command line ---------------------------------------------------------------------------- */

static void print_help(FILE *stream)
{
    fputs("Usage: bench [--json] [--quick] [MEASUREMENT...]\n\n"
          "Measures the bus driver on the simulated controller.\n\nMeasurements, by default all:\n",
          stream);
    for (size_t i = 0; i < MEASUREMENTS; i++)
        fprintf(stream, "  %-10s %s\n", measurements[i].name, measurements[i].summary);
    fputs("\nOptions:\n"
          "  --json     print one JSON object instead of a table\n"
          "  --quick    measure less, for a rough answer in a few seconds: two minutes of sound, 200 buses\n"
          "  --help     show this\n\n"
          "Exit status: 0 done, 1 something could not be measured, 2 wrong usage.\n",
          stream);
}

static bool want(struct options *options, const char *name)
{
    for (size_t i = 0; i < MEASUREMENTS; i++) {
        if (strcmp(measurements[i].name, name) == 0) {
            options->wanted[i] = true;
            return true;
        }
    }
    fprintf(stderr, "bench: there is no measurement '%s'; see bench --help\n", name);
    return false;
}

static bool parse_operands(struct options *options, int count, char **operands)
{
    for (size_t i = 0; i < MEASUREMENTS && count == 0; i++)
        options->wanted[i] = true;
    for (int i = 0; i < count; i++) {
        if (!want(options, operands[i]))
            return false;
    }
    return true;
}

static bool parse(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'},
        {"quick", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        if (option == '?')
            return false;
        options->json |= option == 'j';
        options->quick |= option == 'q';
        options->help |= option == 'h';
    }
    return parse_operands(options, argc - optind, argv + optind);
}

/* ---- Measuring ----------------------------------------------------------------------------------- */

/* One measurement, in its own process; the table is shared with it. */
struct run {
    const struct measurement *measurement;
    struct table *table;
    bool quick;
};

static bool run_measurement(void *context)
{
    const struct run *run = context;

    return run->measurement->measure(run->table, run->quick);
}

static bool measure(const struct options *options, struct table *table)
{
    bool done = true;

    for (size_t i = 0; i < MEASUREMENTS; i++) {
        struct run run = {&measurements[i], table, options->quick};

        if (options->wanted[i] && !rig_run_apart(run_measurement, &run)) {
            fprintf(stderr, "bench: %s could not be measured\n", measurements[i].name);
            done = false;
        }
    }
    return done;
}

static bool print(const struct options *options, const struct table *table)
{
    if (!options->json)
        table_print(table, stdout);
    else if (!table_print_json(table, stdout))
        return false;
    return fflush(stdout) == 0 && !ferror(stdout);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct table *table;
    bool done;

    if (!parse(&options, argc, argv)) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (options.help) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    table = rig_shared(sizeof(*table));
    if (!table)
        return EXIT_FAILURE;
    done = measure(&options, table);
    return print(&options, table) && done ? EXIT_SUCCESS : EXIT_FAILURE;
}
