/* SPDX-License-Identifier: BSD-2-Clause */
/* topology.h - the widgets of an audio function group and what connects them, read by verbs (HDA 7.1, 7.3.4).
 */
#ifndef CODEC_TOPOLOGY_H
#define CODEC_TOPOLOGY_H

#include <hdacodec.h>
#include <hdaudio.h>
#include <stdbool.h>

/* What a connection select verb can name: its index has 8 bits. */
#define CODEC_MAX_CONNECTIONS 256

/* What codec_read_jacks() found at a pin. */
enum jack {
    JACK_UNKNOWN, /* it has no jack, or cannot tell */
    JACK_PLUGGED,
    JACK_EMPTY,
};

/* Parameters that a widget inherits are filled in from the function group. */
struct widget {
    UCHAR node;
    ULONG caps;           /* HDA 7.3.4.6 */
    ULONG pcm;            /* HDA 7.3.4.7, converters only */
    ULONG stream_formats; /* HDA 7.3.4.8, converters only */
    ULONG own_pcm;        /* the two as the widget itself says them; 0: it does not */
    ULONG own_formats;
    ULONG pin_caps;       /* HDA 7.3.4.9, pins only */
    ULONG config_default; /* HDA 7.3.3.31, pins only */
    enum jack jack;       /* pins only */
    ULONG input_amp;      /* HDA 7.3.4.10, if it has one */
    ULONG output_amp;
    ULONG connection_length; /* HDA 7.3.4.11: entries in the list as the codec holds it, and their form */
    unsigned connection_count;
    UCHAR *connections; /* NIDs in the order of their index, ranges expanded; 0 for what no verb can reach */
};

/* An audio function group. */
struct codec {
    const HDAUDIO_BUS_INTERFACE_V2 *ddi; /* the caller's: outlives this */
    UCHAR address;
    UCHAR group; /* the function group's NID */
    ULONG subnodes;
    ULONG type;
    ULONG pcm;
    ULONG stream_formats;
    ULONG input_amp;
    ULONG output_amp;
    UCHAR first; /* NID of widgets[0] */
    unsigned count;
    struct widget *widgets; /* by ascending NID */
};

/* Reads the client's function group in four batches, no verb twice. PASSIVE_LEVEL, blocks. On failure nothing
 * is left behind: NOT_SUPPORTED (not an audio function group; `type` says what it is, `address` and `group`
 * where), NO_MEMORY, IO_TIMEOUT (the codec does not answer), or what the bus says. */
NTSTATUS codec_read(struct codec *codec, const HDAUDIO_BUS_INTERFACE_V2 *ddi);
void codec_free(struct codec *codec);

/* Asks all pins that have a jack and can tell whether something is plugged in (HDA 7.3.3.15), in one batch,
 * and keeps the answers. PASSIVE_LEVEL, blocks. What the bus says. */
NTSTATUS codec_read_jacks(struct codec *codec);

/* NULL when the function group has no such widget. */
const struct widget *codec_widget(const struct codec *codec, UCHAR node);
/* HDA_WIDGET_AUDIO_OUTPUT and so on. */
unsigned widget_type(const struct widget *widget);
unsigned widget_channels(const struct widget *widget);
/* Whether it is a pin with a jack that can tell whether something is plugged in. */
bool widget_has_jack(const struct widget *widget);

/* Expands a connection list of `length` entries (HDA 7.1.2), packed four or, in the long form, two to a word,
 * into NIDs in the order of their index; returns how many. A range that does not ascend is taken as its last
 * node alone. */
unsigned connections_expand(const ULONG *words, unsigned length, bool long_form,
                            UCHAR nodes[CODEC_MAX_CONNECTIONS]);

#endif
