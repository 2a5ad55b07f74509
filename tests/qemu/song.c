/* SPDX-License-Identifier: BSD-2-Clause */
/* song.c - noise through a bus: see song.h. */
#include "song.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/path.h"
#include "codec/player.h"

#define HEADER  44
#define LATENCY 60000

/* The first frame is not silence, so that its place can be found. */
void song_compose(struct song *song, unsigned seed, ULONG rate, ULONG frames)
{
    uint32_t state = seed * 2654435761u + 1;

    *song = (struct song){.rate = rate, .frames = frames, .seed = seed};
    song->data = malloc(frames * sizeof(*song->data));
    for (ULONG i = 0; i < frames; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        song->data[i] = state;
    }
}

void song_free(struct song *song)
{
    free(song->data);
}

/* ---- Playing ------------------------------------------------------------------------------------------- */

static ULONG fill(void *context, void *frames, ULONG count)
{
    struct song *song = context;
    ULONG rest = min(song->frames - song->filled, count);

    memcpy(frames, song->data + song->filled, rest * sizeof(*song->data));
    song->filled += rest;
    return rest;
}

static NTSTATUS play_on_path(struct song *song, const struct codec *codec, const struct path *path,
                             const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    static const struct stream_client client = {.transfer = fill};
    struct stream_request request = {
        .format = {song->rate, 16, 16, 2},
        .buffer_frames = song->rate / 2,
        .notification_count = 2,
        .client = &client,
        .context = song,
    };
    struct player player;
    NTSTATUS status = player_open(&player, ddi, &request, LATENCY);

    if (!NT_SUCCESS(status))
        return status;
    status = path_open(codec, path, player.stream.converter_format, player.stream.tag);
    if (NT_SUCCESS(status)) {
        status = player_run(&player);
        path_close(codec, path);
    }
    song->underruns = player.stream.report.gaps;
    player_close(&player);
    return status;
}

static NTSTATUS play_on_codec(struct song *song, const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    struct path_need need = {.channels = 2, .rate = song->rate, .bits = 16};
    struct codec codec;
    struct path path;
    ULONG rank;
    NTSTATUS status = codec_read(&codec, ddi);

    if (!NT_SUCCESS(status))
        return status;
    status = path_choose(&codec, 0, &need, &path, &rank);
    if (NT_SUCCESS(status))
        status = play_on_path(song, &codec, &path, ddi);
    codec_free(&codec);
    return status;
}

static void *play(void *context)
{
    struct song *song = context;
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    song->status = hdabus_query_interface(song->bus, song->child, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi),
                                          0x0100, (PINTERFACE)&ddi);
    if (!NT_SUCCESS(song->status))
        return NULL;
    song->status = play_on_codec(song, &ddi);
    ddi.InterfaceDereference(ddi.Context);
    return NULL;
}

void song_start(struct song *song, struct hdabus *bus, unsigned child)
{
    song->bus = bus;
    song->child = child;
    pthread_create(&song->thread, NULL, play, song);
}

void song_finish(struct song *song)
{
    pthread_join(song->thread, NULL);
}

/* ---- Hearing ------------------------------------------------------------------------------------------- */

static bool complain(const char *path, const char *what, ULONG where)
{
    printf("%s: %s (%u)\n", path, what, (unsigned)where);
    return false;
}

static bool compare(const struct song *song, const char *path, const uint32_t *heard, ULONG frames)
{
    ULONG start = 0, i;

    while (start < frames && heard[start] == 0)
        start++;
    if (start >= song->rate / 10 || song->frames > frames - start)
        return complain(path, "begins late, or is too short", start);
    for (i = 0; i < song->frames; i++) {
        if (heard[start + i] != song->data[i])
            return complain(path, "has another frame", i);
    }
    for (i += start; i < frames; i++) {
        if (heard[i] != 0)
            return complain(path, "goes on after the end", i);
    }
    return true;
}

/* QEMU's header: RIFF, 16 bytes of "fmt ", "data". */
static bool check_header(const struct song *song, const char *path, const uint8_t *bytes, size_t size)
{
    uint32_t riff, rate, data;

    if (size < HEADER || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 36, "data", 4) != 0)
        return complain(path, "is no WAV file", (ULONG)size);
    memcpy(&riff, bytes + 4, 4);
    memcpy(&rate, bytes + 24, 4);
    memcpy(&data, bytes + 40, 4);
    if (riff != size - 8 || data != size - HEADER)
        return complain(path, "has a header that tells another length", data);
    return rate == song->rate || complain(path, "has another rate", rate);
}

bool song_is_in(const struct song *song, const char *path)
{
    size_t most = HEADER + (song->frames + 10 * (size_t)song->rate) * sizeof(uint32_t), size;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(most);
    bool right;

    if (!file || !bytes) {
        free(bytes);
        return complain(path, "cannot be opened", 0);
    }
    size = fread(bytes, 1, most, file);
    fclose(file);
    right = check_header(song, path, bytes, size) &&
            compare(song, path, (uint32_t *)(bytes + HEADER), (ULONG)((size - HEADER) / sizeof(uint32_t)));
    free(bytes);
    return right;
}
