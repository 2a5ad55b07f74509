/* SPDX-License-Identifier: BSD-2-Clause */
/* test_services.c - what wdm.h promises, on the real clock and without a host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "function_driver.h"
#include "host/linux/linux_host.h"

static NTSTATUS wait_ticks(PKEVENT event, LONGLONG ticks)
{
    LARGE_INTEGER timeout = {.QuadPart = ticks};

    return KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &timeout);
}

static NTSTATUS poll_event(PKEVENT event)
{
    return wait_ticks(event, 0);
}

static NTSTATUS wait_several(ULONG count, PKEVENT events[], WAIT_TYPE type, PLARGE_INTEGER timeout)
{
    KWAIT_BLOCK blocks[MAXIMUM_WAIT_OBJECTS];

    return KeWaitForMultipleObjects(count, (PVOID *)events, type, Executive, KernelMode, FALSE, timeout,
                                    blocks);
}

/* ---- Events ----------------------------------------------------------------------------------------------
 */

static void a_notification_event_stays_signalled_until_it_is_cleared(void **state)
{
    KEVENT event;

    (void)state;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    assert_int_equal(KeReadStateEvent(&event), 0);
    assert_int_equal(poll_event(&event), STATUS_TIMEOUT);
    assert_int_equal(KeSetEvent(&event, IO_NO_INCREMENT, FALSE), 0);
    assert_int_equal(KeSetEvent(&event, IO_NO_INCREMENT, FALSE), 1);
    assert_int_equal(poll_event(&event), STATUS_SUCCESS);
    assert_int_equal(poll_event(&event), STATUS_SUCCESS);
    assert_int_equal(KeResetEvent(&event), 1);
    assert_int_equal(KeResetEvent(&event), 0);
    assert_int_equal(poll_event(&event), STATUS_TIMEOUT);
    KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
    KeClearEvent(&event);
    assert_int_equal(KeReadStateEvent(&event), 0);
}

static void a_synchronization_event_satisfies_one_wait(void **state)
{
    KEVENT event;

    (void)state;
    KeInitializeEvent(&event, SynchronizationEvent, TRUE);
    assert_int_equal(poll_event(&event), STATUS_SUCCESS);
    assert_int_equal(poll_event(&event), STATUS_TIMEOUT);
    KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
    KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
    assert_int_equal(poll_event(&event), STATUS_SUCCESS);
    assert_int_equal(KeReadStateEvent(&event), 0);
}

struct crowd {
    KEVENT event;
    LONG waiting;
    LONG released;
};

static void *wait_in_crowd(void *context)
{
    struct crowd *crowd = context;

    InterlockedIncrement(&crowd->waiting);
    KeWaitForSingleObject(&crowd->event, Executive, KernelMode, FALSE, NULL);
    InterlockedIncrement(&crowd->released);
    return NULL;
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

#define CROWD 4

static void start_crowd(struct crowd *crowd, EVENT_TYPE type, pthread_t threads[CROWD])
{
    *crowd = (struct crowd){.waiting = 0};
    KeInitializeEvent(&crowd->event, type, FALSE);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_in_crowd, crowd), 0);
    while (InterlockedOr(&crowd->waiting, 0) < CROWD)
        pause_ms(1);
    pause_ms(20);
}

static LONG released_after(struct crowd *crowd, LONG expected)
{
    for (int i = 0; i < 2000 && InterlockedOr(&crowd->released, 0) < expected; i++)
        pause_ms(1);
    pause_ms(10);
    return InterlockedOr(&crowd->released, 0);
}

static void setting_a_notification_event_wakes_all_who_wait(void **state)
{
    struct crowd crowd;
    pthread_t threads[CROWD];

    (void)state;
    start_crowd(&crowd, NotificationEvent, threads);
    assert_int_equal(crowd.released, 0);
    KeSetEvent(&crowd.event, IO_NO_INCREMENT, FALSE);
    assert_int_equal(released_after(&crowd, CROWD), CROWD);
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
}

static void setting_a_synchronization_event_wakes_one_who_waits(void **state)
{
    struct crowd crowd;
    pthread_t threads[CROWD];

    (void)state;
    start_crowd(&crowd, SynchronizationEvent, threads);
    for (int i = 1; i <= CROWD; i++) {
        KeSetEvent(&crowd.event, IO_NO_INCREMENT, FALSE);
        assert_int_equal(released_after(&crowd, i), i);
        assert_int_equal(KeReadStateEvent(&crowd.event), 0);
    }
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
}

