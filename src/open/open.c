/* SPDX-License-Identifier: BSD-2-Clause */
/* open.c - opening and closing a bus, and what bus.h asks of an open one. */
#include "open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checked.h"

static const struct {
    const char *kind;
    NTSTATUS (*open)(struct open_request *request);
} kinds[] = {
    {"sim", open_sim},
    {"qemu", open_qemu},
};

/* ---- What openers use ------------------------------------------------------------------------ */

static void log_line(void *context, enum hda_log_level level, const char *line)
{
    static const char *const names[] = {"error", "warning"};
    const struct hdabus *bus = context; /* NULL: there is none yet */

    if (bus != NULL && bus->log != NULL)
        bus->log(bus->log_context, (int)level, line);
    else if (level <= HDA_LOG_WARNING)
        fprintf(stderr, "hdabus: %s: %s\n", names[level], line);
}

void open_log(const struct hdabus *bus, enum hda_log_level level, const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    log_line((void *)(uintptr_t)bus, level, line);
}

NTSTATUS open_fail(const struct open_request *request, NTSTATUS status, const char *format, ...)
{
    char sentence[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    if (request->error != NULL && request->error_size > 0)
        snprintf(request->error, request->error_size, "%s", sentence);
    else
        log_line(request->bus, HDA_LOG_ERROR, sentence);
    return status;
}

/* Takes the next NAME=VALUE off the options: cuts the text in place; false at its end. */
static bool next_option(struct open_request *request, char **name, char **value)
{
    char *equals;

    do
        *name = strsep(&request->options, ",");
    while (*name != NULL && **name == '\0');
    if (*name == NULL)
        return false;
    equals = strchr(*name, '=');
    *value = equals != NULL ? equals + 1 : *name + strlen(*name);
    if (equals != NULL)
        *equals = '\0';
    return true;
}

static NTSTATUS set_option(const struct open_request *request, const char *kind,
                           const struct open_option *option, void *options, const char *name,
                           const char *value)
{
    while (option->name != NULL && strcmp(name, option->name) != 0)
        option++;
    if (option->name == NULL)
        return open_fail(request, STATUS_INVALID_PARAMETER, "%s: there is no option '%s'", kind, name);
    if (!option->set(options, value))
        return open_fail(request, STATUS_INVALID_PARAMETER, "%s: '%s=%s': expected %s", kind, name, value,
                         option->values);
    return STATUS_SUCCESS;
}

NTSTATUS open_parse_options(struct open_request *request, const char *kind, const struct open_option *table,
                            void *options)
{
    NTSTATUS status = STATUS_SUCCESS;
    char *name, *value;

    while (NT_SUCCESS(status) && next_option(request, &name, &value))
        status = set_option(request, kind, table, options, name, value);
    return status;
}

bool open_parse_number(const char *text, unsigned long largest, unsigned *number)
{
    unsigned long value;
    char *end;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || *text == '-' || errno != 0 || value > largest)
        return false;
    *number = (unsigned)value;
    return true;
}

NTSTATUS open_host(struct open_request *request, enum linux_clock clock)
{
    NTSTATUS status = linux_host_create(clock, log_line, request->bus, &request->bus->host);

    request->bus->clock = clock;
    if (!NT_SUCCESS(status))
        return open_fail(request, status, "there is no memory or no thread for a host");
    request->config->host = &linux_host_ops;
    request->config->host_context = request->bus->host;
    return STATUS_SUCCESS;
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* Returns how many faults the checking host has found, if there was one. */
static unsigned release(struct hdabus *bus, struct hda_statistics *last)
{
    unsigned faults;

    if (bus->core != NULL)
        hda_bus_stop(bus->core, last);
    faults = open_checked_release(bus);
    open_sim_release(bus);
    open_qemu_release(bus);
    if (bus->host != NULL)
        linux_host_destroy(bus->host);
    free(bus);
    return faults;
}

static NTSTATUS open_kind(struct open_request *request, char *device)
{
    request->options = strchr(device, ':');
    if (request->options != NULL)
        *request->options++ = '\0';
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(device, kinds[i].kind) == 0)
            return kinds[i].open(request);
    }
    return open_fail(request, STATUS_NO_SUCH_DEVICE, "there is no kind of device called '%s'", device);
}

/* What hda_bus_start() says, for people. */
static const char *why(NTSTATUS status)
{
    switch (status) {
    case STATUS_DEVICE_NOT_READY:
        return "a register does not come to the state that was waited for";
    case STATUS_DEVICE_REMOVED:
        return "it has disappeared";
    case STATUS_NOT_SUPPORTED:
        return "it is no HD Audio 1.0 controller";
    case STATUS_INSUFFICIENT_RESOURCES:
        return "there is no memory for it";
    default:
        return "its interrupt cannot be had";
    }
}

