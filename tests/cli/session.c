/* SPDX-License-Identifier: BSD-2-Clause */
/* session.c - several streams of one thread: players to each pin of the built-in codec and recorders from
 * two, each in a format of its own, sample for sample. */
#include "codec/session.h"
#include "codec/path.h"
#include "codec/player.h"
#include "codec/recorder.h"
#include "table.h"

#include <sim.h>
#include <stdio.h>

#define STREAMS 6
#define SECONDS 0.25

/* ---- Noise, a value for each sample, none of them 0 ---------------------------------------------- */

static int32_t noise(ULONG seed, ULONGLONG index, unsigned bits)
{
    ULONG value = (ULONG)(index + 1) * 2654435761u ^ seed * 40503u;

    value ^= value >> 15;
    value *= 2246822519u;
    value |= 1u << (32 - bits);
    return (int32_t)(value & 0xFFFFFFFFu << (32 - bits));
}

/* ---- A voice: a player whose pin is heard, or a recorder whose pin is fed ------------------------ */

struct voice {
    UCHAR pin;
    HDAUDIO_STREAM_FORMAT format;
    ULONG frames;
    bool records;
    ULONG buffer_frames, notification_count; /* 0: as run_voices() has it */
    LONG drag;                               /* after each wake-up it sleeps so long, in 100 ns */
    bool removes;                            /* the controller, after the first */

    struct path path;
    struct player player;
    struct recorder recorder;
    struct stream *stream;
    ULONGLONG given;  /* frames, to the engine or to the pin */
    ULONGLONG got;    /* frames, from the pin or from the engine, of those that should come */
    ULONGLONG before; /* frames of silence ahead of them */
    ULONGLONG wrong;  /* samples */
};

static int32_t voice_sample(const struct voice *voice, ULONGLONG frame, unsigned channel)
{
    return noise(voice->pin, frame * voice->format.NumberOfChannels + channel,
                 voice->format.ValidBitsPerSample);
}

/* The next frame that came out. Silence is right before the first and after the last. */
static void check_frame(struct voice *voice, const int32_t *samples)
{
    unsigned channel;

    if (voice->got == 0 && samples[0] == 0)
        voice->before++;
    for (channel = 0; channel < voice->format.NumberOfChannels; channel++) {
        bool inside = voice->got < voice->frames && (voice->got > 0 || samples[0] != 0);
        int32_t right = inside ? voice_sample(voice, voice->got, channel) : 0;

        voice->wrong += samples[channel] != right;
    }
    voice->got += voice->got > 0 || samples[0] != 0;
}

static void hear(void *context, const struct hdabus_audio *audio)
{
    struct voice *voice = context;
    size_t i;

    assert_int_equal(audio->sample_rate, voice->format.SampleRate);
    assert_int_equal(audio->channels, voice->format.NumberOfChannels);
    for (i = 0; i < audio->frames; i++)
        check_frame(voice, audio->samples + i * audio->channels);
}

static void feed(void *context, const struct hdabus_recording *recording)
{
    struct voice *voice = context;
    unsigned channel;
    size_t i;

    for (i = 0; i < recording->frames; i++, voice->given++)
        for (channel = 0; channel < recording->channels; channel++)
            recording->samples[i * recording->channels + channel] =
                voice_sample(voice, voice->given, channel);
}

/* ---- What the streams call ----------------------------------------------------------------------- */

static void put(const struct voice *voice, void *frames, size_t index, int32_t sample)
{
    if (voice->format.ContainerSize == 16)
        ((int16_t *)frames)[index] = (int16_t)(sample >> 16);
    else
        ((int32_t *)frames)[index] = sample;
}

static int32_t get(const struct voice *voice, const void *frames, size_t index)
{
    return voice->format.ContainerSize == 16 ? ((const int16_t *)frames)[index] * 65536
                                             : ((const int32_t *)frames)[index];
}

