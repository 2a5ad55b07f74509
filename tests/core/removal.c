/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * removal.c - the controller disappears at each register access of a bus's life, from its start over two
 * clients' lives and a suspend to its stop: every call ends, with a status that the contract allows, and
 * nothing is leaked (DDI Removal). What clients see is in conformance/, too.
 */
#include "rig.h"

#include <string.h>

#include "device/sim/controller.h"
#include "scenario.h"

/* ---- A controller that is pulled out ----------------------------------------------------------------- */

static struct {
    unsigned accesses;
    unsigned remove_at; /* 0: never */
    bool at_status;     /* when SDnSTS is read next */
    uint32_t at;        /* when this register is read next; 0: never */
    bool gone;
    unsigned after; /* accesses to what is gone */
    unsigned told;  /* lines of the log that say so */
} pull;

static void remove_now(void)
{
    sim_device_remove(rig.device);
    pull.gone = true;
}

static void *device(void)
{
    pull.after += pull.gone;
    if (++pull.accesses == pull.remove_at)
        remove_now();
    return rig.device;
}

static void remove_at_register(uint32_t offset)
{
    if (pull.at != 0 && pull.at == offset)
        remove_now();
}

static uint8_t pulled_read8(void *unused, uint32_t offset)
{
    (void)unused;
    if (pull.at_status && offset >= STREAM_BASE && offset % STREAM_STEP == SD_STS)
        remove_now();
    remove_at_register(offset);
    return sim_device_ops.read8(device(), offset);
}

static uint16_t pulled_read16(void *unused, uint32_t offset)
{
    (void)unused;
    remove_at_register(offset);
    return sim_device_ops.read16(device(), offset);
}

static uint32_t pulled_read32(void *unused, uint32_t offset)
{
    (void)unused;
    return sim_device_ops.read32(device(), offset);
}

static void pulled_write8(void *unused, uint32_t offset, uint8_t value)
{
    (void)unused;
    sim_device_ops.write8(device(), offset, value);
}

static void pulled_write16(void *unused, uint32_t offset, uint16_t value)
{
    (void)unused;
    sim_device_ops.write16(device(), offset, value);
}

static void pulled_write32(void *unused, uint32_t offset, uint32_t value)
{
    (void)unused;
    sim_device_ops.write32(device(), offset, value);
}

static void count_told(void *host, enum hda_log_level level, const char *format, va_list arguments)
{
    (void)host, (void)level, (void)arguments;
    pull.told += strstr(format, "is gone") != NULL;
}

static void make_removable(unsigned remove_at)
{
    memset(&pull, 0, sizeof(pull));
    pull.remove_at = remove_at;
    rig.device_ops.read8 = pulled_read8;
    rig.device_ops.read16 = pulled_read16;
    rig.device_ops.read32 = pulled_read32;
    rig.device_ops.write8 = pulled_write8;
    rig.device_ops.write16 = pulled_write16;
    rig.device_ops.write32 = pulled_write32;
    rig_count_allocations();
    rig.host_ops.log = count_told;
}

/* ---- A bus's life ------------------------------------------------------------------------------------ */

#define INTERFACE(type, guid, ddi) \
    hda_bus_query_interface(rig.bus, 0, &(const GUID)guid, sizeof(type), 0x0100, (PINTERFACE)(ddi))
#define V3                                                 \
    {                                                      \
        0xdc25da12, 0xbcd1, 0x4c7f,                        \
        {                                                  \
            0x84, 0xe1, 0x02, 0xad, 0xb6, 0xdc, 0xdc, 0xbf \
        }                                                  \
    }
#define BDL                                                \
    {                                                      \
        0xb4d65397, 0x5634, 0x40b0,                        \
        {                                                  \
            0xb0, 0x68, 0xf5, 0xb9, 0xf8, 0xb9, 0x67, 0xa5 \
        }                                                  \
    }

static NTSTATUS live(void)
{
    HDAUDIO_BUS_INTERFACE_V3 ddi;
    NTSTATUS status = INTERFACE(HDAUDIO_BUS_INTERFACE_V3, V3, &ddi);

    return NT_SUCCESS(status) ? scenario_live(&ddi) : status;
}

static NTSTATUS live_with_bdl(void)
{
    HDAUDIO_BUS_INTERFACE_BDL ddi;
    NTSTATUS status = INTERFACE(HDAUDIO_BUS_INTERFACE_BDL, BDL, &ddi);

    return NT_SUCCESS(status) ? scenario_live_bdl(&ddi) : status;
}

