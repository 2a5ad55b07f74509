/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_list.c - connection lists as a codec holds them (HDA 7.1.2).
 *
 * A dump tells the NIDs that a list means and not how it was encoded. The form is the short one, unless a NID
 * does not fit into its seven bits. Widgets whose NID is odd say a run of consecutive NIDs as a range, so
 * that a driver meets both kinds of list.
 */
#include "device/sim/codec_state.h"

#define SHORT_BITS  8
#define LONG_BITS   16
#define SHORTEST    3 /* run that is worth a range: two entries */
#define HIGHEST_NID 0x7Fu

static unsigned entry_bits(const struct codec_dump_node *dump)
{
    for (unsigned i = 0; i < dump->connection_count; i++) {
        if (dump->connections[i] > HIGHEST_NID)
            return LONG_BITS;
    }
    return SHORT_BITS;
}

/* How many consecutive NIDs begin at an index. */
static unsigned run_length(const struct codec_dump_node *dump, unsigned first)
{
    unsigned length = 1;
    while (first + length < dump->connection_count &&
           dump->connections[first + length] == dump->connections[first] + length)
        length++;
    return length;
}

/* The entries; returns how many. A range is its first NID, and its last one with the highest bit set. */
static unsigned encode(const struct sim_node *node, unsigned bits, uint16_t entries[CODEC_DUMP_CONNECTIONS])
{
    const struct codec_dump_node *dump = node->dump;
    unsigned count = 0;
    for (unsigned i = 0; i < dump->connection_count;) {
        unsigned run = node->nid & 1 ? run_length(dump, i) : 1;
        bool ranged = run >= SHORTEST;
        entries[count++] = dump->connections[i];
        if (ranged)
            entries[count++] = (uint16_t)(1u << (bits - 1) | dump->connections[i + run - 1]);
        i += ranged ? run : 1;
    }
    return count;
}

uint32_t sim_list_length(const struct sim_node *node)
{
    uint16_t entries[CODEC_DUMP_CONNECTIONS];
    unsigned bits = entry_bits(node->dump);
    return encode(node, bits, entries) | (bits == LONG_BITS ? HDA_CONNECTIONS_LONG_FORM : 0);
}

/* HDA 7.3.3.3: four entries of eight bits from an index that is a multiple of four, or two of sixteen. */
uint32_t sim_list_entries(struct sim_node *node, uint32_t index)
{
    uint16_t entries[CODEC_DUMP_CONNECTIONS];
    unsigned bits = entry_bits(node->dump), count = encode(node, bits, entries), at_once = 32 / bits;
    uint32_t response = 0;
    index -= index % at_once;
    for (unsigned i = 0; i < at_once && index + i < count; i++)
        response |= (uint32_t)entries[index + i] << (i * bits);
    return response;
}
