/* SPDX-License-Identifier: BSD-2-Clause */
/* codec_state.h - what a simulated codec consists of, for the files codec*.c and cable.c only. */
#ifndef SIM_CODEC_STATE_H
#define SIM_CODEC_STATE_H

#include <hdacodec.h>

#include "device/sim/codec.h"

enum sim_node_kind { SIM_ROOT, SIM_AUDIO_GROUP, SIM_MODEM_GROUP, SIM_WIDGET };

/* Which verbs a node knows (HDA 7.3.6). */
#define SIM_HAS_GROUP       0x0001u /* is a function group */
#define SIM_HAS_GPIO        0x0002u
#define SIM_HAS_CONVERTER   0x0004u
#define SIM_HAS_INPUT       0x0008u /* is an input converter */
#define SIM_HAS_DIGITAL     0x0010u /* is a digital converter */
#define SIM_HAS_PIN         0x0020u
#define SIM_HAS_EAPD        0x0040u /* or balanced output, or a swap of left and right */
#define SIM_HAS_CONNECTIONS 0x0080u
#define SIM_HAS_SELECT      0x0100u /* takes one of its connections at a time */
#define SIM_HAS_POWER       0x0200u
#define SIM_HAS_UNSOLICITED 0x0400u
#define SIM_HAS_PROCESSING  0x0800u
#define SIM_HAS_KNOB        0x1000u
#define SIM_HAS_BEEP        0x2000u
#define SIM_HAS_STRIPE      0x4000u
#define SIM_HAS_DISPLAY     0x8000u /* is an HDMI or DisplayPort pin */

#define SIM_NEVER UINT64_MAX

#define SIM_POWER_STATES   0x1Fu /* D0 to D3cold in parameter 0Fh */
#define SIM_POWER_D0_TO_D3 0x0Fu /* what a node has whose dump tells no power states */

#define SIM_MODEM_GPIO 0xC0000002u /* parameter 11h of a modem: two, that tell of events and wake */

#define SIM_STREAMS 16 /* tags; 0 is none */

#define SIM_AUDIO_SLOTS 16 /* of an HDMI audio sample packet that a channel can be mapped to */
#define SIM_PACKET      32 /* bytes of a data island packet */

/* An amplifier's settings: mute 7, gain 6:0. */
struct sim_amp {
    uint8_t side[2];
};

/* What an HDMI or DisplayPort pin has in addition. */
struct sim_display {
    uint8_t packet[SIM_PACKET]; /* the audio info frame, the only data island packet that it sends */
    uint8_t packet_index;       /* packet 7:5, byte 4:0 */
    uint8_t transmit;
    uint8_t protection;
    uint8_t slots[SIM_AUDIO_SLOTS]; /* the converter's channel in each */
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
    uint8_t power;         /* PS-Set */
    uint8_t settled_power; /* PS-Act, were it alone */
    bool power_error;
    uint8_t unsolicited;
    uint8_t sdi_select;
    uint8_t processing;
    uint8_t knob; /* direct 7 */
    uint8_t beep;
    uint8_t stripe;
    uint8_t channel_count;
    uint8_t gpio_data, gpio_enable, gpio_direction, gpio_wake, gpio_unsolicited, gpio_sticky, gpio_latched;
    uint8_t gpi_wake, gpi_unsolicited, gpi_sticky, gpi_latched, gpo_data;
    uint32_t sense; /* of a pin that has to be told to measure */
    uint32_t digital;
    uint16_t coefficient;
    struct sim_display display;
    bool told; /* of a stream that the converter cannot take */
};

struct sim_node {
    uint8_t nid;
    struct sim_codec *codec;
    enum sim_node_kind kind;
    unsigned has; /* SIM_HAS_ */
    unsigned type;
    const struct codec_dump_node *dump; /* of a widget */

    /* Bits of controls that there are. */
    uint8_t pin_bits, eapd_bits, processing_bits;
    uint8_t gpio_bits, gpio_wake_bits, gpio_unsolicited_bits;
    uint8_t gpi_bits, gpi_wake_bits, gpi_unsolicited_bits, gpo_bits;
    uint32_t power_states;   /* as parameter 0Fh says */
    uint32_t input_amp_caps; /* in effect: its own, or the function group's */
    uint32_t output_amp_caps;
    unsigned input_amp_count;

    /* What survives resets: a BIOS's settings, and the world outside. */
    uint32_t configuration;
    uint32_t subsystem_id; /* of a function group */
    bool plugged;          /* a pin: something is in the jack */
    uint8_t levels;        /* a function group: at its general purpose inputs */
    uint8_t knob_volume;
    bool settings_reset; /* since the last verb that sets something (DCN HDA015-B) */
    uint64_t settles;    /* the frame in which the power state set is reached, or SIM_NEVER */

