/* SPDX-License-Identifier: BSD-2-Clause */
/* contiguous.c - DDI 3, BDL clients: memory, the list that the client writes, and its interrupt routine. */
#include <stdatomic.h>
#include <string.h>

#include "check.h"

#define ENTRIES 256   /* a page of them */
#define BCIS    0x04u /* SDnSTS: a descriptor with IOC is complete (HDA 3.3.36) */

/* What an interrupt routine has seen. */
struct seen {
    _Atomic unsigned count;
    _Atomic unsigned causes; /* all that it was given, together */
    _Atomic unsigned level;
};

/* An engine with contiguous memory. */
struct contiguous {
    HANDLE handle;
    ULONG size; /* of the data */
    PVOID data;
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    ULONGLONG address; /* of the data */
    UCHAR stream;
    ULONG fifo;
    struct seen *seen;
};

static VOID NTAPI see(VOID *context, ULONG causes)
{
    struct seen *seen = context;

    atomic_fetch_or(&seen->causes, causes);
    atomic_store(&seen->level, KeGetCurrentIrql());
    atomic_fetch_add(&seen->count, 1);
}

static NTSTATUS set_up_for(struct trial *t, struct contiguous *c, ULONG length, ULONG last)
{
    NTSTATUS status = BDL(SetupDmaEngineWithBdl, c->handle, length, last, see, c->seen, &c->stream, &c->fifo);

    if (NT_SUCCESS(status))
        let_hear(t, c->handle, c->stream);
    return status;
}

static bool obtain(struct trial *t, ULONG size, struct contiguous *c)
{
    memset(c, 0, sizeof(*c));
    c->size = size;
    c->seen = trial_memory(t, sizeof(*c->seen));
    TRY(c->seen != NULL);
    TRY(allocate(t, &stereo, &c->handle));
    EXPECT_SUCCESS(BDL(AllocateContiguousDmaBuffer, c->handle, size, &c->data, &c->list));
    c->address = (ULONGLONG)MmGetPhysicalAddress(c->data).QuadPart;
    return true;
}

static void write_entry(const struct contiguous *c, unsigned index, ULONG offset, ULONG length,
                        ULONG interrupt)
{
    c->list[index].Address.QuadPart = (LONGLONG)(c->address + offset);
    c->list[index].Length = length;
    c->list[index].InterruptOnCompletion = interrupt;
}

/* Two equal parts, the second of which interrupts: what every controller takes when they are small. */
static void write_halves(const struct contiguous *c)
{
    write_entry(c, 0, 0, c->size / 2, 0);
    write_entry(c, 1, c->size / 2, c->size / 2, 1);
}

/* An engine that is set up for one period. */
static bool obtain_period(struct trial *t, struct contiguous *c)
{
    TRY(obtain(t, period_bytes(t), c));
    EXPECT_SUCCESS(set_up_for(t, c, c->size, write_list(c->data, c->size, c->list) - 1));
    return true;
}

static bool is_zero(const void *memory, size_t size)
{
    const unsigned char *bytes = memory;

    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* ---- AllocateContiguousDmaBuffer ---------------------------------------------------------------- */

static bool zeroed(struct trial *t)
{
    struct contiguous c;

    for (unsigned round = 0; round < 3; round++) {
        TRY(obtain(t, 3 * PAGE_SIZE + 128, &c));
        EXPECT(is_zero(c.data, c.size));
        EXPECT(is_zero(c.list, PAGE_SIZE));
        poison(c.data, c.size);
        poison(c.list, PAGE_SIZE);
        EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
    }
    return true;
}

static bool one_page(struct trial *t)
{
    struct contiguous c;
    LONGLONG list;

    TRY(obtain(t, 1000, &c));
    list = MmGetPhysicalAddress(c.list).QuadPart;
    EXPECT_EQUAL(0, (ULONG_PTR)c.list % PAGE_SIZE);
    EXPECT_EQUAL(0, list % PAGE_SIZE);
    EXPECT_EQUAL(list + PAGE_SIZE - 1, MmGetPhysicalAddress((char *)c.list + PAGE_SIZE - 1).QuadPart);
    return true;
}

static bool contiguous(struct trial *t)
{
    static const ULONG sizes[] = {1, 128, 4095, 4097, 65536, 1000000};
    struct contiguous c;

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        TRY(obtain(t, sizes[i], &c));
        EXPECT(c.address != 0);
        EXPECT_EQUAL(0, c.address % FRAGMENT);
        for (ULONG offset = 0; offset < c.size; offset += PAGE_SIZE / 2)
            EXPECT_EQUAL(c.address + offset, MmGetPhysicalAddress((char *)c.data + offset).QuadPart);
        EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
        TRY(release(t, c.handle));
    }
    return true;
}

