/* SPDX-License-Identifier: BSD-2-Clause */
/* pci.c - tests of finding HD Audio controllers, in a folder that looks like the kernel's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/pci.h"

static char folder[] = "/tmp/hdabus-pci.XXXXXX";

/* What was visited, a line each. */
static char seen[512];

static void see(void *context, const struct pci_controller *controller)
{
    size_t length = strlen(seen);

    (void)context;
    snprintf(seen + length, sizeof(seen) - length, "%s %04x %04x %s\n", controller->address,
             controller->vendor_id, controller->device_id, controller->driver);
}

static void write_file(const char *address, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s/%s", folder, address, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void add_device(const char *address, const char *class, const char *driver)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, address);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(address, "class", class);
    write_file(address, "vendor", "0x8086\n");
    write_file(address, "device", "0xa348\n");
    snprintf(path, sizeof(path), "%s/%s/driver", folder, address);
    if (driver)
        assert_int_equal(symlink(driver, path), 0);
}

static void controllers_are_visited_in_order_and_others_not(void **state)
{
    (void)state;
    add_device("0000:01:00.1", "0x040300\n", NULL);
    add_device("0000:00:1f.3", "0x040380\n", "../../../bus/pci/drivers/snd_hda_intel");
    add_device("0000:00:02.0", "0x030000\n", NULL);
    add_device("0000:00:05.0", "0x040100\n", NULL);
    add_device("0000:00:06.0", "\n", NULL);
    pci_each(folder, see, NULL);
    assert_string_equal(seen, "0000:00:1f.3 8086 a348 snd_hda_intel\n0000:01:00.1 8086 a348 \n");
}

static void a_machine_without_pci_has_none(void **state)
{
    (void)state;
    seen[0] = '\0';
    pci_each("/no/such/folder", see, NULL);
    assert_string_equal(seen, "");
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controllers_are_visited_in_order_and_others_not),
        cmocka_unit_test(a_machine_without_pci_has_none),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
