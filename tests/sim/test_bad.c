/* SPDX-License-Identifier: BSD-2-Clause */
/* test_bad.c - codecs that break the rules of the link do what controller.h says of their vices, frame by
 * frame, and what they do stays on their own line. Codec 2 is the bad one; the codecs of this rig answer a
 * command with its complement. */
#include "rig.h"

static int set_up(void **state)
{
    *state = rig_create(&rig_shape);
    return 0;
}

static void spoil(struct rig *rig, struct sim_vices vices)
{
    assert_true(sim_controller_spoil(rig->c, 2, &vices));
    rig_start(rig);
}

static uint32_t to_bad(uint32_t n)
{
    return 0x20000000 | n;
}

static void send(struct rig *rig, uint32_t command)
{
    send_commands(rig, &command, 1);
}

static unsigned responses(struct rig *rig)
{
    return rd(rig, 0x58, 2);
}

static void assert_entry(struct rig *rig, unsigned index, uint32_t response, uint32_t from)
{
    assert_int_equal(get32(rig, RIRB_AT + 8 * index), response);
    assert_int_equal(get32(rig, RIRB_AT + 8 * index + 4), from);
}

static void a_silent_codec_asks_for_an_address_and_does_nothing_more(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {to_bad(1), 2, to_bad(3), 4};

    assert_true(sim_controller_spoil(rig->c, 2, &(struct sim_vices){.silent = true}));
    wr(rig, 0x08, 4, 1);
    run_frames(rig, 40);
    assert_int_equal(rd(rig, 0x0E, 2), 5);
    wr(rig, 0x08, 4, 0);
    run_frames(rig, 10);
    rig_start(rig);
    send_commands(rig, commands, 4);
    run_frames(rig, 1000);
    assert_int_equal(responses(rig), 2);
    assert_entry(rig, 1, ~2u, 0);
    assert_entry(rig, 2, ~4u, 0);
    assert_int_equal(rig->codecs[2].commands, 0);
}

/* In the frame that is so much later, in order, whatever the others do. */
static void a_slow_codec_answers_late(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {to_bad(1), 2, to_bad(3), 4};

    spoil(rig, (struct sim_vices){.late = 100});
    send_commands(rig, commands, 4);
    run_frames(rig, 5);
    assert_int_equal(responses(rig), 2);
    run_frames(rig, 96);
    assert_int_equal(responses(rig), 2);
    assert_true(sim_controller_next(rig->c) == rig->now + FRAME);
    run_frames(rig, 1);
    assert_int_equal(responses(rig), 3);
    run_frames(rig, 2);
    assert_int_equal(responses(rig), 4);
    assert_entry(rig, 3, ~to_bad(1), 2);
    assert_entry(rig, 4, ~to_bad(3), 2);
    run_frames(rig, 1000);
    assert_int_equal(responses(rig), 4);
}

/* One in each frame: what comes twice pushes what comes after it back. */
static void each_answer_may_come_twice(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {to_bad(1), 2, to_bad(3)};

    spoil(rig, (struct sim_vices){.twice = true});
    send_commands(rig, commands, 3);
    run_frames(rig, 2);
    assert_int_equal(responses(rig), 1);
    run_frames(rig, 100);
    assert_int_equal(responses(rig), 5);
    assert_entry(rig, 1, ~to_bad(1), 2);
    assert_entry(rig, 2, ~2u, 0);
    assert_entry(rig, 3, ~to_bad(1), 2);
    assert_entry(rig, 4, ~to_bad(3), 2);
    assert_entry(rig, 5, ~to_bad(3), 2);
}

static void an_impostor_answers_under_another_address(void **state)
{
    struct rig *rig = *state;

    spoil(rig, (struct sim_vices){.impostor = true, .poses_as = 7});
    send(rig, to_bad(1));
    run_frames(rig, 10);
    assert_int_equal(responses(rig), 1);
    assert_entry(rig, 1, ~to_bad(1), 7);
}

static void a_flood_fills_each_frame_from_the_first_command_on(void **state)
{
    struct rig *rig = *state;

    spoil(rig, (struct sim_vices){.flood = true});
    wr(rig, 0x08, 4, 0x101);
    run_frames(rig, 100);
    assert_int_equal(responses(rig), 0);
    send(rig, to_bad(1));
    run_frames(rig, 2);
    assert_int_equal(responses(rig), 1);
    assert_entry(rig, 1, ~to_bad(1), 2);
    run_frames(rig, 70);
    assert_int_equal(responses(rig), 71);
    for (unsigned i = 2; i <= 71; i++) {
        uint32_t before = get32(rig, RIRB_AT + 8 * i - 8) >> 26, tag = get32(rig, RIRB_AT + 8 * i) >> 26;

        assert_int_equal(get32(rig, RIRB_AT + 8 * i + 4), 0x12);
        assert_true(i == 2 || tag == (before + 1) % 64);
    }
    send(rig, 2); /* the other's line is free */
    run_frames(rig, 2);
    assert_int_equal(responses(rig), 74);
}

