/* SPDX-License-Identifier: BSD-2-Clause */
/* test_rings.c - rings of every size, responses that nobody asked for, several in one frame, waking, and
 * immediate commands that tell who answered (HDA 3.3.7, 3.3.8, 3.3.24, 3.3.28, 3.4, 4.4, 4.5.9). */
#include "rig.h"

/* ---- Sizes -------------------------------------------------------------------------------------- */

static const unsigned entries[] = {2, 16, 256};

static struct rig *start_with_rings(uint8_t sizes, unsigned corb, unsigned rirb)
{
    const struct sim_shape shape = {.outputs = 1, .ring_sizes = sizes, .address64 = SIM_ADDRESS64};
    struct rig *rig = rig_create(&shape);

    wr(rig, 0x08, 4, 1);
    run(rig, 24 * 100);
    run_frames(rig, 30);
    wr(rig, 0x4E, 1, corb);
    wr(rig, 0x5E, 1, rirb);
    wr(rig, 0x40, 4, BASE + CORB_AT);
    wr(rig, 0x50, 4, BASE + RIRB_AT);
    wr(rig, 0x5C, 1, 3);
    wr(rig, 0x4C, 1, 2);
    align(rig);
    return rig;
}

/* As many commands at a time as a ring holds, several times around both. */
static void ask_around(struct rig *rig, unsigned corb, unsigned rirb)
{
    unsigned most = (entries[corb] < entries[rirb] ? entries[corb] : entries[rirb]) - 1, read = 0, write = 0;

    for (uint32_t value = 1; value < 700; value += most) {
        for (uint32_t i = 0; i < most; i++) {
            write = (write + 1) % entries[corb];
            put32(rig, CORB_AT + 4 * write, value + i);
        }
        wr(rig, 0x48, 2, write);
        run_frames(rig, most + 1);
        assert_int_equal(rd(rig, 0x4A, 2), write);
        for (uint32_t i = 0; i < most; i++) {
            read = (read + 1) % entries[rirb];
            assert_int_equal(get32(rig, RIRB_AT + 8 * read), ~(value + i));
        }
        assert_int_equal(rd(rig, 0x58, 2), read);
    }
}

static void every_choice_of_sizes_works(void **state)
{
    (void)state;
    for (unsigned corb = 0; corb < 3; corb++) {
        for (unsigned rirb = 0; rirb < 3; rirb++) {
            struct rig *rig = start_with_rings(0x70, corb, rirb);
            void *other = rig;

            assert_int_equal(rd(rig, 0x4E, 1), 0x70 | corb);
            assert_int_equal(rd(rig, 0x5E, 1), 0x70 | rirb);
            ask_around(rig, corb, rirb);
            rig_teardown(&other);
        }
    }
}

static void only_sizes_that_are_offered_can_be_set(void **state)
{
    (void)state;
    for (unsigned sizes = 1; sizes < 8; sizes++) {
        const struct sim_shape shape = {.outputs = 1, .ring_sizes = (uint8_t)(sizes << 4)};
        struct rig *rig = rig_create(&shape);
        void *other = rig;

        wr(rig, 0x08, 4, 1);
        run(rig, 24 * 100);
        for (unsigned size = 0; size < 4; size++) {
            wr(rig, 0x4E, 1, size);
            if (size == 3 || !(sizes >> size & 1))
                expect_fault(rig, "CORBSIZE");
            else
                assert_int_equal(rd(rig, 0x4E, 1), sizes << 4 | size);
        }
        rig_teardown(&other);
    }
}

/* ---- Unsolicited responses ---------------------------------------------------------------------- */

static void say(struct rig *rig, unsigned address, uint32_t response)
{
    struct sim_codec *codec = &rig->codecs[address];

    codec->unsolicited_response[codec->unsolicited++] = response;
}

static void expect_response(struct rig *rig, unsigned entry, uint32_t response, uint32_t extended)
{
    assert_int_equal(get32(rig, RIRB_AT + 8 * entry), response);
    assert_int_equal(get32(rig, RIRB_AT + 8 * entry + 4), extended);
}

static int set_up_accepting(void **state)
{
    struct rig *rig;

    rig_setup_running(state);
    rig = *state;
    wr(rig, 0x08, 4, 0x101);
    return 0;
}

static void an_unsolicited_response_is_marked_in_the_rirb(void **state)
{
    struct rig *rig = *state;

    run(rig, 100);
    say(rig, 2, 0x04000001);
    sim_controller_stir(rig->c);
    align(rig);
    assert_int_equal(rd(rig, 0x58, 2), 1);
    expect_response(rig, 1, 0x04000001, 0x12);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1); /* the slot after it is empty */
    assert_int_equal(rd(rig, 0x5D, 1), 1);
}

