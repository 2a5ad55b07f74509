/* SPDX-License-Identifier: BSD-2-Clause */
/* missing.c - a host or a device without one of its entries: the bus does not start, and says which it is. */
#include "checked.h"

#include <stdio.h>
#include <string.h>

typedef void any_hook(void);

#define HOST_HOOKS   (sizeof(struct hda_host_ops) / sizeof(any_hook *))
#define DEVICE_HOOKS (sizeof(struct hda_device_ops) / sizeof(any_hook *))

/* As they stand in host.h: the tables' own order is looked at once more by the offsets below. */
static const char *const host_names[HOST_HOOKS] = {
    [offsetof(struct hda_host_ops, alloc) / sizeof(any_hook *)] = "host->alloc",
    [offsetof(struct hda_host_ops, free) / sizeof(any_hook *)] = "host->free",
    [offsetof(struct hda_host_ops, lock_init) / sizeof(any_hook *)] = "host->lock_init",
    [offsetof(struct hda_host_ops, lock_acquire) / sizeof(any_hook *)] = "host->lock_acquire",
    [offsetof(struct hda_host_ops, lock_release) / sizeof(any_hook *)] = "host->lock_release",
    [offsetof(struct hda_host_ops, work_init) / sizeof(any_hook *)] = "host->work_init",
    [offsetof(struct hda_host_ops, work_queue) / sizeof(any_hook *)] = "host->work_queue",
    [offsetof(struct hda_host_ops, work_cancel) / sizeof(any_hook *)] = "host->work_cancel",
    [offsetof(struct hda_host_ops, event_init) / sizeof(any_hook *)] = "host->event_init",
    [offsetof(struct hda_host_ops, event_set) / sizeof(any_hook *)] = "host->event_set",
    [offsetof(struct hda_host_ops, event_wait) / sizeof(any_hook *)] = "host->event_wait",
    [offsetof(struct hda_host_ops, irql) / sizeof(any_hook *)] = "host->irql",
    [offsetof(struct hda_host_ops, runner) / sizeof(any_hook *)] = "host->runner",
    [offsetof(struct hda_host_ops, now) / sizeof(any_hook *)] = "host->now",
    [offsetof(struct hda_host_ops, performance_counter) / sizeof(any_hook *)] = "host->performance_counter",
    [offsetof(struct hda_host_ops, stall) / sizeof(any_hook *)] = "host->stall",
    [offsetof(struct hda_host_ops, sleep) / sizeof(any_hook *)] = "host->sleep",
    [offsetof(struct hda_host_ops, object_reference) / sizeof(any_hook *)] = "host->object_reference",
    [offsetof(struct hda_host_ops, object_dereference) / sizeof(any_hook *)] = "host->object_dereference",
    [offsetof(struct hda_host_ops, log) / sizeof(any_hook *)] = "host->log",
};

static const char *const device_names[DEVICE_HOOKS] = {
    [offsetof(struct hda_device_ops, read8) / sizeof(any_hook *)] = "device->read8",
    [offsetof(struct hda_device_ops, read16) / sizeof(any_hook *)] = "device->read16",
    [offsetof(struct hda_device_ops, read32) / sizeof(any_hook *)] = "device->read32",
    [offsetof(struct hda_device_ops, write8) / sizeof(any_hook *)] = "device->write8",
    [offsetof(struct hda_device_ops, write16) / sizeof(any_hook *)] = "device->write16",
    [offsetof(struct hda_device_ops, write32) / sizeof(any_hook *)] = "device->write32",
    [offsetof(struct hda_device_ops, map) / sizeof(any_hook *)] = "device->map",
    [offsetof(struct hda_device_ops, dma_alloc) / sizeof(any_hook *)] = "device->dma_alloc",
    [offsetof(struct hda_device_ops, dma_free) / sizeof(any_hook *)] = "device->dma_free",
    [offsetof(struct hda_device_ops, dma_sync) / sizeof(any_hook *)] = "device->dma_sync",
    [offsetof(struct hda_device_ops, pages_alloc) / sizeof(any_hook *)] = "device->pages_alloc",
    [offsetof(struct hda_device_ops, pages_free) / sizeof(any_hook *)] = "device->pages_free",
    [offsetof(struct hda_device_ops, pages_run) / sizeof(any_hook *)] = "device->pages_run",
    [offsetof(struct hda_device_ops, interrupt_connect) / sizeof(any_hook *)] = "device->interrupt_connect",
    [offsetof(struct hda_device_ops, interrupt_disconnect) / sizeof(any_hook *)] =
        "device->interrupt_disconnect",
};

/* ---- A log that keeps its last line ----------------------------------------------------------------------
 */

static char line[SENTENCE_SIZE];

static void keep_line(void *context, enum hda_log_level level, const char *format, va_list arguments)
{
    assert_ptr_equal(context, rig.host);
    assert_int_equal(level, HDA_LOG_ERROR);
    vsnprintf(line, sizeof(line), format, arguments);
}

static void keep_report(void *context, const char *format, va_list arguments)
{
    assert_ptr_equal(context, line);
    vsnprintf(line, sizeof(line), format, arguments);
}

/* ---- Each entry ------------------------------------------------------------------------------------------
 */

static void is_named_by_the_core(const char *name)
{
    struct hda_bus *bus = (struct hda_bus *)line;

    line[0] = '\0';
    assert_string_equal(hda_missing_hook(&rig.config), name);
    assert_int_equal(hda_bus_start(&rig.config, &bus), STATUS_INVALID_PARAMETER);
    assert_null(bus);
    if (rig.config.host != NULL && rig.config.host->log != NULL)
        assert_non_null(strstr(line, name));
    else
        assert_string_equal(line, "");
}

static void is_named_by_the_check(const char *name)
{
    struct hda_check *check = (struct hda_check *)line;

    line[0] = '\0';
    assert_int_equal(hda_check_create(&rig.config, keep_report, line, &check), STATUS_INVALID_PARAMETER);
    assert_null(check);
    assert_non_null(strstr(line, name));
}

static void is_named(const char *name)
{
    is_named_by_the_core(name);
    is_named_by_the_check(name);
}

static void without_each(void *table, const char *const *names, size_t count)
{
    any_hook **hooks = table;

    for (size_t i = 0; i < count; i++) {
        any_hook *hook = hooks[i];

        assert_non_null(names[i]);
        hooks[i] = NULL;
        is_named(names[i]);
        hooks[i] = hook;
    }
    assert_null(hda_missing_hook(&rig.config));
}

static void each_missing_entry_is_named(void **state)
{
    (void)state;
    rig.host_ops.log = keep_line;
    without_each(&rig.host_ops, host_names, HOST_HOOKS);
    without_each(&rig.device_ops, device_names, DEVICE_HOOKS);
}

static void a_missing_table_is_named(void **state)
{
    (void)state;
    rig.host_ops.log = keep_line;
    rig.config.device = NULL;
    is_named("device");
    rig.config.host = NULL;
    is_named("host");
    assert_string_equal(hda_missing_hook(NULL), "config");
}

static void where_nobody_listens_the_check_tells_the_log(void **state)
{
    struct hda_check *check;

    (void)state;
    rig.host_ops.log = keep_line;
    rig.host_ops.stall = NULL;
    line[0] = '\0';
    assert_int_equal(hda_check_create(&rig.config, NULL, NULL, &check), STATUS_INVALID_PARAMETER);
    assert_non_null(strstr(line, "host->stall is missing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_missing_entry_is_named, rig_set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(a_missing_table_is_named, rig_set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(where_nobody_listens_the_check_tells_the_log, rig_set_up,
                                        rig_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
