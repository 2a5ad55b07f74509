/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump.c - parses codec dumps.
 *
 * Text goes line by line, trimmed, through one table: how a line begins says which routine reads the rest.
 * Kernels since 2.6.16 printed nearly everything in more than one way, mailers and pastes added more, so a
 * line that makes no sense is passed over unless nothing works without it.
 */
#include "codec/dump.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdacodec.h>

/* What is left of a line. */
struct scan {
    const char *at;
    const char *end;
};

/* What the next line may be, whatever it begins with. */
enum expected {
    ANY_LINE,
    CONNECTIONS,       /* the list after `Connection: N` */
    OTHER_CONNECTIONS, /* the list after `In-driver Connection: N`: not the codec's */
    MORE_VALUES,       /* amplifier values that a quoted-printable break tore apart */
};

struct parser {
    struct codec_dump *dump;
    const char *at;
    const char *end;
    unsigned line;
    bool terminated; /* the line at hand ended in a line feed */
    unsigned seen;   /* SEEN_ of the section, and of the node at hand */
    struct codec_dump_node *node;
    struct codec_dump_pcm *pcm;
    struct codec_dump_power *power;
    struct codec_dump_amp_values *values;
    unsigned list_length; /* what `Connection: N` announced */
    enum expected expected;
    bool failed; /* fail() has spoken */
    char *error;
    size_t error_size;
};

#define SEEN_ADDRESS       0x0001u
#define SEEN_VENDOR        0x0002u
#define SEEN_SUBSYSTEM     0x0004u
#define SEEN_REVISION      0x0008u
#define SEEN_AUDIO         0x0010u /* a sign of an audio function group */
#define SEEN_INPUT_VALUES  0x0100u
#define SEEN_OUTPUT_VALUES 0x0200u
#define SEEN_PIN_CAPS      0x0400u
#define SEEN_PIN_DEFAULT   0x0800u
#define SEEN_PIN_CONTROL   0x1000u
#define SEEN_CONNECTIONS   0x2000u
#define SEEN_CONVERTER_PCM 0x4000u
#define SEEN_OF_NODE       0xFF00u

/* Always false, for the caller to hand on. */
static bool fail(struct parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct parser *p, const char *format, ...)
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

