/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_amp.c - the amplifiers of a codec dump. */
#include "codec/dump_parser.h"

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

static void keep_values(struct dump_parser *p, uint32_t left, uint32_t right)
{
    struct codec_dump_amp_values *values = p->values;
    if (values->count == CODEC_DUMP_AMPS) {
        dump_drop(p, "an amplifier of an index above 15");
        return;
    }
    values->values[values->count][0] = (uint8_t)left;
    values->values[values->count++][1] = (uint8_t)right;
}

/* One amplifier: `[0xL 0xR]`, `[0xM]`, and without brackets in old dumps. */
static bool scan_amp(struct dump_parser *p, struct scan *s)
{
    uint32_t left, right;
    bool bracket = scan_text(s, "[");
    if (!scan_hex(s, &left))
        return false;
    if (bracket && scan_ends(s)) {
        p->half = true;
        p->left = left;
        return true;
    }
    if (!scan_hex(s, &right))
        right = left;
    if (bracket && !scan_text(s, "]"))
        return false;
    keep_values(p, left, right);
    return true;
}

/* The rest of a pair that began in the line before. */
static bool scan_half(struct dump_parser *p, struct scan *s)
{
    uint32_t right;
    p->half = false;
    if (!scan_hex(s, &right) || !scan_text(s, "]"))
        return false;
    keep_values(p, p->left, right);
    return true;
}

bool dump_amp_values(struct dump_parser *p, struct scan *s)
{
    if (p->half && !scan_half(p, s))
        return false;
    while (!scan_ends(s) && !scan_text(s, "=")) {
        if (!scan_amp(p, s))
            return false;
    }
    p->expected = p->half || s->at[-1] == '=' ? DUMP_MORE_VALUES : DUMP_PERHAPS_VALUES;
    return true;
}

static bool open_amps(struct dump_parser *p, struct scan *s, struct codec_dump_amp_values *values,
                      unsigned seen)
{
    p->values = values;
    p->seen |= seen;
    p->half = false;
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
