/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.c - who holds which DMA engine (DDI AllocateRenderDmaEngine and what belongs to it). */
#include "engine.h"

#include "client.h"
#include "core.h"
#include "registers.h"

#define TAGS 16 /* stream numbers on the link; 0 is reserved (HDA 5.3.2) */
/* Odd: no two serials give the same handle. */
#define HANDLE_SPREAD ((uintptr_t)UINT64_C(0x9E3779B97F4A7C15))

/* ---- Handles --------------------------------------------------------------------------------- */

/* A token that no other engine of this bus has had or will have; and it is looked for among its owner's
 * engines only, so that another bus's or client's finds nothing. */
static HANDLE new_handle(struct hda_bus *bus)
{
    uintptr_t token;

    do
        token = (uintptr_t)++bus->engine_serial * HANDLE_SPREAD ^ (uintptr_t)bus;
    while (token == 0);
    return (HANDLE)token;
}

struct hda_engine *hda_engine_find(struct hda_client *client, HANDLE handle)
{
    struct hda_bus *bus = client->bus;

    for (unsigned i = 0; handle != NULL && i < bus->engine_count; i++) {
        struct hda_engine *engine = &bus->engines[i];

        if (engine->handle == handle && engine->client == client)
            return engine;
    }
    return NULL;
}

bool hda_engine_is(struct hda_client *client, HANDLE handle)
{
    struct hda_bus *bus = client->bus;
    bool found;

    hda_lock(bus, &bus->lock);
    found = hda_engine_find(client, handle) != NULL;
    hda_unlock(bus, &bus->lock);
    return found;
}

/* ---- Allocation ------------------------------------------------------------------------------ */

static struct hda_engine *find_free(struct hda_bus *bus, enum hda_direction direction)
{
    for (unsigned i = 0; i < bus->engine_count; i++) {
        if (bus->engines[i].handle == NULL && bus->engines[i].direction == direction)
            return &bus->engines[i];
    }
    return NULL;
}

/* The lowest stream number that no engine of the same direction has; 0 when all are taken. */
static uint8_t free_tag(const struct hda_bus *bus, bool render)
{
    unsigned taken = 1;

    for (unsigned i = 0; i < bus->engine_count; i++) {
        if (bus->engines[i].handle != NULL && bus->engines[i].render == render)
            taken |= 1u << bus->engines[i].tag;
    }
    for (uint8_t tag = 1; tag < TAGS; tag++) {
        if (!(taken & 1u << tag))
            return tag;
    }
    return 0;
}

/* Without a controller there is not too little of it, nor enough; BUFFER_TOO_SMALL is said of the format (DDI
 * Removal). */
static NTSTATUS unless_gone(const struct hda_bus *bus, NTSTATUS status)
{
    return status != STATUS_BUFFER_TOO_SMALL && hda_is_gone(bus) ? STATUS_DEVICE_REMOVED : status;
}

/* Under bus.lock. */
static NTSTATUS take(struct hda_client *client, bool render, const struct hda_format *format,
                     const struct hda_reservation *need, PHANDLE handle)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = hda_bandwidth_check(bus, format, need, NULL);
    struct hda_engine *engine = find_free(bus, render ? HDA_OUTPUT : HDA_INPUT);
    uint8_t tag = free_tag(bus, render);

    if (engine == NULL)
        engine = find_free(bus, HDA_BIDIRECTIONAL);
    if (NT_SUCCESS(status) && (engine == NULL || tag == 0))
        status = STATUS_INSUFFICIENT_RESOURCES;
    status = unless_gone(bus, status);
    if (!NT_SUCCESS(status))
        return status;
    engine->client = client;
    engine->render = render;
    engine->tag = tag;
    engine->format = *format;
    engine->reservation = *need;
    engine->state = ResetState;
    engine->pointer = HDA_POINTER_NONE;
    engine->handle = *handle = new_handle(bus);
    return STATUS_SUCCESS;
}

static uint8_t stripes(const struct hda_bus *bus, bool stripe)
{
    return stripe ? bus->capabilities.output_lines : 1;
}

NTSTATUS hda_engine_allocate(struct hda_client *client, bool render, uint8_t codec,
                             PHDAUDIO_STREAM_FORMAT stream, bool stripe, PHANDLE handle,
                             PHDAUDIO_CONVERTER_FORMAT converter)
{
    struct hda_bus *bus = client->bus;
    struct hda_reservation need;
    struct hda_format format;
    NTSTATUS status;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (stream == NULL || handle == NULL || converter == NULL || codec >= HDA_MAX_CODECS)
        return STATUS_INVALID_PARAMETER;
    if (!hda_format_encode(stream, &format))
        return STATUS_INVALID_PARAMETER;
    need = hda_bandwidth_need(&format, render, codec, stripes(bus, stripe));
    hda_lock(bus, &bus->lock);
    status = take(client, render, &format, &need, handle);
    hda_unlock(bus, &bus->lock);
    if (NT_SUCCESS(status))
        converter->ConverterFormat = format.encoding;
    return status;
}

/* ---- Change ---------------------------------------------------------------------------------- */

static NTSTATUS change(struct hda_engine *engine, const struct hda_format *format)
{
    struct hda_reservation need =
        hda_bandwidth_need(format, engine->render, engine->reservation.line, engine->reservation.stripes);
    NTSTATUS status;

    if (engine->preparing || engine->state != ResetState || hda_buffer_exists(&engine->buffer))
        return STATUS_INVALID_DEVICE_REQUEST;
    status = unless_gone(engine->bus, hda_bandwidth_check(engine->bus, format, &need, engine));
    if (!NT_SUCCESS(status))
        return status;
    engine->format = *format;
    engine->reservation = need;
    return STATUS_SUCCESS;
}

