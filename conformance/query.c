/* SPDX-License-Identifier: BSD-2-Clause */
/* query.c - DDI Interfaces: obtaining an interface, its reference count, and what the last dereference does.
 */
#include <string.h>

#include "check.h"

static NTSTATUS query(struct trial *t, const GUID *type, USHORT size, USHORT version, client *table)
{
    poison(table, sizeof(*table));
    return t->target->query(t->target->context, type, size, version, (PINTERFACE)table);
}

static bool table(struct trial *t)
{
    PVOID members[sizeof(client) / sizeof(PVOID)];
    client raw;

    EXPECT_SUCCESS(query(t, t->version->type, t->version->size, 0x0100, &raw));
    raw.InterfaceDereference(raw.Context);
    EXPECT_EQUAL(t->version->size, raw.Size);
    EXPECT_EQUAL(0x0100, raw.Version);
    memcpy(members, &raw, t->version->size);
    for (size_t i = 1; i < t->version->size / sizeof(PVOID); i++)
        EXPECT(members[i] != NULL);
    return true;
}

static bool size(struct trial *t)
{
    const USHORT sizes[] = {0, 1, sizeof(INTERFACE), (USHORT)(t->version->size - 1)};
    client refused, larger;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        EXPECT_STATUS(STATUS_INVALID_PARAMETER, query(t, t->version->type, sizes[i], 0x0100, &refused));
        EXPECT(poisoned(&refused, sizeof(refused)));
    }
    EXPECT_SUCCESS(query(t, t->version->type, sizeof(larger), 0x0100, &larger));
    larger.InterfaceDereference(larger.Context);
    return true;
}

static bool version(struct trial *t)
{
    static const USHORT versions[] = {0x0000, 0x0001, 0x00FF, 0x0101, 0x0200, 0xFFFF};
    client refused;

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        EXPECT_STATUS(STATUS_INVALID_PARAMETER,
                      query(t, t->version->type, t->version->size, versions[i], &refused));
        EXPECT(poisoned(&refused, sizeof(refused)));
    }
    return true;
}

static bool unknown_guid(struct trial *t)
{
    GUID type = *t->version->type;
    client refused;

    type.Data4[7] ^= 1; /* one bit beside the right one */
    EXPECT_STATUS(STATUS_NOT_SUPPORTED, query(t, &type, sizeof(refused), 0x0100, &refused));
    EXPECT(poisoned(&refused, sizeof(refused)));
    memset(&type, 0, sizeof(type));
    EXPECT_STATUS(STATUS_NOT_SUPPORTED, query(t, &type, sizeof(refused), 0x0100, &refused));
    EXPECT(poisoned(&refused, sizeof(refused)));
    return true;
}

static bool contexts(struct trial *t)
{
    TRY(open_other(t));
    EXPECT(t->other.Context != t->ddi.Context);
    return true;
}

static bool reference(struct trial *t)
{
    HANDLE handle;
    ULONG id;

    TRY(prepare(t, 0, &handle));
    t->ddi.InterfaceReference(t->ddi.Context);
    t->ddi.InterfaceReference(t->ddi.Context);
    t->ddi.InterfaceDereference(t->ddi.Context);
    t->ddi.InterfaceDereference(t->ddi.Context);
    TRY(ask(t, parameter(codec_address(t), 0, 0), &id));
    EXPECT_SUCCESS(set_state(t, RunState, handle));
    return true;
}

/* ---- The last dereference ----------------------------------------------------------------------- */

static bool all_are_back(struct trial *t, unsigned count)
{
    HANDLE handles[ENGINE_LIMIT];

    EXPECT_EQUAL(count, allocate_all(t, &t->ddi, handles, ENGINE_LIMIT));
    return true;
}

static bool releases_engines(struct trial *t)
{
    unsigned count;

    TRY(other_takes_all(t, &count));
    TRY(all_are_back(t, 0));
    close_other(t);
    return all_are_back(t, count);
}

static bool releases_above_passive(struct trial *t)
{
    unsigned count;
    KIRQL level;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(other_takes_all(t, &count));
    level = raise_irql(t);
    close_other(t);
    lower_irql(t, level);
    advance(t, 50 * MILLISECOND + t->target->slack);
    return all_are_back(t, count);
}

/* As many tags as a client gets. */
static unsigned take_tags(const client *owner, UCHAR *tags)
{
    unsigned count = 0;

    while (count < 64 &&
           NT_SUCCESS(owner->RegisterEventCallback(owner->Context, ignore_response, NULL, &tags[count])))
        count++;
    return count;
}

#define VERBS 100

