/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - what a check of the suite is made of. Internal.
 *
 * A check is a function that tries one rule on a fresh client. It returns true when the rule holds, and false
 * as soon as it does not, from wherever it is: what it holds belongs to its trial, which gives it back. The
 * macros below work in any function that has a `struct trial *t` and returns bool.
 */
#ifndef CONFORMANCE_CHECK_H
#define CONFORMANCE_CHECK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "conformance.h"

#define MILLISECOND      1000000ull
#define VERB_TIMEOUT     (25 * MILLISECOND) /* DDI Bounds: a verb without answer, per batch beyond its frames */
#define LINK_FRAMES      48000u             /* per second (HDA 5.3) */
#define FRAGMENT         128u               /* where fragments begin (HDA 3.6.2) */
#define FRAME_BYTES      4u                 /* of the format that most checks use: 48 kHz, 16 bits, stereo */
#define BYTES_PER_MS     (LINK_FRAMES / 1000 * FRAME_BYTES)
#define TRIAL_ENGINES    64
#define TRIAL_MEMORIES   8
#define TRIAL_CONVERTERS 8
#define ENGINE_LIMIT     30 /* GCAP cannot name more output plus bidirectional engines (HDA 3.3.2) */

struct trial;

struct check {
    const char *name; /* Routine.rule; Power.rule and Removal.rule need the hooks for that */
    const char *rule; /* the sentence of docs/DDI.md that it is about */
    bool (*run)(struct trial *t);
    bool notification;   /* needs RegisterNotificationEvent and what belongs to it */
    const void *subject; /* for run, where several checks share one */
};

/* The checks by subject; each list ends with an entry without a name. */
extern const struct check query_checks[];
extern const struct check verb_checks[];
extern const struct check engine_checks[];
extern const struct check capture_checks[];
extern const struct check format_checks[];
extern const struct check bandwidth_checks[];
extern const struct check buffer_checks[];
extern const struct check state_checks[];
extern const struct check position_checks[];
extern const struct check notify_checks[];
extern const struct check handle_checks[];
extern const struct check level_checks[];
/* Of version 3. */
extern const struct check callback_checks[];
extern const struct check callback_handle_checks[];
extern const struct check callback_level_checks[];
extern const struct check callback_shortage_checks[];
/* Of BDL. */
extern const struct check contiguous_checks[];
extern const struct check contiguous_handle_checks[];
extern const struct check contiguous_level_checks[];
extern const struct check contiguous_shortage_checks[];
extern const struct check information_checks[];
extern const struct check unsolicited_checks[];
extern const struct check shortage_checks[];
extern const struct check power_checks[];
extern const struct check wake_checks[];
extern const struct check removal_checks[];
/* Each routine asleep and after a removal: those that all versions have; versions 1 to 3; version 3; BDL. */
extern const struct check call_checks[];
extern const struct check buffer_call_checks[];
extern const struct check callback_call_checks[];
extern const struct check contiguous_call_checks[];

/* A version of the interface that the suite knows. */
struct version {
    const char *name;
    const GUID *type;
    USHORT size;
    bool notification; /* it has RegisterNotificationEvent and what belongs to it */
    bool callbacks;    /* it has RegisterNotificationCallback */
    bool contiguous;   /* it has AllocateContiguousDmaBuffer and what belongs to it in place of
                        * AllocateDmaBuffer and FreeDmaBuffer */
};

/* Version 1 is the beginning of version 2, and that of version 3, so one variable takes any. What BDL shares
 * with them is put in its place. */
typedef HDAUDIO_BUS_INTERFACE_V3 client;

/* An output converter that takes a stream. */
struct listener_converter {
    UCHAR codec;
    UCHAR node;
    UCHAR stream;
    USHORT format;
};

