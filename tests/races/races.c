/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * races.c - clients' threads against each other and against the interrupts of running engines, in many
 * schedules each.
 *
 *     test-races SCENARIO SEED
 *
 * plays one schedule again, in a process that a debugger can be put on.
 */
#include "arena.h"
#include "called.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEDULES 250 /* of each scenario */

#define VENDOR          0xF0000u /* verbs: a parameter of the root; HDA 7.3.3.15 */
#define SET_UNSOLICITED 0x70880u /* enabled, with a tag in bits 5:0 */

struct totals *totals;

/* 96 kHz and the smallest buffer with two notifications: an interrupt each third of a millisecond. */
static const HDAUDIO_STREAM_FORMAT fast = {96000, 16, 16, 2};
#define FAST_BYTES 256u
/* A dozen periods; less than an interrupt that is lost takes to be noticed (DDI Errors of the hardware). */
#define SOON (4 * MILLISECOND)

/* ---- Engines ------------------------------------------------------------------------------------- */

static NTSTATUS allocate(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *handle)
{
    HDAUDIO_STREAM_FORMAT format = fast;
    HDAUDIO_CONVERTER_FORMAT converter;

    return ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, handle, &converter);
}

static NTSTATUS allocate_buffer(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle)
{
    SIZE_T size, offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    return ddi->AllocateDmaBufferWithNotification(ddi->Context, handle, 2, FAST_BYTES, &mdl, &size, &offset,
                                                  &stream, &fifo);
}

static NTSTATUS set_state(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_STREAM_STATE state, HANDLE handle)
{
    return ddi->SetDmaEngineState(ddi->Context, state, 1, &handle);
}

/* Both shared engines run; they are the first client's. */
static void start_shared(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned i = 0; i < 2; i++) {
        MUST(allocate(ddi, &arena.shared[i]) == STATUS_SUCCESS);
        MUST(allocate_buffer(ddi, arena.shared[i]) == STATUS_SUCCESS);
    }
    MUST(ddi->SetDmaEngineState(ddi->Context, RunState, 2, arena.shared) == STATUS_SUCCESS);
}

/* None was lost in a race: what the controller has can be had, is as new, and there is no more. */
static void engines_are_all_back(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];
    struct hda_controller_info info;
    HANDLE handle;

    hda_bus_controller_info(arena.bus, &info);
    for (unsigned i = 0; i < info.output_engines; i++) {
        MUST(allocate(ddi, &handle) == STATUS_SUCCESS);
        MUST(allocate_buffer(ddi, handle) == STATUS_SUCCESS);
    }
    MUST(allocate(ddi, &handle) == STATUS_INSUFFICIENT_RESOURCES);
}

/* In whatever state they are. */
static void give_shared_back(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned i = 0; i < 2; i++) {
        set_state(ddi, StopState, arena.shared[i]);
        MUST(set_state(ddi, ResetState, arena.shared[i]) == STATUS_SUCCESS);
        ddi->FreeDmaBuffer(ddi->Context, arena.shared[i]);
        MUST(ddi->FreeDmaEngine(ddi->Context, arena.shared[i]) == STATUS_SUCCESS);
    }
    engines_are_all_back();
}

/* ---- Events that are registered and unregistered ------------------------------------------------- */

static PKEVENT common_event; /* registered once */
static unsigned common_taken;

static void register_common(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    start_shared();
    common_event = arena_new_event(NotificationEvent);
    MUST(ddi->RegisterNotificationEvent(ddi->Context, arena.shared[0], common_event) == STATUS_SUCCESS);
}

/* Of all that unregister it one does. */
static void unregister_common(void)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];
    NTSTATUS status = ddi->UnregisterNotificationEvent(ddi->Context, arena.shared[0], common_event);

    MUST(status == STATUS_SUCCESS || status == STATUS_INVALID_PARAMETER);
    if (status != STATUS_SUCCESS)
        return;
    common_taken++;
    arena_bury_event(common_event);
}

static void give_common_back(void)
{
    MUST(common_taken == 1);
    give_shared_back();
}

static void register_and_unregister(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned round = 0; round < 6; round++) {
        unsigned which = below(worker, 2);
        HANDLE handle = arena.shared[which];
        PKEVENT event = arena_new_event(below(worker, 2) ? NotificationEvent : SynchronizationEvent);

        MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
        if (which == 0 && below(worker, 3) == 0) {
            MUST(comes(event, SOON));
            totals->signals++;
        } else {
            linger(worker, 400);
        }
        MUST(ddi->UnregisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
        arena_bury_event(event);
        if (round == 3 && common_event != NULL)
            unregister_common();
    }
}

