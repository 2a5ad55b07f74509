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
 * in a row clear them (HDA 7.3.3.33, DCN HDA015-B). What a dump lacks is made up plausibly, as
 * docs/SIMCODEC.md says; every jack that can tell has something plugged in, every volume knob is turned up,
 * and general purpose inputs are low.
 *
 * Power. A setting that saves power takes effect at once, and the way up takes SIM_SETTLE_FRAMES: until then
 * PS-Act is not PS-Set, and no sound passes.
 *
 * Output. A converter's frames leave a pin when the pin is enabled for output, and its EAPD set if it has
 * one; when every widget from the pin back to the converter, and the function group, is in D0; when selectors
 * and the pin select that way; and when a digital converter has DIGEN set. If one of these fails nothing
 * leaves the pin. If the amplifiers on the way are muted, or the converter's format or number of SDO lines is
 * not the stream's, zeros do. Amplifiers apply their gain; where all add up to exactly 0 dB samples are not
 * touched. Mixers add, saturating, and streams that meet at a pin do so frame by frame: where converters with
 * several streams lead there, it is heard when the controller has said that the next frame begins. Frames
 * have the channels that the converter takes from the stream. A beep generator adds its tone at all pins
 * whose connections lead to it or, if none do, at all that are enabled for output; where no stream is heard
 * the tone leaves the pin as 16 bits stereo at 48 kHz.
 *
 * Input. A converter in D0 with a stream sends; a pin enabled for input is heard under the same rules, from
 * the converter back to the pin. Where no pin is heard, zeros are sent, and a pin that is muted is not heard.
 * Output converters that a mixer on the way leads to as well are not recorded. What goes into a pin is asked
 * for once in each frame and sampling rate, with as many channels and bits as the widest converter takes that
 * records it, so that all that record the pin at one rate get the same samples; those at another rate are
 * asked for separately.
 *
 * Unsolicited responses (HDA 7.3.1) hold the tag and below it, of a jack 0; of an HDMI or DisplayPort pin
 * presence in bit 0 and in bit 1 whether its ELD is valid; of a function group what verb F15h reads; of a
 * knob its volume. 32 can wait; later ones of a node are then one. After a link reset none is
 * sent before the first command has come (DCN HDA015-B). With the link in reset a codec wakes it for what
 * would have been told when it went down, and for the inputs that GPIO or GPI wake enable names.
 */
#ifndef SIM_CODEC_H
#define SIM_CODEC_H

#include <sim.h>

#include "codec/dump.h"
#include "link.h"

/* How long the way up to a better power state takes: 10 ms, the most that DCN HDA015-B allows from D3. */
#define SIM_SETTLE_FRAMES 480

/* A codec that answers as the dumped one would, with the state of a codec after power-up. Copies what it
 * needs of `dump`. Faults go to `fault` (never NULL). NULL without memory. */
struct sim_codec *sim_codec_create(const struct codec_dump *dump, sim_fault_routine *fault, void *context);
void sim_codec_destroy(struct sim_codec *codec);

/* Sends what leaves a pin to `sink`, or with NULL nowhere; what a mixer still holds goes out first. False
 * when the codec has no such pin. A pin that nobody hears costs nothing. */
bool sim_codec_hear(struct sim_codec *codec, uint8_t pin, hdabus_sink *sink, void *context);

/* Takes what goes into a pin from `source`, or with NULL from nowhere. False when the codec has no such pin.
 */
bool sim_codec_feed(struct sim_codec *codec, uint8_t pin, hdabus_source *source, void *context);

/* A cable between two pins, also of two codecs of one link. It stays until the second pin is fed otherwise or
 * one of the codecs is destroyed. What hdabus_sim_connect() returns. */
NTSTATUS sim_codec_connect(struct sim_codec *from, uint8_t from_pin, struct sim_codec *to, uint8_t to_pin);

/* Plugs something into a jack or pulls it out. False when there is no such pin, or it cannot tell. */
bool sim_codec_plug(struct sim_codec *codec, uint8_t pin, bool plugged);

/* Drives general purpose inputs, GPIOs and GPIs alike, of the audio function group or, where there is none,
 * of the modem. False when `mask` names one that is not there. */
bool sim_codec_gpio(struct sim_codec *codec, uint8_t mask, uint8_t levels);

/* Turns a volume knob. False when there is none at this NID, or it does not go so far. */
bool sim_codec_turn(struct sim_codec *codec, uint8_t knob, uint8_t volume);

/* The codec that is there when nobody names one: a dump text of our own. */
extern const char sim_default_codec[];

#endif
