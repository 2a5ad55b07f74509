/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtual.c - the virtual clock: one time for all virtual hosts of the process, which passes because threads
 * let it.
 *
 * A thread that lets time pass goes from one thing that falls due to the next (step()), and in between runs
 * what that brought about, as far as its IRQL allows (deliver_one()). Time stands still for a thread while
 * another runs an interrupt or deferred work above the first one's level: what has happened is dealt with
 * before anything else happens.
 *
 * Of several threads that wait, one leads and the others sleep, until they are satisfied or the leader
 * leaves. A thread that was satisfied gets to run before time goes on. Everything here is guarded by the
 * dispatcher; a device is called without it.
 */
#include "internal.h"

struct linux_timers linux_virtual_timers;

static struct {
    uint64_t now;         /* read without the lock */
    unsigned pending;     /* hosts in pending_hosts; read without the lock */
    bool stepping;        /* a thread is in step() */
    unsigned running[3];  /* threads that run an interrupt, or work of a level */
    unsigned leading;     /* threads in linux_virtual_wait() that do not sleep */
    unsigned waking;      /* threads that are satisfied but still in linux_virtual_wait() */
    unsigned held_back;   /* threads asleep in linux_virtual_pass() */
    pthread_cond_t moved; /* wakes those */
    LIST_ENTRY pending_hosts;
    LIST_ENTRY ask_hosts;
    LIST_ENTRY watched_hosts;
    LIST_ENTRY sleepers; /* struct linux_wait */
} world = {
    .moved = PTHREAD_COND_INITIALIZER,
    .pending_hosts = {&world.pending_hosts, &world.pending_hosts},
    .ask_hosts = {&world.ask_hosts, &world.ask_hosts},
    .watched_hosts = {&world.watched_hosts, &world.watched_hosts},
    .sleepers = {&world.sleepers, &world.sleepers},
};

uint64_t linux_virtual_now(void)
{
    return __atomic_load_n(&world.now, __ATOMIC_RELAXED);
}

static void set_now(uint64_t now)
{
    __atomic_store_n(&world.now, now, __ATOMIC_RELAXED);
}

/* ---- Sleeping and waking ------------------------------------------------------------------------------- */

static void rouse(struct linux_wait *wait)
{
    RemoveEntryList(&wait->link);
    wait->blocked = false;
    world.leading++;
    pthread_cond_signal(&wait->thread->wake);
}

static void sleep_in_wait(struct linux_wait *wait)
{
    wait->blocked = true;
    InsertTailList(&world.sleepers, &wait->link);
    world.leading--;
    while (wait->blocked)
        pthread_cond_wait(&wait->thread->wake, &linux_dispatcher);
}

/* Something has changed: somebody has to see to it that time goes on. */
void linux_virtual_kick(void)
{
    if (world.held_back)
        pthread_cond_broadcast(&world.moved);
    if (!world.leading && !IsListEmpty(&world.sleepers))
        rouse(CONTAINING_RECORD(world.sleepers.Flink, struct linux_wait, link));
}

void linux_virtual_wake(struct linux_wait *wait)
{
    linux_timer_disarm(&linux_virtual_timers, &wait->timer);
    if (wait->thread->task)
        linux_schedule_wake(wait);
    if (!wait->blocked)
        return;
    wait->woken = true;
    world.waking++;
    rouse(wait);
}

/* ---- What hosts ask for -------------------------------------------------------------------------------- */

void linux_virtual_pend(struct linux_host *host)
{
    if (!host->pending) {
        host->pending = true;
        InsertTailList(&world.pending_hosts, &host->pending_link);
        __atomic_store_n(&world.pending, world.pending + 1, __ATOMIC_RELAXED);
    }
    linux_virtual_kick();
}

static void unpend(struct linux_host *host)
{
    if (!host->pending)
        return;
    host->pending = false;
    RemoveEntryList(&host->pending_link);
    __atomic_store_n(&world.pending, world.pending - 1, __ATOMIC_RELAXED);
}

static void unpend_if_nothing(struct linux_host *host)
{
    if (!host->interrupt_requested && IsListEmpty(&host->ready[HDA_LEVEL_DISPATCH]) &&
        IsListEmpty(&host->ready[HDA_LEVEL_PASSIVE]))
        unpend(host);
}

