/* SPDX-License-Identifier: BSD-2-Clause */
/* test_real.c - the real clock: an interrupt thread per host, and everything that may race with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "fake_device.h"

#define HOST    linux_host_ops
#define US      1000ull
#define MS      1000000ull
#define PATIENT (5000 * MS) /* what should happen at once may take so long on a busy machine */

static struct linux_host *host;

static int create_host(void **state)
{
    (void)state;
    host = fake_host(LINUX_CLOCK_REAL);
    return 0;
}

static int destroy_host(void **state)
{
    (void)state;
    linux_host_destroy(host);
    return KeGetCurrentIrql();
}

static uint64_t now(void)
{
    return HOST.now(host);
}

static void pause_ms(uint64_t ms)
{
    nanosleep(&(struct timespec){(time_t)(ms / 1000), (long)(ms % 1000 * MS)}, NULL);
}

/* ---- Interrupts ------------------------------------------------------------------------------------------
 */

struct driver {
    struct fake_device device;
    struct hda_lock interrupt_lock;
    struct hda_lock dispatch_lock;
    struct hda_work work;
    KEVENT event;
    unsigned guarded_by_interrupt_lock;
    unsigned guarded_by_dispatch_lock;
    KIRQL interrupt_irql;
    KIRQL work_irql;
    pthread_t interrupt_thread;
    pthread_t work_thread;
    LONG work_runs;
};

static void interrupt_routine(struct fake_device *device)
{
    struct driver *driver = device->context;

    driver->interrupt_irql = KeGetCurrentIrql();
    driver->interrupt_thread = pthread_self();
    HOST.lock_acquire(device->host, &driver->interrupt_lock);
    driver->guarded_by_interrupt_lock++;
    HOST.lock_release(device->host, &driver->interrupt_lock);
    fake_device_access(device);
    HOST.work_queue(device->host, &driver->work, 0);
}

static void deferred_routine(void *context)
{
    struct driver *driver = context;
    struct linux_host *on = driver->device.host;

    driver->work_irql = KeGetCurrentIrql();
    driver->work_thread = pthread_self();
    HOST.lock_acquire(on, &driver->dispatch_lock);
    driver->guarded_by_dispatch_lock++;
    HOST.lock_release(on, &driver->dispatch_lock);
    InterlockedIncrement(&driver->work_runs);
    HOST.event_set(on, &driver->event);
}

static void start_driver_on(struct driver *driver, struct linux_host *on, uint64_t period)
{
    *driver = (struct driver){.work_runs = 0};
    HOST.lock_init(on, &driver->interrupt_lock, HDA_LEVEL_INTERRUPT);
    HOST.lock_init(on, &driver->dispatch_lock, HDA_LEVEL_DISPATCH);
    HOST.work_init(on, &driver->work, HDA_LEVEL_DISPATCH, deferred_routine, driver);
    HOST.event_init(on, &driver->event, SynchronizationEvent);
    fake_device_attach(&driver->device, on, interrupt_routine, driver);
    if (period)
        fake_device_start(&driver->device, period);
}

static void stop_driver(struct driver *driver)
{
    fake_device_detach(&driver->device);
    HOST.work_cancel(driver->device.host, &driver->work);
    assert_int_equal(driver->device.overlaps, 0);
}

static void the_interrupt_thread_runs_interrupt_and_work_and_wakes_who_waits(void **state)
{
    struct driver driver;
    uint64_t start = now();

    (void)state;
    start_driver_on(&driver, host, MS);
    for (unsigned i = 0; i < 50; i++)
        assert_int_equal(HOST.event_wait(host, &driver.event, PATIENT), STATUS_SUCCESS);
    assert_true(now() - start >= 50 * MS);
    stop_driver(&driver);
    assert_int_equal(driver.interrupt_irql, DEVICE_LEVEL);
    assert_int_equal(driver.work_irql, DISPATCH_LEVEL);
    assert_true(pthread_equal(driver.interrupt_thread, driver.work_thread));
    assert_false(pthread_equal(driver.interrupt_thread, pthread_self()));
}

