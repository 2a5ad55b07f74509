/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_head.c - the head of a codec section: ids, function groups, GPIO. */
#include "codec/dump_parser.h"

#include <hdacodec.h>

bool dump_line_address(struct dump_parser *p, struct scan *s)
{
    uint32_t address;
    p->seen |= DUMP_SEEN_ADDRESS;
    if (!scan_decimal(s, &address) || address > 14)
        return false;
    p->dump->address = (uint8_t)address;
    return true;
}

static bool scan_id(struct dump_parser *p, struct scan *s, uint32_t *id, unsigned seen)
{
    p->seen |= seen;
    return scan_hex(s, id);
}

bool dump_line_vendor(struct dump_parser *p, struct scan *s)
{
    return scan_id(p, s, &p->dump->vendor_id, DUMP_SEEN_VENDOR);
}

bool dump_line_subsystem(struct dump_parser *p, struct scan *s)
{
    return scan_id(p, s, &p->dump->subsystem_id, DUMP_SEEN_SUBSYSTEM);
}

bool dump_line_revision(struct dump_parser *p, struct scan *s)
{
    return scan_id(p, s, &p->dump->revision_id, DUMP_SEEN_REVISION);
}

bool dump_line_audio_function(struct dump_parser *p, struct scan *s)
{
    uint32_t id;
    p->seen |= DUMP_SEEN_AUDIO;
    p->dump->audio_unsolicited = scan_find_flag(*s, "(unsol");
    return scan_hex(s, &id);
}

bool dump_line_modem_function(struct dump_parser *p, struct scan *s)
{
    uint32_t id;
    p->dump->modem_unsolicited = scan_find_flag(*s, "(unsol");
    return scan_hex(s, &id);
}

/* Kernels that knew one function group per codec. */
bool dump_line_function(struct dump_parser *p, struct scan *s)
{
    uint32_t id;
    if (!scan_hex(s, &id))
        return false;
    if ((id & 0xFF) == HDA_FUNCTION_AUDIO)
        p->seen |= DUMP_SEEN_AUDIO;
    return true;
}

bool dump_line_modem_group(struct dump_parser *p, struct scan *s)
{
    uint32_t nid;
    if (!scan_hex(s, &nid) || nid == 0 || nid >= CODEC_DUMP_NODES)
        return false;
    p->dump->modem_group = (uint8_t)nid;
    p->seen |= DUMP_SEEN_MODEM_NODE;
    return true;
}

bool dump_line_audio_state(struct dump_parser *p, struct scan *s)
{
    uint32_t nid;
    if (!scan_hex(s, &nid) || nid == 0 || nid >= CODEC_DUMP_NODES)
        return false;
    p->dump->audio_group = (uint8_t)nid;
    p->power = &p->dump->power;
    p->seen |= DUMP_SEEN_AUDIO | DUMP_SEEN_AUDIO_NODE;
    return true;
}

/* What newer kernels say when they find no widgets. */
bool dump_line_invalid_group(struct dump_parser *p, struct scan *s)
{
    p->seen |= DUMP_SEEN_AUDIO | DUMP_SEEN_NO_WIDGETS;
    return scan_ends(s);
}

bool dump_line_gpio(struct dump_parser *p, struct scan *s)
{
    uint32_t both, outputs, inputs, unsolicited, wake;
    if (!scan_find_decimal(s, "io=", &both) || !scan_find_decimal(s, "o=", &outputs) ||
        !scan_find_decimal(s, "i=", &inputs) || !scan_find_decimal(s, "unsolicited=", &unsolicited) ||
        !scan_find_decimal(s, "wake=", &wake))
        return false;
    p->seen |= DUMP_SEEN_GPIO;
    p->dump->gpio = (both & 0xFF) | (outputs & 0xFF) << 8 | (inputs & 0xFF) << 16 |
                    (unsolicited != 0 ? 1u << 30 : 0) | (wake != 0 ? 1u << 31 : 0);
    return true;
}

bool dump_line_gpio_pin(struct dump_parser *p, struct scan *s)
{
    uint32_t index;
    if (!scan_decimal(s, &index) || !scan_text(s, "]:"))
        return false;
    if (index >= CODEC_DUMP_GPIOS) {
        dump_guess(p, p->line, "a general purpose pin above %d: passed over", CODEC_DUMP_GPIOS - 1);
        return true;
    }
    p->dump->gpios[index] = (struct codec_dump_gpio){
        .enable = scan_find_flag(*s, "enable="),
        .output = scan_find_flag(*s, "dir="),
        .wake = scan_find_flag(*s, "wake="),
        .sticky = scan_find_flag(*s, "sticky="),
        .data = scan_find_flag(*s, "data="),
        .unsolicited = scan_find_flag(*s, "unsol="),
    };
    return true;
}