static ULONG play_frames(struct voice *voice, void *frames, ULONG count)
{
    unsigned channels = voice->format.NumberOfChannels, channel;
    ULONG i;

    for (i = 0; i < count && voice->given < voice->frames; i++, voice->given++)
        for (channel = 0; channel < channels; channel++)
            put(voice, frames, (size_t)i * channels + channel, voice_sample(voice, voice->given, channel));
    return i;
}

static ULONG take_frames(struct voice *voice, const void *frames, ULONG count)
{
    unsigned channels = voice->format.NumberOfChannels, channel;
    int32_t samples[16];
    ULONG i;

    for (i = 0; i < count; i++) {
        for (channel = 0; channel < channels; channel++)
            samples[channel] = get(voice, frames, (size_t)i * channels + channel);
        check_frame(voice, samples);
    }
    return count;
}

static ULONG transfer(void *context, void *frames, ULONG count)
{
    struct voice *voice = context;

    return voice->records ? take_frames(voice, frames, count) : play_frames(voice, frames, count);
}

static void progress(void *context, const struct stream_report *report)
{
    const struct voice *voice = context;
    LARGE_INTEGER interval = {.QuadPart = -voice->drag};

    (void)report;
    if (voice->removes)
        hdabus_sim_remove(table.bus);
    if (voice->drag)
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static const struct stream_client functions = {.transfer = transfer, .progress = progress};

/* ---- Opening and closing ------------------------------------------------------------------------- */

static struct codec codec;

static NTSTATUS try_engine(struct voice *voice, ULONG buffer_frames, ULONG notification_count)
{
    struct stream_request request = {
        .format = voice->format,
        .buffer_frames = voice->buffer_frames ? voice->buffer_frames : buffer_frames,
        .notification_count = voice->notification_count ? voice->notification_count : notification_count,
        .client = &functions,
        .context = voice,
    };

    if (voice->records) {
        voice->stream = &voice->recorder.stream;
        return recorder_open(&voice->recorder, &table.ddi, &request, voice->frames);
    }
    voice->stream = &voice->player.stream;
    return player_open(&voice->player, &table.ddi, &request, 0);
}

static NTSTATUS try_pin(struct voice *voice, const struct path *const *beside, unsigned count)
{
    struct path_need need = {
        .direction = voice->records ? PATH_IN : PATH_OUT,
        .channels = voice->format.NumberOfChannels,
        .rate = voice->format.SampleRate,
        .bits = voice->format.ValidBitsPerSample,
        .beside = beside,
        .beside_count = count,
    };
    NTSTATUS status;

    assert_int_equal(path_find(&codec, voice->pin, &need, &voice->path), STATUS_SUCCESS);
    status = voice->records ? hdabus_sim_feed(table.bus, codec.address, voice->pin, feed, voice)
                            : hdabus_sim_hear(table.bus, codec.address, voice->pin, hear, voice);
    assert_int_equal(status, STATUS_SUCCESS);
    return path_open(&codec, &voice->path, voice->stream->converter_format, voice->stream->tag);
}

static void close_engine(struct voice *voice)
{
    if (voice->records) {
        hdabus_sim_feed(table.bus, codec.address, voice->pin, NULL, NULL);
        recorder_close(&voice->recorder);
    } else {
        hdabus_sim_hear(table.bus, codec.address, voice->pin, NULL, NULL);
        player_close(&voice->player);
    }
}

static void close_voice(struct voice *voice)
{
    assert_int_equal(path_close(&codec, &voice->path), STATUS_SUCCESS);
    close_engine(voice);
}

/* Buffers that are none the length of another, so that the notifications drift. */
static void run_voices(struct voice *voices, unsigned count, NTSTATUS expected)
{
    const struct path *beside[STREAMS];
    struct stream *streams[STREAMS];
    unsigned i;

    assert_int_equal(codec_read(&codec, &table.real), STATUS_SUCCESS);
    for (i = 0; i < count; i++) {
        assert_int_equal(try_engine(&voices[i], 1000 + 317 * i, 1 + i % 2), STATUS_SUCCESS);
        assert_int_equal(try_pin(&voices[i], beside, i), STATUS_SUCCESS);
        beside[i] = &voices[i].path;
        streams[i] = voices[i].stream;
    }
    assert_int_equal(session_run(streams, count), expected);
    for (i = 0; i < count; i++)
        close_voice(&voices[i]);
    codec_free(&codec);
}

static ULONGLONG expected_notifications(const struct voice *voice)
{
    ULONG period = voice->stream->period_frames;

    return voice->records ? recorder_expected(voice->frames, period)
                          : player_expected(voice->frames, period, voice->player.drain_periods);
}

static void check_voice(const struct voice *voice)
{
    const struct stream_report *report = &voice->stream->report;

    assert_int_equal(voice->wrong, 0);
    assert_true(voice->got >= voice->frames);
    assert_int_equal(report->frames, voice->frames);
    assert_int_equal(report->notifications, expected_notifications(voice));
    assert_int_equal(report->late + report->gaps, 0);
    assert_int_equal(voice->stream->status, STATUS_SUCCESS);
}

/* ---- Tests --------------------------------------------------------------------------------------- */

#define FORMAT(rate, bits, channels)                \
    {                                               \
        rate, bits, (bits) > 16 ? 32 : 16, channels \
    }
#define VOICE(nid, rate, bits, channels)                                                       \
    {                                                                                          \
        .pin = nid, .format = FORMAT(rate, bits, channels), .frames = (ULONG)((rate)*SECONDS), \
    }
#define RECORDED(nid, rate, bits, channels)                                                          \
    {                                                                                                \
        .pin = nid, .format = FORMAT(rate, bits, channels), .frames = (ULONG)((rate)*SECONDS) - 123, \
        .records = true                                                                              \
    }

static const struct voice four_and_two[STREAMS] = {
    VOICE(0x0E, 48000, 16, 2), VOICE(0x0F, 44100, 24, 2),    VOICE(0x10, 96000, 32, 2),
    VOICE(0x13, 48000, 20, 8), RECORDED(0x12, 96000, 24, 2), RECORDED(0x11, 44100, 16, 2),
};

static void session_plays_four_and_records_two_at_once(void **state)
{
    struct voice voices[STREAMS];
    unsigned i;

    (void)state;
    RtlCopyMemory(voices, four_and_two, sizeof(voices));
    run_voices(voices, STREAMS, STATUS_SUCCESS);
    for (i = 0; i < STREAMS; i++)
        check_voice(&voices[i]);
    assert_int_equal(hdabus_sim_faults(table.bus), 0);
}

static void session_starts_all_engines_in_one_call(void **state)
{
    struct voice voices[STREAMS];

    (void)state;
    RtlCopyMemory(voices, four_and_two, sizeof(voices));
    run_voices(voices, STREAMS, STATUS_SUCCESS);
    assert_int_equal(table.runs, 1);
    assert_int_equal(table.most_started, STREAMS);
}

/* On the virtual clock one run is like the other. */
static void session_does_the_same_each_time(void **state)
{
    struct voice first[STREAMS], second[STREAMS];
    unsigned i;

    RtlCopyMemory(first, four_and_two, sizeof(first));
    RtlCopyMemory(second, four_and_two, sizeof(second));
    run_voices(first, STREAMS, STATUS_SUCCESS);
    assert_int_equal(table_tear_down(state), 0);
    assert_int_equal(table_set_up(state), 0);
    run_voices(second, STREAMS, STATUS_SUCCESS);
    for (i = 0; i < STREAMS; i++) {
        assert_memory_equal(&first[i].stream->report, &second[i].stream->report,
                            sizeof(first[i].stream->report));
        assert_int_equal(first[i].before, second[i].before);
    }
}

/* What is over stops alone; the others go on to their ends. */
static void session_goes_on_when_one_has_ended(void **state)
{
    struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2),
                             VOICE(0x0F, 48000, 16, 2)};
    unsigned i;

    (void)state;
    voices[0].frames = 100;
    voices[2].frames *= 2;
    run_voices(voices, RTL_NUMBER_OF(voices), STATUS_SUCCESS);
    for (i = 0; i < RTL_NUMBER_OF(voices); i++)
        check_voice(&voices[i]);
}

