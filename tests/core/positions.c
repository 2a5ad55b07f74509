/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * positions.c - what the driver counts a stream's periods by, when it does not believe the position buffer
 * (HARDWARE 7, DDI Registers handed out), and what it tells of an engine.
 */
#include <string.h>

#include "rig.h"

#define SIZE         4096
#define FRAME        4 /* bytes */
#define PERIOD       (SIZE / 2 / FRAME * UINT64_C(1000000000) / 48000)
#define FIRST_OUTPUT 4      /* of the rig's controller */
#define FORMAT       0x0011 /* 48 kHz, 16 bits, 2 channels (HDA 3.7.1) */

/* ---- A position buffer that lies ----------------------------------------------------------------- */

static struct {
    bool forges;
    uint32_t forged;     /* what the buffer says then */
    bool silent;         /* interrupts do not come */
    unsigned link_reads; /* of LPIB, by the driver */
    unsigned warnings;
} lie;

static void forge(void *device, const struct hda_dma *dma, size_t offset, size_t size,
                  enum hda_sync direction)
{
    sim_device_ops.dma_sync(device, dma, offset, size, direction);
    if (lie.forges && direction == HDA_SYNC_FOR_CPU)
        memcpy((char *)dma->memory + offset, &lie.forged, sizeof(lie.forged));
}

static uint32_t count_link_reads(void *device, uint32_t offset)
{
    lie.link_reads += offset >= STREAM_BASE && (offset - STREAM_BASE) % STREAM_STEP == SD_LPIB;
    return sim_device_ops.read32(device, offset);
}

static bool handle_or_not(void *unused)
{
    (void)unused;
    return !lie.silent && rig_interrupt();
}

static void note_log(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    (void)host, (void)level, (void)arguments;
    lie.warnings += strstr(format, "position buffer is wrong") != NULL;
}

/* Enabled, it is not written. */
static void write_without_positions(void *device, uint32_t offset, uint32_t value)
{
    sim_device_ops.write32(device, offset, offset == DPLBASE ? value & ~DPLBASE_ENABLE : value);
}

/* ---- A stream ------------------------------------------------------------------------------------ */

static HDAUDIO_BUS_INTERFACE_V2 ddi;
static HANDLE engine;
static PMDL mdl;
static KEVENT event;

static void open_engine(bool captures, ULONG notifications)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T size, offset;
    UCHAR stream;
    ULONG fifo;

    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    if (captures)
        assert_int_equal(ddi.AllocateCaptureDmaEngine(ddi.Context, 0, &format, &engine, &converter),
                         STATUS_SUCCESS);
    else
        assert_int_equal(ddi.AllocateRenderDmaEngine(ddi.Context, &format, FALSE, &engine, &converter),
                         STATUS_SUCCESS);
    assert_int_equal(ddi.AllocateDmaBufferWithNotification(ddi.Context, engine, notifications, SIZE, &mdl,
                                                           &size, &offset, &stream, &fifo),
                     STATUS_SUCCESS);
    assert_int_equal(size, SIZE);
    assert_int_equal(ddi.RegisterNotificationEvent(ddi.Context, engine, &event), STATUS_SUCCESS);
}

static void start(void)
{
    memset(&lie, 0, sizeof(lie));
    rig.device_ops.dma_sync = forge;
    rig.device_ops.read32 = count_link_reads;
    rig_take_interrupts(handle_or_not);
    rig.host_ops.log = note_log;
    rig_start();
    ddi = rig_client();
}

static void set(HDAUDIO_STREAM_STATE state)
{
    assert_int_equal(ddi.SetDmaEngineState(ddi.Context, state, 1, &engine), STATUS_SUCCESS);
}

static struct hda_engine_info info_of(unsigned index)
{
    struct hda_engine_info info;

    assert_true(hda_bus_engine_info(rig.bus, index, &info));
    return info;
}

/* Late interrupts stand for several periods: how many is counted by the position. */
static void each_period_is_counted(unsigned rounds)
{
    uint64_t begun = rig_now();

    set(RunState);
    for (unsigned i = 0; i < rounds; i++) {
        KIRQL old = KfRaiseIrql(DISPATCH_LEVEL + 1);
        uint64_t passed;

        rig_pass((i % 3) * PERIOD + MILLISECOND);
        KeLowerIrql(old);
        rig_pass(PERIOD / 2);
        passed = (rig_now() - begun) / PERIOD;
        assert_in_range(info_of(FIRST_OUTPUT).completions + 1, passed, passed + 2);
    }
}

