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

static uint64_t now_in_microsteps(void *host)
{
    return linux_host_ops.now(host) / 1000 * 1000;
}

/* Nor of steps of a microsecond. */
static void steps_of_a_microsecond_will_do(void **state)
{
    (void)state;
    checked_set_up(LINUX_CLOCK_REAL);
    rig.host_ops.now = now_in_microsteps;
    hda_check_hooks(checked->check);
    checked_print();
    assert_true(lives());
    assert_int_equal(checked_tear_down(), 0);
    checked_print();
}

static unsigned looks; /* at the wall clock */

static uint32_t read32_late(void *device, uint32_t offset)
{
    uint32_t value = sim_device_ops.read32(device, offset);

    if (offset == WALCLK && looks++ % 2 == 0)
        linux_host_ops.stall(rig.host, 3000);
    return value;
}

/* Nor of a processor that is away between a look at the wall clock and one at its own. */
static void whoever_looks_may_be_late(void **state)
{
    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    rig.device_ops.read32 = read32_late;
    assert_int_equal(hda_check_hooks(checked->check), 0);
    assert_int_equal(checked_tear_down(), 0);
}

static NTSTATUS connect_what_is_silent(void *device, hda_interrupt_routine *routine, void *context)
{
    if (sim_device_ops.read32(device, INTCTL) & INTCTL_GIE)
        return STATUS_UNSUCCESSFUL;
    return sim_device_ops.interrupt_connect(device, routine, context);
}

/* Nor of a controller that firmware has left interrupting, and nobody answers that. */
static void firmware_may_leave_an_interrupt(void **state)
{
    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    rig.device_ops.interrupt_connect = connect_what_is_silent;
    sim_device_ops.write32(rig.device, GCTL, GCTL_CRST);
    linux_host_ops.sleep(rig.host, 5000);
    sim_device_ops.write16(rig.device, WAKEEN, 1);
    sim_device_ops.write32(rig.device, INTCTL, INTCTL_GIE | INTCTL_CIE);
    assert_int_equal(hda_check_hooks(checked->check), 0);
    assert_true(lives());
    assert_int_equal(checked_tear_down(), 0);
}

static uint64_t stopped; /* nanoseconds that the clock went on, and nothing ran */

static uint64_t now_after_stop(void *host)
{
    return linux_host_ops.now(host) + stopped;
}

static void stop_and_sleep(void *host, uint32_t microseconds)
{
    linux_host_ops.sleep(host, microseconds);
    stopped += 60000 * MILLISECOND;
}

static void nothing(void *context)
{
    (void)context;
}

/* As by a debugger: who sleeps runs before the work that was due meanwhile. */
static void a_machine_may_be_stopped(void **state)
{
    static struct hda_work work;

    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    rig.host_ops.now = now_after_stop;
    rig.host_ops.sleep = stop_and_sleep;
    rig.config.host->work_init(rig.config.host_context, &work, HDA_LEVEL_DISPATCH, nothing, NULL);
    rig.config.host->work_queue(rig.config.host_context, &work, 2 * MILLISECOND);
    rig.config.host->sleep(rig.config.host_context, 1000);
    rig.host_ops.sleep = linux_host_ops.sleep;
    rig.config.host->sleep(rig.config.host_context, 2000);
    checked_print();
    assert_int_equal(checked_tear_down(), 0);
}

static KEVENT event;
static unsigned looks_until; /* at the clock, until the event is made anew */

static uint64_t now_elsewhere(void *host)
{
    if (looks_until > 0 && --looks_until == 0)
        rig.config.host->event_init(rig.config.host_context, &event, SynchronizationEvent);
    return linux_host_ops.now(host);
}

/* Who was woken goes on, and makes another event of the same memory, before who has set the first one does.
 */
static void an_event_may_be_gone_when_set_returns(void **state)
{
    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    rig.host_ops.now = now_elsewhere;
    rig.config.host->event_init(rig.config.host_context, &event, SynchronizationEvent);
    looks_until = 1;
    rig.config.host->event_set(rig.config.host_context, &event);
    assert_int_equal(looks_until, 0);
    assert_int_equal(rig.config.host->event_wait(rig.config.host_context, &event, 1000), STATUS_TIMEOUT);
    checked_print();
    assert_int_equal(checked_tear_down(), 0);
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
        cmocka_unit_test(steps_of_a_microsecond_will_do),
        cmocka_unit_test(whoever_looks_may_be_late),
        cmocka_unit_test(firmware_may_leave_an_interrupt),
        cmocka_unit_test(an_event_may_be_gone_when_set_returns),
        cmocka_unit_test(a_machine_may_be_stopped),
        cmocka_unit_test(registers_are_accessed_no_more_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
