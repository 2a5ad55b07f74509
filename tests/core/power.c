/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * power.c - suspend, resume and wake where the hardware can be seen: what is touched when, what a controller
 * that does not obey leaves behind (DDI Power, HDA 3.3.8). What clients see is in conformance/.
 */
#include "rig.h"

#include <string.h>

#define DAC 0x02 /* of the built-in codec */
#define MIC 0x11

#define SECOND (1000 * MILLISECOND)

struct stream;

/* ---- A controller that is watched ------------------------------------------------------------ */

static struct {
    unsigned accesses;
    unsigned lose_resets; /* writes to GCTL that do not arrive */
    bool lose_halts;      /* RUN cannot be cleared */
    bool refuse;          /* to connect the interrupt */
    bool small;           /* the rings can be of 16 entries only */
    bool naps;            /* somebody suspends the bus when the wall clock is about to be read */
    unsigned connected;
    uint16_t woken;       /* what STATESTS shows until it is acknowledged */
    void (*before)(void); /* STATESTS is read the next time */
    void (*after)(void);
    hda_interrupt_routine *routine;
    void *context;
    struct stream *stream;
    NTSTATUS when_freed; /* what the client was told that freed its buffer */
} watch;

static uint8_t watched_read8(void *device, uint32_t offset)
{
    watch.accesses++;
    if (watch.small && (offset == CORBSIZE || offset == RIRBSIZE))
        return 2 << RING_CAP_SHIFT;
    return sim_device_ops.read8(device, offset);
}

static void happen(void (**what)(void))
{
    void (*once)(void) = *what;

    *what = NULL;
    if (once != NULL)
        once();
}

static uint16_t watched_read16(void *device, uint32_t offset)
{
    uint16_t value;

    watch.accesses++;
    if (offset != STATESTS)
        return sim_device_ops.read16(device, offset);
    happen(&watch.before);
    value = sim_device_ops.read16(device, offset) | watch.woken;
    happen(&watch.after);
    return value;
}

static uint32_t watched_read32(void *device, uint32_t offset)
{
    uint32_t value;

    if (offset == WALCLK && watch.naps)
        assert_int_not_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    value = sim_device_ops.read32(device, offset);
    watch.accesses++;
    return offset == INTSTS && watch.woken != 0 ? value | INTSTS_CIS : value;
}

static void watched_write8(void *device, uint32_t offset, uint8_t value)
{
    bool halts = offset >= STREAM_BASE && offset % STREAM_STEP == SD_CTL && !(value & SD_CTL_RUN);

    watch.accesses++;
    if (!halts || !watch.lose_halts)
        sim_device_ops.write8(device, offset, value);
}

static void watched_write16(void *device, uint32_t offset, uint16_t value)
{
    watch.accesses++;
    if (offset == STATESTS)
        watch.woken &= (uint16_t)~value;
    sim_device_ops.write16(device, offset, value);
}

static void watched_write32(void *device, uint32_t offset, uint32_t value)
{
    watch.accesses++;
    if (offset == GCTL && watch.lose_resets > 0)
        watch.lose_resets--;
    else
        sim_device_ops.write32(device, offset, value);
}

static NTSTATUS watched_connect(void *device, hda_interrupt_routine *routine, void *context)
{
    NTSTATUS status =
        watch.refuse ? STATUS_NO_MEMORY : sim_device_ops.interrupt_connect(device, routine, context);

    watch.connected += NT_SUCCESS(status);
    watch.routine = routine;
    watch.context = context;
    return status;
}

static void watched_disconnect(void *device)
{
    watch.connected--;
    sim_device_ops.interrupt_disconnect(device);
}

/* A client of a bus on a controller that is watched. */
static HDAUDIO_BUS_INTERFACE_V2 start(void)
{
    memset(&watch, 0, sizeof(watch));
    rig.device_ops.read8 = watched_read8;
    rig.device_ops.read16 = watched_read16;
    rig.device_ops.read32 = watched_read32;
    rig.device_ops.write8 = watched_write8;
    rig.device_ops.write16 = watched_write16;
    rig.device_ops.write32 = watched_write32;
    rig.device_ops.interrupt_connect = watched_connect;
    rig.device_ops.interrupt_disconnect = watched_disconnect;
    rig_start();
    return rig_client();
}

/* ---- A stream -------------------------------------------------------------------------------- */

struct stream {
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HANDLE engine;
    PMDL mdl;
    SIZE_T size;
    KEVENT event;
};

