/* SPDX-License-Identifier: BSD-2-Clause */
/* sim_codecs.h - the codecs of the simulated controller, from dumps. Each function says in `request` what
 * went wrong: with NO_SUCH_DEVICE of a file, INSUFFICIENT_RESOURCES of memory. */
#ifndef OPEN_SIM_CODECS_H
#define OPEN_SIM_CODECS_H

#include <limits.h>

#include "open.h"

#define SIM_CODECS_ANYWHERE UINT_MAX /* where the dump says */

NTSTATUS sim_codecs_plug_built_in(struct open_request *request, unsigned address);

/* FILE or FILE@ADDRESS: the first codec in the file. Where there is a file of the whole name, it is that. */
NTSTATUS sim_codecs_plug_file(struct open_request *request, const char *value);

/* FILE or FILE#CARD: all codecs of a sound card, by default of the first in the file that has any, at their
 * addresses. Where there is a file of the whole name, it is that. */
NTSTATUS sim_codecs_plug_machine(struct open_request *request, const char *value);

#endif
