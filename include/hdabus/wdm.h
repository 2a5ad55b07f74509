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

/* Pool tags are written 'tagX'. */
#pragma GCC diagnostic ignored "-Wmultichar"

/* ---- Annotations that mean nothing to this compiler ------------------------------------------ */

#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define NTAPI
#define FORCEINLINE static inline __attribute__((always_inline, unused))
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif
#define _In_
#define _In_opt_
#define _In_z_
#define _In_range_(low, high)
#define _In_reads_(count)
#define _In_reads_opt_(count)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _Out_
#define _Out_opt_
#define _Out_range_(low, high)
#define _Out_writes_(count)
#define _Out_writes_opt_(count)
#define _Out_writes_all_(count)
#define _Out_writes_to_(size, count)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_bytes_all_(size)
#define _Out_writes_bytes_to_(size, count)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_result_bytebuffer_(size)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(count)
#define _Inout_updates_opt_(count)
#define _Inout_updates_all_(count)
#define _Inout_updates_bytes_(size)
#define _Inout_updates_bytes_opt_(size)
#define _Reserved_
#define _Const_
#define _Null_
#define _Notnull_
#define _Maybenull_
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Field_size_(count)
#define _Field_size_opt_(count)
#define _Field_size_bytes_(size)
#define _Field_range_(low, high)
#define _Struct_size_bytes_(size)
#define _When_(condition, annotations)
#define _At_(target, annotations)
#define _Pre_
#define _Post_
#define _Pre_satisfies_(condition)
#define _Post_satisfies_(condition)
#define _Success_(condition)
#define _Return_type_success_(condition)
#define _On_failure_(annotations)
#define _Check_return_
#define _Must_inspect_result_
#define _Use_decl_annotations_
#define _Function_class_(name)
#define _Kernel_clear_do_init_(yes)
#define _IRQL_requires_(irql)
#define _IRQL_requires_min_(irql)
#define _IRQL_requires_max_(irql)
#define _IRQL_requires_same_
#define _IRQL_raises_(irql)
#define _IRQL_saves_
#define _IRQL_saves_global_(kind, parameter)
#define _IRQL_restores_
#define _IRQL_restores_global_(kind, parameter)
#define _IRQL_always_function_min_(irql)
#define _IRQL_always_function_max_(irql)
#define _Acquires_lock_(lock)
#define _Releases_lock_(lock)
#define _Requires_lock_held_(lock)
#define _Requires_lock_not_held_(lock)
#define _Guarded_by_(lock)
#define _Interlocked_operand_
#define _Analysis_assume_(condition)
#define __drv_allocatesMem(kind)
#define __drv_freesMem(kind)
#define __drv_aliasesMem
#define __drv_maxIRQL(irql)
#define __drv_requiresIRQL(irql)
#define __drv_sameIRQL
#define __drv_when(condition, annotations)
#define __analysis_assume(condition)

/* ---- Scalars: the sizes of the WDK, where a long has 32 bits --------------------------------- */

#define VOID void
typedef void *PVOID;
typedef char CHAR, CCHAR, *PCHAR, *PSTR;
typedef const char *PCSTR;
typedef uint8_t UCHAR, *PUCHAR;
typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32, LONG32;
typedef uint32_t UINT32, ULONG32;
typedef int16_t SHORT, *PSHORT;
typedef uint16_t USHORT, *PUSHORT;
typedef int32_t INT, *PINT;
typedef uint32_t UINT, *PUINT;
typedef int32_t LONG, *PLONG;
typedef uint32_t ULONG, *PULONG;
/* Aligned to their size also on 32-bit processors, as the WDK's layouts have it. */
typedef long long LONGLONG __attribute__((aligned(8)));
typedef unsigned long long ULONGLONG __attribute__((aligned(8)));
typedef LONGLONG *PLONGLONG;
typedef ULONGLONG *PULONGLONG;
typedef LONGLONG LONG64, INT64, *PLONG64;
typedef ULONGLONG ULONG64, UINT64, *PULONG64;
typedef intptr_t LONG_PTR, INT_PTR, *PLONG_PTR;
typedef uintptr_t ULONG_PTR, UINT_PTR, *PULONG_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef intptr_t SSIZE_T;
typedef ULONG LOGICAL, *PLOGICAL;
typedef UCHAR BOOLEAN, *PBOOLEAN;
typedef uint16_t WCHAR, *PWCHAR, *PWSTR;
typedef const WCHAR *PCWSTR;
typedef PVOID HANDLE, *PHANDLE;

