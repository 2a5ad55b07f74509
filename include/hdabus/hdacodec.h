/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hdacodec.h - the codec side of the High Definition Audio Specification 1.0a, chapter 7: verbs, parameters
 * and the fields of their payloads. Constants only; a name ends in _SHIFT for a field's lowest bit.
 */
#ifndef HDABUS_HDACODEC_H
#define HDABUS_HDACODEC_H

/* ---- Verbs with a 12-bit id and 8 bits of payload (HDA 7.3.3) -------------------------------- */

#define HDA_GET_PARAMETER             0xF00
#define HDA_GET_CONNECTION_SELECT     0xF01
#define HDA_SET_CONNECTION_SELECT     0x701
#define HDA_GET_CONNECTION_LIST       0xF02
#define HDA_GET_PROCESSING_STATE      0xF03
#define HDA_SET_PROCESSING_STATE      0x703
#define HDA_GET_SDI_SELECT            0xF04
#define HDA_SET_SDI_SELECT            0x704
#define HDA_GET_POWER_STATE           0xF05
#define HDA_SET_POWER_STATE           0x705
#define HDA_GET_STREAM_CHANNEL        0xF06
#define HDA_SET_STREAM_CHANNEL        0x706
#define HDA_GET_PIN_CONTROL           0xF07
#define HDA_SET_PIN_CONTROL           0x707
#define HDA_GET_UNSOLICITED           0xF08
#define HDA_SET_UNSOLICITED           0x708
#define HDA_GET_PIN_SENSE             0xF09
#define HDA_EXECUTE_PIN_SENSE         0x709
#define HDA_GET_BEEP                  0xF0A
#define HDA_SET_BEEP                  0x70A
#define HDA_GET_EAPD                  0xF0C
#define HDA_SET_EAPD                  0x70C
#define HDA_GET_DIGITAL_CONTROL       0xF0D
#define HDA_SET_DIGITAL_CONTROL_1     0x70D
#define HDA_SET_DIGITAL_CONTROL_2     0x70E
#define HDA_SET_DIGITAL_CONTROL_3     0x73E
#define HDA_SET_DIGITAL_CONTROL_4     0x73F
#define HDA_GET_VOLUME_KNOB           0xF0F
#define HDA_SET_VOLUME_KNOB           0x70F
#define HDA_GET_GPI_DATA              0xF10
#define HDA_SET_GPI_DATA              0x710
#define HDA_GET_GPI_WAKE              0xF11
#define HDA_SET_GPI_WAKE              0x711
#define HDA_GET_GPI_UNSOLICITED       0xF12
#define HDA_SET_GPI_UNSOLICITED       0x712
#define HDA_GET_GPI_STICKY            0xF13
#define HDA_SET_GPI_STICKY            0x713
#define HDA_GET_GPO_DATA              0xF14
#define HDA_SET_GPO_DATA              0x714
#define HDA_GET_GPIO_DATA             0xF15
#define HDA_SET_GPIO_DATA             0x715
#define HDA_GET_GPIO_ENABLE           0xF16
#define HDA_SET_GPIO_ENABLE           0x716
#define HDA_GET_GPIO_DIRECTION        0xF17
#define HDA_SET_GPIO_DIRECTION        0x717
#define HDA_GET_GPIO_WAKE             0xF18
#define HDA_SET_GPIO_WAKE             0x718
#define HDA_GET_GPIO_UNSOLICITED      0xF19
#define HDA_SET_GPIO_UNSOLICITED      0x719
#define HDA_GET_GPIO_STICKY           0xF1A
#define HDA_SET_GPIO_STICKY           0x71A
#define HDA_GET_CONFIGURATION_DEFAULT 0xF1C
#define HDA_SET_CONFIGURATION_DEFAULT 0x71C /* four verbs, 71Ch-71Fh, low byte first */
#define HDA_GET_SUBSYSTEM_ID          0xF20
#define HDA_SET_SUBSYSTEM_ID          0x720 /* four verbs, 720h-723h, low byte first */
#define HDA_GET_STRIPE_CONTROL        0xF24
#define HDA_SET_STRIPE_CONTROL        0x724
#define HDA_GET_CHANNEL_COUNT         0xF2D
#define HDA_SET_CHANNEL_COUNT         0x72D
#define HDA_GET_DISPLAY_SIZE          0xF2E /* payload 8: of the ELD, 0-7: of a data island packet */
#define HDA_GET_DISPLAY_ELD           0xF2F
#define HDA_GET_DISPLAY_INDEX         0xF30
#define HDA_SET_DISPLAY_INDEX         0x730
#define HDA_GET_DISPLAY_DATA          0xF31
#define HDA_SET_DISPLAY_DATA          0x731
#define HDA_GET_DISPLAY_TRANSMIT      0xF32
#define HDA_SET_DISPLAY_TRANSMIT      0x732
#define HDA_GET_DISPLAY_PROTECTION    0xF33
#define HDA_SET_DISPLAY_PROTECTION    0x733
#define HDA_GET_DISPLAY_SLOT          0xF34 /* channel 7:4, slot 3:0 */
#define HDA_SET_DISPLAY_SLOT          0x734
#define HDA_FUNCTION_RESET            0x7FF

