/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_power.c - the power states of a codec dump. */
#include "codec/dump_parser.h"

#include <hdacodec.h>

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
        if (scan_text(s, power_words[i].word))
            return true;
    }
    return false;
}

bool dump_line_power_states(struct dump_parser *p, struct scan *s)
{
    uint32_t bit;
    if (p->power == NULL)
        return false;
    p->power->states_known = true;
    while (scan_power_word(s, &bit))
        p->power->states |= bit;
    return scan_ends(s);
}

/* `D3cold` is state 4 (HDA 7.3.3.10). A kernel has no word for what is above. */
static bool scan_power_state(struct dump_parser *p, struct scan *s, uint8_t *state)
{
    uint32_t number;
    if (scan_text(s, "UNKNOWN")) {
        dump_guess(p, p->line, "a power state that has no name: D0 assumed");
        *state = 0;
        return true;
    }
    if (!scan_text(s, "D") || !scan_decimal(s, &number) || number > 4)
        return false;
    *state = (uint8_t)(scan_text(s, "cold") ? 4 : number);
    return true;
}

/* The words behind the states (HDA 7.3.3.10). */
static uint16_t scan_power_flags(struct scan s)
{
    static const char *const words[] = {", Error", ", Clock-stop-OK", ", Setting-reset"};
    uint16_t flags = 0;
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (scan_text(&s, words[i]))
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

bool dump_line_power(struct dump_parser *p, struct scan *s)
{
    uint32_t old;
    if (p->power == NULL)
        return false;
    if (scan_hex(s, &old))
        return take_old_power(p->power, old & 0xF, old >> HDA_POWER_ACTUAL_SHIFT & 0xF);
    if (!scan_find(s, "setting=") || !scan_power_state(p, s, &p->power->setting) ||
        !scan_find(s, "actual=") || !scan_power_state(p, s, &p->power->actual))
        return false;
    p->power->flags = scan_power_flags(*s);
    return true;
}
