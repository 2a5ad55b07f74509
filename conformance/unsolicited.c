/* SPDX-License-Identifier: BSD-2-Clause */
/* unsolicited.c - DDI Unsolicited responses: the tags that callbacks are registered for, and what goes to
 * them. */
#include <stdatomic.h>
#include <string.h>

#include "check.h"

#define TAGS 64

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

/* ---- Responses, from a pin whose jack is moved --------------------------------------------------- */

/* In the trial's memory, for a response may come late where a driver is broken. What comes before a count is
 * to be read after it. */
struct listener {
    struct trial *trial;
    _Atomic unsigned heard;
    KIRQL level;
    HDAUDIO_CODEC_RESPONSE last;
    HDAUDIO_CODEC_TRANSFER transfer; /* asked from the callback, if it has a command */
    NTSTATUS asked;
    _Atomic unsigned answered;
};

static VOID NTAPI count_answer(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct listener *listener = context;

    (void)transfer;
    atomic_fetch_add(&listener->answered, 1);
}

static VOID NTAPI listen(HDAUDIO_CODEC_RESPONSE response, PVOID context)
{
    struct listener *listener = context;
    struct trial *t = listener->trial;

    if (has_levels(t))
        listener->level = t->target->level(t->target->context);
    listener->last = response;
    if (listener->transfer.Output.Command != 0)
        listener->asked = DDI(TransferCodecVerbs, 1, &listener->transfer, count_answer, listener);
    atomic_fetch_add(&listener->heard, 1);
}

static struct listener *new_listener(struct trial *t)
{
    struct listener *listener = trial_memory(t, sizeof(*listener));

    if (listener)
        listener->trial = t;
    return listener;
}

static bool register_listener(struct trial *t, struct listener *listener, UCHAR *tag)
{
    TRY(listener != NULL);
    EXPECT_SUCCESS(DDI(RegisterEventCallback, listen, listener, tag));
    return true;
}

static bool hears(struct trial *t, struct listener *listener, const struct jack *jack, UCHAR tag)
{
    struct jack moved = *jack;
    unsigned before = listener->heard;

    TRY(enable_jack(t, jack, tag));
    EXPECT(move_jack(t, &moved));
    settle(t);
    EXPECT(move_jack(t, &moved));
    settle(t);
    EXPECT_EQUAL(2, listener->heard - before);
    return true;
}

static bool as_it_was_sent(struct trial *t, const HDAUDIO_CODEC_RESPONSE *response, UCHAR tag)
{
    EXPECT_EQUAL(1, response->IsUnsolicitedResponse);
    EXPECT_EQUAL(1, response->IsValid);
    EXPECT_EQUAL(0, response->HasFifoOverrun);
    EXPECT_EQUAL(codec_address(t), response->SDataIn);
    EXPECT_EQUAL(tag, response->Unsolicited.Tag);
    return true;
}

static bool delivers(struct trial *t)
{
    struct listener *listener = new_listener(t);
    struct jack jack;
    bool good;
    UCHAR tag;

    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    TRY(register_listener(t, listener, &tag));
    good =
        hears(t, listener, &jack, tag) && as_it_was_sent(t, &listener->last, tag) && disable_jack(t, &jack);
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
    TRY(good);
    EXPECT(!has_levels(t) || listener->level == DISPATCH_LEVEL);
    return true;
}

/* Each of 64 callbacks in turn, and none of the others. */
static bool by_tag(struct trial *t)
{
    struct listener *listeners = trial_memory(t, TAGS * sizeof(*listeners));
    struct jack jack;
    UCHAR tag;

    TRY(listeners != NULL);
    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    for (unsigned i = 0; i < TAGS; i++) {
        listeners[i].trial = t;
        TRY(register_listener(t, &listeners[i], &tag));
        EXPECT_EQUAL(i, tag); /* a fresh client: the lowest that is free */
    }
    for (unsigned i = 0; i < TAGS; i += 7) {
        TRY(hears(t, &listeners[i], &jack, (UCHAR)i));
        TRY(as_it_was_sent(t, &listeners[i].last, (UCHAR)i));
    }
    for (unsigned i = 0; i < TAGS; i++)
        EXPECT_EQUAL(i % 7 == 0 ? 2 : 0, listeners[i].heard);
    return disable_jack(t, &jack);
}

static bool unclaimed(struct trial *t)
{
    struct listener *listener = new_listener(t);
    struct jack jack;
    ULONG id;
    UCHAR tag;

    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    TRY(register_listener(t, listener, &tag));
    TRY(enable_jack(t, &jack, (UCHAR)(tag + 1)));
    for (unsigned i = 0; i < 10; i++) {
        EXPECT(move_jack(t, &jack));
        settle(t);
        TRY(ask(t, parameter(codec_address(t), 0, 0), &id));
    }
    EXPECT_EQUAL(0, listener->heard);
    TRY(disable_jack(t, &jack));
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
    return true;
}

/* No lock is held: the callback may ask the codec, and its answer comes. */
static bool may_ask(struct trial *t)
{
    struct listener *listener = new_listener(t);
    struct jack jack;
    UCHAR tag;

    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    TRY(register_listener(t, listener, &tag));
    listener->transfer.Output.Command = parameter(codec_address(t), 0, 2);
    TRY(enable_jack(t, &jack, tag));
    EXPECT(move_jack(t, &jack));
    settle(t);
    EXPECT_EQUAL(1, listener->heard);
    EXPECT_SUCCESS(listener->asked);
    EXPECT_EQUAL(1, listener->answered);
    EXPECT_EQUAL(1, listener->transfer.Input.IsValid);
    EXPECT_EQUAL(0, listener->transfer.Input.IsUnsolicitedResponse);
    TRY(disable_jack(t, &jack));
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
    return true;
}

