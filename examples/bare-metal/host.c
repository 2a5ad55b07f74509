/* SPDX-License-Identifier: BSD-2-Clause */
/* host.c - struct hda_host_ops, on one processor with one thread. */
#include "kernel.h"

/* ---- Memory ---------------------------------------------------------------------------------- */

static void *host_alloc(void *host, size_t size)
{
    return memory_alloc(size);
}

static void host_free(void *host, void *memory)
{
    memory_free(memory);
}

/* ---- Locks: nobody else runs, so that the level is all there is to take ----------------------- */

struct lock {
    KIRQL level, before;
};

static void lock_init(void *host, struct hda_lock *storage, enum hda_level level)
{
    ((struct lock *)storage)->level = level == HDA_LEVEL_INTERRUPT ? DEVICE_LEVEL : DISPATCH_LEVEL;
}

static void lock_acquire(void *host, struct hda_lock *storage)
{
    struct lock *lock = (struct lock *)storage;

    lock->before = irql_raise(lock->level);
}

static void lock_release(void *host, struct hda_lock *storage)
{
    irql_lower(((struct lock *)storage)->before);
}

/* ---- Time ------------------------------------------------------------------------------------ */

static uint64_t now(void *host)
{
    return clock_now();
}

static LONGLONG performance_counter(void *host)
{
    return (LONGLONG)clock_now();
}

static void stall(void *host, uint32_t microseconds)
{
    uint64_t end = clock_now() + UINT64_C(1000) * microseconds;

    while (clock_now() < end)
        ;
}

/* Until the next interrupt, at the latest the timer's. Work that may block runs on the stack of who waits. */
static void wait(void)
{
    static bool working;

    __asm__ volatile("hlt");
    if (working)
        return;
    working = true;
    while (work_run(HDA_LEVEL_PASSIVE))
        ;
    working = false;
}

static void sleep(void *host, uint32_t microseconds)
{
    uint64_t end = clock_now() + UINT64_C(1000) * microseconds;

    while (clock_now() < end)
        wait();
}

/* ---- Deferred work --------------------------------------------------------------------------- */

struct work {
    LIST_ENTRY link;
    enum hda_level level;
    hda_work_routine *routine;
    void *context;
    uint64_t due;
    bool queued;
};
_Static_assert(sizeof(struct work) <= sizeof(struct hda_work), "work fits its storage");

static LIST_ENTRY queue = {&queue, &queue};

static void work_init(void *host, struct hda_work *storage, enum hda_level level, hda_work_routine *routine,
                      void *context)
{
    *(struct work *)storage = (struct work){.level = level, .routine = routine, .context = context};
}

static void work_take(struct work *work)
{
    if (work->queued)
        RemoveEntryList(&work->link);
    work->queued = false;
}

static void work_queue(void *host, struct hda_work *storage, uint64_t delay)
{
    struct work *work = (struct work *)storage;
    KIRQL before = irql_raise(DEVICE_LEVEL);
    uint64_t due = clock_now() + delay;

    if (!work->queued || due < work->due)
        work->due = due;
    if (!work->queued)
        InsertTailList(&queue, &work->link);
    work->queued = true;
    irql_lower(before);
}

/* Nobody else runs, so that it does not run either. */
static void work_cancel(void *host, struct hda_work *storage)
{
    KIRQL before = irql_raise(DEVICE_LEVEL);

    work_take((struct work *)storage);
    irql_lower(before);
}

static struct work *work_find(enum hda_level level)
{
    uint64_t time = clock_now();

    for (LIST_ENTRY *link = queue.Flink; link != &queue; link = link->Flink) {
        struct work *work = CONTAINING_RECORD(link, struct work, link);

        if (work->level == level && work->due <= time)
            return work;
    }
    return NULL;
}

/* When the routine returns its work may be gone. */
bool work_run(enum hda_level level)
{
    KIRQL before = irql_raise(DEVICE_LEVEL);
    struct work *work = work_find(level);

    if (work != NULL) {
        work_take(work);
        irql_lower(level == HDA_LEVEL_DISPATCH ? DISPATCH_LEVEL : PASSIVE_LEVEL);
        work->routine(work->context);
        irql_raise(DEVICE_LEVEL);
    }
    irql_lower(before);
    return work != NULL;
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void event_init(void *host, PKEVENT event, EVENT_TYPE type)
{
    *event = (KEVENT){.Type = type, .Descriptor = -1};
}

static void event_set(void *host, PKEVENT event)
{
    event->SignalState = 1;
}

/* An interrupt that sets it between the look and hlt is seen at the next tick. */
static NTSTATUS event_wait(void *host, PKEVENT event, uint64_t timeout)
{
    uint64_t end = clock_now() + timeout;

    while (!*(volatile LONG *)&event->SignalState) {
        if (clock_now() >= end)
            return STATUS_TIMEOUT;
        wait();
    }
    if (event->Type == SynchronizationEvent)
        event->SignalState = 0;
    return STATUS_SUCCESS;
}

/* ---- What else a system is asked ------------------------------------------------------------- */

static KIRQL current_irql(void *host)
{
    return irql;
}

static uintptr_t runner(void *host)
{
    return 0; /* one processor: what else there is has been interrupted, or has returned */
}

static void object_nothing(void *host, PDEVICE_OBJECT object)
{
}

static void log_line(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    print("hdabus: %s", level == HDA_LOG_ERROR ? "error: " : level == HDA_LOG_WARNING ? "warning: " : "");
    print_list(format, arguments);
    print("\n");
}

const struct hda_host_ops host_ops = {
    .alloc = host_alloc,
    .free = host_free,
    .lock_init = lock_init,
    .lock_acquire = lock_acquire,
    .lock_release = lock_release,
    .work_init = work_init,
    .work_queue = work_queue,
    .work_cancel = work_cancel,
    .event_init = event_init,
    .event_set = event_set,
    .event_wait = event_wait,
    .irql = current_irql,
    .runner = runner,
    .now = now,
    .performance_counter = performance_counter,
    .stall = stall,
    .sleep = sleep,
    .object_reference = object_nothing,
    .object_dereference = object_nothing,
    .log = log_line,
};
