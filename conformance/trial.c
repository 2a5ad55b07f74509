/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.c - what checks are made of: clients, engines, memory and time, and giving all of it back. */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

#define POOL_TAG 0x466e6f43u /* "ConF" */

/* Verbs and parameters (HDA 7.3.3, 7.3.4). */
#define GET_PARAMETER   0xF00
#define SET_STREAM      0x706
#define SET_POWER_STATE 0x705
#define GET_POWER_STATE 0xF05
#define SET_FORMAT      0x2
#define SUBNODES        0x04
#define WIDGET_CAPS     0x09
#define AUDIO_INPUT     1    /* type of widget */
#define SETTLING        0xF0 /* of a power state: what the node has come to */
#define STEREO_FORMAT   0x0011

const HDAUDIO_STREAM_FORMAT stereo = {48000, 16, 16, 2};
const HDAUDIO_STREAM_FORMAT smallest = {48000, 8, 8, 1};

/* ---- What is expected --------------------------------------------------------------------------- */

static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash ? slash + 1 : file;
}

bool failed(struct trial *t, const char *file, int line, const char *format, ...)
{
    int used = snprintf(t->failure, sizeof(t->failure), "%s:%d: ", base_name(file), line);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(t->failure + used, sizeof(t->failure) - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

bool expect_status(struct trial *t, const char *file, int line, const char *call, NTSTATUS expected,
                   NTSTATUS status)
{
    if (status == expected)
        return true;
    return failed(t, file, line, "%s returned %08x, not %08x", call, (unsigned)status, (unsigned)expected);
}

bool expect_equal(struct trial *t, const char *file, int line, const char *what, ULONGLONG expected,
                  ULONGLONG value)
{
    if (value == expected)
        return true;
    return failed(t, file, line, "%s is %llu (%llxh), not %llu (%llxh)", what, (unsigned long long)value,
                  (unsigned long long)value, (unsigned long long)expected, (unsigned long long)expected);
}

bool skip(struct trial *t, const char *reason)
{
    t->skipped = reason;
    return true;
}

/* ---- Clients ------------------------------------------------------------------------------------ */

/* The head and the tail of either table are the same. */
static void take_bdl(struct trial *t, const HDAUDIO_BUS_INTERFACE_BDL *table, client *shared)
{
    const size_t head = offsetof(HDAUDIO_BUS_INTERFACE, AllocateDmaBuffer);
    const size_t tail = offsetof(HDAUDIO_BUS_INTERFACE, FreeDmaEngine);

    memset(shared, 0, sizeof(*shared));
    memcpy(shared, table, head);
    memcpy((char *)shared + tail, (const char *)table + offsetof(HDAUDIO_BUS_INTERFACE_BDL, FreeDmaEngine),
           sizeof(HDAUDIO_BUS_INTERFACE) - tail);
    t->bdl.AllocateContiguousDmaBuffer = table->AllocateContiguousDmaBuffer;
    t->bdl.SetupDmaEngineWithBdl = table->SetupDmaEngineWithBdl;
    t->bdl.FreeContiguousDmaBuffer = table->FreeContiguousDmaBuffer;
}

static NTSTATUS open_client(struct trial *t, client *table)
{
    const struct conformance_target *target = t->target;
    HDAUDIO_BUS_INTERFACE_BDL bdl;
    NTSTATUS status;

    if (t->version->contiguous) {
        status = target->query(target->context, t->version->type, sizeof(bdl), 0x0100, (PINTERFACE)&bdl);
        if (NT_SUCCESS(status))
            take_bdl(t, &bdl, table);
        return status;
    }
    return target->query(target->context, t->version->type, t->version->size, 0x0100, (PINTERFACE)table);
}

bool trial_begin(struct trial *t)
{
    EXPECT_SUCCESS(open_client(t, &t->ddi));
    return true;
}

bool open_other(struct trial *t)
{
    EXPECT_SUCCESS(open_client(t, &t->other));
    t->other_open = true;
    return true;
}

static void forget_engines(struct trial *t, const client *owner)
{
    for (unsigned i = 0; i < t->engine_count; i++)
        if (t->engines[i].owner == owner)
            t->engines[i].handle = NULL;
}

void close_other(struct trial *t)
{
    forget_engines(t, &t->other);
    t->other_open = false;
    t->other.InterfaceDereference(t->other.Context);
}

static void stop_sending(struct trial *t)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = verb(t, t->sender, SET_STREAM, 0)};

    DDI(TransferCodecVerbs, 1, &transfer, NULL, NULL);
    t->sender = 0;
}

