/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * real.c - a host on the real clock.
 *
 * One thread stands for the processor that takes the controller's interrupts: it handles a requested
 * interrupt first, then the deferred work that this queued, then lets the device's time pass, and sleeps
 * until something is due. Work that may block has a second thread, made when it is first needed.
 */
#include "internal.h"

#include <signal.h>

/* How old what a watched device shows may be. */
#define REFRESH_NS 1000000ull
/* When to try again to make a thread that could not be made. */
#define THREAD_RETRY_NS 10000000ull

/* Makes a thread that leaves signals to the program's own threads, but those that it causes itself. */
static int create_thread(pthread_t *thread, void *(*routine)(void *), struct linux_host *host)
{
    static const int its_own[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    sigset_t others, before;
    int error;

    sigfillset(&others);
    for (size_t i = 0; i < sizeof(its_own) / sizeof(its_own[0]); i++)
        sigdelset(&others, its_own[i]);
    pthread_sigmask(SIG_SETMASK, &others, &before);
    error = pthread_create(thread, NULL, routine, host);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static void *passive_loop(void *context)
{
    struct linux_host *host = context;

    linux_thread_use_clock(LINUX_CLOCK_REAL);
    linux_host_lock(host);
    while (!host->stop) {
        if (linux_work_can_run(host, HDA_LEVEL_PASSIVE))
            linux_work_run(host, HDA_LEVEL_PASSIVE);
        else
            pthread_cond_wait(&host->wake_passive, &host->mutex);
    }
    linux_host_unlock(host);
    return NULL;
}

/* Sees to it that somebody runs work at PASSIVE_LEVEL. Returns when to look again. */
static uint64_t serve_passive_work(struct linux_host *host)
{
    if (!linux_work_can_run(host, HDA_LEVEL_PASSIVE))
        return NEVER;
    if (!host->passive_thread_runs && create_thread(&host->passive_thread, passive_loop, host) != 0)
        return linux_time_after(linux_clock_now(LINUX_CLOCK_REAL), THREAD_RETRY_NS);
    host->passive_thread_runs = true;
    pthread_cond_signal(&host->wake_passive);
    return NEVER;
}

static void device_begin(struct linux_host *host)
{
    host->in_device = true;
    linux_host_unlock(host);
}

static void device_end(struct linux_host *host)
{
    linux_host_lock(host);
    host->in_device = false;
    pthread_cond_broadcast(&host->idle);
}

/* When the device is to catch up at the latest. */
static uint64_t device_due(const struct linux_host *host)
{
    uint64_t refresh = host->watched ? linux_time_after(host->advanced, REFRESH_NS) : NEVER;

    if (!host->ops)
        return NEVER;
    return refresh < host->device_next ? refresh : host->device_next;
}

/* The device had caught up, when it was last asked, until it said that something would happen, or changed its
 * mind. */
static bool device_wants_time(const struct linux_host *host, uint64_t now)
{
    return host->ops && (host->changed || device_due(host) <= now);
}

static void pass_device_time(struct linux_host *host, uint64_t now)
{
    bool due = device_due(host) <= now;
    uint64_t next;

    host->changed = false;
    device_begin(host);
    if (due)
        host->ops->advance(host->device, now);
    next = host->ops->next(host->device);
    device_end(host);
    host->device_next = next;
    if (due)
        host->advanced = now;
}

static void run_interrupt(struct linux_host *host)
{
    host->interrupt_requested = false;
    device_begin(host);
    linux_call_at(DEVICE_LEVEL, LINUX_CLOCK_REAL, "the interrupt routine", host->ops->interrupt,
                  host->device);
    device_end(host);
}

/* When this thread is late, the device catches up before a timer expires: what waits for an answer finds the
 * one that came in time. */
static bool pass_time(struct linux_host *host)
{
    uint64_t now = linux_clock_now(LINUX_CLOCK_REAL);

    if (device_wants_time(host, now))
        pass_device_time(host, now);
    else if (linux_timers_due(host->timers) <= now)
        linux_timers_expire(host->timers, now);
    else
        return false;
    return true;
}

/* Does what comes first of all that is to be done. False: nothing is. */
static bool do_next(struct linux_host *host)
{
    if (host->interrupt_requested)
        run_interrupt(host);
    else if (linux_work_can_run(host, HDA_LEVEL_DISPATCH))
        linux_work_run(host, HDA_LEVEL_DISPATCH);
    else
        return pass_time(host);
    return true;
}

static void sleep_until(struct linux_host *host, uint64_t time)
{
    struct timespec until = linux_timespec(time);

    if (time == NEVER)
        pthread_cond_wait(&host->wake, &host->mutex);
    else
        pthread_cond_clockwait(&host->wake, &host->mutex, CLOCK_MONOTONIC, &until);
}

static uint64_t next_due(const struct linux_host *host)
{
    uint64_t timer = linux_timers_due(host->timers);
    uint64_t device = device_due(host);

    return device < timer ? device : timer;
}

static void *interrupt_loop(void *context)
{
    struct linux_host *host = context;

    linux_thread_use_clock(LINUX_CLOCK_REAL);
    linux_host_lock(host);
    while (!host->stop) {
        uint64_t retry;

        if (do_next(host))
            continue;
        retry = serve_passive_work(host);
        sleep_until(host, retry < next_due(host) ? retry : next_due(host));
    }
    linux_host_unlock(host);
    return NULL;
}

NTSTATUS linux_real_start(struct linux_host *host)
{
    return create_thread(&host->thread, interrupt_loop, host) == 0 ? STATUS_SUCCESS
                                                                   : STATUS_INSUFFICIENT_RESOURCES;
}

void linux_real_stop(struct linux_host *host)
{
    linux_host_lock(host);
    host->stop = true;
    pthread_cond_signal(&host->wake);
    pthread_cond_signal(&host->wake_passive);
    linux_host_unlock(host);
    pthread_join(host->thread, NULL);
    if (host->passive_thread_runs)
        pthread_join(host->passive_thread, NULL);
}
