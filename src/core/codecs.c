/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codecs.c - enumeration, in two batches for all codecs together (DDI Child devices).
 *
 * Where a codec is silent, some controllers let nobody answer any more until the link has been reset
 * (HARDWARE 13). Then each codec is asked by itself, and the link reset after each that is silent.
 */
#include "codecs.h"

#include <hdacodec.h>

#include "client.h"
#include "core.h"
#include "interrupt.h"
#include "link.h"
#include "ring.h"
#include "wake.h"

#define ROOT        0 /* the node that every codec has (HDA 7.2.1) */
#define ROOT_VERBS  3
#define GROUP_VERBS 2

static HDAUDIO_CODEC_TRANSFER verb(unsigned codec, unsigned node, unsigned id, unsigned data)
{
    HDAUDIO_CODEC_TRANSFER transfer = {0};

    transfer.Output.Verb8.CodecAddress = codec & 0xF;
    transfer.Output.Verb8.Node = node & 0xFF;
    transfer.Output.Verb8.VerbId = id & 0xFFF;
    transfer.Output.Verb8.Data = data & 0xFF;
    return transfer;
}

static HDAUDIO_CODEC_TRANSFER parameter(unsigned codec, unsigned node, unsigned id)
{
    return verb(codec, node, HDA_GET_PARAMETER, id);
}

static NTSTATUS ask(struct hda_bus *bus, HDAUDIO_CODEC_TRANSFER *transfers, unsigned count)
{
    return hda_verbs_transfer(bus, bus->own, count, transfers, NULL, NULL);
}

/* ---- First batch: the root nodes ------------------------------------------------------------- */

/* What a root node says of its codec. */
struct root {
    uint8_t codec;
    uint32_t vendor_id;
    uint32_t revision_id;
    uint8_t first; /* function group */
    uint8_t groups;
};

static unsigned ask_roots(uint16_t codecs, HDAUDIO_CODEC_TRANSFER *transfers)
{
    unsigned count = 0;

    for (unsigned codec = 0; codec < HDA_MAX_CODECS; codec++) {
        if (!(codecs & 1u << codec))
            continue;
        transfers[count++] = parameter(codec, ROOT, HDA_PARAMETER_VENDOR_ID);
        transfers[count++] = parameter(codec, ROOT, HDA_PARAMETER_REVISION_ID);
        transfers[count++] = parameter(codec, ROOT, HDA_PARAMETER_SUBNODES);
    }
    return count;
}

/* The codec's function groups lie at consecutive nodes (HDA 7.3.4.3). */
static bool read_root(struct hda_bus *bus, const HDAUDIO_CODEC_TRANSFER *answers, struct root *root)
{
    uint32_t subnodes = answers[2].Input.Response;

    root->codec = answers[0].Output.Verb8.CodecAddress;
    for (unsigned i = 0; i < ROOT_VERBS; i++) {
        if (!answers[i].Input.IsValid) {
            hda_log(bus, HDA_LOG_WARNING, "codec %u does not answer", root->codec);
            return false;
        }
    }
    root->vendor_id = answers[0].Input.Response;
    root->revision_id = answers[1].Input.Response;
    root->first = (uint8_t)(subnodes >> 16);
    root->groups = (uint8_t)subnodes;
    if (root->first + root->groups > 256) {
        hda_log(bus, HDA_LOG_ERROR, "codec %u counts function groups beyond node 255: left out", root->codec);
        return false;
    }
    return true;
}

/* Asks a set of codecs. Returns how many there are in roots, STATUS in *status. What is asked of all of them
 * is too much for the stack of a kernel. */
static unsigned read_roots(struct hda_bus *bus, uint16_t codecs, struct root *roots, NTSTATUS *status)
{
    HDAUDIO_CODEC_TRANSFER *transfers = hda_alloc(bus, HDA_MAX_CODECS * ROOT_VERBS * sizeof(*transfers));
    unsigned count, found = 0;

    if (transfers == NULL) {
        *status = STATUS_INSUFFICIENT_RESOURCES;
        return 0;
    }
    count = ask_roots(codecs, transfers);
    *status = ask(bus, transfers, count);
    for (unsigned i = 0; NT_SUCCESS(*status) && i < count; i += ROOT_VERBS) {
        if (read_root(bus, &transfers[i], &roots[found]))
            found++;
    }
    hda_free(bus, transfers);
    return found;
}

/* ---- A codec that is silent ------------------------------------------------------------------ */

static unsigned count_codecs(uint16_t codecs)
{
    unsigned count = 0;

    for (; codecs != 0; codecs &= (uint16_t)(codecs - 1))
        count++;
    return count;
}

/* From the beginning: no client is there yet. */
static NTSTATUS reset_link(struct hda_bus *bus)
{
    NTSTATUS status;

    hda_interrupts_stop(bus); /* which a shared line, or a late message, would have in the midst of it */
    hda_rings_stop(bus);
    status = hda_link_reset(bus);
    return NT_SUCCESS(status) ? hda_link_start(bus) : status;
}

/* Whether one that has answered still does. */
static bool is_alive(struct hda_bus *bus, const struct root *root)
{
    HDAUDIO_CODEC_TRANSFER transfer = parameter(root->codec, ROOT, HDA_PARAMETER_VENDOR_ID);

    return NT_SUCCESS(ask(bus, &transfer, 1)) && transfer.Input.IsValid;
}