#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

#define MAXUCHAR     0xFF
#define MAXUSHORT    0xFFFF
#define MAXLONG      0x7FFFFFFF
#define MAXULONG     0xFFFFFFFFu
#define MAXLONGLONG  INT64_MAX
#define MAXULONGLONG UINT64_MAX

/* ---- Status ---------------------------------------------------------------------------------- */

typedef LONG NTSTATUS, *PNTSTATUS;
#define NT_SUCCESS(status)     ((NTSTATUS)(status) >= 0)
#define NT_INFORMATION(status) ((ULONG)(status) >> 30 == 1)
#define NT_WARNING(status)     ((ULONG)(status) >> 30 == 2)
#define NT_ERROR(status)       ((ULONG)(status) >> 30 == 3)

#define STATUS_SUCCESS                    ((NTSTATUS)0x00000000L)
#define STATUS_WAIT_0                     ((NTSTATUS)0x00000000L)
#define STATUS_WAIT_1                     ((NTSTATUS)0x00000001L)
#define STATUS_WAIT_2                     ((NTSTATUS)0x00000002L)
#define STATUS_WAIT_3                     ((NTSTATUS)0x00000003L)
#define STATUS_WAIT_63                    ((NTSTATUS)0x0000003FL)
#define STATUS_USER_APC                   ((NTSTATUS)0x000000C0L)
#define STATUS_ALERTED                    ((NTSTATUS)0x00000101L)
#define STATUS_TIMEOUT                    ((NTSTATUS)0x00000102L)
#define STATUS_PENDING                    ((NTSTATUS)0x00000103L)
#define STATUS_BUFFER_OVERFLOW            ((NTSTATUS)0x80000005L)
#define STATUS_DEVICE_BUSY                ((NTSTATUS)0x80000011L)
#define STATUS_NO_MORE_ENTRIES            ((NTSTATUS)0x8000001AL)
#define STATUS_UNSUCCESSFUL               ((NTSTATUS)0xC0000001L)
#define STATUS_NOT_IMPLEMENTED            ((NTSTATUS)0xC0000002L)
#define STATUS_INFO_LENGTH_MISMATCH       ((NTSTATUS)0xC0000004L)
#define STATUS_INVALID_HANDLE             ((NTSTATUS)0xC0000008L)
#define STATUS_INVALID_PARAMETER          ((NTSTATUS)0xC000000DL)
#define STATUS_NO_SUCH_DEVICE             ((NTSTATUS)0xC000000EL)
#define STATUS_INVALID_DEVICE_REQUEST     ((NTSTATUS)0xC0000010L)
#define STATUS_MORE_PROCESSING_REQUIRED   ((NTSTATUS)0xC0000016L)
#define STATUS_NO_MEMORY                  ((NTSTATUS)0xC0000017L)
#define STATUS_ACCESS_DENIED              ((NTSTATUS)0xC0000022L)
#define STATUS_BUFFER_TOO_SMALL           ((NTSTATUS)0xC0000023L)
#define STATUS_OBJECT_TYPE_MISMATCH       ((NTSTATUS)0xC0000024L)
#define STATUS_OBJECT_NAME_NOT_FOUND      ((NTSTATUS)0xC0000034L)
#define STATUS_DATA_ERROR                 ((NTSTATUS)0xC000003EL)
#define STATUS_DELETE_PENDING             ((NTSTATUS)0xC0000056L)
#define STATUS_INTEGER_OVERFLOW           ((NTSTATUS)0xC0000095L)
#define STATUS_INSUFFICIENT_RESOURCES     ((NTSTATUS)0xC000009AL)
#define STATUS_DEVICE_NOT_CONNECTED       ((NTSTATUS)0xC000009DL)
#define STATUS_DEVICE_NOT_READY           ((NTSTATUS)0xC00000A3L)
#define STATUS_IO_TIMEOUT                 ((NTSTATUS)0xC00000B5L)
#define STATUS_NOT_SUPPORTED              ((NTSTATUS)0xC00000BBL)
#define STATUS_DEVICE_DOES_NOT_EXIST      ((NTSTATUS)0xC00000C0L)
#define STATUS_INTERNAL_ERROR             ((NTSTATUS)0xC00000E5L)
#define STATUS_INVALID_PARAMETER_1        ((NTSTATUS)0xC00000EFL)
#define STATUS_INVALID_PARAMETER_2        ((NTSTATUS)0xC00000F0L)
#define STATUS_INVALID_PARAMETER_3        ((NTSTATUS)0xC00000F1L)
#define STATUS_INVALID_PARAMETER_4        ((NTSTATUS)0xC00000F2L)
#define STATUS_INVALID_PARAMETER_5        ((NTSTATUS)0xC00000F3L)
#define STATUS_CANCELLED                  ((NTSTATUS)0xC0000120L)
#define STATUS_DEVICE_CONFIGURATION_ERROR ((NTSTATUS)0xC0000182L)
#define STATUS_INVALID_DEVICE_STATE       ((NTSTATUS)0xC0000184L)
#define STATUS_IO_DEVICE_ERROR            ((NTSTATUS)0xC0000185L)
#define STATUS_INVALID_BUFFER_SIZE        ((NTSTATUS)0xC0000206L)
#define STATUS_NOT_FOUND                  ((NTSTATUS)0xC0000225L)
#define STATUS_NO_MATCH                   ((NTSTATUS)0xC0000272L)
#define STATUS_DEVICE_REMOVED             ((NTSTATUS)0xC00002B6L)