#define VERBS 300

/* Unsolicited responses lie among the answers at any place. */
static bool among_answers(struct trial *t)
{
    HDAUDIO_CODEC_TRANSFER *transfers = trial_memory(t, VERBS * sizeof(*transfers));
    struct listener *listener = new_listener(t);
    struct jack jack;
    ULONG id;
    UCHAR tag;

    TRY(transfers != NULL);
    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    TRY(register_listener(t, listener, &tag));
    TRY(enable_jack(t, &jack, tag));
    TRY(ask(t, parameter(codec_address(t), 0, 0), &id));
    for (unsigned i = 0; i < VERBS; i++)
        transfers[i].Output.Command = parameter(codec_address(t), 0, 0);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, VERBS, transfers, count_answer, listener));
    for (unsigned i = 0; i < 10; i++) {
        EXPECT(move_jack(t, &jack));
        advance(t, MILLISECOND / 2 + 13000);
    }
    for (unsigned i = 0; i < 100 && listener->answered == 0; i++)
        settle(t);
    EXPECT_EQUAL(1, listener->answered);
    for (unsigned i = 0; i < VERBS; i++) {
        EXPECT_EQUAL(1, transfers[i].Input.IsValid);
        EXPECT_EQUAL(id, transfers[i].Input.Response);
    }
    settle(t);
    EXPECT_EQUAL(10, listener->heard);
    TRY(disable_jack(t, &jack));
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
    return true;
}

/* Both an answer and what the codec says by itself come before the driver can look: two entries, which even
 * the smallest ring has. */
static bool while_nobody_looks(struct trial *t)
{
    struct listener *listener = new_listener(t);
    struct jack jack;
    NTSTATUS status;
    KIRQL level;
    UCHAR tag;

    if (!has_levels(t) || t->target->slack)
        return skip(t, "deferred work runs on other processors meanwhile");
    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    TRY(register_listener(t, listener, &tag));
    TRY(enable_jack(t, &jack, tag));
    for (unsigned round = 0; round < 10; round++) {
        HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = parameter(codec_address(t), 0, 0)};

        EXPECT(move_jack(t, &jack));
        level = raise_irql(t);
        status = DDI(TransferCodecVerbs, 1, &transfer, count_answer, listener);
        KeStallExecutionProcessor(200);
        lower_irql(t, level);
        EXPECT_SUCCESS(status);
        settle(t);
        EXPECT_EQUAL(round + 1, listener->answered);
        EXPECT_EQUAL(round + 1, listener->heard);
        EXPECT_EQUAL(1, transfer.Input.IsValid);
    }
    TRY(disable_jack(t, &jack));
    EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
    return true;
}

/* Unregistering at every phase of a response that is on its way. */
static bool barrier(struct trial *t)
{
    struct listener *listener = new_listener(t);
    struct jack jack;
    UCHAR tag;

    TRY(listener != NULL);
    if (!find_jack(t, &jack))
        return t->skipped != NULL;
    for (unsigned round = 0; round < (t->target->slack ? 4 : 40); round++) {
        memset(listener, 0, sizeof(*listener));
        listener->trial = t;
        TRY(register_listener(t, listener, &tag));
        TRY(enable_jack(t, &jack, tag));
        EXPECT(move_jack(t, &jack));
        advance(t, 2000 * round);
        EXPECT_SUCCESS(DDI(UnregisterEventCallback, tag));
        poison(listener, sizeof(*listener));
        settle(t);
        EXPECT(poisoned(listener, sizeof(*listener)));
    }
    return disable_jack(t, &jack);
}

const struct check unsolicited_checks[] = {
    {"RegisterEventCallback.unique", "Up to 64 tags per codec, unique while registered.", all_tags, false,
     NULL},
    {"RegisterEventCallback.exhausted", "INSUFFICIENT_RESOURCES: up to 64 tags per codec.", no_more_than_64,
     false, NULL},
    {"RegisterEventCallback.null", "NULL for a required pointer is INVALID_PARAMETER.", register_null, false,
     NULL},
    {"RegisterEventCallback.delivers",
     "A response goes to the callback of its codec and tag, at DISPATCH_LEVEL.", delivers, false, NULL},
    {"RegisterEventCallback.by-tag",
     "A response goes to the callback of its codec and tag: up to 64, unique while registered.", by_tag,
     false, NULL},
    {"RegisterEventCallback.unclaimed", "An unclaimed response is counted and dropped.", unclaimed, false,
     NULL},
    {"RegisterEventCallback.may-ask", "DISPATCH_LEVEL, no lock held.", may_ask, false, NULL},
    {"TransferCodecVerbs.among-unsolicited",
     "Responses are matched by order within a codec, whatever the codec says by itself.", among_answers,
     false, NULL},
    {"TransferCodecVerbs.unsolicited-meanwhile",
     "Responses are matched by order within a codec, whatever the codec says by itself.", while_nobody_looks,
     false, NULL},
    {"UnregisterEventCallback.barrier", "The barrier on unregister, as for events.", barrier, false, NULL},
    {"UnregisterEventCallback.not-valid", "INVALID_PARAMETER (tag not valid).", not_valid, false, NULL},
    {0},
};
