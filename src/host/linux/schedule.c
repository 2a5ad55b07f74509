/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schedule.c - the scheduled clock: threads on the virtual clock, one of which runs at a time.
 *
 * Who runs has the turn, and all that is here belongs to him: it needs no lock. He gives the turn away at
 * scheduling points, when chance wants it, and when he has to wait. How often chance wants it is the seed's
 * too: in some schedules threads alternate, in others one overtakes another by far, and each of these finds
 * what the other does not.
 *
 * Nobody comes to a point with the dispatcher or a device's lock held.
 */
#include "internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVANTS      3                    /* interrupts, work at DISPATCH_LEVEL, work at PASSIVE_LEVEL */
#define PATIENCE      (10 * NS_PER_SECOND) /* of bus time, without a step of any client's */
#define REAL_PATIENCE 60                   /* seconds without any step of anybody's */
#define POINTS_MOST   20000000u
#define ODDS          5                      /* one point in 2, 4 ... 32 gives the turn away */
#define LONGEST_HOLD  (NS_PER_SECOND / 2000) /* of bus time, that one who can run is held back */

enum state {
    READY,
    BLOCKED, /* until somebody wakes it */
    IDLE,    /* a servant that waits for something to serve */
    DONE,
};

struct linux_task {
    unsigned index;
    enum state state;
    bool client;
    enum hda_level level; /* what a servant serves */
    void (*routine)(void *context);
    void *context;
    const void *waits_for; /* while it is blocked: a lock's word, a host, a struct linux_wait */
    uint32_t owner;        /* the number of the thread that has the lock */
    uint32_t number;       /* its thread's */
    uint32_t turn;         /* what it sleeps on */
    uint64_t held_since;   /* when it could run and was not let */
    pthread_t thread;
};

static struct {
    struct linux_task *tasks; /* clients, then servants */
    unsigned count;
    unsigned clients_left;
    unsigned left;
    uint64_t seed;
    uint64_t random;
    unsigned odds; /* one in so many points gives the turn away */
    bool stopping; /* the clients have returned */
    uint64_t begun;
    uint64_t client_seen; /* when a client came to a point last */
    struct linux_schedule result;
    uint32_t over; /* what the caller sleeps on */
} schedule;

/* ---- Chance -------------------------------------------------------------------------------------------- */

