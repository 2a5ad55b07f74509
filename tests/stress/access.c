/* SPDX-License-Identifier: BSD-2-Clause */
/* access.c - what the driver's work costs in register accesses and link frames, and that no completion is
 * lost (HDA 3.3.14). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

#define INTSTS      0x24
#define STREAM      0x80 /* the first stream descriptor; 20h each */
#define STREAM_STS  0x03
#define STREAM_MASK 0x3FFFFFFF
#define PASSES      20

static const HDAUDIO_STREAM_FORMAT stereo = {48000, 16, 16, 2};
#define PERIOD_BYTES 3840u /* 20 ms */
#define PERIOD_NS    20000000u

static void wait_for(PKEVENT event, uint64_t nanoseconds)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)(nanoseconds / 100)};

    assert_int_equal(KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &timeout), STATUS_SUCCESS);
}

static HANDLE start_with_event(struct bench *bench, PKEVENT event)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &bench->ddi;
    UCHAR stream;
    PMDL mdl;
    HANDLE handle = bench_engine(bench, &stereo, 1, PERIOD_BYTES, &mdl, &stream);

    KeInitializeEvent(event, SynchronizationEvent, FALSE);
    assert_int_equal(ddi->RegisterNotificationEvent(ddi->Context, handle, event), STATUS_SUCCESS);
    assert_int_equal(bench_state(bench, RunState, handle), STATUS_SUCCESS);
    return handle;
}

/* ---- Completions -------------------------------------------------------------------------------- */

static void completions_cost(bool level, unsigned accesses)
{
    struct bench bench;
    uint64_t before;
    KEVENT event;
    HANDLE handle;

    bench_open(&bench, &(struct bench_options){.level_interrupts = level});
    handle = start_with_event(&bench, &event);
    wait_for(&event, 2 * PERIOD_NS);
    for (unsigned i = 0; i < PASSES; i++) {
        before = bench.accesses;
        wait_for(&event, 2 * PERIOD_NS);
        assert_int_equal(bench.accesses - before, accesses);
    }
    bench_free(&bench, handle);
    bench_close(&bench);
}

static void four_accesses_per_completion_with_messages(void **state)
{
    (void)state;
    completions_cost(false, 4);
}

static void three_accesses_per_completion_with_levels(void **state)
{
    (void)state;
    completions_cost(true, 3);
}

static void the_bus_counts_the_same_accesses(void **state)
{
    struct hda_statistics before, after;
    struct bench bench;
    uint64_t accesses;
    KEVENT event;
    HANDLE handle;

    (void)state;
    bench_open(&bench, &(struct bench_options){0});
    handle = start_with_event(&bench, &event);
    hda_bus_statistics(bench.bus, &before);
    accesses = bench.accesses;
    for (unsigned i = 0; i < PASSES; i++)
        wait_for(&event, 2 * PERIOD_NS);
    hda_bus_statistics(bench.bus, &after);
    assert_int_equal(after.register_reads + after.register_writes - before.register_reads -
                         before.register_writes,
                     bench.accesses - accesses);
    assert_int_equal(after.completions - before.completions, PASSES);
    assert_int_equal(after.merged, before.merged);
    bench_free(&bench, handle);
    bench_close(&bench);
}

/* ---- A completion between two accesses ---------------------------------------------------------- */

/* Where time passes, long enough for the second stream to complete. */
enum moment { AFTER_INTSTS, AFTER_STATUS_READ, AFTER_ACKNOWLEDGE };
struct delay {
    enum moment moment;
    unsigned delays;
};

static bool is_status(uint32_t offset)
{
    return offset >= STREAM && offset % 0x20 == STREAM_STS;
}

