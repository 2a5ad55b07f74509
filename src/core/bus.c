/* SPDX-License-Identifier: BSD-2-Clause */
/* bus.c - a bus from start to stop. */
#include "client.h"
#include "codecs.h"
#include "controller.h"
#include "core.h"
#include "hooks.h"
#include "interrupt.h"
#include "link.h"
#include "ring.h"
#include "wake.h"

static const struct hda_bounds default_bounds = {
    .verb = 25000,
    .link_reset = 100000,
    .stream = 5000,
    .link_resets = 3,
};

/* ---- Bounds ----------------------------------------------------------------------------------- */

static void set_default(uint32_t *bound, uint32_t value)
{
    if (*bound == 0)
        *bound = value;
}

static void set_default_bounds(struct hda_bounds *bounds)
{
    set_default(&bounds->verb, default_bounds.verb);
    set_default(&bounds->link_reset, default_bounds.link_reset);
    set_default(&bounds->stream, default_bounds.stream);
    set_default(&bounds->link_resets, default_bounds.link_resets);
}

/* ---- Start ----------------------------------------------------------------------------------- */

static void init_locks(struct hda_bus *bus)
{
    const struct hda_host_ops *host = bus->host;
    void *context = bus->config.host_context;

    host->lock_init(context, &bus->lock, HDA_LEVEL_DISPATCH);
    host->lock_init(context, &bus->verbs.lock, HDA_LEVEL_DISPATCH);
    host->work_init(context, &bus->deferred, HDA_LEVEL_DISPATCH, hda_deferred, bus);
    host->work_init(context, &bus->release, HDA_LEVEL_PASSIVE, hda_clients_release_dead, bus);
    InitializeListHead(&bus->verbs.clients);
    InitializeListHead(&bus->clients);
    InitializeListHead(&bus->dead);
}

static struct hda_bus *create(const struct hda_bus_config *config)
{
    struct hda_bus *bus = config->host->alloc(config->host_context, sizeof(*bus));

    if (bus == NULL)
        return NULL;
    bus->config = *config;
    bus->host = config->host;
    bus->device = config->device;
    set_default_bounds(&bus->config.bounds);
    init_locks(bus);
    return bus;
}

