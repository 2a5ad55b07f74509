/* SPDX-License-Identifier: BSD-2-Clause */
/* words.h - what the fields of a codec's parameters and settings mean, in the words of the ALSA dump format.
 * No function returns NULL. */
#ifndef CODEC_WORDS_H
#define CODEC_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* "Pin Complex" and so on, of widget capabilities. */
const char *widget_type_word(uint32_t caps);
/* What people call it: "DAC", "mixer", "pin" and so on. */
const char *widget_kind_word(uint32_t caps);

/* Of a configuration default (HDA 7.3.3.31): "Jack", "HP Out", "Ext", "Rear", "1/8", "Black". */
const char *port_word(uint32_t config);
const char *device_word(uint32_t config);
const char *place_word(uint32_t config);
const char *location_word(uint32_t config);
const char *connector_word(uint32_t config);
const char *color_word(uint32_t config);

#define PIN_NAME_SIZE 96
/* What a person at the machine calls a pin, by its configuration default: "Green line-out jack, rear",
 * "Internal speaker", or "Not connected". */
void pin_name(uint32_t config, char name[PIN_NAME_SIZE]);

#define AMP_RANGE_SIZE 64
/* What an amplifier can do (HDA 7.3.4.10): "-34.5 to +12 dB by 1.5, mute", or "0 dB" for one that can do
 * nothing. */
void amp_range(uint32_t amp_caps, char range[AMP_RANGE_SIZE]);

/* "D0" to "D3cold" (HDA 7.3.3.10). */
const char *power_state_word(unsigned state);

#define PCM_RATES 12
#define PCM_SIZES 5
/* What bit n of parameter 0Ah stands for: Hz from bit 0, bits of a sample from bit 16 (HDA 7.3.4.7). */
unsigned pcm_rate(unsigned bit);
unsigned pcm_size(unsigned bit);

/* Who made the codec, by the upper half of its vendor id; "" when that is not known. */
const char *vendor_word(uint32_t vendor_id);

#define CODEC_NAME_SIZE 64
/* What a codec is called by its vendor id: "Realtek ID 262", or "Generic 1de4 ID 1". */
void codec_id_name(uint32_t vendor_id, char name[CODEC_NAME_SIZE]);

#endif
