/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - a simulated bus behind an interface table that counts, refuses and withholds. */
#include "table.h"

#include <sim.h>

struct table table;

static void note_call(void)
{
    if (++table.calls == table.remove_at)
        assert_int_equal(hdabus_sim_remove(table.bus), STATUS_SUCCESS);
}

static NTSTATUS refusal(enum routine routine)
{
    if (table.refuse != routine)
        return STATUS_SUCCESS;
    if (table.let_pass == 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    table.let_pass--;
    return STATUS_SUCCESS;
}

static NTSTATUS allocate_render(PVOID context, PHDAUDIO_STREAM_FORMAT format, BOOLEAN stripe, PHANDLE handle,
                                PHDAUDIO_CONVERTER_FORMAT converter)
{
    NTSTATUS status = refusal(ALLOCATE_ENGINE);

    note_call();
    if (NT_SUCCESS(status))
        status = table.real.AllocateRenderDmaEngine(context, format, stripe, handle, converter);
    table.engines += NT_SUCCESS(status);
    return status;
}

static NTSTATUS allocate_capture(PVOID context, UCHAR codec, PHDAUDIO_STREAM_FORMAT format, PHANDLE handle,
                                 PHDAUDIO_CONVERTER_FORMAT converter)
{
    NTSTATUS status = refusal(ALLOCATE_ENGINE);

    note_call();
    if (NT_SUCCESS(status))
        status = table.real.AllocateCaptureDmaEngine(context, codec, format, handle, converter);
    table.engines += NT_SUCCESS(status);
    return status;
}

static NTSTATUS free_engine(PVOID context, HANDLE handle)
{
    assert_true(table.buffers < table.engines);
    note_call();
    table.engines--;
    return table.real.FreeDmaEngine(context, handle);
}

static NTSTATUS allocate_buffer(PVOID context, HANDLE handle, ULONG count, SIZE_T wanted, PMDL *mdl,
                                PSIZE_T size, PSIZE_T offset, PUCHAR stream, PULONG fifo)
{
    NTSTATUS status = refusal(ALLOCATE_BUFFER);

    note_call();
    if (NT_SUCCESS(status))
        status = table.real.AllocateDmaBufferWithNotification(context, handle, count, wanted, mdl, size,
                                                              offset, stream, fifo);
    table.buffers += NT_SUCCESS(status);
    return status;
}

static NTSTATUS free_buffer(PVOID context, HANDLE handle, PMDL mdl, SIZE_T size)
{
    assert_int_equal(table.registrations, 0);
    assert_int_equal(table.running, 0);
    table.buffers--;
    note_call();
    return table.real.FreeDmaBufferWithNotification(context, handle, mdl, size);
}

static NTSTATUS register_event(PVOID context, HANDLE handle, PKEVENT event)
{
    NTSTATUS status = refusal(REGISTER);

    note_call();
    if (NT_SUCCESS(status) && !table.withhold_notifications)
        status = table.real.RegisterNotificationEvent(context, handle, event);
    table.registrations += NT_SUCCESS(status);
    return status;
}

static NTSTATUS unregister_event(PVOID context, HANDLE handle, PKEVENT event)
{
    table.registrations--;
    note_call();
    if (table.withhold_notifications)
        return STATUS_SUCCESS;
    return table.real.UnregisterNotificationEvent(context, handle, event);
}

static NTSTATUS position_register(PVOID context, HANDLE handle, PULONG *position)
{
    NTSTATUS status = refusal(POSITION);

    table.positions++;
    note_call();
    return NT_SUCCESS(status) ? table.real.GetLinkPositionRegister(context, handle, position) : status;
}

static void note_state(HDAUDIO_STREAM_STATE state, ULONG count)
{
    if (state == RunState) {
        table.runs++;
        table.most_started = max(table.most_started, count);
        table.running += (int)count;
    } else if (state == ResetState) {
        table.running -= min((int)count, table.running);
    }
}

static NTSTATUS set_state(PVOID context, HDAUDIO_STREAM_STATE state, ULONG count, PHANDLE handles)
{
    NTSTATUS status = state == RunState ? refusal(RUN) : STATUS_SUCCESS;

    if (state == RunState && table.withhold_run)
        return STATUS_SUCCESS;
    note_call();
    if (NT_SUCCESS(status))
        status = table.real.SetDmaEngineState(context, state, count, handles);
    if (NT_SUCCESS(status))
        note_state(state, count);
    return status;
}

bool pace_wants_stop(void *context)
{
    const struct pace *pace = context;

    return pace->stop_at && pace->wakes >= pace->stop_at;
}

void pace_progress(void *context, const struct stream_report *report)
{
    struct pace *pace = context;
    LARGE_INTEGER interval = {.QuadPart = -pace->sleep_half_periods * (PACE_PERIOD * 10000000ll / 48000 / 2)};

    (void)report;
    if (++pace->wakes == pace->sleep_at)
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static NTSTATUS transfer_verbs(PVOID context, ULONG count, PHDAUDIO_CODEC_TRANSFER transfers,
                               PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback, PVOID callback_context)
{
    note_call();
    return table.real.TransferCodecVerbs(context, count, transfers, callback, callback_context);
}

static void wrap(void)
{
    table.ddi = table.real;
    table.ddi.TransferCodecVerbs = transfer_verbs;
    table.ddi.AllocateRenderDmaEngine = allocate_render;
    table.ddi.AllocateCaptureDmaEngine = allocate_capture;
    table.ddi.FreeDmaEngine = free_engine;
    table.ddi.AllocateDmaBufferWithNotification = allocate_buffer;
    table.ddi.FreeDmaBufferWithNotification = free_buffer;
    table.ddi.RegisterNotificationEvent = register_event;
    table.ddi.UnregisterNotificationEvent = unregister_event;
    table.ddi.GetLinkPositionRegister = position_register;
    table.ddi.SetDmaEngineState = set_state;
}

/* Hundreds of controllers disappear. */
static void drop_line(void *context, int level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

bool table_open(const char *device)
{
    static const struct hdabus_options options = {.log = drop_line};
    const GUID *type = &GUID_HDAUDIO_BUS_INTERFACE_V2;

    RtlZeroMemory(&table, sizeof(table));
    if (!NT_SUCCESS(hdabus_open(device, &options, &table.bus)))
        return false;
    if (NT_SUCCESS(hdabus_query_interface(table.bus, 0, type, sizeof(table.real), 0x0100,
                                          (PINTERFACE)&table.real))) {
        wrap();
        return true;
    }
    hdabus_close(table.bus);
    return false;
}

void table_close(void)
{
    assert_int_equal(table.engines, 0);
    assert_int_equal(table.buffers, 0);
    assert_int_equal(table.registrations, 0);
    assert_int_equal(table.running, 0);
    table.real.InterfaceDereference(table.real.Context);
    hdabus_close(table.bus);
}

int table_set_up(void **state)
{
    (void)state;
    return table_open("sim") ? 0 : -1;
}

int table_tear_down(void **state)
{
    (void)state;
    table_close();
    return 0;
}
