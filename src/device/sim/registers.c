/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers.c - the register table of HDA 3.3: widths, reset values, which bits keep what is written and
 * which are cleared by a 1, and what a register does beyond that.
 */
#include "machine.h"

#include <string.h>

enum limit {
    NO_LIMIT,
    ADDRESS_LIMIT, /* written only where GCAP.64OK says so */
    STREAM_LIMIT,  /* has as many bits as there are streams */
    SIZE_LIMIT,    /* written only where there is a choice */
    CONTROL_LIMIT, /* SDnCTL.STRIPE and DIR, where there are such */
};

struct row {
    const char *name;
    uint16_t offset; /* for a stream's registers: in descriptor 0 */
    uint8_t width;   /* bytes */
    uint32_t reset;
    uint32_t writable; /* bits that keep what is written */
    uint32_t clear;    /* bits that a 1 clears */
    enum limit limit;
    bool reserved; /* no bits, but a legal access */
    /* Whether `value` may be written now; says why not. */
    bool (*guard)(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value);
    uint32_t (*read)(const struct sim_controller *c, unsigned stream); /* computed */
    void (*written)(struct sim_controller *c, unsigned stream, uint32_t value);
};

/* ---- Bytes -------------------------------------------------------------------------------------- */

void sim_put(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++)
        c->registers[offset + i] = (uint8_t)(value >> 8 * i);
}

void sim_set_bits(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t bits)
{
    sim_put(c, offset, width, sim_get(c, offset, width) | bits);
}

void sim_clear_bits(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t bits)
{
    sim_put(c, offset, width, sim_get(c, offset, width) & ~bits);
}

uint64_t sim_get_address(const struct sim_controller *c, uint32_t offset)
{
    uint64_t high = c->shape.address64 == SIM_ADDRESS64_BROKEN ? 0 : sim_get(c, offset + 4, 4);

    return (high << 32 | sim_get(c, offset, 4)) & ~(uint64_t)127;
}

uint32_t sim_stream_sync(const struct sim_controller *c)
{
    return sim_get(c, c->shape.ssync == SIM_SSYNC_34 ? REG_SSYNC_34 : REG_SSYNC, 4);
}

/* ---- Guards ------------------------------------------------------------------------------------- */

static bool refuse(struct sim_controller *c, const struct row *row, unsigned stream, const char *why)
{
    if (row->offset >= REG_SDCTL)
        sim_fault(c, "SD%u%s is written %s", stream, row->name, why);
    else
        sim_fault(c, "%s is written %s", row->name, why);
    return false;
}

static bool corb_stopped(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    (void)value;
    if (sim_get(c, REG_CORBCTL, 1) & CORBCTL_RUN)
        return refuse(c, row, stream, "while the CORB runs (HDA 3.3.18)");
    return true;
}

static bool rirb_stopped(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    (void)value;
    if (sim_get(c, REG_RIRBCTL, 1) & RIRBCTL_DMAEN)
        return refuse(c, row, stream, "while the RIRB runs (HDA 3.3.25)");
    return true;
}

static bool all_stopped(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    (void)value;
    for (unsigned i = 0; i < sim_streams(c); i++) {
        if (sim_stream_running(c, i))
            return refuse(c, row, stream, "while a stream runs (HDA 3.3.32)");
    }
    return true;
}

static bool stream_stopped(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    uint32_t control = sim_get(c, sim_stream_offset(stream, REG_SDCTL), 1);

    (void)value;
    if (control & SDCTL_RUN)
        return refuse(c, row, stream, "while the stream runs (HDA 3.3.35)");
    if (control & SDCTL_SRST)
        return refuse(c, row, stream, "while the stream is in reset (HDA 3.3.35)");
    return true;
}

/* What has begun with one length and format goes on with them until the stream's reset (HDA 3.3.38). */
static bool stream_fresh(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    if (!stream_stopped(c, row, stream, value))
        return false;
    if (c->streams[stream].entry_end)
        return refuse(c, row, stream, "after the stream ran and without a stream reset (HDA 3.3.38)");
    return true;
}

