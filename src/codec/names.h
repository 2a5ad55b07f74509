/* SPDX-License-Identifier: BSD-2-Clause */
/* names.h - verbs and parameters by name, as people who send them by hand know them. */
#ifndef CODEC_NAMES_H
#define CODEC_NAMES_H

#include <hdaudio.h>
#include <stdbool.h>

/* A verb's id has 12 bits; of one with 16 bits of payload they are the upper ones, the lower eight 0. */
struct codec_name {
    const char *name;
    USHORT id;
};

/* The index-th verb and parameter; NULL when there are no more. */
const struct codec_name *verb_name(unsigned index);
const struct codec_name *parameter_name(unsigned index);

/* Bits of a verb's payload: those that its id leaves (HDA 7.3). */
unsigned verb_payload_bits(USHORT id);
/* The name of a verb with this id; NULL when it has none. */
const struct codec_name *verb_by_id(USHORT id);

enum name_match {
    NAME_FOUND,
    NAME_UNKNOWN,
    NAME_AMBIGUOUS, /* the beginning of several: *found is the first of them, *other another */
};

/* Finds what `text` is or, alone, begins; in either case. Of a verb, GET_ may be left out. */
enum name_match verb_find(const char *text, const struct codec_name **found, const struct codec_name **other);
enum name_match parameter_find(const char *text, const struct codec_name **found,
                               const struct codec_name **other);

#endif
