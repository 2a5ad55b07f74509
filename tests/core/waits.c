/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.c - every handshake with the hardware fails once, from the start of a bus over a client's life and a
 * suspend to its stop: one write to a register that is waited for is lost, or one command is left unanswered.
 * The status is right, the call ends within the bounds, nothing is leaked, and the next try works (DDI
 * Bounds).
 */
#include "rig.h"

#include <string.h>

#include "scenario.h"

#define NOBODY 5 /* no codec has this address */

/* What one loss may cost at most: CRST, or a batch of verbs and the rest of its codec (DDI Bounds). */
#define START_BOUND (110 * MILLISECOND)
#define LIFE_BOUND  (110 * MILLISECOND)

/* ---- Losses -------------------------------------------------------------------------------------- */

static struct {
    unsigned writes; /* to handshake registers so far */
    unsigned lose_write;
    unsigned commands; /* sent so far */
    unsigned lose_command;
    uint32_t *corb;
    size_t entries;
    uint16_t written; /* CORBWP */
} loss;

static bool lost(void)
{
    return ++loss.writes == loss.lose_write;
}

static bool is_handshake8(uint32_t offset)
{
    return offset == CORBCTL || offset == RIRBCTL ||
           (offset >= STREAM_BASE && offset % STREAM_STEP == SD_CTL);
}

static void losing_write8(void *device, uint32_t offset, uint8_t value)
{
    if (!is_handshake8(offset) || !lost())
        sim_device_ops.write8(device, offset, value);
}

static void send_command(unsigned index)
{
    if (++loss.commands == loss.lose_command)
        loss.corb[index] = (loss.corb[index] & 0x0FFFFFFF) | (uint32_t)NOBODY << 28;
}

static void losing_write16(void *device, uint32_t offset, uint16_t value)
{
    for (; offset == CORBWP && value != 0 && loss.written != value;) {
        loss.written = (uint16_t)((loss.written + 1) % loss.entries);
        send_command(loss.written);
    }
    if (offset == CORBWP)
        loss.written = value;
    if ((offset != CORBRP && offset != CORBWP) || !lost())
        sim_device_ops.write16(device, offset, value);
}

static void losing_write32(void *device, uint32_t offset, uint32_t value)
{
    if ((offset != GCTL && offset != SSYNC) || !lost())
        sim_device_ops.write32(device, offset, value);
}

static NTSTATUS noting_dma_alloc(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = rig_dma_alloc(device, size, highest, dma);

    if (size == 256 * sizeof(uint32_t)) {
        loss.corb = dma->memory;
        loss.entries = 256;
    }
    return status;
}

static void make_lossy(void)
{
    memset(&loss, 0, sizeof(loss));
    rig.device_ops.write8 = losing_write8;
    rig.device_ops.write16 = losing_write16;
    rig.device_ops.write32 = losing_write32;
    rig_count_allocations();
    rig.device_ops.dma_alloc = noting_dma_alloc;
}

/* ---- What is tried ------------------------------------------------------------------------------- */

static uint64_t usual_start, usual_life;

static NTSTATUS first_failure(NTSTATUS first, NTSTATUS second)
{
    return NT_SUCCESS(first) ? second : first;
}

/* Whatever is lost on the way, a second resume works. */
static NTSTATUS sleep_once(void)
{
    NTSTATUS status = hda_bus_suspend(rig.bus), second = hda_bus_resume(rig.bus);

    if (!NT_SUCCESS(second))
        assert_int_equal(hda_bus_resume(rig.bus), STATUS_SUCCESS);
    return first_failure(status, second);
}

static NTSTATUS live(void)
{
    HDAUDIO_BUS_INTERFACE_V3 ddi = rig_client_v3();
    HDAUDIO_BUS_INTERFACE_BDL bdl = rig_client_bdl();
    NTSTATUS status = scenario_live(&ddi);

    status = first_failure(status, sleep_once());
    return first_failure(status, scenario_live_bdl(&bdl));
}

static NTSTATUS timed(NTSTATUS (*step)(void), uint64_t *took)
{
    uint64_t begin = rig_now();
    NTSTATUS status = step();

    *took = rig_now() - begin;
    return status;
}

static NTSTATUS start(void)
{
    return hda_bus_start(&rig.config, &rig.bus);
}

static void all_is_well(void)
{
    assert_int_equal(timed(start, &usual_start), STATUS_SUCCESS);
    assert_int_equal(hda_bus_child_count(rig.bus), 1);
    assert_int_equal(timed(live, &usual_life), STATUS_SUCCESS);
    rig_stop();
    assert_int_equal(rig.live, 0);
}

static void assert_is_for_want_of_an_answer(NTSTATUS status)
{
    if (status != STATUS_SUCCESS && status != STATUS_DEVICE_NOT_READY && status != STATUS_IO_TIMEOUT)
        fail_msg("status %08x", (unsigned)status);
}

static bool was_lost(void)
{
    return loss.lose_write != 0 ? loss.writes >= loss.lose_write : loss.commands >= loss.lose_command;
}

/* A codec that does not answer at the start is left out, and with it its children. */
static void live_if_there_is_a_child(void)
{
    uint64_t took;

    if (hda_bus_child_count(rig.bus) == 0)
        return;
    assert_is_for_want_of_an_answer(timed(live, &took));
    assert_true(took < usual_life + LIFE_BOUND);
    if (was_lost())
        assert_int_equal(live(), STATUS_SUCCESS);
}

static void one_is_lost(void)
{
    uint64_t took;
    NTSTATUS status;

    loss.writes = loss.commands = 0;
    status = timed(start, &took);
    assert_is_for_want_of_an_answer(status);
    assert_true(took < usual_start + START_BOUND);
    if (NT_SUCCESS(status)) {
        live_if_there_is_a_child();
        rig_stop();
    }
    assert_int_equal(rig.live, 0);
}

static void lose_each(unsigned *lose, unsigned count)
{
    print_message("# %u\n", count);
    assert_true(count > 20);
    for (unsigned n = 1; n <= count; n++) {
        *lose = n;
        one_is_lost();
        *lose = 0;
        all_is_well();
    }
}

/* That a ring would not stop is no reason not to reset the link; it is all that the simulator may notice. */
static void forgive_reset_of_running_rings(void)
{
    const char *sentence;

    rig.ruined = true;
    for (unsigned i = 0; (sentence = sim_device_fault(rig.device, i)) != NULL; i++)
        rig.ruined &= strstr(sentence, "CRST is cleared while the CORB or the RIRB runs") != NULL;
}

static void every_handshake_is_lost_once(void **state)
{
    (void)state;
    make_lossy();
    all_is_well();
    lose_each(&loss.lose_write, loss.writes);
    forgive_reset_of_running_rings();
}

static void every_command_is_left_unanswered_once(void **state)
{
    (void)state;
    make_lossy();
    all_is_well();
    lose_each(&loss.lose_command, loss.commands);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        RULE(every_handshake_is_lost_once),
        RULE(every_command_is_left_unanswered_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