static void verb(const HDAUDIO_BUS_INTERFACE_V2 *ddi, unsigned node, unsigned verb_and_data)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = node << 20 | verb_and_data};

    assert_int_equal(ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL), STATUS_SUCCESS);
    assert_true(transfer.Input.IsValid);
}

static void listen_with(const struct stream *stream, UCHAR tag, USHORT format)
{
    verb(&stream->ddi, DAC, 0x20000u | format);
    verb(&stream->ddi, DAC, 0x70600u | (unsigned)tag << 4);
}

static void open_stream(struct stream *stream)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &stream->ddi;
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T offset;
    UCHAR tag;
    ULONG fifo;

    assert_int_equal(ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &stream->engine, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(ddi->AllocateDmaBufferWithNotification(ddi->Context, stream->engine, 2, 7680,
                                                            &stream->mdl, &stream->size, &offset, &tag,
                                                            &fifo),
                     STATUS_SUCCESS);
    KeInitializeEvent(&stream->event, SynchronizationEvent, FALSE);
    assert_int_equal(ddi->RegisterNotificationEvent(ddi->Context, stream->engine, &stream->event),
                     STATUS_SUCCESS);
    listen_with(stream, tag, converter.ConverterFormat);
}

static NTSTATUS set_state(struct stream *stream, HDAUDIO_STREAM_STATE state)
{
    return stream->ddi.SetDmaEngineState(stream->ddi.Context, state, 1, &stream->engine);
}

static bool is_signalled(struct stream *stream)
{
    LARGE_INTEGER half_second = {.QuadPart = -5000000};

    return KeWaitForSingleObject(&stream->event, Executive, KernelMode, FALSE, &half_second) ==
           STATUS_SUCCESS;
}

static void start_stream(struct stream *stream)
{
    stream->ddi = start();
    open_stream(stream);
    assert_int_equal(set_state(stream, RunState), STATUS_SUCCESS);
    assert_true(is_signalled(stream));
}

static void plays_again(struct stream *stream)
{
    assert_int_equal(set_state(stream, RunState), STATUS_SUCCESS);
    assert_true(is_signalled(stream));
    assert_true(is_signalled(stream));
}

/* ---- Asleep ---------------------------------------------------------------------------------- */

static volatile ULONG *map_nothing(void *device, uint32_t offset)
{
    (void)device, (void)offset;
    return NULL;
}

static void no_register_is_touched_between_suspend_and_resume(void **state)
{
    struct stream stream;
    unsigned accesses;
    PULONG pointer;

    (void)state;
    rig.device_ops.map = map_nothing; /* the driver reads for those who are given pointers */
    rig.config.quirks = HDA_QUIRK_LINK_POSITIONS;
    start_stream(&stream);
    stream.ddi.GetWallClockRegister(stream.ddi.Context, &pointer);
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    accesses = watch.accesses;
    assert_int_equal(watch.connected, 0);
    rig_pass(SECOND);
    set_state(&stream, RunState);
    set_state(&stream, ResetState);
    stream.ddi.GetWallClockRegister(stream.ddi.Context, &pointer);
    stream.ddi.GetLinkPositionRegister(stream.ddi.Context, stream.engine, &pointer);
    hda_bus_cancel_wake(rig.bus, 0);
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    stream.ddi.InterfaceDereference(stream.ddi.Context); /* frees what the client holds */
    assert_int_equal(watch.accesses, accesses);
}

/* On another processor it would wait; here it is at a wrong level. */
static void no_sleep_comes_between_a_look_at_the_bus_and_one_at_the_wall_clock(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    PULONG clock;
    KIRQL old;

    (void)state;
    rig.device_ops.map = map_nothing;
    ddi = start();
    watch.naps = true;
    ddi.GetWallClockRegister(ddi.Context, &clock);
    watch.naps = false;
    old = KfRaiseIrql(DISPATCH_LEVEL + 1); /* is a mistake that is logged (DDI Routines) */
    ddi.GetWallClockRegister(ddi.Context, &clock);
    KeLowerIrql(old);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_bus_that_sleeps_stops_without_touching_a_register(void **state)
{
    struct stream stream;
    unsigned accesses;

    (void)state;
    start_stream(&stream);
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    accesses = watch.accesses;
    rig_stop();
    assert_int_equal(watch.accesses, accesses);
}

static void the_controller_sleeps_in_reset(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    assert_int_equal(sim_device_ops.read32(rig.device, GCTL) & GCTL_CRST, 0);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    assert_int_equal(watch.connected, 1);
    verb(&ddi, DAC, 0xF0000);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS); /* it is awake */
    ddi.InterfaceDereference(ddi.Context);
}

