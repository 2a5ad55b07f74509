/* SPDX-License-Identifier: BSD-2-Clause */
/* request.c - a command to a node of a codec, in words. */
#include "request.h"

#include <ctype.h>
#include <hdacodec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/names.h"
#include "codec/verbs.h"
#include "number.h"

#define LONG_SHIFT 8      /* from an id of 4 bits to the 12 of struct codec_name */
#define ASKS       0x800u /* HDA 7.3: this bit of an id is clear in a verb that sets */

/* ---- Understanding ------------------------------------------------------------------------------- */

static int refuse(struct report *report, const char *what, const char *text, const char *why)
{
    return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "%s %s: %s", what, text, why);
}

static int read_number(struct report *report, const char *what, const char *text, unsigned most,
                       unsigned long *number)
{
    char why[64];

    if (number_read(text, 0, most, number))
        return EXIT_DONE;
    snprintf(why, sizeof(why), "is not a number from 0 to %u", most);
    return refuse(report, what, text, why);
}

/* verb_find() or parameter_find(). */
typedef enum name_match name_finder(const char *text, const struct codec_name **found,
                                    const struct codec_name **other);

static int read_name(struct report *report, const char *what, const char *text, name_finder *find, USHORT *id)
{
    const struct codec_name *found, *other;
    enum name_match match = find(text, &found, &other);
    char why[96];

    if (match == NAME_UNKNOWN)
        return refuse(report, what, text, "is not known; see hdabus verb --list");
    if (match == NAME_AMBIGUOUS) {
        snprintf(why, sizeof(why), "could be %s or %s", found->name, other->name);
        return refuse(report, what, text, why);
    }
    *id = found->id;
    return EXIT_DONE;
}

/* An id has 4 bits or, beginning with 7 or Fh, 12 (HDA 7.3); hda-verb writes the short ones with two zeros
 * behind them, or with the upper half of their payload. */
static bool is_verb(unsigned long id)
{
    if (id <= 0xF)
        return id != 0x7 && id != 0xF;
    return id >= 0x100;
}

static int read_verb(struct report *report, const char *text, USHORT *verb)
{
    unsigned long number;

    if (!isdigit((unsigned char)text[0]))
        return read_name(report, "VERB", text, verb_find, verb);
    if (!number_read(text, 0, 0xFFF, &number) || !is_verb(number))
        return refuse(report, "VERB", text, "is no id of 4 or 12 bits");
    *verb = (USHORT)(number <= 0xF ? number << LONG_SHIFT : number);
    return EXIT_DONE;
}

static int read_payload(struct report *report, const char *text, USHORT verb, USHORT *payload)
{
    unsigned most = (1u << verb_payload_bits(verb)) - 1;
    unsigned long number = 0;
    int code;

    if (verb == HDA_GET_PARAMETER && !isdigit((unsigned char)text[0]))
        return read_name(report, "PARAM", text, parameter_find, payload);
    code = read_number(report, "PARAM", text, most, &number);
    *payload = (USHORT)number;
    return code;
}

int request_read_address(const char *text, unsigned *address, struct report *report)
{
    unsigned long number = 0;
    int code = read_number(report, "ADDRESS", text, MOST_ADDRESS, &number);

    *address = (unsigned)number;
    return code;
}

int request_read(struct request *request, const char *node, const char *verb, const char *payload,
                 struct report *report)
{
    unsigned long number = 0;
    int code = read_number(report, "NID", node, 0xFF, &number);

    memset(request, 0, sizeof(*request));
    request->node = (UCHAR)number;
    if (code == EXIT_DONE)
        code = read_verb(report, verb, &request->verb);
    if (code == EXIT_DONE && payload)
        code = read_payload(report, payload, request->verb, &request->payload);
    return code;
}

/* Takes its argument apart. */
static int read_parts(struct request *request, char *text, struct report *report)
{
    char *rest = text, *node = strsep(&rest, ":"), *verb = strsep(&rest, ":");

    if (!verb)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "--set %s: takes NID:VERB:VALUE", node);
    return request_read(request, node, verb, rest, report);
}

int request_read_set(struct request *request, const char *text, struct report *report)
{
    char *parts = strdup(text);
    int code;

    if (!parts)
        return report_failure(report, EXIT_FAILED, STATUS_NO_MEMORY, "memory has run out");
    code = read_parts(request, parts, report);
    free(parts);
    if (code == EXIT_DONE && (request->verb & ASKS))
        return refuse(report, "--set", text, "is no verb that sets something");
    return code;
}

/* ---- Sending ------------------------------------------------------------------------------------- */

NTSTATUS request_send(const HDAUDIO_BUS_INTERFACE_V2 *ddi, unsigned address, const struct request *request,
                      ULONG *response)
{
    struct verb_batch batch;
    NTSTATUS status;

    batch_init(&batch, (UCHAR)address);
    if (verb_payload_bits(request->verb) == 8)
        batch_get8(&batch, request->node, request->verb, (UCHAR)request->payload, response);
    else
        batch_get16(&batch, request->node, (UCHAR)(request->verb >> LONG_SHIFT), request->payload, response);
    status = batch_send(&batch, ddi);
    batch_free(&batch);
    return status;
}
