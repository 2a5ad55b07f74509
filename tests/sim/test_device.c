/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_device.c - the simulated controller as a device of a host: time, interrupts, memory, mapped registers.
 * The host here is a toy, with the virtual clock of linux_host.h in a few lines or, for the test with
 * threads, a clock that a thread turns.
 */
#include "rig.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/sim/codec.h"
#include "device/sim/sim_device.h"

/* ---- The host ----------------------------------------------------------------------------------- */

struct linux_host {
    const struct linux_device_ops *ops;
    void *device;
    bool threaded;
    uint64_t now;
    int requested;
    bool interrupting;
    int changes;
    bool watched;   /* somebody reads registers by himself */
    char line[200]; /* the last of the log */
};

void linux_host_attach(struct linux_host *host, const struct linux_device_ops *ops, void *device)
{
    host->ops = ops;
    host->device = device;
}

void linux_host_detach(struct linux_host *host)
{
    host->ops = NULL;
}

static void deliver(struct linux_host *host)
{
    if (host->interrupting || !__atomic_exchange_n(&host->requested, 0, __ATOMIC_SEQ_CST))
        return;
    host->interrupting = true;
    host->ops->interrupt(host->device);
    host->interrupting = false;
}

static void pass(struct linux_host *host, uint64_t nanoseconds)
{
    uint64_t until = host->now + nanoseconds;

    for (;;) {
        uint64_t next = host->ops->next(host->device);

        deliver(host);
        if (next > until)
            break;
        assert_true(next > host->now);
        host->now = next;
        host->ops->advance(host->device, next);
    }
    if (host->now < until)
        host->now = until;
}

uint64_t linux_host_access(struct linux_host *host)
{
    if (!host->threaded)
        pass(host, 1000);
    return __atomic_load_n(&host->now, __ATOMIC_SEQ_CST);
}

void linux_host_interrupt(struct linux_host *host)
{
    __atomic_store_n(&host->requested, 1, __ATOMIC_SEQ_CST);
}

void linux_host_changed(struct linux_host *host)
{
    __atomic_fetch_add(&host->changes, 1, __ATOMIC_SEQ_CST);
}

static void write_line(void *context, enum hda_log_level level, const char *format, va_list arguments)
{
    struct linux_host *host = context;

    assert_int_equal(level, HDA_LOG_ERROR);
    vsnprintf(host->line, sizeof(host->line), format, arguments);
}

void linux_host_watch(struct linux_host *h)
{
    __atomic_store_n(&h->watched, true, __ATOMIC_SEQ_CST);
}

static uint64_t read_clock(void *context)
{
    return __atomic_load_n(&((struct linux_host *)context)->now, __ATOMIC_SEQ_CST);
}

const struct hda_host_ops linux_host_ops = {.log = write_line, .now = read_clock};

static bool no_mdl;

PMDL linux_mdl_create(void *memory, size_t size, const uint64_t *pages)
{
    PMDL mdl = no_mdl ? NULL : calloc(1, sizeof(*mdl));

    if (!mdl)
        return NULL;
    assert_int_equal(pages[0] % 4096, 0);
    mdl->Process = memory;
    mdl->ByteCount = (ULONG)size;
    return mdl;
}

void linux_mdl_free(PMDL mdl)
{
    free(mdl);
}

static unsigned ranges; /* of contiguous memory */

void linux_range_add(struct linux_range *range)
{
    assert_non_null(range->memory);
    ranges++;
}

void linux_range_remove(struct linux_range *range)
{
    assert_non_null(range->memory);
    ranges--;
}

/* ---- A codec whose one pin is 3 ----------------------------------------------------------------- */

static unsigned destroyed;

bool sim_codec_hear(struct sim_codec *codec, uint8_t pin, hdabus_sink *sink, void *context)
{
    (void)codec;
    (void)sink;
    (void)context;
    return pin == 3;
}

bool sim_codec_feed(struct sim_codec *codec, uint8_t pin, hdabus_source *source, void *context)
{
    (void)codec;
    (void)source;
    (void)context;
    return pin == 3;
}

