/* SPDX-License-Identifier: BSD-2-Clause */
/* bench.c - a bus behind a window: counts and watches what passes between the core and the simulated
 * controller. */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "device/sim/codec.h"
#include "device/sim/controller.h"

/* ---- The window --------------------------------------------------------------------------------- */

static void seen(struct bench *bench, bool write, uint32_t offset, unsigned width, uint32_t value)
{
    __atomic_add_fetch(&bench->accesses, 1, __ATOMIC_RELAXED);
    if (!bench->watch || bench->watching)
        return;
    bench->watching = true;
    bench->watch(bench, write, offset, width, value);
    bench->watching = false;
}

static uint8_t read8(void *device, uint32_t offset)
{
    struct bench *bench = device;
    uint8_t value = sim_device_ops.read8(bench->device, offset);

    seen(bench, false, offset, 8, value);
    return value;
}

static uint16_t read16(void *device, uint32_t offset)
{
    struct bench *bench = device;
    uint16_t value = sim_device_ops.read16(bench->device, offset);

    seen(bench, false, offset, 16, value);
    return value;
}

static uint32_t read32(void *device, uint32_t offset)
{
    struct bench *bench = device;
    uint32_t value = sim_device_ops.read32(bench->device, offset);

    seen(bench, false, offset, 32, value);
    return value;
}

static void write8(void *device, uint32_t offset, uint8_t value)
{
    struct bench *bench = device;

    sim_device_ops.write8(bench->device, offset, value);
    seen(bench, true, offset, 8, value);
}

static void write16(void *device, uint32_t offset, uint16_t value)
{
    struct bench *bench = device;

    sim_device_ops.write16(bench->device, offset, value);
    seen(bench, true, offset, 16, value);
}

static void write32(void *device, uint32_t offset, uint32_t value)
{
    struct bench *bench = device;

    sim_device_ops.write32(bench->device, offset, value);
    seen(bench, true, offset, 32, value);
}

static volatile ULONG *map(void *device, uint32_t offset)
{
    return sim_device_ops.map(((struct bench *)device)->device, offset);
}

static NTSTATUS dma_alloc(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    struct bench *bench = device;
    NTSTATUS status;

    if (bench->memory_count == BENCH_MEMORIES)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = sim_device_ops.dma_alloc(bench->device, size, highest, dma);
    if (NT_SUCCESS(status))
        bench->memories[bench->memory_count++] = *dma;
    return status;
}

static void dma_free(void *device, struct hda_dma *dma)
{
    struct bench *bench = device;

    for (unsigned i = 0; i < bench->memory_count; i++) {
        if (bench->memories[i].address == dma->address) {
            bench->memories[i] = bench->memories[--bench->memory_count];
            break;
        }
    }
    sim_device_ops.dma_free(bench->device, dma);
}

static void dma_sync(void *device, const struct hda_dma *dma, size_t offset, size_t size,
                     enum hda_sync direction)
{
    sim_device_ops.dma_sync(((struct bench *)device)->device, dma, offset, size, direction);
}

static NTSTATUS pages_alloc(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    return sim_device_ops.pages_alloc(((struct bench *)device)->device, size, highest, mdl);
}

static void pages_free(void *device, PMDL mdl)
{
    sim_device_ops.pages_free(((struct bench *)device)->device, mdl);
}

static size_t pages_run(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    return sim_device_ops.pages_run(((struct bench *)device)->device, mdl, offset, address);
}

static NTSTATUS interrupt_connect(void *device, hda_interrupt_routine *routine, void *context)
{
    return sim_device_ops.interrupt_connect(((struct bench *)device)->device, routine, context);
}

static void interrupt_disconnect(void *device)
{
    sim_device_ops.interrupt_disconnect(((struct bench *)device)->device);
}

static const struct hda_device_ops window = {
    .read8 = read8,
    .read16 = read16,
    .read32 = read32,
    .write8 = write8,
    .write16 = write16,
    .write32 = write32,
    .map = map,
    .dma_alloc = dma_alloc,
    .dma_free = dma_free,
    .dma_sync = dma_sync,
    .pages_alloc = pages_alloc,
    .pages_free = pages_free,
    .pages_run = pages_run,
    .interrupt_connect = interrupt_connect,
    .interrupt_disconnect = interrupt_disconnect,
};

/* ---- Opening ------------------------------------------------------------------------------------ */

static void log_line(void *context, enum hda_log_level level, const char *line)
{
    (void)context;
    if (level <= HDA_LOG_WARNING)
        fprintf(stderr, "# %s\n", line);
}

static void plug(struct bench *bench, const char *text)
{
    char error[200] = "";
    struct codec_dump *dump = codec_dump_parse(text, strlen(text), error, sizeof(error));
    struct sim_codec *codec;

    if (!dump)
        fail_msg("the codec's dump: %s", error);
    codec = sim_codec_create(dump, sim_device_report, bench->device);
    assert_non_null(codec);
    bench->codec = dump->address;
    assert_true(sim_device_plug(bench->device, dump->address, codec));
    codec_dump_free(dump);
}