    bool wakes;                    /* with the link in reset it tells of events */
    uint8_t wake_gpios, wake_gpis; /* and so do these inputs */
    bool missed;                   /* an event that found the queue full */
    uint32_t missed_content;

    struct sim_ear *ear;   /* of a pin */
    struct sim_feed *feed; /* of a pin */
    unsigned coefficient_count;
    uint16_t *coefficients;
    struct sim_node_state state;
};

/* A converter that a pin hears, or a pin that a converter hears: the sum over all ways there. */
struct sim_source {
    struct sim_node *node;
    double gain[2]; /* left, right as they arrive; 0 is muted, 1 is exactly 0 dB */
    bool swapped;   /* left arrives as right */

    /* Of a pin: what the converter has had of it in frame `mark`. */
    uint64_t mark;
    size_t taken;
    const int32_t *heard; /* in the request at work; NULL: silence */
    unsigned width;       /* channels of that */
};

struct sim_route {
    unsigned count;
    struct sim_source *sources; /* room for all that there can be */
};

/* One of several streams that meet at a pin. */
struct sim_mix_stream {
    size_t held; /* frames that wait */
    uint64_t
        until; /* the frame up to which it has had its blocks and, of a slow rate, can be told to be over */
};

/* What several streams send to one pin, until all have it. */
struct sim_mix {
    int64_t *samples; /* NULL until needed */
    unsigned channels;
    uint16_t format; /* of the first */
    unsigned first;  /* stream tag */
    struct sim_mix_stream streams[SIM_STREAMS];
    bool told; /* of a stream of another rate, or of memory */
};

/* What leaves a pin. */
struct sim_ear {
    struct sim_node *pin;
    hdabus_sink *sink; /* NULL: nobody hears it */
    void *context;
    struct sim_cable *cables; /* that begin here */
    struct sim_route route;
    double beep_gain[2];      /* of the tone that sounds; 0: none */
    bool crowded;             /* converters of several streams lead here */
    uint64_t streaming_until; /* a stream has been heard until this frame, or a little less */
    struct sim_mix mix;
};

/* What went into a pin at one sampling rate in one frame, or in all frames of a step. */
struct sim_batch {
    struct sim_batch *next;
    unsigned rate;
    unsigned channels, bits; /* of the widest converter that hears the pin */
    uint64_t mark;           /* the frame */
    size_t frames;
    size_t room; /* samples */
    int32_t *samples;
};

/* What goes into a pin. */
struct sim_feed {
    struct sim_node *pin;
    hdabus_source *source; /* NULL: nobody feeds it */
    void *context;
    struct sim_cable *cable; /* that ends here, or NULL */
    unsigned hearers;        /* ways to converters that send */
    struct sim_batch *batches;
};

/* An input converter. */
struct sim_intake {
    struct sim_node *converter;
    struct sim_route route;
};

#define SIM_MIX_FRAMES   8192 /* that wait at most: two steps of the fastest stream */
#define SIM_CHUNK_FRAMES 64   /* that are computed at a time */
#define SIM_CHANNELS     16
#define SIM_EVENTS       32 /* unsolicited responses that wait */

/* An unsolicited response. */
struct sim_event {
    uint8_t nid;
    uint32_t response;
};

/* Unsolicited responses in their order. */
struct sim_events {
    unsigned first, count;
    struct sim_event ring[SIM_EVENTS];
    bool missed; /* by a node */
};

/* What is kept of a dump. */
struct sim_dump {
    uint8_t address;
    uint32_t vendor_id, subsystem_id, revision_id;
    uint8_t audio_group, modem_group;
    bool audio_unsolicited, modem_unsolicited;
    struct codec_dump_pcm pcm;
    struct codec_dump_amp_caps input_amp, output_amp;
    struct codec_dump_power power;
    uint32_t gpio;
    unsigned node_count;
    struct codec_dump_node *nodes;
};

struct sim_codec {
    struct sim_dump dump;
    sim_fault_routine *fault;
    void *fault_context;
    struct sim_node *nodes[CODEC_DUMP_NODES]; /* by NID */
    struct sim_node *store;
    unsigned node_count;
    struct sim_ear *ears;
    struct sim_feed *feeds;
    unsigned pin_count;
    struct sim_intake *intakes;
    unsigned intake_count;
    struct sim_source *sources; /* of all routes */
    uint16_t *coefficients;     /* of all nodes */
    struct sim_node *beep;      /* the beep generator, or NULL */
    bool beep_wired;            /* some widget has it in its connection list */
    struct sim_node *knob;      /* the volume knob, or NULL */

