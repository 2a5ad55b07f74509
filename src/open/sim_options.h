/* SPDX-License-Identifier: BSD-2-Clause */
/* sim_options.h - what the options of "sim:..." say; bus.h tells what each means. */
#ifndef OPEN_SIM_OPTIONS_H
#define OPEN_SIM_OPTIONS_H

#include "device/sim/controller.h"
#include "device/sim/sim_device.h"
#include "jacks.h"
#include "open.h"

struct sim_options {
    enum linux_clock clock;
    bool check;
    struct sim_shape shape;
    bool shaped; /* an option has changed it */
    struct sim_device_options device;
    bool quirks_given; /* what the driver is to know was said in so many words */
    uint32_t quirks;
    const char *machine;                /* a file, or NULL */
    const char *codecs[SIM_MAX_CODECS]; /* files */
    unsigned codec_count;
    struct sim_vices bad[SIM_MAX_CODECS]; /* by address */
    uint16_t bad_codecs;                  /* bit n: the one at address n is bad */
    unsigned removal;                     /* ms after which the controller disappears; 0: never */
    struct open_jacks jacks;
};

/* Reads all of them into `options`; what none is about is as the default has it. The texts are those of the
 * request, and `options->device` points to `options->shape`. INVALID_PARAMETER, with a sentence in `request`:
 * one is not known, its value is none of what it takes, or there are more streams than a controller can have.
 */
NTSTATUS sim_options_read(struct open_request *request, struct sim_options *options);

#endif
