/* SPDX-License-Identifier: BSD-2-Clause */
/* test_virtual.c - the virtual clock: exact with one thread, and live with several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake_device.h"

#define HOST linux_host_ops
#define US   1000ull
#define MS   1000000ull

static struct linux_host *host;

static uint64_t now(void)
{
    return HOST.now(host);
}

static int create_host(void **state)
{
    (void)state;
    host = fake_host(LINUX_CLOCK_VIRTUAL);
    return 0;
}

static int destroy_host(void **state)
{
    (void)state;
    linux_host_destroy(host);
    return KeGetCurrentIrql();
}

static void delay(uint64_t ns)
{
    LARGE_INTEGER interval = {.QuadPart = -(LONGLONG)(ns / 100)};

    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static NTSTATUS wait_ns(PKEVENT event, uint64_t ns)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)(ns / 100)};

    return KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &timeout);
}

/* ---- How much time passes --------------------------------------------------------------------------------
 */

static void delays_and_stalls_and_accesses_pass_exactly_their_time(void **state)
{
    uint64_t start = now();
    KIRQL old;

    (void)state;
    delay(3 * MS);
    assert_int_equal(now() - start, 3 * MS);
    HOST.sleep(host, 7);
    assert_int_equal(now() - start, 3 * MS + 7 * US);
    HOST.stall(host, 5);
    KeStallExecutionProcessor(8);
    assert_int_equal(now() - start, 3 * MS + 20 * US);
    assert_int_equal(linux_host_access(host) - start, 3 * MS + 21 * US);
    old = KeRaiseIrqlToDpcLevel();
    KeStallExecutionProcessor(9);
    KeLowerIrql(old);
    assert_int_equal(now() - start, 3 * MS + 30 * US);
}

static void a_wait_passes_its_timeout_and_nothing_else_passes_time(void **state)
{
    uint64_t start = now();
    LARGE_INTEGER system, counter;
    KEVENT event;

    (void)state;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    KeQuerySystemTime(&system);
    counter = KeQueryPerformanceCounter(NULL);
    assert_int_equal(counter.QuadPart, start);
    assert_int_equal(wait_ns(&event, 0), STATUS_TIMEOUT);
    KeReadStateEvent(&event);
    assert_int_equal(now(), start);
    assert_int_equal(wait_ns(&event, 11 * MS), STATUS_TIMEOUT);
    assert_int_equal(now() - start, 11 * MS);
    system.QuadPart += 200000;
    assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &system), STATUS_TIMEOUT);
    assert_in_range(now() - start, 20 * MS, 20 * MS + 99);
    start = now();
    assert_int_equal(HOST.event_wait(host, &event, 12345), STATUS_TIMEOUT);
    assert_int_equal(now() - start, 12345);
    KeSetEvent(&event, IO_NO_INCREMENT, FALSE);
    assert_int_equal(HOST.event_wait(host, &event, UINT64_MAX), STATUS_SUCCESS);
    assert_int_equal(now() - start, 12345);
}

static void system_time_starts_with_2020(void **state)
{
    LARGE_INTEGER system;

    (void)state;
    KeQuerySystemTimePrecise(&system);
    assert_int_equal((uint64_t)system.QuadPart, 132223104000000000ull + now() / 100);
    assert_int_equal(KeQueryInterruptTime(), now() / 100);
}

/* ---- Deferred work ------------------------------------------------------------------------------------- */

#define WORKS 6

struct trial {
    struct hda_work work;
    uint64_t ran_at;
    KIRQL irql;
    unsigned runs;
    unsigned again; /* queue again so often, from within */
    unsigned *turn;
    unsigned place;
};

static void run_trial(void *context)
{
    struct trial *trial = context;

    trial->ran_at = now();
    trial->irql = KeGetCurrentIrql();
    __atomic_add_fetch(&trial->runs, 1, __ATOMIC_RELAXED);
    if (trial->turn)
        trial->place = (*trial->turn)++;
    if (trial->again) {
        trial->again--;
        HOST.work_queue(host, &trial->work, 0);
    }
}

static void init_trial(struct trial *trial, enum hda_level level)
{
    *trial = (struct trial){.runs = 0};
    HOST.work_init(host, &trial->work, level, run_trial, trial);
}

