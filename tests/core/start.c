/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.c - a bus starts on a controller that was left running, interrupts too early, vanishes, or is not
 * what it should be (HDA 3.3.7, 3.3.8, 3.3.21; DDI Bounds, Removal).
 */
#include <string.h>

#include "rig.h"

/* ---- Left running by whoever drove it before ----------------------------------------------------- */

static void run_a_stream(const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T size, offset;
    HANDLE engine;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    assert_int_equal(ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &engine, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(ddi->AllocateDmaBufferWithNotification(ddi->Context, engine, 2, 4096, &mdl, &size,
                                                            &offset, &stream, &fifo),
                     STATUS_SUCCESS);
    assert_int_equal(ddi->SetDmaEngineState(ddi->Context, RunState, 1, &engine), STATUS_SUCCESS);
}

/* Stops the second bus, and leaves the first to the fixture: it finds the controller in reset. */
static void come_back_to(struct hda_bus *before)
{
    rig_stop();
    assert_int_equal(sim_device_faults(rig.device), 0);
    rig.ruined = true;
    rig.bus = before;
}

/* The simulator notices, as a fault, a link reset while a ring or a stream runs. */
static void what_runs_is_halted_before_the_link_is_reset(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    struct hda_bus *before;

    (void)state;
    rig_start();
    ddi = rig_client();
    run_a_stream(&ddi);
    before = rig.bus;
    rig_start();
    assert_int_equal(hda_bus_child_count(rig.bus), 1);
    come_back_to(before);
}

static void wake_is_off_after_the_start(void **state)
{
    struct hda_bus *before;

    (void)state;
    rig_start();
    before = rig.bus;
    sim_device_ops.write16(rig.device, WAKEEN, 0x7FFF);
    rig_start();
    assert_int_equal(sim_device_ops.read16(rig.device, WAKEEN), 0);
    come_back_to(before);
}

/* ---- Interrupts ---------------------------------------------------------------------------------- */

static bool neighbour;

static uint32_t read_a_leftover_cause(void *device, uint32_t offset)
{
    if (offset == INTSTS && neighbour) {
        neighbour = false;
        return INTSTS_CIS;
    }
    return sim_device_ops.read32(device, offset);
}

/* A neighbour on the line interrupts at once, and the controller has a cause left over. */
static NTSTATUS connect_and_interrupt(void *device, hda_interrupt_routine *routine, void *context)
{
    NTSTATUS status = sim_device_ops.interrupt_connect(device, routine, context);
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL + 1);

    neighbour = true;
    routine(context);
    KeLowerIrql(old);
    return status;
}

static void a_shared_line_may_interrupt_before_the_rings_are_there(void **state)
{
    (void)state;
    rig.config.info.message_interrupts = false;
    rig.device_ops.read32 = read_a_leftover_cause;
    rig.device_ops.interrupt_connect = connect_and_interrupt;
    rig_start();
    assert_false(neighbour);
    assert_int_equal(hda_bus_child_count(rig.bus), 1);
}

static bool codec_came;
static unsigned looks;

static uint32_t read_a_codec_that_came(void *device, uint32_t offset)
{
    uint32_t value = sim_device_ops.read32(device, offset);

    if (offset != INTSTS || !codec_came)
        return value;
    looks++;
    return value | INTCTL_GIE | INTSTS_CIS;
}

static uint16_t show_codec_that_came(void *device, uint32_t offset)
{
    uint16_t value = sim_device_ops.read16(device, offset);

    return offset == STATESTS && codec_came ? value | 2 : value;
}

static void take_codec_that_came(void *device, uint32_t offset, uint16_t value)
{
    if (offset == STATESTS && value & 2)
        codec_came = false;
    sim_device_ops.write16(device, offset, value);
}

static void a_controller_cause_that_no_ring_has_is_cleared_in_statests(void **state)
{
    HDAUDIO_CODEC_TRANSFER verb = {.Output.Command = 0x000F0000};
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    (void)state;
    rig.device_ops.read32 = read_a_codec_that_came;
    rig.device_ops.read16 = show_codec_that_came;
    rig.device_ops.write16 = take_codec_that_came;
    codec_came = false;
    rig_start();
    ddi = rig_client();
    codec_came = true;
    looks = 0;
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &verb, NULL, NULL), STATUS_SUCCESS);
    assert_int_equal(verb.Input.IsValid, 1);
    assert_false(codec_came);
    assert_true(looks < 4);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- Capabilities -------------------------------------------------------------------------------- */

