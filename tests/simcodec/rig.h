/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.h - a simulated codec on a bench: verbs in, audio in, what pins and faults say out. */
#ifndef RIG_H
#define RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hdacodec.h>

#include "codec/dump.h"
#include "device/sim/codec.h"

#define RIG_SAMPLES (1 << 17)
#define NEVER       UINT64_MAX

#define BOTH     (HDA_AMP_SET_LEFT | HDA_AMP_SET_RIGHT)
#define OUTPUT   (HDA_AMP_SET_OUTPUT | BOTH)
#define INPUT(i) (HDA_AMP_SET_INPUT | BOTH | (i) << HDA_AMP_SET_INDEX_SHIFT)

/* What has come out of a pin. */
struct ear {
    unsigned calls;
    unsigned rate, channels, bits; /* of the last call */
    size_t frames;
    size_t samples; /* kept in `heard` */
    const int32_t *last;
    int32_t heard[RIG_SAMPLES];
};

/* What goes into a pin: a ramp of samples of the size asked for, none of them zero. */
struct mouth {
    unsigned calls;
    unsigned rate, channels, bits; /* of the last call */
    size_t frames;
};

struct rig {
    struct sim_codec *codec;
    uint64_t frame;
    unsigned faults;
    char fault[256]; /* the last */
};

/* A whole file, terminated; the caller frees it. Fails the test if there is none. */
char *read_text(const char *path, size_t *size);
/* A dump from the folder of this test's dumps; the caller frees it. Fails the test unless it parses. */
struct codec_dump *read_dump(const char *name);

/* A codec from a dump of ours, NULL for the built-in one. */
struct rig *rig_open(const char *dump);
/* One from a dump that a test has made; it may go when this returns. */
struct rig *rig_open_dump(const struct codec_dump *dump);
void rig_close(struct rig *rig);

/* Sends verbs with twelve bits of id and with four. */
uint32_t verb(struct rig *rig, unsigned nid, unsigned id, unsigned payload);
uint32_t verb4(struct rig *rig, unsigned nid, unsigned id, unsigned payload);
uint32_t parameter(struct rig *rig, unsigned nid, unsigned which);
/* Either, by the id's size. */
uint32_t send_verb(struct rig *rig, unsigned nid, unsigned id, unsigned payload);

/* Lets link frames pass. */
void pass(struct rig *rig, uint64_t frames);
/* Lets them pass until every power state is reached. */
void settle(struct rig *rig);

/* Sends a block of a stream, when every power state is reached. */
void play(struct rig *rig, unsigned stream, uint16_t format, size_t frames, const int32_t *samples);
/* A converter format: rate 44100 or 48000. */
uint16_t format_of(unsigned rate, unsigned bits, unsigned channels);

/* Records a block of a stream, when every power state is reached; returns whether the codec sends it. */
bool record(struct rig *rig, unsigned stream, uint16_t format, size_t frames, int32_t *samples);

void listen_to(struct rig *rig, uint8_t pin, struct ear *ear);
/* Forgets what was heard. */
void forget(struct ear *ear);
void speak_into(struct rig *rig, uint8_t pin, struct mouth *mouth);
/* The i-th sample of what a mouth says. */
int32_t said(size_t i, unsigned bits);

#endif