static void delayed_work_runs_in_order_at_its_time(void **state)
{
    static const uint64_t delays[WORKS] = {5 * MS, 1 * MS, 3 * MS, 1 * MS, 10 * MS, 0};
    static const unsigned places[WORKS] = {4, 1, 3, 2, 5, 0};
    struct trial trials[WORKS];
    uint64_t start = now();
    unsigned turn = 0;

    (void)state;
    for (unsigned i = 0; i < WORKS; i++) {
        init_trial(&trials[i], i % 2 ? HDA_LEVEL_DISPATCH : HDA_LEVEL_PASSIVE);
        trials[i].turn = &turn;
        HOST.work_queue(host, &trials[i].work, delays[i]);
        assert_int_equal(trials[i].runs, 0);
    }
    delay(11 * MS);
    for (unsigned i = 0; i < WORKS; i++) {
        assert_int_equal(trials[i].runs, 1);
        assert_int_equal(trials[i].ran_at - start, delays[i]);
        assert_int_equal(trials[i].place, places[i]);
        assert_int_equal(trials[i].irql, i % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL);
    }
    assert_int_equal(now() - start, 11 * MS);
}

static void of_two_delays_the_earlier_wins(void **state)
{
    struct trial trial;
    uint64_t start = now();

    (void)state;
    init_trial(&trial, HDA_LEVEL_DISPATCH);
    HOST.work_queue(host, &trial.work, 5 * MS);
    HOST.work_queue(host, &trial.work, 2 * MS);
    HOST.work_queue(host, &trial.work, 9 * MS);
    delay(20 * MS);
    assert_int_equal(trial.runs, 1);
    assert_int_equal(trial.ran_at - start, 2 * MS);
    HOST.work_queue(host, &trial.work, 5 * MS);
    HOST.work_queue(host, &trial.work, 0);
    HOST.work_queue(host, &trial.work, 5 * MS);
    delay(20 * MS);
    assert_int_equal(trial.runs, 2);
    assert_int_equal(trial.ran_at - start, 20 * MS);
}

static void work_queued_while_it_runs_runs_again(void **state)
{
    struct trial trial;

    (void)state;
    init_trial(&trial, HDA_LEVEL_DISPATCH);
    trial.again = 2;
    HOST.work_queue(host, &trial.work, 0);
    linux_host_access(host);
    assert_int_equal(trial.runs, 3);
}

static void passive_work_runs_when_its_thread_next_lets_time_pass(void **state)
{
    struct trial trial;
    KIRQL old;

    (void)state;
    init_trial(&trial, HDA_LEVEL_PASSIVE);
    HOST.work_queue(host, &trial.work, 0);
    KeRaiseIrql(APC_LEVEL, &old);
    linux_host_access(host);
    KeLowerIrql(old);
    assert_int_equal(trial.runs, 0);
    linux_host_access(host);
    assert_int_equal(trial.runs, 1);
    HOST.work_queue(host, &trial.work, 0);
    HOST.stall(host, 0);
    assert_int_equal(trial.runs, 2);
    HOST.work_queue(host, &trial.work, 0);
    delay(0);
    assert_int_equal(trial.runs, 3);
}

static void passive_work_does_not_run_on_top_of_a_mutex_that_it_may_want(void **state)
{
    struct trial trial;
    FAST_MUTEX mutex;

    (void)state;
    init_trial(&trial, HDA_LEVEL_PASSIVE);
    ExInitializeFastMutex(&mutex);
    ExAcquireFastMutex(&mutex);
    HOST.work_queue(host, &trial.work, 0);
    delay(100000);
    assert_int_equal(trial.runs, 0);
    ExReleaseFastMutex(&mutex);
    HOST.sleep(host, 1);
    assert_int_equal(trial.runs, 1);
}

struct sleeper {
    struct hda_work work;
    struct linux_host *other_host;
    struct trial *other;
    unsigned other_runs_meanwhile;
};

static void sleep_in_work(void *context)
{
    struct sleeper *sleeper = context;

    HOST.work_queue(sleeper->other_host, &sleeper->other->work, 0);
    HOST.sleep(host, 100);
    sleeper->other_runs_meanwhile = sleeper->other->runs;
}

/* Returns how often work of this level, on this host, ran while other work slept. */
static unsigned runs_while_work_sleeps(enum hda_level level, struct linux_host *other_host)
{
    struct trial trial = {.runs = 0};
    struct sleeper sleeper = {.other = &trial, .other_host = other_host};
    uint64_t start = now();

    HOST.work_init(other_host, &trial.work, level, run_trial, &trial);
    HOST.work_init(host, &sleeper.work, HDA_LEVEL_PASSIVE, sleep_in_work, &sleeper);
    HOST.work_queue(host, &sleeper.work, 0);
    linux_host_access(host);
    assert_int_equal(now() - start, 100 * US);
    assert_int_equal(trial.runs, 1);
    return sleeper.other_runs_meanwhile;
}