/* ---- Reading a line -------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct scan *s)
{
    while (s->at < s->end && is_blank(*s->at))
        s->at++;
}

static bool skip_text(struct scan *s, const char *text)
{
    size_t length = strlen(text);
    skip_blanks(s);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, text, length) != 0)
        return false;
    s->at += length;
    return true;
}

/* Leaves `s` behind the next `text` of the line, wherever that is. */
static bool find_text(struct scan *s, const char *text)
{
    for (; s->at < s->end; s->at++) {
        if (!is_blank(*s->at) && skip_text(s, text))
            return true;
    }
    return false;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Digits up to 32 bits; false without a digit or above. */
static bool scan_digits(struct scan *s, unsigned base, uint32_t *value)
{
    const char *start = s->at;
    uint64_t sum = 0;
    while (s->at < s->end && digit_value(*s->at) >= 0 && (unsigned)digit_value(*s->at) < base) {
        sum = sum * base + (unsigned)digit_value(*s->at++);
        if (sum > UINT32_MAX)
            return false;
    }
    *value = (uint32_t)sum;
    return s->at > start;
}

static bool scan_hex(struct scan *s, uint32_t *value)
{
    return skip_text(s, "0x") && scan_digits(s, 16, value);
}

static bool scan_decimal(struct scan *s, uint32_t *value)
{
    skip_blanks(s);
    return scan_digits(s, 10, value);
}

/* `name=value` or `name:value` somewhere in the rest of the line. */
static bool find_decimal(struct scan *s, const char *name, uint32_t *value)
{
    return find_text(s, name) && scan_decimal(s, value);
}

static bool find_hex(struct scan *s, const char *name, uint32_t *value)
{
    return find_text(s, name) && scan_hex(s, value);
}

/* A mark that a codec dump may carry in two places: `enable=1`. */
static bool find_flag(struct scan s, const char *name)
{
    uint32_t value;
    return find_decimal(&s, name, &value) && value != 0;
}

/* ---- Lines at the head of a section ---------------------------------------------------------- */

static bool line_address(struct parser *p, struct scan *s)
{
    uint32_t address;
    if (!scan_decimal(s, &address) || address > 14)
        return false;
    p->dump->address = (uint8_t)address;
    p->seen |= SEEN_ADDRESS;
    return true;
}

static bool scan_id(struct parser *p, struct scan *s, uint32_t *id, unsigned seen)
{
    p->seen |= seen;
    return scan_hex(s, id);
}

static bool line_vendor(struct parser *p, struct scan *s)
{
    return scan_id(p, s, &p->dump->vendor_id, SEEN_VENDOR);
}

static bool line_subsystem(struct parser *p, struct scan *s)
{
    return scan_id(p, s, &p->dump->subsystem_id, SEEN_SUBSYSTEM);
}

static bool line_revision(struct parser *p, struct scan *s)
{
    return scan_id(p, s, &p->dump->revision_id, SEEN_REVISION);
}

static bool line_audio_function(struct parser *p, struct scan *s)
{
    uint32_t id;
    p->seen |= SEEN_AUDIO;
    p->dump->audio_unsolicited = find_flag(*s, "(unsol");
    return scan_hex(s, &id);
}

static bool line_modem_function(struct parser *p, struct scan *s)
{
    uint32_t id;
    p->dump->modem_unsolicited = find_flag(*s, "(unsol");
    return scan_hex(s, &id);
}

/* Kernels that knew one function group per codec. */
static bool line_function(struct parser *p, struct scan *s)
{
    uint32_t id;
    if (!scan_hex(s, &id))
        return false;
    if ((id & 0xFF) == HDA_FUNCTION_AUDIO)
        p->seen |= SEEN_AUDIO;
    return true;
}

static bool line_modem_group(struct parser *p, struct scan *s)
{
    uint32_t nid;
    if (!scan_hex(s, &nid) || nid == 0 || nid >= CODEC_DUMP_NODES)
        return false;
    p->dump->modem_group = (uint8_t)nid;
    return true;
}

static bool line_audio_state(struct parser *p, struct scan *s)
{
    uint32_t nid;
    if (!scan_hex(s, &nid) || nid == 0 || nid >= CODEC_DUMP_NODES)
        return false;
    p->dump->audio_group = (uint8_t)nid;
    p->power = &p->dump->power;
    p->seen |= SEEN_AUDIO;
    return true;
}

/* ---- PCM ------------------------------------------------------------------------------------- */

static void set_pcm(struct codec_dump_pcm *pcm, uint32_t rates, uint32_t sizes, uint32_t formats)
{
    pcm->known = true;
    pcm->sizes_rates = (sizes & 0xFFFF) << 16 | (rates & 0xFFFF);
    pcm->formats = formats;
}

/* Old kernels say all in this line, later ones in three that follow. */
static bool open_pcm(struct parser *p, struct scan *s, struct codec_dump_pcm *pcm)
{
    uint32_t rates, sizes, formats;
    struct scan line = *s;
    p->pcm = pcm;
    skip_blanks(s);
    if (s->at == s->end || skip_text(s, "N/A"))
        return true;
    if (!find_hex(&line, "rates", &rates) || !find_hex(&line, "bits", &sizes) ||
        !find_hex(&line, "types", &formats))
        return false;
    set_pcm(pcm, rates, sizes, formats);
    return true;
}

static bool line_default_pcm(struct parser *p, struct scan *s)
{
    p->seen |= SEEN_AUDIO;
    return open_pcm(p, s, &p->dump->pcm);
}

static bool line_pcm(struct parser *p, struct scan *s)
{
    p->seen |= SEEN_CONVERTER_PCM;
    return open_pcm(p, s, &p->node->pcm);
}

static bool scan_bracketed(struct scan *s, uint32_t *value)
{
    return skip_text(s, "[") && scan_hex(s, value) && skip_text(s, "]");
}

static bool line_rates(struct parser *p, struct scan *s)
{
    uint32_t rates;
    if (p->pcm == NULL || !scan_bracketed(s, &rates))
        return false;
    set_pcm(p->pcm, rates, p->pcm->sizes_rates >> 16, p->pcm->formats);
    return true;
}

static bool line_bits(struct parser *p, struct scan *s)
{
    uint32_t sizes;
    if (p->pcm == NULL || !scan_bracketed(s, &sizes))
        return false;
    set_pcm(p->pcm, p->pcm->sizes_rates, sizes, p->pcm->formats);
    return true;
}

static bool line_formats(struct parser *p, struct scan *s)
{
    uint32_t formats;
    if (p->pcm == NULL || !scan_bracketed(s, &formats))
        return false;
    set_pcm(p->pcm, p->pcm->sizes_rates, p->pcm->sizes_rates >> 16, formats);
    return true;
}

/* ---- Amplifiers ------------------------------------------------------------------------------ */

static bool scan_amp_caps(struct scan *s, struct codec_dump_amp_caps *amp)
{
    uint32_t offset, steps, size, mute;
    if (skip_text(s, "N/A"))
        return true;
    if (!find_hex(s, "ofs=", &offset) || !find_hex(s, "nsteps=", &steps) ||
        !find_hex(s, "stepsize=", &size) || !find_decimal(s, "mute=", &mute))
        return false;
    amp->known = true;
    amp->caps = (offset & 0x7F) << HDA_AMP_CAPS_OFFSET_SHIFT | (steps & 0x7F) << HDA_AMP_CAPS_STEPS_SHIFT |
                (size & 0x7F) << HDA_AMP_CAPS_SIZE_SHIFT | (mute != 0 ? HDA_AMP_CAPS_MUTE : 0);
    return true;
}

static bool line_default_input_amp(struct parser *p, struct scan *s)
{
    p->seen |= SEEN_AUDIO;
    return scan_amp_caps(s, &p->dump->input_amp);
}

static bool line_default_output_amp(struct parser *p, struct scan *s)
{
    p->seen |= SEEN_AUDIO;
    return scan_amp_caps(s, &p->dump->output_amp);
}

static bool line_input_amp(struct parser *p, struct scan *s)
{
    return scan_amp_caps(s, &p->node->input_amp);
}

static bool line_output_amp(struct parser *p, struct scan *s)
{
    return scan_amp_caps(s, &p->node->output_amp);
}

/* One amplifier: `[0xL 0xR]`, `[0xM]`, and without brackets in old dumps. */
static bool scan_amp(struct scan *s, uint8_t value[2])
{
    uint32_t left, right;
    bool bracket = skip_text(s, "[");
    if (!scan_hex(s, &left))
        return false;
    if (!scan_hex(s, &right))
        right = left;
    value[0] = (uint8_t)left;
    value[1] = (uint8_t)right;
    return !bracket || skip_text(s, "]");
}

static bool scan_amps(struct parser *p, struct scan *s)
{
    for (;;) {
        uint8_t value[2];
        skip_blanks(s);
        if (s->at == s->end)
            return true;
        if (skip_text(s, "=")) {
            p->expected = MORE_VALUES;
            return true;
        }
        if (!scan_amp(s, value))
            return false;
        if (p->values->count < CODEC_DUMP_AMPS)
            memcpy(p->values->values[p->values->count++], value, sizeof(value));
    }
}

static bool open_amps(struct parser *p, struct scan *s, struct codec_dump_amp_values *values, unsigned seen)
{
    p->values = values;
    p->seen |= seen;
    values->count = 0;
    return scan_amps(p, s);
}

static bool line_input_values(struct parser *p, struct scan *s)
{
    return open_amps(p, s, &p->node->input_values, SEEN_INPUT_VALUES);
}

static bool line_output_values(struct parser *p, struct scan *s)
{
    return open_amps(p, s, &p->node->output_values, SEEN_OUTPUT_VALUES);
}

/* ---- Power ----------------------------------------------------------------------------------- */

/* Parameter 0Fh (HDA 7.3.4.12). D3 last: the others contain it. */
static const struct power_word {
    const char *word;
    uint32_t bit;
} power_words[] = {
    {"S3D3cold", 1u << 29}, {"D3cold", 1u << 4}, {"CLKSTOP", 1u << 30}, {"EPSS", 1u << 31},
    {"D0", 1u << 0},        {"D1", 1u << 1},     {"D2", 1u << 2},       {"D3", 1u << 3},
};

static bool scan_power_word(struct scan *s, uint32_t *bit)
{
    for (size_t i = 0; i < sizeof(power_words) / sizeof(power_words[0]); i++) {
        *bit = power_words[i].bit;
        if (skip_text(s, power_words[i].word))
            return true;
    }
    return false;
}

static bool line_power_states(struct parser *p, struct scan *s)
{
    uint32_t bit;
    if (p->power == NULL)
        return false;
    p->power->states_known = true;
    while (scan_power_word(s, &bit))
        p->power->states |= bit;
    skip_blanks(s);
    return s->at == s->end;
}

/* `D3cold` is state 4 (HDA 7.3.3.10). */
static bool scan_power_state(struct scan *s, uint8_t *state)
{
    uint32_t number;
    if (!skip_text(s, "D") || !scan_decimal(s, &number) || number > 4)
        return false;
    *state = (uint8_t)(skip_text(s, "cold") ? 4 : number);
    return true;
}

/* The words behind the states (HDA 7.3.3.10). */
static uint16_t scan_power_flags(struct scan s)
{
    static const char *const words[] = {", Error", ", Clock-stop-OK", ", Setting-reset"};
    uint16_t flags = 0;
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (skip_text(&s, words[i]))
            flags |= (uint16_t)(0x100u << i);
    }
    return flags;
}

