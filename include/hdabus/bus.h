/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bus.h - opening a bus from a Linux process.
 *
 *     struct hdabus *bus;
 *     HDAUDIO_BUS_INTERFACE_V2 ddi;
 *
 *     hdabus_open("sim", NULL, &bus);
 *     hdabus_query_interface(bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi), 0x0100, (PINTERFACE)&ddi);
 *     ...
 *     ddi.InterfaceDereference(ddi.Context);
 *     hdabus_close(bus);
 *
 * All functions are called at PASSIVE_LEVEL. Different buses may be used from different threads; so may one
 * bus, once it is open and before it is closed.
 */
#ifndef HDABUS_BUS_H
#define HDABUS_BUS_H

#include <hdaudio.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hdabus;

/* Receives one line of the bus's log, without a line feed; `level` 0 error, 1 warning, 2 information, 3
 * debug. Called at any IRQL and from any thread, with locks held: it must not call the bus. */
typedef void hdabus_log(void *context, int level, const char *line);

/* All zero is a fine value. */
struct hdabus_options {
    hdabus_log *log; /* NULL: errors and warnings go to standard error */
    void *log_context;
    char *error; /* where to put a sentence on what went wrong; NULL: it is logged */
    size_t error_size;
    ULONG sample_rate; /* Hz, of what will be played, for a device that has one rate; 0: 48000 */
};

