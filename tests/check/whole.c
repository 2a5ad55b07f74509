/* SPDX-License-Identifier: BSD-2-Clause */
/* whole.c - of a host, a device and a core that keep their contract the checking host says nothing. */
#include "checked.h"

#include <string.h>

static void nothing_is_said(enum linux_clock clock)
{
    checked_set_up(clock);
    hda_check_hooks(checked->check);
    checked_print();
    assert_int_equal(hda_check_faults(checked->check), 0);
    assert_true(checked_live());
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_on_the_virtual_clock),
        cmocka_unit_test(nothing_is_said_on_the_real_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
