/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * failure.c - every allocation of the core fails once, from start to stop: the status is right, nothing is
 * leaked, and the next try works.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "device/sim/codec.h"
#include "device/sim/sim_device.h"

/* ---- A host and a device whose n-th allocation fails ----------------------------------------- */

static struct hda_host_ops host_ops;
static struct hda_device_ops device_ops;
static struct linux_host *host;
static struct sim_device *device;
static unsigned allocations, fail_at;
static int live;

static bool fails(void)
{
    return ++allocations == fail_at;
}

static void *failing_alloc(void *context, size_t size)
{
    void *memory = fails() ? NULL : linux_host_ops.alloc(context, size);

    live += memory != NULL;
    return memory;
}

static void counting_free(void *context, void *memory)
{
    assert_non_null(memory);
    live--;
    linux_host_ops.free(context, memory);
}

static NTSTATUS failing_dma_alloc(void *context, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status;

    if (fails())
        return STATUS_INSUFFICIENT_RESOURCES;
    status = sim_device_ops.dma_alloc(context, size, highest, dma);
    live += NT_SUCCESS(status);
    return status;
}

static void counting_dma_free(void *context, struct hda_dma *dma)
{
    live--;
    sim_device_ops.dma_free(context, dma);
}

static NTSTATUS failing_pages_alloc(void *context, size_t size, uint64_t highest, PMDL *mdl)
{
    NTSTATUS status;

    if (fails())
        return STATUS_INSUFFICIENT_RESOURCES;
    status = sim_device_ops.pages_alloc(context, size, highest, mdl);
    live += NT_SUCCESS(status);
    return status;
}

static void counting_pages_free(void *context, PMDL mdl)
{
    live--;
    sim_device_ops.pages_free(context, mdl);
}

static NTSTATUS failing_connect(void *context, hda_interrupt_routine *routine, void *argument)
{
    if (fails())
        return STATUS_INSUFFICIENT_RESOURCES;
    return sim_device_ops.interrupt_connect(context, routine, argument);
}

/* ---- What is tried --------------------------------------------------------------------------- */

static VOID NTAPI count_callback(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    (void)transfer;
    ++*(unsigned *)context;
}

static NTSTATUS ask(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_CODEC_TRANSFER *verb, unsigned *called)
{
    LARGE_INTEGER soon = {.QuadPart = -10000 * 50};
    NTSTATUS status;

    verb->Output.Command = 0x000F0000;
    status = ddi->TransferCodecVerbs(ddi->Context, 1, verb, count_callback, called);
    if (!NT_SUCCESS(status)) {
        assert_int_equal(status, STATUS_NO_MEMORY);
        return status;
    }
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
    assert_int_equal(*called, 1);
    return status;
}

static NTSTATUS run(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE engine, PKEVENT event)
{
    LARGE_INTEGER second = {.QuadPart = -10000000};
    NTSTATUS status = ddi->RegisterNotificationEvent(ddi->Context, engine, event);

    if (!NT_SUCCESS(status))
        return status;
    assert_int_equal(ddi->SetDmaEngineState(ddi->Context, RunState, 1, &engine), STATUS_SUCCESS);
    assert_int_equal(KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &second), STATUS_SUCCESS);
    assert_int_equal(ddi->SetDmaEngineState(ddi->Context, StopState, 1, &engine), STATUS_SUCCESS);
    return ddi->UnregisterNotificationEvent(ddi->Context, engine, event);
}

static NTSTATUS play(const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T size, offset;
    HANDLE engine;
    NTSTATUS status;
    UCHAR stream;
    KEVENT event;
    ULONG fifo;
    PMDL mdl;

    KeInitializeEvent(&event, SynchronizationEvent, FALSE);
    status = ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &engine, &converter);
    if (!NT_SUCCESS(status))
        return status;
    status = ddi->AllocateDmaBufferWithNotification(ddi->Context, engine, 2, 4096, &mdl, &size, &offset,
                                                    &stream, &fifo);
    if (NT_SUCCESS(status)) {
        status = run(ddi, engine, &event);
        assert_int_equal(ddi->FreeDmaBufferWithNotification(ddi->Context, engine, mdl, size), STATUS_SUCCESS);
    }
    assert_int_equal(ddi->FreeDmaEngine(ddi->Context, engine), STATUS_SUCCESS);
    return status;
}

