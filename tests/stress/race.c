/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race.c - several threads against a bus whose interrupts run on the real clock. What may not be touched any
 * more is freed at once, so that AddressSanitizer and ThreadSanitizer see it if it is.
 */
#include "crowd.h"

#include <stdlib.h>
#include <string.h>

#include <sim.h>

#define DURATION (1000 * MILLISECOND)
#define EVENTS   16
#define VERBS    300

/* ---- Shared engines ----------------------------------------------------------------------------- */

static void start_shared(struct bench *bench, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(allocate(&bench->ddi, &bench->shared[i]), STATUS_SUCCESS);
        assert_int_equal(allocate_buffer(&bench->ddi, bench->shared[i]), STATUS_SUCCESS);
    }
    assert_int_equal(bench->ddi.SetDmaEngineState(bench->ddi.Context, RunState, count, bench->shared),
                     STATUS_SUCCESS);
}

static void free_shared(struct bench *bench, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(set_state(&bench->ddi, StopState, bench->shared[i]), STATUS_SUCCESS);
        assert_int_equal(bench->ddi.FreeDmaBuffer(bench->ddi.Context, bench->shared[i]), STATUS_SUCCESS);
        assert_int_equal(bench->ddi.FreeDmaEngine(bench->ddi.Context, bench->shared[i]), STATUS_SUCCESS);
    }
}

/* How many engines can be had at once. */
static unsigned count_engines(struct bench *bench)
{
    HANDLE handles[32];
    unsigned found = 0;

    while (found < 32 && NT_SUCCESS(allocate(&bench->ddi, &handles[found])))
        found++;
    for (unsigned i = 0; i < found; i++)
        assert_int_equal(bench->ddi.FreeDmaEngine(bench->ddi.Context, handles[i]), STATUS_SUCCESS);
    return found;
}

/* Nothing was lost in a race. */
static void engines_are_all_back(struct bench *bench, unsigned count)
{
    assert_int_equal(count_engines(bench), count);
}

/* ---- Events ------------------------------------------------------------------------------------- */

/* Registers on one of the running engines, for a moment or until the event has come. */
static void register_and_unregister(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;

    while (going_on(worker)) {
        HANDLE handle = worker->bench->shared[random_below(worker, 2)];
        PKEVENT event = new_event(random_below(worker, 2) ? NotificationEvent : SynchronizationEvent);

        MUST(event != NULL);
        MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
        if (random_below(worker, 4) == 0)
            worker->signals += comes(event, 500 * MILLISECOND);
        else
            linger(worker, 400);
        MUST(ddi->UnregisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
        destroy_event(event);
    }
}

/* Many at once, each twice, taken away in another order. */
static void register_many(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    HANDLE handle = worker->bench->shared[0];
    PKEVENT events[EVENTS];

    while (going_on(worker)) {
        for (unsigned i = 0; i < EVENTS; i++) {
            events[i] = new_event(NotificationEvent);
            MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, events[i]) == STATUS_SUCCESS);
            MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, events[i]) == STATUS_SUCCESS);
        }
        linger(worker, 400);
        for (unsigned i = 0; i < EVENTS; i++) {
            PKEVENT event = events[i * 5 % EVENTS];

            MUST(ddi->UnregisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
            MUST(ddi->UnregisterNotificationEvent(ddi->Context, handle, event) == STATUS_SUCCESS);
            MUST(ddi->UnregisterNotificationEvent(ddi->Context, handle, event) == STATUS_INVALID_PARAMETER);
            destroy_event(event);
        }
    }
}

static void an_event_may_be_freed_when_unregister_returns(void **state)
{
    void (*const work[THREADS])(struct worker *) = {register_and_unregister, register_and_unregister,
                                                    register_and_unregister, register_many};
    struct worker workers[THREADS];
    struct bench bench;
    uint64_t signals = 0;

    (void)state;
    bench_open(&bench);
    start_shared(&bench, 2);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < THREADS; i++)
        signals += workers[i].signals;
    assert_true(signals > 10); /* interrupts were running meanwhile */
    free_shared(&bench, 2);
    bench_close(&bench);
}

