/* SPDX-License-Identifier: BSD-2-Clause */
/* convert.c - an audio file read at another rate or mixed to fewer channels. */
#include "convert.h"

#include <math.h>
#include <soxr.h>
#include <stdbool.h>
#include <stdlib.h>

#define BLOCK_FRAMES 4096
#define MINUS_3_DB   0.70710678118654752440
#define FULL_SCALE   2147483648.0

struct convert {
    SNDFILE *file;
    unsigned from, to; /* channels */
    double *gains;     /* to × from */
    double *block;     /* as read */
    double *mixed;     /* as mixed */
    soxr_t resampler;  /* NULL: the rate stays */
    uint64_t consumed;
};

/* ---- Mixing -------------------------------------------------------------------------------------- */

/* For stereo, by where WAV files have which speaker: front left, right, centre, bass, back left, right, side
 * left, right. The bass is left out, as is the custom. */
static double stereo_gain(unsigned from, unsigned to)
{
    static const double gains[][2] = {
        {1, 0},          {0, 1},          {MINUS_3_DB, MINUS_3_DB}, {0, 0},
        {MINUS_3_DB, 0}, {0, MINUS_3_DB}, {MINUS_3_DB, 0},          {0, MINUS_3_DB},
    };

    if (from < sizeof(gains) / sizeof(gains[0]))
        return gains[from][to];
    return from % 2 == to;
}

static double gain(const struct convert *convert, unsigned from, unsigned to)
{
    if (convert->from == 1 || convert->to == 1)
        return 1;
    if (convert->to == 2 && convert->from > 2)
        return stereo_gain(from, to);
    return from % convert->to == to;
}

/* No output is louder than full scale when all inputs are at it. */
static void fill_gains(struct convert *convert)
{
    double loudest = 1;
    unsigned to, from;

    for (to = 0; to < convert->to; to++) {
        double sum = 0;

        for (from = 0; from < convert->from; from++)
            sum += convert->gains[to * convert->from + from] = gain(convert, from, to);
        loudest = fmax(loudest, sum);
    }
    for (from = 0; from < convert->to * convert->from; from++)
        convert->gains[from] /= loudest;
}

static void mix(const struct convert *convert, size_t frames)
{
    size_t frame;
    unsigned to, from;

    for (frame = 0; frame < frames; frame++) {
        const double *in = convert->block + frame * convert->from;
        double *out = convert->mixed + frame * convert->to;

        for (to = 0; to < convert->to; to++) {
            out[to] = 0;
            for (from = 0; from < convert->from; from++)
                out[to] += convert->gains[to * convert->from + from] * in[from];
        }
    }
}

/* Reads at most a block and mixes it. */
static size_t read_mixed(struct convert *convert, size_t count)
{
    sf_count_t wanted = (sf_count_t)(count < BLOCK_FRAMES ? count : BLOCK_FRAMES);
    sf_count_t got = sf_readf_double(convert->file, convert->block, wanted);

    if (got <= 0)
        return 0;
    convert->consumed += (uint64_t)got;
    mix(convert, (size_t)got);
    return (size_t)got;
}

/* ---- The rate ------------------------------------------------------------------------------------ */

static size_t feed_resampler(void *context, soxr_in_t *data, size_t count)
{
    struct convert *convert = context;

    *data = convert->mixed;
    return read_mixed(convert, count);
}

static bool create_resampler(struct convert *convert, double from, double to)
{
    soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT64_I, SOXR_INT32_I);
    soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
    soxr_error_t error = NULL;

    convert->resampler = soxr_create(from, to, convert->to, &error, &io, &quality, NULL);
    if (!convert->resampler || error)
        return false;
    return !soxr_set_input_fn(convert->resampler, feed_resampler, convert, BLOCK_FRAMES);
}

static int32_t quantize(double sample)
{
    double scaled = rint(sample * FULL_SCALE);

    if (isnan(scaled))
        return 0;
    if (scaled >= FULL_SCALE)
        return INT32_MAX;
    return scaled <= -FULL_SCALE ? INT32_MIN : (int32_t)scaled;
}

static size_t read_quantized(struct convert *convert, int32_t *frames, size_t count)
{
    size_t done = 0, got, i;

    while (done < count && (got = read_mixed(convert, count - done)) > 0) {
        for (i = 0; i < got * convert->to; i++)
            frames[done * convert->to + i] = quantize(convert->mixed[i]);
        done += got;
    }
    return done;
}

size_t convert_read(struct convert *convert, int32_t *frames, size_t count)
{
    if (convert->resampler)
        return soxr_output(convert->resampler, frames, count);
    return read_quantized(convert, frames, count);
}

uint64_t convert_consumed(const struct convert *convert)
{
    return convert->consumed;
}

/* ---- Making and unmaking ------------------------------------------------------------------------- */

struct convert *convert_create(SNDFILE *file, const SF_INFO *info, unsigned channels, unsigned rate)
{
    struct convert *convert = calloc(1, sizeof(*convert));
    bool made;

    if (!convert)
        return NULL;
    convert->file = file;
    convert->from = (unsigned)info->channels;
    convert->to = channels;
    convert->gains = calloc((size_t)convert->to * convert->from, sizeof(double));
    convert->block = calloc((size_t)BLOCK_FRAMES * convert->from, sizeof(double));
    convert->mixed = calloc((size_t)BLOCK_FRAMES * convert->to, sizeof(double));
    made = convert->gains && convert->block && convert->mixed;
    if (made && (unsigned)info->samplerate != rate)
        made = create_resampler(convert, info->samplerate, rate);
    if (!made) {
        convert_destroy(convert);
        return NULL;
    }
    fill_gains(convert);
    return convert;
}

void convert_destroy(struct convert *convert)
{
    if (!convert)
        return;
    soxr_delete(convert->resampler);
    free(convert->gains);
    free(convert->block);
    free(convert->mixed);
    free(convert);
}
