/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.c - DDI TransferCodecVerbs: order, any count, callbacks, codecs that do not answer. */
#include <string.h>

#include "check.h"

#define QUESTIONS 3
#define LONGEST   1000
#define MARGIN    (5 * MILLISECOND)
#define NO_CODEC  0xFF
#define POISON    0xDD

/* The root node's parameters, which every codec has and which differ (HDA 7.3.4). */
static const UCHAR numbers[QUESTIONS] = {0x00, 0x02, 0x04};

struct batch {
    HDAUDIO_CODEC_TRANSFER *transfers;
    UCHAR codec;
    ULONG answers[QUESTIONS];
};

/* In no regular order, so that answers that have slipped by any distance are seen. */
static unsigned question(unsigned index)
{
    return ((index * 2654435761u) >> 16) % QUESTIONS;
}

static bool learn(struct trial *t, struct batch *batch)
{
    batch->transfers = trial_memory(t, LONGEST * sizeof(*batch->transfers));
    TRY(batch->transfers != NULL);
    batch->codec = codec_address(t);
    for (unsigned i = 0; i < QUESTIONS; i++)
        TRY(ask(t, parameter(batch->codec, 0, numbers[i]), &batch->answers[i]));
    EXPECT(batch->answers[0] != batch->answers[1]);
    return true;
}

static void write_commands(struct batch *batch, ULONG count)
{
    memset(batch->transfers, 0, LONGEST * sizeof(*batch->transfers));
    for (ULONG i = 0; i < count; i++)
        batch->transfers[i].Output.Command = parameter(batch->codec, 0, numbers[question(i)]);
}

static bool answered(struct trial *t, const struct batch *batch, ULONG index)
{
    const HDAUDIO_CODEC_RESPONSE *input = &batch->transfers[index].Input;

    EXPECT_EQUAL(1, input->IsValid);
    EXPECT_EQUAL(0, input->HasFifoOverrun);
    EXPECT_EQUAL(0, input->IsUnsolicitedResponse);
    EXPECT_EQUAL(batch->codec, input->SDataIn);
    EXPECT_EQUAL(batch->answers[question(index)], input->Response);
    return true;
}

static bool all_answered(struct trial *t, const struct batch *batch, ULONG count)
{
    for (ULONG i = 0; i < count; i++)
        TRY(answered(t, batch, i));
    return true;
}

static bool order(struct trial *t)
{
    struct batch batch;

    TRY(learn(t, &batch));
    write_commands(&batch, 60);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 60, batch.transfers, NULL, NULL));
    return all_answered(t, &batch, 60);
}

static bool any_count(struct trial *t)
{
    static const ULONG counts[] = {0, 1, 2, 100, 254, 255, 256, 257, 510, 511, 666, LONGEST};
    struct batch batch;

    TRY(learn(t, &batch));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        write_commands(&batch, counts[i]);
        EXPECT_SUCCESS(DDI(TransferCodecVerbs, counts[i], batch.transfers, NULL, NULL));
        TRY(all_answered(t, &batch, counts[i]));
    }
    return true;
}

static bool beyond_the_end(struct trial *t)
{
    struct batch batch;

    TRY(learn(t, &batch));
    write_commands(&batch, 20);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 10, batch.transfers, NULL, NULL));
    for (unsigned i = 10; i < 20; i++)
        EXPECT_EQUAL(0, batch.transfers[i].Input.CompleteResponse);
    return true;
}

/* ---- Callbacks ---------------------------------------------------------------------------------- */

struct completion {
    struct trial *t;
    KEVENT done;
    unsigned calls;
    KIRQL level;
    HDAUDIO_CODEC_TRANSFER *given;
    bool all_valid;
    ULONG count;
    struct completion *earlier; /* must be complete by then */
    bool out_of_order;
};

static void begin(struct completion *completion, struct trial *t, ULONG count)
{
    memset(completion, 0, sizeof(*completion));
    KeInitializeEvent(&completion->done, NotificationEvent, FALSE);
    completion->t = t;
    completion->count = count;
}

static struct completion *completions(struct trial *t, unsigned number, ULONG count)
{
    struct completion *array = trial_memory(t, number * sizeof(*array));

    for (unsigned i = 0; array && i < number; i++) {
        begin(&array[i], t, count);
        array[i].earlier = i > 0 ? &array[i - 1] : NULL;
    }
    return array;
}