/*
 * Opens the controller that `device` names, resets it and finds its codecs.
 *
 * sim[:OPTION,...] - the simulated controller, with
 *
 *  - clock=virtual: waiting is what makes time pass (the default): deterministic, as fast as the processor
 *    allows; clock=real: time passes by itself and an interrupt thread runs
 *  - codec=FILE, codec=FILE@ADDRESS: a codec from an ALSA codec dump, the first in the file, at the dump's
 *    address or at ADDRESS, 0 to 14; repeatable. machine=FILE, machine=FILE#CARD: all codecs of a sound card
 *    in an alsa-info file, at their addresses: of the first card in it that has HD Audio codecs, or of that
 *    with ALSA's number CARD (where the file does not number them cards are counted from 0). A name that ends
 *    so itself is taken as a whole if there is such a file. Without either a built-in codec
 *  - bad=ADDRESS:KIND: the codec at ADDRESS is a bad one, a built-in one where no codec=FILE is there;
 *    repeatable. KIND is one of these, or several with '+' between:
 *     - silent: it asks for its address, and does and answers nothing
 *     - slow=MILLISECONDS: its answers come late, up to 10000 ms; slow alone: 5 ms
 *     - twice: each answer comes once more
 *     - impostor=ADDRESS: what it says comes under that address, 0 to 14
 *     - flood: it sends an unsolicited response in each link frame, from its first verb on, enabled or not;
 *       several that flood at once overrun small rings
 *  - irq=msi|level: how it interrupts; default msi
 *  - fragment=PAGES: memory comes in runs of so many pages; default 64
 *  - check=yes: the bus is opened through the checking host of check.h, which tries each routine of the host
 *    and the device first, some 200 ms of bus time, and watches both and the driver from then on. What is
 *    wrong goes to the log as errors that begin with "check:", and is counted; at the opening it fails
 *  - remove=MS: the controller is pulled out so many milliseconds of bus time after opening began, which
 *    takes a few itself; 0, the default: never. hdabus_sim_remove() of sim.h says what that is like
 *  - plug=PIN@MS, unplug=PIN@MS: something is plugged into the jack of a pin, or pulled out, so many
 *    milliseconds of bus time after opening began, and before that it is the other way; without @MS it is so
 *    from the start. At each codec that has such a jack; up to 16 of both. Else all jacks are plugged
 *  - shape=plain|qemu: a controller by the specification (the default), or QEMU's with its departures. What
 *    follows changes it
 *  - inputs=N, outputs=N, bidirectional=N: stream descriptors, 0 to 15 of the first two, 30 in all; default
 *    4, 4 and 0
 *  - sdo=1|2|4: SDO lines; default 1
 *  - rings=SIZES: entries that CORB and RIRB may have: 2, 16, 256, or several with '+' between; default 256
 *  - address64=yes|no|broken: whether it reaches memory above 4 GiB; broken: it says so; default yes
 *  - output-payload=WORDS, input-payload=WORDS: what SDO and each SDI line carry in a frame, as OUTPAY and
 *    INPAY say; default 60 and 29. output-stream-payload=WORDS, input-stream-payload=WORDS: what one stream
 *    may take, as OUTSTRMPAY and INSTRMPAY say, 0 for no limit; default 48 and 24, with samples padded by
 *    padding=byte|container|none; default byte
 *  - ssync=38|34|none: where SSYNC is; default 38
 *  - pci=VENDOR:DEVICE: its PCI id in hexadecimal digits; default 8086:2668. The driver then knows no more of
 *    it than its own table says of this id, as of a real one; without, what of the following it has to know
 *  - quirks=NAMES: what the driver is to know of it instead: ssync34, 32bit, 40bit, 4k, lpib, several with
 *    '+' between, or none
 *
 * and, as real controllers have been seen to do,
 *
 *  - lpib=exact|behind|ahead|jumps: what link position registers tell. behind: a FIFO less; ahead: what was
 *    fetched from memory, so beyond an interrupt; jumps: a FIFO at a time
 *  - positions=yes|late|no: the position buffer is written; late: a FIFO behind; no: never
 *  - alias=no: the alias registers are not there
 *  - corbrp=self-clearing: the reset bit of CORBRP never reads as 1
 *  - rirbwp=wild: RIRBWP reads as FFFFh
 *  - page-crossing=no: a buffer descriptor must not cross 4 KiB
 *  - failed-resets=N: the first N resets of the link do not end
 *  - lock-up=yes: after a command to an address without a codec, or to a silent one, nobody answers until the
 *    next reset
 *  - lost-messages=N: every N-th interrupt is lost; stale-messages=yes: one comes once more when its cause is
 *    gone
 *
 * qemu[:OPTION,...] - QEMU's controller, in a qemu-system-x86_64 process of its own that ends with the bus or
 * with this process, on the real clock, with
 *
 *  - codec=hda-duplex|hda-output|hda-micro: a codec; repeatable, at addresses from 0 on. Default: hda-duplex
 *  - out=FILE: a WAV file of what the first codec plays, the next one for the second, and so on; 16 bits,
 *    stereo. It is complete when the bus is closed
 *  - rate=HZ: the rate of all files; streams of another are converted by QEMU. Default: options->sample_rate
 *  - controller=ich9-intel-hda|intel-hda; default ich9-intel-hda
 *  - trace=FILE: QEMU's own trace of register accesses
 *  - check=yes: as with sim
 *
 * `options` may be NULL. NO_SUCH_DEVICE: no such kind of device, or what it names cannot be opened;
 * INVALID_PARAMETER: an option is not understood; INTERNAL_ERROR: the checking host has found a fault
 * (check=yes); INSUFFICIENT_RESOURCES; else why the controller did not start. On failure *bus is NULL.
 */
NTSTATUS hdabus_open(const char *device, const struct hdabus_options *options, struct hdabus **bus);

/* Counts since the bus was opened. */
struct hdabus_statistics {
    uint64_t register_reads;
    uint64_t register_writes;
    uint64_t interrupts;
    uint64_t verbs;
    uint64_t verb_timeouts;
    uint64_t unsolicited;
    uint64_t unsolicited_dropped;
    uint64_t completions;       /* periods that DMA has completed */
    uint64_t merged;            /* of those, the ones that shared an interrupt with a later one */
    uint64_t lost_interrupts;   /* times that a period was found to be over whose interrupt did not come */
    uint64_t fifo_errors;       /* interrupts for a FIFO that ran over or dry */
    uint64_t descriptor_errors; /* streams that the controller stopped */
    uint64_t response_overruns; /* times that the controller lost responses */
    uint64_t command_errors;    /* times that the controller could not go on with commands */
    uint64_t check_faults; /* faults that the checking host found (check=yes), those of closing included */
};
void hdabus_statistics(const struct hdabus *bus, struct hdabus_statistics *statistics);

