/* SPDX-License-Identifier: BSD-2-Clause */
/* ring.c - CORB, RIRB and immediate commands: HDA 3.3.18-3.3.31, 3.4, 4.4. One command and one response
 * slot a frame. */
#include <string.h>

#include "machine.h"

bool sim_overlaps(const struct sim_range *range, uint64_t address, uint64_t size)
{
    return address < range->address + range->size && range->address < address + size;
}

unsigned sim_ring_entries(const struct sim_controller *c, uint32_t size_register)
{
    static const uint16_t entries[4] = {2, 16, 256, 256};

    return entries[sim_get(c, size_register, 1) & 3];
}

static bool corb_runs(const struct sim_controller *c)
{
    return sim_get(c, REG_CORBCTL, 1) & CORBCTL_RUN;
}

static bool rirb_runs(const struct sim_controller *c)
{
    return sim_get(c, REG_RIRBCTL, 1) & RIRBCTL_DMAEN;
}

/* ---- Registers ---------------------------------------------------------------------------------- */

/* HDA 3.3.22: RUN stops when a frame begins; it reads as 1 until then. */
void sim_corb_control(struct sim_controller *c, uint32_t value)
{
    c->ring.corb_run = value & CORBCTL_RUN;
    if (c->ring.corb_run)
        sim_set_bits(c, REG_CORBCTL, 1, CORBCTL_RUN);
    c->latch = true;
}

void sim_corb_pointer(struct sim_controller *c, uint32_t value)
{
    unsigned entries = sim_ring_entries(c, REG_CORBSIZE);

    if ((value & 0xFF) < entries)
        return;
    sim_fault(c, "CORBWP is set to %u in a CORB of %u entries", (unsigned)value & 0xFF, entries);
    sim_put(c, REG_CORBWP, 2, (value & 0xFF) % entries);
}

/* HDA 3.3.21: a handshake; the bit reads back, either way, when the controller has done it. */
void sim_corb_read_pointer(struct sim_controller *c, uint32_t value)
{
    if (value & CORBRP_RST && corb_runs(c)) {
        sim_fault(c, "CORBRP is reset while the CORB runs (HDA 3.3.21)");
        return;
    }
    if (c->shape.corbrp_clears) {
        if (value & CORBRP_RST)
            sim_put(c, REG_CORBRP, 2, 0);
        return;
    }
    c->ring.corb_reset = value & CORBRP_RST;
    c->latch = true;
}

void sim_rirb_control(struct sim_controller *c, uint32_t value)
{
    c->ring.rirb_run = value & RIRBCTL_DMAEN;
    if (c->ring.rirb_run)
        sim_set_bits(c, REG_RIRBCTL, 1, RIRBCTL_DMAEN);
    c->latch = true;
}

void sim_rirb_write_pointer(struct sim_controller *c, uint32_t value)
{
    if (!(value & RIRBWP_RST))
        return;
    sim_put(c, REG_RIRBWP, 2, 0);
    if (!c->shape.count_stalls)
        c->ring.responses = 0;
}

void sim_rirb_acknowledged(struct sim_controller *c, uint32_t old)
{
    if (c->shape.count_stalls && old & RIRBSTS_RINTFL && !(sim_get(c, REG_RIRBSTS, 1) & RIRBSTS_RINTFL))
        c->ring.responses = 0;
}

/* HDA 3.4.3: ICB sends ICOI; writing 0 gives up waiting for an answer. */
void sim_immediate_status(struct sim_controller *c, uint32_t value)
{
    uint32_t status = sim_get(c, REG_ICIS, 2);

    if (!(value & ICIS_ICB)) {
        sim_clear_bits(c, REG_ICIS, 2, ICIS_ICB);
        c->ring.immediate = false;
    } else if (corb_runs(c)) {
        sim_fault(c, "an immediate command is sent while the CORB runs (HDA 3.4.3)");
    } else if (status & ICIS_ICB) {
        sim_fault(c, "an immediate command is sent while ICB is 1 (HDA 3.4.3)");
    } else if (status & ICIS_IRV) {
        sim_fault(c, "an immediate command is sent while IRV is 1 (HDA 3.4.3)");
    } else {
        sim_set_bits(c, REG_ICIS, 2, ICIS_ICB);
        c->ring.immediate = true;
    }
}