static uint64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void a_wait_ends_with_its_timeout(void **state)
{
    KEVENT event;
    LARGE_INTEGER when;
    uint64_t start = monotonic_ms();

    (void)state;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    assert_int_equal(wait_ticks(&event, -20 * 10000), STATUS_TIMEOUT);
    assert_true(monotonic_ms() - start >= 20);
    KeQuerySystemTimePrecise(&when);
    when.QuadPart += 20 * 10000;
    assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &when), STATUS_TIMEOUT);
    assert_true(monotonic_ms() - start >= 39);
    /* A system time that has passed. */
    assert_int_equal(wait_ticks(&event, 1), STATUS_TIMEOUT);
    /* Nobody is left in the event's list. */
    assert_true(IsListEmpty(&event.WaitListHead));
}

static void waiting_for_any_takes_the_first_that_is_signalled(void **state)
{
    KEVENT a, b, c;
    PKEVENT events[] = {&a, &b, &c};
    LARGE_INTEGER none = {.QuadPart = 0};

    (void)state;
    KeInitializeEvent(&a, SynchronizationEvent, FALSE);
    KeInitializeEvent(&b, SynchronizationEvent, TRUE);
    KeInitializeEvent(&c, SynchronizationEvent, TRUE);
    assert_int_equal(wait_several(3, events, WaitAny, &none), STATUS_WAIT_1);
    assert_int_equal(KeReadStateEvent(&c), 1);
    assert_int_equal(wait_several(3, events, WaitAny, &none), STATUS_WAIT_2);
    assert_int_equal(wait_several(3, events, WaitAny, &none), STATUS_TIMEOUT);
}

static void waiting_for_all_takes_all_or_none(void **state)
{
    KEVENT a, b;
    PKEVENT events[] = {&a, &b};
    LARGE_INTEGER soon = {.QuadPart = -10000};

    (void)state;
    KeInitializeEvent(&a, SynchronizationEvent, TRUE);
    KeInitializeEvent(&b, NotificationEvent, FALSE);
    assert_int_equal(wait_several(2, events, WaitAll, &soon), STATUS_TIMEOUT);
    assert_int_equal(KeReadStateEvent(&a), 1);
    KeSetEvent(&b, IO_NO_INCREMENT, FALSE);
    assert_int_equal(wait_several(2, events, WaitAll, &soon), STATUS_SUCCESS);
    assert_int_equal(KeReadStateEvent(&a), 0);
    assert_int_equal(KeReadStateEvent(&b), 1);
}

struct group {
    KEVENT events[MAXIMUM_WAIT_OBJECTS];
    WAIT_TYPE type;
    NTSTATUS status;
};

