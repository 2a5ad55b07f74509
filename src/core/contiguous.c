/* SPDX-License-Identifier: BSD-2-Clause */
/* contiguous.c - contiguous buffers, whose descriptor list the client writes (DDI BDL clients). */
#include "bdl.h"
#include "client.h"
#include "core.h"
#include "stream.h"

/* ---- Allocation ------------------------------------------------------------------------------ */

static NTSTATUS allocate_memory(struct hda_bus *bus, ULONG size, struct hda_buffer *buffer)
{
    uint64_t highest = bus->capabilities.highest_address;
    void *device = bus->config.device_context;
    NTSTATUS status;

    status = bus->device->dma_alloc(device, size, highest, &buffer->data);
    if (NT_SUCCESS(status))
        status = bus->device->dma_alloc(device, HDA_BDL_SIZE, highest, &buffer->list);
    if (!NT_SUCCESS(status)) {
        hda_buffer_release(bus, buffer);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

/* It cannot run with it before the list is written. */
static void give(struct hda_engine *engine, const struct hda_buffer *buffer)
{
    hda_lock(engine->bus, &engine->bus->lock);
    engine->buffer = *buffer;
    hda_unlock(engine->bus, &engine->bus->lock);
}

NTSTATUS hda_contiguous_allocate(struct hda_client *client, HANDLE handle, ULONG size, PVOID *data,
                                 PHDAUDIO_BUFFER_DESCRIPTOR *list)
{
    struct hda_bus *bus = client->bus;
    struct hda_buffer buffer = {0};
    struct hda_engine *engine;
    NTSTATUS status;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (!hda_engine_is(client, handle))
        return STATUS_INVALID_HANDLE;
    if (size == 0 || data == NULL || list == NULL)
        return STATUS_INVALID_PARAMETER;
    status = hda_buffer_claim(client, handle, &engine);
    if (!NT_SUCCESS(status))
        return status;
    status = allocate_memory(bus, size, &buffer);
    if (NT_SUCCESS(status)) {
        give(engine, &buffer);
        *data = buffer.data.memory;
        *list = buffer.list.memory;
    }
    hda_buffer_unclaim(engine);
    return status;
}

/* ---- Setup ----------------------------------------------------------------------------------- */

/* What the client has written into the list is checked before the stream sees it, and what was set up before
 * stays if it is refused. */
static NTSTATUS set_up(struct hda_engine *engine, const struct hda_setup *setup,
                       const struct hda_patience *patience)
{
    struct hda_bus *bus = engine->bus;
    struct hda_buffer buffer = engine->buffer;
    NTSTATUS status;

    if (engine->preparing || engine->state != ResetState || buffer.data.memory == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!hda_bdl_check(bus, &buffer.data, buffer.list.memory, setup->last, setup->length))
        return STATUS_INVALID_PARAMETER;
    bus->device->dma_sync(bus->config.device_context, &buffer.list, 0, HDA_BDL_SIZE, HDA_SYNC_FOR_DEVICE);
    buffer.size = setup->length;
    buffer.last = (uint16_t)setup->last;
    buffer.interrupts = hda_bdl_interrupts(buffer.list.memory, setup->last);
    buffer.notifications = buffer.interrupts > 0;
    status = hda_buffer_install(engine, &buffer, patience, setup->fifo);
    if (!NT_SUCCESS(status))
        return status;
    hda_isr_set(engine, setup->isr, setup->context);
    *setup->stream = engine->tag;
    return STATUS_SUCCESS;
}

static bool is_complete(const struct hda_setup *setup)
{
    return setup->last >= 1 && setup->last < HDA_BDL_ENTRIES && setup->length > 0 && setup->isr != NULL &&
           setup->stream != NULL && setup->fifo != NULL;
}

NTSTATUS hda_contiguous_set_up(struct hda_client *client, HANDLE handle, const struct hda_setup *setup)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = STATUS_INVALID_HANDLE;
    struct hda_patience patience;
    struct hda_engine *engine;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (!hda_engine_is(client, handle))
        return STATUS_INVALID_HANDLE;
    if (!is_complete(setup))
        return STATUS_INVALID_PARAMETER;
    patience = hda_patience_now(bus);
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine != NULL)
        status = set_up(engine, setup, &patience);
    hda_unlock(bus, &bus->lock);
    return status;
}