static bool allocate_parameters(struct trial *t)
{
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    HANDLE handle;
    PVOID data;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, BDL(AllocateContiguousDmaBuffer, handle, 0, &data, &list));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, BDL(AllocateContiguousDmaBuffer, handle, 4096, NULL, &list));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, BDL(AllocateContiguousDmaBuffer, handle, 4096, &data, NULL));
    return release(t, handle);
}

static bool second_buffer(struct trial *t)
{
    PHDAUDIO_BUFFER_DESCRIPTOR list;
    struct contiguous c;
    PVOID data;

    TRY(obtain(t, 4096, &c));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST,
                  BDL(AllocateContiguousDmaBuffer, c.handle, 4096, &data, &list));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, BDL(AllocateContiguousDmaBuffer, c.handle, 0, &data, &list));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaEngine, c.handle));
    return true;
}

/* ---- SetupDmaEngineWithBdl: what is accepted ---------------------------------------------------- */

static bool needs_setup(struct trial *t)
{
    struct contiguous c;

    TRY(obtain(t, 1024, &c));
    write_halves(&c);
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, RunState, c.handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, StopState, c.handle));
    EXPECT_SUCCESS(set_state(t, ResetState, c.handle));
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, 1));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    return true;
}

static bool no_memory(struct trial *t)
{
    struct contiguous c = {.seen = trial_memory(t, sizeof(struct seen))};

    TRY(c.seen != NULL);
    TRY(allocate(t, &stereo, &c.handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_up_for(t, &c, 1024, 1));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, 1024, 0));
    return release(t, c.handle);
}

static bool not_in_reset(struct trial *t)
{
    struct contiguous c;

    TRY(obtain(t, 1024, &c));
    write_halves(&c);
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, 1));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_up_for(t, &c, c.size, 1));
    EXPECT_SUCCESS(set_state(t, StopState, c.handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_up_for(t, &c, c.size, 1));
    EXPECT_SUCCESS(set_state(t, ResetState, c.handle));
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, 1));
    return true;
}

static bool set_up_null(struct trial *t)
{
    struct contiguous c;
    UCHAR stream;
    ULONG fifo;

    TRY(obtain(t, 1024, &c));
    write_halves(&c);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  BDL(SetupDmaEngineWithBdl, c.handle, 1024, 1, NULL, NULL, &stream, &fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  BDL(SetupDmaEngineWithBdl, c.handle, 1024, 1, see, c.seen, NULL, &fifo));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                  BDL(SetupDmaEngineWithBdl, c.handle, 1024, 1, see, c.seen, &stream, NULL));
    EXPECT_SUCCESS(set_up_for(t, &c, 1024, 1));
    return true;
}

static bool lvi_range(struct trial *t)
{
    struct contiguous c;

    TRY(obtain(t, ENTRIES * FRAGMENT, &c));
    for (unsigned i = 0; i < ENTRIES; i++)
        write_entry(&c, i, i * FRAGMENT, FRAGMENT, 0);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, FRAGMENT, 0));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, (ENTRIES + 1) * FRAGMENT, ENTRIES));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 0x10000 + ENTRIES - 1));
    EXPECT_SUCCESS(set_up_for(t, &c, 2 * FRAGMENT, 1));
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, ENTRIES - 1));
    return true;
}

