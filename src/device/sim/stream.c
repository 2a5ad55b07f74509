/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c - output streams: the buffer descriptor list (HDA 3.6.3), DMA into the FIFO, and the FIFO's way to
 * the link.
 *
 * At the beginning of each frame DMA has filled the FIFO; the frame takes its blocks from it. So what a frame
 * carries was read from memory a FIFO's length before, no matter how many frames one call lets pass.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

struct entry {
    uint64_t address;
    uint32_t length;
    bool completes; /* IOC */
};

static uint32_t get(const struct sim_controller *c, const struct sim_stream *s, uint32_t offset,
                    unsigned width)
{
    return sim_get(c, sim_stream_offset(s->index, offset), width);
}

bool sim_stream_running(const struct sim_controller *c, unsigned stream)
{
    return get(c, &c->streams[stream], REG_SDCTL, 1) & SDCTL_RUN;
}

uint32_t sim_controller_position(const struct sim_controller *c, unsigned stream)
{
    uint32_t length = get(c, &c->streams[stream], REG_SDCBL, 4);

    return length ? (uint32_t)(c->streams[stream].linked % length) : 0;
}

/* ---- Stopping ----------------------------------------------------------------------------------- */

static void stop(struct sim_controller *c, struct sim_stream *s)
{
    s->run = false;
    s->fetching = false;
    s->moving = false;
    sim_clear_bits(c, sim_stream_offset(s->index, REG_SDCTL), 1, SDCTL_RUN);
    if (!c->shape.fifo_always_ready)
        sim_clear_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_FIFORDY);
}

/* HDA 3.3.36: a descriptor error stops the stream. */
static bool __attribute__((format(printf, 3, 4)))
fail(struct sim_controller *c, struct sim_stream *s, const char *format, ...)
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

/* ---- The buffer descriptor list ----------------------------------------------------------------- */

static uint64_t entry_address(const struct sim_controller *c, const struct sim_stream *s, unsigned index)
{
    return sim_get_address(c, sim_stream_offset(s->index, REG_SDBDPL)) + 16 * index;
}

static bool read_entry(const struct sim_controller *c, const struct sim_stream *s, unsigned index,
                       struct entry *entry)
{
    const uint8_t *memory = sim_memory_find(&c->memory, entry_address(c, s, index), 16);
    uint32_t flags;

    if (!memory)
        return false;
    memcpy(&entry->address, memory, 8);
    memcpy(&entry->length, memory + 8, 4);
    memcpy(&flags, memory + 12, 4);
    entry->completes = flags & 1;
    return true;
}

static bool check_entry(struct sim_controller *c, struct sim_stream *s, unsigned index, struct entry *entry)
{
    if (!read_entry(c, s, index, entry))
        return fail(c, s, "BDL entry %u at %llXh is not in memory that was allocated", index,
                    (unsigned long long)entry_address(c, s, index));
    if (!entry->length)
        return fail(c, s, "BDL entry %u has length 0 (HDA 3.6.3)", index);
    if (entry->address & 127)
        return fail(c, s, "BDL entry %u has address %llXh, not a multiple of 128 (HDA 3.6.3)", index,
                    (unsigned long long)entry->address);
    if (!sim_memory_find(&c->memory, entry->address, entry->length))
        return fail(c, s, "BDL entry %u: %u bytes at %llXh are not in memory that was allocated", index,
                    (unsigned)entry->length, (unsigned long long)entry->address);
    return true;
}

static bool check_list(struct sim_controller *c, struct sim_stream *s)
{
    uint32_t length = get(c, s, REG_SDCBL, 4), last = get(c, s, REG_SDLVI, 2);
    uint64_t sum = 0;
    struct entry entry;

    if (!last)
        return fail(c, s, "RUN with LVI 0: a list has two entries at least (HDA 3.3.39)");
    if (!length || length % s->format.block)
        return fail(c, s, "RUN with CBL %u, not a number of whole sample blocks (HDA 3.3.38)",
                    (unsigned)length);
    for (unsigned i = 0; i <= last; i++) {
        if (!check_entry(c, s, i, &entry))
            return false;
        sum += entry.length;
    }
    if (sum != length)
        return fail(c, s, "RUN with CBL %u, but the BDL adds up to %llu (HDA 3.6.2)", (unsigned)length,
                    (unsigned long long)sum);
    return true;
}

/* ---- RUN and SRST (HDA 3.3.35) ------------------------------------------------------------------ */

/* Bits of a frame that the stream takes on the link, each sample padded to `pad` bits. */
static unsigned frame_bits(const struct sim_format *format, unsigned pad)
{
    return (format->bits + pad - 1) / pad * pad * format->channels * format->multiple;
}

/* HDA 3.3.10: OUTSTRMPAY counts samples padded to bytes here; OUTPAY counts those of all streams as they are.
 */
