/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conformance.h - the suite that says whether a bus driver keeps the HD Audio DDI (docs/DDI.md).
 *
 * Plain C against an interface table and the hooks below. It sees what a function driver sees: hdaudio.h and
 * the kernel's services in wdm.h, nothing else.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <hdaudio.h>

/* What a simulated codec or controller can be made to do. Each happens once, at the next occasion. */
enum conformance_failure {
    CONFORMANCE_NO_RESPONSE,      /* the codec on trial does not answer its next command */
    CONFORMANCE_RESPONSE_OVERRUN, /* the controller loses the next response */
    CONFORMANCE_MEMORY_ERROR,     /* the controller cannot fetch the next command */
    CONFORMANCE_NO_MEMORY,        /* the bus driver's next allocation, for itself or for DMA, fails */
    CONFORMANCE_STUCK_RESET,      /* the next stream descriptor that is to be reset takes no notice */
    CONFORMANCE_LOST_INTERRUPT,   /* the controller's next interrupt does not come */
};

/* The end of a wake request, see wait_wake: called once, on whatever thread, at an IRQL up to
 * DISPATCH_LEVEL. */
typedef void conformance_wake(void *context, NTSTATUS status);

/* A bus driver on trial, and what the suite needs to try it. All hooks are called from the thread that called
 * conformance_run(), at PASSIVE_LEVEL unless they say otherwise; no other client uses the bus meanwhile. */
struct conformance_target {
    void *context; /* given to every hook */

    /* Asks the bus driver for an interface of the child on trial, as IRP_MN_QUERY_INTERFACE does: the status
     * of the IRP, NOT_SUPPORTED when it came back untouched. `table` has room for `size` bytes. */
    NTSTATUS (*query)(void *context, const GUID *type, USHORT size, USHORT version, PINTERFACE table);

    /* Lets at least so much bus time pass, blocking. Interrupts and deferred work that fall due meanwhile
     * run. */
    void (*advance)(void *context, ULONGLONG nanoseconds);
    /* Bus time in nanoseconds, from any start. */
    ULONGLONG (*now)(void *context);
    /* How late a thread may wake up, in nanoseconds of bus time: 0 where time is simulated. */
    ULONGLONG slack;
    /* How long a verb waits for its answer, in nanoseconds; 0: as docs/DDI.md says, Bounds. */
    ULONGLONG verb_timeout;

    /* The IRQL of this thread: raise returns the old one, which lower puts back. All three NULL where there
     * is no such thing; the checks that need them are skipped. */
    KIRQL (*raise)(void *context, KIRQL level);
    void (*lower)(void *context, KIRQL level);
    KIRQL (*level)(void *context);

    /* What the controller is, where that is known: what needs it is skipped where it is 0. OUTPAY,
     * OUTSTRMPAY, INPAY and INSTRMPAY as the registers read (HDA 3.3.5, 3.3.11); entries of the smaller of
     * CORB and RIRB; SDO lines; GCAP's engines, if `engines_known`. */
    USHORT line_payload;
    USHORT stream_payload;
    USHORT input_line_payload;
    USHORT input_stream_payload;
    USHORT ring_entries;
    UCHAR output_lines;
    BOOLEAN engines_known;
    UCHAR output_engines;
    UCHAR input_engines;
    UCHAR bidirectional_engines;
    /* It has no SSYNC: engines of one call start as close as register writes allow (HDA 3.3.17). */
    BOOLEAN no_stream_sync;
    /* A stream moves only while a codec's converter takes it, and converters take 16 bits (QEMU): the suite
     * lets one listen to each. Bus drivers do not know. */
    BOOLEAN streams_need_listeners;

    /* Plugs something into the jack of a pin of the codec on trial, or pulls it out; whether that could be.
     * Also while the bus is suspended: then the codec wakes, if the pin had its unsolicited responses enabled
     * (HDA 4.5.9.2). NULL: jacks cannot be moved, and what needs it is skipped. */
    BOOLEAN (*plug)(void *context, UCHAR pin, BOOLEAN plugged);
    /* Makes something fail; whether that could be. NULL likewise. */
    BOOLEAN (*fail)(void *context, enum conformance_failure failure);

    /* Suspends the bus, and resumes it, as the operating system does with the controller; the status of that.
     * They may block. Clients keep what they hold, and may call while the bus is asleep. Each NULL: it cannot
     * be suspended, and what needs it is skipped. */
    NTSTATUS (*suspend)(void *context);
    NTSTATUS (*resume)(void *context);
    /* A reset of the link leaves converters their streams (QEMU). */
    BOOLEAN codecs_keep_streams;

    /* How many children the bus has; the one on trial is number 0. And whose codec each is. */
    unsigned child_count;
    UCHAR (*codec_of)(void *context, unsigned child);
    /* Asks to be told when a child's codec wakes, as IRP_MN_WAIT_WAKE does: STATUS_SUCCESS when the request
     * is pending, else why it is refused; `routine` is called only for the former. NULL, as cancel_wake and
     * codec_of then: nobody can ask. */
    NTSTATUS (*wait_wake)(void *context, unsigned child, conformance_wake *routine, void *routine_context);
    /* Takes the child's request back: TRUE when it was pending, and its routine is not called then, whatever
     * becomes of an IRP; FALSE when there was none. */
    BOOLEAN (*cancel_wake)(void *context, unsigned child);
    /* The controller's reset forgets whose wake is wanted (WAKEEN, HDA 3.3.8): no codec wakes it (QEMU). */
    BOOLEAN no_wakes;

    /* Takes the controller away, for good, and tells the driver nothing: its registers read as all ones from
     * now on. Called at any IRQL, also from a routine that the driver calls, in its interrupt, too. NULL: it
     * stays, and what needs it is skipped. */
    void (*remove)(void *context);
    /* After that: ends the bus, of which all interfaces have been given back, and begins another one like it,
     * which all hooks work on from then on. Whether that could be; if not, query has to fail. NULL likewise.
     */
    BOOLEAN (*renew)(void *context);

    /* The functional device object that RegisterNotificationCallback is given: NULL where there are none. */
    PDEVICE_OBJECT device;

    /* Told which check begins, with its number, its name and the sentence of the contract that it is about;
     * the name lives until the next. For who wants to say it when a driver ends the process. May be NULL. */
    void (*begin)(void *context, unsigned number, const char *name, const char *rule);
    /* Takes a line of TAP, without a line feed. */
    void (*print)(void *context, const char *line);
};

/* Which checks are run, by their names, INTERFACE.Routine.rule. */
struct conformance_choice {
    const char *version; /* their INTERFACE, in whatever case; NULL: all */
    const char *filter;  /* what their name contains; NULL: all */
};

/* How many checks these are. */
unsigned conformance_count(const struct conformance_choice *choice);

/* Runs them and prints the Test Anything Protocol: a plan, then a line for each check, "ok N - NAME". After
 * "not ok" come, as comments, the sentence of the contract that is broken and where. "# SKIP reason" follows
 * what this controller cannot show. Returns how many checks failed. */
unsigned conformance_run(const struct conformance_target *target, const struct conformance_choice *choice);

#endif