static void *wait_in_group(void *context)
{
    struct group *group = context;
    PKEVENT events[MAXIMUM_WAIT_OBJECTS];

    for (unsigned i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        events[i] = &group->events[i];
    group->status = wait_several(MAXIMUM_WAIT_OBJECTS, events, group->type, NULL);
    return NULL;
}

static pthread_t start_group(struct group *group, WAIT_TYPE type)
{
    pthread_t thread;

    group->type = type;
    for (unsigned i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        KeInitializeEvent(&group->events[i], SynchronizationEvent, FALSE);
    assert_int_equal(pthread_create(&thread, NULL, wait_in_group, group), 0);
    pause_ms(10);
    return thread;
}

static void sixty_four_events_may_be_waited_for(void **state)
{
    struct group group;
    pthread_t thread = start_group(&group, WaitAny);

    (void)state;
    KeSetEvent(&group.events[63], IO_NO_INCREMENT, FALSE);
    pthread_join(thread, NULL);
    assert_int_equal(group.status, STATUS_WAIT_63);
    thread = start_group(&group, WaitAll);
    for (unsigned i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        KeSetEvent(&group.events[(i * 5) % 64], IO_NO_INCREMENT, FALSE);
    pthread_join(thread, NULL);
    assert_int_equal(group.status, STATUS_SUCCESS);
    for (unsigned i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        assert_int_equal(KeReadStateEvent(&group.events[i]), 0);
}

static void *set_event(void *event)
{
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return NULL;
}

/* Under a sanitizer, a late touch of the event would show. */
static void an_event_may_go_as_soon_as_a_wait_for_it_was_satisfied(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        PKEVENT event = malloc(sizeof(*event));
        pthread_t thread;

        assert_non_null(event);
        KeInitializeEvent(event, round % 2 ? NotificationEvent : SynchronizationEvent, FALSE);
        assert_int_equal(pthread_create(&thread, NULL, set_event, event), 0);
        if (round % 3 == 0)
            while (poll_event(event) != STATUS_SUCCESS)
                sched_yield();
        else
            assert_int_equal(KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL),
                             STATUS_SUCCESS);
        free(event);
        pthread_join(thread, NULL);
    }
}

/* Sets an event again when it has been taken, each time a little later than before. */
struct setter {
    KEVENT event;
    LONG done;
};
#define SIGNALS 1500

static void *set_when_taken(void *context)
{
    struct setter *setter = context;

    for (unsigned i = 0; i < SIGNALS; i++) {
        while (KeReadStateEvent(&setter->event))
            sched_yield();
        KeStallExecutionProcessor(i % 150);
        KeSetEvent(&setter->event, IO_NO_INCREMENT, FALSE);
    }
    InterlockedExchange(&setter->done, 1);
    return NULL;
}

static void a_signal_at_the_moment_of_the_timeout_is_taken_or_left(void **state)
{
    struct setter setter = {.done = 0};
    unsigned taken = 0;
    pthread_t thread;

    (void)state;
    KeInitializeEvent(&setter.event, SynchronizationEvent, FALSE);
    assert_int_equal(pthread_create(&thread, NULL, set_when_taken, &setter), 0);
    for (LONGLONG ticks = 0; !InterlockedOr(&setter.done, 0); ticks++)
        taken += wait_ticks(&setter.event, -1 - ticks % 700) == STATUS_SUCCESS;
    taken += poll_event(&setter.event) == STATUS_SUCCESS;
    pthread_join(thread, NULL);
    assert_int_equal(taken, SIGNALS);
    assert_true(IsListEmpty(&setter.event.WaitListHead));
}

/* ---- Descriptors
 * ------------------------------------------------------------------------------------------- */

static int readable(int descriptor)
{
    struct pollfd poll_for = {.fd = descriptor, .events = POLLIN};

    return poll(&poll_for, 1, 0);
}

static void a_descriptor_polls_readable_while_the_event_is_signalled(void **state)
{
    KEVENT event;
    int descriptor;

    (void)state;
    KeInitializeEvent(&event, SynchronizationEvent, TRUE);
    descriptor = HdabusEventDescriptor(&event);
    assert_true(descriptor >= 0);
    assert_int_equal(HdabusEventDescriptor(&event), descriptor);
    assert_int_equal(readable(descriptor), 1);
    assert_int_equal(poll_event(&event), STATUS_SUCCESS);
    assert_int_equal(readable(descriptor), 0);
    for (int i = 0; i < 3; i++)
        KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
    assert_int_equal(readable(descriptor), 1);
    KeClearEvent(&event);
    assert_int_equal(readable(descriptor), 0);
    HdabusCloseEventDescriptor(&event);
    assert_int_equal(fcntl(descriptor, F_GETFD), -1);
    HdabusCloseEventDescriptor(&event);
    assert_int_equal(event.Descriptor, -1);
}

static void a_wait_for_several_keeps_every_descriptor_current(void **state)
{
    KEVENT a, b;
    PKEVENT events[] = {&a, &b};

    (void)state;
    KeInitializeEvent(&a, SynchronizationEvent, TRUE);
    KeInitializeEvent(&b, SynchronizationEvent, TRUE);
    assert_int_equal(readable(HdabusEventDescriptor(&a)), 1);
    assert_int_equal(readable(HdabusEventDescriptor(&b)), 1);
    assert_int_equal(wait_several(2, events, WaitAll, NULL), STATUS_SUCCESS);
    assert_int_equal(readable(HdabusEventDescriptor(&a)), 0);
    assert_int_equal(readable(HdabusEventDescriptor(&b)), 0);
    HdabusCloseEventDescriptor(&a);
    HdabusCloseEventDescriptor(&b);
}

static void a_set_that_releases_a_waiter_leaves_the_descriptor_unreadable(void **state)
{
    struct crowd crowd;
    pthread_t threads[CROWD];
    int descriptor;

    (void)state;
    start_crowd(&crowd, SynchronizationEvent, threads);
    descriptor = HdabusEventDescriptor(&crowd.event);
    for (int i = 0; i < CROWD; i++)
        KeSetEvent(&crowd.event, IO_NO_INCREMENT, FALSE);
    assert_int_equal(readable(descriptor), 0);
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    HdabusCloseEventDescriptor(&crowd.event);
}

/* ---- Levels and locks
 * ------------------------------------------------------------------------------------------ */

static void raising_and_lowering_nest(void **state)
{
    KIRQL first, second;

    (void)state;
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KeRaiseIrql(APC_LEVEL, &first);
    second = KeRaiseIrqlToDpcLevel();
    assert_int_equal(first, PASSIVE_LEVEL);
    assert_int_equal(second, APC_LEVEL);
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KeLowerIrql(second);
    KeLowerIrql(first);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static void *read_irql(void *irql)
{
    *(KIRQL *)irql = KeGetCurrentIrql();
    return NULL;
}

static void each_thread_has_a_level_of_its_own(void **state)
{
    KIRQL old, other = HIGH_LEVEL;
    pthread_t thread;

    (void)state;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    assert_int_equal(pthread_create(&thread, NULL, read_irql, &other), 0);
    pthread_join(thread, NULL);
    KeLowerIrql(old);
    assert_int_equal(other, PASSIVE_LEVEL);
}

/* What the devices of two buses reach, side by side in memory and far apart on the bus. */
static void an_address_is_that_of_the_range_that_holds_it(void **state)
{
    static char memory[3 * 256];
    struct linux_range first = {.memory = memory, .size = 256, .address = 0x123456000};
    struct linux_range second = {.memory = memory + 256, .size = 256, .address = 0x1000};

    (void)state;
    linux_range_add(&first);
    linux_range_add(&second);
    assert_int_equal(MmGetPhysicalAddress(memory).QuadPart, 0x123456000);
    assert_int_equal(MmGetPhysicalAddress(memory + 255).QuadPart, 0x1234560FF);
    assert_int_equal(MmGetPhysicalAddress(memory + 256).QuadPart, 0x1000);
    assert_int_equal(MmGetPhysicalAddress(memory + 512).QuadPart, 0);
    linux_range_remove(&first);
    assert_int_equal(MmGetPhysicalAddress(memory).QuadPart, 0);
    assert_int_equal(MmGetPhysicalAddress(memory + 300).QuadPart, 0x1000 + 44);
    linux_range_remove(&second);
    assert_int_equal(MmGetPhysicalAddress(memory + 300).QuadPart, 0);
}

#define ROUNDS  20000
#define THREADS 3

static struct {
    KSPIN_LOCK spin;
    FAST_MUTEX mutex;
    unsigned spun;
    unsigned owned;
    LONG interlocked;
} counters;

static void *count(void *context)
{
    (void)context;
    for (int i = 0; i < ROUNDS; i++) {
        KIRQL old;

        KeAcquireSpinLock(&counters.spin, &old);
        counters.spun++;
        KeReleaseSpinLock(&counters.spin, old);
        InterlockedIncrement(&counters.interlocked);
        if (i % 10)
            continue;
        ExAcquireFastMutex(&counters.mutex);
        counters.owned++;
        ExReleaseFastMutex(&counters.mutex);
    }
    return NULL;
}

static void locks_keep_threads_apart(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    KeInitializeSpinLock(&counters.spin);
    ExInitializeFastMutex(&counters.mutex);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(counters.spun, THREADS * ROUNDS);
    assert_int_equal(counters.interlocked, THREADS * ROUNDS);
    assert_int_equal(counters.owned, THREADS * ROUNDS / 10);
}

static void a_spin_lock_holds_at_dispatch_level_and_a_fast_mutex_at_apc_level(void **state)
{
    KSPIN_LOCK lock;
    FAST_MUTEX mutex;
    KIRQL old;

    (void)state;
    KeInitializeSpinLock(&lock);
    ExInitializeFastMutex(&mutex);
    ExAcquireFastMutex(&mutex);
    assert_int_equal(KeGetCurrentIrql(), APC_LEVEL);
    assert_false(ExTryToAcquireFastMutex(&mutex));
    KeAcquireSpinLock(&lock, &old);
    assert_int_equal(KeGetCurrentIrql(), DISPATCH_LEVEL);
    assert_int_equal(old, APC_LEVEL);
    KeReleaseSpinLock(&lock, old);
    old = KeRaiseIrqlToDpcLevel();
    KeAcquireSpinLockAtDpcLevel(&lock);
    KeReleaseSpinLockFromDpcLevel(&lock);
    KeLowerIrql(old);
    ExReleaseFastMutex(&mutex);
    assert_true(ExTryToAcquireFastMutex(&mutex));
    ExReleaseFastMutex(&mutex);
    assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

/* ---- Time
 * -------------------------------------------------------------------------------------------------------- */

static void a_delay_and_a_stall_take_their_time(void **state)
{
    LARGE_INTEGER interval = {.QuadPart = -5 * 10000}, frequency, before, after;

    (void)state;
    before = KeQueryPerformanceCounter(&frequency);
    assert_int_equal(KeDelayExecutionThread(KernelMode, FALSE, &interval), STATUS_SUCCESS);
    after = KeQueryPerformanceCounter(NULL);
    assert_int_equal(frequency.QuadPart, 1000000000);
    assert_true(after.QuadPart - before.QuadPart >= 5000000);
    KeStallExecutionProcessor(100);
    before = KeQueryPerformanceCounter(NULL);
    assert_true(before.QuadPart - after.QuadPart >= 100000);
    assert_true(KeQueryInterruptTime() >= (ULONGLONG)before.QuadPart / 100);
}

static void system_time_counts_from_1601(void **state)
{
    LARGE_INTEGER now;
    time_t seconds = time(NULL);

    (void)state;
    KeQuerySystemTime(&now);
    now.QuadPart = now.QuadPart / 10000000 - 11644473600;
    assert_in_range(now.QuadPart, seconds, seconds + 1);
}

/* ---- Memory
 * -------------------------------------------------------------------------------------------------------- */

static void pool_memory_is_aligned_and_zeroed_where_promised(void **state)
{
    static const UCHAR zeros[3 * PAGE_SIZE];
    static const SIZE_T sizes[] = {0, 1, 100, PAGE_SIZE - 1, PAGE_SIZE, 3 * PAGE_SIZE};

    (void)state;
    for (unsigned i = 0; i < RTL_NUMBER_OF(sizes); i++) {
        ULONG_PTR alignment = sizes[i] < PAGE_SIZE ? 16 : PAGE_SIZE;
        PVOID memory = ExAllocatePoolWithTag(NonPagedPool, sizes[i], 'tseT');

        assert_non_null(memory);
        assert_int_equal((ULONG_PTR)memory % alignment, 0);
        RtlFillMemory(memory, sizes[i], 0xA5);
        ExFreePoolWithTag(memory, 'tseT');
        memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizes[i], 'tseT');
        assert_true(RtlEqualMemory(memory, zeros, sizes[i]));
        ExFreePool(memory);
        memory = ExAllocatePoolZero(PagedPool, sizes[i], 'tseT');
        assert_true(RtlEqualMemory(memory, zeros, sizes[i]));
        ExFreePoolWithTag(memory, 0);
    }
}

static void pool_that_there_is_not_is_null(void **state)
{
    (void)state;
    assert_null(ExAllocatePoolWithTag(NonPagedPool, SIZE_MAX, 'tseT'));
    assert_null(ExAllocatePool2(POOL_FLAG_NON_PAGED, SIZE_MAX - PAGE_SIZE + 1, 'tseT'));
}

static void an_mdl_describes_pages_and_maps_them(void **state)
{
    static const uint64_t pages[] = {0x12345000, 0x7000, 0x8000};
    static _Alignas(PAGE_SIZE) UCHAR memory[3 * PAGE_SIZE];
    PMDL mdl = linux_mdl_create(memory, 2 * PAGE_SIZE + 1, pages);

    (void)state;
    assert_non_null(mdl);
    assert_int_equal(MmGetMdlByteCount(mdl), 2 * PAGE_SIZE + 1);
    assert_int_equal(MmGetMdlByteOffset(mdl), 0);
    assert_int_equal(ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(MmGetMdlPfnArray(mdl)[i], pages[i] >> PAGE_SHIFT);
    assert_int_equal(mdl->MdlFlags, MDL_PAGES_LOCKED);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), memory);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(mdl, HighPagePriority), memory);
    MmUnmapLockedPages(memory, mdl);
    assert_int_equal(mdl->MdlFlags, MDL_PAGES_LOCKED);
    assert_ptr_equal(
        MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmWriteCombined, NULL, FALSE, NormalPagePriority),
        memory);
    MmUnmapLockedPages(memory, mdl);
    linux_mdl_free(mdl);
}