static bool check_payload(struct sim_controller *c, struct sim_stream *s)
{
    unsigned total = frame_bits(&s->format, 1), most = 16 * sim_get(c, REG_OUTSTRMPAY, 2);

    if (most && frame_bits(&s->format, 8) > most)
        return fail(c, s, "RUN with format %04Xh, more than OUTSTRMPAY allows",
                    (unsigned)get(c, s, REG_SDFMT, 2));
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_running(c, i))
            total += frame_bits(&c->streams[i].format, 1);
    }
    if (total > 16 * sim_get(c, REG_OUTPAY, 2))
        return fail(c, s, "RUN with %u bits a frame, together with the streams that run: OUTPAY is less",
                    total);
    return true;
}

static bool check_tag(struct sim_controller *c, struct sim_stream *s)
{
    unsigned tag = get(c, s, REG_SDCTL_HIGH, 1) >> 4;

    if (!tag)
        return fail(c, s, "RUN with stream tag 0, which is reserved (HDA 3.3.35)");
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_running(c, i) && get(c, &c->streams[i], REG_SDCTL_HIGH, 1) >> 4 == tag)
            return fail(c, s, "RUN with stream tag %u, with which SD%u runs", tag, i);
    }
    return true;
}

static bool may_run(struct sim_controller *c, struct sim_stream *s)
{
    uint32_t format = get(c, s, REG_SDFMT, 2);

    if (!sim_format_decode((uint16_t)format, &s->format))
        return fail(c, s, "RUN with format %04Xh, which is reserved (HDA 3.7.1)", (unsigned)format);
    return check_tag(c, s) && check_payload(c, s) && check_list(c, s);
}

/* Where it begins when it has not run yet. */
static void rewind_stream(struct sim_stream *s)
{
    *s = (struct sim_stream){.index = s->index, .run = s->run, .format = s->format};
}

static void ask_run(struct sim_controller *c, struct sim_stream *s)
{
    uint32_t control = get(c, s, REG_SDCTL, 1);

    if (s->reset || control & SDCTL_SRST)
        sim_fault(c, "SD%u: RUN while the stream is in reset (HDA 3.3.35)", s->index);
    else if (control & SDCTL_RUN)
        sim_fault(c, "SD%u: RUN is set again before it read as 0 (HDA 3.3.35)", s->index);
    else if (s->index < c->shape.inputs)
        sim_fault(c, "SD%u: the simulator captures nothing", s->index);
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

/* ---- DMA ---------------------------------------------------------------------------------------- */

/* DMA is no thread: what the driver writes meanwhile is its own affair, and no data race for a tool that
 * looks for those. */
#ifdef __SANITIZE_THREAD__
__attribute__((no_sanitize("thread"))) static void dma_read(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = *(const volatile uint8_t *)&from[i];
}
#else
static void dma_read(uint8_t *to, const uint8_t *from, size_t size)
{
    memcpy(to, from, size);
}
#endif

/* The next descriptor is fetched when its first byte is wanted. */
static bool next_entry(struct sim_controller *c, struct sim_stream *s)
{
    unsigned last = get(c, s, REG_SDLVI, 2), slot;
    struct entry entry;

    if (!s->entry && s->fetched % get(c, s, REG_SDCBL, 4))
        return fail(c, s, "the BDL does not add up to CBL any more (HDA 3.6.2)");
    if (!check_entry(c, s, s->entry, &entry))
        return false;
    s->address = entry.address;
    s->entry_end = s->fetched + entry.length;
    s->entry = s->entry >= last ? 0 : s->entry + 1;
    if (entry.completes) {
        slot = (s->first_completion + s->completion_count++) % COMPLETIONS_LIMIT;
        s->completions[slot] = s->entry_end;
    }
    return true;
}

/* Reads the next `size` bytes of the cyclic buffer, or as many as there are before an error. */
static bool fetch(struct sim_controller *c, struct sim_stream *s, uint8_t *to, size_t size)
{
    while (size) {
        const void *from;
        size_t part;

        if (s->fetched == s->entry_end && !next_entry(c, s))
            return false;
        part = size < s->entry_end - s->fetched ? size : (size_t)(s->entry_end - s->fetched);
        from = sim_memory_find(&c->memory, s->address, part);
        if (!from)
            return fail(c, s, "data at %llXh are not in memory that was allocated",
                        (unsigned long long)s->address);
        dma_read(to, from, part);
        to += part;
        size -= part;
        s->address += part;
        s->fetched += part;
    }
    return true;
}

static void start(struct sim_controller *c, struct sim_stream *s)
{
    size_t level = (size_t)(s->fetched - s->linked);

    s->fifo_size = get(c, s, REG_SDFIFOS, 2) + 1;
    if (!fetch(c, s, s->fifo + level, s->fifo_size - level)) {
        stop(c, s);
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
    bool in_reset = get(c, s, REG_SDCTL, 1) & SDCTL_SRST;

    if (s->reset && !in_reset)
        enter_reset(c, s);
    else if (!s->reset && in_reset)
        sim_clear_bits(c, sim_stream_offset(s->index, REG_SDCTL), 1, SDCTL_SRST);
    if (s->run && !s->fetching)
        start(c, s);
    else if (!s->run && sim_stream_running(c, s->index))
        stop(c, s);
    s->moving = s->fetching && !(sim_get(c, REG_SSYNC, 4) >> s->index & 1);
}

/* ---- The link ----------------------------------------------------------------------------------- */

uint64_t sim_stream_next(const struct sim_stream *s)
{
    uint64_t bytes, blocks;

    if (!s->moving)
        return UINT64_MAX;
    /* The FIFO wants a byte of the next descriptor, or the last byte of one with IOC goes over the link. */
    bytes = s->entry_end - s->fifo_size + 1;
    if (s->completion_count && s->completions[s->first_completion] < bytes)
        bytes = s->completions[s->first_completion];
    blocks = (bytes + s->format.block - 1) / s->format.block;
    return sim_format_frames(&s->format, blocks) - s->frames;
}

static void decode8(const uint8_t *from, size_t count, int32_t *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (int32_t)((uint32_t)from[i] << 24);
}

static void decode16(const uint8_t *from, size_t count, int32_t *to)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t sample;

        memcpy(&sample, from + 2 * i, sizeof(sample));
        to[i] = (int32_t)((uint32_t)sample << 16);
    }
}

