/* SPDX-License-Identifier: BSD-2-Clause */
/* device.c - struct hda_device_ops: a controller on PCI, where an address is the same for everybody. */
#include "kernel.h"

/* Configuration space (PCI 3.0, 6.1, 6.2). */
#define PCI_ID             0x00
#define PCI_COMMAND        0x04
#define PCI_CLASS          0x08 /* class and subclass in the high half, revision 7:0 */
#define PCI_BAR0           0x10
#define PCI_INTERRUPT_LINE 0x3C
#define MEMORY_AND_MASTER  0x06 /* of the command */
#define BAR_TYPE           0x06
#define BAR_OF_64_BITS     0x04
#define CLASS_HD_AUDIO     0x0403

static uintptr_t registers;
static unsigned line;

/* ---- PCI ------------------------------------------------------------------------------------- */

/* Bus 0 has 32 devices with 8 functions each. */
const char *device_find(bool poll, struct hda_device_info *info)
{
    unsigned function = 0;
    uint32_t id, bar;

    while (function < 256 && pci_read(function, PCI_CLASS) >> 16 != CLASS_HD_AUDIO)
        function++;
    if (function == 256)
        return "there is no HD Audio controller on PCI bus 0";
    bar = pci_read(function, PCI_BAR0);
    if ((bar & BAR_TYPE) == BAR_OF_64_BITS && pci_read(function, PCI_BAR0 + 4) != 0)
        return "the controller's registers are above 4 GiB";
    pci_write(function, PCI_COMMAND, pci_read(function, PCI_COMMAND) | MEMORY_AND_MASTER);
    registers = bar & ~15u;
    line = poll ? TIMER_LINE : pci_read(function, PCI_INTERRUPT_LINE) & 0xFF;
    id = pci_read(function, PCI_ID);
    *info = (struct hda_device_info){
        .vendor_id = (uint16_t)id,
        .device_id = (uint16_t)(id >> 16),
        .revision = (uint8_t)pci_read(function, PCI_CLASS),
    };
    return NULL;
}

/* ---- Registers ------------------------------------------------------------------------------- */

#define ACCESS(bits)                                                             \
    static uint##bits##_t read##bits(void *device, uint32_t offset)              \
    {                                                                            \
        return *(volatile uint##bits##_t *)(registers + offset);                 \
    }                                                                            \
    static void write##bits(void *device, uint32_t offset, uint##bits##_t value) \
    {                                                                            \
        *(volatile uint##bits##_t *)(registers + offset) = value;                \
    }
ACCESS(8)
ACCESS(16)
ACCESS(32)

static volatile ULONG *map(void *device, uint32_t offset)
{
    return (volatile ULONG *)(registers + offset);
}

/* ---- Memory that the controller reaches ------------------------------------------------------- */

static void *alloc_below(uint64_t highest, size_t size)
{
    void *memory = memory_alloc(size);

    if (memory == NULL || (uintptr_t)memory + size - 1 <= highest)
        return memory;
    memory_free(memory);
    return NULL;
}

static NTSTATUS dma_alloc(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    void *memory = alloc_below(highest, size);

    if (memory == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    *dma = (struct hda_dma){.memory = memory, .address = (uintptr_t)memory, .size = size};
    return STATUS_SUCCESS;
}

static void dma_free(void *device, struct hda_dma *dma)
{
    memory_free(dma->memory);
}

/* Caches are coherent, and a processor's writes come in order: only the compiler could change it. */
static void dma_sync(void *device, const struct hda_dma *dma, size_t offset, size_t size,
                     enum hda_sync direction)
{
    __asm__ volatile("" ::: "memory");
}

/* The array of page numbers follows the MDL. Process is the host's: here, where the pages are mapped. */
static NTSTATUS pages_alloc(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    size_t count = BYTES_TO_PAGES(size);
    uint8_t *pages = count <= SIZE_MAX / PAGE_SIZE ? alloc_below(highest, count * PAGE_SIZE) : NULL;

    if (pages == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    *mdl = memory_alloc(sizeof(**mdl) + count * sizeof(PFN_NUMBER));
    if (*mdl == NULL) {
        memory_free(pages);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    **mdl = (MDL){.MdlFlags = MDL_PAGES_LOCKED, .Process = pages, .ByteCount = size};
    for (size_t i = 0; i < count; i++)
        MmGetMdlPfnArray(*mdl)[i] = ((uintptr_t)pages >> PAGE_SHIFT) + i;
    return STATUS_SUCCESS;
}

static void pages_free(void *device, PMDL mdl)
{
    memory_free(mdl->Process);
    memory_free(mdl);
}

static size_t pages_run(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    *address = (uintptr_t)mdl->Process + offset;
    return mdl->ByteCount - offset;
}

/* ---- The interrupt --------------------------------------------------------------------------- */

static NTSTATUS interrupt_connect(void *device, hda_interrupt_routine *routine, void *context)
{
    if (line > 15)
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    interrupt_route(line, routine, context);
    return STATUS_SUCCESS;
}

static void interrupt_disconnect(void *device)
{
    interrupt_route(line, NULL, NULL);
}

const struct hda_device_ops device_ops = {
    .read8 = read8,
    .read16 = read16,
    .read32 = read32,
    .write8 = write8,
    .write16 = write16,
    .write32 = write32,
    .map = map,
    .dma_alloc = dma_alloc,
    .dma_free = dma_free,
    .dma_sync = dma_sync,
    .pages_alloc = pages_alloc,
    .pages_free = pages_free,
    .pages_run = pages_run,
    .interrupt_connect = interrupt_connect,
    .interrupt_disconnect = interrupt_disconnect,
};