void sim_ring_latch(struct sim_controller *c)
{
    if (!c->ring.corb_run)
        sim_clear_bits(c, REG_CORBCTL, 1, CORBCTL_RUN);
    if (!c->ring.rirb_run)
        sim_clear_bits(c, REG_RIRBCTL, 1, RIRBCTL_DMAEN);
    if (c->ring.corb_reset)
        sim_put(c, REG_CORBRP, 2, CORBRP_RST);
    else
        sim_clear_bits(c, REG_CORBRP, 2, CORBRP_RST);
}

/* ---- Responses ---------------------------------------------------------------------------------- */

/* HDA 3.3.28: tells of all responses since the last time. */
static void response_interrupt(struct sim_controller *c)
{
    c->ring.responses = 0;
    sim_set_bits(c, REG_RIRBSTS, 1, RIRBSTS_RINTFL);
}

/* HDA 4.4.2.1: a response, then the codec's address with bit 4 set when nobody asked for it. */
static bool write_response(struct sim_controller *c, unsigned codec, uint32_t response, bool unsolicited)
{
    unsigned pointer = (sim_get(c, REG_RIRBWP, 2) + 1) % sim_ring_entries(c, REG_RIRBSIZE);
    uint64_t address = sim_get_address(c, REG_RIRBLBASE) + 8 * pointer;
    uint32_t entry[2] = {response, codec | (unsolicited ? 16u : 0)};
    uint32_t *memory = sim_memory_find(&c->memory, address, sizeof(entry));

    if (!memory) {
        sim_fault(c, "the RIRB entry at %llXh is not in memory that was allocated",
                  (unsigned long long)address);
        c->ring.rirb_run = false;
        sim_clear_bits(c, REG_RIRBCTL, 1, RIRBCTL_DMAEN);
        return false;
    }
    __atomic_store_n(&memory[0], entry[0], __ATOMIC_RELAXED);
    __atomic_store_n(&memory[1], entry[1], __ATOMIC_RELEASE); /* what a driver may look at meanwhile */
    sim_put(c, REG_RIRBWP, 2, pointer);
    return true;
}

/* The interrupt of a controller whose count stalls the CORB: at the count, or when the CORB is empty. */
static void count_response(struct sim_controller *c)
{
    bool empty = sim_get(c, REG_CORBRP, 2) == sim_get(c, REG_CORBWP, 2);

    c->ring.responses++;
    if ((empty || c->ring.responses == sim_get(c, REG_RINTCNT, 2)) &&
        sim_get(c, REG_RIRBCTL, 1) & RIRBCTL_RINTCTL)
        sim_set_bits(c, REG_RIRBSTS, 1, RIRBSTS_RINTFL);
}

/* HDA 3.3.30: the FIFO of responses is full, because memory is slow; this one is dropped. */
static bool overruns(struct sim_controller *c)
{
    if (!c->failures.overrun)
        return false;
    c->failures.overrun--;
    sim_set_bits(c, REG_RIRBSTS, 1, RIRBSTS_OIS);
    return true;
}

static void receive(struct sim_controller *c, unsigned codec, uint32_t response, bool unsolicited)
{
    unsigned limit = sim_get(c, REG_RINTCNT, 2);

    if (!rirb_runs(c) || overruns(c) || !write_response(c, codec, response, unsolicited))
        return;
    if (c->shape.count_stalls)
        count_response(c);
    else if (++c->ring.responses >= (limit ? limit : 256))
        response_interrupt(c);
}

/* HDA 3.4.2, 3.4.3. */
static void latch_immediate(struct sim_controller *c, unsigned codec, uint32_t response, bool unsolicited)
{
    uint32_t status = sim_get(c, REG_ICIS, 2) & (ICIS_ICB | ICIS_ICVER);

    if (c->shape.immediate_address)
        status |= codec << ICIS_ADDRESS_SHIFT | (unsolicited ? ICIS_UNSOLICITED : 0);
    if (!unsolicited)
        status &= ~ICIS_ICB;
    sim_put(c, REG_ICII, 4, response);
    sim_put(c, REG_ICIS, 2, status | ICIS_IRV);
}

