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

/* ---- Sleep --------------------------------------------------------------------------------------- */

/* The system that sleeps while voices sound. */
struct nap {
    struct voice *voices;
    unsigned count;
    unsigned every; /* so many wake-ups it sleeps; 0: never */
    LONG delay;     /* and so long after the wake-up, in 100 ns, so that engines stop anywhere */
    bool pretends;  /* the bus does not really sleep */
    unsigned wakes, taken;
};

static bool wants_nap(void *context)
{
    struct nap *nap = context;
    LARGE_INTEGER interval = {.QuadPart = -nap->delay};

    if (nap->every == 0 || ++nap->wakes % nap->every != 0)
        return false;
    if (nap->delay)
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
    nap->taken++;
    return true;
}

static NTSTATUS sleep_and_wake(void)
{
    LARGE_INTEGER interval = {.QuadPart = -123456};
    NTSTATUS status = hdabus_suspend(table.bus);

    if (!NT_SUCCESS(status))
        return status;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
    return hdabus_resume(table.bus);
}

static NTSTATUS take_nap(void *context, const char **routine)
{
    struct nap *nap = context;
    NTSTATUS status = nap->pretends ? STATUS_SUCCESS : sleep_and_wake();
    unsigned i;

    *routine = "nap";
    for (i = 0; i < nap->count && NT_SUCCESS(status) && !nap->pretends; i++) {
        struct voice *voice = &nap->voices[i];

        status = path_open(&codec, &voice->path, voice->stream->converter_format, voice->stream->tag);
    }
    return status;
}

static struct session_power power_of(struct nap *nap)
{
    return (struct session_power){.is_wanted = wants_nap, .sleep = take_nap, .context = nap};
}

/* Buffers that are none the length of another, so that the notifications drift. */
static void run_napping(struct voice *voices, unsigned count, struct nap *nap, NTSTATUS expected)
{
    struct session_power power = power_of(nap);
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
    nap->voices = voices;
    nap->count = count;
    assert_int_equal(session_run_with_sleep(streams, count, &power), expected);
    for (i = 0; i < count; i++)
        close_voice(&voices[i]);
    codec_free(&codec);
}

static void run_voices(struct voice *voices, unsigned count, NTSTATUS expected)
{
    struct nap none = {.every = 0};

    run_napping(voices, count, &none, expected);
}

static ULONGLONG expected_notifications(const struct voice *voice)
{
    ULONG period = voice->stream->period_frames;

    return voice->records ? recorder_expected(voice->frames, period)
                          : player_expected(voice->frames, period, voice->player.drain_periods);
}

/* None is lost, none comes twice. */
static void check_frames(const struct voice *voice)
{
    const struct stream_report *report = &voice->stream->report;

    assert_int_equal(voice->wrong, 0);
    assert_true(voice->got >= voice->frames);
    assert_int_equal(report->frames, voice->frames);
    assert_int_equal(report->late + report->gaps, 0);
    assert_int_equal(voice->stream->status, STATUS_SUCCESS);
}

static void check_voice(const struct voice *voice)
{
    check_frames(voice);
    assert_int_equal(voice->stream->report.notifications, expected_notifications(voice));
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

/* ---- One that plays beside one that records ------------------------------------------------------ */

struct pair {
    struct voice voices[2];
    struct nap nap;
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

/* ---- A bus that sleeps --------------------------------------------------------------------------- */

static void session_goes_on_after_each_sleep(void **state)
{
    struct voice voices[STREAMS];
    struct nap nap = {.every = 7, .delay = 12345};
    unsigned i;

    (void)state;
    RtlCopyMemory(voices, four_and_two, sizeof(voices));
    run_napping(voices, STREAMS, &nap, STATUS_SUCCESS);
    for (i = 0; i < STREAMS; i++)
        check_frames(&voices[i]);
    assert_true(nap.taken > 5);
    assert_int_equal(hdabus_sim_faults(table.bus), 0);
}

/* From ahead of a notification to long after it, for buffers with one and with two. */
static void session_goes_on_wherever_it_was_stopped(void **state)
{
    LONG delay;

    for (delay = 0; delay < 120000; delay += 1237) {
        struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 96000, 24, 2),
                                 VOICE(0x0F, 44100, 24, 2)};
        struct nap nap = {.every = 5, .delay = delay};
        unsigned i;

        voices[0].frames = 3001; /* so that sleeps come into its silence, too */
        for (i = 0; i < RTL_NUMBER_OF(voices); i++)
            voices[i].buffer_frames = 2048;
        run_napping(voices, RTL_NUMBER_OF(voices), &nap, STATUS_SUCCESS);
        for (i = 0; i < RTL_NUMBER_OF(voices); i++)
            check_frames(&voices[i]);
        assert_true(nap.taken > 1);
    }
    assert_int_equal(hdabus_sim_faults(table.bus), 0);
    (void)state;
}