struct trial {
    const struct conformance_target *target;
    const struct version *version;
    const struct check *check;
    client ddi;   /* the client that the check plays */
    client other; /* and another one, when open_other() made it */
    bool other_open;
    struct {
        PALLOCATE_CONTIGUOUS_DMA_BUFFER AllocateContiguousDmaBuffer;
        PSETUP_DMA_ENGINE_WITH_BDL SetupDmaEngineWithBdl;
        PFREE_CONTIGUOUS_DMA_BUFFER FreeContiguousDmaBuffer;
    } bdl; /* for either client */
    struct {
        const client *owner;
        HANDLE handle;
        bool render;
        USHORT format; /* as converters have it */
    } engines[TRIAL_ENGINES];
    unsigned engine_count;
    void *memories[TRIAL_MEMORIES];
    unsigned memory_count;
    UCHAR sender; /* an input converter that sends, or 0 */
    struct listener_converter converters[TRIAL_CONVERTERS];
    unsigned converter_count;
    bool asleep;          /* between suspend() and resume() */
    _Atomic bool removed; /* pull_out() was called */
    bool requested;       /* a wake request may be pending */
    const char *unheard;  /* why a stream stands still, so that a failure says nothing; or NULL */
    const char *skipped;  /* why, or NULL */
    char failure[400];
};

/* Calls a routine of the trial's client. */
#define DDI(routine, ...) t->ddi.routine(t->ddi.Context, __VA_ARGS__)
/* The same for the three that BDL has alone. */
#define BDL(routine, ...) t->bdl.routine(t->ddi.Context, __VA_ARGS__)