/* What no client sees at once, and a reset takes. */
static void the_controller_is_told_again_what_a_reset_takes(void **state)
{
    static const uint32_t registers[] = {DPLBASE, DPUBASE, CORBLBASE, RIRBLBASE, INTCTL, GCTL};
    uint32_t before[sizeof(registers) / sizeof(registers[0])];
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        before[i] = sim_device_ops.read32(rig.device, registers[i]);
    assert_true(before[0] & DPLBASE_ENABLE);
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        assert_int_equal(sim_device_ops.read32(rig.device, registers[i]), before[i]);
    ddi.InterfaceDereference(ddi.Context);
}

/* Handles, buffers and registrations stand; the codec has to be told anew. */
static void a_stream_plays_again_after_resume(void **state)
{
    struct stream stream;
    PULONG position;

    (void)state;
    start_stream(&stream);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
        rig_pass(MILLISECOND);
        assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
        KeClearEvent(&stream.event);
        assert_int_equal(stream.ddi.GetLinkPositionRegister(stream.ddi.Context, stream.engine, &position),
                         STATUS_SUCCESS);
        assert_int_equal(*position, 0);
        assert_false(is_signalled(&stream));
        listen_with(&stream, 1, 0x11);
        plays_again(&stream);
    }
    stream.ddi.InterfaceDereference(stream.ddi.Context);
}

/* ---- A controller that does not obey --------------------------------------------------------- */

static void what_does_not_stop_ends_with_the_reset(void **state)
{
    struct stream stream;

    (void)state;
    rig.ruined = true; /* the link goes to reset while the stream runs */
    start_stream(&stream);
    watch.lose_halts = true;
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    watch.lose_halts = false;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    listen_with(&stream, 1, 0x11);
    plays_again(&stream);
    stream.ddi.InterfaceDereference(stream.ddi.Context);
}

static void a_controller_that_stays_out_of_reset_is_asleep_all_the_same(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0xF0000};

    (void)state;
    watch.lose_resets = 3; /* DDI Bounds: tries */
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_DEVICE_NOT_READY);
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, NULL, NULL), STATUS_DEVICE_NOT_READY);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    verb(&ddi, DAC, 0xF0000);
    ddi.InterfaceDereference(ddi.Context);
}

static NTSTATUS free_buffer(struct stream *stream)
{
    return stream->ddi.FreeDmaBufferWithNotification(stream->ddi.Context, stream->engine, stream->mdl,
                                                     stream->size);
}

static void try_to_free(void)
{
    watch.when_freed = free_buffer(watch.stream);
}

/* HARDWARE 11: not before the controller is in reset. */
static void what_a_stream_that_does_not_stop_may_touch_is_not_freed(void **state)
{
    struct stream stream;

    (void)state;
    rig.ruined = true; /* the link goes to reset while the stream runs */
    start_stream(&stream);
    watch.lose_halts = true;
    watch.lose_resets = 3;
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_DEVICE_NOT_READY);
    assert_int_equal(set_state(&stream, ResetState), STATUS_SUCCESS);
    assert_int_equal(free_buffer(&stream), STATUS_DEVICE_NOT_READY);
    watch.lose_halts = false;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    assert_int_equal(free_buffer(&stream), STATUS_SUCCESS);
    stream.ddi.InterfaceDereference(stream.ddi.Context);
}

/* As on another processor, when the engines have stopped and the controller is not yet in reset. */
static void nor_while_the_controller_goes_to_sleep(void **state)
{
    struct stream stream;

    (void)state;
    rig.ruined = true;
    start_stream(&stream);
    watch.lose_halts = true;
    watch.stream = &stream;
    watch.before = try_to_free; /* STATESTS is read in between */
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    assert_int_equal(watch.when_freed, STATUS_DEVICE_NOT_READY);
    assert_int_equal(free_buffer(&stream), STATUS_SUCCESS);
    stream.ddi.InterfaceDereference(stream.ddi.Context);
}

static void still_sleeps(const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0xF0000};
    unsigned accesses = watch.accesses;

    assert_int_equal(watch.connected, 0);
    assert_int_equal(ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL),
                     STATUS_DEVICE_NOT_READY);
    rig_pass(SECOND);
    assert_int_equal(watch.accesses, accesses);
}