/* Old kernels print the numbers; 4, D3cold, is the last (HDA 7.3.4.12). */
static bool take_old_power(struct codec_dump_power *power, uint32_t setting, uint32_t actual)
{
    if (setting > 4 || actual > 4)
        return false;
    power->setting = (uint8_t)setting;
    power->actual = (uint8_t)actual;
    return true;
}

static bool line_power(struct parser *p, struct scan *s)
{
    uint32_t old;
    if (p->power == NULL)
        return false;
    if (scan_hex(s, &old))
        return take_old_power(p->power, old & 0xF, old >> HDA_POWER_ACTUAL_SHIFT & 0xF);
    if (!find_text(s, "setting=") || !scan_power_state(s, &p->power->setting) || !find_text(s, "actual=") ||
        !scan_power_state(s, &p->power->actual))
        return false;
    p->power->flags = scan_power_flags(*s);
    return true;
}

/* ---- GPIO ------------------------------------------------------------------------------------ */

static bool line_gpio(struct parser *p, struct scan *s)
{
    uint32_t both, outputs, inputs, unsolicited, wake;
    if (!find_decimal(s, "io=", &both) || !find_decimal(s, "o=", &outputs) ||
        !find_decimal(s, "i=", &inputs) || !find_decimal(s, "unsolicited=", &unsolicited) ||
        !find_decimal(s, "wake=", &wake))
        return false;
    p->dump->gpio = (both & 0xFF) | (outputs & 0xFF) << 8 | (inputs & 0xFF) << 16 |
                    (unsolicited != 0 ? 1u << 30 : 0) | (wake != 0 ? 1u << 31 : 0);
    return true;
}

