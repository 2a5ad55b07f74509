/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_table.h - a section of a codec dump as people read it. */
#ifndef CLI_DUMP_TABLE_H
#define CLI_DUMP_TABLE_H

#include "codec/dump.h"
#include "guesses.h"

/* Prints what was understood of a section, with the number of guesses or, `verbose`, each of them. */
void dump_table_print(const struct codec_dump_section *section, const struct guesses *guesses, bool verbose);

#endif
