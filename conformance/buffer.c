/* SPDX-License-Identifier: BSD-2-Clause */
/* buffer.c - DDI DMA buffers: sizes, memory, what is handed out with them, and freeing them. */
#include <string.h>

#include "check.h"

#define ALIGNMENT    128          /* of fragments (HDA 3.6.2) */
#define MAYBE        (512u << 10) /* from here on 256 entries need not suffice */
#define LARGEST      (16u << 20)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Sizes -------------------------------------------------------------------------------------- */

static const HDAUDIO_STREAM_FORMAT formats[] = {
    {48000, 8, 8, 1},   {48000, 16, 16, 1}, {48000, 16, 16, 2}, {44100, 16, 16, 3},
    {48000, 16, 16, 5}, {96000, 24, 32, 6}, {48000, 32, 32, 7}, {48000, 16, 16, 16},
};

static const SIZE_T requests[] = {
    1,      2,      127,   128,     129,           191,     192,         193,     255,   256,
    257,    319,    320,   321,     384,           448,     640,         960,     1000,  1023,
    4095,   4096,   4097,  4800,    7680,          9600,    65535,       65536,   65537, 100000,
    131072, 192000, MAYBE, 1 << 20, (1 << 20) + 1, 5000000, LARGEST - 1, LARGEST,
};

static SIZE_T unit(const HDAUDIO_STREAM_FORMAT *format, ULONG count)
{
    SIZE_T block = (SIZE_T)format->NumberOfChannels * format->ContainerSize / 8;
    SIZE_T multiple = ALIGNMENT;

    while (multiple % block != 0)
        multiple += ALIGNMENT;
    return multiple * count;
}

/* The multiple of U nearest to the request, ties up, at least one U and at least two fragments. */
static SIZE_T nearest(const HDAUDIO_STREAM_FORMAT *format, ULONG count, SIZE_T request)
{
    SIZE_T u = unit(format, count);
    SIZE_T size = (request + u / 2) / u * u;

    while (size < u || size < 2 * ALIGNMENT)
        size += u;
    return size;
}

static bool size_is(struct trial *t, HANDLE handle, ULONG count, SIZE_T request, SIZE_T expected)
{
    struct buffer buffer;
    NTSTATUS status;

    if (count == 0)
        status = allocate_buffer(t, handle, request, &buffer);
    else
        status = allocate_notified(t, handle, count, request, &buffer);
    if (status == STATUS_INSUFFICIENT_RESOURCES && request > MAYBE)
        return true;
    EXPECT_SUCCESS(status);
    EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
    if (buffer.size != expected)
        return failed(t, __FILE__, __LINE__, "%llu bytes for a request of %llu, not %llu",
                      (unsigned long long)buffer.size, (unsigned long long)request,
                      (unsigned long long)expected);
    return true;
}

static bool sizes_of(struct trial *t, const HDAUDIO_STREAM_FORMAT *format, ULONG count)
{
    HANDLE handle;

    TRY(allocate(t, format, &handle));
    for (size_t i = 0; i < COUNT(requests); i++)
        TRY(size_is(t, handle, count, requests[i], nearest(format, count ? count : 1, requests[i])));
    return release(t, handle);
}

static bool sizes(struct trial *t)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        TRY(sizes_of(t, &formats[i], 0));
    return true;
}

static bool notified_sizes(struct trial *t)
{
    for (size_t i = 0; i < COUNT(formats); i++) {
        TRY(sizes_of(t, &formats[i], 1));
        TRY(sizes_of(t, &formats[i], 2));
    }
    return true;
}

/* Sizes that may need one entry more than there are: those that are granted run, and come round. Where that
 * takes time on a clock a few do. */
