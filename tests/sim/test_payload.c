/* SPDX-License-Identifier: BSD-2-Clause */
/* test_payload.c - what FIFOs, SDO and SDI lines carry, and striping (HDA 3.3.5, 3.3.6, 3.3.35). */
#include "rig.h"

/* SD0 to SD2 are inputs, SD3 to SD5 outputs, SD6 either. */
static const struct sim_shape plain = {
    .inputs = 3,
    .outputs = 3,
    .bidirectional = 1,
    .ring_sizes = 0x40,
    .output_payload = 60,
    .input_payload = 29,
};
#define INPUT  0
#define OUTPUT 3
#define EITHER 6

static struct rig *rig;

static void create(const struct sim_shape *shape)
{
    rig = rig_create(shape);
    rig_start(rig);
}

static void destroy(void)
{
    void *state = rig;

    rig_teardown(&state);
}

static void send(unsigned address, uint16_t tags)
{
    rig->codecs[address].sends_then = tags;
    rig->codecs[address].next = frame_of(rig) + 1;
}

/* Runs the stream; `words`: the fault that keeps it from it, or NULL. */
static void attempt(unsigned stream, uint16_t format, const char *words)
{
    prepare_halves(rig, stream, format, 0xC00);
    start(rig, stream);
    assert_int_equal(rd(rig, SD(stream) + CTL, 1) & 2, words ? 0 : 2);
    if (!words) {
        expect_no_fault(rig);
        wr(rig, SD(stream) + CTL, 1, 0x1C);
        run_frames(rig, 1);
    } else {
        expect_fault(rig, words);
    }
    wr(rig, SD(stream) + CTL, 1, 1);
    run_frames(rig, 1);
    wr(rig, SD(stream) + CTL, 1, 0);
    run_frames(rig, 1);
}

/* ---- One stream: OUTSTRMPAY, INSTRMPAY ---------------------------------------------------------- */

static void registers_say_what_there_is(void **state)
{
    struct sim_shape shape = plain;

    (void)state;
    shape.output_payload = 50;
    shape.input_payload = 20;
    shape.output_stream_payload = 40;
    shape.input_stream_payload = 10;
    shape.padding = SIM_PAD_TO_CONTAINER;
    create(&shape);
    assert_int_equal(rd(rig, 0x04, 2), 50);
    assert_int_equal(rd(rig, 0x06, 2), 20);
    assert_int_equal(rd(rig, 0x18, 2), 0x8000 | 40);
    assert_int_equal(rd(rig, 0x1A, 2), 0x8000 | 10);
    destroy();
}

/* Twelve channels of 20 bits: 15 words as they are, 18 in bytes, 24 in their containers. */
static void check_padding(enum sim_padding padding, uint16_t words)
{
    struct sim_shape shape = plain;

    shape.padding = padding;
    shape.output_stream_payload = shape.input_stream_payload = words;
    create(&shape);
    attempt(OUTPUT, 0x002B, NULL);
    attempt(INPUT, 0x002B, NULL);
    attempt(EITHER, 0x002B, NULL);
    destroy();
    shape.output_stream_payload--;
    create(&shape);
    attempt(OUTPUT, 0x002B, "SD3: RUN with format 002Bh, more than OUTSTRMPAY allows");
    attempt(INPUT, 0x002B, NULL);
    destroy();
    shape.output_stream_payload++;
    shape.input_stream_payload--;
    create(&shape);
    attempt(OUTPUT, 0x002B, NULL);
    attempt(INPUT, 0x002B, "SD0: RUN with format 002Bh, more than INSTRMPAY allows");
    attempt(EITHER, 0x002B, "SD6: RUN with format 002Bh, more than INSTRMPAY allows");
    destroy();
}

static void a_stream_fits_its_fifo_with_the_padding_of_the_controller(void **state)
{
    (void)state;
    check_padding(SIM_PAD_NOT, 15);
    check_padding(SIM_PAD_TO_BYTE, 18);
    check_padding(SIM_PAD_TO_CONTAINER, 24);
}

static void without_a_figure_a_stream_is_bounded_by_the_line_alone(void **state)
{
    (void)state;
    create(&plain);
    attempt(OUTPUT, 0x103F, "OUTPAY"); /* 16 channels of 24 bits at 144 kHz: 72 words */
    attempt(OUTPUT, 0x103B, NULL);     /* 12 channels: 54 */
    attempt(INPUT, 0x103F, NULL);      /* nobody sends it */
    destroy();
}

