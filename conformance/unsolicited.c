/* SPDX-License-Identifier: BSD-2-Clause */
/* unsolicited.c - DDI 3, Unsolicited responses: the tags that callbacks are registered for. */
#include "check.h"

#define TAGS 64

static VOID ignore_response(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    (void)response;
    (void)context;
}

static NTSTATUS take(struct trial *t, UCHAR *tag)
{
    return DDI(RegisterEventCallback, ignore_response, t, tag);
}

static void give_back(struct trial *t, const UCHAR *tags, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        DDI(UnregisterEventCallback, tags[i]);
}

static unsigned take_all(struct trial *t, UCHAR *tags, unsigned limit)
{
    unsigned count = 0;

    while (count < limit && NT_SUCCESS(take(t, &tags[count])))
        count++;
    return count;
}

static bool all_tags(struct trial *t)
{
    UCHAR tags[TAGS];
    unsigned count = take_all(t, tags, TAGS);
    ULONGLONG seen = 0;

    for (unsigned i = 0; i < count; i++)
        seen |= tags[i] < TAGS ? 1ull << tags[i] : 0;
    give_back(t, tags, count);
    EXPECT_EQUAL(TAGS, count);
    EXPECT_EQUAL(~0ull, seen);
    return true;
}

static bool no_more_than_64(struct trial *t)
{
    UCHAR tags[TAGS + 1];
    unsigned count = take_all(t, tags, TAGS);
    NTSTATUS full = take(t, &tags[TAGS]), again;
    UCHAR freed = tags[TAGS / 3];

    DDI(UnregisterEventCallback, freed);
    again = take(t, &tags[TAGS / 3]);
    give_back(t, tags, count);
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, full);
    EXPECT_SUCCESS(again);
    EXPECT_EQUAL(freed, tags[TAGS / 3]);
    return true;
}

static bool register_null(struct trial *t)
{
    UCHAR tag = 0;

    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(RegisterEventCallback, NULL, t, &tag));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(RegisterEventCallback, ignore_response, t, NULL));
    return true;
}

static bool not_valid(struct trial *t)
{
    UCHAR tag;

    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(UnregisterEventCallback, 64));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(UnregisterEventCallback, 255));
    EXPECT_SUCCESS(take(t, &tag));
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(UnregisterEventCallback, tag));
    return true;
}

const struct check unsolicited_checks[] = {
    {"RegisterEventCallback.unique", "Up to 64 tags per codec, unique while registered.", all_tags, false,
     NULL},
    {"RegisterEventCallback.exhausted", "INSUFFICIENT_RESOURCES: up to 64 tags per codec.", no_more_than_64,
     false, NULL},
    {"RegisterEventCallback.null", "NULL for a required pointer is INVALID_PARAMETER.", register_null, false,
     NULL},
    {"UnregisterEventCallback.not-valid", "INVALID_PARAMETER (tag not valid).", not_valid, false, NULL},
    {0},
};
