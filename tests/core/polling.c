/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * polling.c - a controller that loses interrupts is polled until they come again (HARDWARE 6, DDI Errors of
 * the hardware).
 */
#include <string.h>

#include "rig.h"

#define SIZE    4096
#define FRAME   4 /* bytes */
#define PERIOD  (SIZE / 2 / FRAME * UINT64_C(1000000000) / 48000)
#define LATE    (5 * MILLISECOND)
#define SOON    (PERIOD / 8 + MILLISECOND / 20) /* and what the look itself takes */
#define TRUSTED 32

/* ---- A controller whose messages are lost -------------------------------------------------------- */

static struct {
    unsigned every; /* one of so many is lost; 0: none */
    bool holds;     /* they come late */
    bool held;
    unsigned messages;
    unsigned losses;     /* lines of the log on that */
    unsigned recoveries; /* and that they come again */
} lossy;

static bool lose_or_handle(void *unused)
{
    (void)unused;
    if (lossy.holds) {
        lossy.held = true;
        return false;
    }
    if (lossy.every > 0 && ++lossy.messages % lossy.every == 0)
        return false;
    return rig_interrupt();
}

/* Whoever takes interrupts was late for everything: the one that waits comes before a timer that runs down
 * now. */
static void queue_after_interrupt(void *host, struct hda_work *work, uint64_t delay)
{
    if (lossy.held && delay > 0 && delay < MILLISECOND / 100) {
        KIRQL old = KfRaiseIrql(DISPATCH_LEVEL + 1);

        lossy.held = false;
        assert_true(rig_interrupt());
        KeLowerIrql(old);
    }
    linux_host_ops.work_queue(host, work, delay);
}

static void note_log(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    (void)host, (void)level, (void)arguments;
    lossy.losses += strstr(format, "loses interrupts") != NULL;
    lossy.recoveries += strstr(format, "come again: its") != NULL;
}

/* ---- A client that is woken ---------------------------------------------------------------------- */

static HDAUDIO_BUS_INTERFACE_V2 ddi;
static HANDLE engine;
static KEVENT event;
static uint64_t begun;

static void start(void)
{
    memset(&lossy, 0, sizeof(lossy));
    rig_take_interrupts(lose_or_handle);
    rig.host_ops.log = note_log;
    rig_start();
    ddi = rig_client();
    engine = rig_play(&ddi, SIZE, &event);
    begun = rig_now();
}

static void stop(void)
{
    assert_int_equal(ddi.SetDmaEngineState(ddi.Context, StopState, 1, &engine), STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
}

/* Waits for the end of the n-th period since the start, for no longer than it may be late. */
static void expect_period(unsigned n, uint64_t late)
{
    uint64_t end = begun + n * PERIOD + MILLISECOND / 10; /* FIFOs fill first */
    NTSTATUS status = linux_host_ops.event_wait(rig.host, &event, end + late - rig_now());

    if (status != STATUS_SUCCESS)
        fail_msg("period %u is not over %u us after its end", n, (unsigned)(late / 1000));
    if (rig_now() + MILLISECOND < begun + n * PERIOD)
        fail_msg("period %u is over before its end", n);
}

static void each_period_is_told(unsigned periods, uint64_t late)
{
    for (unsigned n = 1; n <= periods; n++)
        expect_period(n, late);
    assert_int_equal(rig_statistics().completions, periods);
    assert_int_equal(rig_statistics().merged, 0);
}

/* ---- Tests --------------------------------------------------------------------------------------- */

static void without_any_interrupt_each_period_is_told_soon_after_its_end(void **state)
{
    (void)state;
    start();
    lossy.every = 1;
    assert_int_equal(linux_host_ops.event_wait(rig.host, &event, PERIOD + LATE - MILLISECOND),
                     STATUS_TIMEOUT);
    expect_period(1, LATE + MILLISECOND / 10);
    for (unsigned n = 2; n <= 500; n++)
        expect_period(n, SOON);
    assert_int_equal(rig_statistics().completions, 500);
    assert_int_equal(rig_statistics().lost_interrupts, 500);
    assert_int_equal(rig_statistics().merged, 0);
    assert_int_equal(lossy.losses, 1);
    assert_int_equal(lossy.recoveries, 0);
    stop();
}

static void one_that_waits_for_its_turn_is_not_lost(void **state)
{
    (void)state;
    rig.host_ops.work_queue = queue_after_interrupt;
    start();
    lossy.holds = true;
    for (unsigned n = 1; n <= 10; n++)
        expect_period(n, n * LATE + MILLISECOND);
    assert_int_equal(rig_statistics().lost_interrupts, 0);
    assert_int_equal(lossy.losses, 0);
    stop();
}

static VOID NTAPI ignore_answer(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    (void)transfer, (void)context;
}

/* For which alone the driver would look at once. */
static void nor_is_it_lost_when_an_answer_waits_beside_it(void **state)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0xF0000};

    (void)state;
    rig.host_ops.work_queue = queue_after_interrupt;
    start();
    lossy.holds = true;
    for (unsigned n = 1; n <= 10; n++) {
        rig_pass(PERIOD / 2);
        assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, ignore_answer, NULL),
                         STATUS_SUCCESS);
        expect_period(n, n * LATE + MILLISECOND);
    }
    assert_int_equal(rig_statistics().lost_interrupts, 0);
    assert_int_equal(lossy.losses, 0);
    stop();
}