static void no_interrupt_is_lost(void **state)
{
    struct driver driver;

    (void)state;
    start_driver_on(&driver, host, 0);
    for (LONG i = 1; i <= 3000; i++) {
        linux_host_interrupt(host);
        assert_int_equal(HOST.event_wait(host, &driver.event, PATIENT), STATUS_SUCCESS);
        assert_true(InterlockedOr(&driver.device.interrupts, 0) >= i);
    }
    stop_driver(&driver);
    assert_int_equal(driver.device.interrupts, 3000);
}

static void what_a_device_has_to_say_may_come_earlier_than_it_said(void **state)
{
    struct driver driver;

    (void)state;
    start_driver_on(&driver, host, 1000000 * MS);
    for (unsigned i = 0; i < 20; i++) {
        pause_ms(1);
        fake_device_start(&driver.device, 100 * US);
        assert_int_equal(HOST.event_wait(host, &driver.event, PATIENT), STATUS_SUCCESS);
        fake_device_start(&driver.device, 1000000 * MS);
    }
    stop_driver(&driver);
}

static void a_detached_device_is_left_alone(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        struct driver *driver = malloc(sizeof(*driver));

        assert_non_null(driver);
        start_driver_on(driver, host, 50 * US);
        if (i % 2)
            HOST.event_wait(host, &driver->event, PATIENT);
        stop_driver(driver);
        free(driver);
    }
}

struct hammer {
    struct driver *driver;
    LONG stop;
    unsigned rounds;
};

static void *hammer_locks(void *context)
{
    struct hammer *hammer = context;
    struct driver *driver = hammer->driver;

    for (; !InterlockedOr(&hammer->stop, 0); hammer->rounds++) {
        HOST.lock_acquire(host, &driver->dispatch_lock);
        driver->guarded_by_dispatch_lock++;
        HOST.lock_acquire(host, &driver->interrupt_lock);
        driver->guarded_by_interrupt_lock++;
        HOST.lock_release(host, &driver->interrupt_lock);
        HOST.lock_release(host, &driver->dispatch_lock);
        fake_device_access(&driver->device);
    }
    return NULL;
}

static void locks_keep_interrupt_and_work_and_threads_apart(void **state)
{
    struct driver driver;
    struct hammer hammers[2] = {{.driver = &driver}, {.driver = &driver}};
    pthread_t threads[2];

    (void)state;
    start_driver_on(&driver, host, 100 * US);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer_locks, &hammers[i]), 0);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(HOST.event_wait(host, &driver.event, PATIENT), STATUS_SUCCESS);
    for (unsigned i = 0; i < 2; i++) {
        InterlockedExchange(&hammers[i].stop, 1);
        pthread_join(threads[i], NULL);
    }
    stop_driver(&driver);
    assert_int_equal(driver.guarded_by_interrupt_lock,
                     (unsigned)driver.device.interrupts + hammers[0].rounds + hammers[1].rounds);
    assert_int_equal(driver.guarded_by_dispatch_lock,
                     (unsigned)driver.work_runs + hammers[0].rounds + hammers[1].rounds);
}

/* ---- Deferred work
 * ------------------------------------------------------------------------------------------ */

struct trial {
    struct hda_work work;
    KEVENT ran;
    KEVENT may_end; /* waited for when `blocks` */
    bool blocks;
    LONG inside;
    LONG overlaps;
    LONG begun;
    LONG ended;
    uint64_t ran_at;
};

static void run_trial(void *context)
{
    struct trial *trial = context;

    if (InterlockedIncrement(&trial->inside) != 1)
        InterlockedIncrement(&trial->overlaps);
    InterlockedIncrement(&trial->begun);
    trial->ran_at = now();
    KeSetEvent(&trial->ran, IO_NO_INCREMENT, FALSE);
    if (trial->blocks)
        KeWaitForSingleObject(&trial->may_end, Executive, KernelMode, FALSE, NULL);
    InterlockedIncrement(&trial->ended);
    InterlockedDecrement(&trial->inside);
}

static void init_trial(struct trial *trial, enum hda_level level)
{
    *trial = (struct trial){.begun = 0};
    KeInitializeEvent(&trial->ran, SynchronizationEvent, FALSE);
    KeInitializeEvent(&trial->may_end, NotificationEvent, FALSE);
    HOST.work_init(host, &trial->work, level, run_trial, trial);
}

