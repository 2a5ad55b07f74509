/* SPDX-License-Identifier: BSD-2-Clause */
/* aids.c - what checks of several subjects need: memory that must not be touched, callbacks, another client.
 */
#include <stdatomic.h>
#include <string.h>

#include "check.h"

#define POISON 0xB5

/* ---- Memory that nobody may touch any more ------------------------------------------------------ */

void poison(void *memory, size_t size)
{
    memset(memory, POISON, size);
}

bool poisoned(const void *memory, size_t size)
{
    const unsigned char *bytes = memory;

    for (size_t i = 0; i < size; i++)
        if (bytes[i] != POISON)
            return false;
    return true;
}

/* ---- Callbacks ---------------------------------------------------------------------------------- */

VOID NTAPI count_completion(HDAUDIO_CODEC_TRANSFER *transfers, PVOID count)
{
    (void)transfers;
    atomic_fetch_add((_Atomic unsigned *)count, 1);
}

VOID NTAPI ignore_response(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    (void)response;
    (void)context;
}

VOID NTAPI ignore_notification(PVOID context, LARGE_INTEGER stamp)
{
    (void)context;
    (void)stamp;
}

VOID NTAPI ignore_interrupt(VOID *context, ULONG causes)
{
    (void)context;
    (void)causes;
}

/* ---- The other client --------------------------------------------------------------------------- */

bool other_runs(struct trial *t, HANDLE *handle)
{
    struct buffer buffer;

    EXPECT_SUCCESS(allocate_for(t, &t->other, &stereo, handle));
    EXPECT_SUCCESS(allocate_buffer_for(t, &t->other, *handle, period_bytes(t), &buffer));
    EXPECT_SUCCESS(t->other.SetDmaEngineState(t->other.Context, RunState, 1, handle));
    return true;
}

bool other_takes_all(struct trial *t, unsigned *count)
{
    HANDLE handles[ENGINE_LIMIT];

    TRY(open_other(t));
    TRY(other_runs(t, &handles[0]));
    *count = 1 + allocate_all(t, &t->other, handles + 1, ENGINE_LIMIT - 1);
    return true;
}

bool other_is_told(struct trial *t, PKEVENT event)
{
    PVOID context = t->other.Context;
    struct buffer buffer;
    HANDLE handle;

    EXPECT_SUCCESS(allocate_for(t, &t->other, &stereo, &handle));
    EXPECT_SUCCESS(allocate_notified_for(t, &t->other, handle, 1, period_bytes(t), &buffer));
    EXPECT_SUCCESS(t->other.RegisterNotificationEvent(context, handle, event));
    EXPECT_SUCCESS(t->other.SetDmaEngineState(context, RunState, 1, &handle));
    return true;
}
