/* SPDX-License-Identifier: BSD-2-Clause */
/* recorder.c - tests of src/codec/recorder.c on a simulated bus behind a table that counts, refuses and
 * withholds: the frames that are fed into a pin carry their numbers. */
#include "codec/recorder.h"
#include "codec/path.h"
#include "table.h"

#include <sim.h>

#define PERIOD PACE_PERIOD
#define BUFFER (2 * PERIOD)
#define FRAMES 10000

static const char *const routine_names[ROUTINES] = {
    [ALLOCATE_ENGINE] = "AllocateCaptureDmaEngine",
    [ALLOCATE_BUFFER] = "AllocateDmaBufferWithNotification",
    [REGISTER] = "RegisterNotificationEvent",
    [POSITION] = "GetLinkPositionRegister",
    [RUN] = "SetDmaEngineState",
};

/* ---- What is fed --------------------------------------------------------------------------------- */

/* The number of the frame and, so that none is zero, one, in the left channel and inverted in the right. */
static void give_numbers(void *context, const struct hdabus_recording *recording)
{
    ULONG *number = context;
    size_t i;

    assert_int_equal(recording->channels, 2);
    for (i = 0; i < recording->frames; i++) {
        ++*number;
        recording->samples[2 * i] = (int32_t)(*number << 8);
        recording->samples[2 * i + 1] = (int32_t)(~*number << 8);
    }
}

/* ---- The client ---------------------------------------------------------------------------------- */

struct client {
    struct pace pace;
    ULONG refuse_at; /* frames after which it takes no more; 0: never */
    ULONG taken;
    ULONG last;   /* number of the last frame taken */
    ULONG jumps;  /* times that the numbers did not go on by one, */
    ULONG missed; /* and by how much more */
};

static void take_frame(struct client *client, const int32_t *frame)
{
    ULONG number = (ULONG)frame[0] >> 8;

    assert_int_equal((ULONG)frame[1] >> 8, ~number & 0xFFFFFF);
    if (number != client->last + 1) {
        client->jumps++;
        client->missed += number - client->last - 1;
    }
    client->last = number;
}

static ULONG take(void *context, void *frames, ULONG count)
{
    struct client *client = context;
    ULONG i;

    if (client->refuse_at)
        count = min(count, client->refuse_at - client->taken);
    for (i = 0; i < count; i++)
        take_frame(client, (const int32_t *)frames + 2 * (size_t)i);
    client->taken += count;
    return count;
}

static const struct stream_client functions = {
    .transfer = take, .stop = pace_wants_stop, .progress = pace_progress};

/* ---- A recording --------------------------------------------------------------------------------- */

static NTSTATUS record_on_path(struct recorder *recorder, const struct codec *codec, const struct path *path)
{
    ULONG number = 0;
    NTSTATUS status = hdabus_sim_feed(table.bus, codec->address, path_pin(path)->node, give_numbers, &number);

    assert_int_equal(status, STATUS_SUCCESS);
    assert_int_equal(path_open(codec, path, recorder->stream.converter_format, recorder->stream.tag),
                     STATUS_SUCCESS);
    status = recorder_run(recorder);
    assert_int_equal(path_close(codec, path), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_feed(table.bus, codec->address, path_pin(path)->node, NULL, NULL),
                     STATUS_SUCCESS);
    return status;
}

static NTSTATUS record_from_codec(struct recorder *recorder)
{
    struct path_need need = {.direction = PATH_IN, .channels = 2, .rate = 48000, .bits = 24};
    struct codec codec;
    struct path path;
    NTSTATUS status;
    ULONG rank;

    assert_int_equal(codec_read(&codec, &table.real), STATUS_SUCCESS);
    assert_int_equal(path_choose(&codec, 0, &need, &path, &rank), STATUS_SUCCESS);
    status = record_on_path(recorder, &codec, &path);
    codec_free(&codec);
    return status;
}

