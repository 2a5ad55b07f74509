/* SPDX-License-Identifier: BSD-2-Clause */
/* position.c - DDI Registers handed out: the link position and the wall clock. */
#include "check.h"

#define WALL_CLOCK 24000000ull /* Hz */

static bool wall_clock(struct trial *t, ULONG *ticks)
{
    PULONG pointer = NULL;

    DDI(GetWallClockRegister, &pointer);
    EXPECT(pointer != NULL);
    *ticks = read_register(pointer);
    return true;
}

static bool within(struct trial *t, const char *what, ULONGLONG value, ULONGLONG expected,
                   ULONGLONG tolerance)
{
    if (value <= expected + tolerance && value + tolerance >= expected)
        return true;
    return failed(t, __FILE__, __LINE__, "%s: %llu, not %llu within %llu", what, (unsigned long long)value,
                  (unsigned long long)expected, (unsigned long long)tolerance);
}

static bool runs_at_24_mhz(struct trial *t)
{
    ULONGLONG begun, elapsed, tolerance = MILLISECOND + t->target->slack;
    ULONG first, last;

    TRY(refresh(t));
    TRY(wall_clock(t, &first));
    begun = now(t);
    advance(t, 100 * MILLISECOND);
    TRY(refresh(t));
    TRY(wall_clock(t, &last));
    elapsed = now(t) - begun;
    return within(t, "ticks of the wall clock", (ULONG)(last - first),
                  elapsed * (WALL_CLOCK / 1000) / 1000000, tolerance * (WALL_CLOCK / 1000) / 1000000);
}

static bool same_clock_for_all(struct trial *t)
{
    PULONG one = NULL, two = NULL;

    TRY(open_other(t));
    DDI(GetWallClockRegister, &one);
    t->other.GetWallClockRegister(t->other.Context, &two);
    EXPECT(one != NULL && two != NULL);
    EXPECT(read_register(two) - read_register(one) <=
           t->target->slack * (WALL_CLOCK / 1000) / 1000000 + 24000);
    return true;
}

static bool null_position(struct trial *t)
{
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(GetLinkPositionRegister, handle, NULL));
    return true;
}

static bool same_pointer(struct trial *t)
{
    PULONG early = NULL, late = NULL;
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &early));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &late));
    EXPECT(early == late);
    return true;
}

/* In steps that are short against a period, so that the distance from one to the next is known. */
static bool advances_within(struct trial *t)
{
    ULONG size = period_bytes(t), before = 0, after;
    ULONGLONG moved = 0, begun;
    HANDLE handle;

    TRY(start(t, 0, &handle));
    begun = now(t);
    while (now(t) - begun < 3 * period(t)) {
        advance(t, period(t) / 20);
        TRY(position(t, handle, &after));
        EXPECT(after < size);
        EXPECT((after + size - before) % size < size / 2);
        moved += (after + size - before) % size;
        before = after;
    }
    return within(t, "bytes over the link", moved, (now(t) - begun) * BYTES_PER_MS / MILLISECOND,
                  BYTES_PER_MS + t->target->slack * BYTES_PER_MS / MILLISECOND);
}

static bool whole_blocks(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT six = {44100, 24, 32, 6};
    struct buffer buffer;
    HANDLE handle;

    TRY(allocate(t, &six, &handle));
    EXPECT_SUCCESS(allocate_buffer(t, handle, 24 * 128 * 10, &buffer));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    for (unsigned i = 0; i < 50; i++) {
        ULONG bytes;

        advance(t, MILLISECOND + 777);
        TRY(position(t, handle, &bytes));
        EXPECT_EQUAL(0, bytes % 24);
    }
    return true;
}

static bool reset_returns_to_0(struct trial *t)
{
    ULONG bytes;
    HANDLE handle;

    TRY(start(t, 0, &handle));
    advance(t, period(t) / 2);
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    TRY(position(t, handle, &bytes));
    EXPECT(bytes != 0);
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    TRY(position(t, handle, &bytes));
    EXPECT_EQUAL(0, bytes);
    return true;
}

static bool pause_keeps(struct trial *t)
{
    ULONG paused, later, resumed;
    HANDLE handle;

    TRY(start(t, 0, &handle));
    advance(t, period(t) / 2);
    EXPECT_SUCCESS(set_state(t, PauseState, handle));
    TRY(position(t, handle, &paused));
    advance(t, period(t));
    TRY(position(t, handle, &later));
    EXPECT_EQUAL(paused, later);
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    advance(t, period(t) / 8);
    TRY(position(t, handle, &resumed));
    if (resumed < paused)
        return skip(t, "this controller begins again after a pause");
    return true;
}