static bool line_gpio_pin(struct parser *p, struct scan *s)
{
    uint32_t index;
    if (!scan_decimal(s, &index) || !skip_text(s, "]:"))
        return false;
    if (index >= CODEC_DUMP_GPIOS)
        return true;
    p->dump->gpios[index] = (struct codec_dump_gpio){
        .enable = find_flag(*s, "enable="),
        .output = find_flag(*s, "dir="),
        .wake = find_flag(*s, "wake="),
        .sticky = find_flag(*s, "sticky="),
        .data = find_flag(*s, "data="),
        .unsolicited = find_flag(*s, "unsol="),
    };
    return true;
}

/* ---- Lines of a widget ----------------------------------------------------------------------- */

static bool has_node(const struct codec_dump *dump, uint32_t nid)
{
    for (unsigned i = 0; i < dump->node_count; i++) {
        if (dump->nodes[i].nid == nid)
            return true;
    }
    return false;
}

static bool line_node(struct parser *p, struct scan *s)
{
    uint32_t nid, caps;
    if (!scan_hex(s, &nid) || nid == 0 || nid >= CODEC_DUMP_NODES || !find_hex(s, "wcaps", &caps))
        return false;
    if (has_node(p->dump, nid))
        return fail(p, "node 0x%02" PRIx32 " is there twice", nid);
    struct codec_dump_node *node = &p->dump->nodes[p->dump->node_count++];
    node->nid = (uint8_t)nid;
    node->caps = caps;
    node->selected = -1;
    p->node = node;
    p->power = &node->power;
    p->pcm = NULL;
    p->seen = (p->seen & ~SEEN_OF_NODE) | SEEN_AUDIO;
    return true;
}