static void passive_work_may_wait_and_then_only_dispatch_work_runs(void **state)
{
    struct linux_host *other_host = fake_host(LINUX_CLOCK_VIRTUAL);

    (void)state;
    assert_int_equal(runs_while_work_sleeps(HDA_LEVEL_DISPATCH, host), 1);
    assert_int_equal(runs_while_work_sleeps(HDA_LEVEL_PASSIVE, host), 0);
    assert_int_equal(runs_while_work_sleeps(HDA_LEVEL_DISPATCH, other_host), 1);
    assert_int_equal(runs_while_work_sleeps(HDA_LEVEL_PASSIVE, other_host), 0);
    linux_host_destroy(other_host);
}

static void free_own_work(void *context)
{
    struct hda_work **work = context;

    free(*work);
    *work = NULL;
}

static void work_may_free_itself(void **state)
{
    static const enum hda_level levels[] = {HDA_LEVEL_PASSIVE, HDA_LEVEL_DISPATCH};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct hda_work *work = malloc(sizeof(*work));

        assert_non_null(work);
        HOST.work_init(host, work, levels[i], free_own_work, &work);
        HOST.work_queue(host, work, i * MS);
        delay(MS);
        assert_null(work);
    }
}

static void cancelled_work_does_not_run(void **state)
{
    struct trial ready, delayed;

    (void)state;
    init_trial(&ready, HDA_LEVEL_DISPATCH);
    init_trial(&delayed, HDA_LEVEL_PASSIVE);
    HOST.work_queue(host, &ready.work, 0);
    HOST.work_queue(host, &delayed.work, MS);
    HOST.work_cancel(host, &ready.work);
    HOST.work_cancel(host, &delayed.work);
    HOST.work_cancel(host, &delayed.work);
    delay(10 * MS);
    assert_int_equal(ready.runs + delayed.runs, 0);
    HOST.work_queue(host, &ready.work, 0);
    delay(MS);
    assert_int_equal(ready.runs, 1);
}

static void cancel_self(void *context)
{
    struct trial *trial = context;

    trial->runs++;
    HOST.work_queue(host, &trial->work, 0);
    HOST.work_cancel(host, &trial->work);
}

static void work_may_cancel_itself(void **state)
{
    struct trial trial = {.runs = 0};

    (void)state;
    HOST.work_init(host, &trial.work, HDA_LEVEL_PASSIVE, cancel_self, &trial);
    HOST.work_queue(host, &trial.work, 0);
    delay(MS);
    assert_int_equal(trial.runs, 1);
}

/* ---- Interrupts ---------------------------------------------------------------------------------------- */

struct driver {
    struct fake_device device;
    struct hda_lock interrupt_lock;
    struct hda_lock dispatch_lock;
    struct hda_work work;
    KEVENT event;
    KIRQL interrupt_irql;
    uint64_t interrupt_at;
    unsigned accesses; /* the interrupt routine makes so many */
    LONG limit;        /* after so many interrupts nothing more happens in the device; 0: no limit */
    unsigned work_runs;
    unsigned work_accesses;
    LONG interrupts_in_work;
};

static void interrupt_routine(struct fake_device *device)
{
    struct driver *driver = device->context;

    HOST.lock_acquire(device->host, &driver->interrupt_lock);
    driver->interrupt_irql = KeGetCurrentIrql();
    driver->interrupt_at = HOST.now(device->host);
    for (unsigned i = 0; i < driver->accesses; i++)
        fake_device_access(device);
    if (driver->limit && device->interrupts >= driver->limit)
        fake_device_stop(device);
    HOST.lock_release(device->host, &driver->interrupt_lock);
    HOST.work_queue(device->host, &driver->work, 0);
}

static void deferred_routine(void *context)
{
    struct driver *driver = context;
    LONG interrupts = InterlockedOr(&driver->device.interrupts, 0);

    HOST.lock_acquire(driver->device.host, &driver->dispatch_lock);
    driver->work_runs++;
    for (unsigned i = 0; i < driver->work_accesses; i++)
        fake_device_access(&driver->device);
    HOST.lock_release(driver->device.host, &driver->dispatch_lock);
    driver->interrupts_in_work += InterlockedOr(&driver->device.interrupts, 0) - interrupts;
    HOST.event_set(driver->device.host, &driver->event);
}

