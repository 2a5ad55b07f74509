/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errors.c - what a controller reports: commands that it cannot fetch, responses that it loses, FIFOs and
 * descriptors that fail (HDA 3.3.23, 3.3.30, 3.3.36; DDI Errors of the hardware).
 */
#include "rig.h"

#include <string.h>

#define TIMEOUT (25 * MILLISECOND) /* DDI Bounds */

/* ---- A controller that reports ------------------------------------------------------------------- */

static struct {
    bool holding;       /* CORBWP does not reach the controller, but for the 0 of a restart */
    bool command_error; /* CORBSTS.CMEI, until it is acknowledged */
    uint8_t stream;     /* SDnSTS of the stream, likewise */
    uint32_t registers; /* of the stream */
    unsigned index;
    unsigned stops; /* of the CORB */
    unsigned stuck; /* reads of CORBCTL that still show RUN */
    unsigned logged;
    unsigned lose; /* messages that do not arrive from now on */
} report;

static uint32_t read_causes(void *device, uint32_t offset)
{
    uint32_t value = sim_device_ops.read32(device, offset);

    if (offset == INTSTS && report.command_error)
        value |= INTSTS_CIS;
    if (offset == INTSTS && report.stream != 0)
        value |= 1u << report.index;
    return value;
}

static uint8_t read_status(void *device, uint32_t offset)
{
    uint8_t value = sim_device_ops.read8(device, offset);

    if (offset == CORBSTS && report.command_error)
        value |= CORBSTS_CMEI;
    if (offset == report.registers + SD_STS)
        value |= report.stream;
    if (offset == CORBCTL && report.stuck > 0) {
        report.stuck--;
        value |= CORBCTL_RUN;
    }
    return value;
}

static void acknowledge(void *device, uint32_t offset, uint8_t value)
{
    if (offset == CORBSTS && value & CORBSTS_CMEI)
        report.command_error = false;
    if (offset == report.registers + SD_STS)
        report.stream &= (uint8_t)~value;
    report.stops += offset == CORBCTL && value == 0;
    sim_device_ops.write8(device, offset, value);
}

static void hold_commands(void *device, uint32_t offset, uint16_t value)
{
    if (offset != CORBWP || !report.holding || value == 0)
        sim_device_ops.write16(device, offset, value);
}

static bool lose_or_handle(void *unused)
{
    (void)unused;
    if (report.lose == 0)
        return rig_interrupt();
    report.lose--;
    return false;
}

static void count_log(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    (void)host, (void)format, (void)arguments;
    report.logged += level <= HDA_LOG_WARNING;
}

static void interrupt(void)
{
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL + 1);

    assert_true(rig_interrupt());
    KeLowerIrql(old);
}

static HDAUDIO_BUS_INTERFACE_V2 start(void)
{
    memset(&report, 0, sizeof(report));
    report.registers = UINT32_MAX - SD_STS;
    rig.device_ops.read8 = read_status;
    rig.device_ops.read32 = read_causes;
    rig.device_ops.write8 = acknowledge;
    rig.device_ops.write16 = hold_commands;
    rig_take_interrupts(lose_or_handle);
    rig.host_ops.log = count_log;
    rig_start();
    report.logged = report.stops = 0;
    return rig_client();
}

/* ---- Commands ------------------------------------------------------------------------------------ */

#define VENDOR   0xF0000u
#define REVISION 0xF0002u

static VOID NTAPI count_callback(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    (void)transfer;
    ++*(unsigned *)context;
}

static void ask(const HDAUDIO_BUS_INTERFACE_V2 *ddi, ULONG command, bool valid)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = command};

    assert_int_equal(ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL), STATUS_SUCCESS);
    assert_int_equal(transfer.Input.IsValid, valid);
    if (valid)
        assert_int_equal(transfer.Input.Response, command == VENDOR ? 0x1DE40001 : 0x00100100);
}

static void a_command_that_cannot_be_fetched_ends_what_is_in_flight_at_once(void **state)
{
    HDAUDIO_CODEC_TRANSFER lost[3] = {
        {.Output.Command = VENDOR}, {.Output.Command = VENDOR}, {.Output.Command = VENDOR}};
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    unsigned done = 0;

    (void)state;
    report.holding = true;
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 3, lost, count_callback, &done), STATUS_SUCCESS);
    report.command_error = true;
    interrupt();
    rig_pass(MILLISECOND);
    assert_int_equal(done, 1);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(lost[i].Input.CompleteResponse, 0);
    assert_false(report.command_error);
    assert_int_equal(report.stops, 1);
    assert_int_equal(rig_statistics().command_errors, 1);
    assert_true(report.logged > 0);
    report.holding = false;
    ask(&ddi, REVISION, true);
    ddi.InterfaceDereference(ddi.Context);
}

