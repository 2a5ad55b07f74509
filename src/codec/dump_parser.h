/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump_parser.h - what the files dump_*.c share: the section being read, and the routines of the table in
 * dump_section.c, each of which reads what stands behind the beginning of a kind of line.
 *
 * A routine is false when it does not understand the line; it may have taken a part of it.
 */
#ifndef CODEC_DUMP_PARSER_H
#define CODEC_DUMP_PARSER_H

#include "codec/dump.h"
#include "codec/dump_lines.h"

/* What the next line may be, whatever it begins with. */
enum dump_expected {
    DUMP_ANY_LINE,
    DUMP_CONNECTIONS,       /* the list after `Connection: N` */
    DUMP_OTHER_CONNECTIONS, /* the list after `In-driver Connection: N`: not the codec's */
    DUMP_MORE_VALUES,       /* amplifier values that a mailer tore apart: at `=`, or within a pair */
    DUMP_PERHAPS_VALUES,    /* the same, if it tore them between pairs */
};

struct dump_parser {
    struct dump_lines *lines;
    codec_dump_guess *guess; /* NULL: nobody asks */
    void *guess_context;
    char *error;
    size_t error_size;

    struct codec_dump *dump;
    unsigned line;      /* of the line at hand */
    unsigned head_line; /* of `Codec:` */
    unsigned node_line; /* of `Node` */
    unsigned seen;      /* DUMP_SEEN_ of the section, and of the node at hand */
    struct codec_dump_node *node;
    struct codec_dump_pcm *pcm;
    struct codec_dump_power *power;
    struct codec_dump_amp_values *values;
    bool half; /* the line before ended within a pair, after `left` */
    uint32_t left;
    bool dropped;         /* of the line at hand something was passed over, and that has been told */
    unsigned list_line;   /* of `Connection: N` */
    unsigned list_length; /* what it announced */
    unsigned strange;     /* lines that nobody knows, in a run */
    unsigned strange_line;
    unsigned strange_end;
    enum dump_expected expected;
    bool failed; /* dump_fail() has spoken */
};

#define DUMP_SEEN_ADDRESS       0x00001u
#define DUMP_SEEN_VENDOR        0x00002u
#define DUMP_SEEN_SUBSYSTEM     0x00004u
#define DUMP_SEEN_REVISION      0x00008u
#define DUMP_SEEN_AUDIO         0x00010u /* a sign of an audio function group */
#define DUMP_SEEN_GPIO          0x00040u
#define DUMP_SEEN_NO_WIDGETS    0x00080u /* the section says that there are none */
#define DUMP_SEEN_INPUT_VALUES  0x00100u
#define DUMP_SEEN_OUTPUT_VALUES 0x00200u
#define DUMP_SEEN_PIN_CAPS      0x00400u
#define DUMP_SEEN_PIN_DEFAULT   0x00800u
#define DUMP_SEEN_PIN_CONTROL   0x01000u
#define DUMP_SEEN_CONNECTIONS   0x02000u
#define DUMP_SEEN_CONVERTER_PCM 0x04000u
#define DUMP_SEEN_UNSOLICITED   0x08000u
#define DUMP_SEEN_PROCESSING    0x10000u
#define DUMP_SEEN_KNOB          0x20000u
#define DUMP_SEEN_AUDIO_NODE    0x40000u /* the NIDs of function groups */
#define DUMP_SEEN_MODEM_NODE    0x80000u
#define DUMP_SEEN_OF_NODE       0x3FF00u

/* Gives the section up, with a sentence. Always false, for the caller to hand on. */
bool dump_fail(struct dump_parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Tells what is assumed, about `line`. */
void dump_guess(struct dump_parser *p, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells, once in a line, that `what` was passed over. */
void dump_drop(struct dump_parser *p, const char *what);

/* Parses one section, whose `Codec:` has been read: up to a line that ends it, which is then the next one.
 * NULL: dump_fail() has spoken. */
struct codec_dump *dump_read_section(struct dump_parser *p, struct scan name);
/* Whether the line begins a section, and leaves `line` at the codec's name. */
bool dump_begins_section(struct scan *line);
bool dump_is_binary(struct scan line);

/* What the node at hand, and then the head of the section, should have told and did not. */
void dump_close_node(struct dump_parser *p);
void dump_close_head(struct dump_parser *p);
/* The line without which the section cannot have been whole, or NULL. */
const char *dump_missing_line(const struct dump_parser *p);

typedef bool dump_line(struct dump_parser *p, struct scan *rest);

/* dump_head.c */
dump_line dump_line_address, dump_line_vendor, dump_line_subsystem, dump_line_revision;
dump_line dump_line_audio_function, dump_line_modem_function, dump_line_function, dump_line_modem_group;
dump_line dump_line_audio_state, dump_line_invalid_group, dump_line_gpio, dump_line_gpio_pin;

/* dump_pcm.c */
dump_line dump_line_default_pcm, dump_line_pcm, dump_line_rates, dump_line_bits, dump_line_formats;
dump_line dump_line_pcm_missing;

/* dump_amp.c */
dump_line dump_line_default_input_amp, dump_line_default_output_amp, dump_line_input_amp;
dump_line dump_line_output_amp, dump_line_input_values, dump_line_output_values;
dump_line dump_amp_values; /* the rest of a line of values */

/* dump_power.c */
dump_line dump_line_power_states, dump_line_power;

/* dump_pin.c */
dump_line dump_line_pin_caps, dump_line_pin_default, dump_line_pin_control, dump_line_eapd;

/* dump_node.c */
dump_line dump_line_node, dump_line_converter, dump_line_sdi_select, dump_line_digital;
dump_line dump_line_digital_category, dump_line_coding_type, dump_line_unsolicited, dump_line_processing;
dump_line dump_line_knob;

/* dump_connections.c */
dump_line dump_line_connections, dump_line_driver_connections;
dump_line dump_connections; /* the list */

#endif