/* Once ahead of the start, and then once for each notification. */
static void session_looks_at_no_engine_before_it_notifies(void **state)
{
    struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2)};

    (void)state;
    voices[0].notification_count = voices[1].notification_count = 2;
    run_voices(voices, RTL_NUMBER_OF(voices), STATUS_SUCCESS);
    assert_int_equal(table.positions,
                     2 + voices[0].stream->report.notifications + voices[1].stream->report.notifications);
}

/* The first one's next notification is always there already when it has been served. */
static void session_serves_all_though_one_is_never_done(void **state)
{
    struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2)};

    (void)state;
    voices[0].frames = 48000;
    voices[0].buffer_frames = 1000;
    voices[0].drag = 10000000 / 48;
    voices[1].buffer_frames = 8000;
    voices[1].notification_count = 2;
    run_voices(voices, RTL_NUMBER_OF(voices), STATUS_SUCCESS);
    assert_true(voices[0].stream->report.notifications > 10);
    check_voice(&voices[1]);
}

static void session_that_cannot_start_leaves_all_in_reset(void **state)
{
    enum routine routine;

    for (routine = REGISTER; routine < ROUTINES; routine++) {
        struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2)};

        table.refuse = routine;
        run_voices(voices, RTL_NUMBER_OF(voices), STATUS_INSUFFICIENT_RESOURCES);
        assert_int_equal(voices[0].stream->status, STATUS_INSUFFICIENT_RESOURCES);
    }
    table.refuse = NO_ROUTINE;
    session_goes_on_when_one_has_ended(state);
}

