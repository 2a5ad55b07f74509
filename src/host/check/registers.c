/* SPDX-License-Identifier: BSD-2-Clause */
/* registers.c - register accesses: each register has one width (HDA chapter 3), and some are read only. */
#include "internal.h"

#define STREAMS     0x80u
#define STREAM_STEP 0x20u
#define STREAM_END  (STREAMS + 30 * STREAM_STEP) /* HDA 3.3.14 has bits for so many */
#define ALIAS       0x2000u
#define WALCLK      0x30u
#define SD_LPIB     0x04u
#define INTSTS      0x24u

struct check_register {
    const char *name;
    uint16_t offset;
    uint8_t width; /* bits */
    bool read_only;
};

static const struct check_register globals[] = {
    {"GCAP", 0x00, 16, true},       {"VMIN", 0x02, 8, true},        {"VMAJ", 0x03, 8, true},
    {"OUTPAY", 0x04, 16, true},     {"INPAY", 0x06, 16, true},      {"GCTL", 0x08, 32, false},
    {"WAKEEN", 0x0C, 16, false},    {"STATESTS", 0x0E, 16, false},  {"GSTS", 0x10, 16, false},
    {"OUTSTRMPAY", 0x18, 16, true}, {"INSTRMPAY", 0x1A, 16, true},  {"INTCTL", 0x20, 32, false},
    {"INTSTS", INTSTS, 32, true},   {"WALCLK", WALCLK, 32, true},   {"SSYNC of ICH6", 0x34, 32, false},
    {"SSYNC", 0x38, 32, false},     {"CORBLBASE", 0x40, 32, false}, {"CORBUBASE", 0x44, 32, false},
    {"CORBWP", 0x48, 16, false},    {"CORBRP", 0x4A, 16, false},    {"CORBCTL", 0x4C, 8, false},
    {"CORBSTS", 0x4D, 8, false},    {"CORBSIZE", 0x4E, 8, false},   {"RIRBLBASE", 0x50, 32, false},
    {"RIRBUBASE", 0x54, 32, false}, {"RIRBWP", 0x58, 16, false},    {"RINTCNT", 0x5A, 16, false},
    {"RIRBCTL", 0x5C, 8, false},    {"RIRBSTS", 0x5D, 8, false},    {"RIRBSIZE", 0x5E, 8, false},
    {"ICOI", 0x60, 32, false},      {"ICII", 0x64, 32, true},       {"ICIS", 0x68, 16, false},
    {"DPLBASE", 0x70, 32, false},   {"DPUBASE", 0x74, 32, false},
};

/* By their place in a stream's descriptor. The three bytes of SDnCTL are written one by one, for the fourth,
 * SDnSTS, is cleared by writing ones. */
static const struct check_register of_streams[] = {
    {"SDnCTL", 0x00, 8, false},     {"SDnCTL 23:16", 0x02, 8, false}, {"SDnSTS", 0x03, 8, false},
    {"SDnLPIB", SD_LPIB, 32, true}, {"SDnCBL", 0x08, 32, false},      {"SDnLVI", 0x0C, 16, false},
    {"SDnFIFOS", 0x10, 16, true},   {"SDnFMT", 0x12, 16, false},      {"SDnBDPL", 0x18, 32, false},
    {"SDnBDPU", 0x1C, 32, false},
};

static const struct check_register wall_clock_alias = {"the alias of WALCLK", WALCLK, 32, true};
static const struct check_register position_alias = {"the alias of SDnLPIB", SD_LPIB, 32, true};

static const struct check_register *find_in(const struct check_register *table, size_t count, uint32_t offset)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].offset == offset)
            return &table[i];
    }
    return NULL;
}

static bool is_of_stream(uint32_t offset)
{
    return offset >= STREAMS && offset < STREAM_END;
}

/* HDA 3.3.46: what the alias page has of all the registers. */
static const struct check_register *find_alias(uint32_t offset)
{
    if (offset == WALCLK)
        return &wall_clock_alias;
    return is_of_stream(offset) && (offset - STREAMS) % STREAM_STEP == SD_LPIB ? &position_alias : NULL;
}

