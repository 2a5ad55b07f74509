/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.c - see crowd.h. */
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sim.h>

/* 96 kHz and the smallest buffer with two notifications: an interrupt each third of a millisecond. */
static const HDAUDIO_STREAM_FORMAT fast = {96000, 16, 16, 2};

/* ---- Time and chance ---------------------------------------------------------------------------- */

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 * MILLISECOND + (uint64_t)time.tv_nsec;
}

uint32_t random_below(struct worker *worker, uint32_t limit)
{
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 17;
    worker->random ^= worker->random << 5;
    return worker->random % limit;
}

void linger(struct worker *worker, uint32_t microseconds)
{
    struct timespec time = {.tv_nsec = (long)random_below(worker, microseconds + 1) * 1000};

    if (random_below(worker, 3) > 0)
        nanosleep(&time, NULL);
}

bool going_on(struct worker *worker)
{
    worker->rounds++;
    return !worker->wrong && now() < __atomic_load_n(&worker->bench->end, __ATOMIC_RELAXED);
}

/* ---- Opening, running, closing ------------------------------------------------------------------ */

void open_client(struct bench *bench, HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    assert_int_equal(hdabus_query_interface(bench->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(*ddi),
                                            0x0100, (PINTERFACE)ddi),
                     STATUS_SUCCESS);
}

static void quiet(void *context, int level, const char *line)
{
    (void)context;
    if (level == 0 && strcmp(line, "the controller is gone") != 0)
        fprintf(stderr, "# %s\n", line);
}

void bench_open(struct bench *bench)
{
    const struct hdabus_options options = {.log = quiet};

    memset(bench, 0, sizeof(*bench));
    assert_int_equal(hdabus_open("sim:clock=real", &options, &bench->bus), STATUS_SUCCESS);
    open_client(bench, &bench->ddi);
}

void bench_close(struct bench *bench)
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

void run(struct bench *bench, struct worker *workers, void (*const *work)(struct worker *worker),
         uint64_t duration)
{
    bench->end = now() + duration;
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.bench = bench,
                                     .number = i,
                                     .random = 2463534242u + i * 977 + bench->seed * 7919,
                                     .work = work[i]};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, thread_main, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        if (workers[i].wrong)
            fail_msg("thread %u, line %d: %s", i, workers[i].wrong_line, workers[i].wrong);
}

/* ---- Engines ------------------------------------------------------------------------------------ */

NTSTATUS allocate(HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE *handle)
{
    HDAUDIO_STREAM_FORMAT format = fast;
    HDAUDIO_CONVERTER_FORMAT converter;

    return ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, handle, &converter);
}

NTSTATUS allocate_buffer(HDAUDIO_BUS_INTERFACE_V2 *ddi, HANDLE handle)
{
    SIZE_T size, offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    return ddi->AllocateDmaBufferWithNotification(ddi->Context, handle, 2, FAST_BYTES, &mdl, &size, &offset,
                                                  &stream, &fifo);
}

NTSTATUS set_state(HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_STREAM_STATE state, HANDLE handle)
{
    return ddi->SetDmaEngineState(ddi->Context, state, 1, &handle);
}

/* ---- Events ------------------------------------------------------------------------------------- */

PKEVENT new_event(EVENT_TYPE type)
{
    PKEVENT event = malloc(sizeof(*event));

    if (event)
        KeInitializeEvent(event, type, FALSE);
    return event;
}

/* The moment that the driver may not touch it any more. */
void destroy_event(PKEVENT event)
{
    memset(event, POISON, sizeof(*event));
    free(event);
}

bool comes(PKEVENT event, uint64_t nanoseconds)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)(nanoseconds / 100)};

    return KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &timeout) == STATUS_SUCCESS;
}
