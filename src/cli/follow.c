/* SPDX-License-Identifier: BSD-2-Clause */
/* follow.c - moves what plays to the best pin when something is plugged into a jack, or pulled out. */
#include "follow.h"

#include "codec/status.h"
#include "json.h"

static struct codec *codec_of(const struct follow *follow)
{
    return &follow->route->group->codec;
}

int follow_open(struct follow *follow)
{
    const struct codec *codec = codec_of(follow);
    NTSTATUS status;

    if (!follow->options->follow_jack)
        return EXIT_DONE;
    status = jack_watch_open(&follow->watch, codec);
    if (!NT_SUCCESS(status))
        return report_failure(follow->report, EXIT_FAILED, status, "the jacks of codec %u: %s: %s",
                              codec->address, status_name(status), status_sentence(status));
    follow->is_open = true;
    if (follow->watch.jacks == 0)
        report_note("--follow-jack: no jack of codec %u tells when something is plugged in", codec->address);
    if (follow->report->object) {
        follow->moves = json_object_new_array();
        json_add(follow->report->object, "moves", follow->moves);
    }
    return EXIT_DONE;
}

void follow_close(struct follow *follow)
{
    if (follow->is_open)
        jack_watch_close(&follow->watch);
    follow->is_open = false;
}

NTSTATUS follow_renew(struct follow *follow)
{
    return follow->is_open ? jack_watch_renew(&follow->watch) : STATUS_SUCCESS;
}

static bool has_same_pins(const struct path_set *one, const struct path_set *other)
{
    unsigned i;

    for (i = 0; i < one->count && i < other->count; i++)
        if (path_pin(&one->paths[i]) != path_pin(&other->paths[i]))
            return false;
    return one->count == other->count;
}

/* A codec that does not answer now will not take a path either: what plays stays where it is. */
bool follow_wants_move(struct follow *follow)
{
    if (!follow->is_open || !jack_watch_changed(&follow->watch))
        return false;
    if (!NT_SUCCESS(codec_read_jacks(codec_of(follow))))
        return false;
    return route_choose_again(&follow->next, follow->route, follow->beside) &&
           !has_same_pins(&follow->next.set, &follow->route->set) &&
           (!follow->options->exact || route_reaches_0_db(&follow->next));
}

static void tell(const struct follow *follow, uint64_t frames)
{
    struct json_object *move;

    report_note("pin 0x%02x plays from %.3f s on", follow->route->pin,
                (double)frames / follow->route->format.SampleRate);
    route_note_level(follow->route, follow->options, follow->report);
    if (!follow->moves)
        return;
    move = json_object_new_object();
    json_add_integer(move, "frames", frames);
    json_add_integer(move, "pin", follow->route->pin);
    json_append(follow->moves, move);
}

NTSTATUS follow_move(struct follow *follow, uint64_t frames, const char **routine)
{
    NTSTATUS status = path_set_close(codec_of(follow), &follow->route->set);

    *routine = "TransferCodecVerbs";
    if (!NT_SUCCESS(status))
        return status;
    *follow->route = follow->next;
    *routine = "hdabus_sim_hear";
    status = follow->moved(follow->context);
    tell(follow, frames);
    return status;
}
