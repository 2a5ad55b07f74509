/* SPDX-License-Identifier: BSD-2-Clause */
/* info.c - hdabus info: what the controller, its codecs and their function groups are. */
#include <stdio.h>

#include "commands.h"
#include "device.h"
#include "json.h"
#include "positions.h"

#define VENDOR_SHIFT 16
#define ID_MASK      0xFFFFu
#define PAYLOAD_MASK 0x3FFFu /* words; above are two bits on padding (HDA 3.3.11) */

/* ---- Quirks -------------------------------------------------------------------------------------- */

static const struct {
    ULONG quirk;
    const char *words;
} quirk_words[] = {
    {HDABUS_QUIRK_SSYNC_AT_34, "SSYNC is at 34h"},
    {HDABUS_QUIRK_NO_64_BIT, "addresses have 32 bits"},
    {HDABUS_QUIRK_40_BIT, "addresses have 40 bits"},
    {HDABUS_QUIRK_4K_FRAGMENTS, "no descriptor crosses 4 KiB"},
    {HDABUS_QUIRK_LINK_POSITIONS, "LPIB instead of the position buffer"},
};
#define QUIRKS (sizeof(quirk_words) / sizeof(quirk_words[0]))

static struct json_object *quirks_array(ULONG quirks)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < QUIRKS; i++) {
        if (quirks & quirk_words[i].quirk)
            json_append(array, json_object_new_string(quirk_words[i].words));
    }
    return array;
}

static void print_quirks(ULONG quirks)
{
    const char *before = "";

    printf("  quirks     ");
    for (size_t i = 0; i < QUIRKS; i++) {
        if (quirks & quirk_words[i].quirk) {
            printf("%s%s", before, quirk_words[i].words);
            before = "; ";
        }
    }
    puts(quirks ? "" : "none");
}

/* ---- As JSON ------------------------------------------------------------------------------------- */

static struct json_object *controller_object(const struct hdabus_controller *controller)
{
    struct json_object *object = json_object_new_object();

    json_add_hex(object, "vendor_id", 4, controller->vendor_id);
    json_add_hex(object, "device_id", 4, controller->device_id);
    json_add_integer(object, "revision", controller->revision);
    json_add_integer(object, "version_major", controller->version >> 8);
    json_add_integer(object, "version_minor", controller->version & 0xFF);
    json_add_hex(object, "gcap", 4, controller->gcap);
    json_add_integer(object, "output_engines", controller->output_engines);
    json_add_integer(object, "input_engines", controller->input_engines);
    json_add_integer(object, "bidirectional_engines", controller->bidirectional_engines);
    json_add_integer(object, "output_lines", controller->output_lines);
    json_add_integer(object, "corb_entries", controller->corb_entries);
    json_add_integer(object, "rirb_entries", controller->rirb_entries);
    json_add_boolean(object, "address64", controller->address64);
    json_add_boolean(object, "message_interrupts", controller->message_interrupts);
    json_add_boolean(object, "alias_registers", controller->alias_registers);
    json_add_boolean(object, "stream_sync", controller->stream_sync);
    json_add_integer(object, "output_payload", controller->output_payload);
    json_add_integer(object, "input_payload", controller->input_payload);
    json_add_integer(object, "output_stream_payload", controller->output_stream_payload & PAYLOAD_MASK);
    json_add_integer(object, "input_stream_payload", controller->input_stream_payload & PAYLOAD_MASK);
    json_add(object, "quirks", quirks_array(controller->quirks));
    return object;
}

/* One of hdabus_hardware_id() and hdabus_compatible_id(). */
typedef NTSTATUS id_getter(const struct hdabus *bus, unsigned child, unsigned index, char id[HDABUS_ID_SIZE]);

static struct json_object *id_array(const struct hdabus *bus, unsigned child, id_getter *get)
{
    struct json_object *array = json_object_new_array();
    char id[HDABUS_ID_SIZE];
    unsigned i;

    for (i = 0; NT_SUCCESS(get(bus, child, i, id)); i++)
        json_append(array, json_object_new_string(id));
    return array;
}

static const char *function_name(UCHAR function)
{
    if (function == HDA_FUNCTION_AUDIO)
        return "audio";
    return function == HDA_FUNCTION_MODEM ? "modem" : "vendor-defined";
}

