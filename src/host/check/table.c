/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - records found by address, in tables of a fixed size that need no lock. */
#include "internal.h"

#define BUSY ((uintptr_t)1) /* taken, not yet published: the address of nothing */

static struct check_record *record_at(const struct check_table *table, unsigned index)
{
    return (struct check_record *)(void *)(table->records + index * table->size);
}

void hda_check_table_init(struct check_table *table, void *records, size_t size, unsigned capacity)
{
    *table = (struct check_table){.records = records, .size = size, .capacity = capacity};
}

void *hda_check_table_at(struct check_table *table, unsigned index)
{
    struct check_record *record = record_at(table, index);

    return GET(record->key) > BUSY ? record : NULL;
}

void *hda_check_table_find(struct check_table *table, const void *key)
{
    unsigned used = GET(table->used);

    for (unsigned i = 0; i < used; i++) {
        struct check_record *record = record_at(table, i);

        if (GET(record->key) == (uintptr_t)key)
            return record;
    }
    return NULL;
}

/* Others who still have a pointer to what the record was may look at it meanwhile. */
static void clear(struct check_record *record, size_t size)
{
    uintptr_t *words = (uintptr_t *)(void *)record;

    ADD(record->serial, 1);
    for (size_t i = sizeof(*record) / sizeof(*words); i < size / sizeof(*words); i++)
        PUT(words[i], 0);
}

static void note_used(struct check_table *table, unsigned used)
{
    unsigned known = GET(table->used);

    while (known < used && !__atomic_compare_exchange_n(&table->used, &known, used, false, __ATOMIC_ACQ_REL,
                                                        __ATOMIC_ACQUIRE))
        ;
}

void *hda_check_table_take(struct check_table *table)
{
    for (unsigned i = 0; i < table->capacity; i++) {
        struct check_record *record = record_at(table, i);
        uintptr_t none = 0;

        if (!__atomic_compare_exchange_n(&record->key, &none, BUSY, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            continue;
        clear(record, table->size);
        note_used(table, i + 1);
        return record;
    }
    ADD(table->missed, 1);
    return NULL;
}

void hda_check_table_publish(void *record, const void *key)
{
    PUT(((struct check_record *)record)->key, (uintptr_t)key);
}

void hda_check_table_drop(void *record)
{
    PUT(((struct check_record *)record)->key, 0);
}
