/* SPDX-License-Identifier: BSD-2-Clause */
/* play.c - hdabus play and tone: a file or a tone through the driver to a pin, while another is recorded if
 * that is wished. */
#include <stdlib.h>
#include <string.h>

#include "codec/player.h"
#include "commands.h"
#include "json.h"
#include "lane.h"
#include "progress.h"
#include "recording.h"
#include "sink.h"
#include "source.h"
#include "stop.h"

#define SILENT_BUFFERS  4 /* more than are heard around the data */
#define DEFAULT_SECONDS 1 /* of a tone */

/* One run: each function below obtains one of these, calls the next, and gives it back. */
struct play {
    const struct options *options;
    struct report *report;
    struct source source;
    struct device device;
    struct lane lane;
    struct player player;
    struct sink sinks[PATH_SET_MOST];
    unsigned sink_count;
    struct progress progress;
    struct follow follow;
    struct recording recording; /* if options->record */
    uint64_t expected;          /* notifications */
};

/* ---- What the player calls ----------------------------------------------------------------------- */

static ULONG fill(void *context, void *frames, ULONG count)
{
    struct play *play = context;

    return source_fill(&play->source, frames, count);
}

static void show_progress(void *context, const struct stream_report *report)
{
    struct play *play = context;

    progress_show(&play->progress, report);
}

static const struct stream_client player_client = {
    .transfer = fill, .stop = stop_is_wanted, .progress = show_progress};

/* ---- What is told afterwards --------------------------------------------------------------------- */

static void report_counts(struct play *play)
{
    struct json_object *recorded;

    lane_describe_counts(&play->lane, play->report->object, play->expected, "underruns");
    if (!play->options->record || !play->report->object)
        return;
    recorded = json_object_new_object();
    json_add_string(recorded, "file", play->options->record);
    json_add_integer(recorded, "pin", play->recording.lane.route.pin);
    recording_describe(&play->recording, recorded);
    json_add(play->report->object, "record", recorded);
}

static void print_result(const struct play *play, const struct hdabus_statistics *statistics)
{
    if (play->options->json || !lane_has_run(&play->lane))
        return;
    if (play->options->record)
        lane_print_result(&play->recording.lane, " recorded", statistics);
    lane_print_result(&play->lane, "", statistics);
}

static int check_played(struct play *play)
{
    int code = lane_check_gaps(&play->lane, "ran dry");

    if (code == EXIT_DONE && play->options->record)
        code = recording_check(&play->recording);
    if (code == EXIT_DONE && !play->player.stream.report.stopped)
        code = source_check_end(&play->source, play->report);
    return code;
}

/* ---- Playing ------------------------------------------------------------------------------------- */

static int run_lanes(struct play *play)
{
    struct lane *lanes[] = {&play->lane, &play->recording.lane};
    int code;

    progress_start(&play->progress, play->lane.route.format.SampleRate, play->source.frames);
    code = lanes_run(lanes, play->options->record ? 2 : 1);
    progress_end(&play->progress);
    report_counts(play);
    return code == EXIT_DONE ? check_played(play) : code;
}

static int run_with_recording(struct play *play)
{
    int code;

    if (!play->options->record)
        return run_lanes(play);
    code = recording_open(&play->recording);
    return code == EXIT_DONE ? recording_close(&play->recording, run_lanes(play)) : code;
}

/* Channels that go to several pins stand side by side in one file; where each gets the same, each has a file.
 * Here the sink at `index`. */
