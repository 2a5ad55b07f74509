/* SPDX-License-Identifier: BSD-2-Clause */
/* path.h - from a converter to an output pin, or from an input pin to a converter: finding the way, choosing
 * the pin, opening and closing it by verbs. */
#ifndef CODEC_PATH_H
#define CODEC_PATH_H

#include "topology.h"

enum path_direction {
    PATH_OUT, /* from a converter to a pin */
    PATH_IN,  /* from a pin to a converter */
};

struct path;

/* What a converter should carry, and which way; 0 stands for what does not matter. */
struct path_need {
    enum path_direction direction;
    unsigned channels;
    ULONG rate;
    unsigned bits;                    /* valid ones */
    const struct path *const *beside; /* paths that are open at the same time: no widget of theirs is used */
    unsigned beside_count;
    const struct path *const *joined; /* outwards: paths of the same stream, one of which it has to join, at a
                                       * widget from which both go the same way to the converter */
    unsigned joined_count;
    UCHAR converter;  /* this one; 0: any */
    bool exact;       /* for choosing: no other rate or width will do */
    bool jacks_first; /* for choosing: as in path_pin_rank() */
};

struct path_step {
    const struct widget *widget;
    UCHAR input; /* which of its connections leads to the next step; of no meaning for the last one */
};

#define PATH_MAX_STEPS 16

/* Against the way that sound takes: from the pin back to the converter or, inwards, from the converter back
 * to the pin. Points into the codec it was found in. */
struct path {
    enum path_direction direction;
    UCHAR channel; /* the first of the stream's channels that the converter takes; path_find() says 0 */
    unsigned count;
    struct path_step steps[PATH_MAX_STEPS];
};

const struct widget *path_pin(const struct path *path);
const struct widget *path_converter(const struct path *path);

/* Whether a widget, which may be NULL, is a pin for this direction. */
bool is_path_pin(const struct widget *widget, enum path_direction direction);

/* How many channels a widget lets through: a digital one two at least, for S/PDIF carries both whatever the
 * widget says of itself. */
unsigned path_channels(const struct widget *widget);

/* Finds the shortest way between a pin and a converter that takes what is needed, over mixers, selectors and
 * power widgets, all of them with as many channels. NOT_SUPPORTED: there is none. */
NTSTATUS path_find(const struct codec *codec, UCHAR pin, const struct path_need *need, struct path *path);

/* The less the better the pin, for comparing function groups, too. By its configuration default
 * (HDA 7.3.3.31) the kind of device comes first, a line before a speaker before headphones before digital
 * ones; inwards a line before a microphone before a CD before digital ones. Of one kind, as far as
 * codec_read_jacks() was called, one in which something is plugged comes before one that cannot tell, and
 * that before one that is empty. Then counts the association, and in one the sequence. With `jacks_first`
 * what is plugged in comes before all that cannot tell, as in a laptop headphones before its speakers. */
ULONG path_pin_rank(const struct widget *pin, enum path_direction direction, bool jacks_first);
/* Whether the configuration default says that something is connected to a pin, or can be. */
bool is_pin_connected(const struct widget *pin);

/* Like path_find(), but rather than fail takes a converter for other widths, or other rates too, as long as
 * the channels are there. `pin` 0: the best of the pins that are connected. *rank is that of the pin. */
NTSTATUS path_choose(const struct codec *codec, UCHAR pin, const struct path_need *need, struct path *path,
                     ULONG *rank);

/* Of what the converter takes: the rate nearest to `rate` that a link can carry (the higher of two as near);
 * 0: none. */
ULONG converter_rate(const struct widget *converter, ULONG rate);
/* Of 16, 20, 24 and 32 bits: the narrowest that holds `bits`, else the widest; 0: none. */
unsigned converter_bits(const struct widget *converter, unsigned bits);

/* Whether path_open() can set all amplifiers on the way to exactly 0 dB, so that samples pass unchanged. */
bool path_reaches_0_db(const struct path *path);

/* Makes a stream audible, or records it: powers the way, selects it, sets it to 0 dB, mutes what else a mixer
 * on it would add, enables the pin, and tells the converter which stream is its own. PASSIVE_LEVEL, blocks.
 * DEVICE_NOT_READY: a widget did not reach D0; else what the bus says. On failure the way is closed again. */
NTSTATUS path_open(const struct codec *codec, const struct path *path, HDAUDIO_CONVERTER_FORMAT format,
                   UCHAR stream);
/* Makes it silent: the pin off, the converter on no stream, the way powered down, and its function group:
 * what else of that is open goes silent, too. */
NTSTATUS path_close(const struct codec *codec, const struct path *path);

#endif
