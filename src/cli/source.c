/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - an audio file, or a tone, as frames of a stream. */
#include "source.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"

#define BLOCK_FRAMES  4096
#define LOG_SIZE      16384
#define ENDLESS       0x7FF00000ll /* sizes from here on in a header stand for one that was not known */
#define WIDEST        32u
#define MOST_CHANNELS 16 /* HDA 3.7.1 */
#define DECODED_BITS  16 /* what the logarithmic and adaptive encodings decode to */

/* Of a tone. */
#define TONE_RATE     48000
#define TONE_CHANNELS 2
#define TONE_BITS     16
#define TONE_LEVEL    (0.50118723362727229 * 2147483648.0) /* -6 dB of full scale, in 32 bits */

/* ---- Opening ------------------------------------------------------------------------------------- */

static int fail_errno(struct report *report, const char *name)
{
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: %s", name, strerror(errno));
}

/* ---- What the file is ---------------------------------------------------------------------------- */

/* Bits of a sample; 0: not an integer. */
static unsigned sample_bits(int format)
{
    switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_DPCM_8:
        return 8;
    case SF_FORMAT_ALAC_20:
        return 20;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_DWVW_24:
    case SF_FORMAT_ALAC_24:
        return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_ALAC_32:
        return 32;
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
    case SF_FORMAT_VORBIS:
    case SF_FORMAT_OPUS:
    case SF_FORMAT_MPEG_LAYER_I:
    case SF_FORMAT_MPEG_LAYER_II:
    case SF_FORMAT_MPEG_LAYER_III:
        return 0;
    default:
        return DECODED_BITS;
    }
}

/* libsndfile reads what is there of a file that was cut off and tells its log alone: the chunk that holds the
 * samples "should be" shorter, or the last page is missing. */
static bool is_cut_off(SNDFILE *file)
{
    static char log[LOG_SIZE];
    long long said, found;
    char *line, *rest = log, chunk[8];

    if (sf_command(file, SFC_GET_LOG_INFO, log, sizeof(log)) <= 0)
        return false;
    if (strstr(log, "File ended unexpectedly"))
        return true;
    while ((line = strsep(&rest, "\n")))
        if (sscanf(line, " %7s : %lld (should be %lld)", chunk, &said, &found) == 3 &&
            (!strcmp(chunk, "data") || !strcmp(chunk, "SSND") || !strcmp(chunk, "riff")) && said > found &&
            said < ENDLESS)
            return true;
    return false;
}

/* Some files do not say how long they are. */
static void count_frames(struct source *source)
{
    int32_t *block = calloc((size_t)BLOCK_FRAMES * (size_t)source->info.channels, sizeof(*block));
    sf_count_t got;

    source->info.frames = 0;
    while (block && (got = sf_readf_int(source->file, block, BLOCK_FRAMES)) > 0)
        source->info.frames += got;
    free(block);
    sf_seek(source->file, 0, SEEK_SET);
}

/* Whether there is anything in it that a stream can carry. */
static int check_contents(struct source *source, struct report *report)
{
    if (source->info.channels > MOST_CHANNELS)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: has %d channels; a stream carries at most %d", source->name,
                              source->info.channels, MOST_CHANNELS);
    if (source->info.frames == SF_COUNT_MAX)
        count_frames(source);
    if (source->info.frames <= 0)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: holds no audio%s", source->name,
                              source->cut_off ? ": it is cut off" : "");
    if (source->info.samplerate <= 0)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: has no sample rate", source->name);
    return EXIT_DONE;
}

static int open_file(struct source *source, struct report *report)
{
    source->file = sf_open_fd(source->descriptor, SFM_READ, &source->info, SF_FALSE);
    if (!source->file)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: %s", source->name, sf_strerror(NULL));
    source->bits = sample_bits(source->info.format);
    source->cut_off = is_cut_off(source->file);
    return check_contents(source, report);
}

int source_open(struct source *source, const char *name, struct report *report)
{
    const char *folder;
    int code;

    memset(source, 0, sizeof(*source));
    source->name = strcmp(name, "-") == 0 ? "standard input" : name;
    source->descriptor = open_seekable(name, &folder);
    if (source->descriptor < 0 && folder)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: cannot be kept in %s: %s",
                              source->name, folder, strerror(errno));
    if (source->descriptor < 0)
        return fail_errno(report, source->name);
    code = open_file(source, report);
    if (code != EXIT_DONE)
        source_close(source);
    return code;
}

