/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wdm.h - the part of the Windows Driver Model that a function driver needs, off Windows.
 *
 * Names, types and meanings are those of the Windows Driver Kit, so that a driver's source compiles here
 * unchanged. The types alone are all that the core uses; the services (Ke*, Ex*, Mm*) are supplied by a host.
 */
#ifndef HDABUS_WDM_H
#define HDABUS_WDM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Annotations that mean nothing to this compiler ------------------------------------------------- */

#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define NTAPI
#define FORCEINLINE   static inline __attribute__((always_inline, unused))
#define _In_
#define _In_opt_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_
#define _In_reads_(count)
#define _Inout_updates_(count)
#define _IRQL_requires_(irql)
#define _IRQL_requires_max_(irql)
#define _IRQL_requires_same_
#define _Must_inspect_result_
#define _Use_decl_annotations_

/* ---- Scalars: the sizes of the WDK, where a long has 32 bits ------------------------------------------ */

#define VOID void
typedef void *PVOID;
typedef char CHAR, *PCHAR, *PSTR;
typedef const char *PCSTR;
typedef uint8_t UCHAR, *PUCHAR;
typedef int16_t SHORT, *PSHORT;
typedef uint16_t USHORT, *PUSHORT;
typedef int32_t INT, *PINT;
typedef uint32_t UINT, *PUINT;
typedef int32_t LONG, *PLONG;
typedef uint32_t ULONG, *PULONG;
/* Aligned to their size also on 32-bit processors, as the WDK's layouts have it. */
typedef int64_t LONGLONG __attribute__((aligned(8)));
typedef uint64_t ULONGLONG __attribute__((aligned(8)));
typedef LONGLONG *PLONGLONG;
typedef ULONGLONG *PULONGLONG;
typedef ULONGLONG ULONG64, *PULONG64;
typedef intptr_t LONG_PTR;
typedef uintptr_t ULONG_PTR, *PULONG_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef UCHAR BOOLEAN, *PBOOLEAN;
typedef uint16_t WCHAR, *PWCHAR;
typedef PVOID HANDLE, *PHANDLE;

#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

/* ---- Status -------------------------------------------------------------------------------------------- */

typedef LONG NTSTATUS, *PNTSTATUS;
#define NT_SUCCESS(status)             ((NTSTATUS)(status) >= 0)
#define STATUS_SUCCESS                 ((NTSTATUS)0x00000000L)
#define STATUS_WAIT_0                  ((NTSTATUS)0x00000000L)
#define STATUS_TIMEOUT                 ((NTSTATUS)0x00000102L)
#define STATUS_PENDING                 ((NTSTATUS)0x00000103L)
#define STATUS_UNSUCCESSFUL            ((NTSTATUS)0xC0000001L)
#define STATUS_INVALID_HANDLE          ((NTSTATUS)0xC0000008L)
#define STATUS_INVALID_PARAMETER       ((NTSTATUS)0xC000000DL)
#define STATUS_NO_SUCH_DEVICE          ((NTSTATUS)0xC000000EL)
#define STATUS_INVALID_DEVICE_REQUEST  ((NTSTATUS)0xC0000010L)
#define STATUS_NO_MEMORY               ((NTSTATUS)0xC0000017L)
#define STATUS_BUFFER_TOO_SMALL        ((NTSTATUS)0xC0000023L)
#define STATUS_INSUFFICIENT_RESOURCES  ((NTSTATUS)0xC000009AL)
#define STATUS_DEVICE_NOT_READY        ((NTSTATUS)0xC00000A3L)
#define STATUS_IO_TIMEOUT              ((NTSTATUS)0xC00000B5L)
#define STATUS_NOT_SUPPORTED           ((NTSTATUS)0xC00000BBL)
#define STATUS_DEVICE_REMOVED          ((NTSTATUS)0xC00002B6L)

/* ---- Structures ---------------------------------------------------------------------------------------- */

typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID, *PGUID;
typedef const GUID *LPCGUID;

/* As in the WDK: a declaration, and after #include <initguid.h> (or with INITGUID defined) a definition. */
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                                               \
    extern const GUID name;                                                                                        \
    __attribute__((weak)) const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) extern const GUID name
#endif

typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER, PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

#define CONTAINING_RECORD(address, type, field) ((type *)(void *)((char *)(address) - offsetof(type, field)))

FORCEINLINE VOID InitializeListHead(PLIST_ENTRY ListHead)
{
    ListHead->Flink = ListHead->Blink = ListHead;
}

FORCEINLINE BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)
{
    return ListHead->Flink == ListHead;
}

/* Returns whether the list is empty now. */
FORCEINLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)
{
    PLIST_ENTRY next = Entry->Flink, previous = Entry->Blink;

    previous->Flink = next;
    next->Blink = previous;
    return next == previous;
}

FORCEINLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Flink;

    RemoveEntryList(entry);
    return entry;
}

FORCEINLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Blink;

    RemoveEntryList(entry);
    return entry;
}

FORCEINLINE VOID InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    PLIST_ENTRY last = ListHead->Blink;

    Entry->Flink = ListHead;
    Entry->Blink = last;
    last->Flink = Entry;
    ListHead->Blink = Entry;
}

FORCEINLINE VOID InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
    PLIST_ENTRY first = ListHead->Flink;

    Entry->Flink = first;
    Entry->Blink = ListHead;
    first->Blink = Entry;
    ListHead->Flink = Entry;
}

typedef struct _DEVICE_OBJECT *PDEVICE_OBJECT; /* opaque here */

typedef VOID(NTAPI *PINTERFACE_REFERENCE)(PVOID Context);
typedef VOID(NTAPI *PINTERFACE_DEREFERENCE)(PVOID Context);

typedef struct _INTERFACE {
    USHORT Size;
    USHORT Version;
    PVOID Context;
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
} INTERFACE, *PINTERFACE;

/* ---- IRQL: each thread has one; services assert that they are called at a legal one -------------------------- */

typedef UCHAR KIRQL, *PKIRQL;
#define PASSIVE_LEVEL  0
#define APC_LEVEL      1
#define DISPATCH_LEVEL 2
#define DEVICE_LEVEL   8 /* what interrupt handlers run at off Windows; not a WDK name */
#define HIGH_LEVEL     15

/* ---- Dispatcher objects ------------------------------------------------------------------------------------ */

typedef enum _EVENT_TYPE {
    NotificationEvent,   /* stays signalled until it is cleared; releases every waiter */
    SynchronizationEvent /* releases one waiter and clears itself */
} EVENT_TYPE;

/* A kernel event. Owns nothing but its storage unless a descriptor was asked for: it may live on a stack. */
typedef struct _KEVENT {
    EVENT_TYPE Type;
    LONG SignalState;
    LIST_ENTRY WaitListHead;
    INT Descriptor; /* -1, or what HdabusEventDescriptor() returned */
} KEVENT, *PKEVENT, *PRKEVENT;

/* ---- Memory descriptor lists --------------------------------------------------------------------------------- */

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096u
typedef ULONG_PTR PFN_NUMBER, *PPFN_NUMBER;

/* Describes pages of memory. The array of page frame numbers follows the structure. */
typedef struct _MDL {
    struct _MDL *Next;
    SHORT Size; /* of this structure and its array, 0 if that is more than a SHORT can hold */
    SHORT MdlFlags;
    PVOID Process; /* off Windows: the memory behind the pages */
    PVOID MappedSystemVa;
    PVOID StartVa;
    ULONG ByteCount;
    ULONG ByteOffset;
} MDL, *PMDL;

#ifdef __cplusplus
}
#endif

#endif
