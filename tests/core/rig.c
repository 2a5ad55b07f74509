/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.c - the core over the simulated controller: see rig.h. */
#include "rig.h"

#include <string.h>

#include "device/sim/codec.h"

struct rig rig;

static const GUID interface_v2 = {
    0xb52af5fb, 0x424b, 0x4bb9, {0xa1, 0x60, 0x5b, 0x38, 0xbe, 0x94, 0xe5, 0x68}};

static const GUID interface_v3 = {
    0xdc25da12, 0xbcd1, 0x4c7f, {0x84, 0xe1, 0x02, 0xad, 0xb6, 0xdc, 0xdc, 0xbf}};
static const GUID interface_bdl = {
    0xb4d65397, 0x5634, 0x40b0, {0xb0, 0x68, 0xf5, 0xb9, 0xf8, 0xb9, 0x67, 0xa5}};

static void ignore_log(void *context, enum hda_log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static void plug(unsigned address, const uint32_t *vendor_id)
{
    struct codec_dump *dump = codec_dump_parse(sim_default_codec, strlen(sim_default_codec), NULL, 0);
    struct sim_codec *codec;

    assert_non_null(dump);
    if (vendor_id != NULL)
        dump->vendor_id = *vendor_id;
    codec = sim_codec_create(dump, sim_device_report, rig.device);
    codec_dump_free(dump);
    assert_non_null(codec);
    assert_true(sim_device_plug(rig.device, address, codec));
}

void rig_plug(unsigned address)
{
    plug(address, NULL);
}

void rig_plug_as(unsigned address, uint32_t vendor_id)
{
    plug(address, &vendor_id);
}

void rig_spoil(unsigned address, const struct sim_vices *vices)
{
    assert_true(sim_device_spoil(rig.device, address, vices));
}

void rig_set_up_shape(enum linux_clock clock, const struct sim_shape *shape)
{
    struct sim_device_options options = {.shape = shape};

    memset(&rig, 0, sizeof(rig));
    rig.host_ops = linux_host_ops;
    rig.device_ops = sim_device_ops;
    assert_int_equal(linux_host_create(clock, ignore_log, NULL, &rig.host), STATUS_SUCCESS);
    assert_int_equal(sim_device_create(rig.host, &options, &rig.device), STATUS_SUCCESS);
    rig.config = (struct hda_bus_config){.host = &rig.host_ops,
                                         .host_context = rig.host,
                                         .device = &rig.device_ops,
                                         .device_context = rig.device};
    sim_device_info(rig.device, &rig.config.info);
}

int rig_set_up(void **state)
{
    (void)state;
    rig_set_up_shape(LINUX_CLOCK_VIRTUAL, NULL);
    rig_plug(0);
    return 0;
}

int rig_set_up_real_clock(void **state)
{
    (void)state;
    rig_set_up_shape(LINUX_CLOCK_REAL, NULL);
    rig_plug(0);
    return 0;
}

static unsigned report_faults(void)
{
    unsigned faults = sim_device_faults(rig.device);

    if (rig.ruined)
        return 0;
    for (unsigned i = 0; i < faults && sim_device_fault(rig.device, i) != NULL; i++)
        print_error("%s\n", sim_device_fault(rig.device, i));
    return faults;
}

int rig_tear_down(void **state)
{
    unsigned faults;

    (void)state;
    rig.host_ops = linux_host_ops;
    rig.device_ops = sim_device_ops;
    if (rig.bus != NULL)
        rig_stop();
    faults = report_faults();
    sim_device_destroy(rig.device);
    linux_host_destroy(rig.host);
    return faults == 0 ? 0 : -1;
}

/* ---- Allocations ------------------------------------------------------------------------------------- */

NTSTATUS rig_dma_alloc(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = sim_device_ops.dma_alloc(device, size, highest, dma);

    rig.live += NT_SUCCESS(status);
    return status;
}

static void dma_free(void *device, struct hda_dma *dma)
{
    rig.live--;
    sim_device_ops.dma_free(device, dma);
}

static NTSTATUS pages_alloc(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    NTSTATUS status = sim_device_ops.pages_alloc(device, size, highest, mdl);

    rig.live += NT_SUCCESS(status);
    return status;
}

static void pages_free(void *device, PMDL mdl)
{
    rig.live--;
    sim_device_ops.pages_free(device, mdl);
}

static void *alloc(void *host, size_t size)
{
    void *memory = linux_host_ops.alloc(host, size);

    rig.live += memory != NULL;
    return memory;
}

static void give_back(void *host, void *memory)
{
    rig.live--;
    linux_host_ops.free(host, memory);
}

void rig_count_allocations(void)
{
    rig.live = 0;
    rig.device_ops.dma_alloc = rig_dma_alloc;
    rig.device_ops.dma_free = dma_free;
    rig.device_ops.pages_alloc = pages_alloc;
    rig.device_ops.pages_free = pages_free;
    rig.host_ops.alloc = alloc;
    rig.host_ops.free = give_back;
}

/* ---- Interrupts -------------------------------------------------------------------------------------- */

static struct {
    hda_interrupt_routine *instead, *routine;
    void *context;
} interrupts;

static NTSTATUS connect_instead(void *device, hda_interrupt_routine *routine, void *context)
{
    interrupts.routine = routine;
    interrupts.context = context;
    return sim_device_ops.interrupt_connect(device, interrupts.instead, NULL);
}

void rig_take_interrupts(hda_interrupt_routine *instead)
{
    interrupts.instead = instead;
    rig.device_ops.interrupt_connect = connect_instead;
}

bool rig_interrupt(void)
{
    return interrupts.routine(interrupts.context);
}

/* ---- The bus ----------------------------------------------------------------------------------------- */

void rig_start(void)
{
    assert_int_equal(hda_bus_start(&rig.config, &rig.bus), STATUS_SUCCESS);
}

void rig_stop(void)
{
    struct hda_bus *bus = rig.bus;

    rig.bus = NULL;
    hda_bus_stop(bus, NULL);
}

static void query(const GUID *type, USHORT size, void *table)
{
    assert_int_equal(hda_bus_query_interface(rig.bus, 0, type, size, 0x0100, table), STATUS_SUCCESS);
}

HDAUDIO_BUS_INTERFACE_V2 rig_client(void)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    query(&interface_v2, sizeof(ddi), &ddi);
    return ddi;
}