/* The second engine; the first runs all the time. */
static void stop_and_start(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = &arena.clients[0];

    for (unsigned round = 0; round < 6; round++) {
        linger(worker, 700);
        MUST(set_state(ddi, below(worker, 2) ? StopState : PauseState, arena.shared[1]) == STATUS_SUCCESS);
        if (below(worker, 2) == 0)
            MUST(set_state(ddi, ResetState, arena.shared[1]) == STATUS_SUCCESS);
        linger(worker, 100);
        MUST(set_state(ddi, RunState, arena.shared[1]) == STATUS_SUCCESS);
    }
}

/* ---- Engines of one's own ------------------------------------------------------------------------ */

/* DDI Notification events: once Stop has returned no delivery begins. */
static void stop_for_good(struct worker *worker, HANDLE handle, PKEVENT events[2])
{
    MUST(set_state(worker->ddi, StopState, handle) == STATUS_SUCCESS);
    KeClearEvent(events[0]);
    KeClearEvent(events[1]);
    linger(worker, 700);
    MUST(!KeReadStateEvent(events[0]) && !KeReadStateEvent(events[1]));
}

static void run_engine(struct worker *worker, HANDLE handle, PKEVENT events[2])
{
    MUST(set_state(worker->ddi, RunState, handle) == STATUS_SUCCESS);
    if (below(worker, 2)) {
        MUST(comes(events[0], SOON));
        totals->signals++;
    }
    linger(worker, 700);
    stop_for_good(worker, handle, events);
}

/* All of it is taken down without unregistering what was registered first. */
static void live_with_an_engine(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;

    for (unsigned round = 0; round < 3; round++) {
        PKEVENT events[2] = {arena_new_event(NotificationEvent), arena_new_event(NotificationEvent)};
        HANDLE handle;

        MUST(allocate(ddi, &handle) == STATUS_SUCCESS);
        MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, events[0]) == STATUS_SUCCESS);
        MUST(allocate_buffer(ddi, handle) == STATUS_SUCCESS);
        MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, events[1]) == STATUS_SUCCESS);
        for (unsigned times = 1 + below(worker, 2); times > 0; times--)
            run_engine(worker, handle, events);
        if (below(worker, 2))
            MUST(ddi->UnregisterNotificationEvent(ddi->Context, handle, events[1]) == STATUS_SUCCESS);
        MUST(ddi->FreeDmaBuffer(ddi->Context, handle) == STATUS_SUCCESS);
        MUST(ddi->FreeDmaEngine(ddi->Context, handle) == STATUS_SUCCESS);
        MUST(ddi->FreeDmaEngine(ddi->Context, handle) == STATUS_INVALID_HANDLE);
        arena_bury_event(events[0]);
        arena_bury_event(events[1]);
    }
}

/* ---- Anything at all ----------------------------------------------------------------------------- */

static bool refused_or_done(NTSTATUS status)
{
    return status == STATUS_SUCCESS || status == STATUS_INVALID_DEVICE_REQUEST ||
           status == STATUS_INVALID_HANDLE;
}

/* What another thread is about to do to an engine that is freed must not come to its next owner. */
static void replace(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *shared)
{
    HANDLE handle;

    if (ddi->FreeDmaEngine(ddi->Context, *shared) != STATUS_SUCCESS)
        return;
    linger(worker, 20);
    MUST(allocate(ddi, &handle) == STATUS_SUCCESS);
    MUST(allocate_buffer(ddi, handle) == STATUS_SUCCESS);
    MUST(ddi->FreeDmaBuffer(ddi->Context, handle) == STATUS_SUCCESS);
    *shared = handle;
}

/* The registration goes by itself when another thread frees the engine. */
static void register_for_a_moment(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle)
{
    PKEVENT event = arena_new_event(NotificationEvent);

    MUST(refused_or_done(ddi->RegisterNotificationEvent(ddi->Context, handle, event)));
    linger(worker, 400);
    MUST(refused_or_done(ddi->UnregisterNotificationEvent(ddi->Context, handle, event)));
    arena_bury_event(event);
}

static void do_something(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *shared)
{
    PULONG pointer;

    switch (below(worker, 9)) {
    case 0:
    case 1:
        MUST(refused_or_done(set_state(ddi, RunState, *shared)));
        linger(worker, 600);
        break;
    case 2:
        MUST(refused_or_done(set_state(ddi, PauseState, *shared)));
        break;
    case 3:
        MUST(refused_or_done(set_state(ddi, ResetState, *shared)));
        break;
    case 4:
        MUST(refused_or_done(ddi->SetDmaEngineState(ddi->Context, StopState, 2, arena.shared)));
        break;
    case 5:
        MUST(refused_or_done(ddi->FreeDmaBuffer(ddi->Context, *shared)));
        break;
    case 6:
        MUST(refused_or_done(allocate_buffer(ddi, *shared)));
        break;
    case 7:
        replace(worker, ddi, shared);
        MUST(refused_or_done(ddi->GetLinkPositionRegister(ddi->Context, *shared, &pointer)));
        break;
    default:
        register_for_a_moment(worker, ddi, *shared);
        break;
    }
}