static bool inside_the_buffer(struct trial *t)
{
    struct contiguous c;

    TRY(obtain(t, 1024, &c));
    write_halves(&c);
    write_entry(&c, 1, 512, 513, 1); /* the last byte */
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, 1025, 1));
    write_entry(&c, 1, 1024, 512, 1);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 1));
    write_entry(&c, 1, (ULONG)0 - FRAGMENT, 512, 1);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 1));
    write_entry(&c, 1, 512, 512, 1);
    c.list[0].Address.QuadPart = (LONGLONG)(c.address - FRAGMENT);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 1));
    c.list[0].Address.QuadPart = 0;
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 1));
    write_entry(&c, 0, 0, 0xFFFFFF80, 0);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, 384, 1));
    return true;
}

static bool not_empty(struct trial *t)
{
    struct contiguous c;

    TRY(obtain(t, 1024, &c));
    write_entry(&c, 0, 0, 1024, 0);
    write_entry(&c, 1, 0, 0, 1);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 1));
    write_halves(&c);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, 0, 1));
    return true;
}

static bool aligned(struct trial *t)
{
    struct contiguous c;

    TRY(obtain(t, 1024, &c));
    for (ULONG off = 1; off < FRAGMENT; off *= 2) {
        write_entry(&c, 0, 0, 512 + off, 0);
        write_entry(&c, 1, 512 + off, 512 - off, 1);
        EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 1));
    }
    write_entry(&c, 0, 0, 512 + FRAGMENT, 0);
    write_entry(&c, 1, 512 + FRAGMENT, 512 - FRAGMENT, 1);
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, 1));
    return true;
}

static bool sums_up(struct trial *t)
{
    struct contiguous c;

    TRY(obtain(t, 1024, &c));
    write_halves(&c);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, 1023, 1));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, 1025, 1));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, 512, 1));
    write_entry(&c, 2, 0, FRAGMENT, 0);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 2));
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, 1));
    return true;
}

/* A refused one leaves the one before, which runs. */
static bool refused_changes_nothing(struct trial *t)
{
    struct contiguous c;
    ULONG bytes;

    TRY(obtain_period(t, &c));
    write_entry(&c, 0, 1, FRAGMENT, 0);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, set_up_for(t, &c, c.size, 1));
    write_list(c.data, c.size, c.list);
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) / 2);
    TRY(position(t, c.handle, &bytes));
    EXPECT(bytes > 0);
    advance(t, period(t));
    EXPECT(atomic_load(&c.seen->count) > 0);
    return true;
}

static bool hands_out(struct trial *t)
{
    struct contiguous c, other;

    TRY(obtain_period(t, &c));
    TRY(obtain_period(t, &other));
    EXPECT(c.stream >= 1 && c.stream <= 15 && other.stream >= 1 && other.stream <= 15);
    EXPECT(c.stream != other.stream);
    EXPECT(c.fifo > 0 && other.fifo > 0);
    return true;
}

/* ---- SetupDmaEngineWithBdl: how it runs --------------------------------------------------------- */

/* Every entry interrupts, so that the number of calls in a pass is that of the entries. Where interrupts may
 * fall together only the last does: LVI one too low leaves that out. */