void linux_virtual_ask(struct linux_host *host)
{
    host->changed = true;
    /* A device is asked by one thread at a time, and not while its interrupt is handled: then, afterwards. */
    if (!host->ops || host->asked_for || host->in_device)
        return;
    host->asked_for = true;
    InsertTailList(&world.ask_hosts, &host->ask_link);
    linux_virtual_kick();
}

void linux_virtual_forget(struct linux_host *host)
{
    linux_timer_disarm(&linux_virtual_timers, &host->device_timer);
    if (host->asked_for)
        RemoveEntryList(&host->ask_link);
    host->asked_for = false;
    if (host->watched)
        RemoveEntryList(&host->watch_link);
    host->watched = false;
    host->interrupt_requested = false;
    unpend_if_nothing(host);
}

void linux_virtual_watch(struct linux_host *host)
{
    InsertTailList(&world.watched_hosts, &host->watch_link);
}

/* ---- Devices ------------------------------------------------------------------------------------------- */

static void device_due(struct linux_timer *timer)
{
    struct linux_host *host = CONTAINING_RECORD(timer, struct linux_host, device_timer);

    host->device_due = true;
    linux_virtual_ask(host);
}

/* Nobody else calls the device until device_end(). */
static void device_begin(struct linux_host *host)
{
    host->in_device = true;
    host->changed = false;
    linux_timer_disarm(&linux_virtual_timers, &host->device_timer);
    linux_dispatcher_unlock();
}

static void device_end(struct linux_host *host)
{
    linux_dispatcher_lock();
    host->in_device = false;
    linux_host_signal_idle(host);
}

/* Lets the device catch up if it is due, and asks it what is next. */
static void ask_device(struct linux_host *host)
{
    bool due = host->device_due;
    uint64_t now = world.now, next;

    host->device_due = false;
    device_begin(host);
    if (due)
        host->ops->advance(host->device, now);
    next = host->ops->next(host->device);
    device_end(host);
    if (due)
        host->advanced = now;
    /* A device counts in units of its own. Should it round down, time still goes on. */
    if (due && next <= now)
        next = now + 1;
    host->device_timer.expire = device_due;
    if (next != NEVER)
        linux_timer_arm(&linux_virtual_timers, &host->device_timer, next);
    if (host->changed)
        linux_virtual_ask(host);
}

static void ask_devices(void)
{
    while (!IsListEmpty(&world.ask_hosts)) {
        struct linux_host *host =
            CONTAINING_RECORD(RemoveHeadList(&world.ask_hosts), struct linux_host, ask_link);

        host->asked_for = false;
        /* Its interrupt may have begun since: run_interrupt() asks it afterwards. */
        if (!host->in_device)
            ask_device(host);
    }
}

/* ---- Delivering ---------------------------------------------------------------------------------------- */

static void run_interrupt(struct linux_host *host)
{
    host->interrupt_requested = false;
    world.running[HDA_LEVEL_INTERRUPT]++;
    device_begin(host);
    linux_call_at(DEVICE_LEVEL, LINUX_CLOCK_VIRTUAL, "the interrupt routine", host->ops->interrupt,
                  host->device);
    device_end(host);
    world.running[HDA_LEVEL_INTERRUPT]--;
    linux_virtual_ask(host);
}

static void run_work(struct linux_host *host, enum hda_level level)
{
    bool passive = level == HDA_LEVEL_PASSIVE;

    world.running[level]++;
    linux_self.passive_work += passive;
    linux_work_run(host, level);
    linux_self.passive_work -= passive;
    world.running[level]--;
}

static bool can_run(const struct linux_host *host, enum hda_level level)
{
    if (level == HDA_LEVEL_INTERRUPT)
        return host->interrupt_requested && !host->in_device;
    return linux_work_can_run(host, level);
}

static struct linux_host *host_with(enum hda_level level)
{
    for (PLIST_ENTRY entry = world.pending_hosts.Flink; entry != &world.pending_hosts; entry = entry->Flink) {
        struct linux_host *host = CONTAINING_RECORD(entry, struct linux_host, pending_link);

        if (can_run(host, level))
            return host;
    }
    return NULL;
}

/* Work that may block runs on a thread that could block: not in the midst of other such work, as on the real
 * clock, nor, at APC_LEVEL, on top of a fast mutex that it may want. */