/* ---- Verbs with a 4-bit id and 16 bits of payload -------------------------------------------- */

#define HDA_GET_CONVERTER_FORMAT  0xA
#define HDA_SET_CONVERTER_FORMAT  0x2
#define HDA_GET_AMPLIFIER         0xB
#define HDA_SET_AMPLIFIER         0x3
#define HDA_GET_COEFFICIENT_INDEX 0xD
#define HDA_SET_COEFFICIENT_INDEX 0x5
#define HDA_GET_COEFFICIENT       0xC
#define HDA_SET_COEFFICIENT       0x4

/* ---- Parameters (HDA 7.3.4) ------------------------------------------------------------------ */

#define HDA_PARAMETER_VENDOR_ID      0x00
#define HDA_PARAMETER_REVISION_ID    0x02
#define HDA_PARAMETER_SUBNODES       0x04 /* start 23:16, count 7:0 */
#define HDA_PARAMETER_FUNCTION_TYPE  0x05 /* unsolicited 8, type 7:0 */
#define HDA_PARAMETER_FUNCTION_CAPS  0x08
#define HDA_PARAMETER_WIDGET_CAPS    0x09
#define HDA_PARAMETER_PCM            0x0A
#define HDA_PARAMETER_STREAM_FORMATS 0x0B
#define HDA_PARAMETER_PIN_CAPS       0x0C
#define HDA_PARAMETER_INPUT_AMP      0x0D
#define HDA_PARAMETER_CONNECTIONS    0x0E /* long form 7, length 6:0 */
#define HDA_PARAMETER_POWER_STATES   0x0F
#define HDA_PARAMETER_PROCESSING     0x10
#define HDA_PARAMETER_GPIO           0x11
#define HDA_PARAMETER_OUTPUT_AMP     0x12
#define HDA_PARAMETER_VOLUME_KNOB    0x13

#define HDA_FUNCTION_AUDIO 0x01
#define HDA_FUNCTION_MODEM 0x02

/* ---- Widget capabilities (HDA 7.3.4.6) ------------------------------------------------------- */

#define HDA_WIDGET_STEREO             0x00000001u /* channel count, low bit */
#define HDA_WIDGET_INPUT_AMP          0x00000002u
#define HDA_WIDGET_OUTPUT_AMP         0x00000004u
#define HDA_WIDGET_AMP_OVERRIDE       0x00000008u /* has amp parameters of its own */
#define HDA_WIDGET_FORMAT_OVERRIDE    0x00000010u /* has format parameters of its own */
#define HDA_WIDGET_STRIPE             0x00000020u
#define HDA_WIDGET_PROCESSING         0x00000040u
#define HDA_WIDGET_UNSOLICITED        0x00000080u
#define HDA_WIDGET_CONNECTION_LIST    0x00000100u
#define HDA_WIDGET_DIGITAL            0x00000200u
#define HDA_WIDGET_POWER              0x00000400u
#define HDA_WIDGET_SWAP               0x00000800u
#define HDA_WIDGET_CONTENT_PROTECTION 0x00001000u
#define HDA_WIDGET_CHANNELS_SHIFT     13 /* 15:13 channel count extension; channels = (extension:stereo) + 1 */
#define HDA_WIDGET_DELAY_SHIFT        16 /* 19:16 samples */
#define HDA_WIDGET_TYPE_SHIFT         20 /* 23:20 */

