/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pace.c - a controller that takes big steps does what one that goes from frame to frame does, with any
 * format, list and commands; and does it fast.
 */
#include "rig.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* SD0 and SD1 record, SD2 to SD4 play, the last one bidirectional. */
static const struct sim_shape shape = {
    .inputs = 2,
    .outputs = 2,
    .bidirectional = 1,
    .ring_sizes = 0x40,
    .address64 = SIM_ADDRESS64,
    .output_payload = 60,
    .input_payload = 90,
};
#define STREAMS 5

static uint64_t random_state;

static uint32_t chance(uint32_t limit)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random_state >> 33) % limit;
}

/* ---- Two controllers ---------------------------------------------------------------------------- */

struct pair {
    struct rig *big;   /* advances at once */
    struct rig *small; /* advances by less than a frame at a time */
};

static void pair_run(struct pair *pair, uint64_t ticks)
{
    uint64_t until = pair->small->now + ticks;

    pair->big->now = until;
    sim_controller_advance(pair->big->c, until);
    while (pair->small->now < until) {
        uint64_t left = until - pair->small->now;

        pair->small->now += left < 499 ? left : 499;
        sim_controller_advance(pair->small->c, pair->small->now);
    }
}

static void pair_write(struct pair *pair, uint32_t offset, unsigned width, uint32_t value)
{
    wr(pair->big, offset, width, value);
    wr(pair->small, offset, width, value);
}

static uint32_t pair_read(struct pair *pair, uint32_t offset, unsigned width)
{
    uint32_t value = rd(pair->small, offset, width);

    assert_int_equal(rd(pair->big, offset, width), value);
    return value;
}

static void pair_poke(struct pair *pair, uint32_t at, uint32_t value)
{
    put32(pair->big, at, value);
    put32(pair->small, at, value);
}

/* Everything that anyone can see. The order in which different streams' samples of the same frames arrive may
 * differ. */
static void pair_compare(struct pair *pair)
{
    static const struct {
        uint32_t offset;
        unsigned width;
    } registers[] = {{0x24, 4}, {0x30, 4}, {0x4A, 2}, {0x4C, 1}, {0x58, 2}, {0x5D, 1}, {0x0E, 2}};

    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        pair_read(pair, registers[i].offset, registers[i].width);
    for (uint32_t stream = 0; stream < STREAMS; stream++) {
        pair_read(pair, SD(stream), 4);
        pair_read(pair, SD(stream) + LPIB, 4);
    }
    assert_int_equal(pair->big->faults, pair->small->faults);
    assert_string_equal(pair->big->fault, pair->small->fault);
    assert_true(memcmp(pair->big->memory, pair->small->memory, MEMORY) == 0);
    assert_int_equal(sim_controller_take_message(pair->big->c), sim_controller_take_message(pair->small->c));
    assert_true(sim_controller_next(pair->big->c) == sim_controller_next(pair->small->c));
}

static size_t pick(const struct sim_codec *codec, uint8_t tag, size_t from)
{
    while (from < codec->heard && codec->tags[from] != tag)
        from++;
    return from;
}

static void pair_compare_heard(struct pair *pair, uint8_t tag)
{
    const struct sim_codec *big = &pair->big->codecs[2], *small = &pair->small->codecs[2];
    size_t i = 0, j = 0;

    assert_int_equal(big->heard, small->heard);
    assert_true(big->heard <= big->capacity);
    for (;; i++, j++) {
        i = pick(big, tag, i);
        j = pick(small, tag, j);
        if (i == big->heard || j == small->heard)
            break;
        assert_int_equal(big->samples[i], small->samples[j]);
    }
    assert_true(i == big->heard && j == small->heard);
}

/* ---- Random streams ----------------------------------------------------------------------------- */

static uint16_t random_format(void)
{
    static const uint16_t multiples[] = {0x0000, 0x0000, 0x0800, 0x1000, 0x1800};
    uint16_t format = (uint16_t)(multiples[chance(5)] | chance(4) << 4 | chance(6));

    format |= chance(2) << 14;
    if (chance(3) == 0)
        format |= chance(8) << 8;
    return format;
}

