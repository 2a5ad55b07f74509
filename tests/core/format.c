/* SPDX-License-Identifier: BSD-2-Clause */
/* format.c - stream formats and their encoding (HDA 3.7.1, DDI Formats). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/format.h"

static HDAUDIO_STREAM_FORMAT stream(ULONG rate, USHORT valid, USHORT container, USHORT channels)
{
    return (HDAUDIO_STREAM_FORMAT){rate, valid, container, channels};
}

static uint16_t encoding(HDAUDIO_STREAM_FORMAT of)
{
    struct hda_format format;

    assert_true(hda_format_encode(&of, &format));
    return format.encoding;
}

static bool refused(HDAUDIO_STREAM_FORMAT of)
{
    struct hda_format format;

    return !hda_format_encode(&of, &format);
}

/* HDA 3.7.1, table 53 and the examples of chapter 5. */
static void rates_have_the_encoding_of_the_specification(void **state)
{
    static const struct {
        ULONG rate;
        uint16_t encoding;
    } rates[] = {
        {48000, 0x0000},  {44100, 0x4000}, {96000, 0x0800},  {192000, 0x1800},
        {144000, 0x1000}, {88200, 0x4800}, {176400, 0x5800}, {32000, 0x0A00},
        {24000, 0x0100},  {22050, 0x4100}, {16000, 0x0200},  {12000, 0x0300},
        {11025, 0x4300},  {9600, 0x0400},  {8000, 0x0500},   {6000, 0x0700},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        assert_int_equal(encoding(stream(rates[i].rate, 16, 16, 2)), rates[i].encoding | 0x0011);
}

static void rates_without_an_exact_encoding_are_refused(void **state)
{
    static const ULONG rates[] = {0, 1, 44099, 44101, 47999, 48001, 50000, 384000, 192001, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        assert_true(refused(stream(rates[i], 16, 16, 2)));
}

static void the_encoding_names_the_valid_bits_not_the_container(void **state)
{
    (void)state;
    assert_int_equal(encoding(stream(48000, 8, 8, 1)), 0x0000);
    assert_int_equal(encoding(stream(48000, 16, 16, 1)), 0x0010);
    assert_int_equal(encoding(stream(48000, 20, 32, 1)), 0x0020);
    assert_int_equal(encoding(stream(48000, 24, 32, 1)), 0x0030);
    assert_int_equal(encoding(stream(48000, 32, 32, 1)), 0x0040);
}

static void only_the_five_pairs_of_size_and_container_exist(void **state)
{
    static const USHORT bits[] = {0, 1, 8, 12, 16, 18, 20, 24, 32, 64};
    unsigned accepted = 0;

    (void)state;
    for (size_t valid = 0; valid < sizeof(bits) / sizeof(bits[0]); valid++) {
        for (size_t container = 0; container < sizeof(bits) / sizeof(bits[0]); container++)
            accepted += !refused(stream(48000, bits[valid], bits[container], 2));
    }
    assert_int_equal(accepted, 5);
    assert_true(refused(stream(48000, 24, 24, 2)));
    assert_true(refused(stream(48000, 20, 24, 2)));
    assert_true(refused(stream(48000, 16, 32, 2)));
}

static void one_to_sixteen_channels(void **state)
{
    (void)state;
    assert_true(refused(stream(48000, 16, 16, 0)));
    for (USHORT channels = 1; channels <= 16; channels++)
        assert_int_equal(encoding(stream(48000, 16, 16, channels)) & 0xF, channels - 1);
    assert_true(refused(stream(48000, 16, 16, 17)));
    assert_true(refused(stream(48000, 16, 16, 300)));
}

static void a_block_is_a_container_for_each_channel(void **state)
{
    HDAUDIO_STREAM_FORMAT eight = stream(192000, 24, 32, 8);
    struct hda_format format;

    (void)state;
    assert_true(hda_format_encode(&eight, &format));
    assert_int_equal(format.block, 32);
    assert_int_equal(format.multiple, 4);
}

static void a_divided_rate_sends_the_multiplier_in_a_frame_that_carries_any(void **state)
{
    HDAUDIO_STREAM_FORMAT divided = stream(32000, 16, 16, 2);
    struct hda_format format;

    (void)state;
    assert_true(hda_format_encode(&divided, &format));
    assert_int_equal(format.multiple, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_have_the_encoding_of_the_specification),
        cmocka_unit_test(rates_without_an_exact_encoding_are_refused),
        cmocka_unit_test(the_encoding_names_the_valid_bits_not_the_container),
        cmocka_unit_test(only_the_five_pairs_of_size_and_container_exist),
        cmocka_unit_test(one_to_sixteen_channels),
        cmocka_unit_test(a_block_is_a_container_for_each_channel),
        cmocka_unit_test(a_divided_rate_sends_the_multiplier_in_a_frame_that_carries_any),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