static uint16_t read_31_streams(void *device, uint32_t offset)
{
    return offset == GCAP ? 0xFF09 : sim_device_ops.read16(device, offset); /* 15 + 15 + 1 */
}

static void more_streams_than_intctl_has_bits_are_refused(void **state)
{
    struct hda_bus *bus;

    (void)state;
    rig.device_ops.read16 = read_31_streams;
    assert_int_equal(hda_bus_start(&rig.config, &bus), STATUS_NOT_SUPPORTED);
    assert_null(bus);
    rig.device_ops.read16 = sim_device_ops.read16;
    rig_start();
}

/* ---- The CORB's read pointer --------------------------------------------------------------------- */

static uint16_t read_self_clearing(void *device, uint32_t offset)
{
    uint16_t value = sim_device_ops.read16(device, offset);

    return offset == CORBRP ? value & 0xFF : value;
}

static void a_corbrp_whose_reset_bit_never_reads_1_is_accepted(void **state)
{
    (void)state;
    rig.device_ops.read16 = read_self_clearing;
    rig_start();
    assert_int_equal(hda_bus_child_count(rig.bus), 1);
}

static uint16_t read_stuck(void *device, uint32_t offset)
{
    uint16_t value = sim_device_ops.read16(device, offset);

    return offset == CORBRP ? value | CORBRP_RST : value;
}

static void a_corbrp_that_stays_in_reset_is_not_ready(void **state)
{
    struct hda_bus *bus;
    uint64_t begin;

    (void)state;
    rig.device_ops.read16 = read_stuck;
    begin = rig_now();
    assert_int_equal(hda_bus_start(&rig.config, &bus), STATUS_DEVICE_NOT_READY);
    assert_null(bus);
    assert_true(rig_now() - begin < 20 * MILLISECOND);
}

/* ---- Removal ------------------------------------------------------------------------------------- */

static unsigned left; /* register accesses until the controller is pulled out */

static bool gone(void)
{
    if (left > 0)
        left--;
    return left == 0;
}

static uint8_t read8_until_gone(void *device, uint32_t offset)
{
    return gone() ? UINT8_MAX : sim_device_ops.read8(device, offset);
}

static uint16_t read16_until_gone(void *device, uint32_t offset)
{
    return gone() ? UINT16_MAX : sim_device_ops.read16(device, offset);
}

static uint32_t read32_until_gone(void *device, uint32_t offset)
{
    return gone() ? UINT32_MAX : sim_device_ops.read32(device, offset);
}

static void write8_until_gone(void *device, uint32_t offset, uint8_t value)
{
    if (!gone())
        sim_device_ops.write8(device, offset, value);
}

static void write16_until_gone(void *device, uint32_t offset, uint16_t value)
{
    if (!gone())
        sim_device_ops.write16(device, offset, value);
}

static void write32_until_gone(void *device, uint32_t offset, uint32_t value)
{
    if (!gone())
        sim_device_ops.write32(device, offset, value);
}

static void make_removable(void)
{
    rig.ruined = true;
    rig.device_ops.read8 = read8_until_gone;
    rig.device_ops.read16 = read16_until_gone;
    rig.device_ops.read32 = read32_until_gone;
    rig.device_ops.write8 = write8_until_gone;
    rig.device_ops.write16 = write16_until_gone;
    rig.device_ops.write32 = write32_until_gone;
    rig_count_allocations();
}

static void a_controller_of_all_ones_is_removed_at_once(void **state)
{
    struct hda_bus *bus;
    uint64_t begin;

    (void)state;
    make_removable();
    left = 1;
    begin = rig_now();
    assert_int_equal(hda_bus_start(&rig.config, &bus), STATUS_DEVICE_REMOVED);
    assert_null(bus);
    assert_true(rig_now() - begin < MILLISECOND);
    assert_int_equal(rig.live, 0);
}

/* From the rings on only memory is looked at: codecs are found silent, and when the link is to be reset for
 * that the controller is found to be gone. Two batches ask, and each may wait for its answers. */
