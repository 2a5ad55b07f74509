/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.c - the registers of one stream descriptor (HDA 3.3.35 - 3.3.45). */
#include "stream.h"

#include "io.h"

#define DISPATCH_PATIENCE 300 /* microseconds, DDI Bounds */

struct hda_patience hda_patience_now(struct hda_bus *bus)
{
    if (hda_irql(bus) == PASSIVE_LEVEL)
        return (struct hda_patience){bus->config.bounds.stream, UINT64_MAX};
    return (struct hda_patience){DISPATCH_PATIENCE, hda_now(bus) + DISPATCH_PATIENCE * UINT64_C(1000)};
}

static uint32_t left(struct hda_bus *bus, const struct hda_patience *patience)
{
    uint64_t now;

    if (patience->until == UINT64_MAX)
        return patience->wait;
    now = hda_now(bus);
    return now < patience->until ? (uint32_t)((patience->until - now) / 1000) : 0;
}

NTSTATUS hda_stream_wait(struct hda_bus *bus, struct hda_register reg, uint32_t mask, uint32_t value,
                         const struct hda_patience *patience)
{
    return hda_wait(bus, reg, mask, value, left(bus, patience));
}

static NTSTATUS wait(struct hda_engine *engine, struct hda_register reg, uint32_t mask, uint32_t value,
                     const struct hda_patience *patience)
{
    reg.offset += engine->registers;
    reg.width = 8;
    return hda_stream_wait(engine->bus, reg, mask, value, patience);
}

static NTSTATUS wait_control(struct hda_engine *engine, uint32_t mask, uint32_t value,
                             const struct hda_patience *patience)
{
    return wait(engine, (struct hda_register){.offset = SD_CTL, .name = "SDnCTL"}, mask, value, patience);
}

NTSTATUS hda_stream_settle(struct hda_engine *engine, const struct hda_patience *patience)
{
    NTSTATUS status;

    if (!engine->halting)
        return STATUS_SUCCESS;
    status = hda_stream_wait_running(engine, false, patience);
    engine->halting = !NT_SUCCESS(status);
    return status;
}

NTSTATUS hda_stream_reset(struct hda_engine *engine, const struct hda_patience *patience)
{
    NTSTATUS status = hda_stream_settle(engine, patience);

    if (!NT_SUCCESS(status))
        return status;
    engine->programmed = false;
    engine->errors = 0;
    hda_write8(engine->bus, engine->registers + SD_CTL, SD_CTL_SRST);
    status = wait_control(engine, SD_CTL_SRST, SD_CTL_SRST, patience);
    hda_write8(engine->bus, engine->registers + SD_CTL, 0);
    if (!NT_SUCCESS(status))
        return status;
    return wait_control(engine, SD_CTL_SRST, 0, patience);
}

void hda_stream_forget(struct hda_engine *engine)
{
    engine->programmed = false;
}

NTSTATUS hda_stream_rest(struct hda_engine *engine, const struct hda_patience *patience)
{
    struct hda_bus *bus = engine->bus;
    NTSTATUS status = NT_SUCCESS(hda_usable(bus)) ? hda_stream_reset(engine, patience) : STATUS_SUCCESS;

    if (NT_SUCCESS(hda_usable(bus)))
        return status;
    if (!hda_is_gone(bus) && engine->halting)
        return STATUS_DEVICE_NOT_READY; /* it may run until the controller is in reset (HARDWARE 11) */
    hda_stream_forget(engine);
    return STATUS_SUCCESS;
}

/* STRIPE: 0 is one SDO line, 1 two, 2 four (HDA 3.3.35). */
static uint32_t stripe_code(unsigned lines)
{
    return lines >= 4 ? 2 : lines >= 2 ? 1 : 0;
}

/* The direction is first: it decides what the other registers of a bidirectional descriptor are. */
void hda_stream_program(struct hda_engine *engine)
{
    struct hda_bus *bus = engine->bus;
    uint32_t base = engine->registers;
    uint32_t tag = (uint32_t)engine->tag << SD_CTL_TAG_SHIFT | stripe_code(engine->reservation.stripes);

    if (engine->direction == HDA_BIDIRECTIONAL && engine->render)
        tag |= SD_CTL_DIR;
    hda_write8(bus, base + SD_CTL_TAG, tag);
    hda_write32(bus, base + SD_CBL, (uint32_t)engine->buffer.size);
    hda_write16(bus, base + SD_LVI, engine->buffer.last);
    hda_write16(bus, base + SD_FMT, engine->format.encoding);
    hda_write_address(bus, base + SD_BDPL, engine->buffer.list.address);
    engine->programmed = true;
}

ULONG hda_stream_fifo(struct hda_engine *engine)
{
    return hda_read16(engine->bus, engine->registers + SD_FIFOS) + 1u;
}

void hda_stream_clear(struct hda_engine *engine)
{
    hda_write8(engine->bus, engine->registers + SD_STS, SD_STS_CAUSES);
}

void hda_stream_run(struct hda_engine *engine)
{
    hda_write8(engine->bus, engine->registers + SD_CTL, SD_CTL_RUN | SD_CTL_IOCE | SD_CTL_FEIE | SD_CTL_DEIE);
}

/* Writes the low byte alone: the tag stays, or codecs would keep running on tag 0 (HARDWARE 11, 2). */
void hda_stream_halt(struct hda_engine *engine)
{
    hda_write8(engine->bus, engine->registers + SD_CTL, 0);
}

NTSTATUS hda_stream_wait_running(struct hda_engine *engine, bool running, const struct hda_patience *patience)
{
    return wait_control(engine, SD_CTL_RUN, running ? SD_CTL_RUN : 0, patience);
}

NTSTATUS hda_stream_wait_fifo(struct hda_engine *engine, const struct hda_patience *patience)
{
    return wait(engine, (struct hda_register){.offset = SD_STS, .name = "SDnSTS"}, SD_STS_FIFORDY,
                SD_STS_FIFORDY, patience);
}
