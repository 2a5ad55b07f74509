/* SPDX-License-Identifier: BSD-2-Clause */
/* dump_pcm.c - the rates, sizes and formats of a codec dump. */
#include "codec/dump_parser.h"

static void set_pcm(struct codec_dump_pcm *pcm, uint32_t rates, uint32_t sizes, uint32_t formats)
{
    pcm->known = true;
    pcm->sizes_rates = (sizes & 0xFFFF) << 16 | (rates & 0xFFFF);
    pcm->formats = formats;
}

/* Old kernels say all in this line, later ones in three that follow. */
static bool open_pcm(struct dump_parser *p, struct scan *s, struct codec_dump_pcm *pcm)
{
    uint32_t rates, sizes, formats;
    struct scan line = *s;
    p->pcm = pcm;
    if (scan_ends(s) || scan_text(s, "N/A"))
        return true;
    if (!scan_find_hex(&line, "rates", &rates) || !scan_find_hex(&line, "bits", &sizes) ||
        !scan_find_hex(&line, "types", &formats))
        return false;
    set_pcm(pcm, rates, sizes, formats);
    return true;
}

bool dump_line_default_pcm(struct dump_parser *p, struct scan *s)
{
    p->seen |= DUMP_SEEN_AUDIO;
    return open_pcm(p, s, &p->dump->pcm);
}

bool dump_line_pcm(struct dump_parser *p, struct scan *s)
{
    p->seen |= DUMP_SEEN_CONVERTER_PCM;
    return open_pcm(p, s, &p->node->pcm);
}

static bool scan_bracketed(struct scan *s, uint32_t *value)
{
    return scan_text(s, "[") && scan_hex(s, value) && scan_text(s, "]");
}

bool dump_line_rates(struct dump_parser *p, struct scan *s)
{
    uint32_t rates;
    if (p->pcm == NULL || !scan_bracketed(s, &rates))
        return false;
    set_pcm(p->pcm, rates, p->pcm->sizes_rates >> 16, p->pcm->formats);
    return true;
}

bool dump_line_bits(struct dump_parser *p, struct scan *s)
{
    uint32_t sizes;
    if (p->pcm == NULL || !scan_bracketed(s, &sizes))
        return false;
    set_pcm(p->pcm, p->pcm->sizes_rates, sizes, p->pcm->formats);
    return true;
}

bool dump_line_formats(struct dump_parser *p, struct scan *s)
{
    uint32_t formats;
    if (p->pcm == NULL || !scan_bracketed(s, &formats))
        return false;
    set_pcm(p->pcm, p->pcm->sizes_rates, p->pcm->sizes_rates >> 16, formats);
    return true;
}

/* `N/A` in a line of its own, where the three should be. */
bool dump_line_pcm_missing(struct dump_parser *p, struct scan *s)
{
    return p->pcm != NULL && scan_ends(s);
}
