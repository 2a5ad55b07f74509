/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c - hdabus record: from a pin through the driver to a file. */
#include <string.h>

#include "commands.h"
#include "recording.h"

struct record {
    const struct options *options;
    struct report *report;
    struct source source; /* what feeds the pin, if `fed` */
    bool fed;
    struct device device;
    struct recording recording;
};

/* ---- What feeds the pin -------------------------------------------------------------------------- */

static int open_source(struct record *record)
{
    const struct options *options = record->options;

    if (!options->in)
        return EXIT_DONE;
    record->fed = true;
    if (!options->in_is_tone)
        return source_open(&record->source, options->in, record->report);
    source_open_tone(&record->source, options->hertz, 0);
    return EXIT_DONE;
}

static void close_source(struct record *record)
{
    if (record->fed)
        source_close(&record->source);
}

/* What --duration says, or as many as the source has; 0: until a signal. */
static uint64_t frames_wanted(const struct record *record)
{
    if (record->options->seconds > 0)
        return frames_in(record->options->seconds, record->recording.lane.route.format.SampleRate);
    return record->fed && record->source.tone == 0 ? record->source.frames : 0;
}

/* Waiting is what makes virtual time pass, so that no signal would come in good time. */
static int check_end(const struct record *record)
{
    if (record->recording.frames > 0 || strcmp(hdabus_clock(record->device.bus), "real") == 0)
        return EXIT_DONE;
    return report_failure(
        record->report, EXIT_USAGE, STATUS_SUCCESS,
        "nothing ends this recording on the virtual clock: give --duration, or --clock real");
}

/* ---- Recording ----------------------------------------------------------------------------------- */

static int choose_route(struct record *record)
{
    const struct options *options = record->options;
    struct source *source = record->fed ? &record->source : NULL;
    struct wish wish = wish_for(PATH_IN, options, source);
    struct route *route = &record->recording.lane.route;
    int code = route_choose(route, &record->device, &wish, NULL, options, record->report);

    if (code == EXIT_DONE && source)
        code = route_note_changes(route, source, options, record->report);
    if (code == EXIT_DONE)
        code = route_note_level(route, options, record->report);
    if (code == EXIT_DONE && source)
        code = source_prepare(source, &route->format, record->report);
    return code;
}

static void report_route(const struct record *record)
{
    lane_report_route(&record->recording.lane);
    report_string(record->report, "in", record->options->in);
    report_string(record->report, "file", record->recording.path);
}

/* What the pin was given after the last frame that was recorded does not matter. */
static int check_source(const struct record *record)
{
    const struct recorder *recorder = &record->recording.recorder;

    if (!record->fed || recorder->stream.report.frames < record->source.delivered)
        return EXIT_DONE;
    return source_check_end(&record->source, record->report);
}

static int run_recording(struct record *record)
{
    struct recording *recording = &record->recording;
    struct lane *lane = &recording->lane;
    int code = recording_open(recording);

    if (code != EXIT_DONE)
        return code;
    code = lanes_run(&lane, 1);
    recording_describe(recording, record->report->object);
    if (code == EXIT_DONE)
        code = recording_check(recording);
    code = recording_close(recording, code);
    return code == EXIT_DONE ? check_source(record) : code;
}

static int run_on_device(struct record *record)
{
    struct recording *recording = &record->recording;
    int code = lane_read_groups(&recording->lane), faults;

    if (code == EXIT_DONE)
        code = choose_route(record);
    recording->frames = code == EXIT_DONE ? frames_wanted(record) : 0;
    if (code == EXIT_DONE)
        code = check_end(record);
    if (code != EXIT_DONE)
        return code;
    report_route(record);
    code = run_recording(record);
    faults = lane_check_faults(&recording->lane);
    return code != EXIT_DONE ? code : faults;
}

static bool is_path(const void *file, const char *path)
{
    return is_same_file(file, path);
}

static int check_files(const struct record *record)
{
    const char *path = record->recording.path;

    if (record->fed && source_is(&record->source, path))
        return report_failure(record->report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: is the file that feeds the pin", path);
    if (device_writes(record->options, is_path, path))
        return report_failure(record->report, EXIT_FAILED, STATUS_SUCCESS, "%s: is written by the device",
                              path);
    return EXIT_DONE;
}

static void describe(struct record *record, const struct hdabus_statistics *statistics)
{
    const struct lane *lane = &record->recording.lane;

    lane_report_statistics(lane, statistics);
    if (!record->options->json && lane_has_run(lane))
        lane_print_result(lane, "", statistics);
}

static int run_with_source(struct record *record)
{
    struct hdabus_statistics statistics;
    int code = check_files(record);

    if (code == EXIT_DONE)
        code = device_open_at(&record->device, record->options, 0, record->report);
    if (code != EXIT_DONE)
        return code;
    code = run_on_device(record);
    device_close(&record->device, &statistics);
    describe(record, &statistics);
    return code;
}

static int check_options(const struct options *options, struct report *report)
{
    if (options->pin_count < 2)
        return EXIT_DONE;
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "record takes one --pin");
}

int command_record(const struct options *options, struct report *report)
{
    struct record record = {.options = options, .report = report};
    int code;

    record.recording.lane = (struct lane){.options = options, .report = report, .device = &record.device};
    record.recording.path = options->operands[0];
    record.recording.shows_progress = true;
    code = check_options(options, report);
    if (code == EXIT_DONE)
        code = open_source(&record);
    if (code != EXIT_DONE)
        return code;
    record.recording.source = record.fed ? &record.source : NULL;
    code = run_with_source(&record);
    close_source(&record);
    return code;
}