#define HDA_WIDGET_AUDIO_OUTPUT 0x0
#define HDA_WIDGET_AUDIO_INPUT  0x1
#define HDA_WIDGET_MIXER        0x2
#define HDA_WIDGET_SELECTOR     0x3
#define HDA_WIDGET_PIN          0x4
#define HDA_WIDGET_POWER_WIDGET 0x5
#define HDA_WIDGET_VOLUME_KNOB  0x6
#define HDA_WIDGET_BEEP         0x7
#define HDA_WIDGET_VENDOR       0xF

/* ---- PCM sizes and rates (HDA 7.3.4.7), stream formats (HDA 7.3.4.8) ------------------------- */

#define HDA_PCM_8_BITS  0x00010000u
#define HDA_PCM_16_BITS 0x00020000u
#define HDA_PCM_20_BITS 0x00040000u
#define HDA_PCM_24_BITS 0x00080000u
#define HDA_PCM_32_BITS 0x00100000u
/* Bits 0-11: 8, 11.025, 16, 22.05, 32, 44.1, 48, 88.2, 96, 176.4, 192, 384 kHz. */
#define HDA_STREAM_FORMAT_PCM     0x00000001u
#define HDA_STREAM_FORMAT_FLOAT32 0x00000002u
#define HDA_STREAM_FORMAT_AC3     0x00000004u

/* ---- Pin capabilities (HDA 7.3.4.9) and control (HDA 7.3.3.13) ------------------------------- */

#define HDA_PIN_CAPS_IMPEDANCE   0x00000001u
#define HDA_PIN_CAPS_TRIGGER     0x00000002u
#define HDA_PIN_CAPS_PRESENCE    0x00000004u
#define HDA_PIN_CAPS_HEADPHONE   0x00000008u
#define HDA_PIN_CAPS_OUTPUT      0x00000010u
#define HDA_PIN_CAPS_INPUT       0x00000020u
#define HDA_PIN_CAPS_BALANCED    0x00000040u
#define HDA_PIN_CAPS_HDMI        0x00000080u
#define HDA_PIN_CAPS_VREF_SHIFT  8           /* 15:8 */
#define HDA_PIN_CAPS_VREF        0x00003700u /* those of them that mean something */
#define HDA_PIN_CAPS_EAPD        0x00010000u
#define HDA_PIN_CAPS_DISPLAYPORT 0x01000000u
#define HDA_PIN_CAPS_HBR         0x08000000u

#define HDA_PIN_CONTROL_VREF      0x07
#define HDA_PIN_CONTROL_INPUT     0x20
#define HDA_PIN_CONTROL_OUTPUT    0x40
#define HDA_PIN_CONTROL_HEADPHONE 0x80

#define HDA_EAPD_BALANCED 0x01
#define HDA_EAPD_ENABLE   0x02
#define HDA_EAPD_SWAP     0x04

/* ---- Configuration default (HDA 7.3.3.31) ---------------------------------------------------- */

#define HDA_CONFIG_SEQUENCE_SHIFT    0 /* 3:0 */
#define HDA_CONFIG_ASSOCIATION_SHIFT 4 /* 7:4 */
#define HDA_CONFIG_NO_PRESENCE       0x00000100u
#define HDA_CONFIG_COLOR_SHIFT       12 /* 15:12 */
#define HDA_CONFIG_CONNECTION_SHIFT  16 /* 19:16 */
#define HDA_CONFIG_DEVICE_SHIFT      20 /* 23:20 */
#define HDA_CONFIG_LOCATION_SHIFT    24 /* 29:24 */
#define HDA_CONFIG_PORT_SHIFT        30 /* 31:30: 0 jack, 1 nothing, 2 fixed, 3 both */