static void an_unsolicited_response_that_nobody_accepts_is_dropped(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x08, 4, 1);
    say(rig, 2, 0x04000001);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x58, 2), 0);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    wr(rig, 0x08, 4, 0x101);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x58, 2), 0);
    assert_int_equal(rig->codecs[2].unsolicited, 0);
}

/* Each has a line of its own; the one that was asked comes first. */
static void several_codecs_respond_in_one_frame(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 0x20000007;

    send_commands(rig, &command, 1);
    run_frames(rig, 1);
    say(rig, 0, 0x08000000);
    say(rig, 0, 0x04000000); /* the first */
    say(rig, 2, 0x0C000000);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x58, 2), 2);
    expect_response(rig, 1, ~command, 2);
    expect_response(rig, 2, 0x04000000, 0x10);
    run_frames(rig, 1); /* the line of codec 2 is free, codec 0 has one more */
    assert_int_equal(rd(rig, 0x58, 2), 4);
    expect_response(rig, 3, 0x08000000, 0x10);
    expect_response(rig, 4, 0x0C000000, 0x12);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
}

static void rintcnt_counts_all_responses(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 2, 3, 4};

    wr(rig, 0x5A, 2, 3);
    send_commands(rig, commands, 4);
    run_frames(rig, 1);
    say(rig, 2, 0x04000000);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x58, 2), 2);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
    wr(rig, 0x5D, 1, 1);
    run_frames(rig, 2); /* two more responses, of which the second ends no series yet */
    assert_int_equal(rd(rig, 0x58, 2), 5);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
}

/* No empty slot as long as any codec says something. */
static void a_series_ends_when_all_slots_are_empty(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 2};

    send_commands(rig, commands, 2);
    run_frames(rig, 3);
    say(rig, 2, 0x04000000);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x58, 2), 3);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
}

static void codecs_that_ask_for_a_frame_get_it(void **state)
{
    struct rig *rig = *state;
    uint64_t frame = frame_of(rig) + 77;

    rig->codecs[2].next = frame;
    assert_true(sim_controller_next(rig->c) == rig->now + 77 * FRAME);
    run_frames(rig, 76);
    assert_int_equal(rig->codecs[2].next, frame);
    run_frames(rig, 1);
    assert_int_equal(rig->codecs[2].next, 0);
    assert_int_equal(rig->codecs[2].frame, frame);
    assert_true(sim_controller_next(rig->c) == UINT64_MAX);
}

/* ---- Waking (HDA 3.3.8, 4.5.9) ------------------------------------------------------------------ */

static void enter_reset(struct rig *rig)
{
    wr(rig, 0x4C, 1, 0);
    wr(rig, 0x5C, 1, 0);
    run_frames(rig, 1);
    wr(rig, 0x0E, 2, 0x7FFF);
    wr(rig, 0x0C, 2, 4);
    wr(rig, 0x08, 4, 0);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x08, 4), 0);
}

static void a_codec_wakes_a_link_in_reset(void **state)
{
    struct rig *rig = *state;

    enter_reset(rig);
    sim_controller_stir(rig->c);
    assert_int_equal(rd(rig, 0x0E, 2), 0);
    rig->codecs[2].wakes = true;
    sim_controller_stir(rig->c);
    assert_int_equal(rd(rig, 0x0E, 2), 4);
    assert_false(sim_controller_asserted(rig->c)); /* INTCTL is in reset (HDA 3.3.7) */
    wr(rig, 0x08, 4, 1);
    run(rig, 24 * 100);
    assert_int_equal(rd(rig, 0x0E, 2), 4); /* from before all others ask for their address */
    wr(rig, 0x20, 4, 0xC0000000);
    assert_true(sim_controller_asserted(rig->c));
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000);
    wr(rig, 0x0E, 2, 4);
    assert_false(sim_controller_asserted(rig->c));
}

static void a_codec_that_had_something_to_say_wakes_the_link_at_once(void **state)
{
    struct rig *rig = *state;

    rig->codecs[2].wakes = true;
    enter_reset(rig);
    assert_int_equal(rd(rig, 0x0E, 2), 4);
}

static void a_codec_that_is_not_enabled_wakes_nobody(void **state)
{
    struct rig *rig = *state;

    enter_reset(rig);
    rig->codecs[0].wakes = true;
    sim_controller_stir(rig->c);
    assert_int_equal(rd(rig, 0x0E, 2), 1);
    wr(rig, 0x08, 4, 1);
    run(rig, 24 * 100);
    wr(rig, 0x20, 4, 0xC0000000);
    assert_false(sim_controller_asserted(rig->c));
    run_frames(rig, 30);
    wr(rig, 0x0E, 2, 4);
}