/* Registers events on an engine of its own, starts it, and takes all of it down without unregistering. */
static void free_engine_with_registrations(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;

    while (going_on(worker)) {
        PKEVENT events[2] = {new_event(NotificationEvent), new_event(SynchronizationEvent)};
        HANDLE handle;

        MUST(allocate(ddi, &handle) == STATUS_SUCCESS);
        MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, events[0]) == STATUS_SUCCESS);
        MUST(allocate_buffer(ddi, handle) == STATUS_SUCCESS);
        MUST(set_state(ddi, RunState, handle) == STATUS_SUCCESS);
        MUST(ddi->RegisterNotificationEvent(ddi->Context, handle, events[1]) == STATUS_SUCCESS);
        worker->signals += comes(events[0], 500 * MILLISECOND);
        linger(worker, 700);
        MUST(set_state(ddi, StopState, handle) == STATUS_SUCCESS);
        MUST(ddi->FreeDmaBuffer(ddi->Context, handle) == STATUS_SUCCESS);
        MUST(ddi->FreeDmaEngine(ddi->Context, handle) == STATUS_SUCCESS);
        destroy_event(events[0]);
        destroy_event(events[1]);
    }
}

static void an_event_may_be_freed_when_its_engine_is_freed(void **state)
{
    void (*const work[THREADS])(struct worker *) = {
        free_engine_with_registrations, free_engine_with_registrations, free_engine_with_registrations,
        free_engine_with_registrations};
    struct worker workers[THREADS];
    struct bench bench;
    uint64_t signals = 0;
    unsigned engines;

    (void)state;
    bench_open(&bench);
    engines = count_engines(&bench);
    assert_true(engines >= THREADS);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < THREADS; i++)
        signals += workers[i].signals;
    assert_true(signals > 0); /* interrupts were running meanwhile */
    engines_are_all_back(&bench, engines);
    bench_close(&bench);
}

/* A client of its own goes away with a running engine and registrations. */
static void dereference_with_everything_held(struct worker *worker)
{
    while (going_on(worker)) {
        PKEVENT event = new_event(NotificationEvent);
        HDAUDIO_BUS_INTERFACE_V2 ddi;
        HANDLE handle;

        MUST(hdabus_query_interface(worker->bench->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi),
                                    0x0100, (PINTERFACE)&ddi) == STATUS_SUCCESS);
        MUST(allocate(&ddi, &handle) == STATUS_SUCCESS);
        MUST(allocate_buffer(&ddi, handle) == STATUS_SUCCESS);
        MUST(ddi.RegisterNotificationEvent(ddi.Context, handle, event) == STATUS_SUCCESS);
        MUST(set_state(&ddi, RunState, handle) == STATUS_SUCCESS);
        worker->signals += comes(event, 500 * MILLISECOND);
        linger(worker, 700);
        ddi.InterfaceDereference(ddi.Context);
        destroy_event(event);
    }
}

static void the_last_dereference_releases_what_runs(void **state)
{
    void (*const work[THREADS])(struct worker *) = {
        dereference_with_everything_held, dereference_with_everything_held, free_engine_with_registrations,
        dereference_with_everything_held};
    struct worker workers[THREADS];
    struct bench bench;
    unsigned engines;

    (void)state;
    bench_open(&bench);
    engines = count_engines(&bench);
    assert_true(engines >= THREADS);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < THREADS; i++)
        assert_true(workers[i].signals > 0);
    engines_are_all_back(&bench, engines);
    bench_close(&bench);
}

/* ---- States ------------------------------------------------------------------------------------- */

static bool refused_or_done(NTSTATUS status)
{
    return status == STATUS_SUCCESS || status == STATUS_INVALID_DEVICE_REQUEST ||
           status == STATUS_INVALID_HANDLE;
}

/* Does whatever comes to mind to engines that the other threads are doing the same to. */
static void change_anything(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;

    while (going_on(worker)) {
        HANDLE handle = worker->bench->shared[random_below(worker, 2)];
        PULONG pointer;

        switch (random_below(worker, 8)) {
        case 0:
        case 1:
            MUST(refused_or_done(set_state(ddi, RunState, handle)));
            linger(worker, 600);
            break;
        case 2:
            MUST(refused_or_done(set_state(ddi, PauseState, handle)));
            break;
        case 3:
            MUST(refused_or_done(set_state(ddi, ResetState, handle)));
            break;
        case 4:
            MUST(refused_or_done(ddi->SetDmaEngineState(ddi->Context, StopState, 2, worker->bench->shared)));
            break;
        case 5:
            MUST(refused_or_done(ddi->FreeDmaBuffer(ddi->Context, handle)));
            break;
        case 6:
            MUST(refused_or_done(allocate_buffer(ddi, handle)));
            break;
        default:
            MUST(ddi->GetLinkPositionRegister(ddi->Context, handle, &pointer) == STATUS_SUCCESS);
            MUST(__atomic_load_n(pointer, __ATOMIC_RELAXED) < FAST_BYTES);
        }
    }
}

