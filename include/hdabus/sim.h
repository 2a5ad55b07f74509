/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim.h - what only a simulated controller can do: hear what comes out of a pin, and tell of a driver's
 * mistakes.
 *
 * Each function takes a bus that hdabus_open() opened; INVALID_DEVICE_REQUEST when it is not a simulated one.
 */
#ifndef HDABUS_SIM_H
#define HDABUS_SIM_H

#include <bus.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Audio as it leaves a pin: interleaved samples, left-justified in 32 bits, in the format of the stream that
 * feeds it. */
struct hdabus_audio {
    ULONG sample_rate;
    USHORT channels;
    USHORT valid_bits;
    size_t frames;
    const int32_t *samples; /* frames × channels, valid during the call */
};

/* Called whenever audio has left the pin: from the first frame of a stream that reaches the pin until its
 * last. A call holds one format. It must not call the bus. Real clock: on the interrupt thread. */
typedef void hdabus_sink(void *context, const struct hdabus_audio *audio);

/* Hears a pin; `sink` NULL stops that, and when that returns the sink is not called again. INVALID_PARAMETER:
 * no such pin. */
NTSTATUS hdabus_sim_hear(struct hdabus *bus, UCHAR codec_address, UCHAR pin, hdabus_sink *sink,
                         void *context);

/* What the simulator noticed a driver do that no driver may: a wrong access width, DMA outside of allocated
 * memory, RUN with a bad descriptor list, memory freed while in use, a stream whose format is not the
 * converter's, leaks. Returns how many there were; the index-th sentence lives until the bus closes, NULL
 * when there is none. */
unsigned hdabus_sim_faults(const struct hdabus *bus);
const char *hdabus_sim_fault(const struct hdabus *bus, unsigned index);

#ifdef __cplusplus
}
#endif

#endif
