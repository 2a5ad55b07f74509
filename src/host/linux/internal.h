/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * internal.h - what the files of the Linux host share.
 *
 * Locks, outermost first: a device's own lock; a real host's mutex; the dispatcher. The dispatcher is one
 * lock for the whole process: it guards every event, every wait and the virtual world. An event itself holds
 * no lock, so that whoever was released by it may free it: nobody leaves a wait, a poll or a read of the
 * event's state but through the dispatcher, or, on the real clock, let out by whoever has left it and does
 * not touch the event any more.
 */
#ifndef LINUX_INTERNAL_H
#define LINUX_INTERNAL_H

#include <pthread.h>
#include <time.h>

#include "linux_host.h"
#include "timer.h"

#define NS_PER_SECOND 1000000000ull
#define NS_PER_TICK   100ull /* the WDK's unit of time */
#define NEVER         UINT64_MAX

/* ---- Threads and their level (irql.c) ------------------------------------------------------------------ */

struct linux_level {
    KIRQL irql;
    KIRQL floor; /* where the routine was called that runs: it may not lower the level further */
    bool clock_known;
    enum linux_clock clock;
};

struct linux_thread {
    struct linux_level level;
    uint32_t number;       /* not 0, once asked for: see linux_thread_number() */
    unsigned passive_work; /* how deep it is in deferred work at PASSIVE_LEVEL */
    bool steps;          /* it makes virtual time pass, maybe in a device: nothing else may come in between */
    uint32_t released;   /* real clock: its wait is over; what it sleeps on */
    pthread_cond_t wake; /* virtual clock: with the dispatcher */
    struct linux_task *task; /* scheduled clock: its part in the schedule; NULL: it has none */
};
extern _Thread_local struct linux_thread linux_self;