NTSTATUS sim_codec_connect(struct sim_codec *from, uint8_t from_pin, struct sim_codec *to, uint8_t to_pin)
{
    (void)from;
    (void)to;
    return from_pin == 3 && to_pin == 3 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

bool sim_codec_plug(struct sim_codec *codec, uint8_t pin, bool plugged)
{
    (void)codec;
    (void)plugged;
    return pin == 3;
}

bool sim_codec_gpio(struct sim_codec *codec, uint8_t mask, uint8_t levels)
{
    (void)codec;
    (void)levels;
    return mask == 3;
}

bool sim_codec_turn(struct sim_codec *codec, uint8_t knob, uint8_t volume)
{
    (void)codec;
    (void)volume;
    return knob == 3;
}

void sim_codec_destroy(struct sim_codec *codec)
{
    (void)codec;
    destroyed++;
}

/* ---- The device --------------------------------------------------------------------------------- */

static struct linux_host host;
static struct sim_device *device;
static struct sim_codec codec;
static const struct hda_device_ops *ops = &sim_device_ops;

static void open_device(bool level, unsigned fragment_pages)
{
    struct sim_device_options options = {.level_interrupts = level, .fragment_pages = fragment_pages};

    host = (struct linux_host){0};
    codec = (struct sim_codec){0};
    destroyed = 0;
    assert_int_equal(sim_device_create(&host, &options, &device), STATUS_SUCCESS);
    assert_true(sim_device_plug(device, 1, &codec));
}

static int setup(void **state)
{
    (void)state;
    open_device(false, 4);
    return 0;
}

static int setup_level(void **state)
{
    (void)state;
    open_device(true, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (!device)
        return 0;
    if (sim_device_faults(device))
        fail_msg("unexpected fault: %s", sim_device_fault(device, 0));
    sim_device_destroy(device);
    assert_null(host.ops);
    assert_int_equal(destroyed, 1);
    device = NULL;
    return 0;
}

/* After tests that meant to make faults. */
static int teardown_with_faults(void **state)
{
    (void)state;
    sim_device_destroy(device);
    device = NULL;
    return 0;
}

static void link_up(void)
{
    ops->write32(device, 0x08, 1);
    pass(&host, 1000000);
    assert_int_equal(ops->read32(device, 0x08), 1);
    ops->write16(device, 0x0E, 0x7FFF);
}

/* Two rings in `dma`, which run. */
static void start_rings(struct hda_dma *dma)
{
    assert_int_equal(ops->dma_alloc(device, 8192, 0xFFFFFFFF, dma), STATUS_SUCCESS);
    ops->write32(device, 0x40, (uint32_t)dma->address);
    ops->write32(device, 0x50, (uint32_t)dma->address + 4096);
    ops->write16(device, 0x5A, 1);
    ops->write8(device, 0x5C, 3);
    ops->write8(device, 0x4C, 2);
    ops->write32(device, 0x20, 0xC0000000);
}

static void stop_rings(struct hda_dma *dma)
{
    ops->write8(device, 0x5C, 0);
    ops->write8(device, 0x4C, 0);
    pass(&host, 100000);
    ops->dma_free(device, dma);
    assert_null(dma->memory);
}

static void send(struct hda_dma *dma, unsigned count)
{
    uint16_t pointer = ops->read16(device, 0x48);

    for (unsigned i = 0; i < count; i++)
        ((uint32_t *)dma->memory)[++pointer & 0xFF] = 0x10000000 | i;
    ops->write16(device, 0x48, pointer & 0xFF);
}

/* ---- Registers and time ------------------------------------------------------------------------- */

static void the_wall_clock_follows_the_host(void **state)
{
    uint32_t begin;

    (void)state;
    link_up();
    begin = ops->read32(device, 0x30);
    for (unsigned i = 1; i <= 100; i++) {
        pass(&host, 124000);
        assert_int_equal(ops->read32(device, 0x30) - begin, 3000 * i); /* 24 MHz; the access takes 1 us */
    }
}

static void mapped_registers_are_current_after_each_access(void **state)
{
    volatile ULONG *clock = ops->map(device, 0x2030);
    uint32_t value;

    (void)state;
    assert_non_null(clock);
    assert_ptr_equal(ops->map(device, 0x30), clock);
    for (uint32_t stream = 0; stream < 8; stream++) {
        assert_non_null(ops->map(device, 0x84 + 0x20 * stream));
        assert_ptr_equal(ops->map(device, 0x84 + 0x20 * stream), ops->map(device, 0x2084 + 0x20 * stream));
    }
    assert_true(host.watched);
    assert_null(ops->map(device, 0x184));
    assert_null(ops->map(device, 0x08));
    assert_null(ops->map(device, 0x88));
    assert_null(ops->map(device, 0x40000000));
    link_up();
    pass(&host, 5000);
    value = ops->read32(device, 0x30);
    assert_true(value > 0);
    assert_int_equal(*clock, value);
    pass(&host, 125000);
    assert_ptr_equal(ops->map(device, 0x30), clock); /* and when it is handed out */
    assert_int_equal(*clock, value + 3000);
}

static void without_aliases_only_the_registers_can_be_mapped(void **state)
{
    struct sim_shape shape = sim_default_shape;
    struct sim_device_options options = {.shape = &shape};
    struct linux_host other = {0};
    struct sim_device *bare;

    (void)state;
    shape.no_alias = true;
    assert_int_equal(sim_device_create(&other, &options, &bare), STATUS_SUCCESS);
    assert_null(ops->map(bare, 0x2030));
    assert_null(ops->map(bare, 0x2084));
    assert_non_null(ops->map(bare, 0x30));
    assert_non_null(ops->map(bare, 0x84));
    sim_device_destroy(bare);
}

static void the_host_hears_of_earlier_events(void **state)
{
    struct hda_dma dma;
    int before;

    (void)state;
    link_up();
    start_rings(&dma);
    pass(&host, 1000000);
    assert_true(host.ops->next(device) == UINT64_MAX);
    before = host.changes;
    send(&dma, 1);
    assert_true(host.changes > before);
    assert_true(host.ops->next(device) <= host.now + 20834);
    stop_rings(&dma);
}

static void info_and_hearing(void **state)
{
    struct hda_device_info info;
    struct sim_codec other;

    (void)state;
    sim_device_info(device, &info);
    assert_int_equal(info.vendor_id, 0x8086);
    assert_int_equal(info.device_id, 0x2668);
    assert_int_equal(info.revision, 1);
    assert_true(info.message_interrupts);
    assert_int_equal(sim_device_hear(device, 1, 3, NULL, NULL), STATUS_SUCCESS);
    assert_int_equal(sim_device_hear(device, 1, 4, NULL, NULL), STATUS_INVALID_PARAMETER);
    assert_int_equal(sim_device_hear(device, 0, 3, NULL, NULL), STATUS_INVALID_PARAMETER);
    assert_int_equal(sim_device_hear(device, 200, 3, NULL, NULL), STATUS_INVALID_PARAMETER);
    for (unsigned address = 0; address < 2; address++) { /* there is none at 0 */
        for (UCHAR which = 3; which < 5; which++) {
            NTSTATUS status = address == 1 && which == 3 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;

            assert_int_equal(sim_device_feed(device, address, which, NULL, NULL), status);
            assert_int_equal(sim_device_connect(device, address, which, 1, 3), status);
            assert_int_equal(sim_device_connect(device, 1, 3, address, which), status);
            assert_int_equal(sim_device_plug_jack(device, address, which, TRUE), status);
            assert_int_equal(sim_device_gpio(device, address, which, 0), status);
            assert_int_equal(sim_device_turn(device, address, which, 0), status);
        }
    }
    assert_false(sim_device_plug(device, 1, &other));
    assert_false(sim_device_plug(device, 15, &other));
}

static void faults_are_counted_and_the_first_ones_kept(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++)
        ops->read16(device, 0x08);
    assert_int_equal(sim_device_faults(device), 100);
    assert_non_null(strstr(sim_device_fault(device, 0), "GCTL"));
    assert_non_null(sim_device_fault(device, 63));
    assert_null(sim_device_fault(device, 64));
}

/* ---- Interrupts --------------------------------------------------------------------------------- */

static unsigned calls;

static bool handler(void *context)
{
    calls++;
    if (!(ops->read32(device, 0x24) & 0x80000000))
        return false;
    if (context == &calls)
        ops->write8(device, 0x5D, 1);
    return true;
}

static void a_message_calls_the_handler_once(void **state)
{
    struct hda_dma dma;

    (void)state;
    calls = 0;
    link_up();
    start_rings(&dma);
    assert_int_equal(ops->interrupt_connect(device, handler, &calls), STATUS_SUCCESS);
    for (unsigned i = 1; i <= 5; i++) {
        send(&dma, 1);
        pass(&host, 100000);
        assert_int_equal(calls, i);
    }
    ops->interrupt_disconnect(device);
    send(&dma, 1);
    pass(&host, 100000);
    assert_int_equal(calls, 5);
    stop_rings(&dma);
}

static void an_unacknowledged_message_is_not_repeated(void **state)
{
    struct hda_dma dma;

    (void)state;
    calls = 0;
    link_up();
    start_rings(&dma);
    ops->interrupt_connect(device, handler, NULL);
    for (unsigned i = 0; i < 3; i++) {
        send(&dma, 1);
        pass(&host, 100000);
    }
    assert_int_equal(calls, 1);
    ops->interrupt_disconnect(device);
    stop_rings(&dma);
}

static void a_level_calls_the_handler_until_it_is_cleared(void **state)
{
    struct hda_dma dma;

    (void)state;
    calls = 0;
    link_up();
    start_rings(&dma);
    send(&dma, 1);
    pass(&host, 100000);
    ops->interrupt_connect(device, handler, &calls); /* asserted already */
    pass(&host, 1000);
    assert_int_equal(calls, 1);
    send(&dma, 3);
    pass(&host, 200000);
    assert_int_equal(calls, 4);
    ops->interrupt_disconnect(device);
    stop_rings(&dma);
}

static void a_level_that_nobody_clears_is_masked(void **state)
{
    struct hda_dma dma;

    (void)state;
    calls = 0;
    link_up();
    start_rings(&dma);
    ops->interrupt_connect(device, handler, NULL);
    send(&dma, 1);
    pass(&host, 10000000);
    assert_int_equal(calls, 1000);
    assert_int_equal(sim_device_faults(device), 1);
    ops->interrupt_disconnect(device);
    ops->interrupt_connect(device, handler, &calls); /* a fresh start */
    pass(&host, 1000);
    assert_int_equal(calls, 1001);
    ops->interrupt_disconnect(device);
    stop_rings(&dma);
}

/* By message or by level: until the causes have been gone. */
static void a_lost_interrupt_calls_nobody(void **state)
{
    struct hda_dma dma;

    (void)state;
    calls = 0;
    link_up();
    start_rings(&dma);
    ops->interrupt_connect(device, handler, &calls);
    assert_int_equal(sim_device_fail(device, HDABUS_SIM_LOST_INTERRUPT, 0), STATUS_SUCCESS);
    send(&dma, 1);
    pass(&host, 1000000);
    assert_int_equal(calls, 0);
    assert_int_equal(ops->read32(device, 0x24), 0xC0000000);
    ops->write8(device, 0x5D, 1);
    send(&dma, 1);
    pass(&host, 1000000);
    assert_int_equal(calls, 1);
    assert_int_equal(sim_device_fail(device, HDABUS_SIM_NO_RESPONSE, 0), STATUS_INVALID_PARAMETER);
    ops->interrupt_disconnect(device);
    stop_rings(&dma);
}

/* ---- Removal ------------------------------------------------------------------------------------ */

static bool pull_out(void *context)
{
    calls++;
    ops->read32(device, 0x24);
    sim_device_remove(device);
    assert_int_equal(ops->read32(device, 0x24), UINT32_MAX);
    ops->write8(device, 0x5D, 1);
    assert_int_equal(ops->read8(device, 0x5D), UINT8_MAX);
    assert_int_equal(*(volatile ULONG *)context, UINT32_MAX);
    return true;
}

/* In the middle of its interrupt, by message or by level. */
static void a_removed_controller_interrupts_no_more(void **state)
{
    volatile ULONG *clock = ops->map(device, 0x30), *position = ops->map(device, 0x84);
    struct hda_dma dma;

    (void)state;
    calls = 0;
    link_up();
    start_rings(&dma);
    ops->interrupt_connect(device, pull_out, (void *)clock);
    send(&dma, 3);
    pass(&host, 1000000);
    assert_int_equal(calls, 1);
    assert_true(host.ops->next(device) == UINT64_MAX);
    assert_int_equal(*clock, UINT32_MAX);
    assert_int_equal(*position, UINT32_MAX);
    assert_int_equal(ops->read16(device, 0x48), UINT16_MAX);
    ops->interrupt_disconnect(device);
    ops->dma_free(device, &dma);
}

/* A message that has been sent, and that nobody has taken yet. */
static void a_message_on_its_way_is_lost_with_the_controller(void **state)
{
    struct hda_dma dma;

    (void)state;
    calls = 0;
    link_up();
    start_rings(&dma);
    send(&dma, 1);
    pass(&host, 100000);
    sim_device_remove(device);
    ops->interrupt_connect(device, handler, NULL);
    pass(&host, 100000);
    assert_int_equal(calls, 0);
    ops->interrupt_disconnect(device);
    ops->dma_free(device, &dma);
}

/* It lacks a device, not memory. */
static void there_is_memory_without_a_controller(void **state)
{
    struct hda_dma dma;
    uint64_t address;
    PMDL mdl;

    (void)state;
    sim_device_remove(device);
    sim_device_remove(device);
    assert_int_equal(ops->dma_alloc(device, 4096, 0xFFFFFFFF, &dma), STATUS_SUCCESS);
    assert_int_equal(ops->pages_alloc(device, 8192, UINT64_MAX, &mdl), STATUS_SUCCESS);
    assert_int_equal(ops->pages_run(device, mdl, 0, &address), 8192);
    ops->pages_free(device, mdl);
    ops->dma_free(device, &dma);
    assert_int_equal(sim_device_plug_jack(device, 1, 3, TRUE), STATUS_SUCCESS);
    assert_int_equal(sim_device_fail(device, HDABUS_SIM_MEMORY_ERROR, 0), STATUS_SUCCESS);
}

/* ---- Memory ------------------------------------------------------------------------------------- */

static void contiguous_memory_is_aligned_zeroed_and_within_reach(void **state)
{
    struct hda_dma low, high, odd;

    (void)state;
    assert_int_equal(ops->dma_alloc(device, 4096, 0xFFFFFFFF, &low), STATUS_SUCCESS);
    assert_int_equal(ops->dma_alloc(device, 4096, UINT64_MAX, &high), STATUS_SUCCESS);
    assert_int_equal(ops->dma_alloc(device, 1, 0xFFFFFFFF, &odd), STATUS_SUCCESS);
    assert_true(low.address && low.address + 4096 <= 0x100000000);
    assert_true(high.address >= 0x100000000); /* so that a driver that forgets the upper half is noticed */
    assert_int_equal(((uintptr_t)odd.memory | odd.address) % 128, 0);
    assert_int_equal(((uintptr_t)low.memory | (uintptr_t)high.memory | low.address | high.address) % 4096, 0);
    assert_int_equal(ranges, 3);
    for (size_t i = 0; i < 4096; i++)
        assert_int_equal(((uint8_t *)low.memory)[i], 0);
    ops->dma_sync(device, &low, 0, 4096, HDA_SYNC_FOR_DEVICE);
    ops->dma_free(device, &odd);
    ops->dma_free(device, &low);
    ops->dma_free(device, &high);
    assert_int_equal(ranges, 0);
    assert_int_equal(ops->dma_alloc(device, 0, UINT64_MAX, &low), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(ops->dma_alloc(device, SIZE_MAX, UINT64_MAX, &low), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(ops->dma_alloc(device, 4096, 0x1000, &low), STATUS_INSUFFICIENT_RESOURCES);
}

static void check_runs(PMDL mdl, size_t size, size_t run)
{
    uint64_t address, last_end = 0;
    size_t offset = 0;

    while (offset < size) {
        size_t length = ops->pages_run(device, mdl, offset, &address);

        assert_int_equal(length, size - offset < run ? size - offset : run);
        assert_int_equal(address % 4096, 0);
        assert_true(address != last_end);
        assert_int_equal(ops->pages_run(device, mdl, offset + 100, &last_end), length - 100);
        assert_true(last_end == address + 100);
        last_end = address + length;
        offset += length;
    }
}

static void pages_come_in_runs_that_are_apart(void **state)
{
    PMDL mdl;

    (void)state;
    assert_int_equal(ops->pages_alloc(device, 100000, 0xFFFFFFFF, &mdl), STATUS_SUCCESS);
    assert_int_equal(mdl->ByteCount, 100000);
    check_runs(mdl, 100000, 4 * 4096);
    ops->pages_free(device, mdl);
    no_mdl = true;
    assert_int_equal(ops->pages_alloc(device, 4096, UINT64_MAX, &mdl), STATUS_INSUFFICIENT_RESOURCES);
    no_mdl = false;
    assert_int_equal(ops->pages_alloc(device, 0, UINT64_MAX, &mdl), STATUS_INSUFFICIENT_RESOURCES);
}

static void pages_are_one_run_if_asked(void **state)
{
    PMDL mdl;

    (void)state;
    assert_int_equal(ops->pages_alloc(device, 100000, UINT64_MAX, &mdl), STATUS_SUCCESS);
    check_runs(mdl, 100000, 100000);
    ops->pages_free(device, mdl);
}

static void giving_back_what_is_not_allocated_is_a_fault(void **state)
{
    struct hda_dma none = {.memory = &none};
    uint64_t address;
    PMDL mdl;

    (void)state;
    ops->dma_free(device, &none);
    assert_int_equal(sim_device_faults(device), 1);
    assert_int_equal(ops->pages_alloc(device, 4096, UINT64_MAX, &mdl), STATUS_SUCCESS);
    ops->pages_run(device, mdl, 4096, &address);
    assert_int_equal(sim_device_faults(device), 2);
    ops->pages_free(device, mdl);
    ops->pages_free(device, mdl);
    assert_int_equal(sim_device_faults(device), 3);
}

static void memory_given_back_in_use_is_not_touched_again(void **state)
{
    struct hda_dma dma;

    (void)state;
    link_up();
    start_rings(&dma);
    ops->dma_free(device, &dma);
    assert_int_equal(sim_device_faults(device), 1);
    ops->write16(device, 0x48, 1);
    pass(&host, 1000000);
    assert_int_equal(sim_device_faults(device), 2);
    assert_non_null(strstr(sim_device_fault(device, 1), "CORB entry"));
}

static void leaks_go_to_the_log(void **state)
{
    struct hda_dma dma;

    (void)state;
    assert_int_equal(ops->dma_alloc(device, 4000, 0xFFFFFFFF, &dma), STATUS_SUCCESS);
    sim_device_destroy(device);
    device = NULL;
    assert_non_null(strstr(host.line, "4000 bytes"));
}

/* ---- Threads ------------------------------------------------------------------------------------ */

static int turning;

static void *turn_clock(void *context)
{
    (void)context;
    while (__atomic_load_n(&turning, __ATOMIC_SEQ_CST)) {
        uint64_t now = __atomic_add_fetch(&host.now, 5000, __ATOMIC_SEQ_CST);

        host.ops->advance(device, now);
        host.ops->next(device);
        deliver(&host);
    }
    return NULL;
}

static void *use_device(void *context)
{
    volatile ULONG *clock = ops->map(device, 0x30);
    uint32_t last = 0;

    (void)context;
    for (unsigned i = 0; i < 300; i++) {
        struct hda_dma dma;

        assert_int_equal(ops->dma_alloc(device, 100, UINT64_MAX, &dma), STATUS_SUCCESS);
        assert_true(ops->read32(device, 0x30) >= last);
        last = __atomic_load_n(clock, __ATOMIC_RELAXED);
        ops->dma_free(device, &dma);
        ops->write32(device, 0x20, 0xC0000000);
        ops->write32(device, 0x20, 0);
    }
    return NULL;
}

/* Odd while it runs. */
static bool count_interrupt(void *context)
{
    __atomic_fetch_add((int *)context, 1, __ATOMIC_SEQ_CST);
    sched_yield();
    ops->write8(device, 0x5D, 1);
    __atomic_fetch_add((int *)context, 1, __ATOMIC_SEQ_CST);
    return true;
}

static void threads_may_use_a_device_at_once(void **state)
{
    pthread_t turner, users[3];
    struct hda_dma dma;

    (void)state;
    link_up();
    start_rings(&dma);
    host.threaded = true;
    turning = 1;
    assert_int_equal(pthread_create(&turner, NULL, turn_clock, NULL), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&users[i], NULL, use_device, NULL), 0);
    for (unsigned i = 0; i < 100; i++) {
        int interrupts = 0;

        ops->interrupt_connect(device, count_interrupt, &interrupts);
        send(&dma, 1);
        ops->write32(device, 0x20, 0xC0000000);
        while (i % 2 && !__atomic_load_n(&interrupts, __ATOMIC_SEQ_CST))
            ops->write32(device, 0x20, 0xC0000000); /* the others switch it off */
        ops->interrupt_disconnect(device);          /* it runs nowhere now */
        assert_int_equal(__atomic_load_n(&interrupts, __ATOMIC_SEQ_CST) % 2, 0);
    }
    for (unsigned i = 0; i < 3; i++)
        pthread_join(users[i], NULL);
    __atomic_store_n(&turning, 0, __ATOMIC_SEQ_CST);
    pthread_join(turner, NULL);
    host.threaded = false;
    stop_rings(&dma);
}

/* Nobody who uses it hangs, or gets anything but all ones after that. */
static void it_may_be_removed_while_threads_use_it(void **state)
{
    pthread_t turner, users[3];
    struct hda_dma dma;

    (void)state;
    link_up();
    start_rings(&dma);
    host.threaded = true;
    turning = 1;
    assert_int_equal(pthread_create(&turner, NULL, turn_clock, NULL), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&users[i], NULL, use_device, NULL), 0);
    for (unsigned i = 0; i < 20; i++) {
        send(&dma, 1);
        sched_yield();
    }
    sim_device_remove(device);
    assert_int_equal(ops->read32(device, 0x24), UINT32_MAX);
    for (unsigned i = 0; i < 3; i++)
        pthread_join(users[i], NULL);
    __atomic_store_n(&turning, 0, __ATOMIC_SEQ_CST);
    pthread_join(turner, NULL);
    host.threaded = false;
    ops->dma_free(device, &dma);
}

int main(void)
{
#define TEST(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)
#define LEVEL(name)  cmocka_unit_test_setup_teardown(name, setup_level, teardown)
#define FAULTY(name) cmocka_unit_test_setup_teardown(name, setup, teardown_with_faults)
    const struct CMUnitTest tests[] = {
        TEST(the_wall_clock_follows_the_host),
        TEST(mapped_registers_are_current_after_each_access),
        TEST(without_aliases_only_the_registers_can_be_mapped),
        TEST(the_host_hears_of_earlier_events),
        TEST(info_and_hearing),
        FAULTY(faults_are_counted_and_the_first_ones_kept),
        TEST(a_message_calls_the_handler_once),
        TEST(an_unacknowledged_message_is_not_repeated),
        LEVEL(a_level_calls_the_handler_until_it_is_cleared),
        cmocka_unit_test_setup_teardown(a_level_that_nobody_clears_is_masked, setup_level,
                                        teardown_with_faults),
        TEST(a_lost_interrupt_calls_nobody),
        LEVEL(a_lost_interrupt_calls_nobody),
        TEST(a_removed_controller_interrupts_no_more),
        LEVEL(a_removed_controller_interrupts_no_more),
        TEST(a_message_on_its_way_is_lost_with_the_controller),
        LEVEL(a_message_on_its_way_is_lost_with_the_controller),
        TEST(there_is_memory_without_a_controller),
        TEST(contiguous_memory_is_aligned_zeroed_and_within_reach),
        TEST(pages_come_in_runs_that_are_apart),
        LEVEL(pages_are_one_run_if_asked),
        FAULTY(giving_back_what_is_not_allocated_is_a_fault),
        FAULTY(memory_given_back_in_use_is_not_touched_again),
        TEST(leaks_go_to_the_log),
        TEST(threads_may_use_a_device_at_once),
        TEST(it_may_be_removed_while_threads_use_it),
    };

    return cmocka_run_group_tests_name("sim device", tests, NULL, NULL);
}