static void start_driver_on(struct driver *driver, struct linux_host *on, uint64_t period)
{
    *driver = (struct driver){.accesses = 0};
    HOST.lock_init(on, &driver->interrupt_lock, HDA_LEVEL_INTERRUPT);
    HOST.lock_init(on, &driver->dispatch_lock, HDA_LEVEL_DISPATCH);
    HOST.work_init(on, &driver->work, HDA_LEVEL_DISPATCH, deferred_routine, driver);
    HOST.event_init(on, &driver->event, SynchronizationEvent);
    fake_device_attach(&driver->device, on, interrupt_routine, driver);
    if (period)
        fake_device_start(&driver->device, period);
}

static void start_driver(struct driver *driver, uint64_t period)
{
    start_driver_on(driver, host, period);
}

static void stop_driver(struct driver *driver)
{
    fake_device_detach(&driver->device);
    HOST.work_cancel(driver->device.host, &driver->work);
    assert_int_equal(driver->device.overlaps, 0);
}

static void an_interrupt_comes_when_the_device_says_and_wakes_who_waits(void **state)
{
    struct driver driver;
    uint64_t start = now();

    (void)state;
    start_driver(&driver, 5 * MS);
    for (unsigned i = 1; i <= 4; i++) {
        assert_int_equal(HOST.event_wait(host, &driver.event, UINT64_MAX), STATUS_SUCCESS);
        assert_int_equal(now() - start, i * 5 * MS);
        assert_int_equal(driver.interrupt_at, now());
        assert_int_equal(driver.device.last_advance, now());
        assert_int_equal(driver.device.interrupts, i);
        assert_int_equal(driver.work_runs, i);
    }
    assert_int_equal(driver.interrupt_irql, DEVICE_LEVEL);
    stop_driver(&driver);
}

static void an_interrupt_falls_into_the_access_that_lets_its_time_come(void **state)
{
    struct driver driver;
    uint64_t start = now();

    (void)state;
    start_driver(&driver, 10 * US);
    driver.accesses = 3;
    for (unsigned i = 1; i < 10; i++)
        assert_int_equal(fake_device_access(&driver.device) - start, i * US);
    assert_int_equal(driver.device.interrupts, 0);
    /* The interrupt's own three accesses come before the access goes on. */
    assert_int_equal(fake_device_access(&driver.device) - start, 13 * US);
    assert_int_equal(driver.interrupt_at - start, 10 * US);
    assert_int_equal(driver.work_runs, 1);
    stop_driver(&driver);
}

static void an_interrupt_lock_holds_interrupts_off_until_it_is_released(void **state)
{
    struct driver driver;

    (void)state;
    start_driver(&driver, 10 * US);
    HOST.lock_acquire(host, &driver.interrupt_lock);
    assert_int_equal(KeGetCurrentIrql(), DEVICE_LEVEL);
    for (unsigned i = 0; i < 15; i++)
        fake_device_access(&driver.device);
    assert_int_equal(driver.device.happened, 1);
    assert_int_equal(driver.device.interrupts, 0);
    HOST.lock_release(host, &driver.interrupt_lock);
    assert_int_equal(driver.device.interrupts, 1);
    assert_int_equal(driver.work_runs, 1);
    stop_driver(&driver);
}

static void a_dispatch_lock_holds_off_deferred_work_but_no_interrupt(void **state)
{
    struct driver driver;

    (void)state;
    start_driver(&driver, 10 * US);
    HOST.lock_acquire(host, &driver.dispatch_lock);
    HOST.stall(host, 15);
    assert_int_equal(driver.device.interrupts, 1);
    assert_int_equal(driver.work_runs, 0);
    HOST.lock_release(host, &driver.dispatch_lock);
    assert_int_equal(driver.work_runs, 1);
    stop_driver(&driver);
}

static void services_that_lower_the_irql_let_run_what_it_held_off(void **state)
{
    struct driver driver;
    KSPIN_LOCK spin;
    KIRQL old;

    (void)state;
    start_driver(&driver, 10 * US);
    old = KfRaiseIrql(DEVICE_LEVEL);
    KeStallExecutionProcessor(15);
    assert_int_equal(driver.device.interrupts, 0);
    KeLowerIrql(old);
    assert_int_equal(driver.device.interrupts, 1);
    assert_int_equal(driver.work_runs, 1);
    KeInitializeSpinLock(&spin);
    KeAcquireSpinLock(&spin, &old);
    KeStallExecutionProcessor(10);
    assert_int_equal(driver.device.interrupts, 2);
    assert_int_equal(driver.work_runs, 1);
    KeReleaseSpinLock(&spin, old);
    assert_int_equal(driver.work_runs, 2);
    stop_driver(&driver);
}

