/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.c - stream descriptors: RUN, SRST and SSYNC, tags and directions, errors and positions (HDA 3.3.17,
 * 3.3.35-3.3.45). */
#include <stdarg.h>
#include <stdio.h>

#include "machine.h"

static uint32_t control_high(const struct sim_controller *c, unsigned stream)
{
    return sim_get(c, sim_stream_offset(stream, REG_SDCTL_HIGH), 1);
}

bool sim_stream_is_output(const struct sim_controller *c, unsigned stream)
{
    if (sim_stream_is_bidirectional(c, stream))
        return control_high(c, stream) & SDCTL_DIR;
    return stream >= c->shape.inputs;
}

unsigned sim_stream_tag(const struct sim_controller *c, const struct sim_stream *s)
{
    return control_high(c, s->index) >> 4;
}

unsigned sim_stream_lines(const struct sim_controller *c, const struct sim_stream *s)
{
    return 1u << (control_high(c, s->index) & SDCTL_STRIPE);
}

bool sim_stream_running(const struct sim_controller *c, unsigned stream)
{
    return sim_stream_get(c, &c->streams[stream], REG_SDCTL, 1) & SDCTL_RUN;
}

/* ---- Positions (HARDWARE 7) ------------------------------------------------------------------- */

/* `bytes`, as a controller of this kind tells them. */
static uint64_t shown_bytes(const struct sim_controller *c, const struct sim_stream *s, uint64_t bytes,
                            enum sim_position kind)
{
    unsigned fifo = sim_stream_get(c, s, REG_SDFIFOS, 2) + 1;

    switch (kind) {
    case SIM_POSITION_BEHIND:
        return bytes > fifo ? bytes - fifo : 0;
    case SIM_POSITION_AHEAD:
        return s->fetched > bytes ? s->fetched : bytes;
    case SIM_POSITION_JUMPS:
        return bytes / fifo * fifo;
    case SIM_POSITION_EXACT:
    case SIM_POSITION_NEVER:
        break;
    }
    return bytes;
}

static uint32_t in_buffer(const struct sim_controller *c, const struct sim_stream *s, uint64_t bytes)
{
    uint32_t length = sim_stream_get(c, s, REG_SDCBL, 4);

    return length ? (uint32_t)(bytes % length) : 0;
}

uint32_t sim_controller_position(const struct sim_controller *c, unsigned stream)
{
    const struct sim_stream *s = &c->streams[stream];

    if (c->removed)
        return UINT32_MAX;
    return in_buffer(c, s, shown_bytes(c, s, s->linked, c->shape.lpib));
}

/* It tells which data in memory are valid (HDA 3.6.1): of an input, those that have left the FIFO. */
uint32_t sim_stream_memory_position(const struct sim_controller *c, unsigned stream)
{
    const struct sim_stream *s = &c->streams[stream];
    uint64_t bytes = s->fetched < s->linked ? s->fetched : s->linked;

    return in_buffer(c, s, shown_bytes(c, s, bytes, c->shape.positions));
}

/* ---- Stopping ----------------------------------------------------------------------------------- */

void sim_stream_stop(struct sim_controller *c, struct sim_stream *s)
{
    s->run = false;
    s->fetching = false;
    s->moving = false;
    s->told = false;
    sim_clear_bits(c, sim_stream_offset(s->index, REG_SDCTL), 1, SDCTL_RUN);
    if (!c->shape.fifo_always_ready)
        sim_clear_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_FIFORDY);
}

bool sim_stream_fail(struct sim_controller *c, struct sim_stream *s, const char *format, ...)
{
    char sentence[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    sim_fault(c, "SD%u: %s", s->index, sentence);
    sim_set_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_DESE);
    return false;
}

/* ---- RUN and SRST (HDA 3.3.35) ------------------------------------------------------------------ */

/* Both directions have tags of their own. */
static bool check_tag(struct sim_controller *c, struct sim_stream *s)
{
    unsigned tag = sim_stream_tag(c, s);
    bool output = sim_stream_is_output(c, s->index);

    if (!tag)
        return sim_stream_fail(c, s, "RUN with stream tag 0, which is reserved (HDA 3.3.35)");
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_running(c, i) && sim_stream_is_output(c, i) == output &&
            sim_stream_tag(c, &c->streams[i]) == tag)
            return sim_stream_fail(c, s, "RUN with stream tag %u, with which SD%u runs", tag, i);
    }
    return true;
}

static bool check_stripe(struct sim_controller *c, struct sim_stream *s)
{
    if (sim_stream_lines(c, s) > 1 && !sim_stream_is_output(c, s->index))
        return sim_stream_fail(c, s, "RUN with STRIPE of an input, which has one line (HDA 3.3.35)");
    return true;
}

static bool may_run(struct sim_controller *c, struct sim_stream *s)
{
    uint32_t format = sim_stream_get(c, s, REG_SDFMT, 2);

    if (!sim_format_decode((uint16_t)format, &s->format))
        return sim_stream_fail(c, s, "RUN with format %04Xh, which is reserved (HDA 3.7.1)",
                               (unsigned)format);
    return check_tag(c, s) && check_stripe(c, s) && sim_payload_check(c, s) && sim_bdl_check(c, s);
}

/* Where it begins when it has not run yet. */
static void rewind_stream(struct sim_stream *s)
{
    *s = (struct sim_stream){.index = s->index, .run = s->run, .format = s->format};
}

