/* SPDX-License-Identifier: BSD-2-Clause */
/* host.c - a host from creation to destruction, its device, and the table that the core gets. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#define ACCESS_NS 1000 /* what a register access takes on the virtual clock */

void linux_host_lock(struct linux_host *host)
{
    if (host->clock == LINUX_CLOCK_VIRTUAL)
        linux_dispatcher_lock();
    else
        pthread_mutex_lock(&host->mutex);
}

void linux_host_unlock(struct linux_host *host)
{
    if (host->clock == LINUX_CLOCK_VIRTUAL)
        linux_dispatcher_unlock();
    else
        pthread_mutex_unlock(&host->mutex);
}

void linux_host_wait_idle(struct linux_host *host)
{
    if (linux_scheduled()) {
        linux_host_unlock(host);
        linux_schedule_block(host, 0);
        linux_host_lock(host);
        return;
    }
    pthread_cond_wait(&host->idle, host->clock == LINUX_CLOCK_VIRTUAL ? &linux_dispatcher : &host->mutex);
}

void linux_host_signal_idle(struct linux_host *host)
{
    if (linux_scheduled())
        linux_schedule_wake(host);
    pthread_cond_broadcast(&host->idle);
}

void linux_host_ready(struct linux_host *host)
{
    if (host->clock == LINUX_CLOCK_REAL)
        pthread_cond_signal(&host->wake);
    else if (IsListEmpty(&host->ready[HDA_LEVEL_DISPATCH]) && IsListEmpty(&host->ready[HDA_LEVEL_PASSIVE]))
        linux_virtual_kick();
    else
        linux_virtual_pend(host);
}

/* ---- Life ---------------------------------------------------------------------------------------------- */

static struct linux_host *allocate_host(enum linux_clock clock, linux_log_routine *log, void *log_context)
{
    struct linux_host *host = calloc(1, sizeof(*host));

    if (!host)
        return NULL;
    host->clock = clock;
    host->log = log;
    host->log_context = log_context;
    host->timers = clock == LINUX_CLOCK_VIRTUAL ? &linux_virtual_timers : &host->own_timers;
    for (unsigned level = 0; level < WORK_LEVELS; level++)
        InitializeListHead(&host->ready[level]);
    pthread_mutex_init(&host->mutex, NULL);
    pthread_cond_init(&host->idle, NULL);
    pthread_cond_init(&host->wake, NULL);
    pthread_cond_init(&host->wake_passive, NULL);
    return host;
}

static void free_host(struct linux_host *host)
{
    pthread_cond_destroy(&host->wake_passive);
    pthread_cond_destroy(&host->wake);
    pthread_cond_destroy(&host->idle);
    pthread_mutex_destroy(&host->mutex);
    free(host);
}

NTSTATUS linux_host_create(enum linux_clock clock, linux_log_routine *log, void *log_context,
                           struct linux_host **host)
{
    struct linux_host *made = allocate_host(clock, log, log_context);

