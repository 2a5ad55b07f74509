/* SPDX-License-Identifier: BSD-2-Clause */
/* verb.c - hdabus verb: one command to a codec, and its response. */
#include <inttypes.h>
#include <stdio.h>

#include "codec/names.h"
#include "commands.h"
#include "device.h"
#include "json.h"
#include "request.h"

/* What the operands say. */
static int read_operands(const struct options *options, struct report *report, unsigned *address,
                         struct request *request)
{
    char **operands = options->operands;
    int code;

    if (options->operand_count < 3)
        return report_failure(report, EXIT_USAGE, STATUS_SUCCESS, "verb needs ADDRESS NID VERB");
    code = request_read_address(operands[0], address, report);
    if (code != EXIT_DONE)
        return code;
    return request_read(request, operands[1], operands[2], options->operand_count > 3 ? operands[3] : NULL,
                        report);
}

/* ---- Sending ------------------------------------------------------------------------------------- */

static void report_request(const struct options *options, unsigned address, const struct request *request,
                           struct report *report)
{
    const struct codec_name *name = verb_by_id(request->verb);

    report_string(report, "device", options->device);
    report_integer(report, "address", address);
    report_integer(report, "node", request->node);
    json_add_hex(report->object, "verb", 3, request->verb);
    report_string(report, "name", name ? name->name : NULL);
    json_add_hex(report->object, "payload", verb_payload_bits(request->verb) / 4, request->payload);
}

static int send_on_device(struct device *device, unsigned address, const struct request *request,
                          struct report *report)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    ULONG response = 0;
    NTSTATUS status;
    int code = device_query_codec(device, address, &ddi, report);

    if (code != EXIT_DONE)
        return code;
    status = request_send(&ddi, address, request, &response);
    ddi.InterfaceDereference(ddi.Context);
    if (!NT_SUCCESS(status))
        return device_fail(device, address, status, report);
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
    struct request request;
    struct device device;
    unsigned address = 0;
    int code;

    if (options->list)
        return list_names(options, report);
    code = read_operands(options, report, &address, &request);
    if (code != EXIT_DONE)
        return code;
    code = device_open(&device, options, report);
    if (code != EXIT_DONE)
        return code;
    report_request(options, address, &request, report);
    code = send_on_device(&device, address, &request, report);
    device_close(&device, NULL);
    return code;
}
