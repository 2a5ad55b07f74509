/* SPDX-License-Identifier: BSD-2-Clause */
/* controller.c - time, link reset, discovery, frames, interrupts, memory: see controller.h. */
#include "controller.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

#define TICKS_PER_MICROSECOND 24u

/* HDA 5.5.1: RST# stays low for 100 us at least; the bit clock runs for 100 us before it rises. */
#define RESET_LOW_TICKS  (100 * TICKS_PER_MICROSECOND)
#define LINK_START_TICKS (100 * TICKS_PER_MICROSECOND)
#define LINK_STOP_TICKS  SIM_TICKS_PER_FRAME

/* HDA 5.5.1: codecs ask for their address within 25 frames; here each in a frame of its own, 11 to 25. */
#define DISCOVERY_FRAME 11

#define LOWEST_ADDRESS  0x00100000ull
#define LOWEST_ABOVE_4G 0x100000000ull

const struct sim_shape sim_default_shape = {
    .inputs = 4,
    .outputs = 4,
    .output_lines = 1,
    .ring_sizes = 0x40,
    .address64 = SIM_ADDRESS64,
    .output_payload = 60,
    .input_payload = 29,
    .output_stream_payload = 48,
    .input_stream_payload = 24,
    .immediate_address = true,
};

const struct sim_shape sim_qemu_shape = {
    .inputs = 4,
    .outputs = 4,
    .output_lines = 1,
    .ring_sizes = 0x40,
    .address64 = SIM_ADDRESS64,
    .output_payload = 60,
    .input_payload = 29,
    .fifo = 0x100,
    .ssync = SIM_SSYNC_NONE,
    .count_stalls = true,
    .run_restarts = true,
    .any_write_clears = true,
    .reset_keeps_streams = true,
    .fifo_always_ready = true,
    .reset_discovers = true,
    .status_ungated = true,
};

struct sim_controller *sim_controller_create(const struct sim_shape *shape, sim_fault_routine *fault,
                                             void *context)
{
    struct sim_controller *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->shape = *shape;
    if (!c->shape.output_lines)
        c->shape.output_lines = 1;
    c->fault = fault;
    c->fault_context = context;
    for (unsigned i = 0; i < SIM_MAX_STREAMS; i++)
        c->streams[i].index = i;
    sim_registers_reset(c);
    return c;
}

void sim_controller_destroy(struct sim_controller *c)
{
    if (!c)
        return;
    sim_memory_clear(&c->memory);
    free(c);
}

/* A codec asks for its address. */
static void announce(struct sim_controller *c, unsigned address)
{
    if (c->codecs[address])
        sim_set_bits(c, REG_STATESTS, 2, 1u << address);
}

void sim_controller_plug(struct sim_controller *c, unsigned address, struct sim_codec *codec)
{
    unsigned place = c->codec_count++;

    for (; place && c->addresses[place - 1] > address; place--)
        c->addresses[place] = c->addresses[place - 1];
    c->addresses[place] = (uint8_t)address;
    c->codecs[address] = codec;
    if (c->shape.reset_discovers)
        announce(c, address);
}

/* HDA 3.3.8, 4.5.9.2: a codec pulls its SDI line high, and STATESTS keeps that over a reset. */
static void wake(struct sim_controller *c)
{
    for (unsigned i = 0; i < c->codec_count; i++) {
        if (sim_codec_wakes(c->codecs[c->addresses[i]]))
            announce(c, c->addresses[i]);
    }
    sim_update_interrupt(c);
}

void sim_controller_stir(struct sim_controller *c)
{
    c->latch = true;
    if (c->link != LINK_UP)
        wake(c);
}

bool sim_controller_woken(const struct sim_controller *c)
{
    bool reset = c->link == LINK_RESET || c->link == LINK_STOPPING;

    return !c->removed && reset && sim_get(c, REG_STATESTS, 2) & sim_get(c, REG_WAKEEN, 2);
}

