/* SPDX-License-Identifier: BSD-2-Clause */
/* corpus.h - dumps of real codecs, from the folder that HDABUS_CODECS names. */
#ifndef CORPUS_H
#define CORPUS_H

#include "rig.h"

/* False, with a message, where there is no such folder. */
bool corpus_is_there(void);

/* Calls `check` with every dump and its text. Fails the test if one does not parse. */
void for_each_dump(void (*check)(const char *name, const char *text, const struct codec_dump *dump));
/* The same with the project's own dumps, which are always there. */
void for_each_own_dump(void (*check)(const char *name, const char *text, const struct codec_dump *dump));

/* A teardown, for who reads of a failure: says which dump was the last. */
int tell_dump(void **state);

#endif
