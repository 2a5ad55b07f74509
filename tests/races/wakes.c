/* SPDX-License-Identifier: BSD-2-Clause */
/* wakes.c - see wakes.h. */
#include "wakes.h"

#include "controller.h"
#include "verbs.h"

#define REQUESTS 100
#define PIN      0x0E /* a jack of the built-in codec */

struct request {
    unsigned child;
    bool refused;
    bool again; /* its routine makes another */
    unsigned completed;
};

static struct request requests[REQUESTS];
static unsigned request_count;
static bool stopping;

static struct {
    unsigned accepted;
    unsigned cancelled;
    unsigned completed;
    bool moved; /* its jack has been, while the controller slept */
} children[CLIENTS];

/* ---- Requests ------------------------------------------------------------------------------------ */

static void be_woken(void *context, NTSTATUS status);

static bool request_wake(unsigned child, bool again)
{
    struct request *request = &requests[request_count++];

    MUST(request_count < REQUESTS);
    *request = (struct request){.child = child, .again = again};
    request->refused =
        !ANSWERED(hda_bus_wait_wake(arena.bus, child, be_woken, request), NEEDS_POWER | MAY_BE_BUSY);
    children[child].accepted += !request->refused;
    return !request->refused;
}

static bool may_end(const struct request *request, NTSTATUS status)
{
    switch (status) {
    case STATUS_SUCCESS:
        return children[request->child].moved;
    case STATUS_DEVICE_REMOVED:
        return controller_pulled();
    default:
        return status == STATUS_CANCELLED && stopping;
    }
}

static void be_woken(void *context, NTSTATUS status)
{
    struct request *request = context;

    MUST(KeGetCurrentIrql() <= DISPATCH_LEVEL);
    MUST(may_end(request, status));
    MUST(request->completed++ == 0);
    children[request->child].completed++;
    totals->wakes += status == STATUS_SUCCESS;
    if (request->again && !stopping)
        request_wake(request->child, false);
}

static void take_back(unsigned child)
{
    children[child].cancelled += hda_bus_cancel_wake(arena.bus, child);
}

void want_wakes(struct worker *worker)
{
    for (unsigned round = 0; round < 12; round++) {
        KIRQL old;

        KeRaiseIrql(below(worker, 2) ? DISPATCH_LEVEL : PASSIVE_LEVEL, &old);
        if (below(worker, 4) > 0)
            request_wake(worker->child, below(worker, 2));
        else
            take_back(worker->child);
        KeLowerIrql(old);
        linger(worker, 700);
    }
}

/* ---- Waking -------------------------------------------------------------------------------------- */

static unsigned ended(unsigned child)
{
    return children[child].cancelled + children[child].completed;
}

/* Whichever way it was, one of them moves it. */
static void move_jack(unsigned child)
{
    UCHAR codec = arena.workers[child].codec;

    children[child].moved = true;
    for (unsigned plugged = 0; plugged < 2; plugged++)
        MUST(sim_device_plug_jack(arena.device, codec, PIN, plugged != 0) == STATUS_SUCCESS);
}

/* DDI Power: by the next resume. Or by a later one, when nothing has woken it. */
static void sleep_until_woken(struct worker *worker, unsigned child)
{
    bool enabled = verbs_enable_jack(&arena.workers[child], PIN, 1), moves = below(worker, 2), expected;
    unsigned before;

    request_wake(child, below(worker, 2));
    controller_suspend();
    linger(worker, 300);
    before = ended(child);
    expected = moves && enabled && children[child].accepted > before;
    if (moves)
        move_jack(child);
    linger(worker, 300);
    if (!controller_resume(NULL))
        return;
    linux_host_ops.sleep(arena.host, 3000);
    MUST(!expected || ended(child) > before || controller_pulled());
}

void sleep_and_be_woken(struct worker *worker)
{
    for (unsigned round = 0; round < 6; round++) {
        linger(worker, 900);
        sleep_until_woken(worker, below(worker, arena.client_count));
    }
}

/* ---- The end ------------------------------------------------------------------------------------- */

static void end_those_that_are_left(void)
{
    stopping = true;
    if (arena.workers[0].random % 2)
        arena_stop_bus();
    for (unsigned i = 0; arena.bus != NULL && i < arena.client_count; i++)
        take_back(i);
}

void all_wakes_are_over(void)
{
    if (!controller_pulled())
        end_those_that_are_left();
    for (unsigned i = 0; i < arena.client_count; i++)
        MUST(children[i].accepted == ended(i));
    for (unsigned i = 0; i < request_count; i++)
        MUST(!requests[i].refused || requests[i].completed == 0);
}
