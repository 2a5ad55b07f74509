/* SPDX-License-Identifier: BSD-2-Clause */
/* test_registers.c - each register of HDA 3.3: width, reset value, what keeps what is written, what a 1
 * clears. */
#include "rig.h"

#include <string.h>

/* SDnCTL 23:16 of an output on one SDO line: tag and traffic priority. STRIPE and DIR are faults there. */
#define CONTROL_BITS 0xF4u

struct rule {
    const char *name;
    uint32_t offset;
    unsigned width;
    uint32_t reset;
    uint32_t keeps; /* bits that read back as written, with everything stopped */
    bool read_only; /* a write is a fault */
};

static const struct rule rules[] = {
    {"GCAP", 0x00, 2, 0x4001, 0, true},
    {"VMIN", 0x02, 1, 0, 0, true},
    {"VMAJ", 0x03, 1, 1, 0, true},
    {"OUTPAY", 0x04, 2, 60, 0, true},
    {"INPAY", 0x06, 2, 29, 0, true},
    {"WAKEEN", 0x0C, 2, 0, 0x7FFF, false},
    {"STATESTS", 0x0E, 2, 0, 0, false},
    {"GSTS", 0x10, 2, 0, 0, false},
    {"OUTSTRMPAY", 0x18, 2, 48, 0, true},
    {"INSTRMPAY", 0x1A, 2, 24, 0, true},
    {"INTCTL", 0x20, 4, 0, 0xC000000F, false},
    {"INTSTS", 0x24, 4, 0, 0, true},
    {"WALCLK", 0x30, 4, 0, 0, true},
    {"SSYNC", 0x38, 4, 0, 0xF, false},
    {"CORBLBASE", 0x40, 4, 0, 0xFFFFFF80, false},
    {"CORBUBASE", 0x44, 4, 0, 0xFFFFFFFF, false},
    {"CORBWP", 0x48, 2, 0, 0xFF, false},
    {"CORBSTS", 0x4D, 1, 0, 0, false},
    {"RIRBLBASE", 0x50, 4, 0, 0xFFFFFF80, false},
    {"RIRBUBASE", 0x54, 4, 0, 0xFFFFFFFF, false},
    {"RIRBWP", 0x58, 2, 0, 0, false},
    {"RINTCNT", 0x5A, 2, 0, 0xFF, false},
    {"RIRBSTS", 0x5D, 1, 0, 0, false},
    {"ICOI", 0x60, 4, 0, 0xFFFFFFFF, false},
    {"ICII", 0x64, 4, 0, 0, true},
    {"DPUBASE", 0x74, 4, 0, 0xFFFFFFFF, false},
};

/* Of a stream, in descriptor 0. */
static const struct rule stream_rules[] = {
    {"SDnCTL 1", 0x81, 1, 0, 0, false},         {"SDnCTL 2", 0x82, 1, 0, CONTROL_BITS, false},
    {"SDnSTS", 0x83, 1, 0, 0, false},           {"SDnLPIB", 0x84, 4, 0, 0, true},
    {"SDnCBL", 0x88, 4, 0, 0xFFFFFFFF, false},  {"SDnLVI", 0x8C, 2, 0, 0xFF, false},
    {"SDnFIFOS", 0x90, 2, 0xBF, 0, true},       {"SDnFMT", 0x92, 2, 0, 0xFF7F, false},
    {"SDnBDPL", 0x98, 4, 0, 0xFFFFFF80, false}, {"SDnBDPU", 0x9C, 4, 0, 0xFFFFFFFF, false},
};
#define COUNT(array) (sizeof(array) / sizeof(array[0]))

static struct rig *up(void **state)
{
    struct rig *rig = *state;

    wr(rig, 0x08, 4, 1);
    run(rig, 24 * 100);
    assert_int_equal(rd(rig, 0x08, 4), 1);
    return rig;
}

static void every_rule(struct rig *rig, void (*check)(struct rig *rig, const struct rule *rule))
{
    for (size_t i = 0; i < COUNT(rules); i++)
        check(rig, &rules[i]);
    for (size_t i = 0; i < COUNT(stream_rules); i++) {
        for (uint32_t stream = 0; stream < 4; stream++) {
            struct rule rule = stream_rules[i];

            rule.offset += 0x20 * stream;
            check(rig, &rule);
        }
    }
}

