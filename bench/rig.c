/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.c - what measurements share. */
#include "rig.h"

#include <hdacodec.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codec/status.h"

#define INTERFACE_VERSION 0x0100
#define ONE_SECOND        (-10000000ll) /* from now, in units of 100 ns */
#define LINK_FRAME_NS     (1e9 / 48000) /* HDA 5.3: a frame begins 48,000 times a second */
#define MOMENT_NS         2600          /* from one to the next */

bool rig_succeeded(const char *routine, NTSTATUS status)
{
    if (status == STATUS_SUCCESS)
        return true;
    fprintf(stderr, "bench: %s: %s\n", routine, status_name(status));
    return false;
}

/* ---- The bus ------------------------------------------------------------------------------------- */

bool rig_open(struct rig *rig, const char *device)
{
    NTSTATUS status = hdabus_open(device, NULL, &rig->bus);

    if (!rig_succeeded("hdabus_open", status))
        return false;
    status = hdabus_query_interface(rig->bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(rig->ddi),
                                    INTERFACE_VERSION, (PINTERFACE)&rig->ddi);
    if (rig_succeeded("hdabus_query_interface", status))
        return true;
    hdabus_close(rig->bus);
    return false;
}

void rig_close(struct rig *rig)
{
    rig->ddi.InterfaceDereference(rig->ddi.Context);
    hdabus_close(rig->bus);
}

uint64_t rig_accesses(const struct rig *rig)
{
    struct hdabus_statistics statistics;

    hdabus_statistics(rig->bus, &statistics);
    return statistics.register_reads + statistics.register_writes;
}

/* ---- A stream ------------------------------------------------------------------------------------ */

static NTSTATUS set_state(const struct rig_stream *stream, HDAUDIO_STREAM_STATE state)
{
    HANDLE engine = stream->engine;

    return stream->ddi->SetDmaEngineState(stream->ddi->Context, state, 1, &engine);
}

static bool allocate(struct rig_stream *stream, ULONG period_frames)
{
    HDAUDIO_STREAM_FORMAT format = {RIG_RATE, 16, 16, 2};
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;
    SIZE_T wanted = 2 * (SIZE_T)period_frames * RIG_FRAME_BYTES, offset;
    HDAUDIO_CONVERTER_FORMAT converter;
    NTSTATUS status;
    UCHAR tag;
    ULONG fifo;

    status = ddi->AllocateRenderDmaEngine(ddi->Context, &format, FALSE, &stream->engine, &converter);
    if (!rig_succeeded("AllocateRenderDmaEngine", status))
        return false;
    status = ddi->AllocateDmaBufferWithNotification(ddi->Context, stream->engine, 2, wanted, &stream->mdl,
                                                    &stream->size, &offset, &tag, &fifo);
    if (rig_succeeded("AllocateDmaBufferWithNotification", status))
        return true;
    ddi->FreeDmaEngine(ddi->Context, stream->engine);
    return false;
}

static void release(struct rig_stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;

    ddi->FreeDmaBufferWithNotification(ddi->Context, stream->engine, stream->mdl, stream->size);
    ddi->FreeDmaEngine(ddi->Context, stream->engine);
}

static bool run(struct rig_stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;
    NTSTATUS status = ddi->RegisterNotificationEvent(ddi->Context, stream->engine, &stream->event);

    if (!rig_succeeded("RegisterNotificationEvent", status))
        return false;
    if (rig_succeeded("SetDmaEngineState", set_state(stream, RunState)))
        return true;
    ddi->UnregisterNotificationEvent(ddi->Context, stream->engine, &stream->event);
    return false;
}

bool rig_start(struct rig_stream *stream, const HDAUDIO_BUS_INTERFACE_V2 *ddi, ULONG period_frames)
{
    stream->ddi = ddi;
    KeInitializeEvent(&stream->event, SynchronizationEvent, FALSE);
    if (!allocate(stream, period_frames))
        return false;
    if (run(stream))
        return true;
    release(stream);
    return false;
}

bool rig_wait(struct rig_stream *stream)
{
    LARGE_INTEGER timeout = {.QuadPart = ONE_SECOND};

    return rig_succeeded("KeWaitForSingleObject",
                         KeWaitForSingleObject(&stream->event, Executive, KernelMode, FALSE, &timeout));
}

void rig_stop(struct rig_stream *stream)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = stream->ddi;

    set_state(stream, StopState);
    set_state(stream, ResetState);
    ddi->UnregisterNotificationEvent(ddi->Context, stream->engine, &stream->event);
    release(stream);
}

/* ---- Verbs --------------------------------------------------------------------------------------- */

/* The one verb that every codec answers: its root node's vendor id. */
static void ask_vendor_ids(const struct rig *rig, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    struct hdabus_child child = {0};

    hdabus_child(rig->bus, 0, &child);
    for (ULONG i = 0; i < count; i++)
        transfers[i].Output.Command =
            (ULONG)child.codec_address << 28 | (ULONG)HDA_GET_PARAMETER << 8 | HDA_PARAMETER_VENDOR_ID;
}

static bool all_valid(const HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        if (!transfers[i].Input.IsValid) {
            fprintf(stderr, "bench: verb %u of %u was not answered\n", (unsigned)i + 1, (unsigned)count);
            return false;
        }
    }
    return true;
}

static LONGLONG bus_nanoseconds(void)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);

    return (LONGLONG)((double)now.QuadPart * 1e9 / (double)frequency.QuadPart);
}

static bool transfer_once(struct rig *rig, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count,
                          struct rig_cost *most)
{
    uint64_t before = rig_accesses(rig);
    LONGLONG begun = bus_nanoseconds();
    struct rig_cost cost;
    NTSTATUS status;

    status = rig->ddi.TransferCodecVerbs(rig->ddi.Context, count, transfers, NULL, NULL);
    cost.frames = (double)(bus_nanoseconds() - begun) / LINK_FRAME_NS;
    cost.accesses = (double)(rig_accesses(rig) - before);
    most->frames = max(most->frames, cost.frames);
    most->accesses = max(most->accesses, cost.accesses);
    return rig_succeeded("TransferCodecVerbs", status) && all_valid(transfers, count);
}

bool rig_transfer(struct rig *rig, ULONG count, struct rig_cost *most)
{
    HDAUDIO_CODEC_TRANSFER *transfers = calloc(count, sizeof(*transfers));
    LARGE_INTEGER moment = {.QuadPart = -MOMENT_NS / 100};
    bool done = transfers != NULL;

    *most = (struct rig_cost){0};
    if (!transfers)
        fprintf(stderr, "bench: there is no memory for %u verbs\n", (unsigned)count);
    for (unsigned i = 0; i < RIG_MOMENTS && done; i++) {
        ask_vendor_ids(rig, transfers, count);
        KeDelayExecutionThread(KernelMode, FALSE, &moment);
        done = transfer_once(rig, transfers, count, most);
    }
    free(transfers);
    return done;
}

/* ---- The process --------------------------------------------------------------------------------- */

double rig_seconds(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double rig_resident(void)
{
    unsigned long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

double rig_peak_resident(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024;
}

void *rig_shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED)
        return memory;
    perror("bench: mmap");
    return NULL;
}

bool rig_run_apart(bool (*routine)(void *context), void *context)
{
    pid_t child;
    int status;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        bool done = routine(context);

        fflush(NULL);
        exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("bench: fork");
        return false;
    }
    if (WIFSIGNALED(status))
        fprintf(stderr, "bench: ended by signal %d\n", WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}
