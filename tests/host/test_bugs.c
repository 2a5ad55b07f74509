/* SPDX-License-Identifier: BSD-2-Clause */
/* test_bugs.c - what a driver must not do ends the process with a sentence. Each bug is made in a child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "ends.h"
#include "host/linux/linux_host.h"

static KEVENT event;
static KSPIN_LOCK spin;
static FAST_MUTEX mutex;
static LARGE_INTEGER soon = {.QuadPart = -10};

static void wait_at_dispatch_level(void)
{
    KeRaiseIrqlToDpcLevel();
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &soon);
}

static void poll_above_dispatch_level(void)
{
    LARGE_INTEGER none = {.QuadPart = 0};

    KfRaiseIrql(DEVICE_LEVEL);
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &none);
}

static void wait_for_several_at_dispatch_level(void)
{
    PVOID events[] = {&event};

    KeRaiseIrqlToDpcLevel();
    KeWaitForMultipleObjects(1, events, WaitAny, Executive, KernelMode, FALSE, NULL, NULL);
}

static void wait_for_four_without_wait_blocks(void)
{
    PVOID events[] = {&event, &event, &event, &event};

    KeWaitForMultipleObjects(4, events, WaitAny, Executive, KernelMode, FALSE, &soon, NULL);
}

static void delay_at_dispatch_level(void)
{
    KeRaiseIrqlToDpcLevel();
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
}

static void set_an_event_in_an_interrupt(void)
{
    KfRaiseIrql(DEVICE_LEVEL);
    KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
}

static void lower_to_a_higher_level(void)
{
    KeLowerIrql(DISPATCH_LEVEL);
}

static void raise_to_a_lower_level(void)
{
    KfRaiseIrql(DISPATCH_LEVEL);
    KfRaiseIrql(APC_LEVEL);
}

static void take_a_spin_lock_above_dispatch_level(void)
{
    KIRQL old;

    KfRaiseIrql(DEVICE_LEVEL);
    KeAcquireSpinLock(&spin, &old);
}

static void take_a_spin_lock_at_dpc_level_below_it(void)
{
    KeAcquireSpinLockAtDpcLevel(&spin);
}

static void take_a_spin_lock_twice(void)
{
    KIRQL old;

    KeAcquireSpinLock(&spin, &old);
    KeAcquireSpinLock(&spin, &old);
}

static void release_a_spin_lock_that_is_not_held(void)
{
    KeRaiseIrqlToDpcLevel();
    KeReleaseSpinLock(&spin, PASSIVE_LEVEL);
}

static void release_a_spin_lock_after_lowering(void)
{
    KIRQL old;

    KeAcquireSpinLock(&spin, &old);
    KeLowerIrql(old);
    KeReleaseSpinLock(&spin, old);
}

static void take_a_fast_mutex_at_dispatch_level(void)
{
    KeRaiseIrqlToDpcLevel();
    ExAcquireFastMutex(&mutex);
}

static void take_a_fast_mutex_twice(void)
{
    ExAcquireFastMutex(&mutex);
    ExAcquireFastMutex(&mutex);
}

static void free_a_fast_mutex_of_nobody(void)
{
    ExReleaseFastMutex(&mutex);
}

static void allocate_paged_pool_at_dispatch_level(void)
{
    KeRaiseIrqlToDpcLevel();
    ExAllocatePoolWithTag(PagedPool, 1, 'tseT');
}

static void free_pool_with_another_tag(void)
{
    ExFreePoolWithTag(ExAllocatePoolWithTag(NonPagedPool, 1, 'tseT'), 'tset');
}

static void map_an_mdl_twice(void)
{
    static const uint64_t page = 0x1000;
    PMDL mdl = linux_mdl_create(&event, 1, &page);

    MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
    MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
}

static void unmap_an_mdl_that_is_not_mapped(void)
{
    static const uint64_t page = 0x1000;

    MmUnmapLockedPages(&event, linux_mdl_create(&event, 1, &page));
}

static void run_paged_code_at_dispatch_level(void)
{
    KeRaiseIrqlToDpcLevel();
    PAGED_CODE();
}

static void fail_an_assertion(void)
{
    ASSERT(event.SignalState == 5);
}

/* ---- The seam
 * ------------------------------------------------------------------------------------------------ */

static struct linux_host *make_host(void)
{
    struct linux_host *host;

    if (linux_host_create(LINUX_CLOCK_VIRTUAL, NULL, NULL, &host) != STATUS_SUCCESS)
        _exit(1);
    return host;
}

static void take_a_lock_above_its_level(void)
{
    struct linux_host *host = make_host();
    struct hda_lock lock;

    linux_host_ops.lock_init(host, &lock, HDA_LEVEL_DISPATCH);
    KfRaiseIrql(DEVICE_LEVEL);
    linux_host_ops.lock_acquire(host, &lock);
}

static void release_locks_out_of_order(void)
{
    struct linux_host *host = make_host();
    struct hda_lock outer, inner;

    linux_host_ops.lock_init(host, &outer, HDA_LEVEL_DISPATCH);
    linux_host_ops.lock_init(host, &inner, HDA_LEVEL_INTERRUPT);
    linux_host_ops.lock_acquire(host, &outer);
    linux_host_ops.lock_acquire(host, &inner);
    linux_host_ops.lock_release(host, &outer);
}

static void sleep_at_dispatch_level(void)
{
    struct linux_host *host = make_host();

    KeRaiseIrqlToDpcLevel();
    linux_host_ops.sleep(host, 1);
}

static void raise_level(void *context)
{
    (void)context;
    KfRaiseIrql(DEVICE_LEVEL);
}