/* HDA 3.3.7: and then nothing happens for it. */
static void a_flood_that_is_not_accepted_is_not_there(void **state)
{
    struct rig *rig = *state;

    spoil(rig, (struct sim_vices){.flood = true});
    send(rig, to_bad(1));
    run_frames(rig, 100);
    assert_int_equal(responses(rig), 1);
    assert_true(sim_controller_next(rig->c) == UINT64_MAX);
}

static void a_reset_of_the_link_ends_what_a_bad_codec_had_to_say(void **state)
{
    struct rig *rig = *state;

    spoil(rig, (struct sim_vices){.flood = true, .late = 1000});
    wr(rig, 0x08, 4, 0x101);
    send(rig, to_bad(1));
    run_frames(rig, 10);
    assert_int_equal(responses(rig), 9);
    wr(rig, 0x5C, 1, 0);
    wr(rig, 0x4C, 1, 0);
    run_frames(rig, 2);
    wr(rig, 0x08, 4, 0);
    run_frames(rig, 10);
    rig_start(rig);
    wr(rig, 0x08, 4, 0x101);
    run_frames(rig, 2000);
    assert_int_equal(responses(rig), 0);
}

/* What waits has an end, and what comes beyond it is lost. */
static void a_slow_codec_keeps_512_answers(void **state)
{
    struct rig *rig = *state;
    uint32_t commands[200];

    spoil(rig, (struct sim_vices){.late = 2000});
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 200; i++)
            commands[i] = to_bad(200 * round + i);
        send_commands(rig, commands, 200);
        run_frames(rig, 300);
    }
    run_frames(rig, 3000);
    assert_int_equal(responses(rig), 512 % 256);
    assert_entry(rig, 0, ~to_bad(511), 2);
}

static void several_vices_go_together(void **state)
{
    struct rig *rig = *state;

    spoil(rig, (struct sim_vices){.twice = true, .late = 10, .impostor = true, .poses_as = 0, .flood = true});
    wr(rig, 0x08, 4, 0x101);
    send(rig, to_bad(1));
    run_frames(rig, 14);
    assert_int_equal(responses(rig), 13);
    for (unsigned i = 1; i <= 13; i++)
        assert_int_equal(get32(rig, RIRB_AT + 8 * i + 4), i == 11 || i == 12 ? 0x00 : 0x10);
    assert_entry(rig, 12, ~to_bad(1), 0);
}

static void so_it_does_with_immediate_commands(void **state)
{
    struct rig *rig = *state;

    spoil(rig, (struct sim_vices){.late = 10});
    wr(rig, 0x4C, 1, 0);
    run_frames(rig, 2);
    wr(rig, 0x60, 4, to_bad(1));
    wr(rig, 0x68, 2, 1);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x68, 2), 1);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, 0x68, 2), 2);
    assert_int_equal(rd(rig, 0x64, 4), ~to_bad(1));
}

static void a_silent_codec_locks_a_controller_up_that_does_so(void **state)
{
    struct sim_shape shape = rig_shape;
    struct rig *rig;

    (void)state;
    shape.locks_up = true;
    rig = rig_create(&shape);
    spoil(rig, (struct sim_vices){.silent = true});
    send(rig, 1);
    run_frames(rig, 10);
    send(rig, to_bad(2));
    run_frames(rig, 10);
    send(rig, 3);
    run_frames(rig, 10);
    assert_int_equal(responses(rig), 1);
    rig_destroy(rig);
}

static void a_codec_is_spoilt_once(void **state)
{
    struct rig *rig = *state;

    assert_true(sim_controller_spoil(rig->c, 2, &(struct sim_vices){.twice = true}));
    assert_false(sim_controller_spoil(rig->c, 2, &(struct sim_vices){.late = 1}));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_silent_codec_asks_for_an_address_and_does_nothing_more),
        TEST(a_slow_codec_answers_late),
        TEST(each_answer_may_come_twice),
        TEST(an_impostor_answers_under_another_address),
        TEST(a_flood_fills_each_frame_from_the_first_command_on),
        TEST(a_flood_that_is_not_accepted_is_not_there),
        TEST(a_reset_of_the_link_ends_what_a_bad_codec_had_to_say),
        TEST(a_slow_codec_keeps_512_answers),
        TEST(several_vices_go_together),
        TEST(so_it_does_with_immediate_commands),
        TEST(a_silent_codec_locks_a_controller_up_that_does_so),
        TEST(a_codec_is_spoilt_once),
    };

    return cmocka_run_group_tests_name("sim bad codecs", tests, NULL, NULL);
}