static void start(struct bench *bench)
{
    struct hda_bus_config config = {
        .host = &linux_host_ops, .host_context = bench->host, .device = &window, .device_context = bench};

    sim_device_info(bench->device, &config.info);
    assert_int_equal(hda_bus_start(&config, &bench->bus), STATUS_SUCCESS);
    assert_int_equal(hda_bus_query_interface(bench->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2,
                                             sizeof(bench->ddi), 0x0100, (PINTERFACE)&bench->ddi),
                     STATUS_SUCCESS);
}

static struct sim_shape shape_of(const struct bench_options *options)
{
    struct sim_shape shape = sim_default_shape;

    if (options->ring_entries != 0)
        shape.ring_sizes = options->ring_entries == 2 ? 0x10 : options->ring_entries == 16 ? 0x20 : 0x40;
    return shape;
}

void bench_open(struct bench *bench, const struct bench_options *options)
{
    struct sim_shape shape = shape_of(options);
    struct sim_device_options device = {.level_interrupts = options->level_interrupts,
                                        .shape = &shape,
                                        .fragment_pages = options->fragment_pages};

    memset(bench, 0, sizeof(*bench));
    assert_int_equal(linux_host_create(LINUX_CLOCK_VIRTUAL, log_line, NULL, &bench->host), STATUS_SUCCESS);
    assert_int_equal(sim_device_create(bench->host, &device, &bench->device), STATUS_SUCCESS);
    plug(bench, options->codec ? options->codec : sim_default_codec);
    start(bench);
}

static void print_faults(struct bench *bench)
{
    const char *sentence;

    for (unsigned i = 0; (sentence = sim_device_fault(bench->device, i)) != NULL; i++)
        fprintf(stderr, "# fault: %s\n", sentence);
}

void bench_close(struct bench *bench)
{
    unsigned faults;

    bench->watch = NULL;
    bench->ddi.InterfaceDereference(bench->ddi.Context);
    hda_bus_stop(bench->bus, NULL);
    assert_int_equal(bench->memory_count, 0);
    faults = sim_device_faults(bench->device);
    print_faults(bench);
    sim_device_destroy(bench->device);
    linux_host_destroy(bench->host);
    assert_int_equal(faults, 0);
}

/* ---- Time and memory ---------------------------------------------------------------------------- */

void bench_sleep(uint64_t nanoseconds)
{
    LARGE_INTEGER interval = {.QuadPart = -(LONGLONG)(nanoseconds / 100)};

    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

void bench_stall(struct bench *bench, uint32_t microseconds)
{
    linux_host_ops.stall(bench->host, microseconds);
}

uint64_t bench_now(struct bench *bench)
{
    return linux_host_ops.now(bench->host);
}

void *bench_memory(struct bench *bench, uint64_t address, size_t size)
{
    for (unsigned i = 0; i < bench->memory_count; i++) {
        const struct hda_dma *dma = &bench->memories[i];

        if (address >= dma->address && address + size <= dma->address + dma->size)
            return (char *)dma->memory + (address - dma->address);
    }
    return NULL;
}

/* ---- Engines and verbs -------------------------------------------------------------------------- */

HANDLE bench_engine(struct bench *bench, const HDAUDIO_STREAM_FORMAT *format, ULONG count, SIZE_T size,
                    PMDL *mdl, UCHAR *stream)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &bench->ddi;
    HDAUDIO_STREAM_FORMAT copy = *format;
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T allocated, offset;
    HANDLE handle;
    ULONG fifo;

    assert_int_equal(ddi->AllocateRenderDmaEngine(ddi->Context, &copy, FALSE, &handle, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(ddi->AllocateDmaBufferWithNotification(ddi->Context, handle, count, size, mdl,
                                                            &allocated, &offset, stream, &fifo),
                     STATUS_SUCCESS);
    assert_int_equal(allocated, size);
    return handle;
}

NTSTATUS bench_state(struct bench *bench, HDAUDIO_STREAM_STATE state, HANDLE handle)
{
    return bench->ddi.SetDmaEngineState(bench->ddi.Context, state, 1, &handle);
}

void bench_free(struct bench *bench, HANDLE handle)
{
    assert_int_equal(bench_state(bench, StopState, handle), STATUS_SUCCESS);
    assert_int_equal(bench_state(bench, ResetState, handle), STATUS_SUCCESS);
    assert_int_equal(bench->ddi.FreeDmaBuffer(bench->ddi.Context, handle), STATUS_SUCCESS);
    assert_int_equal(bench->ddi.FreeDmaEngine(bench->ddi.Context, handle), STATUS_SUCCESS);
}

ULONG bench_verb(struct bench *bench, UCHAR node, ULONG verb, ULONG payload)
{
    HDAUDIO_CODEC_TRANSFER transfer;

    memset(&transfer, 0, sizeof(transfer));
    if (verb < 0x10)
        transfer.Output.Command = (ULONG)bench->codec << 28 | (ULONG)node << 20 | verb << 16 | payload;
    else
        transfer.Output.Command = (ULONG)bench->codec << 28 | (ULONG)node << 20 | verb << 8 | payload;
    assert_int_equal(bench->ddi.TransferCodecVerbs(bench->ddi.Context, 1, &transfer, NULL, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(transfer.Input.IsValid, 1);
    return transfer.Input.Response;
}
