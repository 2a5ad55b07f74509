/* SPDX-License-Identifier: BSD-2-Clause */
/* bad_host.c - the Linux host with one entry broken, in each of the ways that a host's author may break it.
 */
#include "breach.h"

#include <ntddk.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define HOST linux_host_ops
#define LATE (300 * MILLISECOND)

/* ---- Memory ----------------------------------------------------------------------------------------------
 */

static void *alloc_dirty(void *host, size_t size)
{
    uint8_t *memory = HOST.alloc(host, size);

    memory[size / 2] = 0x33;
    return memory;
}

static void dirty_memory(void)
{
    rig.host_ops.alloc = alloc_dirty;
}

static void *last_block;
static size_t last_size;

/* As an allocator that zeroes what is new, and forgets to when it hands something out again. */
static void *alloc_again(void *host, size_t size)
{
    void *memory = last_block;

    if (memory == NULL || size != last_size)
        return HOST.alloc(host, size);
    last_block = NULL;
    return memory;
}

static void free_for_later(void *host, void *memory)
{
    (void)host;
    last_block = memory;
    last_size = 24 + 32; /* one of the sizes that are tried, and its guard */
}

static void recycled_memory(void)
{
    rig.host_ops.alloc = alloc_again;
    rig.host_ops.free = free_for_later;
}

static void *alloc_aligned_to_4(void *host, size_t size)
{
    return (uint8_t *)HOST.alloc(host, size + 4) + 4;
}

static void leak(void *host, void *memory)
{
    (void)host;
    (void)memory;
}

static void misaligned_memory(void)
{
    rig.host_ops.alloc = alloc_aligned_to_4;
    rig.host_ops.free = leak;
}

static void *alloc_overlapping(void *host, size_t size)
{
    static uint8_t *pool;

    if (pool == NULL)
        pool = HOST.alloc(host, 1 << 20);
    pool += 16; /* and not by the size */
    (void)size;
    return pool;
}

static void overlapping_memory(void)
{
    rig.host_ops.alloc = alloc_overlapping;
    rig.host_ops.free = leak;
}

static void *alloc_nothing(void *host, size_t size)
{
    (void)host;
    (void)size;
    return NULL;
}

static void no_memory(void)
{
    rig.host_ops.alloc = alloc_nothing;
}

static void free_raised(void *host, void *memory)
{
    HOST.free(host, memory);
    KfRaiseIrql(DISPATCH_LEVEL);
}

static void free_that_raises(void)
{
    rig.host_ops.free = free_raised;
}

/* As behind a mutex: it may block. */
static void free_lowered(void *host, void *memory)
{
    KeLowerIrql(PASSIVE_LEVEL);
    HOST.free(host, memory);
}

static void free_that_lowers(void)
{
    rig.host_ops.free = free_lowered;
}

static uint8_t *last_alloc;

/* Its own notes stand in what it hands out. */
static void *alloc_and_clobber(void *host, size_t size)
{
    uint8_t *memory = HOST.alloc(host, size);

    if (last_alloc != NULL)
        *last_alloc ^= 0x80;
    last_alloc = memory;
    return memory;
}

static void memory_that_does_not_keep(void)
{
    rig.host_ops.alloc = alloc_and_clobber;
    rig.host_ops.free = leak;
}

/* ---- Locks -----------------------------------------------------------------------------------------------
 */

static void init_nothing(void *host, struct hda_lock *lock, enum hda_level level)
{
    (void)host;
    (void)lock;
    (void)level;
}

static void do_nothing_with_lock(void *host, struct hda_lock *lock)
{
    (void)host;
    (void)lock;
}

static void lock_without_level(void)
{
    rig.host_ops.lock_init = init_nothing;
}

static void lock_init_raised(void *host, struct hda_lock *lock, enum hda_level level)
{
    HOST.lock_init(host, lock, level);
    KfRaiseIrql(DISPATCH_LEVEL);
}

static void lock_init_that_raises(void)
{
    rig.host_ops.lock_init = lock_init_raised;
}

static void lock_that_does_not_raise(void)
{
    rig.host_ops.lock_acquire = do_nothing_with_lock;
    rig.host_ops.lock_release = do_nothing_with_lock;
}