static void session_goes_on_when_the_bus_has_not_slept(void **state)
{
    struct voice voices[] = {VOICE(0x0E, 48000, 16, 2), RECORDED(0x12, 48000, 16, 2)};
    struct nap nap = {.every = 3, .pretends = true};

    (void)state;
    run_napping(voices, RTL_NUMBER_OF(voices), &nap, STATUS_SUCCESS);
    check_frames(&voices[0]);
    check_frames(&voices[1]);
    assert_true(nap.taken > 2);
}

/* What a player's frames are numbered with, and which were heard. */
struct numbers {
    struct nap nap;
    struct voice voice;
    LONG next;      /* to be played */
    LONG last;      /* that was heard */
    LONG back, far; /* frames that came twice, and that did not come */
    LONG stopped;   /* the last one that the stream took for gone when it was stopped, */
    LONG heard;     /* and that was heard by then */
};

static ULONG play_numbers(void *context, void *frames, ULONG count)
{
    struct numbers *numbers = context;
    ULONG i;

    for (i = 0; i < count && numbers->next < 20000; i++)
        ((LONG *)frames)[2 * i] = ((LONG *)frames)[2 * i + 1] = ++numbers->next * 256;
    return i;
}

static void hear_numbers(void *context, const struct hdabus_audio *audio)
{
    struct numbers *numbers = context;
    size_t i;

    for (i = 0; i < audio->frames; i++) {
        LONG number = audio->samples[2 * i] / 256;

        if (number == 0)
            continue;
        numbers->back += max(numbers->last + 1 - number, 0);
        numbers->far += max(number - numbers->last - 1, 0);
        numbers->last = number;
    }
}

static NTSTATUS sleep_on_numbers(void *context, const char **routine)
{
    struct numbers *numbers = CONTAINING_RECORD(context, struct numbers, nap);

    numbers->stopped = (LONG)numbers->voice.stream->report.frames;
    numbers->heard = numbers->last;
    numbers->nap.every = 0; /* once */
    return take_nap(context, routine);
}

static const struct stream_client numbering = {.transfer = play_numbers};

/* Plays 20000 numbers with one sleep. */
static void play_with_sleep(struct numbers *numbers, LONG delay)
{
    struct voice *voice = &numbers->voice;
    struct session_power power = power_of(&numbers->nap);
    const struct path *none[] = {NULL};

    *numbers = (struct numbers){.voice = VOICE(0x10, 48000, 24, 2)};
    numbers->nap = (struct nap){.voices = voice, .count = 1, .every = 4, .delay = delay};
    power.sleep = sleep_on_numbers;
    assert_int_equal(codec_read(&codec, &table.real), STATUS_SUCCESS);
    assert_int_equal(try_engine(voice, 2000, 2), STATUS_SUCCESS);
    voice->stream->request.client = &numbering;
    voice->stream->request.context = numbers;
    assert_int_equal(try_pin(voice, none, 0), STATUS_SUCCESS);
    hdabus_sim_hear(table.bus, codec.address, voice->pin, hear_numbers, numbers);
    assert_int_equal(session_run_with_sleep(&voice->stream, 1, &power), STATUS_SUCCESS);
    assert_int_equal(numbers->nap.taken, 1);
    assert_int_equal(numbers->last, 20000);
    close_voice(voice);
    codec_free(&codec);
}

/* One that came when the engine was about to be stopped is forgotten: what is left begins anew. */
static void check_notifications(const struct numbers *numbers)
{
    const struct stream *stream = numbers->voice.stream;
    ULONG left = 20000 - (ULONG)numbers->stopped;

    assert_int_equal(stream->report.notifications, 4 + player_expected(left, stream->period_frames, 1));
}

/* Stopped up to a period and a half after a notification; so many FIFOs may come twice, or not at all. */
static void check_sleep(const char *device, ULONG most_back, ULONG most_far)
{
    struct numbers numbers;
    LONG delay, back = 0, far = 0;

    for (delay = 0; delay < 300000; delay += 9973) {
        ULONG fifo;

        assert_true(table_open(device));
        play_with_sleep(&numbers, delay);
        fifo = numbers.voice.stream->fifo / numbers.voice.stream->frame_bytes + 1;
        assert_in_range(numbers.back, 0, most_back * fifo);
        assert_in_range(numbers.far, 0, most_far * fifo);
        assert_int_equal(numbers.stopped - numbers.heard, numbers.far - numbers.back);
        check_notifications(&numbers);
        assert_int_equal(hdabus_sim_faults(table.bus), 0);
        back = max(back, numbers.back);
        far = max(far, numbers.far);
        table_close();
    }
    assert_int_equal(back > 0, most_back > 0);
    assert_int_equal(far > 0, most_far > 0);
}

/* A sleep costs nothing where positions are right, and else what they are wrong by: a FIFO. */
static void session_repeats_and_loses_only_what_positions_are_off(void **state)
{
    (void)state;
    check_sleep("sim", 0, 0);
    check_sleep("sim:lpib=behind", 1, 0);
    check_sleep("sim:lpib=ahead", 0, 1);
}

