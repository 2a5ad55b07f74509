/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tone.c - a function driver: plays a second of 1 kHz, woken each time that half of its buffer is played.
 *
 * It knows HDAUDIO_BUS_INTERFACE_V2 and a few services of wdm.h, as one on Windows does, and nothing of the
 * host.
 */
#include <initguid.h> /* the GUIDs of hdaudio.h are defined here */

#include "kernel.h"

#include <hdacodec.h>

#define RATE        48000
#define LENGTH      RATE          /* of the tone in frames: a second */
#define BUFFER_SIZE 65536u        /* bytes: two halves of 171 ms */
#define TIMEOUT     (-10000000ll) /* a second, from now, in 100 ns */

struct frame {
    SHORT left, right;
};

struct tone {
    HDAUDIO_BUS_INTERFACE_V2 bus;
    UCHAR codec, group;
    HANDLE engine;
    HDAUDIO_CONVERTER_FORMAT format;
    struct frame *buffer;
    ULONG half;    /* of the buffer, in frames */
    ULONG written; /* frames */
    KEVENT event;
};

/* A period: 12000 sin(2 pi n / 48). */
static const SHORT sine[RATE / 1000] = {
    0,      1566,   3106,   4592,   6000,   7305,  8485,  9520,  10392,  11087,  11591,  11897,
    12000,  11897,  11591,  11087,  10392,  9520,  8485,  7305,  6000,   4592,   3106,   1566,
    0,      -1566,  -3106,  -4592,  -6000,  -7305, -8485, -9520, -10392, -11087, -11591, -11897,
    -12000, -11897, -11591, -11087, -10392, -9520, -8485, -7305, -6000,  -4592,  -3106,  -1566,
};

static NTSTATUS told(const char *what, NTSTATUS status)
{
    if (!NT_SUCCESS(status))
        print("%s: status %x\n", what, status);
    return status;
}

/* ---- The codec ------------------------------------------------------------------------------- */

/* Sends a verb and waits for the response: 0 when there is none. */
static ULONG send(struct tone *tone, HDAUDIO_CODEC_COMMAND verb)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output = verb};
    NTSTATUS status = tone->bus.TransferCodecVerbs(tone->bus.Context, 1, &transfer, NULL, NULL);

    if (!NT_SUCCESS(told("TransferCodecVerbs", status)) || !transfer.Input.IsValid)
        return 0;
    return transfer.Input.Response;
}

static ULONG verb8(struct tone *tone, UCHAR node, ULONG id, ULONG data)
{
    HDAUDIO_CODEC_COMMAND verb = {.Verb8 = {data & 0xFF, id & 0xFFF, node, tone->codec & 0xFu}};

    return send(tone, verb);
}

static void verb16(struct tone *tone, UCHAR node, ULONG id, ULONG data)
{
    HDAUDIO_CODEC_COMMAND verb = {.Verb16 = {data & 0xFFFF, id & 0xF, node, tone->codec & 0xFu}};

    send(tone, verb);
}

static ULONG parameter(struct tone *tone, UCHAR node, ULONG number)
{
    return verb8(tone, node, HDA_GET_PARAMETER, number);
}

/* To 0 dB, which its own capabilities or those of the group tell (HDA 7.3.4.10). */
static void unmute(struct tone *tone, UCHAR node, ULONG caps)
{
    UCHAR owner = caps & HDA_WIDGET_AMP_OVERRIDE ? node : tone->group;
    ULONG gain;

    if (!(caps & HDA_WIDGET_OUTPUT_AMP))
        return;
    gain = parameter(tone, owner, HDA_PARAMETER_OUTPUT_AMP) & HDA_AMP_GAIN_MASK;
    verb16(tone, node, HDA_SET_AMPLIFIER, HDA_AMP_SET_OUTPUT | HDA_AMP_SET_LEFT | HDA_AMP_SET_RIGHT | gain);
}

