/* SPDX-License-Identifier: BSD-2-Clause */
/* positions.c - where positions come from on a controller, and how finely they tell. */
#include "positions.h"

#include <stdio.h>

#include "codec/status.h"
#include "json.h"

/* ---- Measuring ----------------------------------------------------------------------------------- */

static void say_why(struct positions *positions, const char *routine, NTSTATUS status)
{
    snprintf(positions->why, sizeof(positions->why), "%s: %s", routine, status_name(status));
}

/* Nobody else uses the bus: the engine in use is the one that is measured. */
static void note_sources(struct positions *positions, const struct hdabus *bus)
{
    struct hdabus_engine engine;

    for (unsigned i = 0; NT_SUCCESS(hdabus_engine(bus, i, &engine)); i++) {
        positions->source = engine.source;
        if (engine.in_use)
            positions->pointer = engine.pointer;
    }
}

static void measure(struct positions *positions, const struct hdabus *bus,
                    const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    struct measure *m = &positions->measure;
    NTSTATUS status = measure_open(m, ddi);

    if (!NT_SUCCESS(status)) {
        say_why(positions, m->routine, status);
        return;
    }
    status = measure_run(m);
    note_sources(positions, bus);
    if (!NT_SUCCESS(status))
        say_why(positions, m->routine, status);
    else if (!m->moved)
        snprintf(positions->why, sizeof(positions->why), "the stream does not move: no codec takes it");
    measure_close(m);
}

void positions_measure(struct positions *positions, struct hdabus *bus)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    NTSTATUS status;

    *positions = (struct positions){.why = ""};
    note_sources(positions, bus);
    if (hdabus_child_count(bus) == 0) {
        snprintf(positions->why, sizeof(positions->why), "there is no codec, and so no client");
        return;
    }
    status =
        hdabus_query_interface(bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi), 0x0100, (PINTERFACE)&ddi);
    if (!NT_SUCCESS(status)) {
        say_why(positions, "IRP_MN_QUERY_INTERFACE", status);
        return;
    }
    measure(positions, bus, &ddi);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- What was found ------------------------------------------------------------------------------ */

static const char *source_name(enum hdabus_position_source source)
{
    return source == HDABUS_POSITION_LINK ? "LPIB" : "the position buffer";
}

/* What is in memory has been written there by the controller, or by the driver. */
static const char *pointer_name(const struct positions *positions)
{
    switch (positions->pointer) {
    case HDABUS_POINTER_ALIAS:
        return "LPIB in the alias page";
    case HDABUS_POINTER_REGISTER:
        return "LPIB";
    case HDABUS_POINTER_MEMORY:
        return positions->source == HDABUS_POSITION_LINK ? "a copy of LPIB" : "the position buffer";
    default:
        return NULL;
    }
}

static double microseconds(ULONG bytes)
{
    return bytes * 1e6 / (MEASURE_RATE * MEASURE_BLOCK);
}

static void print_ahead(const struct measure *m)
{
    if (m->periods == 0)
        puts(", and no interrupt came");
    else if (m->ahead == 0)
        puts(", is exact at interrupts");
    else
        printf(", is %u bytes %s at interrupts\n", (unsigned)(m->ahead > 0 ? m->ahead : -m->ahead),
               m->ahead > 0 ? "ahead" : "behind");
}

void positions_print(const struct positions *positions)
{
    const struct measure *m = &positions->measure;

    printf("positions    the driver counts by %s\n", source_name(positions->source));
    if (*positions->why) {
        printf("  clients'   not measured: %s\n", positions->why);
        return;
    }
    printf("  clients'   %s, moves by %u byte%s (%.1f us at 48 kHz, 16 bits, stereo)",
           pointer_name(positions), (unsigned)m->step, m->step == 1 ? "" : "s", microseconds(m->step));
    print_ahead(m);
}

struct json_object *positions_object(const struct positions *positions)
{
    struct json_object *object = json_object_new_object();
    const struct measure *m = &positions->measure;

    json_add_string(object, "driver", source_name(positions->source));
    json_add_string(object, "clients", pointer_name(positions));
    json_add_string(object, "not_measured", *positions->why ? positions->why : NULL);
    if (*positions->why)
        return object;
    json_add_integer(object, "step_bytes", m->step);
    json_add(object, "step_microseconds", json_object_new_double(microseconds(m->step)));
    if (m->periods > 0)
        json_add(object, "ahead_bytes", json_object_new_int(m->ahead));
    return object;
}
