/* SPDX-License-Identifier: BSD-2-Clause */
/* interface.c - the tables that clients hold: their routines unpack the context and call the rooms that do
 * the work (DDI Interfaces, Routines). */
#include "client.h"
#include "core.h"

#define INTERFACE_VERSION 0x0100
#define DRIVER_VERSION    0x0001 /* major in the high byte */

/* Defined here, and so named, because who links the core may define the WDK's names himself. */
static const GUID guid_v1 = {0xd2eaf88b, 0xab18, 0x41a8, {0xb6, 0x64, 0x8d, 0x59, 0x21, 0x67, 0x67, 0x1b}};
static const GUID guid_bdl = {0xb4d65397, 0x5634, 0x40b0, {0xb0, 0x68, 0xf5, 0xb9, 0xf8, 0xb9, 0x67, 0xa5}};
static const GUID guid_v2 = {0xb52af5fb, 0x424b, 0x4bb9, {0xa1, 0x60, 0x5b, 0x38, 0xbe, 0x94, 0xe5, 0x68}};
static const GUID guid_v3 = {0xdc25da12, 0xbcd1, 0x4c7f, {0x84, 0xe1, 0x02, 0xad, 0xb6, 0xdc, 0xdc, 0xbf}};

/* ---- Routines -------------------------------------------------------------------------------- */

/* A routine without a status has nothing but the log to say that it was called at a wrong level. */
static void assert_irql(const struct hda_bus *bus, KIRQL highest, const char *routine)
{
    if (hda_irql(bus) > highest)
        hda_log(bus, HDA_LOG_ERROR, "%s was called at IRQL %u, above %u", routine, hda_irql(bus), highest);
}

static VOID NTAPI reference(PVOID context)
{
    hda_client_reference(context);
}

static VOID NTAPI dereference(PVOID context)
{
    hda_client_dereference(context);
}

static NTSTATUS NTAPI transfer_codec_verbs(PVOID context, ULONG count, PHDAUDIO_CODEC_TRANSFER transfers,
                                           PHDAUDIO_TRANSFER_COMPLETE_CALLBACK callback,
                                           PVOID callback_context)
{
    struct hda_client *client = context;

    return hda_verbs_transfer(client->bus, client, count, transfers, callback, callback_context);
}

static NTSTATUS NTAPI allocate_capture_dma_engine(PVOID context, UCHAR codec, PHDAUDIO_STREAM_FORMAT format,
                                                  PHANDLE handle, PHDAUDIO_CONVERTER_FORMAT converter)
{
    return hda_engine_allocate(context, false, codec, format, false, handle, converter);
}

static NTSTATUS NTAPI allocate_render_dma_engine(PVOID context, PHDAUDIO_STREAM_FORMAT format, BOOLEAN stripe,
                                                 PHANDLE handle, PHDAUDIO_CONVERTER_FORMAT converter)
{
    return hda_engine_allocate(context, true, 0, format, stripe != FALSE, handle, converter);
}

static NTSTATUS NTAPI change_bandwidth_allocation(PVOID context, HANDLE handle, PHDAUDIO_STREAM_FORMAT format,
                                                  PHDAUDIO_CONVERTER_FORMAT converter)
{
    return hda_engine_change(context, handle, format, converter);
}

static NTSTATUS NTAPI allocate_dma_buffer(PVOID context, HANDLE handle, SIZE_T requested, PMDL *mdl,
                                          PSIZE_T allocated, PUCHAR stream, PULONG fifo)
{
    SIZE_T offset;
    struct hda_buffer_request request = {false, 0, requested, mdl, allocated, &offset, stream, fifo};

    return hda_buffer_allocate(context, handle, &request);
}

static NTSTATUS NTAPI free_dma_buffer(PVOID context, HANDLE handle)
{
    return hda_buffer_free(context, handle, NULL);
}

static NTSTATUS NTAPI free_dma_engine(PVOID context, HANDLE handle)
{
    return hda_engine_free(context, handle);
}

static NTSTATUS NTAPI set_dma_engine_state(PVOID context, HDAUDIO_STREAM_STATE state, ULONG count,
                                           PHANDLE handles)
{
    return hda_state_set(context, state, count, handles);
}

static VOID NTAPI get_wall_clock_register(PVOID context, PULONG *clock)
{
    struct hda_client *client = context;

    assert_irql(client->bus, DISPATCH_LEVEL, "GetWallClockRegister");
    if (clock != NULL)
        hda_wall_clock_register(client->bus, clock);
}

static NTSTATUS NTAPI get_link_position_register(PVOID context, HANDLE handle, PULONG *position)
{
    return hda_position_register(context, handle, position);
}