static NTSTATUS start(struct open_request *request)
{
    NTSTATUS status = hda_bus_start(request->config, &request->bus->core);

    if (!NT_SUCCESS(status))
        return open_fail(request, status, "the controller does not start: %s", why(status));
    return STATUS_SUCCESS;
}

static NTSTATUS open_copy(struct open_request *request, const char *device)
{
    char *copy = strdup(device);
    NTSTATUS status;

    if (copy == NULL)
        return open_fail(request, STATUS_INSUFFICIENT_RESOURCES, "there is no memory");
    status = open_kind(request, copy);
    free(copy);
    if (NT_SUCCESS(status) && request->check)
        status = open_checked(request);
    return NT_SUCCESS(status) ? start(request) : status;
}

NTSTATUS hdabus_open(const char *device, const struct hdabus_options *options, struct hdabus **bus)
{
    struct hda_bus_config config = {0};
    struct open_request request = {.config = &config};
    NTSTATUS status;

    if (bus == NULL)
        return STATUS_INVALID_PARAMETER;
    *bus = NULL;
    if (options != NULL) {
        request.error = options->error;
        request.error_size = options->error_size;
        request.sample_rate = options->sample_rate;
    }
    if (device == NULL)
        return open_fail(&request, STATUS_INVALID_PARAMETER, "no device is named");
    request.bus = calloc(1, sizeof(*request.bus));
    if (request.bus == NULL)
        return open_fail(&request, STATUS_INSUFFICIENT_RESOURCES, "there is no memory");
    request.bus->log = options != NULL ? options->log : NULL;
    request.bus->log_context = options != NULL ? options->log_context : NULL;
    status = open_copy(&request, device);
    if (!NT_SUCCESS(status)) {
        release(request.bus, NULL);
        return status;
    }
    *bus = request.bus;
    return STATUS_SUCCESS;
}

void hdabus_close(struct hdabus *bus)
{
    if (bus != NULL)
        release(bus, NULL);
}

/* ---- Power and removal ----------------------------------------------------------------------- */

NTSTATUS hdabus_suspend(struct hdabus *bus)
{
    return hda_bus_suspend(bus->core);
}

NTSTATUS hdabus_resume(struct hdabus *bus)
{
    return hda_bus_resume(bus->core);
}

NTSTATUS hdabus_wait_wake(struct hdabus *bus, unsigned child, hdabus_wake *routine, void *context)
{
    return hda_bus_wait_wake(bus->core, child, routine, context);
}

BOOLEAN hdabus_cancel_wake(struct hdabus *bus, unsigned child)
{
    return hda_bus_cancel_wake(bus->core, child);
}

BOOLEAN hdabus_removed(const struct hdabus *bus)
{
    return hda_bus_is_removed(bus->core);
}

/* ---- Counts ---------------------------------------------------------------------------------- */

static void copy_counts(const struct hda_statistics *counts, struct hdabus_statistics *statistics)
{
    *statistics = (struct hdabus_statistics){
        .register_reads = counts->register_reads,
        .register_writes = counts->register_writes,
        .interrupts = counts->interrupts,
        .verbs = counts->verbs,
        .verb_timeouts = counts->verb_timeouts,
        .unsolicited = counts->unsolicited,
        .unsolicited_dropped = counts->unsolicited_dropped,
        .completions = counts->completions,
        .merged = counts->merged,
        .lost_interrupts = counts->lost_interrupts,
        .fifo_errors = counts->fifo_errors,
        .descriptor_errors = counts->descriptor_errors,
        .response_overruns = counts->response_overruns,
        .command_errors = counts->command_errors,
    };
}

void hdabus_statistics(const struct hdabus *bus, struct hdabus_statistics *statistics)
{
    struct hda_statistics counts;

    hda_bus_statistics(bus->core, &counts);
    copy_counts(&counts, statistics);
    statistics->check_faults = open_checked_faults(bus);
}

void hdabus_close_counting(struct hdabus *bus, struct hdabus_statistics *last)
{
    struct hda_statistics counts;
    unsigned faults;

    if (bus == NULL)
        return;
    faults = release(bus, &counts);
    copy_counts(&counts, last);
    last->check_faults = faults;
}

/* ---- An open bus ----------------------------------------------------------------------------- */

unsigned hdabus_child_count(const struct hdabus *bus)
{
    return hda_bus_child_count(bus->core);
}

