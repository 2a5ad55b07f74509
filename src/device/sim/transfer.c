/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer.c - DMA between memory and FIFOs, and the FIFOs' way to and from the link.
 *
 * At the beginning of each frame DMA has filled the FIFO of an output; the frame takes its blocks from it. So
 * what a frame carries was read from memory a FIFO's length before, no matter how many frames one call lets
 * pass. At the end of each frame DMA has taken whole bursts from the FIFO of an input, and the rest of a
 * descriptor at its end: what the position says has come may be in memory a burst later.
 */
#include <string.h>

#include "machine.h"
#include "samples.h"

#define BURST 64u

static bool load_next(struct sim_controller *c, struct sim_stream *s)
{
    return s->fetched != s->entry_end || sim_bdl_next(c, s);
}

static void tell_completion(struct sim_controller *c, const struct sim_stream *s)
{
    sim_set_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_BCIS);
}

/* HDA 3.3.36: whether this frame's blocks do not make it through the FIFO. */
static bool fifo_fails(struct sim_controller *c, const struct sim_stream *s)
{
    if (!c->failures.fifo[s->index])
        return false;
    c->failures.fifo[s->index]--;
    sim_set_bits(c, sim_stream_offset(s->index, REG_SDSTS), 1, SDSTS_FIFOE);
    return true;
}

/* DMA is no thread: what the driver does meanwhile is its own affair, and no data race for a tool that looks
 * for those. */
#ifdef __SANITIZE_THREAD__
__attribute__((no_sanitize("thread"))) static void copy(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((volatile uint8_t *)to)[i] = ((const volatile uint8_t *)from)[i];
}
#else
static void copy(uint8_t *to, const uint8_t *from, size_t size)
{
    memcpy(to, from, size);
}
#endif

/* The memory of the next `size` bytes; NULL, and an error, when it is gone. */
static uint8_t *reach(struct sim_controller *c, struct sim_stream *s, size_t size)
{
    uint8_t *memory = sim_memory_find(&c->memory, s->address, size);

    if (!memory)
        sim_stream_fail(c, s, "data at %llXh are not in memory that was allocated",
                        (unsigned long long)s->address);
    return memory;
}

static void move_on(struct sim_stream *s, size_t size)
{
    s->address += size;
    s->fetched += size;
}

/* ---- Outputs ------------------------------------------------------------------------------------ */

/* An IOC descriptor is in the FIFO as a whole. */
static void note_completion(struct sim_stream *s)
{
    unsigned slot = (s->first_completion + s->completion_count++) % COMPLETIONS_LIMIT;

    s->completions[slot] = (uint16_t)s->entry_end;
}

/* The next of them, in terms of `linked`; they are never further from it than a FIFO and a frame. */
static uint64_t first_completion(const struct sim_stream *s)
{
    int16_t ahead = (int16_t)(uint16_t)(s->completions[s->first_completion] - (uint16_t)s->linked);

    return s->linked + (uint64_t)(int64_t)ahead;
}

/* Reads the next `size` bytes of the cyclic buffer, or as many as there are before an error. The next
 * descriptor is fetched when its first byte is wanted. */
static bool fetch(struct sim_controller *c, struct sim_stream *s, uint8_t *to, size_t size)
{
    while (size) {
        const uint8_t *from;
        size_t part;

        if (!load_next(c, s))
            return false;
        part = size < s->entry_end - s->fetched ? size : (size_t)(s->entry_end - s->fetched);
        from = reach(c, s, part);
        if (!from)
            return false;
        copy(to, from, part);
        move_on(s, part);
        to += part;
        size -= part;
        if (s->fetched == s->entry_end && s->entry_completes)
            note_completion(s);
    }
    return true;
}

/* SDO reaches every codec; each picks its streams. */
static void send(struct sim_controller *c, const struct sim_stream *s, size_t blocks)
{
    struct sim_link_block block = {
        .stream = (uint8_t)sim_stream_tag(c, s),
        .lines = (uint8_t)sim_stream_lines(c, s),
        .format = (uint16_t)sim_stream_get(c, s, REG_SDFMT, 2),
        .frames = blocks,
        .samples = c->samples,
    };

    for (unsigned i = 0; i < c->codec_count; i++)
        sim_codec_output(c->codecs[c->addresses[i]], &block);
}

/* HDA 3.3.36: BCIS when the last byte of a descriptor with IOC has gone over the link. */
static void complete(struct sim_controller *c, struct sim_stream *s)
{
    while (s->completion_count && first_completion(s) <= s->linked) {
        s->first_completion = (s->first_completion + 1) % COMPLETIONS_LIMIT;
        s->completion_count--;
        tell_completion(c, s);
    }
}

static void play(struct sim_controller *c, struct sim_stream *s, size_t blocks)
{
    size_t bytes = blocks * s->format.block, level = (size_t)(s->fetched - s->linked);
    size_t samples = blocks * s->format.channels;
    bool whole;

    memcpy(c->stage, s->fifo, level);
    whole = fetch(c, s, c->stage + level, bytes);
    if (fifo_fails(c, s)) /* what comes too late is skipped, and silence in its place */
        memset(c->samples, 0, samples * sizeof(*c->samples));
    else
        sim_samples_unpack(&s->format, c->stage, samples, c->samples);
    send(c, s, blocks);
    s->linked += bytes;
    memcpy(s->fifo, c->stage + bytes, (size_t)(s->fetched - s->linked));
    complete(c, s);
    if (!whole)
        sim_stream_stop(c, s);
}

