/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.c - engines whose hardware does not obey: states change for all or for none, every wait has an end,
 * and a position is always one (DDI SetDmaEngineState, Bounds, Registers handed out).
 */
#include "rig.h"

#define ENGINES      2
#define FIRST_OUTPUT 4 /* the simulated controller has its inputs before */

static HDAUDIO_BUS_INTERFACE_V2 ddi;
static HANDLE engines[ENGINES];
static SIZE_T buffer_size;

/* ---- A stream that does not obey ----------------------------------------------------------------- */

static struct {
    bool broken;
    uint32_t offset; /* of the register that lies */
    uint8_t clear;   /* bits that it never shows */
    uint8_t set;     /* bits that it always shows */
} lie;

static uint8_t read8_with_lie(void *device, uint32_t offset)
{
    uint8_t value = sim_device_ops.read8(device, offset);

    return lie.broken && offset == lie.offset ? (uint8_t)((value & ~lie.clear) | lie.set) : value;
}

static void break_stream(unsigned stream, uint32_t reg, unsigned clear, unsigned set)
{
    lie.offset = STREAM_BASE + (FIRST_OUTPUT + stream) * STREAM_STEP + reg;
    lie.clear = (uint8_t)clear;
    lie.set = (uint8_t)set;
    lie.broken = true;
}

static bool runs(unsigned stream)
{
    uint32_t base = STREAM_BASE + (FIRST_OUTPUT + stream) * STREAM_STEP;

    return sim_device_ops.read8(rig.device, base + SD_CTL) & SD_CTL_RUN;
}

/* ---- Two engines with buffers, in reset ---------------------------------------------------------- */