static bool within_the_list(struct trial *t)
{
    static const HDAUDIO_STREAM_FORMAT fast = {192000, 16, 16, 8}; /* 3 MB in a second */
    SIZE_T step = t->target->slack ? 4 * ALIGNMENT : ALIGNMENT;
    struct buffer buffer;
    HANDLE handle;
    ULONG bytes;

    TRY(allocate(t, &fast, &handle));
    for (SIZE_T size = (1 << 20) - 4 * ALIGNMENT; size <= (1 << 20) + 4 * ALIGNMENT; size += step) {
        if (allocate_buffer(t, handle, size, &buffer) == STATUS_INSUFFICIENT_RESOURCES)
            continue;
        EXPECT_SUCCESS(set_state(t, RunState, handle));
        advance(t, 400 * MILLISECOND);
        TRY(position(t, handle, &bytes));
        EXPECT(bytes > 0);
        EXPECT_SUCCESS(set_state(t, StopState, handle));
        EXPECT_SUCCESS(set_state(t, ResetState, handle));
        EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
    }
    return true;
}

/* ---- Parameters --------------------------------------------------------------------------------- */

static bool parameters(struct trial *t)
{
    struct buffer b;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, allocate_buffer(t, handle, 0, &b));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  DDI(AllocateDmaBuffer, handle, 4096, NULL, &b.size, &b.stream, &b.fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  DDI(AllocateDmaBuffer, handle, 4096, &b.mdl, NULL, &b.stream, &b.fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  DDI(AllocateDmaBuffer, handle, 4096, &b.mdl, &b.size, NULL, &b.fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  DDI(AllocateDmaBuffer, handle, 4096, &b.mdl, &b.size, &b.stream, NULL));
    EXPECT_SUCCESS(allocate_buffer(t, handle, 4096, &b));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, allocate_buffer(t, handle, 0, &b));
    return true;
}

static bool notified_parameters(struct trial *t)
{
    SIZE_T offset;
    struct buffer b;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, allocate_notified(t, handle, 1, 0, &b));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateDmaBufferWithNotification, handle, 1, 4096, NULL,
                                                &b.size, &offset, &b.stream, &b.fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateDmaBufferWithNotification, handle, 1, 4096, &b.mdl,
                                                NULL, &offset, &b.stream, &b.fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateDmaBufferWithNotification, handle, 1, 4096, &b.mdl,
                                                &b.size, NULL, &b.stream, &b.fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateDmaBufferWithNotification, handle, 1, 4096, &b.mdl,
                                                &b.size, &offset, NULL, &b.fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateDmaBufferWithNotification, handle, 1, 4096, &b.mdl,
                                                &b.size, &offset, &b.stream, NULL));
    EXPECT_SUCCESS(allocate_notified(t, handle, 1, 4096, &b));
    return true;
}

static bool notification_count(struct trial *t)
{
    static const ULONG counts[] = {0, 3, 4, 256, 0xFFFFFFFF};
    struct buffer buffer;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    for (size_t i = 0; i < COUNT(counts); i++)
        EXPECT_STATUS(STATUS_INVALID_PARAMETER, allocate_notified(t, handle, counts[i], 4096, &buffer));
    EXPECT_SUCCESS(allocate_notified(t, handle, 2, 4096, &buffer));
    return true;
}

static bool second_buffer(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, allocate_buffer(t, handle, 4096, &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, allocate_buffer(t, handle, 4096, &buffer));
    return true;
}

static bool second_notified(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(prepare(t, 1, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, allocate_notified(t, handle, 1, 4096, &buffer));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, allocate_buffer(t, handle, 4096, &buffer));
    return true;
}

/* ---- What is handed out ------------------------------------------------------------------------- */

static unsigned char *map(struct trial *t, const struct buffer *buffer)
{
    PVOID memory =
        MmMapLockedPagesSpecifyCache(buffer->mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);

    if (!memory)
        failed(t, __FILE__, __LINE__, "the buffer cannot be mapped");
    return memory;
}

static bool only_zeros(const unsigned char *memory, SIZE_T size)
{
    for (SIZE_T i = 0; i < size; i++)
        if (memory[i] != 0)
            return false;
    return true;
}

static bool zeroed(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    for (unsigned round = 0; round < 3; round++) {
        unsigned char *memory;
        bool clean;

        EXPECT_SUCCESS(allocate_buffer(t, handle, 100000, &buffer));
        memory = map(t, &buffer);
        TRY(memory != NULL);
        clean = only_zeros(memory, buffer.size);
        memset(memory, 0xEE, buffer.size);
        MmUnmapLockedPages(memory, buffer.mdl);
        EXPECT(clean);
        EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
    }
    return true;
}

