/* SPDX-License-Identifier: BSD-2-Clause */
/* sim.c - opening the simulated controller, and what sim.h asks of an open one. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/sim/codec.h"
#include "device/sim/sim_device.h"
#include "open.h"

#define MAX_CODECS       15
#define MAX_DUMP         (4u << 20) /* bytes; a large alsa-info file has a few hundred thousand */
#define DEFAULT_FRAGMENT 64
#define MAX_FRAGMENT     65536

/* What the options say. */
struct sim_options {
    enum linux_clock clock;
    struct sim_device_options device;
    const char *codecs[MAX_CODECS]; /* files */
    unsigned codec_count;
};

/* ---- Options --------------------------------------------------------------------------------- */

/* Sets *choice to 0 or 1 by which of the two words the value is. */
static bool choose(const char *value, const char *first, const char *second, bool *choice)
{
    *choice = strcmp(value, second) == 0;
    return *choice || strcmp(value, first) == 0;
}

static bool set_clock(void *context, const char *value)
{
    struct sim_options *options = context;
    bool real;

    if (!choose(value, "virtual", "real", &real))
        return false;
    options->clock = real ? LINUX_CLOCK_REAL : LINUX_CLOCK_VIRTUAL;
    return true;
}

static bool set_codec(void *context, const char *value)
{
    struct sim_options *options = context;

    if (*value == '\0' || options->codec_count == MAX_CODECS)
        return false;
    options->codecs[options->codec_count++] = value;
    return true;
}

static bool set_irq(void *context, const char *value)
{
    struct sim_options *options = context;

    return choose(value, "msi", "level", &options->device.level_interrupts);
}

static bool set_fragment(void *context, const char *value)
{
    struct sim_options *options = context;

    return open_parse_number(value, MAX_FRAGMENT, &options->device.fragment_pages);
}

static bool set_shape(void *context, const char *value)
{
    struct sim_options *options = context;

    return choose(value, "plain", "qemu", &options->device.qemu_shape);
}

static const struct open_option option_table[] = {
    {"clock", set_clock, "virtual or real"},
    {"codec", set_codec, "a file, at most 15 times"},
    {"irq", set_irq, "msi or level"},
    {"shape", set_shape, "plain or qemu"},
    {"fragment", set_fragment, "a number of pages up to 65536, 0 for all in one"},
    {NULL, NULL, NULL},
};

/* ---- Codecs ---------------------------------------------------------------------------------- */

/* What errno says of a codec that cannot be had. */
static NTSTATUS why_not(void)
{
    return errno == ENOMEM ? STATUS_INSUFFICIENT_RESOURCES : STATUS_NO_SUCH_DEVICE;
}

static NTSTATUS plug(struct open_request *request, const char *name, const char *text, size_t size)
{
    struct sim_device *device = request->bus->sim;
    char why[256] = "";
    struct codec_dump *dump;
    struct sim_codec *codec;

    errno = 0;
    dump = codec_dump_parse(text, size, why, sizeof(why));
    if (dump == NULL)
        return open_fail(request, why_not(), "%s: %s", name, why);
    codec = sim_codec_create(dump, sim_device_report, device);
    if (codec != NULL && !sim_device_plug(device, dump->address, codec)) {
        open_fail(request, STATUS_NO_SUCH_DEVICE, "%s: there is a codec at address %u already", name,
                  dump->address);
        sim_codec_destroy(codec);
        codec_dump_free(dump);
        return STATUS_NO_SUCH_DEVICE;
    }
    codec_dump_free(dump);
    return codec != NULL ? STATUS_SUCCESS
                         : open_fail(request, STATUS_INSUFFICIENT_RESOURCES, "%s: there is no memory", name);
}

/* Reads a whole file; NULL with errno set when that cannot be. */
static char *read_file(FILE *file, size_t *size)
{
    char *text = malloc(MAX_DUMP);

    if (text == NULL)
        return NULL;
    *size = fread(text, 1, MAX_DUMP, file);
    if (ferror(file) || *size == MAX_DUMP) {
        if (!ferror(file))
            errno = EFBIG;
        free(text);
        return NULL;
    }
    return text;
}

