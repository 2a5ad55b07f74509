/* SPDX-License-Identifier: BSD-2-Clause */
/* device.c - the bus that a command works on, with the codecs of its audio function groups. */
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include "codec/status.h"

#define INTERFACE_VERSION 0x0100
#define SENTENCE_SIZE     512

static int exit_code_for(NTSTATUS status)
{
    if (status == STATUS_NO_SUCH_DEVICE)
        return EXIT_NO_DEVICE;
    return status == STATUS_INVALID_PARAMETER ? EXIT_USAGE : EXIT_FAILED;
}

/* --clock is one more option of the device. NULL without memory. */
static char *device_name(const struct options *options)
{
    char *name = NULL;
    int length;

    if (!options->clock)
        return strdup(options->device);
    length = asprintf(&name, "%s%cclock=%s", options->device, strchr(options->device, ':') ? ',' : ':',
                      options->clock);
    return length < 0 ? NULL : name;
}

static int open_with(struct device *device, const struct options *options, struct hdabus_options *bus_options,
                     struct report *report)
{
    char sentence[SENTENCE_SIZE] = "";
    char *name = device_name(options);
    NTSTATUS status;

    memset(device, 0, sizeof(*device));
    device->report = report;
    if (!name)
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    bus_options->error = sentence;
    bus_options->error_size = sizeof(sentence);
    status = hdabus_open(name, bus_options, &device->bus);
    free(name);
    if (NT_SUCCESS(status))
        return EXIT_DONE;
    if (status == STATUS_DEVICE_REMOVED)
        return report_failure(report, EXIT_FAILED, status, "device %s: the controller has disappeared",
                              options->device);
    return report_failure(report, exit_code_for(status), status, "device %s: %s", options->device,
                          sentence[0] ? sentence : status_sentence(status));
}

int device_open(struct device *device, const struct options *options, struct report *report)
{
    return device_open_at(device, options, 0, report);
}

int device_open_at(struct device *device, const struct options *options, ULONG rate, struct report *report)
{
    struct hdabus_options bus_options = {.sample_rate = rate};

    return open_with(device, options, &bus_options, report);
}

/* What the checking host says is nobody's purpose. */
static void only_checks(void *context, int severity, const char *line)
{
    (void)context;
    (void)severity;
    if (strncmp(line, "check: ", strlen("check: ")) == 0)
        report_note("%s", line);
}

int device_open_quietly(struct device *device, const struct options *options, struct report *report)
{
    struct hdabus_options bus_options = {.log = only_checks};

    return open_with(device, options, &bus_options, report);
}

bool device_writes(const struct options *options, bool (*is)(const void *file, const char *path),
                   const void *file)
{
    char *names = strdup(options->device), *rest = names, *name;
    bool writes = false;

    while ((name = strsep(&rest, ":,")) != NULL)
        writes |= strncmp(name, "out=", 4) == 0 && is(file, name + 4);
    free(names);
    return writes;
}

void device_close(struct device *device, struct hdabus_statistics *last)
{
    struct hdabus_statistics counts = {0};
    unsigned i;

    for (i = 0; i < device->group_count; i++) {
        codec_free(&device->groups[i].codec);
        device->groups[i].ddi.InterfaceDereference(device->groups[i].ddi.Context);
    }
    free(device->groups);
    if (!last)
        last = &counts;
    hdabus_close_counting(device->bus, last);
    device->report->check_faults += (unsigned)last->check_faults;
}

bool device_is_lost(struct device *device, double seconds, struct report *report)
{
    if (!hdabus_removed(device->bus))
        return false;
    if (!device->told_removal && seconds < 0)
        report_failure(report, EXIT_FAILED, STATUS_DEVICE_REMOVED, "the controller has disappeared");
    else if (!device->told_removal)
        report_failure(report, EXIT_FAILED, STATUS_DEVICE_REMOVED,
                       "the controller has disappeared after %.3f s", seconds);
    device->told_removal = true;
    return true;
}

int device_fail(struct device *device, unsigned address, NTSTATUS status, struct report *report)
{
    if (device_is_lost(device, NO_TIME, report))
        return EXIT_FAILED;
    return report_failure(report, EXIT_FAILED, status, "codec %u: %s: %s", address, status_name(status),
                          status_sentence(status));
}

/* Takes its place in the array when all went well. */
static NTSTATUS read_group(struct device *device, unsigned child)
{
    struct audio_group *group = &device->groups[device->group_count];
    NTSTATUS status = hdabus_query_interface(device->bus, child, &GUID_HDAUDIO_BUS_INTERFACE_V2,
                                             sizeof(group->ddi), INTERFACE_VERSION, (PINTERFACE)&group->ddi);

    if (!NT_SUCCESS(status))
        return status;
    status = codec_read(&group->codec, &group->ddi);
    if (NT_SUCCESS(status))
        device->group_count++;
    else
        group->ddi.InterfaceDereference(group->ddi.Context);
    return status;
}

int device_read_groups(struct device *device, struct report *report)
{
    unsigned children = hdabus_child_count(device->bus), child;
    struct hdabus_child info;
    NTSTATUS status;

    device->groups = calloc(children ? children : 1, sizeof(*device->groups));
    if (!device->groups)
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    for (child = 0; child < children; child++) {
        if (!NT_SUCCESS(hdabus_child(device->bus, child, &info)) || info.function != HDA_FUNCTION_AUDIO)
            continue;
        status = read_group(device, child);
        if (!NT_SUCCESS(status) && device_is_lost(device, NO_TIME, report))
            return EXIT_FAILED;
        if (!NT_SUCCESS(status))
            report_note("codec %u: %s: %s", info.codec_address, status_name(status), status_sentence(status));
    }
    return EXIT_DONE;
}

int device_read_jacks(struct device *device, struct report *report)
{
    NTSTATUS status;
    unsigned i;

    for (i = 0; i < device->group_count; i++) {
        struct codec *codec = &device->groups[i].codec;

        status = codec_read_jacks(codec);
        if (!NT_SUCCESS(status) && device_is_lost(device, NO_TIME, report))
            return EXIT_FAILED;
        if (!NT_SUCCESS(status))
            report_note("codec %u: %s: %s", codec->address, status_name(status), status_sentence(status));
    }
    return EXIT_DONE;
}

/* The child of the codec that its driver would be for: the audio function group, else the first. */
static bool find_child(const struct hdabus *bus, unsigned address, unsigned *child)
{
    struct hdabus_child info;
    bool found = false;
    unsigned i;

    for (i = 0; NT_SUCCESS(hdabus_child(bus, i, &info)); i++) {
        if (info.codec_address != address || (found && info.function != HDA_FUNCTION_AUDIO))
            continue;
        *child = i;
        if (info.function == HDA_FUNCTION_AUDIO)
            return true;
        found = true;
    }
    return found;
}

int device_query_codec(struct device *device, unsigned address, HDAUDIO_BUS_INTERFACE_V2 *ddi,
                       struct report *report)
{
    unsigned child;
    NTSTATUS status;

    if (!find_child(device->bus, address, &child))
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "there is no codec at address %u",
                              address);
    status = hdabus_query_interface(device->bus, child, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(*ddi),
                                    INTERFACE_VERSION, (PINTERFACE)ddi);
    return NT_SUCCESS(status) ? EXIT_DONE : device_fail(device, address, status, report);
}
