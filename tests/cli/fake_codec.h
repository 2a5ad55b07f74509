/* SPDX-License-Identifier: BSD-2-Clause */
/* fake_codec.h - an audio function group that answers from a table, behind the two DDI routines that reading
 * and opening need. */
#ifndef FAKE_CODEC_H
#define FAKE_CODEC_H

#include <hdacodec.h>
#include <hdaudio.h>
#include <stdbool.h>

#define FAKE_GROUP  1
#define FAKE_FIRST  2 /* the first widget's NID */
#define FAKE_LOG    1024
#define FAKE_VENDOR 0x10EC0262u

struct fake_node {
    ULONG caps;
    ULONG pcm, formats;
    ULONG pin_caps, config_default, sense;
    ULONG input_amp, output_amp;
    bool long_form;
    ULONG selected;   /* connection */
    unsigned entries; /* of the connection list, as packed */
    USHORT list[16];
};

struct fake_codec {
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    const struct fake_node *nodes; /* from FAKE_FIRST on */
    unsigned count;
    struct fake_node group; /* its pcm, formats and amplifiers are inherited */
    ULONG type;
    unsigned mute_after; /* commands that are answered; 0: all */
    unsigned slow;       /* times that a power state is asked for before it is D0 */
    unsigned power_asked;
    unsigned batches;
    unsigned sent;
    ULONG log[FAKE_LOG]; /* commands as sent */
};

void fake_codec_init(struct fake_codec *fake, const struct fake_node *nodes, unsigned count);

/* How often a command was sent, with 8 or 16 bits of payload. */
unsigned fake_sent8(const struct fake_codec *fake, UCHAR node, USHORT verb, UCHAR payload);
unsigned fake_sent16(const struct fake_codec *fake, UCHAR node, UCHAR verb, USHORT payload);
/* Commands that were sent more than once. */
unsigned fake_repeated(const struct fake_codec *fake);
void fake_forget(struct fake_codec *fake);

#endif
