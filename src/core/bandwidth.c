/* SPDX-License-Identifier: BSD-2-Clause */
/* bandwidth.c - bandwidth of the link (DDI Bandwidth). */
#include "bandwidth.h"

#include "core.h"

#define INBOUND_TAG_BITS 10 /* HDA 5.3.3: stream number and length precede each inbound packet */
#define PAYLOAD_MASK     0x3FFFu
#define PADDING_SHIFT    14

/* OUTSTRMPAY and INSTRMPAY 15:14: how the controller's FIFO pads samples. */
enum padding { PAD_TO_BYTE = 0, PAD_TO_CONTAINER = 2, PAD_NOT = 3 };

static uint32_t round_up(uint32_t value, uint32_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static uint32_t frame_bits(const struct hda_format *format, uint32_t sample_bits)
{
    return (uint32_t)format->multiple * format->channels * sample_bits;
}

struct hda_reservation hda_bandwidth_need(const struct hda_format *format, bool render, uint8_t line,
                                          uint8_t stripes)
{
    struct hda_reservation need = {.render = render, .line = line, .stripes = stripes};
    uint32_t bits = frame_bits(format, format->valid_bits);

    if (render)
        need.bits = (bits + stripes - 1) / stripes;
    else
        need.bits = round_up(bits, 8) + INBOUND_TAG_BITS; /* HDA 5.3.3: inbound packets are whole bytes */
    return need;
}

static uint32_t padded_bits(const struct hda_format *format, unsigned padding)
{
    switch (padding) {
    case PAD_TO_CONTAINER:
        return format->container;
    case PAD_NOT:
        return format->valid_bits;
    default:
        return round_up(format->valid_bits, 8);
    }
}

/* 0 in the register stands for no limit but the line's (HDA 3.3.11, 3.3.12). */
static bool fits_stream_payload(const struct hda_format *format, uint16_t payload)
{
    uint32_t limit = payload & PAYLOAD_MASK;

    return limit == 0 || frame_bits(format, padded_bits(format, payload >> PADDING_SHIFT)) <= limit * 16;
}

static bool same_line(const struct hda_reservation *a, const struct hda_reservation *b)
{
    return a->render == b->render && (a->render || a->line == b->line);
}

NTSTATUS hda_bandwidth_check(const struct hda_bus *bus, const struct hda_format *format,
                             const struct hda_reservation *need, const struct hda_engine *except)
{
    const struct hda_capabilities *can = &bus->capabilities;
    uint32_t line = (need->render ? can->output_payload : can->input_payload) * 16u;
    uint32_t taken = need->bits;

    if (!fits_stream_payload(format, need->render ? can->output_stream_payload : can->input_stream_payload))
        return STATUS_BUFFER_TOO_SMALL;
    for (unsigned i = 0; i < bus->engine_count; i++) {
        const struct hda_engine *engine = &bus->engines[i];

        if (engine->handle != NULL && engine != except && same_line(&engine->reservation, need))
            taken += engine->reservation.bits;
    }
    return taken <= line ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
