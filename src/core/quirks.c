/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quirks.c - what controllers are known to do otherwise than the specification says, by their PCI id
 * (HARDWARE 7, 9, 10, 12). Data: a controller more is a row more.
 *
 * The first row that fits counts, so a controller's own stands before its vendor's. "As Linux" says that the
 * fact is known from what Linux (sound/pci/hda/hda_intel.c) does with this controller.
 */
#include "quirks.h"

#define ANY 0xFFFFu /* of a vendor, every controller: no PCI device has this id */

const struct hda_quirk_row hda_quirk_rows[] = {
    /* Intel's first south bridges, as Linux: SSYNC where it was before the specification was final. */
    {0x8086, 0x2668, HDA_QUIRK_SSYNC_AT_34}, /* ICH6 */
    {0x8086, 0x269A, HDA_QUIRK_SSYNC_AT_34}, /* 631xESB/632xESB */
    {0x8086, 0x27D8, HDA_QUIRK_SSYNC_AT_34}, /* ICH7 */
    {0x8086, 0x284B, HDA_QUIRK_SSYNC_AT_34}, /* ICH8 */
    {0x8086, 0x293E, HDA_QUIRK_SSYNC_AT_34}, /* ICH9 */
    {0x8086, 0x293F, HDA_QUIRK_SSYNC_AT_34}, /* ICH9 */
    {0x8086, 0x3A3E, HDA_QUIRK_SSYNC_AT_34}, /* ICH10 */
    {0x8086, 0x3A6E, HDA_QUIRK_SSYNC_AT_34}, /* ICH10 */

    /* ATI's south bridges, as Linux. Of SB600 64OK is not to be believed. Its successors have the same id and
     * do better, but nothing in the controller's own configuration space tells them apart. */
    {0x1002, 0x437B, HDA_QUIRK_NO_64_BIT | HDA_QUIRK_LINK_POSITIONS}, /* SB450 */
    {0x1002, 0x4383, HDA_QUIRK_NO_64_BIT | HDA_QUIRK_LINK_POSITIONS}, /* SB600 and later */
    /* The others of ATI and AMD, HDMI above all, as Linux: 40 bits of 64, and LPIB. */
    {0x1002, ANY, HDA_QUIRK_40_BIT | HDA_QUIRK_LINK_POSITIONS},
    {0x1022, ANY, HDA_QUIRK_40_BIT | HDA_QUIRK_LINK_POSITIONS},

    /* NVIDIA, as Linux: 40 bits of 64. */
    {0x10DE, ANY, HDA_QUIRK_40_BIT},

    /* VIA VT8237A and VT8251, as Linux, which plays by LPIB on them. */
    {0x1106, 0x3288, HDA_QUIRK_LINK_POSITIONS},

    /* Creative CTHDA (Sound Core3D), as Linux. */
    {0x1102, 0x0010, HDA_QUIRK_NO_64_BIT | HDA_QUIRK_4K_FRAGMENTS | HDA_QUIRK_LINK_POSITIONS},
    {0x1102, 0x0012, HDA_QUIRK_NO_64_BIT | HDA_QUIRK_4K_FRAGMENTS | HDA_QUIRK_LINK_POSITIONS},
    /* Creative X-Fi, as Linux. */
    {0x1102, ANY, HDA_QUIRK_NO_64_BIT | HDA_QUIRK_LINK_POSITIONS},

    /* C-Media CM8888, as Linux. */
    {0x13F6, 0x5011, HDA_QUIRK_LINK_POSITIONS},

    /* Teradici, as Linux. */
    {0x6549, 0x1200, HDA_QUIRK_NO_64_BIT},
    {0x6549, 0x2200, HDA_QUIRK_NO_64_BIT},
};

const unsigned hda_quirk_row_count = sizeof(hda_quirk_rows) / sizeof(hda_quirk_rows[0]);

static bool is_of(const struct hda_quirk_row *row, const struct hda_device_info *info)
{
    return row->vendor_id == info->vendor_id && (row->device_id == ANY || row->device_id == info->device_id);
}

uint32_t hda_quirks_of(const struct hda_device_info *info)
{
    for (unsigned i = 0; i < hda_quirk_row_count; i++) {
        if (is_of(&hda_quirk_rows[i], info))
            return hda_quirk_rows[i].quirks;
    }
    return 0;
}