static bool line_converter(struct parser *p, struct scan *s)
{
    uint32_t stream, channel;
    if (!find_decimal(s, "stream=", &stream) || !find_decimal(s, "channel=", &channel))
        return false;
    p->node->stream = stream & 0xF;
    p->node->channel = channel & 0xF;
    return true;
}

static bool line_sdi_select(struct parser *p, struct scan *s)
{
    uint32_t line;
    if (!scan_decimal(s, &line))
        return false;
    p->node->sdi_select = line & 0xF;
    return true;
}

/* The words of byte 0 of verb F0Dh (HDA 7.3.3.9). */
static bool line_digital(struct parser *p, struct scan *s)
{
    static const char *const words[] = {
        "Enabled", "Validity", "ValidityCfg", "Preemphasis", "Non-Copyright", "Non-Audio", "Pro", "GenLevel",
    };
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct scan line = *s;
        size_t length = strlen(words[i]);
        while (find_text(&line, words[i])) {
            bool starts = line.at - length == s->at || is_blank(*(line.at - length - 1));
            if (starts && (line.at == line.end || is_blank(*line.at)))
                p->node->digital |= 1u << i;
        }
    }
    return true;
}

static bool line_digital_category(struct parser *p, struct scan *s)
{
    uint32_t category;
    if (!scan_hex(s, &category))
        return false;
    p->node->digital |= (category & 0x7F) << 8;
    return true;
}

static bool line_coding_type(struct parser *p, struct scan *s)
{
    uint32_t type;
    if (!scan_hex(s, &type))
        return false;
    p->node->digital |= (type & 0xF) << 16;
    return true;
}

/* Some kernels print `0x08` and then the value as it comes, for want of a percent sign: more or fewer than
 * eight digits give that away. */
static bool line_pin_caps(struct parser *p, struct scan *s)
{
    if (!skip_text(s, "0x"))
        return false;
    const char *start = s->at;
    uint32_t caps = 0;
    bool fits = scan_digits(s, 16, &caps);
    if (!fits || s->at - start != 8) {
        s->at = start;
        if (!skip_text(s, "08") || !scan_digits(s, 16, &caps))
            return false;
    }
    p->node->pin_caps = caps;
    p->seen |= SEEN_PIN_CAPS;
    return true;
}

static bool line_pin_default(struct parser *p, struct scan *s)
{
    p->seen |= SEEN_PIN_DEFAULT;
    return scan_hex(s, &p->node->pin_default);
}

static bool line_pin_control(struct parser *p, struct scan *s)
{
    uint32_t control;
    if (!scan_hex(s, &control))
        return false;
    p->node->pin_control = control & 0xFF;
    p->seen |= SEEN_PIN_CONTROL;
    return skip_text(s, ":");
}

static bool line_eapd(struct parser *p, struct scan *s)
{
    uint32_t eapd;
    skip_text(s, ":");
    if (!scan_hex(s, &eapd))
        return false;
    p->node->eapd = eapd & 0xFF;
    return true;
}

/* The tag is hexadecimal and says so nowhere. */
static bool line_unsolicited(struct parser *p, struct scan *s)
{
    uint32_t tag;
    if (!find_text(s, "tag=") || !scan_digits(s, 16, &tag))
        return false;
    p->node->unsolicited = (tag & 0x3F) | (find_flag(*s, "enabled=") ? HDA_UNSOLICITED_ENABLE : 0);
    return true;
}

