/* SPDX-License-Identifier: BSD-2-Clause */
/* names.c - verbs and parameters by name. The names are those that Linux has, which hda-verb made known. */
#include "names.h"

#include <hdacodec.h>
#include <stddef.h>
#include <stdio.h>

#define WIDE(id) ((id) << 8) /* a verb with 16 bits of payload */
#define GET      "GET_"

static const struct codec_name verbs[] = {
    {"GET_STREAM_FORMAT", WIDE(HDA_GET_CONVERTER_FORMAT)},
    {"GET_AMP_GAIN_MUTE", WIDE(HDA_GET_AMPLIFIER)},
    {"GET_PROC_COEF", WIDE(HDA_GET_COEFFICIENT)},
    {"GET_COEF_INDEX", WIDE(HDA_GET_COEFFICIENT_INDEX)},
    {"PARAMETERS", HDA_GET_PARAMETER},
    {"GET_CONNECT_SEL", HDA_GET_CONNECTION_SELECT},
    {"GET_CONNECT_LIST", HDA_GET_CONNECTION_LIST},
    {"GET_PROC_STATE", HDA_GET_PROCESSING_STATE},
    {"GET_SDI_SELECT", HDA_GET_SDI_SELECT},
    {"GET_POWER_STATE", HDA_GET_POWER_STATE},
    {"GET_CONV", HDA_GET_STREAM_CHANNEL},
    {"GET_PIN_WIDGET_CONTROL", HDA_GET_PIN_CONTROL},
    {"GET_UNSOLICITED_RESPONSE", HDA_GET_UNSOLICITED},
    {"GET_PIN_SENSE", HDA_GET_PIN_SENSE},
    {"GET_BEEP_CONTROL", HDA_GET_BEEP},
    {"GET_EAPD_BTLENABLE", HDA_GET_EAPD},
    {"GET_DIGI_CONVERT_1", HDA_GET_DIGITAL_CONTROL},
    {"GET_DIGI_CONVERT_2", 0xF0E},
    {"GET_VOLUME_KNOB_CONTROL", HDA_GET_VOLUME_KNOB},
    {"GET_GPIO_DATA", HDA_GET_GPIO_DATA},
    {"GET_GPIO_MASK", HDA_GET_GPIO_ENABLE},
    {"GET_GPIO_DIRECTION", HDA_GET_GPIO_DIRECTION},
    {"GET_GPIO_WAKE_MASK", HDA_GET_GPIO_WAKE},
    {"GET_GPIO_UNSOLICITED_RSP_MASK", HDA_GET_GPIO_UNSOLICITED},
    {"GET_GPIO_STICKY_MASK", HDA_GET_GPIO_STICKY},
    {"GET_CONFIG_DEFAULT", HDA_GET_CONFIGURATION_DEFAULT},
    {"GET_SUBSYSTEM_ID", HDA_GET_SUBSYSTEM_ID},
    {"GET_STRIPE_CONTROL", HDA_GET_STRIPE_CONTROL},
    {"GET_CVT_CHAN_COUNT", HDA_GET_CHANNEL_COUNT},
    {"GET_HDMI_DIP_SIZE", 0xF2E},
    {"GET_HDMI_ELDD", 0xF2F},
    {"GET_HDMI_DIP_INDEX", 0xF30},
    {"GET_HDMI_DIP_DATA", 0xF31},
    {"GET_HDMI_DIP_XMIT", 0xF32},
    {"GET_HDMI_CP_CTRL", 0xF33},
    {"GET_HDMI_CHAN_SLOT", 0xF34},
    {"SET_STREAM_FORMAT", WIDE(HDA_SET_CONVERTER_FORMAT)},
    {"SET_AMP_GAIN_MUTE", WIDE(HDA_SET_AMPLIFIER)},
    {"SET_PROC_COEF", WIDE(HDA_SET_COEFFICIENT)},
    {"SET_COEF_INDEX", WIDE(HDA_SET_COEFFICIENT_INDEX)},
    {"SET_CONNECT_SEL", HDA_SET_CONNECTION_SELECT},
    {"SET_PROC_STATE", HDA_SET_PROCESSING_STATE},
    {"SET_SDI_SELECT", HDA_SET_SDI_SELECT},
    {"SET_POWER_STATE", HDA_SET_POWER_STATE},
    {"SET_CHANNEL_STREAMID", HDA_SET_STREAM_CHANNEL},
    {"SET_PIN_WIDGET_CONTROL", HDA_SET_PIN_CONTROL},
    {"SET_UNSOLICITED_ENABLE", HDA_SET_UNSOLICITED},
    {"SET_PIN_SENSE", HDA_EXECUTE_PIN_SENSE},
    {"SET_BEEP_CONTROL", HDA_SET_BEEP},
    {"SET_EAPD_BTLENABLE", HDA_SET_EAPD},
    {"SET_DIGI_CONVERT_1", HDA_SET_DIGITAL_CONTROL_1},
    {"SET_DIGI_CONVERT_2", HDA_SET_DIGITAL_CONTROL_2},
    {"SET_DIGI_CONVERT_3", HDA_SET_DIGITAL_CONTROL_3},
    {"SET_VOLUME_KNOB_CONTROL", HDA_SET_VOLUME_KNOB},
    {"SET_GPIO_DATA", HDA_SET_GPIO_DATA},
    {"SET_GPIO_MASK", HDA_SET_GPIO_ENABLE},
    {"SET_GPIO_DIRECTION", HDA_SET_GPIO_DIRECTION},
    {"SET_GPIO_WAKE_MASK", HDA_SET_GPIO_WAKE},
    {"SET_GPIO_UNSOLICITED_RSP_MASK", HDA_SET_GPIO_UNSOLICITED},
    {"SET_GPIO_STICKY_MASK", HDA_SET_GPIO_STICKY},
    {"SET_CONFIG_DEFAULT_BYTES_0", HDA_SET_CONFIGURATION_DEFAULT},
    {"SET_CONFIG_DEFAULT_BYTES_1", HDA_SET_CONFIGURATION_DEFAULT + 1},
    {"SET_CONFIG_DEFAULT_BYTES_2", HDA_SET_CONFIGURATION_DEFAULT + 2},
    {"SET_CONFIG_DEFAULT_BYTES_3", HDA_SET_CONFIGURATION_DEFAULT + 3},
    {"SET_SUBSYSTEM_ID_BYTES_0", HDA_SET_SUBSYSTEM_ID},
    {"SET_SUBSYSTEM_ID_BYTES_1", HDA_SET_SUBSYSTEM_ID + 1},
    {"SET_SUBSYSTEM_ID_BYTES_2", HDA_SET_SUBSYSTEM_ID + 2},
    {"SET_SUBSYSTEM_ID_BYTES_3", HDA_SET_SUBSYSTEM_ID + 3},
    {"SET_STRIPE_CONTROL", HDA_SET_STRIPE_CONTROL},
    {"SET_CVT_CHAN_COUNT", HDA_SET_CHANNEL_COUNT},
    {"SET_HDMI_DIP_INDEX", 0x730},
    {"SET_HDMI_DIP_DATA", 0x731},
    {"SET_HDMI_DIP_XMIT", 0x732},
    {"SET_HDMI_CP_CTRL", 0x733},
    {"SET_HDMI_CHAN_SLOT", 0x734},
    {"SET_CODEC_RESET", HDA_FUNCTION_RESET},
    {NULL, 0},
};

