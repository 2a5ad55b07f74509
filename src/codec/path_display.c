/* SPDX-License-Identifier: BSD-2-Clause */
/* path_display.c - what an HDMI or DisplayPort pin has to send beside the samples (DCN HDA034-A). */
#include "path_display.h"

#define TRANSMIT_OFF    0x00
#define TRANSMIT_ALWAYS 0xC0
#define SLOTS           8u   /* of an audio sample packet */
#define NOTHING         0xFu /* no channel is in the slot */
#define FRAME_BYTES     14u  /* of an info frame: a head of three or, with a checksum, four, and ten */
#define ALLOCATION      3u   /* which of these ten says where the channels stand */

/* Where the channels of a file stand, which are front left and right, center, LFE, back or rear, and side;
 * the slots are front left and right, LFE, center, surround left and right, and those behind them. By count,
 * with the allocation that CEA-861 has for it. */
static const struct {
    UCHAR allocation;
    UCHAR slots[SLOTS]; /* of channel 0 and so on */
} layouts[SLOTS + 1] = {
    [1] = {0x00, {0}},
    [2] = {0x00, {0, 1}},
    [3] = {0x02, {0, 1, 3}},
    [4] = {0x08, {0, 1, 4, 5}},
    [5] = {0x0A, {0, 1, 3, 4, 5}},
    [6] = {0x0B, {0, 1, 3, 2, 4, 5}},
    [7] = {0x0F, {0, 1, 3, 2, 6, 4, 5}},
    [8] = {0x13, {0, 1, 3, 2, 6, 7, 4, 5}},
};

bool is_display(const struct widget *pin)
{
    return pin->pin_caps & (HDA_PIN_CAPS_HDMI | HDA_PIN_CAPS_DISPLAYPORT);
}

static void map_channels(struct verb_batch *batch, UCHAR node, unsigned channels)
{
    UCHAR mapped[SLOTS];
    UCHAR i;

    for (i = 0; i < SLOTS; i++)
        mapped[i] = NOTHING;
    for (i = 0; i < channels; i++)
        mapped[layouts[channels].slots[i]] = i;
    for (i = 0; i < SLOTS; i++)
        batch_set8(batch, node, HDA_SET_DISPLAY_SLOT, (UCHAR)(mapped[i] << 4 | i));
}

static UCHAR checksum(const UCHAR *frame)
{
    UCHAR sum = 0;
    unsigned i;

    for (i = 0; i < FRAME_BYTES; i++)
        sum = (UCHAR)(sum + frame[i]);
    return (UCHAR)-sum;
}

/* The heads differ, and DisplayPort has no checksum; what follows is the same. */
static void make_frame(const struct widget *pin, unsigned channels, UCHAR frame[FRAME_BYTES])
{
    static const UCHAR hdmi[] = {0x84, 0x01, 0x0A, 0}, displayport[] = {0x84, 0x1B, 0x11 << 2};
    bool is_hdmi = pin->pin_caps & HDA_PIN_CAPS_HDMI;
    unsigned head = is_hdmi ? sizeof(hdmi) : sizeof(displayport);

    RtlZeroMemory(frame, FRAME_BYTES);
    RtlCopyMemory(frame, is_hdmi ? hdmi : displayport, head);
    frame[head] = (UCHAR)(channels - 1);
    frame[head + ALLOCATION] = layouts[channels].allocation;
    if (is_hdmi)
        frame[head - 1] = checksum(frame);
}

static void send_frame(struct verb_batch *batch, const struct widget *pin, unsigned channels)
{
    UCHAR frame[FRAME_BYTES];
    unsigned i;

    make_frame(pin, channels, frame);
    batch_set8(batch, pin->node, HDA_SET_DISPLAY_INDEX, 0);
    for (i = 0; i < FRAME_BYTES; i++)
        batch_set8(batch, pin->node, HDA_SET_DISPLAY_DATA, frame[i]);
    batch_set8(batch, pin->node, HDA_SET_DISPLAY_INDEX, 0);
    batch_set8(batch, pin->node, HDA_SET_DISPLAY_TRANSMIT, TRANSMIT_ALWAYS);
}

void display_open(struct verb_batch *batch, const struct widget *pin, unsigned channels)
{
    if (channels == 0 || channels > SLOTS)
        return;
    display_close(batch, pin);
    map_channels(batch, pin->node, channels);
    send_frame(batch, pin, channels);
}

void display_close(struct verb_batch *batch, const struct widget *pin)
{
    batch_set8(batch, pin->node, HDA_SET_DISPLAY_INDEX, 0);
    batch_set8(batch, pin->node, HDA_SET_DISPLAY_TRANSMIT, TRANSMIT_OFF);
}
