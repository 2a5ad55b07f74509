/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - what commands build their objects with. */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>

void json_add(struct json_object *object, const char *name, struct json_object *value)
{
    if (!object || json_object_object_add(object, name, value) != 0)
        json_object_put(value);
}

void json_append(struct json_object *array, struct json_object *value)
{
    if (!array || json_object_array_add(array, value) != 0)
        json_object_put(value);
}

void json_add_integer(struct json_object *object, const char *name, uint64_t value)
{
    json_add(object, name, json_object_new_uint64(value));
}

void json_add_boolean(struct json_object *object, const char *name, bool value)
{
    json_add(object, name, json_object_new_boolean(value));
}

void json_add_string(struct json_object *object, const char *name, const char *value)
{
    json_add(object, name, value ? json_object_new_string(value) : NULL);
}

void json_add_hex(struct json_object *object, const char *name, unsigned digits, uint32_t value)
{
    char text[16];

    snprintf(text, sizeof(text), "0x%0*" PRIx32, (int)digits, value);
    json_add_string(object, name, text);
}
