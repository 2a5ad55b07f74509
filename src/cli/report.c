/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - what a command tells: messages on standard error, a line or one object on standard output. */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "codec/status.h"

#define MESSAGE_SIZE 512

void report_open(struct report *report, bool json)
{
    report->object = json ? json_object_new_object() : NULL;
    report->lost = json && !report->object;
    report->check_faults = 0;
}

static void print_message(const char *message)
{
    fprintf(stderr, "hdabus: %s\n", message);
}

void report_note(const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    print_message(message);
}

int report_failure(struct report *report, int code, NTSTATUS status, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    print_message(message);
    if (!report->object || json_object_object_get_ex(report->object, "error", NULL))
        return code;
    report_string(report, "error", message);
    if (status != STATUS_SUCCESS)
        report_string(report, "status", status_name(status));
    return code;
}

void report_member(struct report *report, const char *name, struct json_object *value)
{
    if (!report->object) {
        json_object_put(value);
        return;
    }
    if (json_object_object_add(report->object, name, value) != 0) {
        json_object_put(value);
        report->lost = true;
    }
}

void report_integer(struct report *report, const char *name, uint64_t value)
{
    struct json_object *number;

    if (!report->object)
        return;
    number = json_object_new_uint64(value);
    report->lost |= !number;
    report_member(report, name, number);
}

void report_string(struct report *report, const char *name, const char *value)
{
    struct json_object *string = NULL;

    if (!report->object)
        return;
    if (value) {
        string = json_object_new_string(value);
        report->lost |= !string;
    }
    report_member(report, name, string);
}

static void print_object(struct report *report)
{
    int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
    const char *text = json_object_to_json_string_ext(report->object, flags);

    if (text)
        puts(text);
    else
        report->lost = true;
    json_object_put(report->object);
    report->object = NULL;
}

/* What the log has told is no secret, but easily overlooked. */
static int count_check_faults(struct report *report, int code)
{
    if (report->check_faults == 0)
        return code;
    return report_failure(report, code != EXIT_DONE ? code : EXIT_FAILED, STATUS_SUCCESS,
                          "the checking host has found %u fault%s", report->check_faults,
                          report->check_faults == 1 ? "" : "s");
}

int report_close(struct report *report, int code)
{
    code = count_check_faults(report, code);
    if (report->object)
        print_object(report);
    if (report->lost) {
        print_message("memory has run out");
        code = EXIT_FAILED;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        report_note("standard output: %s", strerror(errno));
        code = EXIT_FAILED;
    }
    return code;
}
