/* SPDX-License-Identifier: BSD-2-Clause */
/* mdl.c - memory descriptor lists over memory that is mapped in the process anyway. */
#include "internal.h"

#include <stdlib.h>

PMDL linux_mdl_create(void *memory, size_t size, const uint64_t *pages)
{
    size_t count = BYTES_TO_PAGES(size), bytes;
    PMDL mdl;

    /* ByteCount has 32 bits. */
    if (size > MAXULONG)
        return NULL;
    bytes = sizeof(*mdl) + count * sizeof(PFN_NUMBER);
    mdl = calloc(1, bytes);
    if (!mdl)
        return NULL;
    mdl->Size = bytes <= INT16_MAX ? (SHORT)bytes : 0;
    mdl->MdlFlags = MDL_PAGES_LOCKED;
    mdl->Process = memory;
    mdl->ByteCount = (ULONG)size;
    for (size_t i = 0; i < count; i++)
        MmGetMdlPfnArray(mdl)[i] = (PFN_NUMBER)(pages[i] >> PAGE_SHIFT);
    return mdl;
}

void linux_mdl_free(PMDL mdl)
{
    free(mdl);
}

PVOID MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE AccessMode, MEMORY_CACHING_TYPE CacheType,
                                   PVOID RequestedAddress, ULONG BugCheckOnFailure, ULONG Priority)
{
    UNREFERENCED_PARAMETER(AccessMode);
    UNREFERENCED_PARAMETER(CacheType);
    UNREFERENCED_PARAMETER(RequestedAddress);
    UNREFERENCED_PARAMETER(BugCheckOnFailure);
    UNREFERENCED_PARAMETER(Priority);
    linux_require_at_most("MmMapLockedPagesSpecifyCache", DISPATCH_LEVEL);
    if (Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)
        linux_bug_check("MmMapLockedPagesSpecifyCache at IRQL %u was given an MDL that is mapped already",
                        linux_self.level.irql);
    Mdl->MappedSystemVa = Mdl->Process;
    Mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    return Mdl->MappedSystemVa;
}

VOID MmUnmapLockedPages(PVOID BaseAddress, PMDL Mdl)
{
    linux_require_at_most("MmUnmapLockedPages", DISPATCH_LEVEL);
    if (!(Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) || BaseAddress != Mdl->MappedSystemVa)
        linux_bug_check("MmUnmapLockedPages at IRQL %u was given %p, where the MDL is not mapped",
                        linux_self.level.irql, BaseAddress);
    Mdl->MappedSystemVa = NULL;
    Mdl->MdlFlags &= ~MDL_MAPPED_TO_SYSTEM_VA;
}
