/* SPDX-License-Identifier: BSD-2-Clause */
/* groups.c - the audio function groups that a command is about. */
#include "groups.h"

#include "codec/verbs.h"
#include "request.h"

#define ROOT           0
#define USUAL_RATE     48000u
#define USUAL_CHANNELS 2u
#define USUAL_BITS     16u

/* ---- Those that are meant ------------------------------------------------------------------------ */

static bool is_meant(const struct groups *groups, unsigned address)
{
    return groups->all || address == groups->address;
}

const struct audio_group *groups_next(const struct groups *groups, const struct audio_group *group)
{
    const struct audio_group *end = groups->device.groups + groups->device.group_count;

    for (group = group ? group + 1 : groups->device.groups; group < end; group++)
        if (is_meant(groups, group->codec.address))
            return group;
    return NULL;
}

/* How many function groups the codec has, and how many of them are for audio. */
static unsigned count_children(const struct groups *groups, unsigned address, unsigned *audio)
{
    struct hdabus_child info;
    unsigned count = 0, i;

    *audio = 0;
    for (i = 0; NT_SUCCESS(hdabus_child(groups->device.bus, i, &info)); i++)
        if (info.codec_address == address) {
            count++;
            *audio += info.function == HDA_FUNCTION_AUDIO;
        }
    return count;
}

/* The function groups of a codec follow each other. */
static bool is_first_child(const struct groups *groups, unsigned child, unsigned address)
{
    struct hdabus_child info;

    return child == 0 || !NT_SUCCESS(hdabus_child(groups->device.bus, child - 1, &info)) ||
           info.codec_address != address;
}

bool groups_next_other(const struct groups *groups, unsigned *child, unsigned *address)
{
    struct hdabus_child info;
    unsigned audio;

    while (NT_SUCCESS(hdabus_child(groups->device.bus, (*child)++, &info))) {
        if (!is_meant(groups, info.codec_address) || !is_first_child(groups, *child - 1, info.codec_address))
            continue;
        count_children(groups, info.codec_address, &audio);
        *address = info.codec_address;
        if (audio == 0)
            return true;
    }
    return false;
}

/* Whether an audio function group that is meant is not there. */
static bool misses_one(const struct groups *groups)
{
    const struct audio_group *group;
    struct hdabus_child info;
    unsigned wanted = 0, i;

    for (i = 0; NT_SUCCESS(hdabus_child(groups->device.bus, i, &info)); i++)
        wanted += is_meant(groups, info.codec_address) && info.function == HDA_FUNCTION_AUDIO;
    for (group = groups_next(groups, NULL); group; group = groups_next(groups, group))
        wanted--;
    return wanted > 0;
}

static int check_codec(const struct groups *groups, struct report *report)
{
    unsigned audio;

    if (groups->all || count_children(groups, groups->address, &audio) > 0)
        return EXIT_DONE;
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "there is no codec at address %u",
                          groups->address);
}

int groups_open(struct groups *groups, const struct options *options, struct report *report)
{
    int code = EXIT_DONE;

    groups->all = options->operand_count == 0;
    if (!groups->all)
        code = request_read_address(options->operands[0], &groups->address, report);
    if (code == EXIT_DONE)
        code = device_open(&groups->device, options, report);
    if (code != EXIT_DONE)
        return code;
    code = device_read_groups(&groups->device, report);
    if (code == EXIT_DONE)
        code = device_read_jacks(&groups->device, report);
    if (code == EXIT_DONE)
        code = check_codec(groups, report);
    if (code != EXIT_DONE)
        groups_close(groups);
    else
        groups->missed = misses_one(groups);
    return code;
}

void groups_close(struct groups *groups)
{
    device_close(&groups->device, NULL);
}

/* ---- One of them --------------------------------------------------------------------------------- */

NTSTATUS group_name(const HDAUDIO_BUS_INTERFACE_V2 *ddi, char name[CODEC_NAME_SIZE])
{
    struct verb_batch batch;
    UCHAR address, node;
    ULONG id = 0;
    NTSTATUS status;

    ddi->GetResourceInformation(ddi->Context, &address, &node);
    batch_init(&batch, address);
    batch_get8(&batch, ROOT, HDA_GET_PARAMETER, HDA_PARAMETER_VENDOR_ID, &id);
    status = batch_send(&batch, ddi);
    batch_free(&batch);
    codec_id_name(id, name);
    return status;
}

int groups_name_other(struct groups *groups, unsigned address, char name[CODEC_NAME_SIZE],
                      struct report *report)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    NTSTATUS status;
    int code = device_query_codec(&groups->device, address, &ddi, report);

    if (code != EXIT_DONE)
        return code;
    status = group_name(&ddi, name);
    ddi.InterfaceDereference(ddi.Context);
    return NT_SUCCESS(status) ? EXIT_DONE : device_fail(&groups->device, address, status, report);
}

bool group_path(const struct codec *codec, UCHAR pin, enum path_direction direction, UCHAR converter,
                struct path *path, ULONG *rank)
{
    struct path_need need = {.direction = direction,
                             .channels = USUAL_CHANNELS,
                             .rate = USUAL_RATE,
                             .bits = USUAL_BITS,
                             .converter = converter};

    for (; need.channels > 0; need.channels--)
        if (NT_SUCCESS(path_choose(codec, pin, &need, path, rank)))
            return true;
    return false;
}