static const struct codec_name parameters[] = {
    {"VENDOR_ID", HDA_PARAMETER_VENDOR_ID},
    {"SUBSYSTEM_ID", 0x01},
    {"REV_ID", HDA_PARAMETER_REVISION_ID},
    {"NODE_COUNT", HDA_PARAMETER_SUBNODES},
    {"FUNCTION_TYPE", HDA_PARAMETER_FUNCTION_TYPE},
    {"AUDIO_FG_CAP", HDA_PARAMETER_FUNCTION_CAPS},
    {"AUDIO_WIDGET_CAP", HDA_PARAMETER_WIDGET_CAPS},
    {"PCM", HDA_PARAMETER_PCM},
    {"STREAM", HDA_PARAMETER_STREAM_FORMATS},
    {"PIN_CAP", HDA_PARAMETER_PIN_CAPS},
    {"AMP_IN_CAP", HDA_PARAMETER_INPUT_AMP},
    {"CONNLIST_LEN", HDA_PARAMETER_CONNECTIONS},
    {"POWER_STATE", HDA_PARAMETER_POWER_STATES},
    {"PROC_CAP", HDA_PARAMETER_PROCESSING},
    {"GPIO_CAP", HDA_PARAMETER_GPIO},
    {"AMP_OUT_CAP", HDA_PARAMETER_OUTPUT_AMP},
    {"VOL_KNB_CAP", HDA_PARAMETER_VOLUME_KNOB},
    {"HDMI_LPCM_CAP", 0x20},
    {NULL, 0},
};

const struct codec_name *verb_name(unsigned index)
{
    return verbs[index].name ? &verbs[index] : NULL;
}

const struct codec_name *parameter_name(unsigned index)
{
    return parameters[index].name ? &parameters[index] : NULL;
}

unsigned verb_payload_bits(USHORT id)
{
    unsigned top = id >> 8;

    return top == 0x7 || top == 0xF || (id & 0xFF) ? 8 : 16;
}

const struct codec_name *verb_by_id(USHORT id)
{
    const struct codec_name *name;

    for (name = verbs; name->name; name++)
        if (name->id == id)
            return name;
    return NULL;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* How far they agree. */
static size_t common_length(const char *text, const char *name)
{
    size_t length = 0;

    while (text[length] && upper(text[length]) == name[length])
        length++;
    return length;
}

static enum name_match find(const struct codec_name *names, const char *text, const struct codec_name **found,
                            const struct codec_name **other)
{
    const struct codec_name *name;
    size_t length;

    *found = *other = NULL;
    for (name = names; text[0] && name->name; name++) {
        length = common_length(text, name->name);
        if (text[length])
            continue;
        if (!name->name[length]) {
            *found = name;
            return NAME_FOUND;
        }
        *(*found ? other : found) = name;
    }
    if (!*found)
        return NAME_UNKNOWN;
    return *other ? NAME_AMBIGUOUS : NAME_FOUND;
}

enum name_match parameter_find(const char *text, const struct codec_name **found,
                               const struct codec_name **other)
{
    return find(parameters, text, found, other);
}

enum name_match verb_find(const char *text, const struct codec_name **found, const struct codec_name **other)
{
    enum name_match match = find(verbs, text, found, other);
    char asking[64];

    if (match != NAME_UNKNOWN || !text[0])
        return match;
    if (snprintf(asking, sizeof(asking), GET "%s", text) >= (int)sizeof(asking))
        return NAME_UNKNOWN;
    return find(verbs, asking, found, other);
}
