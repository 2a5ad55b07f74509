/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hdaudio.h - the HD Audio device driver interface.
 *
 * Names, layouts and GUIDs are those of the Windows Driver Kit. The contract of every routine, with what this
 * driver promises where the published documentation is silent, is in docs/DDI.md.
 *
 * A function driver obtains one of the interface tables below (IRP_MN_QUERY_INTERFACE on Windows,
 * hdabus_query_interface() elsewhere), calls the routines with the table's Context as the first argument, and
 * gives the table back with InterfaceDereference.
 */
#ifndef HDABUS_HDAUDIO_H
#define HDABUS_HDAUDIO_H

#ifndef _WIN32
#include <wdm.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* bbd1a745-add6-4575-9c2e-9b428d1c3266 */
DEFINE_GUID(GUID_HDAUDIO_BUS_CLASS, 0xbbd1a745, 0xadd6, 0x4575, 0x9c, 0x2e, 0x9b, 0x42, 0x8d, 0x1c, 0x32,
            0x66);
/* d2eaf88b-ab18-41a8-b664-8d592167671b */
DEFINE_GUID(GUID_HDAUDIO_BUS_INTERFACE, 0xd2eaf88b, 0xab18, 0x41a8, 0xb6, 0x64, 0x8d, 0x59, 0x21, 0x67, 0x67,
            0x1b);
/* b4d65397-5634-40b0-b068-f5b9f8b967a5 */
DEFINE_GUID(GUID_HDAUDIO_BUS_INTERFACE_BDL, 0xb4d65397, 0x5634, 0x40b0, 0xb0, 0x68, 0xf5, 0xb9, 0xf8, 0xb9,
            0x67, 0xa5);
/* b52af5fb-424b-4bb9-a160-5b38be94e568 */
DEFINE_GUID(GUID_HDAUDIO_BUS_INTERFACE_V2, 0xb52af5fb, 0x424b, 0x4bb9, 0xa1, 0x60, 0x5b, 0x38, 0xbe, 0x94,
            0xe5, 0x68);
/* dc25da12-bcd1-4c7f-84e1-02adb6dcdcbf */
DEFINE_GUID(GUID_HDAUDIO_BUS_INTERFACE_V3, 0xdc25da12, 0xbcd1, 0x4c7f, 0x84, 0xe1, 0x02, 0xad, 0xb6, 0xdc,
            0xdc, 0xbf);

/* ---- Verbs ----------------------------------------------------------------------------------- */

/* One command as it goes over the link. */
typedef struct _HDAUDIO_CODEC_COMMAND {
    union {
        struct {
            ULONG Data : 8; /* verbs with 12 bits of id and 8 of payload */
            ULONG VerbId : 12;
            ULONG Node : 8;
            ULONG CodecAddress : 4;
        } Verb8;
        struct {
            ULONG Data : 16; /* verbs with 4 bits of id and 16 of payload */
            ULONG VerbId : 4;
            ULONG Node : 8;
            ULONG CodecAddress : 4;
        } Verb16;
        ULONG Command;
    };
} HDAUDIO_CODEC_COMMAND, *PHDAUDIO_CODEC_COMMAND;

/* One response, solicited or not. IsValid = 0 with HasFifoOverrun = 1: the RIRB overran; alone: no answer. */
typedef struct _HDAUDIO_CODEC_RESPONSE {
    union {
        struct {
            union {
                struct {
                    ULONG Response : 21;
                    ULONG SubTag : 5;
                    ULONG Tag : 6;
                } Unsolicited;
                ULONG Response;
            };
            ULONG SDataIn : 4;
            ULONG IsUnsolicitedResponse : 1;
            ULONG : 25;
            ULONG HasFifoOverrun : 1;
            ULONG IsValid : 1;
        };
        ULONGLONG CompleteResponse;
    };
} HDAUDIO_CODEC_RESPONSE, *PHDAUDIO_CODEC_RESPONSE;

typedef struct _HDAUDIO_CODEC_TRANSFER {
    HDAUDIO_CODEC_COMMAND Output;
    HDAUDIO_CODEC_RESPONSE Input;
} HDAUDIO_CODEC_TRANSFER, *PHDAUDIO_CODEC_TRANSFER;

/* ---- Streams --------------------------------------------------------------------------------- */

