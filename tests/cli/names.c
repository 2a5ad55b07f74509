/* SPDX-License-Identifier: BSD-2-Clause */
/* names.c - tests of finding verbs and parameters by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <hdacodec.h>
#include <string.h>

#include "codec/names.h"

static USHORT verb_id(const char *text)
{
    const struct codec_name *found, *other;

    assert_int_equal(verb_find(text, &found, &other), NAME_FOUND);
    return found->id;
}

static enum name_match match_verb(const char *text)
{
    const struct codec_name *found, *other;

    return verb_find(text, &found, &other);
}

static void every_name_finds_itself_alone(void **state)
{
    const struct codec_name *name, *found, *other;
    unsigned i;

    (void)state;
    for (i = 0; (name = verb_name(i)) != NULL; i++) {
        assert_int_equal(verb_find(name->name, &found, &other), NAME_FOUND);
        assert_ptr_equal(found, name);
        assert_ptr_equal(verb_by_id(name->id), name);
    }
    assert_true(i > 70);
    for (i = 0; (name = parameter_name(i)) != NULL; i++) {
        assert_int_equal(parameter_find(name->name, &found, &other), NAME_FOUND);
        assert_ptr_equal(found, name);
    }
    assert_true(i > 15);
}

static void a_unique_beginning_is_enough_in_either_case(void **state)
{
    const struct codec_name *found, *other;

    (void)state;
    assert_int_equal(verb_id("param"), HDA_GET_PARAMETER);
    assert_int_equal(verb_id("Get_Amp"), HDA_GET_AMPLIFIER << 8);
    assert_int_equal(verb_id("SET_COEF"), HDA_SET_COEFFICIENT_INDEX << 8);
    assert_int_equal(parameter_find("vend", &found, &other), NAME_FOUND);
    assert_int_equal(found->id, HDA_PARAMETER_VENDOR_ID);
}

static void a_name_that_others_begin_with_is_not_ambiguous(void **state)
{
    const struct codec_name *found, *other;

    (void)state;
    assert_int_equal(verb_find("GET_CONV", &found, &other), NAME_FOUND);
    assert_int_equal(parameter_find("pcm", &found, &other), NAME_FOUND);
    assert_int_equal(found->id, HDA_PARAMETER_PCM);
}

static void what_several_begin_with_is_ambiguous(void **state)
{
    const struct codec_name *found, *other;

    (void)state;
    assert_int_equal(verb_find("get_gpio", &found, &other), NAME_AMBIGUOUS);
    assert_string_equal(found->name, "GET_GPIO_DATA");
    assert_ptr_not_equal(found, other);
    assert_memory_equal(other->name, "GET_GPIO_", 9);
    assert_int_equal(parameter_find("P", &found, &other), NAME_AMBIGUOUS);
}

static void what_none_begins_with_is_unknown(void **state)
{
    char endless[200];

    (void)state;
    memset(endless, 'G', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    assert_int_equal(match_verb(""), NAME_UNKNOWN);
    assert_int_equal(match_verb("frobnicate"), NAME_UNKNOWN);
    assert_int_equal(match_verb("PARAMETERS_AND_MORE"), NAME_UNKNOWN);
    assert_int_equal(match_verb(endless), NAME_UNKNOWN);
}

static void get_may_be_left_out_set_may_not(void **state)
{
    (void)state;
    assert_int_equal(verb_id("connect_list"), HDA_GET_CONNECTION_LIST);
    assert_int_equal(verb_id("POWER_STATE"), HDA_GET_POWER_STATE);
    assert_int_equal(match_verb("CODEC_RESET"), NAME_UNKNOWN);
}

static void payload_has_the_bits_that_the_id_leaves(void **state)
{
    (void)state;
    assert_int_equal(verb_payload_bits(HDA_GET_PARAMETER), 8);
    assert_int_equal(verb_payload_bits(HDA_SET_CONNECTION_SELECT), 8);
    assert_int_equal(verb_payload_bits(0x700), 8);
    assert_int_equal(verb_payload_bits(HDA_GET_AMPLIFIER << 8), 16);
    assert_int_equal(verb_payload_bits(0x3B0), 8); /* with the upper half of its payload */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_finds_itself_alone),
        cmocka_unit_test(a_unique_beginning_is_enough_in_either_case),
        cmocka_unit_test(a_name_that_others_begin_with_is_not_ambiguous),
        cmocka_unit_test(what_several_begin_with_is_ambiguous),
        cmocka_unit_test(what_none_begins_with_is_unknown),
        cmocka_unit_test(get_may_be_left_out_set_may_not),
        cmocka_unit_test(payload_has_the_bits_that_the_id_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