static NTSTATUS plug_file(struct open_request *request, const char *path)
{
    FILE *file = fopen(path, "rb");
    NTSTATUS status;
    size_t size = 0;
    char *text;

    if (file == NULL)
        return open_fail(request, STATUS_NO_SUCH_DEVICE, "%s: %s", path, strerror(errno));
    text = read_file(file, &size);
    if (text == NULL)
        status = open_fail(request, why_not(), "%s: %s", path, strerror(errno));
    else
        status = plug(request, path, text, size);
    free(text);
    fclose(file);
    return status;
}

static NTSTATUS plug_all(struct open_request *request, const struct sim_options *options)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (options->codec_count == 0)
        return plug(request, "the built-in codec", sim_default_codec, strlen(sim_default_codec));
    for (unsigned i = 0; i < options->codec_count && NT_SUCCESS(status); i++)
        status = plug_file(request, options->codecs[i]);
    return status;
}

/* ---- Opening --------------------------------------------------------------------------------- */

NTSTATUS open_sim(struct open_request *request)
{
    struct sim_options options = {.device.fragment_pages = DEFAULT_FRAGMENT};
    struct hdabus *bus = request->bus;
    NTSTATUS status = open_parse_options(request, "sim", option_table, &options);

    if (!NT_SUCCESS(status))
        return status;
    status = open_host(request, options.clock);
    if (!NT_SUCCESS(status))
        return status;
    status = sim_device_create(bus->host, &options.device, &bus->sim);
    if (!NT_SUCCESS(status))
        return open_fail(request, status, "there is no memory for a controller");
    request->config->device = &sim_device_ops;
    request->config->device_context = bus->sim;
    sim_device_info(bus->sim, &request->config->info);
    return plug_all(request, &options);
}

void open_sim_release(struct hdabus *bus)
{
    if (bus->sim != NULL)
        sim_device_destroy(bus->sim);
}

/* ---- sim.h ----------------------------------------------------------------------------------- */

NTSTATUS hdabus_sim_hear(struct hdabus *bus, UCHAR codec_address, UCHAR pin, hdabus_sink *sink, void *context)
{
    if (bus->sim == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    return sim_device_hear(bus->sim, codec_address, pin, sink, context);
}

unsigned hdabus_sim_faults(const struct hdabus *bus)
{
    return bus->sim != NULL ? sim_device_faults(bus->sim) : 0;
}

const char *hdabus_sim_fault(const struct hdabus *bus, unsigned index)
{
    return bus->sim != NULL ? sim_device_fault(bus->sim, index) : NULL;
}

NTSTATUS hdabus_sim_feed(struct hdabus *bus, UCHAR codec_address, UCHAR pin, hdabus_source *source,
                         void *context)
{
    (void)codec_address, (void)pin, (void)source, (void)context;
    return bus->sim == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
}

NTSTATUS hdabus_sim_connect(struct hdabus *bus, UCHAR from_codec, UCHAR from_pin, UCHAR to_codec,
                            UCHAR to_pin)
{
    (void)from_codec, (void)from_pin, (void)to_codec, (void)to_pin;
    return bus->sim == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
}

NTSTATUS hdabus_sim_plug(struct hdabus *bus, UCHAR codec_address, UCHAR pin, BOOLEAN plugged)
{
    (void)codec_address, (void)pin, (void)plugged;
    return bus->sim == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
}

NTSTATUS hdabus_sim_gpio(struct hdabus *bus, UCHAR codec_address, UCHAR mask, UCHAR levels)
{
    (void)codec_address, (void)mask, (void)levels;
    return bus->sim == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
}

NTSTATUS hdabus_sim_turn(struct hdabus *bus, UCHAR codec_address, UCHAR knob, UCHAR volume)
{
    (void)codec_address, (void)knob, (void)volume;
    return bus->sim == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
}

NTSTATUS hdabus_sim_fail(struct hdabus *bus, enum hdabus_sim_failure failure, unsigned which)
{
    (void)failure, (void)which;
    return bus->sim == NULL ? STATUS_INVALID_DEVICE_REQUEST : STATUS_INVALID_PARAMETER;
}
