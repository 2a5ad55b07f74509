/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * function_driver.c - written as a driver for the Windows kernel is, with nothing that knows of another
 * system: that it compiles, and plays, is the test.
 */
#include <ntddk.h>

#include <hdaudio.h>

#include "function_driver.h"

#define PLAYBACK_TAG 'yalP'
#define PERIOD_BYTES 1024

struct _PLAYBACK {
    HDAUDIO_BUS_INTERFACE_V2 Bus;
    FAST_MUTEX Mutex;
    _Guarded_by_(Mutex) HANDLE Engine;
    KSPIN_LOCK PeriodLock;
    _Guarded_by_(PeriodLock) ULONG Periods;
    KEVENT PeriodEvent;
    KEVENT StopEvent;
    PMDL Mdl;
    SIZE_T BufferSize;
    UCHAR StreamId;
    LIST_ENTRY Notes;
};

typedef struct _NOTE {
    LIST_ENTRY Entry;
    LARGE_INTEGER Time;
} NOTE, *PNOTE;

C_ASSERT(FIELD_OFFSET(PLAYBACK, Bus) == 0);

_IRQL_requires_max_(DISPATCH_LEVEL) static VOID PlaybackCountPeriod(_Inout_ PPLAYBACK Playback)
{
    KIRQL irql;

    KeAcquireSpinLock(&Playback->PeriodLock, &irql);
    Playback->Periods++;
    KeReleaseSpinLock(&Playback->PeriodLock, irql);
}

_Use_decl_annotations_ ULONG PlaybackPeriods(PPLAYBACK Playback)
{
    KIRQL irql;
    ULONG periods;

    KeAcquireSpinLock(&Playback->PeriodLock, &irql);
    periods = Playback->Periods;
    KeReleaseSpinLock(&Playback->PeriodLock, irql);
    return periods;
}

_Must_inspect_result_ _IRQL_requires_max_(PASSIVE_LEVEL)
NTSTATUS
PlaybackCreate(_In_ PHDAUDIO_BUS_INTERFACE_V2 Bus, _Outptr_ PPLAYBACK *Playback)
{
    PPLAYBACK playback;

    PAGED_CODE();
    ASSERT(Bus != NULL);
    playback = (PPLAYBACK)ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(PLAYBACK), PLAYBACK_TAG);
    if (playback == NULL) {
        KdPrint(("no memory for %Iu bytes\n", sizeof(PLAYBACK)));
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(playback, sizeof(PLAYBACK));
    RtlCopyMemory(&playback->Bus, Bus, sizeof(*Bus));
    InitializeListHead(&playback->Notes);
    ExInitializeFastMutex(&playback->Mutex);
    KeInitializeSpinLock(&playback->PeriodLock);
    KeInitializeEvent(&playback->PeriodEvent, SynchronizationEvent, FALSE);
    KeInitializeEvent(&playback->StopEvent, NotificationEvent, FALSE);
    *Playback = playback;
    return STATUS_SUCCESS;
}

static VOID PlaybackFill(_In_ PMDL Mdl, _In_ SIZE_T Size)
{
    PUCHAR buffer = (PUCHAR)MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority | MdlMappingNoExecute);

    ASSERT(ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Mdl), MmGetMdlByteCount(Mdl)) ==
           BYTES_TO_PAGES(Size));
    ASSERT(MmGetMdlPfnArray(Mdl)[0] != 0);
    if (buffer != NULL) {
        RtlFillMemory(buffer + MmGetMdlByteOffset(Mdl), Size, 0x55);
        MmUnmapLockedPages(buffer, Mdl);
    }
}

_Use_decl_annotations_ NTSTATUS PlaybackStart(PPLAYBACK Playback, ULONG SampleRate)
{
    HDAUDIO_STREAM_FORMAT format = {SampleRate, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    SIZE_T offset;
    ULONG fifo;
    NTSTATUS status;

    PAGED_CODE();
    ExAcquireFastMutex(&Playback->Mutex);
    status = Playback->Bus.AllocateRenderDmaEngine(Playback->Bus.Context, &format, FALSE, &Playback->Engine,
                                                   &converter);
    if (!NT_SUCCESS(status))
        goto Exit;
    status = Playback->Bus.AllocateDmaBufferWithNotification(
        Playback->Bus.Context, Playback->Engine, 1, max(PERIOD_BYTES, PAGE_SIZE), &Playback->Mdl,
        &Playback->BufferSize, &offset, &Playback->StreamId, &fifo);
    if (!NT_SUCCESS(status))
        goto Exit;
    PlaybackFill(Playback->Mdl, Playback->BufferSize);
    status = Playback->Bus.RegisterNotificationEvent(Playback->Bus.Context, Playback->Engine,
                                                     &Playback->PeriodEvent);
Exit:
    ExReleaseFastMutex(&Playback->Mutex);
    return status;
}

static VOID PlaybackNote(_Inout_ PPLAYBACK Playback)
{
    PNOTE note = (PNOTE)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(NOTE), PLAYBACK_TAG);

    if (note == NULL)
        return;
    KeQuerySystemTime(&note->Time);
    InsertTailList(&Playback->Notes, &note->Entry);
}

_Use_decl_annotations_ NTSTATUS PlaybackWaitForPeriod(PPLAYBACK Playback)
{
    PVOID objects[] = {&Playback->StopEvent, &Playback->PeriodEvent};
    LARGE_INTEGER timeout;
    NTSTATUS status;

    PAGED_CODE();
    timeout.QuadPart = -10LL * 1000 * 1000;
    status = KeWaitForMultipleObjects(ARRAYSIZE(objects), objects, WaitAny, Executive, KernelMode, FALSE,
                                      &timeout, NULL);
    if (status == STATUS_WAIT_1) {
        PlaybackCountPeriod(Playback);
        PlaybackNote(Playback);
    }
    return status;
}

_Use_decl_annotations_ VOID PlaybackStop(PPLAYBACK Playback)
{
    KeSetEvent(&Playback->StopEvent, IO_NO_INCREMENT, FALSE);
}

_Use_decl_annotations_ VOID PlaybackDelete(PPLAYBACK Playback)
{
    while (!IsListEmpty(&Playback->Notes))
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&Playback->Notes), NOTE, Entry), PLAYBACK_TAG);
    ExFreePoolWithTag(Playback, PLAYBACK_TAG);
}
