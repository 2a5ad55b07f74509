/* SPDX-License-Identifier: BSD-2-Clause */
/* player.c - tests of src/codec/player.c on a simulated bus behind a table that counts, refuses and
 * withholds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <bus.h>

#include "codec/player.h"

#define BUFFER 960
#define PERIOD (BUFFER / 2)
#define FRAMES 10000

/* ---- The table between player and bus ------------------------------------------------------------ */

enum routine {
    NO_ROUTINE,
    ALLOCATE_ENGINE,
    ALLOCATE_BUFFER,
    REGISTER,
    POSITION,
    RUN,
    ROUTINES,
};

static const char *const routine_names[ROUTINES] = {
    [ALLOCATE_ENGINE] = "AllocateRenderDmaEngine",
    [ALLOCATE_BUFFER] = "AllocateDmaBufferWithNotification",
    [REGISTER] = "RegisterNotificationEvent",
    [POSITION] = "GetLinkPositionRegister",
    [RUN] = "SetDmaEngineState",
};

static struct {
    struct hdabus *bus;
    HDAUDIO_BUS_INTERFACE_V2 real;
    HDAUDIO_BUS_INTERFACE_V2 ddi; /* what the player gets */
    enum routine refuse;
    bool withhold_notifications;
    bool withhold_run;
    /* What the player holds. */
    int engines, buffers, registrations;
    bool reset;
} table;