static NTSTATUS give_buffer_of(struct trial *t, const client *owner, HANDLE handle)
{
    if (t->version->contiguous)
        return t->bdl.FreeContiguousDmaBuffer(owner->Context, handle);
    return owner->FreeDmaBuffer(owner->Context, handle);
}

/* In whatever state a failed check has left it: what does not apply is refused, and that is fine. */
static void give_back(struct trial *t, const client *owner, HANDLE handle)
{
    if (!handle)
        return;
    owner->SetDmaEngineState(owner->Context, StopState, 1, &handle);
    owner->SetDmaEngineState(owner->Context, ResetState, 1, &handle);
    give_buffer_of(t, owner, handle);
    owner->FreeDmaEngine(owner->Context, handle);
}

static void take_requests_back(struct trial *t)
{
    for (unsigned child = 0; t->requested && child < t->target->child_count; child++)
        t->target->cancel_wake(t->target->context, child);
}

static void finish_calls_of(struct trial *t, const client *caller)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = parameter(codec_address(t), 0, 0)};

    caller->TransferCodecVerbs(caller->Context, 1, &transfer, NULL, NULL);
}

/* What a check that has failed left under way comes to its end before the memory is freed that it works on:
 * the calls of a client complete in the order they were made. Twice, for a callback that comes late may have
 * made another one. */
static void finish_calls(struct trial *t)
{
    if (!t->failure[0] || !t->ddi.InterfaceDereference)
        return;
    for (unsigned round = 0; round < 2; round++) {
        finish_calls_of(t, &t->ddi);
        if (t->other_open)
            finish_calls_of(t, &t->other);
        advance(t, MILLISECOND); /* after a removal they are completed by the deferred work */
    }
}

void trial_end(struct trial *t)
{
    if (t->asleep)
        t->target->resume(t->target->context);
    finish_calls(t);
    take_requests_back(t);
    if (t->sender)
        stop_sending(t);
    stop_listening(t);
    for (unsigned i = 0; i < t->engine_count; i++)
        give_back(t, t->engines[i].owner, t->engines[i].handle);
    if (t->other_open)
        close_other(t);
    if (t->ddi.InterfaceDereference)
        t->ddi.InterfaceDereference(t->ddi.Context);
    if (t->removed)
        t->target->renew(t->target->context);
    while (t->memory_count > 0)
        ExFreePoolWithTag(t->memories[--t->memory_count], POOL_TAG);
}

void *trial_memory(struct trial *t, SIZE_T size)
{
    void *memory =
        t->memory_count < TRIAL_MEMORIES ? ExAllocatePoolWithTag(NonPagedPool, size, POOL_TAG) : NULL;

    if (!memory) {
        failed(t, __FILE__, __LINE__, "the suite has no memory left");
        return NULL;
    }
    memset(memory, 0, size);
    t->memories[t->memory_count++] = memory;
    return memory;
}

PKEVENT trial_event(struct trial *t, EVENT_TYPE type)
{
    PKEVENT event = trial_memory(t, sizeof(*event));

    if (event)
        KeInitializeEvent(event, type, FALSE);
    return event;
}

/* ---- Time and level ----------------------------------------------------------------------------- */

void advance(struct trial *t, ULONGLONG nanoseconds)
{
    t->target->advance(t->target->context, nanoseconds);
}

ULONGLONG now(struct trial *t)
{
    return t->target->now(t->target->context);
}

bool took_at_most(struct trial *t, ULONGLONG begun, ULONGLONG limit)
{
    ULONGLONG elapsed = now(t) - begun;

    if (elapsed <= limit + t->target->slack)
        return true;
    return failed(t, __FILE__, __LINE__, "it took %llu us, not %llu", (unsigned long long)elapsed / 1000,
                  (unsigned long long)limit / 1000);
}

bool signalled(PKEVENT event, ULONGLONG nanoseconds)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)(nanoseconds / 100)};

    return KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &timeout) == STATUS_SUCCESS;
}

bool has_levels(const struct trial *t)
{
    return t->target->raise && t->target->lower && t->target->level;
}

KIRQL raise_irql(struct trial *t)
{
    return t->target->raise(t->target->context, DISPATCH_LEVEL);
}

void lower_irql(struct trial *t, KIRQL level)
{
    t->target->lower(t->target->context, level);
}

/* ---- Power and removal -------------------------------------------------------------------------- */