static bool programs_lvi(struct trial *t)
{
    unsigned passes = t->target->slack ? 3 : 10, entries, calls;
    struct contiguous c;
    ULONG length, bytes;

    TRY(obtain(t, period_bytes(t), &c));
    entries = write_list(c.data, c.size, c.list);
    for (unsigned i = 0; i < entries; i++)
        c.list[i].InterruptOnCompletion = i == entries - 1 || !t->target->slack;
    length = c.list[entries - 1].Length;
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, entries - 1));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) - (ULONGLONG)length * MILLISECOND / BYTES_PER_MS / 2);
    TRY(position(t, c.handle, &bytes));
    if (!t->target->slack)
        EXPECT(bytes > c.size - length); /* in the last entry */
    advance(t, passes * period(t));
    EXPECT_SUCCESS(set_state(t, StopState, c.handle));
    calls = atomic_load(&c.seen->count);
    if (t->target->slack)
        EXPECT(calls >= 1 && calls <= passes + 2);
    else
        EXPECT_EQUAL((passes + 1) * entries - 1, calls);
    return true;
}

static bool once_for_each_completion(struct trial *t)
{
    struct contiguous c;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    for (unsigned pass = 1; pass <= 3; pass++) {
        ULONGLONG end = now(t) + 2 * period(t);

        while (atomic_load(&c.seen->count) < pass && now(t) < end)
            advance(t, MILLISECOND / 10);
        EXPECT_EQUAL(pass, atomic_load(&c.seen->count));
    }
    return true;
}

static bool no_ioc_no_call(struct trial *t)
{
    struct contiguous c;
    ULONG bytes;

    TRY(obtain(t, 1024, &c));
    write_halves(&c);
    c.list[1].InterruptOnCompletion = 0;
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, 1));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t));
    TRY(position(t, c.handle, &bytes));
    EXPECT(bytes < c.size);
    EXPECT_EQUAL(0, atomic_load(&c.seen->count));
    return true;
}

static bool mask(struct trial *t)
{
    struct contiguous c;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, 2 * period(t) + tolerance(t));
    EXPECT(atomic_load(&c.seen->count) > 0);
    EXPECT_EQUAL(BCIS, atomic_load(&c.seen->causes));
    return true;
}

static bool interrupt_level(struct trial *t)
{
    struct contiguous c;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) + tolerance(t));
    EXPECT(atomic_load(&c.seen->count) > 0);
    EXPECT(atomic_load(&c.seen->level) > DISPATCH_LEVEL);
    return true;
}

/* At DISPATCH_LEVEL the deferred work has to wait, and the routine does not. */
static bool in_the_interrupt(struct trial *t)
{
    struct contiguous c;
    unsigned calls;
    KIRQL level;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) - MILLISECOND / 10);
    level = raise_irql(t);
    KeStallExecutionProcessor(250);
    calls = atomic_load(&c.seen->count);
    lower_irql(t, level);
    EXPECT_EQUAL(1, calls);
    return true;
}

/* From the second setup on the first routine's memory may be gone. */
static bool again(struct trial *t)
{
    struct seen *first;
    struct contiguous c;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) + tolerance(t));
    EXPECT_SUCCESS(set_state(t, StopState, c.handle));
    EXPECT_SUCCESS(set_state(t, ResetState, c.handle));
    first = c.seen;
    c.seen = trial_memory(t, sizeof(*c.seen));
    TRY(c.seen != NULL);
    EXPECT_SUCCESS(set_up_for(t, &c, c.size, write_list(c.data, c.size, c.list) - 1));
    EXPECT(atomic_load(&first->count) > 0);
    atomic_store(&first->count, 0);
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, 2 * period(t) + tolerance(t));
    EXPECT_EQUAL(0, atomic_load(&first->count));
    EXPECT(atomic_load(&c.seen->count) > 0);
    return true;
}

/* ---- Stopping and freeing ----------------------------------------------------------------------- */

static bool no_call_after_stop(struct trial *t)
{
    struct contiguous c;

    TRY(obtain_period(t, &c));
    for (unsigned round = 0; round < (t->target->slack ? 3 : 20); round++) {
        unsigned calls;

        EXPECT_SUCCESS(set_state(t, RunState, c.handle));
        advance(t, period(t) - 10 * 10000 + 10000 * round);
        EXPECT_SUCCESS(set_state(t, StopState, c.handle));
        advance(t, t->target->slack);
        calls = atomic_load(&c.seen->count);
        advance(t, quiet_time(t));
        EXPECT_EQUAL(calls, atomic_load(&c.seen->count));
        EXPECT_SUCCESS(set_state(t, ResetState, c.handle));
    }
    return true;
}