static void receive_immediate(struct sim_controller *c, unsigned codec, uint32_t response)
{
    if (sim_get(c, REG_ICIS, 2) & ICIS_ICB)
        latch_immediate(c, codec, response, false);
}

static void receive_answer(struct sim_controller *c, const struct sim_answer *answer)
{
    if (answer->immediate)
        receive_immediate(c, answer->codec, answer->response);
    else
        receive(c, answer->codec, answer->response, false);
}

/* The answer to the command of the frame before. Returns whose line it took, or NOBODY. */
static unsigned solicited(struct sim_controller *c)
{
    struct sim_answer answer = c->ring.answer;

    c->ring.answer.valid = false;
    if (!answer.valid)
        return NOBODY;
    receive_answer(c, &answer);
    return answer.codec;
}

/* HDA 3.3.7. */
static bool accepts_unsolicited(const struct sim_controller *c)
{
    return sim_get(c, REG_GCTL, 4) & GCTL_UNSOL;
}

/* What a codec says by itself is dropped unless GCTL.UNSOL accepts it. Without a RIRB it is in ICII, where
 * ICIS can tell. */
static bool receive_unsolicited(struct sim_controller *c, unsigned codec, uint32_t response)
{
    if (!accepts_unsolicited(c))
        return false;
    if (rirb_runs(c))
        receive(c, codec, response, true);
    else if (c->shape.immediate_address)
        latch_immediate(c, codec, response, true);
    return true;
}

static bool unsolicited(struct sim_controller *c, unsigned codec)
{
    uint32_t response;

    return sim_codec_unsolicited(c->codecs[codec], &response) && receive_unsolicited(c, codec, response);
}

/* The slot of a bad codec: an answer that is due, else what nobody asked. */
static bool bad_slot(struct sim_controller *c, unsigned codec)
{
    const struct sim_vices *vices = sim_bad_vices(c->bad[codec]);
    unsigned address = vices->impostor ? vices->poses_as : codec;
    struct sim_answer answer;
    uint32_t response;

    if (sim_bad_answer(c->bad[codec], c->frame, &answer)) {
        receive_answer(c, &answer);
        return true;
    }
    if (!sim_bad_unsolicited(c->bad[codec], c->frame, &response) &&
        !sim_codec_unsolicited(c->codecs[codec], &response))
        return false;
    return receive_unsolicited(c, address, response);
}

static bool own_slot(struct sim_controller *c, unsigned codec)
{
    return c->bad[codec] ? bad_slot(c, codec) : unsolicited(c, codec);
}

uint64_t sim_ring_bad_next(const struct sim_controller *c, unsigned codec)
{
    return c->bad[codec] ? sim_bad_next(c->bad[codec], accepts_unsolicited(c)) : UINT64_MAX;
}

/* Each codec has a response slot of its own in the frame. A frame in which all are empty, after one with a
 * response, ends a series (HDA 3.3.28). */
static void response_slots(struct sim_controller *c)
{
    unsigned answered = solicited(c);
    bool empty = answered == NOBODY;

    for (unsigned i = 0; i < c->codec_count; i++) {
        if (c->addresses[i] != answered && own_slot(c, c->addresses[i]))
            empty = false;
    }
    if (empty && c->ring.responses && !c->shape.count_stalls)
        response_interrupt(c);
}

/* ---- Commands ----------------------------------------------------------------------------------- */

/* Whether as many responses have come, or are on their way, as the CORB waits at. */
static bool corb_stalled(const struct sim_controller *c)
{
    return c->shape.count_stalls && c->ring.responses + c->ring.answer.valid == sim_get(c, REG_RINTCNT, 2);
}

/* CORBRP stands at 0 for as long as its reset bit reads as 1. */
static bool corb_pending(const struct sim_controller *c)
{
    uint32_t read = sim_get(c, REG_CORBRP, 2);

    return !corb_stalled(c) && corb_runs(c) && !(read & CORBRP_RST) && read != sim_get(c, REG_CORBWP, 2);
}