static NTSTATUS use(struct hda_bus *bus)
{
    static const GUID v2 = {0xb52af5fb, 0x424b, 0x4bb9, {0xa1, 0x60, 0x5b, 0x38, 0xbe, 0x94, 0xe5, 0x68}};
    HDAUDIO_CODEC_TRANSFER verb = {0};
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    unsigned called = 0;
    NTSTATUS status;

    assert_int_equal(hda_bus_child_count(bus), 1);
    status = hda_bus_query_interface(bus, 0, &v2, sizeof(ddi), 0x0100, (PINTERFACE)(void *)&ddi);
    if (!NT_SUCCESS(status))
        return status;
    status = ask(&ddi, &verb, &called);
    if (NT_SUCCESS(status))
        status = play(&ddi);
    ddi.InterfaceDereference(ddi.Context);
    return status;
}

static NTSTATUS start_use_and_stop(void)
{
    struct hda_bus_config config = {
        .host = &host_ops, .host_context = host, .device = &device_ops, .device_context = device};
    struct hda_bus *bus;
    NTSTATUS status;

    allocations = 0;
    sim_device_info(device, &config.info);
    status = hda_bus_start(&config, &bus);
    if (!NT_SUCCESS(status)) {
        assert_null(bus);
        return status;
    }
    status = use(bus);
    hda_bus_stop(bus, NULL);
    return status;
}

static void ignore_log(void *context, enum hda_log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static int set_up(void **state)
{
    struct sim_device_options options = {0};
    struct codec_dump *dump = codec_dump_parse(sim_default_codec, strlen(sim_default_codec), NULL, 0);

    (void)state;
    host_ops = linux_host_ops;
    host_ops.alloc = failing_alloc;
    host_ops.free = counting_free;
    device_ops = sim_device_ops;
    device_ops.dma_alloc = failing_dma_alloc;
    device_ops.dma_free = counting_dma_free;
    device_ops.pages_alloc = failing_pages_alloc;
    device_ops.pages_free = counting_pages_free;
    device_ops.interrupt_connect = failing_connect;
    assert_int_equal(linux_host_create(LINUX_CLOCK_VIRTUAL, ignore_log, NULL, &host), STATUS_SUCCESS);
    assert_int_equal(sim_device_create(host, &options, &device), STATUS_SUCCESS);
    sim_device_plug(device, 0, sim_codec_create(dump, sim_device_report, device));
    codec_dump_free(dump);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sim_device_destroy(device);
    linux_host_destroy(host);
    return 0;
}

static void every_allocation_fails_once(void **state)
{
    unsigned needed;

    (void)state;
    fail_at = 0;
    assert_int_equal(start_use_and_stop(), STATUS_SUCCESS);
    assert_int_equal(live, 0);
    needed = allocations;
    assert_true(needed > 10);
    for (unsigned n = 1; n <= needed; n++) {
        NTSTATUS status;

        fail_at = n;
        status = start_use_and_stop();
        assert_true(status == STATUS_INSUFFICIENT_RESOURCES || status == STATUS_NO_MEMORY);
        assert_int_equal(live, 0);
    }
    fail_at = 0;
    assert_int_equal(start_use_and_stop(), STATUS_SUCCESS);
    for (unsigned i = 0; i < sim_device_faults(device); i++)
        print_error("%s\n", sim_device_fault(device, i));
    assert_int_equal(sim_device_faults(device), 0);
}

static void a_table_with_a_hole_is_refused(void **state)
{
    struct hda_host_ops holed = linux_host_ops;
    struct hda_bus_config config = {
        .host = &holed, .host_context = host, .device = &sim_device_ops, .device_context = device};
    struct hda_bus *bus;

    (void)state;
    holed.stall = NULL;
    assert_int_equal(hda_bus_start(&config, &bus), STATUS_INVALID_PARAMETER);
    assert_null(bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test(a_table_with_a_hole_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