ULONGLONG verb_timeout(const struct trial *t)
{
    return t->target->verb_timeout ? t->target->verb_timeout : VERB_TIMEOUT;
}

bool suspend(struct trial *t)
{
    EXPECT_SUCCESS(t->target->suspend(t->target->context));
    t->asleep = true;
    return true;
}

bool resume(struct trial *t)
{
    EXPECT_SUCCESS(t->target->resume(t->target->context));
    t->asleep = false;
    listen_again(t);
    return true;
}

void pull_out(struct trial *t)
{
    t->removed = true;
    t->target->remove(t->target->context);
}

/* A verb that has no answer leads to a look. */
bool notice(struct trial *t)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = parameter(codec_address(t), 0, 0)};

    DDI(TransferCodecVerbs, 1, &transfer, NULL, NULL);
    EXPECT_STATUS(STATUS_DEVICE_REMOVED, DDI(TransferCodecVerbs, 1, &transfer, NULL, NULL));
    return true;
}

bool take_away(struct trial *t)
{
    pull_out(t);
    return notice(t);
}

NTSTATUS request_wake(struct trial *t, unsigned child, conformance_wake *routine, void *context)
{
    t->requested = true;
    return t->target->wait_wake(t->target->context, child, routine, context);
}

/* ---- Engines ------------------------------------------------------------------------------------ */

static void keep_engine(struct trial *t, const client *owner, HANDLE handle, bool render,
                        HDAUDIO_CONVERTER_FORMAT converter)
{
    t->engines[t->engine_count].owner = owner;
    t->engines[t->engine_count].handle = handle;
    t->engines[t->engine_count].render = render;
    t->engines[t->engine_count++].format = converter.ConverterFormat;
}

static NTSTATUS render_for(struct trial *t, const client *owner, const HDAUDIO_STREAM_FORMAT *format,
                           BOOLEAN stripe, HANDLE *handle)
{
    HDAUDIO_STREAM_FORMAT copy = *format;
    HDAUDIO_CONVERTER_FORMAT converter;
    NTSTATUS status;

    if (t->engine_count == TRIAL_ENGINES)
        return STATUS_NO_MEMORY;
    status = owner->AllocateRenderDmaEngine(owner->Context, &copy, stripe, handle, &converter);
    if (NT_SUCCESS(status))
        keep_engine(t, owner, *handle, true, converter);
    return status;
}

NTSTATUS allocate_for(struct trial *t, const client *owner, const HDAUDIO_STREAM_FORMAT *format,
                      HANDLE *handle)
{
    return render_for(t, owner, format, FALSE, handle);
}

NTSTATUS allocate_striped(struct trial *t, const HDAUDIO_STREAM_FORMAT *format, HANDLE *handle)
{
    return render_for(t, &t->ddi, format, TRUE, handle);
}

NTSTATUS capture_for(struct trial *t, UCHAR codec, const HDAUDIO_STREAM_FORMAT *format, HANDLE *handle)
{
    HDAUDIO_STREAM_FORMAT copy = *format;
    HDAUDIO_CONVERTER_FORMAT converter;
    NTSTATUS status;

    if (t->engine_count == TRIAL_ENGINES)
        return STATUS_NO_MEMORY;
    status = DDI(AllocateCaptureDmaEngine, codec, &copy, handle, &converter);
    if (NT_SUCCESS(status))
        keep_engine(t, &t->ddi, *handle, false, converter);
    return status;
}

bool allocate(struct trial *t, const HDAUDIO_STREAM_FORMAT *format, HANDLE *handle)
{
    EXPECT_SUCCESS(allocate_for(t, &t->ddi, format, handle));
    return true;
}

unsigned allocate_all(struct trial *t, const client *owner, HANDLE *handles, unsigned limit)
{
    unsigned count = 0;

    while (count < limit && NT_SUCCESS(allocate_for(t, owner, &smallest, &handles[count])))
        count++;
    return count;
}

bool release(struct trial *t, HANDLE handle)
{
    EXPECT_SUCCESS(DDI(FreeDmaEngine, handle));
    for (unsigned i = 0; i < t->engine_count; i++) {
        if (t->engines[i].handle == handle) {
            t->engines[i] = t->engines[--t->engine_count];
            break;
        }
    }
    return true;
}

void let_hear(struct trial *t, HANDLE handle, UCHAR stream)
{
    if (!t->target->streams_need_listeners)
        return;
    for (unsigned i = 0; i < t->engine_count; i++)
        if (t->engines[i].handle == handle && t->engines[i].render)
            listen_to(t, stream, t->engines[i].format);
}

