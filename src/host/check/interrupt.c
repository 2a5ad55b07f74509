/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupt.c - the interrupt: called while it is connected, at its level, once at a time, and at all. */
#include "internal.h"

#define INTSTS_GIS  0x80000000u /* a cause that is enabled (HDA 3.3.15) */
#define MISSED_ONES 3           /* causes that were found, until it is said that no interrupt comes */

/* ---- The routine --------------------------------------------------------------------------------------- */

static void judge_level(struct hda_check *check, unsigned irql)
{
    if (irql <= DISPATCH_LEVEL)
        hda_check_fault(
            check, NULL,
            "device->interrupt_connect: the routine is called at IRQL %u: it is to be the interrupt's, which "
            "is above %u",
            irql, DISPATCH_LEVEL);
    else
        PUT(check->interrupt_level, irql);
}

static bool call(struct hda_check *check, unsigned irql)
{
    struct check_interrupt *interrupt = &check->interrupt;
    unsigned now;
    bool ours;

    if (ADD(interrupt->active, 1) > 1)
        hda_check_fault(
            check, NULL,
            "device->interrupt_connect: the routine is called while it runs: never twice at once");
    ADD(interrupt->calls, 1);
    ours = GET(interrupt->routine)(GET(interrupt->context));
    SUB(interrupt->active, 1);
    now = hda_check_irql(check);
    if (now != irql)
        hda_check_fault(check, NULL,
                        "device->interrupt_connect: the routine began at IRQL %u and has ended at %u", irql,
                        now);
    return ours;
}

static bool routine(void *context)
{
    struct hda_check *check = context;
    unsigned irql;

    if (check == NULL || check->self != check) {
        hda_check_lost_context(HOOK_INTERRUPT_CONNECT);
        return false;
    }
    irql = hda_check_irql(check);
    judge_level(check, irql);
    if (GET(check->interrupt.state) != NOT_CONNECTED)
        return call(check, irql);
    hda_check_fault(check, NULL,
                    "device->interrupt_disconnect: the routine is called while it is not connected");
    return false;
}

/* ---- Connecting ---------------------------------------------------------------------------------------- */

NTSTATUS hda_check_interrupt_connect(void *context, hda_interrupt_routine *core_routine,
                                     void *routine_context)
{
    struct hda_check *check = context;
    struct check_interrupt *interrupt = &check->interrupt;
    unsigned irql = hda_check_enter(check, HOOK_INTERRUPT_CONNECT);
    NTSTATUS status;

    if (GET(interrupt->state) != NOT_CONNECTED)
        hda_check_fault(check, NULL, "device->interrupt_connect: %s connects what it has connected",
                        hda_check_caller(check));
    PUT(interrupt->routine, core_routine);
    PUT(interrupt->context, routine_context);
    PUT(interrupt->calls, 0);
    PUT(interrupt->missed, 0);
    PUT(interrupt->state, CONNECTING);
    status = check->device->interrupt_connect(check->device_context, routine, check);
    PUT(interrupt->state, NT_SUCCESS(status) ? CONNECTED : NOT_CONNECTED);
    hda_check_leave(check, HOOK_INTERRUPT_CONNECT, irql);
    return status;
}

void hda_check_interrupt_disconnect(void *context)
{
    struct hda_check *check = context;
    struct check_interrupt *interrupt = &check->interrupt;
    unsigned irql = hda_check_enter(check, HOOK_INTERRUPT_DISCONNECT);

    if (GET(interrupt->state) != CONNECTED) {
        hda_check_fault(check, NULL, "device->interrupt_disconnect: %s disconnects what is not connected",
                        hda_check_caller(check));
    } else {
        PUT(interrupt->state, DISCONNECTING);
        check->device->interrupt_disconnect(check->device_context);
        PUT(interrupt->state, NOT_CONNECTED);
        if (GET(interrupt->active) > 0)
            hda_check_fault(check, NULL,
                            "device->interrupt_disconnect: it has returned while the routine runs");
    }
    hda_check_leave(check, HOOK_INTERRUPT_DISCONNECT, irql);
}

/* The core looks for itself when nothing has come that should have. A cause of the moment may still become an
 * interrupt; several, and never one call, do not. */
void hda_check_interrupt_seen(struct hda_check *check, uint32_t status)
{
    struct check_interrupt *interrupt = &check->interrupt;

    if (status == UINT32_MAX || !(status & INTSTS_GIS) || GET(interrupt->state) != CONNECTED ||
        GET(interrupt->calls) > 0)
        return;
    if (ADD(interrupt->missed, 1) == MISSED_ONES)
        hda_check_fault(
            check, NULL,
            "device->interrupt_connect: it has succeeded, the controller has had causes to interrupt %u "
            "times, and the routine was never called",
            MISSED_ONES);
}
