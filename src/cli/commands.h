/* SPDX-License-Identifier: BSD-2-Clause */
/* commands.h - what runs the commands of the table in main.c: each returns an exit code, with a message when
 * it is not EXIT_DONE. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "options.h"

int command_play(const struct options *options, struct report *report);
int command_record(const struct options *options, struct report *report);
int command_tone(const struct options *options, struct report *report);
int command_info(const struct options *options, struct report *report);
int command_codec(const struct options *options, struct report *report);
int command_dump(const struct options *options, struct report *report);
int command_graph(const struct options *options, struct report *report);
int command_paths(const struct options *options, struct report *report);
int command_verb(const struct options *options, struct report *report);
int command_conformance(const struct options *options, struct report *report);
int command_list(const struct options *options, struct report *report);

#endif
