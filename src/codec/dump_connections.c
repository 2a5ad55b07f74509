/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_connections.c - the connection lists of a codec dump. */
#include "codec/dump_parser.h"

#include <inttypes.h>

/* A negative length is a kernel's error code. */
static void expect_list(struct dump_parser *p, bool negative, uint32_t length)
{
    if (negative) {
        dump_guess(p, p->line, "the list's length is the error -%" PRIu32 ": no connections assumed", length);
        return;
    }
    p->list_line = p->line;
    p->list_length = length;
    if (length > 0)
        p->expected = DUMP_CONNECTIONS;
}

bool dump_line_connections(struct dump_parser *p, struct scan *s)
{
    uint32_t length;
    bool negative = scan_text(s, "-");
    p->seen |= DUMP_SEEN_CONNECTIONS;
    p->node->connection_count = 0;
    p->node->selected = -1;
    p->list_length = 0;
    if (!scan_decimal(s, &length))
        return false;
    expect_list(p, negative, length);
    return true;
}

bool dump_line_driver_connections(struct dump_parser *p, struct scan *s)
{
    uint32_t length;
    p->expected = DUMP_OTHER_CONNECTIONS;
    return scan_decimal(s, &length);
}

/* Two digits at least, as the kernel prints a NID: one digit at the very end is half of one. */
static bool scan_nid(const struct dump_parser *p, struct scan *s, uint32_t *nid)
{
    if (!scan_hex(s, nid))
        return false;
    return p->lines->terminated || s->at < s->end || s->at[-2] != 'x';
}

/* NIDs as far as they are some; the marked one is the selected one. What is missing may be in the next line.
 */
bool dump_connections(struct dump_parser *p, struct scan *s)
{
    struct codec_dump_node *node = p->node;
    uint32_t nid;
    while (scan_nid(p, s, &nid)) {
        bool marked = scan_text(s, "*");
        if (nid >= CODEC_DUMP_NODES || node->connection_count == CODEC_DUMP_CONNECTIONS) {
            dump_drop(p, "a connection that no list can have");
            continue;
        }
        if (marked)
            node->selected = (int)node->connection_count;
        node->connections[node->connection_count++] = (uint8_t)nid;
    }
    if (!scan_ends(s))
        return false;
    if (node->connection_count < p->list_length)
        p->expected = DUMP_CONNECTIONS;
    return true;
}
