/* SPDX-License-Identifier: BSD-2-Clause */
/* sequence.c - random but legal sequences: see sequence.h. Offsets are numbers: they are the specification's.
 */
#include "sequence.h"

#include <stdio.h>
#include <string.h>

#include "differences.h"

#define OPERATIONS     40
#define INPUTS         4
#define STREAMS        8
#define SD(n)          (0x80u + 0x20u * (n))
#define LIST_SIZE      4096
#define DATA_SIZE      16384
#define LINK_READY     40    /* frames from CRST to commands */
#define STREAM_LONGEST 96000 /* frames until a short buffer's interrupt must have come */
#define FETCHED_MOST   4608  /* bytes that a stream may have moved on when it is looked at */
#define PRINTED_MOST   40

/* ---- Chance -------------------------------------------------------------------------------------------- */

static uint32_t draw(struct bench *bench, uint32_t below)
{
    bench->random = bench->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((bench->random >> 32) % below);
}

static bool one_in(struct bench *bench, uint32_t count)
{
    return draw(bench, count) == 0;
}

/* ---- Comparing ----------------------------------------------------------------------------------------- */

static void report(struct bench *bench, const char *what, uint32_t which, uint32_t qemu, uint32_t simulator)
{
    if (bench->unlisted++ < PRINTED_MOST)
        printf("unlisted difference: %s %x: QEMU %x, simulator %x\n", what, (unsigned)which, (unsigned)qemu,
               (unsigned)simulator);
}

static uint32_t in_first_descriptor(uint32_t offset)
{
    return offset >= SD(0) && offset < SD(STREAMS) ? SD(0) + (offset - SD(0)) % 0x20 : offset;
}

/* What a stream's position is depends on time, once it has run. */
static bool is_comparable(const struct bench *bench, uint32_t offset)
{
    uint32_t target = offset >= 0x2000 ? offset - 0x2000 : offset;

    return in_first_descriptor(target) != 0x84 || !bench->ran[(target - SD(0)) / 0x20];
}

static void compare(struct bench *bench, uint32_t offset, unsigned width)
{
    uint32_t qemu = pair_read(bench->pair, QEMU, offset, width);
    uint32_t simulator = pair_read(bench->pair, SIM, offset, width);

    if (!is_comparable(bench, offset))
        return;
    bench->comparisons++;
    if (qemu != simulator && !differs_as_listed(in_first_descriptor(offset), qemu, simulator))
        report(bench, "register", offset, qemu, simulator);
}

/* Writes, and reads back. */
static void change(struct bench *bench, uint32_t offset, unsigned width, uint32_t value)
{
    pair_write(bench->pair, offset, width, value);
    compare(bench, offset, width);
}