static void each_period_is_told_soon(unsigned periods)
{
    uint64_t begun = rig_now();

    set(RunState);
    for (unsigned n = 1; n <= periods; n++) {
        uint64_t end = begun + n * PERIOD + (n == 1 ? 6 * MILLISECOND : PERIOD / 8 + MILLISECOND / 4);

        assert_int_equal(linux_host_ops.event_wait(rig.host, &event, end - rig_now()), STATUS_SUCCESS);
    }
}

static void ends_with(enum hda_position_source source)
{
    struct hda_engine_info info = info_of(FIRST_OUTPUT);

    assert_int_equal(info.source, source);
    assert_int_equal(lie.warnings, source == HDA_POSITION_LINK);
    set(StopState);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- Tests --------------------------------------------------------------------------------------- */

static void a_position_buffer_that_is_right_costs_no_look_at_lpib(void **state)
{
    (void)state;
    for (ULONG notifications = 1; notifications <= 2; notifications++) {
        start();
        open_engine(false, notifications);
        set(RunState);
        rig_pass(100 * PERIOD + MILLISECOND);
        set(PauseState);
        set(RunState);
        rig_pass(100 * PERIOD + MILLISECOND);
        assert_int_equal(lie.link_reads, 0);
        ends_with(HDA_POSITION_BUFFER);
        rig_stop();
    }
}

static void lpib_stands_for_one_that_is_never_written(void **state)
{
    (void)state;
    rig.device_ops.write32 = write_without_positions;
    start();
    open_engine(false, 2);
    each_period_is_counted(50);
    assert_true(lie.link_reads > 0);
    ends_with(HDA_POSITION_LINK);
}

/* At the end of each pass 0 is right; elsewhere it is not. */
static void that_is_noticed_at_a_pause_when_only_passes_are_told(void **state)
{
    (void)state;
    rig.device_ops.write32 = write_without_positions;
    start();
    open_engine(false, 1);
    set(RunState);
    rig_pass(PERIOD);
    assert_int_equal(info_of(FIRST_OUTPUT).source, HDA_POSITION_BUFFER);
    set(PauseState);
    assert_int_equal(info_of(FIRST_OUTPUT).source, HDA_POSITION_LINK);
    ends_with(HDA_POSITION_LINK);
}

static void lpib_stands_for_one_that_tells_nonsense(void **state)
{
    static const uint32_t nonsense[] = {UINT32_MAX, SIZE, SIZE + 128, 512};

    (void)state;
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        start();
        lie.forges = true;
        lie.forged = nonsense[i];
        open_engine(false, 2);
        each_period_is_counted(50);
        ends_with(HDA_POSITION_LINK);
        rig_stop();
    }
}

/* Of all engines, and again when one is opened: what is wrong of one is wrong of all, and it is said once. */
static void what_one_engine_has_shown_holds_for_all(void **state)
{
    (void)state;
    start();
    lie.forges = true;
    lie.forged = UINT32_MAX;
    open_engine(false, 2);
    set(RunState);
    rig_pass(3 * PERIOD);
    lie.forges = false;
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(info_of(i).source, HDA_POSITION_LINK);
    open_engine(true, 2);
    set(RunState);
    rig_pass(3 * PERIOD);
    ends_with(HDA_POSITION_LINK);
}

/* Polling needs to know where a stream is. */
static void a_stream_without_interrupts_and_positions_is_polled_by_lpib(void **state)
{
    (void)state;
    start();
    lie.forges = true;
    lie.forged = 1000;
    lie.silent = true;
    open_engine(false, 2);
    each_period_is_told_soon(200);
    assert_true(info_of(FIRST_OUTPUT).polled);
    assert_int_equal(info_of(FIRST_OUTPUT).lost_interrupts, 200);
    assert_int_equal(info_of(FIRST_OUTPUT).merged, 0);
    ends_with(HDA_POSITION_LINK);
    assert_int_equal(linux_host_ops.irql(rig.host), PASSIVE_LEVEL);
}

/* No codec sends the tag, and LPIB is 0 as well. */
static void an_input_that_stands_still_proves_nothing(void **state)
{
    (void)state;
    start();
    open_engine(true, 2);
    for (unsigned i = 0; i < 5; i++) {
        set(RunState);
        rig_pass(7 * MILLISECOND);
        set(PauseState);
    }
    assert_int_equal(lie.link_reads, 1);
    ends_with(HDA_POSITION_BUFFER);
}

/* ---- What is told of an engine ------------------------------------------------------------------- */

