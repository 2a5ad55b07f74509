/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.c - on the real clock: from an interrupt to the client that waits for the event, against one thread
 * that wakes another through a bare eventfd.
 *
 * Ours begins when the interrupt routine is called, on an interrupt thread that has just woken from a timed
 * sleep, and ends when KeWaitForSingleObject has returned: in between are the driver's register accesses, the
 * deferred work and the event. The bare one begins before write(), in a thread that has just woken from a
 * timed sleep, and ends when read() has returned. They take turns, one sample of each per period, with the
 * same thread waiting. A sample counts when its waiter had begun to wait before it began.
 *
 * Where the kernel puts the threads decides more than all the rest, and it changes its mind from run to run.
 * So both are measured in both places: who wakes and who waits on two processors, and on one.
 */
#include <host.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "codec/dump.h"
#include "device/sim/codec.h"
#include "device/sim/sim_device.h"
#include "measure.h"
#include "rig.h"

#define PERIOD_FRAMES 96u
#define PERIOD_NS     2000000u /* of so many frames */
#define NS_PER_SECOND 1000000000u
#define SAMPLES       2000u
#define QUICK_SAMPLES 200u
#define LONGEST       120u /* seconds */
#define TRIES         10u  /* for each sample */
#define GOAL          1.2  /* times the bare median */
#define INTERFACE     0x0100
#define NS_PER_US     1e3

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

/* ---- Places -------------------------------------------------------------------------------------- */

/* Processors, by number. */
struct place {
    const char *name; /* in the table */
    const char *what;
    int waker, waiter;
};

/* The n-th processor that this process may use; the last one if there are fewer. */
static int processor(unsigned n)
{
    cpu_set_t allowed;
    int found = 0;

    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof(allowed), &allowed);
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &allowed))
            continue;
        found = i;
        if (n-- == 0)
            break;
    }
    return found;
}

/* The calling thread, and those that it makes from now on. */
static void go_to(int processor)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    sched_setaffinity(0, sizeof(one), &one);
}

/* ---- A simulated controller whose interrupts are noted ------------------------------------------- */

/* The window between core and controller. One for the process: the controller is the tables' context. */
static struct {
    struct hda_device_ops ops;
    hda_interrupt_routine *routine;
    void *context;
    uint64_t called; /* when the routine was, last */
} window;

static bool note_interrupt(void *context)
{
    (void)context;
    __atomic_store_n(&window.called, now(), __ATOMIC_RELEASE);
    return window.routine(window.context);
}

static NTSTATUS connect_noted(void *device, hda_interrupt_routine *routine, void *context)
{
    window.routine = routine;
    window.context = context;
    return sim_device_ops.interrupt_connect(device, note_interrupt, NULL);
}

struct machine {
    struct linux_host *host;
    struct sim_device *device;
    struct hda_bus *bus;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
};

static bool plug_codec(struct sim_device *device)
{
    char error[128] = "there is no memory";
    struct codec_dump *dump =
        codec_dump_parse(sim_default_codec, strlen(sim_default_codec), error, sizeof(error));
    struct sim_codec *codec = dump ? sim_codec_create(dump, sim_device_report, device) : NULL;
    bool plugged = codec && sim_device_plug(device, dump->address, codec);

    if (!plugged)
        fprintf(stderr, "bench: the built-in codec: %s\n", error);
    if (!plugged && codec)
        sim_codec_destroy(codec);
    codec_dump_free(dump);
    return plugged;
}

static bool start_bus(struct machine *machine)
{
    struct hda_bus_config config = {.host = &linux_host_ops,
                                    .host_context = machine->host,
                                    .device = &window.ops,
                                    .device_context = machine->device};
    NTSTATUS status;

    window.ops = sim_device_ops;
    window.ops.interrupt_connect = connect_noted;
    sim_device_info(machine->device, &config.info);
    if (!rig_succeeded("hda_bus_start", hda_bus_start(&config, &machine->bus)))
        return false;
    status = hda_bus_query_interface(machine->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(machine->ddi),
                                     INTERFACE, (PINTERFACE)&machine->ddi);
    if (rig_succeeded("hda_bus_query_interface", status))
        return true;
    hda_bus_stop(machine->bus, NULL);
    return false;
}