/* ---- Structures ------------------------------------------------------------------------------ */

typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID, *PGUID;
typedef GUID *LPGUID;
typedef const GUID *LPCGUID;

/* As in the WDK: a declaration, and after #include <initguid.h> (or with INITGUID defined) a definition. */
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    extern const GUID name;                                          \
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

#define CONTAINING_RECORD(address, type, field) ((type *)(void *)((char *)(address)-offsetof(type, field)))

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

/* Counts bytes. */
typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

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

/* ---- Memory as bytes, and the small macros of every driver ----------------------------------- */

#define UNREFERENCED_PARAMETER(parameter)     ((void)(parameter))
#define DBG_UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(name) ((void)(name))
#define FIELD_OFFSET(type, field)             ((LONG)offsetof(type, field))
#define RTL_FIELD_SIZE(type, field)           (sizeof(((type *)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (offsetof(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_NUMBER_OF(array)                  (sizeof(array) / sizeof((array)[0]))
#define ARRAYSIZE(array)                      RTL_NUMBER_OF(array)
#ifdef __cplusplus
#define C_ASSERT(condition) static_assert(condition, #condition)
#else
#define C_ASSERT(condition) _Static_assert(condition, #condition)
#endif
#define ROUND_TO_SIZE(length, alignment) \
    (((ULONG_PTR)(length) + ((alignment)-1)) & ~(ULONG_PTR)((alignment)-1))

/* As in the WDK, C only, and not where NOMINMAX is defined. */
#if !defined(NOMINMAX) && !defined(__cplusplus)
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#endif

#define RtlZeroMemory(destination, length)         ((void)__builtin_memset((destination), 0, (length)))
#define RtlSecureZeroMemory(destination, length)   RtlZeroMemory(destination, length)
#define RtlFillMemory(destination, length, fill)   ((void)__builtin_memset((destination), (fill), (length)))
#define RtlCopyMemory(destination, source, length) ((void)__builtin_memcpy((destination), (source), (length)))
#define RtlMoveMemory(destination, source, length) \
    ((void)__builtin_memmove((destination), (source), (length)))
#define RtlEqualMemory(first, second, length) (__builtin_memcmp((first), (second), (length)) == 0)

