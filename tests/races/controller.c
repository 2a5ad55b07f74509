/* SPDX-License-Identifier: BSD-2-Clause */
/* controller.c - see controller.h. */
#include "controller.h"

enum phase { AWAKE, FALLING_ASLEEP, ASLEEP, WAKING_UP, PHASES };

static struct fate fate;
static bool pulled_awake;

/* When it is to be pulled. */
static bool planned;
static unsigned changes_left;  /* of power, until */
static unsigned accesses_left; /* count */

static void pull_if_planned(void)
{
    if (planned && changes_left == 0 && accesses_left == 0)
        controller_pull();
}

static enum phase phase(void)
{
    return (enum phase)(fate.phase % PHASES);
}

static void go_to(enum phase next)
{
    do
        fate.phase++;
    while (phase() != next);
    if ((next == FALLING_ASLEEP || next == WAKING_UP) && changes_left > 0 && --changes_left == 0)
        pull_if_planned();
}

/* ---- Registers ----------------------------------------------------------------------------------- */

static void begin_access(void)
{
    MUST(phase() != ASLEEP);
    if (changes_left == 0 && accesses_left > 0 && --accesses_left == 0)
        pull_if_planned();
}

static uint8_t read8(void *device, uint32_t offset)
{
    begin_access();
    return sim_device_ops.read8(device, offset);
}

static uint16_t read16(void *device, uint32_t offset)
{
    begin_access();
    return sim_device_ops.read16(device, offset);
}

static uint32_t read32(void *device, uint32_t offset)
{
    begin_access();
    return sim_device_ops.read32(device, offset);
}

static void write8(void *device, uint32_t offset, uint8_t value)
{
    begin_access();
    sim_device_ops.write8(device, offset, value);
}

static void write16(void *device, uint32_t offset, uint16_t value)
{
    begin_access();
    sim_device_ops.write16(device, offset, value);
}

static void write32(void *device, uint32_t offset, uint32_t value)
{
    begin_access();
    sim_device_ops.write32(device, offset, value);
}

/* ---- The interrupt ------------------------------------------------------------------------------- */

static struct {
    hda_interrupt_routine *routine;
    unsigned running;
    bool disconnected;
} interrupt;

static bool call_routine(void *context)
{
    bool ours;

    if (interrupt.disconnected)
        return false;
    interrupt.running++;
    ours = interrupt.routine(context);
    interrupt.running--;
    return ours;
}

static NTSTATUS connect(void *device, hda_interrupt_routine *routine, void *context)
{
    interrupt.routine = routine;
    interrupt.disconnected = false;
    return sim_device_ops.interrupt_connect(device, call_routine, context);
}

/* The simulated controller's own way would wait for a thread that has not the turn. */
static void disconnect(void *device)
{
    interrupt.disconnected = true;
    while (interrupt.running > 0)
        linux_host_ops.sleep(arena.host, 1);
    sim_device_ops.interrupt_disconnect(device);
}

void controller_begin(void)
{
    struct hda_device_ops *ops = &arena.device_ops;

    ops->read8 = read8;
    ops->read16 = read16;
    ops->read32 = read32;
    ops->write8 = write8;
    ops->write16 = write16;
    ops->write32 = write32;
    ops->interrupt_connect = connect;
    ops->interrupt_disconnect = disconnect;
}

/* ---- Sleep --------------------------------------------------------------------------------------- */

static bool is_there(NTSTATUS status)
{
    MUST(status == STATUS_SUCCESS || (status == STATUS_DEVICE_REMOVED && fate.pulled));
    return status == STATUS_SUCCESS;
}

bool controller_suspend(void)
{
    bool there;

    go_to(FALLING_ASLEEP);
    pulled_awake = fate.pulled;
    there = is_there(hda_bus_suspend(arena.bus));
    go_to(ASLEEP);
    return there;
}

bool controller_resume(void (*restart)(void))
{
    bool there;

    go_to(WAKING_UP);
    there = is_there(hda_bus_resume(arena.bus));
    totals->sleeps += there;
    if (there && restart != NULL)
        restart();
    go_to(AWAKE);
    return there;
}

bool controller_sleeps(void)
{
    return phase() == ASLEEP;
}

/* ---- Removal ------------------------------------------------------------------------------------- */

void controller_pull(void)
{
    if (fate.pulled)
        return;
    fate.pulled = true;
    sim_device_remove(arena.device);
}

void controller_pull_later(unsigned changes, unsigned accesses)
{
    planned = true;
    changes_left = changes;
    accesses_left = accesses;
}

bool controller_pulled(void)
{
    return fate.pulled;
}

bool controller_pulled_awake(void)
{
    return pulled_awake;
}

void controller_end(void)
{
    if (planned)
        controller_pull();
    if (fate.pulled) {
        if (!hda_bus_is_removed(arena.bus))
            hda_bus_surprise_remove(arena.bus);
        linux_host_ops.sleep(arena.host, 1000);
        totals->removals++;
    } else if (phase() == ASLEEP) {
        MUST(controller_resume(NULL));
    }
}

/* ---- What calls may answer ------------------------------------------------------------------------ */

/* When this thread's call began. */
static _Thread_local struct fate before;

struct fate controller_fate(void)
{
    fate.noticed = fate.pulled && hda_bus_is_removed(arena.bus);
    return fate;
}

bool controller_stayed_awake(struct fate since)
{
    return fate.phase == since.phase && phase() == AWAKE;
}

void controller_call(void)
{
    before = controller_fate();
}

/* Whether it was in one phase all the time. */
static bool was(enum phase all_the_time)
{
    return fate.phase == before.phase && phase() == all_the_time;
}

static bool may_answer(NTSTATUS status, unsigned what)
{
    switch (status) {
    case STATUS_SUCCESS:
        return !before.noticed && !(what & NEEDS_POWER && was(ASLEEP));
    case STATUS_DEVICE_NOT_READY:
        return !before.noticed && what & NEEDS_POWER && !was(AWAKE);
    case STATUS_DEVICE_REMOVED:
        return fate.pulled;
    case STATUS_INVALID_HANDLE:
    case STATUS_INVALID_DEVICE_REQUEST:
        return what & MAY_BE_REFUSED;
    case STATUS_INVALID_PARAMETER:
        return what & MAY_BE_INVALID;
    case STATUS_DEVICE_BUSY:
        return what & MAY_BE_BUSY;
    default:
        return false;
    }
}

bool controller_answer(NTSTATUS status, unsigned what, const char *text, const char *function, int line)
{
    arena_must(may_answer(status, what), text, function, line);
    return status == STATUS_SUCCESS;
}
