/* SPDX-License-Identifier: BSD-2-Clause */
/* test_link.c - reset and discovery, commands and responses, and the interrupts that they raise. */
#include "rig.h"

#include <string.h>

#define MICROSECOND 24u

/* ---- Reset (HDA 3.3.7, 4.2.2, 5.5) -------------------------------------------------------------- */

static void crst_reads_back_after_a_while_both_ways(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(rd(rig, 0x08, 4), 0);
    wr(rig, 0x08, 4, 1);
    assert_int_equal(rd(rig, 0x08, 4), 0);
    run(rig, 100 * MICROSECOND - 1);
    assert_int_equal(rd(rig, 0x08, 4), 0);
    run(rig, 1);
    assert_int_equal(rd(rig, 0x08, 4), 1);
    wr(rig, 0x08, 4, 0);
    assert_int_equal(rd(rig, 0x08, 4), 1);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x08, 4), 0);
    assert_int_equal(rig->codecs[0].resets, 1);
    assert_int_equal(rig->codecs[2].resets, 1);
}

static void crst_that_is_cleared_before_it_reads_1_starts_nothing(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x08, 4, 1);
    run(rig, 50 * MICROSECOND);
    wr(rig, 0x08, 4, 0);
    assert_true(sim_controller_next(rig->c) == UINT64_MAX);
    run_frames(rig, 100);
    assert_int_equal(rd(rig, 0x08, 4), 0);
    assert_int_equal(rd(rig, 0x0E, 2), 0);
    wr(rig, 0x08, 4, 1);
    run(rig, 100 * MICROSECOND);
    assert_int_equal(rd(rig, 0x08, 4), 1);
}

static void codecs_ask_for_their_address_within_25_frames(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x08, 4, 1);
    run(rig, 100 * MICROSECOND);
    assert_int_equal(rd(rig, 0x0E, 2), 0);
    run_frames(rig, 11);
    assert_int_equal(rd(rig, 0x0E, 2), 1);
    run_frames(rig, 14);
    assert_int_equal(rd(rig, 0x0E, 2), 5);
    wr(rig, 0x0E, 2, 1);
    assert_int_equal(rd(rig, 0x0E, 2), 4);
}

static void wake_registers_survive_a_reset(void **state)
{
    struct rig *rig = *state;

    rig_start(rig);
    wr(rig, 0x4C, 1, 0);
    wr(rig, 0x5C, 1, 0);
    wr(rig, 0x0C, 2, 0x1234);
    wr(rig, 0x20, 4, 0xC000000F);
    run_frames(rig, 1);
    wr(rig, 0x08, 4, 0);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x0C, 2), 0x1234);
    assert_int_equal(rd(rig, 0x20, 4), 0);
    assert_int_equal(rd(rig, 0x40, 4), 0);
    assert_int_equal(rd(rig, 0x30, 4), 0);
    wr(rig, 0x08, 4, 1);
    run(rig, 100 * MICROSECOND);
    assert_int_equal(rd(rig, 0x0E, 2), 0);
    run_frames(rig, 25);
    assert_int_equal(rd(rig, 0x0E, 2), 5);
}

static void crst_must_stay_low_for_100_us(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x08, 4, 1);
    run(rig, 100 * MICROSECOND);
    wr(rig, 0x08, 4, 0);
    run(rig, 5);
    wr(rig, 0x08, 4, 1);
    expect_fault(rig, "before it read as 0");
    run(rig, 90 * MICROSECOND);
    wr(rig, 0x08, 4, 1);
    expect_fault(rig, "100 us");
}

static void crst_with_dma_running_is_a_fault(void **state)
{
    struct rig *rig = *state;

    rig_start(rig);
    wr(rig, 0x08, 4, 0);
    expect_fault(rig, "CRST is cleared while the CORB");
}

static void a_state_change_wakes_if_enabled(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x08, 4, 1);
    run(rig, 100 * MICROSECOND);
    wr(rig, 0x0C, 2, 4); /* WAKEEN: codec 2 */
    wr(rig, 0x20, 4, 0xC0000000);
    run_frames(rig, 12);
    assert_false(sim_controller_take_message(rig->c));
    run_frames(rig, 1);
    assert_true(sim_controller_take_message(rig->c));
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000);
}

