/* SPDX-License-Identifier: BSD-2-Clause */
/* measure.c - tests of src/codec/measure.c on a simulated bus behind a table that refuses and withholds. */
#include "codec/measure.h"

#include "table.h"

static const char *const routine_names[ROUTINES] = {
    [ALLOCATE_ENGINE] = "AllocateRenderDmaEngine",
    [ALLOCATE_BUFFER] = "AllocateDmaBufferWithNotification",
    [REGISTER] = "RegisterNotificationEvent",
    [POSITION] = "GetLinkPositionRegister",
    [RUN] = "SetDmaEngineState",
};

static NTSTATUS measure(struct measure *measure)
{
    NTSTATUS status = measure_open(measure, &table.ddi);

    if (!NT_SUCCESS(status))
        return status;
    status = measure_run(measure);
    measure_close(measure);
    return status;
}

static void nothing_is_held(void)
{
    assert_int_equal(table.engines, 0);
    assert_int_equal(table.buffers, 0);
    assert_int_equal(table.registrations, 0);
    assert_int_equal(table.running, 0);
}

static LONGLONG now(void)
{
    return KeQueryPerformanceCounter(NULL).QuadPart;
}

static void a_position_moves_by_a_frame_and_is_exact(void **state)
{
    struct measure found;
    LONGLONG begun = now();

    (void)state;
    assert_int_equal(measure(&found), STATUS_SUCCESS);
    assert_true(found.moved);
    assert_int_equal(found.step, MEASURE_BLOCK);
    assert_in_range(found.periods, 4, 5);
    assert_int_equal(found.ahead, 0);
    assert_in_range(now() - begun, 99000000, 102000000);
    nothing_is_held();
}

static void without_notifications_nothing_is_said_of_the_end_of_periods(void **state)
{
    struct measure found;

    (void)state;
    table.withhold_notifications = true;
    assert_int_equal(measure(&found), STATUS_SUCCESS);
    assert_int_equal(found.step, MEASURE_BLOCK);
    assert_int_equal(found.periods, 0);
    nothing_is_held();
}

static void a_stream_that_stands_still_is_soon_given_up(void **state)
{
    struct measure found;
    LONGLONG begun = now();

    (void)state;
    table.withhold_run = true;
    assert_int_equal(measure(&found), STATUS_SUCCESS);
    assert_false(found.moved);
    assert_in_range(now() - begun, 20000000, 30000000);
    nothing_is_held();
}

static void what_is_refused_is_named_and_leaves_nothing(void **state)
{
    (void)state;
    for (enum routine routine = ALLOCATE_ENGINE; routine < ROUTINES; routine++) {
        struct measure found;

        table.refuse = routine;
        assert_int_equal(measure(&found), STATUS_INSUFFICIENT_RESOURCES);
        assert_string_equal(found.routine, routine_names[routine]);
        nothing_is_held();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE_TEST(a_position_moves_by_a_frame_and_is_exact),
        TABLE_TEST(without_notifications_nothing_is_said_of_the_end_of_periods),
        TABLE_TEST(a_stream_that_stands_still_is_soon_given_up),
        TABLE_TEST(what_is_refused_is_named_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
