/* SPDX-License-Identifier: BSD-2-Clause */
/* quirks.h - the table behind hda_quirks_of(). */
#ifndef HDA_QUIRKS_H
#define HDA_QUIRKS_H

#include <host.h>

struct hda_quirk_row {
    uint16_t vendor_id;
    uint16_t device_id; /* FFFFh: any of the vendor's */
    uint32_t quirks;    /* of enum hda_quirk */
};
extern const struct hda_quirk_row hda_quirk_rows[];
extern const unsigned hda_quirk_row_count;

#endif