static bool may_run_passive_work(const struct linux_thread *thread)
{
    return thread->level.irql == PASSIVE_LEVEL && !thread->passive_work;
}

static bool may_run(enum hda_level level)
{
    switch (level) {
    case HDA_LEVEL_INTERRUPT:
        return linux_self.level.irql < DEVICE_LEVEL;
    case HDA_LEVEL_DISPATCH:
        return linux_self.level.irql < DISPATCH_LEVEL;
    default:
        return may_run_passive_work(&linux_self);
    }
}

/* Runs one interrupt or piece of work of this level. False when there is none, or not for this thread. */
static bool deliver_level(enum hda_level level)
{
    struct linux_host *host = may_run(level) ? host_with(level) : NULL;

    if (!host)
        return false;
    if (level == HDA_LEVEL_INTERRUPT)
        run_interrupt(host);
    else
        run_work(host, level);
    unpend_if_nothing(host);
    linux_virtual_kick();
    return true;
}

static bool deliver_one(void)
{
    return world.pending && (deliver_level(HDA_LEVEL_INTERRUPT) || deliver_level(HDA_LEVEL_DISPATCH));
}

static bool deliver_passive(void)
{
    return world.pending && deliver_level(HDA_LEVEL_PASSIVE);
}

void linux_virtual_deliver(void)
{
    if (!__atomic_load_n(&world.pending, __ATOMIC_RELAXED) || linux_self.steps || linux_self.task)
        return;
    linux_dispatcher_lock();
    while (deliver_one())
        ;
    linux_dispatcher_unlock();
}

/* ---- Time ---------------------------------------------------------------------------------------------- */

/* Whether another thread is at something that has to be over before time goes on for this one. */
static bool must_hold(void)
{
    return world.stepping || (world.running[HDA_LEVEL_INTERRUPT] && linux_self.level.irql < DEVICE_LEVEL) ||
           (world.running[HDA_LEVEL_DISPATCH] && linux_self.level.irql < DISPATCH_LEVEL);
}

static bool nothing_until(uint64_t time)
{
    return IsListEmpty(&world.ask_hosts) && linux_timers_due(&linux_virtual_timers) > time;
}

static bool nothing_ever(void)
{
    return IsListEmpty(&world.ask_hosts) && linux_timers_due(&linux_virtual_timers) == NEVER;
}

/* Lets time pass up to the next thing that falls due, at most up to `target`. */
static void step(uint64_t target)
{
    uint64_t next;

    world.stepping = linux_self.steps = true;
    ask_devices();
    next = linux_timers_due(&linux_virtual_timers);
    if (next > target)
        next = target;
    if (next != NEVER && next > world.now)
        set_now(next);
    linux_timers_expire(&linux_virtual_timers, world.now);
    ask_devices();
    world.stepping = linux_self.steps = false;
    linux_virtual_kick();
}

/* What a device calls, or a listener of its audio, while its time passes must not itself let time pass. */
static void require_no_step(void)
{
    if (linux_self.steps)
        linux_bug_check("a routine that was called because time passes lets time pass, at IRQL %u",
                        linux_self.level.irql);
}

/* Until another thread has got on. A thread that leads sees that this one waits, and lets it go first. */
static void hold(void)
{
    world.held_back++;
    pthread_cond_wait(&world.moved, &linux_dispatcher);
    world.held_back--;
    linux_virtual_kick();
}

/* Runs all that this thread may run; whether the time has come. */
static bool reached(uint64_t time)
{
    while (deliver_one() || deliver_passive())
        ;
    return world.now >= time;
}

uint64_t linux_virtual_pass(uint64_t nanoseconds)
{
    uint64_t now, target;

    require_no_step();
    if (linux_scheduled())
        return linux_schedule_pass(nanoseconds);
    linux_dispatcher_lock();
    target = linux_time_after(world.now, nanoseconds);
    while (!reached(target)) {
        if (must_hold())
            hold();
        else if (nothing_until(target))
            set_now(target);
        else
            step(target);
    }
    now = world.now;
    linux_dispatcher_unlock();
    return now;
}

