/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * barrier.c - who takes a callback or an interrupt routine away may free its memory at once, whatever runs
 * meanwhile; and what a client of versions 3 and BDL cannot see by itself (DDI Notification callbacks, BDL
 * clients).
 *
 * On the real clock a test stops its bus by itself: the host's thread uses the tables that tearing down puts
 * back.
 */
#include "rig.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define POISON   0xDD
#define PERIOD   (4096 / 2 / 4 * UINT64_C(1000000000) / 48000)
#define DURATION (700 * MILLISECOND)

static HDAUDIO_BUS_INTERFACE_V3 ddi;
static HDAUDIO_BUS_INTERFACE_BDL bdl;

static void open_v3(void)
{
    rig_start();
    ddi = rig_client_v3();
}

static void open_bdl(void)
{
    rig_start();
    bdl = rig_client_bdl();
}

/* ---- An engine of version 3 ---------------------------------------------------------------------- */

static NTSTATUS set(HANDLE engine, HDAUDIO_STREAM_STATE state)
{
    return ddi.SetDmaEngineState(ddi.Context, state, 1, &engine);
}

static NTSTATUS allocate_engine(HANDLE *engine)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;

    return ddi.AllocateRenderDmaEngine(ddi.Context, &format, FALSE, engine, &converter);
}

static NTSTATUS allocate_buffer(HANDLE engine, SIZE_T bytes)
{
    SIZE_T size, offset;
    UCHAR stream;
    ULONG fifo;
    PMDL mdl;

    return ddi.AllocateDmaBufferWithNotification(ddi.Context, engine, 2, bytes, &mdl, &size, &offset, &stream,
                                                 &fifo);
}

static HANDLE open_engine(SIZE_T bytes)
{
    HANDLE engine;

    assert_int_equal(allocate_engine(&engine), STATUS_SUCCESS);
    assert_int_equal(allocate_buffer(engine, bytes), STATUS_SUCCESS);
    return engine;
}

/* ---- The client's device object ------------------------------------------------------------------ */

static int references;

static void take_reference(void *host, PDEVICE_OBJECT object)
{
    (void)host;
    assert_ptr_equal(object, &references);
    references++;
}

static void give_reference(void *host, PDEVICE_OBJECT object)
{
    (void)host;
    assert_ptr_equal(object, &references);
    references--;
}

static PDEVICE_OBJECT some_device(void)
{
    references = 0;
    rig.host_ops.object_reference = take_reference;
    rig.host_ops.object_dereference = give_reference;
    return (PDEVICE_OBJECT)(void *)&references;
}

static VOID NTAPI ignore(PVOID context, LARGE_INTEGER time)
{
    (void)context;
    (void)time;
}

static void the_device_object_is_held_from_register_to_unregister(void **state)
{
    PDEVICE_OBJECT device = some_device();
    HANDLE engine;

    (void)state;
    open_v3();
    assert_int_equal(allocate_engine(&engine), STATUS_SUCCESS);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(ddi.RegisterNotificationCallback(ddi.Context, engine, device, ignore, NULL),
                         STATUS_SUCCESS);
        assert_int_equal(references, i);
    }
    assert_int_equal(ddi.RegisterNotificationCallback(ddi.Context, engine, NULL, ignore, &engine),
                     STATUS_SUCCESS);
    assert_int_equal(ddi.UnregisterNotificationCallback(ddi.Context, engine, ignore, NULL), STATUS_SUCCESS);
    assert_int_equal(references, 2);
    assert_int_equal(ddi.FreeDmaEngine(ddi.Context, engine), STATUS_SUCCESS);
    assert_int_equal(references, 0);
}