/* Exactly one stream has completed so far: now the other one does. */
static void delay_after(struct bench *bench, bool write, uint32_t offset, unsigned width, uint32_t value)
{
    struct delay *delay = bench->watch_context;
    uint32_t streams = value & STREAM_MASK;
    bool here;

    (void)width;
    if (delay->moment == AFTER_INTSTS)
        here = !write && offset == INTSTS && streams != 0 && (streams & (streams - 1)) == 0;
    else
        here = is_status(offset) && write == (delay->moment == AFTER_ACKNOWLEDGE);
    if (here && delay->delays % 2 == 0)
        bench_stall(bench, 300);
    delay->delays += here;
}

/* The second runs a little behind the first. Each pass both must come, the second before its own next
 * boundary. */
static void second_stream_is_not_lost(bool level, enum moment moment)
{
    struct delay delay = {.moment = moment};
    struct bench bench;
    KEVENT events[2];
    HANDLE handles[2];

    bench_open(&bench, &(struct bench_options){.level_interrupts = level});
    handles[0] = start_with_event(&bench, &events[0]);
    bench_sleep(150000);
    handles[1] = start_with_event(&bench, &events[1]);
    bench.watch_context = &delay;
    bench.watch = delay_after;
    for (unsigned i = 0; i < PASSES; i++) {
        wait_for(&events[0], PERIOD_NS + 1000000);
        wait_for(&events[1], 1000000);
    }
    assert_true(delay.delays >= PASSES);
    bench.watch = NULL;
    bench_free(&bench, handles[0]);
    bench_free(&bench, handles[1]);
    bench_close(&bench);
}

static void a_stream_that_completes_after_intsts_was_read_is_not_lost(void **state)
{
    (void)state;
    second_stream_is_not_lost(false, AFTER_INTSTS);
    second_stream_is_not_lost(true, AFTER_INTSTS);
}

static void a_stream_that_completes_before_the_acknowledgement_is_not_lost(void **state)
{
    (void)state;
    second_stream_is_not_lost(false, AFTER_STATUS_READ);
    second_stream_is_not_lost(true, AFTER_STATUS_READ);
}

static void a_stream_that_completes_after_the_acknowledgement_is_not_lost(void **state)
{
    (void)state;
    second_stream_is_not_lost(false, AFTER_ACKNOWLEDGE);
    second_stream_is_not_lost(true, AFTER_ACKNOWLEDGE);
}

/* A late interrupt: three boundaries have passed when the handler runs. */
static void a_late_interrupt_signals_once_and_counts_the_merged(void **state)
{
    struct hda_statistics before, after;
    struct bench bench;
    KEVENT event;
    HANDLE handle;
    KIRQL level;

    (void)state;
    bench_open(&bench, &(struct bench_options){0});
    handle = start_with_event(&bench, &event);
    wait_for(&event, 2 * PERIOD_NS);
    hda_bus_statistics(bench.bus, &before);
    KeRaiseIrql(DEVICE_LEVEL, &level);
    bench_stall(&bench, 3 * PERIOD_NS / 1000 + 100);
    KeLowerIrql(level);
    assert_int_not_equal(KeReadStateEvent(&event), 0);
    wait_for(&event, 1);
    hda_bus_statistics(bench.bus, &after);
    assert_int_equal(KeReadStateEvent(&event), 0);
    assert_int_equal(after.interrupts - before.interrupts, 1);
    assert_int_equal(after.completions - before.completions, 3);
    assert_int_equal(after.merged - before.merged, 2);
    bench_free(&bench, handle);
    bench_close(&bench);
}

/* ---- Verbs -------------------------------------------------------------------------------------- */

#define MOST_VERBS 2000

struct cost {
    uint64_t time; /* nanoseconds */
    uint64_t accesses;
};

static struct cost batch(struct bench *bench, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    uint64_t begun, accesses;
    struct cost cost;

    memset(transfers, 0, count * sizeof(*transfers));
    for (ULONG i = 0; i < count; i++)
        transfers[i].Output.Command = (ULONG)bench->codec << 28 | 0xF0000;
    accesses = bench->accesses;
    begun = bench_now(bench);
    assert_int_equal(bench->ddi.TransferCodecVerbs(bench->ddi.Context, count, transfers, NULL, NULL),
                     STATUS_SUCCESS);
    cost = (struct cost){bench_now(bench) - begun, bench->accesses - accesses};
    for (ULONG i = 0; i < count; i++)
        assert_int_equal(transfers[i].Input.IsValid, 1);
    return cost;
}

