/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evening.c - docs/PORTING.md, An evening: with the hooks up to some step there, and all others doing
 * nothing, the first that the checking host says is what the page shows.
 *
 * Usage: evening PAGE
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "rig.h"

#define HOST(entry)   (rig.host_ops.entry = linux_host_ops.entry)
#define DEVICE(entry) (rig.device_ops.entry = sim_device_ops.entry)

static const char *path;
static char page[65536];   /* with one space for each run of white space */
static char sentence[300]; /* the first of a check */

static void read_page(void)
{
    FILE *file = fopen(path, "r");
    size_t length = 0;
    int c;

    assert_non_null(file);
    while ((c = fgetc(file)) != EOF && length < sizeof(page) - 1) {
        if (!isspace(c))
            page[length++] = (char)c;
        else if (length > 0 && page[length - 1] != ' ')
            page[length++] = ' ';
    }
    fclose(file);
}

static void note(void *context, const char *format, va_list arguments)
{
    (void)context;
    if (sentence[0] == '\0')
        vsnprintf(sentence, sizeof(sentence), format, arguments);
}

/* ---- The steps ------------------------------------------------------------------------------- */

/* Does for any entry where tests run: nobody looks at what one returns that returns nothing. */
static uintptr_t nothing(void)
{
    return 0;
}

static void fill(void *table, size_t size)
{
    uintptr_t (*entry)(void) = nothing;

    for (size_t offset = 0; offset < size; offset += sizeof(entry))
        memcpy((char *)table + offset, &entry, sizeof(entry));
}

static void do_nothing(void)
{
    fill(&rig.host_ops, sizeof(rig.host_ops));
    fill(&rig.device_ops, sizeof(rig.device_ops));
    HOST(alloc), HOST(free);
}

static void lack_one(void)
{
    do_nothing();
    rig.host_ops.work_queue = NULL;
}

static void write_time(void)
{
    HOST(now), HOST(performance_counter), HOST(stall), HOST(sleep);
}

static void write_levels_and_locks(void)
{
    HOST(irql), HOST(runner), HOST(lock_init), HOST(lock_acquire), HOST(lock_release);
}

static void write_events(void)
{
    HOST(event_init), HOST(event_set), HOST(event_wait);
}

static void write_work(void)
{
    HOST(work_init), HOST(work_queue), HOST(work_cancel);
}

static void write_memory_for_the_controller(void)
{
    DEVICE(dma_alloc), DEVICE(dma_free), DEVICE(dma_sync);
    DEVICE(pages_alloc), DEVICE(pages_free), DEVICE(pages_run);
}

static void write_registers(void)
{
    DEVICE(read8), DEVICE(read16), DEVICE(read32);
    DEVICE(write8), DEVICE(write16), DEVICE(write32);
}

/* ---- The test -------------------------------------------------------------------------------- */

static unsigned faults_of_hooks(void)
{
    struct hda_check *check;
    unsigned faults;

    sentence[0] = '\0';
    if (!NT_SUCCESS(hda_check_create(&rig.config, note, NULL, &check)))
        return 1;
    faults = hda_check_hooks(check);
    hda_check_destroy(check);
    return faults;
}

static void each_step_begins_with_the_sentence_that_the_page_shows(void **state)
{
    static void (*const steps[])(void) = {
        lack_one,
        do_nothing,
        write_time,
        write_levels_and_locks,
        write_events,
        write_work,
        write_memory_for_the_controller,
    };
    const char *found = page;

    (void)state;
    read_page();
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        steps[i]();
        assert_int_not_equal(faults_of_hooks(), 0);
        found = strstr(found, sentence);
        if (found == NULL)
            fail_msg("%s does not show, in this order: %s", path, sentence);
    }
    write_registers();
    assert_int_equal(faults_of_hooks(), 0);
    assert_string_equal(sentence, "");
}

int main(int count, char *words[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_step_begins_with_the_sentence_that_the_page_shows, rig_set_up,
                                        rig_tear_down),
    };

    if (count != 2)
        return EXIT_FAILURE;
    path = words[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