void sim_fault(struct sim_controller *c, const char *format, ...)
{
    char sentence[200];
    va_list arguments;

    if (c->removed)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    c->fault(c->fault_context, sentence);
}

/* ---- Interrupts (HDA 3.3.14, 3.3.15) ------------------------------------------------------------ */

static bool controller_cause(const struct sim_controller *c)
{
    uint32_t rirb = sim_get(c, REG_RIRBSTS, 1), rirb_control = sim_get(c, REG_RIRBCTL, 1);

    if (c->shape.status_ungated && rirb)
        return true;
    if (rirb & RIRBSTS_RINTFL && rirb_control & RIRBCTL_RINTCTL)
        return true;
    if (rirb & RIRBSTS_OIS && rirb_control & RIRBCTL_OIC)
        return true;
    if (sim_get(c, REG_CORBSTS, 1) & CORBSTS_CMEI && sim_get(c, REG_CORBCTL, 1) & CORBCTL_CMEIE)
        return true;
    return sim_get(c, REG_STATESTS, 2) & sim_get(c, REG_WAKEEN, 2);
}

static bool stream_cause(const struct sim_controller *c, unsigned stream)
{
    const uint8_t *descriptor = &c->registers[sim_stream_offset(stream, REG_SDCTL)];
    uint8_t status = descriptor[REG_SDSTS - REG_SDCTL] & SDSTS_CAUSES;

    return c->shape.status_ungated ? status : status & descriptor[0];
}

/* SIS and CIS do not depend on INTCTL, and GIS is the OR of them. */
uint32_t sim_interrupt_status(const struct sim_controller *c)
{
    uint32_t status = controller_cause(c) ? INT_CONTROLLER : 0, seen;

    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (stream_cause(c, i))
            status |= 1u << i;
    }
    seen = c->shape.status_ungated ? status & sim_get(c, REG_INTCTL, 4) : status;
    return seen ? status | INT_GLOBAL : status;
}

/* Whether nobody is to hear of the interrupt that begins (HARDWARE 6). */
static bool loses_interrupt(struct sim_controller *c)
{
    if (c->failures.message) {
        c->failures.message--;
        return true;
    }
    return c->shape.lost_messages && ++c->messages % c->shape.lost_messages == 0;
}

void sim_update_interrupt(struct sim_controller *c)
{
    uint32_t control = sim_get(c, REG_INTCTL, 4);
    bool asserted = control & INT_GLOBAL && sim_interrupt_status(c) & control & ~INT_GLOBAL;

    if (asserted && !c->asserted) {
        c->unheard = loses_interrupt(c);
        c->message |= !c->unheard;
    } else if (!asserted && c->asserted) {
        c->message |= c->shape.stale_messages;
    }
    c->asserted = asserted;
}

bool sim_controller_asserted(const struct sim_controller *c)
{
    return c->asserted && !c->unheard;
}

bool sim_controller_message(const struct sim_controller *c)
{
    return c->message;
}

bool sim_controller_take_message(struct sim_controller *c)
{
    bool message = c->message;

    c->message = false;
    return message;
}

/* ---- Reset (HDA 3.3.7, 4.2.2) ------------------------------------------------------------------- */

static void check_quiet(struct sim_controller *c)
{
    if (sim_get(c, REG_CORBCTL, 1) & CORBCTL_RUN || sim_get(c, REG_RIRBCTL, 1) & RIRBCTL_DMAEN)
        sim_fault(c, "CRST is cleared while the CORB or the RIRB runs (HDA 3.3.7)");
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_running(c, i))
            sim_fault(c, "CRST is cleared while SD%u runs (HDA 3.3.7)", i);
    }
}

static void reset_streams(struct sim_controller *c)
{
    for (unsigned i = 0; i < SIM_MAX_STREAMS; i++)
        c->streams[i] = (struct sim_stream){.index = i};
}