static NTSTATUS sleep(void)
{
    NTSTATUS status = hda_bus_suspend(rig.bus);

    return NT_SUCCESS(status) ? hda_bus_resume(rig.bus) : status;
}

/* A verb or a notification that was under way has no other status than that it did not come. */
static void assert_allowed(NTSTATUS status)
{
    if (status == STATUS_SUCCESS)
        return;
    assert_true(pull.gone);
    if (status != STATUS_DEVICE_REMOVED && status != STATUS_IO_TIMEOUT)
        fail_msg("status %08x, removed at access %u", (unsigned)status, pull.remove_at);
}

static void live_it_all(void)
{
    NTSTATUS status = hda_bus_start(&rig.config, &rig.bus);

    assert_allowed(status);
    if (!NT_SUCCESS(status))
        return;
    assert_allowed(live());
    assert_allowed(sleep());
    assert_allowed(live_with_bdl());
    rig_stop();
}

/* What had been on the way: the rest of a call that only writes, and what stops the bus. */
#define ACCESSES_AFTER 100
/* The clients wait so long for what does not come, and verbs have their timeout (DDI Bounds). */
#define WAITED_AFTER (1100 * MILLISECOND)

static uint64_t live_and_count(unsigned remove_at)
{
    uint64_t begin = rig_now();

    make_removable(remove_at);
    live_it_all();
    assert_int_equal(rig.live, 0);
    return rig_now() - begin;
}

static void every_access_may_be_the_first_without_a_controller(void **state)
{
    unsigned count, most = 0;
    uint64_t usual;

    (void)state;
    usual = live_and_count(0);
    count = pull.accesses;
    assert_true(count > 300);
    for (unsigned n = 1; n <= count; n++) {
        rig_tear_down(NULL);
        rig_set_up(NULL);
        if (live_and_count(n) > usual + WAITED_AFTER)
            fail_msg("removed at access %u it takes too long", n);
        assert_true(pull.gone);
        assert_true(pull.told <= 1);
        most = pull.after > most ? pull.after : most;
    }
    print_message("# %u accesses, at most %u after the removal\n", count, most);
    assert_true(most <= ACCESSES_AFTER);
}

/* ---- In the interrupt -------------------------------------------------------------------------------- */

static VOID NTAPI count_interrupt(VOID *context, ULONG causes)
{
    (void)causes;
    ++*(unsigned *)context;
}

static void write_list(PVOID data, PHDAUDIO_BUFFER_DESCRIPTOR list)
{
    for (unsigned i = 0; i < 2; i++) {
        list[i].Address.QuadPart = MmGetPhysicalAddress(data).QuadPart + i * 2048;
        list[i].Length = 2048;
        list[i].InterruptOnCompletion = 1;
    }
}

/* SDnSTS reads as all ones then, which would be three causes. */
static void an_interrupt_that_finds_no_controller_has_no_causes(void **state)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    HDAUDIO_BUS_INTERFACE_BDL ddi;
    struct hda_statistics counts;
    unsigned interrupts = 0;
    HANDLE engine;
    PVOID data;
    UCHAR tag;
    ULONG fifo;

    (void)state;
    make_removable(0);
    rig_start();
    ddi = rig_client_bdl();
    ddi.AllocateRenderDmaEngine(ddi.Context, &format, FALSE, &engine, &converter);
    ddi.AllocateContiguousDmaBuffer(ddi.Context, engine, 4096, &data, &list);
    write_list(data, list);
    assert_int_equal(
        ddi.SetupDmaEngineWithBdl(ddi.Context, engine, 4096, 1, count_interrupt, &interrupts, &tag, &fifo),
        STATUS_SUCCESS);
    assert_int_equal(ddi.SetDmaEngineState(ddi.Context, RunState, 1, &engine), STATUS_SUCCESS);
    pull.at_status = true;
    rig_pass(100 * MILLISECOND);
    assert_true(pull.gone);
    assert_true(hda_bus_is_removed(rig.bus));
    hda_bus_statistics(rig.bus, &counts);
    assert_int_equal(interrupts, 0);
    assert_int_equal(counts.fifo_errors, 0);
    assert_int_equal(counts.descriptor_errors, 0);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- While it resumes -------------------------------------------------------------------------------- */

