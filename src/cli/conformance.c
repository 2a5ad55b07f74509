/* SPDX-License-Identifier: BSD-2-Clause */
/* conformance.c - hdabus conformance: runs the suite of the DDI against the bus driver. */
#include "conformance/conformance.h"

#include <bus.h>
#include <inttypes.h>
#include <signal.h>
#include <sim.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "device.h"

#define REAL_SLACK        50000000   /* how late a thread may wake up on a busy machine, in nanoseconds */
#define QEMU_VERB_TIMEOUT 1000000000 /* nanoseconds (docs/QEMU.md) */
#define QEMU_CODECS       "codec=hda-duplex,codec=hda-duplex,codec=hda-duplex,codec=hda-duplex"

/* The bus on trial, of which there is another one after each removal. */
struct subject {
    const struct options *options;
    struct report *report;
    struct device device;
    uint64_t accesses; /* of registers, when the bus was suspended */
    unsigned faults;   /* that were printed already */
};

/* The check that runs, for the handler of signals. */
static struct {
    char line[160];
    const char *rule;
} running;

static struct hdabus *bus_of(void *context)
{
    return ((struct subject *)context)->device.bus;
}

/* There is no bus when one could not be opened again. */
static NTSTATUS query(void *context, const GUID *type, USHORT size, USHORT version, PINTERFACE table)
{
    if (!bus_of(context))
        return STATUS_DEVICE_REMOVED;
    return hdabus_query_interface(bus_of(context), 0, type, size, version, table);
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
    ULONGLONG second = (ULONGLONG)frequency.QuadPart, seconds = (ULONGLONG)counter.QuadPart / second;

    (void)context;
    return seconds * 1000000000 + (ULONGLONG)counter.QuadPart % second * 1000000000 / second;
}

static KIRQL raise_level(void *context, KIRQL level)
{
    KIRQL old;

    (void)context;
    KeRaiseIrql(level, &old);
    return old;
}

static void lower_level(void *context, KIRQL level)
{
    (void)context;
    KeLowerIrql(level);
}

static KIRQL level(void *context)
{
    (void)context;
    return KeGetCurrentIrql();
}

static void begin(void *context, unsigned number, const char *name, const char *rule)
{
    (void)context;
    snprintf(running.line, sizeof(running.line), "not ok %u - %s\n# DDI: ", number, name);
    running.rule = rule;
}

static void say(const char *text)
{
    ssize_t written = write(STDOUT_FILENO, text, strlen(text));

    (void)written; /* nothing is left to be done about it */
}

/* A driver that ends the process has failed the check. The signal ends it when this returns; until then
 * whoever crashes on another thread must wait. */
static void tell_crash(int number)
{
    static atomic_flag telling = ATOMIC_FLAG_INIT;

    while (atomic_flag_test_and_set(&telling))
        pause();
    say(running.line);
    say(running.rule);
    say("\nBail out! the bus driver ends the process in this check\n");
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_crashes(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    struct sigaction action = {.sa_handler = tell_crash}, before;

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL); /* a sanitizer that has one tells more */
}

static void print(void *context, const char *line)
{
    (void)context;
    puts(line);
    fflush(stdout); /* should the driver end the process, the lines say how far it came */
}

static bool is_kind(const char *device, const char *kind)
{
    size_t length = strlen(kind);

    return strncmp(device, kind, length) == 0 && (device[length] == '\0' || device[length] == ':');
}

static UCHAR codec_of(void *context, unsigned child)
{
    struct hdabus_child info = {0};

    hdabus_child(bus_of(context), child, &info);
    return info.codec_address;
}

static BOOLEAN plug(void *context, UCHAR pin, BOOLEAN plugged)
{
    return NT_SUCCESS(hdabus_sim_plug(bus_of(context), codec_of(context, 0), pin, plugged));
}

static BOOLEAN fail(void *context, enum conformance_failure failure)
{
    static const enum hdabus_sim_failure failures[] = {
        [CONFORMANCE_NO_RESPONSE] = HDABUS_SIM_NO_RESPONSE,
        [CONFORMANCE_RESPONSE_OVERRUN] = HDABUS_SIM_RESPONSE_OVERRUN,
        [CONFORMANCE_MEMORY_ERROR] = HDABUS_SIM_MEMORY_ERROR,
        [CONFORMANCE_NO_MEMORY] = HDABUS_SIM_NO_MEMORY,
        [CONFORMANCE_STUCK_RESET] = HDABUS_SIM_STUCK_RESET,
        [CONFORMANCE_LOST_INTERRUPT] = HDABUS_SIM_LOST_INTERRUPT,
    };

    return NT_SUCCESS(hdabus_sim_fail(bus_of(context), failures[failure], codec_of(context, 0)));
}

static uint64_t accesses(const struct hdabus *bus)
{
    struct hdabus_statistics statistics;

    hdabus_statistics(bus, &statistics);
    return statistics.register_reads + statistics.register_writes;
}

static NTSTATUS suspend_bus(void *context)
{
    struct subject *subject = context;
    NTSTATUS status = hdabus_suspend(subject->device.bus);

    subject->accesses = accesses(subject->device.bus);
    return status;
}