static bool build(struct machine *machine)
{
    struct sim_device_options options = {0};

    if (!rig_succeeded("linux_host_create", linux_host_create(LINUX_CLOCK_REAL, NULL, NULL, &machine->host)))
        return false;
    if (!rig_succeeded("sim_device_create", sim_device_create(machine->host, &options, &machine->device)))
        goto destroy_host;
    if (plug_codec(machine->device) && start_bus(machine))
        return true;
    sim_device_destroy(machine->device);
destroy_host:
    linux_host_destroy(machine->host);
    return false;
}

static void demolish(struct machine *machine)
{
    machine->ddi.InterfaceDereference(machine->ddi.Context);
    hda_bus_stop(machine->bus, NULL);
    sim_device_destroy(machine->device);
    linux_host_destroy(machine->host);
}

/* ---- The bare eventfd ---------------------------------------------------------------------------- */

struct bare {
    pthread_t thread;
    int event;      /* what is waited for */
    bool stop;      /* at the next write */
    uint64_t first; /* when to write */
    uint64_t begun; /* when it was written, last */
};

static void sleep_until(uint64_t time)
{
    struct timespec until = {(time_t)(time / NS_PER_SECOND), (long)(time % NS_PER_SECOND)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
        ;
}

static void *write_events(void *context)
{
    struct bare *bare = context;
    uint64_t due = bare->first;

    while (!__atomic_load_n(&bare->stop, __ATOMIC_ACQUIRE)) {
        sleep_until(due);
        due += PERIOD_NS;
        __atomic_store_n(&bare->begun, now(), __ATOMIC_RELEASE);
        eventfd_write(bare->event, 1);
    }
    return NULL;
}

static bool bare_open(struct bare *bare, uint64_t first)
{
    *bare = (struct bare){.event = eventfd(0, EFD_CLOEXEC), .first = first};
    if (bare->event >= 0 && pthread_create(&bare->thread, NULL, write_events, bare) == 0)
        return true;
    fprintf(stderr, "bench: there is no eventfd or no thread\n");
    close(bare->event);
    return false;
}

static void bare_close(struct bare *bare)
{
    __atomic_store_n(&bare->stop, true, __ATOMIC_RELEASE);
    pthread_join(bare->thread, NULL);
    close(bare->event);
}

/* ---- Samples ------------------------------------------------------------------------------------- */

/* Nanoseconds of each, sorted in the end. */
struct samples {
    unsigned wanted;
    unsigned ours_count, bare_count;
    uint64_t ours[SAMPLES];
    uint64_t bare[SAMPLES];
};

static void note_sample(uint64_t *samples, unsigned *count, unsigned wanted, uint64_t waited, uint64_t begun)
{
    uint64_t woken = now();

    if (begun > waited && *count < wanted)
        samples[(*count)++] = woken - begun;
}

static void take_ours(struct samples *samples, struct rig_stream *stream)
{
    uint64_t waited = now();

    KeWaitForSingleObject(&stream->event, Executive, KernelMode, FALSE, NULL);
    note_sample(samples->ours, &samples->ours_count, samples->wanted, waited,
                __atomic_load_n(&window.called, __ATOMIC_ACQUIRE));
}

static bool take_bare(struct samples *samples, struct bare *bare)
{
    uint64_t waited = now();
    eventfd_t count;

    if (eventfd_read(bare->event, &count) != 0)
        return false;
    note_sample(samples->bare, &samples->bare_count, samples->wanted, waited,
                __atomic_load_n(&bare->begun, __ATOMIC_ACQUIRE));
    return true;
}

static bool take_turns(struct samples *samples, struct rig_stream *stream, struct bare *bare)
{
    for (unsigned i = 0; i < samples->wanted * TRIES; i++) {
        if (samples->ours_count == samples->wanted && samples->bare_count == samples->wanted)
            return true;
        take_ours(samples, stream);
        if (!take_bare(samples, bare))
            return false;
    }
    fprintf(stderr, "bench: the machine is too busy: of %u wake-ups only %u and %u found a waiter\n",
            samples->wanted * TRIES, samples->ours_count, samples->bare_count);
    return false;
}

/* The bare one is written half-way between the interrupts. */
static bool sample_stream(const struct place *place, struct samples *samples, struct rig_stream *stream)
{
    struct bare bare;
    bool done;

    go_to(place->waker);
    done = rig_wait(stream) && bare_open(&bare, now() + PERIOD_NS / 2);
    go_to(place->waiter);
    if (!done)
        return false;
    done = take_turns(samples, stream, &bare);
    bare_close(&bare);
    return done;
}

/* The interrupt thread stays where it was made. */
static bool sample_at(const struct place *place, struct samples *samples)
{
    struct rig_stream stream;
    struct machine machine;
    bool done;

    go_to(place->waker);
    if (!build(&machine))
        return false;
    done = rig_start(&stream, &machine.ddi, PERIOD_FRAMES);
    if (done) {
        done = sample_stream(place, samples, &stream);
        rig_stop(&stream);
    }
    demolish(&machine);
    return done;
}

/* ---- Figures ------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

static double percentile(const uint64_t *sorted, unsigned count, unsigned percent)
{
    return (double)sorted[(count - 1) * percent / 100] / NS_PER_US;
}

static bool add_percentile(struct table *table, const struct place *place, const struct samples *samples,
                           unsigned percent)
{
    struct figure figure = {.group = "wake",
                            .value = percentile(samples->ours, samples->wanted, percent),
                            .decimals = 1,
                            .unit = "us",
                            .beside = percentile(samples->bare, samples->wanted, percent),
                            .beside_is = "a bare eventfd"};

    snprintf(figure.name, sizeof(figure.name), "%s_p%u", place->name, percent);
    snprintf(figure.what, sizeof(figure.what), "interrupt to client, %s, p%u", place->what, percent);
    return table_add(table, &figure);
}

static bool add_ratio(struct table *table, const struct place *place, const struct samples *samples)
{
    struct figure figure = {.group = "wake",
                            .value = percentile(samples->ours, samples->wanted, 50) /
                                     percentile(samples->bare, samples->wanted, 50),
                            .decimals = 2,
                            .unit = "times",
                            .beside = GOAL,
                            .beside_is = "the goal, at most"};

    snprintf(figure.name, sizeof(figure.name), "%s_ratio", place->name);
    snprintf(figure.what, sizeof(figure.what), "its median, of the bare eventfd's");
    return table_add(table, &figure);
}

static bool measure_at(struct table *table, const struct place *place, unsigned wanted)
{
    static struct samples samples;

    samples = (struct samples){.wanted = wanted};
    alarm(LONGEST); /* a wake-up that does not come ends this process */
    if (!sample_at(place, &samples))
        return false;
    qsort(samples.ours, wanted, sizeof(samples.ours[0]), compare);
    qsort(samples.bare, wanted, sizeof(samples.bare[0]), compare);
    return add_percentile(table, place, &samples, 50) && add_percentile(table, place, &samples, 99) &&
           add_ratio(table, place, &samples);
}

bool measure_wake(struct table *table, bool quick)
{
    int first = processor(0), second = processor(1);
    struct place apart = {"two", "on two processors", second, first};
    struct place together = {"one", "on one processor", first, first};
    unsigned wanted = quick ? QUICK_SAMPLES : SAMPLES;

    if (first != second && !measure_at(table, &apart, wanted))
        return false;
    return measure_at(table, &together, wanted);
}