void source_open_tone(struct source *source, double hertz, double seconds)
{
    memset(source, 0, sizeof(*source));
    source->name = "tone";
    source->tone = hertz;
    source->seconds = seconds;
    source->descriptor = -1;
    source->info.samplerate = TONE_RATE;
    source->info.channels = TONE_CHANNELS;
    source->bits = TONE_BITS;
}

void source_close(struct source *source)
{
    convert_destroy(source->convert);
    free(source->block);
    if (source->file)
        sf_close(source->file);
    if (source->descriptor >= 0)
        close(source->descriptor);
}

bool source_is(const struct source *source, const char *path)
{
    struct stat own, other;

    return fstat(source->descriptor, &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev &&
           own.st_ino == other.st_ino;
}

/* ---- Samples ------------------------------------------------------------------------------------- */

static uint32_t lost_bits(unsigned bits)
{
    return bits < WIDEST ? UINT32_MAX >> bits : 0;
}

/* The index of the first sample with a bit that would be lost, or `count`. */
static size_t find_lost(const int32_t *samples, size_t count, unsigned bits)
{
    size_t i;

    for (i = 0; i < count && !((uint32_t)samples[i] & lost_bits(bits)); i++)
        ;
    return i;
}

int source_check_bits(struct source *source, unsigned bits, struct report *report)
{
    size_t channels = (size_t)source->info.channels, found = 0;
    int32_t *block = calloc(BLOCK_FRAMES * channels, sizeof(*block));
    uint64_t frame = 0;
    sf_count_t got;

    if (!block)
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    while ((got = sf_readf_int(source->file, block, BLOCK_FRAMES)) > 0) {
        found = find_lost(block, (size_t)got * channels, bits);
        frame += found / channels;
        if (found < (size_t)got * channels)
            break;
    }
    free(block);
    sf_seek(source->file, 0, SEEK_SET);
    if (got <= 0)
        return EXIT_DONE;
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: frame %llu does not fit into %u bits",
                          source->name, (unsigned long long)frame, bits);
}

static uint64_t stream_frames(const struct source *source, ULONG rate)
{
    uint64_t frames = (uint64_t)source->info.frames, from = (uint64_t)source->info.samplerate;

    if (from == rate)
        return frames;
    frames = frames / from * rate + (frames % from * rate + from / 2) / from;
    return frames ? frames : 1;
}

/* Whether the file's frames can be taken as they are: one channel on both is no mix. */
static bool is_direct(const struct source *source, const HDAUDIO_STREAM_FORMAT *format)
{
    int channels = format->NumberOfChannels;

    return source->bits > 0 && (ULONG)source->info.samplerate == format->SampleRate &&
           (source->info.channels == channels || (source->info.channels == 1 && channels == 2));
}

uint64_t frames_in(double seconds, ULONG rate)
{
    return max((uint64_t)llround(seconds * rate), 1ull);
}

/* A tone is made for the stream. */
static int prepare_tone(struct source *source, const HDAUDIO_STREAM_FORMAT *format, struct report *report)
{
    source->info.samplerate = (int)format->SampleRate;
    source->info.channels = format->NumberOfChannels;
    source->info.frames = SF_COUNT_MAX;
    if (source->seconds > 0)
        source->info.frames = (sf_count_t)frames_in(source->seconds, format->SampleRate);
    source->bits = format->ValidBitsPerSample;
    if (2 * source->tone < format->SampleRate)
        return EXIT_DONE;
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                          "a tone of %g Hz needs a rate of more than twice that: %u Hz are too few",
                          source->tone, (unsigned)format->SampleRate);
}

int source_prepare(struct source *source, const HDAUDIO_STREAM_FORMAT *format, struct report *report)
{
    if (source->tone > 0 && prepare_tone(source, format, report) != EXIT_DONE)
        return EXIT_FAILED;
    source->format = *format;
    source->frames = stream_frames(source, format->SampleRate);
    source->block = calloc((size_t)BLOCK_FRAMES * format->NumberOfChannels, sizeof(*source->block));
    if (!is_direct(source, format))
        source->convert = convert_create(source->file, &source->info, format->NumberOfChannels,
                                         (unsigned)format->SampleRate);
    if (source->block && (source->convert || is_direct(source, format)))
        return EXIT_DONE;
    return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
}

/* One channel on both. */
static void spread(int32_t *block, size_t frames)
{
    while (frames-- > 0)
        block[2 * frames] = block[2 * frames + 1] = block[frames];
}

static void put_on_all(int32_t *frame, unsigned channels, double sample)
{
    int32_t rounded = (int32_t)lrint(TONE_LEVEL * sample);

    while (channels-- > 0)
        frame[channels] = rounded;
}