static bool line_processing(struct parser *p, struct scan *s)
{
    uint32_t benign, count;
    if (!find_decimal(s, "benign=", &benign) || !find_decimal(s, "ncoeff=", &count))
        return false;
    p->node->processing = (count & 0xFF) << 8 | (benign != 0);
    return true;
}

static bool line_knob(struct parser *p, struct scan *s)
{
    uint32_t delta, steps, direct, value;
    if (!find_decimal(s, "delta=", &delta) || !find_decimal(s, "steps=", &steps) ||
        !find_decimal(s, "direct=", &direct) || !find_decimal(s, "val=", &value))
        return false;
    p->node->knob = (steps & 0x7F) | (delta != 0 ? 0x80 : 0);
    p->node->knob_value = (uint8_t)((value & 0x7F) | (direct != 0 ? 0x80 : 0));
    return true;
}

/* A negative length is a kernel's error code: no list. */
static bool line_connections(struct parser *p, struct scan *s)
{
    uint32_t length;
    bool negative = skip_text(s, "-");
    p->seen |= SEEN_CONNECTIONS;
    p->node->connection_count = 0;
    p->node->selected = -1;
    if (!scan_decimal(s, &length))
        return false;
    p->list_length = negative ? 0 : length;
    if (p->list_length > 0)
        p->expected = CONNECTIONS;
    return true;
}

static bool line_driver_connections(struct parser *p, struct scan *s)
{
    uint32_t length;
    p->expected = OTHER_CONNECTIONS;
    return scan_decimal(s, &length);
}

/* Two digits at least, as the kernel prints a NID: one digit at the very end is half of one. */
static bool scan_nid(const struct parser *p, struct scan *s, uint32_t *nid)
{
    if (!scan_hex(s, nid))
        return false;
    return p->terminated || s->at < s->end || s->at[-2] != 'x';
}

/* NIDs as far as they are some; the marked one is the selected one. */
static bool scan_connections(struct parser *p, struct scan *s)
{
    struct codec_dump_node *node = p->node;
    uint32_t nid;
    while (scan_nid(p, s, &nid)) {
        bool marked = skip_text(s, "*");
        if (nid >= CODEC_DUMP_NODES || node->connection_count == CODEC_DUMP_CONNECTIONS)
            continue;
        if (marked)
            node->selected = (int)node->connection_count;
        node->connections[node->connection_count++] = (uint8_t)nid;
    }
    skip_blanks(s);
    return s->at == s->end && node->connection_count >= p->list_length;
}

/* ---- The table ------------------------------------------------------------------------------- */

#define ESSENTIAL 1u /* a dump that is wrong here is of no use */
#define OF_HEAD   2u /* means something only before the first `Node` line */
#define OF_NODE   4u /* means something only after it */

static const struct line_kind {
    const char *begins;
    unsigned flags;
    bool (*read)(struct parser *p, struct scan *rest);
} line_kinds[] = {
    {"Address:", ESSENTIAL | OF_HEAD, line_address},
    {"Vendor Id:", ESSENTIAL | OF_HEAD, line_vendor},
    {"Subsystem Id:", ESSENTIAL | OF_HEAD, line_subsystem},
    {"Revision Id:", ESSENTIAL | OF_HEAD, line_revision},
    {"AFG Function Id:", 0, line_audio_function},
    {"MFG Function Id:", 0, line_modem_function},
    {"Function Id:", 0, line_function},
    {"Modem Function Group:", ESSENTIAL | OF_HEAD, line_modem_group},
    {"State of AFG node", 0, line_audio_state},
    {"Default PCM:", 0, line_default_pcm},
    {"Default Amp-In caps:", 0, line_default_input_amp},
    {"Default Amp-Out caps:", 0, line_default_output_amp},
    {"GPIO:", 0, line_gpio},
    {"IO[", 0, line_gpio_pin},
    {"Node ", ESSENTIAL, line_node},
    {"PCM:", OF_NODE, line_pcm},
    {"rates ", 0, line_rates},
    {"bits ", 0, line_bits},
    {"formats ", 0, line_formats},
    {"Amp-In caps:", OF_NODE, line_input_amp},
    {"Amp-Out caps:", OF_NODE, line_output_amp},
    {"Amp-In vals:", OF_NODE, line_input_values},
    {"Amp-Out vals:", OF_NODE, line_output_values},
    {"Converter:", OF_NODE, line_converter},
    {"SDI-Select:", OF_NODE, line_sdi_select},
    {"Digital:", OF_NODE, line_digital},
    {"Digital category:", OF_NODE, line_digital_category},
    {"IEC Coding Type:", OF_NODE, line_coding_type},
    {"Pincap ", OF_NODE, line_pin_caps},
    {"Pin Default ", OF_NODE, line_pin_default},
    {"Pin-ctls:", OF_NODE, line_pin_control},
    {"EAPD", OF_NODE, line_eapd},
    {"Unsolicited:", OF_NODE, line_unsolicited},
    {"Processing caps:", OF_NODE, line_processing},
    {"Volume-Knob:", OF_NODE, line_knob},
    {"Power states:", 0, line_power_states},
    {"Power:", 0, line_power},
    {"Connection:", OF_NODE, line_connections},
    {"In-driver Connection:", OF_NODE, line_driver_connections},
};

