/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario.c - one client's life: see scenario.h. */
#include "scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ntddk.h>

#include "codec/topology.h"

#define DAC     0x02 /* of the built-in codec */
#define ADC     0x06
#define PERIODS 3 /* that are waited for */
#define VERBS   20

#define ALL_ONES 0x10000 /* bytes of FIFO: SDnFIFOS of a controller that is gone */

struct stream {
    bool captures;
    UCHAR converter;
    HANDLE engine; /* NULL: not allocated */
    HDAUDIO_CONVERTER_FORMAT format;
    PMDL mdl; /* NULL: it has no buffer */
    SIZE_T size;
    UCHAR tag;
    KEVENT event;
    bool registered;
    bool called; /* its callback is registered */
    unsigned calls;
};

struct life {
    const HDAUDIO_BUS_INTERFACE_V3 *ddi;
    UCHAR address;
    UCHAR group;
    NTSTATUS status; /* the first that was no success */
    struct stream streams[2];
    unsigned count;
};

static bool goes_on(struct life *life, NTSTATUS status)
{
    if (!NT_SUCCESS(status) && NT_SUCCESS(life->status))
        life->status = status;
    return NT_SUCCESS(life->status);
}

/* What gives back or stops, and has to work at the second try, and at the first where the controller is gone
 * (DDI Removal). */
#define INSIST(life, call)                                     \
    do {                                                       \
        NTSTATUS insisted = (call);                            \
                                                               \
        goes_on(life, insisted);                               \
        assert_int_not_equal(insisted, STATUS_DEVICE_REMOVED); \
        if (!NT_SUCCESS(insisted))                             \
            assert_int_equal((call), STATUS_SUCCESS);          \
    } while (0)

/* ---- Verbs --------------------------------------------------------------------------------------- */

static ULONG to_node(UCHAR address, UCHAR node, ULONG verb)
{
    return (ULONG)address << 28 | (ULONG)node << 20 | verb;
}

static ULONG command(const struct life *life, UCHAR node, ULONG verb)
{
    return to_node(life->address, node, verb);
}

static NTSTATUS answered(const HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        if (!transfers[i].Input.IsValid)
            return STATUS_IO_TIMEOUT;
    }
    return STATUS_SUCCESS;
}

static bool read_codec(struct life *life)
{
    struct codec codec;
    NTSTATUS status = codec_read(&codec, (const HDAUDIO_BUS_INTERFACE_V2 *)life->ddi);

    if (NT_SUCCESS(status))
        codec_free(&codec);
    return goes_on(life, status);
}

static VOID NTAPI set_event(HDAUDIO_CODEC_TRANSFER *transfer, PVOID event)
{
    (void)transfer;
    KeSetEvent(event, 0, FALSE);
}

static bool ask_and_return(struct life *life)
{
    HDAUDIO_CODEC_TRANSFER transfers[VERBS] = {0};
    LARGE_INTEGER second = {.QuadPart = -10000000};
    NTSTATUS status;
    KEVENT done;

    KeInitializeEvent(&done, NotificationEvent, FALSE);
    for (unsigned i = 0; i < VERBS; i++)
        transfers[i].Output.Command = command(life, 0, 0xF0000); /* vendor id */
    status = life->ddi->TransferCodecVerbs(life->ddi->Context, VERBS, transfers, set_event, &done);
    if (!goes_on(life, status))
        return false;
    assert_int_equal(KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, &second), STATUS_SUCCESS);
    return goes_on(life, answered(transfers, VERBS));
}

static bool ask(struct life *life, ULONG verb, ULONG *response)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = verb};
    NTSTATUS status = life->ddi->TransferCodecVerbs(life->ddi->Context, 1, &transfer, NULL, NULL);

    *response = transfer.Input.Response;
    return goes_on(life, status) && goes_on(life, answered(&transfer, 1));
}

/* D0, and until the node has come to it (HDA 7.3.3.10). */
static bool power_up(struct life *life, UCHAR node)
{
    LARGE_INTEGER millisecond = {.QuadPart = -10000};
    ULONG state;
    bool good = ask(life, command(life, node, 0x70500), &state);

    while (good && (good = ask(life, command(life, node, 0xF0500), &state)) && state & 0xF0)
        KeDelayExecutionThread(KernelMode, FALSE, &millisecond);
    return good;
}

/* The converter takes part in the stream. */
static NTSTATUS connect(PTRANSFER_CODEC_VERBS transfer, PVOID context, UCHAR address,
                        const struct stream *stream)
{
    HDAUDIO_CODEC_TRANSFER transfers[2] = {0};
    NTSTATUS status;

    transfers[0].Output.Command =
        to_node(address, stream->converter, 0x20000u | stream->format.ConverterFormat);
    transfers[1].Output.Command = to_node(address, stream->converter, 0x70600u | (ULONG)stream->tag << 4);
    status = transfer(context, 2, transfers, NULL, NULL);
    return NT_SUCCESS(status) ? answered(transfers, 2) : status;
}