static void open_engine(HANDLE *engine)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    assert_int_equal(ddi.AllocateRenderDmaEngine(ddi.Context, &format, FALSE, engine, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(ddi.AllocateDmaBufferWithNotification(ddi.Context, *engine, 2, 4096, &mdl, &buffer_size,
                                                           &offset, &stream, &fifo),
                     STATUS_SUCCESS);
}

static void start(void)
{
    lie.broken = false;
    rig.device_ops.read8 = read8_with_lie;
    rig_start();
    ddi = rig_client();
    for (unsigned i = 0; i < ENGINES; i++)
        open_engine(&engines[i]);
}

static NTSTATUS set(HDAUDIO_STREAM_STATE state)
{
    return ddi.SetDmaEngineState(ddi.Context, state, ENGINES, engines);
}

static bool signalled(PKEVENT event)
{
    return linux_host_ops.event_wait(rig.host, event, 50 * MILLISECOND) == STATUS_SUCCESS;
}

/* ---- All or nothing ------------------------------------------------------------------------------ */

static void assert_put_back(PKEVENT event)
{
    for (unsigned i = 0; i < ENGINES; i++)
        assert_false(runs(i));
    assert_int_equal(sim_device_ops.read32(rig.device, SSYNC), 0);
    assert_false(signalled(event));
    /* In reset still: what needs a stopped or running engine is refused, what needs one in reset works. */
    assert_int_equal(set(ResetState), STATUS_SUCCESS);
}

static void start_with_a_stream_that_lies(uint32_t reg, unsigned clear)
{
    KEVENT event;

    start();
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    assert_int_equal(ddi.RegisterNotificationEvent(ddi.Context, engines[0], &event), STATUS_SUCCESS);
    break_stream(1, reg, clear, 0);
    assert_int_equal(set(RunState), STATUS_DEVICE_NOT_READY);
    assert_put_back(&event);
    lie.broken = false;
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    assert_true(signalled(&event));
    assert_int_equal(set(StopState), STATUS_SUCCESS);
    assert_int_equal(ddi.UnregisterNotificationEvent(ddi.Context, engines[0], &event), STATUS_SUCCESS);
}

static void a_stream_that_does_not_run_puts_the_others_back(void **state)
{
    (void)state;
    start_with_a_stream_that_lies(SD_CTL, SD_CTL_RUN);
}

static void a_fifo_that_does_not_fill_puts_the_others_back(void **state)
{
    (void)state;
    start_with_a_stream_that_lies(SD_STS, SD_STS_FIFORDY);
}

static void a_stream_that_does_not_stop_lets_the_others_run_on(void **state)
{
    (void)state;
    start();
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    break_stream(1, SD_CTL, 0, SD_CTL_RUN);
    assert_int_equal(set(StopState), STATUS_DEVICE_NOT_READY);
    lie.broken = false;
    for (unsigned i = 0; i < ENGINES; i++)
        assert_true(runs(i));
    assert_int_equal(sim_device_ops.read32(rig.device, SSYNC), 0);
    assert_int_equal(set(StopState), STATUS_SUCCESS);
}

/* No SSYNC holds back what has started before the other fails. */
static uint32_t read32_without_sync(void *device, uint32_t offset)
{
    return offset == SSYNC ? 0 : sim_device_ops.read32(device, offset);
}

static void a_stream_that_is_put_back_to_reset_begins_at_0(void **state)
{
    PULONG position;

    (void)state;
    rig.device_ops.read32 = read32_without_sync;
    start();
    assert_int_equal(ddi.GetLinkPositionRegister(ddi.Context, engines[0], &position), STATUS_SUCCESS);
    break_stream(1, SD_CTL, SD_CTL_RUN, 0);
    assert_int_equal(set(RunState), STATUS_DEVICE_NOT_READY);
    lie.broken = false;
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    assert_in_range(*position, 0, 48 * 4);
    assert_int_equal(set(StopState), STATUS_SUCCESS);
}

/* The reset clears the stream's registers: if it ran without them, the simulator would say so. */
static void a_stream_whose_reset_failed_is_programmed_before_it_runs(void **state)
{
    KEVENT event;

    (void)state;
    start();
    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    assert_int_equal(ddi.RegisterNotificationEvent(ddi.Context, engines[1], &event), STATUS_SUCCESS);
    assert_int_equal(set(StopState), STATUS_SUCCESS);
    break_stream(1, SD_CTL, SD_CTL_SRST, 0);
    assert_int_equal(set(ResetState), STATUS_DEVICE_NOT_READY);
    lie.broken = false;
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    assert_true(signalled(&event));
    assert_int_equal(set(StopState), STATUS_SUCCESS);
    assert_int_equal(ddi.UnregisterNotificationEvent(ddi.Context, engines[1], &event), STATUS_SUCCESS);
}

/* ---- Every wait has an end ----------------------------------------------------------------------- */

static void at_dispatch_level_the_waits_of_a_call_end_after_300_us_in_all(void **state)
{
    uint64_t begin, took;
    NTSTATUS status;
    KIRQL old;

    (void)state;
    start();
    break_stream(1, SD_CTL, SD_CTL_RUN, 0);
    old = KfRaiseIrql(DISPATCH_LEVEL);
    begin = rig_now();
    status = set(RunState);
    took = rig_now() - begin;
    KeLowerIrql(old);
    assert_int_equal(status, STATUS_DEVICE_NOT_READY);
    assert_true(took < 320000); /* 300 us, and the accesses that are no wait */
}

static void fail_to_run_at_dispatch_level(void)
{
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL);
    NTSTATUS status;

    break_stream(1, SD_CTL, SD_CTL_RUN, 0);
    status = set(RunState);
    lie.broken = false;
    KeLowerIrql(old);
    assert_int_equal(status, STATUS_DEVICE_NOT_READY);
}

/* At DISPATCH_LEVEL no time is left to wait until what is put back has halted, so whatever comes next does:
 * the simulator says so if SRST is set while RUN reads 1. At every phase against the link's frames. */
static void what_was_put_back_in_haste_has_halted_before_it_is_reset(void **state)
{
    (void)state;
    start();
    for (unsigned round = 0; round < 21; round++) {
        linux_host_ops.stall(rig.host, round);
        fail_to_run_at_dispatch_level();
        assert_int_equal(set(RunState), STATUS_SUCCESS);
        assert_int_equal(set(StopState), STATUS_SUCCESS);
        fail_to_run_at_dispatch_level();
        assert_int_equal(set(RunState), STATUS_SUCCESS);
        assert_int_equal(set(StopState), STATUS_SUCCESS);
        assert_int_equal(set(ResetState), STATUS_SUCCESS);
    }
    fail_to_run_at_dispatch_level();
    for (unsigned i = 0; i < ENGINES; i++)
        assert_int_equal(ddi.FreeDmaBuffer(ddi.Context, engines[i]), STATUS_SUCCESS);
}