static void an_interrupt_nests_in_deferred_work(void **state)
{
    struct driver driver;

    (void)state;
    start_driver(&driver, 10 * US);
    driver.accesses = 2;
    driver.work_accesses = 15;
    driver.limit = 5;
    HOST.sleep(host, 1000);
    assert_true(driver.interrupts_in_work > 0);
    assert_int_equal(driver.device.interrupts, 5);
    stop_driver(&driver);
}

static void an_interrupt_does_not_nest_in_itself(void **state)
{
    struct driver driver;

    (void)state;
    start_driver(&driver, 10 * US);
    driver.accesses = 12;
    driver.limit = 5;
    HOST.sleep(host, 1000);
    /* Twelve accesses last longer than a period: each routine finds its successor pending, and so does the
     * last. */
    assert_int_equal(driver.device.interrupts, 6);
    assert_true(driver.device.happened > 6);
    stop_driver(&driver);
}

static void what_a_device_has_to_say_may_come_earlier_than_it_said(void **state)
{
    struct driver driver;
    uint64_t start = now();

    (void)state;
    start_driver(&driver, 100 * MS);
    linux_host_access(host);
    fake_device_start(&driver.device, MS);
    assert_int_equal(HOST.event_wait(host, &driver.event, 50 * MS), STATUS_SUCCESS);
    assert_int_equal(now() - start, MS + US);
    stop_driver(&driver);
}

static void a_detached_device_is_left_alone(void **state)
{
    struct driver driver;

    (void)state;
    start_driver(&driver, MS);
    stop_driver(&driver);
    linux_host_interrupt(host);
    linux_host_changed(host);
    delay(10 * MS);
    assert_int_equal(driver.device.happened + driver.device.interrupts, 0);
}

static void hosts_share_one_time(void **state)
{
    struct linux_host *other = fake_host(LINUX_CLOCK_VIRTUAL);
    struct driver mine, others;
    uint64_t start = now();

    (void)state;
    start_driver(&mine, 3 * MS);
    start_driver_on(&others, other, 2 * MS);
    HOST.sleep(host, 6500);
    assert_int_equal(HOST.now(other) - start, 6500 * US);
    assert_int_equal(mine.device.interrupts, 2);
    assert_int_equal(others.device.interrupts, 3);
    assert_int_equal(mine.interrupt_at - start, 6 * MS);
    assert_int_equal(others.interrupt_at - start, 6 * MS);
    stop_driver(&mine);
    stop_driver(&others);
    linux_host_destroy(other);
}

/* ---- Several threads ----------------------------------------------------------------------------------- */

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static void *set_event_later(void *event)
{
    pause_ms(20);
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    return NULL;
}

static void a_wait_with_nothing_due_blocks_until_another_thread_acts(void **state)
{
    uint64_t start = now();
    pthread_t thread;
    KEVENT event;

    (void)state;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    assert_int_equal(pthread_create(&thread, NULL, set_event_later, &event), 0);
    assert_int_equal(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
    assert_int_equal(now(), start);
    pthread_join(thread, NULL);
}

struct player {
    struct linux_host *host;
    struct driver driver;
    unsigned periods;
    uint64_t slept;
};

static void *play(void *context)
{
    struct player *player = context;

    player->host = fake_host(LINUX_CLOCK_VIRTUAL);
    /* Any thread may run the interrupt from when the device starts. */
    start_driver_on(&player->driver, player->host, 0);
    player->driver.accesses = 4;
    fake_device_start(&player->driver.device, MS);
    for (; player->periods < 300; player->periods++) {
        uint64_t before = HOST.now(player->host);

        if (HOST.event_wait(player->host, &player->driver.event, UINT64_MAX) != STATUS_SUCCESS)
            break;
        fake_device_access(&player->driver.device);
        if (player->periods % 10 == 0) {
            before = HOST.now(player->host);
            HOST.sleep(player->host, 100);
            player->slept += HOST.now(player->host) - before >= 100 * US;
        }
    }
    fake_device_stop(&player->driver.device);
    fake_device_detach(&player->driver.device);
    HOST.work_cancel(player->host, &player->driver.work);
    linux_host_destroy(player->host);
    return NULL;
}

#define PLAYERS 3

static void threads_on_the_virtual_clock_all_make_progress(void **state)
{
    static struct player players[PLAYERS];
    pthread_t threads[PLAYERS];

    (void)state;
    for (unsigned i = 0; i < PLAYERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, play, &players[i]), 0);
    for (unsigned i = 0; i < PLAYERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(players[i].periods, 300);
        assert_int_equal(players[i].slept, 30);
        assert_int_equal(players[i].driver.device.overlaps, 0);
        assert_true(players[i].driver.device.interrupts >= 100);
    }
}

