/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump.h - the ALSA codec dump format, what Linux prints in /proc/asound/cardN/codec#M, as plain data.
 *
 * A dump is the state of a codec after a driver ran. Capabilities are kept as the parameters of HDA 7.3.4
 * encode them, so that the masks of hdacodec.h fit. What the text does not say is 0 and, where that could be
 * mistaken for a value, not `known`. Nothing but libc.
 */
#ifndef CODEC_DUMP_H
#define CODEC_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODEC_DUMP_NODES       256 /* a NID has 8 bits (HDA 7.3) */
#define CODEC_DUMP_CONNECTIONS 127 /* a connection list length has 7 (HDA 7.3.4.11) */
#define CODEC_DUMP_AMPS        16  /* an amplifier index has 4 (HDA 7.3.3.7) */
#define CODEC_DUMP_GPIOS       8
#define CODEC_DUMP_NAME        64
#define CODEC_DUMP_ERROR       200

/* What a converter can carry. */
struct codec_dump_pcm {
    bool known;
    uint32_t sizes_rates; /* parameter 0Ah */
    uint32_t formats;     /* parameter 0Bh */
};

/* An amplifier's capabilities; not known when the dump says N/A or nothing, then the function group's apply.
 */
struct codec_dump_amp_caps {
    bool known;
    uint32_t caps; /* parameters 0Dh, 12h */
};

/* The settings of a widget's amplifiers of one direction. */
struct codec_dump_amp_values {
    unsigned count;
    uint8_t values[CODEC_DUMP_AMPS][2]; /* left, right: mute 7, gain 6:0; both the same for a mono one */
};

struct codec_dump_power {
    bool states_known; /* older kernels print none */
    uint32_t states;   /* parameter 0Fh */
    uint8_t setting;   /* 0-4: D0-D3cold */
    uint8_t actual;
    uint16_t flags; /* of F05h: error 8, clock stop OK 9, settings reset 10 */
};

struct codec_dump_gpio {
    bool enable, output, wake, sticky, data, unsolicited;
};

/* A widget. */
struct codec_dump_node {
    uint8_t nid;
    uint32_t caps; /* parameter 09h; its bits 23:20, not the words, say what it is */

    struct codec_dump_pcm pcm;
    struct codec_dump_amp_caps input_amp;
    struct codec_dump_amp_caps output_amp;
    struct codec_dump_amp_values input_values;
    struct codec_dump_amp_values output_values;

    uint8_t stream; /* converters */
    uint8_t channel;
    uint8_t sdi_select;
    uint32_t digital; /* F0Dh: its bits as far as the words tell, category 14:8, coding type 19:16, 23 */

    uint32_t pin_caps; /* parameter 0Ch */
    uint32_t pin_default;
    uint8_t pin_control;
    uint8_t eapd;

    uint8_t unsolicited; /* F08h: enable 7, tag 5:0 */
    uint32_t processing; /* parameter 10h */
    uint32_t knob;       /* parameter 13h */
    uint8_t knob_value;  /* F0Fh */
    struct codec_dump_power power;

    unsigned connection_count;
    uint8_t connections[CODEC_DUMP_CONNECTIONS];
    int selected; /* index of the marked connection, -1 when none is */
};

struct codec_dump {
    char name[CODEC_DUMP_NAME]; /* as printed, cut to fit */
    uint8_t address;            /* 0-14 */
    uint32_t vendor_id;
    uint32_t subsystem_id;
    uint32_t revision_id;

    /* Function groups; NID 0 when there is none. A dump names a modem's but hardly ever the audio one's: it
     * is 1 then, or 2 when the modem is at 1. A section of an old kernel that tells of no function group is a
     * modem's. */
    uint8_t audio_group;
    uint8_t modem_group;
    bool audio_unsolicited;
    bool modem_unsolicited;

    /* Of the audio function group. */
    struct codec_dump_pcm pcm;
    struct codec_dump_amp_caps input_amp;
    struct codec_dump_amp_caps output_amp;
    struct codec_dump_power power;
    uint32_t gpio; /* parameter 11h */
    struct codec_dump_gpio gpios[CODEC_DUMP_GPIOS];

    unsigned node_count;
    struct codec_dump_node nodes[CODEC_DUMP_NODES]; /* in the order of the text */
};

/*
 * A text may hold several codecs, each in a section that begins with `Codec:`: an alsa-info file those of all
 * cards, with much else between. It may have come by mail or from a web page: quoted-printable, HTML
 * entities and tags, `>` before each line, and blanks around it do no harm.
 */
struct codec_dump_reader;

/* What was not said, or not understood, and what is assumed: a sentence without a full stop, valid during the
 * call. `line` is the text's, from 1; of what a widget lacks its `Node`, of what a section lacks its
 * `Codec:`. Lines that are not known are told of, those behind one without a known one between in one
 * sentence. Not told is what no dump says, so what a simulated codec always has to make up. */
typedef void codec_dump_guess(void *context, unsigned line, const char *sentence);

/* A section. */
struct codec_dump_section {
    unsigned line; /* of its `Codec:` */
    /* ALSA's number of the sound card, where the text has it: the section's path (/proc/asound/cardN/codec#M)
     * before it, or the list of cards of an alsa-info file, whose HD Audio cards come in the order of the
     * sections. Else counted from 0: where an address is not above the last one a new card begins. */
    unsigned card;
    bool card_said;
    int number;                   /* M of the path; -1: not said. It is the address, too */
    struct codec_dump *dump;      /* the caller frees it with codec_dump_free(); NULL: it cannot be used */
    char error[CODEC_DUMP_ERROR]; /* and then this says why, with the line's number */
};

/* What is wrong with a text that has no section. */
#define CODEC_DUMP_NONE "the text ends and no line began with `Codec:`; this is no codec dump"

/* Begins with a text of `size` bytes, not necessarily terminated, which must stay until codec_dump_close().
 * NULL: no memory. */
struct codec_dump_reader *codec_dump_open(const char *text, size_t size);

/* Has all guesses of what codec_dump_next() reads from now on told; NULL: none. */
void codec_dump_on_guess(struct codec_dump_reader *reader, codec_dump_guess *guess, void *context);

/* The next section; false at the end. One that cannot be used (see codec_dump_parse()) is told of, too, and
 * the next call goes on behind it; without memory errno is ENOMEM. A line `Codec:` after which nothing of a
 * codec follows is none, unless there is nothing else in the text. */
bool codec_dump_next(struct codec_dump_reader *reader, struct codec_dump_section *section);

/* NULL is ignored. */
void codec_dump_close(struct codec_dump_reader *reader);

/* Parses the first codec section of `text`, whatever stands before and behind it: `size` bytes, not
 * necessarily terminated. Lines that it does not know are passed over. NULL, and in `error` a sentence with
 * the line's number: no section, a line that cannot be done without is missing or not understood, the section
 * was cut off as far as that can be seen, or no memory (and then errno is ENOMEM). The caller frees with
 * codec_dump_free(). `error` may be NULL with size 0. */
struct codec_dump *codec_dump_parse(const char *text, size_t size, char *error, size_t error_size);

/* NULL is ignored. */
void codec_dump_free(struct codec_dump *dump);

#endif