static void what_is_lost_beside_an_answer_is_polled_for(void **state)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0xF0000};

    (void)state;
    start();
    lossy.every = 1;
    for (unsigned n = 1; n <= 10; n++) {
        rig_pass(PERIOD / 2);
        assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, ignore_answer, NULL),
                         STATUS_SUCCESS);
        expect_period(n, n == 1 ? LATE + MILLISECOND / 10 : SOON);
    }
    assert_int_equal(lossy.losses, 1);
    stop();
}

static void when_each_nth_is_lost_no_period_is_missing(void **state)
{
    (void)state;
    for (unsigned every = 2; every < 80; every += every < 10 ? 1 : 23) {
        start();
        lossy.every = every;
        each_period_is_told(200, LATE + MILLISECOND / 10);
        assert_true(rig_statistics().lost_interrupts > 0);
        assert_int_equal(lossy.losses, 1);
        stop();
        rig_stop();
    }
}

static void lose_one(void)
{
    lossy.messages = 0;
    lossy.every = 1;
}

/* Until then each period that is told of in time proves nothing. */
static void when_interrupts_come_again_that_is_said_once_and_they_are_trusted(void **state)
{
    unsigned n = 0;

    (void)state;
    start();
    for (unsigned round = 0; round < 3; round++) {
        lose_one();
        expect_period(++n, LATE + MILLISECOND / 10);
        lossy.every = 0;
        for (unsigned i = 0; i < TRUSTED - 1; i++)
            expect_period(++n, MILLISECOND / 10);
        assert_int_equal(lossy.recoveries, round > 0);
        lose_one();
        expect_period(++n, SOON);
        lossy.every = 0;
        for (unsigned i = 0; i < TRUSTED - 1; i++)
            expect_period(++n, MILLISECOND / 10);
        assert_int_equal(lossy.recoveries, round > 0);
        expect_period(++n, MILLISECOND / 10);
        assert_int_equal(lossy.recoveries, 1);
    }
    assert_int_equal(lossy.losses, 1);
    assert_int_equal(rig_statistics().lost_interrupts, 6);
    assert_int_equal(rig_statistics().completions, n);
    stop();
}

static void expect_four_accesses_each(unsigned first, unsigned count)
{
    struct hda_statistics before = rig_statistics(), after;

    for (unsigned i = 0; i < count; i++)
        expect_period(first + i, MILLISECOND / 10);
    after = rig_statistics();
    assert_int_equal(after.register_reads + after.register_writes - before.register_reads -
                         before.register_writes,
                     4 * count);
}

static void while_interrupts_come_nothing_is_looked_at(void **state)
{
    (void)state;
    start();
    expect_four_accesses_each(1, 50);
    lose_one();
    expect_period(51, LATE + MILLISECOND / 10);
    lossy.every = 0;
    expect_four_accesses_each(52, 100); /* polled, and then no more */
    stop();
}

/* An answer makes the driver look, and it finds the period that has just ended. */
static void ask_between_end_and_look(HDAUDIO_CODEC_TRANSFER *transfer)
{
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, transfer, ignore_answer, NULL), STATUS_SUCCESS);
    rig_pass(MILLISECOND / 5);
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 0, NULL, ignore_answer, NULL), STATUS_SUCCESS);
}

