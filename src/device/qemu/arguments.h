/* SPDX-License-Identifier: BSD-2-Clause */
/* arguments.h - the command line that makes QEMU a controller and nothing more. */
#ifndef QEMU_ARGUMENTS_H
#define QEMU_ARGUMENTS_H

#include "qemu_device.h"

#define ARGUMENTS_MOST 160

struct arguments {
    char *list[ARGUMENTS_MOST + 1]; /* ends with NULL; freed by arguments_free() */
    unsigned count;
    bool lost; /* memory ran out */
};

/* Descriptors that QEMU inherits. */
struct channels {
    int memory; /* GUEST_MEMORY bytes */
    int firmware;
    int qtest;
};

/* False without memory; arguments_free() follows in any case. */
bool arguments_build(struct arguments *arguments, const struct qemu_device_options *options,
                     const struct channels *channels);
void arguments_free(struct arguments *arguments);

#endif
