/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.h - threads that do what they can to a bus whose interrupts run on the real clock. */
#ifndef STRESS_CROWD_H
#define STRESS_CROWD_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bus.h>
#include <cmocka.h>

#define THREADS     4
#define MILLISECOND 1000000ull
#define POISON      0xDD
#define FAST_BYTES  256u

struct bench {
    struct hdabus *bus;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    uint64_t end;  /* when threads stop; atomic */
    uint32_t seed; /* of their chance */
    HANDLE shared[THREADS];
};

/* A thread of a test. Threads do not assert: the first thing that is wrong is kept, and the test fails with
 * it. */
struct worker {
    struct bench *bench;
    unsigned number;
    uint32_t random;
    uint64_t rounds;
    uint64_t signals;
    const char *wrong;
    int wrong_line;
    void (*work)(struct worker *worker);
    pthread_t thread;
};

#define MUST(condition)                       \
    do {                                      \
        if (!(condition) && !worker->wrong) { \
            worker->wrong = #condition;       \
            worker->wrong_line = __LINE__;    \
        }                                     \
    } while (0)

uint32_t random_below(struct worker *worker, uint32_t limit);
/* Up to so many microseconds; often none. */
void linger(struct worker *worker, uint32_t microseconds);
/* Counts a round, and says whether it is to be played. */
bool going_on(struct worker *worker);

/* A bus with the simulated controller, and one client of it. */
void bench_open(struct bench *bench);
void bench_close(struct bench *bench);
void open_client(struct bench *bench, HDAUDIO_BUS_INTERFACE_V2 *ddi);
/* Runs work[i] on THREADS threads for so many nanoseconds. */
void run(struct bench *bench, struct worker *workers, void (*const *work)(struct worker *worker),
         uint64_t duration);

/* An engine at 96 kHz, and the smallest buffer with two notifications. */
NTSTATUS allocate(HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *handle);
NTSTATUS allocate_buffer(HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle);
NTSTATUS set_state(HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_STREAM_STATE state, HANDLE handle);

PKEVENT new_event(EVENT_TYPE type);
/* The moment that the driver may not touch it any more. */
void destroy_event(PKEVENT event);
/* Whether it comes so soon. */
bool comes(PKEVENT event, uint64_t nanoseconds);

#endif