#define LIST_STEP 1024 /* none crosses a multiple of it */

ULONG write_list(PVOID data, ULONG size, PHDAUDIO_BUFFER_DESCRIPTOR list)
{
    ULONG count = 0;

    for (ULONG offset = 0; offset < size; count++) {
        LONGLONG address = MmGetPhysicalAddress(data).QuadPart + offset;
        ULONG length = LIST_STEP - (ULONG)(address % LIST_STEP);

        if (length >= size - offset)
            length = count > 0 ? size - offset : FRAGMENT;
        list[count] = (HDAUDIO_BUFFER_DESCRIPTOR){.Address.QuadPart = address, .Length = length};
        offset += length;
    }
    list[count - 1].InterruptOnCompletion = 1;
    return count;
}

static NTSTATUS allocate_contiguous(struct trial *t, const client *owner, HANDLE handle, ULONG size,
                                    struct buffer *buffer)
{
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    NTSTATUS status = t->bdl.AllocateContiguousDmaBuffer(owner->Context, handle, size, &buffer->data, &list);

    if (!NT_SUCCESS(status))
        return status;
    buffer->mdl = NULL;
    buffer->size = size;
    status =
        t->bdl.SetupDmaEngineWithBdl(owner->Context, handle, size, write_list(buffer->data, size, list) - 1,
                                     ignore_interrupt, NULL, &buffer->stream, &buffer->fifo);
    if (!NT_SUCCESS(status))
        t->bdl.FreeContiguousDmaBuffer(owner->Context, handle);
    return status;
}

NTSTATUS allocate_buffer_for(struct trial *t, const client *owner, HANDLE handle, SIZE_T size,
                             struct buffer *buffer)
{
    if (t->version->contiguous)
        return allocate_contiguous(t, owner, handle, (ULONG)size, buffer);
    buffer->data = NULL;
    return owner->AllocateDmaBuffer(owner->Context, handle, size, &buffer->mdl, &buffer->size,
                                    &buffer->stream, &buffer->fifo);
}

NTSTATUS allocate_buffer(struct trial *t, HANDLE handle, SIZE_T size, struct buffer *buffer)
{
    NTSTATUS status = allocate_buffer_for(t, &t->ddi, handle, size, buffer);

    if (NT_SUCCESS(status))
        let_hear(t, handle, buffer->stream);
    return status;
}

NTSTATUS give_buffer(struct trial *t, HANDLE handle)
{
    return give_buffer_of(t, &t->ddi, handle);
}

NTSTATUS allocate_notified_for(struct trial *t, const client *owner, HANDLE handle, ULONG count, SIZE_T size,
                               struct buffer *buffer)
{
    SIZE_T offset;
    NTSTATUS status =
        owner->AllocateDmaBufferWithNotification(owner->Context, handle, count, size, &buffer->mdl,
                                                 &buffer->size, &offset, &buffer->stream, &buffer->fifo);

    buffer->data = NULL;
    if (NT_SUCCESS(status))
        let_hear(t, handle, buffer->stream);
    return status;
}

NTSTATUS allocate_notified(struct trial *t, HANDLE handle, ULONG count, SIZE_T size, struct buffer *buffer)
{
    return allocate_notified_for(t, &t->ddi, handle, count, size, buffer);
}

NTSTATUS set_state(struct trial *t, HDAUDIO_STREAM_STATE state, HANDLE handle)
{
    return DDI(SetDmaEngineState, state, 1, &handle);
}

/* Forty milliseconds of stereo are 7680 bytes, a multiple of 256, so that both halves are too of 128 (DDI DMA
 * buffers). */
#define PERIOD_UNIT (40 * MILLISECOND)

static ULONG period_units(const struct trial *t)
{
    return 1 + (ULONG)(t->target->slack * 6 / PERIOD_UNIT);
}

ULONGLONG period(const struct trial *t)
{
    return period_units(t) * PERIOD_UNIT;
}

ULONG period_bytes(const struct trial *t)
{
    return period_units(t) * 40 * BYTES_PER_MS;
}

ULONGLONG tolerance(const struct trial *t)
{
    return MILLISECOND + t->target->slack;
}

ULONGLONG quiet_time(const struct trial *t)
{
    return t->target->slack ? period(t) + MILLISECOND + t->target->slack : 3 * period(t);
}

