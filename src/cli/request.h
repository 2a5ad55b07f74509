/* SPDX-License-Identifier: BSD-2-Clause */
/* request.h - a command to a node of a codec, in words. */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <hdaudio.h>

#include "report.h"

#define MOST_ADDRESS 14 /* 15 is every codec, which none answers */

struct request {
    UCHAR node;
    USHORT verb; /* as in struct codec_name */
    USHORT payload;
};

/* Reads a codec's address. EXIT_DONE, or EXIT_USAGE with a message. */
int request_read_address(const char *text, unsigned *address, struct report *report);
/* Reads the parts; `payload` NULL: 0. EXIT_DONE, or EXIT_USAGE with a message. */
int request_read(struct request *request, const char *node, const char *verb, const char *payload,
                 struct report *report);
/* Reads NID:VERB or NID:VERB:VALUE, of a verb that sets something. EXIT_DONE, EXIT_USAGE with a message, or
 * EXIT_FAILED with a message when memory runs out. */
int request_read_set(struct request *request, const char *text, struct report *report);

/* Sends it to the codec at `address`, and waits for the response. */
NTSTATUS request_send(const HDAUDIO_BUS_INTERFACE_V2 *ddi, unsigned address, const struct request *request,
                      ULONG *response);

#endif
