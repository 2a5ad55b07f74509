/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hooks.c - takes the place of the example's main.c and tone.c: calls the hooks of its host, and looks
 * whether each keeps what host.h says.
 */
#include "kernel.h"

#define HOST        host_ops
#define DEVICE      device_ops
#define MILLISECOND UINT64_C(1000000) /* nanoseconds */
#define CHECK(condition)                                     \
    do {                                                     \
        if (!(condition)) {                                  \
            print("hooks.c:%u: %s\n", __LINE__, #condition); \
            finish(false);                                   \
        }                                                    \
    } while (0)

/* Nothing of the host runs in here, so that what runs meanwhile is the interrupts' doing. */
static void spin(uint64_t nanoseconds)
{
    uint64_t end = clock_now() + nanoseconds;

    while (clock_now() < end)
        ;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static bool is_zero(const uint8_t *memory, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != 0)
            return false;
    }
    return true;
}

static void check_memory(void)
{
    static const size_t sizes[] = {1, 127, 128, 129, 4095, 4096, 5000, 65536};
    void *taken[RTL_NUMBER_OF(sizes)];

    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < RTL_NUMBER_OF(sizes); i++) {
            taken[i] = HOST.alloc(NULL, sizes[i]);
            CHECK(taken[i] != NULL && is_zero(taken[i], sizes[i]));
            CHECK((uintptr_t)taken[i] % (sizes[i] < PAGE_SIZE ? 128 : PAGE_SIZE) == 0);
            RtlFillMemory(taken[i], sizes[i], 0xA5);
        }
        for (unsigned i = 0; i < RTL_NUMBER_OF(sizes); i++)
            HOST.free(NULL, taken[i]);
        CHECK(memory_used == 0);
    }
    CHECK(HOST.alloc(NULL, SIZE_MAX) == NULL);
    CHECK(HOST.alloc(NULL, 0x10000000) == NULL);
}

static void check_exhaustion(void)
{
    void **last = NULL, **memory;
    unsigned count = 0, again = 0;

    for (unsigned round = 0; round < 2; round++) {
        while ((memory = HOST.alloc(NULL, 3000)) != NULL) {
            *memory = last;
            last = memory;
            *(round == 0 ? &count : &again) += 1;
        }
        while (last != NULL) {
            memory = *last;
            HOST.free(NULL, last);
            last = memory;
        }
    }
    CHECK(count > 10 && count == again && memory_used == 0);
}

/* ---- Levels ---------------------------------------------------------------------------------- */

static volatile unsigned ticks;

static bool on_tick(void *context)
{
    (void)context;
    CHECK(HOST.irql(NULL) == DEVICE_LEVEL);
    ticks++;
    return true;
}

static unsigned ticks_while_held(enum hda_level level, KIRQL expected)
{
    struct hda_lock lock;
    unsigned before;

    HOST.lock_init(NULL, &lock, level);
    HOST.lock_acquire(NULL, &lock);
    CHECK(HOST.irql(NULL) == expected);
    before = ticks;
    spin(10 * MILLISECOND);
    before = ticks - before;
    HOST.lock_release(NULL, &lock);
    return before;
}

static void check_locks(void)
{
    struct hda_lock outer;

    CHECK(HOST.irql(NULL) == PASSIVE_LEVEL);
    CHECK(ticks_while_held(HDA_LEVEL_DISPATCH, DISPATCH_LEVEL) > 5);
    CHECK(ticks_while_held(HDA_LEVEL_INTERRUPT, DEVICE_LEVEL) == 0);
    HOST.lock_init(NULL, &outer, HDA_LEVEL_DISPATCH);
    HOST.lock_acquire(NULL, &outer);
    ticks_while_held(HDA_LEVEL_INTERRUPT, DEVICE_LEVEL);
    CHECK(HOST.irql(NULL) == DISPATCH_LEVEL);
    HOST.lock_release(NULL, &outer);
    CHECK(HOST.irql(NULL) == PASSIVE_LEVEL);
}

/* ---- Deferred work --------------------------------------------------------------------------- */

static struct hda_work deferred, blocking, never;
static volatile unsigned runs, again;
static KIRQL ran_at;
static volatile uint64_t ran;

static void count_run(void *context)
{
    CHECK(context == &runs);
    ran_at = HOST.irql(NULL);
    ran = clock_now();
    runs++;
    if (again > 0) {
        again--;
        HOST.work_queue(NULL, &deferred, 0);
        CHECK(runs > 0 && HOST.irql(NULL) == ran_at);
    }
}

static bool queue_in_interrupt(void *context)
{
    (void)context;
    ticks++;
    HOST.work_queue(NULL, &deferred, 0);
    CHECK(runs == ticks - 1);
    return true;
}