/* Without notifications the position is asked for again and again. */
static void session_that_fails_on_its_way_stops_all(void **state)
{
    struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2)};

    (void)state;
    table.withhold_notifications = true;
    table.refuse = POSITION;
    table.let_pass = 5;
    run_voices(voices, RTL_NUMBER_OF(voices), STATUS_INSUFFICIENT_RESOURCES);
    assert_string_equal(voices[1].stream->routine, "GetLinkPositionRegister");
    assert_int_equal(table.runs, 1);
}

static void session_of_dead_engines_times_out(void **state)
{
    struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2)};

    (void)state;
    table.withhold_run = true;
    run_voices(voices, RTL_NUMBER_OF(voices), STATUS_IO_TIMEOUT);
}

/* ---- A controller that disappears ---------------------------------------------------------------- */

/* Ends, in bus time, so long after the controller at most: two periods and what an interrupt may be late
 * (DDI Removal), and what a session does itself. */
#define LONGEST_END 1000000 /* 100 ms, in 100 ns */

struct pair {
    struct voice voices[2];
    unsigned engines; /* that are open */
    NTSTATUS status;
};

static const struct pair one_and_one = {
    .voices = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2)},
};

static NTSTATUS open_pair(struct pair *pair)
{
    const struct path *beside[] = {&pair->voices[0].path};
    NTSTATUS status = STATUS_SUCCESS;
    unsigned i;

    for (i = 0; i < 2 && NT_SUCCESS(status); i++) {
        pair->voices[i].frames = 5000;
        status = try_engine(&pair->voices[i], 1000 + 317 * i, 1 + i);
        pair->engines += NT_SUCCESS(status);
        if (NT_SUCCESS(status))
            status = try_pin(&pair->voices[i], beside, i);
    }
    return status;
}

static NTSTATUS run_pair(struct pair *pair)
{
    struct stream *streams[] = {pair->voices[0].stream, pair->voices[1].stream};
    NTSTATUS status = session_run(streams, 2);

    if (!NT_SUCCESS(status))
        assert_true(streams[0]->status == status || streams[1]->status == status);
    return status;
}

