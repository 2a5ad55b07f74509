/* SPDX-License-Identifier: BSD-2-Clause */
/* controller.c - the controller as a whole (HDA 3.3, 4.2, 4.3). */
#include "controller.h"

#include "io.h"

#define RESET_LOW 100 /* microseconds that CRST stays low at least (HDA 5.5.1.2) */
#define CODECS_READY \
    1000 /* microseconds; 521, 25 frames, is when codecs must have asked for an address (HDA 4.3) */
#define OUTPAY_USUAL 60 /* words, where the register says nothing (HDA 3.3.5, 3.3.6) */
#define INPAY_USUAL  29
#define MAX_STREAMS  30 /* INTCTL and SSYNC have so many bits (HDA 3.3.14) */

static const struct hda_register global_control = {GCTL, 32, "GCTL"};

/* ---- Capabilities ---------------------------------------------------------------------------- */

static uint8_t output_lines(uint16_t gcap)
{
    unsigned code = gcap >> GCAP_NSDO_SHIFT & 3;

    return (uint8_t)(code < 3 ? 1u << code : 1u); /* 1, 2, 4; 3 is reserved (HDA 3.3.2) */
}

static uint64_t highest_address(const struct hda_bus *bus, uint16_t gcap)
{
    if (!(gcap & GCAP_64OK) || hda_has_quirk(bus, HDA_QUIRK_NO_64_BIT))
        return UINT32_MAX;
    return hda_has_quirk(bus, HDA_QUIRK_40_BIT) ? (UINT64_C(1) << 40) - 1 : UINT64_MAX;
}

static uint16_t or_usual(uint16_t words, uint16_t usual)
{
    return words != 0 ? words : usual;
}

NTSTATUS hda_controller_identify(struct hda_bus *bus)
{
    struct hda_capabilities *can = &bus->capabilities;

    can->gcap = hda_read16(bus, GCAP);
    can->version = (uint16_t)(hda_read8(bus, VMAJ) << 8 | hda_read8(bus, VMIN));
    if (can->version == UINT16_MAX)
        return STATUS_DEVICE_REMOVED;
    if (can->version >> 8 != 1) {
        hda_log(bus, HDA_LOG_ERROR, "version %u.%u is no HD Audio 1.0 controller", can->version >> 8,
                can->version & 0xFF);
        return STATUS_NOT_SUPPORTED;
    }
    can->outputs = can->gcap >> GCAP_OSS_SHIFT & 0xF;
    can->inputs = can->gcap >> GCAP_ISS_SHIFT & 0xF;
    can->bidirectionals = can->gcap >> GCAP_BSS_SHIFT & 0x1F;
    if (can->outputs + can->inputs + can->bidirectionals > MAX_STREAMS) {
        hda_log(bus, HDA_LOG_ERROR, "GCAP %x counts more than 30 streams", can->gcap);
        return STATUS_NOT_SUPPORTED;
    }
    can->output_lines = output_lines(can->gcap);
    can->highest_address = highest_address(bus, can->gcap);
    can->output_payload = or_usual(hda_read16(bus, OUTPAY), OUTPAY_USUAL);
    can->input_payload = or_usual(hda_read16(bus, INPAY), INPAY_USUAL);
    can->output_stream_payload = hda_read16(bus, OUTSTRMPAY);
    can->input_stream_payload = hda_read16(bus, INSTRMPAY);
    return STATUS_SUCCESS;
}

/* The alias of the wall clock must lie between two reads of the clock itself, and the clock must run. */
static bool has_alias(struct hda_bus *bus)
{
    uint32_t first = hda_read32(bus, WALCLK);
    uint32_t alias = hda_read32(bus, ALIAS + WALCLK);
    uint32_t last = hda_read32(bus, WALCLK);

    return last != first && alias - first <= last - first;
}

static bool keeps(struct hda_bus *bus, uint32_t offset, uint32_t value)
{
    bool kept = false;

    for (unsigned tries = 0; tries < 2 && !kept; tries++) {
        hda_write32(bus, offset, value);
        kept = hda_read32(bus, offset) == value;
    }
    return kept;
}

/* SSYNC keeps what is written to it, where it is: 0 where it is nowhere (HARDWARE 9). */
static uint8_t find_stream_sync(struct hda_bus *bus)
{
    uint8_t offset = hda_has_quirk(bus, HDA_QUIRK_SSYNC_AT_34) ? SSYNC_OLD : SSYNC;
    bool keeps_one = keeps(bus, offset, 1);

    return keeps(bus, offset, 0) && keeps_one ? offset : 0;
}