static void an_engine_tells_its_use(void **state)
{
    struct hda_engine_info info;

    (void)state;
    start();
    for (unsigned i = 0; i < 8; i++) {
        info = info_of(i);
        assert_int_equal(info.direction, i < FIRST_OUTPUT ? HDA_INPUT : HDA_OUTPUT);
        assert_false(info.in_use || info.runs || info.polled || info.tag || info.format || info.fifo);
    }
    assert_false(hda_bus_engine_info(rig.bus, 8, &info));
    open_engine(false, 2);
    info = info_of(FIRST_OUTPUT);
    assert_true(info.in_use && info.renders && !info.runs);
    assert_int_equal(info.tag, 1);
    assert_int_equal(info.format, FORMAT);
    assert_int_equal(info.fifo, 192);
    set(RunState);
    rig_pass(3 * PERIOD + MILLISECOND);
    info = info_of(FIRST_OUTPUT);
    assert_true(info.runs && !info.polled);
    assert_int_equal(info.completions, 3);
    set(StopState);
    set(ResetState);
    assert_int_equal(ddi.FreeDmaBufferWithNotification(ddi.Context, engine, mdl, SIZE), STATUS_SUCCESS);
    assert_int_equal(ddi.FreeDmaEngine(ddi.Context, engine), STATUS_SUCCESS);
    info = info_of(FIRST_OUTPUT);
    assert_false(info.in_use || info.renders || info.runs || info.tag || info.format);
    assert_int_equal(info.completions, 3);
    ddi.InterfaceDereference(ddi.Context);
}

static void errors_are_those_of_the_engine(void **state)
{
    (void)state;
    start();
    open_engine(false, 2);
    set(RunState);
    assert_int_equal(sim_device_fail(rig.device, HDABUS_SIM_FIFO_ERROR, FIRST_OUTPUT), STATUS_SUCCESS);
    rig_pass(2 * PERIOD);
    assert_int_equal(info_of(FIRST_OUTPUT).fifo_errors, 1);
    assert_int_equal(info_of(FIRST_OUTPUT).descriptor_errors, 0);
    assert_int_equal(sim_device_fail(rig.device, HDABUS_SIM_DESCRIPTOR_ERROR, FIRST_OUTPUT), STATUS_SUCCESS);
    rig_pass(3 * PERIOD);
    assert_int_equal(info_of(FIRST_OUTPUT).descriptor_errors, 1);
    for (unsigned i = 0; i < FIRST_OUTPUT; i++)
        assert_int_equal(info_of(i).fifo_errors + info_of(i).descriptor_errors, 0);
    set(StopState);
    ddi.InterfaceDereference(ddi.Context);
}

static volatile ULONG *map_nothing(void *device, uint32_t offset)
{
    (void)device, (void)offset;
    return NULL;
}

static volatile ULONG *map_no_alias(void *device, uint32_t offset)
{
    return offset >= ALIAS ? NULL : sim_device_ops.map(device, offset);
}

static void an_engine_tells_where_its_client_reads(void **state)
{
    static const struct {
        volatile ULONG *(*map)(void *device, uint32_t offset);
        enum hda_pointer pointer;
    } ways[] = {
        {NULL, HDA_POINTER_ALIAS},
        {map_no_alias, HDA_POINTER_REGISTER},
        {map_nothing, HDA_POINTER_MEMORY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        PULONG position;

        rig.device_ops.map = ways[i].map != NULL ? ways[i].map : sim_device_ops.map;
        start();
        open_engine(false, 2);
        assert_int_equal(info_of(FIRST_OUTPUT).pointer, HDA_POINTER_NONE);
        assert_int_equal(ddi.GetLinkPositionRegister(ddi.Context, engine, &position), STATUS_SUCCESS);
        assert_int_equal(info_of(FIRST_OUTPUT).pointer, ways[i].pointer);
        ddi.InterfaceDereference(ddi.Context);
        rig_stop();
    }
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(a_position_buffer_that_is_right_costs_no_look_at_lpib),
        RULE(lpib_stands_for_one_that_is_never_written),
        RULE(that_is_noticed_at_a_pause_when_only_passes_are_told),
        RULE(lpib_stands_for_one_that_tells_nonsense),
        RULE(what_one_engine_has_shown_holds_for_all),
        RULE(a_stream_without_interrupts_and_positions_is_polled_by_lpib),
        RULE(an_input_that_stands_still_proves_nothing),
        RULE(an_engine_tells_its_use),
        RULE(errors_are_those_of_the_engine),
        RULE(an_engine_tells_where_its_client_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