HDAUDIO_BUS_INTERFACE_V3 rig_client_v3(void)
{
    HDAUDIO_BUS_INTERFACE_V3 ddi;

    query(&interface_v3, sizeof(ddi), &ddi);
    return ddi;
}

HDAUDIO_BUS_INTERFACE_BDL rig_client_bdl(void)
{
    HDAUDIO_BUS_INTERFACE_BDL ddi;

    query(&interface_bdl, sizeof(ddi), &ddi);
    return ddi;
}

HANDLE rig_play(const HDAUDIO_BUS_INTERFACE_V2 *ddi, SIZE_T size, PKEVENT event)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    HANDLE engine;
    SIZE_T offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    KeInitializeEvent(event, SynchronizationEvent, FALSE);
    assert_int_equal(ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &engine, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(ddi->AllocateDmaBufferWithNotification(ddi->Context, engine, 2, size, &mdl, &size,
                                                            &offset, &stream, &fifo),
                     STATUS_SUCCESS);
    assert_int_equal(ddi->RegisterNotificationEvent(ddi->Context, engine, event), STATUS_SUCCESS);
    assert_int_equal(ddi->SetDmaEngineState(ddi->Context, RunState, 1, &engine), STATUS_SUCCESS);
    return engine;
}

struct hda_statistics rig_statistics(void)
{
    struct hda_statistics counts;

    hda_bus_statistics(rig.bus, &counts);
    return counts;
}

uint64_t rig_now(void)
{
    return linux_host_ops.now(rig.host);
}

void rig_pass(uint64_t nanoseconds)
{
    for (uint64_t end = rig_now() + nanoseconds; rig_now() < end;)
        linux_host_ops.stall(rig.host, 100);
}