static void keep_level(void *host, struct hda_lock *lock)
{
    KIRQL level = KeGetCurrentIrql();

    HOST.lock_release(host, lock);
    if (level > KeGetCurrentIrql())
        KfRaiseIrql(level);
}

static void release_that_does_not_lower(void)
{
    rig.host_ops.lock_release = keep_level;
}

/* To PASSIVE_LEVEL, whatever it was. */
static void drop(void *host, struct hda_lock *lock)
{
    HOST.lock_release(host, lock);
    KeLowerIrql(PASSIVE_LEVEL);
}

static void release_to_passive(void)
{
    rig.host_ops.lock_release = drop;
}

static KIRQL levels[] = {PASSIVE_LEVEL, DISPATCH_LEVEL, DEVICE_LEVEL};

/* What is enough on one processor: the level is kept in the lock, and nothing else. */
struct lone_lock {
    enum hda_level level;
    KIRQL before;
};

static void init_lone(void *host, struct hda_lock *lock, enum hda_level level)
{
    (void)host;
    ((struct lone_lock *)(void *)lock)->level = level;
}

static void acquire_lone(void *host, struct hda_lock *lock)
{
    struct lone_lock *lone = (void *)lock;

    (void)host;
    lone->before = KfRaiseIrql(levels[lone->level]);
}

static void release_lone(void *host, struct hda_lock *lock)
{
    (void)host;
    KeLowerIrql(((struct lone_lock *)(void *)lock)->before);
}

static void lock_of_one_processor(void)
{
    rig.host_ops.lock_init = init_lone;
    rig.host_ops.lock_acquire = acquire_lone;
    rig.host_ops.lock_release = release_lone;
}

/* ---- Deferred work ---------------------------------------------------------------------------------------
 */

static void queue_nothing(void *host, struct hda_work *work, uint64_t delay)
{
    (void)host;
    (void)work;
    (void)delay;
}

static void work_that_never_runs(void)
{
    rig.host_ops.work_queue = queue_nothing;
}

static void queue_at_once(void *host, struct hda_work *work, uint64_t delay)
{
    (void)delay;
    HOST.work_queue(host, work, 0);
}

static void work_without_delay(void)
{
    rig.host_ops.work_queue = queue_at_once;
}

static void queue_late(void *host, struct hda_work *work, uint64_t delay)
{
    HOST.work_queue(host, work, delay + LATE);
}

static void late_work(void)
{
    rig.host_ops.work_queue = queue_late;
}

/* Units of 100 ns, as Windows has them. */
static void queue_by_100(void *host, struct hda_work *work, uint64_t delay)
{
    HOST.work_queue(host, work, delay * 100);
}

static void delays_in_other_units(void)
{
    rig.host_ops.work_queue = queue_by_100;
}

static void queue_the_later(void *host, struct hda_work *work, uint64_t delay)
{
    if (KeGetCurrentIrql() == PASSIVE_LEVEL)
        HOST.work_cancel(host, work);
    HOST.work_queue(host, work, delay);
}

static void the_later_wins(void)
{
    rig.host_ops.work_queue = queue_the_later;
}

static bool is_in_queue;

static void queue_the_first(void *host, struct hda_work *work, uint64_t delay)
{
    if (!is_in_queue)
        HOST.work_queue(host, work, delay);
    is_in_queue = delay > 0;
}

static void cancel_the_first(void *host, struct hda_work *work)
{
    is_in_queue = false;
    HOST.work_cancel(host, work);
}

static void the_first_wins(void)
{
    rig.host_ops.work_queue = queue_the_first;
    rig.host_ops.work_cancel = cancel_the_first;
}

/* What work_init() was given, for hosts that do something else with it. */
static hda_work_routine *work_routine;
static void *work_context;
static struct hda_work second;

static void init_and_note(void *host, struct hda_work *work, enum hda_level level, hda_work_routine *routine,
                          void *context)
{
    work_routine = routine;
    work_context = context;
    HOST.work_init(host, &second, level, routine, context);
    HOST.work_init(host, work, level, routine, context);
}

/* Each call has an entry in the queue. */
static void queue_both(void *host, struct hda_work *work, uint64_t delay)
{
    HOST.work_queue(host, delay == 6 * MILLISECOND ? &second : work, delay);
}

