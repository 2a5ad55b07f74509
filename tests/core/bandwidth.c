/* SPDX-License-Identifier: BSD-2-Clause */
/* bandwidth.c - what streams need of the link, and what is left (DDI Bandwidth). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/bandwidth.h"
#include "core/core.h"

static struct hda_format format_of(ULONG rate, USHORT valid, USHORT channels)
{
    HDAUDIO_STREAM_FORMAT stream = {rate, valid, valid > 16 ? 32 : valid, channels};
    struct hda_format format;

    assert_true(hda_format_encode(&stream, &format));
    return format;
}

static uint32_t render_bits(struct hda_format format, uint8_t stripes)
{
    return hda_bandwidth_need(&format, true, 0, stripes).bits;
}

static void a_frame_carries_blocks_times_channels_times_bits(void **state)
{
    (void)state;
    assert_int_equal(render_bits(format_of(48000, 16, 2), 1), 32);
    assert_int_equal(render_bits(format_of(192000, 24, 8), 1), 4 * 24 * 8);
    assert_int_equal(render_bits(format_of(96000, 20, 2), 1), 2 * 20 * 2);
}

static void the_44_1_family_counts_as_its_48_khz_relative(void **state)
{
    (void)state;
    assert_int_equal(render_bits(format_of(44100, 16, 2), 1), render_bits(format_of(48000, 16, 2), 1));
    assert_int_equal(render_bits(format_of(176400, 16, 2), 1), render_bits(format_of(192000, 16, 2), 1));
}

/* 32 kHz is 48 x 2 / 3: two blocks in one frame of three. */
static void a_divided_rate_counts_the_blocks_of_a_frame_that_carries_any(void **state)
{
    (void)state;
    assert_int_equal(render_bits(format_of(8000, 16, 2), 1), 32);
    assert_int_equal(render_bits(format_of(32000, 16, 2), 1), 64);
    assert_int_equal(render_bits(format_of(36000, 16, 2), 1), 96);
}

static void stripes_divide_what_each_line_carries(void **state)
{
    (void)state;
    assert_int_equal(render_bits(format_of(192000, 24, 8), 2), 4 * 24 * 8 / 2);
    assert_int_equal(render_bits(format_of(192000, 24, 8), 4), 4 * 24 * 8 / 4);
}

static void inbound_packets_are_bytes_behind_a_tag(void **state)
{
    struct hda_format format = format_of(48000, 20, 1);

    (void)state;
    assert_int_equal(hda_bandwidth_need(&format, false, 0, 1).bits, 24 + 10);
}

/* A bus with engines that hold what the tests say. */
static struct hda_engine engines[3];
static struct hda_bus bus;

static int reset(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof(bus));
    memset(engines, 0, sizeof(engines));
    bus.engines = engines;
    bus.engine_count = 3;
    bus.capabilities.output_payload = 60;
    bus.capabilities.input_payload = 29;
    bus.capabilities.output_stream_payload = 48;
    bus.capabilities.input_stream_payload = 24;
    return 0;
}

static void hold(unsigned engine, struct hda_format format, bool render, uint8_t line)
{
    engines[engine].handle = &engines[engine];
    engines[engine].reservation = hda_bandwidth_need(&format, render, line, 1);
}

static NTSTATUS check(struct hda_format format, bool render, uint8_t line, uint8_t stripes)
{
    struct hda_reservation need = hda_bandwidth_need(&format, render, line, stripes);

    return hda_bandwidth_check(&bus, &format, &need, NULL);
}

static void a_stream_above_the_stream_payload_is_too_small_a_buffer(void **state)
{
    (void)state;
    assert_int_equal(check(format_of(192000, 24, 8), true, 0, 1), STATUS_SUCCESS);
    assert_int_equal(check(format_of(192000, 32, 8), true, 0, 1), STATUS_BUFFER_TOO_SMALL);
}

static void striping_does_not_change_the_stream_payload(void **state)
{
    (void)state;
    assert_int_equal(check(format_of(192000, 32, 8), true, 0, 4), STATUS_BUFFER_TOO_SMALL);
}

static void the_stream_payload_counts_the_padding_of_the_fifo(void **state)
{
    (void)state;
    bus.capabilities.output_stream_payload = 0x8000 | 48; /* to the container: 24 bits take 32 */
    assert_int_equal(check(format_of(192000, 24, 8), true, 0, 1), STATUS_BUFFER_TOO_SMALL);
    bus.capabilities.output_stream_payload = 48; /* to bytes: 20 bits take 24 */
    assert_int_equal(check(format_of(192000, 20, 8), true, 0, 1), STATUS_SUCCESS);
    bus.capabilities.output_stream_payload = 47;
    assert_int_equal(check(format_of(192000, 20, 8), true, 0, 1), STATUS_BUFFER_TOO_SMALL);
    bus.capabilities.output_stream_payload = 0xC000 | 40; /* not at all: 4 * 8 * 20 bits are 40 words */
    assert_int_equal(check(format_of(192000, 20, 8), true, 0, 1), STATUS_SUCCESS);
}

static void more_than_is_left_of_the_line_is_insufficient_resources(void **state)
{
    (void)state;
    hold(0, format_of(192000, 24, 8), true, 0); /* 48 of 60 words */
    assert_int_equal(check(format_of(48000, 24, 8), true, 0, 1), STATUS_SUCCESS);
    assert_int_equal(check(format_of(96000, 24, 8), true, 0, 1), STATUS_INSUFFICIENT_RESOURCES);
}

static void each_sdi_line_is_counted_by_itself(void **state)
{
    (void)state;
    hold(0, format_of(192000, 16, 4), false, 3);
    assert_int_equal(check(format_of(192000, 16, 4), false, 3, 1), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(check(format_of(192000, 16, 4), false, 4, 1), STATUS_SUCCESS);
    assert_int_equal(check(format_of(192000, 24, 8), true, 0, 1), STATUS_SUCCESS);
}

static void a_change_does_not_count_what_the_engine_holds(void **state)
{
    struct hda_format format = format_of(192000, 24, 8);
    struct hda_reservation need = hda_bandwidth_need(&format, true, 0, 1);

    (void)state;
    hold(1, format, true, 0);
    assert_int_equal(hda_bandwidth_check(&bus, &format, &need, NULL), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(hda_bandwidth_check(&bus, &format, &need, &engines[1]), STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_carries_blocks_times_channels_times_bits),
        cmocka_unit_test(the_44_1_family_counts_as_its_48_khz_relative),
        cmocka_unit_test(a_divided_rate_counts_the_blocks_of_a_frame_that_carries_any),
        cmocka_unit_test(stripes_divide_what_each_line_carries),
        cmocka_unit_test(inbound_packets_are_bytes_behind_a_tag),
        cmocka_unit_test_setup(a_stream_above_the_stream_payload_is_too_small_a_buffer, reset),
        cmocka_unit_test_setup(striping_does_not_change_the_stream_payload, reset),
        cmocka_unit_test_setup(the_stream_payload_counts_the_padding_of_the_fifo, reset),
        cmocka_unit_test_setup(more_than_is_left_of_the_line_is_insufficient_resources, reset),
        cmocka_unit_test_setup(each_sdi_line_is_counted_by_itself, reset),
        cmocka_unit_test_setup(a_change_does_not_count_what_the_engine_holds, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
