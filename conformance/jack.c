/* SPDX-License-Identifier: BSD-2-Clause */
/* jack.c - a pin of the codec whose jack is moved, and which tells of that: what makes codecs speak, and
 * wake.
 */
#include "check.h"

#define SET_UNSOLICITED 0x708 /* verb (HDA 7.3.3) */
#define ENABLED         0x80  /* 5:0 are the tag (HDA 7.3.3.14) */
#define WIDGET_CAPS     0x09  /* parameters (HDA 7.3.4) */
#define PIN_CAPS        0x0C
#define PIN             4         /* type of widget */
#define TELLS           (1u << 7) /* of widget capabilities: unsolicited responses */
#define SENSES          (1u << 2) /* of pin capabilities: presence */

bool move_jack(struct trial *t, struct jack *jack)
{
    jack->plugged = !jack->plugged;
    return t->target->plug(t->target->context, jack->pin, jack->plugged);
}

static bool can_tell(struct trial *t, UCHAR node, bool *can)
{
    ULONG caps, pin;

    *can = false;
    TRY(ask(t, parameter(codec_address(t), node, WIDGET_CAPS), &caps));
    if ((caps >> 20 & 0xF) != PIN || !(caps & TELLS))
        return true;
    TRY(ask(t, parameter(codec_address(t), node, PIN_CAPS), &pin));
    *can = pin & SENSES;
    return true;
}

bool find_jack(struct trial *t, struct jack *jack)
{
    unsigned count;
    UCHAR first;

    if (!t->target->plug)
        return skip(t, "no jack can be moved here"), false;
    TRY(widgets(t, &first, &count));
    for (unsigned i = 0; i < count; i++) {
        bool can;

        *jack = (struct jack){.pin = (UCHAR)(first + i), .plugged = TRUE};
        TRY(can_tell(t, jack->pin, &can));
        if (can && move_jack(t, jack))
            return true;
    }
    skip(t, "this codec has no jack that tells");
    return false;
}

bool enable_jack(struct trial *t, const struct jack *jack, UCHAR tag)
{
    ULONG response;

    return ask(t, verb(t, jack->pin, SET_UNSOLICITED, ENABLED | tag), &response);
}

bool disable_jack(struct trial *t, const struct jack *jack)
{
    ULONG response;

    return ask(t, verb(t, jack->pin, SET_UNSOLICITED, 0), &response);
}

void settle(struct trial *t)
{
    advance(t, MILLISECOND + t->target->slack);
}