static void cancel_both(void *host, struct hda_work *work)
{
    HOST.work_cancel(host, &second);
    HOST.work_cancel(host, work);
}

static void an_entry_for_each_call(void)
{
    rig.host_ops.work_init = init_and_note;
    rig.host_ops.work_queue = queue_both;
    rig.host_ops.work_cancel = cancel_both;
}

static void queue_twice(void *host, struct hda_work *work, uint64_t delay)
{
    HOST.work_queue(host, &second, delay);
    HOST.work_queue(host, work, delay);
}

static void work_that_runs_twice(void)
{
    rig.host_ops.work_init = init_and_note;
    rig.host_ops.work_queue = queue_twice;
    rig.host_ops.work_cancel = cancel_both;
}

static void run_in_queue(void *host, struct hda_work *work, uint64_t delay)
{
    KIRQL before = KfRaiseIrql(DISPATCH_LEVEL);

    (void)host;
    (void)work;
    (void)delay;
    work_routine(work_context);
    KeLowerIrql(before);
}

/* At PASSIVE_LEVEL that is what may happen; with a lock held it is not. */
static void queue_at_once_with_lock(void *host, struct hda_work *work, uint64_t delay)
{
    if (KeGetCurrentIrql() == DISPATCH_LEVEL)
        run_in_queue(host, work, delay);
    else
        HOST.work_queue(host, work, delay);
}

static void work_that_runs_within_queue(void)
{
    rig.host_ops.work_init = init_and_note;
    rig.host_ops.work_queue = queue_at_once_with_lock;
}

static unsigned started;

static void *run_on_thread(void *routine_context)
{
    __atomic_add_fetch(&started, 1, __ATOMIC_ACQ_REL);
    KfRaiseIrql(DISPATCH_LEVEL);
    work_routine(routine_context);
    KeLowerIrql(PASSIVE_LEVEL);
    return NULL;
}

/* A thread for each call, which runs when the call returns. */
static void queue_on_thread(void *host, struct hda_work *work, uint64_t delay)
{
    unsigned before = __atomic_load_n(&started, __ATOMIC_ACQUIRE);
    pthread_t thread;

    if (delay > 0)
        HOST.work_queue(host, work, delay);
    else if (pthread_create(&thread, NULL, run_on_thread, work_context) == 0)
        pthread_detach(thread);
    while (delay == 0 && __atomic_load_n(&started, __ATOMIC_ACQUIRE) == before)
        sched_yield();
}

static void a_thread_for_each_call(void)
{
    rig.host_ops.work_init = init_and_note;
    rig.host_ops.work_queue = queue_on_thread;
}

static void init_at_other_level(void *host, struct hda_work *work, enum hda_level level,
                                hda_work_routine *routine, void *context)
{
    HOST.work_init(host, work, level == HDA_LEVEL_PASSIVE ? HDA_LEVEL_DISPATCH : HDA_LEVEL_PASSIVE, routine,
                   context);
}

static void work_of_the_other_level(void)
{
    rig.host_ops.work_init = init_at_other_level;
}

static void init_with_own_context(void *host, struct hda_work *work, enum hda_level level,
                                  hda_work_routine *routine, void *context)
{
    (void)context;
    HOST.work_init(host, work, level, routine, work);
}

static void work_with_another_context(void)
{
    rig.host_ops.work_init = init_with_own_context;
}

static void init_without_context(void *host, struct hda_work *work, enum hda_level level,
                                 hda_work_routine *routine, void *context)
{
    (void)context;
    HOST.work_init(host, work, level, routine, NULL);
}

static void work_without_context(void)
{
    rig.host_ops.work_init = init_without_context;
}

static void init_no_work(void *host, struct hda_work *work, enum hda_level level, hda_work_routine *routine,
                         void *context)
{
    (void)host;
    (void)work;
    (void)level;
    (void)routine;
    (void)context;
}

static void work_init_that_does_nothing(void)
{
    rig.host_ops.work_init = init_no_work;
}

static void work_init_raised(void *host, struct hda_work *work, enum hda_level level,
                             hda_work_routine *routine, void *context)
{
    HOST.work_init(host, work, level, routine, context);
    KfRaiseIrql(DISPATCH_LEVEL);
}

static void work_init_that_raises(void)
{
    rig.host_ops.work_init = work_init_raised;
}

