/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.c - the time of either clock, in the seam's units and in the WDK's. */
#include "internal.h"

/* 1601 to 1970, and to 2020, in units of 100 ns. */
#define TICKS_TO_1970 116444736000000000ull
#define TICKS_TO_2020 (TICKS_TO_1970 + 1577836800ull * 10000000)

static uint64_t read_clock(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

uint64_t linux_clock_now(enum linux_clock clock)
{
    return clock == LINUX_CLOCK_VIRTUAL ? linux_virtual_now() : read_clock(CLOCK_MONOTONIC);
}

uint64_t linux_time_after(uint64_t now, uint64_t delay)
{
    return delay > NEVER - now ? NEVER : now + delay;
}

struct timespec linux_timespec(uint64_t nanoseconds)
{
    return (struct timespec){(time_t)(nanoseconds / NS_PER_SECOND), (long)(nanoseconds % NS_PER_SECOND)};
}

void linux_clock_stall(enum linux_clock clock, uint64_t nanoseconds)
{
    uint64_t until;

    if (clock == LINUX_CLOCK_VIRTUAL) {
        linux_virtual_pass(nanoseconds);
        linux_virtual_refresh();
        return;
    }
    until = linux_time_after(read_clock(CLOCK_MONOTONIC), nanoseconds);
    while (read_clock(CLOCK_MONOTONIC) < until)
        YieldProcessor();
}

static uint64_t system_ticks(enum linux_clock clock)
{
    if (clock == LINUX_CLOCK_VIRTUAL)
        return TICKS_TO_2020 + linux_virtual_now() / NS_PER_TICK;
    return TICKS_TO_1970 + read_clock(CLOCK_REALTIME) / NS_PER_TICK;
}

static uint64_t ticks_to_ns(uint64_t ticks)
{
    return ticks > NEVER / NS_PER_TICK ? NEVER : ticks * NS_PER_TICK;
}

uint64_t linux_clock_deadline(enum linux_clock clock, const LARGE_INTEGER *timeout)
{
    uint64_t system, ticks;

    if (!timeout)
        return NEVER;
    if (timeout->QuadPart <= 0) {
        ticks = 0 - (uint64_t)timeout->QuadPart;
    } else {
        system = system_ticks(clock);
        ticks = (uint64_t)timeout->QuadPart > system ? (uint64_t)timeout->QuadPart - system : 0;
    }
    return linux_time_after(linux_clock_now(clock), ticks_to_ns(ticks));
}

NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Interval)
{
    enum linux_clock clock = linux_thread_clock();

    UNREFERENCED_PARAMETER(WaitMode);
    UNREFERENCED_PARAMETER(Alertable);
    linux_require_at_most("KeDelayExecutionThread", APC_LEVEL);
    linux_wait_until(clock, linux_clock_deadline(clock, Interval));
    return STATUS_SUCCESS;
}

VOID KeStallExecutionProcessor(ULONG MicroSeconds)
{
    linux_clock_stall(linux_thread_clock(), MicroSeconds * 1000ull);
}

LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
    LARGE_INTEGER counter;

    if (PerformanceFrequency)
        PerformanceFrequency->QuadPart = (LONGLONG)NS_PER_SECOND;
    counter.QuadPart = (LONGLONG)linux_clock_now(linux_thread_clock());
    return counter;
}

VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = (LONGLONG)system_ticks(linux_thread_clock());
}

VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    KeQuerySystemTimePrecise(CurrentTime);
}

ULONGLONG KeQueryInterruptTime(VOID)
{
    return linux_clock_now(linux_thread_clock()) / NS_PER_TICK;
}