static void record(struct completion *completion, HDAUDIO_CODEC_TRANSFER *transfer)
{
    struct trial *t = completion->t;

    completion->calls++;
    completion->given = transfer;
    completion->level = has_levels(t) ? t->target->level(t->target->context) : DISPATCH_LEVEL;
    completion->all_valid = true;
    for (ULONG i = 0; i < completion->count; i++)
        completion->all_valid &= transfer[i].Input.IsValid;
    completion->out_of_order = completion->earlier && completion->earlier->calls == 0;
}

static VOID complete(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct completion *completion = context;

    record(completion, transfer);
    KeSetEvent(&completion->done, 0, FALSE);
}

static bool completed(struct trial *t, struct completion *completion)
{
    EXPECT(signalled(&completion->done, 4 * verb_timeout(t) + t->target->slack));
    return true;
}

static bool asynchronous(struct trial *t)
{
    struct completion *completion = completions(t, 1, 300);
    struct batch batch;

    TRY(completion != NULL);
    TRY(learn(t, &batch));
    write_commands(&batch, 300);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 300, batch.transfers, complete, completion));
    TRY(completed(t, completion));
    EXPECT(completion->all_valid);
    TRY(all_answered(t, &batch, 300));
    advance(t, VERB_TIMEOUT);
    EXPECT_EQUAL(1, completion->calls);
    EXPECT(completion->given == batch.transfers);
    return true;
}

static bool callback_level(struct trial *t)
{
    struct completion *completion = completions(t, 1, 1);
    struct batch batch;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(completion != NULL);
    TRY(learn(t, &batch));
    write_commands(&batch, 1);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 1, batch.transfers, complete, completion));
    TRY(completed(t, completion));
    EXPECT_EQUAL(DISPATCH_LEVEL, completion->level);
    return true;
}

static bool count_zero(struct trial *t)
{
    struct completion *completion = completions(t, 1, 0);
    HDAUDIO_CODEC_TRANSFER *transfer = trial_memory(t, sizeof(*transfer));

    TRY(completion != NULL && transfer != NULL);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 0, NULL, NULL, NULL));
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 0, transfer, complete, completion));
    TRY(completed(t, completion));
    EXPECT_EQUAL(1, completion->calls);
    EXPECT_EQUAL(0, transfer->Input.CompleteResponse);
    return true;
}

static bool null_array(struct trial *t)
{
    struct completion *completion = completions(t, 1, 0);

    TRY(completion != NULL);
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(TransferCodecVerbs, 1, NULL, NULL, NULL));
    EXPECT_STATUS(STATUS_INVALID_PARAMETER, DDI(TransferCodecVerbs, 300, NULL, complete, completion));
    advance(t, VERB_TIMEOUT);
    EXPECT_EQUAL(0, completion->calls);
    return true;
}

static VOID poison_array(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct completion *completion = context;

    record(completion, transfer);
    memset(transfer, POISON, completion->count * sizeof(*transfer));
    KeSetEvent(&completion->done, 0, FALSE);
}

/* The callback may free the array, so nothing writes to it from then on. */
static bool array_is_the_callbacks(struct trial *t)
{
    struct completion *completion = completions(t, 1, 300);
    const unsigned char *bytes;
    struct batch batch;

    TRY(completion != NULL);
    TRY(learn(t, &batch));
    write_commands(&batch, 300);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 300, batch.transfers, poison_array, completion));
    TRY(completed(t, completion));
    EXPECT(completion->all_valid);
    advance(t, 2 * VERB_TIMEOUT);
    bytes = (const unsigned char *)batch.transfers;
    for (size_t i = 0; i < 300 * sizeof(*batch.transfers); i++)
        EXPECT_EQUAL(POISON, bytes[i]);
    return true;
}

#define CALLS 5

static bool calls_in_order(struct trial *t)
{
    struct completion *array = completions(t, CALLS, 100);
    struct batch batch;

    TRY(array != NULL);
    TRY(learn(t, &batch));
    write_commands(&batch, LONGEST);
    for (unsigned i = 0; i < CALLS; i++)
        EXPECT_SUCCESS(DDI(TransferCodecVerbs, 100, batch.transfers + 100 * i, complete, &array[i]));
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 100, batch.transfers + 100 * CALLS, NULL, NULL));
    for (unsigned i = 0; i < CALLS; i++) {
        TRY(completed(t, &array[i]));
        EXPECT(!array[i].out_of_order);
    }
    return all_answered(t, &batch, 100 * (CALLS + 1));
}