/* SplitMix64: any seed is as good as another. */
static uint64_t draw(void)
{
    uint64_t mixed = schedule.random += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

static unsigned below(unsigned limit)
{
    return (unsigned)(draw() >> 32) % limit;
}

/* ---- The trace ----------------------------------------------------------------------------------------- */

static void mix(uint64_t value)
{
    schedule.result.trace = (schedule.result.trace ^ value) * UINT64_C(0x100000001B3);
}

static void record(const struct linux_task *task, enum linux_point point)
{
    uint64_t now = linux_virtual_now();

    mix(task->index << 8 | (unsigned)point);
    mix(now - schedule.begun);
    if (task->client)
        schedule.client_seen = now;
    __atomic_store_n(&schedule.result.points, schedule.result.points + 1, __ATOMIC_RELAXED);
    if (schedule.result.points > POINTS_MOST)
        linux_bug_check("the schedule of seed %" PRIu64 " does not end", schedule.seed);
}

/* ---- Deadlocks ----------------------------------------------------------------------------------------- */

static const struct linux_task *task_of(uint32_t number)
{
    for (unsigned i = 0; i < schedule.count; i++) {
        if (schedule.tasks[i].number == number)
            return &schedule.tasks[i];
    }
    return NULL;
}

static const char *name_of(const struct linux_task *task, char name[24])
{
    static const char *const servants[SERVANTS] = {"deferred passive work", "deferred work", "the interrupt"};

    if (!task)
        return "somebody else";
    if (!task->client)
        return servants[task->level];
    snprintf(name, 24, "thread %u", task->index);
    return name;
}

static void describe(const struct linux_task *task, char *text, size_t size)
{
    char name[24], owner[24];

    if (task->owner)
        snprintf(text, size, "; %s wants a lock that %s holds", name_of(task, name),
                 name_of(task_of(task->owner), owner));
    else
        snprintf(text, size, "; %s waits", name_of(task, name));
}

/* Says of everybody what he waits for. */
static _Noreturn void give_up(void)
{
    char sentence[200] = "";
    size_t used = 0;

    for (unsigned i = 0; i < schedule.count; i++) {
        if (schedule.tasks[i].state == BLOCKED && used < sizeof(sentence) - 1)
            describe(&schedule.tasks[i], sentence + used, sizeof(sentence) - used);
        used = strlen(sentence);
    }
    linux_bug_check("deadlock in the schedule of seed %" PRIu64 "%s", schedule.seed, sentence);
}

/* Whether who wants a lock waits for himself in the end. */
static bool in_a_circle(const struct linux_task *task)
{
    const struct linux_task *next = task;

    for (unsigned i = 0; i < schedule.count; i++) {
        next = next->state == BLOCKED && next->owner ? task_of(next->owner) : NULL;
        if (!next || next == task)
            break;
    }
    return next == task;
}

/* ---- The turn ------------------------------------------------------------------------------------------ */

static bool has_service(const struct linux_task *task)
{
    return schedule.stopping || linux_virtual_can_serve(task->level);
}

static bool can_run(const struct linux_task *task)
{
    return task->state == READY || (task->state == IDLE && has_service(task));
}

/* One of those that can run; NULL when nobody can. */
static struct linux_task *choose(void)
{
    struct linux_task *chosen = NULL;
    unsigned able = 0;

    for (unsigned i = 0; i < schedule.count; i++) {
        if (can_run(&schedule.tasks[i]) && below(++able) == 0)
            chosen = &schedule.tasks[i];
    }
    return chosen;
}

/* Each stands for a processor, which nobody keeps from running for long: what an event is late by has an end.
 * NULL when nobody is held back so long. */
static struct linux_task *find_held_back(void)
{
    uint64_t now = linux_virtual_now();
    struct linux_task *held_back = NULL;

    for (unsigned i = 0; i < schedule.count; i++) {
        struct linux_task *task = &schedule.tasks[i];

        if (task == linux_self.task || !can_run(task))
            task->held_since = now;
        else if (now - task->held_since > LONGEST_HOLD)
            held_back = task;
    }
    return held_back;
}

static void give_turn(struct linux_task *task)
{
    __atomic_store_n(&task->turn, 1, __ATOMIC_RELEASE);
    linux_futex_wake(&task->turn);
}

static void await_turn(struct linux_task *task)
{
    while (!__atomic_load_n(&task->turn, __ATOMIC_ACQUIRE))
        linux_futex_wait(&task->turn, 0, NEVER);
    __atomic_store_n(&task->turn, 0, __ATOMIC_RELAXED);
}

static void switch_to(struct linux_task *task)
{
    if (task == linux_self.task)
        return;
    give_turn(task);
    await_turn(linux_self.task);
}

/* Who is to go on when this thread does not: time passes until somebody can. */
static struct linux_task *next_task(void)
{
    struct linux_task *next;

    while ((next = choose()) == NULL) {
        if (linux_virtual_now() - schedule.client_seen > PATIENCE || !linux_virtual_idle())
            give_up();
    }
    return next;
}

void linux_schedule_turn(enum linux_point point)
{
    struct linux_task *self = linux_self.task, *held_back;

    if (linux_self.steps)
        return; /* in a device, whose lock is held */
    record(self, point);
    held_back = find_held_back();
    if (held_back != NULL)
        switch_to(held_back);
    else if (below(schedule.odds) == 0)
        switch_to(choose());
}

void linux_schedule_block(const void *what, uint32_t owner)
{
    struct linux_task *self = linux_self.task;

    self->state = BLOCKED;
    self->waits_for = what;
    self->owner = owner;
    if (owner && in_a_circle(self))
        give_up();
    switch_to(next_task());
    self->owner = 0;
}

void linux_schedule_wake(const void *what)
{
    for (unsigned i = 0; i < schedule.count; i++) {
        struct linux_task *task = &schedule.tasks[i];

        if (task->state == BLOCKED && task->waits_for == what)
            task->state = READY;
    }
}

/* ---- Time ---------------------------------------------------------------------------------------------- */

uint64_t linux_schedule_pass(uint64_t nanoseconds)
{
    uint64_t target = linux_time_after(linux_virtual_now(), nanoseconds);

    while (linux_virtual_now() < target) {
        linux_virtual_step(target);
        linux_schedule_turn(LINUX_POINT_TIME);
    }
    return linux_virtual_now();
}

/* ---- Threads ------------------------------------------------------------------------------------------- */

static void serve(struct linux_task *task)
{
    while (!schedule.stopping) {
        task->state = IDLE;
        switch_to(next_task());
        task->state = READY;
        linux_virtual_serve(task->level);
    }
}

static void finish(struct linux_task *task)
{
    task->state = DONE;
    if (task->client && --schedule.clients_left == 0)
        schedule.stopping = true;
    if (--schedule.left > 0) {
        give_turn(next_task());
        return;
    }
    __atomic_store_n(&schedule.over, 1, __ATOMIC_RELEASE);
    linux_futex_wake(&schedule.over);
}

static void *task_main(void *context)
{
    struct linux_task *task = context;

    await_turn(task);
    linux_thread_use_clock(LINUX_CLOCK_VIRTUAL);
    task->number = linux_thread_number();
    linux_self.task = task;
    if (task->client && !schedule.stopping)
        task->routine(task->context);
    else if (!task->client)
        serve(task);
    finish(task);
    return NULL;
}

/* Returns how many have been made. */
static unsigned make_threads(void)
{
    unsigned made = 0;

    while (made < schedule.count &&
           pthread_create(&schedule.tasks[made].thread, NULL, task_main, &schedule.tasks[made]) == 0)
        made++;
    return made;
}

/* Until all have returned, or nobody has come to a point for very long. Seconds are counted one by one: a
 * process that a debugger has stopped counts none. */
static void await_end(void)
{
    uint64_t before = 0, points;
    unsigned seconds = 0;

    while (!__atomic_load_n(&schedule.over, __ATOMIC_ACQUIRE)) {
        linux_futex_wait(&schedule.over, 0, linux_clock_now(LINUX_CLOCK_REAL) + NS_PER_SECOND);
        points = __atomic_load_n(&schedule.result.points, __ATOMIC_RELAXED);
        seconds = points == before ? seconds + 1 : 0;
        before = points;
        if (seconds > REAL_PATIENCE)
            linux_bug_check("the schedule of seed %" PRIu64 " stands still after %" PRIu64 " points",
                            schedule.seed, points);
    }
}

static void prepare(uint64_t seed, const struct linux_schedule_thread *threads, unsigned count)
{
    static const enum hda_level levels[SERVANTS] = {HDA_LEVEL_INTERRUPT, HDA_LEVEL_DISPATCH,
                                                    HDA_LEVEL_PASSIVE};

    for (unsigned i = 0; i < schedule.count; i++) {
        struct linux_task *task = &schedule.tasks[i];

        task->index = i;
        task->client = i < count;
        task->held_since = linux_virtual_now();
        if (task->client) {
            task->routine = threads[i].routine;
            task->context = threads[i].context;
        } else {
            task->level = levels[i - count];
            task->state = IDLE;
        }
    }
    schedule.clients_left = count;
    schedule.seed = schedule.random = seed;
    schedule.odds = 2u << below(ODDS);
    schedule.begun = schedule.client_seen = linux_virtual_now();
}

NTSTATUS linux_schedule_run(uint64_t seed, const struct linux_schedule_thread *threads, unsigned count,
                            struct linux_schedule *result)
{
    NTSTATUS status = STATUS_SUCCESS;
    unsigned made;

    if (linux_scheduled())
        linux_bug_check("a schedule was begun within the schedule of seed %" PRIu64, schedule.seed);
    linux_require_at_most("linux_schedule_run", PASSIVE_LEVEL);
    memset(&schedule, 0, sizeof(schedule));
    schedule.count = count + SERVANTS;
    schedule.tasks = calloc(schedule.count, sizeof(*schedule.tasks));
    if (!schedule.tasks)
        return STATUS_INSUFFICIENT_RESOURCES;
    prepare(seed, threads, count);
    made = make_threads();
    if (made < schedule.count) {
        status = STATUS_INSUFFICIENT_RESOURCES;
        schedule.stopping = true; /* those that there are return at once */
    }
    schedule.count = schedule.left = made;
    if (made > 0) {
        give_turn(choose());
        await_end();
    }
    for (unsigned i = 0; i < made; i++)
        pthread_join(schedule.tasks[i].thread, NULL);
    free(schedule.tasks);
    if (NT_SUCCESS(status) && result)
        *result = schedule.result;
    return status;
}
