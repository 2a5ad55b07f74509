/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c - the command line. */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "number.h"

#define FIRST_VALUE   256    /* what getopt_long() returns for the first option; above any character */
#define HIGHEST_RATE  192000 /* HDA 3.7.1 */
#define TONE          "tone" /* what feeds a pin */
#define CONCERT_PITCH 440    /* Hz */
#define HIGHEST_TONE  96000
#define MOST_CHANNELS 16  /* HDA 3.7.1 */
#define MOST_SECONDS  1e9 /* so that frames can be counted without care */

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

static bool take_suspend(struct options *options, const char *argument)
{
    unsigned long number;

    if (!number_read(argument, 10, UINT32_MAX, &number) || number == 0)
        return false;
    options->suspend_ms = (uint32_t)number;
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

static bool read_pin(const char *argument, uint8_t *pin)
{
    unsigned long number;

    if (!number_read(argument, 0, UINT8_MAX, &number) || number == 0)
        return false;
    *pin = (uint8_t)number;
    return true;
}

static bool take_pin(struct options *options, const char *argument)
{
    uint8_t pin;
    unsigned i;

    if (options->pin_count == MOST_PINS || !read_pin(argument, &pin))
        return false;
    for (i = 0; i < options->pin_count; i++)
        if (options->pins[i] == pin)
            return false;
    options->pins[options->pin_count++] = pin;
    return true;
}

static bool take_record_pin(struct options *options, const char *argument)
{
    return read_pin(argument, &options->record_pin);
}

static bool take_path(struct options *options, const char *argument)
{
    return read_pin(argument, &options->path);
}

static bool take_rate(struct options *options, const char *argument)
{
    unsigned long number;

    if (!number_read(argument, 10, HIGHEST_RATE, &number) || number == 0)
        return false;
    options->rate = (uint32_t)number;
    return true;
}

static bool take_channels(struct options *options, const char *argument)
{
    unsigned long number;

    if (!number_read(argument, 10, MOST_CHANNELS, &number) || number == 0)
        return false;
    options->channels = (unsigned)number;
    return true;
}

static bool take_seconds(struct options *options, const char *argument)
{
    return number_read_fraction(argument, MOST_SECONDS, &options->seconds);
}

static bool take_hertz(struct options *options, const char *argument)
{
    return number_read_fraction(argument, HIGHEST_TONE, &options->hertz);
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

static bool take_verbose(struct options *options, const char *argument)
{
    (void)argument;
    options->verbose = true;
    return true;
}

static bool take_strict(struct options *options, const char *argument)
{
    (void)argument;
    options->strict = true;
    return true;
}

static bool take_list(struct options *options, const char *argument)
{
    (void)argument;
    options->list = true;
    return true;
}

static bool take_diff(struct options *options, const char *argument)
{
    options->diff = argument;
    return argument[0] != '\0';
}

static bool take_settings(struct options *options, const char *argument)
{
    (void)argument;
    options->settings = true;
    return true;
}

static bool take_set(struct options *options, const char *argument)
{
    if (options->set_count == MOST_SETS)
        return false;
    options->sets[options->set_count++] = argument;
    return true;
}

static bool take_out(struct options *options, const char *argument)
{
    options->out = argument;
    return argument[0] != '\0';
}

/* "tone", "tone=HZ", or a file. */
static bool take_in(struct options *options, const char *argument)
{
    size_t length = strlen(TONE);
    bool begins = strncmp(argument, TONE, length) == 0;

    options->in = argument;
    options->in_is_tone = begins && (argument[length] == '\0' || argument[length] == '=');
    if (options->in_is_tone && argument[length])
        return take_hertz(options, argument + length + 1);
    return argument[0] != '\0';
}

static bool take_record(struct options *options, const char *argument)
{
    options->record = argument;
    return argument[0] != '\0';
}

static bool take_interface(struct options *options, const char *argument)
{
    static const char *const versions[] = {"v1", "v2", "v3", "bdl"};
    bool known = false;

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        known |= strcmp(argument, versions[i]) == 0;
    options->interface = argument;
    return known;
}

static bool take_filter(struct options *options, const char *argument)
{
    options->filter = argument;
    return argument[0] != '\0';
}

static bool take_follow_jack(struct options *options, const char *argument)
{
    (void)argument;
    options->follow_jack = true;
    return true;
}

static bool take_loopback(struct options *options, const char *argument)
{
    (void)argument;
    options->loopback = true;
    return true;
}

static const struct {
    const char *name;
    char letter;          /* 0: has none */
    const char *argument; /* NULL: takes none */
    const char *help;     /* with the arguments that it can have */
    unsigned mask;
    option_taker *take;
} table[] = {
    {"device", 0, "DEV", "what to open, by default sim; hdabus list shows more", FOR_DEVICE, take_device},
    {"clock", 0, "CLOCK", "virtual (the default) or real: the simulator's time", FOR_DEVICE, take_clock},
    {"json", 0, NULL, "print one JSON object on standard output", FOR_OBJECT | FOR_LIST | FOR_DUMP,
     take_json},
    {"frequency", 'f', "HZ", "more than 0, fractions too, by default 440", FOR_TONE, take_hertz},
    {"duration", 'd', "SECONDS", "more than 0, such as 90 or 0.5", FOR_RECORD | FOR_TONE, take_seconds},
    {"in", 0, "SOURCE", "a sound file, tone or tone=HZ: what the simulator feeds the pin with", FOR_RECORD,
     take_in},
    {"buffer", 0, "FRAMES", "1 or more: the cyclic buffer, by default 100 ms, on QEMU 480 ms", FOR_STREAM,
     take_buffer},
    {"notify", 0, "COUNT", "1 or 2 (the default) notifications per buffer", FOR_STREAM, take_notify},
    {"pin", 0, "NID", "1 to 0xff: the pin, by default the best one; up to 8, each once, to play to several",
     FOR_STREAM, take_pin},
    {"rate", 0, "HZ", "1 to 192000, by default 48000 or the file's", FOR_RECORD | FOR_TONE, take_rate},
    {"channels", 'c', "N", "1 to 16, by default 2 or the file's", FOR_RECORD | FOR_TONE, take_channels},
    {"bits", 0, "BITS", "16, 20, 24 or 32, by default the file's (of reals: 24), else 16", FOR_STREAM,
     take_bits},
    {"exact", 0, NULL, "fail rather than change a sample", FOR_STREAM, take_exact},
    {"suspend", 0, "MS", "1 or more: put the bus to sleep for 200 ms after so much of it", FOR_STREAM,
     take_suspend},
    {"out", 0, "FILE", "an audio file to write what comes out of the pin, or pins, to", FOR_PLAYS, take_out},
    {"record", 0, "FILE", "record at the same time, to an audio file", FOR_PLAYS, take_record},
    {"record-pin", 0, "NID", "1 to 0xff: the pin to record, by default the best one", FOR_PLAYS,
     take_record_pin},
    {"loopback", 0, NULL, "connect the two pins of the simulator: what is played is recorded", FOR_PLAYS,
     take_loopback},
    {"follow-jack", 0, NULL, "move to the best pin when something is plugged in or pulled out", FOR_PLAYS,
     take_follow_jack},
    {"verbose", 'v', NULL, "print each guess, by line", FOR_DUMP, take_verbose},
    {"strict", 0, NULL, "a guess, or a line that is not known, is an error", FOR_DUMP, take_strict},
    {"path", 0, "NID", "1 to 0xff: the pin whose path stands out, by default those of play and record",
     FOR_GRAPH, take_path},
    {"list", 0, NULL, "print the names of verbs and parameters", FOR_VERB, take_list},
    {"set", 0, "NID:VERB:VALUE", "send this verb first; 64 at most, in their order", FOR_CODEC, take_set},
    {"diff", 0, "FILE", "a dump: show the lines in which the codec differs from it", FOR_CODEC, take_diff},
    {"settings", 0, NULL, "with --diff: compare what a reset clears, too, as --set does", FOR_CODEC,
     take_settings},
    {"interface", 0, "VERSION", "v1, v2, v3 or bdl, by default all", FOR_CONFORMANCE, take_interface},
    {"filter", 0, "TEXT", "only checks whose name contains this", FOR_CONFORMANCE, take_filter},
    {"help", 'h', NULL, "tell about a command", FOR_ALL, take_help},
    {"version", 'V', NULL, "print the version", FOR_ALL, take_version},
};

#define OPTIONS (sizeof(table) / sizeof(table[0]))

_Static_assert(OPTIONS <= 8 * sizeof(unsigned), "each has a bit in struct options.given");

bool options_want_json(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

/* As getopt_long() wants them: a colon after a letter that takes an argument. */
static void fill_letters(char letters[2 * OPTIONS + 2])
{
    size_t i;

    *letters++ = ':'; /* a missing argument is told from an unknown option */
    for (i = 0; i < OPTIONS; i++) {
        if (!table[i].letter)
            continue;
        *letters++ = table[i].letter;
        if (table[i].argument)
            *letters++ = ':';
    }
    *letters = '\0';
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

/* The option's place in the table by what getopt_long() returned; OPTIONS: it is none. */
static size_t option_index(int value)
{
    size_t i;

    if (value >= FIRST_VALUE)
        return (size_t)(value - FIRST_VALUE);
    for (i = 0; i < OPTIONS && table[i].letter != value; i++)
        ;
    return i;
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
    char letters[2 * OPTIONS + 2];
    int code = EXIT_DONE, value;

    memset(options, 0, sizeof(*options));
    options->device = "sim";
    options->notify = 2;
    options->hertz = CONCERT_PITCH;
    fill_letters(letters);
    fill_long_options(long_options);
    opterr = 0;
    while (code == EXIT_DONE && (value = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        size_t index = option_index(value);

        code = index < OPTIONS ? take_option(options, index, report) : refuse(value, argv, report);
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
    char head[32], letter[8];
    size_t i;

    for (i = 0; i < OPTIONS; i++) {
        if (!(table[i].mask & mask))
            continue;
        snprintf(letter, sizeof(letter), "-%c, ", table[i].letter);
        snprintf(head, sizeof(head), "%s--%s %s", table[i].letter ? letter : "", table[i].name,
                 table[i].argument ? table[i].argument : "");
        fprintf(stream, "  %-22s %s\n", head, table[i].help);
    }
}