static void lower_level(void *context)
{
    (void)context;
    KeLowerIrql(PASSIVE_LEVEL);
}

static void run_work(hda_work_routine *routine)
{
    struct linux_host *host = make_host();
    struct hda_work work;

    linux_host_ops.work_init(host, &work, HDA_LEVEL_DISPATCH, routine, NULL);
    linux_host_ops.work_queue(host, &work, 0);
    linux_host_ops.sleep(host, 1);
}

static void return_from_work_at_another_level(void)
{
    run_work(raise_level);
}

static void lower_the_level_that_work_was_called_at(void)
{
    run_work(lower_level);
}

static uint64_t always_due(void *device)
{
    (void)device;
    return 0;
}

static void wait_in_advance(void *host, uint64_t now)
{
    (void)now;
    linux_host_ops.sleep(host, 1);
}

static void let_time_pass_while_time_passes(void)
{
    static const struct linux_device_ops ops = {always_due, wait_in_advance, NULL};
    struct linux_host *host = make_host();

    linux_host_attach(host, &ops, host);
    linux_host_ops.sleep(host, 1);
}

/* ---- The runner
 * ------------------------------------------------------------------------------------------------ */

struct bug {
    const char *name;
    void (*make)(void);
    const char *sentence;
};

static const struct bug bugs[] = {
#define BUG(routine, sentence)      \
    {                               \
#routine, routine, sentence \
    }
    BUG(wait_at_dispatch_level,
        "KeWaitForSingleObject with a timeout that is not 0 was called at IRQL 2, above 1"),
    BUG(poll_above_dispatch_level, "KeWaitForSingleObject was called at IRQL 8, above 2"),
    BUG(wait_for_several_at_dispatch_level,
        "KeWaitForMultipleObjects with a timeout that is not 0 was called at IRQL 2"),
    BUG(wait_for_four_without_wait_blocks,
        "KeWaitForMultipleObjects at IRQL 0 was given 4 objects without wait blocks"),
    BUG(delay_at_dispatch_level, "KeDelayExecutionThread was called at IRQL 2, above 1"),
    BUG(set_an_event_in_an_interrupt, "KeSetEvent was called at IRQL 8, above 2"),
    BUG(lower_to_a_higher_level, "KeLowerIrql was asked to lower the IRQL from 0 to 2"),
    BUG(raise_to_a_lower_level, "KeRaiseIrql was asked to raise the IRQL from 2 to 1"),
    BUG(take_a_spin_lock_above_dispatch_level, "KeAcquireSpinLock was called at IRQL 8, above 2"),
    BUG(take_a_spin_lock_at_dpc_level_below_it, "KeAcquireSpinLockAtDpcLevel was called at IRQL 0, below 2"),
    BUG(take_a_spin_lock_twice, "KeAcquireSpinLock at IRQL 2: the thread holds this lock already"),
    BUG(release_a_spin_lock_that_is_not_held,
        "KeReleaseSpinLock at IRQL 2: the thread does not hold this lock"),
    BUG(release_a_spin_lock_after_lowering, "KeReleaseSpinLock was called at IRQL 0, not 2"),
    BUG(take_a_fast_mutex_at_dispatch_level, "ExAcquireFastMutex was called at IRQL 2, above 1"),
    BUG(take_a_fast_mutex_twice, "ExAcquireFastMutex at IRQL 1: the thread holds this mutex already"),
    BUG(free_a_fast_mutex_of_nobody, "ExReleaseFastMutex at IRQL 0: the thread does not hold this mutex"),
    BUG(allocate_paged_pool_at_dispatch_level, "ExAllocatePoolWithTag was called at IRQL 2, above 1"),
    BUG(free_pool_with_another_tag, "ExFreePoolWithTag at IRQL 0 was given the tag"),
    BUG(map_an_mdl_twice, "MmMapLockedPagesSpecifyCache at IRQL 0 was given an MDL that is mapped already"),
    BUG(unmap_an_mdl_that_is_not_mapped, "MmUnmapLockedPages at IRQL 0 was given"),
    BUG(run_paged_code_at_dispatch_level, "failed at IRQL 2"),
    BUG(fail_an_assertion, "assertion \"event.SignalState == 5\" failed"),
    BUG(take_a_lock_above_its_level, "lock_acquire was called at IRQL 8, above 2"),
    BUG(release_locks_out_of_order, "lock_release was called at IRQL 8, not 2"),
    BUG(sleep_at_dispatch_level, "sleep was called at IRQL 2, above 0"),
    BUG(return_from_work_at_another_level, "deferred work was called at IRQL 2 and returned at 8"),
    BUG(lower_the_level_that_work_was_called_at,
        "KeLowerIrql lowers the IRQL to 0 in a routine that was called at 2"),
    BUG(let_time_pass_while_time_passes, "a routine that was called because time passes lets time pass"),
#undef BUG
};

static void make(void *bug)
{
    ((const struct bug *)bug)->make();
}

/* cmocka names the test after the bug. */
static void ends_the_process(void **state)
{
    const struct bug *bug = *state;

    ends_process(make, *state, bug->sentence);
}

int main(void)
{
    struct CMUnitTest tests[RTL_NUMBER_OF(bugs)];

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    KeInitializeSpinLock(&spin);
    ExInitializeFastMutex(&mutex);
    for (size_t i = 0; i < RTL_NUMBER_OF(bugs); i++)
        tests[i] = (struct CMUnitTest){bugs[i].name, ends_the_process, NULL, NULL, (void *)&bugs[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