static NTSTATUS refusal(enum routine routine)
{
    return table.refuse == routine ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static NTSTATUS allocate_engine(PVOID context, PHDAUDIO_STREAM_FORMAT format, BOOLEAN stripe, PHANDLE handle,
                                PHDAUDIO_CONVERTER_FORMAT converter)
{
    NTSTATUS status = refusal(ALLOCATE_ENGINE);

    if (NT_SUCCESS(status))
        status = table.real.AllocateRenderDmaEngine(context, format, stripe, handle, converter);
    table.engines += NT_SUCCESS(status);
    return status;
}

static NTSTATUS free_engine(PVOID context, HANDLE handle)
{
    assert_int_equal(table.buffers, 0);
    table.engines--;
    return table.real.FreeDmaEngine(context, handle);
}

static NTSTATUS allocate_buffer(PVOID context, HANDLE handle, ULONG count, SIZE_T wanted, PMDL *mdl,
                                PSIZE_T size, PSIZE_T offset, PUCHAR stream, PULONG fifo)
{
    NTSTATUS status = refusal(ALLOCATE_BUFFER);

    if (NT_SUCCESS(status))
        status = table.real.AllocateDmaBufferWithNotification(context, handle, count, wanted, mdl, size,
                                                              offset, stream, fifo);
    table.buffers += NT_SUCCESS(status);
    return status;
}

static NTSTATUS free_buffer(PVOID context, HANDLE handle, PMDL mdl, SIZE_T size)
{
    assert_int_equal(table.registrations, 0);
    assert_true(table.reset);
    table.buffers--;
    return table.real.FreeDmaBufferWithNotification(context, handle, mdl, size);
}

static NTSTATUS register_event(PVOID context, HANDLE handle, PKEVENT event)
{
    NTSTATUS status = refusal(REGISTER);

    if (NT_SUCCESS(status) && !table.withhold_notifications)
        status = table.real.RegisterNotificationEvent(context, handle, event);
    table.registrations += NT_SUCCESS(status);
    return status;
}

static NTSTATUS unregister_event(PVOID context, HANDLE handle, PKEVENT event)
{
    table.registrations--;
    if (table.withhold_notifications)
        return STATUS_SUCCESS;
    return table.real.UnregisterNotificationEvent(context, handle, event);
}

static NTSTATUS position_register(PVOID context, HANDLE handle, PULONG *position)
{
    NTSTATUS status = refusal(POSITION);

    return NT_SUCCESS(status) ? table.real.GetLinkPositionRegister(context, handle, position) : status;
}

static NTSTATUS set_state(PVOID context, HDAUDIO_STREAM_STATE state, ULONG count, PHANDLE handles)
{
    NTSTATUS status = state == RunState ? refusal(RUN) : STATUS_SUCCESS;

    if (state == RunState && table.withhold_run)
        return STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        status = table.real.SetDmaEngineState(context, state, count, handles);
    if (NT_SUCCESS(status))
        table.reset = state == ResetState;
    return status;
}

static int set_up(void **state)
{
    const GUID *type = &GUID_HDAUDIO_BUS_INTERFACE_V2;

    (void)state;
    RtlZeroMemory(&table, sizeof(table));
    if (!NT_SUCCESS(hdabus_open("sim", NULL, &table.bus)))
        return -1;
    if (!NT_SUCCESS(
            hdabus_query_interface(table.bus, 0, type, sizeof(table.real), 0x0100, (PINTERFACE)&table.real)))
        return -1;
    table.reset = true;
    table.ddi = table.real;
    table.ddi.AllocateRenderDmaEngine = allocate_engine;
    table.ddi.FreeDmaEngine = free_engine;
    table.ddi.AllocateDmaBufferWithNotification = allocate_buffer;
    table.ddi.FreeDmaBufferWithNotification = free_buffer;
    table.ddi.RegisterNotificationEvent = register_event;
    table.ddi.UnregisterNotificationEvent = unregister_event;
    table.ddi.GetLinkPositionRegister = position_register;
    table.ddi.SetDmaEngineState = set_state;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(table.engines, 0);
    assert_int_equal(table.buffers, 0);
    assert_int_equal(table.registrations, 0);
    table.real.InterfaceDereference(table.real.Context);
    hdabus_close(table.bus);
    return 0;
}

/* ---- The client ---------------------------------------------------------------------------------- */

struct client {
    ULONG left;     /* frames of data */
    ULONG wakes;    /* seen by progress() */
    ULONG stop_at;  /* wake after which it wants to stop; 0: never */
    ULONG sleep_at; /* wake in which it sleeps; 0: never */
    LONG sleep_half_periods;
};

static ULONG fill(void *context, void *frames, ULONG count)
{
    struct client *client = context;
    ULONG filled = min(count, client->left);

    RtlFillMemory(frames, filled * 4u, 0x55);
    client->left -= filled;
    return filled;
}

static bool wants_stop(void *context)
{
    struct client *client = context;

    return client->stop_at && client->wakes >= client->stop_at;
}

static void progress(void *context, const struct stream_report *report)
{
    struct client *client = context;
    LARGE_INTEGER interval = {.QuadPart = -client->sleep_half_periods * (PERIOD * 10000000ll / 48000 / 2)};

    (void)report;
    if (++client->wakes == client->sleep_at)
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static const struct stream_client functions = {.transfer = fill, .stop = wants_stop, .progress = progress};

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
    struct client client = {.left = FRAMES, .stop_at = 3};
    struct player player;

    (void)state;
    assert_int_equal(play(&client, 2, &player), STATUS_SUCCESS);
    assert_true(player.stream.report.stopped);
    assert_int_equal(player.stream.report.notifications, 3);
    assert_int_equal(player.stream.report.frames, 3 * PERIOD);
}

static void play_counts_what_was_handled_after_the_next_boundary(void **state)
{
    struct client prompt = {.left = FRAMES, .sleep_at = 4, .sleep_half_periods = 3};
    struct client late = {.left = FRAMES, .sleep_at = 4, .sleep_half_periods = 5};
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
    struct client client = {.left = FRAMES, .sleep_at = 4, .sleep_half_periods = 5 * 4 + 1};
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

#define BUS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_is_the_periods_and_one_to_drain),
        cmocka_unit_test(drain_is_a_period_or_as_many_as_the_latency_takes),
        BUS_TEST(play_is_woken_once_per_period),
        BUS_TEST(play_of_no_data_ends),
        BUS_TEST(play_without_notifications_still_plays_to_the_end),
        BUS_TEST(play_on_a_dead_engine_times_out),
        BUS_TEST(play_stops_when_the_client_wishes),
        BUS_TEST(play_counts_what_was_handled_after_the_next_boundary),
        BUS_TEST(play_knows_how_often_the_engine_went_round),
        BUS_TEST(play_undoes_what_it_did_when_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