/* A stream as it lies in memory. Valid bits are left-justified in the container, the rest is zero. */
typedef struct _HDAUDIO_STREAM_FORMAT {
    ULONG SampleRate; /* Hz */
    USHORT ValidBitsPerSample;
    USHORT ContainerSize; /* 8, 16, 24 or 32 bits */
    USHORT NumberOfChannels;
} HDAUDIO_STREAM_FORMAT, *PHDAUDIO_STREAM_FORMAT;

/* The same as a codec's converter takes it (HDA 3.7.1). */
typedef struct _HDAUDIO_CONVERTER_FORMAT {
    union {
        struct {
            USHORT NumberOfChannels : 4; /* count - 1 */
            USHORT BitsPerSample : 3;    /* 0 = 8, 1 = 16, 2 = 20, 3 = 24, 4 = 32 */
            USHORT : 1;
            USHORT SampleRate : 7; /* base:1 mult:3 div:3, base highest */
            USHORT StreamType : 1; /* 0 = PCM */
        };
        USHORT ConverterFormat;
    };
} HDAUDIO_CONVERTER_FORMAT, *PHDAUDIO_CONVERTER_FORMAT;

typedef enum _HDAUDIO_STREAM_STATE {
    ResetState = 0,
    StopState = 1,
    PauseState = 1,
    RunState = 2,
} HDAUDIO_STREAM_STATE,
    *PHDAUDIO_STREAM_STATE;

/* One entry of a buffer descriptor list (HDA 3.6.3). */
typedef struct _HDAUDIO_BUFFER_DESCRIPTOR {
    PHYSICAL_ADDRESS Address;
    ULONG Length;                /* bytes */
    ULONG InterruptOnCompletion; /* bit 0 */
} HDAUDIO_BUFFER_DESCRIPTOR, *PHDAUDIO_BUFFER_DESCRIPTOR;

/* ---- The bus --------------------------------------------------------------------------------- */

typedef struct _HDAUDIO_DEVICE_INFORMATION {
    USHORT Size;
    USHORT DeviceVersion;  /* of the controller, major in the high byte */
    USHORT DriverVersion;  /* of the bus driver, major in the high byte */
    USHORT CodecsDetected; /* bit n: a codec on SDI line n */
    BOOLEAN IsStripingSupported;
} HDAUDIO_DEVICE_INFORMATION, *PHDAUDIO_DEVICE_INFORMATION;

typedef struct _HDAUDIO_DEVICE_INFORMATION_V2 {
    USHORT Size;
    USHORT DeviceVersion;
    USHORT DriverVersion;
    USHORT CodecsDetected;
    BOOLEAN IsStripingSupported;
    UCHAR CtrlRevision;
    USHORT CtrlVendorId;
    USHORT CtrlDeviceId;
} HDAUDIO_DEVICE_INFORMATION_V2, *PHDAUDIO_DEVICE_INFORMATION_V2;

typedef enum _HDAUDIO_CODEC_POWER_STATE {
    CodecPowerUnspecified = 0,
    CodecPowerDeviceD0 = 1,
    CodecPowerDeviceD1 = 2,
    CodecPowerDeviceD2 = 3,
    CodecPowerDeviceD3 = 4,
    CodecPowerDeviceD3Cold = 5,
    CodecPowerDeviceMaximum = 6,
} HDAUDIO_CODEC_POWER_STATE,
    *PHDAUDIO_CODEC_POWER_STATE;

/* ---- Callbacks, all at DISPATCH_LEVEL but the BDL ISR ---------------------------------------- */

typedef VOID(NTAPI *PHDAUDIO_TRANSFER_COMPLETE_CALLBACK)(HDAUDIO_CODEC_TRANSFER *Transfer, PVOID Context);
typedef VOID(NTAPI *PHDAUDIO_UNSOLICITED_RESPONSE_CALLBACK)(HDAUDIO_CODEC_RESPONSE Response, PVOID Context);
typedef VOID(NTAPI *PHDAUDIO_BDL_ISR)(VOID *Context, ULONG InterruptBitMask);
typedef VOID(NTAPI *PHDAUDIO_DMA_NOTIFICATION_CALLBACK)(PVOID Context, LARGE_INTEGER QpcTimestamp);

/* ---- Routines -------------------------------------------------------------------------------- */

typedef NTSTATUS(NTAPI *PTRANSFER_CODEC_VERBS)(PVOID _context, ULONG Count,
                                               PHDAUDIO_CODEC_TRANSFER CodecTransfer,
                                               PHDAUDIO_TRANSFER_COMPLETE_CALLBACK Callback, PVOID Context);
