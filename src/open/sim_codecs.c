/* SPDX-License-Identifier: BSD-2-Clause */
/* sim_codecs.c - the codecs of the simulated controller, from dumps. */
#include "sim_codecs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device/sim/codec.h"
#include "device/sim/controller.h"
#include "device/sim/sim_device.h"

#define MAX_DUMP (4u << 20) /* bytes; a large alsa-info file has a few hundred thousand */
#define ANY_CARD UINT_MAX

/* What errno says of a codec that cannot be had. */
static NTSTATUS why_not(void)
{
    return errno == ENOMEM ? STATUS_INSUFFICIENT_RESOURCES : STATUS_NO_SUCH_DEVICE;
}

/* ---- Dumps ----------------------------------------------------------------------------------- */

static NTSTATUS plug_dump(struct open_request *request, const char *name, const struct codec_dump *dump,
                          unsigned address)
{
    struct sim_device *device = request->bus->sim;
    struct sim_codec *codec = sim_codec_create(dump, sim_device_report, device);

    if (address == SIM_CODECS_ANYWHERE)
        address = dump->address;
    if (codec == NULL)
        return open_fail(request, STATUS_INSUFFICIENT_RESOURCES, "%s: there is no memory", name);
    if (sim_device_plug(device, address, codec))
        return STATUS_SUCCESS;
    sim_codec_destroy(codec);
    return open_fail(request, STATUS_NO_SUCH_DEVICE,
                     "%s: there is a codec at address %u already; codec=FILE@ADDRESS puts one elsewhere",
                     name, address);
}

static NTSTATUS plug_text(struct open_request *request, const char *name, const char *text, size_t size,
                          unsigned address)
{
    struct codec_dump *dump;
    char why[256] = "";
    NTSTATUS status;

    errno = 0;
    dump = codec_dump_parse(text, size, why, sizeof(why));
    if (dump == NULL)
        return open_fail(request, why_not(), "%s: %s", name, why);
    status = plug_dump(request, name, dump, address);
    codec_dump_free(dump);
    return status;
}

NTSTATUS sim_codecs_plug_built_in(struct open_request *request, unsigned address)
{
    return plug_text(request, "the built-in codec", sim_default_codec, strlen(sim_default_codec), address);
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* Reads a whole file; NULL with errno set when that cannot be. */
static char *read_stream(FILE *file, size_t *size)
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

/* The same of a path; the caller frees. */
static NTSTATUS read_file(struct open_request *request, const char *path, char **text, size_t *size)
{
    FILE *file = fopen(path, "rb");
    NTSTATUS status = STATUS_SUCCESS;

    if (file == NULL)
        return open_fail(request, STATUS_NO_SUCH_DEVICE, "%s: %s", path, strerror(errno));
    *text = read_stream(file, size);
    if (*text == NULL)
        status = open_fail(request, why_not(), "%s: %s", path, strerror(errno));
    fclose(file);
    return status;
}

/* FILE, or FILE and a number behind `mark`. A file's name may end so itself: where there is one of the whole
 * name, it is meant. NULL: no memory; else the caller frees. */
static char *split_name(const char *value, char mark, unsigned *number)
{
    char *path = strdup(value), *end;

    if (path == NULL || access(path, F_OK) == 0)
        return path;
    end = strrchr(path, mark);
    if (end != NULL && end > path && open_parse_number(end + 1, UINT_MAX - 1, number))
        *end = '\0';
    return path;
}

NTSTATUS sim_codecs_plug_file(struct open_request *request, const char *value)
{
    unsigned address = SIM_CODECS_ANYWHERE;
    char *path = split_name(value, '@', &address), *text = NULL;
    NTSTATUS status;
    size_t size;

    if (path == NULL)
        return open_fail(request, STATUS_INSUFFICIENT_RESOURCES, "%s: there is no memory", value);
    if (address >= SIM_MAX_CODECS && address != SIM_CODECS_ANYWHERE)
        status = open_fail(request, STATUS_NO_SUCH_DEVICE, "%s: a codec's address is %d at most", value,
                           SIM_MAX_CODECS - 1);
    else
        status = read_file(request, path, &text, &size);
    if (NT_SUCCESS(status))
        status = plug_text(request, path, text, size, address);
    free(text);
    free(path);
    return status;
}

/* ---- Machines -------------------------------------------------------------------------------- */

/* One run through a file. */
struct machine {
    const char *path;
    unsigned card;  /* whose codecs are taken; ANY_CARD until there is one */
    unsigned last;  /* whose the section before was; ANY_CARD: there was none */
    unsigned taken; /* codecs */
};

/* A section that cannot be used tells of no card: it is taken for one of the card before it. */
static NTSTATUS refuse_section(struct open_request *request, const struct machine *machine,
                               const struct codec_dump_section *section)
{
    if (machine->last != ANY_CARD && machine->last != machine->card)
        return STATUS_SUCCESS;
    return open_fail(request, why_not(), "%s: %s", machine->path, section->error);
}

static NTSTATUS take_section(struct open_request *request, struct machine *machine,
                             const struct codec_dump_section *section)
{
    if (section->dump == NULL)
        return refuse_section(request, machine, section);
    machine->last = section->card;
    if (machine->card == ANY_CARD)
        machine->card = section->card;
    if (machine->card != section->card)
        return STATUS_SUCCESS;
    machine->taken++;
    return plug_dump(request, machine->path, section->dump, SIM_CODECS_ANYWHERE);
}

static NTSTATUS refuse_machine(struct open_request *request, const struct machine *machine)
{
    if (machine->card == ANY_CARD)
        return open_fail(request, STATUS_NO_SUCH_DEVICE, "%s: " CODEC_DUMP_NONE, machine->path);
    return open_fail(request, STATUS_NO_SUCH_DEVICE, "%s: there is no codec of card %u in it", machine->path,
                     machine->card);
}

static NTSTATUS plug_sections(struct open_request *request, struct machine *machine, const char *text,
                              size_t size)
{
    struct codec_dump_reader *reader = codec_dump_open(text, size);
    struct codec_dump_section section;
    NTSTATUS status = STATUS_SUCCESS;

    if (reader == NULL)
        return open_fail(request, STATUS_INSUFFICIENT_RESOURCES, "%s: there is no memory", machine->path);
    while (NT_SUCCESS(status) && codec_dump_next(reader, &section)) {
        status = take_section(request, machine, &section);
        codec_dump_free(section.dump);
    }
    codec_dump_close(reader);
    if (NT_SUCCESS(status) && machine->taken == 0)
        status = refuse_machine(request, machine);
    return status;
}

NTSTATUS sim_codecs_plug_machine(struct open_request *request, const char *value)
{
    struct machine machine = {.card = ANY_CARD, .last = ANY_CARD};
    char *path = split_name(value, '#', &machine.card), *text = NULL;
    NTSTATUS status;
    size_t size;

    if (path == NULL)
        return open_fail(request, STATUS_INSUFFICIENT_RESOURCES, "%s: there is no memory", value);
    machine.path = path;
    status = read_file(request, path, &text, &size);
    if (NT_SUCCESS(status))
        status = plug_sections(request, &machine, text, size);
    free(text);
    free(path);
    return status;
}
