/* SPDX-License-Identifier: BSD-2-Clause */
/* corrupt.c - samples reach a pin only through the buffer descriptor list: corrupting one entry corrupts
 * exactly its samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hdacodec.h>

#include "bench.h"

#define FRAMES     16384u
#define FRAME      4u /* bytes: 16 bits, stereo */
#define BYTES      (FRAMES * FRAME)
#define WRONG      0x7777
#define STREAM     0x80 /* the first stream descriptor; 20h each (HDA 3.3.35) */
#define STREAM_LVI 0x0C
#define BDPL       0x18
#define BDPU       0x1C
#define GROUP      0x01
#define CONVERTER  0x02
#define PIN        0x03

static const HDAUDIO_STREAM_FORMAT stereo = {48000, 16, 16, 2};

/* The shortest way to hear something: one converter, one pin, no amplifier. */
static const char codec[] = "Codec: one converter and one pin\n"
                            "Address: 0\n"
                            "AFG Function Id: 0x1 (unsol 0)\n"
                            "Vendor Id: 0x1de40001\n"
                            "Subsystem Id: 0x1de40001\n"
                            "Revision Id: 0x100000\n"
                            "No Modem Function Group found\n"
                            "Default PCM:\n"
                            "    rates [0x7f0]: 32000 44100 48000 88200 96000 176400 192000\n"
                            "    bits [0xe]: 16 20 24\n"
                            "    formats [0x1]: PCM\n"
                            "Default Amp-In caps: N/A\n"
                            "Default Amp-Out caps: N/A\n"
                            "GPIO: io=0, o=0, i=0, unsolicited=0, wake=0\n"
                            "Node 0x02 [Audio Output] wcaps 0x11: Stereo\n"
                            "  Converter: stream=0, channel=0\n"
                            "  PCM:\n"
                            "    rates [0x7f0]: 32000 44100 48000 88200 96000 176400 192000\n"
                            "    bits [0xe]: 16 20 24\n"
                            "    formats [0x1]: PCM\n"
                            "Node 0x03 [Pin Complex] wcaps 0x400101: Stereo\n"
                            "  Pincap 0x00000010: OUT\n"
                            "  Pin Default 0x01014010: [Jack] Line Out at Ext Rear\n"
                            "    Conn = 1/8, Color = Green\n"
                            "    DefAssociation = 0x1, Sequence = 0x0\n"
                            "  Pin-ctls: 0x40: OUT\n"
                            "  Connection: 1\n"
                            "     0x02\n";

/* One entry of the list as the controller reads it (HDA 3.6.3). */
struct entry {
    uint64_t address;
    uint32_t length;
    uint32_t flags;
};

/* What the driver told the controller about its list. */
struct list {
    uint64_t address;
    unsigned last;
};

struct heard {
    int32_t *samples; /* two for each frame */
    size_t frames;
};

static void watch_list(struct bench *bench, bool write, uint32_t offset, unsigned width, uint32_t value)
{
    struct list *list = bench->watch_context;

    (void)width;
    if (!write || offset < STREAM)
        return;
    if (offset % 0x20 == BDPL)
        list->address = (list->address & ~0xFFFFFFFFull) | value;
    else if (offset % 0x20 == BDPU)
        list->address = (list->address & 0xFFFFFFFF) | (uint64_t)value << 32;
    else if (offset % 0x20 == STREAM_LVI)
        list->last = value;
}

static void hear(void *context, const struct hdabus_audio *audio)
{
    struct heard *heard = context;
    size_t frames = audio->frames;

    assert_int_equal(audio->channels, 2);
    if (frames > FRAMES - heard->frames)
        frames = FRAMES - heard->frames;
    memcpy(heard->samples + 2 * heard->frames, audio->samples, frames * 2 * sizeof(int32_t));
    heard->frames += frames;
}

/* Left counts up from 1, right down from -1; left-justified as the pin gives it. */
static int32_t left(size_t frame)
{
    return (int32_t)((uint32_t)(frame + 1) << 16);
}

static int32_t right(size_t frame)
{
    return (int32_t)(~(uint32_t)frame << 16);
}

static void write_ramp(PMDL mdl)
{
    uint16_t *memory =
        MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);

    assert_non_null(memory);
    for (size_t frame = 0; frame < FRAMES; frame++) {
        memory[2 * frame] = (uint16_t)((uint32_t)left(frame) >> 16);
        memory[2 * frame + 1] = (uint16_t)((uint32_t)right(frame) >> 16);
    }
    MmUnmapLockedPages(memory, mdl);
}

static void open_path(struct bench *bench, UCHAR stream)
{
    bench_verb(bench, GROUP, HDA_SET_POWER_STATE, 0);
    while (bench_verb(bench, GROUP, HDA_GET_POWER_STATE, 0) & 0xF0) /* what it has come to (HDA 7.3.3.10) */
        bench_sleep(1000000);
    bench_verb(bench, CONVERTER, HDA_SET_CONVERTER_FORMAT, 0x0011);
    bench_verb(bench, CONVERTER, HDA_SET_STREAM_CHANNEL, (ULONG)stream << 4);
    bench_verb(bench, PIN, HDA_SET_PIN_CONTROL, 0x40);
}

