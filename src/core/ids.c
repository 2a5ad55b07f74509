/* SPDX-License-Identifier: BSD-2-Clause */
/* ids.c - the names that Plug and Play knows a child by (DDI Child devices). */
#include "core.h"

/* The parts of an id after HDAUDIO\FUNC_ff. */
enum part {
    END,
    CONTROLLER_VENDOR,
    CONTROLLER_DEVICE,
    VENDOR,
    DEVICE,
    SUBSYSTEM,
    REVISION,
};

#define MAX_PARTS 6

static const uint8_t hardware_ids[][MAX_PARTS] = {
    {VENDOR, DEVICE, SUBSYSTEM, REVISION},
    {VENDOR, DEVICE, SUBSYSTEM},
};

static const uint8_t compatible_ids[][MAX_PARTS] = {
    {CONTROLLER_VENDOR, CONTROLLER_DEVICE, VENDOR, DEVICE, REVISION},
    {CONTROLLER_VENDOR, VENDOR, DEVICE, REVISION},
    {VENDOR, DEVICE, REVISION},
    {CONTROLLER_VENDOR, CONTROLLER_DEVICE, VENDOR, DEVICE},
    {CONTROLLER_VENDOR, VENDOR, DEVICE},
    {VENDOR, DEVICE},
    {CONTROLLER_VENDOR, CONTROLLER_DEVICE, VENDOR},
    {CONTROLLER_VENDOR, VENDOR},
    {VENDOR},
    {CONTROLLER_VENDOR, CONTROLLER_DEVICE},
    {CONTROLLER_VENDOR},
    {END},
};

/* Each appends to the text that ends at *end. */
static void put_text(char **end, const char *text)
{
    while (*text != '\0')
        *(*end)++ = *text++;
    **end = '\0';
}

static void put_hex(char **end, uint32_t value, unsigned digits)
{
    while (digits-- > 0)
        *(*end)++ = "0123456789ABCDEF"[value >> 4 * digits & 0xF];
    **end = '\0';
}

static void put_part(char **end, enum part part, const struct hda_bus *bus,
                     const struct hda_child_info *child)
{
    /* REV is the major, minor and vendor's revision: 100302h is REV_1003. */
    const struct {
        const char *text;
        uint32_t value;
        unsigned digits;
    } parts[] = {
        [CONTROLLER_VENDOR] = {"&CTLR_VEN_", bus->config.info.vendor_id, 4},
        [CONTROLLER_DEVICE] = {"&CTLR_DEV_", bus->config.info.device_id, 4},
        [VENDOR] = {"&VEN_", child->vendor_id >> 16, 4},
        [DEVICE] = {"&DEV_", child->vendor_id & 0xFFFF, 4},
        [SUBSYSTEM] = {"&SUBSYS_", child->subsystem_id, 8},
        [REVISION] = {"&REV_", child->revision_id >> 8 & 0xFFFF, 4},
    };

    put_text(end, parts[part].text);
    put_hex(end, parts[part].value, parts[part].digits);
}

static const uint8_t *parts_of(enum hda_id_kind kind, unsigned index)
{
    if (kind == HDA_HARDWARE_ID)
        return index < sizeof(hardware_ids) / sizeof(hardware_ids[0]) ? hardware_ids[index] : NULL;
    return index < sizeof(compatible_ids) / sizeof(compatible_ids[0]) ? compatible_ids[index] : NULL;
}

bool hda_bus_child_id(const struct hda_bus *bus, unsigned child, enum hda_id_kind kind, unsigned index,
                      char id[HDA_ID_SIZE])
{
    const struct hda_child_info *info = hda_bus_child(bus, child);
    const uint8_t *parts = parts_of(kind, index);
    char *end = id;

    if (info == NULL || parts == NULL)
        return false;
    put_text(&end, "HDAUDIO\\FUNC_");
    put_hex(&end, info->function, 2);
    for (unsigned i = 0; i < MAX_PARTS && parts[i] != END; i++)
        put_part(&end, parts[i], bus, info);
    return true;
}
