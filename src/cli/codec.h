/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.h - a codec as JSON: all that a dump of it, or its verbs, tell. */
#ifndef CLI_CODEC_H
#define CLI_CODEC_H

#include "codec/dump.h"
#include "json.h"

struct json_object *codec_object(const struct codec_dump *dump);

#endif