/* The FIFO wants a byte of the next descriptor, or the last byte of one with IOC goes over the link. */
static uint64_t next_output(const struct sim_stream *s)
{
    uint64_t wanted = s->entry_end - s->fifo_size + 1;

    if (s->completion_count && first_completion(s) < wanted)
        return first_completion(s);
    return wanted;
}

/* ---- Inputs ------------------------------------------------------------------------------------- */

/* HDA 3.3.36: BCIS when the last byte of a descriptor with IOC is in memory. */
static bool store(struct sim_controller *c, struct sim_stream *s, const uint8_t *from, size_t size)
{
    uint8_t *to = reach(c, s, size);

    if (!to)
        return false;
    copy(to, from, size);
    move_on(s, size);
    if (s->fetched == s->entry_end && s->entry_completes)
        tell_completion(c, s);
    return true;
}

/* How far memory is to be written now. */
static uint64_t burst_end(const struct sim_stream *s, bool all)
{
    if (s->linked >= s->entry_end)
        return s->entry_end;
    return all ? s->linked : s->linked / BURST * BURST;
}

/* Empties the FIFO, whose bytes are at `from`, in bursts or as a whole; keeps the rest. After an error what
 * was not written is lost. */
static bool drain(struct sim_controller *c, struct sim_stream *s, const uint8_t *from, bool all)
{
    bool good = true;

    while (s->fetched < s->linked) {
        uint64_t begin = s->fetched;

        good = load_next(c, s);
        if (good && burst_end(s, all) <= begin)
            break;
        good = good && store(c, s, from, (size_t)(burst_end(s, all) - begin));
        if (!good)
            s->linked = s->fetched;
        from += s->fetched - begin;
    }
    memmove(s->fifo, from, (size_t)(s->linked - s->fetched));
    return good;
}

/* What comes in over the sender's line goes to c->samples. */
static void receive(struct sim_controller *c, const struct sim_stream *s, size_t blocks)
{
    struct sim_link_request request = {
        .stream = (uint8_t)sim_stream_tag(c, s),
        .format = (uint16_t)sim_stream_get(c, s, REG_SDFMT, 2),
        .frames = blocks,
        .samples = c->samples,
    };

    memset(c->samples, 0, blocks * s->format.channels * sizeof(*c->samples));
    sim_codec_input(c->codecs[s->sender], &request);
}

static void record(struct sim_controller *c, struct sim_stream *s, size_t blocks)
{
    size_t level = (size_t)(s->linked - s->fetched);

    receive(c, s, blocks);
    if (fifo_fails(c, s))
        return;
    memcpy(c->stage, s->fifo, level);
    sim_samples_pack(&s->format, c->samples, blocks * s->format.channels, c->stage + level);
    s->linked += blocks * s->format.block;
    if (!drain(c, s, c->stage, false))
        sim_stream_stop(c, s);
}

/* The last byte of a descriptor with IOC comes, or the first of the next one. */
static uint64_t next_input(const struct sim_stream *s)
{
    uint64_t wanted = s->entry_completes ? s->entry_end : s->entry_end + 1;

    return wanted > s->linked ? wanted : s->linked + 1;
}

/* ---- Both --------------------------------------------------------------------------------------- */

/* How many frames the buffers hold. */
static unsigned most_frames(const struct sim_stream *s)
{
    unsigned bytes = CHUNK_BYTES / (s->format.multiple * s->format.block);
    unsigned samples = CHUNK_SAMPLES / (s->format.multiple * s->format.channels);
    unsigned most = bytes < samples ? bytes : samples;

    return most < CHUNK_FRAMES ? most : CHUNK_FRAMES;
}

bool sim_transfer_start(struct sim_controller *c, struct sim_stream *s)
{
    size_t level = (size_t)(s->fetched - s->linked);

    s->fifo_size = sim_stream_get(c, s, REG_SDFIFOS, 2) + 1;
    s->output = sim_stream_is_output(c, s->index);
    s->most = most_frames(s);
    if (!s->output)
        return load_next(c, s);
    return fetch(c, s, s->fifo + level, s->fifo_size - level);
}

void sim_transfer_stop(struct sim_controller *c, struct sim_stream *s)
{
    if (!s->output)
        drain(c, s, s->fifo, true);
}

/* Whether the rest of the descriptor at work is where it was. */
static bool is_reachable(const struct sim_controller *c, const struct sim_stream *s)
{
    size_t rest = (size_t)(s->entry_end - s->fetched);

    return !rest || sim_memory_find(&c->memory, s->address, rest);
}

/* An error comes with the next block, whatever frames without one come before (HDA 5.4.1). */
uint64_t sim_transfer_next(const struct sim_controller *c, const struct sim_stream *s)
{
    uint64_t bytes, blocks = 1;

    if (!s->moving)
        return UINT64_MAX;
    bytes = (s->output ? next_output(s) : next_input(s)) - s->linked;
    if (!c->failures.fifo[s->index] && is_reachable(c, s))
        blocks = (bytes + s->format.block - 1) / s->format.block;
    return sim_format_frames(&s->format, s->blocks + blocks) - s->frames;
}

void sim_transfer(struct sim_controller *c, struct sim_stream *s, unsigned frames)
{
    uint64_t before = s->blocks;
    size_t blocks;

    s->frames += frames;
    s->blocks = sim_format_blocks(&s->format, s->frames);
    blocks = (size_t)(s->blocks - before);
    if (blocks && s->output)
        play(c, s, blocks);
    else if (blocks)
        record(c, s, blocks);
}
