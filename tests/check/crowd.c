/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.c - threads that keep the contract and meet at everything at once, on processors of their own: what
 * overlaps is no fault. */
#include "checked.h"

#include <ntddk.h>
#include <pthread.h>

#define THREADS 4
#define ROUNDS  20000

#define HOST rig.config.host
#define H    rig.config.host_context

static struct hda_lock outer, inner, of_interrupt;
static struct hda_work soon, later, blocking;
static KEVENT event;
static unsigned runs;

/* As the core: deferred work takes locks, sets events, queues itself. */
static void run_soon(void *context)
{
    (void)context;
    HOST->lock_acquire(H, &outer);
    runs++;
    HOST->lock_release(H, &outer);
    HOST->event_set(H, &event);
}

static void run_later(void *context)
{
    (void)context;
    run_soon(NULL);
    HOST->work_queue(H, &soon, 0);
}

static void run_blocking(void *context)
{
    (void)context;
    HOST->event_wait(H, &event, 1000);
    HOST->free(H, HOST->alloc(H, 100));
}

static void take_locks(void)
{
    HOST->lock_acquire(H, &outer);
    HOST->lock_acquire(H, &inner);
    runs++;
    HOST->lock_release(H, &inner);
    HOST->work_queue(H, &soon, 0);
    HOST->lock_release(H, &outer);
}

static void queue_all(unsigned round)
{
    HOST->lock_acquire(H, &of_interrupt);
    HOST->work_queue(H, &later, round % 7 * 1000);
    HOST->lock_release(H, &of_interrupt);
    HOST->work_queue(H, &blocking, round % 3 * 100000);
}

static void live_in_the_crowd(unsigned round)
{
    void *memory = HOST->alloc(H, 1 + round % 500);

    take_locks();
    if (round % 16 == 0)
        queue_all(round);
    if (round % 64 == 0)
        HOST->event_wait(H, &event, 20000);
    if (round % 256 == 0)
        HOST->work_cancel(H, round % 512 == 0 ? &later : &blocking);
    HOST->now(H);
    HOST->performance_counter(H);
    HOST->free(H, memory);
}

static void *thread(void *context)
{
    (void)context;
    for (unsigned round = 0; round < ROUNDS; round++)
        live_in_the_crowd(round);
    return NULL;
}

static void begin(void)
{
    HOST->lock_init(H, &outer, HDA_LEVEL_DISPATCH);
    HOST->lock_init(H, &inner, HDA_LEVEL_DISPATCH);
    HOST->lock_init(H, &of_interrupt, HDA_LEVEL_INTERRUPT);
    HOST->work_init(H, &soon, HDA_LEVEL_DISPATCH, run_soon, NULL);
    HOST->work_init(H, &later, HDA_LEVEL_DISPATCH, run_later, NULL);
    HOST->work_init(H, &blocking, HDA_LEVEL_PASSIVE, run_blocking, NULL);
    HOST->event_init(H, &event, SynchronizationEvent);
}

static void end(void)
{
    HOST->work_cancel(H, &later);
    HOST->work_cancel(H, &blocking);
    HOST->work_cancel(H, &soon);
}

static void what_overlaps_is_no_fault(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    checked_set_up(LINUX_CLOCK_REAL);
    begin();
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread, NULL), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    end();
    assert_true(runs > THREADS * ROUNDS);
    if (hda_check_faults(checked->check) > 0)
        checked_print();
    assert_int_equal(checked_tear_down(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_overlaps_is_no_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
