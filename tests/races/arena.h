/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.h - a bus over the simulated controller in which several threads meet on the scheduled clock.
 *
 * Each schedule has a process of its own: bus time begins at 0, so that the seed alone decides, and whatever
 * becomes of it, the other schedules run. Threads do not assert: the first thing that is wrong is kept.
 */
#ifndef RACES_ARENA_H
#define RACES_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "device/sim/sim_device.h"

#define WORKERS     4
#define CLIENTS     2
#define POISON      0xDD
#define MILLISECOND UINT64_C(1000000)

struct worker {
    unsigned number;
    uint32_t random;
    const HDAUDIO_BUS_INTERFACE_V2 *ddi; /* of one of the clients */
    unsigned child;                      /* whose client that is */
    UCHAR codec;
    unsigned submitted; /* calls with a callback */
    unsigned completed;
    unsigned asked; /* of those, the ones that its thread has made, which are answered in their order */
    unsigned answered;
    KEVENT done; /* set by each completion */
};

struct scenario {
    const char *name;
    void (*begin)(void); /* before there are threads; NULL: nothing */
    void (*work[WORKERS])(struct worker *worker);
    void (*end)(void);
};

struct arena {
    const struct scenario *scenario;
    struct linux_host *host;
    struct sim_device *device;
    struct hda_host_ops host_ops; /* linux_host_ops that count, and a controller's memory that takes time */
    struct hda_device_ops device_ops;
    struct hda_bus *bus;
    unsigned client_count;
    HDAUDIO_BUS_INTERFACE_V2 clients[CLIENTS];
    HANDLE shared[2];
    void (*restart)(void); /* runs what threads expect to run when the controller is awake again; or NULL */
    struct worker workers[WORKERS];
};
extern struct arena arena;

/* What schedules have seen: all that one lane has played, of which each had a process of its own. */
struct totals {
    uint64_t signals;   /* that a thread waited for, and that came */
    uint64_t callbacks; /* for verbs */
    uint64_t calls;     /* of notification callbacks and of routines for the interrupt */
    uint64_t responses; /* unsolicited ones that a callback got */
    uint64_t sleeps;    /* from which the bus has resumed */
    uint64_t wakes;     /* of codecs, that a request ended with */
    uint64_t removals;  /* that the bus has noticed */
    uint64_t points;
    uint64_t trace; /* of the last schedule */
};
extern struct totals *totals;

void arena_must(bool condition, const char *text, const char *function, int line);
#define MUST(condition) arena_must(condition, #condition, __func__, __LINE__)

/* By the seed and the thread. */
uint32_t below(struct worker *worker, uint32_t limit);
/* Lets up to so many microseconds pass; often none. */
void linger(struct worker *worker, uint32_t microseconds);
/* Whether the event comes so soon. */
bool comes(PKEVENT event, uint64_t nanoseconds);

/* Memory that nobody may touch once it is buried: it is looked at when the schedule is over. */
void *arena_new(size_t size);
void arena_bury(void *memory, size_t size);
PKEVENT arena_new_event(EVENT_TYPE type);
void arena_bury_event(PKEVENT event);

/* The clients go and the bus stops, before the schedule is over. */
void arena_stop_bus(void);

/* An interface of a child's client, which is the caller's. False when the controller is gone. */
bool arena_query(unsigned child, HDAUDIO_BUS_INTERFACE_V2 *ddi);

/* One schedule, in this process, which can have no other, on a processor by the number of its lane. Whether
 * nothing was wrong; says else what. */
bool arena_run(const struct scenario *scenario, uint64_t seed, unsigned lane);

#endif
