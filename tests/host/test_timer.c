/* SPDX-License-Identifier: BSD-2-Clause */
/* test_timer.c - the heap of timers against a list that is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host/linux/timer.h"

#define TIMERS 200

static struct linux_timer timers[TIMERS];
static unsigned expired[TIMERS];
static unsigned expired_count;

static void expire(struct linux_timer *timer)
{
    expired[expired_count++] = (unsigned)(timer - timers);
}

static void arm(struct linux_timers *heap, unsigned index, uint64_t due)
{
    timers[index].expire = expire;
    linux_timer_arm(heap, &timers[index], due);
}

static void timers_that_fall_due_together_expire_in_the_order_they_were_armed(void **state)
{
    struct linux_timers heap = {0};

    (void)state;
    expired_count = 0;
    for (unsigned i = 0; i < 20; i++)
        arm(&heap, i, 100 - i % 2);
    linux_timers_expire(&heap, 98);
    assert_int_equal(expired_count, 0);
    linux_timers_expire(&heap, 100);
    assert_int_equal(expired_count, 20);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(expired[i], 2 * i + 1);
        assert_int_equal(expired[10 + i], 2 * i);
    }
}

static uint64_t earliest(void)
{
    uint64_t due = UINT64_MAX;

    for (unsigned i = 0; i < TIMERS; i++)
        if (linux_timer_armed(&timers[i]) && timers[i].due < due)
            due = timers[i].due;
    return due;
}

static void the_next_to_fall_due_is_first_whatever_is_armed_and_disarmed(void **state)
{
    struct linux_timers heap = {0};

    (void)state;
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        unsigned index = (unsigned)rand() % TIMERS;

        expired_count = 0;
        if (linux_timer_armed(&timers[index]))
            linux_timer_disarm(&heap, &timers[index]);
        else
            arm(&heap, index, (uint64_t)rand() % 1000 + round);
        assert_int_equal(linux_timers_due(&heap), earliest());
        linux_timers_expire(&heap, round / 2);
        assert_true(earliest() > round / 2);
        for (unsigned i = 1; i < expired_count; i++)
            assert_true(timers[expired[i - 1]].due <= timers[expired[i]].due);
    }
    linux_timers_expire(&heap, UINT64_MAX);
    assert_null(heap.first);
}

static void disarming_what_is_not_armed_does_nothing(void **state)
{
    struct linux_timers heap = {0};
    struct linux_timer timer = {0};

    (void)state;
    linux_timer_disarm(&heap, &timer);
    assert_int_equal(linux_timers_due(&heap), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_that_fall_due_together_expire_in_the_order_they_were_armed),
        cmocka_unit_test(the_next_to_fall_due_is_first_whatever_is_armed_and_disarmed),
        cmocka_unit_test(disarming_what_is_not_armed_does_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
