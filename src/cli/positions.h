/* SPDX-License-Identifier: BSD-2-Clause */
/* positions.h - where positions come from on a controller, and how finely they tell: a part of hdabus info.
 */
#ifndef CLI_POSITIONS_H
#define CLI_POSITIONS_H

#include <bus.h>
#include <json-c/json.h>

#include "codec/measure.h"

struct positions {
    enum hdabus_position_source source; /* that the driver counts by */
    enum hdabus_pointer pointer;        /* that a client is given */
    struct measure measure;
    char why[160]; /* it was not measured; empty: it was */
};

/* Runs a stream on a free engine for 100 ms of bus time. */
void positions_measure(struct positions *positions, struct hdabus *bus);
void positions_print(const struct positions *positions);
struct json_object *positions_object(const struct positions *positions);

#endif
