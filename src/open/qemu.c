/* SPDX-License-Identifier: BSD-2-Clause */
/* qemu.c - opening QEMU's controller. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checked.h"
#include "device/qemu/qemu_device.h"
#include "open.h"

#define DEFAULT_RATE 48000
#define MAX_RATE     384000
/* QEMU's codecs fetch ahead, and drop up to 38 ms of that when the stream stops. */
#define LATENCY 60000
/* A process has to wait for its turn: on a busy machine QEMU may take longer than any hardware does. */
#define PATIENCE 1000000

static const char *const controllers[] = {"ich9-intel-hda", "intel-hda", NULL};
static const char *const models[] = {"hda-duplex", "hda-output", "hda-micro", NULL};

struct qemu_options {
    struct qemu_device_options device;
    unsigned outs;
    bool check;
};

/* ---- Options ------------------------------------------------------------------------------------------- */

/* The one of some words that the value is, or NULL. */
static const char *one_of(const char *const *words, const char *value)
{
    while (*words != NULL && strcmp(*words, value) != 0)
        words++;
    return *words;
}

static bool set_codec(void *context, const char *value)
{
    struct qemu_options *options = context;
    struct qemu_device_options *device = &options->device;

    if (one_of(models, value) == NULL || device->codec_count == QEMU_MAX_CODECS)
        return false;
    device->codecs[device->codec_count++].model = one_of(models, value);
    return true;
}

static bool set_out(void *context, const char *value)
{
    struct qemu_options *options = context;

    if (*value == '\0' || options->outs == QEMU_MAX_CODECS)
        return false;
    options->device.codecs[options->outs++].out = value;
    return true;
}

static bool set_rate(void *context, const char *value)
{
    struct qemu_options *options = context;

    return open_parse_number(value, MAX_RATE, &options->device.rate) && options->device.rate > 0;
}

static bool set_controller(void *context, const char *value)
{
    struct qemu_options *options = context;

    options->device.controller = one_of(controllers, value);
    return options->device.controller != NULL;
}

static bool set_trace(void *context, const char *value)
{
    struct qemu_options *options = context;

    options->device.trace = value;
    return *value != '\0';
}

static bool set_clock(void *context, const char *value)
{
    (void)context;
    return strcmp(value, "real") == 0;
}

static bool set_check(void *context, const char *value)
{
    struct qemu_options *options = context;

    return open_checked_set(value, &options->check);
}

static const struct open_option option_table[] = {
    {"codec", set_codec, "hda-duplex, hda-output or hda-micro, at most 15 times"},
    {"out", set_out, "a WAV file, at most once for each codec"},
    {"rate", set_rate, "Hz, up to 384000"},
    {"controller", set_controller, "ich9-intel-hda or intel-hda"},
    {"trace", set_trace, "a file"},
    {"clock", set_clock, "real: QEMU has no other clock"},
    {"check", set_check, "yes or no"},
    {NULL, NULL, NULL},
};

static NTSTATUS parse_options(struct open_request *request, struct qemu_options *options)
{
    NTSTATUS status = open_parse_options(request, "qemu", option_table, options);

    request->check = options->check;
    if (!NT_SUCCESS(status))
        return status;
    if (options->device.codec_count == 0)
        set_codec(options, models[0]);
    if (options->outs > options->device.codec_count)
        return open_fail(request, STATUS_INVALID_PARAMETER,
                         "qemu: there are more files (%u) than codecs (%u)", options->outs,
                         options->device.codec_count);
    return STATUS_SUCCESS;
}

/* ---- Files --------------------------------------------------------------------------------------------- */

/* QEMU goes on without sound where it cannot write. */
static NTSTATUS check_writable(const struct open_request *request, const char *path, struct stat *status)
{
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    int error = file < 0 || fstat(file, status) != 0 ? errno : 0;

    if (file >= 0)
        close(file);
    return error == 0 ? STATUS_SUCCESS
                      : open_fail(request, STATUS_NO_SUCH_DEVICE, "%s: %s", path, strerror(error));
}

static NTSTATUS check_files(const struct open_request *request, const struct qemu_options *options)
{
    const struct qemu_codec *codecs = options->device.codecs;
    struct stat files[QEMU_MAX_CODECS];

    for (unsigned i = 0; i < options->outs; i++) {
        NTSTATUS status = check_writable(request, codecs[i].out, &files[i]);

        if (!NT_SUCCESS(status))
            return status;
        for (unsigned j = 0; j < i; j++) {
            if (S_ISREG(files[i].st_mode) && files[i].st_dev == files[j].st_dev &&
                files[i].st_ino == files[j].st_ino)
                return open_fail(request, STATUS_INVALID_PARAMETER, "qemu: %s and %s are the same file",
                                 codecs[j].out, codecs[i].out);
        }
    }
    return STATUS_SUCCESS;
}

/* ---- Opening ------------------------------------------------------------------------------------------- */

NTSTATUS open_qemu(struct open_request *request)
{
    struct qemu_options options = {
        .device = {.controller = controllers[0],
                   .rate = request->sample_rate != 0 ? request->sample_rate : DEFAULT_RATE}};
    struct hdabus *bus = request->bus;
    char sentence[512] = "";
    NTSTATUS status = parse_options(request, &options);

    if (NT_SUCCESS(status))
        status = check_files(request, &options);
    if (NT_SUCCESS(status))
        status = open_host(request, LINUX_CLOCK_REAL);
    if (!NT_SUCCESS(status))
        return status;
    status = qemu_device_create(bus->host, &options.device, &bus->qemu, sentence, sizeof(sentence));
    if (!NT_SUCCESS(status))
        return open_fail(request, status, "%s", sentence);
    bus->latency = LATENCY;
    request->config->bounds =
        (struct hda_bounds){.verb = PATIENCE, .link_reset = PATIENCE, .stream = PATIENCE};
    request->config->device = &qemu_device_ops;
    request->config->device_context = bus->qemu;
    qemu_device_info(bus->qemu, &request->config->info);
    return STATUS_SUCCESS;
}

void open_qemu_release(struct hdabus *bus)
{
    if (bus->qemu != NULL)
        qemu_device_destroy(bus->qemu);
}