/* HDA 3.3.23: the CORB stops. */
static bool memory_error(struct sim_controller *c)
{
    c->ring.corb_run = false;
    sim_clear_bits(c, REG_CORBCTL, 1, CORBCTL_RUN);
    sim_set_bits(c, REG_CORBSTS, 1, CORBSTS_CMEI);
    return false;
}

static bool fetch_command(struct sim_controller *c, uint32_t *command)
{
    unsigned pointer = (sim_get(c, REG_CORBRP, 2) + 1) % sim_ring_entries(c, REG_CORBSIZE);
    uint64_t address = sim_get_address(c, REG_CORBLBASE) + 4 * pointer;
    const void *memory = sim_memory_find(&c->memory, address, sizeof(*command));

    if (c->failures.memory) {
        c->failures.memory--;
        return memory_error(c);
    }
    if (!memory) {
        sim_fault(c, "the CORB entry at %llXh is not in memory that was allocated",
                  (unsigned long long)address);
        return memory_error(c);
    }
    memcpy(command, memory, sizeof(*command));
    sim_put(c, REG_CORBRP, 2, pointer);
    return true;
}

static bool loses_response(struct sim_controller *c, unsigned codec)
{
    if (!c->failures.response[codec])
        return false;
    c->failures.response[codec]--;
    return true;
}

/* Whether nobody does what a command to this address says. */
static bool is_nobody(const struct sim_controller *c, unsigned address)
{
    if (address >= SIM_MAX_CODECS || !c->codecs[address])
        return true;
    return c->bad[address] && sim_bad_vices(c->bad[address])->silent;
}

static bool is_answered(struct sim_controller *c, unsigned address, uint32_t command, uint32_t *response)
{
    bool answered = sim_codec_command(c->codecs[address], command, response);

    return !loses_response(c, address) && !c->ring.locked && answered;
}

/* A codec answers in the next frame; nobody answers for an address without one. */
static void send_command(struct sim_controller *c, uint32_t command, bool immediate)
{
    unsigned address = command >> 28;
    struct sim_bad *bad = address < SIM_MAX_CODECS ? c->bad[address] : NULL;
    struct sim_answer answer = {.codec = (uint8_t)address, .immediate = immediate};

    if (c->frame < LINK_SETTLE_FRAMES) {
        sim_fault(c, "a command is sent %u frames after reset: codecs take 521 us (HDA 4.3)",
                  (unsigned)c->frame);
        return;
    }
    if (is_nobody(c, address))
        c->ring.locked = c->shape.locks_up;
    else
        answer.valid = is_answered(c, address, command, &answer.response);
    if (bad)
        sim_bad_command(bad, c->frame, &answer);
    else
        c->ring.answer = answer;
}

static void command_slot(struct sim_controller *c)
{
    uint32_t command;

    if (c->ring.immediate) {
        c->ring.immediate = false;
        send_command(c, sim_get(c, REG_ICOI, 4), true);
    } else if (corb_pending(c) && fetch_command(c, &command)) {
        if (!rirb_runs(c))
            sim_fault(c, "a command is sent while the RIRB does not run: its response is lost");
        send_command(c, command, false);
    }
}

bool sim_ring_pending(const struct sim_controller *c)
{
    bool series = c->ring.responses && !c->shape.count_stalls;

    return c->ring.answer.valid || series || c->ring.immediate || corb_pending(c);
}

void sim_ring_frame(struct sim_controller *c)
{
    response_slots(c);
    command_slot(c);
}

/* ---- Memory ------------------------------------------------------------------------------------- */

const char *sim_ring_uses(const struct sim_controller *c, const struct sim_range *range)
{
    if (corb_runs(c) &&
        sim_overlaps(range, sim_get_address(c, REG_CORBLBASE), 4 * sim_ring_entries(c, REG_CORBSIZE)))
        return "the CORB";
    if (rirb_runs(c) &&
        sim_overlaps(range, sim_get_address(c, REG_RIRBLBASE), 8 * sim_ring_entries(c, REG_RIRBSIZE)))
        return "the RIRB";
    return NULL;
}