static bool unmapped(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(allocate_buffer(t, handle, 10000, &buffer));
    EXPECT(buffer.mdl != NULL);
    EXPECT(MmGetMdlByteCount(buffer.mdl) >= buffer.size);
    EXPECT_EQUAL(0, buffer.mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA);
    return true;
}

static bool offset_is_0(struct trial *t)
{
    SIZE_T offset = 77;
    struct buffer b;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(DDI(AllocateDmaBufferWithNotification, handle, 2, 10000, &b.mdl, &b.size, &offset,
                       &b.stream, &b.fifo));
    EXPECT_EQUAL(0, offset);
    EXPECT_EQUAL(0, MmGetMdlByteOffset(b.mdl));
    EXPECT(MmGetMdlByteCount(b.mdl) >= b.size);
    return true;
}

static bool stream_ids(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT];
    unsigned count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);
    ULONG seen = 1; /* 0 is reserved */

    for (unsigned i = 0; i < count; i++) {
        struct buffer buffer;
        NTSTATUS status = allocate_buffer(t, handles[i], 4096, &buffer);

        if (status == STATUS_INSUFFICIENT_RESOURCES && i >= 15)
            break; /* there are no more than 15 tags for a direction */
        EXPECT_SUCCESS(status);
        EXPECT(buffer.stream <= 15);
        EXPECT(!(seen >> buffer.stream & 1));
        seen |= 1u << buffer.stream;
    }
    return true;
}

/* A FIFO that could not hold the blocks of one link frame would never be filled in time (HDA 3.3.40). */
static bool fifo_size(struct trial *t)
{
    static const struct {
        HDAUDIO_STREAM_FORMAT format;
        ULONG frame; /* bytes that go over the link in a frame */
    } cases[] = {{{48000, 8, 8, 1}, 1},
                 {{48000, 16, 16, 2}, 4},
                 {{96000, 24, 32, 6}, 36},
                 {{192000, 24, 32, 2}, 24},
                 {{192000, 32, 32, 15}, 240}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer buffer;
        HANDLE handle;

        if (!NT_SUCCESS(allocate_for(t, &t->ddi, &cases[i].format, &handle)))
            continue; /* no room on the line for so much */
        EXPECT_SUCCESS(allocate_buffer(t, handle, 4096, &buffer));
        EXPECT(buffer.fifo >= cases[i].frame);
        EXPECT(buffer.fifo <= 0x10000);
        EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
        TRY(release(t, handle));
    }
    return true;
}

/* ---- Freeing ------------------------------------------------------------------------------------ */

static bool free_none(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaBuffer, handle));
    return true;
}

static bool free_running(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaBuffer, handle));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    return true;
}

static bool free_stopped(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    advance(t, period(t) / 2);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
    return release(t, handle);
}

static bool free_and_again(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    for (unsigned round = 0; round < 20; round++) {
        EXPECT_SUCCESS(allocate_buffer(t, handle, 4096 + 1024 * round, &buffer));
        EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
        EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaBuffer, handle));
    }
    return true;
}

static bool free_notified_none(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaBufferWithNotification, handle, NULL, 0));
    return true;
}

static bool free_notified_running(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 1, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaBufferWithNotification, handle, NULL, 0));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_SUCCESS(DDI(FreeDmaBufferWithNotification, handle, NULL, 0));
    return release(t, handle);
}

static bool either_frees(struct trial *t)
{
    struct buffer buffer;
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(allocate_buffer(t, handle, 4096, &buffer));
    EXPECT_SUCCESS(DDI(FreeDmaBufferWithNotification, handle, buffer.mdl, buffer.size));
    EXPECT_SUCCESS(allocate_notified(t, handle, 2, 4096, &buffer));
    EXPECT_SUCCESS(DDI(FreeDmaBuffer, handle));
    return release(t, handle);
}

