/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verbs.c - TransferCodecVerbs when answers are lost, late, overrun or slow to be read, and when clients ask
 * while the bus stops (DDI TransferCodecVerbs, Bounds).
 */
#include "rig.h"

#include <string.h>
#include <unistd.h>

#define RING      256
#define IN_FLIGHT 240 /* commands: the rest of the ring is left to what codecs say by themselves */
#define ROUND     230 /* verbs that bring the driver near the ring's end */
#define NOBODY    5   /* no codec has this address */
#define NEIGHBOUR 2
#define TIMEOUT   (25 * MILLISECOND) /* DDI Bounds */
#define FRAME     UINT64_C(20834)

/* ---- What goes through the rings ----------------------------------------------------------------- */

static struct {
    uint32_t *corb;
    struct hda_rirb_entry *rirb;
    uint16_t written; /* CORBWP */
    uint32_t sent[1024];
    unsigned count;
    unsigned lose; /* the number of the sent command that goes to nobody, counted from 1 */
    bool holding;  /* commands are not handed to the controller */
} wire;

static NTSTATUS find_rings(void *device, size_t size, uint64_t highest, struct hda_dma *dma)
{
    NTSTATUS status = sim_device_ops.dma_alloc(device, size, highest, dma);

    if (NT_SUCCESS(status) && size == RING * sizeof(uint32_t))
        wire.corb = dma->memory;
    if (NT_SUCCESS(status) && size == RING * sizeof(struct hda_rirb_entry))
        wire.rirb = dma->memory;
    return status;
}

static void note(uint32_t *command)
{
    assert_true(wire.count < sizeof(wire.sent) / sizeof(wire.sent[0]));
    wire.sent[wire.count++] = *command;
    if (wire.count == wire.lose)
        *command = (*command & 0x0FFFFFFF) | (uint32_t)NOBODY << 28;
}

static void watch_commands(void *device, uint32_t offset, uint16_t value)
{
    if (offset == CORBWP) {
        while (wire.written != value) {
            wire.written = (uint16_t)((wire.written + 1) % RING);
            note(&wire.corb[wire.written]);
        }
        if (wire.holding)
            return;
    }
    sim_device_ops.write16(device, offset, value);
}

static void start(void)
{
    rig.device_ops.dma_alloc = find_rings;
    rig.device_ops.write16 = watch_commands;
    memset(&wire, 0, sizeof(wire));
    rig_start();
    wire.count = 0;
}

/* The controller's next response goes to entry 1, wherever the driver expects it. */
static void move_responses(void)
{
    sim_device_ops.write8(rig.device, RIRBCTL, 0);
    rig_pass(2 * FRAME);
    sim_device_ops.write16(rig.device, RIRBWP, RIRBWP_RST);
    sim_device_ops.write8(rig.device, RIRBCTL, RIRBCTL_DMAEN | RIRBCTL_RINTCTL | RIRBCTL_OIC);
}

/* ---- Commands -------------------------------------------------------------------------------------- */

#define VENDOR   0
#define REVISION 2

static uint32_t answer_to(unsigned parameter)
{
    return parameter == VENDOR ? 0x1DE40001 : 0x00100100;
}

static HDAUDIO_CODEC_TRANSFER get(unsigned codec, unsigned parameter)
{
    HDAUDIO_CODEC_TRANSFER transfer = {0};

    transfer.Output.Command = codec << 28 | 0xF00u << 8 | parameter;
    return transfer;
}

static void assert_answered(const HDAUDIO_CODEC_TRANSFER *transfer)
{
    assert_int_equal(transfer->Input.IsValid, 1);
    assert_int_equal(transfer->Input.Response, answer_to(transfer->Output.Verb8.Data));
}

static void ask(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count)
{
    assert_int_equal(ddi->TransferCodecVerbs(ddi->Context, count, transfers, NULL, NULL), STATUS_SUCCESS);
}

