/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - opens a bus, has the tone played, stops the bus, and says what it took. */
#include "kernel.h"

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

/* It begins with the kernel's name, behind which there may be "poll". */
static bool wants_poll(const struct multiboot *multiboot)
{
    const char *words = multiboot->flags & COMMAND_LINE ? (const char *)multiboot->command_line : "";

    while (*words && *words != ' ')
        words++;
    while (*words == ' ')
        words++;
    if (*words && !RtlEqualMemory(words, "poll", sizeof("poll"))) {
        print("\"%s\" means nothing here: the only word is poll\n", words);
        finish(false);
    }
    return *words;
}

/* ---- From start to end ------------------------------------------------------------------------ */

static struct hda_bus *bus_open(bool poll)
{
    struct hda_bus_config config = {.host = &host_ops, .device = &device_ops};
    const char *problem = device_find(poll, &config.info);
    struct hda_bus *bus = NULL;
    NTSTATUS status;

    if (problem != NULL) {
        print("%s\n", problem);
        return NULL;
    }
    config.quirks = hda_quirks_of(&config.info);
    print("controller %x:%x, %s\n", config.info.vendor_id, config.info.device_id,
          poll ? "asked at each tick of the timer" : "which interrupts");
    status = hda_bus_start(&config, &bus);
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
    bool poll = wants_poll(multiboot), well = false;
    struct hda_bus *bus;

    pc_start();
    stack_paint();
    bus = bus_open(poll);
    print("stack, start: %u bytes\n", stack_depth());
    if (bus != NULL) {
        stack_paint();
        well = play(bus);
        print("stack, play: %u bytes\n", stack_depth());
        stack_paint();
        bus_close(bus);
        print("stack, stop: %u bytes\n", stack_depth());
    }
    print("memory: %u bytes at most, %u still in use\n", memory_peak, memory_used);
    finish(well && memory_used == 0);
}
