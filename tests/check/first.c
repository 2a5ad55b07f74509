/* SPDX-License-Identifier: BSD-2-Clause */
/* first.c - hda_check_hooks() ends with the first subject in which something is wrong, and in time. */
#include "checked.h"

#include <string.h>

static uintptr_t nothing(void)
{
    return 0;
}

/* Puts what does nothing into the entry at an offset of a table. */
static void empty(void *table, size_t offset)
{
    uintptr_t (*entry)(void) = nothing;

    memcpy((char *)table + offset, &entry, sizeof(entry));
}

#define HOST(entry)   empty(&rig.host_ops, offsetof(struct hda_host_ops, entry))
#define DEVICE(entry) empty(&rig.device_ops, offsetof(struct hda_device_ops, entry))

static void what_comes_later_is_not_tried(void **state)
{
    (void)state;
    checked_set_up(LINUX_CLOCK_VIRTUAL);
    HOST(event_set), HOST(work_queue), DEVICE(dma_alloc), DEVICE(read8);
    assert_int_not_equal(hda_check_hooks(checked->check), 0);
    assert_non_null(checked_sentence("host->event_wait: "));
    assert_null(checked_sentence("host->work_queue: "));
    assert_null(checked_sentence("device->"));
    assert_int_not_equal(checked_tear_down(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_later_is_not_tried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
