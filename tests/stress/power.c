/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * power.c - threads against a controller that sleeps and wakes, and in the end is pulled out, on the real
 * clock (DDI Power, Removal). What may not be touched any more is freed at once, as in race.c.
 */
#include "crowd.h"

#include <stdlib.h>
#include <string.h>

#include <sim.h>

#define DURATION (700 * MILLISECOND)
#define ROUNDS   24
#define ROUND    50000u                /* microseconds until it is pulled out, at most */
#define LONG     (10000 * MILLISECOND) /* of a busy machine */
#define VERBS    40

#define JACK            0x0E
#define SET_UNSOLICITED 0x70880u
#define VENDOR          0xF0000u

/* What has become of the controller. */
static struct {
    bool pulled;      /* atomic */
    uint64_t changes; /* atomic: suspends and resumes that have begun */
} controller;

static bool is_pulled(void)
{
    return __atomic_load_n(&controller.pulled, __ATOMIC_ACQUIRE);
}

static uint64_t changes(void)
{
    return __atomic_load_n(&controller.changes, __ATOMIC_ACQUIRE);
}

/* DDI Power, Removal: what else may keep a call from success that nothing is wrong with. */
static bool may_answer(NTSTATUS status)
{
    return status == STATUS_SUCCESS || status == STATUS_DEVICE_NOT_READY ||
           (status == STATUS_DEVICE_REMOVED && is_pulled());
}

/* Whether it has succeeded. */
#define SERVED(call) served(worker, (call), #call, __LINE__)

static bool served(struct worker *worker, NTSTATUS status, const char *text, int line)
{
    if (!may_answer(status) && !worker->wrong) {
        worker->wrong = text;
        worker->wrong_line = line;
    }
    return status == STATUS_SUCCESS;
}

/* ---- Engines ------------------------------------------------------------------------------------ */

/* Who waits is told when the controller is gone; of one that sleeps he has to know himself. */
static void await_period(struct worker *worker, PKEVENT event, uint64_t before)
{
    bool came = false;

    for (unsigned i = 0; i < LONG / (5 * MILLISECOND) && !came && changes() == before; i++)
        came = comes(event, 5 * MILLISECOND);
    MUST(came || changes() != before);
    worker->signals += came;
}

static void run_engine(struct worker *worker, HANDLE handle, PKEVENT event)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    uint64_t before = changes();

    if (SERVED(set_state(ddi, RunState, handle)) && changes() == before)
        linger(worker, 2000);
    if (random_below(worker, 4) == 0 && changes() == before)
        await_period(worker, event, before);
    MUST(set_state(ddi, StopState, handle) == STATUS_SUCCESS);
    MUST(ddi->FreeDmaBuffer(ddi->Context, handle) == STATUS_SUCCESS);
}

static void live_with_an_engine(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;

    while (going_on(worker)) {
        PKEVENT event = new_event(NotificationEvent);
        HANDLE handle;

        if (SERVED(allocate(ddi, &handle))) {
            if (SERVED(ddi->RegisterNotificationEvent(ddi->Context, handle, event)) &&
                SERVED(allocate_buffer(ddi, handle)))
                run_engine(worker, handle, event);
            MUST(ddi->FreeDmaEngine(ddi->Context, handle) == STATUS_SUCCESS);
        }
        destroy_event(event);
    }
}

/* ---- Verbs and unsolicited responses ------------------------------------------------------------ */

static VOID batch_done(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    (void)transfer;
    KeSetEvent(context, 0, FALSE);
}

static bool ask(struct worker *worker, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    KEVENT done;

    if (random_below(worker, 2))
        return SERVED(ddi->TransferCodecVerbs(ddi->Context, count, transfers, NULL, NULL));
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    if (!SERVED(ddi->TransferCodecVerbs(ddi->Context, count, transfers, batch_done, &done)))
        return false;
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
    return true;
}

/* All that are accepted are answered, before the controller sleeps; unless there is none. */
static void ask_batch(struct worker *worker)
{
    ULONG count = 1 + random_below(worker, VERBS);
    HDAUDIO_CODEC_TRANSFER *transfers = calloc(count, sizeof(*transfers));

    for (ULONG i = 0; i < count; i++)
        transfers[i].Output.Command = VENDOR;
    if (ask(worker, transfers, count)) {
        for (ULONG i = 0; i < count; i++)
            MUST((transfers[i].Input.IsValid && transfers[i].Input.Response != 0) || is_pulled());
    }
    free(transfers);
}

struct listener {
    uint64_t heard; /* atomic */
};

static VOID NTAPI hear(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    struct listener *listener = context;

    (void)response;
    __atomic_fetch_add(&listener->heard, 1, __ATOMIC_RELAXED);
}

