/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cable.c - from a pin to a pin: what leaves the one goes into the other in the same frame.
 *
 * A cable keeps nothing for later: what left while nobody recorded is gone. Streams of one rate need not have
 * their sample blocks in the same frames, though, when the rate is no multiple of the link's (HDA 5.4.1), and
 * the simulator moves many frames in one step. So while both ends are at work the cable holds what one has
 * left and the other not taken, and two streams of such a rate that began in different frames are a block
 * apart, so that the second never finds the cable empty.
 */
#include <stdlib.h>
#include <string.h>

#include "device/sim/codec_state.h"

#define MOST_FRAMES 65536 /* far more than the steps of two streams can differ by */

/* The stream at one end. */
struct end {
    uint64_t since; /* the frame it began in */
    uint64_t until; /* when it can be told to be over */
    uint64_t mark;  /* the frame of its last block */
};

struct sim_cable {
    struct sim_cable *next; /* at the same ear */
    struct sim_ear *from;
    struct sim_feed *to;
    struct end writer, reader;
    unsigned rate, channels;
    size_t held; /* frames */
    size_t room; /* samples */
    int32_t *samples;
    bool told; /* of two rates, or of memory */
};

/* ---- Putting in and taking out --------------------------------------------------------------- */

struct sim_cable *sim_cable_create(struct sim_ear *from, struct sim_feed *to)
{
    struct sim_cable *cable = calloc(1, sizeof(*cable));
    if (cable == NULL)
        return NULL;
    sim_feed_clear(to);
    cable->from = from;
    cable->to = to;
    cable->next = from->cables;
    from->cables = cable;
    to->cable = cable;
    return cable;
}

void sim_cable_destroy(struct sim_cable *cable)
{
    struct sim_cable **link = &cable->from->cables;
    while (*link != cable)
        link = &(*link)->next;
    *link = cable->next;
    cable->to->cable = NULL;
    free(cable->samples);
    free(cable);
}

struct sim_cable *sim_cable_next(const struct sim_cable *cable)
{
    return cable->next;
}

void sim_cable_reset(struct sim_cable *cable)
{
    cable->writer = cable->reader = (struct end){.since = 0};
    cable->held = 0;
}

/* ---- What is held ---------------------------------------------------------------------------- */

static void complain(struct sim_cable *cable, const char *why)
{
    const struct sim_node *from = cable->from->pin, *to = cable->to->pin;
    if (cable->told)
        return;
    sim_codec_fault(to->codec, "codec %u: the cable from pin 0x%02x of codec %u to pin 0x%02x %s",
                    to->codec->dump.address, from->nid, from->codec->dump.address, to->nid, why);
    cable->told = true;
}

static bool make_room(struct sim_cable *cable, size_t frames)
{
    size_t samples = (cable->held + frames) * cable->channels;
    if (samples <= cable->room)
        return true;
    int32_t *grown = realloc(cable->samples, samples * sizeof(*grown));
    if (grown == NULL) {
        complain(cable, "finds no memory");
        return false;
    }
    cable->samples = grown;
    cable->room = samples;
    return true;
}

static void drop(struct sim_cable *cable, size_t frames)
{
    size_t gone = frames < cable->held ? frames : cable->held;
    if (gone == 0)
        return;
    cable->held -= gone;
    memmove(cable->samples, cable->samples + gone * cable->channels,
            cable->held * cable->channels * sizeof(*cable->samples));
}

/* Silence in front of what is held. */
static void delay(struct sim_cable *cable, size_t frames)
{
    size_t samples = frames * cable->channels;
    if (!make_room(cable, frames))
        return;
    memmove(cable->samples + samples, cable->samples,
            cable->held * cable->channels * sizeof(*cable->samples));
    memset(cable->samples, 0, samples * sizeof(*cable->samples));
    cable->held += frames;
}

/* Both ends are at work from now on. */
static void meet(struct sim_cable *cable)
{
    bool every_frame = cable->rate % SIM_FRAME_RATE == 0;
    if (!every_frame && cable->writer.since != cable->reader.since)
        delay(cable, (cable->rate + SIM_FRAME_RATE - 1) / SIM_FRAME_RATE);
}

static bool is_active(const struct end *end, uint64_t now)
{
    return end->until > now;
}

/* A stream has so many frames more. Returns whether it has just begun. */
static bool goes_on(struct end *end, uint64_t now, size_t frames, unsigned rate)
{
    bool begins = !is_active(end, now);
    if (begins)
        end->since = now;
    if (begins || end->mark != now)
        end->until = now + SIM_SPAN_SLACK;
    end->until += sim_span(frames, rate);
    end->mark = now;
    return begins;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void append(struct sim_cable *cable, const struct hdabus_audio *audio)
{
    if (cable->held + audio->frames > MOST_FRAMES)
        drop(cable, cable->held);
    if (!make_room(cable, audio->frames))
        return;
    memcpy(cable->samples + cable->held * cable->channels, audio->samples,
           audio->frames * cable->channels * sizeof(*cable->samples));
    cable->held += audio->frames;
}

static void set_format(struct sim_cable *cable, const struct hdabus_audio *audio)
{
    if (cable->rate == audio->sample_rate && cable->channels == audio->channels)
        return;
    cable->held = 0;
    cable->rate = audio->sample_rate;
    cable->channels = audio->channels;
}

void sim_cable_write(struct sim_cable *cable, const struct hdabus_audio *audio)
{
    uint64_t now = cable->from->pin->codec->frame;
    bool read = is_active(&cable->reader, now);
    set_format(cable, audio);
    if (!read && cable->writer.mark != now)
        cable->held = 0;
    if (goes_on(&cable->writer, now, audio->frames, audio->sample_rate) && read)
        meet(cable);
    append(cable, audio);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Both have as many channels as they have. */
static void copy(const struct sim_cable *cable, size_t frames, const struct hdabus_recording *recording)
{
    unsigned width = recording->channels;
    unsigned channels = width < cable->channels ? width : cable->channels;
    for (size_t i = 0; i < frames; i++)
        memcpy(recording->samples + i * width, cable->samples + i * cable->channels,
               channels * sizeof(*cable->samples));
}

static void begin_reading(struct sim_cable *cable, uint64_t now)
{
    if (cable->writer.mark != now)
        cable->held = 0;
    if (is_active(&cable->writer, now))
        meet(cable);
}

void sim_cable_read(struct sim_cable *cable, const struct hdabus_recording *recording)
{
    uint64_t now = cable->to->pin->codec->frame;
    sim_mix_settle(cable->from->pin->codec, cable->from, now);
    if (goes_on(&cable->reader, now, recording->frames, recording->sample_rate))
        begin_reading(cable, now);
    if (cable->rate != recording->sample_rate) {
        if (is_active(&cable->writer, now))
            complain(cable, "has a stream of another rate at each end");
        cable->held = 0;
    }
    size_t frames = recording->frames < cable->held ? recording->frames : cable->held;
    copy(cable, frames, recording);
    drop(cable, frames);
}