static NTSTATUS record(struct client *client, ULONG notification_count, ULONGLONG frames,
                       struct recorder *recorder)
{
    struct stream_request request = {
        .format = {.SampleRate = 48000, .ValidBitsPerSample = 24, .ContainerSize = 32, .NumberOfChannels = 2},
        .buffer_frames = BUFFER,
        .notification_count = notification_count,
        .client = &functions,
        .context = client,
    };
    NTSTATUS status = recorder_open(recorder, &table.ddi, &request, frames);

    if (!NT_SUCCESS(status))
        return status;
    status = record_from_codec(recorder);
    recorder_close(recorder);
    return status;
}

/* ---- Tests --------------------------------------------------------------------------------------- */

static void expected_is_the_periods(void **state)
{
    (void)state;
    assert_int_equal(recorder_expected(1, 480), 1);
    assert_int_equal(recorder_expected(480, 480), 1);
    assert_int_equal(recorder_expected(481, 480), 2);
}

static void record_is_woken_once_per_period_and_misses_nothing(void **state)
{
    ULONG count;

    (void)state;
    for (count = 1; count <= 2; count++) {
        struct client client = {.taken = 0};
        struct recorder recorder;

        assert_int_equal(record(&client, count, FRAMES, &recorder), STATUS_SUCCESS);
        assert_int_equal(recorder.stream.report.frames, FRAMES);
        assert_int_equal(recorder.stream.report.notifications, recorder_expected(FRAMES, BUFFER / count));
        assert_int_equal(recorder.stream.report.late, 0);
        assert_int_equal(recorder.stream.report.gaps, 0);
        assert_false(recorder.stream.report.stopped);
        assert_int_equal(client.taken, FRAMES);
        assert_int_equal(client.jumps, 0);
    }
}

static void record_ends_exactly(void **state)
{
    static const ULONG wanted[] = {1, PERIOD - 1, PERIOD, PERIOD + 1, BUFFER, BUFFER + 1};
    ULONG i;

    (void)state;
    for (i = 0; i < RTL_NUMBER_OF(wanted); i++) {
        struct client client = {.taken = 0};
        struct recorder recorder;

        assert_int_equal(record(&client, 2, wanted[i], &recorder), STATUS_SUCCESS);
        assert_int_equal(client.taken, wanted[i]);
        assert_int_equal(client.last, wanted[i]);
        assert_int_equal(recorder.stream.report.notifications, recorder_expected(wanted[i], PERIOD));
    }
}

static void record_without_notifications_still_records_all(void **state)
{
    struct client client = {.taken = 0};
    struct recorder recorder;

    (void)state;
    table.withhold_notifications = true;
    assert_int_equal(record(&client, 2, FRAMES, &recorder), STATUS_SUCCESS);
    assert_int_equal(recorder.stream.report.notifications, 0);
    assert_int_equal(client.taken, FRAMES);
    assert_int_equal(client.jumps, 0);
}

static void record_on_a_dead_engine_times_out(void **state)
{
    ULONGLONG began = KeQueryInterruptTime();
    struct client client = {.taken = 0};
    struct recorder recorder;

    (void)state;
    table.withhold_run = true;
    assert_int_equal(record(&client, 2, FRAMES, &recorder), STATUS_IO_TIMEOUT);
    assert_in_range(KeQueryInterruptTime() - began, 10000000, 20000000);
    assert_int_equal(client.taken, 0);
}

static void record_without_an_end_stops_when_the_client_wishes(void **state)
{
    struct client client = {.pace = {.stop_at = 3}};
    struct recorder recorder;

    (void)state;
    assert_int_equal(record(&client, 2, 0, &recorder), STATUS_SUCCESS);
    assert_true(recorder.stream.report.stopped);
    assert_int_equal(recorder.stream.report.notifications, 3);
    assert_int_equal(client.taken, 3 * PERIOD);
    assert_int_equal(client.last, 3 * PERIOD);
}

static void record_ends_when_the_client_takes_no_more(void **state)
{
    struct client client = {.refuse_at = PERIOD + 7};
    struct recorder recorder;

    (void)state;
    assert_int_equal(record(&client, 2, FRAMES, &recorder), STATUS_SUCCESS);
    assert_false(recorder.stream.report.stopped);
    assert_int_equal(recorder.stream.report.frames, PERIOD + 7);
    assert_int_equal(recorder.stream.report.notifications, 2);
}