/* Stops the controller and frees the bus with all that clients still hold. Interfaces are dead from then on.
 * NULL is ignored. */
void hdabus_close(struct hdabus *bus);
/* The same, and tells the last counts, those of closing included. */
void hdabus_close_counting(struct hdabus *bus, struct hdabus_statistics *last);

/* Suspends and resumes, as an operating system does when it goes to sleep (docs/DDI.md, Power): after resume
 * streams are stopped at position 0, codecs have been reset, and all else is as it was. Between them what
 * needs the controller is DEVICE_NOT_READY. Called one at a time. DEVICE_NOT_READY: the controller does not
 * obey, and the bus is asleep; DEVICE_REMOVED. */
NTSTATUS hdabus_suspend(struct hdabus *bus);
NTSTATUS hdabus_resume(struct hdabus *bus);

/* Called once for each request: STATUS_SUCCESS, the child's codec has woken; DEVICE_REMOVED; CANCELLED, the
 * bus is closed. On any thread that the bus uses, at an IRQL up to DISPATCH_LEVEL. */
typedef void hdabus_wake(void *context, NTSTATUS status);
/* Wants to know when the child's codec wakes: once, while the bus runs, or at the resume after it has.
 * INVALID_PARAMETER: no such child, or no routine; DEVICE_BUSY: the child has a request already;
 * DEVICE_NOT_READY: the bus is asleep; DEVICE_REMOVED. */
NTSTATUS hdabus_wait_wake(struct hdabus *bus, unsigned child, hdabus_wake *routine, void *context);
/* Takes the request back: FALSE when there is none any more, or its routine is being called. */
BOOLEAN hdabus_cancel_wake(struct hdabus *bus, unsigned child);

/* Whether the controller has disappeared while the bus was open: closing is all that is left. */
BOOLEAN hdabus_removed(const struct hdabus *bus);

/* The children: one per function group of each codec. */
struct hdabus_child {
    UCHAR codec_address;
    UCHAR node;     /* the function group's NID */
    UCHAR function; /* 1 audio, 2 modem, else vendor-defined */
    ULONG vendor_id;
    ULONG subsystem_id;
    ULONG revision_id;
};
unsigned hdabus_child_count(const struct hdabus *bus);
/* INVALID_PARAMETER when there is no such child. */
NTSTATUS hdabus_child(const struct hdabus *bus, unsigned child, struct hdabus_child *info);

#define HDABUS_ID_SIZE 128 /* bytes that hold any id */
/* The index-th hardware or compatible id (docs/DDI.md, Child devices). INVALID_PARAMETER when there is none.
 */
NTSTATUS hdabus_hardware_id(const struct hdabus *bus, unsigned child, unsigned index,
                            char id[HDABUS_ID_SIZE]);
NTSTATUS hdabus_compatible_id(const struct hdabus *bus, unsigned child, unsigned index,
                              char id[HDABUS_ID_SIZE]);

/* Fills in one of the tables of hdaudio.h. It holds a reference, given back with InterfaceDereference.
 * NOT_SUPPORTED: unknown GUID; INVALID_PARAMETER: no such child, `size` too small or another version than
 * 0x0100, and nothing is written; INSUFFICIENT_RESOURCES. */
NTSTATUS hdabus_query_interface(struct hdabus *bus, unsigned child, const GUID *type, USHORT size,
                                USHORT version, PINTERFACE interface);