static void states_may_be_changed_from_anywhere(void **state)
{
    void (*const work[THREADS])(struct worker *) = {change_anything, change_anything, change_anything,
                                                    register_and_unregister};
    struct worker workers[THREADS];
    struct bench bench;
    unsigned engines;

    (void)state;
    bench_open(&bench);
    engines = count_engines(&bench);
    start_shared(&bench, 2);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < 2; i++)
        allocate_buffer(&bench.ddi, bench.shared[i]); /* refused where there is one */
    free_shared(&bench, 2);
    engines_are_all_back(&bench, engines);
    bench_close(&bench);
}

/* Frees the handle that another thread is using: one of them gets it, the rest are told. */
static void fight_for_engines(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    HANDLE *slot;

    while (going_on(worker)) {
        HANDLE handle;

        slot = &worker->bench->shared[random_below(worker, 2)];
        handle = __atomic_load_n(slot, __ATOMIC_RELAXED);
        if (random_below(worker, 3) == 0 && NT_SUCCESS(allocate(ddi, &handle))) {
            __atomic_store_n(slot, handle, __ATOMIC_RELAXED);
            MUST(refused_or_done(allocate_buffer(ddi, handle)));
        }
        MUST(refused_or_done(set_state(ddi, RunState, handle)));
        linger(worker, 300);
        MUST(refused_or_done(set_state(ddi, StopState, handle)));
        MUST(refused_or_done(ddi->FreeDmaBuffer(ddi->Context, handle)));
        MUST(refused_or_done(ddi->FreeDmaEngine(ddi->Context, handle)));
    }
}

static void handles_may_be_freed_under_other_threads(void **state)
{
    void (*const work[THREADS])(struct worker *) = {fight_for_engines, fight_for_engines, fight_for_engines,
                                                    fight_for_engines};
    struct worker workers[THREADS];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < THREADS; i++)
        assert_true(workers[i].rounds > 1);
    bench_close(&bench);
}

/* ---- Verbs -------------------------------------------------------------------------------------- */

static const UCHAR parameters[] = {0x00, 0x02, 0x04};

static ULONG question(UCHAR number)
{
    HDAUDIO_CODEC_COMMAND command = {.Verb8 = {.Data = parameters[number], .VerbId = 0xF00}};

    return command.Command;
}

static void learn(HDAUDIO_BUS_INTERFACE_V2 *ddi, ULONG *answers)
{
    for (UCHAR i = 0; i < 3; i++) {
        HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = question(i)};

        ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL);
        answers[i] = transfer.Input.IsValid ? transfer.Input.Response : 0;
    }
}

static VOID batch_done(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    (void)transfer;
    KeSetEvent(context, 0, FALSE);
}

static void ask_batch(struct worker *worker, HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_CODEC_TRANSFER *transfers,
                      const ULONG *answers)
{
    ULONG count = 1 + random_below(worker, VERBS), numbers = worker->random;
    KEVENT done;

    memset(transfers, 0, VERBS * sizeof(*transfers));
    for (ULONG i = 0; i < count; i++)
        transfers[i].Output.Command = question((UCHAR)((numbers + i * i) % 3));
    if (random_below(worker, 2)) {
        KeInitializeEvent(&done, NotificationEvent, FALSE);
        MUST(ddi->TransferCodecVerbs(ddi->Context, count, transfers, batch_done, &done) == STATUS_SUCCESS);
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    } else {
        MUST(ddi->TransferCodecVerbs(ddi->Context, count, transfers, NULL, NULL) == STATUS_SUCCESS);
    }
    for (ULONG i = 0; i < count; i++) {
        MUST(transfers[i].Input.IsValid);
        MUST(transfers[i].Input.Response == answers[(numbers + i * i) % 3]);
    }
}

static void send_verbs(struct worker *worker)
{
    HDAUDIO_CODEC_TRANSFER *transfers = malloc(VERBS * sizeof(*transfers));
    HDAUDIO_BUS_INTERFACE_V2 own, *ddi = &worker->bench->ddi;
    ULONG answers[3];

    MUST(hdabus_query_interface(worker->bench->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(own), 0x0100,
                                (PINTERFACE)&own) == STATUS_SUCCESS);
    if (worker->number % 2)
        ddi = &own; /* two threads share a client, the others have their own */
    learn(ddi, answers);
    MUST(answers[0] != 0 && answers[0] != answers[1]);
    while (going_on(worker))
        ask_batch(worker, ddi, transfers, answers);
    own.InterfaceDereference(own.Context);
    free(transfers);
}