static void check_reset(struct rig *rig, const struct rule *rule)
{
    uint32_t value = rd(rig, rule->offset, rule->width);

    if (value != rule->reset)
        fail_msg("%s at %Xh reads %Xh", rule->name, (unsigned)rule->offset, (unsigned)value);
}

static void reset_values(void **state)
{
    struct rig *rig = *state;

    every_rule(rig, check_reset); /* HDA 3.3.7: also while CRST is 0 */
    every_rule(up(state), check_reset);
}

static void check_width(struct rig *rig, const struct rule *rule)
{
    for (unsigned width = 1; width <= 4; width *= 2) {
        bool whole_descriptor = width == 4 && rule->offset >= 0x80 && rule->offset % 0x20 == 0;

        if (width == rule->width || whole_descriptor)
            continue;
        assert_int_equal(rd(rig, rule->offset, width), 0);
        expect_fault(rig, "read of");
        wr(rig, rule->offset, width, 0xFFFFFFFF);
        expect_fault(rig, "write of");
        check_reset(rig, rule);
    }
}

static void any_other_width_is_a_fault_and_does_nothing(void **state)
{
    every_rule(up(state), check_width);
}

static void check_keeps(struct rig *rig, const struct rule *rule)
{
    static const uint32_t patterns[] = {0xFFFFFFFF, 0xA5A5A5A5, 0x5A5A5A5A, 0};

    if (rule->read_only)
        return;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        uint32_t pattern = rule->keeps == CONTROL_BITS ? patterns[i] & CONTROL_BITS : patterns[i];
        uint32_t value, expected = (rule->reset & ~rule->keeps) | (pattern & rule->keeps);

        wr(rig, rule->offset, rule->width, pattern);
        value = rd(rig, rule->offset, rule->width);
        if (value != expected)
            fail_msg("%s at %Xh reads %Xh after %Xh was written", rule->name, (unsigned)rule->offset,
                     (unsigned)value, (unsigned)pattern);
    }
    expect_no_fault(rig);
}

static void writable_bits_read_back(void **state)
{
    every_rule(up(state), check_keeps);
}

static void check_read_only(struct rig *rig, const struct rule *rule)
{
    if (!rule->read_only)
        return;
    wr(rig, rule->offset, rule->width, 0xFFFFFFFF);
    expect_fault(rig, "read-only");
    if (rule->offset != 0x30)
        check_reset(rig, rule);
}

static void read_only_registers_ignore_writes(void **state)
{
    every_rule(up(state), check_read_only);
}

static void check_ignored(struct rig *rig, const struct rule *rule)
{
    wr(rig, rule->offset, rule->width, 0xFFFFFFFF);
    expect_fault(rig, "CRST");
    check_reset(rig, rule);
}

static void writes_in_reset_are_ignored(void **state)
{
    every_rule(*state, check_ignored);
}

static void reserved_offsets_are_faults(void **state)
{
    static const uint32_t offsets[] = {0x12, 0x14, 0x1C, 0x28,  0x34,   0x3C,   0x6C,
                                       0x78, 0x8E, 0x94, 0x100, 0x2034, 0x2104, 0x4000};
    struct rig *rig = up(state);

    for (size_t i = 0; i < COUNT(offsets); i++) {
        assert_int_equal(rd(rig, offsets[i], 4), 0);
        expect_fault(rig, "no register");
        wr(rig, offsets[i], 4, 1);
        expect_fault(rig, "no register");
    }
}

static void unaligned_accesses_are_faults(void **state)
{
    struct rig *rig = up(state);

    rd(rig, 0x09, 2);
    expect_fault(rig, "GCTL");
    rd(rig, 0x82, 4);
    expect_fault(rig, "SD0CTL");
    wr(rig, 0x86, 4, 0);
    expect_fault(rig, "SD0LPIB");
}

static void aliases_read_as_their_registers(void **state)
{
    struct rig *rig = up(state);

    run(rig, 777);
    assert_int_equal(rd(rig, 0x2030, 4), 777);
    assert_int_equal(rd(rig, 0x30, 4), 777);
    for (uint32_t stream = 0; stream < 4; stream++)
        assert_int_equal(rd(rig, 0x2084 + 0x20 * stream, 4), 0);
    expect_no_fault(rig);
    wr(rig, 0x2030, 4, 0);
    expect_fault(rig, "read-only");
    rd(rig, 0x2030, 2);
    expect_fault(rig, "WALCLK");
}

