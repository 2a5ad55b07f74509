/* SPDX-License-Identifier: BSD-2-Clause */
/* bad_device.c - the simulated controller with one entry broken. */
#include "breach.h"

#include <ntddk.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE sim_device_ops
#define PAGE   4096

/* ---- Registers -------------------------------------------------------------------------------------------
 */

static uint16_t read16_nothing(void *device, uint32_t offset)
{
    (void)device;
    (void)offset;
    return 0xFFFF;
}

static void no_controller(void)
{
    rig.device_ops.read16 = read16_nothing;
}

static uint16_t read16_zero(void *device, uint32_t offset)
{
    (void)device;
    (void)offset;
    return 0;
}

static void read16_of_zero(void)
{
    rig.device_ops.read16 = read16_zero;
}

static uint16_t read16_other(void *device, uint32_t offset)
{
    static uint16_t times;

    return (uint16_t)(DEVICE.read16(device, offset) + times++);
}

static void read16_that_changes(void)
{
    rig.device_ops.read16 = read16_other;
}

/* By words, as of a bus without byte lanes. */
static uint8_t read8_low(void *device, uint32_t offset)
{
    return DEVICE.read8(device, offset & ~3u);
}

static void read8_of_the_wrong_byte(void)
{
    rig.device_ops.read8 = read8_low;
}

static uint32_t read32_zero(void *device, uint32_t offset)
{
    (void)device;
    (void)offset;
    return 0;
}

static void read32_of_zero(void)
{
    rig.device_ops.read32 = read32_zero;
}

static void write8_nothing(void *device, uint32_t offset, uint8_t value)
{
    (void)device;
    (void)offset;
    (void)value;
}

static void write16_nothing(void *device, uint32_t offset, uint16_t value)
{
    (void)device;
    (void)offset;
    (void)value;
}

static void write32_nothing(void *device, uint32_t offset, uint32_t value)
{
    (void)device;
    (void)offset;
    (void)value;
}

static void write32_not_gctl(void *device, uint32_t offset, uint32_t value)
{
    if (offset == GCTL)
        DEVICE.write32(device, offset, value);
}

static void write8_that_does_nothing(void)
{
    rig.device_ops.write8 = write8_nothing;
}

static void write16_that_does_nothing(void)
{
    rig.device_ops.write16 = write16_nothing;
}

static void write32_that_does_nothing(void)
{
    rig.device_ops.write32 = write32_nothing;
}

static void write32_that_reaches_little(void)
{
    rig.device_ops.write32 = write32_not_gctl;
}

static uint32_t read32_raised(void *device, uint32_t offset)
{
    uint32_t value = DEVICE.read32(device, offset);

    if (KeGetCurrentIrql() == PASSIVE_LEVEL)
        KfRaiseIrql(APC_LEVEL);
    return value;
}

static void read32_that_raises(void)
{
    rig.device_ops.read32 = read32_raised;
}

/* ---- Map -------------------------------------------------------------------------------------------------
 */

static volatile ULONG *map_anew(void *device, uint32_t offset)
{
    volatile ULONG *copy = malloc(sizeof(*copy));

    *copy = DEVICE.read32(device, offset);
    return copy;
}

static void map_of_another_address_each_time(void)
{
    rig.device_ops.map = map_anew;
}

static volatile ULONG *map_next(void *device, uint32_t offset)
{
    static ULONG elsewhere = 7;

    (void)device;
    (void)offset;
    return &elsewhere;
}

static void map_of_another_register(void)
{
    rig.device_ops.map = map_next;
}

static volatile ULONG *map_odd(void *device, uint32_t offset)
{
    return (volatile ULONG *)((uintptr_t)DEVICE.map(device, offset) + 2);
}

static void map_that_is_misaligned(void)
{
    rig.device_ops.map = map_odd;
}

/* ---- Contiguous memory ------------------------------------------------------------------------------------
 */

static NTSTATUS dma_dirty(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = DEVICE.dma_alloc(device, size, highest, dma);

    if (NT_SUCCESS(status))
        memset(dma->memory, 0x77, size);
    return status;
}

static void dirty_dma(void)
{
    rig.device_ops.dma_alloc = dma_dirty;
}

static NTSTATUS dma_shifted(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = DEVICE.dma_alloc(device, size + PAGE, highest, dma);

    dma->memory = (uint8_t *)dma->memory + 64;
    dma->address += 64;
    dma->size = size;
    return status;
}