static void everyone_gets_his_own_answers(void **state)
{
    void (*const work[THREADS])(struct worker *) = {send_verbs, send_verbs, send_verbs, send_verbs};
    struct worker workers[THREADS];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < THREADS; i++)
        assert_true(workers[i].rounds > 5);
    bench_close(&bench);
}

/* ---- Unsolicited responses ---------------------------------------------------------------------- */

#define SET_UNSOLICITED 0x70800u

/* Pins of the built-in codec that tell of their jacks, one for each thread. */
static const UCHAR jacks[THREADS] = {0x0E, 0x0F, 0x11, 0x12};

struct listener {
    uint64_t heard; /* atomic */
    unsigned char more[100];
};

static VOID NTAPI hear(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    struct listener *listener = context;

    listener->more[response.Unsolicited.Tag % sizeof(listener->more)]++;
    __atomic_fetch_add(&listener->heard, 1, __ATOMIC_RELAXED);
}

static bool enable(struct worker *worker, UCHAR pin, UCHAR tag)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = (ULONG)pin << 20 | SET_UNSOLICITED | 0x80u | tag};

    return ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL) == STATUS_SUCCESS &&
           transfer.Input.IsValid;
}

/* Moves a jack, and unregisters while the response is on its way. */
static void listen_to_a_jack(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    UCHAR pin = jacks[worker->number], tag;

    while (going_on(worker)) {
        struct listener *listener = calloc(1, sizeof(*listener));

        MUST(listener != NULL);
        MUST(ddi->RegisterEventCallback(ddi->Context, hear, listener, &tag) == STATUS_SUCCESS);
        MUST(enable(worker, pin, tag));
        MUST(hdabus_sim_plug(worker->bench->bus, 0, pin, worker->rounds % 2) == STATUS_SUCCESS);
        linger(worker, 100);
        MUST(ddi->UnregisterEventCallback(ddi->Context, tag) == STATUS_SUCCESS);
        worker->signals += listener->heard;
        memset(listener, POISON, sizeof(*listener));
        free(listener);
    }
}

static void a_listener_may_be_freed_when_unregister_returns(void **state)
{
    void (*const work[THREADS])(struct worker *) = {listen_to_a_jack, listen_to_a_jack, listen_to_a_jack,
                                                    listen_to_a_jack};
    struct worker workers[THREADS];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < THREADS; i++)
        assert_true(workers[i].signals > 5);
    bench_close(&bench);
}

/* ---- References --------------------------------------------------------------------------------- */

/* All threads refer to one context; each also opens and closes clients of its own. */
static void reference_and_dereference(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    HDAUDIO_BUS_INTERFACE_V2 own;
    ULONG answers[3];

    while (going_on(worker)) {
        ddi->InterfaceReference(ddi->Context);
        MUST(hdabus_query_interface(worker->bench->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(own),
                                    0x0100, (PINTERFACE)&own) == STATUS_SUCCESS);
        own.InterfaceReference(own.Context);
        own.InterfaceDereference(own.Context);
        if (random_below(worker, 8) == 0) {
            learn(&own, answers);
            MUST(answers[0] != 0);
        }
        own.InterfaceDereference(own.Context);
        ddi->InterfaceDereference(ddi->Context);
    }
}

static void references_are_counted_from_anywhere(void **state)
{
    void (*const work[THREADS])(struct worker *) = {reference_and_dereference, reference_and_dereference,
                                                    reference_and_dereference, register_and_unregister};
    struct worker workers[THREADS];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    start_shared(&bench, 2);
    run(&bench, workers, work, DURATION);
    free_shared(&bench, 2);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_may_be_freed_when_unregister_returns),
        cmocka_unit_test(an_event_may_be_freed_when_its_engine_is_freed),
        cmocka_unit_test(the_last_dereference_releases_what_runs),
        cmocka_unit_test(states_may_be_changed_from_anywhere),
        cmocka_unit_test(handles_may_be_freed_under_other_threads),
        cmocka_unit_test(everyone_gets_his_own_answers),
        cmocka_unit_test(a_listener_may_be_freed_when_unregister_returns),
        cmocka_unit_test(references_are_counted_from_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