bool prepare(struct trial *t, ULONG count, HANDLE *handle)
{
    struct buffer buffer;

    TRY(allocate(t, &stereo, handle));
    if (count == 0)
        EXPECT_SUCCESS(allocate_buffer(t, *handle, period_bytes(t), &buffer));
    else
        EXPECT_SUCCESS(allocate_notified(t, *handle, count, period_bytes(t), &buffer));
    EXPECT_EQUAL(period_bytes(t), buffer.size);
    return true;
}

bool start(struct trial *t, ULONG count, HANDLE *handle)
{
    TRY(prepare(t, count, handle));
    EXPECT_SUCCESS(set_state(t, RunState, *handle));
    return true;
}

bool position(struct trial *t, HANDLE handle, ULONG *bytes)
{
    PULONG pointer = NULL;

    TRY(refresh(t));
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &pointer));
    EXPECT(pointer != NULL);
    *bytes = read_register(pointer);
    return true;
}

ULONG read_register(const volatile ULONG *pointer)
{
    return atomic_load_explicit((const volatile _Atomic ULONG *)pointer, memory_order_relaxed);
}

bool refresh(struct trial *t)
{
    ULONG id;

    return ask(t, parameter(codec_address(t), 0, 0), &id);
}

/* ---- Verbs -------------------------------------------------------------------------------------- */

UCHAR codec_address(struct trial *t)
{
    UCHAR address = 0, node = 0;

    DDI(GetResourceInformation, &address, &node);
    return address;
}

ULONG parameter(UCHAR codec, UCHAR node, UCHAR number)
{
    HDAUDIO_CODEC_COMMAND command = {
        .Verb8 = {.Data = number, .VerbId = GET_PARAMETER, .Node = node, .CodecAddress = codec}};

    return command.Command;
}

bool ask(struct trial *t, ULONG command, ULONG *response)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = command};

    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 1, &transfer, NULL, NULL));
    EXPECT(transfer.Input.IsValid);
    *response = transfer.Input.Response;
    return true;
}

ULONG verb(struct trial *t, UCHAR node, USHORT id, UCHAR payload)
{
    HDAUDIO_CODEC_COMMAND command = {
        .Verb8 = {
            .Data = payload, .VerbId = id & 0xFFF, .Node = node, .CodecAddress = codec_address(t) & 0xF}};

    return command.Command;
}

bool widgets(struct trial *t, UCHAR *first, unsigned *count)
{
    UCHAR address = 0, group = 0;
    ULONG subnodes;

    DDI(GetResourceInformation, &address, &group);
    TRY(ask(t, parameter(address, group, SUBNODES), &subnodes));
    *first = (UCHAR)(subnodes >> 16);
    *count = subnodes & 0xFF;
    return true;
}

/* ---- An input converter ------------------------------------------------------------------------- */

#define LONGEST_SETTLING 500 /* milliseconds */

static bool power_up(struct trial *t, UCHAR node)
{
    ULONG state = SETTLING;

    TRY(ask(t, verb(t, node, SET_POWER_STATE, 0), &state));
    for (unsigned i = 0; i < LONGEST_SETTLING; i++) {
        TRY(ask(t, verb(t, node, GET_POWER_STATE, 0), &state));
        if (!(state & SETTLING))
            return true;
        advance(t, MILLISECOND);
    }
    return failed(t, __FILE__, __LINE__, "node %u does not come to D0: %x", node, (unsigned)state);
}

bool input_converter(struct trial *t, UCHAR *node)
{
    UCHAR address = 0, group = 0, first;
    unsigned count;

    DDI(GetResourceInformation, &address, &group);
    TRY(widgets(t, &first, &count));
    for (unsigned i = 0; i < count; i++) {
        ULONG caps;

        *node = (UCHAR)(first + i);
        TRY(ask(t, parameter(address, *node, WIDGET_CAPS), &caps));
        if ((caps >> 20 & 0xF) == AUDIO_INPUT)
            return power_up(t, group) && power_up(t, *node);
    }
    skip(t, "this codec has no input converter");
    return false;
}

bool send_from(struct trial *t, UCHAR node, UCHAR stream)
{
    HDAUDIO_CODEC_COMMAND format = {.Verb16 = {.Data = STEREO_FORMAT,
                                               .VerbId = SET_FORMAT,
                                               .Node = node,
                                               .CodecAddress = codec_address(t) & 0xF}};
    ULONG response;

    t->sender = node;
    return ask(t, format.Command, &response) &&
           ask(t, verb(t, node, SET_STREAM, (UCHAR)(stream << 4)), &response);
}