static ULONG type_of(ULONG caps)
{
    return caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

/* Returns whether the widget is a converter, which listens to the stream now; tag 0: to none any more. */
static bool open_converter(struct tone *tone, UCHAR node, ULONG caps, UCHAR tag)
{
    if (type_of(caps) != HDA_WIDGET_AUDIO_OUTPUT || caps & HDA_WIDGET_DIGITAL)
        return false;
    unmute(tone, node, caps);
    verb16(tone, node, HDA_SET_CONVERTER_FORMAT, tone->format.ConverterFormat);
    verb8(tone, node, HDA_SET_STREAM_CHANNEL, (ULONG)tag << 4);
    return true;
}

static bool open_pin(struct tone *tone, UCHAR node, ULONG caps)
{
    if (type_of(caps) != HDA_WIDGET_PIN ||
        !(parameter(tone, node, HDA_PARAMETER_PIN_CAPS) & HDA_PIN_CAPS_OUTPUT))
        return false;
    unmute(tone, node, caps);
    verb8(tone, node, HDA_SET_PIN_CONTROL, HDA_PIN_CONTROL_OUTPUT);
    return true;
}

/* All converters listen and all pins put out: enough where a pin takes from its converter and nothing
 * between. */
static NTSTATUS open_codec(struct tone *tone, UCHAR tag)
{
    ULONG nodes = parameter(tone, tone->group, HDA_PARAMETER_SUBNODES);
    UCHAR first = (UCHAR)(nodes >> 16), end = (UCHAR)(first + nodes);
    bool converter = false, pin = false;

    verb8(tone, tone->group, HDA_SET_POWER_STATE, HDA_POWER_D0);
    for (UCHAR node = first; node != end; node++) {
        ULONG caps = parameter(tone, node, HDA_PARAMETER_WIDGET_CAPS);

        if (caps & HDA_WIDGET_POWER)
            verb8(tone, node, HDA_SET_POWER_STATE, HDA_POWER_D0);
        converter |= open_converter(tone, node, caps, tag);
        pin |= open_pin(tone, node, caps);
    }
    return converter && pin ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/* ---- The stream ------------------------------------------------------------------------------ */

/* The next of the tone, and silence when it is over. */
static void fill(struct tone *tone, ULONG half)
{
    struct frame *frame = tone->buffer + half * tone->half;

    for (ULONG i = 0; i < tone->half; i++, tone->written++) {
        SHORT sample = tone->written < LENGTH ? sine[tone->written % RTL_NUMBER_OF(sine)] : 0;

        frame[i] = (struct frame){sample, sample};
    }
}

/* Each event is a half that has been played, and is filled anew. The last one is silence: what a controller
 * has fetched when its stream stops may never be heard. */
static NTSTATUS keep_filled(struct tone *tone)
{
    ULONG halves = LENGTH / tone->half + 2;
    LARGE_INTEGER timeout = {.QuadPart = TIMEOUT};

    for (ULONG half = 0; half < halves; half++) {
        NTSTATUS status = KeWaitForSingleObject(&tone->event, Executive, KernelMode, FALSE, &timeout);

        if (status != STATUS_SUCCESS)
            return told("no half was played in a second", STATUS_IO_TIMEOUT);
        fill(tone, half % 2);
    }
    print("%u halves played\n", halves);
    return STATUS_SUCCESS;
}

static NTSTATUS set_state(struct tone *tone, HDAUDIO_STREAM_STATE state)
{
    return told("SetDmaEngineState", tone->bus.SetDmaEngineState(tone->bus.Context, state, 1, &tone->engine));
}

static NTSTATUS run(struct tone *tone)
{
    NTSTATUS status, stopped;

    fill(tone, 0);
    fill(tone, 1);
    status = set_state(tone, RunState);
    if (!NT_SUCCESS(status))
        return status;
    status = keep_filled(tone);
    stopped = set_state(tone, StopState);
    if (NT_SUCCESS(stopped))
        stopped = set_state(tone, ResetState);
    return NT_SUCCESS(status) ? stopped : status;
}

/* ---- Each of these takes something, has the next one go on, and gives it back --------------------- */

static NTSTATUS with_event(struct tone *tone)
{
    PVOID context = tone->bus.Context;
    NTSTATUS status;

    KeInitializeEvent(&tone->event, SynchronizationEvent, FALSE);
    status = told("RegisterNotificationEvent",
                  tone->bus.RegisterNotificationEvent(context, tone->engine, &tone->event));
    if (!NT_SUCCESS(status))
        return status;
    status = run(tone);
    tone->bus.UnregisterNotificationEvent(context, tone->engine, &tone->event);
    return status;
}

static NTSTATUS with_codec(struct tone *tone, UCHAR tag)
{
    NTSTATUS status = open_codec(tone, tag);

    if (NT_SUCCESS(status))
        status = with_event(tone);
    open_codec(tone, 0);
    return status;
}

static NTSTATUS with_buffer(struct tone *tone)
{
    PVOID context = tone->bus.Context;
    SIZE_T size, offset;
    NTSTATUS status;
    ULONG fifo;
    UCHAR tag;
    PMDL mdl;

    status = told("AllocateDmaBufferWithNotification",
                  tone->bus.AllocateDmaBufferWithNotification(context, tone->engine, 2, BUFFER_SIZE, &mdl,
                                                              &size, &offset, &tag, &fifo));
    if (!NT_SUCCESS(status))
        return status;
    tone->buffer = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
    tone->half = (ULONG)(size / 2 / sizeof(struct frame));
    status = tone->buffer != NULL ? with_codec(tone, tag) : STATUS_INSUFFICIENT_RESOURCES;
    if (tone->buffer != NULL)
        MmUnmapLockedPages(tone->buffer, mdl);
    tone->bus.FreeDmaBufferWithNotification(context, tone->engine, mdl, size);
    return status;
}

static NTSTATUS with_engine(struct tone *tone)
{
    HDAUDIO_STREAM_FORMAT format = {
        .SampleRate = RATE, .ValidBitsPerSample = 16, .ContainerSize = 16, .NumberOfChannels = 2};
    PVOID context = tone->bus.Context;
    NTSTATUS status;

    tone->bus.GetResourceInformation(context, &tone->codec, &tone->group);
    status = told("AllocateRenderDmaEngine",
                  tone->bus.AllocateRenderDmaEngine(context, &format, FALSE, &tone->engine, &tone->format));
    if (!NT_SUCCESS(status))
        return status;
    status = with_buffer(tone);
    tone->bus.FreeDmaEngine(context, tone->engine);
    return status;
}

NTSTATUS tone_play(struct hda_bus *bus, unsigned child)
{
    struct tone tone = {0};
    NTSTATUS status;

    status = hda_bus_query_interface(bus, child, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(tone.bus), 0x0100,
                                     (PINTERFACE)&tone.bus);
    if (!NT_SUCCESS(told("the interface", status)))
        return status;
    status = with_engine(&tone);
    tone.bus.InterfaceDereference(tone.bus.Context);
    return status;
}