static void misaligned_dma(void)
{
    rig.device_ops.dma_alloc = dma_shifted;
}

static NTSTATUS dma_small_aligned(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = DEVICE.dma_alloc(device, size + PAGE, highest, dma);

    if (!NT_SUCCESS(status))
        return status;
    dma->size = size;
    if (size >= PAGE)
        dma->address += 128;
    return status;
}

static void dma_of_a_page_that_is_aligned_to_128(void)
{
    rig.device_ops.dma_alloc = dma_small_aligned;
}

static NTSTATUS dma_high(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = DEVICE.dma_alloc(device, size, UINT64_MAX, dma);

    if (highest == UINT32_MAX)
        dma->address |= UINT64_C(1) << 32;
    return status;
}

static void dma_beyond_the_limit(void)
{
    rig.device_ops.dma_alloc = dma_high;
}

static NTSTATUS dma_by_the_page(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = DEVICE.dma_alloc(device, size, highest, dma);

    if (NT_SUCCESS(status))
        dma->size = (size + PAGE - 1) / PAGE * PAGE;
    return status;
}

static void dma_of_another_size(void)
{
    rig.device_ops.dma_alloc = dma_by_the_page;
}

static NTSTATUS dma_nothing(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    (void)device;
    (void)highest;
    *dma = (struct hda_dma){.size = size};
    return STATUS_SUCCESS;
}

static void dma_of_nothing(void)
{
    rig.device_ops.dma_alloc = dma_nothing;
}

static NTSTATUS dma_clearing(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    *dma = (struct hda_dma){0};
    return DEVICE.dma_alloc(device, size, highest, dma);
}

static void dma_that_fails_and_writes(void)
{
    rig.device_ops.dma_alloc = dma_clearing;
}

static NTSTATUS dma_no_memory(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = DEVICE.dma_alloc(device, size, highest, dma);

    return NT_SUCCESS(status) ? status : STATUS_NO_MEMORY;
}

static void dma_that_fails_otherwise(void)
{
    rig.device_ops.dma_alloc = dma_no_memory;
}

static NTSTATUS dma_fails(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    (void)device;
    (void)size;
    (void)highest;
    (void)dma;
    return STATUS_INSUFFICIENT_RESOURCES;
}

static void no_dma(void)
{
    rig.device_ops.dma_alloc = dma_fails;
}

static NTSTATUS dma_same(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    static struct hda_dma pool;

    if (pool.memory == NULL)
        DEVICE.dma_alloc(device, 1 << 20, highest, &pool);
    *dma = pool;
    dma->size = size;
    return STATUS_SUCCESS;
}

static void dma_forget(void *device, struct hda_dma *dma)
{
    (void)device;
    *dma = (struct hda_dma){0};
}

static void dma_that_overlaps(void)
{
    rig.device_ops.dma_alloc = dma_same;
    rig.device_ops.dma_free = dma_forget;
}

static void dma_free_raised(void *device, struct hda_dma *dma)
{
    DEVICE.dma_free(device, dma);
    KfRaiseIrql(APC_LEVEL);
}

static void dma_free_that_raises(void)
{
    rig.device_ops.dma_free = dma_free_raised;
}

/* A bounce buffer that is copied in one direction only. */
static void sync_from_nothing(void *device, const struct hda_dma *dma, size_t offset, size_t size,
                              enum hda_sync direction)
{
    (void)device;
    if (direction == HDA_SYNC_FOR_CPU)
        memset((uint8_t *)dma->memory + offset, 0, size);
}

static void sync_that_loses_what_was_written(void)
{
    rig.device_ops.dma_sync = sync_from_nothing;
}

/* ---- Pages -----------------------------------------------------------------------------------------------
 */

static NTSTATUS pages_offset(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    NTSTATUS status = DEVICE.pages_alloc(device, size, highest, mdl);

    (*mdl)->ByteOffset = 16;
    return status;
}

static NTSTATUS pages_unlocked(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    NTSTATUS status = DEVICE.pages_alloc(device, size, highest, mdl);

    (*mdl)->MdlFlags = 0;
    return status;
}

static void pages_that_are_not_locked(void)
{
    rig.device_ops.pages_alloc = pages_unlocked;
}

static void pages_with_an_offset(void)
{
    rig.device_ops.pages_alloc = pages_offset;
}

