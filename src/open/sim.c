/* SPDX-License-Identifier: BSD-2-Clause */
/* sim.c - opening the simulated controller, and what sim.h asks of an open one. */
#include "device/sim/controller.h"
#include "device/sim/sim_device.h"
#include "jacks.h"
#include "open.h"
#include "sim_codecs.h"
#include "sim_options.h"

/* ---- Codecs ---------------------------------------------------------------------------------- */

static NTSTATUS plug_all(struct open_request *request, const struct sim_options *options)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (options->codec_count == 0 && options->machine == NULL)
        return sim_codecs_plug_built_in(request, SIM_CODECS_ANYWHERE);
    if (options->machine != NULL)
        status = sim_codecs_plug_machine(request, options->machine);
    for (unsigned i = 0; i < options->codec_count && NT_SUCCESS(status); i++)
        status = sim_codecs_plug_file(request, options->codecs[i]);
    return status;
}

/* Where no codec has been named for an address, a bad one of our own is there. */
static NTSTATUS spoil(struct open_request *request, unsigned address, const struct sim_vices *vices)
{
    struct sim_device *device = request->bus->sim;
    NTSTATUS status = STATUS_SUCCESS;

    if (!sim_device_has_codec(device, address))
        status = sim_codecs_plug_built_in(request, address);
    if (NT_SUCCESS(status) && !sim_device_spoil(device, address, vices))
        status = open_fail(request, STATUS_INSUFFICIENT_RESOURCES, "there is no memory for a bad codec");
    return status;
}

static NTSTATUS spoil_all(struct open_request *request, const struct sim_options *options)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (unsigned address = 0; address < SIM_MAX_CODECS && NT_SUCCESS(status); address++) {
        if (options->bad_codecs & 1u << address)
            status = spoil(request, address, &options->bad[address]);
    }
    return status;
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* What a table by PCI id would say of a real one of this shape. */
static uint32_t quirks_of_shape(const struct sim_shape *shape)
{
    uint32_t quirks = 0;

    if (shape->ssync == SIM_SSYNC_34)
        quirks |= HDA_QUIRK_SSYNC_AT_34;
    if (shape->address64 == SIM_ADDRESS64_BROKEN)
        quirks |= HDA_QUIRK_NO_64_BIT;
    if (shape->no_page_crossing)
        quirks |= HDA_QUIRK_4K_FRAGMENTS;
    if (shape->positions == SIM_POSITION_NEVER)
        quirks |= HDA_QUIRK_LINK_POSITIONS;
    return quirks;
}

static uint32_t quirks_of(const struct sim_options *options, const struct hda_device_info *info)
{
    if (options->quirks_given)
        return options->quirks;
    return options->device.vendor_id != 0 ? hda_quirks_of(info) : quirks_of_shape(&options->shape);
}

static void remove_controller(void *context)
{
    const struct hdabus *bus = context;

    sim_device_remove(bus->sim);
}

/* Counted from now on, so that it may happen while the bus is opened. */
static void plan_removal(struct hdabus *bus, unsigned ms)
{
    bus->removes = ms > 0;
    if (!bus->removes)
        return;
    linux_host_ops.work_init(bus->host, &bus->removal, HDA_LEVEL_DISPATCH, remove_controller, bus);
    linux_host_ops.work_queue(bus->host, &bus->removal, ms * NS_PER_MS);
}

NTSTATUS open_sim(struct open_request *request)
{
    struct sim_options options;
    struct hdabus *bus = request->bus;
    NTSTATUS status = sim_options_read(request, &options);

    if (!NT_SUCCESS(status))
        return status;
    status = open_host(request, options.clock);
    if (!NT_SUCCESS(status))
        return status;
    status = sim_device_create(bus->host, &options.device, &bus->sim);
    if (!NT_SUCCESS(status))
        return open_fail(request, status, "there is no memory for a controller");
    request->config->device = &sim_device_ops;
    request->config->device_context = bus->sim;
    sim_device_info(bus->sim, &request->config->info);
    request->config->quirks = quirks_of(&options, &request->config->info);
    plan_removal(bus, options.removal);
    status = plug_all(request, &options);
    if (NT_SUCCESS(status))
        status = spoil_all(request, &options);
    return NT_SUCCESS(status) ? open_jacks_plan(request, &options.jacks) : status;
}

void open_sim_release(struct hdabus *bus)
{
    if (bus->removes)
        linux_host_ops.work_cancel(bus->host, &bus->removal);
    open_jacks_release(bus);
    if (bus->sim != NULL)
        sim_device_destroy(bus->sim);
}

/* ---- sim.h ----------------------------------------------------------------------------------- */

NTSTATUS hdabus_sim_hear(struct hdabus *bus, UCHAR codec_address, UCHAR pin, hdabus_sink *sink, void *context)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_hear(bus->sim, codec_address, pin, sink, context);
}

unsigned hdabus_sim_faults(const struct hdabus *bus)
{
    return bus->sim != NULL ? sim_device_faults(bus->sim) : 0;
}

const char *hdabus_sim_fault(const struct hdabus *bus, unsigned index)
{
    return bus->sim != NULL ? sim_device_fault(bus->sim, index) : NULL;
}

NTSTATUS hdabus_sim_feed(struct hdabus *bus, UCHAR codec_address, UCHAR pin, hdabus_source *source,
                         void *context)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_feed(bus->sim, codec_address, pin, source, context);
}

NTSTATUS hdabus_sim_connect(struct hdabus *bus, UCHAR from_codec, UCHAR from_pin, UCHAR to_codec,
                            UCHAR to_pin)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_connect(bus->sim, from_codec, from_pin, to_codec, to_pin);
}

NTSTATUS hdabus_sim_plug(struct hdabus *bus, UCHAR codec_address, UCHAR pin, BOOLEAN plugged)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_plug_jack(bus->sim, codec_address, pin, plugged);
}

NTSTATUS hdabus_sim_gpio(struct hdabus *bus, UCHAR codec_address, UCHAR mask, UCHAR levels)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_gpio(bus->sim, codec_address, mask, levels);
}

NTSTATUS hdabus_sim_turn(struct hdabus *bus, UCHAR codec_address, UCHAR knob, UCHAR volume)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_turn(bus->sim, codec_address, knob, volume);
}

NTSTATUS hdabus_sim_fail(struct hdabus *bus, enum hdabus_sim_failure failure, unsigned which)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_fail(bus->sim, failure, which);
}

NTSTATUS hdabus_sim_remove(struct hdabus *bus)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    sim_device_remove(bus->sim);
    return STATUS_SUCCESS;
}

BOOLEAN hdabus_sim_woken(struct hdabus *bus)
{
    return bus->sim != NULL && sim_device_woken(bus->sim);
}
