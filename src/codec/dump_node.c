/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_node.c - the widgets of a codec dump. */
#include "codec/dump_parser.h"

#include <inttypes.h>
#include <string.h>

#include <hdacodec.h>

static bool has_node(const struct codec_dump *dump, uint32_t nid)
{
    for (unsigned i = 0; i < dump->node_count; i++) {
        if (dump->nodes[i].nid == nid)
            return true;
    }
    return false;
}

static void open_node(struct dump_parser *p, uint32_t nid, uint32_t caps)
{
    struct codec_dump_node *node = &p->dump->nodes[p->dump->node_count++];
    node->nid = (uint8_t)nid;
    node->caps = caps;
    node->selected = -1;
    p->node = node;
    p->node_line = p->line;
    p->power = &node->power;
    p->pcm = NULL;
    p->seen = (p->seen & ~DUMP_SEEN_OF_NODE) | DUMP_SEEN_AUDIO;
}

/* What people write about a node begins so, too, but has no bracket, or no capabilities and is about one that
 * there is. */
static bool is_remark(const struct dump_parser *p, struct scan line)
{
    uint32_t nid, caps;
    bool is_number = scan_hex(&line, &nid);
    if (!scan_text(&line, "["))
        return p->lines->terminated;
    return is_number && has_node(p->dump, nid) && !scan_find_hex(&line, "wcaps", &caps);
}

bool dump_line_node(struct dump_parser *p, struct scan *s)
{
    uint32_t nid, caps;
    if (is_remark(p, *s)) {
        dump_guess(p, p->line, "no widget's line: passed over");
        return true;
    }
    if (!scan_hex(s, &nid) || nid == 0 || nid >= CODEC_DUMP_NODES || !scan_find_hex(s, "wcaps", &caps))
        return false;
    if (has_node(p->dump, nid))
        return dump_fail(p, "node 0x%02" PRIx32 " is there twice", nid);
    dump_close_node(p);
    open_node(p, nid, caps);
    return true;
}

bool dump_line_converter(struct dump_parser *p, struct scan *s)
{
    uint32_t stream, channel;
    if (!scan_find_decimal(s, "stream=", &stream) || !scan_find_decimal(s, "channel=", &channel))
        return false;
    p->node->stream = stream & 0xF;
    p->node->channel = channel & 0xF;
    return true;
}

bool dump_line_sdi_select(struct dump_parser *p, struct scan *s)
{
    uint32_t line;
    if (!scan_decimal(s, &line))
        return false;
    p->node->sdi_select = line & 0xF;
    return true;
}

/* The words of byte 0 of verb F0Dh (HDA 7.3.3.9), and the keep alive bit of byte 2. */
bool dump_line_digital(struct dump_parser *p, struct scan *s)
{
    static const char *const words[] = {
        "Enabled",   "Validity", "ValidityCfg", "Preemphasis", "Non-Copyright",
        "Non-Audio", "Pro",      "GenLevel",    [23] = "KAE",
    };
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct scan line = *s;
        size_t length = words[i] != NULL ? strlen(words[i]) : 0;
        while (length > 0 && scan_find(&line, words[i])) {
            bool starts = line.at - length == s->at || scan_is_blank(*(line.at - length - 1));
            if (starts && (line.at == line.end || scan_is_blank(*line.at)))
                p->node->digital |= 1u << i;
        }
    }
    return true;
}

bool dump_line_digital_category(struct dump_parser *p, struct scan *s)
{
    uint32_t category;
    if (!scan_hex(s, &category))
        return false;
    p->node->digital |= (category & 0x7F) << 8;
    return true;
}

bool dump_line_coding_type(struct dump_parser *p, struct scan *s)
{
    uint32_t type;
    if (!scan_hex(s, &type))
        return false;
    p->node->digital |= (type & 0xF) << 16;
    return true;
}

/* The tag is hexadecimal and says so nowhere. */
bool dump_line_unsolicited(struct dump_parser *p, struct scan *s)
{
    uint32_t tag;
    if (!scan_find(s, "tag=") || !scan_digits(s, 16, &tag))
        return false;
    p->seen |= DUMP_SEEN_UNSOLICITED;
    p->node->unsolicited = (tag & 0x3F) | (scan_find_flag(*s, "enabled=") ? HDA_UNSOLICITED_ENABLE : 0);
    return true;
}

bool dump_line_processing(struct dump_parser *p, struct scan *s)
{
    uint32_t benign, count;
    if (!scan_find_decimal(s, "benign=", &benign) || !scan_find_decimal(s, "ncoeff=", &count))
        return false;
    p->seen |= DUMP_SEEN_PROCESSING;
    p->node->processing = (count & 0xFF) << 8 | (benign != 0);
    return true;
}

bool dump_line_knob(struct dump_parser *p, struct scan *s)
{
    uint32_t delta, steps, direct, value;
    if (!scan_find_decimal(s, "delta=", &delta) || !scan_find_decimal(s, "steps=", &steps) ||
        !scan_find_decimal(s, "direct=", &direct) || !scan_find_decimal(s, "val=", &value))
        return false;
    p->seen |= DUMP_SEEN_KNOB;
    p->node->knob = (steps & 0x7F) | (delta != 0 ? 0x80 : 0);
    p->node->knob_value = (uint8_t)((value & 0x7F) | (direct != 0 ? 0x80 : 0));
    return true;
}
