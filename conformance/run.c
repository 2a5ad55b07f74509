/* SPDX-License-Identifier: BSD-2-Clause */
/* run.c - goes through the checks for each version of the interface and prints what came of them. */
#include <ctype.h>
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
    query_checks,     verb_checks,    engine_checks,      capture_checks,     format_checks,
    bandwidth_checks, buffer_checks,  state_checks,       position_checks,    notify_checks,
    handle_checks,    level_checks,   information_checks, unsolicited_checks, power_checks,
    wake_checks,      removal_checks, call_checks,        shortage_checks,
};

/* Those of which not all versions have the routines. */
static const struct check *const buffer_subjects[] = {buffer_call_checks};
static const struct check *const callback_subjects[] = {callback_checks, callback_handle_checks,
                                                        callback_level_checks, callback_shortage_checks,
                                                        callback_call_checks};
static const struct check *const contiguous_subjects[] = {contiguous_checks, contiguous_handle_checks,
                                                          contiguous_level_checks, contiguous_shortage_checks,
                                                          contiguous_call_checks};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_SIZE    120
#define LINE_SIZE    640

struct progress {
    const struct conformance_target *target;
    const struct conformance_choice *choice;
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

/* strcasecmp() is not C. */
static bool is_version(const char *wanted, const char *name)
{
    while (*wanted && toupper((unsigned char)*wanted) == *name) {
        wanted++;
        name++;
    }
    return *wanted == *name;
}

static bool is_chosen(const struct conformance_choice *choice, const char *name)
{
    return !choice->filter || strstr(name, choice->filter);
}

static void visit_check(struct progress *progress, const struct version *version, const struct check *check,
                        visit_routine *visit)
{
    char name[NAME_SIZE];

    if (!has_routines(version, check))
        return;
    snprintf(name, sizeof(name), "%s.%s", version->name, check->name);
    if (is_chosen(progress->choice, name))
        visit(progress, version, check, name);
}

static void visit_subjects(struct progress *progress, const struct version *version,
                           const struct check *const *checks, size_t count, visit_routine *visit)
{
    for (size_t s = 0; s < count; s++)
        for (const struct check *check = checks[s]; check->name; check++)
            visit_check(progress, version, check, visit);
}

static void visit_version(struct progress *progress, const struct version *version, visit_routine *visit)
{
    visit_subjects(progress, version, subjects, COUNT(subjects), visit);
    if (!version->contiguous)
        visit_subjects(progress, version, buffer_subjects, COUNT(buffer_subjects), visit);
    if (version->callbacks)
        visit_subjects(progress, version, callback_subjects, COUNT(callback_subjects), visit);
    if (version->contiguous)
        visit_subjects(progress, version, contiguous_subjects, COUNT(contiguous_subjects), visit);
}

static void visit_all(struct progress *progress, visit_routine *visit)
{
    const char *wanted = progress->choice->version;

    for (size_t v = 0; v < COUNT(versions); v++)
        if (!wanted || is_version(wanted, versions[v].name))
            visit_version(progress, &versions[v], visit);
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
    } else if (!passed && t->unheard) {
        print(target, "ok %u - %s # SKIP %s", progress->number, name, t->unheard);
    } else if (passed) {
        print(target, "ok %u - %s", progress->number, name);
    } else {
        progress->failures++;
        print(target, "not ok %u - %s", progress->number, name);
        print(target, "# DDI: %s", t->check->rule);
        print(target, "# %s", t->failure);
    }
}

/* What the target cannot do that the check is about; NULL when nothing is missing. */
static const char *missing(const struct conformance_target *target, const struct check *check)
{
    if (begins(check->name, "Power.") && !(target->suspend && target->resume))
        return "the bus cannot be suspended here";
    if (begins(check->name, "Removal.") && !(target->remove && target->renew))
        return "the controller cannot be removed here";
    return NULL;
}

static bool try_trial(struct trial *t)
{
    bool passed = trial_begin(t) && t->check->run(t);

    trial_end(t);
    return passed;
}

static void try_check(struct progress *progress, const struct version *version, const struct check *check,
                      const char *name)
{
    const struct conformance_target *target = progress->target;
    struct trial t = {
        .target = target, .version = version, .check = check, .skipped = missing(target, check)};

    if (target->begin)
        target->begin(target->context, progress->number + 1, name, check->rule);
    report(progress, &t, t.skipped || try_trial(&t), name);
}

unsigned conformance_count(const struct conformance_choice *choice)
{
    struct progress plan = {.choice = choice};

    visit_all(&plan, count);
    return plan.number;
}

unsigned conformance_run(const struct conformance_target *target, const struct conformance_choice *choice)
{
    struct progress progress = {.target = target, .choice = choice};

    print(target, "1..%u", conformance_count(choice));
    visit_all(&progress, try_check);
    return progress.failures;
}