/* Asks each codec by itself, the link fresh for each; what is silent then is left out. */
static unsigned read_roots_singly(struct hda_bus *bus, struct root *roots, NTSTATUS *status)
{
    uint16_t codecs = hda_codecs(bus);
    unsigned found = 0;
    bool silent = true;

    *status = STATUS_SUCCESS;
    for (unsigned codec = 0; codec < HDA_MAX_CODECS && NT_SUCCESS(*status); codec++) {
        if (!(codecs & 1u << codec))
            continue;
        if (silent)
            *status = reset_link(bus);
        if (NT_SUCCESS(*status))
            silent = read_roots(bus, (uint16_t)(1u << codec), &roots[found], status) == 0;
        found += !silent;
    }
    if (silent && found > 0 && NT_SUCCESS(*status))
        *status = reset_link(bus);
    return found;
}

static uint16_t codecs_of(const struct root *roots, unsigned count)
{
    uint16_t codecs = 0;

    for (unsigned i = 0; i < count; i++)
        codecs |= (uint16_t)(1u << roots[i].codec);
    return codecs;
}

/* Who has answered, but not as it should, may have been mixed up with one that answers under its address
 * (HARDWARE 17), and has not answered under its own: they are asked again without that one. */
static unsigned find_codecs(struct hda_bus *bus, struct root *roots, NTSTATUS *status)
{
    uint16_t codecs = hda_codecs(bus), answering;
    unsigned found = read_roots(bus, codecs, roots, status);

    if (!NT_SUCCESS(*status) || found == count_codecs(codecs))
        return found;
    answering = codecs & hda_verbs_answering(bus);
    if (answering & ~codecs_of(roots, found))
        found = read_roots(bus, answering, roots, status);
    if (!NT_SUCCESS(*status))
        return found;
    if (found > 0 && is_alive(bus, &roots[0]))
        return found;
    return read_roots_singly(bus, roots, status);
}

/* ---- Second batch: the function groups ------------------------------------------------------- */

static unsigned ask_groups(const struct root *roots, unsigned count, HDAUDIO_CODEC_TRANSFER *transfers)
{
    unsigned asked = 0;

    for (unsigned i = 0; i < count; i++) {
        for (unsigned group = 0; group < roots[i].groups; group++) {
            unsigned node = roots[i].first + group;

            transfers[asked++] = parameter(roots[i].codec, node, HDA_PARAMETER_FUNCTION_TYPE);
            transfers[asked++] = verb(roots[i].codec, node, HDA_GET_SUBSYSTEM_ID, 0);
        }
    }
    return asked;
}

static void add_child(struct hda_bus *bus, const struct root *root, const HDAUDIO_CODEC_TRANSFER *answers)
{
    struct hda_child_info *info = &bus->children[bus->child_count];

    if (!answers[0].Input.IsValid || !answers[1].Input.IsValid) {
        hda_log(bus, HDA_LOG_ERROR, "function group %u of codec %u does not answer: left out",
                answers[0].Output.Verb8.Node, root->codec);
        return;
    }
    info->codec_address = root->codec;
    info->node = answers[0].Output.Verb8.Node;
    info->function = (uint8_t)answers[0].Input.Response; /* 7:0; bit 8 tells of unsolicited responses */
    info->subsystem_id = answers[1].Input.Response;
    info->vendor_id = root->vendor_id;
    info->revision_id = root->revision_id;
    bus->child_count++;
}

static void add_children(struct hda_bus *bus, const struct root *roots, unsigned count,
                         const HDAUDIO_CODEC_TRANSFER *answers)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned group = 0; group < roots[i].groups; group++) {
            add_child(bus, &roots[i], answers);
            answers += GROUP_VERBS;
        }
    }
}

static unsigned count_groups(const struct root *roots, unsigned count)
{
    unsigned groups = 0;

    for (unsigned i = 0; i < count; i++)
        groups += roots[i].groups;
    return groups;
}

static NTSTATUS read_groups(struct hda_bus *bus, const struct root *roots, unsigned count)
{
    unsigned groups = count_groups(roots, count);
    HDAUDIO_CODEC_TRANSFER *transfers;
    NTSTATUS status;

    if (groups == 0)
        return STATUS_SUCCESS;
    transfers = hda_alloc(bus, groups * GROUP_VERBS * sizeof(*transfers));
    bus->children = hda_alloc(bus, groups * sizeof(*bus->children));
    bus->wakes = hda_alloc(bus, groups * sizeof(*bus->wakes));
    if (transfers == NULL || bus->children == NULL || bus->wakes == NULL) {
        status = STATUS_INSUFFICIENT_RESOURCES;
        goto out;
    }
    status = ask(bus, transfers, ask_groups(roots, count, transfers));
    if (NT_SUCCESS(status))
        add_children(bus, roots, count, transfers);
out:
    if (transfers != NULL)
        hda_free(bus, transfers);
    return status;
}

NTSTATUS hda_codecs_start(struct hda_bus *bus)
{
    struct root roots[HDA_MAX_CODECS];
    NTSTATUS status;
    unsigned count = find_codecs(bus, roots, &status);

    return NT_SUCCESS(status) ? read_groups(bus, roots, count) : status;
}

void hda_codecs_stop(struct hda_bus *bus)
{
    if (bus->children != NULL)
        hda_free(bus, bus->children);
    if (bus->wakes != NULL)
        hda_free(bus, bus->wakes);
    bus->children = NULL;
    bus->wakes = NULL;
    bus->child_count = 0;
}