typedef NTSTATUS(NTAPI *PALLOCATE_CAPTURE_DMA_ENGINE)(PVOID _context, UCHAR CodecAddress,
                                                      PHDAUDIO_STREAM_FORMAT StreamFormat, PHANDLE Handle,
                                                      PHDAUDIO_CONVERTER_FORMAT ConverterFormat);
typedef NTSTATUS(NTAPI *PALLOCATE_RENDER_DMA_ENGINE)(PVOID _context, PHDAUDIO_STREAM_FORMAT StreamFormat,
                                                     BOOLEAN Stripe, PHANDLE Handle,
                                                     PHDAUDIO_CONVERTER_FORMAT ConverterFormat);
typedef NTSTATUS(NTAPI *PCHANGE_BANDWIDTH_ALLOCATION)(PVOID _context, HANDLE Handle,
                                                      PHDAUDIO_STREAM_FORMAT StreamFormat,
                                                      PHDAUDIO_CONVERTER_FORMAT ConverterFormat);
typedef NTSTATUS(NTAPI *PALLOCATE_DMA_BUFFER)(PVOID _context, HANDLE Handle, SIZE_T RequestedBufferSize,
                                              PMDL *BufferMdl, PSIZE_T AllocatedBufferSize, PUCHAR StreamId,
                                              PULONG FifoSize);
typedef NTSTATUS(NTAPI *PFREE_DMA_BUFFER)(PVOID _context, HANDLE Handle);
typedef NTSTATUS(NTAPI *PFREE_DMA_ENGINE)(PVOID _context, HANDLE Handle);
typedef NTSTATUS(NTAPI *PSET_DMA_ENGINE_STATE)(PVOID _context, HDAUDIO_STREAM_STATE StreamState,
                                               ULONG NumberOfHandles, PHANDLE Handles);
typedef VOID(NTAPI *PGET_WALL_CLOCK_REGISTER)(PVOID _context, PULONG *Wallclock);
typedef NTSTATUS(NTAPI *PGET_LINK_POSITION_REGISTER)(PVOID _context, HANDLE Handle, PULONG *Position);
typedef NTSTATUS(NTAPI *PREGISTER_EVENT_CALLBACK)(PVOID _context,
                                                  PHDAUDIO_UNSOLICITED_RESPONSE_CALLBACK Routine,
                                                  PVOID Context, PUCHAR Tag);
typedef NTSTATUS(NTAPI *PUNREGISTER_EVENT_CALLBACK)(PVOID _context, UCHAR Tag);
typedef NTSTATUS(NTAPI *PGET_DEVICE_INFORMATION)(PVOID _context,
                                                 PHDAUDIO_DEVICE_INFORMATION DeviceInformation);
typedef VOID(NTAPI *PGET_RESOURCE_INFORMATION)(PVOID _context, PUCHAR CodecAddress,
                                               PUCHAR FunctionGroupStartNode);
typedef NTSTATUS(NTAPI *PALLOCATE_DMA_BUFFER_WITH_NOTIFICATION)(
    PVOID _context, HANDLE Handle, ULONG NotificationCount, SIZE_T RequestedBufferSize, PMDL *BufferMdl,
    PSIZE_T AllocatedBufferSize, PSIZE_T OffsetFromFirstPage, PUCHAR StreamId, PULONG FifoSize);
typedef NTSTATUS(NTAPI *PFREE_DMA_BUFFER_WITH_NOTIFICATION)(PVOID _context, HANDLE Handle, PMDL BufferMdl,
                                                            SIZE_T BufferSize);
typedef NTSTATUS(NTAPI *PREGISTER_NOTIFICATION_EVENT)(PVOID _context, HANDLE Handle,
                                                      PKEVENT NotificationEvent);
typedef NTSTATUS(NTAPI *PUNREGISTER_NOTIFICATION_EVENT)(PVOID _context, HANDLE Handle,
                                                        PKEVENT NotificationEvent);
typedef NTSTATUS(NTAPI *PREGISTER_NOTIFICATION_CALLBACK)(
    PVOID _context, HANDLE Handle, PDEVICE_OBJECT Fdo,
    PHDAUDIO_DMA_NOTIFICATION_CALLBACK NotificationCallback, PVOID CallbackContext);
