/* SPDX-License-Identifier: BSD-2-Clause */
/* opened.c - check=yes: what hdabus_open() says, what the log and the counts say later, and memory that runs
 * out for the checking host itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bus.h>
#include <ntddk.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 512

/* ---- Allocations -----------------------------------------------------------------------------------------
 */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static unsigned allocations, fail_at;

void *__wrap_calloc(size_t count, size_t size)
{
    return ++allocations == fail_at ? NULL : __real_calloc(count, size);
}

/* ---- A bus ------------------------------------------------------------------------------------------------
 */

static unsigned errors;
static char first_error[LINE_SIZE], last_error[LINE_SIZE];

static void keep_errors(void *context, int level, const char *line)
{
    (void)context;
    if (level != 0)
        return;
    snprintf(errors++ == 0 ? first_error : last_error, LINE_SIZE, "%s", line);
}

static NTSTATUS open_bus(const char *device, struct hdabus **bus, char sentence[LINE_SIZE])
{
    struct hdabus_options options = {.log = keep_errors, .error = sentence, .error_size = LINE_SIZE};

    errors = 0;
    sentence[0] = first_error[0] = last_error[0] = '\0';
    return hdabus_open(device, &options, bus);
}

static void all_is_well(const char *device)
{
    struct hdabus_statistics statistics = {.check_faults = 7};
    char sentence[LINE_SIZE];
    struct hdabus *bus;

    assert_int_equal(open_bus(device, &bus, sentence), STATUS_SUCCESS);
    hdabus_statistics(bus, &statistics);
    assert_int_equal(statistics.check_faults, 0);
    statistics.check_faults = 7;
    hdabus_close_counting(bus, &statistics);
    assert_int_equal(statistics.check_faults, 0);
    assert_int_equal(errors, 0);
}

static void a_bus_lives_behind_the_check_or_without(void **state)
{
    (void)state;
    all_is_well("sim:check=yes");
    all_is_well("sim:clock=real,check=yes");
    all_is_well("sim:check=no");
    all_is_well("sim");
}

static void it_is_yes_or_no(void **state)
{
    char sentence[LINE_SIZE];
    struct hdabus *bus;

    (void)state;
    assert_int_equal(open_bus("sim:check=maybe", &bus, sentence), STATUS_INVALID_PARAMETER);
    assert_string_equal(sentence, "sim: 'check=maybe': expected yes or no");
    assert_int_equal(open_bus("qemu:check=", &bus, sentence), STATUS_INVALID_PARAMETER);
    assert_string_equal(sentence, "qemu: 'check=': expected yes or no");
}

/* A controller that goes while the hooks are tried is the one thing that can be wrong with this device. */
static void what_the_try_out_finds_fails_the_opening(void **state)
{
    char sentence[LINE_SIZE];
    struct hdabus *bus;

    (void)state;
    assert_int_equal(open_bus("sim:check=yes,remove=1", &bus, sentence), STATUS_INTERNAL_ERROR);
    assert_null(bus);
    assert_string_equal(sentence,
                        "the checking host has found 1 fault before the bus was started; the first: "
                        "device->read16: GCAP (0h) reads as all ones: no controller is there, or it is "
                        "not where BAR 0 is mapped");
    assert_non_null(strstr(first_error, "check: device->read16: GCAP"));
    assert_string_equal(last_error, "check: 1 fault in all");
}

static void ask_the_codec(struct hdabus *bus, unsigned times)
{
    HDAUDIO_BUS_INTERFACE_V2 ddi;

    assert_int_equal(hdabus_query_interface(bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi), 0x0100,
                                            (PINTERFACE)(void *)&ddi),
                     STATUS_SUCCESS);
    for (unsigned i = 0; i < times; i++) {
        HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0x000F0000}; /* the vendor's id */

        assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, NULL, NULL), STATUS_SUCCESS);
    }
    ddi.InterfaceDereference(ddi.Context);
}

/* No interrupt of this controller arrives, which the core finds out by and by. */
static void what_comes_later_is_logged_and_counted(void **state)
{
    static const char never_called[] =
        "check: device->interrupt_connect: it has succeeded, the controller has "
        "had causes to interrupt 3 times, and the routine was never called";
    struct hdabus_statistics statistics;
    char sentence[LINE_SIZE];
    struct hdabus *bus;

    (void)state;
    assert_int_equal(open_bus("sim:check=yes,lost-messages=1", &bus, sentence), STATUS_SUCCESS);
    ask_the_codec(bus, 5);
    hdabus_statistics(bus, &statistics);
    assert_int_equal(statistics.check_faults, 1);
    assert_string_equal(first_error, never_called);
    hdabus_close_counting(bus, &statistics);
    assert_int_equal(statistics.check_faults, 1);
    assert_string_equal(last_error, "check: 1 fault in all");
    assert_int_equal(errors, 2);
}

/* Whatever of it fails: the opening fails with a sentence, and the next one works. */
static void each_allocation_fails_once(void **state)
{
    char sentence[LINE_SIZE];
    struct hdabus *bus;
    NTSTATUS status;
    unsigned failed = 0;

    (void)state;
    do {
        allocations = 0;
        fail_at = failed + 1;
        status = open_bus("sim:check=yes", &bus, sentence);
        if (NT_SUCCESS(status))
            hdabus_close(bus);
        else
            assert_true(sentence[0] != '\0');
        failed++;
    } while (allocations >= fail_at && failed < 1000);
    fail_at = 0;
    assert_true(failed > 20 && failed < 1000);
    all_is_well("sim:check=yes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bus_lives_behind_the_check_or_without),
        cmocka_unit_test(it_is_yes_or_no),
        cmocka_unit_test(what_the_try_out_finds_fails_the_opening),
        cmocka_unit_test(what_comes_later_is_logged_and_counted),
        cmocka_unit_test(each_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