/* HDA 3.3.35: 0 is one SDO line, 1 two, 2 four; inputs have none. */
static bool stripe_exists(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    uint32_t stripe = value & SDCTL_STRIPE;

    if (stripe && stream < c->shape.inputs)
        return refuse(c, row, stream, "with STRIPE, which inputs do not have (HDA 3.3.35)");
    if (stripe == SDCTL_STRIPE || 1u << stripe > c->shape.output_lines)
        return refuse(c, row, stream, "with STRIPE over more SDO lines than there are (HDA 3.3.35)");
    return true;
}

/* Nothing has been set since the stream's reset. */
static bool descriptor_is_blank(const struct sim_controller *c, unsigned stream)
{
    static const uint16_t set[] = {REG_SDCBL, REG_SDLVI, REG_SDFMT, REG_SDBDPL, REG_SDBDPU};
    uint32_t bits = sim_get(c, sim_stream_offset(stream, REG_SDCTL_HIGH), 1) & SDCTL_TAG;

    for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
        bits |= sim_get(c, sim_stream_offset(stream, set[i]), set[i] == REG_SDLVI ? 2 : 4);
    return !bits;
}

/* HDA 3.3.35: DIR is the first that is set after a reset, and only where there is a choice. */
static bool direction_is_free(struct sim_controller *c, const struct row *row, unsigned stream,
                              uint32_t value)
{
    uint32_t old = sim_get(c, sim_stream_offset(stream, REG_SDCTL_HIGH), 1);

    if (!((value ^ old) & SDCTL_DIR))
        return true;
    if (!sim_stream_is_bidirectional(c, stream))
        return refuse(c, row, stream, "with DIR, which only bidirectional descriptors have (HDA 3.3.35)");
    if (!stream_stopped(c, row, stream, value))
        return false;
    if (!descriptor_is_blank(c, stream))
        return refuse(c, row, stream, "with another DIR after other registers were (HDA 3.3.35)");
    return true;
}

/* Any part of SDnCTL may be written at any time, but what the link goes by must stay while samples do. */
static bool control_stays(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    uint32_t old = sim_get(c, sim_stream_offset(stream, REG_SDCTL_HIGH), 1);
    bool same = !((value ^ old) & (SDCTL_TAG | SDCTL_STRIPE));

    if (!stripe_exists(c, row, stream, value) || !direction_is_free(c, row, stream, value))
        return false;
    return same || !sim_stream_running(c, stream) || stream_stopped(c, row, stream, value);
}

/* ---- Registers that are computed or do something ------------------------------------------------ */

static uint32_t read_gctl(const struct sim_controller *c, unsigned stream)
{
    bool up = c->link == LINK_UP || c->link == LINK_STOPPING;

    (void)stream;
    return sim_get(c, REG_GCTL, 4) | (up ? GCTL_CRST : 0) | (c->flush ? GCTL_FCNTRL : 0);
}

static void write_gctl(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    sim_global_control(c, value);
}

static uint32_t read_intsts(const struct sim_controller *c, unsigned stream)
{
    (void)stream;
    return sim_interrupt_status(c);
}

static uint32_t read_walclk(const struct sim_controller *c, unsigned stream)
{
    (void)stream;
    return sim_controller_wall_clock(c);
}

static void write_ssync(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    (void)value;
    c->latch = true;
}

static void write_corbwp(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    sim_corb_pointer(c, value);
}

static void write_corbrp(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    sim_corb_read_pointer(c, value);
}

static void write_corbctl(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    sim_corb_control(c, value);
}

static uint32_t read_rirbwp(const struct sim_controller *c, unsigned stream)
{
    (void)stream;
    return c->shape.wild_rirbwp ? 0xFFFF : sim_get(c, REG_RIRBWP, 2);
}

static void write_rirbwp(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    sim_rirb_write_pointer(c, value);
}

static void write_rirbctl(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    sim_rirb_control(c, value);
}

static void write_icis(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    sim_immediate_status(c, value);
}

static void write_dplbase(struct sim_controller *c, unsigned stream, uint32_t value)
{
    (void)stream;
    (void)value;
    c->latch = true;
}

#define HIGH_BITS 0xFFFFFFFF
#define BASE_BITS 0xFFFFFF80 /* 128-byte boundaries */