struct hammer {
    struct driver *driver;
    KEVENT *stop;
    LONG accesses;
};

static void *hammer_device(void *context)
{
    struct hammer *hammer = context;

    while (!KeReadStateEvent(hammer->stop)) {
        fake_device_access(&hammer->driver->device);
        HOST.lock_acquire(host, &hammer->driver->interrupt_lock);
        fake_device_access(&hammer->driver->device);
        HOST.lock_release(host, &hammer->driver->interrupt_lock);
        InterlockedIncrement(&hammer->accesses);
    }
    return NULL;
}

static void one_device_may_be_used_from_several_threads(void **state)
{
    struct driver driver;
    struct hammer hammer = {.driver = &driver};
    pthread_t threads[2];
    KEVENT stop;

    (void)state;
    KeInitializeEvent(&stop, NotificationEvent, FALSE);
    hammer.stop = &stop;
    start_driver(&driver, 100 * US);
    driver.accesses = 4;
    driver.work_accesses = 2;
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer_device, &hammer), 0);
    for (unsigned i = 0; i < 2000; i++)
        assert_int_equal(HOST.event_wait(host, &driver.event, 10 * MS), STATUS_SUCCESS);
    while (InterlockedOr(&hammer.accesses, 0) < 100)
        HOST.sleep(host, 100);
    KeSetEvent(&stop, IO_NO_INCREMENT, FALSE);
    for (unsigned i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    fake_device_stop(&driver.device);
    stop_driver(&driver);
}

struct blocker {
    struct hda_work work;
    KEVENT begun;
    KEVENT may_end;
    LONG ended;
    pthread_t runner;
};

static void block_in_work(void *context)
{
    struct blocker *blocker = context;

    blocker->runner = pthread_self();
    KeSetEvent(&blocker->begun, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&blocker->may_end, Executive, KernelMode, FALSE, NULL);
    pause_ms(20);
    InterlockedIncrement(&blocker->ended);
}

static void *sleep_100_us(void *context)
{
    (void)context;
    HOST.sleep(host, 100);
    return NULL;
}

static void init_blocker(struct blocker *blocker)
{
    *blocker = (struct blocker){.ended = 0};
    KeInitializeEvent(&blocker->begun, NotificationEvent, FALSE);
    KeInitializeEvent(&blocker->may_end, NotificationEvent, FALSE);
    HOST.work_init(host, &blocker->work, HDA_LEVEL_PASSIVE, block_in_work, blocker);
}

static void cancelling_waits_for_a_run_in_another_thread(void **state)
{
    struct blocker blocker;
    pthread_t thread;

    (void)state;
    init_blocker(&blocker);
    HOST.work_queue(host, &blocker.work, 0);
    assert_int_equal(pthread_create(&thread, NULL, sleep_100_us, NULL), 0);
    while (!KeReadStateEvent(&blocker.begun))
        sched_yield();
    KeSetEvent(&blocker.may_end, IO_NO_INCREMENT, FALSE);
    HOST.work_cancel(host, &blocker.work);
    assert_int_equal(InterlockedOr(&blocker.ended, 0), 1);
    pthread_join(thread, NULL);
}

static void time_passes_for_others_while_work_waits(void **state)
{
    struct blocker blocker;
    pthread_t thread;

    (void)state;
    init_blocker(&blocker);
    HOST.work_queue(host, &blocker.work, 0);
    assert_int_equal(pthread_create(&thread, NULL, sleep_100_us, NULL), 0);
    while (!KeReadStateEvent(&blocker.begun))
        sched_yield();
    HOST.sleep(host, 1000);
    assert_int_equal(InterlockedOr(&blocker.ended, 0), 0);
    KeSetEvent(&blocker.may_end, IO_NO_INCREMENT, FALSE);
    pthread_join(thread, NULL);
    assert_int_equal(blocker.ended, 1);
}