NTSTATUS hda_engine_change(struct hda_client *client, HANDLE handle, PHDAUDIO_STREAM_FORMAT stream,
                           PHDAUDIO_CONVERTER_FORMAT converter)
{
    struct hda_bus *bus = client->bus;
    struct hda_engine *engine;
    struct hda_format format;
    NTSTATUS status;

    if (hda_irql(bus) > PASSIVE_LEVEL)
        return STATUS_UNSUCCESSFUL;
    if (!hda_engine_is(client, handle))
        return STATUS_INVALID_HANDLE;
    if (stream == NULL || converter == NULL || !hda_format_encode(stream, &format))
        return STATUS_INVALID_PARAMETER;
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    status = engine == NULL ? STATUS_INVALID_HANDLE : change(engine, &format);
    hda_unlock(bus, &bus->lock);
    if (NT_SUCCESS(status))
        converter->ConverterFormat = format.encoding;
    return status;
}

/* ---- Freeing --------------------------------------------------------------------------------- */

NTSTATUS hda_engine_free(struct hda_client *client, HANDLE handle)
{
    struct hda_bus *bus = client->bus;
    NTSTATUS status = STATUS_SUCCESS;
    struct hda_engine *engine;
    LIST_ENTRY registrations;

    if (hda_irql(bus) > DISPATCH_LEVEL)
        return STATUS_UNSUCCESSFUL;
    InitializeListHead(&registrations);
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine == NULL)
        status = STATUS_INVALID_HANDLE;
    else if (engine->preparing || engine->state != ResetState || hda_buffer_exists(&engine->buffer))
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status)) {
        hda_notify_detach(engine, &registrations);
        engine->handle = NULL;
        engine->client = NULL;
    }
    hda_unlock(bus, &bus->lock);
    /* Without the lock, which a callback that is waited for may want. */
    hda_notify_release(engine, &registrations);
    return status;
}

/* The handle of one of the client's engines; NULL when it has none. */
static HANDLE any_engine(struct hda_client *client)
{
    struct hda_bus *bus = client->bus;
    HANDLE handle = NULL;

    hda_lock(bus, &bus->lock);
    for (unsigned i = 0; i < bus->engine_count && handle == NULL; i++) {
        if (bus->engines[i].client == client)
            handle = bus->engines[i].handle;
    }
    hda_unlock(bus, &bus->lock);
    return handle;
}

/* The stream runs on whatever is done to it: what it may still touch must not be given to anybody. Unless a
 * callback, which nobody has waited for yet, has freed its own engine meanwhile. */
static void abandon(struct hda_client *client, HANDLE handle)
{
    struct hda_bus *bus = client->bus;
    struct hda_engine *engine;
    LIST_ENTRY registrations;

    InitializeListHead(&registrations);
    hda_lock(bus, &bus->lock);
    engine = hda_engine_find(client, handle);
    if (engine != NULL) {
        hda_log(bus, HDA_LOG_ERROR, "engine %u does not stop: it and its buffer stay out of use",
                engine->index);
        hda_notify_detach(engine, &registrations);
        hda_isr_set(engine, NULL, NULL);
        engine->client = NULL;
    }
    hda_unlock(bus, &bus->lock);
    hda_notify_release(engine, &registrations);
}

/* In order, each step whatever became of the one before: a controller that does not obey must not keep a dead
 * client's memory busy. */
void hda_engines_release(struct hda_client *client)
{
    HANDLE handle;

    while ((handle = any_engine(client)) != NULL) {
        hda_state_set(client, StopState, 1, &handle);
        hda_state_set(client, ResetState, 1, &handle);
        hda_buffer_free(client, handle, NULL);
        if (!NT_SUCCESS(hda_engine_free(client, handle)))
            abandon(client, handle);
    }
}

/* ---- The table ------------------------------------------------------------------------------- */

static enum hda_direction direction_of(const struct hda_capabilities *can, unsigned index)
{
    if (index < can->inputs)
        return HDA_INPUT;
    return index < (unsigned)can->inputs + can->outputs ? HDA_OUTPUT : HDA_BIDIRECTIONAL;
}

NTSTATUS hda_engines_start(struct hda_bus *bus)
{
    const struct hda_capabilities *can = &bus->capabilities;
    unsigned count = (unsigned)can->inputs + can->outputs + can->bidirectionals;

    bus->engines = hda_alloc(bus, (count > 0 ? count : 1) * sizeof(*bus->engines));
    if (bus->engines == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (unsigned i = 0; i < count; i++) {
        struct hda_engine *engine = &bus->engines[i];

        engine->bus = bus;
        engine->index = (uint8_t)i;
        engine->registers = STREAM_BASE + i * STREAM_STEP;
        engine->direction = (uint8_t)direction_of(can, i);
        hda_notify_init(engine);
        hda_isr_init(engine);
    }
    bus->engine_count = count;
    return hda_positions_start(bus);
}

void hda_engines_free_memory(struct hda_bus *bus)
{
    for (unsigned i = 0; i < bus->engine_count; i++)
        hda_buffer_release(bus, &bus->engines[i].buffer);
    hda_positions_stop(bus);
}

void hda_engines_stop(struct hda_bus *bus)
{
    if (bus->engines != NULL)
        hda_free(bus, bus->engines);
    bus->engines = NULL;
    bus->engine_count = 0;
}
