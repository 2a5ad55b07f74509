/* SPDX-License-Identifier: BSD-2-Clause */
/* test_options.c - the options of "sim:" make the controller that bus.h says, the driver finds it so and
 * breaks no rule on it, and hdabus_sim_fail() reaches it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <bus.h>
#include <cmocka.h>
#include <sim.h>

static void ignore_log(void *context, int level, const char *line)
{
    (void)context, (void)level, (void)line;
}

static char sentence[256];

static NTSTATUS open_bus(const char *options, struct hdabus **bus)
{
    struct hdabus_options how = {.log = ignore_log, .error = sentence, .error_size = sizeof(sentence)};
    char device[192];

    snprintf(device, sizeof(device), "sim:%s", options);
    sentence[0] = '\0';
    return hdabus_open(device, &how, bus);
}

/* ---- What the driver finds ---------------------------------------------------------------------- */

static const struct found {
    const char *options;
    USHORT gcap;
    USHORT entries;
    BOOLEAN alias;
} found[] = {
    {"", 0x4401, 256, TRUE},
    {"shape=plain", 0x4401, 256, TRUE},
    {"shape=qemu", 0x4401, 256, TRUE},
    {"inputs=0", 0x4001, 256, TRUE},
    {"outputs=15,inputs=15", 0xFF01, 256, TRUE},
    {"outputs=1,inputs=2,bidirectional=3", 0x1219, 256, TRUE},
    {"inputs=0,outputs=0,bidirectional=30", 0x00F1, 256, TRUE},
    {"inputs=0,outputs=0", 0x0001, 256, TRUE},
    {"sdo=1", 0x4401, 256, TRUE},
    {"sdo=2", 0x4403, 256, TRUE},
    {"sdo=4", 0x4405, 256, TRUE},
    {"address64=no", 0x4400, 256, TRUE},
    {"rings=2", 0x4401, 2, TRUE},
    {"rings=16", 0x4401, 16, TRUE},
    {"rings=2+16", 0x4401, 16, TRUE},
    {"rings=256+2", 0x4401, 256, TRUE},
    {"shape=qemu,rings=16", 0x4401, 16, TRUE},
    {"alias=no", 0x4401, 256, FALSE},
    {"ssync=34", 0x4401, 256, TRUE},
    {"ssync=none", 0x4401, 256, TRUE},
    {"corbrp=self-clearing", 0x4401, 256, TRUE},
    {"rirbwp=wild", 0x4401, 256, TRUE},
    {"positions=late", 0x4401, 256, TRUE},
    {"positions=no", 0x4401, 256, TRUE},
    {"lpib=behind", 0x4401, 256, TRUE},
    {"lpib=ahead", 0x4401, 256, TRUE},
    {"lpib=jumps", 0x4401, 256, TRUE},
    {"padding=container,output-stream-payload=0,input-stream-payload=0", 0x4401, 256, TRUE},
    {"output-payload=10,input-payload=10", 0x4401, 256, TRUE},
    {"page-crossing=no", 0x4401, 256, TRUE},
    {"failed-resets=2", 0x4401, 256, TRUE},
    {"lock-up=yes", 0x4401, 256, TRUE},
    {"stale-messages=yes", 0x4401, 256, TRUE},
    {"stale-messages=yes,lost-messages=0,irq=level", 0x4401, 256, TRUE},
    {"bad=1:silent", 0x4401, 256, TRUE},
    {"bad=14:silent,lock-up=yes", 0x4401, 256, TRUE},
    {"bad=3:slow=26", 0x4401, 256, TRUE},
    {"bad=3:impostor=7", 0x4401, 256, TRUE},
    {"bad=3:silent+flood,bad=14:impostor=14+slow=10000", 0x4401, 256, TRUE},
};

static void the_driver_finds_what_the_options_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        struct hdabus_controller controller;
        struct hdabus *bus;

        if (!NT_SUCCESS(open_bus(found[i].options, &bus)))
            fail_msg("%s: %s", found[i].options, sentence);
        hdabus_controller(bus, &controller);
        assert_int_equal(controller.gcap, found[i].gcap);
        assert_int_equal(controller.corb_entries, found[i].entries);
        assert_int_equal(controller.rirb_entries, found[i].entries);
        assert_int_equal(controller.alias_registers, found[i].alias);
        assert_int_equal(hdabus_child_count(bus), 1);
        if (hdabus_sim_faults(bus))
            fail_msg("%s: %s", found[i].options, hdabus_sim_fault(bus, 0));
        hdabus_close(bus);
    }
}

static struct hdabus_controller controller_of(const char *options)
{
    struct hdabus_controller controller;
    struct hdabus *bus;

