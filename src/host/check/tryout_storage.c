/* SPDX-License-Identifier: BSD-2-Clause */
/* hda_tryout_storage.c - whether a host's objects fit the storage that they are given: tried where something
 * stands behind it that may be overwritten, before such storage is on a stack. */
#include "tryout.h"

#define BEHIND    ((uintptr_t)0xA5A5A5A5u)
#define UNTOUCHED 0xA5

static void nothing(void *context)
{
    (void)context;
}

static void judge(struct hda_check *check, enum check_hook hook, uintptr_t behind, size_t size)
{
    if (behind != BEHIND)
        hda_check_fault(check, hda_check_hook_name(hook),
                        "%s: it, or what comes after it, writes beyond the %u bytes of storage",
                        hda_check_hook_name(hook), (unsigned)size);
}

void hda_tryout_storage_mark(struct check_trial *trial)
{
    trial->behind_work = trial->behind_lock = trial->behind_event = BEHIND;
}

void hda_tryout_storage_judge(struct hda_check *check, const struct check_trial *trial)
{
    judge(check, HOOK_WORK_INIT, trial->behind_work, sizeof(trial->work));
    judge(check, HOOK_LOCK_INIT, trial->behind_lock, sizeof(trial->lock));
    judge(check, HOOK_EVENT_INIT, trial->behind_event, sizeof(trial->event));
}

void hda_tryout_storage_fill(void *storage, size_t size)
{
    RtlFillMemory(storage, size, UNTOUCHED);
}

bool hda_tryout_storage_is_written(struct hda_check *check, enum check_hook hook, const void *storage,
                                   size_t size)
{
    const uint8_t *bytes = storage;
    size_t i = 0;

    while (i < size && bytes[i] == UNTOUCHED)
        i++;
    if (i == size)
        hda_check_fault(
            check, hda_check_hook_name(hook),
            "%s: it writes nothing to the object's storage, where the others have to find what it was "
            "given",
            hda_check_hook_name(hook));
    return i < size;
}

void hda_tryout_storage(struct hda_check *check)
{
    struct check_trial *trial = &check->trial;

    hda_tryout_storage_mark(trial);
    for (unsigned level = HDA_LEVEL_DISPATCH; level <= HDA_LEVEL_INTERRUPT; level++)
        hda_check_lock_init(check, &trial->lock, (enum hda_level)level);
    for (unsigned level = HDA_LEVEL_PASSIVE; level <= HDA_LEVEL_DISPATCH; level++)
        hda_check_work_init(check, &trial->work, (enum hda_level)level, nothing, trial);
    hda_check_event_init(check, &trial->event, NotificationEvent);
    hda_check_event_init(check, &trial->event, SynchronizationEvent);
    hda_tryout_storage_judge(check, trial);
}
