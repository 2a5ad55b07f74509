/* SPDX-License-Identifier: BSD-2-Clause */
/* power.c - see power.h. */
#include "power.h"

#include "controller.h"
#include "engines.h"
#include "leaving.h"

#define LONGER_THAN_VERBS 40000 /* microseconds: what they have queued runs, too (DDI Bounds) */

struct player {
    struct worker *worker;
    PKEVENT event;
    HANDLE engine;
};

static NTSTATUS set(const struct player *player, HDAUDIO_STREAM_STATE state)
{
    return engine_set_state(player->worker->ddi, state, player->engine);
}

/* Whether there is an engine that can run. */
static bool open_player(struct player *player, struct worker *worker)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = worker->ddi;

    *player = (struct player){.worker = worker, .event = arena_new_event(NotificationEvent)};
    return KEPT(engine_allocate(ddi, &player->engine)) &&
           SERVED(engine_allocate_buffer(ddi, player->engine)) &&
           KEPT(ddi->RegisterNotificationEvent(ddi->Context, player->engine, player->event));
}

static void close_player(struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->worker->ddi;

    if (player->engine != NULL) {
        set(player, StopState); /* refused, as the next, where there is no buffer */
        ddi->FreeDmaBuffer(ddi->Context, player->engine);
        MUST(ddi->FreeDmaEngine(ddi->Context, player->engine) == STATUS_SUCCESS);
    }
    arena_bury_event(player->event);
}

/* ---- Before -------------------------------------------------------------------------------------- */

/* Whether it runs, and the bus knows of no removal yet: if the controller is gone now those who wait hear of
 * it, whatever becomes of the bus then (DDI Removal). */
static bool run_for_a_while(const struct player *player)
{
    struct worker *worker = player->worker;
    bool noticed;

    if (below(worker, 4) == 0 || !SERVED(set(player, RunState)))
        return false;
    linger(worker, 700);
    KeClearEvent(player->event);
    noticed = controller_fate().noticed;
    linger(worker, 100);
    if (controller_pulled() && below(worker, 2))
        hda_bus_surprise_remove(arena.bus);
    return !noticed;
}

/* ---- Asleep -------------------------------------------------------------------------------------- */

/* What comes too early or too late says SUCCESS, and that is wrong now. */
static void be_refused(const struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->worker->ddi;
    HDAUDIO_CODEC_TRANSFER transfer = {0};

    SERVED(set(player, RunState));
    SERVED(ddi->TransferCodecVerbs(ddi->Context, 1, &transfer, NULL, NULL));
    MUST(set(player, StopState) == STATUS_SUCCESS);
}

static void sleep_for_a_while(const struct player *player)
{
    struct worker *worker = player->worker;

    KeClearEvent(player->event);
    linger(worker, 900);
    if (below(worker, 2))
        be_refused(player);
    linger(worker, below(worker, 4) == 0 ? LONGER_THAN_VERBS : 900);
    MUST(!KeReadStateEvent(player->event) || controller_pulled());
}

/* ---- Awake again --------------------------------------------------------------------------------- */

/* Stopped, at position 0. */
static void find_it_stopped(const struct player *player)
{
    const HDAUDIO_BUS_INTERFACE_V2 *ddi = player->worker->ddi;
    PULONG position;

    MUST(!KeReadStateEvent(player->event));
    if (KEPT(ddi->GetLinkPositionRegister(ddi->Context, player->engine, &position)))
        MUST(__atomic_load_n(position, __ATOMIC_RELAXED) == 0 || controller_pulled());
    if (below(player->worker, 2))
        MUST(set(player, ResetState) == STATUS_SUCCESS);
}

static void run_again(const struct player *player)
{
    struct fate before = controller_fate();

    if (SERVED(set(player, RunState)))
        await_period(player->event, before);
}

static void sleep_once(const struct player *player)
{
    bool is_to_hear = run_for_a_while(player);

    controller_suspend();
    MUST(!is_to_hear || !controller_pulled_awake() || comes(player->event, SOON));
    sleep_for_a_while(player);
    if (!controller_resume(arena.restart))
        return;
    find_it_stopped(player);
    run_again(player);
}

void suspend_and_resume(struct worker *worker)
{
    struct player player;

    if (open_player(&player, worker)) {
        for (unsigned round = 0; round < 3; round++) {
            linger(worker, 900);
            sleep_once(&player);
        }
    }
    close_player(&player);
}

/* ---- At the end ---------------------------------------------------------------------------------- */

void suspend_and_leave(struct worker *worker)
{
    linger(worker, 900);
    controller_suspend();
    linger(worker, 300);
    if (below(worker, 2))
        controller_resume(NULL);
    leave(NULL);
}
