/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_amp.c - the amplifiers of a codec dump. */
#include "codec/dump_parser.h"

#include <string.h>

#include <hdacodec.h>

static bool scan_amp_caps(struct scan *s, struct codec_dump_amp_caps *amp)
{
    uint32_t offset, steps, size, mute;
    if (scan_text(s, "N/A"))
        return true;
    if (!scan_find_hex(s, "ofs=", &offset) || !scan_find_hex(s, "nsteps=", &steps) ||
        !scan_find_hex(s, "stepsize=", &size) || !scan_find_decimal(s, "mute=", &mute))
        return false;
    amp->known = true;
    amp->caps = (offset & 0x7F) << HDA_AMP_CAPS_OFFSET_SHIFT | (steps & 0x7F) << HDA_AMP_CAPS_STEPS_SHIFT |
                (size & 0x7F) << HDA_AMP_CAPS_SIZE_SHIFT | (mute != 0 ? HDA_AMP_CAPS_MUTE : 0);
    return true;
}

bool dump_line_default_input_amp(struct dump_parser *p, struct scan *s)
{
    p->seen |= DUMP_SEEN_AUDIO;
    return scan_amp_caps(s, &p->dump->input_amp);
}

bool dump_line_default_output_amp(struct dump_parser *p, struct scan *s)
{
    p->seen |= DUMP_SEEN_AUDIO;
    return scan_amp_caps(s, &p->dump->output_amp);
}

bool dump_line_input_amp(struct dump_parser *p, struct scan *s)
{
    return scan_amp_caps(s, &p->node->input_amp);
}

bool dump_line_output_amp(struct dump_parser *p, struct scan *s)
{
    return scan_amp_caps(s, &p->node->output_amp);
}

/* One amplifier: `[0xL 0xR]`, `[0xM]`, and without brackets in old dumps. */
static bool scan_amp(struct scan *s, uint8_t value[2])
{
    uint32_t left, right;
    bool bracket = scan_text(s, "[");
    if (!scan_hex(s, &left))
        return false;
    if (!scan_hex(s, &right))
        right = left;
    value[0] = (uint8_t)left;
    value[1] = (uint8_t)right;
    return !bracket || scan_text(s, "]");
}

bool dump_amp_values(struct dump_parser *p, struct scan *s)
{
    for (;;) {
        uint8_t value[2];
        if (scan_ends(s))
            return true;
        if (scan_text(s, "=")) {
            p->expected = DUMP_MORE_VALUES;
            return true;
        }
        if (!scan_amp(s, value))
            return false;
        if (p->values->count == CODEC_DUMP_AMPS)
            dump_guess(p, p->line, "an amplifier of an index above %d: passed over", CODEC_DUMP_AMPS - 1);
        else
            memcpy(p->values->values[p->values->count++], value, sizeof(value));
    }
}

static bool open_amps(struct dump_parser *p, struct scan *s, struct codec_dump_amp_values *values,
                      unsigned seen)
{
    p->values = values;
    p->seen |= seen;
    values->count = 0;
    return dump_amp_values(p, s);
}

bool dump_line_input_values(struct dump_parser *p, struct scan *s)
{
    return open_amps(p, s, &p->node->input_values, DUMP_SEEN_INPUT_VALUES);
}

bool dump_line_output_values(struct dump_parser *p, struct scan *s)
{
    return open_amps(p, s, &p->node->output_values, DUMP_SEEN_OUTPUT_VALUES);
}
