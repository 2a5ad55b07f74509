/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_display.c - the HDMI and DisplayPort pins of a simulated codec (DCN HDA034-A): what the display at
 * the other end says of itself, the audio info frame, and which channel goes into which slot.
 */
#include <string.h>

#include "device/sim/codec_state.h"

#define SIZE_OF_ELD  0x08 /* payload of verb F2Eh; below it the number of a packet */
#define BYTE_VALID   0x80000000u
#define PACKET_SHIFT 5
#define PACKET_BYTE  0x1Fu

#define ELD_HEADER     4 /* bytes that the length of the block does not count */
#define BY_DISPLAYPORT 0x04

/* ---- The display ----------------------------------------------------------------------------- */

/* What a display tells, byte by byte. */
struct eld {
    uint8_t version; /* 7:3 */
    uint8_t reserved;
    uint8_t length; /* of what follows the header, in double words */
    uint8_t also_reserved;
    uint8_t name_length; /* 4:0; version of the EDID 7:5 */
    uint8_t connection;  /* 3:2; descriptors 7:4 */
    uint8_t delay;
    uint8_t speakers;
    uint8_t port[8];
    uint8_t maker[2], product[2];
    char name[14];
    uint8_t audio[2][3]; /* descriptors as CEA-861 has them: format and channels; rates; sizes or kbit/s */
};

#define ELD_LENGTH          (sizeof(struct eld) - ELD_HEADER)
#define AUDIO(format, most) ((format) << 3 | ((most)-1))

_Static_assert(ELD_LENGTH % 4 == 0, "double words");

/* A dump has none. This one takes what HDMI can carry: LPCM of 8 channels, 32 to 192 kHz, 16, 20 and 24 bits,
 * and AC-3. */
static const struct eld eld = {
    .version = 2 << 3,
    .length = ELD_LENGTH / 4,
    .name_length = 3 << 5 | sizeof(eld.name),
    .connection = 2 << 4,
    .speakers = 0x4F, /* front, low frequencies, centre, rear, rear of centre */
    .maker = {0x20, 0x81},
    .product = {1},
    .name = "hdabus display",
    .audio = {{AUDIO(1, 8), 0x7F, 0x07}, {AUDIO(2, 6), 0x07, 640 / 8}},
};

bool sim_display_is_known(const struct sim_node *pin)
{
    uint32_t wants = HDA_PIN_CAPS_OUTPUT | HDA_PIN_CAPS_PRESENCE;
    return (pin->has & SIM_HAS_DISPLAY) && (pin->dump->pin_caps & wants) == wants && pin->plugged;
}

/* Of the data island packets there is the first. */
uint32_t sim_display_size(struct sim_node *node, uint32_t payload)
{
    if (payload & SIZE_OF_ELD)
        return sim_display_is_known(node) ? sizeof(eld) : 0;
    return (payload & 0x7) == 0 ? SIM_PACKET - 1 : 0;
}

/* HDMI where a pin can do both. */
uint32_t sim_display_eld(struct sim_node *node, uint32_t index)
{
    uint8_t byte;
    if (!sim_display_is_known(node) || index >= sizeof(eld))
        return 0;
    memcpy(&byte, (const char *)&eld + index, 1);
    if (index == offsetof(struct eld, connection) && !(node->dump->pin_caps & HDA_PIN_CAPS_HDMI))
        byte |= BY_DISPLAYPORT;
    return BYTE_VALID | byte;
}

/* ---- Data island packets --------------------------------------------------------------------- */

static uint8_t *packet_byte(struct sim_node *node)
{
    uint8_t index = node->state.display.packet_index;
    return index >> PACKET_SHIFT == 0 ? &node->state.display.packet[index & PACKET_BYTE] : NULL;
}

static void next_packet_byte(struct sim_node *node)
{
    uint8_t *index = &node->state.display.packet_index;
    *index = (uint8_t)((*index & ~PACKET_BYTE) | ((*index + 1) & PACKET_BYTE));
}

/* The index moves on, reading and writing. */
uint32_t sim_display_data(struct sim_node *node, uint32_t payload)
{
    const uint8_t *byte = packet_byte(node);
    (void)payload;
    next_packet_byte(node);
    return byte != NULL ? *byte : 0;
}

uint32_t sim_display_set_data(struct sim_node *node, uint32_t payload)
{
    uint8_t *byte = packet_byte(node);
    if (byte != NULL)
        *byte = (uint8_t)payload;
    next_packet_byte(node);
    return 0;
}

/* ---- Channels --------------------------------------------------------------------------------- */

/* The converter's channel 7:4 and the slot 3:0. */
uint32_t sim_display_slot(struct sim_node *node, uint32_t payload)
{
    unsigned slot = payload & 0xF;
    return (uint32_t)node->state.display.slots[slot] << 4 | slot;
}

uint32_t sim_display_set_slot(struct sim_node *node, uint32_t payload)
{
    node->state.display.slots[payload & 0xF] = payload >> 4 & 0xF;
    return 0;
}
