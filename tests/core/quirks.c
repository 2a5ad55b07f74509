/* SPDX-License-Identifier: BSD-2-Clause */
/* quirks.c - what the core's table knows of controllers by their PCI id (HARDWARE 7, 9, 10, 12). */
#include "core/quirks.h"

#include "rig.h"

#define ANY 0xFFFF

static uint32_t quirks_of(uint16_t vendor, uint16_t device)
{
    return hda_quirks_of(&(struct hda_device_info){.vendor_id = vendor, .device_id = device});
}

static void each_row_is_found(void **state)
{
    (void)state;
    assert_true(hda_quirk_row_count > 0);
    for (unsigned i = 0; i < hda_quirk_row_count; i++) {
        const struct hda_quirk_row *row = &hda_quirk_rows[i];

        assert_int_equal(quirks_of(row->vendor_id, row->device_id), row->quirks);
        assert_int_not_equal(row->quirks, 0);
    }
}

static void each_id_stands_once_and_before_its_vendor(void **state)
{
    (void)state;
    for (unsigned i = 0; i < hda_quirk_row_count; i++) {
        for (unsigned j = 0; j < i; j++) {
            const struct hda_quirk_row *row = &hda_quirk_rows[i], *earlier = &hda_quirk_rows[j];

            if (row->vendor_id == earlier->vendor_id) {
                assert_int_not_equal(row->device_id, earlier->device_id);
                assert_int_not_equal(earlier->device_id, ANY);
            }
        }
    }
}

static void an_unknown_id_has_none(void **state)
{
    (void)state;
    assert_int_equal(quirks_of(0x8086, 0xA170), 0);
    assert_int_equal(quirks_of(0x1106, 0x3289), 0);
    assert_int_equal(quirks_of(0, 0), 0);
}

/* Not the rows' own words. */
static void what_is_well_known(void **state)
{
    (void)state;
    assert_int_equal(quirks_of(0x8086, 0x27D8), HDA_QUIRK_SSYNC_AT_34);
    assert_int_equal(quirks_of(0x1002, 0x4383), HDA_QUIRK_NO_64_BIT | HDA_QUIRK_LINK_POSITIONS);
    assert_int_equal(quirks_of(0x1002, 0xAA01), HDA_QUIRK_40_BIT | HDA_QUIRK_LINK_POSITIONS);
    assert_int_equal(quirks_of(0x10DE, 0x0371), HDA_QUIRK_40_BIT);
    assert_int_equal(quirks_of(0x1102, 0x0012),
                     HDA_QUIRK_NO_64_BIT | HDA_QUIRK_4K_FRAGMENTS | HDA_QUIRK_LINK_POSITIONS);
}

static bool positions_on; /* the controller had been told where to write them */

static uint32_t started_with(uint32_t quirks)
{
    struct hda_controller_info info;

    rig.config.quirks = quirks;
    rig_start();
    hda_bus_controller_info(rig.bus, &info);
    positions_on = sim_device_ops.read32(rig.device, DPLBASE) & DPLBASE_ENABLE;
    rig_stop();
    return info.quirks;
}

/* The rig's controller has an id that is in the table. */
static void a_bus_regards_what_it_is_given_and_tells_it(void **state)
{
    (void)state;
    assert_int_not_equal(hda_quirks_of(&rig.config.info), 0);
    assert_int_equal(started_with(0), 0);
    assert_true(positions_on);
    assert_int_equal(started_with(HDA_QUIRK_LINK_POSITIONS), HDA_QUIRK_LINK_POSITIONS);
    assert_false(positions_on);
}

static uint64_t highest;

static NTSTATUS note_highest(void *device, size_t size, uint64_t limit, struct hda_dma *dma)
{
    highest = limit > highest ? limit : highest;
    return sim_device_ops.dma_alloc(device, size, limit, dma);
}

static uint64_t highest_with(uint32_t quirks)
{
    highest = 0;
    started_with(quirks);
    return highest;
}

static void forty_bits_of_an_address_count_by_quirk(void **state)
{
    (void)state;
    rig.device_ops.dma_alloc = note_highest;
    assert_int_equal(highest_with(0), UINT64_MAX);
    assert_int_equal(highest_with(HDA_QUIRK_40_BIT), 0xFFFFFFFFFF);
    assert_int_equal(highest_with(HDA_QUIRK_40_BIT | HDA_QUIRK_NO_64_BIT), UINT32_MAX);
}

int main(void)
{
#define RULE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_found),
        cmocka_unit_test(each_id_stands_once_and_before_its_vendor),
        cmocka_unit_test(an_unknown_id_has_none),
        cmocka_unit_test(what_is_well_known),
        RULE(a_bus_regards_what_it_is_given_and_tells_it),
        RULE(forty_bits_of_an_address_count_by_quirk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
