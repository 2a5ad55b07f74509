/* SPDX-License-Identifier: BSD-2-Clause */
/* words.c - what the fields of a codec's parameters and settings mean, in the words of the ALSA dump format.
 */
#include "words.h"

#include <ctype.h>
#include <hdacodec.h>
#include <stdio.h>
#include <wdm.h>

/* Where a table has no word. */
#define UNKNOWN "UNKNOWN"

static const char *pick(const char *const *words, unsigned count, unsigned index)
{
    return index < count && words[index] ? words[index] : UNKNOWN;
}

const char *widget_type_word(uint32_t caps)
{
    static const char *const words[16] = {
        [HDA_WIDGET_AUDIO_OUTPUT] = "Audio Output",
        [HDA_WIDGET_AUDIO_INPUT] = "Audio Input",
        [HDA_WIDGET_MIXER] = "Audio Mixer",
        [HDA_WIDGET_SELECTOR] = "Audio Selector",
        [HDA_WIDGET_PIN] = "Pin Complex",
        [HDA_WIDGET_POWER_WIDGET] = "Power Widget",
        [HDA_WIDGET_VOLUME_KNOB] = "Volume Knob Widget",
        [HDA_WIDGET_BEEP] = "Beep Generator Widget",
        [HDA_WIDGET_VENDOR] = "Vendor Defined Widget",
    };
    const char *word = words[caps >> HDA_WIDGET_TYPE_SHIFT & 0xF];

    return word ? word : "UNKNOWN Widget";
}

const char *widget_kind_word(uint32_t caps)
{
    static const char *const words[16] = {
        [HDA_WIDGET_AUDIO_OUTPUT] = "DAC",
        [HDA_WIDGET_AUDIO_INPUT] = "ADC",
        [HDA_WIDGET_MIXER] = "mixer",
        [HDA_WIDGET_SELECTOR] = "selector",
        [HDA_WIDGET_PIN] = "pin",
        [HDA_WIDGET_POWER_WIDGET] = "power widget",
        [HDA_WIDGET_VOLUME_KNOB] = "volume knob",
        [HDA_WIDGET_BEEP] = "beep generator",
        [HDA_WIDGET_VENDOR] = "vendor's widget",
    };
    const char *word = words[caps >> HDA_WIDGET_TYPE_SHIFT & 0xF];

    return word ? word : "unknown widget";
}

/* ---- Configuration default ----------------------------------------------------------------------- */

const char *port_word(uint32_t config)
{
    static const char *const words[] = {"Jack", "N/A", "Fixed", "Both"};

    return words[config >> HDA_CONFIG_PORT_SHIFT & 3];
}

const char *device_word(uint32_t config)
{
    static const char *const words[16] = {
        "Line Out", "Speaker", "HP Out", "CD",        "SPDIF Out", "Digital Out", "Modem Line", "Modem Hand",
        "Line In",  "Aux",     "Mic",    "Telephony", "SPDIF In",  "Digital In",  "Reserved",   "Other",
    };

    return words[config >> HDA_CONFIG_DEVICE_SHIFT & 0xF];
}

/* The location's upper two bits say on which box it is, the lower four where there. */
static unsigned location_box(uint32_t config)
{
    return config >> (HDA_CONFIG_LOCATION_SHIFT + 4) & 3;
}

const char *place_word(uint32_t config)
{
    static const char *const words[] = {"Ext", "Int", "Sep", "Oth"};

    return words[location_box(config)];
}

const char *location_word(uint32_t config)
{
    static const char *const sides[7] = {"N/A", "Rear", "Front", "Left", "Right", "Top", "Bottom"};
    static const char *const specials[4][3] = {
        {"Rear Panel", "Drive Bar", NULL},
        {"Riser", "HDMI", "ATAPI"},
        {NULL, NULL, NULL},
        {"Mobile-In", "Mobile-Out", NULL},
    };
    unsigned place = config >> HDA_CONFIG_LOCATION_SHIFT & 0xF;

    if (place < RTL_NUMBER_OF(sides))
        return sides[place];
    return pick(specials[location_box(config)], 3, place - RTL_NUMBER_OF(sides));
}

const char *connector_word(uint32_t config)
{
    static const char *const words[16] = {
        "Unknown", "1/8", "1/4", "ATAPI", "RCA",  "Optical",      "Digital",
        "Analog",  "DIN", "XLR", "RJ11",  "Comb", [15] = "Other",
    };

    return pick(words, RTL_NUMBER_OF(words), config >> HDA_CONFIG_CONNECTION_SHIFT & 0xF);
}

const char *color_word(uint32_t config)
{
    static const char *const words[16] = {
        "Unknown", "Black",  "Grey",   "Blue", "Green",        "Red",
        "Orange",  "Yellow", "Purple", "Pink", [14] = "White", [15] = "Other",
    };

    return pick(words, RTL_NUMBER_OF(words), config >> HDA_CONFIG_COLOR_SHIFT & 0xF);
}

/* ---- What a person calls a pin ------------------------------------------------------------------- */

static const char *device_name(uint32_t config)
{
    static const char *const names[16] = {
        "line-out",   "speaker",    "headphone", "CD",    "S/PDIF-out", "digital-out",
        "modem line", "handset",    "line-in",   "aux",   "microphone", "telephony",
        "S/PDIF-in",  "digital-in", "reserved",  "other",
    };

    return names[config >> HDA_CONFIG_DEVICE_SHIFT & 0xF];
}

/* With a blank behind it; "" where the board does not say. */
static const char *color_name(uint32_t config)
{
    static const char *const names[16] = {
        "",        "black ",  "grey ",   "blue ", "green ",        "red ",
        "orange ", "yellow ", "purple ", "pink ", [14] = "white ",
    };
    const char *name = names[config >> HDA_CONFIG_COLOR_SHIFT & 0xF];

    return name ? name : "";
}