/* Threads do all they can to the same two engines. */
static void do_anything(struct worker *worker)
{
    for (unsigned round = 0; round < 15; round++)
        do_something(worker, &arena.clients[0], &arena.shared[below(worker, 2)]);
}

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
    MUST(set_state(ddi, StopState, arena.shared[1]) == STATUS_SUCCESS);
    MUST(set_state(ddi, RunState, arena.shared[1]) == STATUS_SUCCESS);
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

static void submit(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi, bool may_fail)
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
    submit(worker, ddi, false);
}

static void ask_and_wait(struct worker *worker, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    ULONG count = 1 + below(worker, 12);
    PHDAUDIO_CODEC_TRANSFER transfers = new_transfers(worker, count);

    MUST(ddi->TransferCodecVerbs(ddi->Context, count, transfers, NULL, NULL) == STATUS_SUCCESS);
    check_answers(worker, transfers, count);
    arena_bury(transfers, count * sizeof(*transfers));
}

static void await_calls(struct worker *worker)
{
    while (worker->completed < worker->submitted && comes(&worker->done, 100 * MILLISECOND))
        ;
    MUST(worker->completed == worker->submitted);
}

static void ask_in_both_ways(struct worker *worker)
{
    for (unsigned round = 0; round < 6; round++) {
        if (below(worker, 2))
            ask_and_return(worker, worker->ddi);
        else
            ask_and_wait(worker, worker->ddi);
        linger(worker, 100);
    }
    await_calls(worker);
}

/* ---- Clients that leave -------------------------------------------------------------------------- */

/* A client of its own goes away with a running engine and a registration. */
static void leave_an_engine(struct worker *worker)
{
    PKEVENT event = arena_new_event(NotificationEvent);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HANDLE handle;

    arena_query(worker->child, &ddi);
    MUST(allocate(&ddi, &handle) == STATUS_SUCCESS);
    MUST(allocate_buffer(&ddi, handle) == STATUS_SUCCESS);
    MUST(ddi.RegisterNotificationEvent(ddi.Context, handle, event) == STATUS_SUCCESS);
    MUST(set_state(&ddi, RunState, handle) == STATUS_SUCCESS);
    linger(worker, 700);
    ddi.InterfaceDereference(ddi.Context);
    arena_bury_event(event);
}

/* It lives until its last callback has returned. */
static void leave_verbs(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    arena_query(worker->child, &ddi);
    for (unsigned calls = 1 + below(worker, 3); calls > 0; calls--)
        ask_and_return(worker, &ddi);
    ddi.InterfaceDereference(ddi.Context);
    linger(worker, 300);
    await_calls(worker);
}

static void come_and_leave(struct worker *worker)
{
    for (unsigned round = 0; round < 3; round++) {
        if (below(worker, 2))
            leave_an_engine(worker);
        else
            leave_verbs(worker);
    }
}

/* ---- A bus that stops ---------------------------------------------------------------------------- */

static PKEVENT left_events[WORKERS];
static unsigned left;

/* With engines that run, registrations, and verbs on their way, all of which the clients just leave. */
static void stop_bus(void)
{
    arena_stop_bus();
    for (unsigned i = 0; i < WORKERS; i++)
        arena_bury_event(left_events[i]);
}

static void leave_everything(struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;
    PKEVENT event = left_events[worker->number] = arena_new_event(NotificationEvent);
    HANDLE handle;

    MUST(allocate(ddi, &handle) == STATUS_SUCCESS);
    MUST(allocate_buffer(ddi, handle) == STATUS_SUCCESS);
    MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
    MUST(set_state(ddi, RunState, handle) == STATUS_SUCCESS);
    linger(worker, 700);
    for (unsigned calls = below(worker, 4); calls > 0; calls--)
        submit(worker, ddi, true);
    if (++left == WORKERS)
        stop_bus();
}

