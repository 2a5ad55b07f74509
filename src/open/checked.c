/* SPDX-License-Identifier: BSD-2-Clause */
/* checked.c - check=yes: the bus lives behind the checking host of check.h. */
#include "checked.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_SIZE 400

struct open_checked {
    struct hda_check *check;
    struct hdabus *bus;
    unsigned told; /* sentences */
    char first[SENTENCE_SIZE];
};

bool open_checked_set(const char *value, bool *checked)
{
    *checked = strcmp(value, "yes") == 0;
    return *checked || strcmp(value, "no") == 0;
}

/* Any thread, any level. */
static void tell(void *context, const char *format, va_list arguments)
{
    struct open_checked *checked = context;
    char sentence[SENTENCE_SIZE];

    vsnprintf(sentence, sizeof(sentence), format, arguments);
    if (__atomic_fetch_add(&checked->told, 1, __ATOMIC_RELAXED) == 0)
        memcpy(checked->first, sentence, sizeof(sentence));
    open_log(checked->bus, HDA_LOG_ERROR, "check: %s", sentence);
}

static NTSTATUS try_hooks(struct open_request *request, const struct open_checked *checked)
{
    unsigned faults = hda_check_hooks(checked->check);

    if (faults == 0)
        return STATUS_SUCCESS;
    return open_fail(request, STATUS_INTERNAL_ERROR,
                     "the checking host has found %u fault%s before the bus was started; the first: %s",
                     faults, faults == 1 ? "" : "s", checked->first);
}

NTSTATUS open_checked(struct open_request *request)
{
    struct open_checked *checked = calloc(1, sizeof(*checked));
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    request->bus->checked = checked;
    if (checked != NULL) {
        checked->bus = request->bus;
        status = hda_check_create(request->config, tell, checked, &checked->check);
    }
    if (!NT_SUCCESS(status))
        return open_fail(request, status, "there is no memory for the checking host");
    *request->config = *hda_check_config(checked->check);
    return try_hooks(request, checked);
}

unsigned open_checked_faults(const struct hdabus *bus)
{
    return bus->checked != NULL ? hda_check_faults(bus->checked->check) : 0;
}

unsigned open_checked_release(struct hdabus *bus)
{
    unsigned faults;

    if (bus->checked == NULL)
        return 0;
    faults = hda_check_destroy(bus->checked->check);
    if (faults > 0)
        open_log(bus, HDA_LOG_ERROR, "check: %u fault%s in all", faults, faults == 1 ? "" : "s");
    free(bus->checked);
    bus->checked = NULL;
    return faults;
}