/* If it were sent with the next one, its answer would be taken for that of the next. */
static void a_command_that_was_given_up_unfetched_is_never_sent(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    uint64_t begin = rig_now();

    (void)state;
    report.holding = true;
    ask(&ddi, VENDOR, false);
    assert_true(rig_now() - begin < TIMEOUT + 2 * MILLISECOND);
    report.holding = false;
    ask(&ddi, REVISION, true);
    ask(&ddi, VENDOR, true);
    assert_int_equal(report.stops, 1);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_corb_that_does_not_stop_is_tried_again_with_the_next_verb(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    report.holding = true;
    report.stuck = UINT32_MAX;
    ask(&ddi, VENDOR, false);
    ask(&ddi, VENDOR, false);
    report.stuck = 0;
    report.holding = false;
    ask(&ddi, REVISION, true);
    ask(&ddi, VENDOR, true);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- Streams ------------------------------------------------------------------------------------- */

static HANDLE engine;
static PMDL mdl;
static SIZE_T size;

static void open_engine(const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T offset;
    UCHAR stream;
    ULONG fifo;

    assert_int_equal(ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &engine, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(ddi->AllocateDmaBufferWithNotification(ddi->Context, engine, 2, 4096, &mdl, &size,
                                                            &offset, &stream, &fifo),
                     STATUS_SUCCESS);
}

static NTSTATUS set(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_STREAM_STATE state)
{
    return ddi->SetDmaEngineState(ddi->Context, state, 1, &engine);
}

/* The stream whose descriptor runs now. */
static void find_running(void)
{
    unsigned index = 0;

    while (!(sim_device_ops.read8(rig.device, STREAM_BASE + index * STREAM_STEP + SD_CTL) & SD_CTL_RUN))
        index++;
    report.index = index;
    report.registers = STREAM_BASE + index * STREAM_STEP;
}

static void close_engine(const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    uint64_t begin = rig_now();

    assert_int_equal(set(ddi, StopState), STATUS_SUCCESS);
    assert_int_equal(set(ddi, ResetState), STATUS_SUCCESS);
    assert_int_equal(ddi->FreeDmaBufferWithNotification(ddi->Context, engine, mdl, size), STATUS_SUCCESS);
    assert_int_equal(ddi->FreeDmaEngine(ddi->Context, engine), STATUS_SUCCESS);
    assert_true(rig_now() - begin < MILLISECOND);
}

static void each_fifo_error_is_counted_and_the_first_is_logged(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    open_engine(&ddi);
    assert_int_equal(set(&ddi, RunState), STATUS_SUCCESS);
    find_running();
    for (unsigned i = 0; i < 3; i++) {
        report.stream = SD_STS_FIFOE;
        interrupt();
        rig_pass(MILLISECOND);
    }
    assert_int_equal(report.stream, 0);
    assert_int_equal(rig_statistics().fifo_errors, 3);
    assert_int_equal(rig_statistics().descriptor_errors, 0);
    assert_int_equal(report.logged, 1);
    close_engine(&ddi);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_stream_that_the_controller_stopped_is_stopped_reset_and_freed_at_once(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    open_engine(&ddi);
    assert_int_equal(set(&ddi, RunState), STATUS_SUCCESS);
    find_running();
    sim_device_ops.write8(rig.device, report.registers + SD_CTL, 0);
    report.stream = SD_STS_DESE;
    interrupt();
    rig_pass(MILLISECOND);
    assert_int_equal(rig_statistics().descriptor_errors, 1);
    assert_int_equal(report.logged, 1);
    close_engine(&ddi);
    open_engine(&ddi);
    assert_int_equal(set(&ddi, RunState), STATUS_SUCCESS);
    close_engine(&ddi);
    ddi.InterfaceDereference(ddi.Context);
}

/* The same by the simulator's own doing. */
static void a_stream_survives_what_the_simulated_controller_does_to_it(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    for (unsigned round = 1; round <= 3; round++) {
        open_engine(&ddi);
        assert_int_equal(set(&ddi, RunState), STATUS_SUCCESS);
        find_running();
        assert_int_equal(sim_device_fail(rig.device, HDABUS_SIM_FIFO_ERROR, report.index), STATUS_SUCCESS);
        rig_pass(30 * MILLISECOND);
        assert_int_equal(rig_statistics().fifo_errors, round);
        assert_int_equal(sim_device_fail(rig.device, HDABUS_SIM_DESCRIPTOR_ERROR, report.index),
                         STATUS_SUCCESS);
        rig_pass(30 * MILLISECOND);
        assert_int_equal(rig_statistics().descriptor_errors, round);
        assert_int_equal(sim_device_ops.read8(rig.device, report.registers + SD_CTL) & SD_CTL_RUN, 0);
        close_engine(&ddi);
    }
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- Messages that are lost (HARDWARE 6) ------------------------------------------------------- */

#define PERIOD (4096 / 2 / 4 * UINT64_C(1000000000) / 48000)

static bool comes(PKEVENT event, uint64_t nanoseconds)
{
    return linux_host_ops.event_wait(rig.host, event, nanoseconds) == STATUS_SUCCESS;
}

static void a_stream_whose_message_is_lost_is_heard_of_again(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    KEVENT event;

    (void)state;
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    open_engine(&ddi);
    assert_int_equal(ddi.RegisterNotificationEvent(ddi.Context, engine, &event), STATUS_SUCCESS);
    assert_int_equal(set(&ddi, RunState), STATUS_SUCCESS);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(comes(&event, PERIOD + MILLISECOND));
        report.lose = 1;
        assert_false(comes(&event, PERIOD + MILLISECOND));
        assert_int_equal(report.lose, 0);
        assert_true(comes(&event, PERIOD + 6 * MILLISECOND));
    }
    assert_int_equal(ddi.UnregisterNotificationEvent(ddi.Context, engine, &event), STATUS_SUCCESS);
    close_engine(&ddi);
    ddi.InterfaceDereference(ddi.Context);
}

static void open_with_event(const HDAUDIO_BUS_INTERFACE_V2 *ddi, PKEVENT event)
{
    KeInitializeEvent(event, SynchronizationEvent, FALSE);
    open_engine(ddi);
    assert_int_equal(ddi->RegisterNotificationEvent(ddi->Context, engine, event), STATUS_SUCCESS);
    assert_int_equal(set(ddi, RunState), STATUS_SUCCESS);
    find_running();
}

static void assert_is_heard_of_again(const HDAUDIO_BUS_INTERFACE_V2 *ddi, PKEVENT event)
{
    assert_true(comes(event, PERIOD + MILLISECOND));
    report.lose = 1;
    assert_false(comes(event, PERIOD + MILLISECOND));
    assert_true(comes(event, PERIOD + 6 * MILLISECOND));
    assert_int_equal(ddi->UnregisterNotificationEvent(ddi->Context, engine, event), STATUS_SUCCESS);
}

static void report_descriptor_error(void)
{
    sim_device_ops.write8(rig.device, report.registers + SD_CTL, 0);
    report.stream = SD_STS_DESE;
    interrupt();
}

/* Nobody has to reset it (HDA 3.3.36). */
static void so_is_one_that_runs_on_after_a_descriptor_error(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    KEVENT event;

    (void)state;
    open_with_event(&ddi, &event);
    report_descriptor_error();
    rig_pass(MILLISECOND);
    assert_int_equal(rig_statistics().descriptor_errors, 1);
    assert_int_equal(set(&ddi, StopState), STATUS_SUCCESS);
    assert_int_equal(set(&ddi, RunState), STATUS_SUCCESS);
    assert_is_heard_of_again(&ddi, &event);
    close_engine(&ddi);
    ddi.InterfaceDereference(ddi.Context);
}

/* At DISPATCH_LEVEL the deferred work of the error comes when the stream has been reset and runs again. */
static void so_is_one_whose_descriptor_error_was_of_an_earlier_run(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    KEVENT event;
    KIRQL old;

    (void)state;
    open_with_event(&ddi, &event);
    old = KfRaiseIrql(DISPATCH_LEVEL);
    report_descriptor_error();
    assert_int_equal(set(&ddi, StopState), STATUS_SUCCESS);
    assert_int_equal(set(&ddi, ResetState), STATUS_SUCCESS);
    assert_int_equal(set(&ddi, RunState), STATUS_SUCCESS);
    KeLowerIrql(old);
    assert_int_equal(rig_statistics().descriptor_errors, 1);
    assert_is_heard_of_again(&ddi, &event);
    close_engine(&ddi);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_verb_whose_message_is_lost_costs_one_timeout_and_no_other(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    uint64_t begin = rig_now();

    (void)state;
    report.lose = 1;
    ask(&ddi, VENDOR, true);
    assert_true(rig_now() - begin >= TIMEOUT && rig_now() - begin < TIMEOUT + MILLISECOND);
    begin = rig_now();
    ask(&ddi, REVISION, true);
    assert_true(rig_now() - begin < MILLISECOND);
    ddi.InterfaceDereference(ddi.Context);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(a_command_that_cannot_be_fetched_ends_what_is_in_flight_at_once),
        RULE(a_command_that_was_given_up_unfetched_is_never_sent),
        RULE(a_corb_that_does_not_stop_is_tried_again_with_the_next_verb),
        RULE(each_fifo_error_is_counted_and_the_first_is_logged),
        RULE(a_stream_that_the_controller_stopped_is_stopped_reset_and_freed_at_once),
        RULE(a_stream_survives_what_the_simulated_controller_does_to_it),
        RULE(a_stream_whose_message_is_lost_is_heard_of_again),
        RULE(so_is_one_that_runs_on_after_a_descriptor_error),
        RULE(so_is_one_whose_descriptor_error_was_of_an_earlier_run),
        RULE(a_verb_whose_message_is_lost_costs_one_timeout_and_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