static const struct row rows[] = {
    {.name = "GCAP", .offset = REG_GCAP, .width = 2},
    {.name = "VMIN", .offset = REG_VMIN, .width = 1},
    {.name = "VMAJ", .offset = REG_VMAJ, .width = 1, .reset = 1},
    {.name = "OUTPAY", .offset = REG_OUTPAY, .width = 2},
    {.name = "INPAY", .offset = REG_INPAY, .width = 2},
    {.name = "GCTL",
     .offset = REG_GCTL,
     .width = 4,
     .writable = GCTL_UNSOL,
     .read = read_gctl,
     .written = write_gctl},
    {.name = "WAKEEN", .offset = REG_WAKEEN, .width = 2, .writable = 0x7FFF},
    {.name = "STATESTS", .offset = REG_STATESTS, .width = 2, .clear = 0x7FFF},
    {.name = "GSTS", .offset = REG_GSTS, .width = 2, .clear = GSTS_FSTS},
    {.name = "OUTSTRMPAY", .offset = REG_OUTSTRMPAY, .width = 2},
    {.name = "INSTRMPAY", .offset = REG_INSTRMPAY, .width = 2},
    {.name = "INTCTL", .offset = REG_INTCTL, .width = 4, .writable = 0xFFFFFFFF, .limit = STREAM_LIMIT},
    {.name = "INTSTS", .offset = REG_INTSTS, .width = 4, .read = read_intsts},
    {.name = "WALCLK", .offset = REG_WALCLK, .width = 4, .read = read_walclk},
    {.name = "SSYNC",
     .offset = REG_SSYNC_34,
     .width = 4,
     .writable = 0x3FFFFFFF,
     .limit = STREAM_LIMIT,
     .written = write_ssync},
    {.name = "SSYNC",
     .offset = REG_SSYNC,
     .width = 4,
     .writable = 0x3FFFFFFF,
     .limit = STREAM_LIMIT,
     .written = write_ssync},
    {.name = "CORBLBASE", .offset = REG_CORBLBASE, .width = 4, .writable = BASE_BITS, .guard = corb_stopped},
    {.name = "CORBUBASE",
     .offset = REG_CORBUBASE,
     .width = 4,
     .writable = HIGH_BITS,
     .limit = ADDRESS_LIMIT,
     .guard = corb_stopped},
    {.name = "CORBWP", .offset = REG_CORBWP, .width = 2, .writable = 0xFF, .written = write_corbwp},
    {.name = "CORBRP", .offset = REG_CORBRP, .width = 2, .written = write_corbrp},
    {.name = "CORBCTL",
     .offset = REG_CORBCTL,
     .width = 1,
     .writable = CORBCTL_CMEIE,
     .written = write_corbctl},
    {.name = "CORBSTS", .offset = REG_CORBSTS, .width = 1, .clear = CORBSTS_CMEI},
    {.name = "CORBSIZE",
     .offset = REG_CORBSIZE,
     .width = 1,
     .writable = 3,
     .limit = SIZE_LIMIT,
     .guard = corb_stopped},
    {.name = "RIRBLBASE", .offset = REG_RIRBLBASE, .width = 4, .writable = BASE_BITS, .guard = rirb_stopped},
    {.name = "RIRBUBASE",
     .offset = REG_RIRBUBASE,
     .width = 4,
     .writable = HIGH_BITS,
     .limit = ADDRESS_LIMIT,
     .guard = rirb_stopped},
    {.name = "RIRBWP",
     .offset = REG_RIRBWP,
     .width = 2,
     .guard = rirb_stopped,
     .read = read_rirbwp,
     .written = write_rirbwp},
    {.name = "RINTCNT", .offset = REG_RINTCNT, .width = 2, .writable = 0xFF},
    {.name = "RIRBCTL",
     .offset = REG_RIRBCTL,
     .width = 1,
     .writable = RIRBCTL_RINTCTL | RIRBCTL_OIC,
     .written = write_rirbctl},
    {.name = "RIRBSTS", .offset = REG_RIRBSTS, .width = 1, .clear = RIRBSTS_RINTFL | RIRBSTS_OIS},
    {.name = "RIRBSIZE",
     .offset = REG_RIRBSIZE,
     .width = 1,
     .writable = 3,
     .limit = SIZE_LIMIT,
     .guard = rirb_stopped},
    {.name = "ICOI", .offset = REG_ICOI, .width = 4, .writable = 0xFFFFFFFF},
    {.name = "ICII", .offset = REG_ICII, .width = 4},
    {.name = "ICIS", .offset = REG_ICIS, .width = 2, .clear = ICIS_IRV, .written = write_icis},
    {.name = "DPLBASE",
     .offset = REG_DPLBASE,
     .width = 4,
     .writable = BASE_BITS | DPLBASE_ENABLE,
     .guard = all_stopped,
     .written = write_dplbase},
    {.name = "DPUBASE",
     .offset = REG_DPUBASE,
     .width = 4,
     .writable = HIGH_BITS,
     .limit = ADDRESS_LIMIT,
     .guard = all_stopped},

    /* A stream descriptor. SDnCTL is three bytes; 32 bits at its start cover SDnSTS, too. */
    {.name = "CTL", .offset = REG_SDCTL, .width = 1, .writable = SDSTS_CAUSES, .written = sim_stream_control},
    {.name = "CTL", .offset = REG_SDCTL + 1, .width = 1, .reserved = true},
    {.name = "CTL",
     .offset = REG_SDCTL_HIGH,
     .width = 1,
     .writable = 0xF4,
     .limit = CONTROL_LIMIT,
     .guard = control_stays},
    {.name = "STS", .offset = REG_SDSTS, .width = 1, .clear = SDSTS_CAUSES},
    {.name = "LPIB", .offset = REG_SDLPIB, .width = 4, .read = sim_controller_position},
    {.name = "CBL", .offset = REG_SDCBL, .width = 4, .writable = 0xFFFFFFFF, .guard = stream_fresh},
    {.name = "LVI", .offset = REG_SDLVI, .width = 2, .writable = 0xFF, .guard = stream_stopped},
    {.name = "FIFOS", .offset = REG_SDFIFOS, .width = 2, .reset = 0xBF},
    {.name = "FMT",
     .offset = REG_SDFMT,
     .width = 2,
     .writable = 0xFF7F,
     .guard = stream_fresh,
     .written = sim_stream_format},
    {.name = "BDPL", .offset = REG_SDBDPL, .width = 4, .writable = BASE_BITS, .guard = stream_stopped},
    {.name = "BDPU",
     .offset = REG_SDBDPU,
     .width = 4,
     .writable = HIGH_BITS,
     .limit = ADDRESS_LIMIT,
     .guard = stream_stopped},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* ---- Reset -------------------------------------------------------------------------------------- */

/* The largest size that the capability bits of CORBSIZE allow, as its field encodes it. */
static uint32_t largest_size(uint32_t sizes)
{
    return sizes & 0x40 ? 2 : sizes & 0x20 ? 1 : 0;
}

void sim_registers_reset_stream(struct sim_controller *c, unsigned stream)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].offset >= REG_SDCTL)
            sim_put(c, sim_stream_offset(stream, rows[i].offset), rows[i].width, rows[i].reset);
    }
    if (c->shape.fifo)
        sim_put(c, sim_stream_offset(stream, REG_SDFIFOS), 2, c->shape.fifo);
    if (c->shape.fifo_always_ready)
        sim_put(c, sim_stream_offset(stream, REG_SDSTS), 1, SDSTS_FIFORDY);
}

