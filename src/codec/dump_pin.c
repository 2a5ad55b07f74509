/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_pin.c - the pins of a codec dump. */
#include "codec/dump_parser.h"

#include <inttypes.h>

/* Some kernels print `0x08` and then the value as it comes, for want of a percent sign: more or fewer than
 * eight digits give that away. */
bool dump_line_pin_caps(struct dump_parser *p, struct scan *s)
{
    if (!scan_text(s, "0x"))
        return false;
    const char *start = s->at;
    uint32_t caps = 0;
    bool fits = scan_digits(s, 16, &caps);
    if (!fits || s->at - start != 8) {
        s->at = start;
        if (!scan_text(s, "08") || !scan_digits(s, 16, &caps))
            return false;
        dump_guess(p, p->line, "a misprint of some kernels: pin capabilities 0x%08" PRIx32 " assumed", caps);
    }
    p->node->pin_caps = caps;
    p->seen |= DUMP_SEEN_PIN_CAPS;
    return true;
}

bool dump_line_pin_default(struct dump_parser *p, struct scan *s)
{
    p->seen |= DUMP_SEEN_PIN_DEFAULT;
    return scan_hex(s, &p->node->pin_default);
}

bool dump_line_pin_control(struct dump_parser *p, struct scan *s)
{
    uint32_t control;
    if (!scan_hex(s, &control))
        return false;
    p->node->pin_control = control & 0xFF;
    p->seen |= DUMP_SEEN_PIN_CONTROL;
    return scan_text(s, ":");
}

bool dump_line_eapd(struct dump_parser *p, struct scan *s)
{
    uint32_t eapd;
    scan_text(s, ":");
    if (!scan_hex(s, &eapd))
        return false;
    p->node->eapd = eapd & 0xFF;
    return true;
}