typedef NTSTATUS(NTAPI *PUNREGISTER_NOTIFICATION_CALLBACK)(
    PVOID _context, HANDLE Handle, PHDAUDIO_DMA_NOTIFICATION_CALLBACK NotificationCallback,
    PVOID CallbackContext);
typedef NTSTATUS(NTAPI *PALLOCATE_CONTIGUOUS_DMA_BUFFER)(PVOID _context, HANDLE Handle,
                                                         ULONG RequestedBufferSize, PVOID *DataBuffer,
                                                         PHDAUDIO_BUFFER_DESCRIPTOR *BdlBuffer);
typedef NTSTATUS(NTAPI *PSETUP_DMA_ENGINE_WITH_BDL)(PVOID _context, HANDLE Handle, ULONG BufferLength,
                                                    ULONG Lvi, PHDAUDIO_BDL_ISR Isr, PVOID Context,
                                                    PUCHAR StreamId, PULONG FifoSize);
typedef NTSTATUS(NTAPI *PFREE_CONTIGUOUS_DMA_BUFFER)(PVOID _context, HANDLE Handle);

/* ---- Interface tables, in the WDK's order. Version is 0x0100 in all of them ------------------ */

#define HDAUDIO_INTERFACE_HEAD                             \
    USHORT Size;                                           \
    USHORT Version;                                        \
    PVOID Context;                                         \
    PINTERFACE_REFERENCE InterfaceReference;               \
    PINTERFACE_DEREFERENCE InterfaceDereference;           \
    PTRANSFER_CODEC_VERBS TransferCodecVerbs;              \
    PALLOCATE_CAPTURE_DMA_ENGINE AllocateCaptureDmaEngine; \
    PALLOCATE_RENDER_DMA_ENGINE AllocateRenderDmaEngine;   \
    PCHANGE_BANDWIDTH_ALLOCATION ChangeBandwidthAllocation

#define HDAUDIO_INTERFACE_TAIL                           \
    PFREE_DMA_ENGINE FreeDmaEngine;                      \
    PSET_DMA_ENGINE_STATE SetDmaEngineState;             \
    PGET_WALL_CLOCK_REGISTER GetWallClockRegister;       \
    PGET_LINK_POSITION_REGISTER GetLinkPositionRegister; \
    PREGISTER_EVENT_CALLBACK RegisterEventCallback;      \
    PUNREGISTER_EVENT_CALLBACK UnregisterEventCallback;  \
    PGET_DEVICE_INFORMATION GetDeviceInformation;        \
    PGET_RESOURCE_INFORMATION GetResourceInformation

#define HDAUDIO_INTERFACE_BASELINE          \
    HDAUDIO_INTERFACE_HEAD;                 \
    PALLOCATE_DMA_BUFFER AllocateDmaBuffer; \
    PFREE_DMA_BUFFER FreeDmaBuffer;         \
    HDAUDIO_INTERFACE_TAIL

#define HDAUDIO_INTERFACE_NOTIFICATION                                        \
    PALLOCATE_DMA_BUFFER_WITH_NOTIFICATION AllocateDmaBufferWithNotification; \
    PFREE_DMA_BUFFER_WITH_NOTIFICATION FreeDmaBufferWithNotification;         \
    PREGISTER_NOTIFICATION_EVENT RegisterNotificationEvent;                   \
    PUNREGISTER_NOTIFICATION_EVENT UnregisterNotificationEvent

typedef struct _HDAUDIO_BUS_INTERFACE {
    HDAUDIO_INTERFACE_BASELINE;
} HDAUDIO_BUS_INTERFACE, *PHDAUDIO_BUS_INTERFACE;

typedef struct _HDAUDIO_BUS_INTERFACE_BDL {
    HDAUDIO_INTERFACE_HEAD;
    PALLOCATE_CONTIGUOUS_DMA_BUFFER AllocateContiguousDmaBuffer;
    PSETUP_DMA_ENGINE_WITH_BDL SetupDmaEngineWithBdl;
    PFREE_CONTIGUOUS_DMA_BUFFER FreeContiguousDmaBuffer;
    HDAUDIO_INTERFACE_TAIL;
} HDAUDIO_BUS_INTERFACE_BDL, *PHDAUDIO_BUS_INTERFACE_BDL;

typedef struct _HDAUDIO_BUS_INTERFACE_V2 {
    HDAUDIO_INTERFACE_BASELINE;
    HDAUDIO_INTERFACE_NOTIFICATION;
} HDAUDIO_BUS_INTERFACE_V2, *PHDAUDIO_BUS_INTERFACE_V2;