static NTSTATUS pages_whole(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    return DEVICE.pages_alloc(device, (size + PAGE - 1) / PAGE * PAGE, highest, mdl);
}

static void pages_of_whole_size(void)
{
    rig.device_ops.pages_alloc = pages_whole;
}

static NTSTATUS pages_nothing(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    (void)device;
    (void)size;
    (void)highest;
    *mdl = NULL;
    return STATUS_SUCCESS;
}

static void pages_of_nothing(void)
{
    rig.device_ops.pages_alloc = pages_nothing;
}

static NTSTATUS pages_fail(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    (void)device;
    (void)size;
    (void)highest;
    (void)mdl;
    return STATUS_UNSUCCESSFUL;
}

static void no_pages(void)
{
    rig.device_ops.pages_alloc = pages_fail;
}

static NTSTATUS pages_short(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    (void)device;
    (void)size;
    (void)highest;
    (void)mdl;
    return STATUS_INSUFFICIENT_RESOURCES;
}

static void no_memory_for_pages(void)
{
    rig.device_ops.pages_alloc = pages_short;
}

static NTSTATUS pages_same(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    static PMDL pages;

    if (pages == NULL)
        DEVICE.pages_alloc(device, size, highest, &pages);
    *mdl = pages;
    return STATUS_SUCCESS;
}

static void pages_that_are_the_same(void)
{
    rig.device_ops.pages_alloc = pages_same;
}

static void take_pages_twice(void)
{
    PMDL mdl;

    for (unsigned i = 0; i < 2; i++)
        rig.config.device->pages_alloc(rig.config.device_context, PAGE, UINT64_MAX, &mdl);
}

static void pages_free_raised(void *device, PMDL mdl)
{
    DEVICE.pages_free(device, mdl);
    KfRaiseIrql(APC_LEVEL);
}

static void pages_free_that_raises(void)
{
    rig.device_ops.pages_free = pages_free_raised;
}

static size_t run_of_nothing(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    DEVICE.pages_run(device, mdl, offset, address);
    return 0;
}

static void run_of_no_bytes(void)
{
    rig.device_ops.pages_run = run_of_nothing;
}

static size_t run_of_pages(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    return (DEVICE.pages_run(device, mdl, offset, address) + PAGE - 1) / PAGE * PAGE;
}

static void run_beyond_the_end(void)
{
    rig.device_ops.pages_run = run_of_pages;
}

static size_t run_high(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    size_t length = DEVICE.pages_run(device, mdl, offset, address);

    *address |= UINT64_C(1) << 32;
    return length;
}

static void run_beyond_the_limit(void)
{
    rig.device_ops.pages_run = run_high;
}

/* The page's address, whatever the offset in it. */
static size_t run_of_page(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    size_t length = DEVICE.pages_run(device, mdl, offset, address);

    *address -= offset % PAGE;
    return length;
}

static void run_that_ignores_the_offset(void)
{
    rig.device_ops.pages_run = run_of_page;
}

/* ---- The interrupt ---------------------------------------------------------------------------------------
 */

static hda_interrupt_routine *routine;
static void *routine_context;

static NTSTATUS connect_fails(void *device, hda_interrupt_routine *connected, void *context)
{
    (void)device;
    (void)connected;
    (void)context;
    return STATUS_UNSUCCESSFUL;
}

static void connect_that_fails(void)
{
    rig.device_ops.interrupt_connect = connect_fails;
}

static bool call_nobody(void *context)
{
    (void)context;
    return true;
}

static NTSTATUS connect_nothing(void *device, hda_interrupt_routine *connected, void *context)
{
    (void)connected;
    return DEVICE.interrupt_connect(device, call_nobody, context);
}

static void interrupts_that_nobody_is_called_for(void)
{
    rig.device_ops.interrupt_connect = connect_nothing;
}

static NTSTATUS connect_without_context(void *device, hda_interrupt_routine *connected, void *context)
{
    (void)context;
    return DEVICE.interrupt_connect(device, connected, NULL);
}

static void interrupts_without_context(void)
{
    rig.device_ops.interrupt_connect = connect_without_context;
}

static struct hda_work late;

static void call_late(void *context)
{
    (void)context;
    routine(routine_context);
}

static bool call_in_work(void *context)
{
    (void)context;
    linux_host_ops.work_queue(rig.host, &late, 0);
    return true;
}

