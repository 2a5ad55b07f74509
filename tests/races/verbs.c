/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.c - see verbs.h. */
#include "verbs.h"

#include "engines.h"

#define VENDOR          0xF0000u /* verbs: a parameter of the root; HDA 7.3.3.15 */
#define SET_UNSOLICITED 0x70880u /* enabled, with a tag in bits 5:0 */

/* ---- Verbs --------------------------------------------------------------------------------------- */

struct call {
    struct worker *worker;
    unsigned serial;
    ULONG count;
    PHDAUDIO_CODEC_TRANSFER transfers;
    bool may_fail; /* the bus may stop before it is answered */
};

static ULONG command(const struct worker *worker, UCHAR node, ULONG verb)
{
    return (ULONG)worker->codec << 28 | (ULONG)node << 20 | verb;
}

static PHDAUDIO_CODEC_TRANSFER new_transfers(const struct worker *worker, ULONG count)
{
    PHDAUDIO_CODEC_TRANSFER transfers = arena_new(count * sizeof(*transfers));

    for (ULONG i = 0; i < count; i++)
        transfers[i].Output.Command = command(worker, 0, VENDOR);
    return transfers;
}

static void check_answers(const struct worker *worker, const HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        MUST(transfers[i].Input.IsValid);
        MUST(transfers[i].Input.Response == hda_bus_child(arena.bus, worker->child)->vendor_id);
    }
}

/* DDI Notification events: a callback may stop an engine, which waits for no delivery. */
static void stop_and_start_in_callback(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    MUST(KeGetCurrentIrql() == DISPATCH_LEVEL);
    MUST(engine_set_state(ddi, StopState, arena.shared[1]) == STATUS_SUCCESS);
    MUST(engine_set_state(ddi, RunState, arena.shared[1]) == STATUS_SUCCESS);
}

/* DDI TransferCodecVerbs: one callback per call, in the order of the calls, and it may free the array. */
static VOID NTAPI complete(HDAUDIO_CODEC_TRANSFER *transfers, PVOID context)
{
    struct call *call = context;
    struct worker *worker = call->worker;

    MUST(transfers == call->transfers);
    MUST(call->serial == worker->completed);
    if (!call->may_fail)
        check_answers(worker, transfers, call->count);
    arena_bury(transfers, call->count * sizeof(*transfers));
    arena_bury(call, sizeof(*call));
    worker->completed++;
    totals->callbacks++;
    if (arena.shared[1] != NULL && worker->completed % 4 == 0)
        stop_and_start_in_callback();
    KeSetEvent(&worker->done, 0, FALSE);
}

void verbs_submit(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, bool may_fail)
{
    struct call *call = arena_new(sizeof(*call));
    KIRQL old;

    *call = (struct call){worker, worker->submitted++, 1 + below(worker, 12), NULL, may_fail};
    call->transfers = new_transfers(worker, call->count);
    KeRaiseIrql(below(worker, 2) ? DISPATCH_LEVEL : PASSIVE_LEVEL, &old);
    MUST(ddi->TransferCodecVerbs(ddi->Context, call->count, call->transfers, complete, call) ==
         STATUS_SUCCESS);
    KeLowerIrql(old);
}

static void ask_and_return(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    verbs_submit(worker, ddi, false);
}

static void ask_and_wait(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    ULONG count = 1 + below(worker, 12);
    PHDAUDIO_CODEC_TRANSFER transfers = new_transfers(worker, count);

    MUST(ddi->TransferCodecVerbs(ddi->Context, count, transfers, NULL, NULL) == STATUS_SUCCESS);
    check_answers(worker, transfers, count);
    arena_bury(transfers, count * sizeof(*transfers));
}

void verbs_await(struct worker *worker)
{
    while (worker->completed < worker->submitted && comes(&worker->done, 100 * MILLISECOND))
        ;
    MUST(worker->completed == worker->submitted);
}

void ask_in_both_ways(struct worker *worker)
{
    for (unsigned round = 0; round < 6; round++) {
        if (below(worker, 2))
            ask_and_return(worker, worker->ddi);
        else
            ask_and_wait(worker, worker->ddi);
        linger(worker, 100);
    }
    verbs_await(worker);
}

/* ---- Unsolicited responses ----------------------------------------------------------------------- */

static const UCHAR jacks[] = {0x0E, 0x0F, 0x11}; /* of the built-in codec */

struct listener {
    unsigned alive;
    unsigned heard;
};

/* DDI Unsolicited responses: when unregister has returned no callback runs. */
static VOID NTAPI hear(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    struct listener *listener = context;

    MUST(response.IsUnsolicitedResponse && response.IsValid);
    MUST(listener->alive == 1);
    KeStallExecutionProcessor(2);
    MUST(listener->alive == 1);
    listener->heard++;
}

void listen_to_jacks(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;
    UCHAR tag;

    for (unsigned round = 0; round < 8; round++) {
        struct listener *listener = arena_new(sizeof(*listener));
        HDAUDIO_CODEC_TRANSFER transfer = {0};

        listener->alive = 1;
        MUST(ddi->RegisterEventCallback(ddi->Context, hear, listener, &tag) == STATUS_SUCCESS);
        transfer.Output.Command = command(worker, jacks[worker->number], SET_UNSOLICITED | tag);
        MUST(ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL) == STATUS_SUCCESS);
        linger(worker, 300);
        MUST(ddi->UnregisterEventCallback(ddi->Context, tag) == STATUS_SUCCESS);
        totals->responses += listener->heard;
        arena_bury(listener, sizeof(*listener));
    }
}

void move_jacks(struct worker *worker)
{
    for (unsigned round = 0; round < 120; round++) {
        UCHAR codec = (UCHAR)below(worker, arena.client_count);
        UCHAR pin = jacks[below(worker, RTL_NUMBER_OF(jacks))];

        MUST(sim_device_plug_jack(arena.device, codec, pin, below(worker, 2)) == STATUS_SUCCESS);
        linger(worker, 30);
    }
}
