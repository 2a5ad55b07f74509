/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c - the command line. */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "number.h"

#define FIRST_VALUE 256 /* what getopt_long() returns for the first option; above any character */

/* Takes an option's argument; false: it is none of those that can be. */
typedef bool option_taker(struct options *options, const char *argument);

static bool take_device(struct options *options, const char *argument)
{
    options->device = argument;
    return argument[0] != '\0';
}

static bool take_clock(struct options *options, const char *argument)
{
    options->clock = argument;
    return strcmp(argument, "virtual") == 0 || strcmp(argument, "real") == 0;
}

static bool take_json(struct options *options, const char *argument)
{
    (void)argument;
    options->json = true;
    return true;
}

static bool take_help(struct options *options, const char *argument)
{
    (void)argument;
    options->help = true;
    return true;
}

static bool take_version(struct options *options, const char *argument)
{
    (void)argument;
    options->version = true;
    return true;
}

static bool take_buffer(struct options *options, const char *argument)
{
    unsigned long number;

    if (!number_read(argument, 10, UINT32_MAX, &number) || number == 0)
        return false;
    options->buffer_frames = (uint32_t)number;
    return true;
}

static bool take_notify(struct options *options, const char *argument)
{
    unsigned long number;

    if (!number_read(argument, 10, 2, &number) || number == 0)
        return false;
    options->notify = (unsigned)number;
    return true;
}

static bool take_pin(struct options *options, const char *argument)
{
    unsigned long number;

    if (!number_read(argument, 0, UINT8_MAX, &number) || number == 0)
        return false;
    options->pin = (uint8_t)number;
    return true;
}

static bool take_bits(struct options *options, const char *argument)
{
    unsigned long number;

    if (!number_read(argument, 10, 32, &number))
        return false;
    options->bits = (unsigned)number;
    return number == 16 || number == 20 || number == 24 || number == 32;
}

static bool take_exact(struct options *options, const char *argument)
{
    (void)argument;
    options->exact = true;
    return true;
}

static bool take_list(struct options *options, const char *argument)
{
    (void)argument;
    options->list = true;
    return true;
}

static bool take_out(struct options *options, const char *argument)
{
    options->out = argument;
    return argument[0] != '\0';
}

static const struct {
    const char *name;
    const char *argument; /* NULL: takes none */
    const char *help;     /* with the arguments that it can have */
    unsigned mask;
    option_taker *take;
} table[] = {
    {"device", "DEV", "what to open, by default sim; hdabus list shows more", FOR_DEVICE, take_device},
    {"clock", "CLOCK", "virtual (the default) or real: the simulator's time", FOR_DEVICE, take_clock},
    {"json", NULL, "print one JSON object on standard output", FOR_DEVICE | FOR_LIST, take_json},
    {"buffer", "FRAMES", "1 or more: the cyclic buffer, by default 100 ms, on QEMU 480 ms", FOR_PLAY,
     take_buffer},
    {"notify", "COUNT", "1 or 2 (the default) notifications per buffer", FOR_PLAY, take_notify},
    {"pin", "NID", "1 to 0xff: the pin, by default the best one", FOR_PLAY, take_pin},
    {"bits", "BITS", "16, 20, 24 or 32, by default the file's", FOR_PLAY, take_bits},
    {"exact", NULL, "fail rather than change a sample", FOR_PLAY, take_exact},
    {"out", "FILE", "a WAV file to write what comes out of the pin to", FOR_PLAY, take_out},
    {"list", NULL, "print the names of verbs and parameters", FOR_VERB, take_list},
    {"help", NULL, "tell about a command", FOR_ALL, take_help},
    {"version", NULL, "print the version", FOR_ALL, take_version},
};

#define OPTIONS (sizeof(table) / sizeof(table[0]))

bool options_want_json(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

static void fill_long_options(struct option long_options[OPTIONS + 1])
{
    size_t i;

    memset(long_options, 0, (OPTIONS + 1) * sizeof(*long_options));
    for (i = 0; i < OPTIONS; i++) {
        long_options[i].name = table[i].name;
        long_options[i].has_arg = table[i].argument ? required_argument : no_argument;
        long_options[i].val = FIRST_VALUE + (int)i;
    }
}

static int take_option(struct options *options, size_t index, struct report *report)
{
    options->given |= 1u << index;
    if (table[index].take(options, optarg))
        return EXIT_DONE;
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "--%s %s: takes %s", table[index].name, optarg,
                          table[index].help);
}

/* What getopt_long() did not understand. */
static int refuse(int value, char *const *argv, struct report *report)
{
    if (value == ':')
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s needs an argument", argv[optind - 1]);
    if (optopt > 0 && optopt < FIRST_VALUE)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "unknown option -%c; see hdabus help",
                              optopt);
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "option %s is not understood; see hdabus help",
                          argv[optind - 1]);
}

int options_parse(struct options *options, int argc, char **argv, struct report *report)
{
    struct option long_options[OPTIONS + 1];
    int code = EXIT_DONE, value;

    memset(options, 0, sizeof(*options));
    options->device = "sim";
    options->notify = 2;
    fill_long_options(long_options);
    opterr = 0;
    while (code == EXIT_DONE && (value = getopt_long(argc, argv, ":hV", long_options, NULL)) != -1) {
        if (value >= FIRST_VALUE)
            code = take_option(options, (size_t)(value - FIRST_VALUE), report);
        else if (value == 'h')
            options->help = true;
        else if (value == 'V')
            options->version = true;
        else
            code = refuse(value, argv, report);
    }
    if (optind < argc) {
        options->command = argv[optind];
        options->operands = argv + optind + 1;
        options->operand_count = argc - optind - 1;
    }
    return code;
}

int options_check(const struct options *options, const struct command *command, struct report *report)
{
    size_t i;

    for (i = 0; i < OPTIONS; i++)
        if ((options->given >> i & 1) && !(table[i].mask & command->mask))
            return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s takes no --%s", command->name,
                                  table[i].name);
    if (options->operand_count < command->operands_min)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s needs %s", command->name,
                              command->operands);
    if (options->operand_count > command->operands_max)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s does not know what to do with %s",
                              command->name, options->operands[command->operands_max]);
    return EXIT_DONE;
}

void options_print(FILE *stream, unsigned mask)
{
    char head[32];
    size_t i;

    for (i = 0; i < OPTIONS; i++) {
        if (!(table[i].mask & mask))
            continue;
        snprintf(head, sizeof(head), "--%s %s", table[i].name, table[i].argument ? table[i].argument : "");
        fprintf(stream, "  %-16s %s\n", head, table[i].help);
    }
}