/* What a controller does otherwise than the specification says. */
enum hdabus_quirk {
    HDABUS_QUIRK_SSYNC_AT_34 = 0x01,    /* SSYNC is at 34h, not 38h */
    HDABUS_QUIRK_NO_64_BIT = 0x02,      /* addresses have 32 bits whatever GCAP.64OK says */
    HDABUS_QUIRK_4K_FRAGMENTS = 0x04,   /* an entry of a descriptor list must not cross a 4 KiB boundary */
    HDABUS_QUIRK_LINK_POSITIONS = 0x08, /* the position buffer is not to be relied on: LPIB instead */
    HDABUS_QUIRK_40_BIT = 0x10,         /* of 64 bits of an address 40 count */
};

/* What the controller said of itself, and what is known of it. */
struct hdabus_controller {
    ULONG quirks; /* of enum hdabus_quirk, that the driver regards */
    USHORT vendor_id;
    USHORT device_id;
    UCHAR revision;
    UCHAR output_engines;
    UCHAR input_engines;
    UCHAR bidirectional_engines;
    UCHAR output_lines; /* SDO */
    USHORT version;     /* major in the high byte */
    USHORT gcap;
    USHORT corb_entries;
    USHORT rirb_entries;
    USHORT codecs; /* bit n: a codec on SDI line n */
    BOOLEAN address64;
    BOOLEAN message_interrupts;
    BOOLEAN alias_registers;
    BOOLEAN stream_sync; /* SSYNC lets streams start and stop in the same link frame */
    /* Words of 16 bits in a link frame: of SDO and of each SDI line; of one stream, bits 15:14 telling how
     * samples are padded, 0 for no limit (HDA 3.3.11). */
    USHORT output_payload;
    USHORT input_payload;
    USHORT output_stream_payload;
    USHORT input_stream_payload;
};
void hdabus_controller(const struct hdabus *bus, struct hdabus_controller *controller);

enum hdabus_direction { HDABUS_INPUT, HDABUS_OUTPUT, HDABUS_BIDIRECTIONAL };

/* What the driver counts a stream's periods by: LPIB when the position buffer is known, or was found, to be
 * wrong. */
enum hdabus_position_source { HDABUS_POSITION_BUFFER, HDABUS_POSITION_LINK };

/* Where GetLinkPositionRegister has sent a client. */
enum hdabus_pointer {
    HDABUS_POINTER_NONE,     /* it has not asked */
    HDABUS_POINTER_ALIAS,    /* LPIB in the alias page */
    HDABUS_POINTER_REGISTER, /* LPIB */
    HDABUS_POINTER_MEMORY,   /* the position buffer, or where the driver copies LPIB to */
};

/* A DMA engine. What belongs to a stream is 0 while nobody has allocated it. */
struct hdabus_engine {
    enum hdabus_direction direction; /* of the hardware */
    BOOLEAN in_use;
    BOOLEAN renders; /* else it captures */
    BOOLEAN runs;
    BOOLEAN polled; /* since the controller loses interrupts */
    UCHAR tag;
    USHORT format; /* as the converter's */
    ULONG fifo;    /* bytes, as they were with the last buffer */
    enum hdabus_position_source source;
    enum hdabus_pointer pointer;
    uint64_t completions; /* these since the bus was opened, as in struct hdabus_statistics */
    uint64_t merged;
    uint64_t lost_interrupts;
    uint64_t fifo_errors;
    uint64_t descriptor_errors;
};
/* The engine of the index-th stream descriptor: inputs, outputs, bidirectional ones. INVALID_PARAMETER when
 * there is none. */
NTSTATUS hdabus_engine(const struct hdabus *bus, unsigned index, struct hdabus_engine *engine);

/* "virtual" or "real". */
const char *hdabus_clock(const struct hdabus *bus);

/* Microseconds of a stream that the controller may hold beyond its FIFO after they have left the buffer, and
 * that are lost when the stream stops. 0: none, as it should be. */
ULONG hdabus_latency(const struct hdabus *bus);

#ifdef __cplusplus
}
#endif

#endif