static bool not_trusted(struct trial *t)
{
    struct buffer one, two;
    HANDLE first, second;

    TRY(allocate(t, &stereo, &first));
    TRY(allocate(t, &stereo, &second));
    EXPECT_SUCCESS(allocate_notified(t, first, 1, 4096, &one));
    EXPECT_SUCCESS(allocate_notified(t, second, 1, 4096, &two));
    EXPECT_SUCCESS(DDI(FreeDmaBufferWithNotification, first, two.mdl, two.size + 1));
    EXPECT_SUCCESS(DDI(FreeDmaBufferWithNotification, second, NULL, 0));
    TRY(release(t, first));
    return release(t, second);
}

#define SIZE_RULE                                                                                          \
    "The size is a multiple of U = NotificationCount x the least common multiple of the sample block and " \
    "128 bytes, the multiple nearest to the request (ties up), at least one U and at least two 128-byte "  \
    "fragments."
#define FREE_RULE "In Stop/Pause it resets the stream first and succeeds; Running is INVALID_DEVICE_REQUEST."

const struct check buffer_checks[] = {
    {"AllocateDmaBuffer.sizes", SIZE_RULE, sizes, false, NULL},
    {"AllocateDmaBuffer.within-the-list",
     "Every size from 1 byte to 16 MiB works within 256 entries or fails with INSUFFICIENT_RESOURCES.",
     within_the_list, false, NULL},
    {"AllocateDmaBuffer.parameters",
     "Size 0 and NULL for a required pointer are INVALID_PARAMETER; parameters are checked before state.",
     parameters, false, NULL},
    {"AllocateDmaBuffer.second", "INVALID_DEVICE_REQUEST: not in reset, or has a buffer.", second_buffer,
     false, NULL},
    {"AllocateDmaBuffer.zeroed", "The memory is zeroed.", zeroed, false, NULL},
    {"AllocateDmaBuffer.unmapped", "The MDL describes locked pages, and no mapping of the driver's stays.",
     unmapped, false, NULL},
    {"AllocateDmaBuffer.stream-id",
     "The stream tag handed out (StreamId, 1-15; 0 is reserved) is unique per direction.", stream_ids, false,
     NULL},
    {"AllocateDmaBuffer.fifo-size", "FifoSize is SDnFIFOS + 1, read after SDnFMT was programmed.", fifo_size,
     false, NULL},
    {"FreeDmaBuffer.none", "INVALID_DEVICE_REQUEST: no buffer.", free_none, false, NULL},
    {"FreeDmaBuffer.running", FREE_RULE, free_running, false, NULL},
    {"FreeDmaBuffer.stopped", FREE_RULE, free_stopped, false, NULL},
    {"FreeDmaBuffer.again", "An engine whose buffer was freed can have another.", free_and_again, false,
     NULL},
    {"AllocateDmaBufferWithNotification.sizes", SIZE_RULE, notified_sizes, true, NULL},
    {"AllocateDmaBufferWithNotification.parameters",
     "Size 0 and NULL for a required pointer are INVALID_PARAMETER.", notified_parameters, true, NULL},
    {"AllocateDmaBufferWithNotification.count",
     "A NotificationCount other than 1 and 2 is INVALID_PARAMETER.", notification_count, true, NULL},
    {"AllocateDmaBufferWithNotification.second", "INVALID_DEVICE_REQUEST: not in reset, or has a buffer.",
     second_notified, true, NULL},
    {"AllocateDmaBufferWithNotification.offset", "OffsetFromFirstPage is 0.", offset_is_0, true, NULL},
    {"FreeDmaBufferWithNotification.none", "INVALID_DEVICE_REQUEST: no buffer.", free_notified_none, true,
     NULL},
    {"FreeDmaBufferWithNotification.running", FREE_RULE, free_notified_running, true, NULL},
    {"FreeDmaBufferWithNotification.either", "Either free routine frees a buffer from either allocator.",
     either_frees, true, NULL},
    {"FreeDmaBufferWithNotification.not-trusted", "BufferMdl and BufferSize are not trusted: ignored.",
     not_trusted, true, NULL},
    {0},
};
