/* SPDX-License-Identifier: BSD-2-Clause */
/* status.h - what a status means, for people. */
#ifndef CODEC_STATUS_H
#define CODEC_STATUS_H

#include <hdaudio.h>

/* "STATUS_BUFFER_TOO_SMALL" and so on; "an unknown status" for a value that the DDI does not know. Never
 * NULL. */
const char *status_name(NTSTATUS status);
/* What it says of a request to the bus driver, as the second half of a sentence, without a full stop. Never
 * NULL. */
const char *status_sentence(NTSTATUS status);

#endif
