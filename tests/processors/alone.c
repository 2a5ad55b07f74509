/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alone.c - hdabus conformance by itself: for processors that there is a compiler for, but none of the
 * libraries that the other commands need.
 *
 * Usage: alone DEVICE
 */
#include <stdarg.h>
#include <stdio.h>

#include "commands.h"
#include "device.h"

int report_failure(struct report *report, int code, NTSTATUS status, const char *format, ...)
{
    va_list arguments;

    (void)report, (void)status;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}

static void to_nowhere(void *context, int level, const char *line)
{
    (void)context, (void)level, (void)line;
}

int device_open_quietly(struct device *device, const struct options *options, struct report *report)
{
    char why[200];
    struct hdabus_options bus = {.log = to_nowhere, .error = why, .error_size = sizeof(why)};
    NTSTATUS status;

    *device = (struct device){.bus = NULL};
    status = hdabus_open(options->device, &bus, &device->bus);
    if (NT_SUCCESS(status))
        return EXIT_DONE;
    return report_failure(report, EXIT_NO_DEVICE, status, "%s", why);
}

void device_close(struct device *device, struct hdabus_statistics *last)
{
    (void)last;
    hdabus_close(device->bus);
}

int main(int count, char *words[])
{
    struct options options = {.device = words[1]};

    if (count != 2)
        return EXIT_USAGE;
    return command_conformance(&options, NULL);
}