void hda_controller_probe(struct hda_bus *bus)
{
    bus->capabilities.alias = has_alias(bus);
    if (bus->engine_count > 0)
        bus->capabilities.stream_sync = find_stream_sync(bus);
    if (bus->capabilities.stream_sync == 0)
        hda_log(bus, HDA_LOG_INFO, "no SSYNC: streams start together as close as register writes allow");
}

/* ---- Reset ----------------------------------------------------------------------------------- */

/* Whoever drove it before may have left DMA running, which must end before the link does (HDA 3.3.7). */
static void halt_everything(struct hda_bus *bus)
{
    const struct hda_capabilities *can = &bus->capabilities;
    unsigned streams = (unsigned)can->inputs + can->outputs + can->bidirectionals;
    uint32_t seen;

    if (!(hda_read32(bus, GCTL) & GCTL_CRST))
        return;
    hda_write32(bus, INTCTL, 0);
    hda_write8(bus, CORBCTL, 0);
    hda_write8(bus, RIRBCTL, 0);
    for (uint32_t base = STREAM_BASE; base < STREAM_BASE + streams * STREAM_STEP; base += STREAM_STEP) {
        hda_write8(bus, base + SD_CTL, 0);
        hda_poll(bus, (struct hda_register){base + SD_CTL, 8, "SDnCTL"}, SD_CTL_RUN, 0,
                 bus->config.bounds.stream, &seen);
    }
    hda_poll(bus, (struct hda_register){CORBCTL, 8, "CORBCTL"}, CORBCTL_RUN, 0, bus->config.bounds.stream,
             &seen);
    hda_poll(bus, (struct hda_register){RIRBCTL, 8, "RIRBCTL"}, RIRBCTL_DMAEN, 0, bus->config.bounds.stream,
             &seen);
}

static NTSTATUS set_link_reset(struct hda_bus *bus, uint32_t crst)
{
    hda_write32(bus, GCTL, crst);
    return hda_wait(bus, global_control, GCTL_CRST, crst, bus->config.bounds.link_reset);
}

static NTSTATUS cycle_link_reset(struct hda_bus *bus)
{
    NTSTATUS status = set_link_reset(bus, 0);

    if (!NT_SUCCESS(status))
        return status;
    bus->host->sleep(bus->config.host_context, RESET_LOW);
    return set_link_reset(bus, GCTL_CRST);
}

/* Who asks for an address (HDA 4.3). */
static NTSTATUS find_codecs(struct hda_bus *bus)
{
    uint16_t codecs = hda_read16(bus, STATESTS) & STATESTS_CODECS;

    if (hda_is_gone(bus))
        return STATUS_DEVICE_REMOVED;
    __atomic_store_n(&bus->codecs, codecs, __ATOMIC_RELAXED);
    hda_write16(bus, STATESTS, codecs);
    return STATUS_SUCCESS;
}

NTSTATUS hda_controller_reset(struct hda_bus *bus)
{
    NTSTATUS status = STATUS_DEVICE_NOT_READY;

    halt_everything(bus);
    bus->in_control = true;
    for (uint32_t tries = 0; tries < bus->config.bounds.link_resets && !NT_SUCCESS(status); tries++)
        status = cycle_link_reset(bus);
    if (!NT_SUCCESS(status))
        return status;
    bus->host->sleep(bus->config.host_context, CODECS_READY);
    hda_write16(bus, WAKEEN, 0); /* a reset leaves it, and it can interrupt */
    __atomic_store_n(&bus->armed, 0, __ATOMIC_RELAXED);
    return find_codecs(bus);
}

void hda_controller_accept(struct hda_bus *bus)
{
    hda_write32(bus, GCTL, GCTL_CRST | GCTL_UNSOL);
}

bool hda_controller_stop(struct hda_bus *bus)
{
    NTSTATUS status = bus->in_control ? STATUS_DEVICE_NOT_READY : STATUS_SUCCESS;

    for (uint32_t tries = 0; tries < bus->config.bounds.link_resets && status == STATUS_DEVICE_NOT_READY;
         tries++)
        status = set_link_reset(bus, 0);
    return status != STATUS_DEVICE_NOT_READY;
}

void hda_controller_listen(struct hda_bus *bus)
{
    uint32_t streams = (uint32_t)((UINT64_C(1) << bus->engine_count) - 1) & INTSTS_STREAMS;

    hda_write32(bus, INTCTL, INTCTL_GIE | INTCTL_CIE | streams);
}

void hda_controller_quiet(struct hda_bus *bus)
{
    hda_write32(bus, INTCTL, 0);
}