static void at_passive_level_a_wait_ends_after_5_ms(void **state)
{
    uint64_t begin;

    (void)state;
    start();
    break_stream(1, SD_CTL, SD_CTL_RUN, 0);
    begin = rig_now();
    assert_int_equal(set(RunState), STATUS_DEVICE_NOT_READY);
    assert_true(rig_now() - begin >= 5 * MILLISECOND && rig_now() - begin < 6 * MILLISECOND);
}

static void freeing_ends_when_a_stream_does_not_reset(void **state)
{
    uint64_t begin;

    (void)state;
    start();
    break_stream(1, SD_CTL, SD_CTL_SRST, 0);
    begin = rig_now();
    assert_int_equal(ddi.FreeDmaBuffer(ddi.Context, engines[1]), STATUS_DEVICE_NOT_READY);
    assert_true(rig_now() - begin < 6 * MILLISECOND);
    begin = rig_now();
    assert_int_equal(ddi.FreeDmaEngine(ddi.Context, engines[1]), STATUS_INVALID_DEVICE_REQUEST);
    assert_true(rig_now() - begin < MILLISECOND / 10);
    lie.broken = false;
    assert_int_equal(ddi.FreeDmaBuffer(ddi.Context, engines[1]), STATUS_SUCCESS);
    assert_int_equal(ddi.FreeDmaEngine(ddi.Context, engines[1]), STATUS_SUCCESS);
}

/* The engine stays out of use until the bus stops, which takes the memory back: the simulator's fault list
 * says if it had been freed while the stream could reach it, or was never freed. */
static void a_client_with_a_stream_that_does_not_stop_is_released_in_time(void **state)
{
    HANDLE again;
    uint64_t begin;

    (void)state;
    start();
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    break_stream(0, SD_CTL, 0, SD_CTL_RUN);
    begin = rig_now();
    ddi.InterfaceDereference(ddi.Context);
    assert_true(rig_now() - begin < 20 * MILLISECOND);
    ddi = rig_client();
    open_engine(&again);
    assert_true(runs(0));
    assert_int_equal(ddi.SetDmaEngineState(ddi.Context, RunState, 1, &again), STATUS_SUCCESS);
    assert_true(runs(1));
    lie.broken = false;
    sim_device_ops.write8(rig.device, STREAM_BASE + FIRST_OUTPUT * STREAM_STEP + SD_CTL, 0);
    rig_pass(MILLISECOND);
}

/* ---- Positions ----------------------------------------------------------------------------------- */

static volatile ULONG *map_nothing(void *device, uint32_t offset)
{
    (void)device;
    (void)offset;
    return NULL;
}

static void write32_without_positions(void *device, uint32_t offset, uint32_t value)
{
    sim_device_ops.write32(device, offset, offset == DPLBASE ? value & ~DPLBASE_ENABLE : value);
}

static uint32_t link_position(unsigned output)
{
    return sim_device_ops.read32(rig.device, STREAM_BASE + (FIRST_OUTPUT + output) * STREAM_STEP + SD_LPIB);
}

/* It is 0 until that is noticed, at the end of a period. */
static void a_position_that_the_controller_does_not_write_is_copied_from_lpib(void **state)
{
    PULONG position;

    (void)state;
    rig.device_ops.map = map_nothing;
    rig.device_ops.write32 = write32_without_positions;
    start();
    assert_int_equal(ddi.GetLinkPositionRegister(ddi.Context, engines[0], &position), STATUS_SUCCESS);
    assert_int_equal(*position, 0);
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    rig_pass(MILLISECOND);
    assert_int_equal(*position, 0);
    rig_pass(100 * MILLISECOND);
    assert_int_equal(ddi.GetLinkPositionRegister(ddi.Context, engines[0], &position), STATUS_SUCCESS);
    assert_true(*position > 0);
    assert_in_range(link_position(0) - *position, 0, 4);
    assert_int_equal(set(StopState), STATUS_SUCCESS);
    assert_int_equal(set(ResetState), STATUS_SUCCESS);
    assert_int_equal(*position, 0);
}