static void a_command_before_521_us_gets_no_answer(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 0x12345;

    wr(rig, 0x08, 4, 1);
    run(rig, 100 * MICROSECOND);
    wr(rig, 0x40, 4, BASE + CORB_AT);
    wr(rig, 0x50, 4, BASE + RIRB_AT);
    wr(rig, 0x5C, 1, 2);
    wr(rig, 0x4C, 1, 2);
    run_frames(rig, 23);
    send_commands(rig, &command, 1);
    run_frames(rig, 1);
    expect_fault(rig, "521 us");
    assert_int_equal(rig->codecs[0].commands, 0);
    send_commands(rig, &command, 1);
    run_frames(rig, 2);
    assert_int_equal(rig->codecs[0].commands, 1);
    assert_int_equal(rd(rig, 0x58, 2), 1);
}

/* ---- CORB and RIRB (HDA 4.4) -------------------------------------------------------------------- */

static void one_command_a_frame_and_responses_in_the_next(void **state)
{
    struct rig *rig = *state;
    uint32_t commands[5];

    for (uint32_t i = 0; i < 5; i++)
        commands[i] = (i & 1) << 29 | i;
    run(rig, 100);
    send_commands(rig, commands, 5);
    for (uint32_t i = 1; i <= 6; i++) {
        run(rig, i == 1 ? FRAME - 100 : FRAME);
        assert_int_equal(rd(rig, 0x4A, 2), i < 5 ? i : 5);
        assert_int_equal(rd(rig, 0x58, 2), i - 1);
        assert_int_equal(rig->codecs[0].commands + rig->codecs[2].commands, i < 5 ? i : 5);
    }
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(get32(rig, RIRB_AT + 8 * (i + 1)), ~commands[i]);
        assert_int_equal(get32(rig, RIRB_AT + 8 * (i + 1) + 4), commands[i] >> 28);
    }
}

static void rings_wrap_and_keep_up_with_256_commands(void **state)
{
    struct rig *rig = *state;
    uint32_t commands[255];

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 255; i++)
            commands[i] = round << 8 | i;
        send_commands(rig, commands, 255);
        run_frames(rig, 256);
        assert_int_equal(rd(rig, 0x58, 2), 255 * (round + 1) % 256);
    }
    assert_int_equal(rig->codecs[0].commands, 765);
    for (unsigned i = 0; i < 600; i++)
        assert_int_equal(rig->codecs[0].command[i], (i / 255) << 8 | i % 255);
}

static void an_absent_codec_leaves_no_response(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {0x10000000, 0xF0000000, 0x5};

    send_commands(rig, commands, 3);
    run_frames(rig, 10);
    assert_int_equal(rd(rig, 0x58, 2), 1);
    assert_int_equal(get32(rig, RIRB_AT + 8), ~5u);
}

static void rintcnt_responses_raise_an_interrupt(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 2, 3, 4, 5};

    wr(rig, 0x5A, 2, 2);
    send_commands(rig, commands, 5);
    run_frames(rig, 2);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x58, 2), 2);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
    wr(rig, 0x5D, 1, 1);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
}

static void an_empty_slot_after_a_response_raises_an_interrupt(void **state)
{
    struct rig *rig = *state;
    const uint32_t commands[] = {1, 2, 3};

    send_commands(rig, commands, 3);
    run_frames(rig, 4);
    assert_int_equal(rd(rig, 0x58, 2), 3);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
    wr(rig, 0x5D, 1, 1);
    run_frames(rig, 100);
    assert_int_equal(rd(rig, 0x5D, 1), 0); /* once */
}

static void rintcnt_0_stands_for_256(void **state)
{
    struct rig *rig = *state;
    uint32_t commands[255] = {0};

    send_commands(rig, commands, 255);
    run_frames(rig, 200);
    send_commands(rig, commands, 100);
    run_frames(rig, 56);
    assert_int_equal(rd(rig, 0x58, 2), 255);
    assert_int_equal(rd(rig, 0x5D, 1), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x58, 2), 0);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
}

static void corbrp_reset_is_a_handshake(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    send_commands(rig, &command, 1);
    run_frames(rig, 3);
    wr(rig, 0x4A, 2, 0x8000);
    expect_fault(rig, "CORBRP is reset while");
    wr(rig, 0x4C, 1, 0);
    assert_int_equal(rd(rig, 0x4C, 1), 2); /* it stops when a frame begins */
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x4C, 1), 0);
    wr(rig, 0x4A, 2, 0x8000);
    assert_int_equal(rd(rig, 0x4A, 2), 1);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x4A, 2), 0x8000);
    wr(rig, 0x4A, 2, 0);
    assert_int_equal(rd(rig, 0x4A, 2), 0x8000);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x4A, 2), 0);
}