static void stream_control_also_goes_with_32_bits(void **state)
{
    struct rig *rig = up(state);

    wr(rig, 0xA0, 4, 0xFF54001C);
    assert_int_equal(rd(rig, 0xA0, 4), 0x0054001C);
    assert_int_equal(rd(rig, 0xA0, 1), 0x1C);
    assert_int_equal(rd(rig, 0xA2, 1), 0x54);
}

static void wall_clock_counts_24_mhz_and_wraps(void **state)
{
    struct rig *rig = up(state);

    run(rig, 0xFFFFFFFF);
    assert_int_equal(rd(rig, 0x30, 4), 0xFFFFFFFF);
    run(rig, 2);
    assert_int_equal(rd(rig, 0x30, 4), 1);
}

static void ring_size_is_fixed_where_there_is_one(void **state)
{
    struct rig *rig = up(state);

    assert_int_equal(rd(rig, 0x4E, 1), 0x42);
    assert_int_equal(rd(rig, 0x5E, 1), 0x42);
    wr(rig, 0x4E, 1, 0x02);
    assert_int_equal(rd(rig, 0x4E, 1), 0x42);
    wr(rig, 0x5E, 1, 0x01);
    expect_fault(rig, "RIRBSIZE");
    assert_int_equal(rd(rig, 0x5E, 1), 0x42);
}

static void ring_size_is_chosen_where_there_are_several(void **state)
{
    const struct sim_shape shape = {.outputs = 2, .ring_sizes = 0x30};
    struct rig *rig = rig_create(&shape);
    void *other = rig;

    (void)state;
    up(&other);
    assert_int_equal(rd(rig, 0x00, 2), 0x2000);
    assert_int_equal(rd(rig, 0x4E, 1), 0x31);
    wr(rig, 0x4E, 1, 0);
    assert_int_equal(rd(rig, 0x4E, 1), 0x30);
    wr(rig, 0x4E, 1, 2);
    expect_fault(rig, "CORBSIZE");
    wr(rig, 0x44, 4, 0xFFFFFFFF); /* no 64-bit addresses */
    assert_int_equal(rd(rig, 0x44, 4), 0);
    rig_teardown(&other);
}

static void flush_sets_its_status_in_the_next_frame(void **state)
{
    struct rig *rig = up(state);

    wr(rig, 0x08, 4, 3);
    assert_int_equal(rd(rig, 0x08, 4), 3);
    assert_int_equal(rd(rig, 0x10, 2), 0);
    run_frames(rig, 1);
    assert_int_equal(rd(rig, 0x08, 4), 1);
    assert_int_equal(rd(rig, 0x10, 2), 2);
    wr(rig, 0x10, 2, 2);
    assert_int_equal(rd(rig, 0x10, 2), 0);
}

static void fifo_holds_two_frames_of_any_format_that_fits(void **state)
{
    static const struct {
        uint16_t format;
        uint16_t fifos;
    } cases[] = {
        {0x0011, 0xBF},                 /* 48 kHz 16 bits stereo */
        {0x0037, 0xBF},                 /* 48 kHz 24 bits 8 channels: 32 bytes a frame */
        {0x1837, 0xFF},                 /* 192 kHz: 128 bytes */
        {0x182F, 0xFF}, {0x8057, 0xBF}, /* reserved size */
    };
    struct rig *rig = up(state);

    for (size_t i = 0; i < COUNT(cases); i++) {
        wr(rig, 0x92, 2, cases[i].format);
        assert_int_equal(rd(rig, 0x90, 2), cases[i].fifos);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        TEST(reset_values),
        TEST(any_other_width_is_a_fault_and_does_nothing),
        TEST(writable_bits_read_back),
        TEST(read_only_registers_ignore_writes),
        TEST(writes_in_reset_are_ignored),
        TEST(reserved_offsets_are_faults),
        TEST(unaligned_accesses_are_faults),
        TEST(aliases_read_as_their_registers),
        TEST(stream_control_also_goes_with_32_bits),
        TEST(wall_clock_counts_24_mhz_and_wraps),
        TEST(ring_size_is_fixed_where_there_is_one),
        TEST(ring_size_is_chosen_where_there_are_several),
        TEST(flush_sets_its_status_in_the_next_frame),
        TEST(fifo_holds_two_frames_of_any_format_that_fits),
    };

    return cmocka_run_group_tests_name("sim registers", tests, NULL, NULL);
}
