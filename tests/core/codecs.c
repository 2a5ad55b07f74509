/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codecs.c - codecs that break the rules of the link beside ones that do not (HARDWARE 17): the bus starts
 * within its bounds, the healthy ones are found, and what they are asked is answered by them (DDI Child
 * devices, TransferCodecVerbs, Bounds).
 */
#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "device/sim/controller.h"

#define BEFORE  0 /* healthy codecs, and the bad one between them */
#define BAD     3
#define AFTER   5
#define TIMEOUT (25 * MILLISECOND) /* DDI Bounds */
#define VERBS   300                /* more than any ring holds */

#define REVISION  0x00100100u /* of the built-in codec */
#define SUBNODES  0x00010001u
#define SUBSYSTEM 0x1DE40100u

static const uint8_t rings[] = {0x10, 0x20, 0x40}; /* as CORBSIZE offers: 2, 16, 256 */
#define RINGS (sizeof(rings) / sizeof(rings[0]))

#define FRAME              UINT64_C(20834)       /* nanoseconds */
#define LATE(milliseconds) (48 * (milliseconds)) /* link frames */

static const struct kind {
    const char *name;
    struct sim_vices vices;
    bool mute; /* nothing comes from it under its own address in time */
} kinds[] = {
    {"silent", {.silent = true}, true},
    {"slow by 5 ms", {.late = LATE(5)}, false},
    {"slow by 24 ms", {.late = LATE(24)}, false},
    {"slow by 26 ms", {.late = LATE(26)}, true},
    {"slow by 70 ms", {.late = LATE(70)}, true},
    {"twice", {.twice = true}, false},
    {"twice and slow", {.twice = true, .late = LATE(5)}, false},
    {"impostor of the one before", {.impostor = true, .poses_as = BEFORE}, true},
    {"impostor of the one after", {.impostor = true, .poses_as = AFTER}, true},
    {"impostor of nobody", {.impostor = true, .poses_as = 9}, true},
    {"impostor of the address that nobody has", {.impostor = true, .poses_as = 15}, true},
    {"impostor, twice", {.impostor = true, .poses_as = AFTER, .twice = true}, true},
    {"flood", {.flood = true}, false},
    {"flood, silent", {.flood = true, .silent = true}, true},
    {"flood, slow", {.flood = true, .late = LATE(26)}, true},
    {"flood, twice", {.flood = true, .twice = true}, false},
    {"flood, impostor", {.flood = true, .impostor = true, .poses_as = AFTER}, true},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind *now_at; /* for messages */

/* ---- The bus ------------------------------------------------------------------------------------- */

static uint32_t vendor_of(unsigned codec)
{
    return 0x1DE40001u + (codec << 16 | codec);
}

static struct sim_shape shape_with(uint8_t ring_sizes)
{
    struct sim_shape shape = sim_default_shape;

    shape.ring_sizes = ring_sizes;
    return shape;
}

static void plug_three(void)
{
    rig_plug_as(BEFORE, vendor_of(BEFORE));
    rig_plug_as(BAD, vendor_of(BAD));
    rig_plug_as(AFTER, vendor_of(AFTER));
}

/* Not yet started. */
static void open_beside(const struct sim_vices *vices, uint8_t ring_sizes)
{
    struct sim_shape shape = shape_with(ring_sizes);

    rig_set_up_shape(LINUX_CLOCK_VIRTUAL, &shape);
    plug_three();
    rig_spoil(BAD, vices);
}

static void close_rig(void)
{
    assert_int_equal(rig_tear_down(NULL), 0);
}

static unsigned child_of(unsigned codec)
{
    for (unsigned child = 0; child < hda_bus_child_count(rig.bus); child++) {
        if (hda_bus_child(rig.bus, child)->codec_address == codec)
            return child;
    }
    fail_msg("%s: codec %u has no child", now_at->name, codec);
    return 0;
}

static void assert_found(unsigned codec)
{
    const struct hda_child_info *info = hda_bus_child(rig.bus, child_of(codec));

    assert_int_equal(info->node, 1);
    assert_int_equal(info->function, 1);
    assert_int_equal(info->vendor_id, vendor_of(codec));
    assert_int_equal(info->revision_id, REVISION);
    assert_int_equal(info->subsystem_id, SUBSYSTEM);
}

/* ---- Verbs --------------------------------------------------------------------------------------- */

static HDAUDIO_CODEC_TRANSFER get(unsigned codec, unsigned parameter)
{
    HDAUDIO_CODEC_TRANSFER transfer = {0};

    transfer.Output.Command = codec << 28 | 0xF00u << 8 | parameter;
    return transfer;
}

static const unsigned parameters[] = {0, 2, 4};

static uint32_t right_answer(const HDAUDIO_CODEC_TRANSFER *transfer)
{
    switch (transfer->Output.Verb8.Data) {
    case 0:
        return vendor_of(transfer->Output.Verb8.CodecAddress);
    case 2:
        return REVISION;
    default:
        return SUBNODES;
    }
}

static void assert_right(const HDAUDIO_CODEC_TRANSFER *transfer)
{
    if (!transfer->Input.IsValid)
        fail_msg("%s: %08X is not answered", now_at != NULL ? now_at->name : "",
                 (unsigned)transfer->Output.Command);
    assert_int_equal(transfer->Input.Response, right_answer(transfer));
    assert_int_equal(transfer->Input.SDataIn, transfer->Output.Verb8.CodecAddress);
}

static uint64_t ask(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    uint64_t begin = rig_now();

    assert_int_equal(ddi->TransferCodecVerbs(ddi->Context, count, transfers, NULL, NULL), STATUS_SUCCESS);
    return rig_now() - begin;
}

static VOID NTAPI count_callback(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    (void)transfer;
    ++*(unsigned *)context;
}

static void post(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count,
                 unsigned *done)
{
    assert_int_equal(ddi->TransferCodecVerbs(ddi->Context, count, transfers, count_callback, done),
                     STATUS_SUCCESS);
}

static void wait_for(const unsigned *done)
{
    for (unsigned i = 0; i < 10000 && *done == 0; i++)
        linux_host_ops.sleep(rig.host, 1000);
    assert_int_equal(*done, 1);
}

/* What the rings take for one command each, generously. */
static uint64_t link_time(ULONG count)
{
    return (2 * count + 20) * (MILLISECOND / 48);
}

/* Two batches, one of them once more; and one that is slow, but in time, is waited for at each of five verbs.
 */
static uint64_t start_bound(const struct kind *kind)
{
    return 3 * TIMEOUT + 5 * kind->vices.late * FRAME;
}

/* Each kind on each ring. */
static void for_each(void (*check)(const struct kind *kind))
{
    uint64_t begin;

    for (size_t ring = 0; ring < RINGS; ring++) {
        for (size_t i = 0; i < KINDS; i++) {
            now_at = &kinds[i];
            open_beside(&kinds[i].vices, rings[ring]);
            begin = rig_now();
            rig_start();
            assert_true(rig_now() - begin < start_bound(&kinds[i]));
            check(&kinds[i]);
            close_rig();
        }
    }
}

/* ---- Enumeration --------------------------------------------------------------------------------- */

static void only_children_that_there_are(const struct kind *kind)
{
    assert_found(BEFORE);
    assert_found(AFTER);
    assert_true(hda_bus_child_count(rig.bus) <= 3);
    if (hda_bus_child_count(rig.bus) == 3)
        assert_false(kind->mute);
}

static void the_healthy_codecs_are_found_beside_any_bad_one(void **state)
{
    (void)state;
    for_each(only_children_that_there_are);
}

/* ---- Verbs --------------------------------------------------------------------------------------- */

static void healthy_codecs_are_answered_for(const struct kind *kind)
{
    static HDAUDIO_CODEC_TRANSFER transfers[VERBS];
    HDAUDIO_BUS_INTERFACE_V2 ddi = rig_client();

    (void)kind;
    for (unsigned i = 0; i < VERBS; i++)
        transfers[i] = get(i / 3 % 2 ? BEFORE : AFTER, parameters[i % 3]);
    assert_true(ask(&ddi, transfers, VERBS) < link_time(VERBS));
    for (unsigned i = 0; i < VERBS; i++)
        assert_right(&transfers[i]);
    ddi.InterfaceDereference(ddi.Context);
}

static void healthy_codecs_answer_what_they_are_asked(void **state)
{
    (void)state;
    for_each(healthy_codecs_are_answered_for);
}

static void healthy_codecs_answer_beside_a_batch_for_the_bad_one(const struct kind *kind)
{
    static HDAUDIO_CODEC_TRANSFER bad[VERBS], good[VERBS];
    HDAUDIO_BUS_INTERFACE_V2 other = rig_client(), ddi = rig_client();
    unsigned done = 0;
    uint64_t took;

    for (unsigned i = 0; i < VERBS; i++) {
        bad[i] = get(BAD, parameters[i % 3]);
        good[i] = get(i % 2 ? BEFORE : AFTER, parameters[i % 3]);
    }
    if (!kind->vices.impostor) { /* his would be taken for theirs */
        post(&other, bad, VERBS, &done);
        took = ask(&ddi, good, VERBS);
        if (kind->vices.late == 0 || kind->vices.late > LATE(30))
            assert_true(took < link_time(2 * VERBS)); /* no matter how long the other takes */
        for (unsigned i = 0; i < VERBS; i++)
            assert_right(&good[i]);
        wait_for(&done);
    }
    other.InterfaceDereference(other.Context);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_batch_for_a_bad_codec_disturbs_no_other(void **state)
{
    (void)state;
    for_each(healthy_codecs_answer_beside_a_batch_for_the_bad_one);
}

/* Right, or invalid where another answers in its place: nobody can tell whose it was, but that there was one
 * too many. */
static void assert_not_wrong(const HDAUDIO_CODEC_TRANSFER *transfer, const struct kind *kind)
{
    unsigned codec = transfer->Output.Verb8.CodecAddress;

    if (!kind->vices.impostor || kind->vices.poses_as != codec || transfer->Input.IsValid)
        assert_right(transfer);
}

/* Whom the commands of a batch go to, over and over. */
static const struct pattern {
    unsigned length;
    uint8_t codecs[8];
} patterns[] = {
    {3, {BEFORE, BAD, AFTER}},
    {2, {BAD, AFTER}},
    {2, {AFTER, BAD}},
    {8, {BAD, BAD, BAD, AFTER, BEFORE, BEFORE, BEFORE, BEFORE}},
    {7, {AFTER, BEFORE, BAD, BEFORE, BEFORE, BEFORE, BEFORE}},
};

static void one_batch_for_all(const struct kind *kind, const struct pattern *pattern)
{
    static HDAUDIO_CODEC_TRANSFER transfers[VERBS];
    HDAUDIO_BUS_INTERFACE_V2 ddi = rig_client();
    uint64_t took;

    for (unsigned i = 0; i < VERBS; i++)
        transfers[i] = get(pattern->codecs[i % pattern->length], parameters[i / pattern->length % 3]);
    took = ask(&ddi, transfers, VERBS);
    if (kind->vices.late == 0)
        assert_true(took < TIMEOUT + link_time(2 * VERBS));
    for (unsigned i = 0; i < VERBS; i++) {
        if (pattern->codecs[i % pattern->length] != BAD)
            assert_not_wrong(&transfers[i], kind);
        else if (kind->mute)
            assert_int_equal(transfers[i].Input.IsValid, 0);
        else if (!kind->vices.twice)
            assert_right(&transfers[i]);
    }
    ddi.InterfaceDereference(ddi.Context);
}

static void each_pattern(const struct kind *kind)
{
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        one_batch_for_all(kind, &patterns[i]);
        rig_pass(kind->vices.late * FRAME); /* what still comes is nobody's */
    }
}

static void a_batch_that_names_a_bad_codec_holds_no_wrong_answer_of_another(void **state)
{
    (void)state;
    for_each(each_pattern);
}

/* One verb shows it; from then on, wherever in the ring that is, nothing is written over what is not fetched.
 */
static void a_codec_may_go_bad_at_any_time(void **state)
{
    static const struct kind twice = {"twice, later", {.twice = true}, false};

    (void)state;
    now_at = &twice;
    for (unsigned place = 0; place < 16; place++) {
        struct sim_shape shape = shape_with(0x20);
        HDAUDIO_CODEC_TRANSFER first[16], show = get(BAD, 0);
        HDAUDIO_BUS_INTERFACE_V2 ddi;

        rig_set_up_shape(LINUX_CLOCK_VIRTUAL, &shape);
        plug_three();
        rig_start();
        ddi = rig_client();
        for (unsigned i = 0; i < 16; i++)
            first[i] = get(BEFORE, 0);
        ask(&ddi, first, place);
        rig_spoil(BAD, &twice.vices);
        ask(&ddi, &show, 1);
        rig_pass(10 * FRAME);
        each_pattern(&twice);
        ddi.InterfaceDereference(ddi.Context);
        close_rig();
    }
}

/* An impostor's answers begin to come while the batch is under way that asked it, and go on when it has
 * ended. */
static void a_codec_that_was_taken_for_another_rests(void **state)
{
    unsigned noticed = 0;

    (void)state;
    for (unsigned late = LATE(25) - 12; late <= LATE(25); late++) {
        const struct sim_vices vices = {.impostor = true, .poses_as = AFTER, .late = late};
        HDAUDIO_CODEC_TRANSFER both[9], next[8];
        HDAUDIO_BUS_INTERFACE_V2 ddi;

        open_beside(&vices, 0x40);
        rig_start();
        rig_pass(2 * TIMEOUT);
        ddi = rig_client();
        for (unsigned i = 0; i < 9; i++)
            both[i] = get(i == 0 ? AFTER : BAD, parameters[i % 3]);
        for (unsigned i = 0; i < 8; i++)
            next[i] = get(AFTER, parameters[i % 3]);
        ask(&ddi, both, 9);
        ask(&ddi, next, 8);
        if (!both[0].Input.IsValid) {
            noticed++;
            for (unsigned i = 0; i < 8; i++)
                assert_right(&next[i]);
        }
        ddi.InterfaceDereference(ddi.Context);
        close_rig();
    }
    assert_true(noticed > 0);
}

/* ---- One of fifteen is dead ---------------------------------------------------------------------- */

#define CODECS 15

/* How long the start of a bus of 15 codecs takes, of which one may be silent. */
static uint64_t start_time(bool locks_up, unsigned dead)
{
    struct sim_shape shape = sim_default_shape;
    uint64_t begin;

    shape.locks_up = locks_up;
    rig_set_up_shape(LINUX_CLOCK_VIRTUAL, &shape);
    for (unsigned codec = 0; codec < CODECS; codec++)
        rig_plug_as(codec, vendor_of(codec));
    if (dead < CODECS)
        rig_spoil(dead, &(struct sim_vices){.silent = true});
    begin = rig_now();
    rig_start();
    begin = rig_now() - begin;
    assert_int_equal(hda_bus_child_count(rig.bus), dead < CODECS ? CODECS - 1 : CODECS);
    for (unsigned codec = 0; codec < CODECS; codec++) {
        if (codec != dead)
            assert_found(codec);
    }
    close_rig();
    return begin;
}

/* What a dead codec at each of the 15 addresses adds; none may add more than `most`. */
static void measure(bool locks_up, uint64_t most)
{
    uint64_t healthy = start_time(locks_up, CODECS);

    print_message("15 codecs%s: %llu us\n", locks_up ? ", lock-up" : "", (unsigned long long)healthy / 1000);
    for (unsigned dead = 0; dead < CODECS; dead++) {
        uint64_t more = start_time(locks_up, dead) - healthy;

        print_message("codec %2u dead: %llu us more\n", dead, (unsigned long long)more / 1000);
        assert_true(more <= most);
    }
}

static void a_dead_codec_of_fifteen_costs_one_timeout(void **state)
{
    (void)state;
    measure(false, TIMEOUT);
}

/* HARDWARE 13, DDI Bounds: once more after a reset of the link. Whether anybody is still there costs a third,
 * and the resets about a millisecond each. */
static void where_it_locks_the_controller_up_it_costs_three(void **state)
{
    (void)state;
    measure(true, 3 * TIMEOUT + 5 * MILLISECOND);
}

/* However few streams keep the driver busy meanwhile (HDA 3.3.7; the simulator notices it, as a fault). */
static void the_rings_have_stopped_before_the_link_is_reset(void **state)
{
    (void)state;
    for (unsigned outputs = 0; outputs <= 4; outputs++) {
        struct sim_shape shape = sim_default_shape;

        shape.inputs = 0;
        shape.outputs = outputs;
        shape.locks_up = true;
        rig_set_up_shape(LINUX_CLOCK_VIRTUAL, &shape);
        rig_plug_as(BEFORE, vendor_of(BEFORE));
        rig_plug_as(BAD, vendor_of(BAD));
        rig_spoil(BAD, &(struct sim_vices){.silent = true});
        rig_start();
        assert_found(BEFORE);
        close_rig();
    }
}

/* ---- Overrun ------------------------------------------------------------------------------------- */

/* All codecs but the first flood; `dead`, if there is such a one, is silent besides. */
static void open_beside_floods(struct sim_shape shape, unsigned floods, unsigned dead)
{
    rig_set_up_shape(LINUX_CLOCK_VIRTUAL, &shape);
    rig_plug_as(0, vendor_of(0));
    for (unsigned codec = 1; codec <= floods; codec++) {
        rig_plug_as(codec, vendor_of(codec));
        rig_spoil(codec, &(struct sim_vices){.flood = true, .silent = codec == dead});
    }
    rig_start();
}

static void floods_hide_nobody_of(struct sim_shape shape, unsigned dead)
{
    open_beside_floods(shape, CODECS - 1, dead);
    assert_int_equal(hda_bus_child_count(rig.bus), dead < CODECS ? CODECS - 1 : CODECS);
    for (unsigned codec = 0; codec < CODECS; codec++) {
        if (codec != dead)
            assert_found(codec);
    }
    close_rig();
}

/* Nothing of what they say is accepted before the bus has started, nor after a reset of the link meanwhile.
 */
static void floods_hide_no_codec(void **state)
{
    (void)state;
    for (size_t ring = 0; ring < RINGS; ring++) {
        struct sim_shape shape = shape_with(rings[ring]);

        floods_hide_nobody_of(shape, CODECS);
        floods_hide_nobody_of(shape, 7);
        shape.locks_up = true;
        floods_hide_nobody_of(shape, 7);
    }
}

/* Returns how many of the answers say that responses were lost; none is another's. */
static unsigned ask_amid_floods(void)
{
    static HDAUDIO_CODEC_TRANSFER transfers[VERBS];
    HDAUDIO_BUS_INTERFACE_V2 ddi = rig_client();
    unsigned overrun = 0, right = 0;

    for (unsigned i = 0; i < VERBS; i++)
        transfers[i] = get(0, parameters[i % 3]);
    assert_true(ask(&ddi, transfers, VERBS) < TIMEOUT + link_time(VERBS));
    for (unsigned i = 0; i < VERBS; i++) {
        if (transfers[i].Input.IsValid)
            assert_right(&transfers[i]);
        right += transfers[i].Input.IsValid;
        overrun += transfers[i].Input.HasFifoOverrun;
    }
    assert_true(right == VERBS || overrun > 0);
    ddi.InterfaceDereference(ddi.Context);
    return overrun;
}

/* In one frame come more responses than the ring holds: which are lost nobody knows. */
static void answers_that_floods_have_overrun_are_invalid_and_none_is_wrong(void **state)
{
    struct hda_statistics statistics;
    unsigned overrun = 0;

    (void)state;
    for (size_t ring = 0; ring < RINGS; ring++) {
        for (unsigned floods = 1; floods < CODECS; floods++) {
            open_beside_floods(shape_with(rings[ring]), floods, CODECS);
            overrun += ask_amid_floods();
            hda_bus_statistics(rig.bus, &statistics);
            assert_true(statistics.unsolicited > 0 || statistics.response_overruns > 0);
            close_rig();
        }
    }
    assert_true(overrun > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_healthy_codecs_are_found_beside_any_bad_one),
        cmocka_unit_test(healthy_codecs_answer_what_they_are_asked),
        cmocka_unit_test(a_batch_for_a_bad_codec_disturbs_no_other),
        cmocka_unit_test(a_batch_that_names_a_bad_codec_holds_no_wrong_answer_of_another),
        cmocka_unit_test(a_codec_may_go_bad_at_any_time),
        cmocka_unit_test(a_codec_that_was_taken_for_another_rests),
        cmocka_unit_test(a_dead_codec_of_fifteen_costs_one_timeout),
        cmocka_unit_test(where_it_locks_the_controller_up_it_costs_three),
        cmocka_unit_test(the_rings_have_stopped_before_the_link_is_reset),
        cmocka_unit_test(floods_hide_no_codec),
        cmocka_unit_test(answers_that_floods_have_overrun_are_invalid_and_none_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
