/* SPDX-License-Identifier: BSD-2-Clause */
/* jacks.c - tests of src/codec/jacks.c on the simulator: whoever watches hears of what is plugged in. */
#include "codec/jacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <bus.h>
#include <cmocka.h>
#include <sim.h>

#define LINE_OUT  0x0E /* of the built-in codec */
#define HEADPHONE 0x0F
#define SPEAKER   0x10 /* has no jack */
#define MIC       0x11 /* is no output */

struct setting {
    struct hdabus *bus;
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    struct codec codec;
    struct jack_watch watch;
};

static int set_up(void **state)
{
    static struct setting setting;

    if (!NT_SUCCESS(hdabus_open("sim", NULL, &setting.bus)) ||
        !NT_SUCCESS(hdabus_query_interface(setting.bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2,
                                           sizeof(setting.ddi), 0x0100, (PINTERFACE)&setting.ddi)))
        return -1;
    *state = &setting;
    return NT_SUCCESS(codec_read(&setting.codec, &setting.ddi)) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct setting *setting = *state;
    int faults;

    codec_free(&setting->codec);
    setting->ddi.InterfaceDereference(setting->ddi.Context);
    faults = (int)hdabus_sim_faults(setting->bus);
    hdabus_close(setting->bus);
    return faults;
}

static void pass_time(void)
{
    LARGE_INTEGER interval = {.QuadPart = -100000};

    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

static void plug(struct setting *setting, UCHAR pin, BOOLEAN plugged)
{
    assert_int_equal(hdabus_sim_plug(setting->bus, setting->codec.address, pin, plugged), STATUS_SUCCESS);
    pass_time();
}

static ULONG unsolicited_of(struct setting *setting, UCHAR pin)
{
    HDAUDIO_CODEC_TRANSFER transfer = {0};

    transfer.Output.Verb8.CodecAddress = setting->codec.address & 0xF;
    transfer.Output.Verb8.Node = pin;
    transfer.Output.Verb8.VerbId = HDA_GET_UNSOLICITED;
    assert_int_equal(setting->ddi.TransferCodecVerbs(setting->ddi.Context, 1, &transfer, NULL, NULL),
                     STATUS_SUCCESS);
    return transfer.Input.Response & 0xFF;
}

static void watch_hears_of_a_plug_and_of_a_pull(void **state)
{
    struct setting *setting = *state;
    struct jack_watch *watch = &setting->watch;
    BOOLEAN plugged;

    assert_int_equal(jack_watch_open(watch, &setting->codec), STATUS_SUCCESS);
    assert_int_equal(watch->jacks, 3);      /* and the display */
    assert_true(jack_watch_changed(watch)); /* nobody knows what happened before */
    assert_false(jack_watch_changed(watch));
    for (plugged = FALSE; plugged <= TRUE; plugged++) {
        plug(setting, HEADPHONE, plugged);
        assert_true(jack_watch_changed(watch));
        assert_false(jack_watch_changed(watch));
        assert_int_equal(codec_read_jacks(&setting->codec), STATUS_SUCCESS);
        assert_int_equal(codec_widget(&setting->codec, HEADPHONE)->jack, plugged ? JACK_PLUGGED : JACK_EMPTY);
        assert_int_equal(codec_widget(&setting->codec, LINE_OUT)->jack, JACK_PLUGGED);
        assert_int_equal(codec_widget(&setting->codec, SPEAKER)->jack, JACK_UNKNOWN);
    }
    jack_watch_close(watch);
}

static void watch_is_for_outputs(void **state)
{
    struct setting *setting = *state;

    assert_int_equal(jack_watch_open(&setting->watch, &setting->codec), STATUS_SUCCESS);
    jack_watch_changed(&setting->watch);
    assert_int_equal(unsolicited_of(setting, LINE_OUT), HDA_UNSOLICITED_ENABLE | setting->watch.tag);
    assert_int_equal(unsolicited_of(setting, MIC), 0);
    plug(setting, MIC, FALSE);
    assert_false(jack_watch_changed(&setting->watch));
    jack_watch_close(&setting->watch);
}

static void watch_that_is_closed_leaves_nothing(void **state)
{
    struct setting *setting = *state;
    unsigned i;

    for (i = 0; i < 100; i++) { /* more than there are tags */
        assert_int_equal(jack_watch_open(&setting->watch, &setting->codec), STATUS_SUCCESS);
        jack_watch_close(&setting->watch);
    }
    assert_int_equal(unsolicited_of(setting, LINE_OUT), 0);
    jack_watch_changed(&setting->watch);
    plug(setting, LINE_OUT, FALSE);
    assert_false(jack_watch_changed(&setting->watch));
}

static void watch_goes_on_after_a_sleep(void **state)
{
    struct setting *setting = *state;
    struct jack_watch *watch = &setting->watch;

    assert_int_equal(jack_watch_open(watch, &setting->codec), STATUS_SUCCESS);
    jack_watch_changed(watch);
    assert_int_equal(hdabus_suspend(setting->bus), STATUS_SUCCESS);
    assert_int_equal(hdabus_resume(setting->bus), STATUS_SUCCESS);
    assert_int_equal(jack_watch_renew(watch), STATUS_SUCCESS);
    assert_true(jack_watch_changed(watch)); /* of what happened meanwhile nobody has told */
    plug(setting, LINE_OUT, FALSE);
    assert_true(jack_watch_changed(watch));
    jack_watch_close(watch);
}

static NTSTATUS refuse(PVOID context, PHDAUDIO_UNSOLICITED_RESPONSE_CALLBACK routine, PVOID callback_context,
                       PUCHAR tag)
{
    (void)context;
    (void)routine;
    (void)callback_context;
    (void)tag;
    return STATUS_INSUFFICIENT_RESOURCES;
}

static void watch_that_cannot_be_opened_leaves_nothing(void **state)
{
    struct setting *setting = *state;
    HDAUDIO_BUS_INTERFACE_V2 ddi = setting->ddi;

    ddi.RegisterEventCallback = refuse;
    setting->codec.ddi = &ddi;
    assert_int_equal(jack_watch_open(&setting->watch, &setting->codec), STATUS_INSUFFICIENT_RESOURCES);
    setting->codec.ddi = &setting->ddi;
    assert_int_equal(unsolicited_of(setting, LINE_OUT), 0);
    assert_int_equal(hdabus_sim_remove(setting->bus), STATUS_SUCCESS);
    assert_false(NT_SUCCESS(jack_watch_open(&setting->watch, &setting->codec)));
}

#define WATCH_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(watch_hears_of_a_plug_and_of_a_pull),        WATCH_TEST(watch_is_for_outputs),
        WATCH_TEST(watch_that_is_closed_leaves_nothing),        WATCH_TEST(watch_goes_on_after_a_sleep),
        WATCH_TEST(watch_that_cannot_be_opened_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
