/* SPDX-License-Identifier: BSD-2-Clause */
/* json.h - what commands build their objects with. The value is the object's from then on; where memory has
 * run out a null stands, or nothing. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

void json_add(struct json_object *object, const char *name, struct json_object *value);
void json_append(struct json_object *array, struct json_object *value);

void json_add_integer(struct json_object *object, const char *name, uint64_t value);
void json_add_boolean(struct json_object *object, const char *name, bool value);
void json_add_string(struct json_object *object, const char *name, const char *value); /* NULL: null */
/* As a string, with at least so many hexadecimal digits. */
void json_add_hex(struct json_object *object, const char *name, unsigned digits, uint32_t value);

#endif
