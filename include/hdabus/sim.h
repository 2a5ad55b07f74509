/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim.h - what only a simulated controller can do: hear what comes out of a pin, feed what goes into one,
 * plug and unplug jacks, wake, fail, be pulled out, and tell of a driver's mistakes.
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
 * last. A call holds one format. It must not call the bus. One call at a time, on the interrupt thread or
 * whichever thread uses the bus just then. */
typedef void hdabus_sink(void *context, const struct hdabus_audio *audio);

/* Hears a pin; `sink` NULL stops that, and when that returns the sink is not called again. INVALID_PARAMETER:
 * no such pin. */
NTSTATUS hdabus_sim_hear(struct hdabus *bus, UCHAR codec_address, UCHAR pin, hdabus_sink *sink,
                         void *context);

/* What a pin is asked for: so many frames in the format of the stream that records it. */
struct hdabus_recording {
    ULONG sample_rate;
    USHORT channels;
    USHORT valid_bits;
    size_t frames;
    int32_t *samples; /* frames × channels, left-justified; zeros, to be filled in during the call */
};

/* Called whenever a converter that records the pin wants frames, from the first to the last of its stream:
 * what is not filled in is silence. A call wants one format. It must not call the bus. One call at a time, on
 * the interrupt thread or whichever thread uses the bus just then. */
typedef void hdabus_source(void *context, const struct hdabus_recording *recording);

/* Feeds a pin; `source` NULL stops that, and when that returns the source is not called again. Takes a cable
 * out that ends there. INVALID_PARAMETER: no such pin. */
NTSTATUS hdabus_sim_feed(struct hdabus *bus, UCHAR codec_address, UCHAR pin, hdabus_source *source,
                         void *context);

/* A cable from one pin to another of the same bus: what leaves the first goes into the second, frame by
 * frame; what is recorded before anything has left the first is silence. Replaces what fed the second pin.
 * Streams of different rates do not meet: the second pin then hears silence, and it is a fault.
 * INVALID_PARAMETER: no such pin; INSUFFICIENT_RESOURCES. */
NTSTATUS hdabus_sim_connect(struct hdabus *bus, UCHAR from_codec, UCHAR from_pin, UCHAR to_codec,
                            UCHAR to_pin);

/* Plugs something into a jack, or pulls it out: its presence detect changes, and an unsolicited response says
 * so where one is enabled (HDA 7.3.3.15). INVALID_PARAMETER: no such pin, or it cannot tell. */
NTSTATUS hdabus_sim_plug(struct hdabus *bus, UCHAR codec_address, UCHAR pin, BOOLEAN plugged);

/* Drives those general purpose inputs of the audio function group, or of the modem of a codec that has no
 * other, that `mask` names to `levels` (HDA 7.3.3.22). INVALID_PARAMETER: no such codec, or not so many. */
NTSTATUS hdabus_sim_gpio(struct hdabus *bus, UCHAR codec_address, UCHAR mask, UCHAR levels);

/* Turns a volume knob widget to `volume` steps (HDA 7.3.3.29). INVALID_PARAMETER: no such knob, or it has not
 * so many steps. */
NTSTATUS hdabus_sim_turn(struct hdabus *bus, UCHAR codec_address, UCHAR knob, UCHAR volume);

/* What a controller or a codec may do to a driver. Each happens once for each call, at the next occasion,
 * which may be after any number of resets. None is a fault of the driver. */
enum hdabus_sim_failure {
    HDABUS_SIM_FIFO_ERROR, /* stream descriptor `which` over- or underruns in the next frame that carries
                            * it: SDnSTS.FIFOE (HDA 3.3.36). An output sends silence in place of that
                            * frame's blocks and its position moves on; an input loses them, and its
                            * position stays. The stream goes on */
    HDABUS_SIM_DESCRIPTOR_ERROR, /* it cannot read its next buffer descriptor: DESE, and it stops */
    HDABUS_SIM_MEMORY_ERROR,     /* the next command cannot be fetched: CORBSTS.CMEI, and the CORB stops
                                  * (HDA 3.3.23) */
    HDABUS_SIM_RESPONSE_OVERRUN, /* the next response, solicited or not, does not come to the RIRB:
                                  * RIRBSTS.RIRBOIS (HDA 3.3.30) */
    HDABUS_SIM_NO_RESPONSE,      /* codec `which` does what its next command says, and does not answer */
    HDABUS_SIM_LOST_INTERRUPT, /* when the OR of all causes rises next nobody hears of it, neither by message
                                * nor by level, until it has fallen and rises again */
    HDABUS_SIM_NO_MEMORY,      /* the driver's next allocation, for itself or for DMA, finds no memory */
    HDABUS_SIM_STUCK_RESET, /* the next stream descriptor that is to be reset does not take notice: SRST stays
                             * 0 until it is written again (HDA 3.3.35) */
};
/* `which` is regarded where the failure names it. INVALID_PARAMETER: no such failure, stream descriptor or
 * codec. */
NTSTATUS hdabus_sim_fail(struct hdabus *bus, enum hdabus_sim_failure failure, unsigned which);

/* Pulls the controller out, for good, at any instant and from any thread, also while a call of the bus is
 * under way; not from a sink or a source. From then on every register reads as all ones, writes do nothing,
 * and there is no interrupt, no DMA and no audio; memory keeps what was in it, the position buffer too. The
 * pointers that GetWallClockRegister and GetLinkPositionRegister have handed out stay readable until the bus
 * closes: those to registers show all ones, as a mapped register of a missing device does, and those to
 * memory what was there last. Nothing that a driver does to a removed controller is a fault, nor that it
 * frees what was in use. Removing it twice is harmless. */
NTSTATUS hdabus_sim_remove(struct hdabus *bus);

/* Whether the controller asserts PME: the link is in reset (GCTL.CRST is 0) and STATESTS has a bit that
 * WAKEEN has, too: a codec has asked for the link (HDA 3.3.8, 3.3.9). This is what an operating system hears
 * of when a suspended controller wants to be resumed; it stays until the link leaves reset. FALSE where the
 * bus is not simulated.
 */
BOOLEAN hdabus_sim_woken(struct hdabus *bus);

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
