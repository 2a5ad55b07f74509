/* SPDX-License-Identifier: BSD-2-Clause */
/* list.c - hdabus list: what can be opened. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "json.h"
#include "pci.h"

#define QEMU         "qemu-system-x86_64"
#define QEMU_PACKAGE "qemu-system-x86" /* Debian's */
#define VERSION_SIZE 128

struct option_text {
    const char *option;
    const char *help;
};

/* What --device takes; ends with a NULL. */
static const struct option_text sim_options[] = {
    {"clock=virtual|real", "waiting is what makes time pass (the default), or it passes by itself"},
    {"codec=FILE[@ADDRESS]", "a codec from an ALSA codec dump; repeatable; by default one of our own"},
    {"machine=FILE[#CARD]", "all codecs of a sound card in an alsa-info file; by default of the first"},
    {"bad=ADDRESS:KIND", "a bad codec: silent, slow[=MS], twice, impostor=ADDRESS, flood, or several with +"},
    {"irq=msi|level", "how it interrupts; by default by messages"},
    {"fragment=PAGES", "memory comes in runs of so many pages; by default 64"},
    {"shape=plain|qemu", "by the specification (the default) or QEMU's; what follows changes it"},
    {"inputs=N", "input stream descriptors; by default 4"},
    {"outputs=N", "output stream descriptors; by default 4"},
    {"bidirectional=N", "those of both directions; by default 0"},
    {"sdo=1|2|4", "lines that a stream can be striped over; by default 1"},
    {"rings=SIZES", "entries of CORB and RIRB: 2, 16, 256 or 2+16 ...; by default 256"},
    {"address64=yes|no|broken", "memory above 4 GiB; broken: it only says so"},
    {"output-payload=WORDS", "of a frame on SDO; by default 60"},
    {"input-payload=WORDS", "of a frame on each SDI line; by default 29"},
    {"output-stream-payload=WORDS", "of one stream; by default 48, 0 for no limit"},
    {"input-stream-payload=WORDS", "by default 24"},
    {"padding=byte|container|none", "of samples in that sum; by default byte"},
    {"ssync=38|34|none", "where SSYNC is; by default 38"},
    {"plug=PIN[@MS]", "something is plugged into a jack then, or without @MS from the start"},
    {"unplug=PIN[@MS]", "it is pulled out; by default all jacks are plugged"},
    {"pci=ID", "VENDOR:DEVICE in hexadecimal: the driver knows what its table says of it"},
    {"quirks=NAMES", "what it knows instead: ssync34, 32bit, 40bit, 4k, lpib, or none"},
    {"lpib=exact|behind|ahead|jumps", "what link positions tell"},
    {"positions=yes|late|no", "whether the position buffer is written"},
    {"alias=no", "without the alias registers"},
    {"corbrp=self-clearing", "CORBRP's reset bit never reads as 1"},
    {"rirbwp=wild", "RIRBWP reads as FFFFh"},
    {"page-crossing=no", "no buffer descriptor may cross 4 KiB"},
    {"failed-resets=N", "so many resets of the link do not end"},
    {"lock-up=yes", "a verb to nobody silences all until a reset"},
    {"lost-messages=N", "every N-th interrupt is lost"},
    {"stale-messages=yes", "interrupts come once more when their cause is gone"},
    {"remove=MS", "the controller is pulled out so many ms after opening began"},
    {"check=yes", "a checking host tells who breaks the seam's contract; then the exit code is 1"},
    {NULL, NULL},
};

static const struct option_text qemu_options[] = {
    {"codec=hda-duplex|hda-output|hda-micro", "a codec; repeatable; by default hda-duplex"},
    {"out=FILE", "a WAV file of what the first codec plays, the next one of the second ..."},
    {"rate=HZ", "of the files; by default what is played, else 48000"},
    {"controller=ich9-intel-hda|intel-hda", "by default ich9-intel-hda"},
    {"trace=FILE", "QEMU's own trace of register accesses"},
    {"check=yes", "a checking host tells who breaks the seam's contract"},
    {NULL, NULL},
};

/* Takes the line feed off, and all up to the word `version`. False: it is not what QEMU prints. */
static bool keep_version(char *line)
{
    char *version = strstr(line, "version ");

    if (!version)
        return false;
    version += strlen("version ");
    version[strcspn(version, "\n")] = '\0';
    memmove(line, version, strlen(version) + 1);
    return true;
}

static bool qemu_version(char version[VERSION_SIZE])
{
    FILE *output = popen(QEMU " --version 2>/dev/null", "re");
    bool found;

    if (!output)
        return false;
    found = fgets(version, VERSION_SIZE, output) && keep_version(version);
    while (fgetc(output) != EOF)
        ;
    return pclose(output) == 0 && found;
}

/* ---- As text ------------------------------------------------------------------------------------- */

static void print_options(const struct option_text *options)
{
    for (; options->option; options++)
        printf("    %-39s %s\n", options->option, options->help);
}

static void print_controller(void *context, const struct pci_controller *controller)
{
    unsigned *count = context;

    if ((*count)++ == 0)
        puts("PCI controllers of this machine, which cannot be opened yet");
    printf("  %s  %04x:%04x  %s%s\n", controller->address, controller->vendor_id, controller->device_id,
           controller->driver[0] ? "driver " : "no driver", controller->driver);
}

static void print_list(const char *version)
{
    unsigned controllers = 0;

    puts("sim[:OPTION,...]   a simulated controller");
    print_options(sim_options);
    if (version)
        printf("qemu[:OPTION,...]  the controller of QEMU %s\n", version);
    else
        puts("qemu[:OPTION,...]  the controller of QEMU: needs " QEMU ", in Debian's package " QEMU_PACKAGE);
    print_options(qemu_options);
    pci_each(PCI_DEVICES, print_controller, &controllers);
}

/* ---- As JSON ------------------------------------------------------------------------------------- */

static struct json_object *options_array(const struct option_text *options)
{
    struct json_object *array = json_object_new_array(), *object;

    for (; options->option; options++) {
        object = json_object_new_object();
        json_add_string(object, "option", options->option);
        json_add_string(object, "help", options->help);
        json_append(array, object);
    }
    return array;
}

static struct json_object *device_object(const char *name, bool available, const struct option_text *options)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "name", name);
    json_add_boolean(object, "available", available);
    json_add(object, "options", options_array(options));
    return object;
}

static void append_controller(void *context, const struct pci_controller *controller)
{
    struct json_object *object = json_object_new_object();

    json_add_string(object, "address", controller->address);
    json_add_hex(object, "vendor_id", 4, controller->vendor_id);
    json_add_hex(object, "device_id", 4, controller->device_id);
    json_add_string(object, "driver", controller->driver[0] ? controller->driver : NULL);
    json_append(context, object);
}

static void report_list(const char *version, struct report *report)
{
    struct json_object *devices = json_object_new_array(), *controllers = json_object_new_array(), *qemu;

    json_append(devices, device_object("sim", true, sim_options));
    qemu = device_object("qemu", version != NULL, qemu_options);
    json_add_string(qemu, "version", version);
    json_add_string(qemu, "package", QEMU_PACKAGE);
    json_append(devices, qemu);
    pci_each(PCI_DEVICES, append_controller, controllers);
    report_member(report, "devices", devices);
    report_member(report, "pci_controllers", controllers);
}

int command_list(const struct options *options, struct report *report)
{
    char version[VERSION_SIZE];
    const char *found = qemu_version(version) ? version : NULL;

    if (options->json)
        report_list(found, report);
    else
        print_list(found);
    return EXIT_DONE;
}
