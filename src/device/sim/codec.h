/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec.h - a simulated codec made from a dump. What the controller calls is in link.h.
 *
 * State. After power-up and each reset the codec has what HDA leaves to a codec at its least convenient, so
 * that a driver that forgets a step is heard: function groups and widgets with power control in D3,
 * amplifiers at their lowest step and muted where they can be, pins disabled, EAPD off, converters without a
 * stream, connection 0 selected. The settings in the dump are some driver's and are not used; configuration
 * defaults and subsystem ids are a BIOS's and survive resets. A codec that claims EPSS keeps its settings
 * over a link reset and a single function reset, which only take the converters' streams; two function resets
 * in a row clear them (HDA 7.3.3.33, DCN HDA015-B). What a dump lacks (function group capabilities, pin
 * sense, power states on old kernels) is made up plausibly; every jack that can tell has something plugged
 * in.
 *
 * Sound. A converter's frames leave a pin when the pin is enabled for output, and its EAPD set if it has one;
 * when every widget from the pin back to the converter, and the function group, is in D0; when selectors and
 * the pin select that way; and when a digital converter has DIGEN set. If one of these fails nothing leaves
 * the pin. If the amplifiers on the way are muted, or the converter's format is not the stream's, zeros do.
 * Amplifiers apply their gain; where all add up to exactly 0 dB samples are not touched. Mixers add,
 * saturating. Frames have the channels that the converter takes from the stream.
 */
#ifndef SIM_CODEC_H
#define SIM_CODEC_H

#include <sim.h>

#include "codec/dump.h"
#include "link.h"

/* A codec that answers as the dumped one would, with the state of a codec after power-up. Copies what it
 * needs of `dump`. Faults go to `fault` (never NULL). NULL without memory. */
struct sim_codec *sim_codec_create(const struct codec_dump *dump, sim_fault_routine *fault, void *context);
void sim_codec_destroy(struct sim_codec *codec);

/* Sends what leaves a pin to `sink`, or with NULL nowhere; what a mixer still holds goes out first. False
 * when the codec has no such pin. A pin that nobody hears costs nothing. */
bool sim_codec_hear(struct sim_codec *codec, uint8_t pin, hdabus_sink *sink, void *context);

/* The codec that is there when nobody names one: a dump text of our own. */
extern const char sim_default_codec[];

#endif