    *host = NULL;
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (clock == LINUX_CLOCK_REAL && linux_real_start(made) != STATUS_SUCCESS) {
        free_host(made);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    linux_thread_use_clock(clock);
    *host = made;
    return STATUS_SUCCESS;
}

/* With the host's lock held: until no work runs. */
static void wait_for_work(struct linux_host *host)
{
    while (host->runner[HDA_LEVEL_PASSIVE] || host->runner[HDA_LEVEL_DISPATCH])
        linux_host_wait_idle(host);
}

void linux_host_destroy(struct linux_host *host)
{
    linux_host_lock(host);
    wait_for_work(host);
    if (host->clock == LINUX_CLOCK_VIRTUAL)
        linux_virtual_forget(host);
    linux_host_unlock(host);
    if (host->clock == LINUX_CLOCK_REAL)
        linux_real_stop(host);
    free_host(host);
}

/* ---- The device ---------------------------------------------------------------------------------------- */

/* With the host's lock held. */
static void device_changed(struct linux_host *host)
{
    if (host->clock == LINUX_CLOCK_VIRTUAL) {
        linux_virtual_ask(host);
        return;
    }
    host->changed = true;
    pthread_cond_signal(&host->wake);
}

void linux_host_attach(struct linux_host *host, const struct linux_device_ops *ops, void *device)
{
    linux_host_lock(host);
    host->ops = ops;
    host->device = device;
    host->device_next = NEVER;
    host->device_due = false;
    device_changed(host);
    linux_host_unlock(host);
}

void linux_host_detach(struct linux_host *host)
{
    linux_host_lock(host);
    while (host->in_device)
        linux_host_wait_idle(host);
    host->ops = NULL;
    host->interrupt_requested = false;
    if (host->clock == LINUX_CLOCK_VIRTUAL)
        linux_virtual_forget(host);
    host->watched = false;
    linux_host_unlock(host);
}

uint64_t linux_host_access(struct linux_host *host)
{
    if (host->clock == LINUX_CLOCK_VIRTUAL)
        return linux_virtual_pass(ACCESS_NS);
    return linux_clock_now(LINUX_CLOCK_REAL);
}

void linux_host_interrupt(struct linux_host *host)
{
    linux_host_lock(host);
    if (host->ops) {
        host->interrupt_requested = true;
        if (host->clock == LINUX_CLOCK_VIRTUAL)
            linux_virtual_pend(host);
        else
            pthread_cond_signal(&host->wake);
    }
    linux_host_unlock(host);
}

void linux_host_changed(struct linux_host *host)
{
    linux_host_lock(host);
    device_changed(host);
    linux_host_unlock(host);
}

void linux_host_watch(struct linux_host *host)
{
    linux_host_lock(host);
    if (!host->watched && host->clock == LINUX_CLOCK_VIRTUAL)
        linux_virtual_watch(host);
    host->watched = true;
    device_changed(host);
    linux_host_unlock(host);
}

/* ---- The seam ------------------------------------------------------------------------------------------ */

void linux_host_refuse_memory(struct linux_host *host)
{
    __atomic_fetch_add(&host->refusals, 1, __ATOMIC_RELAXED);
}

bool linux_host_may_allocate(struct linux_host *host)
{
    unsigned left = __atomic_load_n(&host->refusals, __ATOMIC_RELAXED);

    while (left > 0 && !__atomic_compare_exchange_n(&host->refusals, &left, left - 1, false, __ATOMIC_RELAXED,
                                                    __ATOMIC_RELAXED))
        ;
    return left == 0;
}

static void *host_alloc(void *host, size_t size)
{
    linux_require_at_most("alloc", DISPATCH_LEVEL);
    linux_schedule_point(LINUX_POINT_MEMORY);
    return linux_host_may_allocate(host) ? calloc(1, size ? size : 1) : NULL;
}

static void host_free(void *host, void *memory)
{
    (void)host;
    linux_require_at_most("free", DISPATCH_LEVEL);
    linux_schedule_point(LINUX_POINT_MEMORY);
    free(memory);
}

static void host_event_init(void *host, PKEVENT event, EVENT_TYPE type)
{
    (void)host;
    KeInitializeEvent(event, type, FALSE);
}

static void host_event_set(void *host, PKEVENT event)
{
    (void)host;
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
}

static KIRQL host_irql(void *host)
{
    (void)host;
    return KeGetCurrentIrql();
}

static uintptr_t host_runner(void *host)
{
    (void)host;
    return linux_thread_number();
}

static uint64_t host_now(void *host)
{
    return linux_clock_now(((struct linux_host *)host)->clock);
}

/* Nanoseconds of bus time: see KeQueryPerformanceCounter(). */
static LONGLONG host_performance_counter(void *host)
{
    return (LONGLONG)host_now(host);
}

static void host_stall(void *host, uint32_t microseconds)
{
    linux_clock_stall(((struct linux_host *)host)->clock, microseconds * 1000ull);
}

static void host_sleep(void *host, uint32_t microseconds)
{
    enum linux_clock clock = ((struct linux_host *)host)->clock;

    linux_require_at_most("sleep", PASSIVE_LEVEL);
    linux_wait_until(clock, linux_time_after(linux_clock_now(clock), microseconds * 1000ull));
}

/* A process has no device objects that could go away. */
static void host_object(void *host, PDEVICE_OBJECT object)
{
    (void)host;
    (void)object;
}

static void host_log(void *context, enum hda_log_level level, const char *format, va_list arguments)
{
    struct linux_host *host = context;
    char line[512];

    if (!host->log)
        return;
    vsnprintf(line, sizeof(line), format, arguments);
    host->log(host->log_context, level, line);
}

const struct hda_host_ops linux_host_ops = {
    .alloc = host_alloc,
    .free = host_free,
    .lock_init = linux_lock_init,
    .lock_acquire = linux_lock_acquire,
    .lock_release = linux_lock_release,
    .work_init = linux_work_init,
    .work_queue = linux_work_queue,
    .work_cancel = linux_work_cancel,
    .event_init = host_event_init,
    .event_set = host_event_set,
    .event_wait = linux_event_wait,
    .irql = host_irql,
    .runner = host_runner,
    .now = host_now,
    .performance_counter = host_performance_counter,
    .stall = host_stall,
    .sleep = host_sleep,
    .object_reference = host_object,
    .object_dereference = host_object,
    .log = host_log,
};
