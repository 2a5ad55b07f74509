/* SPDX-License-Identifier: BSD-2-Clause */
/* together.c - several of QEMU's codecs and controllers at once, what they cost, and threads that open them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "song.h"

#define RATE 44100

static char folder[] = "/tmp/hdabus-test-XXXXXX";
static char missing[256]; /* why there is no QEMU, or empty */

static const char *file(const char *name)
{
    static char paths[4][64];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static struct hdabus *open_bus(const char *format, ...) __attribute__((format(printf, 1, 2)));
static struct hdabus *open_bus(const char *format, ...)
{
    char name[512], error[256] = "";
    struct hdabus_options options = {.error = error, .error_size = sizeof(error)};
    struct hdabus *bus;
    va_list values;

    if (missing[0]) {
        print_message("%s\n", missing);
        skip();
    }
    va_start(values, format);
    vsnprintf(name, sizeof(name), format, values);
    va_end(values);
    if (!NT_SUCCESS(hdabus_open(name, &options, &bus)))
        fail_msg("%s", error);
    return bus;
}

static void assert_heard(struct song *song, const char *path)
{
    assert_int_equal(song->status, STATUS_SUCCESS);
    assert_int_equal(song->underruns, 0);
    assert_true(song_is_in(song, path));
    song_free(song);
}

static void two_codecs_on_one_controller_play_at_once(void **state)
{
    struct hdabus *bus = open_bus("qemu:rate=%u,codec=hda-duplex,codec=hda-output,out=%s,out=%s", RATE,
                                  file("a.wav"), file("b.wav"));
    struct song songs[2];

    (void)state;
    assert_int_equal(hdabus_child_count(bus), 2);
    for (unsigned i = 0; i < 2; i++) {
        song_compose(&songs[i], i + 1, RATE, RATE / 2 + 100 * i);
        song_start(&songs[i], bus, i);
    }
    for (unsigned i = 0; i < 2; i++)
        song_finish(&songs[i]);
    hdabus_close(bus);
    assert_heard(&songs[0], file("a.wav"));
    assert_heard(&songs[1], file("b.wav"));
}

static void two_controllers_play_at_once_at_rates_of_their_own(void **state)
{
    static const ULONG rates[] = {48000, 96000};
    static const char *const controllers[] = {"ich9-intel-hda", "intel-hda"};
    static const char *const names[] = {"c.wav", "d.wav"};
    struct hdabus *buses[2];
    struct song songs[2];

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        buses[i] =
            open_bus("qemu:rate=%u,controller=%s,out=%s", (unsigned)rates[i], controllers[i], file(names[i]));
    for (unsigned i = 0; i < 2; i++) {
        song_compose(&songs[i], i + 3, rates[i], rates[i] / 2);
        song_start(&songs[i], buses[i], 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        song_finish(&songs[i]);
        hdabus_close(buses[i]);
        assert_heard(&songs[i], file(names[i]));
    }
}

/* ---- Register accesses --------------------------------------------------------------------------------- */

/* Lines of QEMU's trace that tell of this operation on the controller's registers. */
static uint64_t count_traced(const char *path, const char *operation)
{
    FILE *trace = fopen(path, "r");
    uint64_t count = 0;
    char line[256];

    assert_non_null(trace);
    while (fgets(line, sizeof(line), trace))
        count += strstr(line, operation) && strstr(line, "name 'intel-hda'");
    fclose(trace);
    return count;
}

static void the_drivers_count_of_accesses_is_qemus(void **state)
{
    struct hdabus *bus = open_bus("qemu:rate=%u,out=%s,trace=%s", RATE, file("e.wav"), file("trace"));
    struct hdabus_statistics last;
    struct song song;

    (void)state;
    song_compose(&song, 5, RATE, RATE / 2);
    song_start(&song, bus, 0);
    song_finish(&song);
    hdabus_close_counting(bus, &last);
    assert_heard(&song, file("e.wav"));
    assert_true(last.register_reads > 20 && last.register_writes > 20);
    assert_int_equal(count_traced(file("trace"), "memory_region_ops_read"), last.register_reads);
    assert_int_equal(count_traced(file("trace"), "memory_region_ops_write"), last.register_writes);
}

/* ---- Threads ------------------------------------------------------------------------------------------- */

static void *open_on_thread(void *out)
{
    *(struct hdabus **)out = open_bus("qemu:codec=hda-micro");
    return NULL;
}

static void a_bus_outlives_the_thread_that_opened_it(void **state)
{
    struct hdabus_controller controller;
    struct hdabus *bus = NULL;
    pthread_t thread;

    (void)state;
    hdabus_close(open_bus("qemu")); /* skips here, not on the thread */
    pthread_create(&thread, NULL, open_on_thread, &bus);
    pthread_join(thread, NULL);
    usleep(100000);
    hdabus_controller(bus, &controller);
    assert_int_equal(controller.codecs, 1);
    for (unsigned i = 0; i < 5; i++) {
        HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command =
                                               0x000F0000}; /* vendor and device id of codec 0 */
        HDAUDIO_BUS_INTERFACE_V2 ddi;

        assert_int_equal(hdabus_query_interface(bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi), 0x0100,
                                                (PINTERFACE)&ddi),
                         STATUS_SUCCESS);
        assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, NULL, NULL), STATUS_SUCCESS);
        assert_int_equal(transfer.Input.IsValid, 1);
        assert_int_equal(transfer.Input.Response, 0x1AF40032);
        ddi.InterfaceDereference(ddi.Context);
    }
    hdabus_close(bus);
}

/* ---- Main ---------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    struct hdabus_options options = {.error = missing, .error_size = sizeof(missing)};
    struct hdabus *bus;

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    if (NT_SUCCESS(hdabus_open("qemu", &options, &bus)))
        hdabus_close(bus);
    else if (!strstr(missing, "there is no qemu-system-x86_64"))
        return -1;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"a.wav", "b.wav", "c.wav", "d.wav", "e.wav", "trace"};

    (void)state;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(file(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_codecs_on_one_controller_play_at_once),
        cmocka_unit_test(two_controllers_play_at_once_at_rates_of_their_own),
        cmocka_unit_test(the_drivers_count_of_accesses_is_qemus),
        cmocka_unit_test(a_bus_outlives_the_thread_that_opened_it),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
