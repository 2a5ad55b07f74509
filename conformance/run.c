/* SPDX-License-Identifier: BSD-2-Clause */
/* run.c - goes through the checks for each version of the interface and prints what came of them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static const struct version versions[] = {
    {"V1", &GUID_HDAUDIO_BUS_INTERFACE, sizeof(HDAUDIO_BUS_INTERFACE), false, false, false},
    {"V2", &GUID_HDAUDIO_BUS_INTERFACE_V2, sizeof(HDAUDIO_BUS_INTERFACE_V2), true, false, false},
    {"V3", &GUID_HDAUDIO_BUS_INTERFACE_V3, sizeof(HDAUDIO_BUS_INTERFACE_V3), true, true, false},
    {"BDL", &GUID_HDAUDIO_BUS_INTERFACE_BDL, sizeof(HDAUDIO_BUS_INTERFACE_BDL), false, false, true},
};

static const struct check *const subjects[] = {
    query_checks,     verb_checks,   engine_checks,      capture_checks,     format_checks,
    bandwidth_checks, buffer_checks, state_checks,       position_checks,    notify_checks,
    handle_checks,    level_checks,  information_checks, unsolicited_checks,
};

/* Those of which no other version has the routines. */
static const struct check *const callback_subjects[] = {callback_checks, callback_handle_checks,
                                                        callback_level_checks};
static const struct check *const contiguous_subjects[] = {contiguous_checks, contiguous_handle_checks,
                                                          contiguous_level_checks};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_SIZE    120
#define LINE_SIZE    640

struct progress {
    const struct conformance_target *target;
    const char *filter;
    unsigned number;
    unsigned failures;
};

typedef void visit_routine(struct progress *progress, const struct version *version,
                           const struct check *check, const char *name);

__attribute__((format(printf, 2, 3))) static void print(const struct conformance_target *target,
                                                        const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    target->print(target->context, line);
}

static bool begins(const char *name, const char *beginning)
{
    return strncmp(name, beginning, strlen(beginning)) == 0;
}

static bool has_routines(const struct version *version, const struct check *check)
{
    if (check->notification && !version->notification)
        return false;
    return !version->contiguous ||
           !(begins(check->name, "AllocateDmaBuffer") || begins(check->name, "FreeDmaBuffer"));
}

static void visit_check(struct progress *progress, const struct version *version, const struct check *check,
                        visit_routine *visit)
{
    char name[NAME_SIZE];

    if (!has_routines(version, check))
        return;
    snprintf(name, sizeof(name), "%s.%s", version->name, check->name);
    if (!progress->filter || strstr(name, progress->filter))
        visit(progress, version, check, name);
}

static void visit_subjects(struct progress *progress, const struct version *version,
                           const struct check *const *checks, size_t count, visit_routine *visit)
{
    for (size_t s = 0; s < count; s++)
        for (const struct check *check = checks[s]; check->name; check++)
            visit_check(progress, version, check, visit);
}

static void visit_all(struct progress *progress, visit_routine *visit)
{
    for (size_t v = 0; v < COUNT(versions); v++) {
        visit_subjects(progress, &versions[v], subjects, COUNT(subjects), visit);
        if (versions[v].callbacks)
            visit_subjects(progress, &versions[v], callback_subjects, COUNT(callback_subjects), visit);
        if (versions[v].contiguous)
            visit_subjects(progress, &versions[v], contiguous_subjects, COUNT(contiguous_subjects), visit);
    }
}

static void count(struct progress *progress, const struct version *version, const struct check *check,
                  const char *name)
{
    (void)version;
    (void)check;
    (void)name;
    progress->number++;
}

static void report(struct progress *progress, const struct trial *t, bool passed, const char *name)
{
    const struct conformance_target *target = progress->target;

    progress->number++;
    if (passed && t->skipped) {
        print(target, "ok %u - %s # SKIP %s", progress->number, name, t->skipped);
    } else if (passed) {
        print(target, "ok %u - %s", progress->number, name);
    } else {
        progress->failures++;
        print(target, "not ok %u - %s", progress->number, name);
        print(target, "# DDI: %s", t->check->rule);
        print(target, "# %s", t->failure);
    }
}

static void try_check(struct progress *progress, const struct version *version, const struct check *check,
                      const char *name)
{
    struct trial t = {.target = progress->target, .version = version, .check = check};
    bool passed = trial_begin(&t) && check->run(&t);

    trial_end(&t);
    report(progress, &t, passed, name);
}

unsigned conformance_run(const struct conformance_target *target, const char *filter)
{
    struct progress plan = {.target = target, .filter = filter};
    struct progress progress = plan;

    visit_all(&plan, count);
    if (plan.number == 0) {
        print(target, "Bail out! no check is called like %s", filter);
        return 1;
    }
    print(target, "1..%u", plan.number);
    visit_all(&progress, try_check);
    return progress.failures;
}