static void delayed_work_runs_in_order_and_not_early(void **state)
{
    static const uint64_t delays[] = {30 * MS, 10 * MS, 20 * MS};
    struct trial trials[3];
    uint64_t start = now();

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        init_trial(&trials[i], i == 2 ? HDA_LEVEL_PASSIVE : HDA_LEVEL_DISPATCH);
        HOST.work_queue(host, &trials[i].work, delays[i]);
    }
    /* The earlier wins. */
    HOST.work_queue(host, &trials[0].work, 1000 * MS);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(HOST.event_wait(host, &trials[i].ran, PATIENT), STATUS_SUCCESS);
        assert_true(trials[i].ran_at - start >= delays[i]);
        HOST.work_cancel(host, &trials[i].work);
    }
    assert_true(trials[1].ran_at < trials[2].ran_at);
    assert_true(trials[2].ran_at < trials[0].ran_at + 20 * MS);
}

static void passive_work_may_block_while_interrupts_go_on(void **state)
{
    struct driver driver;
    struct trial trial;

    (void)state;
    init_trial(&trial, HDA_LEVEL_PASSIVE);
    trial.blocks = true;
    HOST.work_queue(host, &trial.work, 0);
    assert_int_equal(HOST.event_wait(host, &trial.ran, PATIENT), STATUS_SUCCESS);
    start_driver_on(&driver, host, MS);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(HOST.event_wait(host, &driver.event, PATIENT), STATUS_SUCCESS);
    assert_int_equal(InterlockedOr(&trial.ended, 0), 0);
    KeSetEvent(&trial.may_end, IO_NO_INCREMENT, FALSE);
    HOST.work_cancel(host, &trial.work);
    assert_int_equal(InterlockedOr(&trial.ended, 0), 1);
    stop_driver(&driver);
}

static void work_queued_while_it_runs_runs_again(void **state)
{
    struct trial trial;

    (void)state;
    init_trial(&trial, HDA_LEVEL_PASSIVE);
    trial.blocks = true;
    HOST.work_queue(host, &trial.work, 0);
    assert_int_equal(HOST.event_wait(host, &trial.ran, PATIENT), STATUS_SUCCESS);
    for (unsigned i = 0; i < 5; i++)
        HOST.work_queue(host, &trial.work, 0);
    KeSetEvent(&trial.may_end, IO_NO_INCREMENT, FALSE);
    assert_int_equal(HOST.event_wait(host, &trial.ran, PATIENT), STATUS_SUCCESS);
    HOST.work_cancel(host, &trial.work);
    assert_int_equal(trial.begun, 2);
    assert_int_equal(trial.ended, 2);
}

static void *queue_often(void *context)
{
    struct trial *trial = context;

    for (unsigned i = 0; i < 2000; i++)
        HOST.work_queue(host, &trial->work, i % 3 ? 0 : 10 * US);
    return NULL;
}

static void work_never_runs_twice_at_once(void **state)
{
    static const enum hda_level levels[] = {HDA_LEVEL_PASSIVE, HDA_LEVEL_DISPATCH};
    pthread_t threads[2];

    (void)state;
    for (unsigned level = 0; level < 2; level++) {
        struct trial trial;

        init_trial(&trial, levels[level]);
        for (unsigned i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, queue_often, &trial), 0);
        for (unsigned i = 0; i < 200; i++)
            HOST.work_cancel(host, &trial.work);
        for (unsigned i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        HOST.work_queue(host, &trial.work, 0);
        KeClearEvent(&trial.ran);
        HOST.work_queue(host, &trial.work, 0);
        assert_int_equal(HOST.event_wait(host, &trial.ran, PATIENT), STATUS_SUCCESS);
        HOST.work_cancel(host, &trial.work);
        assert_int_equal(trial.overlaps, 0);
        assert_int_equal(trial.begun, trial.ended);
        assert_true(trial.begun > 0);
    }
}

