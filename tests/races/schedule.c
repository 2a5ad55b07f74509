/* SPDX-License-Identifier: BSD-2-Clause */
/* schedule.c - the scheduled clock by itself: one thread at a time, the same order for the same seed, and an
 * end for every wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "ends.h"
#include "host/linux/linux_host.h"

#define THREADS     3
#define ROUNDS      20
#define SEEDS       100
#define MILLISECOND UINT64_C(1000000)

static struct linux_host *host;
static struct hda_lock locks[THREADS];
static KEVENT event;
static unsigned count;
static unsigned inside;
static unsigned most_inside;
static unsigned wrong; /* threads do not assert */

static int set_up(void **state)
{
    (void)state;
    if (linux_host_create(LINUX_CLOCK_VIRTUAL, NULL, NULL, &host) != STATUS_SUCCESS)
        return -1;
    for (unsigned i = 0; i < THREADS; i++)
        linux_host_ops.lock_init(host, &locks[i], HDA_LEVEL_DISPATCH);
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    count = inside = most_inside = wrong = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    linux_host_destroy(host);
    return 0;
}

static struct linux_schedule run(uint64_t seed, void (*routine)(void *))
{
    struct linux_schedule_thread threads[THREADS];
    struct linux_schedule result = {0};

    for (unsigned i = 0; i < THREADS; i++)
        threads[i] = (struct linux_schedule_thread){routine, &locks[i]};
    assert_int_equal(linux_schedule_run(seed, threads, THREADS, &result), STATUS_SUCCESS);
    return result;
}

/* ---- Order ------------------------------------------------------------------------------------------- */

/* Counts, with a scheduling point between reading and writing. */
static void count_without_a_lock(void *lock)
{
    (void)lock;
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned before = count;

        linux_host_ops.stall(host, 1);
        count = before + 1;
    }
}

static void count_with_a_lock(void *lock)
{
    (void)lock;
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned before;

        linux_host_ops.lock_acquire(host, &locks[0]);
        inside++;
        most_inside = inside > most_inside ? inside : most_inside;
        before = count;
        linux_host_ops.stall(host, 1);
        count = before + 1;
        inside--;
        linux_host_ops.lock_release(host, &locks[0]);
    }
}

static void the_same_seed_makes_the_same_schedule(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct linux_schedule first = run(seed, count_without_a_lock);
        struct linux_schedule second = run(seed, count_without_a_lock);

        assert_true(first.points >= THREADS * ROUNDS);
        assert_int_equal(first.points, second.points);
        assert_true(first.trace == second.trace);
    }
}

static void seeds_make_different_schedules(void **state)
{
    unsigned same = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        same += run(seed, count_without_a_lock).trace == run(seed + 1, count_without_a_lock).trace;
    assert_int_equal(same, 0);
}

static void a_point_in_the_midst_of_counting_loses_counts(void **state)
{
    unsigned lost = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        count = 0;
        run(seed, count_without_a_lock);
        lost += count < THREADS * ROUNDS;
    }
    assert_in_range(lost, SEEDS * 9 / 10, SEEDS);
}

static void a_lock_lets_one_in(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        count = 0;
        run(seed, count_with_a_lock);
        assert_int_equal(count, THREADS * ROUNDS);
        assert_int_equal(most_inside, 1);
    }
}

/* ---- Time and events --------------------------------------------------------------------------------- */

static void sleep_long(void *lock)
{
    linux_host_ops.sleep(host, lock == &locks[0] ? 3600000000u : 1);
}

static void time_passes_when_nobody_can_run(void **state)
{
    uint64_t begun = linux_host_ops.now(host);

    (void)state;
    run(1, sleep_long);
    assert_true(linux_host_ops.now(host) - begun == UINT64_C(3600000000000));
}

/* One sets the event, and lets no time pass before the other has seen it; that waits for it. */
static void play_ball(void *lock)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (lock == &locks[0]) {
            linux_host_ops.event_set(host, &event);
            linux_host_ops.sleep(host, 1);
        } else if (lock == &locks[1]) {
            wrong += linux_host_ops.event_wait(host, &event, UINT64_C(1000000)) != STATUS_SUCCESS;
            count++;
        }
    }
}

static void an_event_wakes_a_thread(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        count = 0;
        run(seed, play_ball);
        assert_int_equal(count, ROUNDS);
        assert_int_equal(wrong, 0);
    }
}

/* ---- Deferred work ----------------------------------------------------------------------------------- */

static struct hda_work work;
static bool cancelled;
static pthread_t client;
static unsigned looks;
static unsigned seen; /* times that it ran while its client looked */

static void work_slowly(void *context)
{
    (void)context;
    wrong += cancelled || pthread_equal(pthread_self(), client);
    inside++;
    linux_host_ops.stall(host, 5);
    inside--;
    count++;
}

