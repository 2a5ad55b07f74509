/* SPDX-License-Identifier: BSD-2-Clause */
/* pair.c - both controllers: see pair.h. */
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/dump.h"
#include "device/qemu/qemu_device.h"
#include "device/sim/codec.h"
#include "device/sim/controller.h"

#define ACCESS_TICKS 24 /* a microsecond */
#define LATCH_FRAMES 3  /* until what was written has taken effect */
#define MAX_DUMP     65536
#define MAX_BLOCKS   8

const char *const side_names[SIDES] = {"QEMU", "simulator"};

static const char *const models[CODECS] = {"hda-duplex", "hda-output", "hda-micro"};

struct pair {
    struct linux_host *host;
    struct qemu_device *qemu;
    struct sim_controller *sim;
    struct sim_codec *codecs[CODECS];
    uint64_t now; /* of the simulator, in ticks */
    struct hda_dma dma[MAX_BLOCKS];
    uint8_t *memory[MAX_BLOCKS];
    unsigned blocks;
    char fault[256];
};

static void note_fault(void *context, const char *sentence)
{
    struct pair *pair = context;

    if (!pair->fault[0])
        snprintf(pair->fault, sizeof(pair->fault), "%s", sentence);
}

const char *pair_fault(const struct pair *pair)
{
    return pair->fault[0] ? pair->fault : NULL;
}

/* ---- Life ---------------------------------------------------------------------------------------------- */

static struct sim_codec *create_codec(struct pair *pair, const char *dumps, const char *model, char *why,
                                      unsigned size)
{
    char path[512], text[MAX_DUMP];
    struct sim_codec *codec = NULL;
    struct codec_dump *dump;
    size_t length;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.codec", dumps, model);
    file = fopen(path, "rb");
    if (!file)
        return NULL;
    length = fread(text, 1, sizeof(text), file);
    fclose(file);
    dump = codec_dump_parse(text, length, why, size);
    if (dump)
        codec = sim_codec_create(dump, note_fault, pair);
    codec_dump_free(dump);
    return codec;
}

static bool create_sim(struct pair *pair, const char *dumps, char *why, unsigned size)
{
    pair->sim = sim_controller_create(&sim_qemu_shape, note_fault, pair);
    if (!pair->sim)
        return false;
    for (unsigned i = 0; i < CODECS; i++) {
        pair->codecs[i] = create_codec(pair, dumps, models[i], why, size);
        if (!pair->codecs[i])
            return false;
        sim_controller_plug(pair->sim, i, pair->codecs[i]);
    }
    return true;
}

static bool create_qemu(struct pair *pair, char *why, unsigned size)
{
    struct qemu_device_options options = {
        .controller = "ich9-intel-hda", .codec_count = CODECS, .rate = 48000};

    for (unsigned i = 0; i < CODECS; i++)
        options.codecs[i].model = models[i];
    if (!NT_SUCCESS(linux_host_create(LINUX_CLOCK_REAL, NULL, NULL, &pair->host)))
        return false;
    return NT_SUCCESS(qemu_device_create(pair->host, &options, &pair->qemu, why, size));
}

struct pair *pair_create(const char *dumps, char *why, unsigned size)
{
    struct pair *pair = calloc(1, sizeof(*pair));

    snprintf(why, size, "no memory, or no dump");
    if (pair && create_qemu(pair, why, size) && create_sim(pair, dumps, why, size))
        return pair;
    if (pair)
        pair_destroy(pair);
    return NULL;
}

void pair_destroy(struct pair *pair)
{
    for (unsigned i = 0; i < pair->blocks; i++) {
        qemu_device_ops.dma_free(pair->qemu, &pair->dma[i]);
        free(pair->memory[i]);
    }
    if (pair->qemu)
        qemu_device_destroy(pair->qemu);
    if (pair->host)
        linux_host_destroy(pair->host);
    if (pair->sim)
        sim_controller_destroy(pair->sim);
    for (unsigned i = 0; i < CODECS; i++) {
        if (pair->codecs[i])
            sim_codec_destroy(pair->codecs[i]);
    }
    free(pair);
}

bool pair_allocate(struct pair *pair, struct block *block, uint32_t size)
{
    struct hda_dma *dma = &pair->dma[pair->blocks];

    if (pair->blocks == MAX_BLOCKS ||
        !NT_SUCCESS(qemu_device_ops.dma_alloc(pair->qemu, size, UINT32_MAX, dma)))
        return false;
    pair->memory[pair->blocks] = calloc(1, size);
    *block = (struct block){.address = dma->address, .size = size};
    block->bytes[QEMU] = dma->memory;
    block->bytes[SIM] = pair->memory[pair->blocks++];
    return block->bytes[SIM] && sim_controller_remember(pair->sim, block->address, block->bytes[SIM], size);
}

/* ---- Access -------------------------------------------------------------------------------------------- */

static void pass(struct pair *pair, uint64_t ticks)
{
    pair->now += ticks;
    sim_controller_advance(pair->sim, pair->now);
}

uint32_t pair_read(struct pair *pair, enum side side, uint32_t offset, unsigned width)
{
    if (side == SIM) {
        pass(pair, ACCESS_TICKS);
        return sim_controller_read(pair->sim, offset, width);
    }
    if (width == 1)
        return qemu_device_ops.read8(pair->qemu, offset);
    return width == 2 ? qemu_device_ops.read16(pair->qemu, offset)
                      : qemu_device_ops.read32(pair->qemu, offset);
}

void pair_write(struct pair *pair, uint32_t offset, unsigned width, uint32_t value)
{
    if (width == 1)
        qemu_device_ops.write8(pair->qemu, offset, (uint8_t)value);
    else if (width == 2)
        qemu_device_ops.write16(pair->qemu, offset, (uint16_t)value);
    else
        qemu_device_ops.write32(pair->qemu, offset, value);
    pass(pair, ACCESS_TICKS);
    sim_controller_write(pair->sim, offset, width, value);
    pass(pair, LATCH_FRAMES * SIM_TICKS_PER_FRAME);
}

void pair_wait(struct pair *pair, unsigned frames)
{
    pass(pair, (uint64_t)frames * SIM_TICKS_PER_FRAME);
    if (frames >= 48)
        usleep(frames * 1000 / 48);
}