static VOID ask_again(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct completion *first = context;
    struct trial *t = first->t;
    struct completion *second = first + 1;

    if (!NT_SUCCESS(DDI(TransferCodecVerbs, 10, transfer + 10, complete, second)))
        second->count = 0;
    complete(transfer, first);
}

static bool from_a_callback(struct trial *t)
{
    struct completion *array = completions(t, 2, 10);
    struct batch batch;

    TRY(array != NULL);
    TRY(learn(t, &batch));
    write_commands(&batch, 20);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 10, batch.transfers, ask_again, array));
    TRY(completed(t, &array[0]));
    EXPECT_EQUAL(10, array[1].count);
    TRY(completed(t, &array[1]));
    return all_answered(t, &batch, 20);
}

static bool at_dispatch(struct trial *t)
{
    struct completion *completion = completions(t, 1, 10);
    struct batch batch;
    NTSTATUS status;
    KIRQL level;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(completion != NULL);
    TRY(learn(t, &batch));
    write_commands(&batch, 10);
    level = raise_irql(t);
    status = DDI(TransferCodecVerbs, 10, batch.transfers, complete, completion);
    lower_irql(t, level);
    EXPECT_SUCCESS(status);
    TRY(completed(t, completion));
    return all_answered(t, &batch, 10);
}

/* ---- Codecs that do not answer ------------------------------------------------------------------ */

static bool absent_address(struct trial *t, UCHAR *address)
{
    HDAUDIO_DEVICE_INFORMATION information = {.Size = sizeof(information)};

    EXPECT_SUCCESS(DDI(GetDeviceInformation, &information));
    for (*address = 0; *address < 15 && (information.CodecsDetected >> *address & 1); ++*address)
        ;
    if (*address == 15)
        *address = NO_CODEC;
    return true;
}

static bool unanswered(struct trial *t, const HDAUDIO_CODEC_TRANSFER *transfer)
{
    EXPECT_EQUAL(0, transfer->Input.IsValid);
    EXPECT_EQUAL(0, transfer->Input.HasFifoOverrun);
    return true;
}

/* Link frames that so many commands take: one each, or with rings of 2 two (DDI TransferCodecVerbs). */
static ULONGLONG frames_of(const struct trial *t, ULONG count)
{
    return t->target->ring_entries == 2 ? 2ull * count : count;
}

/* Runs a batch that cannot be answered whole, which may cost one timeout. */
static bool run_with_one_timeout(struct trial *t, struct batch *batch, ULONG count)
{
    ULONGLONG begun = now(t), elapsed, limit;

    EXPECT_SUCCESS(DDI(TransferCodecVerbs, count, batch->transfers, NULL, NULL));
    elapsed = now(t) - begun;
    limit = verb_timeout(t) + frames_of(t, count) * 1000000000 / LINK_FRAMES + MARGIN + t->target->slack;
    if (elapsed > limit)
        return failed(t, __FILE__, __LINE__, "%u verbs took %llu us, not %llu", (unsigned)count,
                      (unsigned long long)elapsed / 1000, (unsigned long long)limit / 1000);
    return true;
}

static bool absent_codec(struct trial *t)
{
    struct batch batch;
    UCHAR absent;

    TRY(absent_address(t, &absent));
    if (absent == NO_CODEC)
        return skip(t, "every codec address is taken");
    TRY(learn(t, &batch));
    for (unsigned i = 0; i < 10; i++)
        batch.transfers[i].Output.Command = parameter(absent, 0, 0);
    TRY(run_with_one_timeout(t, &batch, 10));
    for (unsigned i = 0; i < 10; i++)
        TRY(unanswered(t, &batch.transfers[i]));
    write_commands(&batch, 100);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 100, batch.transfers, NULL, NULL));
    return all_answered(t, &batch, 100);
}

static bool others_undisturbed(struct trial *t)
{
    struct batch batch;
    UCHAR absent;

    TRY(absent_address(t, &absent));
    if (absent == NO_CODEC)
        return skip(t, "every codec address is taken");
    TRY(learn(t, &batch));
    write_commands(&batch, 600);
    for (unsigned i = 0; i < 600; i += 7)
        batch.transfers[i].Output.Command = parameter(absent, 0, 0);
    TRY(run_with_one_timeout(t, &batch, 600));
    for (unsigned i = 0; i < 600; i++)
        TRY(i % 7 == 0 ? unanswered(t, &batch.transfers[i]) : answered(t, &batch, i));
    return true;
}