/* DDI Power: between them no register is touched, since power may be off. */
static NTSTATUS resume_bus(void *context)
{
    struct subject *subject = context;
    uint64_t touched = accesses(subject->device.bus) - subject->accesses;

    if (touched > 0) {
        printf("# the controller: its registers were accessed %" PRIu64 " times while the bus was asleep\n",
               touched);
        subject->faults++;
    }
    return hdabus_resume(subject->device.bus);
}

static NTSTATUS wait_wake(void *context, unsigned child, conformance_wake *routine, void *routine_context)
{
    return hdabus_wait_wake(bus_of(context), child, routine, routine_context);
}

static BOOLEAN cancel_wake(void *context, unsigned child)
{
    return hdabus_cancel_wake(bus_of(context), child);
}

static void remove_controller(void *context)
{
    hdabus_sim_remove(bus_of(context));
}

/* What the simulated controller has seen the driver do wrong, behind the interface. */
static unsigned print_faults(const struct subject *subject)
{
    const struct hdabus *bus = subject->device.bus;
    const char *sentence;

    if (!bus || !is_kind(subject->options->device, "sim"))
        return 0;
    for (unsigned i = 0; (sentence = hdabus_sim_fault(bus, i)) != NULL; i++)
        printf("# the controller: %s\n", sentence);
    return hdabus_sim_faults(bus);
}

/* QEMU moves a stream only while a codec takes it: by default there is a codec for each of its four engines.
 * NULL without memory. */
static char *device_name(const char *device)
{
    char *name = NULL;

    if (!is_kind(device, "qemu") || strstr(device, "codec="))
        return strdup(device);
    if (asprintf(&name, "%s%c%s", device, strchr(device, ':') ? ',' : ':', QEMU_CODECS) < 0)
        return NULL;
    return name;
}

static int open_bus(struct subject *subject)
{
    struct options changed = *subject->options;
    char *name = device_name(changed.device);
    int code;

    if (!name)
        return report_failure(subject->report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    changed.device = name;
    code = device_open_quietly(&subject->device, &changed, subject->report);
    free(name);
    return code;
}

static BOOLEAN renew(void *context)
{
    struct subject *subject = context;

    subject->faults += print_faults(subject);
    device_close(&subject->device, NULL);
    return open_bus(subject) == EXIT_DONE;
}

static void describe(const struct hdabus *bus, struct conformance_target *target)
{
    struct hdabus_controller controller;

    hdabus_controller(bus, &controller);
    target->child_count = hdabus_child_count(bus);
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

static void add_simulated(struct conformance_target *target)
{
    target->plug = plug;
    target->fail = fail;
    target->remove = remove_controller;
    target->renew = renew;
}

static void add_qemu(struct conformance_target *target)
{
    target->verb_timeout = QEMU_VERB_TIMEOUT;
    target->streams_need_listeners = TRUE;
    target->codecs_keep_streams = TRUE;
}

static struct conformance_target target_of(struct subject *subject)
{
    const char *device = subject->options->device;
    struct conformance_target target = {.context = subject,
                                        .query = query,
                                        .advance = advance,
                                        .now = now,
                                        .raise = raise_level,
                                        .lower = lower_level,
                                        .level = level,
                                        .suspend = suspend_bus,
                                        .resume = resume_bus,
                                        .codec_of = codec_of,
                                        .wait_wake = wait_wake,
                                        .cancel_wake = cancel_wake,
                                        .begin = begin,
                                        .print = print};

    describe(subject->device.bus, &target);
    if (is_kind(device, "qemu") || strstr(device, "shape=qemu")) {
        target.ring_entries = 0; /* its CORB stalls (docs/QEMU.md): frames mean nothing */
        target.no_wakes = TRUE;
    }
    if (is_kind(device, "qemu"))
        add_qemu(&target);
    if (is_kind(device, "sim"))
        add_simulated(&target);
    if (strcmp(hdabus_clock(subject->device.bus), "real") == 0)
        target.slack = REAL_SLACK;
    return target;
}

static int refuse_choice(const struct options *options, struct report *report)
{
    const char *version = options->interface, *filter = options->filter;

    if (!filter)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "there is no check of interface %s",
                              version);
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "there is no check%s%s whose name contains %s",
                          version ? " of interface " : "", version ? version : "", filter);
}

static int try_bus(struct subject *subject, const struct conformance_choice *choice)
{
    struct conformance_target target = target_of(subject);
    unsigned failures, faults;

    if (target.child_count == 0)
        return report_failure(subject->report, EXIT_FAILED, STATUS_SUCCESS,
                              "device %s: no codec with a function group to try the driver with",
                              subject->options->device);
    catch_crashes();
    failures = conformance_run(&target, choice);
    faults = subject->faults + print_faults(subject);
    if (failures + faults == 0)
        return EXIT_DONE;
    return report_failure(subject->report, EXIT_FAILED, STATUS_SUCCESS,
                          "%u of %u checks failed, and the controller saw %u faults", failures,
                          conformance_count(choice), faults);
}

int command_conformance(const struct options *options, struct report *report)
{
    struct conformance_choice choice = {options->interface, options->filter};
    struct subject subject = {.options = options, .report = report};
    int code;

    if (conformance_count(&choice) == 0)
        return refuse_choice(options, report);
    code = open_bus(&subject);
    if (code != EXIT_DONE)
        return code;
    code = try_bus(&subject, &choice);
    device_close(&subject.device, NULL);
    return code;
}