static void start_until_pulled(unsigned accesses)
{
    uint64_t begin = rig_now();
    struct hda_bus *bus;
    NTSTATUS status;

    left = accesses;
    status = hda_bus_start(&rig.config, &bus);
    assert_true(status == STATUS_DEVICE_REMOVED || status == STATUS_SUCCESS);
    if (status == STATUS_DEVICE_REMOVED)
        assert_true(rig_now() - begin < 30 * MILLISECOND);
    if (NT_SUCCESS(status))
        hda_bus_stop(bus, NULL);
    assert_true(rig_now() - begin < 60 * MILLISECOND);
    assert_int_equal(rig.live, 0);
}

static void a_controller_may_be_pulled_at_any_access(void **state)
{
    unsigned used;

    (void)state;
    make_removable();
    left = UINT32_MAX;
    rig_start();
    rig_stop();
    used = UINT32_MAX - left;
    assert_true(used > 20);
    /* A start takes more where the controller was left running, as it is from then on. */
    for (unsigned accesses = 1; accesses < 2 * used; accesses++)
        start_until_pulled(accesses);
}

/* ---- A codec that is silent (HARDWARE 13) ------------------------------------------------------ */

static bool locked, locks, sleepy; /* nobody answers until the next reset of the link */
static bool connected;             /* to the interrupt */
static uint32_t *corb;
static unsigned resets, dead;

static NTSTATUS find_corb(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = sim_device_ops.dma_alloc(device, size, highest, dma);

    if (size == 256 * sizeof(uint32_t))
        corb = dma->memory;
    return status;
}

/* Commands to a dead codec, and while the controller is locked all, go to an address without a codec. */
static void lock_up(void *device, uint32_t offset, uint16_t value)
{
    static unsigned written;

    while (offset == CORBWP && value != 0 && written != value) {
        written = (written + 1) % 256;
        locked |= locks && (dead & 1u << corb[written] / 0x10000000u);
        if (locked || dead & 1u << corb[written] / 0x10000000u)
            corb[written] |= 0xE0000000;
    }
    written = offset == CORBWP ? value : written;
    sim_device_ops.write16(device, offset, value);
}

static NTSTATUS note_connect(void *device, hda_interrupt_routine *routine, void *context)
{
    connected = true;
    return sim_device_ops.interrupt_connect(device, routine, context);
}

static void note_disconnect(void *device)
{
    connected = false;
    sim_device_ops.interrupt_disconnect(device);
}

/* A shared line, or a message that is late, would have the routine look at a controller in reset. */
static void unlock(void *device, uint32_t offset, uint32_t value)
{
    if (offset == GCTL && value == 0) {
        assert_false(connected);
        resets++;
        locked = sleepy; /* nobody is awake after the first reset */
        sleepy = false;
    }
    sim_device_ops.write32(device, offset, value);
}

static void start_with_dead(unsigned codecs, bool lock)
{
    rig_plug(1);
    rig_plug(2);
    dead = codecs;
    locks = lock;
    locked = sleepy = false;
    resets = 0;
    rig.device_ops.dma_alloc = find_corb;
    rig.device_ops.write16 = lock_up;
    rig.device_ops.write32 = unlock;
    rig.device_ops.interrupt_connect = note_connect;
    rig.device_ops.interrupt_disconnect = note_disconnect;
    connected = false;
    rig_start();
}

static void a_codec_that_is_silent_is_left_out(void **state)
{
    uint64_t begin = rig_now();

    (void)state;
    start_with_dead(1u << 1, false);
    assert_int_equal(hda_bus_child_count(rig.bus), 2);
    assert_int_equal(hda_bus_child(rig.bus, 1)->codec_address, 2);
    assert_int_equal(resets, 1);
    assert_true(rig_now() - begin < 30 * MILLISECOND);
}

static void start_locking_up_at(unsigned codec)
{
    uint64_t begin = rig_now();

    dead = 1u << codec;
    resets = 0;
    rig_start();
    assert_int_equal(hda_bus_child_count(rig.bus), 2);
    for (unsigned child = 0; child < 2; child++)
        assert_int_not_equal(hda_bus_child(rig.bus, child)->codec_address, codec);
    assert_in_range(resets, 2, 4);
    assert_true(rig_now() - begin < 120 * MILLISECOND);
    rig_stop();
}