#define HDA_PORT_JACK  0
#define HDA_PORT_NONE  1
#define HDA_PORT_FIXED 2
#define HDA_PORT_BOTH  3

#define HDA_DEVICE_LINE_OUT    0x0
#define HDA_DEVICE_SPEAKER     0x1
#define HDA_DEVICE_HEADPHONE   0x2
#define HDA_DEVICE_CD          0x3
#define HDA_DEVICE_SPDIF_OUT   0x4
#define HDA_DEVICE_DIGITAL_OUT 0x5
#define HDA_DEVICE_LINE_IN     0x8
#define HDA_DEVICE_AUX         0x9
#define HDA_DEVICE_MIC         0xA
#define HDA_DEVICE_SPDIF_IN    0xC
#define HDA_DEVICE_DIGITAL_IN  0xD

/* ---- Amplifiers: capabilities (HDA 7.3.4.10), Set and Get payloads (HDA 7.3.3.7) ------------- */

#define HDA_AMP_CAPS_OFFSET_SHIFT 0  /* 6:0, the step that is 0 dB */
#define HDA_AMP_CAPS_STEPS_SHIFT  8  /* 14:8, number of steps - 1 */
#define HDA_AMP_CAPS_SIZE_SHIFT   16 /* 22:16, step size - 1 in 0.25 dB */
#define HDA_AMP_CAPS_MUTE         0x80000000u

#define HDA_AMP_SET_OUTPUT      0x8000
#define HDA_AMP_SET_INPUT       0x4000
#define HDA_AMP_SET_LEFT        0x2000
#define HDA_AMP_SET_RIGHT       0x1000
#define HDA_AMP_SET_INDEX_SHIFT 8 /* 11:8 */
#define HDA_AMP_GET_OUTPUT      0x8000
#define HDA_AMP_GET_LEFT        0x2000
#define HDA_AMP_MUTE            0x80
#define HDA_AMP_GAIN_MASK       0x7F

/* ---- Others ---------------------------------------------------------------------------------- */

#define HDA_POWER_D0              0x0
#define HDA_POWER_D3              0x3
#define HDA_POWER_ACTUAL_SHIFT    4
#define HDA_DIGITAL_ENABLE        0x01
#define HDA_UNSOLICITED_ENABLE    0x80
#define HDA_CONNECTIONS_LONG_FORM 0x80

#define HDA_SENSE_PRESENCE  0x80000000u
#define HDA_SENSE_ELD_VALID 0x40000000u /* of an HDMI or DisplayPort pin, which measures no impedance */
#define HDA_SENSE_IMPEDANCE 0x7FFFFFFFu /* in ohms; all ones: not measured */

#define HDA_PROCESSING_COUNT_SHIFT 8 /* 15:8 number of coefficients */

#define HDA_STRIPE_CONTROL    0x03        /* lines: 1, 2 or 4 */
#define HDA_STRIPE_CAPABILITY 0x00700000u /* that there can be: 1, 2, 4 */

/* ---- SDnFMT and the converter format (HDA 3.7.1) --------------------------------------------- */

#define HDA_FORMAT_CHANNELS_SHIFT 0  /* 3:0, count - 1 */
#define HDA_FORMAT_BITS_SHIFT     4  /* 6:4 */
#define HDA_FORMAT_DIVISOR_SHIFT  8  /* 10:8, divisor - 1 */
#define HDA_FORMAT_MULTIPLE_SHIFT 11 /* 13:11, multiple - 1 */
#define HDA_FORMAT_BASE_44_1      0x4000
#define HDA_FORMAT_NON_PCM        0x8000

#endif
