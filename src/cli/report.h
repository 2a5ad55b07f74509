/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - what a command tells: messages on standard error, a line or, with --json, one object on standard
 * output.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <wdm.h>

/* What the process ends with. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_DEVICE = 3,
};

struct report {
    struct json_object *object; /* what --json prints; NULL without --json */
    bool lost;                  /* memory ran out: the object is not whole */
    unsigned check_faults;      /* that the checking hosts of buses have found which are closed */
};

void report_open(struct report *report, bool json);

/* Prints "hdabus: " and the message, on standard error. */
void report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, and keeps the message, unless there is one already, for the object, with the status unless it is
 * SUCCESS. Returns `code`, so that a function can end with it. */
int report_failure(struct report *report, int code, NTSTATUS status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Members of the object. Without --json they do nothing. The value is the report's from then on. */
void report_member(struct report *report, const char *name, struct json_object *value);
void report_integer(struct report *report, const char *name, uint64_t value);
void report_string(struct report *report, const char *name, const char *value); /* NULL: null */

/* Prints the object, and makes sure that all of standard output was written. Returns `code`, or EXIT_FAILED
 * if that is not so. */
int report_close(struct report *report, int code);

#endif