static NTSTATUS sleep_badly(void *context, const char **routine)
{
    (void)context;
    *routine = "bed";
    return STATUS_DEVICE_NOT_READY;
}

static NTSTATUS sleep_on(void *context, const char **routine)
{
    (void)context;
    (void)routine;
    return hdabus_suspend(table.bus);
}

static NTSTATUS sleep_for_ever(void *context, const char **routine)
{
    (void)context;
    *routine = "hdabus_resume";
    assert_int_equal(hdabus_suspend(table.bus), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_remove(table.bus), STATUS_SUCCESS);
    return hdabus_resume(table.bus);
}

/* Of a player and a recorder whose sleep goes wrong. */
static void fail_asleep(NTSTATUS (*sleep)(void *context, const char **routine), NTSTATUS expected,
                        const char *routine)
{
    struct pair pair = one_and_one;
    struct session_power power = power_of(&pair.nap);
    struct stream *streams[2];

    pair.nap.every = 3;
    power.sleep = sleep;
    assert_int_equal(codec_read(&codec, &table.ddi), STATUS_SUCCESS);
    assert_int_equal(open_pair(&pair), STATUS_SUCCESS);
    streams[0] = pair.voices[0].stream;
    streams[1] = pair.voices[1].stream;
    assert_int_equal(session_run_with_sleep(streams, 2, &power), expected);
    assert_int_equal(streams[0]->status, expected);
    assert_string_equal(streams[0]->routine, routine);
    assert_int_equal(table.running, 0);
    close_engine(&pair.voices[0]);
    close_engine(&pair.voices[1]);
    codec_free(&codec);
}

static void session_that_does_not_wake_ends(void **state)
{
    (void)state;
    fail_asleep(sleep_badly, STATUS_DEVICE_NOT_READY, "bed");
    fail_asleep(sleep_on, STATUS_DEVICE_NOT_READY, "SetDmaEngineState");
    assert_int_equal(hdabus_resume(table.bus), STATUS_SUCCESS);
    session_goes_on_when_one_has_ended(state);
    fail_asleep(sleep_for_ever, STATUS_DEVICE_REMOVED, "hdabus_resume");
}

/* ---- A controller that disappears ---------------------------------------------------------------- */

/* Ends, in bus time, so long after the controller at most: two periods and what an interrupt may be late
 * (DDI Removal), and what a session does itself. */
#define LONGEST_END 1000000 /* 100 ms, in 100 ns */

static NTSTATUS run_pair(struct pair *pair)
{
    struct stream *streams[] = {pair->voices[0].stream, pair->voices[1].stream};
    struct session_power power = power_of(&pair->nap);
    NTSTATUS status;

    pair->nap.voices = pair->voices;
    pair->nap.count = 2;
    status = session_run_with_sleep(streams, 2, &power);
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
static void live(struct pair *pair, unsigned sleeps)
{
    unsigned i;

    *pair = one_and_one;
    pair->nap.every = sleeps;
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
        check_frames(&pair->voices[0]);
        check_frames(&pair->voices[1]);
        return true;
    }
    assert_int_equal(pair->status, STATUS_DEVICE_REMOVED);
    assert_true(hdabus_removed(table.bus));
    for (i = 0; i < pair->engines; i++)
        assert_int_equal(pair->voices[i].wrong, 0);
    assert_int_equal(hdabus_sim_faults(table.bus), 0);
    return false;
}

static void lose_controller_ahead_of_each_call(unsigned sleeps)
{
    bool through = false;
    struct pair pair;
    unsigned call;

    for (call = 1; !through; call++) {
        ULONGLONG began;

        assert_true(table_open("sim"));
        table.remove_at = call;
        began = KeQueryInterruptTime();
        live(&pair, sleeps);
        through = check_life(&pair) && table.calls < call;
        assert_true(KeQueryInterruptTime() - began < 5 * 10000000ull);
        table_close();
    }
    assert_true(call > 40);
}

static void session_ends_whatever_call_finds_no_controller(void **state)
{
    (void)state;
    lose_controller_ahead_of_each_call(0);
    lose_controller_ahead_of_each_call(4);
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
        live(&pair, 0);
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
        TABLE_TEST(session_goes_on_after_each_sleep),
        TABLE_TEST(session_goes_on_wherever_it_was_stopped),
        TABLE_TEST(session_goes_on_when_the_bus_has_not_slept),
        cmocka_unit_test(session_repeats_and_loses_only_what_positions_are_off),
        TABLE_TEST(session_that_does_not_wake_ends),
        cmocka_unit_test(session_ends_whatever_call_finds_no_controller),
        cmocka_unit_test(session_ends_soon_after_its_controller_at_any_time),
        TABLE_TEST(session_of_none_is_over_and_of_too_many_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