static NTSTATUS connect_to_work(void *device, hda_interrupt_routine *connected, void *context)
{
    routine = connected;
    routine_context = context;
    linux_host_ops.work_init(rig.host, &late, HDA_LEVEL_DISPATCH, call_late, NULL);
    return DEVICE.interrupt_connect(device, call_in_work, NULL);
}

static void interrupts_at_dispatch_level(void)
{
    rig.device_ops.interrupt_connect = connect_to_work;
}

/* Shared lines: one that is asserted again while the routine runs. */
static bool in_routine, again;

static bool call_noting(void *context)
{
    bool ours;

    (void)context;
    in_routine = true;
    ours = routine(routine_context);
    in_routine = false;
    return ours;
}

static NTSTATUS connect_noting(void *device, hda_interrupt_routine *connected, void *context)
{
    routine = connected;
    routine_context = context;
    return DEVICE.interrupt_connect(device, call_noting, NULL);
}

static uint32_t read32_and_interrupt(void *device, uint32_t offset)
{
    if (in_routine && !again) {
        again = true;
        routine(routine_context);
        again = false;
    }
    return DEVICE.read32(device, offset);
}

static void interrupts_within_interrupts(void)
{
    rig.device_ops.interrupt_connect = connect_noting;
    rig.device_ops.read32 = read32_and_interrupt;
}

static void call_at_device_level(void *context)
{
    KIRQL before = KfRaiseIrql(DEVICE_LEVEL);

    (void)context;
    routine(routine_context);
    KeLowerIrql(before);
}

static void disconnect_and_call(void *device)
{
    DEVICE.interrupt_disconnect(device);
    linux_host_ops.work_init(rig.host, &late, HDA_LEVEL_DISPATCH, call_at_device_level, NULL);
    linux_host_ops.work_queue(rig.host, &late, 100000);
}

static void interrupts_after_disconnect(void)
{
    rig.device_ops.interrupt_connect = connect_noting;
    rig.device_ops.interrupt_disconnect = disconnect_and_call;
}

static NTSTATUS connect_only(void *device, hda_interrupt_routine *connected, void *context)
{
    (void)device;
    routine = connected;
    routine_context = context;
    return STATUS_SUCCESS;
}

static void disconnect_only(void *device)
{
    (void)device;
}

static void disconnect_that_does_not_wait(void)
{
    rig.device_ops.interrupt_connect = connect_only;
    rig.device_ops.interrupt_disconnect = disconnect_only;
}

/* Disconnects while the routine runs, which only another processor can. */
static bool disconnect(void *context)
{
    (void)context;
    KeLowerIrql(PASSIVE_LEVEL);
    rig.config.device->interrupt_disconnect(rig.config.device_context);
    KfRaiseIrql(DEVICE_LEVEL);
    return true;
}

static void disconnect_in_the_routine(void)
{
    rig.config.device->interrupt_connect(rig.config.device_context, disconnect, NULL);
    KfRaiseIrql(DEVICE_LEVEL);
    routine(routine_context);
}

static bool raise_level(void *context)
{
    (void)context;
    KfRaiseIrql(HIGH_LEVEL);
    return true;
}

static void raise_in_the_routine(void)
{
    rig.config.device->interrupt_connect(rig.config.device_context, raise_level, NULL);
    KfRaiseIrql(DEVICE_LEVEL);
    routine(routine_context);
}

/* ---- All -------------------------------------------------------------------------------------------------
 */

#define TRY(commit, sentence)                                      \
    {                                                              \
#commit, commit, breach_try, sentence, LINUX_CLOCK_VIRTUAL \
    }
#define DO(commit, deed, sentence)                           \
    {                                                        \
#commit, commit, deed, sentence, LINUX_CLOCK_VIRTUAL \
    }
#define LIVE(commit, sentence)                                                  \
    {                                                                           \
#commit ", in life", commit, breach_live, sentence, LINUX_CLOCK_VIRTUAL \
    }