static void enter_reset(struct sim_controller *c)
{
    check_quiet(c);
    sim_registers_reset(c);
    reset_streams(c);
    c->ring = (struct sim_ring){.responses = c->shape.count_stalls ? c->ring.responses : 0};
    c->latch = false;
    c->flush = false;
    for (unsigned i = 0; i < SIM_MAX_CODECS; i++) {
        if (c->codecs[i])
            sim_codec_link_reset(c->codecs[i]);
        if (c->shape.reset_discovers)
            announce(c, i);
    }
    c->link = LINK_STOPPING;
    c->link_until = c->now + LINK_STOP_TICKS;
    c->reset_since = c->now;
    c->was_reset = true;
}

static void leave_reset(struct sim_controller *c)
{
    if (c->was_reset && c->now - c->reset_since < RESET_LOW_TICKS)
        sim_fault(c, "CRST is set %u us after it was cleared: RST# stays low for 100 us at least (HDA 5.5.1)",
                  (unsigned)(c->now - c->reset_since) / TICKS_PER_MICROSECOND);
    if (c->resets_failed < c->shape.failed_resets) {
        c->resets_failed++;
        return;
    }
    c->link = LINK_STARTING;
    c->link_until = c->now + LINK_START_TICKS;
}

/* HDA 3.3.7: the buffers' writes are flushed when FSTS says so; no stream may run. */
static void start_flush(struct sim_controller *c)
{
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_running(c, i)) {
            sim_fault(c, "FCNTRL is set while SD%u runs (HDA 3.3.7)", i);
            return;
        }
    }
    c->flush = true;
    c->latch = true;
}

void sim_global_control(struct sim_controller *c, uint32_t value)
{
    bool run = value & GCTL_CRST;

    if (c->link != LINK_UP)
        sim_put(c, REG_GCTL, 4, 0);
    if (c->link == LINK_UP && !run)
        enter_reset(c);
    else if (c->link == LINK_UP && value & GCTL_FCNTRL)
        start_flush(c);
    else if (c->link == LINK_RESET && run)
        leave_reset(c);
    else if (c->link == LINK_STARTING && !run)
        c->link = LINK_RESET;
    else if (c->link == LINK_STOPPING && run)
        sim_fault(c, "CRST is set before it read as 0 (HDA 3.3.7)");
}

/* ---- Frames ------------------------------------------------------------------------------------- */

/* The frame in which the next codec asks for its address; UINT64_MAX: all have. */
static uint64_t discovery_frame(const struct sim_controller *c)
{
    if (c->shape.reset_discovers)
        return UINT64_MAX;
    for (unsigned i = 0; i < SIM_MAX_CODECS; i++) {
        if (c->codecs[i] && c->frame < DISCOVERY_FRAME + i)
            return DISCOVERY_FRAME + i;
    }
    return UINT64_MAX;
}

static void discover(struct sim_controller *c)
{
    uint64_t address = c->frame - DISCOVERY_FRAME;

    if (c->frame >= DISCOVERY_FRAME && address < SIM_MAX_CODECS && !c->shape.reset_discovers)
        announce(c, (unsigned)address);
}

/* HDA 3.6.1: eight bytes for each stream, of which the first four are its position. */
static void write_positions(struct sim_controller *c)
{
    uint64_t base = sim_get_address(c, REG_DPLBASE);
    uint32_t *entry;

    if (!(sim_get(c, REG_DPLBASE, 4) & DPLBASE_ENABLE) || c->shape.positions == SIM_POSITION_NEVER)
        return;
    entry = sim_memory_find(&c->memory, base, 8 * sim_streams(c));
    if (!entry) {
        sim_fault(c, "the position buffer at %llXh is not in memory that was allocated",
                  (unsigned long long)base);
        sim_clear_bits(c, REG_DPLBASE, 4, DPLBASE_ENABLE);
        return;
    }
    for (unsigned i = 0; i < sim_streams(c); i++)
        __atomic_store_n(&entry[2 * i], sim_stream_memory_position(c, i), __ATOMIC_RELAXED);
}

