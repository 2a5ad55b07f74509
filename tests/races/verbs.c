/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.c - see verbs.h. */
#include "verbs.h"

#include "controller.h"
#include "engines.h"

#define VENDOR          0xF0000u /* verbs: a parameter of the root; HDA 7.3.3.15 */
#define SET_UNSOLICITED 0x70880u /* enabled, with a tag in bits 5:0 */

/* ---- Verbs --------------------------------------------------------------------------------------- */

struct call {
    struct worker *worker;
    const HDAUDIO_BUS_INTERFACE_V2 *ddi;
    unsigned serial;
    ULONG count;
    PHDAUDIO_CODEC_TRANSFER transfers;
    bool may_fail;       /* the bus may stop before it is answered */
    bool in_callback;    /* it was made in one */
    unsigned more_calls; /* that its callback makes, one from within the other */
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

/* DDI Power, Removal: all are answered before the controller sleeps, and only a missing one leaves them
 * unanswered. */
static void check_answers(const struct worker *worker, const HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        MUST(transfers[i].Input.IsValid || controller_pulled());
        MUST(!transfers[i].Input.IsValid ||
             transfers[i].Input.Response == hda_bus_child(arena.bus, worker->child)->vendor_id);
    }
}

/* DDI Notification events: a callback may stop an engine, which waits for no delivery. */
static void stop_and_start_in_callback(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    MUST(KeGetCurrentIrql() == DISPATCH_LEVEL);
    MUST(engine_set_state(ddi, StopState, arena.shared[1]) == STATUS_SUCCESS);
    SERVED(engine_set_state(ddi, RunState, arena.shared[1]));
}

static void bury_call(struct call *call)
{
    arena_bury(call->transfers, call->count * sizeof(*call->transfers));
    arena_bury(call, sizeof(*call));
}

/* DDI TransferCodecVerbs: one callback per call, in the order of the calls, and it may free the array. One of
 * a call that was made in a callback is in no order with those of the thread. */
static VOID NTAPI complete(HDAUDIO_CODEC_TRANSFER *transfers, PVOID context);

static struct call *new_call(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    struct call *call = arena_new(sizeof(*call));

    *call = (struct call){.worker = worker, .ddi = ddi, .count = 1 + below(worker, 12)};
    call->transfers = new_transfers(worker, call->count);
    return call;
}

/* Whether there will be a callback. */
static bool submit(struct call *call)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = call->ddi;
    struct worker *worker = call->worker;

    worker->submitted++;
    if (SERVED(ddi->TransferCodecVerbs(ddi->Context, call->count, call->transfers, complete, call)))
        return true;
    worker->submitted--;
    bury_call(call);
    return false;
}

static void submit_from_callback(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi,
                                 unsigned more_calls)
{
    struct call *call = new_call(worker, ddi);

    call->in_callback = true;
    call->more_calls = more_calls;
    submit(call);
}

static VOID NTAPI complete(HDAUDIO_CODEC_TRANSFER *transfers, PVOID context)
{
    struct call *call = context;
    struct worker *worker = call->worker;

    CALLED();
    MUST(transfers == call->transfers);
    MUST(call->in_callback || call->serial == worker->answered++);
    if (!call->may_fail)
        check_answers(worker, transfers, call->count);
    if (call->more_calls > 0)
        submit_from_callback(worker, call->ddi, call->more_calls - 1);
    bury_call(call);
    worker->completed++;
    totals->callbacks++;
    if (arena.shared[1] != NULL && worker->completed % 4 == 0)
        stop_and_start_in_callback();
    KeSetEvent(&worker->done, 0, FALSE);
}

static void submit_at_either_level(struct call *call)
{
    struct worker *worker = call->worker;
    KIRQL old;

    call->serial = worker->asked++;
    KeRaiseIrql(below(worker, 2) ? DISPATCH_LEVEL : PASSIVE_LEVEL, &old);
    if (!submit(call))
        worker->asked--;
    KeLowerIrql(old);
}

void verbs_submit(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, bool may_fail)
{
    struct call *call = new_call(worker, ddi);

    call->may_fail = may_fail;
    submit_at_either_level(call);
}

static void ask_and_return(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    struct call *call = new_call(worker, ddi);

    call->more_calls = below(worker, 3);
    submit_at_either_level(call);
}

static void ask_and_wait(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    ULONG count = 1 + below(worker, 12);
    PHDAUDIO_CODEC_TRANSFER transfers = new_transfers(worker, count);

    if (SERVED(ddi->TransferCodecVerbs(ddi->Context, count, transfers, NULL, NULL)))
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
    CALLED();
    MUST(listener->alive == 1);
    KeStallExecutionProcessor(2);
    MUST(listener->alive == 1);
    listener->heard++;
}

bool verbs_enable_jack(struct worker *worker, UCHAR pin, UCHAR tag)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = command(worker, pin, SET_UNSOLICITED | tag)};

    if (!SERVED(worker->ddi->TransferCodecVerbs(worker->ddi->Context, 1, &transfer, NULL, NULL)))
        return false;
    MUST(transfer.Input.IsValid || controller_pulled());
    return transfer.Input.IsValid;
}

void listen_to_jacks(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;
    UCHAR tag;

    for (unsigned round = 0; round < 8; round++) {
        struct listener *listener = arena_new(sizeof(*listener));

        listener->alive = 1;
        if (KEPT(ddi->RegisterEventCallback(ddi->Context, hear, listener, &tag))) {
            verbs_enable_jack(worker, jacks[worker->number], tag);
            linger(worker, 300);
            MUST(ddi->UnregisterEventCallback(ddi->Context, tag) == STATUS_SUCCESS);
        }
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
