/* SPDX-License-Identifier: BSD-2-Clause */
/* feed.c - what a simulated pin is recorded with. */
#include "feed.h"

#include <string.h>

#include "codec/status.h"

static void give(void *context, const struct hdabus_recording *recording)
{
    struct feed *feed = context;

    if (recording->sample_rate != feed->format.SampleRate ||
        recording->channels != feed->format.NumberOfChannels)
        feed->odd_format = true;
    else
        source_read(feed->source, recording->samples, recording->frames);
}

static NTSTATUS attach(struct feed *feed, const struct route *from)
{
    if (from)
        return hdabus_sim_connect(feed->bus, from->group->codec.address, from->pin, feed->codec_address,
                                  feed->pin);
    return hdabus_sim_feed(feed->bus, feed->codec_address, feed->pin, feed->source ? give : NULL, feed);
}

int feed_open(struct feed *feed, struct hdabus *bus, const struct route *to, struct source *source,
              const struct route *from, struct report *report)
{
    bool silent = !source && !from;
    NTSTATUS status;

    memset(feed, 0, sizeof(*feed));
    feed->bus = bus;
    feed->codec_address = to->group->codec.address;
    feed->pin = to->pin;
    feed->format = to->format;
    feed->source = source;
    status = attach(feed, from);
    if (status == STATUS_INVALID_DEVICE_REQUEST && silent)
        return EXIT_DONE;
    if (status == STATUS_INVALID_DEVICE_REQUEST)
        return report_failure(report, EXIT_FAILED, status, "%s needs a simulated device",
                              from ? "--loopback" : "--in");
    if (!NT_SUCCESS(status))
        return report_failure(report, EXIT_FAILED, status, "pin 0x%02x cannot be fed: %s: %s", feed->pin,
                              status_name(status), status_sentence(status));
    if (silent)
        report_note("pin 0x%02x is fed with nothing: it gives silence", feed->pin);
    return EXIT_DONE;
}

int feed_close(struct feed *feed, struct report *report)
{
    hdabus_sim_feed(feed->bus, feed->codec_address, feed->pin, NULL, NULL);
    if (!feed->odd_format)
        return EXIT_DONE;
    return report_failure(report, EXIT_FAILED, STATUS_SUCCESS,
                          "pin 0x%02x was asked for another rate or channel count", feed->pin);
}