static void cancel_nothing(void *host, struct hda_work *work)
{
    (void)host;
    (void)work;
}

static void cancel_that_does_nothing(void)
{
    rig.host_ops.work_cancel = cancel_nothing;
}

/* Takes it out of the queue, and does not wait: only what runs cannot be cancelled so. */
static void cancel_without_waiting(void *host, struct hda_work *work)
{
    if (((struct checked *)checked)->told == 0 && rig.live == 0)
        HOST.work_cancel(host, work);
}

static void routine_that_notes(void *context)
{
    rig.live = 1;
    work_routine(context);
    rig.live = 0;
}

static void init_noting(void *host, struct hda_work *work, enum hda_level level, hda_work_routine *routine,
                        void *context)
{
    work_routine = routine;
    HOST.work_init(host, work, level, routine_that_notes, context);
}

static void cancel_that_does_not_wait(void)
{
    rig.host_ops.work_init = init_noting;
    rig.host_ops.work_cancel = cancel_without_waiting;
}

static void init_and_overrun(void *host, struct hda_work *work, enum hda_level level,
                             hda_work_routine *routine, void *context)
{
    HOST.work_init(host, work, level, routine, context);
    memset(work + 1, 0, sizeof(void *));
}

static void work_larger_than_its_storage(void)
{
    rig.host_ops.work_init = init_and_overrun;
}

static void lock_init_and_overrun(void *host, struct hda_lock *lock, enum hda_level level)
{
    HOST.lock_init(host, lock, level);
    if (level == HDA_LEVEL_INTERRUPT)
        memset(lock + 1, 0, sizeof(void *));
}

static void lock_larger_than_its_storage(void)
{
    rig.host_ops.lock_init = lock_init_and_overrun;
}

static void nothing(void *context)
{
    (void)context;
}

/* A bus that runs for long. */
static void queue_and_sleep(void)
{
    static struct hda_work work;

    rig.config.host->work_init(rig.config.host_context, &work, HDA_LEVEL_DISPATCH, nothing, NULL);
    rig.config.host->work_queue(rig.config.host_context, &work, MILLISECOND);
    for (unsigned i = 0; i < 6; i++)
        rig.config.host->sleep(rig.config.host_context, 1000000);
}

/* ---- Events ----------------------------------------------------------------------------------------------
 */

static void event_init_set(void *host, PKEVENT event, EVENT_TYPE type)
{
    (void)host;
    KeInitializeEvent(event, type, TRUE);
}

static void event_that_is_set_at_once(void)
{
    rig.host_ops.event_init = event_init_set;
}

static void event_init_notification(void *host, PKEVENT event, EVENT_TYPE type)
{
    (void)type;
    HOST.event_init(host, event, NotificationEvent);
}

static void event_that_does_not_reset(void)
{
    rig.host_ops.event_init = event_init_notification;
}

static void event_init_synchronization(void *host, PKEVENT event, EVENT_TYPE type)
{
    (void)type;
    HOST.event_init(host, event, SynchronizationEvent);
}

static void event_that_resets(void)
{
    rig.host_ops.event_init = event_init_synchronization;
}

static void event_init_nothing(void *host, PKEVENT event, EVENT_TYPE type)
{
    (void)host;
    (void)event;
    (void)type;
}

static void event_init_that_does_nothing(void)
{
    rig.host_ops.event_init = event_init_nothing;
}

static void event_init_raised(void *host, PKEVENT event, EVENT_TYPE type)
{
    HOST.event_init(host, event, type);
    KfRaiseIrql(DISPATCH_LEVEL);
}

static void event_init_that_raises(void)
{
    rig.host_ops.event_init = event_init_raised;
}

static void set_nothing(void *host, PKEVENT event)
{
    (void)host;
    (void)event;
}

static void set_that_does_nothing(void)
{
    rig.host_ops.event_set = set_nothing;
}

/* Whoever comes later sees it. */
static void set_state(void *host, PKEVENT event)
{
    (void)host;
    __atomic_store_n(&event->SignalState, 1, __ATOMIC_RELEASE);
}

static void set_that_does_not_wake(void)
{
    rig.host_ops.event_set = set_state;
}

static NTSTATUS wait_succeeds(void *host, PKEVENT event, uint64_t timeout)
{
    HOST.event_wait(host, event, timeout);
    return STATUS_SUCCESS;
}