static struct entry *entries_of(struct bench *bench, const struct list *list)
{
    struct entry *entries = bench_memory(bench, list->address, (list->last + 1) * sizeof(*entries));
    uint64_t sum = 0;

    assert_non_null(entries);
    for (unsigned i = 0; i <= list->last; i++)
        sum += entries[i].length;
    assert_int_equal(sum, BYTES);
    return entries;
}

/* Plays the buffer once into *heard with entry `corrupted` pointing to `wrong`; none for a number beyond the
 * list's end. */
static void play(struct bench *bench, unsigned corrupted, const struct hda_dma *wrong, struct heard *heard,
                 size_t *first, size_t *end)
{
    struct list list = {0};
    struct entry *entries;
    UCHAR stream;
    PMDL mdl;
    HANDLE handle;

    bench->watch_context = &list;
    bench->watch = watch_list;
    handle = bench_engine(bench, &stereo, 1, BYTES, &mdl, &stream);
    write_ramp(mdl);
    open_path(bench, stream);
    assert_int_equal(bench_state(bench, StopState, handle), STATUS_SUCCESS);
    entries = entries_of(bench, &list);
    *first = *end = 0;
    for (unsigned i = 0; i <= list.last && i <= corrupted; i++) {
        *first = *end;
        *end += entries[i].length / FRAME;
    }
    if (corrupted <= list.last) {
        assert_true(entries[corrupted].length <= wrong->size);
        entries[corrupted].address = wrong->address;
    } else {
        *first = *end;
    }
    heard->frames = 0;
    assert_int_equal(sim_device_hear(bench->device, bench->codec, PIN, hear, heard), STATUS_SUCCESS);
    assert_int_equal(bench_state(bench, RunState, handle), STATUS_SUCCESS);
    bench_sleep((uint64_t)(FRAMES + 100) * LINK_FRAME_NS);
    bench_free(bench, handle);
    assert_int_equal(sim_device_hear(bench->device, bench->codec, PIN, NULL, NULL), STATUS_SUCCESS);
    bench->watch = NULL;
}

static void compare(const struct heard *heard, size_t first, size_t end)
{
    assert_int_equal(heard->frames, FRAMES);
    for (size_t i = 0; i < FRAMES; i++) {
        bool wrong = i >= first && i < end;

        assert_int_equal(heard->samples[2 * i], wrong ? WRONG << 16 : left(i));
        assert_int_equal(heard->samples[2 * i + 1], wrong ? WRONG << 16 : right(i));
    }
}

/* Memory that the controller may read and that holds none of the ramp. */
static void allocate_wrong(struct bench *bench, struct hda_dma *wrong)
{
    uint16_t *samples;

    assert_int_equal(sim_device_ops.dma_alloc(bench->device, BYTES, 0xFFFFFFFF, wrong), STATUS_SUCCESS);
    samples = wrong->memory;
    for (size_t i = 0; i < BYTES / sizeof(*samples); i++)
        samples[i] = WRONG;
}

static void corrupting_one_entry_corrupts_exactly_its_samples(void **state)
{
    static const unsigned corrupted[] = {1000, 0, 1, 7, 14, 15};
    struct heard heard = {.samples = malloc(FRAMES * 2 * sizeof(int32_t))};
    struct hda_dma wrong;
    struct bench bench;
    size_t first, end;

    (void)state;
    assert_non_null(heard.samples);
    bench_open(&bench, &(struct bench_options){.fragment_pages = 1, .codec = codec});
    allocate_wrong(&bench, &wrong);
    for (size_t i = 0; i < sizeof(corrupted) / sizeof(corrupted[0]); i++) {
        play(&bench, corrupted[i], &wrong, &heard, &first, &end);
        assert_int_equal(end - first, corrupted[i] < 16 ? 1024 : 0); /* a page of frames */
        compare(&heard, first, end);
    }
    sim_device_ops.dma_free(bench.device, &wrong);
    bench_close(&bench);
    free(heard.samples);
}

/* What runs together is one entry (DDI DMA buffers): there are two of 32 KiB, since a list has at least two.
 */
static void entries_of_contiguous_memory_are_merged(void **state)
{
    struct heard heard = {.samples = malloc(FRAMES * 2 * sizeof(int32_t))};
    struct hda_dma wrong;
    struct bench bench;
    size_t first, end;

    (void)state;
    assert_non_null(heard.samples);
    bench_open(&bench, &(struct bench_options){.fragment_pages = 0, .codec = codec});
    allocate_wrong(&bench, &wrong);
    play(&bench, 1, &wrong, &heard, &first, &end);
    assert_int_equal(end, FRAMES);
    compare(&heard, first, end);
    sim_device_ops.dma_free(bench.device, &wrong);
    bench_close(&bench);
    free(heard.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corrupting_one_entry_corrupts_exactly_its_samples),
        cmocka_unit_test(entries_of_contiguous_memory_are_merged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
