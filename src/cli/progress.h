/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - the line on the terminal that moves while a stream runs. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "codec/stream.h"

struct progress {
    bool shown; /* something stands on the line */
    bool wanted;
    uint32_t rate;
    uint64_t frames;
    struct timespec last;
};

/* `frames` 0: nobody knows how many. Shows nothing unless standard error is a terminal. */
void progress_start(struct progress *progress, uint32_t rate, uint64_t frames);
void progress_show(struct progress *progress, const struct stream_report *report);
/* Leaves an empty line for what is printed next. */
void progress_end(struct progress *progress);

#endif
