/* SPDX-License-Identifier: BSD-2-Clause */
/* lane.c - a stream on its route: what playing and recording have in common. */
#include "lane.h"

#include <sim.h>
#include <stdio.h>
#include <string.h>

#include "codec/status.h"
#include "json.h"
#include "stop.h"

#define BUFFERS_PER_SECOND 10
#define LATENCIES_BUFFERED 8 /* a device that works ahead is not to come round to what is being handled */
#define MOST_LANES         2
#define NAP_INTERVAL       -2000000ll /* 200 ms, relative, in 100 ns */

/* ---- The engine ---------------------------------------------------------------------------------- */

/* A tenth of a second, unless the device needs more or the user wishes otherwise. */
static uint32_t buffer_frames(const struct lane *lane)
{
    ULONG rate = lane->route.format.SampleRate, latency = hdabus_latency(lane->device->bus);
    uint64_t least = (uint64_t)latency * LATENCIES_BUFFERED * rate / 1000000;

    if (lane->options->buffer_frames)
        return lane->options->buffer_frames;
    return max(rate / BUFFERS_PER_SECOND, (uint32_t)least);
}

struct stream_request lane_request(const struct lane *lane, const struct stream_client *client, void *context)
{
    return (struct stream_request){
        .format = lane->route.format,
        .buffer_frames = buffer_frames(lane),
        .notification_count = lane->options->notify,
        .client = client,
        .context = context,
    };
}

/* Of the data, as far as anybody has heard. */
static double seconds_done(const struct lane *lane)
{
    return lane_has_run(lane) ? (double)lane->stream->report.frames / lane->route.format.SampleRate : NO_TIME;
}

/* Whether it was the buffer that somebody asked for: 256 descriptors hold 16 MiB or so (DDI DMA buffers). */
static bool is_large_buffer(const struct lane *lane, const char *routine, NTSTATUS status)
{
    return lane->options->buffer_frames && status == STATUS_INSUFFICIENT_RESOURCES &&
           strcmp(routine, "AllocateDmaBufferWithNotification") == 0;
}

int lane_fail(const struct lane *lane, const char *routine, NTSTATUS status)
{
    const HDAUDIO_STREAM_FORMAT *format = &lane->route.format;

    if (device_is_lost(lane->device, seconds_done(lane), lane->report))
        return EXIT_FAILED;
    if (is_large_buffer(lane, routine, status))
        return report_failure(lane->report, EXIT_FAILED, status,
                              "--buffer %u: there is no room for so many frames",
                              (unsigned)lane->options->buffer_frames);
    return report_failure(lane->report, EXIT_FAILED, status, "%s: %s: %s (%u channels of %u bits at %u Hz)",
                          routine, status_name(status), status_sentence(status), format->NumberOfChannels,
                          format->ValidBitsPerSample, (unsigned)format->SampleRate);
}

/* What is in the FIFO cannot be written or read: that may be half of the buffer at most. */
int lane_check_buffer(const struct lane *lane)
{
    const struct stream *stream = lane->stream;
    const char *what = route_direction(&lane->route) == PATH_OUT ? "fetches" : "holds back";

    if (stream->buffer_bytes >= 2 * (SIZE_T)stream->fifo)
        return EXIT_DONE;
    return report_failure(
        lane->report, EXIT_FAILED, STATUS_SUCCESS,
        "--buffer: %u frames are too few, since the controller %s %u bytes%s: take %u or more",
        (unsigned)stream->buffer_frames, what, (unsigned)stream->fifo,
        route_direction(&lane->route) == PATH_OUT ? " ahead" : "",
        2 * (unsigned)stream->fifo / stream->frame_bytes + 1);
}

/* ---- The device ----------------------------------------------------------------------------------- */

int lane_read_groups(const struct lane *lane)
{
    int code = device_read_groups(lane->device, lane->report);

    return code == EXIT_DONE ? device_read_jacks(lane->device, lane->report) : code;
}

/* ---- The paths ----------------------------------------------------------------------------------- */

static NTSTATUS open_paths(const struct lane *lane)
{
    return path_set_open(&lane->route.group->codec, &lane->route.set, lane->stream->converter_format,
                         lane->stream->tag);
}

int lane_open_path(const struct lane *lane)
{
    NTSTATUS status = open_paths(lane);

    return NT_SUCCESS(status) ? EXIT_DONE : lane_fail(lane, "TransferCodecVerbs", status);
}