static bool free_none(struct trial *t)
{
    HANDLE handle;

    TRY(allocate(t, &stereo, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, BDL(FreeContiguousDmaBuffer, handle));
    return release(t, handle);
}

static bool free_running(struct trial *t)
{
    struct contiguous c;
    ULONG before, after;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, BDL(FreeContiguousDmaBuffer, c.handle));
    TRY(position(t, c.handle, &before));
    advance(t, period(t) / 4);
    TRY(position(t, c.handle, &after));
    EXPECT(before != after);
    return true;
}

static bool free_stopped(struct trial *t)
{
    struct contiguous c;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    EXPECT_SUCCESS(set_state(t, StopState, c.handle));
    EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
    return release(t, c.handle);
}

/* The routine's memory is used for something else at once. */
static bool free_is_a_barrier(struct trial *t)
{
    struct contiguous c, next;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) + tolerance(t));
    EXPECT(atomic_load(&c.seen->count) > 0);
    EXPECT_SUCCESS(set_state(t, StopState, c.handle));
    EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
    memset(c.seen, 0, sizeof(*c.seen));
    TRY(release(t, c.handle));
    TRY(obtain_period(t, &next)); /* on the same engine, if the driver gives it again */
    EXPECT_SUCCESS(set_state(t, RunState, next.handle));
    advance(t, quiet_time(t));
    EXPECT(is_zero(c.seen, sizeof(*c.seen)));
    return true;
}

static bool free_and_again(struct trial *t)
{
    struct contiguous c;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, BDL(FreeContiguousDmaBuffer, c.handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, RunState, c.handle));
    EXPECT_SUCCESS(BDL(AllocateContiguousDmaBuffer, c.handle, c.size, &c.data, &c.list));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_state(t, RunState, c.handle));
    EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
    return release(t, c.handle);
}

/* ---- Power and removal -------------------------------------------------------------------------- */

static NTSTATUS set_up_again(struct trial *t, struct contiguous *c)
{
    return set_up_for(t, c, c->size, write_list(c->data, c->size, c->list) - 1);
}

/* A setup needs Reset, so it tells what the engines are in. */
static bool states_after_sleep(struct trial *t)
{
    struct contiguous ran, stopped, rested;

    TRY(obtain_period(t, &ran));
    TRY(obtain_period(t, &stopped));
    TRY(obtain_period(t, &rested));
    EXPECT_SUCCESS(set_state(t, RunState, ran.handle));
    EXPECT_SUCCESS(set_state(t, StopState, stopped.handle));
    TRY(suspend(t));
    TRY(resume(t));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_up_again(t, &ran));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, set_up_again(t, &stopped));
    EXPECT_SUCCESS(set_up_again(t, &rested));
    EXPECT_SUCCESS(set_state(t, ResetState, ran.handle));
    EXPECT_SUCCESS(set_up_again(t, &ran));
    return true;
}

/* The setup of before, with what is in its list. */
static bool setup_kept(struct trial *t)
{
    struct contiguous c;
    ULONG entries;

    TRY(obtain_period(t, &c));
    entries = write_list(c.data, c.size, c.list);
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    TRY(suspend(t));
    TRY(resume(t));
    atomic_store(&c.seen->count, 0);
    EXPECT_EQUAL(1, c.list[entries - 1].InterruptOnCompletion);
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) + 2 * tolerance(t));
    EXPECT(atomic_load(&c.seen->count) > 0);
    return true;
}