static struct json_object *group_object(const struct hdabus *bus, unsigned child,
                                        const struct hdabus_child *info)
{
    struct json_object *object = json_object_new_object();

    json_add_integer(object, "node", info->node);
    json_add_string(object, "function", function_name(info->function));
    json_add_hex(object, "subsystem_id", 8, info->subsystem_id);
    json_add(object, "hardware_ids", id_array(bus, child, hdabus_hardware_id));
    json_add(object, "compatible_ids", id_array(bus, child, hdabus_compatible_id));
    return object;
}

/* A codec's function groups: the children from *child on that have its address. Moves on to the next codec's.
 */
static struct json_object *groups_array(const struct hdabus *bus, unsigned *child, UCHAR address)
{
    struct json_object *array = json_object_new_array();
    struct hdabus_child info;

    while (NT_SUCCESS(hdabus_child(bus, *child, &info)) && info.codec_address == address)
        json_append(array, group_object(bus, (*child)++, &info));
    return array;
}

static struct json_object *codec_object(const struct hdabus *bus, unsigned *child,
                                        const struct hdabus_child *info)
{
    struct json_object *object = json_object_new_object();

    json_add_integer(object, "address", info->codec_address);
    json_add_hex(object, "vendor_id", 8, info->vendor_id);
    json_add_hex(object, "revision_id", 8, info->revision_id);
    json_add(object, "function_groups", groups_array(bus, child, info->codec_address));
    return object;
}

static struct json_object *codecs_array(const struct hdabus *bus)
{
    struct json_object *array = json_object_new_array();
    struct hdabus_child info;
    unsigned child = 0;

    while (NT_SUCCESS(hdabus_child(bus, child, &info)))
        json_append(array, codec_object(bus, &child, &info));
    return array;
}

/* ---- Engines ------------------------------------------------------------------------------------- */

static const char *direction_name(enum hdabus_direction direction)
{
    if (direction == HDABUS_BIDIRECTIONAL)
        return "bidirectional";
    return direction == HDABUS_INPUT ? "input" : "output";
}

static struct json_object *engine_object(const struct hdabus_engine *engine)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "direction", direction_name(engine->direction));
    json_add_integer(object, "fifo", engine->fifo);
    json_add_integer(object, "completions", engine->completions);
    json_add_integer(object, "merged", engine->merged);
    json_add_integer(object, "lost_interrupts", engine->lost_interrupts);
    json_add_integer(object, "fifo_errors", engine->fifo_errors);
    json_add_integer(object, "descriptor_errors", engine->descriptor_errors);
    return object;
}

static struct json_object *engines_array(const struct hdabus *bus)
{
    struct json_object *array = json_object_new_array();
    struct hdabus_engine engine;

    for (unsigned i = 0; NT_SUCCESS(hdabus_engine(bus, i, &engine)); i++)
        json_append(array, engine_object(&engine));
    return array;
}

/* Those that have run: of the others there is nothing to tell. */
static void print_engines(const struct hdabus *bus)
{
    struct hdabus_engine engine;

    for (unsigned i = 0; NT_SUCCESS(hdabus_engine(bus, i, &engine)); i++) {
        if (engine.fifo == 0)
            continue;
        printf("engine %-2u    %s, FIFO of %u bytes: %llu periods, %llu merged, %llu interrupts lost\n", i,
               direction_name(engine.direction), (unsigned)engine.fifo,
               (unsigned long long)engine.completions, (unsigned long long)engine.merged,
               (unsigned long long)engine.lost_interrupts);
        printf("  errors     %llu of the FIFO, %llu of descriptors\n", (unsigned long long)engine.fifo_errors,
               (unsigned long long)engine.descriptor_errors);
    }
}

static struct json_object *statistics_object(const struct hdabus *bus)
{
    struct json_object *object = json_object_new_object();
    struct hdabus_statistics statistics;

    hdabus_statistics(bus, &statistics);
    json_add_integer(object, "register_reads", statistics.register_reads);
    json_add_integer(object, "register_writes", statistics.register_writes);
    json_add_integer(object, "interrupts", statistics.interrupts);
    json_add_integer(object, "verbs", statistics.verbs);
    json_add_integer(object, "verb_timeouts", statistics.verb_timeouts);
    json_add_integer(object, "unsolicited", statistics.unsolicited);
    json_add_integer(object, "unsolicited_dropped", statistics.unsolicited_dropped);
    json_add_integer(object, "lost_interrupts", statistics.lost_interrupts);
    json_add_integer(object, "fifo_errors", statistics.fifo_errors);
    json_add_integer(object, "descriptor_errors", statistics.descriptor_errors);
    json_add_integer(object, "response_overruns", statistics.response_overruns);
    json_add_integer(object, "command_errors", statistics.command_errors);
    return object;
}

