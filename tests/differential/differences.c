/* SPDX-License-Identifier: BSD-2-Clause */
/* differences.c - the list: see differences.h. */
#include "differences.h"

#include <stddef.h>
#include <stdio.h>

struct difference {
    const char *name; /* as in docs/QEMU.md */
    uint32_t offset;  /* of a register */
    uint32_t mask;    /* the bits that may differ */
    unsigned seen;
};

static struct difference registers[] = {
    {.name = "ICIS tells the address", .offset = 0x68, .mask = 0x00F0},
};

/* Commands: (command & mask) == value. */
struct answer_difference {
    const char *name;
    uint32_t mask, value;
    unsigned seen;
};

static struct answer_difference answers[] = {
    {.name = "no power states: get", .mask = 0x0FFFFF00, .value = 0x001F0500},
    {.name = "pin control stays", .mask = 0x000FFF00, .value = 0x000F0700},
    {.name = "a dump has no delays", .mask = 0x0FFFFFFF, .value = 0x001F0008},
};

static unsigned survivals;

void state_survived(void)
{
    survivals++;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool differs_as_listed(uint32_t offset, uint32_t qemu, uint32_t simulator)
{
    for (size_t i = 0; i < COUNT(registers); i++) {
        if (registers[i].offset != offset || (qemu ^ simulator) & ~registers[i].mask)
            continue;
        registers[i].seen++;
        return true;
    }
    return false;
}

bool answer_differs_as_listed(uint32_t command, uint32_t qemu, uint32_t simulator)
{
    (void)qemu;
    (void)simulator;
    for (size_t i = 0; i < COUNT(answers); i++) {
        if ((command & answers[i].mask) != answers[i].value)
            continue;
        answers[i].seen++;
        return true;
    }
    return false;
}

bool differences_print(void)
{
    bool all = survivals > 0;

    printf("%7u times: codecs keep their state over a link reset\n", survivals);
    for (size_t i = 0; i < COUNT(registers); i++) {
        printf("%7u times: %s\n", registers[i].seen, registers[i].name);
        all &= registers[i].seen > 0;
    }
    for (size_t i = 0; i < COUNT(answers); i++) {
        printf("%7u times: %s\n", answers[i].seen, answers[i].name);
        all &= answers[i].seen > 0;
    }
    return all;
}
