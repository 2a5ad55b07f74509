/* SPDX-License-Identifier: BSD-2-Clause */
/* hour.c - an hour of sound through the function driver's player to a pin that is heard, on the virtual
 * clock. */
#include <sim.h>
#include <string.h>

#include "codec/path.h"
#include "codec/player.h"
#include "measure.h"
#include "rig.h"

#define SECONDS       3600u
#define QUICK_SECONDS 120u
#define GOAL          10.0 /* seconds for an hour */
#define MEMORY_GOAL   100  /* MiB */
#define BUFFER_FRAMES (RIG_RATE / 10)
#define MEBIBYTE      (1024.0 * 1024)

/* What is played: noise, a buffer's worth again and again. */
struct song {
    unsigned char noise[BUFFER_FRAMES * RIG_FRAME_BYTES];
    ULONGLONG frames; /* left */
    ULONGLONG heard;
};

static void compose(struct song *song, unsigned seconds)
{
    unsigned state = 1;

    for (size_t i = 0; i < sizeof(song->noise); i++) {
        state = state * 1664525u + 1013904223u;
        song->noise[i] = (unsigned char)(state >> 24);
    }
    song->frames = (ULONGLONG)seconds * RIG_RATE;
    song->heard = 0;
}

static ULONG fill(void *context, void *frames, ULONG count)
{
    struct song *song = context;

    count = (ULONG)min((ULONGLONG)count, song->frames);
    count = min(count, BUFFER_FRAMES);
    memcpy(frames, song->noise, (size_t)count * RIG_FRAME_BYTES);
    song->frames -= count;
    return count;
}

static void hear(void *context, const struct hdabus_audio *audio)
{
    struct song *song = context;

    song->heard += audio->frames;
}

/* ---- Playing ------------------------------------------------------------------------------------- */

static bool play_on_path(struct rig *rig, struct player *player, const struct codec *codec,
                         const struct path *path)
{
    NTSTATUS status = path_open(codec, path, player->stream.converter_format, player->stream.tag);

    if (!rig_succeeded("path_open", status))
        return false;
    hdabus_sim_hear(rig->bus, codec->address, path_pin(path)->node, hear, player->stream.request.context);
    status = player_run(player);
    hdabus_sim_hear(rig->bus, codec->address, path_pin(path)->node, NULL, NULL);
    path_close(codec, path);
    return rig_succeeded(player->stream.routine, status);
}

static bool play_on_codec(struct rig *rig, const struct codec *codec, struct song *song)
{
    static const struct stream_client client = {.transfer = fill};
    struct path_need need = {.channels = 2, .rate = RIG_RATE, .bits = 16};
    struct stream_request request = {.format = {RIG_RATE, 16, 16, 2},
                                     .buffer_frames = BUFFER_FRAMES,
                                     .notification_count = 2,
                                     .client = &client,
                                     .context = song};
    struct player player;
    struct path path;
    ULONG rank;
    bool done;

    if (!rig_succeeded("path_choose", path_choose(codec, 0, &need, &path, &rank)) ||
        !rig_succeeded("player_open", player_open(&player, &rig->ddi, &request, 0)))
        return false;
    done = play_on_path(rig, &player, codec, &path);
    player_close(&player);
    return done;
}

static bool play(struct song *song)
{
    struct codec codec;
    struct rig rig;
    bool done;

    if (!rig_open(&rig, "sim"))
        return false;
    done = rig_succeeded("codec_read", codec_read(&codec, &rig.ddi));
    if (done) {
        done = play_on_codec(&rig, &codec, song);
        codec_free(&codec);
    }
    rig_close(&rig);
    return done;
}

/* ---- What it is held against --------------------------------------------------------------------- */

/* Seconds that memcpy takes for the same bytes, from and to where the player has them. */
static double copy_seconds(struct song *song)
{
    static unsigned char buffer[sizeof(song->noise)];
    double begun = rig_seconds(CLOCK_MONOTONIC);

    while (song->frames > 0) {
        fill(song, buffer, BUFFER_FRAMES / 2);
        __asm__ volatile("" : : "r"(buffer) : "memory"); /* the copies are not to be left out */
    }
    return rig_seconds(CLOCK_MONOTONIC) - begun;
}

static bool was_heard(const struct song *song, unsigned seconds)
{
    if (song->heard >= (ULONGLONG)seconds * RIG_RATE)
        return true;
    fprintf(stderr, "bench: only %llu frames were heard\n", (unsigned long long)song->heard);
    return false;
}

static bool add(struct table *table, const struct figure *figure)
{
    struct figure named = *figure;

    named.group = "hour";
    return table_add(table, &named);
}

static bool add_time(struct table *table, unsigned seconds, double took)
{
    struct figure figure = {.name = "seconds",
                            .value = took,
                            .decimals = 2,
                            .unit = "s",
                            .beside = (double)GOAL * seconds / SECONDS,
                            .beside_is = "the goal, at most"};

    snprintf(figure.what, sizeof(figure.what), "%u minutes of 48 kHz stereo, played", seconds / 60);
    return add(table, &figure);
}

static bool add_figures(struct table *table, unsigned seconds, double took, double copying)
{
    return add_time(table, seconds, took) &&
           add(table, &(struct figure){.name = "times_real_time",
                                       .what = "faster than real time",
                                       .value = seconds / took,
                                       .unit = "times"}) &&
           add(table, &(struct figure){.name = "times_memcpy",
                                       .what = "slower than memcpy of the same bytes",
                                       .value = took / copying,
                                       .decimals = 1,
                                       .unit = "times"}) &&
           add(table, &(struct figure){.name = "peak_memory",
                                       .what = "memory of the process, at its peak",
                                       .value = rig_peak_resident() / MEBIBYTE,
                                       .decimals = 1,
                                       .unit = "MiB",
                                       .beside = MEMORY_GOAL,
                                       .beside_is = "the goal, at most"});
}

bool measure_hour(struct table *table, bool quick)
{
    unsigned seconds = quick ? QUICK_SECONDS : SECONDS;
    double begun, copying;
    static struct song song;

    compose(&song, seconds);
    copying = copy_seconds(&song);
    compose(&song, seconds);
    begun = rig_seconds(CLOCK_MONOTONIC);
    if (!play(&song) || !was_heard(&song, seconds))
        return false;
    return add_figures(table, seconds, rig_seconds(CLOCK_MONOTONIC) - begun, copying);
}