static void latch_registers(struct sim_controller *c)
{
    c->latch = false;
    if (c->flush) {
        c->flush = false;
        sim_set_bits(c, REG_GSTS, 2, GSTS_FSTS);
    }
    sim_ring_latch(c);
    for (unsigned i = 0; i < sim_streams(c); i++)
        sim_stream_latch(c, &c->streams[i]);
}

static void tell_codecs(struct sim_controller *c)
{
    for (unsigned i = 0; i < c->codec_count; i++)
        sim_codec_frame(c->codecs[c->addresses[i]], c->frame);
}

/* A frame begins. Positions are in memory before an interrupt tells of them (HDA 3.6.1). */
static void begin_frame(struct sim_controller *c)
{
    tell_codecs(c);
    if (c->latch)
        latch_registers(c);
    discover(c);
    sim_ring_frame(c);
    sim_streams_frame(c);
    write_positions(c);
    sim_update_interrupt(c);
}

static void transfer_all(struct sim_controller *c, bool outputs, unsigned frames)
{
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (c->streams[i].moving && c->streams[i].output == outputs)
            sim_transfer(c, &c->streams[i], frames);
    }
}

static unsigned chunk_of(const struct sim_controller *c, uint64_t frames)
{
    unsigned chunk = frames < CHUNK_FRAMES ? (unsigned)frames : CHUNK_FRAMES;

    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (c->streams[i].moving && c->streams[i].most < chunk)
            chunk = c->streams[i].most;
    }
    return chunk;
}

/* `frames` go by, none of which but the last ends with anything but samples on the link. The streams keep
 * pace with one another, so that a codec hears them side by side; inputs come last, so that it has what goes
 * out in the same frames. */
static void run_frames(struct sim_controller *c, uint64_t frames)
{
    while (frames) {
        unsigned chunk = chunk_of(c, frames);

        transfer_all(c, true, chunk);
        transfer_all(c, false, chunk);
        c->frame += chunk;
        frames -= chunk;
        if (frames)
            tell_codecs(c);
    }
    begin_frame(c);
}

/* When the next codec does something by itself; what it wanted to do before now it does next. */
static uint64_t codec_frame(const struct sim_controller *c)
{
    uint64_t next = UINT64_MAX;

    for (unsigned i = 0; i < c->codec_count; i++) {
        uint64_t frame = sim_codec_next(c->codecs[c->addresses[i]]);

        next = frame < next ? frame : next;
    }
    return next > c->frame ? next : c->frame + 1;
}

/* The next frame that has something to do when it begins; UINT64_MAX: none has. */
static uint64_t next_frame(const struct sim_controller *c)
{
    uint64_t next = discovery_frame(c), codec;

    if (c->latch || sim_ring_pending(c))
        return c->frame + 1;
    codec = codec_frame(c);
    next = codec < next ? codec : next;
    for (unsigned i = 0; i < sim_streams(c); i++) {
        uint64_t frames = sim_transfer_next(c, &c->streams[i]);

        if (frames < UINT64_MAX - c->frame && c->frame + frames < next)
            next = c->frame + frames;
    }
    return next;
}

uint64_t sim_controller_next(const struct sim_controller *c)
{
    uint64_t frame;

    if (c->removed)
        return UINT64_MAX;
    switch (c->link) {
    case LINK_STARTING:
    case LINK_STOPPING:
        return c->link_until;
    case LINK_UP:
        frame = next_frame(c);
        return frame == UINT64_MAX ? UINT64_MAX : c->link_since + frame * SIM_TICKS_PER_FRAME;
    case LINK_RESET:
        break;
    }
    return UINT64_MAX;
}

/* `tick` is not later than what happens next. */
static void run_until(struct sim_controller *c, uint64_t tick)
{
    uint64_t frame;

    c->now = tick;
    if (c->link == LINK_UP) {
        frame = (tick - c->link_since) / SIM_TICKS_PER_FRAME;
        if (frame > c->frame)
            run_frames(c, frame - c->frame);
    } else if (c->link == LINK_STOPPING && tick == c->link_until) {
        c->link = LINK_RESET;
        wake(c); /* for what a codec could not say before */
    } else if (c->link == LINK_STARTING && tick == c->link_until) {
        c->link = LINK_UP;
        c->link_since = tick;
        c->frame = 0;
        tell_codecs(c);
    }
}

