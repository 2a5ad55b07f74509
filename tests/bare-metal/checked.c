/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checked.c - takes the place of the example's main.c: the checking host tries the example's hooks one by
 * one, and then stands between them and the bus while the tone is played.
 */
#include "kernel.h"

#include <check.h>

/* ---- What gcc calls for 64 bits at once on a processor of 32 ---------------------------------- */

/* Without interrupts nobody comes between. Returns what to give back to let_interrupts(). */
static uint32_t stop_interrupts(void)
{
    uint32_t flags;

    __asm__ volatile("pushfl; popl %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static void let_interrupts(uint32_t flags)
{
    __asm__ volatile("pushl %0; popfl" : : "r"(flags) : "memory", "cc");
}

uint64_t load(const volatile uint64_t *word, int order) __asm__("__atomic_load_8");
uint64_t load(const volatile uint64_t *word, int order)
{
    uint32_t flags = stop_interrupts();
    uint64_t value = *word;

    let_interrupts(flags);
    return value;
}

void store(volatile uint64_t *word, uint64_t value, int order) __asm__("__atomic_store_8");
void store(volatile uint64_t *word, uint64_t value, int order)
{
    uint32_t flags = stop_interrupts();

    *word = value;
    let_interrupts(flags);
}

bool exchange(volatile uint64_t *word, uint64_t *expected, uint64_t value, int order,
              int other) __asm__("__atomic_compare_exchange_8");
bool exchange(volatile uint64_t *word, uint64_t *expected, uint64_t value, int order, int other)
{
    uint32_t flags = stop_interrupts();
    bool same = *word == *expected;

    if (same)
        *word = value;
    else
        *expected = *word;
    let_interrupts(flags);
    return same;
}

/* ---- The checks ------------------------------------------------------------------------------ */

static void require(const char *what, bool is_so)
{
    if (is_so)
        return;
    print("not so: %s\n", what);
    finish(false);
}

static void play(const struct hda_bus_config *config)
{
    struct hda_bus *bus;

    require("the bus starts", NT_SUCCESS(hda_bus_start(config, &bus)));
    require("the tone is played", NT_SUCCESS(tone_play(bus, 0)));
    hda_bus_stop(bus, NULL);
}

void kernel_main(void);
void kernel_main(void)
{
    struct hda_bus_config config = {.host = &host_ops, .device = &device_ops};
    struct hda_check *check;

    pc_start();
    require("there is a controller", device_find(false, &config.info) == NULL);
    require("it can be checked", NT_SUCCESS(hda_check_create(&config, NULL, NULL, &check)));
    print("%u faults of the hooks\n", hda_check_hooks(check));
    play(hda_check_config(check));
    print("%u faults in all\n", hda_check_destroy(check));
    require("no memory is left", memory_used == 0);
    finish(true);
}