/* ---- Streams ------------------------------------------------------------------------------------- */

static NTSTATUS allocate_engine(struct life *life, struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V3 *ddi = life->ddi;
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HANDLE engine;
    NTSTATUS status;

    if (stream->captures)
        status =
            ddi->AllocateCaptureDmaEngine(ddi->Context, life->address, &format, &engine, &stream->format);
    else
        status = ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &engine, &stream->format);
    if (NT_SUCCESS(status))
        stream->engine = engine;
    return status;
}

static NTSTATUS allocate_buffer(struct life *life, struct stream *stream)
{
    SIZE_T offset;
    NTSTATUS status;
    ULONG fifo;
    PMDL mdl;

    status = life->ddi->AllocateDmaBufferWithNotification(life->ddi->Context, stream->engine, 2, 7680, &mdl,
                                                          &stream->size, &offset, &stream->tag, &fifo);
    if (!NT_SUCCESS(status))
        return status;
    assert_int_not_equal(fifo, ALL_ONES);
    stream->mdl = mdl;
    return status;
}

static NTSTATUS register_event(struct life *life, struct stream *stream)
{
    NTSTATUS status;

    KeInitializeEvent(&stream->event, SynchronizationEvent, FALSE);
    status = life->ddi->RegisterNotificationEvent(life->ddi->Context, stream->engine, &stream->event);
    stream->registered = NT_SUCCESS(status);
    return status;
}

static VOID NTAPI count_call(PVOID context, LARGE_INTEGER time)
{
    (void)time;
    ++*(unsigned *)context;
}

static NTSTATUS register_callback(struct life *life, struct stream *stream)
{
    NTSTATUS status = life->ddi->RegisterNotificationCallback(life->ddi->Context, stream->engine, NULL,
                                                              count_call, &stream->calls);

    stream->called = NT_SUCCESS(status);
    return status;
}

static bool open_stream(struct life *life, bool captures)
{
    struct stream *stream = &life->streams[life->count++];

    *stream = (struct stream){.captures = captures, .converter = captures ? ADC : DAC};
    return goes_on(life, allocate_engine(life, stream)) && goes_on(life, allocate_buffer(life, stream)) &&
           goes_on(life, register_event(life, stream)) && goes_on(life, register_callback(life, stream)) &&
           goes_on(life, connect(life->ddi->TransferCodecVerbs, life->ddi->Context, life->address, stream));
}

static bool wait_for_periods(struct life *life)
{
    LARGE_INTEGER second = {.QuadPart = -10000000};

    for (unsigned i = 0; i < PERIODS * life->count; i++) {
        if (KeWaitForSingleObject(&life->streams[i % life->count].event, Executive, KernelMode, FALSE,
                                  &second) != STATUS_SUCCESS)
            return goes_on(life, STATUS_IO_TIMEOUT);
    }
    return true;
}

static bool run(struct life *life)
{
    const HDAUDIO_BUS_INTERFACE_V3 *ddi = life->ddi;
    HANDLE engines[2] = {life->streams[0].engine, life->streams[1].engine};

    if (!goes_on(life, ddi->SetDmaEngineState(ddi->Context, RunState, life->count, engines)))
        return false;
    wait_for_periods(life);
    INSIST(life, ddi->SetDmaEngineState(ddi->Context, StopState, life->count, engines));
    INSIST(life, ddi->SetDmaEngineState(ddi->Context, ResetState, life->count, engines));
    return NT_SUCCESS(life->status);
}

static void close_stream(struct life *life, struct stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V3 *ddi = life->ddi;

    if (stream->called)
        assert_int_equal(
            ddi->UnregisterNotificationCallback(ddi->Context, stream->engine, count_call, &stream->calls),
            STATUS_SUCCESS);
    if (stream->registered)
        assert_int_equal(ddi->UnregisterNotificationEvent(ddi->Context, stream->engine, &stream->event),
                         STATUS_SUCCESS);
    if (stream->mdl != NULL)
        INSIST(life,
               ddi->FreeDmaBufferWithNotification(ddi->Context, stream->engine, stream->mdl, stream->size));
    if (stream->engine != NULL)
        assert_int_equal(ddi->FreeDmaEngine(ddi->Context, stream->engine), STATUS_SUCCESS);
}