/* Returns how many bytes from the start are equal. */
FORCEINLINE SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
    const UCHAR *first = (const UCHAR *)Source1, *second = (const UCHAR *)Source2;
    SIZE_T equal = 0;

    while (equal < Length && first[equal] == second[equal])
        equal++;
    return equal;
}

#ifdef __cplusplus
#define IsEqualGUID(first, second) RtlEqualMemory(&(first), &(second), sizeof(GUID))
#else
#define IsEqualGUID(first, second) RtlEqualMemory((first), (second), sizeof(GUID))
#endif
#define InlineIsEqualGUID(first, second) IsEqualGUID(first, second)

/* ---- Interlocked operations: full barriers --------------------------------------------------- */

FORCEINLINE LONG InterlockedIncrement(volatile LONG *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG InterlockedDecrement(volatile LONG *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

/* These return what was there before. */
FORCEINLINE LONG InterlockedExchange(volatile LONG *Target, LONG Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG InterlockedExchangeAdd(volatile LONG *Addend, LONG Value)
{
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG InterlockedCompareExchange(volatile LONG *Destination, LONG ExChange, LONG Comperand)
{
    __atomic_compare_exchange_n(Destination, &Comperand, ExChange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return Comperand;
}

FORCEINLINE LONG InterlockedOr(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG InterlockedAnd(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG InterlockedXor(volatile LONG *Destination, LONG Value)
{
    return __atomic_fetch_xor(Destination, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64 InterlockedIncrement64(volatile LONG64 *Addend)
{
    return __atomic_add_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64 InterlockedDecrement64(volatile LONG64 *Addend)
{
    return __atomic_sub_fetch(Addend, 1, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64 InterlockedExchange64(volatile LONG64 *Target, LONG64 Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64 InterlockedExchangeAdd64(volatile LONG64 *Addend, LONG64 Value)
{
    return __atomic_fetch_add(Addend, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64 InterlockedCompareExchange64(volatile LONG64 *Destination, LONG64 ExChange,
                                                LONG64 Comperand)
{
    __atomic_compare_exchange_n(Destination, &Comperand, ExChange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return Comperand;
}

FORCEINLINE LONG64 InterlockedOr64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_or(Destination, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE LONG64 InterlockedAnd64(volatile LONG64 *Destination, LONG64 Value)
{
    return __atomic_fetch_and(Destination, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile *Target, PVOID Value)
{
    return __atomic_exchange_n(Target, Value, __ATOMIC_SEQ_CST);
}

FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile *Destination, PVOID ExChange,
                                                    PVOID Comperand)
{
    __atomic_compare_exchange_n(Destination, &Comperand, ExChange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return Comperand;
}

/* What another processor or a device writes, read once and whole; Acquire: and before all that follows. */
FORCEINLINE ULONG ReadULongNoFence(const volatile ULONG *Source)
{
    return __atomic_load_n(Source, __ATOMIC_RELAXED);
}

FORCEINLINE ULONG ReadULongAcquire(const volatile ULONG *Source)
{
    return __atomic_load_n(Source, __ATOMIC_ACQUIRE);
}

#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define YieldProcessor()  __asm__ volatile("" ::: "memory")

/* ---- IRQL: each thread has one; services assert that they are called at a legal one ---------- */

typedef UCHAR KIRQL, *PKIRQL;
#define PASSIVE_LEVEL  0
#define APC_LEVEL      1
#define DISPATCH_LEVEL 2
#define DEVICE_LEVEL   8 /* what interrupt handlers run at off Windows; not a WDK name */
#define HIGH_LEVEL     15

/* ---- Dispatcher objects ---------------------------------------------------------------------- */

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

/* ---- Memory descriptor lists ----------------------------------------------------------------- */

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

/* ---- Services, as declared in the WDK -------------------------------------------------------- */

/* Supplied by libhdabus in a Linux process. A call that the WDK forbids at the caller's IRQL, or that would
 * wait for its own caller, ends the process: a sentence on standard error that names the routine and the
 * levels, and abort(). A wait without a timeout for an event that nobody sets lasts for ever, as it does on
 * Windows. */

#define NTKERNELAPI __attribute__((visibility("default")))
#define NTSYSAPI    NTKERNELAPI

/* ---- IRQL and spin locks --------------------------------------------------------------------- */

NTKERNELAPI KIRQL KeGetCurrentIrql(VOID);
/* Raise; returns the level before. Raising to a lower level is a bug. */
NTKERNELAPI KIRQL KfRaiseIrql(KIRQL NewIrql);
NTKERNELAPI VOID KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql);
NTKERNELAPI KIRQL KeRaiseIrqlToDpcLevel(VOID);
/* Lower to what Raise returned. What was held off by the level happens now: on the virtual clock, in this
 * call. */
NTKERNELAPI VOID KeLowerIrql(KIRQL NewIrql);
#define KfLowerIrql(NewIrql) KeLowerIrql(NewIrql)

typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;

FORCEINLINE VOID KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    __atomic_store_n(SpinLock, (KSPIN_LOCK)0, __ATOMIC_RELAXED);
}

/* At DISPATCH_LEVEL or below; holds at DISPATCH_LEVEL. Not recursive: that is a bug, and noticed. */
NTKERNELAPI VOID KeAcquireSpinLock(PKSPIN_LOCK SpinLock, PKIRQL OldIrql);
NTKERNELAPI KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock);
NTKERNELAPI VOID KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
/* At DISPATCH_LEVEL or above, which they leave alone. */
NTKERNELAPI VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);

/* ---- Events and waits ------------------------------------------------------------------------ */

typedef CCHAR KPROCESSOR_MODE;
typedef LONG KPRIORITY;
typedef enum _MODE { KernelMode, UserMode, MaximumMode } MODE;
typedef enum _WAIT_TYPE { WaitAll, WaitAny } WAIT_TYPE;
typedef enum _KWAIT_REASON {
    Executive,
    FreePage,
    PageIn,
    PoolAllocation,
    DelayExecution,
    Suspended,
    UserRequest,
} KWAIT_REASON;

#define IO_NO_INCREMENT      0
#define EVENT_INCREMENT      1
#define IO_SOUND_INCREMENT   8
#define THREAD_WAIT_OBJECTS  3 /* so many waits need no KWAIT_BLOCK of the caller's */
#define MAXIMUM_WAIT_OBJECTS 64

typedef struct _KWAIT_BLOCK {
    LIST_ENTRY WaitListEntry;
    PVOID Thread; /* off Windows: the wait that it belongs to */
    PVOID Object;
    ULONG WaitKey;
} KWAIT_BLOCK, *PKWAIT_BLOCK, *PRKWAIT_BLOCK;

NTKERNELAPI VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State);
/* At DISPATCH_LEVEL or below. Returns whether it was signalled before. Once a waiter runs the event is not
 * touched any more: the waiter may free it. */
NTKERNELAPI LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait);
NTKERNELAPI VOID KeClearEvent(PRKEVENT Event);
NTKERNELAPI LONG KeResetEvent(PRKEVENT Event);
NTKERNELAPI LONG KeReadStateEvent(PRKEVENT Event);

/* Waits for an event. Timeout in units of 100 ns: negative, from now; positive, a system time; NULL, for
 * ever; pointing at 0, not at all. SUCCESS or TIMEOUT; for several with WaitAny, STATUS_WAIT_0 plus the
 * event's index. Above APC_LEVEL the timeout must be 0. On the virtual clock a wait is what makes time pass,
 * unless its timeout is 0 or it is satisfied at once. */
NTKERNELAPI NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                           BOOLEAN Alertable, PLARGE_INTEGER Timeout);
NTKERNELAPI NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                                              KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                              BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                              PKWAIT_BLOCK WaitBlockArray);

/* Off Windows: a file descriptor that polls readable while the event is signalled, for poll() and epoll. -1,
 * with errno, when there is none. The same descriptor each time. It is for polling: the driver's own set,
 * clear and wait keep it current, reading or writing it does not change the event. Whoever owns the event
 * closes it, with HdabusCloseEventDescriptor() and not with close(), after the last user is done and before
 * the event's memory goes. Polling passes no time on the virtual clock: only waits, delays, stalls and
 * register accesses do. */
NTKERNELAPI INT HdabusEventDescriptor(PKEVENT Event);
/* Does nothing for an event without one. */
NTKERNELAPI VOID HdabusCloseEventDescriptor(PKEVENT Event);

/* Mutexes that hold at APC_LEVEL. Not recursive. */
typedef struct _FAST_MUTEX {
    LONG Count;
    PVOID Owner;
    ULONG Contention;
    KEVENT Event;
    ULONG OldIrql;
} FAST_MUTEX, *PFAST_MUTEX;

NTKERNELAPI VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID ExAcquireFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex);

/* ---- Time: on the clock that the calling thread waits on ------------------------------------- */

/* Blocks for an interval in units of 100 ns: negative, from now; else until a system time. At APC_LEVEL or
 * below. */
NTKERNELAPI NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                            PLARGE_INTEGER Interval);
NTKERNELAPI VOID KeStallExecutionProcessor(ULONG MicroSeconds);
/* Bus time: nanoseconds, at a frequency of 10^9. */
NTKERNELAPI LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency);
/* Units of 100 ns since 1601; virtual time starts with 2020. */
NTKERNELAPI VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
NTKERNELAPI VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime);
/* Units of 100 ns since some start. */
NTKERNELAPI ULONGLONG KeQueryInterruptTime(VOID);

/* ---- Pool: at DISPATCH_LEVEL or below, paged pool at APC_LEVEL or below ---------------------- */

typedef enum _POOL_TYPE {
    NonPagedPool = 0,
    NonPagedPoolExecute = 0,
    PagedPool = 1,
    NonPagedPoolNx = 512,
} POOL_TYPE;
typedef ULONG64 POOL_FLAGS;
#define POOL_FLAG_UNINITIALIZED     0x0000000000000002ull
#define POOL_FLAG_CACHE_ALIGNED     0x0000000000000008ull
#define POOL_FLAG_NON_PAGED         0x0000000000000040ull
#define POOL_FLAG_NON_PAGED_EXECUTE 0x0000000000000080ull
#define POOL_FLAG_PAGED             0x0000000000000100ull

/* NULL without memory. Aligned to 16 bytes, from a page's size on to a page. Of these the first leaves the
 * memory as it is. */
NTKERNELAPI PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
NTKERNELAPI PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
NTKERNELAPI PVOID ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);
NTKERNELAPI VOID ExFreePool(PVOID P);
/* A tag other than the allocation's is a bug; 0 is any. */
NTKERNELAPI VOID ExFreePoolWithTag(PVOID P, ULONG Tag);

/* ---- Memory descriptor lists ----------------------------------------------------------------- */

#define MDL_MAPPED_TO_SYSTEM_VA     0x0001
#define MDL_PAGES_LOCKED            0x0002
#define MDL_SOURCE_IS_NONPAGED_POOL 0x0004

#define BYTE_OFFSET(va)      ((ULONG)((ULONG_PTR)(va) & (PAGE_SIZE - 1)))
#define BYTES_TO_PAGES(size) (((size) >> PAGE_SHIFT) + (((size) & (PAGE_SIZE - 1)) != 0))
#define ROUND_TO_PAGES(size) (((ULONG_PTR)(size) + PAGE_SIZE - 1) & ~((ULONG_PTR)PAGE_SIZE - 1))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, size) \
    ((ULONG)((BYTE_OFFSET(va) + (SIZE_T)(size) + PAGE_SIZE - 1) >> PAGE_SHIFT))
#define PAGE_ALIGN(va) ((PVOID)((ULONG_PTR)(va) & ~((ULONG_PTR)PAGE_SIZE - 1)))

#define MmGetMdlByteCount(mdl)      ((mdl)->ByteCount)
#define MmGetMdlByteOffset(mdl)     ((mdl)->ByteOffset)
#define MmGetMdlBaseVa(mdl)         ((mdl)->StartVa)
#define MmGetMdlVirtualAddress(mdl) ((PVOID)((PCHAR)(mdl)->StartVa + (mdl)->ByteOffset))
#define MmGetMdlPfnArray(mdl)       ((PPFN_NUMBER)((mdl) + 1))

typedef enum _MEMORY_CACHING_TYPE {
    MmNonCached = 0,
    MmCached = 1,
    MmWriteCombined = 2,
    MmHardwareCoherentCached,
    MmNonCachedUnordered,
    MmUSWCCached,
    MmMaximumCacheType,
    MmNotMapped = -1,
} MEMORY_CACHING_TYPE;

typedef enum _MM_PAGE_PRIORITY {
    LowPagePriority = 0,
    NormalPagePriority = 16,
    HighPagePriority = 32,
} MM_PAGE_PRIORITY;
#define MdlMappingNoWrite   0x80000000u
#define MdlMappingNoExecute 0x40000000u

/* Maps the pages: the address of the first byte. Mapping what is mapped, and unmapping what is not, are bugs.
 */
NTKERNELAPI PVOID MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE AccessMode,
                                               MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
                                               ULONG BugCheckOnFailure, ULONG Priority);
NTKERNELAPI VOID MmUnmapLockedPages(PVOID BaseAddress, PMDL Mdl);

/* The device's address of a byte that AllocateContiguousDmaBuffer has handed out; 0 of other memory. Up to
 * DISPATCH_LEVEL. */
NTKERNELAPI PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID BaseAddress);

/* The mapping, made if there is none. */
FORCEINLINE PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority)
{
    if (Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))
        return Mdl->MappedSystemVa;
    return MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE, Priority);
}