static void hear_a_jack(struct worker *worker)
{
    HDAUDIO_BUS_INTERFACE_V2 *ddi = &worker->bench->ddi;
    struct listener *listener = calloc(1, sizeof(*listener));
    HDAUDIO_CODEC_TRANSFER transfer = {0};
    UCHAR tag;

    if (SERVED(ddi->RegisterEventCallback(ddi->Context, hear, listener, &tag))) {
        transfer.Output.Command = (ULONG)JACK << 20 | SET_UNSOLICITED | tag;
        SERVED(ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL));
        hdabus_sim_plug(worker->bench->bus, 0, JACK, worker->rounds % 2);
        linger(worker, 100);
        MUST(ddi->UnregisterEventCallback(ddi->Context, tag) == STATUS_SUCCESS);
    }
    memset(listener, POISON, sizeof(*listener));
    free(listener);
}

static void talk(struct worker *worker)
{
    while (going_on(worker)) {
        ask_batch(worker);
        hear_a_jack(worker);
    }
}

/* ---- Clients that leave, and that want to be woken ----------------------------------------------- */

static void leave_an_engine(struct worker *worker)
{
    PKEVENT event = new_event(NotificationEvent);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HANDLE handle;

    if (SERVED(hdabus_query_interface(worker->bench->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi),
                                      0x0100, (PINTERFACE)&ddi))) {
        if (SERVED(allocate(&ddi, &handle)) &&
            SERVED(ddi.RegisterNotificationEvent(ddi.Context, handle, event)) &&
            SERVED(allocate_buffer(&ddi, handle)) && SERVED(set_state(&ddi, RunState, handle)))
            linger(worker, 1000);
        ddi.InterfaceDereference(ddi.Context);
    }
    destroy_event(event);
}

static void be_woken(void *context, NTSTATUS status)
{
    (void)status;
    KeSetEvent(context, 0, FALSE);
}

/* One that is not taken back has its end, and then nobody touches what is left of it. */
static void want_to_be_woken(struct worker *worker)
{
    PKEVENT ended = new_event(NotificationEvent);

    if (SERVED(hdabus_wait_wake(worker->bench->bus, 0, be_woken, ended))) {
        linger(worker, 1000);
        if (!hdabus_cancel_wake(worker->bench->bus, 0))
            MUST(comes(ended, LONG));
    }
    destroy_event(ended);
}

static void come_and_go(struct worker *worker)
{
    while (going_on(worker)) {
        leave_an_engine(worker);
        want_to_be_woken(worker);
    }
}

/* ---- Sleep --------------------------------------------------------------------------------------- */

/* In the end it is awake, or gone. */
static void suspend_and_resume(struct worker *worker)
{
    while (going_on(worker)) {
        linger(worker, 3000);
        __atomic_fetch_add(&controller.changes, 1, __ATOMIC_RELEASE);
        SERVED(hdabus_suspend(worker->bench->bus));
        hdabus_sim_plug(worker->bench->bus, 0, JACK, worker->rounds % 2);
        linger(worker, 500);
        worker->signals += SERVED(hdabus_resume(worker->bench->bus));
        __atomic_fetch_add(&controller.changes, 1, __ATOMIC_RELEASE);
    }
}

static void the_controller_may_sleep_under_everybody(void **state)
{
    void (*const work[THREADS])(struct worker *) = {live_with_an_engine, talk, come_and_go,
                                                    suspend_and_resume};
    struct worker workers[THREADS];
    struct bench bench;

    (void)state;
    bench_open(&bench);
    run(&bench, workers, work, DURATION);
    for (unsigned i = 0; i < THREADS; i++)
        assert_true(workers[i].rounds > 1);
    assert_true(workers[THREADS - 1].signals > 1);
    bench_close(&bench);
}

/* ---- Removal ------------------------------------------------------------------------------------- */

/* The others go on for a while. */
static void pull_out(struct worker *worker)
{
    linger(worker, ROUND);
    __atomic_store_n(&controller.pulled, true, __ATOMIC_RELEASE);
    MUST(hdabus_sim_remove(worker->bench->bus) == STATUS_SUCCESS);
    linger(worker, 3000);
    __atomic_store_n(&worker->bench->end, 0, __ATOMIC_RELAXED);
}

static void the_controller_may_be_pulled_out_under_everybody(void **state)
{
    void (*const last[])(struct worker *) = {live_with_an_engine, talk, come_and_go, suspend_and_resume};
    struct worker workers[THREADS];
    struct bench bench;

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        /* each of them is missing once */
        void (*work[THREADS])(struct worker *) = {last[0], last[1], last[2], pull_out};

        controller.pulled = false;
        work[round % (THREADS - 1)] = last[THREADS - 1];
        bench_open(&bench);
        bench.seed = round;
        run(&bench, workers, work, LONG);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_controller_may_sleep_under_everybody),
        cmocka_unit_test(the_controller_may_be_pulled_out_under_everybody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