/* Says what a driver did wrong, in one sentence, and ends the process. */
_Noreturn void linux_bug_check(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A bug unless the caller's level is at most, or at least, so high. */
void linux_require_at_most(const char *routine, KIRQL highest);
void linux_require_at_least(const char *routine, KIRQL lowest);

/* Lowers the level. A bug if it is lower already. Runs, on the virtual clock, what that lets run. */
void linux_irql_lower(const char *routine, KIRQL irql, enum linux_clock clock);

/* Calls a routine of a driver or device at a level, with no lock held. */
void linux_call_at(KIRQL irql, enum linux_clock clock, const char *what, void (*routine)(void *),
                   void *context);

/* The clock that the calling thread waits on. */
enum linux_clock linux_thread_clock(void);
/* The calling thread has created a host. */
void linux_thread_use_clock(enum linux_clock clock);
/* Tells threads apart; fits in 31 bits. */
uint32_t linux_thread_number(void);

/* ---- Sleeping on a word (futex.c) ---------------------------------------------------------------------- */

/* Sleeps on the first 32 bits at `word` while they are `value`, until woken, or for no reason, at most until
 * `deadline` on CLOCK_MONOTONIC. False: it has passed. */
bool linux_futex_wait(void *word, uint32_t value, uint64_t deadline);
/* Wakes one who sleeps on it. The word itself is not touched, and may be gone. */
void linux_futex_wake(void *word);

/* ---- A lock in one word (spinlock.c) ------------------------------------------------------------------- */

/* Holds the owner's number, or 0. Neither is recursive, and both notice a misuse; `routine` is named then. */
void linux_word_lock(ULONG_PTR *word, const char *routine);
void linux_word_unlock(ULONG_PTR *word, const char *routine);

void linux_lock_init(void *host, struct hda_lock *lock, enum hda_level level);
void linux_lock_acquire(void *host, struct hda_lock *lock);
void linux_lock_release(void *host, struct hda_lock *lock);

/* ---- The dispatcher: events and waits (event.c) -------------------------------------------------------- */

extern pthread_mutex_t linux_dispatcher;
void linux_dispatcher_lock(void);
void linux_dispatcher_unlock(void);
/* With the dispatcher held: lets in a thread that waits for it, which otherwise might starve. Returns whether
 * there was one. */
bool linux_dispatcher_yield(void);

/* A thread that waits for events, for a time, or both. Lives on that thread's stack. */
struct linux_wait {
    struct linux_thread *thread;
    enum linux_clock clock;
    KWAIT_BLOCK *blocks;
    ULONG count;
    WAIT_TYPE type;
    bool done;
    NTSTATUS status;
    struct linux_wait *released_next; /* the real clock's: the next one to let out */
    /* The virtual clock's. */
    struct linux_timer timer;
    bool blocked; /* asleep, in the world's list */
    bool woken;   /* satisfied while it was blocked, and not yet running */
    LIST_ENTRY link;
};

/* With the dispatcher held: the wait is over. */
void linux_wait_finish(struct linux_wait *wait, NTSTATUS status);
/* Waits until `deadline` on a clock, for nothing else. */
void linux_wait_until(enum linux_clock clock, uint64_t deadline);
/* The seam's event_wait: `timeout` in nanoseconds. */
NTSTATUS linux_event_wait(void *host, PKEVENT event, uint64_t timeout);

/* ---- Time (clock.c) ------------------------------------------------------------------------------------ */

uint64_t linux_clock_now(enum linux_clock clock);
void linux_clock_stall(enum linux_clock clock, uint64_t nanoseconds);
/* When a wait with this timeout of the WDK's ends; NEVER for NULL. */
uint64_t linux_clock_deadline(enum linux_clock clock, const LARGE_INTEGER *timeout);
/* now + delay, or NEVER. */
uint64_t linux_time_after(uint64_t now, uint64_t delay);
struct timespec linux_timespec(uint64_t nanoseconds);

/* ---- Hosts --------------------------------------------------------------------------------------------- */

struct linux_work {
    LIST_ENTRY link; /* in host->ready */
    bool ready;
    struct linux_timer timer; /* armed while it waits for its time */
    struct linux_host *host;
    enum hda_level level;
    hda_work_routine *routine;
    void *context;
};

#define WORK_LEVELS 2 /* HDA_LEVEL_PASSIVE, HDA_LEVEL_DISPATCH */

struct linux_host {
    enum linux_clock clock;
    linux_log_routine *log;
    void *log_context;
    unsigned refusals; /* allocations that are to fail; atomic */

    /* Guarded by the host's lock: its own mutex, or the dispatcher for a virtual host. */
    struct linux_timers *timers; /* its own, or the world's */
    const struct linux_device_ops *ops;
    void *device;
    bool in_device; /* one of ops runs */
    bool interrupt_requested;
    bool changed;      /* ops->next() has to be called again */
    bool watched;      /* see linux_host_watch() */
    uint64_t advanced; /* when ops->advance() was called last */
    LIST_ENTRY ready[WORK_LEVELS];
    struct linux_work *running[WORK_LEVELS]; /* compared only: a routine may free its own work */
    struct linux_thread *runner[WORK_LEVELS];
    uint64_t runs[WORK_LEVELS];
    pthread_cond_t idle; /* an operation of the device, or a piece of work, has returned */

    /* Virtual (virtual.c). */
    struct linux_timer device_timer; /* armed for what ops->next() returned */
    LIST_ENTRY pending_link;
    LIST_ENTRY ask_link;
    bool pending;    /* something is requested or ready, or was a moment ago */
    bool asked_for;  /* ops->next() is to be called */
    bool device_due; /* so is ops->advance(), before */
    LIST_ENTRY watch_link;

    /* Real (real.c). */
    pthread_mutex_t mutex;
    pthread_cond_t wake;         /* of the interrupt thread */
    pthread_cond_t wake_passive; /* of the thread for work at PASSIVE_LEVEL */
    pthread_t thread;
    pthread_t passive_thread;
    bool passive_thread_runs;
    bool stop;
    uint64_t device_next;
    struct linux_timers own_timers;
};

void linux_host_lock(struct linux_host *host);
void linux_host_unlock(struct linux_host *host);
/* Until an operation of the device, or a piece of work, has returned; and that one has. */
void linux_host_wait_idle(struct linux_host *host);
void linux_host_signal_idle(struct linux_host *host);

/* With the host's lock held: work became ready, or was queued for later. */
void linux_host_ready(struct linux_host *host);

/* ---- Deferred work (work.c) ---------------------------------------------------------------------------- */

void linux_work_init(void *host, struct hda_work *work, enum hda_level level, hda_work_routine *routine,
                     void *context);
void linux_work_queue(void *host, struct hda_work *work, uint64_t delay);
void linux_work_cancel(void *host, struct hda_work *work);
/* With the host's lock held. */
bool linux_work_can_run(const struct linux_host *host, enum hda_level level);
/* Runs the first piece of work that is ready, without the lock. */
void linux_work_run(struct linux_host *host, enum hda_level level);

/* ---- The virtual clock (virtual.c) --------------------------------------------------------------------- */

uint64_t linux_virtual_now(void);
/* Lets so many nanoseconds pass and what falls due happen, as far as the caller's level allows. Returns the
 * time then. */
uint64_t linux_virtual_pass(uint64_t nanoseconds);
/* Lets watched devices catch up, when the calling thread has let time pass. */
void linux_virtual_refresh(void);
/* Runs interrupts and work at DISPATCH_LEVEL that the caller's level has held off. */
void linux_virtual_deliver(void);
/* With the dispatcher held: lets time pass until the wait is done. */
void linux_virtual_wait(struct linux_wait *wait, uint64_t deadline);
void linux_virtual_wake(struct linux_wait *wait);
/* With the dispatcher held: hosts. */
void linux_virtual_pend(struct linux_host *host);
void linux_virtual_ask(struct linux_host *host);
void linux_virtual_forget(struct linux_host *host);
void linux_virtual_watch(struct linux_host *host);
void linux_virtual_kick(void);
extern struct linux_timers linux_virtual_timers;

/* What the scheduled clock does: a step to what is due next, at most up to `target`; to what is due next, or
 * false when that is nothing; whether there is an interrupt or work of a level, and running one. */
void linux_virtual_step(uint64_t target);
bool linux_virtual_idle(void);
bool linux_virtual_can_serve(enum hda_level level);
void linux_virtual_serve(enum hda_level level);

/* ---- The scheduled clock (schedule.c) ------------------------------------------------------------------ */

enum linux_point {
    LINUX_POINT_LOCK,
    LINUX_POINT_UNLOCK,
    LINUX_POINT_IRQL,
    LINUX_POINT_EVENT,
    LINUX_POINT_WAIT,
    LINUX_POINT_WORK,
    LINUX_POINT_MEMORY,
    LINUX_POINT_TIME,
};

/* What follows is for a thread that has a part in the schedule, with no lock of the host held. */

/* Maybe lets another thread run. */
void linux_schedule_turn(enum linux_point point);
/* Lets others run until somebody wakes those who wait for the same; `owner`: 0, or the number of the thread
 * that has the lock which is waited for. */
void linux_schedule_block(const void *what, uint32_t owner);
/* Also with the dispatcher held, and by a thread that has no part. */
void linux_schedule_wake(const void *what);
/* linux_virtual_pass(). */
uint64_t linux_schedule_pass(uint64_t nanoseconds);

static inline bool linux_scheduled(void)
{
    return __builtin_expect(linux_self.task != NULL, false);
}

static inline void linux_schedule_point(enum linux_point point)
{
    if (linux_scheduled())
        linux_schedule_turn(point);
}

/* ---- The real clock (real.c) --------------------------------------------------------------------------- */

NTSTATUS linux_real_start(struct linux_host *host);
void linux_real_stop(struct linux_host *host);

#endif