static void rirbwp_reset_needs_dma_stopped_and_reads_0(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    send_commands(rig, &command, 1);
    run_frames(rig, 3);
    wr(rig, 0x58, 2, 0x8000);
    expect_fault(rig, "RIRBWP");
    assert_int_equal(rd(rig, 0x58, 2), 1);
    wr(rig, 0x5C, 1, 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x5C, 1), 0);
    wr(rig, 0x58, 2, 0x8000);
    assert_int_equal(rd(rig, 0x58, 2), 0);
}

static void ring_registers_are_fixed_while_dma_runs(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x40, 4, 0);
    expect_fault(rig, "CORBLBASE");
    wr(rig, 0x4E, 1, 2);
    expect_fault(rig, "CORBSIZE");
    wr(rig, 0x54, 4, 1);
    expect_fault(rig, "RIRBUBASE");
    assert_int_equal(rd(rig, 0x40, 4), BASE + CORB_AT);
}

static void a_small_ring_wraps_at_its_size(void **state)
{
    const struct sim_shape shape = {.outputs = 1, .ring_sizes = 0x70, .address64 = true};
    struct rig *rig = rig_create(&shape);
    void *other = rig;

    (void)state;
    wr(rig, 0x08, 4, 1);
    run(rig, 1000 * MICROSECOND);
    wr(rig, 0x4E, 1, 0);
    wr(rig, 0x5E, 1, 1);
    wr(rig, 0x40, 4, BASE + CORB_AT);
    wr(rig, 0x50, 4, BASE + RIRB_AT);
    wr(rig, 0x5C, 1, 2);
    wr(rig, 0x4C, 1, 2);
    for (uint32_t i = 1; i <= 20; i++) {
        put32(rig, CORB_AT + 4 * (i & 1), i);
        wr(rig, 0x48, 2, i & 1);
        run_frames(rig, 2);
        assert_int_equal(rd(rig, 0x4A, 2), i & 1);
        assert_int_equal(rd(rig, 0x58, 2), i & 15);
        assert_int_equal(get32(rig, RIRB_AT + 8 * (i & 15)), ~i);
    }
    wr(rig, 0x48, 2, 2);
    expect_fault(rig, "CORBWP");
    rig_teardown(&other);
}

static void a_command_outside_of_memory_is_a_memory_error(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x4C, 1, 0);
    run_frames(rig, 1);
    wr(rig, 0x40, 4, BASE + MEMORY);
    wr(rig, 0x20, 4, 0xC0000000);
    wr(rig, 0x4C, 1, 3);
    wr(rig, 0x48, 2, 1);
    run_frames(rig, 1);
    expect_fault(rig, "CORB entry at 10200004h");
    assert_int_equal(rd(rig, 0x4D, 1), 1);
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000);
    assert_int_equal(rd(rig, 0x4C, 1), 1);
}

static void a_response_outside_of_memory_is_a_fault(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    wr(rig, 0x5C, 1, 0);
    run_frames(rig, 1);
    wr(rig, 0x54, 4, 77);
    wr(rig, 0x5C, 1, 2);
    send_commands(rig, &command, 1);
    run_frames(rig, 2);
    expect_fault(rig, "RIRB entry");
    wr(rig, 0x5C, 1, 0);
    send_commands(rig, &command, 1);
    run_frames(rig, 2);
    expect_fault(rig, "its response is lost");
}

/* ---- Immediate commands (HDA 3.4) --------------------------------------------------------------- */

static void stop_rings(struct rig *rig)
{
    wr(rig, 0x4C, 1, 0);
    wr(rig, 0x5C, 1, 0);
    run_frames(rig, 1);
}

static void an_immediate_command_answers_in_icii(void **state)
{
    struct rig *rig = *state;

    stop_rings(rig);
    wr(rig, 0x60, 4, 0x20001234);
    wr(rig, 0x68, 2, 3);
    assert_int_equal(rd(rig, 0x68, 2), 1);
    run_frames(rig, 1);
    assert_int_equal(rig->codecs[2].commands, 1);
    assert_int_equal(rd(rig, 0x68, 2), 1);
    wr(rig, 0x68, 2, 1);
    expect_fault(rig, "while ICB is 1");
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x68, 2), 2);
    assert_int_equal(rd(rig, 0x64, 4), ~0x20001234u);
    assert_int_equal(rd(rig, 0x58, 2), 0);
    wr(rig, 0x68, 2, 2);
    assert_int_equal(rd(rig, 0x68, 2), 0);
}

static void an_immediate_command_to_nobody_stays_busy(void **state)
{
    struct rig *rig = *state;

    stop_rings(rig);
    wr(rig, 0x60, 4, 0x30000000);
    wr(rig, 0x68, 2, 1);
    run_frames(rig, 1000);
    assert_int_equal(rd(rig, 0x68, 2), 1);
    wr(rig, 0x68, 2, 0);
    assert_int_equal(rd(rig, 0x68, 2), 0);
}