static NTSTATUS NTAPI register_event_callback(PVOID context, PHDAUDIO_UNSOLICITED_RESPONSE_CALLBACK routine,
                                              PVOID callback_context, PUCHAR tag)
{
    return hda_unsolicited_register(context, routine, callback_context, tag);
}

static NTSTATUS NTAPI unregister_event_callback(PVOID context, UCHAR tag)
{
    return hda_unsolicited_unregister(context, tag);
}

static void fill_information(const struct hda_bus *bus, PHDAUDIO_DEVICE_INFORMATION_V2 information)
{
    information->DeviceVersion = bus->capabilities.version;
    information->DriverVersion = DRIVER_VERSION;
    information->CodecsDetected = hda_codecs(bus);
    information->IsStripingSupported = bus->capabilities.output_lines > 1;
    information->CtrlRevision = bus->config.info.revision;
    information->CtrlVendorId = bus->config.info.vendor_id;
    information->CtrlDeviceId = bus->config.info.device_id;
}

static NTSTATUS NTAPI get_device_information(PVOID context, PHDAUDIO_DEVICE_INFORMATION information)
{
    struct hda_client *client = context;
    HDAUDIO_DEVICE_INFORMATION_V2 all = {0};

    if (hda_irql(client->bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (information == NULL)
        return STATUS_INVALID_PARAMETER;
    if (information->Size < sizeof(HDAUDIO_DEVICE_INFORMATION))
        return STATUS_BUFFER_TOO_SMALL;
    if (hda_is_gone(client->bus))
        return STATUS_DEVICE_REMOVED;
    fill_information(client->bus, &all);
    all.Size = information->Size >= sizeof(all) ? sizeof(all) : sizeof(HDAUDIO_DEVICE_INFORMATION);
    memcpy(information, &all, all.Size);
    return STATUS_SUCCESS;
}

static VOID NTAPI get_resource_information(PVOID context, PUCHAR codec, PUCHAR node)
{
    struct hda_client *client = context;

    assert_irql(client->bus, PASSIVE_LEVEL, "GetResourceInformation");
    if (codec != NULL)
        *codec = client->child->codec_address;
    if (node != NULL)
        *node = client->child->node;
}

static NTSTATUS NTAPI allocate_dma_buffer_with_notification(PVOID context, HANDLE handle, ULONG notifications,
                                                            SIZE_T requested, PMDL *mdl, PSIZE_T allocated,
                                                            PSIZE_T offset, PUCHAR stream, PULONG fifo)
{
    struct hda_buffer_request request = {true,      notifications, requested, mdl,
                                         allocated, offset,        stream,    fifo};

    return hda_buffer_allocate(context, handle, &request);
}

static NTSTATUS NTAPI free_dma_buffer_with_notification(PVOID context, HANDLE handle, PMDL mdl, SIZE_T size)
{
    struct hda_buffer_name name = {mdl, size};

    return hda_buffer_free(context, handle, &name);
}

static NTSTATUS NTAPI register_notification_event(PVOID context, HANDLE handle, PKEVENT event)
{
    struct hda_listener listener = {.event = event};

    return hda_notify_register(context, handle, &listener, NULL);
}

static NTSTATUS NTAPI unregister_notification_event(PVOID context, HANDLE handle, PKEVENT event)
{
    struct hda_listener listener = {.event = event};

    return hda_notify_unregister(context, handle, &listener);
}

static NTSTATUS NTAPI register_notification_callback(PVOID context, HANDLE handle, PDEVICE_OBJECT device,
                                                     PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine,
                                                     PVOID callback_context)
{
    struct hda_listener listener = {.routine = routine, .context = callback_context};

    return hda_notify_register(context, handle, &listener, device);
}

static NTSTATUS NTAPI unregister_notification_callback(PVOID context, HANDLE handle,
                                                       PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine,
                                                       PVOID callback_context)
{
    struct hda_listener listener = {.routine = routine, .context = callback_context};

    return hda_notify_unregister(context, handle, &listener);
}

static NTSTATUS NTAPI allocate_contiguous_dma_buffer(PVOID context, HANDLE handle, ULONG requested,
                                                     PVOID *data, PHDAUDIO_BUFFER_DESCRIPTOR *list)
{
    return hda_contiguous_allocate(context, handle, requested, data, list);
}

static NTSTATUS NTAPI setup_dma_engine_with_bdl(PVOID context, HANDLE handle, ULONG length, ULONG last,
                                                PHDAUDIO_BDL_ISR isr, PVOID isr_context, PUCHAR stream,
                                                PULONG fifo)
{
    struct hda_setup setup = {length, last, isr, isr_context, stream, fifo};

    return hda_contiguous_set_up(context, handle, &setup);
}

/* ---- Tables ---------------------------------------------------------------------------------- */

/* V1 is the first part of V2, and that of V3. */
static const HDAUDIO_BUS_INTERFACE_V3 table_v3 = {
    .Version = INTERFACE_VERSION,
    .InterfaceReference = reference,
    .InterfaceDereference = dereference,
    .TransferCodecVerbs = transfer_codec_verbs,
    .AllocateCaptureDmaEngine = allocate_capture_dma_engine,
    .AllocateRenderDmaEngine = allocate_render_dma_engine,
    .ChangeBandwidthAllocation = change_bandwidth_allocation,
    .AllocateDmaBuffer = allocate_dma_buffer,
    .FreeDmaBuffer = free_dma_buffer,
    .FreeDmaEngine = free_dma_engine,
    .SetDmaEngineState = set_dma_engine_state,
    .GetWallClockRegister = get_wall_clock_register,
    .GetLinkPositionRegister = get_link_position_register,
    .RegisterEventCallback = register_event_callback,
    .UnregisterEventCallback = unregister_event_callback,
    .GetDeviceInformation = get_device_information,
    .GetResourceInformation = get_resource_information,
    .AllocateDmaBufferWithNotification = allocate_dma_buffer_with_notification,
    .FreeDmaBufferWithNotification = free_dma_buffer_with_notification,
    .RegisterNotificationEvent = register_notification_event,
    .UnregisterNotificationEvent = unregister_notification_event,
    .RegisterNotificationCallback = register_notification_callback,
    .UnregisterNotificationCallback = unregister_notification_callback,
};

static const HDAUDIO_BUS_INTERFACE_BDL table_bdl = {
    .Version = INTERFACE_VERSION,
    .InterfaceReference = reference,
    .InterfaceDereference = dereference,
    .TransferCodecVerbs = transfer_codec_verbs,
    .AllocateCaptureDmaEngine = allocate_capture_dma_engine,
    .AllocateRenderDmaEngine = allocate_render_dma_engine,
    .ChangeBandwidthAllocation = change_bandwidth_allocation,
    .AllocateContiguousDmaBuffer = allocate_contiguous_dma_buffer,
    .SetupDmaEngineWithBdl = setup_dma_engine_with_bdl,
    .FreeContiguousDmaBuffer = free_dma_buffer,
    .FreeDmaEngine = free_dma_engine,
    .SetDmaEngineState = set_dma_engine_state,
    .GetWallClockRegister = get_wall_clock_register,
    .GetLinkPositionRegister = get_link_position_register,
    .RegisterEventCallback = register_event_callback,
    .UnregisterEventCallback = unregister_event_callback,
    .GetDeviceInformation = get_device_information,
    .GetResourceInformation = get_resource_information,
};

static const struct {
    const GUID *type;
    const void *table;
    USHORT size;
} tables[] = {
    {&guid_v1, &table_v3, sizeof(HDAUDIO_BUS_INTERFACE)},
    {&guid_bdl, &table_bdl, sizeof(HDAUDIO_BUS_INTERFACE_BDL)},
    {&guid_v2, &table_v3, sizeof(HDAUDIO_BUS_INTERFACE_V2)},
    {&guid_v3, &table_v3, sizeof(HDAUDIO_BUS_INTERFACE_V3)},
};

static NTSTATUS fill(struct hda_bus *bus, unsigned child, const void *table, USHORT size,
                     PINTERFACE interface)
{
    struct hda_client *client = hda_client_create(bus, &bus->children[child]);

    if (client == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(interface, table, size);
    interface->Size = size;
    interface->Context = client;
    return STATUS_SUCCESS;
}

NTSTATUS hda_bus_query_interface(struct hda_bus *bus, unsigned child, const GUID *type, USHORT size,
                                 USHORT version, PINTERFACE interface)
{
    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (child >= bus->child_count || type == NULL || interface == NULL)
        return STATUS_INVALID_PARAMETER;
    for (unsigned i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (memcmp(type, tables[i].type, sizeof(*type)) != 0)
            continue;
        if (size < tables[i].size || version != INTERFACE_VERSION)
            return STATUS_INVALID_PARAMETER;
        if (hda_is_gone(bus))
            return STATUS_DEVICE_REMOVED;
        return fill(bus, child, tables[i].table, tables[i].size, interface);
    }
    return STATUS_NOT_SUPPORTED;
}