static void record_may_be_late_by_less_than_a_period(void **state)
{
    struct client client = {.pace = {.sleep_at = 4, .sleep_half_periods = 3}};
    struct recorder recorder;

    (void)state;
    assert_int_equal(record(&client, 2, FRAMES, &recorder), STATUS_SUCCESS);
    assert_int_equal(recorder.stream.report.late, 0);
    assert_int_equal(recorder.stream.report.gaps, 0);
    assert_int_equal(client.jumps, 0);
}

/* What is left out is as much as was lost; there are as many frames as were wanted. */
static void record_counts_what_was_written_over(void **state)
{
    struct client client = {.pace = {.sleep_at = 4, .sleep_half_periods = 5}};
    struct recorder recorder;

    (void)state;
    assert_int_equal(record(&client, 2, FRAMES, &recorder), STATUS_SUCCESS);
    assert_int_equal(recorder.stream.report.late, 1);
    assert_int_equal(recorder.stream.report.gaps, 1);
    assert_in_range(recorder.lost, 3 * PERIOD / 2, 3 * PERIOD / 2 + 10);
    assert_int_equal(client.taken, FRAMES);
    assert_int_equal(client.jumps, 1);
    assert_int_equal(client.missed, recorder.lost);
}

/* Rounds that nobody saw: the position says where in the buffer, the time how often round. */
static void record_knows_how_often_the_engine_went_round(void **state)
{
    struct client client = {.pace = {.sleep_at = 4, .sleep_half_periods = 5 * 4 + 1}};
    struct recorder recorder;

    (void)state;
    assert_int_equal(record(&client, 2, FRAMES, &recorder), STATUS_SUCCESS);
    assert_int_equal(recorder.stream.report.late, 9);
    assert_int_equal(client.taken, FRAMES);
    assert_int_equal(client.jumps, 1);
    assert_int_equal(client.missed, recorder.lost);
}

/* It is looked at half-way, has its frames then, and waits for the period's end alone. */
static void record_loses_nothing_after_its_last_frame(void **state)
{
    struct client client = {.pace = {.sleep_at = 1, .sleep_half_periods = 5 * 4}};
    struct recorder recorder;

    (void)state;
    assert_int_equal(record(&client, 1, PERIOD / 2, &recorder), STATUS_SUCCESS);
    assert_int_equal(client.taken, PERIOD / 2);
    assert_int_equal(recorder.next, PERIOD / 2);
    assert_int_equal(recorder.lost, 0);
    assert_int_equal(recorder.stream.report.gaps, 0);
}

static void record_undoes_what_it_did_when_refused(void **state)
{
    enum routine routine;

    (void)state;
    for (routine = ALLOCATE_ENGINE; routine < ROUTINES; routine++) {
        struct client client = {.taken = 0};
        struct recorder recorder;

        table.refuse = routine;
        assert_int_equal(record(&client, 2, FRAMES, &recorder), STATUS_INSUFFICIENT_RESOURCES);
        assert_string_equal(recorder.stream.routine, routine_names[routine]);
        assert_int_equal(table.engines + table.buffers + table.registrations, 0);
    }
    table.refuse = NO_ROUTINE;
    record_is_woken_once_per_period_and_misses_nothing(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_is_the_periods),
        TABLE_TEST(record_is_woken_once_per_period_and_misses_nothing),
        TABLE_TEST(record_ends_exactly),
        TABLE_TEST(record_without_notifications_still_records_all),
        TABLE_TEST(record_on_a_dead_engine_times_out),
        TABLE_TEST(record_without_an_end_stops_when_the_client_wishes),
        TABLE_TEST(record_ends_when_the_client_takes_no_more),
        TABLE_TEST(record_may_be_late_by_less_than_a_period),
        TABLE_TEST(record_counts_what_was_written_over),
        TABLE_TEST(record_knows_how_often_the_engine_went_round),
        TABLE_TEST(record_loses_nothing_after_its_last_frame),
        TABLE_TEST(record_undoes_what_it_did_when_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
