/* SPDX-License-Identifier: BSD-2-Clause */
/* whole.c - of a host, a device and a core that keep their contract the checking host says nothing. */
#include "checked.h"

#include <string.h>

/* On the real clock a busy machine may be too late for what a client waits for. */
static bool lives(void)
{
    bool lived = false;

    for (unsigned tries = 0; tries < 5 && !lived; tries++)
        lived = checked_live();
    return lived;
}

static void nothing_is_said(enum linux_clock clock)
{
    checked_set_up(clock);
    hda_check_hooks(checked->check);
    checked_print();
    assert_int_equal(hda_check_faults(checked->check), 0);
    assert_true(lives());
    assert_int_equal(sim_device_faults(rig.device), 0);
    if (hda_check_faults(checked->check) != 0)
        checked_print();
    assert_int_equal(checked_tear_down(), 0);
    checked_print();
    assert_int_equal(checked->told, 0);
}

static void nothing_is_said_on_the_virtual_clock(void **state)
{
    (void)state;
    nothing_is_said(LINUX_CLOCK_VIRTUAL);
}

static void nothing_is_said_on_the_real_clock(void **state)
{
    (void)state;
    nothing_is_said(LINUX_CLOCK_REAL);
}

/* Where time is virtual, so that the one life is as the other. */
static struct hda_statistics count(bool checks)
{
    struct hda_statistics statistics;

    checked_set_up(LINUX_CLOCK_VIRTUAL);
    if (!checks)
        rig.config = checked->bare;
    assert_int_equal(hda_bus_start(&rig.config, &rig.bus), STATUS_SUCCESS);
    checked_live_on();
    hda_bus_stop(rig.bus, &statistics);
    rig.bus = NULL;
    assert_int_equal(checked_tear_down(), 0);
    return statistics;
}

static void registers_are_accessed_no_more_often(void **state)
{
    struct hda_statistics with = count(true), without = count(false);

    (void)state;
    assert_true(with.register_reads > 100 && with.interrupts > 10);
    assert_memory_equal(&with, &without, sizeof(with));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_on_the_virtual_clock),
        cmocka_unit_test(nothing_is_said_on_the_real_clock),
        cmocka_unit_test(registers_are_accessed_no_more_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