static bool absent_asynchronous(struct trial *t)
{
    struct completion *completion = completions(t, 1, 3);
    struct batch batch;
    UCHAR absent;

    TRY(completion != NULL);
    TRY(absent_address(t, &absent));
    if (absent == NO_CODEC)
        return skip(t, "every codec address is taken");
    TRY(learn(t, &batch));
    for (unsigned i = 0; i < 3; i++)
        batch.transfers[i].Output.Command = parameter(absent, 0, 0);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 3, batch.transfers, complete, completion));
    TRY(completed(t, completion));
    for (unsigned i = 0; i < 3; i++)
        TRY(unanswered(t, &batch.transfers[i]));
    return true;
}

/* Another codec's root node, as its number says. */
static bool any_address(struct trial *t)
{
    HDAUDIO_DEVICE_INFORMATION information = {.Size = sizeof(information)};
    HDAUDIO_CODEC_TRANSFER transfer = {0};
    UCHAR other = 0;

    EXPECT_SUCCESS(DDI(GetDeviceInformation, &information));
    while (other < 15 && (other == codec_address(t) || !(information.CodecsDetected >> other & 1)))
        other++;
    if (other == 15)
        return skip(t, "there is no other codec");
    transfer.Output.Command = parameter(other, 0, 0);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 1, &transfer, NULL, NULL));
    EXPECT_EQUAL(1, transfer.Input.IsValid);
    EXPECT_EQUAL(other, transfer.Input.SDataIn);
    return true;
}

/* ---- Failures, where they can be made ----------------------------------------------------------- */

/* A batch of which no command is answered, and then one of which all are. */
static bool survives(struct trial *t, struct batch *batch, enum conformance_failure failure, ULONG count)
{
    if (!t->target->fail)
        return skip(t, "nothing can be made to fail here");
    TRY(learn(t, batch));
    write_commands(batch, count);
    EXPECT(t->target->fail(t->target->context, failure));
    TRY(run_with_one_timeout(t, batch, count));
    for (ULONG i = 0; i < count; i++)
        EXPECT_EQUAL(0, batch->transfers[i].Input.IsValid);
    return true;
}

static bool answers_again(struct trial *t, struct batch *batch, ULONG count)
{
    if (t->skipped)
        return true;
    write_commands(batch, count);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, count, batch->transfers, NULL, NULL));
    return all_answered(t, batch, count);
}

static bool lost_answer(struct trial *t)
{
    struct batch batch;

    TRY(survives(t, &batch, CONFORMANCE_NO_RESPONSE, 10));
    for (unsigned i = 0; i < 10 && !t->skipped; i++)
        TRY(unanswered(t, &batch.transfers[i]));
    return answers_again(t, &batch, 100);
}

static bool overrun(struct trial *t)
{
    struct batch batch;

    TRY(survives(t, &batch, CONFORMANCE_RESPONSE_OVERRUN, 3));
    if (t->skipped)
        return true;
    EXPECT_EQUAL(1, batch.transfers[0].Input.HasFifoOverrun);
    TRY(answers_again(t, &batch, 100));
    TRY(survives(t, &batch, CONFORMANCE_NO_RESPONSE, 1));
    return unanswered(t, &batch.transfers[0]);
}

static bool memory_error(struct trial *t)
{
    struct batch batch;
    ULONGLONG begun;

    TRY(refresh(t)); /* a codec that owes an answer is drained first */
    begun = now(t);
    TRY(survives(t, &batch, CONFORMANCE_MEMORY_ERROR, 10));
    if (!t->skipped)
        EXPECT(now(t) - begun < verb_timeout(t) / 2 + t->target->slack);
    return answers_again(t, &batch, 100);
}

/* ---- Time --------------------------------------------------------------------------------------- */

static bool pipelined(struct trial *t)
{
    static const ULONG counts[] = {1, 2, 100, 600, LONGEST};
    struct batch batch;

    if (t->target->slack || !t->target->ring_entries)
        return skip(t, "link frames cannot be counted here");
    TRY(learn(t, &batch));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        ULONGLONG begun, elapsed;

        write_commands(&batch, counts[i]);
        begun = now(t);
        EXPECT_SUCCESS(DDI(TransferCodecVerbs, counts[i], batch.transfers, NULL, NULL));
        elapsed = (now(t) - begun) * LINK_FRAMES / 1000000;
        if (elapsed > (frames_of(t, counts[i]) + 4) * 1000)
            return failed(t, __FILE__, __LINE__, "%u verbs took %llu thousandths of a frame",
                          (unsigned)counts[i], (unsigned long long)elapsed);
    }
    return true;
}