static const struct breach breaches[] = {
    TRY(no_controller, "device->read16: GCAP (0h) reads as all ones"),
    TRY(read16_of_zero, "device->read16: GCAP (0h) reads as 0"),
    TRY(read16_that_changes, "device->read16: GCAP (0h), which is constant"),
    TRY(read8_of_the_wrong_byte, "device->read8: VMAJ (3h) and VMIN (2h) read as"),
    TRY(read32_of_zero,
        "device->write32: 1 was written to GCTL.CRST (8h), and device->read32 does not read it"),
    TRY(write8_that_does_nothing, "device->write8: 50 was written to SDnCTL 23:16 (82h)"),
    TRY(write16_that_does_nothing, "device->write16: 5 was written to SDnLVI (8Ch)"),
    TRY(write32_that_does_nothing, "device->write32: 1 was written to GCTL.CRST (8h)"),
    TRY(write32_that_reaches_little, "device->write32: 12380 was written to SDnCBL (88h)"),
    TRY(read32_that_raises, "device->read32: it was called at IRQL 0 and has come back at 1"),

    TRY(map_of_another_address_each_time, "device->map: for 30h it gives another address at each call"),
    TRY(map_of_another_register, "device->map: WALCLK (30h) is 7 where it points to"),
    TRY(map_that_is_misaligned, "which is not aligned for 32 bits"),

    TRY(dirty_dma, "device->dma_alloc: memory is to be zeroed"),
    LIVE(dirty_dma, "device->dma_alloc: memory is to be zeroed"),
    TRY(misaligned_dma, "both are to be multiples of 128"),
    TRY(dma_of_a_page_that_is_aligned_to_128, "both are to be multiples of 4096"),
    TRY(dma_beyond_the_limit, "and it reaches no more than ffffffff"),
    TRY(dma_of_another_size, "device->dma_alloc: it writes down a size of 4096 for the 1 bytes"),
    TRY(dma_of_nothing, "device->dma_alloc: it succeeds, and dma->memory is NULL"),
    TRY(dma_that_fails_and_writes, "device->dma_alloc: it fails, and *dma is not as it was before"),
    TRY(dma_that_fails_otherwise, "device->dma_alloc: it fails with c0000017"),
    TRY(no_dma, "device->dma_alloc: there is no memory for 1 bytes"),
    TRY(dma_that_overlaps, "overlaps what was handed out at"),
    TRY(dma_free_that_raises, "device->dma_free: it was called at IRQL 0 and has come back at 1"),
    TRY(sync_that_loses_what_was_written, "device->dma_sync: for the device and then for the CPU"),

    TRY(pages_that_are_not_locked, "device->pages_alloc: the MDL's MdlFlags are 0, without MDL_PAGES_LOCKED"),
    TRY(pages_with_an_offset, "device->pages_alloc: the MDL's ByteOffset is 16, and is to be 0"),
    TRY(pages_of_whole_size,
        "device->pages_alloc: the MDL's ByteCount is 45056, and 41024 bytes were asked for"),
    TRY(pages_of_nothing, "device->pages_alloc: it succeeds, and the MDL is NULL"),
    TRY(no_memory_for_pages, "device->pages_alloc: there are no pages for 4096 bytes"),
    DO(pages_that_are_the_same, take_pages_twice, "which it has handed out already"),
    TRY(no_pages, "device->pages_alloc: it fails with c0000001"),
    TRY(pages_free_that_raises, "device->pages_free: it was called at IRQL 0 and has come back at 1"),
    TRY(run_of_no_bytes, "device->pages_run: at offset 0 of 4096 bytes it counts 0"),
    TRY(run_beyond_the_end, "device->pages_run: at offset 0 of 41024 bytes it counts 45056"),
    TRY(run_beyond_the_limit, "and it reaches no more than ffffffff"),
    TRY(run_that_ignores_the_offset, "device->pages_run: the byte at offset 4224 is for the controller at"),

    DO(disconnect_that_does_not_wait, disconnect_in_the_routine,
       "device->interrupt_disconnect: it has returned while the routine runs"),
    DO(disconnect_that_does_not_wait, raise_in_the_routine,
       "device->interrupt_connect: the routine began at IRQL 8 and has ended at 15"),
    TRY(connect_that_fails, "device->interrupt_connect: it fails with c0000001"),
    LIVE(interrupts_that_nobody_is_called_for, "the controller has had causes to interrupt 3 times"),
    LIVE(interrupts_without_context,
         "is called with another context than device->interrupt_connect was given"),
    LIVE(interrupts_at_dispatch_level, "device->interrupt_connect: the routine is called at IRQL 2"),
    LIVE(interrupts_within_interrupts, "the routine is called while it runs: never twice at once"),
    TRY(interrupts_after_disconnect,
        "device->interrupt_disconnect: the routine is called while it is not connected"),
};

int main(void)
{
    return breach_run("bad device", breaches, sizeof(breaches) / sizeof(breaches[0]));
}
