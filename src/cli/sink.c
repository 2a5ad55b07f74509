/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.c - an audio file of what comes out of a pin. */
#include "sink.h"

#include <string.h>

#include "codec/status.h"

static void hear(void *context, const struct hdabus_audio *audio)
{
    struct sink *sink = context;

    if (audio->sample_rate != sink->rate || audio->channels != sink->writer.channels)
        sink->odd_format = true;
    else
        writer_put(&sink->writer, audio->samples, audio->frames);
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
    sink->bus = bus;
    sink->codec_address = codec_address;
    sink->pin = pin;
    sink->rate = format->SampleRate;
    code = writer_open(&sink->writer, path, format, most, report);
    if (code != EXIT_DONE)
        return code;
    code = listen_to_pin(sink, report);
    if (code != EXIT_DONE)
        writer_close(&sink->writer, report);
    return code;
}

int sink_close(struct sink *sink, struct report *report)
{
    int code;

    hdabus_sim_hear(sink->bus, sink->codec_address, sink->pin, NULL, NULL);
    code = writer_close(&sink->writer, report);
    if (code == EXIT_DONE && sink->odd_format)
        code = report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                              "%s: the pin gave audio of another rate or channel count", sink->writer.path);
    return code;
}