NTSTATUS hdabus_child(const struct hdabus *bus, unsigned child, struct hdabus_child *info)
{
    const struct hda_child_info *known = hda_bus_child(bus->core, child);

    if (known == NULL || info == NULL)
        return STATUS_INVALID_PARAMETER;
    *info = (struct hdabus_child){
        .codec_address = known->codec_address,
        .node = known->node,
        .function = known->function,
        .vendor_id = known->vendor_id,
        .subsystem_id = known->subsystem_id,
        .revision_id = known->revision_id,
    };
    return STATUS_SUCCESS;
}

_Static_assert(HDABUS_ID_SIZE == HDA_ID_SIZE, "one is handed to the other");

NTSTATUS hdabus_hardware_id(const struct hdabus *bus, unsigned child, unsigned index, char id[HDABUS_ID_SIZE])
{
    bool found = hda_bus_child_id(bus->core, child, HDA_HARDWARE_ID, index, id);

    return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS hdabus_compatible_id(const struct hdabus *bus, unsigned child, unsigned index,
                              char id[HDABUS_ID_SIZE])
{
    bool found = hda_bus_child_id(bus->core, child, HDA_COMPATIBLE_ID, index, id);

    return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

NTSTATUS hdabus_query_interface(struct hdabus *bus, unsigned child, const GUID *type, USHORT size,
                                USHORT version, PINTERFACE interface)
{
    return hda_bus_query_interface(bus->core, child, type, size, version, interface);
}

_Static_assert((int)HDABUS_QUIRK_SSYNC_AT_34 == (int)HDA_QUIRK_SSYNC_AT_34 &&
                   (int)HDABUS_QUIRK_NO_64_BIT == (int)HDA_QUIRK_NO_64_BIT &&
                   (int)HDABUS_QUIRK_4K_FRAGMENTS == (int)HDA_QUIRK_4K_FRAGMENTS &&
                   (int)HDABUS_QUIRK_LINK_POSITIONS == (int)HDA_QUIRK_LINK_POSITIONS &&
                   (int)HDABUS_QUIRK_40_BIT == (int)HDA_QUIRK_40_BIT,
               "one stands for the other");

void hdabus_controller(const struct hdabus *bus, struct hdabus_controller *controller)
{
    struct hda_controller_info info;

    hda_bus_controller_info(bus->core, &info);
    *controller = (struct hdabus_controller){
        .quirks = info.quirks,
        .vendor_id = info.device.vendor_id,
        .device_id = info.device.device_id,
        .revision = info.device.revision,
        .output_engines = info.output_engines,
        .input_engines = info.input_engines,
        .bidirectional_engines = info.bidirectional_engines,
        .output_lines = info.output_lines,
        .version = info.version,
        .gcap = info.gcap,
        .corb_entries = info.corb_entries,
        .rirb_entries = info.rirb_entries,
        .codecs = info.codecs,
        .address64 = info.address64,
        .message_interrupts = info.device.message_interrupts,
        .alias_registers = info.alias_registers,
        .stream_sync = info.stream_sync,
        .output_payload = info.output_payload,
        .input_payload = info.input_payload,
        .output_stream_payload = info.output_stream_payload,
        .input_stream_payload = info.input_stream_payload,
    };
}

_Static_assert((int)HDABUS_BIDIRECTIONAL == (int)HDA_BIDIRECTIONAL &&
                   (int)HDABUS_POSITION_LINK == (int)HDA_POSITION_LINK &&
                   (int)HDABUS_POINTER_MEMORY == (int)HDA_POINTER_MEMORY,
               "one stands for the other");

NTSTATUS hdabus_engine(const struct hdabus *bus, unsigned index, struct hdabus_engine *engine)
{
    struct hda_engine_info info;

    if (engine == NULL || !hda_bus_engine_info(bus->core, index, &info))
        return STATUS_INVALID_PARAMETER;
    *engine = (struct hdabus_engine){
        .direction = (enum hdabus_direction)info.direction,
        .in_use = info.in_use,
        .renders = info.renders,
        .runs = info.runs,
        .polled = info.polled,
        .tag = info.tag,
        .format = info.format,
        .fifo = info.fifo,
        .source = (enum hdabus_position_source)info.source,
        .pointer = (enum hdabus_pointer)info.pointer,
        .completions = info.completions,
        .merged = info.merged,
        .lost_interrupts = info.lost_interrupts,
        .fifo_errors = info.fifo_errors,
        .descriptor_errors = info.descriptor_errors,
    };
    return STATUS_SUCCESS;
}

const char *hdabus_clock(const struct hdabus *bus)
{
    return bus->clock == LINUX_CLOCK_REAL ? "real" : "virtual";
}

ULONG hdabus_latency(const struct hdabus *bus)
{
    return bus->latency;
}