static bool no_call_asleep(struct trial *t)
{
    unsigned rounds = t->target->slack ? 1 : 20, calls;
    struct contiguous c;

    TRY(obtain_period(t, &c));
    for (unsigned round = 0; round < rounds; round++) {
        EXPECT_SUCCESS(set_state(t, RunState, c.handle));
        advance(t, period(t) - 10000 * (rounds / 2) + 10000 * round);
        TRY(suspend(t));
        calls = atomic_load(&c.seen->count);
        advance(t, quiet_time(t));
        TRY(resume(t));
        advance(t, period(t));
        EXPECT_EQUAL(calls, atomic_load(&c.seen->count));
    }
    return true;
}

static bool no_call_removed(struct trial *t)
{
    struct contiguous c;
    unsigned calls;

    TRY(obtain_period(t, &c));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, period(t) + period(t) / 2);
    calls = atomic_load(&c.seen->count);
    EXPECT(calls > 0);
    pull_out(t);
    advance(t, 3 * period(t));
    TRY(notice(t));
    EXPECT_EQUAL(calls, atomic_load(&c.seen->count));
    EXPECT_SUCCESS(set_state(t, StopState, c.handle));
    EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
    return release(t, c.handle);
}

/* In the trial's memory. */
struct puller {
    struct trial *t;
    _Atomic unsigned count;
};

static VOID NTAPI pull_out_once(VOID *context, ULONG causes)
{
    struct puller *puller = context;

    (void)causes;
    if (atomic_fetch_add(&puller->count, 1) == 0)
        pull_out(puller->t);
}

/* The controller goes while its interrupt is being handled. */
static bool removed_in_the_interrupt(struct trial *t)
{
    struct puller *puller = trial_memory(t, sizeof(*puller));
    struct contiguous c;
    ULONG last;

    TRY(puller != NULL);
    puller->t = t;
    TRY(obtain(t, period_bytes(t), &c));
    last = write_list(c.data, c.size, c.list) - 1;
    EXPECT_SUCCESS(
        BDL(SetupDmaEngineWithBdl, c.handle, c.size, last, pull_out_once, puller, &c.stream, &c.fifo));
    EXPECT_SUCCESS(set_state(t, RunState, c.handle));
    advance(t, 3 * period(t));
    EXPECT_EQUAL(1, atomic_load(&puller->count));
    TRY(notice(t));
    EXPECT_SUCCESS(set_state(t, StopState, c.handle));
    EXPECT_SUCCESS(BDL(FreeContiguousDmaBuffer, c.handle));
    return release(t, c.handle);
}

#define STATES                                                                                            \
    "Running and stopped engines are stopped, at position 0; those in Reset stay there. All of them can " \
    "run "                                                                                                \
    "again at once."
#define CHECKED                                                                                            \
    "The client's BDL is checked before the engine sees it: Lvi 1-255, every fragment inside the buffer, " \
    "not empty, 128-byte aligned, lengths summing to BufferLength, else INVALID_PARAMETER."