void sim_controller_advance(struct sim_controller *c, uint64_t tick)
{
    while (c->now < tick && !c->removed) {
        uint64_t next = sim_controller_next(c);

        run_until(c, next < tick ? next : tick);
    }
}

uint32_t sim_controller_wall_clock(const struct sim_controller *c)
{
    if (c->removed)
        return UINT32_MAX;
    return c->link == LINK_UP ? (uint32_t)(c->now - c->link_since) : 0;
}

unsigned sim_controller_streams(const struct sim_controller *c)
{
    return sim_streams(c);
}

bool sim_controller_has_alias(const struct sim_controller *c)
{
    return !c->shape.no_alias;
}

void sim_controller_remove(struct sim_controller *c)
{
    c->removed = true;
    c->asserted = false;
    c->message = false;
}

/* ---- Failures ----------------------------------------------------------------------------------- */

bool sim_controller_fail(struct sim_controller *c, enum hdabus_sim_failure failure, unsigned which)
{
    struct sim_failures *failures = &c->failures;
    bool stream = which < sim_streams(c), codec = which < SIM_MAX_CODECS && c->codecs[which];

    switch (failure) {
    case HDABUS_SIM_FIFO_ERROR:
        failures->fifo[stream ? which : 0] += stream;
        return stream;
    case HDABUS_SIM_DESCRIPTOR_ERROR:
        failures->descriptor[stream ? which : 0] += stream;
        return stream;
    case HDABUS_SIM_MEMORY_ERROR:
        failures->memory++;
        return true;
    case HDABUS_SIM_RESPONSE_OVERRUN:
        failures->overrun++;
        return true;
    case HDABUS_SIM_NO_RESPONSE:
        failures->response[codec ? which : 0] += codec;
        return codec;
    case HDABUS_SIM_LOST_INTERRUPT:
        failures->message++;
        return true;
    }
    return false;
}

/* ---- Memory ------------------------------------------------------------------------------------- */

bool sim_controller_place(struct sim_controller *c, size_t size, uint64_t highest, uint64_t *address)
{
    uint64_t lowest = highest >> 32 ? LOWEST_ABOVE_4G : LOWEST_ADDRESS;

    return sim_memory_place(&c->memory, size, lowest, highest, address);
}

bool sim_controller_remember(struct sim_controller *c, uint64_t address, void *memory, size_t size)
{
    return sim_memory_add(&c->memory, address, memory, size);
}

static bool positions_use(const struct sim_controller *c, const struct sim_range *range)
{
    return sim_get(c, REG_DPLBASE, 4) & DPLBASE_ENABLE &&
           sim_overlaps(range, sim_get_address(c, REG_DPLBASE), 8 * sim_streams(c));
}

static void check_unused(struct sim_controller *c, const struct sim_range *range)
{
    const char *user = sim_ring_uses(c, range);

    if (!user && positions_use(c, range))
        user = "the position buffer";
    if (user)
        sim_fault(c, "memory at %llXh is freed while %s uses it", (unsigned long long)range->address, user);
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_uses(c, i, range))
            sim_fault(c, "memory at %llXh is freed while SD%u, which runs, uses it",
                      (unsigned long long)range->address, i);
    }
}

void sim_controller_forget(struct sim_controller *c, uint64_t address)
{
    const struct sim_range *range = sim_memory_range(&c->memory, address);

    if (!range) {
        sim_fault(c, "memory at %llXh is freed but was not allocated", (unsigned long long)address);
        return;
    }
    check_unused(c, range);
    sim_memory_remove(&c->memory, address);
    c->latch = true; /* whoever uses it still misses it in the next frame */
}