/* What does not need the controller to be out of reset. */
static NTSTATUS start_memory(struct hda_bus *bus)
{
    NTSTATUS status = hda_unsolicited_start(bus);

    if (!NT_SUCCESS(status))
        return status;
    bus->own = hda_client_create(bus, NULL);
    return bus->own != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS start_controller(struct hda_bus *bus)
{
    NTSTATUS status = hda_controller_identify(bus);

    if (NT_SUCCESS(status))
        status = hda_controller_reset(bus);
    if (NT_SUCCESS(status))
        status = hda_engines_start(bus);
    if (!NT_SUCCESS(status))
        return status;
    hda_controller_probe(bus);
    status = hda_interrupts_start(bus);
    return NT_SUCCESS(status) ? hda_deferred_try(bus) : status;
}

/* What codecs say by themselves nobody wants to hear before they are known, and it may overrun the rings
 * (HARDWARE 17). A controller that disappears meanwhile leaves codecs unanswered, which alone would be no
 * failure. */
static NTSTATUS start_link(struct hda_bus *bus)
{
    NTSTATUS status = hda_link_start(bus);

    if (NT_SUCCESS(status))
        status = hda_codecs_start(bus);
    if (NT_SUCCESS(status))
        hda_controller_accept(bus);
    return hda_is_gone(bus) ? STATUS_DEVICE_REMOVED : status;
}

NTSTATUS hda_bus_start(const struct hda_bus_config *config, struct hda_bus **out)
{
    struct hda_bus *bus;
    NTSTATUS status;

    if (out == NULL)
        return STATUS_INVALID_PARAMETER;
    *out = NULL;
    if (!hda_hooks_are_complete(config))
        return STATUS_INVALID_PARAMETER;
    bus = create(config);
    if (bus == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = start_memory(bus);
    if (NT_SUCCESS(status))
        status = start_controller(bus);
    if (NT_SUCCESS(status))
        status = start_link(bus);
    if (!NT_SUCCESS(status)) {
        hda_bus_stop(bus, NULL);
        return status;
    }
    *out = bus;
    return STATUS_SUCCESS;
}

/* ---- Stop: the reverse, from wherever start came to ------------------------------------------ */

/* What DMA may still touch is never given back (HARDWARE 11). */
static void free_dma_memory(struct hda_bus *bus, bool quiet)
{
    if (!quiet) {
        hda_log(bus, HDA_LOG_ERROR,
                "the controller does not stop: the memory that it may touch stays allocated");
        return;
    }
    hda_rings_free(bus);
    hda_engines_free_memory(bus);
}

void hda_bus_stop(struct hda_bus *bus, struct hda_statistics *last)
{
    bool quiet;

    hda_verbs_stop(bus);
    hda_wake_end(bus, STATUS_CANCELLED);
    hda_interrupts_stop(bus);
    /* Callbacks may have queued it until now. */
    bus->host->work_cancel(bus->config.host_context, &bus->release);
    hda_clients_stop(bus);
    hda_rings_stop(bus);
    quiet = hda_controller_stop(bus);
    /* Any register read until now may have found out that the controller is gone. */
    bus->host->work_cancel(bus->config.host_context, &bus->deferred);
    hda_codecs_stop(bus);
    free_dma_memory(bus, quiet);
    hda_engines_stop(bus);
    hda_unsolicited_stop(bus);
    if (last != NULL)
        hda_bus_statistics(bus, last);
    hda_free(bus, bus);
}

/* ---- What it tells --------------------------------------------------------------------------- */

unsigned hda_bus_child_count(const struct hda_bus *bus)
{
    return bus->child_count;
}

const struct hda_child_info *hda_bus_child(const struct hda_bus *bus, unsigned child)
{
    return child < bus->child_count ? &bus->children[child] : NULL;
}

#define COPY_COUNT(field) statistics->field = __atomic_load_n(&bus->counts.field, __ATOMIC_RELAXED)

void hda_bus_statistics(const struct hda_bus *bus, struct hda_statistics *statistics)
{
    COPY_COUNT(register_reads);
    COPY_COUNT(register_writes);
    COPY_COUNT(interrupts);
    COPY_COUNT(verbs);
    COPY_COUNT(verb_timeouts);
    COPY_COUNT(unsolicited);
    COPY_COUNT(unsolicited_dropped);
    COPY_COUNT(completions);
    COPY_COUNT(merged);
    COPY_COUNT(lost_interrupts);
    COPY_COUNT(fifo_errors);
    COPY_COUNT(descriptor_errors);
    COPY_COUNT(response_overruns);
    COPY_COUNT(command_errors);
}

static void describe_engine(const struct hda_engine *engine, struct hda_engine_info *info)
{
    bool in_use = engine->handle != NULL;

    *info = (struct hda_engine_info){
        .direction = (enum hda_direction)engine->direction,
        .in_use = in_use,
        .renders = in_use && engine->render,
        .runs = in_use && engine->state == RunState,
        .tag = in_use ? engine->tag : 0,
        .format = in_use ? engine->format.encoding : 0,
        .fifo = engine->fifo,
        .polled = in_use && engine->state == RunState && engine->bus->polling.on,
        .source = hda_position_source(engine->bus),
        .pointer = engine->pointer,
        .completions = engine->counts.completions,
        .merged = engine->counts.merged,
        .lost_interrupts = engine->counts.lost_interrupts,
        .fifo_errors = engine->counts.fifo_errors,
        .descriptor_errors = engine->counts.descriptor_errors,
    };
}

bool hda_bus_engine_info(struct hda_bus *bus, unsigned index, struct hda_engine_info *info)
{
    if (index >= bus->engine_count)
        return false;
    hda_lock(bus, &bus->lock);
    describe_engine(&bus->engines[index], info);
    hda_unlock(bus, &bus->lock);
    return true;
}

void hda_bus_controller_info(const struct hda_bus *bus, struct hda_controller_info *info)
{
    const struct hda_capabilities *can = &bus->capabilities;

    *info = (struct hda_controller_info){
        .device = bus->config.info,
        .quirks = bus->config.quirks,
        .version = can->version,
        .gcap = can->gcap,
        .output_engines = can->outputs,
        .input_engines = can->inputs,
        .bidirectional_engines = can->bidirectionals,
        .output_lines = can->output_lines,
        .address64 = can->gcap & 1,
        .corb_entries = bus->verbs.corb_entries,
        .rirb_entries = bus->verbs.rirb_entries,
        .codecs = hda_codecs(bus),
        .alias_registers = can->alias,
        .stream_sync = can->stream_sync != 0,
        .output_payload = can->output_payload,
        .input_payload = can->input_payload,
        .output_stream_payload = can->output_stream_payload,
        .input_stream_payload = can->input_stream_payload,
    };
}