    assert_int_equal(open_bus(options, &bus), STATUS_SUCCESS);
    hdabus_controller(bus, &controller);
    hdabus_close(bus);
    return controller;
}

/* HDA 3.3.12: 15:14 tell the padding, 0 to bytes, 2 to containers, 3 none. */
static void each_payload_option_has_its_register(void **state)
{
    static const struct {
        const char *padding;
        USHORT bits;
    } cases[] = {{"byte", 0x0000}, {"container", 0x8000}, {"none", 0xC000}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hdabus_controller controller;
        char options[128];

        snprintf(
            options, sizeof(options),
            "output-payload=50,input-payload=20,output-stream-payload=40,input-stream-payload=10,padding=%s",
            cases[i].padding);
        controller = controller_of(options);
        assert_int_equal(controller.output_payload, 50);
        assert_int_equal(controller.input_payload, 20);
        assert_int_equal(controller.output_stream_payload, cases[i].bits | 40);
        assert_int_equal(controller.input_stream_payload, cases[i].bits | 10);
    }
}

static void ssync_is_found_where_it_is(void **state)
{
    (void)state;
    assert_true(controller_of("").stream_sync);
    assert_true(controller_of("ssync=38").stream_sync);
    assert_true(controller_of("ssync=34").stream_sync);
    assert_false(controller_of("ssync=none").stream_sync);
    assert_false(controller_of("shape=qemu").stream_sync);
}

/* ---- What is refused ---------------------------------------------------------------------------- */

static const struct refusal {
    const char *options;
    const char *words;
} refusals[] = {
    {"inputs=16", "'inputs=16': expected a number up to 15"},
    {"outputs=-1", "'outputs=-1': expected a number up to 15"},
    {"bidirectional=31", "'bidirectional=31': expected a number up to 30"},
    {"inputs=15,outputs=15,bidirectional=1",
     "15 inputs, 15 outputs and 1 bidirectional are 31 streams: a controller has at most 30"},
    {"sdo=3", "'sdo=3': expected 1, 2 or 4"},
    {"rings=", "'rings=': expected 2, 16 or 256"},
    {"rings=8", "'rings=8': expected 2, 16 or 256"},
    {"rings=2+", "'rings=2+': expected 2, 16 or 256"},
    {"rings=2+2+2+2+2+2+2+2+2+2", "expected 2, 16 or 256"},
    {"address64=maybe", "expected yes, no or broken"},
    {"output-payload=16384", "expected a number of words up to 16383"},
    {"input-payload=x", "expected a number of words up to 16383"},
    {"output-stream-payload=", "expected a number of words up to 16383"},
    {"input-stream-payload=99999", "expected a number of words up to 16383"},
    {"padding=bit", "expected byte, container or none"},
    {"ssync=30", "expected 38, 34 or none"},
    {"lpib=wrong", "expected exact, behind, ahead or jumps"},
    {"positions=never", "expected yes, late or no"},
    {"alias=2030", "expected yes or no"},
    {"corbrp=no", "expected handshake or self-clearing"},
    {"rirbwp=0", "expected right or wild"},
    {"page-crossing=maybe", "expected yes or no"},
    {"failed-resets=often", "expected a number"},
    {"lock-up=2", "expected yes or no"},
    {"lost-messages=some", "expected a number"},
    {"stale-messages=2", "expected yes or no"},
    {"bad=", "expected an address up to 14, a colon, and silent"},
    {"bad=3", "'bad=3': expected an address up to 14"},
    {"bad=15:silent", "'bad=15:silent': expected"},
    {"bad=:silent", "'bad=:silent': expected"},
    {"bad=3:", "'bad=3:': expected"},
    {"bad=3:evil", "'bad=3:evil': expected"},
    {"bad=3:silent+", "'bad=3:silent+': expected"},
    {"bad=3:silent=1", "'bad=3:silent=1': expected"},
    {"bad=3:slow=0", "'bad=3:slow=0': expected"},
    {"bad=3:slow=10001", "'bad=3:slow=10001': expected"},
    {"bad=3:slow=", "'bad=3:slow=': expected"},
    {"bad=3:impostor", "'bad=3:impostor': expected"},
    {"bad=3:impostor=15", "'bad=3:impostor=15': expected"},
    {"bad=3:silent+silent+silent+silent+silent+silent+silent+silent+silent+silent+silent+silent+silent",
     "expected"},
    {"plug=", "'plug=': expected a pin, or a pin, '@' and a number of ms"},
    {"unplug=0", "'unplug=0': expected a pin"},
    {"unplug=0x100", "'unplug=0x100': expected a pin"},
    {"unplug=-1", "'unplug=-1': expected a pin"},
    {"plug=0x0e@", "'plug=0x0e@': expected a pin"},
    {"plug=0x0e@1ms", "'plug=0x0e@1ms': expected a pin"},
    {"unplug=0x0e@1000000001", "expected a pin"},
    {"unplug=0x0e@00000000000000000000000000000001", "expected a pin"},
    {"inputs=2,shape=qemu", "expected plain or qemu, before the options that change it"},
};