static void an_immediate_command_beside_the_corb_is_a_fault(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x68, 2, 1);
    expect_fault(rig, "immediate command");
    assert_int_equal(rd(rig, 0x68, 2), 0);
}

/* ---- Interrupts (HDA 3.3.14, 3.3.15) ------------------------------------------------------------ */

static void a_message_is_sent_when_the_or_of_causes_rises(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    wr(rig, 0x20, 4, 0xC0000000);
    wr(rig, 0x5A, 2, 1);
    send_commands(rig, &command, 1);
    run_frames(rig, 2);
    assert_true(sim_controller_asserted(rig->c));
    assert_true(sim_controller_take_message(rig->c));
    send_commands(rig, &command, 1); /* a second response: the OR stays high */
    run_frames(rig, 5);
    assert_false(sim_controller_take_message(rig->c));
    wr(rig, 0x5D, 1, 1);
    assert_false(sim_controller_asserted(rig->c));
    send_commands(rig, &command, 1);
    run_frames(rig, 2);
    assert_true(sim_controller_take_message(rig->c));
}

static void enabling_a_pending_cause_raises_the_or(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000); /* the status does not depend on INTCTL */
    assert_false(sim_controller_take_message(rig->c));
    wr(rig, 0x20, 4, 0x40000000);
    assert_false(sim_controller_take_message(rig->c));
    wr(rig, 0x20, 4, 0xC0000000);
    assert_true(sim_controller_take_message(rig->c));
    wr(rig, 0x20, 4, 0x40000000);
    wr(rig, 0x20, 4, 0xC0000000); /* down and up again */
    assert_true(sim_controller_take_message(rig->c));
}

static void rintctl_gates_the_response_interrupt(void **state)
{
    struct rig *rig = *state;
    const uint32_t command = 1;

    wr(rig, 0x5C, 1, 2);
    send_commands(rig, &command, 1);
    run_frames(rig, 5);
    assert_int_equal(rd(rig, 0x5D, 1), 1);
    assert_int_equal(rd(rig, 0x24, 4), 0);
    wr(rig, 0x5C, 1, 3);
    assert_int_equal(rd(rig, 0x24, 4), 0xC0000000);
}

static void nothing_to_do_is_never(void **state)
{
    struct rig *rig = *state;

    run_frames(rig, 2);
    assert_true(sim_controller_next(rig->c) == UINT64_MAX);
}

int main(void)
{
#define COLD(name)    cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
#define RUNNING(name) cmocka_unit_test_setup_teardown(name, rig_setup_running, rig_teardown)
    const struct CMUnitTest tests[] = {
        COLD(crst_reads_back_after_a_while_both_ways),
        COLD(crst_that_is_cleared_before_it_reads_1_starts_nothing),
        COLD(codecs_ask_for_their_address_within_25_frames),
        COLD(wake_registers_survive_a_reset),
        COLD(crst_must_stay_low_for_100_us),
        COLD(crst_with_dma_running_is_a_fault),
        COLD(a_state_change_wakes_if_enabled),
        COLD(a_command_before_521_us_gets_no_answer),
        RUNNING(one_command_a_frame_and_responses_in_the_next),
        RUNNING(rings_wrap_and_keep_up_with_256_commands),
        RUNNING(an_absent_codec_leaves_no_response),
        RUNNING(rintcnt_responses_raise_an_interrupt),
        RUNNING(an_empty_slot_after_a_response_raises_an_interrupt),
        RUNNING(rintcnt_0_stands_for_256),
        RUNNING(corbrp_reset_is_a_handshake),
        RUNNING(rirbwp_reset_needs_dma_stopped_and_reads_0),
        RUNNING(ring_registers_are_fixed_while_dma_runs),
        COLD(a_small_ring_wraps_at_its_size),
        RUNNING(a_command_outside_of_memory_is_a_memory_error),
        RUNNING(a_response_outside_of_memory_is_a_fault),
        RUNNING(an_immediate_command_answers_in_icii),
        RUNNING(an_immediate_command_to_nobody_stays_busy),
        RUNNING(an_immediate_command_beside_the_corb_is_a_fault),
        RUNNING(a_message_is_sent_when_the_or_of_causes_rises),
        RUNNING(enabling_a_pending_cause_raises_the_or),
        RUNNING(rintctl_gates_the_response_interrupt),
        RUNNING(nothing_to_do_is_never),
    };

    return cmocka_run_group_tests_name("sim link", tests, NULL, NULL);
}