/* ---- SDO ---------------------------------------------------------------------------------------- */

static void outputs_share_the_line(void **state)
{
    (void)state;
    create(&plain);
    prepare_halves(rig, INPUT, 0x1837, 0xC00); /* no output */
    start(rig, INPUT);
    prepare_halves(rig, OUTPUT, 0x1837, 0xC00); /* 192 kHz, 8 channels of 24 bits: 48 words */
    start(rig, OUTPUT);
    attempt(OUTPUT + 1, 0x0837, "OUTPAY"); /* 96 kHz: 24 */
    attempt(OUTPUT + 1, 0x0037, NULL);     /* 48 kHz: 12, which makes 60 */
    attempt(INPUT + 1, 0x0837, NULL);      /* inputs are on other lines */
    destroy();
}

/* ---- SDI ---------------------------------------------------------------------------------------- */

static void run_inputs(uint16_t first, uint16_t second)
{
    prepare_halves(rig, INPUT, first, 0xC00);
    prepare_halves(rig, INPUT + 1, second, 0xC00);
    start(rig, INPUT);
    start(rig, INPUT + 1);
    run_frames(rig, 10);
}

/* 29 words are 464 bits; each stream has 10 bits before its samples. */
static void inputs_of_one_codec_share_its_line(void **state)
{
    (void)state;
    create(&plain);
    send(0, 1u << 1 | 1u << 2);
    run_inputs(0x001B, 0x0017); /* 12 and 8 channels of 16 bits: 202 + 138 bits */
    expect_no_fault(rig);
    assert_int_not_equal(rd(rig, SD(INPUT + 1) + LPIB, 4), 0);
    destroy();
    create(&plain);
    send(0, 1u << 1 | 1u << 2);
    run_inputs(0x001B, 0x001F); /* 202 + 266 = 468 bits */
    expect_fault(rig, "SD1: with it codec 0 sends 468 bits a frame: INPAY is less");
    assert_int_not_equal(rd(rig, SD(INPUT) + LPIB, 4), 0);
    assert_int_equal(rd(rig, SD(INPUT + 1) + LPIB, 4), 0);
    run_frames(rig, 100); /* said once */
    destroy();
}

static void an_input_that_does_not_move_takes_no_room(void **state)
{
    (void)state;
    create(&plain);
    wr(rig, 0x38, 4, 1u << INPUT); /* SSYNC holds it */
    send(0, 1u << 1 | 1u << 2);
    run_inputs(0x001B, 0x001F);
    expect_no_fault(rig);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 0);
    assert_int_not_equal(rd(rig, SD(INPUT + 1) + LPIB, 4), 0);
    destroy();
}

/* Three channels of 20 bits are 60 bits, which makes 64 and 10: two of them are more than 9 words. */
static void what_comes_in_is_whole_bytes(void **state)
{
    struct sim_shape shape = plain;

    (void)state;
    shape.input_payload = 9;
    create(&shape);
    send(0, 1u << 1 | 1u << 2);
    run_inputs(0x0022, 0x0022);
    expect_fault(rig, "SD1: with it codec 0 sends 148 bits a frame: INPAY is less");
    destroy();
}

static void each_codec_has_a_line_of_its_own(void **state)
{
    (void)state;
    create(&plain);
    send(0, 1u << 1);
    send(2, 1u << 2);
    run_inputs(0x001B, 0x001F);
    expect_no_fault(rig);
    assert_int_equal(rd(rig, SD(INPUT) + LPIB, 4), 24 * 9);
    assert_int_equal(rd(rig, SD(INPUT + 1) + LPIB, 4), 32 * 9);
    assert_int_equal(rig->codecs[0].sent[1], 12 * 9);
    assert_int_equal(rig->codecs[2].sent[2], 16 * 9);
    destroy();
}

static void two_lines_must_not_carry_one_tag(void **state)
{
    (void)state;
    create(&plain);
    send(0, 1u << 1);
    send(2, 1u << 1);
    run_inputs(0x0011, 0x0011);
    expect_fault(rig, "SD0: codecs 0 and 2 both send stream tag 1");
    assert_int_equal(rig->codecs[0].sent[1], 2 * 9);
    assert_int_equal(rig->codecs[2].sent[1], 0);
    run_frames(rig, 100);
    destroy();
}