/* Fragments of any length, some of one byte, that add up to whole blocks of any format. */
static unsigned random_list(uint32_t stream, struct fragment *list)
{
    unsigned count = 2 + chance(60);
    uint32_t at = DATA_AT + 0x60000 * stream, length = 0, unit = 4 * 60;

    for (unsigned i = 0; i < count; i++) {
        list[i] = (struct fragment){at, 1 + chance(chance(3) ? 3000 : 40), chance(3) == 0};
        if (i == count - 1)
            list[i].length += unit - (length + list[i].length) % unit;
        length += list[i].length;
        at += (list[i].length + 127) / 128 * 128;
    }
    return count;
}

static void random_stream(struct pair *pair, uint32_t stream)
{
    struct fragment list[64];
    uint16_t format = random_format();
    unsigned count = random_list(stream, list);

    if (stream == 4)
        pair_write(pair, SD(stream) + TAG, 1, 8); /* DIR */
    prepare(pair->big, stream, format, list, count);
    prepare(pair->small, stream, format, list, count);
    if (chance(4) == 0)
        pair_write(pair, 0x38, 4, chance(32));
    pair_write(pair, SD(stream) + CTL, 1, 0x1E);
}

/* Streams come and go, at some frame to come. */
static void random_sending(struct pair *pair)
{
    uint16_t tags = (uint16_t)(chance(4) << 1);
    uint64_t frame = frame_of(pair->small) + 1 + chance(chance(2) ? 3 : 3000);
    unsigned address = chance(2) ? 2 : 0, other = 2 - address;

    tags &= (uint16_t) ~(pair->small->codecs[other].sends | pair->small->codecs[other].sends_then);
    pair->big->codecs[address].sends_then = pair->small->codecs[address].sends_then = tags;
    pair->big->codecs[address].next = pair->small->codecs[address].next = frame;
}

static void random_word(struct pair *pair)
{
    unsigned address = chance(2) ? 2 : 0;
    struct sim_codec *big = &pair->big->codecs[address], *small = &pair->small->codecs[address];
    uint32_t response = chance(0x7FFFFFFF);

    assert_int_equal(big->unsolicited, small->unsolicited);
    if (small->unsolicited == 8)
        return;
    big->unsolicited_response[big->unsolicited++] = response;
    small->unsolicited_response[small->unsolicited++] = response;
}

static void random_failure(struct pair *pair)
{
    static const enum hdabus_sim_failure failures[] = {HDABUS_SIM_FIFO_ERROR, HDABUS_SIM_FIFO_ERROR,
                                                       HDABUS_SIM_FIFO_ERROR, HDABUS_SIM_DESCRIPTOR_ERROR,
                                                       HDABUS_SIM_RESPONSE_OVERRUN};
    enum hdabus_sim_failure failure = failures[chance(5)];
    unsigned which = chance(STREAMS);

    assert_true(sim_controller_fail(pair->big->c, failure, which));
    assert_true(sim_controller_fail(pair->small->c, failure, which));
}

static void random_deed(struct pair *pair)
{
    uint32_t stream = chance(STREAMS), command = chance(2) << 29 | chance(1000),
             at = DATA_AT + chance(0x60000) * 4;

    switch (chance(16)) {
    case 0:
        send_commands(pair->big, &command, 1);
        send_commands(pair->small, &command, 1);
        break;
    case 1:
        pair_write(pair, 0x38, 4, chance(32));
        break;
    case 2:
        pair_write(pair, 0x38, 4, 0);
        break;
    case 3:
        if (rd(pair->small, SD(stream) + CTL, 1) & 2)
            pair_write(pair, SD(stream) + CTL, 1, 0x1C);
        break;
    case 4:
        if (!(rd(pair->small, SD(stream) + CTL, 1) & 2) && rd(pair->small, SD(stream) + CBL, 4))
            pair_write(pair, SD(stream) + CTL, 1, 0x1E);
        break;
    case 5:
        pair_write(pair, SD(stream) + STS, 1, 0x1C);
        break;
    case 6:
        pair_write(pair, 0x5D, 1, 1);
        break;
    case 7: /* a descriptor goes bad */
        if (chance(4) == 0)
            pair_poke(pair, BDL_AT + 0x1000 * stream + 16 * chance(40) + 8, 0);
        break;
    case 8:
    case 9:
    case 10:
        random_sending(pair);
        break;
    case 11:
        random_word(pair);
        break;
    case 12:
        if (chance(2))
            random_failure(pair);
        break;
    default:
        pair_poke(pair, at, chance(0x7FFFFFFF));
        break;
    }
}

