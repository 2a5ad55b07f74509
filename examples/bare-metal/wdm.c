/* SPDX-License-Identifier: BSD-2-Clause */
/* wdm.c - the services of wdm.h that the client calls. */
#include "kernel.h"

VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    host_ops.event_init(NULL, Event, Type);
    Event->SignalState = State;
}

/* With a time from now, in units of 100 ns and negative, or for ever. */
NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                               BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    uint64_t nanoseconds = Timeout != NULL ? 100 * (uint64_t)-Timeout->QuadPart : INT64_MAX / 2;

    return host_ops.event_wait(NULL, Object, nanoseconds);
}

PVOID MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE AccessMode, MEMORY_CACHING_TYPE CacheType,
                                   PVOID RequestedAddress, ULONG BugCheckOnFailure, ULONG Priority)
{
    return Mdl->Process;
}

VOID MmUnmapLockedPages(PVOID BaseAddress, PMDL Mdl)
{
}