static VOID NTAPI count_callback(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    (void)transfer;
    __atomic_fetch_add((unsigned *)context, 1, __ATOMIC_RELEASE);
}

static void post(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_CODEC_TRANSFER *transfers, ULONG count,
                 unsigned *done)
{
    assert_int_equal(ddi->TransferCodecVerbs(ddi->Context, count, transfers, count_callback, done),
                     STATUS_SUCCESS);
}

static void wait_for(const unsigned *done, unsigned count)
{
    for (unsigned i = 0; i < 1000 && __atomic_load_n(done, __ATOMIC_ACQUIRE) < count; i++)
        linux_host_ops.sleep(rig.host, 1000);
    assert_int_equal(__atomic_load_n(done, __ATOMIC_ACQUIRE), count);
}

/* ---- Lifetime of a batch --------------------------------------------------------------------------- */

static bool linger, lingering;

/* The caller is preempted as soon as it has let go of a lock: everything else happens first. */
static void release_and_linger(void *host, struct hda_lock *lock)
{
    linux_host_ops.lock_release(host, lock);
    if (!linger || linux_host_ops.irql(host) != PASSIVE_LEVEL)
        return;
    linger = false;
    lingering = true;
    rig_pass(MILLISECOND);
    lingering = false;
}

static uint64_t least_delay;

static void note_delay(void *host, struct hda_work *work, uint64_t delay)
{
    if (linux_host_ops.irql(host) == PASSIVE_LEVEL && delay < least_delay)
        least_delay = delay;
    linux_host_ops.work_queue(host, work, delay);
}

/* Only the batch is freed while the caller lingers. */
static void overwrite_and_free(void *host, void *memory)
{
    if (lingering)
        memset(memory, 0, 64); /* as the next owner may */
    linux_host_ops.free(host, memory);
}