static bool pointers_at_dispatch(struct trial *t)
{
    PULONG links[2] = {NULL, NULL}, walls[2] = {NULL, NULL};
    NTSTATUS status;
    HANDLE handle;
    KIRQL level;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(start(t, 0, &handle));
    level = raise_irql(t);
    status = DDI(GetLinkPositionRegister, handle, &links[0]);
    DDI(GetWallClockRegister, &walls[0]);
    lower_irql(t, level);
    EXPECT_SUCCESS(status);
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &links[1]));
    DDI(GetWallClockRegister, &walls[1]);
    EXPECT(links[0] != NULL && links[0] == links[1]);
    EXPECT(walls[0] != NULL && walls[0] == walls[1]);
    return true;
}

/* Nothing but the request itself has happened since the engine was started. */
static bool fresh_position(struct trial *t)
{
    ULONGLONG late = MILLISECOND + t->target->slack;
    PULONG pointer = NULL;
    HANDLE handle;

    TRY(start(t, 0, &handle));
    advance(t, period(t) / 4);
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &pointer));
    EXPECT(pointer != NULL);
    EXPECT(read_register(pointer) >= period_bytes(t) / 4 - late * BYTES_PER_MS / MILLISECOND);
    return true;
}

static bool fresh_wall_clock(struct trial *t)
{
    ULONG first, last;

    TRY(wall_clock(t, &first));
    advance(t, 20 * MILLISECOND);
    TRY(wall_clock(t, &last));
    EXPECT(last - first >= WALL_CLOCK / 1000 * 19);
    return true;
}

/* Reading through the pointers is all that is done between two looks at the time. */
static bool takes_no_time(struct trial *t)
{
    PULONG link = NULL, wall = NULL;
    ULONG first, second;
    ULONGLONG begun;
    HANDLE handle;

    if (t->target->slack)
        return skip(t, "time passes by itself here");
    TRY(start(t, 0, &handle));
    advance(t, period(t) / 4);
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, &link));
    DDI(GetWallClockRegister, &wall);
    begun = now(t);
    first = read_register(link) + read_register(wall);
    for (unsigned i = 0; i < 1000; i++) {
        second = read_register(link) + read_register(wall);
        EXPECT_EQUAL(first, second);
    }
    EXPECT_EQUAL(begun, now(t));
    return true;
}

/* The pointer stays readable for as long as the child device is there, also when its engine is gone. */
static bool outlives_the_engine(struct trial *t)
{
    volatile ULONG *pointer = NULL;
    HANDLE handle;
    ULONG idle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_SUCCESS(DDI(GetLinkPositionRegister, handle, (PULONG *)&pointer));
    TRY(release(t, handle));
    idle = read_register(pointer);
    advance(t, 10 * MILLISECOND);
    EXPECT_EQUAL(idle, read_register(pointer));
    return true;
}

const struct check position_checks[] = {
    {"GetWallClockRegister.rate", "The wall clock: 24 MHz BCLK, 32 bits.", runs_at_24_mhz, false, NULL},
    {"GetWallClockRegister.fresh",
     "Where registers cannot be mapped it points to a shadow that is updated on each interrupt and each "
     "request.",
     fresh_wall_clock, false, NULL},
    {"GetWallClockRegister.one", "There is one wall clock for all clients.", same_clock_for_all, false, NULL},
    {"GetLinkPositionRegister.null", "NULL for a required pointer is INVALID_PARAMETER.", null_position,
     false, NULL},
    {"GetLinkPositionRegister.same-source",
     "The source is chosen before the first pointer is handed out and stays for the engine's life.",
     same_pointer, false, NULL},
    {"GetLinkPositionRegister.advances",
     "The link position: byte offset in the cyclic buffer of the next byte to go over the link.",
     advances_within, false, NULL},
    {"GetLinkPositionRegister.whole-blocks", "No frame is split: what goes over the link are sample blocks.",
     whole_blocks, false, NULL},
    {"GetLinkPositionRegister.reset", "Reset returns the position to 0.", reset_returns_to_0, false, NULL},
    {"GetLinkPositionRegister.pause", "Pausing keeps the position where the hardware does.", pause_keeps,
     false, NULL},
    {"GetLinkPositionRegister.fresh",
     "Where registers cannot be mapped it points to a shadow that is updated on each interrupt and each "
     "request.",
     fresh_position, false, NULL},
    {"GetLinkPositionRegister.takes-no-time", "Under virtual time a read through a pointer passes no time.",
     takes_no_time, false, NULL},
    {"GetLinkPositionRegister.at-dispatch", "Both registers are handed out at up to DISPATCH_LEVEL.",
     pointers_at_dispatch, false, NULL},
    {"GetLinkPositionRegister.outlives-the-engine",
     "The pointer is valid, and readable, until the child device is deleted.", outlives_the_engine, false,
     NULL},
    {0},
};