struct handover {
    struct hda_work dispatch_work;
    struct hda_work passive_work;
    LONG leader_waits;
    KEVENT done;
};

static void *follow(void *context)
{
    struct handover *handover = context;

    while (!InterlockedOr(&handover->leader_waits, 0))
        sched_yield();
    KeWaitForSingleObject(&handover->done, Executive, KernelMode, FALSE, NULL);
    return NULL;
}

/* Runs in the leader's wait, until the other thread waits too. */
static void let_follow(void *context)
{
    struct handover *handover = context;

    InterlockedExchange(&handover->leader_waits, 1);
    pause_ms(50);
    HOST.work_queue(host, &handover->passive_work, 0);
}

static void set_done(void *context)
{
    struct handover *handover = context;

    KeSetEvent(&handover->done, IO_NO_INCREMENT, FALSE);
}

static void a_waiter_that_may_run_passive_work_takes_it_from_one_that_may_not(void **state)
{
    struct handover handover = {.leader_waits = 0};
    FAST_MUTEX mutex;
    pthread_t thread;

    (void)state;
    KeInitializeEvent(&handover.done, NotificationEvent, FALSE);
    HOST.work_init(host, &handover.dispatch_work, HDA_LEVEL_DISPATCH, let_follow, &handover);
    HOST.work_init(host, &handover.passive_work, HDA_LEVEL_PASSIVE, set_done, &handover);
    ExInitializeFastMutex(&mutex);
    assert_int_equal(pthread_create(&thread, NULL, follow, &handover), 0);
    ExAcquireFastMutex(&mutex);
    HOST.work_queue(host, &handover.dispatch_work, 0);
    assert_int_equal(KeWaitForSingleObject(&handover.done, Executive, KernelMode, FALSE, NULL),
                     STATUS_SUCCESS);
    ExReleaseFastMutex(&mutex);
    pthread_join(thread, NULL);
}

struct pair {
    LONG in_routine;
    LONG tried;
    LONG interrupts_then;
};

static void wait_for_the_other(struct fake_device *device)
{
    struct pair *pair = device->context;

    InterlockedExchange(&pair->in_routine, 1);
    while (!InterlockedOr(&pair->tried, 0))
        sched_yield();
}

static void *interrupt_again(void *context)
{
    struct fake_device *device = context;
    struct pair *pair = device->context;
    KIRQL old;

    while (!InterlockedOr(&pair->in_routine, 0))
        sched_yield();
    linux_host_interrupt(device->host);
    /* Lowering is when this thread would run it. */
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    KeLowerIrql(old);
    pair->interrupts_then = InterlockedOr(&device->interrupts, 0);
    InterlockedExchange(&pair->tried, 1);
    return NULL;
}

static void an_interrupt_never_runs_in_two_threads_at_once(void **state)
{
    struct pair pair = {.tried = 0};
    struct fake_device device;
    pthread_t thread;

    (void)state;
    fake_device_attach(&device, host, wait_for_the_other, &pair);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_again, &device), 0);
    linux_host_interrupt(host);
    linux_host_access(host);
    pthread_join(thread, NULL);
    assert_int_equal(pair.interrupts_then, 1);
    assert_int_equal(device.interrupts, 2);
    assert_int_equal(device.overlaps, 0);
    fake_device_detach(&device);
}