static void a_batch_may_be_done_and_gone_before_its_call_returns(void **state)
{
    HDAUDIO_CODEC_TRANSFER transfer = get(0, VENDOR);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    unsigned done = 0;

    (void)state;
    start();
    ddi = rig_client();
    rig.host_ops.lock_release = release_and_linger;
    rig.host_ops.work_queue = note_delay;
    rig.host_ops.free = overwrite_and_free;
    least_delay = UINT64_MAX;
    linger = true;
    post(&ddi, &transfer, 1, &done);
    assert_false(linger);
    assert_int_equal(done, 1);
    assert_answered(&transfer);
    assert_int_equal(least_delay, TIMEOUT);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- A bus that stops ------------------------------------------------------------------------------ */

#define TRIES 10000

struct insistent {
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HDAUDIO_CODEC_TRANSFER transfer;
    unsigned calls;
    unsigned accepted;
    NTSTATUS last;
};

static VOID NTAPI ask_again(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct insistent *client = context;

    if (++client->calls == TRIES)
        return;
    client->last = client->ddi.TransferCodecVerbs(client->ddi.Context, 1, transfer, ask_again, client);
    client->accepted += NT_SUCCESS(client->last);
}

static void a_client_that_always_asks_again_does_not_keep_the_bus_from_stopping(void **state)
{
    struct insistent client = {.transfer = get(0, VENDOR), .accepted = 1};

    (void)state;
    start();
    wire.holding = true; /* so that the batch is pending when the bus stops */
    client.ddi = rig_client();
    assert_int_equal(
        client.ddi.TransferCodecVerbs(client.ddi.Context, 1, &client.transfer, ask_again, &client),
        STATUS_SUCCESS);
    rig_stop();
    assert_int_equal(client.calls, 1);
    assert_int_equal(client.accepted, 1);
    assert_int_equal(client.last, STATUS_DEVICE_REMOVED);
    assert_int_equal(client.transfer.Input.IsValid, 0);
}

struct late_comer {
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    HDAUDIO_CODEC_TRANSFER transfers[TRIES];
    unsigned entered; /* atomic */
    unsigned accepted;
    unsigned completed; /* atomic */
    NTSTATUS last;
};

/* Asks until it is refused: the bus stops meanwhile, on another thread. */
static VOID NTAPI ask_until_refused(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    struct late_comer *client = context;

    (void)transfer;
    __atomic_store_n(&client->entered, 1, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < TRIES && NT_SUCCESS(client->last); i++) {
        client->transfers[i] = get(0, REVISION);
        client->last = client->ddi.TransferCodecVerbs(client->ddi.Context, 1, &client->transfers[i],
                                                      count_callback, &client->completed);
        client->accepted += NT_SUCCESS(client->last);
        usleep(200);
    }
}

static void a_verb_from_a_callback_while_the_bus_stops_is_refused_or_completed(void **state)
{
    static struct late_comer client;
    HDAUDIO_CODEC_TRANSFER transfer = get(0, VENDOR);

    (void)state;
    memset(&client, 0, sizeof(client));
    rig_start();
    client.ddi = rig_client();
    assert_int_equal(
        client.ddi.TransferCodecVerbs(client.ddi.Context, 1, &transfer, ask_until_refused, &client),
        STATUS_SUCCESS);
    while (!__atomic_load_n(&client.entered, __ATOMIC_ACQUIRE))
        usleep(100);
    rig_stop();
    assert_int_equal(client.last, STATUS_DEVICE_REMOVED);
    assert_int_equal(__atomic_load_n(&client.completed, __ATOMIC_ACQUIRE), client.accepted);
}

/* ---- Lost answers ---------------------------------------------------------------------------------- */

static void a_lost_answer_costs_one_timeout_and_delays_no_later_verb(void **state)
{
    HDAUDIO_CODEC_TRANSFER lost, next;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    uint64_t begin;

    (void)state;
    start();
    ddi = rig_client();
    lost = get(0, VENDOR);
    wire.lose = 1;
    begin = rig_now();
    ask(&ddi, &lost, 1);
    assert_int_equal(lost.Input.IsValid, 0);
    assert_int_equal(lost.Input.HasFifoOverrun, 0);
    assert_true(rig_now() - begin >= TIMEOUT && rig_now() - begin < TIMEOUT + MILLISECOND);
    rig_pass(1000 * MILLISECOND);
    next = get(0, REVISION);
    begin = rig_now();
    ask(&ddi, &next, 1);
    assert_answered(&next);
    assert_true(rig_now() - begin < MILLISECOND);
    ddi.InterfaceDereference(ddi.Context);
}

/* A batch that the ring does not hold: all that it does hold is answered before the rest is sent. */
static void post_beyond_the_ring(const HDAUDIO_BUS_INTERFACE_V2 *ddi, HDAUDIO_CODEC_TRANSFER *transfers,
                                 ULONG count, unsigned *done)
{
    KIRQL old = KfRaiseIrql(DISPATCH_LEVEL); /* keeps deferred work off */
    unsigned sent;

    post(ddi, transfers, count, done);
    sent = wire.count;
    rig_pass(2 * RING * FRAME);
    KeLowerIrql(old);
    assert_int_equal(sent, IN_FLIGHT);
}

static void a_lost_answer_invalidates_what_was_asked_since_the_codec_owed_nothing(void **state)
{
    static HDAUDIO_CODEC_TRANSFER transfers[300];
    HDAUDIO_CODEC_TRANSFER next;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    unsigned done = 0;

    (void)state;
    start();
    ddi = rig_client();
    for (unsigned i = 0; i < 300; i++)
        transfers[i] = get(0, i % 3 == 0 ? VENDOR : REVISION);
    wire.lose = 270;
    post_beyond_the_ring(&ddi, transfers, 300, &done);
    wait_for(&done, 1);
    for (unsigned i = 0; i < IN_FLIGHT; i++)
        assert_answered(&transfers[i]);
    for (unsigned i = IN_FLIGHT; i < 300; i++)
        assert_int_equal(transfers[i].Input.CompleteResponse, 0);
    next = get(0, REVISION);
    ask(&ddi, &next, 1);
    assert_answered(&next);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_lost_answer_invalidates_nothing_of_another_codec(void **state)
{
    HDAUDIO_CODEC_TRANSFER transfers[40];
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    (void)state;
    rig_plug(NEIGHBOUR);
    start();
    ddi = rig_client();
    for (unsigned i = 0; i < 40; i++)
        transfers[i] = get(i % 2 == 0 ? 0 : NEIGHBOUR, i % 3 == 0 ? VENDOR : REVISION);
    wire.lose = 20;
    ask(&ddi, transfers, 40);
    for (unsigned i = 0; i < 40; i++) {
        if (i % 2 == 0)
            assert_answered(&transfers[i]);
        else
            assert_int_equal(transfers[i].Input.CompleteResponse, 0);
    }
    ddi.InterfaceDereference(ddi.Context);
}

static void hand_over_held_commands(void)
{
    wire.holding = false;
    sim_device_ops.write16(rig.device, CORBWP, wire.written);
}

/* The controller has fetched what is held: it is the codec that is slow. */
static uint16_t read_held_as_fetched(void *device, uint32_t offset)
{
    return offset == CORBRP && wire.holding ? wire.written : sim_device_ops.read16(device, offset);
}

static void a_late_answer_never_completes_a_later_command(void **state)
{
    HDAUDIO_CODEC_TRANSFER late = get(0, VENDOR), next = get(0, REVISION);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    unsigned done = 0;

    (void)state;
    start();
    ddi = rig_client();
    rig.device_ops.read16 = read_held_as_fetched;
    wire.holding = true;
    ask(&ddi, &late, 1);
    assert_int_equal(late.Input.IsValid, 0);
    post(&ddi, &next, 1, &done);
    rig_pass(MILLISECOND);
    assert_int_equal(wire.count, 1); /* the codec owes an answer: nothing is sent to it */
    hand_over_held_commands();
    rig_pass(MILLISECOND);
    assert_int_equal(done, 1);
    assert_answered(&next);
    assert_int_equal(late.Input.CompleteResponse, 0);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- Several codecs, several batches --------------------------------------------------------------- */

static void a_clients_batches_are_sent_in_order_whatever_codecs_they_speak_to(void **state)
{
    HDAUDIO_CODEC_TRANSFER blocking = get(0, VENDOR), first = get(0, REVISION),
                           second = get(NEIGHBOUR, VENDOR);
    HDAUDIO_BUS_INTERFACE_V2 other, client;
    unsigned done = 0;

    (void)state;
    rig_plug(NEIGHBOUR);
    start();
    other = rig_client();
    client = rig_client();
    post(&other, &blocking, 1, &done);
    post(&client, &first, 1, &done);
    post(&client, &second, 1, &done);
    wait_for(&done, 3);
    assert_int_equal(wire.sent[0], blocking.Output.Command);
    assert_int_equal(wire.sent[1], first.Output.Command);
    assert_int_equal(wire.sent[2], second.Output.Command);
    client.InterfaceDereference(client.Context);
    other.InterfaceDereference(other.Context);
}

/* The other's commands fill the ring, so that the client's are not sent yet when it writes over them. */
static void a_client_that_writes_over_its_commands_spoils_no_other_clients(void **state)
{
    static HDAUDIO_CODEC_TRANSFER transfers[300];
    HDAUDIO_CODEC_TRANSFER spoilt[2] = {get(NEIGHBOUR, VENDOR), get(NEIGHBOUR, REVISION)};
    HDAUDIO_BUS_INTERFACE_V2 other, client;
    unsigned done = 0;

    (void)state;
    rig_plug(NEIGHBOUR);
    start();
    other = rig_client();
    client = rig_client();
    for (unsigned i = 0; i < 300; i++)
        transfers[i] = get(0, i % 3 == 0 ? VENDOR : REVISION);
    post(&other, transfers, 300, &done);
    post(&client, spoilt, 2, &done);
    assert_int_equal(wire.count, IN_FLIGHT);
    spoilt[0] = get(0, VENDOR);
    wait_for(&done, 2);
    for (unsigned i = 0; i < 300; i++)
        assert_answered(&transfers[i]);
    assert_int_equal(spoilt[0].Input.IsValid, 0);
    assert_answered(&spoilt[1]);
    client.InterfaceDereference(client.Context);
    other.InterfaceDereference(other.Context);
}

/* Also when its turn comes in the last moment of the deferred work, with nothing left to wait for. */
static void a_batch_that_cannot_be_sent_at_all_completes(void **state)
{
    HDAUDIO_CODEC_TRANSFER first = get(0, VENDOR), second = get(0, VENDOR);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    unsigned done = 0;

    (void)state;
    start();
    ddi = rig_client();
    post(&ddi, &first, 1, &done);
    post(&ddi, &second, 1, &done);
    second = get(NEIGHBOUR, VENDOR);
    wait_for(&done, 2);
    assert_answered(&first);
    assert_int_equal(second.Input.IsValid, 0);
    ddi.InterfaceDereference(ddi.Context);
}

static void a_dead_codec_leaves_the_ring_to_the_others(void **state)
{
    static HDAUDIO_CODEC_TRANSFER lost[300];
    HDAUDIO_CODEC_TRANSFER transfer = get(0, VENDOR);
    HDAUDIO_BUS_INTERFACE_V2 other, client;
    unsigned done = 0;
    uint64_t begin;

    (void)state;
    start();
    other = rig_client();
    client = rig_client();
    for (unsigned i = 0; i < 300; i++)
        lost[i] = get(NOBODY, VENDOR);
    post(&other, lost, 300, &done);
    begin = rig_now();
    ask(&client, &transfer, 1);
    assert_answered(&transfer);
    assert_true(rig_now() - begin < MILLISECOND);
    wait_for(&done, 1);
    assert_true(rig_now() - begin < TIMEOUT + 2 * MILLISECOND); /* one timeout, not one per ring */
    client.InterfaceDereference(client.Context);
    other.InterfaceDereference(other.Context);
}

static VOID NTAPI dawdle(HDAUDIO_CODEC_TRANSFER *transfer, PVOID context)
{
    rig_pass(30 * MILLISECOND);
    count_callback(transfer, context);
}

static void a_slow_callback_makes_no_answer_late(void **state)
{
    HDAUDIO_CODEC_TRANSFER first = get(0, VENDOR), second = get(0, REVISION);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    unsigned done = 0;

    (void)state;
    start();
    ddi = rig_client();
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &first, dawdle, &done), STATUS_SUCCESS);
    post(&ddi, &second, 1, &done);
    wait_for(&done, 2);
    assert_answered(&first);
    assert_answered(&second);
    ddi.InterfaceDereference(ddi.Context);
}

/* ---- Overrun --------------------------------------------------------------------------------------- */

static void responses_lost_to_an_overrun_say_so_and_the_next_are_found(void **state)
{
    HDAUDIO_CODEC_TRANSFER lost = get(0, VENDOR), next = get(0, REVISION);
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    uint64_t begin;

    (void)state;
    start();
    ddi = rig_client();
    move_responses();
    ask(&ddi, &lost, 1);
    assert_int_equal(lost.Input.IsValid, 0);
    assert_int_equal(lost.Input.HasFifoOverrun, 1);
    rig_pass(TIMEOUT);
    for (unsigned i = 0; i < RING + 3; i++) { /* all the way round: nothing stale is left in the ring */
        next = get(0, i % 3 == 0 ? VENDOR : REVISION);
        begin = rig_now();
        ask(&ddi, &next, 1);
        assert_answered(&next);
        assert_true(rig_now() - begin < MILLISECOND);
    }
    ddi.InterfaceDereference(ddi.Context);
}

static void forge_unsolicited(unsigned index)
{
    wire.rirb[index] = (struct hda_rirb_entry){0xFC000000, RIRB_UNSOLICITED};
}

/* The driver has read up to some entries before the ring's end, where responses come that nobody asked for.
 */
static void fill_up_to_the_end(const HDAUDIO_BUS_INTERFACE_V2 *ddi)
{
    HDAUDIO_CODEC_TRANSFER transfers[ROUND];

    move_responses();
    ask(ddi, &(HDAUDIO_CODEC_TRANSFER){.Output.Command = 0x000F0000}, 1);
    rig_pass(TIMEOUT);
    for (unsigned i = 0; i < ROUND; i++)
        transfers[i] = get(0, VENDOR);
    ask(ddi, transfers, ROUND);
    assert_answered(&transfers[ROUND - 1]);
    for (unsigned i = ROUND + 2; i <= RING; i++)
        forge_unsolicited(i % RING);
    move_responses();
}

static void answers_of_a_ring_that_has_lapped_its_reader_are_not_taken_for_others(void **state)
{
    static HDAUDIO_CODEC_TRANSFER transfers[IN_FLIGHT];
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    unsigned done = 0;
    KIRQL old;

    (void)state;
    start();
    ddi = rig_client();
    fill_up_to_the_end(&ddi);
    for (unsigned i = 0; i < IN_FLIGHT; i++)
        transfers[i] = get(0, i % 2 == 0 ? VENDOR : REVISION);
    old = KfRaiseIrql(DISPATCH_LEVEL); /* keeps deferred work off */
    post(&ddi, transfers, IN_FLIGHT, &done);
    rig_pass(2 * RING * FRAME);
    KeLowerIrql(old);
    wait_for(&done, 1);
    for (unsigned i = 0; i < IN_FLIGHT; i++) {
        if (transfers[i].Input.IsValid)
            assert_answered(&transfers[i]);
        else
            assert_int_equal(transfers[i].Input.HasFifoOverrun, 1);
    }
    ddi.InterfaceDereference(ddi.Context);
}

int main(void)
{
#define ON(clock, test) cmocka_unit_test_setup_teardown(test, clock, rig_tear_down)
    const struct CMUnitTest tests[] = {
        ON(rig_set_up, a_batch_may_be_done_and_gone_before_its_call_returns),
        ON(rig_set_up, a_client_that_always_asks_again_does_not_keep_the_bus_from_stopping),
        ON(rig_set_up_real_clock, a_verb_from_a_callback_while_the_bus_stops_is_refused_or_completed),
        ON(rig_set_up, a_lost_answer_costs_one_timeout_and_delays_no_later_verb),
        ON(rig_set_up, a_lost_answer_invalidates_what_was_asked_since_the_codec_owed_nothing),
        ON(rig_set_up, a_lost_answer_invalidates_nothing_of_another_codec),
        ON(rig_set_up, a_late_answer_never_completes_a_later_command),
        ON(rig_set_up, a_clients_batches_are_sent_in_order_whatever_codecs_they_speak_to),
        ON(rig_set_up, a_client_that_writes_over_its_commands_spoils_no_other_clients),
        ON(rig_set_up, a_batch_that_cannot_be_sent_at_all_completes),
        ON(rig_set_up, a_dead_codec_leaves_the_ring_to_the_others),
        ON(rig_set_up, a_slow_callback_makes_no_answer_late),
        ON(rig_set_up, responses_lost_to_an_overrun_say_so_and_the_next_are_found),
        ON(rig_set_up, answers_of_a_ring_that_has_lapped_its_reader_are_not_taken_for_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
