/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - telling a fault: each kind a few times, for a broken hook is called ten thousand times. */
#include "internal.h"

#define TOLD_TIMES 3

static void tell(struct hda_check *check, const char *format, va_list arguments)
{
    if (check->report != NULL)
        check->report(check->report_context, format, arguments);
    else
        check->host->log(check->host_context, HDA_LOG_ERROR, format, arguments);
}

/* The words and whom they are about, in one number. */
static uintptr_t kind_of(const char *format, const void *subject)
{
    uintptr_t about = (uintptr_t)subject;

    return (uintptr_t)format ^ (about << 7 | about >> (sizeof(about) * 8 - 7));
}

/* The place for a kind, its own or a free one; NULL: there is none. */
static struct check_told *find_told(struct hda_check *check, uintptr_t kind)
{
    for (unsigned i = 0; i < TOLD_RECORDS; i++) {
        struct check_told *told = &check->told[i];
        uintptr_t found = 0;

        if (__atomic_compare_exchange_n(&told->kind, &found, kind, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE) ||
            found == kind)
            return told;
    }
    return NULL;
}

/* How often this kind has come, this time included. */
static unsigned count(struct hda_check *check, uintptr_t kind)
{
    struct check_told *told = find_told(check, kind);

    return told != NULL ? ADD(told->times, 1) : TOLD_TIMES + 1;
}

const char *hda_check_caller(const struct hda_check *check)
{
    return GET(check->trying) ? "hda_check_hooks()" : "the core";
}

void hda_check_fault(struct hda_check *check, const void *subject, const char *format, ...)
{
    va_list arguments;

    ADD(check->faults, 1);
    if (count(check, kind_of(format, subject)) > TOLD_TIMES)
        return;
    va_start(arguments, format);
    tell(check, format, arguments);
    va_end(arguments);
}