/* Of a jack, with a comma before it; "" where the board does not say. */
static const char *place_name(uint32_t config)
{
    static const char *const sides[4][7] = {
        {"", ", rear", ", front", ", left", ", right", ", top", ", bottom"},
        {", internal", ", internal rear", ", internal front", ", internal left", ", internal right",
         ", internal top", ", internal bottom"},
        {", other box", ", other box, rear", ", other box, front", ", other box, left", ", other box, right",
         ", other box, top", ", other box, bottom"},
        {"", ", rear", ", front", ", left", ", right", ", top", ", bottom"},
    };
    static const char *const specials[4][3] = {
        {", rear panel", ", drive bay", NULL},
        {", riser", ", HDMI", ", ATAPI"},
        {NULL, NULL, NULL},
        {", inside the lid", ", outside of the lid", NULL},
    };
    unsigned box = location_box(config), place = config >> HDA_CONFIG_LOCATION_SHIFT & 0xF;
    const char *special;

    if (place < RTL_NUMBER_OF(sides[0]))
        return sides[box][place];
    if (place - RTL_NUMBER_OF(sides[0]) >= RTL_NUMBER_OF(specials[0]))
        return "";
    special = specials[box][place - RTL_NUMBER_OF(sides[0])];
    return special ? special : "";
}

void pin_name(uint32_t config, char name[PIN_NAME_SIZE])
{
    const char *device = device_name(config);

    switch (config >> HDA_CONFIG_PORT_SHIFT & 3) {
    case HDA_PORT_NONE:
        snprintf(name, PIN_NAME_SIZE, "not connected");
        break;
    case HDA_PORT_FIXED:
        snprintf(name, PIN_NAME_SIZE, "internal %s", device);
        break;
    case HDA_PORT_BOTH:
        snprintf(name, PIN_NAME_SIZE, "%s%s jack%s, and an internal one", color_name(config), device,
                 place_name(config));
        break;
    default:
        snprintf(name, PIN_NAME_SIZE, "%s%s jack%s", color_name(config), device, place_name(config));
        break;
    }
    name[0] = (char)toupper((unsigned char)name[0]);
}

/* ---- Amplifiers ---------------------------------------------------------------------------------- */

void amp_range(uint32_t amp_caps, char range[AMP_RANGE_SIZE])
{
    int offset = (int)(amp_caps >> HDA_AMP_CAPS_OFFSET_SHIFT & HDA_AMP_GAIN_MASK);
    int last = (int)(amp_caps >> HDA_AMP_CAPS_STEPS_SHIFT & HDA_AMP_GAIN_MASK);
    double size = ((amp_caps >> HDA_AMP_CAPS_SIZE_SHIFT & HDA_AMP_GAIN_MASK) + 1) * 0.25;
    double least = -offset * size, most = (last - offset) * size;
    const char *mute = amp_caps & HDA_AMP_CAPS_MUTE ? ", mute" : "";

    if (last > 0)
        snprintf(range, AMP_RANGE_SIZE, "%g to %s%g dB by %g%s", least, most > 0 ? "+" : "", most, size,
                 mute);
    else if (offset > 0)
        snprintf(range, AMP_RANGE_SIZE, "%g dB%s", least, mute);
    else
        snprintf(range, AMP_RANGE_SIZE, "%s", mute[0] ? "mute" : "0 dB");
}

/* ---- Others -------------------------------------------------------------------------------------- */

const char *power_state_word(unsigned state)
{
    static const char *const words[] = {"D0", "D1", "D2", "D3", "D3cold"};

    return pick(words, RTL_NUMBER_OF(words), state);
}

unsigned pcm_rate(unsigned bit)
{
    static const unsigned rates[PCM_RATES] = {8000,  11025, 16000, 22050,  32000,  44100,
                                              48000, 88200, 96000, 176400, 192000, 384000};

    return rates[bit];
}

unsigned pcm_size(unsigned bit)
{
    static const unsigned sizes[PCM_SIZES] = {8, 16, 20, 24, 32};

    return sizes[bit];
}

const char *vendor_word(uint32_t vendor_id)
{
    static const struct {
        uint16_t id;
        const char *word;
    } vendors[] = {
        {0x1002, "ATI"},      {0x1013, "Cirrus Logic"},   {0x1095, "Silicon Image"}, {0x10DE, "Nvidia"},
        {0x10EC, "Realtek"},  {0x1102, "Creative"},       {0x1106, "VIA"},           {0x111D, "IDT"},
        {0x11C1, "LSI"},      {0x11D4, "Analog Devices"}, {0x13F6, "C-Media"},       {0x14F1, "Conexant"},
        {0x17E8, "Chrontel"}, {0x1AF4, "QEMU"},           {0x434D, "C-Media"},       {0x8086, "Intel"},
        {0x8384, "SigmaTel"},
    };
    unsigned i;

    for (i = 0; i < RTL_NUMBER_OF(vendors); i++)
        if (vendors[i].id == vendor_id >> 16)
            return vendors[i].word;
    return "";
}

void codec_id_name(uint32_t vendor_id, char name[CODEC_NAME_SIZE])
{
    const char *vendor = vendor_word(vendor_id);

    if (vendor[0])
        snprintf(name, CODEC_NAME_SIZE, "%s ID %x", vendor, vendor_id & 0xFFFF);
    else
        snprintf(name, CODEC_NAME_SIZE, "Generic %04x ID %x", vendor_id >> 16, vendor_id & 0xFFFF);
}