/* As a DPC does: at once, when the level allows it, again when it was queued meanwhile. */
static void check_deferred(void)
{
    struct hda_lock lock;

    HOST.work_init(NULL, &deferred, HDA_LEVEL_DISPATCH, count_run, (void *)&runs);
    runs = 0;
    HOST.work_queue(NULL, &deferred, 0);
    CHECK(runs == 1 && ran_at == DISPATCH_LEVEL);
    HOST.lock_init(NULL, &lock, HDA_LEVEL_DISPATCH);
    HOST.lock_acquire(NULL, &lock);
    HOST.work_queue(NULL, &deferred, 0);
    HOST.work_queue(NULL, &deferred, 0);
    spin(3 * MILLISECOND);
    CHECK(runs == 1);
    HOST.lock_release(NULL, &lock);
    CHECK(runs == 2);
    again = 3;
    HOST.work_queue(NULL, &deferred, 0);
    CHECK(runs == 6 && again == 0);
}

/* When its routine has returned, and in nothing that the thread calls. */
static void check_deferred_by_interrupt(void)
{
    runs = ticks = 0;
    interrupt_route(TIMER_LINE, queue_in_interrupt, NULL);
    spin(5 * MILLISECOND);
    CHECK(ticks > 2 && runs + 1 >= ticks);
    interrupt_route(TIMER_LINE, NULL, NULL);
}

static void check_delay(uint64_t first, uint64_t second, uint64_t expected)
{
    uint64_t begun = clock_now();

    runs = 0;
    HOST.work_queue(NULL, &deferred, first);
    HOST.work_queue(NULL, &deferred, second);
    spin(25 * MILLISECOND);
    CHECK(runs == 1);
    CHECK(ran - begun >= expected && ran - begun < expected + 3 * MILLISECOND);
}

static void check_cancel(void)
{
    runs = 0;
    HOST.work_queue(NULL, &deferred, 3 * MILLISECOND);
    HOST.work_cancel(NULL, &deferred);
    HOST.work_cancel(NULL, &deferred);
    HOST.work_init(NULL, &never, HDA_LEVEL_DISPATCH, count_run, (void *)&runs);
    HOST.work_cancel(NULL, &never);
    spin(6 * MILLISECOND);
    CHECK(runs == 0);
    HOST.work_queue(NULL, &deferred, 0);
    CHECK(runs == 1);
}

static KEVENT event;

static void block(void *context)
{
    (void)context;
    CHECK(HOST.irql(NULL) == PASSIVE_LEVEL);
    HOST.work_queue(NULL, &blocking, 0);
    HOST.sleep(NULL, 5000);
    if (++runs == 2) {
        HOST.work_cancel(NULL, &blocking);
        HOST.event_set(NULL, &event);
    }
}

/* It runs while the thread waits, again when it was queued meanwhile, and never within itself. */
static void check_blocking(void)
{
    runs = 0;
    HOST.event_init(NULL, &event, SynchronizationEvent);
    HOST.work_init(NULL, &blocking, HDA_LEVEL_PASSIVE, block, NULL);
    HOST.work_queue(NULL, &blocking, 0);
    CHECK(HOST.event_wait(NULL, &event, 100 * MILLISECOND) == STATUS_SUCCESS);
    CHECK(runs == 2);
}

/* ---- Events and time ------------------------------------------------------------------------- */

static void set_event(void *context)
{
    HOST.event_set(NULL, context);
}

static void check_events(void)
{
    uint64_t begun = clock_now();

    HOST.event_init(NULL, &event, NotificationEvent);
    CHECK(HOST.event_wait(NULL, &event, 7 * MILLISECOND) == STATUS_TIMEOUT);
    CHECK(clock_now() - begun >= 7 * MILLISECOND && clock_now() - begun < 10 * MILLISECOND);
    HOST.event_set(NULL, &event);
    CHECK(HOST.event_wait(NULL, &event, 0) == STATUS_SUCCESS);
    CHECK(HOST.event_wait(NULL, &event, 0) == STATUS_SUCCESS);
    HOST.event_init(NULL, &event, SynchronizationEvent);
    HOST.work_init(NULL, &deferred, HDA_LEVEL_DISPATCH, set_event, &event);
    HOST.work_queue(NULL, &deferred, 5 * MILLISECOND);
    begun = clock_now();
    CHECK(HOST.event_wait(NULL, &event, 1000 * MILLISECOND) == STATUS_SUCCESS);
    CHECK(clock_now() - begun < 10 * MILLISECOND);
    CHECK(HOST.event_wait(NULL, &event, 0) == STATUS_TIMEOUT);
}