static void a_codec_does_not_wake_a_link_that_is_up(void **state)
{
    struct rig *rig = *state;

    rig->codecs[2].wakes = true;
    sim_controller_stir(rig->c);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x0E, 2), 0);
}

/* ---- Immediate commands (HDA 3.4) --------------------------------------------------------------- */

static int set_up_immediate(void **state)
{
    struct sim_shape shape = rig_shape;
    struct rig *rig;

    shape.immediate_address = true;
    *state = rig = rig_create(&shape);
    wr(rig, 0x08, 4, 1);
    run(rig, 24 * 100);
    run_frames(rig, 30);
    wr(rig, 0x08, 4, 0x101);
    return 0;
}

static void the_status_tells_who_answered(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rd(rig, 0x68, 2), 0x4); /* ICVER */
    wr(rig, 0x60, 4, 0x20001234);
    wr(rig, 0x68, 2, 1);
    assert_int_equal(rd(rig, 0x68, 2), 0x5);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, 0x68, 2), 0x26);
    assert_int_equal(rd(rig, 0x64, 4), ~0x20001234u);
    wr(rig, 0x68, 2, 2);
    assert_int_equal(rd(rig, 0x68, 2), 0x24);
    wr(rig, 0x60, 4, 0x00001234);
    wr(rig, 0x68, 2, 1);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, 0x68, 2), 0x06);
}

static void a_result_is_taken_before_the_next_command(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x60, 4, 1);
    wr(rig, 0x68, 2, 1);
    run_frames(rig, 2);
    wr(rig, 0x68, 2, 1);
    expect_fault(rig, "while IRV is 1");
    wr(rig, 0x68, 2, 3); /* both in one write */
    expect_no_fault(rig);
    assert_int_equal(rd(rig, 0x68, 2) & 3, 1);
}

static void without_a_rirb_an_unsolicited_response_is_told_in_the_status(void **state)
{
    struct rig *rig = *state;

    say(rig, 2, 0x04000055);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x68, 2), 0x2E);
    assert_int_equal(rd(rig, 0x64, 4), 0x04000055);
}

/* HDA 3.4.3: without ICVER nothing could tell it from an answer. */
static void a_status_that_cannot_tell_has_none(void **state)
{
    struct rig *rig = rig_create(&rig_shape);
    void *other = rig;

    (void)state;
    wr(rig, 0x08, 4, 1);
    run(rig, 24 * 100);
    wr(rig, 0x08, 4, 0x101);
    say(rig, 2, 0x04000055);
    run_frames(rig, 30);
    assert_int_equal(rig->codecs[2].unsolicited, 0);
    assert_int_equal(rd(rig, 0x68, 2), 0);
    assert_int_equal(rd(rig, 0x64, 4), 0);
    rig_teardown(&other);
}

static void an_unsolicited_response_does_not_end_a_command(void **state)
{
    struct rig *rig = *state;

    rig->codecs[0].silent = true;
    wr(rig, 0x60, 4, 1);
    wr(rig, 0x68, 2, 1);
    run_frames(rig, 5);
    say(rig, 2, 0x04000055);
    sim_controller_stir(rig->c);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x68, 2), 0x2F);
}

int main(void)
{
#define ACCEPTING(name) cmocka_unit_test_setup_teardown(name, set_up_accepting, rig_teardown)
#define IMMEDIATE(name) cmocka_unit_test_setup_teardown(name, set_up_immediate, rig_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_choice_of_sizes_works),
        cmocka_unit_test(only_sizes_that_are_offered_can_be_set),
        ACCEPTING(an_unsolicited_response_is_marked_in_the_rirb),
        ACCEPTING(an_unsolicited_response_that_nobody_accepts_is_dropped),
        ACCEPTING(several_codecs_respond_in_one_frame),
        ACCEPTING(rintcnt_counts_all_responses),
        ACCEPTING(a_series_ends_when_all_slots_are_empty),
        ACCEPTING(codecs_that_ask_for_a_frame_get_it),
        ACCEPTING(a_codec_wakes_a_link_in_reset),
        ACCEPTING(a_codec_that_had_something_to_say_wakes_the_link_at_once),
        ACCEPTING(a_codec_that_is_not_enabled_wakes_nobody),
        ACCEPTING(a_codec_does_not_wake_a_link_that_is_up),
        IMMEDIATE(the_status_tells_who_answered),
        IMMEDIATE(a_result_is_taken_before_the_next_command),
        IMMEDIATE(without_a_rirb_an_unsolicited_response_is_told_in_the_status),
        cmocka_unit_test(a_status_that_cannot_tell_has_none),
        IMMEDIATE(an_unsolicited_response_does_not_end_a_command),
    };

    return cmocka_run_group_tests_name("sim rings", tests, NULL, NULL);
}