/* Sixteen entries, which all ones would make 256: the rings' memory is not that long. */
static void resume_without(uint32_t lost_at)
{
    struct sim_shape shape = sim_default_shape;
    struct hda_controller_info info;

    rig_tear_down(NULL);
    shape.ring_sizes = 0x20;
    rig_set_up_shape(LINUX_CLOCK_VIRTUAL, &shape);
    rig_plug(0);
    make_removable(0);
    rig_start();
    assert_int_equal(hda_bus_suspend(rig.bus), STATUS_SUCCESS);
    pull.at = lost_at;
    assert_int_equal(hda_bus_resume(rig.bus), STATUS_DEVICE_REMOVED);
    assert_true(pull.gone);
    hda_bus_controller_info(rig.bus, &info);
    assert_int_equal(info.corb_entries, 16);
    assert_int_equal(info.rirb_entries, 16);
    assert_int_equal(info.codecs, 1);
}

static void what_a_resume_reads_of_no_controller_is_not_believed(void **state)
{
    (void)state;
    resume_without(CORBSIZE);
    resume_without(RIRBSIZE);
    resume_without(STATESTS);
}

/* ---- The host knows first ---------------------------------------------------------------------------- */

static void the_host_may_say_so(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0xF0000};

    (void)state;
    make_removable(0);
    rig_start();
    ddi = rig_client();
    remove_now();
    assert_false(hda_bus_is_removed(rig.bus));
    hda_bus_surprise_remove(rig.bus);
    hda_bus_surprise_remove(rig.bus);
    assert_true(hda_bus_is_removed(rig.bus));
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, NULL, NULL), STATUS_DEVICE_REMOVED);
    ddi.InterfaceDereference(ddi.Context);
    rig_stop();
    assert_int_equal(pull.told, 1);
    assert_int_equal(rig.live, 0);
}

static NTSTATUS allocate(const HDAUDIO_BUS_INTERFACE_V2 *ddi, USHORT channels, ULONG rate, HANDLE *engine)
{
    HDAUDIO_STREAM_FORMAT format = {rate, 24, 32, channels};
    HDAUDIO_CONVERTER_FORMAT converter;

    return ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, engine, &converter);
}

/* The link is full: that is not said of a controller that is gone, but that a format fits no stream is. */
static void without_a_controller_there_is_not_too_little_of_it(void **state)
{
    HDAUDIO_STREAM_FORMAT wide = {96000, 24, 32, 8};
    HDAUDIO_CONVERTER_FORMAT converter;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HANDLE engine, other;

    (void)state;
    make_removable(0);
    rig_start();
    ddi = rig_client();
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(allocate(&ddi, 8, 96000, &engine), STATUS_SUCCESS);
    while (allocate(&ddi, 2, 48000, &other) == STATUS_SUCCESS)
        engine = other;
    assert_int_equal(ddi.ChangeBandwidthAllocation(ddi.Context, engine, &wide, &converter),
                     STATUS_INSUFFICIENT_RESOURCES);
    remove_now();
    hda_bus_surprise_remove(rig.bus);
    assert_int_equal(allocate(&ddi, 2, 48000, &other), STATUS_DEVICE_REMOVED);
    assert_int_equal(allocate(&ddi, 16, 192000, &other), STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(ddi.ChangeBandwidthAllocation(ddi.Context, engine, &wide, &converter),
                     STATUS_DEVICE_REMOVED);
    ddi.InterfaceDereference(ddi.Context);
}

static volatile ULONG *map_nothing(void *unused, uint32_t offset)
{
    (void)unused, (void)offset;
    return NULL;
}

/* Where registers cannot be mapped the clock's shadow keeps what it was. */
static void the_wall_clock_is_read_from_memory(void **state)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    PULONG clock;
    ULONG before;

    (void)state;
    make_removable(0);
    rig.device_ops.map = map_nothing;
    rig_start();
    ddi = rig_client();
    ddi.GetWallClockRegister(ddi.Context, &clock);
    before = *clock;
    remove_now();
    ddi.GetWallClockRegister(ddi.Context, &clock);
    assert_int_equal(*clock, before);
    assert_true(hda_bus_is_removed(rig.bus));
    ddi.GetWallClockRegister(ddi.Context, &clock);
    assert_int_equal(*clock, before);
    ddi.InterfaceDereference(ddi.Context);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(every_access_may_be_the_first_without_a_controller),
        RULE(an_interrupt_that_finds_no_controller_has_no_causes),
        RULE(what_a_resume_reads_of_no_controller_is_not_believed),
        RULE(the_host_may_say_so),
        RULE(without_a_controller_there_is_not_too_little_of_it),
        RULE(the_wall_clock_is_read_from_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