static void all_calls_are_completed(void)
{
    for (unsigned i = 0; i < WORKERS; i++)
        MUST(arena.workers[i].completed == arena.workers[i].submitted);
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

static void listen(struct worker *worker)
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

static void move_jacks(struct worker *worker)
{
    for (unsigned round = 0; round < 120; round++) {
        UCHAR codec = (UCHAR)below(worker, arena.client_count);
        UCHAR pin = jacks[below(worker, RTL_NUMBER_OF(jacks))];

        MUST(sim_device_plug_jack(arena.device, codec, pin, below(worker, 2)) == STATUS_SUCCESS);
        linger(worker, 30);
    }
}

/* ---- Scenarios ----------------------------------------------------------------------------------- */

static const struct scenario scenarios[] = {
    {"events",
     register_common,
     {register_and_unregister, register_and_unregister, register_and_unregister, stop_and_start},
     give_common_back},
    {"engines",
     NULL,
     {live_with_an_engine, live_with_an_engine, live_with_an_engine, live_with_an_engine},
     engines_are_all_back},
    {"anything", start_shared, {do_anything, do_anything, do_anything, do_anything}, give_shared_back},
    {"verbs",
     start_shared,
     {ask_in_both_ways, ask_in_both_ways, ask_in_both_ways, register_and_unregister},
     give_shared_back},
    {"leaving",
     NULL,
     {come_and_leave, come_and_leave, ask_in_both_ways, live_with_an_engine},
     engines_are_all_back},
    {"stopping",
     NULL,
     {leave_everything, leave_everything, leave_everything, leave_everything},
     all_calls_are_completed},
    {"callbacks",
     called_begin,
     {called_register_and_unregister, called_register_and_unregister, called_come_and_leave,
      called_stop_and_start},
     called_end},
    {"isr",
     NULL,
     {called_live_with_an_isr, called_live_with_an_isr, called_live_with_an_isr, called_come_and_leave},
     engines_are_all_back},
    {"setups",
     called_begin_bdl,
     {called_allocate_and_free, called_set_up_and_run, called_set_up_and_run, called_set_up_and_run},
     called_end_bdl},
    {"stopping callers",
     NULL,
     {called_leave_everything, called_leave_everything, called_leave_everything, called_leave_everything},
     NULL},
    {"unsolicited", NULL, {listen, listen, listen, move_jacks}, NULL},
};

static const char *program;

/* What a crash does before cmocka makes a failed test of it, which only the parent may go on from. */
static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
static struct sigaction crash_actions[RTL_NUMBER_OF(crashes)];

static void save_crash_actions(void)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(crashes); i++)
        sigaction(crashes[i], NULL, &crash_actions[i]);
}

static _Noreturn void play_and_exit(const struct scenario *scenario, uint64_t seed)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(crashes); i++)
        sigaction(crashes[i], &crash_actions[i], NULL);
    _exit(arena_run(scenario, seed) ? 0 : 1);
}

/* A process of its own: time begins at 0 in it. */
static bool plays(const struct scenario *scenario, uint64_t seed)
{
    pid_t child;
    int status;

    fflush(stdout);
    child = fork();
    if (child == 0)
        play_and_exit(scenario, seed);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void holds_in_every_schedule(void **state)
{
    const struct scenario *scenario = *state;

    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        if (!plays(scenario, seed))
            fail_msg("seed %u; once more: %s %s %u", (unsigned)seed, program, scenario->name, (unsigned)seed);
    }
}

static void a_seed_decides_all_that_a_schedule_does(void **state)
{
    uint64_t trace;

    (void)state;
    for (unsigned i = 0; i < RTL_NUMBER_OF(scenarios); i++) {
        assert_true(plays(&scenarios[i], 5 + i));
        trace = totals->trace;
        assert_true(plays(&scenarios[i], 5 + i));
        assert_true(totals->trace == trace);
        assert_true(plays(&scenarios[i], 6 + i));
        assert_true(totals->trace != trace);
    }
}

static void print_totals(void)
{
    print_message("%u points, %u signals, %u callbacks, %u calls, %u unsolicited responses\n",
                  (unsigned)totals->points, (unsigned)totals->signals, (unsigned)totals->callbacks,
                  (unsigned)totals->calls, (unsigned)totals->responses);
}

/* Or else there was nothing to race with. */
static void there_was_something_to_race_with(void **state)
{
    (void)state;
    print_totals();
    assert_true(totals->signals > SCHEDULES);
    assert_true(totals->callbacks > SCHEDULES);
    assert_true(totals->calls > SCHEDULES);
    assert_true(totals->responses > SCHEDULES);
}

static const struct scenario *find_scenario(const char *name)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(scenarios); i++) {
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    }
    return NULL;
}

static int play_again(const char *name, const char *seed)
{
    const struct scenario *scenario = find_scenario(name);
    bool good;

    if (scenario == NULL) {
        fprintf(stderr, "no scenario is called %s\n", name);
        return 2;
    }
    good = arena_run(scenario, strtoull(seed, NULL, 0));
    print_totals();
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[RTL_NUMBER_OF(scenarios) + 2];
    size_t count = 0;

    program = argv[0];
    totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (totals == MAP_FAILED)
        return 2;
    if (argc == 3)
        return play_again(argv[1], argv[2]);
    save_crash_actions();
    for (; count < RTL_NUMBER_OF(scenarios); count++)
        tests[count] = (struct CMUnitTest){scenarios[count].name, holds_in_every_schedule, NULL, NULL,
                                           (void *)(uintptr_t)&scenarios[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_seed_decides_all_that_a_schedule_does);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(there_was_something_to_race_with);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
