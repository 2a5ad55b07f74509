/* SPDX-License-Identifier: BSD-2-Clause */
/* bdl.c - buffer sizes and descriptor lists (HDA 3.6, DDI DMA buffers). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/bdl.h"
#include "core/core.h"

/* ---- Sizes ----------------------------------------------------------------------------------- */

static void a_size_is_the_nearest_multiple_of_the_unit(void **state)
{
    (void)state;
    /* Stereo of 16 bits: blocks of 4 bytes, so a unit is 128 bytes, or 256 with two notifications. */
    assert_int_equal(hda_bdl_buffer_size(1000, 1, 4), 1024);
    assert_int_equal(hda_bdl_buffer_size(959, 1, 4), 896);
    assert_int_equal(hda_bdl_buffer_size(1000, 2, 4), 1024);
    assert_int_equal(hda_bdl_buffer_size(1151, 2, 4), 1024);
    /* Six channels of 32 bits: blocks of 24 bytes, 384 bytes is the least that holds whole ones and whole
     * fragments. */
    assert_int_equal(hda_bdl_buffer_size(1000, 1, 24), 1152);
    assert_int_equal(hda_bdl_buffer_size(1000, 2, 24), 768);
}

static void ties_go_up(void **state)
{
    (void)state;
    assert_int_equal(hda_bdl_buffer_size(960, 1, 4), 1024);
    assert_int_equal(hda_bdl_buffer_size(1152, 2, 4), 1280);
}

static void a_buffer_has_one_unit_and_two_fragments_at_least(void **state)
{
    (void)state;
    assert_int_equal(hda_bdl_buffer_size(1, 1, 4), 256);
    assert_int_equal(hda_bdl_buffer_size(1, 2, 4), 256);
    assert_int_equal(hda_bdl_buffer_size(1, 1, 24), 384);
    assert_int_equal(hda_bdl_buffer_size(1, 2, 24), 768);
}

static void what_the_length_register_cannot_hold_is_refused(void **state)
{
    (void)state;
    assert_int_equal(hda_bdl_buffer_size(SIZE_MAX, 2, 4), 0);
    assert_int_equal(hda_bdl_buffer_size((size_t)UINT32_MAX + 1, 1, 4), 0);
}

/* ---- Lists, over memory whose pages lie in runs ---------------------------------------------- */

static size_t run_bytes;
static uint32_t quirks;

/* Runs of run_bytes, each 1 MiB of address from the next. */
static size_t runs(void *device, PMDL mdl, size_t offset, uint64_t *address)
{
    (void)device;
    (void)mdl;
    *address = UINT64_C(0x10000000) + offset / run_bytes * 0x100000 + offset % run_bytes;
    return run_bytes - offset % run_bytes;
}

static HDAUDIO_BUFFER_DESCRIPTOR list[HDA_BDL_ENTRIES + 1];

static unsigned build(size_t size, unsigned notifications, size_t run)
{
    static const struct hda_device_ops device = {.pages_run = runs};
    struct hda_bus bus = {.device = &device, .config.quirks = quirks};

    run_bytes = run;
    list[HDA_BDL_ENTRIES].Length = 0xDEADBEEF;
    return hda_bdl_build(&bus, NULL, size, notifications, list);
}

static size_t bytes(unsigned entries)
{
    size_t sum = 0;

    for (unsigned i = 0; i < entries; i++)
        sum += list[i].Length;
    return sum;
}

static void contiguous_memory_still_makes_two_entries(void **state)
{
    (void)state;
    assert_int_equal(build(8192, 1, 65536), 2);
    assert_int_equal(bytes(2), 8192);
    assert_int_equal(list[0].InterruptOnCompletion, 0);
    assert_int_equal(list[1].InterruptOnCompletion, 1);
}

static void the_midpoint_interrupts_when_exactly_half_has_been_described(void **state)
{
    unsigned entries, middle = 0;

    (void)state;
    entries = build(3 * 4096 + 1024, 2, 4096);
    while (!list[middle].InterruptOnCompletion)
        middle++;
    assert_int_equal(bytes(middle + 1), (3 * 4096 + 1024) / 2);
    assert_int_equal(list[entries - 1].InterruptOnCompletion, 1);
    assert_int_equal(bytes(entries), 3 * 4096 + 1024);
}

static void without_notifications_nothing_interrupts(void **state)
{
    unsigned entries = build(65536, 0, 4096);

    (void)state;
    assert_int_equal(entries, 16);
    for (unsigned i = 0; i < entries; i++)
        assert_int_equal(list[i].InterruptOnCompletion, 0);
}

static void every_fragment_starts_on_128_bytes_and_none_is_described_twice(void **state)
{
    unsigned entries = build(100 * 128, 2, 4096);
    size_t offset = 0;

    (void)state;
    for (unsigned i = 0; i < entries; i++) {
        uint64_t address;

        assert_int_equal(list[i].Address.QuadPart % 128, 0);
        runs(NULL, NULL, offset, &address);
        assert_int_equal(list[i].Address.QuadPart, address);
        offset += list[i].Length;
    }
    assert_int_equal(offset, 100 * 128);
}

