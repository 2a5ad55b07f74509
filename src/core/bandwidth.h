/* SPDX-License-Identifier: BSD-2-Clause */
/* bandwidth.h - what a stream needs of the link, and whether it is to be had (DDI Bandwidth,
 * HDA 3.3.5, 3.3.6, 3.3.11, 3.3.12, chapter 5). */
#ifndef HDA_BANDWIDTH_H
#define HDA_BANDWIDTH_H

#include "format.h"

struct hda_bus;
struct hda_engine;

struct hda_reservation {
    bool render;
    uint8_t line;    /* capture: the SDI line */
    uint8_t stripes; /* render: SDO lines it is spread over */
    uint32_t bits;   /* of a link frame, on each of its lines */
};

/* What a stream of this format needs. `stripes` is 1 for capture. */
struct hda_reservation hda_bandwidth_need(const struct hda_format *format, bool render, uint8_t line,
                                          uint8_t stripes);

/* Whether the stream could be carried: BUFFER_TOO_SMALL when one stream alone may not be so large,
 * INSUFFICIENT_RESOURCES when the other engines have left too little of the line. `except` (or NULL) is an
 * engine whose present reservation does not count. Under bus.lock. */
NTSTATUS hda_bandwidth_check(const struct hda_bus *bus, const struct hda_format *format,
                             const struct hda_reservation *need, const struct hda_engine *except);

#endif