static void an_mdl_may_describe_more_pages_than_its_size_can_say(void **state)
{
    static uint64_t pages[5000];
    PMDL mdl = linux_mdl_create(pages, sizeof(pages) / sizeof(pages[0]) * PAGE_SIZE, pages);

    (void)state;
    assert_non_null(mdl);
    assert_int_equal(mdl->Size, 0);
    linux_mdl_free(mdl);
}

static void memory_compares_up_to_the_first_difference(void **state)
{
    (void)state;
    assert_int_equal(RtlCompareMemory("abcd", "abxd", 4), 2);
    assert_int_equal(RtlCompareMemory("abcd", "abcd", 4), 4);
    assert_true(IsEqualGUID(&(GUID){.Data1 = 1}, &(GUID){.Data1 = 1}));
    assert_false(IsEqualGUID(&(GUID){.Data1 = 1}, &(GUID){.Data1 = 2}));
}

static void interlocked_operations_return_what_the_wdk_says(void **state)
{
    LONG value = 5;
    LONG64 value64 = 5;
    PVOID pointer = NULL;

    (void)state;
    assert_int_equal(InterlockedIncrement(&value), 6);
    assert_int_equal(InterlockedDecrement(&value), 5);
    assert_int_equal(InterlockedExchange(&value, 7), 5);
    assert_int_equal(InterlockedExchangeAdd(&value, 3), 7);
    assert_int_equal(InterlockedCompareExchange(&value, 1, 9), 10);
    assert_int_equal(InterlockedCompareExchange(&value, 12, 10), 10);
    assert_int_equal(InterlockedOr(&value, 3), 12);
    assert_int_equal(InterlockedAnd(&value, 6), 15);
    assert_int_equal(InterlockedXor(&value, 1), 6);
    assert_int_equal(value, 7);
    assert_int_equal(InterlockedIncrement64(&value64), 6);
    assert_int_equal(InterlockedCompareExchange64(&value64, 1LL << 40, 6), 6);
    assert_int_equal(InterlockedExchangeAdd64(&value64, 1), 1LL << 40);
    assert_null(InterlockedExchangePointer(&pointer, &value));
    assert_ptr_equal(InterlockedCompareExchangePointer(&pointer, NULL, &value), &value);
    assert_null(pointer);
}

