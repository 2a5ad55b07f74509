/* SPDX-License-Identifier: BSD-2-Clause */
/* verb.c - hdabus verb: one command to a codec, and its response. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "codec/names.h"
#include "codec/verbs.h"
#include "commands.h"
#include "device.h"
#include "json.h"
#include "number.h"

#define MOST_ADDRESS 14 /* 15 is every codec, which none answers */
#define LONG_SHIFT   8  /* from an id of 4 bits to the 12 of struct codec_name */

/* What the operands say. */
struct request {
    UCHAR address;
    UCHAR node;
    USHORT verb; /* as in struct codec_name */
    USHORT payload;
};

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

static int read_operands(const struct options *options, struct report *report, struct request *request)
{
    char **operands = options->operands;
    unsigned long address = 0, node = 0;
    int code;

    if (options->operand_count < 3)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "verb needs ADDRESS NID VERB");
    code = read_number(report, "ADDRESS", operands[0], MOST_ADDRESS, &address);
    if (code == EXIT_DONE)
        code = read_number(report, "NID", operands[1], 0xFF, &node);
    if (code == EXIT_DONE)
        code = read_verb(report, operands[2], &request->verb);
    if (code == EXIT_DONE && options->operand_count > 3)
        code = read_payload(report, operands[3], request->verb, &request->payload);
    if (code != EXIT_DONE)
        return code;
    request->address = (UCHAR)address;
    request->node = (UCHAR)node;
    return EXIT_DONE;
}

/* ---- Sending ------------------------------------------------------------------------------------- */

static NTSTATUS send(const HDAUDIO_BUS_INTERFACE_V2 *ddi, const struct request *request, ULONG *response)
{
    struct verb_batch batch;
    NTSTATUS status;

    batch_init(&batch, request->address);
    if (verb_payload_bits(request->verb) == 8)
        batch_get8(&batch, request->node, request->verb, (UCHAR)request->payload, response);
    else
        batch_get16(&batch, request->node, (UCHAR)(request->verb >> LONG_SHIFT), request->payload, response);
    status = batch_send(&batch, ddi);
    batch_free(&batch);
    return status;
}

static void report_request(const struct options *options, const struct request *request,
                           struct report *report)
{
    const struct codec_name *name = verb_by_id(request->verb);

    report_string(report, "device", options->device);
    report_integer(report, "address", request->address);
    report_integer(report, "node", request->node);
    json_add_hex(report->object, "verb", 3, request->verb);
    report_string(report, "name", name ? name->name : NULL);
    json_add_hex(report->object, "payload", verb_payload_bits(request->verb) / 4, request->payload);
}

static int send_on_device(struct device *device, const struct request *request, struct report *report)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    ULONG response = 0;
    NTSTATUS status;
    int code = device_query_codec(device, request->address, &ddi, report);

    if (code != EXIT_DONE)
        return code;
    status = send(&ddi, request, &response);
    ddi.InterfaceDereference(ddi.Context);
    if (!NT_SUCCESS(status))
        return device_fail(device, request->address, status, report);
    json_add_hex(report->object, "response", 8, (uint32_t)response);
    if (!report->object)
        printf("0x%08" PRIx32 "\n", (uint32_t)response);
    return EXIT_DONE;
}

/* ---- Names --------------------------------------------------------------------------------------- */

/* verb_name() or parameter_name(). */
typedef const struct codec_name *name_getter(unsigned index);

static struct json_object *names_array(name_getter *get, unsigned digits)
{
    struct json_object *array = json_object_new_array(), *object;
    unsigned i;

    for (i = 0; get(i); i++) {
        object = json_object_new_object();
        json_add_string(object, "name", get(i)->name);
        json_add_hex(object, "id", digits, get(i)->id);
        json_append(array, object);
    }
    return array;
}

static void print_names(void)
{
    const struct codec_name *name;
    unsigned i;

    puts("verbs, with bits of payload");
    for (i = 0; (name = verb_name(i)) != NULL; i++)
        printf("  0x%03x  %2u  %s\n", name->id, verb_payload_bits(name->id), name->name);
    puts("payloads of PARAMETERS");
    for (i = 0; (name = parameter_name(i)) != NULL; i++)
        printf("  0x%02x  %s\n", name->id, name->name);
}

static int list_names(const struct options *options, struct report *report)
{
    if (options->operand_count > 0)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS,
                              "verb --list does not know what to do with %s", options->operands[0]);
    if (!report->object)
        print_names();
    report_member(report, "verbs", names_array(verb_name, 3));
    report_member(report, "parameters", names_array(parameter_name, 2));
    return EXIT_DONE;
}

/* ---- The command --------------------------------------------------------------------------------- */

int command_verb(const struct options *options, struct report *report)
{
    struct request request = {0};
    struct device device;
    int code;

    if (options->list)
        return list_names(options, report);
    code = read_operands(options, report, &request);
    if (code != EXIT_DONE)
        return code;
    code = device_open(&device, options, report);
    if (code != EXIT_DONE)
        return code;
    report_request(options, &request, report);
    code = send_on_device(&device, &request, report);
    device_close(&device, NULL);
    return code;
}