static const struct {
    uint16_t offset;
    uint8_t width;
} globals[] =
    {
        {0x00, 2}, {0x02, 1}, {0x03, 1}, {0x04, 2}, {0x06, 2}, {0x08, 4}, {0x0C, 2}, {0x0E, 2},
        {0x10, 2}, {0x18, 2}, {0x1A, 2}, {0x20, 4}, {0x24, 4}, {0x38, 4}, {0x40, 4}, {0x44, 4},
        {0x48, 2}, {0x4A, 2}, {0x4C, 1}, {0x4D, 1}, {0x4E, 1}, {0x50, 4}, {0x54, 4}, {0x58, 2},
        {0x5A, 2}, {0x5C, 1}, {0x5D, 1}, {0x5E, 1}, {0x60, 4}, {0x68, 2}, {0x70, 4}, {0x74, 4},
},
  descriptor[] = {
      {0x00, 1}, {0x00, 4}, {0x02, 1}, {0x03, 1}, {0x04, 4}, {0x08, 4},
      {0x0C, 2}, {0x10, 2}, {0x12, 2}, {0x18, 4}, {0x1C, 4}, {0x2004, 4},
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void compare_all(struct bench *bench)
{
    for (size_t i = 0; i < COUNT(globals); i++)
        compare(bench, globals[i].offset, globals[i].width);
    for (unsigned stream = 0; stream < STREAMS; stream++) {
        for (size_t i = 0; i < COUNT(descriptor); i++)
            compare(bench, SD(stream) + descriptor[i].offset, descriptor[i].width);
    }
}

static void compare_any(struct bench *bench)
{
    size_t index = draw(bench, COUNT(globals) + COUNT(descriptor));

    if (index < COUNT(globals))
        compare(bench, globals[index].offset, globals[index].width);
    else
        compare(bench, SD(draw(bench, STREAMS)) + descriptor[index - COUNT(globals)].offset,
                descriptor[index - COUNT(globals)].width);
}

/* ---- Verbs that a node has ----------------------------------------------------------------------------- */

enum kind { ROOT, GROUP, DAC, ADC, PIN_OUT, PIN_IN };

static const struct {
    uint8_t codec, node;
    enum kind kind;
} nodes[] = {
    {0, 0, ROOT}, {0, 1, GROUP},   {0, 2, DAC}, {0, 3, PIN_OUT}, {0, 4, ADC},  {0, 5, PIN_IN},
    {1, 0, ROOT}, {1, 1, GROUP},   {1, 2, DAC}, {1, 3, PIN_OUT}, {2, 0, ROOT}, {2, 1, GROUP},
    {2, 2, DAC},  {2, 3, PIN_OUT}, {2, 4, ADC}, {2, 5, PIN_IN},
};

static uint32_t of_group(struct bench *bench)
{
    switch (draw(bench, 3)) {
    case 0:
        return 0xF0500;
    case 1:
        return 0x70500 | draw(bench, 4);
    default:
        return 0xF2000;
    }
}

/* Mono, stereo at rates of 48 and 44.1 kHz. */
static uint32_t any_format(struct bench *bench)
{
    static const uint16_t formats[] = {0x0010, 0x0011, 0x0211, 0x0811, 0x4011, 0x4111, 0x4811};

    return formats[draw(bench, COUNT(formats))];
}

static uint32_t of_converter(struct bench *bench, bool output)
{
    uint32_t way = output ? 0x8000 : 0, sides = draw(bench, 3) + 1;

    switch (draw(bench, 6)) {
    case 0:
        return 0xF0600;
    case 1:
        return 0x70600 | draw(bench, 16) << 4;
    case 2:
        return 0xA0000;
    case 3:
        return 0x20000 | any_format(bench);
    case 4:
        return 0xB0000 | way | draw(bench, 2) << 13;
    default:
        return 0x30000 | way | (output ? 0 : 0x4000) | sides << 12 | draw(bench, 2) << 7 | draw(bench, 0x4B);
    }
}

static uint32_t of_pin(struct bench *bench, bool output)
{
    switch (draw(bench, 3)) {
    case 0:
        return 0xF0700;
    case 1:
        return 0x70700 | (output ? 0x40 : 0x20) * draw(bench, 2);
    default:
        return 0xF1C00;
    }
}

static uint32_t any_verb(struct bench *bench, enum kind kind)
{
    static const uint8_t parameters[] = {0x00, 0x02, 0x04, 0x05, 0x08, 0x09, 0x0A, 0x0B,
                                         0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13};

    if (kind == ROOT || one_in(bench, 3))
        return 0xF0000 | parameters[draw(bench, COUNT(parameters))];
    if ((kind == ADC || kind == PIN_OUT) && one_in(bench, 5))
        return 0xF0200;
    if (kind == GROUP)
        return of_group(bench);
    if (kind == DAC || kind == ADC)
        return of_converter(bench, kind == DAC);
    return of_pin(bench, kind == PIN_OUT);
}

static uint32_t any_command(struct bench *bench)
{
    size_t index = draw(bench, COUNT(nodes));

    return (uint32_t)nodes[index].codec << 28 | (uint32_t)nodes[index].node << 20 |
           any_verb(bench, nodes[index].kind);
}

/* ---- Rings --------------------------------------------------------------------------------------------- */

static void stop_rings(struct bench *bench)
{
    change(bench, 0x4C, 1, 0);
    change(bench, 0x5C, 1, 0);
    bench->rings = false;
}

static void start_rings(struct bench *bench)
{
    change(bench, 0x40, 4, (uint32_t)bench->corb.address);
    change(bench, 0x44, 4, 0);
    change(bench, 0x50, 4, (uint32_t)bench->rirb.address);
    change(bench, 0x54, 4, 0);
    change(bench, 0x48, 2, 0);
    change(bench, 0x58, 2, 0x8000);
    change(bench, 0x5A, 2, one_in(bench, 2) ? draw(bench, 8) + 1 : draw(bench, 255) + 1);
    change(bench, 0x5D, 1, 5);
    change(bench, 0x4A, 2, 0x8000);
    change(bench, 0x4A, 2, 0);
    change(bench, 0x5C, 1, one_in(bench, 8) ? 2 : one_in(bench, 2) ? 3 : 7);
    change(bench, 0x4C, 1, one_in(bench, 2) ? 2 : 3);
    bench->corb_at = bench->asked_at = bench->compared_at = 0;
    bench->rings = true;
}

static void compare_answer(struct bench *bench, unsigned entry)
{
    uint32_t answers[SIDES][2];

    for (int side = 0; side < SIDES; side++)
        memcpy(answers[side], bench->rirb.bytes[side] + 8 * entry, 8);
    bench->comparisons++;
    if (answers[QEMU][1] != answers[SIM][1])
        report(bench, "extended response to", bench->asked[entry], answers[QEMU][1], answers[SIM][1]);
    if (answers[QEMU][0] != answers[SIM][0] &&
        !answer_differs_as_listed(bench->asked[entry], answers[QEMU][0], answers[SIM][0]))
        report(bench, "response to", bench->asked[entry], answers[QEMU][0], answers[SIM][0]);
}

/* Compares what has come since the last time; false: nothing has. */
static bool compare_answers(struct bench *bench)
{
    unsigned from = bench->compared_at, to;

    pair_wait(bench->pair, 24);
    to = pair_read(bench->pair, QEMU, 0x58, 2) & 0xFF;
    compare(bench, 0x58, 2);
    compare(bench, 0x4A, 2);
    compare(bench, 0x5D, 1);
    compare(bench, 0x24, 4);
    while (bench->compared_at != to) {
        bench->compared_at = (bench->compared_at + 1) % RING_ENTRIES;
        compare_answer(bench, bench->compared_at);
    }
    return to != from;
}

/* Acknowledges until all is answered. A CORB that stalls for good is stopped. */
static void finish_commands(struct bench *bench)
{
    while (compare_answers(bench))
        pair_write(bench->pair, 0x5D, 1, one_in(bench, 4) ? 5 : 1);
    if (pair_read(bench->pair, QEMU, 0x4A, 2) != bench->corb_at)
        stop_rings(bench);
}

static void put_command(struct bench *bench, uint32_t command)
{
    bench->corb_at = (bench->corb_at + 1) % RING_ENTRIES;
    for (int side = 0; side < SIDES; side++)
        memcpy(bench->corb.bytes[side] + 4 * bench->corb_at, &command, 4);
    if (command >> 28 >= CODECS)
        return;
    bench->asked_at = (bench->asked_at + 1) % RING_ENTRIES;
    bench->asked[bench->asked_at] = command;
}

static void send_commands(struct bench *bench)
{
    unsigned count = draw(bench, 16) + 1;

    for (unsigned i = 0; i < count; i++)
        put_command(bench, one_in(bench, 40) ? 0x500F0000 : any_command(bench));
    change(bench, 0x48, 2, bench->corb_at);
    finish_commands(bench);
}

/* Sends it, and puts both responses in `answers`. */
static void ask_immediate(struct bench *bench, uint32_t command, uint32_t answers[SIDES])
{
    pair_write(bench->pair, 0x60, 4, command);
    pair_write(bench->pair, 0x68, 2, 3);
    pair_wait(bench->pair, 4);
    compare(bench, 0x68, 2);
    for (int side = 0; side < SIDES; side++)
        answers[side] = pair_read(bench->pair, side, 0x64, 4);
    pair_write(bench->pair, 0x68, 2, 2);
}

static void send_immediate(struct bench *bench, uint32_t command)
{
    uint32_t answers[SIDES];

    ask_immediate(bench, command, answers);
    bench->comparisons++;
    if (answers[QEMU] != answers[SIM] && !answer_differs_as_listed(command, answers[QEMU], answers[SIM]))
        report(bench, "immediate response to", command, answers[QEMU], answers[SIM]);
}

/* ---- Streams ------------------------------------------------------------------------------------------- */

static void reset_stream(struct bench *bench, unsigned stream)
{
    change(bench, SD(stream), 1, 1);
    change(bench, SD(stream), 1, 0);
    compare(bench, SD(stream), 4);
}

/* Two fragments, the second of which interrupts. Returns their length. */
static uint32_t write_list(struct bench *bench)
{
    uint32_t half = one_in(bench, 3) ? DATA_SIZE / 2 : 256 * (draw(bench, 8) + 1);
    uint32_t entries[8] = {(uint32_t)bench->data.address,        0, half, draw(bench, 2),
                           (uint32_t)bench->data.address + half, 0, half, 1};

    for (int side = 0; side < SIDES; side++)
        memcpy(bench->list.bytes[side], entries, sizeof(entries));
    return 2 * half;
}

/* No two streams have the same, also when they do not run: QEMU moves the first that has the tag
 * (docs/QEMU.md, found by tag). */
static uint32_t any_tag(struct bench *bench, unsigned stream)
{
    return 4 * (draw(bench, 3) + 1) + stream % 4;
}

static void program_stream(struct bench *bench, unsigned stream)
{
    change(bench, SD(stream) + 0x08, 4, 256 * (draw(bench, 100) + 1));
    change(bench, SD(stream) + 0x0C, 2, draw(bench, 255) + 1);
    change(bench, SD(stream) + 0x12, 2, any_format(bench));
    change(bench, SD(stream) + 0x18, 4, draw(bench, 0x1000000) * 128);
    change(bench, SD(stream) + 0x1C, 4, draw(bench, 16));
    change(bench, SD(stream) + 0x02, 1, any_tag(bench, stream) << 4 | draw(bench, 2) << 2);
    change(bench, SD(stream), 1, draw(bench, 8) << 2);
}

/* Until both have completed a descriptor. */
static void await_completion(struct bench *bench, unsigned stream)
{
    for (unsigned frames = 0; frames < STREAM_LONGEST; frames += 96) {
        if (pair_read(bench->pair, QEMU, SD(stream) + 3, 1) & pair_read(bench->pair, SIM, SD(stream) + 3, 1) &
            4)
            return;
        pair_wait(bench->pair, 96);
    }
    report(bench, "no completion: stream", stream, 0, 0);
}

static void check_positions(struct bench *bench, unsigned stream, uint32_t length)
{
    for (int side = 0; side < SIDES; side++) {
        uint32_t position = pair_read(bench->pair, side, SD(stream) + 4, 4);

        bench->comparisons++;
        if (position >= length && !(position == length && side == QEMU))
            report(bench, "position beyond the buffer: stream", stream, position, length);
    }
}

/* RUN begins at position 0. That shows where a stream stopped further on than it can come at once. */
static void compare_restart(struct bench *bench, unsigned stream, uint32_t enables)
{
    uint32_t stopped[SIDES], started;

    for (int side = 0; side < SIDES; side++)
        stopped[side] = pair_read(bench->pair, side, SD(stream) + 4, 4);
    change(bench, SD(stream), 1, 2 | enables);
    for (int side = 0; side < SIDES; side++) {
        started = pair_read(bench->pair, side, SD(stream) + 4, 4);
        bench->comparisons++;
        if (stopped[side] > FETCHED_MOST && started > FETCHED_MOST)
            report(bench, side_names[side], stream, stopped[side], started);
    }
    change(bench, SD(stream), 1, enables);
}

static void program_run(struct bench *bench, unsigned stream, unsigned tag, uint32_t length)
{
    change(bench, SD(stream) + 0x08, 4, length);
    change(bench, SD(stream) + 0x0C, 2, 1);
    change(bench, SD(stream) + 0x12, 2, 0x0011);
    change(bench, SD(stream) + 0x18, 4, (uint32_t)bench->list.address);
    change(bench, SD(stream) + 0x1C, 4, 0);
    change(bench, SD(stream) + 0x02, 1, tag << 4);
}

/* Runs an output stream that a codec listens to, for a descriptor or more. */
static void run_output(struct bench *bench)
{
    unsigned stream = INPUTS + draw(bench, STREAMS - INPUTS), tag = any_tag(bench, stream);
    uint32_t length, enables = draw(bench, 8) << 2;

    if (bench->rings)
        stop_rings(bench);
    reset_stream(bench, stream);
    length = write_list(bench);
    for (uint32_t codec = 0; codec < CODECS; codec++)
        send_immediate(bench, codec << 28 | 0x00200000 | 0x70600);
    send_immediate(bench, 0x00200000 | 0x20011);
    send_immediate(bench, 0x00200000 | 0x70600 | tag << 4);
    program_run(bench, stream, tag, length);
    bench->ran[stream] = true;
    change(bench, SD(stream), 1, 2 | enables);
    await_completion(bench, stream);
    compare(bench, SD(stream) + 3, 1);
    compare(bench, 0x24, 4);
    check_positions(bench, stream, length);
    change(bench, SD(stream), 1, enables);
    compare(bench, SD(stream), 4);
    compare(bench, 0x24, 4);
    compare_restart(bench, stream, enables);
    change(bench, SD(stream) + 3, 1, 0x1C);
    compare(bench, 0x24, 4);
    reset_stream(bench, stream);
    send_immediate(bench, 0x00200000 | 0x70600);
}

/* Runs an input stream that no codec sends: it is ready, and stands at 0 until it is stopped. */
static void run_input(struct bench *bench)
{
    unsigned stream = draw(bench, INPUTS);
    uint32_t enables = draw(bench, 8) << 2;

    if (bench->rings)
        stop_rings(bench);
    send_immediate(bench, 0x00400000 | 0x70600);
    send_immediate(bench, 0x20400000 | 0x70600);
    reset_stream(bench, stream);
    program_run(bench, stream, any_tag(bench, stream), write_list(bench));
    for (unsigned i = 0; i < 2; i++) {
        change(bench, SD(stream), 1, 2 | enables);
        pair_wait(bench->pair, 24 * draw(bench, 4));
        for (size_t n = 0; n < COUNT(descriptor); n++)
            compare(bench, SD(stream) + descriptor[n].offset, descriptor[n].width);
        compare(bench, 0x24, 4);
        change(bench, SD(stream), 1, enables);
        compare(bench, SD(stream), 4);
    }
    reset_stream(bench, stream);
}

/* ---- Codecs after a reset ------------------------------------------------------------------------------ */

/* What a link reset clears in a codec, QEMU keeps: that is listed. Then all of it is set, so that what comes
 * after is the same on both. */
static void equalise(struct bench *bench, uint32_t node, uint32_t get, uint32_t set)
{
    uint32_t answers[SIDES];

    ask_immediate(bench, node | get, answers);
    if (answers[QEMU] != answers[SIM])
        state_survived();
    send_immediate(bench, node | set);
    send_immediate(bench, node | get);
}

static void equalise_all(struct bench *bench)
{
    for (size_t i = 0; i < COUNT(nodes); i++) {
        uint32_t node = (uint32_t)nodes[i].codec << 28 | (uint32_t)nodes[i].node << 20;
        bool output = nodes[i].kind == DAC;

        if (nodes[i].kind == PIN_OUT || nodes[i].kind == PIN_IN)
            equalise(bench, node, 0xF0700, nodes[i].kind == PIN_OUT ? 0x70740 : 0x70720);
        if (!output && nodes[i].kind != ADC)
            continue;
        equalise(bench, node, 0xA0000, 0x20011);
        equalise(bench, node, 0xF0600, 0x70600);
        equalise(bench, node, output ? 0xB8000 : 0xB0000, output ? 0x3B04A : 0x3704A);
        equalise(bench, node, output ? 0xBA000 : 0xB2000, output ? 0x3B04A : 0x3704A);
    }
}

/* ---- Sequences ----------------------------------------------------------------------------------------- */

static void reset_link(struct bench *bench)
{
    if (bench->rings)
        stop_rings(bench);
    pair_write(bench->pair, 0x08, 4, 0);
    pair_wait(bench->pair, 8);
    compare(bench, 0x08, 4);
    pair_write(bench->pair, 0x08, 4, 1);
    pair_wait(bench->pair, LINK_READY);
    memset(bench->ran, 0, sizeof(bench->ran));
    compare_all(bench);
    equalise_all(bench);
}

/* Whatever a sequence before has left of the count of responses. */
static void clear_count(struct bench *bench)
{
    pair_write(bench->pair, 0x5A, 2, 0xFF);
    start_rings(bench);
    pair_write(bench->pair, 0x5A, 2, 0xFF);
    pair_write(bench->pair, 0x5C, 1, 3);
    put_command(bench, 0x000F0000);
    pair_write(bench->pair, 0x48, 2, bench->corb_at);
    finish_commands(bench);
    if (bench->rings)
        stop_rings(bench);
}

static void write_global(struct bench *bench)
{
    switch (draw(bench, 6)) {
    case 0:
        change(bench, 0x0C, 2, draw(bench, 8));
        break;
    case 1:
        change(bench, 0x0E, 2, draw(bench, 8));
        break;
    case 2:
        change(bench, 0x20, 4, draw(bench, 4) << 30 | draw(bench, 256));
        break;
    case 3:
        change(bench, 0x70, 4, (uint32_t)bench->positions.address | draw(bench, 2));
        break;
    case 4:
        change(bench, 0x08, 4, 1 | draw(bench, 2) << 8);
        break;
    default:
        change(bench, 0x38, 4, draw(bench, 2));
        break;
    }
    compare(bench, 0x24, 4);
}

static void use_rings(struct bench *bench)
{
    if (!bench->rings && one_in(bench, 2))
        start_rings(bench);
    else if (!bench->rings)
        send_immediate(bench, any_command(bench));
    else if (one_in(bench, 10))
        stop_rings(bench);
    else
        send_commands(bench);
}

static void operate(struct bench *bench)
{
    uint32_t choice = draw(bench, 100);

    if (choice < 40)
        compare_any(bench);
    else if (choice < 70)
        use_rings(bench);
    else if (choice < 85)
        write_global(bench);
    else if (choice < 98)
        program_stream(bench, draw(bench, STREAMS));
    else if (one_in(bench, 2))
        reset_link(bench);
    else if (one_in(bench, 2))
        run_output(bench);
    else
        run_input(bench);
}

void sequence_run(struct bench *bench, uint32_t seed)
{
    bench->random = seed * 0x9E3779B97F4A7C15ull;
    reset_link(bench);
    clear_count(bench);
    for (unsigned i = 0; i < OPERATIONS; i++)
        operate(bench);
    compare_all(bench);
}

bool bench_prepare(struct bench *bench, struct pair *pair)
{
    *bench = (struct bench){.pair = pair};
    return pair_allocate(pair, &bench->corb, 4 * RING_ENTRIES) &&
           pair_allocate(pair, &bench->rirb, 8 * RING_ENTRIES) &&
           pair_allocate(pair, &bench->positions, 128) && pair_allocate(pair, &bench->list, LIST_SIZE) &&
           pair_allocate(pair, &bench->data, DATA_SIZE);
}