static void a_resume_that_fails_can_be_tried_again(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    watch.refuse = true;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_NO_MEMORY);
    still_sleeps(&ddi);
    watch.refuse = false;
    watch.lose_resets = 6; /* each try writes twice */
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_DEVICE_NOT_READY);
    still_sleeps(&ddi);
    watch.lose_resets = 0;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    verb(&ddi, DAC, 0xF0000);
    ddi.InterfaceDereference(ddi.Context);
}

/* Their memory is of before. */
static void rings_of_another_size_are_no_resume(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    rig.ruined = true; /* in truth it has no other than before */
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    watch.small = true;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_DEVICE_NOT_READY);
    still_sleeps(&ddi);
    watch.small = false;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    verb(&ddi, DAC, 0xF0000);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- Wake ------------------------------------------------------------------------------------ */

static struct {
    unsigned calls;
    NTSTATUS status;
    KIRQL level;
} woken;

static void count_wake(void *context, NTSTATUS status)
{
    (void)context;
    woken.calls++;
    woken.status = status;
    woken.level = KeGetCurrentIrql();
}

static void request_wake(void)
{
    memset(&woken, 0, sizeof(woken));
    assert_int_equal(hda_bus_wait_wake(rig.bus, 0, count_wake, NULL), STATUS_SUCCESS);
}

static void assert_woken(unsigned calls, NTSTATUS status)
{
    assert_int_equal(woken.calls, calls);
    assert_int_equal(woken.status, status);
}

static void assert_wakeen(uint16_t value)
{
    assert_int_equal(sim_device_ops.read16(rig.device, WAKEEN), value);
}

static void a_jack_wakes_a_controller_in_reset(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    verb(&ddi, MIC, 0x70880); /* unsolicited responses: enabled */
    request_wake();
    assert_wakeen(1);
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    assert_wakeen(1);
    assert_int_equal(sim_device_ops.read16(rig.device, STATESTS), 0);
    assert_int_equal(sim_device_plug_jack(rig.device, 0, MIC, FALSE), STATUS_SUCCESS);
    assert_int_equal(sim_device_ops.read16(rig.device, STATESTS), 1);
    assert_woken(0, 0);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    rig_pass(MILLISECOND);
    assert_woken(1, STATUS_SUCCESS);
    assert_int_equal(woken.level, DISPATCH_LEVEL);
    assert_wakeen(0);
    ddi.InterfaceDereference(ddi.Context);
}

/* The reset lets every codec ask for the link: none of that is a wake. */
static void a_resume_without_a_wake_leaves_the_request(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    request_wake();
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    rig_pass(MILLISECOND);
    assert_woken(0, 0);
    assert_wakeen(1);
    assert_int_equal(hda_bus_wait_wake(rig.bus, 0, count_wake, NULL), STATUS_DEVICE_BUSY);
    assert_true(hda_bus_cancel_wake(rig.bus, 0));
    assert_false(hda_bus_cancel_wake(rig.bus, 0));
    assert_wakeen(0);
    ddi.InterfaceDereference(ddi.Context);
    rig_stop();
    assert_woken(0, 0);
}

static void interrupt(void)
{
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL + 1);

    assert_true(watch.routine(watch.context));
    KeLowerIrql(old);
}