static void ask_run(struct sim_controller *c, struct sim_stream *s)
{
    uint32_t control = sim_stream_get(c, s, REG_SDCTL, 1);

    if (s->reset || control & SDCTL_SRST)
        sim_fault(c, "SD%u: RUN while the stream is in reset (HDA 3.3.35)", s->index);
    else if (control & SDCTL_RUN)
        sim_fault(c, "SD%u: RUN is set again before it read as 0 (HDA 3.3.35)", s->index);
    else if (may_run(c, s))
        s->run = true;
    if (s->run && c->shape.run_restarts)
        rewind_stream(s);
    if (s->run)
        sim_set_bits(c, sim_stream_offset(s->index, REG_SDCTL), 1, SDCTL_RUN);
}

void sim_stream_control(struct sim_controller *c, unsigned stream, uint32_t value)
{
    struct sim_stream *s = &c->streams[stream];

    c->latch = true;
    if (value & SDCTL_SRST && sim_stream_running(c, stream)) {
        sim_fault(c, "SD%u: SRST is set while RUN reads as 1 (HDA 3.3.35)", stream);
        return;
    }
    s->reset = value & SDCTL_SRST;
    if (!(value & SDCTL_RUN))
        s->run = false;
    else if (!s->run)
        ask_run(c, s);
}

/* HDA 3.3.40: FIFOS is valid from when the format is written: two frames' blocks fit, and 192 bytes at least.
 */
void sim_stream_format(struct sim_controller *c, unsigned stream, uint32_t value)
{
    struct sim_format format;
    bool large = sim_format_decode((uint16_t)value, &format) && 2 * format.multiple * format.block > 192;

    if (!c->shape.fifo)
        sim_put(c, sim_stream_offset(stream, REG_SDFIFOS), 2, large ? FRAME_MAX - 1 : 191);
}

/* ---- A frame begins ----------------------------------------------------------------------------- */

static void start(struct sim_controller *c, struct sim_stream *s)
{
    if (!sim_transfer_start(c, s)) {
        sim_stream_stop(c, s);
        return;
    }
    s->fetching = true;
    sim_set_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_FIFORDY);
}

/* The stream's registers and state return to their reset values, SRST reads as 1. */
static void enter_reset(struct sim_controller *c, struct sim_stream *s)
{
    *s = (struct sim_stream){.index = s->index, .reset = true};
    if (c->shape.reset_keeps_streams)
        sim_put(c, sim_stream_offset(s->index, REG_SDCTL), 4, (uint32_t)SDSTS_FIFORDY << 24);
    else
        sim_registers_reset_stream(c, s->index);
    sim_put(c, sim_stream_offset(s->index, REG_SDCTL), 1, SDCTL_SRST);
}

void sim_stream_latch(struct sim_controller *c, struct sim_stream *s)
{
    bool in_reset = sim_stream_get(c, s, REG_SDCTL, 1) & SDCTL_SRST;

    if (s->reset && !in_reset)
        enter_reset(c, s);
    else if (!s->reset && in_reset)
        sim_clear_bits(c, sim_stream_offset(s->index, REG_SDCTL), 1, SDCTL_SRST);
    if (s->run && !s->fetching) {
        start(c, s);
    } else if (!s->run && sim_stream_running(c, s->index)) {
        sim_transfer_stop(c, s);
        sim_stream_stop(c, s);
    }
    s->held = sim_stream_sync(c) >> s->index & 1;
}

/* The codec that sends a tag. Two SDI lines must not carry the same (HDA 3.3.35). */
static unsigned find_sender(struct sim_controller *c, struct sim_stream *s)
{
    uint8_t tag = (uint8_t)sim_stream_tag(c, s);
    unsigned sender = NOBODY;

    for (unsigned n = 0; n < c->codec_count; n++) {
        unsigned i = c->addresses[n];

        if (!sim_codec_sends(c->codecs[i], tag))
            continue;
        if (sender != NOBODY && !s->told)
            sim_fault(c, "SD%u: codecs %u and %u both send stream tag %u (HDA 3.3.35)", s->index, sender, i,
                      tag);
        s->told |= sender != NOBODY;
        sender = sender != NOBODY ? sender : i;
    }
    return sender;
}

/* HDA 3.3.6: each codec has a line of its own, of which the streams before this one have taken their part. */
static bool fits_line(struct sim_controller *c, struct sim_stream *s)
{
    unsigned total = sim_payload_inbound(s);

    for (unsigned i = 0; i < s->index; i++) {
        const struct sim_stream *other = &c->streams[i];

        if (other->moving && !other->output && other->sender == s->sender)
            total += sim_payload_inbound(other);
    }
    if (total <= sim_payload_line(c))
        return true;
    if (!s->told)
        sim_fault(c, "SD%u: with it codec %u sends %u bits a frame: INPAY is less", s->index, s->sender,
                  total);
    s->told = true;
    return false;
}

/* An input moves in frames in which a codec sends it, and then needs room on its line. */
static bool comes_in(struct sim_controller *c, struct sim_stream *s)
{
    s->sender = find_sender(c, s);
    return s->sender != NOBODY && fits_line(c, s);
}

void sim_streams_frame(struct sim_controller *c)
{
    for (unsigned i = 0; i < sim_streams(c); i++) {
        struct sim_stream *s = &c->streams[i];

        s->moving = s->fetching && !s->held && (s->output || comes_in(c, s));
    }
}

/* ---- Memory ------------------------------------------------------------------------------------- */

bool sim_stream_uses(const struct sim_controller *c, unsigned stream, const struct sim_range *range)
{
    return sim_stream_running(c, stream) && sim_bdl_uses(c, &c->streams[stream], range);
}