static void what_is_not_understood_is_refused_with_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct hdabus *bus;

        assert_int_equal(open_bus(refusals[i].options, &bus), STATUS_INVALID_PARAMETER);
        assert_null(bus);
        if (!strstr(sentence, refusals[i].words))
            fail_msg("'%s' says nothing of '%s'", sentence, refusals[i].words);
    }
}

/* Three failures are as many tries as the driver makes. */
static void a_controller_that_does_not_leave_reset_does_not_open(void **state)
{
    struct hdabus *bus;

    (void)state;
    assert_int_equal(open_bus("failed-resets=3", &bus), STATUS_DEVICE_NOT_READY);
    assert_null(bus);
}

/* ---- hdabus_sim_fail ---------------------------------------------------------------------------- */

static void failures_are_for_what_exists(void **state)
{
    struct hdabus *bus;

    (void)state;
    assert_int_equal(open_bus("inputs=1,outputs=1", &bus), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_FIFO_ERROR, 1), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_FIFO_ERROR, 2), STATUS_INVALID_PARAMETER);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_DESCRIPTOR_ERROR, 1), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_DESCRIPTOR_ERROR, 2), STATUS_INVALID_PARAMETER);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_MEMORY_ERROR, 77), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_RESPONSE_OVERRUN, 77), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_NO_RESPONSE, 0), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_NO_RESPONSE, 1), STATUS_INVALID_PARAMETER);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_LOST_INTERRUPT, 77), STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, (enum hdabus_sim_failure)99, 0), STATUS_INVALID_PARAMETER);
    hdabus_close(bus);
}

static void a_verb_without_a_response_times_out_once(void **state)
{
    HDAUDIO_CODEC_TRANSFER transfer = {.Output.Command = 0x000F0000};
    HDAUDIO_BUS_INTERFACE_V2 ddi;
    struct hdabus *bus;

    (void)state;
    assert_int_equal(open_bus("", &bus), STATUS_SUCCESS);
    assert_int_equal(
        hdabus_query_interface(bus, 0, &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(ddi), 0x0100, (PINTERFACE)&ddi),
        STATUS_SUCCESS);
    assert_int_equal(hdabus_sim_fail(bus, HDABUS_SIM_NO_RESPONSE, 0), STATUS_SUCCESS);
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, NULL, NULL), STATUS_SUCCESS);
    assert_false(transfer.Input.IsValid);
    assert_int_equal(ddi.TransferCodecVerbs(ddi.Context, 1, &transfer, NULL, NULL), STATUS_SUCCESS);
    assert_true(transfer.Input.IsValid);
    ddi.InterfaceDereference(ddi.Context);
    assert_int_equal(hdabus_sim_faults(bus), 0);
    hdabus_close(bus);
}

/* It stays with whoever opened it, and closing it ends. */
static void a_bus_whose_controller_is_pulled_out_can_be_closed(void **state)
{
    static const char *const clocks[] = {"clock=virtual", "clock=real", "clock=real,irq=level"};

    (void)state;
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        struct hdabus *bus;

        assert_int_equal(open_bus(clocks[i], &bus), STATUS_SUCCESS);
        assert_false(hdabus_sim_woken(bus));
        assert_int_equal(hdabus_sim_remove(bus), STATUS_SUCCESS);
        assert_int_equal(hdabus_sim_remove(bus), STATUS_SUCCESS);
        assert_false(hdabus_sim_woken(bus));
        assert_int_equal(hdabus_sim_faults(bus), 0);
        hdabus_close(bus);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_driver_finds_what_the_options_say),
        cmocka_unit_test(each_payload_option_has_its_register),
        cmocka_unit_test(ssync_is_found_where_it_is),
        cmocka_unit_test(what_is_not_understood_is_refused_with_a_sentence),
        cmocka_unit_test(a_controller_that_does_not_leave_reset_does_not_open),
        cmocka_unit_test(failures_are_for_what_exists),
        cmocka_unit_test(a_verb_without_a_response_times_out_once),
        cmocka_unit_test(a_bus_whose_controller_is_pulled_out_can_be_closed),
    };

    return cmocka_run_group_tests_name("sim options", tests, NULL, NULL);
}
