/* SPDX-License-Identifier: BSD-2-Clause */
/* arena.c - one schedule, from the bus's start to its stop: see arena.h. */
#define _GNU_SOURCE /* sched_setaffinity() */
#include "arena.h"

#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller.h"
#include "device/sim/codec.h"

#define GRAVES 1024

static const GUID interface_v2 = {
    0xb52af5fb, 0x424b, 0x4bb9, {0xa1, 0x60, 0x5b, 0x38, 0xbe, 0x94, 0xe5, 0x68}};

struct arena arena;

static unsigned wrong;
static long allocated; /* pieces of memory that the core has */

static struct {
    unsigned char *memory;
    size_t size;
} graves[GRAVES];
static unsigned grave_count;

void arena_must(bool condition, const char *text, const char *function, int line)
{
    if (!condition && wrong++ == 0)
        fprintf(stderr, "# %s, line %d: %s\n", function, line, text);
}

/* ---- Chance and time ----------------------------------------------------------------------------- */

uint32_t below(struct worker *worker, uint32_t limit)
{
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 17;
    worker->random ^= worker->random << 5;
    return worker->random % limit;
}

/* A thread that sleeps goes on when interrupts have been dealt with; one that computes goes on beside them.
 */
void linger(struct worker *worker, uint32_t microseconds)
{
    ULONG length = below(worker, microseconds + 1);
    LARGE_INTEGER time = {.QuadPart = -10 * (LONGLONG)length};

    switch (below(worker, 3)) {
    case 0:
        KeDelayExecutionThread(KernelMode, FALSE, &time);
        break;
    case 1:
        KeStallExecutionProcessor(length);
        break;
    default:
        break;
    }
}

bool comes(PKEVENT event, uint64_t nanoseconds)
{
    LARGE_INTEGER timeout = {.QuadPart = -(LONGLONG)(nanoseconds / 100)};

    return KeWaitForSingleObject(event, Executive, KernelMode, FALSE, &timeout) == STATUS_SUCCESS;
}

/* ---- Memory -------------------------------------------------------------------------------------- */

void *arena_new(size_t size)
{
    void *memory = calloc(1, size);

    if (memory == NULL)
        abort();
    return memory;
}

void arena_bury(void *memory, size_t size)
{
    memset(memory, POISON, size);
    MUST(grave_count < GRAVES);
    if (grave_count == GRAVES)
        return;
    graves[grave_count].memory = memory;
    graves[grave_count++].size = size;
}

PKEVENT arena_new_event(EVENT_TYPE type)
{
    PKEVENT event = arena_new(sizeof(*event));

    KeInitializeEvent(event, type, FALSE);
    return event;
}

void arena_bury_event(PKEVENT event)
{
    arena_bury(event, sizeof(*event));
}

static bool is_at_peace(const unsigned char *memory, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != POISON)
            return false;
    }
    return true;
}

static void open_graves(void)
{
    bool nobody_touched_what_was_given_back = true;

    for (unsigned i = 0; i < grave_count; i++) {
        nobody_touched_what_was_given_back &= is_at_peace(graves[i].memory, graves[i].size);
        free(graves[i].memory);
    }
    MUST(nobody_touched_what_was_given_back);
}

static void *counting_alloc(void *host, size_t size)
{
    void *memory = linux_host_ops.alloc(host, size);

    allocated += memory != NULL;
    return memory;
}

/* What is used once it is freed leads nowhere. */
static void counting_free(void *host, void *memory)
{
    allocated -= memory != NULL;
    memset(memory, POISON, malloc_usable_size(memory));
    linux_host_ops.free(host, memory);
}

/* Memory for the controller may take its time (host.h). */
static NTSTATUS slow_dma_alloc(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    linux_host_ops.sleep(arena.host, 5);
    return sim_device_ops.dma_alloc(device, size, highest, dma);
}

static NTSTATUS slow_pages_alloc(void *device, size_t size, uint64_t highest, PMDL *mdl)
{
    linux_host_ops.sleep(arena.host, 5);
    return sim_device_ops.pages_alloc(device, size, highest, mdl);
}

/* ---- The checking host, between the core and the others, in a program of its own (tests/check) ---- */

#ifdef ARENA_CHECKED
#include <check.h>

static struct hda_check *check;