static void decode32(const uint8_t *from, size_t count, uint32_t mask, int32_t *to)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t sample;

        memcpy(&sample, from + 4 * i, sizeof(sample));
        to[i] = (int32_t)(sample & mask);
    }
}

/* Left-justified; the link carries the valid bits and no others. */
static void decode(const struct sim_format *format, const uint8_t *from, size_t count, int32_t *to)
{
    if (format->container == 1)
        decode8(from, count, to);
    else if (format->container == 2)
        decode16(from, count, to);
    else
        decode32(from, count, 0xFFFFFFFFu << (32 - format->bits), to);
}

/* SDO reaches every codec; each picks its streams. */
static void send_blocks(struct sim_controller *c, const struct sim_stream *s, size_t blocks)
{
    struct sim_link_block block = {
        .stream = (uint8_t)(get(c, s, REG_SDCTL_HIGH, 1) >> 4),
        .lines = 1,
        .format = (uint16_t)get(c, s, REG_SDFMT, 2),
        .frames = blocks,
        .samples = c->samples,
    };

    decode(&s->format, c->stage, blocks * s->format.channels, c->samples);
    for (unsigned i = 0; i < SIM_MAX_CODECS; i++) {
        if (c->codecs[i])
            sim_codec_output(c->codecs[i], &block);
    }
}

/* HDA 3.3.36: BCIS when the last byte of a descriptor with IOC has gone over the link. */
static void complete(struct sim_controller *c, struct sim_stream *s)
{
    while (s->completion_count && s->completions[s->first_completion] <= s->linked) {
        s->first_completion = (s->first_completion + 1) % COMPLETIONS_LIMIT;
        s->completion_count--;
        sim_set_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_BCIS);
    }
}

void sim_stream_transfer(struct sim_controller *c, struct sim_stream *s, unsigned frames)
{
    uint64_t blocks =
        sim_format_blocks(&s->format, s->frames + frames) - sim_format_blocks(&s->format, s->frames);
    size_t bytes = (size_t)blocks * s->format.block, level = (size_t)(s->fetched - s->linked);
    bool whole;

    s->frames += frames;
    if (!blocks)
        return;
    memcpy(c->stage, s->fifo, level);
    whole = fetch(c, s, c->stage + level, bytes);
    send_blocks(c, s, (size_t)blocks);
    s->linked += bytes;
    memcpy(s->fifo, c->stage + bytes, (size_t)(s->fetched - s->linked));
    complete(c, s);
    if (!whole)
        stop(c, s);
}

/* ---- Memory ------------------------------------------------------------------------------------- */

bool sim_stream_uses(const struct sim_controller *c, unsigned stream, const struct sim_range *range)
{
    const struct sim_stream *s = &c->streams[stream];
    unsigned last = get(c, s, REG_SDLVI, 2);
    struct entry entry;

    if (!sim_stream_running(c, stream))
        return false;
    if (sim_overlaps(range, entry_address(c, s, 0), 16 * (last + 1)))
        return true;
    for (unsigned i = 0; i <= last; i++) {
        if (read_entry(c, s, i, &entry) && sim_overlaps(range, entry.address, entry.length))
            return true;
    }
    return false;
}
