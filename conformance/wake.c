/* SPDX-License-Identifier: BSD-2-Clause */
/* wake.c - DDI Power: codecs that wake, and who wants to know. */
#include <stdatomic.h>

#include "check.h"

#define TAG 0x15

/* What a request's routine has been told, in the trial's memory. */
struct woken {
    struct trial *t;
    _Atomic unsigned count;
    NTSTATUS status;
    KIRQL level;
};

static void note(void *context, NTSTATUS status)
{
    struct woken *woken = context;
    struct trial *t = woken->t;

    woken->status = status;
    woken->level = has_levels(t) ? t->target->level(t->target->context) : DISPATCH_LEVEL;
    atomic_fetch_add(&woken->count, 1);
}

static NTSTATUS request(struct trial *t, unsigned child, struct woken *woken)
{
    woken->t = t;
    return request_wake(t, child, note, woken);
}

static bool cancel(struct trial *t, unsigned child)
{
    return t->target->cancel_wake(t->target->context, child);
}

/* A jack that can wake its codec, and memory for what each child is told; false and skipped without. */
static bool begin(struct trial *t, struct jack *jack, struct woken **woken)
{
    if (!t->target->wait_wake || !t->target->cancel_wake || !t->target->codec_of)
        return skip(t, "nobody can ask to be told of a wake here"), false;
    if (t->target->no_wakes)
        return skip(t, "no codec wakes this controller"), false;
    *woken = trial_memory(t, t->target->child_count * sizeof(**woken));
    return *woken && find_jack(t, jack) && enable_jack(t, jack, TAG);
}

/* Through a sleep in which the jack is moved: nothing is said before the resume. */
static bool sleep_and_wake(struct trial *t, struct jack *jack, const struct woken *woken)
{
    unsigned before = atomic_load(&woken->count);

    TRY(enable_jack(t, jack, TAG));
    TRY(suspend(t));
    advance(t, 10 * MILLISECOND);
    EXPECT(move_jack(t, jack));
    settle(t);
    EXPECT_EQUAL(before, atomic_load(&woken->count));
    TRY(resume(t));
    settle(t);
    return true;
}

static bool at_resume(struct trial *t, struct jack *jack, struct woken *woken)
{
    EXPECT_SUCCESS(request(t, 0, woken));
    TRY(sleep_and_wake(t, jack, woken));
    EXPECT_EQUAL(1, atomic_load(&woken->count));
    EXPECT_SUCCESS(woken->status);
    EXPECT_EQUAL(DISPATCH_LEVEL, woken->level);
    EXPECT(!cancel(t, 0));
    return true;
}

/* No second time, and what was said stays said; a new request is a new one. */
static bool once(struct trial *t, struct jack *jack, struct woken *woken)
{
    EXPECT_SUCCESS(request(t, 0, woken));
    TRY(sleep_and_wake(t, jack, woken));
    TRY(sleep_and_wake(t, jack, woken));
    EXPECT_EQUAL(1, atomic_load(&woken->count));
    EXPECT_SUCCESS(request(t, 0, woken));
    settle(t);
    EXPECT_EQUAL(1, atomic_load(&woken->count));
    TRY(sleep_and_wake(t, jack, woken));
    EXPECT_EQUAL(2, atomic_load(&woken->count));
    return true;
}

/* Every child has a request, and those of the codec on trial are told. */
static bool all_of_the_codec(struct trial *t, struct jack *jack, struct woken *woken)
{
    const struct conformance_target *target = t->target;

    for (unsigned child = 0; child < target->child_count; child++)
        EXPECT_SUCCESS(request(t, child, &woken[child]));
    TRY(sleep_and_wake(t, jack, woken));
    for (unsigned child = 0; child < target->child_count; child++) {
        bool same = target->codec_of(target->context, child) == codec_address(t);

        EXPECT_EQUAL(same ? 1 : 0, atomic_load(&woken[child].count));
        EXPECT_EQUAL(!same, cancel(t, child));
    }
    return true;
}