static void put_capabilities(struct sim_controller *c)
{
    const struct sim_shape *shape = &c->shape;
    uint32_t lines = shape->output_lines / 2, padding = (uint32_t)shape->padding << 14; /* 1, 2, 4: 0, 1, 2 */

    sim_put(c, REG_GCAP, 2,
            shape->outputs << 12 | shape->inputs << 8 | shape->bidirectional << 3 | lines << 1 |
                (shape->address64 != SIM_ADDRESS32));
    sim_put(c, REG_OUTPAY, 2, shape->output_payload);
    sim_put(c, REG_INPAY, 2, shape->input_payload);
    sim_put(c, REG_OUTSTRMPAY, 2, padding | shape->output_stream_payload);
    sim_put(c, REG_INSTRMPAY, 2, padding | shape->input_stream_payload);
    sim_put(c, REG_ICIS, 2, shape->immediate_address ? ICIS_ICVER : 0);
}

void sim_registers_reset(struct sim_controller *c)
{
    uint32_t sizes = c->shape.ring_sizes;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        bool wakes = rows[i].offset == REG_WAKEEN || rows[i].offset == REG_STATESTS;
        bool survives = wakes && !c->shape.reset_discovers; /* HDA 3.3.8 */

        if (rows[i].offset < REG_SDCTL && !survives)
            sim_put(c, rows[i].offset, rows[i].width, rows[i].reset);
    }
    put_capabilities(c);
    sim_put(c, REG_CORBSIZE, 1, sizes | largest_size(sizes));
    sim_put(c, REG_RIRBSIZE, 1, sizes | largest_size(sizes));
    for (unsigned i = 0; i < sim_streams(c); i++)
        sim_registers_reset_stream(c, i);
}

