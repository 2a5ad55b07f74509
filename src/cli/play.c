/* SPDX-License-Identifier: BSD-2-Clause */
/* play.c - hdabus play: a file through the driver to a pin. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "codec/player.h"
#include "codec/status.h"
#include "commands.h"
#include "progress.h"
#include "route.h"
#include "sink.h"
#include "source.h"

#define BUFFERS_PER_SECOND 10
#define LATENCIES_BUFFERED 8 /* a device that fetches ahead is not to come round to what is being filled */
#define SILENT_BUFFERS     4 /* more than are heard around the data */

/* One run: each function below obtains one of these, calls the next, and gives it back. */
struct play {
    const struct options *options;
    struct report *report;
    struct source source;
    struct device device;
    struct route route;
    struct player player;
    struct sink sink;
    struct progress progress;
    UCHAR pin;         /* of the route */
    uint64_t expected; /* notifications */
};

/* ---- Stopping on a signal ------------------------------------------------------------------------ */

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
#define STOP_SIGNALS (sizeof(stop_signals) / sizeof(stop_signals[0]))

static volatile sig_atomic_t stop_wanted;

static void want_stop(int signal)
{
    (void)signal;
    stop_wanted = 1;
}

/* The second time the signal does what it always does. */
static void catch_signals(struct sigaction before[STOP_SIGNALS])
{
    struct sigaction action = {.sa_handler = want_stop, .sa_flags = (int)SA_RESETHAND};
    size_t i;

    stop_wanted = 0;
    sigemptyset(&action.sa_mask);
    for (i = 0; i < STOP_SIGNALS; i++)
        sigaction(stop_signals[i], &action, &before[i]);
}

static void release_signals(const struct sigaction before[STOP_SIGNALS])
{
    size_t i;

    for (i = 0; i < STOP_SIGNALS; i++)
        sigaction(stop_signals[i], &before[i], NULL);
}

/* ---- What the player calls ----------------------------------------------------------------------- */

static ULONG fill(void *context, void *frames, ULONG count)
{
    struct play *play = context;

    return source_fill(&play->source, frames, count);
}

static bool is_stop_wanted(void *context)
{
    (void)context;
    return stop_wanted;
}

static void show_progress(void *context, const struct stream_report *report)
{
    struct play *play = context;

    progress_show(&play->progress, report);
}

static const struct stream_client player_client = {
    .transfer = fill, .stop = is_stop_wanted, .progress = show_progress};

/* ---- What is told afterwards --------------------------------------------------------------------- */

static void report_counts(struct play *play)
{
    const struct stream_report *played = &play->player.stream.report;
    struct report *report = play->report;

    report_integer(report, "frames", played->frames);
    report_integer(report, "buffer_bytes", play->player.stream.buffer_bytes);
    report_integer(report, "notification_count", play->options->notify);
    report_integer(report, "notifications", played->notifications);
    report_integer(report, "expected_notifications", play->expected);
    report_integer(report, "late", played->late);
    report_integer(report, "underruns", played->gaps);
}

static void report_stream(struct play *play)
{
    const HDAUDIO_STREAM_FORMAT *format = &play->route.format;
    struct report *report = play->report;

    report_string(report, "device", play->options->device);
    report_string(report, "clock", hdabus_clock(play->device.bus));
    report_integer(report, "rate", format->SampleRate);
    report_integer(report, "channels", format->NumberOfChannels);
    report_integer(report, "bits", format->ValidBitsPerSample);
    report_integer(report, "pin", play->pin);
    report_string(report, "out", play->options->out);
}

/* Register counts are totals from opening to closing. */
static void report_statistics(struct play *play, const struct hdabus_statistics *statistics)
{
    struct report *report = play->report;

    report_integer(report, "merged", statistics->merged);
    report_integer(report, "register_reads", statistics->register_reads);
    report_integer(report, "register_writes", statistics->register_writes);
    report_integer(report, "verbs", statistics->verbs);
}

static void print_result(const struct play *play, const struct hdabus_statistics *statistics)
{
    const struct stream_report *played = &play->player.stream.report;

    if (play->options->json || played->notifications == 0)
        return;
    printf("%llu frames%s, pin 0x%02x, %llu notifications, %llu late, %llu merged\n",
           (unsigned long long)played->frames, played->stopped ? " until stopped" : "", play->pin,
           (unsigned long long)played->notifications, (unsigned long long)played->late,
           (unsigned long long)statistics->merged);
}

/* What a simulated controller saw the driver do. */
static int report_faults(struct play *play)
{
    unsigned faults = hdabus_sim_faults(play->device.bus), i;
    int code = EXIT_DONE;

    for (i = 0; i < faults; i++)
        code = report_failure(play->report, EXIT_FAILED, STATUS_SUCCESS, "driver fault: %s",
                              hdabus_sim_fault(play->device.bus, i));
    return code;
}

/* A gap in what was heard: under --exact it is a failure, else a pity. */
static int report_underruns(struct play *play)
{
    unsigned long long times = play->player.stream.report.gaps;

    if (!play->options->exact) {
        report_note("the buffer ran dry (times: %llu): make it larger with --buffer", times);
        return EXIT_DONE;
    }
    return report_failure(play->report, EXIT_FAILED, STATUS_SUCCESS,
                          "not exact: the buffer ran dry (times: %llu): make it larger with --buffer", times);
}

static int check_played(struct play *play)
{
    int code = EXIT_DONE;

    if (play->player.stream.report.gaps > 0)
        code = report_underruns(play);
    if (code == EXIT_DONE && !play->player.stream.report.stopped)
        code = source_check_end(&play->source, play->report);
    return code;
}

