/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the command line. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "report.h"

/* Which commands an option belongs to. */
#define FOR_PLAY        0x1u
#define FOR_INFO        0x2u
#define FOR_HELP        0x4u
#define FOR_CODEC       0x8u
#define FOR_VERB        0x10u
#define FOR_LIST        0x20u
#define FOR_RECORD      0x40u
#define FOR_TONE        0x80u
#define FOR_CONFORMANCE 0x100u
#define FOR_DUMP        0x200u
#define FOR_GRAPH       0x400u
#define FOR_PATHS       0x800u
#define FOR_PLAYS       (FOR_PLAY | FOR_TONE)
#define FOR_STREAM      (FOR_PLAYS | FOR_RECORD)
#define FOR_OBJECT      (FOR_STREAM | FOR_INFO | FOR_CODEC | FOR_PATHS | FOR_VERB)
#define FOR_DEVICE      (FOR_OBJECT | FOR_CONFORMANCE | FOR_GRAPH)
#define FOR_ALL         0xFFFu

#define MOST_SETS 64 /* verbs that are sent ahead */

#define MOST_PINS 8 /* that play at once */

struct options {
    const char *device; /* as named */
    const char *clock;  /* NULL: the device's own */
    bool json;
    bool help;
    bool version;
    uint32_t buffer_frames; /* 0: a tenth of a second */
    unsigned notify;
    uint32_t suspend_ms; /* of the stream, after which the bus sleeps; 0: never */
    uint8_t pins[MOST_PINS];
    unsigned pin_count; /* 0: the best one */
    bool follow_jack;   /* to the best pin */
    uint8_t path;       /* the pin whose path is highlighted; 0: those of play and record */
    uint32_t rate;      /* Hz; 0, here and below: the file's, or the command's own */
    unsigned channels;
    unsigned bits;
    bool exact;
    const char *out;    /* NULL: nowhere */
    double seconds;     /* 0: to the end */
    double hertz;       /* of a tone */
    const char *in;     /* what is recorded: a file or a tone; NULL: nothing is fed */
    bool in_is_tone;    /* of `hertz` */
    const char *record; /* while playing, to this file; NULL: nothing is recorded */
    uint8_t record_pin; /* 0: the best one */
    bool loopback;      /* what is played is recorded */
    bool verbose;       /* each guess */
    bool strict;        /* a guess is a failure */
    bool list;          /* names instead of sending */
    const char *diff;   /* a dump to compare a codec with; NULL: none */
    bool settings;      /* compare what a reset clears, too */
    const char *sets[MOST_SETS];
    unsigned set_count;
    const char *interface; /* "v1", "v2", "v3" or "bdl"; NULL: all */
    const char *filter;    /* of checks; NULL: all */

    const char *command; /* NULL: none */
    char **operands;     /* what follows the command and is no option */
    int operand_count;
    unsigned given; /* bit n: the n-th option of the table in options.c */
};

/* A command of the table in main.c. */
struct command {
    const char *name;
    const char *operands; /* as in the usage line */
    int operands_min, operands_max;
    unsigned mask; /* FOR_... */
    const char *summary;
    const char *details; /* NULL: there is no more to tell */
    int (*run)(const struct options *options, struct report *report);
};

/* Whether --json stands in the command line: asked first, so that also a faulty one is answered with an
 * object. */
bool options_want_json(int argc, char **argv);

/* Takes the command line apart; options may stand anywhere. Reorders argv. EXIT_DONE or EXIT_USAGE, with a
 * message. */
int options_parse(struct options *options, int argc, char **argv, struct report *report);
/* Whether a command takes all the options that were given. EXIT_DONE or EXIT_USAGE, with a message. */
int options_check(const struct options *options, const struct command *command, struct report *report);

/* Prints the options that belong to `mask`. */
void options_print(FILE *stream, unsigned mask);

#endif