/* Without an interrupt it has not come by itself, though nobody was late. */
static void a_period_that_another_look_finds_proves_nothing(void **state)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0xF0000};

    (void)state;
    start();
    lossy.every = 1;
    expect_period(1, LATE + MILLISECOND / 10);
    for (unsigned n = 2; n <= 2 * TRUSTED; n++) {
        rig_pass(begun + n * PERIOD + MILLISECOND / 2 - rig_now());
        ask_between_end_and_look(&transfer);
        expect_period(n, SOON);
    }
    assert_int_equal(rig_statistics().lost_interrupts, 1);
    assert_int_equal(lossy.recoveries, 0);
    stop();
}

/* A pause of the stream is none of the interrupts'. */
static void a_polled_stream_goes_on_after_a_pause(void **state)
{
    (void)state;
    start();
    lossy.every = 1;
    expect_period(1, LATE + MILLISECOND / 10);
    expect_period(2, SOON);
    assert_int_equal(ddi.SetDmaEngineState(ddi.Context, PauseState, 1, &engine), STATUS_SUCCESS);
    rig_pass(100 * MILLISECOND);
    assert_int_equal(ddi.SetDmaEngineState(ddi.Context, RunState, 1, &engine), STATUS_SUCCESS);
    begun = rig_now() - 2 * PERIOD;
    for (unsigned n = 3; n <= 20; n++)
        expect_period(n, SOON);
    assert_int_equal(rig_statistics().merged, 0);
    stop();
}

/* ---- A BDL client -------------------------------------------------------------------------------- */

#define ENTRIES 4

static VOID NTAPI count_isr(VOID *context, ULONG causes)
{
    assert_int_equal(causes, SD_STS_BCIS);
    ++*(unsigned *)context;
}

/* Each entry of a list may ask for an interrupt. */
static void a_bdl_client_is_called_for_each_entry(void **state)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    HDAUDIO_BUS_INTERFACE_BDL bdl;
    HDAUDIO_BUFFER_DESCRIPTOR *list;
    unsigned calls = 0, seen;
    UCHAR stream;
    void *data;
    ULONG fifo;

    (void)state;
    memset(&lossy, 0, sizeof(lossy));
    rig_take_interrupts(lose_or_handle);
    rig_start();
    bdl = rig_client_bdl();
    assert_int_equal(bdl.AllocateRenderDmaEngine(bdl.Context, &format, FALSE, &engine, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(bdl.AllocateContiguousDmaBuffer(bdl.Context, engine, 2 * SIZE, &data, &list),
                     STATUS_SUCCESS);
    for (unsigned i = 0; i < ENTRIES; i++) {
        list[i].Address.QuadPart = MmGetPhysicalAddress(data).QuadPart + i * (2 * SIZE / ENTRIES);
        list[i].Length = 2 * SIZE / ENTRIES;
        list[i].InterruptOnCompletion = 1;
    }
    assert_int_equal(bdl.SetupDmaEngineWithBdl(bdl.Context, engine, 2 * SIZE, ENTRIES - 1, count_isr, &calls,
                                               &stream, &fifo),
                     STATUS_SUCCESS);
    lossy.every = 1;
    assert_int_equal(bdl.SetDmaEngineState(bdl.Context, RunState, 1, &engine), STATUS_SUCCESS);
    rig_pass(ENTRIES * PERIOD + LATE + MILLISECOND);
    seen = calls;
    assert_true(seen > 0);
    for (unsigned i = 0; i < 40; i++) {
        rig_pass(PERIOD);
        assert_in_range(calls, seen + i, seen + i + 2);
    }
    assert_int_equal(bdl.SetDmaEngineState(bdl.Context, StopState, 1, &engine), STATUS_SUCCESS);
    bdl.InterfaceDereference(bdl.Context);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(without_any_interrupt_each_period_is_told_soon_after_its_end),
        RULE(one_that_waits_for_its_turn_is_not_lost),
        RULE(nor_is_it_lost_when_an_answer_waits_beside_it),
        RULE(what_is_lost_beside_an_answer_is_polled_for),
        RULE(when_each_nth_is_lost_no_period_is_missing),
        RULE(when_interrupts_come_again_that_is_said_once_and_they_are_trusted),
        RULE(while_interrupts_come_nothing_is_looked_at),
        RULE(a_period_that_another_look_finds_proves_nothing),
        RULE(a_polled_stream_goes_on_after_a_pause),
        RULE(a_bdl_client_is_called_for_each_entry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
