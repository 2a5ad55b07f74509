/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - a simulated bus behind an interface table that counts, refuses and withholds. */
#ifndef TABLE_H
#define TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <bus.h>
#include <stdbool.h>

#include "codec/stream.h"

enum routine {
    NO_ROUTINE,
    ALLOCATE_ENGINE,
    ALLOCATE_BUFFER,
    REGISTER,
    POSITION,
    RUN,
    ROUTINES,
};

struct table {
    struct hdabus *bus;
    HDAUDIO_BUS_INTERFACE_V2 real;
    HDAUDIO_BUS_INTERFACE_V2 ddi; /* what the player or recorder gets */
    enum routine refuse;          /* with INSUFFICIENT_RESOURCES, */
    unsigned let_pass;            /* after so many calls of it */
    bool withhold_notifications;
    bool withhold_run;
    unsigned remove_at; /* the controller disappears ahead of this call; 0: never */
    unsigned calls;
    /* What is held. */
    int engines, buffers, registrations, running;
    unsigned positions; /* calls that asked for a position */
    unsigned runs;      /* calls that let engines run, */
    ULONG most_started; /* and how many at once at most */
};

extern struct table table;

/* When a client sleeps and stops: its context begins with this. A period is PACE_PERIOD frames at 48 kHz. */
#define PACE_PERIOD 480u

struct pace {
    ULONG wakes;    /* seen by pace_progress() */
    ULONG stop_at;  /* wake after which it wants to stop; 0: never */
    ULONG sleep_at; /* wake in which it sleeps; 0: never */
    LONG sleep_half_periods;
};

bool pace_wants_stop(void *context);
void pace_progress(void *context, const struct stream_report *report);

/* Opens a device, and closes it when nothing is held any more. False: it does not open; then it is closed. */
bool table_open(const char *device);
void table_close(void);
/* cmocka's, with the simulator. */
int table_set_up(void **state);
int table_tear_down(void **state);

#define TABLE_TEST(test) cmocka_unit_test_setup_teardown(test, table_set_up, table_tear_down)

#endif
