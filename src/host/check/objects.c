/* SPDX-License-Identifier: BSD-2-Clause */
/* objects.c - references to clients' device objects, and the log. */
#include "internal.h"

/* ---- Device objects ------------------------------------------------------------------------------------ */

static void note_reference(struct hda_check *check, PDEVICE_OBJECT object)
{
    struct check_object *record = hda_check_table_find(&check->objects, object);

    if (record == NULL) {
        record = hda_check_table_take(&check->objects);
        if (record == NULL)
            return;
        hda_check_table_publish(record, object);
    }
    ADD(record->references, 1);
}

void hda_check_object_reference(void *context, PDEVICE_OBJECT object)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_OBJECT_REFERENCE);

    if (object == NULL)
        hda_check_fault(check, NULL, "host->object_reference: %s gives it NULL", hda_check_caller(check));
    else
        note_reference(check, object);
    check->host->object_reference(check->host_context, object);
    hda_check_leave(check, HOOK_OBJECT_REFERENCE, irql);
}

/* Whether the record had a reference to give back. */
static bool take_reference(struct check_object *record)
{
    unsigned references = GET(record->references);

    while (references > 0 && !__atomic_compare_exchange_n(&record->references, &references, references - 1,
                                                          false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        ;
    return references > 0;
}

/* The record stays, with no references: two who come at once would else not know whose it is. Two who gave
 * the first references at once have made a record each. */
static void note_dereference(struct hda_check *check, PDEVICE_OBJECT object)
{
    for (unsigned i = 0; i < GET(check->objects.used); i++) {
        struct check_object *record = hda_check_table_at(&check->objects, i);

        if (record != NULL && GET(record->record.key) == (uintptr_t)object && take_reference(record))
            return;
    }
    if (GET(check->objects.missed) == 0)
        hda_check_fault(check, NULL,
                        "host->object_dereference: %s gives back a reference to %p that it does not have",
                        hda_check_caller(check), (void *)object);
}

void hda_check_object_dereference(void *context, PDEVICE_OBJECT object)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_OBJECT_DEREFERENCE);

    note_dereference(check, object);
    check->host->object_dereference(check->host_context, object);
    hda_check_leave(check, HOOK_OBJECT_DEREFERENCE, irql);
}

/* ---- The log ------------------------------------------------------------------------------------------- */

/* One conversion behind its percent sign: what stands behind it, or NULL when a host need not know it. */
static const char *conversion(const char *format)
{
    bool is_wide = format[0] == 'l' && format[1] == 'l';

    format += is_wide ? 2 : 0;
    switch (*format) {
    case 'u':
    case 'x':
        return format + 1;
    case 's':
    case 'p':
        return is_wide ? NULL : format + 1;
    default:
        return NULL;
    }
}

/* "%s %u %x %p %llu %llx, and no widths", and no line feed. */
static bool is_plain(const char *format)
{
    while (format != NULL && *format != '\0' && *format != '\n')
        format = *format == '%' ? conversion(format + 1) : format + 1;
    return format != NULL && *format == '\0';
}

void hda_check_log(void *context, enum hda_log_level level, const char *format, va_list arguments)
{
    struct hda_check *check = context;
    unsigned irql = hda_check_enter(check, HOOK_LOG);

    if (level > HDA_LOG_DEBUG)
        hda_check_fault(check, NULL, "host->log: %s gives it level %u, and there are 0 to 3",
                        hda_check_caller(check), (unsigned)level);
    if (!is_plain(format))
        hda_check_fault(check, format,
                        "host->log: %s gives it a line feed, or a format that a host need not know: \"%s\"",
                        hda_check_caller(check), format);
    check->host->log(check->host_context, level, format, arguments);
    hda_check_leave(check, HOOK_LOG, irql);
}