static int fail_routine(struct play *play, const char *routine, NTSTATUS status)
{
    const HDAUDIO_STREAM_FORMAT *format = &play->route.format;

    return report_failure(play->report, EXIT_FAILED, status, "%s: %s: %s (%u channels of %u bits at %u Hz)",
                          routine, status_name(status), status_sentence(status), format->NumberOfChannels,
                          format->ValidBitsPerSample, (unsigned)format->SampleRate);
}

/* ---- Playing ------------------------------------------------------------------------------------- */

static int run_player(struct play *play)
{
    struct sigaction before[STOP_SIGNALS];
    NTSTATUS status;

    progress_start(&play->progress, play->route.format.SampleRate, play->source.frames);
    catch_signals(before);
    status = player_run(&play->player);
    release_signals(before);
    progress_end(&play->progress);
    report_counts(play);
    report_member(play->report, "stopped", json_object_new_boolean(play->player.stream.report.stopped));
    if (!NT_SUCCESS(status))
        return fail_routine(play, play->player.stream.routine, status);
    return check_played(play);
}

static int run_with_sink(struct play *play)
{
    uint64_t most = play->source.frames + (uint64_t)SILENT_BUFFERS * play->player.stream.buffer_frames;
    int code, closed;

    if (!play->options->out)
        return run_player(play);
    code = sink_open(&play->sink, play->device.bus, play->route.group->codec.address, play->pin,
                     play->options->out, &play->route.format, most, play->report);
    if (code != EXIT_DONE)
        return code;
    code = run_player(play);
    closed = sink_close(&play->sink, play->report);
    return code != EXIT_DONE ? code : closed;
}

static int run_on_path(struct play *play)
{
    const struct codec *codec = &play->route.group->codec;
    NTSTATUS status =
        path_open(codec, &play->route.path, play->player.stream.converter_format, play->player.stream.tag);
    int code;

    if (!NT_SUCCESS(status))
        return fail_routine(play, "TransferCodecVerbs", status);
    code = run_with_sink(play);
    status = path_close(codec, &play->route.path);
    if (code == EXIT_DONE && !NT_SUCCESS(status))
        code = fail_routine(play, "TransferCodecVerbs", status);
    return code;
}

/* What has been fetched ahead cannot be written any more: half of the buffer has to be more than that. */
static int check_buffer(struct play *play)
{
    const struct stream *player = &play->player.stream;

    if (player->buffer_bytes >= 2 * (SIZE_T)player->fifo)
        return EXIT_DONE;
    return report_failure(
        play->report, EXIT_FAILED, STATUS_SUCCESS,
        "--buffer: %u frames are too few, since the controller fetches %u bytes ahead: take %u or more",
        (unsigned)player->buffer_frames, (unsigned)player->fifo,
        2 * (unsigned)player->fifo / player->frame_bytes + 1);
}

/* A tenth of a second, unless the device needs more or the user wishes otherwise. */
static uint32_t buffer_frames(const struct play *play)
{
    ULONG rate = play->route.format.SampleRate, latency = hdabus_latency(play->device.bus);
    uint64_t least = (uint64_t)latency * LATENCIES_BUFFERED * rate / 1000000;

    if (play->options->buffer_frames)
        return play->options->buffer_frames;
    return max(rate / BUFFERS_PER_SECOND, (uint32_t)least);
}

static int run_with_engine(struct play *play)
{
    struct stream_request request = {
        .format = play->route.format,
        .buffer_frames = buffer_frames(play),
        .notification_count = play->options->notify,
        .client = &player_client,
        .context = play,
    };
    NTSTATUS status =
        player_open(&play->player, &play->route.group->ddi, &request, hdabus_latency(play->device.bus));
    int code;

    if (!NT_SUCCESS(status))
        return fail_routine(play, play->player.stream.routine, status);
    play->expected =
        player_expected(play->source.frames, play->player.stream.period_frames, play->player.drain_periods);
    code = check_buffer(play);
    if (code == EXIT_DONE)
        code = run_on_path(play);
    player_close(&play->player);
    return code;
}

static int run_on_device(struct play *play)
{
    int code = device_read_groups(&play->device, play->report), faults;

    if (code == EXIT_DONE)
        code = route_choose(&play->route, &play->device, &play->source, play->options, play->report);
    if (code == EXIT_DONE)
        code = source_prepare(&play->source, &play->route.format, play->report);
    if (code != EXIT_DONE)
        return code;
    play->pin = path_pin(&play->route.path)->node;
    report_stream(play);
    code = run_with_engine(play);
    faults = report_faults(play);
    return code != EXIT_DONE ? code : faults;
}

static int run_with_source(struct play *play)
{
    struct hdabus_statistics statistics;
    int code;

    if ((play->options->out && source_is(&play->source, play->options->out)) ||
        device_writes(play->options, &play->source))
        return report_failure(play->report, EXIT_FAILED, STATUS_SUCCESS, "%s: is the file to play",
                              play->source.name);
    code = device_open_at(&play->device, play->options, (ULONG)play->source.info.samplerate, play->report);
    if (code != EXIT_DONE)
        return code;
    code = run_on_device(play);
    device_close(&play->device, &statistics);
    report_statistics(play, &statistics);
    print_result(play, &statistics);
    return code;
}

int command_play(const struct options *options, struct report *report)
{
    struct play play = {.options = options, .report = report};
    int code = source_open(&play.source, options->operands[0], report);

    if (code != EXIT_DONE)
        return code;
    code = run_with_source(&play);
    source_close(&play.source);
    return code;
}