/* Link frames that n verbs may take, and register accesses, by what the rings hold. */
static ULONG frames_for(unsigned entries, ULONG count)
{
    return entries == 2 ? 2 * count + 4 : count + 4;
}

static ULONG accesses_for(unsigned entries, ULONG count)
{
    ULONG in_flight = entries == 256 ? 240 : entries == 16 ? 12 : 1;

    return 5 * ((count + in_flight - 1) / in_flight);
}

/* `step` apart, from one verb on; each batch begins at another phase of the link's frames. */
static void batches_cost(const struct bench_options *options, unsigned entries, ULONG step)
{
    HDAUDIO_CODEC_TRANSFER *transfers = calloc(MOST_VERBS, sizeof(*transfers));
    double most = 0, accesses = 0;
    struct bench bench;

    assert_non_null(transfers);
    bench_open(&bench, options);
    for (ULONG count = 1; count <= MOST_VERBS; count += step) {
        struct cost cost;
        double frames;

        bench_sleep(100000 + 4300 * (count % 5));
        cost = batch(&bench, transfers, count);
        frames = (double)cost.time / LINK_FRAME_NS - (double)(frames_for(entries, count) - 4);
        most = frames > most ? frames : most;
        accesses = (double)cost.accesses / count;
        if (cost.time > (uint64_t)frames_for(entries, count) * LINK_FRAME_NS)
            fail_msg("%u verbs take %u ns", (unsigned)count, (unsigned)cost.time);
        assert_true(cost.accesses <= accesses_for(entries, count));
    }
    print_message("# rings of %u: 1 to %u verbs take %s n + %.2f frames at most, %.3f accesses a verb\n",
                  entries, MOST_VERBS, entries == 2 ? "2" : "1", most, accesses);
    bench_close(&bench);
    free(transfers);
}

static void n_verbs_take_n_plus_4_frames_and_5_accesses_per_240_with_messages(void **state)
{
    (void)state;
    batches_cost(&(struct bench_options){0}, 256, 1);
}

static void with_rings_of_16_n_verbs_take_n_plus_4_frames_and_5_accesses_per_12(void **state)
{
    (void)state;
    batches_cost(&(struct bench_options){.ring_entries = 16}, 16, 17);
}

static void with_rings_of_2_n_verbs_take_2_n_plus_4_frames_and_5_accesses_each(void **state)
{
    (void)state;
    batches_cost(&(struct bench_options){.ring_entries = 2}, 2, 31);
}

static void n_verbs_take_n_plus_4_frames_and_5_accesses_per_240_with_levels(void **state)
{
    (void)state;
    batches_cost(&(struct bench_options){.level_interrupts = true}, 256, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_accesses_per_completion_with_messages),
        cmocka_unit_test(three_accesses_per_completion_with_levels),
        cmocka_unit_test(the_bus_counts_the_same_accesses),
        cmocka_unit_test(a_stream_that_completes_after_intsts_was_read_is_not_lost),
        cmocka_unit_test(a_stream_that_completes_before_the_acknowledgement_is_not_lost),
        cmocka_unit_test(a_stream_that_completes_after_the_acknowledgement_is_not_lost),
        cmocka_unit_test(a_late_interrupt_signals_once_and_counts_the_merged),
        cmocka_unit_test(n_verbs_take_n_plus_4_frames_and_5_accesses_per_240_with_messages),
        cmocka_unit_test(n_verbs_take_n_plus_4_frames_and_5_accesses_per_240_with_levels),
        cmocka_unit_test(with_rings_of_16_n_verbs_take_n_plus_4_frames_and_5_accesses_per_12),
        cmocka_unit_test(with_rings_of_2_n_verbs_take_2_n_plus_4_frames_and_5_accesses_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