static void a_position_in_memory_moves_within_the_buffer(void **state)
{
    PULONG position;
    bool moved = false;

    (void)state;
    rig.device_ops.map = map_nothing;
    start();
    assert_int_equal(ddi.GetLinkPositionRegister(ddi.Context, engines[0], &position), STATUS_SUCCESS);
    assert_int_equal(*position, 0);
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(*position < buffer_size);
        moved |= *position != 0;
        rig_pass(MILLISECOND);
    }
    assert_true(moved);
    assert_int_equal(set(StopState), STATUS_SUCCESS);
    assert_int_equal(set(ResetState), STATUS_SUCCESS);
    assert_int_equal(*position, 0);
}

/* ---- Quirks (HARDWARE 7, 1.9, 1.10) ------------------------------------------------------------ */

static void lpib_stands_for_the_position_buffer_by_quirk(void **state)
{
    PULONG position;

    (void)state;
    rig.config.quirks = HDA_QUIRK_LINK_POSITIONS;
    rig.device_ops.map = map_nothing;
    start();
    assert_int_equal(sim_device_ops.read32(rig.device, DPLBASE) & DPLBASE_ENABLE, 0);
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    for (unsigned i = 0; i < 50; i++) {
        rig_pass(MILLISECOND);
        assert_int_equal(ddi.GetLinkPositionRegister(ddi.Context, engines[1], &position), STATUS_SUCCESS);
        assert_in_range(link_position(1) - *position, 0, 4);
    }
    assert_int_equal(set(StopState), STATUS_SUCCESS);
}

/* A controller that has SSYNC at 34h, and nothing at 38h. */
static uint32_t read32_with_old_sync(void *device, uint32_t offset)
{
    if (offset == SSYNC)
        return 0;
    return sim_device_ops.read32(device, offset == SSYNC_OLD ? SSYNC : offset);
}

static unsigned old_syncs;

static void write32_with_old_sync(void *device, uint32_t offset, uint32_t value)
{
    if (offset == SSYNC)
        return;
    old_syncs += offset == SSYNC_OLD && value == 3u << FIRST_OUTPUT;
    sim_device_ops.write32(device, offset == SSYNC_OLD ? SSYNC : offset, value);
}

static void ssync_is_at_34h_by_quirk_alone(void **state)
{
    (void)state;
    rig.device_ops.read32 = read32_with_old_sync;
    rig.device_ops.write32 = write32_with_old_sync;
    old_syncs = 0;
    start();
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    assert_int_equal(old_syncs, 0);
    rig_stop();
    rig.config.quirks = HDA_QUIRK_SSYNC_AT_34;
    start();
    assert_int_equal(set(RunState), STATUS_SUCCESS);
    assert_int_equal(old_syncs, 1);
    assert_int_equal(set(StopState), STATUS_SUCCESS);
    assert_int_equal(old_syncs, 2);
}

static uint64_t highest_asked;

static NTSTATUS note_highest(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    highest_asked = highest > highest_asked ? highest : highest_asked;
    return sim_device_ops.dma_alloc(device, size, highest, dma);
}

static void addresses_have_32_bits_by_quirk(void **state)
{
    (void)state;
    rig.device_ops.dma_alloc = note_highest;
    highest_asked = 0;
    start();
    assert_true(highest_asked > UINT32_MAX);
    rig_stop();
    rig.config.quirks = HDA_QUIRK_NO_64_BIT;
    highest_asked = 0;
    start();
    assert_int_equal(highest_asked, UINT32_MAX);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(a_stream_that_does_not_run_puts_the_others_back),
        RULE(a_fifo_that_does_not_fill_puts_the_others_back),
        RULE(a_stream_that_is_put_back_to_reset_begins_at_0),
        RULE(a_stream_that_does_not_stop_lets_the_others_run_on),
        RULE(a_stream_whose_reset_failed_is_programmed_before_it_runs),
        RULE(at_dispatch_level_the_waits_of_a_call_end_after_300_us_in_all),
        RULE(what_was_put_back_in_haste_has_halted_before_it_is_reset),
        RULE(at_passive_level_a_wait_ends_after_5_ms),
        RULE(freeing_ends_when_a_stream_does_not_reset),
        RULE(a_client_with_a_stream_that_does_not_stop_is_released_in_time),
        RULE(a_position_that_the_controller_does_not_write_is_copied_from_lpib),
        RULE(a_position_in_memory_moves_within_the_buffer),
        RULE(lpib_stands_for_the_position_buffer_by_quirk),
        RULE(ssync_is_at_34h_by_quirk_alone),
        RULE(addresses_have_32_bits_by_quirk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