/* ---- Access ------------------------------------------------------------------------------------- */

/* The row for an offset, with the number of the stream that it belongs to; NULL: there is no register. */
static const struct row *find_row(const struct sim_controller *c, uint32_t offset, unsigned *stream)
{
    *stream = 0;
    if (offset >= REG_SDCTL) {
        *stream = (offset - REG_SDCTL) / REG_SD_STRIDE;
        offset -= *stream * REG_SD_STRIDE;
        if (*stream >= sim_streams(c))
            return NULL;
    }
    if (offset >= REG_SSYNC_34 && offset < REG_SSYNC_34 + 4 && c->shape.ssync == SIM_SSYNC_38)
        return NULL;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (offset >= rows[i].offset && offset < rows[i].offset + rows[i].width)
            return &rows[i];
    }
    return NULL;
}

/* HARDWARE 3: each register has one width and is accessed from its start. */
static const struct row *check_access(struct sim_controller *c, uint32_t offset, unsigned width,
                                      const char *verb, unsigned *stream)
{
    const struct row *row = find_row(c, offset, stream);
    bool whole;

    if (!row) {
        sim_fault(c, "%s of %u bits at %Xh, where there is no register", verb, 8 * width, (unsigned)offset);
        return NULL;
    }
    whole = offset == sim_stream_offset(*stream, row->offset);
    if (whole && width == row->width)
        return row;
    if (row->offset >= REG_SDCTL)
        sim_fault(c, "%s of %u bits at %Xh: SD%u%s has %u there", verb, 8 * width, (unsigned)offset, *stream,
                  row->name, 8u * row->width);
    else
        sim_fault(c, "%s of %u bits at %Xh: %s has %u bits, from %Xh on", verb, 8 * width, (unsigned)offset,
                  row->name, 8u * row->width, row->offset);
    return NULL;
}

/* The register behind an alias, or the offset itself. */
static bool resolve_alias(const struct sim_controller *c, uint32_t *offset)
{
    uint32_t target = *offset - REG_ALIAS;
    bool position = target >= REG_SDCTL && target < REG_SDCTL + sim_streams(c) * REG_SD_STRIDE &&
                    target % REG_SD_STRIDE == REG_SDLPIB - REG_SDCTL;

    if (*offset < REG_ALIAS || (target != REG_WALCLK && !position))
        return false;
    *offset = target;
    return true;
}

static bool whole_stream_control(const struct sim_controller *c, uint32_t offset, unsigned width)
{
    return width == 4 && offset >= REG_SDCTL && offset % REG_SD_STRIDE == 0 &&
           offset < REG_SDCTL + sim_streams(c) * REG_SD_STRIDE;
}

uint32_t sim_controller_read(struct sim_controller *c, uint32_t offset, unsigned width)
{
    const struct row *row;
    unsigned stream;

    if (c->removed)
        return UINT32_MAX >> (32 - 8 * width); /* nobody answers on the bus */
    if (whole_stream_control(c, offset, width))
        return sim_get(c, offset, 4);
    if (resolve_alias(c, &offset) && c->shape.no_alias)
        return 0;
    row = check_access(c, offset, width, "read", &stream);
    if (!row)
        return 0;
    return row->read ? row->read(c, stream) : sim_get(c, offset, width);
}