    bool stale;          /* a way may have changed */
    uint8_t reset_group; /* NID of the function reset that was the command before, or 0 */
    bool down;           /* the link is in reset */
    bool waking;         /* and something happened meanwhile */
    bool mixing;         /* something waits at a pin */
    bool addressed;      /* a command has come since */
    uint64_t frame;      /* the current one */
    uint64_t settles;    /* the first frame in which a node reaches its power state, or SIM_NEVER */
    struct sim_events events;
    int64_t sums[SIM_CHUNK_FRAMES * SIM_CHANNELS];
    int32_t samples[SIM_CHUNK_FRAMES * SIM_CHANNELS];
};

/* ---- codec.c --------------------------------------------------------------------------------- */

/* Reports to the codec's fault routine. */
void sim_codec_fault(struct sim_codec *codec, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A pin, or NULL. */
struct sim_node *sim_codec_pin(const struct sim_codec *codec, uint8_t nid);

/* ---- codec_node.c: what a node is, made from the dump ---------------------------------------- */

void sim_node_init(struct sim_node *node);
void sim_node_reset(struct sim_node *node);
/* How many channels a widget carries (HDA 7.3.4.6). */
unsigned sim_node_channels(const struct sim_node *node);
/* Whether a converter can take a PCM format (HDA 7.3.4.7). */
bool sim_node_can_play(const struct sim_node *node, uint16_t format);

/* ---- codec_power.c: power states and resets -------------------------------------------------- */

uint32_t sim_power_get(struct sim_node *node, uint32_t payload);
uint32_t sim_power_set(struct sim_node *node, uint32_t payload);
uint32_t sim_function_reset(struct sim_node *group, uint32_t payload);
/* The power state it is in: no better than its function group's (HDA 7.3.3.10). */
uint8_t sim_node_power(const struct sim_node *node);
/* A frame has begun. */
void sim_power_frame(struct sim_codec *codec);

/* ---- codec_event.c: unsolicited responses ---------------------------------------------------- */

/* Something happened at a node, `content` says what in bits 25:0: tells of it if that is enabled. */
void sim_event_raise(struct sim_node *node, uint32_t content);
/* The link goes down: what is enabled now wakes it. Before settings are lost. */
void sim_events_down(struct sim_codec *codec);

/* ---- codec_pin.c: jacks, knobs --------------------------------------------------------------- */

uint32_t sim_pin_sense(struct sim_node *node, uint32_t payload);
uint32_t sim_pin_measure(struct sim_node *node, uint32_t payload);
uint32_t sim_pin_control(struct sim_node *node, uint32_t payload);
uint32_t sim_knob_get(struct sim_node *node, uint32_t payload);
uint32_t sim_knob_set(struct sim_node *node, uint32_t payload);
/* The step that the knob sets a widget's output amplifier to; negative: none. */
int sim_knob_step(const struct sim_node *node);

/* ---- codec_display.c: HDMI and DisplayPort --------------------------------------------------- */

/* Whether a display is at the pin and has told what it is. */
bool sim_display_is_known(const struct sim_node *pin);
uint32_t sim_display_size(struct sim_node *node, uint32_t payload);
uint32_t sim_display_eld(struct sim_node *node, uint32_t index);
uint32_t sim_display_data(struct sim_node *node, uint32_t payload);
uint32_t sim_display_set_data(struct sim_node *node, uint32_t payload);
uint32_t sim_display_slot(struct sim_node *node, uint32_t payload);
uint32_t sim_display_set_slot(struct sim_node *node, uint32_t payload);

/* ---- codec_list.c: connection lists ---------------------------------------------------------- */

/* Parameter 0Eh of a widget, and the answer to verb F02h. */
uint32_t sim_list_length(const struct sim_node *node);
uint32_t sim_list_entries(struct sim_node *node, uint32_t index);

/* ---- codec_gpio.c ---------------------------------------------------------------------------- */

uint32_t sim_gpio_get_data(struct sim_node *group, uint32_t payload);
uint32_t sim_gpio_set_data(struct sim_node *group, uint32_t payload);
uint32_t sim_gpi_get_data(struct sim_node *group, uint32_t payload);
uint32_t sim_gpi_set_data(struct sim_node *group, uint32_t payload);

/* ---- codec_parameter.c: the answer to verb F00h ---------------------------------------------- */

uint32_t sim_node_parameter(struct sim_node *node, uint32_t parameter);

/* ---- codec_route.c: which converters a pin hears, which pins a converter hears, and how loud - */

/* Finds all ways anew if a verb may have changed one. */
void sim_codec_route(struct sim_codec *codec);

/* ---- codec_audio.c: from the link to the pins ------------------------------------------------ */

bool sim_ear_is_heard(const struct sim_ear *ear);
/* Frames of at most SIM_CHUNK_FRAMES leave the pin, as sums. */
void sim_ear_deliver(struct sim_codec *codec, struct sim_ear *ear, uint16_t format, unsigned channels,
                     const int64_t *sums, size_t frames);
/* Why an input or output converter cannot take a stream, or NULL. */
const char *sim_converter_objection(const struct sim_node *converter, uint16_t format, unsigned lines);
/* Tells of it, once per setting of the converter. */
void sim_converter_check(struct sim_node *converter, const char *objection, unsigned stream);
/* HDA 7.3.3.11: from its channel on, as many as the converter has and the stream goes on. */
unsigned sim_converter_channels(const struct sim_node *converter, uint16_t format);

/* A source that takes part in a block. */
struct sim_voice {
    const struct sim_source *source;
    unsigned first; /* of the stream's channels */
    unsigned channels;
};

struct sim_voices {
    unsigned count; /* that are not silent */
    unsigned channels;
    struct sim_voice voice[2 * CODEC_DUMP_NODES];
};

/* Adds `frames` of the block from frame `start` on to sums of `width` channels. */
void sim_voices_add(const struct sim_voices *voices, const struct sim_link_block *block, size_t start,
                    size_t frames, unsigned width, int64_t *sums);

/* ---- codec_mix.c: streams that meet at a pin ------------------------------------------------- */

bool sim_mix_holds(const struct sim_mix *mix);
void sim_mix_add(struct sim_codec *codec, struct sim_ear *ear, const struct sim_voices *voices,
                 const struct sim_link_block *block);
/* What every stream at work has left the pin before frame `now` goes out. */
void sim_mix_settle(struct sim_codec *codec, struct sim_ear *ear, uint64_t now);
void sim_codec_mix(struct sim_codec *codec, uint64_t now);
/* All that waits goes out, and nothing is known of any stream. */
void sim_mix_flush(struct sim_codec *codec, struct sim_ear *ear);

/* ---- codec_beep.c ---------------------------------------------------------------------------- */

bool sim_beep_sounds(const struct sim_codec *codec);
/* Adds the tone to frames at `rate` that begin `start` frames behind the current link frame. */
void sim_beep_add(const struct sim_codec *codec, const struct sim_ear *ear, int64_t *sums, unsigned width,
                  unsigned rate, size_t start, size_t frames);
/* Link frames have gone by since the current one, up to `frame`: pins without a stream have had the tone. */
void sim_beep_frame(struct sim_codec *codec, uint64_t frame);

/* ---- codec_input.c: from the pins to the link ------------------------------------------------ */

/* Nothing feeds the pin any more, and what was kept of it goes. */
void sim_feed_clear(struct sim_feed *feed);
/* Ways are found anew: what was asked for may have been in another format. */
void sim_feed_begin(struct sim_feed *feed);

/* ---- cable.c: from a pin to a pin ------------------------------------------------------------ */

/* Puts a cable in; NULL without memory. */
struct sim_cable *sim_cable_create(struct sim_ear *from, struct sim_feed *to);
/* Takes it out at both ends. */
void sim_cable_destroy(struct sim_cable *cable);
/* The link was reset: nothing is on the way. */
void sim_cable_reset(struct sim_cable *cable);
void sim_cable_write(struct sim_cable *cable, const struct hdabus_audio *audio);
void sim_cable_read(struct sim_cable *cable, const struct hdabus_recording *recording);
/* The next one that begins at the same pin. */
struct sim_cable *sim_cable_next(const struct sim_cable *cable);

/* ---- Sums, in 64 bits ------------------------------------------------------------------------ */

static inline int64_t sim_amplify(int32_t sample, double gain)
{
    double product = sample * gain;
    if (gain == 1)
        return sample;
    return (int64_t)(product < 0 ? product - 0.5 : product + 0.5);
}

/* To the nearest sample of so many bits, saturating. */
static inline int32_t sim_settle(int64_t sum, unsigned bits)
{
    int64_t step = (int64_t)1 << (32 - bits);
    int64_t most = INT32_MAX - (step - 1);
    if (sum % step != 0)
        sum = (sum >= 0 ? sum + step / 2 : sum - step / 2) / step * step;
    if (sum > most)
        return (int32_t)most;
    return sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

/* Where channel `c` of so many comes from. */
static inline unsigned sim_source_channel(const struct sim_source *source, unsigned c, unsigned channels)
{
    return source->swapped && (c ^ 1) < channels ? c ^ 1 : c;
}

/* ---- Time ------------------------------------------------------------------------------------ */

#define SIM_FRAME_RATE 48000u

/* A stream that has had no block for so many link frames is over: slow formats leave some empty (HDA 5.4.1).
 */
#define SIM_SPAN_SLACK 16

/* The link frames that so many sample blocks take, rounded up. */
static inline uint64_t sim_span(size_t blocks, unsigned rate)
{
    return ((uint64_t)blocks * SIM_FRAME_RATE + rate - 1) / rate;
}

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