static bool play_and_record(struct life *life)
{
    bool good = open_stream(life, false) && open_stream(life, true) && run(life);

    while (life->count > 0)
        close_stream(life, &life->streams[--life->count]);
    return good;
}

/* ---- All of it ----------------------------------------------------------------------------------- */

static VOID NTAPI ignore_response(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    (void)response;
    (void)context;
}

NTSTATUS scenario_live(const HDAUDIO_BUS_INTERFACE_V3 *ddi)
{
    struct life life = {.ddi = ddi};
    UCHAR tag;

    ddi->GetResourceInformation(ddi->Context, &life.address, &life.group);
    if (goes_on(&life, ddi->RegisterEventCallback(ddi->Context, ignore_response, &life, &tag))) {
        if (read_codec(&life) && ask_and_return(&life) && power_up(&life, life.group) &&
            power_up(&life, DAC) && power_up(&life, ADC))
            play_and_record(&life);
        assert_int_equal(ddi->UnregisterEventCallback(ddi->Context, tag), STATUS_SUCCESS);
    }
    ddi->InterfaceDereference(ddi->Context);
    return life.status;
}

/* ---- BDL ----------------------------------------------------------------------------------------- */

#define BDL_BYTES 4096u /* 21 ms */

struct bdl_life {
    const HDAUDIO_BUS_INTERFACE_BDL *ddi;
    UCHAR address;
    struct stream stream;
    PVOID data; /* NULL: it has no buffer */
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    unsigned interrupts;
};

static VOID NTAPI count_interrupt(VOID *context, ULONG causes)
{
    (void)causes;
    ++*(unsigned *)context;
}

static NTSTATUS set_up(struct bdl_life *life)
{
    ULONG fifo;

    for (unsigned i = 0; i < 2; i++) {
        life->list[i].Address.QuadPart = MmGetPhysicalAddress(life->data).QuadPart + i * BDL_BYTES / 2;
        life->list[i].Length = BDL_BYTES / 2;
        life->list[i].InterruptOnCompletion = 1;
    }
    return life->ddi->SetupDmaEngineWithBdl(life->ddi->Context, life->stream.engine, BDL_BYTES, 1,
                                            count_interrupt, &life->interrupts, &life->stream.tag, &fifo);
}

static NTSTATUS set_bdl_state(struct bdl_life *life, HDAUDIO_STREAM_STATE state)
{
    return life->ddi->SetDmaEngineState(life->ddi->Context, state, 1, &life->stream.engine);
}

static NTSTATUS play_with_bdl(struct bdl_life *life)
{
    LARGE_INTEGER two_passes = {.QuadPart = -500000};
    NTSTATUS status = set_up(life);

    if (NT_SUCCESS(status))
        status = connect(life->ddi->TransferCodecVerbs, life->ddi->Context, life->address, &life->stream);
    if (NT_SUCCESS(status))
        status = set_bdl_state(life, RunState);
    if (!NT_SUCCESS(status))
        return status;
    KeDelayExecutionThread(KernelMode, FALSE, &two_passes);
    if (!NT_SUCCESS(set_bdl_state(life, StopState)))
        assert_int_equal(set_bdl_state(life, StopState), STATUS_SUCCESS);
    return life->interrupts >= PERIODS ? STATUS_SUCCESS : STATUS_IO_TIMEOUT;
}

static NTSTATUS open_with_bdl(struct bdl_life *life)
{
    const HDAUDIO_BUS_INTERFACE_BDL *ddi = life->ddi;
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    NTSTATUS status;

    status = ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &life->stream.engine,
                                          &life->stream.format);
    if (!NT_SUCCESS(status))
        return status;
    return ddi->AllocateContiguousDmaBuffer(ddi->Context, life->stream.engine, BDL_BYTES, &life->data,
                                            &life->list);
}

NTSTATUS scenario_live_bdl(const HDAUDIO_BUS_INTERFACE_BDL *ddi)
{
    struct bdl_life life = {.ddi = ddi, .stream.converter = DAC};
    NTSTATUS status;
    UCHAR group;

    ddi->GetResourceInformation(ddi->Context, &life.address, &group);
    status = open_with_bdl(&life);
    if (NT_SUCCESS(status))
        status = play_with_bdl(&life);
    if (life.data != NULL && !NT_SUCCESS(ddi->FreeContiguousDmaBuffer(ddi->Context, life.stream.engine)))
        assert_int_equal(ddi->FreeContiguousDmaBuffer(ddi->Context, life.stream.engine), STATUS_SUCCESS);
    if (life.stream.engine != NULL)
        assert_int_equal(ddi->FreeDmaEngine(ddi->Context, life.stream.engine), STATUS_SUCCESS);
    ddi->InterfaceDereference(ddi->Context);
    return status;
}