static bool is_stream_sync(const struct sim_controller *c, uint32_t offset)
{
    return (c->shape.ssync == SIM_SSYNC_38 && offset == REG_SSYNC) ||
           (c->shape.ssync == SIM_SSYNC_34 && offset == REG_SSYNC_34);
}

static uint32_t control_bits(const struct sim_controller *c, unsigned stream)
{
    uint32_t bits = 0;

    if (c->shape.output_lines > 1 && stream >= c->shape.inputs)
        bits |= SDCTL_STRIPE;
    return bits | (sim_stream_is_bidirectional(c, stream) ? SDCTL_DIR : 0);
}

/* The bits that keep what is written, on this controller. */
static uint32_t writable_bits(const struct sim_controller *c, const struct row *row, unsigned stream)
{
    uint32_t streams = (1u << sim_streams(c)) - 1;
    uint32_t sizes = c->shape.ring_sizes;

    if (row->written == write_ssync && !is_stream_sync(c, row->offset))
        return 0;
    switch (row->limit) {
    case ADDRESS_LIMIT:
        return c->shape.address64 ? row->writable : 0;
    case STREAM_LIMIT:
        return row->writable & (streams | INT_GLOBAL | INT_CONTROLLER);
    case SIZE_LIMIT:
        return sizes & (sizes - 1) ? row->writable : 0;
    case CONTROL_LIMIT:
        return row->writable | control_bits(c, stream);
    case NO_LIMIT:
        break;
    }
    return row->writable;
}

/* A size that the capability bits do not name is a fault. */
static bool size_allowed(struct sim_controller *c, const struct row *row, uint32_t value)
{
    if (row->limit != SIZE_LIMIT || ((value & 3) != 3 && c->shape.ring_sizes & 0x10u << (value & 3)))
        return true;
    sim_fault(c, "%s is set to size %u, which it does not support (HDA %s)", row->name, (unsigned)value & 3,
              row->offset == REG_CORBSIZE ? "3.3.24" : "3.3.31");
    return false;
}

static void write_row(struct sim_controller *c, const struct row *row, unsigned stream, uint32_t value)
{
    uint32_t offset = sim_stream_offset(stream, row->offset);
    uint32_t old = sim_get(c, offset, row->width), mask = writable_bits(c, row, stream), cleared;

    if (!row->writable && !row->clear && !row->written && !row->reserved) {
        refuse(c, row, stream, "although it is read-only");
        return;
    }
    if ((row->guard && !row->guard(c, row, stream, value)) || !size_allowed(c, row, value))
        return;
    cleared = c->shape.any_write_clears ? row->clear : value & row->clear;
    sim_put(c, offset, row->width, ((old & ~mask) | (value & mask)) & ~cleared);
    if (row->offset == REG_RIRBSTS)
        sim_rirb_acknowledged(c, old);
    if (row->written)
        row->written(c, stream, value);
}

/* As bytes, the tag first and RUN last: a stream that starts has its tag, one that stops still has it. */
static void write_stream_control(struct sim_controller *c, uint32_t offset, uint32_t value)
{
    static const uint8_t order[] = {2, 1, 3, 0};

    for (unsigned i = 0; i < sizeof(order); i++) {
        unsigned stream;
        const struct row *row = find_row(c, offset + order[i], &stream);

        write_row(c, row, stream, value >> 8 * order[i] & 0xFF);
    }
}

void sim_controller_write(struct sim_controller *c, uint32_t offset, unsigned width, uint32_t value)
{
    const struct row *row;
    unsigned stream;

    if (c->removed)
        return;
    if (c->link != LINK_UP && offset != REG_GCTL) {
        sim_fault(c, "write of %u bits at %Xh while CRST does not read as 1 (HDA 3.3.7)", 8 * width,
                  (unsigned)offset);
        return;
    }
    if (resolve_alias(c, &offset)) {
        sim_fault(c, "write at %Xh: the aliases are read-only (HDA 3.3.46)", (unsigned)(offset + REG_ALIAS));
        return;
    }
    if (whole_stream_control(c, offset, width)) {
        write_stream_control(c, offset, value);
    } else {
        row = check_access(c, offset, width, "write", &stream);
        if (row)
            write_row(c, row, stream, value);
    }
    sim_update_interrupt(c);
}