static void report_device(const struct device *device, const struct options *options,
                          const struct positions *positions, struct report *report)
{
    struct hdabus_controller controller;

    hdabus_controller(device->bus, &controller);
    report_string(report, "device", options->device);
    report_string(report, "clock", hdabus_clock(device->bus));
    report_member(report, "controller", controller_object(&controller));
    report_member(report, "codecs", codecs_array(device->bus));
    report_member(report, "positions", positions_object(positions));
    report_member(report, "engines", engines_array(device->bus));
    report_member(report, "statistics", statistics_object(device->bus));
}

/* ---- As text ------------------------------------------------------------------------------------- */

static void print_payload(const char *title, USHORT line, USHORT stream)
{
    printf("  %-10s %u words a frame", title, line);
    if (stream & PAYLOAD_MASK)
        printf(", %u of one stream", stream & PAYLOAD_MASK);
    putchar('\n');
}

static void print_controller(const struct hdabus *bus)
{
    struct hdabus_controller controller;

    hdabus_controller(bus, &controller);
    printf("controller   %04x:%04x revision %02x, HD Audio %u.%u\n", controller.vendor_id,
           controller.device_id, controller.revision, controller.version >> 8, controller.version & 0xFF);
    printf("  engines    %u output, %u input, %u bidirectional\n", controller.output_engines,
           controller.input_engines, controller.bidirectional_engines);
    printf("  link       %u output line%s\n", controller.output_lines,
           controller.output_lines == 1 ? "" : "s");
    print_payload("output", controller.output_payload, controller.output_stream_payload);
    print_payload("input", controller.input_payload, controller.input_stream_payload);
    printf("  rings      CORB %u, RIRB %u entries\n", controller.corb_entries, controller.rirb_entries);
    printf("  addresses  %u bits\n", controller.address64 ? 64 : 32);
    printf("  interrupts %s\n", controller.message_interrupts ? "messages" : "a level");
    printf("  aliases    %s\n", controller.alias_registers ? "yes" : "no");
    printf("  SSYNC      %s\n", controller.stream_sync ? "yes" : "no");
    print_quirks(controller.quirks);
    printf("clock        %s\n", hdabus_clock(bus));
}

static void print_ids(const struct hdabus *bus, unsigned child, const char *title, id_getter *get)
{
    char id[HDABUS_ID_SIZE];
    unsigned i;

    for (i = 0; NT_SUCCESS(get(bus, child, i, id)); i++)
        printf("    %-10s %s\n", i == 0 ? title : "", id);
}

static void print_codecs(const struct hdabus *bus)
{
    struct hdabus_child info;
    int address = -1;
    unsigned i;

    for (i = 0; NT_SUCCESS(hdabus_child(bus, i, &info)); i++) {
        if (info.codec_address != address)
            printf("codec %-2u     %04x:%04x revision %06x\n", info.codec_address,
                   info.vendor_id >> VENDOR_SHIFT, info.vendor_id & ID_MASK, info.revision_id);
        address = info.codec_address;
        printf("  group 0x%02x %s, subsystem %08x\n", info.node, function_name(info.function),
               info.subsystem_id);
        print_ids(bus, i, "hardware", hdabus_hardware_id);
        print_ids(bus, i, "compatible", hdabus_compatible_id);
    }
}

static void print_statistics(const struct hdabus *bus)
{
    struct hdabus_statistics statistics;

    hdabus_statistics(bus, &statistics);
    printf(
        "statistics   %llu register reads, %llu writes, %llu interrupts, %llu verbs, %llu without answer\n",
        (unsigned long long)statistics.register_reads, (unsigned long long)statistics.register_writes,
        (unsigned long long)statistics.interrupts, (unsigned long long)statistics.verbs,
        (unsigned long long)statistics.verb_timeouts);
}

int command_info(const struct options *options, struct report *report)
{
    struct positions positions;
    struct device device;
    int code = device_open(&device, options, report);

    if (code != EXIT_DONE)
        return code;
    positions_measure(&positions, device.bus);
    if (options->json) {
        report_device(&device, options, &positions, report);
    } else {
        print_controller(device.bus);
        print_codecs(device.bus);
        positions_print(&positions);
        print_engines(device.bus);
        print_statistics(device.bus);
    }
    device_close(&device, NULL);
    return EXIT_DONE;
}
