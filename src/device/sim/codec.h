/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.h - a simulated codec made from a dump. What the controller calls is in link.h. */
#ifndef SIM_CODEC_H
#define SIM_CODEC_H

#include <sim.h>

#include "codec/dump.h"
#include "link.h"

/* A codec that answers as the dumped one would, with the state of a codec after power-up. Copies what it needs of `dump`. Faults go
 * to `fault` (never NULL). NULL without memory. */
struct sim_codec *sim_codec_create(const struct codec_dump *dump, sim_fault_routine *fault, void *context);
void sim_codec_destroy(struct sim_codec *codec);

/* Sends what leaves a pin to `sink`, or with NULL nowhere. False when the codec has no such pin. */
bool sim_codec_hear(struct sim_codec *codec, uint8_t pin, hdabus_sink *sink, void *context);

/* The codec that is there when nobody names one: a dump text of our own. */
extern const char sim_default_codec[];

#endif