/* Returns how many samples were recorded. */
static uint64_t compare_once(uint64_t seed)
{
    struct pair pair = {rig_create(&shape), rig_create(&shape)};
    uint64_t recorded = 0;

    random_state = seed;
    rig_start(pair.big);
    rig_start(pair.small);
    fill_data(pair.big);
    fill_data(pair.small);
    pair_write(&pair, 0x08, 4, 0x101);
    pair_write(&pair, 0x20, 4, 0xC000001F);
    pair_write(&pair, 0x70, 4, (BASE + PLACES_AT) | 1);
    for (uint32_t i = 0; i < STREAMS; i++) {
        pair_run(&pair, chance(3000));
        random_stream(&pair, i);
    }
    for (unsigned i = 0; i < 60; i++) {
        pair_run(&pair, chance(chance(3) ? 4000 : 400000));
        pair_compare(&pair);
        random_deed(&pair);
    }
    for (uint8_t tag = 3; tag <= 5; tag++)
        pair_compare_heard(&pair, tag);
    for (unsigned tag = 1; tag <= 2; tag++)
        recorded += pair.big->codecs[0].sent[tag] + pair.big->codecs[2].sent[tag];
    rig_destroy(pair.big);
    rig_destroy(pair.small);
    return recorded;
}

static void big_steps_are_many_small_ones(void **state)
{
    uint64_t recorded = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++)
        recorded += compare_once(seed);
    print_message("%llu samples were recorded\n", (unsigned long long)recorded);
    assert_true(recorded > 1000000);
}

/* ---- Speed -------------------------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void an_hour(struct rig *rig, uint32_t half)
{
    const uint64_t frames = 3600ull * 48000;
    double begin = seconds();
    uint64_t completions = 0;

    rig->codecs[0].capacity = rig->codecs[2].capacity = 0;
    rig->codecs[0].heard = 0;
    wr(rig, 0x20, 4, 0x80000001);
    prepare_halves(rig, 0, FORMAT_48_16_STEREO, half);
    start(rig, 0);
    align(rig);
    for (uint64_t end = rig->now + frames * FRAME; rig->now < end;) {
        uint64_t next = sim_controller_next(rig->c);

        rig->now = next < end ? next : end;
        sim_controller_advance(rig->c, rig->now);
        if (sim_controller_take_message(rig->c)) {
            wr(rig, SD(0) + STS, 1, 4);
            completions++;
        }
    }
    assert_int_equal(rig->codecs[0].heard, 2 * frames);
    assert_true(completions == frames * 4 / half);
    print_message("an hour at 48 kHz, %u frames a period: %.2f s\n", (unsigned)half / 4, seconds() - begin);
}

static void an_hour_is_simulated(void **state)
{
    (void)state;
    for (uint32_t half = 256; half <= 0x8000; half *= 128) {
        struct rig *rig = rig_create(&rig_shape);

        rig_start(rig);
        an_hour(rig, half);
        expect_no_fault(rig);
        rig_destroy(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(big_steps_are_many_small_ones),
        cmocka_unit_test(an_hour_is_simulated),
    };

    return cmocka_run_group_tests_name("sim pace", tests, NULL, NULL);
}
