/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_table.c - a section of a codec dump as people read it. */
#include "dump_table.h"

#include <hdacodec.h>
#include <inttypes.h>
#include <stdio.h>

#include "codec/words.h"

#define KINDS 16 /* of widgets */

static unsigned kind_of(const struct codec_dump_node *node)
{
    return node->caps >> HDA_WIDGET_TYPE_SHIFT & 0xF;
}

/* ---- Function groups and nodes ------------------------------------------------------------------- */

static void print_kinds(const struct codec_dump *dump)
{
    unsigned counts[KINDS] = {0}, i;
    const char *before = ": ";

    for (i = 0; i < dump->node_count; i++)
        counts[kind_of(&dump->nodes[i])]++;
    printf("%u node%s", dump->node_count, dump->node_count == 1 ? "" : "s");
    for (i = 0; i < KINDS; i++) {
        if (counts[i] == 0)
            continue;
        printf("%s%u %s", before, counts[i], widget_type_word((uint32_t)i << HDA_WIDGET_TYPE_SHIFT));
        before = ", ";
    }
    putchar('\n');
}

static void print_groups(const struct codec_dump *dump)
{
    if (dump->audio_group) {
        printf("    audio function group 0x%02x, ", dump->audio_group);
        print_kinds(dump);
    }
    if (dump->modem_group)
        printf("    modem function group 0x%02x\n", dump->modem_group);
}

/* ---- Pins ---------------------------------------------------------------------------------------- */

static bool is_connected(const struct codec_dump_node *node)
{
    return kind_of(node) == HDA_WIDGET_PIN && node->pin_default >> HDA_CONFIG_PORT_SHIFT != HDA_PORT_NONE;
}

/* Whether what is connected there sends (HDA 7.3.3.31, default device). */
static bool is_source(uint32_t config)
{
    unsigned device = config >> HDA_CONFIG_DEVICE_SHIFT & 0xF;

    return device == HDA_DEVICE_CD || (device >= HDA_DEVICE_LINE_IN && device <= HDA_DEVICE_DIGITAL_IN);
}

/* A pin that can do both is what its configuration default says. */
static bool is_input(const struct codec_dump_node *node)
{
    uint32_t both = HDA_PIN_CAPS_INPUT | HDA_PIN_CAPS_OUTPUT, can = node->pin_caps & both;

    return can == both || can == 0 ? is_source(node->pin_default) : can == HDA_PIN_CAPS_INPUT;
}

static void print_pin(const struct codec_dump_node *node)
{
    uint32_t config = node->pin_default;

    printf("    %-6s 0x%02x  %-11s  %-5s  %s %-10s  %-7s  %s\n", is_input(node) ? "input" : "output",
           node->nid, device_word(config), port_word(config), place_word(config), location_word(config),
           connector_word(config), color_word(config));
}

static void print_pins(const struct codec_dump *dump, bool inputs)
{
    unsigned i;

    for (i = 0; i < dump->node_count; i++)
        if (is_connected(&dump->nodes[i]) && is_input(&dump->nodes[i]) == inputs)
            print_pin(&dump->nodes[i]);
}

/* ---- The section --------------------------------------------------------------------------------- */

static void print_head(const struct codec_dump_section *section)
{
    const struct codec_dump *dump = section->dump;

    printf("  line %u", section->line);
    if (section->card_said)
        printf(", card %u", section->card);
    if (section->number >= 0)
        printf(", codec#%d", section->number);
    printf(": %s\n", dump->name);
    printf("    address %u, vendor 0x%08" PRIx32 ", subsystem 0x%08" PRIx32 ", revision 0x%08" PRIx32 "\n",
           dump->address, dump->vendor_id, dump->subsystem_id, dump->revision_id);
}

static void print_guesses(const struct guesses *guesses, bool verbose)
{
    size_t i;

    if (guesses->count == 0)
        puts("    nothing was guessed");
    else
        printf("    %zu guess%s%s\n", guesses->count, guesses->count == 1 ? "" : "es", verbose ? ":" : "");
    for (i = 0; verbose && i < guesses->count; i++)
        printf("      line %u: %s\n", guesses->guesses[i].line, guesses->guesses[i].sentence);
}

void dump_table_print(const struct codec_dump_section *section, const struct guesses *guesses, bool verbose)
{
    print_head(section);
    print_groups(section->dump);
    print_pins(section->dump, false);
    print_pins(section->dump, true);
    print_guesses(guesses, verbose);
}
