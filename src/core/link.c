/* SPDX-License-Identifier: BSD-2-Clause */
/* link.c - the link as it comes out of reset (HDA 4.3, 4.4). */
#include "link.h"

#include "controller.h"
#include "core.h"
#include "interrupt.h"
#include "ring.h"

NTSTATUS hda_link_reset(struct hda_bus *bus)
{
    NTSTATUS status = hda_controller_reset(bus);

    if (NT_SUCCESS(status))
        hda_positions_program(bus);
    return status;
}

/* A message may still be on its way from before a reset: its routine must find the rings as they will be. */
NTSTATUS hda_link_start(struct hda_bus *bus)
{
    NTSTATUS status = hda_rings_start(bus);

    if (NT_SUCCESS(status) && !bus->connected)
        status = hda_interrupts_start(bus);
    if (!NT_SUCCESS(status))
        return status;
    hda_controller_listen(bus);
    hda_verbs_start(bus);
    return STATUS_SUCCESS;
}
