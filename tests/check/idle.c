/* SPDX-License-Identifier: BSD-2-Clause */
/* idle.c - a bus that nobody asks anything for hours: its clock has not gone back, whatever fits in a word.
 * Exit status 0: that is what the checking host says, too. */
#include <check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE UINT64_C(60000000000) /* nanoseconds */

static uint64_t time_now = 5 * MINUTE;

const char *hda_missing_hook(const struct hda_bus_config *config)
{
    (void)config;
    return NULL;
}

static void *alloc(void *host, size_t size)
{
    (void)host;
    return calloc(1, size);
}

static void give_back(void *host, void *memory)
{
    (void)host;
    free(memory);
}

static KIRQL irql(void *host)
{
    (void)host;
    return 0;
}

static uint64_t now(void *host)
{
    (void)host;
    return time_now;
}

static void print(void *context, const char *format, va_list arguments)
{
    (void)context;
    vprintf(format, arguments);
    printf("\n");
}

static const struct hda_host_ops host = {.alloc = alloc, .free = give_back, .irql = irql, .now = now};
static const struct hda_device_ops device;

static void pass(const struct hda_bus_config *config, uint64_t nanoseconds)
{
    time_now += nanoseconds;
    config->host->now(config->host_context);
}

int main(void)
{
    const struct hda_bus_config bare = {.host = &host, .device = &device}, *config;
    struct hda_check *check;
    unsigned idle, back;

    if (!NT_SUCCESS(hda_check_create(&bare, print, NULL, &check)))
        return EXIT_FAILURE;
    config = hda_check_config(check);
    for (unsigned minutes = 1; minutes <= 300; minutes += 7)
        pass(config, minutes * MINUTE);
    idle = hda_check_faults(check);
    pass(config, -UINT64_C(3000000));
    back = hda_check_faults(check) - idle;
    printf("faults of a clock that goes on: %u, and of one that goes back: %u\n", idle, back);
    hda_check_destroy(check);
    return idle == 0 && back == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