/* ---- Debugging
 * ---------------------------------------------------------------------------------------------------------
 */

static void dbgprint_has_the_sizes_of_the_wdk(void **state)
{
    static const WCHAR wide[] = {'w', 'i', 'd', 'e', 0};
    UNICODE_STRING counted = {6, 8, (PWSTR)wide};
    char text[256];
    int ends[2], saved = dup(2);
    ssize_t length;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], 2);
    DbgPrint("%lu %08lX|%I64d|%Ix|%-4s|%5.2x|%c|%%|%ws|%wZ|%d|%*d\n", MAXULONG, 0xABCu, -(1LL << 40),
             (SIZE_T)0x123456789, "ab", 7, 'z', wide, &counted, -3, 4, 5);
    DbgPrintEx(DPFLTR_IHVAUDIO_ID, DPFLTR_ERROR_LEVEL, "%hu %hhx %S\n", 70000, 0x1ff, wide);
    dup2(saved, 2);
    length = read(ends[0], text, sizeof(text) - 1);
    assert_true(length > 0);
    text[length] = '\0';
    assert_string_equal(text, "4294967295 00000ABC|-1099511627776|123456789|ab  |   07|z|%|wide|wid|-3|   5\n"
                              "4464 ff wide\n");
    close(ends[0]);
    close(ends[1]);
    close(saved);
}