static const struct line_kind *find_kind(struct scan *line)
{
    for (size_t i = 0; i < sizeof(line_kinds) / sizeof(line_kinds[0]); i++) {
        if (skip_text(line, line_kinds[i].begins))
            return &line_kinds[i];
    }
    return NULL;
}

/* ---- From text to dump ----------------------------------------------------------------------- */

/* The next line, trimmed. False at the end. */
static bool next_line(struct parser *p, struct scan *line)
{
    if (p->at == p->end)
        return false;
    const char *feed = memchr(p->at, '\n', (size_t)(p->end - p->at));
    line->at = p->at;
    line->end = feed != NULL ? feed : p->end;
    p->terminated = feed != NULL;
    p->at = feed != NULL ? feed + 1 : p->end;
    p->line++;
    skip_blanks(line);
    while (line->end > line->at && is_blank(line->end[-1]))
        line->end--;
    return true;
}

static bool is_binary(struct scan line)
{
    return memchr(line.at, 0, (size_t)(line.end - line.at)) != NULL;
}

/* Cut to fit, and then without blanks at its end again. */
static bool copy_name(struct parser *p, struct scan name)
{
    skip_blanks(&name);
    if (is_binary(name))
        return fail(p, "binary data");
    size_t length = (size_t)(name.end - name.at);
    if (length >= CODEC_DUMP_NAME)
        length = CODEC_DUMP_NAME - 1;
    while (length > 0 && is_blank(name.at[length - 1]))
        length--;
    memcpy(p->dump->name, name.at, length);
    return true;
}

static bool find_section(struct parser *p)
{
    struct scan line;
    while (next_line(p, &line)) {
        if (skip_text(&line, "Codec:"))
            return copy_name(p, line);
    }
    return fail(p, "the text ends and no line began with `Codec:`; this is no codec dump");
}

/* What alsa-info.sh prints behind the last section. */
static bool ends_section(struct scan line)
{
    return skip_text(&line, "Codec:") || skip_text(&line, "!!") || skip_text(&line, "--endcollapse--");
}

/* The line that the one before announced, if it is that. */
static bool read_expected(struct parser *p, struct scan *line, bool *understood)
{
    enum expected expected = p->expected;
    struct scan ahead = *line;
    p->expected = ANY_LINE;
    if (expected == ANY_LINE || (!skip_text(&ahead, "0x") && !skip_text(&ahead, "[")))
        return false;
    if (expected == CONNECTIONS)
        *understood = scan_connections(p, line);
    if (expected == MORE_VALUES)
        *understood = scan_amps(p, line);
    return true;
}

