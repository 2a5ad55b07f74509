/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stuck.c - a cause that comes faster than it is acknowledged, or does not go away at all, keeps nothing else
 * from being served (HARDWARE 6).
 */
#include <string.h>

#include "rig.h"

#define SIZE     4096
#define PERIOD   (SIZE / 2 / 4 * UINT64_C(1000000000) / 48000)
#define FEW      20 /* looks at INTSTS in one interrupt */
#define ALWAYS   -1
#define STREAM_0 1u /* the cause of an engine that nobody has allocated */

static struct {
    int times;      /* that INTSTS shows the cause; ALWAYS */
    unsigned looks; /* at INTSTS */
    unsigned most;  /* of those in one call of the interrupt routine */
    unsigned complaints;
    bool overrun; /* the cause is the RIRB's, and not the stream's */
    unsigned overruns_told;
} stuck;

static uint32_t read_stuck(void *device, uint32_t offset)
{
    uint32_t value = sim_device_ops.read32(device, offset);

    if (offset != INTSTS)
        return value;
    stuck.looks++;
    if (stuck.times == 0)
        return value;
    if (stuck.times > 0)
        stuck.times--;
    return value | (stuck.overrun ? INTSTS_CIS : STREAM_0);
}

static uint8_t read_overrun(void *device, uint32_t offset)
{
    uint8_t value = sim_device_ops.read8(device, offset);

    return stuck.overrun && offset == RIRBSTS ? value | RIRBSTS_OIS : value;
}

static bool count_looks(void *unused)
{
    unsigned before = stuck.looks;
    bool ours = rig_interrupt();

    (void)unused;
    if (stuck.looks - before > stuck.most)
        stuck.most = stuck.looks - before;
    return ours;
}

static void note_log(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    (void)host, (void)level, (void)arguments;
    stuck.complaints += strstr(format, "INTSTS does not become 0") != NULL;
    stuck.overruns_told += strstr(format, "the RIRB has overrun") != NULL;
}

/* ---- A client that is woken ---------------------------------------------------------------------- */

static HDAUDIO_BUS_INTERFACE_V2 ddi;
static HANDLE engine;
static KEVENT event;

static void start(void)
{
    memset(&stuck, 0, sizeof(stuck));
    rig.device_ops.read32 = read_stuck;
    rig.device_ops.read8 = read_overrun;
    rig_take_interrupts(count_looks);
    rig.host_ops.log = note_log;
    rig_start();
    ddi = rig_client();
    engine = rig_play(&ddi, SIZE, &event);
}

static void stop(void)
{
    assert_int_equal(ddi.SetDmaEngineState(ddi.Context, StopState, 1, &engine), STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
}

static void expect_periods(unsigned count)
{
    for (unsigned n = 0; n < count; n++)
        assert_int_equal(linux_host_ops.event_wait(rig.host, &event, PERIOD + MILLISECOND), STATUS_SUCCESS);
}

/* ---- Tests --------------------------------------------------------------------------------------- */

static void a_cause_that_stays_keeps_no_period_from_its_client(void **state)
{
    (void)state;
    start();
    stuck.times = ALWAYS;
    expect_periods(100);
    assert_int_equal(rig_statistics().completions, 100);
    assert_int_equal(rig_statistics().merged, 0);
    stop();
}

static void nor_the_routine_from_its_end(void **state)
{
    (void)state;
    start();
    stuck.times = ALWAYS;
    expect_periods(100);
    assert_in_range(stuck.most, 2, FEW);
    stop();
}

static void it_is_said_once_and_looked_at_seldom(void **state)
{
    unsigned before;

    (void)state;
    start();
    stuck.times = ALWAYS;
    expect_periods(100);
    assert_int_equal(stuck.complaints, 1);
    before = stuck.looks;
    rig_pass(100 * MILLISECOND);
    /* Each millisecond, and in the interrupts of some ten periods. */
    assert_in_range(stuck.looks - before, 100, (100 + 20) * FEW);
    stop();
}

static void nor_is_an_overrun_that_stays_said_at_each_look(void **state)
{
    (void)state;
    start();
    stuck.overrun = true;
    stuck.times = ALWAYS;
    expect_periods(100);
    assert_int_equal(stuck.complaints, 1);
    assert_int_equal(stuck.overruns_told, 1);
    stop();
}

/* No message would follow. */
static void what_the_routine_has_left_is_acknowledged_soon(void **state)
{
    (void)state;
    start();
    expect_periods(1);
    stuck.times = 200;
    expect_periods(1);
    rig_pass(MILLISECOND);
    assert_int_equal(stuck.times, 0);
    assert_int_equal(stuck.complaints, 0);
    stop();
}

static void what_has_gone_is_forgotten(void **state)
{
    (void)state;
    start();
    stuck.times = 10000;
    expect_periods(100);
    assert_int_equal(stuck.times, 0);
    assert_int_equal(stuck.complaints, 1);
    stuck.looks = 0;
    expect_periods(100);
    assert_int_equal(stuck.looks, 200);
    assert_int_equal(rig_statistics().lost_interrupts, 0);
    stuck.times = 200;
    expect_periods(1);
    rig_pass(MILLISECOND);
    assert_int_equal(stuck.times, 0);
    stop();
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(a_cause_that_stays_keeps_no_period_from_its_client),
        RULE(nor_the_routine_from_its_end),
        RULE(it_is_said_once_and_looked_at_seldom),
        RULE(nor_is_an_overrun_that_stays_said_at_each_look),
        RULE(what_the_routine_has_left_is_acknowledged_soon),
        RULE(what_has_gone_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