static void be_told(void *context, const char *format, va_list arguments)
{
    (void)context;
    MUST(!"the checking host has nothing to say");
    fputs("# ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

static void begin_check(struct hda_bus_config *config)
{
    MUST(hda_check_create(config, be_told, NULL, &check) == STATUS_SUCCESS);
    *config = *hda_check_config(check);
}

static void end_check(void)
{
    MUST(hda_check_destroy(check) == 0);
}
#else
static void begin_check(struct hda_bus_config *config)
{
    (void)config;
}

static void end_check(void)
{
}
#endif

/* ---- The bus ------------------------------------------------------------------------------------- */

/* What the simulator finds when it is destroyed comes as an error, and so does that it has been pulled out.
 */
static void expect_no_errors(void *context, enum hda_log_level level, const char *line)
{
    (void)context;
    if (level != HDA_LOG_ERROR || (controller_pulled() && strcmp(line, "the controller is gone") == 0))
        return;
    MUST(level != HDA_LOG_ERROR);
    fprintf(stderr, "# %s\n", line);
}

static void plug(unsigned address)
{
    struct codec_dump *dump = codec_dump_parse(sim_default_codec, strlen(sim_default_codec), NULL, 0);
    struct sim_codec *codec = sim_codec_create(dump, sim_device_report, arena.device);

    codec_dump_free(dump);
    MUST(codec != NULL && sim_device_plug(arena.device, address, codec));
}

bool arena_query(unsigned child, HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    return KEPT(hda_bus_query_interface(arena.bus, child, &interface_v2, sizeof(*ddi), 0x0100,
                                        (PINTERFACE)(void *)ddi));
}

static void start_bus(void)
{
    struct sim_device_options options = {0};
    struct hda_bus_config config = {.host = &arena.host_ops, .device = &arena.device_ops};

    arena.host_ops = linux_host_ops;
    arena.host_ops.alloc = counting_alloc;
    arena.host_ops.free = counting_free;
    arena.device_ops = sim_device_ops;
    arena.device_ops.dma_alloc = slow_dma_alloc;
    arena.device_ops.pages_alloc = slow_pages_alloc;
    controller_begin();
    MUST(linux_host_create(LINUX_CLOCK_VIRTUAL, expect_no_errors, NULL, &arena.host) == STATUS_SUCCESS);
    MUST(sim_device_create(arena.host, &options, &arena.device) == STATUS_SUCCESS);
    sim_device_info(arena.device, &config.info);
    config.host_context = arena.host;
    config.device_context = arena.device;
    for (unsigned i = 0; i < arena.client_count; i++)
        plug(i);
    begin_check(&config);
    MUST(hda_bus_start(&config, &arena.bus) == STATUS_SUCCESS);
}

/* One client, or two of two codecs; threads divide them. */
static void open_arena(uint64_t seed)
{
    arena.client_count = 1 + seed % CLIENTS;
    start_bus();
    for (unsigned i = 0; i < arena.client_count; i++)
        arena_query(i, &arena.clients[i]);
    for (unsigned i = 0; i < WORKERS; i++) {
        struct worker *worker = &arena.workers[i];

        *worker = (struct worker){.number = i, .child = i % arena.client_count};
        worker->random = (uint32_t)(seed * 2654435761u + i * 977) | 1;
        worker->ddi = &arena.clients[worker->child];
        worker->codec = hda_bus_child(arena.bus, worker->child)->codec_address;
        KeInitializeEvent(&worker->done, SynchronizationEvent, FALSE);
    }
}

static void report_faults(void)
{
    unsigned faults_of_the_simulator = sim_device_faults(arena.device);

    for (unsigned i = 0; i < faults_of_the_simulator && sim_device_fault(arena.device, i) != NULL; i++)
        fprintf(stderr, "# fault: %s\n", sim_device_fault(arena.device, i));
    MUST(faults_of_the_simulator == 0);
}

void arena_stop_bus(void)
{
    for (unsigned i = 0; i < arena.client_count; i++)
        arena.clients[i].InterfaceDereference(arena.clients[i].Context);
    hda_bus_stop(arena.bus, NULL);
    arena.bus = NULL;
}

static void close_arena(void)
{
    if (arena.bus != NULL)
        arena_stop_bus();
    end_check();
    MUST(allocated == 0);
    open_graves();
    report_faults();
    sim_device_destroy(arena.device);
    linux_host_destroy(arena.host);
}

/* ---- A schedule ---------------------------------------------------------------------------------- */

static void work(void *context)
{
    struct worker *worker = context;

    arena.scenario->work[worker->number](worker);
}

/* One thread runs at a time, and whom it gives the turn to need not be woken on another processor. */
static void stay_on_one_processor(unsigned lane)
{
    cpu_set_t may, one;
    int left;

    if (sched_getaffinity(0, sizeof(may), &may) != 0)
        return;
    left = (int)lane % CPU_COUNT(&may);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &may) && left-- == 0)
            CPU_SET(i, &one);
    }
    sched_setaffinity(0, sizeof(one), &one);
}

bool arena_run(const struct scenario *scenario, uint64_t seed, unsigned lane)
{
    struct linux_schedule_thread threads[WORKERS];
    struct linux_schedule result = {0};

    arena.scenario = scenario;
    stay_on_one_processor(lane);
    open_arena(seed);
    if (scenario->begin != NULL)
        scenario->begin();
    for (unsigned i = 0; i < WORKERS; i++)
        threads[i] = (struct linux_schedule_thread){work, &arena.workers[i]};
    MUST(linux_schedule_run(seed, threads, WORKERS, &result) == STATUS_SUCCESS);
    if (arena.bus != NULL)
        controller_end();
    if (scenario->end != NULL)
        scenario->end();
    close_arena();
    totals->points += result.points;
    totals->trace = result.trace;
    return wrong == 0;
}