/* The clock is measured by the timer, which counts something else. */
static void check_time(void)
{
    uint64_t begun = HOST.now(NULL);
    LONGLONG counter = HOST.performance_counter(NULL);

    HOST.stall(NULL, 300);
    CHECK(HOST.now(NULL) - begun >= 300000 && HOST.now(NULL) - begun < MILLISECOND);
    CHECK(HOST.performance_counter(NULL) - counter >= 300000);
    ticks = 0;
    interrupt_route(TIMER_LINE, on_tick, NULL);
    HOST.sleep(NULL, 100000);
    CHECK(ticks >= 95 && ticks <= 105);
    interrupt_route(TIMER_LINE, NULL, NULL);
}

/* ---- The device ------------------------------------------------------------------------------ */

static void check_dma(void)
{
    struct hda_dma dma = {.size = 42};
    uint64_t address;
    PMDL mdl;

    CHECK(DEVICE.dma_alloc(NULL, 4096, 0xFFFF, &dma) == STATUS_INSUFFICIENT_RESOURCES);
    CHECK(DEVICE.dma_alloc(NULL, 0x10000000, UINT64_MAX, &dma) == STATUS_INSUFFICIENT_RESOURCES);
    CHECK(dma.size == 42 && dma.memory == NULL);
    CHECK(DEVICE.dma_alloc(NULL, 4096, UINT32_MAX, &dma) == STATUS_SUCCESS);
    CHECK(dma.address == (uintptr_t)dma.memory && dma.size == 4096 && is_zero(dma.memory, 4096));
    DEVICE.dma_free(NULL, &dma);
    CHECK(DEVICE.pages_alloc(NULL, 10000, 0xFFFF, &mdl) == STATUS_INSUFFICIENT_RESOURCES);
    CHECK(DEVICE.pages_alloc(NULL, 10000, UINT32_MAX, &mdl) == STATUS_SUCCESS);
    CHECK(MmGetMdlByteCount(mdl) == 10000 && MmGetMdlByteOffset(mdl) == 0);
    CHECK(DEVICE.pages_run(NULL, mdl, 5000, &address) == 5000);
    CHECK(address >> PAGE_SHIFT == MmGetMdlPfnArray(mdl)[1] && address % PAGE_SIZE == 5000 - PAGE_SIZE);
    CHECK((uintptr_t)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) + 5000 == address);
    DEVICE.pages_free(NULL, mdl);
    CHECK(memory_used == 0);
}

static void check_interrupt(void)
{
    CHECK(DEVICE.interrupt_connect(NULL, on_tick, NULL) == STATUS_SUCCESS);
    ticks = 0;
    spin(5 * MILLISECOND);
    CHECK(ticks > 2);
    DEVICE.interrupt_disconnect(NULL);
    ticks = 0;
    spin(5 * MILLISECOND);
    CHECK(ticks == 0);
}

/* QEMU's GCAP and VMAJ (HDA 3.3.2, 3.3.4). Out of reset, DPUBASE keeps what is written. */
static void check_registers(void)
{
    CHECK(DEVICE.read16(NULL, 0x00) == 0x4401 && DEVICE.read8(NULL, 0x03) == 1);
    CHECK((*DEVICE.map(NULL, 0x00) & 0xFFFF) == 0x4401);
    DEVICE.write32(NULL, 0x08, 1);
    CHECK(DEVICE.read32(NULL, 0x08) == 1);
    DEVICE.write32(NULL, 0x74, 0x12345678);
    CHECK(DEVICE.read32(NULL, 0x74) == 0x12345678);
}

void kernel_main(void);
void kernel_main(void)
{
    struct hda_device_info info;

    pc_start();
    check_memory();
    check_exhaustion();
    check_deferred();
    check_deferred_by_interrupt();
    check_delay(10 * MILLISECOND, 10 * MILLISECOND, 10 * MILLISECOND);
    check_delay(10 * MILLISECOND, 4 * MILLISECOND, 4 * MILLISECOND);
    check_delay(4 * MILLISECOND, 10 * MILLISECOND, 4 * MILLISECOND);
    check_cancel();
    check_blocking();
    check_events();
    check_time();
    interrupt_route(TIMER_LINE, on_tick, NULL);
    check_locks();
    CHECK(device_find(true, &info) == NULL);
    check_dma();
    check_interrupt();
    check_registers();
    print("%s %u %x %p %llu %llx\n", "all hooks", UINT32_MAX, 0xdeadbeefu, (void *)0x100, UINT64_MAX,
          0xdeadbeefcafeull);
    finish(true);
}
