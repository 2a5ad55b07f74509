/* SPDX-License-Identifier: BSD-2-Clause */
/* first.c - hda_check_hooks() ends with the first subject in which something is wrong, and in time. */
#include "checked.h"

#include <string.h>

static uintptr_t nothing(void)
{
    return 0;
}

/* Puts what does nothing into the entry at an offset of a table. */
static void empty(void *table, size_t offset)
{
    uintptr_t (*entry)(void) = nothing;

    memcpy((char *)table + offset, &entry, sizeof(entry));
}

#define HOST(entry)   empty(&rig.host_ops, offsetof(struct hda_host_ops, entry))
#define DEVICE(entry) empty(&rig.device_ops, offsetof(struct hda_device_ops, entry))

static void what_comes_later_is_not_tried(void **state)
{
    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    HOST(event_set), HOST(work_queue), DEVICE(dma_alloc), DEVICE(read8);
    assert_int_not_equal(hda_check_hooks(checked->check), 0);
    assert_non_null(checked_sentence("host->event_wait: "));
    assert_null(checked_sentence("host->work_queue: "));
    assert_null(checked_sentence("device->"));
    assert_int_not_equal(checked_tear_down(), 0);
}

/* As a sleep that lasts until a timer's tick: two seconds are some more, and not as many ticks as sleeps. */
static void sleep_a_tick(void *host, uint32_t microseconds)
{
    linux_host_ops.sleep(host, microseconds > 15625 ? microseconds : 15625);
}

static void what_never_comes_is_waited_for_two_seconds(void **state)
{
    uint64_t start;

    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    rig.host_ops.sleep = sleep_a_tick;
    HOST(work_queue);
    start = rig_now();
    assert_int_not_equal(hda_check_hooks(checked->check), 0);
    assert_non_null(checked_sentence("has run 0 times, not 1, in 2 s"));
    assert_in_range(rig_now() - start, 2000 * MILLISECOND, 4000 * MILLISECOND);
    assert_int_not_equal(checked_tear_down(), 0);
}

/* Of a lock that does not raise the IRQL the release tells, too. */
static void the_core_is_not_accused_of_what_is_tried(void **state)
{
    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    HOST(lock_acquire), HOST(lock_release);
    assert_int_not_equal(hda_check_hooks(checked->check), 0);
    assert_non_null(
        checked_sentence("host->lock_release: hda_check_hooks() lets go of a lock of level DISPATCH"));
    assert_null(checked_sentence("the core"));
    assert_int_not_equal(checked_tear_down(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_later_is_not_tried),
        cmocka_unit_test(the_core_is_not_accused_of_what_is_tried),
        cmocka_unit_test(what_never_comes_is_waited_for_two_seconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
