/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump_section.c - parses a section of a codec dump.
 *
 * Text goes line by line, trimmed, through one table: how a line begins says which routine reads the rest.
 * Kernels since 2.6.16 printed nearly everything in more than one way, mailers and pastes added more, so a
 * line that makes no sense is passed over unless nothing works without it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/dump_cards.h"
#include "codec/dump_parser.h"

#define SENTENCE 160

bool dump_fail(struct dump_parser *p, const char *format, ...)
{
    p->failed = true;
    if (p->error_size == 0)
        return false;
    int used = snprintf(p->error, p->error_size, "line %u: ", p->line);
    if (used < 0 || (size_t)used >= p->error_size)
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->error + used, p->error_size - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

void dump_guess(struct dump_parser *p, unsigned line, const char *format, ...)
{
    char sentence[SENTENCE];
    va_list arguments;
    if (p->guess == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    p->guess(p->guess_context, line, sentence);
}

/* A line can hold hundreds. */
void dump_drop(struct dump_parser *p, const char *what)
{
    if (!p->dropped)
        dump_guess(p, p->line, "%s: passed over", what);
    p->dropped = true;
}

/* ---- The table ------------------------------------------------------------------------------- */

#define ESSENTIAL 1u /* a dump that is wrong here is of no use */
#define OF_HEAD   2u /* means something only before the first `Node` line */
#define OF_NODE   4u /* means something only after it */

/* What is known, but tells nothing of the codec that is kept. */
static bool line_of_no_use(struct dump_parser *p, struct scan *s)
{
    (void)p;
    (void)s;
    return true;
}

static const struct line_kind {
    const char *begins;
    unsigned flags;
    dump_line *read;
} line_kinds[] = {
    {"Address:", ESSENTIAL | OF_HEAD, dump_line_address},
    {"Vendor Id:", ESSENTIAL | OF_HEAD, dump_line_vendor},
    {"Subsystem Id:", ESSENTIAL | OF_HEAD, dump_line_subsystem},
    {"Revision Id:", ESSENTIAL | OF_HEAD, dump_line_revision},
    {"AFG Function Id:", 0, dump_line_audio_function},
    {"MFG Function Id:", 0, dump_line_modem_function},
    {"Function Id:", 0, dump_line_function},
    {"Modem Function Group:", ESSENTIAL | OF_HEAD, dump_line_modem_group},
    {"No Modem Function Group found", 0, line_of_no_use},
    {"State of AFG node", 0, dump_line_audio_state},
    {"Invalid AFG subtree", OF_HEAD, dump_line_invalid_group},
    {"Default PCM:", 0, dump_line_default_pcm},
    {"Default Amp-In caps:", 0, dump_line_default_input_amp},
    {"Default Amp-Out caps:", 0, dump_line_default_output_amp},
    {"GPIO:", 0, dump_line_gpio},
    {"IO[", 0, dump_line_gpio_pin},
    {"Node ", ESSENTIAL, dump_line_node},
    {"PCM:", OF_NODE, dump_line_pcm},
    {"rates ", 0, dump_line_rates},
    {"bits ", 0, dump_line_bits},
    {"formats ", 0, dump_line_formats},
    {"N/A", 0, dump_line_pcm_missing},
    {"Amp-In caps:", OF_NODE, dump_line_input_amp},
    {"Amp-Out caps:", OF_NODE, dump_line_output_amp},
    {"Amp-In vals:", OF_NODE, dump_line_input_values},
    {"Amp-Out vals:", OF_NODE, dump_line_output_values},
    {"Converter:", OF_NODE, dump_line_converter},
    {"SDI-Select:", OF_NODE, dump_line_sdi_select},
    {"Digital:", OF_NODE, dump_line_digital},
    {"Digital category:", OF_NODE, dump_line_digital_category},
    {"IEC Coding Type:", OF_NODE, dump_line_coding_type},
    {"Pincap ", OF_NODE, dump_line_pin_caps},
    {"Pin Default ", OF_NODE, dump_line_pin_default},
    {"Pin-ctls:", OF_NODE, dump_line_pin_control},
    {"EAPD", OF_NODE, dump_line_eapd},
    {"Unsolicited:", OF_NODE, dump_line_unsolicited},
    {"Processing caps:", OF_NODE, dump_line_processing},
    {"Volume-Knob:", OF_NODE, dump_line_knob},
    {"Power states:", 0, dump_line_power_states},
    {"Power:", 0, dump_line_power},
    {"Connection:", OF_NODE, dump_line_connections},
    {"In-driver Connection:", OF_NODE, dump_line_driver_connections},
    /* Words for what the configuration default and the pin capabilities say in digits. */
    {"Conn =", OF_NODE, line_of_no_use},
    {"DefAssociation", OF_NODE, line_of_no_use},
    {"Misc =", OF_NODE, line_of_no_use},
    {"Vref caps:", OF_NODE, line_of_no_use},
    /* Of the driver, or what a driver can ask of a codec at any time. */
    {"Control:", 0, line_of_no_use},
    {"ControlAmp:", 0, line_of_no_use},
    {"Device:", 0, line_of_no_use},
    {"Devices:", OF_NODE, line_of_no_use},
    {"Dev ", OF_NODE, line_of_no_use},
    {"*Dev ", OF_NODE, line_of_no_use},
    {"Delay:", OF_NODE, line_of_no_use},
    {"Processing Coefficient:", 0, line_of_no_use},
    {"Coefficient Index:", 0, line_of_no_use},
    {"Coeff 0x", 0, line_of_no_use},
    {"Power-Map:", 0, line_of_no_use},
    {"Analog Loopback:", 0, line_of_no_use},
    {"unsolicited: tag=", 0, line_of_no_use},
};

static const struct line_kind *find_kind(struct scan *line)
{
    for (size_t i = 0; i < sizeof(line_kinds) / sizeof(line_kinds[0]); i++) {
        if (scan_text(line, line_kinds[i].begins))
            return &line_kinds[i];
    }
    return NULL;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

/* A run of lines that nobody knows is told of in one piece, when it is over. */
static void end_strange(struct dump_parser *p)
{
    if (p->strange == 1)
        dump_guess(p, p->strange_line, "not known: passed over");
    else if (p->strange > 1)
        dump_guess(p, p->strange_line, "not known up to line %u: passed over", p->strange_end);
    p->strange = 0;
}

static void pass_over(struct dump_parser *p, struct scan line)
{
    if (scan_ends(&line))
        return;
    if (p->strange++ == 0)
        p->strange_line = p->line;
    p->strange_end = p->line;
}

/* The line that the one before announced, if it is that; a blank one puts it off. */
static bool read_expected(struct dump_parser *p, struct scan *line, bool *understood)
{
    enum dump_expected expected = p->expected;
    struct scan ahead = *line;
    if (expected == DUMP_ANY_LINE || scan_ends(&ahead))
        return false;
    p->expected = DUMP_ANY_LINE;
    if (!scan_text(&ahead, "0x") && !scan_text(&ahead, "[")) {
        if (p->half)
            dump_guess(p, p->line, "half of an amplifier's values should be here: passed over");
        p->half = false;
        return false;
    }
    if (expected == DUMP_CONNECTIONS)
        *understood = dump_connections(p, line);
    if (expected == DUMP_MORE_VALUES || expected == DUMP_PERHAPS_VALUES)
        *understood = dump_amp_values(p, line);
    return true;
}

/* What is wrong with a line in part does not keep the rest of the section from being read, but for what was
 * cut off. */
static bool forgive(struct dump_parser *p, const char *begins, unsigned flags)
{
    if (flags & ESSENTIAL)
        return dump_fail(p, "`%s` not understood", begins);
    if (!p->lines->terminated)
        return dump_fail(p, "`%s` not understood, and the text ends here; it was cut off", begins);
    dump_guess(p, p->line, "`%s` not understood, at least in part: passed over", begins);
    return true;
}

/* True when the section can go on. */
static bool read_line(struct dump_parser *p, struct scan line)
{
    bool understood = true;
    const struct line_kind *kind;
    p->line = p->lines->number;
    p->dropped = false;
    if (dump_is_binary(line))
        return dump_fail(p, "binary data");
    if (read_expected(p, &line, &understood))
        return understood || forgive(p, "0x", 0);
    kind = find_kind(&line);
    if (kind == NULL || (kind->flags & (p->node == NULL ? OF_NODE : OF_HEAD))) {
        pass_over(p, line);
        return true;
    }
    end_strange(p);
    return kind->read(p, &line) || (!p->failed && forgive(p, kind->begins, kind->flags));
}

bool dump_is_binary(struct scan line)
{
    return memchr(line.at, 0, (size_t)(line.end - line.at)) != NULL;
}

bool dump_begins_section(struct scan *line)
{
    return scan_text(line, "Codec:");
}

/* Another section, or what alsa-info.sh and people put before and behind one. */
static bool ends_section(struct scan line)
{
    return dump_begins_section(&line) || scan_text(&line, "!!") || scan_text(&line, "--endcollapse--") ||
           dump_cards_is_path(line);
}

/* ---- The section ----------------------------------------------------------------------------- */

/* Some pastes lost the line feed behind the name. */
static bool split_name(struct dump_parser *p, struct scan *name)
{
    struct scan address = *name;
    if (!scan_find(&address, "Address:"))
        return true;
    name->end = address.at - strlen("Address:");
    return dump_line_address(p, &address) || forgive(p, "Address:", ESSENTIAL);
}

/* Cut to fit, and then without blanks at its end again. */
static bool copy_name(struct dump_parser *p, struct scan name)
{
    scan_blanks(&name);
    if (dump_is_binary(name))
        return dump_fail(p, "binary data");
    size_t length = (size_t)(name.end - name.at);
    if (length >= CODEC_DUMP_NAME)
        length = CODEC_DUMP_NAME - 1;
    while (length > 0 && scan_is_blank(name.at[length - 1]))
        length--;
    memcpy(p->dump->name, name.at, length);
    return true;
}

static bool read_lines(struct dump_parser *p)
{
    struct scan line;
    while (dump_lines_next(p->lines, &line)) {
        if (ends_section(line)) {
            dump_lines_back(p->lines);
            return true;
        }
        if (!read_line(p, line))
            return false;
    }
    return true;
}

static bool check_complete(struct dump_parser *p)
{
    const char *missing = dump_missing_line(p);
    bool begun = p->node != NULL && p->node->connection_count > 0 && p->lines->terminated;
    bool list = p->expected == DUMP_MORE_VALUES || (p->expected == DUMP_CONNECTIONS && !begun);
    if (missing != NULL)
        return dump_fail(p, "the codec section ends without a line `%s`; it was cut off", missing);
    return !list || dump_fail(p, "the codec section ends where a list should follow; it was cut off");
}

/* Which function groups there are, from what gave them away. */
static void place_groups(struct dump_parser *p)
{
    struct codec_dump *dump = p->dump;
    if (!(p->seen & DUMP_SEEN_AUDIO)) {
        dump->audio_group = 0;
        if (dump->modem_group == 0)
            dump->modem_group = 1;
    } else if (dump->audio_group == 0 || dump->audio_group == dump->modem_group) {
        dump->audio_group = dump->modem_group == 1 ? 2 : 1;
    }
}

struct codec_dump *dump_read_section(struct dump_parser *p, struct scan name)
{
    p->line = p->head_line = p->lines->number;
    p->dump = calloc(1, sizeof(*p->dump));
    if (p->dump == NULL) {
        dump_fail(p, "no memory");
        return NULL;
    }
    if (!split_name(p, &name) || !copy_name(p, name) || !read_lines(p) || !check_complete(p)) {
        codec_dump_free(p->dump);
        return NULL;
    }
    end_strange(p);
    dump_close_node(p);
    place_groups(p);
    dump_close_head(p);
    return p->dump;
}