/* ---- Striping (HDA 3.3.35) ---------------------------------------------------------------------- */

static void set_stripe(unsigned stream, uint32_t stripe)
{
    wr(rig, SD(stream) + TAG, 1, stripe);
}

static void check_lines(unsigned lines, uint32_t gcap)
{
    static const uint32_t stripes[] = {0, 1, 2, 3};
    struct sim_shape shape = plain;

    shape.output_lines = lines;
    create(&shape);
    assert_int_equal(rd(rig, 0x00, 2), 0x3308 | gcap);
    for (unsigned i = 0; i < 4; i++) {
        bool good = i < 3 && 1u << i <= lines;

        set_stripe(OUTPUT, stripes[i]);
        if (!good)
            expect_fault(rig, "SD3CTL is written with STRIPE over more SDO lines than there are");
        assert_int_equal(rd(rig, SD(OUTPUT) + TAG, 1) & 3, good ? stripes[i] : lines / 2);
    }
    set_stripe(OUTPUT, 0);
    assert_int_equal(rd(rig, SD(OUTPUT) + TAG, 1), 0);
    destroy();
}

static void stripe_goes_over_as_many_lines_as_there_are(void **state)
{
    (void)state;
    check_lines(1, 0);
    check_lines(2, 2);
    check_lines(4, 4);
}

static void inputs_have_one_line(void **state)
{
    struct sim_shape shape = plain;

    (void)state;
    shape.output_lines = 4;
    create(&shape);
    set_stripe(INPUT, 1);
    expect_fault(rig, "SD0CTL is written with STRIPE, which inputs do not have");
    set_stripe(EITHER, 1);
    expect_no_fault(rig); /* it may become an output yet */
    attempt(EITHER, 0x0011, "SD6: RUN with STRIPE of an input");
    destroy();
}

static void a_codec_hears_on_how_many_lines(void **state)
{
    struct sim_shape shape = plain;

    (void)state;
    shape.output_lines = 4;
    for (unsigned i = 0; i < 3; i++) {
        create(&shape);
        set_stripe(OUTPUT, i);
        prepare_halves(rig, OUTPUT, 0x0011, 0xC00);
        start(rig, OUTPUT);
        run_frames(rig, 10);
        assert_int_equal(rig->codecs[0].last.lines, 1u << i);
        assert_int_equal(rig->codecs[0].heard, 18);
        destroy();
    }
}

static void a_striped_stream_takes_its_part_of_each_line(void **state)
{
    struct sim_shape shape = plain;

    (void)state;
    shape.output_lines = 2;
    create(&shape);
    set_stripe(OUTPUT, 1);
    prepare_halves(rig, OUTPUT, 0x1837, 0xC00); /* 48 words, 24 on each of two lines */
    start(rig, OUTPUT);
    set_stripe(OUTPUT + 1, 1);
    prepare_halves(rig, OUTPUT + 1, 0x1837, 0xC00);
    start(rig, OUTPUT + 1);
    expect_no_fault(rig);
    attempt(OUTPUT + 2, 0x0837, "OUTPAY"); /* 24 words, where 12 are left */
    set_stripe(OUTPUT + 2, 1);
    attempt(OUTPUT + 2, 0x0837, NULL);
    destroy();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_say_what_there_is),
        cmocka_unit_test(a_stream_fits_its_fifo_with_the_padding_of_the_controller),
        cmocka_unit_test(without_a_figure_a_stream_is_bounded_by_the_line_alone),
        cmocka_unit_test(outputs_share_the_line),
        cmocka_unit_test(inputs_of_one_codec_share_its_line),
        cmocka_unit_test(an_input_that_does_not_move_takes_no_room),
        cmocka_unit_test(what_comes_in_is_whole_bytes),
        cmocka_unit_test(each_codec_has_a_line_of_its_own),
        cmocka_unit_test(two_lines_must_not_carry_one_tag),
        cmocka_unit_test(stripe_goes_over_as_many_lines_as_there_are),
        cmocka_unit_test(inputs_have_one_line),
        cmocka_unit_test(a_codec_hears_on_how_many_lines),
        cmocka_unit_test(a_striped_stream_takes_its_part_of_each_line),
    };

    return cmocka_run_group_tests_name("sim payload", tests, NULL, NULL);
}