static int open_sink(struct play *play, unsigned index)
{
    const struct route *route = &play->lane.route;
    bool is_only = route->set.count == 1 || route_is_spread(route);
    const struct path *paths = &route->set.paths[index];
    uint64_t most = play->source.frames + (uint64_t)SILENT_BUFFERS * play->player.stream.buffer_frames;
    char *name = is_only ? strdup(play->options->out) : sink_name(play->options->out, path_pin(paths)->node);

    if (!name)
        return report_failure(play->report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    return sink_open(&play->sinks[index], play->device.bus, route->group->codec.address, paths,
                     is_only ? route->set.count : 1, name, &route->format, most, play->report);
}

static int open_sinks(struct play *play)
{
    const struct route *route = &play->lane.route;
    unsigned count = route_is_spread(route) ? 1 : route->set.count;
    int code = EXIT_DONE;

    while (play->options->out && play->sink_count < count && code == EXIT_DONE) {
        code = open_sink(play, play->sink_count);
        if (code == EXIT_DONE)
            play->sink_count++;
    }
    return code;
}

static int close_sinks(struct play *play, int code)
{
    while (play->sink_count > 0) {
        int closed = sink_close(&play->sinks[--play->sink_count], play->report);

        code = code != EXIT_DONE ? code : closed;
    }
    return code;
}

static int run_with_sinks(struct play *play)
{
    int code = open_sinks(play);

    if (code == EXIT_DONE)
        code = run_with_recording(play);
    return close_sinks(play, code);
}

/* Where it is heard moves, too. */
static NTSTATUS listen_elsewhere(void *context)
{
    struct play *play = context;
    const struct path_set *set = &play->lane.route.set;

    progress_end(&play->progress);
    if (play->sink_count == 0 ||
        sink_move(&play->sinks[0], set->paths, set->count, play->report) == EXIT_DONE)
        return STATUS_SUCCESS;
    return STATUS_UNSUCCESSFUL;
}

static int run_with_follow(struct play *play)
{
    int code;

    play->follow = (struct follow){
        .route = &play->lane.route,
        .beside = play->options->record ? &play->recording.lane.route : NULL,
        .options = play->options,
        .report = play->report,
        .moved = listen_elsewhere,
        .context = play,
    };
    code = follow_open(&play->follow);
    if (code != EXIT_DONE)
        return code;
    play->lane.follow = &play->follow;
    code = run_with_sinks(play);
    follow_close(&play->follow);
    return code;
}

static int run_on_path(struct play *play)
{
    int code = lane_open_path(&play->lane);

    return code == EXIT_DONE ? lane_close_path(&play->lane, run_with_follow(play)) : code;
}

static int run_with_engine(struct play *play)
{
    struct stream_request request = lane_request(&play->lane, &player_client, play);
    struct stream *stream = &play->player.stream;
    NTSTATUS status =
        player_open(&play->player, &play->lane.route.group->ddi, &request, hdabus_latency(play->device.bus));
    int code;

    if (!NT_SUCCESS(status))
        return lane_fail(&play->lane, stream->routine, status);
    play->lane.stream = stream;
    play->expected = player_expected(play->source.frames, stream->period_frames, play->player.drain_periods);
    code = lane_check_buffer(&play->lane);
    if (code == EXIT_DONE)
        code = run_on_path(play);
    player_close(&play->player);
    return code;
}

/* ---- The routes ---------------------------------------------------------------------------------- */

/* What comes over a cable is recorded as it was played. */
static struct wish recording_wish(const struct play *play)
{
    const HDAUDIO_STREAM_FORMAT *format = &play->lane.route.format;
    bool must = play->options->loopback;

    return (struct wish){
        .direction = PATH_IN,
        .pins = &play->options->record_pin,
        .pin_count = play->options->record_pin ? 1 : 0,
        .rate = format->SampleRate,
        .channels = format->NumberOfChannels,
        .bits = format->ValidBitsPerSample,
        .rate_is_must = must,
        .channels_is_must = must,
        .bits_is_must = must,
    };
}

/* As long as what is played. */
static uint64_t recorded_frames(const struct play *play)
{
    double rate = play->lane.route.format.SampleRate;

    return frames_in((double)play->source.frames / rate, play->recording.lane.route.format.SampleRate);
}

static int choose_recording(struct play *play)
{
    struct recording *recording = &play->recording;
    struct wish wish = recording_wish(play);
    int code;

    recording->lane = play->lane;
    recording->path = play->options->record;
    recording->from = play->options->loopback ? &play->lane.route : NULL;
    code = route_choose(&recording->lane.route, &play->device, &wish, &play->lane.route, play->options,
                        play->report);
    if (code == EXIT_DONE)
        code = route_note_level(&recording->lane.route, play->options, play->report);
    recording->frames = code == EXIT_DONE ? recorded_frames(play) : 0;
    return code;
}

static int choose_routes(struct play *play)
{
    struct wish wish = wish_for(PATH_OUT, play->options, &play->source);
    struct route *route = &play->lane.route;
    int code = route_choose(route, &play->device, &wish, NULL, play->options, play->report);

    if (code == EXIT_DONE)
        code = route_note_changes(route, &play->source, play->options, play->report);
    if (code == EXIT_DONE)
        code = route_note_level(route, play->options, play->report);
    if (code == EXIT_DONE)
        code = source_prepare(&play->source, &route->format, play->report);
    if (code == EXIT_DONE && play->options->record)
        code = choose_recording(play);
    return code;
}

/* ---- All of it ----------------------------------------------------------------------------------- */

static int run_on_device(struct play *play)
{
    int code = lane_read_groups(&play->lane), faults;

    if (code == EXIT_DONE)
        code = choose_routes(play);
    if (code != EXIT_DONE)
        return code;
    lane_report_route(&play->lane);
    report_string(play->report, "out", play->options->out);
    code = run_with_engine(play);
    faults = lane_check_faults(&play->lane);
    return code != EXIT_DONE ? code : faults;
}

static bool is_source(const void *file, const char *path)
{
    return source_is(file, path);
}

static bool is_path(const void *file, const char *path)
{
    return is_same_file(file, path);
}

static int check_out(const struct play *play, const char *out)
{
    const char *record = play->options->record;

    if (source_is(&play->source, out))
        return report_failure(play->report, EXIT_FAILED, STATUS_SUCCESS, "%s: is the file to play",
                              play->source.name);
    if (record && is_same_file(out, record))
        return report_failure(play->report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: would be written twice: what is recorded needs a file of its own", record);
    return EXIT_DONE;
}

/* Each of several pins has a file. */
static int check_outs(const struct play *play)
{
    const struct options *options = play->options;
    int code = EXIT_DONE;
    unsigned i;

    if (!options->out)
        return EXIT_DONE;
    if (options->pin_count < 2)
        return check_out(play, options->out);
    for (i = 0; i < options->pin_count && code == EXIT_DONE; i++) {
        char *name = sink_name(options->out, options->pins[i]);

        code = name ? check_out(play, name)
                    : report_failure(play->report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
        free(name);
    }
    return code;
}

static int check_files(const struct play *play)
{
    const char *record = play->options->record;

    if ((record && source_is(&play->source, record)) ||
        device_writes(play->options, is_source, &play->source))
        return report_failure(play->report, EXIT_FAILED, STATUS_SUCCESS, "%s: is the file to play",
                              play->source.name);
    if (record && device_writes(play->options, is_path, record))
        return report_failure(play->report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: would be written twice: what is recorded needs a file of its own", record);
    return check_outs(play);
}

static int run_with_source(struct play *play)
{
    ULONG rate = play->options->rate ? play->options->rate : (ULONG)play->source.info.samplerate;
    struct hdabus_statistics statistics;
    int code = check_files(play);

    if (code == EXIT_DONE)
        code = device_open_at(&play->device, play->options, rate, play->report);
    if (code != EXIT_DONE)
        return code;
    code = run_on_device(play);
    device_close(&play->device, &statistics);
    lane_report_statistics(&play->lane, &statistics);
    print_result(play, &statistics);
    return code;
}

static int check_options(const struct options *options, struct report *report)
{
    if (options->follow_jack && (options->pin_count > 0 || options->loopback))
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "--follow-jack does not go with %s",
                              options->loopback ? "--loopback" : "--pin");
    if (options->record || (!options->record_pin && !options->loopback))
        return EXIT_DONE;
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s needs --record FILE",
                          options->loopback ? "--loopback" : "--record-pin");
}

static void init(struct play *play, const struct options *options, struct report *report)
{
    play->options = options;
    play->report = report;
    play->lane = (struct lane){.options = options, .report = report, .device = &play->device};
}

int command_play(const struct options *options, struct report *report)
{
    struct play play = {.expected = 0};
    int code = check_options(options, report);

    init(&play, options, report);
    if (code == EXIT_DONE)
        code = source_open(&play.source, options->operands[0], report);
    if (code != EXIT_DONE)
        return code;
    code = run_with_source(&play);
    source_close(&play.source);
    return code;
}

int command_tone(const struct options *options, struct report *report)
{
    struct play play = {.expected = 0};
    int code = check_options(options, report);

    init(&play, options, report);
    if (code != EXIT_DONE)
        return code;
    source_open_tone(&play.source, options->hertz, options->seconds > 0 ? options->seconds : DEFAULT_SECONDS);
    code = run_with_source(&play);
    source_close(&play.source);
    return code;
}