static void a_codec_wakes_a_controller_that_runs(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    request_wake();
    watch.woken = 2; /* somebody else's */
    interrupt();
    assert_int_equal(watch.woken, 0);
    assert_woken(0, 0);
    watch.woken = 1;
    interrupt();
    assert_int_equal(watch.woken, 0);
    assert_woken(1, STATUS_SUCCESS);
    watch.woken = 1;
    interrupt();
    assert_woken(1, STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
}

/* Just before it goes to reset, when no interrupt is taken any more. */
static void a_codec_that_wakes_at_the_last_moment_is_told_of_after_resume(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    request_wake();
    watch.woken = 1;
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    assert_int_equal(watch.woken, 0);
    assert_woken(0, 0);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    rig_pass(MILLISECOND);
    assert_woken(1, STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
}

static void fail_to_resume(void)
{
    watch.refuse = true;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_NO_MEMORY);
    watch.refuse = false;
}

static void a_wake_is_told_when_the_resume_succeeds_at_last(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    request_wake();
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    watch.woken = 1;
    fail_to_resume();
    rig_pass(MILLISECOND);
    assert_woken(0, 0);
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    rig_pass(MILLISECOND);
    assert_woken(1, STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_codec_can_wake_after_a_resume_that_fails(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    request_wake();
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    fail_to_resume();
    assert_wakeen(1);
    watch.woken = 1;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    rig_pass(MILLISECOND);
    assert_woken(1, STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
}

/* As on another processor, while the interrupt routine looks who has woken. */
static void request_and_wake_another(void)
{
    KeLowerIrql(DISPATCH_LEVEL);
    assert_int_equal(hda_bus_wait_wake(rig.bus, 1, count_wake, NULL), STATUS_SUCCESS);
    KfRaiseIrql(DISPATCH_LEVEL + 1);
    watch.woken |= 2;
}

static void wake_another(void (**when)(void))
{
    request_wake();
    watch.woken = 1;
    *when = request_and_wake_another;
    interrupt();
    assert_int_equal(watch.woken, 0);
    assert_woken(2, STATUS_SUCCESS);
}

static void a_codec_that_wakes_during_an_interrupt_for_another_is_not_missed(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    (void)state;
    rig_plug(1);
    ddi = start();
    wake_another(&watch.before);
    wake_another(&watch.after);
    ddi.InterfaceDereference(ddi.Context);
}

/* What the codec said before nobody waited for. */
static void a_request_is_for_what_comes(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    watch.woken = 1;
    request_wake();
    assert_int_equal(watch.woken, 0);
    ddi.InterfaceDereference(ddi.Context);
}

static void requests_end_with_the_bus(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    request_wake();
    ddi.InterfaceDereference(ddi.Context);
    rig_stop();
    assert_woken(1, STATUS_CANCELLED);
    assert_wakeen(0);
}

static unsigned accepted;

static void ask_for_more(void *context, NTSTATUS status)
{
    count_wake(context, status);
    accepted += NT_SUCCESS(hda_bus_wait_wake(rig.bus, 0, ask_for_more, NULL));
}

/* hda_wake_routine: once for each, also for one that is made while they end. */
static void requests_that_are_made_while_the_bus_stops_are_refused(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();
    struct hda_bus *bus = rig.bus;

    (void)state;
    memset(&woken, 0, sizeof(woken));
    accepted = 1;
    assert_int_equal(hda_bus_wait_wake(rig.bus, 0, ask_for_more, NULL), STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
    hda_bus_stop(bus, NULL);
    rig.bus = NULL;
    assert_int_equal(woken.calls, accepted);
    assert_woken(1, STATUS_CANCELLED);
}

static void requests_are_checked(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi = start();

    (void)state;
    assert_int_equal(hda_bus_wait_wake(rig.bus, 1, count_wake, NULL), STATUS_INVALID_PARAMETER);
    assert_int_equal(hda_bus_wait_wake(rig.bus, 0, NULL, NULL), STATUS_INVALID_PARAMETER);
    assert_false(hda_bus_cancel_wake(rig.bus, 1));
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    assert_int_equal(hda_bus_wait_wake(rig.bus, 0, count_wake, NULL), STATUS_DEVICE_NOT_READY);
    ddi.InterfaceDereference(ddi.Context);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(no_register_is_touched_between_suspend_and_resume),
        RULE(no_sleep_comes_between_a_look_at_the_bus_and_one_at_the_wall_clock),
        RULE(a_bus_that_sleeps_stops_without_touching_a_register),
        RULE(the_controller_sleeps_in_reset),
        RULE(the_controller_is_told_again_what_a_reset_takes),
        RULE(a_stream_plays_again_after_resume),
        RULE(what_does_not_stop_ends_with_the_reset),
        RULE(what_a_stream_that_does_not_stop_may_touch_is_not_freed),
        RULE(nor_while_the_controller_goes_to_sleep),
        RULE(a_controller_that_stays_out_of_reset_is_asleep_all_the_same),
        RULE(a_resume_that_fails_can_be_tried_again),
        RULE(rings_of_another_size_are_no_resume),
        RULE(a_jack_wakes_a_controller_in_reset),
        RULE(a_resume_without_a_wake_leaves_the_request),
        RULE(a_codec_wakes_a_controller_that_runs),
        RULE(a_codec_that_wakes_at_the_last_moment_is_told_of_after_resume),
        RULE(a_wake_is_told_when_the_resume_succeeds_at_last),
        RULE(a_codec_can_wake_after_a_resume_that_fails),
        RULE(a_codec_that_wakes_during_an_interrupt_for_another_is_not_missed),
        RULE(a_request_is_for_what_comes),
        RULE(requests_end_with_the_bus),
        RULE(requests_that_are_made_while_the_bus_stops_are_refused),
        RULE(requests_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