/* From frame to frame a vector is turned. Its phase is computed anew for each block: no error adds up. */
static size_t read_tone(struct source *source)
{
    double turns = source->tone / source->format.SampleRate;
    double begin = 2 * M_PI * fmod((double)source->consumed * turns, 1), step = 2 * M_PI * turns;
    double sine = sin(begin), cosine = cos(begin), step_sine = sin(step), step_cosine = cos(step);
    unsigned channels = source->format.NumberOfChannels;
    size_t i;

    for (i = 0; i < BLOCK_FRAMES; i++) {
        double next = sine * step_cosine + cosine * step_sine;

        put_on_all(source->block + i * channels, channels, sine);
        cosine = cosine * step_cosine - sine * step_sine;
        sine = next;
    }
    source->consumed += BLOCK_FRAMES;
    return BLOCK_FRAMES;
}

static size_t read_direct(struct source *source)
{
    sf_count_t got = sf_readf_int(source->file, source->block, BLOCK_FRAMES);

    if (got <= 0)
        return 0;
    source->consumed += (uint64_t)got;
    if (source->info.channels < source->format.NumberOfChannels)
        spread(source->block, (size_t)got);
    return (size_t)got;
}

/* A resampler may end a frame or so before the length that was computed. */
static size_t read_converted(struct source *source)
{
    size_t got = convert_read(source->convert, source->block, BLOCK_FRAMES);

    source->consumed = convert_consumed(source->convert);
    if (got > 0 || source->consumed < (uint64_t)source->info.frames)
        return got;
    memset(source->block, 0, (size_t)BLOCK_FRAMES * source->format.NumberOfChannels * sizeof(*source->block));
    return BLOCK_FRAMES;
}

static size_t read_block(struct source *source)
{
    if (source->tone > 0)
        return read_tone(source);
    return source->convert ? read_converted(source) : read_direct(source);
}

/* Takes up to `count` frames of what is left of the block, after another one was read if it was used up.
 * Returns how many stand at *samples; 0 at the end. */
static size_t take_frames(struct source *source, size_t count, const int32_t **samples)
{
    uint64_t left = source->frames - source->delivered;
    size_t taken;

    if (left == 0)
        return 0;
    if (source->block_at == source->block_frames) {
        source->block_at = 0;
        source->block_frames = read_block(source);
        source->dry = source->block_frames == 0;
    }
    taken = min(min(source->block_frames - source->block_at, left), count);
    *samples = source->block + source->block_at * source->format.NumberOfChannels;
    source->block_at += taken;
    source->delivered += taken;
    return taken;
}

/* To the nearest value that has so many bits. Values that have no more stay what they are. */
static int32_t round_sample(int32_t sample, unsigned bits)
{
    uint32_t mask = lost_bits(bits);
    int64_t rounded = (int64_t)sample + (mask + 1) / 2;

    return (int32_t)(min(rounded, INT32_MAX) & ~(int64_t)mask);
}

static void put_samples(const struct source *source, void *to, const int32_t *from, size_t count)
{
    unsigned bits = source->format.ValidBitsPerSample;
    size_t i;

    if (source->format.ContainerSize == 16)
        for (i = 0; i < count; i++)
            ((int16_t *)to)[i] = (int16_t)(round_sample(from[i], bits) >> 16);
    else
        for (i = 0; i < count; i++)
            ((int32_t *)to)[i] = round_sample(from[i], bits);
}

ULONG source_fill(struct source *source, void *frames, ULONG count)
{
    size_t channels = source->format.NumberOfChannels,
           frame_bytes = channels * source->format.ContainerSize / 8, done = 0, taken;
    const int32_t *samples;

    for (; done < count && (taken = take_frames(source, count - done, &samples)) > 0; done += taken)
        put_samples(source, (char *)frames + done * frame_bytes, samples, taken * channels);
    return (ULONG)done;
}

size_t source_read(struct source *source, int32_t *frames, size_t count)
{
    size_t channels = source->format.NumberOfChannels, done = 0, taken, i;
    const int32_t *samples;

    for (; done < count && (taken = take_frames(source, count - done, &samples)) > 0; done += taken)
        for (i = 0; i < taken * channels; i++)
            frames[done * channels + i] = round_sample(samples[i], source->format.ValidBitsPerSample);
    return done;
}

int source_check_end(const struct source *source, struct report *report)
{
    bool ended = source->dry || source->delivered == source->frames;
    bool whole = !source->cut_off && source->consumed >= (uint64_t)source->info.frames;

    if (source->tone > 0 || !ended || whole)
        return EXIT_DONE;
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: is cut off after %llu frames",
                          source->name, (unsigned long long)source->consumed);
}