static void wait_that_always_succeeds(void)
{
    rig.host_ops.event_wait = wait_succeeds;
}

static NTSTATUS wait_half(void *host, PKEVENT event, uint64_t timeout)
{
    return HOST.event_wait(host, event, timeout / 2);
}

static void wait_that_is_too_short(void)
{
    rig.host_ops.event_wait = wait_half;
}

static NTSTATUS wait_by_100(void *host, PKEVENT event, uint64_t timeout)
{
    return HOST.event_wait(host, event, timeout * 100);
}

static void wait_in_other_units(void)
{
    rig.host_ops.event_wait = wait_by_100;
}

static NTSTATUS wait_alerted(void *host, PKEVENT event, uint64_t timeout)
{
    NTSTATUS status = HOST.event_wait(host, event, timeout);

    return status == STATUS_TIMEOUT ? STATUS_IO_TIMEOUT : status;
}

static void wait_with_another_status(void)
{
    rig.host_ops.event_wait = wait_alerted;
}

static NTSTATUS wait_raised(void *host, PKEVENT event, uint64_t timeout)
{
    NTSTATUS status = HOST.event_wait(host, event, timeout);

    KfRaiseIrql(APC_LEVEL);
    return status;
}

static void wait_that_raises(void)
{
    rig.host_ops.event_wait = wait_raised;
}

/* ---- Levels and time -------------------------------------------------------------------------------------
 */

static KIRQL irql_2(void *host)
{
    (void)host;
    return DISPATCH_LEVEL;
}

static void irql_that_is_always_2(void)
{
    rig.host_ops.irql = irql_2;
}

static KIRQL irql_0(void *host)
{
    (void)host;
    return PASSIVE_LEVEL;
}

static void irql_that_is_always_0(void)
{
    rig.host_ops.irql = irql_0;
}

static KIRQL irql_99(void *host)
{
    (void)host;
    return 99;
}

static void irql_that_is_none(void)
{
    rig.host_ops.irql = irql_99;
}

static uintptr_t runner_that_counts(void *host)
{
    static uintptr_t count;

    (void)host;
    return ++count;
}

static void runner_of_each_call(void)
{
    rig.host_ops.runner = runner_that_counts;
}

static uintptr_t runner_1(void *host)
{
    (void)host;
    return 1;
}

/* What is enough on one processor. */
static void runner_that_is_always_1(void)
{
    rig.host_ops.runner = runner_1;
}

/* Where runners are processors, who waits and who runs may have the same. */
static void cancel_that_does_not_wait_on_one_processor(void)
{
    cancel_that_does_not_wait();
    rig.host_ops.runner = runner_1;
}

static uint64_t now_0(void *host)
{
    (void)host;
    return 0;
}

static void now_that_stands_still(void)
{
    rig.host_ops.now = now_0;
}

static uint64_t now_back(void *host)
{
    static unsigned calls;
    uint64_t now = HOST.now(host) + MILLISECOND;

    return ++calls % 32 == 0 ? now - MILLISECOND / 2 : now;
}

static void now_that_goes_back(void)
{
    rig.host_ops.now = now_back;
}

/* As of a timer's interrupt at 100 kHz. */
static uint64_t now_coarse(void *host)
{
    return HOST.now(host) / 10000 * 10000;
}

static void now_in_steps_of_10_us(void)
{
    rig.host_ops.now = now_coarse;
}

static uint64_t now_us(void *host)
{
    return HOST.now(host) / 1000;
}

static void now_in_microseconds(void)
{
    rig.host_ops.now = now_us;
}

static uint64_t now_1000(void *host)
{
    return HOST.now(host) * 1000;
}

static void now_that_counts_picoseconds(void)
{
    rig.host_ops.now = now_1000;
}

static uint64_t now_half_more(void *host)
{
    return HOST.now(host) / 2 * 3;
}

/* As of a counter whose frequency was guessed. */
static void now_that_is_too_fast(void)
{
    rig.host_ops.now = now_half_more;
}

static LONGLONG counter_7(void *host)
{
    (void)host;
    return 7;
}

static void counter_that_stands_still(void)
{
    rig.host_ops.performance_counter = counter_7;
}

