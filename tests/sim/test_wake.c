/* SPDX-License-Identifier: BSD-2-Clause */
/* test_wake.c - with the link in reset a codec asks for it, and the controller tells the operating system:
 * real codecs on a controller whose registers the test writes itself (HDA 3.3.8, 3.3.9, 4.5.9.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "device/sim/codec.h"
#include "device/sim/sim_device.h"

#define GCTL     0x08
#define WAKEEN   0x0C
#define STATESTS 0x0E
#define ICOI     0x60
#define ICIS     0x68

#define MIC         0x11 /* of the built-in codec; its unsolicited responses are enabled in codecs 3 and 9 */
#define MILLISECOND 1000u

static struct linux_host *host;
static struct sim_device *device;
static const struct hda_device_ops *ops = &sim_device_ops;

static void ignore_log(void *context, enum hda_log_level level, const char *line)
{
    (void)context, (void)level, (void)line;
}

static void plug_codec(unsigned address)
{
    struct codec_dump *dump = codec_dump_parse(sim_default_codec, strlen(sim_default_codec), NULL, 0);
    struct sim_codec *codec;

    assert_non_null(dump);
    codec = sim_codec_create(dump, sim_device_report, device);
    codec_dump_free(dump);
    assert_non_null(codec);
    assert_true(sim_device_plug(device, address, codec));
}

static void command(unsigned codec, uint32_t verb)
{
    ops->write16(device, ICIS, 2);
    ops->write32(device, ICOI, codec << 28 | MIC << 20 | verb);
    ops->write16(device, ICIS, 1);
    linux_host_ops.sleep(host, MILLISECOND);
    assert_int_equal(ops->read16(device, ICIS) & 3, 2);
}

static int set_up(void **state)
{
    struct sim_device_options options = {0};

    (void)state;
    assert_int_equal(linux_host_create(LINUX_CLOCK_VIRTUAL, ignore_log, NULL, &host), STATUS_SUCCESS);
    assert_int_equal(sim_device_create(host, &options, &device), STATUS_SUCCESS);
    plug_codec(0);
    plug_codec(3);
    plug_codec(9);
    ops->write32(device, GCTL, 1);
    linux_host_ops.sleep(host, 2 * MILLISECOND);
    assert_int_equal(ops->read16(device, STATESTS), 0x0209);
    command(3, 0x70881);
    command(9, 0x70882);
    return 0;
}

static int tear_down(void **state)
{
    unsigned faults = sim_device_faults(device);

    (void)state;
    if (faults)
        print_error("%s\n", sim_device_fault(device, 0));
    sim_device_destroy(device);
    linux_host_destroy(host);
    return faults ? -1 : 0;
}

/* As a driver does before its controller sleeps. */
static void suspend(uint16_t wanted)
{
    ops->write16(device, WAKEEN, wanted);
    ops->write16(device, STATESTS, 0x7FFF);
    ops->write32(device, GCTL, 0);
    linux_host_ops.sleep(host, MILLISECOND);
    assert_int_equal(ops->read32(device, GCTL), 0);
    assert_int_equal(ops->read16(device, STATESTS), 0);
    assert_int_equal(ops->read16(device, WAKEEN), wanted);
    assert_false(sim_device_woken(device));
}

static void pull(UCHAR codec)
{
    assert_int_equal(sim_device_plug_jack(device, codec, MIC, FALSE), STATUS_SUCCESS);
}

static void the_codec_that_has_something_to_say_is_the_one_that_shows(void **state)
{
    (void)state;
    suspend(0x0209);
    pull(0); /* nobody wants to hear of this one */
    assert_int_equal(ops->read16(device, STATESTS), 0);
    assert_false(sim_device_woken(device));
    pull(3);
    assert_true(sim_device_woken(device));
    assert_int_equal(ops->read16(device, STATESTS), 0x0008);
    pull(9);
    assert_int_equal(ops->read16(device, STATESTS), 0x0208);
    linux_host_ops.sleep(host, 1000 * MILLISECOND);
    assert_true(sim_device_woken(device));
}

/* HDA 3.3.8: only for those that WAKEEN names; STATESTS tells of all. */
static void wakeen_says_who_may_wake(void **state)
{
    (void)state;
    suspend(0x0001);
    pull(3);
    assert_int_equal(ops->read16(device, STATESTS), 0x0008);
    assert_false(sim_device_woken(device));
}

/* Until the link leaves reset; then each codec asks for its address. */
static void the_link_is_what_it_wanted(void **state)
{
    (void)state;
    suspend(0x0208);
    pull(9);
    assert_true(sim_device_woken(device));
    ops->write32(device, GCTL, 1);
    assert_false(sim_device_woken(device));
    assert_int_equal(ops->read16(device, STATESTS), 0x0200);
    linux_host_ops.sleep(host, 2 * MILLISECOND);
    assert_int_equal(ops->read16(device, STATESTS), 0x0209);
    assert_int_equal(ops->read16(device, WAKEEN), 0x0208);
    assert_false(sim_device_woken(device));
}

static void what_happens_as_the_link_goes_down_wakes_too(void **state)
{
    (void)state;
    ops->write16(device, WAKEEN, 0x0008);
    ops->write16(device, STATESTS, 0x7FFF);
    ops->write32(device, GCTL, 0);
    pull(3);
    assert_true(sim_device_woken(device));
    linux_host_ops.sleep(host, MILLISECOND);
    assert_int_equal(ops->read16(device, STATESTS), 0x0008);
}

/* What a jack has told before, it does not wake for. */
static void what_was_told_before_does_not_wake(void **state)
{
    (void)state;
    pull(3);
    linux_host_ops.sleep(host, MILLISECOND);
    suspend(0x0208);
    linux_host_ops.sleep(host, 1000 * MILLISECOND);
    assert_false(sim_device_woken(device));
    pull(3); /* it is out already */
    assert_false(sim_device_woken(device));
}

static void a_removed_controller_wakes_nobody(void **state)
{
    (void)state;
    suspend(0x0208);
    pull(3);
    sim_device_remove(device);
    assert_false(sim_device_woken(device));
    pull(9);
    assert_false(sim_device_woken(device));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_codec_that_has_something_to_say_is_the_one_that_shows),
        TEST(wakeen_says_who_may_wake),
        TEST(the_link_is_what_it_wanted),
        TEST(what_happens_as_the_link_goes_down_wakes_too),
        TEST(what_was_told_before_does_not_wake),
        TEST(a_removed_controller_wakes_nobody),
    };

    return cmocka_run_group_tests_name("sim wake", tests, NULL, NULL);
}