/* ---- A function driver as for the Windows kernel
 * -------------------------------------------------------------------------- */

static struct {
    PKEVENT event;
    PMDL mdl;
    UCHAR *memory;
} bus;

static NTSTATUS allocate_engine(PVOID context, PHDAUDIO_STREAM_FORMAT format, BOOLEAN stripe, PHANDLE handle,
                                PHDAUDIO_CONVERTER_FORMAT converter)
{
    (void)context;
    (void)stripe;
    (void)converter;
    *handle = &bus;
    return format->SampleRate == 48000 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS allocate_buffer(PVOID context, HANDLE handle, ULONG count, SIZE_T requested, PMDL *mdl,
                                PSIZE_T size, PSIZE_T offset, PUCHAR stream, PULONG fifo)
{
    static const uint64_t page = 0x5000;

    (void)context;
    (void)handle;
    (void)count;
    *mdl = bus.mdl = linux_mdl_create(bus.memory, requested, &page);
    *size = requested;
    *offset = 0;
    *stream = 1;
    *fifo = 192;
    return STATUS_SUCCESS;
}

static NTSTATUS register_event(PVOID context, HANDLE handle, PKEVENT event)
{
    (void)context;
    (void)handle;
    bus.event = event;
    return STATUS_SUCCESS;
}

static void a_driver_written_for_the_wdk_compiles_and_runs_unchanged(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 interface = {
        .AllocateRenderDmaEngine = allocate_engine,
        .AllocateDmaBufferWithNotification = allocate_buffer,
        .RegisterNotificationEvent = register_event,
    };
    static _Alignas(PAGE_SIZE) UCHAR memory[PAGE_SIZE];
    PPLAYBACK playback;
    pthread_t thread;

    (void)state;
    bus.memory = memory;
    assert_int_equal(PlaybackCreate(&interface, &playback), STATUS_SUCCESS);
    assert_int_equal(PlaybackStart(playback, 1), STATUS_INVALID_PARAMETER);
    assert_int_equal(PlaybackStart(playback, 48000), STATUS_SUCCESS);
    assert_int_equal(memory[PAGE_SIZE - 1], 0x55);
    for (ULONG i = 1; i <= 3; i++) {
        assert_int_equal(pthread_create(&thread, NULL, set_event, bus.event), 0);
        assert_int_equal(PlaybackWaitForPeriod(playback), STATUS_WAIT_1);
        pthread_join(thread, NULL);
        assert_int_equal(PlaybackPeriods(playback), i);
    }
    PlaybackStop(playback);
    assert_int_equal(PlaybackWaitForPeriod(playback), STATUS_WAIT_0);
    PlaybackDelete(playback);
    linux_mdl_free(bus.mdl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_notification_event_stays_signalled_until_it_is_cleared),
        cmocka_unit_test(a_synchronization_event_satisfies_one_wait),
        cmocka_unit_test(setting_a_notification_event_wakes_all_who_wait),
        cmocka_unit_test(setting_a_synchronization_event_wakes_one_who_waits),
        cmocka_unit_test(a_wait_ends_with_its_timeout),
        cmocka_unit_test(waiting_for_any_takes_the_first_that_is_signalled),
        cmocka_unit_test(waiting_for_all_takes_all_or_none),
        cmocka_unit_test(sixty_four_events_may_be_waited_for),
        cmocka_unit_test(an_event_may_go_as_soon_as_a_wait_for_it_was_satisfied),
        cmocka_unit_test(a_signal_at_the_moment_of_the_timeout_is_taken_or_left),
        cmocka_unit_test(a_descriptor_polls_readable_while_the_event_is_signalled),
        cmocka_unit_test(a_wait_for_several_keeps_every_descriptor_current),
        cmocka_unit_test(a_set_that_releases_a_waiter_leaves_the_descriptor_unreadable),
        cmocka_unit_test(raising_and_lowering_nest),
        cmocka_unit_test(each_thread_has_a_level_of_its_own),
        cmocka_unit_test(locks_keep_threads_apart),
        cmocka_unit_test(a_spin_lock_holds_at_dispatch_level_and_a_fast_mutex_at_apc_level),
        cmocka_unit_test(a_delay_and_a_stall_take_their_time),
        cmocka_unit_test(system_time_counts_from_1601),
        cmocka_unit_test(pool_memory_is_aligned_and_zeroed_where_promised),
        cmocka_unit_test(pool_that_there_is_not_is_null),
        cmocka_unit_test(an_mdl_describes_pages_and_maps_them),
        cmocka_unit_test(an_mdl_may_describe_more_pages_than_its_size_can_say),
        cmocka_unit_test(memory_compares_up_to_the_first_difference),
        cmocka_unit_test(interlocked_operations_return_what_the_wdk_says),
        cmocka_unit_test(dbgprint_has_the_sizes_of_the_wdk),
        cmocka_unit_test(an_address_is_that_of_the_range_that_holds_it),
        cmocka_unit_test(a_driver_written_for_the_wdk_compiles_and_runs_unchanged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
