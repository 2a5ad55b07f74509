/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race.c - several threads against a bus whose interrupts run on the real clock. What may not be touched any
 * more is freed at once, so that AddressSanitizer and ThreadSanitizer see it if it is.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bus.h>
#include <cmocka.h>
#include <sim.h>

#define THREADS     4
#define MILLISECOND 1000000ull
#define DURATION    (1200 * MILLISECOND)
#define POISON      0xDD
#define EVENTS      16
#define VERBS       300

/* 96 kHz and the smallest buffer with two notifications: an interrupt each third of a millisecond. */
static const HDAUDIO_STREAM_FORMAT fast = {96000, 16, 16, 2};
#define FAST_BYTES 256u

struct bench {
    struct hdabus *bus;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    uint64_t end; /* when threads stop */
    HANDLE shared[THREADS];
};

/* A thread of a test. Threads do not assert: the first thing that is wrong is kept, and the test fails with
 * it. */
struct worker {
    struct bench *bench;
    unsigned number;
    uint32_t random;
    uint64_t rounds;
    uint64_t signals;
    const char *wrong;
    int wrong_line;
    void (*work)(struct worker *worker);
    pthread_t thread;
};

#define MUST(condition)                       \
    do {                                      \
        if (!(condition) && !worker->wrong) { \
            worker->wrong = #condition;       \
            worker->wrong_line = __LINE__;    \
        }                                     \
    } while (0)

/* ---- Time and chance ---------------------------------------------------------------------------- */

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 * MILLISECOND + (uint64_t)time.tv_nsec;
}

static uint32_t random_below(struct worker *worker, uint32_t limit)
{
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 17;
    worker->random ^= worker->random << 5;
    return worker->random % limit;
}

/* Up to so many microseconds; often none. */
static void linger(struct worker *worker, uint32_t microseconds)
{
    struct timespec time = {.tv_nsec = (long)random_below(worker, microseconds + 1) * 1000};

    if (random_below(worker, 3) > 0)
        nanosleep(&time, NULL);
}

static bool going_on(struct worker *worker)
{
    worker->rounds++;
    return !worker->wrong && now() < worker->bench->end;
}

/* ---- Opening, running, closing ------------------------------------------------------------------ */

static void open_client(struct bench *bench, HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    assert_int_equal(hdabus_query_interface(bench->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(*ddi),
                                            0x0100, (PINTERFACE)ddi),
                     STATUS_SUCCESS);
}

static void quiet(void *context, int level, const char *line)
{
    (void)context;
    if (level == 0)
        fprintf(stderr, "# %s\n", line);
}

static void bench_open(struct bench *bench)
{
    const struct hdabus_options options = {.log = quiet};

    memset(bench, 0, sizeof(*bench));
    assert_int_equal(hdabus_open("sim:clock=real", &options, &bench->bus), STATUS_SUCCESS);
    open_client(bench, &bench->ddi);
}

static void bench_close(struct bench *bench)
{
    const char *sentence;
    unsigned faults = hdabus_sim_faults(bench->bus);

    for (unsigned i = 0; (sentence = hdabus_sim_fault(bench->bus, i)) != NULL; i++)
        fprintf(stderr, "# fault: %s\n", sentence);
    bench->ddi.InterfaceDereference(bench->ddi.Context);
    hdabus_close(bench->bus);
    assert_int_equal(faults, 0);
}

static void *thread_main(void *argument)
{
    struct worker *worker = argument;

    worker->work(worker);
    return NULL;
}

/* Runs work[i] on THREADS threads for DURATION. */
static void run(struct bench *bench, struct worker *workers, void (*const *work)(struct worker *worker))
{
    bench->end = now() + DURATION;
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] =
            (struct worker){.bench = bench, .number = i, .random = 2463534242u + i * 977, .work = work[i]};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, thread_main, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        if (workers[i].wrong)
            fail_msg("thread %u, line %d: %s", i, workers[i].wrong_line, workers[i].wrong);
}

/* ---- Engines ------------------------------------------------------------------------------------ */

static NTSTATUS allocate(HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *handle)
{
    HDAUDIO_STREAM_FORMAT format = fast;
    HDAUDIO_CONVERTER_FORMAT converter;

    return ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, handle, &converter);
}

static NTSTATUS allocate_buffer(HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle)
{
    SIZE_T size, offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    return ddi->AllocateDmaBufferWithNotification(ddi->Context, handle, 2, FAST_BYTES, &mdl, &size, &offset,
                                                  &stream, &fifo);
}

static NTSTATUS set_state(HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_STREAM_STATE state, HANDLE handle)
{
    return ddi->SetDmaEngineState(ddi->Context, state, 1, &handle);
}

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

static PKEVENT new_event(EVENT_TYPE type)
{
    PKEVENT event = malloc(sizeof(*event));

    if (event)
        KeInitializeEvent(event, type, FALSE);
    return event;
}

/* The moment that the driver may not touch it any more. */
static void destroy_event(PKEVENT event)
{
    memset(event, POISON, sizeof(*event));
    free(event);
}

static bool comes(PKEVENT event, uint64_t nanoseconds)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)(nanoseconds / 100)};

    return KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &timeout) == STATUS_SUCCESS;
}

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
    run(&bench, workers, work);
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
    run(&bench, workers, work);
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
    run(&bench, workers, work);
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
    run(&bench, workers, work);
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
    run(&bench, workers, work);
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
    run(&bench, workers, work);
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
    run(&bench, workers, work);
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
    run(&bench, workers, work);
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
