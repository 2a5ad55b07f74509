/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - runs the suite against this project's bus driver: conformance [DEVICE [FILTER]]. */
#include <bus.h>
#include <sim.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "conformance.h"

#define REAL_SLACK 50000000 /* how late a thread may wake up on a busy machine, in nanoseconds */

static NTSTATUS query(void *context, const GUID *type, USHORT size, USHORT version, PINTERFACE table)
{
    return hdabus_query_interface(context, 0, type, size, version, table);
}

static void advance(void *context, ULONGLONG nanoseconds)
{
    LARGE_INTEGER interval = {.QuadPart = -(LONGLONG)((nanoseconds + 99) / 100)};

    (void)context;
    if (nanoseconds > 0)
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static ULONGLONG now(void *context)
{
    LARGE_INTEGER frequency, counter = KeQueryPerformanceCounter(&frequency);

    (void)context;
    return (ULONGLONG)((__uint128_t)counter.QuadPart * 1000000000u / (ULONGLONG)frequency.QuadPart);
}

static KIRQL raise(void *context, KIRQL level)
{
    KIRQL old;

    (void)context;
    KeRaiseIrql(level, &old);
    return old;
}

static void lower(void *context, KIRQL level)
{
    (void)context;
    KeLowerIrql(level);
}

static KIRQL level(void *context)
{
    (void)context;
    return KeGetCurrentIrql();
}

static void print(void *context, const char *line)
{
    (void)context;
    puts(line);
}

/* The suite calls routines wrongly on purpose, and the bus says so. */
static void to_nowhere(void *context, int severity, const char *line)
{
    (void)context;
    (void)severity;
    (void)line;
}

/* What the simulated controller has seen the driver do wrong, behind the interface. */
static unsigned print_faults(const struct hdabus *bus)
{
    const char *sentence;

    for (unsigned i = 0; (sentence = hdabus_sim_fault(bus, i)) != NULL; i++)
        printf("# the controller: %s\n", sentence);
    return hdabus_sim_faults(bus);
}

static bool is_simulated(const char *device)
{
    return strncmp(device, "sim", 3) == 0;
}

static UCHAR codec_of(struct hdabus *bus)
{
    struct hdabus_child child = {0};

    hdabus_child(bus, 0, &child);
    return child.codec_address;
}

static BOOLEAN plug(void *context, UCHAR pin, BOOLEAN plugged)
{
    return NT_SUCCESS(hdabus_sim_plug(context, codec_of(context), pin, plugged));
}

static BOOLEAN fail(void *context, enum conformance_failure failure)
{
    static const enum hdabus_sim_failure failures[] = {
        [CONFORMANCE_NO_RESPONSE] = HDABUS_SIM_NO_RESPONSE,
        [CONFORMANCE_RESPONSE_OVERRUN] = HDABUS_SIM_RESPONSE_OVERRUN,
        [CONFORMANCE_MEMORY_ERROR] = HDABUS_SIM_MEMORY_ERROR,
    };

    return NT_SUCCESS(hdabus_sim_fail(context, failures[failure], codec_of(context)));
}

static void describe(const struct hdabus *bus, struct conformance_target *target)
{
    struct hdabus_controller controller;

    hdabus_controller(bus, &controller);
    target->line_payload = controller.output_payload;
    target->stream_payload = controller.output_stream_payload;
    target->input_line_payload = controller.input_payload;
    target->input_stream_payload = controller.input_stream_payload;
    target->ring_entries =
        controller.corb_entries < controller.rirb_entries ? controller.corb_entries : controller.rirb_entries;
    target->output_lines = controller.output_lines;
    target->engines_known = TRUE;
    target->output_engines = controller.output_engines;
    target->input_engines = controller.input_engines;
    target->bidirectional_engines = controller.bidirectional_engines;
    target->no_stream_sync = !controller.stream_sync;
}

static struct conformance_target target_of(struct hdabus *bus, const char *device)
{
    struct conformance_target target = {.context = bus,
                                        .query = query,
                                        .advance = advance,
                                        .now = now,
                                        .raise = raise,
                                        .lower = lower,
                                        .level = level,
                                        .print = print};

    describe(bus, &target);
    if (strstr(device, "shape=qemu"))
        target.ring_entries = 0; /* its CORB stalls (docs/QEMU.md): frames mean nothing */
    if (strcmp(hdabus_clock(bus), "real") == 0)
        target.slack = REAL_SLACK;
    if (is_simulated(device)) {
        target.plug = plug;
        target.fail = fail;
    }
    return target;
}

int main(int count, char **arguments)
{
    const char *device = count > 1 ? arguments[1] : "sim";
    char error[256] = "";
    struct hdabus_options options = {.log = to_nowhere, .error = error, .error_size = sizeof(error)};
    struct conformance_target target;
    struct hdabus *bus;
    NTSTATUS status = hdabus_open(device, &options, &bus);
    unsigned failures;

    if (!NT_SUCCESS(status)) {
        printf("Bail out! %s: %08x %s\n", device, (unsigned)status, error);
        return 1;
    }
    target = target_of(bus, device);
    failures = conformance_run(&target, count > 2 ? arguments[2] : NULL);
    if (is_simulated(device))
        failures += print_faults(bus);
    hdabus_close(bus);
    return failures > 0;
}