int lane_close_path(const struct lane *lane, int code)
{
    NTSTATUS status = path_set_close(&lane->route.group->codec, &lane->route.set);

    if (code != EXIT_DONE || NT_SUCCESS(status))
        return code;
    return lane_fail(lane, "TransferCodecVerbs", status);
}

/* ---- Running ------------------------------------------------------------------------------------- */

static bool is_any(const void *file, const char *path)
{
    (void)file;
    (void)path;
    return true;
}

/* QEMU's WAV files have no other direction. */
static void explain(const struct lane *lane, NTSTATUS status)
{
    if (status == STATUS_IO_TIMEOUT && route_direction(&lane->route) == PATH_IN &&
        device_writes(lane->options, is_any, NULL))
        report_note("QEMU gives a codec no input while it writes what that plays to out=FILE");
}

static int fail_first(struct lane *const *lanes, unsigned count, NTSTATUS status)
{
    unsigned i;

    for (i = 0; i + 1 < count && NT_SUCCESS(lanes[i]->stream->status); i++)
        ;
    explain(lanes[i], status);
    return lane_fail(lanes[i], lanes[i]->stream->routine, status);
}

/* ---- A rest on the way --------------------------------------------------------------------------- */

/* Engines rest while the bus sleeps, and while the first lane moves: then no frame is lost. */
struct rest {
    struct lane *const *lanes;
    unsigned count;
    bool has_slept;
    bool sleeps, moves; /* what is wanted now */
};

static bool wants_sleep(const struct rest *rest)
{
    const struct lane *lane = rest->lanes[0];

    return !rest->has_slept && lane->options->suspend_ms > 0 &&
           seconds_done(lane) * 1000 >= lane->options->suspend_ms;
}

static bool wants_rest(void *context)
{
    struct rest *rest = context;
    struct follow *follow = rest->lanes[0]->follow;

    rest->sleeps = wants_sleep(rest);
    rest->moves = follow && follow_wants_move(follow);
    return rest->sleeps || rest->moves;
}

static NTSTATUS sleep_and_wake(struct hdabus *bus, const char **routine)
{
    LARGE_INTEGER interval = {.QuadPart = NAP_INTERVAL};
    NTSTATUS status;

    *routine = "hdabus_suspend";
    status = hdabus_suspend(bus);
    if (!NT_SUCCESS(status))
        return status;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
    *routine = "hdabus_resume";
    return hdabus_resume(bus);
}

/* The codecs have been reset: jacks are to be heard of again. */
static NTSTATUS take_nap(struct rest *rest, const char **routine)
{
    const struct lane *lane = rest->lanes[0];
    NTSTATUS status = sleep_and_wake(lane->device->bus, routine);

    rest->has_slept = true;
    if (!NT_SUCCESS(status) || !lane->follow)
        return status;
    *routine = "TransferCodecVerbs";
    return follow_renew(lane->follow);
}

/* Closing a path takes the power from its whole group: what else is open there is opened anew, too. */
static NTSTATUS take_rest(void *context, const char **routine)
{
    struct rest *rest = context;
    const struct lane *lane = rest->lanes[0];
    NTSTATUS status = rest->sleeps ? take_nap(rest, routine) : STATUS_SUCCESS;
    unsigned i;

    if (NT_SUCCESS(status) && rest->moves)
        status = follow_move(lane->follow, lane->stream->report.frames, routine);
    for (i = 0; i < rest->count && NT_SUCCESS(status); i++) {
        *routine = "TransferCodecVerbs";
        status = open_paths(rest->lanes[i]);
    }
    return status;
}

static void note_sleep(const struct rest *rest)
{
    uint32_t ms = rest->lanes[0]->options->suspend_ms;

    if (ms > 0 && !rest->has_slept)
        report_note("--suspend: it was over before %u ms", (unsigned)ms);
}

int lanes_run(struct lane *const *lanes, unsigned count)
{
    struct rest rest = {.lanes = lanes, .count = count};
    const struct session_power power = {.is_wanted = wants_rest, .sleep = take_rest, .context = &rest};
    struct stream *streams[MOST_LANES];
    NTSTATUS status;
    unsigned i;

    for (i = 0; i < count; i++)
        streams[i] = lanes[i]->stream;
    stop_catch_signals();
    status = session_run_with_sleep(streams, count, &power);
    stop_release_signals();
    if (!NT_SUCCESS(status))
        return fail_first(lanes, count, status);
    note_sleep(&rest);
    return EXIT_DONE;
}