/* ---- Debugging: DBG is 1 unless NDEBUG is defined -------------------------------------------- */

#ifndef DBG
#ifdef NDEBUG
#define DBG 0
#else
#define DBG 1
#endif
#endif

#define DPFLTR_IHVDRIVER_ID  77
#define DPFLTR_IHVAUDIO_ID   81
#define DPFLTR_ERROR_LEVEL   0
#define DPFLTR_WARNING_LEVEL 1
#define DPFLTR_TRACE_LEVEL   2
#define DPFLTR_INFO_LEVEL    3

/* To standard error. The formats are the WDK's: a long (%ld, %lx) has 32 bits, %I64x 64; %ws, %S and %wZ
 * are 16-bit characters. */
NTSYSAPI ULONG DbgPrint(PCSTR Format, ...);
NTSYSAPI ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
/* Says which assertion failed where, and ends the process. */
NTSYSAPI VOID RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message);
NTSYSAPI VOID DbgBreakPoint(VOID);

#define HDABUS_ASSERT(condition, message) \
    ((condition) ? (void)0 : RtlAssert((PVOID) #condition, (PVOID)__FILE__, __LINE__, (PSTR)(message)))

#if DBG
#define KdPrint(arguments)               DbgPrint arguments
#define KdPrintEx(arguments)             DbgPrintEx arguments
#define KdBreakPoint()                   DbgBreakPoint()
#define ASSERT(condition)                HDABUS_ASSERT(condition, NULL)
#define ASSERTMSG(message, condition)    HDABUS_ASSERT(condition, message)
#define NT_ASSERT(condition)             HDABUS_ASSERT(condition, NULL)
#define NT_ASSERTMSG(message, condition) HDABUS_ASSERT(condition, message)
#define PAGED_CODE()                     HDABUS_ASSERT(KeGetCurrentIrql() <= APC_LEVEL, "paged code")
#else
#define KdPrint(arguments)               ((void)0)
#define KdPrintEx(arguments)             ((void)0)
#define KdBreakPoint()                   ((void)0)
#define ASSERT(condition)                ((void)0)
#define ASSERTMSG(message, condition)    ((void)0)
#define NT_ASSERT(condition)             ((void)0)
#define NT_ASSERTMSG(message, condition) ((void)0)
#define PAGED_CODE()                     ((void)0)
#endif

#ifdef __cplusplus
}
#endif

#endif
