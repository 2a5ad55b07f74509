/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.h - a QEMU process that never outlives ours.
 *
 * All functions are called by one thread, which outlives the process: the kernel kills
 * the process when that thread is gone (PR_SET_PDEATHSIG), so also when ours is killed.
 */
#ifndef QEMU_PROCESS_H
#define QEMU_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t id;   /* 0: there is none */
    int status; /* of its end, as of waitpid() */
    int errors; /* a memory file with what it wrote to standard error */
};

/* Starts `arguments[0]`, found in PATH, in a process group of its own, without standard input and output.
 * It inherits the `count` descriptors at `inherited`, and no others. Returns 0, or an errno; ENOENT: there is
 * no such program. process_close() follows in any case. */
int process_start(struct process *process, char *const arguments[], const int *inherited, unsigned count);

/* Asks it to end, and after five seconds makes it. */
void process_end(struct process *process);

/* After its end: the signal that ended it, or the last line that it wrote to standard error, if any. */
void process_sentence(const struct process *process, char *sentence, size_t size);

void process_close(struct process *process);

#endif
