/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.c - the line on the terminal that moves while a stream runs. */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Between two states of the line; on the virtual clock hours pass in between. */
#define INTERVAL_NS 50000000

void progress_start(struct progress *progress, uint32_t rate, uint64_t frames)
{
    memset(progress, 0, sizeof(*progress));
    progress->wanted = isatty(STDERR_FILENO);
    progress->rate = rate;
    progress->frames = frames;
}

static int64_t nanoseconds_between(const struct timespec *from, const struct timespec *to)
{
    return (int64_t)(to->tv_sec - from->tv_sec) * 1000000000 + (to->tv_nsec - from->tv_nsec);
}

static void print_time(uint64_t frames, uint32_t rate)
{
    uint64_t tenths = frames * 10 / rate;

    fprintf(stderr, "%llu:%02llu.%llu", (unsigned long long)(tenths / 600),
            (unsigned long long)(tenths / 10 % 60), (unsigned long long)(tenths % 10));
}

void progress_show(struct progress *progress, const struct stream_report *report)
{
    struct timespec now;

    if (!progress->wanted)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (progress->shown && nanoseconds_between(&progress->last, &now) < INTERVAL_NS)
        return;
    progress->last = now;
    progress->shown = true;
    fputs("\r", stderr);
    print_time(report->frames, progress->rate);
    if (progress->frames > 0) {
        fputs(" / ", stderr);
        print_time(progress->frames, progress->rate);
    }
    fprintf(stderr, "  %llu notifications, %llu late\033[K", (unsigned long long)report->notifications,
            (unsigned long long)report->late);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