typedef struct _HDAUDIO_BUS_INTERFACE_V3 {
    HDAUDIO_INTERFACE_BASELINE;
    HDAUDIO_INTERFACE_NOTIFICATION;
    PREGISTER_NOTIFICATION_CALLBACK RegisterNotificationCallback;
    PUNREGISTER_NOTIFICATION_CALLBACK UnregisterNotificationCallback;
} HDAUDIO_BUS_INTERFACE_V3, *PHDAUDIO_BUS_INTERFACE_V3;

#undef HDAUDIO_INTERFACE_HEAD
#undef HDAUDIO_INTERFACE_TAIL
#undef HDAUDIO_INTERFACE_BASELINE
#undef HDAUDIO_INTERFACE_NOTIFICATION

/* ---- The layouts are a contract between binaries --------------------------------------------- */

#ifdef __cplusplus
#define HDAUDIO_ASSERT(condition) static_assert(condition, #condition)
#else
#define HDAUDIO_ASSERT(condition) _Static_assert(condition, #condition)
#endif

HDAUDIO_ASSERT(sizeof(HDAUDIO_CODEC_COMMAND) == 4);
HDAUDIO_ASSERT(sizeof(HDAUDIO_CODEC_RESPONSE) == 8);
HDAUDIO_ASSERT(sizeof(HDAUDIO_CODEC_TRANSFER) == 16);
HDAUDIO_ASSERT(offsetof(HDAUDIO_CODEC_TRANSFER, Input) == 8);
HDAUDIO_ASSERT(sizeof(HDAUDIO_STREAM_FORMAT) == 12);
HDAUDIO_ASSERT(sizeof(HDAUDIO_CONVERTER_FORMAT) == 2);
HDAUDIO_ASSERT(sizeof(HDAUDIO_STREAM_STATE) == 4);
HDAUDIO_ASSERT(sizeof(HDAUDIO_BUFFER_DESCRIPTOR) == 16);
HDAUDIO_ASSERT(sizeof(HDAUDIO_DEVICE_INFORMATION) == 10);
HDAUDIO_ASSERT(offsetof(HDAUDIO_DEVICE_INFORMATION_V2, CtrlRevision) == 9);
HDAUDIO_ASSERT(offsetof(HDAUDIO_DEVICE_INFORMATION_V2, CtrlDeviceId) == 12);
HDAUDIO_ASSERT(sizeof(HDAUDIO_DEVICE_INFORMATION_V2) == 14);
#define HDAUDIO_HEAD_SIZE \
    (2 * sizeof(PVOID) + 2 * sizeof(PVOID)) /* Size and Version, padded; three pointers */
HDAUDIO_ASSERT(offsetof(HDAUDIO_BUS_INTERFACE, TransferCodecVerbs) == HDAUDIO_HEAD_SIZE);
HDAUDIO_ASSERT(offsetof(HDAUDIO_BUS_INTERFACE, AllocateDmaBuffer) == HDAUDIO_HEAD_SIZE + 4 * sizeof(PVOID));
HDAUDIO_ASSERT(sizeof(HDAUDIO_BUS_INTERFACE) == HDAUDIO_HEAD_SIZE + 14 * sizeof(PVOID));
HDAUDIO_ASSERT(offsetof(HDAUDIO_BUS_INTERFACE_BDL, FreeDmaEngine) == HDAUDIO_HEAD_SIZE + 7 * sizeof(PVOID));
HDAUDIO_ASSERT(sizeof(HDAUDIO_BUS_INTERFACE_BDL) == HDAUDIO_HEAD_SIZE + 15 * sizeof(PVOID));
HDAUDIO_ASSERT(offsetof(HDAUDIO_BUS_INTERFACE_V2, RegisterNotificationEvent) ==
               HDAUDIO_HEAD_SIZE + 16 * sizeof(PVOID));
HDAUDIO_ASSERT(sizeof(HDAUDIO_BUS_INTERFACE_V2) == HDAUDIO_HEAD_SIZE + 18 * sizeof(PVOID));
HDAUDIO_ASSERT(sizeof(HDAUDIO_BUS_INTERFACE_V3) == HDAUDIO_HEAD_SIZE + 20 * sizeof(PVOID));
#undef HDAUDIO_HEAD_SIZE
#undef HDAUDIO_ASSERT

#ifdef __cplusplus
}
#endif

#endif