static void what_is_refused_holds_no_device_object(void **state)
{
    PDEVICE_OBJECT device = some_device();
    HANDLE engine;

    (void)state;
    open_v3();
    assert_int_equal(allocate_engine(&engine), STATUS_SUCCESS);
    assert_int_equal(ddi.RegisterNotificationCallback(ddi.Context, engine, device, NULL, NULL),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(ddi.RegisterNotificationCallback(ddi.Context, NULL, device, ignore, NULL),
                     STATUS_INVALID_HANDLE);
    assert_int_equal(references, 0);
}

static void the_last_dereference_gives_the_device_object_back(void **state)
{
    PDEVICE_OBJECT device = some_device();
    HANDLE engine;

    (void)state;
    open_v3();
    engine = open_engine(4096);
    assert_int_equal(ddi.RegisterNotificationCallback(ddi.Context, engine, device, ignore, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(set(engine, RunState), STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
    assert_int_equal(references, 0);
}

/* ---- A callback that takes long, on the real clock ------------------------------------------------ */

static struct {
    HANDLE engine;
    bool entered; /* atomic, as the others */
    bool go;
    bool returned;
    NTSTATUS status;
} slow;

static bool is_set(const bool *flag)
{
    return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set_flag(bool *flag)
{
    __atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

static void wait_for(const bool *flag)
{
    while (!is_set(flag))
        linux_host_ops.sleep(rig.host, 100);
}

static void spin_for(const bool *flag)
{
    while (!is_set(flag))
        linux_host_ops.stall(rig.host, 10);
}

/* Frees its own engine, once another thread has taken the buffer away. */
static VOID NTAPI free_own_engine(PVOID context, LARGE_INTEGER time)
{
    (void)context;
    (void)time;
    set_flag(&slow.entered);
    spin_for(&slow.go);
    slow.status = ddi.FreeDmaEngine(ddi.Context, slow.engine);
    set_flag(&slow.returned);
}

static void run_slow(PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine)
{
    memset(&slow, 0, sizeof(slow));
    open_v3();
    slow.engine = open_engine(4096);
    assert_int_equal(ddi.RegisterNotificationCallback(ddi.Context, slow.engine, NULL, routine, NULL),
                     STATUS_SUCCESS);
    assert_int_equal(set(slow.engine, RunState), STATUS_SUCCESS);
    wait_for(&slow.entered);
}

static void start_slow(PHDAUDIO_DMA_NOTIFICATION_CALLBACK routine)
{
    run_slow(routine);
    /* It waits for nobody: the callback is in flight. */
    assert_int_equal(set(slow.engine, StopState), STATUS_SUCCESS);
    assert_int_equal(set(slow.engine, ResetState), STATUS_SUCCESS);
    assert_int_equal(ddi.FreeDmaBuffer(ddi.Context, slow.engine), STATUS_SUCCESS);
}

static void a_callback_may_free_its_own_engine(void **state)
{
    (void)state;
    start_slow(free_own_engine);
    set_flag(&slow.go);
    wait_for(&slow.returned);
    assert_int_equal(slow.status, STATUS_SUCCESS);
    assert_int_equal(ddi.FreeDmaEngine(ddi.Context, slow.engine), STATUS_INVALID_HANDLE);
    ddi.InterfaceDereference(ddi.Context);
    rig_stop();
}

/* Between freeing the buffer and freeing the engine the callback is there first. */
static void free_pages_and_let_go(void *device, PMDL mdl)
{
    sim_device_ops.pages_free(device, mdl);
    set_flag(&slow.go);
    wait_for(&slow.returned);
}

static void the_last_dereference_bears_a_callback_that_frees_its_engine(void **state)
{
    (void)state;
    rig.device_ops.pages_free = free_pages_and_let_go;
    run_slow(free_own_engine);
    ddi.InterfaceDereference(ddi.Context);
    assert_int_equal(slow.status, STATUS_SUCCESS);
    rig_stop();
}

/* Runs until the engine is being freed, and a while longer; that it can ask shows that no lock is held. */
static VOID NTAPI outlast_the_engine(PVOID context, LARGE_INTEGER time)
{
    PULONG pointer;

    (void)context;
    (void)time;
    set_flag(&slow.entered);
    spin_for(&slow.go);
    while (ddi.GetLinkPositionRegister(ddi.Context, slow.engine, &pointer) != STATUS_INVALID_HANDLE)
        linux_host_ops.stall(rig.host, 10);
    for (unsigned i = 0; i < 20; i++)
        linux_host_ops.stall(rig.host, 100);
    set_flag(&slow.returned);
}

static void freeing_the_engine_waits(KIRQL level)
{
    KIRQL before;

    start_slow(outlast_the_engine);
    set_flag(&slow.go);
    before = KfRaiseIrql(level);
    assert_int_equal(ddi.FreeDmaEngine(ddi.Context, slow.engine), STATUS_SUCCESS);
    assert_true(is_set(&slow.returned));
    KeLowerIrql(before);
    ddi.InterfaceDereference(ddi.Context);
    rig_stop();
}

static void freeing_the_engine_waits_for_a_callback_elsewhere(void **state)
{
    (void)state;
    freeing_the_engine_waits(PASSIVE_LEVEL);
}

static void freeing_the_engine_spins_for_it_at_dispatch_level(void **state)
{
    (void)state;
    freeing_the_engine_waits(DISPATCH_LEVEL);
}

/* ---- Threads that register and unregister --------------------------------------------------------- */

#define THREADS 3

struct listener {
    uint32_t calls; /* atomic */
    unsigned char more[60];
};

struct worker {
    pthread_t thread;
    HANDLE engine;
    uint64_t end;
    uint32_t random;
    uint64_t heard;
    NTSTATUS wrong; /* the first status that was none */
};

static VOID NTAPI hear(PVOID context, LARGE_INTEGER time)
{
    struct listener *listener = context;

    (void)time;
    listener->more[listener->calls % sizeof(listener->more)]++;
    __atomic_fetch_add(&listener->calls, 1, __ATOMIC_RELAXED);
}

static void note(struct worker *worker, NTSTATUS status)
{
    if (!NT_SUCCESS(status) && NT_SUCCESS(worker->wrong))
        worker->wrong = status;
}

static uint32_t random_below(struct worker *worker, uint32_t limit)
{
    worker->random = worker->random * 1664525 + 1013904223;
    return (worker->random >> 8) % limit;
}

static void *register_and_unregister(void *argument)
{
    struct worker *worker = argument;

    while (rig_now() < worker->end && NT_SUCCESS(worker->wrong)) {
        struct listener *listener = calloc(1, sizeof(*listener));

        note(worker, ddi.RegisterNotificationCallback(ddi.Context, worker->engine, NULL, hear, listener));
        linux_host_ops.sleep(rig.host, random_below(worker, 1500));
        note(worker, ddi.UnregisterNotificationCallback(ddi.Context, worker->engine, hear, listener));
        worker->heard += listener->calls;
        memset(listener, POISON, sizeof(*listener));
        free(listener);
    }
    return NULL;
}

/* What a listener holds is freed when its engine is. */
static void *free_with_registrations(void *argument)
{
    struct worker *worker = argument;

    while (rig_now() < worker->end && NT_SUCCESS(worker->wrong)) {
        struct listener *listener = calloc(1, sizeof(*listener));
        HANDLE engine;

        note(worker, allocate_engine(&engine));
        note(worker, allocate_buffer(engine, 256));
        note(worker, ddi.RegisterNotificationCallback(ddi.Context, engine, NULL, hear, listener));
        note(worker, set(engine, RunState));
        linux_host_ops.sleep(rig.host, 1000 + random_below(worker, 3000));
        note(worker, set(engine, StopState));
        note(worker, ddi.FreeDmaBuffer(ddi.Context, engine));
        note(worker, ddi.FreeDmaEngine(ddi.Context, engine));
        worker->heard += listener->calls;
        memset(listener, POISON, sizeof(*listener));
        free(listener);
    }
    return NULL;
}

static void a_listener_may_be_freed_at_once(void **state)
{
    static void *(*const work[THREADS])(void *) = {register_and_unregister, register_and_unregister,
                                                   free_with_registrations};
    struct worker workers[THREADS];
    HANDLE engine;

    (void)state;
    open_v3();
    engine = open_engine(256);
    assert_int_equal(set(engine, RunState), STATUS_SUCCESS);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.engine = engine, .end = rig_now() + DURATION, .random = i};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work[i], &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].wrong, STATUS_SUCCESS);
        assert_true(workers[i].heard > 0);
    }
    ddi.InterfaceDereference(ddi.Context);
    rig_stop();
}

/* ---- BDL ----------------------------------------------------------------------------------------- */

struct isr {
    uint32_t calls; /* atomic */
    uint32_t causes;
    unsigned char more[60];
};

static VOID NTAPI count_interrupt(VOID *context, ULONG causes)
{
    struct isr *isr = context;

    isr->more[isr->calls % sizeof(isr->more)]++;
    __atomic_fetch_or(&isr->causes, causes, __ATOMIC_RELAXED);
    __atomic_fetch_add(&isr->calls, 1, __ATOMIC_RELAXED);
}

static HANDLE bdl_engine;
static PHDAUDIO_BUFFER_DESCRIPTOR list;

static void open_bdl_engine(ULONG bytes)
{
    HDAUDIO_STREAM_FORMAT format = {48000, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    PVOID data;

    assert_int_equal(bdl.AllocateRenderDmaEngine(bdl.Context, &format, FALSE, &bdl_engine, &converter),
                     STATUS_SUCCESS);
    assert_int_equal(bdl.AllocateContiguousDmaBuffer(bdl.Context, bdl_engine, bytes, &data, &list),
                     STATUS_SUCCESS);
    for (unsigned i = 0; i < 2; i++) {
        list[i].Address.QuadPart = MmGetPhysicalAddress(data).QuadPart + i * bytes / 2;
        list[i].Length = bytes / 2;
        list[i].InterruptOnCompletion = 1;
    }
}

static NTSTATUS set_up(ULONG bytes, struct isr *isr)
{
    UCHAR stream;
    ULONG fifo;

    return bdl.SetupDmaEngineWithBdl(bdl.Context, bdl_engine, bytes, 1, count_interrupt, isr, &stream, &fifo);
}

static NTSTATUS set_bdl(HDAUDIO_STREAM_STATE state)
{
    return bdl.SetDmaEngineState(bdl.Context, state, 1, &bdl_engine);
}

/* The stream whose descriptor runs. */
static unsigned running_stream(void)
{
    unsigned index = 0;

    while (!(sim_device_ops.read8(rig.device, STREAM_BASE + index * STREAM_STEP + SD_CTL) & SD_CTL_RUN))
        index++;
    return index;
}

static void stream_errors_are_told_in_the_mask(void **state)
{
    struct isr isr = {0};

    (void)state;
    open_bdl();
    open_bdl_engine(4096);
    assert_int_equal(set_up(4096, &isr), STATUS_SUCCESS);
    assert_int_equal(set_bdl(RunState), STATUS_SUCCESS);
    rig_pass(2 * PERIOD);
    assert_int_equal(isr.causes, SD_STS_BCIS);
    assert_int_equal(sim_device_fail(rig.device, HDABUS_SIM_FIFO_ERROR, running_stream()), STATUS_SUCCESS);
    rig_pass(3 * PERIOD);
    assert_int_equal(isr.causes, SD_STS_BCIS | SD_STS_FIFOE);
    assert_int_equal(sim_device_fail(rig.device, HDABUS_SIM_DESCRIPTOR_ERROR, running_stream()),
                     STATUS_SUCCESS);
    rig_pass(3 * PERIOD);
    assert_int_equal(isr.causes, SD_STS_BCIS | SD_STS_FIFOE | SD_STS_DESE);
    assert_int_equal(set_bdl(StopState), STATUS_SUCCESS);
    bdl.InterfaceDereference(bdl.Context);
}

/* The bus looks for a message that was lost (DDI Errors of the hardware): the routine's level is the
 * interrupt's then too. */
static hda_interrupt_routine *interrupt;
static void *interrupt_context;
static bool losing;

static bool lose_or_handle(void *context)
{
    (void)context;
    return !losing && interrupt(interrupt_context);
}

static NTSTATUS connect(void *device, hda_interrupt_routine *routine, void *context)
{
    interrupt = routine;
    interrupt_context = context;
    return sim_device_ops.interrupt_connect(device, lose_or_handle, NULL);
}

static VOID NTAPI keep_level(VOID *context, ULONG causes)
{
    (void)causes;
    *(KIRQL *)context = KeGetCurrentIrql();
}

static void a_message_that_is_lost_is_looked_for(void **state)
{
    KIRQL level = PASSIVE_LEVEL;
    UCHAR stream;
    ULONG fifo;

    (void)state;
    rig.device_ops.interrupt_connect = connect;
    losing = false;
    open_bdl();
    open_bdl_engine(4096);
    assert_int_equal(
        bdl.SetupDmaEngineWithBdl(bdl.Context, bdl_engine, 4096, 1, keep_level, &level, &stream, &fifo),
        STATUS_SUCCESS);
    assert_int_equal(set_bdl(RunState), STATUS_SUCCESS);
    losing = true;
    rig_pass(PERIOD + MILLISECOND);
    assert_int_equal(level, PASSIVE_LEVEL);
    rig_pass(4 * PERIOD + 6 * MILLISECOND);
    assert_true(level > DISPATCH_LEVEL);
    losing = false;
    assert_int_equal(set_bdl(StopState), STATUS_SUCCESS);
    bdl.InterfaceDereference(bdl.Context);
}

/* The interrupt routine stands between reading what happened and telling it. */
static struct {
    bool armed;
    bool entered;
    bool go;
    bool left;
} pause;

static uint8_t read_and_pause(void *device, uint32_t offset)
{
    uint8_t value = sim_device_ops.read8(device, offset);

    if (is_set(&pause.armed) && KeGetCurrentIrql() > DISPATCH_LEVEL && offset >= STREAM_BASE &&
        offset % STREAM_STEP == SD_STS) {
        set_flag(&pause.entered);
        spin_for(&pause.go);
    }
    return value;
}

static bool handle_and_tell(void *context)
{
    bool ours = interrupt(interrupt_context);

    (void)context;
    if (is_set(&pause.entered))
        set_flag(&pause.left);
    return ours;
}

static NTSTATUS connect_telling(void *device, hda_interrupt_routine *routine, void *context)
{
    interrupt = routine;
    interrupt_context = context;
    return sim_device_ops.interrupt_connect(device, handle_and_tell, NULL);
}

static void an_interrupt_of_before_is_not_told_after_a_stop(void **state)
{
    struct isr isr = {0};
    uint32_t calls;

    (void)state;
    memset(&pause, 0, sizeof(pause));
    rig.device_ops.read8 = read_and_pause;
    rig.device_ops.interrupt_connect = connect_telling;
    open_bdl();
    open_bdl_engine(4096);
    assert_int_equal(set_up(4096, &isr), STATUS_SUCCESS);
    assert_int_equal(set_bdl(RunState), STATUS_SUCCESS);
    set_flag(&pause.armed);
    wait_for(&pause.entered);
    assert_int_equal(set_bdl(StopState), STATUS_SUCCESS);
    calls = __atomic_load_n(&isr.calls, __ATOMIC_RELAXED);
    set_flag(&pause.go);
    wait_for(&pause.left);
    assert_int_equal(__atomic_load_n(&isr.calls, __ATOMIC_RELAXED), calls);
    bdl.InterfaceDereference(bdl.Context);
    rig_stop();
}

/* Freed while interrupts come, on the real clock. */
static void an_isr_may_be_freed_with_its_buffer(void **state)
{
    uint64_t end, calls = 0;

    (void)state;
    open_bdl();
    open_bdl_engine(256);
    for (end = rig_now() + DURATION; rig_now() < end;) {
        struct isr *isr = calloc(1, sizeof(*isr));

        assert_int_equal(set_up(256, isr), STATUS_SUCCESS);
        assert_int_equal(set_bdl(RunState), STATUS_SUCCESS);
        linux_host_ops.sleep(rig.host, 2000);
        assert_int_equal(set_bdl(StopState), STATUS_SUCCESS);
        assert_int_equal(bdl.FreeContiguousDmaBuffer(bdl.Context, bdl_engine), STATUS_SUCCESS);
        calls += isr->calls;
        memset(isr, POISON, sizeof(*isr));
        free(isr);
        assert_int_equal(bdl.FreeDmaEngine(bdl.Context, bdl_engine), STATUS_SUCCESS);
        open_bdl_engine(256);
    }
    assert_true(calls > 0);
    bdl.InterfaceDereference(bdl.Context);
    rig_stop();
}

/* A new setup, likewise. */
static void an_isr_may_be_freed_when_another_is_set_up(void **state)
{
    struct isr *old = NULL;
    uint64_t end, calls = 0;

    (void)state;
    open_bdl();
    open_bdl_engine(256);
    for (end = rig_now() + DURATION; rig_now() < end;) {
        struct isr *isr = calloc(1, sizeof(*isr));

        assert_int_equal(set_up(256, isr), STATUS_SUCCESS);
        if (old != NULL) {
            calls += old->calls;
            memset(old, POISON, sizeof(*old));
            free(old);
        }
        old = isr;
        assert_int_equal(set_bdl(RunState), STATUS_SUCCESS);
        linux_host_ops.sleep(rig.host, 1000);
        assert_int_equal(set_bdl(StopState), STATUS_SUCCESS);
        assert_int_equal(set_bdl(ResetState), STATUS_SUCCESS);
    }
    assert_true(calls > 0);
    bdl.InterfaceDereference(bdl.Context);
    rig_stop();
    free(old);
}

/* ---- Memory that is had half-way ------------------------------------------------------------------ */

static int blocks;            /* that have not been given back */
static unsigned left_to_give; /* before there is none */

static NTSTATUS give_a_few(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    if (left_to_give == 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    left_to_give--;
    blocks++;
    return sim_device_ops.dma_alloc(device, size, highest, dma);
}

static void count_back(void *device, struct hda_dma *dma)
{
    blocks--;
    sim_device_ops.dma_free(device, dma);
}

static void memory_that_does_not_suffice_is_given_back(void **state)
{
    PHDAUDIO_BUFFER_DESCRIPTOR descriptors;
    int before;
    PVOID data;

    (void)state;
    left_to_give = UINT32_MAX;
    blocks = 0;
    rig.device_ops.dma_alloc = give_a_few;
    rig.device_ops.dma_free = count_back;
    open_bdl();
    open_bdl_engine(4096);
    assert_int_equal(bdl.FreeContiguousDmaBuffer(bdl.Context, bdl_engine), STATUS_SUCCESS);
    before = blocks;
    for (unsigned few = 0; few < 2; few++) {
        left_to_give = few;
        assert_int_equal(bdl.AllocateContiguousDmaBuffer(bdl.Context, bdl_engine, 4096, &data, &descriptors),
                         STATUS_INSUFFICIENT_RESOURCES);
        assert_int_equal(blocks, before);
    }
    left_to_give = 2;
    assert_int_equal(bdl.AllocateContiguousDmaBuffer(bdl.Context, bdl_engine, 4096, &data, &descriptors),
                     STATUS_SUCCESS);
    assert_int_equal(bdl.FreeContiguousDmaBuffer(bdl.Context, bdl_engine), STATUS_SUCCESS);
    assert_int_equal(blocks, before);
    bdl.InterfaceDereference(bdl.Context);
}

/* ---- The next owner ------------------------------------------------------------------------------ */

/* What the next owner of the engine hears is not for the one before. */
static void an_isr_does_not_outlive_its_buffer(void **state)
{
    struct isr isr = {0};
    HANDLE engine;

    (void)state;
    open_bdl();
    ddi = rig_client_v3();
    open_bdl_engine(4096);
    assert_int_equal(set_up(4096, &isr), STATUS_SUCCESS);
    assert_int_equal(bdl.FreeContiguousDmaBuffer(bdl.Context, bdl_engine), STATUS_SUCCESS);
    assert_int_equal(bdl.FreeDmaEngine(bdl.Context, bdl_engine), STATUS_SUCCESS);
    engine = open_engine(4096);
    assert_int_equal(set(engine, RunState), STATUS_SUCCESS);
    rig_pass(3 * PERIOD);
    assert_int_equal(isr.calls, 0);
    assert_int_equal(set(engine, StopState), STATUS_SUCCESS);
    ddi.InterfaceDereference(ddi.Context);
    bdl.InterfaceDereference(bdl.Context);
}

/* ---- A setup whose stream does not reset ---------------------------------------------------------- */

static bool stuck;

static uint8_t read_stuck(void *device, uint32_t offset)
{
    uint8_t value = sim_device_ops.read8(device, offset);

    if (stuck && offset >= STREAM_BASE && offset % STREAM_STEP == SD_CTL)
        value &= (uint8_t)~SD_CTL_SRST;
    return value;
}

static void a_setup_whose_reset_fails_is_made_again(void **state)
{
    struct isr isr = {0};

    (void)state;
    rig.device_ops.read8 = read_stuck;
    stuck = false;
    open_bdl();
    open_bdl_engine(4096);
    stuck = true;
    assert_int_equal(set_up(4096, &isr), STATUS_DEVICE_NOT_READY);
    stuck = false;
    assert_int_equal(set_bdl(RunState), STATUS_INVALID_DEVICE_REQUEST);
    assert_int_equal(set_up(4096, &isr), STATUS_SUCCESS);
    assert_int_equal(set_bdl(RunState), STATUS_SUCCESS);
    rig_pass(2 * PERIOD);
    assert_true(isr.calls > 0);
    assert_int_equal(set_bdl(StopState), STATUS_SUCCESS);
    bdl.InterfaceDereference(bdl.Context);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
#define RACE(test) cmocka_unit_test_setup_teardown(test, rig_set_up_real_clock, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(the_device_object_is_held_from_register_to_unregister),
        RULE(what_is_refused_holds_no_device_object),
        RULE(the_last_dereference_gives_the_device_object_back),
        RACE(a_callback_may_free_its_own_engine),
        RACE(the_last_dereference_bears_a_callback_that_frees_its_engine),
        RACE(freeing_the_engine_waits_for_a_callback_elsewhere),
        RACE(freeing_the_engine_spins_for_it_at_dispatch_level),
        RACE(a_listener_may_be_freed_at_once),
        RULE(stream_errors_are_told_in_the_mask),
        RULE(a_message_that_is_lost_is_looked_for),
        RULE(a_setup_whose_reset_fails_is_made_again),
        RULE(an_isr_does_not_outlive_its_buffer),
        RULE(memory_that_does_not_suffice_is_given_back),
        RACE(an_interrupt_of_before_is_not_told_after_a_stop),
        RACE(an_isr_may_be_freed_with_its_buffer),
        RACE(an_isr_may_be_freed_when_another_is_set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