/* True when the section can go on. */
static bool read_line(struct parser *p, struct scan line)
{
    bool understood = true;
    unsigned flags = 0;
    if (is_binary(line))
        return fail(p, "binary data");
    if (!read_expected(p, &line, &understood)) {
        const struct line_kind *kind = find_kind(&line);
        if (kind == NULL || (kind->flags & (p->node == NULL ? OF_NODE : OF_HEAD)))
            return true;
        flags = kind->flags;
        understood = kind->read(p, &line);
    }
    if (understood || p->failed)
        return understood;
    if (flags & ESSENTIAL)
        return fail(p, "not understood");
    return p->terminated || fail(p, "not understood, and the text ends here; it was cut off");
}

static bool read_section(struct parser *p)
{
    struct scan line;
    while (next_line(p, &line)) {
        if (ends_section(line)) {
            p->line--;
            return true;
        }
        if (!read_line(p, line))
            return false;
    }
    return true;
}

/* A kernel prints these of every such widget, so if the last one lacks some the text was cut off there. */
static const char *missing_of_node(const struct parser *p)
{
    uint32_t caps = p->node->caps;
    bool pin = (caps >> HDA_WIDGET_TYPE_SHIFT & 0xF) == HDA_WIDGET_PIN;
    bool converter = (caps >> HDA_WIDGET_TYPE_SHIFT & 0xF) <= HDA_WIDGET_AUDIO_INPUT;
    const struct {
        bool wanted;
        unsigned seen;
        const char *line;
    } rules[] = {
        {(caps & HDA_WIDGET_INPUT_AMP) != 0, SEEN_INPUT_VALUES, "Amp-In vals:"},
        {(caps & HDA_WIDGET_OUTPUT_AMP) != 0, SEEN_OUTPUT_VALUES, "Amp-Out vals:"},
        {pin, SEEN_PIN_CAPS, "Pincap"},
        {pin, SEEN_PIN_DEFAULT, "Pin Default"},
        {pin, SEEN_PIN_CONTROL, "Pin-ctls:"},
        {converter && (caps & HDA_WIDGET_FORMAT_OVERRIDE), SEEN_CONVERTER_PCM, "PCM:"},
        {(caps & HDA_WIDGET_CONNECTION_LIST) != 0, SEEN_CONNECTIONS, "Connection:"},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].wanted && !(p->seen & rules[i].seen))
            return rules[i].line;
    }
    return NULL;
}

static const char *missing_of_head(const struct parser *p)
{
    if (!(p->seen & SEEN_ADDRESS))
        return "Address:";
    if (!(p->seen & SEEN_VENDOR))
        return "Vendor Id:";
    if (!(p->seen & SEEN_SUBSYSTEM))
        return "Subsystem Id:";
    if (!(p->seen & SEEN_REVISION))
        return "Revision Id:";
    if ((p->seen & SEEN_AUDIO) && p->node == NULL)
        return "Node";
    return NULL;
}

static bool check_complete(struct parser *p)
{
    const char *missing = missing_of_head(p);
    if (missing == NULL && p->node != NULL)
        missing = missing_of_node(p);
    if (missing != NULL)
        return fail(p, "the codec section ends without a line `%s`; it was cut off", missing);
    if (p->expected == MORE_VALUES || p->expected == CONNECTIONS)
        return fail(p, "the codec section ends where a list should follow; it was cut off");
    return true;
}

/* Which function groups there are, from what gave them away. */
static void place_groups(struct parser *p)
{
    struct codec_dump *dump = p->dump;
    if (!(p->seen & SEEN_AUDIO)) {
        dump->audio_group = 0;
        if (dump->modem_group == 0)
            dump->modem_group = 1;
    } else if (dump->audio_group == 0 || dump->audio_group == dump->modem_group) {
        dump->audio_group = dump->modem_group == 1 ? 2 : 1;
    }
}

struct codec_dump *codec_dump_parse(const char *text, size_t size, char *error, size_t error_size)
{
    struct parser p = {.at = text, .end = text + size, .error = error, .error_size = error_size};
    p.dump = calloc(1, sizeof(*p.dump));
    if (p.dump == NULL) {
        fail(&p, "no memory");
        return NULL;
    }
    if (!find_section(&p) || !read_section(&p) || !check_complete(&p)) {
        codec_dump_free(p.dump);
        return NULL;
    }
    place_groups(&p);
    return p.dump;
}

void codec_dump_free(struct codec_dump *dump)
{
    free(dump);
}
