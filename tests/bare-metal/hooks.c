/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hooks.c - takes the place of the example's main.c and tone.c: what the checking host cannot see of the
 * hooks, since it takes this machine's memory and timer to see it.
 */
#include "kernel.h"

#define MILLISECOND UINT64_C(1000000) /* nanoseconds */
#define CHECK(condition)                                     \
    do {                                                     \
        if (!(condition)) {                                  \
            print("hooks.c:%u: %s\n", __LINE__, #condition); \
            finish(false);                                   \
        }                                                    \
    } while (0)

/* Calls nothing of the host, so that what runs meanwhile is the interrupts' doing. */
static void spin(uint64_t nanoseconds)
{
    uint64_t end = clock_now() + nanoseconds;

    while (clock_now() < end)
        ;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static void check_sizes(void)
{
    static const size_t sizes[] = {1, 127, 128, 129, 4095, 4096, 5000, 65536};
    void *taken[RTL_NUMBER_OF(sizes)];

    for (unsigned i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        taken[i] = memory_alloc(sizes[i]);
        CHECK(taken[i] != NULL);
        CHECK((uintptr_t)taken[i] % (sizes[i] < PAGE_SIZE ? 128 : PAGE_SIZE) == 0);
    }
    for (unsigned i = 0; i < RTL_NUMBER_OF(sizes); i++)
        memory_free(taken[i]);
    CHECK(memory_used == 0);
    memory_free(memory_alloc(1));
    CHECK(memory_used == 0 && memory_peak > 65536);
    CHECK(memory_alloc(SIZE_MAX) == NULL && memory_alloc(0x10000000) == NULL);
}

/* Takes all there is, in a list, and gives it back. */
static unsigned take_all(void)
{
    void **last = NULL, **memory;
    unsigned count = 0;

    while ((memory = memory_alloc(3000)) != NULL) {
        *memory = last;
        last = memory;
        count++;
    }
    while (last != NULL) {
        memory = *last;
        memory_free(last);
        last = memory;
    }
    CHECK(memory_used == 0);
    return count;
}

/* So many pages that their bytes are no number of 32 bits. */
static void check_pages(void)
{
    size_t used = memory_used;
    PMDL mdl;

    CHECK(device_ops.pages_alloc(NULL, SIZE_MAX, UINT64_MAX, &mdl) == STATUS_INSUFFICIENT_RESOURCES);
    CHECK(memory_used == used);
}

/* ---- What compilers call ----------------------------------------------------------------------- */

void *memset(void *memory, int value, size_t size);
void *memcpy(void *memory, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

static void check_compilers_functions(void)
{
    char text[] = "abcdefgh";

    CHECK(memmove(text + 1, text, 5) == text + 1 && memcmp(text, "aabcdegh", 8) == 0);
    CHECK(memmove(text, text + 2, 5) == text && memcmp(text, "bcdegegh", 8) == 0);
    CHECK(memcpy(text + 3, "xyz", 2) == text + 3 && memcmp(text, "bcdxyegh", 8) == 0);
    CHECK(memset(text + 1, 0x141, 3) == text + 1 && memcmp(text, "bAAAyegh", 8) == 0);
    CHECK(memcmp("ab1", "ab2", 2) == 0 && memcmp("ab", "aa", 2) > 0 && memcmp("a", "\xff", 1) < 0);
}

/* ---- Levels ---------------------------------------------------------------------------------- */

static volatile unsigned ticks;

static bool on_tick(void *context)
{
    CHECK(host_ops.irql(NULL) == DEVICE_LEVEL);
    ticks++;
    return true;
}

static unsigned ticks_while_held(enum hda_level level)
{
    struct hda_lock lock;
    unsigned before;

    host_ops.lock_init(NULL, &lock, level);
    host_ops.lock_acquire(NULL, &lock);
    before = ticks;
    spin(10 * MILLISECOND);
    before = ticks - before;
    host_ops.lock_release(NULL, &lock);
    return before;
}

static void check_locks(void)
{
    interrupt_route(TIMER_LINE, on_tick, NULL);
    CHECK(ticks_while_held(HDA_LEVEL_DISPATCH) > 5);
    CHECK(ticks_while_held(HDA_LEVEL_INTERRUPT) == 0);
    interrupt_route(TIMER_LINE, NULL, NULL);
}

/* ---- Deferred work --------------------------------------------------------------------------- */

static struct hda_work work, other;
static KEVENT event;
static unsigned runs;

static void count_run(void *context)
{
    runs++;
}

static bool queue_in_interrupt(void *context)
{
    CHECK(runs == 2 * ticks); /* those of the last interrupt have run */
    host_ops.work_queue(NULL, &work, 0);
    host_ops.work_queue(NULL, &other, 0);
    CHECK(runs == 2 * ticks); /* and these have not, as long as this one lasts */
    ticks++;
    return true;
}

/* As soon as the interrupt has been served, whatever the thread does. */
static void check_after_interrupt(void)
{
    host_ops.work_init(NULL, &work, HDA_LEVEL_DISPATCH, count_run, NULL);
    host_ops.work_init(NULL, &other, HDA_LEVEL_DISPATCH, count_run, NULL);
    ticks = 0;
    interrupt_route(TIMER_LINE, queue_in_interrupt, NULL);
    spin(5 * MILLISECOND);
    interrupt_route(TIMER_LINE, NULL, NULL);
    CHECK(ticks > 2);
}

static void block(void *context)
{
    static bool blocks;

    CHECK(!blocks);
    blocks = true;
    host_ops.work_queue(NULL, &work, 0);
    host_ops.sleep(NULL, 5000);
    blocks = false;
    if (++runs == 2) {
        host_ops.work_cancel(NULL, &work);
        host_ops.event_set(NULL, &event);
    }
}

/* Work that blocks, and is queued again meanwhile, runs again and not within itself. */
static void check_blocking(void)
{
    runs = 0;
    host_ops.event_init(NULL, &event, SynchronizationEvent);
    host_ops.work_init(NULL, &work, HDA_LEVEL_PASSIVE, block, NULL);
    host_ops.work_queue(NULL, &work, 0);
    CHECK(host_ops.event_wait(NULL, &event, 100 * MILLISECOND) == STATUS_SUCCESS);
    CHECK(runs == 2);
}

static void check_events_that_begin_set(void)
{
    KeInitializeEvent(&event, SynchronizationEvent, TRUE);
    CHECK(host_ops.event_wait(NULL, &event, 0) == STATUS_SUCCESS);
    CHECK(host_ops.event_wait(NULL, &event, 0) == STATUS_TIMEOUT);
}

/* ---- Time, and the device's interrupt ---------------------------------------------------------- */

/* The clock is measured by the timer, which counts something else. */
static void check_time(void)
{
    ticks = 0;
    interrupt_route(TIMER_LINE, on_tick, NULL);
    host_ops.sleep(NULL, 100000);
    interrupt_route(TIMER_LINE, NULL, NULL);
    CHECK(ticks >= 95 && ticks <= 105);
}

/* Polled, it comes with each tick until it is disconnected. */
static void check_interrupt(void)
{
    struct hda_device_info info;

    CHECK(device_find(true, &info) == NULL);
    CHECK(device_ops.interrupt_connect(NULL, on_tick, NULL) == STATUS_SUCCESS);
    ticks = 0;
    spin(5 * MILLISECOND);
    CHECK(ticks > 2);
    device_ops.interrupt_disconnect(NULL);
    ticks = 0;
    spin(5 * MILLISECOND);
    CHECK(ticks == 0);
}

void kernel_main(void);
void kernel_main(void)
{
    unsigned most;

    pc_start();
    check_sizes();
    most = take_all();
    CHECK(most > 10 && take_all() == most);
    check_pages();
    check_compilers_functions();
    check_locks();
    check_after_interrupt();
    check_blocking();
    check_events_that_begin_set();
    check_time();
    check_interrupt();
    print("%s %u %x %p %llu %llx\n", "all hooks", UINT32_MAX, 0xdeadbeefu, (void *)0x100, UINT64_MAX,
          0xdeadbeefcafeull);
    finish(true);
}