static void a_list_holds_256_entries_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(build(256 * 4096, 2, 4096), 256);
    assert_int_equal(build(257 * 4096, 1, 4096), 0);
    assert_int_equal(list[HDA_BDL_ENTRIES].Length, 0xDEADBEEF);
    assert_int_equal(build(16 << 20, 2, 65536), 256);
}

static void where_an_entry_must_not_cross_4_kib_none_does(void **state)
{
    unsigned entries;

    (void)state;
    quirks = HDA_QUIRK_4K_FRAGMENTS;
    entries = build(100 * 1024, 2, 65536);
    assert_int_equal(entries, 26); /* 12.5 pages each half */
    assert_int_equal(bytes(entries), 100 * 1024);
    for (unsigned i = 0; i < entries; i++)
        assert_int_equal(list[i].Address.QuadPart / 4096,
                         (list[i].Address.QuadPart + list[i].Length - 1) / 4096);
    assert_int_equal(build(256 * 4096, 2, 1 << 20), 256);
    assert_int_equal(build(257 * 4096, 1, 1 << 20), 0);
    quirks = 0;
}

/* ---- Lists that clients write (DDI BDL clients) ---------------------------------------------- */

static bool accepts(uint64_t first, uint32_t length, uint64_t second, uint32_t rest)
{
    struct hda_bus bus = {.config.quirks = quirks};
    struct hda_dma data = {.address = 0x10080, .size = 0x3000};

    list[0] = (HDAUDIO_BUFFER_DESCRIPTOR){.Address.QuadPart = (LONGLONG)first, .Length = length};
    list[1] = (HDAUDIO_BUFFER_DESCRIPTOR){.Address.QuadPart = (LONGLONG)second, .Length = rest};
    return hda_bdl_check(&bus, &data, list, 1, (size_t)length + rest);
}

static void a_client_describes_its_own_memory(void **state)
{
    (void)state;
    assert_true(accepts(0x10080, 0x1000, 0x11080, 0x2000));
    assert_true(accepts(0x13000, 0x80, 0x10080, 1));
    assert_false(accepts(0x10080, 0x1000, 0x11080, 0x2001));
    assert_false(accepts(0x10000, 0x1000, 0x11080, 0x2000));
    assert_false(accepts(0x10080, 0x1000, 0x13080, 1));
    assert_false(accepts(0x10080, 0x1000, UINT64_MAX - 0x7F, 0x80));
    assert_false(accepts(0x10080, 0x1000, 0x11080, UINT32_MAX));
    assert_false(accepts(0x10080, 0x1000, 0x11080, 0));
    assert_false(accepts(0x10080, 0x1000, 0x110C0, 0x80));
}

/* A sum of 2^32 is not one of 0. */
static void a_sum_does_not_wrap(void **state)
{
    struct hda_bus bus = {0};
    struct hda_dma data = {.address = 0, .size = 0x80000000};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        list[i] = (HDAUDIO_BUFFER_DESCRIPTOR){.Length = i < 2 ? 0x7FFFFF80 : 0x180};
    assert_false(hda_bdl_check(&bus, &data, list, 2, 0x80));
}

static void where_an_entry_must_not_cross_4_kib_a_client_s_may_not_either(void **state)
{
    (void)state;
    quirks = HDA_QUIRK_4K_FRAGMENTS;
    assert_true(accepts(0x10080, 0xF80, 0x11000, 0x1000));
    assert_false(accepts(0x10080, 0x1000, 0x11000, 0x1000));
    quirks = 0;
    assert_true(accepts(0x10080, 0x1000, 0x11000, 0x1000));
}

static void one_entry_that_interrupts_is_found(void **state)
{
    (void)state;
    memset(list, 0, sizeof(list[0]) * 4);
    list[3].InterruptOnCompletion = 1;
    list[1].InterruptOnCompletion = 2; /* bit 0 alone counts */
    assert_int_equal(hda_bdl_interrupts(list, 2), 0);
    assert_int_equal(hda_bdl_interrupts(list, 3), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_is_the_nearest_multiple_of_the_unit),
        cmocka_unit_test(ties_go_up),
        cmocka_unit_test(a_buffer_has_one_unit_and_two_fragments_at_least),
        cmocka_unit_test(what_the_length_register_cannot_hold_is_refused),
        cmocka_unit_test(contiguous_memory_still_makes_two_entries),
        cmocka_unit_test(the_midpoint_interrupts_when_exactly_half_has_been_described),
        cmocka_unit_test(without_notifications_nothing_interrupts),
        cmocka_unit_test(every_fragment_starts_on_128_bytes_and_none_is_described_twice),
        cmocka_unit_test(a_list_holds_256_entries_and_no_more),
        cmocka_unit_test(where_an_entry_must_not_cross_4_kib_none_does),
        cmocka_unit_test(a_client_describes_its_own_memory),
        cmocka_unit_test(a_sum_does_not_wrap),
        cmocka_unit_test(where_an_entry_must_not_cross_4_kib_a_client_s_may_not_either),
        cmocka_unit_test(one_entry_that_interrupts_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