/* Engines that were never told to run: that they cannot be reset is the first thing to be noticed. */
static void session_of_dead_engines_finds_out_why(void **state)
{
    struct pair pair = one_and_one;

    (void)state;
    table.withhold_run = true;
    pair.voices[0].removes = true;
    assert_int_equal(codec_read(&codec, &table.ddi), STATUS_SUCCESS);
    assert_int_equal(open_pair(&pair), STATUS_SUCCESS);
    assert_int_equal(run_pair(&pair), STATUS_DEVICE_REMOVED);
    close_engine(&pair.voices[0]);
    close_engine(&pair.voices[1]);
    codec_free(&codec);
}

/* The whole life of a player and a recorder, all of it on a table that may lose its controller. */
static void live(struct pair *pair)
{
    unsigned i;

    *pair = one_and_one;
    pair->status = codec_read(&codec, &table.ddi);
    if (!NT_SUCCESS(pair->status))
        return;
    pair->status = open_pair(pair);
    if (NT_SUCCESS(pair->status))
        pair->status = run_pair(pair);
    for (i = 0; i < pair->engines; i++) {
        path_close(&codec, &pair->voices[i].path);
        close_engine(&pair->voices[i]);
    }
    codec_free(&codec);
}

/* Whether it got through. Else it has failed for one reason only, and what came until then is right. */
static bool check_life(const struct pair *pair)
{
    unsigned i;

    if (NT_SUCCESS(pair->status)) {
        check_voice(&pair->voices[0]);
        check_voice(&pair->voices[1]);
        return true;
    }
    assert_int_equal(pair->status, STATUS_DEVICE_REMOVED);
    assert_true(hdabus_removed(table.bus));
    for (i = 0; i < pair->engines; i++)
        assert_int_equal(pair->voices[i].wrong, 0);
    assert_int_equal(hdabus_sim_faults(table.bus), 0);
    return false;
}

static void session_ends_whatever_call_finds_no_controller(void **state)
{
    bool through = false;
    struct pair pair;
    unsigned call;

    (void)state;
    for (call = 1; !through; call++) {
        ULONGLONG began;

        assert_true(table_open("sim"));
        table.remove_at = call;
        began = KeQueryInterruptTime();
        live(&pair);
        through = check_life(&pair) && table.calls < call;
        assert_true(KeQueryInterruptTime() - began < 5 * 10000000ull);
        table_close();
    }
    assert_true(call > 40);
}

static void session_ends_soon_after_its_controller_at_any_time(void **state)
{
    unsigned ms, removed = 0;
    struct pair pair;
    char device[32];

    (void)state;
    for (ms = 1; ms < 300; ms++) {
        ULONGLONG due = KeQueryInterruptTime() + ms * 10000ull;

        snprintf(device, sizeof(device), "sim:remove=%u", ms);
        if (!table_open(device))
            continue;
        live(&pair);
        if (!check_life(&pair)) {
            assert_in_range(KeQueryInterruptTime(), due, due + LONGEST_END);
            removed++;
        }
        table_close();
    }
    assert_in_range(removed, 100, 298);
}

static void session_of_none_is_over_and_of_too_many_refused(void **state)
{
    struct stream *streams[SESSION_STREAMS + 1] = {NULL};

    (void)state;
    assert_int_equal(session_run(streams, 0), STATUS_SUCCESS);
    assert_int_equal(session_run(streams, SESSION_STREAMS + 1), STATUS_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE_TEST(session_plays_four_and_records_two_at_once),
        TABLE_TEST(session_starts_all_engines_in_one_call),
        TABLE_TEST(session_does_the_same_each_time),
        TABLE_TEST(session_goes_on_when_one_has_ended),
        TABLE_TEST(session_looks_at_no_engine_before_it_notifies),
        TABLE_TEST(session_serves_all_though_one_is_never_done),
        TABLE_TEST(session_that_cannot_start_leaves_all_in_reset),
        TABLE_TEST(session_that_fails_on_its_way_stops_all),
        TABLE_TEST(session_of_dead_engines_times_out),
        TABLE_TEST(session_of_dead_engines_finds_out_why),
        cmocka_unit_test(session_ends_whatever_call_finds_no_controller),
        cmocka_unit_test(session_ends_soon_after_its_controller_at_any_time),
        TABLE_TEST(session_of_none_is_over_and_of_too_many_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