const struct check contiguous_checks[] = {
    {"AllocateContiguousDmaBuffer.zeroed", "Memory for the data and for one page of BDL, zeroed.", zeroed,
     false, NULL},
    {"AllocateContiguousDmaBuffer.one-page-of-list", "The BDL is one page, and begins with one.", one_page,
     false, NULL},
    {"AllocateContiguousDmaBuffer.contiguous", "The data lies at consecutive addresses, from 128 bytes on.",
     contiguous, false, NULL},
    {"AllocateContiguousDmaBuffer.parameters",
     "NULL for a required pointer is INVALID_PARAMETER, and so is size 0.", allocate_parameters, false, NULL},
    {"AllocateContiguousDmaBuffer.second", "INVALID_DEVICE_REQUEST: has a buffer.", second_buffer, false,
     NULL},
    {"SetDmaEngineState.needs-setup", "An engine whose BDL is not set up has no buffer to run with.",
     needs_setup, false, NULL},
    {"SetupDmaEngineWithBdl.no-buffer", "INVALID_DEVICE_REQUEST: no buffer.", no_memory, false, NULL},
    {"SetupDmaEngineWithBdl.not-in-reset", "INVALID_DEVICE_REQUEST: not in reset.", not_in_reset, false,
     NULL},
    {"SetupDmaEngineWithBdl.null", "NULL for a required pointer is INVALID_PARAMETER.", set_up_null, false,
     NULL},
    {"SetupDmaEngineWithBdl.lvi-range", CHECKED, lvi_range, false, NULL},
    {"SetupDmaEngineWithBdl.inside-buffer", CHECKED, inside_the_buffer, false, NULL},
    {"SetupDmaEngineWithBdl.not-empty", CHECKED, not_empty, false, NULL},
    {"SetupDmaEngineWithBdl.aligned", CHECKED, aligned, false, NULL},
    {"SetupDmaEngineWithBdl.sum", CHECKED, sums_up, false, NULL},
    {"SetupDmaEngineWithBdl.refused-changes-nothing", "A setup that is refused leaves the one before.",
     refused_changes_nothing, false, NULL},
    {"SetupDmaEngineWithBdl.stream-and-fifo", "The stream tag is unique per direction; FifoSize is read.",
     hands_out, false, NULL},
    {"SetupDmaEngineWithBdl.lvi",
     "Lvi is the index of the last entry (n entries: n - 1); LVI is programmed with exactly that.",
     programs_lvi, false, NULL},
    {"SetupDmaEngineWithBdl.once-a-completion", "The ISR is called for each IOC interrupt.",
     once_for_each_completion, false, NULL},
    {"SetupDmaEngineWithBdl.no-ioc", "The ISR is called for each IOC interrupt, and for no other entry.",
     no_ioc_no_call, false, NULL},
    {"SetupDmaEngineWithBdl.mask",
     "With bits 4 (descriptor error), 3 (FIFO error) and 2 (completion), others zero.", mask, false, NULL},
    {"SetupDmaEngineWithBdl.interrupt-level", "The ISR runs at the interrupt's level.", interrupt_level,
     false, NULL},
    {"SetupDmaEngineWithBdl.in-the-interrupt", "The ISR runs in the interrupt.", in_the_interrupt, false,
     NULL},
    {"SetupDmaEngineWithBdl.again", "A new setup is synchronized with the ISR of the one before.", again,
     false, NULL},
    {"SetDmaEngineState.no-isr-after-stop",
     "Once SetDmaEngineState(Stop or Pause) has returned, no new delivery for that engine begins.",
     no_call_after_stop, false, NULL},
    {"FreeContiguousDmaBuffer.none", "INVALID_DEVICE_REQUEST: no buffer.", free_none, false, NULL},
    {"FreeContiguousDmaBuffer.running", "Running is INVALID_DEVICE_REQUEST.", free_running, false, NULL},
    {"FreeContiguousDmaBuffer.stopped", "In Stop/Pause it resets the stream first and succeeds.",
     free_stopped, false, NULL},
    {"FreeContiguousDmaBuffer.barrier", "FreeContiguousDmaBuffer is synchronized with the ISR.",
     free_is_a_barrier, false, NULL},
    {"FreeContiguousDmaBuffer.again",
     "What has been freed can be allocated again, and has to be set up again.", free_and_again, false, NULL},
    {"Power.states", STATES, states_after_sleep, false, NULL},
    {"Power.setup-kept",
     "After resume handles, formats, buffers with what is in them, registrations and tags are as before.",
     setup_kept, false, NULL},
    {"Power.no-isr-asleep",
     "Suspend stops the engines that run, with what stopping promises: no new delivery begins.",
     no_call_asleep, false, NULL},
    {"Removal.no-isr", "The ISR of BDL clients is not called.", no_call_removed, false, NULL},
    {"Removal.from-isr", "The controller disappears: at any instant.", removed_in_the_interrupt, false, NULL},
    {0},
};