static const struct check_register *find_register(uint32_t offset)
{
    if (offset >= ALIAS)
        return find_alias(offset - ALIAS);
    if (is_of_stream(offset))
        return find_in(of_streams, RTL_NUMBER_OF(of_streams), (offset - STREAMS) % STREAM_STEP);
    return find_in(globals, RTL_NUMBER_OF(globals), offset);
}

/* ---- Accesses ------------------------------------------------------------------------------------------ */

static unsigned begin(struct hda_check *check, enum check_hook hook, uint32_t offset, unsigned width,
                      bool writes)
{
    const struct check_register *found = find_register(offset);

    if (found == NULL)
        hda_check_fault(check, hda_check_hook_name(hook), "%s: %s accesses %xh, where no register begins",
                        hda_check_hook_name(hook), hda_check_caller(check), (unsigned)offset);
    else if (found->width != width)
        hda_check_fault(check, found, "%s: %s accesses %s (%xh) with %u bits, and it has %u",
                        hda_check_hook_name(hook), hda_check_caller(check), found->name, (unsigned)offset,
                        width, found->width);
    else if (writes && found->read_only)
        hda_check_fault(check, found, "%s: %s writes %s (%xh), which is read only", hda_check_hook_name(hook),
                        hda_check_caller(check), found->name, (unsigned)offset);
    return hda_check_enter(check, hook);
}

uint8_t hda_check_read8(void *context, uint32_t offset)
{
    struct hda_check *check = context;
    unsigned irql = begin(check, HOOK_READ8, offset, 8, false);
    uint8_t value = check->device->read8(check->device_context, offset);

    hda_check_leave(check, HOOK_READ8, irql);
    return value;
}

uint16_t hda_check_read16(void *context, uint32_t offset)
{
    struct hda_check *check = context;
    unsigned irql = begin(check, HOOK_READ16, offset, 16, false);
    uint16_t value = check->device->read16(check->device_context, offset);

    hda_check_leave(check, HOOK_READ16, irql);
    return value;
}

uint32_t hda_check_read32(void *context, uint32_t offset)
{
    struct hda_check *check = context;
    unsigned irql = begin(check, HOOK_READ32, offset, 32, false);
    uint32_t value = check->device->read32(check->device_context, offset);

    hda_check_leave(check, HOOK_READ32, irql);
    if (offset == INTSTS)
        hda_check_interrupt_seen(check, value);
    return value;
}

void hda_check_write8(void *context, uint32_t offset, uint8_t value)
{
    struct hda_check *check = context;
    unsigned irql = begin(check, HOOK_WRITE8, offset, 8, true);

    check->device->write8(check->device_context, offset, value);
    hda_check_leave(check, HOOK_WRITE8, irql);
}

void hda_check_write16(void *context, uint32_t offset, uint16_t value)
{
    struct hda_check *check = context;
    unsigned irql = begin(check, HOOK_WRITE16, offset, 16, true);

    check->device->write16(check->device_context, offset, value);
    hda_check_leave(check, HOOK_WRITE16, irql);
}

void hda_check_write32(void *context, uint32_t offset, uint32_t value)
{
    struct hda_check *check = context;
    unsigned irql = begin(check, HOOK_WRITE32, offset, 32, true);

    check->device->write32(check->device_context, offset, value);
    hda_check_leave(check, HOOK_WRITE32, irql);
}

/* ---- Map ----------------------------------------------------------------------------------------------- */

/* "The same at each call": asked twice, since there are too many registers to remember them all. */
volatile ULONG *hda_check_map(void *context, uint32_t offset)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_MAP);
    volatile ULONG *address = check->device->map(check->device_context, offset);
    const struct check_register *found = find_register(offset);

    if (found == NULL || found->width != 32)
        hda_check_fault(check, NULL, "device->map: %s asks for %xh, which is no register of 32 bits",
                        hda_check_caller(check), (unsigned)offset);
    if (address != check->device->map(check->device_context, offset))
        hda_check_fault(check, NULL, "device->map: for %xh it gives another address at each call",
                        (unsigned)offset);
    if ((uintptr_t)address % sizeof(ULONG) != 0)
        hda_check_fault(check, NULL, "device->map: for %xh it gives %p, which is not aligned for 32 bits",
                        (unsigned)offset, (void *)(uintptr_t)address);
    hda_check_leave(check, HOOK_MAP, irql);
    return address;
}
