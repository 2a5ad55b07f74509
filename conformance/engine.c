/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.c - DDI Engines: allocating and freeing DMA engines, and the tokens that stand for them. */
#include <string.h>

#include "check.h"

static bool null_pointers(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT format = stereo;
    HDAUDIO_CONVERTER_FORMAT converter;
    HANDLE handle;

    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateRenderDmaEngine, NULL, FALSE, &handle, &converter));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateRenderDmaEngine, &format, FALSE, NULL, &converter));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateRenderDmaEngine, &format, FALSE, &handle, NULL));
    return true;
}

static bool exhausted(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT + 1], again;
    unsigned count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT + 1);

    EXPECT(count > 0 && count <= ENGINE_LIMIT);
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, allocate_for(t, &t->ddi, &smallest, &again));
    TRY(release(t, handles[count / 2]));
    TRY(allocate(t, &smallest, &again));
    EXPECT_STATUS(STATUS_INSUFFICIENT_RESOURCES, allocate_for(t, &t->ddi, &smallest, &again));
    return true;
}

static bool shared_by_clients(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT], other;
    unsigned count;

    TRY(open_other(t));
    EXPECT_SUCCESS(allocate_for(t, &t->other, &smallest, &other));
    count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);
    close_other(t);
    TRY(allocate(t, &smallest, &handles[count]));
    return true;
}

static bool handles_differ(struct trial *t)
{
    HANDLE handles[ENGINE_LIMIT];
    unsigned count = allocate_all(t, &t->ddi, handles, ENGINE_LIMIT);

    for (unsigned i = 0; i < count; i++) {
        EXPECT(handles[i] != NULL);
        for (unsigned j = 0; j < i; j++)
            EXPECT(handles[i] != handles[j]);
    }
    return true;
}

static bool never_valid_again(struct trial *t)
{
    HANDLE old[200], handle;

    for (unsigned i = 0; i < 200; i++) {
        TRY(allocate(t, &smallest, &old[i]));
        TRY(release(t, old[i]));
    }
    TRY(allocate(t, &smallest, &handle));
    for (unsigned i = 0; i < 200; i++) {
        EXPECT(old[i] != handle);
        EXPECT_STATUS(STATUS_INVALID_HANDLE, DDI(FreeDmaEngine, old[i]));
    }
    return release(t, handle);
}

static bool stripe(struct trial *t)
{
    HDAUDIO_DEVICE_INFORMATION information = {.Size = sizeof(information)};
    HDAUDIO_STREAM_FORMAT format = stereo;
    HDAUDIO_CONVERTER_FORMAT converter;
    HANDLE handle;

    EXPECT_SUCCESS(DDI(GetDeviceInformation, &information));
    if (information.IsStripingSupported)
        return skip(t, "this controller has several SDO lines");
    EXPECT_SUCCESS(allocate_striped(t, &format, &handle));
    TRY(release(t, handle));
    EXPECT_SUCCESS(DDI(AllocateRenderDmaEngine, &format, TRUE, &handle, &converter));
    EXPECT_SUCCESS(DDI(FreeDmaEngine, handle));
    EXPECT_EQUAL(0x0011, converter.ConverterFormat);
    return true;
}

/* ---- FreeDmaEngine ------------------------------------------------------------------------------ */

static bool free_with_buffer(struct trial *t)
{
    HANDLE handle;

    TRY(prepare(t, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaEngine, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    return release(t, handle);
}

static bool free_not_in_reset(struct trial *t)
{
    HANDLE handle;

    TRY(start(t, 0, &handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaEngine, handle));
    EXPECT_SUCCESS(set_state(t, StopState, handle));
    EXPECT_STATUS(STATUS_INVALID_DEVICE_REQUEST, DDI(FreeDmaEngine, handle));
    EXPECT_SUCCESS(set_state(t, ResetState, handle));
    EXPECT_SUCCESS(give_buffer(t, handle));
    return release(t, handle);
}

static bool free_at_dispatch(struct trial *t)
{
    NTSTATUS status;
    HANDLE handle;
    KIRQL level;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(allocate(t, &stereo, &handle));
    level = raise_irql(t);
    status = DDI(FreeDmaEngine, handle);
    lower_irql(t, level);
    EXPECT_SUCCESS(status);
    EXPECT_STATUS(STATUS_INVALID_HANDLE, DDI(FreeDmaEngine, handle));
    return true;
}

/* ---- AllocateCaptureDmaEngine ------------------------------------------------------------------- */

static bool capture_parameters(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT format = stereo, bad = {47999, 16, 16, 2};
    HDAUDIO_CONVERTER_FORMAT converter;
    UCHAR codec = codec_address(t);
    HANDLE handle;

    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateCaptureDmaEngine, codec, NULL, &handle, &converter));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateCaptureDmaEngine, codec, &format, NULL, &converter));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateCaptureDmaEngine, codec, &format, &handle, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(AllocateCaptureDmaEngine, codec, &bad, &handle, &converter));
    return true;
}

static bool capture_allocates(struct trial *t)
{
    HDAUDIO_STREAM_FORMAT format = stereo;
    HDAUDIO_CONVERTER_FORMAT converter;
    UCHAR codec = codec_address(t);
    HANDLE handle;
    NTSTATUS status = DDI(AllocateCaptureDmaEngine, codec, &format, &handle, &converter);

    if (status == STATUS_INSUFFICIENT_RESOURCES)
        return skip(t, "this controller has no engine that captures");
    EXPECT_SUCCESS(status);
    EXPECT_SUCCESS(DDI(FreeDmaEngine, handle));
    EXPECT_EQUAL(0x0011, converter.ConverterFormat);
    return true;
}

const struct check engine_checks[] = {
    {"AllocateRenderDmaEngine.null", "NULL for a required pointer is INVALID_PARAMETER.", null_pointers,
     false, NULL},
    {"AllocateRenderDmaEngine.exhausted", "INSUFFICIENT_RESOURCES: no engine; a freed one can be had again.",
     exhausted, false, NULL},
    {"AllocateRenderDmaEngine.shared", "GCAP gives the engines, and all clients share them.",
     shared_by_clients, false, NULL},
    {"AllocateRenderDmaEngine.handles-differ", "A handle is a token: not NULL, and one engine's alone.",
     handles_differ, false, NULL},
    {"AllocateRenderDmaEngine.stripe",
     "Stripe = TRUE on a controller with one SDO line is granted unstriped.", stripe, false, NULL},
    {"AllocateCaptureDmaEngine.parameters",
     "NULL for a required pointer is INVALID_PARAMETER; a format that has no encoding is INVALID_PARAMETER.",
     capture_parameters, false, NULL},
    {"AllocateCaptureDmaEngine.allocates",
     "A capture engine is tried first for capture, then a bidirectional one.", capture_allocates, false,
     NULL},
    {"FreeDmaEngine.never-valid-again", "A freed engine's old handle never becomes valid again.",
     never_valid_again, false, NULL},
    {"FreeDmaEngine.has-buffer", "INVALID_DEVICE_REQUEST: has a buffer.", free_with_buffer, false, NULL},
    {"FreeDmaEngine.not-in-reset", "INVALID_DEVICE_REQUEST: not in reset.", free_not_in_reset, false, NULL},
    {"FreeDmaEngine.at-dispatch", "Highest IRQL of FreeDmaEngine: D.", free_at_dispatch, false, NULL},
    {0},
};
