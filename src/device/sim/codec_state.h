/* SPDX-License-Identifier: BSD-2-Clause */
/* codec_state.h - what a simulated codec consists of, for the files codec*.c only. */
#ifndef SIM_CODEC_STATE_H
#define SIM_CODEC_STATE_H

#include <hdacodec.h>

#include "device/sim/codec.h"

#define SIM_COEFFICIENTS 256 /* a coefficient count has 8 bits (HDA 7.3.4.13) */

enum sim_node_kind { SIM_ROOT, SIM_AUDIO_GROUP, SIM_MODEM_GROUP, SIM_WIDGET };

/* Which verbs a node knows (HDA 7.3.6). */
#define SIM_HAS_GROUP       0x0001u /* is a function group */
#define SIM_HAS_GPIO        0x0002u
#define SIM_HAS_CONVERTER   0x0004u
#define SIM_HAS_INPUT       0x0008u /* is an input converter */
#define SIM_HAS_DIGITAL     0x0010u /* is a digital converter */
#define SIM_HAS_PIN         0x0020u
#define SIM_HAS_EAPD        0x0040u
#define SIM_HAS_CONNECTIONS 0x0080u
#define SIM_HAS_SELECT      0x0100u /* takes one of its connections at a time */
#define SIM_HAS_POWER       0x0200u
#define SIM_HAS_UNSOLICITED 0x0400u
#define SIM_HAS_PROCESSING  0x0800u
#define SIM_HAS_KNOB        0x1000u
#define SIM_HAS_BEEP        0x2000u
#define SIM_HAS_STRIPE      0x4000u

/* An amplifier's settings: mute 7, gain 6:0. */
struct sim_amp {
    uint8_t side[2];
};

/* Everything that a reset clears. */
struct sim_node_state {
    struct sim_amp input_amps[CODEC_DUMP_AMPS];
    struct sim_amp output_amp;
    uint16_t format;
    uint8_t stream_channel; /* stream 7:4, channel 3:0 */
    uint8_t connection;
    uint8_t pin_control;
    uint8_t eapd;
    uint8_t power; /* the setting */
    uint8_t unsolicited;
    uint8_t sdi_select;
    uint8_t processing;
    uint8_t knob;
    uint8_t beep;
    uint8_t stripe;
    uint8_t channel_count;
    uint8_t gpio_data, gpio_enable, gpio_direction, gpio_wake, gpio_unsolicited, gpio_sticky;
    uint32_t digital;
    uint16_t coefficient;
    uint16_t coefficients[SIM_COEFFICIENTS];
    bool told; /* of a stream that the converter cannot play */
};

struct sim_node {
    uint8_t nid;
    uint8_t pin_bits;  /* of the pin control that there are */
    uint8_t gpio_bits; /* of the GPIO controls that there are */
    struct sim_codec *codec;
    enum sim_node_kind kind;
    unsigned has; /* SIM_HAS_ */
    unsigned type;
    const struct codec_dump_node *dump; /* of a widget */
    uint32_t power_states;
    uint32_t input_amp_caps; /* in effect: its own, or the function group's */
    uint32_t output_amp_caps;
    unsigned input_amp_count;
    uint32_t configuration; /* survives resets */
    uint32_t subsystem_id;  /* of a function group; survives resets */
    struct sim_node_state state;
};

/* What a pin gets from a converter: the sum over all ways there. */
struct sim_source {
    struct sim_node *converter;
    double gain[2]; /* left, right; 0 is muted, 1 is exactly 0 dB */
};

/* What several streams send to one pin, until the stream that leads has come as far. */
struct sim_mix {
    int64_t *samples; /* NULL until needed */
    size_t held[16];  /* frames of each stream tag that wait */
    unsigned channels;
    unsigned leader; /* stream tag, 0: none */
    uint16_t format; /* of the leader */
    bool told;       /* of a stream of another rate */
};

/* An output pin. */
struct sim_ear {
    struct sim_node *pin;
    hdabus_sink *sink; /* NULL: nobody hears it */
    void *context;
    unsigned source_count;
    struct sim_source sources[CODEC_DUMP_NODES];
    struct sim_mix mix;
};

#define SIM_MIX_FRAMES   16384 /* that one stream may be ahead of another */
#define SIM_CHUNK_FRAMES 256   /* that are computed at a time */
#define SIM_CHANNELS     16

struct sim_codec {
    struct codec_dump dump;
    sim_fault_routine *fault;
    void *fault_context;
    struct sim_node *nodes[CODEC_DUMP_NODES]; /* by NID */
    struct sim_node *store;
    unsigned node_count;
    struct sim_ear *ears;
    unsigned ear_count;
    bool stale;          /* a verb may have changed a way */
    uint8_t reset_group; /* NID of the function reset that was the command before, or 0 */
    int64_t sums[SIM_CHUNK_FRAMES * SIM_CHANNELS];
    int32_t samples[SIM_CHUNK_FRAMES * SIM_CHANNELS];
};

/* Reports to the codec's fault routine. */
void sim_codec_fault(struct sim_codec *codec, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* codec_node.c: what a node is, made from the dump. */
void sim_node_init(struct sim_node *node);
void sim_node_reset(struct sim_node *node);
/* The power state it is in: no better than its function group's (HDA 7.3.3.10). */
uint8_t sim_node_power(const struct sim_node *node);
/* How many channels a widget carries (HDA 7.3.4.6). */
unsigned sim_node_channels(const struct sim_node *node);
/* Whether a converter can take a PCM format (HDA 7.3.4.7). */
bool sim_node_can_play(const struct sim_node *node, uint16_t format);

/* codec_parameter.c: the answer to verb F00h. */
uint32_t sim_node_parameter(struct sim_node *node, uint32_t parameter);

/* codec_route.c: which converters a pin hears, and how loud. */
void sim_ear_route(struct sim_ear *ear);

/* codec_audio.c: sends what a mixer still holds to the sink, and leaves it empty. */
void sim_ear_flush(struct sim_codec *codec, struct sim_ear *ear);

/* ---- A converter format (HDA 3.7.1) ---------------------------------------------------------- */

static inline unsigned sim_format_channels(uint16_t format)
{
    return (format >> HDA_FORMAT_CHANNELS_SHIFT & 0xF) + 1u;
}

static inline unsigned sim_format_bits(uint16_t format)
{
    static const uint8_t bits[8] = {8, 16, 20, 24, 32, 32, 32, 32};
    return bits[format >> HDA_FORMAT_BITS_SHIFT & 7];
}

static inline unsigned sim_format_rate(uint16_t format)
{
    unsigned base = format & HDA_FORMAT_BASE_44_1 ? 44100 : 48000;
    return base * ((format >> HDA_FORMAT_MULTIPLE_SHIFT & 7) + 1u) /
           ((format >> HDA_FORMAT_DIVISOR_SHIFT & 7) + 1u);
}

#endif
