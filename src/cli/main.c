/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - the hdabus command: which commands there are, and help on them. */
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "commands.h"

static int command_help(const struct options *options, struct report *report);

static const struct command commands[] = {
    {"play", "FILE", 1, 1, FOR_PLAY, "play an audio file, or standard input for -",
     "A file of 5.1 or 7.1 goes to several pins, two channels each, where a codec has them. --out then "
     "holds\n"
     "all of its channels; where several --pin play the same, it names a file for each: out-0x0e.wav. It "
     "ends\n"
     "with a period of silence, on QEMU's controller with as many as 60 ms take: what QEMU has fetched is "
     "lost\n"
     "when it is stopped.",
     command_play},
    {"record", "FILE", 1, 1, FOR_RECORD, "record from a pin to an audio file",
     "FILE becomes a FLAC file if its name ends in .flac, else a WAV file. Without --duration it becomes as\n"
     "long as the file of --in; if there is none, a signal ends the recording, on the real clock.",
     command_record},
    {"tone", "", 0, 0, FOR_TONE, "play a sine of -6 dB full scale, the same on each channel",
     "It takes a second, unless --duration says otherwise.", command_tone},
    {"info", "", 0, 0, FOR_INFO, "show the controller, its codecs and their function groups", NULL,
     command_info},
    {"codec", "[ADDRESS]", 0, 1, FOR_CODEC, "print a codec, or all, in the ALSA dump format",
     "--diff tells instead how the codec differs from a dump; of several codecs, the one at the dump's\n"
     "address. FILE may hold several, as an alsa-info file does: then it is the one at the codec's address.\n"
     "The exit status is 1 if they differ. --set sends a verb first, in the words of hdabus verb, and may\n"
     "be repeated.",
     command_codec},
    {"dump", "FILE...", 1, INT_MAX, FOR_DUMP, "tell what is understood of ALSA codec dumps",
     "Each FILE may hold several codecs, as an alsa-info file does; - is standard input. What a dump does "
     "not\n"
     "say, or what is not understood in it, is guessed: how often is told, or with --verbose what.",
     command_dump},
    {"graph", "[ADDRESS]", 0, 1, FOR_GRAPH, "draw a codec, or all, as a graph in the DOT language",
     "What dot of Graphviz makes a picture of: hdabus graph | dot -Tsvg -o codec.svg. Converters stand "
     "left,\n"
     "pins right, and arrows go the way of sound. Thick lines are the ways that play (orange) and record "
     "(blue)\n"
     "take, dashed ones are not selected, and pale pins are not connected.",
     command_graph},
    {"paths", "[ADDRESS]", 0, 1, FOR_PATHS, "list the ways between pins and converters, and what limits them",
     "The way that play --pin takes from a DAC to each output pin, and for each ADC the one from the pin "
     "that\n"
     "record prefers, written against the way of sound. Under it stand channels, rates and bits, whether "
     "all\n"
     "amplifiers reach 0 dB, else the nodes whose do not, and whether something is plugged in.",
     command_paths},
    {"verb", "ADDRESS NID VERB [PARAM]", 0, 4, FOR_VERB, "send a verb to a node and print the response",
     "ADDRESS is the codec's, NID the node's. VERB is a name or its beginning, of one that asks also "
     "without\n"
     "GET_, or an id of 12 bits, or of 4 bits for a verb with a payload of 16. PARAM is the payload, by\n"
     "default 0; of PARAMETERS it is a name, too. Numbers are in C notation.",
     command_verb},
    {"conformance", "", 0, 0, FOR_CONFORMANCE, "check that the bus driver keeps the DDI",
     "Prints the Test Anything Protocol, a line for each check, which is named after the interface, the\n"
     "routine and the rule; Power and Removal stand for a routine where the bus is suspended or the\n"
     "controller disappears. Under one that fails stands the sentence of docs/DDI.md that is broken.",
     command_conformance},
    {"list", "", 0, 0, FOR_LIST, "show what can be opened", NULL, command_list},
    {"help", "[COMMAND]", 0, 1, FOR_HELP, "tell about hdabus, or a command", NULL, command_help},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
    size_t i;

    for (i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int refuse_command(const char *name, struct report *report)
{
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "unknown command %s; see hdabus help", name);
}

static void print_help(FILE *stream)
{
    char head[64];
    size_t i;

    fputs("Usage: hdabus [OPTION...] COMMAND ...\n\n"
          "An HD Audio bus driver in a process: plays and records through it, and shows what it "
          "drives.\n\nCommands:\n",
          stream);
    for (i = 0; i < COMMANDS; i++) {
        snprintf(head, sizeof(head), "%s %s", commands[i].name, commands[i].operands);
        fprintf(stream, "  %-30s %s\n", head, commands[i].summary);
    }
    fputs("\nOptions, before or after the command:\n", stream);
    options_print(stream, FOR_INFO);
    fputs("\nhdabus COMMAND --help shows a command's own.\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage, 3 no such device.\n",
          stream);
}

static void print_command_help(const struct command *command)
{
    printf("Usage: hdabus %s%s%s%s\n\nTo %s.\n", command->name,
           command->mask == FOR_HELP ? "" : " [OPTION...]", *command->operands ? " " : "", command->operands,
           command->summary);
    if (command->details)
        printf("\n%s\n", command->details);
    fputs("\nOptions:\n", stdout);
    options_print(stdout, command->mask);
}

static int command_help(const struct options *options, struct report *report)
{
    const struct command *command;

    if (options->operand_count == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    command = find_command(options->operands[0]);
    if (!command)
        return refuse_command(options->operands[0], report);
    print_command_help(command);
    return EXIT_DONE;
}

static int run_command(const struct options *options, struct report *report)
{
    const struct command *command = find_command(options->command);
    int code;

    if (!command)
        return refuse_command(options->command, report);
    if (options->help) {
        print_command_help(command);
        return EXIT_DONE;
    }
    code = options_check(options, command, report);
    return code == EXIT_DONE ? command->run(options, report) : code;
}

static int run(const struct options *options, struct report *report)
{
    if (options->version) {
        puts("hdabus " HDABUS_VERSION);
        return EXIT_DONE;
    }
    if (options->command)
        return run_command(options, report);
    if (options->help) {
        print_help(stdout);
        return EXIT_DONE;
    }
    print_help(stderr);
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "no command");
}

int main(int argc, char **argv)
{
    struct options options;
    struct report report;
    int code;

    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like any other */
    report_open(&report, options_want_json(argc, argv));
    code = options_parse(&options, argc, argv, &report);
    if (code == EXIT_DONE)
        code = run(&options, &report);
    return report_close(&report, code);
}
