/* SPDX-License-Identifier: BSD-2-Clause */
/* payload.c - what the FIFOs and the link carry in a frame (HDA 3.3.5, 3.3.6, 5.3). */
#include "machine.h"

#define OUTPAY_USUAL     60 /* words, where the register says nothing */
#define INPAY_USUAL      29
#define INBOUND_TAG_BITS 10 /* HDA 5.3.3: stream number and length precede each inbound packet */

/* Bits of a frame that the stream takes, each sample padded to `pad` bits. */
static unsigned frame_bits(const struct sim_format *format, unsigned pad)
{
    return (format->bits + pad - 1) / pad * pad * format->channels * format->multiple;
}

static unsigned pad_bits(const struct sim_controller *c, const struct sim_format *format)
{
    switch (c->shape.padding) {
    case SIM_PAD_TO_CONTAINER:
        return 8 * format->container;
    case SIM_PAD_NOT:
        return 1;
    case SIM_PAD_TO_BYTE:
        break;
    }
    return 8;
}

static bool fits_fifo(const struct sim_controller *c, const struct sim_stream *s)
{
    bool output = sim_stream_is_output(c, s->index);
    unsigned most = output ? c->shape.output_stream_payload : c->shape.input_stream_payload;

    return !most || frame_bits(&s->format, pad_bits(c, &s->format)) <= 16 * most;
}

/* A stream on several lines takes its part of each (HDA 3.3.35): the first carries all streams. */
static unsigned outbound(const struct sim_controller *c, const struct sim_stream *s)
{
    unsigned lines = sim_stream_lines(c, s);

    return (frame_bits(&s->format, 1) + lines - 1) / lines;
}

static bool fits_output_line(struct sim_controller *c, struct sim_stream *s)
{
    unsigned words = c->shape.output_payload ? c->shape.output_payload : OUTPAY_USUAL;
    unsigned total = outbound(c, s);

    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_running(c, i) && sim_stream_is_output(c, i))
            total += outbound(c, &c->streams[i]);
    }
    if (total > 16 * words)
        return sim_stream_fail(
            c, s, "RUN with %u bits a frame, together with the streams that run: OUTPAY is less", total);
    return true;
}

bool sim_payload_check(struct sim_controller *c, struct sim_stream *s)
{
    bool output = sim_stream_is_output(c, s->index);

    if (!fits_fifo(c, s))
        return sim_stream_fail(c, s, "RUN with format %04Xh, more than %s allows",
                               (unsigned)sim_stream_get(c, s, REG_SDFMT, 2),
                               output ? "OUTSTRMPAY" : "INSTRMPAY");
    return !output || fits_output_line(c, s);
}

/* HDA 5.3.3: inbound packets are whole bytes. */
unsigned sim_payload_inbound(const struct sim_stream *s)
{
    return (frame_bits(&s->format, 1) + 7) / 8 * 8 + INBOUND_TAG_BITS;
}

unsigned sim_payload_line(const struct sim_controller *c)
{
    return 16 * (c->shape.input_payload ? c->shape.input_payload : INPAY_USUAL);
}