/* At DISPATCH_LEVEL, which holds no work off: it runs on another processor. */
static void queue_and_look(void *lock)
{
    if (lock != &locks[0])
        return;
    client = pthread_self();
    linux_host_ops.work_init(host, &work, HDA_LEVEL_DISPATCH, work_slowly, NULL);
    linux_host_ops.work_queue(host, &work, 0);
    linux_host_ops.lock_acquire(host, &locks[0]);
    for (unsigned i = 0; i < looks; i++) {
        linux_host_ops.stall(host, 1);
        seen += inside > 0;
    }
    linux_host_ops.lock_release(host, &locks[0]);
    linux_host_ops.work_cancel(host, &work);
    cancelled = true;
    wrong += inside > 0;
}

static void deferred_work_runs_beside_its_client_until_cancel_returns(void **state)
{
    (void)state;
    seen = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cancelled = false;
        looks = (unsigned)seed % 10;
        run(seed, queue_and_look);
    }
    assert_int_equal(wrong, 0);
    assert_true(seen > 0);
    assert_in_range(count, SEEDS / 10, SEEDS - 1); /* some were cancelled before they began */
}

/* As an interrupt on another processor: it comes, whatever the others are at. */
static void note_when(void *when)
{
    *(uint64_t *)when = linux_host_ops.now(host);
}

static uint64_t queued_at, ran_at;
static struct hda_work soon;

static void stall_while_work_is_ready(void *lock)
{
    if (lock == &locks[0]) {
        queued_at = linux_host_ops.now(host);
        linux_host_ops.work_queue(host, &soon, 0);
    }
    for (unsigned i = 0; i < 20; i++)
        linux_host_ops.stall(host, 100);
}

static void who_can_run_does_not_wait_for_long_stalls(void **state)
{
    (void)state;
    linux_host_ops.work_init(host, &soon, HDA_LEVEL_DISPATCH, note_when, &ran_at);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        ran_at = UINT64_MAX;
        run(seed, stall_while_work_is_ready);
        linux_host_ops.work_cancel(host, &soon);
        assert_in_range(ran_at, queued_at, queued_at + 2 * MILLISECOND);
    }
}

/* ---- Deadlocks --------------------------------------------------------------------------------------- */

/* Each takes its own lock and the next one's. */
static void take_two_locks(void *lock)
{
    struct hda_lock *next = lock == &locks[THREADS - 1] ? &locks[0] : (struct hda_lock *)lock + 1;

    for (unsigned i = 0; i < ROUNDS * ROUNDS; i++) {
        linux_host_ops.lock_acquire(host, lock);
        linux_host_ops.lock_acquire(host, next);
        linux_host_ops.lock_release(host, next);
        linux_host_ops.lock_release(host, lock);
    }
}

static void wait_for_nothing(void *lock)
{
    (void)lock;
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
}

static void queue_again(void *context)
{
    (void)context;
    linux_host_ops.work_queue(host, &work, 1000000);
}

static void wait_for_nothing_while_work_goes_on(void *lock)
{
    if (lock == &locks[0]) {
        linux_host_ops.work_init(host, &work, HDA_LEVEL_DISPATCH, queue_again, NULL);
        linux_host_ops.work_queue(host, &work, 0);
    }
    wait_for_nothing(lock);
}

/* What the threads of one schedule do. */
struct threads {
    void (*routine)(void *);
};

static void run_threads(void *context)
{
    const struct threads *threads = context;

    run(77, threads->routine);
}

/* It ends the process with this sentence. */
static void ends_with(void (*routine)(void *), const char *sentence)
{
    struct threads threads = {routine};

    ends_process(run_threads, &threads, sentence);
}

static void a_circle_of_locks_is_a_deadlock(void **state)
{
    (void)state;
    ends_with(take_two_locks,
              "deadlock in the schedule of seed 77; thread 0 wants a lock that thread 1 holds; "
              "thread 1 wants a lock that thread 2 holds; "
              "thread 2 wants a lock that thread 0 holds\n");
}

static void a_wait_that_nothing_ends_is_a_deadlock(void **state)
{
    (void)state;
    ends_with(wait_for_nothing,
              "deadlock in the schedule of seed 77; thread 0 waits; thread 1 waits; thread 2 waits\n");
    ends_with(wait_for_nothing_while_work_goes_on, "deadlock in the schedule of seed 77; thread 0 waits;");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_seed_makes_the_same_schedule),
        TEST(seeds_make_different_schedules),
        TEST(a_point_in_the_midst_of_counting_loses_counts),
        TEST(a_lock_lets_one_in),
        TEST(time_passes_when_nobody_can_run),
        TEST(an_event_wakes_a_thread),
        TEST(deferred_work_runs_beside_its_client_until_cancel_returns),
        TEST(who_can_run_does_not_wait_for_long_stalls),
        TEST(a_circle_of_locks_is_a_deadlock),
        TEST(a_wait_that_nothing_ends_is_a_deadlock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
