/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - opens a bus, has the tone played, stops the bus, and says what it took. */
#include "kernel.h"

#include <check.h>
#include <hdacodec.h>

#define COMMAND_LINE 0x04 /* of the flags */
#define PAINT        0x5A5A5A5Au

/* What a boot loader tells, as far as it matters here (Multiboot 0.6.96, 3.3). */
struct multiboot {
    uint32_t flags, memory[2], boot_device, command_line;
};

extern uint32_t stack[], stack_end[]; /* boot.S */

/* ---- How deep the stack has been -------------------------------------------------------------- */

/* Fills what is below its own frame; with interrupts off, for they use the same stack. */
static void stack_paint(void)
{
    KIRQL before = irql_raise(DEVICE_LEVEL);

    for (uint32_t *word = stack; word < (uint32_t *)__builtin_frame_address(0) - 32; word++)
        *(volatile uint32_t *)word = PAINT;
    irql_lower(before);
}

static unsigned stack_depth(void)
{
    const uint32_t *word = stack;

    while (*word == PAINT)
        word++;
    return (unsigned)((const char *)stack_end - (const char *)word);
}

/* ---- The command line ------------------------------------------------------------------------- */

static struct {
    bool poll;  /* the timer's interrupt stands for the controller's */
    bool check; /* the checking host tries the hooks, and stands between them and the core */
} wanted;

/* What is behind a word; NULL where another one stands. */
static const char *behind(const char *words, const char *word, size_t length)
{
    if (!RtlEqualMemory(words, word, length) || (words[length] && words[length] != ' '))
        return NULL;
    return words + length;
}

static const char *read_word(const char *words)
{
    const char *poll = behind(words, "poll", 4), *check = behind(words, "check", 5);

    if (poll == NULL && check == NULL) {
        print("\"%s\" means nothing here: there are poll and check\n", words);
        finish(false);
    }
    wanted.poll |= poll != NULL;
    wanted.check |= check != NULL;
    return poll != NULL ? poll : check;
}

/* It begins with the kernel's name. */
static void read_words(const struct multiboot *multiboot)
{
    const char *words = multiboot->flags & COMMAND_LINE ? (const char *)multiboot->command_line : "";

    while (*words && *words != ' ')
        words++;
    for (;; words = read_word(words)) {
        while (*words == ' ')
            words++;
        if (*words == '\0')
            return;
    }
}

/* ---- The checking host ------------------------------------------------------------------------ */

static struct hda_check *check;

/* Its sentences go to the log. With a hook that is broken the core need not try. */
static NTSTATUS check_begin(const struct hda_bus_config *config)
{
    NTSTATUS status = hda_check_create(config, NULL, NULL, &check);
    unsigned faults;

    if (!NT_SUCCESS(status))
        return status;
    faults = hda_check_hooks(check);
    print("faults of the hooks: %u\n", faults);
    return faults == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* Whether there was none. */
static bool check_end(void)
{
    unsigned faults = hda_check_destroy(check);

    if (check != NULL)
        print("faults in all: %u\n", faults);
    return faults == 0;
}

/* ---- From start to end ------------------------------------------------------------------------ */

static NTSTATUS bus_start(const struct hda_bus_config *config, struct hda_bus **bus)
{
    NTSTATUS status = wanted.check ? check_begin(config) : STATUS_SUCCESS;

    if (!NT_SUCCESS(status))
        return status;
    return hda_bus_start(check != NULL ? hda_check_config(check) : config, bus);
}

static struct hda_bus *bus_open(void)
{
    struct hda_bus_config config = {.host = &host_ops, .device = &device_ops};
    const char *problem = device_find(wanted.poll, &config.info);
    struct hda_bus *bus = NULL;
    NTSTATUS status;

    if (problem != NULL) {
        print("%s\n", problem);
        return NULL;
    }
    config.quirks = hda_quirks_of(&config.info);
    print("controller %x:%x, %s\n", config.info.vendor_id, config.info.device_id,
          wanted.poll ? "asked at each tick of the timer" : "which interrupts");
    status = bus_start(&config, &bus);
    if (!NT_SUCCESS(status))
        print("the bus does not start: status %x\n", status);
    return bus;
}

/* On the first child that can. */
static bool play(struct hda_bus *bus)
{
    NTSTATUS status = STATUS_NOT_FOUND;

    for (unsigned child = 0; child < hda_bus_child_count(bus) && status == STATUS_NOT_FOUND; child++) {
        if (hda_bus_child(bus, child)->function == HDA_FUNCTION_AUDIO)
            status = tone_play(bus, child);
    }
    if (status == STATUS_NOT_FOUND)
        print("there is no codec with an output\n");
    return NT_SUCCESS(status);
}

static void bus_close(struct hda_bus *bus)
{
    struct hda_statistics last;

    hda_bus_stop(bus, &last);
    print("register accesses: %llu reads, %llu writes\n", last.register_reads, last.register_writes);
    print("interrupts: %llu, periods: %llu, of them lost: %llu\n", last.interrupts, last.completions,
          last.lost_interrupts);
}

void kernel_main(const struct multiboot *multiboot)
{
    struct hda_bus *bus;
    bool well = false;

    read_words(multiboot);
    pc_start();
    stack_paint();
    bus = bus_open();
    print("stack, start: %u bytes\n", stack_depth());
    if (bus != NULL) {
        stack_paint();
        well = play(bus);
        print("stack, play: %u bytes\n", stack_depth());
        stack_paint();
        bus_close(bus);
        print("stack, stop: %u bytes\n", stack_depth());
    }
    well = check_end() && well;
    print("memory: %u bytes at most, %u still in use\n", memory_peak, memory_used);
    finish(well && memory_used == 0);
}