int lane_check_gaps(const struct lane *lane, const char *what)
{
    unsigned long long times = lane->stream->report.gaps;

    if (times == 0)
        return EXIT_DONE;
    if (lane->options->exact)
        return report_failure(lane->report, EXIT_FAILED, STATUS_SUCCESS,
                              "not exact: the buffer %s (times: %llu): make it larger with --buffer", what,
                              times);
    report_note("the buffer %s (times: %llu): make it larger with --buffer", what, times);
    return EXIT_DONE;
}

int lane_check_faults(const struct lane *lane)
{
    unsigned faults = hdabus_sim_faults(lane->device->bus), i;
    int code = EXIT_DONE;

    for (i = 0; i < faults; i++)
        code = report_failure(lane->report, EXIT_FAILED, STATUS_SUCCESS, "driver fault: %s",
                              hdabus_sim_fault(lane->device->bus, i));
    return code;
}

/* ---- What is told -------------------------------------------------------------------------------- */

static void report_pins(const struct lane *lane)
{
    struct json_object *pins;
    unsigned i;

    if (!lane->report->object)
        return;
    pins = json_object_new_array();
    for (i = 0; i < lane->route.set.count; i++)
        json_append(pins, json_object_new_int(lane->route.pins[i]));
    json_add(lane->report->object, "pins", pins);
}

void lane_report_route(const struct lane *lane)
{
    const HDAUDIO_STREAM_FORMAT *format = &lane->route.format;
    struct report *report = lane->report;

    report_string(report, "device", lane->options->device);
    report_string(report, "clock", hdabus_clock(lane->device->bus));
    report_integer(report, "rate", format->SampleRate);
    report_integer(report, "channels", format->NumberOfChannels);
    report_integer(report, "bits", format->ValidBitsPerSample);
    report_integer(report, "pin", lane->route.pin);
    report_pins(lane);
}

/* Register counts are totals from opening to closing. */
void lane_report_statistics(const struct lane *lane, const struct hdabus_statistics *statistics)
{
    struct report *report = lane->report;

    report_integer(report, "merged", statistics->merged);
    report_integer(report, "lost_interrupts", statistics->lost_interrupts);
    report_integer(report, "fifo_errors", statistics->fifo_errors);
    report_integer(report, "descriptor_errors", statistics->descriptor_errors);
    report_integer(report, "register_reads", statistics->register_reads);
    report_integer(report, "register_writes", statistics->register_writes);
    report_integer(report, "verbs", statistics->verbs);
}

void lane_describe_counts(const struct lane *lane, struct json_object *object, uint64_t expected,
                          const char *gaps)
{
    const struct stream *stream = lane->stream;

    json_add_integer(object, "frames", stream->report.frames);
    json_add_integer(object, "buffer_bytes", stream->buffer_bytes);
    json_add_integer(object, "notification_count", lane->options->notify);
    json_add_integer(object, "notifications", stream->report.notifications);
    json_add_integer(object, "expected_notifications", expected);
    json_add_integer(object, "late", stream->report.late);
    json_add_integer(object, gaps, stream->report.gaps);
    json_add_boolean(object, "stopped", stream->report.stopped);
}

bool lane_has_run(const struct lane *lane)
{
    return lane->stream && (lane->stream->report.notifications > 0 || lane->stream->report.frames > 0);
}

/* What should not happen is told where it has. */
static void print_count(uint64_t count, const char *what)
{
    if (count > 0)
        printf(", %llu %s", (unsigned long long)count, what);
}

/* "pin 0x0e", or "pins 0x0e 0x0f". */
static void print_pins(const struct route *route)
{
    unsigned i;

    fputs(route->set.count > 1 ? "pins" : "pin", stdout);
    for (i = 0; i < route->set.count; i++)
        printf(" 0x%02x", route->pins[i]);
}

void lane_print_result(const struct lane *lane, const char *done, const struct hdabus_statistics *statistics)
{
    const struct stream_report *report = &lane->stream->report;

    printf("%llu frames%s%s, ", (unsigned long long)report->frames, done,
           report->stopped ? " until stopped" : "");
    print_pins(&lane->route);
    printf(", %llu notifications, %llu late, %llu merged", (unsigned long long)report->notifications,
           (unsigned long long)report->late, (unsigned long long)statistics->merged);
    print_count(statistics->lost_interrupts, "interrupts lost");
    print_count(statistics->fifo_errors, "FIFO errors");
    print_count(statistics->descriptor_errors, "descriptor errors");
    putchar('\n');
}