/* A sleep without a wake leaves the request as it was. */
static bool not_woken(struct trial *t, struct jack *jack, struct woken *woken)
{
    EXPECT_SUCCESS(request(t, 0, woken));
    for (unsigned i = 0; i < 3; i++) {
        TRY(suspend(t));
        advance(t, 10 * MILLISECOND);
        TRY(resume(t));
        settle(t);
    }
    EXPECT_EQUAL(0, atomic_load(&woken->count));
    TRY(sleep_and_wake(t, jack, woken));
    EXPECT_EQUAL(1, atomic_load(&woken->count));
    return true;
}

static bool one_at_a_time(struct trial *t, struct jack *jack, struct woken *woken)
{
    EXPECT_SUCCESS(request(t, 0, woken));
    EXPECT_STATUS(STATUS_DEVICE_BUSY, request(t, 0, woken));
    TRY(sleep_and_wake(t, jack, woken));
    EXPECT_EQUAL(1, atomic_load(&woken->count));
    EXPECT_SUCCESS(request(t, 0, woken));
    EXPECT(cancel(t, 0));
    EXPECT_SUCCESS(request(t, 0, woken));
    EXPECT(cancel(t, 0));
    EXPECT(!cancel(t, 0));
    return true;
}

static bool cancelled(struct trial *t, struct jack *jack, struct woken *woken)
{
    EXPECT_SUCCESS(request(t, 0, woken));
    EXPECT(cancel(t, 0));
    TRY(sleep_and_wake(t, jack, woken));
    EXPECT_EQUAL(0, atomic_load(&woken->count));
    return true;
}

/* After the codec has woken, too: until the resume that is nobody's business. */
static bool cancelled_asleep(struct trial *t, struct jack *jack, struct woken *woken)
{
    EXPECT_SUCCESS(request(t, 0, woken));
    TRY(suspend(t));
    EXPECT(move_jack(t, jack));
    settle(t);
    EXPECT(cancel(t, 0));
    EXPECT_STATUS(STATUS_DEVICE_NOT_READY, request(t, 0, woken));
    TRY(resume(t));
    settle(t);
    EXPECT_EQUAL(0, atomic_load(&woken->count));
    EXPECT(!cancel(t, 0));
    return true;
}

/* A codec that speaks while the link runs does not wake. */
static bool awake(struct trial *t, struct jack *jack, struct woken *woken)
{
    EXPECT_SUCCESS(request(t, 0, woken));
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(move_jack(t, jack));
        settle(t);
    }
    EXPECT_EQUAL(0, atomic_load(&woken->count));
    TRY(suspend(t));
    TRY(resume(t));
    settle(t);
    EXPECT_EQUAL(0, atomic_load(&woken->count));
    EXPECT(cancel(t, 0));
    return true;
}

/* ---- The checks --------------------------------------------------------------------------------- */

struct waking {
    bool (*run)(struct trial *t, struct jack *jack, struct woken *woken);
};

static bool with_a_jack(struct trial *t)
{
    const struct waking *waking = t->check->subject;
    struct woken *woken;
    struct jack jack;

    if (!begin(t, &jack, &woken))
        return t->skipped != NULL;
    TRY(waking->run(t, &jack, woken));
    return disable_jack(t, &jack);
}

#define ONE "A child has one wake request at a time."
#define WAKES                                                                                   \
    "When its codec wakes the requests of all of the codec's children are completed, once, at " \
    "DISPATCH_LEVEL, by the next resume when the controller sleeps."

const struct check wake_checks[] = {
    {"Power.wake", WAKES, with_a_jack, false, &(const struct waking){at_resume}},
    {"Power.wake-once", WAKES, with_a_jack, false, &(const struct waking){once}},
    {"Power.wake-all-children", WAKES, with_a_jack, false, &(const struct waking){all_of_the_codec}},
    {"Power.wake-not-woken", WAKES, with_a_jack, false, &(const struct waking){not_woken}},
    {"Power.wake-awake", WAKES, with_a_jack, false, &(const struct waking){awake}},
    {"Power.wake-one-request", ONE, with_a_jack, false, &(const struct waking){one_at_a_time}},
    {"Power.wake-cancelled", "A request that was taken back is not completed.", with_a_jack, false,
     &(const struct waking){cancelled}},
    {"Power.wake-cancelled-asleep",
     "A request that was taken back is not completed; one made asleep is DEVICE_NOT_READY.", with_a_jack,
     false, &(const struct waking){cancelled_asleep}},
    {0},
};
