/* SPDX-License-Identifier: BSD-2-Clause */
/* player.c - tests of src/codec/player.c on a simulated bus behind a table that counts, refuses and
 * withholds. */
#include "codec/player.h"
#include "table.h"

#define PERIOD PACE_PERIOD
#define BUFFER (2 * PERIOD)
#define FRAMES 10000

static const char *const routine_names[ROUTINES] = {
    [ALLOCATE_ENGINE] = "AllocateRenderDmaEngine",
    [ALLOCATE_BUFFER] = "AllocateDmaBufferWithNotification",
    [REGISTER] = "RegisterNotificationEvent",
    [POSITION] = "GetLinkPositionRegister",
    [RUN] = "SetDmaEngineState",
};

/* ---- The client ---------------------------------------------------------------------------------- */

struct client {
    struct pace pace;
    ULONG left; /* frames of data */
};

static ULONG fill(void *context, void *frames, ULONG count)
{
    struct client *client = context;
    ULONG filled = min(count, client->left);

    RtlFillMemory(frames, filled * 4u, 0x55);
    client->left -= filled;
    return filled;
}

static const struct stream_client functions = {
    .transfer = fill, .stop = pace_wants_stop, .progress = pace_progress};

static NTSTATUS play(struct client *client, ULONG notification_count, struct player *player)
{
    struct stream_request request = {
        .format = {.SampleRate = 48000, .ValidBitsPerSample = 16, .ContainerSize = 16, .NumberOfChannels = 2},
        .buffer_frames = BUFFER,
        .notification_count = notification_count,
        .client = &functions,
        .context = client,
    };
    NTSTATUS status = player_open(player, &table.ddi, &request, 0);

    if (!NT_SUCCESS(status))
        return status;
    status = player_run(player);
    player_close(player);
    return status;
}

/* ---- Tests --------------------------------------------------------------------------------------- */

static void expected_is_the_periods_and_one_to_drain(void **state)
{
    (void)state;
    assert_int_equal(player_expected(1, 480, 1), 2);
    assert_int_equal(player_expected(480, 480, 1), 2);
    assert_int_equal(player_expected(481, 480, 1), 3);
    assert_int_equal(player_expected(172800000, 2400, 1), 72001);
}

static void drain_is_a_period_or_as_many_as_the_latency_takes(void **state)
{
    (void)state;
    assert_int_equal(player_drain(0, 480, 48000), 1);
    assert_int_equal(player_drain(10000, 480, 48000), 1);
    assert_int_equal(player_drain(10001, 480, 48000), 2);
    assert_int_equal(player_drain(60000, 480, 48000), 6);
    assert_int_equal(player_drain(60000, 11520, 48000), 1);
    assert_int_equal(player_drain(60000, 64, 16000), 15);
    assert_int_equal(player_expected(481, 480, 6), 8);
}

static void play_is_woken_once_per_period(void **state)
{
    ULONG count;

    (void)state;
    for (count = 1; count <= 2; count++) {
        struct client client = {.left = FRAMES};
        struct player player;

        assert_int_equal(play(&client, count, &player), STATUS_SUCCESS);
        assert_int_equal(player.stream.report.frames, FRAMES);
        assert_int_equal(player.stream.report.notifications, player_expected(FRAMES, BUFFER / count, 1));
        assert_int_equal(player.stream.report.late, 0);
        assert_int_equal(player.stream.report.gaps, 0);
        assert_false(player.stream.report.stopped);
    }
}

static void play_of_no_data_ends(void **state)
{
    struct client client = {.left = 0};
    struct player player;

    (void)state;
    assert_int_equal(play(&client, 2, &player), STATUS_SUCCESS);
    assert_int_equal(player.stream.report.frames, 0);
}

static void play_without_notifications_still_plays_to_the_end(void **state)
{
    struct client client = {.left = FRAMES};
    struct player player;

    (void)state;
    table.withhold_notifications = true;
    assert_int_equal(play(&client, 2, &player), STATUS_SUCCESS);
    assert_int_equal(player.stream.report.notifications, 0);
    assert_int_equal(player.stream.report.frames, FRAMES);
}

static void play_on_a_dead_engine_times_out(void **state)
{
    struct client client = {.left = FRAMES};
    ULONGLONG began = KeQueryInterruptTime();
    struct player player;

    (void)state;
    table.withhold_run = true;
    assert_int_equal(play(&client, 2, &player), STATUS_IO_TIMEOUT);
    assert_in_range(KeQueryInterruptTime() - began, 10000000, 20000000);
}

static void play_stops_when_the_client_wishes(void **state)
{
    struct client client = {.left = FRAMES, .pace = {.stop_at = 3}};
    struct player player;

    (void)state;
    assert_int_equal(play(&client, 2, &player), STATUS_SUCCESS);
    assert_true(player.stream.report.stopped);
    assert_int_equal(player.stream.report.notifications, 3);
    assert_int_equal(player.stream.report.frames, 3 * PERIOD);
}

static void play_counts_what_was_handled_after_the_next_boundary(void **state)
{
    struct client prompt = {.left = FRAMES, .pace = {.sleep_at = 4, .sleep_half_periods = 3}};
    struct client late = {.left = FRAMES, .pace = {.sleep_at = 4, .sleep_half_periods = 5}};
    struct player player;

    (void)state;
    assert_int_equal(play(&prompt, 2, &player), STATUS_SUCCESS);
    assert_int_equal(player.stream.report.late, 0);
    assert_int_equal(play(&late, 2, &player), STATUS_SUCCESS);
    assert_int_equal(player.stream.report.late, 1);
    assert_int_equal(player.stream.report.gaps, 1);
    assert_int_equal(player.stream.report.frames, FRAMES);
}

/* Rounds that nobody saw: the position says where in the buffer, the time how often round. */
static void play_knows_how_often_the_engine_went_round(void **state)
{
    struct client client = {.left = FRAMES, .pace = {.sleep_at = 4, .sleep_half_periods = 5 * 4 + 1}};
    struct player player;

    (void)state;
    assert_int_equal(play(&client, 2, &player), STATUS_SUCCESS);
    assert_int_equal(player.stream.report.late, 9);
    assert_int_equal(player.stream.report.frames, FRAMES);
}

static void play_undoes_what_it_did_when_refused(void **state)
{
    enum routine routine;

    (void)state;
    for (routine = ALLOCATE_ENGINE; routine < ROUTINES; routine++) {
        struct client client = {.left = FRAMES};
        struct player player;

        table.refuse = routine;
        assert_int_equal(play(&client, 2, &player), STATUS_INSUFFICIENT_RESOURCES);
        assert_string_equal(player.stream.routine, routine_names[routine]);
        assert_int_equal(table.engines + table.buffers + table.registrations, 0);
    }
    table.refuse = NO_ROUTINE;
    play_is_woken_once_per_period(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_is_the_periods_and_one_to_drain),
        cmocka_unit_test(drain_is_a_period_or_as_many_as_the_latency_takes),
        TABLE_TEST(play_is_woken_once_per_period),
        TABLE_TEST(play_of_no_data_ends),
        TABLE_TEST(play_without_notifications_still_plays_to_the_end),
        TABLE_TEST(play_on_a_dead_engine_times_out),
        TABLE_TEST(play_stops_when_the_client_wishes),
        TABLE_TEST(play_counts_what_was_handled_after_the_next_boundary),
        TABLE_TEST(play_knows_how_often_the_engine_went_round),
        TABLE_TEST(play_undoes_what_it_did_when_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