/* Under a sanitizer, a run after cancel has returned would show. */
static void cancelled_work_runs_nowhere(void **state)
{
    static const enum hda_level levels[] = {HDA_LEVEL_PASSIVE, HDA_LEVEL_DISPATCH};

    (void)state;
    for (unsigned i = 0; i < 600; i++) {
        struct trial *trial = malloc(sizeof(*trial));

        assert_non_null(trial);
        init_trial(trial, levels[i % 2]);
        HOST.work_queue(host, &trial->work, i % 4 < 2 ? 0 : 20 * US);
        if (i % 3 == 0)
            HOST.stall(host, 30);
        HOST.work_cancel(host, &trial->work);
        assert_int_equal(trial->begun, trial->ended);
        free(trial);
    }
}

/* ---- Life and time
 * ---------------------------------------------------------------------------------------------- */

static void hosts_come_and_go_under_interrupts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 30; i++) {
        struct linux_host *other = fake_host(LINUX_CLOCK_REAL);
        struct driver driver;

        start_driver_on(&driver, other, 100 * US);
        assert_int_equal(HOST.event_wait(other, &driver.event, PATIENT), STATUS_SUCCESS);
        stop_driver(&driver);
        linux_host_destroy(other);
    }
}

static void an_idle_host_is_destroyed_at_once(void **state)
{
    uint64_t start = now();

    (void)state;
    for (unsigned i = 0; i < 20; i++)
        linux_host_destroy(fake_host(LINUX_CLOCK_REAL));
    assert_true(now() - start < PATIENT);
}

static void waits_and_sleeps_last_at_least_their_time(void **state)
{
    uint64_t start = now();
    KEVENT event;

    (void)state;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    assert_int_equal(HOST.event_wait(host, &event, 3 * MS), STATUS_TIMEOUT);
    assert_true(now() - start >= 3 * MS);
    start = now();
    HOST.sleep(host, 2000);
    assert_true(now() - start >= 2 * MS);
    start = now();
    HOST.stall(host, 50);
    assert_true(now() - start >= 50 * US);
    assert_true(linux_host_access(host) >= start);
}

static void *block_until_signal(void *blocked)
{
    sigset_t set;

    pthread_sigmask(SIG_BLOCK, NULL, &set);
    *(int *)blocked = sigismember(&set, SIGINT);
    return NULL;
}

static void signals_are_left_to_the_program(void **state)
{
    struct linux_host *other = fake_host(LINUX_CLOCK_REAL);
    pthread_t thread;
    int blocked = 1;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, block_until_signal, &blocked), 0);
    pthread_join(thread, NULL);
    assert_int_equal(blocked, 0);
    linux_host_destroy(other);
}

static void both_clocks_run_in_one_process(void **state)
{
    struct linux_host *virtual_host = fake_host(LINUX_CLOCK_VIRTUAL);
    struct driver real, simulated;
    uint64_t start = HOST.now(virtual_host);

    (void)state;
    start_driver_on(&real, host, MS);
    start_driver_on(&simulated, virtual_host, 1000 * MS);
    for (unsigned i = 1; i <= 5; i++) {
        assert_int_equal(HOST.event_wait(virtual_host, &simulated.event, UINT64_MAX), STATUS_SUCCESS);
        /* The interrupt routine accesses a register. */
        assert_int_equal(HOST.now(virtual_host) - start, i * 1000 * MS + US);
        assert_int_equal(HOST.event_wait(host, &real.event, PATIENT), STATUS_SUCCESS);
    }
    stop_driver(&real);
    stop_driver(&simulated);
    linux_host_destroy(virtual_host);
}

#define TEST(routine) cmocka_unit_test_setup_teardown(routine, create_host, destroy_host)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_interrupt_thread_runs_interrupt_and_work_and_wakes_who_waits),
        TEST(no_interrupt_is_lost),
        TEST(what_a_device_has_to_say_may_come_earlier_than_it_said),
        TEST(a_detached_device_is_left_alone),
        TEST(locks_keep_interrupt_and_work_and_threads_apart),
        TEST(delayed_work_runs_in_order_and_not_early),
        TEST(passive_work_may_block_while_interrupts_go_on),
        TEST(work_queued_while_it_runs_runs_again),
        TEST(work_never_runs_twice_at_once),
        TEST(cancelled_work_runs_nowhere),
        TEST(hosts_come_and_go_under_interrupts),
        TEST(an_idle_host_is_destroyed_at_once),
        TEST(waits_and_sleeps_last_at_least_their_time),
        TEST(signals_are_left_to_the_program),
        TEST(both_clocks_run_in_one_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
