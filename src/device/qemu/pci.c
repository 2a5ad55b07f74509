/* SPDX-License-Identifier: BSD-2-Clause */
/* pci.c - the controller's place in PCI: see pci.h. */
#include "pci.h"

#define CONFIG_ADDRESS 0xCF8
#define CONFIG_DATA    0xCFC
#define CONFIG_ENABLE  0x80000000u
#define SLOTS          32u

/* Offsets in configuration space, and what stands there (PCI 3.0, 6.1). */
#define ID                 0x00
#define COMMAND            0x04
#define CLASS_AND_REVISION 0x08
#define BAR0               0x10
#define COMMAND_MEMORY     0x2u
#define COMMAND_MASTER     0x4u
#define CLASS_HD_AUDIO     0x0403u

#define REGISTERS_AT 0xE0000000u /* above all memory, below what the chipset has */

static void point_at(struct qtest *qtest, unsigned slot, unsigned offset)
{
    qtest_out(qtest, CONFIG_ADDRESS, CONFIG_ENABLE | slot << 11 | offset);
}

static uint32_t config_read(struct qtest *qtest, unsigned slot, unsigned offset)
{
    point_at(qtest, slot, offset);
    return qtest_in(qtest, CONFIG_DATA);
}

static void config_write(struct qtest *qtest, unsigned slot, unsigned offset, uint32_t value)
{
    point_at(qtest, slot, offset);
    qtest_out(qtest, CONFIG_DATA, value);
}

/* An empty slot reads as all ones, which is no controller's class either. */
static bool find(struct qtest *qtest, unsigned *slot, uint32_t *class_and_revision)
{
    for (*slot = 0; *slot < SLOTS; ++*slot) {
        *class_and_revision = config_read(qtest, *slot, CLASS_AND_REVISION);
        if (*class_and_revision >> 16 == CLASS_HD_AUDIO)
            return true;
    }
    return false;
}

bool pci_start(struct qtest *qtest, struct pci_function *function)
{
    uint32_t id, class_and_revision;
    unsigned slot;

    if (!find(qtest, &slot, &class_and_revision))
        return false;
    id = config_read(qtest, slot, ID);
    *function = (struct pci_function){
        .vendor_id = (uint16_t)id,
        .device_id = (uint16_t)(id >> 16),
        .revision = (uint8_t)class_and_revision,
        .registers = REGISTERS_AT,
    };
    config_write(qtest, slot, BAR0, REGISTERS_AT);
    config_write(qtest, slot, COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
    return true;
}