#define EXPECT(condition)                                           \
    do {                                                            \
        if (!(condition))                                           \
            return failed(t, __FILE__, __LINE__, "%s", #condition); \
    } while (0)

#define EXPECT_STATUS(expected, call)                                         \
    do {                                                                      \
        if (!expect_status(t, __FILE__, __LINE__, #call, (expected), (call))) \
            return false;                                                     \
    } while (0)

#define EXPECT_EQUAL(expected, value)                                          \
    do {                                                                       \
        if (!expect_equal(t, __FILE__, __LINE__, #value, (expected), (value))) \
            return false;                                                      \
    } while (0)

#define EXPECT_SUCCESS(call) EXPECT_STATUS(STATUS_SUCCESS, call)

/* For what is itself a function of this kind: it has said what is wrong. */
#define TRY(step)         \
    do {                  \
        if (!(step))      \
            return false; \
    } while (0)

/* Keep what went wrong, to be printed under the check's line. */
bool failed(struct trial *t, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool expect_status(struct trial *t, const char *file, int line, const char *call, NTSTATUS expected,
                   NTSTATUS status);
bool expect_equal(struct trial *t, const char *file, int line, const char *what, ULONGLONG expected,
                  ULONGLONG value);
/* Ends a check that cannot be tried here: return skip(t, "why"). */
bool skip(struct trial *t, const char *reason);

/* ---- The trial ---------------------------------------------------------------------------------- */

bool trial_begin(struct trial *t);
/* Gives back all that the check has left. */
void trial_end(struct trial *t);

bool open_other(struct trial *t);
/* Gives the other client's reference back, with whatever it holds. */
void close_other(struct trial *t);

/* Zeroed non-paged memory that lives until the trial ends; NULL (and a failure noted) without. */
void *trial_memory(struct trial *t, SIZE_T size);
/* An event in such memory. */
PKEVENT trial_event(struct trial *t, EVENT_TYPE type);

void advance(struct trial *t, ULONGLONG nanoseconds);
ULONGLONG now(struct trial *t);
/* Whether what began then is over in time; threads may wake up late beyond that. */
bool took_at_most(struct trial *t, ULONGLONG begun, ULONGLONG limit);
/* Waits for an event; whether it was signalled in time. */
bool signalled(PKEVENT event, ULONGLONG nanoseconds);

/* Long enough for what the codec says by itself to come, and to be delivered. */
void settle(struct trial *t);

/* Whether this place has IRQLs. */
bool has_levels(const struct trial *t);
KIRQL raise_irql(struct trial *t);
void lower_irql(struct trial *t, KIRQL level);

/* ---- Power and removal -------------------------------------------------------------------------- */

/* How long a verb waits for its answer. */
ULONGLONG verb_timeout(const struct trial *t);

/* Must succeed. What a check leaves asleep is resumed when its trial ends. */
bool suspend(struct trial *t);
bool resume(struct trial *t);

/* Takes the controller away; the driver has to find out. Any IRQL. */
void pull_out(struct trial *t);
/* Until the driver has found out: calls are DEVICE_REMOVED from then on. */
bool notice(struct trial *t);
/* Both. */
bool take_away(struct trial *t);

/* Asks to be told when a child's codec wakes, until the trial ends. */
NTSTATUS request_wake(struct trial *t, unsigned child, conformance_wake *routine, void *context);

/* ---- Jacks -------------------------------------------------------------------------------------- */

struct jack {
    UCHAR pin;
    BOOLEAN plugged;
};

/* A pin whose jack can be moved and that can tell; false and skipped where there is none. */
bool find_jack(struct trial *t, struct jack *jack);
/* In, if it is out, or out; whether that could be. */
bool move_jack(struct trial *t, struct jack *jack);
/* The pin's unsolicited responses. */
bool enable_jack(struct trial *t, const struct jack *jack, UCHAR tag);
bool disable_jack(struct trial *t, const struct jack *jack);

/* ---- Engines ------------------------------------------------------------------------------------ */

struct buffer {
    PMDL mdl;   /* NULL where it is contiguous */
    PVOID data; /* NULL where it is not */
    SIZE_T size;
    UCHAR stream;
    ULONG fifo;
};

extern const HDAUDIO_STREAM_FORMAT stereo;   /* 48 kHz, 16 bits, two channels */
extern const HDAUDIO_STREAM_FORMAT smallest; /* 48 kHz, 8 bits, one channel */

/* AllocateRenderDmaEngine for a client; what it hands out belongs to the trial. */
NTSTATUS allocate_for(struct trial *t, const client *owner, const HDAUDIO_STREAM_FORMAT *format,
                      HANDLE *handle);
/* The same with Stripe, for the trial's own client. */
NTSTATUS allocate_striped(struct trial *t, const HDAUDIO_STREAM_FORMAT *format, HANDLE *handle);
/* The same for the trial's own client, which must succeed. */
bool allocate(struct trial *t, const HDAUDIO_STREAM_FORMAT *format, HANDLE *handle);
/* AllocateCaptureDmaEngine for the trial's own client; what it hands out belongs to the trial. */
NTSTATUS capture_for(struct trial *t, UCHAR codec, const HDAUDIO_STREAM_FORMAT *format, HANDLE *handle);
/* As many engines as there are, at most `limit`; returns how many. */
unsigned allocate_all(struct trial *t, const client *owner, HANDLE *handles, unsigned limit);
/* FreeDmaEngine, which must succeed. */
bool release(struct trial *t, HANDLE handle);

/* AllocateDmaBuffer, or for BDL AllocateContiguousDmaBuffer and SetupDmaEngineWithBdl, as they answer. */
NTSTATUS allocate_buffer_for(struct trial *t, const client *owner, HANDLE handle, SIZE_T size,
                             struct buffer *buffer);
/* FreeDmaBuffer or FreeContiguousDmaBuffer. */
NTSTATUS give_buffer(struct trial *t, HANDLE handle);
/* Writes a list for `size` bytes at `data`, at most 255 KiB: two entries at least, of up to 1 KiB, none of
 * which crosses a page, so that every controller can take it. The last one interrupts. Returns how many. */
ULONG write_list(PVOID data, ULONG size, PHDAUDIO_BUFFER_DESCRIPTOR list);
/* Where a stream moves only while a converter takes it, one does from now on. */
void let_hear(struct trial *t, HANDLE handle, UCHAR stream);
/* The first of them for the trial's own client, and AllocateDmaBufferWithNotification, both heard. */
NTSTATUS allocate_buffer(struct trial *t, HANDLE handle, SIZE_T size, struct buffer *buffer);
NTSTATUS allocate_notified(struct trial *t, HANDLE handle, ULONG count, SIZE_T size, struct buffer *buffer);
/* AllocateDmaBufferWithNotification for a client, heard. */
NTSTATUS allocate_notified_for(struct trial *t, const client *owner, HANDLE handle, ULONG count, SIZE_T size,
                               struct buffer *buffer);

NTSTATUS set_state(struct trial *t, HDAUDIO_STREAM_STATE state, HANDLE handle);

/* An engine in reset with a stereo buffer of one period; of the notifying kind where `count` is not 0. */
bool prepare(struct trial *t, ULONG count, HANDLE *handle);
/* The same, running. */
bool start(struct trial *t, ULONG count, HANDLE *handle);
/* How long a stereo buffer of one period lasts: long enough for threads that wake up late. */
ULONGLONG period(const struct trial *t);
ULONG period_bytes(const struct trial *t);
/* How far a moment seen by a thread may be from the moment it is about. */
ULONGLONG tolerance(const struct trial *t);
/* How long nothing has to come until nothing comes: several periods; where they take time on a clock, as long
 * as a running engine's next signal may take at most. */
ULONGLONG quiet_time(const struct trial *t);

/* What GetLinkPositionRegister points to, as fresh as it can be. */
bool position(struct trial *t, HANDLE handle, ULONG *bytes);
/* Reads through such a pointer, once: the controller, or who plays it, writes there at any time. */
ULONG read_register(const volatile ULONG *pointer);
/* Where registers cannot be mapped the pointers lead to shadows, as fresh as the last interrupt or request
 * (DDI Registers handed out): makes a request. */
bool refresh(struct trial *t);

/* ---- Verbs -------------------------------------------------------------------------------------- */

/* The trial's codec. */
UCHAR codec_address(struct trial *t);
/* GET_PARAMETER as a command. */
ULONG parameter(UCHAR codec, UCHAR node, UCHAR number);
/* A verb with 8 bits of payload as a command to the trial's codec (HDA 7.3). */
ULONG verb(struct trial *t, UCHAR node, USHORT id, UCHAR payload);
/* One verb, synchronously, which must be answered. */
bool ask(struct trial *t, ULONG command, ULONG *response);
/* The nodes of the trial's function group: `count` from `first` on. */
bool widgets(struct trial *t, UCHAR *first, unsigned *count);

/* An input converter of the codec, powered up; false and skipped where it has none. */
bool input_converter(struct trial *t, UCHAR *node);
/* An output converter, of any codec, takes the stream from now on, until the trial ends; or `unheard` says
 * why not. */
void listen_to(struct trial *t, UCHAR stream, USHORT format);
void stop_listening(struct trial *t);
/* Those converters do after a reset of the link. */
void listen_again(struct trial *t);

/* It sends its stereo samples to a stream from now on, until the trial ends. */
bool send_from(struct trial *t, UCHAR node, UCHAR stream);

/* ---- For checks of several subjects (aids.c) ---------------------------------------------------- */

/* Memory that nobody may touch any more, and whether nobody has. */
void poison(void *memory, size_t size);
bool poisoned(const void *memory, size_t size);

/* `count` is an _Atomic unsigned. */
VOID NTAPI count_completion(HDAUDIO_CODEC_TRANSFER *transfers, PVOID count);
VOID NTAPI ignore_response(HDAUDIO_CODEC_RESPONSE response, PVOID context);
VOID NTAPI ignore_notification(PVOID context, LARGE_INTEGER stamp);
VOID NTAPI ignore_interrupt(VOID *context, ULONG causes);

/* The other client, which is open, runs an engine; or one whose event is registered. */
bool other_runs(struct trial *t, HANDLE *handle);
bool other_is_told(struct trial *t, PKEVENT event);
/* Opens the other client and leaves it with every engine, the first of which runs; how many. */
bool other_takes_all(struct trial *t, unsigned *count);

#endif