static void a_fast_mutex_passes_between_threads(void **state)
{
    static FAST_MUTEX mutex;
    pthread_t thread;
    KEVENT stop;

    (void)state;
    KeInitializeEvent(&stop, NotificationEvent, FALSE);
    ExInitializeFastMutex(&mutex);
    assert_int_equal(pthread_create(&thread, NULL, set_event_later, &stop), 0);
    ExAcquireFastMutex(&mutex);
    /* At APC_LEVEL one may wait, and time passes. */
    assert_int_equal(KeWaitForSingleObject(&stop, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
    delay(MS);
    ExReleaseFastMutex(&mutex);
    pthread_join(thread, NULL);
}

/* ---- Cost ---------------------------------------------------------------------------------------------- */

#define IDLE_HOSTS 1000

/* An hour of audio in periods of 256 frames has 675,000 of them; half of it is enough to see. */
static void waits_are_cheap_among_a_thousand_idle_hosts(void **state)
{
    static struct driver idle[IDLE_HOSTS];
    struct linux_host *hosts[IDLE_HOSTS];
    struct driver driver;
    struct timespec begin, end;
    unsigned waits = 340000;

    (void)state;
    for (unsigned i = 0; i < IDLE_HOSTS; i++) {
        hosts[i] = fake_host(LINUX_CLOCK_VIRTUAL);
        start_driver_on(&idle[i], hosts[i], 0);
    }
    start_driver(&driver, 5333333);
    driver.accesses = 4;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned i = 0; i < waits; i++)
        HOST.event_wait(host, &driver.event, UINT64_MAX);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%u waits with 4 register accesses each took %.2f s\n", waits,
           (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
    assert_int_equal(driver.device.interrupts, waits);
    stop_driver(&driver);
    for (unsigned i = 0; i < IDLE_HOSTS; i++) {
        stop_driver(&idle[i]);
        linux_host_destroy(hosts[i]);
    }
}

/* ---- The log ------------------------------------------------------------------------------------------- */

static void keep_line(void *context, enum hda_log_level level, const char *line)
{
    snprintf(context, 64, "%d %s", (int)level, line);
}

static void log_line(struct linux_host *to, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    HOST.log(to, HDA_LOG_WARNING, format, arguments);
    va_end(arguments);
}

static void a_log_line_is_formatted(void **state)
{
    struct linux_host *logging;
    char line[64];

    (void)state;
    assert_int_equal(linux_host_create(LINUX_CLOCK_VIRTUAL, keep_line, line, &logging), STATUS_SUCCESS);
    log_line(logging, "%s=%04x %llu", "GCAP", 0x4401, 1ull << 40);
    assert_string_equal(line, "1 GCAP=4401 1099511627776");
    linux_host_destroy(logging);
    log_line(host, "nobody listens");
}

static void memory_of_the_host_is_zeroed(void **state)
{
    static const UCHAR zeros[1000];
    void *memory = HOST.alloc(host, sizeof(zeros));

    (void)state;
    assert_non_null(memory);
    assert_memory_equal(memory, zeros, sizeof(zeros));
    HOST.free(host, memory);
}

#define TEST(routine) cmocka_unit_test_setup_teardown(routine, create_host, destroy_host)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(delays_and_stalls_and_accesses_pass_exactly_their_time),
        TEST(a_wait_passes_its_timeout_and_nothing_else_passes_time),
        TEST(system_time_starts_with_2020),
        TEST(delayed_work_runs_in_order_at_its_time),
        TEST(of_two_delays_the_earlier_wins),
        TEST(work_queued_while_it_runs_runs_again),
        TEST(passive_work_runs_when_its_thread_next_lets_time_pass),
        TEST(passive_work_does_not_run_on_top_of_a_mutex_that_it_may_want),
        TEST(passive_work_may_wait_and_then_only_dispatch_work_runs),
        TEST(work_may_free_itself),
        TEST(cancelled_work_does_not_run),
        TEST(work_may_cancel_itself),
        TEST(an_interrupt_comes_when_the_device_says_and_wakes_who_waits),
        TEST(an_interrupt_falls_into_the_access_that_lets_its_time_come),
        TEST(an_interrupt_lock_holds_interrupts_off_until_it_is_released),
        TEST(a_dispatch_lock_holds_off_deferred_work_but_no_interrupt),
        TEST(services_that_lower_the_irql_let_run_what_it_held_off),
        TEST(an_interrupt_nests_in_deferred_work),
        TEST(an_interrupt_does_not_nest_in_itself),
        TEST(what_a_device_has_to_say_may_come_earlier_than_it_said),
        TEST(a_detached_device_is_left_alone),
        TEST(hosts_share_one_time),
        TEST(a_wait_with_nothing_due_blocks_until_another_thread_acts),
        TEST(threads_on_the_virtual_clock_all_make_progress),
        TEST(one_device_may_be_used_from_several_threads),
        TEST(cancelling_waits_for_a_run_in_another_thread),
        TEST(time_passes_for_others_while_work_waits),
        TEST(a_waiter_that_may_run_passive_work_takes_it_from_one_that_may_not),
        TEST(an_interrupt_never_runs_in_two_threads_at_once),
        TEST(a_fast_mutex_passes_between_threads),
        TEST(waits_are_cheap_among_a_thousand_idle_hosts),
        TEST(a_log_line_is_formatted),
        TEST(memory_of_the_host_is_zeroed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