static bool releases_tags(struct trial *t)
{
    UCHAR tags[64];
    unsigned count;

    TRY(open_other(t));
    count = take_tags(&t->other, tags);
    EXPECT_EQUAL(64, count);
    close_other(t);
    count = take_tags(&t->ddi, tags);
    for (unsigned i = 0; i < count; i++)
        EXPECT_SUCCESS(DDI(UnregisterEventCallback, tags[i]));
    EXPECT_EQUAL(64, count);
    return true;
}

static bool releases_registrations(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HANDLE handle;

    TRY(event != NULL);
    TRY(open_other(t));
    TRY(other_is_told(t, event));
    close_other(t);
    poison(event, sizeof(*event));
    TRY(start(t, 1, &handle));
    advance(t, quiet_time(t));
    EXPECT(poisoned(event, sizeof(*event)));
    return true;
}

/* A running engine with a registration, every tag, and verbs on their way. */
static bool holds_everything(struct trial *t, PKEVENT event, HDAUDIO_CODEC_TRANSFER *transfers,
                             _Atomic unsigned *done)
{
    PVOID context = t->other.Context;
    UCHAR tags[64];

    TRY(other_is_told(t, event));
    EXPECT_EQUAL(64, take_tags(&t->other, tags));
    for (unsigned i = 0; i < VERBS; i++)
        transfers[i].Output.Command = parameter(codec_address(t), 0, 0);
    EXPECT_SUCCESS(t->other.TransferCodecVerbs(context, VERBS, transfers, count_completion, done));
    return true;
}

/* Dropped at DISPATCH_LEVEL, with all of that. */
static bool releases_everything(struct trial *t)
{
    PKEVENT event = trial_event(t, NotificationEvent);
    HDAUDIO_CODEC_TRANSFER *transfers = trial_memory(t, VERBS * sizeof(*transfers));
    _Atomic unsigned *done = trial_memory(t, sizeof(*done));
    UCHAR tags[64];
    unsigned count;
    KIRQL level;

    if (!has_levels(t))
        return skip(t, "there is no IRQL here");
    TRY(event != NULL && transfers != NULL && done != NULL);
    TRY(open_other(t));
    TRY(holds_everything(t, event, transfers, done));
    level = raise_irql(t);
    close_other(t);
    lower_irql(t, level);
    advance(t, 50 * MILLISECOND + t->target->slack);
    EXPECT_EQUAL(1, *done);
    for (unsigned i = 0; i < VERBS; i++)
        EXPECT_EQUAL(1, transfers[i].Input.IsValid);
    poison(event, sizeof(*event));
    count = take_tags(&t->ddi, tags);
    for (unsigned i = 0; i < count; i++)
        EXPECT_SUCCESS(DDI(UnregisterEventCallback, tags[i]));
    EXPECT_EQUAL(64, count);
    TRY(start(t, 1, &(HANDLE){NULL}));
    advance(t, quiet_time(t));
    EXPECT(poisoned(event, sizeof(*event)));
    return true;
}

const struct check query_checks[] = {
    {"Query.table", "Four tables exist; all start with the five members of INTERFACE. Version is 0x0100.",
     table, false, NULL},
    {"Query.size", "A Size smaller than the table is STATUS_INVALID_PARAMETER and writes nothing.", size,
     false, NULL},
    {"Query.version", "Another Version is STATUS_INVALID_PARAMETER and writes nothing.", version, false,
     NULL},
    {"Query.unknown-guid", "An unknown GUID leaves the IRP's status as it came (off Windows: NOT_SUPPORTED).",
     unknown_guid, false, NULL},
    {"Query.context-of-its-own", "Each client gets a context object of its own.", contexts, false, NULL},
    {"InterfaceReference.count",
     "The query returns it with one reference, InterfaceReference and InterfaceDereference change the count.",
     reference, false, NULL},
    {"InterfaceDereference.releases-engines",
     "When the last reference goes while the client still holds engines, they are released as if freed in "
     "order.",
     releases_engines, false, NULL},
    {"InterfaceDereference.above-passive-level", "Above PASSIVE_LEVEL that work is queued.",
     releases_above_passive, false, NULL},
    {"InterfaceDereference.releases-tags",
     "When the last reference goes while the client still holds tags, they are released.", releases_tags,
     false, NULL},
    {"InterfaceDereference.releases-registrations",
     "When the last reference goes while the client still holds registrations, they are released.",
     releases_registrations, true, NULL},
    {"InterfaceDereference.releases-everything",
     "What the client still holds is released as if freed in order; above PASSIVE_LEVEL that work is queued.",
     releases_everything, true, NULL},
    {0},
};
