/* SPDX-License-Identifier: BSD-2-Clause */
/* pci.c - the HD Audio controllers of this machine. */
#include "pci.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASS_HD_AUDIO 0x0403 /* class and subclass; the third byte is the programming interface */

/* The number that a file of a device holds. */
static bool read_hex(const char *folder, const char *address, const char *name, unsigned *value)
{
    char path[PATH_MAX];
    bool found;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s/%s", folder, address, name);
    file = fopen(path, "re");
    if (!file)
        return false;
    found = fscanf(file, "%x", value) == 1;
    fclose(file);
    return found;
}

static void read_driver(const char *folder, struct pci_controller *controller)
{
    char path[PATH_MAX], target[PATH_MAX];
    const char *slash;
    ssize_t length;

    snprintf(path, sizeof(path), "%s/%s/driver", folder, controller->address);
    length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return;
    target[length] = '\0';
    slash = strrchr(target, '/');
    snprintf(controller->driver, sizeof(controller->driver), "%.63s", slash ? slash + 1 : target);
}

static void visit_device(const char *folder, const char *address, pci_visitor *visit, void *context)
{
    struct pci_controller controller = {.address = address};
    unsigned class, vendor, device;

    if (!read_hex(folder, address, "class", &class) || class >> 8 != CLASS_HD_AUDIO ||
        !read_hex(folder, address, "vendor", &vendor) || !read_hex(folder, address, "device", &device))
        return;
    controller.vendor_id = (uint16_t)vendor;
    controller.device_id = (uint16_t)device;
    read_driver(folder, &controller);
    visit(context, &controller);
}

void pci_each(const char *folder, pci_visitor *visit, void *context)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), i;

    if (count < 0)
        return;
    for (i = 0; i < count; i++) {
        visit_device(folder, entries[i]->d_name, visit, context);
        free(entries[i]);
    }
    free(entries);
}
