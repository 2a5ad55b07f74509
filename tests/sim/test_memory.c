/* SPDX-License-Identifier: BSD-2-Clause */
/* test_memory.c - which memory is at which address. */
#include "rig.h"

#include "device/sim/memory.h"

static void a_range_is_found_as_a_whole_or_not(void **state)
{
    struct sim_memory memory = {0};
    uint8_t a[256], b[256];

    (void)state;
    assert_true(sim_memory_add(&memory, 0x2000, b, sizeof(b)));
    assert_true(sim_memory_add(&memory, 0x1F00, a, sizeof(a)));
    assert_ptr_equal(sim_memory_find(&memory, 0x1F00, 256), a);
    assert_ptr_equal(sim_memory_find(&memory, 0x1FFF, 1), a + 255);
    assert_ptr_equal(sim_memory_find(&memory, 0x20FF, 1), b + 255);
    assert_null(sim_memory_find(&memory, 0x1FFF, 2)); /* next to each other, but not one */
    assert_null(sim_memory_find(&memory, 0x2100, 1));
    assert_null(sim_memory_find(&memory, 0x1EFF, 2));
    assert_null(sim_memory_find(&memory, 0x1F80, SIZE_MAX));
    sim_memory_remove(&memory, 0x1F00);
    assert_null(sim_memory_find(&memory, 0x1F00, 1));
    assert_ptr_equal(sim_memory_find(&memory, 0x2000, 1), b);
    sim_memory_remove(&memory, 0x2001); /* not the start of one */
    assert_int_equal(memory.count, 1);
    sim_memory_clear(&memory);
}

static void places_are_free_and_apart(void **state)
{
    struct sim_memory memory = {0};
    static uint8_t bytes[1];

    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        uint64_t address;
        size_t size = 1 + i * 7919 % 20000;

        assert_true(sim_memory_place(&memory, size, 0x100000, 0xFFFFFFFF, &address));
        assert_int_equal(address % 4096, 0);
        assert_true(sim_memory_add(&memory, address, bytes, size));
        if (i % 3 == 2)
            sim_memory_remove(&memory, memory.ranges[i * 31 % memory.count].address);
    }
    for (size_t i = 1; i < memory.count; i++)
        assert_true(memory.ranges[i - 1].address + memory.ranges[i - 1].size + 4096 <=
                    memory.ranges[i].address);
    sim_memory_clear(&memory);
}

static void places_stay_below_the_limit_and_come_round(void **state)
{
    struct sim_memory memory = {0};
    static uint8_t bytes[1];
    uint64_t address, first;

    (void)state;
    assert_true(sim_memory_place(&memory, 0x4000, 0x10000, 0x1FFFF, &first));
    assert_false(sim_memory_place(&memory, 0x10001, 0x10000, 0x1FFFF, &address));
    assert_true(sim_memory_place(&memory, 0x10000, 0x10000, 0x1FFFF, &address));
    memory.next = 0;
    for (unsigned i = 0; i < 100; i++) { /* far more than there is room for at once */
        assert_true(sim_memory_place(&memory, 0x4000, 0x10000, 0x1FFFF, &address));
        assert_true(address >= 0x10000 && address + 0x4000 <= 0x20000);
        assert_true(sim_memory_add(&memory, address, bytes, 0x4000));
        sim_memory_remove(&memory, address);
    }
    assert_true(sim_memory_add(&memory, 0x14000, bytes, 0x4000));
    assert_false(sim_memory_place(&memory, 0x8000, 0x10000, 0x1FFFF, &address));
    sim_memory_clear(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_is_found_as_a_whole_or_not),
        cmocka_unit_test(places_are_free_and_apart),
        cmocka_unit_test(places_stay_below_the_limit_and_come_round),
    };

    return cmocka_run_group_tests_name("sim memory", tests, NULL, NULL);
}