static LONGLONG counter_back(void *host)
{
    return -HOST.performance_counter(host);
}

static void counter_that_goes_back(void)
{
    rig.host_ops.performance_counter = counter_back;
}

static void pass_nothing(void *host, uint32_t microseconds)
{
    (void)host;
    (void)microseconds;
}

static void pass_half(void *host, uint32_t microseconds)
{
    HOST.stall(host, microseconds / 2);
}

static void pass_milliseconds(void *host, uint32_t microseconds)
{
    for (uint32_t i = 0; i < microseconds * 10; i++)
        HOST.stall(host, 100);
}

static void stall_that_does_nothing(void)
{
    rig.host_ops.stall = pass_nothing;
}

static void stall_of_half(void)
{
    rig.host_ops.stall = pass_half;
}

static void stall_of_milliseconds(void)
{
    rig.host_ops.stall = pass_milliseconds;
}

static void sleep_that_does_nothing(void)
{
    rig.host_ops.sleep = pass_nothing;
}

static void sleep_of_half(void)
{
    rig.host_ops.sleep = pass_half;
}

static void sleep_of_milliseconds(void)
{
    rig.host_ops.sleep = pass_milliseconds;
}

static void raise_once(void)
{
    if (KeGetCurrentIrql() == PASSIVE_LEVEL)
        KfRaiseIrql(APC_LEVEL);
}

static LONGLONG counter_raised(void *host)
{
    raise_once();
    return HOST.performance_counter(host);
}

static uint64_t now_raised(void *host)
{
    raise_once();
    return HOST.now(host);
}

static void now_that_raises(void)
{
    rig.host_ops.now = now_raised;
}

static void counter_that_raises(void)
{
    rig.host_ops.performance_counter = counter_raised;
}

/* What a core may do. */
static void ask_at_dispatch_level(void)
{
    KfRaiseIrql(DISPATCH_LEVEL);
    rig.config.host->runner(rig.config.host_context);
}

/* Two runners take the lock, one behind the other. */
static void lock_for_anybody(void)
{
    lock_of_one_processor();
    rig.host_ops.runner = runner_that_counts;
}

static void take_twice(void)
{
    static struct hda_lock lock;

    rig.config.host->lock_init(rig.config.host_context, &lock, HDA_LEVEL_DISPATCH);
    rig.config.host->lock_acquire(rig.config.host_context, &lock);
    rig.config.host->lock_acquire(rig.config.host_context, &lock);
}

/* ---- Objects and the log ---------------------------------------------------------------------------------
 */

static void object_raised(void *host, PDEVICE_OBJECT object)
{
    HOST.object_reference(host, object);
    KfRaiseIrql(APC_LEVEL);
}

static void reference_that_raises(void)
{
    rig.host_ops.object_reference = object_raised;
}

static void dereference_that_raises(void)
{
    rig.host_ops.object_dereference = object_raised;
}

static void log_raised(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    HOST.log(host, level, format, arguments);
    if (KeGetCurrentIrql() == PASSIVE_LEVEL)
        KfRaiseIrql(APC_LEVEL);
}

static void log_that_raises(void)
{
    rig.host_ops.log = log_raised;
}

static void never_called(void *context, LARGE_INTEGER time)
{
    (void)context;
    (void)time;
}

/* A client registers a callback with its device object, and takes it back. */
static void register_with_object(void)
{
    static int object;
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    HDAUDIO_BUS_INTERFACE_V3 ddi;
    HANDLE engine;

    rig_start();
    ddi = rig_client_v3();
    ddi.AllocateRenderDmaEngine(ddi.Context, &format, FALSE, &engine, &converter);
    ddi.RegisterNotificationCallback(ddi.Context, engine, (PDEVICE_OBJECT)(void *)&object, never_called,
                                     &object);
    ddi.UnregisterNotificationCallback(ddi.Context, engine, never_called, &object);
    ddi.FreeDmaEngine(ddi.Context, engine);
    ddi.InterfaceDereference(ddi.Context);
    rig_stop();
}

/* ---- All -------------------------------------------------------------------------------------------------
 */

#define TRY(commit, sentence)                                      \
    {                                                              \
#commit, commit, breach_try, sentence, LINUX_CLOCK_VIRTUAL \
    }
