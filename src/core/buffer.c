/* SPDX-License-Identifier: BSD-2-Clause */
/* buffer.c - cyclic buffers (DDI AllocateDmaBuffer, AllocateDmaBufferWithNotification). */
#include "bdl.h"
#include "client.h"
#include "core.h"
#include "stream.h"

/* ---- Memory ---------------------------------------------------------------------------------- */

void hda_buffer_release(struct hda_bus *bus, struct hda_buffer *buffer)
{
    void *device = bus->config.device_context;

    if (buffer->list.memory != NULL)
        bus->device->dma_free(device, &buffer->list);
    if (buffer->data.memory != NULL)
        bus->device->dma_free(device, &buffer->data);
    if (buffer->mdl != NULL)
        bus->device->pages_free(device, buffer->mdl);
    *buffer = (struct hda_buffer){0};
}

static NTSTATUS describe(struct hda_bus *bus, struct hda_buffer *buffer)
{
    unsigned entries =
        hda_bdl_build(bus, buffer->mdl, buffer->size, buffer->notifications, buffer->list.memory);

    if (entries == 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    buffer->last = (uint16_t)(entries - 1);
    bus->device->dma_sync(bus->config.device_context, &buffer->list, 0, HDA_BDL_SIZE, HDA_SYNC_FOR_DEVICE);
    return STATUS_SUCCESS;
}

static NTSTATUS allocate_memory(struct hda_bus *bus, struct hda_buffer *buffer)
{
    uint64_t highest = bus->capabilities.highest_address;
    void *device = bus->config.device_context;
    NTSTATUS status;

    status = bus->device->pages_alloc(device, buffer->size, highest, &buffer->mdl);
    if (!NT_SUCCESS(status)) {
        buffer->mdl = NULL;
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = bus->device->dma_alloc(device, HDA_BDL_SIZE, highest, &buffer->list);
    if (NT_SUCCESS(status))
        status = describe(bus, buffer);
    if (!NT_SUCCESS(status)) {
        hda_buffer_release(bus, buffer);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

/* ---- Claiming the engine while memory is allocated, which may block -------------------------- */

/* DDI: not in reset, or has a buffer already. */
NTSTATUS hda_buffer_claim(struct hda_client *client, HANDLE handle, struct hda_engine **engine)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = STATUS_SUCCESS;

    hda_lock(bus, &bus->lock);
    *engine = hda_engine_find(client, handle);
    if (*engine == NULL)
        status = STATUS_INVALID_HANDLE;
    else if ((*engine)->preparing || (*engine)->state != ResetState || hda_buffer_exists(&(*engine)->buffer))
        status = STATUS_INVALID_DEVICE_REQUEST;
    else
        status = hda_usable(bus);
    if (NT_SUCCESS(status))
        (*engine)->preparing = true;
    hda_unlock(bus, &bus->lock);
    return status;
}

void hda_buffer_unclaim(struct hda_engine *engine)
{
    hda_lock(engine->bus, &engine->bus->lock);
    engine->preparing = false;
    hda_unlock(engine->bus, &engine->bus->lock);
}

/* ---- Allocation ------------------------------------------------------------------------------ */

NTSTATUS hda_buffer_install(struct hda_engine *engine, const struct hda_buffer *buffer,
                            const struct hda_patience *patience, PULONG fifo)
{
    struct hda_bus *bus = engine->bus;
    struct hda_buffer before = engine->buffer;
    NTSTATUS status = hda_usable(bus);
    ULONG size;

    if (NT_SUCCESS(status))
        status = hda_stream_reset(engine, patience);
    if (!NT_SUCCESS(status))
        return status;
    engine->buffer = *buffer;
    hda_stream_program(engine);
    hda_progress_reset(engine);
    size = hda_stream_fifo(engine);
    if (hda_is_gone(bus)) {
        engine->buffer = before;
        return STATUS_DEVICE_REMOVED;
    }
    *fifo = engine->fifo = size;
    return STATUS_SUCCESS;
}

static NTSTATUS install(struct hda_engine *engine, const struct hda_buffer *buffer, PULONG fifo)
{
    struct hda_bus *bus = engine->bus;
    struct hda_patience patience = hda_patience_now(bus);
    NTSTATUS status;

    hda_lock(bus, &bus->lock);
    status = hda_buffer_install(engine, buffer, &patience, fifo);
    hda_unlock(bus, &bus->lock);
    return status;
}

static NTSTATUS allocate(struct hda_engine *engine, const struct hda_buffer_request *request)
{
    struct hda_bus *bus = engine->bus;
    struct hda_buffer buffer = {.notifications = request->notifications,
                                .interrupts = request->notifications};
    NTSTATUS status;

    buffer.size =
        hda_bdl_buffer_size(request->size, request->notifications == 2 ? 2 : 1, engine->format.block);
    if (buffer.size == 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = allocate_memory(bus, &buffer);
    if (!NT_SUCCESS(status))
        return status;
    status = install(engine, &buffer, request->fifo);
    if (!NT_SUCCESS(status)) {
        hda_buffer_release(bus, &buffer);
        return status;
    }
    *request->mdl = buffer.mdl;
    *request->allocated = buffer.size;
    *request->stream = engine->tag;
    *request->offset = 0; /* pages_alloc begins at a page's start */
    return STATUS_SUCCESS;
}

static bool is_complete(const struct hda_buffer_request *request)
{
    unsigned least = request->notifying ? 1 : 0, most = request->notifying ? 2 : 0;

    return request->notifications >= least && request->notifications <= most && request->size > 0 &&
           request->mdl != NULL && request->allocated != NULL && request->offset != NULL &&
           request->stream != NULL && request->fifo != NULL;
}

NTSTATUS hda_buffer_allocate(struct hda_client *client, HANDLE handle,
                             const struct hda_buffer_request *request)
{
    struct hda_engine *engine;
    NTSTATUS status;

    if (hda_irql(client->bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (!hda_engine_is(client, handle))
        return STATUS_INVALID_HANDLE;
    if (!is_complete(request))
        return STATUS_INVALID_PARAMETER;
    status = hda_buffer_claim(client, handle, &engine);
    if (!NT_SUCCESS(status))
        return status;
    status = allocate(engine, request);
    hda_buffer_unclaim(engine);
    return status;
}

/* ---- Freeing --------------------------------------------------------------------------------- */

/* BufferMdl and BufferSize are not trusted: the engine knows its own (DDI DMA buffers). */
static void compare(const struct hda_engine *engine, const struct hda_buffer_name *name)
{
    if (name != NULL && (name->mdl != engine->buffer.mdl || name->size != engine->buffer.size))
        hda_log(engine->bus, HDA_LOG_WARNING, "stream %u: the buffer to be freed is named wrongly",
                engine->index);
}

/* Takes the buffer from an engine that does not run. A stopped one is reset first: known drivers free in that
 * state (DDI DMA buffers). */
static NTSTATUS detach(struct hda_engine *engine, struct hda_buffer *buffer,
                       const struct hda_patience *patience)
{
    NTSTATUS status;

    if (engine->preparing || !hda_buffer_exists(&engine->buffer) || engine->state == RunState)
        return STATUS_INVALID_DEVICE_REQUEST;
    status = hda_stream_rest(engine, patience);
    if (!NT_SUCCESS(status))
        return status;
    hda_progress_reset(engine);
    hda_isr_set(engine, NULL, NULL);
    engine->state = ResetState;
    *buffer = engine->buffer;
    engine->buffer = (struct hda_buffer){0};
    return STATUS_SUCCESS;
}

NTSTATUS hda_buffer_free(struct hda_client *client, HANDLE handle, const struct hda_buffer_name *name)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = STATUS_INVALID_HANDLE;
    struct hda_buffer buffer = {0};
    struct hda_patience patience;
    struct hda_engine *engine;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    patience = hda_patience_now(bus);
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine != NULL) {
        compare(engine, name);
        status = detach(engine, &buffer, &patience);
    }
    hda_unlock(bus, &bus->lock);
    if (NT_SUCCESS(status))
        hda_buffer_release(bus, &buffer);
    return status;
}
