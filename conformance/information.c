/* SPDX-License-Identifier: BSD-2-Clause */
/* information.c - DDI Device information and resource information. */
#include <string.h>

#include "check.h"

#define PATTERN       0xC3
#define FUNCTION_TYPE 0x05 /* HDA 7.3.4.4 */

union information {
    HDAUDIO_DEVICE_INFORMATION_V2 v2;
    unsigned char bytes[64];
};

static NTSTATUS get(struct trial *t, USHORT size, union information *information)
{
    memset(information, PATTERN, sizeof(*information));
    information->v2.Size = size;
    return DDI(GetDeviceInformation, (PHDAUDIO_DEVICE_INFORMATION)information);
}

static bool untouched_from(const union information *information, size_t from)
{
    for (size_t i = from; i < sizeof(*information); i++)
        if (information->bytes[i] != PATTERN)
            return false;
    return true;
}

static bool second_structure(struct trial *t)
{
    static const USHORT sizes[] = {sizeof(HDAUDIO_DEVICE_INFORMATION_V2),
                                   sizeof(HDAUDIO_DEVICE_INFORMATION_V2) + 1, 60};
    union information information;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        EXPECT_SUCCESS(get(t, sizes[i], &information));
        EXPECT_EQUAL(sizeof(HDAUDIO_DEVICE_INFORMATION_V2), information.v2.Size);
        EXPECT(information.v2.CtrlVendorId != PATTERN * 0x101);
        EXPECT(information.v2.CtrlDeviceId != PATTERN * 0x101);
        EXPECT(untouched_from(&information, sizeof(HDAUDIO_DEVICE_INFORMATION_V2)));
    }
    return true;
}

static bool first_structure(struct trial *t)
{
    union information information;

    for (USHORT size = sizeof(HDAUDIO_DEVICE_INFORMATION); size < sizeof(HDAUDIO_DEVICE_INFORMATION_V2);
         size++) {
        EXPECT_SUCCESS(get(t, size, &information));
        EXPECT_EQUAL(sizeof(HDAUDIO_DEVICE_INFORMATION), information.v2.Size);
        EXPECT(untouched_from(&information, sizeof(HDAUDIO_DEVICE_INFORMATION)));
    }
    return true;
}

static bool too_small(struct trial *t)
{
    union information information;

    for (USHORT size = 0; size < sizeof(HDAUDIO_DEVICE_INFORMATION); size++) {
        EXPECT_STATUS(STATUS_BUFFER_TOO_SMALL, get(t, size, &information));
        EXPECT(untouched_from(&information, sizeof(information.v2.Size)));
    }
    return true;
}

static bool null_information(struct trial *t)
{
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(GetDeviceInformation, NULL));
    return true;
}

static bool what_it_says(struct trial *t)
{
    HDAUDIO_DEVICE_INFORMATION information = {.Size = sizeof(information)};

    EXPECT_SUCCESS(DDI(GetDeviceInformation, &information));
    EXPECT_EQUAL(1, information.DeviceVersion >> 8);
    EXPECT(information.DriverVersion != 0);
    EXPECT(information.IsStripingSupported <= 1);
    EXPECT_EQUAL(0, information.CodecsDetected >> 15); /* addresses are 0-14 */
    EXPECT(information.CodecsDetected >> codec_address(t) & 1);
    return true;
}

static bool own_function_group(struct trial *t)
{
    UCHAR address = 0xFF, node = 0xFF;
    ULONG type;

    DDI(GetResourceInformation, &address, &node);
    EXPECT(address <= 14);
    EXPECT(node != 0 && node != 0xFF);
    TRY(ask(t, parameter(address, node, FUNCTION_TYPE), &type));
    EXPECT((type & 0xFF) != 0); /* 1 audio, 2 modem; only function groups have a type */
    return true;
}

const struct check information_checks[] = {
    {"GetDeviceInformation.second-structure",
     "A Size of at least the V2 structure fills it all and sets Size to it.", second_structure, false, NULL},
    {"GetDeviceInformation.first-structure", "Else the first structure.", first_structure, false, NULL},
    {"GetDeviceInformation.too-small", "Smaller is BUFFER_TOO_SMALL.", too_small, false, NULL},
    {"GetDeviceInformation.null", "NULL for a required pointer is INVALID_PARAMETER.", null_information,
     false, NULL},
    {"GetDeviceInformation.members",
     "DeviceVersion, DriverVersion both major in the high byte; CodecsDetected is the mask.", what_it_says,
     false, NULL},
    {"GetResourceInformation.own", "CodecAddress, FunctionGroupStartNode (the function group's own NID).",
     own_function_group, false, NULL},
    {0},
};