#define TRY_REAL(commit, sentence)                                             \
    {                                                                          \
#commit ", real clock", commit, breach_try, sentence, LINUX_CLOCK_REAL \
    }
#define LIVE(commit, sentence)                                                  \
    {                                                                           \
#commit ", in life", commit, breach_live, sentence, LINUX_CLOCK_VIRTUAL \
    }
#define DO(commit, deed, sentence)                           \
    {                                                        \
#commit, commit, deed, sentence, LINUX_CLOCK_VIRTUAL \
    }

static const struct breach breaches[] = {
    TRY(dirty_memory, "host->alloc: memory is to be zeroed"),
    LIVE(dirty_memory, "host->alloc: memory is to be zeroed"),
    TRY(recycled_memory, "host->alloc: memory is to be zeroed"),
    TRY(misaligned_memory, "is not aligned for any type"),
    TRY(overlapping_memory, "overlap what was handed out at"),
    TRY(memory_that_does_not_keep, "do not keep what is written to them"),
    TRY(no_memory, "host->alloc: there is no memory for 1 bytes"),
    TRY(free_that_lowers, "host->free: it was called at IRQL 2 and has come back at 0"),
    TRY(free_that_raises, "host->free: it was called at IRQL 0 and has come back at 2"),

    TRY(lock_without_level, "a lock of level INTERRUPT was taken at IRQL 0 and the IRQL is 2"),
    TRY(lock_init_that_raises, "host->lock_init: it was called at IRQL 0 and has come back at 2"),
    TRY(lock_that_does_not_raise, "a lock of level DISPATCH was taken at IRQL 0 and the IRQL is 0"),
    LIVE(lock_that_does_not_raise, "a lock of level DISPATCH was taken at IRQL 0 and the IRQL is 0"),
    TRY(release_that_does_not_lower,
        "the IRQL was 0 before a lock of level DISPATCH was taken, and is 2 when it was released"),
    TRY(release_to_passive, "the IRQL was 2 before a lock of level INTERRUPT was taken, and is 0"),
    TRY_REAL(lock_of_one_processor, "host->lock_acquire: "),

    TRY(work_that_never_runs,
        "work of level DISPATCH that was queued with no delay has run 0 times, not 1, in 2 s"),
    TRY(work_without_delay, "us too early"),
    TRY(late_work, "work of level DISPATCH that was queued with no delay was tried three times"),
    TRY_REAL(late_work, "work of level DISPATCH that was queued with no delay was tried three times"),
    TRY(delays_in_other_units, "work of level DISPATCH that was queued for 2 ms later was tried three times"),
    TRY(the_later_wins, "that was queued for 2 ms later and then for an hour has run 0 times"),
    TRY(the_first_wins, "that was queued for an hour later and then for 2 ms has run 0 times"),
    TRY(an_entry_for_each_call, "runs at each of the two: queued already, the earlier wins"),
    TRY(work_that_runs_twice, "host->work_queue: work runs that is not queued"),
    TRY(work_that_runs_within_queue,
        "it was called at DISPATCH_LEVEL and has run the work before it returned"),
    TRY_REAL(a_thread_for_each_call, "the same work runs twice at once"),
    TRY(work_of_the_other_level, "work of level DISPATCH runs at IRQL 0, not at 2"),
    LIVE(work_of_the_other_level, "work of level DISPATCH runs at IRQL 0, not at 2"),
    TRY(work_with_another_context, "is called with another context than host->work_init was given"),
    TRY(work_without_context, "is called with another context than host->work_init was given"),
    TRY(work_init_that_does_nothing, "host->work_init: it writes nothing to the object's storage"),
    TRY(work_init_that_raises, "host->work_init: it was called at IRQL 0 and has come back at 2"),
    TRY(work_larger_than_its_storage, "host->work_init: it, or what comes after it, writes beyond the"),
    TRY(lock_larger_than_its_storage, "host->lock_init: it, or what comes after it, writes beyond the"),
    DO(work_that_never_runs, queue_and_sleep, "host->work_queue: work of level DISPATCH was due 4"),
    TRY(cancel_that_does_nothing, "host->work_cancel: it has returned, and the work runs after that"),
    TRY_REAL(cancel_that_does_not_wait, "host->work_cancel: it has returned while the work runs"),

    TRY(event_that_is_set_at_once, "host->event_wait: it says STATUS_SUCCESS of an event that was never set"),
    TRY(event_that_does_not_reset, "a SynchronizationEvent that was set once has ended two waits"),
    TRY(event_that_resets, "host->event_wait: it says STATUS_TIMEOUT of an event that was set before"),
    TRY(event_init_that_does_nothing, "host->event_init: it writes nothing to the object's storage"),
    TRY(event_init_that_raises, "host->event_init: it was called at IRQL 0 and has come back at 2"),
    TRY(set_that_does_nothing, "host->event_wait: it says STATUS_TIMEOUT of an event that was set before"),
    TRY(set_that_does_not_wake, "host->event_set: it does not wake whoever waits"),
    TRY_REAL(set_that_does_not_wake, "host->event_set: it does not wake whoever waits"),
    TRY(wait_that_always_succeeds, "host->event_wait: it says STATUS_SUCCESS of an event that was never set"),
    TRY(wait_that_is_too_short, "host->event_wait: it says STATUS_TIMEOUT after"),
    TRY(wait_in_other_units, "host->event_wait: it was asked three times to wait 2000000 ns at most"),
    TRY(wait_with_another_status, "and there are STATUS_SUCCESS and STATUS_TIMEOUT only"),
    TRY(wait_that_raises, "host->event_wait: it was called at IRQL 0 and has come back at 1"),

    TRY(irql_that_is_always_2, "host->irql: it says 2 where hda_check_hooks() is called"),
    TRY(irql_that_is_always_0, "a lock of level DISPATCH was taken at IRQL 0 and the IRQL is 0"),
    TRY(irql_that_is_none, "host->irql: it says 99, and no processor has more than 31"),
    TRY(runner_of_each_call, "host->runner: who lets go of the lock at"),
    DO(runner_of_each_call, ask_at_dispatch_level, "host->runner: it says something else at each call"),
    DO(lock_for_anybody, take_twice, "host->lock_acquire: two have the lock at"),
    TRY(counter_that_raises, "host->performance_counter: it was called at IRQL 0 and has come back at 1"),
    TRY(now_that_raises, "host->now: it was called at IRQL 0 and has come back at 1"),
    TRY_REAL(cancel_that_does_not_wait_on_one_processor,
             "host->work_cancel: it has returned before the work that ran was at its end"),
    TRY_REAL(runner_that_is_always_1, "host->runner"),
    TRY(now_that_stands_still, "host->now: it stands still while host->stall lets 100 us pass"),
    TRY(now_that_goes_back, "host->now: it has gone back"),
    TRY(now_in_steps_of_10_us, "host->now: it stands still while host->stall lets 2 us pass"),
    TRY(now_in_microseconds, "host->stall: it was asked to let 100 us pass, and by host->now"),
    TRY(now_that_counts_picoseconds, "host->stall: it was asked three times to let 100 us pass"),
    TRY(now_that_is_too_fast, "the controller's wall clock that it was"),
    TRY(counter_that_stands_still, "host->performance_counter: it stands still at 7"),
    TRY(counter_that_goes_back, "host->performance_counter: it has gone back"),
    LIVE(counter_that_goes_back, "host->performance_counter: it has gone back"),
    TRY(stall_that_does_nothing, "host->now: it stands still while host->stall lets 100 us pass"),
    TRY(stall_of_half, "host->stall: it was asked to let 100 us pass"),
    TRY(stall_of_milliseconds, "host->stall: it was asked three times to let 100 us pass"),
    TRY(sleep_that_does_nothing, "host->now: it stands still while host->sleep lets 2000 us pass"),
    TRY(sleep_of_half, "host->sleep: it was asked to let 2000 us pass"),
    TRY(sleep_of_milliseconds, "host->sleep: it was asked three times to let 2000 us pass"),

    DO(reference_that_raises, register_with_object,
       "host->object_reference: it was called at IRQL 0 and has come back at 1"),
    DO(dereference_that_raises, register_with_object,
       "host->object_dereference: it was called at IRQL 0 and has come back at 1"),
    TRY(log_that_raises, "host->log: it was called at IRQL 0 and has come back at 1"),
};

int main(void)
{
    return breach_run("bad host", breaches, sizeof(breaches) / sizeof(breaches[0]));
}