static void refresh(void)
{
    for (PLIST_ENTRY entry = world.watched_hosts.Flink; entry != &world.watched_hosts; entry = entry->Flink) {
        struct linux_host *host = CONTAINING_RECORD(entry, struct linux_host, watch_link);

        if (host->advanced == world.now)
            continue;
        host->device_due = true;
        linux_virtual_ask(host);
    }
    if (world.stepping)
        return; /* who steps asks them */
    world.stepping = linux_self.steps = true;
    ask_devices();
    world.stepping = linux_self.steps = false;
    linux_virtual_kick();
}

void linux_virtual_refresh(void)
{
    linux_dispatcher_lock();
    refresh();
    linux_dispatcher_unlock();
}

/* ---- Waits --------------------------------------------------------------------------------------------- */

/* There is work for a thread that may block, and the leader is none. */
static void hand_over_passive_work(void)
{
    for (PLIST_ENTRY entry = world.sleepers.Flink; entry != &world.sleepers; entry = entry->Flink) {
        struct linux_wait *wait = CONTAINING_RECORD(entry, struct linux_wait, link);

        if (may_run_passive_work(wait->thread)) {
            rouse(wait);
            return;
        }
    }
}

/* Runs a piece of work that may block, if there is one for this thread. */
static bool passive_work_in_wait(void)
{
    if (!world.pending || !host_with(HDA_LEVEL_PASSIVE))
        return false;
    if (!may_run_passive_work(&linux_self)) {
        hand_over_passive_work();
        return false;
    }
    /* The work may take long, or wait itself: meanwhile another leads. */
    world.leading--;
    linux_virtual_kick();
    deliver_passive();
    world.leading++;
    return true;
}

static void wait_expired(struct linux_timer *timer)
{
    linux_wait_finish(CONTAINING_RECORD(timer, struct linux_wait, timer), STATUS_TIMEOUT);
}

/* Nothing is to be run: time goes on, or others do. */
static void go_on(struct linux_wait *wait, bool *yielded)
{
    if (must_hold() || world.held_back || world.waking || nothing_ever()) {
        sleep_in_wait(wait);
    } else if (!*yielded && linux_dispatcher_yield()) {
        *yielded = true;
    } else {
        *yielded = false;
        step(NEVER);
    }
}

/* Meanwhile others let time pass. */
static void wait_scheduled(const struct linux_wait *wait)
{
    while (!wait->done) {
        linux_dispatcher_unlock();
        linux_schedule_block(wait, 0);
        linux_dispatcher_lock();
    }
    refresh();
}

void linux_virtual_wait(struct linux_wait *wait, uint64_t deadline)
{
    bool yielded = false;

    require_no_step();
    wait->timer.expire = wait_expired;
    if (deadline != NEVER)
        linux_timer_arm(&linux_virtual_timers, &wait->timer, deadline);
    if (linux_scheduled()) {
        wait_scheduled(wait);
        return;
    }
    world.leading++;
    for (;;) {
        if (deliver_one())
            continue;
        if (wait->done)
            break;
        if (!passive_work_in_wait())
            go_on(wait, &yielded);
    }
    refresh();
    world.leading--;
    world.waking -= wait->woken;
    linux_virtual_kick();
}

/* ---- For the scheduled clock --------------------------------------------------------------------------- */

void linux_virtual_step(uint64_t target)
{
    linux_dispatcher_lock();
    if (nothing_until(target))
        set_now(target);
    else
        step(target);
    linux_dispatcher_unlock();
}

bool linux_virtual_idle(void)
{
    bool ever;

    linux_dispatcher_lock();
    ever = !nothing_ever();
    if (ever)
        step(NEVER);
    linux_dispatcher_unlock();
    return ever;
}

/* Deferred work begins when the interrupt routine that queued it has returned. */
static bool can_serve(enum hda_level level)
{
    return world.pending && host_with(level) &&
           !(level == HDA_LEVEL_DISPATCH && world.running[HDA_LEVEL_INTERRUPT]);
}

bool linux_virtual_can_serve(enum hda_level level)
{
    bool can;

    linux_dispatcher_lock();
    can = can_serve(level);
    linux_dispatcher_unlock();
    return can;
}

void linux_virtual_serve(enum hda_level level)
{
    linux_dispatcher_lock();
    if (can_serve(level))
        deliver_level(level);
    linux_dispatcher_unlock();
}