/* ---- Several clients ---------------------------------------------------------------------------- */

static bool two_clients(struct trial *t)
{
    struct completion *array = completions(t, 2, 200);
    struct batch batch;

    TRY(array != NULL);
    TRY(open_other(t));
    TRY(learn(t, &batch));
    array[1].earlier = NULL;
    write_commands(&batch, 400);
    EXPECT_SUCCESS(DDI(TransferCodecVerbs, 200, batch.transfers, complete, &array[0]));
    EXPECT_SUCCESS(
        t->other.TransferCodecVerbs(t->other.Context, 200, batch.transfers + 200, complete, &array[1]));
    TRY(completed(t, &array[0]));
    TRY(completed(t, &array[1]));
    return all_answered(t, &batch, 400);
}

const struct check verb_checks[] = {
    {"TransferCodecVerbs.order", "The commands of one call complete in array order.", order, false, NULL},
    {"TransferCodecVerbs.any-count", "Any Count, also beyond the ring size.", any_count, false, NULL},
    {"TransferCodecVerbs.count-only", "The array has Count elements; what lies behind is the caller's.",
     beyond_the_end, false, NULL},
    {"TransferCodecVerbs.asynchronous",
     "Callback given: asynchronous, returns after queueing; one callback per call after the last response, "
     "given the "
     "array's first element.",
     asynchronous, false, NULL},
    {"TransferCodecVerbs.callback-level", "The callback runs at DISPATCH_LEVEL.", callback_level, false,
     NULL},
    {"TransferCodecVerbs.count-0", "Count 0 succeeds and, asynchronous, calls back.", count_zero, false,
     NULL},
    {"TransferCodecVerbs.null-array", "A NULL array with Count > 0 is INVALID_PARAMETER.", null_array, false,
     NULL},
    {"TransferCodecVerbs.callback-may-free",
     "One callback per call, given the array's first element (so it can free the array).",
     array_is_the_callbacks, false, NULL},
    {"TransferCodecVerbs.calls-in-order", "The calls of one client complete in the order they were made.",
     calls_in_order, false, NULL},
    {"TransferCodecVerbs.from-callback",
     "TransferCodecVerbs with a callback may be called at DISPATCH_LEVEL.", from_a_callback, false, NULL},
    {"TransferCodecVerbs.with-callback-at-dispatch", "Highest IRQL: P, with callback D.", at_dispatch, false,
     NULL},
    {"TransferCodecVerbs.no-answer",
     "IsValid=0 alone when the codec did not answer in time: a verb without answer 25 ms per batch beyond "
     "its frames.",
     absent_codec, false, NULL},
    {"TransferCodecVerbs.others-undisturbed",
     "A dead codec costs one timeout per batch, and other codecs are not disturbed.", others_undisturbed,
     false, NULL},
    {"TransferCodecVerbs.no-answer-asynchronous",
     "STATUS_SUCCESS says the commands were processed, not that each "
     "response is valid; the callback comes all the same.",
     absent_asynchronous, false, NULL},
    {"TransferCodecVerbs.any-address",
     "A codec address in a command other than the client's own is sent as asked.", any_address, false, NULL},
    {"TransferCodecVerbs.lost-answer",
     "When a batch ends with a count that differs, every command since the codec's last certain point is "
     "IsValid = 0, nothing is sent again, and a late answer never completes a later command.",
     lost_answer, false, NULL},
    {"TransferCodecVerbs.overrun", "IsValid = 0 with HasFifoOverrun = 1 when the RIRB overran.", overrun,
     false, NULL},
    {"TransferCodecVerbs.memory-error",
     "A command that the controller cannot fetch ends what is in flight as IsValid = 0 at once, and the "
     "CORB is started anew.",
     memory_error, false, NULL},
    {"TransferCodecVerbs.pipelined",
     "Commands are pipelined: n take at most n + 4 link frames, or with rings of 2 entries 2n + 4.",
     pipelined, false, NULL},
    {"TransferCodecVerbs.two-clients",
     "Commands of different clients may interleave; each gets its own responses.", two_clients, false, NULL},
    {0},
};
