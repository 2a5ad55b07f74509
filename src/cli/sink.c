/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.c - a WAV file of what comes out of a pin. */
#include "sink.h"

#include <stdlib.h>
#include <string.h>

#include "codec/status.h"

#define BLOCK_FRAMES 4096
#define MOST_IN_WAV  0xF0000000ull /* bytes; the sizes in a WAV file have 32 bits */

static int file_format(const HDAUDIO_STREAM_FORMAT *format, uint64_t most)
{
    static const int encodings[] = {SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32};
    unsigned width = max((format->ValidBitsPerSample + 7u) / 8, 2u);
    uint64_t bytes = most * format->NumberOfChannels * width;

    return (bytes < MOST_IN_WAV ? SF_FORMAT_WAV : SF_FORMAT_RF64) | encodings[width - 2];
}

static void flush_block(struct sink *sink)
{
    sf_count_t frames = (sf_count_t)sink->block_frames;

    if (frames > 0 && sf_writef_int(sink->file, sink->block, frames) != frames)
        sink->failed = true;
    sink->block_frames = 0;
}

static void hear(void *context, const struct hdabus_audio *audio)
{
    struct sink *sink = context;
    size_t done = 0;

    if (audio->sample_rate != sink->rate || audio->channels != sink->channels) {
        sink->odd_format = true;
        return;
    }
    while (done < audio->frames && !sink->failed) {
        size_t room = BLOCK_FRAMES - sink->block_frames, frames = min(audio->frames - done, room);

        memcpy(sink->block + sink->block_frames * sink->channels, audio->samples + done * sink->channels,
               frames * sink->channels * sizeof(*sink->block));
        done += frames;
        sink->block_frames += frames;
        if (sink->block_frames == BLOCK_FRAMES)
            flush_block(sink);
    }
    sink->frames += audio->frames;
}

static int create_file(struct sink *sink, const HDAUDIO_STREAM_FORMAT *format, uint64_t most,
                       struct report *report)
{
    SF_INFO info = {
        .samplerate = (int)format->SampleRate,
        .channels = format->NumberOfChannels,
        .format = file_format(format, most),
    };

    sink->block = calloc((size_t)BLOCK_FRAMES * format->NumberOfChannels, sizeof(*sink->block));
    if (!sink->block)
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    sink->file = sf_open(sink->path, SFM_WRITE, &info);
    if (sink->file)
        return EXIT_DONE;
    free(sink->block);
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: %s", sink->path, sf_strerror(NULL));
}

static int listen_to_pin(struct sink *sink, struct report *report)
{
    NTSTATUS status = hdabus_sim_hear(sink->bus, sink->codec_address, sink->pin, hear, sink);

    if (status == STATUS_INVALID_DEVICE_REQUEST)
        return report_failure(report, EXIT_FAILED, status,
                              "--out needs a simulated device: QEMU writes what it plays to qemu:out=FILE");
    if (!NT_SUCCESS(status))
        return report_failure(report, EXIT_FAILED, status, "pin 0x%02x cannot be heard: %s: %s", sink->pin,
                              status_name(status), status_sentence(status));
    return EXIT_DONE;
}

int sink_open(struct sink *sink, struct hdabus *bus, UCHAR codec_address, UCHAR pin, const char *path,
              const HDAUDIO_STREAM_FORMAT *format, uint64_t most, struct report *report)
{
    int code;

    memset(sink, 0, sizeof(*sink));
    sink->path = path;
    sink->bus = bus;
    sink->codec_address = codec_address;
    sink->pin = pin;
    sink->rate = format->SampleRate;
    sink->channels = format->NumberOfChannels;
    code = create_file(sink, format, most, report);
    if (code != EXIT_DONE)
        return code;
    code = listen_to_pin(sink, report);
    if (code != EXIT_DONE) {
        sf_close(sink->file);
        free(sink->block);
    }
    return code;
}

int sink_close(struct sink *sink, struct report *report)
{
    hdabus_sim_hear(sink->bus, sink->codec_address, sink->pin, NULL, NULL);
    flush_block(sink);
    if (sf_close(sink->file) != 0)
        sink->failed = true;
    free(sink->block);
    if (sink->failed)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS, "%s: could not be written", sink->path);
    if (sink->odd_format)
        return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: the pin gave audio of another rate or channel count", sink->path);
    return EXIT_DONE;
}