static void a_silent_codec_that_locks_the_controller_up_costs_resets_and_no_other_codec(void **state)
{
    (void)state;
    start_with_dead(0, true);
    rig_stop();
    for (unsigned codec = 0; codec < 3; codec++)
        start_locking_up_at(codec);
}

static bool stuck; /* the CORB, from the first command to the next reset of the link */
static unsigned stops;

static uint8_t read_stuck_corb(void *device, uint32_t offset)
{
    uint8_t value = sim_device_ops.read8(device, offset);

    return offset == CORBCTL && stuck ? value | CORBCTL_RUN : value;
}

static void count_stops(void *device, uint32_t offset, uint8_t value)
{
    stops += offset == CORBCTL && value == 0;
    sim_device_ops.write8(device, offset, value);
}

static void get_stuck(void *device, uint32_t offset, uint16_t value)
{
    stuck |= offset == CORBWP && value != 0 && resets == 1;
    if (offset != CORBWP || !stuck || value == 0)
        sim_device_ops.write16(device, offset, value);
}

static void get_unstuck(void *device, uint32_t offset, uint32_t value)
{
    if (offset == GCTL && value == 0) {
        resets++;
        stuck = false;
        stops = 0;
    }
    sim_device_ops.write32(device, offset, value);
}

static void a_corb_that_a_reset_of_the_link_has_freed_is_not_started_anew(void **state)
{
    (void)state;
    stuck = false;
    resets = 0;
    rig.device_ops.read8 = read_stuck_corb;
    rig.device_ops.write8 = count_stops;
    rig.device_ops.write16 = get_stuck;
    rig.device_ops.write32 = get_unstuck;
    rig_start();
    assert_int_equal(resets, 2);
    assert_int_equal(hda_bus_child_count(rig.bus), 1);
    assert_int_equal(stops, 1); /* before the rings were programmed */
}

static void a_codec_that_answers_after_a_reset_is_found(void **state)
{
    (void)state;
    start_with_dead(0, false);
    rig_stop();
    sleepy = true;
    rig_start();
    assert_int_equal(hda_bus_child_count(rig.bus), 3);
    assert_int_equal(resets, 4); /* start and stop before, this start, and once more */
    assert_true(sim_device_ops.read32(rig.device, DPLBASE) & DPLBASE_ENABLE);
}

/* ---- A host that does not run deferred work ------------------------------------------------------ */

static unsigned complaints;

static void note_log(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    (void)host, (void)arguments;
    complaints += level == HDA_LOG_ERROR && strstr(format, "host->work_queue: ") != NULL;
}

static void forget_work(void *host, struct hda_work *work, uint64_t delay)
{
    (void)host, (void)work, (void)delay;
}

static void a_host_that_runs_no_work_is_told_of_and_not_waited_for(void **state)
{
    (void)state;
    complaints = 0;
    rig_count_allocations();
    rig.host_ops.log = note_log;
    rig.host_ops.work_queue = forget_work;
    assert_int_equal(hda_bus_start(&rig.config, &rig.bus), STATUS_INVALID_PARAMETER);
    assert_null(rig.bus);
    assert_int_equal(complaints, 1);
    assert_in_range(rig_now(), 1000 * MILLISECOND, 1500 * MILLISECOND);
    assert_int_equal(rig.live, 0);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(what_runs_is_halted_before_the_link_is_reset),
        RULE(wake_is_off_after_the_start),
        RULE(a_host_that_runs_no_work_is_told_of_and_not_waited_for),
        RULE(a_shared_line_may_interrupt_before_the_rings_are_there),
        RULE(a_controller_cause_that_no_ring_has_is_cleared_in_statests),
        RULE(more_streams_than_intctl_has_bits_are_refused),
        RULE(a_corbrp_whose_reset_bit_never_reads_1_is_accepted),
        RULE(a_corbrp_that_stays_in_reset_is_not_ready),
        RULE(a_controller_of_all_ones_is_removed_at_once),
        RULE(a_controller_may_be_pulled_at_any_access),
        RULE(a_codec_that_is_silent_is_left_out),
        RULE(a_silent_codec_that_locks_the_controller_up_costs_resets_and_no_other_codec),
        RULE(a_corb_that_a_reset_of_the_link_has_freed_is_not_started_anew),
        RULE(a_codec_that_answers_after_a_reset_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
